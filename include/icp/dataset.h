/* SPDX-License-Identifier: MIT */
/** @file
 * Linked tables: a company table with the tables that point at it, read as one row per company, or as events.
 *
 * Keys and foreign keys are found from headers and values, or named in a manifest (doc/dataset.md), which can be written
 * out, edited and given back. Child rows become traits of their company: undated ones lists, numbers count, sum, mean and
 * latest; dated ones count up to a moment, and are events.
 */
#pragma once
#include <icp/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup dataset Linked tables
 * @{ */

typedef struct icp_dataset icp_dataset; /**< linked tables; one thread, and its readers on the same thread */

/** One table, opened as often as it is read. */
struct icp_table {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t reserved;    /**< 0 */
    const char *name;     /**< of the table, UTF-8, unique after folding; copied */
    size_t name_size;     /**< bytes of name */
    void *user;           /**< passed to open; kept by the caller until the dataset and its readers are released */
    /** Opens the table from its start. Returns ICP_OK or a status; the source is closed by the library. */
    icp_status (*open)(void *user, struct icp_source *out, struct icp_error *err);
};

/** Options of icp_dataset_open(). */
struct icp_dataset_options {
    uint32_t struct_size;  /**< sizeof of this struct */
    uint32_t flags;        /**< ICP_DATASET_... */
    int64_t as_of;         /**< with ICP_DATASET_AS_OF: microseconds since 1970; nothing dated at or after it is seen */
    const char *manifest;  /**< JSON as icp_dataset_manifest() writes it; NULL = everything is found */
    size_t manifest_size;  /**< bytes of manifest */
    const char *company;   /**< name of the company table; NULL = found */
    size_t company_size;   /**< bytes of company */
    const char *include;   /**< only these: patterns of "table" or "table.column", one per line; NULL = all */
    size_t include_size;   /**< bytes of include */
    const char *exclude;   /**< not these; excluded columns are not read, stored or named in a report's values */
    size_t exclude_size;   /**< bytes of exclude */
    const char *release;   /**< columns that are used although they are protected as personal data */
    size_t release_size;   /**< bytes of release */
    uint32_t max_traits;   /**< columns that one child table may add; 0 = 64 */
    uint32_t reserved;     /**< 0 */
};

/** Flags of icp_dataset_options. */
enum {
    ICP_DATASET_AS_OF = 1u /**< as_of is set */
};

/** Reads the tables once and finds out how they are linked. Memory does not grow with the number of rows.
 * @param[in] tables copied; at least one
 * @param[in] o NULL = all defaults
 * @param[in] p NULL = no progress
 * @param[out] out release with icp_dataset_unref()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT (a table or the manifest, with file, line and
 *         column), ICP_E_SCHEMA when no table, or more than one, can be the company table, when it has no key, or the links go
 *         round in a circle,
 *         ICP_E_LIMIT above 1,000 tables, ICP_E_CANCELLED
 * @since 0.1 */
ICP_API icp_status icp_dataset_open(icp_context *c, const struct icp_table *tables, uint32_t count,
                                    const struct icp_dataset_options *o, const struct icp_progress *p, icp_dataset **out,
                                    struct icp_error *err);
/** The same for files: a folder (its .csv, .tsv, .jsonl, .ndjson and .json files, also .gz; no subfolders, no hidden files), a
 * manifest (a .json file; the files it names stand beside it), or one table.
 * @param[in] path NUL-terminated
 * @return as icp_dataset_open()
 * @since 0.1 */
ICP_API icp_status icp_dataset_open_path(icp_context *c, const char *path, const struct icp_dataset_options *o,
                                         const struct icp_progress *p, icp_dataset **out, struct icp_error *err);
/** Whether a path is a folder or a manifest rather than a table: 1 or 0; 0 also when there is nothing.
 * @since 0.1 */
ICP_API int32_t icp_dataset_is_path(icp_context *c, const char *path);
/** The manifest: tables, roles, keys, links with how sure, uses of columns with reasons. Canonical; edit and give back.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_dataset_manifest(const icp_dataset *d, icp_buffer **json, struct icp_error *err);
/** What was read, as JSON (doc/dataset.md): per table its rows, rows without a key, orphans, keys that differ only in case,
 * blanks or punctuation, traits it gave and those left out with reasons, dates after as_of. Complete once a reader of
 * companies was read to its end.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_dataset_report(const icp_dataset *d, icp_buffer **json, struct icp_error *err);
/** Header of the company table's key.
 * @param[out] out lives as long as the dataset
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_dataset_key(const icp_dataset *d, struct icp_str *out, struct icp_error *err);
/** A reader of companies: the company table's rows in their order, its columns and those that the other tables add
 * ("deals count", "deals.amount sum", "contacts.title"). Tables are read again for each part of the companies that fits into
 * the context's max_memory.
 * @param[out] out release with icp_reader_free(); keeps the dataset alive
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY; reading: ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_dataset_companies(icp_dataset *d, icp_reader **out, struct icp_error *err);
/** A reader of events: columns key, type, time (ISO 8601) and value, one row per dated cell of a child row that belongs to a
 * company, in the order of the tables and their rows. type is "table:column" or, where the table has a column that tells
 * kinds of events apart, "table:column:value".
 * @param[out] out release with icp_reader_free(); keeps the dataset alive
 * @param[out] err NULL allowed
 * @return as icp_dataset_companies()
 * @since 0.1 */
ICP_API icp_status icp_dataset_events(icp_dataset *d, icp_reader **out, struct icp_error *err);
/** Counts a reference; returns d. @since 0.1 */
ICP_API icp_dataset *icp_dataset_ref(icp_dataset *d);
/** Releases a reference; NULL is allowed. @since 0.1 */
ICP_API void icp_dataset_unref(icp_dataset *d);

/** @} */

#ifdef __cplusplus
}
#endif
