/* SPDX-License-Identifier: MIT */
/* A hand-made model with every kind of trait, and random ones. */
#pragma once
#include "base/bytes.h"
#include "model/learned.h"
#include "model/model.h"
#include <check.h>
#include <icp/score.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOY_ID, TOY_INDUSTRY, TOY_TAGS, TOY_EMPLOYEES, TOY_FOUNDED, TOY_ABOUT, TOY_ACTIVE, TOY_COLUMNS };
static const char *const toy_names[TOY_COLUMNS] = {"Id", "Industry", "Tags", "Employees", "Founded", "About", "Active"};
static const char toy_schema_json[] =
    "{\"schema\":1,\"extraction\":1,\"columns\":["
    "{\"name\":\"Id\",\"kind\":\"key\"},"
    "{\"name\":\"Industry\",\"kind\":\"category\",\"family\":\"industry\"},"
    "{\"name\":\"Tags\",\"kind\":\"list\",\"separator\":\";\"},"
    "{\"name\":\"Employees\",\"kind\":\"number\",\"family\":\"size\"},"
    "{\"name\":\"Founded\",\"kind\":\"date\"},"
    "{\"name\":\"About\",\"kind\":\"text\"},"
    "{\"name\":\"Active\",\"kind\":\"boolean\"}]}";

struct toy {
    icp_context *c;
    icp_schema *schema;
    struct icp__learned l;
    struct icp__learned_trait traits[512];
    struct icp__learned_bounds bounds[2];
};

static inline uint64_t toy_random(uint64_t *seed) {
    *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
    return *seed * 0x2545F4914F6CDD1Du >> 32;
}

static inline void toy_start(struct toy *t, icp_context *c) {
    struct icp_error err = {.struct_size = sizeof err};
    memset(t, 0, sizeof *t);
    t->c = c;
    ck_assert_msg(icp_schema_from_json(c, toy_schema_json, sizeof toy_schema_json - 1, &t->schema, &err) == ICP_OK, "%s", err.message);
    t->l.schema = t->schema;
    t->l.traits = t->traits;
    t->l.bounds = t->bounds;
    t->l.layer = ICP_LAYER_FIT;
    t->l.customers = 60;
    t->l.companies = 1000;
    t->l.listed = 10;
    t->l.base_variance = 400000000; /* 20 points, squared */
    memset(t->l.reference_id, 0xAB, 32);
    icp__arena_init(&t->l.arena, c);
    icp__bytes_init(&t->l.summary, c);
    icp__bytes_text(&t->l.summary, "{\"columns\":[]}");
    for (int i = 0; i < 560; i++)
        t->l.spread[0][i] = (uint64_t)i * 3 % 7, t->l.spread[1][i] = (uint64_t)i * 5 % 11;
}

static inline void toy_end(struct toy *t) {
    icp__bytes_free(&t->l.summary);
    icp__arena_free(&t->l.arena);
    icp_schema_unref(t->schema);
}

/* Adds a trait; they must come in order. */
static inline struct icp__learned_trait *toy_trait(struct toy *t, uint32_t column, int32_t kind, const char *text, int32_t points) {
    struct icp__learned_trait *n = &t->traits[t->l.count++];
    ck_assert_uint_le(t->l.count, 512);
    memset(n, 0, sizeof *n);
    n->column = column;
    n->kind = kind;
    n->text = (struct icp_str){icp__arena_copy(&t->l.arena, text, strlen(text)), strlen(text)};
    n->points = points;
    n->weight = points / 10000 > 100 ? 100 : points / 10000 < -100 ? -100 : points / 10000;
    n->customers = 10, n->customers_of = 60, n->reference = 100, n->reference_of = 1000;
    n->variance = kind == ICP_TRAIT_KNOWN ? 0 : 1000000;
    n->square = (uint64_t)((int64_t)points * points);
    n->square_over = n->square / 10; /* k + 1/2 = 10 */
    return n;
}

