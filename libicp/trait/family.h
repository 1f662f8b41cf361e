/* SPDX-License-Identifier: MIT */
/* A family is one file that ends in one constant, and one line in the table in families.c. */
#pragma once
#include "trait/normalise.h"

/* A header word pattern: matches when all its words stand in the folded header ("annual revenue" matches "Annual Revenue (USD)"),
 * with a leading '=' when the header has no other words. Words are compared without a plural s. */
struct icp__synonym {
    const char *words;
    int32_t kind;       /* ICP_KIND_... it suggests; -1 = decide from values */
    uint8_t normaliser; /* index into icp__normalisers */
    uint8_t strength;   /* larger wins; ties: more words, then the earlier */
};
#define ICP__SYNONYM_CODE 9 /* strength of codes: numbers in such a column are categories (postal codes, NAICS) */

struct icp__family {
    int32_t id; /* ICP_FAMILY_... */
    const char *name;
    const struct icp__synonym *synonyms;
    size_t synonym_count;
};
extern const struct icp__family *const icp__families[];
extern const size_t icp__family_count;

const char *icp__family_name(int32_t id); /* "?" when unknown */

/* The words of a header, as synonyms see them: camel case parted, folded. */
struct icp__header {
    char text[512];
    struct {
        uint16_t start, size;
    } word[24];
    size_t words;
};
void icp__header_split(struct icp_str name, struct icp__header *out);
bool icp__header_has(const struct icp__header *h, const char *words); /* as struct icp__synonym.words */
bool icp__header_says_amount(const struct icp__header *h); /* a word that says: money */
/* The best synonym, NULL = none; *family is its family. */
const struct icp__synonym *icp__header_match(const struct icp__header *h, int32_t *family);

extern const struct icp__family icp__family_industry, icp__family_size, icp__family_stage, icp__family_keywords,
    icp__family_technology, icp__family_hiring, icp__family_geography, icp__family_other;
