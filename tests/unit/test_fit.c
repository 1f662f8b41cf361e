/* SPDX-License-Identifier: MIT */
/* Fits on generated companies: what is planted is found, what does not matter does not matter, what cannot be is said. */
#include "fitting.h"

struct setting {
    icp_context *c;
    struct text all, fintech; /* companies: all, and those of one industry */
    icp_reference *r;
};
static struct setting setting_new(int rows) {
    struct setting s = {.c = context()};
    s.all = companies(0, rows, NULL);
    s.fintech = companies(0, rows, "fintech");
    s.r = world_reference(s.c, s.all.data);
    return s;
}
static void setting_free(struct setting *s) {
    free(s->all.data);
    free(s->fintech.data);
    icp_reference_unref(s->r);
    icp_context_unref(s->c);
}
static icp_model *fit_keys(struct setting *s, const char *keys, const struct icp_fit_options *o) {
    icp_fit *f = fit_new(s->c, s->r, o);
    must_add(s->c, f, keys, 0);
    icp_model *m = fit_run(f);
    icp_fit_free(f);
    return m;
}

START_TEST(planted_profile_is_found) {
    struct setting s = setting_new(1000);
    struct text keys = keys_of(&s.fintech, 60);
    icp_model *m = fit_keys(&s, keys.data, NULL);
    struct icp_model_info i = info_of(m);
    struct icp_trait t = trait_of(m, "industry=fintech");
    ck_assert_int_gt(t.points, 40000);
    ck_assert_int_ge(t.weight, 70);
    ck_assert_uint_eq(t.customers, 60);
    ck_assert_uint_eq(t.customers_of, 60);
    ck_assert_uint_eq(t.reference_of, 1000);
    ck_assert_int_lt(trait_of(m, "industry=retail").points, 0);
    ck_assert_int_lt(trait_of(m, "industry=retail").weight, -10);
    ck_assert_int_lt(abs(trait_of(m, "country=fr").points), 15000);
    ck_assert_uint_eq(i.customers, 60);
    ck_assert_uint_eq(i.companies, 1000);
    ck_assert_uint_eq(i.listed, 60);
    ck_assert_uint_eq(i.flags, 0);
    ck_assert_int_gt(i.auc_micro, 850000);
    ck_assert_int_lt(i.cllr_micro, 700000);
    icp_model_unref(m);
    free(keys.data);
    setting_free(&s);
}
END_TEST

/* Two words that stand together are a trait beside the words; two that only meet by chance are not. */
START_TEST(a_phrase_is_a_trait_and_a_chance_pair_is_not) {
    static const char *const fill[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta"};
    icp_context *c = context();
    struct text t = {NULL, 0}, keys = {NULL, 0};
    uint64_t state = 3;
    text_add(&t, "key,description\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 600; i++) {
        text_add(&t, "k%d,\"", i);
        for (int w = 0; w < 12; w++) /* nearly all distinct, or the column would be a category */
            text_add(&t, "%s%s", w ? " " : "", fill[world_below(&state, 6)]);
        text_add(&t, " n%d%s\"\n", i, i % 8 == 0 ? " supply chain" : i % 8 == 1 ? " chain of supply" : "");
        if (i % 16 == 0)
            text_add(&keys, "k%d\n", i);
    }
    icp_reference *r = world_reference(c, t.data);
    icp_model *m = world_fit(c, r, keys.data, NULL, NULL);
    struct icp_trait phrase = trait_of(m, "description~supply chain");
    ck_assert_int_eq(phrase.kind, ICP_TRAIT_PHRASE);
    ck_assert_int_gt(phrase.points, 20000);
    ck_assert_uint_eq(phrase.reference, 75);
    ck_assert_uint_eq(phrase.customers, 38);
    ck_assert_uint_eq(trait_of(m, "description~supply").reference, 150);
    ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_FIT, "description~alpha beta", 22), -1);
    icp_model_unref(m), icp_reference_unref(r), icp_context_unref(c);
    free(t.data), free(keys.data);
}
END_TEST

