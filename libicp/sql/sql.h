/* SPDX-License-Identifier: MIT */
/* A fit layer as one SELECT. It reads cells as text, in steps that each add a few columns; a column of the model is written by its kind. */
#pragma once
#include "base/bytes.h"
#include "model/model.h"

struct icp__sql;
struct icp__sql_column;
typedef void (*icp__sql_write)(struct icp__sql *q, const struct icp__sql_column *c);

enum { ICP__SQL_READS = 5 };
/* What a kind adds in each step, as items of a SELECT with a comma before each. Columns of the step before: c@ the cell's text, trimmed, NULL =
 * missing; o@ true = what SQL has read so far is what the library reads. `points` is an expression that is never NULL. */
struct icp__sql_said {
    uint32_t entry, spelling;
};
struct icp__sql_kind {
    icp__sql_write read[ICP__SQL_READS];
    icp__sql_write points;
    icp__sql_write exact; /* a condition; NULL = o@ */
};
struct icp__sql_column {
    uint32_t number;  /* what @ stands for */
    uint32_t index;   /* in the schema */
    const struct icp__column *column;
    const struct icp__slot *slot;
    const struct icp__sql_kind *kind; /* NULL = SQL cannot express it: `why` */
    const char *why;
    uint32_t *entry;  /* [entries] traits of texts, without the offset */
    uint32_t *word;   /* [words] of these the words */
    uint32_t entries, words;
    struct icp__sql_said *said; /* [saids] how a normaliser's spellings give traits */
    uint32_t saids;
    int64_t least, most; /* milli-points that its traits add */
};

/* Characters that SQL reads as the library does, and what becomes of them. */
enum { ICP__SQL_SWAPS = 512 };
struct icp__sql_swap {
    char from[8], to[8];
    bool many; /* not one character for one */
};
struct icp__sql_swaps {
    uint32_t count;
    struct icp__sql_swap item[ICP__SQL_SWAPS];
};
struct icp__sql_chars {
    struct icp__sql_swaps fold;    /* blanks and capitals of ASCII, then all others that change */
    uint32_t fold_ascii;           /* of these the first */
    struct icp__sql_swaps key;     /* what stands between the words by which a normaliser looks a value up */
    uint32_t apart_ascii;          /* likewise */
    struct icp__sql_swaps apart;   /* what stands between words: ' ' where two words may form a phrase, else 'A' */
    char letters[1024];            /* those that are letters or digits and stay */
    char allowed[1024];            /* as members of a character class: all but blanks and ASCII */
};
icp_status icp__sql_chars_make(struct icp__sql_chars *out);
/* Is it a word, as cells have them: letters and digits alone? */
bool icp__sql_is_word(const char *s, size_t n);

struct icp__sql {
    icp_context *ctx;
    const icp_model *model; /* the fit layer */
    int32_t dialect;
    struct icp_str table, key;
    struct icp__bytes b;
    struct icp__sql_chars chars;
    struct icp__sql_column *column;
    uint32_t columns, omitted, steps;
    struct {
        char now[12], before[12]; /* letters of the step that is written, and of the one before */
    } *letters; /* [columns] */
    struct icp__arena arena; /* lists of the columns */
};

/* Texts: every @ becomes the column's number. Literals hold no control characters: icp__sql_plain() says so. */
void icp__sql_put(struct icp__sql *q, const struct icp__sql_column *c, const char *text);
void icp__sql_text(struct icp__sql *q, struct icp_str s);
void icp__sql_word(struct icp__sql *q, const char *before, struct icp_str s, const char *after); /* the literal 'before s after' */
void icp__sql_name(struct icp__sql *q, struct icp_str s); /* a quoted identifier */
void icp__sql_int(struct icp__sql *q, int64_t v);
bool icp__sql_plain(const char *s, size_t n);

