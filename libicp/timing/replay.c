/* SPDX-License-Identifier: MIT */
/* Plays the past back account by account, and what is learned from it before any layer is: signals and half-lives. */
#include "timing/moments.h"
#include "base/number.h"
#include "base/sort.h"

#define EVENTS_LEAST 30u        /* of a type, to be a signal of its own */

uint32_t *icp__moments_map(const struct icp__history *h, const struct icp__signals *s) {
    uint32_t *map = icp__alloc(h->ctx, h->types.count + 1, sizeof *map);
    for (size_t t = 0; map && t < h->types.count; t++)
        map[t] = icp__signals_find(s, (struct icp_str){h->types.key[t].data, h->types.key[t].size});
    return map;
}

/* One account's state while its days go by. */
struct playing {
    const struct icp__replay *r;
    struct icp__ring *ring, *after; /* [rings] */
    struct icp__track track;
    uint32_t event, broke; /* next ones */
    size_t all;            /* of those that concern every account */
    bool used;             /* the rings hold something */
};

static void start(struct playing *p, uint32_t place) {
    const struct icp__history *h = p->r->h;
    if (p->used)
        memset(p->ring, 0, p->r->rings * sizeof *p->ring);
    p->used = false;
    p->event = h->first_event[place];
    p->broke = h->first_break[place];
    p->all = 0;
    p->track = (struct icp__track){-1, ICP_TIME_UNKNOWN, p->ring, NULL};
}

static void add_event(struct playing *p, const struct icp__happened *e) {
    const struct icp__replay *r = p->r;
    for (uint32_t i = 0; i < r->rings; i++) {
        const uint32_t weight = icp__ring_weight(&r->plan[i], r->signal[e->type], e->weight);
        if (!weight)
            continue;
        const struct icp__decay *d = r->decay[icp__ring_place(&r->plan[i])];
        icp__ring_add(&p->ring[i], d, e->day, weight);
        if (p->track.after)
            icp__ring_add(&p->after[i], d, e->day, weight);
    }
    p->track.first = p->track.first < 0 ? e->day : p->track.first;
    p->used = true;
}

/* Everything before the beginning of a day. */
static void advance(struct playing *p, uint32_t place, int32_t day) {
    const struct icp__history *h = p->r->h;
    const uint32_t events = h->first_event[place + 1], breaks = h->first_break[place + 1];
    for (;;) {
        const int32_t next = p->event < events ? h->event[p->event].day : INT32_MAX, limit = next < day ? next : day - 1;
        int32_t broke = -1; /* the newest before the next event; events of its own day come behind it */
        for (; p->broke < breaks && h->broke[p->broke].day <= limit; p->broke++)
            broke = h->broke[p->broke].day;
        for (; p->all < h->all_breaks && h->all_broke[p->all] <= limit; p->all++)
            broke = h->all_broke[p->all] > broke ? h->all_broke[p->all] : broke;
        if (broke >= 0) {
            memset(p->after, 0, p->r->rings * sizeof *p->after);
            p->track.after = p->after;
            p->track.broken = broke * ICP__DAY;
        } else if (next < day) {
            add_event(p, &h->event[p->event++]);
        } else {
            return;
        }
    }
}

bool icp__moments_replay(const struct icp__replay *r) {
    const struct icp__moments *m = r->m;
    struct playing p = {.r = r, .used = true};
    p.ring = icp__alloc(m->ctx, r->rings + 1u, sizeof *p.ring);
    p.after = icp__alloc(m->ctx, r->rings + 1u, sizeof *p.after);
    const bool fine = p.ring && p.after;
    for (uint32_t row = 0; fine && row < m->rows; row++) {
        if (row == 0 || row == m->negatives || m->row[row].place != m->row[row - 1].place)
            start(&p, m->row[row].place);
        advance(&p, m->row[row].place, m->row[row].day);
        r->visit(r->user, row, &p.track);
    }
    icp__free(m->ctx, p.ring);
    icp__free(m->ctx, p.after);
    return fine;
}

