/* SPDX-License-Identifier: MIT */
/* Arrow in: every type as the text it stands for, the same rows as CSV and JSON lines, slices and nesting, what is refused and where, and who releases what. */
#include "arrowing.h"
#include "check_main.h"
#include "counting.h"
#include "ingest/batch.h"
#include "trait/parse.h"
#include "reading.h"
#include "world.h"

enum { BITS = 1, /* values are bits */ WORDS = 2 };

/* One column of n values behind `offset` others that nobody may see; released by the caller. */
static icp_batch *one_column(icp_context *c, struct ArrowSchema *type, struct ArrowArray *values, struct icp_error *e) {
    struct ArrowSchema *root = arrow_type("+s", "", 1);
    struct ArrowArray *made = arrow_array(values->length, 1, 1), a;
    icp_batch *b = NULL;
    root->children[0] = type, made->children[0] = values;
    a = *made;
    free(made);
    const icp_status st = icp_batch_from_arrow(c, root, &a, &b, e);
    ck_assert(a.release == NULL);
    arrow_drop_type(root);
    ck_assert(!st == !!b);
    return b;
}
static const char *cell_text(const icp_batch *b, uint64_t row, uint32_t column) {
    static char text[4][600];
    static int at;
    const struct icp_str s = icp_batch_cell(b, row, column);
    if (!s.data) return "~";
    char *out = text[at = (at + 1) % 4];
    snprintf(out, sizeof text[0], "%.*s", (int)s.size, s.data);
    return out;
}

#define V8(...) (const int8_t[]){__VA_ARGS__}
#define V16(...) (const int16_t[]){__VA_ARGS__}
#define V32(...) (const int32_t[]){__VA_ARGS__}
#define V64(...) (const int64_t[]){__VA_ARGS__}
static const struct {
    const char *format;
    const void *values;
    size_t width;
    const char *texts[4]; /* of three values; "~" = none */
} fixed[] = {
    {"c", V8(-128, 0, 127), 1, {"-128", "0", "127"}},
    {"C", V8(-128, 0, -1), 1, {"128", "0", "255"}},
    {"s", V16(INT16_MIN, 7, INT16_MAX), 2, {"-32768", "7", "32767"}},
    {"S", V16(-1, 7, 0), 2, {"65535", "7", "0"}},
    {"i", V32(INT32_MIN, 7, INT32_MAX), 4, {"-2147483648", "7", "2147483647"}},
    {"I", V32(-1, 7, 0), 4, {"4294967295", "7", "0"}},
    {"l", V64(INT64_MIN, 7, INT64_MAX), 8, {"-9223372036854775808", "7", "9223372036854775807"}},
    {"L", V64(-1, 7, 0), 8, {"18446744073709551615", "7", "0"}},
    {"e", V16(0x2e66, 0x7c00, -0x4200), 2, {"0.1", "~", "-1.5"}},
    {"e", V16(0x0001, 0x7bff, 0x7e00), 2, {"6e-8", "65504", "~"}},
    {"f", ((const float[]){.1f, 5, -2.5e-9f}), 4, {"0.1", "5", "-2.5e-9"}},
    {"f", ((const float[]){3.4028235e38f, 1e-45f, 16777216}), 4, {"3.4028235e38", "1e-45", "16777216"}},
    {"g", ((const double[]){5, .1, -1e300}), 8, {"5", "0.1", "-1e300"}},
    {"g", ((const double[]){1.0 / 3, 0, -0.0}), 8, {"0.3333333333333333", "0", "0"}},
    {"d:9,2,32", V32(500, -5, 123456789), 4, {"5", "-0.05", "1234567.89"}},
    {"d:18,3,64", V64(5000, -50, INT64_MIN), 8, {"5", "-0.05", "-9223372036854775.808"}},
    {"d:3,-2,64", V64(12, 0, -1), 8, {"1200", "0", "-100"}},
    {"tdD", V32(18266, -1, 0), 4, {"2020-01-05", "1969-12-31", "1970-01-01"}},
    {"tdm", V64(86400000, -1, 0), 8, {"1970-01-02", "1969-12-31", "1970-01-01"}},
    {"tts", V32(3723, 0, 86399), 4, {"01:02:03", "00:00:00", "23:59:59"}},
    {"ttm", V32(3723004, 0, 500), 4, {"01:02:03.004", "00:00:00", "00:00:00.5"}},
    {"ttu", V64(3723000004, 0, 1), 8, {"01:02:03.000004", "00:00:00", "00:00:00.000001"}},
    {"ttn", V64(1, 0, 3600000000000), 8, {"00:00:00.000000001", "00:00:00", "01:00:00"}},
    {"tss:", V64(0, 86399, -1), 8, {"1970-01-01", "1970-01-01T23:59:59", "1969-12-31T23:59:59"}},
    {"tsm:UTC", V64(0, 86400500, -1), 8, {"1970-01-01", "1970-01-02T00:00:00.5Z", "1969-12-31T23:59:59.999Z"}},
    {"tsu:+02:00", V64(0, 3600000000, -1), 8, {"1970-01-01", "1970-01-01T01:00:00Z", "1969-12-31T23:59:59.999999Z"}},
    {"tsn:", V64(0, 1, INT64_MIN), 8, {"1970-01-01", "1970-01-01T00:00:00.000000001", "1677-09-21T00:12:43.145224192"}},
    {"tDs", V64(90, -1, 0), 8, {"90", "-1", "0"}},
    {"tDm", V64(90500, -1, 0), 8, {"90.5", "-0.001", "0"}},
    {"tDn", V64(1, INT64_MIN, 0), 8, {"0.000000001", "-9223372036.854775808", "0"}},
    {"tiM", V32(14, 0, -3), 4, {"P14M", "PT0S", "P-3M"}},
    {"tiD", V32(1, 500, 0, 0, -2, -1), 8, {"P1DT0.5S", "PT0S", "P-2DT-0.001S"}},
    {"tin", ((const int64_t[]){1 | INT64_C(2) << 32, 1500000000, 0, 0, 0, -1}), 16, {"P1M2DT1.5S", "PT0S", "PT-0.000000001S"}},
    {"w:2", "abcdef", 2, {"ab", "cd", "ef"}},
};

