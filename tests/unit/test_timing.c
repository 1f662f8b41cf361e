/* SPDX-License-Identifier: MIT */
/* What the timing layers promise: the scale, no look ahead, same input same bytes, what is assumed said to be, wrong input told. */
#include "check_main.h"
#include "timing_world.h"

enum { COMPANIES = 400 };
static struct lab {
    icp_context *c;
    struct timing_world w;
    icp_model *model, *assumed;
    char *companies, *customers, *events, *outcomes;
} lab;
static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &lab.c, NULL), ICP_OK);
    lab.w = timing_world_new(2, COMPANIES);
    lab.companies = timing_companies(&lab.w, 0), lab.customers = timing_companies(&lab.w, 1);
    lab.events = timing_csv(&lab.w, &lab.w.events, 0, 0, 1), lab.outcomes = timing_csv(&lab.w, &lab.w.outcomes, 0, 0, 1);
    lab.model = timing_world_model(lab.c, &lab.w, TIMING_ALL, 1);
    lab.assumed = timing_world_model(lab.c, &lab.w, TIMING_INTENT, 0);
}
static void teardown(void) {
    icp_model_unref(lab.model), icp_model_unref(lab.assumed);
    timing_world_free(&lab.w);
    free(lab.companies), free(lab.customers), free(lab.events), free(lab.outcomes);
    icp_context_unref(lab.c);
}
static struct timing_given given(uint32_t layers) {
    return (struct timing_given){.companies = lab.companies, .customers = layers & TIMING_FIT ? lab.customers : NULL, .events = lab.events, .outcomes = lab.outcomes,
                                 .options = {.layers = layers}};
}
static struct icp_layer_info layer_of(const icp_model *m, int32_t layer) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_layer_info i = {.struct_size = sizeof i};
    world_must(icp_model_layer(m, layer, &i, &e), &e);
    return i;
}
static icp_buffer *file_of(const icp_model *m) {
    struct icp_sink sink;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(lab.c, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(m, &sink, NULL), ICP_OK);
    return b;
}
static void same_file(const icp_model *a, const icp_model *b, const char *what) {
    icp_buffer *x = file_of(a), *y = file_of(b);
    struct icp_str p, q;
    ck_assert(icp_buffer_data(x, &p) == ICP_OK && icp_buffer_data(y, &q) == ICP_OK);
    ck_assert_msg(p.size == q.size && !memcmp(p.data, q.data, p.size), "%s", what);
    icp_buffer_unref(x), icp_buffer_unref(y);
}
static void has(icp_buffer *json, const char *part) {
    struct icp_str s = {NULL, 0};
    ck_assert_int_eq(icp_buffer_data(json, &s), ICP_OK);
    ck_assert_msg(strstr(s.data, part) != NULL, "no %s in %s", part, s.data);
}

/* The scale. */

/* An account-moment without the outcome in the 90 days to come: for retention one before a loss. */
static int is_other(const struct timing_world *w, int i, int day, int32_t layer, int assumed) {
    const struct timing_company *k = &w->company[i];
    if (assumed) return 1;
    if (layer == ICP_LAYER_INTENT) return i % 5 >= 2 && !(k->converted && k->converted < day + 90);
    return k->churned >= day && k->churned < day + 90 && (i % 5 < 2 || k->converted < day);
}
/* Mean ratio over other companies than those that were learned from, at moments in the past. */
static double mean_ratio(icp_model *m, const struct timing_world *w, int32_t layer, int assumed) {
    char *events = timing_csv(w, &w->events, 0, 0, 1), *companies = timing_companies(w, 0);
    double sum = 0, n = 0;
    for (int day = 400; day < 640; day += 60) {
        icp_accounts *a = timing_accounts(m, lab.c, (TIMING_START + day) * TIMING_DAY, (const char *const *)&events, 1, NULL);
        icp_scorer *s = timing_scorer(m, 0, a, 0);
        icp_result *r = timing_score(s, lab.c, companies);
        const int64_t *milli = timing_column(r, layer, ICP_COL_MILLIPOINTS).data, *flags = timing_column(r, layer, ICP_COL_FLAGS).data;
        for (int i = 0; i < w->companies; i++) {
            if ((flags[i] & ICP_FLAG_NOTHING_KNOWN) || !is_other(w, i, day, layer, assumed)) continue;
            sum += world_ratio(milli[i]), n++;
        }
        icp_result_free(r), icp_scorer_free(s), icp_accounts_unref(a);
    }
    free(events), free(companies);
    ck_assert_msg(n > 50, "%f", n);
    return sum / n;
}
/* Some 60 outcomes and 90 losses: one list may be off by more than all are on average. */
START_TEST(mean_ratio_over_other_companies_is_one) {
    static const struct {
        int32_t layer;
        int assumed;
        double low, high, one_low, one_high;
    } cases[] = {{ICP_LAYER_INTENT, 0, .85, 1.1, .75, 1.3}, {ICP_LAYER_RETENTION, 0, .85, 1.25, .55, 1.9}, {ICP_LAYER_INTENT, 1, .95, 1.05, .9, 1.1}};
    const int32_t layer = cases[_i].layer;
    double total = 0;
    enum { SEEDS = 8 };
    struct timing_world held = timing_world_new(4711, 3 * COMPANIES);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct timing_world w = timing_world_new(seed, COMPANIES);
        icp_model *m = timing_world_model(lab.c, &w, 1u << layer, !cases[_i].assumed);
        const double mean = mean_ratio(m, &held, layer, cases[_i].assumed);
        ck_assert_msg(mean > cases[_i].one_low && mean < cases[_i].one_high, "layer %d, seed %d: %f", (int)layer, (int)seed, mean);
        total += mean / SEEDS;
        icp_model_unref(m), timing_world_free(&w);
    }
    ck_assert_msg(total > cases[_i].low && total < cases[_i].high, "layer %d: %f", (int)layer, total);
    timing_world_free(&held);
}
END_TEST

