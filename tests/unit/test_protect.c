/* SPDX-License-Identifier: MIT */
/* What is never stored: e-mail addresses and telephone numbers, whole cells and inside of text. */
#include "check_main.h"
#include "base/text.h"
#include "ingest/protect.h"
#include "ingest/sample.h"
#include <icp/icp.h>
#include <stdio.h>

static icp_context *ctx;
static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK);
}
static void teardown(void) {
    icp_context_unref(ctx);
}

struct pair {
    const char *cell, *kept;
};

static void check_pairs(const struct pair *pairs, size_t n, bool phone_column) {
    struct icp__bytes b;
    icp__bytes_init(&b, ctx);
    for (size_t i = 0; i < n; i++) {
        struct icp_str r = icp__redact((struct icp_str){pairs[i].cell, strlen(pairs[i].cell)}, phone_column, &b);
        const char *want = pairs[i].kept ? pairs[i].kept : pairs[i].cell;
        ck_assert_msg(r.size == strlen(want) && !memcmp(r.data, want, r.size), "%s: \"%.*s\", not \"%s\"", pairs[i].cell, (int)r.size, r.data, want);
    }
    icp__bytes_free(&b);
}

START_TEST(test_addresses_are_cut_out_of_text) {
    static const struct pair pairs[] = {
        {"jane@acme.com", ""},
        {"Jane Doe <jane@acme.com>", ""},
        {"\"Doe, Jane\" <jane.doe@acme.co.uk>", ""},
        {"Jane Doe <jane@acme.com>; Bob Roe <bob@acme.com>", ""},
        {"Jane <jane@acme.com>, Bob <bob@acme.com>", ""},
        {"Jane Doe < jane@acme.com - 43 shares", "- 43 shares"},
        {"mailto:jane@acme.com", ""},
        {"MailTo:jane@acme.com?subject=hi", "?subject=hi"},
        {"call jane+x@acme.com about the renewal", "call   about the renewal"},
        {"ends with jane@acme.com.", "ends with  ."},
        {"write to jane_o'neil@sub-domain.acme.io, please", "write to  , please"},
        {"[\"jane@acme.com\",\"Acme\"]", "[\" \",\"Acme\"]"},
        {"https://x.com/stop?mail=jane%40acme.com", "https://x.com/"},
        {"j\xc3\xb6rg@b\xc3\xbc" "cher.example", ""},
        {"jane\xef\xbc\xa0" "acme.com", ""},
        {"a@b.co c@d.co e", "e"},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, false);
}
END_TEST

START_TEST(test_what_only_looks_like_an_address_stays) {
    static const struct pair pairs[] = {
        {"https://medium.com/@acme.inc", NULL}, {"@acme", NULL},
        {"pkg@1.2.3", NULL},                    {"https://cdn.example/logo@2x.png", NULL},
        {"5 @ 3.20 each", NULL},                {"50% of 100%", NULL},
        {"a@b", NULL},                          {"100%40", NULL},
        {"R&D @ home. Good", NULL},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, false);
}
END_TEST

START_TEST(test_telephone_numbers_are_cut_out_of_text) {
    static const struct pair pairs[] = {
        {"+49 30 1234567", ""},
        {"+14155550100", ""},
        {"(415) 555-0100", ""},
        {"415-555-0100", ""},
        {"415.555.0100", ""},
        {"1-415-555-0100", ""},
        {"+1 (415) 555-0100", ""},
        {"0049 30 1234567", ""},
        {"tel:+4930123456", "tel"},
        {"Fax: 030/123456", "Fax"},
        {"call +44 20 7946 0000 now", "call   now"},
        {"ring 415-555-0100, ask for Bo", "ring  , ask for Bo"},
        {"Tel. 030 123456 in the morning", "Tel  in the morning"},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, false);
}
END_TEST

START_TEST(test_what_only_looks_like_a_number_stays) {
    static const struct pair pairs[] = {
        {"2012-05-06 10:11:12", NULL}, {"51-200", NULL},         {"+12345678.90", NULL}, {"+250000", NULL},
        {"1,000,000,000", NULL},       {"192.168.100.200", NULL}, {"978-0-306-40615-7", NULL},
        {"550e8400-e29b-41d4-a716-446655440000", NULL},           {"https://x.com/415-555-0100", NULL},
        {"0012345678", NULL},          {"00123456789012", NULL},  {"12.05.2012 - 31.12.2013", NULL},
        {"$10,000,000 - $50,000,000", NULL},                      {"C++11, C++14 and C++17", NULL},
        {"EUR 1.250.000.000", NULL},   {"2010 2011 2012 2013", NULL}, {"5/18/27 200000", NULL},
        {"1234567890123", NULL},       {"001Hs00003abcDEIAZ", NULL},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, false);
}
END_TEST

