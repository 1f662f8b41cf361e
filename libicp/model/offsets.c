/* SPDX-License-Identifier: MIT */
/* Means over companies: of a field's ratio, and of the whole. */
#include "model/offsets.h"

#define EXPONENT_MOST 50.0

static double weight_of(const struct icp__ratios *r, uint32_t row) {
    return r->weight ? r->weight[row] : r->use[row];
}

static double bounded(double x) {
    return x > EXPONENT_MOST ? EXPONENT_MOST : x < -EXPONENT_MOST ? -EXPONENT_MOST : x;
}

struct icp__field_ratio icp__ratios_field(const struct icp__ratios *r, uint32_t f) {
    struct icp__field_ratio s = {0, 0, 0};
    double mean = 0;
    for (uint32_t i = 0; i < r->rows; i++) {
        const size_t at = (size_t)i * r->fields + f;
        const double w = weight_of(r, i);
        if (!(w > 0) || !r->known[at])
            continue;
        s.count += w;
        s.mean += w * icp__exp(r->c[at]);
        mean += w * r->c[at];
    }
    if (s.count == 0)
        return s;
    s.mean /= s.count;
    mean /= s.count;
    for (uint32_t i = 0; i < r->rows; i++) {
        const size_t at = (size_t)i * r->fields + f;
        const double w = weight_of(r, i);
        if (w > 0 && r->known[at])
            s.variance += w * ((r->c[at] - mean) * (r->c[at] - mean));
    }
    s.variance /= s.count;
    return s;
}

static double rows_of(const struct icp__ratios *r) {
    double n = 0;
    for (uint32_t i = 0; i < r->rows; i++)
        n += weight_of(r, i);
    return n;
}

/* Parts of the variance from the variance where a field is known; without any all are alike. */
static void make_shares(const struct icp__ratios *r, double *share) {
    double total = 0;
    for (uint32_t f = 0; f < r->fields; f++)
        total += share[f];
    for (uint32_t f = 0; f < r->fields; f++)
        share[f] = total > 0 ? share[f] / total : 1.0 / r->fields;
}

double icp__ratios_shares(const struct icp__ratios *r, double *share) {
    const double rows = rows_of(r);
    for (uint32_t f = 0; f < r->fields; f++) {
        const struct icp__field_ratio s = icp__ratios_field(r, f);
        share[f] = rows > 0 ? s.variance * s.count / rows : 0;
    }
    make_shares(r, share);
    return rows;
}

double icp__ratios_mean(const struct icp__ratios *r, const double *offset) {
    const double n = rows_of(r);
    double mean = 0;
    for (uint32_t i = 0; i < r->rows; i++) {
        const double w = weight_of(r, i);
        double x = 0;
        if (!(w > 0))
            continue;
        for (uint32_t f = 0; f < r->fields; f++) {
            const size_t at = (size_t)i * r->fields + f;
            if (r->known[at])
                x += r->c[at] + offset[f];
        }
        mean += w * icp__exp(bounded(x));
    }
    return n > 0 ? mean / n : 1;
}

void icp__ratios_close(const struct icp__ratios *r, double target, const double *share, double *offset) {
    const double n = rows_of(r);
    double m = 0;
    for (int round = 0; n > 0 && round < 50; round++) {
        double mean = 0, slope = 0;
        for (uint32_t i = 0; i < r->rows; i++) {
            const double w = weight_of(r, i);
            if (!(w > 0))
                continue;
            double x = 0, part = 0;
            for (uint32_t f = 0; f < r->fields; f++) {
                const size_t at = (size_t)i * r->fields + f;
                if (r->known[at])
                    x += r->c[at] + offset[f], part += share[f];
            }
            const double e = w * icp__exp(bounded(x + m * part));
            mean += e;
            slope += e * part;
        }
        double step = (mean / n - target) / (slope / n > 1e-12 ? slope / n : 1e-12);
        step = step > 2 ? 2 : step < -2 ? -2 : step;
        m -= step;
        if (step < 1e-10 && step > -1e-10)
            break;
    }
    for (uint32_t f = 0; f < r->fields; f++)
        offset[f] += m * share[f];
}

void icp__offsets_make(const struct icp__ratios *r, double target, double *offset) {
    double *share = offset + r->fields;
    const double rows = rows_of(r);
    for (uint32_t f = 0; f < r->fields; f++) {
        const struct icp__field_ratio s = icp__ratios_field(r, f);
        offset[f] = s.count > 0 ? -icp__log(s.mean) : 0;
        share[f] = rows > 0 ? s.variance * s.count / rows : 0;
    }
    make_shares(r, share);
    icp__ratios_close(r, target, share, offset);
}
