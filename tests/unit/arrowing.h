/* SPDX-License-Identifier: MIT */
/* Arrow schemas, arrays and streams made by hand. Every buffer has exactly the bytes it needs, so that sanitizers see one too many; everything
 * that is made and not released is counted. */
#pragma once
#include <icp/arrow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int arrow_live; /* schemas, arrays and streams that nobody released */

static inline void arrow_must(int holds, const char *what) {
    if (holds) return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static inline void arrow_free_type(struct ArrowSchema *s) {
    arrow_must(s->release != NULL, "released twice");
    for (int64_t i = 0; i < s->n_children; i++) {
        if (s->children[i] && s->children[i]->release) s->children[i]->release(s->children[i]);
        free(s->children[i]);
    }
    if (s->dictionary && s->dictionary->release) s->dictionary->release(s->dictionary);
    free(s->dictionary);
    free(s->children);
    free((void *)(uintptr_t)s->format), free((void *)(uintptr_t)s->name);
    s->release = NULL;
    arrow_live--;
}

/* Children are set by the caller. */
static inline struct ArrowSchema *arrow_type(const char *format, const char *name, int children) {
    struct ArrowSchema *s = calloc(1, sizeof *s);
    s->format = strdup(format);
    s->name = name ? strdup(name) : NULL;
    s->flags = ARROW_FLAG_NULLABLE;
    s->n_children = children;
    s->children = children ? calloc((size_t)children, sizeof *s->children) : NULL;
    s->release = arrow_free_type;
    arrow_live++;
    return s;
}

static inline struct ArrowSchema *arrow_type_copy(const struct ArrowSchema *from) {
    struct ArrowSchema *s = arrow_type(from->format, from->name, (int)from->n_children);
    s->flags = from->flags;
    for (int64_t i = 0; i < s->n_children; i++) s->children[i] = arrow_type_copy(from->children[i]);
    if (from->dictionary) s->dictionary = arrow_type_copy(from->dictionary);
    return s;
}

struct arrow_owned {
    int64_t buffers, children; /* as they were made: a test may lie about them */
    const void **buffer;
    struct ArrowArray **child;
    struct ArrowArray *dictionary;
};
static inline void arrow_free_array(struct ArrowArray *a) {
    struct arrow_owned *o = a->private_data;
    arrow_must(a->release != NULL, "released twice");
    for (int64_t i = 0; i < o->children; i++) {
        if (o->child[i] && o->child[i]->release) o->child[i]->release(o->child[i]);
        free(o->child[i]);
    }
    struct ArrowArray *d = o->dictionary ? o->dictionary : a->dictionary;
    if (d && d->release) d->release(d);
    free(d);
    for (int64_t i = 0; i < o->buffers; i++) free((void *)(uintptr_t)o->buffer[i]);
    free(o->buffer), free(o->child), free(o);
    a->release = NULL;
    arrow_live--;
}
static inline struct ArrowArray *arrow_array(int64_t length, int64_t buffers, int64_t children) {
    struct ArrowArray *a = calloc(1, sizeof *a);
    struct arrow_owned *o = calloc(1, sizeof *o);
    o->buffers = buffers, o->children = children;
    o->buffer = calloc((size_t)buffers + 1, sizeof *o->buffer), o->child = calloc((size_t)children + 1, sizeof *o->child);
    *a = (struct ArrowArray){.length = length, .null_count = -1, .n_buffers = buffers, .n_children = children, .buffers = o->buffer, .children = o->child,
                             .release = arrow_free_array, .private_data = o};
    arrow_live++;
    return a;
}
static inline void arrow_put(struct ArrowArray *a, int i, const void *data, size_t size) {
    void *copy = malloc(size ? size : 1);
    if (size) memcpy(copy, data, size);
    free((void *)(uintptr_t)a->buffers[i]);
    a->buffers[i] = copy;
}
/* NULL where a value is none. */
static inline void arrow_validity(struct ArrowArray *a, const uint8_t *none, int64_t n) {
    uint8_t *bits = calloc((size_t)n / 8 + 1, 1);
    for (int64_t i = 0; i < n; i++)
        if (!none[i]) bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << (i % 8));
    arrow_put(a, 0, bits, (size_t)(n + 7) / 8);
    free(bits);
}
static inline struct ArrowArray *arrow_fixed(const void *values, size_t width, int64_t n) {
    struct ArrowArray *a = arrow_array(n, 2, 0);
    arrow_put(a, 1, values, width * (size_t)n);
    return a;
}
/* utf8; NULL = none */
static inline struct ArrowArray *arrow_text(const char *const *cells, int64_t n) {
    struct ArrowArray *a = arrow_array(n, 3, 0);
    int32_t *offsets = calloc((size_t)n + 1, 4);
    uint8_t *none = calloc((size_t)n + 1, 1);
    char *data = NULL;
    for (int64_t i = 0; i < n; i++) {
        const size_t size = cells[i] ? strlen(cells[i]) : 0;
        none[i] = !cells[i];
        data = realloc(data, (size_t)offsets[i] + size + 1);
        if (size) memcpy(data + offsets[i], cells[i], size);
        offsets[i + 1] = offsets[i] + (int32_t)size;
    }
    arrow_validity(a, none, n);
    arrow_put(a, 1, offsets, ((size_t)n + 1) * 4);
    arrow_put(a, 2, data, (size_t)offsets[n]);
    free(offsets), free(none), free(data);
    return a;
}

