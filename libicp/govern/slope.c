/* SPDX-License-Identifier: MIT */
/* Recalibration: logistic regression of outcomes on the evidence (Cox 1958), with an interval from the likelihood, whose offset is left free. A row
 * that is too young to judge is a part of a trial. */
#include "govern/observed.h"
#include "govern/probability.h"
#include "model/points.h"

#define POINTS_MOST 4096u /* neighbouring steps are united beyond */
#define SLOPE_MOST 32.0   /* of either sign; beyond, there is no end */
#define OFFSET_MOST 60.0
#define FEW 5.0           /* outcomes, or others, below which no slope is looked for */
#define WORSE .5          /* the slope that must be told from 1 */
#define POWER .8

struct point {
    double x, outcomes, trials, exposed, young; /* trials: outcomes and others; young: exposed * mean share of the outcomes that could be seen */
};
struct points {
    struct point *at;
    size_t n;
    double outcomes;
    double offset; /* of the last slope: where to begin */
};

static double chance(double z) {
    if (z > 0)
        return 1 / (1 + icp__exp(-z));
    const double e = icp__exp(z);
    return e / (1 + e);
}

/* The offset that brings the expected outcomes to those seen: Newton's method, kept between bounds. */
static double offset_of(struct points *p, double slope) {
    double low = -OFFSET_MOST * (1 + SLOPE_MOST), high = -low, a = p->offset;
    for (int i = 0; i < 200; i++) {
        double sum = -p->outcomes, steep = 0;
        for (size_t k = 0; k < p->n; k++) {
            const double q = chance(a + slope * p->at[k].x);
            sum += p->at[k].trials * q;
            steep += p->at[k].trials * q * (1 - q);
        }
        if (sum > 0)
            high = a;
        else
            low = a;
        const double step = steep > 0 ? sum / steep : 0, next = a - step;
        const bool inside = steep > 0 && next > low && next < high;
        if ((inside && step < 1e-10 && step > -1e-10) || high - low < 1e-10)
            break;
        a = inside ? next : low + (high - low) / 2;
    }
    return p->offset = a;
}

/* Rising in the fit, falling in the slope: 0 where the likelihood is greatest. */
static double surplus(struct points *p, double slope) {
    const double a = offset_of(p, slope);
    double sum = 0;
    for (size_t k = 0; k < p->n; k++)
        sum += (p->at[k].outcomes - p->at[k].trials * chance(a + slope * p->at[k].x)) * p->at[k].x;
    return sum;
}

static double likelihood(struct points *p, double slope) {
    const double a = offset_of(p, slope);
    double sum = 0;
    for (size_t k = 0; k < p->n; k++) {
        const double z = a + slope * p->at[k].x;
        /* ln(1 + e^z), whatever the size of z */
        const double one = z > 0 ? z + icp__log(1 + icp__exp(-z)) : icp__log(1 + icp__exp(z));
        sum += p->at[k].outcomes * z - p->at[k].trials * one;
    }
    return sum;
}

/* Where a falling function crosses 0. */
static double cross(struct points *p, double low, double high, double (*f)(struct points *, double, double), double arg) {
    for (int i = 0; i < 60 && high - low > 1e-7; i++) {
        const double mid = low + (high - low) / 2;
        if (f(p, mid, arg) > 0)
            low = mid;
        else
            high = mid;
    }
    return low + (high - low) / 2;
}
static double by_surplus(struct points *p, double slope, double unused) { return (void)unused, surplus(p, slope); }
static double by_likelihood(struct points *p, double slope, double floor) { return likelihood(p, slope) - floor; }
static double by_loss(struct points *p, double slope, double floor) { return floor - likelihood(p, slope); }

static bool gather(const struct icp__observed *o, struct points *p) {
    const size_t most = o->steps < POINTS_MOST ? o->steps : POINTS_MOST;
    p->at = icp__calloc(o->ctx, most + 1, sizeof *p->at);
    if (p->at == NULL)
        return false;
    double reached = 0;
    for (size_t i = 0; i < o->steps; i++) {
        const struct icp__step *s = &o->step[i];
        const size_t k = o->steps <= most ? i : (size_t)(reached / o->exposed * (double)most);
        struct point *t = &p->at[k < most ? k : most - 1];
        reached += s->exposed;
        t->x += s->x * s->exposed;
        t->outcomes += s->outcomes;
        t->exposed += s->exposed;
        t->trials += s->outcomes + s->others;
        t->young += s->exposed * s->exposed / (double)s->rows;
    }
    for (size_t k = 0; k < most; k++)
        if (p->at[k].exposed > 0) {
            p->at[p->n] = p->at[k];
            p->at[p->n++].x /= p->at[k].exposed;
        }
    p->outcomes = o->outcomes;
    return true;
}

/* What the outcomes weigh, how much more they vary than those of whole trials, and how the evidence varies among the outcomes that the scores expect.
 * Of fit an outcome stands on both sides, and varies less than that: it is left at 1. */
