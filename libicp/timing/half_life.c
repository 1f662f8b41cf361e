/* SPDX-License-Identifier: MIT */
/* Half-lives from a grid: for each signal the marginal likelihood of each half-life, the other signals standing where they are
 * (backfitting), under a preference drawn from all signals. Rows that look a long horizon ahead would hide what is shorter. */
#include "timing/half_life.h"
#include "base/number.h"

const uint16_t icp__half_life_days[ICP__HALF_LIVES] = {3, 7, 14, 30, 60, 120, 240, 480};

enum { SHAPES = 3, ACTIVITY = 2, PARAMS = 1 + ACTIVITY + SHAPES }; /* intercept, activity of the account, the signal */

#define TIMES 24 /* equal parts of the time of the rows */
#define SWEEPS 3u
#define NEWTON 12u
#define HALVINGS 12u
#define SAFETY 0.9         /* of the likelihood: the shapes are only nearly true, outcomes of one account not independent */
#define PLENTY 800.0       /* positives from which that grows with their number */
#define CAP 4.0            /* standard deviations above the mean at which a straight line ends */
#define PRECISION_MAIN 4.0 /* of the first shape of a signal, and of how others depart from it */
#define PRECISION_OTHER 16.0
#define ACTIVITY_OTHER 4.0
#define POSITIVES_LEAST 50.0 /* outcomes before which the signal was seen */
#define SPAN_MOST 5        /* places that the data without preference may leave */
#define NOTHING 0.25       /* prior odds that a signal says nothing beyond its account's activity */
#define EFFECT_LEAST 0.95  /* probability that the signal says anything */
#define SHARE 0.95
#define EVEN 0.5           /* of the preference: the same for all places */
#define USUAL_PLACE 4u
#define USUAL_SPREAD 2.5
#define SPREAD_LEAST 2.0

/* Prior spread of the account's activity (its slowest count), beside a signal of each half-life: a fast signal also announces the
 * events to come, by the account's rate; a slow one is itself the rate. */
static const double activity_spread[ICP__HALF_LIVES] = {.5, .5, .5, .35, .25, .15, .1, .05};

struct work {
    const struct icp__fading *f;
    double temper;         /* of the likelihood */
    double *offset, *mix;  /* [rows] the other signals; the signal under the posterior */
    double *part;          /* [signals * rows] what each signal adds */
    int32_t first, last;   /* days of the rows */
    double *z;             /* [rows * PARAMS] */
    double *w;             /* [signals * grid * PARAMS] */
    double *gain;          /* [signals * (grid + 1)] log marginal likelihoods; the last is that without the signal */
};

struct system {
    double g[PARAMS], h[PARAMS][PARAMS], value;
};

/* Value, gradient and curvature of the penalised log likelihood, sign reversed. */
static void evaluate(const struct work *x, const double *q, const double *w, struct system *s) {
    const struct icp__fading *f = x->f;
    *s = (struct system){.value = 0};
    for (uint32_t i = 0; i < f->rows; i++) {
        double m = x->temper * (f->a[i] + f->b[i]), e = x->offset[i];
        if (!(m > 0))
            continue;
        const double *z = x->z + (size_t)i * PARAMS;
        for (int j = 0; j < PARAMS; j++)
            e += w[j] * z[j];
        double down = icp__exp(e > 0 ? -e : e), p = (e > 0 ? 1 : down) / (1 + down);
        s->value += m * ((e > 0 ? e : 0) + icp__log(1 + down)) - x->temper * f->a[i] * e;
        double r = m * p - x->temper * f->a[i], v = m * p * (1 - p);
        for (int j = 0; j < PARAMS; j++) {
            double vz = v * z[j];
            s->g[j] += r * z[j];
            for (int k = 0; k <= j; k++)
                s->h[j][k] += vz * z[k];
        }
    }
    for (int j = 0; j < PARAMS; j++) {
        s->value += 0.5 * q[j] * w[j] * w[j];
        s->g[j] += q[j] * w[j];
        s->h[j][j] += q[j];
    }
}

/* Replaces the lower half of h by its Cholesky factor, and g by the solution of h d = g. Returns log det h. */
static double solve(struct system *s) {
    double log_det = 0;
    for (int j = 0; j < PARAMS; j++) {
        for (int k = 0; k <= j; k++) {
            double sum = s->h[j][k];
            for (int l = 0; l < k; l++)
                sum -= s->h[j][l] * s->h[k][l];
            if (k < j)
                s->h[j][k] = sum / s->h[k][k];
            else
                s->h[j][j] = icp__sqrt(sum > 1e-12 ? sum : 1e-12);
        }
        log_det += 2 * icp__log(s->h[j][j]);
    }
    for (int j = 0; j < PARAMS; j++) {
        for (int k = 0; k < j; k++)
            s->g[j] -= s->h[j][k] * s->g[k];
        s->g[j] /= s->h[j][j];
    }
    for (int j = PARAMS; j-- > 0;) {
        for (int k = j + 1; k < PARAMS; k++)
            s->g[j] -= s->h[k][j] * s->g[k];
        s->g[j] /= s->h[j][j];
    }
    return log_det;
}

