/* SPDX-License-Identifier: MIT */
/* Publishing a model: what its gates reported decides, and goes into the history with it. */
#include "ledger/models.h"

/* What is to be published, and why it may. */
struct publication {
    icp_ledger *l;
    struct icp__arena a;
    struct icp__stored file;
    struct icp__json *report, *note;
    bool anyway;
    struct icp__entry stored, published;
    struct icp_error *err;
};

static icp_status read_report(struct publication *p, const char *json, size_t size) {
    const struct icp__json *published;
    uint64_t version = 0;
    if (size > ICP__ENTRY_MOST)
        return icp__fail(p->err, ICP_E_LIMIT, "the report has %zu bytes, at most %zu are taken", size, ICP__ENTRY_MOST);
    icp_status st = icp__json_parse(&p->a, json, size, ICP_E_FORMAT, &p->report, p->err);
    if (st)
        return st;
    published = icp__json_get(p->report, "published");
    if (!icp__json_uint(icp__json_get(p->report, "version"), &version) || version != 1 || !icp__json_get(p->report, "passed") || !published)
        return icp__json_expected(p->report, ICP_E_FORMAT, p->err, "the report", "one of icp_gates_check()");
    if (!icp__json_is(icp__json_get(p->report, "candidate"), p->file.id))
        return icp__fail(p->err, ICP_E_GATE, "the report is not of model %s", p->file.id);
    return ICP_OK;
}

/* What the gates that were not passed say. */
static icp_status refuse_gates(const struct publication *p) {
    const struct icp__json *gates = icp__json_get(p->report, "gates");
    struct icp__bytes b;
    icp__bytes_init(&b, &p->l->own);
    for (const struct icp__json *g = gates ? gates->child : NULL; g; g = g->next) {
        const struct icp__json *why = icp__json_get(g, "why"), *passed = icp__json_get(g, "passed");
        if (!why || why->type != ICP__JSON_STRING || (passed && passed->type == ICP__JSON_TRUE))
            continue;
        icp__bytes_text(&b, b.size ? "; " : "");
        icp__bytes_add(&b, why->text.data, why->text.size);
    }
    icp_status st = b.failed ? icp__no_memory(p->err)
                             : icp__fail(p->err, ICP_E_GATE, "%.*s", (int)(b.size < 300 ? b.size : 300), b.size ? b.data : "the report says not passed");
    icp__bytes_free(&b);
    return st;
}

static icp_status check_passed(const struct publication *p) {
    const struct icp__json *passed = icp__json_get(p->report, "passed");
    if (passed->type == ICP__JSON_TRUE)
        return ICP_OK;
    if (!p->anyway)
        return refuse_gates(p);
    if (!icp__json_get(p->note, "authority") || !icp__json_get(p->note, "text"))
        return icp__fail(p->err, ICP_E_GATE, "to publish although gates were not passed, the note must have authority and text");
    return ICP_OK;
}

/* The report compares with what was published when it was made: that must still be so. */
static icp_status check_published(const struct publication *p) {
    const struct icp__json *compared = icp__json_get(p->report, "published");
    struct icp__published now;
    bool ever;
    icp_status st = icp__published_find(p->l, (struct icp_str){NULL, 0}, &now, &ever, p->err);
    if (st || (now.number ? icp__json_is(compared, now.id) : compared->type == ICP__JSON_NULL))
        return st;
    if (now.number)
        return icp__fail(p->err, ICP_E_GATE, "the report does not compare with model %s, which is published by entry %llu", now.id,
                         (unsigned long long)now.number);
    return icp__fail(p->err, ICP_E_GATE, "the report compares with a model, but none is published");
}

