/* SPDX-License-Identifier: MIT */
/** @file
 * Scoring: scorer, results, tiers, explanation, distribution.
 *
 * A score is 498 + 53 log2 of the likelihood ratio p(traits | customer) / p(traits | reference), saturating beyond
 * 3 bits (doc/score.md). It does not depend on what else is in the batch. Scoring is integer look-ups and additions.
 */
#pragma once
#include <icp/decisions.h>
#include <icp/events.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup score Scoring, results, distributions
 * @{ */

typedef struct icp_scorer icp_scorer;             /**< all scratch of scoring; one thread */
typedef struct icp_result icp_result;             /**< scores of a batch, reusable; one thread writes */
typedef struct icp_tiers icp_tiers;               /**< the map from milli-points to score and tier; constant */
typedef struct icp_distribution icp_distribution; /**< histogram of scores; one thread writes */

/** Tiers; the edges are 339, 445, 551 and 657: ratios 1/8, 1/2, 2 and 8. */
enum {
    ICP_TIER_VERY_POOR = 1, /**< below 339 */
    ICP_TIER_POOR = 2,      /**< 339 to 444 */
    ICP_TIER_FAIR = 3,      /**< 445 to 550 */
    ICP_TIER_GOOD = 4,      /**< 551 to 656 */
    ICP_TIER_EXCELLENT = 5  /**< 657 and above */
};

/** Confidence, by the chance that the tier holds: that it stays when more customers are listed and what is unknown of the company becomes known
 * (ICP_COL_HOLDS, doc/score.md). At most Medium where the interval could not be checked (below 50 customers), Low where the model has fewer customers
 * than the minimum, Low (below 5 Insufficient) for Good and better with fewer than 15 effective customers, Medium where the
 * model is overdue or was overtaken by a change, and Insufficient where nothing is known or nothing was learned. */
enum {
    ICP_CONFIDENCE_INSUFFICIENT = 1, /**< below 40% */
    ICP_CONFIDENCE_LOW = 2,          /**< 40% and above */
    ICP_CONFIDENCE_MEDIUM = 3,       /**< 60% and above */
    ICP_CONFIDENCE_HIGH = 4          /**< 80% and above */
};

/** Causes and warnings of one score, as bits of ICP_COL_FLAGS. */
enum {
    ICP_FLAG_FEW_CUSTOMERS = 1u,         /**< the model was fitted below the minimum */
    ICP_FLAG_INTERVAL_UNCALIBRATED = 2u, /**< the interval's width could not be checked (below 50 customers) */
    ICP_FLAG_THIN = 4u,                  /**< fewer than 15 effective customers stand behind this score, and confidence is not High */
    ICP_FLAG_HIGH_ON_THIN = 8u,          /**< Good or better with fewer than 15 effective customers: confidence is Low or Insufficient */
    ICP_FLAG_MISSING = 16u,              /**< columns that make up more than half of the model's evidence are unknown */
    ICP_FLAG_NOTHING_KNOWN = 32u,        /**< no column is known: the score is 498 */
    ICP_FLAG_OUT_OF_RANGE = 64u,         /**< a number lies outside what the reference holds */
    ICP_FLAG_UNREADABLE = 128u,          /**< a cell could not be read as its column's kind and counts as unknown */
    ICP_FLAG_LISTED_SHARE_HIGH = 256u,   /**< more than 1/8 of the reference are customers */
    ICP_FLAG_ASSUMED = 512u,             /**< no outcome says that an account bought: the score is a surge test, not learned */
    ICP_FLAG_STALE = 1024u,              /**< most of the events behind the score are older than three half-lives */
    ICP_FLAG_INVALIDATED = 2048u,        /**< an invalidating event discounts what came before it (ICP_COL_EVENT, ICP_COL_WHOLE) */
    ICP_FLAG_FLAGGED = 4096u,            /**< somebody raised a flag on the company, its segment or the model, and it is open */
    ICP_FLAG_REVIEW_OVERDUE = 8192u,     /**< the card's date of review is past */
    ICP_FLAG_CALIBRATION_OVERDUE = 16384u, /**< the card's date of calibration is past */
    ICP_FLAG_CHANGED = 32768u,            /**< product, positioning or market changed after the fit, and nobody reviewed the model since */
    ICP_FLAG_EDITED = 65536u             /**< points of the model were changed by hand */
};

/** Where fit and intent meet. */
enum {
    ICP_QUADRANT_LOW = 1,         /**< neither: low priority */
    ICP_QUADRANT_INVESTIGATE = 2, /**< strong signals outside the profile */
    ICP_QUADRANT_EARLY = 3,       /**< fits, silent: nurture */
    ICP_QUADRANT_PURSUE = 4       /**< fits and is in motion */
};

/** Columns of a result. Ids are never renumbered. */
enum {
    ICP_COL_KEY = 1,           /**< bytes; the same for every layer */
    ICP_COL_SCORE = 2,         /**< int32, 200..759 */
    ICP_COL_TIER = 3,          /**< int32, ICP_TIER_... */
    ICP_COL_LOW = 4,           /**< int32, score at the low end of the 90% interval */
    ICP_COL_HIGH = 5,          /**< int32, score at the high end */
    ICP_COL_MILLIPOINTS = 6,   /**< int64, evidence: 53,000 = one bit, not saturated */
    ICP_COL_VARIANCE = 7,      /**< int64, (half width of the interval)^2 in milli-points squared */
    ICP_COL_CONFIDENCE = 8,    /**< int32, ICP_CONFIDENCE_... */
    ICP_COL_FLAGS = 9,         /**< int64, ICP_FLAG_... */
    ICP_COL_QUADRANT = 10,     /**< int32, ICP_QUADRANT_...: Good and better against the rest, of the tiers that count; the same for every layer. With fit and intent */
    ICP_COL_ACTION = 11,       /**< bytes, of the card's playbook for both tiers; the same for every layer. With fit and intent */
    ICP_COL_REASON_TRAITS = 12,/**< int32 x width, trait indices, largest |points| first; -1 = none */
    ICP_COL_REASON_POINTS = 13,/**< int32 x width, their milli-points */
    ICP_COL_EFFECTIVE = 16,    /**< int64, effective number of customers, thousandths */
    ICP_COL_WHOLE = 17,        /**< int64, milli-points as if no event had invalidated what came before. Timing layers */
    ICP_COL_EVENT = 18,        /**< bytes, the invalidating event and its day, "acquisition 2012-08-01"; empty = none. Timing layers */
    ICP_COL_STALE = 19,        /**< int32, share of the decayed events that is stale, thousandths; -1 = there are none. Timing layers */
    ICP_COL_EFFECTIVE_TIER = 14, /**< int32, the tier that counts: the override's, else ICP_COL_TIER. With decisions */
    ICP_COL_OVERRIDE = 15,     /**< bytes, "Good by Jane Doe (VP Sales) until 2026-12-31: context, signed a letter of intent"; empty = none. With decisions */
    ICP_COL_OVERRIDE_NUMBER = 21, /**< int64, the entry of the override; 0 = none. With decisions */
    ICP_COL_TREND = 20,        /**< int32, log2 of the last four weeks' rate of events over the account's own before, thousandths;
                                    ICP_TREND_UNKNOWN = too young. Timing layers */
    ICP_COL_HOLDS = 22         /**< int32, chance that the tier holds, thousandths */
};

/** A trend that is not known. */
#define ICP_TREND_UNKNOWN INT32_MIN

/** Types of result columns. */
enum {
    ICP_TYPE_BYTES = 1, /**< int64 offsets (rows + 1) into data */
    ICP_TYPE_INT32 = 2, /**< native int32 */
    ICP_TYPE_INT64 = 3  /**< native int64 */
};

/** Options of icp_scorer_new(). */
struct icp_scorer_options {
    uint32_t struct_size;   /**< sizeof of this struct */
    uint32_t flags;         /**< ICP_SCORER_... */
    uint32_t layers;        /**< bits (1 << ICP_LAYER_...); 0 = all of the model */
    uint32_t reasons;       /**< reasons per row, at most 64; 0 = none are collected */
    const char *key_column; /**< header of the key column; NULL = that of the model's schema if there is one */
    size_t key_size;        /**< bytes of key_column */
    icp_accounts *accounts; /**< events of the companies of batches, and of records without an account, by key, as of their moment; kept. NULL = none: what is read from events is unknown */
    int64_t as_of;          /**< with ICP_SCORER_AS_OF: the moment for icp_scorer_score_record() with an account, and at which the model's card is held against the calendar; microseconds since 1970 */
    icp_decisions *decisions; /**< overrides, flags and changes to be shown, of any moment; kept. NULL = none. Without as_of the card is looked at at their moment */
};

/** Flags of icp_scorer_options. */
enum {
    ICP_SCORER_AS_OF = 1u /**< as_of is set */
};

/** The score of one company in one layer. */
struct icp_score {
    uint32_t struct_size; /**< sizeof of this struct */
    int32_t layer;        /**< ICP_LAYER_... */
    int32_t score;        /**< 200..759 */
    int32_t tier;         /**< ICP_TIER_... */
    int32_t low;          /**< score at the low end of the 90% interval */
    int32_t high;         /**< score at the high end */
    int64_t millipoints;  /**< evidence: 53,000 = one bit, not saturated */
    int64_t variance;     /**< (half width of the interval)^2 in milli-points squared */
    int32_t confidence;   /**< ICP_CONFIDENCE_... */
    int32_t holds;        /**< chance that the tier holds, thousandths */
    uint64_t flags;       /**< ICP_FLAG_... */
    int64_t effective;    /**< effective number of customers, thousandths */
    int64_t whole;        /**< timing: milli-points as if nothing was invalidated; else millipoints */
    int32_t stale;        /**< as ICP_COL_STALE; -1 in other layers */
    int32_t trend;        /**< as ICP_COL_TREND; ICP_TREND_UNKNOWN in other layers */
    int32_t effective_tier; /**< the tier that counts: the override's, else tier */
    int32_t reserved2;    /**< 0 */
    uint64_t override_number; /**< the entry of the override; 0 = none */
};

/** One column of a result; memory of the result. */
struct icp_array {
    uint32_t struct_size;    /**< sizeof of this struct */
    int32_t type;            /**< ICP_TYPE_... */
    const void *data;        /**< values, or bytes */
    const int64_t *offsets;  /**< for bytes: rows + 1; else NULL */
    const uint8_t *validity; /**< a bit per row; NULL = all valid */
    uint64_t rows;           /**< rows */
    uint64_t width;          /**< values per row */
};

/** Summary of a distribution. */
struct icp_spread {
    uint32_t struct_size;            /**< sizeof of this struct */
    uint32_t reserved;               /**< 0 */
    uint64_t companies;              /**< scores counted */
    uint64_t tier[6];                /**< by ICP_TIER_...; [0] is 0 */
    /** How selective the profile is: divergence (Kullback-Leibler, bits, millionths) of the customers that the scores imply
     * from the companies counted. With ratio r = 2^(milli-points / 53,000) in the middle of each score's milli-points (at
     * the edge of the first and last score), n companies and sums over them: sum r log2 r / sum r - log2(sum r / n).
     * 0 when nothing was counted or all scores are equal. */
    int64_t customer_bits_micro;
    /** How concentrated it is: share of the companies counted that carries the ratios (Hill number of order 2),
     * millionths: (sum r)^2 / (n sum r^2). 1,000,000 when all scores are equal, 0 when nothing was counted. */
    int64_t effective_share_micro;
};

/** The quadrant of two tiers. @since 0.1 */
ICP_API int32_t icp_quadrant_of(int32_t fit_tier, int32_t intent_tier);
/** A scorer for one thread.
 * @param[in] o NULL = all defaults
 * @param[out] out release with icp_scorer_free(); keeps the model
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED (a layer the model lacks), ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_scorer_new(icp_model *m, const struct icp_scorer_options *o, icp_scorer **out,
                                  struct icp_error *err);
/** Scores a batch. Decisions never change a score: what they say stands beside it. Columns are matched by header once per layout of columns, then remembered. Nothing is allocated once
 * scorer and result have grown.
 * @param[in,out] out overwritten; left with its former content on failure
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_KEY when the batch lacks the key column that was asked for or that decisions or events of companies need, ICP_E_SCHEMA when the batch
 *         has none of the model's columns
 * @since 0.1 */
ICP_API icp_status icp_scorer_score(icp_scorer *s, const icp_batch *b, icp_result *out, struct icp_error *err);
/** Scores one record.
 * @param[in] r a record made from the schema of this model, or of another with the same headers
 * @param[in] a events of the company, of this model; its newest event must lie before as_of. NULL = those of the scorer's accounts that have the
 *          record's key, else what is read from events is unknown
 * @param[in] layer ICP_LAYER_...
 * @param[out] out filled
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_UNSUPPORTED, ICP_E_SCHEMA, ICP_E_REFERENCE when the account is of another model, ICP_E_STATE when it holds
 *         events at or after as_of, or as_of was not given
 * @since 0.1 */
ICP_API icp_status icp_scorer_score_record(icp_scorer *s, const icp_record *r, const icp_account *a, int32_t layer,
                                           struct icp_score *out, struct icp_error *err);
/** What each trait added to the last record that was scored; the sum is its milli-points, exactly.
 * @param[out] trait trait indices, in ascending order; may be NULL when cap is 0
 * @param[out] millipoints their milli-points; may be NULL when cap is 0
 * @param[in] cap room in both
 * @param[out] n number needed; when it exceeds cap, the first cap are written
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_STATE when no record was scored in this layer
 * @since 0.1 */
ICP_API icp_status icp_scorer_contributions(const icp_scorer *s, int32_t layer, int32_t *trait, int32_t *millipoints,
                                            size_t cap, size_t *n, struct icp_error *err);
/** Why the last record's score is what it is, as JSON (doc/command.md): unknown and unreadable columns, causes of the
 * confidence, interval, saturation.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_STATE
 * @since 0.1 */
ICP_API icp_status icp_scorer_causes(const icp_scorer *s, int32_t layer, icp_buffer **json, struct icp_error *err);
/** Releases the scorer. @since 0.1 */
ICP_API void icp_scorer_free(icp_scorer *s);

/** An empty result, to be reused from batch to batch.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_result_new(icp_context *c, icp_result **out, struct icp_error *err);
/** Rows of the last batch. @since 0.1 */
ICP_API uint64_t icp_result_rows(const icp_result *r);
/** One column, valid until the result is written again or freed.
 * @param[in] layer ICP_LAYER_...
 * @param[in] column ICP_COL_...
 * @param[out] out filled
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED when this library or this result has no such column, ICP_E_STATE before the first batch
 * @since 0.1 */
ICP_API icp_status icp_result_column(const icp_result *r, int32_t layer, int32_t column, struct icp_array *out,
                                     struct icp_error *err);
/** Releases the result. @since 0.1 */
ICP_API void icp_result_free(icp_result *r);

/** The fixed map of this product. Constant data, never released. @since 0.1 */
ICP_API const icp_tiers *icp_tiers_default(void);
/** The displayed score, 200..759: the floor of the saturating curve at these milli-points. @since 0.1 */
ICP_API int32_t icp_tiers_score(const icp_tiers *t, int64_t millipoints);
/** The tier, ICP_TIER_...; always agrees with the displayed score. @since 0.1 */
ICP_API int32_t icp_tiers_tier(const icp_tiers *t, int64_t millipoints);

/** An empty distribution.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_distribution_new(icp_context *c, icp_distribution **out, struct icp_error *err);
/** Counts the scores of a result.
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_STATE
 * @since 0.1 */
ICP_API icp_status icp_distribution_add(icp_distribution *d, const icp_result *r, int32_t layer,
                                        struct icp_error *err);
/** Counts one score.
 * @return ICP_E_ARGUMENT when it lies outside 200..759
 * @since 0.1 */
ICP_API icp_status icp_distribution_add_score(icp_distribution *d, int32_t score, struct icp_error *err);
/** Whose stored distribution. */
enum {
    ICP_WHO_REFERENCE = 0, /**< companies of the reference */
    ICP_WHO_CUSTOMERS = 1  /**< customers, each scored by a fit that did not see it */
};
/** The distribution that a model stores.
 * @param[in] who ICP_WHO_...
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_distribution_of_model(const icp_model *m, int32_t layer, int32_t who, icp_distribution **out,
                                             struct icp_error *err);
/** Adds another distribution.
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_distribution_merge(icp_distribution *d, const icp_distribution *other, struct icp_error *err);
/** The counts.
 * @param[out] counts 560 counts, one per score 200..759; NULL = not wanted
 * @param[out] spread NULL = not wanted
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_distribution_counts(const icp_distribution *d, uint64_t *counts, struct icp_spread *spread,
                                           struct icp_error *err);
/** Releases the distribution. @since 0.1 */
ICP_API void icp_distribution_free(icp_distribution *d);

/** @} */

#ifdef __cplusplus
}
#endif
