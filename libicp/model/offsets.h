/* SPDX-License-Identifier: MIT */
/* Offsets of fields: what makes ratios average to 1 where a field is known, and on the whole (doc/score.md). For fits and for edits. */
#pragma once
#include "base/number.h"

/* Log ratios of rows, field by field, without offsets. */
struct icp__ratios {
    uint32_t rows, fields;
    const double *c;      /* [rows * fields] */
    const uint8_t *known; /* [rows * fields] */
    const uint8_t *use;   /* [rows] 1 = ratios average to 1 over it */
    const double *weight; /* [rows] how far they do, in place of use; NULL = use */
};
/* A field over the rows where it is known. */
struct icp__field_ratio {
    double count, mean, variance; /* mean of the ratio; variance of the log ratio */
};
struct icp__field_ratio icp__ratios_field(const struct icp__ratios *r, uint32_t f);
/* share[f] = the field's part of the variance; returns the rows that count. */
double icp__ratios_shares(const struct icp__ratios *r, double *share);
/* Mean of the whole ratio. */
double icp__ratios_mean(const struct icp__ratios *r, const double *offset);
/* Moves offsets along `share` until that mean is `target`. */
void icp__ratios_close(const struct icp__ratios *r, double target, const double *share, double *offset);
/* Offsets that make the mean ratio 1 where a field is known, and then the mean of the whole ratio `target`: o_f + m v_f, v_f the field's share of
 * the variance. offset has room for 2 * fields. */
void icp__offsets_make(const struct icp__ratios *r, double target, double *offset);
