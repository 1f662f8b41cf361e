/* SPDX-License-Identifier: MIT */
/* The caller's error: size rule, places, clean text, the formatter. */
#include "base/format.h"
#include "check_main.h"

START_TEST(null_is_allowed) {
    ck_assert_int_eq(icp__fail(NULL, ICP_E_KEY, "x %s", "y"), ICP_E_KEY);
    ck_assert_int_eq(icp__fail_at(NULL, ICP_E_IO, &ICP__NOWHERE, "x"), ICP_E_IO);
    ck_assert_int_eq(icp__no_memory(NULL), ICP_E_MEMORY);
}
END_TEST

/* At most struct_size bytes are written; a size that was never set means nothing is. */
START_TEST(size_rule) {
    union {
        struct icp_error err;
        uint8_t bytes[sizeof(struct icp_error) + 64];
    } u;
    static const uint32_t sizes[] = {0, 1, 4, 8, 100, sizeof(struct icp_error) - 1, 65537, 0xFFFFFFFF};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        memset(&u, 0xEE, sizeof u);
        u.err.struct_size = sizes[i];
        ck_assert_int_eq(icp__fail(&u.err, ICP_E_KEY, "no"), ICP_E_KEY);
        for (size_t b = 4; b < sizeof u; b++)
            ck_assert_uint_eq(u.bytes[b], 0xEE);
    }
    for (uint32_t more = 0; more <= 32; more += 8) {
        memset(&u, 0xEE, sizeof u);
        u.err.struct_size = (uint32_t)sizeof u.err + more;
        icp__fail(&u.err, ICP_E_KEY, "no");
        ck_assert_uint_eq(u.err.struct_size, sizeof u.err + more);
        ck_assert_int_eq(u.err.code, ICP_E_KEY);
        for (size_t b = sizeof u.err; b < sizeof u; b++)
            ck_assert_uint_eq(u.bytes[b], b < sizeof u.err + more ? 0 : 0xEE);
    }
}
END_TEST

START_TEST(places) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp__place where = {"list.csv", 7, 9, 3, 1234567890123, {"Größe\t", 8}};
    ck_assert_int_eq(icp__fail_at(&err, ICP_E_FORMAT, &where, "expected %s, found %c", "a number", 'x'), ICP_E_FORMAT);
    ck_assert_int_eq(err.code, ICP_E_FORMAT);
    ck_assert_int_eq(err.row, 7);
    ck_assert_int_eq(err.line, 9);
    ck_assert_int_eq(err.column, 3);
    ck_assert_int_eq(err.byte, 1234567890123);
    ck_assert_str_eq(err.source, "list.csv");
    ck_assert_str_eq(err.field, "Größe?");
    ck_assert_str_eq(err.message, "expected a number, found x");

    /* A second error replaces all of the first. */
    icp__fail(&err, ICP_E_KEY, "b");
    ck_assert_int_eq(err.row, -1);
    ck_assert_str_eq(err.source, "");
    ck_assert_str_eq(err.message, "b");
    for (size_t i = 1; i < sizeof err.message; i++)
        ck_assert_int_eq(err.message[i], 0);
}
END_TEST

START_TEST(cut_at_a_character) {
    struct icp_error err = {.struct_size = sizeof err};
    char text[1000];
    struct icp__place where = ICP__NOWHERE;
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xE2\x82\xAC", 4); /* euro sign */
        where.source = text;
        where.field.data = text, where.field.size = 900;
        icp__fail_at(&err, ICP_E_KEY, &where, "%s", text);
        ck_assert_uint_eq(strlen(err.message), shift + (319 - shift) / 3 * 3);
        ck_assert_uint_eq(strlen(err.source), shift + (127 - shift) / 3 * 3);
        ck_assert_uint_eq(strlen(err.field), shift + (63 - shift) / 3 * 3);
        ck_assert_mem_eq(err.message, text, strlen(err.message));
    }
}
END_TEST

START_TEST(arguments_may_lie_in_the_error_itself) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp__place where = ICP__NOWHERE;
    icp__fail(&err, ICP_E_KEY, "inner");
    where.source = err.message;
    icp__fail_at(&err, ICP_E_KEY, &where, "outer: %s", err.message);
    ck_assert_str_eq(err.message, "outer: inner");
    ck_assert_str_eq(err.source, "inner");
}
END_TEST

START_TEST(clean_text) {
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"a\nb\rc\td\x7f", "a?b?c?d?"},
        {"caf\xC3\xA9", "caf\xC3\xA9"},
        {"caf\xE9 x", "caf? x"},           /* Latin-1 */
        {"\xC2\x85 \xC2\xA0", "? \xC2\xA0"}, /* NEL goes, a no-break space stays */
        {"\xE2\x80\xA8|\xE2\x80\xAE|\xE2\x81\xA6|\xE2\x80\xA7", "?|?|?|\xE2\x80\xA7"},
        {"\xC0\x80", "??"},                 /* overlong */
        {"\xED\xA0\x80", "???"},            /* surrogate */
        {"\xF4\x90\x80\x80", "????"},       /* above U+10FFFF */
        {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
        {"x\xF0\x9F\x98", "x"},             /* cut off by the end */
        {"\x80\xFF", "??"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        size_t n = icp__clean(cases[i].in, strlen(cases[i].in), out);
        ck_assert_uint_eq(n, strlen(cases[i].out));
        ck_assert_mem_eq(out, cases[i].out, n);
        memcpy(out, cases[i].in, strlen(cases[i].in));
        ck_assert_uint_eq(icp__clean(out, strlen(cases[i].in), out), n);
        ck_assert_mem_eq(out, cases[i].out, n);
    }
    char nul[3] = {'a', 0, 'b'};
    ck_assert_uint_eq(icp__clean(nul, 3, nul), 3);
    ck_assert_mem_eq(nul, "a?b", 3);
}
END_TEST

int main(void) {
    Suite *s = suite_create("error");
    TCase *t = tcase_create("error");
    tcase_add_test(t, null_is_allowed);
    tcase_add_test(t, size_rule);
    tcase_add_test(t, places);
    tcase_add_test(t, cut_at_a_character);
    tcase_add_test(t, arguments_may_lie_in_the_error_itself);
    tcase_add_test(t, clean_text);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
