/* SPDX-License-Identifier: MIT */
/* One pass over a block of CSV: bytes to cells. */
#pragma once
#include "ingest/batch.h"

/* More trailing rows with one filled cell than this are data: no export writes longer footers. */
#define ICP__FOOTER_MAX 16

/* How a row that may be a footer looks. */
enum {
    ICP__HELD_EMPTY = 1,      /* no cell is filled */
    ICP__HELD_LONE = 2,       /* there is only one cell in the file, without delimiter */
    ICP__HELD_AFTER_BLANK = 4 /* a blank line stands before it */
};

struct icp__csv_tally {
    uint64_t short_rows; /* cells were missing */
    uint64_t long_rows;  /* filled cells beyond the header */
    uint64_t extra;      /* such cells */
    uint64_t blank;      /* blank lines */
};
struct icp__csv_mark {
    char *pos; /* first byte of the next row */
    uint64_t rows, line;
    struct icp__csv_tally tally;
};
enum icp__csv_stop {
    ICP__CSV_FULL,    /* enough rows */
    ICP__CSV_OUT,     /* the block ends; the bytes from now.pos on are no whole row, or there are none */
    ICP__CSV_COLUMNS, /* open: a cell beyond the limit */
    ICP__CSV_CELL,    /* open: too large */
    ICP__CSV_MEMORY
};
struct icp__csv_pass {
    icp_context *ctx;
    char *end; /* followed by ICP__SCAN_PAD zeros */
    bool eof;  /* nothing follows; the block ends with a line end */
    bool watch; /* hold back rows that may be footers */
    int delimiter; /* -1 = none */
    uint32_t columns;
    uint64_t max_rows;
    struct icp__cell *cells; /* room for max_rows + ICP__FOOTER_MAX + 1 rows */
    uint64_t *lines;         /* the same */
    size_t *dirty;           /* indices of cells that hold quotes to be undone */
    size_t dirty_count, dirty_cap;

    struct icp__csv_mark now;    /* in: where to begin; out: after the last whole row */
    struct icp__csv_mark full;   /* after max_rows rows */
    struct icp__csv_mark before; /* before the held rows */
    uint32_t held;               /* trailing rows that may be footers; beyond ICP__FOOTER_MAX they are not */
    uint8_t kind[ICP__FOOTER_MAX + 1];
    bool lone_is_data; /* in and out: rows of one cell were followed by other rows */
    bool high;         /* bytes outside ASCII were seen */

    char *open; /* the cell in which the pass stopped */
    uint64_t open_line;
    uint64_t open_column;   /* from 1 */
    uint64_t header_cells; /* with columns == 0: cells of the first row */
};
enum icp__csv_stop icp__csv_rows(struct icp__csv_pass *p);
