/* SPDX-License-Identifier: MIT */
/* Tables in memory for tests of datasets, and a dataset opened from them. */
#pragma once
#include "reading.h"
#include <icp/dataset.h>
#include <stdarg.h>
#include <stdio.h>

enum { MEMORY_TABLES = 12 };

struct memory_table {
    icp_context *c;
    char name[64];
    struct icp__bytes text;
};
struct memory_set {
    icp_context *c;
    struct memory_table table[MEMORY_TABLES];
    uint32_t count;
};

static inline icp_status memory_open(void *user, struct icp_source *out, struct icp_error *err) {
    struct memory_table *t = user;
    return icp_source_from_memory(t->c, t->text.data, t->text.size, out, err);
}

static inline struct icp__bytes *memory_add(struct memory_set *s, const char *name) {
    ck_assert_uint_lt(s->count, MEMORY_TABLES);
    struct memory_table *t = &s->table[s->count++];
    t->c = s->c;
    snprintf(t->name, sizeof t->name, "%s", name);
    icp__bytes_init(&t->text, s->c);
    return &t->text;
}

static inline void memory_put(struct memory_set *s, const char *name, const char *text) { icp__bytes_text(memory_add(s, name), text); }

static inline void line(struct icp__bytes *b, const char *format, ...) {
    char text[512];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    icp__bytes_text(b, text);
    icp__bytes_text(b, "\n");
}

static inline icp_status memory_dataset(struct memory_set *s, const struct icp_dataset_options *o, icp_dataset **out, struct icp_error *err) {
    struct icp_table t[MEMORY_TABLES];
    memset(t, 0, sizeof t);
    for (uint32_t i = 0; i < s->count; i++) {
        t[i].struct_size = sizeof t[i];
        t[i].name = s->table[i].name, t[i].name_size = strlen(s->table[i].name);
        t[i].user = &s->table[i], t[i].open = memory_open;
    }
    return icp_dataset_open(s->c, t, s->count, o, NULL, out, err);
}

static inline void memory_free(struct memory_set *s) {
    for (uint32_t i = 0; i < s->count; i++) icp__bytes_free(&s->table[i].text);
    s->count = 0;
}
