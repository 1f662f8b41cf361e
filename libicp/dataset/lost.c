/* SPDX-License-Identifier: MIT */
/* Keys without a match, near keys, repeated keys. */
#include "dataset/lost.h"
#include "base/hash.h"
#include "dataset/match.h"

void icp__lost_init(struct icp__lost *l, icp_context *c) {
    memset(l, 0, sizeof *l);
    icp__keys_init(&l->keys, c);
}

void icp__lost_free(struct icp__lost *l) {
    if (l->keys.ctx) icp__free(l->keys.ctx, l->key);
    icp__keys_free(&l->keys);
    memset(l, 0, sizeof *l);
}

/* Which keys are followed must not depend on the seed of the tables. */
static bool followed(struct icp_str key, uint32_t level) {
    return !level || icp__hash(key.data, key.size, 0) >> (64 - level) == 0;
}

static bool put(struct icp__lost *l, struct icp_str key, uint64_t rows) {
    bool added;
    const uint32_t at = icp__keys_add(&l->keys, key.data, key.size, icp__keys_hash(&l->keys, key.data, key.size), &added);
    if (at == ICP__NO_KEY || !icp__grow(l->keys.ctx, &l->key, &l->cap, (size_t)at + 1, sizeof *l->key)) return false;
    if (added) l->key[at] = (struct icp__lost_key){0, {NULL, 0}, false};
    l->key[at].rows += rows;
    return true;
}

static bool follow_fewer(struct icp__lost *l) {
    struct icp__lost fewer;
    icp__lost_init(&fewer, l->keys.ctx);
    fewer.level = l->level + 1;
    for (size_t i = 0; i < l->keys.count; i++) {
        const struct icp_str key = {l->keys.key[i].data, l->keys.key[i].size};
        if (!followed(key, fewer.level) || put(&fewer, key, l->key[i].rows)) continue;
        icp__lost_free(&fewer);
        return false;
    }
    icp__lost_free(l);
    *l = fewer;
    return true;
}

bool icp__lost_add(struct icp__lost *l, struct icp_str key) {
    if (key.size > 256 || !followed(key, l->level)) return true;
    if (!put(l, key, 1)) return false;
    while (l->keys.count > ICP__LOST_KEYS)
        if (!follow_fewer(l)) return false;
    return true;
}

bool icp__near_init(struct icp__lost_near *n, struct icp__lost *l) {
    struct icp__lost_near fresh = {.lost = l};
    struct icp_str form;
    icp__keys_init(&fresh.normal, l->keys.ctx);
    icp__bytes_init(&fresh.room, l->keys.ctx);
    fresh.next = icp__calloc(l->keys.ctx, l->keys.count, sizeof *fresh.next);
    bool ok = fresh.next != NULL, added;
    for (size_t i = 0; i < l->keys.count && ok; i++) {
        ok = icp__match_key((struct icp_str){l->keys.key[i].data, l->keys.key[i].size}, true, &fresh.room, &form);
        const uint32_t at = ok ? icp__keys_add(&fresh.normal, form.data, form.size, icp__keys_hash(&fresh.normal, form.data, form.size), &added) : ICP__NO_KEY;
        ok = at != ICP__NO_KEY;
        if (!ok) continue;
        fresh.next[i] = fresh.normal.key[at].value;
        fresh.normal.key[at].value = (uint32_t)i + 1;
    }
    if (ok) *n = fresh;
    else icp__near_free(&fresh);
    return ok;
}

static int compare(struct icp_str a, struct icp_str b) {
    const size_t n = a.size < b.size ? a.size : b.size;
    const int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : a.size < b.size ? -1 : a.size > b.size;
}

bool icp__near_see(struct icp__lost_near *n, struct icp_str above) {
    struct icp_str form;
    if (!icp__match_key(above, true, &n->room, &form)) return false;
    const uint32_t at = icp__keys_find(&n->normal, form.data, form.size, icp__keys_hash(&n->normal, form.data, form.size));
    for (uint32_t i = at == ICP__NO_KEY ? 0 : n->normal.key[at].value; i; i = n->next[i - 1]) {
        struct icp__lost_key *key = &n->lost->key[i - 1];
        const struct icp_str own = {n->lost->keys.key[i - 1].data, n->lost->keys.key[i - 1].size};
        if (!compare(own, above)) {
            key->exists = true;
        } else if (!key->other.data || compare(above, key->other) < 0) {
            key->other.data = icp__arena_copy(&n->lost->keys.arena, above.data, above.size);
            key->other.size = above.size;
            if (!key->other.data) return false;
        }
    }
    return true;
}

void icp__near_free(struct icp__lost_near *n) {
    if (!n->lost) return;
    icp__free(n->lost->keys.ctx, n->next);
    icp__keys_free(&n->normal);
    icp__bytes_free(&n->room);
    memset(n, 0, sizeof *n);
}

