/* SPDX-License-Identifier: MIT */
/* The kept rows of a sample: in one block, which is rewritten when most of it belongs to rows that were dropped. */
#pragma once
#include "ingest/columns.h"

struct icp__row { /* followed by the key, then per cell u32 column id, u32 size, bytes */
    uint64_t hash, cell_bytes;
    uint32_t seen, key_size, filled, cuts;
    uint32_t differed, index; /* index: scratch */
};
struct icp__row_ref {
    uint64_t hash;
    size_t offset;
};
struct icp__rows {
    icp_context *ctx;
    char *store;
    size_t used, cap;
    struct icp__row_ref *refs; /* the first `sorted` ascending by (hash, key), no two alike */
    struct icp__row_ref *temp;
    size_t count, sorted, ref_cap, temp_cap;
    size_t stored; /* rows in the store, with those that were dropped */
    size_t packed; /* bytes of the store when it was written without dropped rows */
    size_t past;   /* bytes of the store at the last compaction */
    size_t open;   /* offset of the row being written */
    uint32_t filled; /* its cells */
};
void icp__rows_init(struct icp__rows *r, icp_context *c);
void icp__rows_free(struct icp__rows *r);
bool icp__rows_room(struct icp__rows *r, size_t n); /* for n bytes more */
/* Writing a row: begin, cells in the order of folded names, then commit or drop. False = no memory. */
bool icp__rows_begin(struct icp__rows *r, uint64_t hash, struct icp_str key);
static inline bool icp__rows_cell(struct icp__rows *r, uint32_t column, struct icp_str cell);
void icp__rows_end(struct icp__rows *r); /* no more cells; commit does it too */
bool icp__rows_commit(struct icp__rows *r);
void icp__rows_drop(struct icp__rows *r);
/* Unites rows with one key and keeps the k smallest. `pack` gives back the memory of the others at once, else when it is much. */
bool icp__rows_compact(struct icp__rows *r, const struct icp__columns *columns, uint32_t k, bool pack);

static inline struct icp__row *icp__rows_at(const struct icp__rows *r, size_t offset) {
    return (struct icp__row *)(void *)(r->store + offset);
}
static inline struct icp_str icp__row_key(const struct icp__row *row) {
    return (struct icp_str){(const char *)(row + 1), row->key_size};
}
static inline const char *icp__row_cells(const struct icp__row *row) {
    return (const char *)(row + 1) + row->key_size;
}
/* Takes one cell off; returns what follows. */
static inline const char *icp__row_next(const char *at, uint32_t *column, struct icp_str *cell) {
    uint32_t size;
    memcpy(column, at, 4);
    memcpy(&size, at + 4, 4);
    *cell = (struct icp_str){at + 8, size};
    return at + 8 + size;
}
/* Order of (hash, key). */
static inline int icp__key_compare(uint64_t hash_a, struct icp_str a, uint64_t hash_b, struct icp_str b) {
    return hash_a != hash_b ? (hash_a < hash_b ? -1 : 1) : icp__str_compare(a, b);
}
/* Most cells are short: two moves that may overlap instead of a call. */
static inline void icp__copy_cell(char *to, const char *from, size_t n) {
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        uint64_t a, b;
        memcpy(&a, from, 8), memcpy(&b, from + n - 8, 8);
        memcpy(to, &a, 8), memcpy(to + n - 8, &b, 8);
    } else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, from, 4), memcpy(&b, from + n - 4, 4);
        memcpy(to, &a, 4), memcpy(to + n - 4, &b, 4);
    } else if (n) {
        to[0] = from[0], to[n / 2] = from[n / 2], to[n - 1] = from[n - 1];
    }
}
static inline bool icp__rows_cell(struct icp__rows *r, uint32_t column, struct icp_str cell) {
    uint32_t size = (uint32_t)cell.size;
    if (ICP__UNLIKELY(8 + cell.size > r->cap - r->used) && !icp__rows_room(r, 8 + cell.size))
        return false;
    char *at = r->store + r->used;
    memcpy(at, &column, 4);
    memcpy(at + 4, &size, 4);
    icp__copy_cell(at + 8, cell.data, cell.size);
    r->used += 8 + cell.size;
    r->filled++;
    return true;
}
