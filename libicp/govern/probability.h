/* SPDX-License-Identifier: MIT */
/* Tails and quantiles, from icp__exp and icp__log alone: the same bits everywhere. Relative error below 1e-9 unless said otherwise. */
#pragma once
#include "base/number.h"

double icp__log_gamma(double x);                      /* x > 0 */
double icp__normal_tail(double z);                    /* P(Z > z) */
double icp__normal_quantile(double p);                /* z with P(Z <= z) = p, 0 < p < 1 */
double icp__chi_square_tail(double x, double df);     /* P(X > x), df > 0 */
double icp__beta_below(double x, double a, double b); /* P(B <= x), a, b > 0: the regularised incomplete beta function */
double icp__beta_quantile(double p, double a, double b);
/* P(X >= k) of n trials with chance p; of P(X <= k) it is 1 - tail(k + 1). */
double icp__binomial_tail(uint64_t k, uint64_t n, double p);
/* The exact interval of a share, k of n, that holds it with `level` (Clopper and Pearson 1934). n = 0: 0 to 1. */
void icp__share_interval(uint64_t k, uint64_t n, double level, double *low, double *high);
