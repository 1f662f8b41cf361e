/* SPDX-License-Identifier: MIT */
/* Growing byte strings and the arena. */
#include "base/bytes.h"
#include "base/format.h"

void icp__bytes_init(struct icp__bytes *b, icp_context *c) { *b = (struct icp__bytes){.ctx = c}; }

void icp__bytes_free(struct icp__bytes *b) {
    icp__free(b->ctx, b->data);
    icp__bytes_init(b, b->ctx);
}

/* Room for n more bytes and the NUL. */
static char *reserve(struct icp__bytes *b, size_t n) {
    if (b->failed || n >= SIZE_MAX - b->size || !icp__grow(b->ctx, &b->data, &b->cap, b->size + n + 1, 1)) {
        b->failed = true;
        return NULL;
    }
    return b->data + b->size;
}

void icp__bytes_add(struct icp__bytes *b, const void *data, size_t size) {
    char *at = reserve(b, size);
    if (!at)
        return;
    if (size)
        memcpy(at, data, size);
    at[size] = 0;
    b->size += size;
}

void icp__bytes_text(struct icp__bytes *b, const char *text) { icp__bytes_add(b, text, strlen(text)); }

void icp__bytes_print(struct icp__bytes *b, const char *format, ...) {
    va_list ap, again;
    va_start(ap, format);
    va_copy(again, ap);
    size_t size = icp__format(NULL, 0, format, ap);
    char *at = reserve(b, size);
    if (at) {
        (void)icp__format(at, size, format, again);
        at[size] = 0;
        b->size += size;
    }
    va_end(again);
    va_end(ap);
}

void *icp__bytes_room(struct icp__bytes *b, size_t size) {
    char *at = reserve(b, size);
    if (!at)
        return NULL;
    memset(at, 0, size + 1);
    b->size += size;
    return at;
}

#define ARENA_ALIGN 16u
#define ARENA_FIRST 4096u
#define ARENA_MOST ((size_t)1 << 20)

struct icp__arena_block {
    struct icp__arena_block *next;
    size_t used, cap; /* of the bytes that follow */
};

void icp__arena_init(struct icp__arena *a, icp_context *c) { *a = (struct icp__arena){.ctx = c}; }

/* The caller's allocator may align to less than 16. */
static size_t padding(const struct icp__arena_block *b) {
    uintptr_t at = (uintptr_t)(b + 1) + b->used;
    return (size_t)(-at & (ARENA_ALIGN - 1));
}

static void *take(struct icp__arena_block *b, size_t bytes) {
    size_t skip = padding(b);
    if (b->cap - b->used < skip || b->cap - b->used - skip < bytes)
        return NULL;
    char *p = (char *)(b + 1) + b->used + skip;
    b->used += skip + bytes;
    return p;
}

static struct icp__arena_block *add_block(struct icp__arena *a, size_t bytes) {
    size_t cap = a->blocks ? a->blocks->cap * 2 : ARENA_FIRST;
    if (cap > ARENA_MOST)
        cap = ARENA_MOST;
    bool large = bytes > cap / 2;
    if (large)
        cap = bytes + ARENA_ALIGN;
    struct icp__arena_block *b = icp__alloc(a->ctx, 1, sizeof *b + cap);
    if (!b)
        return NULL;
    b->used = 0;
    b->cap = cap;
    /* A block made for one large piece has no room left: small pieces go on in the block before. */
    struct icp__arena_block **at = large && a->blocks ? &a->blocks->next : &a->blocks;
    b->next = *at;
    *at = b;
    return b;
}

void *icp__arena_alloc(struct icp__arena *a, size_t count, size_t size) {
    if (size && count > SIZE_MAX / 4 / size)
        return NULL;
    size_t bytes = count * size;
    if (!bytes)
        bytes = 1;
    void *p = a->blocks ? take(a->blocks, bytes) : NULL;
    if (!p) {
        struct icp__arena_block *b = add_block(a, bytes);
        p = b ? take(b, bytes) : NULL;
    }
    if (p)
        a->total += bytes;
    return p;
}

char *icp__arena_copy(struct icp__arena *a, const void *data, size_t size) {
    char *p = size < SIZE_MAX ? icp__arena_alloc(a, size + 1, 1) : NULL;
    if (!p)
        return NULL;
    if (size)
        memcpy(p, data, size);
    p[size] = 0;
    return p;
}

void icp__arena_free(struct icp__arena *a) {
    struct icp__arena_block *b = a->blocks;
    while (b) {
        struct icp__arena_block *next = b->next;
        icp__free(a->ctx, b);
        b = next;
    }
    icp__arena_init(a, a->ctx);
}

int icp__str_compare(struct icp_str a, struct icp_str b) {
    size_t n = a.size < b.size ? a.size : b.size;
    int c = n ? memcmp(a.data, b.data, n) : 0;
    return c ? c : a.size < b.size ? -1 : a.size > b.size;
}

void icp__bytes_count(struct icp__bytes *b, uint64_t v) {
    char text[32];
    size_t at = sizeof text, digits = 0;
    do {
        if (digits && digits % 3 == 0) text[--at] = ',';
        text[--at] = (char)('0' + v % 10);
        digits++;
    } while ((v /= 10) > 0);
    icp__bytes_add(b, text + at, sizeof text - at);
}
