/* SPDX-License-Identifier: MIT */
/* The events and outcomes of a fit in memory, by account and day: what learning looks back into. */
#pragma once
#include "dataset/keymap.h"
#include "timing/events.h"

#define ICP__HISTORY_MOST 16777216u /* events and outcomes; beyond, half of the accounts are left out, by hash, and so on */
#define ICP__TYPES_MOST 65535u      /* different types */

struct icp__happened { /* an event */
    uint32_t account;
    int32_t day;
    uint32_t weight; /* of its value (icp__value_weight), 0 = none */
    uint16_t type, reserved;
};
struct icp__decided { /* an outcome */
    uint32_t account;
    int32_t day;
    uint32_t kind; /* enum icp__outcome_kind */
};
struct icp__broke { /* an invalidating event */
    uint32_t account;
    int32_t day;
};
struct icp__history_type {
    uint64_t events, valued;
    int32_t first, newest;
    bool breaks; /* invalidates what came before */
};
struct icp__history {
    icp_context *ctx;
    int64_t as_of;      /* microseconds, ICP_TIME_UNKNOWN = all is seen */
    uint64_t seed;      /* of the accounts' hashes: the reference's */
    uint64_t keep_below; /* accounts with a smaller hash are kept; UINT64_MAX = all */
    uint32_t most;       /* ICP__HISTORY_MOST */
    struct icp__keys accounts;
    uint64_t *hash;      /* [accounts] of the key, by seed */
    size_t hash_cap;
    struct icp__keys types;
    struct icp__history_type *type;
    size_t type_cap;
    struct icp__happened *event;
    size_t events, event_cap;
    struct icp__decided *outcome;
    size_t outcomes, outcome_cap;
    struct icp__broke *broke;
    size_t breaks, break_cap;
    int32_t *all_broke; /* days of those that concern every account, ascending when settled */
    size_t all_breaks, all_break_cap;
    uint64_t segment_breaks; /* of segments: only scoring knows who belongs to one */
    uint64_t many_events;    /* rows for all or a segment that invalidate nothing: left out */
    struct icp__event_reading reading, decisions; /* of events, of outcomes */
    struct icp_str invalidates;                   /* further types that invalidate, folded, one per line; data NULL = none */
    uint64_t future, future_outcomes;             /* at or after as_of: not seen */
    uint64_t unknown_outcomes;                    /* rows whose type is no outcome */
    char unknown_outcome[64];                     /* the first of them in bytes, for the report */
    uint64_t by_kind[ICP__OUTCOMES];
    int64_t last_day;   /* newest of events and outcomes */
    uint32_t kept;      /* settled: accounts that are kept */
    uint32_t *order;    /* [kept] these by (hash, key) */
    uint32_t *first_event, *first_outcome, *first_break; /* [kept + 1] by place in `order` */
};
void icp__history_init(struct icp__history *h, icp_context *c, struct icp_str key_header, int32_t key_form, uint64_t seed);
void icp__history_free(struct icp__history *h);
/* A batch of rows to the end; what is counted stands in reading.counts and decisions.counts. */
icp_status icp__history_add_events(struct icp__history *h, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
icp_status icp__history_add_outcomes(struct icp__history *h, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
void icp__history_unsettle(struct icp__history *h); /* before anything is added by the readings themselves */
/* Sorts: after this nothing may be added until it is called again. Independent of the order of the rows. */
icp_status icp__history_settle(struct icp__history *h, struct icp_error *err);
/* What was read and left out, as a JSON object. Into a model goes only what does not depend on the order of the rows or their split into files. */
void icp__history_report(const struct icp__history *h, bool model, struct icp__bytes *json);
