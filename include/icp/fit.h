/* SPDX-License-Identifier: MIT */
/** @file
 * Learning a model from a customer list.
 */
#pragma once
#include <icp/reference.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup fit Learning a model
 * @{ */

typedef struct icp_fit icp_fit;     /**< a fit being prepared; one thread */
typedef struct icp_model icp_model; /**< what was learned; immutable, shared */

/** The layers: questions with a score of their own. */
enum {
    ICP_LAYER_FIT = 1,      /**< does the company look like a customer */
    ICP_LAYER_INTENT = 2,   /**< is it in a buying motion, by its events */
    ICP_LAYER_RETENTION = 3 /**< would it stay as a customer */
};

/** Flags of icp_fit_new(). */
enum {
    ICP_FIT_ALLOW_FEW = 1u,    /**< fit with fewer customers than min_customers; every result says so */
    ICP_FIT_EXACT_KEYS = 2u,   /**< customers are found by their key alone, never by domain or name */
    ICP_FIT_LIST_CUSTOMERS = 4u, /**< icp_fit_matches() lists every customer with its outcome, however many */
    ICP_FIT_AS_OF = 8u         /**< as_of is set */
};

/** Options of icp_fit_new(). */
struct icp_fit_options {
    uint32_t struct_size;      /**< sizeof of this struct */
    uint32_t flags;            /**< ICP_FIT_... */
    uint32_t min_customers;    /**< refuse below; 0 = 20 */
    uint32_t layers;           /**< bits (1 << ICP_LAYER_...); 0 = those that there is data for: fit with customers, intent with events, retention
                                    with outcomes that say churned */
    icp_pool *pool;            /**< NULL = the calling thread, or the context's parallel; kept by the caller until the fit is freed */
    const char *weight_column; /**< column of the customers with a positive weight; NULL = each counts 1 */
    size_t weight_size;        /**< bytes of weight_column */
    const char *key_column;    /**< key column of customers and universe; NULL = that of the reference */
    size_t key_size;           /**< bytes of key_column */
    const char *release;       /**< columns that are used although the audit would quarantine them: patterns, one per line, as in
                                    icp_schema_select(); NULL = none */
    size_t release_size;       /**< bytes of release */
    const char *protect;       /**< columns of customers, universe and exclusions that are never kept: patterns, one per line */
    size_t protect_size;       /**< bytes of protect */
    const char *since_column;  /**< date column of the customers' file: when each became a customer; the audit then finds what is
                                    dated afterwards. NULL = none */
    size_t since_size;         /**< bytes of since_column */
    int64_t as_of;             /**< with ICP_FIT_AS_OF: microseconds since 1970; no event or outcome dated at or after it is seen. Without it the
                                    data end on the day of the last one */
    uint32_t horizon_days;     /**< timing: how far ahead of a moment an outcome counts; 0 = 90, at most 3,650 */
    uint32_t reserved;         /**< 0 */
    const char *invalidates;   /**< further types of events that invalidate what came before, one per line; NULL = none */
    size_t invalidates_size;   /**< bytes of invalidates */
};

/** Headers of the columns of events or outcomes; NULL = found from headers and values. */
struct icp_event_columns {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t reserved;    /**< 0 */
    const char *key;      /**< key of the account */
    size_t key_size;      /**< bytes of key */
    const char *type;     /**< type of the event, or the outcome */
    size_t type_size;     /**< bytes of type */
    const char *time;     /**< date or time */
    size_t time_size;     /**< bytes of time */
    const char *value;    /**< amount */
    size_t value_size;    /**< bytes of value */
};

/** Flags of icp_event. */
enum {
    ICP_EVENT_VALUED = 1u /**< value is set */
};

/** One event of one account. */
struct icp_event {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t flags;       /**< ICP_EVENT_... */
    int64_t time;         /**< microseconds since 1970-01-01 UTC; not before */
    double value;         /**< with ICP_EVENT_VALUED: amount, duration, score; only its size matters */
    const char *type;     /**< kind of event, as in the file of events; case does not matter */
    size_t type_size;     /**< bytes of type */
};

/** Prepares a fit.
 * @param[in] r kept until the fit is freed
 * @param[in] schema NULL = inferred from the reference
 * @param[in] o NULL = all defaults
 * @param[out] out release with icp_fit_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_SCHEMA when the schema has no column of the reference
 * @since 0.1 */
ICP_API icp_status icp_fit_new(icp_context *c, icp_reference *r, const icp_schema *schema,
                               const struct icp_fit_options *o, icp_fit **out, struct icp_error *err);
/** Adds customers: full rows, keys, domains or names. May be called several times. A row whose key is found in the reference or
 * the universe is that company; one without, or with an unknown key, is looked up by the domain in its website or e-mail address
 * and by its name (doc/identity.md). What does not fit one company alone is reported, never picked. Customers that turn out to
 * be one company count once.
 * @param[in,out] r read to the end
 * @param[in] p NULL = no progress
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT (over 100,000 customers), ICP_E_KEY,
 *         (no column of keys, domains or names), ICP_E_CANCELLED, ICP_E_SCHEMA when the weight column is missing or a weight is not a
 *         positive number
 * @since 0.1 */
ICP_API icp_status icp_fit_add_customers(icp_fit *f, icp_reader *r, const struct icp_progress *p,
                                         struct icp_error *err);
/** Looks up the full rows of the customers added so far. A row found here wins over the customer's own.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT, ICP_E_KEY, ICP_E_CANCELLED, ICP_E_STATE when no
 *         customers were added before
 * @since 0.1 */
ICP_API icp_status icp_fit_add_universe(icp_fit *f, icp_reader *r, const struct icp_progress *p,
                                        struct icp_error *err);
/** Adds companies that are neither customers nor examples of other companies, such as competitors and partners. They are
 * looked up like customers, in the reference, in the rows that the universe has for customers, and among the customers' own rows; a
 * customer found here is left out and counted, and so is a row of the reference. May be called several times, before or after the
 * customers.
 * @param[in,out] r read to the end: keys, domains or names
 * @param[in] p NULL = no progress
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT (over 100,000), ICP_E_KEY, ICP_E_CANCELLED
 * @since 0.1 */
ICP_API icp_status icp_fit_add_excluded(icp_fit *f, icp_reader *r, const struct icp_progress *p, struct icp_error *err);
/** Adds events: a row each, with the account's key, a type, a date or time, perhaps a value. They may come in any order; what cannot be
 * used is counted (icp_fit_events()). Of more than 16,777,216 events those of a part of the accounts are kept, chosen by hash.
 * @param[in,out] r read to the end
 * @param[in] columns NULL = all found
 * @param[in] p NULL = no progress
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_KEY, ICP_E_SCHEMA (no column of times), ICP_E_LIMIT above 65,535 different types,
 *         ICP_E_CANCELLED; after a failure part of the rows may have been taken
 * @since 0.1 */
ICP_API icp_status icp_fit_add_events(icp_fit *f, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p,
                                      struct icp_error *err);
/** Adds outcomes: a row each, with the account's key, what came (converted, lost, expanded, renewed, churned and words for them) and when.
 * @return as icp_fit_add_events()
 * @since 0.1 */
ICP_API icp_status icp_fit_add_outcomes(icp_fit *f, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p,
                                        struct icp_error *err);
/** Adds one event of one account, for callers who hold no file.
 * @param[in] key as it stands in a file
 * @return ICP_E_ARGUMENT when the key or the type is empty or the time lies before 1970, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_fit_add_event(icp_fit *f, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err);
/** Adds one outcome of one account; its type says which.
 * @return as icp_fit_add_event(); ICP_E_ARGUMENT also when the type says no outcome
 * @since 0.1 */
ICP_API icp_status icp_fit_add_outcome(icp_fit *f, const char *key, size_t key_size, const struct icp_event *outcome, struct icp_error *err);
/** What was read of events and outcomes, as JSON (doc/timing.md): rows, events, what was left out and why, columns, accounts.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_fit_events(const icp_fit *f, icp_buffer **json, struct icp_error *err);
/** The model's card, a JSON object (doc/card.md): what it says is checked, the rest is kept as it is. Customers from before one of its epochs
 * count what the epoch says, which needs since_column; the summary says how many they are, and how many customers are left in effect.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_FORMAT with line and column
 * @since 0.1 */
ICP_API icp_status icp_fit_set_card(icp_fit *f, const char *json, size_t size, struct icp_error *err);
/** What is known of each column before anything is learned, as JSON (doc/audit.md): fill rates of customers and reference, how
 * well the column alone and its being filled tell them apart, and which columns give the answer away and are quarantined, with
 * figures, cause and reason. icp_fit_run() leaves out the same columns unless they are released.
 * @param[in] p NULL = no progress
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return as icp_fit_run(); with no customers the columns are audited by themselves
 * @since 0.1 */
ICP_API icp_status icp_fit_audit(icp_fit *f, const struct icp_progress *p, icp_buffer **json, struct icp_error *err);
/** Which customers were found, as JSON (doc/command.md): counts, and lists of unmatched, ambiguous (the key occurs
 * with different rows) and duplicate keys; of those found by domain or name and those of whom several companies may be meant, with
 * the candidates; of those that are one company, and of those excluded. Each list is cut at 1,000 with its full length given.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_fit_matches(const icp_fit *f, icp_buffer **json, struct icp_error *err);
/** Learns the model. May be called again after more rows were added. Same input, same bytes, whatever the order of the
 * rows or the number of threads.
 *
 * Logistic regression of customers against the reference with equal class mass, so that the logit is the log
 * likelihood ratio; Gaussian shrinkage, one precision for each column and kind of trait, found by MacKay's update (1992);
 * cross-fitted slope; offsets that bring the mean ratio over companies at large to 1 (doc/score.md).
 *
 * Timing layers learn by the same engine from accounts at many past moments, at each of which only what came before is seen; half-lives of
 * the signals are found by likelihood. Without outcomes intent is a surge test (Gamma-Poisson likelihood ratio) and says so (doc/timing.md).
 * @param[in] p NULL = no progress
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_CANCELLED, ICP_E_TOO_FEW (customers, or outcomes of a layer), ICP_E_NO_MATCH, ICP_E_SCHEMA when no column is known
 *         for enough companies of the reference and for a customer, ICP_E_STATE when the pool or the
 *         context's parallel failed
 * @since 0.1 */
ICP_API icp_status icp_fit_run(icp_fit *f, const struct icp_progress *p, icp_model **out, struct icp_error *err);
/** Releases the fit. @since 0.1 */
ICP_API void icp_fit_free(icp_fit *f);

/** @} */

#ifdef __cplusplus
}
#endif
