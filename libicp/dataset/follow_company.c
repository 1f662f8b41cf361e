/* SPDX-License-Identifier: MIT */
/* The companies that rows are followed to, and the figures at the end. */
#include "dataset/follow.h"
#include "base/hash.h"
#include "trait/extract.h"

icp_status icp__follow_init(struct icp__follow *f, icp_dataset *d, const struct icp__plan *plan, uint64_t limit, struct icp_error *err) {
    const uint32_t members = d->manifest.members;
    icp_context *c = d->ctx;
    struct icp__met *met = icp__calloc(c, members, sizeof *met);
    *f = (struct icp__follow){.d = d, .plan = plan};
    f->map = icp__calloc(c, plan->maps, sizeof *f->map);
    f->via = icp__calloc(c, plan->vias, sizeof *f->via);
    f->feeds = icp__alloc(c, plan->vias, sizeof *f->feeds);
    f->tally = icp__calloc(c, members, sizeof *f->tally);
    bool ok = met && f->map && f->via && f->feeds && f->tally;
    icp__bytes_init(&f->room, c);
    for (uint32_t i = 0; ok && i < plan->maps; i++) {
        icp__keys_init(&f->map[i].values, c), icp__keys_init(&f->map[i].normals, c);
        icp__keys_init(&f->map[i].ambiguous, c);
    }
    for (uint32_t i = 0; ok && i < plan->vias; i++) {
        icp__routes_init(&f->via[i].exact, c), icp__routes_init(&f->via[i].normal, c);
        icp__keys_init(&f->via[i].spelt, c);
    }
    for (uint32_t i = 0; ok && i < members; i++) {
        struct icp__tally *t = &f->tally[i];
        const uint32_t lookups = d->manifest.member[i].lookups;
        icp__lost_init(&t->up, c);
        icp__repeats_init(&t->repeats, c);
        t->lookup = icp__calloc(c, lookups, sizeof *t->lookup);
        ok = t->lookup != NULL;
        for (uint32_t l = 0; ok && l < lookups; l++) icp__lost_init(&t->lookup[l], c);
    }
    icp_status st = ok ? icp__looks_load(&f->looks, plan, limit, met, err) : icp__no_memory(err);
    for (uint32_t i = 0; !st && i < members; i++) f->tally[i].met = met[i];
    icp__free(c, met);
    if (st) icp__follow_free(f);
    return st;
}

static void free_tally(const struct icp__follow *f, uint32_t member) {
    struct icp__tally *t = &f->tally[member];
    for (uint32_t l = 0; t->lookup && l < f->d->manifest.member[member].lookups; l++) icp__lost_free(&t->lookup[l]);
    icp__free(f->d->ctx, t->lookup);
    icp__free(f->d->ctx, t->joined);
    icp__lost_free(&t->up);
    icp__repeats_free(&t->repeats);
}

void icp__follow_free(struct icp__follow *f) {
    if (!f->d) return;
    icp_context *c = f->d->ctx;
    icp__follow_end(f);
    for (uint32_t i = 0; f->map && i < f->plan->maps; i++) {
        icp__keys_free(&f->map[i].values);
        icp__keys_free(&f->map[i].normals);
        icp__keys_free(&f->map[i].ambiguous);
        icp__free(c, f->map[i].next);
    }
    for (uint32_t i = 0; f->via && i < f->plan->vias; i++) {
        icp__routes_free(&f->via[i].exact);
        icp__routes_free(&f->via[i].normal);
        icp__keys_free(&f->via[i].spelt);
    }
    for (uint32_t i = 0; f->tally && i < f->d->manifest.members; i++) free_tally(f, i);
    icp__looks_free(&f->looks);
    icp__bytes_free(&f->room);
    icp__free(c, f->map);
    icp__free(c, f->via);
    icp__free(c, f->feeds);
    icp__free(c, f->tally);
    icp__free(c, f->hit);
    icp__free(c, f->look_row);
    memset(f, 0, sizeof *f);
}

size_t icp__follow_bytes(const struct icp__follow *f) {
    size_t n = 0;
    for (uint32_t i = 0; i < f->plan->maps; i++)
        n += icp__keys_bytes(&f->map[i].values) + icp__keys_bytes(&f->map[i].normals) + f->map[i].cap * sizeof *f->map[i].next;
    for (uint32_t i = 0; i < f->plan->vias; i++)
        n += icp__routes_bytes(&f->via[i].exact) + icp__routes_bytes(&f->via[i].normal) + icp__keys_bytes(&f->via[i].spelt);
    return n;
}

void icp__follow_clear(struct icp__follow *f, uint64_t base) {
    for (uint32_t i = 0; i < f->plan->maps; i++) {
        struct icp__map *m = &f->map[i];
        icp__keys_clear(&m->values);
        icp__keys_clear(&m->normals);
        icp__free(f->d->ctx, m->next);
        m->next = NULL;
        m->cap = 0;
    }
    f->base = base;
    f->companies = 0;
}

