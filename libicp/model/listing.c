/* SPDX-License-Identifier: MIT */
/* Adds our own columns to rows of lists and universes: what was found out about them outlives what may not be stored. */
#include "model/listing.h"

static const char *const own[] = {ICP__OWN_KEY, ICP__OWN_NAME, ICP__OWN_HOST};
enum { OWN = 3 };

icp_status icp__listing_init(struct icp__listing *g, const struct icp__customers *l, struct icp_error *err) {
    *g = (struct icp__listing){.list = l, .key = -1};
    icp__arena_init(&g->arena, l->ctx);
    g->facts = icp__alloc(l->ctx, 1, sizeof *g->facts);
    if (!g->facts)
        return icp__no_memory(err);
    g->facts->name.forms = 0;
    g->facts->raw_name.size = 0;
    g->facts->domain.use = ICP__DOMAIN_NONE;
    g->facts->year = 0;
    return ICP_OK;
}

void icp__listing_free(struct icp__listing *g) {
    icp_context *c = g->list->ctx;
    if (g->from)
        icp__layout_unref(g->from);
    if (g->to)
        icp__layout_unref(g->to);
    if (g->cells)
        icp__free(c, g->cells);
    if (g->facts)
        icp__free(c, g->facts);
    icp__arena_free(&g->arena);
}

static struct icp__layout *widen(icp_context *c, const struct icp__layout *from) {
    struct icp__cell *names = icp__alloc(c, (size_t)from->columns + OWN, sizeof *names);
    if (!names)
        return NULL;
    for (uint32_t i = 0; i < from->columns; i++)
        names[i] = (struct icp__cell){from->names[i].data, from->names[i].size};
    for (uint32_t i = 0; i < OWN; i++)
        names[from->columns + i] = (struct icp__cell){own[i], strlen(own[i])};
    struct icp__layout *to = icp__layout_new(c, from->columns + OWN, names);
    icp__free(c, names);
    return to;
}

static void facts_of(const struct icp__customers *l, const icp_batch *b, int32_t key, struct icp__fact_columns *out) {
    *out = (struct icp__fact_columns){.names = 0};
    if (!l->exact_keys)
        icp__fact_columns_find(b->layout->folded, b->layout->names, b->layout->columns, l->protect,
                               l->reference->key_form == ICP_KEY_HOST ? key : -1, out);
}

bool icp__listing_lacks(const struct icp__listing *g, const icp_batch *b, bool lax) {
    struct icp__fact_columns columns;
    if (b->layout == g->from || !icp__key_column_absent(b->layout, g->list->key))
        return false;
    facts_of(g->list, b, -1, &columns);
    return !lax || !icp__fact_columns_any(&columns);
}

icp_status icp__listing_layout(struct icp__listing *g, const icp_batch *b, bool lax, struct icp_error *err) {
    const struct icp__customers *l = g->list;
    if (b->layout == g->from)
        return ICP_OK;
    struct icp__fact_columns columns;
    uint32_t key = 0;
    bool absent = icp__key_column_absent(b->layout, l->key) && !icp__listing_lacks(g, b, lax);
    icp_status s = absent ? ICP_OK : icp__key_column(b->layout, l->key, b->source, &key, err);
    int32_t at = absent ? -1 : (int32_t)key;
    if (s)
        return s;
    facts_of(l, b, at, &columns);
    struct icp__layout *to = widen(l->ctx, b->layout);
    if (!to)
        return icp__no_memory(err);
    if (g->from)
        icp__layout_unref(g->from);
    if (g->to)
        icp__layout_unref(g->to);
    g->from = icp__layout_ref(b->layout);
    g->to = to;
    g->columns = columns;
    g->key = at;
    return ICP_OK;
}

struct icp_str icp__listing_key(const struct icp__listing *g, const struct icp__cell *row, char scratch[256]) {
    if (g->key < 0)
        return (struct icp_str){"", 0};
    struct icp_str key = icp__key_of(&row[g->key], g->list->reference->key_form, scratch);
    if (icp__own_column(key))
        key.size = 0; /* no system's id, and it would pass for one of ours */
    return key;
}

icp_status icp__listing_keep(struct icp__listing *g, const struct icp__cell *row, struct icp_str key, struct icp_error *err) {
    icp_context *c = g->list->ctx;
    const struct icp__facts *f = g->facts;
    uint32_t columns = g->from->columns, wide = columns + OWN;
    if (g->kept > SIZE_MAX / sizeof *g->cells / wide - 1 || !icp__grow(c, &g->cells, &g->cap, (size_t)(g->kept + 1) * wide, sizeof *g->cells))
        return icp__no_memory(err);
    struct icp__cell *to = g->cells + g->kept++ * wide;
    memcpy(to, row, columns * sizeof *row);
    memset(to + columns, 0, OWN * sizeof *to);
    char *mine = key.size ? icp__arena_copy(&g->arena, key.data, key.size) : NULL;
    char *host = f->domain.use == ICP__DOMAIN_COMPANY ? icp__arena_copy(&g->arena, f->domain.text, f->domain.size) : NULL;
    if ((key.size && !mine) || (f->domain.use == ICP__DOMAIN_COMPANY && !host))
        return icp__no_memory(err);
    if (mine)
        to[columns] = (struct icp__cell){mine, key.size};
    if (f->raw_name.size)
        to[columns + 1] = (struct icp__cell){f->raw_name.data, f->raw_name.size};
    if (host)
        to[columns + 2] = (struct icp__cell){host, f->domain.size};
    return ICP_OK;
}

struct icp_str icp__listing_make_key(struct icp__listing *g) {
    const struct icp__facts *f = g->facts;
    bool site = f->domain.use == ICP__DOMAIN_COMPANY;
    size_t n = f->raw_name.size, size = 1 + n + (site ? f->domain.size + (n ? 3u : 0u) : 0u), at = 1;
    if (size == 1 || size > ICP__CELL_MAX)
        return (struct icp_str){"", 0};
    char *key = icp__arena_alloc(&g->arena, size, 1);
    if (!key)
        return (struct icp_str){NULL, 0};
    key[0] = ICP__OWN_COLUMN;
    memcpy(key + at, f->raw_name.data, n);
    at += n;
    if (site) {
        if (n)
            memcpy(key + at, " <", 2), at += 2;
        memcpy(key + at, f->domain.text, f->domain.size);
        at += f->domain.size;
        if (n)
            key[at++] = '>';
    }
    return (struct icp_str){key, at};
}

icp_status icp__listing_flush(struct icp__listing *g, const icp_batch *b, struct icp__sample *to, struct icp_error *err) {
    struct icp_batch part = {.refs = 1, .ctx = b->ctx, .layout = g->to, .rows = g->kept, .first_row = b->first_row,
                             .cells = g->cells, .source = b->source};
    icp_status s = g->kept ? icp__sample_add(to, &part, err) : ICP_OK;
    g->kept = 0;
    icp__arena_free(&g->arena);
    return s;
}
