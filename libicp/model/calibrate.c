/* SPDX-License-Identifier: MIT */
/* Offsets, slope and the figures that cross-fitting gives. */
#include "model/calibrate.h"
#include "base/number.h"
#include "base/sort.h"
#include "model/offsets.h"

#define SLOPE_LEAST 0.2
#define SLOPE_MOST 5.0
#define SLOPE_STEP 0.8
#define SLOPE_USUAL 1.3 /* a normal prior: without it lists of 50 draw slopes that no other draw repeats */
#define SLOPE_PRECISION 5.0
#define EXPONENT_MOST 50.0
#define UNLISTED_ENOUGH 20u /* rows, else ratios average to 1 over all of the reference */

/* out[row * fields + f] = slope * sum of the weights of the row's features in field f. */
static void contributions_of(const struct icp__design *d, const double *w, double slope, double *out) {
    for (uint32_t i = 0; i < d->rows; i++) {
        double *c = out + (size_t)i * d->fields;
        for (uint32_t f = 0; f < d->fields; f++)
            c[f] = 0;
        for (uint64_t k = d->x.start[i]; k < d->x.start[i + 1]; k++) {
            uint32_t j = d->x.index[k];
            if (j < d->features)
                c[d->feature[j].field] += w[j];
        }
        for (uint32_t f = 0; f < d->fields; f++)
            c[f] *= slope;
    }
}

static struct icp__ratios ratios_of(const struct icp__design *d, const double *contributions, const uint8_t *use) {
    return (struct icp__ratios){.rows = d->rows, .fields = d->fields, .c = contributions, .known = d->known, .use = use};
}

/* Log ratio of every row: sum over known fields of contribution and offset. */
static void evidence_of(const struct icp__design *d, const double *contributions, const double *offset, double *out) {
    for (uint32_t i = 0; i < d->rows; i++) {
        out[i] = 0;
        for (uint32_t f = 0; f < d->fields; f++) {
            size_t at = (size_t)i * d->fields + f;
            if (d->known[at])
                out[i] += contributions[at] + offset[f];
        }
    }
}

/* Of a logistic regression of class on x with masses a, b, an intercept, and a prior around the usual slope. */
static double slope_of(const double *x, const double *a, const double *b, uint32_t n) {
    double slope = 1, intercept = 0;
    for (int round = 0; round < 50; round++) {
        double g0 = 0, g1 = SLOPE_PRECISION * (slope - SLOPE_USUAL), h00 = 1e-9, h01 = 0, h11 = SLOPE_PRECISION;
        for (uint32_t i = 0; i < n; i++) {
            double m = a[i] + b[i];
            if (m == 0)
                continue;
            double p = 1 / (1 + icp__exp(-(slope * x[i] + intercept))), r = m * p - a[i], h = m * p * (1 - p);
            g0 += r, g1 += r * x[i];
            h00 += h, h01 += h * x[i], h11 += h * x[i] * x[i];
        }
        double det = h00 * h11 - h01 * h01;
        if (!(det > 0))
            break;
        double s1 = (h00 * g1 - h01 * g0) / det, s0 = (h11 * g0 - h01 * g1) / det;
        s1 = s1 > 1 ? 1 : s1 < -1 ? -1 : s1;
        s0 = s0 > 1 ? 1 : s0 < -1 ? -1 : s0;
        slope -= s1;
        intercept -= s0;
        if (s1 < 1e-9 && s1 > -1e-9 && s0 < 1e-9 && s0 > -1e-9)
            break;
    }
    return slope < SLOPE_LEAST ? SLOPE_LEAST : slope > SLOPE_MOST ? SLOPE_MOST : slope;
}

/* One model's evidence: a fold's on the rows it did not see, a part list's on all rows. */
struct sheet {
    const struct icp__layer *layer;
    const struct icp__calibration *c;
    uint32_t which;
    bool all_rows;  /* offsets over listed rows too */
    double *table;  /* [rows * fields] */
    double *offset; /* [2 * fields] */
    double *own;    /* [rows] */
    double *a, *b;  /* [rows] */
    uint8_t *use;   /* [rows] */
    double *out;    /* [rows] */
};

static void own_evidence(struct sheet *t, double slope) {
    const struct icp__design *d = t->layer->d;
    const struct icp__ratios ratios = ratios_of(d, t->table, t->use);
    contributions_of(d, t->layer->refit[t->which].w, slope, t->table);
    icp__offsets_make(&ratios, 1, t->offset);
    evidence_of(d, t->table, t->offset, t->own);
}

/* A part list has a slope of its own, from the customers that it lacks: held fixed, intervals come out too narrow. */
static double part_slope(struct sheet *t) {
    const struct icp__layer *l = t->layer;
    double customers = 0, others = 0;
    for (uint32_t i = 0; i < l->d->rows; i++) {
        t->a[i] = l->a[i] > 0 && !icp__layer_in_part(l->rank[i], t->which - ICP__FOLDS) ? l->a[i] : 0;
        t->b[i] = t->use[i];
        customers += t->a[i], others += t->b[i];
    }
    if (!(customers > 0 && others > 0))
        return t->c->slope;
    for (uint32_t i = 0; i < l->d->rows; i++)
        t->b[i] = t->b[i] * customers / others;
    return slope_of(t->own, t->a, t->b, l->d->rows);
}