static int by_frequency(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__history *h = arg;
    if (h->type[a].events != h->type[b].events)
        return h->type[a].events > h->type[b].events ? -1 : 1;
    return icp__str_compare((struct icp_str){h->types.key[a].data, h->types.key[a].size}, (struct icp_str){h->types.key[b].data, h->types.key[b].size});
}

bool icp__moments_signals(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *out) {
    const size_t n = h->types.count;
    uint32_t *order = icp__alloc(h->ctx, 2 * n + 1, sizeof *order);
    bool fine = order != NULL;
    out->layer = m->layer;
    out->horizon = m->horizon;
    out->assumed = m->all;
    out->key_form = h->reading.key_form;
    out->key = h->reading.key_header;
    out->invalidates = h->invalidates;
    for (size_t i = 0; fine && i < n; i++)
        order[i] = (uint32_t)i;
    if (fine)
        icp__sort_index(order, n, order + n, by_frequency, h);
    for (size_t i = 0; fine && i < n && out->signals < ICP__SIGNALS && h->type[order[i]].events >= EVENTS_LEAST; i++) {
        const struct icp__key *key = &h->types.key[order[i]];
        const struct icp__history_type *t = &h->type[order[i]];
        struct icp__signal *s = &out->signal[out->signals++];
        *s = (struct icp__signal){.type = {icp__arena_copy(&out->arena, key->data, key->size), key->size}, .events = t->events,
                                  .first = t->first, .newest = t->newest, .prior_events_micro = 1, .prior_days_micro = 1,
                                  .half_life = {.at = ICP__HALF_LIVES / 2, .low = 0, .high = ICP__HALF_LIVES - 1}};
        for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) /* until it is looked for nothing is known */
            s->half_life.chance[k] = 1.0 / ICP__HALF_LIVES;
        fine = s->type.data != NULL;
    }
    icp__free(h->ctx, order);
    return fine;
}

/* Decayed counts of all signals at all half-lives, for each case and control. */
struct searching {
    const struct icp__moments *m;
    uint32_t rings;
    struct icp__decay *const *decay;
    double *a, *b;
    int32_t *value, *day;
};

static void search_row(void *user, uint32_t row, const struct icp__track *t) {
    struct searching *k = user;
    const bool is_case = row >= k->m->negatives;
    k->day[row] = k->m->row[row].day;
    k->a[row] = is_case;
    k->b[row] = is_case ? 0 : k->m->outcomes / k->m->negatives;
    for (uint32_t r = 0; r < k->rings; r++) {
        const int64_t v = icp__ring_read(&t->ring[r], t->after ? &t->after[r] : NULL, k->decay[r % ICP__HALF_LIVES], k->m->row[row].day);
        k->value[(size_t)r * k->m->rows + row] = v < INT32_MAX ? (int32_t)v : INT32_MAX;
    }
}

static bool search(struct searching *k, const struct icp__history *h, const struct icp__signals *s, struct icp__half_life *out) {
    struct icp__signals grid; /* for the tables of all half-lives */
    struct icp__ring_plan *plan = icp__alloc(h->ctx, k->rings + 1u, sizeof *plan);
    uint32_t *map = icp__moments_map(h, s);
    icp__signals_init(&grid, h->ctx);
    for (uint32_t j = 0; j < ICP__HALF_LIVES; j++)
        icp__signals_add_ring(&grid, 0, false, false, icp__half_life_days[j]);
    for (uint32_t i = 0; plan && i < k->rings; i++)
        plan[i] = (struct icp__ring_plan){i / ICP__HALF_LIVES, false, false, icp__half_life_days[i % ICP__HALF_LIVES]};
    k->a = icp__alloc(h->ctx, 2 * (size_t)k->m->rows + 1, sizeof *k->a);
    k->day = icp__alloc(h->ctx, k->m->rows + 1u, sizeof *k->day);
    k->value = icp__alloc(h->ctx, (size_t)k->rings * k->m->rows + 1, sizeof *k->value);
    bool fine = plan && map && k->a && k->value && k->day && icp__signals_prepare(&grid);
    if (fine) {
        const struct icp__replay replay = {h, k->m, plan, k->rings, grid.decay, map, search_row, k};
        k->b = k->a + k->m->rows;
        k->decay = grid.decay;
        fine = icp__moments_replay(&replay);
    }
    if (fine) {
        const struct icp__fading f = {h->ctx, k->m->rows, s->signals, k->a, k->b, k->m->outcomes, k->value, k->day};
        fine = icp__half_lives_find(&f, out);
    }
    icp__signals_free(&grid);
    icp__free(h->ctx, plan);
    icp__free(h->ctx, map);
    icp__free(h->ctx, k->a);
    icp__free(h->ctx, k->value);
    icp__free(h->ctx, k->day);
    return fine;
}

