/* SPDX-License-Identifier: MIT */
/* Opening, making and closing a ledger. */
#include "ledger/ledger.h"

static void *sqlite_alloc(void *user, size_t size) {
    (void)user;
    return sqlite3_malloc64(size);
}

static void *sqlite_realloc(void *user, void *p, size_t size) {
    (void)user;
    return sqlite3_realloc64(p, size);
}

static void sqlite_free(void *user, void *p) {
    (void)user;
    sqlite3_free(p);
}

/* Waits 1 to 16 ms, other processes other times: their handles lie elsewhere. */
static int wait_busy(void *user, int times) {
    uint32_t mixed = ((uint32_t)(uintptr_t)user / 64 + (uint32_t)times) * 2654435761u;
    if (times >= ICP__LEDGER_BUSY_MOST / 8)
        return 0;
    (void)sqlite3_sleep(1 + (int)(mixed >> 28));
    return 1;
}

static const char schema[] =
    "CREATE TABLE entries(number INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, author TEXT NOT NULL, key TEXT,"
    " entry TEXT NOT NULL, hash TEXT NOT NULL);"
    "CREATE INDEX entries_kind ON entries(kind);"
    "CREATE INDEX entries_key ON entries(key) WHERE key IS NOT NULL;"
    "CREATE TABLE models(id TEXT PRIMARY KEY NOT NULL, bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, file BLOB NOT NULL);"
    /* A hand that slips is stopped here; one that does not is found by the chain. */
    "CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;"
    "CREATE TRIGGER entries_remain BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END;"
    "PRAGMA application_id = 1229148236;" /* ICP__LEDGER_APPLICATION */
    "PRAGMA user_version = 1;";

/* The whole number that a statement gives. */
static icp_status ask(icp_ledger *l, const char *sql, int64_t *out, struct icp_error *err) {
    sqlite3_stmt *s = NULL;
    bool row = false;
    icp_status st = icp__ledger_prepare(l, sql, &s, err);
    if (!st)
        st = icp__ledger_step(l, s, &row, err);
    *out = row ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_finalize(s);
    return st;
}

static icp_status make_tables(icp_ledger *l, struct icp_error *err) {
    int64_t application = 0, tables = 0;
    icp_status st = icp__ledger_begin(l, true, err);
    if (st)
        return st;
    st = ask(l, "PRAGMA application_id", &application, err); /* another process may have been faster */
    if (!st)
        st = ask(l, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (!st && !application && !tables)
        st = icp__ledger_run(l, schema, err);
    return icp__ledger_end(l, st, err);
}

static icp_status check_file(icp_ledger *l, uint32_t flags, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    int64_t application = 0, version = 0;
    where.source = l->path;
    icp_status st = ask(l, "PRAGMA application_id", &application, err);
    if (!st && !application && flags & ICP_LEDGER_CREATE) {
        st = make_tables(l, err);
        if (!st)
            st = ask(l, "PRAGMA application_id", &application, err);
    }
    if (!st && application != ICP__LEDGER_APPLICATION)
        return icp__fail_at(err, ICP_E_FORMAT, &where, "this is no ledger");
    if (!st)
        st = ask(l, "PRAGMA user_version", &version, err);
    if (!st && version != ICP__LEDGER_VERSION)
        return icp__fail_at(err, ICP_E_VERSION, &where, "the ledger has version %lld; this library knows version 1", (long long)version);
    return st;
}

static icp_status set_up(icp_ledger *l, struct icp_error *err) {
    static const int off[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW, SQLITE_DBCONFIG_TRUSTED_SCHEMA};
    int result = sqlite3_extended_result_codes(l->db, 1);
    if (!result)
        result = sqlite3_busy_handler(l->db, wait_busy, l);
    /* A file may come from anywhere: nothing that stands in it is run. An SQLite that does not know a switch has no such danger. */
    (void)sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++)
        (void)sqlite3_db_config(l->db, off[i], 0, NULL);
    if (!result)
        result = sqlite3_prepare_v3(l->db, "ROLLBACK", -1, SQLITE_PREPARE_PERSISTENT, &l->rollback, NULL);
    if (result)
        return icp__ledger_fail(l, result, 0, err);
    /* EXTRA: the journal's name is gone from the folder for good when an append returns. No mapping: a file cut short while it is
     * open is an error, not a signal. */
    return icp__ledger_run(l, "PRAGMA synchronous = EXTRA; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON", err);
}

/* SQLite falls back to reading where it may not write: that would show at the first append only. */
static icp_status open_file(icp_ledger *l, uint32_t flags, struct icp_error *err) {
    int how = flags & ICP_LEDGER_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    how |= flags & ICP_LEDGER_CREATE ? SQLITE_OPEN_CREATE : 0;
    int result = sqlite3_open_v2(l->path, &l->db, how | SQLITE_OPEN_NOMUTEX, NULL);
    if (result)
        return l->db ? icp__ledger_fail(l, result, 0, err) : icp__no_memory(err);
    icp_status st = set_up(l, err);
    if (!st)
        st = check_file(l, flags, err);
    if (!st && !l->read_only && sqlite3_db_readonly(l->db, "main") == 1) {
        struct icp__place where = ICP__NOWHERE;
        where.source = l->path;
        return icp__fail_at(err, ICP_E_IO, &where, "permission to write is missing");
    }
    return st;
}

icp_status icp_ledger_open(icp_context *c, const char *path, uint32_t flags, icp_ledger **out, struct icp_error *err) {
    if (!c || !path || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "context, path and out must not be NULL");
    if (flags & ~(uint32_t)(ICP_LEDGER_READ_ONLY | ICP_LEDGER_CREATE))
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags are %u; not all are known", (unsigned)flags);
    if (!*path || flags == (ICP_LEDGER_READ_ONLY | ICP_LEDGER_CREATE))
        return icp__fail(err, ICP_E_ARGUMENT, *path ? "a ledger that is made cannot be read-only" : "path is empty");
    size_t size = strlen(path) + 1, before = *path == '/' ? 0 : 2;
    icp_ledger *l = size < SIZE_MAX / 4 ? sqlite3_malloc64(sizeof *l + before + size) : NULL;
    if (!l)
        return icp__no_memory(err);
    memset(l, 0, sizeof *l);
    /* A name such as ":memory:" or "file:x" is that of a file here. */
    memcpy(l->path, "./", before);
    memcpy(l->path + before, path, size);
    l->context = icp_context_ref(c);
    l->own.allocator = (struct icp_allocator){sizeof(struct icp_allocator), 0, NULL, sqlite_alloc, sqlite_realloc, sqlite_free};
    l->read_only = flags & ICP_LEDGER_READ_ONLY;
    icp_status st = open_file(l, flags, err);
    if (st) {
        icp_ledger_free(l);
        return st;
    }
    *out = l;
    return ICP_OK;
}

void icp_ledger_free(icp_ledger *l) {
    if (!l)
        return;
    (void)sqlite3_finalize(l->rollback);
    (void)sqlite3_close_v2(l->db);
    icp_context_unref(l->context);
    sqlite3_free(l);
}
