/* SPDX-License-Identifier: MIT */
/* The fixed scale as integers: a table of thresholds, so that the same evidence shows the same score everywhere. */
#include "model/points.h"
#include <icp/score.h>

#include "model/points_table.h"

enum { EDGE = 159000, FAIR = 53000 };

int32_t icp__points_score(int64_t milli) {
    int32_t low, high;
    if (milli >= -EDGE && milli <= EDGE)
        return (int32_t)((uint32_t)(milli + EDGE) / 1000u) + 339;
    if (milli > 0)
        low = 657 - ICP__SCORE_MIN, high = ICP__SCORES;
    else
        low = 0, high = 339 - ICP__SCORE_MIN;
    while (high - low > 1) { /* thresholds[low] <= milli < thresholds[high] */
        int32_t mid = low + (high - low) / 2;
        if (milli >= thresholds[mid])
            low = mid;
        else
            high = mid;
    }
    return low + ICP__SCORE_MIN;
}

int32_t icp__points_tier(int64_t milli) {
    if (milli >= FAIR)
        return milli >= EDGE ? ICP_TIER_EXCELLENT : ICP_TIER_GOOD;
    if (milli >= -FAIR)
        return ICP_TIER_FAIR;
    return milli >= -EDGE ? ICP_TIER_POOR : ICP_TIER_VERY_POOR;
}

int64_t icp__points_linear(int64_t milli) {
    return milli / 1000 - (milli % 1000 < 0) + ICP__SCORE_ZERO;
}

int64_t icp__points_threshold(int32_t score) {
    return score <= ICP__SCORE_MIN ? INT64_MIN : thresholds[score - ICP__SCORE_MIN];
}

int64_t icp__points_middle(int32_t score) {
    if (score <= ICP__SCORE_MIN)
        return icp__points_threshold(ICP__SCORE_MIN + 1) - 1;
    const int64_t lo = icp__points_threshold(score);
    return score >= ICP__SCORE_MAX ? lo : lo + (icp__points_threshold(score + 1) - lo) / 2;
}

uint32_t icp__isqrt(uint64_t v) {
    uint64_t x, next;
    uint32_t bits = 0;
    if (v == 0)
        return 0;
    while (bits < 64 && v >> bits != 0)
        bits += 2;
    /* Newton from above: the first guess is a power of two not below the root, so the steps only fall. */
    x = bits == 64 ? UINT32_MAX : (uint64_t)1 << (bits / 2);
    for (;;) {
        next = (x + v / x) / 2;
        if (next >= x)
            return (uint32_t)x;
        x = next;
    }
}
