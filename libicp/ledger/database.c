/* SPDX-License-Identifier: MIT */
/* SQLite's results as status codes, statements, transactions, and the head. */
#include "ledger/ledger.h"

static icp_status code_of(int result) {
    switch (result & 0xff) {
    case SQLITE_NOMEM: return ICP_E_MEMORY;
    case SQLITE_CORRUPT: return ICP_E_CHECKSUM;
    case SQLITE_NOTADB: return ICP_E_FORMAT;
    case SQLITE_TOOBIG: return ICP_E_LIMIT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ICP_E_LEDGER;
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_MISMATCH:
    case SQLITE_CONSTRAINT: return ICP_E_CHECKSUM; /* our statements are right: tables are not as they were made */
    default: return ICP_E_IO;
    }
}

static const char *text_of(icp_ledger *l, int result) {
    switch (result) {
    case SQLITE_READONLY_ROLLBACK:
    case SQLITE_READONLY_RECOVERY: return "a writer was interrupted here: open the ledger for appending once";
    case SQLITE_IOERR_SHORT_READ: return "the file is cut short";
    default: break;
    }
    switch (result & 0xff) {
    case SQLITE_CORRUPT: return "the file is damaged";
    case SQLITE_NOTADB: return "this is no ledger";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "others hold the ledger for more than 60 s";
    default: return l->db && sqlite3_extended_errcode(l->db) == result ? sqlite3_errmsg(l->db) : sqlite3_errstr(result);
    }
}

/* Bytes that are there, and bytes that the header promises; false = no telling. */
static bool sizes(icp_ledger *l, int64_t *there, int64_t *promised) {
    sqlite3_file *file = NULL;
    sqlite3_int64 size = 0;
    uint8_t h[100];
    if (!l->db || sqlite3_file_control(l->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) || !file || !file->pMethods)
        return false;
    if (file->pMethods->xFileSize(file, &size) || size < (int64_t)sizeof h || file->pMethods->xRead(file, h, sizeof h, 0))
        return false;
    /* Big-endian; the number of pages counts only if the same writer wrote both counters. */
    uint32_t page = (uint32_t)h[16] << 8 | h[17], pages = (uint32_t)h[28] << 24 | (uint32_t)h[29] << 16 | (uint32_t)h[30] << 8 | h[31];
    if (memcmp(h, "SQLite format 3", 16) || memcmp(h + 24, h + 92, 4) || !pages)
        return false;
    *there = size;
    *promised = (int64_t)(page == 1 ? 65536 : page) * pages;
    return true;
}

static icp_status cut_short(const struct icp__place *where, int64_t there, int64_t promised, struct icp_error *err) {
    return icp__fail_at(err, ICP_E_CHECKSUM, where, "the file is cut short: %lld bytes are there instead of %lld", (long long)there,
                        (long long)promised);
}

icp_status icp__ledger_whole(icp_ledger *l, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    int64_t there, promised;
    where.source = l->path;
    return sizes(l, &there, &promised) && there < promised ? cut_short(&where, there, promised, err) : ICP_OK;
}

icp_status icp__ledger_fail(icp_ledger *l, int result, uint64_t entry, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    icp_status st = code_of(result);
    int64_t there, promised;
    if (st == ICP_E_MEMORY || result == SQLITE_IOERR_NOMEM)
        return icp__no_memory(err);
    where.source = l->path;
    if (entry)
        where.row = (int64_t)entry;
    if (st == ICP_E_CHECKSUM && sizes(l, &there, &promised) && there < promised)
        return cut_short(&where, there, promised, err);
    const char *text = text_of(l, result);
    if (!entry)
        return icp__fail_at(err, st, &where, "%s", text);
    return icp__fail_at(err, st, &where, "entry %llu cannot be read: %s", (unsigned long long)entry, text);
}

icp_status icp__ledger_prepare(icp_ledger *l, const char *sql, sqlite3_stmt **out, struct icp_error *err) {
    int result = sqlite3_prepare_v2(l->db, sql, -1, out, NULL);
    return result ? icp__ledger_fail(l, result, 0, err) : ICP_OK;
}

