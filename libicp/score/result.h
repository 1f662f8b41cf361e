/* SPDX-License-Identifier: MIT */
/* Inside of a result: two frames, so that a failure leaves what was there. */
#pragma once
#include "base/bytes.h"
#include <icp/score.h>

struct icp__frame {
    void *block; /* all arrays but the keys */
    uint64_t cap, rows;
    uint32_t reason_cap, reasons, layer;
    bool has_key;
    int64_t *milli, *variance, *flags, *effective, *offsets;
    int32_t *score, *tier, *low, *high, *confidence, *reason_traits, *reason_points;
    char *keys;
    size_t keys_cap, keys_used;
};
struct icp_result {
    icp_context *ctx;
    struct icp__frame frames[2];
    int32_t current; /* -1 before the first batch */
};

/* The frame that is not shown, with room; its former content is lost. NULL = no memory. */
struct icp__frame *icp__result_back(icp_result *r, uint64_t rows, uint32_t reasons);
bool icp__frame_key(icp_result *r, struct icp__frame *f, uint64_t row, const char *data, size_t size);
void icp__result_show(icp_result *r, const struct icp__frame *f);
