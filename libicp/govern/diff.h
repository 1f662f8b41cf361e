/* SPDX-License-Identifier: MIT */
/* What changed the scores of companies between two moments or models, split exactly. */
#pragma once
#include "base/io.h"
#include "ingest/reader.h"
#include "score/scorer.h"
#include <icp/govern.h>

/* What a change is made of; names stand in diff_write.c. */
enum icp__diff_part { ICP__BY_DATA, ICP__BY_DECAY, ICP__BY_EDITS, ICP__BY_LIST, ICP__BY_REFERENCE, ICP__BY_EXTRACTION, ICP__BY_JOINT, ICP__DIFF_PARTS };

/* One of the models. */
struct icp__diff_model {
    icp_model *whole, *part;
    icp_scorer *scorer;
    struct icp__plan *plan; /* of the batch at hand */
    const icp_accounts *events;
    uint32_t *column;       /* [part->schema->columns] place among the columns of all models */
};
/* A company as one of them sees it. */
struct icp__diff_point {
    int64_t milli, learned;  /* as it is; as it would be without edits */
    int64_t *by_column;      /* [columns] milli-points, offsets with them */
};
/* A company and its change. */
struct icp__diff_row {
    struct icp_str key;
    uint64_t before, now;    /* rows with this key */
    int64_t was, is;         /* milli-points */
    int64_t part[ICP__DIFF_PARTS];
    const int32_t *by_column; /* [columns] change */
};
struct icp__diff_sum {
    uint64_t companies;
    int64_t sum, size; /* of the changes; of their sizes */
};
#define ICP__DIFF_LISTED 1000u
struct icp__diff_listed {
    struct icp__bytes key;
    int64_t was, is;
    uint32_t column;
};
struct icp__diff {
    icp_context *ctx;
    struct icp_diff_options o;
    int32_t layer;
    struct icp__diff_model from, to, via; /* part NULL = not there */
    const icp_accounts *events_before;
    struct icp__arena arena;
    uint32_t columns;
    const struct icp_str **name; /* [columns] */
    enum icp__diff_part step[2];      /* what the steps from -> via -> to say, or from -> to alone */
    uint32_t joint[2];           /* bits of parts that a joint step stands for */
    struct icp__diff_point point[3];
    int32_t *change;             /* [columns] */
    /* Counts. */
    uint64_t read, to_read;       /* bytes of the file before; of both, 0 = unknown */
    uint64_t rows[2], keyless[2]; /* before, now */
    uint64_t compared, changed, score_changed, tier_changed, only_before, only_now, duplicates;
    uint64_t tiers[6][6];
    struct icp__diff_sum whole, part[ICP__DIFF_PARTS], saturation, *by_column;
    struct icp__diff_listed *largest;
    uint32_t listed;
    const struct icp_sink *rows_sink; /* NULL = not wanted */
    struct icp__bytes out;
};
/* Scores a row of `from` as of the earlier moment, and what it would be at the later one with the same events. */
icp_status icp__diff_before(struct icp__diff *d, const struct icp__cell *cells, const struct icp__cell *key, int64_t *was, int64_t *faded, const int64_t **by_column,
                            struct icp_error *err);
/* The row of now: part[] but for data and decay, and the change of columns against `before` (NULL = nothing is known from before). */
icp_status icp__diff_now(struct icp__diff *d, const struct icp__cell *cells, const struct icp__cell *key, int64_t *from_now, struct icp__diff_row *out,
                         const int64_t **by_column, struct icp_error *err);
/* Makes the plans of a batch and finds its key column; -1 = it has none, which is no error unless `needed`. */
icp_status icp__diff_batch(struct icp__diff *d, const icp_batch *b, bool now, bool needed, int32_t *key, struct icp_error *err);
/* Counts a company and writes its row. */
icp_status icp__diff_add(struct icp__diff *d, const struct icp__diff_row *row, struct icp_error *err);
icp_status icp__diff_head(struct icp__diff *d, struct icp_error *err);
icp_status icp__diff_flush(struct icp__diff *d, size_t least, struct icp_error *err);
void icp__diff_summary(const struct icp__diff *d, struct icp__bytes *b);
/* Rows against themselves, as they come; or two files joined by key, sorted by it. */
icp_status icp__diff_stream(struct icp__diff *d, icp_reader *now, const struct icp_progress *p, struct icp_error *err);
icp_status icp__diff_join(struct icp__diff *d, icp_reader *before, icp_reader *now, const struct icp_progress *p, struct icp_error *err);
static inline int32_t icp__narrow(int64_t v) { return v > INT32_MAX ? INT32_MAX : v < -INT32_MAX ? -INT32_MAX : (int32_t)v; }
