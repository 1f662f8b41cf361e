/* SPDX-License-Identifier: MIT */
/* How a model stands at a moment: what of it is overdue, and what changed since it was fitted. */
#pragma once
#include "score/decisions.h"

struct icp__standing {
    uint64_t flags; /* ICP_FLAG_... that hold for every row */
    int64_t as_of;  /* day */
    int64_t review_due, reviewed, calibration_due; /* days, ICP__DAY_UNKNOWN = none */
};
/* d may be NULL; as_of in microseconds. */
void icp__standing_of(const icp_model *m, const icp_decisions *d, int64_t as_of, struct icp__standing *out);