/* The planted structure is found: who asks for a demonstration buys, who complains leaves. */
START_TEST(layers_learn_what_was_planted) {
    static const struct {
        int32_t layer;
        const char *type;
        int sign;
    } cases[] = {{ICP_LAYER_INTENT, "demo request", 1}, {ICP_LAYER_RETENTION, "ticket", -1}, {ICP_LAYER_RETENTION, "login", 1}};
    icp_schema *schema;
    icp_record *record;
    ck_assert_int_eq(icp_model_schema(lab.model, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &record, NULL), ICP_OK);
    icp_scorer *s = timing_scorer(lab.model, 0, NULL, TIMING_END);
    for (size_t i = 0; i < 3; i++) {
        struct icp_score score[2];
        for (int many = 0; many < 2; many++) {
            icp_account *a = NULL;
            ck_assert_int_eq(icp_account_new(lab.model, &a, NULL), ICP_OK);
            for (int k = 0; k < 40; k++) { /* a past, and some events more or fewer */
                const int64_t age = k < 30 ? 100 + 10 * k : 2 * (k - 29);
                if (age < 30 && !many) continue;
                const struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END - age * TIMING_DAY, .type = age < 30 ? cases[i].type : "login",
                                            .type_size = strlen(age < 30 ? cases[i].type : "login")};
                ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
            }
            score[many] = (struct icp_score){.struct_size = sizeof score[many]};
            ck_assert_int_eq(icp_scorer_score_record(s, record, a, cases[i].layer, &score[many], NULL), ICP_OK);
            icp_account_free(a);
        }
        ck_assert_msg((score[1].millipoints - score[0].millipoints) * cases[i].sign > 20000, "%s: %lld, %lld", cases[i].type, (long long)score[0].millipoints,
                      (long long)score[1].millipoints);
    }
    ck_assert_int_gt(layer_of(lab.model, ICP_LAYER_INTENT).auc_micro, 600000);
    ck_assert_int_gt(layer_of(lab.model, ICP_LAYER_RETENTION).auc_micro, 650000);
    icp_scorer_free(s), icp_record_free(record), icp_schema_unref(schema);
}
END_TEST

START_TEST(unknown_accounts_score_498_in_every_layer) {
    const char *text = "domain,industry,employees\nfirm0001.com,,\nnobody.com,,\n\"\",,\n", *const none[] = {"domain,type,time\n"};
    icp_model *const models[] = {lab.model, lab.assumed};
    for (int i = 0; i < 2; i++) {
        icp_accounts *a = timing_accounts(models[i], lab.c, TIMING_END, none, 1, NULL);
        icp_scorer *s[2] = {timing_scorer(models[i], 0, a, 0), timing_scorer(models[i], 0, NULL, 0)}; /* nobody tracked; nothing given */
        for (int k = 0; k < 2; k++) {
            icp_result *r = timing_score(s[k], lab.c, i ? lab.companies : text);
            for (int32_t layer = i ? 2 : 1; layer <= (i ? 2 : 3); layer++)
                for (uint64_t row = 0; row < icp_result_rows(r); row++) {
                    ck_assert_int_eq(((const int64_t *)timing_column(r, layer, ICP_COL_MILLIPOINTS).data)[row], 0);
                    ck_assert_int_eq(((const int32_t *)timing_column(r, layer, ICP_COL_SCORE).data)[row], 498);
                    ck_assert(((const int64_t *)timing_column(r, layer, ICP_COL_FLAGS).data)[row] & ICP_FLAG_NOTHING_KNOWN);
                }
            icp_result_free(r), icp_scorer_free(s[k]);
        }
        icp_accounts_unref(a);
    }
}
END_TEST

/* Same input, same bytes. */

START_TEST(model_depends_on_neither_order_nor_split_nor_threads_nor_seed) {
    for (int layers = 0; layers < 2; layers++) { /* learned, assumed */
        struct timing_given g = given(layers ? TIMING_INTENT : TIMING_ALL);
        if (layers) g.outcomes = NULL;
        for (uint64_t seed = 1; seed <= 2; seed++) {
            const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = seed * UINT64_C(0x9E3779B97F4A7C15)};
            struct icp_error e = {.struct_size = sizeof e};
            icp_context *c;
            icp_pool *pool;
            world_must(icp_context_new(&o, &c, &e), &e);
            world_must(icp_pool_new(c, 1 + (uint32_t)seed, &pool, &e), &e);
            char *first = timing_csv(&lab.w, &lab.w.events, seed, 0, 1), *outcomes = timing_csv(&lab.w, &lab.w.outcomes, seed, 0, 1);
            struct timing_given x = g;
            x.events = first, x.outcomes = g.outcomes ? outcomes : NULL, x.options.pool = pool;
            icp_model *m = timing_model(c, &x);
            same_file(layers ? lab.assumed : lab.model, m, "other order of rows, other bytes");
            icp_model_unref(m), icp_pool_free(pool), icp_context_unref(c);
            free(first), free(outcomes);
        }
    }
}
END_TEST

/* What was learned, with the files as they were split; their names and number stand in the summary. */
START_TEST(split_files_teach_the_same) {
    struct timing_given g = given(TIMING_ALL);
    char *first = timing_csv(&lab.w, &lab.w.events, 9, 0, 2), *second = timing_csv(&lab.w, &lab.w.events, 9, 1, 2);
    g.events = second, g.more_events = first;
    icp_model *m = timing_model(lab.c, &g);
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    ck_assert(icp_model_describe(m, &a, NULL) == ICP_OK && icp_model_describe(lab.model, &b, NULL) == ICP_OK);
    ck_assert_uint_eq(a.traits, b.traits);
    for (uint32_t i = 0; i < a.traits; i++) {
        struct icp_trait x = {.struct_size = sizeof x}, y = x;
        ck_assert(icp_model_trait(m, i, &x, NULL) == ICP_OK && icp_model_trait(lab.model, i, &y, NULL) == ICP_OK);
        ck_assert_str_eq(x.id.data, y.id.data);
        ck_assert(x.points == y.points && x.variance == y.variance && x.layer == y.layer && x.customers == y.customers && x.reference == y.reference);
    }
    icp_model_unref(m);
    free(first), free(second);
}
END_TEST

