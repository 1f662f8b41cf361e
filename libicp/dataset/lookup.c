/* SPDX-License-Identifier: MIT */
/* Loading of lookup tables and finding rows in them. */
#include "dataset/lookup.h"
#include "dataset/walk.h"

static size_t bytes_of(const struct icp__look *l) {
    return icp__keys_bytes(&l->keys) + icp__keys_bytes(&l->normals) + l->arena.total +
           l->cap * l->member->schema->columns * sizeof *l->cell;
}

size_t icp__looks_bytes(const struct icp__looks *l) {
    size_t n = 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (l->look[i].member) n += bytes_of(&l->look[i]);
    return n;
}

static bool add_normal(struct icp__look *l, struct icp_str key, uint32_t row) {
    struct icp_str form;
    bool added;
    if (!icp__match_key(key, true, &l->room, &form)) return false;
    if (!form.size) return true;
    const uint32_t at = icp__keys_add(&l->normals, form.data, form.size, icp__keys_hash(&l->normals, form.data, form.size), &added);
    if (at != ICP__NO_KEY) l->normals.key[at].value = added ? row + 1 : 0;
    return at != ICP__NO_KEY;
}

static bool add_row(struct icp__look *l, const struct icp__walk *w, struct icp_str key, bool normalised, bool *added) {
    const uint32_t columns = l->member->schema->columns;
    const uint32_t at = icp__keys_add(&l->keys, key.data, key.size, icp__keys_hash(&l->keys, key.data, key.size), added);
    if (at == ICP__NO_KEY) return false;
    if (!*added) return true;
    if (columns && (l->rows + 1) > SIZE_MAX / columns / sizeof *l->cell) return false;
    if (l->rows == l->cap) {
        size_t cap = l->cap;
        if (!icp__grow(l->keys.ctx, &l->cell, &cap, l->rows + 1, sizeof *l->cell * columns)) return false;
        l->cap = cap;
    }
    for (uint32_t c = 0; c < columns; c++) {
        struct icp_str *out = &l->cell[l->rows * columns + c], cell = {NULL, 0};
        const uint8_t part = l->member->column[c].part;
        if (part != ICP__PART_SKIP && part != ICP__PART_PROTECTED) cell = icp__walk_cell(w, c);
        cell.size = icp__utf8_cut(cell.data, cell.size, ICP__CELL_MAX);
        *out = (struct icp_str){NULL, 0};
        if (!cell.size) continue;
        out->data = icp__arena_copy(&l->arena, cell.data, cell.size);
        out->size = cell.size;
        if (!out->data) return false;
    }
    l->keys.key[at].value = (uint32_t)++l->rows;
    return !normalised || add_normal(l, key, (uint32_t)l->rows - 1);
}

static icp_status load(struct icp__looks *all, struct icp__look *l, const struct icp__plan *p, const struct icp__target *t,
                       uint64_t limit, struct icp__met *met, struct icp_error *err) {
    struct icp__walk w = {.d = NULL};
    bool more = true, added = true;
    icp_status st = icp__walk_open(&w, p->d, t->member, err);
    /* A table that is looked up by two columns is counted once. */
    const bool count = met->rows == 0;
    while (!st && !(st = icp__walk_next(&w, &more, err)) && more) {
        const struct icp_str key = icp__walk_key(&w, t->column);
        if (count) met->rows++, met->without_key += key.size == 0;
        if (!key.size) continue;
        if (!add_row(l, &w, key, t->normalised, &added)) st = icp__no_memory(err);
        else if (count && !added) met->duplicates++;
        if (!st && (l->rows & 255) == 1 && icp__looks_bytes(all) > limit)
            st = icp__fail(err, ICP_E_LIMIT, "table \"%.*s\" is looked up and takes more than a sixteenth of max_memory (%llu bytes)",
                           (int)(l->member->name.size < 64 ? l->member->name.size : 64), l->member->name.data, (unsigned long long)limit);
    }
    icp__walk_close(&w);
    return st;
}

icp_status icp__looks_load(struct icp__looks *l, const struct icp__plan *p, uint64_t limit, struct icp__met *met, struct icp_error *err) {
    struct icp__looks all = {p->d->ctx, icp__calloc(p->d->ctx, p->looks, sizeof *all.look), p->looks};
    icp_status st = all.look ? ICP_OK : icp__no_memory(err);
    for (uint32_t i = 0; !st && i < p->looks; i++) {
        struct icp__look *one = &all.look[i];
        one->member = icp__plan_member(p, p->look[i].member);
        icp__keys_init(&one->keys, all.ctx);
        icp__keys_init(&one->normals, all.ctx);
        icp__bytes_init(&one->room, all.ctx);
        icp__arena_init(&one->arena, all.ctx);
        st = load(&all, one, p, &p->look[i], limit, &met[p->look[i].member], err);
    }
    if (st) icp__looks_free(&all);
    else *l = all;
    return st;
}

void icp__looks_free(struct icp__looks *l) {
    for (uint32_t i = 0; l->look && i < l->count; i++) {
        struct icp__look *one = &l->look[i];
        if (!one->member) continue;
        icp__keys_free(&one->keys);
        icp__keys_free(&one->normals);
        icp__arena_free(&one->arena);
        icp__bytes_free(&one->room);
        icp__free(l->ctx, one->cell);
    }
    if (l->ctx) icp__free(l->ctx, l->look);
    memset(l, 0, sizeof *l);
}

uint32_t icp__look_find(struct icp__look *l, struct icp_str key, bool *no_memory) {
    struct icp_str form;
    uint32_t at = icp__keys_find(&l->keys, key.data, key.size, icp__keys_hash(&l->keys, key.data, key.size));
    if (at != ICP__NO_KEY) return l->keys.key[at].value - 1;
    if (!l->normals.count) return ICP__NO_KEY;
    if (!icp__match_key(key, true, &l->room, &form)) {
        *no_memory = true;
        return ICP__NO_KEY;
    }
    at = icp__keys_find(&l->normals, form.data, form.size, icp__keys_hash(&l->normals, form.data, form.size));
    return at == ICP__NO_KEY || !l->normals.key[at].value ? ICP__NO_KEY : l->normals.key[at].value - 1;
}
