/* SPDX-License-Identifier: MIT */
/* The regression of a layer: the fit with its precisions, and refits on parts of the data. */
#pragma once
#include "model/design.h"

#define ICP__FOLDS 10u
#define ICP__HALVES 4u
#define ICP__THIRDS 3u
#define ICP__REFITS (ICP__FOLDS + ICP__HALVES + ICP__THIRDS)

struct icp__refit {
    bool done;
    double *w;  /* [x.cols] */
    double w0;
};
struct icp__layer {
    icp_context *ctx;
    const struct icp__design *d;
    struct icp__arena arena;
    double *a, *b;     /* [rows] masses */
    uint32_t *rank;    /* [rows] place among the customers by (hash, key), or among the others */
    uint32_t folds;    /* 10, fewer below 10 customers, 0 for one */
    struct icp__precisions prior;
    double *tau;       /* [prior.groups] */
    double *q, *w, *h; /* [x.cols] */
    double w0;
    uint32_t updates;  /* of the precisions */
    uint32_t newton, cg;
    struct icp__refit refit[ICP__REFITS]; /* folds, half lists, thirds */
};
icp_status icp__layer_fit(const struct icp__design *d, const struct icp_progress *p, struct icp__layer *out, struct icp_error *err);
icp_status icp__layer_refit(struct icp__layer *l, icp_pool *pool, const struct icp_progress *p, struct icp_error *err);
void icp__layer_free(struct icp__layer *l);
/* Was this row outside fold k? */
static inline bool icp__layer_held(const struct icp__layer *l, uint32_t k, uint32_t row) {
    return l->rank[row] % l->folds == k;
}
