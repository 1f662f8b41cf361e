/* SPDX-License-Identifier: MIT */
/* Rows to counts: one pass, memory of the size of the model. */
#include "govern/drift.h"
#include "score/result.h"

#define MOMENTS_MOST 11u /* that a fit takes of one account (model/timing.c) */

struct reading {
    struct icp__drift *d;
    struct icp__drift_side *side;
    icp_scorer *scorer;  /* of the first layer: traits and its score */
    icp_scorer *timing;  /* of all layers with events, or NULL */
    icp_result *result;
    uint32_t *hits, *last; /* of a row; row + 1 in which a column had a trait last */
    uint8_t *state;
    bool watch;           /* look for columns that were renamed */
    /* Of the layout of the last batch. */
    struct icp__layout *layout;
    struct icp__plan *plan; /* NULL = it has none of the model's columns */
    uint8_t *held;          /* [columns] it has the column */
    uint32_t fresh[ICP__DRIFT_NEW]; /* cells of new columns */
    uint32_t fresh_of[ICP__DRIFT_NEW];
    uint32_t fresh_count;
};

bool icp__drift_side_make(struct icp__drift *d, struct icp__drift_side *s) {
    const size_t columns = d->model->schema->columns, traits = d->model->info.traits;
    uint64_t *at = s->block = icp__calloc(d->ctx, 5 * columns + traits + (size_t)ICP__LAYERS * ICP__SCORES + 1, sizeof *s->block);
    if (at == NULL)
        return false;
    s->known = at, at += columns;
    s->unreadable = at, at += columns;
    s->outside = at, at += columns;
    s->bare = at, at += columns;
    s->held = at, at += columns;
    s->with = at, at += traits;
    s->histograms = at;
    return true;
}

/* Of the moments of one account, which say nearly the same, one counts. */
static void scores_of_model(const icp_model *part, uint64_t *score) {
    const uint64_t moments = part->signals != NULL ? MOMENTS_MOST : 1;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        score[i] = (icp__get64(part->spread + ((size_t)ICP_WHO_REFERENCE * ICP__SCORES + i) * 8) + moments / 2) / moments;
}

void icp__drift_scores(const struct icp__drift *d, struct icp__drift_side *s, bool events, bool stored) {
    for (uint32_t k = 0; k < d->model->parts; k++) {
        const bool timing = d->model->part[k]->signals != NULL;
        if (timing && !events)
            continue;
        s->score[k] = s->histograms + (size_t)k * ICP__SCORES;
        if (timing ? stored : !s->read)
            scores_of_model(d->model->part[k], s->score[k]);
    }
}

void icp__drift_side_model(const struct icp__drift *d, struct icp__drift_side *s) {
    const icp_model *m = d->model;
    s->rows = m->info.companies;
    for (uint32_t i = 0; i < m->info.traits; i++)
        s->with[i] = icp__get64(m->shar + (size_t)i * ICP__COUNTS_SIZE + 16);
    for (uint32_t c = 0; c < m->schema->columns; c++) {
        const struct icp__slot *slot = &m->slots[c];
        if (!icp__drift_compares(m, c))
            continue;
        s->known[c] = s->with[slot->known] < s->rows ? s->with[slot->known] : s->rows;
        for (uint32_t i = slot->first; i < slot->first + slot->traits; i++) /* of a forged model, more may be said to have a trait */
            s->with[i] = s->with[i] < s->known[c] ? s->with[i] : s->known[c];
    }
}

/* The new columns of a layout: those that no column of the schema stands for. */
static bool note_new(struct reading *g, const struct icp__layout *l, uint32_t cell) {
    struct icp__drift *d = g->d;
    uint32_t i = 0;
    while (i < d->fresh_count && icp__str_compare(d->fresh[i].folded, l->folded[cell]) != 0)
        i++;
    if (i == ICP__DRIFT_NEW) {
        d->fresh_more = 1;
        return true;
    }
    if (i == d->fresh_count) {
        const char *name = icp__arena_copy(&d->arena, l->names[cell].data, l->names[cell].size);
        const char *folded = icp__arena_copy(&d->arena, l->folded[cell].data, l->folded[cell].size);
        if (name == NULL || folded == NULL)
            return false;
        d->fresh[d->fresh_count++] = (struct icp__drift_new){{name, l->names[cell].size}, {folded, l->folded[cell].size}, 0};
    }
    g->fresh[g->fresh_count] = cell;
    g->fresh_of[g->fresh_count++] = i;
    return true;
}