/* Newton from w; the log marginal likelihood by Laplace's approximation. */
static double fit(const struct work *x, const double *q, double *w) {
    struct system s;
    evaluate(x, q, w, &s);
    for (uint32_t it = 0;; it++) {
        double value = s.value, next[PARAMS], slope = 0, g[PARAMS], length = 1;
        memcpy(g, s.g, sizeof g);
        double log_det = solve(&s);
        for (int j = 0; j < PARAMS; j++)
            slope += g[j] * s.g[j];
        if (it == NEWTON || slope < 1e-3) {
            for (int j = 0; j < PARAMS; j++)
                log_det -= icp__log(q[j]);
            return -value - 0.5 * log_det;
        }
        struct system t;
        for (uint32_t k = 0; k < HALVINGS; k++, length *= 0.5) {
            for (int j = 0; j < PARAMS; j++)
                next[j] = w[j] - length * s.g[j];
            evaluate(x, q, next, &t);
            if (t.value <= value)
                break;
        }
        memcpy(w, next, sizeof next);
        s = t;
    }
}

static uint32_t time_of(const struct work *x, uint32_t row) {
    const struct icp__fading *f = x->f;
    return f->day ? (uint32_t)(((int64_t)f->day[row] - x->first) * TIMES / ((int64_t)x->last - x->first + 1)) : 0;
}

/* Subtracts from column j its mean at each time, as events and outcomes come and go together with seasons and growth; then what the
 * columns from..j-1 say already; and brings it to variance 1 over the masses. */
static void orthogonalise(const struct work *x, int from, int j) {
    const struct icp__fading *f = x->f;
    double total = 0, mean[TIMES] = {0}, mass[TIMES] = {0}, square = 0, before = 0;
    for (uint32_t i = 0; i < f->rows; i++) {
        double m = f->a[i] + f->b[i], v = x->z[(size_t)i * PARAMS + j];
        const uint32_t t = time_of(x, i);
        mass[t] += m, mean[t] += m * v;
        total += m;
        before += m * v * v;
    }
    for (int t = 0; t < TIMES; t++)
        mean[t] = mass[t] > 0 ? mean[t] / mass[t] : 0;
    for (uint32_t i = 0; i < f->rows; i++)
        x->z[(size_t)i * PARAMS + j] -= mean[time_of(x, i)];
    for (int k = from; k < j; k++) {
        double dot = 0;
        for (uint32_t i = 0; i < f->rows; i++) {
            const double *z = x->z + (size_t)i * PARAMS;
            dot += (f->a[i] + f->b[i]) * z[j] * z[k];
        }
        dot /= total;
        for (uint32_t i = 0; i < f->rows; i++)
            x->z[(size_t)i * PARAMS + j] -= dot * x->z[(size_t)i * PARAMS + k];
    }
    for (uint32_t i = 0; i < f->rows; i++) {
        double v = x->z[(size_t)i * PARAMS + j];
        square += (f->a[i] + f->b[i]) * v * v;
    }
    double scale = square > 1e-9 * before ? 1 / icp__sqrt(square / total) : 0;
    for (uint32_t i = 0; i < f->rows; i++)
        x->z[(size_t)i * PARAMS + j] *= scale;
}

/* Columns from..from+count-1: growth of the odds with the decayed count that levels off, is straight, is soon full. False = constant. */
static bool columns(const struct work *x, uint32_t s, uint32_t k, int from, int count) {
    const struct icp__fading *f = x->f;
    const int32_t *value = f->value + ((size_t)s * ICP__HALF_LIVES + k) * f->rows;
    double total = 0, mean = 0, square = 0;
    for (uint32_t i = 0; i < f->rows; i++) {
        double m = f->a[i] + f->b[i], v = value[i];
        total += m;
        mean += m * v;
        square += m * v * v;
    }
    mean /= total;
    double variance = square / total - mean * mean;
    bool varies = mean > 0 && variance > 1e-9 * mean * mean;
    double most = varies ? 1 + CAP * icp__sqrt(variance) / mean : 0;
    for (uint32_t i = 0; i < f->rows; i++) {
        double *z = x->z + (size_t)i * PARAMS + from, v = varies ? value[i] / mean : 0;
        z[0] = icp__log(1 + v);
        z[1] = v < most ? v : most;
        if (count > 2)
            z[2] = v / (1 + v);
    }
    for (int j = from; j < from + count; j++)
        orthogonalise(x, from, j);
    return varies;
}

