/* SPDX-License-Identifier: MIT */
/* What one pass over a table says about its columns: enough to find keys, links and uses without the rows. */
#pragma once
#include "dataset/objects.h"
#include "dataset/sketch.h"
#include "trait/schema.h"
#include <icp/dataset.h>

struct icp__profile_column {
    uint64_t filled;            /* cells with a value: neither empty nor a placeholder */
    uint64_t emails;            /* of these */
    uint64_t whole, crm_ids;    /* whole numbers without sign or leading zero; Salesforce ids */
    uint64_t several;           /* several keys parted by ; */
    uint64_t smallest, largest; /* of the whole numbers */
    uint64_t bytes;             /* of all values */
    struct icp__sketch exact, normal; /* icp__match_key in both forms */
    bool left_out;              /* by the caller: not looked at */
    bool released;              /* by the caller: not protected */
    const char *personal;       /* what personal data its header says, NULL = none, or released */
    bool late;                  /* found from the rows: its value goes with that of the later date */
    uint32_t late_share;        /* per thousand of the rows that say so */
    int32_t late_with;          /* that date column */
    struct icp__meaning means;
};
struct icp__profile {
    icp_context *ctx;
    uint64_t rows;
    icp_schema *schema;              /* columns in the order of their arrival */
    struct icp__profile_column *column; /* [columns] */
    uint32_t columns;
    enum icp__object object; /* by the table's name */
    uint32_t dates;          /* date columns */
    int32_t closing;         /* the date that open rows lack; -1 = none */
};
struct icp__profile_options {
    struct icp_str table;                     /* its name, for the patterns */
    struct icp_str include, exclude, release; /* lines; data NULL = none */
    const struct icp_progress *progress;
};
/* Reads the reader to its end. */
icp_status icp__profile_table(icp_context *c, icp_reader *r, const struct icp__profile_options *o, struct icp__profile *out,
                              struct icp_error *err);
/* Before any rows: whether the patterns take "table" or "table.column". */
bool icp__dataset_matches(icp_context *c, struct icp_str lines, struct icp_str table, struct icp_str column, bool *failed);
/* What is known only with the latest date of a row (late.c). place: column of t of each column of p. False = no memory. */
bool icp__profile_late(struct icp__profile *p, const struct icp__table *t, const uint32_t *place);
size_t icp__profile_bytes(const struct icp__profile *p);
void icp__profile_shrink(struct icp__profile *p, uint32_t k); /* smaller sketches */
void icp__profile_free(struct icp__profile *p);