static icp_status learn_columns(struct reading *g, const icp_batch *b, struct icp_error *err) {
    const icp_schema *schema = g->d->model->schema;
    const struct icp__layout *l = b->layout;
    uint8_t *claimed = icp__calloc(g->d->ctx, l->columns + 1u, 1);
    bool fine = claimed != NULL;
    uint32_t found = 0;
    g->fresh_count = 0;
    for (uint32_t c = 0; fine && c < schema->columns; c++) {
        const int32_t cell = icp__layout_find(l, schema->column[c].name.data, schema->column[c].name.size);
        g->held[c] = cell >= 0;
        found += cell != -1 && icp__drift_compares(g->d->model, c);
        if (cell >= 0)
            claimed[cell] = 1;
    }
    for (uint32_t i = 0; fine && g->watch && i < l->columns; i++)
        if (!claimed[i] && l->names[i].size != 0)
            fine = note_new(g, l, i);
    icp__free(g->d->ctx, claimed);
    if (!fine)
        return icp__no_memory(err);
    g->plan = NULL;
    return found ? icp__plan_find(g->scorer, b->layout, b->source, &g->plan, err) : ICP_OK;
}

static icp_status take_layout(struct reading *g, const icp_batch *b, struct icp_error *err) {
    if (g->layout == b->layout)
        return ICP_OK;
    icp__layout_unref(g->layout);
    g->layout = icp__layout_ref(b->layout);
    return learn_columns(g, b, err);
}

static bool count_row(struct reading *g, const struct icp__cell *row, uint32_t stamp) {
    const icp_model *m = g->d->model;
    struct icp__drift_side *s = g->side;
    struct icp__tally t = {.hits = g->hits, .state = g->state};
    int32_t score = icp__points_score(0);
    if (g->plan != NULL) {
        memset(g->state, ICP__CELL_UNKNOWN, m->schema->columns);
        if (!icp__row_tally(g->scorer, g->plan, row, &t))
            return false;
        score = icp__points_score(t.milli);
    }
    if (m->signals == NULL)
        s->score[0][score - ICP__SCORE_MIN]++;
    for (uint32_t i = 0; i < t.count; i++) {
        const uint8_t *e = icp__entry(m, t.hits[i]);
        s->with[t.hits[i]]++;
        if (icp__entry_kind(e) != ICP_TRAIT_KNOWN)
            g->last[icp__entry_column(e)] = stamp;
    }
    for (uint32_t c = 0; c < m->schema->columns; c++) {
        const uint8_t state = g->plan != NULL ? g->state[c] : ICP__CELL_UNKNOWN;
        s->held[c] += g->held[c];
        s->known[c] += (state & ICP__CELL_KNOWN) != 0;
        s->outside[c] += (state & ICP__CELL_OUTSIDE) != 0;
        s->unreadable[c] += (state & ICP__CELL_UNREADABLE) != 0;
        s->bare[c] += (state & ICP__CELL_KNOWN) != 0 && g->last[c] != stamp;
    }
    return true;
}

/* The pair's counts, made where there are none; NULL = no memory, or too many pairs. */
static struct icp__drift_pair *pair_of(struct reading *g, uint32_t gone, uint32_t fresh) {
    struct icp__drift *d = g->d;
    for (size_t i = 0; i < d->pairs; i++)
        if (d->pair[i].gone == gone && d->pair[i].fresh == fresh)
            return &d->pair[i];
    if (d->pairs == ICP__DRIFT_TRIED || !icp__grow(d->ctx, &d->pair, &d->pair_cap, d->pairs + 1, sizeof *d->pair))
        return NULL;
    const uint32_t traits = d->model->slots[gone].traits;
    uint64_t *with = icp__arena_alloc(&d->arena, traits + 1u, sizeof *with);
    if (with == NULL)
        return NULL;
    memset(with, 0, traits * sizeof *with);
    d->pair[d->pairs] = (struct icp__drift_pair){.gone = gone, .fresh = fresh, .with = with};
    return &d->pair[d->pairs++];
}

/* The cells of a new column read as those of one that is gone, by the scorer itself. */
static bool try_pair(struct reading *g, const icp_batch *b, uint32_t gone, uint32_t k) {
    const icp_model *m = g->d->model;
    const struct icp__column *column = &m->schema->column[gone];
    const struct icp__slot *slot = &m->slots[gone];
    struct icp__plan_item item = {.extract = m->extraction->of_kind[column->kind], .column = column, .slot = slot, .index = gone, .cell = g->fresh[k]};
    struct icp__plan plan = {.items = &item, .count = 1};
    struct icp__drift_pair *pair = pair_of(g, gone, g->fresh_of[k]);
    if (pair == NULL)
        return g->d->pairs == ICP__DRIFT_TRIED;
    for (uint64_t i = 0; i < b->rows; i++) {
        struct icp__tally t = {.hits = g->hits};
        if (!icp__row_tally(g->scorer, &plan, icp__batch_row(b, i), &t))
            return false;
        pair->known += t.known;
        for (uint32_t h = 0; h < t.count; h++)
            pair->with[t.hits[h] - slot->first]++;
    }
    return true;
}

