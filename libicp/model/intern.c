/* SPDX-License-Identifier: MIT */
/* Open addressing, linear probing, load at most 1/2. */
#include "model/intern.h"

void icp__intern_init(struct icp__intern *t, icp_context *c, uint64_t limit) {
    *t = (struct icp__intern){.ctx = c, .limit = limit < UINT32_MAX / 4 ? limit : UINT32_MAX / 4};
    icp__arena_init(&t->arena, c);
}

void icp__intern_free(struct icp__intern *t) {
    if (!t->ctx)
        return;
    if (t->seen)
        icp__free(t->ctx, t->seen);
    if (t->slot)
        icp__free(t->ctx, t->slot);
    icp__arena_free(&t->arena);
    *t = (struct icp__intern){0};
}

/* The bits that choose a slot depend on the context's seed, so that chosen strings cannot be made to share one. */
static uint64_t place(const struct icp__intern *t, uint64_t hash) {
    return ((hash ^ t->ctx->options.hash_seed) * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - t->bits);
}

static bool grow(struct icp__intern *t) {
    uint32_t bits = t->slot ? t->bits + 1 : 10;
    uint32_t *slot = icp__calloc(t->ctx, (size_t)1 << bits, sizeof *slot);
    if (!slot)
        return false;
    if (t->slot)
        icp__free(t->ctx, t->slot);
    t->slot = slot;
    t->bits = bits;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    for (size_t i = 0; i < t->count; i++) {
        uint64_t at = place(t, t->seen[i].hash);
        while (slot[at])
            at = (at + 1) & mask;
        slot[at] = (uint32_t)i + 1;
    }
    return true;
}

uint32_t icp__intern_find(struct icp__intern *t, int32_t kind, const char *data, uint32_t size, uint64_t hash) {
    if (t->failed || ((!t->slot || (t->count + 1) * 2 > (size_t)1 << t->bits) && !grow(t))) {
        t->failed = true;
        return ICP__NO_TRAIT;
    }
    uint64_t mask = ((uint64_t)1 << t->bits) - 1, at = place(t, hash);
    for (; t->slot[at]; at = (at + 1) & mask) {
        struct icp__seen *s = &t->seen[t->slot[at] - 1];
        if (s->hash != hash || s->size != size || memcmp(s->data, data, size) != 0)
            continue;
        s->kind = kind < s->kind ? kind : s->kind;
        return t->slot[at] - 1;
    }
    if (t->count >= t->limit) {
        t->full = true;
        return ICP__NO_TRAIT;
    }
    char *copy = icp__arena_copy(&t->arena, data, size);
    if (!copy || !icp__grow(t->ctx, &t->seen, &t->cap, t->count + 1, sizeof *t->seen)) {
        t->failed = true;
        return ICP__NO_TRAIT;
    }
    t->seen[t->count] = (struct icp__seen){.hash = hash, .data = copy, .size = size, .row = UINT32_MAX, .kind = kind, .trait = ICP__NO_TRAIT};
    t->slot[at] = (uint32_t)++t->count;
    return (uint32_t)t->count - 1;
}