/* Each alone, behind others, and with a value missing. */
START_TEST(values_of_fixed_width) {
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        for (int64_t offset = 0; offset < 3; offset++)
            for (int missing = -1; missing < 3; missing++) {
                struct ArrowArray *a = arrow_fixed(fixed[i].values, fixed[i].width, 3);
                const uint8_t none[3] = {missing == 0, missing == 1, missing == 2};
                if (missing >= 0) arrow_validity(a, none, 3);
                a->offset = offset, a->length = 3 - offset;
                icp_batch *b = one_column(c, arrow_type(fixed[i].format, "a", 0), a, &e);
                ck_assert_msg(b != NULL, "%s: %s", fixed[i].format, e.message);
                for (int64_t k = 0; k < 3 - offset; k++) {
                    const char *want = k + offset == missing ? "~" : fixed[i].texts[k + offset];
                    ck_assert_msg(!strcmp(cell_text(b, (uint64_t)k, 0), want), "%s: %s, not %s", fixed[i].format, cell_text(b, (uint64_t)k, 0), want);
                }
                icp_batch_unref(b);
            }
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* Three decimals are no thousands, in whatever way the column writes its numbers. */
START_TEST(decimals_are_no_thousands) {
    enum { N = 20000 };
    static double values[N];
    static int64_t thousandths[N];
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    uint64_t seed = 29;
    for (int i = 0; i < N; i++) {
        thousandths[i] = (int64_t)below(&seed, 2000000) - 1000000;
        values[i] = (double)thousandths[i] / 1000;
    }
    icp_batch *b[2] = {one_column(c, arrow_type("g", "a", 0), arrow_fixed(values, 8, N), &e),
                       one_column(c, arrow_type("d:18,3,64", "a", 0), arrow_fixed(thousandths, 8, N), &e)};
    for (uint64_t i = 0; i < 2 * N; i++) {
        const struct icp_str s = icp_batch_cell(b[i % 2], i / 2, 0);
        for (int k = 0; k < 2; k++) {
            double v;
            ck_assert(icp__number_read(s.data, s.size, (uint8_t)".,"[k], &v, NULL));
            ck_assert_msg(v == values[i / 2], "%.*s is %f", (int)s.size, s.data, v);
        }
    }
    icp_batch_unref(b[0]), icp_batch_unref(b[1]);
    icp_context_unref(c);
}
END_TEST

/* Wide decimals from limbs: 10^40 - 1 of 256 bits at scales from -3 to 60, against digits shifted by hand. */
START_TEST(decimals_of_every_scale) {
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    for (int width = 16; width <= 32; width += 16)
        for (int scale = -3; scale <= 60; scale++) {
            uint8_t bytes[32] = {0};
            char format[40], digits[200], want[204];
            for (int i = 0; i < 30; i++) { /* 10^30 - 1 = thirty nines */
                unsigned carry = 9;
                for (int k = 0; k < width; k++) carry += bytes[k] * 10u, bytes[k] = (uint8_t)carry, carry >>= 8;
            }
            unsigned carry = 1;
            for (int k = 0; k < width; k++) carry += (uint8_t)~bytes[k], bytes[k] = (uint8_t)carry, carry >>= 8; /* negative */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
            for (int k = 0; k < width / 2; k++) { uint8_t t = bytes[k]; bytes[k] = bytes[width - 1 - k]; bytes[width - 1 - k] = t; }
#endif
            snprintf(format, sizeof format, "d:38,%d,%d", scale, width * 8);
            memset(digits, 0, sizeof digits);
            if (scale <= 0) memset(digits, '9', 30), memset(digits + 30, '0', (size_t)-scale);
            else if (scale < 30) memset(digits, '9', (size_t)(30 - scale)), digits[30 - scale] = '.', memset(digits + 31 - scale, '9', (size_t)scale);
            else memset(digits, '0', (size_t)scale + 2), digits[1] = '.', memset(digits + 2 + scale - 30, '9', 30);
            snprintf(want, sizeof want, "-%s", digits);
            icp_batch *b = one_column(c, arrow_type(format, "a", 0), arrow_fixed(bytes, (size_t)width, 1), &e);
            ck_assert_msg(b != NULL, "%s: %s", format, e.message);
            ck_assert_str_eq(cell_text(b, 0, 0), want);
            icp_batch_unref(b);
        }
    icp_context_unref(c);
}
END_TEST

/* Every half float, and floats at random: the text reads back, and no shorter one does (whole numbers beyond 24 bits are written out). */
static float half_of(uint32_t bits) {
    const int e = (int)(bits >> 10 & 31);
    const float m = (float)(bits & 1023);
    return (bits >> 15 ? -1.f : 1.f) * (e ? ldexpf(m + 1024, e - 25) : ldexpf(m, -24));
}
START_TEST(small_floats_read_back) {
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    uint64_t seed = 11;
    enum { N = 65536 };
    static uint16_t halves[N];
    static float floats[N];
    for (uint32_t i = 0; i < N; i++) {
        const uint32_t bits = (uint32_t)next_random(&seed);
        halves[i] = (uint16_t)i;
        memcpy(&floats[i], &bits, 4);
        if (i % 2) floats[i] = (float)((double)below(&seed, 100000) / 100);
    }
    icp_batch *h = one_column(c, arrow_type("e", "a", 0), arrow_fixed(halves, 2, N), &e), *f = one_column(c, arrow_type("f", "a", 0), arrow_fixed(floats, 4, N), &e);
    for (uint32_t i = 0; i < N; i++) {
        char text[64], shortest[64];
        const float v = half_of(i);
        snprintf(text, sizeof text, "%s", cell_text(h, i, 0));
        if ((i >> 10 & 31) == 31) ck_assert_str_eq(text, "~");
        else ck_assert_msg(fabs(strtod(text, NULL) - (double)v) <= fabs((double)v) / 2048 + 3e-8, "%s is not %g", text, (double)v);
        snprintf(text, sizeof text, "%s", cell_text(f, i, 0));
        if (!(floats[i] - floats[i] == 0)) {
            ck_assert_str_eq(text, "~");
            continue;
        }
        ck_assert_msg(strtof(text, NULL) == floats[i], "%s is not %a", text, (double)floats[i]);
        int digits = 1;
        for (; digits < 9; digits++) {
            snprintf(shortest, sizeof shortest, "%.*e", digits - 1, (double)floats[i]);
            if (strtof(shortest, NULL) == floats[i]) break;
        }
        int own = 0, zeros = 0;
        for (const char *p = text; *p && *p != 'e'; p++)
            if (*p >= '0' && *p <= '9' && (own || *p != '0')) own++, zeros = *p == '0' ? zeros + 1 : 0;
        ck_assert_msg(own - zeros <= digits || fabsf(floats[i]) >= 16777216, "%s is longer than %s", text, shortest);
    }
    icp_batch_unref(h), icp_batch_unref(f);
    icp_context_unref(c);
}
END_TEST

/* Text. */

static struct ArrowArray *views_of(const char *const *cells, int64_t n) {
    struct ArrowArray *a = arrow_array(n, 5, 0); /* validity, views, two buffers, their sizes */
    char *views = calloc((size_t)n, 16), buffer[2][256];
    int64_t sizes[2] = {0, 0};
    uint8_t *none = calloc((size_t)n, 1);
    for (int64_t i = 0; i < n; i++) {
        none[i] = !cells[i];
        const int32_t size = cells[i] ? (int32_t)strlen(cells[i]) : 0, which = (int32_t)(i % 2), at = (int32_t)sizes[which];
        memcpy(views + i * 16, &size, 4);
        memcpy(views + i * 16 + 4, cells[i] ? cells[i] : "", (size_t)(size < 12 ? size : 4));
        if (size == 12) memcpy(views + i * 16 + 4, cells[i], 12);
        if (size <= 12) continue;
        memcpy(views + i * 16 + 8, &which, 4), memcpy(views + i * 16 + 12, &at, 4);
        memcpy(buffer[which] + at, cells[i], (size_t)size);
        sizes[which] += size;
    }
    arrow_validity(a, none, n);
    arrow_put(a, 1, views, (size_t)n * 16), arrow_put(a, 2, buffer[0], (size_t)sizes[0]), arrow_put(a, 3, buffer[1], (size_t)sizes[1]);
    arrow_put(a, 4, sizes, sizeof sizes);
    free(views), free(none);
    return a;
}
static struct ArrowArray *large_of(const char *const *cells, int64_t n) {
    struct ArrowArray *a = arrow_text(cells, n);
    int64_t wide[32];
    for (int64_t i = 0; i <= n; i++) wide[i] = ((const int32_t *)a->buffers[1])[i];
    arrow_put(a, 1, wide, ((size_t)n + 1) * 8);
    return a;
}
static const char *const texts[] = {"plain", "", NULL, "twelve bytes", "more than twelve bytes", "\xe6\x97\xa5\xe6\x9c\xac", "caf\xe9 cr\xe8me, not UTF-8", "end"};
enum { TEXTS = 8 };

START_TEST(text_of_every_layout) {
    static const char *const formats[] = {"u", "z", "U", "Z", "vu", "vz"};
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (int64_t offset = 0; offset < TEXTS; offset++) {
            const bool binary = strchr(formats[i], 'z') || strchr(formats[i], 'Z');
            struct ArrowArray *a = i < 2 ? arrow_text(texts, TEXTS) : i < 4 ? large_of(texts, TEXTS) : views_of(texts, TEXTS);
            a->offset = offset, a->length = TEXTS - offset;
            icp_batch *b = one_column(c, arrow_type(formats[i], "a", 0), a, &e);
            if (binary && offset <= 6) { /* nobody promised that bytes are text */
                ck_assert(!b);
                ck_assert_int_eq(e.code, ICP_E_FORMAT);
                ck_assert_str_eq(e.message, "bytes that are no text (UTF-8)");
                ck_assert_str_eq(e.source, "arrow");
                ck_assert_str_eq(e.field, "a");
                ck_assert_int_eq(e.row, 7 - offset);
                ck_assert_int_eq(e.column, 1);
                continue;
            }
            ck_assert_msg(b != NULL, "%s: %s", formats[i], e.message);
            for (int64_t k = offset; k < TEXTS; k++)
                ck_assert_str_eq(cell_text(b, (uint64_t)(k - offset), 0), k == 6 ? "caf\xc3\xa9 cr\xc3\xa8me, not UTF-8" : texts[k] ? texts[k] : "~");
            icp_batch_unref(b);
        }
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* Cells of text lie in the buffers of the producer. */
START_TEST(text_is_not_copied) {
    icp_context *c = plain_context(0, 0);
    struct ArrowArray *a = arrow_text(texts, 2);
    const char *data = a->buffers[2];
    icp_batch *b = one_column(c, arrow_type("u", "a", 0), a, NULL);
    ck_assert_ptr_eq(icp_batch_cell(b, 0, 0).data, data);
    ck_assert_int_gt(arrow_live, 0);
    icp_batch_unref(icp_batch_ref(b));
    ck_assert_int_gt(arrow_live, 0);
    icp_batch_unref(b);
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* A character that two cells share: neither is UTF-8, though the whole is. */
START_TEST(offsets_inside_a_character) {
    static const char *const cells[] = {"a\xc3", "\xa9" "b"};
    icp_context *c = plain_context(0, 0);
    icp_batch *b = one_column(c, arrow_type("u", "a", 0), arrow_text(cells, 2), NULL);
    ck_assert_str_eq(cell_text(b, 0, 0), "a\xc3\x83");
    ck_assert_str_eq(cell_text(b, 1, 0), "\xc2\xa9" "b");
    icp_batch_unref(b);
    icp_context_unref(c);
}
END_TEST

/* Nested types; every array with two values in front that its offset leaves out. */

static struct ArrowArray *offset_by(struct ArrowArray *a, int64_t n) {
    a->offset = n, a->length -= n;
    return a;
}
static struct ArrowSchema *with_child(struct ArrowSchema *s, int i, struct ArrowSchema *child) { return s->children[i] = child, s; }
static struct ArrowArray *list_of(struct ArrowArray *child, const void *offsets, size_t width, const void *sizes, int64_t n) {
    struct ArrowArray *a = arrow_array(n, sizes ? 3 : 2, 1);
    arrow_put(a, 1, offsets, width * (size_t)(n + !sizes));
    if (sizes) arrow_put(a, 2, sizes, width * (size_t)n);
    a->children[0] = child;
    return a;
}
static void must_be(icp_context *c, struct ArrowSchema *type, struct ArrowArray *a, const char *const *want) {
    struct icp_error e = {.struct_size = sizeof e};
    const int64_t n = a->length;
    char format[40];
    snprintf(format, sizeof format, "%s", type->format);
    icp_batch *b = one_column(c, type, a, &e);
    ck_assert_msg(b != NULL, "%s: %s", format, e.message);
    for (int64_t i = 0; i < n; i++) ck_assert_msg(!strcmp(cell_text(b, (uint64_t)i, 0), want[i]), "%s: %s, not %s", format, cell_text(b, (uint64_t)i, 0), want[i]);
    icp_batch_unref(b);
    ck_assert_int_eq(arrow_live, 0);
}

START_TEST(lists_are_json) {
    static const char *const items[] = {"x", "y", "a", "b\"\\\n", NULL, "c"};
    static const char *const want[] = {"[\"a\",\"b\\\"\\\\\\u000a\"]", "[]", "[null,\"c\"]"};
    icp_context *c = plain_context(0, 0);
    must_be(c, with_child(arrow_type("+l", "a", 1), 0, arrow_type("u", "item", 0)),
            offset_by(list_of(offset_by(arrow_text(items, 6), 1), V32(0, 0, 1, 3, 3, 5), 4, NULL, 5), 2), want);
    must_be(c, with_child(arrow_type("+L", "a", 1), 0, arrow_type("u", "item", 0)),
            offset_by(list_of(offset_by(arrow_text(items, 6), 1), V64(0, 0, 1, 3, 3, 5), 8, NULL, 5), 2), want);
    must_be(c, with_child(arrow_type("+vl", "a", 1), 0, arrow_type("u", "item", 0)),
            offset_by(list_of(arrow_text(items, 6), V32(0, 0, 2, 6, 4), 4, V32(0, 0, 2, 0, 2), 5), 2), want);
    must_be(c, with_child(arrow_type("+vL", "a", 1), 0, arrow_type("u", "item", 0)),
            offset_by(list_of(arrow_text(items, 6), V64(0, 0, 2, 6, 4), 8, V64(0, 0, 2, 0, 2), 5), 2), want);
    struct ArrowArray *pairs = arrow_array(3, 1, 1);
    pairs->children[0] = arrow_text(items, 6);
    must_be(c, with_child(arrow_type("+w:2", "a", 1), 0, arrow_type("u", "item", 0)), offset_by(pairs, 1), (const char *const[]){want[0], want[2]});
    must_be(c, with_child(arrow_type("+l", "a", 1), 0, with_child(arrow_type("+l", "item", 1), 0, arrow_type("i", "item", 0))),
            list_of(list_of(arrow_fixed(V32(1, 2, 3), 4, 3), V32(0, 2, 2, 3), 4, NULL, 3), V32(0, 2, 3), 4, NULL, 2), (const char *const[]){"[[1,2],[]]", "[[3]]"});
    icp_context_unref(c);
}
END_TEST

START_TEST(maps_are_lists_of_key_and_value) {
    static const char *const keys[] = {"-", "crm", "mail", "x"}, *const values[] = {"-", "a\"b", NULL, "1"};
    icp_context *c = plain_context(0, 0);
    struct ArrowSchema *pair = with_child(with_child(arrow_type("+s", "entries", 2), 0, arrow_type("u", "key", 0)), 1, arrow_type("u", "value", 0));
    struct ArrowArray *entries = arrow_array(4, 1, 2);
    entries->children[0] = arrow_text(keys, 4), entries->children[1] = arrow_text(values, 4);
    must_be(c, with_child(arrow_type("+m", "a", 1), 0, pair), offset_by(list_of(offset_by(entries, 1), V32(0, 0, 2, 3), 4, NULL, 3), 1),
            (const char *const[]){"[\"crm=a\\\"b\",\"mail\"]", "[\"x=1\"]"});
    icp_context_unref(c);
}
END_TEST

START_TEST(dictionaries_and_runs) {
    static const char *const words[] = {"-", "red", NULL, "blue"};
    static const char *const formats[] = {"c", "C", "s", "S", "i", "I", "l", "L"};
    icp_context *c = plain_context(0, 0);
    for (int i = 0; i < 8; i++) {
        const int64_t index[] = {9, 0, 2, 1, 0}; /* into a dictionary that begins at its second word */
        const int32_t width = 1 << i / 2;
        char bytes[40];
        for (int k = 0; k < 5; k++) {
            const int8_t b = (int8_t)index[k];
            const int16_t s = b;
            const int32_t w = b;
            memcpy(bytes + k * width, width == 1 ? (const void *)&b : width == 2 ? (const void *)&s : width == 4 ? (const void *)&w : (const void *)&index[k], (size_t)width);
        }
        struct ArrowSchema *type = arrow_type(formats[i], "a", 0);
        struct ArrowArray *a = offset_by(arrow_fixed(bytes, (size_t)width, 5), 1);
        type->dictionary = arrow_type("u", "", 0), a->dictionary = offset_by(arrow_text(words, 4), 1);
        must_be(c, type, a, (const char *const[]){"red", "blue", "~", "red"});
    }
    for (int i = 0; i < 3; i++) {
        struct ArrowSchema *type = with_child(with_child(arrow_type("+r", "a", 2), 0, arrow_type(formats[2 + 2 * i], "run_ends", 0)), 1, arrow_type("u", "values", 0));
        struct ArrowArray *a = arrow_array(6, 0, 2);
        const void *ends[] = {V16(1, 2, 4, 6), V32(1, 2, 4, 6), V64(1, 2, 4, 6)};
        a->children[0] = offset_by(arrow_fixed(ends[i], (size_t)2 << i, 4), 1), a->children[1] = offset_by(arrow_text(words, 4), 1);
        must_be(c, type, offset_by(a, 1), (const char *const[]){"red", "~", "~", "blue", "blue"});
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(members_become_columns) {
    static const char *const names[] = {"-", "n1", "n2", NULL};
    static const uint8_t outer[] = {0, 0, 1, 0}, inner[] = {0, 0, 0, 1};
    icp_context *c = plain_context(0, 0);
    struct icp_error e = {.struct_size = sizeof e};
    struct ArrowSchema *root = arrow_type("+s", "", 2), *s = arrow_type("+s", "s", 2), *d = arrow_type("+s", "deep", 1);
    d->children[0] = arrow_type("i", "v", 0), s->children[0] = arrow_type("u", "name", 0), s->children[1] = d;
    root->children[0] = s, root->children[1] = arrow_type("b", "flag", 0);
    struct ArrowArray *a = arrow_array(4, 1, 2), *sa = arrow_array(4, 1, 2), *da = arrow_array(4, 1, 1), top;
    da->children[0] = arrow_fixed(V32(0, 1, 2, 3), 4, 4), arrow_validity(da, inner, 4);
    sa->children[0] = arrow_text(names, 4), sa->children[1] = da, arrow_validity(sa, outer, 4);
    a->children[0] = sa, a->children[1] = arrow_fixed("\x0a", 1, 1), a->children[1]->length = 4;
    a->offset = 1, a->length = 3;
    top = *a;
    free(a);
    icp_batch *b = NULL;
    ck_assert_msg(icp_batch_from_arrow(c, root, &top, &b, &e) == ICP_OK, "%s", e.message);
    arrow_drop_type(root);
    ck_assert_uint_eq(icp_batch_columns(b), 3);
    ck_assert_str_eq(icp_batch_name(b, 0).data, "s.name");
    ck_assert_str_eq(icp_batch_name(b, 1).data, "s.deep.v");
    ck_assert_str_eq(icp_batch_name(b, 2).data, "flag");
    const char *const want[3][3] = {{"n1", "1", "true"}, {"~", "~", "false"}, {"~", "~", "true"}};
    for (uint64_t r = 0; r < 3; r++)
        for (uint32_t k = 0; k < 3; k++) ck_assert_str_eq(cell_text(b, r, k), want[r][k]);
    icp_batch_unref(b);
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* The same companies as CSV, as JSON lines and as Arrow, in slices of any size: the same schema, reference and scores. */

static struct ArrowSchema *world_type(void) {
    struct ArrowSchema *t = arrow_type("+s", "", WORLD_COLUMNS + 1);
    t->children[0] = arrow_type("u", "key", 0);
    for (int f = 0; f < WORLD_COLUMNS; f++) t->children[f + 1] = arrow_type(f == 1 || f == 4 ? "i" : "u", world_names[f], 0);
    return t;
}
static struct ArrowArray *world_array(const struct world *w, int from, int n) {
    struct ArrowArray *a = arrow_array(n, 1, WORLD_COLUMNS + 1);
    const char **cells = calloc((size_t)n + 1, sizeof *cells);
    int32_t *numbers = calloc((size_t)n + 1, 4);
    uint8_t *none = calloc((size_t)n + 1, 1);
    for (int i = 0; i < n; i++) cells[i] = w->row[from + i].key;
    a->children[0] = arrow_text(cells, n);
    for (int f = 0; f < WORLD_COLUMNS; f++) {
        for (int i = 0; i < n; i++) {
            const char *cell = w->row[from + i].cells[f];
            none[i] = !*cell, numbers[i] = atoi(cell), cells[i] = *cell ? cell : NULL;
        }
        a->children[f + 1] = f == 1 || f == 4 ? arrow_fixed(numbers, 4, n) : arrow_text(cells, n);
        if (f == 1 || f == 4) arrow_validity(a->children[f + 1], none, n);
    }
    free(cells), free(numbers), free(none);
    return a;
}
static icp_reader *world_arrow(icp_context *c, const struct world *w, int pieces, uint32_t rows_per_batch) {
    struct ArrowArrayStream s = arrow_stream(world_type());
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = rows_per_batch};
    icp_reader *r = NULL;
    for (int i = 0; i < pieces; i++) arrow_stream_add(&s, world_array(w, w->rows * i / pieces, w->rows * (i + 1) / pieces - w->rows * i / pieces));
    ck_assert_int_eq(icp_reader_open_arrow(c, &s, &o, &r, NULL), ICP_OK);
    ck_assert(s.release == NULL);
    return r;
}
static char *world_lines(const struct world *w) {
    char *text = malloc((size_t)w->rows * 900 + 64), *p = text;
    for (int i = 0; i < w->rows; i++) {
        p += sprintf(p, "{\"key\":\"%s\"", w->row[i].key);
        for (int f = 0; f < WORLD_COLUMNS; f++) {
            const char *cell = w->row[i].cells[f], *quote = *cell && f != 1 && f != 4 ? "\"" : "";
            p += sprintf(p, ",\"%s\":%s%s%s", world_names[f], quote, *cell ? cell : "null", quote);
        }
        p += sprintf(p, "}\n");
    }
    return text;
}
static icp_buffer *reference_bytes(icp_context *c, icp_reader *r, icp_reference **out) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reference_builder *b;
    struct icp_sink sink;
    icp_buffer *bytes = NULL;
    world_must(icp_reference_builder_new(c, NULL, &b, &e), &e);
    world_must(icp_reference_builder_add(b, r, NULL, &e), &e);
    world_must(icp_reference_builder_finish(b, out, &e), &e);
    world_must(icp_sink_to_memory(c, &sink, &bytes, &e), &e);
    world_must(icp_reference_save(*out, &sink, &e), &e);
    icp_reader_free(r), icp_reference_builder_free(b);
    return bytes;
}
static void same_bytes(icp_buffer *a, icp_buffer *b, const char *what) {
    struct icp_str x, y;
    ck_assert(!icp_buffer_data(a, &x) && !icp_buffer_data(b, &y));
    ck_assert_msg(x.size == y.size && !memcmp(x.data, y.data, x.size), "%s differs", what);
    icp_buffer_unref(a);
}
static icp_buffer *schema_json(icp_context *c, icp_reader *r) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_schema *s = NULL;
    icp_buffer *b = NULL;
    world_must(icp_schema_infer(c, r, NULL, &s, &e), &e);
    world_must(icp_schema_to_json(s, &b, &e), &e);
    icp_schema_unref(s), icp_reader_free(r);
    return b;
}
static int64_t *score_all(icp_context *c, icp_model *m, icp_reader *r, uint64_t *rows) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    int64_t *out = NULL;
    *rows = 0;
    world_must(icp_scorer_new(m, NULL, &s, &e), &e), world_must(icp_result_new(c, &result, &e), &e);
    for (world_must(icp_reader_next(r, &b, &e), &e); b; world_must(icp_reader_next(r, &b, &e), &e)) {
        struct icp_array a = {.struct_size = sizeof a};
        world_must(icp_scorer_score(s, b, result, &e), &e), world_must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, &a, &e), &e);
        out = realloc(out, (*rows + a.rows) * 8);
        memcpy(out + *rows, a.data, a.rows * 8);
        *rows += a.rows;
        icp_batch_unref(b);
    }
    icp_reader_free(r), icp_result_free(result), icp_scorer_free(s);
    return out;
}
START_TEST(the_same_as_csv_and_json_lines) {
    icp_context *c = plain_context(0, 0);
    struct world w = world_new((uint64_t)_i + 1, 300, 60, .2);
    char *csv = world_csv(&w, 0, 1, 0), *lines = world_lines(&w), *keys = world_csv(&w, 0, 1, 1);
    const int pieces = 1 + _i % 5;
    const uint32_t slice = _i % 3 ? (uint32_t)(1 + _i * 13 % 97) : 0;
    icp_reference *r[3];
    icp_buffer *want = reference_bytes(c, world_reader(c, csv, strlen(csv), 0), &r[0]);
    same_bytes(reference_bytes(c, world_reader(c, lines, strlen(lines), 0), &r[1]), want, "a reference from JSON lines");
    same_bytes(reference_bytes(c, world_arrow(c, &w, pieces, slice), &r[2]), want, "a reference from Arrow");
    icp_buffer_unref(want);
    want = schema_json(c, world_reader(c, csv, strlen(csv), 0));
    same_bytes(schema_json(c, world_arrow(c, &w, pieces, slice)), want, "a schema from Arrow");
    icp_buffer_unref(want);
    icp_model *m = world_fit(c, r[0], keys, NULL, NULL);
    uint64_t rows[3];
    int64_t *scores[] = {score_all(c, m, world_reader(c, csv, strlen(csv), 0), &rows[0]), score_all(c, m, world_reader(c, lines, strlen(lines), 0), &rows[1]),
                         score_all(c, m, world_arrow(c, &w, pieces, slice), &rows[2])};
    for (int k = 1; k < 3; k++) {
        ck_assert_uint_eq(rows[k], 300);
        ck_assert_mem_eq(scores[k], scores[0], 300 * 8);
    }
    for (int k = 0; k < 3; k++) icp_reference_unref(r[k]), free(scores[k]);
    icp_model_unref(m);
    world_free(&w), free(csv), free(lines), free(keys);
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* Streams. */

START_TEST(record_batches_are_cut_into_slices) {
    icp_context *c = plain_context(0, 0);
    struct ArrowArrayStream s = arrow_stream(arrow_table_type());
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 7, .format = 99, .delimiter = -5}; /* of other readers */
    struct icp_error e = {.struct_size = sizeof e};
    icp_reader *r = NULL;
    icp_batch *b;
    uint64_t rows = 0;
    const int sizes[] = {20, 0, 7, 1};
    for (int i = 0, at = 0; i < 4; at += sizes[i++]) arrow_stream_add(&s, arrow_table(at, sizes[i]));
    world_must(icp_reader_open_arrow(c, &s, &o, &r, &e), &e);
    for (world_must(icp_reader_next(r, &b, &e), &e); b; world_must(icp_reader_next(r, &b, &e), &e)) {
        ck_assert_uint_le(icp_batch_rows(b), 7);
        for (uint64_t i = 0; i < icp_batch_rows(b); i++) {
            char want[40];
            snprintf(want, sizeof want, "k%06d", (int)(rows + i));
            ck_assert_str_eq(cell_text(b, i, 0), want);
            ck_assert_int_eq(icp__batch_place(b, i, 0).row, (int64_t)(rows + i + 1));
        }
        rows += icp_batch_rows(b);
        icp_batch_unref(b);
    }
    ck_assert_uint_eq(rows, 28);
    icp_buffer *json = NULL;
    struct icp_str text;
    world_must(icp_reader_stats(r, &json, &e), &e);
    icp_buffer_data(json, &text);
    ck_assert_str_eq(text.data, "{\"format\":\"arrow\",\"columns\":3,\"rows\":28,\"record_batches\":4,\"converted_cells\":17}");
    icp_buffer_unref(json);
    world_must(icp_reader_next(r, &b, &e), &e);
    ck_assert_ptr_null(b);
    icp_reader_free(r);
    ck_assert_int_eq(arrow_live, 0);
    icp_context_unref(c);
}
END_TEST

