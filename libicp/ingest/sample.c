/* SPDX-License-Identifier: MIT */
/* Collecting the bottom-k rows: most are rejected after their key alone was hashed. */
#include "ingest/sample.h"
#include "base/hash.h"
#include "base/text.h"
#include "ingest/protect.h"
#include "ingest/rows.h"
#include <icp/reference.h>

/* Rows that wait for the next compaction: until k are kept as many as that, then a quarter, so that few come in that will be
 * pushed out again; at least this many. Bytes: half of those in the store, or this many. */
#define WAITING_ROWS 1024u
#define WAITING_BYTES ((size_t)8 << 20)
/* Of a longer cell only so much is looked through for what must not be stored: what is kept
 * of it ends well before. */
#define CELL_LOOK (4 * (size_t)ICP__CELL_MAX)
#define CELL_TAIL ((size_t)512)

/* One column of the layout at hand, in the order of folded names. */
struct step {
    uint32_t at, id; /* place in the row, id in the union */
    bool phone, released, key;
};
struct icp__sample {
    icp_context *ctx;
    struct icp__sample_options options;
    uint32_t k;
    struct icp__columns columns;
    struct icp__rows rows;
    struct icp__layout *layout; /* that the steps belong to */
    struct step *steps;
    size_t step_count, step_cap;
    uint32_t *place; /* scratch: by id, place in the layout + 1 */
    size_t place_cap;
    uint32_t key_at;     /* key column in the layout */
    uint32_t key_id;     /* in the union; ICP__NO_COLUMN before the first batch */
    struct icp_str asked; /* header that batches must have; data NULL before the first one */
    bool full;           /* rows.sorted == k: from now on keys above the last one are rejected */
    uint64_t limit;      /* no key of a larger hash is wanted */
    uint64_t rows_read, rows_without_key;
    struct icp__bytes encoding, rest; /* rest: of a cell that something was cut out of */
};

static char *copy(icp_context *c, struct icp_str s) {
    char *p = icp__alloc(c, s.size + 1, 1);
    if (p) {
        if (s.size)
            memcpy(p, s.data, s.size);
        p[s.size] = 0;
    }
    return p;
}

icp_status icp__sample_new(icp_context *c, const struct icp__sample_options *o, struct icp__sample **out, struct icp_error *err) {
    struct icp__sample *s = icp__calloc(c, 1, sizeof *s);
    if (!s)
        return icp__no_memory(err);
    s->ctx = icp_context_ref(c);
    s->options = *o;
    s->options.key.data = o->key.data ? copy(c, o->key) : NULL;
    s->options.exclude.data = o->exclude.data ? copy(c, o->exclude) : NULL;
    s->options.release.data = o->release.data ? copy(c, o->release) : NULL;
    s->k = o->k;
    s->limit = UINT64_MAX;
    s->key_id = ICP__NO_COLUMN;
    icp__columns_init(&s->columns, c);
    icp__rows_init(&s->rows, c);
    icp__bytes_init(&s->encoding, c);
    icp__bytes_init(&s->rest, c);
    if ((o->key.data && !s->options.key.data) || (o->exclude.data && !s->options.exclude.data) || (o->release.data && !s->options.release.data)) {
        icp__sample_free(s);
        return icp__no_memory(err);
    }
    s->asked = s->options.key;
    *out = s;
    return ICP_OK;
}

static void forget_layout(struct icp__sample *s) {
    icp__layout_unref(s->layout);
    s->layout = NULL;
}

static void forget_asked(struct icp__sample *s) {
    if (s->asked.data != s->options.key.data)
        icp__free(s->ctx, (void *)(uintptr_t)s->asked.data);
    s->asked = s->options.key;
}

/* Empty again, as if new. */
static void reset(struct icp__sample *s) {
    forget_layout(s);
    forget_asked(s);
    icp__columns_free(&s->columns);
    icp__rows_free(&s->rows);
    s->k = s->options.k;
    s->key_id = ICP__NO_COLUMN;
    s->full = false;
    s->limit = UINT64_MAX;
    s->rows_read = s->rows_without_key = 0;
}

