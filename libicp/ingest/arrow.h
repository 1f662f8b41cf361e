/* SPDX-License-Identifier: MIT */
/* Arrow arrays as rows of cells: types out of schemas, checks of arrays, values as the text that other readers give. */
#pragma once
#include "base/bytes.h"
#include "ingest/layout.h"
#include <icp/arrow.h>

#define ICP__ARROW_SOURCE "arrow"
#define ICP__ARROW_DEPTH 64u
/* Widest value: a decimal of 256 bits. Every index times this is an offset that a pointer can take. */
#define ICP__ARROW_MOST ((int64_t)(PTRDIFF_MAX / 64))

enum icp__arrow_kind {
    ICP__ARROW_NULL,
    ICP__ARROW_BOOLEAN,
    ICP__ARROW_WHOLE,
    ICP__ARROW_FLOAT,
    ICP__ARROW_DECIMAL,
    ICP__ARROW_TEXT, /* bytes = width of an offset */
    ICP__ARROW_TEXT_VIEW,
    ICP__ARROW_FIXED_TEXT,
    ICP__ARROW_DATE, /* bytes: 4 = days, 8 = milliseconds */
    ICP__ARROW_TIME,
    ICP__ARROW_TIMESTAMP,
    ICP__ARROW_DURATION,
    ICP__ARROW_INTERVAL, /* bytes: 4 = months, 8 = days and milliseconds, 16 = months, days and nanoseconds */
    ICP__ARROW_LIST,     /* bytes = width of an offset; maps are lists of pairs */
    ICP__ARROW_LIST_VIEW,
    ICP__ARROW_FIXED_LIST,
    ICP__ARROW_STRUCT,
    ICP__ARROW_RUNS
};
struct icp__arrow_type {
    enum icp__arrow_kind kind;
    uint8_t bytes;  /* of a value or an offset */
    uint8_t digits; /* of a fraction of a second: 0, 3, 6, 9 */
    bool sign;      /* whole numbers below 0 */
    bool binary;    /* text that nobody promised to be UTF-8 */
    bool zoned;     /* timestamps in UTC; else of an unknown place */
    bool pairs;     /* a map */
    int32_t size;   /* bytes of a fixed text, items of a fixed list, digits of a decimal behind the point */
    uint32_t column; /* the first that it fills, from 0 */
    uint32_t children;
    struct icp__arrow_type *child;      /* [children] */
    struct icp__arrow_type *dictionary; /* then this is the type of the indices */
    struct icp_str name;
};
/* What a schema says. */
struct icp__arrow_plan {
    icp_context *ctx;
    struct icp__arena arena;
    struct icp__arrow_type *root; /* a struct */
    struct icp__layout *layout;
};
/* Nothing of the schema is kept. */
icp_status icp__arrow_plan(icp_context *c, const struct ArrowSchema *s, struct icp__arrow_plan *out, struct icp_error *err);
void icp__arrow_plan_free(struct icp__arrow_plan *p);

/* The shape of an array: everything that can be known without looking at each value. */
icp_status icp__arrow_check(const struct icp__arrow_plan *p, const struct ArrowArray *a, struct icp_error *err);

/* An array that batches and the reader hold together. */
struct icp__arrow_held {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct ArrowArray array;
};
/* Moves the array, on failure too. NULL = no memory. */
struct icp__arrow_held *icp__arrow_hold(icp_context *c, struct ArrowArray *a);
void icp__arrow_drop(struct icp__arrow_held *h);

/* Text of cells that no buffer of an array holds. Blocks never move, so that cells may point into them. */
struct icp__side {
    icp_context *ctx;
    struct icp__side_block *block; /* the one being written; older ones behind it */
    size_t start, used;            /* of the cell being written */
    bool failed;
};
/* Room for n more bytes of the cell being written. NULL = no memory. */
char *icp__side_room(struct icp__side *s, size_t n);
struct icp_str icp__side_end(struct icp__side *s); /* the cell; the next one begins */
void icp__side_reset(struct icp__side *s);         /* forgets all cells, keeps the largest block */
void icp__side_free(struct icp__side *s);

/* What is being filled, and where it stands. */
struct icp__arrow_fill {
    icp_context *ctx;
    const struct icp__arrow_plan *plan;
    struct icp__side *side;
    uint64_t row;    /* number of the row being filled, from 1 */
    uint32_t column; /* from 0 */
    uint64_t converted; /* cells that were not UTF-8 */
    icp_status status;
    struct icp_error *err;
};
bool icp__arrow_wrong(struct icp__arrow_fill *f, icp_status code, const char *text); /* false; tells the place */
bool icp__arrow_full(struct icp__arrow_fill *f);                                     /* the cell is larger than the limit */
/* rows * columns cells from row `from` of the record batch on. */
bool icp__arrow_cells(struct icp__arrow_fill *f, const struct ArrowArray *a, int64_t from, uint64_t rows, struct icp__cell *cells);

/* A value as it stands alone. */
enum icp__arrow_form {
    ICP__ARROW_NOTHING,
    ICP__ARROW_WORD,   /* a number or a truth value: needs no quotes in a list */
    ICP__ARROW_QUOTED, /* a date and the like */
    ICP__ARROW_BYTES,  /* text of the array, perhaps not UTF-8 */
    ICP__ARROW_NESTED
};
struct icp__arrow_at {
    const struct icp__arrow_type *type;
    const struct ArrowArray *array;
    int64_t index; /* with the array's own offset */
};
struct icp__arrow_value {
    enum icp__arrow_form form;
    struct icp__arrow_at at; /* what dictionaries and runs lead to */
    struct icp_str text;
    char room[256];
};
/* The value with index `index` of an array without its offset. */
bool icp__arrow_value(struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t index, struct icp__arrow_value *out);
bool icp__arrow_range(struct icp__arrow_fill *f, const struct icp__arrow_at *at, int64_t *from, int64_t *count); /* items of a list */
bool icp__arrow_nested(struct icp__arrow_fill *f, const struct icp__arrow_at *at);                               /* as JSON, into the side */

/* Numbers and times as text; the length. */
size_t icp__arrow_float(const void *p, uint8_t bytes, char out[48]); /* 0 = not a number or not finite */
size_t icp__arrow_whole(const void *p, uint8_t bytes, bool sign, char out[24]);
size_t icp__arrow_decimal(const void *p, uint8_t bytes, int32_t scale, char out[256]);
size_t icp__arrow_date(int64_t days, char out[32]);
size_t icp__arrow_time(const void *p, const struct icp__arrow_type *t, char out[256]);

/* Buffers of a producer need not be aligned. */
static inline int32_t icp__arrow_i32(const void *p, int64_t i) {
    int32_t v;
    memcpy(&v, (const char *)p + i * 4, 4);
    return v;
}
static inline int64_t icp__arrow_i64(const void *p, int64_t i) {
    int64_t v;
    memcpy(&v, (const char *)p + i * 8, 8);
    return v;
}
static inline int64_t icp__arrow_offset(const void *p, uint8_t bytes, int64_t i) {
    return bytes == 4 ? icp__arrow_i32(p, i) : icp__arrow_i64(p, i);
}
static inline bool icp__arrow_bit(const void *bits, int64_t i) { return ((const uint8_t *)bits)[i / 8] >> (i % 8) & 1; }
