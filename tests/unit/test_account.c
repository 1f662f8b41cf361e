/* SPDX-License-Identifier: MIT */
/* Accounts: event by event is the same as all at once, whatever the order; what invalidates history; what the bytes of an account survive. */
#include "check_main.h"
#include "timing_world.h"
#include "base/hash.h"
#include "score/account.h"
#include "score/scorer.h"

enum { COMPANIES = 400, ACCOUNTS = 150, MODELS = 3 };
static struct lab {
    icp_context *c;
    struct timing_world w;
    icp_model *model[MODELS]; /* all layers, intent alone, assumed */
    char *companies;
} lab;
static const int32_t layers[] = {ICP_LAYER_FIT, ICP_LAYER_INTENT, ICP_LAYER_RETENTION};

static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &lab.c, NULL), ICP_OK);
    lab.w = timing_world_new(1, COMPANIES);
    lab.companies = timing_companies(&lab.w, 0);
    lab.model[0] = timing_world_model(lab.c, &lab.w, TIMING_ALL, 1);
    lab.model[1] = timing_world_model(lab.c, &lab.w, TIMING_INTENT, 1);
    lab.model[2] = timing_world_model(lab.c, &lab.w, TIMING_FIT | TIMING_INTENT, 0);
}
static void teardown(void) {
    for (int i = 0; i < MODELS; i++) icp_model_unref(lab.model[i]);
    timing_world_free(&lab.w);
    free(lab.companies);
    icp_context_unref(lab.c);
}
static int has_layer(const icp_model *m, int32_t layer) {
    struct icp_model_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_model_describe(m, &i, NULL), ICP_OK);
    return (int)(i.layers >> layer & 1u);
}

/* Accounts of events drawn at random. */

static int is_break(const char *type) { return !strcmp(type, "Acquisition") || !strcmp(type, "new CEO") || !strcmp(type, "Merger"); }
static struct timing_event drawn(uint64_t *s, int company, int64_t as_of) {
    static const char *const types[] = {"page view", "Demo Request", "login", "ticket", "newsletter", "invoice", "never heard of", "Webinar"};
    struct timing_event e = {.company = company, .type = types[world_below(s, 8)], .valued = world_below(s, 3) == 0};
    const int64_t span = world_below(s, 4) ? 100 : world_below(s, 10) ? 900 : as_of / TIMING_DAY;
    e.time = as_of - 1 - (int64_t)(world_uniform(s) * (double)span * (double)TIMING_DAY);
    if (!world_below(s, 8)) e.time = e.time / TIMING_DAY * TIMING_DAY; /* at midnight */
    e.time = e.time < 0 ? 0 : e.time;
    e.value = world_below(s, 100000) / 4.0;
    return e;
}
/* `breaks` of 100 accounts have invalidating events, up to three, some at one moment. */
static struct timing_list draw_account(uint64_t *s, int company, int64_t as_of, int breaks) {
    static const char *const types[] = {"Acquisition", "new CEO", "Merger"};
    struct timing_list l = {NULL, 0, 0};
    const int n = world_below(s, 5) ? world_below(s, 40) : world_below(s, 3);
    for (int i = 0; i <= n; i++) timing_put(&l, drawn(s, company, as_of));
    for (int i = world_below(s, 100) < breaks ? 1 + world_below(s, 3) : 0; i > 0; i--) {
        struct timing_event e = drawn(s, company, as_of);
        e.type = types[world_below(s, 3)];
        if (!world_below(s, 4)) e.time = l.event[world_below(s, (int)l.count)].time;
        timing_put(&l, e);
    }
    return l;
}
static void shuffle(struct timing_list *l, uint64_t *s) {
    for (size_t i = l->count; i > 1; i--) {
        const size_t k = (size_t)world_below(s, (int)i);
        const struct timing_event t = l->event[k];
        l->event[k] = l->event[i - 1], l->event[i - 1] = t;
    }
}
static int by_time(const void *a, const void *b) {
    const struct timing_event *x = a, *y = b;
    if ((x->company < 0) != (y->company < 0)) return x->company < 0 ? -1 : 1; /* what concerns many accounts first */
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return is_break(y->type) - is_break(x->type); /* what invalidates comes first */
}
/* The newest invalidating event to the front: then every order will do. */
static void newest_break_first(struct timing_list *l) {
    size_t at = l->count;
    for (size_t i = 0; i < l->count; i++)
        if (is_break(l->event[i].type) && (at == l->count || l->event[i].time > l->event[at].time)) at = i;
    if (at == l->count) return;
    const struct timing_event t = l->event[at];
    l->event[at] = l->event[0], l->event[0] = t;
}

static struct icp_event event_of(const struct timing_event *e) {
    return (struct icp_event){.struct_size = sizeof(struct icp_event), .flags = e->valued ? ICP_EVENT_VALUED : 0, .time = e->time, .value = e->value,
                              .type = e->type, .type_size = strlen(e->type)};
}
static icp_account *account_of(const icp_model *m, const struct timing_list *l) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_account *a;
    world_must(icp_account_new(m, &a, &e), &e);
    for (size_t i = 0; i < l->count; i++) {
        const struct icp_event x = event_of(&l->event[i]);
        world_must(icp_account_add(a, &x, &e), &e);
    }
    return a;
}
struct bytes {
    uint8_t *data;
    size_t size;
};
static struct bytes saved(const icp_account *a) {
    struct bytes b = {NULL, 0};
    size_t again = 0;
    ck_assert_int_eq(icp_account_save(a, NULL, 0, &b.size, NULL), ICP_OK);
    b.data = malloc(b.size);
    ck_assert_int_eq(icp_account_save(a, b.data, b.size, &again, NULL), ICP_OK);
    ck_assert_uint_eq(again, b.size);
    return b;
}
static void must_equal(const icp_account *a, const icp_account *b, const char *what) {
    struct bytes x = saved(a), y = saved(b);
    ck_assert_msg(x.size == y.size && !memcmp(x.data, y.data, x.size), "%s", what);
    free(x.data), free(y.data);
}

START_TEST(any_order_gives_the_same_bytes) {
    for (uint64_t seed = 1; seed <= 4; seed++)
        for (int i = 0; i < 40; i++) {
            uint64_t s = seed * 1000 + (uint64_t)i;
            const icp_model *m = lab.model[i % MODELS];
            struct timing_list l = draw_account(&s, 0, TIMING_END, 40);
            qsort(l.event, l.count, sizeof *l.event, by_time);
            icp_account *first = account_of(m, &l);
            for (int k = 0; k < 8; k++) {
                shuffle(&l, &s);
                newest_break_first(&l);
                icp_account *a = account_of(m, &l);
                must_equal(a, first, "another order, other bytes");
                icp_account_free(a);
            }
            icp_account_free(first);
            free(l.event);
        }
}
END_TEST

/* The batch path against event by event. */

