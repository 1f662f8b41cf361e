/* SPDX-License-Identifier: MIT */
/* Every allocation inside SQLite and every call to the file system fails in turn, alone and with all that follow: nothing leaks, no entry is
 * half there, and the ledger works again. sqlite3_config is called here, in the test program, and nowhere else. */
#include "book.h"
#include "counting.h"

enum { ONCE, ONWARDS, WAYS };

/* One counter for what fails: allocations or calls of the file system. */
static struct {
    long calls, at, live;
    int onwards, on, result;
} k;

static int fails(void) {
    if (!k.on)
        return 0;
    k.calls++;
    return k.at && (k.onwards ? k.calls >= k.at : k.calls == k.at);
}

static int io_on; /* which of the two fails */
static int no_memory(void) { return !io_on && fails(); }
static int no(void) { return io_on && fails(); }

static void arm(long at, int way) { k.calls = 0, k.at = at, k.onwards = way == ONWARDS, k.on = 1; }
static void disarm(void) { k.on = 0; }

/* --- memory: the size stands before each block */

static void *mem_alloc(int n) {
    char *p = no_memory() ? NULL : malloc((size_t)n + 16);
    if (!p)
        return NULL;
    memcpy(p, &n, sizeof n);
    memset(p + 16, 0xA5, (size_t)n);
    k.live++;
    return p + 16;
}
static void mem_free(void *p) {
    k.live--;
    free((char *)p - 16);
}
static int mem_size(void *p) {
    int n = 0;
    if (p)
        memcpy(&n, (char *)p - 16, sizeof n);
    return n;
}
static void *mem_realloc(void *p, int n) {
    char *now = no_memory() ? NULL : realloc((char *)p - 16, (size_t)n + 16);
    if (!now)
        return NULL;
    memcpy(now, &n, sizeof n);
    return now + 16;
}
static int mem_roundup(int n) { return (n + 7) & ~7; }
static int mem_init(void *p) {
    (void)p;
    return SQLITE_OK;
}
static void mem_shutdown(void *p) { (void)p; }
static const sqlite3_mem_methods mem = {mem_alloc, mem_free, mem_realloc, mem_size, mem_roundup, mem_init, mem_shutdown, NULL};

/* --- the file system: the system's own, with a hand that can say no */

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
    int main; /* the ledger itself, not its journal */
};
static struct {
    int unsynced, writes, deletes, unsynced_deletes;
} seen;
#define REAL(f) (((struct shim_file *)(f))->real)
static sqlite3_vfs *real_vfs, shim_vfs;

static int f_close(sqlite3_file *f) { return REAL(f)->pMethods->xClose(REAL(f)); }
static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) {
    return no() ? SQLITE_IOERR_READ : REAL(f)->pMethods->xRead(REAL(f), p, n, at);
}
/* A write that fails may have written a part. */
static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
    if (((struct shim_file *)f)->main)
        seen.unsynced = 1, seen.writes++;
    if (!no())
        return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
    (void)REAL(f)->pMethods->xWrite(REAL(f), p, n / 2, at);
    return k.result;
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 n) { return no() ? SQLITE_IOERR_TRUNCATE : REAL(f)->pMethods->xTruncate(REAL(f), n); }
static int f_sync(sqlite3_file *f, int flags) {
    if (no())
        return SQLITE_IOERR_FSYNC;
    if (((struct shim_file *)f)->main)
        seen.unsynced = 0;
    return REAL(f)->pMethods->xSync(REAL(f), flags);
}
static int f_size(sqlite3_file *f, sqlite3_int64 *n) { return no() ? SQLITE_IOERR_FSTAT : REAL(f)->pMethods->xFileSize(REAL(f), n); }
static int f_lock(sqlite3_file *f, int how) { return no() ? SQLITE_IOERR_LOCK : REAL(f)->pMethods->xLock(REAL(f), how); }
static int f_unlock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xUnlock(REAL(f), how); }
static int f_reserved(sqlite3_file *f, int *out) {
    return no() ? SQLITE_IOERR_CHECKRESERVEDLOCK : REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}