struct spread {
    double weight, more, mean, variance;
};
static struct spread spread_of(const struct icp__observed *o, const struct points *p, double offset, double slope) {
    struct spread s = {.more = 1};
    double sum = 0, square = 0, whole = 0, part = 0;
    for (size_t k = 0; k < p->n; k++) {
        const struct point *t = &p->at[k];
        const double q = chance(offset + slope * t->x), w = t->trials * q * (1 - q);
        s.weight += w, sum += w * t->x, square += w * t->x * t->x;
        whole += t->exposed * q * (1 - q);
        part += q * (t->exposed - q * t->young);
    }
    if (o->layer != ICP_LAYER_FIT && whole > 0 && part > whole)
        s.more = part / whole;
    s.mean = s.weight > 0 ? sum / s.weight : 0;
    s.variance = s.weight > 0 ? square / s.weight - s.mean * s.mean : 0;
    s.variance = s.variance > 1e-12 ? s.variance : 0;
    return s;
}

/* How far below the top the interval is drawn. Of few outcomes it would be a little short: as Student's, with as many degrees of freedom. */
static double depth_of(const struct icp__observed *o, double z, double more) {
    const double least = (o->outcomes < o->others ? o->outcomes : o->others) / o->repeats;
    return z * z / 2 * more * o->repeats * (1 + (z * z + 1) / (2 * least));
}

static void interval(const struct icp__observed *o, struct points *p, double level, struct icp__slope *s) {
    const double z = icp__normal_quantile(.5 + level / 2);
    const double best = cross(p, -SLOPE_MOST, SLOPE_MOST, by_surplus, 0), top = likelihood(p, best);
    s->offset = offset_of(p, best);
    const struct spread at_best = spread_of(o, p, s->offset, best);
    const double depth = depth_of(o, z, at_best.more), floor = top - depth;
    s->slope.value = best;
    s->slope.low = likelihood(p, -SLOPE_MOST) > floor ? -ICP__OPEN : cross(p, -SLOPE_MOST, best, by_loss, floor);
    s->slope.high = likelihood(p, SLOPE_MOST) > floor ? ICP__OPEN : cross(p, best, SLOPE_MOST, by_likelihood, floor);
    const double loss = top - likelihood(p, 1);
    s->tail = icp__chi_square_tail(loss > 0 ? 2 * loss / (depth / (z * z / 2)) : 0, 1);
    /* Given the base rate the line turns about the mean of the evidence. */
    const double base = icp__log(o->outcomes / o->others), half = (s->slope.high - s->slope.low) / 2 * (at_best.mean < 0 ? -at_best.mean : at_best.mean);
    s->intercept.value = s->offset - base;
    s->intercept.low = half < ICP__OPEN / 4 ? s->intercept.value - half : -ICP__OPEN;
    s->intercept.high = half < ICP__OPEN / 4 ? s->intercept.value + half : ICP__OPEN;
}

icp_status icp__slope_make(const struct icp__observed *o, double level, struct icp__slope *out, struct icp_error *err) {
    struct icp__slope s = {.tail = 1};
    struct points p = {.at = NULL};
    if (!gather(o, &p))
        return icp__no_memory(err);
    const bool both = o->outcomes > 0 && o->others > 0;
    s.offset_stated = s.offset = both ? offset_of(&p, 1) : -OFFSET_MOST / 2; /* else so rare that odds are shares */
    const struct spread stated = spread_of(o, &p, s.offset_stated, 1);
    const double reach = icp__normal_quantile(.5 + level / 2) + icp__normal_quantile(POWER);
    const double each = both ? stated.weight / o->outcomes : 1; /* what an outcome tells, of one that is rare */
    s.needed = stated.variance > 0 ? reach * reach * o->repeats * stated.more / ((1 - WORSE) * (1 - WORSE) * stated.variance * each) : ICP__OPEN;
    s.known = o->outcomes >= FEW && o->others >= FEW && stated.variance > 0;
    if (s.known)
        interval(o, &p, level, &s);
    icp__free(o->ctx, p.at);
    *out = s;
    return ICP_OK;
}

/* Of fit a ratio to all: the share itself. */
static double share_of(uint32_t layer, double z) { return layer != ICP_LAYER_FIT ? chance(z) : z < 0 ? icp__exp(z) : 1; }

double icp__expected_base(const struct icp__observed *o, double offset) {
    double sum = 0;
    for (size_t i = 0; i < o->steps; i++)
        sum += o->step[i].exposed * share_of(o->layer, offset + icp__stated(o->layer, o->step[i].milli));
    return o->exposed > 0 ? sum / o->exposed : 0;
}

double icp__base_offset(const uint8_t *spread, double base) {
    double low = -OFFSET_MOST, high = OFFSET_MOST, companies = 0;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        companies += (double)icp__get64(spread + (size_t)i * 8);
    while (companies > 0 && high - low > 1e-9) { /* the share rises with the offset */
        const double mid = low + (high - low) / 2;
        double sum = 0;
        for (uint32_t i = 0; i < ICP__SCORES; i++)
            sum += (double)icp__get64(spread + (size_t)i * 8) * share_of(ICP_LAYER_FIT, mid + icp__stated(ICP_LAYER_FIT, icp__points_twice_middle((int32_t)i + ICP__SCORE_MIN) / 2));
        if (sum > base * companies)
            high = mid;
        else
            low = mid;
    }
    return companies > 0 ? low + (high - low) / 2 : icp__log(base);
}
