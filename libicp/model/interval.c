/* SPDX-License-Identifier: MIT */
/* Width of the interval from models of half lists and thirds: posterior variances alone are no better than a constant. */
#include "model/interval.h"
#include "base/number.h"
#include "model/sort.h"

#define SAFETY 1.3
#define SHIFT 25.0 /* / customers: a longer list spreads more, a shift that parts of the list do not show */
#define QUANTILE 9u /* tenths */

bool icp__bins_make(struct icp__arena *m, const struct icp__design *d, const double *w, double slope, struct icp__bins *out) {
    uint32_t bins = 0;
    out->first = icp__arena_alloc(m, d->fields + 1u, sizeof *out->first);
    out->centre = icp__arena_alloc(m, d->fields + 1u, sizeof *out->centre);
    out->bin = icp__arena_alloc(m, (size_t)d->features + d->fields + 1, sizeof *out->bin);
    if (!out->first || !out->centre || !out->bin)
        return false;
    for (uint32_t f = 0; f < d->fields; f++) {
        const struct icp__field *field = &d->field[f];
        out->centre[f] = 0;
        out->first[f] = UINT32_MAX;
        if (!field->numeric)
            continue;
        struct icp__bin *bin = out->bin + bins;
        double sum = 0, mean = 0;
        uint32_t customers = field->known_customers, reference = field->known_reference;
        for (uint32_t k = 0; k <= field->count; k++) {
            const struct icp__feature *next = k < field->count ? &d->feature[field->first + k] : NULL;
            uint32_t c = next ? next->customers : 0, r = next ? next->reference : 0;
            bin[k] = (struct icp__bin){slope * sum, customers - c, reference - r};
            mean += bin[k].c * bin[k].reference;
            customers = c, reference = r;
            if (next)
                sum += w[field->first + k];
        }
        mean /= field->known_reference;
        for (uint32_t k = 0; k <= field->count; k++)
            bin[k].c -= mean;
        out->centre[f] = mean;
        out->first[f] = bins;
        bins += field->count + 1;
    }
    return true;
}

double icp__support(const struct icp__design *d, uint32_t customers, uint32_t reference, uint32_t field) {
    double expected = (double)d->customers * reference / d->field[field].known_reference;
    return (expected > customers ? expected : customers) + 0.5;
}

static void add(struct icp__row_sum *s, double c, double support) {
    s->square += c * c;
    s->square_over += c * c / support;
}

struct icp__row_sum icp__row_sums(const struct icp__design *d, const struct icp__bins *b, const double *w, double slope, uint32_t row) {
    struct icp__row_sum s = {0, 0};
    uint64_t k = d->x.start[row], end = d->x.start[row + 1];
    for (uint32_t f = 0; f < d->fields; f++) {
        uint32_t bin = 0;
        for (; k < end && d->x.index[k] < d->field[f].first + d->field[f].count; k++) {
            uint32_t j = d->x.index[k];
            if (d->field[f].numeric)
                bin++;
            else
                add(&s, slope * w[j], icp__support(d, d->feature[j].customers, d->feature[j].reference, f));
        }
        if (d->field[f].numeric && d->known[(size_t)row * d->fields + f]) {
            const struct icp__bin *t = &b->bin[b->first[f] + bin];
            add(&s, t->c, icp__support(d, t->customers, t->reference, f));
        }
    }
    return s;
}

/* Least squares of y on 1 and x with both coefficients >= 0. */
static void line_fit(const double *x, const double *y, size_t n, double *base, double *per) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < n; i++)
        sx += x[i], sy += y[i], sxx += x[i] * x[i], sxy += x[i] * y[i];
    double det = (double)n * sxx - sx * sx;
    *per = det > 0 ? ((double)n * sxy - sx * sy) / det : 0;
    *base = (sy - *per * sx) / (double)n;
    if (*per < 0)
        *per = 0, *base = sy / (double)n;
    if (*base < 0)
        *base = 0, *per = sxx > 0 ? sxy / sxx : 0;
}

struct sample {
    double *x, *y, *ratio, *scratch;
    size_t n;
};

/* From the models of some part lists: width^2 = K^2 (c0 + c1 x). False = no such models. */
static bool width_fit(const struct icp__layer *l, const struct icp__calibration *c, const double *over, uint32_t from, uint32_t to,
                      struct sample *s, double out[2]) {
    s->n = 0;
    for (uint32_t k = from; k < to; k++) {
        for (uint32_t i = 0; c->part[k] && i < l->d->reference_rows; i++) {
            if (!c->unlisted[i])
                continue;
            double difference = c->evidence[i] - c->part[k][i];
            s->x[s->n] = over[i];
            s->y[s->n++] = difference * difference;
        }
    }
    if (s->n == 0)
        return false;
    double base, per;
    line_fit(s->x, s->y, s->n, &base, &per);
    for (size_t i = 0; i < s->n; i++) {
        double expected = base + per * s->x[i];
        s->ratio[i] = expected > 0 ? s->y[i] / expected : 0;
    }
    icp__sort_doubles(s->ratio, s->n, s->scratch);
    double k2 = s->ratio[(s->n * QUANTILE + 9) / 10 - 1];
    out[0] = k2 * base;
    out[1] = k2 * per;
    return true;
}

static double mean_width(const struct icp__layer *l, const struct icp__calibration *c, const double *over, const double v[2]) {
    double sum = 0;
    for (uint32_t i = 0; i < l->d->reference_rows; i++)
        if (c->unlisted[i])
            sum += icp__sqrt(v[0] + v[1] * over[i]);
    return sum;
}

icp_status icp__interval_fit(const struct icp__layer *l, const struct icp__calibration *c, const struct icp__bins *b,
                             struct icp__interval *out, struct icp_error *err) {
    const struct icp__design *d = l->d;
    size_t cells = (size_t)d->reference_rows * ICP__HALVES;
    double *memory = icp__alloc(l->ctx, 4 * cells + d->reference_rows + 1, sizeof *memory);
    if (!memory)
        return icp__no_memory(err);
    struct sample s = {memory, memory + cells, memory + 2 * cells, memory + 3 * cells, 0};
    double *over = memory + 4 * cells;
    struct icp__interval v = {.calibrated = d->customers >= ICP__INTERVAL_CUSTOMERS};
    for (uint32_t i = 0; i < d->reference_rows; i++)
        over[i] = icp__row_sums(d, b, l->w, c->slope, i).square_over;
    /* A half list differs from the whole as much as two lists of this size would that share nothing but their kind, but for
     * the variance of a third list three times as long. */
    if (width_fit(l, c, over, 0, ICP__HALVES, &s, v.halves)) {
        v.halves[0] *= 4.0 / 3;
        v.halves[1] *= 4.0 / 3;
    }
    (void)width_fit(l, c, over, ICP__HALVES, ICP__HALVES + ICP__THIRDS, &s, v.thirds);
    v.from_thirds = mean_width(l, c, over, v.thirds) > mean_width(l, c, over, v.halves);
    const double *best = v.from_thirds ? v.thirds : v.halves;
    v.base = best[0] * SAFETY * SAFETY + SHIFT / d->customers;
    v.per = best[1] * SAFETY * SAFETY;
    icp__free(l->ctx, memory);
    *out = v;
    return ICP_OK;
}
