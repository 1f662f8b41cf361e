/* SPDX-License-Identifier: MIT */
/* A small made-up universe with a past: companies, their events and outcomes, and models fitted on them. Same seed, same texts.
 * Prospects show interest for a month before they convert; old customers log in, and complain before they leave; all that in the second year. */
#pragma once
#include "world.h"

#define TIMING_DAY INT64_C(86400000000)
enum { TIMING_START = 19358, TIMING_DAYS = 730 }; /* 2023-01-01, two years */
#define TIMING_END ((int64_t)(TIMING_START + TIMING_DAYS) * TIMING_DAY)
enum {
    TIMING_FIT = 1 << ICP_LAYER_FIT,
    TIMING_INTENT = 1 << ICP_LAYER_INTENT,
    TIMING_RETENTION = 1 << ICP_LAYER_RETENTION,
    TIMING_ALL = TIMING_FIT | TIMING_INTENT | TIMING_RETENTION
};

struct timing_event {
    int company, valued; /* company < 0: the key is `key` */
    int64_t time;        /* microseconds */
    double value;
    const char *type, *key;
};
struct timing_list {
    struct timing_event *event;
    size_t count, cap;
};
struct timing_world {
    int companies;
    struct timing_company {
        char key[24], industry[16];
        int employees, customer, converted, churned; /* days from the start; 0 = never */
    } *company;
    struct timing_list events, outcomes;
};

static inline void timing_put(struct timing_list *l, struct timing_event e) {
    if (l->count == l->cap) l->cap = l->cap * 2 + 64, l->event = realloc(l->event, l->cap * sizeof *l->event);
    l->event[l->count++] = e;
}
/* Events of a type in [from, to), so many a day. */
static inline void timing_rain(struct timing_list *l, uint64_t *s, int company, const char *type, int from, int to, double rate, double value) {
    from = from < 0 ? 0 : from;
    for (double at = from - log(world_uniform(s)) / rate; at < to; at -= log(world_uniform(s)) / rate)
        timing_put(l, (struct timing_event){company, value > 0, TIMING_START * TIMING_DAY + (int64_t)(at * 86400) * 1000000, value * (1 + world_below(s, 9)), type, NULL});
}
static inline void timing_outcome(struct timing_world *w, int company, const char *what, int day) {
    timing_put(&w->outcomes, (struct timing_event){company, 0, (TIMING_START + day) * TIMING_DAY, 0, what, NULL});
}
static inline void timing_customer(struct timing_world *w, uint64_t *s, int i, int since) {
    struct timing_company *k = &w->company[i];
    struct timing_list *l = &w->events;
    const int leaves = world_uniform(s) < .6, first = since < 290 ? 370 : since + 80, end = leaves ? first + world_below(s, 360) : TIMING_DAYS;
    k->customer = 1;
    k->churned = leaves && end < TIMING_DAYS ? end : 0;
    const int last = k->churned ? k->churned : TIMING_DAYS, doubt = k->churned ? last - 70 : last;
    timing_rain(l, s, i, "login", since, doubt, .06, 0), timing_rain(l, s, i, "login", doubt, last, .01, 0);
    timing_rain(l, s, i, "ticket", since, doubt, .01, 0), timing_rain(l, s, i, "ticket", doubt, last, .07, 0);
    timing_rain(l, s, i, "invoice", since, last, .02, 1000);
    for (int day = since + 365; day < last; day += 365)
        if (day > 0) timing_outcome(w, i, "renewed", day);
    if (k->churned) timing_outcome(w, i, "churned", k->churned);
}
static inline struct timing_world timing_world_new(uint64_t seed, int companies) {
    static const char *const industry[] = {"fintech", "retail", "mining", "health", "energy"};
    struct timing_world w = {companies, calloc((size_t)companies, sizeof *w.company), {NULL, 0, 0}, {NULL, 0, 0}};
    uint64_t s = seed * 7919 + 5;
    for (int i = 0; i < companies; i++) {
        struct timing_company *k = &w.company[i];
        const int branch = world_below(&s, 5);
        const double odds = exp((branch == 0) * 1.2 - (branch == 2) * 1.2 - .8), u = world_uniform(&s);
        snprintf(k->key, sizeof k->key, "firm%04d.com", i);
        snprintf(k->industry, sizeof k->industry, "%s", industry[branch]);
        k->employees = 10 + world_below(&s, 990);
        if (i % 5 < 2) { /* a customer from before */
            timing_outcome(&w, i, "converted", -40 - world_below(&s, 300));
            timing_customer(&w, &s, i, -world_below(&s, 300));
            continue;
        }
        timing_rain(&w.events, &s, i, "page view", 0, TIMING_DAYS, .01 + .04 * world_uniform(&s), 0);
        timing_rain(&w.events, &s, i, "demo request", 0, TIMING_DAYS, .004, 0);
        timing_rain(&w.events, &s, i, "newsletter", 0, TIMING_DAYS, .01, 0);
        if (u < odds / (1 + odds)) {
            k->converted = 370 + world_below(&s, 355);
            timing_rain(&w.events, &s, i, "demo request", k->converted - 35, k->converted, .1, 0);
            timing_rain(&w.events, &s, i, "page view", k->converted - 35, k->converted, .1, 0);
            timing_outcome(&w, i, "converted", k->converted);
            timing_customer(&w, &s, i, k->converted);
        } else if (u > .9) {
            timing_outcome(&w, i, "lost", 300 + world_below(&s, 400));
        }
    }
    return w;
}
static inline void timing_world_free(struct timing_world *w) { free(w->company), free(w->events.event), free(w->outcomes.event); }

