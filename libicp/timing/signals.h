/* SPDX-License-Identifier: MIT */
/* What a timing layer looks at: its signals, the rings that hold them, and the columns read from the rings. A section of the model. */
#pragma once
#include "base/bytes.h"
#include "timing/decay.h"
#include "timing/events.h"
#include "timing/half_life.h"
#include "trait/schema.h"

#define ICP__SIGNALS 24u                  /* types with columns of their own; the others count in "any event" alone */
#define ICP__HORIZON_MOST 3650u           /* days */
#define ICP__ANY UINT32_MAX               /* the pooled signal */
#define ICP__WEEK 7u
#define ICP__RECENT_WEEKS 4u              /* the period that momentum and surges compare with an account's own past */
#define ICP__RINGS (3 * ICP__SIGNALS + 16)
#define ICP__TIMING_COLUMNS (3 * ICP__SIGNALS + 16)

enum icp__measure { ICP__MEASURE_COUNT = 0, ICP__MEASURE_VALUE, ICP__MEASURE_SURGE, ICP__MEASURES };

struct icp__signal {
    struct icp_str type;            /* folded */
    uint64_t events;                /* in the data of the fit */
    int64_t first, newest;          /* days; before `first` nothing was tracked */
    bool breaks;                    /* invalidates what came before; found once, since words are slow to compare */
    struct icp__half_life half_life;
    int64_t prior_events_micro, prior_days_micro; /* Gamma prior of its rate, for surges */
};
struct icp__ring_plan {
    uint32_t signal; /* or ICP__ANY */
    bool value;      /* weighed by the value, else each event counts 1 */
    bool flat;       /* weeks, no decay */
    uint16_t days;
};
struct icp__timing_column {
    uint32_t column; /* in the layer's schema */
    uint8_t measure; /* enum icp__measure */
    uint32_t ring;   /* COUNT and VALUE: which; SURGE: the first of the signals' weeks */
};
struct icp__signals {
    icp_context *ctx;
    struct icp__arena arena;
    uint32_t layer;       /* ICP_LAYER_... */
    uint32_t horizon;     /* days */
    bool assumed;         /* no outcomes: a surge test instead of learned columns */
    int32_t key_form;
    struct icp_str key;         /* header of the reference's keys */
    struct icp_str invalidates; /* further types that invalidate, folded, one per line */
    uint32_t signals, rings, columns;
    struct icp__signal signal[ICP__SIGNALS];
    struct icp__ring_plan ring[ICP__RINGS];
    struct icp__timing_column column[ICP__TIMING_COLUMNS];
    uint32_t weeks;       /* the ring of all events by week, for momentum */
    struct icp__decay *decay[ICP__HALF_LIVES + 1]; /* of the grid, and of weeks; made where needed */
    const struct icp__decay *of_ring[ICP__RINGS];  /* the same by ring */
};
void icp__signals_init(struct icp__signals *s, icp_context *c);
void icp__signals_free(struct icp__signals *s);
/* Tables of the rings' half-lives; false = no memory. */
bool icp__signals_prepare(struct icp__signals *s);
/* The place of a ring's table in `decay`. */
static inline uint32_t icp__ring_place(const struct icp__ring_plan *r) {
    uint32_t k = 0;
    while (!r->flat && k < ICP__HALF_LIVES && icp__half_life_days[k] != r->days)
        k++;
    return r->flat ? ICP__HALF_LIVES : k;
}
static inline const struct icp__decay *icp__signals_decay(const struct icp__signals *s, uint32_t ring) {
    return s->of_ring[ring];
}
/* Does an event of this signal and value go into a ring, and with what weight? 0 = it does not. */
static inline uint32_t icp__ring_weight(const struct icp__ring_plan *r, uint32_t signal, uint32_t value_weight) {
    return r->signal != ICP__ANY && r->signal != signal ? 0 : r->value ? value_weight : ICP__WEIGHT_ONE;
}
uint32_t icp__signals_find(const struct icp__signals *s, struct icp_str type); /* folded; ICP__ANY = none of its own */
/* Does an event invalidate what came before it? signal = its place, or ICP__ANY. */
bool icp__signals_breaks(const struct icp__signals *s, uint32_t signal, struct icp_str type);
/* Adds; returns the place. */
uint32_t icp__signals_add_ring(struct icp__signals *s, uint32_t signal, bool value, bool flat, uint16_t days);
/* Header of a column: "series-a (half-life 60 d)". */
void icp__signals_header(const struct icp__signals *s, const struct icp__timing_column *c, struct icp__bytes *out);
/* Canonical JSON, and back with every number checked: ICP_E_FORMAT. `columns` = of the layer's schema. */
void icp__signals_write(const struct icp__signals *s, struct icp__bytes *out);
icp_status icp__signals_read(struct icp__signals *s, const char *json, size_t size, uint32_t columns, const char *source, struct icp_error *err);

/* One account at one moment. */
struct icp__track {
    int64_t first;              /* day of the first event; < 0 = none yet */
    int64_t broken;             /* microseconds of the newest invalidating event, ICP_TIME_UNKNOWN = none */
    const struct icp__ring *ring;  /* [rings] */
    const struct icp__ring *after; /* [rings] since the break; NULL = no break */
};
/* The value of a column at the beginning of a day; false = unknown. whole = as if there were no break. */
bool icp__signals_value(const struct icp__signals *s, const struct icp__timing_column *c, const struct icp__track *t, int64_t day, bool whole, int64_t *out);
/* This period's events against the account's own past: log2 of the ratio of counts, each with one more, in thousandths; false = too young. */
bool icp__signals_trend(const struct icp__signals *s, const struct icp__track *t, int64_t day, int64_t *out);
/* Events of a flat ring before the recent weeks, and the days they come from; false = none yet. */
bool icp__signals_past(const struct icp__signals *s, const struct icp__track *t, uint32_t ring, int64_t day, double *events, double *days);
/* Part of the decayed counts that comes from events of three half-lives and more, in thousandths; -1 = no events count. */
int32_t icp__signals_stale(const struct icp__signals *s, const struct icp__track *t, int64_t day);
