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
/* Why a column gives the answer away. */
enum icp__cause {
    ICP__CAUSE_FILLED = 1u,   /* filled almost only for customers */
    ICP__CAUSE_MISSING = 2u,  /* being filled or missing alone separates */
    ICP__CAUSE_ALONE = 4u,    /* its values alone separate more than any other column's */
    ICP__CAUSE_UNIQUE = 8u,   /* numbers its rows instead of describing companies */
    ICP__CAUSE_AFTER = 16u,   /* dated after the purchase */
    ICP__CAUSE_NAME = 32u     /* named like the outcome */
};
#define ICP__CAUSES 6u
enum icp__leak_verdict { ICP__VERDICT_CLEAR = 0, ICP__VERDICT_SUSPECT, ICP__VERDICT_QUARANTINED, ICP__VERDICT_RELEASED };
#define ICP__SUSPECTS 3u
struct icp__leak {
    /* measured */
    struct icp__area known; /* being filled */
    struct icp__area alone; /* its values, where known */
    struct icp__telling best;
    struct icp__telling suspect[ICP__SUSPECTS]; /* traits that give the answer away, the strongest first */
    uint32_t known_customers, known_others;
    uint32_t distinct;      /* values */
    bool serial;            /* a number that counts the rows */
    uint32_t dated, after;  /* customers with a date here and one of purchase; of these, dated on that day or later */
    bool measured;
    /* judged */
    uint8_t verdict;        /* enum icp__leak_verdict */
    uint8_t causes, hints;  /* bits of enum icp__cause: proven; suspected */
    int32_t next;           /* the column it was judged against; -1 = none */
    struct icp_str word;    /* of the header, that names the outcome */
    struct icp_str reason;  /* one line; size 0 = none */
};
/* Which part of the rows a row is in, and how many there are; others are companies of the reference that are not listed. */
struct icp__parts {
    uint8_t *fold;    /* [rows] */
    uint32_t *order;  /* [rows] by fold */
    uint32_t start[ICP__LEAK_FOLDS + 1];
    uint32_t folds, customers, others;
};
bool icp__parts_make(struct icp__design *d);
/* The day on which each customer became one, by row; ICP__SINCE_UNKNOWN = not told. */
icp_status icp__since_make(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m, struct icp_error *err);
/* Fills what is known of one scanned column; false = no memory. */
bool icp__leak_measure(const struct icp__scan *s, struct icp__leak *out);
/* Finds the leaks among the notes of a design, and writes verdicts and reasons; false = no memory. */
bool icp__leak_judge(struct icp__design *d, struct icp_str release);
/* Can the pattern of what is filled tell customers from other companies? */
bool icp__parity_measure(const struct icp__scan *scan, uint32_t scans, struct icp__area *out);

/* What a header says about its column (a table in leak_name.c). */
enum icp__hint {
    ICP__HINT_NONE = 0,
    ICP__HINT_PROCESS, /* what happens after a company has become a customer: contract, renewal, seats */
    ICP__HINT_STATE,   /* may be the outcome: status, result */
    ICP__HINT_OUTCOME  /* is the outcome: converted, churned */
};
enum icp__hint icp__leak_hint(struct icp_str header, struct icp_str *word);
/* Does a word of a text speak of becoming a customer? */
bool icp__leak_word(struct icp_str word);
const char *icp__cause_name(uint32_t cause);
const char *icp__verdict_name(uint32_t verdict);
