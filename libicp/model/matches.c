/* SPDX-License-Identifier: MIT */
/* The report of icp_fit_matches. */
#include "base/json.h"
#include "model/customers.h"
#include "model/sort.h"

#define LISTED 1000u /* keys shown of each list */

enum list { UNMATCHED, AMBIGUOUS, DUPLICATE, NEAR };

struct view {
    const struct icp__customers *list;
    const struct icp__matches *matches;
    const uint32_t *order; /* rows by key bytes */
    bool keys; /* named, not only counted */
    struct icp__bytes *out;
};

static int by_key(const void *arg, uint32_t a, uint32_t b) {
    const struct icp_str *keys = arg;
    size_t n = keys[a].size < keys[b].size ? keys[a].size : keys[b].size;
    int c = memcmp(keys[a].data, keys[b].data, n);
    return c ? c : keys[a].size < keys[b].size ? -1 : keys[a].size > keys[b].size;
}

static bool belongs(const struct view *v, enum list which, uint32_t i) {
    const struct icp__customer *c = &v->matches->customer[i];
    switch (which) {
    case UNMATCHED:
        return c->origin == ICP__NOT_FOUND;
    case AMBIGUOUS:
        return c->ambiguous;
    case DUPLICATE:
        return v->list->given->seen[i] > 1;
    case NEAR:
        return c->near.data != NULL;
    }
    return false;
}

static void write_item(const struct view *v, enum list which, uint32_t i) {
    struct icp_str key = v->list->given->keys[i];
    if (which == NEAR || which == DUPLICATE)
        icp__bytes_text(v->out, "{\"key\":");
    icp__json_string(v->out, key.data, key.size);
    if (which == NEAR) {
        icp__bytes_text(v->out, ",\"found\":");
        icp__json_string(v->out, v->matches->customer[i].near.data, v->matches->customer[i].near.size);
        icp__bytes_text(v->out, "}");
    } else if (which == DUPLICATE) {
        icp__bytes_text(v->out, ",\"rows\":");
        icp__json_uint_write(v->out, v->list->given->seen[i]);
        icp__bytes_text(v->out, v->list->given->differed[i] ? ",\"differ\":true}" : ",\"differ\":false}");
    }
}

static void write_list(const struct view *v, enum list which, const char *name, uint32_t count) {
    icp__bytes_text(v->out, ",\"");
    icp__bytes_text(v->out, name);
    icp__bytes_text(v->out, "\":{\"count\":");
    icp__json_uint_write(v->out, count);
    if (!v->keys) {
        icp__bytes_text(v->out, "}");
        return;
    }
    icp__bytes_text(v->out, ",\"keys\":[");
    uint32_t shown = 0;
    for (uint32_t i = 0; i < v->matches->count && shown < LISTED; i++) {
        if (!belongs(v, which, v->order[i]))
            continue;
        if (shown++)
            icp__bytes_text(v->out, ",");
        write_item(v, which, v->order[i]);
    }
    icp__bytes_text(v->out, "]}");
}

static void write_count(struct icp__bytes *b, const char *name, uint64_t v) {
    icp__bytes_text(b, name);
    icp__json_uint_write(b, v);
}

icp_status icp__matches_write(const struct icp__customers *l, const struct icp__matches *m, bool keys, struct icp__bytes *b,
                              struct icp_error *err) {
    uint32_t *order = icp__alloc(l->ctx, 2 * (size_t)m->count + 1, sizeof *order);
    if (!order)
        return icp__no_memory(err);
    for (uint32_t i = 0; i < m->count; i++)
        order[i] = i;
    if (m->count)
        icp__sort_index(order, m->count, order + m->count, by_key, l->given->keys);
    struct view v = {l, m, order, keys, b};
    write_count(b, "{\"rows\":", l->given ? l->given->rows_read : 0);
    write_count(b, ",\"without_key\":", l->given ? l->given->rows_without_key : 0);
    write_count(b, ",\"customers\":", m->count);
    write_count(b, ",\"matched\":", m->count - m->by_origin[ICP__NOT_FOUND]);
    write_count(b, ",\"in_reference\":", m->by_origin[ICP__FROM_REFERENCE]);
    write_count(b, ",\"in_universe\":", m->by_origin[ICP__FROM_UNIVERSE]);
    write_count(b, ",\"by_own_row\":", m->by_origin[ICP__FROM_LIST]);
    write_list(&v, UNMATCHED, "unmatched", m->by_origin[ICP__NOT_FOUND]);
    write_list(&v, AMBIGUOUS, "ambiguous", m->ambiguous);
    write_list(&v, DUPLICATE, "duplicate", m->duplicate);
    write_list(&v, NEAR, "near", m->near);
    icp__bytes_text(b, "}");
    icp__free(l->ctx, order);
    return b->failed ? icp__no_memory(err) : ICP_OK;
}
