/* SPDX-License-Identifier: MIT */
/* The whole history looked through: numbers, times, hashes, copies in columns, models, and the file. */
#include "base/hash.h"
#include "ledger/entry.h"

struct check {
    icp_ledger *l;
    const struct icp_ledger_head *expected; /* NULL = none */
    struct icp__last last;
    struct icp_error *err;
};

static icp_status wrong(const struct check *c, uint64_t entry, const char *what) {
    struct icp__place where = ICP__NOWHERE;
    where.source = c->l->path;
    where.row = (int64_t)entry;
    return icp__fail_at(c->err, ICP_E_CHECKSUM, &where, "entry %llu %s", (unsigned long long)entry, what);
}

static bool no_memory(const struct check *c) { return sqlite3_errcode(c->l->db) == SQLITE_NOMEM; }

static bool same(const struct icp__json *j, struct icp_str column) {
    return j ? j->type == ICP__JSON_STRING && column.data && icp__str_compare(j->text, column) == 0 : !column.data;
}

static icp_status step(const struct check *c, sqlite3_stmt *s, uint64_t entry, bool *row) {
    int result = sqlite3_step(s);
    *row = result == SQLITE_ROW;
    return result == SQLITE_ROW || result == SQLITE_DONE ? ICP_OK : icp__ledger_fail(c->l, result, entry, c->err);
}

/* The bytes of the model that an entry stored. */
static icp_status check_model(const struct check *c, const struct icp__json *top, uint64_t entry) {
    const struct icp__json *id = icp__json_get(top, "model"), *sha256 = icp__json_get(top, "sha256");
    sqlite3_stmt *s = NULL;
    bool row = false;
    if (!icp__json_is(icp__json_get(top, "kind"), "version") || !sha256 || !id)
        return ICP_OK;
    icp_status st = icp__ledger_prepare(c->l, "SELECT file FROM models WHERE id = ?1", &s, c->err);
    if (!st) {
        (void)sqlite3_bind_text64(s, 1, id->text.data, id->text.size, SQLITE_STATIC, SQLITE_UTF8);
        st = step(c, s, entry, &row);
    }
    if (!st && !row)
        st = wrong(c, entry, "names a model that is missing");
    if (!st) {
        struct icp__sha256 h;
        uint8_t hash[32], said[32];
        const void *file = sqlite3_column_blob(s, 0);
        icp__sha256_init(&h);
        icp__sha256_add(&h, file, file ? (size_t)sqlite3_column_bytes(s, 0) : 0);
        icp__sha256_finish(&h, hash);
        if (!icp__ledger_unhex(sha256->text, said) || memcmp(hash, said, 32))
            st = no_memory(c) ? icp__no_memory(c->err) : wrong(c, entry, "names a model whose bytes were changed");
    }
    sqlite3_finalize(s);
    return st;
}

/* The columns beside an entry are copies of what it says. */
static icp_status check_content(const struct check *c, sqlite3_stmt *s, struct icp_str entry, uint64_t number) {
    struct icp__arena a;
    struct icp__json *top = NULL;
    icp__arena_init(&a, &c->l->own);
    icp_status st = icp__json_parse(&a, entry.data, entry.size, ICP_E_CHECKSUM, &top, NULL);
    if (st)
        st = st == ICP_E_CHECKSUM ? wrong(c, number, "is no JSON") : icp__no_memory(c->err);
    else if (!same(icp__json_get(top, "kind"), icp__ledger_text(s, 2)) || !same(icp__json_get(top, "author"), icp__ledger_text(s, 3)) ||
             !same(icp__json_get(top, "key"), icp__ledger_text(s, 4)))
        st = no_memory(c) ? icp__no_memory(c->err) : wrong(c, number, "was changed: its columns kind, author and key are not what it says");
    else
        st = check_model(c, top, number);
    icp__arena_free(&a);
    return st;
}

