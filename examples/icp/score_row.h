/* SPDX-License-Identifier: MIT */
/* The columns that icp score writes, and how a row of a result becomes a line. */
#pragma once
#include "command.h"

enum { SHOWN_LAYERS = 4, SCORE_COLUMNS = 64 };

/* The arrays of one layer of a result, fetched once per batch. */
struct layer_view {
    const int32_t *score, *tier, *low, *high, *confidence, *stale, *trend, *traits, *points, *effective;
    const int64_t *evidence, *flags, *whole;
    struct icp_array event, override;
};
struct view {
    struct layer_view layer[SHOWN_LAYERS]; /* by ICP_LAYER_... */
    struct icp_array key, action;
    const int32_t *quadrant;
    bool has_key;
};
struct score_line;
/* One column: what it is called, how it is shown, and of which layer. One of write and bytes. */
struct score_column {
    char kind;     /* 's' text, 'n' number */
    int32_t layer; /* 0 = none */
    void (*write)(struct text *t, const struct score_line *l);    /* needs no quoting; or */
    struct icp_str (*bytes)(const struct score_line *l); /* what came from outside */
    char text[160]; /* the header */
};
/* What all rows have in common. */
struct score_layout {
    enum format format;
    uint32_t layers, timing; /* bits of the model's layers, of those that look at events */
    uint32_t reasons;
    double weight[SHOWN_LAYERS]; /* of the blend; all 0 = none */
    bool blend;
    bool decided;             /* decisions are shown */
    struct icp_str head;      /* of the ledger; size 0 = none */
    const struct text *names; /* of traits, ready to be put inside a quoted cell */
    struct score_column column[SCORE_COLUMNS];
    const char *header[SCORE_COLUMNS];
    char kinds[SCORE_COLUMNS + 1];
    int columns;
};
struct score_line {
    const struct score_layout *layout;
    const struct score_column *column;
    const struct view *view;
    uint64_t row;
};
void score_layout_make(struct score_layout *l);
icp_status view_of(struct view *v, const struct score_layout *l, const icp_result *r, struct icp_error *e);
void score_row_write(struct text *t, const struct score_layout *l, const struct view *v, uint64_t row);
/* "fit=0.6,intent=0.4"; false = not understood, or a layer the model lacks. */
bool blend_parse(const char *s, struct score_layout *l);
int32_t quadrant_parse(const char *s); /* pursue, early, investigate, low; 0 = none of them */
