/* SPDX-License-Identifier: MIT */
/* What an entry may say after what was said before: versions, and who resolves flags. */
#include "ledger/entry.h"

/* Steps through entries of a kind as trees. */
struct walk {
    icp_ledger *l;
    sqlite3_stmt *s;
    struct icp__arena a;
    struct icp_error *err;
    uint64_t number;
    struct icp__json *top; /* NULL = the end */
};

static icp_status walk_next(struct walk *w) {
    bool row = false;
    icp__arena_free(&w->a);
    icp__arena_init(&w->a, &w->l->own);
    w->top = NULL;
    icp_status st = icp__ledger_step(w->l, w->s, &row, w->err);
    if (st || !row)
        return st;
    w->number = (uint64_t)sqlite3_column_int64(w->s, 0);
    const struct icp_str entry = icp__ledger_text(w->s, 1);
    if (!entry.data)
        return sqlite3_errcode(w->l->db) == SQLITE_NOMEM ? icp__no_memory(w->err) : icp__ledger_fail(w->l, SQLITE_CORRUPT, w->number, w->err);
    st = icp__json_parse(&w->a, entry.data, entry.size, ICP_E_CHECKSUM, &w->top, w->err);
    return st == ICP_E_CHECKSUM ? icp__ledger_fail(w->l, SQLITE_CORRUPT, w->number, w->err) : st;
}

/* Entries of kind ?1, or the entry ?2. */
static icp_status walk_start(struct walk *w, icp_ledger *l, const char *sql, const char *kind, uint64_t number, struct icp_error *err) {
    *w = (struct walk){.l = l, .err = err};
    icp__arena_init(&w->a, &l->own);
    icp_status st = icp__ledger_prepare(l, sql, &w->s, err);
    if (st)
        return st;
    (void)sqlite3_bind_text(w->s, 1, kind, -1, SQLITE_STATIC);
    (void)sqlite3_bind_int64(w->s, 2, (sqlite3_int64)number);
    return walk_next(w);
}

static void walk_end(struct walk *w) {
    icp__arena_free(&w->a);
    sqlite3_finalize(w->s);
}

static bool is(const struct icp__json *j, struct icp_str s) { return j && s.data && j->type == ICP__JSON_STRING && icp__str_compare(j->text, s) == 0; }

icp_status icp__published_find(icp_ledger *l, struct icp_str asked, struct icp__published *out, bool *ever, struct icp_error *err) {
    struct walk w;
    memset(out, 0, sizeof *out);
    *ever = false;
    icp_status st = walk_start(&w, l, "SELECT number, entry FROM entries WHERE kind = ?1 ORDER BY number", "version", 0, err);
    for (; !st && w.top; st = walk_next(&w)) {
        const struct icp__json *state = icp__json_get(w.top, "state"), *model = icp__json_get(w.top, "model");
        if (!model || model->type != ICP__JSON_STRING || model->text.size != 64)
            continue;
        if (icp__json_is(state, "published") || icp__json_is(state, "restored")) {
            memcpy(out->id, model->text.data, 64);
            out->number = w.number;
            *ever = *ever || is(model, asked);
        } else if (icp__json_is(state, "retired")) /* of the one published then: no other can be */
            memset(out, 0, sizeof *out);
    }
    walk_end(&w);
    return st;
}

static icp_status check_version(icp_ledger *l, const struct icp__entry *e, struct icp_error *err) {
    struct icp__published now;
    bool ever;
    icp_status st = icp__published_find(l, e->model, &now, &ever, err);
    if (!st && e->restored && !ever)
        st = icp__fail(err, ICP_E_LEDGER, "model %.*s was never published: it cannot be restored", 64, e->model.data);
    if (!st && e->retired && (e->model.size != 64 || memcmp(now.id, e->model.data, 64)))
        st = icp__fail(err, ICP_E_LEDGER, "model %.*s is not the published one", 64, e->model.data);
    return st;
}

/* The model that a flag is about; data NULL = it says none. */
static icp_status model_of_flag(icp_ledger *l, uint64_t number, struct icp__arena *a, struct icp_str *out, struct icp_error *err) {
    struct walk w;
    *out = (struct icp_str){NULL, 0};
    icp_status st = walk_start(&w, l, "SELECT number, entry FROM entries WHERE kind = ?1 AND number = ?2", "flag", number, err);
    const struct icp__json *model = st ? NULL : icp__json_get(w.top, "model");
    if (model && model->type == ICP__JSON_STRING) {
        out->data = icp__arena_copy(a, model->text.data, model->text.size);
        out->size = model->text.size;
        st = out->data ? ICP_OK : icp__no_memory(err);
    }
    walk_end(&w);
    return st;
}

/* The newest card of the flag's model, or of all models, says who may; without "resolvers" everybody may. */
static icp_status check_resolver(icp_ledger *l, const struct icp__entry *e, struct icp_error *err) {
    struct icp__arena a;
    struct icp_str model = e->model;
    struct walk w;
    icp__arena_init(&a, &l->own);
    icp_status st = model.data ? ICP_OK : model_of_flag(l, e->refers, &a, &model, err);
    if (st) {
        icp__arena_free(&a);
        return st;
    }
    st = walk_start(&w, l, "SELECT number, entry FROM entries WHERE kind = ?1 ORDER BY number DESC", "card", 0, err);
    while (!st && w.top && icp__json_get(w.top, "model") && !is(icp__json_get(w.top, "model"), model))
        st = walk_next(&w);
    const struct icp__json *list = st ? NULL : icp__json_get(icp__json_get(w.top, "card"), "resolvers");
    bool may = !list || list->type != ICP__JSON_ARRAY;
    for (const struct icp__json *j = may ? NULL : list->child; j && !may; j = j->next)
        may = is(j, e->authority);
    if (!st && !may)
        st = icp__fail(err, ICP_E_LEDGER, "authority \"%.*s\" is none of the resolvers that the card in entry %llu names",
                       (int)(e->authority.size < 100 ? e->authority.size : 100), e->authority.data, (unsigned long long)w.number);
    walk_end(&w);
    icp__arena_free(&a);
    return st;
}

icp_status icp__entry_may_follow(icp_ledger *l, const struct icp__entry *e, struct icp_error *err) {
    if (e->restored || e->retired)
        return check_version(l, e, err);
    return e->resolved ? check_resolver(l, e, err) : ICP_OK;
}

static icp_status published_now(icp_ledger *l, struct icp__published *out, struct icp_error *err) {
    bool ever;
    icp_status st = icp__ledger_begin(l, false, err);
    if (st)
        return st;
    st = icp__published_find(l, (struct icp_str){NULL, 0}, out, &ever, err);
    icp__ledger_rollback(l);
    return st;
}

icp_status icp_ledger_published(icp_ledger *l, uint8_t id[32], uint64_t *number, struct icp_error *err) {
    struct icp__published now;
    uint8_t bytes[32] = {0};
    if (!l || !id || !number)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger, id and number must not be NULL");
    icp_status st = published_now(l, &now, err);
    if (st)
        return st;
    if (now.number && !icp__ledger_unhex((struct icp_str){now.id, 64}, bytes))
        return icp__ledger_fail(l, SQLITE_CORRUPT, now.number, err);
    memcpy(id, bytes, sizeof bytes);
    *number = now.number;
    return ICP_OK;
}
