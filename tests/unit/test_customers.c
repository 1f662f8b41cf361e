/* SPDX-License-Identifier: MIT */
/* Who was found, where, and what is reported of the rest. */
#include "fitting.h"

static const char reference_csv[] = "Id,industry,employees\n"
                                    "a1,fintech,10\n"
                                    "a2,retail,20\n"
                                    "a3,fintech,30\n"
                                    "a3,mining,40\n"
                                    "B4,retail,50\n";

static void check_matches(const char *customers, const char *universe, const char *want) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    icp_buffer *json;
    struct icp_str text;
    must_add(c, f, customers, 0);
    if (universe)
        must_add(c, f, universe, 1);
    ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
    icp_buffer_data(json, &text);
    /* What keys alone tell comes first. */
    const char *rest = strstr(text.data, ",\"outcomes\":");
    ck_assert_ptr_nonnull(rest);
    ck_assert_uint_eq((size_t)(rest - text.data), strlen(want) - 1);
    ck_assert_mem_eq(text.data, want, strlen(want) - 1);
    icp_buffer_unref(json);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}

START_TEST(keys_are_trimmed_and_matched_exactly) {
    check_matches("Id\n a1 \nb4\nzz\n", NULL,
                  "{\"rows\":3,\"without_key\":0,\"customers\":3,\"matched\":1,\"in_reference\":1,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":2,\"keys\":[\"b4\",\"zz\"]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":1,\"keys\":[{\"key\":\"b4\",\"found\":\"B4\"}]}}");
}
END_TEST

START_TEST(duplicates_and_ambiguous_keys_are_reported) {
    check_matches("Id\na1\na3\na1\n\na1\n", NULL,
                  "{\"rows\":4,\"without_key\":0,\"customers\":2,\"matched\":2,\"in_reference\":2,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":0,\"keys\":[]},\"ambiguous\":{\"count\":1,\"keys\":[\"a3\"]},"
                  "\"duplicate\":{\"count\":1,\"keys\":[{\"key\":\"a1\",\"rows\":3,\"differ\":false}]},\"near\":{\"count\":0,\"keys\":[]}}");
}
END_TEST

START_TEST(universe_finds_what_the_reference_lacks) {
    check_matches("Id\na1\nu1\nu2\nu3\n", "Id,industry,employees\nu1,retail,5\nx9,retail,6\nU2,retail,7\nu3,retail,8\nu3,mining,8\nu3,mining,8\n",
                  "{\"rows\":4,\"without_key\":0,\"customers\":4,\"matched\":3,\"in_reference\":1,\"in_universe\":2,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":1,\"keys\":[\"u2\"]},\"ambiguous\":{\"count\":1,\"keys\":[\"u3\"]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":1,\"keys\":[{\"key\":\"u2\",\"found\":\"U2\"}]}}");
}
END_TEST

START_TEST(own_rows_count_only_with_columns_of_the_schema) {
    check_matches("Id,industry\nq1,retail\na1,retail\n", NULL,
                  "{\"rows\":2,\"without_key\":0,\"customers\":2,\"matched\":2,\"in_reference\":1,\"in_universe\":0,\"by_own_row\":1,"
                  "\"unmatched\":{\"count\":0,\"keys\":[]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":0,\"keys\":[]}}");
    check_matches("Id,owner\nq1,Eva\n", NULL,
                  "{\"rows\":1,\"without_key\":0,\"customers\":1,\"matched\":0,\"in_reference\":0,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":1,\"keys\":[\"q1\"]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":0,\"keys\":[]}}");
}
END_TEST

START_TEST(the_list_may_come_in_parts) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_buffer *json[2];
    const char *parts[2][3] = {{"Id\na1\nzz\nu1\n", "Id\na2\na1\n", "Id\n"}, {"Id\na1\na2\n", "Id\nzz\n", "Id\nu1\na1\n"}};
    for (int k = 0; k < 2; k++) {
        icp_fit *f = fit_new(c, r, NULL);
        for (int i = 0; i < 3; i++)
            if (strlen(parts[k][i]) > 3)
                must_add(c, f, parts[k][i], 0);
        must_add(c, f, "Id,industry\nZZ,retail\n", 1);
        must_add(c, f, "Id,industry\nu1,retail\n", 1);
        must_add(c, f, "Id\na2\n", 0); /* what was found in the universe stays found */
        ck_assert_int_eq(icp_fit_matches(f, &json[k], NULL), ICP_OK);
        icp_fit_free(f);
    }
    struct icp_str text;
    icp_buffer_data(json[0], &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"in_reference\":2,\"in_universe\":1"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"near\":{\"count\":1,\"keys\":[{\"key\":\"zz\",\"found\":\"ZZ\"}]}"));
    ck_assert(same_bytes(json[0], json[1]));
    icp_buffer_unref(json[0]);
    icp_buffer_unref(json[1]);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(the_universe_comes_after_the_customers) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(add(c, f, "Id\na1\n", 1, &e), ICP_E_STATE);
    ck_assert_str_eq(e.message, "add the customers before the universe they are looked up in");
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(a_wrong_weight_is_named_with_its_place) {
    static const struct {
        const char *csv, *message;
        int64_t row;
    } cases[] = {{"Id,w\na1,1\na2,0\n", "the weight of a customer must be a positive number", 2},
                 {"Id,w\na1,-3\na2,0\n", "the weight of a customer must be a positive number", 1},
                 {"Id,w\na1,\n", "the weight of a customer must be a positive number", 1},
                 {"Id,w\na1,1\na2,2\na3,many\n", "the weight of a customer must be a positive number", 3},
                 {"Id,v\na1,1\n", "no column \"w\" with the weights of the customers", -1}};
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "w", .weight_size = 1};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        icp_fit *f = fit_new(c, r, &o);
        struct icp_error e = {.struct_size = sizeof e};
        ck_assert_int_eq(add(c, f, cases[i].csv, 0, &e), ICP_E_SCHEMA);
        ck_assert_str_eq(e.message, cases[i].message);
        ck_assert_int_eq(e.row, cases[i].row);
        /* Nothing was taken up. */
        ck_assert_int_eq(add(c, f, "Id\na1\n", 1, &e), ICP_E_STATE);
        icp_fit_free(f);
    }
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(the_key_column_must_be_there) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(add(c, f, "owner\na1\n", 0, &e), ICP_E_KEY);
    icp_fit_free(f);
    struct icp_fit_options o = {.struct_size = sizeof o, .key_column = "name", .key_size = 4};
    f = fit_new(c, r, &o);
    must_add(c, f, "name\na1\n", 0);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("customers");
    TCase *t = tcase_create("customers");
    tcase_add_test(t, keys_are_trimmed_and_matched_exactly);
    tcase_add_test(t, duplicates_and_ambiguous_keys_are_reported);
    tcase_add_test(t, universe_finds_what_the_reference_lacks);
    tcase_add_test(t, own_rows_count_only_with_columns_of_the_schema);
    tcase_add_test(t, the_list_may_come_in_parts);
    tcase_add_test(t, the_universe_comes_after_the_customers);
    tcase_add_test(t, a_wrong_weight_is_named_with_its_place);
    tcase_add_test(t, the_key_column_must_be_there);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