START_TEST(test_in_a_column_of_numbers_any_number_goes) {
    static const struct pair pairs[] = {
        {"030 123456 (office)", "(office)"}, {"123 45 67 ask for Bo", "ask for Bo"}, {"unknown", NULL}, {"ext 12", NULL},
    };
    check_pairs(pairs, sizeof pairs / sizeof *pairs, true);
}
END_TEST

/* ---- through the sample ---- */

static struct icp__table *table_of(const char *csv, size_t size, const char *exclude, const char *release, int32_t form) {
    struct icp__sample_options o = {.k = 100, .key_form = form, .key = {"key", 3}, .exclude = {exclude, exclude ? strlen(exclude) : 0},
                                    .release = {release, release ? strlen(release) : 0}};
    struct icp__sample *s = NULL;
    struct icp__table *t = NULL;
    struct icp_source source = {.struct_size = sizeof source};
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    ck_assert_int_eq(icp_source_from_memory(ctx, csv, size, &source, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(ctx, &source, NULL, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp__sample_new(ctx, &o, &s, NULL), ICP_OK);
    while (icp_reader_next(r, &b, NULL) == ICP_OK && b) {
        ck_assert_int_eq(icp__sample_add(s, b, NULL), ICP_OK);
        icp_batch_unref(b);
    }
    ck_assert_int_eq(icp__sample_finish(s, &t, NULL), ICP_OK);
    icp__sample_free(s);
    icp_reader_free(r);
    return t;
}

static const char *cell_of(const struct icp__table *t, const char *column) {
    static char text[64];
    for (uint32_t i = 0; i < t->columns; i++)
        if (t->names[i].size == strlen(column) && !memcmp(t->names[i].data, column, t->names[i].size)) {
            const struct icp__cell *c = &t->cells[i];
            snprintf(text, sizeof text, "%.*s", c->data ? (int)c->size : 0, c->data ? c->data : "");
            return text;
        }
    return "(no such column)";
}

static const char rows[] = "key,Contact,Work Phone,Direct,Note,Id\n"
                           "k1,Jane <jane@acme.com>,030 123456,+49 30 123456,see jane@acme.com,415-555-0100\n";

START_TEST(test_the_sample_keeps_no_address_and_no_number) {
    struct icp__table *t = table_of(rows, sizeof rows - 1, NULL, NULL, ICP_KEY_EXACT);
    ck_assert_str_eq(cell_of(t, "Contact"), "");
    ck_assert_str_eq(cell_of(t, "Work Phone"), "");
    ck_assert_str_eq(cell_of(t, "Direct"), "");
    ck_assert_str_eq(cell_of(t, "Note"), "see");
    ck_assert_str_eq(cell_of(t, "Id"), "");
    icp__table_free(t);
}
END_TEST

START_TEST(test_released_columns_are_kept_as_they_are) {
    struct icp__table *t = table_of(rows, sizeof rows - 1, NULL, "work*\nCONTACT", ICP_KEY_EXACT);
    ck_assert_str_eq(cell_of(t, "Contact"), "Jane <jane@acme.com>");
    ck_assert_str_eq(cell_of(t, "Work Phone"), "030 123456");
    ck_assert_str_eq(cell_of(t, "Direct"), "");
    icp__table_free(t);
}
END_TEST

START_TEST(test_what_is_excluded_is_not_released) {
    struct icp__table *t = table_of(rows, sizeof rows - 1, "note", "*", ICP_KEY_EXACT);
    ck_assert_str_eq(cell_of(t, "Note"), "(no such column)");
    ck_assert_str_eq(cell_of(t, "Id"), "415-555-0100");
    icp__table_free(t);
}
END_TEST

START_TEST(test_a_key_that_holds_an_address_is_none) {
    static const char csv[] = "key,a\njane@acme.com,1\nacme|jane@acme.com,2\nJane <jane@acme.com>,3\nacme,4\n@acme,5\n";
    struct icp__table *t = table_of(csv, sizeof csv - 1, NULL, "*", ICP_KEY_EXACT);
    ck_assert_uint_eq(t->rows, 2);
    ck_assert_uint_eq(t->rows_without_key, 3);
    icp__table_free(t);
}
END_TEST

START_TEST(test_a_key_that_looks_like_a_number_is_a_key) {
    static const char csv[] = "key,a\n415-555-0100,1\n";
    struct icp__table *t = table_of(csv, sizeof csv - 1, NULL, NULL, ICP_KEY_EXACT);
    ck_assert_uint_eq(t->rows, 1);
    ck_assert_str_eq(cell_of(t, "key"), "415-555-0100");
    icp__table_free(t);
}
END_TEST

/* An address that the cut of a very long cell goes through, at every place of it. */
START_TEST(test_no_half_address_is_left_of_a_long_cell) {
    enum { LOOK = 4 * ICP__CELL_MAX, SIZE = 3 * LOOK };
    static char csv[SIZE + 100];
    const char *mail = "secretperson@hidden-company.example ";
    size_t n = strlen(mail);
    for (size_t shift = 0; shift < n; shift++) {
        size_t at = (size_t)sprintf(csv, "key,a\nk,");
        for (size_t i = 0; i < SIZE; i++)
            csv[at++] = mail[(i + shift) % n];
        csv[at++] = '\n';
        struct icp__table *t = table_of(csv, at, NULL, NULL, ICP_KEY_EXACT);
        const struct icp__cell *c = &t->cells[0];
        for (size_t i = 0; c->data && i + 4 <= c->size; i++)
            ck_assert_msg(i == 0 || memcmp(c->data + i, "secr", 4) != 0, "shift %zu: %.*s", shift, (int)c->size, c->data);
        icp__table_free(t);
    }
}
END_TEST

/* Cutting twice cuts nothing more: a part that was merged or read back stays as it is. */
START_TEST(test_what_is_left_holds_nothing_to_cut) {
    static const char *const pieces[] = {"\xC3\x9Cnal \xE4\xBD\x95\xE4\xBD\x95\xE4\xBD\x95\xE4\xBD\x95\xE4\xBD\x95\xE4\xBD\x95 ", "\xC2\xA0", "<ada@example.org>", "- \t,", "jane@acme.com", "+49 30 1234567", "(415) 555-0100", " ", ",", "<", ">", "word", "tel:", "12", "@", ".", "-", "\"", ";", "%40", "x"};
    uint64_t state = 1;
    struct icp__bytes a, b;
    icp__bytes_init(&a, ctx);
    icp__bytes_init(&b, ctx);
    for (int round = 0; round < 20000; round++) {
        char text[400];
        size_t n = 0;
        for (int k = 0; k < 12; k++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const char *p = pieces[(state >> 33) % (sizeof pieces / sizeof *pieces)];
            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        struct icp_str once = icp__redact((struct icp_str){text, n}, false, &a);
        ck_assert_msg(!icp__holds_email(once.data, once.size), "%.*s -> %.*s", (int)n, text, (int)once.size, once.data);
        struct icp_str cut = icp__trim(once.data, once.size);
        ck_assert_msg(once.data == text || cut.size == once.size, "not trimmed: %.*s -> %.*s", (int)n, text, (int)once.size, once.data);
        ck_assert_msg(icp__utf8_valid(once.data, once.size), "half a character: %.*s", (int)n, text);
    }
    icp__bytes_free(&a);
    icp__bytes_free(&b);
}
END_TEST

int main(void) {
    Suite *s = suite_create("protect");
    TCase *t = tcase_create("protect");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, test_addresses_are_cut_out_of_text);
    tcase_add_test(t, test_what_only_looks_like_an_address_stays);
    tcase_add_test(t, test_telephone_numbers_are_cut_out_of_text);
    tcase_add_test(t, test_what_only_looks_like_a_number_stays);
    tcase_add_test(t, test_in_a_column_of_numbers_any_number_goes);
    tcase_add_test(t, test_the_sample_keeps_no_address_and_no_number);
    tcase_add_test(t, test_released_columns_are_kept_as_they_are);
    tcase_add_test(t, test_what_is_excluded_is_not_released);
    tcase_add_test(t, test_a_key_that_holds_an_address_is_none);
    tcase_add_test(t, test_a_key_that_looks_like_a_number_is_a_key);
    tcase_add_test(t, test_no_half_address_is_left_of_a_long_cell);
    tcase_add_test(t, test_what_is_left_holds_nothing_to_cut);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
