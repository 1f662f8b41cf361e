/* SPDX-License-Identifier: MIT */
/* The scorer: one thread's scratch, batches into results, records into scores. Each layer has a worker of its own. */
#include "score/scorer.h"
#include "model/playbook.h"
#include "score/result.h"
#include "score/standing.h"
#include "trait/parse.h"

static bool keep_key(icp_scorer *s, struct icp_str name) {
    s->key_bytes = icp__alloc(s->ctx, name.size + 1, 1);
    if (s->key_bytes == NULL)
        return false;
    memcpy(s->key_bytes, name.data, name.size);
    s->key_bytes[name.size] = '\0';
    s->key = (struct icp_str){s->key_bytes, name.size};
    return true;
}

/* The header asked for, else the first layer's key column, else that of the reference, where a layer knows it. */
static icp_status set_key(icp_scorer *s, const struct icp_scorer_options *o, struct icp_error *err) {
    const icp_schema *schema = s->whole->schema;
    struct icp_str name = {o->key_column, o->key_size};
    s->key_asked = o->key_column != NULL;
    for (uint32_t i = 0; name.data == NULL && i < schema->columns; i++)
        if (schema->column[i].kind == ICP_KIND_KEY)
            name = schema->column[i].name;
    for (uint32_t i = 0; name.data == NULL && i < s->whole->parts; i++)
        if (s->whole->part[i]->signals != NULL)
            name = s->whole->part[i]->signals->key;
    return name.data == NULL || keep_key(s, name) ? ICP_OK : icp__no_memory(err);
}

static icp_status check_options(const icp_model *m, const struct icp_scorer_options *o, struct icp_error *err) {
    if (o->flags & ~(uint32_t)ICP_SCORER_AS_OF)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_scorer_options");
    if (o->key_column == NULL && o->key_size != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "key_column is NULL but has a size");
    if (o->reasons > 64)
        return icp__fail(err, ICP_E_ARGUMENT, "at most 64 reasons");
    if (o->layers & ~m->info.layers)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model lacks a layer that was asked for");
    if (!(o->flags & ICP_SCORER_AS_OF) && o->as_of != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "as_of without ICP_SCORER_AS_OF");
    if ((o->flags & ICP_SCORER_AS_OF) && (o->as_of < 0 || o->as_of / ICP__DAY > INT32_MAX))
        return icp__fail(err, ICP_E_ARGUMENT, "as_of is unknown, before 1970 or too far ahead");
    if (o->accounts != NULL && o->accounts->model != m)
        return icp__fail(err, ICP_E_REFERENCE, "the accounts were made for another model");
    if (o->accounts != NULL && o->accounts->again)
        return icp__fail(err, ICP_E_STATE, "the events must be added once more (icp_accounts_again)");
    if (o->accounts != NULL && o->accounts->segments != 0 && o->layers != 0 && !(o->layers >> ICP_LAYER_FIT & 1u))
        return icp__fail(err, ICP_E_UNSUPPORTED, "invalidating events of segments need the fit layer, which knows who belongs to one");
    return ICP_OK;
}

/* The worker of one layer. */
static icp_status worker(icp_model *whole, icp_model *m, uint32_t reasons, icp_scorer **out, struct icp_error *err) {
    icp_scorer *s = icp__calloc(m->ctx, 1, sizeof *s);
    const size_t rings = m->signals != NULL ? m->signals->rings : 0;
    if (s == NULL)
        return icp__no_memory(err);
    s->ctx = icp_context_ref(m->ctx);
    s->whole = icp_model_ref(whole);
    s->model = m;
    s->reasons = reasons;
    s->as_of = ICP_TIME_UNKNOWN;
    s->spread = icp__confidence_spread(m);
    icp__scratch_init(&s->scratch, s->ctx);
    s->stamps = icp__calloc(s->ctx, m->entries, sizeof *s->stamps);
    s->memo = icp__calloc(s->ctx, (size_t)1 << ICP__MEMO_BITS, sizeof *s->memo);
    s->hits = icp__alloc(s->ctx, m->info.traits, sizeof *s->hits);
    s->state = icp__calloc(s->ctx, m->schema->columns, 1);
    s->ring = rings ? icp__alloc(s->ctx, 2 * rings, sizeof *s->ring) : NULL;
    s->after = rings && s->ring != NULL ? s->ring + rings : NULL;
    for (uint32_t i = 0; i < m->schema->columns; i++)
        s->used += m->slots[i].known != ICP__NONE && !icp__model_of_events(m, i);
    *out = s;
    return s->stamps == NULL || s->memo == NULL || s->hits == NULL || s->state == NULL || (rings && s->ring == NULL) ? icp__no_memory(err) : ICP_OK;
}

