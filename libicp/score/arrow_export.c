/* SPDX-License-Identifier: MIT */
/* A result as a record batch of Arrow. */
#include "score/arrow_export.h"

/* Schemas of all columns lie in one block with their names, but each child counts for itself: a consumer may move one away. */
struct types {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct ArrowSchema child[ICP__SHOWN_MOST], item[ICP__SHOWN_MOST];
    struct ArrowSchema *children[ICP__SHOWN_MOST], *items[ICP__SHOWN_MOST];
    char names[ICP__SHOWN_MOST][40];
};
struct columns {
    icp_context *ctx;
    const void *no_validity;
    struct ArrowArray child[ICP__SHOWN_MOST];
    struct ArrowArray *children[ICP__SHOWN_MOST];
};

static void release_type(struct ArrowSchema *s) {
    struct types *t = s->private_data;
    for (int64_t i = 0; i < s->n_children; i++)
        if (s->children[i]->release) s->children[i]->release(s->children[i]);
    s->release = NULL;
    if (atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1) return;
    icp_context *c = t->ctx;
    icp__free(c, t);
    icp_context_unref(c);
}

static void release_columns(struct ArrowArray *a) {
    struct columns *k = a->private_data;
    icp_context *c = k->ctx;
    for (int64_t i = 0; i < a->n_children; i++)
        if (a->children[i]->release) a->children[i]->release(a->children[i]);
    a->release = NULL;
    icp__free(c, k);
    icp_context_unref(c);
}

static struct ArrowSchema type_of(struct types *t, const char *format, const char *name) {
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return (struct ArrowSchema){.format = format, .name = name, .flags = ARROW_FLAG_NULLABLE, .release = release_type, .private_data = t};
}

static void describe(struct types *t, uint32_t count, const struct icp__shown *shown, struct ArrowSchema *out) {
    static const char *const formats[] = {[ICP__SHOWN_INT32] = "i", [ICP__SHOWN_INT64] = "l", [ICP__SHOWN_LABEL] = "u",
                                          [ICP__SHOWN_TEXT] = "u", [ICP__SHOWN_LIST] = "+l", [ICP__SHOWN_WITHOUT] = "i"};
    for (uint32_t i = 0; i < count; i++) {
        memcpy(t->names[i], shown[i].name, sizeof t->names[i]);
        t->child[i] = type_of(t, formats[shown[i].kind], t->names[i]);
        t->children[i] = &t->child[i];
        if (shown[i].kind != ICP__SHOWN_LIST) continue;
        t->item[i] = type_of(t, "i", "item");
        t->items[i] = &t->item[i];
        t->child[i].n_children = 1;
        t->child[i].children = &t->items[i];
    }
    *out = type_of(t, "+s", "");
    out->flags = 0;
    out->n_children = count;
    out->children = t->children;
}

static struct types *types_new(icp_context *c) {
    struct types *t = icp__alloc(c, 1, sizeof *t);
    if (!t) return NULL;
    atomic_init(&t->refs, 0);
    t->ctx = icp_context_ref(c);
    return t;
}

static icp_status copy(icp_context *c, const struct icp__page *p, uint32_t count, const struct icp__shown *shown, struct ArrowArray *out, struct icp_error *err) {
    struct columns *k = icp__alloc(c, 1, sizeof *k);
    if (!k) return icp__no_memory(err);
    icp_status st = ICP_OK;
    struct ArrowArray a = {.length = (int64_t)p->rows, .n_buffers = 1, .buffers = &k->no_validity, .children = k->children, .release = release_columns, .private_data = k};
    k->ctx = icp_context_ref(c);
    k->no_validity = NULL;
    for (uint32_t i = 0; i < count && !st; i++) {
        st = icp__shown_array(c, p, &shown[i], &k->child[i], err);
        if (st) break;
        k->children[i] = &k->child[i];
        a.n_children++;
    }
    if (st) a.release(&a);
    else *out = a;
    return st;
}

icp_status icp_result_export(const icp_result *r, struct ArrowSchema *schema, struct ArrowArray *array, struct icp_error *err) {
    struct icp__shown shown[ICP__SHOWN_MOST];
    if (!r || !schema || !array) return icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    if (r->current < 0) return icp__fail(err, ICP_E_STATE, "no batch was scored into this result");
    const struct icp__page *p = &r->pages[r->current];
    const uint32_t count = icp__shown_columns(p, shown);
    struct types *t = types_new(r->ctx);
    if (!t) return icp__no_memory(err);
    const icp_status st = copy(r->ctx, p, count, shown, array, err);
    if (!st) {
        describe(t, count, shown, schema);
        return ICP_OK;
    }
    icp__free(r->ctx, t);
    icp_context_unref(r->ctx);
    return st;
}
