/* SPDX-License-Identifier: MIT */
/* Context, memory, errors, option structs: what every file of the library needs. */
#pragma once
#include <icp/base.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Only double is used: 1, where float alone is computed in double (s390x), is as good as 0. */
#if !defined(__FLT_EVAL_METHOD__) || (__FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 1)
#error "libicp needs double arithmetic without excess precision (i386: -msse2 -mfpmath=sse)"
#endif

#ifdef __GNUC__
#define ICP__PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ICP__LIKELY(x) __builtin_expect(!!(x), 1)
#define ICP__UNLIKELY(x) __builtin_expect(!!(x), 0)
#else
#define ICP__PRINTF(f, a)
#define ICP__LIKELY(x) (x)
#define ICP__UNLIKELY(x) (x)
#endif

#define ICP__VERSION 0x000100u

struct icp_context {
    _Atomic uint32_t refs;
    struct icp_allocator allocator;
    struct icp_context_options options; /* limits are never 0 here; log and parallel may be NULL */
};

/* Memory. NULL on failure or overflow; count * size may be 0 and then gives a unique pointer. */
void *icp__alloc(icp_context *c, size_t count, size_t size);
void *icp__calloc(icp_context *c, size_t count, size_t size);
void *icp__realloc(icp_context *c, void *p, size_t count, size_t size);
void icp__free(icp_context *c, void *p);
/* Makes room for `need` elements in *p, doubling; false = no memory and nothing changed. */
bool icp__grow(icp_context *c, void *p, size_t *cap, size_t need, size_t size);

/* Errors. All return `code`, so that a caller can `return icp__fail(...)`. err may be NULL. The format knows
 * %s %.*s %c %d %u %zu %lld %llu %%. Text that came from outside is cut and its controls become '?'. */
icp_status icp__fail(struct icp_error *err, icp_status code, const char *format, ...) ICP__PRINTF(3, 4);
struct icp__place {
    const char *source; /* NULL = none */
    int64_t row, line, column, byte;
    struct icp_str field;
};
#define ICP__NOWHERE ((struct icp__place){NULL, -1, -1, -1, -1, {NULL, 0}})
icp_status icp__fail_at(struct icp_error *err, icp_status code, const struct icp__place *where, const char *format, ...)
    ICP__PRINTF(4, 5);
icp_status icp__no_memory(struct icp_error *err);

/* Reads a size-first option struct into `own` (own_size bytes, zeroed beyond what was given). `given` NULL = defaults.
 * first = size in the first release. */
icp_status icp__options(const void *given, uint32_t first, void *own, uint32_t own_size, struct icp_error *err);
/* Checks the struct_size of an output struct, then writes min(sizes) bytes of `own` and zeroes the rest. */
icp_status icp__output(void *given, uint32_t first, const void *own, uint32_t own_size, struct icp_error *err);

/* The floating-point environment of the caller may round or flush otherwise: every call that computes with doubles
 * brackets itself with these. */
struct icp__fpenv {
    char opaque[64];
};
void icp__fpenv_enter(struct icp__fpenv *saved);
void icp__fpenv_leave(const struct icp__fpenv *saved);

/* Runs task(arg, i) for i in 0..tasks-1: on the pool, else on the context's parallel, else here. Tasks run in the default
 * floating-point environment. A task may use the pool it runs on (inline), but not the context's parallel. */
icp_status icp__parallel(icp_context *c, icp_pool *pool, uint32_t tasks, void (*task)(void *arg, uint32_t i), void *arg,
                         struct icp_error *err);

/* ICP_OK or ICP_E_CANCELLED. p may be NULL. icp__progress_check validates a caller's struct once, at entry. */
icp_status icp__progress_check(const struct icp_progress *p, struct icp_error *err);
icp_status icp__progress(const struct icp_progress *p, uint32_t stage, uint64_t done, uint64_t total,
                         struct icp_error *err);

void icp__say(icp_context *c, int32_t level, int32_t code, const char *format, ...) ICP__PRINTF(4, 5);

/* Little-endian loads and stores at any alignment. */
static inline uint16_t icp__get16(const void *p) {
    const uint8_t *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t icp__get32(const void *p) {
    uint32_t v;
    memcpy(&v, p, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}
static inline uint64_t icp__get64(const void *p) {
    uint64_t v;
    memcpy(&v, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}
static inline void icp__put16(void *p, uint16_t v) {
    uint8_t *b = p;
    b[0] = (uint8_t)v, b[1] = (uint8_t)(v >> 8);
}
static inline void icp__put32(void *p, uint32_t v) {
    icp__put16(p, (uint16_t)v), icp__put16((uint8_t *)p + 2, (uint16_t)(v >> 16));
}
static inline void icp__put64(void *p, uint64_t v) {
    icp__put32(p, (uint32_t)v), icp__put32((uint8_t *)p + 4, (uint32_t)(v >> 32));
}
