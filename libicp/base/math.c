/* SPDX-License-Identifier: MIT */
/* exp and log from + - * / only, so that every platform gives the same bits; libm's do not. */
#include "base/number.h"
#include <math.h>

#define LN2_HI 0x1.62e42feep-1        /* 32 bits: its product with an exponent is exact */
#define LN2_LO 0x1.a39ef35793c76p-33

static double power_of_two(int32_t e) { /* -1022..1023 */
    uint64_t bits = (uint64_t)(e + 1023) << 52;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

double icp__exp(double x) {
    /* 1/n! for n = 2..14 */
    static const double c[] = {
        0x1p-1,                0x1.5555555555555p-3,  0x1.5555555555555p-5,  0x1.1111111111111p-7,  0x1.6c16c16c16c17p-10,
        0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19, 0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26,
        0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33, 0x1.93974a8c07c9dp-37};
    if (x != x)
        return x;
    if (x > 710)
        return power_of_two(1023) * 2;
    if (x < -746)
        return 0;
    double scaled = x * 0x1.71547652b82fep+0;
    int32_t k = (int32_t)(scaled < 0 ? scaled - .5 : scaled + .5);
    double r = (x - (double)k * LN2_HI) - (double)k * LN2_LO;
    double p = c[12];
    for (int i = 11; i >= 0; i--)
        p = p * r + c[i];
    double v = 1 + (r + r * r * p);
    /* Two steps keep both factors normal. */
    int32_t half = k / 2;
    return v * power_of_two(half) * power_of_two(k - half);
}

double icp__log(double x) {
    /* 2/(2n+1) for n = 1..11 */
    static const double c[] = {0x1.5555555555555p-1, 0x1.999999999999ap-2, 0x1.2492492492492p-2, 0x1.c71c71c71c71cp-3,
                               0x1.745d1745d1746p-3, 0x1.3b13b13b13b14p-3, 0x1.1111111111111p-3, 0x1.e1e1e1e1e1e1ep-4,
                               0x1.af286bca1af28p-4, 0x1.8618618618618p-4, 0x1.642c8590b2164p-4};
    if (x != x || x < 0)
        return (x - x) / 0.0;
    if (x == 0)
        return -power_of_two(1023) * 2;
    uint64_t bits;
    int32_t k = 0;
    if (x < 0x1p-1022)
        x *= 0x1p54, k = -54;
    memcpy(&bits, &x, sizeof bits);
    if (bits >> 52 == 0x7ff)
        return x;
    k += (int32_t)(bits >> 52) - 1023;
    bits = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    if (m > 0x1.6a09e667f3bcdp+0)
        m *= .5, k++;
    /* log(1+f) = 2 atanh(s), written so that the large part, f, is exact */
    double f = m - 1, s = f / (2 + f), z = s * s, p = c[10], half = .5 * f * f;
    for (int i = 9; i >= 0; i--)
        p = p * z + c[i];
    double small = s * (half + z * p);
    return (double)k * LN2_HI - ((half - (small + (double)k * LN2_LO)) - f);
}

double icp__sqrt(double x) {
    return sqrt(x);
}

int64_t icp__round(double x) {
    if (x != x)
        return 0;
    if (x >= 0x1p63)
        return INT64_MAX;
    if (x <= -0x1p63)
        return INT64_MIN;
    int64_t whole = (int64_t)x;
    double rest = x - (double)whole;
    return rest >= .5 ? whole + 1 : rest <= -.5 ? whole - 1 : whole;
}