/* Withheld customers of worlds with many weak traits rank above companies at large. */
START_TEST(withheld_customers_rank_high) {
    double mean = 0;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        icp_context *c = context();
        struct world w = world_new(seed, 3000, 80, .1);
        char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
        icp_reference *r = world_reference(c, all);
        icp_model *m = world_fit(c, r, keys, NULL, NULL);
        struct world_scores scores = world_score(c, m, all, 0);
        double above = 0, pairs = 0;
        for (int i = 0; i < w.rows; i++)
            for (int k = 0; w.row[i].withheld && k < w.rows; k++)
                if (!w.row[k].given && !w.row[k].withheld) {
                    above += scores.milli[i] > scores.milli[k] ? 1 : scores.milli[i] == scores.milli[k] ? .5 : 0;
                    pairs++;
                }
        ck_assert_double_gt(above / pairs, .6);
        mean += above / pairs / 6;
        world_scores_free(&scores);
        icp_model_unref(m);
        icp_reference_unref(r);
        free(all), free(keys);
        world_free(&w);
        icp_context_unref(c);
    }
    ck_assert_double_gt(mean, .72);
}
END_TEST

static char *shuffled(const char *csv, uint64_t seed) {
    size_t size = strlen(csv), n = 0, at = 0;
    char *out = malloc(size + 1), **line = malloc(size * sizeof *line);
    size_t head = strcspn(csv, "\n") + 1;
    for (const char *p = csv + head; *p; p += strcspn(p, "\n") + 1)
        line[n++] = (char *)(uintptr_t)p;
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)world_below(&seed, (int)i);
        char *x = line[i - 1];
        line[i - 1] = line[k], line[k] = x;
    }
    memcpy(out, csv, head);
    at = head;
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(line[i], "\n") + 1;
        memcpy(out + at, line[i], len);
        at += len;
    }
    out[at] = 0;
    free(line);
    return out;
}

START_TEST(order_split_seed_and_threads_give_the_same_bytes) {
    struct world w = world_new(11, 1200, 70, .2);
    char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1), *half[2] = {world_csv(&w, 0, 2, 0), world_csv(&w, 1, 2, 0)};
    char *mixed = shuffled(all, 5), *mixed_keys = shuffled(keys, 6);
    icp_context *c = context();
    icp_reference *r = world_reference(c, all);
    icp_model *m = world_fit(c, r, keys, all, NULL);
    icp_buffer *want = model_bytes(c, m);
    icp_model_unref(m);
    for (int k = 0; k < 4; k++) {
        struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = (uint64_t)k * 12345};
        icp_context *d;
        icp_pool *pool = NULL;
        ck_assert_int_eq(icp_context_new(&o, &d, NULL), ICP_OK);
        icp_reference *other = world_reference(d, k == 1 ? half[0] : mixed);
        if (k == 1) {
            icp_reference_builder *b;
            icp_reference *second = world_reference(d, half[1]);
            ck_assert_int_eq(icp_reference_builder_new(d, NULL, &b, NULL), ICP_OK);
            ck_assert_int_eq(icp_reference_builder_merge(b, second, NULL), ICP_OK);
            ck_assert_int_eq(icp_reference_builder_merge(b, other, NULL), ICP_OK);
            icp_reference_unref(second);
            icp_reference_unref(other);
            ck_assert_int_eq(icp_reference_builder_finish(b, &other, NULL), ICP_OK);
            icp_reference_builder_free(b);
        }
        if (k >= 2)
            ck_assert_int_eq(icp_pool_new(d, (uint32_t)k, &pool, NULL), ICP_OK);
        icp_model *n = world_fit(d, other, k ? mixed_keys : keys, k == 3 ? NULL : mixed, pool);
        icp_buffer *got = model_bytes(d, n);
        ck_assert(same_bytes(want, got));
        icp_buffer_unref(got);
        icp_model_unref(n);
        icp_reference_unref(other);
        icp_pool_free(pool);
        icp_context_unref(d);
    }
    icp_buffer_unref(want);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(all), free(keys), free(half[0]), free(half[1]), free(mixed), free(mixed_keys);
    world_free(&w);
}
END_TEST

START_TEST(running_again_gives_the_same_bytes) {
    struct setting s = setting_new(400);
    struct text keys = keys_of(&s.fintech, 30);
    icp_fit *f = fit_new(s.c, s.r, NULL);
    must_add(s.c, f, keys.data, 0);
    icp_model *a = fit_run(f), *b = fit_run(f);
    icp_buffer *x = model_bytes(s.c, a), *y = model_bytes(s.c, b);
    ck_assert(same_bytes(x, y));
    icp_buffer_unref(x), icp_buffer_unref(y);
    icp_model_unref(a), icp_model_unref(b);
    icp_fit_free(f);
    free(keys.data);
    setting_free(&s);
}
END_TEST

