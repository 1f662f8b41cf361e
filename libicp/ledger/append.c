/* SPDX-License-Identifier: MIT */
/* One more entry at the end of the chain. */
#include "ledger/entry.h"

/* An entry may speak of one that is there, and some only of one of their own kind. */
static icp_status check_refers(icp_ledger *l, const struct icp__entry *e, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    if (!e->refers)
        return ICP_OK;
    icp_status st = icp__ledger_prepare(l, "SELECT kind = ?2 FROM entries WHERE number = ?1", &s, err);
    if (!st) {
        (void)sqlite3_bind_int64(s, 1, (sqlite3_int64)e->refers);
        (void)sqlite3_bind_text64(s, 2, e->kind.data, e->kind.size, SQLITE_STATIC, SQLITE_UTF8);
        st = icp__ledger_step(l, s, &row, err);
    }
    if (!st && !row)
        st = icp__fail(err, ICP_E_LEDGER, "refers to entry %llu, which is not there", (unsigned long long)e->refers);
    else if (!st && e->same_kind && !sqlite3_column_int(s, 0))
        st = icp__fail(err, ICP_E_LEDGER, "refers to entry %llu, which is not of kind \"%.*s\"", (unsigned long long)e->refers, (int)e->kind.size,
                       e->kind.data);
    sqlite3_finalize(s);
    return st;
}

static icp_status insert(icp_ledger *l, const struct icp__entry *e, const struct icp__last *n, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    char hash[64];
    icp__ledger_hex(n->hash, hash);
    icp_status st = icp__ledger_prepare(l, "INSERT INTO entries(number, time, kind, author, key, entry, hash)"
                                            " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", &s, err);
    if (st)
        return st;
    int result = sqlite3_bind_int64(s, 1, (sqlite3_int64)n->number);
    result = result ? result : sqlite3_bind_int64(s, 2, n->time);
    result = result ? result : sqlite3_bind_text64(s, 3, e->kind.data, e->kind.size, SQLITE_STATIC, SQLITE_UTF8);
    result = result ? result : sqlite3_bind_text64(s, 4, e->author.data, e->author.size, SQLITE_STATIC, SQLITE_UTF8);
    if (e->key.data)
        result = result ? result : sqlite3_bind_text64(s, 5, e->key.data, e->key.size, SQLITE_STATIC, SQLITE_UTF8);
    result = result ? result : sqlite3_bind_text64(s, 6, e->canonical.data, e->canonical.size, SQLITE_STATIC, SQLITE_UTF8);
    result = result ? result : sqlite3_bind_text64(s, 7, hash, sizeof hash, SQLITE_STATIC, SQLITE_UTF8);
    st = result ? icp__ledger_fail(l, result, 0, err) : icp__ledger_step(l, s, &row, err);
    sqlite3_finalize(s);
    return st;
}

icp_status icp__entry_append(icp_ledger *l, int64_t now, const struct icp__entry *e, struct icp__last *last, struct icp_error *err) {
    struct icp__last next = {0};
    icp_status st = icp__ledger_last(l, last, err);
    if (!st)
        st = check_refers(l, e, err);
    if (!st)
        st = icp__entry_may_follow(l, e, err);
    if (st)
        return st;
    if (last->number >= INT64_MAX)
        return icp__fail(err, ICP_E_LIMIT, "the ledger is full");
    if (now < last->time - ICP__LEDGER_LATE_MOST)
        return icp__fail(err, ICP_E_LEDGER, "now is %lld, but entry %llu is of %lld: a ledger's time does not run backwards", (long long)now,
                         (unsigned long long)last->number, (long long)last->time);
    next.number = last->number + 1;
    next.time = now > last->time ? now : last->time;
    icp__entry_hash(last->hash, next.time, (struct icp_str){e->canonical.data, e->canonical.size}, next.hash);
    st = insert(l, e, &next, err);
    if (!st)
        *last = next;
    return st;
}

icp_status icp__entry_may_append(const icp_ledger *l, int64_t now, const struct icp_ledger_head *head, struct icp_error *err) {
    if (now < 0)
        return icp__fail(err, ICP_E_ARGUMENT, "now is before 1970, or not known");
    const icp_status st = icp__ledger_head_check(head, err);
    return !st && l->read_only ? icp__fail(err, ICP_E_STATE, "the ledger was opened read-only") : st;
}

icp_status icp_ledger_append(icp_ledger *l, int64_t now, const char *entry_json, size_t size, struct icp_ledger_head *head, struct icp_error *err) {
    struct icp__arena a;
    struct icp__entry e;
    struct icp__last last;
    if (!l || !entry_json)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger and entry must not be NULL");
    icp_status st = icp__entry_may_append(l, now, head, err);
    if (st)
        return st;
    icp__arena_init(&a, &l->own);
    st = icp__entry_read(l, &a, entry_json, size, NULL, 0, &e, err);
    if (!st)
        st = icp__ledger_begin(l, true, err);
    if (!st)
        st = icp__ledger_end(l, icp__entry_append(l, now, &e, &last, err), err);
    if (!st)
        icp__ledger_head_fill(head, &last);
    icp__entry_free(&e);
    icp__arena_free(&a);
    return st;
}

icp_status icp_ledger_describe(icp_ledger *l, struct icp_ledger_head *head, struct icp_error *err) {
    struct icp__last last;
    if (!l || !head)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger and head must not be NULL");
    icp_status st = icp__ledger_head_check(head, err);
    if (st)
        return st;
    icp__ledger_rollback(l);
    st = icp__ledger_last(l, &last, err);
    if (!st)
        icp__ledger_head_fill(head, &last);
    return st;
}
