/* SPDX-License-Identifier: MIT */
/* What a finished fit says, turned into integers and into JSON. */
#pragma once
#include "model/learned.h"
#include "model/steps.h"

#define ICP__MILLI 53000.0 /* milli-points of one bit */

struct icp__history;
struct icp__moments;
struct icp__signals;
/* Where a timing layer comes from. */
struct icp__timing_facts {
    const struct icp__history *history;
    const struct icp__moments *moments;
    const struct icp__signals *signals;
};
struct icp__outcome {
    const struct icp_reference *reference;
    const struct icp__customers *list; /* list and matches: of the fit layer */
    const struct icp__matches *matches;
    const struct icp__timing_facts *timing; /* of the others */
    uint32_t which;                         /* ICP_LAYER_... */
    const struct icp__steps *steps;
    uint32_t flags; /* ICP_MODEL_... */
};
icp_status icp__outcome_learn(const struct icp__outcome *o, struct icp__learned *out, struct icp_error *err);
/* Tells the context's log which columns were left out and whom it did not find. */
void icp__outcome_say(const struct icp__outcome *o);
/* The same of a layer that is assumed. */
icp_status icp__surge_summary(const struct icp__timing_facts *t, struct icp__bytes *b, struct icp_error *err);
icp_status icp__outcome_summary(const struct icp__outcome *o, struct icp__bytes *b, struct icp_error *err);