void icp__follow_ready(struct icp__follow *f, bool last) {
    icp_context *c = f->d->ctx;
    for (uint32_t i = 0; i < f->plan->vias; i++) {
        struct icp__via *v = &f->via[i];
        icp__routes_free(&v->exact), icp__routes_init(&v->exact, c);
        icp__routes_free(&v->normal), icp__routes_init(&v->normal, c);
        icp__keys_clear(&v->spelt);
    }
    f->last = last;
    for (uint32_t i = 0; last && i < f->plan->children; i++) {
        struct icp__tally *t = &f->tally[f->plan->child[i].member];
        memset(&t->met, 0, sizeof t->met);
        icp__lost_free(&t->up), icp__lost_init(&t->up, c);
        icp__repeats_free(&t->repeats), icp__repeats_init(&t->repeats, c);
        for (uint32_t l = 0; l < f->d->manifest.member[f->plan->child[i].member].lookups; l++)
            icp__lost_free(&t->lookup[l]), icp__lost_init(&t->lookup[l], c);
    }
}

static bool into_map(struct icp__follow *f, uint32_t index, struct icp_str value) {
    struct icp__map *m = &f->map[index];
    struct icp_str form = {NULL, 0};
    bool added;
    if (!icp__grow(f->d->ctx, &m->next, &m->cap, (size_t)f->companies + 1, sizeof *m->next)) return false;
    m->next[f->companies] = 0;
    if (!value.size) return true;
    const uint32_t at = icp__keys_add(&m->values, value.data, value.size, icp__keys_hash(&m->values, value.data, value.size), &added);
    if (at == ICP__NO_KEY) return false;
    m->next[f->companies] = m->values.key[at].value;
    m->values.key[at].value = f->companies + 1;
    if (!added || !f->plan->map[index].normalised) return true;
    if (!icp__match_key(value, true, &f->room, &form)) return false;
    const uint32_t normal = icp__keys_add(&m->normals, form.data, form.size, icp__keys_hash(&m->normals, form.data, form.size), &added);
    if (normal != ICP__NO_KEY) m->normals.key[normal].value = added ? at + 1 : 0;
    return normal != ICP__NO_KEY;
}

static bool count_company(struct icp__follow *f, const struct icp__walk *w) {
    const struct icp__manifest *m = &f->d->manifest;
    struct icp__tally *t = &f->tally[m->company];
    const int32_t key_column = m->member[m->company].key;
    if (f->base + f->companies < f->counted) return true; /* a part that was too large is taken up again */
    f->counted++;
    t->met.rows++;
    const struct icp_str key = key_column < 0 ? (struct icp_str){NULL, 0} : icp__walk_key(w, (uint32_t)key_column);
    t->met.without_key += key.size == 0;
    if (key.size && !icp__repeats_add(&t->repeats, key)) return false;
    for (uint32_t l = 0; l < m->member[m->company].lookups; l++) {
        const struct icp_str link = icp__walk_link(w, &m->member[m->company].lookup[l]);
        bool no_memory = false;
        if (!link.size || icp__look_find(&f->looks.look[f->plan->company_look[l]], link, &no_memory) != ICP__NO_KEY) continue;
        if (no_memory) return false;
        t->met.lookup_orphans++;
        if (!icp__lost_add(&t->lookup[l], link)) return false;
    }
    return true;
}

icp_status icp__follow_company(struct icp__follow *f, const struct icp__walk *w, struct icp_error *err) {
    if (!count_company(f, w)) return icp__no_memory(err);
    for (uint32_t i = 0; i < f->plan->maps; i++)
        if (!into_map(f, i, icp__walk_key(w, f->plan->map[i].column))) return icp__no_memory(err);
    f->companies++;
    return ICP_OK;
}

/* One reading of the company table for one map: the normal forms whose hash begins with `range` in its first `bits` bits. */
static icp_status scan_range(struct icp__follow *f, uint32_t map, uint32_t bits, uint64_t range, uint64_t budget, bool *fits,
                             struct icp_error *err) {
    struct icp__keys seen, *found = &f->map[map].ambiguous;
    struct icp__walk w = {.d = NULL};
    struct icp_str form;
    bool more, added;
    icp__keys_init(&seen, f->d->ctx);
    icp_status st = icp__walk_open(&w, f->d, f->d->manifest.company, err);
    *fits = true;
    while (!st && *fits && !(st = icp__walk_next(&w, &more, err)) && more) {
        const struct icp_str key = icp__walk_key(&w, f->plan->map[map].column);
        if (!key.size) continue;
        if (!icp__match_key(key, true, &f->room, &form)) {
            st = icp__no_memory(err);
            break;
        }
        if (bits && icp__hash(form.data, form.size, 0) >> (64 - bits) != range) continue;
        const uint32_t at = icp__keys_add(&seen, form.data, form.size, icp__keys_hash(&seen, form.data, form.size), &added);
        const uint32_t spelling = (uint32_t)(icp__keys_hash(&seen, key.data, key.size) >> 32) | 1;
        if (at == ICP__NO_KEY) st = icp__no_memory(err);
        else if (added) seen.key[at].value = spelling;
        else if (seen.key[at].value != spelling) seen.key[at].value = 0;
        *fits = icp__keys_bytes(&seen) <= budget || bits >= 16;
    }
    for (size_t i = 0; i < seen.count && !st && *fits; i++) {
        const struct icp__key *k = &seen.key[i];
        if (!k->value && icp__keys_add(found, k->data, k->size, icp__keys_hash(found, k->data, k->size), &added) == ICP__NO_KEY)
            st = icp__no_memory(err);
    }
    icp__walk_close(&w);
    icp__keys_free(&seen);
    return st;
}

