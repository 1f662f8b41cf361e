/* SPDX-License-Identifier: MIT */
/* JSON lines: objects to rows, members to columns as they come. */
#include "base/hash.h"
#include "base/text.h"
#include "ingest/json_scan.h"
#include "ingest/reader.h"
#include "ingest/scan.h"

#define NAME_MAX_BYTES 1024
#define FOLDED_MAX_BYTES 4096
#define STRIDE_FIRST 16u

enum outcome {
    ROW_DONE,
    ROW_WRONG, /* scan.error at scan.p; NULL = the text ends too early */
    ROW_SPLIT, /* the batch has no room for another column: this row begins the next one */
    ROW_MORE,  /* the block ends inside the row */
    ROW_END,   /* nothing follows */
    ROW_FAILED /* walk.status, already told */
};

struct walk {
    icp_reader *r;
    struct icp__slab *slab;
    struct icp__json_scan scan;
    uint64_t rows; /* whole ones in the slab */
    uint64_t max_rows;
    uint32_t stride;
    uint32_t expected; /* column that comes next if this row is like the last */
    uint64_t stamp;
    uint64_t duplicates;
    enum outcome outcome;
    icp_status status;
    struct icp_error *err;
};

static struct icp__place place_at(const icp_reader *r, const char *at, uint64_t row) {
    uint64_t line = r->line;
    const char *start = NULL;
    for (const char *p = r->pos; p < at; p++)
        if (*p == '\n' || (*p == '\r' && p[1] != '\n')) line++, start = p + 1;
    struct icp__place place = icp__reader_place(r, at, line);
    place.row = (int64_t)row;
    const int64_t from = start ? icp__reader_place(r, start, 0).byte : (int64_t)r->json.line_start;
    place.column = place.byte - from + 1;
    return place;
}

static bool failed(struct walk *w, icp_status status) {
    w->status = status;
    w->outcome = ROW_FAILED;
    return false;
}

static bool wrong(struct walk *w) {
    w->outcome = ROW_WRONG;
    return false;
}

static bool equal(struct icp_str a, const struct icp__cell *b) {
    return a.size == b->size && (!a.size || !memcmp(a.data, b->data, a.size));
}

static size_t slot_of(const icp_reader *r, struct icp_str text) {
    return icp__hash(text.data, text.size, r->ctx->options.hash_seed) & (r->json.table_size - 1);
}

static int64_t find_name(const icp_reader *r, struct icp_str name) {
    const struct icp__jsonl *j = &r->json;
    if (!j->table_size) return -1;
    for (size_t i = slot_of(r, name); j->table[i]; i = (i + 1) & (j->table_size - 1))
        if (equal(name, &j->names[j->table[i] - 1])) return (int64_t)j->table[i] - 1;
    return -1;
}

static int64_t find_folded(const icp_reader *r, struct icp_str folded) {
    const struct icp__jsonl *j = &r->json;
    if (!j->table_size) return -1;
    for (size_t i = slot_of(r, folded); j->folded[i]; i = (i + 1) & (j->table_size - 1)) {
        const struct icp_str *f = &j->folds[j->folded[i] - 1];
        if (f->size == folded.size && !memcmp(f->data, folded.data, f->size)) return (int64_t)j->folded[i] - 1;
    }
    return -1;
}

static void insert(icp_reader *r, uint32_t *table, struct icp_str text, uint32_t column) {
    size_t i = slot_of(r, text);
    while (table[i]) i = (i + 1) & (r->json.table_size - 1);
    table[i] = column + 1;
}

static bool grow_tables(icp_reader *r) {
    struct icp__jsonl *j = &r->json;
    const size_t size = j->table_size ? j->table_size * 2 : 64;
    uint32_t *names = icp__calloc(r->ctx, size, sizeof *names), *folded = icp__calloc(r->ctx, size, sizeof *folded);
    if (!names || !folded) {
        icp__free(r->ctx, names);
        icp__free(r->ctx, folded);
        return false;
    }
    icp__free(r->ctx, j->table);
    icp__free(r->ctx, j->folded);
    j->table = names, j->folded = folded, j->table_size = size;
    for (uint32_t i = 0; i < j->columns; i++) {
        insert(r, names, (struct icp_str){j->names[i].data, j->names[i].size}, i);
        insert(r, folded, j->folds[i], i);
    }
    return true;
}

