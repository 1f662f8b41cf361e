/* SPDX-License-Identifier: MIT */
/* What the values of a column look like: counts only, so that the decision is made in one place (infer.c). */
#pragma once
#include "trait/normalise.h"

enum { ICP__SEMICOLON, ICP__PIPE, ICP__COMMA, ICP__SEPARATORS, ICP__BRACKETS = ICP__SEPARATORS, ICP__LISTS };

struct icp__evidence {
    uint64_t seen, filled, distinct;
    uint64_t bytes, words, lettered;      /* total bytes and words; cells with two letters in a row */
    uint64_t spaced;                      /* cells of more than one word */
    uint64_t digits, years;               /* digits only; a year 1500..2100 */
    uint64_t number[2];                   /* readable with '.' or ',' before the decimals */
    uint64_t ranges, units, dot, comma;   /* dot, comma: readable in that way only */
    uint64_t dot3, comma3;                /* 1.234 and 1,234 */
    uint64_t dates, dates_dmy, dates_mdy; /* certain; numeric and valid in that order */
    uint64_t dates_slashed, date_years, date_compact, date_epoch;
    uint64_t yes, no, binary;             /* binary: spelt 0 or 1 */
    uint64_t emails, phones, phones_marked;
    uint64_t urls, hosts, one_host;       /* with a scheme or path; bare; of the commonest host if it has the majority */
    char host[64];                        /* that host */
    uint64_t bracketed, nested;           /* [..]; holding objects */
    uint64_t countries, country_names;    /* known; of these longer than a code */
    uint64_t known[ICP__NORMALISER_COUNT]; /* distinct values that the normaliser knows */
    uint64_t band_words;                  /* cells that are no number but stand for one (the letters of LinkedIn's sizes) */
    struct {
        uint64_t cells, items, words, distinct;
        uint64_t known[ICP__NORMALISER_COUNT]; /* distinct items */
    } list[ICP__LISTS];
};
/* false = no memory. */
bool icp__evidence_gather(icp_context *c, const struct icp__table *t, uint32_t column, struct icp__evidence *out);
