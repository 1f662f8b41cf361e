/* SPDX-License-Identifier: MIT */
/* icp dataset: how tables hang together. */
#include "command.h"
#include <string.h>

/* The link that a column is: "to products.product", its certainty in percent, why. */
static void add_link(struct text *row, const struct json *own, const struct json *link) {
    const struct json *sure = json_at(link, "sure");
    const char *to = json_string(link, "to");
    text_put(&row[2], " to ");
    text_put(&row[2], *to ? to : json_string(own, "name"));
    text_char(&row[2], '.');
    text_put(&row[2], json_string(link, "to_column"));
    if (strcmp(json_string(link, "match"), "normalised") == 0)
        text_put(&row[2], ", normalised");
    if (sure && sure->text.data)
        text_add(&row[3], sure->text.data, sure->text.size);
    if (*json_string(link, "reason"))
        text_put(&row[4], json_string(link, "reason"));
}

static const struct json *link_of(const struct json *table, const char *column) {
    static const char *const ways[] = {"link", "parent"};
    const struct json *lookups = json_at(table, "lookups");
    for (int i = 0; i < 2; i++) {
        const struct json *j = json_at(table, ways[i]);
        if (j && strcmp(json_string(j, "column"), column) == 0)
            return j;
    }
    for (size_t i = 0; lookups && i < lookups->count; i++)
        if (strcmp(json_string(lookups->items[i], "column"), column) == 0)
            return lookups->items[i];
    return NULL;
}

static bool is_true(const struct json *j, const char *name) {
    const struct json *v = json_at(j, name);
    return v && v->type == JSON_WORD && v->text.size == 4 && memcmp(v->text.data, "true", 4) == 0;
}

static void add_column(struct table *t, const struct json *table, const struct json *column) {
    const char *name = json_string(column, "name");
    const struct json *link = link_of(table, name);
    struct text *row = table_row(t);
    text_put(&row[0], json_string(table, "name"));
    text_put(&row[1], name);
    text_put(&row[2], json_string(column, "use"));
    if (is_true(column, "event_kind"))
        text_put(&row[2], ", kind of event");
    if (is_true(column, "late"))
        text_put(&row[2], ", late");
    if (link)
        add_link(row, table, link);
    else
        text_put(&row[4], json_string(column, "reason"));
}

static void show(const char *json, size_t size, struct text *out) {
    static const char *const names[] = {"table", "column", "use", "sure", "reason"};
    struct json *manifest = json_parse(json, size);
    const struct json *tables = json_at(manifest, "tables");
    struct table t;
    table_init(&t, 5, names, "sssns");
    for (size_t i = 0; tables && i < tables->count; i++) {
        const struct json *table = tables->items[i], *columns = json_at(table, "columns");
        struct text *row = table_row(&t);
        text_put(&row[0], json_string(table, "name"));
        text_put(&row[2], json_string(table, "role"));
        text_put(&row[4], json_string(table, "reason"));
        for (size_t k = 0; columns && k < columns->count; k++)
            add_column(&t, table, columns->items[k]);
    }
    table_write(&t, FORMAT_TABLE, out);
    table_free(&t);
    json_free(manifest);
}

int run_dataset(const struct options *o) {
    icp_context *c = context_new();
    struct icp_error e = error_new();
    icp_dataset *d = NULL;
    icp_buffer *json = NULL;
    struct icp_str manifest = {NULL, 0};
    struct text out = {0};
    progress_of(o, "icp dataset");
    icp_status s = dataset_of(c, o, o->files[0], &d, &e);
    if (!s)
        s = icp_dataset_manifest(d, &json, &e);
    if (!s)
        s = icp_buffer_data(json, &manifest);
    if (!s && (o->format == FORMAT_JSON || (o->output && o->format == FORMAT_DEFAULT)))
        text_add(&out, manifest.data, manifest.size);
    else if (!s)
        show(manifest.data, manifest.size, &out);
    int code = s ? refuse(&e) : text_write(&out, c, o->output);
    icp_buffer_unref(json);
    text_free(&out);
    icp_context_unref(c);
    return code;
}
