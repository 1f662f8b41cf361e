/* SPDX-License-Identifier: MIT */
/* Cells to traits. One extraction version never changes what it maps a cell to; models name their version. */
#pragma once
#include "base/text.h"
#include "trait/schema.h"

#define ICP__EXTRACTION 2u /* newest version */

/* A yes/no fact: its bytes as they stand behind the column in a trait id, unescaped. */
struct icp__token {
    const char *data;
    uint32_t size;
    uint32_t kind;   /* ICP_TRAIT_VALUE, _ITEM, _WORD or _PREFIX (`begin*`, behind all words). A value of several words gives the value and each of its words; within a column equal
                        bytes are one trait, whatever their kind: the word `london` and the value `london` */
    uint32_t joined; /* words: may form a phrase with the token before, whose bytes end one ' ' before data */
    uint64_t hash;   /* icp__hash(data, size, seed = column index in the schema) */
};
enum icp__known { ICP__UNKNOWN = 0, ICP__KNOWN = 1, ICP__UNREADABLE = 2 };

/* Scratch of one thread. Grows to the longest cell, then nothing is allocated. */
struct icp__scratch {
    icp_context *ctx;
    struct icp__token *tokens;
    size_t token_cap;
    size_t tokens_used;      /* of the last cell */
    double number;           /* of the last cell, kinds NUMBER and DATE (days since 1970) */
    char *text;              /* folded bytes that tokens point into */
    size_t text_cap;
    struct icp__word *words;
    size_t word_cap;
    bool failed;             /* no memory */
};
void icp__scratch_init(struct icp__scratch *s, icp_context *c);
void icp__scratch_free(struct icp__scratch *s);

/* Reads one cell: fills tokens (kinds CATEGORY, LIST, BOOLEAN, TEXT, NAME, URL) or number (NUMBER, DATE). A missing value (empty,
 * '-', 'N/A', 'null', 'Select' ...) is UNKNOWN; a NUMBER or DATE cell that cannot be read is UNREADABLE. Tokens of one cell may
 * repeat; whoever counts them counts each once per row. Text beyond ICP__CELL_MAX bytes is not read, so that the same cell gives
 * the same traits from the reference and from a file. */
typedef enum icp__known (*icp__extract_fn)(const struct icp__column *column, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s);
struct icp__extraction {
    uint32_t version;
    icp__extract_fn of_kind[10]; /* by ICP_KIND_...; NULL = not extracted */
};
const struct icp__extraction *icp__extraction_find(uint32_t version); /* NULL = not in this library */
/* ICP_TRAIT_... of the tokens of a kind; -1 for kinds without tokens. */
int32_t icp__trait_kind_of(int32_t column_kind);
/* Writes the id of a trait: column=value, column:item, column~word, escaped as doc/schema.md says. */
void icp__trait_id(struct icp__bytes *b, struct icp_str column_id, int32_t trait_kind, const char *data, size_t size);
/* column[lo,hi): has_lo/has_hi false = open end. date = edges are days since 1970, written as ISO dates. */
void icp__trait_range_id(struct icp__bytes *b, struct icp_str column_id, const char *lo, size_t lo_size, const char *hi, size_t hi_size);
bool icp__cell_missing(const char *s, size_t n);
/* The i-th spelling of a missing value, in lower case; NULL = there are no more. NaN and nan, as they stand, are missing too. */
const char *icp__missing_spelling(size_t i);
