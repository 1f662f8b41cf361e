/* SPDX-License-Identifier: MIT */
/* One value of an array, through dictionaries and runs; lists and structs as JSON. */
#include "base/text.h"
#include "ingest/arrow.h"

/* The run that holds index i: the first whose end lies beyond. The check saw that there is one. */
static int64_t run_of(const struct icp__arrow_type *t, const struct ArrowArray *ends, int64_t i) {
    int64_t lo = 0, n = ends->length;
    while (n > 0) {
        const int64_t half = n / 2, at = ends->offset + lo + half;
        int64_t end;
        if (t->bytes == 2) {
            int16_t v;
            memcpy(&v, (const char *)ends->buffers[1] + at * 2, 2);
            end = v;
        } else {
            end = icp__arrow_offset(ends->buffers[1], t->bytes, at);
        }
        if (end <= i) lo += half + 1, n -= half + 1;
        else n = half;
    }
    return lo;
}

/* Only whole numbers up to 64 bits; unsigned ones beyond int64 are below 0, and lie in no dictionary. */
static int64_t index_at(const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t i) {
    const char *p = (const char *)a->buffers[1] + i * t->bytes;
    uint16_t narrow;
    switch (t->bytes) {
    case 1: return t->sign ? *(const int8_t *)p : *(const uint8_t *)p;
    case 2: memcpy(&narrow, p, 2); return t->sign ? (int16_t)narrow : narrow;
    case 4: return t->sign ? icp__arrow_i32(p, 0) : (int64_t)(uint32_t)icp__arrow_i32(p, 0);
    default: return icp__arrow_i64(p, 0);
    }
}

/* *at becomes what stands there; at->type is the null type where nothing does. */
static bool find(struct icp__arrow_fill *f, struct icp__arrow_at *at) {
    static const struct icp__arrow_type nothing = {.kind = ICP__ARROW_NULL};
    for (;;) {
        const struct icp__arrow_type *t = at->type;
        const struct ArrowArray *a = at->array;
        at->index += a->offset;
        if (t->kind == ICP__ARROW_RUNS) {
            *at = (struct icp__arrow_at){&t->child[1], a->children[1], run_of(&t->child[0], a->children[0], at->index)};
            continue;
        }
        if (t->kind == ICP__ARROW_NULL || (a->buffers[0] && !icp__arrow_bit(a->buffers[0], at->index))) return at->type = &nothing, true;
        if (!t->dictionary) return true;
        const int64_t i = index_at(t, a, at->index);
        if (i < 0 || i >= a->dictionary->length) return icp__arrow_wrong(f, ICP_E_FORMAT, "an index lies outside its dictionary");
        *at = (struct icp__arrow_at){t->dictionary, a->dictionary, i};
    }
}

static bool text_at(struct icp__arrow_fill *f, const struct icp__arrow_at *at, struct icp_str *out) {
    const uint8_t bytes = at->type->bytes;
    const void *offsets = at->array->buffers[1], *data = at->array->buffers[2];
    const int64_t from = icp__arrow_offset(offsets, bytes, at->index), to = icp__arrow_offset(offsets, bytes, at->index + 1);
    /* The last offset is all that is known of the size of the text. */
    const int64_t last = icp__arrow_offset(offsets, bytes, at->array->offset + at->array->length);
    if (from < 0 || to < from || to > last) return icp__arrow_wrong(f, ICP_E_FORMAT, "offsets are not ascending");
    if ((uint64_t)(to - from) > f->ctx->options.max_cell) return icp__arrow_full(f);
    if (to > from && !data) return icp__arrow_wrong(f, ICP_E_FORMAT, "a buffer is missing");
    if (to > PTRDIFF_MAX) return icp__arrow_wrong(f, ICP_E_LIMIT, "an array is longer than memory can be");
    *out = (struct icp_str){to > from ? (const char *)data + from : "", (size_t)(to - from)};
    return true;
}

