/* SPDX-License-Identifier: MIT */
/* icp segments: which segments the model carries, and where a score stands on little. */
#include "command.h"
#include <string.h>

static const char *const names[] = {"column",      "segment",     "customers",   "customers_percent", "reference_percent", "companies",        "excellent_percent", "good_percent",
                                    "fair_percent", "poor_percent", "very_poor_percent", "high_percent", "medium_percent",    "low_percent", "insufficient_percent",
                                    "holds_percent", "wide_percent", "effective", "high_on_thin", "verdict", "reason"};
enum { COLUMNS = sizeof names / sizeof *names, ROWS_FROM = 5, VERDICT = 19 };

/* A share of nothing is left empty. */
static void share(struct text *cell, uint64_t part, uint64_t of) {
    if (of)
        share_text(cell, part, of);
}

/* Shares of the companies that the members of an object count; returns the cell behind. */
static struct text *shares(struct text *cell, const struct json *counts, const char *const *members, int n, uint64_t companies) {
    for (int i = 0; i < n; i++)
        share(cell++, counts ? (uint64_t)json_int(counts, members[i]) : 0, companies);
    return cell;
}

static void figures(struct text *row, const struct json *f) {
    static const char *const tiers[] = {"excellent", "good", "fair", "poor", "very_poor"}, *const levels[] = {"high", "medium", "low", "insufficient"};
    const uint64_t companies = (uint64_t)json_int(f, "companies");
    struct text *cell = row + ROWS_FROM;
    if (!json_at(f, "companies"))
        return;
    text_int(cell++, (int64_t)companies);
    cell = shares(cell, json_at(f, "tiers"), tiers, 5, companies);
    cell = shares(cell, json_at(f, "confidence"), levels, 4, companies);
    if (companies)
        text_fixed(&cell[0], json_int(f, "holds_thousandths"), 1);
    share(&cell[1], (uint64_t)json_int(f, "wide"), companies);
    if (companies)
        text_int(&cell[2], json_int(f, "effective_median"));
    text_int(&cell[3], json_int(f, "high_on_thin"));
}

static void segment(struct table *t, const char *column, const struct json *s) {
    struct text *row = table_row(t);
    const char *kind = json_string(s, "segment");
    text_put(&row[0], column);
    text_put(&row[1], strcmp(kind, "trait") == 0 ? json_string(s, "trait") : strcmp(kind, "other") == 0 ? "other values" : kind);
    if (json_at(s, "customers")) {
        text_int(&row[2], json_int(s, "customers"));
        share(&row[3], (uint64_t)json_int(s, "customers"), (uint64_t)json_int(s, "customers_of"));
        share(&row[4], (uint64_t)json_int(s, "reference"), (uint64_t)json_int(s, "reference_of"));
    }
    figures(row, s);
    text_put(&row[VERDICT], json_string(s, "verdict"));
    text_put(&row[VERDICT + 1], json_string(s, "reason"));
}

static void show(const struct options *o, const struct icp_str *report, struct text *out) {
    if (o->format == FORMAT_JSON) {
        text_add(out, report->data, report->size);
        text_put(out, "\n");
        return;
    }
    struct json *j = json_parse(report->data, report->size);
    const struct json *columns = j ? json_at(j, "columns") : NULL, *total = j ? json_at(j, "total") : NULL;
    struct table t;
    table_init(&t, COLUMNS, names, "ssnnnnnnnnnnnnnnnnnss");
    for (size_t i = 0; columns && i < columns->count; i++) {
        const struct json *segments = json_at(columns->items[i], "segments");
        for (size_t k = 0; segments && k < segments->count; k++)
            segment(&t, json_string(columns->items[i], "column"), segments->items[k]);
    }
    if (total) {
        struct text *row = table_row(&t);
        text_put(&row[1], "all companies");
        figures(row, total);
    }
    table_write(&t, o->format, out);
    table_free(&t);
    json_free(j);
}

/* Reads the rows where there are any. */
static icp_status report(icp_context *c, const struct options *o, icp_model *m, int32_t layer, icp_buffer **json, struct icp_error *e) {
    struct icp_segments_options so = {.struct_size = sizeof so, .layer = layer, .most = (uint32_t)o->top};
    const char *file = o->file_count > 1 ? o->files[1] : NULL;
    struct text by = {0}, key = {0};
    icp_reader *rows = NULL;
    icp_status s = ICP_OK;
    patterns_text(&by, &o->by);
    so.by = by.data, so.by_size = by.size;
    if (file && o->events.count)
        s = accounts_of(c, o, m, &so.accounts, e);
    if (!s && file)
        s = key_of(c, o, file, &key, e);
    so.key_column = key.data, so.key_size = key.size;
    if (!s && file)
        s = reader_of(c, o, file, &rows, e);
    if (!s)
        s = icp_segments(m, rows, &so, file ? reading_progress(c, o, file) : NULL, json, e);
    progress_end();
    icp_reader_free(rows);
    icp_accounts_unref(so.accounts);
    text_free(&by);
    text_free(&key);
    return s;
}

int run_segments(const struct options *o) {
    struct icp_error e = error_new();
    icp_model *m = NULL;
    icp_buffer *json = NULL;
    struct icp_str text = {"", 0};
    struct text out = {0};
    int32_t layer = 0;
    if (o->top > 200)
        return fprintf(stderr, "icp: at most 200 segments of a column\n"), EXIT_USAGE;
    if (o->events.count && (!o->as_of || o->file_count < 2))
        return fprintf(stderr, "icp: --events needs FILE, and --as-of DATE: the moment that is asked for\n"), EXIT_USAGE;
    icp_context *c = context_telling();
    progress_of(o, "icp segments");
    icp_status s = model_of(c, o->files[0], &m, &e);
    int code = s ? EXIT_DONE : layer_of(o, m, &layer);
    if (!s && !code)
        s = report(c, o, m, layer, &json, &e);
    if (!s && !code && !icp_buffer_data(json, &text))
        show(o, &text, &out);
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    icp_buffer_unref(json);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
