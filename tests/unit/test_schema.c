/* SPDX-License-Identifier: MIT */
/* Inference column by column, the JSON form, its errors, patterns. */
#include "base/hash.h"
#include "check_main.h"
#include "table.h"
#include "trait/extract.h"
#include "trait/family.h"
#include <stdio.h>

static icp_context *ctx;
static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(ctx); }

/* One column filled from a few values in turn, `%` standing for the row's number. */
struct column {
    const char *header;
    const char *values[8];
    const char *kind, *family; /* expected */
    const char *marks;         /* separator, decimal, order, normaliser as found; "" = none */
    const char *reason;        /* must be part of it */
};

static const struct column columns[] = {
    {"Company ID", {"c%"}, "key", "other", "", "header of a key; 200 different among 200 values"},
    {"Number of Employees", {"51-200", "10,001+", "<10", "11 to 50"}, "number", "size", ".", "header \"number of employee\"; all 200 values are numbers, some as ranges"},
    {"Annual Revenue", {"$1.2M", "18.3 MM", "EUR 5k", "n/a"}, "number", "size", ".", "all 150 values are numbers"},
    {"Umsatz", {"1.234,56", "12,5", "7", "1.000"}, "number", "size", ",", "with decimal commas"},
    {"Mitarbeiterzahl", {"1.234", "12.500", "7", "2.000"}, "number", "size", ",", "with decimal commas"},
    {"Team Size", {"small", "medium", "large"}, "category", "size", "employees", "3 different among 200 values"},
    {"Margin", {"(1,200)", "62%", "-3"}, "number", "other", ".", "all 200 values are numbers"},
    {"Industry", {"Software", "Banking", "unknown", "none"}, "category", "industry", "+industry", "header \"industry\"; 4 different among 200 values"},
    {"NAICS Code", {"5112", "5221", "3341"}, "category", "industry", "+naics", "codes, not amounts"},
    {"Zip Code", {"94103", "10001", "02139"}, "category", "geography", "", "codes, not amounts"},
    {"Company Founded", {"2019-05-01", "2012-11-30T10:00:00Z"}, "date", "stage", "0", "all 200 values are dates"},
    {"Close Date", {"12/25/2020", "1/2/2021"}, "date", "other", "2", "month first: 100 can be read in no other way"},
    {"Signup", {"25-12-2020", "13-02-2021"}, "date", "other", "1", "day first: 200 can be read in no other way"},
    {"Renewal Date", {"Jan 5, 2020", "Feb 7, 2021"}, "date", "other", "0", "all 200 values are dates"},
    {"Created On", {"20200105", "20191231"}, "date", "other", "0", "dates"},
    {"Year Founded", {"2019.0", "2015.0", "2012.0"}, "number", "stage", ".", "all 200 values are years"},
    {"Founded Quarter", {"2013-Q1", "2012-Q4"}, "date", "stage", "0", "dates"},
    {"Is Customer", {"0", "1"}, "boolean", "other", "", "all 200 values are 0 or 1"},
    {"Rounds", {"0", "1"}, "number", "stage", ".", "all 200 values are numbers"},
    {"Newsletter", {"Yes", "No"}, "boolean", "other", "", "all 200 values are yes or no"},
    {"Tags", {"['b2b', 'logistics']", "[]", "['b2b']", "[\"ai\"]"}, "list", "industry", "j", "lists in brackets"},
    {"Raw", {"[{\"a\": 1}]", "[{\"b\": 2}, {\"c\": 3}]"}, "ignored", "other", "", "nested objects"},
    {"Technologies", {"php|python", "java|php", "go"}, "list", "technology", "|technology", "several items separated by bars; 4 different items"},
    {"Buying Roles", {"Champion;Decision Maker", "Blocker;Champion", "Champion"}, "list", "other", ";", "semicolons; 3 different items"},
    {"Location", {"Bengaluru, India", "Oakland, CA", "New York", "Mumbai, India"}, "list", "geography", ",+place", "commas"},
    {"Sub-Sector", {"Oil, Gas & Fuels", "Banks", "Media"}, "category", "industry", "+industry", "3 different"},
    {"Country", {"Germany", "USA", "Deutschland", "FR"}, "category", "geography", "country", "all 200 values are countries"},
    {"HQ", {"Germany", "Kenya", "United States"}, "category", "geography", "country", "countries"},
    {"State", {"CA", "NY", "MA", "TX"}, "category", "geography", "state", "4 different"},
    {"City", {"Berlin", "Paris", "Rome"}, "category", "geography", "+city", "3 different"},
    {"Market Country", {"Germany"}, "ignored", "geography", "country", "the same value in all 200 rows"},
    {"Nothing", {""}, "ignored", "other", "", "never filled in 200 rows"},
    {"Placeholder", {"N/A", "-", "Select", "null"}, "ignored", "other", "", "never filled in 200 rows"},
    {"Fixed", {"x", ""}, "ignored", "other", "", "the same value in all 100 rows that have one"},
    {"Contact", {"a%@example.com", "b%@example.org"}, "ignored", "other", "", "e-mail address: protected"},
    {"Direct Dial", {"+49 30 123456%", "(415) 555-01%"}, "ignored", "other", "", "phone number: protected"},
    {"Main", {"+49 30 123456%", "+1 415 555 01%"}, "ignored", "other", "", "phone number: protected"},
    {"Website", {"https://a%.com/", "b%.de"}, "url", "other", "", "all 200 values are web addresses"},
    {"LinkedIn", {"https://www.linkedin.com/company/a%"}, "ignored", "other", "", "addresses on linkedin.com"},
    {"Name", {"Alpha % Inc", "Beta %", "Gamma % GmbH"}, "name", "keywords", "", "200 different among 200 values"},
    {"Plan Name", {"Basic", "Pro"}, "category", "other", "", "2 different"},
    {"Description", {"We build software number % for banks", "A logistics company called % in Europe"}, "text", "keywords", "", "words on average"},
    {"Pitch line", {"Faster payments for shop % and all of its friends", "Robots that sort parcel % every night"}, "text", "keywords", "", "words on average"},
    {"D-U-N-S", {"1234%"}, "ignored", "other", "", "identifier: 200 different"},
    {"External Ref", {"x9%q", "z7%k"}, "ignored", "other", "", "nearly every value differs"},
    {"Owner Id", {"71", "72", "73"}, "category", "other", "", "an id of something else"},
    {"Bio note", {"words like % these", "other words % here"}, "text", "keywords", "", "words"},
    {"funding_total_usd", {"1000000", "250000", "%", "5/18/27"}, "number", "stage", ".", "75% of 200 values are numbers"},
    {"Currency Amount", {"10", "10,5", "1.000"}, "number", "other", ",", "decimal commas"},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *value_of(uint64_t row, uint32_t column) {
    static char text[256];
    const struct column *c = &columns[column];
    size_t values = 0, n = 0;
    while (values < 8 && c->values[values]) values++;
    for (const char *p = c->values[row % values]; *p; p++) {
        if (*p == '%' && strcmp(c->values[row % values], "62%") != 0) n += (size_t)snprintf(text + n, sizeof text - n, "%llu", (unsigned long long)row);
        else text[n++] = *p;
    }
    text[n] = 0;
    return text;
}

static icp_schema *inferred(void) {
    const char *names[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) names[i] = columns[i].header;
    struct icp__table *t = table_make(ctx, COLUMNS, names, 200, value_of);
    icp_schema *s;
    ck_assert_int_eq(icp__schema_infer_table(ctx, t, (struct icp_str){NULL, 0}, &s, NULL), ICP_OK);
    table_free(t);
    return s;
}

START_TEST(every_kind_of_column_is_understood) {
    icp_schema *s = inferred();
    for (int i = 0; i < COLUMNS; i++) {
        const struct column *e = &columns[i];
        const struct icp__column *c = &s->column[i];
        char marks[40], *m = marks;
        if (c->separator) *m++ = (char)c->separator;
        if (c->decimal) *m++ = (char)c->decimal;
        if (c->kind == ICP_KIND_DATE) *m++ = (char)('0' + c->date_order);
        *m = 0;
        if (c->normaliser) strcpy(m, c->adds ? icp__normalisers[c->normaliser].adding : icp__normalisers[c->normaliser].name);
        ck_assert_msg(strcmp(icp__kind_name(c->kind), e->kind) == 0, "%s: %s, expected %s (%s)", e->header, icp__kind_name(c->kind), e->kind, c->reason.data);
        ck_assert_msg(strcmp(icp__family_name(c->family), e->family) == 0, "%s: %s, expected %s", e->header, icp__family_name(c->family), e->family);
        ck_assert_msg(strcmp(marks, e->marks) == 0, "%s: \"%s\", expected \"%s\" (%s)", e->header, marks, e->marks, c->reason.data);
        ck_assert_msg(strstr(c->reason.data, e->reason) != NULL, "%s: \"%s\" lacks \"%s\"", e->header, c->reason.data, e->reason);
        ck_assert_uint_eq(c->seen, 200);
    }
    icp_schema_unref(s);
}
END_TEST

static const char *ambiguous(uint64_t row, uint32_t column) {
    static char text[32];
    if (column == 0) snprintf(text, sizeof text, "%u/%u/2020", (unsigned)(row % 12 + 1), (unsigned)(row % 11 + 1));
    else snprintf(text, sizeof text, column == 1 ? "%u/%u/2020" : "%u.%u.2020", 13 + (unsigned)(row % 15), (unsigned)(row % 12 + 1));
    if (column == 2) snprintf(text, sizeof text, "%u.%u.2020", (unsigned)(row % 12 + 1), (unsigned)(row % 11 + 1));
    return text;
}

START_TEST(undecided_dates_follow_the_other_columns) {
    static const char *const names[] = {"created", "closed on", "updated"};
    struct icp__table *t = table_make(ctx, 3, names, 60, ambiguous);
    icp_schema *s;
    ck_assert_int_eq(icp__schema_infer_table(ctx, t, (struct icp_str){NULL, 0}, &s, NULL), ICP_OK);
    ck_assert_int_eq(s->column[0].date_order, ICP__DATE_DMY);
    ck_assert(strstr(s->column[0].reason.data, "as in other columns"));
    icp_schema_unref(s);
    t->columns = 1; /* alone it is a guess, and says so */
    struct icp__cell first[60];
    for (int i = 0; i < 60; i++) first[i] = t->cells[i * 3];
    t->cells = first;
    ck_assert_int_eq(icp__schema_infer_table(ctx, t, (struct icp_str){NULL, 0}, &s, NULL), ICP_OK);
    ck_assert_int_eq(s->column[0].date_order, ICP__DATE_MDY);
    ck_assert(strstr(s->column[0].reason.data, "is a guess"));
    icp_schema_unref(s);
    table_free(t);
}
END_TEST

START_TEST(the_key_can_be_named) {
    const char *names[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) names[i] = columns[i].header;
    struct icp__table *t = table_make(ctx, COLUMNS, names, 200, value_of);
    icp_schema *s;
    ck_assert_int_eq(icp__schema_infer_table(ctx, t, (struct icp_str){"wEbSiTe", 7}, &s, NULL), ICP_OK);
    int keys = 0;
    for (uint32_t i = 0; i < s->columns; i++) keys += s->column[i].kind == ICP_KIND_KEY;
    ck_assert_int_eq(keys, 1);
    ck_assert_int_eq(s->column[icp__schema_find(s, "Website", 7)].kind, ICP_KIND_KEY);
    ck_assert_int_eq(icp__schema_find(s, "WEBSITE ", 8), icp__schema_find(s, "Website", 7));
    ck_assert_int_eq(icp__schema_find(s, "Web", 3), -1);
    icp_schema_unref(s);
    table_free(t);
}
END_TEST

START_TEST(json_comes_back_equal) {
    icp_schema *s = inferred(), *again;
    icp_buffer *one, *two;
    struct icp_str a, b;
    ck_assert_int_eq(icp_schema_to_json(s, &one, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(one, &a), ICP_OK);
    ck_assert_int_eq(icp_schema_from_json(ctx, a.data, a.size, &again, NULL), ICP_OK);
    ck_assert_int_eq(icp_schema_to_json(again, &two, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(two, &b), ICP_OK);
    ck_assert_uint_eq(a.size, b.size);
    ck_assert(memcmp(a.data, b.data, a.size) == 0);
    for (uint32_t i = 0; i < s->columns; i++) {
        const struct icp__column *x = &s->column[i], *y = &again->column[i];
        ck_assert(x->kind == y->kind && x->family == y->family && x->separator == y->separator && x->decimal == y->decimal &&
                  x->date_order == y->date_order && x->normaliser == y->normaliser && x->adds == y->adds && x->seen == y->seen && x->filled == y->filled);
        ck_assert_str_eq(x->reason.data, y->reason.data);
        ck_assert_str_eq(x->id.data, y->id.data);
    }
    icp_buffer_unref(one), icp_buffer_unref(two);
    icp_schema_unref(s), icp_schema_unref(again);
}
END_TEST

START_TEST(a_short_schema_is_enough) {
    static const char text[] = "{\"schema\": 1, \"columns\": [{\"name\": \" Tags \", \"kind\": \"list\"}, {\"name\": \"Size\", \"kind\": \"number\"}]}";
    icp_schema *s;
    struct icp_column c = {.struct_size = sizeof c};
    ck_assert_int_eq(icp_schema_from_json(ctx, text, sizeof text - 1, &s, NULL), ICP_OK);
    ck_assert_uint_eq(icp_schema_columns(s), 2);
    ck_assert_int_eq(icp_schema_column(s, 0, &c, NULL), ICP_OK);
    ck_assert_str_eq(c.name.data, "Tags");
    ck_assert_str_eq(c.id.data, "tags");
    ck_assert_int_eq(c.kind, ICP_KIND_LIST);
    ck_assert_int_eq(c.family, ICP_FAMILY_OTHER);
    ck_assert_int_eq(s->column[0].separator, ';');
    ck_assert_int_eq(s->column[1].decimal, '.');
    ck_assert_int_eq(icp_schema_column(s, 2, &c, NULL), ICP_E_ARGUMENT);
    icp_schema_unref(s);
}
END_TEST

START_TEST(bad_schemas_are_refused_with_their_place) {
    static const struct {
        const char *json, *message;
        int64_t line, column;
    } rows[] = {
        {"{}", "a schema without \"schema\" is an object; expected 1", 1, 1},
        {"[]", "schema is an array; expected an object", 1, 1},
        {"{\"schema\": 2, \"columns\": []}", "schema version 2 is not known; this library reads 1", 1, 12},
        {"{\"schema\": 1}", "a schema without \"columns\" is an object; expected an array", 1, 1},
        {"{\"schema\": 1, \"extraction\": 9, \"columns\": []}", "extraction version 9 is not in this library", 1, 29},
        {"{\"schema\": 1,\n \"columns\": [\n  {\"kind\": \"text\"}]}", "column without \"name\"", 3, 3},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\"}]}", "column \"a\" has no \"kind\"", 1, 27},
        {"{\"schema\": 1,\n \"columns\": [{\"name\": \"a\", \"kind\": \"txt\"}]}",
         "unknown kind \"txt\"; known: ignored, key, name, category, list, number, date, boolean, text, url", 2, 36},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": 5}]}", "kind is a number; expected a string", 1, 49},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"text\", \"family\": \"sise\"}]}",
         "unknown family \"sise\"; known: industry, size, stage, keywords, technology, hiring, geography, other", 1, 67},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"list\", \"separator\": \"/\"}]}", "unknown separator \"/\"; known: ;, ,, |, []", 1, 70},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"text\"}, {\"name\": \"A\", \"kind\": \"text\"}]}", "column \"A\" stands twice", 1, 58},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"key\"}, {\"name\": \"b\", \"kind\": \"key\"}]}", "column \"b\" is a second key, after \"a\"", 1, 57},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"Ab\", \"id\": \"x\", \"kind\": \"key\"}]}", "id \"x\" is not the folded name, \"ab\"", 1, 48},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"  \", \"kind\": \"key\"}]}", "name \"\" is blank", 1, 36},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"text\", \"seen\": -1}]}", "seen is a number; expected a whole number", 1, 65},
        {"{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"kind\": \"text\", \"reason\": null}]}", "reason is null; expected a string", 1, 67},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        icp_schema *s = NULL;
        ck_assert_int_eq(icp_schema_from_json(ctx, rows[i].json, strlen(rows[i].json), &s, &err), ICP_E_SCHEMA);
        ck_assert_ptr_null(s);
        ck_assert_msg(strcmp(err.message, rows[i].message) == 0 || (strstr(rows[i].message, "blank") && strstr(err.message, "blank")), "row %zu: %s", i, err.message);
        ck_assert_msg(err.line == rows[i].line && err.column == rows[i].column, "row %zu: %s at %d:%d", i, err.message, (int)err.line, (int)err.column);
    }
    struct icp_error err = {.struct_size = sizeof err};
    icp_schema *s = NULL;
    static const char unknown[] = "{\"schema\": 1, \"columns\": [{\"name\": \"a\", \"knd\": \"text\"}]}";
    ck_assert_int_eq(icp_schema_from_json(ctx, unknown, strlen(unknown), &s, &err), ICP_E_SCHEMA);
    ck_assert(strstr(err.message, "unknown member \"knd\"; known: name, id, kind"));
    ck_assert_int_eq(icp_schema_from_json(ctx, "{", 1, &s, &err), ICP_E_SCHEMA);
    ck_assert_int_eq(icp_schema_from_json(NULL, "{}", 2, &s, &err), ICP_E_ARGUMENT);
}
END_TEST

