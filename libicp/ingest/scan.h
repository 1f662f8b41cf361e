/* SPDX-License-Identifier: MIT */
/* Finds the bytes that matter in a text, 64 at a time: with SSE2, else in 8-byte words. Both give the same bits. */
#pragma once
#include "base/base.h"

#if defined(__SSE2__) && !defined(ICP__SCAN_PORTABLE)
#define ICP__SCAN_SSE2 1
#include <emmintrin.h>
#endif

/* Bytes after the end of a block that may be read; they hold zeros, which match nothing. */
#define ICP__SCAN_PAD 64

struct icp__scan {
    const char *base; /* of the 64 bytes that `mask` stands for */
    const char *end;
    uint64_t mask; /* matches not yet given out */
    uint64_t high; /* not 0 = bytes outside ASCII were seen */
    char needle[4];
};

static inline uint32_t icp__lowest_bit(uint64_t mask) {
#ifdef __GNUC__
    return (uint32_t)__builtin_ctzll(mask);
#else
    uint32_t n = 0;
    while (!(mask & 1)) mask >>= 1, n++;
    return n;
#endif
}

#ifdef ICP__SCAN_SSE2
static inline uint64_t icp__scan_block(const char *p, const char needle[4], uint64_t *high) {
    const __m128i a = _mm_set1_epi8(needle[0]), b = _mm_set1_epi8(needle[1]);
    const __m128i c = _mm_set1_epi8(needle[2]), d = _mm_set1_epi8(needle[3]);
    __m128i all = _mm_setzero_si128();
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        const __m128i m = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, a), _mm_cmpeq_epi8(v, b)),
                                       _mm_or_si128(_mm_cmpeq_epi8(v, c), _mm_cmpeq_epi8(v, d)));
        all = _mm_or_si128(all, v);
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(m) << (16 * i);
    }
    *high |= (uint64_t)(uint32_t)_mm_movemask_epi8(all);
    return mask;
}
#else
#define ICP__SCAN_LOW UINT64_C(0x7f7f7f7f7f7f7f7f)
/* The top bit of every byte that equals the needle, exactly: no carry leaves a byte. */
static inline uint64_t icp__scan_equal(uint64_t v, char needle) {
    const uint64_t x = v ^ (UINT64_C(0x0101010101010101) * (unsigned char)needle);
    return ~(((x & ICP__SCAN_LOW) + ICP__SCAN_LOW) | x | ICP__SCAN_LOW);
}
static inline uint64_t icp__scan_block(const char *p, const char needle[4], uint64_t *high) {
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        const uint64_t v = icp__get64(p + 8 * i);
        const uint64_t m = icp__scan_equal(v, needle[0]) | icp__scan_equal(v, needle[1]) |
                           icp__scan_equal(v, needle[2]) | icp__scan_equal(v, needle[3]);
        *high |= v & ~ICP__SCAN_LOW;
        mask |= ((m >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return mask;
}
#endif

static inline struct icp__scan icp__scan_start(const char *p, const char *end, char a, char b, char c, char d) {
    struct icp__scan s = {p, end, 0, 0, {a, b, c, d}};
    if (p < end) s.mask = icp__scan_block(p, s.needle, &s.high);
    return s;
}

/* The next byte that matches, NULL at the end. */
static inline const char *icp__scan_next(struct icp__scan *s) {
    while (!s->mask) {
        if ((size_t)(s->end - s->base) <= 64) return NULL;
        s->base += 64;
        s->mask = icp__scan_block(s->base, s->needle, &s->high);
    }
    const char *at = s->base + icp__lowest_bit(s->mask);
    s->mask &= s->mask - 1;
    return at;
}
