/* SPDX-License-Identifier: MIT */
/* The JSON-lines reader: known answers, bad input, random objects, columns that come later. */
#include "check_main.h"
#include "counting.h"
#include "reading.h"

struct good {
    const char *input, *output, *stats;
};
static const struct good goods[] = {
    {"{\"a\":1,\"b\":\"x\"}\n{\"a\":-2.5e3,\"b\":\"y\"}\n", "[a][b]\n(1)(x)\n(-2.5e3)(y)\n", "\"format\":\"jsonl\""},
    {"\n {\"a\":true}\r\n\r\n{\"a\":false}\n\n{\"a\":null}\n{}", "[a]\n(true)\n(false)\n~\n~\n", "\"rows\":4"},
    {"{\"b\":1,\"a\":2}\n{\"a\":3,\"b\":4}\n", "[b][a]\n(1)(2)\n(4)(3)\n", NULL},
    {"{\"a\":{\"b\":1,\"c\":{\"d\":\"x\",\"e\":{}}},\"f\":2}\n", "[a.b][a.c.d][f]\n(1)(x)(2)\n", NULL},
    {"{\"a\":[1, \"x]\\\"\",{\"b\":[]}],\"c\":[]}\n", "[a][c]\n([1, \"x]\\\"\",{\"b\":[]}])([])\n", NULL},
    {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"}\n",
     "[a]\n(\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80)\n", "\"lone_surrogates\":0"},
    {"{\"a\":\"\\ud83dx\\ude00\"}\n", "[a]\n(\xef\xbf\xbdx\xef\xbf\xbd)\n", "\"lone_surrogates\":2"},
    {"{\"\\u0061\":1,\"b\\\"\":2}\n{\"a\":3}\n", "[a][b\"]\n(1)(2)\n(3)~\n", NULL},
    {"{\"a\":1,\"a\":\"\\n\",\"a\":\"x\"}\n{\"a\":1,\"a\":null}\n", "[a]\n(x)\n~\n", "\"duplicate_names\":3"},
    {"{\"a\":\"\\n\",\"a\":[\"\\t\"]}\n", "[a]\n([\"\\t\"])\n", "\"duplicate_names\":1"},
    {"{\"a\":\"M\xfcller\"}\n", "[a]\n(M\xc3\xbcller)\n", "\"converted_cells\":1"},
    {"[{\"a\":1},\n {\"a\":\n2}\n , {\"b\":3}]\n", "[a][b]\n(1)~\n(2)~\n~(3)\n", "\"rows\":3"},
    {"[ ]", "", "\"rows\":0"},
    /* Three decimals could be thousands: a number says that they are none, a text does not. */
    {"{\"a\":1.234,\"b\":-12.345e2,\"c\":\"1.234\",\"d\":0.125,\"e\":[1.234],\"f\":1234.567}\n",
     "[a][b][c][d][e][f]\n(1.2340)(-12.3450e2)(1.234)(0.125)([1.234])(1234.567)\n", NULL},
    {"{\"a\":1.234,\"a\":\"x\",\"b\":\"\\n\",\"b\":5.678}\n", "[a][b]\n(x)(5.6780)\n", NULL},
    {"[{\"a\":1.234\n},\n{\"a\":999.999 , \"b\":100.001}]", "[a][b]\n(1.2340)~\n(999.9990)(100.0010)\n", NULL},
    {"\xef\xbb\xbf{\"a\":\"\"}", "[a]\n()\n", "\"byte_order_mark\":true"},
};

START_TEST(known_answers) {
    const struct good *t = &goods[_i];
    icp_context *c = plain_context(0, 0);
    for (uint32_t k = 1; k < 9; k++) {
        const struct icp_reader_options o = reading_options(0, 0, 0);
        struct icp_error err = {.struct_size = sizeof err};
        struct icp__bytes out;
        icp_buffer *stats = NULL;
        struct icp_str json;
        icp__bytes_init(&out, c);
        ck_assert_msg(!read_text(c, t->input, strlen(t->input), k, &o, &out, &stats, &err), "%s: %s", t->input,
                      err.message);
        ck_assert_str_eq(out.data ? out.data : "", t->output);
        icp_buffer_data(stats, &json);
        ck_assert_msg(!t->stats || strstr(json.data, t->stats), "%s: %s", t->input, json.data);
        icp_buffer_unref(stats);
        icp__bytes_free(&out);
    }
    icp_context_unref(c);
}
END_TEST

