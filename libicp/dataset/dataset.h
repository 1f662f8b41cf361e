/* SPDX-License-Identifier: MIT */
/* Inside of a dataset: its tables, how they hang together, and what the last reading met. */
#pragma once
#include "dataset/manifest.h"
#include <icp/dataset.h>

/* "GTXPro" here, "GTX Pro" there; in the dataset's arena. */
struct icp__met_near {
    struct icp_str own, other;
    uint64_t rows;
    uint32_t column; /* the link's */
};
/* Rows as the last complete reading of companies, or of events, found them. */
struct icp__met {
    uint64_t rows, without_key; /* rows read; of these with an empty link */
    uint64_t joined, orphans;   /* belong to a company; their key is in no table above */
    uint64_t unreached;         /* their key is in the table above, in rows that belong to no company or are not seen */
    uint64_t ambiguous;         /* orphans whose normal form is that of several keys above */
    uint64_t near_rows;         /* orphans whose key would match without case, blanks and punctuation */
    struct icp__met_near near[32]; /* of `up` and of lookups; most rows first, then by column and bytes */
    uint32_t nears;
    uint64_t lookup_orphans;    /* keys, in all lookups together, that are in no row of the table looked up */
    uint64_t late_rows;         /* dated at or after as_of: not seen */
    uint64_t undated;           /* no readable date in a table that has dates */
    uint64_t late_cells;        /* company table and its lookups: dates at or after as_of, read as unknown */
    uint64_t duplicates;        /* rows whose key was met before, where the table has one */
    bool estimated;             /* duplicates: more than a million keys, so counted in a part and scaled */
    uint64_t lists_cut;         /* lists that do not hold all values */
    uint32_t traits, traits_capped; /* columns it added; more that max_traits left out */
};
struct icp_dataset {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct icp__arena arena;
    struct icp_table *table;    /* [manifest.members], in its order, names copied */
    struct icp__manifest manifest;
    bool as_of_set;
    int64_t as_of;              /* microseconds */
    uint32_t max_traits;
    bool complete;              /* met holds a whole reading */
    struct icp__met *met;       /* [manifest.members] */
};
/* A reader of one table, from its start. */
icp_status icp__dataset_table(const icp_dataset *d, uint32_t member, icp_reader **out, struct icp_error *err);

/* Joined rows and events (join.c, events.c); both keep a reference to d. */
icp_status icp__join_open(icp_dataset *d, icp_reader **out, struct icp_error *err);
icp_status icp__events_open(icp_dataset *d, icp_reader **out, struct icp_error *err);
/* The columns that member `i` adds to a company, as headers in order, for the report and the cap; count = with max_traits applied. */
icp_status icp__join_columns(const icp_dataset *d, uint32_t i, struct icp__bytes *json, struct icp_error *err);
