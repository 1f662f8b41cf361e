/* SPDX-License-Identifier: MIT */
/* The weights of traits: counts whose shrunk shares were worked out by hand. */
#include "fitting.h"

/* 200 companies; all four industries are as common, and all four regions. `stage` is known for every second company. The 40
 * customers: 25, 9, 6, 0 of the industries, 12, 10, 9, 9 of the regions. */
static int is_customer(int i) {
    return i < 25 || (i >= 50 && i < 59) || i == 100 || i == 101 || i == 103 || i == 104 || i == 105 || i == 108;
}

static icp_model *counted(icp_context *c) {
    static const char *const industry[] = {"fintech", "retail", "mining", "health"}, *const region[] = {"north", "east", "south", "west"};
    struct text all = {NULL, 0}, keys = {NULL, 0};
    text_add(&all, "key,industry,region,stage\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 200; i++) {
        text_add(&all, "k%03d,%s,%s,%s\n", i, industry[i / 50], region[i % 4], i % 2 ? "" : i < 50 ? "seed" : "late");
        if (is_customer(i))
            text_add(&keys, "k%03d\n", i);
    }
    icp_reference *r = world_reference(c, all.data);
    icp_fit *f = fit_new(c, r, NULL);
    must_add(c, f, keys.data, 0);
    icp_model *m = fit_run(f);
    icp_fit_free(f);
    icp_reference_unref(r);
    free(all.data);
    free(keys.data);
    return m;
}

struct answer {
    const char *trait;
    uint64_t customers, customers_of, reference, reference_of;
    int32_t weight;
};
static void check(icp_model *m, const struct answer *a) {
    struct icp_trait t = trait_of(m, a->trait);
    ck_assert_msg(t.customers == a->customers && t.customers_of == a->customers_of, "%s: customers", a->trait);
    ck_assert_msg(t.reference == a->reference && t.reference_of == a->reference_of, "%s: reference", a->trait);
    ck_assert_msg(t.weight == a->weight, "%s: weight %d, wanted %d", a->trait, t.weight, a->weight);
}

/* Industries stray: rho = (40 .21375 / .75 - 1) / 39 = .26667, so 2.75 customers are added that are like the reference:
 * (25 + .6875) / 42.75 - .25 = .3509. */
START_TEST(a_column_that_strays_is_hardly_shrunk) {
    static const struct answer answers[] = {{"industry=fintech", 25, 40, 50, 200, 35},
                                            {"industry=retail", 9, 40, 50, 200, -2},
                                            {"industry=mining", 6, 40, 50, 200, -9},
                                            {"industry=health", 0, 40, 50, 200, -23}};
    icp_context *c = context();
    icp_model *m = counted(c);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        check(m, &answers[i]);
    icp_model_unref(m);
    icp_context_unref(c);
}
END_TEST

/* Regions stray less than chance would: 12 of 40 against a quarter is no news, not a weight of 5. */
START_TEST(what_chance_explains_has_no_weight) {
    static const char *const region[] = {"region=north", "region=east", "region=south", "region=west"};
    static const uint64_t customers[] = {12, 10, 9, 9};
    icp_context *c = context();
    icp_model *m = counted(c);
    for (int i = 0; i < 4; i++)
        if (icp_model_find_trait(m, ICP_LAYER_FIT, region[i], strlen(region[i])) >= 0)
            check(m, &(struct answer){region[i], customers[i], 40, 50, 200, 0});
    check(m, &(struct answer){"region=north", 12, 40, 50, 200, 0});
    icp_model_unref(m);
    icp_context_unref(c);
}
END_TEST

/* 13 of the 21 customers whose stage is known, against 25 of 100: rho = (21 .27239 / .375 - 1) / 20 = .7127, .4031 customers are
 * added: 13.1008 / 21.4031 - .25 = .3621. */
START_TEST(shares_are_of_companies_where_the_column_is_known) {
    icp_context *c = context();
    icp_model *m = counted(c);
    check(m, &(struct answer){"stage=seed", 13, 21, 25, 100, 36});
    check(m, &(struct answer){"stage=late stage", 8, 21, 75, 100, -36});
    icp_model_unref(m);
    icp_context_unref(c);
}
END_TEST