static int f_control(sqlite3_file *f, int op, void *arg) { return REAL(f)->pMethods->xFileControl(REAL(f), op, arg); }
static int f_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int f_traits(sqlite3_file *f) {
    (void)f;
    return 0; /* nothing is promised: every sync is asked for */
}
static const sqlite3_io_methods io = {.iVersion = 1, .xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate, .xSync = f_sync,
    .xFileSize = f_size, .xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved, .xFileControl = f_control,
    .xSectorSize = f_sector, .xDeviceCharacteristics = f_traits};

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
    struct shim_file *s = (struct shim_file *)f;
    (void)v;
    s->base.pMethods = NULL;
    s->real = (sqlite3_file *)(s + 1);
    s->main = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    if (no())
        return SQLITE_CANTOPEN;
    int result = real_vfs->xOpen(real_vfs, name, s->real, flags, out);
    s->base.pMethods = s->real->pMethods ? &io : NULL;
    return result;
}
/* May have been done all the same. */
static int v_delete(sqlite3_vfs *v, const char *name, int sync) {
    (void)v;
    seen.deletes++, seen.unsynced_deletes += !sync;
    if (!no())
        return real_vfs->xDelete(real_vfs, name, sync);
    if (k.result == SQLITE_FULL)
        (void)real_vfs->xDelete(real_vfs, name, sync);
    return k.result == SQLITE_FULL ? SQLITE_IOERR_DIR_FSYNC : SQLITE_IOERR_DELETE;
}
static int v_access(sqlite3_vfs *v, const char *name, int flags, int *out) {
    (void)v;
    return no() ? SQLITE_IOERR_ACCESS : real_vfs->xAccess(real_vfs, name, flags, out);
}

/* --- what is tried */

static struct book book;
static icp_model *model;
static struct icp_model_info info;
enum { OPEN, CREATE, APPEND, DESCRIBE, VERIFY, LIST, DECIDE, STORE, PUBLISH, NOW_PUBLISHED, RESOLVE, LOAD, CALLS };
static const char *const names[] = {"open", "create", "append", "describe", "verify", "list", "decide", "store", "publish", "published", "resolve", "load"};
static const char note[] = "{\"author\":\"Ada\",\"text\":\"stored\"}";

static icp_buffer *report_buffer;
static struct icp_str report;
/* Of a flag and a card that prepare() wrote. */
static const char resolved[] = "{\"kind\":\"flag\",\"state\":\"resolved\",\"refers\":4,\"text\":\"t\",\"author\":\"a\",\"authority\":\"owner\"}";
/* Entries that a call appends at once, at most. */
static uint64_t appends(int which) { return which == APPEND || which == STORE || which == RESOLVE ? 1 : which == PUBLISH ? 2 : 0; }

static icp_status call(int which, icp_ledger **l, struct icp_error *err) {
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_buffer *b = NULL;
    icp_model *m = NULL;
    icp_decisions *d = NULL;
    icp_status st = ICP_OK;
    uint8_t id[32];
    uint64_t number;
    switch (which) {
    case OPEN: return icp_ledger_open(book.c, book.path, 0, l, err);
    case CREATE: return icp_ledger_open(book.c, book.path, ICP_LEDGER_CREATE, l, err);
    case APPEND: return icp_ledger_append(*l, NOW, OVERRIDE("acme.com", "Good", "t"), sizeof OVERRIDE("acme.com", "Good", "t") - 1, &head, err);
    case DESCRIBE: return icp_ledger_describe(*l, &head, err);
    case VERIFY: return icp_ledger_verify(*l, NULL, &head, err);
    case LIST: st = icp_ledger_entries(*l, NULL, &b, err); break;
    case DECIDE: st = icp_ledger_decisions(*l, NOW + 1000000000, &d, err); break;
    case STORE: return icp_ledger_store_model(*l, model, NOW, note, sizeof note - 1, &head, err);
    case PUBLISH: return icp_ledger_publish(*l, model, NOW, note, sizeof note - 1, report.data, report.size, 0, &head, err);
    case NOW_PUBLISHED: return icp_ledger_published(*l, id, &number, err);
    case RESOLVE: return icp_ledger_append(*l, NOW, resolved, sizeof resolved - 1, &head, err);
    case LOAD: st = icp_ledger_load_model(*l, info.id, &m, err); break;
    }
    ck_assert((st == ICP_OK) == (b || m || d));
    icp_decisions_unref(d);
    icp_buffer_unref(b);
    icp_model_unref(m);
    return st;
}

