/* SPDX-License-Identifier: MIT */
/* How well scores rank, and what is lost because the ratios they state are not those observed. Intervals: DeLong, DeLong and Clarke-Pearson (1988) for
 * the area under the curve; for Cllr (Bruemmer and du Preez 2006) the spread of its terms; for its minimum the same with the ratios that pooling
 * adjacent violators gives (Ayer et al. 1955), which change it to second order only. */
#include "govern/observed.h"
#include "govern/probability.h"

#define LN2 0.69314718055994530942

const uint32_t icp__gain_percent[ICP__GAINS] = {5, 10, 20, 30, 50, 75};

static double mass(double v) { return v > 0 ? v : 0; }

/* Mean and variance of a term over one class. */
struct spread {
    double weight, sum, square;
};
static void spread_add(struct spread *s, double weight, double v) {
    s->weight += weight;
    s->sum += weight * v;
    s->square += weight * v * v;
}
static double spread_mean(const struct spread *s) { return s->weight > 0 ? s->sum / s->weight : 0; }
static double spread_error(const struct spread *s) { /* variance of the mean */
    const double mean = spread_mean(s), v = s->weight > 0 ? s->square / s->weight - mean * mean : 0;
    return s->weight > 1 ? mass(v) / (s->weight - 1) : mass(v);
}

static struct icp__estimate area(const struct icp__observed *o, double level) {
    double below = 0, reached = 0, least = o->outcomes < o->others ? o->outcomes : o->others;
    struct spread of_outcomes = {0}, of_others = {0};
    for (size_t i = 0; i < o->steps; i++) {
        const struct icp__step *s = &o->step[i];
        spread_add(&of_outcomes, s->outcomes, (below + s->others / 2) / o->others);
        spread_add(&of_others, s->others, 1 - (reached + s->outcomes / 2) / o->outcomes);
        below += s->others, reached += s->outcomes;
    }
    const double v = spread_mean(&of_outcomes), error = (spread_error(&of_outcomes) + spread_error(&of_others)) * o->repeats;
    /* As a share of so many as vary like it. */
    double n = error > 0 ? v * (1 - v) / error : 0;
    least /= o->repeats;
    n = n > 0 ? n : least;
    return icp__share_range(v * n, n, level);
}

/* log2(1 + e^z) */
static double cost(double z) { return (z > 0 ? z + icp__log(1 + icp__exp(-z)) : icp__log(1 + icp__exp(z))) / LN2; }

static struct icp__estimate mean_cost(const struct icp__observed *o, const struct spread *outcomes, const struct spread *others, double level) {
    const double z = icp__normal_quantile(.5 + level / 2), mean = (spread_mean(outcomes) + spread_mean(others)) / 2;
    const double half = z / 2 * icp__sqrt((spread_error(outcomes) + spread_error(others)) * o->repeats);
    return (struct icp__estimate){mean, mass(mean - half), mean + half};
}

static struct icp__estimate cllr(const struct icp__observed *o, double shift, double level) {
    struct spread outcomes = {0}, others = {0};
    for (size_t i = 0; i < o->steps; i++) {
        const struct icp__step *s = &o->step[i];
        spread_add(&outcomes, s->outcomes, cost(-s->x - shift));
        spread_add(&others, s->others, cost(s->x + shift));
    }
    return mean_cost(o, &outcomes, &others, level);
}

struct block {
    double outcomes, exposed, others;
};

/* Pools neighbours until the share of outcomes rises with the score. */
static size_t pool(const struct icp__observed *o, struct block *b) {
    size_t n = 0;
    for (size_t i = 0; i < o->steps; i++) {
        b[n++] = (struct block){o->step[i].outcomes, o->step[i].exposed, o->step[i].others};
        while (n > 1 && b[n - 2].outcomes * b[n - 1].exposed >= b[n - 1].outcomes * b[n - 2].exposed) {
            b[n - 2].outcomes += b[n - 1].outcomes;
            b[n - 2].exposed += b[n - 1].exposed;
            b[n - 2].others += b[n - 1].others;
            n--;
        }
    }
    return n;
}

static bool least_cost(const struct icp__observed *o, double level, struct icp__estimate *out) {
    struct block *b = icp__alloc(o->ctx, o->steps + 1, sizeof *b);
    struct spread outcomes = {0}, others = {0};
    if (b == NULL)
        return false;
    const size_t n = pool(o, b);
    const double odds = o->outcomes / o->others;
    for (size_t i = 0; i < n; i++) {
        const double rest = b[i].others;
        const bool mixed = b[i].outcomes > 0 && rest > 0; /* else the ratio is 0 or endless, and costs nothing */
        const double x = mixed ? icp__log(b[i].outcomes / rest / odds) : 0;
        spread_add(&outcomes, b[i].outcomes, mixed ? cost(-x) : 0);
        spread_add(&others, rest, mixed ? cost(x) : 0);
    }
    icp__free(o->ctx, b);
    *out = mean_cost(o, &outcomes, &others, level);
    return true;
}

/* Shares of the outcomes among the likeliest; of rows with one score each counts alike. */
static void gains(const struct icp__observed *o, double level, struct icp__estimate *found) {
    size_t i = o->steps;
    double rows = 0, outcomes = 0;
    const double n = o->outcomes / o->repeats;
    for (uint32_t g = 0; g < ICP__GAINS; g++) {
        const double most = o->exposed * icp__gain_percent[g] / 100;
        while (i > 0 && rows + o->step[i - 1].exposed <= most) {
            i--;
            rows += o->step[i].exposed, outcomes += o->step[i].outcomes;
        }
        const double part = i > 0 && most > rows ? (most - rows) / o->step[i - 1].exposed : 0;
        const double share = (outcomes + (part > 0 ? part * o->step[i - 1].outcomes : 0)) / o->outcomes;
        found[g] = icp__share_range((share < 1 ? share : 1) * n, n, level);
    }
}

icp_status icp__ranking_make(const struct icp__observed *o, double offset, double level, struct icp__ranking *out, struct icp_error *err) {
    struct icp__ranking r;
    r.auc = area(o, level);
    r.cllr = cllr(o, 0, level);
    r.centred = cllr(o, offset - icp__log(o->outcomes / o->others), level).value;
    gains(o, level, r.found);
    if (!least_cost(o, level, &r.minimum))
        return icp__no_memory(err);
    *out = r;
    return ICP_OK;
}