/* 300 companies, of which each third is a customer, from 2020 to 2024; the older ones are of another industry. */
static void dated(struct text *all, struct text *customers, uint64_t seed) {
    static const char *const industry[] = {"fintech", "retail", "mining", "health"};
    text_add(all, "key,industry,region\n");
    text_add(customers, "key,signed,w\n");
    for (int i = 0; i < 300; i++) {
        const int year = 2020 + world_below(&seed, 5), old = year < 2022, customer = i % 3 == 0;
        const int which = customer && world_below(&seed, 3) ? (old ? 0 : 1) : world_below(&seed, 4);
        text_add(all, "k%03d,%s,%c\n", i, industry[which], 'a' + world_below(&seed, 3));
        if (customer)
            text_add(customers, i % 7 ? "k%03d,%d-05-05,%s\n" : "k%03d,%.0d,%s\n", i, i % 7 ? year : 0, i % 7 == 0 || year >= 2023 ? "1" : old ? "0.125" : "0.5");
    }
}
static icp_model *dated_fit(icp_context *c, icp_reference *r, const char *customers, int weights, const char *card) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_fit_options o = {.struct_size = sizeof o, .since_column = "signed", .since_size = 6, .weight_column = weights ? "w" : NULL, .weight_size = (size_t)weights};
    icp_fit *f = NULL;
    ck_assert_msg(icp_fit_new(c, r, NULL, &o, &f, &e) == ICP_OK, "%s", e.message);
    if (card)
        ck_assert_msg(icp_fit_set_card(f, card, strlen(card), &e) == ICP_OK, "%s", e.message);
    must_add(c, f, customers, 0);
    icp_model *m = fit_run(f);
    icp_fit_free(f);
    return m;
}

/* Half for those from before 2023, of these a quarter for those from before 2022; those without a date count in full. */
START_TEST(epochs_are_weights) {
    static const char card[] = "{\"epochs\":[{\"from\":\"2023-01-01\",\"what\":\"new plan\",\"weight_percent\":50},{\"from\":\"2022-01-01\",\"what\":\"cloud\"}]}";
    struct text all = {NULL, 0}, customers = {NULL, 0};
    icp_context *c = context();
    dated(&all, &customers, (uint64_t)_i + 9);
    icp_reference *r = world_reference(c, all.data);
    icp_model *m[3] = {dated_fit(c, r, customers.data, 0, card), dated_fit(c, r, customers.data, 1, NULL), dated_fit(c, r, customers.data, 0, NULL)};
    struct world_scores s[3];
    for (int i = 0; i < 3; i++)
        s[i] = world_score(c, m[i], all.data, 0);
    ck_assert(s[0].rows == 300 && !memcmp(s[0].milli, s[1].milli, 300 * sizeof *s[0].milli) && memcmp(s[0].milli, s[2].milli, 300 * sizeof *s[0].milli));
    ck_assert_int_lt(trait_of(m[0], "industry=fintech").points, trait_of(m[2], "industry=fintech").points);
    ck_assert_int_gt(trait_of(m[0], "industry=retail").points, trait_of(m[2], "industry=retail").points);
    icp_buffer *json = NULL;
    struct icp_str text;
    ck_assert(!icp_model_summary(m[0], &json, NULL) && !icp_buffer_data(json, &text));
    const char *said = strstr(text.data, "\"epochs\":{\"list\":[{\"from\":\"2022-01-01\",\"weight_percent\":25,\"customers_before\":");
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_nonnull(strstr(said, "\"undated\":15,\"effective_customers_micro\":")); /* every 21st company */
    ck_assert_ptr_nonnull(strstr(said, "\"effective_without_micro\":100000000}"));
    icp_buffer_unref(json);
    for (int i = 0; i < 3; i++)
        icp_model_unref(m[i]), world_scores_free(&s[i]);
    icp_reference_unref(r), free(all.data), free(customers.data), icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("weights");
    TCase *t = tcase_create("weights");
    tcase_add_test(t, a_column_that_strays_is_hardly_shrunk);
    tcase_add_test(t, what_chance_explains_has_no_weight);
    tcase_add_test(t, shares_are_of_companies_where_the_column_is_known);
    tcase_add_loop_test(t, epochs_are_weights, 0, 8);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
