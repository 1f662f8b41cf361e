/* SPDX-License-Identifier: MIT */
/* The customer list: what was given, and which row speaks for each customer. */
#pragma once
#include "base/bytes.h"
#include "model/card.h"
#include "model/decide.h"
#include "reference/reference.h"
#include "trait/schema.h"

#define ICP__CUSTOMERS_MAX 100000u
#define ICP__UNIVERSE_MAX 1048576u /* rows of a universe that may be those of customers */

struct icp__customers {
    icp_context *ctx;
    const icp_reference *reference;
    struct icp_str key;          /* header of the key column */
    struct icp_str weight;       /* header of the weight column; data NULL = none */
    struct icp_str protect;      /* patterns of columns that are not kept; data NULL = none */
    bool exact_keys;             /* never by domain or name */
    bool list_all;               /* the report lists every customer */
    /* Tables have columns of our own (model/facts.h): rows without a key have one made of name and host, beginning with
     * ICP__OWN_COLUMN. */
    struct icp_str release;      /* patterns of columns that are used though they are leaks; data NULL = none */
    struct icp_str since;        /* header of the column that says when each became a customer; data NULL = none */
    struct icp__epoch epoch[ICP__EPOCHS]; /* of the card: customers from before one count less */
    uint32_t epochs;
    struct icp__table *given;    /* the list, one row per key; NULL before the first was added */
    struct icp__table *excluded; /* the same of companies that are left out; NULL = none */
    struct icp__table *universe; /* full rows of companies that may be listed; NULL before a universe was read */
    struct icp__arena near_arena;
    struct icp_str *near;        /* [given->rows] key of the universe that differs in case only; data NULL = none */
    uint64_t universe_rows;      /* rows read */
    struct icp__frequency *frequency; /* words of the customers' names among the companies of the universes; NULL before one was read */
};
void icp__customers_init(struct icp__customers *l, icp_context *c, const icp_reference *r, struct icp_str key,
                         struct icp_str weight);
void icp__customers_free(struct icp__customers *l);
/* All read to the end; on failure the list is as it was. */
icp_status icp__customers_add(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
icp_status icp__customers_exclude(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
icp_status icp__customers_look_up(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
static inline bool icp__own_column(struct icp_str name) { return name.size && name.data[0] == ICP__OWN_COLUMN; }
/* What a person reads for a key. */
static inline struct icp_str icp__key_shown(struct icp_str key) {
    return icp__own_column(key) ? (struct icp_str){key.data + 1, key.size - 1} : key;
}

/* Where the row of a customer comes from: the reference, else the universe, else the customer's own row. */
enum icp__origin {
    ICP__FROM_REFERENCE = 0, ICP__FROM_UNIVERSE = 1, ICP__FROM_LIST = 2, ICP__ORIGINS = 3, ICP__NOT_FOUND = 3,
    ICP__SAME_COMPANY = 4, /* as a customer that is counted */
    ICP__LEFT_OUT = 5,     /* on the list of exclusions */
    ICP__ALL_ORIGINS = 6
};
#define ICP__NOBODY UINT32_MAX

struct icp__customer {
    uint8_t origin;    /* enum icp__origin */
    uint8_t ambiguous; /* the key was seen with different rows there */
    uint32_t row;      /* in the table of its origin */
    struct icp_str near; /* unmatched only: a known key that differs in case only */
    uint8_t fate, how;   /* enum icp__fate, enum icp__how */
    bool more;           /* candidates than are listed */
    uint32_t first, candidates; /* in icp__matches.candidate; of an accepted one the first is meant, unless found by key */
    uint32_t same_as;    /* ICP__SAME_COMPANY: the customer that is counted */
};
/* The list of exclusions. */
struct icp__exclusions {
    uint32_t entries;
    uint8_t *reference, *given;      /* [rows] 1 = left out; NULL = none */
    uint32_t in_reference;           /* rows left out */
    struct icp__customer *entry;     /* [entries] fate, how and candidates */
};
struct icp__matches {
    icp_context *ctx;
    uint32_t count;
    struct icp__customer *customer; /* [given->rows] */
    uint32_t by_origin[ICP__ALL_ORIGINS];
    uint32_t by_fate[5], by_how[ICP__HOWS];
    uint32_t ambiguous, duplicate, near;
    struct icp__candidate *candidate; /* tables: 0 = reference, 1 = universe, 2 = the list */
    size_t candidates, candidate_cap;
    struct icp__exclusions out;
    struct icp__arena arena;
};
/* schema: decides whether own rows say anything. */
icp_status icp__customers_match(const struct icp__customers *l, const icp_schema *schema, struct icp__matches *out,
                                struct icp_error *err);
void icp__matches_free(struct icp__matches *m);
/* Customers whose row enters the fit. */
static inline uint32_t icp__matches_found(const struct icp__matches *m) {
    return m->by_origin[ICP__FROM_REFERENCE] + m->by_origin[ICP__FROM_UNIVERSE] + m->by_origin[ICP__FROM_LIST];
}
/* One JSON object. */
icp_status icp__matches_write(const struct icp__customers *l, const struct icp__matches *m, bool keys, struct icp__bytes *b,
                              struct icp_error *err);
/* The weight of a customer as given, 1 without a weight column. */
double icp__customer_weight(const struct icp__customers *l, int32_t column, uint64_t row);
/* Columns of a table by exact, else folded header; -1 = none or several. */
icp_status icp__table_columns(icp_context *c, const struct icp__table *t, const icp_schema *schema, int32_t *column,
                              struct icp_error *err);
icp_status icp__table_column(icp_context *c, const struct icp__table *t, struct icp_str name, int32_t *column,
                             struct icp_error *err);

/* Folded keys by hash, to find keys that differ in case only. */
struct icp__folded {
    uint32_t bits;
    uint32_t *slot; /* row + 1; 0 = empty */
    uint64_t *hash;
    struct icp__bytes scratch;
};
struct icp__near {
    const struct icp__table *table;
    struct icp_str *near; /* by row; the smallest spelling wins, so that order does not matter */
    struct icp__arena *arena;
    bool failed;
};
icp_status icp__folded_make(icp_context *c, const struct icp__table *t, struct icp__folded *f, struct icp_error *err);
void icp__folded_free(icp_context *c, struct icp__folded *f);
void icp__near_note(struct icp__near *n, struct icp__folded *f, struct icp_str key);
