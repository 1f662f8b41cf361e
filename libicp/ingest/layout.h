/* SPDX-License-Identifier: MIT */
/* What readers need of layouts beyond batch.h. */
#pragma once
#include "ingest/batch.h"

/* The name given to a column without one: `column N`, N from 1. */
struct icp_str icp__column_number(uint32_t index, char out[24]);
/* ICP_E_FORMAT when two names fold alike: nobody could tell which is meant. */
icp_status icp__layout_unique(const struct icp__layout *l, const struct icp__place *where, struct icp_error *err);
