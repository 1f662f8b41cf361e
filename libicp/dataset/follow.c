/* SPDX-License-Identifier: MIT */
/* Following child rows: what is seen at all, whom it belongs to, what is counted. */
#include "dataset/follow.h"

enum way { WAY_FOUND, WAY_NONE, WAY_SEVERAL, WAY_CROWDED, WAY_NO_MEMORY };

static bool push(struct icp__follow *f, uint32_t company) {
    if (!icp__grow(f->d->ctx, &f->hit, &f->hit_cap, f->hits + 1, sizeof *f->hit)) return false;
    f->hit[f->hits++] = company;
    return true;
}

static enum way push_value(struct icp__follow *f, const struct icp__map *m, uint32_t value) {
    uint32_t shared = 0;
    for (uint32_t row = m->values.key[value].value; row; row = m->next[row - 1]) {
        if (++shared > ICP__SHARED) return WAY_CROWDED;
        if (!push(f, row - 1)) return WAY_NO_MEMORY;
    }
    return WAY_FOUND;
}

static enum way through_map(struct icp__follow *f, uint32_t index, struct icp_str key) {
    const struct icp__map *m = &f->map[index];
    struct icp_str form;
    uint32_t at = icp__keys_find(&m->values, key.data, key.size, icp__keys_hash(&m->values, key.data, key.size));
    if (at != ICP__NO_KEY) return push_value(f, m, at);
    if (!f->plan->map[index].normalised) return WAY_NONE;
    if (!icp__match_key(key, true, &f->room, &form)) return WAY_NO_MEMORY;
    if (icp__keys_find(&m->ambiguous, form.data, form.size, icp__keys_hash(&m->ambiguous, form.data, form.size)) != ICP__NO_KEY)
        return WAY_SEVERAL;
    at = icp__keys_find(&m->normals, form.data, form.size, icp__keys_hash(&m->normals, form.data, form.size));
    if (at == ICP__NO_KEY) return WAY_NONE;
    return m->normals.key[at].value ? push_value(f, m, m->normals.key[at].value - 1) : WAY_SEVERAL;
}

static enum way push_routes(struct icp__follow *f, const struct icp__routes *r, struct icp_str key) {
    struct icp__route wanted;
    uint32_t at = icp__routes_first(r, key.data, key.size, &wanted);
    if (at == ICP__NO_KEY) return WAY_NONE;
    for (; at != ICP__NO_KEY; at = icp__routes_next(r, at, &wanted))
        if (!push(f, r->route[r->slot[at] - 1].company)) return WAY_NO_MEMORY;
    return WAY_FOUND;
}

static enum way through_via(struct icp__follow *f, uint32_t index, struct icp_str key) {
    const struct icp__via *v = &f->via[index];
    struct icp_str form;
    const enum way way = push_routes(f, &v->exact, key);
    if (way != WAY_NONE || !f->plan->via[index].normalised) return way;
    if (!icp__match_key(key, true, &f->room, &form)) return WAY_NO_MEMORY;
    const uint32_t at = icp__keys_find(&v->spelt, form.data, form.size, icp__keys_hash(&v->spelt, form.data, form.size));
    if (at == ICP__NO_KEY) return WAY_NONE;
    return v->spelt.key[at].value ? push_routes(f, &v->normal, form) : WAY_SEVERAL;
}

/* Ascending, each once. */
static void tidy_hits(struct icp__follow *f) {
    for (size_t gap = f->hits / 2; gap; gap /= 2)
        for (size_t i = gap; i < f->hits; i++) {
            const uint32_t v = f->hit[i];
            size_t at = i;
            for (; at >= gap && f->hit[at - gap] > v; at -= gap) f->hit[at] = f->hit[at - gap];
            f->hit[at] = v;
        }
    size_t n = 0;
    for (size_t i = 0; i < f->hits; i++)
        if (!n || f->hit[n - 1] != f->hit[i]) f->hit[n++] = f->hit[i];
    f->hits = n;
}

static enum way through(struct icp__follow *f, struct icp_str key) {
    return f->child->depth == 1 ? through_map(f, f->child->map, key) : through_via(f, f->child->map, key);
}

