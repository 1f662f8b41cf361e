/* SPDX-License-Identifier: MIT */
/* An allocator that counts what is alive and fails on command. */
#pragma once
#include <icp/base.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

struct counting {
    size_t live;      /* blocks not freed yet */
    size_t calls;     /* allocations asked for */
    size_t fail_at;   /* this call fails, from 1; 0 = none */
    int fail_onwards; /* and all after it */
};

static inline int counting_fails(struct counting *k) {
    k->calls++;
    return k->fail_at && (k->fail_onwards ? k->calls >= k->fail_at : k->calls == k->fail_at);
}

static inline void *counting_alloc(void *user, size_t size) {
    struct counting *k = user;
    ck_assert_uint_gt(size, 0);
    void *p = counting_fails(k) ? NULL : malloc(size);
    if (p) {
        memset(p, 0xA5, size);
        k->live++;
    }
    return p;
}

static inline void *counting_realloc(void *user, void *p, size_t size) {
    struct counting *k = user;
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_gt(size, 0);
    return counting_fails(k) ? NULL : realloc(p, size);
}

static inline void counting_free(void *user, void *p) {
    struct counting *k = user;
    ck_assert_ptr_nonnull(p);
    k->live--;
    free(p);
}

static inline struct icp_allocator counting_allocator(struct counting *k) {
    return (struct icp_allocator){sizeof(struct icp_allocator), 0, k, counting_alloc, counting_realloc, counting_free};
}

/* NULL when the allocator was told to fail. */
static inline icp_context *counting_context(struct counting *k) {
    struct icp_allocator a = counting_allocator(k);
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a};
    icp_context *c = NULL;
    (void)icp_context_new(&o, &c, NULL);
    return c;
}
