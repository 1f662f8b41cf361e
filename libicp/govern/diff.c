/* SPDX-License-Identifier: MIT */
/* From two models and two files of companies to an exact split of every change. */
#include "govern/diff.h"

#define TOP 10u

static icp_status check_options(const struct icp_diff_options *o, struct icp_error *err) {
    if (o->flags & ~(uint32_t)ICP_DIFF_HOST_KEY)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_diff_options");
    if (o->key_column == NULL && o->key_size != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "key_column is NULL but has a size");
    if (o->top > ICP__DIFF_LISTED)
        return icp__fail(err, ICP_E_ARGUMENT, "at most %u are listed", ICP__DIFF_LISTED);
    if (o->events_before != NULL && o->events_now == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "events_before without events_now");
    return ICP_OK;
}

/* Events of one of the models. */
static icp_status check_events(const struct icp__diff_model *m, const icp_accounts *a, const char *name, struct icp_error *err) {
    if (a == NULL)
        return ICP_OK;
    if (m->part == NULL || a->model != m->whole)
        return icp__fail(err, ICP_E_REFERENCE, "%s were made for another model", name);
    if (m->part->signals == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "%s say nothing about the fit layer", name);
    if (a->again)
        return icp__fail(err, ICP_E_STATE, "the events must be added once more (icp_accounts_again)");
    return a->segments == 0 ? ICP_OK : icp__fail(err, ICP_E_UNSUPPORTED, "invalidating events of segments are not compared");
}

static icp_status check_moments(const struct icp__diff *d, struct icp_error *err) {
    const icp_accounts *now = d->o.events_now;
    icp_status st = check_events(&d->from, d->o.events_before, "events_before", err);
    if (st == ICP_OK)
        st = check_events(&d->from, now, "events_now", err);
    if (st == ICP_OK)
        st = check_events(&d->to, d->o.events_now_to, "events_now_to", err);
    if (st == ICP_OK)
        st = check_events(&d->via, d->o.events_now_via, "events_now_via", err);
    if (st != ICP_OK)
        return st;
    if ((d->to.part != NULL && (d->o.events_now_to != NULL) != (now != NULL)) || (d->via.part != NULL && (d->o.events_now_via != NULL) != (now != NULL)))
        return icp__fail(err, ICP_E_ARGUMENT, "events are needed for all models, or for none");
    if ((d->o.events_now_to != NULL && d->o.events_now_to->as_of != now->as_of) || (d->o.events_now_via != NULL && d->o.events_now_via->as_of != now->as_of))
        return icp__fail(err, ICP_E_ARGUMENT, "the events of now are as of different moments");
    if (d->o.events_before != NULL && d->o.events_before->as_of > now->as_of)
        return icp__fail(err, ICP_E_ARGUMENT, "events_before are as of a later moment than events_now");
    return ICP_OK;
}

/* A via has from's reference and to's customers: what the first step changes is the list, what the second does is the reference. */
static icp_status check_via(const struct icp__diff *d, struct icp_error *err) {
    if (d->via.part == NULL)
        return ICP_OK;
    if (d->to.part == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "via needs two different models");
    if (memcmp(d->via.part->info.reference_id, d->from.part->info.reference_id, 32) != 0)
        return icp__fail(err, ICP_E_REFERENCE, "via was not fitted on the reference of the first model");
    return ICP_OK;
}

/* What may differ between two models; a list cannot be told from one alone. */
static void set_step(struct icp__diff *d, int step, bool list, const icp_model *a, const icp_model *b) {
    uint32_t bits = list ? 1u << ICP__BY_LIST : 0, n = 0;
    if (memcmp(a->info.reference_id, b->info.reference_id, 32) != 0)
        bits |= 1u << ICP__BY_REFERENCE;
    if (a->info.extraction != b->info.extraction)
        bits |= 1u << ICP__BY_EXTRACTION;
    if (bits == 0)
        bits = 1u << ICP__BY_LIST;
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        if (bits >> i & 1u)
            d->step[step] = (enum icp__diff_part)i, n++;
    if (n > 1) {
        d->step[step] = ICP__BY_JOINT;
        d->joint[step] = bits;
    }
}

