/* SPDX-License-Identifier: MIT */
/* icp override list, icp flag list: what holds now. */
#include "ledger.h"
#include <string.h>

static void put(struct text *t, const struct json *item, const char *name) {
    text_put(t, json_string(item, name));
}

static void row_of(struct table *t, const struct json *item, const char *const *members) {
    struct text *row = table_row(t);
    text_int(&row[0], json_int(item, "number"));
    if (json_at(item, "time"))
        time_text(&row[1], json_int(item, "time"));
    put(&row[2], item, "scope");
    entry_subject(&row[3], item);
    for (int i = 4; i < t->columns; i++)
        put(&row[i], item, members[i]);
}

static int list(const struct options *o, const char *of, int columns, const char *const *names) {
    struct icp_error e = error_new();
    struct decided d = {0};
    struct text out = {0};
    struct icp_str s;
    struct table t;
    icp_buffer *b = NULL;
    struct json *all = NULL;
    if (!o->ledger)
        return missing("--ledger");
    icp_context *c = context_new();
    int code = ledger_decisions(c, o, &d);
    if (!code && (icp_decisions_to_json(d.decisions, &b, &e) || icp_buffer_data(b, &s)))
        code = refuse(&e);
    if (!code)
        all = json_parse(s.data, s.size);
    const struct json *items = json_at(all, of);
    table_init(&t, columns, names, "nsssssssssss");
    for (size_t i = 0; items && i < items->count; i++)
        if (!o->company || !strcmp(json_string(items->items[i], "key"), o->company))
            row_of(&t, items->items[i], names);
    table_write(&t, o->format, &out);
    if (!code)
        code = text_write(&out, c, o->output);
    table_free(&t);
    text_free(&out);
    json_free(all);
    icp_buffer_unref(b);
    decided_free(&d);
    icp_context_unref(c);
    return code;
}

int run_override_list(const struct options *o) {
    static const char *const names[] = {"number", "time", "scope", "subject", "layer", "tier", "expiry", "reason", "author", "authority", "model", "text"};
    return list(o, "overrides", 12, names);
}

int run_flag_list(const struct options *o) {
    static const char *const names[] = {"number", "time", "scope", "subject", "assignee", "reason", "author", "authority", "model", "text"};
    return list(o, "flags", 10, names);
}
