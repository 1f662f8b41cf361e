/* SPDX-License-Identifier: MIT */
/* Which segments does a model carry? Rows are scored and counted by the traits of chosen columns; nothing is kept of them. */
#include "govern/segments.h"

static uint32_t place_of(uint64_t customers) {
    uint32_t shift = 0;
    if (customers < ICP__COUNTS_EXACT)
        return (uint32_t)customers;
    while (customers >> shift >= 2 * ICP__COUNTS_STEPS)
        shift++;
    const uint64_t i = ICP__COUNTS_EXACT + (uint64_t)(shift - 1) * ICP__COUNTS_STEPS + (customers >> shift) - ICP__COUNTS_STEPS;
    return i < ICP__COUNTS ? (uint32_t)i : ICP__COUNTS - 1;
}

/* Columns of the result that is counted. */
struct columns {
    const int32_t *tier, *confidence, *holds;
    const int64_t *variance, *flags, *effective;
};

static void count(struct icp__figures *f, const struct columns *c, uint64_t row) {
    f->companies++;
    f->tier[c->tier[row]]++;
    f->confidence[c->confidence[row]]++;
    f->holds += (uint64_t)c->holds[row];
    f->wide += c->variance[row] > (int64_t)ICP__SEGMENTS_WIDE * ICP__SEGMENTS_WIDE;
    f->high_on_thin += (c->flags[row] & ICP_FLAG_HIGH_ON_THIN) != 0;
    f->effective[place_of((uint64_t)c->effective[row] / 1000)]++;
}

/* A row belongs to its value, its range, each of its items; where it has none of a column's segments, to its other values, or to those unknown. */
static void count_row(struct icp__segments *s, const icp_scorer *w, const struct icp__tally *t, const struct columns *c, uint64_t row) {
    count(s->total, c, row);
    for (uint32_t i = 0; i < s->dimensions; i++)
        s->dimension[i].found = false;
    for (uint32_t i = 0; i < t->count; i++)
        for (uint32_t k = 0; k < s->dimensions; k++) {
            struct icp__dimension *d = &s->dimension[k];
            if (d->found && !d->overlap)
                continue; /* a value comes before its words */
            const uint32_t place = d->alone == t->hits[i] ? 1 : d->alone == ICP__NONE && s->place[t->hits[i]][1] == k ? s->place[t->hits[i]][0] : 0;
            if (place != 0)
                count(&d->figures[place - 1], c, row), d->found = true;
        }
    for (uint32_t k = 0; k < s->dimensions; k++) {
        struct icp__dimension *d = &s->dimension[k];
        if (!d->found)
            count(&d->figures[d->segments + (w->state[d->column] & ICP__CELL_KNOWN ? ICP__REST_OTHER : ICP__REST_UNKNOWN)], c, row);
    }
}

static icp_status columns_of(const icp_result *r, int32_t layer, struct columns *out, struct icp_error *err) {
    static const int32_t id[] = {ICP_COL_TIER, ICP_COL_CONFIDENCE, ICP_COL_HOLDS, ICP_COL_VARIANCE, ICP_COL_FLAGS, ICP_COL_EFFECTIVE};
    const void *data[6];
    for (uint32_t i = 0; i < 6; i++) {
        struct icp_array a = {.struct_size = sizeof a};
        const icp_status st = icp_result_column(r, layer, id[i], &a, err);
        if (st != ICP_OK)
            return st;
        data[i] = a.data;
    }
    *out = (struct columns){data[0], data[1], data[2], data[3], data[4], data[5]};
    return ICP_OK;
}

/* The scorer's first worker is the layer whose traits are looked for: it reads the row once more. */
static icp_status count_batch(struct icp__segments *s, icp_scorer *scorer, icp_result *r, const icp_batch *b, struct icp_error *err) {
    struct icp__tally t = {.hits = scorer->hits, .state = scorer->state};
    struct icp__plan *plan = NULL;
    struct columns c;
    struct icp__fpenv env;
    bool fine = true;
    icp_status st = icp_scorer_score(scorer, b, r, err);
    if (st == ICP_OK)
        st = columns_of(r, s->layer, &c, err);
    if (st == ICP_OK)
        st = icp__plan_find(scorer, b->layout, b->source, &plan, err);
    if (st != ICP_OK)
        return st;
    memset(scorer->state, ICP__CELL_UNKNOWN, scorer->model->schema->columns);
    icp__fpenv_enter(&env);
    for (uint64_t i = 0; fine && i < b->rows; i++) {
        fine = icp__row_tally(scorer, plan, icp__batch_row(b, i), &t);
        if (fine)
            count_row(s, scorer, &t, &c, i);
    }
    icp__fpenv_leave(&env);
    return fine ? ICP_OK : icp__no_memory(err);
}

