/* SPDX-License-Identifier: MIT */
/* For tests of readers: sources with short reads, and a whole file as one text. */
#pragma once
#include "base/bytes.h"
#include <check.h>
#include <icp/batch.h>
#include <stdio.h>
#include <stdlib.h>

/* Gives out at most `chunk` bytes per call, repeating the bytes until `total` were given. */
struct drip {
    const char *data;
    size_t size, at, chunk;
    uint64_t total;
    int closed;
};

static inline int64_t drip_read(void *user, void *buf, size_t cap) {
    struct drip *d = user;
    size_t n = d->size - d->at % d->size;
    if (!d->size || d->at >= d->total) return 0;
    if (n > cap) n = cap;
    if (n > d->chunk) n = d->chunk;
    if (n > d->total - d->at) n = (size_t)(d->total - d->at);
    memcpy(buf, d->data + d->at % d->size, n);
    d->at += n;
    return (int64_t)n;
}

static inline void drip_close(void *user) { ((struct drip *)user)->closed++; }

static inline struct icp_source drip_source(struct drip *d, const char *data, size_t size, size_t chunk) {
    *d = (struct drip){size ? data : "?", size ? size : 1, 0, chunk, size, 0};
    return (struct icp_source){sizeof(struct icp_source), 0, d, drip_read, drip_close, "input", size};
}

static inline icp_context *plain_context(uint64_t max_cell, uint64_t max_columns) {
    const struct icp_context_options o = {.struct_size = sizeof o, .max_cell = max_cell, .max_columns = max_columns};
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    return c;
}

static inline struct icp_reader_options reading_options(int32_t format, int32_t delimiter, uint32_t rows) {
    return (struct icp_reader_options){.struct_size = sizeof(struct icp_reader_options), .format = format,
                                       .delimiter = delimiter, .rows_per_batch = rows};
}

/* Everything a reader gives, as text: `[name][name]` of the first batch, then a line per row: `(cell)`, `~` where
 * there is none;
 * a new layout in between shows as its names again. */
static inline icp_status read_text(icp_context *c, const char *data, size_t size, size_t chunk,
                                   const struct icp_reader_options *o, struct icp__bytes *out, icp_buffer **stats,
                                   struct icp_error *err) {
    struct drip d;
    struct icp_source s = drip_source(&d, data, size, chunk);
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    uint32_t shown = 0;
    icp_status st = icp_reader_open(c, &s, o, &r, err);
    if (st) {
        ck_assert_int_eq(d.closed, 1);
        return st;
    }
    while (!(st = icp_reader_next(r, &b, err)) && b) {
        ck_assert_uint_gt(icp_batch_rows(b), 0);
        if (o && o->rows_per_batch) ck_assert_uint_le(icp_batch_rows(b), o->rows_per_batch);
        if (icp_batch_columns(b) != shown) {
            for (uint32_t i = 0; i < icp_batch_columns(b); i++) {
                icp__bytes_text(out, "[");
                icp__bytes_add(out, icp_batch_name(b, i).data, icp_batch_name(b, i).size);
                icp__bytes_text(out, "]");
            }
            icp__bytes_text(out, "\n");
            shown = icp_batch_columns(b);
        }
        for (uint64_t row = 0; row < icp_batch_rows(b); row++) {
            for (uint32_t i = 0; i < icp_batch_columns(b); i++) {
                const struct icp_str cell = icp_batch_cell(b, row, i);
                if (!cell.data) {
                    icp__bytes_text(out, "~");
                    continue;
                }
                icp__bytes_text(out, "(");
                icp__bytes_add(out, cell.data, cell.size);
                icp__bytes_text(out, ")");
            }
            icp__bytes_text(out, "\n");
        }
        icp_batch_unref(b);
    }
    if (!st && stats) ck_assert_int_eq(icp_reader_stats(r, stats, err), ICP_OK);
    if (st) { /* a failed reader says the same again */
        struct icp_error again = {.struct_size = sizeof again};
        ck_assert_int_eq(icp_reader_next(r, &b, &again), st);
        if (err) ck_assert_mem_eq(&again, err, sizeof again);
    }
    icp_reader_free(r);
    ck_assert_int_eq(d.closed, 1);
    return st;
}

struct bad {
    const char *input;
    size_t size; /* 0 = up to the NUL */
    icp_status code;
    const char *message;
    int64_t row, line, column, byte;
};

static inline void check_bad(const struct bad *t, int32_t format, uint64_t max_cell, uint64_t max_columns) {
    icp_context *c = plain_context(max_cell, max_columns);
    const struct icp_reader_options o = reading_options(format, 0, 0);
    for (size_t chunk = 1; chunk < 100; chunk += 49) {
        struct icp_error err = {.struct_size = sizeof err};
        struct icp__bytes out;
        icp__bytes_init(&out, c);
        ck_assert_msg(read_text(c, t->input, t->size ? t->size : strlen(t->input), chunk, &o, &out, NULL,
                                &err) == t->code,
                      "%s: code %d %s", t->input, (int)err.code, err.message);
        ck_assert_str_eq(err.message, t->message);
        ck_assert_str_eq(err.source, "input");
        ck_assert_msg(err.row == t->row && err.line == t->line && err.column == t->column && err.byte == t->byte,
                      "%s: row %lld line %lld column %lld byte %lld", t->input, (long long)err.row, (long long)err.line,
                      (long long)err.column, (long long)err.byte);
        icp__bytes_free(&out);
    }
    icp_context_unref(c);
}

/* xorshift64* */
static inline uint64_t next_random(uint64_t *s) {
    *s ^= *s >> 12, *s ^= *s << 25, *s ^= *s >> 27;
    return *s * UINT64_C(2685821657736338717);
}
static inline uint32_t below(uint64_t *s, uint32_t n) { return (uint32_t)(next_random(s) >> 33) % n; }