/* What people said of the model and its scores, at the moment that is asked for. */
static icp_status set_decisions(icp_scorer *first, const struct icp_scorer_options *o, struct icp_error *err) {
    const icp_model *m = first->whole;
    struct icp__standing standing;
    icp_status st = icp__judge_open(&first->judge, o->decisions, m, m->layer == ICP_LAYER_FIT && first->model == m ? m : NULL, err);
    if (st != ICP_OK || (first->as_of == ICP_TIME_UNKNOWN && o->decisions == NULL))
        return st;
    icp__standing_of(m, o->decisions, first->as_of != ICP_TIME_UNKNOWN ? first->as_of : o->decisions->as_of, &standing);
    for (icp_scorer *s = first; s != NULL; s = s->next)
        s->standing = standing.flags;
    return ICP_OK;
}

/* Hits of each row, where somebody asks for its traits. */
static icp_status keep_hits(icp_scorer *first, const icp_accounts *a, struct icp_error *err) {
    if ((a == NULL || a->segments == 0) && !first->judge.segments)
        return ICP_OK;
    first->row_hits = icp__alloc(first->ctx, first->model->info.traits, sizeof *first->row_hits);
    return first->row_hits != NULL ? ICP_OK : icp__no_memory(err);
}

icp_status icp_scorer_new(icp_model *m, const struct icp_scorer_options *o, icp_scorer **out, struct icp_error *err) {
    struct icp_scorer_options own;
    icp_scorer *first = NULL, **last = &first;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st != ICP_OK)
        return st;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    st = check_options(m, &own, err);
    if (st != ICP_OK)
        return st;
    for (uint32_t i = 0; st == ICP_OK && i < m->parts; i++) {
        if (own.layers != 0 && !(own.layers >> m->part[i]->layer & 1u))
            continue;
        st = worker(m, m->part[i], own.reasons, last, err);
        if (*last != NULL)
            last = &(*last)->next;
    }
    if (st == ICP_OK)
        st = set_key(first, &own, err);
    if (st == ICP_OK) {
        first->as_of = own.flags & ICP_SCORER_AS_OF ? own.as_of : ICP_TIME_UNKNOWN;
        st = set_decisions(first, &own, err);
    }
    if (st == ICP_OK)
        st = keep_hits(first, own.accounts, err);
    if (st != ICP_OK) {
        icp_scorer_free(first);
        return st;
    }
    first->accounts = icp_accounts_ref(own.accounts);
    *out = first;
    return ICP_OK;
}

void icp_scorer_free(icp_scorer *s) {
    while (s != NULL) {
        icp_scorer *next = s->next;
        icp_context *c = s->ctx;
        icp__plans_free(s);
        icp__scratch_free(&s->scratch);
        icp__free(c, s->stamps);
        icp__free(c, s->memo);
        icp__free(c, s->hits);
        icp__free(c, s->state);
        icp__free(c, s->key_bytes);
        icp__free(c, s->ring);
        icp__free(c, s->row_hits);
        icp__judge_close(&s->judge, c);
        icp_accounts_unref(s->accounts);
        icp_model_unref(s->whole);
        icp__free(c, s);
        icp_context_unref(c);
        s = next;
    }
}

/* What a batch is scored with. */
struct rows {
    icp_scorer *first;
    const icp_batch *batch;
    icp_result *result;
    struct icp__page *page;
    struct icp__plan *plan[ICP__FRAMES];
    struct icp__tally tally[ICP__FRAMES]; /* of the row being scored, by layer */
    int32_t key; /* cell, -1 = none */
    struct icp__ruling ruling; /* of the row */
};