#define DEEP "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
static const struct bad bads[] = {
    {"{\"a\" 1}\n", 0, ICP_E_FORMAT, "expected \":\"", 1, 1, 6, 5},
    {"{\"a\":1}\n\n {\"a\":}\n", 0, ICP_E_FORMAT, "expected a value", 2, 3, 7, 15},
    {"{\"a\":1\n", 0, ICP_E_FORMAT, "the line ends inside the object", 1, 1, 7, 6},
    {"{\"a\":\"x\n\"}\n", 0, ICP_E_FORMAT, "the line ends inside the object", 1, 1, 8, 7},
    {"{\"a\":1 \"b\":2}\n", 0, ICP_E_FORMAT, "expected \",\" or \"}\"", 1, 1, 8, 7},
    {"{a:1}\n", 0, ICP_E_FORMAT, "expected a name in quotes", 1, 1, 2, 1},
    {"{\"a\":1,}\n", 0, ICP_E_FORMAT, "expected a name in quotes", 1, 1, 8, 7},
    {"{\"a\":01}\n", 0, ICP_E_FORMAT, "a number has no leading zeros", 1, 1, 7, 6},
    {"{\"a\":1.}\n", 0, ICP_E_FORMAT, "expected a digit", 1, 1, 8, 7},
    {"{\"a\":tru}\n", 0, ICP_E_FORMAT, "expected a value", 1, 1, 6, 5},
    {"{\"a\":\"\\x\"}\n", 0, ICP_E_FORMAT, "unknown escape in a string", 1, 1, 7, 6},
    {"{\"a\":\"\\u12g4\"}\n", 0, ICP_E_FORMAT, "expected four hexadecimal digits", 1, 1, 11, 10},
    {"{\"a\":\"x\ty\"}\n", 0, ICP_E_FORMAT, "control character in a string", 1, 1, 8, 7},
    {"{\"a\":[1 2]}\n", 0, ICP_E_FORMAT, "expected \",\" or \"]\"", 1, 1, 9, 8},
    {"{\"a\":1} {\"a\":2}\n", 0, ICP_E_FORMAT, "text after the object", 1, 1, 9, 8},
    {"{\"a\":1}\n7\n", 0, ICP_E_FORMAT, "expected \"{\"", 2, 2, 1, 8},
    {"{\"a\":" DEEP DEEP "1\n", 0, ICP_E_FORMAT, "nested deeper than 64", 1, 1, 69, 68},
    {"{\"Name\":1}\n{\"name\":1}\n", 0, ICP_E_FORMAT, "columns 1 \"Name\" and 2 \"name\" have the same name", 2, 2, 2,
     12},
    {"{\"a\":1,\"b\":1,\"c\":1}\n{\"d\":1,\"e\":1}\n", 0, ICP_E_LIMIT, "more than 4 columns", 2, 2, 8, 27},
    {"{\"a\":\"12345678901234567\"}\n", 0, ICP_E_LIMIT, "cell is larger than 16 bytes", 1, 1, 7, 6},
    {"[{\"a\":1}\n,{\"a\":2}", 0, ICP_E_FORMAT, "the file ends inside the array", 3, 2, 9, 17},
    {"[{\"a\":1}\n{\"a\":2}]", 0, ICP_E_FORMAT, "expected \",\" or \"]\"", 2, 2, 1, 9},
    {"[{\"a\":1},\n]", 0, ICP_E_FORMAT, "expected \"{\"", 2, 2, 1, 10},
    {"[{\"a\":1}]\n x", 0, ICP_E_FORMAT, "text after the array", 2, 2, 2, 11},
    {"[{\"a\":\"x\\ny\",\"b\":1.234},\n7]", 0, ICP_E_FORMAT, "expected \"{\"", 2, 2, 1, 25},
    {"[{\"a\":\n\"x", 0, ICP_E_FORMAT, "the file ends inside the array", 1, 2, 3, 9},
};

START_TEST(bad_input) { check_bad(&bads[_i], ICP_FORMAT_JSONL, 16, 4); }
END_TEST

