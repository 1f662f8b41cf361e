/* SPDX-License-Identifier: MIT */
/* Whole numbers of fixed capacity, for decimal conversion without allocation. */
#pragma once
#include "base/base.h"

/* The largest product met is 5^1112 times a 54-bit mantissa, or 772 digits shifted by 1,140 bits: below 4,400 bits. */
#define ICP__BIG_LIMBS 144

struct icp__big {
    uint32_t used; /* limbs; the top one is not 0 */
    uint32_t limb[ICP__BIG_LIMBS];
};
void icp__big_set(struct icp__big *b, uint64_t v);
void icp__big_mul_add(struct icp__big *b, uint32_t factor, uint32_t addend);
void icp__big_mul_pow5(struct icp__big *b, uint32_t n);
void icp__big_shift(struct icp__big *b, uint32_t bits); /* to the left */
int icp__big_compare(const struct icp__big *a, const struct icp__big *b);
void icp__big_add(struct icp__big *a, const struct icp__big *b);

/* A positive value as a fraction whose decimal digits can be taken off one by one. */
struct icp__digits {
    struct icp__big rest, unit; /* next digit = floor(rest / unit), below 10 */
    int32_t exponent;           /* power of ten of the next digit */
};
/* value = b * 2^exponent2, b not 0 */
void icp__digits_init(struct icp__digits *d, const struct icp__big *b, int32_t exponent2);
uint32_t icp__digits_next(struct icp__digits *d);
int icp__digits_half(const struct icp__digits *d); /* compares what is left with half of the last digit's unit */