START_TEST(events_and_outcomes_from_structs_teach_the_same) {
    struct timing_given g = given(TIMING_INTENT | TIMING_RETENTION);
    icp_model *read = timing_model(lab.c, &g), *given_one_by_one = NULL;
    g.events = g.outcomes = NULL;
    icp_fit *f = timing_fit_new(lab.c, &g);
    struct icp_error err = {.struct_size = sizeof err};
    for (int outcomes = 0; outcomes < 2; outcomes++) {
        const struct timing_list *l = outcomes ? &lab.w.outcomes : &lab.w.events;
        for (size_t i = 0; i < l->count; i++) {
            const struct timing_event *x = &l->event[i];
            const char *key = lab.w.company[x->company].key;
            const struct icp_event e = {.struct_size = sizeof e, .flags = x->valued ? ICP_EVENT_VALUED : 0, .time = x->time, .value = x->value, .type = x->type,
                                        .type_size = strlen(x->type)};
            world_must((outcomes ? icp_fit_add_outcome : icp_fit_add_event)(f, key, strlen(key), &e, &err), &err);
        }
    }
    world_must(icp_fit_run(f, NULL, &given_one_by_one, &err), &err);
    same_file(read, given_one_by_one, "one by one, other bytes");
    icp_model_unref(read), icp_model_unref(given_one_by_one), icp_fit_free(f);
}
END_TEST