/* A column that no row had before. Returns its index, -1 after a failure. */
static int64_t add_name(struct walk *w, struct icp_str name, const char *at) {
    icp_reader *r = w->r;
    struct icp__jsonl *j = &r->json;
    const struct icp__place place = place_at(r, at, r->rows + w->rows + 1);
    const struct icp_str cut = icp__trim(name.data, name.size);
    char folded[FOLDED_MAX_BYTES];
    const size_t n = icp__fold_value(cut.data, cut.size, folded, sizeof folded);
    const int64_t other = find_folded(r, (struct icp_str){folded, n});
    if (other >= 0) {
        failed(w, icp__fail_at(w->err, ICP_E_FORMAT, &place, "columns %u \"%s\" and %u \"%.*s\" have the same name",
                               (unsigned)other + 1, j->names[other].data, j->columns + 1, (int)name.size, name.data));
        return -1;
    }
    if (j->columns >= r->ctx->options.max_columns) {
        failed(w, icp__fail_at(w->err, ICP_E_LIMIT, &place, "more than %llu columns",
                               (unsigned long long)r->ctx->options.max_columns));
        return -1;
    }
    const size_t need = (size_t)j->columns + 1;
    char *copy = icp__arena_copy(&j->arena, name.data, name.size), *fold = icp__arena_copy(&j->arena, folded, n);
    if (!copy || !fold || !icp__grow(r->ctx, &j->names, &j->name_cap, need, sizeof *j->names) ||
        !icp__grow(r->ctx, &j->folds, &j->fold_cap, need, sizeof *j->folds) ||
        !icp__grow(r->ctx, &j->stamp, &j->stamp_cap, need, sizeof *j->stamp) ||
        (need * 2 > j->table_size && !grow_tables(r))) {
        failed(w, icp__no_memory(w->err));
        return -1;
    }
    j->names[j->columns] = (struct icp__cell){copy, name.size};
    j->folds[j->columns] = (struct icp_str){fold, n};
    j->stamp[j->columns] = 0;
    insert(r, j->table, (struct icp_str){copy, name.size}, j->columns);
    insert(r, j->folded, j->folds[j->columns], j->columns);
    return j->columns++;
}

/* Room for one more column in every row of the batch. */
static bool widen(struct walk *w) {
    const uint32_t stride = w->stride * 2;
    if (w->rows && (w->rows + 1) * stride > ICP__READER_CELLS) {
        w->outcome = ROW_SPLIT;
        return false;
    }
    if (!icp__reader_reserve(w->r, w->slab, (w->rows + 1) * stride, w->rows + 1))
        return failed(w, icp__no_memory(w->err));
    struct icp__cell *cells = w->slab->batch.cells;
    for (uint64_t i = w->rows + 1; i-- > 0;) {
        memmove(cells + i * stride, cells + i * w->stride, w->stride * sizeof *cells);
        for (uint32_t k = w->stride; k < stride; k++) cells[i * stride + k] = (struct icp__cell){NULL, 0};
    }
    w->stride = stride;
    if (w->max_rows > ICP__READER_CELLS / stride) w->max_rows = ICP__READER_CELLS / stride;
    if (w->max_rows < w->rows + 1) w->max_rows = w->rows + 1;
    return true;
}

static void forget_change(icp_reader *r, size_t column) {
    for (size_t i = 0; i < r->dirty_count; i++)
        if (r->dirty[i] == column) {
            r->dirty[i] = r->dirty[--r->dirty_count];
            return;
        }
}

/* The column of a name, made if need be; -1 after a failure. */
static int64_t resolve(struct walk *w, struct icp_str name, const char *at) {
    int64_t column = find_name(w->r, name);
    if (column < 0) column = add_name(w, name, at);
    while (column >= 0 && (uint64_t)column >= w->stride)
        if (!widen(w)) return -1;
    return column;
}

static bool is_doubtful(const struct icp__json_text *value) {
    return value->size >= 5 && value->data[-1] != '"' && icp__doubtful_decimals(value->data, value->size);
}

