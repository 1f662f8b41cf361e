/* SPDX-License-Identifier: MIT */
/* A model's file on its way into the ledger. */
#pragma once
#include "ledger/entry.h"

struct icp__stored {
    char id[65], sha256[65], size[24];
    struct icp__bytes file;
};
icp_status icp__stored_take(icp_ledger *l, const icp_model *m, struct icp__stored *f, struct icp_error *err);
/* Inside a writing transaction; *there = it was stored already. */
icp_status icp__stored_put(icp_ledger *l, const struct icp__stored *f, bool *there, struct icp_error *err);
/* The entry that names it. */
icp_status icp__stored_entry(icp_ledger *l, struct icp__arena *a, const struct icp__stored *f, const char *note_json, size_t size, struct icp__entry *e,
                             struct icp_error *err);