START_TEST(model_file_is_the_model) {
    struct timing_given g = given(TIMING_ALL);
    g.card = "{\"owner\":\"Ann\",\"playbook\":{\"pursue\":\"call\"}}";
    icp_model *made[] = {timing_model(lab.c, &g), icp_model_ref(lab.assumed), icp_model_ref(lab.model)};
    for (int i = 0; i < 3; i++) {
        icp_buffer *file = file_of(made[i]), *card[2] = {NULL, NULL}, *summary[2] = {NULL, NULL};
        struct icp_str bytes, p, q;
        struct icp_source source;
        icp_model *m[2] = {made[i], NULL};
        ck_assert_int_eq(icp_buffer_data(file, &bytes), ICP_OK);
        ck_assert_int_eq(icp_source_from_memory(lab.c, bytes.data, bytes.size, &source, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_load(lab.c, &source, &m[1], NULL), ICP_OK);
        same_file(m[0], m[1], "saved again, other bytes");
        for (int k = 0; k < 2; k++) ck_assert(icp_model_card(m[k], &card[k], NULL) == ICP_OK && icp_model_summary(m[k], &summary[k], NULL) == ICP_OK);
        ck_assert(icp_buffer_data(card[1], &p) == ICP_OK && icp_buffer_data(card[0], &q) == ICP_OK);
        ck_assert_str_eq(p.data, i ? "{}" : g.card);
        ck_assert_str_eq(p.data, q.data);
        ck_assert(icp_buffer_data(summary[1], &p) == ICP_OK && icp_buffer_data(summary[0], &q) == ICP_OK);
        ck_assert_str_eq(p.data, q.data);
        for (int32_t layer = 1; layer <= 3; layer++) {
            struct icp_layer_info x = {.struct_size = sizeof x}, y = x;
            ck_assert_int_eq(icp_model_layer(m[0], layer, &x, NULL), icp_model_layer(m[1], layer, &y, NULL));
            ck_assert_mem_eq(&x, &y, offsetof(struct icp_layer_info, key));
            ck_assert(x.key.size == y.key.size && memcmp(x.key.data ? x.key.data : "", y.key.data ? y.key.data : "", x.key.size) == 0);
            for (uint32_t k = 0; k < x.signals; k++) {
                struct icp_signal s = {.struct_size = sizeof s}, t = s;
                ck_assert(icp_model_signal(m[0], layer, k, &s, NULL) == ICP_OK && icp_model_signal(m[1], layer, k, &t, NULL) == ICP_OK);
                ck_assert_str_eq(s.type.data, t.type.data);
                ck_assert(s.measured == t.measured && s.events == t.events && s.newest == t.newest && s.half_life_days == t.half_life_days &&
                          s.low_days == t.low_days && s.high_days == t.high_days && s.stale_days == t.stale_days);
            }
        }
        for (int k = 0; k < 2; k++) icp_buffer_unref(card[k]), icp_buffer_unref(summary[k]), icp_model_unref(m[k]);
        icp_buffer_unref(file);
    }
}
END_TEST

START_TEST(traits_are_numbered_over_all_layers) {
    struct icp_model_info info = {.struct_size = sizeof info};
    uint32_t next = 0;
    ck_assert_int_eq(icp_model_describe(lab.model, &info, NULL), ICP_OK);
    ck_assert_uint_eq(info.layers, TIMING_ALL);
    for (int32_t layer = 1; layer <= 3; layer++) {
        const struct icp_layer_info l = layer_of(lab.model, layer);
        ck_assert_int_eq(l.layer, layer);
        ck_assert_uint_eq(l.first_trait, next);
        ck_assert_uint_eq(l.horizon_days, layer == ICP_LAYER_FIT ? 0 : 90);
        for (uint32_t i = 0; i < l.traits; i++) {
            struct icp_trait t = {.struct_size = sizeof t};
            ck_assert_int_eq(icp_model_trait(lab.model, next + i, &t, NULL), ICP_OK);
            ck_assert_int_eq(t.layer, layer);
            ck_assert_int_eq(icp_model_find_trait(lab.model, layer, t.id.data, t.id.size), (int32_t)(next + i));
        }
        next += l.traits;
    }
    ck_assert_uint_eq(info.traits, next);
    struct icp_trait t = {.struct_size = sizeof t};
    ck_assert_int_eq(icp_model_trait(lab.model, next, &t, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_find_trait(lab.model, ICP_LAYER_FIT, "days since first event=*", 24), -1);
    struct icp_layer_info none = {.struct_size = sizeof none};
    ck_assert_int_eq(icp_model_layer(lab.assumed, ICP_LAYER_FIT, &none, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_model_layer(lab.assumed, 0, &none, NULL), ICP_E_UNSUPPORTED);
}
END_TEST

START_TEST(signals_say_how_fast_they_fade) {
    static const uint32_t grid[] = {3, 7, 14, 30, 60, 120, 240, 480};
    for (int32_t layer = 2; layer <= 3; layer++) {
        const struct icp_layer_info l = layer_of(lab.model, layer);
        ck_assert_uint_eq(l.signals, 6);
        uint64_t before = UINT64_MAX;
        for (uint32_t i = 0; i < l.signals; i++) {
            struct icp_signal s = {.struct_size = sizeof s};
            int found = 0;
            ck_assert_int_eq(icp_model_signal(lab.model, layer, i, &s, NULL), ICP_OK);
            for (int k = 0; k < 8; k++) found += grid[k] == s.half_life_days || grid[k] == s.low_days || grid[k] == s.high_days;
            ck_assert(found >= 1 && s.low_days <= s.half_life_days && s.half_life_days <= s.high_days);
            ck_assert_uint_eq(s.stale_days, 3 * s.half_life_days);
            ck_assert_uint_le(s.events, before);
            ck_assert(s.events >= 30 && s.newest % TIMING_DAY == 0 && s.newest < TIMING_END);
            before = s.events;
        }
        struct icp_signal s = {.struct_size = sizeof s};
        const icp_status st = icp_model_signal(lab.model, layer, l.signals, &s, NULL);
        ck_assert(st == ICP_E_ARGUMENT || st == ICP_E_UNSUPPORTED);
    }
    struct icp_signal s = {.struct_size = sizeof s};
    ck_assert_int_eq(icp_model_signal(lab.model, ICP_LAYER_FIT, 0, &s, NULL), ICP_E_UNSUPPORTED);
    /* half-lives of an assumed layer stay zero, which reads as 3 days in [3, 3]. */
    for (uint32_t i = 0; i < layer_of(lab.assumed, ICP_LAYER_INTENT).signals; i++) { /* nothing was measured: the whole grid */
        ck_assert_int_eq(icp_model_signal(lab.assumed, ICP_LAYER_INTENT, i, &s, NULL), ICP_OK);
        ck_assert_int_eq(s.measured, 0);
        ck_assert_msg(s.low_days == 3 && s.high_days == 480, "assumed, and yet known: %u [%u, %u]", s.half_life_days, s.low_days, s.high_days);
    }
}
END_TEST

/* Point in time. */

static int64_t largest_points(const icp_model *m, int32_t layer, const char *type) {
    const struct icp_layer_info l = layer_of(m, layer);
    int64_t most = 0;
    for (uint32_t i = 0; i < l.traits; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        ck_assert_int_eq(icp_model_trait(m, l.first_trait + i, &t, NULL), ICP_OK);
        if (strncmp(t.column.data, type, strlen(type)) != 0) continue;
        const int64_t size = t.points < 0 ? -(int64_t)t.points : t.points;
        most = size > most ? size : most;
    }
    return most;
}
/* Scores of a layer at a moment by another model's events. */
static icp_result *scores_at(icp_model *m, int day, const char *events) {
    icp_accounts *a = timing_accounts(m, lab.c, (TIMING_START + day) * TIMING_DAY, &events, 1, NULL);
    icp_scorer *s = timing_scorer(m, 0, a, 0);
    icp_result *r = timing_score(s, lab.c, lab.companies);
    icp_scorer_free(s), icp_accounts_unref(a);
    return r;
}
/* A type that comes on the day of the outcome and after: it tells all, and nothing that was known before. */
START_TEST(what_comes_on_the_day_of_the_outcome_is_not_seen) {
    struct timing_world w = lab.w;
    w.events = (struct timing_list){NULL, 0, 0};
    for (size_t i = 0; i < lab.w.events.count; i++) timing_put(&w.events, lab.w.events.event[i]);
    for (size_t i = 0; i < lab.w.outcomes.count; i++) {
        const struct timing_event *o = &lab.w.outcomes.event[i];
        if (o->time < TIMING_START * TIMING_DAY) continue;
        const int lost = !strcmp(o->type, "churned");
        for (int k = 0; k < 4; k++)
            if (lost || !strcmp(o->type, "converted"))
                timing_put(&w.events, (struct timing_event){.company = o->company, .type = lost ? "offboarding" : "contract", .time = o->time + k * (TIMING_DAY / 2)});
    }
    char *text = timing_csv(&w, &w.events, 4, 0, 1);
    struct timing_given g = given(TIMING_INTENT | TIMING_RETENTION);
    icp_model *without = timing_model(lab.c, &g);
    g.events = text;
    icp_model *with = timing_model(lab.c, &g);
    ck_assert_int_eq(largest_points(with, ICP_LAYER_INTENT, "contract"), 0);
    ck_assert_int_eq(largest_points(with, ICP_LAYER_RETENTION, "offboarding"), 0);
    ck_assert_int_gt(largest_points(with, ICP_LAYER_INTENT, "demo request"), 10000);
    for (int32_t layer = 2; layer <= 3; layer++) {
        const struct icp_layer_info a = layer_of(with, layer), b = layer_of(without, layer);
        ck_assert_uint_eq(a.signals, b.signals + 2);
        ck_assert_msg(a.auc_micro < b.auc_micro + 10000 && a.cllr_micro > b.cllr_micro - 10000, "layer %d: auc %lld was %lld, cllr %lld was %lld", (int)layer,
                      (long long)a.auc_micro, (long long)b.auc_micro, (long long)a.cllr_micro, (long long)b.cllr_micro);
        for (uint32_t i = 0; i < a.signals; i++) {
            struct icp_signal s = {.struct_size = sizeof s};
            ck_assert_int_eq(icp_model_signal(with, layer, i, &s, NULL), ICP_OK);
            if (!strcmp(s.type.data, layer == ICP_LAYER_INTENT ? "contract" : "offboarding")) ck_assert_int_eq(s.measured, 0);
        }
    }
    double moved = 0, n = 0; /* before its outcome no account stands higher for it */
    for (int day = 400; day < 700; day += 60) {
        icp_result *x = scores_at(with, day, text), *y = scores_at(without, day, lab.events);
        const int64_t *p = timing_column(x, ICP_LAYER_INTENT, ICP_COL_MILLIPOINTS).data, *q = timing_column(y, ICP_LAYER_INTENT, ICP_COL_MILLIPOINTS).data;
        for (int i = 0; i < COMPANIES; i++)
            if (w.company[i].converted >= day && w.company[i].converted < day + 90) moved += (double)(p[i] - q[i]), n++;
        icp_result_free(x), icp_result_free(y);
    }
    ck_assert_msg(n > 20 && moved / n < 5000, "%f milli-points over %f accounts", moved / n, n);
    icp_model_unref(with), icp_model_unref(without), free(text), free(w.events.event);
}
END_TEST

/* The same as a sharp test: a type on the day of each outcome, one moment before its midnight and one at it. */
START_TEST(the_last_moment_before_the_day_is_seen) {
    for (int early = 0; early < 2; early++) {
        struct timing_world w = lab.w;
        w.events = (struct timing_list){NULL, 0, 0};
        for (size_t i = 0; i < lab.w.events.count; i++) timing_put(&w.events, lab.w.events.event[i]);
        for (size_t i = 0; i < lab.w.outcomes.count; i++) {
            const struct timing_event *o = &lab.w.outcomes.event[i];
            if (o->time > TIMING_START * TIMING_DAY && !strcmp(o->type, "converted"))
                timing_put(&w.events, (struct timing_event){.company = o->company, .type = "contract", .time = o->time - early});
        }
        char *text = timing_csv(&w, &w.events, 4, 0, 1);
        struct timing_given g = given(TIMING_INTENT);
        g.events = text;
        icp_model *m = timing_model(lab.c, &g);
        const struct icp_layer_info l = layer_of(m, ICP_LAYER_INTENT);
        for (uint32_t i = 0; i < l.signals; i++) {
            struct icp_signal s = {.struct_size = sizeof s};
            ck_assert_int_eq(icp_model_signal(m, ICP_LAYER_INTENT, i, &s, NULL), ICP_OK);
            if (!strcmp(s.type.data, "contract")) ck_assert_int_eq(s.measured, early); /* cases are looked at on the outcome's day */
        }
        icp_model_unref(m), free(text), free(w.events.event);
    }
}
END_TEST

/* Events and outcomes at or after as_of: the model is that of a file which ends before. */
START_TEST(what_comes_at_or_after_as_of_changes_nothing) {
    const int64_t as_of = (TIMING_START + 600) * TIMING_DAY + 3600000000;
    struct timing_world w = lab.w;
    w.events = w.outcomes = (struct timing_list){NULL, 0, 0};
    for (size_t i = 0; i < lab.w.events.count; i++)
        if (lab.w.events.event[i].time < as_of) timing_put(&w.events, lab.w.events.event[i]);
    for (size_t i = 0; i < lab.w.outcomes.count; i++)
        if (lab.w.outcomes.event[i].time < as_of) timing_put(&w.outcomes, lab.w.outcomes.event[i]);
    timing_put(&lab.w.events, (struct timing_event){.company = 3, .type = "never seen before", .time = as_of});
    char *events = timing_csv(&w, &w.events, 0, 0, 1), *outcomes = timing_csv(&w, &w.outcomes, 0, 0, 1), *all = timing_csv(&lab.w, &lab.w.events, 0, 0, 1);
    struct timing_given g = given(TIMING_ALL);
    g.options.flags = ICP_FIT_AS_OF, g.options.as_of = as_of, g.events = all;
    icp_model *whole = timing_model(lab.c, &g);
    g.events = events, g.outcomes = outcomes;
    icp_model *cut = timing_model(lab.c, &g);
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    ck_assert(icp_model_describe(whole, &a, NULL) == ICP_OK && icp_model_describe(cut, &b, NULL) == ICP_OK);
    ck_assert_uint_eq(a.traits, b.traits);
    for (uint32_t i = 0; i < a.traits; i++) {
        struct icp_trait x = {.struct_size = sizeof x}, y = x;
        ck_assert(icp_model_trait(whole, i, &x, NULL) == ICP_OK && icp_model_trait(cut, i, &y, NULL) == ICP_OK);
        ck_assert_str_eq(x.id.data, y.id.data);
        ck_assert(x.points == y.points && x.variance == y.variance && x.customers == y.customers && x.reference == y.reference && x.reference_of == y.reference_of);
    }
    for (int32_t layer = 1; layer <= 3; layer++) {
        const struct icp_layer_info x = layer_of(whole, layer), y = layer_of(cut, layer);
        ck_assert_mem_eq(&x, &y, offsetof(struct icp_layer_info, key));
    }
    same_file(whole, cut, "the future changes bytes of the model");
    icp_model_unref(whole), icp_model_unref(cut);
    free(events), free(outcomes), free(all), free(w.events.event), free(w.outcomes.event);
}
END_TEST

/* Assumed. */

START_TEST(assumed_layer_says_so_and_stays_within_3_bits) {
    icp_schema *schema;
    icp_record *record;
    int64_t last = INT64_MIN, quiet = 0, most = 0;
    ck_assert(layer_of(lab.assumed, ICP_LAYER_INTENT).flags & ICP_MODEL_ASSUMED);
    ck_assert(!(layer_of(lab.model, ICP_LAYER_INTENT).flags & ICP_MODEL_ASSUMED));
    icp_buffer *json = NULL;
    ck_assert_int_eq(icp_model_summary(lab.assumed, &json, NULL), ICP_OK);
    has(json, "\"assumed\":true");
    icp_buffer_unref(json);
    icp_result *r = scores_at(lab.assumed, 500, lab.events), *learned = scores_at(lab.model, 500, lab.events);
    for (int i = 0; i < COMPANIES; i++) {
        const int64_t milli = ((const int64_t *)timing_column(r, ICP_LAYER_INTENT, ICP_COL_MILLIPOINTS).data)[i];
        ck_assert(((const int64_t *)timing_column(r, ICP_LAYER_INTENT, ICP_COL_FLAGS).data)[i] & ICP_FLAG_ASSUMED);
        ck_assert(!(((const int64_t *)timing_column(learned, ICP_LAYER_INTENT, ICP_COL_FLAGS).data)[i] & ICP_FLAG_ASSUMED));
        ck_assert(milli <= 159000 && milli >= -159000);
    }
    icp_result_free(r), icp_result_free(learned);
    ck_assert_int_eq(icp_model_schema(lab.assumed, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &record, NULL), ICP_OK);
    icp_scorer *s = timing_scorer(lab.assumed, 0, NULL, TIMING_END);
    for (int burst = 0; burst <= 300; burst = burst * 2 + 1) {
        struct icp_score score = {.struct_size = sizeof score};
        icp_account *a = NULL;
        ck_assert_int_eq(icp_account_new(lab.assumed, &a, NULL), ICP_OK);
        for (int k = 0; k < 6 + burst; k++) {
            const int64_t age = k < 6 ? 60 + 30 * k : (k - 6) % 20 + 1;
            const struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END - age * TIMING_DAY, .type = "page view", .type_size = 9};
            ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
        }
        ck_assert_int_eq(icp_scorer_score_record(s, record, a, ICP_LAYER_INTENT, &score, NULL), ICP_OK);
        ck_assert(score.flags & ICP_FLAG_ASSUMED);
        ck_assert_int_ge(score.millipoints, last);
        if (!burst) quiet = score.millipoints;
        last = most = score.millipoints;
        icp_account_free(a);
    }
    ck_assert_int_gt(most, quiet + 100000); /* two bits at least between silence and a storm */
    ck_assert_msg(most <= 159000, "%lld milli-points: more than 8 times", (long long)most);
    icp_scorer_free(s), icp_record_free(record), icp_schema_unref(schema);
}
END_TEST

/* No event rate of the past makes it more than eight times: every range of every such layer.
 * The offset that brings the mean to 1 stands under the same cap. */
START_TEST(assumed_points_never_exceed_8_times) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct timing_world w = timing_world_new(seed, 60 + 80 * (int)seed);
        icp_model *m = timing_world_model(lab.c, &w, TIMING_INTENT, 0);
        const struct icp_layer_info l = layer_of(m, ICP_LAYER_INTENT);
        int64_t offset = 0, most = INT64_MIN;
        for (uint32_t i = 0; i < l.traits; i++) {
            struct icp_trait t = {.struct_size = sizeof t};
            ck_assert_int_eq(icp_model_trait(m, i, &t, NULL), ICP_OK);
            if (t.kind == ICP_TRAIT_KNOWN) offset = t.points;
            else most = t.points > most ? t.points : most;
        }
        ck_assert_msg(offset + most <= 159000, "seed %d: %lld", (int)seed, (long long)(offset + most));
        icp_model_unref(m), timing_world_free(&w);
    }
}
END_TEST

