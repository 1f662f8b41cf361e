/* SPDX-License-Identifier: MIT */
/* Bottom-k sample of rows by key hash (Cohen & Kaplan 2007): bounded memory, independent of order and split, mergeable. */
#pragma once
#include "ingest/batch.h"

#define ICP__CELL_MAX 8192 /* bytes of a stored cell */

/* A table of kept rows, columns sorted by folded name (display name = smallest spelling), rows by (hash, key). */
struct icp__table {
    icp_context *ctx;
    uint32_t columns;
    uint64_t rows;
    const struct icp_str *names;  /* [columns], NUL-terminated */
    const struct icp_str *folded; /* [columns] icp__fold_value of each name, NUL-terminated */
    const struct icp__cell *cells; /* rows * columns row-major; data NULL = empty; trimmed UTF-8, at most ICP__CELL_MAX bytes */
    const uint64_t *hashes;       /* [rows] */
    const struct icp_str *keys;   /* [rows] */
    const uint32_t *seen;         /* [rows] rows seen with this key, saturating */
    const uint32_t *cuts;         /* [rows] cells that were cut */
    const uint8_t *differed;      /* [rows] 1 = seen with different rows */
    struct icp_str key_column;    /* one of names; data NULL in whole_row mode */
    uint64_t rows_read, rows_without_key, cells_cut;
    struct icp__arena arena;      /* owns the arrays and names */
    void *store;                  /* holds the bytes of cells and keys */
};
void icp__table_free(struct icp__table *t);
/* Index of a key, or -1. */
int64_t icp__table_find(const struct icp__table *t, uint64_t hash, struct icp_str key);
/* Bytes of the array of cells; UINT64_MAX when it cannot be. Refused above the context's max_memory. */
uint64_t icp__table_cell_bytes(uint64_t rows, uint64_t columns);

struct icp__sample; /* the collector */
struct icp__sample_options {
    uint32_t k;
    uint64_t seed;
    int32_t key_form;       /* ICP_KEY_EXACT or ICP_KEY_HOST (icp/reference.h) */
    bool whole_row;         /* no key: the row's canonical encoding is the key */
    struct icp_str key;     /* header of the key column; data NULL = found from headers: see icp__key_column */
    struct icp_str exclude; /* patterns, one per line, of columns that are not stored */
    struct icp_str release; /* the same of columns whose e-mail addresses and telephone numbers are stored */
};
icp_status icp__sample_new(icp_context *c, const struct icp__sample_options *o, struct icp__sample **out, struct icp_error *err);
icp_status icp__sample_add(struct icp__sample *s, const struct icp_batch *b, struct icp_error *err);
/* JSON lines may name their key column late: rows of a batch that has none count as rows without a key. */
bool icp__sample_lacks_key(const struct icp__sample *s, const struct icp_batch *b);
void icp__sample_skip(struct icp__sample *s, const struct icp_batch *b);
/* Adds a finished table as if its rows had been seen (merge); k becomes the smaller. Of two key columns the one with the smaller
 * folded name is named as the table's. */
icp_status icp__sample_merge(struct icp__sample *s, const struct icp__table *t, uint32_t k, struct icp_error *err);
/* Canonical table: same rows in any order or split give the same contents. The sample is empty again. */
icp_status icp__sample_finish(struct icp__sample *s, struct icp__table **out, struct icp_error *err);
uint32_t icp__sample_k(const struct icp__sample *s);
void icp__sample_free(struct icp__sample *s);

/* The key column of a layout: by the name given, else `key`, `id`, `company id`, `record id`, `domain`, `website` ... (a table in
 * key.c). ICP_E_KEY naming the candidates when none or several fit. */
icp_status icp__key_column(const struct icp__layout *l, struct icp_str name, const char *source, uint32_t *out, struct icp_error *err);
/* No column could be the key. */
bool icp__key_column_absent(const struct icp__layout *l, struct icp_str name);
/* The key of a cell: trimmed bytes, or the host. Returns size 0 when there is none: empty, longer than ICP__CELL_MAX, or (exact form)
 * an e-mail address. scratch = 256 bytes for the host. */
struct icp_str icp__key_of(const struct icp__cell *cell, int32_t key_form, char scratch[256]);
/* `*` any text, `?` one character, case folded; used for include and exclude patterns. */
bool icp__pattern_match(struct icp_str pattern, struct icp_str text);
/* One pattern a line; data NULL matches nothing. */
bool icp__patterns_match(struct icp_str lines, struct icp_str text);
