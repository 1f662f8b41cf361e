/* SPDX-License-Identifier: MIT */
/** @file
 * Trust and governance: reports on how well a model still holds. Each is versioned JSON in a buffer (doc/); nothing is
 * kept between calls, and no call reads a clock.
 */
#pragma once
#include <icp/score.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a new version must pass before it is published. */
struct icp_gates_options {
    uint32_t struct_size;              /**< sizeof of this struct */
    uint32_t flags;                    /**< 0 */
    const char *gates_json;            /**< limits as in doc/publish.md; NULL = the defaults there */
    size_t gates_size;                 /**< bytes of gates_json */
    const char *calibration_json;      /**< report of icp_calibrate() on the candidate; NULL = none */
    size_t calibration_size;           /**< bytes of calibration_json */
    icp_accounts *candidate_accounts;  /**< events for the candidate; NULL = tiers of layers that look at events are not compared */
    icp_accounts *published_accounts;  /**< events for the published model */
    const char *key_column;            /**< header of the rows' key; NULL = that of each model. Needed with accounts alone */
    size_t key_size;                   /**< bytes of key_column */
};

/** Holds a model that is to be published against the one that is: cross-fitted Cllr, layers, reference, share of companies that change
 * their tier, calibration; as JSON (doc/publish.md), each with its figure, its limit, and whether it passed. A gate that is not passed is a
 * result, not a failure: the call gives ICP_OK. icp_ledger_publish() wants such a report. Memory: a batch of rows.
 * @param[in] candidate kept no longer than the call
 * @param[in] published the model that is published now; NULL = none yet, and nothing is compared
 * @param[in,out] rows companies that both models score, read to the end; NULL = none: of a change of tiers the stored histograms of the
 *                reference then tell how many it is at least
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress
 * @param[out] json one reference
 * @param[out] err NULL allowed; line and column of what is wrong with gates or calibration
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_FORMAT, ICP_E_CANCELLED, ICP_E_REFERENCE (accounts of another model), and all
 *         of icp_reader_next() and icp_scorer_score()
 * @since 0.1 */
ICP_API icp_status icp_gates_check(icp_model *candidate, icp_model *published, icp_reader *rows, const struct icp_gates_options *o,
                                   const struct icp_progress *p, icp_buffer **json, struct icp_error *err);

/** Flags of icp_calibrate_options. */
enum {
    ICP_CALIBRATE_STORED = 1u,         /**< the rows are scores as `icp score` writes them, not companies */
    ICP_CALIBRATE_AS_OF = 2u,          /**< as_of is set */
    ICP_CALIBRATE_SCORED = 4u,         /**< scored is set */
    ICP_CALIBRATE_BASE = 8u,           /**< base_micro is set */
    ICP_CALIBRATE_BASE_OF_MODEL = 16u, /**< the rows come from where the reference came from: the share of customers in it is expected. Fit alone */
    ICP_CALIBRATE_HOST_KEYS = 32u      /**< keys are URLs, hosts or e-mail addresses and count as their hosts; as the model's events say without it */
};

/** Options of icp_calibrate(). */
struct icp_calibrate_options {
    uint32_t struct_size;        /**< sizeof of this struct */
    uint32_t flags;              /**< ICP_CALIBRATE_... */
    int32_t layer;               /**< ICP_LAYER_...; 0 = the first of the model, fit without one */
    uint32_t horizon_days;       /**< how far ahead of a score an outcome counts; 0 = that of the layer, else 90; at most 3,650 */
    int64_t as_of;               /**< with ICP_CALIBRATE_AS_OF, microseconds since 1970: no outcome dated at or after it is seen. Without it the data end on the
                                      day of the last outcome */
    int64_t scored;              /**< with ICP_CALIBRATE_SCORED, microseconds: when all scores were made. Without it, a scored_column and accounts it is not known:
                                      every outcome counts, whenever it came, and no row is too young */
    int64_t base_micro;          /**< with ICP_CALIBRATE_BASE: share of the companies at large that is expected to have the outcome within the horizon,
                                      millionths, 1 to 999,999 */
    int64_t alarm_micro;         /**< chance of a false alarm of a report on scores that hold, millionths, at most 500,000; 0 = 50,000. Who looks k times divides it by k */
    const char *scored_column;   /**< column of the rows with the date of each score; NULL = none */
    size_t scored_size;          /**< bytes of scored_column */
    const char *key_column;      /**< key column of the rows; NULL = that of the model, else `key` or a likely one */
    size_t key_size;             /**< bytes of key_column */
    icp_accounts *accounts;      /**< events of the companies as of when they are scored; NULL = none */
    const struct icp_event_columns *columns; /**< of the outcomes; NULL = found */
    icp_decisions *decisions;    /**< overrides as of when the companies are scored; NULL = none. Stored scores carry their own (effective_tier, override) */
};

/** How scores compare with what came of them, as JSON (doc/calibration.md): by tier and by score the observed against the stated ratio, how well the
 * scores rank (area under the curve, Cllr and its minimum, lift), slope and intercept of a recalibration, the base rate apart from all that, and a verdict
 * with the outcomes it rests on and how many would be needed. Overridden companies are compared with others: did they turn out as the model said, or as
 * the override did; and whether many are overridden. For fit and intent the outcome is converted (expanded where none converted),
 * for retention churned. A company counts that was at risk when it was scored. Outcomes that are too young to have come count as such: a row whose
 * horizon is not over counts with the share of outcomes that come by its age (Kaplan and Meier 1958; backwards in time, Lagakos, Barraj and De Gruttola
 * 1988), on which the score is taken to have no bearing.
 * Memory: 24 bytes a row and 8 more at the end, doubled while they grow, and the keys of the outcomes, of which above 16,777,216 those of a part of
 * the companies are kept, chosen by hash. The same rows and outcomes give the same bytes, whatever their order.
 * @param[in] m scores the rows; NULL only with ICP_CALIBRATE_STORED
 * @param[in,out] rows companies, or scores; read to the end. A company may stand in several rows with different dates: intervals allow for it
 * @param[in,out] outcomes readers of outcomes as for icp_fit_add_outcomes(), read to the end
 * @param[in] count readers in outcomes, at least 1
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT (a date or a score that cannot be read), ICP_E_KEY, ICP_E_SCHEMA (a column that is not
 *         there), ICP_E_LIMIT, ICP_E_CANCELLED, ICP_E_UNSUPPORTED (a layer that the model lacks), ICP_E_REFERENCE (accounts of another model), ICP_E_STATE
 * @since 0.1 */
ICP_API icp_status icp_calibrate(icp_model *m, icp_reader *rows, icp_reader *const *outcomes, uint32_t count, const struct icp_calibrate_options *o,
                                 const struct icp_progress *p, icp_buffer **json, struct icp_error *err);

#ifdef __cplusplus
}
#endif
