/* SPDX-License-Identifier: MIT */
/* The power fails: of what was not synced any part may be lost, in any order. What an append confirmed is there all the same. */
#include "book.h"

enum { FILES = 2, WRITES = 256, IMAGE = 1 << 18, APPENDS = 3 };

/* What the disk holds for sure, and the writes that it may hold. A truncation is a write without bytes. */
struct disk {
    char path[112];
    int there, entered; /* open or written; its name is on the disk */
    size_t size;
    char image[IMAGE];
    int writes;
    struct {
        size_t at, n;
        char *bytes;
    } write[WRITES];
};
static struct disk disks[FILES]; /* the ledger and its journal */
static struct book book;
static long calls, cut_at;
static int lying; /* a disk that does not sync */

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
    struct disk *disk;
};
#define REAL(f) (((struct shim_file *)(f))->real)
#define DISK(f) (((struct shim_file *)(f))->disk)
static sqlite3_vfs *real_vfs, shim_vfs;

static int cut(void) { return cut_at && ++calls >= cut_at; }

static void forget(struct disk *d) {
    while (d->writes > 0)
        free(d->write[--d->writes].bytes);
}

/* Everything so far is on the disk. */
static void settle(struct disk *d) {
    size_t size = 0;
    forget(d);
    if (access(d->path, F_OK) == 0) {
        char *data = book_read(d->path, &size);
        ck_assert_uint_le(size, IMAGE);
        memcpy(d->image, data, size);
        free(data);
        d->there = d->entered = 1;
    }
    d->size = size;
}

static void note_write(struct disk *d, const void *bytes, size_t n, size_t at) {
    ck_assert_int_lt(d->writes, WRITES);
    d->write[d->writes].at = at;
    d->write[d->writes].n = n;
    d->write[d->writes].bytes = bytes ? memcpy(malloc(n), bytes, n) : NULL;
    d->writes++;
}

static int f_close(sqlite3_file *f) { return REAL(f)->pMethods->xClose(REAL(f)); }
static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at) { return REAL(f)->pMethods->xRead(REAL(f), p, n, at); }
static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at) {
    if (cut())
        return SQLITE_IOERR_WRITE;
    note_write(DISK(f), p, (size_t)n, (size_t)at);
    return REAL(f)->pMethods->xWrite(REAL(f), p, n, at);
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 n) {
    if (cut())
        return SQLITE_IOERR_TRUNCATE;
    note_write(DISK(f), NULL, 0, (size_t)n);
    return REAL(f)->pMethods->xTruncate(REAL(f), n);
}
static int f_sync(sqlite3_file *f, int flags) {
    (void)flags;
    if (cut())
        return SQLITE_IOERR_FSYNC;
    if (!lying)
        settle(DISK(f));
    return SQLITE_OK;
}
static int f_size(sqlite3_file *f, sqlite3_int64 *n) { return REAL(f)->pMethods->xFileSize(REAL(f), n); }
static int f_lock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xLock(REAL(f), how); }
static int f_unlock(sqlite3_file *f, int how) { return REAL(f)->pMethods->xUnlock(REAL(f), how); }
static int f_reserved(sqlite3_file *f, int *out) { return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out); }
static int f_control(sqlite3_file *f, int op, void *arg) { return REAL(f)->pMethods->xFileControl(REAL(f), op, arg); }
static int f_sector(sqlite3_file *f) { return REAL(f)->pMethods->xSectorSize(REAL(f)); }
static int f_traits(sqlite3_file *f) {
    (void)f;
    return 0;
}
static const sqlite3_io_methods io = {.iVersion = 1, .xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate,
    .xSync = f_sync, .xFileSize = f_size, .xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved, .xFileControl = f_control,
    .xSectorSize = f_sector, .xDeviceCharacteristics = f_traits};

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
    struct shim_file *s = (struct shim_file *)f;
    (void)v;
    s->base.pMethods = NULL;
    s->real = (sqlite3_file *)(s + 1);
    s->disk = &disks[!(flags & SQLITE_OPEN_MAIN_DB)];
    if (cut_at && calls >= cut_at)
        return SQLITE_CANTOPEN;
    int result = real_vfs->xOpen(real_vfs, name, s->real, flags, out);
    s->base.pMethods = s->real->pMethods ? &io : NULL;
    s->disk->there |= result == SQLITE_OK;
    return result;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync) {
    struct disk *d = &disks[strstr(name, "-journal") != NULL];
    (void)v;
    if (cut())
        return SQLITE_IOERR_DELETE;
    int result = real_vfs->xDelete(real_vfs, name, 0);
    if (sync && !lying) /* otherwise the disk may have it still */
        forget(d), d->there = d->entered = 0, d->size = 0;
    return result;
}

