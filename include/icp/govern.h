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

/** @defgroup govern Audits, drift, calibration, changes
 * @{ */

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

/** Changes points of the fit layer by hand: a trait's weight or points, families and columns switched off; the learned values stay in the model. The
 * offsets of its columns are set anew over the reference, so that the mean ratio stays 1 over companies at large (doc/change.md). Edits
 * count from the learned values, whatever was edited before: the same final values give the same points, and going back to all learned ones
 * gives the learned scores.
 * @param[in] m not changed
 * @param[in] r the reference it was fitted on
 * @param[in] edits_json `{"author":"...","reason":"...","edits":[{"trait":"industry=fintech","weight":40},{"trait":"...","points":12000},
 *            {"family":"technology","off":true},{"column":"Tags","off":true},{"family":"size","learned":true}]}`; applied in order; points are
 *            milli-points, a weight scales the learned points by its ratio to the learned weight; "learned" goes back; "off" is weight 0
 * @param[in] size bytes of edits_json
 * @param[out] out one reference: a model with a new id that names its parent (icp_model_info.parent_id), author and reason (icp_model_summary()), with
 *             ::ICP_MODEL_EDITED while points differ from the learned ones
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_REFERENCE when it is another reference, ICP_E_FORMAT with line and column of what is not
 *         understood or not in the model, ICP_E_LIMIT, ICP_E_UNSUPPORTED for layers that are learned from events
 * @since 0.1 */
ICP_API icp_status icp_model_edit(const icp_model *m, const icp_reference *r, const char *edits_json, size_t size, icp_model **out,
                                  struct icp_error *err);

/** Flags of icp_diff_options. */
enum {
    ICP_DIFF_HOST_KEY = 1u /**< keys are URLs, hosts or e-mail addresses: companies are joined by their host */
};

/** Options of icp_diff(). */
struct icp_diff_options {
    uint32_t struct_size;        /**< sizeof of this struct */
    uint32_t flags;              /**< ICP_DIFF_... */
    int32_t layer;               /**< ICP_LAYER_...; 0 = the first of `from` */
    uint32_t top;                /**< columns and companies that the summary lists, at most 1,000; 0 = 10 */
    const char *key_column;      /**< header of the key in both files; NULL = that of the model where a file has it, else a likely one */
    size_t key_size;             /**< bytes of key_column */
    const icp_model *via;        /**< fitted on the reference of `from` and the customers of `to`: parts list and reference; NULL = none */
    icp_accounts *events_before; /**< timing layers: of `from`, as of the earlier moment; NULL = events_now */
    icp_accounts *events_now;    /**< of `from`, as of the later moment; NULL = what is read from events is unknown */
    icp_accounts *events_now_to; /**< of `to`, as of the later moment; with events_now and a `to` that differs from `from` */
    icp_accounts *events_now_via; /**< of `via`, likewise */
};

/** Splits the change of every company's score between two moments, two models, or both, exactly: in milli-points, whole numbers that add up to the
 * difference (doc/change.md). The parts are company data, decay (the events known at the earlier moment, as they stand at the later), edits by hand,
 * customer list, reference and extraction version. What two models alone cannot tell apart is one part, `joint`, never a guess.
 *
 * With two files memory is per company of both: the key, about 100 bytes and 4 for each column of the models, together at most max_memory of the context. With one
 * nothing is kept.
 * @param[in] from model of the earlier moment
 * @param[in] to model of the later one; NULL or the same = two moments of one model
 * @param[in,out] before companies then, read to the end; NULL = the rows of now
 * @param[in,out] now companies now, read to the end
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress
 * @param[in,out] rows taken over, on failure too: CSV with a row for each company, sorted by key, or with one file as the rows stand. Companies of one
 *               file alone and keys that a file holds more than once are listed and not split. NULL = not wanted
 * @param[out] summary one reference: JSON
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_KEY, ICP_E_SCHEMA, ICP_E_LIMIT, ICP_E_CANCELLED, ICP_E_STATE, ICP_E_UNSUPPORTED for a layer that
 *         a model lacks, ICP_E_REFERENCE when events are of another model, or via of another reference than `from`
 * @since 0.1 */
ICP_API icp_status icp_diff(const icp_model *from, const icp_model *to, icp_reader *before, icp_reader *now, const struct icp_diff_options *o,
                            const struct icp_progress *p, struct icp_sink *rows, icp_buffer **summary, struct icp_error *err);
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
/** Options of icp_drift(). */
struct icp_drift_options {
    uint32_t struct_size;          /**< sizeof of this struct */
    uint32_t flags;                /**< 0 */
    uint32_t false_alarm_micro;    /**< chance that a run without drift gives any alarm, millionths, below 500,000; 0 = 50,000 */
    uint32_t reserved;             /**< 0 */
    const char *key_column;        /**< header of the key, with which accounts are found; NULL = that of the model */
    size_t key_size;               /**< bytes of key_column */
    icp_accounts *accounts;        /**< events of the companies of `now`, as of their moment; NULL = layers that look at events are not compared */
    icp_accounts *accounts_before; /**< the same of `before`; without them such layers are compared with what the model stores */
};

/** Has the mix of companies changed since the model was fitted? Compares the share of each trait, how often each column is known, and
 * the scores of each layer in two samples, and finds columns that were renamed, reformatted or emptied.
 *
 * Both samples are finite and their sizes count. Each share is tested by exact counts (Fisher 1922; as a prediction: Thatcher 1964),
 * each direction for itself, at a level that depends on the first sample and the number of rows alone; the levels add up to
 * false_alarm_micro, and more than one false alarm among true ones is held down by the procedure of Benjamini and Hochberg (1995), weighted
 * (Genovese, Roeder and Wasserman 2006). doc/drift.md says how the levels are chosen and what is found with how many rows.
 *
 * Memory does not grow with the rows; a key is looked at for accounts only. The order of the rows does not matter.
 * @param[in] m a model with a fit layer, or `before` is given; its first layer names the traits
 * @param[in,out] before an earlier sample, read to the end; NULL = the reference, as the model stores it
 * @param[in,out] now read to the end, of the same context as the model
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress; ICP_STAGE_READ
 * @param[out] json one reference; the members are described in doc/drift.md
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED (flags; a model without fit layer against its reference), ICP_E_MEMORY, ICP_E_REFERENCE (accounts of
 *         another model), ICP_E_STATE, ICP_E_SCHEMA, ICP_E_KEY (accounts, and no such key column),
 *         ICP_E_TOO_FEW (no rows), ICP_E_CANCELLED, and what the readers return
 * @since 0.1 */
ICP_API icp_status icp_drift(icp_model *m, icp_reader *before, icp_reader *now, const struct icp_drift_options *o, const struct icp_progress *p,
                             icp_buffer **json, struct icp_error *err);

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

/** @} */

#ifdef __cplusplus
}
#endif
