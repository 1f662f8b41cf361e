/* SPDX-License-Identifier: MIT */
/* The audit of the columns as JSON (doc/audit.md). */
#pragma once
#include "model/design.h"

icp_status icp__audit_write(const struct icp__matches *m, const struct icp__design *d, struct icp__bytes *b, struct icp_error *err);