bool icp__moments_half_lives(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *s) {
    struct icp__moments cases;
    struct icp__half_life *found = icp__calloc(h->ctx, s->signals + 1u, sizeof *found);
    bool fine = found && icp__moments_cases(h, m, &cases, NULL) == ICP_OK;
    if (fine) {
        struct searching k = {.m = &cases, .rings = s->signals * ICP__HALF_LIVES};
        fine = search(&k, h, s, found);
        icp__moments_free(&cases);
    }
    for (uint32_t i = 0; fine && i < s->signals; i++)
        s->signal[i].half_life = found[i];
    icp__free(h->ctx, found);
    return fine;
}

/* Rates over the rows: sums for the Gamma distribution that they seem to come from. */
struct rate {
    double events, days, squares, rows, inverse; /* inverse: sum of 1 / days */
};
struct rating {
    const struct icp__moments *m;
    const struct icp__signals *s;
    struct rate *rate; /* [rings] */
};

static void rate_row(void *user, uint32_t row, const struct icp__track *t) {
    struct rating *k = user;
    for (uint32_t r = 0; r < k->s->rings; r++) {
        double events, days;
        if (!k->s->ring[r].flat || !icp__signals_past(k->s, t, r, k->m->row[row].day, &events, &days) || days < ICP__RECENT_WEEKS * ICP__WEEK)
            continue;
        struct rate *x = &k->rate[r];
        x->events += events, x->days += days;
        x->squares += events / days * (events / days);
        x->rows += 1, x->inverse += 1 / days;
    }
}

#define PRIOR_LEAST 0.1 /* events: a prior that says less than this lets one visit in an empty year look like a surge */
#define PRIOR_MOST 100.0
#define DAYS_USUAL 365.0

/* Mean and variance of the rates, less what Poisson's chance gives, are those of Gamma(a, b). */
static void prior_of(const struct rate *x, int64_t *events_micro, int64_t *days_micro) {
    double a = 1, b = DAYS_USUAL;
    if (x->rows > 1 && x->events > 0) {
        const double mean = x->events / x->days, first = x->squares / x->rows, spread = first - mean * mean - mean * x->inverse / x->rows;
        a = spread > 0 ? mean * mean / spread : PRIOR_MOST;
        a = a < PRIOR_LEAST ? PRIOR_LEAST : a > PRIOR_MOST ? PRIOR_MOST : a;
        b = a / mean;
    }
    *events_micro = icp__round(a * 1e6);
    *days_micro = icp__round((b < 1 ? 1 : b > 1e6 ? 1e6 : b) * 1e6);
}

bool icp__moments_priors(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *s) {
    uint32_t *map = icp__moments_map(h, s);
    struct rating k = {m, s, icp__calloc(h->ctx, s->rings + 1u, sizeof *k.rate)};
    const struct icp__replay replay = {h, m, s->ring, s->rings, s->decay, map, rate_row, &k};
    const bool fine = map && k.rate && icp__moments_replay(&replay);
    for (uint32_t r = 0; fine && r < s->rings; r++)
        if (s->ring[r].flat && s->ring[r].signal != ICP__ANY)
            prior_of(&k.rate[r], &s->signal[s->ring[r].signal].prior_events_micro, &s->signal[s->ring[r].signal].prior_days_micro);
    icp__free(h->ctx, map);
    icp__free(h->ctx, k.rate);
    return fine;
}
