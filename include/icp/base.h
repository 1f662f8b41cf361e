/* SPDX-License-Identifier: MIT */
/** @file
 * Status, errors, memory, bytes, input, output, threads.
 *
 * Rules that hold in every header:
 * - A function that returns ::icp_status takes `struct icp_error *err` last; NULL is allowed. Outputs are
 *   written only on success; the error only on failure.
 * - Structs whose first member is `struct_size` are filled by the caller with the size it was compiled with. As
 *   input, all-zero bytes after the size are the defaults; a size smaller than the first release or above 65,536 gives
 *   ::ICP_E_ARGUMENT, non-zero bytes that this library does not know give ::ICP_E_UNSUPPORTED. As output, the
 *   library writes at most that many bytes and zeroes what it does not know.
 * - `_ref` returns its argument; `_unref` and `_free` take NULL and do nothing with it.
 * - A handle keeps its context, and whatever else it was made from, alive.
 * - Strings given in are pointer and length, copied, need no NUL. Strings given out belong to the handle named
 *   and are NUL-terminated beyond their length.
 * - Immutable handles (context, schema, reference, model, batch, buffer, tiers) may be shared between threads; all
 *   others belong to one thread at a time.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup base Status, errors, memory, input and output, threads
 * @{ */

/** Marks a function of the public interface. */
#if defined(ICP_STATIC) || !defined(__GNUC__)
#define ICP_API
#else
#define ICP_API __attribute__((visibility("default")))
#endif

/** 0 = done, otherwise one of the codes below. A code is never renumbered and never reused (doc/codes.md). */
typedef int32_t icp_status;

/** The status codes. */
enum {
    ICP_OK = 0,            /**< done */
    ICP_E_ARGUMENT = 1,    /**< an argument is NULL, out of range, or contradicts another */
    ICP_E_MEMORY = 2,      /**< the allocator gave NULL */
    ICP_E_IO = 3,          /**< a source, a sink or a file failed */
    ICP_E_CANCELLED = 4,   /**< the progress callback asked to stop */
    ICP_E_LIMIT = 5,       /**< the input exceeds a limit of the context (doc/limits.md) */
    ICP_E_UNSUPPORTED = 6, /**< this library does not know the option, column or feature */
    ICP_E_FORMAT = 7,      /**< the bytes are not of the expected format */
    ICP_E_CHECKSUM = 8,    /**< the file is damaged */
    ICP_E_VERSION = 9,     /**< the file needs a newer library */
    ICP_E_EXTRACTION = 10, /**< the model's trait extraction version is not in this library */
    ICP_E_SCHEMA = 11,     /**< the schema is invalid or does not fit the data */
    ICP_E_KEY = 12,        /**< the key column is missing, ambiguous or empty */
    ICP_E_TOO_FEW = 13,    /**< not enough customers */
    ICP_E_NO_MATCH = 14,   /**< no customer was found in the reference or the universe */
    ICP_E_REFERENCE = 15,  /**< two things belong to different references */
    ICP_E_STATE = 16,      /**< the call does not fit the state of the handle */
    ICP_E_LEDGER = 17,     /**< the ledger refused */
    ICP_E_GATE = 18        /**< a quality gate was not passed */
};

/** A point in time that is not known; times are microseconds since 1970-01-01 UTC. */
#define ICP_TIME_UNKNOWN INT64_MIN

typedef struct icp_context icp_context; /**< allocator, limits, log; immutable, shared */
typedef struct icp_buffer icp_buffer;   /**< bytes given out by the library; immutable, shared */
typedef struct icp_pool icp_pool;       /**< threads lent to the library by the caller */

/** Bytes that belong to somebody else. */
struct icp_str {
    const char *data; /**< first byte; NULL only where a function says so */
    size_t size;      /**< bytes, without the terminating NUL */
};

/** What went wrong; memory of the caller, written only on failure. At most struct_size bytes are written; an error
 * whose struct_size is below that of the first release or above 65,536 is left alone, since it was never set. Texts
 * are UTF-8; controls and broken characters in what came from outside show as `?`. */
