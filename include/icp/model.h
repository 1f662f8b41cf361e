/* SPDX-License-Identifier: MIT */
/** @file
 * What was learned. A model file is self-contained: scoring needs neither reference nor customers, and the file holds no
 * company's row.
 */
#pragma once
#include <icp/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup model Models
 * @{ */

/** Flags of a model. */
enum {
    ICP_MODEL_FEW_CUSTOMERS = 1u,         /**< fitted below min_customers by ICP_FIT_ALLOW_FEW */
    ICP_MODEL_INTERVAL_UNCALIBRATED = 2u, /**< below 50 customers: the interval's width could not be checked */
    ICP_MODEL_ASSUMED = 8u,               /**< of a layer: no outcome says that an account bought, so that it is a surge test and not learned */
    ICP_MODEL_LISTED_SHARE_HIGH = 4u,     /**< more than 1/8 of the reference are customers: no ratio can exceed the inverse */
    ICP_MODEL_EDITED = 16u                /**< points were changed by hand (icp_model_edit()) */
};

/** Figures of a model. */
struct icp_model_info {
    uint32_t struct_size;     /**< sizeof of this struct */
    uint32_t flags;           /**< ICP_MODEL_... */
    uint8_t id[32];           /**< SHA-256 of the model */
    uint8_t reference_id[32]; /**< of the reference it was fitted on */
    uint32_t format;          /**< of the file: major * 65536 + minor */
    uint32_t extraction;      /**< trait extraction version */
    uint32_t layers;          /**< bit (1 << ICP_LAYER_...) of each layer */
    uint32_t traits;          /**< number of traits, over all layers */
    uint64_t customers;       /**< customers the fit layer was learned from */
    uint64_t companies;       /**< companies of the reference */
    uint64_t listed;          /**< companies of the reference that are customers */
    int64_t slope_micro;      /**< cross-fitted slope of the logit, millionths */
    int64_t cllr_micro;       /**< cross-fitted cost of the log likelihood ratio, millionths of a bit; of the fit, also after edits */
    int64_t auc_micro;        /**< cross-fitted area under the ROC curve, millionths; of the fit, also after edits */
    uint8_t parent_id[32];    /**< model that it was made from by an edit; zeros = it was fitted */
};

/** Figures of one layer. */
struct icp_layer_info {
    uint32_t struct_size;  /**< sizeof of this struct */
    int32_t layer;         /**< ICP_LAYER_... */
    uint32_t flags;        /**< ICP_MODEL_... */
    uint32_t horizon_days; /**< timing: how far ahead outcomes are looked for; 0 = no timing layer */
    uint32_t traits;       /**< its traits: first_trait and those behind */
    uint32_t first_trait;  /**< index of its first trait */
    uint32_t signals;      /**< types of events with columns of their own */
    uint32_t reserved;     /**< 0 */
    uint64_t examples;     /**< customers; intent: different outcomes; retention: at most the customers lost */
    uint64_t others;       /**< companies of the reference; timing: account-moments without the outcome, retention: before a loss */
    int64_t slope_micro;   /**< cross-fitted slope of the logit, millionths */
    int64_t cllr_micro;    /**< cross-fitted cost of the log likelihood ratio, millionths of a bit */
    int64_t auc_micro;     /**< cross-fitted area under the ROC curve, millionths */
    struct icp_str key;    /**< timing: header of the key that events and companies were matched by; lives as long as the model */
};

/** A signal of a timing layer: a type of events, and how fast it fades. */
struct icp_signal {
    uint32_t struct_size;    /**< sizeof of this struct */
    int32_t measured;        /**< 1 = the half-life was measured, 0 = not enough data: assumed */
    struct icp_str type;     /**< folded; lives as long as the model */
    uint64_t events;         /**< in the data of the fit */
    int64_t newest;          /**< day of the newest of them, microseconds */
    uint32_t half_life_days; /**< 3, 7, 14, 30, 60, 120, 240 or 480 */
    uint32_t low_days;       /**< interval that holds it with 95% */
    uint32_t high_days;      /**< its other end */
    uint32_t stale_days;     /**< age from which an event is stale: three half-lives */
};

/** What a trait is. */
enum {
    ICP_TRAIT_KNOWN = 0,  /**< offset of a column, applies wherever the column has a value: `column=*` */
    ICP_TRAIT_VALUE = 1,  /**< `column=value` */
    ICP_TRAIT_ITEM = 2,   /**< `column:item` */
    ICP_TRAIT_WORD = 3,   /**< `column~word` */
    ICP_TRAIT_PHRASE = 4, /**< `column~word word` */
    ICP_TRAIT_RANGE = 5,  /**< `column[lo,hi)` */
    ICP_TRAIT_PREFIX = 6  /**< `column~begin*`: a word with these first five characters */
};

/** One trait of a model. */
struct icp_trait {
    uint32_t struct_size;    /**< sizeof of this struct */
    int32_t layer;           /**< ICP_LAYER_... */
    int32_t family;          /**< ICP_FAMILY_... */
    int32_t kind;            /**< ICP_TRAIT_... */
    struct icp_str id;       /**< as in doc/schema.md, stable: cards and ledgers store it */
    struct icp_str column;   /**< header of the column */
    struct icp_str label;    /**< value, word or range alone */
    int32_t weight;          /**< 100 (shrunk share of customers - share of reference), -100..100; describes the profile */
    int32_t points;          /**< milli-points the trait adds to a score */
    int32_t learned_points;  /**< the same before any edit */
    int32_t learned_weight;  /**< weight before any edit */
    uint64_t customers;      /**< customers with the trait */
    uint64_t customers_of;   /**< customers whose column is known */
    uint64_t reference;      /**< companies of the reference with the trait */
    uint64_t reference_of;   /**< companies of the reference whose column is known */
    uint64_t variance;       /**< the trait's part of the interval, milli-points squared */
};

/** Loads a model file (doc/format.md); everything is checked here, nothing when scoring.
 * @param[in,out] s taken over, on failure too
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_CHECKSUM, ICP_E_VERSION, ICP_E_EXTRACTION, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_model_load(icp_context *c, struct icp_source *s, icp_model **out, struct icp_error *err);
/** Loads a model from memory that is scored in place and may be mapped read-only.
 * @param[in] data must not change until release is called; any alignment
 * @param[in] release called with user on the last unref, not on failure; NULL = nothing to release
 * @return as icp_model_load()
 * @since 0.1 */
ICP_API icp_status icp_model_load_memory(icp_context *c, const void *data, size_t size, void (*release)(void *user),
                                         void *user, icp_model **out, struct icp_error *err);
/** Writes a model file.
 * @param[in,out] s taken over, on failure too
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO
 * @since 0.1 */
ICP_API icp_status icp_model_save(const icp_model *m, struct icp_sink *s, struct icp_error *err);
/** Figures of a model.
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_model_describe(const icp_model *m, struct icp_model_info *out, struct icp_error *err);
/** Figures of one layer.
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED when the model lacks it
 * @since 0.1 */
ICP_API icp_status icp_model_layer(const icp_model *m, int32_t layer, struct icp_layer_info *out, struct icp_error *err);
/** One signal of a timing layer by index, 0..signals-1.
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED
 * @since 0.1 */
ICP_API icp_status icp_model_signal(const icp_model *m, int32_t layer, uint32_t i, struct icp_signal *out, struct icp_error *err);
/** The card as it was given (JSON, doc/card.md), "{}" without one.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_model_card(const icp_model *m, icp_buffer **json, struct icp_error *err);
/** The same model with another card, which is in its id: a new model.
 * @param[in] json a card (doc/card.md)
 * @param[in] size bytes
 * @param[out] out one reference
 * @param[out] err NULL allowed; line and column of what is wrong with the card
 * @return ICP_E_ARGUMENT, ICP_E_FORMAT, ICP_E_LIMIT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_model_with_card(const icp_model *m, const char *json, size_t size, icp_model **out, struct icp_error *err);
/** The schema the model reads companies with.
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_model_schema(const icp_model *m, icp_schema **out, struct icp_error *err);
/** What the fit found on the way, as JSON (doc/command.md): columns used and left out with the reason, matches, listed share,
 * precisions, slope, cross-fitted figures, interval factors; of further layers as members "intent" and "retention"; of an edited model the
 * history of its edits as "edits" (doc/change.md).
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_model_summary(const icp_model *m, icp_buffer **json, struct icp_error *err);
/** Dialects of SQL. */
enum {
    ICP_SQL_DUCKDB = 0,
    ICP_SQL_POSTGRES = 1,  /**< 12 and later, database in UTF-8 */
    ICP_SQL_SNOWFLAKE = 2,
    ICP_SQL_BIGQUERY = 3,
    ICP_SQL_SQLITE = 4     /**< 3.23 and later */
};
/** Flags of icp_sql_options. */
enum {
    ICP_SQL_PARTIAL = 1u /**< leave out the columns that SQL cannot express: another score, under other names */
};
/** Options of icp_model_to_sql(). */
struct icp_sql_options {
    uint32_t struct_size;   /**< sizeof of this struct */
    uint32_t flags;         /**< ICP_SQL_... */
    int32_t dialect;        /**< ICP_SQL_DUCKDB ... */
    uint32_t reserved;      /**< 0 */
    const char *table;      /**< name of the table of companies, parts divided by dots; NULL = companies */
    size_t table_size;      /**< bytes of table */
    const char *key_column; /**< header of the key column; NULL = that of the model's schema */
    size_t key_size;        /**< bytes of key_column */
};
/** The fit layer as one SELECT that scores a table in a database (doc/sql.md): key, fit_score, fit_tier, fit_millipoints, exact. Where a row's `exact`
 * is true, the figures are those of icp_scorer_score() for the same cells as text. The same model and options give the same bytes.
 * @param[in] o NULL = all defaults
 * @param[out] out one reference; UTF-8
 * @param[out] err NULL allowed; names the columns that cannot be expressed, with the reason
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_KEY where no key column is named, ICP_E_LIMIT, ICP_E_UNSUPPORTED where SQL cannot express a column
 *         (or, with ICP_SQL_PARTIAL, never for that reason), the model has no fit layer, or an option is unknown
 * @since 0.1 */
ICP_API icp_status icp_model_to_sql(const icp_model *m, const struct icp_sql_options *o, icp_buffer **out, struct icp_error *err);
/** One trait by index, 0..traits-1; strings live as long as the model.
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_model_trait(const icp_model *m, uint32_t i, struct icp_trait *out, struct icp_error *err);
/** Index of a trait by id, or -1. @since 0.1 */
ICP_API int32_t icp_model_find_trait(const icp_model *m, int32_t layer, const char *id, size_t size);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_model *icp_model_ref(icp_model *m);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_model_unref(icp_model *m);

/** @} */

#ifdef __cplusplus
}
#endif
