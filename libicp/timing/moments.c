/* SPDX-License-Identifier: MIT */
/* Which account-moments are learned from, and what each is an example of. */
#include "timing/moments.h"
#include "base/hash.h"
#include <icp/fit.h>

/* Rows of one class while they are gathered: those below a bound on the hash of account and day, which is halved when there are too many. */
struct gathered {
    struct icp__moment *row;
    size_t count, cap;
    uint64_t below, seen;
};
struct making {
    const struct icp__history *h;
    struct icp__moments *m;
    struct gathered class[2];
    uint32_t *windows; /* [outcomes] rows whose window holds it */
    bool failed;
};

static uint64_t row_hash(const struct icp__history *h, uint32_t place, int32_t day) {
    uint8_t bytes[12];
    icp__put64(bytes, h->hash[h->order[place]]);
    icp__put32(bytes + 8, (uint32_t)day);
    return icp__hash(bytes, sizeof bytes, 0);
}

static void gather(struct making *k, int positive, uint32_t place, int32_t day) {
    struct gathered *g = &k->class[positive];
    g->seen++;
    if (k->failed || row_hash(k->h, place, day) >= g->below)
        return;
    if (g->count == ICP__MOMENTS_MOST) {
        size_t n = 0;
        g->below /= 2;
        for (size_t i = 0; i < g->count; i++)
            if (row_hash(k->h, g->row[i].place, g->row[i].day) < g->below)
                g->row[n++] = g->row[i];
        g->count = n;
        if (row_hash(k->h, place, day) >= g->below)
            return;
    }
    if (!icp__grow(k->h->ctx, &g->row, &g->cap, g->count + 1, sizeof *g->row)) {
        k->failed = true;
        return;
    }
    g->row[g->count++] = (struct icp__moment){place, day, 0};
}

struct icp__at_risk icp__moments_at_risk(const struct icp__history *h, const struct icp__moments *m, uint32_t place) {
    struct icp__at_risk a = {place, h->first_outcome[place], h->first_outcome[place + 1], INT32_MAX, INT32_MAX};
    if (h->first_event[place] < h->first_event[place + 1])
        a.known = h->event[h->first_event[place]].day;
    for (uint32_t i = a.first; i < a.last; i++) {
        const struct icp__decided *o = &h->outcome[i];
        if (m->layer == ICP_LAYER_RETENTION && o->day < a.known)
            a.known = o->day;
        if ((m->ends >> o->kind & 1u) && o->day < a.end)
            a.end = o->day;
    }
    return a;
}

/* Kinds of outcomes in [day, day + horizon), as bits. */
static uint32_t outcomes_in(const struct making *k, const struct icp__at_risk *a, int32_t day) {
    uint32_t kinds = 0;
    for (uint32_t i = a->first; i < a->last; i++) {
        const struct icp__decided *o = &k->h->outcome[i];
        if (o->day >= day && o->day < day + (int32_t)k->m->horizon && o->day <= a->end)
            kinds |= 1u << o->kind;
    }
    return kinds;
}

static void look_at(struct making *k, const struct icp__at_risk *a, int32_t day) {
    struct icp__moments *m = k->m;
    m->considered++;
    if (day > m->end - (int32_t)m->horizon) {
        m->censored += !m->all;
        if (!m->all)
            return;
    }
    const uint32_t kinds = m->all ? 0 : outcomes_in(k, a, day);
    if (m->layer != ICP_LAYER_RETENTION || m->all)
        gather(k, (kinds & m->target) != 0, a->place, day);
    else if (kinds >> ICP__CHURNED & 1u)
        gather(k, 0, a->place, day);
    else if (m->survival || (kinds & m->target))
        gather(k, 1, a->place, day);
    else
        m->undecided++;
}

/* Moments run back from the end of the data in equal steps, the same days for all accounts; those too young to judge are only counted. */
static void look_at_accounts(struct making *k) {
    const struct icp__moments *m = k->m;
    const int32_t newest = m->end - (m->all ? 0 : (int32_t)m->horizon), step = (int32_t)m->spacing;
    for (uint32_t place = 0; place < k->h->kept && !k->failed; place++) {
        const struct icp__at_risk a = icp__moments_at_risk(k->h, m, place);
        if (a.known == INT32_MAX)
            continue;
        int32_t day = newest + ((m->end - newest) / step) * step;
        const int32_t recent = (int32_t)(ICP__RECENT_MOMENTS - 1) * step, oldest = newest - (recent > ICP__RECENT_DAYS ? recent : ICP__RECENT_DAYS);
        if (a.end < day)
            day -= (day - a.end + step - 1) / step * step;
        for (; day > a.known && day >= oldest; day -= step)
            look_at(k, &a, day);
    }
}

