/* SPDX-License-Identifier: MIT */
/* Numbers without locale and with the same bits everywhere. */
#pragma once
#include "base/base.h"

/* Parses [+-]digits[.digits][(e|E)[+-]digits] over the whole span, correctly rounded (to nearest, ties to even).
 * False when the span is anything else, or the value overflows. */
bool icp__decimal_parse(const char *s, size_t n, double *out);
/* Shortest text that reads back to the same double; no exponent for 1e-7 <= |v| < 1e17. Returns the length. */
size_t icp__decimal_print(double v, char out[32]);
size_t icp__int_print(int64_t v, char out[24]);

/* value = mantissa * 10^exponent */
struct icp__decimal {
    int64_t mantissa;
    int32_t exponent;
};
double icp__decimal_value(struct icp__decimal d); /* correctly rounded */
/* The decimal with the fewest digits in (lo, hi] as doubles, lo < hi finite; among those of equal length the one nearest the
 * middle, then the smaller. icp__decimal_value of it lies in (lo, hi]. */
struct icp__decimal icp__decimal_between(double lo, double hi);
size_t icp__decimal_text(struct icp__decimal d, char out[48]); /* plain notation where short, else with exponent */

/* exp and log from + - * / only: identical on every platform; error below 2 ulp. */
double icp__exp(double x);
double icp__log(double x);
double icp__sqrt(double x); /* IEEE square root */
int64_t icp__round(double x); /* to nearest, halves away from zero; saturates */
