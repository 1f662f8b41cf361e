/* SPDX-License-Identifier: MIT */
/* Matching a layout of columns to the model, once per layout. */
#include "score/scorer.h"

static bool same_names(const struct icp__layout *a, const struct icp__layout *b) {
    if (a->columns != b->columns)
        return false;
    for (uint32_t i = 0; i < a->columns; i++)
        if (a->names[i].size != b->names[i].size || memcmp(a->names[i].data, b->names[i].data, a->names[i].size) != 0)
            return false;
    return true;
}

static icp_status several(const char *source, struct icp_str name, icp_status code, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = source;
    where.field = name;
    return icp__fail_at(err, code, &where, "several columns match '%.*s'", (int)(name.size < 64 ? name.size : 64), name.data);
}

static icp_status find_key(const icp_scorer *s, const struct icp__layout *layout, const char *source, int32_t *out, struct icp_error *err) {
    *out = -1;
    if (s->key.data == NULL)
        return ICP_OK;
    *out = icp__layout_find(layout, s->key.data, s->key.size);
    if (*out == -2 && s->key_asked)
        return several(source, s->key, ICP_E_KEY, err);
    if (*out < 0)
        *out = -1;
    return ICP_OK;
}

static icp_status fill(const icp_scorer *s, struct icp__plan *p, struct icp__layout *layout, const char *source, struct icp_error *err) {
    const icp_model *m = s->model;
    icp_status st = find_key(s, layout, source, &p->key, err);
    p->count = 0;
    p->missing = 0;
    for (uint32_t i = 0; st == ICP_OK && i < m->schema->columns; i++) {
        const struct icp__column *column = &m->schema->column[i];
        struct icp__plan_item *item = &p->items[p->count];
        int32_t cell;
        if (m->slots[i].known == ICP__NONE || icp__model_of_events(m, i))
            continue;
        cell = icp__layout_find(layout, column->name.data, column->name.size);
        if (cell == -2)
            return several(source, column->name, ICP_E_SCHEMA, err);
        if (cell < 0) {
            p->missing += m->slots[i].share;
            continue;
        }
        item->extract = m->extraction->of_kind[column->kind];
        item->column = column;
        item->slot = &m->slots[i];
        item->index = i;
        item->cell = (uint32_t)cell;
        item->tried = item->found = 0;
        p->count++;
    }
    if (st == ICP_OK && p->count == 0 && s->used != 0) {
        struct icp__place where = ICP__NOWHERE;
        where.source = source;
        return icp__fail_at(err, ICP_E_SCHEMA, &where, "none of the model's %u columns is here", s->used);
    }
    return st;
}

icp_status icp__plan_find(icp_scorer *s, struct icp__layout *layout, const char *source, struct icp__plan **out,
                          struct icp_error *err) {
    struct icp__plan fresh = {0}, *p;
    icp_status st;
    if (ICP__LIKELY(s->plans[s->last_plan].layout == layout)) {
        *out = &s->plans[s->last_plan];
        return ICP_OK;
    }
    for (uint32_t i = 0; i < ICP__PLANS; i++) {
        p = &s->plans[i];
        if (p->layout == NULL || (p->layout != layout && !same_names(p->layout, layout)))
            continue;
        if (p->layout != layout) { /* alike: remember the newer, so that its pointer is known next time */
            icp__layout_unref(p->layout);
            p->layout = icp__layout_ref(layout);
        }
        s->last_plan = i;
        *out = p;
        return ICP_OK;
    }
    fresh.items = icp__alloc(s->ctx, (size_t)s->used + 1, sizeof *fresh.items);
    if (fresh.items == NULL)
        return icp__no_memory(err);
    st = fill(s, &fresh, layout, source, err);
    if (st != ICP_OK) {
        icp__free(s->ctx, fresh.items);
        return st;
    }
    p = &s->plans[s->next_plan];
    icp__layout_unref(p->layout);
    icp__free(s->ctx, p->items);
    *p = fresh;
    p->layout = icp__layout_ref(layout);
    s->last_plan = s->next_plan;
    s->next_plan = (s->next_plan + 1) % ICP__PLANS;
    *out = p;
    return ICP_OK;
}

void icp__plans_free(icp_scorer *s) {
    for (uint32_t i = 0; i < ICP__PLANS; i++) {
        icp__layout_unref(s->plans[i].layout);
        icp__free(s->ctx, s->plans[i].items);
    }
}
