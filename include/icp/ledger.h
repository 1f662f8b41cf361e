/* SPDX-License-Identifier: MIT */
/** @file
 * The ledger: who decided what about scores and models, when and why, in one SQLite file whose history is chained by SHA-256.
 * In a library of its own, `libicp-ledger`; doc/ledger.md describes the file and its entries.
 *
 * - The library reads no clock: `now` is the caller's, microseconds since 1970-01-01 UTC.
 * - Several processes may have one ledger open and append to it. A handle belongs to one thread at a time and must not be carried
 *   over fork().
 * - Nothing process-wide is touched (no sqlite3_config). Memory of the ledger is SQLite's; what it gives out is the context's.
 * - An entry is found damaged by its hash; entries cut off at the end only against a head that was kept elsewhere. So keep the
 *   head: with scores, in version control, in a mail.
 */
#pragma once
#include <icp/decisions.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup ledger The ledger (libicp-ledger)
 * @{ */

typedef struct icp_ledger icp_ledger; /**< one connection to a ledger; one thread at a time */

/** Flags of icp_ledger_open(). */
enum {
    ICP_LEDGER_READ_ONLY = 1u, /**< the file is never written */
    ICP_LEDGER_CREATE = 2u     /**< made when there is none */
};

/** Flags of icp_ledger_publish(). */
enum {
    ICP_LEDGER_ANYWAY = 1u /**< also when a gate was not passed; the note must say by what authority, and why */
};

/** Flags of struct icp_ledger_filter. */
enum {
    ICP_LEDGER_NEWEST_FIRST = 1u /**< in descending order of numbers */
};

/** What stands for the whole history: how many entries, and the hash of the last. */
struct icp_ledger_head {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t reserved;    /**< 0 */
    uint64_t entries;     /**< number of the last entry, 0 = empty */
    uint8_t sha256[32];   /**< its hash, zeros when empty */
};

/** Which entries icp_ledger_entries() lists; all of the conditions hold. */
struct icp_ledger_filter {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t flags;       /**< ICP_LEDGER_NEWEST_FIRST */
    struct icp_str kind;  /**< such as "override"; NULL = any */
    struct icp_str key;   /**< key of the company, byte for byte; NULL = any */
    int64_t from;         /**< time at or after this */
    int64_t to;           /**< time before this; 0 = no end */
    uint64_t after;       /**< numbers above this; newest first: below this, 0 = from the end */
    uint64_t limit;       /**< at most so many; 0 = all */
};

/** Opens a ledger.
 * @param[in] c kept alive by the ledger
 * @param[in] path NUL-terminated; always a file, never a URI
 * @param[in] flags ICP_LEDGER_...; 0 = open what is there, for appending
 * @param[out] out release with icp_ledger_free()
 * @param[out] err NULL allowed; source = path
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED for an unknown flag, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT when it is no ledger,
 *         ICP_E_VERSION, ICP_E_CHECKSUM when the file is damaged or cut short, ICP_E_LEDGER when others hold it for too long
 * @since 0.1 */
ICP_API icp_status icp_ledger_open(icp_context *c, const char *path, uint32_t flags, icp_ledger **out, struct icp_error *err);

/** Appends one entry. It is durable when this returns; on any failure but ICP_E_IO nothing was appended, and after ICP_E_IO
 * either the whole entry or nothing (icp_ledger_describe() tells).
 * @param[in] now at least 0; at most 60 s before the entry before, whose time is then taken over: clocks of several writers differ
 * @param[in] entry_json an object as in doc/ledger.md, at most 1 MiB; stored in canonical form
 * @param[in] size bytes
 * @param[out] head the head that ends with this entry; NULL allowed
 * @param[out] err NULL allowed; line and column of what is wrong with the entry
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_LIMIT, ICP_E_FORMAT when the entry is not valid, ICP_E_STATE on a read-only
 *         ledger, ICP_E_LEDGER when now is earlier than the entry before, when the entry refers to one that is not there or says what
 *         the history does not allow (doc/ledger.md), or when others hold the ledger for too long, ICP_E_CHECKSUM when the file is damaged
 * @since 0.1 */
ICP_API icp_status icp_ledger_append(icp_ledger *l, int64_t now, const char *entry_json, size_t size, struct icp_ledger_head *head,
                                     struct icp_error *err);

/** The head as it is stored, unchecked.
 * @param[out] head filled
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_CHECKSUM, ICP_E_LEDGER when others hold the ledger for too long
 * @since 0.1 */
ICP_API icp_status icp_ledger_describe(icp_ledger *l, struct icp_ledger_head *head, struct icp_error *err);

/** Checks everything: each entry's number, time, hash and form, stored models against the entries that name them, and the file
 * itself.
 * @param[in] expected a head that was kept: the ledger must hold it, and may go on behind it; NULL = none, and then neither a tail
 *            that was cut off nor a history written anew is found
 * @param[out] head the head now; NULL allowed
 * @param[out] err NULL allowed; row = number of the entry at fault where there is one
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_IO, ICP_E_CHECKSUM for all that is wrong, ICP_E_LEDGER when others
 *         hold the ledger for too long
 * @since 0.1 */
ICP_API icp_status icp_ledger_verify(icp_ledger *l, const struct icp_ledger_head *expected, struct icp_ledger_head *head,
                                     struct icp_error *err);

/** Lists entries as JSON: `{"head":{"entries":N,"sha256":"..."},"entries":[{"number":1,"time":...,"hash":"...","entry":{...}},...]}`.
 * @param[in] filter NULL = all
 * @param[out] json one reference; release with icp_buffer_unref()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_IO, ICP_E_CHECKSUM, ICP_E_LEDGER when others hold the ledger for
 *         too long
 * @since 0.1 */
ICP_API icp_status icp_ledger_entries(icp_ledger *l, const struct icp_ledger_filter *filter, icp_buffer **json, struct icp_error *err);

/** What holds at a moment, of all entries: for a scorer.
 * @param[in] as_of the moment, microseconds since 1970-01-01 UTC; entries at or after it are not seen
 * @param[out] out one reference; release with icp_decisions_unref()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_CHECKSUM, ICP_E_LEDGER when others hold the ledger for too long, ICP_E_FORMAT when an
 *         entry of a later release says what this one cannot read
 * @since 0.1 */
ICP_API icp_status icp_ledger_decisions(icp_ledger *l, int64_t as_of, icp_decisions **out, struct icp_error *err);

/** Stores a model's file and appends the entry of kind version that names it, both or neither. A model that is there already is not
 * stored again.
 * @param[in] m not changed
 * @param[in] now as in icp_ledger_append()
 * @param[in] note_json an entry of kind version without kind, state, model, sha256 and bytes, which are set here
 * @param[in] size bytes
 * @param[out] head NULL allowed
 * @param[out] err NULL allowed
 * @return as icp_ledger_append(); ICP_E_LIMIT also when the model is larger than SQLite takes, ICP_E_LEDGER also when other bytes are
 *         stored under the same id
 * @since 0.1 */
ICP_API icp_status icp_ledger_store_model(icp_ledger *l, const icp_model *m, int64_t now, const char *note_json, size_t size,
                                          struct icp_ledger_head *head, struct icp_error *err);

/** Publishes a model: stores it unless it is stored, and appends an entry of kind version, state published, with the report of its
 * gates as `data`: {"report":{...}}, and "anyway":true where one was not passed. All or nothing.
 * @param[in] m not changed
 * @param[in] now as in icp_ledger_append()
 * @param[in] note_json an entry of kind version without kind, state, model and data, which are set here
 * @param[in] note_size bytes
 * @param[in] report_json of icp_gates_check() for m, against the model that is published now
 * @param[in] report_size bytes
 * @param[in] flags ICP_LEDGER_ANYWAY or 0
 * @param[out] head NULL allowed
 * @param[out] err NULL allowed
 * @return as icp_ledger_store_model(); ICP_E_GATE, with the figures, when a gate was not passed, when the report is of another model or
 *         compares with another one than that which is published, and when authority or text are missing for ICP_LEDGER_ANYWAY;
 *         ICP_E_UNSUPPORTED for an unknown flag
 * @since 0.1 */
ICP_API icp_status icp_ledger_publish(icp_ledger *l, const icp_model *m, int64_t now, const char *note_json, size_t note_size, const char *report_json,
                                      size_t report_size, uint32_t flags, struct icp_ledger_head *head, struct icp_error *err);

/** The model that is published now: the one that the newest entry of kind version, state published or restored, names, unless an
 * entry behind that retired it.
 * @param[out] id of the model, zeros when there is none
 * @param[out] number of the entry, 0 when there is none
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_CHECKSUM, ICP_E_LEDGER when others hold the ledger for too long
 * @since 0.1 */
ICP_API icp_status icp_ledger_published(icp_ledger *l, uint8_t id[32], uint64_t *number, struct icp_error *err);

/** Loads a stored model, the same bytes that were stored.
 * @param[in] id of struct icp_model_info
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_LEDGER when no such model is stored, ICP_E_CHECKSUM when its bytes were changed,
 *         and all of icp_model_load()
 * @since 0.1 */
ICP_API icp_status icp_ledger_load_model(icp_ledger *l, const uint8_t id[32], icp_model **out, struct icp_error *err);

/** Closes a ledger; NULL allowed. @since 0.1 */
ICP_API void icp_ledger_free(icp_ledger *l);

/** @} */

#ifdef __cplusplus
}
#endif