static bool set_cell(struct walk *w, int64_t column, const struct icp__json_text *value) {
    icp_reader *r = w->r;
    struct icp__jsonl *j = &r->json;
    w->expected = (uint32_t)column + 1;
    if (value->size > r->ctx->options.max_cell) {
        struct icp__place place = place_at(r, value->data, r->rows + w->rows + 1);
        place.field = (struct icp_str){j->names[column].data, j->names[column].size};
        return failed(w, icp__fail_at(w->err, ICP_E_LIMIT, &place, "cell is larger than %llu bytes",
                                      (unsigned long long)r->ctx->options.max_cell));
    }
    if (j->stamp[column] == w->stamp) {
        w->duplicates++;
        forget_change(r, (size_t)column);
    }
    j->stamp[column] = w->stamp;
    w->slab->batch.cells[w->rows * w->stride + (uint64_t)column] = (struct icp__cell){value->data, value->size};
    if (!value->escaped && !is_doubtful(value)) return true;
    if (!icp__grow(r->ctx, &r->dirty, &r->dirty_cap, r->dirty_count + 1, sizeof *r->dirty))
        return failed(w, icp__no_memory(w->err));
    r->dirty[r->dirty_count++] = (size_t)column;
    return true;
}

/* Appends a member's name to the path: a.b for b inside a. */
static bool extend_path(struct walk *w, const struct icp__json_text *name) {
    struct icp__bytes *path = &w->r->json.path;
    if (path->size) icp__bytes_text(path, ".");
    const size_t at = path->size;
    const bool valid = icp__utf8_valid(name->data, name->size);
    if (name->size + path->size > NAME_MAX_BYTES) {
        const struct icp__place place = place_at(w->r, name->data, w->r->rows + w->rows + 1);
        return failed(w, icp__fail_at(w->err, ICP_E_LIMIT, &place, "name is longer than %d bytes", NAME_MAX_BYTES));
    }
    char *room = icp__bytes_room(path, name->size * 3);
    if (!room && (name->size || path->failed)) return failed(w, icp__no_memory(w->err));
    uint64_t lone = 0;
    size_t n = 0;
    if (!valid) n = icp__utf8_from_1252(name->data, name->size, room);
    else if (name->size) memcpy(room, name->data, n = name->size);
    if (name->escaped) n = icp__json_unescape(room, n, room, &lone);
    path->size = at + n;
    return true;
}

static bool walk_object(struct walk *w, uint32_t depth);

static bool walk_member(struct walk *w, uint32_t depth) {
    struct icp__json_scan *s = &w->scan;
    struct icp__bytes *path = &w->r->json.path;
    struct icp__json_text name, value;
    const char *at = s->p;
    if (at >= s->end || *at != '"') {
        s->error = at < s->end ? "expected a name in quotes" : NULL;
        return wrong(w);
    }
    if (!icp__json_quoted(s, &name) || !icp__json_take(s, ':', "expected \":\"")) return wrong(w);
    icp__json_blanks(s);
    const size_t outer = path->size;
    const bool nested = s->p < s->end && *s->p == '{';
    const bool plain = !nested && !outer && !name.escaped && w->expected < w->r->json.columns &&
                       equal((struct icp_str){name.data, name.size}, &w->r->json.names[w->expected]);
    if (!plain && !extend_path(w, &name)) return false;
    bool ok = false;
    if (nested) {
        ok = walk_object(w, depth + 1);
    } else if (icp__json_value(s, depth + 1, &value)) {
        const struct icp_str full = {path->size ? path->data : "", path->size};
        const int64_t column = plain ? (int64_t)w->expected : resolve(w, full, at);
        ok = column >= 0 && set_cell(w, column, &value);
    } else {
        wrong(w);
    }
    path->size = outer;
    return ok;
}

static bool walk_object(struct walk *w, uint32_t depth) {
    struct icp__json_scan *s = &w->scan;
    if (depth > ICP__JSON_DEPTH) {
        s->error = "nested deeper than 64";
        return wrong(w);
    }
    if (!icp__json_take(s, '{', "expected \"{\"")) return wrong(w);
    icp__json_blanks(s);
    if (s->p < s->end && *s->p == '}') {
        s->p++;
        return true;
    }
    for (;;) {
        icp__json_blanks(s);
        if (!walk_member(w, depth)) return false;
        icp__json_blanks(s);
        if (s->p < s->end && *s->p == ',') {
            s->p++;
            continue;
        }
        return icp__json_take(s, '}', "expected \",\" or \"}\"") || wrong(w);
    }
}