static icp_record *record_of(icp_model *m, int company) {
    char employees[16];
    icp_schema *schema;
    icp_record *r;
    ck_assert_int_eq(icp_model_schema(m, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &r, NULL), ICP_OK);
    icp_schema_unref(schema);
    const struct timing_company *k = &lab.w.company[company];
    const int32_t industry = icp_record_column(r, "industry", 8), size = icp_record_column(r, "employees", 9);
    if (industry >= 0) ck_assert_int_eq(icp_record_set_text(r, industry, k->industry, strlen(k->industry)), ICP_OK);
    snprintf(employees, sizeof employees, "%d", k->employees);
    if (size >= 0) ck_assert_int_eq(icp_record_set_text(r, size, employees, strlen(employees)), ICP_OK);
    return r;
}
static struct icp_score score_of(icp_scorer *s, icp_record *r, const icp_account *a, int32_t layer) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_score score = {.struct_size = sizeof score};
    world_must(icp_scorer_score_record(s, r, a, layer, &score, &e), &e);
    return score;
}
static void same_score(const struct icp_score *a, const icp_result *r, uint64_t row, int32_t layer, int timing) {
#define SAME32(column, member) ck_assert_int_eq(((const int32_t *)timing_column(r, layer, column).data)[row], a->member)
#define SAME64(column, member) ck_assert_int_eq(((const int64_t *)timing_column(r, layer, column).data)[row], (int64_t)a->member)
    SAME64(ICP_COL_MILLIPOINTS, millipoints);
    SAME64(ICP_COL_VARIANCE, variance);
    SAME64(ICP_COL_FLAGS, flags);
    SAME64(ICP_COL_EFFECTIVE, effective);
    SAME32(ICP_COL_SCORE, score);
    SAME32(ICP_COL_TIER, tier);
    SAME32(ICP_COL_LOW, low);
    SAME32(ICP_COL_HIGH, high);
    SAME32(ICP_COL_CONFIDENCE, confidence);
    SAME32(ICP_COL_HOLDS, holds);
    if (!timing) {
        ck_assert(a->whole == a->millipoints && a->stale == -1 && a->trend == ICP_TREND_UNKNOWN);
        return;
    }
    SAME64(ICP_COL_WHOLE, whole);
    SAME32(ICP_COL_STALE, stale);
    SAME32(ICP_COL_TREND, trend);
}
/* What the contributions of the last record add up to. */
static int64_t contributed(const icp_scorer *s, int32_t layer) {
    int32_t trait[512], points[512];
    size_t n = 0;
    int64_t sum = 0;
    ck_assert_int_eq(icp_scorer_contributions(s, layer, trait, points, 512, &n, NULL), ICP_OK);
    ck_assert_uint_le(n, 512);
    for (size_t i = 0; i < n; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        ck_assert_int_eq(icp_model_trait(s->whole, (uint32_t)trait[i], &t, NULL), ICP_OK);
        ck_assert(t.layer == layer && t.points == points[i] && (!i || trait[i - 1] < trait[i]));
        sum += points[i];
    }
    return sum;
}


static void batch_equals_accounts(icp_model *m, uint64_t seed, int breaks) {
    struct icp_error err = {.struct_size = sizeof err};
    uint64_t s = seed;
    const int64_t as_of = TIMING_END - (int64_t)(seed % 5) * 7919 * 1000000 - 1;
    struct timing_world w = {COMPANIES, lab.w.company, {NULL, 0, 0}, {NULL, 0, 0}};
    struct timing_list l[ACCOUNTS];
    char *text[3];
    int told = 0;
    for (int i = 0; i < ACCOUNTS; i++) { /* every second company */
        l[i] = draw_account(&s, 2 * i, as_of, breaks);
        for (size_t k = 0; k < l[i].count; k++) timing_put(&w.events, l[i].event[k]);
    }
    for (int i = 0; i < 50; i++) { /* at as_of and later: not seen */
        struct timing_event e = drawn(&s, world_below(&s, COMPANIES), as_of);
        e.time = as_of + (i ? (int64_t)world_below(&s, 1000) * 3600000000 : 0);
        if (i % 5 == 0) e.type = "Acquisition";
        timing_put(&w.events, e);
    }
    for (size_t i = 0; i < 3; i++) text[i] = timing_csv(&w, &w.events, seed + 1, i, 3);
    icp_accounts *accounts = timing_accounts(m, lab.c, as_of, (const char *const *)text, 3, &told);
    ck_assert_int_eq(told, breaks > 0);
    icp_scorer *batch = timing_scorer(m, 0, accounts, 0), *live = timing_scorer(m, 0, NULL, as_of);
    icp_result *r = timing_score(batch, lab.c, lab.companies);
    for (int i = 0; i < COMPANIES; i++) {
        icp_record *record = record_of(m, i);
        icp_account *a = NULL;
        struct bytes b = {NULL, 0};
        if (i % 2 == 0 && i / 2 < ACCOUNTS) {
            struct timing_list *one = &l[i / 2];
            shuffle(one, &s);
            newest_break_first(one);
            a = account_of(m, one);
            if (i % 6 == 0) { /* by way of the caller's store */
                b = saved(a);
                icp_account_free(a);
                world_must(icp_account_load(m, b.data, b.size, &a, &err), &err);
                free(b.data);
            }
        }
        for (int k = 0; k < 3; k++) {
            if (!has_layer(m, layers[k])) continue;
            const int timing = layers[k] != ICP_LAYER_FIT;
            const struct icp_score score = score_of(live, record, a, layers[k]);
            same_score(&score, r, (uint64_t)i, layers[k], timing);
            ck_assert_int_eq(contributed(live, layers[k]), score.millipoints);
            if (timing && !a) ck_assert(score.stale == -1 && score.trend == ICP_TREND_UNKNOWN && score.whole == score.millipoints);
            if (layers[k] == ICP_LAYER_INTENT && !a) ck_assert(score.millipoints == 0 && score.score == 498 && (score.flags & ICP_FLAG_NOTHING_KNOWN));
        }
        icp_account *out = NULL; /* and out of the batch */
        const char *key = lab.w.company[i].key;
        ck_assert_int_eq(icp_accounts_account(accounts, key, strlen(key), &out, NULL), a ? ICP_OK : ICP_E_NO_MATCH);
        for (int k = 0; k < 3 && out; k++)
            if (has_layer(m, layers[k])) {
                const struct icp_score score = score_of(live, record, out, layers[k]);
                same_score(&score, r, (uint64_t)i, layers[k], layers[k] != ICP_LAYER_FIT);
            }
        icp_account_free(a), icp_account_free(out), icp_record_free(record);
    }
    icp_result_free(r), icp_scorer_free(batch), icp_scorer_free(live), icp_accounts_unref(accounts);
    for (int i = 0; i < 3; i++) free(text[i]);
    for (int i = 0; i < ACCOUNTS; i++) free(l[i].event);
    free(w.events.event);
}
START_TEST(batch_is_the_same_as_event_by_event) {
    for (uint64_t seed = 1; seed <= 3; seed++) batch_equals_accounts(lab.model[_i], seed * 31, 0);
}
END_TEST
START_TEST(batch_is_the_same_with_invalidating_events) {
    for (uint64_t seed = 1; seed <= 3; seed++) batch_equals_accounts(lab.model[_i], seed * 37, 50);
}
END_TEST

