/* SPDX-License-Identifier: MIT */
/* Accounts: one that is kept up event by event, and many as of one moment. */
#pragma once
#include "dataset/keymap.h"
#include "model/model.h"
#include "timing/events.h"
#include <icp/events.h>

#define ICP__TIMING_LAYERS 2u
#define ICP__BREAK_NAME 64u

/* The newest invalidating event of an account. Of several at one moment the name that comes first in bytes. */
struct icp__broken {
    int64_t time; /* microseconds; ICP_TIME_UNKNOWN = none */
    char name[ICP__BREAK_NAME];
};
bool icp__broken_newer(const struct icp__broken *b, int64_t time, struct icp_str name); /* does this one count instead? */
void icp__broken_set(struct icp__broken *b, int64_t time, struct icp_str name);

/* The timing layers of a model; 0 = it has none. */
uint32_t icp__timing_parts(const icp_model *m, icp_model *out[ICP__TIMING_LAYERS]);

struct icp_account {
    icp_context *ctx;
    icp_model *model;
    icp_model *part[ICP__TIMING_LAYERS];
    uint32_t parts, rings;  /* rings of all parts together */
    int64_t first, newest;  /* days; first < 0 = no events yet */
    int64_t newest_time;    /* microseconds */
    struct icp__broken broken;
    struct icp__ring *ring, *after; /* [rings], part by part */
};
/* Something lies before the newest invalidating event. */
static inline bool icp__account_broken(const icp_account *a) { return a->broken.time != ICP_TIME_UNKNOWN && a->first < a->broken.time / ICP__DAY; }
/* The account for the layer of `part`. */
struct icp__track icp__account_track(const icp_account *a, const icp_model *part);

struct icp__known_account {
    int32_t first, newest; /* days; first < 0 = only an invalidating event of a reading before is known */
    int64_t newest_time;
    uint32_t sums, after;  /* numbers of its sums; after = 0: no events since a break */
    uint32_t renewed;   /* breaks that took the place of earlier ones */
    _Atomic bool asked; /* a row with its key was scored */
    struct icp__broken broken;
};
struct icp__sum { /* amount 0 = free place */
    uint64_t key, amount;
};
#define ICP__SEGMENTS 7u
struct icp__segment_break {
    uint32_t entry; /* of the fit layer */
    struct icp__broken broken;
};
/* Ages of a signal's events in days. */
#define ICP__AGES 7306u /* 20 years; the last holds all that is older */
struct icp_accounts {
    _Atomic uint32_t refs;
    icp_context *ctx;
    icp_model *model;
    icp_model *part[ICP__TIMING_LAYERS];
    uint32_t parts;
    int64_t as_of;
    struct icp_str invalidates; /* folded */
    struct icp__arena arena;
    struct icp__keys keys;
    struct icp__keys types; /* value = 1 + whether they invalidate, 0 = not yet asked */
    struct icp__known_account *account;
    size_t account_cap;
    struct icp__sum *sum;
    uint32_t bits;
    size_t sums;
    uint32_t next_sums;         /* number for the next account's */
    struct icp__broken all;     /* for every account */
    struct icp__segment_break segment[ICP__SEGMENTS];
    uint32_t segments;
    uint32_t *age[ICP__TIMING_LAYERS];     /* [signals][ICP__AGES] */
    uint64_t *count[ICP__TIMING_LAYERS];   /* [signals] */
    int64_t *newest[ICP__TIMING_LAYERS];   /* [signals] days */
    uint64_t future, many_events, segments_unknown, breaks;
    bool again, counted; /* a break came late; events were added in this reading */
    struct icp__event_reading reading;
};
/* ICP__NO_KEY = no events. */
uint32_t icp__accounts_find(const icp_accounts *a, const struct icp__cell *key);
/* Which break counts for an account whose company has these traits: NULL = none. `has` may be NULL. */
const struct icp__broken *icp__accounts_break(const icp_accounts *a, uint32_t account, bool (*has)(const void *user, uint32_t entry), const void *user, uint32_t *set);
/* Fills ring and after, [rings of the part]; the track points into them. */
struct icp__track icp__accounts_track(const icp_accounts *a, uint32_t account, const icp_model *part, const struct icp__broken *broken, uint32_t set,
                                      struct icp__ring *ring, struct icp__ring *after);
