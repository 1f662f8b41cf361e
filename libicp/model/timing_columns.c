/* SPDX-License-Identifier: MIT */
/* Which sums a timing layer looks at. One table: adding a measure is a line here and a case in timing/signals.c. */
#include "model/model.h"
#include "model/timing.h"

/* All events together at three speeds: what a signal alone is too rare to say (doc/decisions.md). The value goes with the slowest. */
static const uint16_t any_half_lives[] = {30, 120, 480};

static void add_column(struct icp__signals *s, uint32_t *next, enum icp__measure measure, uint32_t ring) {
    s->column[s->columns++] = (struct icp__timing_column){(*next)++, (uint8_t)measure, ring};
}

/* Most events carry a value. */
static bool valued(const struct icp__history *h) {
    uint64_t events = 0, with = 0;
    for (size_t t = 0; t < h->types.count; t++) {
        events += h->type[t].events;
        with += h->type[t].valued;
    }
    return 2 * with > events;
}

void icp__timing_columns(const struct icp__history *h, struct icp__signals *s, uint32_t first_column) {
    const size_t any = sizeof any_half_lives / sizeof *any_half_lives;
    uint32_t next = first_column;
    if (s->assumed) {
        const uint32_t first = s->rings;
        for (uint32_t i = 0; i < s->signals; i++)
            icp__signals_add_ring(s, i, false, true, ICP__WEEK);
        add_column(s, &next, ICP__MEASURE_SURGE, first);
    } else {
        for (size_t k = 0; k < any; k++)
            add_column(s, &next, ICP__MEASURE_COUNT, icp__signals_add_ring(s, ICP__ANY, false, false, any_half_lives[k]));
        if (valued(h))
            add_column(s, &next, ICP__MEASURE_VALUE, icp__signals_add_ring(s, ICP__ANY, true, false, any_half_lives[any - 1]));
        for (uint32_t i = 0; s->signals > 1 && i < s->signals; i++)
            add_column(s, &next, ICP__MEASURE_COUNT, icp__signals_add_ring(s, i, false, false, icp__half_life_days[s->signal[i].half_life.at]));
    }
    s->weeks = icp__signals_add_ring(s, ICP__ANY, false, true, ICP__WEEK);
}
