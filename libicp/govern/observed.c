/* SPDX-License-Identifier: MIT */
/* From watched rows to steps of scores. The share of outcomes that come by an age is the curve of Kaplan and Meier (1958) taken backwards from the horizon
 * (Lagakos, Barraj and De Gruttola 1988): of the outcomes that could have come late, how many did. Forwards, over the rows, a base rate that
 * changes with time would pass for another delay. */
#include "govern/observed.h"
#include "base/sort.h"
#include "model/outcome.h"
#include "model/points.h"

#define LN2 0.69314718055994530942

double icp__stated(uint32_t layer, int64_t milli) {
    const double x = (double)milli / ICP__MILLI * LN2;
    return layer == ICP_LAYER_RETENTION ? -x : x;
}

/* With the ratio L to those without the outcome that to all is L / (1 - p + p L), p the share with the outcome: from p = listed to p = base. */
static double restated(double x, double listed, double base) {
    return x + icp__log((1 - listed) / (1 - base + (base - listed) * icp__exp(x)));
}

/* Days of the horizon. */
struct days {
    double *share;    /* [horizon + 1] of the outcomes, that come before the day */
    double *error;    /* [horizon + 1] variance of the step of ln share from the day after to the day */
    uint64_t *came;   /* [horizon + 1] outcomes with this delay */
    uint64_t *unseen; /* [horizon + 1] outcomes of rows of this age: later ones could not be seen */
};

static void share_days(const struct icp__watch *w, struct days *d, struct icp__observed *o) {
    uint64_t could = 0; /* outcomes that came by the day, of rows that were watched longer */
    for (size_t i = 0; i < w->rows; i++)
        if (w->row[i].delay >= 0)
            d->came[w->row[i].delay]++, d->unseen[w->row[i].age]++;
    could = d->unseen[o->horizon];
    d->share[o->horizon] = 1;
    d->error[o->horizon] = 0;
    for (uint32_t t = o->horizon; t-- > 0;) {
        const double came = (double)d->came[t], of = (double)could;
        d->share[t] = came > 0 ? d->share[t + 1] * (1 - came / of) : d->share[t + 1];
        d->error[t] = came > 0 && of > came ? came / (of * (of - came)) : 0;
        could -= d->came[t];
        could += d->unseen[t];
    }
    for (uint32_t k = 0; k < ICP__DELAY_PARTS; k++)
        o->come[k] = d->share[(uint64_t)o->horizon * (k + 1) / ICP__DELAY_PARTS];
}

/* The share with the outcome, and the number of mature rows that would tell it as well: outcomes vary, and so does what is known of delays. */
static void find_base(const struct icp__watch *w, const struct days *d, struct icp__observed *o) {
    double young = 0, part = 0, delay = 0;
    uint64_t *rows = d->came; /* no longer needed */
    memset(rows, 0, ((size_t)o->horizon + 1) * sizeof *rows);
    for (size_t i = 0; i < w->rows; i++)
        rows[w->row[i].age]++;
    for (uint32_t t = 0; t < o->horizon; t++) {
        young += (double)rows[t] * d->share[t];
        part += (double)rows[t] * d->share[t] * d->share[t];
        delay += young * young * d->error[t];
    }
    part += (double)rows[o->horizon];
    o->base = o->outcomes < o->exposed ? o->outcomes / o->exposed : 1;
    const double noise = o->outcomes > 0 ? (1 - o->base * part / o->exposed) / o->outcomes + delay / (o->exposed * o->exposed) : 0;
    o->base_rows = noise > 0 && o->base < 1 ? (1 - o->base) / (o->base * noise) : o->exposed;
}

struct order {
    const struct icp__watched *row;
    bool by_key, falling;
};

static int compare(const void *arg, uint32_t a, uint32_t b) {
    const struct order *k = arg;
    const struct icp__watched *x = &k->row[a], *y = &k->row[b];
    if (k->by_key)
        return x->key != y->key ? (x->key < y->key ? -1 : 1) : 0;
    if (x->milli != y->milli)
        return (x->milli < y->milli) != k->falling ? -1 : 1;
    if (x->age != y->age)
        return x->age < y->age ? -1 : 1;
    return x->delay != y->delay ? (x->delay < y->delay ? -1 : 1) : (x->tier > y->tier) - (x->tier < y->tier);
}

