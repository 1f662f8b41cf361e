/* SPDX-License-Identifier: MIT */
/* The columns of a timing layer that are read from an account's events. */
#include "score/scorer.h"

/* As the text of the number was read in the fit. */
static double number_of(int64_t v) { return (double)v / 1000; }

/* Milli-points of the column without the discount of an invalidating event. */
static int64_t points_of(const icp_scorer *s, const struct icp__timing_column *c, const struct icp__slot *slot, const struct icp__track *t, int64_t day) {
    int64_t v;
    if (!icp__signals_value(s->model->signals, c, t, day, true, &v))
        return 0;
    const uint32_t entry = icp__row_range(slot, number_of(v));
    return icp__entry_points(icp__entry(s->model, slot->known)) + (entry == ICP__NONE ? 0 : icp__entry_points(icp__entry(s->model, entry)));
}

void icp__row_events(icp_scorer *s, struct icp__tally *t, const struct icp__track *track, int64_t day) {
    const icp_model *m = s->model;
    const struct icp__signals *g = m->signals;
    int64_t trend;
    t->whole = t->milli;
    for (uint32_t i = 0; i < g->columns; i++) {
        const struct icp__timing_column *c = &g->column[i];
        const struct icp__slot *slot = &m->slots[c->column];
        int64_t v;
        if (slot->known == ICP__NONE)
            continue;
        const bool known = icp__signals_value(g, c, track, day, false, &v);
        if (t->state != NULL)
            t->state[c->column] = known ? ICP__CELL_KNOWN : ICP__CELL_UNKNOWN;
        if (!known) {
            t->missing += slot->share;
            continue;
        }
        icp__row_known(s, t, slot);
        const double number = number_of(v);
        const uint32_t entry = icp__row_range(slot, number);
        if (entry != ICP__NONE)
            icp__row_add(s, t, entry);
        if ((slot->flags & ICP__BOUNDS) && (number < slot->lo || number > slot->hi)) {
            t->flags |= ICP_FLAG_OUT_OF_RANGE;
            if (t->state != NULL)
                t->state[c->column] |= ICP__CELL_OUTSIDE;
        }
        if (track->after != NULL)
            t->whole += points_of(s, c, slot, track, day);
    }
    t->stale = icp__signals_stale(g, track, day);
    if (icp__signals_trend(g, track, day, &trend))
        t->trend = (int32_t)(trend > INT32_MAX ? INT32_MAX : trend < -INT32_MAX ? -INT32_MAX : trend);
}
