/* SPDX-License-Identifier: MIT */
/* Inside of the segment report: columns of a model, cut into the traits they have. */
#pragma once
#include "model/model.h"
#include "score/scorer.h"
#include <icp/govern.h>

enum {
    ICP__SEGMENTS_NAMES = 64, /* columns and traits asked for, at most */
    ICP__SEGMENTS_MOST = 20,  /* segments of a column, unless said otherwise */
    ICP__SEGMENTS_LIMIT = 200,
    ICP__SEGMENTS_WIDE = 53000, /* half a tier, milli-points: an interval of this half width is as wide as a tier */
    ICP__SEGMENTS_THIN = 15,    /* fewer customers carry nothing */
    /* Effective customers are counted one by one below 128, above by 64 steps per doubling up to 2^24. */
    ICP__COUNTS_EXACT = 128,
    ICP__COUNTS_STEPS = 64,
    ICP__COUNTS = 128 + 64 * 17
};

/* What the rows of a segment came to. */
struct icp__figures {
    uint64_t companies, tier[6], confidence[5], wide, high_on_thin, holds; /* holds: sum of thousandths */
    uint64_t effective[ICP__COUNTS];
};
/* Where a row belongs that has none of the segments. */
enum icp__rest { ICP__REST_OTHER, ICP__REST_UNKNOWN, ICP__RESTS };
/* A column, or one trait of it. Its segments are entries of the model; figures of the rest follow theirs. */
struct icp__dimension {
    uint32_t column;
    uint32_t alone;    /* the one trait asked for, ICP__NONE = the column */
    uint32_t kind;     /* ICP_TRAIT_... of its segments */
    uint32_t *segment; /* entries */
    uint32_t segments, left_out;
    struct icp__figures *figures; /* [segments + ICP__RESTS]; NULL without rows */
    bool overlap;              /* a row may be in several */
    bool gaps;                 /* so may customers and companies of the reference: what is left of them is not known */
    bool found;                /* the row has one */
};
struct icp__segments {
    icp_context *ctx;
    const icp_model *part; /* the first layer, whose traits these are */
    int32_t layer;         /* whose scores are looked at */
    uint32_t most;
    struct icp__arena arena;
    struct icp__dimension dimension[ICP__SEGMENTS_NAMES];
    uint32_t dimensions;
    uint32_t (*place)[2]; /* [traits] 1 + place in its column's segments and number of the dimension; 0 = nowhere */
    struct icp__figures *total; /* NULL without rows */
};
/* Finds the columns and traits and cuts them up. names: one per line, data NULL = industry, geography, size. */
icp_status icp__segments_plan(struct icp__segments *s, struct icp_str names, struct icp_error *err);
icp_status icp__segments_write(const struct icp__segments *s, icp_buffer **json, struct icp_error *err);
