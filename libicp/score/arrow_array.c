/* SPDX-License-Identifier: MIT */
/* Columns copied into arrays, each in one block of its own: a consumer may keep one and release the others. */
#include "score/arrow_export.h"

#define ALIGNMENT 64u

/* What an array owns; its buffers lie behind it. */
struct block {
    icp_context *ctx;
    const void *buffers[3];
    struct ArrowArray *child_of;
    struct ArrowArray child;
};

static void release(struct ArrowArray *a) {
    struct block *b = a->private_data;
    icp_context *c = b->ctx;
    for (int64_t i = 0; i < a->n_children; i++)
        if (a->children[i]->release) a->children[i]->release(a->children[i]);
    a->release = NULL;
    icp__free(c, b);
    icp_context_unref(c);
}

static size_t rounded(size_t n) { return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

/* Room for up to three buffers; NULL = no memory. Sizes are below SIZE_MAX / 8 each. */
static struct block *make(icp_context *c, struct ArrowArray *out, uint64_t rows, int64_t buffers, const size_t size[3]) {
    size_t total = sizeof(struct block) + ALIGNMENT;
    for (int64_t i = 0; i < buffers; i++) total += rounded(size[i]);
    struct block *b = icp__alloc(c, total, 1);
    if (!b) return NULL;
    memset(b, 0, sizeof *b);
    b->ctx = icp_context_ref(c);
    char *at = (char *)(b + 1);
    at += (ALIGNMENT - (uintptr_t)at % ALIGNMENT) % ALIGNMENT;
    for (int64_t i = 0; i < buffers; i++) {
        b->buffers[i] = size[i] ? at : NULL;
        at += rounded(size[i]);
    }
    *out = (struct ArrowArray){.length = (int64_t)rows, .n_buffers = buffers, .buffers = b->buffers, .release = release, .private_data = b};
    return b;
}

static bool is_none(const struct icp__shown *s, uint64_t row) {
    switch (s->kind) {
    case ICP__SHOWN_INT32: return s->unknown && ((const int32_t *)s->data)[row] == s->unknown;
    case ICP__SHOWN_TEXT: return s->sparse && s->texts->offsets[row + 1] == s->texts->offsets[row];
    case ICP__SHOWN_WITHOUT: return !(s->frame->flags[row] & (int64_t)ICP_FLAG_INVALIDATED);
    default: return false;
    }
}

static int64_t count_none(const struct icp__shown *s, uint64_t rows) {
    int64_t n = 0;
    for (uint64_t i = 0; i < rows; i++) n += is_none(s, i);
    return n;
}

static size_t validity_size(int64_t none, uint64_t rows) { return none ? (size_t)(rows / 8 + 1) : 0; }

static void fill_validity(const struct icp__shown *s, uint64_t rows, const struct block *b, struct ArrowArray *out, int64_t none) {
    uint8_t *bits = (uint8_t *)(uintptr_t)b->buffers[0];
    out->null_count = none;
    if (!none) return;
    memset(bits, 0, validity_size(none, rows));
    for (uint64_t i = 0; i < rows; i++)
        if (!is_none(s, i)) bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
}

static void *writable(const struct block *b, int i) { return (void *)(uintptr_t)b->buffers[i]; }

static icp_status numbers(icp_context *c, uint64_t rows, const struct icp__shown *s, struct ArrowArray *out, struct icp_error *err) {
    const size_t width = s->kind == ICP__SHOWN_INT64 ? 8 : 4;
    const int64_t none = count_none(s, rows);
    const size_t size[3] = {validity_size(none, rows), (size_t)rows * width + 1, 0};
    struct block *b = make(c, out, rows, 2, size);
    if (!b) return icp__no_memory(err);
    fill_validity(s, rows, b, out, none);
    int32_t *values = writable(b, 1);
    if (s->kind != ICP__SHOWN_WITHOUT && rows) memcpy(values, s->data, (size_t)rows * width);
    for (uint64_t i = 0; i < rows && s->kind == ICP__SHOWN_WITHOUT; i++) values[i] = icp_tiers_score(icp_tiers_default(), s->frame->whole[i]);
    for (uint64_t i = 0; i < rows && none && s->kind == ICP__SHOWN_INT32; i++)
        if (values[i] == s->unknown) values[i] = 0; /* a number that nobody should see is none that looks like one */
    return ICP_OK;
}

static struct icp_str text_of(const struct icp__shown *s, uint64_t row) {
    if (s->kind == ICP__SHOWN_LABEL) {
        const char *label = s->labels[((const int32_t *)s->data)[row]];
        return (struct icp_str){label, strlen(label)};
    }
    const int64_t from = s->texts->offsets[row], to = s->texts->offsets[row + 1];
    return (struct icp_str){to > from ? s->texts->data + from : "", (size_t)(to - from)};
}

static icp_status texts(icp_context *c, uint64_t rows, const struct icp__shown *s, struct ArrowArray *out, struct icp_error *err) {
    const int64_t none = count_none(s, rows);
    size_t bytes = 0;
    for (uint64_t i = 0; i < rows && bytes <= INT32_MAX; i++) bytes += text_of(s, i).size;
    if (bytes > INT32_MAX) return icp__fail(err, ICP_E_LIMIT, "column %s holds more than 2 GiB: score smaller batches", s->name);
    const size_t size[3] = {validity_size(none, rows), ((size_t)rows + 1) * 4, bytes + 1};
    struct block *b = make(c, out, rows, 3, size);
    if (!b) return icp__no_memory(err);
    fill_validity(s, rows, b, out, none);
    int32_t *offsets = writable(b, 1);
    char *data = writable(b, 2);
    offsets[0] = 0;
    for (uint64_t i = 0; i < rows; i++) {
        const struct icp_str t = text_of(s, i);
        memcpy(data + offsets[i], t.data, t.size);
        offsets[i + 1] = offsets[i] + (int32_t)t.size;
    }
    return ICP_OK;
}

/* Reasons of a row: those before the first that is none. */
static uint64_t reasons_of(const struct icp__frame *f, uint64_t most, uint64_t row) {
    uint64_t n = 0;
    while (n < most && f->reason_traits[row * most + n] >= 0) n++;
    return n;
}

static icp_status lists(icp_context *c, const struct icp__page *p, const struct icp__shown *s, struct ArrowArray *out, struct icp_error *err) {
    const uint64_t rows = p->rows, most = p->reasons;
    const int32_t *values = s->data;
    struct ArrowArray child;
    uint64_t items = 0;
    for (uint64_t i = 0; i < rows; i++) items += reasons_of(s->frame, most, i);
    if (items > INT32_MAX) return icp__fail(err, ICP_E_LIMIT, "column %s holds more than 2 GiB: score smaller batches", s->name);
    const size_t size[3] = {0, ((size_t)rows + 1) * 4, 0}, item_size[3] = {0, (size_t)items * 4 + 1, 0};
    const struct block *inner = make(c, &child, items, 2, item_size);
    if (!inner) return icp__no_memory(err);
    struct block *b = make(c, out, rows, 2, size);
    if (!b) {
        child.release(&child);
        return icp__no_memory(err);
    }
    b->child = child;
    b->child_of = &b->child;
    out->n_children = 1;
    out->children = &b->child_of;
    int32_t *offsets = writable(b, 1), *to = writable(inner, 1);
    offsets[0] = 0;
    for (uint64_t i = 0; i < rows; i++) {
        const uint64_t n = reasons_of(s->frame, most, i);
        if (n) memcpy(to + offsets[i], values + i * most, (size_t)n * 4);
        offsets[i + 1] = offsets[i] + (int32_t)n;
    }
    return ICP_OK;
}

icp_status icp__shown_array(icp_context *c, const struct icp__page *p, const struct icp__shown *s, struct ArrowArray *out, struct icp_error *err) {
    if (p->rows > INT32_MAX) return icp__fail(err, ICP_E_LIMIT, "the result has more than 2,147,483,647 rows: score smaller batches");
    switch (s->kind) {
    case ICP__SHOWN_LABEL: case ICP__SHOWN_TEXT: return texts(c, p->rows, s, out, err);
    case ICP__SHOWN_LIST: return lists(c, p, s, out, err);
    default: return numbers(c, p->rows, s, out, err);
    }
}