/* Most rows first, then by bytes. */
static bool stands_before(const struct icp__met_near *a, const struct icp__met_near *b) {
    if (a->rows != b->rows) return a->rows > b->rows;
    if (a->column != b->column) return a->column < b->column;
    return compare(a->own, b->own) < 0;
}

bool icp__lost_report(const struct icp__lost *l, uint32_t column, struct icp__arena *a, struct icp__met *met) {
    const uint32_t most = sizeof met->near / sizeof *met->near;
    for (size_t i = 0; i < l->keys.count; i++) {
        if (!l->key[i].other.data || l->key[i].exists) continue;
        struct icp__met_near pair = {{l->keys.key[i].data, l->keys.key[i].size}, l->key[i].other, l->key[i].rows, column};
        uint32_t at = met->nears;
        if (at == most && !stands_before(&pair, &met->near[most - 1])) continue;
        pair.own.data = icp__arena_copy(a, pair.own.data, pair.own.size);
        pair.other.data = icp__arena_copy(a, pair.other.data, pair.other.size);
        if (!pair.own.data || !pair.other.data) return false;
        if (at == most) at--;
        else met->nears++;
        for (; at && stands_before(&pair, &met->near[at - 1]); at--) met->near[at] = met->near[at - 1];
        met->near[at] = pair;
    }
    return true;
}

void icp__repeats_init(struct icp__repeats *r, icp_context *c) {
    memset(r, 0, sizeof *r);
    r->ctx = c;
}

void icp__repeats_free(struct icp__repeats *r) {
    if (r->ctx) icp__free(r->ctx, r->slot);
    memset(r, 0, sizeof *r);
}

static uint32_t leading_zeros(uint64_t v) {
    uint32_t n = 0;
    for (uint64_t bit = UINT64_C(1) << 63; n < 63 && !(v & bit); bit >>= 1) n++;
    return n;
}

/* false = it is there. */
static bool place(uint64_t *slot, uint32_t bits, uint64_t hash, bool look) {
    const size_t mask = ((size_t)1 << bits) - 1;
    size_t at = (size_t)(hash >> 1) & mask;
    for (; slot[at]; at = (at + 1) & mask)
        if (slot[at] == hash) return false;
    if (!look) slot[at] = hash;
    return true;
}

/* A table for twice as many keys, or, where that is too large, without those below the next level. */
static bool enlarge(struct icp__repeats *r) {
    const bool full = r->bits && ((size_t)1 << r->bits) / 2 >= ICP__REPEAT_KEYS;
    const uint32_t bits = full ? r->bits : r->bits ? r->bits + 1 : 10;
    uint64_t *slot = icp__calloc(r->ctx, (size_t)1 << bits, sizeof *slot);
    if (!slot) return false;
    r->level += full;
    r->held = 0;
    for (size_t i = 0; r->bits && i < (size_t)1 << r->bits; i++)
        if (r->slot[i] && leading_zeros(r->slot[i]) >= r->level) r->held += place(slot, bits, r->slot[i], false);
    icp__free(r->ctx, r->slot);
    r->slot = slot;
    r->bits = bits;
    return true;
}

static bool add_hash(struct icp__repeats *r, uint64_t hash) {
    const uint32_t zeros = leading_zeros(hash);
    r->rows[zeros]++;
    if (zeros < r->level || (r->bits && !place(r->slot, r->bits, hash, true))) return true;
    while (!r->bits || r->held + 1 > ((size_t)1 << r->bits) / 2)
        if (!enlarge(r)) return false;
    if (zeros < r->level) return true;
    (void)place(r->slot, r->bits, hash, false);
    r->distinct[zeros]++;
    r->held++;
    return true;
}

bool icp__repeats_settle(struct icp__repeats *r) {
    const size_t mask = ((size_t)1 << r->bits) - 1;
    for (uint32_t i = 0; r->bits && i < r->waits; i++) ICP__PREFETCH(&r->slot[(size_t)(r->waiting[i] >> 1) & mask]);
    for (uint32_t i = 0; i < r->waits; i++)
        if (!add_hash(r, r->waiting[i])) return false;
    r->waits = 0;
    return true;
}

bool icp__repeats_add(struct icp__repeats *r, struct icp_str key) {
    /* The lowest bit is given up: 0 means empty. The seed is fixed, since an estimate may depend on it. */
    r->waiting[r->waits++] = icp__hash(key.data, key.size, 0) | 1;
    return r->waits < ICP__AHEAD || icp__repeats_settle(r);
}

uint64_t icp__repeats_count(const struct icp__repeats *r) {
    uint64_t n = 0;
    for (uint32_t i = r->level; i < 64; i++) n += r->rows[i] - r->distinct[i];
    return n << r->level;
}
