/* SPDX-License-Identifier: MIT */
/* Bytes to cells: the loop in which reading CSV spends its time. */
#include "ingest/csv_rows.h"
#include "ingest/scan.h"

struct row {
    struct icp__cell *first, *cell, *last; /* [first, cell) are filled, `last` ends the row's room */
    char *start;
    uint64_t line;
    uint64_t extra, extra_filled;
};

struct quoted {
    size_t size; /* after the opening quote */
    uint64_t lines;
    bool dirty;
};

/* Goes on from `at`, the first match behind an opening quote, to the byte that ends the cell; NULL when the block
 * ends before. */
static const char *quoted_cell(struct icp__scan *s, const char *open, const char *at, int delimiter, struct quoted *q) {
    *q = (struct quoted){0, 0, false};
    for (;; at = icp__scan_next(s)) {
        if (!at) return NULL;
        if (*at == '"') {
            if (at + 1 == s->end) return NULL;
            if (at[1] != '"') break;
            icp__scan_next(s);
            q->dirty = true;
        } else if (*at == '\n' || (*at == '\r' && at[1] != '\n')) {
            q->lines++;
        }
    }
    const char *close = at;
    do {
        at = icp__scan_next(s);
        if (!at) return NULL;
    } while ((unsigned char)*at != delimiter && *at == '"');
    q->size = (size_t)(close - open) - 1;
    if (at != close + 1) {
        q->size = (size_t)(at - open) - 1;
        q->dirty = true;
    }
    return at;
}

static bool add_dirty(struct icp__csv_pass *p, size_t index) {
    if (!icp__grow(p->ctx, &p->dirty, &p->dirty_cap, p->dirty_count + 1, sizeof *p->dirty)) return false;
    p->dirty[p->dirty_count++] = index;
    return true;
}

/* Only the first cell, or none, is filled. */
static bool only_first(const struct row *w) {
    for (const struct icp__cell *c = w->first + 1; c < w->last; c++)
        if (c->size) return false;
    return !w->extra_filled;
}

/* Notes whether the row that just ended may belong to a footer. */
static void hold(struct icp__csv_pass *p, const struct row *w, uint64_t blank_at) {
    if (!only_first(w)) {
        for (uint32_t i = 0; i < p->held && i < ICP__FOOTER_MAX; i++)
            if (p->kind[i] & ICP__HELD_LONE) p->lone_is_data = true;
        p->held = 0;
        return;
    }
    if (!p->held) {
        p->before = p->now;
        p->before.pos = w->start;
        p->before.line = w->line;
    }
    if (p->held > ICP__FOOTER_MAX) return;
    uint8_t kind = 0;
    if (!w->first->size) kind |= ICP__HELD_EMPTY;
    if (w->cell == w->first + 1) kind |= ICP__HELD_LONE;
    if (blank_at == p->now.rows) kind |= ICP__HELD_AFTER_BLANK;
    p->kind[p->held++] = kind;
}

static void count_uneven(struct icp__csv_pass *p, struct row *w) {
    if (w->cell != w->last && p->columns) p->now.tally.short_rows++;
    for (; w->cell < w->last; w->cell++) *w->cell = (struct icp__cell){NULL, 0};
    if (!p->columns) p->header_cells = w->extra;
    else if (w->extra_filled) p->now.tally.long_rows++;
    p->now.tally.extra += w->extra_filled;
}

/* A row is larger than one cell may be: is a cell? */
static bool cells_fit(struct icp__csv_pass *p, const struct row *w) {
    for (struct icp__cell *c = w->first; c < w->cell; c++) {
        if (c->size <= p->ctx->options.max_cell) continue;
        p->open = w->start + (c->data - w->start);
        p->open_column = (uint64_t)(c - w->first) + 1;
        p->open_line = w->line;
        for (const char *s = w->start; s < c->data; s++)
            p->open_line += *s == '\n' || (*s == '\r' && s[1] != '\n');
        return false;
    }
    return true;
}

/* The whole row from w->start to `next`. False = a cell is too large. */
static bool end_row(struct icp__csv_pass *p, struct row *w, char *next, uint64_t line, uint64_t blank_at) {
    if (ICP__UNLIKELY((uint64_t)(next - w->start) > p->ctx->options.max_cell) && !cells_fit(p, w)) return false;
    const bool few = w->cell != w->last;
    if (p->watch) {
        struct icp__cell *cell = w->cell;
        if (few)
            for (struct icp__cell *c = cell; c < w->last; c++) *c = (struct icp__cell){NULL, 0};
        if (!w->first[1].size || p->held) hold(p, w, blank_at);
    }
    if (few || w->extra) count_uneven(p, w);
    p->lines[p->now.rows++] = w->line;
    p->now.pos = w->start = next;
    p->now.line = w->line = line;
    w->first = w->cell = w->last;
    w->last += p->columns;
    w->extra = w->extra_filled = 0;
    if (p->now.rows == p->max_rows) p->full = p->now;
    return true;
}