struct icp_error {
    uint32_t struct_size; /**< set before the call */
    int32_t code;         /**< the ::icp_status that was returned */
    int64_t row;          /**< data row, from 1; -1 = does not apply */
    int64_t line;         /**< physical line, from 1; -1 = does not apply */
    int64_t column;       /**< column, from 1; -1 = does not apply */
    int64_t byte;         /**< offset in the file, from 0; -1 = does not apply */
    char source[128];     /**< name of the file or stream, cut if longer */
    char field[64];       /**< header of the column, cut if longer */
    char message[320];    /**< one line of text without the place */
};

/** Where memory comes from. All three functions may be called on any thread. */
struct icp_allocator {
    uint32_t struct_size;                         /**< sizeof of this struct */
    uint32_t reserved;                            /**< 0 */
    void *user;                                   /**< given back to the functions */
    void *(*alloc)(void *, size_t);               /**< like malloc, never called with size 0 */
    void *(*realloc)(void *, void *, size_t);     /**< like realloc, never called with size 0 */
    void (*free)(void *, void *);                 /**< like free, never called with NULL */
};

/** Levels of the log. */
enum {
    ICP_LOG_NOTE = 1,   /**< worth knowing: a column that a fit left out */
    ICP_LOG_WARNING = 2 /**< worth acting on: customers that were not found */
};

/** Options of icp_context_new(); copied. */
struct icp_context_options {
    uint32_t struct_size;                  /**< sizeof of this struct */
    uint32_t flags;                        /**< 0 */
    const struct icp_allocator *allocator; /**< NULL = malloc */
    /** Called with one line of text on the thread that made the call; NULL = no log. level = ICP_LOG_..., code = a status or ICP_OK. */
    void (*log)(void *user, int32_t level, int32_t code, const char *text, size_t size);
    void *log_user;                        /**< given back to log */
    /** Runs task(arg, 0..tasks-1), each once, on any threads, and returns when all are done; 0 = done,
     * else ICP_E_STATE is returned to the caller. NULL = the calling thread only. */
    int32_t (*parallel)(void *user, uint32_t tasks, void (*task)(void *arg, uint32_t i), void *arg);
    void *parallel_user;                   /**< given back to parallel */
    uint64_t hash_seed;                    /**< seed of internal hash tables; never changes a result */
    uint64_t max_cell;                     /**< bytes in one cell; 0 = 16 MiB */
    uint64_t max_columns;                  /**< columns in one table; 0 = 4,096 */
    uint64_t max_memory;                   /**< bytes one section of a loaded file may take; 0 = 4 GiB, on 32 bits 1 GiB */
    uint64_t max_distinct;                 /**< distinct values looked at in one column; 0 = 1,048,576 */
};

/** Progress of a long call. */
struct icp_progress {
    uint32_t struct_size; /**< sizeof of this struct */
    uint32_t reserved;    /**< 0 */
    void *user;           /**< given back to fn */
    /** Called on the calling thread about once per MiB read or per iteration. total 0 = not known. Non-zero
     * return = stop with ICP_E_CANCELLED. */
    int32_t (*fn)(void *user, uint32_t stage, uint64_t done, uint64_t total);
};

/** Stages given to the progress callback. */
enum {
    ICP_STAGE_READ = 1,      /**< bytes read; total = size_hint of the source */
    ICP_STAGE_EXTRACT = 2,   /**< rows turned into traits */
    ICP_STAGE_FIT = 3,       /**< fits done */
    ICP_STAGE_CALIBRATE = 4  /**< cross-fits done */
};

/** Bytes coming in. */
struct icp_source {
    uint32_t struct_size;                             /**< sizeof of this struct */
    uint32_t reserved;                                /**< 0 */
    void *user;                                       /**< given back to the functions */
    int64_t (*read)(void *user, void *buf, size_t cap); /**< bytes read, 0 = end, negative = failed */
    void (*close)(void *user);                        /**< called once by whoever took the source over; may be NULL */
    const char *name;                                 /**< for messages; must live until close; may be NULL */
    uint64_t size_hint;                               /**< bytes to come as far as known, else 0 */
};

