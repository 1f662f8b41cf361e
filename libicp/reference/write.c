/* SPDX-License-Identifier: MIT */
/* The content of a reference as the sections of its file (doc/format.md). */
#include "reference/reference.h"

static void put32(struct icp__bytes *b, uint32_t v) {
    uint8_t out[4];
    icp__put32(out, v);
    icp__bytes_add(b, out, 4);
}

static void put64(struct icp__bytes *b, uint64_t v) {
    uint8_t out[8];
    icp__put64(out, v);
    icp__bytes_add(b, out, 8);
}

static void put_text(struct icp__bytes *b, struct icp_str s) {
    put32(b, (uint32_t)s.size);
    icp__bytes_add(b, s.data, s.size);
}

static void put_key_form(struct icp__bytes *b, const icp_reference *r) {
    put32(b, (uint32_t)r->key_form);
    put32(b, r->k);
    put64(b, r->seed);
    put64(b, r->table->rows);
    put32(b, ICP__CELL_MAX);
    put_text(b, r->key_column);
}

static void put_columns(struct icp__bytes *b, const struct icp__table *t) {
    put32(b, t->columns);
    for (uint32_t i = 0; i < t->columns; i++)
        put_text(b, t->names[i]);
}

static void put_row(struct icp__bytes *b, const struct icp__table *t, uint64_t i) {
    const struct icp__cell *cells = t->cells + i * t->columns;
    uint32_t filled = 0;
    for (uint32_t c = 0; c < t->columns; c++)
        filled += cells[c].size > 0;
    put64(b, t->hashes[i]);
    put32(b, t->seen[i]);
    icp__bytes_add(b, t->differed[i] ? "\1" : "\0", 1);
    put_text(b, t->keys[i]);
    put32(b, t->cuts[i]);
    put32(b, filled);
    for (uint32_t c = 0; c < t->columns; c++) {
        if (!cells[c].size)
            continue;
        put32(b, c);
        put_text(b, (struct icp_str){cells[c].data, cells[c].size});
    }
}

static const struct {
    const char *tag;
    uint32_t flags;
} sections[] = {{"KEYF", ICP__SECTION_CRITICAL},
                {"COLS", ICP__SECTION_CRITICAL},
                {"ROWS", ICP__SECTION_CRITICAL | ICP__SECTION_DEFLATED},
                {"READ", ICP__SECTION_OUTSIDE_ID}};
#define SECTIONS (sizeof sections / sizeof sections[0])

/* Where each known section goes: its place in the file that was loaded, else behind the others. */
static void place(struct icp__container *k, const char *tag, uint32_t flags, const void *data, uint64_t size) {
    for (uint32_t i = 0; i < k->count; i++) {
        if (strcmp(k->sections[i].tag, tag))
            continue;
        k->sections[i].data = data;
        k->sections[i].size = size;
        return;
    }
    (void)icp__container_add(k, tag, flags, data, size);
}

icp_status icp__reference_sections(const icp_reference *r, struct icp__bytes *bytes, struct icp__container *k, struct icp_error *err) {
    size_t ends[SECTIONS];
    put_key_form(bytes, r);
    ends[0] = bytes->size;
    put_columns(bytes, r->table);
    ends[1] = bytes->size;
    for (uint64_t i = 0; i < r->table->rows; i++)
        put_row(bytes, r->table, i);
    ends[2] = bytes->size;
    put64(bytes, r->table->rows_read);
    put64(bytes, r->table->rows_without_key);
    ends[3] = bytes->size;
    if (bytes->failed)
        return icp__no_memory(err);
    *k = r->kept;
    k->ctx = r->ctx;
    k->major = ICP__REFERENCE_MAJOR;
    k->minor = r->minor;
    for (size_t i = 0, from = 0; i < SECTIONS; from = ends[i++])
        place(k, sections[i].tag, sections[i].flags, bytes->data + from, ends[i] - from);
    return ICP_OK;
}
