/* SPDX-License-Identifier: MIT */
/* What readers need of layouts beyond batch.h. */
#pragma once
#include "ingest/batch.h"

/* ICP_E_FORMAT when two names fold alike: nobody could tell which is meant. */
icp_status icp__layout_unique(const struct icp__layout *l, const struct icp__place *where, struct icp_error *err);
