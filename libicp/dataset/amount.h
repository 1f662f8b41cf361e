/* SPDX-License-Identifier: MIT */
/* Sums that do not depend on the order of what is added: whole billionths in 128 bits. */
#pragma once
#include "base/base.h"

/* value = (high * 2^64 + low) / 10^9, two's complement. */
struct icp__amount {
    uint64_t low;
    int64_t high;
};
#define ICP__AMOUNT_TEXT 48

/* Reads a trimmed cell as the traits do (icp__number_read), rounded to nine decimals, halves away from zero. false = not a number,
 * or 10^17 and beyond: ten thousand million of those can be added. */
bool icp__amount_read(const char *s, size_t n, uint8_t decimal, struct icp__amount *out);
static inline void icp__amount_add(struct icp__amount *a, struct icp__amount b) {
    a->low += b.low;
    a->high = (int64_t)((uint64_t)a->high + (uint64_t)b.high + (a->low < b.low));
}
static inline bool icp__amount_less(struct icp__amount a, struct icp__amount b) {
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}
struct icp__amount icp__amount_whole(uint64_t v);
/* a / count, count > 0, rounded to nine decimals, halves away from zero. */
struct icp__amount icp__amount_mean(struct icp__amount a, uint64_t count);
/* Plain decimal without needless zeros; returns the length. */
size_t icp__amount_print(struct icp__amount a, char out[ICP__AMOUNT_TEXT]);
