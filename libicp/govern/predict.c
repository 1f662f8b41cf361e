/* SPDX-License-Identifier: MIT */
/* Sums of the terms of the beta-binomial distribution, from the count outwards. */
#include "govern/predict.h"
#include "govern/probability.h"

#define CLOSE 1e-17

static double log_choose(double n, double k) { return icp__log_gamma(n + 1) - icp__log_gamma(k + 1) - icp__log_gamma(n - k + 1); }
static double log_beta(double a, double b) { return icp__log_gamma(a) + icp__log_gamma(b) - icp__log_gamma(a + b); }
static double term_at(double k, double n, double a, double b) {
    return icp__exp(log_choose(n, k) + log_beta(k + a, n - k + b) - log_beta(a, b));
}

/* P(X >= k), k on the upper side: the terms fall. */
static double above(double k, double n, double a, double b) {
    double term = term_at(k, n, a, b), sum = term;
    for (; k < n && term > sum * CLOSE; k += 1)
        sum += term *= (n - k) / (k + 1) * (k + a) / (n - k - 1 + b);
    return sum < 1 ? sum : 1;
}

double icp__predict_above(double k, double n, double a, double b) {
    if (!(k > 0))
        return 1;
    if (k > n || !(a > 0))
        return 0;
    if (!(b > 0))
        return 1;
    if (k > n * a / (a + b))
        return above(k, n, a, b);
    return 1 - above(n - k + 1, n, b, a); /* the rest: so many and more without */
}

uint64_t icp__predict_reached(uint64_t n, double p, double power) {
    uint64_t lo = 0, hi = n;
    while (lo < hi) {
        const uint64_t mid = lo + (hi - lo + 1) / 2;
        if (icp__binomial_tail(mid, n, p) >= power)
            lo = mid;
        else
            hi = mid - 1;
    }
    return lo;
}
