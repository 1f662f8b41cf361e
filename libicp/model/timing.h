/* SPDX-License-Identifier: MIT */
/* Timing layers: account-moments become examples, which the engine of the fit learns from. */
#pragma once
#include "model/learned.h"
#include "model/outcome.h"
#include "timing/moments.h"

struct icp__timing_input {
    icp_context *ctx;
    const struct icp__history *history; /* settled */
    const struct icp__customers *customers; /* for the companies' own columns; its reference too */
    const icp_schema *schema;               /* of companies */
    struct icp_str release;
    icp_pool *pool;
    uint32_t layer, horizon, least; /* ICP_LAYER_...; days; fewest outcomes */
    bool allow_few;
};
/* A layer as the writer of models takes it; its signals stand in out->signals. ICP_E_TOO_FEW names what is missing. */
icp_status icp__timing_learn(const struct icp__timing_input *in, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err);
/* Rings and columns of a layer, once the signals and their half-lives are known. */
void icp__timing_columns(const struct icp__history *h, struct icp__signals *s, uint32_t first_column);