static uint64_t seed = 88172645463325252u;
static uint32_t below(uint32_t n) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

/* What is on the disk when the power comes back: the image and some of the writes. */
static void restore(struct disk *d) {
    uint32_t kept = below(4); /* none, or so many in three */
    (void)unlink(d->path);
    if (!d->there || (!d->entered && below(2))) {
        forget(d);
        return;
    }
    for (int i = 0; i < d->writes; i++) {
        if (below(3) >= kept)
            continue;
        size_t at = d->write[i].at, n = d->write[i].n;
        ck_assert_uint_le(at + n, IMAGE);
        if (d->write[i].bytes) {
            if (at > d->size)
                memset(d->image + d->size, 0, at - d->size);
            memcpy(d->image + at, d->write[i].bytes, n);
            d->size = at + n > d->size ? at + n : d->size;
        } else if (at < d->size) {
            d->size = at;
        }
    }
    forget(d);
    book_write(d->path, d->image, d->size);
}

/* Three appends with the power failing at a call; returns whether it did. *lost = something confirmed is gone. */
static int run_one(const char *before, size_t size, long at, int *lost) {
    struct icp_ledger_head last = {.struct_size = sizeof last}, next = last;
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l;
    book_clear(&book);
    book_write(book.path, before, size);
    for (int i = 0; i < FILES; i++)
        disks[i].there = disks[i].entered = 0, settle(&disks[i]);
    calls = 0;
    cut_at = 0;
    l = book_open(&book, 0);
    ck_assert_int_eq(icp_ledger_describe(l, &last, NULL), ICP_OK);
    cut_at = at;
    uint64_t confirmed = last.entries;
    for (int i = 0; i < APPENDS; i++)
        if (icp_ledger_append(l, NOW, REVIEW, sizeof REVIEW - 1, &next, NULL) == ICP_OK)
            last = next, confirmed++;
    int reached = calls >= at;
    icp_ledger_free(l);
    cut_at = 0;
    for (int i = 0; i < FILES; i++)
        restore(&disks[i]);
    ck_assert_uint_eq(last.entries, confirmed);
    l = NULL;
    icp_status st = icp_ledger_open(book.c, book.path, 0, &l, &err);
    next = (struct icp_ledger_head){.struct_size = sizeof next};
    if (!st)
        st = icp_ledger_verify(l, &last, &next, &err);
    *lost = st != ICP_OK || next.entries > confirmed + 1;
    ck_assert_msg(lying || !*lost, "power failed at call %ld, %d confirmed: %s", at, (int)confirmed, err.message);
    icp_ledger_free(l);
    return reached;
}

static int all(int rounds) {
    size_t size;
    int lost = 0, losses = 0, runs = 0;
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    for (int i = 0; i < 3; i++)
        book_append(l, NOW, REVIEW);
    icp_ledger_free(l);
    char *before = book_read(book.path, &size);
    for (int round = 0; round < rounds; round++)
        for (long at = 1; run_one(before, size, at, &lost); at++)
            losses += lost, runs++;
    free(before);
    printf("%s: power failed %d times, %d with a loss\n", lying ? "a disk that lies" : "a disk that syncs", runs, losses);
    return losses;
}

static void start(void) {
    book_start(&book);
    snprintf(disks[0].path, sizeof disks[0].path, "%s", book.path);
    snprintf(disks[1].path, sizeof disks[1].path, "%s-journal", book.path);
    ck_assert_int_eq(sqlite3_vfs_register(&shim_vfs, 1), SQLITE_OK);
}
static void end(void) { book_end(&book); }

START_TEST(what_is_confirmed_survives_a_power_cut) { ck_assert_int_eq(all(40), 0); }
END_TEST

/* The test can see a loss: with a disk that does not do what it says there are some. */
START_TEST(a_disk_that_lies_loses) {
    lying = 1;
    ck_assert_int_gt(all(5), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger power");
    TCase *t = tcase_create("power");
    real_vfs = sqlite3_vfs_find(NULL);
    shim_vfs = *real_vfs;
    shim_vfs.zName = "power";
    shim_vfs.pNext = NULL;
    shim_vfs.szOsFile = real_vfs->szOsFile + (int)sizeof(struct shim_file);
    shim_vfs.xOpen = v_open;
    shim_vfs.xDelete = v_delete;
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, what_is_confirmed_survives_a_power_cut);
    tcase_add_test(t, a_disk_that_lies_loses);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