START_TEST(twenty_customers_are_enough_and_nineteen_are_not) {
    struct setting s = setting_new(500);
    struct text twenty = keys_of(&s.fintech, 20), fewer = keys_of(&s.fintech, 12), one = keys_of(&s.fintech, 1);
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = fit_keys(&s, twenty.data, NULL);
    ck_assert_uint_eq(info_of(m).flags, ICP_MODEL_INTERVAL_UNCALIBRATED);
    ck_assert_int_gt(trait_of(m, "industry=fintech").points, 0);
    icp_model_unref(m);
    icp_fit *f = fit_new(s.c, s.r, NULL);
    must_add(s.c, f, fewer.data, 0);
    must_add(s.c, f, "key\nnobody\n", 0);
    m = NULL;
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_TOO_FEW);
    ck_assert_str_eq(e.message, "12 customers matched; at least 20 are needed");
    ck_assert_ptr_null(m);
    must_add(s.c, f, twenty.data, 0);
    m = fit_run(f); /* after more were added */
    ck_assert_uint_eq(info_of(m).customers, 20);
    icp_model_unref(m);
    icp_fit_free(f);
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_ALLOW_FEW};
    const char *lists[] = {fewer.data, one.data};
    for (int k = 0; k < 2; k++) {
        m = fit_keys(&s, lists[k], &o);
        ck_assert_uint_eq(info_of(m).flags, ICP_MODEL_INTERVAL_UNCALIBRATED | ICP_MODEL_FEW_CUSTOMERS);
        ck_assert_uint_eq(info_of(m).customers, k ? 1 : 12);
        icp_model_unref(m);
    }
    struct icp_fit_options strict = {.struct_size = sizeof strict, .min_customers = 21};
    f = fit_new(s.c, s.r, &strict);
    must_add(s.c, f, twenty.data, 0);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_TOO_FEW);
    ck_assert_str_eq(e.message, "20 customers matched; at least 21 are needed");
    icp_fit_free(f);
    free(twenty.data), free(fewer.data), free(one.data);
    setting_free(&s);
}
END_TEST

START_TEST(no_customer_found_is_said) {
    struct setting s = setting_new(300);
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = NULL;
    icp_fit *f = fit_new(s.c, s.r, NULL);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_TOO_FEW);
    ck_assert_str_eq(e.message, "no customers were given");
    must_add(s.c, f, "key\nx1\nx2\nK00001\n", 0);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_NO_MATCH);
    ck_assert_str_eq(e.message, "none of the 3 customers was found in the reference or the universe");
    ck_assert_ptr_null(m);
    icp_fit_free(f);
    setting_free(&s);
}
END_TEST

/* All alike, all listed, or a list without difference to the reference: a model, or a clear error. */
START_TEST(degenerate_lists_work) {
    struct setting s = setting_new(300);
    struct text same = {NULL, 0}, everyone = keys_of(&s.all, 300);
    text_add(&same, "key,industry,employees,country\n");
    for (int i = 0; i < 40; i++)
        text_add(&same, "same%d,fintech,77,DE\n", i);
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_fit_options few = {.struct_size = sizeof few, .flags = ICP_FIT_ALLOW_FEW};
    icp_model *m = NULL;
    for (int allowed = 0; allowed < 2; allowed++) { /* identical customers amount to one */
        icp_fit *f;
        world_must(icp_fit_new(s.c, s.r, NULL, allowed ? &few : NULL, &f, &e), &e);
        must_add(s.c, f, same.data, 0);
        ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), allowed ? ICP_OK : ICP_E_TOO_FEW);
        if (!allowed)
            ck_assert_str_eq(e.message, "all 40 customers are identical in every column, so they amount to 1; at least 20 are needed");
        icp_fit_free(f);
    }
    ck_assert_int_gt(trait_of(m, "industry=fintech").points, 0);
    ck_assert_int_gt(trait_of(m, "country=de").points, 0);
    ck_assert_uint_eq(info_of(m).listed, 0);
    ck_assert(info_of(m).flags & ICP_MODEL_FEW_CUSTOMERS);
    icp_model_unref(m);
    m = fit_keys(&s, everyone.data, NULL);
    ck_assert_uint_eq(info_of(m).flags, ICP_MODEL_LISTED_SHARE_HIGH);
    struct world_scores scores = world_score(s.c, m, s.all.data, 0);
    for (uint64_t i = 0; i < scores.rows; i++)
        ck_assert_int_lt(llabs(scores.milli[i]), 53000); /* customers are the reference: no ratio far from 1 */
    world_scores_free(&scores);
    icp_model_unref(m);
    free(same.data), free(everyone.data);
    setting_free(&s);
}
END_TEST

