/* SPDX-License-Identifier: MIT */
/* Scores against what came of them. A row is watched from the day it was scored for a horizon; what is younger than its horizon counts with the
 * share of outcomes that come by its age. */
#pragma once
#include "dataset/keymap.h"
#include "timing/history.h"
#include <icp/govern.h>

/* One row that was scored. */
struct icp__watched {
    int64_t milli;
    uint64_t key;  /* hash of the key */
    int16_t delay; /* days until the outcome, -1 = none was seen */
    int16_t age;   /* days watched, at most the horizon */
    uint8_t tier;  /* that an override put in place of the model's; 0 = none did */
};
/* All of them, as they are read. */
struct icp__watch {
    icp_context *ctx;
    struct icp__history history; /* outcomes */
    struct icp_str key;          /* header, data NULL = found */
    int32_t key_form;
    uint32_t layer, horizon;
    bool dated;    /* it is known when the scores were made; else every outcome counts and no row is young */
    int32_t scored, end; /* days: of all rows; no outcome of or after `end` is seen */
    struct icp_str scored_column; /* data NULL = `scored` holds for all */
    bool overrides; /* the scores tell of overrides */
    uint32_t target, ends;        /* kinds of outcomes that are looked for, and after which a row is not at risk, as bits */
    struct icp__watched *row;
    size_t rows, cap;
    uint64_t read, without_key, without_date, without_score, not_at_risk, too_late, not_kept; /* too_late: scored at or after `end` */
    int32_t first, last; /* days of the first and last score */
};
/* Rows of companies, scored here; layer, scorer and result are the caller's. */
icp_status icp__watch_companies(struct icp__watch *w, icp_reader *r, icp_scorer *s, icp_result *result, const struct icp_progress *p, struct icp_error *err);
/* Rows of scores as `icp score` writes them. */
icp_status icp__watch_scores(struct icp__watch *w, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
/* Between the outcomes and the rows. */
icp_status icp__watch_settle(struct icp__watch *w, struct icp_error *err);
void icp__watch_free(struct icp__watch *w);
const char *icp__watch_outcome(const struct icp__watch *w); /* what is looked for, for people */

/* Rows of one score. */
struct icp__step {
    int64_t milli;
    double x;        /* ln of the ratio that the score states, of what has the outcome to the others */
    double outcomes; /* seen */
    double exposed;  /* rows, each with the share of outcomes that come by its age */
    double others;   /* what the outcomes stand against: fit: all that is exposed, the outcomes in it; else what is exposed without them */
    uint64_t rows;
};
/* Rows of a tier of the model that an override put into another, or none did. */
struct icp__overruled {
    uint64_t rows;
    double outcomes, exposed;
};
#define ICP__DELAY_PARTS 4u
struct icp__observed {
    icp_context *ctx;
    uint32_t layer, horizon;
    struct icp__step *step; /* [steps] by x, ascending */
    size_t steps;
    double outcomes, exposed, others; /* sums */
    uint64_t rows, mature, young, blind; /* watched; whose horizon is over; not; of these so young that nothing can have come */
    uint64_t companies, with_outcome;    /* different keys; of these with an outcome that counts */
    double repeats;   /* rows with an outcome to each key that has one: variances grow by it */
    double base;      /* share with the outcome within the horizon, outcomes / exposed */
    double base_rows; /* rows that would tell it as well if all were mature */
    struct icp__overruled overruled[6][6]; /* [tier of the model][tier of the override, 0 = none] */
    double come[ICP__DELAY_PARTS]; /* share of outcomes that come within 1/4, 2/4 ... of the horizon */
};
/* What a score says: ln of the ratio; of retention its inverse, as the outcome is the loss. */
double icp__stated(uint32_t layer, int64_t milli);
/* listed = share of the companies at large that are customers, 0 = unknown. Where the outcome is more common here, no ratio to all rows can stay what it
 * was, though the ratio to those without the outcome does: x is restated. */
icp_status icp__observed_make(const struct icp__watch *w, double listed, struct icp__observed *out, struct icp_error *err);
void icp__observed_free(struct icp__observed *o);

struct icp__estimate {
    double value, low, high; /* high < 0: no upper end; low < -1e300: no lower end */
};
#define ICP__OPEN 1e300
/* Exact interval of a share that was seen as k of n, which need not be whole (Clopper and Pearson 1934; Rothman 1978). */
struct icp__estimate icp__share_range(double k, double n, double level);
/* Interval of a / b (Zou and Donner 2008: distances from the estimates, on the log scale, add up as squares). */
struct icp__estimate icp__ratio_range(struct icp__estimate a, struct icp__estimate b);

/* How well the scores rank. */
#define ICP__GAINS 6u
extern const uint32_t icp__gain_percent[ICP__GAINS];
struct icp__ranking {
    struct icp__estimate auc, cllr, minimum; /* bits */
    double centred;                       /* Cllr with the offset taken out that the base rate here asks for */
    struct icp__estimate found[ICP__GAINS];  /* share of the outcomes among the likeliest so many percent */
};
/* offset: as icp__slope.offset. ICP_OK or ICP_E_MEMORY. */
icp_status icp__ranking_make(const struct icp__observed *o, double offset, double level, struct icp__ranking *out, struct icp_error *err);

/* ln of outcomes to others = offset + slope x. */
struct icp__slope {
    bool known;
    double offset_stated; /* with the slope 1 */
    double offset;        /* with the slope found */
    struct icp__estimate slope, intercept; /* intercept: ln ratio added to what is stated, given the base rate */
    double tail;          /* chance of a slope so far from 1 when 1 is true */
    double needed;        /* outcomes that would tell 1/2 from 1 in four of five cases */
};
icp_status icp__slope_make(const struct icp__observed *o, double level, struct icp__slope *out, struct icp_error *err);

/* Rows of a span of scores. */
struct icp__band {
    int32_t low, high; /* scores */
    uint64_t rows;
    double outcomes, exposed;
    struct icp__estimate rate;     /* share with the outcome */
    struct icp__estimate observed; /* ratio */
    double stated, expected;    /* ratio that the scores state; what it comes to where the outcome is as common as here. < 0: unknown */
};
void icp__band_make(const struct icp__observed *o, const struct icp__slope *s, double level, int32_t low, int32_t high, struct icp__band *out);
/* Share with the outcome that the scores expect with this offset: of fit e^(offset + x), not above 1, x as stated; else odds. */
double icp__expected_base(const struct icp__observed *o, double offset);
/* The offset with which a model's own reference, as its histogram of scores, has the share `base`. */
double icp__base_offset(const uint8_t *spread, double base);

/* What came of overridden rows, that the override had put higher, or lower, than the model. */
struct icp__overrides {
    uint64_t rows, others;
    double share; /* of all rows */
    bool high;
    struct icp__overridden {
        uint64_t rows;
        double outcomes, exposed;
        double by_model, by_override;               /* outcomes of as many rows of these tiers that nobody overrode */
        struct icp__estimate rate, to_model, to_override; /* to_...: outcomes : those */
        bool model_right, override_right;
    } raised, lowered;
};
void icp__overrides_make(const struct icp__observed *o, double level, struct icp__overrides *out);
