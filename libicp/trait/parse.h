/* SPDX-License-Identifier: MIT */
/* Readers of single values, shared by extraction and inference. They take trimmed text and allocate nothing. */
#pragma once
#include "base/date.h"
#include "trait/extract.h"

/* What a number's spelling says about its column. */
enum {
    ICP__NUMBER_RANGE = 1,  /* two ends, or open */
    ICP__NUMBER_UNIT = 2,   /* currency, percent, magnitude or a unit word */
    ICP__NUMBER_DOT = 4,    /* can only be read with '.' before the decimals */
    ICP__NUMBER_COMMA = 8,  /* can only be read with ',' before the decimals */
    ICP__NUMBER_DOT3 = 16,  /* "1.234": thousands or decimals, the column decides */
    ICP__NUMBER_COMMA3 = 32, /* "1,234": likewise */
    ICP__NUMBER_DIGITS = 64 /* digits only */
};
/* decimal = '.' or ','. flags may be NULL. */
bool icp__number_read(const char *s, size_t n, uint8_t decimal, double *out, unsigned *flags);

/* Two ends of a range, as written: open -1 = "at most hi", 1 = "at least lo". */
struct icp__range {
    double lo, hi;
    int open;
};
/* Like icp__number_read with '.' before the decimals; a single number is both ends. */
bool icp__range_read(const char *s, size_t n, struct icp__range *out);

/* How a date was written. */
enum icp__date_form {
    ICP__DATE_NONE = 0,
    ICP__DATE_ISO,     /* year first */
    ICP__DATE_NUMERIC, /* 5/4/2020: the order of the column decides */
    ICP__DATE_WORDS,   /* with the name of a month */
    ICP__DATE_PERIOD,  /* a month or quarter of a year: its first day */
    ICP__DATE_YEAR,    /* a year: its first day */
    ICP__DATE_COMPACT, /* yyyymmdd */
    ICP__DATE_EPOCH    /* seconds or milliseconds since 1970 */
};
/* order: enum icp__date_order; anything but DMY reads a NUMERIC date as month, day, year. */
enum icp__date_form icp__date_read(const char *s, size_t n, uint8_t order, double *days);

/* 1 = yes, 0 = no, -1 = neither. */
int icp__boolean_read(const char *s, size_t n);
/* The i-th word for yes or no, in lower case; NULL = there are no more. */
const char *icp__boolean_word(size_t i, int *value);

/* Labels under country codes that are registries: under all, under one (with it, as `id.au`), and the codes under which there are none. */
enum icp__registry_list { ICP__REGISTRY_USUAL, ICP__REGISTRY_OWN, ICP__REGISTRY_FLAT };
/* The i-th; NULL = there are no more. */
const char *icp__registry_label(enum icp__registry_list list, size_t i);

/* Goes through the items of a list cell. */
struct icp__items {
    const char *p, *end;
    char *room; /* as many bytes as the cell has; quoted items are unescaped here */
    uint8_t separator;
    char close; /* of a bracketed list, else 0 */
};
void icp__items_init(struct icp__items *it, const char *s, size_t n, uint8_t separator, char *room);
/* The next item that is not empty and not missing; it lives until the next call. */
bool icp__items_next(struct icp__items *it, struct icp_str *out);

/* The cell's value as extraction sees it: trimmed, cut at ICP__CELL_MAX. false = missing; bad = not UTF-8. */
bool icp__cell_value(const struct icp__cell *cell, struct icp_str *out, bool *bad);

/* Room in the scratch for one cell of n bytes; false = no memory. */
bool icp__scratch_text(struct icp__scratch *s, size_t need);
bool icp__scratch_token(struct icp__scratch *s, uint32_t index, uint32_t kind, const char *data, size_t size);
/* Adds the words of a folded text that has several, beside the value itself. text = room of cap bytes that tokens
 * may point into. */
bool icp__scratch_words(struct icp__scratch *s, uint32_t index, const char *data, size_t n, char *text, size_t cap);

/* Adds the terms of a value beside it; the first stands for it already where replaced. */
struct icp__terms;
bool icp__scratch_terms(struct icp__scratch *s, uint32_t index, const struct icp__terms *terms, bool replaced, const char *data, size_t n);

/* Trait kinds, one per file. */
enum icp__known icp__extract_value(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_boolean(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_list(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_text(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_url(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_number(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
enum icp__known icp__extract_date(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);

/* ASCII letters only, whatever the locale. */
static inline char icp__lower(char c) { return (unsigned char)(c - 'A') < 26 ? (char)(c + 32) : c; }
static inline bool icp__is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static inline bool icp__is_letter(char c) { return (unsigned char)((c | 32) - 'a') < 26; }
/* text is lower case and NUL-terminated. */
static inline bool icp__same_word(const char *s, size_t n, const char *text) {
    size_t i = 0;
    while (i < n && text[i] && icp__lower(s[i]) == text[i]) i++;
    return i == n && !text[i];
}