/* Random objects, written with random spaces and escapes, read back; columns come as they come. */
static void write_string(struct icp__bytes *b, uint64_t *seed, const char *s) {
    icp__bytes_text(b, "\"");
    for (; *s; s++) {
        const unsigned char ch = (unsigned char)*s;
        if (ch == '"' || ch == '\\') icp__bytes_print(b, "\\%c", ch);
        else if (ch == '\n') icp__bytes_text(b, below(seed, 2) ? "\\n" : "\\u000A");
        else if (ch < 0x80 && !below(seed, 12)) icp__bytes_print(b, "\\u00%c%c", "0123456789abcdef"[ch >> 4],
                                                                 "0123456789abcdef"[ch & 15]);
        else icp__bytes_add(b, s, 1);
    }
    icp__bytes_text(b, "\"");
}

static void blanks(struct icp__bytes *b, uint64_t *seed, bool array) {
    for (uint32_t k = below(seed, 3); k; k--)
        icp__bytes_text(b, array && !below(seed, 2) ? "\n" : below(seed, 2) ? " " : "\t");
}

START_TEST(random_objects_read_back) {
    static const char *const pieces[] = {"x", "acme corp", "\"", "\\", "\n", "\xc3\xa9", "}{", ",:[",
                                         "0123456789 0123456789"};
    icp_context *c = plain_context(0, 0);
    for (uint64_t i = 1; i <= 400; i++) {
        uint64_t seed = i * UINT64_C(0x9e3779b97f4a7c15);
        const bool array = i % 2;
        const uint32_t columns = 1 + below(&seed, 40), rows = 1 + below(&seed, 30);
        struct icp__bytes in, want, out;
        icp__bytes_init(&in, c);
        icp__bytes_init(&want, c);
        icp__bytes_init(&out, c);
        if (array) icp__bytes_text(&in, "[");
        for (uint32_t k = 0; k < columns; k++) icp__bytes_print(&want, "[n%u]", k);
        icp__bytes_text(&want, "\n");
        for (uint32_t r = 0; r < rows; r++) {
            bool first = true;
            icp__bytes_text(&in, "{");
            for (uint32_t k = 0; k < columns; k++) {
                char cell[300] = "", name[16];
                if (r && !below(&seed, 3)) { /* all names stand in the first row */
                    icp__bytes_text(&want, "~");
                    continue;
                }
                for (uint32_t n = below(&seed, 6); n; n--) strcat(cell, pieces[below(&seed, 9)]);
                sprintf(name, "n%u", k);
                if (!first) icp__bytes_text(&in, ",");
                first = false;
                blanks(&in, &seed, array);
                write_string(&in, &seed, name);
                blanks(&in, &seed, array);
                icp__bytes_text(&in, ":");
                blanks(&in, &seed, array);
                write_string(&in, &seed, cell);
                blanks(&in, &seed, array);
                icp__bytes_text(&want, "(");
                icp__bytes_text(&want, cell);
                icp__bytes_text(&want, ")");
            }
            icp__bytes_text(&in, array && r + 1 < rows ? "}," : array ? "}]" : "}\n");
            icp__bytes_text(&want, "\n");
        }
        const struct icp_reader_options o = reading_options(0, 0, below(&seed, 10));
        struct icp_error err = {.struct_size = sizeof err};
        ck_assert_msg(!read_text(c, in.data, in.size, 1 + below(&seed, 500), &o, &out, NULL, &err), "seed %llu: %s\n%s",
                      (unsigned long long)i, err.message, in.data);
        ck_assert_msg(out.size == want.size && !memcmp(out.data, want.data, out.size),
                      "seed %llu\n%s\ninstead of\n%s\nfrom\n%s",
                      (unsigned long long)i, out.data, want.data, in.data);
        icp__bytes_free(&in);
        icp__bytes_free(&want);
        icp__bytes_free(&out);
    }
    icp_context_unref(c);
}
END_TEST