/* 16 bytes: the length, then up to 12 bytes of text, or four of it, the buffer and the place in it. */
static bool view_at(struct icp__arrow_fill *f, const struct icp__arrow_at *at, struct icp_str *out) {
    const struct ArrowArray *a = at->array;
    const char *view = (const char *)a->buffers[1] + at->index * 16;
    const int32_t size = icp__arrow_i32(view, 0), buffer = icp__arrow_i32(view, 2), from = icp__arrow_i32(view, 3);
    if (size < 0) return icp__arrow_wrong(f, ICP_E_FORMAT, "a length is negative");
    if ((uint64_t)size > f->ctx->options.max_cell) return icp__arrow_full(f);
    *out = (struct icp_str){view + 4, (size_t)size};
    if (size <= 12) return true;
    if (buffer < 0 || buffer >= a->n_buffers - 3 || from < 0 || !a->buffers[2 + buffer] ||
        (int64_t)from + size > icp__arrow_i64(a->buffers[a->n_buffers - 1], buffer))
        return icp__arrow_wrong(f, ICP_E_FORMAT, "a text lies outside its buffer");
    out->data = (const char *)a->buffers[2 + buffer] + from;
    return true;
}

static bool fixed_at(struct icp__arrow_fill *f, const struct icp__arrow_at *at, struct icp_str *out) {
    const int64_t size = at->type->size;
    if ((uint64_t)size > f->ctx->options.max_cell) return icp__arrow_full(f);
    *out = (struct icp_str){size ? (const char *)at->array->buffers[1] + at->index * size : "", (size_t)size};
    return true;
}

static bool printed(struct icp__arrow_value *v, enum icp__arrow_form form, size_t n) {
    v->form = n ? form : ICP__ARROW_NOTHING;
    v->text = (struct icp_str){v->room, n};
    return true;
}

bool icp__arrow_value(struct icp__arrow_fill *f, const struct icp__arrow_type *t, const struct ArrowArray *a, int64_t index, struct icp__arrow_value *v) {
    v->at = (struct icp__arrow_at){t, a, index};
    if (!find(f, &v->at)) return false;
    t = v->at.type, a = v->at.array, index = v->at.index;
    v->form = ICP__ARROW_BYTES;
    switch (t->kind) {
    case ICP__ARROW_NULL: return printed(v, ICP__ARROW_NOTHING, 0);
    case ICP__ARROW_TEXT: return text_at(f, &v->at, &v->text);
    case ICP__ARROW_TEXT_VIEW: return view_at(f, &v->at, &v->text);
    case ICP__ARROW_FIXED_TEXT: return fixed_at(f, &v->at, &v->text);
    case ICP__ARROW_LIST: case ICP__ARROW_LIST_VIEW: case ICP__ARROW_FIXED_LIST: case ICP__ARROW_STRUCT: case ICP__ARROW_RUNS:
        v->form = ICP__ARROW_NESTED;
        return true;
    case ICP__ARROW_BOOLEAN:
        v->form = ICP__ARROW_WORD;
        v->text = icp__arrow_bit(a->buffers[1], index) ? (struct icp_str){"true", 4} : (struct icp_str){"false", 5};
        return true;
    default: break;
    }
    const char *p = (const char *)a->buffers[1] + index * t->bytes;
    if (t->kind == ICP__ARROW_WHOLE) return printed(v, ICP__ARROW_WORD, icp__arrow_whole(p, t->bytes, t->sign, v->room));
    if (t->kind == ICP__ARROW_FLOAT) return printed(v, ICP__ARROW_WORD, icp__arrow_float(p, t->bytes, v->room));
    if (t->kind == ICP__ARROW_DECIMAL) return printed(v, ICP__ARROW_WORD, icp__arrow_decimal(p, t->bytes, t->size, v->room));
    return printed(v, t->kind == ICP__ARROW_DURATION ? ICP__ARROW_WORD : ICP__ARROW_QUOTED, icp__arrow_time(p, t, v->room));
}

bool icp__arrow_range(struct icp__arrow_fill *f, const struct icp__arrow_at *at, int64_t *from, int64_t *count) {
    const struct ArrowArray *a = at->array;
    const uint8_t bytes = at->type->bytes;
    if (at->type->kind == ICP__ARROW_FIXED_LIST) {
        *from = at->index * at->type->size, *count = at->type->size;
        return true;
    }
    *from = icp__arrow_offset(a->buffers[1], bytes, at->index);
    if (at->type->kind == ICP__ARROW_LIST_VIEW) {
        *count = icp__arrow_offset(a->buffers[2], bytes, at->index);
    } else {
        const int64_t to = icp__arrow_offset(a->buffers[1], bytes, at->index + 1);
        if (to < *from) return icp__arrow_wrong(f, ICP_E_FORMAT, "offsets are not ascending");
        *count = *from < 0 ? 0 : to - *from;
    }
    if (*from < 0 || *count < 0 || *from > a->children[0]->length || *count > a->children[0]->length - *from)
        return icp__arrow_wrong(f, ICP_E_FORMAT, "a list lies outside its items");
    return true;
}

