/* SPDX-License-Identifier: MIT */
/* What was done to a ledger behind its back is found and named. */
#include "base/hash.h"
#include "book.h"

static struct book book;
static struct icp_ledger_head kept; /* after all entries */
enum { ENTRIES = 40 };

static void start(void) {
    char json[400];
    static const char note[] = "{\"author\":\"Ada\"}";
    book_start(&book);
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    icp_model *m = book_model(&book);
    for (int i = 1; i < ENTRIES; i++) {
        snprintf(json, sizeof json, "{\"kind\":\"outcome\",\"key\":\"company-%d\",\"outcome\":\"won\",\"on\":\"2026-01-02\",\"author\":\"Ada\","
            "\"text\":\"entry %d%0*d\"}", i, i, i, 0);
        book_append(l, NOW + i, json);
    }
    kept = (struct icp_ledger_head){.struct_size = sizeof kept};
    ck_assert_int_eq(icp_ledger_store_model(l, m, NOW + ENTRIES, note, sizeof note - 1, &kept, NULL), ICP_OK);
    book_verify(l, &kept);
    icp_ledger_free(l);
    icp_model_unref(m);
    book_sql(&book, "DROP TRIGGER entries_stay; DROP TRIGGER entries_remain");
}
static void end(void) { book_end(&book); }

static void found(const struct icp_ledger_head *expected, int64_t row, const char *message) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_ledger_head head = {.struct_size = sizeof head, .entries = 7};
    icp_ledger *l = book_open(&book, ICP_LEDGER_READ_ONLY);
    ck_assert_int_eq(icp_ledger_verify(l, expected, &head, &err), ICP_E_CHECKSUM);
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.row, row);
    ck_assert_str_eq(err.source, book.path);
    ck_assert_uint_eq(head.entries, 7);
    icp_ledger_free(l);
}

static const struct {
    const char *sql, *message;
    int row, expected; /* whether a kept head is needed */
} changes[] = {
    {"UPDATE entries SET entry = replace(entry, 'won', 'lost') WHERE number = 7",
        "entry 7 was changed, or the one before: its hash does not follow from both", 7, 0},
    {"UPDATE entries SET time = time + 1 WHERE number = 8", "entry 8 was changed, or the one before: its hash does not follow from both", 8, 0},
    {"UPDATE entries SET time = 5 WHERE number = 9", "entry 9 is earlier than the one before", 9, 0},
    {"UPDATE entries SET author = 'Bob' WHERE number = 10", "entry 10 was changed: its columns kind, author and key are not what it says", 10, 0},
    {"UPDATE entries SET kind = 'review' WHERE number = 11", "entry 11 was changed: its columns kind, author and key are not what it says", 11, 0},
    {"UPDATE entries SET key = NULL WHERE number = 12", "entry 12 was changed: its columns kind, author and key are not what it says", 12, 0},
    {"UPDATE entries SET hash = upper(hash) WHERE number = 13", "entry 13 was changed, or the one before: its hash does not follow from both", 13, 0},
    {"UPDATE entries SET entry = CAST(entry AS BLOB) WHERE number = 14",
        "entry 14 was changed, or the one before: its hash does not follow from both", 14, 0},
    {"DELETE FROM entries WHERE number = 15", "entry 15 is missing", 15, 0},
    {"DELETE FROM entries WHERE number < 4", "entry 1 is missing", 1, 0},
    {"DELETE FROM entries WHERE number = 16; UPDATE entries SET number = number - 1 WHERE number > 16",
        "entry 16 was changed, or the one before: its hash does not follow from both", 16, 0},
    {"UPDATE entries SET number = -1 WHERE number = 17; UPDATE entries SET number = 17 WHERE number = 18;"
     "UPDATE entries SET number = 18 WHERE number = -1",
     "entry 17 was changed, or the one before: its hash does not follow from both", 17, 0},
    {"INSERT INTO entries SELECT 41, time, kind, author, key, entry, hash FROM entries WHERE number = 40",
        "entry 41 was changed, or the one before: its hash does not follow from both", 41, 0},
    {"INSERT INTO entries SELECT 0, 1, kind, author, key, entry, hash FROM entries WHERE number = 4", "entry 0 has a number below 1", 0, 0},
    {"DELETE FROM entries WHERE number > 37", "entry 38 is missing: 37 are there, the expected head has 40; the tail was cut off", 38, 1},
    {"DELETE FROM entries", "entry 1 is missing: 0 are there, the expected head has 40; the tail was cut off", 1, 1},
    {"DELETE FROM models", "entry 40 names a model that is missing", 40, 0},
    {"UPDATE models SET file = zeroblob(length(file))", "entry 40 names a model whose bytes were changed", 40, 0},
    {"DROP TABLE entries", "no such table: entries", -1, 0},
};

