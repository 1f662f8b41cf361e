/* SPDX-License-Identifier: MIT */
/* icp publish list, icp restore: the versions of a ledger. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>

/* Entries of kind version, and the one that says which model is published; 0 = none. */
static int versions_of(icp_ledger *l, struct json **all, uint64_t *number) {
    struct icp_ledger_filter f = {.struct_size = sizeof f, .kind = {"version", 7}};
    struct icp_error e = error_new();
    uint8_t id[32];
    if (icp_ledger_published(l, id, number, &e))
        return refuse(&e);
    return entries_of(l, &f, all);
}

static void row_of(struct table *t, const struct json *item, uint64_t published) {
    const struct json *entry = json_at(item, "entry"), *data = json_at(entry, "data");
    struct text *row = table_row(t);
    text_int(&row[0], json_int(item, "number"));
    time_text(&row[1], json_int(item, "time"));
    text_put(&row[2], json_string(entry, "state"));
    text_put(&row[3], (uint64_t)json_int(item, "number") == published ? "published" : "");
    text_put(&row[4], json_string(entry, "model"));
    text_put(&row[5], !json_at(data, "report") ? "" : json_at(data, "anyway") ? "not passed" : "passed");
    text_put(&row[6], json_string(entry, "author"));
    text_put(&row[7], json_string(entry, "authority"));
    text_put(&row[8], json_string(entry, "text"));
}

int run_publish_list(const struct options *o) {
    static const char *const names[] = {"number", "time", "state", "now", "model", "gates", "author", "authority", "text"};
    struct json *all = NULL;
    struct text out = {0};
    struct table t;
    uint64_t published = 0;
    icp_ledger *l = NULL;
    icp_context *c = context_new();
    int code = ledger_of(c, o, ICP_LEDGER_READ_ONLY, &l);
    if (!code)
        code = versions_of(l, &all, &published);
    const struct json *list = json_at(all, "entries");
    table_init(&t, 9, names, "nssssssss");
    for (size_t i = 0; !code && list && i < list->count; i++)
        row_of(&t, list->items[i], published);
    table_write(&t, o->format, &out);
    if (!code)
        code = text_write(&out, c, o->output);
    table_free(&t);
    text_free(&out);
    json_free(all);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}

/* The model meant: the number of an entry that names one, an id, or the beginning of one id alone. */
static int find_model(const struct json *all, const char *which, struct text *id) {
    const struct json *list = json_at(all, "entries");
    const size_t n = strlen(which);
    const bool number = n <= 18 && strspn(which, "0123456789") == n;
    for (size_t i = 0; list && i < list->count; i++) {
        const char *model = json_string(json_at(list->items[i], "entry"), "model");
        if (number ? (uint64_t)json_int(list->items[i], "number") != strtoull(which, NULL, 10) : n < 6 || strncmp(model, which, n) != 0)
            continue;
        if (id->size && strcmp(id->data, model) != 0)
            return refuse_text(which, "more than one model's id begins so");
        if (!id->size)
            text_put(id, model);
    }
    return id->size ? EXIT_DONE : refuse_text(which, number ? "this entry names no model" : "no model of the ledger has this id, or an id that begins so");
}

static icp_status record(const struct options *o, icp_ledger *l, const char *model, struct icp_ledger_head *head, int *code, struct icp_error *e) {
    struct text t = {0};
    text_put(&t, "{\"kind\":\"version\",\"state\":\"restored\"");
    entry_string(&t, "model", model);
    *code = entry_who(&t, o);
    text_put(&t, "}");
    icp_status s = *code ? ICP_OK : icp_ledger_append(l, now_of(o), t.data, t.size, head, e);
    text_free(&t);
    return s;
}

/* What icp_model_save() writes, held back until it is recorded. */
static int64_t hold(void *user, const void *data, size_t size) {
    const struct icp_sink *to = user;
    return to->write(to->user, data, size);
}

/* No file without its entry: it gets its name last. */
static int restore(icp_context *c, const struct options *o, icp_ledger *l, const char *id, struct icp_ledger_head *head) {
    struct icp_error e = error_new();
    struct icp_sink to = {.struct_size = sizeof to};
    uint8_t bytes[32];
    icp_model *m = NULL;
    int code = EXIT_DONE;
    model_unhex(id, bytes);
    icp_status s = icp_ledger_load_model(l, bytes, &m, &e);
    if (!s)
        s = sink_of(c, o->output, &to, &e);
    const bool open = !s;
    struct icp_sink sink = {.struct_size = sizeof sink, .user = &to, .write = hold, .name = o->output};
    if (!s)
        s = icp_model_save(m, &sink, &e);
    if (!s)
        s = record(o, l, id, head, &code, &e);
    if (open && (s || code))
        to.abort(to.user);
    else if (open && to.commit(to.user))
        code = refuse_text(o->output, "cannot be written; the ledger has it as restored: restore it again");
    icp_model_unref(m);
    return s ? refuse_entry(&e) : code;
}

int run_restore(const struct options *o) {
    struct icp_ledger_head head = {.struct_size = sizeof head};
    struct options plain = *o; /* the head goes to standard output */
    struct text id = {0};
    struct json *all = NULL;
    uint64_t published;
    icp_ledger *l = NULL;
    if (!o->output || !strcmp(o->output, "-"))
        return missing("-o FILE");
    if (!o->entry.author)
        return missing("--author");
    icp_context *c = context_new();
    int code = ledger_of(c, o, 0, &l);
    if (!code)
        code = versions_of(l, &all, &published);
    if (!code)
        code = find_model(all, o->files[0], &id);
    if (!code)
        code = restore(c, o, l, id.data, &head);
    plain.output = NULL;
    if (!code)
        code = say_head(c, &plain, &head);
    text_free(&id);
    json_free(all);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}
