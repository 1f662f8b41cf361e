/* SPDX-License-Identifier: MIT */
/* Conversion to UTF-8, folding of whole texts and of values. ASCII goes eight bytes at a time. */
#include "base/text.h"
#include "base/unicode.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

size_t icp__utf8_from_1252(const char *s, size_t n, char *out) {
    static const uint16_t high[32] = {0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160,
                                      0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
                                      0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e, 0x178};
    size_t o = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t b = (uint8_t)s[i];
        uint32_t c = b - 0x80u < 32 ? high[b - 0x80] : b;
        icp__utf8_put(out + o, c);
        o += icp__utf8_size(c);
    }
    return o;
}

struct icp_str icp__trim(const char *s, size_t n) {
    for (;;) {
        if (n && icp__is_blank(*s))
            s++, n--;
        else if (n > 1 && (uint8_t)s[0] == 0xc2 && (uint8_t)s[1] == 0xa0)
            s += 2, n -= 2;
        else
            break;
    }
    for (;;) {
        if (n && icp__is_blank(s[n - 1]))
            n--;
        else if (n > 1 && (uint8_t)s[n - 2] == 0xc2 && (uint8_t)s[n - 1] == 0xa0)
            n -= 2;
        else
            break;
    }
    return (struct icp_str){s, n};
}

static char lower(char c) { return (unsigned char)(c - 'A') < 26 ? (char)(c | 0x20) : c; }
/* All bytes of x below 0x80. */
static uint64_t lower8(uint64_t x) {
    uint64_t above = x + ONES * (0x80 - 'A'), beyond = x + ONES * (0x80 - 'Z' - 1);
    return x | ((above & ~beyond & HIGHS) >> 2);
}
/* Folds up to the first byte that is not ASCII. */
static size_t fold_ascii(const char *s, size_t n, char *out) {
    size_t i = 0;
    for (uint64_t x; n - i >= 8; i += 8) {
        memcpy(&x, s + i, 8);
        if (x & HIGHS)
            break;
        x = lower8(x);
        memcpy(out + i, &x, 8);
    }
    for (; i < n && (uint8_t)s[i] < 0x80; i++)
        out[i] = lower(s[i]);
    return i;
}

struct writer {
    struct icp__fold_sink sink; /* first, so that a sink is a writer */
    char *out;
    size_t size, cap;
    bool full, blank; /* blank: white space was left out and ' ' is due before the next character */
};
static void put_character(struct icp__fold_sink *sink, uint32_t c) {
    struct writer *w = (struct writer *)(void *)sink;
    size_t size = icp__utf8_size(c);
    if (w->full || w->cap - w->size < size) {
        w->full = true;
        return;
    }
    icp__utf8_put(w->out + w->size, c);
    w->size += size;
}
static bool is_space(uint32_t c) {
    return c == ' ' || c - 9 < 5 || c == 0x85 || c == 0x1680 || c == 0x2028 || c == 0x2029;
}
static void put_value(struct icp__fold_sink *sink, uint32_t c) {
    struct writer *w = (struct writer *)(void *)sink;
    if (is_space(c)) {
        w->blank = w->size > 0;
        return;
    }
    if (w->blank) {
        /* A ' ' at the very end would not be trimmed text: it comes only together with what it stands before. */
        if (w->cap - w->size < 1 + icp__utf8_size(c))
            w->full = true;
        else if (!w->full)
            w->out[w->size++] = ' ';
        w->blank = false;
    }
    put_character(sink, c);
}

/* Folds the pieces around characters that are not ASCII; returns the start of the next stretch of ASCII. */
static size_t fold_pieces(struct writer *w, const char *s, size_t i, size_t n) {
    const uint8_t *p = (const uint8_t *)s + i, *end = (const uint8_t *)s + n;
    do
        p = icp__fold_piece(p, end, &w->sink);
    while (p < end && !w->full && (*p >= 0x80 || (end - p > 1 && p[1] >= 0x80)));
    return (size_t)(p - (const uint8_t *)s);
}

