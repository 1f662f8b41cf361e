/* SPDX-License-Identifier: MIT */
/* How far the scores of another list of the same kind would lie from these: factors of the interval. */
#pragma once
#include "model/calibrate.h"

#define ICP__INTERVAL_CUSTOMERS 50u /* below, the interval's width cannot be checked */

/* Ranges of a number field as traits of their own: bin k of field f is range[field_bin[f] + k], k = 0..count. */
struct icp__bin {
    double c;                      /* log ratio, centred: mean 0 over the known rows of the reference */
    uint32_t customers, reference; /* rows */
};
struct icp__bins {
    uint32_t *first;    /* [fields]; UINT32_MAX where not a number */
    double *centre;     /* [fields] what was taken off the bins and belongs to the offset */
    struct icp__bin *bin;
};
bool icp__bins_make(struct icp__arena *m, const struct icp__design *d, const double *w, double slope, struct icp__bins *out);
/* Calls take(arg, c, customers, reference, field) for each trait of a row, ranges as one trait. */
struct icp__row_sum {
    double square, square_over; /* sum c^2; sum c^2 / (max(k, n p0) + .5) */
};
struct icp__row_sum icp__row_sums(const struct icp__design *d, const struct icp__bins *b, const double *w, double slope, uint32_t row);
/* Customers behind a trait, by count or by what the reference's share leads to expect, plus a half. */
double icp__support(const struct icp__design *d, uint32_t customers, uint32_t reference, uint32_t field);

struct icp__interval {
    double base, per;            /* half width^2 = base + per * square_over, log ratio squared */
    double halves[2], thirds[2]; /* the same from half lists and from thirds, before the larger was chosen */
    bool from_thirds, calibrated;
};
icp_status icp__interval_fit(const struct icp__layer *l, const struct icp__calibration *c, const struct icp__bins *b,
                             struct icp__interval *out, struct icp_error *err);