static void store(const icp_scorer *s, const struct icp__frame *f, uint64_t row, const struct icp_score *score, const struct icp__tally *t) {
    f->milli[row] = score->millipoints;
    f->variance[row] = score->variance;
    f->flags[row] = (int64_t)score->flags;
    f->effective[row] = score->effective;
    f->whole[row] = score->whole;
    f->score[row] = score->score;
    f->tier[row] = score->tier;
    f->low[row] = score->low;
    f->high[row] = score->high;
    f->confidence[row] = score->confidence;
    f->stale[row] = score->stale;
    f->trend[row] = score->trend;
    f->holds[row] = score->holds;
    for (uint32_t i = 0; i < t->reasons_used; i++)
        t->reason_traits[i] += (int32_t)s->model->first_trait;
    for (uint32_t i = t->reasons_used; i < t->reasons; i++)
        t->reason_traits[i] = -1, t->reason_points[i] = 0;
}

/* "acquisition 2012-08-01" */
static bool put_event(icp_context *c, struct icp__frame *f, uint64_t row, const struct icp__broken *b) {
    char text[ICP__BREAK_NAME + 16];
    size_t n = 0;
    if (b != NULL) {
        n = strlen(b->name);
        memcpy(text, b->name, n);
        text[n++] = ' ';
        icp__date_print(b->time / ICP__DAY, text + n);
        n += 10;
    }
    return icp__texts_put(c, &f->event, row, text, n);
}

static bool has_trait(const void *user, uint32_t entry) {
    const struct icp__tally *t = user;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->hits[i] == entry)
            return true;
    return false;
}

/* The part of a timing layer that is read from events. `fit` knows the company's traits; NULL = nobody asks. */
static void tally_events(const struct rows *r, icp_scorer *s, uint32_t account, const struct icp__tally *fit, struct icp__tally *t) {
    const icp_accounts *a = r->first->accounts;
    struct icp__track track = {-1, ICP_TIME_UNKNOWN, NULL, NULL};
    uint32_t set;
    if (account != ICP__NO_KEY) {
        t->broken = icp__accounts_break(a, account, fit != NULL ? has_trait : NULL, fit, &set);
        track = icp__accounts_track(a, account, s->model, t->broken, set, s->ring, s->after);
    }
    icp__row_events(s, t, &track, a != NULL ? a->as_of / ICP__DAY : 0);
}

/* What was decided of a row; `fit` knows its traits, NULL = nobody asks. */
static void rule(const icp_scorer *first, const struct icp__cell *key, const struct icp__tally *fit, struct icp__ruling *out) {
    const struct icp_str name = key != NULL && key->data != NULL ? icp__trim(key->data, key->size) : (struct icp_str){NULL, 0};
    icp__judge_row(&first->judge, name, fit != NULL ? has_trait : NULL, fit, out);
}

/* The score's own figures stay as they are. */
static void heed(const struct icp__ruling *r, struct icp_score *score) {
    const struct icp__decision *x = r->override[score->layer];
    if (r->flagged)
        score->flags |= ICP_FLAG_FLAGGED;
    if (x == NULL)
        return;
    score->effective_tier = (int32_t)x->tier;
    score->override_number = x->number;
}

static bool put_decision(const struct rows *r, struct icp__frame *f, uint64_t row, struct icp_score *score) {
    const struct icp__decision *x = r->ruling.override[score->layer];
    heed(&r->ruling, score);
    f->effective_tier[row] = score->effective_tier;
    f->override_number[row] = (int64_t)score->override_number;
    return icp__texts_put(r->result->ctx, &f->override, row, x != NULL ? x->label.data : NULL, x != NULL ? x->label.size : 0);
}

static bool put_quadrant(const struct rows *r, uint64_t row) {
    struct icp__page *p = r->page;
    const struct icp__frame *f = &p->frame[0], *i = &p->frame[1];
    const int32_t fit = (p->has_decisions ? f->effective_tier : f->tier)[row], intent = (p->has_decisions ? i->effective_tier : i->tier)[row];
    const struct icp_str action = icp__playbook_action(r->first->whole->card.playbook, fit, intent);
    p->quadrant[row] = icp_quadrant_of(fit, intent);
    return icp__texts_put(r->result->ctx, &p->action, row, action.data, action.size);
}

