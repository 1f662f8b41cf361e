/* SPDX-License-Identifier: MIT */
/* From weights to likelihood ratios: offsets per column, cross-fitted slope, cross-fitted figures. */
#pragma once
#include "model/layer.h"

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