/* Neither the split of the events, nor their order, nor seed of the tables, nor what else is in the batch. */
START_TEST(batch_does_not_depend_on_order_or_split) {
    char *whole = timing_csv(&lab.w, &lab.w.events, 0, 0, 1);
    icp_accounts *first = timing_accounts(lab.model[0], lab.c, TIMING_END, (const char *const *)&whole, 1, NULL);
    icp_scorer *s = timing_scorer(lab.model[0], 0, first, 0);
    icp_result *expected = timing_score(s, lab.c, lab.companies);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        char *part[4];
        for (size_t i = 0; i < 4; i++) part[i] = timing_csv(&lab.w, &lab.w.events, seed, i, 4);
        const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = seed * UINT64_C(0x9E3779B97F4A7C15)};
        icp_context *c = NULL;
        ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
        icp_model *m = NULL;
        icp_buffer *file = NULL;
        struct icp_sink sink;
        struct icp_source source;
        struct icp_str bytes;
        ck_assert_int_eq(icp_sink_to_memory(lab.c, &sink, &file, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_save(lab.model[0], &sink, NULL), ICP_OK);
        ck_assert_int_eq(icp_buffer_data(file, &bytes), ICP_OK);
        ck_assert_int_eq(icp_source_from_memory(c, bytes.data, bytes.size, &source, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_load(c, &source, &m, NULL), ICP_OK);
        icp_accounts *a = timing_accounts(m, c, TIMING_END, (const char *const *)part, 4, NULL);
        icp_scorer *x = timing_scorer(m, 0, a, 0);
        icp_result *r = timing_score(x, c, lab.companies);
        for (int k = 0; k < 3; k++) {
            const struct icp_array p = timing_column(expected, layers[k], ICP_COL_MILLIPOINTS), q = timing_column(r, layers[k], ICP_COL_MILLIPOINTS);
            ck_assert_uint_eq(q.rows, COMPANIES);
            ck_assert_mem_eq(p.data, q.data, COMPANIES * 8);
        }
        icp_result_free(r), icp_scorer_free(x), icp_accounts_unref(a), icp_model_unref(m), icp_buffer_unref(file), icp_context_unref(c);
        for (int i = 0; i < 4; i++) free(part[i]);
    }
    icp_result_free(expected), icp_scorer_free(s), icp_accounts_unref(first);
    free(whole);
}
END_TEST

START_TEST(events_from_structs_are_those_of_files) {
    icp_model *m = lab.model[0];
    char *text = timing_csv(&lab.w, &lab.w.events, 0, 0, 1);
    icp_accounts *a = timing_accounts(m, lab.c, TIMING_END, (const char *const *)&text, 1, NULL), *b = NULL;
    ck_assert_int_eq(icp_accounts_new(m, TIMING_END, NULL, &b, NULL), ICP_OK);
    for (size_t i = lab.w.events.count; i-- > 0;) {
        const struct timing_event *x = &lab.w.events.event[i];
        const struct icp_event e = event_of(x);
        ck_assert_int_eq(icp_accounts_add_event(b, lab.w.company[x->company].key, strlen(lab.w.company[x->company].key), &e, NULL), ICP_OK);
    }
    ck_assert_int_eq(icp_accounts_again(b), 0);
    icp_scorer *s = timing_scorer(m, 0, a, 0), *t = timing_scorer(m, 0, b, 0);
    icp_result *x = timing_score(s, lab.c, lab.companies), *y = timing_score(t, lab.c, lab.companies);
    for (int k = 0; k < 3; k++)
        ck_assert_mem_eq(timing_column(x, layers[k], ICP_COL_MILLIPOINTS).data, timing_column(y, layers[k], ICP_COL_MILLIPOINTS).data, COMPANIES * 8);
    icp_result_free(x), icp_result_free(y), icp_scorer_free(s), icp_scorer_free(t), icp_accounts_unref(a), icp_accounts_unref(b);
    free(text);
}
END_TEST

/* As of. */

START_TEST(as_of_at_or_before_the_newest_event_is_refused) {
    icp_model *m = lab.model[0];
    struct timing_event one = {.time = TIMING_END, .type = "login"};
    const struct timing_list l = {&one, 1, 1};
    icp_account *a = account_of(m, &l), *none, *other = account_of(lab.model[1], &l);
    icp_record *r = record_of(m, 0);
    struct icp_score score = {.struct_size = sizeof score}, before = score;
    icp_scorer *no_moment = timing_scorer(m, 0, NULL, 0);
    ck_assert_int_eq(icp_account_new(m, &none, NULL), ICP_OK);
    static const int64_t when[] = {1, TIMING_END - 1, TIMING_END};
    for (int i = 0; i < 3; i++) {
        icp_scorer *s = timing_scorer(m, 0, NULL, when[i]);
        for (int k = 0; k < 3; k++) {
            ck_assert_int_eq(icp_scorer_score_record(s, r, a, layers[k], &score, NULL), ICP_E_STATE);
            ck_assert_int_eq(icp_scorer_score_record(s, r, other, layers[k], &score, NULL), ICP_E_REFERENCE);
        }
        ck_assert_mem_eq(&score, &before, sizeof score);
        ck_assert_int_eq(score_of(s, r, none, ICP_LAYER_INTENT).millipoints, 0);
        icp_scorer_free(s);
    }
    ck_assert_int_eq(icp_scorer_score_record(no_moment, r, a, ICP_LAYER_INTENT, &score, NULL), ICP_E_STATE);
    ck_assert_int_eq(score_of(no_moment, r, NULL, ICP_LAYER_INTENT).score, 498);
    icp_scorer *s = timing_scorer(m, 0, NULL, TIMING_END + 1);
    ck_assert(!(score_of(s, r, a, ICP_LAYER_INTENT).flags & ICP_FLAG_NOTHING_KNOWN));
    icp_scorer_free(s), icp_scorer_free(no_moment), icp_record_free(r), icp_account_free(a), icp_account_free(none), icp_account_free(other);
}
END_TEST

/* Saved accounts. */

