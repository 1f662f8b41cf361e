/* SPDX-License-Identifier: MIT */
/* The k smallest hashes of a column's values, with how often each came (Bar-Yossef et al. 2002; Beyer et al. 2007): estimates how
 * many values there are, how often one repeats, and how many of them another column has. Independent of the order of the rows. */
#pragma once
#include "base/base.h"

struct icp__sketch_item {
    uint64_t hash, rows;
};
struct icp__sketch {
    struct icp__sketch_item *item; /* the first `sorted` ascending, no two alike */
    size_t count, sorted, cap;
    uint32_t k;
    bool cut;           /* there were more than k: hashes above the last are not wanted */
    uint32_t recent[64]; /* index + 1 of items met lately, by hash */
};
void icp__sketch_init(struct icp__sketch *s, uint32_t k);
void icp__sketch_free(struct icp__sketch *s, icp_context *c);
bool icp__sketch_add(struct icp__sketch *s, icp_context *c, uint64_t hash); /* false = no memory */
/* The same where the hash was met lately and need not be looked for: true = counted. */
bool icp__sketch_again(struct icp__sketch *s, uint64_t hash);
void icp__sketch_settle(struct icp__sketch *s);             /* after the last value, before what follows */
void icp__sketch_shrink(struct icp__sketch *s, icp_context *c, uint32_t k); /* gives memory back */
size_t icp__sketch_bytes(const struct icp__sketch *s);

uint64_t icp__sketch_distinct(const struct icp__sketch *s);
/* The same for values that came in so many rows, better where few come twice. */
uint64_t icp__sketch_among(const struct icp__sketch *s, uint64_t rows);
/* Different values per thousand rows that have one. */
uint32_t icp__sketch_unique(const struct icp__sketch *s);
/* Of the values of `part` that both sketches speak of, how many `whole` has. */
struct icp__overlap {
    uint64_t values, found;
    uint64_t rows, rows_found; /* the same by how often they came */
};
struct icp__overlap icp__sketch_overlap(const struct icp__sketch *part, const struct icp__sketch *whole);
