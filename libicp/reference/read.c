/* SPDX-License-Identifier: MIT */
/* The sections of a reference file into a table; every count is checked against the bytes there are. */
#include "base/text.h"
#include "ingest/columns.h"
#include "reference/reference.h"

#define KEYF_SIZE 32u
#define ROW_SMALLEST 4u /* seen, cuts, a key of one byte; and a byte for each column */

struct reader {
    const uint8_t *data;
    size_t size, at;
    const char *tag, *source;
    struct icp_error *err;
};

static icp_status refuse(const struct reader *r, const char *text) {
    struct icp__place where = ICP__NOWHERE;
    where.source = r->source;
    return icp__fail_at(r->err, ICP_E_FORMAT, &where, "section %s, byte %llu: %s", r->tag, (unsigned long long)r->at, text);
}

static bool has(const struct reader *r, size_t n) {
    return n <= r->size - r->at;
}

static uint32_t get32(struct reader *r) {
    r->at += 4;
    return icp__get32(r->data + r->at - 4);
}

static uint64_t get64(struct reader *r) {
    r->at += 8;
    return icp__get64(r->data + r->at - 8);
}

static bool get_text(struct reader *r, struct icp_str *out) {
    if (!has(r, 4))
        return false;
    size_t n = get32(r);
    if (!has(r, n))
        return false;
    *out = (struct icp_str){(const char *)r->data + r->at, n};
    r->at += n;
    return true;
}

/* At most 32 bits, in as few bytes as can be. */
static bool get_varint(struct reader *r, uint32_t *out) {
    uint32_t v = 0;
    for (unsigned shift = 0; shift < 35 && has(r, 1); shift += 7) {
        uint8_t byte = r->data[r->at++];
        if (shift == 28 && byte > 15)
            return false;
        v |= (uint32_t)(byte & 127) << shift;
        if (byte < 128) {
            *out = v;
            return byte || !shift;
        }
    }
    return false;
}

static bool get_sized(struct reader *r, struct icp_str *out) {
    uint32_t n;
    if (!get_varint(r, &n) || !has(r, n))
        return false;
    *out = (struct icp_str){(const char *)r->data + r->at, n};
    r->at += n;
    return true;
}

static icp_status open_section(struct reader *r, const struct icp__container *k, const char *tag, const char *source, struct icp_error *err) {
    const struct icp__section *s = icp__container_find(k, tag);
    *r = (struct reader){NULL, 0, 0, tag, source, err};
    if (!s)
        return refuse(r, "the section is missing");
    r->data = s->data;
    r->size = (size_t)s->size;
    return ICP_OK;
}

static icp_status read_key_form(icp_reference *ref, struct reader *r, uint64_t *rows, struct icp_str *key_column) {
    if (!has(r, KEYF_SIZE))
        return refuse(r, "the section is too short");
    ref->key_form = (int32_t)get32(r);
    ref->k = get32(r);
    ref->seed = get64(r);
    *rows = get64(r);
    uint32_t cell_max = get32(r);
    if (ref->key_form != ICP_KEY_EXACT && ref->key_form != ICP_KEY_HOST)
        return refuse(r, "unknown key form");
    if (!ref->k || ref->k > ICP__K_MAX || !*rows || *rows > ref->k)
        return refuse(r, "wrong number of companies");
    if (cell_max != ICP__CELL_MAX)
        return refuse(r, "wrong length of the longest cell");
    if (!get_text(r, key_column) || r->at != r->size)
        return refuse(r, "wrong length of the key column's name");
    return ICP_OK;
}