/* Wrong input. */

static icp_status fit_status(const struct timing_given *g, struct icp_error *e) {
    icp_model *m = NULL;
    *e = (struct icp_error){.struct_size = sizeof *e};
    const icp_status s = timing_try(lab.c, g, &m, e);
    icp_model_unref(m);
    return s;
}
START_TEST(too_little_says_what_is_missing) {
    struct icp_error e;
    struct timing_given g = given(TIMING_INTENT);
    g.events = "domain,type,time\n";
    ck_assert_int_eq(fit_status(&g, &e), ICP_E_TOO_FEW);
    ck_assert_msg(strstr(e.message, "no events were given"), "%s", e.message);
    g = given(TIMING_RETENTION);
    g.outcomes = "domain,outcome,date\nfirm0001.com,converted,2023-05-05\nfirm0002.com,renewed,2023-05-05\n";
    ck_assert_int_eq(fit_status(&g, &e), ICP_E_TOO_FEW);
    ck_assert_msg(strstr(e.message, "churned"), "%s", e.message);
    g.outcomes = NULL;
    ck_assert_int_eq(fit_status(&g, &e), ICP_E_TOO_FEW);
    g = given(TIMING_INTENT);
    g.outcomes = "domain,outcome,date\nfirm0003.com,converted,2024-07-05\nfirm0004.com,converted,2024-08-05\n";
    ck_assert_int_eq(fit_status(&g, &e), ICP_E_TOO_FEW);
    ck_assert_msg(strstr(e.message, "intent: 2 outcomes") && strstr(e.message, "at least 20"), "%s", e.message);
    g.options.flags = ICP_FIT_ALLOW_FEW;
    icp_model *m = timing_model(lab.c, &g);
    ck_assert(layer_of(m, ICP_LAYER_INTENT).flags & ICP_MODEL_FEW_CUSTOMERS);
    icp_result *r = scores_at(m, 400, lab.events);
    for (int i = 0; i < COMPANIES; i++) ck_assert(((const int64_t *)timing_column(r, ICP_LAYER_INTENT, ICP_COL_FLAGS).data)[i] & ICP_FLAG_FEW_CUSTOMERS);
    icp_result_free(r), icp_model_unref(m);
    g = given(TIMING_INTENT);
    g.options.horizon_days = 3000; /* longer than the data */
    ck_assert_int_eq(fit_status(&g, &e), ICP_E_TOO_FEW);
    ck_assert_msg(strstr(e.message, "3000 days"), "%s", e.message);
}
END_TEST