/* Takes the bytes up to `to`, counting lines. */
static void take(icp_reader *r, char *to) {
    for (char *p = r->pos; p < to; p++) {
        if (*p != '\n' && (*p != '\r' || p[1] == '\n')) continue;
        r->line++;
        r->json.line_start = (uint64_t)icp__reader_place(r, p + 1, 0).byte;
    }
    icp__reader_take(r, to);
}

/* Goes to the next object, past what stands between. ROW_DONE = it begins at r->pos. */
static enum outcome to_object(struct walk *w) {
    icp_reader *r = w->r;
    struct icp__jsonl *j = &r->json;
    const char *error = NULL;
    char *p = r->pos;
    for (; p < r->end && !error; p++) {
        if (icp__is_blank(*p)) {
            r->counts.rows.blank += *p == '\n' && !j->array;
        } else if (j->state == ICP__JSONL_ENDED) {
            error = "text after the array";
        } else if (j->state == ICP__JSONL_AFTER && *p == ',') {
            j->state = ICP__JSONL_COMMA;
        } else if (j->array && *p == ']' && j->state != ICP__JSONL_COMMA) {
            j->state = ICP__JSONL_ENDED;
        } else if (j->state == ICP__JSONL_AFTER) {
            error = "expected \",\" or \"]\"";
        } else {
            break;
        }
    }
    take(r, error ? p - 1 : p);
    w->scan = (struct icp__json_scan){r->pos, r->end, !j->array, error};
    if (error) return ROW_WRONG;
    if (p < r->end) return ROW_DONE;
    if (!r->eof) return ROW_MORE;
    return j->array && j->state != ICP__JSONL_ENDED ? ROW_WRONG : ROW_END;
}

static enum outcome read_row(struct walk *w) {
    icp_reader *r = w->r;
    struct icp__cell *row = w->slab->batch.cells + w->rows * w->stride;
    const enum outcome found = to_object(w);
    if (found != ROW_DONE) return found;
    for (uint32_t i = 0; i < w->stride; i++) row[i] = (struct icp__cell){NULL, 0};
    w->expected = 0;
    w->duplicates = 0;
    w->stamp = ++r->json.next_stamp;
    r->dirty_count = 0;
    r->json.path.size = 0;
    if (!r->json.array) {
        const char *end = memchr(r->pos, '\n', (size_t)(r->end - r->pos));
        if (!end && !r->eof) return ROW_MORE;
        if (end) w->scan.end = end;
    }
    if (!walk_object(w, 1)) {
        const bool early = w->outcome == ROW_WRONG && !w->scan.error;
        return early && r->json.array && !r->eof ? ROW_MORE : w->outcome;
    }
    if (r->json.array) return ROW_DONE;
    icp__json_blanks(&w->scan);
    if (w->scan.p >= w->scan.end) return ROW_DONE;
    w->scan.error = "text after the object";
    return ROW_WRONG;
}

/* Rewrites the cells that need it, where they are: what follows them in the row is not looked at again. */
static void change_cells(struct walk *w, struct icp__cell *row) {
    icp_reader *r = w->r;
    for (size_t i = 0; i < r->dirty_count; i++) {
        struct icp__cell *c = row + r->dirty[i];
        if (!c->data) continue;
        char *own = w->slab->block + (c->data - w->slab->block);
        c->size = own[-1] == '"' ? icp__json_unescape(own, c->size, own, &r->counts.surrogates) : icp__sure_decimals(own, c->size);
    }
}

static void accept_row(struct walk *w) {
    icp_reader *r = w->r;
    struct icp__cell *row = w->slab->batch.cells + w->rows * w->stride;
    char *to = r->pos + (w->scan.p - r->pos);
    w->slab->lines[w->rows++] = r->line;
    r->counts.duplicates += w->duplicates;
    if (r->json.array) {
        take(r, to); /* counts lines, so before line ends appear that were escaped */
        r->json.state = ICP__JSONL_AFTER;
    } else {
        /* A line needs no look at its bytes to be counted. */
        if (to < r->end) to++, r->line++;
        icp__reader_take(r, to);
        r->json.line_start = r->offset;
    }
    change_cells(w, row);
}

