/* SPDX-License-Identifier: MIT */
/* Decisions that hold at a moment, and which of them concern a row. */
#pragma once
#include "dataset/keymap.h"
#include "model/model.h"
#include <icp/decisions.h>

enum icp__scope { ICP__SCOPE_COMPANY, ICP__SCOPE_SEGMENT, ICP__SCOPE_MODEL };
/* An override or an open flag. Texts lie in the arena. */
struct icp__decision {
    uint64_t number;
    int64_t time; /* ICP_TIME_UNKNOWN = not said */
    bool flag, over; /* a flag, else an override; withdrawn, resolved or expired */
    enum icp__scope scope;
    uint32_t layer; /* of an override; ICP_LAYER_FIT unless said */
    uint32_t tier;
    bool any_model;
    uint8_t model[32];
    struct icp_str key, reason, text, author, authority, assignee;
    struct icp_str *trait;
    uint32_t traits;
    int64_t expiry; /* day */
    struct icp_str label; /* overrides, for people: tier, who, until when, why */
    uint32_t next;  /* of the same key; ICP__NO_KEY = the last */
};
/* A change of product, positioning or market; a review of a model; a version that was stored or published. */
struct icp__event_of_model {
    uint64_t number;
    int64_t day;  /* of a change; of a review: the next, ICP__DAY_UNKNOWN = not said */
    int64_t said; /* day on which it was said, ICP__DAY_UNKNOWN */
    bool any_model;
    uint8_t model[32];
    struct icp_str area, text;
};
#define ICP__DAY_UNKNOWN INT64_MIN
struct icp__model_events {
    struct icp__event_of_model *item;
    size_t count, cap;
};
struct icp_decisions {
    _Atomic uint32_t refs;
    icp_context *ctx;
    int64_t as_of;
    struct icp__arena arena;
    struct icp__decision *item; /* by number; those that are over are gone */
    size_t count, cap;
    struct icp__keys keys;      /* value = 1 + the newest of the key */
    uint32_t companies, segments;
    struct icp__model_events changes, reviews, versions;
};

static inline bool icp__decision_of(const struct icp__decision *d, const uint8_t model[32]) {
    return d->any_model || memcmp(d->model, model, 32) == 0;
}
void icp__decision_write(const struct icp__decision *x, struct icp__bytes *b); /* as a JSON object */

/* Decisions as they concern one model: those of segments and of the whole, newest first, with traits looked up. */
struct icp__rule {
    const struct icp__decision *decision;
    uint32_t *entry; /* [decision->traits] of the fit layer; NULL = every row */
};
struct icp__judge {
    icp_decisions *decisions; /* NULL = none */
    const uint8_t *model;     /* id */
    struct icp__rule *rule;
    uint32_t rules;
    bool segments;            /* some rule asks for traits */
};
/* Says in the log which segments the model cannot tell. `fit` = its fit layer, NULL = it has none. */
icp_status icp__judge_open(struct icp__judge *j, icp_decisions *d, const icp_model *m, const icp_model *fit, struct icp_error *err);
void icp__judge_close(struct icp__judge *j, icp_context *c);
/* What was decided of a row, one per layer: an override of the company stands above those of segments, these above the model's, and the
 * newest first. has() tells whether the row has an entry; NULL = no rule asks. */
struct icp__ruling {
    const struct icp__decision *override[4]; /* [layer] */
    bool flagged;
};
void icp__judge_row(const struct icp__judge *j, struct icp_str key, bool (*has)(const void *user, uint32_t entry), const void *user, struct icp__ruling *out);
