/* SPDX-License-Identifier: MIT */
/* What the SELECT says and refuses. That it computes the library's scores is tested in databases (tests/sql). */
#include "check_main.h"
#include "toy.h"

static icp_context *c;

static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

static icp_status to_sql(const icp_model *m, int32_t dialect, uint32_t flags, icp_buffer **out, struct icp_error *e) {
    struct icp_sql_options o = {.struct_size = sizeof o, .dialect = dialect, .flags = flags};
    *e = (struct icp_error){.struct_size = sizeof *e};
    *out = NULL;
    return icp_model_to_sql(m, &o, out, e);
}

/* The text, which the caller frees. */
static char *sql_of(const icp_model *m, int32_t dialect, uint32_t flags) {
    struct icp_error e;
    struct icp_str text;
    icp_buffer *b;
    ck_assert_msg(to_sql(m, dialect, flags, &b, &e) == ICP_OK, "%s", e.message);
    ck_assert_int_eq(icp_buffer_data(b, &text), ICP_OK);
    ck_assert_uint_eq(strlen(text.data), text.size);
    char *copy = strdup(text.data);
    icp_buffer_unref(b);
    return copy;
}

/* A model of one column, its values among the traits. */
static icp_model *one_column(const char *schema, int32_t kind, const char *const *values) {
    struct icp_error e = {.struct_size = sizeof e};
    struct toy *t = malloc(sizeof *t);
    toy_start(t, c);
    icp_schema_unref(t->schema);
    ck_assert_msg(icp_schema_from_json(c, schema, strlen(schema), &t->schema, &e) == ICP_OK, "%s", e.message);
    t->l.schema = t->schema;
    toy_trait(t, 1, ICP_TRAIT_KNOWN, "", -77);
    for (; *values; values++) toy_trait(t, 1, kind, *values, 1234);
    icp_model *m = toy_build(t);
    toy_end(t);
    free(t);
    return m;
}

START_TEST(every_dialect_gives_the_same_bytes_each_time) {
    icp_model *m = toy_model(c);
    for (int32_t d = ICP_SQL_DUCKDB; d <= ICP_SQL_SQLITE; d++) {
        char *a = sql_of(m, d, 0), *b = sql_of(m, d, ICP_SQL_PARTIAL);
        ck_assert_str_eq(a, b); /* nothing is left out, so that the flag changes nothing */
        ck_assert_ptr_nonnull(strstr(a, "fit_score"));
        ck_assert_ptr_null(strstr(a, "partial"));
        free(a);
        free(b);
    }
    icp_model_unref(m);
}
END_TEST

START_TEST(values_are_quoted_as_each_dialect_reads_them) {
    static const char schema[] = "{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"id\",\"kind\":\"key\"},{\"name\":\"a \\\"b\\\" `c` \\\\\",\"kind\":\"category\"}]}";
    static const char *const values[] = {"it's \\' -- \"x\"; @", NULL};
    static const char *const literal[] = {"WHEN 'it''s \\'' -- \"x\"; @' THEN 1234", "WHEN E'it''s \\\\'' -- \"x\"; @' THEN 1234", "WHEN 'it''s \\\\'' -- \"x\"; @' THEN 1234",
                                          "WHEN 'it\\'s \\\\\\' -- \"x\"; @' THEN 1234", "WHEN 'it''s \\'' -- \"x\"; @' THEN 1234"};
    icp_model *m = one_column(schema, ICP_TRAIT_VALUE, values);
    for (int32_t d = ICP_SQL_DUCKDB; d <= ICP_SQL_SQLITE; d++) {
        char *sql = sql_of(m, d, 0);
        ck_assert_msg(strstr(sql, literal[d]) != NULL, "dialect %d", d);
        ck_assert_msg(strstr(sql, d == ICP_SQL_BIGQUERY ? "t.`a \"b\" \\`c\\` \\\\`" : "t.\"a \"\"b\"\" `c` \\\"") != NULL, "dialect %d", d);
        free(sql);
    }
    icp_model_unref(m);
}
END_TEST

