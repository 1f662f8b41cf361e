/* SPDX-License-Identifier: MIT */
/* Entries as JSON. */
#include "ledger/entry.h"

static icp_status read_filter(const struct icp_ledger_filter *given, struct icp_ledger_filter *f, struct icp_error *err) {
    icp_status st = icp__options(given, sizeof *f, f, sizeof *f, err);
    if (st)
        return st;
    if (f->flags & ~(uint32_t)ICP_LEDGER_NEWEST_FIRST)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags of icp_ledger_filter are %u; not all are known", (unsigned)f->flags);
    if (f->from < 0 || f->to < 0 || (!f->kind.data && f->kind.size) || (!f->key.data && f->key.size))
        return icp__fail(err, ICP_E_ARGUMENT, "a text of the filter is NULL, or a time is before 1970");
    if (f->after > INT64_MAX)
        f->after = INT64_MAX;
    if (f->limit > INT64_MAX)
        f->limit = INT64_MAX;
    return ICP_OK;
}

/* A condition that is not asked for is not there, so that an index can serve the others. */
static icp_status select(icp_ledger *l, const struct icp_ledger_filter *f, sqlite3_stmt **out, struct icp_error *err) {
    bool down = f->flags & ICP_LEDGER_NEWEST_FIRST;
    struct icp__bytes sql;
    sqlite3_stmt *s = NULL;
    icp__bytes_init(&sql, &l->own);
    icp__bytes_text(&sql, "SELECT number, time, hash, entry FROM entries WHERE time >= ?1");
    icp__bytes_text(&sql, f->to ? " AND time < ?2" : "");
    icp__bytes_text(&sql, f->kind.data ? " AND kind = ?3" : "");
    icp__bytes_text(&sql, f->key.data ? " AND key = ?4" : "");
    icp__bytes_text(&sql, !f->after ? "" : down ? " AND number < ?5" : " AND number > ?5");
    icp__bytes_text(&sql, down ? " ORDER BY number DESC LIMIT ?6" : " ORDER BY number LIMIT ?6");
    icp_status st = sql.failed ? icp__no_memory(err) : icp__ledger_prepare(l, sql.data, &s, err);
    icp__bytes_free(&sql);
    if (st)
        return st;
    int result = sqlite3_bind_int64(s, 1, f->from);
    if (f->to)
        result = result ? result : sqlite3_bind_int64(s, 2, f->to);
    if (f->kind.data)
        result = result ? result : sqlite3_bind_text64(s, 3, f->kind.data, f->kind.size, SQLITE_STATIC, SQLITE_UTF8);
    if (f->key.data)
        result = result ? result : sqlite3_bind_text64(s, 4, f->key.data, f->key.size, SQLITE_STATIC, SQLITE_UTF8);
    if (f->after)
        result = result ? result : sqlite3_bind_int64(s, 5, (sqlite3_int64)f->after);
    result = result ? result : sqlite3_bind_int64(s, 6, f->limit ? (sqlite3_int64)f->limit : -1);
    if (result) {
        sqlite3_finalize(s);
        return icp__ledger_fail(l, result, 0, err);
    }
    *out = s;
    return ICP_OK;
}

/* A file that was tampered with must not make a list that is no JSON. */
static icp_status write_entry(icp_ledger *l, sqlite3_stmt *s, struct icp__bytes *out, struct icp_error *err) {
    struct icp__arena a;
    struct icp__json *top = NULL;
    uint8_t bytes[32];
    uint64_t number = (uint64_t)sqlite3_column_int64(s, 0);
    struct icp_str hash = icp__ledger_text(s, 2), entry = icp__ledger_text(s, 3);
    if (!hash.data || !entry.data || !icp__ledger_unhex(hash, bytes))
        return sqlite3_errcode(l->db) == SQLITE_NOMEM ? icp__no_memory(err) : icp__ledger_fail(l, SQLITE_CORRUPT, number, err);
    icp__arena_init(&a, &l->own);
    icp_status st = icp__json_parse(&a, entry.data, entry.size, ICP_E_CHECKSUM, &top, err);
    icp__arena_free(&a);
    if (st)
        return st == ICP_E_CHECKSUM ? icp__ledger_fail(l, SQLITE_CORRUPT, number, err) : st;
    icp__bytes_text(out, "{\"number\":");
    icp__json_int(out, (int64_t)number);
    icp__bytes_text(out, ",\"time\":");
    icp__json_int(out, sqlite3_column_int64(s, 1));
    icp__bytes_text(out, ",\"hash\":\"");
    icp__bytes_add(out, hash.data, hash.size);
    icp__bytes_text(out, "\",\"entry\":");
    icp__bytes_add(out, entry.data, entry.size);
    icp__bytes_text(out, "}");
    return out->failed ? icp__no_memory(err) : ICP_OK;
}

static icp_status list(icp_ledger *l, const struct icp_ledger_filter *f, struct icp__bytes *out, struct icp_error *err) {
    struct icp__last last;
    sqlite3_stmt *s = NULL;
    bool row = false;
    icp_status st = icp__ledger_last(l, &last, err);
    if (!st)
        st = select(l, f, &s, err);
    if (st)
        return st;
    icp__bytes_text(out, "{\"head\":{\"entries\":");
    icp__json_uint_write(out, last.number);
    icp__bytes_text(out, ",\"sha256\":");
    icp__json_hex(out, last.hash, 32);
    icp__bytes_text(out, "},\"entries\":[");
    for (bool first = true; !(st = icp__ledger_step(l, s, &row, err)) && row; first = false) {
        icp__bytes_text(out, first ? "" : ",");
        st = write_entry(l, s, out, err);
        if (st)
            break;
    }
    icp__bytes_text(out, "]}");
    sqlite3_finalize(s);
    return st;
}

/* Entries of one moment, as JSON. */
static icp_status listed(icp_ledger *l, const struct icp_ledger_filter *f, struct icp__bytes *out, struct icp_error *err) {
    icp_status st = icp__ledger_begin(l, false, err); /* head and entries of one moment */
    if (st)
        return st;
    st = list(l, f, out, err);
    icp__ledger_rollback(l);
    return st;
}

icp_status icp_ledger_decisions(icp_ledger *l, int64_t as_of, icp_decisions **out, struct icp_error *err) {
    struct icp_ledger_filter f = {.struct_size = sizeof f};
    struct icp__bytes json;
    if (!l || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger and out must not be NULL");
    icp__bytes_init(&json, &l->own);
    icp_status st = listed(l, &f, &json, err);
    if (!st)
        st = icp_decisions_from_json(l->context, json.data, json.size, as_of, out, err);
    icp__bytes_free(&json);
    return st;
}

icp_status icp_ledger_entries(icp_ledger *l, const struct icp_ledger_filter *filter, icp_buffer **json, struct icp_error *err) {
    struct icp_ledger_filter f;
    struct icp__bytes out;
    if (!l || !json)
        return icp__fail(err, ICP_E_ARGUMENT, "ledger and json must not be NULL");
    icp_status st = read_filter(filter, &f, err);
    if (st)
        return st;
    icp__bytes_init(&out, &l->own);
    st = listed(l, &f, &out, err);
    if (!st)
        st = icp__ledger_give(l, &out, json, err);
    icp__bytes_free(&out);
    return st;
}
