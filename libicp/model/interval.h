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
/* Customers that have a trait, or companies of the reference that have it and are no customers, plus a half: the fewer of the two
 * say how well its ratio is known. */
double icp__support(const struct icp__design *d, uint32_t customers, uint32_t reference);

struct icp__interval {
    double base, per;      /* half width^2 = base + per * thinness, log ratio squared */
    double halves, thirds; /* usual square of the half width from half lists and from thirds; 0 = no such lists */
    bool from_thirds, calibrated;
};
icp_status icp__interval_fit(const struct icp__layer *l, const struct icp__calibration *c, const struct icp__bins *b,
                             struct icp__interval *out, struct icp_error *err);