static icp_status read_name(struct reader *r, struct icp__table *t, struct icp_str *names, struct icp_str *folded, uint32_t i) {
    struct icp_str name;
    if (!get_text(r, &name))
        return refuse(r, "the section ends within a name");
    struct icp_str trimmed = icp__trim(name.data, name.size);
    if (!name.size || trimmed.size != name.size || !icp__utf8_valid(name.data, name.size))
        return refuse(r, "a name is empty, not trimmed or not UTF-8");
    if (name.size > (SIZE_MAX - 17) / ICP__FOLD_GROWTH)
        return refuse(r, "a name is too long");
    size_t cap = name.size * ICP__FOLD_GROWTH + 16;
    cap = cap > 4096 ? 4096 : cap; /* as headers are folded when they are read */
    char room[4096];
    size_t n = icp__fold_value(name.data, name.size, room, cap);
    folded[i] = (struct icp_str){icp__arena_copy(&t->arena, room, n), n};
    names[i] = (struct icp_str){icp__arena_copy(&t->arena, name.data, name.size), name.size};
    if (!folded[i].data || !names[i].data)
        return icp__no_memory(r->err);
    if (i && icp__str_compare(folded[i - 1], folded[i]) >= 0)
        return refuse(r, "columns are not in order");
    return ICP_OK;
}

static icp_status read_columns(icp_reference *ref, struct reader *r, struct icp_str key_column) {
    struct icp__table *t = ref->table;
    if (!has(r, 4))
        return refuse(r, "the section is too short");
    uint32_t n = get32(r);
    if (!n || n > ICP__REFERENCE_COLUMNS || n > (r->size - r->at) / 4)
        return refuse(r, "wrong number of columns");
    struct icp_str *names = icp__arena_alloc(&t->arena, n, sizeof *names), *folded = icp__arena_alloc(&t->arena, n, sizeof *folded);
    if (!names || !folded)
        return icp__no_memory(r->err);
    for (uint32_t i = 0; i < n; i++) {
        icp_status s = read_name(r, t, names, folded, i);
        if (s)
            return s;
        if (!icp__str_compare(names[i], key_column))
            t->key_column = names[i];
    }
    if (r->at != r->size)
        return refuse(r, "something follows after the last column");
    if (!t->key_column.data)
        return refuse(r, "the key column is not among the columns");
    t->columns = n;
    t->names = names;
    t->folded = folded;
    return ICP_OK;
}

struct arrays {
    struct icp_str *keys;
    struct icp__cell *cells;
    uint64_t *hashes;
    uint32_t *seen, *cuts;
    uint8_t *differed;
};

static icp_status read_cells(struct reader *r, struct icp__cell *cells, uint32_t columns) {
    for (uint32_t i = 0; i < columns; i++) {
        struct icp_str v;
        if (!get_sized(r, &v))
            return refuse(r, "wrong length of a cell");
        cells[i] = (struct icp__cell){NULL, 0};
        if (!v.size)
            continue;
        struct icp_str trimmed = icp__trim(v.data, v.size);
        if (v.size > ICP__CELL_MAX || trimmed.size != v.size || !icp__utf8_valid(v.data, v.size))
            return refuse(r, "a cell is too long, not trimmed or not UTF-8");
        cells[i] = (struct icp__cell){v.data, v.size};
    }
    return ICP_OK;
}

static icp_status read_row(const icp_reference *ref, struct reader *r, const struct arrays *a, uint64_t i) {
    uint32_t columns = ref->table->columns, cuts;
    if (!get_varint(r, &a->seen[i]) || !a->seen[i])
        return refuse(r, "wrong count of the rows with one key");
    if (!get_varint(r, &cuts) || cuts / 2 > columns)
        return refuse(r, "wrong count of the cells that were cut");
    a->cuts[i] = cuts / 2;
    a->differed[i] = cuts & 1;
    if (!get_sized(r, &a->keys[i]))
        return refuse(r, "wrong length of a key");
    struct icp_str key = a->keys[i];
    if (!key.size || key.size > ICP__CELL_MAX || !icp__utf8_valid(key.data, key.size))
        return refuse(r, "a key is empty, too long or not UTF-8");
    a->hashes[i] = icp__hash(key.data, key.size, ref->seed);
    if (i && (a->hashes[i - 1] > a->hashes[i] || (a->hashes[i - 1] == a->hashes[i] && icp__str_compare(a->keys[i - 1], key) >= 0)))
        return refuse(r, "companies are not in order");
    return read_cells(r, a->cells + i * columns, columns);
}

