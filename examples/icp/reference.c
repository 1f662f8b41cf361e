/* SPDX-License-Identifier: MIT */
/* icp reference build, merge, show. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

icp_status reference_of(icp_context *c, const char *path, icp_reference **out, struct icp_error *e) {
    struct icp_source s = {.struct_size = sizeof s};
    icp_status status = icp_source_open_file(c, path, &s, e);
    return status ? status : icp_reference_load(c, &s, out, e);
}

void text_hex(struct text *t, const uint8_t *data, size_t n) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        text_char(t, hex[data[i] >> 4]);
        text_char(t, hex[data[i] & 15]);
    }
}

static icp_status builder_of(icp_context *c, const struct options *o, icp_reference_builder **out, struct icp_error *e) {
    struct text exclude = {0}, release = {0}, key = {0};
    patterns_text(&exclude, &o->exclude);
    patterns_text(&exclude, &o->protect);
    patterns_text(&release, &o->release);
    icp_status s = key_of(c, o, o->files[0], &key, e);
    struct icp_reference_options ro = {.struct_size = sizeof ro, .k = (uint32_t)o->k, .seed = o->seed,
                                       .key_form = o->host_key ? ICP_KEY_HOST : ICP_KEY_EXACT, .key_column = key.data,
                                       .key_size = key.size, .exclude = exclude.data, .exclude_size = exclude.size,
                                       .release = release.data, .release_size = release.size};
    if (!s)
        s = icp_reference_builder_new(c, &ro, out, e);
    text_free(&exclude);
    text_free(&release);
    text_free(&key);
    return s;
}

static int finish(icp_context *c, const struct options *o, icp_reference_builder *b, struct icp_error *e) {
    icp_reference *r = NULL;
    struct icp_sink sink = {.struct_size = sizeof sink};
    struct icp_reference_info info = {.struct_size = sizeof info};
    icp_status s = icp_reference_builder_finish(b, &r, e);
    if (s && !e->source[0]) /* of many files it is the last that could have helped */
        snprintf(e->source, sizeof e->source, "%s", o->files[o->file_count - 1]);
    if (!s)
        s = sink_of(c, o->output, &sink, e);
    if (!s)
        s = icp_reference_save(r, &sink, e);
    if (!s)
        s = icp_reference_describe(r, &info, e);
    progress_end();
    if (!s && !o->quiet)
        fprintf(stderr, "%llu companies kept of %llu rows%s\n", (unsigned long long)info.companies, (unsigned long long)info.rows_read,
                info.rows_without_key ? " (some had no key: icp reference show)" : "");
    icp_reference_unref(r);
    return s ? refuse(e) : EXIT_DONE;
}

static int needs_output(const struct options *o, const char *command) {
    if (o->output && o->k <= UINT32_MAX)
        return EXIT_DONE;
    fprintf(stderr, "icp: %s; see icp reference %s --help\n", o->output ? "--k is too large" : "-o REF is missing", command);
    return EXIT_USAGE;
}

int run_reference_build(const struct options *o) {
    struct icp_error e = error_new();
    if (needs_output(o, "build"))
        return EXIT_USAGE;
    icp_context *c = context_new();
    icp_reference_builder *b = NULL;
    progress_of(o, "icp reference build");
    if (asks_in_vain(c, o, o->files, o->file_count, o->include.count > 0)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_status s = builder_of(c, o, &b, &e);
    for (int i = 0; !s && i < o->file_count; i++) {
        icp_reader *r = NULL;
        s = reader_of(c, o, o->files[i], &r, &e);
        if (!s)
            s = icp_reference_builder_add(b, r, reading_progress(c, o, o->files[i]), &e);
        icp_reader_free(r);
    }
    int code = s ? refuse(&e) : finish(c, o, b, &e);
    icp_reference_builder_free(b);
    icp_context_unref(c);
    return code;
}

int run_reference_merge(const struct options *o) {
    struct icp_error e = error_new();
    if (needs_output(o, "merge"))
        return EXIT_USAGE;
    icp_context *c = context_new();
    icp_reference_builder *b = NULL;
    icp_status s = ICP_OK;
    for (int i = 0; !s && i < o->file_count; i++) {
        icp_reference *part = NULL;
        struct icp_reference_info info = {.struct_size = sizeof info};
        s = reference_of(c, o->files[i], &part, &e);
        if (!s)
            s = icp_reference_describe(part, &info, &e);
        if (!s && !b) { /* seed and key form are those of the first part */
            struct icp_reference_options ro = {.struct_size = sizeof ro, .k = o->k ? (uint32_t)o->k : info.k, .seed = info.seed,
                                               .key_form = (int32_t)info.key_form, .key_column = info.key_column.data,
                                               .key_size = info.key_column.size};
            s = icp_reference_builder_new(c, &ro, &b, &e);
        }
        if (!s)
            s = icp_reference_builder_merge(b, part, &e);
        if (s && !e.source[0])
            snprintf(e.source, sizeof e.source, "%s", o->files[i]);
        icp_reference_unref(part);
    }
    int code = s ? refuse(&e) : finish(c, o, b, &e);
    icp_reference_builder_free(b);
    icp_context_unref(c);
    return code;
}

static void figure(struct table *t, const char *name, uint64_t v) {
    struct text *row = table_row(t);
    text_put(&row[0], name);
    text_int(&row[1], (int64_t)v);
}

int run_reference_show(const struct options *o) {
    static const char *const names[] = {"figure", "value"};
    struct icp_error e = error_new();
    icp_context *c = context_new();
    icp_reference *r = NULL;
    struct icp_reference_info i = {.struct_size = sizeof i};
    struct text out = {0};
    struct table t;
    table_init(&t, 2, names, "ss");
    icp_status s = reference_of(c, o->files[0], &r, &e);
    if (!s)
        s = icp_reference_describe(r, &i, &e);
    if (!s) {
        struct text *row = table_row(&t);
        text_put(&row[0], "id");
        text_hex(&row[1], i.id, sizeof i.id);
        row = table_row(&t);
        text_put(&row[0], "key column");
        text_add(&row[1], i.key_column.data, i.key_column.size);
        row = table_row(&t);
        text_put(&row[0], "key form");
        text_put(&row[1], i.key_form == ICP_KEY_HOST ? "host" : "exact");
        figure(&t, "companies", i.companies);
        figure(&t, "k", i.k);
        figure(&t, "seed", i.seed);
        figure(&t, "columns", i.columns);
        figure(&t, "rows read", i.rows_read);
        figure(&t, "rows without key", i.rows_without_key);
        figure(&t, "distinct companies seen (estimate)", i.distinct_estimate);
        figure(&t, "companies whose rows differed", i.rows_differed);
        figure(&t, "cells cut at 8 KiB", i.cells_cut);
        table_write(&t, o->format, &out);
    }
    int code = s ? refuse(&e) : text_write(&out, c, o->output);
    text_free(&out);
    table_free(&t);
    icp_reference_unref(r);
    icp_context_unref(c);
    return code;
}
