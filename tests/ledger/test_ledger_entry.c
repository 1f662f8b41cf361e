/* SPDX-License-Identifier: MIT */
/* What an entry may say, with the place of what is wrong. */
#include "book.h"

static struct book book;
static icp_ledger *l;

static void start(void) {
    book_start(&book);
    l = book_open(&book, ICP_LEDGER_CREATE);
}
static void end(void) {
    icp_ledger_free(l);
    book_end(&book);
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

START_TEST(every_kind_is_taken) {
    static const char *const good[] = {
        OVERRIDE("acme.com", "Good", "they asked for us"),
        "{\"kind\":\"override\",\"state\":\"set\",\"scope\":\"segment\",\"traits\":[\"industry=bank\",\"country=de\"],\"tier\":\"Very Poor\","
            "\"layer\":\"intent\",\"reason\":\"thin_segment\","
        "\"text\":\"no bank ever bought\\nhere\",\"author\":\"Ada\",\"authority\":\"board\",\"expiry\":\"2028-02-29\"}",
        "{\"kind\":\"override\",\"scope\":\"model\",\"model\":\"" HEX "\",\"tier\":\"Fair\",\"reason\":\"other\",\"text\":\"t\",\"author\":\"A\","
            "\"authority\":\"b\",\"expiry\":\"2027-01-01\"}",
        "{\"kind\":\"override\",\"state\":\"withdrawn\",\"refers\":1,\"text\":\"they bought\",\"author\":\"Bob\"}",
        "{\"kind\":\"flag\",\"scope\":\"company\",\"key\":\"acme.com\",\"reason\":\"categorical\",\"text\":\"is a bank\",\"author\":\"Bob\"}",
        "{\"kind\":\"flag\",\"state\":\"assigned\",\"refers\":5,\"assignee\":\"Ada\",\"author\":\"Bob\"}",
        "{\"kind\":\"flag\",\"state\":\"resolved\",\"refers\":5,\"text\":\"it is\",\"author\":\"Ada\",\"authority\":\"owner\"}",
        REVIEW,
        "{\"kind\":\"review\",\"author\":\"Ada\",\"text\":\"seen\",\"refers\":2,\"next\":\"2027-03-01\",\"model\":\"" HEX "\",\"data\":{\"a\":[1,"
            "2.50,null,true,false,{}]}}",
        "{\"kind\":\"outcome\",\"author\":\"crm\",\"key\":\"acme.com\",\"outcome\":\"won\",\"on\":\"2026-12-24\",\"layer\":\"fit\"}",
        "{\"kind\":\"card\",\"author\":\"Ada\",\"card\":{\"owner\":\"Ada\"}}",
        "{\"kind\":\"change\",\"area\":\"positioning\",\"text\":\"we now sell to banks\",\"on\":\"2026-11-01\",\"author\":\"Ada\"}",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_uint_eq(book_append(l, NOW, good[i]).entries, i + 1);
    ck_assert_uint_eq(book_verify(l, NULL).entries, sizeof good / sizeof good[0]);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place) {
    static const struct {
        const char *json;
        int line, column;
        const char *message;
    } bad[] = {
        {"", 1, 1, "the text ends where a value is expected"},
        {"[]", 1, 1, "an entry is an array; expected an object"},
        {"{\"kind\":\"review\",\n \"author\":\"a\" \"text\":\"b\"}", 2, 15, "',' or '}' is expected here"},
        {"{\"author\":\"a\"}", 1, 1, "kind is missing"},
        {"{\"kind\":\"revue\"}", 1, 9, "unknown kind \"revue\"; known: override, flag, review, outcome, version, card, change"},
        {"{\"kind\":1}", 1, 9, "kind is a number; expected a string"},
        {"{\"kind\":\"review\",\"state\":\"set\"}", 1, 26, "an entry of kind \"review\" has no such state"},
        {"{\"kind\":\"review\",\"text\":\"b\"}", 1, 1, "author is missing in an entry of kind \"review\""},
        {"{\"kind\":\"review\",\"author\":\"a\"}", 1, 1, "text is missing in an entry of kind \"review\""},
        {"{\"kind\":\"review\",\"author\":\" \",\"text\":\"b\"}", 1, 27, "author is empty"},
        {"{\"kind\":\"review\",\"author\":\"a\\tb\",\"text\":\"b\"}", 1, 27, "author has a control character"},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\\u0000\"}", 1, 38, "text has a control character"},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\",\"next\":\"2027-02-29\"}", 1, 49,
            "next must be a date from 1970 on such as \"2026-12-31\""},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\",\"refers\":0}", 1, 51, "refers must be a whole number of at least 1"},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\",\"tier\":\"Good\"}", 1, 49, "tier does not belong into an entry of kind \"review\""},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\",\"model\":\"ABC\"}", 1, 50, "model must be 64 lower-case hexadecimal digits"},
        {"{\"kind\":\"review\",\"author\":\"a\",\"text\":\"b\",\"data\":[]}", 1, 49, "data is an array; expected an object"},
        {"{\"kind\":\"version\",\"author\":\"a\",\"model\":\"" HEX "\"}", 1, 1, "state is missing in an entry of kind \"version\", state published"},
        {"{\"kind\":\"version\",\"state\":\"stored\",\"author\":\"a\",\"model\":\"" HEX "\"}", 1, 27,
            "state is set by the library, when a model is stored or published"},
        {"{\"kind\":\"version\",\"state\":\"published\",\"author\":\"a\",\"model\":\"" HEX "\"}", 1, 27,
            "state is set by the library, when a model is stored or published"},
        {"{\"kind\":\"version\",\"sha256\":\"" HEX "\"}", 1, 28, "sha256 is set by the library, when a model is stored or published"},
        {"{\"kind\":\"flag\",\"author\":\"a\",\"text\":\"t\",\"scope\":\"company\"}", 1, 48, "key is missing: the scope is company"},
        {"{\"kind\":\"flag\",\"author\":\"a\",\"text\":\"t\",\"scope\":\"model\",\"key\":\"k\"}", 1, 62, "key belongs to the scope company alone"},
        {"{\"kind\":\"flag\",\"author\":\"a\",\"text\":\"t\",\"scope\":\"segment\"}", 1, 48, "traits is missing: the scope is segment"},
        {"{\"kind\":\"flag\",\"author\":\"a\",\"text\":\"t\",\"scope\":\"segment\",\"traits\":[]}", 1, 67, "traits must have 1 to 64 members"},
        {"{\"kind\":\"flag\",\"author\":\"a\",\"text\":\"t\",\"scope\":\"segment\",\"traits\":[1]}", 1, 68, "traits is a number; expected a string"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        struct icp_ledger_head head = {.struct_size = sizeof head, .entries = 77};
        ck_assert_msg(icp_ledger_append(l, NOW, bad[i].json, strlen(bad[i].json), &head, &err) == ICP_E_FORMAT, "%s", bad[i].json);
        ck_assert_str_eq(err.message, bad[i].message);
        ck_assert_msg(err.line == bad[i].line && err.column == bad[i].column, "%s: line %d column %d", bad[i].json, (int)err.line, (int)err.column);
        ck_assert_uint_eq(head.entries, 77);
    }
    ck_assert_uint_eq(book_verify(l, NULL).entries, 0);
}
END_TEST