/* Fills hit. A row belongs to the company of each key in its cell. */
static enum way find_companies(struct icp__follow *f, struct icp_str cell) {
    const char separator = f->walk.member->up.separator;
    enum way all = WAY_NONE;
    f->hits = 0;
    while (cell.size) {
        const char *stop = separator ? memchr(cell.data, separator, cell.size) : NULL;
        const size_t size = stop ? (size_t)(stop - cell.data) : cell.size;
        struct icp_str key;
        if (!icp__match_key((struct icp_str){cell.data, size}, false, NULL, &key)) return WAY_NO_MEMORY;
        const enum way way = key.size ? through(f, key) : WAY_NONE;
        if (way >= WAY_CROWDED) return way;
        if (way == WAY_FOUND || all == WAY_NONE) all = way;
        cell.data += stop ? size + 1 : size;
        cell.size -= stop ? size + 1 : size;
    }
    if (f->hits > 1) tidy_hits(f);
    return all;
}

static bool is_joined(const struct icp__tally *t, uint64_t row) { return row / 8 < t->bytes && (t->joined[row / 8] >> (row % 8) & 1); }

static bool set_joined(icp_context *c, struct icp__tally *t, uint64_t row) {
    const size_t old = t->bytes;
    if (row / 8 >= SIZE_MAX / 2) return false;
    if (row / 8 >= old) {
        if (!icp__grow(c, &t->joined, &t->bytes, (size_t)(row / 8) + 1, 1)) return false;
        memset(t->joined + old, 0, t->bytes - old);
    }
    t->joined[row / 8] |= (uint8_t)(1u << (row % 8));
    return true;
}

static bool seen_at_all(struct icp__follow *f, struct icp__met *met) {
    const bool limited = f->d->as_of_set;
    f->usable = !limited;
    if (!f->child->dated) return true;
    icp__dates_read(&f->dates, &f->walk, &f->span);
    if (!f->span.dated) {
        met->undated += f->last;
        return !limited;
    }
    if (!limited) return true;
    if (f->span.earliest >= f->d->as_of) {
        met->late_rows += f->last;
        return false;
    }
    f->usable = f->span.ended && f->span.latest < f->d->as_of;
    return true;
}

static bool find_lookups(struct icp__follow *f, struct icp__tally *t) {
    const struct icp__member *m = f->walk.member;
    bool no_memory = false;
    for (uint32_t l = 0; l < m->lookups && !no_memory; l++) {
        const struct icp_str key = icp__walk_link(&f->walk, &m->lookup[l]);
        f->look_row[l] = key.size ? icp__look_find(&f->looks.look[f->child->look[l]], key, &no_memory) : ICP__NO_KEY;
        if (f->look_row[l] != ICP__NO_KEY || !f->last || !key.size) continue;
        t->met.lookup_orphans++;
        if (!icp__lost_add(&t->lookup[l], key)) return false;
    }
    return !no_memory;
}

/* Every spelling counts, of rows that belong to nobody too: one more makes a normal form ambiguous. */
static bool spell(struct icp__follow *f, struct icp__via *v, struct icp_str key, struct icp_str *form) {
    bool added;
    if (!icp__match_key(key, true, &f->room, form)) return false;
    const uint32_t at = icp__keys_add(&v->spelt, form->data, form->size, icp__keys_hash(&v->spelt, form->data, form->size), &added);
    const uint32_t spelling = (uint32_t)(icp__keys_hash(&v->spelt, key.data, key.size) >> 32) | 1;
    if (at == ICP__NO_KEY) return false;
    if (added) v->spelt.key[at].value = spelling;
    else if (v->spelt.key[at].value != spelling) v->spelt.key[at].value = 0;
    return true;
}

/* Ways for the children of this row. */
static enum way feed(struct icp__follow *f) {
    for (uint32_t i = 0; i < f->feed_count; i++) {
        struct icp__via *v = &f->via[f->feeds[i]];
        const struct icp__target *t = &f->plan->via[f->feeds[i]];
        const struct icp_str key = icp__walk_key(&f->walk, t->column);
        struct icp_str form = {NULL, 0};
        if (!key.size) continue;
        if (t->normalised && !spell(f, v, key, &form)) return WAY_NO_MEMORY;
        for (size_t h = 0; h < f->hits; h++) {
            int added = icp__routes_add(&v->exact, key.data, key.size, f->hit[h]);
            if (added > 0 && form.size) added = icp__routes_add(&v->normal, form.data, form.size, f->hit[h]);
            if (added <= 0) return added ? WAY_CROWDED : WAY_NO_MEMORY;
        }
    }
    return WAY_FOUND;
}

