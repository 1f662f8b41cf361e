/* SPDX-License-Identifier: MIT */
/* icp events: the dated rows of a dataset. */
#include "command.h"
#include <errno.h>

enum { BLOCK = 1 << 16 };

struct output {
    struct icp_sink sink;
    struct text text;
};

/* False = it cannot be written. */
static bool flush(struct output *out, size_t least) {
    size_t done = 0;
    while (out->text.size >= least && done < out->text.size) {
        const int64_t n = out->sink.write(out->sink.user, out->text.data + done, out->text.size - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    if (done)
        out->text.size = 0;
    return true;
}

static void add_row(struct text *t, const icp_batch *b, uint64_t row, bool lines) {
    const uint32_t columns = icp_batch_columns(b);
    for (uint32_t i = 0; i < columns; i++) {
        const struct icp_str cell = icp_batch_cell(b, row, i), name = icp_batch_name(b, i);
        if (!lines) {
            if (i)
                text_char(t, ',');
            text_csv(t, cell.data ? cell.data : "", cell.size);
            continue;
        }
        text_char(t, i ? ',' : '{');
        text_json(t, name.data, name.size);
        text_char(t, ':');
        if (cell.data && i + 1 == columns) /* the value: a plain decimal */
            text_add(t, cell.data, cell.size);
        else if (cell.data)
            text_json(t, cell.data, cell.size);
        else
            text_put(t, "null");
    }
    text_put(t, lines ? "}\n" : "\n");
}

static int write_events(const struct options *o, icp_reader *r, struct output *out) {
    const bool lines = o->format == FORMAT_JSONL;
    struct icp_error e = error_new();
    icp_batch *b = NULL;
    icp_status s = ICP_OK;
    bool written = true;
    if (!lines)
        text_put(&out->text, "key,type,time,value\n");
    while (written && !(s = icp_reader_next(r, &b, &e)) && b) {
        for (uint64_t row = 0; row < icp_batch_rows(b); row++)
            add_row(&out->text, b, row, lines);
        icp_batch_unref(b);
        written = flush(out, BLOCK);
    }
    progress_end();
    if (s)
        return refuse(&e);
    if (written && flush(out, 1))
        return EXIT_DONE;
    return o->output ? refuse_text(o->output, errno == ENOSPC ? "no space left" : "cannot be written") : EXIT_REFUSED;
}

int run_events(const struct options *o) {
    icp_context *c = context_new();
    struct icp_error e = error_new();
    struct output out = {.sink = {.struct_size = sizeof out.sink}};
    icp_dataset *d = NULL;
    icp_reader *r = NULL;
    if (!is_dataset(c, o->files[0])) {
        icp_context_unref(c);
        return refuse_text(o->files[0], "events come out of linked tables: a folder or a manifest");
    }
    progress_of(o, "icp events");
    icp_status s = dataset_of(c, o, o->files[0], &d, &e);
    if (!s)
        s = icp_dataset_events(d, &r, &e);
    if (!s)
        s = sink_of(c, o->output, &out.sink, &e);
    int code = s ? refuse(&e) : write_events(o, r, &out);
    if (!s && code != EXIT_DONE && out.sink.abort)
        out.sink.abort(out.sink.user);
    if (code == EXIT_DONE && out.sink.commit && out.sink.commit(out.sink.user))
        code = refuse_text(o->output, "cannot be written");
    icp_reader_free(r);
    text_free(&out.text);
    icp_context_unref(c);
    return code;
}
