/* SPDX-License-Identifier: MIT */
/* Intent without outcomes: how unusual the recent events are for the account, as a layer with one column. Assumed, not learned. */
#pragma once
#include "model/learned.h"
#include "timing/moments.h"

/* Fills `out` (its schema too, but for own_schema). */
icp_status icp__surge_learn(const struct icp__history *h, const struct icp__moments *m, const struct icp__signals *s, const icp_schema *schema,
                            const icp_reference *reference, struct icp__learned *out, struct icp_error *err);
