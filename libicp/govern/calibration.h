/* SPDX-License-Identifier: MIT */
/* A report on calibration before it is written. Private to its files. */
#pragma once
#include "govern/observed.h"

#define ICP__TIER_BANDS 5u
#define ICP__BIN_BANDS 10u /* a bit of evidence each */

enum icp__held { ICP__CANNOT_TELL, ICP__HOLDS, ICP__OVERSTATES, ICP__UNDERSTATES, ICP__NO_BETTER, ICP__BASE_MOVED, ICP__NOT_JUDGED, ICP__HELD };

struct icp__calibration {
    const struct icp__watch *watch;
    const uint8_t *model; /* id; NULL = of scores alone */
    bool stored;
    double level; /* of all intervals */
    double listed; /* share of the companies at large that are customers, as far as known */
    struct icp__observed seen;
    struct icp__slope slope;
    struct icp__ranking ranking;
    bool ranked;
    struct icp__band tier[ICP__TIER_BANDS], bin[ICP__BIN_BANDS]; /* highest first */
    struct icp__overrides overrides;
    struct icp__estimate base;
    bool expects; /* a base rate */
    struct icp__estimate expected, base_ratio;
    enum icp__held ratio_verdict, base_verdict, verdict;
    const char *because; /* of a verdict that cannot tell; else "" */
};
icp_status icp__calibration_write(const struct icp__calibration *k, icp_buffer **json, struct icp_error *err);
