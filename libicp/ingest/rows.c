/* SPDX-License-Identifier: MIT */
/* The kept rows of a sample: in one block, which is rewritten when most of it belongs to rows that were dropped. */
#include "ingest/rows.h"

/* Dropped rows may take as many bytes as the kept ones and this many. */
#define DROPPED_BYTES ((size_t)8 << 20)

void icp__rows_init(struct icp__rows *r, icp_context *c) {
    memset(r, 0, sizeof *r);
    r->ctx = c;
}

void icp__rows_free(struct icp__rows *r) {
    icp__free(r->ctx, r->store);
    icp__free(r->ctx, r->refs);
    icp__free(r->ctx, r->temp);
    icp__rows_init(r, r->ctx);
}

bool icp__rows_room(struct icp__rows *r, size_t n) {
    return n <= SIZE_MAX - r->used && icp__grow(r->ctx, &r->store, &r->cap, r->used + n, 1);
}

bool icp__rows_begin(struct icp__rows *r, uint64_t hash, struct icp_str key) {
    if (!icp__rows_room(r, sizeof(struct icp__row) + key.size))
        return false;
    struct icp__row row = {.hash = hash, .seen = 1, .key_size = (uint32_t)key.size};
    char *at = r->store + r->used;
    memcpy(at, &row, sizeof row);
    icp__copy_cell(at + sizeof row, key.data, key.size);
    r->open = r->used;
    r->used += sizeof row + key.size;
    r->filled = 0;
    return true;
}

void icp__rows_end(struct icp__rows *r) {
    struct icp__row *row = icp__rows_at(r, r->open);
    row->cell_bytes = r->used - r->open - sizeof *row - row->key_size;
    row->filled = r->filled;
}

bool icp__rows_commit(struct icp__rows *r) {
    size_t pad = (size_t)(-(uint64_t)r->used & 7);
    icp__rows_end(r);
    if (!icp__rows_room(r, pad) || !icp__grow(r->ctx, &r->refs, &r->ref_cap, r->count + 1, sizeof *r->refs))
        return false;
    memset(r->store + r->used, 0, pad);
    r->used += pad;
    r->stored++;
    r->refs[r->count++] = (struct icp__row_ref){icp__rows_at(r, r->open)->hash, r->open};
    return true;
}

void icp__rows_drop(struct icp__rows *r) {
    r->used = r->open;
}

static int compare_refs(const struct icp__rows *r, const struct icp__row_ref *a, const struct icp__row_ref *b) {
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return icp__str_compare(icp__row_key(icp__rows_at(r, a->offset)), icp__row_key(icp__rows_at(r, b->offset)));
}

static void merge_runs(const struct icp__rows *r, const struct icp__row_ref *a, size_t an, const struct icp__row_ref *b, size_t bn,
                       struct icp__row_ref *out) {
    while (an && bn) {
        if (b->hash < a->hash || (b->hash == a->hash && compare_refs(r, b, a) < 0))
            *out++ = *b++, bn--;
        else
            *out++ = *a++, an--;
    }
    if (an)
        memcpy(out, a, an * sizeof *a);
    if (bn)
        memcpy(out, b, bn * sizeof *b);
}

/* Sorts the rows that came since the last time, then merges them with the sorted ones. Returns the array that holds the result:
 * refs or temp. */
static struct icp__row_ref *sort_refs(struct icp__rows *r) {
    struct icp__row_ref *temp = r->temp;
    size_t n = r->count - r->sorted;
    struct icp__row_ref *from = r->refs + r->sorted, *to = temp + r->sorted;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t i = 0; i < n; i += 2 * run) {
            size_t an = n - i < run ? n - i : run, bn = n - i - an < run ? n - i - an : run;
            merge_runs(r, from + i, an, from + i + an, bn, to + i);
        }
        struct icp__row_ref *t = from;
        from = to, to = t;
    }
    if (!r->sorted)
        return from;
    if (from != r->refs + r->sorted)
        memcpy(r->refs + r->sorted, from, n * sizeof *from);
    merge_runs(r, r->refs, r->sorted, r->refs + r->sorted, n, temp);
    return temp;
}

static int compare_sized(struct icp_str a, struct icp_str b) {
    if (a.size != b.size)
        return a.size < b.size ? -1 : 1;
    return memcmp(a.data, b.data, a.size);
}