/* A name cannot end a comment. */
START_TEST(what_is_left_out_is_said_in_comments) {
    static const char schema[] = "{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"id\",\"kind\":\"key\"},{\"name\":\"Title\\nDROP TABLE x;\",\"kind\":\"category\","
                                 "\"normaliser\":\"department\"}]}";
    static const char *const values[] = {"sales", NULL};
    struct icp_error e;
    icp_buffer *b;
    icp_model *m = one_column(schema, ICP_TRAIT_VALUE, values);
    ck_assert_int_eq(to_sql(m, ICP_SQL_SQLITE, 0, &b, &e), ICP_E_UNSUPPORTED);
    ck_assert_ptr_null(b);
    ck_assert_msg(strstr(e.message, "Title?DROP TABLE x;\" (departments found inside job titles)") != NULL, "%s", e.message);
    char *sql = sql_of(m, ICP_SQL_SQLITE, ICP_SQL_PARTIAL), *at = sql;
    ck_assert_ptr_nonnull(strstr(sql, "Title?DROP TABLE x;"));
    ck_assert_ptr_nonnull(strstr(sql, "sales 1234\n"));
    ck_assert_ptr_nonnull(strstr(sql, "AS fit_partial_score"));
    ck_assert_ptr_null(strstr(sql, "AS fit_score"));
    while (strncmp(at, "--", 2) == 0) at = strchr(at, '\n') + 1;
    ck_assert(strncmp(at, "WITH ", 5) == 0);
    free(sql);
    icp_model_unref(m);
}
END_TEST

/* Traits that no cell which SQL reads can have: controls, and phrases whose words the model does not know. */
START_TEST(traits_that_cannot_be_met_are_not_written) {
    static const char schema[] = "{\"schema\":1,\"extraction\":2,\"columns\":[{\"name\":\"id\",\"kind\":\"key\"},{\"name\":\"About\",\"kind\":\"text\"}]}";
    static const char *const values[] = {"c++", "ok\x01", "plain", NULL};
    icp_model *m = one_column(schema, ICP_TRAIT_WORD, values);
    char *sql = sql_of(m, ICP_SQL_DUCKDB, 0);
    ck_assert_ptr_nonnull(strstr(sql, "' plain '"));
    ck_assert_ptr_null(strstr(sql, "' c++ '"));
    ck_assert_ptr_null(strchr(sql, 1));
    free(sql);
    icp_model_unref(m);
}
END_TEST

START_TEST(options_are_checked) {
    icp_model *m = toy_model(c);
    struct icp_error e;
    icp_buffer *b;
    ck_assert_int_eq(to_sql(m, -1, 0, &b, &e), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(to_sql(m, 5, 0, &b, &e), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(to_sql(m, 0, 2, &b, &e), ICP_E_UNSUPPORTED);
    const struct icp_sql_options wrong[] = {{.struct_size = sizeof wrong[0], .table = "a\0b", .table_size = 3}, {.struct_size = sizeof wrong[0], .table = "", .table_size = 0},
                                            {.struct_size = sizeof wrong[0], .table_size = 3}, {.struct_size = sizeof wrong[0], .key_size = 3},
                                            {.struct_size = sizeof wrong[0], .table = "\xff", .table_size = 1}, {.struct_size = 3}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(icp_model_to_sql(m, &wrong[i], &b, NULL), ICP_E_ARGUMENT);
        ck_assert_ptr_null(b);
    }
    struct icp_sql_options key = {.struct_size = sizeof key, .key_column = "", .key_size = 0};
    ck_assert_int_eq(icp_model_to_sql(m, &key, &b, NULL), ICP_E_KEY);
    ck_assert_int_eq(icp_model_to_sql(m, NULL, &b, NULL), ICP_OK);
    icp_buffer_unref(b);
    icp_model_unref(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("sql");
    TCase *t = tcase_create("sql");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, every_dialect_gives_the_same_bytes_each_time);
    tcase_add_test(t, values_are_quoted_as_each_dialect_reads_them);
    tcase_add_test(t, what_is_left_out_is_said_in_comments);
    tcase_add_test(t, traits_that_cannot_be_met_are_not_written);
    tcase_add_test(t, options_are_checked);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
