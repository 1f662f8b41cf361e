/* SPDX-License-Identifier: MIT */
/* A family is one file that ends in one constant, and one line in the table in families.c. */
#pragma once
#include "trait/schema.h"

/* A header word pattern: matches when all its words stand in the folded header ("annual revenue" matches "Annual Revenue (USD)"). */
struct icp__synonym {
    const char *words;
    int32_t kind;       /* ICP_KIND_... it suggests; -1 = decide from values */
    uint8_t normaliser; /* index into icp__normalisers */
    uint8_t strength;   /* larger wins; ties: more words */
};
struct icp__family {
    int32_t id; /* ICP_FAMILY_... */
    const char *name;
    const struct icp__synonym *synonyms;
    size_t synonym_count;
};
extern const struct icp__family *const icp__families[];
extern const size_t icp__family_count;

/* Maps a folded value to its normal form in place of it: returns the length written to out (cap >= 64), 0 = leave as it is. */
typedef size_t (*icp__normalise_fn)(const char *folded, size_t n, char *out, size_t cap);
enum { ICP__NORMALISER_NONE = 0, ICP__NORMALISER_COUNTRY = 1, ICP__NORMALISER_COUNT };
extern const icp__normalise_fn icp__normalisers[ICP__NORMALISER_COUNT];
extern const char *const icp__normaliser_names[ICP__NORMALISER_COUNT];