START_TEST(identical_reference_gives_a_clear_error) {
    icp_context *c = context();
    struct text t = {NULL, 0};
    text_add(&t, "key,industry\n");
    for (int i = 0; i < 100; i++)
        text_add(&t, "k%d,fintech\n", i);
    struct text keys = keys_of(&t, 30);
    icp_reference *r = world_reference(c, t.data);
    icp_fit *f = fit_new(c, r, NULL);
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = NULL;
    must_add(c, f, keys.data, 0);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_SCHEMA);
    ck_assert_str_eq(e.message, "no column is known for enough companies of the reference and for a customer, with values that differ");
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(t.data), free(keys.data);
}
END_TEST

START_TEST(equal_weights_change_nothing_and_large_ones_count) {
    struct setting s = setting_new(600);
    struct text retail = companies(0, 600, "retail"), a = keys_of(&s.fintech, 30), b = keys_of(&retail, 30), plain = {NULL, 0}, equal = plain, tilted = plain;
    text_add(&plain, "key,w\n");
    text_add(&equal, "key,w\n");
    text_add(&tilted, "key,w\n");
    for (int k = 0; k < 2; k++)
        for (const char *p = strchr(k ? b.data : a.data, '\n') + 1; *p; p = strchr(p, '\n') + 1) {
            text_add(&plain, "%.6s,1\n", p);
            text_add(&equal, "%.6s,2.5\n", p);
            text_add(&tilted, "%.6s,%d\n", p, k ? 1 : 4);
        }
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "w", .weight_size = 1};
    icp_model *m1 = fit_keys(&s, plain.data, NULL), *m2 = fit_keys(&s, equal.data, &o), *m3 = fit_keys(&s, tilted.data, &o);
    int32_t x = trait_of(m1, "industry=fintech").points, y = trait_of(m2, "industry=fintech").points, z = trait_of(m3, "industry=fintech").points;
    ck_assert_int_eq(x, y);
    ck_assert_int_gt(z, x + 5000);
    ck_assert_int_lt(trait_of(m3, "industry=retail").points, trait_of(m1, "industry=retail").points - 5000);
    icp_model_unref(m1), icp_model_unref(m2), icp_model_unref(m3);
    free(retail.data), free(a.data), free(b.data), free(plain.data), free(equal.data), free(tilted.data);
    setting_free(&s);
}
END_TEST

/* One customer that outweighs all others is one customer, whatever the number of rows. */
START_TEST(very_unequal_weights_are_few_customers) {
    static const char *const heavy[] = {"1e300", "1000000"}, *const light[] = {"1e-300", "1"};
    struct setting s = setting_new(600);
    struct text keys = keys_of(&s.fintech, 60);
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "w", .weight_size = 1};
    for (int k = 0; k < 2; k++) {
        struct text tilted = {NULL, 0};
        struct icp_error e = {.struct_size = sizeof e};
        icp_model *m = NULL;
        text_add(&tilted, "key,w\n");
        for (const char *p = strchr(keys.data, '\n') + 1; *p; p = strchr(p, '\n') + 1)
            text_add(&tilted, "%.6s,%s\n", p, p == strchr(keys.data, '\n') + 1 ? heavy[k] : light[k]);
        o.flags = 0;
        icp_fit *f = fit_new(s.c, s.r, &o);
        must_add(s.c, f, tilted.data, 0);
        ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_TOO_FEW);
        ck_assert_str_eq(e.message, "the weights of 60 customers are so unequal that they amount to 1; at least 20 are needed");
        ck_assert_ptr_null(m);
        icp_fit_free(f);
        o.flags = ICP_FIT_ALLOW_FEW;
        m = fit_keys(&s, tilted.data, &o);
        ck_assert_uint_eq(info_of(m).customers, 60);
        ck_assert_uint_eq(info_of(m).flags & 3, ICP_MODEL_FEW_CUSTOMERS | ICP_MODEL_INTERVAL_UNCALIBRATED);
        icp_model_unref(m);
        free(tilted.data);
    }
    free(keys.data);
    setting_free(&s);
}
END_TEST

