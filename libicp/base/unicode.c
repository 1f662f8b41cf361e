/* SPDX-License-Identifier: MIT */
/* NFKC_Casefold (Unicode 15.0, section 3.13, R5): NFC of the mapped characters, without memory of its own. */
#include "base/unicode.h"
#include "base/unicode_tables.inc"

#define HANGUL 0xac00u
#define HANGUL_COUNT 11172u
#define JAMO_L 0x1100u
#define JAMO_V 0x1161u
#define JAMO_T 0x11a7u

static uint32_t kind_of(uint32_t c) {
    uint32_t top = kind_top[c >> (KIND_LOW + KIND_MIDDLE)];
    uint32_t block = kind_middle[top << KIND_MIDDLE | (c >> KIND_LOW & ((1u << KIND_MIDDLE) - 1))];
    return kind_record[kind_leaf[block << KIND_LOW | (c & ((1u << KIND_LOW) - 1))]];
}
static uint32_t mapping_of(uint32_t c) {
    uint32_t top = fold_top[c >> (FOLD_LOW + FOLD_MIDDLE)];
    uint32_t block = fold_middle[top << FOLD_MIDDLE | (c >> FOLD_LOW & ((1u << FOLD_MIDDLE) - 1))];
    return fold_leaf[block << FOLD_LOW | (c & ((1u << FOLD_LOW) - 1))];
}
uint32_t icp__char_kind(uint32_t c) { return kind_of(c); }
static uint32_t ccc_of(uint32_t c) { return c < 0x300 ? 0 : kind_of(c) >> ICP__CHAR_CCC; }

void icp__utf8_put(char *out, uint32_t c) {
    uint8_t *o = (uint8_t *)out;
    if (c < 0x80) {
        o[0] = (uint8_t)c;
    } else if (c < 0x800) {
        o[0] = (uint8_t)(0xc0 | c >> 6), o[1] = (uint8_t)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        o[0] = (uint8_t)(0xe0 | c >> 12), o[1] = (uint8_t)(0x80 | (c >> 6 & 63)), o[2] = (uint8_t)(0x80 | (c & 63));
    } else {
        o[0] = (uint8_t)(0xf0 | c >> 18), o[1] = (uint8_t)(0x80 | (c >> 12 & 63));
        o[2] = (uint8_t)(0x80 | (c >> 6 & 63)), o[3] = (uint8_t)(0x80 | (c & 63));
    }
}

/* A mapping value is a difference, or the offset of a folded text, or (for characters that fold to themselves) the offset of
 * a canonical decomposition. */
static bool is_decomposition(uint32_t v) { return v > FOLD_DELTAS + FOLD_POOL; }
static const uint8_t *decomposition(uint32_t v) { return fold_pool + (v - FOLD_DELTAS - 1 - FOLD_POOL); }
static const uint8_t *folded_text(uint32_t v) { return fold_pool + (v - FOLD_DELTAS - 1); }

static const uint8_t nothing[1] = {0};

/* Walks over the folded and then fully decomposed characters of a span of input. Small enough to be copied: looking at a
 * run of marks twice costs less than memory for the longest possible run. */
struct walk {
    const uint8_t *s, *end;
    const uint8_t *folded, *parts; /* NUL-terminated rests of mappings */
    uint32_t jamo[2];              /* rest of a Hangul syllable, last first; 0 = none */
};
#define WALK_END UINT32_MAX

uint32_t icp__char_base(uint32_t c) {
    uint32_t v = mapping_of(c);
    if (!is_decomposition(v))
        return c;
    const uint8_t *parts = decomposition(v);
    return icp__utf8_next(&parts);
}

static uint32_t walk_folded(struct walk *w) {
    for (;;) {
        if (*w->folded)
            return icp__utf8_next(&w->folded);
        if (w->s == w->end)
            return WALK_END;
        uint32_t c = icp__utf8_next(&w->s);
        uint32_t v = mapping_of(c);
        if (v == 0 || is_decomposition(v))
            return c;
        if (v <= FOLD_DELTAS)
            return c + (uint32_t)fold_delta[v];
        w->folded = folded_text(v);
    }
}
static uint32_t walk_next(struct walk *w) {
    if (*w->parts)
        return icp__utf8_next(&w->parts);
    for (int i = 2; i-- > 0;)
        if (w->jamo[i]) {
            uint32_t c = w->jamo[i];
            w->jamo[i] = 0;
            return c;
        }
    uint32_t c = walk_folded(w);
    if (c == WALK_END)
        return c;
    if (c - HANGUL < HANGUL_COUNT) {
        uint32_t i = c - HANGUL;
        w->jamo[1] = JAMO_V + i / 28 % 21;
        w->jamo[0] = i % 28 ? JAMO_T + i % 28 : 0;
        return JAMO_L + i / 588;
    }
    uint32_t v = mapping_of(c);
    if (!is_decomposition(v))
        return c;
    w->parts = decomposition(v);
    return icp__utf8_next(&w->parts);
}