/* CSV of events or outcomes: only row % parts == part of the order drawn by `shuffle` (0 = as they are), to the microsecond. */
static inline char *timing_csv(const struct timing_world *w, const struct timing_list *l, uint64_t shuffle, size_t part, size_t parts) {
    size_t *order = malloc((l->count + 1) * sizeof *order);
    char *text = malloc(l->count * 128 + 64), *p = text + sprintf(text, "domain,type,time,amount\n");
    for (size_t i = 0; i < l->count; i++) order[i] = i;
    for (size_t i = l->count; shuffle && i > 1; i--) {
        const size_t k = (size_t)(world_next(&shuffle) % i), t = order[k];
        order[k] = order[i - 1], order[i - 1] = t;
    }
    for (size_t i = part; i < l->count; i += parts) {
        const struct timing_event *e = &l->event[order[i]];
        const int64_t day = e->time / TIMING_DAY, rest = e->time % TIMING_DAY / 1000000, z = day + 719468, era = z / 146097; /* from 1970 on */
        const int64_t d = z % 146097, y = (d - d / 1460 + d / 36524 - d / 146096) / 365, n = d - (365 * y + y / 4 - y / 100), m = (5 * n + 2) / 153;
        p += sprintf(p, "%s,%s,%04d-%02d-%02dT%02d:%02d:%02d.%06dZ,", e->company < 0 ? e->key : w->company[e->company].key, e->type, (int)(y + era * 400 + (m > 9)),
                     (int)(m < 10 ? m + 3 : m - 9), (int)(n - (153 * m + 2) / 5 + 1), (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60),
                     (int)(e->time % 1000000));
        p += e->valued ? sprintf(p, "%.2f\n", e->value) : sprintf(p, "\n");
    }
    free(order);
    return text;
}
/* Rows of all companies, or the keys of the customers. */
static inline char *timing_companies(const struct timing_world *w, int customers) {
    char *text = malloc((size_t)w->companies * 80 + 64), *p = text + sprintf(text, customers ? "domain\n" : "domain,industry,employees\n");
    for (int i = 0; i < w->companies; i++)
        if (!customers) p += sprintf(p, "%s,%s,%d\n", w->company[i].key, w->company[i].industry, w->company[i].employees);
        else if (w->company[i].customer) p += sprintf(p, "%s\n", w->company[i].key);
    return text;
}

