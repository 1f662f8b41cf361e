/* SPDX-License-Identifier: MIT */
/* Two samples of counts: how likely is a count in the second, given the first and that nothing changed. */
#pragma once
#include "base/number.h"

/* P(X >= k), X beta-binomial of n draws with parameters a, b >= 0. */
double icp__predict_above(double k, double n, double a, double b);
/* The largest k that Binomial(n, p) reaches with a chance of at least `power`; 0 = none above 0. */
uint64_t icp__predict_reached(uint64_t n, double p, double power);
