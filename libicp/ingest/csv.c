/* SPDX-License-Identifier: MIT */
/* CSV as it really comes: the dialect, the header, batches of rows, footers. */
#include "base/text.h"
#include "ingest/reader.h"
#include "ingest/scan.h"

#define SNIFF_ROWS 32
/* Held rows, with the blank lines between them, take no more memory than this. */
#define HELD_BYTES_MAX (4 << 20)

/* Cells per row of the first rows under one delimiter, outside quotes. Returns the number of rows that ended. */
static uint32_t count_cells(const char *p, const char *end, bool eof, char delimiter, uint32_t cells[SNIFF_ROWS]) {
    uint32_t rows = 0, n = 1;
    bool quoted = false, fresh = true;
    const char *row = p;
    for (; p < end && rows < SNIFF_ROWS; p++) {
        if (*p == '"' && (quoted || fresh)) {
            quoted = !quoted;
            fresh = true; /* a quote right after a closing quote opens again */
        } else if (quoted) {
            continue;
        } else if (*p == '\n' || *p == '\r') {
            if (p != row) cells[rows++] = n;
            row = p + 1, n = 1, fresh = true;
        } else {
            fresh = *p == delimiter;
            n += fresh;
        }
    }
    if (eof && p == end && p != row && rows < SNIFF_ROWS) cells[rows++] = n;
    return rows;
}

/* The delimiter under which most rows have as many cells as the first; the one that cuts finer where two agree. */
static int find_delimiter(const icp_reader *r) {
    static const char candidates[] = {',', ';', '\t', '|'};
    int best = -1;
    uint64_t best_same = 0, best_rows = 1;
    uint32_t best_cells = 1;
    for (size_t i = 0; i < sizeof candidates; i++) {
        uint32_t cells[SNIFF_ROWS], same = 0;
        const uint32_t rows = count_cells(r->pos, r->end, r->eof, candidates[i], cells);
        if (!rows || cells[0] < 2) continue;
        for (uint32_t k = 0; k < rows; k++) same += cells[k] == cells[0];
        const uint64_t left = same * best_rows, right = best_same * rows;
        if (left < right || (left == right && cells[0] <= best_cells)) continue;
        best = candidates[i], best_same = same, best_rows = rows, best_cells = cells[0];
    }
    return best;
}

/* Spreadsheets write `sep=;` as a first line for each other. */
static bool take_separator(icp_reader *r) {
    const char *p = r->pos;
    const size_t n = (size_t)(r->end - p);
    if (n < 6 || memcmp(p, "sep=", 4) || (p[5] != '\n' && p[5] != '\r') || !strchr(",;\t| ", p[4])) return false;
    r->delimiter = (unsigned char)p[4];
    icp__reader_take(r, r->pos + (n > 6 && p[5] == '\r' && p[6] == '\n' ? 7 : 6));
    r->line++;
    return true;
}

/* At the end of the input the last row may lack its line end. */
static void seal(icp_reader *r) {
    if (!r->eof || r->sealed) return;
    r->sealed = true;
    if (r->end > r->pos && r->end[-1] != '\n' && r->end[-1] != '\r') *r->end++ = '\n';
}

/* Undoes the quotes inside a cell, in place; true = text followed the closing quote. */
static bool unquote_cell(struct icp__cell *cell, char *data) {
    char *to = data;
    const char *p = data, *end = data + cell->size;
    while (p < end) {
        if (*p != '"') {
            *to++ = *p++;
        } else if (p + 1 < end && p[1] == '"') {
            *to++ = '"';
            p += 2;
        } else {
            const size_t rest = (size_t)(end - p) - 1;
            memmove(to, p + 1, rest);
            cell->size = (size_t)(to - data) + rest;
            return true;
        }
    }
    cell->size = (size_t)(to - data);
    return false;
}

static void unquote(icp_reader *r, const struct icp__csv_pass *p, uint64_t cells) {
    for (size_t i = 0; i < p->dirty_count && p->dirty[i] < cells; i++) {
        struct icp__cell *c = &p->cells[p->dirty[i]];
        r->counts.damaged += unquote_cell(c, r->slab->block + (c->data - r->slab->block));
    }
}

static struct icp__csv_pass new_pass(icp_reader *r, struct icp__slab *s, uint32_t columns, uint64_t max_rows) {
    struct icp__csv_pass p = {.ctx = r->ctx, .end = r->end, .eof = r->eof, .delimiter = r->delimiter,
                              .columns = columns, .max_rows = max_rows, .cells = s->batch.cells, .lines = s->lines};
    p.dirty = r->dirty;
    p.dirty_cap = r->dirty_cap;
    p.lone_is_data = r->lone_is_data;
    p.now.pos = r->pos;
    p.now.line = r->line;
    return p;
}

static struct icp__place open_place(const icp_reader *r, const struct icp__csv_pass *p, uint64_t row) {
    struct icp__place place = icp__reader_place(r, p->open, p->open_line);
    if (row) place.row = (int64_t)row;
    place.column = (int64_t)p->open_column;
    if (r->layout && p->open_column <= r->layout->columns) place.field = r->layout->names[p->open_column - 1];
    return place;
}