START_TEST(a_change_is_named) {
    book_sql(&book, "%s", changes[_i].sql);
    found(&kept, changes[_i].row, changes[_i].message);
    if (!changes[_i].expected)
        found(NULL, changes[_i].row, changes[_i].message);
    else
        book_is_right(&book, NULL); /* as the header says: not found without a kept head */
}
END_TEST

/* Number, time, entry of each row into a chain that is right in itself. */
static void rewrite(int from) {
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL, *u = NULL;
    uint8_t chain[32] = {0}, bytes[8];
    char hex[65];
    ck_assert_int_eq(sqlite3_open(book.path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT number, time, entry FROM entries ORDER BY number", -1, &s, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, "UPDATE entries SET hash = ?2 WHERE number = ?1", -1, &u, NULL), SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct icp__sha256 h;
        icp__put64(bytes, (uint64_t)sqlite3_column_int64(s, 1));
        icp__sha256_init(&h);
        icp__sha256_add(&h, chain, 32);
        icp__sha256_add(&h, bytes, 8);
        icp__sha256_add(&h, sqlite3_column_text(s, 2), (size_t)sqlite3_column_bytes(s, 2));
        icp__sha256_finish(&h, chain);
        for (int i = 0; i < 32; i++)
            snprintf(hex + 2 * i, 3, "%02x", chain[i]);
        if (sqlite3_column_int(s, 0) < from)
            continue;
        sqlite3_bind_int64(u, 1, sqlite3_column_int64(s, 0));
        sqlite3_bind_text(u, 2, hex, 64, SQLITE_TRANSIENT);
        ck_assert_int_eq(sqlite3_step(u), SQLITE_DONE);
        sqlite3_reset(u);
    }
    sqlite3_finalize(s);
    sqlite3_finalize(u);
    sqlite3_close(db);
}

START_TEST(a_history_written_anew_is_found_by_a_kept_head) {
    struct icp_ledger_head earlier = {.struct_size = sizeof earlier};
    icp_ledger *l = book_open(&book, 0);
    ck_assert_int_eq(icp_ledger_describe(l, &earlier, NULL), ICP_OK);
    book_append(l, NOW + 100, REVIEW);
    book_verify(l, &earlier);
    icp_ledger_free(l);
    book_sql(&book, "UPDATE entries SET entry = replace(entry, 'won', 'lost') WHERE number = 7");
    rewrite(7);
    l = book_open(&book, 0);
    book_verify(l, NULL); /* right in itself */
    icp_ledger_free(l);
    found(&earlier, ENTRIES, "entry 40 is not the one of the expected head: the history was written anew");
}
END_TEST

START_TEST(a_file_cut_short_is_found_at_every_length) {
    size_t size, named = 0;
    char *data = book_read(book.path, &size);
    for (size_t cut = 0; cut < size; cut += cut < 1024 ? 37 : 509) {
        struct icp_error err = {.struct_size = sizeof err};
        icp_ledger *l = NULL;
        book_write(book.path, data, cut);
        icp_status st = icp_ledger_open(book.c, book.path, 0, &l, &err);
        if (!st)
            st = icp_ledger_verify(l, NULL, NULL, &err);
        ck_assert_msg(st == ICP_E_CHECKSUM || st == ICP_E_FORMAT || st == ICP_E_IO, "%zu of %zu bytes: %s %s", cut, size, icp_status_name(st),
            err.message);
        named += strstr(err.message, "cut short") != NULL;
        ck_assert_msg(strstr(err.message, "cut short") || cut < 512, "%zu: %s", cut, err.message);
        icp_ledger_free(l);
    }
    ck_assert_uint_gt(named, 50);
    book_write(book.path, data, size);
    book_is_right(&book, &kept);
    free(data);
}
END_TEST

START_TEST(a_file_cut_short_while_it_is_open_is_found) {
    size_t size;
    char *data = book_read(book.path, &size);
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l = book_open(&book, 0);
    book_verify(l, &kept);
    ck_assert_int_eq(truncate(book.path, (off_t)(size / 2)), 0);
    ck_assert_int_eq(icp_ledger_verify(l, &kept, NULL, &err), ICP_E_CHECKSUM);
    ck_assert_ptr_nonnull(strstr(err.message, "cut short"));
    ck_assert_int_eq(icp_ledger_append(l, NOW + 100, REVIEW, sizeof REVIEW - 1, NULL, &err), ICP_E_CHECKSUM);
    icp_ledger_free(l);
    free(data);
}
END_TEST

/* A changed byte is found, or it is one that means nothing: then all that is read is as before. */
START_TEST(a_changed_byte_is_found_or_means_nothing) {
    size_t size, quiet = 0;
    uint64_t seed = 88172645463325252u;
    char *data = book_read(book.path, &size);
    icp_ledger *l = book_open(&book, 0);
    char *before = book_list(l, NULL);
    icp_ledger_free(l);
    for (int i = 0; i < 600; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        size_t at = i < 200 ? (size_t)i : (size_t)(seed % size);
        data[at] = (char)(data[at] ^ (1 << (seed >> 40) % 8));
        book_write(book.path, data, size);
        data[at] = (char)(data[at] ^ (1 << (seed >> 40) % 8));
        l = NULL;
        icp_status st = icp_ledger_open(book.c, book.path, 0, &l, &err);
        if (!st)
            st = icp_ledger_verify(l, &kept, NULL, &err);
        if (!st) {
            char *now = book_list(l, NULL);
            ck_assert_msg(!strcmp(before, now), "byte %zu", at);
            free(now);
            quiet++;
        }
        ck_assert_msg(!st || st == ICP_E_CHECKSUM || st == ICP_E_FORMAT || st == ICP_E_VERSION || st == ICP_E_IO, "byte %zu: %s %s", at,
            icp_status_name(st), err.message);
        icp_ledger_free(l);
        book_clear(&book);
    }
    ck_assert_uint_lt(quiet, 300);
    free(before);
    free(data);
}
END_TEST

static void end_more(void) {
    char name[120];
    snprintf(name, sizeof name, "%s-wal", book.path);
    (void)unlink(name);
    snprintf(name, sizeof name, "%s-shm", book.path);
    (void)unlink(name);
    end();
}

int main(void) {
    Suite *s = suite_create("ledger chain");
    TCase *t = tcase_create("chain");
    tcase_add_checked_fixture(t, start, end_more);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, a_change_is_named, 0, (int)(sizeof changes / sizeof changes[0]));
    tcase_add_test(t, a_history_written_anew_is_found_by_a_kept_head);
    tcase_add_test(t, a_file_cut_short_is_found_at_every_length);
    tcase_add_test(t, a_file_cut_short_while_it_is_open_is_found);
    tcase_add_test(t, a_changed_byte_is_found_or_means_nothing);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
