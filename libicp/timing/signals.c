/* SPDX-License-Identifier: MIT */
/* Rings to values: decayed sums, surges and momentum. */
#include "timing/signals.h"
#include "base/number.h"

void icp__signals_init(struct icp__signals *s, icp_context *c) {
    memset(s, 0, sizeof *s);
    s->ctx = c;
    s->weeks = ICP__ANY;
    icp__arena_init(&s->arena, c);
}

void icp__signals_free(struct icp__signals *s) {
    if (!s->ctx)
        return;
    for (uint32_t k = 0; k <= ICP__HALF_LIVES; k++)
        icp__free(s->ctx, s->decay[k]);
    icp__arena_free(&s->arena);
    memset(s, 0, sizeof *s);
}

bool icp__signals_breaks(const struct icp__signals *s, uint32_t signal, struct icp_str type) {
    enum icp__break_kind kind;
    return signal != ICP__ANY ? s->signal[signal].breaks : icp__event_breaks(s->invalidates, type, &kind);
}

bool icp__signals_prepare(struct icp__signals *s) {
    struct icp__fpenv env;
    enum icp__break_kind kind;
    bool fine = true;
    for (uint32_t i = 0; i < s->signals; i++)
        s->signal[i].breaks = icp__event_breaks(s->invalidates, s->signal[i].type, &kind);
    icp__fpenv_enter(&env);
    for (uint32_t i = 0; fine && i < s->rings; i++) {
        struct icp__decay **d = &s->decay[icp__ring_place(&s->ring[i])];
        if (!*d) {
            *d = icp__alloc(s->ctx, 1, sizeof **d);
            fine = *d != NULL;
            if (fine)
                icp__decay_make(*d, s->ring[i].days, s->ring[i].flat);
        }
        s->of_ring[i] = *d;
    }
    icp__fpenv_leave(&env);
    return fine;
}

uint32_t icp__signals_find(const struct icp__signals *s, struct icp_str type) {
    for (uint32_t i = 0; i < s->signals; i++)
        if (s->signal[i].type.size == type.size && memcmp(s->signal[i].type.data, type.data, type.size) == 0)
            return i;
    return ICP__ANY;
}

uint32_t icp__signals_add_ring(struct icp__signals *s, uint32_t signal, bool value, bool flat, uint16_t days) {
    s->ring[s->rings] = (struct icp__ring_plan){signal, value, flat, days};
    return s->rings++;
}

void icp__signals_header(const struct icp__signals *s, const struct icp__timing_column *c, struct icp__bytes *out) {
    if (c->measure == ICP__MEASURE_SURGE) {
        icp__bytes_text(out, "surge");
        return;
    }
    const struct icp__ring_plan *r = &s->ring[c->ring];
    if (r->signal == ICP__ANY)
        icp__bytes_text(out, "any event");
    else
        icp__bytes_add(out, s->signal[r->signal].type.data, s->signal[r->signal].type.size);
    icp__bytes_print(out, "%s (half-life %u d)", c->measure == ICP__MEASURE_VALUE ? " value" : "", (unsigned)r->days);
}

/* Recent weeks against those before, as far as they are kept, tracked and valid. */
struct compared {
    double recent, recent_days, past, past_days;
};

static bool compare(const struct icp__signals *s, const struct icp__track *t, uint32_t ring, int64_t day, bool whole, struct compared *out) {
    const int64_t week = day / (int64_t)ICP__WEEK, window = week - ICP__RECENT_WEEKS + 1, oldest = week - ICP__BLOCKS + 1;
    const uint32_t signal = s->ring[ring].signal;
    const bool broken = t->after && !whole;
    const struct icp__ring *r = broken ? &t->after[ring] : &t->ring[ring];
    int64_t from = t->first, start = window * (int64_t)ICP__WEEK;
    if (signal != ICP__ANY && s->signal[signal].first > from)
        from = s->signal[signal].first;
    if (broken && t->broken / ICP__DAY > from)
        from = t->broken / ICP__DAY;
    if (oldest * (int64_t)ICP__WEEK > from)
        from = oldest * (int64_t)ICP__WEEK;
    if (t->first < 0 || from >= day)
        return false;
    out->past_days = from < start ? (double)(start - from) : 0;
    out->recent_days = (double)(day - (from > start ? from : start));
    out->recent = (double)icp__ring_count(r, window, week);
    out->past = (double)icp__ring_count(r, oldest, window - 1);
    return true;
}

