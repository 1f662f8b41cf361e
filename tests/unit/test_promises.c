/* SPDX-License-Identifier: MIT */
/* The six promises of doc/score.md, over many seeds. */
#include "check_main.h"
#include "world.h"

enum { SEEDS = 24 / ICP_PART, ROWS = 3000 };

static icp_context *context;
static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &context, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(context); }

static icp_model *fit_half(const struct world *w, char **odd) {
    char *even = world_csv(w, 0, 2, 0), *all = world_csv(w, 0, 1, 0), *keys = world_csv(w, 0, 1, 1);
    icp_reference *r = world_reference(context, even);
    icp_model *m = world_fit(context, r, keys, all, NULL);
    if (odd) *odd = world_csv(w, 1, 2, 0);
    icp_reference_unref(r);
    free(even), free(all), free(keys);
    return m;
}

/* 1: mean ratio 1 over companies that are not in the reference; at most 1/8 Excellent, 1/2 Good or better. */
START_TEST(test_promise_1_mean_ratio_is_one) {
    double total = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world w = world_new(seed, ROWS, 20 + 8 * (int)seed, .2);
        char *odd;
        icp_model *m = fit_half(&w, &odd);
        struct world_scores s = world_score(context, m, odd, 0);
        double mean = 0;
        int n = 0, excellent = 0, good = 0;
        for (uint64_t i = 0; i < s.rows; i++) {
            if (w.row[2 * i + 1].given) continue;
            mean += world_ratio(s.milli[i]);
            excellent += s.tier[i] == ICP_TIER_EXCELLENT, good += s.tier[i] >= ICP_TIER_GOOD;
            n++;
        }
        mean /= n;
        ck_assert_msg(mean > .7 && mean < 1.4, "seed %d: mean ratio %f", (int)seed, mean);
        ck_assert_int_le(excellent * 8, n);
        ck_assert_int_le(good * 2, n);
        total += mean / SEEDS;
        world_scores_free(&s), icp_model_unref(m), free(odd), world_free(&w);
    }
    ck_assert_msg(total > .9 && total < 1.1, "mean over seeds %f", total);
}
END_TEST

/* 2: pooled over lists, each tier's ratio (withheld customers : companies, ratio of the mean shares) lies in its range. */
START_TEST(test_promise_2_tiers_say_the_truth) {
    static const double low[6] = {0, 0, 1 / 8., 1 / 2., 2, 8}, high[6] = {0, 1 / 8., 1 / 2., 2, 8, 1e9};
    double held[6] = {0}, others[6] = {0};
    for (uint64_t seed = 101; seed < 101 + SEEDS; seed++) {
        struct world w = world_new(seed, ROWS, 100, .1);
        char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
        icp_reference *r = world_reference(context, all);
        icp_model *m = world_fit(context, r, keys, NULL, NULL);
        struct world_scores s = world_score(context, m, all, 0);
        for (uint64_t i = 0; i < s.rows; i++) {
            if (w.row[i].given) continue;
            others[s.tier[i]] += 1.0 / (ROWS - 100);
            if (w.row[i].withheld) held[s.tier[i]] += 1.0 / 100;
        }
        world_scores_free(&s), icp_model_unref(m), icp_reference_unref(r), free(all), free(keys), world_free(&w);
    }
    for (int t = 1; t <= 5; t++) {
        if (others[t] * ROWS < 40) continue; /* too few companies to tell */
        double ratio = held[t] / others[t];
        ck_assert_msg(ratio >= low[t] * .85 && ratio <= high[t] * 1.15, "tier %d: %f, %.4f of companies", t, ratio, others[t] / SEEDS);
    }
    ck_assert(others[4] > 0 && others[2] > 0);
}
END_TEST

