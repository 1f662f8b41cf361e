/* SPDX-License-Identifier: MIT */
/* The schema's life, its columns, and inference from a reader. */
#include "trait/schema.h"
#include "base/text.h"

enum { SAMPLE_ROWS = 65536 };

icp_schema *icp__schema_new(icp_context *c, uint32_t columns) {
    icp_schema *s = icp__calloc(c, 1, sizeof *s);
    if (!s) return NULL;
    icp__arena_init(&s->arena, c);
    s->column = icp__arena_alloc(&s->arena, columns, sizeof *s->column);
    if (!s->column) {
        icp__arena_free(&s->arena);
        icp__free(c, s);
        return NULL;
    }
    memset(s->column, 0, columns * sizeof *s->column);
    atomic_init(&s->refs, 1);
    s->ctx = icp_context_ref(c);
    s->columns = columns;
    return s;
}

icp_schema *icp_schema_ref(icp_schema *s) {
    if (s) atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void icp_schema_unref(icp_schema *s) {
    if (!s || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    icp_context *c = s->ctx;
    icp__arena_free(&s->arena);
    icp__free(c, s);
    icp_context_unref(c);
}

uint32_t icp_schema_columns(const icp_schema *s) { return s ? s->columns : 0; }

icp_status icp_schema_column(const icp_schema *s, uint32_t i, struct icp_column *out, struct icp_error *err) {
    if (!s || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", s ? "out" : "schema");
    if (i >= s->columns) return icp__fail(err, ICP_E_ARGUMENT, "column %u of %u", i, s->columns);
    const struct icp__column *c = &s->column[i];
    struct icp_column own = {.struct_size = sizeof own, .kind = c->kind, .family = c->family, .name = c->name, .id = c->id, .reason = c->reason,
                             .seen = c->seen, .filled = c->filled};
    return icp__output(out, sizeof own, &own, sizeof own, err);
}

bool icp__schema_copy_str(icp_schema *s, struct icp_str from, struct icp_str *to) {
    char *copy = icp__arena_copy(&s->arena, from.data ? from.data : "", from.size);
    if (!copy) return false;
    *to = (struct icp_str){copy, from.size};
    return true;
}

bool icp__schema_set_name(icp_schema *s, struct icp__column *c, const char *name, size_t size) {
    struct icp_str trimmed = icp__trim(name, size);
    size_t cap = ICP__FOLD_GROWTH * trimmed.size + 16;
    char *folded = icp__alloc(s->ctx, cap, 1);
    if (!folded) return false;
    size_t n = icp__fold_value(trimmed.data, trimmed.size, folded, cap);
    bool done = icp__schema_copy_str(s, trimmed, &c->name) && icp__schema_copy_str(s, (struct icp_str){folded, n}, &c->id);
    icp__free(s->ctx, folded);
    return done;
}

int32_t icp__schema_find(const icp_schema *s, const char *name, size_t size) {
    char small[512], *folded = small;
    int32_t found = -1;
    for (uint32_t i = 0; i < s->columns; i++)
        if (s->column[i].name.size == size && memcmp(s->column[i].name.data, name, size) == 0) return (int32_t)i;
    struct icp_str t = icp__trim(name, size);
    size_t cap = ICP__FOLD_GROWTH * t.size + 16;
    if (cap > sizeof small && !(folded = icp__alloc(s->ctx, cap, 1))) return -1;
    size_t n = icp__fold_value(t.data, t.size, folded, cap);
    for (uint32_t i = 0; i < s->columns && found < 0; i++)
        if (s->column[i].id.size == n && memcmp(s->column[i].id.data, folded, n) == 0) found = (int32_t)i;
    if (folded != small) icp__free(s->ctx, folded);
    return found;
}

static icp_status collect(struct icp__sample *sample, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    for (;;) {
        icp_batch *b;
        icp_status st = icp_reader_next(r, &b, err);
        if (st) return st;
        if (!b) return ICP_OK;
        st = icp__sample_add(sample, b, err);
        icp_batch_unref(b);
        if (!st) st = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(r), icp__reader_hint(r), err);
        if (st) return st;
    }
}

icp_status icp_schema_infer(icp_context *c, icp_reader *r, const struct icp_progress *p, icp_schema **out, struct icp_error *err) {
    if (!c || !r || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "context" : !r ? "reader" : "out");
    icp_status st = icp__progress_check(p, err);
    if (st) return st;
    /* Nothing of it is kept, and only what is seen can be called protected. */
    struct icp__sample_options o = {.k = SAMPLE_ROWS, .whole_row = true, .release = {"*", 1}};
    struct icp__sample *sample;
    struct icp__table *table = NULL;
    if ((st = icp__sample_new(c, &o, &sample, err))) return st;
    st = collect(sample, r, p, err);
    if (!st) st = icp__sample_finish(sample, &table, err);
    icp__sample_free(sample);
    if (st) return st;
    if (table->rows == 0) st = icp__fail(err, ICP_E_FORMAT, "no rows to infer a schema from");
    else st = icp__schema_infer_table(c, table, (struct icp_str){NULL, 0}, out, err);
    icp__table_free(table);
    return st;
}
