/* SPDX-License-Identifier: MIT */
/* Points for ranges of the surge statistic L: a half chance that such a surge means a buying motion, LR = (.5 + .5 L) / (15/16 + L/16),
 * and the offset that brings the mean ratio over all account-moments to 1. With it no ratio exceeds 8: assumed evidence is at most Excellent's edge. */
#include "model/surge.h"
#include "base/number.h"
#include "model/outcome.h"
#include "model/points.h"
#include <icp/score.h>

#define LEAST_QUARTERS (-8) /* ranges of a quarter of a bit from -2 ... */
#define MOST_QUARTERS 40    /* ... to 10 bits */
#define EDGES (MOST_QUARTERS - LEAST_QUARTERS + 1)
#define BITS_MOST 3.0
#define HALF_WIDTH 106000.0 /* milli-points: a tier up and down; nothing measures it */

struct counting {
    const struct icp__signals *s;
    const struct icp__moments *m;
    uint64_t rows[EDGES + 1], known;
};

/* Ranges are [edge - 1, edge); values are in thousandths, edges in quarters. */
static uint32_t range_of(int64_t v) {
    uint32_t k = 0;
    while (k < EDGES && v >= (LEAST_QUARTERS + (int64_t)k) * 250)
        k++;
    return k;
}

static void count_row(void *user, uint32_t row, const struct icp__track *t) {
    struct counting *k = user;
    int64_t v;
    if (!icp__signals_value(k->s, &k->s->column[0], t, k->m->row[row].day, false, &v))
        return;
    k->rows[range_of(v)]++;
    k->known++;
}

/* log2 of the ratio in the middle of a range. */
static double bits_of(uint32_t range) {
    const double quarters = range == 0 ? LEAST_QUARTERS : range == EDGES ? MOST_QUARTERS : LEAST_QUARTERS + (double)range - 0.5;
    const double likelihood = icp__exp(quarters / 4 * icp__log(2));
    return icp__log((0.5 + 0.5 * likelihood) / (15.0 / 16 + likelihood / 16)) / icp__log(2);
}

/* Quarters as the shortest decimal. */
static struct icp__decimal edge_of(int32_t quarters) {
    struct icp__decimal d = {quarters * 25, -2};
    for (; d.mantissa % 10 == 0 && d.exponent < 0; d.exponent++)
        d.mantissa /= 10;
    return d;
}

static double capped(uint32_t range, double offset) {
    const double bits = bits_of(range) + offset;
    return bits < BITS_MOST ? bits : BITS_MOST;
}

/* The mean rises with the offset: halving the interval finds where it is 1. */
static double offset_of(const struct counting *k) {
    double low = -BITS_MOST, high = BITS_MOST;
    for (int step = 0; step < 60; step++) {
        const double middle = (low + high) / 2;
        double mean = 0;
        for (uint32_t i = 0; i <= EDGES; i++)
            mean += (double)k->rows[i] / (double)k->known * icp__exp(capped(i, middle) * icp__log(2));
        *(mean > 1 ? &high : &low) = middle;
    }
    return low;
}

static void put_traits(const struct counting *k, struct icp__learned *l) {
    struct icp__learned_trait *t = l->traits;
    const double bits = offset_of(k);
    const int32_t offset = (int32_t)icp__round(bits * ICP__MILLI);
    *t++ = (struct icp__learned_trait){.kind = ICP_TRAIT_KNOWN, .text = {"", 0}, .open_lo = true, .open_hi = true, .points = offset,
                                       .reference = k->known, .reference_of = k->m->rows};
    for (uint32_t i = 0; i <= EDGES; i++, t++) {
        *t = (struct icp__learned_trait){.kind = ICP_TRAIT_RANGE, .text = {"", 0}, .open_lo = i == 0, .open_hi = i == EDGES,
                                         .points = (int32_t)icp__round(capped(i, bits) * ICP__MILLI) - offset, .reference = k->rows[i], .reference_of = k->known};
        if (i > 0)
            t->lo = edge_of(LEAST_QUARTERS + (int32_t)i - 1);
        if (i < EDGES)
            t->hi = edge_of(LEAST_QUARTERS + (int32_t)i);
        l->spread[ICP_WHO_REFERENCE][icp__points_score((int64_t)offset + t->points) - ICP__SCORE_MIN] += k->rows[i];
    }
    l->count = (uint64_t)(t - l->traits);
}

icp_status icp__surge_learn(const struct icp__history *h, const struct icp__moments *m, const struct icp__signals *s, const icp_schema *schema,
                            const icp_reference *reference, struct icp__learned *out, struct icp_error *err) {
    struct counting k = {.s = s, .m = m};
    struct icp__learned l = {.schema = schema, .layer = ICP_LAYER_INTENT, .flags = ICP_MODEL_INTERVAL_UNCALIBRATED, .companies = m->rows,
                             .slope_micro = 1000000, .cllr_micro = 1000000, .auc_micro = 500000};
    uint32_t *map = icp__moments_map(h, s);
    const struct icp__replay replay = {h, m, s->ring, s->rings, s->decay, map, count_row, &k};
    const struct icp__timing_facts facts = {h, m, s};
    icp__arena_init(&l.arena, h->ctx);
    icp__bytes_init(&l.summary, h->ctx);
    icp__bytes_init(&l.signals, h->ctx);
    memcpy(l.reference_id, reference->id, sizeof l.reference_id);
    l.base_variance = (uint64_t)(HALF_WIDTH * HALF_WIDTH);
    l.traits = icp__arena_alloc(&l.arena, EDGES + 2, sizeof *l.traits);
    icp_status st = map && l.traits && icp__moments_replay(&replay) ? ICP_OK : icp__no_memory(err);
    if (!st && !k.known)
        st = icp__fail(err, ICP_E_TOO_FEW, "no type of event is frequent enough for a surge test");
    if (!st) {
        put_traits(&k, &l);
        st = icp__surge_summary(&facts, &l.summary, err);
    }
    icp__free(h->ctx, map);
    if (st) {
        icp__learned_free(&l);
        return st;
    }
    *out = l;
    return ICP_OK;
}