/* What a fit is made of; texts may be NULL. */
struct timing_given {
    const char *companies, *customers, *events, *more_events, *outcomes, *card;
    struct icp_fit_options options;
};
static inline icp_status timing_add(icp_context *c, icp_fit *f, const char *text, int outcomes, struct icp_error *e) {
    icp_reader *r = world_reader(c, text, strlen(text), 0);
    const icp_status s = outcomes ? icp_fit_add_outcomes(f, r, NULL, NULL, e) : icp_fit_add_events(f, r, NULL, NULL, e);
    icp_reader_free(r);
    return s;
}
static inline icp_fit *timing_fit_new(icp_context *c, const struct timing_given *g) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_fit_options o = g->options;
    icp_reference *reference = world_reference(c, g->companies);
    icp_fit *f;
    o.struct_size = sizeof o;
    world_must(icp_fit_new(c, reference, NULL, &o, &f, &e), &e);
    icp_reference_unref(reference);
    if (g->customers) {
        icp_reader *r = world_reader(c, g->customers, strlen(g->customers), 0);
        world_must(icp_fit_add_customers(f, r, NULL, &e), &e);
        icp_reader_free(r);
    }
    if (g->events) world_must(timing_add(c, f, g->events, 0, &e), &e);
    if (g->more_events) world_must(timing_add(c, f, g->more_events, 0, &e), &e);
    if (g->outcomes) world_must(timing_add(c, f, g->outcomes, 1, &e), &e);
    if (g->card) world_must(icp_fit_set_card(f, g->card, strlen(g->card), &e), &e);
    return f;
}
static inline icp_status timing_try(icp_context *c, const struct timing_given *g, icp_model **out, struct icp_error *e) {
    icp_fit *f = timing_fit_new(c, g);
    const icp_status s = icp_fit_run(f, NULL, out, e);
    icp_fit_free(f);
    return s;
}
static inline icp_model *timing_model(icp_context *c, const struct timing_given *g) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m = NULL;
    world_must(timing_try(c, g, &m, &e), &e);
    return m;
}
/* Of the world: events and outcomes to its end; without outcomes intent is assumed. */
static inline icp_model *timing_world_model(icp_context *c, const struct timing_world *w, uint32_t layers, int outcomes) {
    struct timing_given g = {.options = {.layers = layers}};
    char *companies = timing_companies(w, 0), *customers = timing_companies(w, 1), *events = timing_csv(w, &w->events, 0, 0, 1);
    char *results = outcomes ? timing_csv(w, &w->outcomes, 0, 0, 1) : NULL;
    g.companies = companies, g.customers = layers & TIMING_FIT ? customers : NULL, g.events = events, g.outcomes = results;
    icp_model *m = timing_model(c, &g);
    free(companies), free(customers), free(events), free(results);
    return m;
}

/* Accounts from a text; *again = it had to be read twice. */
static inline icp_accounts *timing_accounts(icp_model *m, icp_context *c, int64_t as_of, const char *const *texts, size_t count, int *again) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_accounts *a;
    world_must(icp_accounts_new(m, as_of, NULL, &a, &e), &e);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < count; i++) {
            icp_reader *r = world_reader(c, texts[i], strlen(texts[i]), (uint32_t)(i * 7 + 5));
            world_must(icp_accounts_add(a, r, NULL, NULL, &e), &e);
            icp_reader_free(r);
        }
        const int more = icp_accounts_again(a);
        if (again && !round) *again = more;
        if (!more) return a;
        ck_assert_int_eq(round, 0); /* "once is enough" */
    }
    return a;
}
static inline icp_scorer *timing_scorer(icp_model *m, uint32_t layers, icp_accounts *a, int64_t as_of) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_scorer_options o = {.struct_size = sizeof o, .layers = layers, .accounts = a, .flags = as_of ? ICP_SCORER_AS_OF : 0, .as_of = as_of};
    icp_scorer *s;
    world_must(icp_scorer_new(m, &o, &s, &e), &e);
    return s;
}
/* A column of the last batch. */
static inline struct icp_array timing_column(const icp_result *r, int32_t layer, int32_t column) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_array a = {.struct_size = sizeof a};
    world_must(icp_result_column(r, layer, column, &a, &e), &e);
    return a;
}
static inline icp_result *timing_score(icp_scorer *s, icp_context *c, const char *companies) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reader *r = world_reader(c, companies, strlen(companies), 65536);
    icp_result *result;
    icp_batch *b;
    world_must(icp_result_new(c, &result, &e), &e);
    world_must(icp_reader_next(r, &b, &e), &e);
    world_must(icp_scorer_score(s, b, result, &e), &e);
    icp_batch_unref(b);
    world_must(icp_reader_next(r, &b, &e), &e);
    ck_assert_ptr_null(b); /* all in one batch */
    icp_reader_free(r);
    return result;
}