/* 3: neither batch nor order nor split nor threads. */
START_TEST(test_promise_3_batches_do_not_matter) {
    for (uint64_t seed = 201; seed < 201 + SEEDS; seed++) {
        struct world w = world_new(seed, 600, 40, .2);
        char *all = world_csv(&w, 0, 1, 0);
        icp_model *m = fit_half(&w, NULL);
        struct world_scores whole = world_score(context, m, all, 0), small = world_score(context, m, all, 1 + (uint32_t)(seed % 7));
        ck_assert_uint_eq(whole.rows, small.rows);
        ck_assert_mem_eq(whole.milli, small.milli, whole.rows * 8);
        ck_assert_mem_eq(whole.variance, small.variance, whole.rows * 8);
        int step = 7; /* coprime with 600: every row, in another order, in parts */
        for (int from = 0; from < step; from++) {
            char *part = world_csv(&w, from, step, 0);
            struct world_scores p = world_score(context, m, part, 0);
            for (uint64_t i = 0; i < p.rows; i++) ck_assert_int_eq(p.milli[i], whole.milli[(uint64_t)from + i * (uint64_t)step]);
            world_scores_free(&p), free(part);
        }
        world_scores_free(&whole), world_scores_free(&small), icp_model_unref(m), free(all), world_free(&w);
    }
}
END_TEST

static int64_t record_score(icp_scorer *s, icp_record *r, const struct world_row *row, unsigned hide, struct icp_score *out) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_record_clear(r);
    for (int f = 0; f < WORLD_COLUMNS; f++)
        if (!(hide >> f & 1))
            ck_assert_int_eq(icp_record_set_text(r, icp_record_column(r, world_names[f], strlen(world_names[f])), row->cells[f], strlen(row->cells[f])), ICP_OK);
    *out = (struct icp_score){.struct_size = sizeof *out};
    world_must(icp_scorer_score_record(s, r, NULL, ICP_LAYER_FIT, out, &e), &e);
    return out->millipoints;
}

/* 4: unknown is 0, column by column: hiding a column takes away exactly what its traits and its offset added. */
START_TEST(test_promise_4_unknown_adds_nothing) {
    for (uint64_t seed = 301; seed < 301 + SEEDS; seed++) {
        struct world w = world_new(seed, 600, 40, .2);
        struct icp_error e = {.struct_size = sizeof e};
        struct icp_score score;
        icp_model *m = fit_half(&w, NULL);
        icp_schema *schema;
        icp_record *r;
        icp_scorer *s;
        world_must(icp_model_schema(m, &schema, &e), &e);
        world_must(icp_record_new(schema, &r, &e), &e);
        world_must(icp_scorer_new(m, NULL, &s, &e), &e);
        for (int i = 0; i < 60; i++) {
            int64_t whole = record_score(s, r, &w.row[i], 0, &score), sum = 0;
            for (int f = 0; f < WORLD_COLUMNS; f++) {
                int64_t alone = record_score(s, r, &w.row[i], ~(1u << f), &score);
                if (!w.row[i].cells[f][0]) ck_assert_int_eq(alone, 0);
                ck_assert_int_eq(record_score(s, r, &w.row[i], 1u << f, &score), whole - alone);
                sum += alone;
            }
            ck_assert_int_eq(sum, whole);
        }
        ck_assert_int_eq(record_score(s, r, &w.row[0], ~0u, &score), 0);
        ck_assert_int_eq(score.score, 498);
        ck_assert(score.flags & ICP_FLAG_NOTHING_KNOWN);
        ck_assert_int_eq(score.effective, 0);
        icp_scorer_free(s), icp_record_free(r), icp_schema_unref(schema), icp_model_unref(m), world_free(&w);
    }
}
END_TEST

/* 4, on average: with columns hidden at random the mean ratio stays near 1. */
START_TEST(test_promise_4_missing_data_is_no_reward) {
    static const double chances[3] = {.25, .5, .75};
    for (int k = 0; k < 3; k++) {
        double total = 0;
        for (uint64_t seed = 401; seed < 401 + SEEDS; seed++) {
            struct world w = world_new(seed, ROWS, 80, .1);
            uint64_t state = seed;
            icp_model *m = fit_half(&w, NULL);
            for (int i = 0; i < w.rows; i++)
                for (int f = 0; f < WORLD_COLUMNS; f++)
                    if (world_uniform(&state) < chances[k]) w.row[i].cells[f][0] = 0;
            char *odd = world_csv(&w, 1, 2, 0);
            struct world_scores s = world_score(context, m, odd, 0);
            double mean = 0, n = 0;
            for (uint64_t i = 0; i < s.rows; i++)
                if (!w.row[2 * i + 1].given) mean += world_ratio(s.milli[i]), n++;
            total += mean / n / SEEDS;
            world_scores_free(&s), icp_model_unref(m), free(odd), world_free(&w);
        }
        ck_assert_msg(total > .85 && total < 1.1, "hidden %.2f: mean ratio %f", chances[k], total);
    }
}
END_TEST