static int kinds_other_than_ignored(const icp_schema *s) {
    int n = 0;
    for (uint32_t i = 0; i < s->columns; i++) n += s->column[i].kind != ICP_KIND_IGNORED;
    return n;
}

START_TEST(columns_are_selected_by_pattern) {
    icp_schema *s = inferred(), *out = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_schema_select(s, "*founded*", 9, 1, &out, NULL), ICP_OK);
    ck_assert_int_eq(kinds_other_than_ignored(out), 4); /* three, and the key */
    ck_assert_str_eq(out->column[icp__schema_find(out, "industry", 8)].reason.data, "not asked for: only \"*founded*\"");
    icp_schema_unref(out);
    int before = kinds_other_than_ignored(s);
    ck_assert_int_eq(icp_schema_select(s, "INDUSTRY", 8, 0, &out, NULL), ICP_OK);
    ck_assert_int_eq(kinds_other_than_ignored(out), before - 1);
    ck_assert_int_eq(kinds_other_than_ignored(s), before);
    icp_schema_unref(out);
    ck_assert_int_eq(icp_schema_select(s, "*", 1, 0, &out, NULL), ICP_OK);
    ck_assert_int_eq(kinds_other_than_ignored(out), 1);
    icp_schema_unref(out);
    out = NULL;
    ck_assert_int_eq(icp_schema_select(s, "zzz?", 4, 1, &out, &err), ICP_E_SCHEMA);
    ck_assert_str_eq(err.message, "no column matches \"zzz?\"");
    ck_assert_ptr_null(out);
    ck_assert_int_eq(icp_schema_select(s, "*", 1, 2, &out, &err), ICP_E_ARGUMENT);
    icp_schema_unref(s);
}
END_TEST