/* A new name extends the layout of the batch in which it comes, and of all after it. */
START_TEST(columns_come_later) {
    icp_context *c = plain_context(0, 0);
    struct icp__bytes in, out;
    const struct icp_reader_options o = reading_options(0, 0, 2);
    icp__bytes_init(&in, c);
    icp__bytes_init(&out, c);
    icp__bytes_text(&in, "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"b\":4}\n{\"c\":5,\"b\":6}\n");
    ck_assert_int_eq(read_text(c, in.data, in.size, 5, &o, &out, NULL, NULL), ICP_OK);
    ck_assert_str_eq(out.data, "[a]\n(1)\n(2)\n[a][b]\n(3)~\n~(4)\n[a][b][c]\n~(6)(5)\n");
    icp__bytes_free(&in);
    icp__bytes_free(&out);
    /* 3,000 columns, a new one in each row: no batch grows beyond its bounds, nothing is lost. */
    icp__bytes_init(&in, c);
    for (int i = 0; i < 3000; i++) icp__bytes_print(&in, "{\"n%d\":\"v%d\\u0021\"}\n", i, i);
    struct icp_source s;
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    int row = 0;
    s.struct_size = sizeof s;
    ck_assert_int_eq(icp_source_from_memory(c, in.data, in.size, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(c, &s, NULL, &r, NULL), ICP_OK);
    while (!icp_reader_next(r, &b, NULL) && b) {
        for (uint64_t i = 0; i < icp_batch_rows(b); i++, row++) {
            char name[16], value[16];
            sprintf(name, "n%d", row), sprintf(value, "v%d!", row);
            const struct icp_str cell = icp_batch_cell(b, i, (uint32_t)row);
            ck_assert_str_eq(icp_batch_name(b, (uint32_t)row).data, name);
            ck_assert(cell.size == strlen(value) && !memcmp(cell.data, value, cell.size));
            ck_assert_ptr_null(icp_batch_cell(b, i, row ? (uint32_t)row - 1 : 1).data);
        }
        icp_batch_unref(b);
    }
    ck_assert_int_eq(row, 3000);
    icp_reader_free(r);
    icp__bytes_free(&in);
    icp_context_unref(c);
}
END_TEST

START_TEST(memory_fails) {
    static const char text[] = "{\"a\":\"\\u0041\",\"b\":{\"c\":\"\xfc\"}}\n{\"d\":[1],\"a\":2}\n";
    for (int onwards = 0; onwards < 2; onwards++) {
        for (size_t i = 1;; i++) {
            struct counting k = {.fail_at = i, .fail_onwards = onwards};
            icp_context *c = counting_context(&k);
            if (!c) continue;
            struct icp_source s;
            icp_reader *r = NULL;
            icp_batch *b = NULL;
            uint64_t rows = 0;
            s.struct_size = sizeof s;
            icp_status st = icp_source_from_memory(c, text, sizeof text - 1, &s, NULL);
            if (!st) st = icp_reader_open(c, &s, NULL, &r, NULL);
            while (!st && !(st = icp_reader_next(r, &b, NULL)) && b) {
                rows += icp_batch_rows(b);
                icp_batch_unref(b);
            }
            icp_reader_free(r);
            icp_context_unref(c);
            ck_assert_uint_eq(k.live, 0);
            ck_assert(st == ICP_E_MEMORY || (!st && rows == 2));
            if (k.calls < i) break;
        }
    }
}
END_TEST

START_TEST(huge_line) {
    icp_context *c = plain_context(0, 0);
    struct drip d;
    struct icp_source s = drip_source(&d, "{\"a\":\"0123456789", 16, 1 << 16);
    struct icp_error err = {.struct_size = sizeof err};
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    char *text = malloc(1 << 20);
    memset(text, 'x', 1 << 20);
    memcpy(text, "{\"a\":\"", 6);
    d.data = text, d.size = 1 << 20, d.total = UINT64_C(1) << 30;
    ck_assert_int_eq(icp_reader_open(c, &s, NULL, &r, &err), ICP_OK);
    ck_assert_int_eq(icp_reader_next(r, &b, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "row is larger than 67108864 bytes");
    ck_assert_int_eq(err.line, 1);
    ck_assert_uint_le(d.at, 70u << 20);
    icp_reader_free(r);
    free(text);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("jsonl");
    TCase *t = tcase_create("jsonl");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, known_answers, 0, (int)(sizeof goods / sizeof *goods));
    tcase_add_loop_test(t, bad_input, 0, (int)(sizeof bads / sizeof *bads));
    tcase_add_test(t, random_objects_read_back);
    tcase_add_test(t, columns_come_later);
    tcase_add_test(t, memory_fails);
    tcase_add_test(t, huge_line);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
