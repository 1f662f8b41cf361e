/* SPDX-License-Identifier: MIT */
/* The content of a reference as the sections of its file (doc/format.md). */
#include "ingest/rows.h"
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

static size_t varint_size(uint32_t v) {
    return v < 1u << 7 ? 1 : v < 1u << 14 ? 2 : v < 1u << 21 ? 3 : v < 1u << 28 ? 4 : 5;
}

static uint8_t *put_varint(uint8_t *at, uint32_t v) {
    for (; v > 127; v >>= 7)
        *at++ = (uint8_t)(v | 128);
    *at++ = (uint8_t)v;
    return at;
}

static uint8_t *put_sized(uint8_t *at, const char *data, size_t size) {
    at = put_varint(at, (uint32_t)size);
    icp__copy_cell((char *)at, data, size);
    return at + size;
}

static uint32_t cuts_and_differed(const struct icp__table *t, uint64_t i) {
    return 2 * t->cuts[i] + t->differed[i];
}

static size_t rows_size(const struct icp__table *t) {
    const struct icp__cell *cell = t->cells, *end;
    size_t size = 0;
    for (uint64_t i = 0; i < t->rows; i++) {
        size += varint_size(t->seen[i]) + varint_size(cuts_and_differed(t, i)) + varint_size((uint32_t)t->keys[i].size) + t->keys[i].size;
        for (end = cell + t->columns; cell < end; cell++)
            size += varint_size((uint32_t)cell->size) + cell->size;
    }
    return size;
}

static void put_rows(struct icp__bytes *b, const struct icp__table *t) {
    const struct icp__cell *cell = t->cells, *end;
    uint8_t *at = icp__bytes_room(b, rows_size(t));
    for (uint64_t i = 0; at && i < t->rows; i++) {
        at = put_varint(at, t->seen[i]);
        at = put_varint(at, cuts_and_differed(t, i));
        at = put_sized(at, t->keys[i].data, t->keys[i].size);
        for (end = cell + t->columns; cell < end; cell++)
            at = put_sized(at, cell->data, cell->size);
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
    put_rows(bytes, r->table);
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