static inline void toy_range(struct toy *t, uint32_t column, int64_t lo, int64_t hi, int open, int32_t points) {
    struct icp__learned_trait *n = toy_trait(t, column, ICP_TRAIT_RANGE, "", points);
    n->lo.mantissa = lo, n->hi.mantissa = hi;
    n->open_lo = open < 0, n->open_hi = open > 0;
}

/* The model of the known answers. */
static inline void toy_fill(struct toy *t) {
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", -2000);
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, "fintech", 60000);
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, "retail", -40000);
    toy_trait(t, TOY_TAGS, ICP_TRAIT_KNOWN, "", -1000);
    toy_trait(t, TOY_TAGS, ICP_TRAIT_ITEM, "b2b", 20000);
    toy_trait(t, TOY_TAGS, ICP_TRAIT_ITEM, "saas", 30000);
    toy_trait(t, TOY_EMPLOYEES, ICP_TRAIT_KNOWN, "", -3000);
    toy_range(t, TOY_EMPLOYEES, 0, 50, -1, -10000);
    toy_range(t, TOY_EMPLOYEES, 50, 200, 0, 25000);
    toy_range(t, TOY_EMPLOYEES, 200, 0, 1, -15000);
    toy_trait(t, TOY_FOUNDED, ICP_TRAIT_KNOWN, "", -500);
    toy_range(t, TOY_FOUNDED, 10957, 14610, 0, 5000); /* 2000-01-01 to 2010-01-01, both ends closed */
    toy_range(t, TOY_FOUNDED, 14610, 18262, 0, 7000); /* to 2020-01-01 */
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_KNOWN, "", -100);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_WORD, "chain", 1000);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_WORD, "logistics", 9000);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_PHRASE, "cloud native", 13000);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_PHRASE, "supply chain", 11000);
    t->bounds[0] = (struct icp__learned_bounds){TOY_EMPLOYEES, {1, 0}, {5, 3}};
    t->l.bounds_count = 1;
}

static inline icp_model *toy_build(struct toy *t) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_model *m = NULL;
    ck_assert_msg(icp__model_build(t->c, &(struct icp__parts_of_model){.layer = {&t->l}, .layers = 1}, &m, &err) == ICP_OK, "%s", err.message);
    return m;
}

static inline icp_model *toy_model(icp_context *c) {
    struct toy *t = malloc(sizeof *t);
    icp_model *m;
    toy_start(t, c);
    toy_fill(t);
    m = toy_build(t);
    toy_end(t);
    free(t);
    return m;
}

/* The file of a model as a buffer. */
static inline icp_buffer *toy_file(icp_context *c, const icp_model *m) {
    struct icp_sink sink;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(m, &sink, NULL), ICP_OK);
    ck_assert_ptr_nonnull(b);
    return b;
}

/* A batch; cells row by row, the names first; NULL = no value. */
static inline icp_batch *toy_batch(icp_context *c, uint32_t columns, uint64_t rows, const char *const *cells) {
    struct icp_error err = {.struct_size = sizeof err};
    const size_t n = (size_t)(columns * rows);
    int64_t *offsets = malloc((n + 1) * sizeof *offsets);
    uint8_t *valid = calloc(n / 8 + 1, 1);
    char *bytes;
    icp_batch *b = NULL;
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += cells[i] == NULL ? 0 : strlen(cells[i]);
    bytes = malloc(size + 1);
    size = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = cells[i] == NULL ? 0 : strlen(cells[i]);
        offsets[i] = (int64_t)size;
        memcpy(bytes + size, cells[i] == NULL ? "" : cells[i], k);
        size += k;
        if (cells[i] != NULL)
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1u << i % 8);
    }
    offsets[n] = (int64_t)size;
    ck_assert_msg(icp_batch_from_text(c, columns, rows, bytes, offsets, valid, &b, &err) == ICP_OK, "%s", err.message);
    free(bytes), free(offsets), free(valid);
    return b;
}
