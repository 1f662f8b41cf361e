/* SPDX-License-Identifier: MIT */
/* Names of columns, found by exact or folded name. */
#include "ingest/layout.h"
#include "base/hash.h"
#include "base/text.h"

/* Longest form of a folded name that is compared; names beyond it would have to differ earlier. */
#define FOLDED_MAX 4096

static size_t folded_room(size_t n) {
    const size_t room = n > FOLDED_MAX ? FOLDED_MAX : n * ICP__FOLD_GROWTH + 16;
    return room > FOLDED_MAX ? FOLDED_MAX : room;
}

/* The name given to a column without one: `column N`, N from 1. */
static struct icp_str numbered(uint32_t index, char out[24]) {
    char digits[12];
    size_t n = 0, size = 7;
    uint64_t v = (uint64_t)index + 1;
    for (; v; v /= 10) digits[n++] = (char)('0' + v % 10);
    memcpy(out, "column ", 7);
    while (n) out[size++] = digits[--n];
    out[size] = 0;
    return (struct icp_str){out, size};
}

struct icp__layout *icp__layout_new(icp_context *c, uint32_t columns, const struct icp__cell *names) {
    size_t bytes = 0, widest = 0;
    for (uint32_t i = 0; i < columns; i++) {
        const size_t folded = folded_room(names[i].size + 20);
        if (names[i].size > SIZE_MAX / 4 - bytes || folded > SIZE_MAX / 4 - bytes) return NULL;
        bytes += names[i].size + folded + 24; /* 24: room for `column N` and two NULs */
        if (folded > widest) widest = folded;
    }
    const size_t table = sizeof(struct icp__layout) + (size_t)columns * 2 * sizeof(struct icp_str);
    if (bytes > SIZE_MAX / 2 - table) return NULL;
    struct icp__layout *l = icp__alloc(c, 1, table + bytes);
    if (!l) return NULL;
    atomic_init(&l->refs, 1);
    l->ctx = icp_context_ref(c);
    l->columns = columns;
    struct icp_str *folded = l->names + columns;
    char *at = (char *)(l->names + 2 * (size_t)columns);
    for (uint32_t i = 0; i < columns; i++) {
        struct icp_str name = names[i].data ? icp__trim(names[i].data, names[i].size) : (struct icp_str){"", 0};
        char made[24];
        size_t n = icp__fold_value(name.data, name.size, at, folded_room(name.size));
        /* Blank, or made of characters that cannot be seen. */
        if (!n) name = numbered(i, made);
        memcpy(at, name.data, name.size);
        at[name.size] = 0;
        l->names[i] = (struct icp_str){at, name.size};
        at += name.size + 1;
        n = icp__fold_value(name.data, name.size, at, folded_room(name.size));
        at[n] = 0;
        folded[i] = (struct icp_str){at, n};
        at += n + 1;
    }
    l->folded = folded;
    return l;
}

struct icp__layout *icp__layout_ref(struct icp__layout *l) {
    atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
    return l;
}

void icp__layout_unref(struct icp__layout *l) {
    if (!l || atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1) return;
    icp_context *c = l->ctx;
    icp__free(c, l);
    icp_context_unref(c);
}

static bool same(struct icp_str a, struct icp_str b) {
    return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

int32_t icp__layout_find(const struct icp__layout *l, const char *name, size_t size) {
    const struct icp_str wanted = icp__trim(name, size);
    for (uint32_t i = 0; i < l->columns; i++)
        if (same(l->names[i], wanted)) return (int32_t)i;
    char buffer[FOLDED_MAX];
    const struct icp_str folded = {buffer, icp__fold_value(wanted.data, wanted.size, buffer, folded_room(wanted.size))};
    int32_t found = -1;
    for (uint32_t i = 0; i < l->columns; i++) {
        if (!same(l->folded[i], folded)) continue;
        if (found >= 0) return -2;
        found = (int32_t)i;
    }
    return found;
}

icp_status icp__layout_unique(const struct icp__layout *l, const struct icp__place *where, struct icp_error *err) {
    size_t size = 16;
    while (size < (size_t)l->columns * 2) size *= 2;
    uint32_t *table = icp__calloc(l->ctx, size, sizeof *table);
    if (!table) return icp__no_memory(err);
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < l->columns && !st; i++) {
        size_t slot = icp__hash(l->folded[i].data, l->folded[i].size, l->ctx->options.hash_seed) & (size - 1);
        for (; table[slot] && !st; slot = (slot + 1) & (size - 1)) {
            const uint32_t other = table[slot] - 1;
            if (!same(l->folded[other], l->folded[i])) continue;
            struct icp__place place = *where;
            place.column = (int64_t)i + 1;
            place.field = l->names[i];
            st = icp__fail_at(err, ICP_E_FORMAT, &place, "columns %u \"%s\" and %u \"%s\" have the same name",
                              other + 1,
                              l->names[other].data, i + 1, l->names[i].data);
        }
        if (!st) table[slot] = i + 1;
    }
    icp__free(l->ctx, table);
    return st;
}
