/* SPDX-License-Identifier: MIT */
/* One row to its score: look-ups and additions in whole numbers. This is the hot path. */
#include "base/hash.h"
#include "score/scorer.h"

/* Largest |points| first, equal ones by index. */
static void add_reason(struct icp__tally *t, uint32_t entry, int32_t points) {
    const int64_t size = points < 0 ? -(int64_t)points : points;
    uint32_t i = t->reasons_used;
    while (i > 0) {
        int64_t other = t->reason_points[i - 1];
        if (other < 0)
            other = -other;
        if (other > size || (other == size && (uint32_t)t->reason_traits[i - 1] < entry))
            break;
        if (i < t->reasons) {
            t->reason_points[i] = t->reason_points[i - 1];
            t->reason_traits[i] = t->reason_traits[i - 1];
        }
        i--;
    }
    if (i == t->reasons)
        return;
    t->reason_points[i] = points;
    t->reason_traits[i] = (int32_t)entry;
    if (t->reasons_used < t->reasons)
        t->reasons_used++;
}

static inline void add_sums(struct icp__tally *t, const uint8_t *e, uint32_t entry) {
    t->milli += icp__entry_points(e);
    t->variance += icp__entry_variance(e);
    t->square += icp__entry_square(e);
    t->over += icp__entry_square_over(e);
    if (t->hits != NULL)
        t->hits[t->count++] = entry;
}

/* A trait counts once per row: its stamp says whether it did. Hidden entries have nothing to add. */
static inline void add_entry(icp_scorer *s, struct icp__tally *t, const uint8_t *e, uint32_t entry) {
    int32_t points;
    if (s->stamps[entry] == s->epoch || (icp__entry_flags(e) & ICP__HIDDEN))
        return;
    s->stamps[entry] = s->epoch;
    add_sums(t, e, entry);
    points = icp__entry_points(e);
    if (points != 0)
        add_reason(t, entry, points);
}

static void add_tokens(icp_scorer *s, struct icp__tally *t, uint32_t column) {
    const icp_model *m = s->model;
    const struct icp__token *token = s->scratch.tokens, *end = token + s->scratch.tokens_used;
    for (; token < end; token++) {
        uint32_t entry = icp__model_find(m, column, token->hash, token->data, token->size);
        if (entry != ICP__NONE)
            add_entry(s, t, icp__entry(m, entry), entry);
    }
}

/* Two joined words are looked up as a phrase only where the first begins one and the second ends one. Their bytes stand together
 * with one blank between. */
static void add_words(icp_scorer *s, struct icp__tally *t, uint32_t column) {
    const icp_model *m = s->model;
    const struct icp__token *token = s->scratch.tokens, *end = token + s->scratch.tokens_used;
    bool begins = false;
    for (; token < end; token++) {
        uint32_t entry = icp__model_find(m, column, token->hash, token->data, token->size), flags;
        const uint8_t *e;
        if (entry == ICP__NONE) {
            begins = false;
            continue;
        }
        e = icp__entry(m, entry);
        flags = icp__entry_flags(e);
        add_entry(s, t, e, entry);
        if (begins && token->joined && (flags & ICP__ENDS_PHRASE)) {
            const char *from = token[-1].data;
            uint32_t size = (uint32_t)(token->data + token->size - from);
            entry = icp__model_find(m, column, icp__hash(from, size, column), from, size);
            if (entry != ICP__NONE)
                add_entry(s, t, icp__entry(m, entry), entry);
        }
        begins = (flags & ICP__BEGINS_PHRASE) != 0;
    }
}

static void add_number(icp_scorer *s, struct icp__tally *t, const struct icp__plan_item *item) {
    const struct icp__slot *slot = item->slot;
    const double v = s->scratch.number, *edge = slot->edge;
    uint32_t lo = 0, n = slot->edges;
    if ((slot->flags & ICP__BOUNDS) && (v < slot->lo || v > slot->hi)) {
        t->flags |= ICP_FLAG_OUT_OF_RANGE;
        if (t->state != NULL)
            t->state[item->index] |= ICP__CELL_OUTSIDE;
    }
    while (n > 0) { /* lo becomes the number of ends <= v */
        uint32_t half = n / 2;
        if (edge[lo + half] <= v)
            lo += half + 1, n -= half + 1;
        else
            n = half;
    }
    if (!(slot->flags & ICP__OPEN_LOW))
        lo--; /* below the first end: wraps beyond every range */
    if (lo < slot->ranges)
        add_entry(s, t, icp__entry(s->model, slot->range + lo), slot->range + lo);
}

