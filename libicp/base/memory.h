/* SPDX-License-Identifier: MIT */
/* What context.c needs from memory.c. */
#pragma once
#include "base/base.h"

extern const struct icp_allocator icp__default_allocator;