START_TEST(horizon_of_0_is_90_and_has_bounds) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reference *reference = world_reference(lab.c, lab.companies);
    icp_fit *const nothing = (void *)(uintptr_t)0x1235, *f = nothing;
    for (int i = 0; i < 3; i++) {
        struct icp_fit_options o = {.struct_size = sizeof o, .horizon_days = i == 1 ? 3651 : i == 2 ? UINT32_MAX : 3650};
        ck_assert_int_eq(icp_fit_new(lab.c, reference, NULL, &o, &f, &e), i ? ICP_E_ARGUMENT : ICP_OK);
        if (i) ck_assert_ptr_eq(f, nothing);
        else icp_fit_free(f);
        f = nothing;
    }
    icp_reference_unref(reference);
    static const uint32_t asked[] = {0, 90, 1, 30, 200}, meant[] = {90, 90, 1, 30, 200};
    icp_model *first = NULL;
    for (int i = 0; i < 5; i++) {
        struct timing_given g = given(TIMING_INTENT);
        g.options.horizon_days = asked[i], g.options.flags = asked[i] == 1 ? ICP_FIT_ALLOW_FEW : 0;
        icp_model *m = timing_model(lab.c, &g);
        ck_assert_uint_eq(layer_of(m, ICP_LAYER_INTENT).horizon_days, meant[i]);
        if (i == 1) same_file(first, m, "0 is not 90");
        if (i) icp_model_unref(m);
        else first = m;
    }
    icp_model_unref(first);
}
END_TEST