static bool make_figures(struct icp__segments *s) {
    uint64_t n = 1;
    for (uint32_t i = 0; i < s->dimensions; i++)
        n += s->dimension[i].segments + ICP__RESTS;
    struct icp__figures *f = icp__calloc(s->ctx, (size_t)n, sizeof *f);
    if (f == NULL)
        return false;
    s->total = f++;
    for (uint32_t i = 0; i < s->dimensions; i++) {
        s->dimension[i].figures = f;
        f += s->dimension[i].segments + ICP__RESTS;
    }
    return true;
}

static icp_status read_rows(struct icp__segments *s, icp_model *m, icp_reader *rows, const struct icp_segments_options *o, const struct icp_progress *p,
                            struct icp_error *err) {
    const struct icp_scorer_options so = {.struct_size = sizeof so, .layers = 1u << s->layer | 1u << s->part->layer, .accounts = o->accounts,
                                          .key_column = o->key_column, .key_size = o->key_size};
    icp_scorer *scorer = NULL;
    icp_result *r = NULL;
    icp_status st = make_figures(s) ? icp_scorer_new(m, &so, &scorer, err) : icp__no_memory(err);
    if (st == ICP_OK)
        st = icp_result_new(s->ctx, &r, err);
    for (icp_batch *b = NULL; st == ICP_OK;) {
        st = icp_reader_next(rows, &b, err);
        if (st != ICP_OK || b == NULL)
            break;
        st = count_batch(s, scorer, r, b, err);
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(rows), icp__reader_hint(rows), err);
    }
    icp_result_free(r);
    icp_scorer_free(scorer);
    return st;
}

static icp_status check(const icp_model *m, const struct icp_segments_options *o, icp_buffer **json, struct icp_error *err) {
    if (m == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and json must not be NULL");
    if (o->flags != 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_segments_options");
    if ((o->by == NULL && o->by_size != 0) || (o->key_column == NULL && o->key_size != 0))
        return icp__fail(err, ICP_E_ARGUMENT, "a text is NULL but has a size");
    if (o->most > ICP__SEGMENTS_LIMIT)
        return icp__fail(err, ICP_E_ARGUMENT, "at most %d segments of a column", ICP__SEGMENTS_LIMIT);
    if (o->layer != 0 && icp__model_part(m, o->layer) == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d", o->layer);
    return ICP_OK;
}

icp_status icp_segments(icp_model *m, icp_reader *rows, const struct icp_segments_options *o, const struct icp_progress *p, icp_buffer **json,
                        struct icp_error *err) {
    struct icp_segments_options own;
    struct icp__fpenv env;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st == ICP_OK)
        st = check(m, &own, json, err);
    if (st == ICP_OK)
        st = icp__progress_check(p, err);
    if (st != ICP_OK)
        return st;
    struct icp__segments *s = icp__calloc(m->ctx, 1, sizeof *s);
    if (s == NULL)
        return icp__no_memory(err);
    s->ctx = m->ctx;
    s->part = m;
    s->layer = own.layer != 0 ? own.layer : (int32_t)m->layer;
    s->most = own.most != 0 ? own.most : ICP__SEGMENTS_MOST;
    icp__arena_init(&s->arena, s->ctx);
    icp__fpenv_enter(&env);
    st = icp__segments_plan(s, (struct icp_str){own.by, own.by_size}, err);
    icp__fpenv_leave(&env);
    if (st == ICP_OK && rows != NULL)
        st = read_rows(s, m, rows, &own, p, err);
    if (st == ICP_OK)
        st = icp__segments_write(s, json, err);
    icp__free(m->ctx, s->total);
    icp__arena_free(&s->arena);
    icp__free(m->ctx, s);
    return st;
}
