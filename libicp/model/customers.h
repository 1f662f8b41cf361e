/* SPDX-License-Identifier: MIT */
/* The customer list: what was given, and which row speaks for each customer. */
#pragma once
#include "base/bytes.h"
#include "reference/reference.h"
#include "trait/schema.h"

#define ICP__CUSTOMERS_MAX 100000u

struct icp__customers {
    icp_context *ctx;
    const icp_reference *reference;
    struct icp_str key;          /* header of the key column */
    struct icp_str weight;       /* header of the weight column; data NULL = none */
    struct icp_str protect;      /* patterns of columns that are not kept; data NULL = none */
    struct icp__table *given;    /* the list, one row per key; NULL before the first was added */
    struct icp__table *universe; /* full rows of listed keys; NULL before a universe was read */
    struct icp__arena near_arena;
    struct icp_str *near;        /* [given->rows] key of the universe that differs in case only; data NULL = none */
    uint64_t universe_rows;      /* rows read */
};
void icp__customers_init(struct icp__customers *l, icp_context *c, const icp_reference *r, struct icp_str key,
                         struct icp_str weight);
void icp__customers_free(struct icp__customers *l);
/* Both read to the end; on failure the list is as it was. */
icp_status icp__customers_add(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
icp_status icp__customers_look_up(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err);

/* Where the row of a customer comes from: the reference, else the universe, else the customer's own row. */
enum icp__origin { ICP__FROM_REFERENCE = 0, ICP__FROM_UNIVERSE = 1, ICP__FROM_LIST = 2, ICP__ORIGINS = 3, ICP__NOT_FOUND = 3 };

struct icp__customer {
    uint8_t origin;    /* enum icp__origin */
    uint8_t ambiguous; /* the key was seen with different rows there */
    uint32_t row;      /* in the table of its origin */
    struct icp_str near; /* unmatched only: a known key that differs in case only */
};
struct icp__matches {
    icp_context *ctx;
    uint32_t count;
    struct icp__customer *customer; /* [given->rows] */
    uint32_t by_origin[ICP__ORIGINS + 1];
    uint32_t ambiguous, duplicate, near;
    struct icp__arena arena;
};
/* schema: decides whether own rows say anything. */
icp_status icp__customers_match(const struct icp__customers *l, const icp_schema *schema, struct icp__matches *out,
                                struct icp_error *err);
void icp__matches_free(struct icp__matches *m);
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