/* Only the ratios of weights count, up to the ends of what doubles hold. */
START_TEST(huge_and_tiny_weights_are_weights) {
    static const char *const same[] = {"1.7e308", "1e-300", "4.9e-324"};
    struct setting s = setting_new(600);
    struct text keys = keys_of(&s.fintech, 60);
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "w", .weight_size = 1};
    icp_model *plain = fit_keys(&s, keys.data, NULL);
    for (int k = 0; k < 3; k++) {
        struct text t = {NULL, 0};
        text_add(&t, "key,w\n");
        for (const char *p = strchr(keys.data, '\n') + 1; *p; p = strchr(p, '\n') + 1)
            text_add(&t, "%.6s,%s\n", p, same[k]);
        icp_model *m = fit_keys(&s, t.data, &o);
        icp_buffer *x = model_bytes(s.c, plain), *y = model_bytes(s.c, m);
        ck_assert(same_bytes(x, y));
        icp_buffer_unref(x), icp_buffer_unref(y);
        icp_model_unref(m);
        free(t.data);
    }
    icp_model_unref(plain);
    free(keys.data);
    setting_free(&s);
}
END_TEST

/* A trait that every customer and no other company has is a leak or chance: nothing says how rare it is. */
START_TEST(a_trait_of_customers_alone_gives_no_confidence) {
    icp_context *c = context();
    struct text rows = {NULL, 0}, keys = {NULL, 0};
    struct icp_error e = {.struct_size = sizeof e};
    text_add(&rows, "key,kind,size\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 2000; i++) {
        text_add(&rows, "k%d,%s,%d\n", i, i < 60 ? "a" : "b", i % 50);
        if (i < 60)
            text_add(&keys, "k%d\n", i);
    }
    icp_reference *r = world_reference(c, rows.data);
    struct icp_fit_options o = {.struct_size = sizeof o, .release = "kind", .release_size = 4};
    icp_fit *f = fit_new(c, r, &o); /* else it is quarantined */
    must_add(c, f, keys.data, 0);
    icp_model *m = fit_run(f);
    icp_fit_free(f);
    icp_schema *schema;
    icp_record *record;
    icp_scorer *scorer;
    struct icp_score score = {.struct_size = sizeof score};
    world_must(icp_model_schema(m, &schema, &e), &e);
    world_must(icp_record_new(schema, &record, &e), &e);
    world_must(icp_scorer_new(m, NULL, &scorer, &e), &e);
    world_must(icp_record_set_text(record, icp_record_column(record, "kind", 4), "a", 1), &e);
    world_must(icp_scorer_score_record(scorer, record, NULL, ICP_LAYER_FIT, &score, &e), &e);
    ck_assert_int_ge(score.tier, ICP_TIER_GOOD);
    ck_assert_int_lt(score.millipoints, 53000 * 7); /* 2000 / 60 is 5 bits */
    ck_assert_int_eq(score.confidence, ICP_CONFIDENCE_INSUFFICIENT);
    ck_assert(score.flags & ICP_FLAG_HIGH_ON_THIN);
    icp_scorer_free(scorer);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_model_unref(m);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(rows.data), free(keys.data);
}
END_TEST

static int summary_says(icp_model *m, const char *what) {
    icp_buffer *json;
    struct icp_str text;
    ck_assert_int_eq(icp_model_summary(m, &json, NULL), ICP_OK);
    icp_buffer_data(json, &text);
    int found = strstr(text.data, what) != NULL;
    icp_buffer_unref(json);
    return found;
}