static icp_schema *from_text(const char *text, size_t size) {
    struct icp_source source;
    icp_reader *r;
    icp_schema *s;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_source_from_memory(ctx, text, size, &source, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(ctx, &source, NULL, &r, NULL), ICP_OK);
    icp_status st = icp_schema_infer(ctx, r, NULL, &s, &err);
    ck_assert_msg(st == ICP_OK, "%s", err.message);
    icp_reader_free(r);
    return s;
}

START_TEST(the_order_of_rows_does_not_matter) {
    static char forward[20000], backward[20000];
    size_t n = 0, m = 0;
    n += (size_t)snprintf(forward, sizeof forward, "id,Employees,Country,About\n");
    m += (size_t)snprintf(backward, sizeof backward, "id,Employees,Country,About\n");
    for (int i = 0; i < 200; i++) {
        n += (size_t)snprintf(forward + n, sizeof forward - n, "k%d,%d-%d,%s,word%d and more of the same text\n", i, i, i + 50, i % 3 ? "Germany" : "France", i);
        int k = 199 - i;
        m += (size_t)snprintf(backward + m, sizeof backward - m, "k%d,%d-%d,%s,word%d and more of the same text\n", k, k, k + 50, k % 3 ? "Germany" : "France", k);
    }
    icp_schema *a = from_text(forward, n), *b = from_text(backward, m);
    struct icp__bytes x, y;
    icp__bytes_init(&x, ctx), icp__bytes_init(&y, ctx);
    icp__schema_write(a, &x), icp__schema_write(b, &y);
    ck_assert_str_eq(x.data, y.data);
    ck_assert_int_eq(a->column[icp__schema_find(a, "id", 2)].kind, ICP_KIND_KEY);
    ck_assert_int_eq(a->column[icp__schema_find(a, "employees", 9)].kind, ICP_KIND_NUMBER);
    icp__bytes_free(&x), icp__bytes_free(&y);
    icp_schema_unref(a), icp_schema_unref(b);
}
END_TEST

int main(void) {
    Suite *s = suite_create("schema");
    TCase *t = tcase_create("columns");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_kind_of_column_is_understood);
    tcase_add_test(t, undecided_dates_follow_the_other_columns);
    tcase_add_test(t, the_key_can_be_named);
    tcase_add_test(t, json_comes_back_equal);
    tcase_add_test(t, a_short_schema_is_enough);
    tcase_add_test(t, bad_schemas_are_refused_with_their_place);
    tcase_add_test(t, columns_are_selected_by_pattern);
    tcase_add_test(t, the_order_of_rows_does_not_matter);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