START_TEST(an_override_needs_all_of_its_members) {
    static const char *const members[] = {"\"scope\":\"company\"", "\"key\":\"k\"", "\"tier\":\"Good\"", "\"reason\":\"context\"", "\"text\":\"t\"",
        "\"author\":\"a\"", "\"authority\":\"b\"",
                                          "\"expiry\":\"2027-01-01\""};
    enum { N = sizeof members / sizeof members[0] };
    for (size_t without = 0; without <= N; without++) {
        char json[512] = "{\"kind\":\"override\"";
        for (size_t i = 0; i < N; i++)
            if (i != without)
                strcat(strcat(json, ","), members[i]);
        strcat(json, "}");
        ck_assert_int_eq(icp_ledger_append(l, NOW, json, strlen(json), NULL, NULL), without == N ? ICP_OK : ICP_E_FORMAT);
    }
}
END_TEST

START_TEST(an_entry_refers_to_one_that_is_there) {
    struct icp_error err = {.struct_size = sizeof err};
    static const char later[] = "{\"kind\":\"override\",\"state\":\"withdrawn\",\"refers\":2,\"text\":\"t\",\"author\":\"a\"}";
    static const char other[] = "{\"kind\":\"flag\",\"state\":\"resolved\",\"refers\":1,\"text\":\"t\",\"author\":\"a\",\"authority\":\"b\"}";
    book_append(l, NOW, OVERRIDE("a", "Good", "t"));
    ck_assert_int_eq(icp_ledger_append(l, NOW, later, sizeof later - 1, NULL, &err), ICP_E_LEDGER);
    ck_assert_str_eq(err.message, "refers to entry 2, which is not there");
    ck_assert_int_eq(icp_ledger_append(l, NOW, other, sizeof other - 1, NULL, &err), ICP_E_LEDGER);
    ck_assert_str_eq(err.message, "refers to entry 1, which is not of kind \"flag\"");
    ck_assert_uint_eq(book_verify(l, NULL).entries, 1);
}
END_TEST

START_TEST(too_large_is_a_limit) {
    size_t size = ((size_t)1 << 20) + 1;
    char *json = malloc(size);
    ck_assert_ptr_nonnull(json);
    memset(json, ' ', size);
    ck_assert_int_eq(icp_ledger_append(l, NOW, json, size, NULL, NULL), ICP_E_LIMIT);
    ck_assert_int_eq(icp_ledger_append(l, NOW, json, size - 1, NULL, NULL), ICP_E_FORMAT);
    memcpy(json, REVIEW, sizeof REVIEW - 1);
    ck_assert_int_eq(icp_ledger_append(l, NOW, json, size - 1, NULL, NULL), ICP_OK);
    free(json);
}
END_TEST

START_TEST(what_is_stored_is_canonical) {
    book_append(l, NOW, "\xef\xbb\xbf { \"text\" : \"\\u00e9\\/\\u0001\\ud83d\\ude00\" ,\n\"kind\":\"review\", \"data\":{\"b\":1.0e+2,"
        "\"a\":{\"d\":[ ],\"c\":{ }},\"\":-0},\"author\":\"Z\xc3\xbc\"}");
    char *list = book_list(l, NULL);
    ck_assert_ptr_nonnull(strstr(list,
        "\"entry\":{\"author\":\"Z\xc3\xbc\",\"data\":{\"\":-0,\"a\":{\"c\":{},\"d\":[]},\"b\":1.0e+2},\"kind\":\"review\","
                                       "\"text\":\"\xc3\xa9/\\u0001\xf0\x9f\x98\x80\"}}]}"));
    free(list);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger entry");
    TCase *t = tcase_create("entry");
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_kind_is_taken);
    tcase_add_test(t, what_is_wrong_is_told_with_its_place);
    tcase_add_test(t, an_override_needs_all_of_its_members);
    tcase_add_test(t, an_entry_refers_to_one_that_is_there);
    tcase_add_test(t, too_large_is_a_limit);
    tcase_add_test(t, what_is_stored_is_canonical);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
