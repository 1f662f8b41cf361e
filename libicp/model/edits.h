/* SPDX-License-Identifier: MIT */
/* What was changed by hand in a layer: the history, and the learned figures of what was changed (sections EDIT and LRND, doc/format.md). */
#pragma once
#include "model/model.h"

#define ICP__TAG_EDITS "EDIT"
#define ICP__TAG_LEARNED "LRND"
#define ICP__AUTHOR_MOST 200u
#define ICP__REASON_MOST 4000u
enum { ICP__RECORD_SIZE = 32, ICP__LEARNED_HEAD = ICP__SPREAD_SIZE + ICP__UNSEEN_SIZE }; /* of LRND: records behind the learned SPRD and UNSN */

/* Learned figures of one entry. */
struct icp__learned_figures {
    int32_t points, weight;
    uint64_t variance, square, square_over;
};
struct icp__learned_figures icp__edits_learned(const icp_model *m, uint32_t entry);
/* A record of LRND. */
void icp__edits_record(struct icp__bytes *out, uint32_t entry, const struct icp__learned_figures *f);
/* The learned counts by score, as in SPRD. */
const uint8_t *icp__edits_spread(const icp_model *m);
/* Those of UNSN; NULL or zeros = not known. */
const uint8_t *icp__edits_unseen(const icp_model *m);
/* Checks both sections of a layer whose tables are loaded. */
icp_status icp__edits_open(icp_model *m, const char *source, struct icp_error *err);
