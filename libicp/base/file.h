/* SPDX-License-Identifier: MIT */
/* What a file source or sink knows about its own failure; callbacks can only say "failed". */
#pragma once
#include "base/base.h"

/* NULL = not a file of ours. */
const char *icp__file_read_problem(const struct icp_source *s);
const char *icp__file_write_problem(const struct icp_sink *s);

/* Commits where the sink is one of ours, filling err itself; false = another sink, nothing was done. */
bool icp__file_commit(const struct icp_sink *s, icp_status *status, struct icp_error *err);

enum icp__path_kind { ICP__PATH_NONE = 0, ICP__PATH_FILE, ICP__PATH_FOLDER };
enum icp__path_kind icp__path_kind(const char *path); /* what cannot be looked at is none */
/* Names of everything in a folder but folders, in the order of their bytes; links are followed, broken ones named. Lives in a. */
struct icp__arena;
icp_status icp__folder_list(struct icp__arena *a, const char *path, struct icp_str **names, uint32_t *count, struct icp_error *err);
