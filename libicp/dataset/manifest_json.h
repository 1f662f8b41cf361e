/* SPDX-License-Identifier: MIT */
/* What the writer (manifest.c) and the reader (manifest_read.c) of manifests share. */
#pragma once
#include "base/json.h"
#include "dataset/manifest.h"

enum { ICP__ROLES = ICP__ROLE_EXCLUDED + 1, ICP__PARTS = ICP__PART_DATE + 1 };
extern const char *const icp__role_names[ICP__ROLES]; /* by enum icp__role */
extern const char *const icp__part_names[ICP__PARTS]; /* by enum icp__part: "use" of a column */
