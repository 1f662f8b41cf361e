/* SPDX-License-Identifier: MIT */
/* Distinct traits of one column with their counts. */
#pragma once
#include "base/bytes.h"

#define ICP__NO_TRAIT UINT32_MAX

struct icp__seen {
    uint64_t hash;
    const char *data; /* in the arena of the table */
    uint32_t size;
    uint32_t row;       /* last row that had it, so that a row counts once */
    int32_t kind;       /* ICP_TRAIT_... */
    uint32_t customers; /* rows of customers */
    uint32_t reference; /* rows of the reference */
    uint32_t words;     /* prefixes: distinct words that begin so, each in two rows of the reference or more */
    uint32_t trait;     /* place among the chosen traits, or ICP__NO_TRAIT */
};
struct icp__intern {
    icp_context *ctx;
    struct icp__arena arena;
    struct icp__seen *seen;
    size_t count, cap;
    uint32_t *slot; /* index + 1; 0 = empty */
    uint32_t bits;
    uint64_t limit; /* distinct traits; later ones are not taken up */
    bool failed;    /* no memory */
    bool full;      /* the limit was met */
};
void icp__intern_init(struct icp__intern *t, icp_context *c, uint64_t limit);
void icp__intern_free(struct icp__intern *t);
/* Index of the trait, taken up when it is new; ICP__NO_TRAIT when there is no memory or the limit is met. Equal bytes are one
 * trait, which takes the smallest kind seen. No result depends on where a trait stands in the table: callers sort. */
uint32_t icp__intern_find(struct icp__intern *t, int32_t kind, const char *data, uint32_t size, uint64_t hash);