START_TEST(what_cannot_be_used_is_counted) {
    struct timing_given g = given(TIMING_INTENT);
    struct icp_error e = {.struct_size = sizeof e};
    icp_buffer *json = NULL;
    g.options.flags = ICP_FIT_AS_OF, g.options.as_of = TIMING_END;
    g.more_events = "domain,type,time,amount\nfirm0001.com,login,1969-12-31,\nfirm0001.com,login,2025-01-01,\nfirm0001.com,login,2031-01-01,\nfirm0001.com,login,soon,\n"
                    "firm0001.com,,2024-01-01,\n,login,2024-01-01,\nfirm0001.com,login,,\nfirm0001.com,login,2024-02-02,a lot\nfirm0001.com,login,2024-02-02,1\n"
                    "firm0001.com,login,2024-02-02,1\n*,login,2024-01-01,\n*,merger,2024-01-01,\nsegment:industry=retail,merger,2024-01-01,\n";
    g.outcomes = "domain,outcome,date\nfirm9999.com,converted,2024-01-01\nfirm0001.com,converted,1960-01-01\nfirm0001.com,had lunch,2024-01-01\nfirm0002.com,churned,2026-01-01\n";
    icp_fit *f = timing_fit_new(lab.c, &g);
    ck_assert_int_eq(icp_fit_events(f, &json, &e), ICP_OK);
    has(json, "\"before_1970\":1");
    has(json, "\"without_key\":1,");
    has(json, "\"without_type\":1,");
    has(json, "\"without_time\":1,");
    has(json, "\"unreadable_time\":1,");
    has(json, "\"unreadable_value\":1,");
    has(json, "\"duplicates\":1,");
    has(json, "\"future\":2,\"types\":6,");
    has(json, "\"future\":1,\"not_an_outcome\":1,\"not_an_outcome_example\":\"had lunch\",\"converted\":1,\"lost\":0,\"expanded\":0,\"renewed\":0,\"churned\":0");
    has(json, "\"invalidating\":1,\"invalidating_segments\":1,\"for_many_left_out\":1");
    icp_buffer_unref(json), icp_fit_free(f);
    /* An outcome of an account without events is none that could be learned from; the others still are. */
    char *more = malloc(strlen(lab.outcomes) + 100);
    sprintf(more, "%sstranger.com,converted,2024-01-01,\n", lab.outcomes);
    g = given(TIMING_INTENT);
    g.outcomes = more;
    icp_model *m = timing_model(lab.c, &g);
    ck_assert_uint_eq(layer_of(m, ICP_LAYER_INTENT).examples, layer_of(lab.model, ICP_LAYER_INTENT).examples);
    ck_assert_int_eq(icp_model_summary(m, &json, &e), ICP_OK);
    has(json, "\"outcomes_without_events\":1,");
    icp_buffer_unref(json), icp_model_unref(m), free(more);
}
END_TEST