START_TEST(a_row_found_wins_over_the_customers_own) {
    struct setting s = setting_new(400);
    struct text list = {NULL, 0}, keys = keys_of(&s.fintech, 40);
    text_add(&list, "key,industry,owner\n");
    for (const char *p = strchr(keys.data, '\n') + 1; *p; p = strchr(p, '\n') + 1)
        text_add(&list, "%.6s,mining,Eva\n", p);
    text_add(&list, "new1,mining,Eva\nnew2,mining,Eva\n");
    icp_model *m = fit_keys(&s, list.data, NULL);
    /* The list contradicts the reference in this column, so its own rows count as unknown there. */
    ck_assert_uint_eq(trait_of(m, "industry=fintech").customers, 40);
    ck_assert_uint_eq(trait_of(m, "industry=fintech").customers_of, 40);
    ck_assert_uint_eq(trait_of(m, "industry=mining").customers, 0);
    ck_assert(summary_says(m, "\"own_rows\":\"two sources: not used\""));
    ck_assert(summary_says(m, "\"not_in_reference\":[\"owner\"]"));
    icp_model_unref(m);
    free(list.data), free(keys.data);
    setting_free(&s);
}
END_TEST

START_TEST(columns_left_out_are_named) {
    icp_context *c = context();
    struct text t = {NULL, 0};
    uint64_t s = 3;
    text_add(&t, "key,industry,rare,never\n");
    for (int i = 0; i < 3000; i++)
        text_add(&t, "k%d,%s,%s,%s\n", i, world_below(&s, 2) ? "fintech" : "retail", i % 20 ? "" : i % 40 ? "red" : "blue", i < 100 ? "" : i % 2 ? "old" : "new");
    struct text keys = keys_of(&t, 100);
    icp_reference *r = world_reference(c, t.data);
    icp_fit *f = fit_new(c, r, NULL);
    must_add(c, f, keys.data, 0);
    icp_model *m = fit_run(f);
    ck_assert(summary_says(m, "{\"name\":\"rare\",\"used\":false,\"reason\":\"known in too few companies of the reference\",\"known_customers\":5,\"known_reference\":150}"));
    ck_assert(summary_says(m, "{\"name\":\"never\",\"used\":false,\"reason\":\"known for no customer\",\"known_customers\":0,\"known_reference\":2900}"));
    ck_assert(summary_says(m, "{\"name\":\"industry\",\"used\":true,\"known_customers\":100,\"known_reference\":3000,\"traits\":4,"));
    ck_assert_int_lt(icp_model_find_trait(m, ICP_LAYER_FIT, "rare=red", 8), 0);
    icp_model_unref(m);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(t.data), free(keys.data);
}
END_TEST

struct stop {
    int at, calls;
};
static int32_t stop_at(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    struct stop *s = user;
    (void)stage;
    ck_assert(total == 0 || done <= total || stage == ICP_STAGE_READ);
    return ++s->calls == s->at;
}

START_TEST(cancelled_anywhere_leaves_nothing_behind) {
    struct setting s = setting_new(300);
    struct text keys = keys_of(&s.fintech, 25);
    icp_fit *f = fit_new(s.c, s.r, NULL);
    must_add(s.c, f, keys.data, 0);
    icp_model *m = fit_run(f);
    icp_buffer *want = model_bytes(s.c, m);
    icp_model_unref(m);
    int at = 1;
    for (;; at++) {
        struct stop stop = {at, 0};
        struct icp_progress p = {.struct_size = sizeof p, .user = &stop, .fn = stop_at};
        struct icp_error e = {.struct_size = sizeof e};
        m = NULL;
        icp_status st = icp_fit_run(f, &p, &m, &e);
        if (st == ICP_OK)
            break;
        ck_assert_int_eq(st, ICP_E_CANCELLED);
        ck_assert_ptr_null(m);
    }
    ck_assert_int_gt(at, 6);
    icp_buffer *got = model_bytes(s.c, m);
    ck_assert(same_bytes(want, got));
    icp_buffer_unref(want), icp_buffer_unref(got);
    icp_model_unref(m);
    icp_fit_free(f);
    free(keys.data);
    setting_free(&s);
}
END_TEST

