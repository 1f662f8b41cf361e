/* SPDX-License-Identifier: MIT */
/* A hash table over the domains and names of a short list. */
#include "model/lookup.h"
#include "base/hash.h"

enum { OF_DOMAIN = 1, OF_NAME = 2 };

static uint64_t hash_of(const struct icp__lookup *k, uint32_t kind, struct icp_str text) {
    return icp__hash(text.data, text.size, k->ctx->options.hash_seed ^ (uint64_t)kind << 56);
}

static struct icp__bucket *find(const struct icp__lookup *k, uint64_t hash) {
    uint64_t mask = ((uint64_t)1 << k->bits) - 1;
    for (uint64_t at = hash & mask; k->slot[at]; at = (at + 1) & mask)
        if (k->bucket[k->slot[at] - 1].hash == hash)
            return &k->bucket[k->slot[at] - 1];
    return NULL;
}

/* The bucket's number + 1; 0 = no memory. */
static uint32_t bucket_of(struct icp__lookup *k, uint32_t kind, struct icp_str text) {
    uint64_t hash = hash_of(k, kind, text), mask = ((uint64_t)1 << k->bits) - 1, at = hash & mask;
    struct icp__bucket *b = find(k, hash);
    if (b)
        return (uint32_t)(b - k->bucket) + 1;
    if (!icp__grow(k->ctx, &k->bucket, &k->bucket_cap, k->buckets + 1, sizeof *k->bucket))
        return 0;
    while (k->slot[at])
        at = (at + 1) & mask;
    k->bucket[k->buckets].hash = hash;
    k->bucket[k->buckets].hits = 0;
    k->slot[at] = (uint32_t)++k->buckets;
    return k->slot[at];
}

static bool add_entry(struct icp__lookup *k, uint32_t i, const struct icp__facts *f) {
    struct icp__identity *e = &k->entry[i];
    if (!icp__identity_make(&k->arena, f, e))
        return false;
    for (uint32_t n = 0; n < ICP__NAME_FORMS; n++)
        if (e->joined[n].data && !(k->at[i][n] = bucket_of(k, OF_NAME, e->joined[n])))
            return false;
    if (e->domain.data && !(k->at[i][ICP__NAME_FORMS] = bucket_of(k, OF_DOMAIN, e->domain)))
        return false;
    k->active = k->active || e->domain.data || e->joined[0].data;
    return true;
}

static bool make_tables(struct icp__lookup *k) {
    while (((uint64_t)1 << k->bits) < 2 * (ICP__NAME_FORMS + 1) * (uint64_t)k->entries)
        k->bits++;
    k->entry = icp__calloc(k->ctx, (size_t)k->entries + 1, sizeof *k->entry);
    k->at = icp__calloc(k->ctx, (size_t)k->entries + 1, sizeof *k->at);
    k->slot = icp__calloc(k->ctx, (size_t)1 << k->bits, sizeof *k->slot);
    return k->entry && k->at && k->slot;
}

icp_status icp__lookup_make(icp_context *c, const struct icp__table *t, const uint8_t *skip, struct icp_str protect, struct icp__lookup *out,
                            struct icp_error *err) {
    struct icp__lookup k = {.ctx = c, .entries = (uint32_t)t->rows, .bits = 4};
    struct icp__fact_columns columns;
    struct icp__facts *f = icp__alloc(c, 1, sizeof *f);
    icp__arena_init(&k.arena, c);
    icp__fact_columns_find(t->folded, t->names, t->columns, protect, -1, &columns);
    bool fine = f && make_tables(&k);
    for (uint32_t i = 0; fine && i < k.entries; i++) {
        if (skip && skip[i])
            continue;
        icp__facts_read(&columns, t->cells + (uint64_t)i * t->columns, f);
        fine = add_entry(&k, i, f);
    }
    if (f)
        icp__free(c, f);
    if (!fine) {
        icp__lookup_free(&k);
        return icp__no_memory(err);
    }
    *out = k;
    return ICP_OK;
}

void icp__lookup_free(struct icp__lookup *k) {
    if (!k->ctx)
        return;
    void *all[] = {k->entry, k->at, k->bucket, k->slot};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i])
            icp__free(k->ctx, all[i]);
    icp__arena_free(&k->arena);
    *k = (struct icp__lookup){.ctx = NULL};
}

static bool before(const struct icp__hit *a, const struct icp__hit *b) {
    return a->key != b->key ? a->key < b->key : a->table != b->table ? a->table < b->table : a->row < b->row;
}

static bool offer(struct icp__bucket *b, struct icp__hit hit) {
    uint32_t at = 0;
    if (!b)
        return false;
    while (at < b->hits && b->hit[at].key < hit.key)
        at++;
    if (at < b->hits && b->hit[at].key == hit.key) {
        if (before(&hit, &b->hit[at]))
            b->hit[at] = hit;
        return true;
    }
    if (at > ICP__CANDIDATES)
        return false;
    if (b->hits <= ICP__CANDIDATES)
        b->hits++;
    for (uint32_t i = b->hits - 1; i > at; i--)
        b->hit[i] = b->hit[i - 1];
    b->hit[at] = hit;
    return true;
}

bool icp__lookup_offer(struct icp__lookup *k, const struct icp__facts *f, uint64_t key, uint32_t table, uint32_t row) {
    struct icp__hit hit = {key, table, row};
    bool kept = false;
    for (uint32_t n = 0; n < f->name.forms; n++)
        kept |= offer(find(k, hash_of(k, OF_NAME, icp__name_joined(&f->name, n))), hit);
    if (f->domain.use == ICP__DOMAIN_COMPANY)
        kept |= offer(find(k, hash_of(k, OF_DOMAIN, icp__domain_name(&f->domain))), hit);
    return kept;
}
