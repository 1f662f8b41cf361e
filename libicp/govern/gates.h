/* SPDX-License-Identifier: MIT */
/* Gates before a model is published: their limits, and what a calibration report says (doc/publish.md). */
#pragma once
#include "base/json.h"

enum { ICP__VERDICTS_MOST = 16 };
struct icp__gates {
    int64_t cllr_most, cllr_worse, tier_most; /* millionths; cllr_worse -1 = by the number of customers */
    bool rows_required, reference_same, layers_kept, calibration_required;
    struct icp_str verdict[ICP__VERDICTS_MOST]; /* of a calibration report that pass */
    uint32_t verdicts;
};
/* json NULL = the defaults. Strings live in the arena. */
icp_status icp__gates_read(struct icp__arena *a, const char *json, size_t size, struct icp__gates *out, struct icp_error *err);

/* Of a calibration report. */
struct icp__gates_calibration {
    bool given, measured; /* measured = outcomes and slope are there */
    uint64_t outcomes, slope_micro;
    struct icp_str model, layer, verdict; /* model data NULL = it does not say which */
};
icp_status icp__gates_calibration_read(struct icp__arena *a, const char *json, size_t size, struct icp__gates_calibration *out, struct icp_error *err);