static uint32_t compose_long(uint32_t first, uint32_t second) {
    for (int i = 0; i < LONG_PAIRS * 3; i += 3)
        if (long_pair[i] == second && long_pair[i + 1] == first)
            return long_pair[i + 2];
    return 0;
}
/* The primary composite of two characters, 0 = none. */
static uint32_t compose(uint32_t first, uint32_t second) {
    if (first - JAMO_L < 19 && second - JAMO_V < 21)
        return HANGUL + ((first - JAMO_L) * 21 + (second - JAMO_V)) * 28;
    if (first - HANGUL < HANGUL_COUNT && (first - HANGUL) % 28 == 0 && second - JAMO_T - 1 < 27)
        return first + (second - JAMO_T);
    if (first > 0xffff || second > 0xffff)
        return compose_long(first, second);
    uint32_t key = second << 16 | first, lo = 0, hi = PAIRS;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        uint32_t at = (uint32_t)pair_second[mid] << 16 | pair_first[mid];
        if (at == key)
            return pair_whole[mid];
        if (at < key)
            lo = mid + 1;
        else
            hi = mid;
    }
    return 0;
}

/* The smallest combining class above `after` in the run of marks at w; 0 = none. */
static uint32_t next_class(struct walk w, uint32_t after) {
    uint32_t best = 0;
    for (uint32_t c; (c = walk_next(&w)) != WALK_END;) {
        uint32_t ccc = ccc_of(c);
        if (ccc == 0)
            break;
        if (ccc > after && (best == 0 || ccc < best))
            best = ccc;
    }
    return best;
}
/* Composes the starter with the leading marks of one class that it can take; returns how many it took. The first of a class is
 * never blocked, because a lower class does not block a higher one; one that is not taken blocks the rest of its class. */
static uint32_t take_class(struct walk w, uint32_t ccc, uint32_t *starter) {
    uint32_t taken = 0;
    for (uint32_t c, at; (c = walk_next(&w)) != WALK_END && (at = ccc_of(c)) != 0;) {
        if (at != ccc)
            continue;
        uint32_t whole = compose(*starter, c);
        if (!whole)
            break;
        *starter = whole;
        taken++;
    }
    return taken;
}
static void put_class(struct walk w, uint32_t ccc, uint32_t skip, struct icp__fold_sink *sink) {
    for (uint32_t c, at; (c = walk_next(&w)) != WALK_END && (at = ccc_of(c)) != 0;) {
        if (at != ccc)
            continue;
        if (skip)
            skip--;
        else
            sink->put(sink, c);
    }
}
/* A run of at least two marks, in canonical order. A starter takes at most three marks (no canonical decomposition is longer
 * than four), so what was taken is noted by class. Returns the starter if nothing stands after it, else WALK_END. */
static uint32_t put_run(const struct walk *w, uint32_t starter, uint32_t marks, struct icp__fold_sink *sink) {
    uint32_t classes[4], counts[4], noted = 0, taken = 0;
    if (starter != WALK_END)
        for (uint32_t k = next_class(*w, 0); k && noted < 4; k = next_class(*w, k)) {
            uint32_t n = take_class(*w, k, &starter);
            if (n)
                classes[noted] = k, counts[noted++] = n, taken += n;
        }
    if (taken == marks)
        return starter;
    if (starter != WALK_END)
        sink->put(sink, starter);
    for (uint32_t k = next_class(*w, 0), i = 0; k; k = next_class(*w, k)) {
        bool some = i < noted && classes[i] == k;
        put_class(*w, k, some ? counts[i] : 0, sink);
        i += some;
    }
    return WALK_END;
}
static uint32_t put_mark(uint32_t starter, uint32_t mark, struct icp__fold_sink *sink) {
    uint32_t whole = starter == WALK_END ? 0 : compose(starter, mark);
    if (whole)
        return whole;
    if (starter != WALK_END)
        sink->put(sink, starter);
    sink->put(sink, mark);
    return WALK_END;
}

static void put_composed(const uint8_t *s, const uint8_t *end, struct icp__fold_sink *sink) {
    struct walk w = {s, end, nothing, nothing, {0, 0}};
    uint32_t starter = WALK_END; /* the last character, as long as the next may compose with it */
    struct walk run = w;
    for (uint32_t c = walk_next(&w); c != WALK_END;) {
        if (ccc_of(c) == 0) {
            uint32_t whole = starter == WALK_END ? 0 : compose(starter, c);
            if (!whole && starter != WALK_END)
                sink->put(sink, starter);
            starter = whole ? whole : c;
            run = w;
            c = walk_next(&w);
            continue;
        }
        uint32_t first = c, marks = 0;
        do {
            marks++;
            c = walk_next(&w);
        } while (c != WALK_END && ccc_of(c) != 0);
        starter = marks == 1 ? put_mark(starter, first, sink) : put_run(&run, starter, marks, sink);
    }
    if (starter != WALK_END)
        sink->put(sink, starter);
}

const uint8_t *icp__fold_piece(const uint8_t *s, const uint8_t *end, struct icp__fold_sink *sink) {
    const uint8_t *p = s;
    uint32_t c = icp__utf8_next(&p);
    const uint8_t *one = p;
    while (p < end && *p >= 0x80) {
        const uint8_t *next = p;
        if (!(kind_of(icp__utf8_next(&next)) & ICP__CHAR_BACK))
            break;
        p = next;
    }
    if (p != one) {
        put_composed(s, p, sink);
        return p;
    }
    uint32_t v = mapping_of(c);
    if (v == 0 || is_decomposition(v)) {
        sink->put(sink, c);
    } else if (v <= FOLD_DELTAS) {
        sink->put(sink, c + (uint32_t)fold_delta[v]);
    } else {
        for (const uint8_t *t = folded_text(v); *t;)
            sink->put(sink, icp__utf8_next(&t));
    }
    return p;
}
