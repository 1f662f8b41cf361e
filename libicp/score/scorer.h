/* SPDX-License-Identifier: MIT */
/* Inside of a scorer: plans that match a layout of columns to the model, and the tally of one row. */
#pragma once
#include "ingest/batch.h"
#include "model/model.h"
#include "score/account.h"
#include "score/decisions.h"
#include <icp/score.h>

enum { ICP__PLANS = 8, ICP__MEMO_BITS = 12, ICP__MEMO_HITS = 7, ICP__MEMO_CELL = 32 };
/* What became of a column of the last record. */
enum { ICP__CELL_UNKNOWN = 0u, ICP__CELL_KNOWN = 1u, ICP__CELL_UNREADABLE = 2u, ICP__CELL_OUTSIDE = 4u };

struct icp__plan_item {
    icp__extract_fn extract;
    const struct icp__column *column;
    const struct icp__slot *slot;
    uint32_t index; /* of the column in the schema */
    uint32_t cell;  /* in the row */
    uint32_t tried, found; /* in the memo; a column whose cells hardly repeat is no longer looked up */
};
/* What a short cell gave. Its first and last bytes, overlapping, and its size are the whole of it, so nothing is compared but
 * these words. Speed only: a cell that is not remembered is read again. */
struct icp__memo {
    uint64_t key[4];
    uint16_t column;
    uint8_t size;  /* of the cell; 0 = free */
    uint8_t state; /* ICP__CELL_..., the number of hits from bit 4 on */
    uint32_t hits[ICP__MEMO_HITS];
};
/* How to read the rows of one layout. */
struct icp__plan {
    struct icp__layout *layout; /* NULL = free */
    struct icp__plan_item *items;
    uint32_t count;
    int32_t key;      /* cell of the key, -1 = none */
    uint64_t missing; /* share of the model's columns that the layout lacks */
};
/* Sums of one row. */
struct icp__tally {
    int64_t milli;
    uint64_t variance, square, over, missing, flags;
    uint32_t known;
    uint32_t *hits; /* entries that counted; NULL = not wanted */
    uint32_t count;
    uint8_t *state; /* per column of the schema; NULL = not wanted */
    int32_t *reason_traits, *reason_points;
    uint32_t reasons, reasons_used;
    int64_t reason_floor; /* smaller |points| cannot be a reason any more */
    /* Timing layers. */
    int64_t whole; /* milli-points as if nothing was invalidated */
    int32_t stale, trend;
    const struct icp__broken *broken; /* NULL = nothing was */
    uint32_t fresh[ICP__MEMO_HITS], fresh_count; /* hits of the cell being read, for the memo; the count runs on */
};

/* A scorer of one layer; those of further layers hang on the first, which the caller holds. */
struct icp_scorer {
    icp_context *ctx;
    icp_model *model; /* the layer's */
    icp_scorer *next;
    icp_model *whole; /* the caller's; only in the first, as accounts and as_of */
    icp_accounts *accounts;
    int64_t as_of;    /* of single records; ICP_TIME_UNKNOWN = not given */
    struct icp__judge judge; /* only in the first */
    uint64_t standing; /* flags of the model itself */
    struct icp__ring *ring, *after; /* [rings] of an account, timing layers */
    uint32_t *row_hits; /* of the fit layer, where events or decisions are of segments */
    uint32_t reasons;
    bool key_asked;       /* the caller named the key column */
    struct icp_str key;   /* header, data NULL = none */
    char *key_bytes;
    struct icp__scratch scratch;
    struct icp__memo *memo;
    uint32_t *stamps; /* per entry: epoch of the row that counted it last */
    uint32_t epoch;
    uint32_t used; /* columns the model uses */
    uint64_t spread; /* variance of the reference's scores */
    struct icp__plan plans[ICP__PLANS];
    uint32_t next_plan, last_plan;
    /* The last record. */
    bool has_record;
    struct icp__tally record;
    struct icp__broken record_broken; /* the account may be gone */
    struct icp_score score;
    const struct icp__decision *override; /* NULL = none */
    uint32_t *hits;
    uint8_t *state;
};

/* The worker of a layer, or NULL. */
static inline icp_scorer *icp__scorer_layer(icp_scorer *s, int32_t layer) {
    while (s != NULL && (int32_t)s->model->layer != layer)
        s = s->next;
    return s;
}
/* The plan for a layout, made where there is none. */
icp_status icp__plan_find(icp_scorer *s, struct icp__layout *layout, const char *source, struct icp__plan **out,
                          struct icp_error *err);
void icp__plans_free(icp_scorer *s);
/* Scores one row into t, whose outputs the caller has set. False = no memory. */
bool icp__row_tally(icp_scorer *s, struct icp__plan *p, const struct icp__cell *row, struct icp__tally *t);
/* Adds what is read from events; `day` begins the moment. The track has no events = all of it is unknown. */
void icp__row_events(icp_scorer *s, struct icp__tally *t, const struct icp__track *track, int64_t day);
/* The entry of a range, or ICP__NONE. */
uint32_t icp__row_range(const struct icp__slot *slot, double v);
/* Counts an entry that was found. */
void icp__row_add(icp_scorer *s, struct icp__tally *t, uint32_t entry);
void icp__row_known(icp_scorer *s, struct icp__tally *t, const struct icp__slot *slot); /* the offset of a known column */
/* Score, interval, confidence and flags of a tally. */
void icp__row_score(const icp_scorer *s, const struct icp__tally *t, struct icp_score *out);
enum { ICP__HOLDS_HIGH = 800 }; /* thousandths: the least chance of High confidence */
/* Effective customers, the chance that the tier holds, confidence and the flags that go with it. `half` is the interval's; the rest of v stands. */
void icp__confidence(const icp_scorer *s, const struct icp__tally *t, uint32_t half, struct icp_score *v);
/* Variance of the scores of the reference, milli-points squared. */
uint64_t icp__confidence_spread(const icp_model *m);
/* What the unknown columns would add to the variance: their share of the evidence, of that of the reference's scores. */
uint64_t icp__confidence_unknown(const icp_scorer *s, const struct icp__tally *t);
