/* SPDX-License-Identifier: MIT */
/* Readers: opening by content, blocks, recycled batches, encoding, figures. */
#include "ingest/protect.h"
#include "ingest/reader.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/scan.h"

static void slab_destroy(struct icp_batch *b) {
    struct icp__slab *s = (struct icp__slab *)(void *)b;
    icp_context *c = b->ctx;
    icp__layout_unref(b->layout);
    icp__free(c, b->cells);
    icp__free(c, s->block);
    icp__free(c, s->lines);
    icp__free(c, s->side);
    icp__free(c, s);
    icp_context_unref(c);
}

static struct icp__slab *slab_new(icp_reader *r) {
    const size_t n = strlen(r->source);
    struct icp__slab *s = icp__calloc(r->ctx, 1, sizeof *s + n + 1);
    if (!s) return NULL;
    atomic_init(&s->batch.refs, 1);
    s->batch.ctx = icp_context_ref(r->ctx);
    memcpy(s->source, r->source, n + 1);
    s->batch.source = s->source;
    s->batch.destroy = slab_destroy;
    return s;
}

struct icp__slab *icp__reader_slab(icp_reader *r) {
    /* The slab with the unread bytes comes first: then they need not go to another block. */
    if (r->slab && atomic_load_explicit(&r->slab->batch.refs, memory_order_acquire) == 1) return r->slab;
    for (uint32_t i = 0; i < r->pool_count; i++)
        if (atomic_load_explicit(&r->pool[i]->batch.refs, memory_order_acquire) == 1) return r->pool[i];
    struct icp__slab *s = slab_new(r);
    if (!s) return NULL;
    if (r->pool_count < ICP__READER_POOL) return r->pool[r->pool_count++] = s;
    const uint32_t victim = r->pool[0] == r->slab ? 1 : 0;
    icp_batch_unref(&r->pool[victim]->batch);
    return r->pool[victim] = s;
}

/* Gives the slab a block of at least `size` bytes beside the padding, keeping the unread bytes, which move to its
 * front. */
static bool make_room(icp_reader *r, struct icp__slab *s, size_t size) {
    const size_t tail = (size_t)(r->end - r->pos);
    if (size > SIZE_MAX / 2 - ICP__SCAN_PAD) return false;
    if (s->block_cap < size) {
        /* In few sizes, so that blocks of about one size are not made anew for each batch. */
        size_t round = ICP__READER_FIRST;
        while (round < size && round < ICP__READER_BLOCK) round *= 2;
        if (size < round) size = round;
        char *block = icp__alloc(r->ctx, size + ICP__SCAN_PAD, 1);
        if (!block) return false;
        if (tail) memcpy(block, r->pos, tail);
        icp__free(r->ctx, s->block);
        s->block = block;
        s->block_cap = size;
    } else if (tail && r->pos != s->block) {
        memmove(s->block, r->pos, tail);
    }
    r->slab = s;
    r->pos = s->block;
    r->end = s->block + tail;
    return true;
}

icp_status icp__reader_fill(icp_reader *r, struct icp__slab *s, size_t want, struct icp_error *err) {
    const size_t tail = (size_t)(r->end - r->pos);
    if (s == r->slab && s->block && (tail >= want || r->eof)) return ICP_OK;
    if (want < ICP__READER_FIRST) want = ICP__READER_FIRST;
    if (want < tail + 2) want = tail + 2; /* room for the line end that seals the last row */
    if (!make_room(r, s, want)) return icp__no_memory(err);
    if (!r->eof) {
        size_t got = 0;
        const size_t room = want - tail - 1;
        const icp_status st = icp__input_read(r->in, r->end, room, &got, err);
        if (st) return st;
        r->end += got;
        r->bytes += got;
        r->eof = got < room;
    }
    memset(r->end, 0, ICP__SCAN_PAD);
    return ICP_OK;
}

bool icp__reader_reserve(icp_reader *r, struct icp__slab *s, uint64_t cells, uint64_t rows) {
    if (cells > SIZE_MAX / 64 || rows > SIZE_MAX / 64) return false;
    return icp__grow(r->ctx, &s->batch.cells, &s->cell_cap, (size_t)cells + 1, sizeof *s->batch.cells) &&
           icp__grow(r->ctx, &s->lines, &s->line_cap, (size_t)rows + 1, sizeof *s->lines);
}

