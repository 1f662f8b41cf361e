/* SPDX-License-Identifier: MIT */
/* How many companies have a word in their name: a name of common words is no evidence alone. Counts companies, not rows: the
 * smallest hashes of their keys (Bar-Yossef and others 2002), so that order, repetition and overlap of files change nothing. */
#pragma once
#include "model/facts.h"

#define ICP__FREQUENCY_KEPT 8u
#define ICP__FREQUENCY_TOTAL 256u

struct icp__frequency_word {
    uint64_t hash;
    uint64_t kept[ICP__FREQUENCY_KEPT]; /* ascending */
    uint32_t count;
};
struct icp__frequency {
    icp_context *ctx;
    struct icp__frequency_word *word;
    size_t words, cap;
    uint32_t *slot; /* word + 1; 0 = empty */
    uint32_t bits;
    uint64_t total[ICP__FREQUENCY_TOTAL]; /* of all companies with a name */
    uint32_t totals;
};
void icp__frequency_init(struct icp__frequency *f, icp_context *c);
void icp__frequency_free(struct icp__frequency *f);
bool icp__frequency_copy(const struct icp__frequency *from, struct icp__frequency *to); /* false = no memory */
/* Words that will be counted: those of the forms of a name, and the forms themselves. */
bool icp__frequency_want(struct icp__frequency *f, const struct icp__identity *i);
/* A company of which the name is known; key = hash of its key. */
void icp__frequency_see(struct icp__frequency *f, const struct icp__name *name, uint64_t key);
double icp__frequency_of(const struct icp__frequency *f, struct icp_str word); /* companies */
double icp__frequency_all(const struct icp__frequency *f);
/* How many companies would have all these words by chance. */
double icp__frequency_chance(const struct icp__frequency *f, const struct icp_str *word, uint32_t words);
