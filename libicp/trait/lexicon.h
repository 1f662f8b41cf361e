/* SPDX-License-Identifier: MIT */
/* Spellings and what they stand for: constant hash tables made from the text files in tables/ (tables/generate.py). */
#pragma once
#include "base/base.h"

#define ICP__LEXICON_KEY 64  /* bytes of the longest key */
#define ICP__LEXICON_TERMS 3 /* a spelling stands for at most as many terms */

struct icp__lexicon {
    const char *name;
    uint32_t terms, keys, mask; /* mask = slots - 1 */
    uint32_t words;             /* of the longest key */
    const char *term;           /* all terms; term i begins at term_at[i] and ends at term_at[i + 1] */
    const uint16_t *term_at;
    const char *key;
    const uint32_t *key_at;
    const uint16_t *means; /* [keys][ICP__LEXICON_TERMS]: 1 + term, 0 = none */
    const uint16_t *slot;  /* 1 + key, 0 = free */
};
extern const struct icp__lexicon icp__lexicon_industry, icp__lexicon_naics, icp__lexicon_sic, icp__lexicon_gics, icp__lexicon_nace,
    icp__lexicon_segment, icp__lexicon_stage, icp__lexicon_technology, icp__lexicon_department, icp__lexicon_state, icp__lexicon_city;
extern const struct icp__lexicon *const icp__lexicons[];
extern const size_t icp__lexicon_count;

/* What a spelling is looked up by: the words of a folded value, parted by blanks, without punctuation (a leading '.' and inner '+' and
 * '#' stay) and without "and". Returns its length; 0 = none, or it is longer than cap and whole is asked for. */
size_t icp__lexicon_key(const char *folded, size_t n, char *out, size_t cap, bool whole);
/* The index of a key; -1 = not in the table. */
int32_t icp__lexicon_find(const struct icp__lexicon *l, const char *key, size_t n);
/* Term k of what a key stands for; size 0 = it has no such. */
struct icp_str icp__lexicon_term(const struct icp__lexicon *l, int32_t key, unsigned k);
struct icp_str icp__lexicon_spelling(const struct icp__lexicon *l, int32_t key);
/* Goes through the keys that consist of the words of text from a byte on: calls found for each that is in the table. */
typedef void (*icp__lexicon_found)(void *arg, int32_t key, uint32_t words);
void icp__lexicon_scan(const struct icp__lexicon *l, const char *text, size_t n, icp__lexicon_found found, void *arg);
