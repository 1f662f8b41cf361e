/* SPDX-License-Identifier: MIT */
/* JSON in and out; each bad text with the exact error and place. */
#include "base/json.h"
#include "check_main.h"
#include <math.h>
#include <stdio.h>

static icp_context *ctx;
static struct icp__arena arena;

static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK);
    icp__arena_init(&arena, ctx);
}
static void teardown(void) {
    icp__arena_free(&arena);
    icp_context_unref(ctx);
}

static const struct icp__json *good(const char *text) {
    struct icp__json *j = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_msg(icp__json_parse(&arena, text, strlen(text), ICP_E_SCHEMA, &j, &err) == ICP_OK, "%s: %s", text, err.message);
    return j;
}

START_TEST(reads_every_type) {
    const struct icp__json *j = good("\xef\xbb\xbf {\"a\": [1, -2.5e+3, 0, \"x\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\\u0000z\"],\r\n\t\"b\\u0062\":{}, \"\":null,\"t\":true,\"f\":false , \"e\":[ ] }\n");
    ck_assert_int_eq(j->type, ICP__JSON_OBJECT);
    ck_assert(j->line == 1 && j->column == 2);
    const struct icp__json *a = icp__json_get(j, "a");
    ck_assert(a && a->type == ICP__JSON_ARRAY && a->line == 1 && a->column == 8);
    a = a->child;
    uint64_t v = 7;
    ck_assert(icp__json_uint(a, &v) && v == 1);
    a = a->next;
    ck_assert(a->type == ICP__JSON_NUMBER && a->text.size == 7 && !strcmp(a->text.data, "-2.5e+3") && !icp__json_uint(a, &v));
    a = a->next->next;
    ck_assert(a->type == ICP__JSON_STRING && a->text.size == 17 && !memcmp(a->text.data, "x\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80", 15) && !a->next);
    const struct icp__json *b = icp__json_get(j, "bb");
    ck_assert(b && b->type == ICP__JSON_OBJECT && !b->child && b->line == 2 && b->column == 12);
    ck_assert(icp__json_get(j, "")->type == ICP__JSON_NULL && icp__json_get(j, "t")->type == ICP__JSON_TRUE && icp__json_get(j, "f")->type == ICP__JSON_FALSE);
    ck_assert(!icp__json_get(j, "g") && !icp__json_get(a, "g") && !icp__json_get(NULL, "g"));
    ck_assert(icp__json_is(good("\"yes\""), "yes") && !icp__json_is(good("\"yes\""), "ye") && !icp__json_is(good("1"), "1") && !icp__json_is(NULL, "1"));
    ck_assert(icp__json_uint(good("18446744073709551615"), &v) && v == UINT64_MAX);
    ck_assert(!icp__json_uint(good("18446744073709551616"), &v) && !icp__json_uint(good("1.0"), &v) && !icp__json_uint(good("\"1\""), &v));
}
END_TEST

static const struct {
    const char *text, *caret, *message; /* the caret stands under the place; leading lines are skipped */
    int line;
} bad[] = {
    {"", "^", "the text ends where a value is expected", 1},
    {"  ", "  ^", "the text ends where a value is expected", 1},
    {"[1]abc", "   ^", "something follows after the value", 1},
    {"{} {}", "   ^", "something follows after the value", 1},
    {"{\"a\":1,}", "       ^", "a name in quotes is expected here", 1},
    {"{a:1}", " ^", "a name in quotes is expected here", 1},
    {"{\"a\" 1}", "     ^", "':' is expected here", 1},
    {"{\"a\":1 \"b\":2}", "       ^", "',' or '}' is expected here", 1},
    {"{\"a\":", "     ^", "the text ends where a value is expected", 1},
    {"[1,]", "   ^", "a value is expected here", 1},
    {"[1 2]", "   ^", "',' or ']' is expected here", 1},
    {"[1", "  ^", "',' or ']' is expected here", 1},
    {"[1,\n 2,\n  x]", "  ^", "a value is expected here", 3},
    {"[nul]", " ^", "a value is expected here", 1},
    {"[True]", " ^", "a value is expected here", 1},
    {"[NaN]", " ^", "a value is expected here", 1},
    {"[01]", " ^", "a number must not start with 0", 1},
    {"[-01]", " ^", "a number must not start with 0", 1},
    {"[-]", "  ^", "a digit is expected here", 1},
    {"[+1]", " ^", "a value is expected here", 1},
    {"[1.]", "   ^", "a digit is expected here", 1},
    {"[.5]", " ^", "a value is expected here", 1},
    {"[1e]", "   ^", "a digit is expected here", 1},
    {"[1e+]", "    ^", "a digit is expected here", 1},
    {"[\"abc]", " ^", "this string does not end", 1},
    {"[\"abc\\\"]", " ^", "this string does not end", 1},
    {"[\"abc\\", " ^", "this string does not end", 1},
    {"[\"a\tb\"]", "   ^", "a control character must be escaped", 1},
    {"[\"a\\x\"]", "   ^", "unknown escape", 1},
    {"[\"\\u12g4\"]", "      ^", "four hexadecimal digits are expected after \\u", 1},
    {"[\"\\ud800\"]", "  ^", "half of a surrogate pair", 1},
    {"[\"\\udc00\\ud800\"]", "  ^", "half of a surrogate pair", 1},
    {"[\"\\ud800\\u0041\"]", "  ^", "half of a surrogate pair", 1},
    {"[\"\xc3\xa9\xc3\xa9\", x]", "       ^", "a value is expected here", 1},
    {"[\"\xc3\xa9\xff\"]", "   ^", "not UTF-8", 1},
    {"[\"\xed\xa0\x80\"]", "  ^", "not UTF-8", 1},
    {"[\"ab\xc3", "    ^", "not UTF-8", 1},
    {"{\"a\":1,\n \"b\":{\"a\":2},\n \"a\":3}", " ^", "this name comes a second time in its object", 3},
    {"{\"a\":1,\"\\u0061\":[\n]}", "       ^", "this name comes a second time in its object", 1},
    {"// no\n1", "^", "a value is expected here", 1},
};

