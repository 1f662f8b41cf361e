/* SPDX-License-Identifier: MIT */
/* What goes in comes out: entries, filters, heads, models; what a call refuses. */
#include "base/hash.h"
#include "book.h"

static struct book book;

static void start(void) { book_start(&book); }
static void end(void) { book_end(&book); }

START_TEST(heads_follow_the_documented_hash) {
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    static const char first[] = "{\"author\":\"Ada\",\"kind\":\"review\",\"text\":\"looked through\"}";
    struct icp_ledger_head none = book_verify(l, NULL), stored = {.struct_size = sizeof stored};
    uint8_t chain[32] = {0}, bytes[8];
    ck_assert_uint_eq(none.entries, 0);
    ck_assert_mem_eq(none.sha256, chain, 32);
    for (uint64_t i = 1; i <= 5; i++) {
        struct icp__sha256 s;
        int64_t now = NOW + (int64_t)i;
        struct icp_ledger_head head = book_append(l, now, REVIEW);
        icp__put64(bytes, (uint64_t)now);
        icp__sha256_init(&s);
        icp__sha256_add(&s, chain, 32);
        icp__sha256_add(&s, bytes, 8);
        icp__sha256_add(&s, first, sizeof first - 1);
        icp__sha256_finish(&s, chain);
        ck_assert_uint_eq(head.entries, i);
        ck_assert_mem_eq(head.sha256, chain, 32);
        ck_assert_int_eq(icp_ledger_describe(l, &stored, NULL), ICP_OK);
        ck_assert_mem_eq(&stored, &head, sizeof head);
    }
    icp_ledger_free(l);
    l = book_open(&book, ICP_LEDGER_READ_ONLY);
    struct icp_ledger_head head = book_verify(l, &stored);
    ck_assert_mem_eq(&stored, &head, sizeof head);
    book_verify(l, &none);
    icp_ledger_free(l);
}
END_TEST

static void check_filter(icp_ledger *l, struct icp_ledger_filter f, const char *numbers) {
    char seen[128] = "";
    f.struct_size = sizeof f;
    char *list = book_list(l, &f);
    for (const char *at = list; (at = strstr(at, "{\"number\":")) != NULL; at++)
        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%d ", atoi(at + 10));
    ck_assert_str_eq(seen, numbers);
    free(list);
}

START_TEST(a_list_holds_what_the_filter_asks_for) {
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    const struct icp_str over = {"override", 8}, a = {"a", 1}, b = {"b", 1};
    for (int i = 0; i < 12; i++)
        book_append(l, NOW + i, i % 3 == 0 ? REVIEW : i % 3 == 1 ? OVERRIDE("a", "Good", "t") : OVERRIDE("b", "Poor", "t"));
    check_filter(l, (struct icp_ledger_filter){0}, "1 2 3 4 5 6 7 8 9 10 11 12 ");
    check_filter(l, (struct icp_ledger_filter){.kind = over}, "2 3 5 6 8 9 11 12 ");
    check_filter(l, (struct icp_ledger_filter){.kind = over, .key = a}, "2 5 8 11 ");
    check_filter(l, (struct icp_ledger_filter){.key = b, .limit = 2}, "3 6 ");
    check_filter(l, (struct icp_ledger_filter){.key = b, .limit = 2, .flags = ICP_LEDGER_NEWEST_FIRST}, "12 9 ");
    check_filter(l, (struct icp_ledger_filter){.from = NOW + 3, .to = NOW + 6}, "4 5 6 ");
    check_filter(l, (struct icp_ledger_filter){.after = 10}, "11 12 ");
    check_filter(l, (struct icp_ledger_filter){.after = 3, .flags = ICP_LEDGER_NEWEST_FIRST}, "2 1 ");
    check_filter(l, (struct icp_ledger_filter){.kind = {"card", 4}}, "");
    check_filter(l, (struct icp_ledger_filter){.after = UINT64_MAX, .limit = UINT64_MAX}, "");
    icp_ledger_free(l);
}
END_TEST