static icp_status load(const icp_model *m, const uint8_t *data, size_t size, icp_account **out) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_account *const nothing = (void *)(uintptr_t)0x1235;
    *out = nothing;
    const icp_status s = icp_account_load(m, data, size, out, &e);
    ck_assert_int_eq(e.code, s);
    if (s) ck_assert_ptr_eq(*out, nothing);
    return s;
}
static struct bytes some_account(const icp_model *m, uint64_t seed, int breaks) {
    struct timing_list l = draw_account(&seed, 0, TIMING_END, breaks);
    while (l.count < 30) timing_put(&l, drawn(&seed, 0, TIMING_END));
    newest_break_first(&l);
    icp_account *a = account_of(m, &l);
    const struct bytes b = saved(a);
    icp_account_free(a), free(l.event);
    return b;
}
START_TEST(saved_account_is_loaded_as_it_was) {
    for (uint64_t seed = 1; seed <= 30; seed++) {
        const icp_model *m = lab.model[seed % MODELS];
        const struct bytes b = some_account(m, seed, seed % 2 ? 100 : 0);
        struct timing_list l = {NULL, 0, 0};
        icp_account *a, *copy;
        uint64_t s = seed + 99;
        uint8_t *room = malloc(b.size);
        size_t size = 0;
        ck_assert_int_eq(load(m, b.data, b.size, &a), ICP_OK);
        memset(room, 0xEE, b.size);
        ck_assert_int_eq(icp_account_save(a, room, b.size - 1, &size, NULL), ICP_OK); /* "with less than *size nothing is written" */
        ck_assert_uint_eq(size, b.size);
        for (size_t i = 0; i < b.size; i++) ck_assert_uint_eq(room[i], 0xEE);
        ck_assert_int_eq(icp_account_save(a, room, b.size, &size, NULL), ICP_OK);
        ck_assert_mem_eq(room, b.data, b.size);
        ck_assert_int_eq(load(m, b.data, b.size, &copy), ICP_OK);
        for (int i = 0; i < 20; i++) timing_put(&l, drawn(&s, 0, TIMING_END + 9 * TIMING_DAY)); /* goes on alike */
        for (size_t i = 0; i < l.count; i++) {
            const struct icp_event x = event_of(&l.event[i]), y = event_of(&l.event[l.count - 1 - i]);
            ck_assert_int_eq(icp_account_add(a, &x, NULL), ICP_OK);
            ck_assert_int_eq(icp_account_add(copy, &y, NULL), ICP_OK);
        }
        must_equal(a, copy, "a loaded account goes on in another way");
        icp_account_free(a), icp_account_free(copy);
        free(room), free(b.data), free(l.event);
    }
}
END_TEST

START_TEST(damaged_accounts_are_refused) {
    for (int breaks = 0; breaks < 2; breaks++) {
        const icp_model *m = lab.model[1];
        const struct bytes b = some_account(m, 7, breaks * 100);
        icp_account *a;
        for (size_t i = 0; i < b.size; i++) {
            b.data[i] ^= (uint8_t)(1u << i % 8);
            const icp_status s = load(m, b.data, b.size, &a);
            ck_assert_msg(s == (i < 8 ? ICP_E_FORMAT : ICP_E_CHECKSUM), "byte %zu: %s", i, icp_status_name(s));
            b.data[i] ^= (uint8_t)(1u << i % 8);
        }
        for (size_t n = 0; n < b.size; n++) {
            uint8_t *exact = malloc(n + 1);
            memcpy(exact, b.data, n);
            ck_assert_int_ne(load(m, exact, n, &a), ICP_OK);
            free(exact);
        }
        ck_assert_int_eq(load(lab.model[0], b.data, b.size, &a), ICP_E_REFERENCE);
        ck_assert_int_eq(load(lab.model[2], b.data, b.size, &a), ICP_E_REFERENCE);
        ck_assert_int_eq(load(m, b.data, b.size, &a), ICP_OK);
        icp_account_free(a), free(b.data);
    }
}
END_TEST

static void seal(struct bytes b) {
    const uint64_t h = icp__hash(b.data, b.size - 8, 0);
    for (int i = 0; i < 8; i++) b.data[b.size - 8 + (size_t)i] = (uint8_t)(h >> 8 * i);
}
/* What is accepted behaves: it is saved as it came, takes events and gives scores (an undefined-behaviour checker looks on). */
static void try_hostile(const icp_model *m, struct bytes b, icp_scorer *const *s, icp_record *r, uint64_t *accepted) {
    struct icp_score score = {.struct_size = sizeof score};
    struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END, .type = "login", .type_size = 5};
    icp_account *a;
    seal(b);
    const icp_status st = load(m, b.data, b.size, &a);
    if (st) {
        ck_assert(st == ICP_E_FORMAT || st == ICP_E_REFERENCE);
        return;
    }
    struct bytes again = saved(a);
    ck_assert_uint_eq(again.size, b.size);
    ck_assert_mem_eq(again.data, b.data, b.size);
    for (int i = 0; i < 2; i++)
        if (icp_scorer_score_record(s[i], r, a, ICP_LAYER_INTENT, &score, NULL) == ICP_OK) ck_assert(score.stale >= -1 && score.stale <= 1000);
    (void)icp_account_add(a, &e, NULL);
    icp_account_free(a), free(again.data);
    ++*accepted;
}
START_TEST(hostile_accounts_with_a_right_checksum_do_no_harm) {
    icp_model *m = lab.model[1];
    icp_scorer *s[2] = {timing_scorer(m, 0, NULL, TIMING_END), timing_scorer(m, 0, NULL, INT64_C(9000000000000000000))};
    icp_record *r = record_of(m, 0);
    uint64_t accepted = 0, state = 5;
    for (int breaks = 0; breaks < 2; breaks++) {
        struct bytes b = some_account(m, 11, breaks * 100);
        for (size_t i = 0; i + 8 < b.size; i++) {
            const uint8_t old = b.data[i];
            b.data[i] ^= (uint8_t)(1u << world_below(&state, 8));
            try_hostile(m, b, s, r, &accepted);
            b.data[i] = i % 2 ? 0xFF : 0;
            try_hostile(m, b, s, r, &accepted);
            b.data[i] = old;
        }
        for (int i = 0; i < 4000; i++) { /* whole words */
            const size_t at = 48 + 8 * (size_t)world_below(&state, (int)(b.size - 56) / 8);
            uint8_t old[8];
            const uint64_t v = world_below(&state, 3) ? world_next(&state) >> world_below(&state, 64) : (uint64_t)INT64_MAX >> world_below(&state, 30);
            memcpy(old, b.data + at, 8), memcpy(b.data + at, &v, 8);
            try_hostile(m, b, s, r, &accepted);
            memcpy(b.data + at, old, 8);
        }
        free(b.data);
    }
    ck_assert_uint_gt(accepted, 100);
    icp_record_free(r), icp_scorer_free(s[0]), icp_scorer_free(s[1]);
}
END_TEST

/* A ring that is newer than the account: what no account can hold. */
START_TEST(rings_newer_than_the_account_are_refused) {
    icp_model *m = lab.model[1];
    for (int later = 0; later < 2; later++) {
        struct timing_event e[] = {{.time = TIMING_END - 400 * TIMING_DAY, .type = "Acquisition"}, {.time = TIMING_END - 390 * TIMING_DAY, .type = "login"}};
        const struct timing_list l = {e, 2, 2};
        icp_account *a = account_of(m, &l), *b;
        a->ring[0].newest += later ? 40 : 0;
        const struct bytes x = saved(a);
        ck_assert_int_eq(load(m, x.data, x.size, &b), later ? ICP_E_FORMAT : ICP_OK);
        if (!later) icp_account_free(b);
        icp_account_free(a), free(x.data);
    }
}
END_TEST

