/* SPDX-License-Identifier: MIT */
/* The context: allocator, limits and callbacks that every other handle keeps alive. */
#include "base/memory.h"

uint32_t icp_version(void) { return ICP__VERSION; }

/* Limits are turned into size_t all over the library: none may exceed what one allocation can have. */
static uint64_t limit(uint64_t given, uint64_t standard, uint64_t most) {
    uint64_t v = given ? given : standard;
    return v < most ? v : most;
}

static icp_status read_allocator(const struct icp_allocator *given, struct icp_allocator *out, struct icp_error *err) {
    if (!given) {
        *out = icp__default_allocator;
        return ICP_OK;
    }
    icp_status s = icp__options(given, sizeof *out, out, sizeof *out, err);
    if (s)
        return s;
    if (out->reserved)
        return icp__fail(err, ICP_E_UNSUPPORTED, "reserved of icp_allocator is not 0");
    if (!out->alloc || !out->realloc || !out->free)
        return icp__fail(err, ICP_E_ARGUMENT, "an allocator needs alloc, realloc and free");
    return ICP_OK;
}

icp_status icp_context_new(const struct icp_context_options *o, icp_context **out, struct icp_error *err) {
    icp_context own = {0};
    if (!out)
        return icp__fail(err, ICP_E_ARGUMENT, "out is NULL");
    icp_status s = icp__options(o, sizeof own.options, &own.options, sizeof own.options, err);
    if (s)
        return s;
    if (own.options.flags)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags of icp_context_options are %u, none is known",
                         (unsigned)own.options.flags);
    s = read_allocator(own.options.allocator, &own.allocator, err);
    if (s)
        return s;
    own.options.allocator = NULL;
    own.options.max_cell = limit(own.options.max_cell, (uint64_t)16 << 20, SIZE_MAX / 4);
    own.options.max_columns = limit(own.options.max_columns, 4096, INT32_MAX);
    own.options.max_memory = limit(own.options.max_memory, (uint64_t)4 << 30, SIZE_MAX / 4);
    own.options.max_distinct = limit(own.options.max_distinct, (uint64_t)1 << 20, INT32_MAX);
    icp_context *c = icp__alloc(&own, 1, sizeof *c);
    if (!c)
        return icp__no_memory(err);
    c->allocator = own.allocator;
    c->options = own.options;
    atomic_init(&c->refs, 1);
    *out = c;
    return ICP_OK;
}

icp_context *icp_context_ref(icp_context *c) {
    if (c)
        atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void icp_context_unref(icp_context *c) {
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    struct icp_allocator a = c->allocator;
    a.free(a.user, c);
}
