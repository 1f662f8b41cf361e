/* SPDX-License-Identifier: MIT */
/* icp schema, and the schema options of other commands. */
#include "command.h"
#include <string.h>

/* Applies --include-field and --exclude-field; *s is replaced. */
static icp_status narrow(const struct patterns *p, int32_t keep, icp_schema **s, struct icp_error *e) {
    struct text all = {0};
    icp_status status = ICP_OK;
    patterns_text(&all, p);
    if (p->count) {
        icp_schema *narrowed = NULL;
        status = icp_schema_select(*s, all.data, all.size, keep, &narrowed, e);
        if (!status) {
            icp_schema_unref(*s);
            *s = narrowed;
        }
    }
    text_free(&all);
    return status;
}

icp_status read_whole(icp_context *c, const struct options *o, const char *path, struct text *t, struct icp_error *e) {
    struct icp_source s = {.struct_size = sizeof s};
    icp_status status = source_of(c, o, path, &s, e);
    int64_t n = 0;
    char buf[65536];
    while (!status && (n = s.read(s.user, buf, sizeof buf)) > 0)
        text_add(t, buf, (size_t)n);
    if (!status && s.close)
        s.close(s.user);
    if (!status && n < 0) {
        snprintf(e->source, sizeof e->source, "%s", path);
        snprintf(e->message, sizeof e->message, "cannot be read");
        status = ICP_E_IO;
    }
    return status;
}

icp_status schema_of(icp_context *c, const struct options *o, const icp_reference *r, icp_schema **out, struct icp_error *e) {
    icp_status status = ICP_OK;
    icp_schema *s = NULL;
    if (o->schema) {
        struct text json = {0};
        status = read_whole(c, o, o->schema, &json, e);
        if (!status)
            status = icp_schema_from_json(c, json.data, json.size, &s, e);
        if (status && !e->source[0])
            snprintf(e->source, sizeof e->source, "%s", o->schema);
        text_free(&json);
    } else
        status = icp_reference_schema(r, &s, e);
    if (!status)
        status = narrow(&o->include, 1, &s, e);
    if (!status)
        status = narrow(&o->exclude, 0, &s, e);
    if (status)
        icp_schema_unref(s);
    else
        *out = s;
    return status;
}

static void kinds_table(const icp_schema *s, enum format f, struct text *out) {
    static const char *const kinds[] = {"ignored", "key", "name", "category", "list", "number", "date", "boolean", "text", "url"};
    static const char *const names[] = {"column", "kind", "family", "filled_percent", "reason"};
    struct table t;
    table_init(&t, 5, names, "sssns");
    for (uint32_t i = 0; i < icp_schema_columns(s); i++) {
        struct icp_column col = {.struct_size = sizeof col};
        if (icp_schema_column(s, i, &col, NULL))
            continue;
        struct text *row = table_row(&t);
        text_add(&row[0], col.name.data, col.name.size);
        text_put(&row[1], col.kind >= 0 && col.kind < 10 ? kinds[col.kind] : "?");
        text_put(&row[2], family_name(col.family));
        share_text(&row[3], col.filled, col.seen);
        text_add(&row[4], col.reason.data, col.reason.size);
    }
    table_write(&t, f, out);
    table_free(&t);
}

/* Of joined tables the key is known, so the schema is that of a reference; nothing of it is kept, so nothing is left out of it. */
static icp_status infer_joined(icp_context *c, const struct options *o, icp_reader *r, const struct icp_progress *p, icp_schema **out,
                               struct icp_error *e) {
    struct text key = {0};
    icp_reference_builder *b = NULL;
    icp_reference *all = NULL;
    icp_status s = key_of(c, o, o->files[0], &key, e);
    struct icp_reference_options ro = {.struct_size = sizeof ro, .key_column = key.data, .key_size = key.size, .release = "*", .release_size = 1};
    if (!s)
        s = icp_reference_builder_new(c, &ro, &b, e);
    if (!s)
        s = icp_reference_builder_add(b, r, p, e);
    if (!s)
        s = icp_reference_builder_finish(b, &all, e);
    if (!s)
        s = icp_reference_schema(all, out, e);
    icp_reference_unref(all);
    icp_reference_builder_free(b);
    text_free(&key);
    return s;
}

static icp_status infer(icp_context *c, const struct options *o, icp_schema **out, struct icp_error *e) {
    const struct icp_progress *p = progress_of(o, "icp schema");
    bool joined = is_dataset(c, o->files[0]);
    icp_reader *r = NULL;
    icp_status s = reader_of(c, o, o->files[0], &r, e);
    if (!s)
        s = joined || o->key ? infer_joined(c, o, r, p, out, e) : icp_schema_infer(c, r, p, out, e);
    if (!s && !joined)
        s = narrow(&o->include, 1, out, e);
    if (!s && !joined)
        s = narrow(&o->exclude, 0, out, e);
    if (!s && !joined)
        s = narrow(&o->protect, 0, out, e);
    icp_reader_free(r);
    return s;
}

int run_schema(const struct options *o) {
    struct icp_error e = error_new();
    icp_context *c = context_new();
    icp_schema *s = NULL;
    icp_buffer *json = NULL;
    struct text out = {0};
    if (asks_in_vain(c, o, o->files, 1, false)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_status status = infer(c, o, &s, &e);
    if (!status)
        status = icp_schema_to_json(s, &json, &e);
    progress_end();
    if (status && !e.source[0])
        snprintf(e.source, sizeof e.source, "%s", o->files[0]);
    if (!status && o->format == FORMAT_TABLE)
        kinds_table(s, o->format, &out);
    else if (!status) {
        struct icp_str bytes;
        if (icp_buffer_data(json, &bytes) == ICP_OK)
            text_add(&out, bytes.data, bytes.size);
    }
    int code = status ? refuse(&e) : text_write(&out, c, o->output);
    text_free(&out);
    icp_buffer_unref(json);
    icp_schema_unref(s);
    icp_context_unref(c);
    return code;
}