icp_status icp__reader_longer(icp_reader *r, const struct icp__place *where, size_t cell, size_t *want,
                              struct icp_error *err) {
    const uint64_t max_cell = r->ctx->options.max_cell;
    const uint64_t max_row = max_cell > SIZE_MAX / 16 ? SIZE_MAX / 4 : max_cell < 262144 ? 1048576 : max_cell * 4;
    const size_t held = (size_t)(r->end - r->pos);
    if (cell > max_cell)
        return icp__fail_at(err, ICP_E_LIMIT, where, "cell is larger than %llu bytes", (unsigned long long)max_cell);
    if (held > max_row)
        return icp__fail_at(err, ICP_E_LIMIT, where, "row is larger than %llu bytes", (unsigned long long)max_row);
    uint64_t next = (uint64_t)held * 2 + ICP__READER_FIRST;
    /* No more than what decides whether the cell, or the row, is too large. */
    if (cell > held / 2 && next > held - cell + max_cell + 4096) next = held - cell + max_cell + 4096;
    if (next > max_row + 4096) next = max_row + 4096;
    if (next <= held) next = (uint64_t)held + 4096;
    *want = (size_t)next;
    return ICP_OK;
}

void icp__reader_adapt(icp_reader *r, size_t used, bool full) {
    const size_t next = full ? used + used / 16 + 4096 : r->want * 2;
    r->want = next < ICP__READER_BLOCK ? next : ICP__READER_BLOCK;
}

struct icp__place icp__reader_place(const icp_reader *r, const char *at, uint64_t line) {
    struct icp__place place = ICP__NOWHERE;
    if (*r->source) place.source = r->source;
    place.line = (int64_t)line;
    place.byte = (int64_t)(r->offset + (uint64_t)(at - r->pos));
    return place;
}

void icp__reader_take(icp_reader *r, char *to) {
    r->offset += (uint64_t)(to - r->pos);
    r->pos = to;
}

icp_status icp__reader_encode(icp_reader *r, struct icp__slab *s, uint64_t cells, const char *from, const char *to,
                              struct icp_error *err) {
    if (icp__utf8_valid(from, (size_t)(to - from))) return ICP_OK;
    size_t need = 0;
    for (uint64_t i = 0; i < cells; i++) {
        const struct icp__cell *c = &s->batch.cells[i];
        if (c->size && !icp__utf8_valid(c->data, c->size)) need += c->size * 3;
    }
    if (need && !icp__grow(r->ctx, &s->side, &s->side_cap, need, 1)) return icp__no_memory(err);
    char *at = s->side;
    for (uint64_t i = 0; need && i < cells; i++) {
        struct icp__cell *c = &s->batch.cells[i];
        if (!c->size || icp__utf8_valid(c->data, c->size)) continue;
        c->size = icp__utf8_from_1252(c->data, c->size, at);
        c->data = at;
        at += c->size;
        r->counts.converted++;
    }
    return ICP_OK;
}

/* What the first bytes say; 0 = nothing known against them. */
static icp_status refuse_binary(icp_reader *r, struct icp_error *err) {
    const size_t n = (size_t)(r->end - r->pos);
    struct icp__place place = icp__reader_place(r, r->pos, 1);
    place.line = -1;
    if (!n) return icp__fail_at(err, ICP_E_FORMAT, &place, "empty file");
    if (n >= 2 && (!memcmp(r->pos, "\xff\xfe", 2) || !memcmp(r->pos, "\xfe\xff", 2)))
        return icp__fail_at(err, ICP_E_FORMAT, &place, "UTF-16: save as UTF-8");
    if (n >= 8 && (!memcmp(r->pos, "ICPREF\0\1", 8) || !memcmp(r->pos, "ICPMDL\0\1", 8)))
        return icp__fail_at(err, ICP_E_FORMAT, &place, "binary file: this is %s file, not rows",
                            r->pos[3] == 'R' ? "a reference" : "a model");
    if (n >= 4 && !memcmp(r->pos, "PK\3\4", 4))
        return icp__fail_at(err, ICP_E_FORMAT, &place, "binary file: an archive or a workbook; save the sheet as CSV");
    const char *nul = memchr(r->pos, 0, n);
    if (!nul) return ICP_OK;
    place = icp__reader_place(r, nul, 1);
    place.line = -1;
    return icp__fail_at(err, ICP_E_FORMAT, &place, "binary file");
}

