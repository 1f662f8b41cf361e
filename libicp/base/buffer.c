/* SPDX-License-Identifier: MIT */
/* The public buffer: bytes given out, shared and immutable. */
#include "base/bytes.h"

struct icp_buffer {
    _Atomic uint32_t refs;
    icp_context *ctx;
    char *data; /* NULL = no bytes */
    size_t size;
};

icp_status icp__bytes_finish(struct icp__bytes *b, icp_buffer **out, struct icp_error *err) {
    icp_buffer *made = b->failed ? NULL : icp__alloc(b->ctx, 1, sizeof *made);
    if (!made) {
        icp__bytes_free(b);
        return icp__no_memory(err);
    }
    atomic_init(&made->refs, 1);
    made->ctx = icp_context_ref(b->ctx);
    made->data = b->data;
    made->size = b->size;
    icp__bytes_init(b, b->ctx);
    *out = made;
    return ICP_OK;
}

icp_status icp_buffer_data(const icp_buffer *b, struct icp_str *out) {
    if (!b || !out)
        return ICP_E_ARGUMENT;
    out->data = b->data ? b->data : "";
    out->size = b->size;
    return ICP_OK;
}

icp_buffer *icp_buffer_ref(icp_buffer *b) {
    if (b)
        atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void icp_buffer_unref(icp_buffer *b) {
    if (!b || atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) != 1)
        return;
    icp_context *c = b->ctx;
    icp__free(c, b->data);
    icp__free(c, b);
    icp_context_unref(c);
}
