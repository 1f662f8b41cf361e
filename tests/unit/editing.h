/* SPDX-License-Identifier: MIT */
/* What the tests of edits and differences share: worlds with a reference and a model, and edits of these. */
#pragma once
#include "fitting.h"

static inline icp_status try_edit(icp_model *m, icp_reference *r, const char *items, icp_model **out, struct icp_error *e) {
    struct text t = {NULL, 0};
    const size_t size = strlen(items) + 100;
    t.data = malloc(size);
    t.size = (size_t)snprintf(t.data, size, "{\"author\":\"Ann\",\"reason\":\"we moved\",\"edits\":[%s]}", items);
    const icp_status s = icp_model_edit(m, r, t.data, t.size, out, e);
    free(t.data);
    return s;
}
static inline icp_model *edited(icp_model *m, icp_reference *r, const char *items) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *out = NULL;
    world_must(try_edit(m, r, items, &out, &e), &e);
    return out;
}
static inline struct icp_trait trait_at(const icp_model *m, uint32_t i) {
    struct icp_trait t = {.struct_size = sizeof t};
    ck_assert_int_eq(icp_model_trait(m, i, &t, NULL), ICP_OK);
    return t;
}
/* Points of the traits of a column times a factor, as items of an edit; NULL = of all columns. */
static inline struct text times(icp_model *m, const char *column, double factor) {
    struct text t = {calloc(1, 1), 0};
    for (uint32_t i = 0; i < info_of(m).traits; i++) {
        const struct icp_trait x = trait_at(m, i);
        if (x.kind == ICP_TRAIT_KNOWN || (column && strcmp(x.column.data, column))) continue;
        text_add(&t, "%s{\"trait\":\"%s\",\"points\":%d}", t.size ? "," : "", x.id.data, (int)(x.points * factor));
    }
    return t;
}
static inline int uses(icp_model *m, const char *column) {
    char id[64];
    snprintf(id, sizeof id, "%s=*", column);
    return icp_model_find_trait(m, ICP_LAYER_FIT, id, strlen(id)) >= 0;
}
/* Half of a world's companies as the reference, and a model of its customers. */
struct half {
    struct world w;
    char *even, *odd, *all, *keys;
    icp_reference *reference;
    icp_model *model;
};
static inline struct half half_new(icp_context *c, uint64_t seed, int rows, int customers, double missing) {
    struct half h = {.w = world_new(seed, rows, customers, missing)};
    h.even = world_csv(&h.w, 0, 2, 0), h.odd = world_csv(&h.w, 1, 2, 0), h.all = world_csv(&h.w, 0, 1, 0), h.keys = world_csv(&h.w, 0, 1, 1);
    h.reference = world_reference(c, h.even);
    h.model = world_fit(c, h.reference, h.keys, h.all, NULL);
    return h;
}
static inline void half_free(struct half *h) {
    icp_model_unref(h->model), icp_reference_unref(h->reference);
    free(h->even), free(h->odd), free(h->all), free(h->keys), world_free(&h->w);
}