/* 5: contributions add up to the milli-points, exactly. */
START_TEST(test_promise_5_contributions_add_up) {
    for (uint64_t seed = 501; seed < 501 + SEEDS; seed++) {
        struct world w = world_new(seed, 600, 40, .3);
        struct icp_error e = {.struct_size = sizeof e};
        icp_model *m = fit_half(&w, NULL);
        icp_schema *schema;
        icp_record *r;
        icp_scorer *s;
        world_must(icp_model_schema(m, &schema, &e), &e);
        world_must(icp_record_new(schema, &r, &e), &e);
        world_must(icp_scorer_new(m, NULL, &s, &e), &e);
        for (int i = 0; i < 100; i++) {
            int32_t traits[256], points[256];
            struct icp_score score;
            size_t n;
            int64_t sum = 0, milli = record_score(s, r, &w.row[i], 0, &score);
            world_must(icp_scorer_contributions(s, ICP_LAYER_FIT, traits, points, 256, &n, &e), &e);
            ck_assert_uint_le(n, 256);
            for (size_t k = 0; k < n; k++) {
                struct icp_trait t = {.struct_size = sizeof t};
                world_must(icp_model_trait(m, (uint32_t)traits[k], &t, &e), &e);
                ck_assert_int_eq(t.points, points[k]);
                sum += points[k];
            }
            ck_assert_int_eq(sum, milli);
        }
        icp_scorer_free(s), icp_record_free(r), icp_schema_unref(schema), icp_model_unref(m), world_free(&w);
    }
}
END_TEST

static void save(const icp_model *m, icp_buffer **out) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_sink sink = {.struct_size = sizeof sink};
    world_must(icp_sink_to_memory(context, &sink, out, &e), &e);
    world_must(icp_model_save(m, &sink, &e), &e);
}

/* 6, on one machine: same input, same bytes, whatever the order, the split, the threads and the seed of internal tables. */
START_TEST(test_promise_6_same_input_same_bytes) {
    for (uint64_t seed = 601; seed < 601 + SEEDS / 2; seed++) {
        struct world w = world_new(seed, 800, 50, .2);
        struct icp_error e = {.struct_size = sizeof e};
        char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
        icp_reference *r = world_reference(context, all);
        icp_model *one = world_fit(context, r, keys, NULL, NULL);
        for (int i = 0; i < w.rows / 2; i++) { /* reversed */
            struct world_row t = w.row[i];
            w.row[i] = w.row[w.rows - 1 - i];
            w.row[w.rows - 1 - i] = t;
        }
        char *all2 = world_csv(&w, 0, 1, 0), *keys2 = world_csv(&w, 0, 1, 1);
        struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = seed * 77};
        icp_context *other;
        icp_pool *pool;
        world_must(icp_context_new(&o, &other, &e), &e);
        world_must(icp_pool_new(other, 2 + (uint32_t)(seed % 3), &pool, &e), &e);
        icp_reference *r2 = world_reference(other, all2);
        icp_model *two = world_fit(other, r2, keys2, NULL, pool);
        icp_buffer *a, *b;
        struct icp_str x, y;
        save(one, &a), save(two, &b);
        ck_assert_int_eq(icp_buffer_data(a, &x), ICP_OK);
        ck_assert_int_eq(icp_buffer_data(b, &y), ICP_OK);
        ck_assert_uint_eq(x.size, y.size);
        ck_assert_mem_eq(x.data, y.data, x.size);
        icp_buffer_unref(a), icp_buffer_unref(b), icp_model_unref(one), icp_model_unref(two), icp_reference_unref(r), icp_reference_unref(r2);
        icp_pool_free(pool), icp_context_unref(other);
        free(all), free(keys), free(all2), free(keys2), world_free(&w);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("promises");
    TCase *t = tcase_create("promises");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 600);
    tcase_add_test(t, test_promise_1_mean_ratio_is_one);
    tcase_add_test(t, test_promise_2_tiers_say_the_truth);
    tcase_add_test(t, test_promise_3_batches_do_not_matter);
    tcase_add_test(t, test_promise_4_unknown_adds_nothing);
    tcase_add_test(t, test_promise_4_missing_data_is_no_reward);
    tcase_add_test(t, test_promise_5_contributions_add_up);
    tcase_add_test(t, test_promise_6_same_input_same_bytes);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
