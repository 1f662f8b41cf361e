/* SPDX-License-Identifier: MIT */
/** @file
 * Arrow: record batches and streams of them in, results out (doc/arrow.md).
 *
 * The three structs are those of the Arrow C data and C stream interface, written once more behind the guards that the
 * specification names: whoever includes another copy first keeps that one.
 */
#pragma once
#include <icp/batch.h>
#include <icp/score.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup arrow Arrow: tables of other programs in, results out
 * @{ */

#ifndef ARROW_C_DATA_INTERFACE
/** The guard of the two structs of the data interface, as the specification names it. */
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1 /**< the values of the dictionary are in an order that means something */
#define ARROW_FLAG_NULLABLE 2           /**< values may be missing */
#define ARROW_FLAG_MAP_KEYS_SORTED 4    /**< the keys of each map are sorted */

/** The type of an array, as the Arrow C data interface has it. */
struct ArrowSchema {
    const char *format;                    /**< the type */
    const char *name;                      /**< of the field; may be NULL */
    const char *metadata;                  /**< may be NULL */
    int64_t flags;                         /**< ARROW_FLAG_... */
    int64_t n_children;                    /**< children */
    struct ArrowSchema **children;         /**< their types */
    struct ArrowSchema *dictionary;        /**< type of the dictionary's values, else NULL */
    void (*release)(struct ArrowSchema *); /**< called once by the owner; NULL = released */
    void *private_data;                    /**< of the producer */
};

/** The values of an array, as the Arrow C data interface has it. */
struct ArrowArray {
    int64_t length;                       /**< values */
    int64_t null_count;                   /**< -1 = not known */
    int64_t offset;                       /**< the first value in the buffers */
    int64_t n_buffers;                    /**< buffers */
    int64_t n_children;                   /**< children */
    const void **buffers;                 /**< the first is the validity bitmap of most types */
    struct ArrowArray **children;         /**< their values */
    struct ArrowArray *dictionary;        /**< values of the dictionary, else NULL */
    void (*release)(struct ArrowArray *); /**< called once by the owner; NULL = released */
    void *private_data;                   /**< of the producer */
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
/** The guard of the struct of the stream interface. */
#define ARROW_C_STREAM_INTERFACE

/** Record batches of one type, as the Arrow C stream interface has it. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out); /**< 0 = done */
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);    /**< 0 = done; a released array is the end */
    const char *(*get_last_error)(struct ArrowArrayStream *);              /**< may give NULL */
    void (*release)(struct ArrowArrayStream *);                            /**< called once by the owner; NULL = released */
    void *private_data;                                                    /**< of the producer */
};

#endif

/** Opens a reader over a stream of record batches. Cells are what the same values would be in JSON lines; text is not copied: the reader's batches
 * keep the record batch they were cut from until their last unref, which then releases it on that thread.
 * @param[in,out] s moved, on failure too: s->release is NULL when the call returns
 * @param[in] o rows_per_batch is looked at, format and delimiter are not; NULL = all defaults
 * @param[out] out release with icp_reader_free(), which releases the stream
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED (a type without a meaning here, such as a union; unknown flags), ICP_E_MEMORY, ICP_E_IO (the stream
 *         failed; its own text is the message), ICP_E_FORMAT (not what the specification allows; two columns of one name), ICP_E_LIMIT.
 *         icp_reader_next() then gives these with row and column
 * @since 0.1 */
ICP_API icp_status icp_reader_open_arrow(icp_context *c, struct ArrowArrayStream *s, const struct icp_reader_options *o,
                                         icp_reader **out, struct icp_error *err);
/** A batch over one record batch: a struct array, each child a column. Text is not copied.
 * @param[in] s type of the array; stays the caller's
 * @param[in,out] a moved, on failure too: a->release is NULL when the call returns; released with the last reference to the batch
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_FORMAT, ICP_E_LIMIT, with row and column where there is one
 * @since 0.1 */
ICP_API icp_status icp_batch_from_arrow(icp_context *c, struct ArrowSchema *s, struct ArrowArray *a, icp_batch **out,
                                        struct icp_error *err);
/** The columns of a result as a struct array, copied: it lives on when the result is written again or freed, and may be released on any thread.
 * Names and order are those of `icp score --format csv`, types and the further columns stand in doc/arrow.md.
 * @param[out] schema filled; the caller releases it
 * @param[out] array filled; the caller releases it
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_STATE before the first batch, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_result_export(const icp_result *r, struct ArrowSchema *schema, struct ArrowArray *array,
                                     struct icp_error *err);

/** @} */

#ifdef __cplusplus
}
#endif