size_t icp__fold(const char *s, size_t n, char *out, size_t cap) {
    struct writer w = {{put_character}, out, 0, cap, false, false};
    bool checked = false;
    for (size_t i = 0; i < n && !w.full;) {
        size_t most = n - i < cap - w.size ? n - i : cap - w.size;
        size_t done = fold_ascii(s + i, most, out + w.size);
        i += done, w.size += done;
        if (i == n || (uint8_t)s[i] < 0x80)
            break;
        if (!checked && !icp__utf8_valid(s + i, n - i)) {
            for (; i < n && w.size < cap; i++)
                out[w.size++] = lower(s[i]);
            break;
        }
        checked = true;
        if (done) /* the last ASCII character may compose with what follows it */
            i--, w.size--;
        i = fold_pieces(&w, s, i, n);
    }
    return w.size;
}

/* Folds ASCII without controls, outer blanks and runs of blanks: most values. False = something else was met. */
static bool fold_plain(const char *s, size_t n, char *out) {
    if (n == 0 || s[0] == ' ' || s[n - 1] == ' ')
        return n == 0;
    size_t i = 0;
    for (uint64_t x; n - i >= 8; i += 8) {
        memcpy(&x, s + i, 8);
        uint64_t y = x ^ ONES * ' ';
        uint64_t text = (y + ONES * 0x7f) & HIGHS; /* high bit clear where the byte is ' ' */
        uint64_t space = ~text & HIGHS;
        uint64_t control = ~((x & ~HIGHS) + ONES * 0x60) & HIGHS;
        if ((x & HIGHS) | control | (space & space << 8) || (s[i] == ' ' && i && s[i - 1] == ' '))
            return false;
        x = lower8(x);
        memcpy(out + i, &x, 8);
    }
    for (; i < n; i++) {
        if ((unsigned char)(s[i] - 0x20) >= 0x60 || (s[i] == ' ' && i && s[i - 1] == ' '))
            return false;
        out[i] = lower(s[i]);
    }
    return true;
}
static void fold_bytes(struct writer *w, const char *s, size_t n) {
    for (size_t i = 0; i < n && !w->full; i++) {
        if (icp__is_blank(s[i])) {
            w->blank = w->size > 0;
            continue;
        }
        if (w->cap - w->size < 1u + w->blank)
            return;
        if (w->blank)
            w->out[w->size++] = ' ';
        w->blank = false;
        w->out[w->size++] = lower(s[i]);
    }
}
size_t icp__fold_value(const char *s, size_t n, char *out, size_t cap) {
    while (n && *s == ' ')
        s++, n--;
    while (n && s[n - 1] == ' ')
        n--;
    if (n <= cap && fold_plain(s, n, out))
        return n;
    struct writer w = {{put_value}, out, 0, cap, false, false};
    if (!icp__utf8_valid(s, n)) {
        fold_bytes(&w, s, n);
        return w.size;
    }
    const uint8_t *p = (const uint8_t *)s, *end = p + n;
    while (p < end && !w.full)
        p = icp__fold_piece(p, end, &w.sink);
    return w.size;
}

static size_t after_digits(const char *s, size_t at, size_t n) {
    while (at < n && (unsigned)(s[at] - '0') < 10) at++;
    return at;
}

size_t icp__doubtful_decimals(const char *s, size_t n) {
    const size_t first = n && *s == '-';
    const size_t point = after_digits(s, first, n);
    if (point == first || point - first > 3 || s[first] == '0' || point == n || s[point] != '.') return 0;
    const size_t end = after_digits(s, point + 1, n);
    return end == point + 4 ? end : 0;
}

size_t icp__sure_decimals(char *s, size_t n) {
    const size_t at = icp__doubtful_decimals(s, n);
    if (!at) return n;
    memmove(s + at + 1, s + at, n - at);
    s[at] = '0';
    return n + 1;
}
