/* SPDX-License-Identifier: MIT */
/* Cases and controls on the day of each outcome (nested case-control sampling, Langholz & Goldstein 1996): what half-lives are looked for in. */
#include "timing/moments.h"
#include "base/hash.h"
#include "base/sort.h"
#include <icp/fit.h>

#define CASES_MOST 3000u
#define CONTROLS 6u /* of a case */
#define TRIES 4u    /* for each */

struct cases {
    const struct icp__history *h;
    const struct icp__moments *m;
    struct icp__moment *row[2]; /* controls, cases */
    uint32_t count[2];
};

/* The account is known and not lost before the day, and has no such outcome on it. */
static bool is_control(const struct cases *k, const struct icp__at_risk *a, int32_t day, uint32_t target) {
    bool same = false;
    for (uint32_t i = a->first; i < a->last; i++)
        same = same || (k->h->outcome[i].day == day && (target >> k->h->outcome[i].kind & 1u));
    return a->known < day && a->end >= day && !same;
}

static void add_controls(struct cases *k, uint32_t outcome, int32_t day, uint32_t target) {
    uint32_t found = 0;
    const struct icp__decided *o = &k->h->outcome[outcome];
    for (uint32_t t = 0; t < CONTROLS * TRIES && found < CONTROLS; t++) {
        uint8_t bytes[20];
        icp__put64(bytes, k->h->hash[o->account]), icp__put32(bytes + 8, (uint32_t)o->day);
        icp__put32(bytes + 12, o->kind), icp__put32(bytes + 16, t);
        const uint32_t place = (uint32_t)(icp__hash(bytes, sizeof bytes, 1) % k->h->kept);
        const struct icp__at_risk a = icp__moments_at_risk(k->h, k->m, place);
        if (!is_control(k, &a, day, target))
            continue;
        k->row[0][k->count[0]++] = (struct icp__moment){place, day, 0};
        found++;
    }
}

static int by_place(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__moment *x = (const struct icp__moment *)arg + a, *y = (const struct icp__moment *)arg + b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->day < y->day ? -1 : x->day > y->day;
}

static bool sort_rows(icp_context *c, struct icp__moment *from, uint32_t n, struct icp__moment *to) {
    uint32_t *order = icp__alloc(c, 2 * (size_t)n + 1, sizeof *order);
    if (!order)
        return false;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    icp__sort_index(order, n, order + n, by_place, from);
    for (uint32_t i = 0; i < n; i++)
        to[i] = from[order[i]];
    icp__free(c, order);
    return true;
}

/* Every n-th outcome in the order of accounts, that is of hashes. */
static void choose(struct cases *k, uint32_t target) {
    const struct icp__history *h = k->h;
    uint32_t all = 0, seen = 0;
    for (size_t i = 0; i < h->outcomes; i++)
        all += target >> h->outcome[i].kind & 1u;
    const uint32_t every = all / CASES_MOST + 1;
    for (uint32_t place = 0; place < h->kept; place++) {
        const struct icp__at_risk a = icp__moments_at_risk(h, k->m, place);
        for (uint32_t i = a.first; i < a.last; i++) {
            const int32_t day = h->outcome[i].day;
            if (!(target >> h->outcome[i].kind & 1u) || seen++ % every != 0 || a.known >= day || a.end < day)
                continue;
            k->row[1][k->count[1]++] = (struct icp__moment){place, day, 1};
            add_controls(k, i, day, target);
        }
    }
}

icp_status icp__moments_cases(const struct icp__history *h, const struct icp__moments *m, struct icp__moments *out, struct icp_error *err) {
    struct cases k = {.h = h, .m = m};
    struct icp__moments own = *m;
    k.row[0] = icp__alloc(m->ctx, (CASES_MOST + 1) * CONTROLS, sizeof *k.row[0]);
    k.row[1] = icp__alloc(m->ctx, CASES_MOST + 1, sizeof *k.row[1]);
    own.row = icp__alloc(m->ctx, (CASES_MOST + 1) * (CONTROLS + 1), sizeof *own.row);
    bool fine = k.row[0] && k.row[1] && own.row;
    if (fine) {
        choose(&k, m->layer == ICP_LAYER_RETENTION ? 1u << ICP__CHURNED : m->target);
        own.negatives = k.count[0];
        own.rows = k.count[0] + k.count[1];
        own.outcomes = k.count[1];
        fine = sort_rows(m->ctx, k.row[0], k.count[0], own.row) && sort_rows(m->ctx, k.row[1], k.count[1], own.row + k.count[0]);
    }
    icp__free(m->ctx, k.row[0]);
    icp__free(m->ctx, k.row[1]);
    if (!fine) {
        icp__free(m->ctx, own.row);
        return icp__no_memory(err);
    }
    *out = own;
    return ICP_OK;
}
