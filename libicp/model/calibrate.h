/* SPDX-License-Identifier: MIT */
/* From weights to likelihood ratios: offsets per column, cross-fitted slope, cross-fitted figures. */
#pragma once
#include "model/layer.h"

/* out[row * fields + f] = slope * sum of the weights of the row's features in field f. */
void icp__contributions(const struct icp__design *d, const double *w, double slope, double *out);
/* Offsets that make the mean ratio 1 where a field is known, and then the mean of the whole ratio `target`, over the rows with
 * use[row]: o_f + m v_f, v_f the field's share of the variance (doc/score.md). offset has
 * room for 2 * fields. */
void icp__offsets(const struct icp__design *d, const double *contributions, const uint8_t *use, double target, double *offset);
/* Log ratio of every row: sum over known fields of contribution and offset. */
void icp__evidence(const struct icp__design *d, const double *contributions, const double *offset, double *out);

struct icp__calibration {
    icp_context *ctx;
    struct icp__arena arena;
    double slope;
    double inflation;     /* mean ratio of rows a fold model did not see; the offsets make up for half of it */
    double *contribution; /* [rows * fields], slope applied, numbers not yet centred */
    double *offset;       /* [fields] and as many of scratch */
    double *evidence;     /* [rows] of the final model */
    double *crossed;      /* [rows] of the fold model that did not see the row */
    double *part[ICP__HALVES + ICP__THIRDS]; /* [rows] of the models of part lists; NULL where there is none */
    uint8_t *unlisted;    /* [rows] rows over which ratios average to 1 */
    double auc, cllr;     /* cross-fitted; bits */
};
icp_status icp__calibrate(const struct icp__layer *l, icp_pool *pool, struct icp__calibration *out, struct icp_error *err);
void icp__calibration_free(struct icp__calibration *c);

/* Slope of a logistic regression of class on x with masses a, b, an intercept, and a prior around the usual. */
double icp__slope(const double *x, const double *a, const double *b, uint32_t n);
