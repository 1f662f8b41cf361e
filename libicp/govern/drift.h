/* SPDX-License-Identifier: MIT */
/* What a comparison of two samples of companies is made of. */
#pragma once
#include "score/scorer.h"
#include <icp/govern.h>

#define ICP__DRIFT_NEW 64u     /* columns that the model does not know, by name; more are only counted */
#define ICP__DRIFT_TRIED 1024u /* pairs of a column that is gone and one that is new */

/* One sample, as counts. */
struct icp__drift_side {
    bool read;          /* from rows; else what the model stores */
    bool events;        /* with those of its companies */
    uint64_t rows;
    uint64_t *known;      /* [columns] */
    uint64_t *unreadable; /* of rows that were read: filled, but not as the column's kind */
    uint64_t *outside;    /* known, but outside what the reference held */
    uint64_t *bare;       /* known, and without any trait of the model */
    uint64_t *held;       /* rows that had a cell for the column */
    uint64_t *with;       /* [traits] */
    uint64_t *score[ICP__LAYERS]; /* [ICP__SCORES] by part of the model; NULL = that layer is not compared */
    uint64_t *histograms; /* [ICP__LAYERS][ICP__SCORES] */
    uint64_t *block;      /* holds them all */
};
/* A column of the rows that no column of the schema stands for. */
struct icp__drift_new {
    struct icp_str name, folded;
    uint64_t rows; /* whose batch had it */
};
/* The cells of a new column read as a column that is gone. */
struct icp__drift_pair {
    uint32_t gone, fresh;
    uint64_t known;
    uint64_t *with; /* [traits of the column] */
};
enum icp__drift_kind {
    ICP__SHARE,       /* of a trait, where its column is known */
    ICP__OTHER_SHARE, /* of what is none of the model's values, where the column is known */
    ICP__KNOWN_SHARE, /* of the rows in which a column is known */
    ICP__SCORE_SHARE  /* of the rows that score so high */
};
enum icp__drift_rarity {
    ICP__DRIFT_NEVER, /* so few rows should be without it that all having it would be no wonder */
    ICP__DRIFT_RARE,  /* not one row should have it */
    ICP__DRIFT_COMMON
};
/* One question: is this count of the second sample too large for chance? A fall is a rise of those without. */
struct icp__drift_test {
    uint8_t kind;   /* enum icp__drift_kind */
    uint8_t rarity; /* enum icp__drift_rarity, of those with it */
    bool up, alarm;
    bool sought;   /* a change of the odds by 9/4 is found in four of five runs */
    uint32_t what; /* trait, column, or part */
    int32_t cut;   /* scores: at or above this one */
    uint64_t had, had_of, has, has_of;
    uint64_t slack; /* so many more of the first sample would be no drift either */
    double level; /* its part of the chance of a false alarm */
    double ratio; /* p / level */
    double p, sure;
};
enum icp__drift_verdict {
    ICP__DRIFT_NONE,
    ICP__DRIFT_MOVED,       /* shares moved */
    ICP__DRIFT_KNOWN,       /* only how often it is known */
    /* No longer the column it was: */
    ICP__DRIFT_ABSENT,      /* no such column */
    ICP__DRIFT_RENAMED,     /* another column holds its values */
    ICP__DRIFT_EMPTIED,     /* hardly filled any more */
    ICP__DRIFT_REFORMATTED, /* filled, but with what the model cannot read or does not know */
};
struct icp__drift_column {
    uint8_t verdict;
    uint32_t to;       /* renamed: the new column */
    uint32_t alarms;   /* traits that moved */
    uint32_t known;    /* test of the known share that alarms, or UINT32_MAX */
    uint32_t gone, common; /* values that were common; of these not to be found any more */
    uint32_t missed;   /* traits of which a rise of the odds by 9/4 would not be found in four of five runs */
    uint64_t needed;   /* rows with which it would be of the commonest of these; 0 = not for want of rows */
    double size;       /* largest move of a share */
};
struct icp__drift {
    icp_context *ctx;
    icp_model *model;
    double level; /* chance that a run without drift alarms */
    struct icp__drift_side before, now;
    struct icp__arena arena;
    struct icp__drift_new fresh[ICP__DRIFT_NEW];
    uint32_t fresh_count, fresh_more;
    struct icp__drift_pair *pair;
    size_t pairs, pair_cap;
    struct icp__drift_test *test;
    size_t tests, test_cap;
    struct icp__drift_column *column; /* [columns] */
    uint64_t tested[3]; /* traits, columns and layers */
    uint64_t sought;    /* tests that are */
    uint32_t alarms, schema_alarms;
};

static inline double icp__drift_part(uint64_t n, uint64_t of) { return of ? (double)n / (double)of : 0; }
/* The columns that are compared: used, and read from cells. */
static inline bool icp__drift_compares(const icp_model *m, uint32_t column) {
    return m->slots[column].known != ICP__NONE && !icp__model_of_events(m, column);
}
/* Both samples have scores of the layer that can be compared. */
bool icp__drift_compares_layer(const struct icp__drift *d, uint32_t part);
bool icp__drift_side_make(struct icp__drift *d, struct icp__drift_side *s); /* false = no memory */
/* What the model stores of its reference. */
void icp__drift_side_model(const struct icp__drift *d, struct icp__drift_side *s);
/* Opens the histograms of the layers that are compared: those that look at events only where there are some, of the model where they are stored. */
void icp__drift_scores(const struct icp__drift *d, struct icp__drift_side *s, bool events, bool stored);
/* Reads rows to the end. Accounts may be NULL. */
icp_status icp__drift_read(struct icp__drift *d, icp_reader *r, struct icp__drift_side *s, const struct icp_drift_options *o, icp_accounts *accounts,
                           const struct icp_progress *p, struct icp_error *err);
icp_status icp__drift_ask(struct icp__drift *d, struct icp_error *err);
icp_status icp__drift_test_all(struct icp__drift *d, struct icp_error *err);
void icp__drift_judge(struct icp__drift *d);
icp_status icp__drift_write(const struct icp__drift *d, struct icp__bytes *b, struct icp_error *err);
double icp__drift_size(const struct icp__drift_test *q); /* how far the share moved */
uint32_t icp__drift_column_of(const struct icp__drift *d, const struct icp__drift_test *q); /* not of scores */