void icp__sample_free(struct icp__sample *s) {
    if (!s)
        return;
    icp_context *c = s->ctx;
    reset(s);
    icp__free(c, s->steps);
    icp__free(c, s->place);
    icp__bytes_free(&s->encoding);
    icp__bytes_free(&s->rest);
    icp__free(c, (void *)(uintptr_t)s->options.key.data);
    icp__free(c, (void *)(uintptr_t)s->options.exclude.data);
    icp__free(c, (void *)(uintptr_t)s->options.release.data);
    icp__free(c, s);
    icp_context_unref(c);
}

/* The key column of the union: that with the smallest folded name, so that the order of files does not matter. */
static void note_key(struct icp__sample *s, uint32_t id) {
    if (s->key_id == ICP__NO_COLUMN || icp__str_compare(s->columns.items[id].folded, s->columns.items[s->key_id].folded) < 0)
        s->key_id = id;
}

static icp_status find_key(struct icp__sample *s, const struct icp_batch *b, struct icp_error *err) {
    if (s->options.whole_row)
        return ICP_OK;
    icp_status status = icp__key_column(b->layout, s->asked, b->source, &s->key_at, err);
    if (status || s->asked.data)
        return status;
    char *name = copy(s->ctx, b->layout->names[s->key_at]);
    if (!name)
        return icp__no_memory(err);
    s->asked = (struct icp_str){name, b->layout->names[s->key_at].size};
    return ICP_OK;
}

static icp_status fail_column(const struct icp_batch *b, uint32_t column, icp_status code, const char *text, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = *b->source ? b->source : NULL;
    where.column = (int64_t)column + 1;
    where.field = b->layout->names[column];
    return icp__fail_at(err, code, &where, "%s", text);
}

static icp_status add_column(struct icp__sample *s, const struct icp_batch *b, uint32_t i, struct icp_error *err) {
    const struct icp__layout *l = b->layout;
    bool is_key = !s->options.whole_row && i == s->key_at;
    uint32_t id;
    if (!is_key && icp__patterns_match(s->options.exclude, l->names[i]))
        return ICP_OK;
    if (!icp__columns_add(&s->columns, l->folded[i], l->names[i], &id))
        return icp__no_memory(err);
    if (s->columns.count > s->ctx->options.max_columns)
        return fail_column(b, i, ICP_E_LIMIT, "more columns over all files than the context's max_columns", err);
    if (s->place[id])
        return fail_column(b, i, ICP_E_FORMAT, "another column has the same name", err);
    s->place[id] = i + 1;
    if (is_key)
        note_key(s, id);
    return ICP_OK;
}

/* Another layout: finds the key, gives every column its id, and walks them in the order of folded names from now on. */
static icp_status take_layout(struct icp__sample *s, const struct icp_batch *b, struct icp_error *err) {
    icp_status status = find_key(s, b, err);
    if (status)
        return status;
    size_t most = s->columns.count + b->layout->columns;
    if (!icp__grow(s->ctx, &s->place, &s->place_cap, most + 1, sizeof *s->place) ||
        !icp__grow(s->ctx, &s->steps, &s->step_cap, (size_t)b->layout->columns + 1, sizeof *s->steps))
        return icp__no_memory(err);
    memset(s->place, 0, most * sizeof *s->place);
    for (uint32_t i = 0; i < b->layout->columns && !status; i++)
        status = add_column(s, b, i, err);
    if (status)
        return status;
    s->step_count = 0;
    for (size_t i = 0; i < s->columns.count; i++) {
        uint32_t id = s->columns.order[i];
        if (!s->place[id])
            continue;
        uint32_t at = s->place[id] - 1;
        bool key = !s->options.whole_row && at == s->key_at;
        s->steps[s->step_count++] = (struct step){at, id, !key && s->columns.items[id].phone,
                                                  !key && icp__patterns_match(s->options.release, b->layout->names[at]), key};
    }
    forget_layout(s);
    s->layout = icp__layout_ref(b->layout);
    return ICP_OK;
}

#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of a byte is set when one of eight was '@'. */
static inline uint64_t mark_at(uint64_t x) {
    x ^= EVERY('@');
    return (x - EVERY(1)) & ~x;
}

