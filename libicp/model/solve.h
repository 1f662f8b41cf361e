/* SPDX-License-Identifier: MIT */
/* L2-penalised logistic regression on a sparse binary matrix, and its precisions by MacKay's update. */
#pragma once
#include "base/base.h"

/* Rows of column numbers, ascending within a row; every entry is 1. Behind them `dense` columns of any value: parameter
 * cols + k belongs to dense column k. */
struct icp__matrix {
    uint32_t rows, cols, dense;
    const uint64_t *start; /* [rows + 1] */
    const uint32_t *index;
    const double *value;   /* [rows * dense], NULL when dense is 0 */
};

/* minimises sum_i (a_i + b_i) log(1 + e^f_i) - a_i f_i + sum_j q_j w_j^2 / 2, f = w0 + X w; rows without mass are skipped */
struct icp__problem {
    const struct icp__matrix *x;
    const double *a, *b; /* [rows] mass in the first class (customers) and the second */
    const double *q;     /* [cols + dense] precisions, > 0 */
    double *w;           /* [cols + dense] start, then solution */
    double w0;           /* intercept, not penalised: start, then solution */
    double *h;           /* [cols + dense] diagonal of X' H X at the solution */
    double tolerance;    /* stop when the Newton decrement is below; 0 = 1e-3 */
    uint32_t newton_max; /* 0 = 30 */
    uint32_t newton, cg; /* out: steps taken, over all calls */
};

/* Scratch of one solver. */
struct icp__solver {
    icp_context *ctx;
    uint32_t rows, params;
    double *memory;
    double *f, *r, *h, *t, *f2;           /* [rows] */
    double *g, *d, *res, *z, *dir, *ap, *w2; /* [params] */
};
bool icp__solver_init(struct icp__solver *s, icp_context *c, uint32_t rows, uint32_t params); /* false = no memory */
void icp__solver_free(struct icp__solver *s);
/* Truncated Newton, directions by conjugate gradients preconditioned with the diagonal (Nocedal & Wright 2006, 7.1). Same
 * bits for the same input. */
void icp__solve(struct icp__solver *s, struct icp__problem *p);
/* f[i] = w0 + sum_j x_ij w_j for all rows. */
void icp__matrix_times(const struct icp__matrix *x, const double *w, double w0, double *f);

/* One precision for each group of columns: q = tau / scale2. MacKay's update (1992) with a Gamma hyperprior of `strength` pseudo
 * traits around `centre`; without it the update runs away where a group tells nothing. */
#define ICP__UNGROUPED UINT32_MAX
struct icp__precisions {
    uint32_t params, groups;
    const uint32_t *group;  /* [params]; ICP__UNGROUPED keeps its q */
    const double *scale2;   /* [params] squared prior scale */
    const double *centre;   /* [groups] */
    double strength;
};
#define ICP__PRECISION_LEAST 0.01
#define ICP__PRECISION_MOST 1e5
void icp__precisions_apply(const struct icp__precisions *e, const double *tau, double *q);
/* One update of tau at the solution p; returns the largest |change of log tau|. sums = 3 * groups doubles of scratch. */
double icp__precisions_update(const struct icp__precisions *e, const struct icp__problem *p, double *tau, double *sums);
