/* SPDX-License-Identifier: MIT */
/* The characters that SQL folds as the library does: ASCII, accented Latin letters, and the punctuation of texts. What becomes of each is asked
 * of the library itself. A character that may join with those before it, or becomes something else than these, is not among them. */
#include "base/text.h"
#include "base/unicode.h"
#include "sql/sql.h"

static const struct {
    uint32_t first, last;
} ranges[] = {{0xA0, 0x17F}, {0x2010, 0x2027}, {0x2030, 0x203A}, {0x20AC, 0x20AC}};

static bool in_ranges(uint32_t c) {
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static bool add(struct icp__sql_swaps *s, const char *from, size_t size, const char *to, size_t n) {
    struct icp__sql_swap *swap = &s->item[s->count];
    size_t characters = 0;
    if (s->count == ICP__SQL_SWAPS)
        return false;
    *swap = (struct icp__sql_swap){.from = "", .to = ""};
    memcpy(swap->from, from, size);
    memcpy(swap->to, to, n);
    for (size_t i = 0; i < n; i++)
        characters += ((unsigned char)to[i] & 0xC0) != 0x80;
    swap->many = characters != 1;
    s->count++;
    return true;
}

/* Is it one of those that stay as they are, or ASCII? */
static bool stays(uint32_t c) {
    char text[4], folded[64];
    const size_t n = icp__utf8_size(c);
    if (c < 0x80)
        return c >= 0x20 && c != 0x7F;
    icp__utf8_put(text, c);
    return in_ranges(c) && !(icp__char_kind(c) & ICP__CHAR_BACK) && icp__fold(text, n, folded, sizeof folded) == n && memcmp(text, folded, n) == 0;
}

/* What becomes of a character that is known; 0 = it is not. */
static size_t fold_known(const char *text, size_t n, uint32_t c, char folded[64]) {
    const size_t size = icp__fold(text, n, folded, 64);
    if (size == 0 || size > 7 || (icp__char_kind(c) & ICP__CHAR_BACK))
        return 0;
    for (const uint8_t *p = (const uint8_t *)folded; p < (const uint8_t *)folded + size;)
        if (!stays(icp__utf8_next(&p)))
            return 0;
    return size;
}

/* Notes what a character that stays is between words. */
static bool part(struct icp__sql_chars *out, const char *text, size_t n) {
    struct icp__word words[4];
    char both[16] = {'1'}, split[128];
    memcpy(both + 1, text, n);
    both[n + 1] = '1';
    if (icp__words(both, n + 2, split, sizeof split, words, 4) < 2) {
        const size_t used = strlen(out->letters);
        if ((unsigned char)*text >= 0x80 && used + n < sizeof out->letters)
            memcpy(out->letters + used, text, n);
        return true;
    }
    return add(&out->apart, text, n, words[1].joined ? " " : "A", 1);
}

static bool add_others(struct icp__sql_chars *out) {
    size_t used = 0;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        for (uint32_t c = ranges[i].first; c <= ranges[i].last; c++) {
            char text[4], folded[64];
            const size_t n = icp__utf8_size(c);
            icp__utf8_put(text, c);
            const size_t size = fold_known(text, n, c, folded);
            if (size == 0)
                continue;
            if (used + n >= sizeof out->allowed)
                return false;
            memcpy(out->allowed + used, text, n);
            used += n;
            out->allowed[used] = '\0';
            if (size == n && memcmp(text, folded, n) == 0 ? !part(out, text, n) : !add(&out->fold, text, n, folded, size))
                return false;
        }
    return true;
}

icp_status icp__sql_chars_make(struct icp__sql_chars *out) {
    bool fits = true;
    memset(out, 0, sizeof *out);
    for (char c = 'A'; c <= 'Z'; c++) {
        const char low = (char)(c | 0x20);
        fits = fits && add(&out->fold, &c, 1, &low, 1);
    }
    for (const char *c = "\t\n\v\f\r"; *c; c++)
        fits = fits && add(&out->fold, c, 1, " ", 1);
    out->fold_ascii = out->fold.count;
    for (char c = '!'; c <= '~'; c++)
        fits = fits && part(out, &c, 1);
    out->apart_ascii = out->apart.count;
    fits = fits && add_others(out);
    /* In texts alone, where it separates; in values it is the letters tm. */
    fits = fits && add(&out->apart, "\xE2\x84\xA2", 3, "A", 1);
    fits = fits && add(&out->key, "'", 1, "", 0) && add(&out->key, "\xE2\x80\x99", 3, "", 0); /* driver's */
    for (char c = '!'; c <= '~'; c++)
        if (c != '\'' && c != '+' && c != '#' && c != '.' && !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z'))
            fits = fits && add(&out->key, &c, 1, " ", 1);
    return fits ? ICP_OK : ICP_E_LIMIT;
}

bool icp__sql_is_word(const char *s, size_t n) {
    struct icp__word words[2];
    char split[128];
    return n > 0 && n < 100 && icp__words(s, n, split, sizeof split, words, 2) == 1 && words[0].end - words[0].start == n && memcmp(split, s, n) == 0 &&
           memchr(s, '+', n) == NULL && memchr(s, '#', n) == NULL && memchr(s, '.', n) == NULL;
}