/* doc/timing.md: the columns made of events share one precision. */
START_TEST(summary_says_the_shared_precision) {
    icp_buffer *json = NULL;
    struct icp_str text;
    long long first = -1;
    int columns = 0;
    ck_assert_int_eq(icp_model_summary(lab.model, &json, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    char *copy = strndup(text.data, text.size), *p = strstr(copy, " (half-life "), *rest = p ? strstr(p, "\"precision_updates\":") : NULL;
    ck_assert_ptr_nonnull(rest);
    *rest = '\0'; /* another layer has a precision of its own */
    p = copy;
    while ((p = strstr(p, " (half-life ")) != NULL) {
        long long precision;
        char *end = strstr(p, "{\"name\":"), *at = strstr(p, "\"precision_micro\":");
        p++;
        if (at == NULL || (end != NULL && at > end) || strstr(p, "\"used\":true") == NULL) continue;
        ck_assert_int_eq(sscanf(at, "\"precision_micro\":%lld", &precision), 1);
        first = columns++ ? first : precision;
        ck_assert_int_eq(precision, first);
    }
    ck_assert_int_ge(columns, 3);
    free(copy), icp_buffer_unref(json);
}
END_TEST

START_TEST(ten_thousand_types_are_read) {
    struct timing_given g = given(TIMING_INTENT);
    struct icp_error e = {.struct_size = sizeof e};
    char *many = malloc(80000 * 48), *p = many + sprintf(many, "domain,type,time\n");
    for (int i = 0; i < 10000; i++)
        p += sprintf(p, "firm%04d.com,type number %d,2023-%02d-%02d\n", i % COMPANIES, i, i % 12 + 1, i % 28 + 1);
    g.more_events = many;
    icp_fit *f = timing_fit_new(lab.c, &g);
    icp_buffer *json = NULL;
    icp_model *m = NULL;
    world_must(icp_fit_events(f, &json, &e), &e);
    has(json, "\"types\":10006,");
    icp_buffer_unref(json);
    world_must(icp_fit_run(f, NULL, &m, &e), &e);
    ck_assert_uint_le(layer_of(m, ICP_LAYER_INTENT).signals, 24);
    icp_model_unref(m), icp_fit_free(f);
    p = many + sprintf(many, "domain,type,time\n");
    for (int i = 0; i < 66000; i++) p += sprintf(p, "firm%04d.com,t%d,2023-01-01\n", i % COMPANIES, i);
    g.more_events = NULL, g.events = NULL;
    f = timing_fit_new(lab.c, &g);
    ck_assert_int_eq(timing_add(lab.c, f, many, 0, &e), ICP_E_LIMIT);
    ck_assert_msg(strstr(e.message, "65535"), "%s", e.message);
    icp_fit_free(f), free(many);
}
END_TEST

START_TEST(no_column_of_times_is_a_schema_error) {
    struct icp_error e = {.struct_size = sizeof e};
    struct timing_given g = given(TIMING_INTENT);
    struct icp_event_columns columns = {.struct_size = sizeof columns, .time = "when", .time_size = 4};
    icp_fit *f = timing_fit_new(lab.c, &g);
    icp_accounts *a = NULL;
    ck_assert_int_eq(icp_accounts_new(lab.model, TIMING_END, NULL, &a, NULL), ICP_OK);
    static const char *const texts[] = {"domain,type\nfirm0001.com,login\n", "type,time\nlogin,2024-01-01\n", "domain,type,time\nfirm0001.com,login,2024-01-01\n"};
    for (int i = 0; i < 3; i++) {
        const icp_status expected = i == 1 ? ICP_E_KEY : ICP_E_SCHEMA;
        icp_reader *r = world_reader(lab.c, texts[i], strlen(texts[i]), 0);
        ck_assert_int_eq(icp_fit_add_events(f, r, i == 2 ? &columns : NULL, NULL, &e), expected);
        icp_reader_free(r);
        r = world_reader(lab.c, texts[i], strlen(texts[i]), 0);
        ck_assert_int_eq(icp_accounts_add(a, r, i == 2 ? &columns : NULL, NULL, &e), expected);
        if (i == 2) ck_assert_msg(strstr(e.message, "when") || !strcmp(e.field, "when"), "%s", e.message);
        icp_reader_free(r);
    }
    icp_accounts_unref(a), icp_fit_free(f);
}
END_TEST

/* Cards. */

START_TEST(bad_cards_are_refused_with_their_place) {
    static const struct {
        const char *text;
        int64_t line, column;
    } cases[] = {
        {"{\"owner\":\"A\",}", 1, 14},
        {"{\n \"playbook\": 5}", 2, 14},
        {"[]", 1, 1},
        {"{\"playbook\":{\n  \"pursue\": \"call\",\n  \"persue\": \"x\"}}", 3, 13},
        {"{\"playbook\":{\"Excellent x Great\":\"x\"}}", 1, 34},
        {"{\"playbook\":{\"early\":7}}", 1, 22},
        {"{\"playbook\":{\"early\":\"\"}}", 1, 22},
        {"{\"playbook\":{\"low\":\"a\",\"low\":\"b\"}}", 1, -2}, /* its column is not promised */
        {"", 1, 1},
    };
    struct timing_given g = {.companies = lab.companies};
    icp_fit *f = timing_fit_new(lab.c, &g);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp_error e = {.struct_size = sizeof e};
        ck_assert_msg(icp_fit_set_card(f, cases[i].text, strlen(cases[i].text), &e) == ICP_E_FORMAT, "%s", cases[i].text);
        ck_assert_msg(e.line == cases[i].line && (e.column == cases[i].column || cases[i].column == -2), "%s: %lld:%lld %s", cases[i].text, (long long)e.line,
                      (long long)e.column, e.message);
    }
    icp_fit_free(f);
}
END_TEST

START_TEST(quadrants_and_actions_follow_the_card) {
    struct timing_given g = given(TIMING_FIT | TIMING_INTENT);
    for (int card = 0; card < 2; card++) {
        g.card = !card ? NULL : "{\"playbook\":{\"pursue\":\"call today\",\"low\":\"wait\",\"Fair x Fair\":\"send the brochure\"},\"more\":[1,2]}";
        icp_model *m = timing_model(lab.c, &g);
        icp_result *r = scores_at(m, 500, lab.events);
        const int32_t *fit = timing_column(r, ICP_LAYER_FIT, ICP_COL_TIER).data, *intent = timing_column(r, ICP_LAYER_INTENT, ICP_COL_TIER).data;
        const struct icp_array action = timing_column(r, ICP_LAYER_FIT, ICP_COL_ACTION);
        int seen[5] = {0};
        for (int i = 0; i < COMPANIES; i++) {
            const int good = fit[i] >= ICP_TIER_GOOD, moving = intent[i] >= ICP_TIER_GOOD;
            const int32_t q = good ? (moving ? ICP_QUADRANT_PURSUE : ICP_QUADRANT_EARLY) : moving ? ICP_QUADRANT_INVESTIGATE : ICP_QUADRANT_LOW;
            static const char *const usual[] = {"", "low priority", "investigate", "nurture", "pursue"}, *const ours[] = {"", "wait", "investigate", "nurture", "call today"};
            const char *expected = card ? (fit[i] == ICP_TIER_FAIR && intent[i] == ICP_TIER_FAIR ? "send the brochure" : ours[q]) : usual[q];
            ck_assert_int_eq(icp_quadrant_of(fit[i], intent[i]), q);
            ck_assert_int_eq(((const int32_t *)timing_column(r, ICP_LAYER_INTENT, ICP_COL_QUADRANT).data)[i], q);
            ck_assert_int_eq(action.offsets[i + 1] - action.offsets[i], (int64_t)strlen(expected));
            ck_assert_mem_eq((const char *)action.data + action.offsets[i], expected, strlen(expected));
            seen[q]++;
        }
        ck_assert_msg(seen[1] && seen[2], "%d %d %d %d", seen[1], seen[2], seen[3], seen[4]);
        icp_result_free(r), icp_model_unref(m);
    }
    struct icp_array none = {.struct_size = sizeof none};
    icp_result *r = scores_at(lab.assumed, 500, lab.events); /* needs fit and intent */
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_INTENT, ICP_COL_QUADRANT, &none, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_INTENT, ICP_COL_ACTION, &none, NULL), ICP_E_UNSUPPORTED);
    icp_result_free(r);
}
END_TEST

int main(void) {
    Suite *s = suite_create("timing");
    TCase *t = tcase_create("timing");
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, mean_ratio_over_other_companies_is_one, 0, 3);
    tcase_add_test(t, layers_learn_what_was_planted);
    tcase_add_test(t, unknown_accounts_score_498_in_every_layer);
    tcase_add_test(t, model_depends_on_neither_order_nor_split_nor_threads_nor_seed);
    tcase_add_test(t, split_files_teach_the_same);
    tcase_add_test(t, events_and_outcomes_from_structs_teach_the_same);
    tcase_add_test(t, model_file_is_the_model);
    tcase_add_test(t, traits_are_numbered_over_all_layers);
    tcase_add_test(t, signals_say_how_fast_they_fade);
    tcase_add_test(t, what_comes_on_the_day_of_the_outcome_is_not_seen);
    tcase_add_test(t, the_last_moment_before_the_day_is_seen);
    tcase_add_test(t, what_comes_at_or_after_as_of_changes_nothing);
    tcase_add_test(t, assumed_layer_says_so_and_stays_within_3_bits);
    tcase_add_test(t, assumed_points_never_exceed_8_times);
    tcase_add_test(t, too_little_says_what_is_missing);
    tcase_add_test(t, horizon_of_0_is_90_and_has_bounds);
    tcase_add_test(t, what_cannot_be_used_is_counted);
    tcase_add_test(t, summary_says_the_shared_precision);
    tcase_add_test(t, ten_thousand_types_are_read);
    tcase_add_test(t, no_column_of_times_is_a_schema_error);
    tcase_add_test(t, bad_cards_are_refused_with_their_place);
    tcase_add_test(t, quadrants_and_actions_follow_the_card);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
