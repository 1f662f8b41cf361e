/* SPDX-License-Identifier: MIT */
/* One company filled in by hand gives the traits that the same cells give from a file. */
#include "base/hash.h"
#include "base/text.h"
#include "check_main.h"
#include "trait/extract.h"
#include <stdio.h>

static icp_context *ctx;
static icp_schema *schema;
static icp_record *record;
static const char json[] = "{\"schema\": 1, \"columns\": ["
                           "{\"name\": \"id\", \"kind\": \"key\"}, {\"name\": \"Industry\", \"kind\": \"category\"}, {\"name\": \"Tags\", \"kind\": \"list\", \"separator\": \";\"},"
                           "{\"name\": \"Revenue\", \"kind\": \"number\", \"decimal\": \",\"}, {\"name\": \"Founded\", \"kind\": \"date\", \"order\": \"dmy\"},"
                           "{\"name\": \"About\", \"kind\": \"text\"}, {\"name\": \"Web\", \"kind\": \"url\"}, {\"name\": \"Active\", \"kind\": \"boolean\"}, {\"name\": \"Size\", \"kind\": \"number\"}]}";
enum { ID, INDUSTRY, TAGS, REVENUE, FOUNDED, ABOUT, WEB, ACTIVE, SIZE, COLUMNS };

static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK);
    ck_assert_int_eq(icp_schema_from_json(ctx, json, sizeof json - 1, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &record, NULL), ICP_OK);
}
static void teardown(void) {
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_context_unref(ctx);
}

static enum icp__known extract(int32_t column, const struct icp__cell *cell, struct icp__scratch *s) {
    return icp__extraction_find(1)->of_kind[schema->column[column].kind](&schema->column[column], (uint32_t)column, cell, s);
}

START_TEST(columns_are_found_by_header) {
    ck_assert_int_eq(icp_record_column(record, "Tags", 4), TAGS);
    ck_assert_int_eq(icp_record_column(record, " tAGS", 5), TAGS);
    ck_assert_int_eq(icp_record_column(record, "tag", 3), -1);
    ck_assert_int_eq(icp_record_column(NULL, "tags", 4), -1);
    ck_assert_uint_eq(record->layout->columns, COLUMNS);
    ck_assert_str_eq(record->layout->names[FOUNDED].data, "Founded");
}
END_TEST

START_TEST(numbers_come_back_exactly) {
    struct icp__scratch s;
    uint64_t seed = 5;
    icp__scratch_init(&s, ctx);
    for (int i = 0; i < 20000; i++) {
        double v;
        seed = icp__hash(&seed, 8, 1);
        memcpy(&v, &seed, 8);
        if (i < 8) v = (const double[]){0, 1234, 1.234, -1.5, 1e300, 1e-300, 0.1, 123456.789}[i];
        if (!(v - v == 0)) continue;
        for (int32_t column = REVENUE; column <= SIZE; column += SIZE - REVENUE) {
            ck_assert_int_eq(icp_record_set_number(record, column, v), ICP_OK);
            ck_assert_msg(extract(column, &record->cells[column], &s) == ICP__KNOWN, "%.*s", (int)record->cells[column].size, record->cells[column].data);
            ck_assert_msg(s.number == v, "%.17g became %.17g by %.*s", v, s.number, (int)record->cells[column].size, record->cells[column].data);
        }
    }
    volatile double zero = 0;
    ck_assert_int_eq(icp_record_set_number(record, SIZE, 1 / zero), ICP_OK);
    ck_assert_ptr_null(record->cells[SIZE].data);
    icp__scratch_free(&s);
}
END_TEST

START_TEST(times_are_days) {
    struct icp__scratch s;
    icp__scratch_init(&s, ctx);
    static const struct {
        int64_t micros;
        double day;
    } rows[] = {{0, 0}, {86399999999, 0}, {86400000000, 1}, {-1, -1}, {1578182400000000, 18266}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(icp_record_set_time(record, FOUNDED, rows[i].micros), ICP_OK);
        ck_assert_int_eq(extract(FOUNDED, &record->cells[FOUNDED], &s), ICP__KNOWN);
        ck_assert(s.number == rows[i].day);
    }
    ck_assert_int_eq(icp_record_set_time(record, FOUNDED, INT64_MAX), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_time(record, FOUNDED, ICP_TIME_UNKNOWN), ICP_OK);
    ck_assert_ptr_null(record->cells[FOUNDED].data);
    icp__scratch_free(&s);
}
END_TEST

