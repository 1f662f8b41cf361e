/* SPDX-License-Identifier: MIT */
/* How far to trust a tier: the chance that it stays when more customers are listed and what is unknown of the company becomes known. */
#include "score/scorer.h"

/* Half the width of the interval is read as 1.75 standard deviations, since it is set to cover 92% of what a longer list says
 * (doc/interval.md), and errors as normal. The normal distribution below x half widths, x in steps of 1/16, millionths. */
enum { STEP = 16, WIDTHS = 2, ONE = 1000000 }; /* beyond WIDTHS the chance is 1 */
static const int32_t below[STEP * WIDTHS + 1] = {
    500000, 543547, 586578, 628591, 669126, 707768, 744168, 778050, 809213, 837534, 862968,
    885536, 905324, 922469, 937146, 949562, 959941, 968513, 975509, 981151, 985647, 989187,
    991941, 994059, 995668, 996875, 997771, 998427, 998903, 999243, 999483, 999651, 999767};

/* Chances from which a tier may be trusted; effective customers that a claim of Good or better must rest on. Thousandths. */
enum { MEDIUM = 600, LOW = 400, THIN = 15000, VERY_THIN = 5000 };

/* Thousandths of sum c^2 / (sum c^2 / (k + 1/2)), at most the customers there are. */
static int64_t effective(uint64_t square, uint64_t over, uint64_t customers) {
    uint64_t n;
    if (square == 0)
        return 0;
    while (square > UINT64_MAX / 1000)
        square >>= 1, over >>= 1;
    if (over == 0)
        return (int64_t)(customers * 1000);
    n = square * 1000 / over;
    return (int64_t)(n < customers * 1000 ? n : customers * 1000);
}

/* Chance, in millionths, that the score moves by less than `distance` in one direction. */
static int32_t stays(int64_t distance, int64_t half) {
    if (distance >= WIDTHS * half)
        return ONE;
    const uint32_t x = (uint32_t)(distance * STEP * 256 / half), i = x >> 8;
    return below[i] + (below[i + 1] - below[i]) * (int32_t)(x & 255u) / 256;
}

/* Thousandths. */
static int32_t chance(int64_t milli, int32_t tier, int64_t half) {
    int32_t sum = ONE;
    if (tier > ICP_TIER_VERY_POOR)
        sum += stays(milli - icp__points_edge(tier), half) - ONE;
    if (tier < ICP_TIER_EXCELLENT)
        sum += stays(icp__points_edge(tier + 1) - milli, half) - ONE;
    return sum / 1000;
}

uint64_t icp__confidence_spread(const icp_model *m) {
    uint64_t most = 0, n = 0, squares = 0;
    int64_t sum = 0;
    uint32_t shift = 0;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        most = icp__get64(m->spread + 8 * i) > most ? icp__get64(m->spread + 8 * i) : most;
    while (most >> shift > 1 << 13) /* squares lie below 2^40: their sum below 2^63 */
        shift++;
    for (int32_t i = 0; i < ICP__SCORES; i++) {
        const int64_t count = (int64_t)(icp__get64(m->spread + 8 * (uint32_t)i) >> shift), x = icp__points_twice_middle(i + ICP__SCORE_MIN) / 2;
        n += (uint64_t)count;
        sum += count * x;
        squares += (uint64_t)(count * (x * x));
    }
    if (n == 0)
        return 0;
    const int64_t mean = sum / (int64_t)n;
    return squares / n - (uint64_t)(mean * mean);
}

uint64_t icp__confidence_unknown(const icp_scorer *s, const struct icp__tally *t) {
    uint64_t part = t->missing, of = s->model->share_total;
    while (of >> 47)
        part >>= 1, of >>= 1;
    return of == 0 ? 0 : ((part << 16) / of * s->spread) >> 16;
}

/* Half width, in milli-points, of an interval that allows for what is unknown too. Both variances lie below 2^62. */
static int64_t half_width(const icp_scorer *s, const struct icp__tally *t, uint32_t half) {
    return t->missing == 0 ? half : icp__isqrt(t->variance + icp__confidence_unknown(s, t) / 16 * 49); /* 1.75^2 */
}

/* The interval knows what chance does. What it cannot know bounds the confidence: that nothing was learned, that nobody could check its width, that the
 * model is overdue or overtaken, and that a high score rests on traits of few customers, which may mean something else than they seem. */
static int32_t level(const icp_model *m, const struct icp__tally *t, const struct icp_score *v) {
    const int32_t by_chance = v->holds >= ICP__HOLDS_HIGH ? ICP_CONFIDENCE_HIGH
                              : v->holds >= MEDIUM        ? ICP_CONFIDENCE_MEDIUM
                              : v->holds >= LOW           ? ICP_CONFIDENCE_LOW
                                                          : ICP_CONFIDENCE_INSUFFICIENT;
    int32_t most = ICP_CONFIDENCE_HIGH;
    if ((m->info.flags & ICP_MODEL_INTERVAL_UNCALIBRATED) || (v->flags & (ICP_FLAG_REVIEW_OVERDUE | ICP_FLAG_CALIBRATION_OVERDUE | ICP_FLAG_CHANGED)))
        most = ICP_CONFIDENCE_MEDIUM;
    if (m->info.flags & ICP_MODEL_FEW_CUSTOMERS)
        most = ICP_CONFIDENCE_LOW;
    if (v->effective < THIN && v->tier >= ICP_TIER_GOOD)
        most = v->effective < VERY_THIN ? ICP_CONFIDENCE_INSUFFICIENT : ICP_CONFIDENCE_LOW;
    if (t->known == 0 || (m->signals != NULL && m->signals->assumed))
        most = ICP_CONFIDENCE_INSUFFICIENT;
    return by_chance < most ? by_chance : most;
}

void icp__confidence(const icp_scorer *s, const struct icp__tally *t, uint32_t half, struct icp_score *v) {
    const icp_model *m = s->model;
    v->effective = effective(t->square, t->over, m->info.customers);
    v->holds = chance(v->millipoints, v->tier, half_width(s, t, half));
    v->confidence = level(m, t, v);
    if (t->known == 0)
        v->flags |= ICP_FLAG_NOTHING_KNOWN;
    else if (v->effective < THIN && v->confidence < ICP_CONFIDENCE_HIGH)
        v->flags |= ICP_FLAG_THIN;
    if (v->effective < THIN && v->tier >= ICP_TIER_GOOD)
        v->flags |= ICP_FLAG_HIGH_ON_THIN;
    if (t->missing > m->share_total / 2)
        v->flags |= ICP_FLAG_MISSING;
}