static enum icp__csv_stop stopped(struct icp__csv_pass *p, const struct row *w, char *open, uint64_t line,
                                  enum icp__csv_stop why) {
    p->open = open;
    p->open_line = line;
    p->open_column = (uint64_t)(w->cell - w->first) + w->extra + 1;
    return why;
}

/* A cell beyond the header. False = beyond the limit too. */
static bool add_extra(struct icp__csv_pass *p, struct row *w, size_t size) {
    if (p->columns + w->extra + 1 > p->ctx->options.max_columns) return false;
    w->extra++;
    w->extra_filled += size != 0;
    return true;
}

static bool ends_cell(char c, int delimiter) { return (unsigned char)c == delimiter || c == '\n' || c == '\r'; }

enum icp__csv_stop icp__csv_rows(struct icp__csv_pass *p) {
    const int delimiter = p->delimiter;
    /* Without a delimiter its needle repeats another one: no byte may stand for "none". */
    struct icp__scan s = icp__scan_start(p->now.pos, p->end, delimiter < 0 ? '\n' : (char)delimiter, '"', '\n', '\r');
    struct row w = {p->cells, p->cells, p->cells + p->columns, p->now.pos, p->now.line, 0, 0};
    struct icp__cell *cell = w.cell, *last = w.last;
    const char *start = w.start;
    uint64_t line = w.line, blank_at = UINT64_MAX;
    enum icp__csv_stop stop = ICP__CSV_OUT;
    for (;;) {
        if (!icp__scan_more(&s)) break;
        const char *at = icp__scan_take(&s);
        unsigned char byte = (unsigned char)*at;
        if (byte == delimiter && ICP__LIKELY(cell != last)) {
            *cell++ = (struct icp__cell){start, (size_t)(at - start)};
            start = at + 1;
            continue;
        }
        const char *data = start;
        size_t size = (size_t)(at - start);
        if (byte == '"') {
            if (at != start) continue;
            data++;
            at = icp__scan_next(&s);
            if (ICP__LIKELY(at && *at == '"' && (unsigned char)at[1] == delimiter && cell != last)) {
                *cell++ = (struct icp__cell){data, (size_t)(at - data)};
                start = at + 2;
                if (ICP__LIKELY(s.mask != 0)) s.mask &= s.mask - 1;
                else icp__scan_next(&s);
                continue;
            }
            if (at && *at == '"' && ends_cell(at[1], delimiter)) {
                size = (size_t)(at - data);
                at = icp__scan_next(&s);
            } else {
                /* A copy, so that the scan itself stays in registers. */
                struct icp__scan copy = s;
                struct quoted q;
                at = quoted_cell(&copy, start, at, delimiter, &q);
                s = copy;
                size = q.size;
                line += at ? q.lines : 0;
                if (at && q.dirty && cell < last && !add_dirty(p, (size_t)(cell - p->cells))) {
                    stop = ICP__CSV_MEMORY;
                    break;
                }
            }
            if (!at) break;
            byte = (unsigned char)*at;
        } else if (at < start) {
            continue; /* the line feed of a pair that has been taken */
        }
        if (byte == '\r' && at + 1 == p->end && !p->eof) break;
        if (at == w.start && byte != delimiter) {
            start = at + 1 + (byte == '\r' && at[1] == '\n');
            w.start = p->now.pos += start - p->now.pos;
            p->now.line = w.line = ++line;
            p->now.tally.blank++;
            blank_at = p->now.rows;
            continue;
        }
        if (cell < last) {
            *cell++ = (struct icp__cell){data, size};
        } else if (!add_extra(p, &w, size)) {
            stop = ICP__CSV_COLUMNS;
            break;
        }
        start = at + 1;
        if (byte == delimiter) continue;
        start += byte == '\r' && *start == '\n';
        w.cell = cell;
        if (!end_row(p, &w, w.start + (start - w.start), ++line, blank_at)) {
            stop = ICP__CSV_CELL;
            break;
        }
        cell = w.cell, last = w.last;
        if (p->now.rows - p->held >= p->max_rows || p->held > ICP__FOOTER_MAX) {
            stop = ICP__CSV_FULL;
            break;
        }
    }
    p->high = s.high != 0;
    if (stop == ICP__CSV_CELL) return stop;
    w.cell = cell;
    return stopped(p, &w, w.start + (start - w.start), line, stop);
}
