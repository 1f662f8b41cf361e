/* SPDX-License-Identifier: MIT */
/* The reference: a finished bottom-k table with its id. */
#pragma once
#include "base/container.h"
#include "ingest/sample.h"
#include <icp/reference.h>

struct icp_reference {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct icp__table *table;
    uint32_t k;
    int32_t key_form;
    uint64_t seed;
    struct icp_str key_column; /* lives in the table's arena */
    uint8_t id[32];
    struct icp__container kept; /* unknown ancillary sections, kept on re-save */
};
/* Index of a key in the table, or -1. hash = icp__hash(key, seed). */
int64_t icp__reference_find(const icp_reference *r, uint64_t hash, struct icp_str key);