/* Order of the canonical encodings; both rows have as many cells. */
static int compare_cells(const struct icp__row *a, const struct icp__row *b, const struct icp__columns *columns) {
    const char *p = icp__row_cells(a), *q = icp__row_cells(b);
    for (uint32_t i = 0; i < a->filled; i++) {
        uint32_t column_a, column_b;
        struct icp_str cell_a, cell_b;
        p = icp__row_next(p, &column_a, &cell_a);
        q = icp__row_next(q, &column_b, &cell_b);
        int c = column_a == column_b ? compare_sized(cell_a, cell_b)
                                     : compare_sized(columns->items[column_a].folded, columns->items[column_b].folded);
        if (c)
            return c;
    }
    return 0;
}

/* The better of two rows with one key, knowing of both. Must be commutative and associative: the parts of a distributed
 * build meet in any order. */
static size_t unite(const struct icp__rows *r, const struct icp__columns *columns, size_t one, size_t other) {
    struct icp__row *a = icp__rows_at(r, one), *b = icp__rows_at(r, other);
    uint32_t seen = a->seen > UINT32_MAX - b->seen ? UINT32_MAX : a->seen + b->seen;
    bool differed = a->differed || b->differed;
    bool same = a->filled == b->filled && a->cell_bytes == b->cell_bytes && !memcmp(icp__row_cells(a), icp__row_cells(b), (size_t)a->cell_bytes);
    if (same) {
        a->cuts = a->cuts > b->cuts ? a->cuts : b->cuts;
    } else {
        differed = true;
        if (a->filled != b->filled ? a->filled < b->filled : compare_cells(a, b, columns) > 0) {
            a = b;
            one = other;
        }
    }
    a->seen = seen;
    a->differed = differed;
    return one;
}

static size_t row_bytes(const struct icp__row *row) {
    return (sizeof *row + row->key_size + (size_t)row->cell_bytes + 7) & ~(size_t)7;
}

/* Unites neighbours with one key and cuts after k. */
static size_t unite_all(const struct icp__rows *r, const struct icp__columns *columns, struct icp__row_ref *refs, uint32_t k) {
    size_t out = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (out && refs[out - 1].hash == refs[i].hash && compare_refs(r, &refs[out - 1], &refs[i]) == 0) {
            refs[out - 1].offset = unite(r, columns, refs[out - 1].offset, refs[i].offset);
            continue;
        }
        if (out == k)
            break;
        refs[out++] = refs[i];
    }
    return out;
}

/* In the order of refs: who walks through them will find them so. */
static bool rewrite(struct icp__rows *r) {
    size_t bytes = 0, used = 0;
    for (size_t i = 0; i < r->count; i++)
        bytes += row_bytes(icp__rows_at(r, r->refs[i].offset));
    char *store = icp__alloc(r->ctx, bytes, 1);
    if (!store)
        return false;
    for (size_t i = 0; i < r->count; i++) {
        const struct icp__row *row = icp__rows_at(r, r->refs[i].offset);
        size_t n = row_bytes(row);
        memcpy(store + used, row, n);
        r->refs[i].offset = used;
        used += n;
    }
    icp__free(r->ctx, r->store);
    r->store = store;
    r->used = r->cap = used;
    r->stored = r->count;
    return true;
}

/* Moves the rows together where they are: fresh memory would cost more than the moving. */
static void close_gaps(struct icp__rows *r) {
    size_t used = 0;
    for (size_t i = 0; i < r->count; i++)
        icp__rows_at(r, r->refs[i].offset)->index = (uint32_t)i + 1;
    for (size_t at = 0, n; at < r->used; at += n) {
        struct icp__row *row = icp__rows_at(r, at);
        n = row_bytes(row);
        if (!row->index)
            continue;
        r->refs[row->index - 1].offset = used;
        row->index = 0;
        if (used != at)
            memmove(r->store + used, row, n);
        used += n;
    }
    r->used = used;
    r->stored = r->count;
}

bool icp__rows_compact(struct icp__rows *r, const struct icp__columns *columns, uint32_t k, bool pack) {
    if (!r->count)
        return true;
    if (!icp__grow(r->ctx, &r->temp, &r->temp_cap, r->count, sizeof *r->temp))
        return false;
    struct icp__row_ref *refs = sort_refs(r);
    r->count = r->sorted = unite_all(r, columns, refs, k);
    if (refs != r->refs) {
        size_t cap = r->ref_cap;
        r->temp = r->refs, r->refs = refs;
        r->ref_cap = r->temp_cap, r->temp_cap = cap;
    }
    if (pack && !rewrite(r))
        return false;
    if (r->stored != r->count && r->used > DROPPED_BYTES && r->used - DROPPED_BYTES > 2 * r->packed)
        close_gaps(r);
    if (r->stored == r->count)
        r->packed = r->used;
    r->past = r->used;
    return true;
}