static icp_status read_rows(icp_reference *ref, struct reader *r, uint64_t rows) {
    struct icp__table *t = ref->table;
    struct arrays a;
    if (rows > r->size / (ROW_SMALLEST + t->columns))
        return refuse(r, "more companies than the section can hold");
    if (icp__table_cell_bytes(rows, t->columns) > ref->ctx->options.max_memory)
        return icp__fail(r->err, ICP_E_LIMIT, "%llu companies of %u columns are more than the context's max_memory", (unsigned long long)rows,
                         (unsigned)t->columns);
    a.keys = icp__arena_alloc(&t->arena, (size_t)rows, sizeof *a.keys);
    a.hashes = icp__arena_alloc(&t->arena, (size_t)rows, sizeof *a.hashes);
    a.seen = icp__arena_alloc(&t->arena, (size_t)rows, sizeof *a.seen);
    a.cuts = icp__arena_alloc(&t->arena, (size_t)rows, sizeof *a.cuts);
    a.differed = icp__arena_alloc(&t->arena, (size_t)rows, 1);
    a.cells = icp__arena_alloc(&t->arena, (size_t)rows, t->columns * sizeof *a.cells);
    if (!a.keys || !a.hashes || !a.seen || !a.cuts || !a.differed || !a.cells)
        return icp__no_memory(r->err);
    for (uint64_t i = 0; i < rows; i++) {
        icp_status s = read_row(ref, r, &a, i);
        if (s)
            return s;
        t->cells_cut += a.cuts[i];
    }
    if (r->at != r->size)
        return refuse(r, "something follows after the last company");
    t->rows = rows;
    t->keys = a.keys, t->cells = a.cells, t->hashes = a.hashes;
    t->seen = a.seen, t->cuts = a.cuts, t->differed = a.differed;
    return ICP_OK;
}

static icp_status read_counts(icp_reference *ref, const struct icp__container *k, const char *source, struct icp_error *err) {
    const struct icp__section *s = icp__container_find(k, "READ");
    struct reader r = {s ? s->data : NULL, s ? (size_t)s->size : 0, 0, "READ", source, err};
    if (!s)
        return ICP_OK;
    if (r.size != 16)
        return refuse(&r, "the section has the wrong size");
    ref->table->rows_read = get64(&r);
    ref->table->rows_without_key = get64(&r);
    if (ref->table->rows_without_key > ref->table->rows_read)
        return refuse(&r, "more rows without a key than rows");
    return ICP_OK;
}

/* Sections of others are kept with their bytes; of ours only the place. Cells point into ROWS, so the table takes it over. */
static icp_status keep(icp_reference *ref, struct icp__container *k, struct icp_error *err) {
    static const char *const ours[] = {"KEYF", "COLS", "ROWS", "READ"};
    ref->kept.count = 0;
    for (uint32_t i = 0; i < k->count; i++) {
        struct icp__section s = k->sections[i];
        bool known = false;
        for (size_t n = 0; n < 4; n++)
            known |= !strcmp(s.tag, ours[n]);
        if (!known) {
            s.data = (const uint8_t *)icp__arena_copy(&ref->table->arena, s.data, (size_t)s.size);
            if (!s.data)
                return icp__no_memory(err);
        }
        s.owned = false;
        s.data = known ? NULL : s.data;
        ref->kept.sections[ref->kept.count++] = s;
    }
    return ICP_OK;
}

icp_status icp__reference_read(icp_reference *ref, struct icp__container *k, const char *source, struct icp_error *err) {
    struct reader r;
    uint64_t rows = 0;
    struct icp_str key_column;
    icp_status s;
    if ((s = open_section(&r, k, "KEYF", source, err)) || (s = read_key_form(ref, &r, &rows, &key_column)) ||
        (s = open_section(&r, k, "COLS", source, err)) || (s = read_columns(ref, &r, key_column)) ||
        (s = open_section(&r, k, "ROWS", source, err)) || (s = read_rows(ref, &r, rows)) || (s = read_counts(ref, k, source, err)) ||
        (s = keep(ref, k, err)))
        return s;
    ref->key_column = ref->table->key_column;
    ref->minor = k->minor;
    memcpy(ref->id, k->id, sizeof ref->id);
    return ICP_OK;
}
