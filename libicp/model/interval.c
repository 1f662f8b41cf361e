/* SPDX-License-Identifier: MIT */
/* Width of the interval from models of half lists and thirds: posterior variances alone are no better than a constant. */
#include "model/interval.h"
#include "base/number.h"
#include "base/sort.h"

/* The square of the half width that a list of n customers usually needs is USUAL / n. Parts of a list measure that of this list,
 * but roughly, and not how much wider a longer list spreads: what they say is halved in logarithms towards the usual. */
#define USUAL 250.0
#define LEAST 0.01   /* of the usual: parts that agree entirely prove no certainty */
#define SHARED 0.5   /* of it is the same for all companies, the rest follows their traits */
#define QUANTILE 9u  /* tenths */

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

double icp__support(const struct icp__design *d, uint32_t customers, uint32_t reference) {
    double for_it = customers * (d->effective / d->customers);
    double against = reference - (double)customers * d->listed / d->customers;
    return (for_it < against ? for_it : against > 0 ? against : 0) + 0.5;
}

/* sum c^2 / support over the traits of a row, ranges as traits. */
static double thinness_of(const struct icp__design *d, const struct icp__bins *b, const double *w, double slope, uint32_t row) {
    double sum = 0;
    uint64_t k = d->x.start[row], end = d->x.start[row + 1];
    for (uint32_t f = 0; f < d->fields; f++) {
        uint32_t bin = 0;
        for (; k < end && d->x.index[k] < d->field[f].first + d->field[f].count; k++) {
            uint32_t j = d->x.index[k];
            double c = slope * w[j];
            if (d->field[f].numeric)
                bin++;
            else
                sum += c * c / icp__support(d, d->feature[j].customers, d->feature[j].reference);
        }
        if (d->field[f].numeric && d->known[(size_t)row * d->fields + f]) {
            const struct icp__bin *t = &b->bin[b->first[f] + bin];
            sum += t->c * t->c / icp__support(d, t->customers, t->reference);
        }
    }
    return sum;
}

/* Nine tenths of the squared differences between the model and those of some part lists are less than this times the shape.
 * 0 = no such models. */
static double level(const struct icp__layer *l, const struct icp__calibration *c, const double *shape, uint32_t from, uint32_t to,
                    double *ratio, double *scratch) {
    size_t n = 0;
    for (uint32_t k = from; k < to; k++) {
        for (uint32_t i = 0; c->part[k] && i < l->d->reference_rows; i++) {
            double difference = c->evidence[i] - c->part[k][i];
            if (c->unlisted[i])
                ratio[n++] = difference * difference / shape[i];
        }
    }
    icp__sort_doubles(ratio, n, scratch);
    return n ? ratio[(n * QUANTILE + 9) / 10 - 1] : 0;
}

/* Thinness of every company over the mean of those that are no customers; returns that mean. */
static double shape_make(const struct icp__layer *l, const struct icp__calibration *c, const struct icp__bins *b, double *shape) {
    double sum = 0;
    uint32_t n = 0, rows = l->d->reference_rows;
    for (uint32_t i = 0; i < rows; i++) {
        shape[i] = thinness_of(l->d, b, l->w, c->slope, i);
        if (c->unlisted[i])
            sum += shape[i], n++;
    }
    double mean = n ? sum / n : 0;
    for (uint32_t i = 0; i < rows; i++)
        shape[i] = mean > 0 ? SHARED + (1 - SHARED) * shape[i] / mean : 1;
    return mean;
}

icp_status icp__interval_fit(const struct icp__layer *l, const struct icp__calibration *c, const struct icp__bins *b,
                             struct icp__interval *out, struct icp_error *err) {
    const struct icp__design *d = l->d;
    size_t cells = (size_t)d->reference_rows * ICP__HALVES;
    double *memory = icp__alloc(l->ctx, 2 * cells + d->reference_rows + 1, sizeof *memory);
    if (!memory)
        return icp__no_memory(err);
    double *shape = memory + 2 * cells, usual = USUAL / d->effective;
    struct icp__interval v = {.calibrated = d->effective + 0.5 >= ICP__INTERVAL_CUSTOMERS};
    double thinness = shape_make(l, c, b, shape);
    /* A half list differs from the whole as much as two lists of this size would that share nothing but their kind, but for
     * the variance of a third list three times as long. */
    v.halves = level(l, c, shape, 0, ICP__HALVES, memory, memory + cells) * 4 / 3;
    v.thirds = level(l, c, shape, ICP__HALVES, ICP__HALVES + ICP__THIRDS, memory, memory + cells);
    v.from_thirds = v.thirds > v.halves;
    double measured = v.from_thirds ? v.thirds : v.halves;
    double square = icp__sqrt((measured > LEAST * usual ? measured : LEAST * usual) * usual);
    v.base = thinness > 0 ? square * SHARED : square;
    v.per = thinness > 0 ? square * (1 - SHARED) / thinness : 0;
    icp__free(l->ctx, memory);
    *out = v;
    return ICP_OK;
}
