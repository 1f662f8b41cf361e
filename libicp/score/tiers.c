/* SPDX-License-Identifier: MIT */
/* The public face of the fixed scale. */
#include "model/points.h"
#include <icp/score.h>

struct icp_tiers {
    int32_t scale; /* only one so far */
};
static const icp_tiers fixed = {1};

const icp_tiers *icp_tiers_default(void) { return &fixed; }

int32_t icp_tiers_score(const icp_tiers *t, int64_t millipoints) {
    (void)t;
    return icp__points_score(millipoints);
}

int32_t icp_tiers_tier(const icp_tiers *t, int64_t millipoints) {
    (void)t;
    return icp__points_tier(millipoints);
}
