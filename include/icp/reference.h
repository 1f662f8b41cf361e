/* SPDX-License-Identifier: MIT */
/** @file
 * The reference: a frozen picture of companies at large.
 *
 * It holds the k companies with the smallest (XXH3-64 of the key under the seed, key bytes), as read. So it is built in
 * one pass in bounded memory, and the order, the split and the merge of parts give the same bytes (bottom-k sketch,
 * Cohen & Kaplan 2007).
 */
#pragma once
#include <icp/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup reference The reference: companies at large
 * @{ */

typedef struct icp_reference icp_reference;                 /**< immutable, shared */
typedef struct icp_reference_builder icp_reference_builder; /**< one thread */

/** What is hashed as the key. */
enum {
    ICP_KEY_AUTO = 0,  /**< same as ICP_KEY_EXACT */
    ICP_KEY_EXACT = 1, /**< the bytes after trimming */
    ICP_KEY_HOST = 2   /**< the canonical host of a URL, host name or e-mail address */
};

/** Options of icp_reference_builder_new(). */
struct icp_reference_options {
    uint32_t struct_size;   /**< sizeof of this struct */
    uint32_t flags;         /**< 0 */
    uint32_t k;             /**< companies kept, at most 4,194,304; 0 = 65,536 */
    int32_t key_form;       /**< ICP_KEY_... */
    uint64_t seed;          /**< of the key hash */
    const char *key_column; /**< header of the key column; NULL = found from the first batch's headers */
    size_t key_size;        /**< bytes of key_column */
    const char *exclude;    /**< patterns of columns that are not stored, one per line, as in icp_schema_select() */
    size_t exclude_size;    /**< bytes of exclude */
    const char *release;    /**< columns whose e-mail addresses and telephone numbers are stored all the same: patterns, one per
                                 line; NULL = none */
    size_t release_size;    /**< bytes of release */
};

/** What a reference is made of. */
struct icp_reference_info {
    uint32_t struct_size;       /**< sizeof of this struct */
    uint32_t k;                 /**< companies kept at most */
    uint64_t rows_read;         /**< rows seen, over all parts */
    uint64_t rows_without_key;  /**< of these left out: no key, one beyond 8 KiB, or (exact form) an e-mail address */
    uint64_t companies;         /**< companies held */
    uint64_t distinct_estimate; /**< distinct keys seen: exact below k, else (k-1) 2^64 / largest hash */
    uint64_t rows_differed;     /**< companies held whose key was seen with different rows */
    uint64_t cells_cut;         /**< cells held that were longer than 8 KiB */
    uint64_t seed;              /**< of the key hash */
    uint32_t key_form;          /**< ICP_KEY_... */
    uint32_t format;            /**< of the file: major * 65536 + minor */
    uint32_t columns;           /**< columns held */
    uint32_t reserved;          /**< 0 */
    uint8_t id[32];             /**< SHA-256; every score carries it */
    struct icp_str key_column;  /**< header of the key column; lives as long as the reference */
};

/** An empty builder.
 * @param[in] o NULL = all defaults
 * @param[out] out release with icp_reference_builder_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_reference_builder_new(icp_context *c, const struct icp_reference_options *o,
                                             icp_reference_builder **out, struct icp_error *err);
/** Adds all rows of a reader. After a failure the builder may only be freed.
 * @param[in,out] r read to the end
 * @param[in] p NULL = no progress
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT, ICP_E_KEY, ICP_E_CANCELLED, ICP_E_STATE
 * @since 0.1 */
ICP_API icp_status icp_reference_builder_add(icp_reference_builder *b, icp_reader *r, const struct icp_progress *p,
                                             struct icp_error *err);
/** Adds the rows of one batch.
 * @return as icp_reference_builder_add()
 * @since 0.1 */
ICP_API icp_status icp_reference_builder_add_batch(icp_reference_builder *b, const icp_batch *batch,
                                                   struct icp_error *err);
/** Adds another reference. Columns are united, k becomes the smaller k, rows read add up.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_STATE, ICP_E_LIMIT, ICP_E_REFERENCE when seed or key form differ
 * @since 0.1 */
ICP_API icp_status icp_reference_builder_merge(icp_reference_builder *b, const icp_reference *part,
                                               struct icp_error *err);
/** The reference of everything added; the builder is empty again, also after ICP_E_KEY. After any other failure it may
 * only be freed.
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_STATE, ICP_E_KEY when no row had a key, ICP_E_LIMIT when rows times columns exceed the
 *         context's max_memory
 * @since 0.1 */
ICP_API icp_status icp_reference_builder_finish(icp_reference_builder *b, icp_reference **out, struct icp_error *err);
/** Releases the builder. @since 0.1 */
ICP_API void icp_reference_builder_free(icp_reference_builder *b);

/** Loads a reference file (doc/format.md).
 * @param[in,out] s taken over, on failure too
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_CHECKSUM, ICP_E_VERSION, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_reference_load(icp_context *c, struct icp_source *s, icp_reference **out,
                                      struct icp_error *err);
/** Writes a reference file. The same companies give the same id.
 * @param[in,out] s taken over, on failure too
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO
 * @since 0.1 */
ICP_API icp_status icp_reference_save(const icp_reference *r, struct icp_sink *s, struct icp_error *err);
/** Figures of a reference.
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_reference_describe(const icp_reference *r, struct icp_reference_info *out, struct icp_error *err);
/** The schema inferred from the companies held.
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_reference_schema(const icp_reference *r, icp_schema **out, struct icp_error *err);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_reference *icp_reference_ref(icp_reference *r);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_reference_unref(icp_reference *r);

/** @} */

#ifdef __cplusplus
}
#endif
