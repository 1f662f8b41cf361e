/* SPDX-License-Identifier: MIT */
/* Changing points of the fit layer by hand: what is asked for, the offsets set anew, the file of the new model. */
#pragma once
#include "model/edits.h"
#include "reference/reference.h"

struct icp__edit {
    icp_context *ctx;
    const icp_model *m;                  /* its first layer is fit */
    const icp_reference *reference;
    struct icp__learned_figures *learned, *now; /* [m->info.traits] */
    struct icp__bytes history;           /* JSON list, the new edit last */
    uint64_t spread[2][ICP__SCORES];     /* of the new model */
};
/* Applies a text of edits to `now`, offsets apart, and writes it into the history. */
icp_status icp__edit_read(struct icp__edit *e, const char *json, size_t size, struct icp_error *err);
/* Sets the offsets in `now` and fills spread. */
icp_status icp__edit_offsets(struct icp__edit *e, struct icp_error *err);
/* The new model. */
icp_status icp__edit_write(const struct icp__edit *e, icp_model **out, struct icp_error *err);
/* Nothing differs from what was learned. */
bool icp__edit_undone(const struct icp__edit *e);