/* Three entries; of a load, the model too. Returns their number. */
static uint64_t prepare(int which) {
    book_clear(&book);
    if (which == CREATE)
        return 0;
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    for (int i = 0; i < 3; i++)
        book_append(l, NOW, REVIEW);
    if (which == RESOLVE) {
        book_append(l, NOW, "{\"kind\":\"flag\",\"scope\":\"company\",\"key\":\"acme.com\",\"text\":\"t\",\"author\":\"a\"}");
        book_append(l, NOW, "{\"kind\":\"card\",\"author\":\"a\",\"card\":{\"resolvers\":[\"board\",\"owner\"]}}");
    }
    if (which == NOW_PUBLISHED)
        ck_assert_int_eq(call(PUBLISH, &l, NULL), ICP_OK);
    if (which == LOAD || which == VERIFY)
        ck_assert_int_eq(icp_ledger_store_model(l, model, NOW, note, sizeof note - 1, NULL, NULL), ICP_OK);
    uint64_t n = book_verify(l, NULL).entries;
    icp_ledger_free(l);
    return n;
}

/* After a failure: all or nothing, and everything works again. */
static void check_after(int which, long at, icp_status st, uint64_t before) {
    const uint64_t writes = appends(which);
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    uint64_t now = book_verify(l, NULL).entries;
    if (st == ICP_OK)
        ck_assert_uint_eq(now, before + writes);
    else if (st == ICP_E_IO)
        ck_assert(now == before || now == before + writes); /* a model and its publication together, or neither */
    else
        ck_assert_msg(now == before, "%s, failure %ld: %s, but the entry is there", names[which], at, icp_status_name(st));
    book_append(l, NOW, REVIEW);
    ck_assert_uint_eq(book_verify(l, NULL).entries, now + 1);
    if (which == STORE && now > before)
        ck_assert_int_eq(call(LOAD, &l, NULL), ICP_OK);
    icp_ledger_free(l);
}

/* Fails the at-th; returns whether that many were there. */
static int run_one(int which, long at, int way, int again, icp_status allowed) {
    struct icp_error err = {.struct_size = sizeof err};
    uint64_t before = prepare(which);
    icp_ledger *l = NULL;
    long live = k.live;
    if (which > CREATE)
        l = book_open(&book, 0);
    arm(at, way);
    icp_status st = call(which, &l, &err);
    int reached = k.calls >= at;
    if (!again)
        disarm();
    ck_assert_msg(!st || st == allowed, "%s, failure %ld of way %d: %s %s", names[which], at, way, icp_status_name(st), err.message);
    ck_assert_int_eq(st ? err.code : 0, st);
    if (!reached)
        ck_assert_int_eq(st, ICP_OK);
    if (st && l && !again) { /* the same handle goes on */
        icp_status second = call(which, &l, &err);
        const int done = which == PUBLISH && st == ICP_E_IO && second == ICP_E_GATE; /* it was published after all */
        ck_assert_msg(second == ICP_OK || done, "%s after failure %ld of way %d: %s %s", names[which], at, way, icp_status_name(second), err.message);
        before += st != ICP_E_IO ? appends(which) : 0;
        if (st == ICP_E_IO && appends(which)) {
            struct icp_ledger_head head = book_verify(l, NULL);
            ck_assert(head.entries == before + appends(which) || head.entries == before + 2 * appends(which));
            before = head.entries;
        }
        st = ICP_E_MEMORY; /* counted already */
    }
    icp_ledger_free(l);
    disarm();
    ck_assert_msg(k.live == live, "%s, failure %ld of way %d: %ld blocks leaked", names[which], at, way, k.live - live);
    check_after(which, at, st, before);
    return reached;
}

