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
    if (t->reasons_used == t->reasons) {
        int32_t last = t->reason_points[t->reasons - 1];
        t->reason_floor = last < 0 ? -(int64_t)last : last;
    }
}

static inline void add_sums(struct icp__tally *t, const uint8_t *e, uint32_t entry) {
    t->milli += icp__entry_points(e);
    t->variance += icp__entry_variance(e);
    t->square += icp__entry_square(e);
    t->over += icp__entry_square_over(e);
    if (t->hits != NULL)
        t->hits[t->count++] = entry;
}

static inline void add_hit(struct icp__tally *t, const uint8_t *e, uint32_t entry) {
    const int32_t points = icp__entry_points(e);
    add_sums(t, e, entry);
    if (points >= t->reason_floor || points <= -t->reason_floor)
        add_reason(t, entry, points);
}

/* A trait counts once per row: its stamp says whether it did. Hidden entries have nothing to add. */
static inline void add_entry(icp_scorer *s, struct icp__tally *t, const uint8_t *e, uint32_t entry) {
    if (s->stamps[entry] == s->epoch || (icp__entry_flags(e) & ICP__HIDDEN))
        return;
    s->stamps[entry] = s->epoch;
    if (t->fresh_count < ICP__MEMO_HITS)
        t->fresh[t->fresh_count] = entry;
    t->fresh_count++;
    add_hit(t, e, entry);
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

uint32_t icp__row_range(const struct icp__slot *slot, double v) {
    const double *edge = slot->edge;
    uint32_t lo = 0, n = slot->edges;
    while (n > 0) { /* lo becomes the number of ends <= v */
        uint32_t half = n / 2;
        if (edge[lo + half] <= v)
            lo += half + 1, n -= half + 1;
        else
            n = half;
    }
    if (!(slot->flags & ICP__OPEN_LOW))
        lo--; /* below the first end: wraps beyond every range */
    return lo < slot->ranges ? slot->range + lo : ICP__NONE;
}

void icp__row_add(icp_scorer *s, struct icp__tally *t, uint32_t entry) { add_hit(t, icp__entry(s->model, entry), entry); }

void icp__row_known(icp_scorer *s, struct icp__tally *t, const struct icp__slot *slot) {
    t->known++;
    add_sums(t, icp__entry(s->model, slot->known), slot->known);
}

/* Returns the state of the cell. */
static uint8_t add_number(icp_scorer *s, struct icp__tally *t, const struct icp__slot *slot) {
    const double v = s->scratch.number;
    const bool outside = (slot->flags & ICP__BOUNDS) && (v < slot->lo || v > slot->hi);
    const uint32_t entry = icp__row_range(slot, v);
    if (entry != ICP__NONE)
        add_entry(s, t, icp__entry(s->model, entry), entry);
    return outside ? ICP__CELL_KNOWN | ICP__CELL_OUTSIDE : ICP__CELL_KNOWN;
}

/* Reads a cell and adds its traits. Returns its state. */
static uint8_t add_cell(icp_scorer *s, struct icp__tally *t, const struct icp__plan_item *item, const struct icp__cell *cell) {
    const enum icp__known known = item->extract(item->column, item->index, cell, &s->scratch);
    if (known != ICP__KNOWN)
        return known == ICP__UNREADABLE ? ICP__CELL_UNREADABLE : ICP__CELL_UNKNOWN;
    if (item->slot->ranges != 0)
        return add_number(s, t, item->slot);
    if (item->slot->flags & ICP__PHRASES)
        add_words(s, t, item->index);
    else if (item->column->kind != ICP_KIND_NUMBER && item->column->kind != ICP_KIND_DATE)
        add_tokens(s, t, item->index);
    return ICP__CELL_KNOWN;
}

/* Native order: the words never leave this process. */
static inline uint64_t load64(const char *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}
static inline uint32_t load32(const char *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}

/* n is 1 to ICP__MEMO_CELL. Returns the place in the memo. */
static inline uint32_t memo_key(const char *p, size_t n, uint32_t column, uint64_t key[4]) {
    uint64_t h;
    key[2] = key[3] = 0;
    if (n >= 8) {
        key[0] = load64(p);
        key[1] = load64(p + n - 8);
        if (n > 16) {
            key[2] = load64(p + 8);
            key[3] = load64(p + n - 16);
        }
    } else if (n >= 4) {
        key[0] = load32(p);
        key[1] = load32(p + n - 4);
    } else {
        key[0] = (uint64_t)(unsigned char)p[0] | (uint64_t)(unsigned char)p[n / 2] << 8 | (uint64_t)(unsigned char)p[n - 1] << 16;
        key[1] = 0;
    }
    h = (key[0] ^ key[2]) * 0x9E3779B97F4A7C15u;
    h ^= (key[1] ^ key[3] << 1) * 0xC2B2AE3D27D4EB4Fu;
    h += ((uint64_t)column << 6 | n) * 0x165667B19E3779F9u;
    h ^= h >> 29;
    return (uint32_t)((h * 0x9E3779B97F4A7C15u) >> (64 - ICP__MEMO_BITS));
}

static void memo_store(struct icp__memo *memo, const struct icp__tally *t, const struct icp__plan_item *item, size_t size,
                       const uint64_t key[4], uint8_t state) {
    if (t->fresh_count > ICP__MEMO_HITS)
        return;
    memcpy(memo->key, key, sizeof memo->key);
    memo->column = (uint16_t)item->index;
    memo->size = (uint8_t)size;
    memo->state = (uint8_t)(state | t->fresh_count << 4);
    memcpy(memo->hits, t->fresh, t->fresh_count * sizeof *memo->hits);
}

/* A cell from the memo, else read. A column's traits come from its one cell, so hits of the memo cannot have counted yet. */
static inline uint8_t recall_cell(icp_scorer *s, struct icp__tally *t, struct icp__plan_item *item, const struct icp__cell *cell) {
    struct icp__memo *memo;
    uint64_t key[4];
    uint8_t state;
    if (cell->data == NULL || cell->size == 0)
        return ICP__CELL_UNKNOWN;
    t->fresh_count = 0;
    if (cell->size > ICP__MEMO_CELL || (item->tried >= 1024 && item->found < item->tried / 4))
        return add_cell(s, t, item, cell);
    memo = &s->memo[memo_key(cell->data, cell->size, item->index, key)];
    item->tried++;
    if (memo->size == cell->size && memo->column == item->index && memo->key[0] == key[0] && memo->key[1] == key[1] &&
        memo->key[2] == key[2] && memo->key[3] == key[3]) {
        item->found++;
        for (uint32_t i = 0, n = memo->state >> 4; i < n; i++)
            add_hit(t, icp__entry(s->model, memo->hits[i]), memo->hits[i]);
        return memo->state & 15u;
    }
    state = add_cell(s, t, item, cell);
    if (ICP__LIKELY(!s->scratch.failed))
        memo_store(memo, t, item, cell->size, key, state);
    return state;
}

bool icp__row_tally(icp_scorer *s, struct icp__plan *p, const struct icp__cell *row, struct icp__tally *t) {
    struct icp__plan_item *item = p->items, *end = item + p->count;
    t->milli = 0;
    t->variance = s->model->base_variance;
    t->square = t->over = t->flags = 0;
    t->stale = -1;
    t->trend = ICP_TREND_UNKNOWN;
    t->broken = NULL;
    t->missing = p->missing;
    t->known = t->count = t->reasons_used = 0;
    t->reason_floor = t->reasons == 0 ? INT64_MAX : 1; /* no points are no reason */
    if (++s->epoch == 0) {
        memset(s->stamps, 0, s->model->entries * sizeof *s->stamps);
        s->epoch = 1;
    }
    for (; item < end; item++) {
        const uint8_t state = recall_cell(s, t, item, &row[item->cell]);
        if (ICP__UNLIKELY(s->scratch.failed)) {
            s->scratch.failed = false;
            return false;
        }
        if (t->state != NULL)
            t->state[item->index] = state;
        if (state & ICP__CELL_KNOWN) {
            t->known++;
            add_sums(t, icp__entry(s->model, item->slot->known), item->slot->known);
            if (state & ICP__CELL_OUTSIDE)
                t->flags |= ICP_FLAG_OUT_OF_RANGE;
        } else {
            t->missing += item->slot->share;
            if (state & ICP__CELL_UNREADABLE)
                t->flags |= ICP_FLAG_UNREADABLE;
        }
    }
    return true;
}

void icp__row_score(const icp_scorer *s, const struct icp__tally *t, struct icp_score *out) {
    const icp_model *m = s->model;
    const uint32_t half = icp__isqrt(t->variance);
    uint64_t flags = t->flags | s->standing;
    out->layer = (int32_t)m->layer;
    out->millipoints = t->milli;
    out->score = icp__points_score(t->milli);
    out->tier = icp__points_tier(t->milli);
    out->low = icp__points_score(t->milli - (int64_t)half);
    out->high = icp__points_score(t->milli + (int64_t)half);
    out->variance = (int64_t)t->variance;
    if (m->info.flags & ICP_MODEL_FEW_CUSTOMERS)
        flags |= ICP_FLAG_FEW_CUSTOMERS;
    if (m->info.flags & ICP_MODEL_INTERVAL_UNCALIBRATED)
        flags |= ICP_FLAG_INTERVAL_UNCALIBRATED;
    if (m->info.flags & ICP_MODEL_LISTED_SHARE_HIGH)
        flags |= ICP_FLAG_LISTED_SHARE_HIGH;
    if (m->info.flags & ICP_MODEL_EDITED)
        flags |= ICP_FLAG_EDITED;
    if (m->signals != NULL && m->signals->assumed)
        flags |= ICP_FLAG_ASSUMED;
    if (t->stale > 500)
        flags |= ICP_FLAG_STALE;
    if (t->broken != NULL)
        flags |= ICP_FLAG_INVALIDATED;
    out->whole = t->broken != NULL ? t->whole : t->milli;
    out->stale = t->stale;
    out->trend = t->trend;
    out->flags = flags;
    out->effective_tier = out->tier;
    out->override_number = 0;
    icp__confidence(s, t, half, out);
}
