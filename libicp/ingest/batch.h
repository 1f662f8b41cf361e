/* SPDX-License-Identifier: MIT */
/* Rows as views: what readers make and everything else reads. */
#pragma once
#include "base/bytes.h"
#include <icp/batch.h>

struct icp__cell {
    const char *data; /* NULL = the row has no such cell; UTF-8; blanks are not cut */
    size_t size;
};
/* Names of columns, shared by all batches of a reader that look alike: compare the pointer while holding a reference. */
struct icp__layout {
    _Atomic uint32_t refs;
    icp_context *ctx;
    uint32_t columns;
    const struct icp_str *folded; /* [columns] icp__fold_value of each name, NUL-terminated */
    struct icp_str names[];       /* unescaped, trimmed, NUL-terminated; bytes behind the array */
};
struct icp_batch {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct icp__layout *layout;
    uint64_t rows;
    uint64_t first_row;      /* data row number of row 0, from 1 */
    struct icp__cell *cells; /* rows * layout->columns, row-major */
    const uint64_t *lines;   /* physical line of each row, from 1; NULL = unknown */
    const char *source;      /* name for messages, "" = none; lives as long as the batch */
    void (*destroy)(struct icp_batch *b); /* frees what the maker owns, and b */
};
static inline const struct icp__cell *icp__batch_row(const struct icp_batch *b, uint64_t row) {
    return b->cells + row * b->layout->columns;
}
struct icp__layout *icp__layout_new(icp_context *c, uint32_t columns, const struct icp__cell *names); /* NULL = no memory */
struct icp__layout *icp__layout_ref(struct icp__layout *l);
void icp__layout_unref(struct icp__layout *l);
/* Column by exact name, else by folded name when only one matches; -1 = none, -2 = several fold alike. */
int32_t icp__layout_find(const struct icp__layout *l, const char *name, size_t size);
struct icp__place icp__batch_place(const struct icp_batch *b, uint64_t row, int32_t column); /* column from 0, -1 = none */

/* Reader internals that other folders need. */
uint64_t icp__reader_raw(const icp_reader *r);  /* bytes taken from the source, for progress */
uint64_t icp__reader_hint(const icp_reader *r); /* expected total, 0 = unknown */

/* A reader whose rows are made by someone else, such as a join. */
struct icp__maker {
    /* *out = NULL at the end; batches outlive the reader. Once it failed it is not called again. */
    icp_status (*next)(void *made, icp_batch **out, struct icp_error *err);
    icp_status (*stats)(const void *made, uint64_t rows, struct icp__bytes *json, struct icp_error *err); /* one JSON object */
    uint64_t (*raw)(const void *made), (*hint)(const void *made); /* as icp__reader_raw, icp__reader_hint */
    void (*free)(void *made);
};
/* Takes `made` over, on failure too. `source` lives as long as `made`. */
icp_status icp__reader_made(icp_context *c, const struct icp__maker *maker, void *made, const char *source, icp_reader **out,
                            struct icp_error *err);
