/* SPDX-License-Identifier: MIT */
/* Normalisers: spellings to the terms that they stand for. A normaliser is one function and one line in the table of normalise.c. */
#pragma once
#include "trait/schema.h"

enum icp__normaliser_id {
    ICP__NORMALISER_NONE = 0,
    ICP__NORMALISER_COUNTRY,
    ICP__NORMALISER_INDUSTRY,
    ICP__NORMALISER_NAICS,
    ICP__NORMALISER_SIC,
    ICP__NORMALISER_GICS,
    ICP__NORMALISER_NACE,
    ICP__NORMALISER_EMPLOYEES,
    ICP__NORMALISER_REVENUE,
    ICP__NORMALISER_STAGE,
    ICP__NORMALISER_TECHNOLOGY,
    ICP__NORMALISER_DEPARTMENT,
    ICP__NORMALISER_STATE,
    ICP__NORMALISER_CITY,
    ICP__NORMALISER_PLACE,
    ICP__NORMALISER_COUNT
};

#define ICP__TERM_ROOM 64
struct icp__terms {
    struct icp_str term[8]; /* constant text, parts of the value, or in room */
    uint32_t count;         /* 0 = the value is not known */
    bool code;              /* terms are codes: their parts are no words */
    char *room;             /* the caller's: ICP__TERM_ROOM bytes */
};
/* folded = a value as icp__fold_value gives it. Allocates nothing; a function of its bytes alone. */
typedef void (*icp__normalise_fn)(const char *folded, size_t n, struct icp__terms *out);

struct icp__normaliser {
    const char *name, *adding; /* as a schema calls it; "+name": its terms stand beside the value, not for it */
    icp__normalise_fn terms;
    uint32_t since;            /* extraction version */
    uint32_t kinds;            /* of columns that may have it: 1 << ICP_KIND_... */
};
extern const struct icp__normaliser icp__normalisers[ICP__NORMALISER_COUNT];

/* Words that stand for a number in a column of numbers (the letters of LinkedIn's sizes). false = it has none. */
bool icp__normalise_number(uint8_t normaliser, const char *s, size_t n, double *out);
/* Everything that the tables of an extraction version say, as text: what a version pins. */
void icp__tables_write(uint32_t version, struct icp__bytes *b);

/* ISO 3166-1 alpha-2 in lower case. Returns its length, 0 = not known. */
size_t icp__normalise_country(const char *folded, size_t n, char *out, size_t cap);
/* The i-th spelling that is known: codes, then names. Returns its length, 0 = there are no more. */
size_t icp__country_spelling(size_t i, char out[128]);
void icp__countries_write(struct icp__bytes *b);
