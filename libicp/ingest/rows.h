/* SPDX-License-Identifier: MIT */
/* The kept rows of a sample: packed, in one block that is rewritten when rows were dropped. */
#pragma once
#include "ingest/columns.h"

struct icp__row { /* followed by the key, then per cell u32 column id, u32 size, bytes */
    uint64_t hash, cell_bytes;
    uint32_t seen, key_size, filled, cuts;
    uint32_t differed, pad;
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
    size_t count, sorted, ref_cap;
    size_t packed; /* bytes of the sorted ones */
    size_t open;   /* offset of the row being written */
};
void icp__rows_init(struct icp__rows *r, icp_context *c);
void icp__rows_free(struct icp__rows *r);
/* Writing a row: begin, cells in the order of folded names, then commit or drop. False = no memory. */
bool icp__rows_begin(struct icp__rows *r, uint64_t hash, struct icp_str key);
bool icp__rows_cell(struct icp__rows *r, uint32_t column, struct icp_str cell);
bool icp__rows_commit(struct icp__rows *r);
void icp__rows_drop(struct icp__rows *r);
/* Unites rows with one key, keeps the k smallest, and gives back the memory of the others. */
bool icp__rows_compact(struct icp__rows *r, const struct icp__columns *columns, uint32_t k);

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