static void sheet_task(void *arg, uint32_t k) {
    struct sheet *t = (struct sheet *)arg + k;
    const struct icp__layer *l = t->layer;
    const struct icp__design *d = l->d;
    bool fold = t->which < ICP__FOLDS;
    if (!t->out || !l->refit[t->which].done)
        return;
    for (uint32_t i = 0; i < d->rows; i++) {
        t->use[i] = t->all_rows ? i < d->reference_rows : t->c->unlisted[i];
        if (fold && icp__layer_held(l, t->which, i))
            t->use[i] = 0;
    }
    own_evidence(t, fold ? t->c->slope : 1);
    if (!fold)
        own_evidence(t, part_slope(t));
    for (uint32_t i = 0; i < d->rows; i++)
        if (!fold || icp__layer_held(l, t->which, i))
            t->out[i] = t->own[i];
}

#define AT_ONCE 4u

static bool sheet_make(struct sheet *t, const struct icp__layer *l, const struct icp__calibration *c) {
    const struct icp__design *d = l->d;
    size_t cells = (size_t)d->rows * d->fields;
    *t = (struct sheet){.layer = l, .c = c};
    t->table = icp__alloc(l->ctx, cells + 2 * (size_t)d->fields + 3 * (size_t)d->rows + 1, sizeof *t->table);
    t->use = icp__alloc(l->ctx, d->rows + 1u, 1);
    if (!t->table || !t->use)
        return false;
    t->offset = t->table + cells;
    t->own = t->offset + 2 * (size_t)d->fields;
    t->a = t->own + d->rows;
    t->b = t->a + d->rows;
    return true;
}

/* Runs the sheets of refits [from, to) into out[which - from]. */
static icp_status sheets(const struct icp__layer *l, const struct icp__calibration *c, icp_pool *pool, uint32_t from, uint32_t to,
                         bool all_rows, double *const *out, struct icp_error *err) {
    struct sheet sheet[AT_ONCE] = {0};
    icp_status s = ICP_OK;
    for (uint32_t k = 0; k < AT_ONCE; k++)
        if (!s && !sheet_make(&sheet[k], l, c))
            s = icp__no_memory(err);
    for (uint32_t k = from; !s && k < to; k += AT_ONCE) {
        uint32_t n = to - k < AT_ONCE ? to - k : AT_ONCE;
        for (uint32_t i = 0; i < n; i++) {
            sheet[i].which = k + i;
            sheet[i].all_rows = all_rows;
            sheet[i].out = out[k + i - from];
        }
        s = icp__parallel(l->ctx, pool, n, sheet_task, sheet, err);
    }
    for (uint32_t k = 0; k < AT_ONCE; k++) {
        if (sheet[k].table)
            icp__free(l->ctx, sheet[k].table);
        if (sheet[k].use)
            icp__free(l->ctx, sheet[k].use);
    }
    return s;
}

static int by_value(const void *arg, uint32_t a, uint32_t b) {
    const double *x = arg;
    return x[a] < x[b] ? -1 : x[a] > x[b];
}

/* Area under the curve and cost of the log ratio, customers against rows not listed. */
static bool figures(const struct icp__layer *l, struct icp__calibration *c) {
    const struct icp__design *d = l->d;
    uint32_t *order = icp__alloc(l->ctx, 2 * (size_t)d->rows + 1, sizeof *order), n = 0;
    if (!order)
        return false;
    double positives = 0, negatives = 0, cost_p = 0, cost_n = 0, below = 0, area = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        double x = c->crossed[i], weight = d->weight[i];
        if (weight > 0) {
            positives += weight;
            cost_p += weight * (x < 0 ? -x + icp__log(1 + icp__exp(x)) : icp__log(1 + icp__exp(-x)));
        }
        if (c->unlisted[i]) {
            negatives += 1;
            cost_n += x > 0 ? x + icp__log(1 + icp__exp(-x)) : icp__log(1 + icp__exp(x));
        }
        if (weight > 0 || c->unlisted[i])
            order[n++] = i;
    }
    icp__sort_index(order, n, order + d->rows, by_value, c->crossed);
    for (uint32_t i = 0; i < n;) {
        double p = 0, q = 0;
        uint32_t k = i;
        for (; k < n && c->crossed[order[k]] == c->crossed[order[i]]; k++)
            p += d->weight[order[k]], q += c->unlisted[order[k]];
        area += p * (below + 0.5 * q);
        below += q;
        i = k;
    }
    icp__free(l->ctx, order);
    if (positives > 0 && negatives > 0) {
        c->auc = area / (positives * negatives);
        c->cllr = 0.5 * (cost_p / positives + cost_n / negatives) / icp__log(2);
    }
    return true;
}