static void penalties(uint32_t k, double *q) {
    double spread = activity_spread[k < ICP__HALF_LIVES ? k : 0];
    q[0] = 1e-4;
    q[1] = 1 / (spread * spread), q[2] = ACTIVITY_OTHER * q[1];
    q[3] = PRECISION_MAIN, q[4] = q[5] = PRECISION_OTHER;
}

/* Posterior from log likelihoods and a preference. With `maybe` the last of gain counts too, that of no effect: there the preference
 * stands. Returns the probability of an effect. */
static double posterior(const double *gain, const double *prefer, bool maybe, double *chance) {
    double most = -1e300, sum = 0, none = 0;
    for (uint32_t k = 0; k < ICP__HALF_LIVES + maybe; k++)
        most = gain[k] > most ? gain[k] : most;
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        sum += chance[k] = prefer[k] * icp__exp(gain[k] - most);
    if (maybe)
        none = NOTHING * icp__exp(gain[ICP__HALF_LIVES] - most);
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        chance[k] = (chance[k] + none * prefer[k]) / (sum + none);
    return sum / (sum + none);
}

/* From `at`, the more probable neighbour first. */
static void interval(const double *chance, uint32_t at, uint8_t *low, uint8_t *high) {
    uint32_t l = at, h = at;
    double sum = chance[at];
    while (sum < SHARE && (l > 0 || h + 1 < ICP__HALF_LIVES)) {
        double down = l > 0 ? chance[l - 1] : -1, up = h + 1 < ICP__HALF_LIVES ? chance[h + 1] : -1;
        if (down > up)
            sum += chance[--l];
        else
            sum += chance[++h];
    }
    *low = (uint8_t)l, *high = (uint8_t)h;
}

static uint32_t most_probable(const double *chance) {
    uint32_t at = 0;
    for (uint32_t k = 1; k < ICP__HALF_LIVES; k++)
        if (chance[k] > chance[at])
            at = k;
    return at;
}

/* The masses of the classes being equal, the likelihood has the information of as many negatives as positives; with many rows
 * behind them it is up to twice that. 0 = nothing to learn from. */
static double temper(const struct icp__fading *f) {
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < f->rows; i++) {
        sum += f->b[i];
        squares += f->b[i] * f->b[i];
    }
    if (!(sum > 0 && f->positives > 0))
        return 0;
    double all = SAFETY * 2 / (1 + f->positives * squares / (sum * sum));
    return f->positives > PLENTY ? all * icp__sqrt(PLENTY / f->positives) : all;
}

/* Log likelihoods of signal s on the grid, the others as they are; then its part anew. */
static void sweep_signal(struct work *x, uint32_t s, const double *prefer, bool last) {
    const struct icp__fading *f = x->f;
    double *gain = x->gain + (size_t)s * (ICP__HALF_LIVES + 1), q[PARAMS], chance[ICP__HALF_LIVES];
    double *part = x->part + (size_t)s * f->rows;
    for (uint32_t i = 0; i < f->rows; i++)
        x->offset[i] -= part[i];
    columns(x, s, ICP__HALF_LIVES - 1, 1, ACTIVITY);
    for (uint32_t i = 0; i < f->rows; i++)
        x->z[(size_t)i * PARAMS] = 1, x->mix[i] = 0;
    double top = -1e300;
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) {
        double *w = x->w + ((size_t)s * ICP__HALF_LIVES + k) * PARAMS;
        columns(x, s, k, 1 + ACTIVITY, SHAPES);
        penalties(k, q);
        gain[k] = fit(x, q, w);
        double g = gain[k] + icp__log(prefer[k]);
        /* mix = sum of e^g (signal at k) / sum of e^g, the largest g being kept at 1 */
        double old = g > top ? icp__exp(top - g) : 1, now = g > top ? 1 : icp__exp(g - top);
        top = g > top ? g : top;
        for (uint32_t i = 0; i < f->rows; i++) {
            double e = 0;
            for (int j = 1; j < PARAMS; j++)
                e += w[j] * x->z[(size_t)i * PARAMS + j];
            x->mix[i] = x->mix[i] * old + now * e;
        }
    }
    if (last) {
        double w[PARAMS] = {0};
        for (uint32_t i = 0; i < f->rows; i++)
            for (int j = 1 + ACTIVITY; j < PARAMS; j++)
                x->z[(size_t)i * PARAMS + j] = 0;
        penalties(ICP__HALF_LIVES, q);
        gain[ICP__HALF_LIVES] = fit(x, q, w);
    }
    posterior(gain, prefer, false, chance);
    double sum = 0;
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        sum += icp__exp(gain[k] + icp__log(prefer[k]) - top);
    for (uint32_t i = 0; i < f->rows; i++) {
        part[i] = x->mix[i] / sum;
        x->offset[i] += part[i];
    }
}