/* A batch that somebody keeps has its own rows, also when the reader is gone; nothing else of the stream stays. */
START_TEST(batches_outlive_the_reader) {
    icp_context *c = plain_context(0, 0);
    struct ArrowArrayStream s = arrow_stream(arrow_table_type());
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 5};
    icp_reader *r = NULL;
    icp_batch *held[40] = {NULL}, *b;
    int n = 0;
    for (int i = 0; i < 4; i++) arrow_stream_add(&s, arrow_table(i * 50, 50));
    ck_assert_int_eq(icp_reader_open_arrow(c, &s, &o, &r, NULL), ICP_OK);
    while (!icp_reader_next(r, &b, NULL) && b) held[n++] = b; /* more than the reader has slabs */
    icp_reader_free(r);
    icp_context_unref(c);
    ck_assert_int_eq(n, 40);
    for (int i = 0; i < n; i++) {
        char want[64], number[24];
        snprintf(want, sizeof want, "k%06d", i * 5);
        snprintf(number, sizeof number, "%d", i * 5 * 7);
        ck_assert_str_eq(cell_text(held[i], 0, 0), want);
        ck_assert_str_eq(cell_text(held[i], 0, 1), number);
        icp_batch_unref(held[i]);
    }
    ck_assert_int_eq(arrow_live, 0);
}
END_TEST