START_TEST(refuses_bad_text) {
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct icp__json *j = NULL;
        struct icp_error err = {.struct_size = sizeof err};
        ck_assert_int_eq(icp__json_parse(&arena, bad[i].text, strlen(bad[i].text), ICP_E_SCHEMA, &j, &err), ICP_E_SCHEMA);
        ck_assert_ptr_null(j);
        ck_assert_msg(!strcmp(err.message, bad[i].message), "%s\n%s: %s", bad[i].text, bad[i].caret, err.message);
        ck_assert_msg(err.line == bad[i].line && err.column == (int64_t)strlen(bad[i].caret), "%s\n%s: line %d column %d", bad[i].text, bad[i].caret, (int)err.line,
                      (int)err.column);
        ck_assert(err.row == -1);
    }
}
END_TEST

START_TEST(refuses_duplicates_in_large_objects) {
    for (int twice = 0; twice < 3; twice++) {
        char text[20000];
        size_t n = 0, second = 0;
        text[n++] = '{';
        for (int i = 0; i < 1000; i++) {
            if (i == 700)
                second = n;
            n += (size_t)snprintf(text + n, sizeof text - n, "\"n%d\":%d%s", twice && i == 700 ? 13 : twice == 2 && i == 900 ? 500 : i * 7919 % 1000, i, i < 999 ? "," : "}");
        }
        struct icp__json *j = NULL;
        struct icp_error err = {.struct_size = sizeof err};
        icp_status s = icp__json_parse(&arena, text, n, ICP_E_FORMAT, &j, &err);
        ck_assert_int_eq(s, twice ? ICP_E_FORMAT : ICP_OK);
        if (twice) {
            ck_assert_str_eq(err.message, "this name comes a second time in its object");

            ck_assert(err.byte >= (int64_t)second);
        }
    }
}
END_TEST

START_TEST(limits_the_depth) {
    char text[200] = "";
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    good(text);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    struct icp__json *j = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp__json_parse(&arena, text, 130, ICP_E_FORMAT, &j, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "more than 64 levels");
    ck_assert_int_eq(err.column, 65);
}
END_TEST

START_TEST(writes_what_it_reads) {
    struct icp__bytes b;
    icp__bytes_init(&b, ctx);
    icp__json_string(&b, "a\"\\\b\f\n\r\t\x01\x1f\x7f\xc3\xa9\xf0\x9f\x98\x80/", 18);
    icp__bytes_text(&b, " ");
    icp__json_string(&b, "\xff\xc3", 2);
    icp__json_string(&b, "\xed\xa0\x80", 3);
    icp__json_string(&b, NULL, 0);
    icp__bytes_text(&b, " ");
    icp__json_int(&b, INT64_MIN);
    icp__bytes_text(&b, " ");
    icp__json_uint_write(&b, UINT64_MAX);
    icp__bytes_text(&b, " ");
    icp__json_uint_write(&b, 10);
    icp__bytes_text(&b, " ");
    icp__json_double(&b, 0.1);
    icp__json_double(&b, NAN);
    icp__json_double(&b, -INFINITY);
    icp__json_hex(&b, (const uint8_t *)"\x00\xab", 2);
    ck_assert_str_eq(b.data, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\xc3\xa9\xf0\x9f\x98\x80/\" \"\xef\xbf\xbd\xef\xbf\xbd\"\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\"\" "
                             "-9223372036854775808 18446744073709551615 10 0.1nullnull\"00ab\"");
    icp__bytes_free(&b);
}
END_TEST

START_TEST(any_string_survives) {
    uint32_t x = 1;
    for (int i = 0; i < 3000; i++) {
        char s[40];
        size_t n = 0;
        while (n < 30) {
            x = x * 1664525 + 1013904223;
            if (x >> 30)
                s[n++] = (char)(x >> 16 & 127);
            else
                memcpy(s + n, "\xe2\x82\xac", 3), n += 3;
        }
        struct icp__bytes b;
        struct icp__json *j = NULL;
        icp__bytes_init(&b, ctx);
        icp__json_string(&b, s, n);
        ck_assert_int_eq(icp__json_parse(&arena, b.data, b.size, ICP_E_FORMAT, &j, NULL), ICP_OK);
        ck_assert(j->text.size == n);
        ck_assert_mem_eq(j->text.data, s, n);
        icp__bytes_free(&b);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reads_every_type);
    tcase_add_test(t, refuses_bad_text);
    tcase_add_test(t, refuses_duplicates_in_large_objects);
    tcase_add_test(t, limits_the_depth);
    tcase_add_test(t, writes_what_it_reads);
    tcase_add_test(t, any_string_survives);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