static void count_windows(struct making *k, bool give) {
    struct gathered *g = &k->class[1];
    for (size_t r = 0; r < g->count; r++) {
        const struct icp__at_risk a = icp__moments_at_risk(k->h, k->m, g->row[r].place);
        for (uint32_t i = a.first; i < a.last; i++) {
            const struct icp__decided *o = &k->h->outcome[i];
            if (!(k->m->target >> o->kind & 1u) || o->day < g->row[r].day || o->day >= g->row[r].day + (int32_t)k->m->horizon || o->day > a.end)
                continue;
            if (give)
                g->row[r].mass += 1.0 / k->windows[i];
            else
                k->m->outcomes += k->windows[i]++ == 0;
        }
    }
}

static uint32_t churned_outcomes(const struct making *k) {
    uint32_t n = 0;
    const struct gathered *g = &k->class[0];
    for (size_t r = 0; r < g->count; r++)
        n += r == 0 || g->row[r].place != g->row[r - 1].place;
    return n;
}

/* Each outcome counts 1 in all. Where surviving is the outcome, a horizon of an account is one. Retention can tell no more than who churned. */
static void share_mass(struct making *k) {
    struct gathered *g = &k->class[1];
    struct icp__moments *m = k->m;
    if (m->survival) {
        for (size_t r = 0; r < g->count; r++)
            g->row[r].mass = (double)m->spacing / m->horizon;
        m->outcomes = (double)g->count * m->spacing / m->horizon;
    } else {
        count_windows(k, false);
        count_windows(k, true);
    }
    const double churned = m->layer == ICP_LAYER_RETENTION ? churned_outcomes(k) : m->outcomes;
    if (churned < m->outcomes) {
        for (size_t r = 0; r < g->count; r++)
            g->row[r].mass *= churned / m->outcomes;
        m->outcomes = churned;
    }
}

/* Each class by (place, day): moments were looked at from the newest back. */
static bool put_rows(struct making *k) {
    struct icp__moments *m = k->m;
    m->negatives = (uint32_t)k->class[0].count;
    m->rows = m->negatives + (uint32_t)k->class[1].count;
    m->row = icp__alloc(m->ctx, m->rows + 1u, sizeof *m->row);
    for (int c = 0, at = 0; m->row && c < 2; c++)
        for (size_t i = 0; i < k->class[c].count;) {
            size_t end = i + 1;
            while (end < k->class[c].count && k->class[c].row[end].place == k->class[c].row[i].place)
                end++;
            for (size_t r = end; r-- > i;)
                m->row[at++] = k->class[c].row[r];
            i = end;
        }
    return m->row != NULL;
}

static void choose_target(const struct icp__history *h, struct icp__moments *m) {
    if (m->layer == ICP_LAYER_RETENTION) {
        m->target = 1u << ICP__RENEWED | 1u << ICP__EXPANDED;
        m->survival = h->by_kind[ICP__RENEWED] + h->by_kind[ICP__EXPANDED] == 0;
        m->ends = 1u << ICP__CHURNED | 1u << ICP__LOST;
        return;
    }
    const bool first = h->by_kind[ICP__CONVERTED] > 0; /* else customers that buy again and again */
    m->target = 1u << (first ? ICP__CONVERTED : ICP__EXPANDED);
    m->all = h->by_kind[ICP__CONVERTED] + h->by_kind[ICP__EXPANDED] == 0;
    m->ends = 1u << ICP__LOST | (first ? 1u << ICP__CONVERTED : 1u << ICP__CHURNED);
    m->ends = m->all ? 0 : m->ends;
}

icp_status icp__moments_make(const struct icp__history *h, uint32_t layer, uint32_t horizon, struct icp__moments *out, struct icp_error *err) {
    struct icp__moments m = {.ctx = h->ctx, .layer = layer, .horizon = horizon, .spacing = horizon / ICP__PER_HORIZON ? horizon / ICP__PER_HORIZON : 1};
    struct making k = {.h = h, .m = &m, .class = {{.below = UINT64_MAX}, {.below = UINT64_MAX}}};
    m.end = h->as_of != ICP_TIME_UNKNOWN ? (int32_t)(h->as_of / ICP__DAY) : (int32_t)h->last_day + 1;
    choose_target(h, &m);
    k.windows = icp__calloc(h->ctx, h->outcomes + 1, sizeof *k.windows);
    k.failed = !k.windows;
    if (!k.failed)
        look_at_accounts(&k);
    if (!k.failed)
        share_mass(&k);
    m.negatives_seen = k.class[0].seen, m.positives_seen = k.class[1].seen;
    for (uint32_t place = 0; !k.failed && place < h->kept; place++)
        if (h->first_event[place] == h->first_event[place + 1])
            m.outcomes_without_events += h->first_outcome[place + 1] - h->first_outcome[place];
    const bool fine = !k.failed && put_rows(&k);
    icp__free(h->ctx, k.windows);
    icp__free(h->ctx, k.class[0].row);
    icp__free(h->ctx, k.class[1].row);
    if (!fine)
        return icp__no_memory(err);
    *out = m;
    return ICP_OK;
}

void icp__moments_free(struct icp__moments *m) {
    if (m->ctx)
        icp__free(m->ctx, m->row);
    *m = (struct icp__moments){0};
}
