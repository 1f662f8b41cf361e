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
    uint16_t minor;            /* of the file it came from */
    uint8_t id[32];
    /* The table of sections of the file it came from, unknown ancillary ones with their bytes (in the table's arena), the known
     * ones without: kept on re-save, in their places, since the id goes over all of them. */
    struct icp__container kept;
};
/* Index of a key in the table, or -1. hash = icp__hash(key, seed). */
int64_t icp__reference_find(const icp_reference *r, uint64_t hash, struct icp_str key);

/* Takes the table over on success; computes the id. */
icp_status icp__reference_make(struct icp__table *t, uint32_t k, int32_t key_form, uint64_t seed, icp_reference **out, struct icp_error *err);

#define ICP__REFERENCE_MAJOR 1u
#define ICP__REFERENCE_MINOR 0u
#define ICP__K_DEFAULT 65536u
#define ICP__K_MAX 4194304u
#define ICP__REFERENCE_COLUMNS 65536u

/* The content as sections of a container; they point into `bytes`, to be freed after it. */
icp_status icp__reference_sections(const icp_reference *r, struct icp__bytes *bytes, struct icp__container *k, struct icp_error *err);
/* Checks and takes in the known sections. Fills k, key_form, seed and table of r. */
icp_status icp__reference_read(icp_reference *r, struct icp__container *k, const char *source, struct icp_error *err);
