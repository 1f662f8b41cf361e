/* SPDX-License-Identifier: MIT */
/* Directions in which the words of a text column vary together over the reference: what lets a word that no customer uses
 * take part in the profile through the words it goes with. */
#pragma once
#include "model/design.h"

#define ICP__SPAN 40u        /* directions of a column */
#define ICP__SPAN_WORDS 160u /* a column with fewer words has none */

struct icp__span {
    uint32_t field, words;
    uint32_t *word; /* [words] features */
    double *load;   /* [words * ICP__SPAN]; a row's value in direction k = sum of load[., k] of its words */
};
struct icp__spans {
    icp_context *ctx;
    struct icp__arena arena;
    uint32_t count;
    struct icp__span *span;
    struct icp__matrix x; /* the design's matrix with count * ICP__SPAN dense columns */
};
/* Computed on the reference alone. */
icp_status icp__spans_make(const struct icp__design *d, icp_pool *pool, struct icp__spans *out, struct icp_error *err);
void icp__spans_free(struct icp__spans *s);
/* Weights of the features alone that give the same sums: w[features], then known indicators, then directions -> out[x.cols]. */
void icp__spans_fold(const struct icp__spans *s, const double *w, double *out);
