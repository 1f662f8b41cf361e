/* SPDX-License-Identifier: MIT */
/* The fixed scale: milli-points of evidence (53,000 = one bit) to the displayed score and the tier. */
#pragma once
#include "base/base.h"

enum { ICP__SCORE_MIN = 200, ICP__SCORE_MAX = 759, ICP__SCORES = 560, ICP__SCORE_ZERO = 498 };

/* Floor of the saturating curve, 200..759. */
int32_t icp__points_score(int64_t milli);
/* ICP_TIER_..., decided on the milli-points; always that of the score. */
int32_t icp__points_tier(int64_t milli);
/* The score without saturation: floor(498 + milli / 1000). */
int64_t icp__points_linear(int64_t milli);
/* Smallest milli-points that show `score` (201..759); INT64_MIN for 200. */
int64_t icp__points_threshold(int32_t score);
/* The middle of the milli-points that show `score`; at the ends, where there is none, those next to the edge. */
int64_t icp__points_middle(int32_t score);
/* Floor of the square root. */
uint32_t icp__isqrt(uint64_t v);