START_TEST(items_may_hold_anything) {
    static const char *const items[] = {"SaaS", "a;b", "it's", "say \"x\"", "back\\slash", "[x]", "caf\xC3\xA9"};
    struct icp__scratch s;
    icp__scratch_init(&s, ctx);
    for (int round = 0; round < 2; round++) {
        icp_record_clear(record);
        for (size_t i = 0; i < 7; i++) ck_assert_int_eq(icp_record_add_item(record, TAGS, items[i], strlen(items[i])), ICP_OK);
        ck_assert_int_eq(extract(TAGS, &record->cells[TAGS], &s), ICP__KNOWN);
        ck_assert_uint_eq(s.tokens_used, 7);
        for (size_t i = 0; i < 7; i++) {
            char folded[256];
            size_t n = icp__fold_value(items[i], strlen(items[i]), folded, sizeof folded);
            ck_assert_uint_eq(s.tokens[i].size, n);
            ck_assert(memcmp(s.tokens[i].data, folded, n) == 0);
        }
    }
    ck_assert_int_eq(icp_record_set_text(record, TAGS, "a;b", 3), ICP_OK);
    ck_assert_int_eq(icp_record_add_item(record, TAGS, "c", 1), ICP_OK);
    ck_assert_int_eq(extract(TAGS, &record->cells[TAGS], &s), ICP__KNOWN);
    ck_assert_uint_eq(s.tokens_used, 3);
    ck_assert_int_eq(icp_record_add_item(record, INDUSTRY, "x", 1), ICP_E_ARGUMENT);
    icp__scratch_free(&s);
}
END_TEST

