/* SPDX-License-Identifier: MIT */
/* Distributions: counts, merging, and figures with answers worked out by hand. */
#include "check_main.h"
#include "toy.h"

static icp_context *c;

static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

static icp_distribution *empty(void) {
    icp_distribution *d = NULL;
    ck_assert_int_eq(icp_distribution_new(c, &d, NULL), ICP_OK);
    return d;
}

static struct icp_spread spread_of(const icp_distribution *d) {
    struct icp_spread s = {.struct_size = sizeof s};
    ck_assert_int_eq(icp_distribution_counts(d, NULL, &s, NULL), ICP_OK);
    return s;
}

static void add(icp_distribution *d, int32_t score, int times) {
    for (int i = 0; i < times; i++)
        ck_assert_int_eq(icp_distribution_add_score(d, score, NULL), ICP_OK);
}

START_TEST(counts_and_tiers) {
    static const int32_t scores[] = {200, 338, 339, 444, 445, 498, 550, 551, 656, 657, 759};
    static const uint64_t tiers[6] = {0, 2, 2, 3, 2, 2};
    icp_distribution *d = empty();
    uint64_t counts[560], sum = 0;
    struct icp_spread s;
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
        add(d, scores[i], 1);
    ck_assert_int_eq(icp_distribution_counts(d, counts, NULL, NULL), ICP_OK);
    for (size_t i = 0; i < 560; i++)
        sum += counts[i];
    ck_assert_uint_eq(sum, 11);
    ck_assert_uint_eq(counts[0], 1);
    ck_assert_uint_eq(counts[298], 1);
    ck_assert_uint_eq(counts[559], 1);
    s = spread_of(d);
    ck_assert_uint_eq(s.companies, 11);
    ck_assert_mem_eq(s.tier, tiers, sizeof tiers);
    icp_distribution_free(d);
}
END_TEST

START_TEST(figures_have_known_answers) {
    icp_distribution *d = empty();
    struct icp_spread s = spread_of(d);
    ck_assert_int_eq(s.customer_bits_micro, 0);
    ck_assert_int_eq(s.effective_share_micro, 0);
    add(d, 498, 10);
    s = spread_of(d); /* all alike: nothing is selected */
    ck_assert_int_eq(s.customer_bits_micro, 0);
    ck_assert_int_eq(s.effective_share_micro, 1000000);
    add(d, 551, 10); /* ratios 1 : 2 in equal numbers: customers 1/3 and 2/3 */
    s = spread_of(d);
    ck_assert_int_eq(s.customer_bits_micro, 81704);   /* 1/3 log2 2/3 + 2/3 log2 4/3 */
    ck_assert_int_eq(s.effective_share_micro, 900000); /* 3^2 / (2 (1 + 4)) */
    icp_distribution_free(d);
    d = empty();
    add(d, 498, 3);
    add(d, 657 - 53, 1); /* ratios 1, 1, 1, 4 */
    s = spread_of(d);
    ck_assert_int_eq(s.customer_bits_micro, 335502);   /* 4/7 log2 4 - log2 7/4 */
    ck_assert_int_eq(s.effective_share_micro, 644737); /* 49 / (4 * 19) */
    icp_distribution_free(d);
}
END_TEST

START_TEST(merging_is_adding) {
    icp_distribution *a = empty(), *b = empty(), *both = empty();
    uint64_t x[560], y[560], seed = 5;
    for (int i = 0; i < 500; i++) {
        int32_t score = 200 + (int32_t)(toy_random(&seed) % 560);
        add(i % 3 ? a : b, score, 1);
        add(both, score, 1);
    }
    ck_assert_int_eq(icp_distribution_merge(a, b, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(a, x, NULL, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(both, y, NULL, NULL), ICP_OK);
    ck_assert_mem_eq(x, y, sizeof x);
    ck_assert_int_eq(spread_of(a).customer_bits_micro, spread_of(both).customer_bits_micro);
    ck_assert_int_eq(spread_of(a).effective_share_micro, spread_of(both).effective_share_micro);
    icp_distribution_free(a);
    icp_distribution_free(b);
    icp_distribution_free(both);
}
END_TEST

START_TEST(the_model_keeps_two) {
    icp_model *m = toy_model(c);
    uint64_t counts[560];
    for (int32_t who = ICP_WHO_REFERENCE; who <= ICP_WHO_CUSTOMERS; who++) {
        icp_distribution *d = NULL;
        ck_assert_int_eq(icp_distribution_of_model(m, ICP_LAYER_FIT, who, &d, NULL), ICP_OK);
        ck_assert_int_eq(icp_distribution_counts(d, counts, NULL, NULL), ICP_OK);
        for (uint64_t i = 0; i < 560; i++)
            ck_assert_uint_eq(counts[i], who == ICP_WHO_REFERENCE ? i * 3 % 7 : i * 5 % 11);
        icp_distribution_free(d);
    }
    icp_distribution *d = NULL;
    ck_assert_int_eq(icp_distribution_of_model(m, ICP_LAYER_INTENT, 0, &d, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_distribution_of_model(m, ICP_LAYER_FIT, 2, &d, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_null(d);
    icp_model_unref(m);
}
END_TEST

START_TEST(a_result_is_counted) {
    static const char *const cells[] = {"Industry", "fintech", "retail", "fintech", ""};
    icp_model *m = toy_model(c);
    icp_batch *b = toy_batch(c, 1, 5, cells);
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    icp_distribution *d = empty();
    uint64_t counts[560];
    ck_assert_int_eq(icp_scorer_new(m, NULL, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_add(d, r, ICP_LAYER_FIT, NULL), ICP_E_STATE);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_add(d, r, ICP_LAYER_INTENT, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_distribution_add(d, r, ICP_LAYER_FIT, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_counts(d, counts, NULL, NULL), ICP_OK);
    ck_assert_uint_eq(counts[556 - 200], 2);
    ck_assert_uint_eq(counts[456 - 200], 1);
    ck_assert_uint_eq(counts[498 - 200], 1);
    icp_distribution_free(d);
    icp_result_free(r);
    icp_scorer_free(s);
    icp_batch_unref(b);
    icp_model_unref(m);
}
END_TEST

START_TEST(what_is_wrong_is_refused) {
    icp_distribution *d = empty();
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_distribution_add_score(d, 199, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "score 199 lies outside 200..759");
    ck_assert_int_eq(icp_distribution_add_score(d, 760, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_distribution_add_score(NULL, 300, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_distribution_merge(d, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_distribution_counts(NULL, NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_uint_eq(spread_of(d).companies, 0);
    icp_distribution_free(d);
    icp_distribution_free(NULL);
}
END_TEST

int main(void) {
    Suite *s = suite_create("distribution");
    TCase *t = tcase_create("distribution");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, counts_and_tiers);
    tcase_add_test(t, figures_have_known_answers);
    tcase_add_test(t, merging_is_adding);
    tcase_add_test(t, the_model_keeps_two);
    tcase_add_test(t, a_result_is_counted);
    tcase_add_test(t, what_is_wrong_is_refused);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
