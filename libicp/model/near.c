/* SPDX-License-Identifier: MIT */
/* Keys that differ in case only: reported, never matched, since short ids of some systems differ by case. */
#include "base/hash.h"
#include "base/text.h"
#include "model/customers.h"

static uint64_t fold_hash(struct icp__bytes *scratch, struct icp_str key) {
    size_t cap = key.size * ICP__FOLD_GROWTH + 16;
    scratch->size = 0;
    char *to = icp__bytes_room(scratch, cap);
    return to ? icp__hash(to, icp__fold_value(key.data, key.size, to, cap), 0) : 0;
}

void icp__folded_free(icp_context *c, struct icp__folded *f) {
    if (f->slot)
        icp__free(c, f->slot);
    if (f->hash)
        icp__free(c, f->hash);
    icp__bytes_free(&f->scratch);
}

icp_status icp__folded_make(icp_context *c, const struct icp__table *t, struct icp__folded *f, struct icp_error *err) {
    f->bits = 4;
    while (((uint64_t)1 << f->bits) < 2 * t->rows)
        f->bits++;
    icp__bytes_init(&f->scratch, c);
    f->slot = icp__calloc(c, (size_t)1 << f->bits, sizeof *f->slot);
    f->hash = icp__alloc(c, t->rows + 1, sizeof *f->hash);
    uint64_t mask = ((uint64_t)1 << f->bits) - 1;
    for (uint64_t i = 0; f->slot && f->hash && i < t->rows; i++) {
        f->hash[i] = fold_hash(&f->scratch, t->keys[i]);
        uint64_t at = f->hash[i] & mask;
        while (f->slot[at])
            at = (at + 1) & mask;
        f->slot[at] = (uint32_t)i + 1;
    }
    if (f->slot && f->hash && !f->scratch.failed)
        return ICP_OK;
    icp__folded_free(c, f);
    return icp__no_memory(err);
}

static void note(struct icp__near *n, uint32_t row, struct icp_str key) {
    struct icp_str own = n->table->keys[row], *was = &n->near[row];
    if (icp__str_same(own, key))
        return;
    if (was->data) {
        int cmp = memcmp(key.data, was->data, key.size < was->size ? key.size : was->size);
        if (cmp > 0 || (cmp == 0 && key.size >= was->size))
            return;
    }
    char *copy = icp__arena_copy(n->arena, key.data, key.size);
    if (!copy)
        n->failed = true;
    else
        *was = (struct icp_str){copy, key.size};
}

/* For each row of the table whose folded key is that of `key`. */
void icp__near_note(struct icp__near *n, struct icp__folded *f, struct icp_str key) {
    uint64_t mask = ((uint64_t)1 << f->bits) - 1, hash = fold_hash(&f->scratch, key);
    for (uint64_t at = hash & mask; f->slot[at]; at = (at + 1) & mask)
        if (f->hash[f->slot[at] - 1] == hash)
            note(n, f->slot[at] - 1, key);
    n->failed = n->failed || f->scratch.failed;
}