static icp_status check_row(struct check *c, sqlite3_stmt *s) {
    struct icp__last next = {.number = c->last.number + 1, .time = sqlite3_column_int64(s, 1)};
    struct icp_str entry = icp__ledger_text(s, 5), hash = icp__ledger_text(s, 6);
    uint8_t said[32];
    if (sqlite3_column_int64(s, 0) > (sqlite3_int64)next.number)
        return wrong(c, next.number, "is missing");
    if (sqlite3_column_int64(s, 0) < (sqlite3_int64)next.number)
        return wrong(c, (uint64_t)sqlite3_column_int64(s, 0), "has a number below 1");
    if (no_memory(c))
        return icp__no_memory(c->err);
    if (next.time < c->last.time)
        return wrong(c, next.number, "is earlier than the one before");
    icp__entry_hash(c->last.hash, next.time, (struct icp_str){entry.data ? entry.data : "", entry.size}, next.hash);
    if (!entry.data || !icp__ledger_unhex(hash, said) || memcmp(said, next.hash, 32))
        return wrong(c, next.number, "was changed, or the one before: its hash does not follow from both");
    icp_status st = check_content(c, s, entry, next.number);
    if (st)
        return st;
    if (c->expected && c->expected->entries == next.number && memcmp(c->expected->sha256, next.hash, 32))
        return wrong(c, next.number, "is not the one of the expected head: the history was written anew");
    c->last = next;
    return ICP_OK;
}

static icp_status check_rows(struct check *c) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    icp_status st = icp__ledger_prepare(c->l, "SELECT number, time, kind, author, key, entry, hash FROM entries ORDER BY number", &s, c->err);
    if (!st)
        st = step(c, s, 1, &row); /* from here on no other process writes */
    if (!st)
        st = icp__ledger_whole(c->l, c->err);
    while (!st && row) {
        st = check_row(c, s);
        if (!st)
            st = step(c, s, c->last.number + 1, &row);
    }
    sqlite3_finalize(s);
    if (st || !c->expected || c->expected->entries <= c->last.number)
        return st;
    struct icp__place where = ICP__NOWHERE;
    where.source = c->l->path;
    where.row = (int64_t)c->last.number + 1;
    return icp__fail_at(c->err, ICP_E_CHECKSUM, &where, "entry %llu is missing: %llu are there, the expected head has %llu; the tail was cut off",
                        (unsigned long long)c->last.number + 1, (unsigned long long)c->last.number, (unsigned long long)c->expected->entries);
}

/* A page that could not be read for want of memory or by a failing device is told as damage, with SQLite's number in the text. */
static int result_in(struct icp_str said) {
    static const char before[] = "error code=";
    int result = 0;
    for (size_t i = 0; i + sizeof before - 1 < said.size; i++) {
        if (memcmp(said.data + i, before, sizeof before - 1))
            continue;
        for (i += sizeof before - 1; i < said.size && said.data[i] >= '0' && said.data[i] <= '9' && result < 100000; i++)
            result = result * 10 + said.data[i] - '0';
    }
    return (result & 0xff) == SQLITE_NOMEM || (result & 0xff) == SQLITE_IOERR ? result : 0;
}

static icp_status check_said(const struct check *c, struct icp_str said) {
    struct icp__place where = ICP__NOWHERE;
    where.source = c->l->path;
    if (no_memory(c))
        return icp__no_memory(c->err);
    if (said.data && said.size == 2 && !memcmp(said.data, "ok", 2))
        return ICP_OK;
    if (said.data && result_in(said))
        return icp__ledger_fail(c->l, result_in(said), 0, c->err);
    return icp__fail_at(c->err, ICP_E_CHECKSUM, &where, "the file is damaged: %.*s", (int)said.size, said.data ? said.data : "");
}

/* Indexes that do not hold what their tables hold hide entries from a list. */
static icp_status check_file(const struct check *c) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    icp_status st = icp__ledger_prepare(c->l, "PRAGMA integrity_check(1)", &s, c->err);
    if (!st)
        st = step(c, s, 0, &row);
    if (!st)
        st = check_said(c, row ? icp__ledger_text(s, 0) : (struct icp_str){NULL, 0});
    sqlite3_finalize(s);
    return st;
}

icp_status icp_ledger_verify(icp_ledger *l, const struct icp_ledger_head *expected, struct icp_ledger_head *head, struct icp_error *err) {
    struct icp_ledger_head own;
    struct check c = {.l = l, .expected = expected ? &own : NULL, .err = err};
    if (!l)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger must not be NULL");
    icp_status st = icp__options(expected, sizeof own, &own, sizeof own, err);
    if (!st && own.reserved)
        st = icp__fail(err, ICP_E_UNSUPPORTED, "reserved of icp_ledger_head is not 0");
    if (!st)
        st = icp__ledger_head_check(head, err);
    if (!st)
        st = icp__ledger_begin(l, false, err);
    if (st)
        return st;
    st = check_rows(&c);
    if (!st)
        st = check_file(&c);
    icp__ledger_rollback(l);
    if (!st)
        icp__ledger_head_fill(head, &c.last);
    return st;
}
