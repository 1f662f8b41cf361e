/* SPDX-License-Identifier: MIT */
/** @file
 * Events: what accounts did and when, for the layers that answer "is it in a buying motion" and "would it stay".
 *
 * An account's state has a fixed size and takes events in any order: for each signal the sums of blocks of one half-life, in whole
 * numbers, so that adding one event at a time and computing from scratch give the same bits. Nothing dated at or after the
 * moment that is asked for is seen; the library never reads the clock.
 */
#pragma once
#include <icp/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup events Events, for intent and retention
 * @{ */

typedef struct icp_account icp_account;   /**< state of one account; one thread */
typedef struct icp_accounts icp_accounts; /**< many accounts at one moment; one thread adds, then immutable and shared */

/** An empty account for the timing layers of a model. Its size depends on the model alone.
 * @param[in] m kept; ICP_E_UNSUPPORTED when it has no layer that looks at events
 * @param[out] out release with icp_account_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_UNSUPPORTED
 * @since 0.1 */
ICP_API icp_status icp_account_new(const icp_model *m, icp_account **out, struct icp_error *err);
/** Adds an event, in constant time; nothing is allocated. Events may come in any order, but an invalidating one (an acquisition, a new
 * chief executive: doc/timing.md) must not come after events that are later than it, since what came before it has then been added up with what came
 * after: ICP_E_STATE, and the account is as it was; make it anew from its events.
 * @return ICP_E_ARGUMENT when the time lies before 1970 or is unknown, or the type is empty, ICP_E_UNSUPPORTED, ICP_E_STATE
 * @since 0.1 */
ICP_API icp_status icp_account_add(icp_account *a, const struct icp_event *e, struct icp_error *err);
/** The state as bytes for the caller's store: the same events give the same bytes, whatever their order.
 * @param[out] buf may be NULL when cap is 0
 * @param[in] cap room in buf; with less than *size nothing is written
 * @param[out] size bytes needed
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_account_save(const icp_account *a, void *buf, size_t cap, size_t *size, struct icp_error *err);
/** The account from bytes of icp_account_save().
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_FORMAT, ICP_E_CHECKSUM, ICP_E_REFERENCE when it was saved with another model, ICP_E_UNSUPPORTED
 * @since 0.1 */
ICP_API icp_status icp_account_load(const icp_model *m, const void *data, size_t size, icp_account **out, struct icp_error *err);
/** Releases the account. @since 0.1 */
ICP_API void icp_account_free(icp_account *a);

/** Options of icp_accounts_new(). */
struct icp_accounts_options {
    uint32_t struct_size;    /**< sizeof of this struct */
    uint32_t flags;          /**< 0 */
    const char *invalidates; /**< further types of events that invalidate what came before, one per line; NULL = none */
    size_t invalidates_size; /**< bytes of invalidates */
};

/** Accounts as of a moment, filled from files of events and given to scorers (icp_scorer_options.accounts). Memory grows with the accounts,
 * their signals and the half-lives that their events span, not with the number of events.
 * @param[in] m kept
 * @param[in] as_of microseconds since 1970: events dated at or after it are counted and not seen
 * @param[in] o NULL = all defaults
 * @param[out] out one reference; release with icp_accounts_unref()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_UNSUPPORTED when the model has no layer that looks at events
 * @since 0.1 */
ICP_API icp_status icp_accounts_new(const icp_model *m, int64_t as_of, const struct icp_accounts_options *o, icp_accounts **out, struct icp_error *err);
/** Adds the events of a reader. May be called several times, before the first scorer uses the accounts.
 * @param[in,out] r read to the end
 * @param[in] columns NULL = found from headers and values
 * @param[in] p NULL = no progress
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_KEY, ICP_E_SCHEMA (no column of times), ICP_E_LIMIT, ICP_E_CANCELLED;
 *         after a failure part of the rows may have been taken
 * @since 0.1 */
ICP_API icp_status icp_accounts_add(icp_accounts *a, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p,
                                    struct icp_error *err);
/** Adds one event of one account.
 * @param[in] key as it stands in a file
 * @return ICP_E_ARGUMENT when the key or the type is empty or the time lies before 1970, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_accounts_add_event(icp_accounts *a, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err);
/** Whether all events must be added once more, 1 or 0: an invalidating event came after later ones of its account. When it must, the sums
 * are empty again and what invalidates is remembered: add the same readers anew, opened again. Once is enough.
 * @since 0.1 */
ICP_API int32_t icp_accounts_again(icp_accounts *a);
/** What was read, as JSON (doc/timing.md): rows, events, what was left out and why, columns, accounts.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_accounts_report(const icp_accounts *a, icp_buffer **json, struct icp_error *err);
/** How stale the events are, as JSON (doc/timing.md): for each signal count, newest, median age, half-life with interval and verdict, the age at
 * which it is stale (three half-lives: an event then counts an eighth) and the share of its decayed count beyond that age; for each
 * account the share that is stale, the accounts with the largest first.
 * @param[in] layer ICP_LAYER_INTENT or ICP_LAYER_RETENTION
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_UNSUPPORTED
 * @since 0.1 */
ICP_API icp_status icp_accounts_audit(const icp_accounts *a, int32_t layer, icp_buffer **json, struct icp_error *err);
/** One of the accounts as a state of its own, as of their moment: what icp_scorer_score_record() takes. Invalidating events of segments are not
 * in it.
 * @param[in] key in the form of the reference's keys
 * @param[out] out release with icp_account_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_NO_MATCH when no event names it
 * @since 0.1 */
ICP_API icp_status icp_accounts_account(const icp_accounts *a, const char *key, size_t size, icp_account **out, struct icp_error *err);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_accounts *icp_accounts_ref(icp_accounts *a);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_accounts_unref(icp_accounts *a);

/** @} */

#ifdef __cplusplus
}
#endif