/* A stream over arrays of one type; takes all of them over. */
struct arrow_stream {
    struct ArrowSchema *type;
    struct ArrowArray *batch[8];
    int count, at, fail_at; /* fail_at: call of get_next that fails, from 1 */
    int fail_schema;
    const char *error;
};
static inline int arrow_stream_schema(struct ArrowArrayStream *s, struct ArrowSchema *out) {
    struct arrow_stream *own = s->private_data;
    if (own->fail_schema) return own->fail_schema;
    struct ArrowSchema *copy = arrow_type_copy(own->type);
    *out = *copy;
    free(copy);
    return 0;
}
static inline int arrow_stream_next(struct ArrowArrayStream *s, struct ArrowArray *out) {
    struct arrow_stream *own = s->private_data;
    if (own->fail_at && own->at + 1 == own->fail_at) return 5;
    memset(out, 0, sizeof *out);
    if (own->at < own->count) {
        *out = *own->batch[own->at];
        free(own->batch[own->at]);
        own->batch[own->at++] = NULL;
    }
    return 0;
}
static inline const char *arrow_stream_error(struct ArrowArrayStream *s) { return ((struct arrow_stream *)s->private_data)->error; }
static inline void arrow_stream_free(struct ArrowArrayStream *s) {
    struct arrow_stream *own = s->private_data;
    arrow_must(s->release != NULL, "released twice");
    own->type->release(own->type);
    free(own->type);
    for (int i = own->at; i < own->count; i++) own->batch[i]->release(own->batch[i]), free(own->batch[i]);
    free(own);
    s->release = NULL;
    arrow_live--;
}
static inline struct ArrowArrayStream arrow_stream(struct ArrowSchema *type) {
    struct arrow_stream *own = calloc(1, sizeof *own);
    own->type = type;
    arrow_live++;
    return (struct ArrowArrayStream){arrow_stream_schema, arrow_stream_next, arrow_stream_error, arrow_stream_free, own};
}
static inline void arrow_stream_add(struct ArrowArrayStream *s, struct ArrowArray *a) {
    struct arrow_stream *own = s->private_data;
    own->batch[own->count++] = a;
}
static inline void arrow_drop_type(struct ArrowSchema *s) { s->release(s), free(s); }

/* Three columns of rows `from` to `from` + n: text, number, list of text; for tests that need any table. */
static inline struct ArrowSchema *arrow_table_type(void) {
    struct ArrowSchema *t = arrow_type("+s", "", 3);
    t->children[0] = arrow_type("u", "key", 0);
    t->children[1] = arrow_type("l", "employees", 0);
    t->children[2] = arrow_type("+l", "tags", 1);
    t->children[2]->children[0] = arrow_type("u", "item", 0);
    return t;
}
static inline struct ArrowArray *arrow_table(int from, int n) {
    struct ArrowArray *t = arrow_array(n, 1, 3);
    const char **keys = calloc((size_t)n + 1, sizeof *keys), **items = calloc((size_t)n * 2 + 1, sizeof *items);
    char *names = calloc((size_t)n + 1, 16);
    int64_t *numbers = calloc((size_t)n + 1, 8);
    int32_t *offsets = calloc((size_t)n + 1, 4);
    for (int i = 0; i < n; i++) {
        char *name = names + 16 * i;
        memcpy(name, "k000000", 8);
        for (int v = from + i, k = 6; k > 0; k--, v /= 10) name[k] = (char)('0' + v % 10);
        keys[i] = name;
        numbers[i] = (from + i) * 7;
        items[2 * i] = name + 5, items[2 * i + 1] = i % 3 ? "caf\xe9" : "b\"c"; /* not UTF-8: must be converted */
        offsets[i + 1] = 2 * (i + 1);
    }
    t->children[0] = arrow_text(keys, n);
    t->children[1] = arrow_fixed(numbers, 8, n);
    t->children[2] = arrow_array(n, 2, 1);
    arrow_put(t->children[2], 1, offsets, ((size_t)n + 1) * 4);
    t->children[2]->children[0] = arrow_text(items, 2 * n);
    free(keys), free(items), free(names), free(numbers), free(offsets);
    return t;
}
