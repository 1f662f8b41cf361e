/* SPDX-License-Identifier: MIT */
/* Companies as a sparse binary matrix: what the fit works on. */
#pragma once
#include "base/number.h"
#include "model/customers.h"
#include "model/leak.h"
#include "model/solve.h"
#include "trait/extract.h"
#include <icp/model.h>

#define ICP__BINS 10u /* a number column has at most as many ranges */

/* Why a column is or is not in the fit. */
enum icp__use {
    ICP__USED = 0,
    ICP__LEFT_KIND,          /* key or ignored */
    ICP__LEFT_ABSENT,        /* not in the reference */
    ICP__LEFT_SPARSE,        /* known in too few reference rows */
    ICP__LEFT_NO_CUSTOMER,   /* known for no customer */
    ICP__LEFT_TWO_SOURCES,   /* customers' values disagree with the reference's */
    ICP__LEFT_NO_TRAIT,      /* no value is frequent enough */
    ICP__LEFT_LEAK           /* gives the answer away: quarantined */
};
struct icp__note {
    uint8_t use;         /* enum icp__use */
    uint8_t two_sources; /* bit per origin whose values were not used */
    uint8_t full;        /* more distinct values than the context's limit */
    uint32_t known_reference, known_customers;
    struct icp__leak leak; /* texts in the design's arena */
};
struct icp__field {
    uint32_t column; /* in the schema */
    bool numeric;
    uint32_t first, count; /* traits */
    uint32_t known_reference, known_customers;
    double least, most; /* numbers: of the reference */
};
struct icp__feature {
    uint32_t field;
    int32_t kind;             /* ICP_TRAIT_...; numbers: ICP_TRAIT_RANGE, "at least edge" */
    struct icp_str text;
    struct icp__decimal edge;
    uint32_t customers, reference; /* rows that have it */
};
struct icp__design_row {
    uint64_t hash;
    struct icp_str key;
    uint32_t row;   /* in the table of its origin */
    uint8_t origin; /* enum icp__origin */
};
#define ICP__SINCE_UNKNOWN (-1e300)
/* Customers by the epochs of the card. */
struct icp__epochs_seen {
    uint32_t epochs, undated;     /* undated: nobody says since when they are customers; they count in full */
    struct icp__epoch epoch[ICP__EPOCHS];
    uint32_t before[ICP__EPOCHS]; /* customers from before each */
    double effective;             /* customers of equal weight without the epochs */
};
struct icp__design {
    icp_context *ctx;
    struct icp__arena arena;
    const icp_schema *schema;
    uint32_t rows, reference_rows; /* the reference's rows come first, both parts by (hash, key) */
    uint32_t customers, listed;    /* customers; of these in the reference */
    struct icp__design_row *row;   /* [rows] */
    double *weight;                /* [rows] of customers, mean 1; 0 = no customer */
    double mass;                   /* sum of the weights */
    uint32_t derived;              /* columns from here on were made here and are not searched for leaks; UINT32_MAX = none */
    double effective;              /* customers of equal weight that the weights amount to; 1 when all are identical */
    bool identical;                /* all customers say the same in every column */
    struct icp__parts parts;       /* for the search for leaks */
    double *since;                 /* [rows] NULL = not told; the day on which a customer became one, or ICP__SINCE_UNKNOWN */
    struct icp__epochs_seen seen;  /* what the card's epochs did */
    struct icp__area parity;       /* audits: what the pattern of filled columns tells */
    uint32_t fields, features;
    struct icp__field *field;
    struct icp__feature *feature;  /* by (column, kind, text or edge) */
    struct icp__matrix x;          /* columns: features, then one "known" per field */
    uint8_t *known;                /* [rows * fields] */
    struct icp__note *note;        /* [schema->columns] */
};
/* Customers from before an epoch count what the card says: one after the other, for each they are older than. */
void icp__epochs_weigh(struct icp__design *d, const struct icp__customers *l);
void icp__design_weights_scale(struct icp__design *d); /* mean 1 over the customers */
const char *icp__note_reason(const struct icp__note *n); /* why a column is left out; NULL = it is not */
icp_status icp__design_make(const struct icp__customers *l, const struct icp__matches *m, const icp_schema *schema,
                            icp_pool *pool, const struct icp_progress *p, struct icp__design *out, struct icp_error *err);
/* The notes alone, without fields, features and matrix; customers may be none. */
icp_status icp__design_audit(const struct icp__customers *l, const struct icp__matches *m, const icp_schema *schema,
                             icp_pool *pool, const struct icp_progress *p, struct icp__design *out, struct icp_error *err);
/* Examples of a timing layer: account-moments with a column for each of the schema, those without the outcome first. The table's rows are by
 * (hash, key) of the account in each class; rows of an account stay in one fold. */
struct icp__examples {
    const struct icp__table *table;
    uint32_t negatives;
    const double *mass; /* [rows] of those with the outcome, in a class of `effective` different ones */
    double effective;
    uint32_t derived;   /* first column that is read from events */
};
icp_status icp__design_examples(icp_context *c, const struct icp__examples *e, const icp_schema *schema, struct icp_str release, icp_pool *pool,
                                const struct icp_progress *p, struct icp__design *out, struct icp_error *err);
void icp__design_free(struct icp__design *d);
/* Where a row of the reference's table stands: those that are left out are not there. */
uint32_t icp__design_place(const struct icp__design *d, uint32_t row);