START_TEST(a_list_shows_head_number_time_and_hash) {
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    char hex[65], wanted[600];
    struct icp_ledger_head head = book_append(l, NOW, REVIEW);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", head.sha256[i]);
    snprintf(wanted, sizeof wanted,
        "{\"head\":{\"entries\":1,\"sha256\":\"%s\"},\"entries\":[{\"number\":1,\"time\":1790000000000000,\"hash\":\"%s\",\"entry\":"
             "{\"author\":\"Ada\",\"kind\":\"review\",\"text\":\"looked through\"}}]}", hex, hex);
    char *list = book_list(l, NULL);
    ck_assert_str_eq(list, wanted);
    free(list);
    icp_ledger_free(l);
}
END_TEST

static int first_row(void *user, int n, char **values, char **names) {
    (void)names;
    ck_assert_int_eq(n, 7);
    for (int i = 0; i < n; i++)
        snprintf((char *)user + strlen(user), 600 - strlen(user), "%s|", values[i] ? values[i] : "-");
    return 0;
}

START_TEST(plain_sqlite_reads_it_and_cannot_slip) {
    char row[600] = "";
    sqlite3 *db = NULL;
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    book_append(l, NOW, "{\"kind\":\"outcome\",\"author\":\"crm\",\"key\":\"acme.com\",\"outcome\":\"won\",\"on\":\"2026-12-24\"}");
    icp_ledger_free(l);
    ck_assert_int_eq(sqlite3_open(book.path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "SELECT number, time, kind, author, key, length(hash), entry FROM entries", first_row, row, NULL), SQLITE_OK);
    ck_assert_str_eq(row, "1|1790000000000000|outcome|crm|acme.com|64|{\"author\":\"crm\",\"key\":\"acme.com\",\"kind\":\"outcome\","
        "\"on\":\"2026-12-24\",\"outcome\":\"won\"}|");
    ck_assert_int_eq(sqlite3_exec(db, "UPDATE entries SET author = 'x'", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    ck_assert_int_eq(sqlite3_exec(db, "DELETE FROM entries", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}
END_TEST

START_TEST(time_does_not_run_backwards) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    book_append(l, NOW, REVIEW);
    ck_assert_int_eq(icp_ledger_append(l, NOW - 60000001, REVIEW, sizeof REVIEW - 1, NULL, &err), ICP_E_LEDGER);
    ck_assert_str_eq(err.message, "now is 1789999939999999, but entry 1 is of 1790000000000000: a ledger's time does not run backwards");
    book_append(l, NOW - 60000000, REVIEW); /* another clock */
    book_append(l, NOW + 5, REVIEW);
    char *list = book_list(l, NULL);
    ck_assert_ptr_nonnull(strstr(list, "\"number\":2,\"time\":1790000000000000,"));
    ck_assert_ptr_nonnull(strstr(list, "\"number\":3,\"time\":1790000000000005,"));
    free(list);
    ck_assert_int_eq(icp_ledger_append(l, -1, REVIEW, sizeof REVIEW - 1, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_append(l, ICP_TIME_UNKNOWN, REVIEW, sizeof REVIEW - 1, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_uint_eq(book_verify(l, NULL).entries, 3);
    icp_ledger_free(l);
}
END_TEST

START_TEST(a_model_comes_back_bit_for_bit) {
    static const char note[] = "{\"author\":\"Ada\",\"text\":\"first\"}";
    struct icp_model_info info = {.struct_size = sizeof info};
    struct icp_ledger_head head = {.struct_size = sizeof head};
    struct icp_error err = {.struct_size = sizeof err};
    icp_model *m = book_model(&book), *back = NULL;
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    struct icp_str before, after;
    ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
    ck_assert_int_eq(icp_ledger_load_model(l, info.id, &back, &err), ICP_E_LEDGER);
    ck_assert_int_eq(icp_ledger_store_model(l, m, NOW, "{\"author\":\"A\",\"model\":\"x\"}", 26, NULL, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "model is set by the library, when a model is stored or published");
    ck_assert_int_eq(icp_ledger_store_model(l, m, NOW, "{}", 2, NULL, NULL), ICP_E_FORMAT);
    for (int i = 1; i <= 2; i++) {
        icp_status st = icp_ledger_store_model(l, m, NOW, note, sizeof note - 1, &head, &err);
        ck_assert_msg(st == ICP_OK, "%s", err.message);
        ck_assert_uint_eq(head.entries, i);
    }
    icp_ledger_free(l);
    l = book_open(&book, ICP_LEDGER_READ_ONLY);
    book_verify(l, &head);
    ck_assert_int_eq(icp_ledger_store_model(l, m, NOW, note, sizeof note - 1, &head, NULL), ICP_E_STATE);
    ck_assert_int_eq(icp_ledger_append(l, NOW, REVIEW, sizeof REVIEW - 1, NULL, NULL), ICP_E_STATE);
    ck_assert_int_eq(icp_ledger_load_model(l, info.id, &back, NULL), ICP_OK);
    icp_ledger_free(l);
    icp_buffer *one = book_bytes(&book, m), *two = book_bytes(&book, back);
    ck_assert_int_eq(icp_buffer_data(one, &before), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(two, &after), ICP_OK);
    ck_assert_uint_eq(before.size, after.size);
    ck_assert_mem_eq(before.data, after.data, before.size);
    icp_buffer_unref(one);
    icp_buffer_unref(two);
    icp_model_unref(m);
    icp_model_unref(back);
}
END_TEST

static icp_status try_open(const char *path, uint32_t flags) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l = (icp_ledger *)&book;
    icp_status st = icp_ledger_open(book.c, path, flags, &l, &err);
    ck_assert_int_eq(err.code, st);
    ck_assert(st ? l == (icp_ledger *)&book && err.message[0] : l != (icp_ledger *)&book);
    if (!st)
        icp_ledger_free(l);
    return st;
}

START_TEST(what_is_no_ledger_is_refused) {
    ck_assert_int_eq(try_open(book.path, 0), ICP_E_IO);
    ck_assert_int_eq(try_open(book.path, ICP_LEDGER_READ_ONLY), ICP_E_IO);
    ck_assert_int_eq(try_open(book.folder, 0), ICP_E_IO);
    book_write(book.path, "", 0);
    ck_assert_int_eq(try_open(book.path, 0), ICP_E_FORMAT);
    ck_assert_int_eq(try_open(book.path, ICP_LEDGER_CREATE), ICP_OK); /* as after a call that was interrupted */
    book_write(book.path, "key,name\nacme.com,Acme and a few more bytes to be sure that it is no empty file\n", 80);
    ck_assert_int_eq(try_open(book.path, 0), ICP_E_FORMAT);
    ck_assert_int_eq(try_open(book.path, ICP_LEDGER_CREATE), ICP_E_FORMAT);
    book_clear(&book);
    book_sql(&book, "CREATE TABLE entries(number)");
    ck_assert_int_eq(try_open(book.path, 0), ICP_E_FORMAT);
    ck_assert_int_eq(try_open(book.path, ICP_LEDGER_CREATE), ICP_E_FORMAT);
    book_clear(&book);
    ck_assert_int_eq(try_open(book.path, ICP_LEDGER_CREATE), ICP_OK);
    book_sql(&book, "PRAGMA user_version = 2");
    ck_assert_int_eq(try_open(book.path, 0), ICP_E_VERSION);
}
END_TEST

START_TEST(a_path_is_always_a_file) {
    ck_assert_int_eq(chdir(book.folder), 0);
    ck_assert_int_eq(try_open(":memory:", ICP_LEDGER_CREATE), ICP_OK);
    ck_assert_int_eq(try_open("file:x?mode=memory", ICP_LEDGER_CREATE), ICP_OK);
    ck_assert_int_eq(unlink(":memory:"), 0);
    ck_assert_int_eq(unlink("file:x?mode=memory"), 0);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

#define NULLED(call)                                                                                                                                 \
    do {                                                                                                                                             \
        struct icp_error own = {.struct_size = sizeof own}, *e = &own;                                                                               \
        ck_assert_int_eq(call, ICP_E_ARGUMENT);                                                                                                      \
        ck_assert_int_eq(own.code, ICP_E_ARGUMENT);                                                                                                  \
        e = NULL;                                                                                                                                    \
        ck_assert_int_eq(call, ICP_E_ARGUMENT);                                                                                                      \
    } while (0)

START_TEST(arguments_are_checked) {
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE), *none = NULL;
    icp_model *m = book_model(&book), *back = NULL;
    icp_buffer *b = NULL;
    uint8_t id[32] = {0};
    struct icp_ledger_head small = {.struct_size = 8}, unset = {0}, later = {.struct_size = sizeof later, .reserved = 1};
    struct icp_ledger_filter f = {.struct_size = sizeof f, .kind = {NULL, 3}}, unknown = {.struct_size = sizeof f, .flags = 2};
    static const char note[] = "{\"author\":\"Ada\"}";
    icp_decisions *decisions = NULL;
    NULLED(icp_ledger_open(NULL, book.path, 0, &none, e));
    NULLED(icp_ledger_open(book.c, NULL, 0, &none, e));
    NULLED(icp_ledger_open(book.c, "", 0, &none, e));
    NULLED(icp_ledger_open(book.c, book.path, 0, NULL, e));
    NULLED(icp_ledger_open(book.c, book.path, ICP_LEDGER_READ_ONLY | ICP_LEDGER_CREATE, &none, e));
    ck_assert_int_eq(icp_ledger_open(book.c, book.path, 4, &none, NULL), ICP_E_UNSUPPORTED);
    NULLED(icp_ledger_append(NULL, NOW, REVIEW, 2, NULL, e));
    NULLED(icp_ledger_append(l, NOW, NULL, 2, NULL, e));
    NULLED(icp_ledger_append(l, NOW, REVIEW, sizeof REVIEW - 1, &small, e));
    NULLED(icp_ledger_append(l, NOW, REVIEW, sizeof REVIEW - 1, &unset, e));
    NULLED(icp_ledger_describe(NULL, &small, e));
    NULLED(icp_ledger_describe(l, NULL, e));
    NULLED(icp_ledger_describe(l, &small, e));
    NULLED(icp_ledger_verify(NULL, NULL, NULL, e));
    NULLED(icp_ledger_verify(l, &small, NULL, e));
    NULLED(icp_ledger_verify(l, NULL, &small, e));
    ck_assert_int_eq(icp_ledger_verify(l, &later, NULL, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_ledger_verify(l, NULL, NULL, NULL), ICP_OK);
    NULLED(icp_ledger_entries(NULL, NULL, &b, e));
    NULLED(icp_ledger_entries(l, NULL, NULL, e));
    NULLED(icp_ledger_entries(l, &f, &b, e));
    ck_assert_int_eq(icp_ledger_entries(l, &unknown, &b, NULL), ICP_E_UNSUPPORTED);
    NULLED(icp_ledger_decisions(NULL, NOW, &decisions, e));
    NULLED(icp_ledger_decisions(l, NOW, NULL, e));
    NULLED(icp_ledger_decisions(l, -1, &decisions, e));
    NULLED(icp_ledger_store_model(NULL, m, NOW, note, sizeof note - 1, NULL, e));
    NULLED(icp_ledger_store_model(l, NULL, NOW, note, sizeof note - 1, NULL, e));
    NULLED(icp_ledger_store_model(l, m, NOW, NULL, 0, NULL, e));
    NULLED(icp_ledger_store_model(l, m, -1, note, sizeof note - 1, NULL, e));
    NULLED(icp_ledger_store_model(l, m, NOW, note, sizeof note - 1, &unset, e));
    NULLED(icp_ledger_load_model(NULL, id, &back, e));
    NULLED(icp_ledger_load_model(l, NULL, &back, e));
    NULLED(icp_ledger_load_model(l, id, NULL, e));
    icp_ledger_free(NULL);
    ck_assert(!none && !back && !b && !decisions && small.struct_size == 8 && !small.entries);
    ck_assert_uint_eq(book_verify(l, NULL).entries, 0);
    icp_ledger_free(l);
    icp_model_unref(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger round");
    TCase *t = tcase_create("round");
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, heads_follow_the_documented_hash);
    tcase_add_test(t, a_list_holds_what_the_filter_asks_for);
    tcase_add_test(t, a_list_shows_head_number_time_and_hash);
    tcase_add_test(t, plain_sqlite_reads_it_and_cannot_slip);
    tcase_add_test(t, time_does_not_run_backwards);
    tcase_add_test(t, a_model_comes_back_bit_for_bit);
    tcase_add_test(t, what_is_no_ledger_is_refused);
    tcase_add_test(t, a_path_is_always_a_file);
    tcase_add_test(t, arguments_are_checked);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
