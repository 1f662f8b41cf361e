/* SPDX-License-Identifier: MIT */
/* A table of rows for the tests of inference, made from cells written out. */
#pragma once
#include "ingest/sample.h"

static inline struct icp__cell table_cell(struct icp__arena *a, const char *text) {
    size_t n = strlen(text);
    return n ? (struct icp__cell){icp__arena_copy(a, text, n), n} : (struct icp__cell){NULL, 0};
}

/* cell(row, column) gives a text that lives until its next call. */
static inline struct icp__table *table_make(icp_context *c, uint32_t columns, const char *const *names, uint64_t rows,
                                            const char *(*cell)(uint64_t row, uint32_t column)) {
    struct icp__arena arena;
    icp__arena_init(&arena, c);
    struct icp__table *t = icp__arena_alloc(&arena, 1, sizeof *t);
    struct icp_str *headers = icp__arena_alloc(&arena, columns, sizeof *headers);
    struct icp__cell *cells = icp__arena_alloc(&arena, rows * columns, sizeof *cells);
    memset(t, 0, sizeof *t);
    for (uint32_t i = 0; i < columns; i++) headers[i] = (struct icp_str){names[i], strlen(names[i])};
    for (uint64_t r = 0; r < rows; r++)
        for (uint32_t i = 0; i < columns; i++) cells[r * columns + i] = table_cell(&arena, cell(r, i));
    t->ctx = c, t->columns = columns, t->rows = rows, t->names = headers, t->cells = cells;
    t->arena = arena;
    return t;
}
static inline void table_free(struct icp__table *t) {
    struct icp__arena a = t->arena;
    icp__arena_free(&a);
}