struct preference {
    double centre, spread, of[ICP__HALF_LIVES];
};

static const double even_handed[ICP__HALF_LIVES] = {.125, .125, .125, .125, .125, .125, .125, .125};

static void prefer(struct preference *p) {
    double sum = 0;
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) {
        double d = (k - p->centre) / p->spread;
        sum += p->of[k] = icp__exp(-0.5 * d * d);
    }
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        p->of[k] = (1 - EVEN) * p->of[k] / sum + EVEN / ICP__HALF_LIVES;
}

/* Centre and spread from the posteriors of all signals, with what is usual as some signals more. */
static void tie(const struct work *x, struct preference *p) {
    double n = 1, sum = USUAL_PLACE, chance[ICP__HALF_LIVES];
    for (int pass = 0; pass < 2; pass++) {
        double squares = 3 * USUAL_SPREAD * USUAL_SPREAD, m = 3;
        for (uint32_t s = 0; s < x->f->signals; s++) {
            posterior(x->gain + (size_t)s * (ICP__HALF_LIVES + 1), even_handed, false, chance);
            double even = 0; /* what a signal says of the preference: nothing when its likelihood is flat */
            for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
                even += chance[k] * chance[k];
            double weight = (even - 1.0 / ICP__HALF_LIVES) / (1 - 1.0 / ICP__HALF_LIVES);
            for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) {
                if (pass == 0)
                    n += weight * chance[k], sum += weight * chance[k] * k;
                else
                    m += weight * chance[k], squares += weight * chance[k] * (k - p->centre) * (k - p->centre);
            }
        }
        if (pass == 0)
            p->centre = sum / n;
        else
            p->spread = icp__sqrt(squares / m);
    }
    if (p->spread < SPREAD_LEAST)
        p->spread = SPREAD_LEAST;
    prefer(p);
}

static void judge(const struct work *x, const struct preference *p, struct icp__half_life *out) {
    const struct icp__fading *f = x->f;
    bool any = false;
    for (uint32_t s = 0; s < f->signals; s++) {
        const double *gain = x->gain + (size_t)s * (ICP__HALF_LIVES + 1);
        double alone[ICP__HALF_LIVES], touched = 0;
        const int32_t *value = f->value + ((size_t)s * ICP__HALF_LIVES + ICP__HALF_LIVES - 1) * f->rows;
        for (uint32_t i = 0; i < f->rows; i++)
            touched += value[i] > 0 ? f->a[i] : 0;
        double effect = posterior(gain, even_handed, true, alone);
        uint32_t best = most_probable(alone);
        uint8_t low, high;
        interval(alone, best, &low, &high);
        posterior(gain, p->of, true, out[s].chance);
        out[s].at = (uint8_t)most_probable(out[s].chance);
        interval(out[s].chance, out[s].at, &out[s].low, &out[s].high);
        out[s].measured = touched >= POSITIVES_LEAST && high - low < SPAN_MOST && effect > EFFECT_LEAST;
        any = any || out[s].measured;
    }
    uint32_t common = any ? (uint32_t)icp__round(p->centre) : (uint32_t)USUAL_PLACE;
    for (uint32_t s = 0; s < f->signals; s++)
        if (!out[s].measured) {
            out[s].at = (uint8_t)common;
            interval(out[s].chance, common, &out[s].low, &out[s].high);
        }
}

bool icp__half_lives_find(const struct icp__fading *f, struct icp__half_life *out) {
    size_t rows = f->rows, signals = f->signals;
    struct work x = {.f = f};
    struct preference p = {USUAL_PLACE, USUAL_SPREAD, {0}};
    prefer(&p);
    if (!signals)
        return true;
    size_t weights = signals * ICP__HALF_LIVES * PARAMS, gains = signals * (ICP__HALF_LIVES + 1);
    double *memory = icp__calloc(f->ctx, rows * (2 + signals + PARAMS) + weights + gains, sizeof *memory);
    if (!memory)
        return false;
    x.offset = memory, x.mix = x.offset + rows, x.part = x.mix + rows, x.z = x.part + signals * rows;
    x.w = x.z + rows * PARAMS, x.gain = x.w + weights;
    x.temper = temper(f);
    for (size_t i = 0; f->day && i < rows; i++)
        x.first = !i || f->day[i] < x.first ? f->day[i] : x.first, x.last = !i || f->day[i] > x.last ? f->day[i] : x.last;
    if (x.temper > 0)
        for (uint32_t sweep = 0; sweep < SWEEPS; sweep++) {
            for (uint32_t s = 0; s < signals; s++)
                sweep_signal(&x, s, p.of, sweep + 1 == SWEEPS);
            tie(&x, &p);
        }
    judge(&x, &p, out);
    icp__free(f->ctx, memory);
    return true;
}
