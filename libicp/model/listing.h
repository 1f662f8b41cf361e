/* SPDX-License-Identifier: MIT */
/* Rows of lists on their way into a sample: with a key, a name and a host of their own beside the columns they came with. */
#pragma once
#include "model/customers.h"

struct icp__listing {
    const struct icp__customers *list;
    struct icp__layout *from;  /* the batches' layout that the rest belongs to */
    struct icp__layout *to;    /* the same with our columns */
    struct icp__fact_columns columns;
    int32_t key;               /* key column; -1 = none */
    struct icp__cell *cells;   /* the rows of one batch that are kept */
    size_t cap;
    uint64_t kept;
    struct icp__arena arena;   /* texts of these */
    struct icp__facts *facts;  /* of the last row */
};
icp_status icp__listing_init(struct icp__listing *g, const struct icp__customers *l, struct icp_error *err);
void icp__listing_free(struct icp__listing *g);
/* No column of the batch could say who its rows are. lax = not by domain or name either. */
bool icp__listing_lacks(const struct icp__listing *g, const icp_batch *b, bool lax);
/* Takes up the headers of a batch. ICP_E_KEY when nothing identifies its rows. */
icp_status icp__listing_layout(struct icp__listing *g, const icp_batch *b, bool lax, struct icp_error *err);
/* The row's own key; size 0 = none. */
struct icp_str icp__listing_key(const struct icp__listing *g, const struct icp__cell *row, char scratch[256]);
/* Keeps a row under a key; size 0 = under none. g->facts are those of the row. */
icp_status icp__listing_keep(struct icp__listing *g, const struct icp__cell *row, struct icp_str key, struct icp_error *err);
/* The key of a row that has none, of its facts; size 0 = there is nothing to tell it by, data NULL = no memory. */
struct icp_str icp__listing_make_key(struct icp__listing *g);
/* Hands the rows kept since the last call to a sample. */
icp_status icp__listing_flush(struct icp__listing *g, const icp_batch *b, struct icp__sample *to, struct icp_error *err);