static icp_status crowded(const struct icp__follow *f, struct icp_error *err) {
    const struct icp__place place = icp__batch_place(f->walk.batch, f->walk.row, f->walk.at[f->walk.member->up.column]);
    return icp__fail_at(err, ICP_E_LIMIT, &place, "the key belongs to more than %d companies: this is no link, or no key", ICP__SHARED);
}

/* One row; f->hits = 0 when it is not given out. */
static icp_status take_row(struct icp__follow *f, struct icp_error *err) {
    struct icp__tally *t = &f->tally[f->child->member];
    const struct icp__member *m = f->walk.member;
    const uint64_t row = f->row++;
    enum way way = WAY_NONE;
    f->hits = 0;
    t->met.rows += f->last;
    if (f->last && m->key >= 0) {
        const struct icp_str key = icp__walk_key(&f->walk, (uint32_t)m->key);
        if (key.size && !icp__repeats_add(&t->repeats, key)) return icp__no_memory(err);
    }
    if (!seen_at_all(f, &t->met)) return ICP_OK;
    const struct icp_str cell = icp__walk_cell(&f->walk, m->up.column);
    if (cell.size) way = find_companies(f, cell);
    const enum way fed = way < WAY_CROWDED && f->feed_count ? feed(f) : WAY_FOUND;
    if (fed != WAY_FOUND) way = fed;
    if (way == WAY_CROWDED) return crowded(f, err);
    if (way == WAY_NO_MEMORY || ((f->hits || f->last) && !find_lookups(f, t))) return icp__no_memory(err);
    if (f->hits && f->parts && !set_joined(f->d->ctx, t, row)) return icp__no_memory(err);
    if (!f->last) return ICP_OK;
    if (f->hits || is_joined(t, row)) {
        t->met.joined++;
    } else if (!icp__walk_link(&f->walk, &m->up).size) {
        t->met.without_key++;
    } else {
        t->met.orphans++;
        t->met.ambiguous += way == WAY_SEVERAL;
        if (!icp__lost_add(&t->up, icp__walk_link(&f->walk, &m->up))) return icp__no_memory(err);
    }
    return ICP_OK;
}

icp_status icp__follow_begin(struct icp__follow *f, uint32_t i, struct icp_error *err) {
    const struct icp__child *child = &f->plan->child[i];
    const struct icp__member *m = icp__plan_member(f->plan, child->member);
    icp__follow_end(f);
    if (!icp__dates_init(&f->dates, f->d->ctx, m) || !icp__grow(f->d->ctx, &f->look_row, &f->look_cap, m->lookups, sizeof *f->look_row))
        return icp__no_memory(err);
    f->child = child;
    f->row = 0;
    f->span = (struct icp__span){false, false, INT64_MIN, INT64_MIN, UINT32_MAX};
    f->feed_count = 0;
    for (uint32_t v = 0; v < f->plan->vias; v++)
        if (f->plan->via[v].member == child->member) f->feeds[f->feed_count++] = v;
    const icp_status st = icp__walk_open(&f->walk, f->d, child->member, err);
    if (!st) f->hint += icp__reader_hint(f->walk.reader);
    return st;
}

icp_status icp__follow_next(struct icp__follow *f, bool *more, struct icp_error *err) {
    icp_status st;
    *more = true;
    do {
        st = icp__walk_next(&f->walk, more, err);
        if (!st && *more) st = take_row(f, err);
    } while (!st && *more && !f->hits);
    if (*more) return st;
    icp__follow_end(f);
    return !st && f->last && !icp__follow_count(&f->tally[f->child->member]) ? icp__no_memory(err) : st;
}

void icp__follow_end(struct icp__follow *f) {
    if (f->walk.reader) f->raw += icp__reader_raw(f->walk.reader);
    icp__walk_close(&f->walk);
    icp__dates_free(&f->dates);
}
