/* SPDX-License-Identifier: MIT */
/* The fixed scale: milli-points of evidence (53,000 = one bit) to the displayed score and the tier. */
#pragma once
#include "base/base.h"

enum { ICP__SCORE_MIN = 200, ICP__SCORE_MAX = 759, ICP__SCORES = 560, ICP__SCORE_ZERO = 498 };

/* Floor of the saturating curve, 200..759. */
int32_t icp__points_score(int64_t milli);
/* ICP_TIER_..., decided on the milli-points; always that of the score. */
int32_t icp__points_tier(int64_t milli);
/* Least milli-points of a tier from ICP_TIER_POOR on. */
int64_t icp__points_edge(int32_t tier);
/* The score without saturation: floor(498 + milli / 1000). */
int64_t icp__points_linear(int64_t milli);
/* Smallest milli-points that show `score` (201..759); INT64_MIN for 200. */
int64_t icp__points_threshold(int32_t score);
/* Twice the middle of a score's milli-points; of the first and last score, which have none, twice the edge. */
int64_t icp__points_twice_middle(int32_t score);
/* Floor of the square root. */
uint32_t icp__isqrt(uint64_t v);
