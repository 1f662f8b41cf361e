/* SPDX-License-Identifier: MIT */
/* What became of each column: moved, or no longer the column it was. Only a column that alarms, or is not there, is judged. */
#include "govern/drift.h"

#define EMPTIED 10u      /* known in less than this part of what it was */
#define COMMON_LEAST 8.0 /* rows that should have a value, for it to be missed */
#define GONE 10.0        /* fewer than this part of them have it */
#define RENAMED .5       /* overlap of the shares of traits */
#define RENAMED_LEAST 20u /* cells that could be read */

/* How much of the traits' shares before the new column's cells give: sum of the smaller shares over sum of the shares. */
static double overlap(const struct icp__drift *d, const struct icp__drift_pair *pair) {
    const struct icp__slot *slot = &d->model->slots[pair->gone];
    double both = 0, all = 0;
    for (uint32_t i = 1; i < slot->traits; i++) {
        const double a = icp__drift_part(d->before.with[slot->first + i], d->before.known[pair->gone]), b = icp__drift_part(pair->with[i], pair->known);
        both += a < b ? a : b;
        all += a;
    }
    return all > 0 ? both / all : 0;
}

/* The new column that holds the values of one that is gone; of equal ones the first by name. */
static void find_new_name(struct icp__drift *d, uint32_t column) {
    double best = RENAMED;
    uint32_t to = ICP__NONE;
    for (size_t i = 0; i < d->pairs; i++) {
        const struct icp__drift_pair *pair = &d->pair[i];
        const double expected = (double)d->fresh[pair->fresh].rows * icp__drift_part(d->before.known[column], d->before.rows);
        if (pair->gone != column || pair->known < RENAMED_LEAST || 2 * (double)pair->known < expected)
            continue;
        const double same = overlap(d, pair);
        if (same > best || (same == best && to != ICP__NONE && icp__str_compare(d->fresh[pair->fresh].folded, d->fresh[to].folded) < 0))
            best = same, to = pair->fresh;
    }
    if (to != ICP__NONE) {
        d->column[column].verdict = ICP__DRIFT_RENAMED;
        d->column[column].to = to;
    }
}

/* Values and items that were common and are hardly found any more: written otherwise, or replaced. */
static bool values_gone(struct icp__drift *d, uint32_t column) {
    const struct icp__slot *slot = &d->model->slots[column];
    struct icp__drift_column *c = &d->column[column];
    for (uint32_t i = slot->first + 1; i < slot->first + slot->traits; i++) {
        const uint32_t kind = icp__entry_kind(icp__entry(d->model, i));
        const double expected = icp__drift_part(d->before.with[i], d->before.known[column]) * (double)d->now.known[column];
        if ((kind != ICP_TRAIT_VALUE && kind != ICP_TRAIT_ITEM) || expected < COMMON_LEAST)
            continue;
        c->common++;
        c->gone += (double)d->now.with[i] * GONE < expected;
    }
    return c->gone >= 3 && 5 * c->gone >= c->common;
}

static bool reformatted(struct icp__drift *d, uint32_t column) {
    const struct icp__drift_side *n = &d->now;
    const uint64_t known = n->known[column], unreadable = n->unreadable[column];
    const bool traits = d->column[column].alarms != 0;
    if (unreadable > known && d->column[column].known != ICP__NONE)
        return true;
    return values_gone(d, column) || (traits && (2 * n->bare[column] > known || 2 * n->outside[column] > known));
}

static void judge_column(struct icp__drift *d, uint32_t column) {
    struct icp__drift_column *c = &d->column[column];
    const struct icp__drift_side *b = &d->before, *n = &d->now;
    if (n->held[column] == 0 && b->known[column] != 0) {
        c->verdict = ICP__DRIFT_ABSENT;
        find_new_name(d, column);
    } else if (c->alarms == 0 && c->known == ICP__NONE) {
        c->verdict = ICP__DRIFT_NONE;
    } else if (reformatted(d, column)) {
        c->verdict = ICP__DRIFT_REFORMATTED;
    } else if (c->known != ICP__NONE && icp__drift_part(n->known[column], n->rows) * EMPTIED < icp__drift_part(b->known[column], b->rows)) {
        c->verdict = ICP__DRIFT_EMPTIED;
    } else {
        c->verdict = c->alarms != 0 ? ICP__DRIFT_MOVED : ICP__DRIFT_KNOWN;
    }
    d->schema_alarms += c->verdict > ICP__DRIFT_KNOWN;
}

uint32_t icp__drift_column_of(const struct icp__drift *d, const struct icp__drift_test *q) {
    return q->kind == ICP__SHARE ? icp__entry_column(icp__entry(d->model, q->what)) : q->what;
}

void icp__drift_judge(struct icp__drift *d) {
    const icp_model *m = d->model;
    for (uint32_t c = 0; c < m->schema->columns; c++)
        d->column[c].known = ICP__NONE;
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *q = &d->test[i];
        if (!q->alarm || q->kind == ICP__SCORE_SHARE)
            continue;
        struct icp__drift_column *c = &d->column[icp__drift_column_of(d, q)];
        const double size = icp__drift_size(q);
        if (q->kind == ICP__KNOWN_SHARE)
            c->known = (uint32_t)i;
        else
            c->alarms++;
        c->size = size > c->size ? size : c->size;
    }
    for (uint32_t c = 0; c < m->schema->columns; c++)
        if (icp__drift_compares(m, c))
            judge_column(d, c);
}