static bool looks_like_json(const char *p, const char *end) {
    while (p < end && icp__is_blank(*p)) p++;
    if (p == end) return false;
    if (*p == '{') return true;
    if (*p++ != '[') return false;
    while (p < end && icp__is_blank(*p)) p++;
    return p < end && (*p == '{' || *p == ']');
}

static icp_status begin(icp_reader *r, const struct icp_reader_options *o, struct icp_error *err) {
    struct icp__slab *s = icp__reader_slab(r);
    if (!s) return icp__no_memory(err);
    icp_status st = icp__reader_fill(r, s, ICP__READER_FIRST, err);
    if (!st) st = refuse_binary(r, err);
    if (st) return st;
    if (r->end - r->pos >= 3 && !memcmp(r->pos, "\xef\xbb\xbf", 3)) {
        icp__reader_take(r, r->pos + 3);
        r->marked = true;
    }
    r->format = o->format;
    if (r->format == ICP_FORMAT_AUTO) r->format = looks_like_json(r->pos, r->end) ? ICP_FORMAT_JSONL : ICP_FORMAT_CSV;
    return r->format == ICP_FORMAT_CSV ? icp__csv_open(r, o->delimiter, err) : icp__jsonl_open(r, err);
}

static icp_status check_options(const struct icp_reader_options *o, struct icp_error *err) {
    if (o->flags || o->reserved) return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags of the reader");
    if (o->format < ICP_FORMAT_AUTO) return icp__fail(err, ICP_E_ARGUMENT, "format %d is negative", (int)o->format);
    if (o->format > ICP_FORMAT_JSONL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "format %d is not known", (int)o->format);
    if (o->delimiter < 0 || o->delimiter > 127 || o->delimiter == '"' || o->delimiter == '\n' || o->delimiter == '\r')
        return icp__fail(err, ICP_E_ARGUMENT, "delimiter %d cannot separate cells", (int)o->delimiter);
    return ICP_OK;
}

static void close_source(struct icp_source *s) {
    if (s && s->close) s->close(s->user);
}

icp_status icp_reader_open(icp_context *c, struct icp_source *s, const struct icp_reader_options *options,
                           icp_reader **out, struct icp_error *err) {
    struct icp_reader_options o;
    icp_status st = ICP_OK;
    if (!c || !s || !out) st = icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    if (!st) st = icp__options(options, 24, &o, sizeof o, err);
    if (!st) st = check_options(&o, err);
    icp_reader *r = st ? NULL : icp__calloc(c, 1, sizeof *r);
    if (!st && !r) st = icp__no_memory(err);
    if (st) {
        close_source(s);
        return st;
    }
    r->ctx = icp_context_ref(c);
    r->rows_per_batch = o.rows_per_batch ? o.rows_per_batch : 4096;
    r->want = ICP__READER_FIRST;
    r->line = 1;
    r->delimiter = -1;
    st = icp__input_open(c, s, &r->in, err);
    if (!st) {
        r->source = icp__input_name(r->in);
        st = begin(r, &o, err);
    }
    if (st) icp_reader_free(r);
    else *out = r;
    return st;
}

icp_status icp__reader_made(icp_context *c, const struct icp__maker *maker, void *made, const char *source, icp_reader **out,
                            struct icp_error *err) {
    icp_reader *r = icp__calloc(c, 1, sizeof *r);
    if (!r) {
        maker->free(made);
        return icp__no_memory(err);
    }
    r->ctx = icp_context_ref(c);
    r->source = source;
    r->maker = maker;
    r->made = made;
    *out = r;
    return ICP_OK;
}

/* Says again what was said at the failure. */
static icp_status fail_again(const icp_reader *r, struct icp_error *err) {
    const struct icp_error *f = &r->failure;
    const struct icp__place place = {*f->source ? f->source : NULL, f->row, f->line, f->column, f->byte,
                                     {f->field, strlen(f->field)}};
    return icp__fail_at(err, f->code, &place, "%s", f->message);
}

static icp_status keep_failure(icp_reader *r, icp_status s, struct icp_error *err) {
    r->failed = true;
    r->failure.code = s;
    return fail_again(r, err);
}

static icp_status next_made(icp_reader *r, icp_batch **out, struct icp_error *err) {
    icp_batch *b = NULL;
    r->failure.struct_size = sizeof r->failure;
    const icp_status st = r->done ? ICP_OK : r->maker->next(r->made, &b, &r->failure);
    if (st) return keep_failure(r, st, err);
    r->done = !b;
    r->rows += b ? b->rows : 0;
    *out = b;
    return ICP_OK;
}

