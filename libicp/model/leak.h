/* SPDX-License-Identifier: MIT */
/* Columns that give the answer away: what each column alone tells of who is a customer, and which of them tell too much
 * (doc/audit.md). */
#pragma once
#include "base/bytes.h"

struct icp__scan;
struct icp__design;
struct icp__customers;
struct icp__matches;

#define ICP__LEAK_FOLDS 10u

/* Area under the curve of customers against other companies, by companies that the order was not learned from. */
struct icp__area {
    double auc, se;
    bool done;
};
/* The single trait that separates most. */
struct icp__telling {
    struct icp_str text; /* data NULL = none */
    int32_t kind;        /* ICP_TRAIT_... */
    uint32_t customers, others;
};
struct icp__leak {
    struct icp__area known; /* being filled */
    struct icp__area alone; /* its values, where known */
    struct icp__telling best;
    uint32_t known_customers, known_others;
    uint32_t distinct; /* values */
    bool measured;
};
/* Which part of the rows a row is in, and how many there are; others are companies of the reference that are not listed. */
struct icp__parts {
    uint8_t *fold;    /* [rows] ICP__LEAK_NONE = neither a customer nor another company */
    uint32_t *order;  /* [rows] by fold; those without one last */
    uint32_t start[ICP__LEAK_FOLDS + 1];
    uint32_t folds, customers, others;
};
#define ICP__LEAK_NONE 255u
bool icp__parts_make(struct icp__design *d);
/* Fills what is known of one scanned column; false = no memory. */
bool icp__leak_measure(const struct icp__scan *s, struct icp__leak *out);