/* Invalidating events. */

static struct timing_list steady(const char *type, int company, int64_t from, int64_t to, int64_t step) {
    struct timing_list l = {NULL, 0, 0};
    for (int64_t t = from; t < to; t += step) timing_put(&l, (struct timing_event){.company = company, .time = t, .type = type});
    return l;
}
START_TEST(invalidating_event_discounts_what_came_before_and_shows_both) {
    icp_model *m = lab.model[0];
    icp_record *r = record_of(m, 2);
    icp_scorer *s = timing_scorer(m, 0, NULL, TIMING_END);
    struct timing_list l = steady("demo request", 2, TIMING_END - 30 * TIMING_DAY, TIMING_END - 3 * TIMING_DAY, 2 * TIMING_DAY);
    icp_account *a = account_of(m, &l);
    const struct icp_score before = score_of(s, r, a, ICP_LAYER_INTENT);
    ck_assert(before.whole == before.millipoints && !(before.flags & ICP_FLAG_INVALIDATED) && before.millipoints > 0);
    timing_put(&l, (struct timing_event){.company = 2, .time = TIMING_END - 2 * TIMING_DAY, .type = "Acquired by Northwind Traders"});
    const struct icp_event e = event_of(&l.event[l.count - 1]);
    ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
    const struct icp_score after = score_of(s, r, a, ICP_LAYER_INTENT), fit = score_of(s, r, a, ICP_LAYER_FIT);
    ck_assert(after.flags & ICP_FLAG_INVALIDATED);
    ck_assert(!(fit.flags & ICP_FLAG_INVALIDATED));
    ck_assert_int_lt(after.millipoints, after.whole);
    l.event[l.count - 1].type = "never heard of"; /* the same, but that it invalidates nothing */
    icp_account *plain = account_of(m, &l);
    ck_assert_int_eq(after.whole, score_of(s, r, plain, ICP_LAYER_INTENT).millipoints);
    icp_account_free(plain);
    l.event[l.count - 1].type = "Acquired by Northwind Traders";
    char *text = timing_csv(&(struct timing_world){COMPANIES, lab.w.company, l, {NULL, 0, 0}}, &l, 0, 0, 1);
    icp_accounts *accounts = timing_accounts(m, lab.c, TIMING_END, (const char *const *)&text, 1, NULL);
    icp_scorer *batch = timing_scorer(m, 0, accounts, 0);
    icp_result *result = timing_score(batch, lab.c, lab.companies);
    same_score(&after, result, 2, ICP_LAYER_INTENT, 1);
    for (int k = 1; k < 3; k++) {
        const struct icp_array event = timing_column(result, layers[k], ICP_COL_EVENT);
        ck_assert_int_eq(event.type, ICP_TYPE_BYTES);
        ck_assert_int_eq(event.offsets[2], 0);
        const char *expected = "acquired by northwind traders 2024-12-29";
        ck_assert_int_eq(event.offsets[3], (int64_t)strlen(expected));
        ck_assert_mem_eq(event.data, expected, strlen(expected));
        ck_assert_int_eq(event.offsets[COMPANIES], event.offsets[3]); /* nobody else's */
    }
    struct icp_array none = {.struct_size = sizeof none};
    ck_assert_int_eq(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_EVENT, &none, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_WHOLE, &none, NULL), ICP_E_UNSUPPORTED);
    icp_result_free(result), icp_scorer_free(batch), icp_accounts_unref(accounts), icp_account_free(a), icp_scorer_free(s), icp_record_free(r);
    free(text), free(l.event);
}
END_TEST

START_TEST(late_invalidating_event_is_refused_and_changes_nothing) {
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint64_t s = seed;
        struct timing_list l = draw_account(&s, 0, TIMING_END - 5 * TIMING_DAY, 50);
        struct timing_event late = {.time = TIMING_END - 4 * TIMING_DAY, .type = "merger"}, at = {.time = late.time + (seed % 2 ? 0 : 3600000000), .type = "login"};
        newest_break_first(&l);
        timing_put(&l, at);
        icp_account *a = account_of(lab.model[seed % MODELS], &l);
        struct bytes before = saved(a), now;
        struct icp_event e = event_of(&late);
        struct icp_error err = {.struct_size = sizeof err};
        ck_assert_int_eq(icp_account_add(a, &e, &err), ICP_E_STATE);
        ck_assert(strstr(err.message, "merger") != NULL);
        now = saved(a);
        ck_assert(now.size == before.size && !memcmp(now.data, before.data, now.size));
        e.time = at.time + 1; /* later than all is fine */
        ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
        icp_account_free(a);
        free(before.data), free(now.data), free(l.event);
    }
}
END_TEST

/* In the batch path a late one is told, and right after a second reading: as if the rows had been sorted. */
START_TEST(second_reading_gives_what_sorted_rows_give) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        uint64_t s = seed;
        icp_model *m = lab.model[0];
        struct timing_world w = {COMPANIES, lab.w.company, {NULL, 0, 0}, {NULL, 0, 0}};
        for (int i = 0; i < 60; i++) {
            struct timing_list l = draw_account(&s, i, TIMING_END, 60);
            for (size_t k = 0; k < l.count; k++) timing_put(&w.events, l.event[k]);
            free(l.event);
        }
        if (seed > 2) timing_put(&w.events, (struct timing_event){.company = -1, .key = "*", .type = "disruption", .time = TIMING_END - (int64_t)seed * 7 * TIMING_DAY});
        if (seed > 4) timing_put(&w.events, (struct timing_event){.company = -1, .key = "segment:industry=fintech", .type = "repositioning", .time = TIMING_END - 30 * TIMING_DAY});
        char *sorted, *mixed = timing_csv(&w, &w.events, seed + 7, 0, 1);
        qsort(w.events.event, w.events.count, sizeof *w.events.event, by_time);
        sorted = timing_csv(&w, &w.events, 0, 0, 1);
        int again[2];
        icp_result *r[2];
        const char *const text[2] = {sorted, mixed};
        for (int i = 0; i < 2; i++) {
            icp_accounts *a = timing_accounts(m, lab.c, TIMING_END, &text[i], 1, &again[i]);
            icp_scorer *x = timing_scorer(m, 0, a, 0);
            r[i] = timing_score(x, lab.c, lab.companies);
            icp_scorer_free(x), icp_accounts_unref(a);
        }
        ck_assert_int_eq(again[0], 0);
        ck_assert_int_eq(again[1], 1);
        for (int k = 1; k < 3; k++) {
            static const int32_t columns[] = {ICP_COL_MILLIPOINTS, ICP_COL_WHOLE, ICP_COL_FLAGS};
            for (int i = 0; i < 3; i++)
                ck_assert_mem_eq(timing_column(r[0], layers[k], columns[i]).data, timing_column(r[1], layers[k], columns[i]).data, COMPANIES * 8);
            const struct icp_array p = timing_column(r[0], layers[k], ICP_COL_EVENT), q = timing_column(r[1], layers[k], ICP_COL_EVENT);
            ck_assert_mem_eq(p.offsets, q.offsets, (COMPANIES + 1) * 8);
            ck_assert_mem_eq(p.data, q.data, (size_t)p.offsets[COMPANIES]);
            ck_assert_int_gt(p.offsets[COMPANIES], 0);
        }
        icp_result_free(r[0]), icp_result_free(r[1]);
        free(sorted), free(mixed), free(w.events.event);
    }
}
END_TEST

