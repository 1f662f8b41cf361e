/* SPDX-License-Identifier: MIT */
/** @file
 * Data in: readers, batches, schema, one record.
 */
#pragma once
#include <icp/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup batch Rows: readers, batches, schemas, one record
 * @{ */

typedef struct icp_schema icp_schema; /**< what each column means; immutable, shared */
typedef struct icp_reader icp_reader; /**< a stream of batches; one thread */
typedef struct icp_batch icp_batch;   /**< rows of text cells; immutable, shared */
typedef struct icp_record icp_record; /**< one company being filled in; one thread */

/** What a column is. */
enum {
    ICP_KIND_IGNORED = 0,  /**< not looked at */
    ICP_KIND_KEY = 1,      /**< identifies the company */
    ICP_KIND_NAME = 2,     /**< name of the company */
    ICP_KIND_CATEGORY = 3, /**< one value of a set */
    ICP_KIND_LIST = 4,     /**< several values of a set */
    ICP_KIND_NUMBER = 5,   /**< amount, count, ratio, range */
    ICP_KIND_DATE = 6,     /**< day */
    ICP_KIND_BOOLEAN = 7,  /**< yes or no */
    ICP_KIND_TEXT = 8,     /**< words */
    ICP_KIND_URL = 9       /**< web address or host */
};

/** The trait families. */
enum {
    ICP_FAMILY_OTHER = 0,      /**< every remaining field */
    ICP_FAMILY_INDUSTRY = 1,   /**< industry and business model */
    ICP_FAMILY_SIZE = 2,       /**< employees, revenue */
    ICP_FAMILY_STAGE = 3,      /**< growth stage, funding, age */
    ICP_FAMILY_KEYWORDS = 4,   /**< keywords and positioning */
    ICP_FAMILY_TECHNOLOGY = 5, /**< technology */
    ICP_FAMILY_HIRING = 6,     /**< job openings */
    ICP_FAMILY_GEOGRAPHY = 7   /**< geography and market */
};

/** Formats a reader can be told. */
enum {
    ICP_FORMAT_AUTO = 0, /**< found from the content: JSON lines where it begins with "{" or "[{" after blanks, else CSV */
    ICP_FORMAT_CSV = 1,  /**< separated by comma, semicolon, tab or bar, RFC 4180 quoting */
    ICP_FORMAT_JSONL = 2 /**< one JSON object per line, or one array of objects */
};

/** Options of icp_reader_open(). */
struct icp_reader_options {
    uint32_t struct_size;    /**< sizeof of this struct */
    uint32_t flags;          /**< 0 */
    int32_t format;          /**< ICP_FORMAT_... */
    int32_t delimiter;       /**< byte; 0 = found from the first lines */
    uint32_t rows_per_batch; /**< at most this many rows per batch; 0 = 4,096 */
    uint32_t reserved;       /**< 0 */
};

/** One column of a schema. */
struct icp_column {
    uint32_t struct_size; /**< sizeof of this struct */
    int32_t kind;         /**< ICP_KIND_... */
    int32_t family;       /**< ICP_FAMILY_... */
    int32_t flags;        /**< 0 */
    struct icp_str name;  /**< header as written */
    struct icp_str id;    /**< folded header, as trait ids show it */
    struct icp_str reason;/**< why it was so read */
    uint64_t seen;        /**< rows looked at */
    uint64_t filled;      /**< of these with a value */
};

/** Opens a reader over CSV or JSON lines, gzip or plain, UTF-8 or Windows-1252/Latin-1 (decided per cell).
 * @param[in,out] s taken over, on failure too
 * @param[in] o NULL = all defaults
 * @param[out] out release with icp_reader_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT (empty, binary, broken gzip, duplicate
 *         header), ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_reader_open(icp_context *c, struct icp_source *s, const struct icp_reader_options *o,
                                   icp_reader **out, struct icp_error *err);
/** The next rows. Batches may outlive the reader; one that was unreferenced before the next call is reused.
 * @param[out] out one reference; NULL at the end of the input
 * @param[out] err NULL allowed; row, line, column and byte say where
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT; after a failure every further call fails alike
 * @since 0.1 */
ICP_API icp_status icp_reader_next(icp_reader *r, icp_batch **out, struct icp_error *err);
/** What was read so far, as JSON: format, delimiter, rows, ragged rows, footer rows, converted cells, bytes.
 * @param[out] json one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_reader_stats(const icp_reader *r, icp_buffer **json, struct icp_error *err);
/** Closes the source and releases the reader. @since 0.1 */
ICP_API void icp_reader_free(icp_reader *r);

/** A batch from cells of the caller, copied. The first row holds the names of the columns.
 * @param[in] columns at least 1
 * @param[in] rows rows including the names, at least 1
 * @param[in] bytes all cells, row by row
 * @param[in] offsets columns * rows + 1 ascending offsets into bytes
 * @param[in] validity one bit per cell, least significant first; a clear bit = no value; NULL = all valid
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_LIMIT, ICP_E_FORMAT (duplicate name)
 * @since 0.1 */
ICP_API icp_status icp_batch_from_text(icp_context *c, uint32_t columns, uint64_t rows, const char *bytes,
                                       const int64_t *offsets, const uint8_t *validity, icp_batch **out,
                                       struct icp_error *err);
/** Rows of a batch. @since 0.1 */
ICP_API uint64_t icp_batch_rows(const icp_batch *b);
/** Columns of a batch. @since 0.1 */
ICP_API uint32_t icp_batch_columns(const icp_batch *b);
/** Header of a column, valid as long as the batch; data = NULL when there is no such column. @since 0.1 */
ICP_API struct icp_str icp_batch_name(const icp_batch *b, uint32_t column);
/** One cell, valid as long as the batch, not NUL-terminated; data = NULL when the row has no such cell. @since 0.1 */
ICP_API struct icp_str icp_batch_cell(const icp_batch *b, uint64_t row, uint32_t column);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_batch *icp_batch_ref(icp_batch *b);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_batch_unref(icp_batch *b);

/** Infers what each column means from header and values. Uses the 65,536 rows with the smallest hash, so the result does
 * not depend on the order of the rows.
 * @param[in,out] r read to the end
 * @param[in] p NULL = no progress
 * @param[out] out one reference
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO, ICP_E_FORMAT, ICP_E_LIMIT, ICP_E_CANCELLED
 * @since 0.1 */
ICP_API icp_status icp_schema_infer(icp_context *c, icp_reader *r, const struct icp_progress *p, icp_schema **out,
                                    struct icp_error *err);
/** Reads a schema from JSON (doc/schema.md).
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_SCHEMA with line and column
 * @since 0.1 */
ICP_API icp_status icp_schema_from_json(icp_context *c, const char *json, size_t size, icp_schema **out,
                                        struct icp_error *err);
/** Writes a schema as canonical JSON; reading it back gives an equal schema.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_schema_to_json(const icp_schema *s, icp_buffer **out, struct icp_error *err);
/** The schema with every column whose name or id matches a pattern read (keep = 1: all others ignored) or ignored
 * (keep = 0). Key columns are never ignored. `*` stands for any text, `?` for one character; case is folded.
 * @param[in] pattern one pattern per line
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_SCHEMA naming a pattern that no column matches
 * @since 0.1 */
ICP_API icp_status icp_schema_select(const icp_schema *s, const char *pattern, size_t size, int32_t keep,
                                     icp_schema **out, struct icp_error *err);
/** Number of columns. @since 0.1 */
ICP_API uint32_t icp_schema_columns(const icp_schema *s);
/** One column; strings live as long as the schema.
 * @return ICP_E_ARGUMENT
 * @since 0.1 */
ICP_API icp_status icp_schema_column(const icp_schema *s, uint32_t i, struct icp_column *out, struct icp_error *err);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_schema *icp_schema_ref(icp_schema *s);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_schema_unref(icp_schema *s);

/** An empty record with the columns of a schema, in its order.
 * @param[out] out release with icp_record_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_record_new(const icp_schema *s, icp_record **out, struct icp_error *err);
/** Index of a column by header (exact, else folded); -1 = no such column. @since 0.1 */
ICP_API int32_t icp_record_column(const icp_record *r, const char *name, size_t size);
/** Sets a cell, parsed like a CSV cell; copied. data NULL = no value.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_record_set_text(icp_record *r, int32_t column, const char *data, size_t size);
/** Sets a number. Not finite = no value.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_record_set_number(icp_record *r, int32_t column, double v);
/** Sets a point in time, microseconds since 1970-01-01 UTC. ICP_TIME_UNKNOWN = no value.
 * @return ICP_E_ARGUMENT (also outside the years 1000 to 2999), ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_record_set_time(icp_record *r, int32_t column, int64_t micros);
/** Adds one item to a list column; copied.
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_record_add_item(icp_record *r, int32_t column, const char *data, size_t size);
/** Sets all columns in one crossing: columns + 1 offsets, validity as in icp_batch_from_text().
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_LIMIT
 * @since 0.1 */
ICP_API icp_status icp_record_set_all(icp_record *r, const char *bytes, const int64_t *offsets,
                                      const uint8_t *validity);
/** No column has a value any more; the memory is kept. @since 0.1 */
ICP_API void icp_record_clear(icp_record *r);
/** Releases the record. @since 0.1 */
ICP_API void icp_record_free(icp_record *r);

/** @} */

#ifdef __cplusplus
}
#endif