static inline uint64_t load8(const char *p) {
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

static inline uint32_t load4(const char *p) {
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}

/* Is there an '@'? Most cells are short, and this is asked of the key of every row. */
static inline bool has_at(const char *p, size_t n) {
    if (n > 16)
        return memchr(p, '@', n) != NULL;
    if (n >= 8)
        return ((mark_at(load8(p)) | mark_at(load8(p + n - 8))) & EVERY(128)) != 0;
    if (n >= 4)
        return (mark_at((uint64_t)load4(p) << 32 | load4(p + n - 4)) & EVERY(128)) != 0;
    return n && (p[0] == '@' || p[n / 2] == '@' || p[n - 1] == '@');
}

/* Neither blanks nor bytes of other than ASCII characters at the ends: nothing to cut. */
static inline bool is_trimmed(const char *p, size_t n) {
    return (unsigned char)(p[0] - 33) < 95 && (unsigned char)(p[n - 1] - 33) < 95;
}

static bool is_protected(struct icp_str v, bool phone) {
    return (phone && icp__is_phone(v.data, v.size)) || (has_at(v.data, v.size) && icp__is_email(v.data, v.size));
}

/* What is stored of a cell that is not empty; size 0 = nothing. A key that is kept is no secret. */
static struct icp_str stored(struct icp__sample *s, const struct icp__cell *cell, const struct step *step, bool *cut) {
    struct icp_str v = {cell->data, cell->size};
    if (!is_trimmed(v.data, v.size))
        v = icp__trim(v.data, v.size);
    if (v.size && !step->released && is_protected(v, step->phone))
        v.size = 0;
    if (v.size && !step->released && !step->key) {
        *cut = v.size > CELL_LOOK;
        v.size = *cut ? icp__utf8_cut(v.data, v.size, CELL_LOOK) : v.size;
        v = icp__redact(v, step->phone, &s->rest);
        if (*cut) /* an address that the cut went through */
            v = icp__trim(v.data, v.size > CELL_TAIL ? icp__utf8_cut(v.data, v.size, v.size - CELL_TAIL) : 0);
    }
    if (ICP__UNLIKELY(v.size > ICP__CELL_MAX)) {
        *cut = true;
        v.size = icp__utf8_cut(v.data, v.size, ICP__CELL_MAX);
        v = icp__trim(v.data, v.size);
    }
    return v;
}

static bool add_cells(struct icp__sample *s, const struct icp__cell *row) {
    uint32_t cuts = 0;
    for (size_t i = 0; i < s->step_count; i++) {
        const struct icp__cell *cell = &row[s->steps[i].at];
        bool cut = false;
        if (!cell->size)
            continue;
        struct icp_str v = stored(s, cell, &s->steps[i], &cut);
        if (s->rest.failed || (v.size && !icp__rows_cell(&s->rows, s->steps[i].id, v)))
            return false;
        cuts += cut;
    }
    icp__rows_end(&s->rows);
    icp__rows_at(&s->rows, s->rows.open)->cuts = cuts;
    return true;
}

static bool is_wanted(const struct icp__sample *s, uint64_t hash, struct icp_str key) {
    if (!s->full)
        return true;
    const struct icp__row_ref *last = &s->rows.refs[s->rows.sorted - 1];
    if (ICP__LIKELY(hash != last->hash))
        return hash < last->hash;
    return icp__str_compare(key, icp__row_key(icp__rows_at(&s->rows, last->offset))) <= 0;
}

static bool compact(struct icp__sample *s, bool pack) {
    if (!icp__rows_compact(&s->rows, &s->columns, s->k, pack))
        return false;
    s->full = s->rows.count == s->k;
    s->limit = s->full ? s->rows.refs[s->rows.sorted - 1].hash : UINT64_MAX;
    return true;
}

static bool compact_when_due(struct icp__sample *s) {
    size_t rows = s->rows.count - s->rows.sorted, bytes = s->rows.used - s->rows.past, most_rows = s->full ? s->k / 4 : s->k;
    size_t most = s->rows.past / 2 > WAITING_BYTES ? s->rows.past / 2 : WAITING_BYTES;
    if (rows < (most_rows > WAITING_ROWS ? most_rows : WAITING_ROWS) && bytes < most)
        return true;
    return compact(s, false);
}

static uint64_t add_up(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Hash of the row that is being written, over names and cells as they are compared: ids differ from build to build. */
static bool hash_encoding(struct icp__sample *s, uint64_t *hash, uint64_t *key) {
    const struct icp__row *row = icp__rows_at(&s->rows, s->rows.open);
    const char *at = icp__row_cells(row);
    s->encoding.size = 0;
    for (uint32_t i = 0; i < row->filled; i++) {
        uint32_t column;
        struct icp_str cell;
        uint8_t sizes[8];
        at = icp__row_next(at, &column, &cell);
        struct icp_str name = s->columns.items[column].folded;
        icp__put32(sizes, (uint32_t)name.size);
        icp__put32(sizes + 4, (uint32_t)cell.size);
        icp__bytes_add(&s->encoding, sizes, 8);
        icp__bytes_add(&s->encoding, name.data, name.size);
        icp__bytes_add(&s->encoding, cell.data, cell.size);
    }
    *hash = icp__hash(s->encoding.data, s->encoding.size, s->options.seed);
    *key = icp__hash(s->encoding.data, s->encoding.size, ~s->options.seed);
    return !s->encoding.failed;
}

static bool add_whole_row(struct icp__sample *s, const struct icp__cell *cells) {
    const char blank[8] = {0};
    uint64_t hash, second;
    if (!icp__rows_begin(&s->rows, 0, (struct icp_str){blank, 8}) || !add_cells(s, cells) || !hash_encoding(s, &hash, &second))
        return false;
    struct icp__row *row = icp__rows_at(&s->rows, s->rows.open);
    if (!row->filled) {
        s->rows_without_key = add_up(s->rows_without_key, 1);
        icp__rows_drop(&s->rows);
        return true;
    }
    row->hash = hash;
    icp__put64(row + 1, second);
    if (is_wanted(s, hash, icp__row_key(row)))
        return icp__rows_commit(&s->rows) && compact_when_due(s);
    icp__rows_drop(&s->rows);
    return true;
}

static bool add_wanted_row(struct icp__sample *s, const struct icp__cell *cells, uint64_t hash, struct icp_str key) {
    if (!is_wanted(s, hash, key))
        return true;
    return icp__rows_begin(&s->rows, hash, key) && add_cells(s, cells) && icp__rows_commit(&s->rows) && compact_when_due(s);
}

/* In a large file nearly all rows end after the comparison with the limit: only their key is looked at. */
static bool add_keyed_rows(struct icp__sample *s, const struct icp_batch *b) {
    const uint32_t columns = b->layout->columns;
    const bool exact = s->options.key_form == ICP_KEY_EXACT;
    const struct icp__cell *cells = b->cells, *end = cells + b->rows * columns;
    uint64_t without_key = 0;
    for (; cells < end; cells += columns) {
        const struct icp__cell *cell = cells + s->key_at;
        struct icp_str key = {cell->data, cell->size};
        char scratch[256];
        if (!exact || !key.size || key.size > ICP__CELL_MAX || !is_trimmed(key.data, key.size) || has_at(key.data, key.size))
            key = icp__key_of(cell, s->options.key_form, scratch);
        if (!key.size) {
            without_key++;
            continue;
        }
        uint64_t hash = icp__hash(key.data, key.size, s->options.seed);
        if (ICP__UNLIKELY(hash <= s->limit) && !add_wanted_row(s, cells, hash, key))
            return false;
    }
    s->rows_without_key = add_up(s->rows_without_key, without_key);
    return true;
}

static bool add_whole_rows(struct icp__sample *s, const struct icp_batch *b) {
    const struct icp__cell *cells = b->cells;
    for (uint64_t i = 0; i < b->rows; i++, cells += b->layout->columns)
        if (!add_whole_row(s, cells))
            return false;
    return true;
}

icp_status icp__sample_add(struct icp__sample *s, const struct icp_batch *b, struct icp_error *err) {
    if (b->layout != s->layout) {
        icp_status status = take_layout(s, b, err);
        if (status)
            return status;
    }
    if (!(s->options.whole_row ? add_whole_rows(s, b) : add_keyed_rows(s, b)))
        return icp__no_memory(err);
    s->rows_read = add_up(s->rows_read, b->rows);
    return ICP_OK;
}

bool icp__sample_lacks_key(const struct icp__sample *s, const struct icp_batch *b) {
    return b->layout != s->layout && !s->options.whole_row && icp__key_column_absent(b->layout, s->asked);
}

void icp__sample_skip(struct icp__sample *s, const struct icp_batch *b) {
    s->rows_read = add_up(s->rows_read, b->rows);
    s->rows_without_key = add_up(s->rows_without_key, b->rows);
}

static bool merge_row(struct icp__sample *s, const struct icp__table *t, uint64_t i, const uint32_t *ids) {
    const struct icp__cell *cells = t->cells + i * t->columns;
    if (!is_wanted(s, t->hashes[i], t->keys[i]))
        return true;
    if (!icp__rows_begin(&s->rows, t->hashes[i], t->keys[i]))
        return false;
    for (uint32_t c = 0; c < t->columns; c++) {
        struct icp_str v = {cells[c].data, cells[c].size};
        if (v.size && ids[c] != ICP__NO_COLUMN && !icp__rows_cell(&s->rows, ids[c], v))
            return false;
    }
    struct icp__row *row = icp__rows_at(&s->rows, s->rows.open);
    row->seen = t->seen[i];
    row->cuts = t->cuts[i];
    row->differed = t->differed[i];
    return icp__rows_commit(&s->rows) && compact_when_due(s);
}

icp_status icp__sample_merge(struct icp__sample *s, const struct icp__table *t, uint32_t k, struct icp_error *err) {
    uint32_t *ids = icp__alloc(s->ctx, (size_t)t->columns + 1, sizeof *ids);
    if (!ids)
        return icp__no_memory(err);
    icp_status status = ICP_OK;
    for (uint32_t c = 0; c < t->columns && !status; c++) {
        bool is_key = t->key_column.data && !icp__str_compare(t->key_column, t->names[c]);
        ids[c] = ICP__NO_COLUMN;
        if (!is_key && icp__patterns_match(s->options.exclude, t->names[c]))
            continue;
        if (!icp__columns_add(&s->columns, t->folded[c], t->names[c], &ids[c]))
            status = icp__no_memory(err);
        else if (s->columns.count > s->ctx->options.max_columns)
            status = icp__fail(err, ICP_E_LIMIT, "more columns over all parts than the context's max_columns");
        else if (is_key)
            note_key(s, ids[c]);
    }
    if (!status && k < s->k) {
        s->k = k;
        status = compact(s, false) ? ICP_OK : icp__no_memory(err);
    }
    for (uint64_t i = 0; i < t->rows && !status; i++)
        status = merge_row(s, t, i, ids) ? ICP_OK : icp__no_memory(err);
    icp__free(s->ctx, ids);
    if (status)
        return status;
    s->rows_read = add_up(s->rows_read, t->rows_read);
    s->rows_without_key = add_up(s->rows_without_key, t->rows_without_key);
    return ICP_OK;
}

uint32_t icp__sample_k(const struct icp__sample *s) {
    return s->k;
}

uint64_t icp__table_cell_bytes(uint64_t rows, uint64_t columns) {
    if (columns && rows > UINT64_MAX / sizeof(struct icp__cell) / columns)
        return UINT64_MAX;
    return rows * columns * sizeof(struct icp__cell);
}

struct arrays {
    struct icp_str *names, *folded, *keys;
    struct icp__cell *cells;
    uint64_t *hashes;
    uint32_t *seen, *cuts, *rank;
    uint8_t *differed;
};

static bool make_arrays(const struct icp__sample *s, struct icp__table *t, struct arrays *a) {
    size_t rows = s->rows.count, columns = s->columns.count;
    a->names = icp__arena_alloc(&t->arena, columns, sizeof *a->names);
    a->folded = icp__arena_alloc(&t->arena, columns, sizeof *a->folded);
    a->rank = icp__arena_alloc(&t->arena, columns, sizeof *a->rank);
    a->keys = icp__arena_alloc(&t->arena, rows, sizeof *a->keys);
    a->hashes = icp__arena_alloc(&t->arena, rows, sizeof *a->hashes);
    a->seen = icp__arena_alloc(&t->arena, rows, sizeof *a->seen);
    a->cuts = icp__arena_alloc(&t->arena, rows, sizeof *a->cuts);
    a->differed = icp__arena_alloc(&t->arena, rows, 1);
    a->cells = icp__arena_alloc(&t->arena, rows, columns * sizeof *a->cells);
    return a->names && a->folded && a->rank && a->keys && a->hashes && a->seen && a->cuts && a->differed && a->cells;
}

static bool fill_names(const struct icp__sample *s, struct icp__table *t, const struct arrays *a) {
    for (size_t i = 0; i < s->columns.count; i++) {
        uint32_t id = s->columns.order[i];
        const struct icp__known_column *known = &s->columns.items[id];
        a->rank[id] = (uint32_t)i;
        a->names[i] = (struct icp_str){icp__arena_copy(&t->arena, known->name.data, known->name.size), known->name.size};
        a->folded[i] = (struct icp_str){icp__arena_copy(&t->arena, known->folded.data, known->folded.size), known->folded.size};
        if (!a->names[i].data || !a->folded[i].data)
            return false;
        if (id == s->key_id)
            t->key_column = a->names[i];
    }
    return true;
}

static void fill_row(const struct icp__sample *s, struct icp__table *t, const struct arrays *a, size_t i) {
    const struct icp__row *row = icp__rows_at(&s->rows, s->rows.refs[i].offset);
    struct icp__cell *cells = a->cells + i * s->columns.count;
    const char *at = icp__row_cells(row);
    memset(cells, 0, s->columns.count * sizeof *cells);
    for (uint32_t c = 0; c < row->filled; c++) {
        uint32_t id;
        struct icp_str v;
        at = icp__row_next(at, &id, &v);
        cells[a->rank[id]] = (struct icp__cell){v.data, v.size};
    }
    a->hashes[i] = row->hash;
    a->keys[i] = icp__row_key(row);
    a->seen[i] = row->seen;
    a->cuts[i] = row->cuts;
    a->differed[i] = row->differed != 0;
    t->cells_cut += row->cuts;
}

static icp_status fill_table(struct icp__sample *s, struct icp__table *t, struct icp_error *err) {
    struct arrays a;
    if (!compact(s, true))
        return icp__no_memory(err);
    if (icp__table_cell_bytes(s->rows.count, s->columns.count) > s->ctx->options.max_memory)
        return icp__fail(err, ICP_E_LIMIT, "%llu rows of %llu columns are more than the context's max_memory", (unsigned long long)s->rows.count,
                         (unsigned long long)s->columns.count);
    if (!make_arrays(s, t, &a) || !fill_names(s, t, &a))
        return icp__no_memory(err);
    for (size_t i = 0; i < s->rows.count; i++)
        fill_row(s, t, &a, i);
    t->columns = (uint32_t)s->columns.count;
    t->rows = s->rows.count;
    t->names = a.names, t->folded = a.folded, t->keys = a.keys, t->cells = a.cells;
    t->hashes = a.hashes, t->seen = a.seen, t->cuts = a.cuts, t->differed = a.differed;
    t->rows_read = s->rows_read;
    t->rows_without_key = s->rows_without_key;
    /* The bytes change hands: cells and keys point into them. */
    t->store = s->rows.store;
    s->rows.store = NULL;
    return ICP_OK;
}

icp_status icp__sample_finish(struct icp__sample *s, struct icp__table **out, struct icp_error *err) {
    struct icp__table *t = icp__calloc(s->ctx, 1, sizeof *t);
    if (!t)
        return icp__no_memory(err);
    t->ctx = icp_context_ref(s->ctx);
    icp__arena_init(&t->arena, s->ctx);
    icp_status status = fill_table(s, t, err);
    if (status) {
        icp__table_free(t);
        return status;
    }
    reset(s);
    *out = t;
    return ICP_OK;
}

void icp__table_free(struct icp__table *t) {
    if (!t)
        return;
    icp_context *c = t->ctx;
    icp__arena_free(&t->arena);
    icp__free(c, t->store);
    icp__free(c, t);
    icp_context_unref(c);
}

int64_t icp__table_find(const struct icp__table *t, uint64_t hash, struct icp_str key) {
    uint64_t lo = 0, hi = t->rows;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        if (t->hashes[mid] < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < t->rows && t->hashes[lo] == hash; lo++)
        if (t->keys[lo].size == key.size && memcmp(t->keys[lo].data, key.data, key.size) == 0)
            return (int64_t)lo;
    return -1;
}