/* The pass could not go on: more bytes, or an error. row 0 = the header. */
static icp_status pass_stopped(icp_reader *r, const struct icp__csv_pass *p, enum icp__csv_stop stop, uint64_t row,
                               size_t *want,
                               struct icp_error *err) {
    const struct icp__place place = open_place(r, p, row);
    const unsigned long long limit = stop == ICP__CSV_COLUMNS ? r->ctx->options.max_columns : r->ctx->options.max_cell;
    if (stop == ICP__CSV_MEMORY) return icp__no_memory(err);
    if (stop == ICP__CSV_COLUMNS) return icp__fail_at(err, ICP_E_LIMIT, &place, "more than %llu columns", limit);
    if (stop == ICP__CSV_CELL) return icp__fail_at(err, ICP_E_LIMIT, &place, "cell is larger than %llu bytes", limit);
    if (r->eof) return icp__fail_at(err, ICP_E_FORMAT, &place, "the quote that begins here is never closed");
    return icp__reader_longer(r, &place, (size_t)(r->end - p->open), want, err);
}

static void keep_dirty(icp_reader *r, const struct icp__csv_pass *p) {
    r->dirty = p->dirty;
    r->dirty_cap = p->dirty_cap;
}

/* Reads the header into the cells of the slab: once to count, once to keep. */
static icp_status read_header(icp_reader *r, struct icp__slab *s, struct icp__csv_pass *p, struct icp_error *err) {
    size_t want = 0;
    for (;;) {
        seal(r);
        if (!icp__reader_reserve(r, s, 0, 1)) return icp__no_memory(err);
        *p = new_pass(r, s, 0, 1);
        const enum icp__csv_stop stop = icp__csv_rows(p);
        if (p->now.rows) break;
        if (stop == ICP__CSV_OUT && r->eof && p->now.pos == r->end) {
            const struct icp__place place = icp__reader_place(r, r->pos, r->line);
            return icp__fail_at(err, ICP_E_FORMAT, &place, "no header: the file holds only blank lines");
        }
        icp_status st = pass_stopped(r, p, stop, 0, &want, err);
        if (!st) st = icp__reader_fill(r, s, want, err);
        if (st) return st;
    }
    const uint64_t columns = p->header_cells;
    if (!icp__reader_reserve(r, s, columns, 1)) return icp__no_memory(err);
    *p = new_pass(r, s, (uint32_t)columns, 1);
    const enum icp__csv_stop stop = icp__csv_rows(p);
    keep_dirty(r, p);
    return p->now.rows ? ICP_OK : pass_stopped(r, p, stop, 0, &want, err);
}

icp_status icp__csv_open(icp_reader *r, int32_t delimiter, struct icp_error *err) {
    struct icp__slab *s = r->slab;
    if (delimiter) r->delimiter = delimiter;
    else if (!take_separator(r)) r->delimiter = find_delimiter(r);
    struct icp__csv_pass p;
    icp_status st = read_header(r, s, &p, err);
    if (st) return st;
    struct icp__layout *layout = NULL;
    unquote(r, &p, p.columns);
    if (p.high) st = icp__reader_encode(r, s, p.columns, r->pos, p.now.pos, err);
    if (!st) {
        layout = icp__layout_new(r->ctx, p.columns, p.cells);
        if (!layout) st = icp__no_memory(err);
    }
    if (!st) {
        const struct icp__place place = icp__reader_place(r, r->pos, s->lines[0]);
        st = icp__layout_unique(layout, &place, err);
    }
    if (st) {
        icp__layout_unref(layout);
        return st;
    }
    r->layout = layout;
    r->counts.rows.blank = p.now.tally.blank;
    r->line = p.now.line;
    icp__reader_take(r, p.now.pos);
    return ICP_OK;
}

/* Texts that stand in the first cell of footers, folded; a trailing blank = more may follow. */
static bool footer_words(const struct icp__cell *cell) {
    static const char *const words[] = {"total",         "totals",        "grand total",  "grand totals", "sum",
                                        "generated by ", "generated on ", "generated at ", "copyright ",   "\xc2\xa9 ",
                                        "confidential",  "confidential ", "exported by ", "exported on ",
                                        "report generated "};
    char text[64];
    const struct icp_str cut = icp__trim(cell->data ? cell->data : "", cell->size);
    const size_t n = icp__fold_value(cut.data, cut.size < 32 ? cut.size : 32, text, sizeof text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t w = strlen(words[i]);
        const bool open = words[i][w - 1] == ' ';
        if (n >= w && !memcmp(text, words[i], w) && (open || (n == w && cut.size <= 32))) return true;
    }
    return false;
}

/* How many of the held rows at the end of the input are data. A footer begins with the first row of which the file
 * itself says that it is none: a lone cell where no data row was cut so short, a row behind a blank one, or the words
 * of a footer. */
