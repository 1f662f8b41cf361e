/* SPDX-License-Identifier: MIT */
/* The union of the columns of all files of a sample: one folded name, one column. */
#include "ingest/columns.h"
#include "ingest/protect.h"

void icp__columns_init(struct icp__columns *u, icp_context *c) {
    memset(u, 0, sizeof *u);
    u->ctx = c;
    icp__arena_init(&u->arena, c);
}

void icp__columns_free(struct icp__columns *u) {
    icp__free(u->ctx, u->items);
    icp__free(u->ctx, u->order);
    icp__arena_free(&u->arena);
    icp__columns_init(u, u->ctx);
}

static size_t find(const struct icp__columns *u, struct icp_str folded, bool *found) {
    size_t lo = 0, hi = u->count;
    *found = false;
    while (lo < hi && !*found) {
        size_t mid = lo + (hi - lo) / 2;
        int c = icp__str_compare(u->items[u->order[mid]].folded, folded);
        if (c == 0)
            *found = true, lo = mid;
        else if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool icp__columns_add(struct icp__columns *u, struct icp_str folded, struct icp_str name, uint32_t *id) {
    bool found;
    size_t at = find(u, folded, &found);
    if (found) {
        struct icp__known_column *known = &u->items[u->order[at]];
        *id = u->order[at];
        if (icp__str_compare(name, known->name) >= 0)
            return true;
        const char *copy = icp__arena_copy(&u->arena, name.data, name.size);
        if (copy)
            known->name = (struct icp_str){copy, name.size};
        return copy != NULL;
    }
    const char *own_folded = icp__arena_copy(&u->arena, folded.data, folded.size);
    const char *own_name = icp__arena_copy(&u->arena, name.data, name.size);
    if (!own_folded || !own_name || !icp__grow(u->ctx, &u->items, &u->item_cap, u->count + 1, sizeof *u->items) ||
        !icp__grow(u->ctx, &u->order, &u->order_cap, u->count + 1, sizeof *u->order))
        return false;
    u->items[u->count] = (struct icp__known_column){
        {own_folded, folded.size}, {own_name, name.size}, icp__is_phone_column(folded.data, folded.size)};
    memmove(u->order + at + 1, u->order + at, (u->count - at) * sizeof *u->order);
    *id = u->order[at] = (uint32_t)u->count++;
    return true;
}
