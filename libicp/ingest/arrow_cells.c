/* SPDX-License-Identifier: MIT */
/* Columns to rows of cells, and the memory that both sides share. */
#include "base/text.h"
#include "ingest/arrow.h"

#define SIDE_FIRST ((size_t)16384)
/* Rows done column by column at once: their cells stay in the cache. */
#define ROWS_AT_ONCE 256u

struct icp__side_block {
    struct icp__side_block *older;
    size_t cap;
    char bytes[];
};

static char *another_block(struct icp__side *s, size_t open, size_t n) {
    const size_t cap = s->block ? s->block->cap : SIDE_FIRST / 2, need = open + n > cap * 2 ? open + n : cap * 2;
    struct icp__side_block *b = n < SIZE_MAX / 8 ? icp__alloc(s->ctx, sizeof *b + need, 1) : NULL;
    if (!b) return NULL;
    if (open) memcpy(b->bytes, s->block->bytes + s->start, open);
    b->older = s->block;
    b->cap = need;
    s->block = b;
    s->start = 0, s->used = open;
    return b->bytes + open;
}

char *icp__side_room(struct icp__side *s, size_t n) {
    if (ICP__LIKELY(s->block && n <= s->block->cap - s->used)) return s->block->bytes + s->used;
    return another_block(s, s->used - s->start, n);
}

struct icp_str icp__side_end(struct icp__side *s) {
    const struct icp_str out = {s->block->bytes + s->start, s->used - s->start};
    s->start = s->used;
    return out;
}

static void free_older(struct icp__side *s) {
    for (struct icp__side_block *b = s->block ? s->block->older : NULL, *next; b; b = next) {
        next = b->older;
        icp__free(s->ctx, b);
    }
    if (s->block) s->block->older = NULL;
}

void icp__side_reset(struct icp__side *s) {
    free_older(s);
    s->start = s->used = 0;
}

void icp__side_free(struct icp__side *s) {
    free_older(s);
    icp__free(s->ctx, s->block);
    s->block = NULL;
}

struct icp__arrow_held *icp__arrow_hold(icp_context *c, struct ArrowArray *a) {
    struct icp__arrow_held *h = icp__alloc(c, 1, sizeof *h);
    if (!h) {
        a->release(a), a->release = NULL;
        return NULL;
    }
    atomic_init(&h->refs, 1);
    h->ctx = icp_context_ref(c);
    h->array = *a;
    a->release = NULL;
    return h;
}

void icp__arrow_drop(struct icp__arrow_held *h) {
    if (!h || atomic_fetch_sub_explicit(&h->refs, 1, memory_order_acq_rel) != 1) return;
    icp_context *c = h->ctx;
    if (h->array.release) h->array.release(&h->array);
    icp__free(c, h);
    icp_context_unref(c);
}

static struct icp__place place_of(const struct icp__arrow_fill *f) {
    struct icp__place place = ICP__NOWHERE;
    place.source = ICP__ARROW_SOURCE;
    place.row = (int64_t)f->row;
    place.column = (int64_t)f->column + 1;
    place.field = f->plan->layout->names[f->column];
    return place;
}

bool icp__arrow_wrong(struct icp__arrow_fill *f, icp_status code, const char *text) {
    const struct icp__place place = place_of(f);
    f->status = code == ICP_E_MEMORY ? icp__no_memory(f->err) : icp__fail_at(f->err, code, &place, "%s", text);
    return false;
}

bool icp__arrow_full(struct icp__arrow_fill *f) {
    const struct icp__place place = place_of(f);
    f->status = icp__fail_at(f->err, ICP_E_LIMIT, &place, "cell is larger than %llu bytes", (unsigned long long)f->ctx->options.max_cell);
    return false;
}

/* Structs above a column that have missing values. */
struct above {
    const struct above *next;
    const void *bits;
    int64_t offset; /* of the block's first row */
};
/* The rows being filled. */
struct block {
    int64_t from; /* of the record batch, without any offset */
    uint64_t rows, row; /* row: number of the first */
    uint32_t columns;
    struct icp__cell *cells;
};

/* i: of the block's rows. */
static bool hidden(const struct above *above, int64_t i) {
    for (; above; above = above->next)
        if (!icp__arrow_bit(above->bits, above->offset + i)) return true;
    return false;
}

/* Text that is not UTF-8 is read as the other readers do. */
static bool bytes_cell(struct icp__arrow_fill *f, const struct icp__arrow_value *v, struct icp__cell *out) {
    *out = (struct icp__cell){v->text.data, v->text.size};
    if (ICP__LIKELY(icp__utf8_valid(v->text.data, v->text.size))) return true;
    if (v->at.type->binary) return icp__arrow_wrong(f, ICP_E_FORMAT, "bytes that are no text (UTF-8)");
    char *p = icp__side_room(f->side, v->text.size * 3);
    if (!p) return icp__arrow_wrong(f, ICP_E_MEMORY, "");
    f->side->used += icp__utf8_from_1252(v->text.data, v->text.size, p);
    f->converted++;
    const struct icp_str s = icp__side_end(f->side);
    *out = (struct icp__cell){s.data, s.size};
    return true;
}