static bool score_row(struct rows *r, uint64_t row, const struct icp__cell *cells) {
    struct icp__page *p = r->page;
    uint32_t account = r->first->accounts != NULL && r->key >= 0 ? icp__accounts_find(r->first->accounts, &cells[r->key]) : ICP__NO_KEY, k = 0;
    for (icp_scorer *s = r->first; s != NULL; s = s->next, k++) {
        struct icp__frame *f = &p->frame[k];
        struct icp__tally *t = &r->tally[k];
        struct icp_score score;
        t->reasons = s->reasons;
        t->hits = s->row_hits;
        t->reason_traits = f->reason_traits + row * p->reasons;
        t->reason_points = f->reason_points + row * p->reasons;
        if (!icp__row_tally(s, r->plan[k], cells, t))
            return false;
        if (s->model->signals != NULL)
            tally_events(r, s, account, r->first->row_hits != NULL ? &r->tally[0] : NULL, t);
        icp__row_score(s, t, &score);
        if (p->has_decisions && k == 0)
            rule(s, r->key >= 0 ? &cells[r->key] : NULL, s->row_hits != NULL ? t : NULL, &r->ruling);
        if (p->has_decisions && !put_decision(r, f, row, &score))
            return false;
        store(s, f, row, &score, t);
        if (f->timing && !put_event(r->result->ctx, f, row, t->broken))
            return false;
    }
    if (p->has_quadrant && !put_quadrant(r, row))
        return false;
    if (r->key >= 0) {
        const struct icp_str key = icp__trim(cells[r->key].data, cells[r->key].size);
        return icp__texts_put(r->result->ctx, &p->key, row, key.data, key.size);
    }
    return true;
}

static icp_status find_plans(struct rows *r, struct icp__frame_wanted *wanted, uint32_t *layers, struct icp_error *err) {
    const icp_batch *b = r->batch;
    *layers = 0;
    for (icp_scorer *s = r->first; s != NULL; s = s->next, ++*layers) {
        icp_status st = icp__plan_find(s, b->layout, b->source, &r->plan[*layers], err);
        if (st != ICP_OK)
            return st;
        wanted[*layers] = (struct icp__frame_wanted){s->model->layer, s->model->signals != NULL};
    }
    r->key = r->plan[0]->key;
    struct icp__place where = ICP__NOWHERE;
    const bool decided = r->first->judge.decisions != NULL && r->first->judge.decisions->companies != 0;
    where.source = b->source;
    if (r->key < 0 && decided && r->first->key.data == NULL)
        return icp__fail_at(err, ICP_E_KEY, &where, "decisions on companies need the header of the key column");
    if (r->key >= 0 || (!r->first->key_asked && r->first->accounts == NULL && !decided) || r->first->key.data == NULL)
        return ICP_OK; /* without events and decisions a key is for show alone */
    where.field = r->first->key;
    return icp__fail_at(err, ICP_E_KEY, &where, "no column '%.*s' for the key", (int)(r->first->key.size < 64 ? r->first->key.size : 64), r->first->key.data);
}

icp_status icp_scorer_score(icp_scorer *s, const icp_batch *b, icp_result *out, struct icp_error *err) {
    struct rows r = {.first = s, .batch = b, .result = out};
    struct icp__frame_wanted wanted[ICP__FRAMES];
    struct icp__fpenv env;
    uint32_t layers;
    bool fine = true;
    if (s == NULL || b == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "scorer, batch and out must not be NULL");
    if (s->accounts != NULL && s->accounts->again)
        return icp__fail(err, ICP_E_STATE, "the events must be added once more (icp_accounts_again)");
    icp_status st = find_plans(&r, wanted, &layers, err);
    if (st != ICP_OK)
        return st;
    r.page = icp__result_back(out, b->rows, s->reasons, wanted, layers, s->judge.decisions != NULL);
    if (r.page == NULL)
        return icp__no_memory(err);
    r.page->has_key = r.key >= 0;
    r.page->has_quadrant = layers >= 2 && wanted[0].layer == ICP_LAYER_FIT && wanted[1].layer == ICP_LAYER_INTENT;
    icp__fpenv_enter(&env);
    for (uint64_t i = 0; fine && i < b->rows; i++)
        fine = score_row(&r, i, icp__batch_row(b, i));
    icp__fpenv_leave(&env);
    if (!fine)
        return icp__no_memory(err);
    icp__result_show(out, r.page);
    return ICP_OK;
}

