/* SPDX-License-Identifier: MIT */
/* One company under the models, and which part of its change comes from what. */
#include "govern/diff.h"
#include "ingest/sample.h"

static void add_events(struct icp__diff_model *m, const icp_accounts *a, int64_t day, const struct icp__cell *key, struct icp__tally *t) {
    struct icp__track track = {-1, ICP_TIME_UNKNOWN, NULL, NULL};
    const uint32_t account = a != NULL && key != NULL ? icp__accounts_find(a, key) : ICP__NO_KEY;
    uint32_t set;
    if (account != ICP__NO_KEY) {
        t->broken = icp__accounts_break(a, account, NULL, NULL, &set);
        track = icp__accounts_track(a, account, m->part, t->broken, set, m->scorer->ring, m->scorer->after);
    }
    icp__row_events(m->scorer, t, &track, day);
}

static bool score(const struct icp__diff *d, struct icp__diff_model *m, const icp_accounts *a, int64_t day, const struct icp__cell *cells,
                  const struct icp__cell *key, struct icp__diff_point *out) {
    struct icp__tally t = {.hits = m->scorer->hits};
    if (!icp__row_tally(m->scorer, m->plan, cells, &t))
        return false;
    if (m->part->signals != NULL)
        add_events(m, a, day, key, &t);
    out->milli = t.milli;
    out->learned = 0;
    memset(out->by_column, 0, d->columns * sizeof *out->by_column);
    for (uint32_t i = 0; i < t.count; i++) {
        const uint8_t *e = icp__entry(m->part, t.hits[i]);
        out->learned += icp__entry_learned(e);
        out->by_column[m->column[icp__entry_column(e)]] += icp__entry_points(e);
    }
    return true;
}

static int64_t day_of(const icp_accounts *a) { return a != NULL ? a->as_of / ICP__DAY : 0; }

icp_status icp__diff_before(struct icp__diff *d, const struct icp__cell *cells, const struct icp__cell *key, int64_t *was, int64_t *faded, const int64_t **by_column,
                            struct icp_error *err) {
    const icp_accounts *a = d->events_before;
    if (!score(d, &d->from, a, day_of(a), cells, key, &d->point[0]))
        return icp__no_memory(err);
    *was = *faded = d->point[0].milli;
    *by_column = d->point[0].by_column;
    if (a == NULL || day_of(a) == day_of(d->from.events))
        return ICP_OK;
    if (!score(d, &d->from, a, day_of(d->from.events), cells, key, &d->point[1]))
        return icp__no_memory(err);
    *faded = d->point[1].milli;
    return ICP_OK;
}

icp_status icp__diff_now(struct icp__diff *d, const struct icp__cell *cells, const struct icp__cell *key, int64_t *from_now, struct icp__diff_row *out,
                         const int64_t **by_column, struct icp_error *err) {
    struct icp__diff_point *from = &d->point[0], *to = &d->point[2], *via = &d->point[1];
    memset(out->part, 0, sizeof out->part);
    if (!score(d, &d->from, d->from.events, day_of(d->from.events), cells, key, from))
        return icp__no_memory(err);
    *from_now = out->is = from->milli;
    *by_column = from->by_column;
    if (d->to.part == NULL)
        return ICP_OK;
    if (!score(d, &d->to, d->to.events, day_of(d->to.events), cells, key, to) ||
        (d->via.part != NULL && !score(d, &d->via, d->via.events, day_of(d->via.events), cells, key, via)))
        return icp__no_memory(err);
    out->is = to->milli;
    *by_column = to->by_column;
    out->part[ICP__BY_EDITS] = (to->milli - to->learned) - (from->milli - from->learned);
    if (d->via.part != NULL) {
        out->part[d->step[0]] += via->learned - from->learned;
        out->part[d->step[1]] += to->learned - via->learned;
    } else {
        out->part[d->step[0]] += to->learned - from->learned;
    }
    return ICP_OK;
}

/* The header asked for, else that of the model where the batch has it, else a likely one. */
static icp_status find_key(const struct icp__diff *d, const icp_batch *b, bool needed, int32_t *key, struct icp_error *err) {
    const struct icp_str asked = {d->o.key_column, d->o.key_size}, none = {NULL, 0}, own = d->from.scorer->key;
    uint32_t at = 0;
    *key = -1;
    if (asked.data == NULL && own.data != NULL && icp__layout_find(b->layout, own.data, own.size) >= 0) {
        *key = icp__layout_find(b->layout, own.data, own.size);
        return ICP_OK;
    }
    const icp_status st = icp__key_column(b->layout, asked.data != NULL ? asked : none, b->source, &at, needed || asked.data != NULL ? err : NULL);
    if (st == ICP_OK)
        *key = (int32_t)at;
    return st == ICP_E_KEY && !needed && asked.data == NULL ? ICP_OK : st;
}

icp_status icp__diff_batch(struct icp__diff *d, const icp_batch *b, bool now, bool needed, int32_t *key, struct icp_error *err) {
    struct icp__diff_model *const all[] = {&d->from, now ? &d->to : NULL, now ? &d->via : NULL};
    icp_status st = find_key(d, b, needed, key, err);
    for (size_t i = 0; st == ICP_OK && i < sizeof all / sizeof *all; i++)
        if (all[i] != NULL && all[i]->part != NULL)
            st = icp__plan_find(all[i]->scorer, b->layout, b->source, &all[i]->plan, err);
    return st;
}