/* A row of an age at which nothing can have come says nothing. */
static void add_rows(const struct icp__watch *w, const uint32_t *order, const struct days *d, struct icp__observed *o) {
    for (size_t i = 0; i < w->rows; i++) {
        const struct icp__watched *r = &w->row[order[i]];
        struct icp__step *s = o->steps ? &o->step[o->steps - 1] : NULL;
        const double exposed = d->share[r->age];
        if (!(exposed > 0)) {
            o->blind++;
            continue;
        }
        if (s == NULL || s->milli != r->milli) {
            s = &o->step[o->steps++];
            *s = (struct icp__step){.milli = r->milli, .x = icp__stated(o->layer, r->milli)};
        }
        struct icp__overruled *c = &o->overruled[icp__points_tier(r->milli)][r->tier];
        c->rows++;
        c->outcomes += r->delay >= 0;
        c->exposed += exposed;
        s->rows++;
        s->outcomes += r->delay >= 0;
        s->exposed += exposed;
        o->outcomes += r->delay >= 0;
    }
    for (size_t i = 0; i < o->steps; i++) {
        struct icp__step *s = &o->step[i];
        s->others = o->layer == ICP_LAYER_FIT ? s->exposed : s->exposed - s->outcomes;
        o->exposed += s->exposed;
        o->others += s->others;
    }
}

/* Rows of one company stand together. */
static void count_companies(const struct icp__watch *w, const uint32_t *order, struct icp__observed *o) {
    bool counted = false;
    for (size_t i = 0; i < w->rows; i++) {
        const struct icp__watched *r = &w->row[order[i]];
        if (i == 0 || r->key != w->row[order[i - 1]].key)
            o->companies++, counted = false;
        o->with_outcome += r->delay >= 0 && !counted;
        counted = counted || r->delay >= 0;
    }
    o->repeats = o->with_outcome ? o->outcomes / (double)o->with_outcome : 1;
}

static bool fill(const struct icp__watch *w, double listed, struct days *d, uint32_t *order, struct icp__observed *o) {
    struct order k = {w->row, false, w->layer == ICP_LAYER_RETENTION};
    for (size_t i = 0; i < w->rows; i++) {
        const bool mature = w->row[i].age >= (int32_t)o->horizon;
        o->mature += mature, o->young += !mature;
        order[i] = (uint32_t)i;
    }
    o->rows = w->rows;
    if (o->mature == 0) /* how many come later cannot be known */
        return true;
    share_days(w, d, o);
    icp__sort_index(order, w->rows, order + w->rows, compare, &k);
    for (size_t i = 0, n = 0; i < w->rows; i++) {
        n += i == 0 || w->row[order[i]].milli != w->row[order[i - 1]].milli;
        o->steps = n;
    }
    o->step = icp__alloc(o->ctx, o->steps + 1, sizeof *o->step);
    o->steps = 0;
    if (o->step == NULL)
        return false;
    add_rows(w, order, d, o);
    k.by_key = true;
    icp__sort_index(order, w->rows, order + w->rows, compare, &k);
    count_companies(w, order, o);
    find_base(w, d, o);
    for (size_t i = 0; o->layer == ICP_LAYER_FIT && o->base > listed && o->base < 1 && i < o->steps; i++)
        o->step[i].x = restated(o->step[i].x, listed, o->base);
    return true;
}

icp_status icp__observed_make(const struct icp__watch *w, double listed, struct icp__observed *out, struct icp_error *err) {
    struct icp__observed o = {.ctx = w->ctx, .layer = w->layer, .horizon = w->horizon, .repeats = 1};
    const size_t days = (size_t)w->horizon + 1;
    struct days d = {icp__alloc(w->ctx, days, sizeof *d.share), icp__alloc(w->ctx, days, sizeof *d.error), icp__calloc(w->ctx, days, sizeof *d.came),
                     icp__calloc(w->ctx, days, sizeof *d.unseen)};
    uint32_t *order = icp__alloc(w->ctx, 2 * w->rows + 1, sizeof *order);
    const bool fine = d.share != NULL && d.error != NULL && d.came != NULL && d.unseen != NULL && order != NULL && fill(w, listed, &d, order, &o);
    icp__free(w->ctx, d.share);
    icp__free(w->ctx, d.error);
    icp__free(w->ctx, d.came);
    icp__free(w->ctx, d.unseen);
    icp__free(w->ctx, order);
    if (!fine)
        return icp__no_memory(err);
    *out = o;
    return ICP_OK;
}

void icp__observed_free(struct icp__observed *o) {
    if (o->ctx != NULL)
        icp__free(o->ctx, o->step);
    *o = (struct icp__observed){0};
}
