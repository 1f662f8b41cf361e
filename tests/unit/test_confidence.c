/* SPDX-License-Identifier: MIT */
/* Confidence: the chance that a tier holds against an independent computation, what bounds it, and the flags that go with it. */
#include "check_main.h"
#include "govern/probability.h"
#include "toy.h"
#include <math.h>

static icp_context *c;

static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

/* What a company in fintech scores; of `tags` nothing is known. */
struct given {
    int32_t points, tags; /* of the one trait of each column; tags 0 = the model has no such column */
    uint64_t variance, over, customers; /* over = k + 1/2 */
    uint32_t flags;
    bool silent; /* nothing is known */
};

static struct icp_score score_of(const struct given *g) {
    struct toy *t = malloc(sizeof *t);
    struct icp_score score = {.struct_size = sizeof score};
    icp_schema *schema = NULL;
    icp_record *record = NULL;
    icp_scorer *s = NULL;
    toy_start(t, c);
    t->l.base_variance = g->variance;
    t->l.customers = g->customers;
    t->l.flags = g->flags;
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", 0);
    struct icp__learned_trait *n = toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, "fintech", g->points);
    n->variance = 0;
    n->square_over = n->square / g->over;
    if (g->tags != 0) {
        toy_trait(t, TOY_TAGS, ICP_TRAIT_KNOWN, "", 0);
        toy_trait(t, TOY_TAGS, ICP_TRAIT_ITEM, "b2b", g->tags);
    }
    icp_model *m = toy_build(t);
    ck_assert_int_eq(icp_scorer_new(m, NULL, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_schema(m, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &record, NULL), ICP_OK);
    if (!g->silent)
        ck_assert_int_eq(icp_record_set_text(record, TOY_INDUSTRY, "fintech", 7), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(s, record, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_scorer_free(s);
    icp_model_unref(m);
    toy_end(t);
    free(t);
    return score;
}

/* Chance that m + an error of this standard deviation lies in the tier of m. */
static double chance_of(double m, double deviation) {
    static const double edge[] = {-159000, -53000, 53000, 159000};
    double chance = 1;
    for (int i = 0; i < 4; i++) { /* the edge above and the one below are enough */
        const bool above = edge[i] > m && (i == 0 || edge[i - 1] <= m), below = edge[i] <= m && (i == 3 || edge[i + 1] > m);
        if (above || below)
            chance -= icp__normal_tail((above ? edge[i] - m : m - edge[i]) / deviation);
    }
    return chance;
}

static void close_to(int32_t thousandths, double chance) { ck_assert_double_eq_tol(thousandths, 1000 * chance, 2); }

START_TEST(the_chance_is_that_of_a_normal_error) {
    uint64_t seed = (uint64_t)_i * 7919 + 1;
    for (int i = 0; i < 40; i++) {
        const uint64_t half = 1 + toy_random(&seed) % (i % 2 ? 300000 : 60000);
        const struct given g = {.points = (int32_t)(toy_random(&seed) % 500000) - 250000, .variance = half * half, .over = 50, .customers = 100};
        const struct icp_score s = score_of(&g);
        const double x = chance_of(g.points, (double)half / 1.75);
        close_to(s.holds, x);
        if (x > .402 && (x < .598 || x > .602) && (x < .798 || x > .802))
            ck_assert_int_eq(s.confidence, x > .8 ? ICP_CONFIDENCE_HIGH : x > .6 ? ICP_CONFIDENCE_MEDIUM : ICP_CONFIDENCE_LOW);
        else if (x < .398)
            ck_assert_int_eq(s.confidence, ICP_CONFIDENCE_INSUFFICIENT);
    }
}
END_TEST

START_TEST(no_width_is_certainty_and_an_edge_is_half_a_chance) {
    const struct given sure = {.points = 53000, .over = 50, .customers = 100}, edge = {.points = 53000, .variance = 1000000, .over = 50, .customers = 100};
    ck_assert_int_eq(score_of(&sure).holds, 1000);
    ck_assert_int_eq(score_of(&edge).holds, 500);
}
END_TEST

/* The spread of the toy's reference, worked out with doubles. */
static double spread_of_reference(void) {
    double n = 0, sum = 0, squares = 0;
    for (int32_t i = 1; i < 559; i++) { /* the toy has none at either end */
        const double h = (double)((uint64_t)i * 3 % 7), x = (double)icp__points_twice_middle(i + 200) / 2;
        n += h, sum += h * x, squares += h * x * x;
    }
    n += 559 * 3 % 7, sum += 559 * 3 % 7 * (double)icp__points_threshold(759), squares += 559 * 3 % 7 * (double)icp__points_threshold(759) * (double)icp__points_threshold(759);
    return squares / n - sum / n * (sum / n);
}

START_TEST(what_is_unknown_widens_by_its_share_of_the_spread) {
    uint64_t seed = (uint64_t)_i * 104729 + 3;
    for (int i = 0; i < 20; i++) {
        struct given g = {.points = (int32_t)(toy_random(&seed) % 400000) - 200000, .tags = 1 + (int32_t)(toy_random(&seed) % 100000), .over = 50, .customers = 100};
        const uint64_t half = 1 + toy_random(&seed) % 100000;
        g.variance = half * half;
        const double a = (double)g.points * g.points, b = (double)g.tags * g.tags; /* both traits have one share of the reference */
        const double unknown = b / (a + b) * spread_of_reference();
        const struct icp_score s = score_of(&g);
        close_to(s.holds, chance_of(g.points, sqrt((double)g.variance / (1.75 * 1.75) + unknown)));
        ck_assert_int_eq(s.variance, (int64_t)g.variance); /* the interval itself knows nothing of it */
        ck_assert_int_eq((s.flags & ICP_FLAG_MISSING) != 0, b > a);
    }
}
END_TEST

START_TEST(what_the_interval_cannot_know_bounds_it) {
    enum { POOR = -100000, GOOD = 100000 };
    static const struct {
        struct given given;
        int32_t confidence;
        uint64_t flags;
    } cases[] = {
        {{.points = GOOD, .over = 15, .customers = 60}, ICP_CONFIDENCE_HIGH, 0},
        {{.points = GOOD, .over = 14, .customers = 60}, ICP_CONFIDENCE_LOW, ICP_FLAG_THIN | ICP_FLAG_HIGH_ON_THIN},
        {{.points = GOOD, .over = 1000, .customers = 14}, ICP_CONFIDENCE_LOW, ICP_FLAG_THIN | ICP_FLAG_HIGH_ON_THIN},
        {{.points = GOOD, .over = 5, .customers = 60}, ICP_CONFIDENCE_LOW, ICP_FLAG_THIN | ICP_FLAG_HIGH_ON_THIN},
        {{.points = GOOD, .over = 4, .customers = 60}, ICP_CONFIDENCE_INSUFFICIENT, ICP_FLAG_THIN | ICP_FLAG_HIGH_ON_THIN},
        /* That no customer is like this company is no reason to doubt that it is unlike them. */
        {{.points = POOR, .over = 1, .customers = 60}, ICP_CONFIDENCE_HIGH, 0},
        {{.points = POOR, .over = 1, .customers = 60, .variance = 10000000000}, ICP_CONFIDENCE_MEDIUM, ICP_FLAG_THIN},
        {{.points = POOR, .over = 15, .customers = 60, .variance = 10000000000}, ICP_CONFIDENCE_MEDIUM, 0},
        {{.points = POOR, .over = 30, .customers = 49, .flags = ICP_MODEL_INTERVAL_UNCALIBRATED}, ICP_CONFIDENCE_MEDIUM, ICP_FLAG_INTERVAL_UNCALIBRATED},
        {{.points = POOR, .over = 30, .customers = 18, .flags = ICP_MODEL_INTERVAL_UNCALIBRATED | ICP_MODEL_FEW_CUSTOMERS},
         ICP_CONFIDENCE_LOW, ICP_FLAG_INTERVAL_UNCALIBRATED | ICP_FLAG_FEW_CUSTOMERS},
        {{.points = POOR, .over = 30, .customers = 60, .flags = ICP_MODEL_LISTED_SHARE_HIGH}, ICP_CONFIDENCE_HIGH, ICP_FLAG_LISTED_SHARE_HIGH},
        {{.points = POOR, .over = 30, .customers = 60, .silent = true}, ICP_CONFIDENCE_INSUFFICIENT, ICP_FLAG_NOTHING_KNOWN | ICP_FLAG_MISSING},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct icp_score s = score_of(&cases[i].given);
        ck_assert_msg(s.confidence == cases[i].confidence, "case %zu: confidence %d", i, s.confidence);
        ck_assert_msg(s.flags == cases[i].flags, "case %zu: flags %llu", i, (unsigned long long)s.flags);
        ck_assert_int_eq(s.effective, cases[i].given.silent ? 0 : (int64_t)(cases[i].given.over < cases[i].given.customers ? cases[i].given.over : cases[i].given.customers) * 1000);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("confidence");
    TCase *t = tcase_create("confidence");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, the_chance_is_that_of_a_normal_error, 0, 20);
    tcase_add_test(t, no_width_is_certainty_and_an_edge_is_half_a_chance);
    tcase_add_loop_test(t, what_is_unknown_widens_by_its_share_of_the_spread, 0, 20);
    tcase_add_test(t, what_the_interval_cannot_know_bounds_it);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
