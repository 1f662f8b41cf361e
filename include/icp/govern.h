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

#ifdef __cplusplus
}
#endif