/* Once grown, the reader allocates one block for each record batch, and none for rows, cells or slices. */
START_TEST(memory_is_used_again) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    struct ArrowArrayStream s = arrow_stream(arrow_table_type());
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 50};
    icp_reader *r = NULL;
    icp_batch *b;
    size_t calls[9] = {0};
    for (int i = 0; i < 8; i++) arrow_stream_add(&s, arrow_table(i * 500, 500));
    ck_assert_int_eq(icp_reader_open_arrow(c, &s, &o, &r, NULL), ICP_OK);
    for (int i = 0; i < 80; i++) {
        ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
        icp_batch_unref(b);
        if (i % 10 == 9) calls[i / 10 + 1] = k.calls;
    }
    for (int i = 4; i < 9; i++) ck_assert_uint_eq(calls[i] - calls[i - 1], 1);
    icp_reader_free(r);
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
    ck_assert_int_eq(arrow_live, 0);
}
END_TEST

START_TEST(a_stream_that_fails) {
    icp_context *c = plain_context(0, 0);
    for (int i = 0; i < 4; i++) {
        struct icp_error e = {.struct_size = sizeof e}, again = {.struct_size = sizeof again};
        struct ArrowArrayStream s = arrow_stream(arrow_table_type());
        struct arrow_stream *own = s.private_data;
        icp_reader *r = (icp_reader *)&e;
        icp_batch *b;
        own->error = i % 2 ? "no more tape" : NULL;
        own->fail_schema = i < 2 ? 22 : 0, own->fail_at = 2;
        arrow_stream_add(&s, arrow_table(0, 3)), arrow_stream_add(&s, arrow_table(0, 3));
        icp_status st = icp_reader_open_arrow(c, &s, NULL, &r, &e);
        if (i < 2) {
            ck_assert_ptr_eq(r, &e);
        } else {
            ck_assert_int_eq(st, ICP_OK);
            ck_assert_int_eq(icp_reader_next(r, &b, &e), ICP_OK);
            icp_batch_unref(b);
            st = icp_reader_next(r, &b, &e);
            ck_assert_int_eq(icp_reader_next(r, &b, &again), st);
            ck_assert_mem_eq(&again, &e, sizeof e);
            icp_reader_free(r);
        }
        ck_assert_int_eq(st, ICP_E_IO);
        ck_assert_str_eq(e.source, "arrow");
        ck_assert_str_eq(e.message, i % 2 ? "no more tape" : i < 2 ? "the stream failed with code 22" : "the stream failed with code 5");
        ck_assert_int_eq(arrow_live, 0);
    }
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("arrow");
    TCase *t = tcase_create("arrow");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, values_of_fixed_width);
    tcase_add_test(t, decimals_are_no_thousands);
    tcase_add_test(t, decimals_are_no_thousands);
    tcase_add_test(t, decimals_of_every_scale);
    tcase_add_test(t, small_floats_read_back);
    tcase_add_test(t, text_of_every_layout);
    tcase_add_test(t, text_is_not_copied);
    tcase_add_test(t, offsets_inside_a_character);
    tcase_add_test(t, lists_are_json);
    tcase_add_test(t, maps_are_lists_of_key_and_value);
    tcase_add_test(t, dictionaries_and_runs);
    tcase_add_test(t, members_become_columns);
    tcase_add_loop_test(t, the_same_as_csv_and_json_lines, 0, 12);
    tcase_add_test(t, record_batches_are_cut_into_slices);
    tcase_add_test(t, batches_outlive_the_reader);
    tcase_add_test(t, memory_is_used_again);
    tcase_add_test(t, a_stream_that_fails);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