START_TEST(wrong_arguments_are_refused) {
    int64_t down[COLUMNS + 1] = {0, 5, 3};
    int64_t same[COLUMNS + 1] = {0};
    ck_assert_int_eq(icp_record_set_text(record, -1, "x", 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_text(record, COLUMNS, "x", 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_text(NULL, 0, "x", 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_text(record, 0, NULL, 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_text(record, 0, "x", SIZE_MAX / 2), ICP_E_LIMIT);
    ck_assert_int_eq(icp_record_set_all(record, "xxxxx", down, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(record, NULL, same, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(record, 0, "x", 1), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(record, 0, NULL, 0), ICP_OK);
    ck_assert_ptr_null(record->cells[0].data);
    icp_record_clear(NULL);
    icp_record_free(NULL);
}
END_TEST

/* Cells quoted into a CSV file and read back, against the record. */
START_TEST(a_record_equals_the_csv_row) {
    static const char *const cells[][COLUMNS] = {
        {"k1", "Real Estate", "SaaS;B2B", "1.234,5", "05/01/2020", "Supply chain for SMEs", "https://x-y.co.uk", "TRUE", "51-200"},
        {"k2", "caf\xE9", "", "n/a", "5 Jan 2020", "na\xEFve text", "x.de", "0", "$1.2M"},
        {"k3", " Bank ", "a|b", "12", "2020", "\xE6\x97\xA5\xE6\x9C\xAC", "", "maybe", "(5)"},
        {"k4", "-", "x;;y", "5/18/27", "never", ".", "localhost", "y", ""}};
    char csv[4096], all[4096];
    size_t n = 0, m = 0;
    for (uint32_t i = 0; i < COLUMNS; i++) n += (size_t)sprintf(csv + n, "%s%s", i ? "," : "", schema->column[i].name.data);
    for (size_t r = 0; r < 4; r++) {
        csv[n++] = '\n';
        for (uint32_t i = 0; i < COLUMNS; i++) n += (size_t)sprintf(csv + n, "%s\"%s\"", i ? "," : "", cells[r][i]);
    }
    csv[n++] = '\n';
    struct icp_source source;
    icp_reader *reader;
    icp_batch *b;
    ck_assert_int_eq(icp_source_from_memory(ctx, csv, n, &source, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(ctx, &source, NULL, &reader, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_next(reader, &b, NULL), ICP_OK);
    ck_assert_uint_eq(icp_batch_rows(b), 4);
    struct icp__scratch x, y;
    icp__scratch_init(&x, ctx), icp__scratch_init(&y, ctx);
    for (size_t r = 0; r < 4; r++) {
        int64_t offsets[COLUMNS + 1] = {0};
        for (uint32_t i = 0; i < COLUMNS; i++) {
            size_t size = strlen(cells[r][i]);
            memcpy(all + m, cells[r][i], size);
            m += size;
            offsets[i + 1] = (int64_t)m;
            if (i == 0) offsets[0] = (int64_t)(m - size);
        }
        ck_assert_int_eq(icp_record_set_all(record, all, offsets, NULL), ICP_OK);
        for (int32_t i = INDUSTRY; i < COLUMNS; i++) {
            struct icp_str read = icp_batch_cell(b, r, (uint32_t)i);
            struct icp__cell cell = {read.data, read.size};
            enum icp__known a = extract(i, &cell, &x), k = extract(i, &record->cells[i], &y);
            ck_assert_msg(a == k, "row %zu column %d: %d and %d", r, i, a, k);
            ck_assert_uint_eq(x.tokens_used, y.tokens_used);
            for (size_t t = 0; t < x.tokens_used; t++) ck_assert(x.tokens[t].hash == y.tokens[t].hash && x.tokens[t].size == y.tokens[t].size);
            if (a == ICP__KNOWN && !x.tokens_used) ck_assert(x.number == y.number);
        }
    }
    icp__scratch_free(&x), icp__scratch_free(&y);
    icp_batch_unref(b);
    icp_reader_free(reader);
}
END_TEST

static int64_t allocations;
static void *count_alloc(void *u, size_t n) {
    (void)u;
    allocations++;
    return malloc(n);
}
static void *count_realloc(void *u, void *p, size_t n) {
    (void)u;
    allocations++;
    return realloc(p, n);
}
static void count_free(void *u, void *p) {
    (void)u;
    free(p);
}

START_TEST(nothing_is_allocated_once_grown) {
    struct icp_allocator a = {.struct_size = sizeof a, .alloc = count_alloc, .realloc = count_realloc, .free = count_free};
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a};
    icp_context *c;
    icp_schema *s;
    icp_record *r;
    struct icp__scratch scratch;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    ck_assert_int_eq(icp_schema_from_json(c, json, sizeof json - 1, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(s, &r, NULL), ICP_OK);
    icp__scratch_init(&scratch, c);
    int64_t after = 0;
    for (int round = 0; round < 50; round++) {
        icp_record_clear(r);
        ck_assert_int_eq(icp_record_set_text(r, INDUSTRY, "Caf\xE9 and Bar", 12), ICP_OK);
        ck_assert_int_eq(icp_record_add_item(r, TAGS, "one", 3), ICP_OK);
        ck_assert_int_eq(icp_record_add_item(r, TAGS, "two", 3), ICP_OK);
        ck_assert_int_eq(icp_record_set_number(r, REVENUE, 12.5), ICP_OK);
        ck_assert_int_eq(icp_record_set_time(r, FOUNDED, 0), ICP_OK);
        ck_assert_int_eq(icp_record_set_text(r, ABOUT, "some words about it", 19), ICP_OK);
        for (int32_t i = INDUSTRY; i <= ABOUT; i++) ck_assert_int_eq(extract(i, &r->cells[i], &scratch), ICP__KNOWN);
        if (round == 0) after = allocations;
    }
    ck_assert_int_eq(allocations, after);
    icp__scratch_free(&scratch);
    icp_record_free(r);
    icp_schema_unref(s);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("record");
    TCase *t = tcase_create("record");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, columns_are_found_by_header);
    tcase_add_test(t, numbers_come_back_exactly);
    tcase_add_test(t, times_are_days);
    tcase_add_test(t, items_may_hold_anything);
    tcase_add_test(t, wrong_arguments_are_refused);
    tcase_add_test(t, a_record_equals_the_csv_row);
    tcase_add_test(t, nothing_is_allocated_once_grown);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
