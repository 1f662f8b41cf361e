/* SPDX-License-Identifier: MIT */
/** @file
 * Trust and governance: reports on how well a model still holds. Each is versioned JSON in a buffer (doc/); nothing is
 * kept between calls, and no call reads a clock.
 */
#pragma once
#include <icp/score.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
