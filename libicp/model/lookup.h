/* SPDX-License-Identifier: MIT */
/* Companies of a large table that may be those of a short list: found by domain or name, a bounded number for each. */
#pragma once
#include "model/frequency.h"

#define ICP__CANDIDATES 5u /* shown for one entry; one more is kept to know that there are more */

struct icp__hit {
    uint64_t key;   /* hash of its key; the smallest are kept, so that order does not matter */
    uint32_t table; /* of those that were searched; of two with one key the first counts */
    uint32_t row;
};
struct icp__bucket { /* entries of the list with one domain or one name */
    uint64_t hash;
    uint32_t hits;
    struct icp__hit hit[ICP__CANDIDATES + 1];
};
struct icp__lookup {
    icp_context *ctx;
    struct icp__arena arena;
    uint32_t entries;
    struct icp__identity *entry;            /* [entries] those not asked for are empty */
    uint32_t (*at)[ICP__NAME_FORMS + 1];    /* [entries] buckets of names and domain, + 1; 0 = none */
    struct icp__bucket *bucket;
    size_t buckets, bucket_cap;
    uint32_t *slot; /* bucket + 1; 0 = empty */
    uint32_t bits;
    bool active;    /* some entry has a name or a domain */
};
/* Entries are the rows of `t`; skip[i] leaves row i out; NULL = none. protect: headers that are not looked at. */
icp_status icp__lookup_make(icp_context *c, const struct icp__table *t, const uint8_t *skip, struct icp_str protect, struct icp__lookup *out,
                            struct icp_error *err);
void icp__lookup_free(struct icp__lookup *k);
/* Notes a company. True = it is one of those kept for an entry. */
bool icp__lookup_offer(struct icp__lookup *k, const struct icp__facts *f, uint64_t key, uint32_t table, uint32_t row);