static bool cell_of(struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t i, struct icp__cell *out) {
    struct icp__arrow_value v;
    if (!icp__arrow_value(f, t, a, i, &v)) return false;
    if (v.form == ICP__ARROW_NOTHING) return *out = (struct icp__cell){NULL, 0}, true;
    if (v.form == ICP__ARROW_BYTES) return bytes_cell(f, &v, out);
    if (v.text.data != v.room && v.form == ICP__ARROW_WORD) return *out = (struct icp__cell){v.text.data, v.text.size}, true;
    if (v.form == ICP__ARROW_NESTED) {
        if (!icp__arrow_nested(f, &v.at)) return false;
    } else {
        if (v.form == ICP__ARROW_WORD) v.text.size = icp__sure_decimals(v.room, v.text.size);
        if (v.text.size > f->ctx->options.max_cell) return icp__arrow_full(f);
        char *p = icp__side_room(f->side, v.text.size);
        if (!p) return icp__arrow_wrong(f, ICP_E_MEMORY, "");
        memcpy(p, v.text.data, v.text.size);
        f->side->used += v.text.size;
    }
    const struct icp_str s = icp__side_end(f->side);
    *out = (struct icp__cell){s.data, s.size};
    return true;
}

/* Plain text whose bytes are UTF-8 as a whole. False = look at each cell. */
static bool whole_text(const struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, const struct block *b, struct icp__cell *out) {
    const int64_t at = a->offset + b->from;
    const char *data = a->buffers[2];
    const int64_t first = icp__arrow_offset(a->buffers[1], t->bytes, at), last = icp__arrow_offset(a->buffers[1], t->bytes, at + (int64_t)b->rows);
    const uint64_t most = f->ctx->options.max_cell;
    if (first < 0 || last < first || last > PTRDIFF_MAX || (last > first && !data) || (uint64_t)(last - first) / b->rows > most) return false;
    if (last > first && !icp__utf8_valid(data + first, (size_t)(last - first))) return false;
    int64_t from = first;
    for (uint64_t i = 0; i < b->rows; i++) {
        const int64_t to = icp__arrow_offset(a->buffers[1], t->bytes, at + (int64_t)i + 1);
        /* An offset inside a character would make two cells of which neither is UTF-8. */
        if (to < from || to > last || (uint64_t)(to - from) > most || (to < last && ((unsigned char)data[to] & 0xc0) == 0x80)) return false;
        const bool set = !a->buffers[0] || icp__arrow_bit(a->buffers[0], at + (int64_t)i);
        out[i * b->columns] = set ? (struct icp__cell){to > from ? data + from : "", (size_t)(to - from)} : (struct icp__cell){NULL, 0};
        from = to;
    }
    return true;
}

static bool fill_column(struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, const struct block *b, const struct above *above) {
    struct icp__cell *out = b->cells + t->column;
    f->column = t->column;
    if (t->kind == ICP__ARROW_TEXT && !above && whole_text(f, t, a, b, out)) return true;
    for (uint64_t i = 0; i < b->rows; i++, out += b->columns) {
        const int64_t at = b->from + (int64_t)i;
        f->row = b->row + i;
        if (above && hidden(above, (int64_t)i)) *out = (struct icp__cell){NULL, 0};
        else if (!cell_of(f, t, a, at, out)) return false;
    }
    return true;
}

static bool fill_struct(struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, struct block b, const struct above *above) {
    const struct above own = {above, a->buffers[0], a->offset + b.from};
    if (own.bits) above = &own;
    b.from += a->offset;
    for (uint32_t i = 0; i < t->children; i++) {
        const struct icp__arrow_type *child = &t->child[i];
        if (!(child->kind == ICP__ARROW_STRUCT ? fill_struct(f, child, a->children[i], b, above) : fill_column(f, child, a->children[i], &b, above))) return false;
    }
    return true;
}

bool icp__arrow_cells(struct icp__arrow_fill *f, const struct ArrowArray *a, int64_t from, uint64_t rows, struct icp__cell *cells) {
    struct block b = {.row = f->row, .columns = f->plan->layout->columns};
    for (uint64_t done = 0; done < rows; done += b.rows) {
        b.from = from + (int64_t)done;
        b.rows = rows - done < ROWS_AT_ONCE ? rows - done : ROWS_AT_ONCE;
        b.cells = cells + done * b.columns;
        if (!fill_struct(f, f->plan->root, a, b, NULL)) return false;
        b.row += b.rows;
    }
    return true;
}