bool icp__signals_past(const struct icp__signals *s, const struct icp__track *t, uint32_t ring, int64_t day, double *events, double *days) {
    struct compared c;
    if (!compare(s, t, ring, day, false, &c) || !(c.past_days > 0))
        return false;
    *events = c.past;
    *days = c.past_days;
    return true;
}

/* Gamma-Poisson likelihood ratio of the recent count at 2, 4 and 8 times the expected rate against that rate, in bits. In logarithms: busy
 * accounts leave the range of doubles. */
static double surge(const struct compared *c, int64_t prior_events, int64_t prior_days) {
    static const double times[] = {2, 4, 8};
    const double r = (double)prior_events / 1e6 + c->past, known = (double)prior_days / 1e6 + c->past_days;
    double each[3], most = -1e308, sum = 0;
    for (int i = 0; i < 3; i++) {
        each[i] = c->recent * icp__log(times[i]) + (c->recent + r) * icp__log((known + c->recent_days) / (known + times[i] * c->recent_days));
        most = each[i] > most ? each[i] : most;
    }
    for (int i = 0; i < 3; i++)
        sum += icp__exp(each[i] - most);
    return (most + icp__log(sum / 3)) / icp__log(2);
}

/* Sum over the signals, in thousandths of a bit. */
static bool surges(const struct icp__signals *s, const struct icp__track *t, uint32_t ring, int64_t day, bool whole, int64_t *out) {
    double bits = 0;
    bool any = false;
    for (uint32_t i = 0; i < s->signals; i++) {
        struct compared c;
        if (!compare(s, t, ring + i, day, whole, &c))
            continue;
        bits += surge(&c, s->signal[i].prior_events_micro, s->signal[i].prior_days_micro);
        any = true;
    }
    *out = icp__round(bits * 1000);
    return any;
}

bool icp__signals_value(const struct icp__signals *s, const struct icp__timing_column *c, const struct icp__track *t, int64_t day, bool whole, int64_t *out) {
    if (t->first < 0 || t->first > day)
        return false;
    if (c->measure == ICP__MEASURE_SURGE)
        return surges(s, t, c->ring, day, whole, out);
    const uint32_t signal = s->ring[c->ring].signal;
    if (signal != ICP__ANY && s->signal[signal].first > day)
        return false;
    *out = icp__ring_read(&t->ring[c->ring], t->after && !whole ? &t->after[c->ring] : NULL, icp__signals_decay(s, c->ring), day);
    return true;
}

bool icp__signals_trend(const struct icp__signals *s, const struct icp__track *t, int64_t day, int64_t *out) {
    struct compared c;
    if (s->weeks == ICP__ANY || !compare(s, t, s->weeks, day, false, &c) || c.past_days < ICP__RECENT_WEEKS * ICP__WEEK)
        return false;
    const double expected = c.past / c.past_days * c.recent_days; /* one event more on both sides: few tell little, steady ones nothing */
    *out = icp__round(icp__log((c.recent + 1) / (expected + 1)) / icp__log(2) * 1000);
    return true;
}

int32_t icp__signals_stale(const struct icp__signals *s, const struct icp__track *t, int64_t day) {
    int64_t all = 0, old = 0;
    if (t->first < 0 || t->first > day)
        return -1;
    for (uint32_t i = 0; i < s->rings; i++) {
        int64_t late;
        if (s->ring[i].value || s->ring[i].flat) /* weeks do not fade: a surge compares them with each other */
            continue;
        all += icp__ring_read_with_old(&t->ring[i], t->after ? &t->after[i] : NULL, icp__signals_decay(s, i), day, ICP__STALE_BLOCKS, &late);
        old += late;
    }
    return all > 0 ? (int32_t)(old * 1000 / all) : -1;
}
