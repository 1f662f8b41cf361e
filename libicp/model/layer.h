/* SPDX-License-Identifier: MIT */
/* The regression of a layer: the fit with its precisions, and refits on parts of the data. */
#pragma once
#include "model/span.h"

#define ICP__FOLDS 10u
#define ICP__HALVES 4u
#define ICP__THIRDS 3u
/* Groups of a column that share a precision: its traits, words inside its values, beginnings of words, directions of its words. */
enum { ICP__GROUP_TRAITS = 0, ICP__GROUP_PARTS = 1, ICP__GROUP_PREFIXES = 2, ICP__GROUP_SPAN = 3, ICP__GROUP_PHRASES = 4, ICP__GROUPS = 5 };
#define ICP__REFITS (ICP__FOLDS + ICP__HALVES + ICP__THIRDS)

struct icp__refit {
    bool done;
    double *w; /* [x.cols] */
};
struct icp__layer {
    icp_context *ctx;
    const struct icp__design *d;
    const struct icp__spans *spans;
    struct icp__arena arena;
    double *a, *b;     /* [rows] masses */
    uint32_t *rank;    /* [rows] place among the customers by (hash, key), or among the others */
    uint32_t folds;    /* 10, fewer below 10 customers, 0 for one */
    struct icp__precisions prior;
    double *tau;       /* [prior.groups] */
    double *q, *raw, *h; /* [x.cols + dense] precisions, parameters, curvature */
    double w0;
    double *w;         /* [x.cols] weights of the features, directions folded in */
    uint32_t updates;  /* of the precisions */
    uint32_t newton, cg;
    struct icp__refit refit[ICP__REFITS]; /* folds, half lists, thirds */
};
icp_status icp__layer_fit(const struct icp__design *d, const struct icp__spans *spans, const struct icp_progress *p,
                          struct icp__layer *out, struct icp_error *err);
icp_status icp__layer_refit(struct icp__layer *l, icp_pool *pool, const struct icp_progress *p, struct icp_error *err);
void icp__layer_free(struct icp__layer *l);
/* The group of a field's traits. */
uint32_t icp__layer_group(const struct icp__design *d, uint32_t field);
/* Is a customer of this rank on part list `part` (halves by the last bit and by the one before, then thirds)? */
static inline bool icp__layer_in_part(uint32_t rank, uint32_t part) {
    return part < ICP__HALVES ? (rank >> part / 2 & 1) == part % 2 : rank % ICP__THIRDS == part - ICP__HALVES;
}
/* Was this row outside fold k? */
static inline bool icp__layer_held(const struct icp__layer *l, uint32_t k, uint32_t row) {
    return l->rank[row] % l->folds == k;
}