static uint32_t held_data(const icp_reader *r, const struct icp__csv_pass *p) {
    uint32_t empty = 0;
    bool blank = false;
    if (!r->rows && !p->before.rows) return p->held; /* there is no data that it could stand below */
    for (uint32_t i = 0; i < p->held; i++) {
        const struct icp__cell *cell = p->cells + (p->before.rows + i) * p->columns;
        if (p->kind[i] & ICP__HELD_AFTER_BLANK) blank = true;
        if (p->kind[i] & ICP__HELD_EMPTY) {
            blank = true, empty++;
            continue;
        }
        if (blank || (p->kind[i] & ICP__HELD_LONE && !p->lone_is_data) || footer_words(cell)) return i - empty;
        empty = 0;
    }
    return p->held;
}

static void count_footers(icp_reader *r, const struct icp__csv_pass *p, uint32_t data, struct icp__csv_mark *mark) {
    for (uint32_t i = data; i < p->held; i++) {
        const uint64_t row = p->before.rows + i;
        const struct icp__cell *cell = p->cells + row * p->columns;
        if (!cell[p->columns - 1].data) mark->tally.short_rows--;
        r->counts.footers++;
        if (r->footer_size || !cell->size) continue;
        r->counts.footer_line = p->lines[row];
        r->footer_size = icp__utf8_cut(cell->data, cell->size, sizeof r->footer_text);
        memcpy(r->footer_text, cell->data, r->footer_size);
    }
    mark->rows = p->before.rows + data;
}

/* Which rows of the pass to give out. */
static struct icp__csv_mark choose(icp_reader *r, struct icp__csv_pass *p, bool out) {
    r->lone_is_data = p->lone_is_data;
    if (p->held > ICP__FOOTER_MAX) {
        r->no_footers = true;
        return p->now.rows >= p->max_rows ? p->full : p->now;
    }
    if (p->now.rows - p->held >= p->max_rows) return p->full;
    if (!p->held) return p->now;
    if (!r->eof || !out) return p->before;
    /* Decided once, by the whole run: a batch may take only a part of it. */
    if (!r->footers_known) r->footer_row = r->rows + p->before.rows + held_data(r, p);
    r->footers_known = true;
    const uint32_t data = (uint32_t)(r->footer_row - r->rows - p->before.rows);
    if (p->before.rows + data > p->max_rows) return p->full;
    struct icp__csv_mark mark = p->now;
    count_footers(r, p, data, &mark);
    return mark;
}

static void add_tally(struct icp__csv_tally *to, const struct icp__csv_tally *t) {
    to->short_rows += t->short_rows;
    to->long_rows += t->long_rows;
    to->extra += t->extra;
    to->blank += t->blank;
}

static icp_status give(icp_reader *r, struct icp__slab *s, const struct icp__csv_pass *p,
                       const struct icp__csv_mark *mark,
                       struct icp_error *err) {
    const char *from = r->pos;
    s->batch.rows = mark->rows;
    unquote(r, p, mark->rows * p->columns);
    const icp_status st = p->high ? icp__reader_encode(r, s, mark->rows * p->columns, from, mark->pos, err) : ICP_OK;
    if (st) return st;
    add_tally(&r->counts.rows, &mark->tally);
    r->line = mark->line;
    icp__reader_take(r, mark->pos);
    return ICP_OK;
}

icp_status icp__csv_next(icp_reader *r, struct icp__slab **out, struct icp_error *err) {
    const uint32_t columns = r->layout->columns;
    uint64_t max_rows = ICP__READER_CELLS / columns;
    if (max_rows > r->rows_per_batch) max_rows = r->rows_per_batch;
    struct icp__slab *s = icp__reader_slab(r);
    if (!s || !icp__reader_reserve(r, s, (max_rows + ICP__FOOTER_MAX + 2) * columns, max_rows + ICP__FOOTER_MAX + 2))
        return icp__no_memory(err);
    size_t want = r->want;
    for (;;) {
        icp_status st = icp__reader_fill(r, s, want, err);
        if (st) return st;
        seal(r);
        struct icp__csv_pass p = new_pass(r, s, columns, max_rows);
        p.watch = columns >= 3 && !r->no_footers;
        const enum icp__csv_stop stop = icp__csv_rows(&p);
        keep_dirty(r, &p);
        const bool out_of_bytes = stop == ICP__CSV_OUT && p.now.pos == r->end;
        const struct icp__csv_mark mark = choose(r, &p, out_of_bytes);
        if (mark.rows) {
            const size_t used = (size_t)(mark.pos - r->pos);
            st = give(r, s, &p, &mark, err);
            icp__reader_adapt(r, used, stop == ICP__CSV_FULL);
            *out = s;
            return st;
        }
        if (out_of_bytes && r->eof) {
            s->batch.rows = 0;
            return give(r, s, &p, &mark, err);
        }
        if (!p.held && p.now.pos != r->pos) {
            st = give(r, s, &p, &mark, err); /* blank lines */
            want = r->want;
        } else if (p.held && r->end - p.before.pos > HELD_BYTES_MAX) {
            r->no_footers = true;
        } else if (out_of_bytes) {
            want = (size_t)(r->end - r->pos) * 2 + ICP__READER_FIRST;
        } else {
            st = pass_stopped(r, &p, stop, r->rows + p.now.rows + 1, &want, err);
        }
        if (st) return st;
    }
}
