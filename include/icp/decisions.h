/* SPDX-License-Identifier: MIT */
/** @file
 * Decisions: what people said about scores and models, as far as it holds at one moment: overrides, open flags, changes, reviews.
 * They come from a ledger (icp/ledger.h) or from memory; a scorer shows them beside the model's own score, which they never change.
 */
#pragma once
#include <icp/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup decisions Decisions of people beside scores
 * @{ */

typedef struct icp_decisions icp_decisions; /**< what holds at a moment; immutable, shared between threads */

/** Reads entries as icp_ledger_entries() lists them, `{"entries":[{"number":1,"time":...,"entry":{...}},...]}`, and replays them
 * up to a moment: what was withdrawn, resolved or has expired by then, or was said at or after it, does not hold. Members of an
 * entry are those of doc/ledger.md. `number` may be left out (then it is one more than the one before), and `time` (then it was said before
 * any moment). Kinds that say nothing about scores are passed over.
 * @param[in] json UTF-8; not kept
 * @param[in] size bytes
 * @param[in] as_of the moment, microseconds since 1970-01-01 UTC
 * @param[out] out one reference; release with icp_decisions_unref()
 * @param[out] err NULL allowed; line and column of what is wrong
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_FORMAT
 * @since 0.1 */
ICP_API icp_status icp_decisions_from_json(icp_context *c, const char *json, size_t size, int64_t as_of, icp_decisions **out,
                                           struct icp_error *err);
/** What holds, as JSON in one form (doc/card.md): equal states give equal bytes.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_decisions_to_json(const icp_decisions *d, icp_buffer **json, struct icp_error *err);
/** How a model stands at the moment of the decisions, or at as_of without: owner, what is overdue, what changed since it was fitted,
 * open flags, what the card lacks; as JSON (doc/card.md).
 * @param[in] d NULL = none
 * @param[in] as_of microseconds since 1970-01-01 UTC; not looked at with decisions, which have their own
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_model_standing(const icp_model *m, const icp_decisions *d, int64_t as_of, icp_buffer **json, struct icp_error *err);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_decisions *icp_decisions_ref(icp_decisions *d);
/** One reference less. Any thread; NULL allowed. @since 0.1 */
ICP_API void icp_decisions_unref(icp_decisions *d);

/** @} */

#ifdef __cplusplus
}
#endif
