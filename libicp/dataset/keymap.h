/* SPDX-License-Identifier: MIT */
/* Keys of rows, in the form of match.h: distinct ones numbered, and the way from a child's key to its companies. */
#pragma once
#include "base/bytes.h"

#define ICP__NO_KEY UINT32_MAX
/* Tables are larger than caches: what is looked up next is asked for beforehand. */
#ifdef __GNUC__
#define ICP__PREFETCH(p) __builtin_prefetch(p)
#else
#define ICP__PREFETCH(p) ((void)(p))
#endif
#define ICP__AHEAD 128 /* so many at once */

/* Distinct byte strings, numbered in the order they came. */
struct icp__key {
    uint64_t hash;
    const char *data; /* in the arena */
    uint32_t size;
    uint32_t value; /* of the caller */
};
struct icp__keys {
    icp_context *ctx;
    struct icp__arena arena;
    struct icp__key *key;
    size_t count, cap;
    uint32_t *slot; /* number + 1; 0 = empty */
    uint32_t bits;
    char *room; /* the block that bytes are copied to */
    size_t room_left;
};
void icp__keys_init(struct icp__keys *k, icp_context *c);
void icp__keys_free(struct icp__keys *k);
void icp__keys_clear(struct icp__keys *k); /* gives its memory back */
static inline size_t icp__keys_bytes(const struct icp__keys *k) {
    return k->arena.total + k->cap * sizeof *k->key + (k->bits ? sizeof(uint32_t) << k->bits : 0);
}
uint64_t icp__keys_hash(const struct icp__keys *k, const char *data, size_t size);
/* ICP__NO_KEY = absent. */
uint32_t icp__keys_find(const struct icp__keys *k, const char *data, size_t size, uint64_t hash);
/* Found, or copied and taken up with value 0; ICP__NO_KEY = no memory, or as many as can be numbered. */
uint32_t icp__keys_add(struct icp__keys *k, const char *data, size_t size, uint64_t hash, bool *added);

/* Children that have children: keys of their rows, known by 96 bits of hash only, with the companies they belong to. */
struct icp__route {
    uint64_t hash;
    uint32_t check, company;
};
struct icp__routes {
    icp_context *ctx;
    struct icp__route *route;
    size_t count, cap;
    uint32_t *slot;
    uint32_t bits;
};
void icp__routes_init(struct icp__routes *r, icp_context *c);
void icp__routes_free(struct icp__routes *r);
static inline size_t icp__routes_bytes(const struct icp__routes *r) {
    return r->cap * sizeof *r->route + (r->bits ? sizeof(uint32_t) << r->bits : 0);
}
/* A pair counts once. 1 = done, 0 = no memory, -1 = more than ICP__SHARED companies share the key. */
#define ICP__SHARED 4096
int icp__routes_add(struct icp__routes *r, const char *key, size_t size, uint32_t company);
/* Place of the first company of the key, or ICP__NO_KEY; then those that follow. */
uint32_t icp__routes_first(const struct icp__routes *r, const char *key, size_t size, struct icp__route *wanted);
uint32_t icp__routes_next(const struct icp__routes *r, uint32_t place, const struct icp__route *wanted);