static bool put(struct icp__arrow_fill *f, const char *s, size_t n) {
    if (n > f->ctx->options.max_cell || f->side->used - f->side->start > f->ctx->options.max_cell - n) return icp__arrow_full(f);
    char *p = icp__side_room(f->side, n);
    if (!p) return icp__arrow_wrong(f, ICP_E_MEMORY, "");
    memcpy(p, s, n);
    f->side->used += n;
    return true;
}

static bool put_escaped(struct icp__arrow_fill *f, const char *s, size_t n) {
    size_t done = 0;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        if (c >= 32 && c != '"' && c != '\\') continue;
        const char code[] = {'\\', 'u', '0', '0', (char)('0' + c / 16), "0123456789abcdef"[c % 16]}, sign[] = {'\\', s[i]};
        if (!put(f, s + done, i - done) || !(c < 32 ? put(f, code, 6) : put(f, sign, 2))) return false;
        done = i + 1;
    }
    return put(f, s + done, n - done);
}

/* Text inside quotes. */
static bool put_text(struct icp__arrow_fill *f, const struct icp__arrow_value *v) {
    if (v->form != ICP__ARROW_BYTES || icp__utf8_valid(v->text.data, v->text.size)) return put_escaped(f, v->text.data, v->text.size);
    if (v->at.type->binary) return icp__arrow_wrong(f, ICP_E_FORMAT, "bytes that are no text (UTF-8)");
    f->converted++;
    for (size_t i = 0; i < v->text.size; i++) {
        char one[4];
        if (!put_escaped(f, one, icp__utf8_from_1252(v->text.data + i, 1, one))) return false;
    }
    return true;
}

static bool put_value(struct icp__arrow_fill *f, const struct icp__arrow_value *v) {
    switch (v->form) {
    case ICP__ARROW_NOTHING: return put(f, "null", 4);
    case ICP__ARROW_WORD: return put(f, v->text.data, v->text.size);
    case ICP__ARROW_NESTED: return icp__arrow_nested(f, &v->at);
    default: return put(f, "\"", 1) && put_text(f, v) && put(f, "\"", 1);
    }
}

/* "key=value": what a map says of one key. */
static bool put_pair(struct icp__arrow_fill *f, const struct icp__arrow_type *pair, const struct ArrowArray *a, int64_t index) {
    struct icp__arrow_value v;
    if (!put(f, "\"", 1)) return false;
    for (uint32_t i = 0; i < 2; i++) {
        if (!icp__arrow_value(f, &pair->child[i], a->children[i], index, &v)) return false;
        if (v.form == ICP__ARROW_NOTHING) continue;
        if ((i && !put(f, "=", 1)) || !put_text(f, &v)) return false;
    }
    return put(f, "\"", 1);
}

static bool put_item(struct icp__arrow_fill *f, const struct icp__arrow_at *list, int64_t index) {
    const struct icp__arrow_type *t = &list->type->child[0];
    const struct ArrowArray *a = list->array->children[0];
    struct icp__arrow_value v;
    if (list->type->pairs) return put_pair(f, t, a, a->offset + index);
    return icp__arrow_value(f, t, a, index, &v) && put_value(f, &v);
}

static bool put_members(struct icp__arrow_fill *f, const struct icp__arrow_at *at) {
    const struct icp__arrow_type *t = at->type;
    for (uint32_t i = 0; i < t->children; i++) {
        struct icp__arrow_value v;
        if (!put(f, i ? ",\"" : "\"", i ? 2 : 1) || !put_escaped(f, t->child[i].name.data, t->child[i].name.size) || !put(f, "\":", 2) ||
            !icp__arrow_value(f, &t->child[i], at->array->children[i], at->index, &v) || !put_value(f, &v))
            return false;
    }
    return true;
}

bool icp__arrow_nested(struct icp__arrow_fill *f, const struct icp__arrow_at *at) {
    int64_t from = 0, count = 0;
    if (at->type->kind == ICP__ARROW_STRUCT) return put(f, "{", 1) && put_members(f, at) && put(f, "}", 1);
    if (!icp__arrow_range(f, at, &from, &count) || !put(f, "[", 1)) return false;
    for (int64_t i = 0; i < count; i++)
        if ((i && !put(f, ",", 1)) || !put_item(f, at, from + i)) return false;
    return put(f, "]", 1);
}