bool icp__row_tally(icp_scorer *s, const struct icp__plan *p, const struct icp__cell *row, struct icp__tally *t) {
    const struct icp__plan_item *item = p->items, *end = item + p->count;
    t->milli = 0;
    t->variance = s->model->base_variance;
    t->square = t->over = t->flags = 0;
    t->missing = p->missing;
    t->known = t->count = t->reasons_used = 0;
    if (++s->epoch == 0) {
        memset(s->stamps, 0, s->model->entries * sizeof *s->stamps);
        s->epoch = 1;
    }
    for (; item < end; item++) {
        enum icp__known known = item->extract(item->column, item->index, &row[item->cell], &s->scratch);
        if (ICP__UNLIKELY(s->scratch.failed)) {
            s->scratch.failed = false;
            return false;
        }
        if (t->state != NULL)
            t->state[item->index] = known == ICP__KNOWN ? ICP__CELL_KNOWN : known == ICP__UNREADABLE ? ICP__CELL_UNREADABLE : ICP__CELL_UNKNOWN;
        if (known != ICP__KNOWN) {
            t->missing += item->slot->share;
            if (known == ICP__UNREADABLE)
                t->flags |= ICP_FLAG_UNREADABLE;
            continue;
        }
        t->known++;
        add_sums(t, icp__entry(s->model, item->slot->known), item->slot->known);
        if (item->slot->ranges != 0)
            add_number(s, t, item);
        else if (item->slot->flags & ICP__PHRASES)
            add_words(s, t, item->index);
        else if (item->column->kind != ICP_KIND_NUMBER && item->column->kind != ICP_KIND_DATE)
            add_tokens(s, t, item->index);
    }
    return true;
}

/* Thousandths of sum c^2 / (sum c^2 / (k + 1/2)), at most the customers there are. */
static int64_t effective(uint64_t square, uint64_t over, uint64_t customers) {
    uint64_t n;
    if (square == 0)
        return 0;
    while (square > UINT64_MAX / 1000)
        square >>= 1, over >>= 1;
    if (over == 0)
        return (int64_t)(customers * 1000);
    n = square * 1000 / over;
    return (int64_t)(n < customers * 1000 ? n : customers * 1000);
}

static int32_t confidence(int64_t thousandths) {
    return thousandths >= 40000  ? ICP_CONFIDENCE_HIGH
           : thousandths >= 15000 ? ICP_CONFIDENCE_MEDIUM
           : thousandths >= 5000  ? ICP_CONFIDENCE_LOW
                                  : ICP_CONFIDENCE_INSUFFICIENT;
}

void icp__row_score(const icp_scorer *s, const struct icp__tally *t, struct icp_score *out) {
    const icp_model *m = s->model;
    const int64_t half = icp__isqrt(t->variance);
    uint64_t flags = t->flags;
    out->layer = (int32_t)m->layer;
    out->millipoints = t->milli;
    out->score = icp__points_score(t->milli);
    out->tier = icp__points_tier(t->milli);
    out->low = icp__points_score(t->milli - half);
    out->high = icp__points_score(t->milli + half);
    out->variance = (int64_t)t->variance;
    out->effective = effective(t->square, t->over, m->info.customers);
    out->confidence = confidence(out->effective);
    if (m->info.flags & ICP_MODEL_FEW_CUSTOMERS)
        flags |= ICP_FLAG_FEW_CUSTOMERS;
    if (m->info.flags & ICP_MODEL_INTERVAL_UNCALIBRATED)
        flags |= ICP_FLAG_INTERVAL_UNCALIBRATED;
    if (m->info.flags & ICP_MODEL_LISTED_SHARE_HIGH)
        flags |= ICP_FLAG_LISTED_SHARE_HIGH;
    if (t->known == 0)
        flags |= ICP_FLAG_NOTHING_KNOWN;
    else if (out->confidence <= ICP_CONFIDENCE_LOW)
        flags |= ICP_FLAG_THIN;
    if (out->confidence <= ICP_CONFIDENCE_LOW && out->tier >= ICP_TIER_GOOD)
        flags |= ICP_FLAG_HIGH_ON_THIN;
    if (t->missing > m->share_total / 2)
        flags |= ICP_FLAG_MISSING;
    out->flags = flags;
}
