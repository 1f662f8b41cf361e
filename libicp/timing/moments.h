/* SPDX-License-Identifier: MIT */
/* Accounts at past moments: what was known then, and what came within the horizon. Nothing dated at or after a moment is seen at it. */
#pragma once
#include "timing/history.h"
#include "timing/signals.h"

#define ICP__MOMENTS_MOST 65536u /* rows of a class; of more, those with the smallest hashes */
#define ICP__PER_HORIZON 4u      /* moments to a horizon */
#define ICP__RECENT_MOMENTS 11u  /* so many, the newest, or those of a year: older ones describe another time (doc/decisions.md) */
#define ICP__RECENT_DAYS 365

struct icp__moment {
    uint32_t place; /* of the account in the history's order */
    int32_t day;    /* at its beginning */
    double mass;    /* outcome came: its share of the distinct outcomes; else 0 */
};
struct icp__moments {
    icp_context *ctx;
    uint32_t layer, horizon, spacing;
    int32_t end; /* day: data ends before it */
    bool survival; /* retention without renewals: who did not churn was retained */
    bool all;      /* no outcomes: every account-moment, in one class */
    uint32_t target; /* 1 << enum icp__outcome_kind */
    uint32_t ends;   /* kinds after which an account is not at risk, likewise */
    struct icp__moment *row; /* first those without the outcome (retention: churned), then those with it, each by (place, day) */
    uint32_t rows, negatives;
    double outcomes; /* distinct ones that the positive rows stand for; retention: at most the churned */
    uint64_t considered, censored, undecided; /* account-moments at risk; of these too young; retention: neither renewed nor churned */
    uint64_t positives_seen, negatives_seen; /* before rows were sampled */
    uint64_t outcomes_without_events; /* outcomes of accounts that have no events at all */
};
/* Chooses and labels the rows. The history is settled. */
icp_status icp__moments_make(const struct icp__history *h, uint32_t layer, uint32_t horizon, struct icp__moments *out, struct icp_error *err);
void icp__moments_free(struct icp__moments *m);
/* When an account is at risk: from the day after `known` to `end`. known = INT32_MAX: never. */
struct icp__at_risk {
    uint32_t place, first, last; /* its outcomes [first, last) */
    int32_t known, end;
};
struct icp__at_risk icp__moments_at_risk(const struct icp__history *h, const struct icp__moments *m, uint32_t place);
/* Rows for half-lives: each outcome on its own day (retention: each loss) against other accounts at risk on that day. Windows of a horizon would blur
 * whatever fades faster. */
icp_status icp__moments_cases(const struct icp__history *h, const struct icp__moments *m, struct icp__moments *out, struct icp_error *err);

/* Signals of a history, most frequent first, then by name; half-lives are not yet known. False = no memory. */
bool icp__moments_signals(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *out);
/* Half-lives of all signals from the rows. False = no memory. */
bool icp__moments_half_lives(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *s);
/* Priors of the rates of all flat rings, by moments. False = no memory. */
bool icp__moments_priors(const struct icp__history *h, const struct icp__moments *m, struct icp__signals *s);
/* Plays the events back: calls `visit` for each row, in their order in each class, with what was known at its moment. */
struct icp__replay {
    const struct icp__history *h;
    const struct icp__moments *m;
    const struct icp__ring_plan *plan;
    uint32_t rings;
    struct icp__decay *const *decay;
    const uint32_t *signal; /* [types] of each type, or ICP__ANY */
    void (*visit)(void *user, uint32_t row, const struct icp__track *t);
    void *user;
};
bool icp__moments_replay(const struct icp__replay *r); /* false = no memory */
/* The signal of each type. NULL = no memory. */
uint32_t *icp__moments_map(const struct icp__history *h, const struct icp__signals *s);
