/* SPDX-License-Identifier: MIT */
/* The scorer: one thread's scratch, batches into results, records into scores. */
#include "score/scorer.h"
#include "score/result.h"

static icp_status set_key(icp_scorer *s, const struct icp_scorer_options *o, struct icp_error *err) {
    const icp_schema *schema = s->model->schema;
    if (o->key_column != NULL) {
        s->key_bytes = icp__alloc(s->ctx, o->key_size + 1, 1);
        if (s->key_bytes == NULL)
            return icp__no_memory(err);
        memcpy(s->key_bytes, o->key_column, o->key_size);
        s->key_bytes[o->key_size] = '\0';
        s->key = (struct icp_str){s->key_bytes, o->key_size};
        s->key_asked = true;
        return ICP_OK;
    }
    for (uint32_t i = 0; i < schema->columns; i++)
        if (schema->column[i].kind == ICP_KIND_KEY) {
            s->key = schema->column[i].name;
            break;
        }
    return ICP_OK;
}

icp_status icp_scorer_new(icp_model *m, const struct icp_scorer_options *o, icp_scorer **out, struct icp_error *err) {
    struct icp_scorer_options own;
    icp_scorer *s;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st != ICP_OK)
        return st;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    if (own.flags != 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags must be 0");
    if (own.key_column == NULL && own.key_size != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "key_column is NULL but has a size");
    if (own.reasons > 64)
        return icp__fail(err, ICP_E_ARGUMENT, "at most 64 reasons");
    if (own.layers & ~m->info.layers)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model lacks a layer that was asked for");
    s = icp__calloc(m->ctx, 1, sizeof *s);
    if (s == NULL)
        return icp__no_memory(err);
    s->ctx = icp_context_ref(m->ctx);
    s->model = icp_model_ref(m);
    s->reasons = own.reasons;
    icp__scratch_init(&s->scratch, s->ctx);
    s->stamps = icp__calloc(s->ctx, m->entries, sizeof *s->stamps);
    s->memo = icp__calloc(s->ctx, (size_t)1 << ICP__MEMO_BITS, sizeof *s->memo);
    s->hits = icp__alloc(s->ctx, m->info.traits, sizeof *s->hits);
    s->state = icp__calloc(s->ctx, m->schema->columns, 1);
    for (uint32_t i = 0; i < m->schema->columns; i++)
        s->used += m->slots[i].known != ICP__NONE;
    st = s->stamps == NULL || s->memo == NULL || s->hits == NULL || s->state == NULL ? icp__no_memory(err) : set_key(s, &own, err);
    if (st != ICP_OK) {
        icp_scorer_free(s);
        return st;
    }
    *out = s;
    return ICP_OK;
}

void icp_scorer_free(icp_scorer *s) {
    icp_context *c;
    if (s == NULL)
        return;
    c = s->ctx;
    icp__plans_free(s);
    icp__scratch_free(&s->scratch);
    icp__free(c, s->stamps);
    icp__free(c, s->memo);
    icp__free(c, s->hits);
    icp__free(c, s->state);
    icp__free(c, s->key_bytes);
    icp_model_unref(s->model);
    icp__free(c, s);
    icp_context_unref(c);
}

/* Room for the reasons of a row, emptied. */
static void start_reasons(const struct icp__frame *f, uint64_t row, struct icp__tally *t) {
    t->reason_traits = f->reason_traits + row * f->reasons;
    t->reason_points = f->reason_points + row * f->reasons;
}

static void store(const struct icp__frame *f, uint64_t row, const struct icp_score *score, const struct icp__tally *t) {
    f->milli[row] = score->millipoints;
    f->variance[row] = score->variance;
    f->flags[row] = (int64_t)score->flags;
    f->effective[row] = score->effective;
    f->score[row] = score->score;
    f->tier[row] = score->tier;
    f->low[row] = score->low;
    f->high[row] = score->high;
    f->confidence[row] = score->confidence;
    for (uint32_t i = t->reasons_used; i < t->reasons; i++)
        t->reason_traits[i] = -1, t->reason_points[i] = 0;
}

static icp_status score_rows(icp_scorer *s, struct icp__plan *p, const icp_batch *b, icp_result *out, struct icp__frame *f,
                             struct icp_error *err) {
    struct icp__tally t = {.reasons = s->reasons};
    struct icp_score score;
    const struct icp__cell *row = b->cells;
    for (uint64_t i = 0; i < b->rows; i++, row += b->layout->columns) {
        start_reasons(f, i, &t);
        if (!icp__row_tally(s, p, row, &t))
            return icp__no_memory(err);
        icp__row_score(s, &t, &score);
        store(f, i, &score, &t);
        if (p->key >= 0) {
            struct icp_str key = icp__trim(row[p->key].data, row[p->key].size);
            if (!icp__frame_key(out, f, i, key.data, key.size))
                return icp__no_memory(err);
        }
    }
    return ICP_OK;
}

icp_status icp_scorer_score(icp_scorer *s, const icp_batch *b, icp_result *out, struct icp_error *err) {
    struct icp__plan *p;
    struct icp__frame *f;
    struct icp__fpenv env;
    icp_status st;
    if (s == NULL || b == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "scorer, batch and out must not be NULL");
    st = icp__plan_find(s, b->layout, b->source, &p, err);
    if (st != ICP_OK)
        return st;
    if (p->key < 0 && s->key_asked) {
        struct icp__place where = ICP__NOWHERE;
        where.source = b->source;
        where.field = s->key;
        return icp__fail_at(err, ICP_E_KEY, &where, "no column '%.*s' for the key", (int)(s->key.size < 64 ? s->key.size : 64), s->key.data);
    }
    f = icp__result_back(out, b->rows, s->reasons);
    if (f == NULL)
        return icp__no_memory(err);
    f->has_key = p->key >= 0;
    f->layer = s->model->layer;
    icp__fpenv_enter(&env);
    st = score_rows(s, p, b, out, f, err);
    icp__fpenv_leave(&env);
    if (st == ICP_OK)
        icp__result_show(out, f);
    return st;
}

icp_status icp_scorer_score_record(icp_scorer *s, const icp_record *r, const icp_account *a, int32_t layer, struct icp_score *out,
                                   struct icp_error *err) {
    struct icp_score score = {0};
    struct icp__plan *p;
    struct icp__fpenv env;
    icp_status st;
    bool done;
    if (s == NULL || r == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "scorer, record and out must not be NULL");
    if (a != NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "events are not read in this release");
    if (layer != (int32_t)s->model->layer)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d", layer);
    if (out->struct_size < sizeof score || out->struct_size > 65536) /* before anything of the last record is lost */
        return icp__output(out, sizeof score, &score, sizeof score, err);
    st = icp__plan_find(s, r->layout, NULL, &p, err);
    if (st != ICP_OK)
        return st;
    s->has_record = false;
    s->record.hits = s->hits;
    s->record.state = s->state;
    memset(s->state, ICP__CELL_UNKNOWN, s->model->schema->columns);
    icp__fpenv_enter(&env);
    done = icp__row_tally(s, p, r->cells, &s->record);
    icp__fpenv_leave(&env);
    if (!done)
        return icp__no_memory(err);
    icp__row_score(s, &s->record, &score);
    s->score = score;
    s->has_record = true;
    return icp__output(out, sizeof score, &score, sizeof score, err);
}