static bool calibration_make(const struct icp__layer *l, struct icp__calibration *c) {
    const struct icp__design *d = l->d;
    icp__arena_init(&c->arena, l->ctx);
    c->contribution = icp__arena_alloc(&c->arena, (size_t)d->rows * d->fields + 1, sizeof *c->contribution);
    c->offset = icp__arena_alloc(&c->arena, 2 * (size_t)d->fields + 1, sizeof *c->offset);
    c->evidence = icp__arena_alloc(&c->arena, d->rows + 1u, sizeof *c->evidence);
    c->crossed = icp__arena_alloc(&c->arena, d->rows + 1u, sizeof *c->crossed);
    c->unlisted = icp__arena_alloc(&c->arena, d->rows + 1u, 1);
    if (!c->contribution || !c->offset || !c->evidence || !c->crossed || !c->unlisted)
        return false;
    for (uint32_t k = 0; k < ICP__HALVES + ICP__THIRDS; k++) {
        if (l->refit[ICP__FOLDS + k].done)
            c->part[k] = icp__arena_alloc(&c->arena, d->rows + 1u, sizeof *c->part[k]);
        if (l->refit[ICP__FOLDS + k].done && !c->part[k])
            return false;
    }
    for (uint32_t i = 0; i < d->rows; i++) {
        c->crossed[i] = 0;
        /* The full model has learned the listed rows by heart: they would dominate the mean. */
        c->unlisted[i] = i < d->reference_rows && (d->weight[i] == 0 || d->reference_rows - d->listed < UNLISTED_ENOUGH);
    }
    c->slope = 1;
    return true;
}

/* Mean ratio of the unlisted rows under the fold models that did not see them. */
static double mean_ratio(const struct icp__design *d, const struct icp__calibration *c) {
    double sum = 0, n = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        if (!c->unlisted[i])
            continue;
        double x = c->crossed[i];
        sum += icp__exp(x > EXPONENT_MOST ? EXPONENT_MOST : x);
        n += 1;
    }
    return n > 0 && sum > 0 ? sum / n : 1;
}

/* All of the reference is 1 on average, so a listed company cannot be more than rows / listed times as common. Single ones may
 * come out above; when half of them do, a trait that only customers have has let the slope run away. */
static bool too_steep(const struct icp__design *d, const struct icp__calibration *c) {
    uint32_t above = 0;
    double most = d->listed ? icp__log(2.0 * d->reference_rows / d->listed) : 0;
    for (uint32_t i = 0; i < d->reference_rows; i++)
        above += d->weight[i] > 0 && c->crossed[i] > most;
    return 2 * above > d->listed;
}

static icp_status cross(const struct icp__layer *l, struct icp__calibration *c, icp_pool *pool, struct icp_error *err) {
    double *crossed[ICP__FOLDS];
    for (uint32_t k = 0; k < ICP__FOLDS; k++)
        crossed[k] = c->crossed;
    icp_status s = sheets(l, c, pool, 0, l->folds, true, crossed, err);
    if (s)
        return s;
    c->slope = slope_of(c->crossed, l->a, l->b, l->d->rows);
    s = sheets(l, c, pool, 0, l->folds, false, crossed, err);
    while (!s && too_steep(l->d, c) && c->slope > SLOPE_LEAST) {
        c->slope = c->slope * SLOPE_STEP > SLOPE_LEAST ? c->slope * SLOPE_STEP : SLOPE_LEAST;
        s = sheets(l, c, pool, 0, l->folds, false, crossed, err);
    }
    return s;
}

icp_status icp__calibrate(const struct icp__layer *l, icp_pool *pool, struct icp__calibration *out, struct icp_error *err) {
    struct icp__calibration c = {.ctx = l->ctx, .auc = 0.5, .cllr = 1};
    icp_status s = calibration_make(l, &c) ? ICP_OK : icp__no_memory(err);
    if (!s && l->folds)
        s = cross(l, &c, pool, err);
    if (!s)
        s = sheets(l, &c, pool, ICP__FOLDS, ICP__REFITS, false, c.part, err);
    if (!s && l->folds && !figures(l, &c))
        s = icp__no_memory(err);
    if (s) {
        icp__arena_free(&c.arena);
        return s;
    }
    const struct icp__ratios ratios = ratios_of(l->d, c.contribution, c.unlisted);
    contributions_of(l->d, l->w, c.slope, c.contribution);
    c.inflation = l->folds ? mean_ratio(l->d, &c) : 1;
    /* Half of it, in logarithms: the whole left companies outside the reference below 1, none above (doc/decisions.md). */
    icp__offsets_make(&ratios, 1 / icp__sqrt(c.inflation), c.offset);
    evidence_of(l->d, c.contribution, c.offset, c.evidence);
    *out = c;
    return ICP_OK;
}

void icp__calibration_free(struct icp__calibration *c) {
    if (c->ctx)
        icp__arena_free(&c->arena);
    *c = (struct icp__calibration){0};
}
