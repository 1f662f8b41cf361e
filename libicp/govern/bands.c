/* SPDX-License-Identifier: MIT */
/* Observed and stated ratios by tier and by score, with intervals. */
#include "govern/observed.h"
#include "govern/probability.h"
#include "model/outcome.h"
#include "model/points.h"

#define LN2 0.69314718055994530942

struct icp__estimate icp__share_range(double k, double n, double level) {
    const double out = (1 - level) / 2;
    struct icp__estimate r = {n > 0 ? k / n : 0, 0, 1};
    if (n > 0 && k > 0)
        r.low = icp__beta_quantile(out, k, n - k + 1);
    if (n > 0 && k < n)
        r.high = icp__beta_quantile(1 - out, k + 1, n - k);
    return r;
}

static double distance(double a, double b) {
    const double d = icp__log(a / b);
    return d * d;
}

struct icp__estimate icp__ratio_range(struct icp__estimate a, struct icp__estimate b) {
    struct icp__estimate r = {-1, 0, -1};
    if (b.value > 0) {
        r.value = a.value / b.value;
        r.high = a.value > 0 && b.low > 0 ? r.value * icp__exp(icp__sqrt(distance(a.high, a.value) + distance(b.low, b.value))) : b.low > 0 ? a.high / b.low : -1;
        r.low = a.value > 0 && a.low > 0 ? r.value * icp__exp(-icp__sqrt(distance(a.low, a.value) + distance(b.high, b.value))) : 0;
    } else if (b.high > 0) { /* nothing to divide by was seen: the least that it can be */
        r.low = a.low / b.high;
    }
    return r;
}

static struct icp__estimate exactly(double v) { return (struct icp__estimate){v, v, v}; }

static double mass(double v) { return v > 0 ? v : 0; }

/* The ratio of the layer: of companies at large (fit), of those without the outcome (intent), of those lost (retention). */
static struct icp__estimate ratio_of(const struct icp__observed *o, const struct icp__band *b, double level) {
    const double n = o->repeats, others = (o->exposed - o->outcomes) / n;
    const struct icp__estimate with = icp__share_range(b->outcomes / n, o->outcomes / n, level);
    if (o->layer == ICP_LAYER_FIT)
        return icp__ratio_range(with, exactly(b->exposed / o->exposed));
    double rest = mass(b->exposed - b->outcomes) / n;
    const struct icp__estimate without = icp__share_range(rest < others ? rest : others, others, level);
    return o->layer == ICP_LAYER_INTENT ? icp__ratio_range(with, without) : icp__ratio_range(without, with);
}

static double chance(double z) {
    const double e = icp__exp(z < 0 ? z : -z);
    return z < 0 ? e / (1 + e) : 1 / (1 + e);
}

/* What the scores expect of a band, against all rows: masses of the outcomes, and of what the layer's ratio stands against. */
struct due {
    double with, all_with, weight, stated;
};

static struct due look_at_steps(const struct icp__observed *o, const struct icp__slope *s, struct icp__band *b) {
    struct due d = {0};
    for (size_t i = 0; i < o->steps; i++) {
        const struct icp__step *t = &o->step[i];
        const int32_t score = icp__points_score(t->milli);
        const double p = o->layer == ICP_LAYER_FIT ? icp__exp(t->x) : chance(s->offset_stated + t->x);
        const double w = o->layer == ICP_LAYER_FIT ? t->exposed : o->layer == ICP_LAYER_INTENT ? t->exposed * (1 - p) : t->exposed * p;
        d.all_with += t->exposed * p;
        if (score < b->low || score > b->high)
            continue;
        b->rows += t->rows, b->outcomes += t->outcomes, b->exposed += t->exposed;
        d.with += t->exposed * p;
        d.weight += w;
        d.stated += w * icp__exp((double)t->milli / ICP__MILLI * LN2);
    }
    return d;
}

void icp__band_make(const struct icp__observed *o, const struct icp__slope *s, double level, int32_t low, int32_t high, struct icp__band *out) {
    struct icp__band b = {.low = low, .high = high, .stated = -1, .expected = -1, .observed = {-1, 0, -1}};
    const struct due d = look_at_steps(o, s, &b);
    if (d.weight > 0)
        b.stated = d.stated / d.weight;
    b.rate = icp__share_range((b.outcomes < b.exposed ? b.outcomes : b.exposed) / o->repeats, b.exposed / o->repeats, level);
    if (b.exposed > 0 && o->outcomes > 0 && o->exposed > o->outcomes) {
        const double with = d.with / d.all_with, all = b.exposed / o->exposed, without = (b.exposed - d.with) / (o->exposed - d.all_with);
        b.observed = ratio_of(o, &b, level);
        b.expected = o->layer == ICP_LAYER_FIT ? with / all : o->layer == ICP_LAYER_INTENT ? with / without : without / with;
    }
    *out = b;
}
