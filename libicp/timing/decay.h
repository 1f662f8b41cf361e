/* SPDX-License-Identifier: MIT */
/* Decayed sums as integers: blocks of one half-life since 1970, so that events may come in any order and any number. */
#pragma once
#include "base/base.h"

#define ICP__DAY INT64_C(86400000000) /* microseconds */
#define ICP__BLOCKS 32u               /* kept behind the newest: what is older than 32 half-lives counts nothing */
#define ICP__DECAY_DAYS_MOST 480u
#define ICP__WEIGHT_ONE 256u          /* weight of an event that counts once */
#define ICP__STALE_BLOCKS 3u          /* half-lives after which a signal is stale: it counts an eighth and less */
#define ICP__BREAK_SHIFT 2u           /* what came before an invalidating event counts a quarter, as after two half-lives */

/* Factors in 2^-24 for each day of a block. A flat one does not decay: its sums are counts. */
struct icp__decay {
    uint32_t days;
    bool flat;
    uint32_t up[ICP__DECAY_DAYS_MOST], down[ICP__DECAY_DAYS_MOST];
};
void icp__decay_make(struct icp__decay *d, uint32_t days, bool flat); /* inside icp__fpenv_enter */

/* All zero = empty. Sums saturate, which keeps them independent of order. */
struct icp__ring {
    int64_t newest; /* block */
    uint64_t sum[ICP__BLOCKS];
};
/* What an event of this weight adds to the sum of its block; day >= 0. */
static inline uint64_t icp__decay_amount(const struct icp__decay *d, int64_t day, uint32_t weight) {
    return ((uint64_t)d->up[(uint32_t)day % d->days] * weight + ICP__WEIGHT_ONE / 2) / ICP__WEIGHT_ONE;
}
/* Days since 1970 fit 32 bits, which divide much faster. */
static inline int64_t icp__decay_block(const struct icp__decay *d, int64_t day) { return (uint32_t)day / d->days; }
void icp__ring_put(struct icp__ring *r, int64_t block, uint64_t amount);
static inline void icp__ring_add(struct icp__ring *r, const struct icp__decay *d, int64_t day, uint32_t weight) {
    icp__ring_put(r, icp__decay_block(d, day), icp__decay_amount(d, day, weight));
}
/* The sum as it stands at the beginning of a day, in thousandths. No event may be later than the day. after = the part of r's events
 * that lies behind an invalidating event, the rest counts a quarter; NULL = all count whole. */
int64_t icp__ring_read(const struct icp__ring *r, const struct icp__ring *after, const struct icp__decay *d, int64_t day);
/* The same, and *old = that of the blocks at least `oldest` half-lives old; each block is read once. */
int64_t icp__ring_read_with_old(const struct icp__ring *r, const struct icp__ring *after, const struct icp__decay *d, int64_t day, uint32_t oldest, int64_t *old);
/* Events of a flat ring in blocks [from, to], whole ones. */
uint64_t icp__ring_count(const struct icp__ring *r, int64_t from, int64_t to);

/* log2(1 + |v|), straight between powers of two, in 1/256: what a value weighs. Integers, so the same everywhere. */
uint32_t icp__value_weight(double v);
