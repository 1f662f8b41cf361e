/* SPDX-License-Identifier: MIT */
/* Rings of block sums: adding an event is one multiplication, reading one shift for each block. */
#include "timing/decay.h"
#include "base/number.h"

#define FULL ((uint64_t)1 << 50) /* a sum holds 16 million events, far from the 64 bits that reading needs */
#define ONE ((uint64_t)1 << 24)

void icp__decay_make(struct icp__decay *d, uint32_t days, bool flat) {
    const double per_day = icp__log(2) / days;
    d->days = days;
    d->flat = flat;
    for (uint32_t i = 0; i < days; i++) {
        d->up[i] = flat ? (uint32_t)ONE : (uint32_t)icp__round((double)ONE * icp__exp(per_day * i));
        d->down[i] = flat ? (uint32_t)ONE : (uint32_t)icp__round((double)ONE * icp__exp(-per_day * i));
    }
}

void icp__ring_put(struct icp__ring *r, int64_t block, uint64_t amount) {
    if (block > r->newest) {
        const int64_t gone = block - r->newest;
        for (int64_t b = 1; b <= gone && b <= (int64_t)ICP__BLOCKS; b++)
            r->sum[(r->newest + b) % ICP__BLOCKS] = 0;
        r->newest = block;
    } else if (r->newest - block >= (int64_t)ICP__BLOCKS) {
        return;
    }
    uint64_t *sum = &r->sum[block % ICP__BLOCKS];
    *sum = FULL - *sum > amount ? *sum + amount : FULL;
}

static uint64_t block_sum(const struct icp__ring *r, int64_t block) {
    return block < 0 || block > r->newest || r->newest - block >= (int64_t)ICP__BLOCKS ? 0 : r->sum[block % ICP__BLOCKS];
}

/* In 2^-24 as of the block of the day: ages from..to-1. */
static uint64_t total_of(const struct icp__ring *r, const struct icp__ring *after, const struct icp__decay *d, int64_t now, int64_t from, int64_t to) {
    uint64_t total = 0;
    for (int64_t age = from > now - r->newest ? from : now - r->newest; age < to; age++) { /* nothing is younger than its newest */
        uint64_t sum = block_sum(r, now - age);
        if (after) {
            const uint64_t later = block_sum(after, now - age);
            sum = later + ((sum - later) >> ICP__BREAK_SHIFT);
        }
        total += d->flat ? sum : sum >> age;
    }
    return total;
}

/* As of the day itself, in thousandths. */
static int64_t faded(const struct icp__decay *d, uint64_t total, int64_t day) {
    const uint64_t down = d->down[(uint32_t)day % d->days];
    if (d->flat)
        return (int64_t)(total * 125 >> 21);
    /* total * down * 1000 / 2^48, rounded, in two parts that fit 64 bits. */
    const uint64_t high = (total >> 24) * down * 1000, low = (total & (ONE - 1)) * down * 1000 >> 24;
    return (int64_t)((high + low + ONE / 2) >> 24);
}

int64_t icp__ring_read(const struct icp__ring *r, const struct icp__ring *after, const struct icp__decay *d, int64_t day) {
    return faded(d, total_of(r, after, d, icp__decay_block(d, day), 0, ICP__BLOCKS), day);
}

int64_t icp__ring_read_with_old(const struct icp__ring *r, const struct icp__ring *after, const struct icp__decay *d, int64_t day, uint32_t oldest, int64_t *old) {
    const int64_t now = icp__decay_block(d, day);
    const uint64_t late = total_of(r, after, d, now, oldest, ICP__BLOCKS);
    *old = faded(d, late, day);
    return faded(d, late + total_of(r, after, d, now, 0, oldest), day);
}

uint64_t icp__ring_count(const struct icp__ring *r, int64_t from, int64_t to) {
    uint64_t n = 0;
    if (to - from >= (int64_t)ICP__BLOCKS)
        from = to - ICP__BLOCKS + 1;
    for (int64_t b = from; b <= to; b++)
        n += block_sum(r, b) >> 24;
    return n;
}

uint32_t icp__value_weight(double v) {
    uint64_t n, bits = 0;
    v = v < 0 ? -v : v;
    if (!(v < 9e18))
        return 63 * ICP__WEIGHT_ONE;
    n = (uint64_t)v; /* whole units and up: cents do not matter */
    n++;
    while (n >> bits > 1)
        bits++;
    const uint64_t rest = n - ((uint64_t)1 << bits);
    return (uint32_t)(bits * ICP__WEIGHT_ONE + (bits > 8 ? rest >> (bits - 8) : rest << (8 - bits)));
}
