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
    const size_t row = 6 * sizeof(int64_t) + 9 * sizeof(int32_t) + 2 * sizeof(int32_t) * (size_t)reasons;
    uint64_t cap = rows > f->cap ? (rows < f->cap * 2 ? f->cap * 2 : rows) : f->cap;
    char *p;
    if (f->block != NULL && rows <= f->cap && reasons <= f->reason_cap)
        return true;
    if (cap >= SIZE_MAX / row)
        return false;
    p = icp__alloc(c, (size_t)cap * row + 1, 1);
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
    f->whole = f->effective + cap;
    f->override_number = f->whole + cap;
    f->effective_tier = (int32_t *)(void *)(f->override_number + cap);
    f->score = f->effective_tier + cap;
    f->tier = f->score + cap;
    f->low = f->tier + cap;
    f->high = f->low + cap;
    f->confidence = f->high + cap;
    f->stale = f->confidence + cap;
    f->trend = f->stale + cap;
    f->holds = f->trend + cap;
    f->reason_traits = f->holds + cap;
    f->reason_points = f->reason_traits + cap * reasons;
    return true;
}

static bool texts_start(icp_context *c, struct icp__texts *t, uint64_t rows) {
    t->used = 0;
    if (rows >= SIZE_MAX / 8 || !icp__grow(c, &t->offsets, &t->offset_cap, (size_t)rows + 1, sizeof *t->offsets))
        return false;
    t->offsets[0] = 0;
    return true;
}

struct icp__page *icp__result_back(icp_result *r, uint64_t rows, uint32_t reasons, const struct icp__frame_wanted *wanted, uint32_t layers, bool decisions) {
    struct icp__page *p = &r->pages[r->current == 0];
    if (!texts_start(r->ctx, &p->key, rows) || !texts_start(r->ctx, &p->action, rows) ||
        !icp__grow(r->ctx, &p->quadrant, &p->quadrant_cap, (size_t)rows + 1, sizeof *p->quadrant))
        return NULL;
    for (uint32_t i = 0; i < layers; i++) {
        struct icp__frame *f = &p->frame[i];
        if (!frame_grow(r->ctx, f, rows, reasons) || (wanted[i].timing && !texts_start(r->ctx, &f->event, rows)) ||
            (decisions && !texts_start(r->ctx, &f->override, rows)))
            return NULL;
        f->layer = wanted[i].layer;
        f->timing = wanted[i].timing;
    }
    p->rows = rows;
    p->reasons = reasons;
    p->layers = layers;
    p->has_key = p->has_quadrant = false;
    p->has_decisions = decisions;
    return p;
}

bool icp__texts_put(icp_context *c, struct icp__texts *t, uint64_t row, const char *data, size_t size) {
    if (ICP__UNLIKELY(size > t->cap - t->used) && (size > SIZE_MAX - t->used || !icp__grow(c, &t->data, &t->cap, t->used + size, 1)))
        return false;
    if (size != 0)
        memcpy(t->data + t->used, data, size);
    t->used += size;
    t->offsets[row + 1] = (int64_t)t->used;
    return true;
}

void icp__result_show(icp_result *r, const struct icp__page *p) { r->current = p == &r->pages[1]; }

uint64_t icp_result_rows(const icp_result *r) {
    return r == NULL || r->current < 0 ? 0 : r->pages[r->current].rows;
}

static bool give_texts(const struct icp__texts *t, struct icp_array *a) {
    a->type = ICP_TYPE_BYTES;
    a->data = t->data == NULL ? "" : t->data;
    a->offsets = t->offsets;
    return true;
}

/* Columns that are the same for every layer. */
static bool shared_column(const struct icp__page *p, int32_t column, struct icp_array *a) {
    switch (column) {
    case ICP_COL_KEY: return p->has_key && give_texts(&p->key, a);
    case ICP_COL_ACTION: return p->has_quadrant && give_texts(&p->action, a);
    case ICP_COL_QUADRANT: a->data = p->quadrant; return p->has_quadrant;
    default: return false;
    }
}