icp_status icp__ledger_step(icp_ledger *l, sqlite3_stmt *s, bool *row, struct icp_error *err) {
    int result = sqlite3_step(s);
    *row = result == SQLITE_ROW;
    return result == SQLITE_ROW || result == SQLITE_DONE ? ICP_OK : icp__ledger_fail(l, result, 0, err);
}

icp_status icp__ledger_run(icp_ledger *l, const char *sql, struct icp_error *err) {
    int result = sqlite3_exec(l->db, sql, NULL, NULL, NULL);
    return result ? icp__ledger_fail(l, result, 0, err) : ICP_OK;
}

void icp__ledger_rollback(icp_ledger *l) {
    if (sqlite3_get_autocommit(l->db))
        return;
    (void)sqlite3_step(l->rollback);
    (void)sqlite3_reset(l->rollback);
}

icp_status icp__ledger_begin(icp_ledger *l, bool write, struct icp_error *err) {
    icp__ledger_rollback(l); /* of a call before, whose own rollback failed */
    return icp__ledger_run(l, write ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

icp_status icp__ledger_end(icp_ledger *l, icp_status st, struct icp_error *err) {
    if (!st)
        st = icp__ledger_run(l, "COMMIT", err);
    if (st)
        icp__ledger_rollback(l);
    return st;
}

struct icp_str icp__ledger_text(sqlite3_stmt *s, int column) {
    if (sqlite3_column_type(s, column) != SQLITE_TEXT)
        return (struct icp_str){NULL, 0};
    const unsigned char *text = sqlite3_column_text(s, column);
    return (struct icp_str){(const char *)text, (size_t)sqlite3_column_bytes(s, column)};
}

bool icp__ledger_unhex(struct icp_str text, uint8_t out[32]) {
    if (!text.data || text.size != 64)
        return false;
    for (size_t i = 0; i < 64; i++) {
        char c = text.data[i];
        int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

void icp__ledger_hex(const uint8_t data[32], char out[64]) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++)
        out[2 * i] = hex[data[i] >> 4], out[2 * i + 1] = hex[data[i] & 15];
}

icp_status icp__ledger_last(icp_ledger *l, struct icp__last *out, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    memset(out, 0, sizeof *out);
    icp_status st = icp__ledger_prepare(l, "SELECT number, time, hash FROM entries ORDER BY number DESC LIMIT 1", &s, err);
    if (!st)
        st = icp__ledger_step(l, s, &row, err);
    if (!st && row) {
        sqlite3_int64 number = sqlite3_column_int64(s, 0);
        out->number = (uint64_t)number;
        out->time = sqlite3_column_int64(s, 1);
        if (number < 1 || out->time < 0 || !icp__ledger_unhex(icp__ledger_text(s, 2), out->hash))
            st = sqlite3_errcode(l->db) == SQLITE_NOMEM ? icp__no_memory(err) : icp__ledger_fail(l, SQLITE_CORRUPT, (uint64_t)number, err);
    }
    sqlite3_finalize(s);
    return st;
}

icp_status icp__ledger_head_check(const struct icp_ledger_head *head, struct icp_error *err) {
    struct icp_ledger_head own;
    if (!head || (head->struct_size >= sizeof own && head->struct_size <= 65536))
        return ICP_OK;
    return icp__options(head, sizeof own, &own, sizeof own, err); /* says what is wrong with the size */
}

void icp__ledger_head_fill(struct icp_ledger_head *head, const struct icp__last *last) {
    struct icp_ledger_head own = {.entries = last->number};
    memcpy(own.sha256, last->hash, 32);
    if (head)
        (void)icp__output(head, sizeof own, &own, sizeof own, NULL);
}

icp_status icp__ledger_give(icp_ledger *l, const struct icp__bytes *bytes, icp_buffer **out, struct icp_error *err) {
    struct icp_sink sink;
    icp_buffer *made = NULL;
    if (bytes->failed)
        return icp__no_memory(err);
    icp_status st = icp_sink_to_memory(l->context, &sink, &made, err);
    if (st)
        return st;
    for (size_t at = 0; at < bytes->size;) {
        int64_t n = sink.write(sink.user, bytes->data + at, bytes->size - at);
        if (n <= 0) {
            sink.abort(sink.user);
            return icp__no_memory(err);
        }
        at += (size_t)n;
    }
    if (sink.commit(sink.user))
        return icp__no_memory(err);
    *out = made;
    return ICP_OK;
}