/* A scorer does not start before the second reading. */
START_TEST(scorer_waits_for_the_second_reading) {
    const char *text = "domain,type,time\nfirm0002.com,login,2024-12-01\nfirm0002.com,acquisition,2024-11-01\n";
    struct icp_error e = {.struct_size = sizeof e};
    icp_accounts *a;
    world_must(icp_accounts_new(lab.model[0], TIMING_END, NULL, &a, &e), &e);
    icp_reader *r = world_reader(lab.c, text, strlen(text), 0);
    world_must(icp_accounts_add(a, r, NULL, NULL, &e), &e);
    icp_reader_free(r);
    struct icp_scorer_options o = {.struct_size = sizeof o, .accounts = a};
    icp_scorer *s = NULL;
    ck_assert_int_eq(icp_scorer_new(lab.model[0], &o, &s, &e), ICP_E_STATE);
    ck_assert_int_eq(icp_accounts_again(a), 1);
    ck_assert_int_eq(icp_accounts_again(a), 0);
    ck_assert_int_eq(icp_scorer_new(lab.model[0], &o, &s, &e), ICP_OK);
    icp_scorer_free(s);
    ck_assert_int_eq(icp_scorer_new(lab.model[1], &o, &s, &e), ICP_E_REFERENCE);
    icp_accounts_unref(a);
}
END_TEST

/* `*` and segments: the account with its events from then on as the part that counts whole. */
static int before_nothing(const struct timing_list *l, int64_t time) { /* what nothing came before discounts nothing */
    for (size_t i = 0; i < l->count; i++)
        if (l->event[i].time / TIMING_DAY < time / TIMING_DAY) return 0;
    return 1;
}
static icp_account *broken_account(const icp_model *m, const struct timing_list *l, int64_t time, const char *name) {
    struct timing_list later = {NULL, 0, 0};
    icp_account *a = account_of(m, l), *b;
    if (before_nothing(l, time)) return a;
    for (size_t i = 0; i < l->count; i++)
        if (l->event[i].time >= time) timing_put(&later, l->event[i]);
    b = account_of(m, &later);
    icp__broken_set(&a->broken, time, (struct icp_str){name, strlen(name)});
    memcpy(a->after, b->ring, a->rings * sizeof *a->after);
    icp_account_free(b), free(later.event);
    return a;
}
START_TEST(all_and_segments_can_be_invalidated) {
    icp_model *m = lab.model[0];
    const int64_t all = TIMING_END - 60 * TIMING_DAY + 12345;
    ck_assert_int_ge(icp_model_find_trait(m, ICP_LAYER_FIT, "industry=fintech", 16), 0);
    for (int which = 0; which < 4; which++) { /* all, a segment, both with a trait that nobody knows, both but the segment before */
        const int64_t segment = which == 3 ? TIMING_END - 90 * TIMING_DAY : TIMING_END - 20 * TIMING_DAY + 777;
        uint64_t s = 17 + (uint64_t)which;
        struct timing_world w = {COMPANIES, lab.w.company, {NULL, 0, 0}, {NULL, 0, 0}};
        struct timing_list l[ACCOUNTS];
        for (int i = 0; i < ACCOUNTS; i++) {
            l[i] = draw_account(&s, i, TIMING_END, 0);
            for (size_t k = 0; k < l[i].count; k++) timing_put(&w.events, l[i].event[k]);
        }
        if (which != 1) timing_put(&w.events, (struct timing_event){.company = -1, .key = "*", .type = "Disruption", .time = all});
        if (which != 0) timing_put(&w.events, (struct timing_event){.company = -1, .key = "segment:industry=fintech", .type = "strategic pivot", .time = segment});
        if (which == 2) timing_put(&w.events, (struct timing_event){.company = -1, .key = "segment:industry=alchemy", .type = "merger", .time = segment});
        if (which == 2) timing_put(&w.events, (struct timing_event){.company = -1, .key = "*", .type = "login", .time = segment});
        char *text = timing_csv(&w, &w.events, 3, 0, 1);
        icp_accounts *a = timing_accounts(m, lab.c, TIMING_END, (const char *const *)&text, 1, NULL);
        icp_scorer *batch = timing_scorer(m, 0, a, 0), *live = timing_scorer(m, 0, NULL, TIMING_END);
        icp_result *r = timing_score(batch, lab.c, lab.companies);
        int members = 0, moved = 0;
        for (int i = 0; i < ACCOUNTS; i++) {
            const int member = which % 3 != 0 && !strcmp(lab.w.company[i].industry, "fintech");
            icp_record *record = record_of(m, i);
            icp_account *x = member ? broken_account(m, &l[i], segment, "strategic pivot") : which != 1 ? broken_account(m, &l[i], all, "disruption") : account_of(m, &l[i]);
            for (int k = 0; k < 3; k++) {
                const struct icp_score score = score_of(live, record, x, layers[k]);
                same_score(&score, r, (uint64_t)i, layers[k], k > 0);
                moved += score.whole != score.millipoints;
                if (!k) continue;
                const struct icp_array event = timing_column(r, layers[k], ICP_COL_EVENT);
                char expected[64] = "";
                if (before_nothing(&l[i], member ? segment : all)) expected[0] = 0;
                else if (member) strcpy(expected, "strategic pivot 2024-12-11");
                else if (which != 1) strcpy(expected, "disruption 2024-11-01");
                ck_assert_msg(event.offsets[i + 1] - event.offsets[i] == (int64_t)strlen(expected), "%d, account %d: %s", which, i, expected);
                ck_assert_mem_eq((const char *)event.data + event.offsets[i], expected, strlen(expected));
            }
            members += member;
            icp_account_free(x), icp_record_free(record), free(l[i].event);
        }
        ck_assert(moved > 20 && (which % 3 == 0 || members > 10));
        icp_buffer *json = NULL;
        struct icp_str report = {NULL, 0};
        ck_assert_int_eq(icp_accounts_report(a, &json, NULL), ICP_OK);
        ck_assert_int_eq(icp_buffer_data(json, &report), ICP_OK);
        ck_assert_msg(strstr(report.data, which == 2 ? "\"segments_without_trait\":1,\"for_many_left_out\":1" : "\"segments_without_trait\":0,\"for_many_left_out\":0") != NULL,
                      "%s", report.data);
        struct icp_scorer_options o = {.struct_size = sizeof o, .accounts = a, .layers = TIMING_INTENT};
        icp_scorer *no_fit = NULL;
        ck_assert_int_eq(icp_scorer_new(m, &o, &no_fit, NULL), which ? ICP_E_UNSUPPORTED : ICP_OK);
        if (!which) icp_scorer_free(no_fit);
        icp_buffer_unref(json), icp_result_free(r), icp_scorer_free(batch), icp_scorer_free(live), icp_accounts_unref(a);
        free(text), free(w.events.event);
    }
}
END_TEST

