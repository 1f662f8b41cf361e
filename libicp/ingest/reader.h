/* SPDX-License-Identifier: MIT */
/* What the readers of each format share: the block being read, recycled batches, the place in the file. */
#pragma once
#include "base/io.h"
#include "ingest/csv_rows.h"
#include "ingest/layout.h"

#define ICP__READER_POOL 16
#define ICP__READER_BLOCK ((size_t)1 << 20)
#define ICP__READER_FIRST ((size_t)1 << 16)
/* Wide tables get fewer rows per batch, so that a batch stays small. */
#define ICP__READER_CELLS ((uint64_t)1 << 18)

/* A batch and the memory it owns; reused when nobody but the reader holds it. */
struct icp__slab {
    struct icp_batch batch;
    char *block;
    size_t block_cap;
    size_t cell_cap; /* of batch.cells */
    uint64_t *lines;
    size_t line_cap;
    char *side; /* converted cells */
    size_t side_cap;
    char source[];
};

struct icp__counts {
    struct icp__csv_tally rows;
    uint64_t footers, footer_line; /* line of the first */
    uint64_t converted, damaged;
    uint64_t duplicates, surrogates;
};

/* JSON lines: columns known so far and how to find them. */
struct icp__jsonl {
    struct icp__cell *names;
    size_t name_cap;
    uint32_t columns;
    uint32_t *table;  /* column + 1 by hash of the name, open addressing */
    uint32_t *folded; /* the same by folded name */
    size_t table_size;
    struct icp__arena arena; /* names, each followed by its folded form */
    struct icp_str *folds;
    size_t fold_cap;
    struct icp__bytes path; /* the name being built */
    uint64_t *stamp;        /* [columns] row that set the column last */
    size_t stamp_cap;
    uint64_t next_stamp;
    uint64_t line_start; /* offset of the first byte of r->line */
    bool array;          /* the file is one array of objects */
    bool opened;
    enum { ICP__JSONL_FIRST, ICP__JSONL_AFTER, ICP__JSONL_COMMA, ICP__JSONL_ENDED } state; /* in the array */
};

struct icp_reader {
    icp_context *ctx;
    struct icp__input *in;
    const char *source;
    int32_t format;
    uint32_t rows_per_batch;
    struct icp__layout *layout;

    struct icp__slab *pool[ICP__READER_POOL];
    uint32_t pool_count;
    struct icp__slab *slab; /* of the pool; holds the bytes not yet taken */
    char *pos, *end;
    bool eof, sealed;
    size_t want;      /* bytes to have before parsing */
    uint64_t offset;  /* of pos in the plain text */
    uint64_t line;    /* of pos */
    uint64_t rows;    /* given out */
    uint64_t bytes;   /* plain bytes read */
    struct icp__counts counts;

    int delimiter; /* -1 = none */
    bool marked;   /* began with a byte order mark */
    bool no_footers, lone_is_data;
    size_t *dirty;
    size_t dirty_count, dirty_cap;
    bool footers_known;
    uint64_t footer_row; /* then: rows before the first one of the footer */
    char footer_text[120];
    size_t footer_size;

    struct icp__jsonl json;
    const struct icp__maker *maker; /* rows that no file holds; NULL = a file is read */
    void *made;
    bool failed, done;
    struct icp_error failure;
};

/* A slab that nobody else holds, in the pool. NULL = no memory. */
struct icp__slab *icp__reader_slab(icp_reader *r);
/* Where the slab does not hold them already: moves the bytes not yet taken to its front and reads until it holds `want`
 * bytes, or the input ends. */
icp_status icp__reader_fill(icp_reader *r, struct icp__slab *s, size_t want, struct icp_error *err);
bool icp__reader_reserve(icp_reader *r, struct icp__slab *s, uint64_t cells, uint64_t rows);
/* A row that is not whole fills the block: how much to read next. Longer rows than the limit = ICP_E_LIMIT at
 * `where`. */
icp_status icp__reader_longer(icp_reader *r, const struct icp__place *where, size_t cell, size_t *want,
                              struct icp_error *err);
/* Makes the first `cells` cells UTF-8, given that they lie in [from, to). */
icp_status icp__reader_encode(icp_reader *r, struct icp__slab *s, uint64_t cells, const char *from, const char *to,
                              struct icp_error *err);
struct icp__place icp__reader_place(const icp_reader *r, const char *at, uint64_t line);
/* Bytes [pos, to) are done with. */
void icp__reader_take(icp_reader *r, char *to);
/* Chooses how much to read at once: so much that a batch of rows like the last ones just fits; what is left over has
 * to be moved. full = the batch took `used` bytes and had no room for more. */
void icp__reader_adapt(icp_reader *r, size_t used, bool full);

icp_status icp__csv_open(icp_reader *r, int32_t delimiter, struct icp_error *err);
/* *out = NULL at the end. The slab's batch has cells, lines and rows; the caller adds the rest. */
icp_status icp__csv_next(icp_reader *r, struct icp__slab **out, struct icp_error *err);
icp_status icp__jsonl_open(icp_reader *r, struct icp_error *err);
icp_status icp__jsonl_next(icp_reader *r, struct icp__slab **out, struct icp_error *err);
void icp__jsonl_close(icp_reader *r);