static bool try_renames(struct reading *g, const icp_batch *b) {
    bool fine = true;
    for (uint32_t k = 0; k < g->fresh_count; k++)
        g->d->fresh[g->fresh_of[k]].rows += b->rows;
    for (uint32_t c = 0; g->fresh_count && c < g->d->model->schema->columns; c++)
        for (uint32_t k = 0; fine && !g->held[c] && icp__drift_compares(g->d->model, c) && k < g->fresh_count; k++)
            fine = try_pair(g, b, c, k);
    return fine;
}

/* Scores of the layers that look at events; companies of which nothing is known say nothing. */
static icp_status count_timing(struct reading *g, const icp_batch *b, struct icp_error *err) {
    const icp_model *m = g->d->model;
    icp_status st = icp_scorer_score(g->timing, b, g->result, err);
    for (uint32_t k = 0; st == ICP_OK && k < m->parts; k++) {
        struct icp_array score = {.struct_size = sizeof score}, flags = {.struct_size = sizeof flags};
        if (m->part[k]->signals == NULL)
            continue;
        st = icp_result_column(g->result, (int32_t)m->part[k]->layer, ICP_COL_SCORE, &score, err);
        if (st == ICP_OK)
            st = icp_result_column(g->result, (int32_t)m->part[k]->layer, ICP_COL_FLAGS, &flags, err);
        for (uint64_t i = 0; st == ICP_OK && i < score.rows; i++)
            if (!(((const int64_t *)flags.data)[i] & ICP_FLAG_NOTHING_KNOWN))
                g->side->score[k][((const int32_t *)score.data)[i] - ICP__SCORE_MIN]++;
    }
    return st;
}

static icp_status count_batch(struct reading *g, const icp_batch *b, struct icp_error *err) {
    icp_status st = take_layout(g, b, err);
    bool fine = true;
    for (uint64_t i = 0; st == ICP_OK && fine && i < b->rows; i++) {
        const uint32_t stamp = (uint32_t)(++g->side->rows % UINT32_MAX) + 1;
        fine = count_row(g, icp__batch_row(b, i), stamp);
    }
    if (st == ICP_OK && fine && g->watch)
        fine = try_renames(g, b);
    if (st == ICP_OK && fine && g->timing != NULL)
        st = count_timing(g, b, err);
    return fine ? st : icp__no_memory(err);
}

static icp_status start(struct reading *g, const struct icp_drift_options *o, icp_accounts *accounts, struct icp_error *err) {
    icp_model *m = g->d->model;
    const struct icp_scorer_options first = {.struct_size = sizeof first, .layers = 1u << m->layer};
    const struct icp_scorer_options all = {.struct_size = sizeof all, .key_column = o->key_column, .key_size = o->key_size, .accounts = accounts};
    icp_status st = icp_scorer_new(m, &first, &g->scorer, err);
    if (st == ICP_OK && accounts != NULL)
        st = icp_scorer_new(m, &all, &g->timing, err);
    if (st == ICP_OK && accounts != NULL)
        st = icp_result_new(m->ctx, &g->result, err);
    if (st != ICP_OK)
        return st;
    g->hits = icp__alloc(m->ctx, m->info.traits + 1u, sizeof *g->hits);
    g->last = icp__calloc(m->ctx, m->schema->columns + 1u, sizeof *g->last);
    g->state = icp__calloc(m->ctx, 2 * (size_t)m->schema->columns + 1, 1);
    if (g->hits == NULL || g->last == NULL || g->state == NULL)
        return icp__no_memory(err);
    g->held = g->state + m->schema->columns;
    return ICP_OK;
}

static void stop(struct reading *g) {
    icp_context *c = g->d->ctx;
    icp__layout_unref(g->layout);
    icp_scorer_free(g->scorer);
    icp_scorer_free(g->timing);
    icp_result_free(g->result);
    icp__free(c, g->hits);
    icp__free(c, g->last);
    icp__free(c, g->state);
}

icp_status icp__drift_read(struct icp__drift *d, icp_reader *r, struct icp__drift_side *s, const struct icp_drift_options *o, icp_accounts *accounts,
                           const struct icp_progress *p, struct icp_error *err) {
    struct reading g = {.d = d, .side = s, .watch = s == &d->now};
    icp_status st = start(&g, o, accounts, err);
    while (st == ICP_OK) {
        icp_batch *b = NULL;
        st = icp_reader_next(r, &b, err);
        if (st != ICP_OK || b == NULL)
            break;
        st = count_batch(&g, b, err);
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(r), icp__reader_hint(r), err);
    }
    stop(&g);
    return st;
}
