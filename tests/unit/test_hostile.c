/* SPDX-License-Identifier: MIT */
/* Input that was made to hurt, each case once found by a fuzzer. */
#include "fitting.h"

/* A list of headers that is cut at any length. Sanitizers see a byte too many. */
START_TEST(headers_without_a_key_of_every_length) {
    icp_context *c = context();
    for (int first = 1; first <= 40; first++)
        for (int rest = 1; rest <= 12; rest++) {
            struct icp_error e = {.struct_size = sizeof e};
            struct text csv = {NULL, 0};
            icp_reference_builder *b;
            text_add(&csv, "%.*s", first, "qwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww");
            for (int i = 0; i < 200; i++)
                text_add(&csv, ",%0*d", rest < 3 ? 3 : rest, i);
            text_add(&csv, "\n1,2\n");
            icp_reader *r = world_reader(c, csv.data, csv.size, 0);
            world_must(icp_reference_builder_new(c, NULL, &b, &e), &e);
            ck_assert_int_eq(icp_reference_builder_add(b, r, NULL, &e), ICP_E_KEY);
            ck_assert_str_eq(e.message + strlen(e.message) - 5, ", ...");
            ck_assert_ptr_nonnull(strstr(e.message, "no column looks like a key; name one; columns are: q"));
            icp_reference_builder_free(b);
            icp_reader_free(r);
            free(csv.data);
        }
    icp_context_unref(c);
}
END_TEST

/* Offsets that promise more than a cell may hold are refused unread. */
START_TEST(offsets_of_a_record_beyond_the_limit) {
    static const char json[] = "{\"schema\":1,\"columns\":[{\"name\":\"a\",\"kind\":\"text\"},{\"name\":\"b\",\"kind\":\"text\"}]}", bytes[] = "xy";
    static const int64_t good[] = {0, 1, 2}, large[] = {0, 1, INT64_MAX}, falling[] = {0, 2, 1}, negative[] = {-1, 1, 2};
    icp_context *c = context();
    struct icp_error e = {.struct_size = sizeof e};
    icp_schema *schema;
    icp_record *r;
    world_must(icp_schema_from_json(c, json, sizeof json - 1, &schema, &e), &e);
    world_must(icp_record_new(schema, &r, &e), &e);
    ck_assert_int_eq(icp_record_set_all(r, bytes, large, NULL), ICP_E_LIMIT);
    ck_assert_int_eq(icp_record_set_all(r, bytes, falling, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(r, bytes, negative, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(r, bytes, good, NULL), ICP_OK);
    icp_record_free(r);
    icp_schema_unref(schema);
    icp_context_unref(c);
}
END_TEST

START_TEST(counts_of_a_distribution_do_not_wrap) {
    icp_context *c = context();
    icp_distribution *d;
    struct icp_spread spread = {.struct_size = sizeof spread};
    ck_assert_int_eq(icp_distribution_new(c, &d, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_add_score(d, 500, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_add_score(d, 501, NULL), ICP_OK);
    for (int i = 0; i < 70; i++)
        ck_assert_int_eq(icp_distribution_merge(d, d, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(d, NULL, &spread, NULL), ICP_OK);
    ck_assert_uint_eq(spread.companies, UINT64_MAX);
    ck_assert_uint_eq(spread.tier[ICP_TIER_FAIR], UINT64_MAX);
    icp_distribution_free(d);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("hostile");
    TCase *t = tcase_create("hostile");
    tcase_set_timeout(t, 100);
    tcase_add_test(t, headers_without_a_key_of_every_length);
    tcase_add_test(t, offsets_of_a_record_beyond_the_limit);
    tcase_add_test(t, counts_of_a_distribution_do_not_wrap);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
