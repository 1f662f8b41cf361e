/* SPDX-License-Identifier: MIT */
/* What to do with a company, by the tiers of fit and intent: the card's playbook. */
#pragma once
#include "base/json.h"
#include <icp/score.h>

#define ICP__TIERS 5
#define ICP__QUADRANTS 4

/* One block: texts stand behind it. */
struct icp__playbook {
    struct icp_str action[ICP__TIERS + 1][ICP__TIERS + 1]; /* [fit tier][intent tier], from 1 */
};
/* Reads and checks the member "playbook" of a card; texts that are not given are the defaults. */
icp_status icp__playbook_read(icp_context *c, const struct icp__json *book, icp_status code, struct icp__playbook **out, struct icp_error *err);
/* p may be NULL: the defaults. */
struct icp_str icp__playbook_action(const struct icp__playbook *p, int32_t fit_tier, int32_t intent_tier);
extern const char *const icp__tier_names[ICP__TIERS + 1], *const icp__quadrant_names[ICP__QUADRANTS + 1];
extern const char *const icp__layer_names[4]; /* by ICP_LAYER_... */
