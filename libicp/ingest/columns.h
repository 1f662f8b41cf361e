/* SPDX-License-Identifier: MIT */
/* The union of the columns of all files of a sample: one folded name, one column. */
#pragma once
#include "ingest/batch.h"

#define ICP__NO_COLUMN UINT32_MAX

struct icp__known_column {
    struct icp_str folded; /* the column's identity */
    struct icp_str name;   /* smallest spelling in bytes */
    bool phone;            /* telephone numbers in it are not stored */
};
struct icp__columns {
    icp_context *ctx;
    struct icp__arena arena;
    struct icp__known_column *items; /* by id: order of arrival */
    uint32_t *order;                 /* ids by folded name */
    size_t count, item_cap, order_cap;
};
void icp__columns_init(struct icp__columns *u, icp_context *c);
void icp__columns_free(struct icp__columns *u);
/* The id of a column, new or known. False = no memory. */
bool icp__columns_add(struct icp__columns *u, struct icp_str folded, struct icp_str name, uint32_t *id);
