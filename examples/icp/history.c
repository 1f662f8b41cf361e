/* SPDX-License-Identifier: MIT */
/* icp history: what the ledger holds. */
#include "ledger.h"
#include <string.h>

static void put(struct text *t, const struct json *entry, const char *name) {
    text_put(t, json_string(entry, name));
}

void entry_subject(struct text *t, const struct json *entry) {
    const struct json *traits = json_at(entry, "traits");
    put(t, entry, "key");
    for (size_t i = 0; traits && i < traits->count; i++) {
        text_put(t, t->size ? "; " : "");
        text_add(t, traits->items[i]->text.data, traits->items[i]->text.size);
    }
    if (!t->size && json_int(entry, "refers")) {
        text_put(t, "entry ");
        text_int(t, json_int(entry, "refers"));
    }
    if (!t->size && *json_string(entry, "model")) {
        text_put(t, "model ");
        text_add(t, json_string(entry, "model"), 12);
    }
}

/* What it says, beside its text. */
static void says(struct text *t, const struct json *entry) {
    static const char *const members[][2] = {{"tier", ""}, {"expiry", "until "}, {"outcome", ""}, {"area", ""}, {"on", "on "}, {"assignee", "for "},
                                             {"next", "next "}, {"reason", ""}, {"layer", ""}};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *value = json_string(entry, members[i][0]);
        if (!*value)
            continue;
        text_put(t, t->size ? ", " : "");
        text_put(t, members[i][1]);
        text_put(t, value);
    }
}

static void one_line(struct text *t, const char *s) {
    for (; *s; s++)
        text_char(t, *s == '\n' || *s == '\r' || *s == '\t' ? ' ' : *s);
}

static void row_of(struct table *t, const struct json *item, bool lines) {
    const struct json *entry = json_at(item, "entry");
    struct text *row = table_row(t);
    text_int(&row[0], json_int(item, "number"));
    time_text(&row[1], json_int(item, "time"));
    put(&row[2], entry, "kind");
    put(&row[3], entry, "state");
    put(&row[4], entry, "author");
    put(&row[5], entry, "authority");
    entry_subject(&row[6], entry);
    says(&row[7], entry);
    if (lines)
        one_line(&row[8], json_string(entry, "text"));
    else
        put(&row[8], entry, "text");
    if (!lines)
        put(&row[9], item, "hash");
}

static void as_table(const struct json *list, const struct options *o, struct text *out) {
    static const char *const names[] = {"number", "time", "kind", "state", "author", "authority", "subject", "says", "text", "hash"};
    bool lines = o->format != FORMAT_CSV;
    struct table t;
    table_init(&t, lines ? 9 : 10, names, "nsssssssss");
    for (size_t i = 0; i < list->count; i++)
        row_of(&t, list->items[i], lines);
    table_write(&t, o->format, out);
    table_free(&t);
}

/* Written as it was read. */
static void value(struct text *out, const struct json *j) {
    switch (j->type) {
    case JSON_WORD:
        text_add(out, j->text.data, j->text.size);
        return;
    case JSON_STRING:
        text_json(out, j->text.data ? j->text.data : "", j->text.size);
        return;
    case JSON_LIST:
    case JSON_OBJECT:
        break;
    }
    text_char(out, j->type == JSON_LIST ? '[' : '{');
    for (size_t i = 0; i < j->count; i++) {
        text_put(out, i ? "," : "");
        if (j->type == JSON_OBJECT) {
            text_json(out, j->items[i]->name.data ? j->items[i]->name.data : "", j->items[i]->name.size);
            text_char(out, ':');
        }
        value(out, j->items[i]);
    }
    text_char(out, j->type == JSON_LIST ? ']' : '}');
}

static int reversed(struct json *list) {
    for (size_t i = 0; i < list->count / 2; i++) {
        struct json *kept = list->items[i];
        list->items[i] = list->items[list->count - 1 - i];
        list->items[list->count - 1 - i] = kept;
    }
    return EXIT_DONE;
}

static int write_entries(icp_context *c, const struct options *o, const struct json *all) {
    const struct json *list = json_at(all, "entries");
    struct text out = {0};
    if (o->format == FORMAT_JSON) {
        value(&out, all);
        text_char(&out, '\n');
    } else if (o->format == FORMAT_JSONL)
        for (size_t i = 0; i < list->count; i++) {
            value(&out, list->items[i]);
            text_char(&out, '\n');
        }
    else
        as_table(list, o, &out);
    int code = text_write(&out, c, o->output);
    text_free(&out);
    return code;
}

static struct icp_str str_of(const char *s) {
    return (struct icp_str){s, s ? strlen(s) : 0};
}

static bool is_kind(const char *s) {
    static const char *const kinds[] = {"override", "flag", "review", "outcome", "version", "card", "change"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(s, kinds[i]) == 0)
            return true;
    return false;
}

int run_history(const struct options *o) {
    const struct entry_options *n = &o->entry;
    struct icp_ledger_filter f = {.struct_size = sizeof f, .flags = o->top ? ICP_LEDGER_NEWEST_FIRST : 0, .kind = str_of(n->kind),
                                  .key = str_of(o->company), .from = n->from, .to = n->to, .after = n->number, .limit = o->top};
    struct json *all = NULL;
    icp_ledger *l = NULL;
    if (n->kind && !is_kind(n->kind)) {
        fprintf(stderr, "icp: --kind is override, flag, review, outcome, version, card or change, not \"%s\"\n", n->kind);
        return EXIT_USAGE;
    }
    if (o->top && n->number) {
        fprintf(stderr, "icp: --last and --since exclude each other\n");
        return EXIT_USAGE;
    }
    icp_context *c = context_new();
    int code = ledger_of(c, o, ICP_LEDGER_READ_ONLY, &l);
    if (!code)
        code = entries_of(l, &f, &all);
    if (!code && o->top)
        code = reversed((struct json *)(uintptr_t)json_at(all, "entries"));
    if (!code)
        code = write_entries(c, o, all);
    json_free(all);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}
