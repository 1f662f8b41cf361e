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

/** Options of icp_segments(). */
struct icp_segments_options {
    uint32_t struct_size;   /**< sizeof of this struct */
    uint32_t flags;         /**< 0 */
    int32_t layer;          /**< ICP_LAYER_..., whose scores are counted; 0 = the model's first */
    uint32_t most;          /**< segments of a column, those with the largest shares, at most 200; 0 = 20. Those left out count as other values */
    const char *by;         /**< what cuts companies into segments, one per line, 64 at most: headers of columns (* and ? stand for others), or ids of traits; NULL =
                                 the columns of the families industry, geography and size, without texts */
    size_t by_size;         /**< bytes of by */
    const char *key_column; /**< header of the key column, for accounts; NULL = that of the model */
    size_t key_size;        /**< bytes of key_column */
    icp_accounts *accounts; /**< as in icp_scorer_options */
};

/** Which segments the model carries, as JSON (doc/segments.md). A segment is a trait of the model's first layer in a column; beside the traits stand the
 * column's other values, and companies whose column is unknown. Of each: customers and companies of the reference that the model counted; of the rows the
 * companies by tier and by confidence, those whose interval is wider than a tier (106 points), the mean chance that the tier holds, the
 * median of the effective customers (whole numbers, exact below 128, above to within 2%), high scores on thin data; and a verdict, thin or carried, with the reason. A row is counted in each of its segments:
 * values and ranges part the rows of a column, items and words overlap. Nothing of a row is kept; the order of the rows does not matter.
 * @param[in] rows companies, read to the end; NULL = only what the model stores
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_UNSUPPORTED (a layer the model lacks), ICP_E_LIMIT (more than 64 columns and traits), ICP_E_SCHEMA when the
 *         model knows no such column or trait, or does not use the column, or the rows have none of its columns, ICP_E_KEY, ICP_E_CANCELLED, and
 *         what the reader fails with
 * @since 0.1 */
ICP_API icp_status icp_segments(icp_model *m, icp_reader *rows, const struct icp_segments_options *o, const struct icp_progress *p,
                                icp_buffer **json, struct icp_error *err);

#ifdef __cplusplus
}
#endif
