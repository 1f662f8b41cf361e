/* SPDX-License-Identifier: MIT */
/* Keys: numbering, and routes from a child's key to companies. */
#include "dataset/keymap.h"
#include "base/hash.h"

enum { BLOCK = 16384, FIRST_BITS = 8, MAX_BITS = 31 };

void icp__keys_init(struct icp__keys *k, icp_context *c) {
    memset(k, 0, sizeof *k);
    k->ctx = c;
    icp__arena_init(&k->arena, c);
}

void icp__keys_free(struct icp__keys *k) {
    if (!k->ctx) return;
    icp__arena_free(&k->arena);
    icp__free(k->ctx, k->key);
    icp__free(k->ctx, k->slot);
    memset(k, 0, sizeof *k);
}

void icp__keys_clear(struct icp__keys *k) {
    icp_context *c = k->ctx;
    icp__keys_free(k);
    icp__keys_init(k, c);
}

uint64_t icp__keys_hash(const struct icp__keys *k, const char *data, size_t size) {
    return icp__hash(data, size, k->ctx->options.hash_seed);
}

/* Doubles a table of slots and puts `count` numbers in; hash_of gives the hash of a number. */
static bool widen(icp_context *c, uint32_t **slot, uint32_t *bits, size_t count, const void *first, size_t stride) {
    const uint32_t wider = *bits ? *bits + 1 : FIRST_BITS;
    if (wider > MAX_BITS) return false;
    uint32_t *fresh = icp__calloc(c, (size_t)1 << wider, sizeof *fresh);
    if (!fresh) return false;
    const size_t mask = ((size_t)1 << wider) - 1;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash; /* the first member of both kinds of entries */
        memcpy(&hash, (const char *)first + i * stride, sizeof hash);
        size_t at = (size_t)hash & mask;
        while (fresh[at]) at = (at + 1) & mask;
        fresh[at] = (uint32_t)i + 1;
    }
    icp__free(c, *slot);
    *slot = fresh;
    *bits = wider;
    return true;
}

static bool crowded(size_t count, uint32_t bits) { return !bits || count + 1 > ((size_t)3 << bits) / 4; }

uint32_t icp__keys_find(const struct icp__keys *k, const char *data, size_t size, uint64_t hash) {
    if (!k->bits) return ICP__NO_KEY;
    const size_t mask = ((size_t)1 << k->bits) - 1;
    for (size_t at = (size_t)hash & mask; k->slot[at]; at = (at + 1) & mask) {
        const struct icp__key *e = &k->key[k->slot[at] - 1];
        if (e->hash == hash && e->size == size && !memcmp(e->data, data, size)) return k->slot[at] - 1;
    }
    return ICP__NO_KEY;
}

/* Many keys are short: they share blocks. */
static const char *keep(struct icp__keys *k, const char *data, size_t size) {
    if (size > BLOCK / 8) return icp__arena_copy(&k->arena, data, size);
    if (size > k->room_left) {
        char *room = icp__arena_alloc(&k->arena, k->count < 64 ? BLOCK / 8 : BLOCK, 1);
        if (!room) return NULL;
        k->room = room;
        k->room_left = k->count < 64 ? BLOCK / 8 : BLOCK;
    }
    char *at = k->room;
    if (size) memcpy(at, data, size);
    k->room += size;
    k->room_left -= size;
    return at;
}

uint32_t icp__keys_add(struct icp__keys *k, const char *data, size_t size, uint64_t hash, bool *added) {
    const uint32_t found = icp__keys_find(k, data, size, hash);
    *added = false;
    if (found != ICP__NO_KEY || size > UINT32_MAX) return found;
    if (crowded(k->count, k->bits) && !widen(k->ctx, &k->slot, &k->bits, k->count, k->key, sizeof *k->key)) return ICP__NO_KEY;
    if (!icp__grow(k->ctx, &k->key, &k->cap, k->count + 1, sizeof *k->key)) return ICP__NO_KEY;
    const char *kept = keep(k, data, size);
    if (!kept) return ICP__NO_KEY;
    k->key[k->count] = (struct icp__key){hash, kept, (uint32_t)size, 0};
    const size_t mask = ((size_t)1 << k->bits) - 1;
    size_t at = (size_t)hash & mask;
    while (k->slot[at]) at = (at + 1) & mask;
    k->slot[at] = (uint32_t)++k->count;
    *added = true;
    return (uint32_t)k->count - 1;
}

void icp__routes_init(struct icp__routes *r, icp_context *c) {
    memset(r, 0, sizeof *r);
    r->ctx = c;
}

void icp__routes_free(struct icp__routes *r) {
    if (!r->ctx) return;
    icp__free(r->ctx, r->route);
    icp__free(r->ctx, r->slot);
    memset(r, 0, sizeof *r);
}

static struct icp__route route_of(const struct icp__routes *r, const char *key, size_t size) {
    const uint64_t seed = r->ctx->options.hash_seed;
    const uint64_t second = icp__hash(key, size, seed ^ UINT64_C(0x9E3779B97F4A7C15));
    return (struct icp__route){icp__hash(key, size, seed), (uint32_t)(second >> 32), 0};
}

static uint32_t seek(const struct icp__routes *r, size_t at, const struct icp__route *wanted) {
    const size_t mask = ((size_t)1 << r->bits) - 1;
    for (at &= mask; r->slot[at]; at = (at + 1) & mask) {
        const struct icp__route *e = &r->route[r->slot[at] - 1];
        if (e->hash == wanted->hash && e->check == wanted->check) return (uint32_t)at;
    }
    return ICP__NO_KEY;
}

uint32_t icp__routes_first(const struct icp__routes *r, const char *key, size_t size, struct icp__route *wanted) {
    *wanted = route_of(r, key, size);
    return r->bits ? seek(r, (size_t)wanted->hash, wanted) : ICP__NO_KEY;
}

uint32_t icp__routes_next(const struct icp__routes *r, uint32_t place, const struct icp__route *wanted) {
    return seek(r, (size_t)place + 1, wanted);
}

int icp__routes_add(struct icp__routes *r, const char *key, size_t size, uint32_t company) {
    struct icp__route e;
    uint32_t shared = 0;
    for (uint32_t at = icp__routes_first(r, key, size, &e); at != ICP__NO_KEY; at = icp__routes_next(r, at, &e), shared++)
        if (r->route[r->slot[at] - 1].company == company) return 1;
    if (shared >= ICP__SHARED) return -1;
    if (crowded(r->count, r->bits) && !widen(r->ctx, &r->slot, &r->bits, r->count, r->route, sizeof *r->route)) return 0;
    if (!icp__grow(r->ctx, &r->route, &r->cap, r->count + 1, sizeof *r->route)) return 0;
    e.company = company;
    r->route[r->count] = e;
    const size_t mask = ((size_t)1 << r->bits) - 1;
    size_t at = (size_t)e.hash & mask;
    while (r->slot[at]) at = (at + 1) & mask;
    r->slot[at] = (uint32_t)++r->count;
    return 1;
}
