/* SPDX-License-Identifier: MIT */
/* One column of all companies turned into traits. */
#pragma once
#include "model/design.h"
#include "model/intern.h"

/* Where the cells of one column stand. */
struct icp__sources {
    const struct icp__table *table[ICP__ORIGINS];
    const int32_t *column[ICP__ORIGINS]; /* [schema->columns]; -1 = absent or not used */
};
struct icp__scan {
    /* in */
    icp_context *ctx;
    const struct icp__design *d;
    const struct icp__sources *from;
    uint32_t column;
    const uint32_t *order; /* rows: customers first, so that a limit on distinct values never costs a customer's */
    /* out */
    struct icp__intern intern;
    uint8_t *known;   /* [rows] */
    double *number;   /* [rows], number columns */
    uint64_t *first;  /* [rows] traits of a row: id[first .. first + count) */
    uint32_t *count;
    uint32_t *id;
    size_t ids, id_cap;
    uint32_t known_reference, known_customers;
    double least, most;           /* numbers of the reference */
    uint32_t distinct;            /* different ones among these */
    bool serial;                  /* they count rows: whole, hardly ever twice, evenly spread */
    struct icp__feature *feature; /* chosen, sorted; in the design's order */
    uint32_t features;
    bool failed;      /* no memory */
};
bool icp__scan_init(struct icp__scan *s, icp_context *c, const struct icp__design *d, const struct icp__sources *from,
                    uint32_t column, const uint32_t *order); /* false = no memory */
void icp__scan_run(struct icp__scan *s);
/* Chooses the traits that the fit looks at, sorted; texts stay in the scan. */
void icp__scan_choose(struct icp__scan *s);
void icp__scan_free(struct icp__scan *s);