icp_status icp__follow_scan(struct icp__follow *f, uint64_t budget, struct icp_error *err) {
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < f->plan->maps && !st; i++) {
        bool fits = !f->plan->map[i].normalised;
        for (uint32_t bits = 0; !st && !fits; bits++) {
            icp__keys_clear(&f->map[i].ambiguous);
            fits = true;
            for (uint64_t range = 0; range < UINT64_C(1) << bits && !st && fits; range++)
                st = scan_range(f, i, bits, range, budget, &fits, err);
        }
    }
    return st;
}

static icp_status near_above(struct icp__follow *f, struct icp__lost_near *n, uint32_t member, uint32_t column, struct icp_error *err) {
    struct icp__walk w = {.d = NULL};
    bool more;
    icp_status st = icp__walk_open(&w, f->d, member, err);
    while (!st && !(st = icp__walk_next(&w, &more, err)) && more) {
        const struct icp_str key = icp__walk_key(&w, column);
        if (key.size && !icp__near_see(n, key)) st = icp__no_memory(err);
    }
    icp__walk_close(&w);
    return st;
}

static icp_status finish_up(struct icp__follow *f, uint32_t member, struct icp_error *err) {
    struct icp__tally *t = &f->tally[member];
    const struct icp__link *up = &f->d->manifest.member[member].up;
    struct icp__lost_near n = {.lost = NULL};
    if (!t->up.keys.count) return ICP_OK;
    if (!icp__near_init(&n, &t->up)) return icp__no_memory(err);
    const icp_status st = near_above(f, &n, up->to, up->to_column, err);
    icp__near_free(&n);
    for (size_t i = 0; i < t->up.keys.count && !st; i++) {
        const struct icp__lost_key *k = &t->up.key[i];
        if (k->exists) t->met.unreached += k->rows;
        else if (k->other.data) t->met.near_rows += k->rows;
    }
    t->met.orphans -= t->met.unreached;
    if (!st && !icp__lost_report(&t->up, up->column, &f->d->arena, &t->met)) return icp__no_memory(err);
    return st;
}

static icp_status finish_lookup(struct icp__follow *f, uint32_t member, uint32_t l, uint32_t look, struct icp_error *err) {
    struct icp__tally *t = &f->tally[member];
    const struct icp__keys *keys = &f->looks.look[look].keys;
    struct icp__lost_near n = {.lost = NULL};
    if (!t->lookup[l].keys.count) return ICP_OK;
    bool ok = icp__near_init(&n, &t->lookup[l]);
    for (size_t i = 0; ok && i < keys->count; i++) ok = icp__near_see(&n, (struct icp_str){keys->key[i].data, keys->key[i].size});
    icp__near_free(&n);
    ok = ok && icp__lost_report(&t->lookup[l], f->d->manifest.member[member].lookup[l].column, &f->d->arena, &t->met);
    return ok ? ICP_OK : icp__no_memory(err);
}

bool icp__follow_count(struct icp__tally *t) {
    icp_context *c = t->repeats.ctx;
    if (!icp__repeats_settle(&t->repeats)) return false;
    t->met.duplicates = icp__repeats_count(&t->repeats);
    t->met.estimated = t->repeats.level > 0;
    icp__repeats_free(&t->repeats);
    icp__repeats_init(&t->repeats, c);
    return true;
}

icp_status icp__follow_finish(struct icp__follow *f, struct icp_error *err) {
    const struct icp__manifest *m = &f->d->manifest;
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < f->plan->children && !st; i++) {
        const struct icp__child *c = &f->plan->child[i];
        st = finish_up(f, c->member, err);
        for (uint32_t l = 0; l < m->member[c->member].lookups && !st; l++) st = finish_lookup(f, c->member, l, c->look[l], err);
        f->tally[c->member].met.lists_cut = f->tally[c->member].lists_cut;
        f->tally[c->member].met.traits = c->deriveds;
        f->tally[c->member].met.traits_capped = c->cappeds;
    }
    for (uint32_t l = 0; l < m->member[m->company].lookups && !st; l++) st = finish_lookup(f, m->company, l, f->plan->company_look[l], err);
    for (uint32_t i = 0; i < m->members && !st; i++) {
        struct icp__tally *t = &f->tally[i];
        if (i == m->company && !icp__follow_count(t)) return icp__no_memory(err);
        f->d->met[i] = t->met;
    }
    if (!st) f->d->complete = true;
    return st;
}