/* {"report":...}, and "anyway" where the gates were passed by. */
static struct icp__json *data_of(struct publication *p) {
    static const char report[] = "report", anyway[] = "anyway";
    struct icp__json *j = icp__arena_alloc(&p->a, 2, sizeof *j), *flag;
    if (!j)
        return NULL;
    memset(j, 0, 2 * sizeof *j);
    p->report->name = (struct icp_str){report, sizeof report - 1};
    j->type = ICP__JSON_OBJECT;
    j->child = p->report;
    if (icp__json_get(p->report, "passed")->type == ICP__JSON_TRUE)
        return j;
    flag = j + 1;
    flag->type = ICP__JSON_TRUE;
    flag->name = (struct icp_str){anyway, sizeof anyway - 1};
    p->report->next = flag;
    return j;
}

/* The model's own entry says who stored it. */
static icp_status stored_entry(struct publication *p) {
    const struct icp__json *author = icp__json_get(p->note, "author");
    struct icp__bytes note;
    icp__bytes_init(&note, &p->l->own);
    icp__bytes_text(&note, "{\"author\":");
    icp__json_string(&note, author->text.data, author->text.size);
    icp__bytes_text(&note, "}");
    icp_status st = note.failed ? icp__no_memory(p->err) : icp__stored_entry(p->l, &p->a, &p->file, note.data, note.size, &p->stored, p->err);
    icp__bytes_free(&note);
    return st;
}

static icp_status read_all(struct publication *p, const char *note_json, size_t note_size, const char *report_json, size_t report_size) {
    icp_status st = icp__json_parse(&p->a, note_json, note_size, ICP_E_FORMAT, &p->note, p->err);
    if (!st)
        st = read_report(p, report_json, report_size);
    if (!st)
        st = check_passed(p);
    struct icp__json *data = st ? NULL : data_of(p);
    if (st || !data)
        return st ? st : icp__no_memory(p->err);
    const struct icp__entry_own own[] = {{"kind", "version", false, NULL}, {"state", "published", false, NULL}, {"model", p->file.id, false, NULL},
                                         {"data", NULL, false, data}};
    st = icp__entry_read(p->l, &p->a, note_json, note_size, own, sizeof own / sizeof own[0], &p->published, p->err);
    return st ? st : stored_entry(p);
}

static icp_status write_all(struct publication *p, int64_t now, struct icp__last *last) {
    bool there = false;
    icp_status st = icp__ledger_begin(p->l, true, p->err);
    if (st)
        return st;
    st = check_published(p);
    if (!st)
        st = icp__stored_put(p->l, &p->file, &there, p->err);
    if (!st && !there)
        st = icp__entry_append(p->l, now, &p->stored, last, p->err);
    if (!st)
        st = icp__entry_append(p->l, now, &p->published, last, p->err);
    return icp__ledger_end(p->l, st, p->err);
}

icp_status icp_ledger_publish(icp_ledger *l, const icp_model *m, int64_t now, const char *note_json, size_t note_size, const char *report_json,
                              size_t report_size, uint32_t flags, struct icp_ledger_head *head, struct icp_error *err) {
    struct publication p = {.l = l, .anyway = flags & ICP_LEDGER_ANYWAY, .err = err};
    struct icp__last last;
    if (!l || !m || !note_json || !report_json)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger, model, note and report must not be NULL");
    if (flags & ~(uint32_t)ICP_LEDGER_ANYWAY)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags are %u; not all are known", (unsigned)flags);
    icp_status st = icp__entry_may_append(l, now, head, err);
    if (st)
        return st;
    icp__arena_init(&p.a, &l->own);
    icp__bytes_init(&p.file.file, &l->own);
    icp__bytes_init(&p.stored.canonical, &l->own);
    icp__bytes_init(&p.published.canonical, &l->own);
    st = icp__stored_take(l, m, &p.file, err);
    if (!st)
        st = read_all(&p, note_json, note_size, report_json, report_size);
    if (!st)
        st = write_all(&p, now, &last);
    if (!st)
        icp__ledger_head_fill(head, &last);
    icp__entry_free(&p.stored);
    icp__entry_free(&p.published);
    icp__bytes_free(&p.file.file);
    icp__arena_free(&p.a);
    return st;
}