/* The whole way with each allocation failing in turn, alone and with all after it. */
static icp_status whole_way(struct counting *k, const char *reference, const char *customers, const char *universe, icp_buffer **out) {
    icp_context *c = counting_context(k);
    icp_reference_builder *b = NULL;
    icp_reference *r = NULL;
    icp_fit *f = NULL;
    icp_model *m = NULL;
    icp_buffer *json = NULL;
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_ALLOW_FEW, .weight_column = "w", .weight_size = 1};
    icp_status s = c ? ICP_OK : ICP_E_MEMORY;
    const char *csv[3] = {reference, customers, universe};
    for (int i = 0; !s && i < 3; i++) {
        struct icp_source source = {.struct_size = sizeof source};
        icp_reader *reader = NULL;
        s = icp_source_from_memory(c, csv[i], strlen(csv[i]), &source, NULL);
        if (!s)
            s = icp_reader_open(c, &source, NULL, &reader, NULL);
        if (!s && i == 0)
            s = icp_reference_builder_new(c, NULL, &b, NULL);
        if (!s && i == 0)
            s = icp_reference_builder_add(b, reader, NULL, NULL);
        if (!s && i == 0)
            s = icp_reference_builder_finish(b, &r, NULL);
        if (!s && i == 0)
            s = icp_fit_new(c, r, NULL, &o, &f, NULL);
        if (!s && i == 1)
            s = icp_fit_add_customers(f, reader, NULL, NULL);
        if (!s && i == 2)
            s = icp_fit_add_universe(f, reader, NULL, NULL);
        icp_reader_free(reader);
    }
    if (!s)
        s = icp_fit_matches(f, &json, NULL);
    if (!s)
        s = icp_fit_run(f, NULL, &m, NULL);
    if (!s && out)
        *out = model_bytes(c, m);
    if (s)
        ck_assert_ptr_null(m);
    icp_buffer_unref(json);
    icp_model_unref(m);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_reference_builder_free(b);
    if (!out)
        icp_context_unref(c);
    return s;
}

START_TEST(every_allocation_may_fail) {
    struct text all = companies(0, 30, NULL), other = companies(30, 40, NULL), list = {NULL, 0};
    text_add(&list, "key,w,industry\n");
    for (int i = 0; i < 38; i += 4)
        text_add(&list, "k%05d,%d,fintech\n", i, 1 + i % 3);
    text_add(&list, "K00001,1,mining\nnew1,1,mining\n");
    for (int onwards = 0; onwards < 2; onwards++) {
        size_t at = 1, failures = 0;
        for (;; at++) {
            struct counting k = {.fail_at = at, .fail_onwards = onwards};
            icp_status s = whole_way(&k, all.data, list.data, other.data, NULL);
            ck_assert_uint_eq(k.live, 0);
            if (s == ICP_OK && k.calls < at)
                break;
            if (s) {
                ck_assert_int_eq(s, ICP_E_MEMORY);
                failures++;
            }
        }
        ck_assert_uint_ge(at, 100);
        ck_assert_uint_ge(failures, at - 20); /* at most a few may be done without */
    }
    free(all.data), free(other.data), free(list.data);
}
END_TEST

/* Columns that are protected are neither kept nor learned from, whether they stand in the reference or in the customers' file alone. */
START_TEST(protected_columns_teach_nothing) {
    icp_context *c = context();
    struct text all = {NULL, 0}, list = {NULL, 0};
    text_add(&all, "key,industry,ssn\n");
    text_add(&list, "key,own,Secret code\n");
    for (int i = 0; i < 600; i++) {
        text_add(&all, "c%d,%s,markerone%d\n", i, i % 3 ? "bank" : "farm", i % 4);
        if (i % 4 == 0 && i < 400)
            text_add(&list, "c%d,x,markertwo%d\n", i, i % 8);
    }
    icp_reference *r = world_reference(c, all.data);
    for (int protect = 0; protect < 2; protect++) {
        struct icp_fit_options o = {.struct_size = sizeof o, .release = "ssn", .release_size = 3}; /* it gives the answer away */
        o.protect = protect ? "SSN\n*secret*" : NULL;
        o.protect_size = protect ? 12 : 0;
        icp_fit *f = fit_new(c, r, &o);
        must_add(c, f, list.data, 0);
        icp_model *m = fit_run(f);
        icp_buffer *bytes = model_bytes(c, m);
        struct icp_str b;
        icp_buffer_data(bytes, &b);
        int found = 0, named = summary_says(m, "Secret code");
        for (size_t i = 0; i + 9 <= b.size; i++)
            found += memcmp(b.data + i, "markerone", 9) == 0 || memcmp(b.data + i, "markertwo", 9) == 0;
        ck_assert_int_eq(found == 0, protect);
        ck_assert_int_eq(named == 0, protect);
        icp_buffer_unref(bytes);
        icp_model_unref(m);
        icp_fit_free(f);
    }
    icp_reference_unref(r);
    icp_context_unref(c);
    free(all.data), free(list.data);
}
END_TEST

