/* SPDX-License-Identifier: MIT */
/* What a file source or sink knows about its own failure; callbacks can only say "failed". */
#pragma once
#include "base/base.h"

/* NULL = not a file of ours. */
const char *icp__file_read_problem(const struct icp_source *s);
const char *icp__file_write_problem(const struct icp_sink *s);

/* Commits where the sink is one of ours, filling err itself; false = another sink, nothing was done. */
bool icp__file_commit(const struct icp_sink *s, icp_status *status, struct icp_error *err);