static void start(void) {
    book_start(&book);
    model = book_model(&book);
    info = (struct icp_model_info){.struct_size = sizeof info};
    ck_assert_int_eq(icp_model_describe(model, &info, NULL), ICP_OK);
    ck_assert_int_eq(icp_gates_check(model, NULL, NULL, NULL, NULL, &report_buffer, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(report_buffer, &report), ICP_OK);
    (void)prepare(APPEND); /* what SQLite keeps for good is there from now on */
}
static void end(void) {
    icp_buffer_unref(report_buffer);
    icp_model_unref(model);
    book_end(&book);
}

static long each(int which, icp_status allowed) {
    long at, most = 0;
    for (int way = 0; way < WAYS; way++)
        for (int again = 0; again < (way == ONWARDS ? 2 : 1); again++) {
            /* Every one of the first, then fewer and fewer: a long call does the same over and over, and some do what others do too. */
            const long first = which == PUBLISH || which == RESOLVE ? 60 : 400;
            for (at = 1; run_one(which, at, way, again, allowed); at += at < first ? 1 : at < 400 ? 3 : at / 40)
                ck_assert_int_lt(at, 100000);
            most = at > most ? at : most;
        }
    return most;
}

START_TEST(allocations_fail) {
    long n = each(_i, ICP_E_MEMORY);
    printf("%s: %ld allocations\n", names[_i], n - 1);
}
END_TEST

START_TEST(the_file_system_fails) {
    long n = 0;
    io_on = 1;
    ck_assert_int_eq(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
    for (int full = 0; full < 2; full++) {
        k.result = full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        n = each(_i, ICP_E_IO);
    }
    printf("%s: %ld calls of the file system\n", names[_i], n - 1);
}
END_TEST

/* The file is synced behind its last write, and the journal's name is gone from a synced folder. */
START_TEST(an_append_is_durable_when_it_returns) {
    io_on = 1;
    ck_assert_int_eq(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    for (int i = 0; i < 20; i++) {
        memset(&seen, 0, sizeof seen);
        book_append(l, NOW, REVIEW);
        ck_assert(seen.writes > 0 && !seen.unsynced && seen.deletes == 1 && !seen.unsynced_deletes);
    }
    icp_ledger_free(l);
}
END_TEST

/* What is given out is the context's memory. */
START_TEST(allocations_of_the_context_fail) {
    icp_context *own = book.c;
    static const int gives[] = {LIST, DECIDE, LOAD};
    for (int i = 0; i < 3; i++) {
        const int which = gives[i];
        struct counting n = {0};
        (void)prepare(LOAD);
        book.c = counting_context(&n);
        icp_ledger *l = book_open(&book, 0);
        icp_status st = ICP_E_MEMORY;
        for (size_t at = 1; st; at++) {
            struct icp_error err = {.struct_size = sizeof err};
            size_t live = n.live;
            n.calls = 0, n.fail_at = at;
            st = call(which, &l, &err);
            ck_assert_msg(st == (n.calls >= at ? ICP_E_MEMORY : ICP_OK), "%s, failure %zu: %s %s", names[which], at, icp_status_name(st),
                err.message);
            ck_assert_uint_eq(n.live, live);
        }
        icp_ledger_free(l);
        icp_context_unref(book.c);
        book.c = own;
        ck_assert_uint_eq(n.live, 0);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger failures");
    TCase *t = tcase_create("failures");
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &mem) || sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0))
        return 1;
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "shim";
    shim_vfs.pNext = NULL;
    shim_vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct shim_file);
    shim_vfs.xOpen = v_open;
    shim_vfs.xDelete = v_delete;
    shim_vfs.xAccess = v_access;
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 600);
    tcase_add_loop_test(t, allocations_fail, 0, CALLS);
    tcase_add_loop_test(t, the_file_system_fails, 0, CALLS);
    tcase_add_test(t, an_append_is_durable_when_it_returns);
    tcase_add_test(t, allocations_of_the_context_fail);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
