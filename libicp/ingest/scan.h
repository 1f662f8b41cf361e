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

/* Four bytes to look for, in the form in which they are compared. */
struct icp__needles {
#ifdef ICP__SCAN_SSE2
    __m128i a, b, c, d;
#else
    uint64_t a, b, c, d;
#endif
};
struct icp__scan {
    const char *base; /* of the 64 bytes that `mask` stands for */
    const char *end;
    uint64_t mask; /* matches not yet given out */
    uint64_t high; /* not 0 = bytes outside ASCII were seen */
    struct icp__needles needles;
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

#ifdef __GNUC__
#define ICP__INLINE static inline __attribute__((always_inline))
#else
#define ICP__INLINE static inline
#endif

#ifdef ICP__SCAN_SSE2
ICP__INLINE struct icp__needles icp__needles(char a, char b, char c, char d) {
    return (struct icp__needles){_mm_set1_epi8(a), _mm_set1_epi8(b), _mm_set1_epi8(c), _mm_set1_epi8(d)};
}
ICP__INLINE uint64_t icp__scan_16(const char *p, const struct icp__needles *n, __m128i *all) {
    const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    *all = _mm_or_si128(*all, v);
    return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, n->a), _mm_cmpeq_epi8(v, n->b)),
                                                    _mm_or_si128(_mm_cmpeq_epi8(v, n->c), _mm_cmpeq_epi8(v, n->d))));
}
ICP__INLINE uint64_t icp__scan_block(const char *p, const struct icp__needles *n, uint64_t *high) {
    __m128i all = _mm_setzero_si128();
    const uint64_t m0 = icp__scan_16(p, n, &all), m1 = icp__scan_16(p + 16, n, &all);
    const uint64_t m2 = icp__scan_16(p + 32, n, &all), m3 = icp__scan_16(p + 48, n, &all);
    *high |= (uint32_t)_mm_movemask_epi8(all);
    return (m0 | m1 << 16) | (m2 | m3 << 16) << 32;
}
#else
#define ICP__SCAN_LOW UINT64_C(0x7f7f7f7f7f7f7f7f)
ICP__INLINE struct icp__needles icp__needles(char a, char b, char c, char d) {
    const uint64_t one = UINT64_C(0x0101010101010101);
    return (struct icp__needles){one * (unsigned char)a, one * (unsigned char)b, one * (unsigned char)c,
                                 one * (unsigned char)d};
}
/* The top bit of every byte that is zero, exactly: no carry leaves a byte. */
ICP__INLINE uint64_t icp__scan_zero(uint64_t x) { return ~(((x & ICP__SCAN_LOW) + ICP__SCAN_LOW) | x | ICP__SCAN_LOW); }
ICP__INLINE uint64_t icp__scan_block(const char *p, const struct icp__needles *n, uint64_t *high) {
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        const uint64_t v = icp__get64(p + 8 * i);
        const uint64_t m = icp__scan_zero(v ^ n->a) | icp__scan_zero(v ^ n->b) |
                           icp__scan_zero(v ^ n->c) | icp__scan_zero(v ^ n->d);
        *high |= v & ~ICP__SCAN_LOW;
        mask |= ((m >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
    }
    return mask;
}
#endif

ICP__INLINE struct icp__scan icp__scan_start(const char *p, const char *end, char a, char b, char c, char d) {
    struct icp__scan s = {p, end, 0, 0, icp__needles(a, b, c, d)};
    if (p < end) s.mask = icp__scan_block(p, &s.needles, &s.high);
    return s;
}

/* Goes to the next 64 bytes with a match; false at the end. */
ICP__INLINE bool icp__scan_more(struct icp__scan *s) {
    while (ICP__UNLIKELY(!s->mask)) {
        if ((size_t)(s->end - s->base) <= 64) return false;
        s->base += 64;
        s->mask = icp__scan_block(s->base, &s->needles, &s->high);
    }
    return true;
}

/* The next byte that matches, after icp__scan_more. */
ICP__INLINE const char *icp__scan_take(struct icp__scan *s) {
    const char *at = s->base + icp__lowest_bit(s->mask);
    s->mask &= s->mask - 1;
    return at;
}

/* The next byte that matches, NULL at the end. */
ICP__INLINE const char *icp__scan_next(struct icp__scan *s) { return icp__scan_more(s) ? icp__scan_take(s) : NULL; }
