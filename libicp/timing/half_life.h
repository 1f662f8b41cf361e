/* SPDX-License-Identifier: MIT */
/* How fast each signal fades: half-lives from the grid, by likelihood, tied across signals. */
#pragma once
#include "base/base.h"

#define ICP__HALF_LIVES 8u
extern const uint16_t icp__half_life_days[ICP__HALF_LIVES]; /* 3, 7, 14, 30, 60, 120, 240, 480 */

/* Account-moments. Masses: a > 0 where the outcome came within the horizon, b > 0 where it did not; each class sums to `positives`,
 * the number of different outcomes. */
struct icp__fading {
    icp_context *ctx;
    uint32_t rows, signals;
    const double *a, *b;      /* [rows] */
    double positives;
    /* Decayed count in thousandths of signal s at half-life k in row i: value[((size_t)s * ICP__HALF_LIVES + k) * rows + i]. */
    const int32_t *value;
    const int32_t *day; /* [rows] of each: compared is what stands at about the same time; NULL = all with all */
};
struct icp__half_life {
    uint8_t at, low, high; /* places in the grid: the estimate, and the ends of the interval of at least 95% of the posterior */
    bool measured;         /* false = not enough data: assumed */
    double chance[ICP__HALF_LIVES]; /* posterior over the grid, sums to 1 */
};
/* Fills out[signals]. False = no memory. Same input, same bits. */
bool icp__half_lives_find(const struct icp__fading *f, struct icp__half_life *out);