START_TEST(further_types_can_invalidate) {
    icp_model *m = lab.model[0];
    struct icp_accounts_options o = {.struct_size = sizeof o, .invalidates = "Moon landing\r\nopening", .invalidates_size = 21};
    const char *text = "domain,type,time\nfirm0002.com,login,2024-11-01\nfirm0002.com,moon  LANDING,2024-11-02\nfirm0004.com,opening day,2024-11-02\n";
    for (int given = 0; given < 2; given++) {
        icp_accounts *a = NULL;
        icp_reader *r = world_reader(lab.c, text, strlen(text), 0);
        ck_assert_int_eq(icp_accounts_new(m, TIMING_END, given ? &o : NULL, &a, NULL), ICP_OK);
        ck_assert_int_eq(icp_accounts_add(a, r, NULL, NULL, NULL), ICP_OK);
        icp_reader_free(r);
        icp_scorer *s = timing_scorer(m, 0, a, 0);
        icp_result *result = timing_score(s, lab.c, lab.companies);
        const int64_t *flags = timing_column(result, ICP_LAYER_INTENT, ICP_COL_FLAGS).data;
        ck_assert_int_eq(!!(flags[2] & ICP_FLAG_INVALIDATED), given);
        ck_assert(!(flags[4] & ICP_FLAG_INVALIDATED));
        icp_result_free(result), icp_scorer_free(s), icp_accounts_unref(a);
    }
}
END_TEST

/* Momentum and staleness. */

START_TEST(trend_compares_with_the_own_past) {
    icp_model *m = lab.model[1];
    icp_record *r = record_of(m, 0);
    icp_scorer *s = timing_scorer(m, 0, NULL, TIMING_END);
    static const struct {
        int64_t past_step, from, to, step; /* days before the end */
        int sign;
    } cases[] = {{7, 20, 0, 1, 1}, {7, 0, 0, 7, -1}, {3, 27, 0, 3, 0}, {1, 27, 0, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timing_list l = steady("login", 0, TIMING_END - 250 * TIMING_DAY, TIMING_END - 28 * TIMING_DAY, cases[i].past_step * TIMING_DAY);
        struct timing_list now = steady("login", 0, TIMING_END - cases[i].from * TIMING_DAY, TIMING_END - cases[i].to * TIMING_DAY, cases[i].step * TIMING_DAY);
        for (size_t k = 0; k < now.count; k++) timing_put(&l, now.event[k]);
        icp_account *a = account_of(m, &l);
        const struct icp_score score = score_of(s, r, a, ICP_LAYER_INTENT);
        if (cases[i].sign) ck_assert_msg(score.trend * cases[i].sign > 1000, "case %zu: %d", i, (int)score.trend);
        else ck_assert_msg(score.trend > -350 && score.trend < 350, "case %zu: %d", i, (int)score.trend);
        icp_account_free(a), free(l.event), free(now.event);
    }
    struct timing_list young = steady("login", 0, TIMING_END - 40 * TIMING_DAY, TIMING_END, TIMING_DAY);
    icp_account *a = account_of(m, &young);
    ck_assert_int_eq(score_of(s, r, a, ICP_LAYER_INTENT).trend, ICP_TREND_UNKNOWN);
    icp_account_free(a);
    struct timing_list broken = steady("login", 0, TIMING_END - 200 * TIMING_DAY, TIMING_END, TIMING_DAY); /* a past that is no longer the account's own */
    timing_put(&broken, (struct timing_event){.time = TIMING_END - 40 * TIMING_DAY, .type = "Merger"});
    newest_break_first(&broken);
    a = account_of(m, &broken);
    ck_assert_int_eq(score_of(s, r, a, ICP_LAYER_INTENT).trend, ICP_TREND_UNKNOWN);
    icp_account_free(a);
    broken.event[0].time = TIMING_END - 120 * TIMING_DAY; /* then what has come since */
    broken.event[0].type = "login";
    for (size_t i = 0; i < broken.count; i++)
        if (broken.event[i].time < TIMING_END - 100 * TIMING_DAY) broken.event[i].time = TIMING_END - 150 * TIMING_DAY;
    timing_put(&broken, (struct timing_event){.time = TIMING_END - 100 * TIMING_DAY, .type = "Merger"});
    newest_break_first(&broken);
    a = account_of(m, &broken);
    const int32_t trend = score_of(s, r, a, ICP_LAYER_INTENT).trend;
    ck_assert_msg(trend > -350 && trend < 350, "%d", (int)trend);
    icp_account_free(a), free(broken.event), free(young.event), icp_scorer_free(s), icp_record_free(r);
}
END_TEST

START_TEST(stale_share_and_flag) {
    for (int i = 0; i < MODELS; i++) {
        icp_model *m = lab.model[i];
        icp_record *r = record_of(m, 0);
        icp_scorer *s = timing_scorer(m, 0, NULL, TIMING_END), *later = timing_scorer(m, 0, NULL, TIMING_END + 20000 * TIMING_DAY);
        struct timing_list l = steady("demo request", 0, TIMING_END - 10 * TIMING_DAY, TIMING_END, TIMING_DAY);
        icp_account *a = account_of(m, &l);
        struct icp_score score = score_of(s, r, a, ICP_LAYER_INTENT);
        ck_assert(score.stale == (i == 2 ? -1 : 0) && !(score.flags & ICP_FLAG_STALE)); /* weeks of a surge do not fade */
        ck_assert_int_eq(score_of(later, r, a, ICP_LAYER_INTENT).stale, -1); /* nothing counts any more */
        icp_account_free(a);
        for (size_t k = 0; k < l.count; k++) l.event[k].time -= 150 * TIMING_DAY;
        a = account_of(m, &l);
        score = score_of(s, r, a, ICP_LAYER_INTENT);
        ck_assert_msg(i == 2 ? score.stale == -1 : score.stale > 0, "model %d: %d", i, (int)score.stale);
        ck_assert_int_eq(!!(score.flags & ICP_FLAG_STALE), score.stale > 500);
        icp_account_free(a), icp_record_free(r), icp_scorer_free(s), icp_scorer_free(later), free(l.event);
    }
}
END_TEST

static void has(icp_buffer *json, const char *part) {
    struct icp_str s = {NULL, 0};
    ck_assert_int_eq(icp_buffer_data(json, &s), ICP_OK);
    ck_assert_msg(strstr(s.data, part) != NULL, "no %s in %s", part, s.data);
    icp_buffer_unref(json);
}
START_TEST(report_and_audit_count_what_was_read) {
    static const char text[] = "domain,type,time,amount\n"
                               "firm0000.com,login,2024-12-30,\nfirm0000.com,login,2024-12-20,\nfirm0000.com,login,2024-12-20,\nfirm0000.com,LOGIN,2020-01-01,\n"
                               "firm0001.com,ticket,2019-05-05,5/6/7\nfirm0001.com,ticket,1969-05-05,\nfirm0001.com,ticket,soon,\nfirm0001.com,,2024-01-01,\n"
                               ",ticket,2024-01-01,\nfirm0001.com,ticket,,\nfirm0001.com,login,2025-01-01,\nnobody.com,login,2030-01-01,\n";
    const char *const texts[] = {text};
    icp_accounts *a = timing_accounts(lab.model[0], lab.c, TIMING_END, texts, 1, NULL);
    icp_buffer *json = NULL;
    ck_assert_int_eq(icp_accounts_report(a, &json, NULL), ICP_OK);
    icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json);
    has(json, "\"rows\":12");
    has(json, "\"before_1970\":1");
    has(json, "\"future\":2");
    has(json, "\"without_key\":1");
    has(json, "\"without_type\":1");
    has(json, "\"without_time\":1");
    has(json, "\"duplicates\":1");
    has(json, "\"accounts\":2");
    for (int k = 1; k < 3; k++) {
        ck_assert_int_eq(icp_accounts_audit(a, layers[k], &json, NULL), ICP_OK);
        icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json), icp_buffer_ref(json);
        has(json, k == 1 ? "\"layer\":\"intent\",\"as_of\":\"2024-12-31\",\"assumed\":false" : "\"layer\":\"retention\",\"as_of\":\"2024-12-31\",\"assumed\":false");
        has(json, "{\"type\":\"login\",\"events\":4,\"newest\":\"2024-12-30\",\"median_age_days\":11,");
        has(json, "{\"type\":\"ticket\",\"events\":1,\"newest\":\"2019-05-05\",\"median_age_days\":2067,");
        has(json, "{\"type\":\"demo request\",\"events\":0,\"newest\":null,\"median_age_days\":-1,");
        has(json, "\"accounts\":{\"with_events\":2,");
    }
    ck_assert_int_eq(icp_accounts_audit(a, ICP_LAYER_FIT, &json, NULL), ICP_E_UNSUPPORTED);
    icp_accounts_unref(a);
    a = timing_accounts(lab.model[2], lab.c, TIMING_END, texts, 1, NULL);
    ck_assert_int_eq(icp_accounts_audit(a, ICP_LAYER_INTENT, &json, NULL), ICP_OK);
    icp_buffer_ref(json);
    has(json, "\"assumed\":true,\"threshold\":\"four weeks\"");
    has(json, "\"stale_after_days\":28");
    icp_accounts_unref(a);
}
END_TEST

