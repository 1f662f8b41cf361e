/* SPDX-License-Identifier: MIT */
/* Results: columns in memory that is kept from batch to batch. */
#include "score/result.h"

icp_status icp_result_new(icp_context *c, icp_result **out, struct icp_error *err) {
    icp_result *r;
    if (c == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "context and out must not be NULL");
    r = icp__calloc(c, 1, sizeof *r);
    if (r == NULL)
        return icp__no_memory(err);
    r->ctx = icp_context_ref(c);
    r->current = -1;
    *out = r;
    return ICP_OK;
}

/* One block for all columns; 8-byte ones first, so that all are aligned. */
static bool frame_grow(icp_context *c, struct icp__frame *f, uint64_t rows, uint32_t reasons) {
    const size_t row = 5 * sizeof(int64_t) + 5 * sizeof(int32_t) + 2 * sizeof(int32_t) * (size_t)reasons;
    uint64_t cap = rows > f->cap ? (rows < f->cap * 2 ? f->cap * 2 : rows) : f->cap;
    char *p;
    if (f->block != NULL && rows <= f->cap && reasons <= f->reason_cap)
        return true;
    if (cap >= SIZE_MAX / row)
        return false;
    p = icp__alloc(c, (size_t)cap * row + sizeof(int64_t), 1); /* the offsets are one more */
    if (p == NULL)
        return false;
    icp__free(c, f->block);
    f->block = p;
    f->cap = cap;
    f->reason_cap = reasons;
    f->milli = (int64_t *)(void *)p;
    f->variance = f->milli + cap;
    f->flags = f->variance + cap;
    f->effective = f->flags + cap;
    f->offsets = f->effective + cap;
    f->score = (int32_t *)(void *)(f->offsets + cap + 1);
    f->tier = f->score + cap;
    f->low = f->tier + cap;
    f->high = f->low + cap;
    f->confidence = f->high + cap;
    f->reason_traits = f->confidence + cap;
    f->reason_points = f->reason_traits + cap * reasons;
    return true;
}

struct icp__frame *icp__result_back(icp_result *r, uint64_t rows, uint32_t reasons) {
    struct icp__frame *f = &r->frames[r->current == 0];
    if (!frame_grow(r->ctx, f, rows, reasons))
        return NULL;
    f->rows = rows;
    f->reasons = reasons;
    f->keys_used = 0;
    f->has_key = false;
    f->offsets[0] = 0;
    return f;
}

bool icp__frame_key(icp_result *r, struct icp__frame *f, uint64_t row, const char *data, size_t size) {
    if (ICP__UNLIKELY(size > f->keys_cap - f->keys_used) &&
        (size > SIZE_MAX - f->keys_used || !icp__grow(r->ctx, &f->keys, &f->keys_cap, f->keys_used + size, 1)))
        return false;
    if (size != 0)
        memcpy(f->keys + f->keys_used, data, size);
    f->keys_used += size;
    f->offsets[row + 1] = (int64_t)f->keys_used;
    return true;
}

void icp__result_show(icp_result *r, const struct icp__frame *f) { r->current = f == &r->frames[1]; }

uint64_t icp_result_rows(const icp_result *r) {
    return r == NULL || r->current < 0 ? 0 : r->frames[r->current].rows;
}

static bool column_of(const struct icp__frame *f, int32_t column, struct icp_array *a) {
    a->type = ICP_TYPE_INT32;
    a->width = 1;
    switch (column) {
    case ICP_COL_KEY:
        a->type = ICP_TYPE_BYTES;
        a->data = f->keys == NULL ? "" : f->keys;
        a->offsets = f->offsets;
        return f->has_key;
    case ICP_COL_SCORE: a->data = f->score; return true;
    case ICP_COL_TIER: a->data = f->tier; return true;
    case ICP_COL_LOW: a->data = f->low; return true;
    case ICP_COL_HIGH: a->data = f->high; return true;
    case ICP_COL_CONFIDENCE: a->data = f->confidence; return true;
    case ICP_COL_REASON_TRAITS: a->data = f->reason_traits; break;
    case ICP_COL_REASON_POINTS: a->data = f->reason_points; break;
    default:
        a->type = ICP_TYPE_INT64;
        switch (column) {
        case ICP_COL_MILLIPOINTS: a->data = f->milli; return true;
        case ICP_COL_VARIANCE: a->data = f->variance; return true;
        case ICP_COL_FLAGS: a->data = f->flags; return true;
        case ICP_COL_EFFECTIVE: a->data = f->effective; return true;
        default: return false;
        }
    }
    a->width = f->reasons;
    return f->reasons != 0;
}

icp_status icp_result_column(const icp_result *r, int32_t layer, int32_t column, struct icp_array *out, struct icp_error *err) {
    const struct icp__frame *f;
    struct icp_array a = {0};
    if (r == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "result and out must not be NULL");
    if (r->current < 0)
        return icp__fail(err, ICP_E_STATE, "no batch was scored into this result");
    f = &r->frames[r->current];
    if (layer != (int32_t)f->layer && column != ICP_COL_KEY)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the result has no layer %d", layer);
    if (!column_of(f, column, &a))
        return icp__fail(err, ICP_E_UNSUPPORTED, "the result has no column %d", column);
    a.rows = f->rows;
    return icp__output(out, sizeof *out, &a, sizeof a, err);
}

void icp_result_free(icp_result *r) {
    if (r == NULL)
        return;
    icp_context *c = r->ctx;
    for (int i = 0; i < 2; i++) {
        icp__free(c, r->frames[i].block);
        icp__free(c, r->frames[i].keys);
    }
    icp__free(c, r);
    icp_context_unref(c);
}
