/* SPDX-License-Identifier: MIT */
/* Memory through the context's allocator; the only file that knows malloc. */
#include "base/memory.h"
#include <stdlib.h>

static void *default_alloc(void *user, size_t size) {
    (void)user;
    return malloc(size);
}

static void *default_realloc(void *user, void *p, size_t size) {
    (void)user;
    return realloc(p, size);
}

static void default_free(void *user, void *p) {
    (void)user;
    free(p);
}

const struct icp_allocator icp__default_allocator = {
    sizeof(struct icp_allocator), 0, NULL, default_alloc, default_realloc, default_free,
};

/* 0 = overflow: a request for nothing still takes a byte, so that NULL always means failure. */
static size_t bytes_of(size_t count, size_t size) {
    if (size && count > (SIZE_MAX / 2) / size)
        return 0;
    size_t bytes = count * size;
    return bytes ? bytes : 1;
}

void *icp__alloc(icp_context *c, size_t count, size_t size) {
    size_t bytes = bytes_of(count, size);
    return bytes ? c->allocator.alloc(c->allocator.user, bytes) : NULL;
}

void *icp__calloc(icp_context *c, size_t count, size_t size) {
    void *p = icp__alloc(c, count, size);
    if (p)
        memset(p, 0, bytes_of(count, size));
    return p;
}

void *icp__realloc(icp_context *c, void *p, size_t count, size_t size) {
    size_t bytes = bytes_of(count, size);
    if (!bytes)
        return NULL;
    return p ? c->allocator.realloc(c->allocator.user, p, bytes) : c->allocator.alloc(c->allocator.user, bytes);
}

void icp__free(icp_context *c, void *p) {
    if (p)
        c->allocator.free(c->allocator.user, p);
}

bool icp__grow(icp_context *c, void *p, size_t *cap, size_t need, size_t size) {
    if (need <= *cap)
        return true;
    size_t more = *cap < SIZE_MAX / 4 ? *cap * 2 : need;
    if (more < need)
        more = need;
    if (more < 8)
        more = 8;
    /* p is the address of a pointer of any type: copying its bytes keeps the aliasing rules. */
    void *old, *now;
    memcpy(&old, p, sizeof old);
    now = icp__realloc(c, old, more, size);
    if (!now)
        return false;
    memcpy(p, &now, sizeof now);
    *cap = more;
    return true;
}