START_TEST(protected_weights_and_dates_are_refused) {
    struct setting s = setting_new(50);
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f = NULL;
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "Weight", .weight_size = 6, .protect = "*", .protect_size = 1};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    ck_assert_str_eq(e.message, "the column of the weights is protected");
    o = (struct icp_fit_options){.struct_size = sizeof o, .since_column = "signed", .since_size = 6, .protect = "x\nSigned\n", .protect_size = 9};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    ck_assert_str_eq(e.message, "the column of the dates is protected");
    o = (struct icp_fit_options){.struct_size = sizeof o, .since_size = 1};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    o = (struct icp_fit_options){.struct_size = sizeof o, .release_size = 1};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    ck_assert_str_eq(e.message, "release is NULL but has a size");
    o = (struct icp_fit_options){.struct_size = sizeof o, .protect_size = 1};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    ck_assert_str_eq(e.message, "protect is NULL but has a size");
    ck_assert_ptr_null(f);
    setting_free(&s);
}
END_TEST

START_TEST(arguments_are_checked) {
    struct setting s = setting_new(50);
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f = NULL;
    icp_model *m = NULL;
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = 16};
    ck_assert_int_eq(icp_fit_new(NULL, s.r, NULL, NULL, &f, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_fit_new(s.c, NULL, NULL, NULL, &f, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_UNSUPPORTED);
    o = (struct icp_fit_options){.struct_size = 4};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    o = (struct icp_fit_options){.struct_size = sizeof o, .weight_size = 3};
    ck_assert_int_eq(icp_fit_new(s.c, s.r, NULL, &o, &f, &e), ICP_E_ARGUMENT);
    ck_assert_ptr_null(f);
    static const char foreign[] = "{\"schema\":1,\"extraction\":1,\"columns\":[{\"name\":\"colour\",\"kind\":\"category\"}]}";
    icp_schema *schema;
    world_must(icp_schema_from_json(s.c, foreign, sizeof foreign - 1, &schema, &e), &e);
    ck_assert_int_eq(icp_fit_new(s.c, s.r, schema, NULL, &f, &e), ICP_E_SCHEMA);
    ck_assert_str_eq(e.message, "the schema has no column of the reference");
    icp_schema_unref(schema);
    ck_assert_int_eq(icp_fit_run(NULL, NULL, &m, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_fit_matches(NULL, NULL, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_fit_add_customers(NULL, NULL, NULL, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_fit_add_universe(NULL, NULL, NULL, &e), ICP_E_ARGUMENT);
    icp_fit_free(NULL);
    setting_free(&s);
}
END_TEST

int main(void) {
    Suite *s = suite_create("fit");
    TCase *t = tcase_create("fit");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, planted_profile_is_found);
    tcase_add_test(t, a_phrase_is_a_trait_and_a_chance_pair_is_not);
    tcase_add_test(t, withheld_customers_rank_high);
    tcase_add_test(t, order_split_seed_and_threads_give_the_same_bytes);
    tcase_add_test(t, running_again_gives_the_same_bytes);
    tcase_add_test(t, twenty_customers_are_enough_and_nineteen_are_not);
    tcase_add_test(t, no_customer_found_is_said);
    tcase_add_test(t, degenerate_lists_work);
    tcase_add_test(t, identical_reference_gives_a_clear_error);
    tcase_add_test(t, equal_weights_change_nothing_and_large_ones_count);
    tcase_add_test(t, very_unequal_weights_are_few_customers);
    tcase_add_test(t, huge_and_tiny_weights_are_weights);
    tcase_add_test(t, a_trait_of_customers_alone_gives_no_confidence);
    tcase_add_test(t, a_row_found_wins_over_the_customers_own);
    tcase_add_test(t, columns_left_out_are_named);
    tcase_add_test(t, cancelled_anywhere_leaves_nothing_behind);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, protected_columns_teach_nothing);
    tcase_add_test(t, protected_weights_and_dates_are_refused);
    tcase_add_test(t, arguments_are_checked);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