static bool is_shared(int32_t column) { return column == ICP_COL_KEY || column == ICP_COL_QUADRANT || column == ICP_COL_ACTION; }

static bool column_of(const struct icp__page *p, const struct icp__frame *f, int32_t column, struct icp_array *a) {
    switch (column) {
    case ICP_COL_SCORE: a->data = f->score; return true;
    case ICP_COL_TIER: a->data = f->tier; return true;
    case ICP_COL_LOW: a->data = f->low; return true;
    case ICP_COL_HIGH: a->data = f->high; return true;
    case ICP_COL_CONFIDENCE: a->data = f->confidence; return true;
    case ICP_COL_HOLDS: a->data = f->holds; return true;
    case ICP_COL_STALE: a->data = f->stale; return f->timing;
    case ICP_COL_TREND: a->data = f->trend; return f->timing;
    case ICP_COL_EVENT: return f->timing && give_texts(&f->event, a);
    case ICP_COL_EFFECTIVE_TIER: a->data = f->effective_tier; return p->has_decisions;
    case ICP_COL_OVERRIDE: return p->has_decisions && give_texts(&f->override, a);
    case ICP_COL_REASON_TRAITS: a->data = f->reason_traits; break;
    case ICP_COL_REASON_POINTS: a->data = f->reason_points; break;
    default:
        a->type = ICP_TYPE_INT64;
        switch (column) {
        case ICP_COL_MILLIPOINTS: a->data = f->milli; return true;
        case ICP_COL_VARIANCE: a->data = f->variance; return true;
        case ICP_COL_FLAGS: a->data = f->flags; return true;
        case ICP_COL_EFFECTIVE: a->data = f->effective; return true;
        case ICP_COL_WHOLE: a->data = f->whole; return f->timing;
        case ICP_COL_OVERRIDE_NUMBER: a->data = f->override_number; return p->has_decisions;
        default: return false;
        }
    }
    a->width = p->reasons;
    return p->reasons != 0;
}

icp_status icp_result_column(const icp_result *r, int32_t layer, int32_t column, struct icp_array *out, struct icp_error *err) {
    const struct icp__page *p;
    const struct icp__frame *f = NULL;
    struct icp_array a = {.type = ICP_TYPE_INT32, .width = 1};
    if (r == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "result and out must not be NULL");
    if (r->current < 0)
        return icp__fail(err, ICP_E_STATE, "no batch was scored into this result");
    p = &r->pages[r->current];
    for (uint32_t i = 0; i < p->layers; i++)
        if ((int32_t)p->frame[i].layer == layer)
            f = &p->frame[i];
    if (f == NULL && !is_shared(column))
        return icp__fail(err, ICP_E_UNSUPPORTED, "the result has no layer %d", layer);
    if (is_shared(column) ? !shared_column(p, column, &a) : !column_of(p, f, column, &a))
        return icp__fail(err, ICP_E_UNSUPPORTED, "the result has no column %d", column);
    a.rows = p->rows;
    return icp__output(out, sizeof *out, &a, sizeof a, err);
}

static void texts_free(icp_context *c, struct icp__texts *t) {
    icp__free(c, t->data);
    icp__free(c, t->offsets);
}

void icp_result_free(icp_result *r) {
    if (r == NULL)
        return;
    icp_context *c = r->ctx;
    for (int i = 0; i < 2; i++) {
        struct icp__page *p = &r->pages[i];
        for (uint32_t k = 0; k < ICP__FRAMES; k++) {
            icp__free(c, p->frame[k].block);
            texts_free(c, &p->frame[k].event);
            texts_free(c, &p->frame[k].override);
        }
        texts_free(c, &p->key);
        texts_free(c, &p->action);
        icp__free(c, p->quadrant);
    }
    icp__free(c, r);
    icp_context_unref(c);
}