START_TEST(wrong_events_are_refused_and_change_nothing) {
    icp_account *a = NULL;
    char longer[1000];
    memset(longer, 'x', sizeof longer);
    ck_assert_int_eq(icp_account_new(lab.model[0], &a, NULL), ICP_OK);
    const struct bytes before = saved(a);
    static const int64_t early[] = {-1, ICP_TIME_UNKNOWN, -TIMING_DAY};
    for (int i = 0; i < 3; i++) {
        const struct icp_event e = {.struct_size = sizeof e, .time = early[i], .type = "login", .type_size = 5};
        ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_E_ARGUMENT);
    }
    static const char *const empty[] = {NULL, "", "  \t"};
    for (int i = 0; i < 3; i++) {
        const struct icp_event e = {.struct_size = sizeof e, .time = 5, .type = empty[i], .type_size = empty[i] ? strlen(empty[i]) : 0};
        ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_E_ARGUMENT);
    }
    struct icp_event e = {.struct_size = sizeof e, .flags = 2, .time = 5, .type = "login", .type_size = 5};
    ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_E_UNSUPPORTED);
    const struct bytes now = saved(a);
    ck_assert_mem_eq(now.data, before.data, before.size);
    /* The ends of time, very long types, broken characters. */
    e = (struct icp_event){.struct_size = sizeof e, .time = 0, .type = longer, .type_size = sizeof longer};
    ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
    e.time = INT64_MAX, e.type = "\xff\xfe", e.type_size = 2;
    ck_assert_int_eq(icp_account_add(a, &e, NULL), ICP_OK);
    icp_account *copy;
    const struct bytes b = saved(a);
    ck_assert_int_eq(load(lab.model[0], b.data, b.size, &copy), ICP_OK);
    icp_account_free(copy), icp_account_free(a), free(before.data), free(now.data), free(b.data);
}
END_TEST

/* Case, blanks and the width of characters do not matter, as in the file of events. */
START_TEST(types_are_folded_as_in_files) {
    static const char *const spelled[] = {"demo request", "  Demo   Request ", "DEMO REQUEST", "demo\trequest"};
    struct timing_event e = {.time = TIMING_END - TIMING_DAY, .type = spelled[0]};
    const struct timing_list l = {&e, 1, 1};
    icp_account *first = account_of(lab.model[1], &l);
    for (int i = 1; i < 4; i++) {
        e.type = spelled[i];
        icp_account *a = account_of(lab.model[1], &l);
        must_equal(a, first, spelled[i]);
        icp_account_free(a);
    }
    icp_account_free(first);
}
END_TEST

int main(void) {
    Suite *s = suite_create("account");
    TCase *t = tcase_create("account");
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, any_order_gives_the_same_bytes);
    tcase_add_loop_test(t, batch_is_the_same_as_event_by_event, 0, MODELS);
    tcase_add_loop_test(t, batch_is_the_same_with_invalidating_events, 0, MODELS);
    tcase_add_test(t, batch_does_not_depend_on_order_or_split);
    tcase_add_test(t, events_from_structs_are_those_of_files);
    tcase_add_test(t, as_of_at_or_before_the_newest_event_is_refused);
    tcase_add_test(t, saved_account_is_loaded_as_it_was);
    tcase_add_test(t, damaged_accounts_are_refused);
    tcase_add_test(t, hostile_accounts_with_a_right_checksum_do_no_harm);
    tcase_add_test(t, rings_newer_than_the_account_are_refused);
    tcase_add_test(t, invalidating_event_discounts_what_came_before_and_shows_both);
    tcase_add_test(t, late_invalidating_event_is_refused_and_changes_nothing);
    tcase_add_test(t, second_reading_gives_what_sorted_rows_give);
    tcase_add_test(t, scorer_waits_for_the_second_reading);
    tcase_add_test(t, all_and_segments_can_be_invalidated);
    tcase_add_test(t, further_types_can_invalidate);
    tcase_add_test(t, trend_compares_with_the_own_past);
    tcase_add_test(t, stale_share_and_flag);
    tcase_add_test(t, report_and_audit_count_what_was_read);
    tcase_add_test(t, wrong_events_are_refused_and_change_nothing);
    tcase_add_test(t, types_are_folded_as_in_files);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
