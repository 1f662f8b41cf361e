/* SPDX-License-Identifier: MIT */
/* Batches: rows of text cells, and those made from cells of the caller. */
#include "base/text.h"
#include "ingest/layout.h"

uint64_t icp_batch_rows(const icp_batch *b) { return b ? b->rows : 0; }

uint32_t icp_batch_columns(const icp_batch *b) { return b ? b->layout->columns : 0; }

struct icp_str icp_batch_name(const icp_batch *b, uint32_t column) {
    if (!b || column >= b->layout->columns) return (struct icp_str){NULL, 0};
    return b->layout->names[column];
}

struct icp_str icp_batch_cell(const icp_batch *b, uint64_t row, uint32_t column) {
    if (!b || row >= b->rows || column >= b->layout->columns) return (struct icp_str){NULL, 0};
    const struct icp__cell *cell = icp__batch_row(b, row) + column;
    return (struct icp_str){cell->data, cell->size};
}

icp_batch *icp_batch_ref(icp_batch *b) {
    if (b) atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}

void icp_batch_unref(icp_batch *b) {
    if (b && atomic_fetch_sub_explicit(&b->refs, 1, memory_order_acq_rel) == 1) b->destroy(b);
}

struct icp__place icp__batch_place(const struct icp_batch *b, uint64_t row, int32_t column) {
    struct icp__place place = ICP__NOWHERE;
    if (b->source && *b->source) place.source = b->source;
    if (row < b->rows) {
        place.row = (int64_t)(b->first_row + row);
        if (b->lines) place.line = (int64_t)b->lines[row];
    }
    if (column >= 0 && (uint32_t)column < b->layout->columns) {
        place.column = (int64_t)column + 1;
        place.field = b->layout->names[column];
    }
    return place;
}

static void text_destroy(struct icp_batch *b) {
    icp_context *c = b->ctx;
    icp__layout_unref(b->layout);
    icp__free(c, b->cells);
    icp__free(c, b);
    icp_context_unref(c);
}

struct text {
    const char *bytes;
    const int64_t *offsets;
    const uint8_t *validity;
    uint64_t cells;
};

static struct icp__cell text_cell(const struct text *t, uint64_t i) {
    if (t->validity && !(t->validity[i / 8] >> (i % 8) & 1)) return (struct icp__cell){NULL, 0};
    const size_t size = (size_t)(t->offsets[i + 1] - t->offsets[i]);
    return (struct icp__cell){size ? t->bytes + t->offsets[i] : "", size};
}

static struct icp__place text_place(uint64_t i, uint32_t columns) {
    struct icp__place place = ICP__NOWHERE;
    place.row = (int64_t)(i / columns);
    place.column = (int64_t)(i % columns) + 1;
    return place;
}

/* Adds up the bytes that a copy needs; a cell that is not UTF-8 may grow threefold. */
static icp_status text_measure(icp_context *c, const struct text *t, uint32_t columns, size_t *bytes,
                               struct icp_error *err) {
    size_t total = 0;
    if (t->offsets[0] < 0) return icp__fail(err, ICP_E_ARGUMENT, "offsets are not ascending");
    for (uint64_t i = 0; i < t->cells; i++) {
        const struct icp__place place = text_place(i, columns);
        if (t->offsets[i + 1] < t->offsets[i])
            return icp__fail_at(err, ICP_E_ARGUMENT, &place, "offsets are not ascending");
        if (t->offsets[i + 1] > t->offsets[i] && !t->bytes) return icp__fail(err, ICP_E_ARGUMENT, "bytes is NULL");
        const struct icp__cell cell = text_cell(t, i);
        if (cell.size > c->options.max_cell)
            return icp__fail_at(err, ICP_E_LIMIT, &place, "cell is larger than %llu bytes",
                                (unsigned long long)c->options.max_cell);
        const size_t need = icp__utf8_valid(cell.data ? cell.data : "", cell.size) ? cell.size : cell.size * 3;
        if (need > SIZE_MAX / 4 - total) return icp__no_memory(err);
        total += need;
    }
    *bytes = total;
    return ICP_OK;
}

static void text_fill(const struct text *t, struct icp__cell *cells, char *at) {
    for (uint64_t i = 0; i < t->cells; i++) {
        const struct icp__cell cell = text_cell(t, i);
        cells[i] = cell;
        if (!cell.data) continue;
        cells[i].data = at;
        if (icp__utf8_valid(cell.data, cell.size)) memcpy(at, cell.data, cell.size);
        else cells[i].size = icp__utf8_from_1252(cell.data, cell.size, at);
        at += cells[i].size;
    }
}

icp_status icp_batch_from_text(icp_context *c, uint32_t columns, uint64_t rows, const char *bytes,
                               const int64_t *offsets, const uint8_t *validity, icp_batch **out, struct icp_error *err) {
    if (!c || !offsets || !out) return icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    if (!columns || !rows) return icp__fail(err, ICP_E_ARGUMENT, "columns and rows must be at least 1");
    if (columns > c->options.max_columns)
        return icp__fail(err, ICP_E_LIMIT, "more than %llu columns", (unsigned long long)c->options.max_columns);
    if (rows > SIZE_MAX / 4 / sizeof(struct icp__cell) / columns) return icp__no_memory(err);
    const struct text t = {bytes, offsets, validity, rows * columns};
    size_t size = 0;
    icp_status st = text_measure(c, &t, columns, &size, err);
    if (st) return st;
    const size_t table = (size_t)t.cells * sizeof(struct icp__cell);
    if (size > SIZE_MAX / 2 - table) return icp__no_memory(err);
    struct icp_batch *b = icp__calloc(c, 1, sizeof *b);
    struct icp__cell *cells = icp__alloc(c, 1, table + size + 1);
    struct icp__layout *layout = NULL;
    if (b && cells) {
        text_fill(&t, cells, (char *)(cells + t.cells));
        layout = icp__layout_new(c, columns, cells);
    }
    if (!layout) st = icp__no_memory(err);
    else st = icp__layout_unique(layout, &ICP__NOWHERE, err);
    if (st) {
        icp__layout_unref(layout);
        icp__free(c, cells);
        icp__free(c, b);
        return st;
    }
    atomic_init(&b->refs, 1);
    b->ctx = icp_context_ref(c);
    b->layout = layout;
    b->rows = rows - 1;
    b->first_row = 1;
    /* The bytes of the names are left unused: a second block would cost more. */
    memmove(cells, cells + columns, (size_t)(t.cells - columns) * sizeof *cells);
    b->cells = cells;
    b->source = "";
    b->destroy = text_destroy;
    *out = b;
    return ICP_OK;
}