static icp_status tell(struct walk *w, enum outcome outcome) {
    icp_reader *r = w->r;
    if (outcome == ROW_FAILED) return w->status;
    const struct icp__place place = place_at(r, w->scan.p, r->rows + w->rows + 1);
    const char *error = w->scan.error;
    if (!error) error = r->json.array ? "the file ends inside the array" : "the line ends inside the object";
    return icp__fail_at(w->err, ICP_E_FORMAT, &place, "%s", error);
}

/* Names and cells as the batch shows them. */
static icp_status give(struct walk *w, uint32_t columns, const char *from) {
    icp_reader *r = w->r;
    struct icp__cell *cells = w->slab->batch.cells;
    for (uint64_t i = 1; i < w->rows && w->stride != columns; i++)
        memmove(cells + i * columns, cells + i * w->stride, columns * sizeof *cells);
    w->slab->batch.rows = w->rows;
    if (!r->layout || r->layout->columns != columns) {
        struct icp__layout *layout = icp__layout_new(r->ctx, columns, r->json.names);
        if (!layout) return icp__no_memory(w->err);
        icp__layout_unref(r->layout);
        r->layout = layout;
    }
    return icp__reader_encode(r, w->slab, w->rows * columns, from, r->pos, w->err);
}

icp_status icp__jsonl_open(icp_reader *r, struct icp_error *err) {
    (void)err;
    struct icp__jsonl *j = &r->json;
    icp__arena_init(&j->arena, r->ctx);
    icp__bytes_init(&j->path, r->ctx);
    j->opened = true;
    j->line_start = r->offset;
    char *p = r->pos;
    while (p < r->end && icp__is_blank(*p)) p++;
    if (p == r->end || *p != '[') return ICP_OK;
    j->array = true;
    take(r, p + 1);
    return ICP_OK;
}

void icp__jsonl_close(icp_reader *r) {
    struct icp__jsonl *j = &r->json;
    if (!j->opened) return;
    icp__free(r->ctx, j->names);
    icp__free(r->ctx, j->folds);
    icp__free(r->ctx, j->table);
    icp__free(r->ctx, j->folded);
    icp__free(r->ctx, j->stamp);
    icp__bytes_free(&j->path);
    icp__arena_free(&j->arena);
}

static enum outcome read_rows(struct walk *w, uint32_t *columns) {
    enum outcome outcome = ROW_DONE;
    while (outcome == ROW_DONE && w->rows < w->max_rows) {
        outcome = read_row(w);
        if (outcome != ROW_DONE) break;
        accept_row(w);
        *columns = w->r->json.columns;
        if (w->rows < w->max_rows &&
            !icp__reader_reserve(w->r, w->slab, (w->rows + 1) * w->stride, w->rows + 1)) {
            w->status = icp__no_memory(w->err);
            outcome = ROW_FAILED;
        }
    }
    return outcome;
}

icp_status icp__jsonl_next(icp_reader *r, struct icp__slab **out, struct icp_error *err) {
    struct icp__slab *s = icp__reader_slab(r);
    if (!s) return icp__no_memory(err);
    uint32_t columns = r->json.columns;
    struct walk w = {.r = r, .slab = s, .err = err, .stride = columns < STRIDE_FIRST ? STRIDE_FIRST : columns};
    w.max_rows = ICP__READER_CELLS / w.stride;
    if (w.max_rows > r->rows_per_batch) w.max_rows = r->rows_per_batch;
    if (!icp__reader_reserve(r, s, w.stride, w.max_rows + 1)) return icp__no_memory(err);
    size_t want = r->want;
    for (;;) {
        icp_status st = icp__reader_fill(r, s, want, err);
        if (st) return st;
        const char *from = r->pos;
        const enum outcome outcome = read_rows(&w, &columns);
        if (w.rows) {
            st = give(&w, columns, from);
            icp__reader_adapt(r, (size_t)(r->pos - from), outcome == ROW_DONE);
            *out = s;
            return st;
        }
        if (outcome == ROW_END) return ICP_OK;
        if (outcome != ROW_MORE) return tell(&w, outcome);
        const struct icp__place place = place_at(r, r->pos, r->rows + 1);
        st = icp__reader_longer(r, &place, 0, &want, err);
        if (st) return st;
    }
}