/* An account at the moment of the scorer: everything in it must lie before. */
static icp_status check_account(const icp_scorer *first, const icp_account *a, struct icp_error *err) {
    icp_model *part[ICP__TIMING_LAYERS];
    if (icp__timing_parts(first->whole, part) == 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer that looks at events");
    if (memcmp(a->model->info.id, first->whole->info.id, 32) != 0)
        return icp__fail(err, ICP_E_REFERENCE, "the account is of another model");
    if (first->as_of == ICP_TIME_UNKNOWN)
        return icp__fail(err, ICP_E_STATE, "as_of was not given to the scorer");
    if (a->first >= 0 && a->newest_time >= first->as_of)
        return icp__fail(err, ICP_E_STATE, "the account holds events at or after as_of");
    return ICP_OK;
}

/* What the fit layer sees in a record, where segments have invalidating events; nothing in a record without its columns. */
static bool tally_fit(icp_scorer *first, const icp_record *r, struct icp__tally *fit) {
    struct icp__plan *p;
    const icp_status st = icp__plan_find(first, r->layout, NULL, &p, NULL);
    fit->hits = first->row_hits;
    return st == ICP_OK ? icp__row_tally(first, p, r->cells, fit) : st != ICP_E_MEMORY;
}

static const struct icp__cell *record_key(const icp_scorer *first, const icp_record *r) {
    const int32_t key = first->key.data != NULL ? icp__layout_find(r->layout, first->key.data, first->key.size) : -1;
    return key >= 0 ? &r->cells[key] : NULL;
}

/* What was decided of a record; false = no memory. */
static bool record_ruling(icp_scorer *first, icp_scorer *s, const icp_record *r, struct icp_score *score) {
    struct icp__tally fit = {.reasons = 0};
    struct icp__ruling ruling;
    s->override = NULL;
    if (first->judge.decisions == NULL)
        return true;
    if (first->row_hits != NULL && s != first && !tally_fit(first, r, &fit))
        return false;
    rule(first, record_key(first, r), first->row_hits == NULL ? NULL : s == first ? &s->record : &fit, &ruling);
    heed(&ruling, score);
    s->override = ruling.override[score->layer];
    return true;
}

static bool record_events(icp_scorer *first, icp_scorer *s, const icp_record *r, const icp_account *a) {
    struct icp__track track = {-1, ICP_TIME_UNKNOWN, NULL, NULL};
    struct icp__tally fit = {.reasons = 0};
    int64_t moment = 0;
    s->record.broken = NULL;
    if (a != NULL) {
        for (uint32_t i = 0; i < a->parts; i++)
            if (a->part[i]->layer == s->model->layer)
                track = icp__account_track(a, a->part[i]);
        s->record_broken = a->broken;
        s->record.broken = track.after != NULL ? &s->record_broken : NULL;
        moment = first->as_of;
    } else if (first->accounts != NULL) {
        const struct rows rows = {.first = first};
        const struct icp__cell *key = record_key(first, r);
        const uint32_t account = key != NULL ? icp__accounts_find(first->accounts, key) : ICP__NO_KEY;
        if (first->row_hits != NULL && !tally_fit(first, r, &fit))
            return false;
        tally_events(&rows, s, account, first->row_hits != NULL ? &fit : NULL, &s->record);
        if (s->record.broken != NULL) {
            s->record_broken = *s->record.broken;
            s->record.broken = &s->record_broken;
        }
        return true;
    }
    icp__row_events(s, &s->record, &track, moment / ICP__DAY);
    return true;
}

icp_status icp_scorer_score_record(icp_scorer *s, const icp_record *r, const icp_account *a, int32_t layer, struct icp_score *out,
                                   struct icp_error *err) {
    struct icp_score score = {0};
    struct icp__plan *p;
    struct icp__fpenv env;
    icp_scorer *first = s;
    bool done;
    if (s == NULL || r == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "scorer, record and out must not be NULL");
    icp_status st = a != NULL ? check_account(first, a, err) : ICP_OK;
    if (st != ICP_OK)
        return st;
    s = icp__scorer_layer(first, layer);
    if (s == NULL)
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
    if (done && s->model->signals != NULL)
        done = record_events(first, s, r, a);
    if (done)
        icp__row_score(s, &s->record, &score);
    done = done && record_ruling(first, s, r, &score);
    icp__fpenv_leave(&env);
    if (!done)
        return icp__no_memory(err);
    s->score = score;
    s->has_record = true;
    return icp__output(out, sizeof score, &score, sizeof score, err);
}
