/* SPDX-License-Identifier: MIT */
/* Continued fractions by the modified method of Lentz (Thompson and Barnett 1986); incomplete gamma and beta functions as in
 * Abramowitz and Stegun 6.5.29, 6.5.31 and 26.5.8. */
#include "govern/probability.h"

#define ROUNDS_MOST 100000
#define SMALL 1e-300
#define CLOSE 1e-15

static double off_zero(double x) { return x < SMALL && x > -SMALL ? SMALL : x; }

/* Stirling's series, from 12 on good to the last digits. */
double icp__log_gamma(double x) {
    double shift = 1;
    for (; x < 12; x += 1)
        shift *= x;
    const double z = 1 / (x * x);
    const double series = (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * 691.0 / 360360))))) / x;
    return (x - .5) * icp__log(x) - x + 0.91893853320467274178 + series - icp__log(shift);
}

/* Q(s, x), the upper regularised incomplete gamma function. */
static double gamma_above(double s, double x) {
    if (!(x > 0))
        return 1;
    const double front = icp__exp(s * icp__log(x) - x - icp__log_gamma(s));
    if (x < s + 1) {
        double term = 1 / s, sum = term;
        for (int n = 1; n < ROUNDS_MOST && term > sum * CLOSE; n++)
            sum += term *= x / (s + n);
        return 1 - front * sum;
    }
    double b = x + 1 - s, c = 1 / SMALL, d = 1 / off_zero(b), h = d;
    for (int n = 1; n < ROUNDS_MOST; n++) {
        const double a = -n * (n - s);
        b += 2;
        d = 1 / off_zero(a * d + b);
        c = off_zero(b + a / c);
        h *= c * d;
        if (c * d - 1 < CLOSE && c * d - 1 > -CLOSE)
            break;
    }
    return front * h;
}

double icp__chi_square_tail(double x, double df) { return gamma_above(df / 2, x / 2); }

double icp__normal_tail(double z) {
    if (z < 0)
        return 1 - icp__normal_tail(-z);
    return .5 * gamma_above(.5, z * z / 2);
}

/* A first guess (Abramowitz and Stegun 26.2.23), then Halley's method. */
double icp__normal_quantile(double p) {
    const bool low = p < .5;
    const double tail = low ? p : 1 - p, t = icp__sqrt(-2 * icp__log(tail));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 4; i++) {
        const double density = icp__exp(-z * z / 2) * 0.39894228040143267794, step = (icp__normal_tail(z) - tail) / density;
        z += step / (1 - z * step / 2);
    }
    return low ? -z : z;
}

static double beta_fraction(double x, double a, double b) {
    double c = 1, d = 1 / off_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m < ROUNDS_MOST; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / off_zero(1 + even * d);
        c = off_zero(1 + even / c);
        h *= c * d;
        d = 1 / off_zero(1 + odd * d);
        c = off_zero(1 + odd / c);
        h *= c * d;
        if (c * d - 1 < CLOSE && c * d - 1 > -CLOSE)
            break;
    }
    return h;
}

double icp__beta_below(double x, double a, double b) {
    if (!(x > 0))
        return 0;
    if (x >= 1)
        return 1;
    const double front = icp__exp(icp__log_gamma(a + b) - icp__log_gamma(a) - icp__log_gamma(b) + a * icp__log(x) + b * icp__log(1 - x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a : 1 - front * beta_fraction(1 - x, b, a) / b;
}

double icp__beta_quantile(double p, double a, double b) {
    double lo = 0, hi = 1;
    for (int i = 0; i < 200 && hi - lo > lo * 1e-13; i++) {
        const double mid = lo + (hi - lo) / 2;
        if (icp__beta_below(mid, a, b) < p)
            lo = mid;
        else
            hi = mid;
    }
    return lo + (hi - lo) / 2;
}

double icp__binomial_tail(uint64_t k, uint64_t n, double p) {
    return k == 0 ? 1 : k > n ? 0 : icp__beta_below(p, (double)k, (double)(n - k) + 1);
}

void icp__share_interval(uint64_t k, uint64_t n, double level, double *low, double *high) {
    const double out = (1 - level) / 2, with = (double)k, without = (double)(n - k);
    *low = n == 0 || k == 0 ? 0 : icp__beta_quantile(out, with, without + 1);
    *high = n == 0 || k == n ? 1 : icp__beta_quantile(1 - out, with + 1, without);
}