static icp_status open_model(struct icp__diff *d, struct icp__diff_model *m, const icp_model *model, struct icp_error *err) {
    const struct icp_scorer_options o = {.struct_size = sizeof o, .layers = 1u << d->layer};
    m->whole = (icp_model *)(uintptr_t)model;
    m->part = icp__model_part(model, d->layer);
    if (m->part == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "a model has no layer %d", d->layer);
    return icp_scorer_new(m->whole, &o, &m->scorer, err);
}

static bool same_id(struct icp_str a, struct icp_str b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

/* The columns of all models, one with the same folded header being the same. */
static bool place_columns(struct icp__diff *d, struct icp__diff_model *m, const struct icp__column **column) {
    const icp_schema *s = m->part->schema;
    m->column = icp__arena_alloc(&d->arena, (size_t)s->columns + 1, sizeof *m->column);
    for (uint32_t c = 0; m->column != NULL && c < s->columns; c++) {
        uint32_t at = 0;
        m->column[c] = 0;
        if (m->part->slots[c].known == ICP__NONE)
            continue;
        while (at < d->columns && !same_id(column[at]->id, s->column[c].id))
            at++;
        if (at == d->columns)
            column[d->columns++] = &s->column[c];
        m->column[c] = at;
    }
    return m->column != NULL;
}

static bool make_columns(struct icp__diff *d) {
    struct icp__diff_model *const all[] = {&d->from, &d->to, &d->via};
    size_t most = 1;
    for (size_t i = 0; i < 3; i++)
        most += all[i]->part != NULL ? all[i]->part->schema->columns : 0;
    const struct icp__column **column = icp__arena_alloc(&d->arena, most, sizeof *column);
    for (size_t i = 0; column != NULL && i < 3; i++)
        if (all[i]->part != NULL && !place_columns(d, all[i], column))
            return false;
    d->name = column != NULL ? icp__arena_alloc(&d->arena, most, sizeof *d->name) : NULL;
    d->change = icp__arena_alloc(&d->arena, most, sizeof *d->change);
    d->by_column = icp__arena_alloc(&d->arena, most, sizeof *d->by_column);
    d->largest = icp__arena_alloc(&d->arena, d->o.top, sizeof *d->largest);
    for (size_t i = 0; i < 3; i++)
        if ((d->point[i].by_column = icp__arena_alloc(&d->arena, most, sizeof *d->point[i].by_column)) == NULL)
            return false;
    if (d->name == NULL || d->change == NULL || d->by_column == NULL || d->largest == NULL)
        return false;
    memset(d->by_column, 0, most * sizeof *d->by_column);
    for (uint32_t c = 0; c < d->columns; c++)
        d->name[c] = &column[c]->name;
    return true;
}

/* Models, moments and columns. */
static icp_status open_all(struct icp__diff *d, const icp_model *from, const icp_model *to, struct icp_error *err) {
    const bool differ = to != NULL && memcmp(from->info.id, to->info.id, 32) != 0;
    d->o.top = d->o.top ? d->o.top : TOP;
    d->layer = d->o.layer ? d->o.layer : (int32_t)from->layer;
    icp_status st = open_model(d, &d->from, from, err);
    if (st == ICP_OK && differ)
        st = open_model(d, &d->to, to, err);
    if (st == ICP_OK && d->o.via != NULL)
        st = open_model(d, &d->via, d->o.via, err);
    if (st == ICP_OK)
        st = check_via(d, err);
    if (st == ICP_OK)
        st = check_moments(d, err);
    if (st != ICP_OK)
        return st;
    d->from.events = d->o.events_now, d->to.events = d->o.events_now_to, d->via.events = d->o.events_now_via;
    d->events_before = d->o.events_before != NULL ? d->o.events_before : d->o.events_now;
    if (d->via.part != NULL) {
        set_step(d, 0, true, from, d->via.whole);
        set_step(d, 1, false, d->via.whole, to);
    } else if (differ) {
        set_step(d, 0, true, from, to);
    }
    return make_columns(d) ? ICP_OK : icp__no_memory(err);
}

static void close_all(struct icp__diff *d) {
    for (uint32_t i = 0; i < d->listed; i++)
        icp__bytes_free(&d->largest[i].key);
    icp_scorer_free(d->from.scorer);
    icp_scorer_free(d->to.scorer);
    icp_scorer_free(d->via.scorer);
    icp__bytes_free(&d->out);
    icp__arena_free(&d->arena);
}

static icp_status run(struct icp__diff *d, icp_reader *before, icp_reader *now, const struct icp_progress *p, struct icp_error *err) {
    icp_status st = d->rows_sink != NULL ? icp__diff_head(d, err) : ICP_OK;
    if (st == ICP_OK)
        st = before != NULL ? icp__diff_join(d, before, now, p, err) : icp__diff_stream(d, now, p, err);
    return st == ICP_OK && d->rows_sink != NULL ? icp__diff_flush(d, 1, err) : st;
}

static icp_status check(const icp_model *from, const icp_model *to, const icp_reader *before, const icp_reader *now, const struct icp_progress *p,
                        icp_buffer **summary, struct icp_error *err) {
    (void)to;
    if (from == NULL || now == NULL || summary == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "from, now and summary must not be NULL");
    if (before == now)
        return icp__fail(err, ICP_E_ARGUMENT, "before and now are one reader");
    return icp__progress_check(p, err);
}

static icp_status compare(struct icp__diff *d, const icp_model *from, const icp_model *to, icp_reader *before, icp_reader *now, const struct icp_progress *p,
                          icp_buffer **summary, struct icp_error *err) {
    struct icp__fpenv env;
    struct icp__bytes b;
    icp__bytes_init(&b, d->ctx);
    icp__arena_init(&d->arena, d->ctx);
    icp__bytes_init(&d->out, d->ctx);
    icp__fpenv_enter(&env);
    icp_status st = open_all(d, from, to, err);
    if (st == ICP_OK)
        st = run(d, before, now, p, err);
    icp__fpenv_leave(&env);
    if (st == ICP_OK) {
        icp__diff_summary(d, &b);
        st = icp__bytes_finish(&b, summary, err);
    }
    icp__bytes_free(&b);
    close_all(d);
    return st;
}

icp_status icp_diff(const icp_model *from, const icp_model *to, icp_reader *before, icp_reader *now, const struct icp_diff_options *o, const struct icp_progress *p,
                    struct icp_sink *rows, icp_buffer **summary, struct icp_error *err) {
    struct icp__diff *d;
    icp_buffer *made = NULL;
    icp_status st = rows != NULL ? icp__sink_check(rows, err) : ICP_OK;
    if (st != ICP_OK)
        return st;
    st = check(from, to, before, now, p, summary, err);
    d = st == ICP_OK ? icp__calloc(from->ctx, 1, sizeof *d) : NULL;
    if (st == ICP_OK && d == NULL)
        st = icp__no_memory(err);
    if (st == ICP_OK)
        st = icp__options(o, sizeof d->o, &d->o, sizeof d->o, err);
    if (st == ICP_OK)
        st = check_options(&d->o, err);
    if (st == ICP_OK) {
        d->ctx = from->ctx;
        d->rows_sink = rows;
        st = compare(d, from, to, before, now, p, &made, err);
    }
    if (d != NULL)
        icp__free(from->ctx, d);
    if (rows != NULL && st != ICP_OK)
        icp__sink_abort(rows);
    else if (rows != NULL)
        st = icp__sink_commit(rows, err);
    if (st != ICP_OK) {
        icp_buffer_unref(made);
        return st;
    }
    *summary = made;
    return ICP_OK;
}