/* Expressions over another, which is written between open and close. */
void icp__sql_as_text(struct icp__sql *q, struct icp_str column);       /* of the table's column */
void icp__sql_trimmed(struct icp__sql *q, struct icp_str column);       /* the same without outer blanks */
void icp__sql_lower(struct icp__sql *q, const struct icp__sql_column *c, const char *expression); /* ASCII alone */
void icp__sql_collapse(struct icp__sql *q, bool open); /* runs of blanks become one, in text without capitals */
/* Conditions. */
void icp__sql_find(struct icp__sql *q, const struct icp__sql_column *c, const char *in, const char *before, struct icp_str s, const char *after);
void icp__sql_readable(struct icp__sql *q, const struct icp__sql_column *c);     /* of c@: known characters, not too long */
void icp__sql_matches(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, const char *pattern); /* the whole of it */
const char *icp__sql_double(const struct icp__sql *q); /* name of the type */
/* Is there something else than letters, digits, blanks and the A between items? */
void icp__sql_letters(struct icp__sql *q, const struct icp__sql_column *c, const char *expression);
/* Items, a comma before each. */
void icp__sql_fold(struct icp__sql *q, const struct icp__sql_column *c); /* f@ of c@, and o@ */
void icp__sql_words(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, bool phrases); /* w@ */
void icp__sql_key(struct icp__sql *q, const struct icp__sql_column *c); /* k@ of f@, as far as it needs no look at neighbours */
/* What is left of these in the i-th step behind a read; c NULL = only asks. False = nothing. */
bool icp__sql_more(struct icp__sql *q, const struct icp__sql_column *c, uint32_t read, uint32_t i);
void icp__sql_carry(struct icp__sql *q, const struct icp__sql_column *c, const char *letters); /* of the step before */

/* Sums over entries; `write` gives the condition of one. As deep as the logarithm of their number. */
typedef void (*icp__sql_term)(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry);
void icp__sql_sum(struct icp__sql *q, const struct icp__sql_column *c, icp__sql_term condition, const uint32_t *entry, uint32_t count);
static inline struct icp_str icp__sql_entry(const struct icp__sql *q, uint32_t entry) {
    const uint8_t *e = icp__entry(q->model, entry);
    return (struct icp_str){q->model->strs + icp__entry_text(e), icp__entry_text_size(e)};
}
void icp__sql_points(struct icp__sql *q, uint32_t entry);
void icp__sql_known(struct icp__sql *q, const struct icp__sql_column *c); /* points of the offset */
/* CASE expression WHEN 'value' THEN points ... ELSE 0 END over all entries of the column. */
void icp__sql_values(struct icp__sql *q, const struct icp__sql_column *c, const char *expression);
/* The same for words inside w@. */
void icp__sql_inner_words(struct icp__sql *q, const struct icp__sql_column *c);

/* Spellings that a normaliser knows. */
struct icp__sql_spelling {
    char text[128];
    size_t size;
    bool by_value; /* looked up by the folded value as it stands; else by its words */
};
/* The i-th, false = there are no more. */
bool icp__sql_spelling(uint8_t normaliser, uint32_t i, struct icp__sql_spelling *out);
bool icp__sql_spells(uint8_t normaliser); /* all that it knows are such spellings */
bool icp__sql_say(struct icp__sql *q, struct icp__sql_column *c); /* makes c->said; false = no memory */

extern const struct icp__sql_kind icp__sql_of_text, icp__sql_of_value, icp__sql_of_boolean, icp__sql_of_list, icp__sql_of_number, icp__sql_of_date,
    icp__sql_of_url, icp__sql_of_nothing;
/* Can a text give this trait, as SQL finds it? */
bool icp__sql_text_reaches(const struct icp__sql *q, uint32_t column, struct icp_str s);
/* Milli-points of a number or day by the range that it lies in; `write_end` writes an end of a range. */
void icp__sql_ranges(struct icp__sql *q, const struct icp__sql_column *c, const char *value, void (*write_end)(struct icp__sql *q, double v));
bool icp__sql_edges_fit(const struct icp__slot *s); /* ends of ranges that all dialects read alike */
icp_status icp__sql_columns(struct icp__sql *q, struct icp_error *err);
/* Words that SQL does not find as the library does: c++, c#, .net. A condition on f@. */
void icp__sql_odd_words(struct icp__sql *q, const struct icp__sql_column *c);
