/* SPDX-License-Identifier: MIT */
/* Looking spellings up. */
#include "trait/lexicon.h"
#include "trait/parse.h"
#include "trait/tables/lexicons.inc"

const struct icp__lexicon *const icp__lexicons[] = {
    &icp__lexicon_industry, &icp__lexicon_naics, &icp__lexicon_sic, &icp__lexicon_gics, &icp__lexicon_nace, &icp__lexicon_segment,
    &icp__lexicon_stage, &icp__lexicon_technology, &icp__lexicon_department, &icp__lexicon_state, &icp__lexicon_city,
};
const size_t icp__lexicon_count = sizeof icp__lexicons / sizeof *icp__lexicons;

/* FNV-1a, with the upper half mixed into the lower: the keys are constant, so nobody outside can choose collisions among them. */
#define HASH_START 0x811C9DC5u
static uint32_t hash_add(uint32_t h, char c) { return (h ^ (unsigned char)c) * 0x01000193u; }
static uint32_t hash_end(uint32_t h) { return h ^ h >> 15; }

/* Bytes that belong to a word: letters, digits, all that is not ASCII; '+' and '#' behind such; '.' before. */
static bool in_word(char c, size_t size) {
    if (icp__is_letter(c) || icp__is_digit(c) || (unsigned char)c >= 0x80) return true;
    return size > 0 ? c == '+' || c == '#' : c == '.';
}

/* 0 = no quote here, else its size: driver's, driver’s. */
static size_t quote_size(const char *s, size_t left) {
    if (*s == '\'') return 1;
    return left >= 3 && memcmp(s, "\xE2\x80\x99", 3) == 0 ? 3 : 0;
}

/* A word of points alone, and "and", are left out. */
static bool empty_word(const char *s, size_t n) {
    return n == 0 || (n == 1 && s[0] == '.') || (n == 3 && memcmp(s, "and", 3) == 0);
}

size_t icp__lexicon_key(const char *folded, size_t n, char *out, size_t cap, bool whole) {
    size_t used = 0, start = 0, size;
    for (size_t i = 0; i <= n;) {
        size_t quote = i < n ? quote_size(folded + i, n - i) : 0;
        if (quote) {
            i += quote;
            continue;
        }
        /* used runs behind the word being written, which begins at start. */
        size = used - start;
        if (i < n && in_word(folded[i], size)) {
            if (used == cap) return whole ? 0 : start > 0 ? start - 1 : 0;
            out[used++] = folded[i++];
            continue;
        }
        if (empty_word(out + start, size)) {
            used = start;
        } else {
            if (used == cap && i < n) return whole ? 0 : used;
            start = used + 1;
            if (used < cap) out[used++] = ' ';
        }
        i++;
    }
    return start > 0 ? start - 1 : 0;
}

static int32_t find_hashed(const struct icp__lexicon *l, const char *key, size_t n, uint32_t h) {
    for (uint32_t at = h & l->mask; l->slot[at]; at = (at + 1) & l->mask) {
        const uint32_t i = l->slot[at] - 1u, from = l->key_at[i];
        if (l->key_at[i + 1] - from == n && memcmp(l->key + from, key, n) == 0) return (int32_t)i;
    }
    return -1;
}

int32_t icp__lexicon_find(const struct icp__lexicon *l, const char *key, size_t n) {
    uint32_t h = HASH_START;
    if (n == 0 || n > ICP__LEXICON_KEY) return -1;
    for (size_t i = 0; i < n; i++) h = hash_add(h, key[i]);
    return find_hashed(l, key, n, hash_end(h));
}

struct icp_str icp__lexicon_term(const struct icp__lexicon *l, int32_t key, unsigned k) {
    const uint32_t term = k < ICP__LEXICON_TERMS ? l->means[(uint32_t)key * ICP__LEXICON_TERMS + k] : 0;
    if (term == 0) return (struct icp_str){NULL, 0};
    return (struct icp_str){l->term + l->term_at[term - 1], (size_t)l->term_at[term] - l->term_at[term - 1]};
}

struct icp_str icp__lexicon_spelling(const struct icp__lexicon *l, int32_t key) {
    return (struct icp_str){l->key + l->key_at[key], l->key_at[key + 1] - l->key_at[key]};
}

void icp__lexicon_scan(const struct icp__lexicon *l, const char *text, size_t n, icp__lexicon_found found, void *arg) {
    for (size_t start = 0; start < n; start++) {
        uint32_t h = HASH_START, words = 0;
        for (size_t i = start; i <= n && i - start <= ICP__LEXICON_KEY && words < l->words; i++) {
            if (i == n || text[i] == ' ') {
                const int32_t key = find_hashed(l, text + start, i - start, hash_end(h));
                words++;
                if (key >= 0) found(arg, key, words);
            }
            if (i < n) h = hash_add(h, text[i]);
        }
        while (start < n && text[start] != ' ') start++;
    }
}