icp_status icp_reader_next(icp_reader *r, icp_batch **out, struct icp_error *err) {
    if (!r || !out) return icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    if (r->failed) return fail_again(r, err);
    if (r->maker) return next_made(r, out, err);
    struct icp__slab *s = NULL;
    if (!r->done) {
        r->failure.struct_size = sizeof r->failure;
        const icp_status st = r->format == ICP_FORMAT_CSV
            ? icp__csv_next(r, &s, &r->failure) : icp__jsonl_next(r, &s, &r->failure);
        if (st) return keep_failure(r, st, err);
    }
    if (!s) {
        r->done = true;
        *out = NULL;
        return ICP_OK;
    }
    struct icp_batch *b = &s->batch;
    if (b->layout != r->layout) {
        icp__layout_unref(b->layout);
        b->layout = icp__layout_ref(r->layout);
    }
    b->first_row = r->rows + 1;
    b->lines = s->lines;
    r->rows += b->rows;
    *out = icp_batch_ref(b);
    return ICP_OK;
}

void icp_reader_free(icp_reader *r) {
    if (!r) return;
    icp_context *c = r->ctx;
    if (r->maker) r->maker->free(r->made);
    for (uint32_t i = 0; i < r->pool_count; i++) icp_batch_unref(&r->pool[i]->batch);
    icp__jsonl_close(r);
    icp__layout_unref(r->layout);
    icp__input_free(r->in);
    icp__free(c, r->dirty);
    icp__free(c, r);
    icp_context_unref(c);
}

static void figure(struct icp__bytes *b, const char *name, uint64_t v) {
    icp__bytes_text(b, ",\"");
    icp__bytes_text(b, name);
    icp__bytes_text(b, "\":");
    icp__json_uint_write(b, v);
}

icp_status icp_reader_stats(const icp_reader *r, icp_buffer **json, struct icp_error *err) {
    if (!r || !json) return icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    const struct icp__counts *n = &r->counts;
    const bool csv = r->format == ICP_FORMAT_CSV;
    struct icp__bytes b;
    icp__bytes_init(&b, r->ctx);
    if (r->maker) {
        icp_status made = r->maker->stats(r->made, r->rows, &b, err);
        if (!made) made = icp__bytes_finish(&b, json, err);
        icp__bytes_free(&b);
        return made;
    }
    icp__bytes_text(&b, csv ? "{\"format\":\"csv\",\"delimiter\":" : "{\"format\":\"jsonl\"");
    if (csv && r->delimiter < 0) icp__bytes_text(&b, "null");
    else if (csv) icp__json_string(&b, &(char){(char)r->delimiter}, 1);
    icp__bytes_text(&b, r->marked ? ",\"byte_order_mark\":true" : ",\"byte_order_mark\":false");
    figure(&b, "columns", r->layout ? r->layout->columns : 0);
    figure(&b, "rows", r->rows);
    figure(&b, "blank_lines", n->rows.blank);
    if (csv) {
        figure(&b, "short_rows", n->rows.short_rows);
        figure(&b, "ragged", n->rows.long_rows);
        figure(&b, "extra_cells", n->rows.extra);
        figure(&b, "damaged_quotes", n->damaged);
        figure(&b, "footers", n->footers);
        if (n->footers) {
            figure(&b, "footer_line", n->footer_line);
            struct icp__bytes scratch;
            icp__bytes_init(&scratch, r->ctx);
            const struct icp_str footer = icp__redact((struct icp_str){r->footer_text, r->footer_size}, false, &scratch);
            icp__bytes_text(&b, ",\"footer\":");
            icp__json_string(&b, footer.data, footer.size);
            b.failed = b.failed || scratch.failed;
            icp__bytes_free(&scratch);
        }
    } else {
        figure(&b, "duplicate_names", n->duplicates);
        figure(&b, "lone_surrogates", n->surrogates);
    }
    figure(&b, "converted_cells", n->converted);
    figure(&b, "bytes", r->bytes);
    icp__bytes_text(&b, "}");
    const icp_status st = icp__bytes_finish(&b, json, err);
    icp__bytes_free(&b);
    return st;
}

uint64_t icp__reader_raw(const icp_reader *r) { return r->maker ? r->maker->raw(r->made) : icp__input_raw(r->in); }

uint64_t icp__reader_hint(const icp_reader *r) { return r->maker ? r->maker->hint(r->made) : icp__input_hint(r->in); }