/** Bytes going out. Whoever took the sink over calls exactly one of commit and abort, once. */
struct icp_sink {
    uint32_t struct_size;                                 /**< sizeof of this struct */
    uint32_t reserved;                                    /**< 0 */
    void *user;                                           /**< given back to the functions */
    int64_t (*write)(void *user, const void *buf, size_t n); /**< bytes taken, at least 1; negative = failed */
    /** Make it durable and visible; 0 = done; on failure it forgets what was written, as abort does. May be NULL. */
    int32_t (*commit)(void *user);
    void (*abort)(void *user);                            /**< forget what was written; may be NULL */
    const char *name;                                     /**< for messages; may be NULL */
};

/** Version of the library that is loaded, 0xMMmmpp. @since 0.1 */
ICP_API uint32_t icp_version(void);

/** Name of a status code, such as "ICP_E_LIMIT"; "ICP_E_?" for an unknown one. Static text. @since 0.1 */
ICP_API const char *icp_status_name(icp_status s);

/** Makes a context: the root of every other handle. There is no process-wide state; two contexts share nothing.
 * @param[in] o NULL = all defaults
 * @param[out] out the context, one reference; release with icp_context_unref()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_UNSUPPORTED, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_context_new(const struct icp_context_options *o, icp_context **out, struct icp_error *err);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_context *icp_context_ref(icp_context *c);
/** One reference less; handles made from the context keep it alive. Any thread. @since 0.1 */
ICP_API void icp_context_unref(icp_context *c);

/** Starts threads for the calls that take a pool. The only place where the library starts threads. Results never
 * depend on their number.
 * @param[in] threads 1 to 256, the caller's own thread included
 * @param[out] out the pool; release with icp_pool_free()
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_STATE when no thread can be started
 * @since 0.1 */
ICP_API icp_status icp_pool_new(icp_context *c, uint32_t threads, icp_pool **out, struct icp_error *err);
/** Joins the threads. No call that uses the pool may be under way. After fork() the child may only free it.
 * @since 0.1 */
ICP_API void icp_pool_free(icp_pool *p);

/** The bytes of a buffer, valid until its last unref, followed by a NUL that is not counted.
 * @return ICP_E_ARGUMENT when an argument is NULL
 * @since 0.1 */
ICP_API icp_status icp_buffer_data(const icp_buffer *b, struct icp_str *out);
/** One more reference. Any thread. @since 0.1 */
ICP_API icp_buffer *icp_buffer_ref(icp_buffer *b);
/** One reference less. Any thread. @since 0.1 */
ICP_API void icp_buffer_unref(icp_buffer *b);

/** Opens a file for reading; gzip is found by content when a reader or loader uses the source.
 * @param[in] path NUL-terminated; a directory is refused
 * @param[out] out filled; give it to one function, or call its close
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO
 * @since 0.1 */
ICP_API icp_status icp_source_open_file(icp_context *c, const char *path, struct icp_source *out,
                                        struct icp_error *err);
/** A source over memory of the caller, which must live until the source is closed.
 * @param[in] data may be NULL when size is 0
 * @param[in] size bytes
 * @param[out] out filled; give it to one function, or call its close
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_source_from_memory(icp_context *c, const void *data, size_t size, struct icp_source *out,
                                          struct icp_error *err);
/** Opens a file for writing. A target that is absent or a regular file is written beside, synced and renamed on
 * commit (symbolic links resolved, mode kept); anything else (a pipe, a device) is written in place.
 * @param[in] path NUL-terminated
 * @param[out] out filled; give it to one function, or call its commit or abort
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY, ICP_E_IO
 * @since 0.1 */
ICP_API icp_status icp_sink_open_file(icp_context *c, const char *path, struct icp_sink *out, struct icp_error *err);
/** A sink that collects into a buffer.
 * @param[out] out filled; give it to one function, or call its commit or abort
 * @param[out] buffer on commit `*buffer` becomes the buffer, one reference of the caller; it must point to memory that
 *             lives until then and is not touched on abort
 * @param[out] err NULL allowed
 * @return ICP_E_ARGUMENT, ICP_E_MEMORY
 * @since 0.1 */
ICP_API icp_status icp_sink_to_memory(icp_context *c, struct icp_sink *out, icp_buffer **buffer, struct icp_error *err);

/** @} */

#ifdef __cplusplus
}
#endif
