/* SPDX-License-Identifier: MIT */
/* One table read row by row, its cells by the columns of its schema. */
#pragma once
#include "base/text.h"
#include "dataset/dataset.h"
#include "dataset/match.h"
#include "dataset/moment.h"

struct icp__walk {
    const icp_dataset *d;
    const struct icp__member *member;
    icp_reader *reader;
    struct icp__layout *layout; /* that `at` belongs to */
    int32_t *at;                /* [schema->columns] column of the batch, -1 = it has none */
    icp_batch *batch;
    uint64_t row; /* of the batch */
    const struct icp__cell *cells;
};
/* On failure there is nothing to close; closing twice is allowed. */
icp_status icp__walk_open(struct icp__walk *w, const icp_dataset *d, uint32_t member, struct icp_error *err);
icp_status icp__walk_batch(struct icp__walk *w, struct icp_error *err); /* the next batch; NULL at the end */
void icp__walk_close(struct icp__walk *w);
/* The next row; *more = false at the end. */
static inline icp_status icp__walk_next(struct icp__walk *w, bool *more, struct icp_error *err) {
    if (!w->batch || ++w->row >= w->batch->rows) {
        const icp_status st = icp__walk_batch(w, err);
        *more = w->batch != NULL;
        if (st || !w->batch) return st;
    }
    w->cells = icp__batch_row(w->batch, w->row);
    *more = true;
    return ICP_OK;
}
/* Trimmed; size 0 = nothing. */
static inline struct icp_str icp__walk_cell(const struct icp__walk *w, uint32_t column) {
    const int32_t at = w->at[column];
    if (at < 0 || !w->cells[at].size) return (struct icp_str){NULL, 0};
    return icp__trim(w->cells[at].data, w->cells[at].size);
}
/* The cell as an exact key (icp__match_key); size 0 = none. */
static inline struct icp_str icp__walk_key(const struct icp__walk *w, uint32_t column) {
    struct icp_str key = {NULL, 0};
    const int32_t at = w->at[column];
    if (at >= 0 && w->cells[at].size) (void)icp__match_key((struct icp_str){w->cells[at].data, w->cells[at].size}, false, NULL, &key);
    return key;
}
/* The key that a link of one row has: the first where it has several. */
static inline struct icp_str icp__walk_link(const struct icp__walk *w, const struct icp__link *link) {
    struct icp_str key = {NULL, 0};
    const int32_t at = w->at[link->column];
    if (at >= 0 && w->cells[at].size)
        (void)icp__match_key(icp__match_first((struct icp_str){w->cells[at].data, w->cells[at].size}, link->separator), false, NULL, &key);
    return key;
}

/* The dates of a row. */
struct icp__span {
    bool dated;               /* one can be read */
    bool ended;               /* the row's end is known */
    int64_t earliest, latest; /* the last moment that the earliest and the latest cell may mean */
    uint32_t latest_column;
};
struct icp__dates {
    icp_context *ctx;
    uint32_t count;
    bool ends; /* some columns are marked as the end of a row */
    struct icp__date {
        uint32_t column;
        uint8_t order, size;
        bool end, read, filled; /* read, filled: the current row's */
        char text[32];          /* what `moment` was read from: dates come in runs */
        struct icp__moment moment;
    } *date;
};
bool icp__dates_init(struct icp__dates *d, icp_context *c, const struct icp__member *m); /* false = no memory */
void icp__dates_free(struct icp__dates *d);
void icp__dates_read(struct icp__dates *d, const struct icp__walk *w, struct icp__span *out);
