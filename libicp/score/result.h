/* SPDX-License-Identifier: MIT */
/* Inside of a result: two pages, so that a failure leaves what was there; a page has a frame for each layer. */
#pragma once
#include "base/bytes.h"
#include <icp/score.h>

#define ICP__FRAMES 3u

/* A column of bytes. */
struct icp__texts {
    char *data;
    size_t cap, used;
    int64_t *offsets; /* [rows + 1] */
    size_t offset_cap;
};
struct icp__frame {
    void *block; /* all arrays but the texts */
    uint64_t cap;
    uint32_t reason_cap, layer;
    bool timing;
    int64_t *milli, *variance, *flags, *effective, *whole, *override_number;
    int32_t *effective_tier, *score, *tier, *low, *high, *confidence, *stale, *trend, *holds, *reason_traits, *reason_points;
    struct icp__texts event; /* timing layers */
    struct icp__texts override; /* with decisions */
};
struct icp__page {
    uint64_t rows;
    uint32_t reasons, layers;
    bool has_key, has_quadrant, has_decisions;
    struct icp__frame frame[ICP__FRAMES];
    struct icp__texts key, action;
    int32_t *quadrant;
    size_t quadrant_cap;
};
struct icp_result {
    icp_context *ctx;
    struct icp__page pages[2];
    int32_t current; /* -1 before the first batch */
};

/* What a layer needs of a page. */
struct icp__frame_wanted {
    uint32_t layer;
    bool timing;
};
/* The page that is not shown, with room; its former content is lost. NULL = no memory. */
struct icp__page *icp__result_back(icp_result *r, uint64_t rows, uint32_t reasons, const struct icp__frame_wanted *wanted, uint32_t layers, bool decisions);
bool icp__texts_put(icp_context *c, struct icp__texts *t, uint64_t row, const char *data, size_t size); /* rows in order */
void icp__result_show(icp_result *r, const struct icp__page *p);
