/* SPDX-License-Identifier: MIT */
/* From child rows to the companies that they belong to: what joining and events have in common. */
#pragma once
#include "dataset/lookup.h"
#include "dataset/walk.h"

/* Values of one column of the company table, with the rows that have them. */
struct icp__map {
    struct icp__keys values;  /* value = the last row + 1 */
    struct icp__keys normals; /* of a normalised link; value = number in `values` + 1, 0 = several */
    uint32_t *next;           /* [companies] the row before with the same value + 1 */
    size_t cap;
    struct icp__keys ambiguous; /* normal forms of several spellings in the whole table; found beforehand when there are parts */
};
/* Keys of a child's rows that belong to companies. */
struct icp__via {
    struct icp__routes exact, normal;
    struct icp__keys spelt; /* of a normalised link: normal forms of all rows; value = part of the hash of the only spelling, 0 = several */
};
/* What is counted for one member. */
struct icp__tally {
    struct icp__met met;
    struct icp__lost up, *lookup; /* [member's lookups] */
    struct icp__repeats repeats;
    uint8_t *joined; /* a bit for each row that belonged to a company in some part */
    size_t bytes;    /* of joined */
    uint64_t lists_cut;
};
struct icp__follow {
    icp_dataset *d;
    const struct icp__plan *plan;
    struct icp__map *map; /* [plan->maps] */
    struct icp__via *via; /* [plan->vias] */
    struct icp__looks looks;
    struct icp__tally *tally;   /* [members] */
    uint64_t base, counted;     /* rows of the company table before this part; rows counted so far */
    uint32_t companies;         /* rows taken up */
    bool parts;                 /* the companies do not all fit */
    bool last;                  /* they are the last part: now rows are counted */
    uint64_t raw, hint;         /* bytes of finished tables; of all tables opened */

    /* The child being read. */
    const struct icp__child *child;
    struct icp__walk walk;
    struct icp__dates dates;
    struct icp__span span;
    uint64_t row;           /* of the table, from 0 */
    uint32_t *feeds;        /* [feed_count] of plan->via: what the child's own children look for */
    uint32_t feed_count;
    bool usable;            /* columns known only at the end of a row may be used */
    uint32_t *hit;          /* companies of the row, ascending */
    size_t hits, hit_cap;
    uint32_t *look_row;     /* [lookups] row of each lookup, or ICP__NO_KEY */
    size_t look_cap;
    struct icp__bytes room; /* scratch for normal forms */
};
/* On failure there is nothing to free. Loads the lookup tables. limit = bytes for them. */
icp_status icp__follow_init(struct icp__follow *f, icp_dataset *d, const struct icp__plan *plan, uint64_t limit, struct icp_error *err);
void icp__follow_free(struct icp__follow *f);
size_t icp__follow_bytes(const struct icp__follow *f); /* of maps and routes */

/* Companies, in the order of their table. */
/* Forgets companies; the next part begins behind `base` rows. */
void icp__follow_clear(struct icp__follow *f, uint64_t base);
/* The companies are taken up: forgets routes, and what was counted if this is the last part. */
void icp__follow_ready(struct icp__follow *f, bool last);
icp_status icp__follow_company(struct icp__follow *f, const struct icp__walk *w, struct icp_error *err);
/* What must be known of all companies before the first of several parts: which normal forms are ambiguous. Reads the
 * company table as often as the budget asks for. */
icp_status icp__follow_scan(struct icp__follow *f, uint64_t budget, struct icp_error *err);

/* Rows of child `i` of the plan; children in the order of the plan. */
icp_status icp__follow_begin(struct icp__follow *f, uint32_t i, struct icp_error *err);
/* The next row that belongs to companies; *more = false at the end, and then the child is closed. */
icp_status icp__follow_next(struct icp__follow *f, bool *more, struct icp_error *err);
void icp__follow_end(struct icp__follow *f);
/* Counts the repeated keys of a table that was read to its end, and gives their memory back. */
bool icp__follow_count(struct icp__tally *t);
/* After the last part: finds near keys and hands the figures to the dataset. */
icp_status icp__follow_finish(struct icp__follow *f, struct icp_error *err);
