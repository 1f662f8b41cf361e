/* SPDX-License-Identifier: MIT */
/* What the tests of fitting share: texts that grow, one-line fits, model bytes. */
#pragma once
#include "check_main.h"
#include "counting.h"
#include "world.h"
#include <stdarg.h>

struct text {
    char *data;
    size_t size;
};
__attribute__((format(printf, 2, 3))) static inline void text_add(struct text *t, const char *format, ...) {
    va_list list;
    t->data = realloc(t->data, t->size + 4096);
    va_start(list, format);
    t->size += (size_t)vsnprintf(t->data + t->size, 4096, format, list);
    va_end(list);
}
static inline icp_context *context(void) {
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}
static inline icp_fit *fit_new(icp_context *c, icp_reference *r, const struct icp_fit_options *o) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f;
    world_must(icp_fit_new(c, r, NULL, o, &f, &e), &e);
    return f;
}
static inline icp_status add(icp_context *c, icp_fit *f, const char *csv, int universe, struct icp_error *e) {
    icp_reader *r = world_reader(c, csv, strlen(csv), 7);
    icp_status s = universe ? icp_fit_add_universe(f, r, NULL, e) : icp_fit_add_customers(f, r, NULL, e);
    icp_reader_free(r);
    return s;
}
static inline void must_add(icp_context *c, icp_fit *f, const char *csv, int universe) {
    struct icp_error e = {.struct_size = sizeof e};
    world_must(add(c, f, csv, universe, &e), &e);
}
static inline icp_model *fit_run(icp_fit *f) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_model *m;
    world_must(icp_fit_run(f, NULL, &m, &e), &e);
    return m;
}
static inline icp_buffer *model_bytes(icp_context *c, icp_model *m) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_buffer *b = NULL;
    world_must(icp_sink_to_memory(c, &sink, &b, &e), &e);
    world_must(icp_model_save(m, &sink, &e), &e);
    return b;
}
static inline int same_bytes(icp_buffer *a, icp_buffer *b) {
    struct icp_str x, y;
    icp_buffer_data(a, &x);
    icp_buffer_data(b, &y);
    return x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
}
static inline struct icp_model_info info_of(icp_model *m) {
    struct icp_model_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_model_describe(m, &i, NULL), ICP_OK);
    return i;
}
static inline struct icp_trait trait_of(icp_model *m, const char *id) {
    struct icp_trait t = {.struct_size = sizeof t};
    int32_t at = icp_model_find_trait(m, ICP_LAYER_FIT, id, strlen(id));
    if (at < 0)
        ck_abort_msg("no trait %s", id);
    ck_assert_int_eq(icp_model_trait(m, (uint32_t)at, &t, NULL), ICP_OK);
    return t;
}
/* Companies [from, to) of an endless list that does not depend on where one starts; `only` NULL = all, else those of an industry. */
static inline struct text companies(int from, int to, const char *only) {
    static const char *const industry[] = {"fintech", "retail", "mining", "health", "energy"}, *const land[] = {"DE", "FR", "US"};
    struct text t = {NULL, 0};
    uint64_t s = 99;
    text_add(&t, "key,industry,employees,country\n");
    for (int i = 0; i < to; i++) {
        int k = world_below(&s, 5), size = 10 + world_below(&s, 990), l = world_below(&s, 3);
        if (i >= from && (!only || strcmp(only, industry[k]) == 0))
            text_add(&t, "k%05d,%s,%d,%s\n", i, industry[k], size, land[l]);
    }
    return t;
}
/* The keys of the first n rows of such a list. */
static inline struct text keys_of(const struct text *rows, int n) {
    struct text t = {NULL, 0};
    const char *p = rows->data ? rows->data + strcspn(rows->data, "\n") + 1 : "";
    text_add(&t, "key\n");
    for (int i = 0; i < n && *p; i++, p += strcspn(p, "\n") + 1)
        text_add(&t, "%.*s\n", (int)strcspn(p, ","), p);
    return t;
}
