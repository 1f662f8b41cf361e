/* SPDX-License-Identifier: MIT */
/* Putting a dataset together, from tables of the caller or from files. */
#pragma once
#include "dataset/dataset.h"

#define ICP__TABLES_MAX 1000u

icp_status icp__dataset_new(icp_context *c, icp_dataset **out, struct icp_error *err);
/* The caller's options, checked; p may be NULL. */
icp_status icp__dataset_options(const struct icp_dataset_options *given, struct icp_dataset_options *own, struct icp_error *err);
/* Finds everything: tables have names that live in d->arena, files (NULL = none) too. */
icp_status icp__dataset_find(icp_dataset *d, const struct icp_table *tables, const struct icp_str *files, uint32_t count,
                             const struct icp_dataset_options *o, const struct icp_progress *p, struct icp_error *err);
/* Follows d->manifest, which was read from this text; d->table is filled. Narrows it by the patterns of the options. */
icp_status icp__dataset_follow(icp_dataset *d, const char *json, size_t size, const struct icp_dataset_options *o, struct icp_error *err);
/* Line and column of table `member`, and of its `column` (-1 = of the table itself), in the text of a manifest. */
struct icp__place icp__manifest_place(icp_context *c, const char *json, size_t size, uint32_t member, int64_t column);
/* Folds a name for comparison; room in the arena. size 0 = blank or no memory (data NULL). */
struct icp_str icp__dataset_fold(struct icp__arena *a, struct icp_str name);
