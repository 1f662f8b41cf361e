/* SPDX-License-Identifier: MIT */
/* Generated worlds for property tests: companies as CSV text, customers drawn by a planted profile that differs from seed to seed. */
#pragma once
#include <check.h>
#include <icp/icp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world_row {
    char key[16], cells[6][160]; /* industry, employees, country, tags, founded, text */
    int given, withheld;
};
struct world {
    int rows, customers;
    struct world_row *row;
};
enum { WORLD_COLUMNS = 6 };
static const char *const world_names[WORLD_COLUMNS] = {"industry", "employees", "country", "tags", "founded", "description"};

static inline uint64_t world_next(uint64_t *s) { /* splitmix64 */
    uint64_t z = (*s += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}
static inline double world_uniform(uint64_t *s) { return ((double)(world_next(s) >> 11) + .5) / 9007199254740992.0; }
static inline int world_below(uint64_t *s, int n) { return (int)(world_next(s) % (uint64_t)n); }
static inline double world_normal(uint64_t *s) {
    double u = world_uniform(s), v = world_uniform(s);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

static inline int world_by_chance(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* rows companies, of which `customers` are given and as many withheld; missing = chance that a cell is empty. */
static inline struct world world_new(uint64_t seed, int rows, int customers, double missing) {
    struct world w = {rows, customers, calloc((size_t)rows, sizeof *w.row)};
    double industry[8], country[5], tag[12], word[60], size_effect, year_effect, (*order)[2] = calloc((size_t)rows, sizeof *order);
    uint64_t s = seed * 1000003 + 17;
    for (int i = 0; i < 8; i++) industry[i] = world_normal(&s);
    for (int i = 0; i < 5; i++) country[i] = .5 * world_normal(&s);
    for (int i = 0; i < 12; i++) tag[i] = .5 * world_normal(&s);
    for (int i = 0; i < 60; i++) word[i] = i < 12 ? .5 * world_normal(&s) : 0;
    size_effect = .8 * world_normal(&s), year_effect = .5 * world_normal(&s);
    for (int n = 0; n < rows; n++) {
        struct world_row *r = &w.row[n];
        double log_size = 4 + 1.5 * world_normal(&s), z = 0;
        int k = world_below(&s, 8), c = world_below(&s, 5), year = 1980 + world_below(&s, 44), used = 0;
        snprintf(r->key, sizeof r->key, "k%05d", n);
        snprintf(r->cells[0], 160, "Industry %c", 'A' + k);
        snprintf(r->cells[1], 160, "%d", (int)exp(log_size) + 1);
        snprintf(r->cells[2], 160, "Land%d", c);
        snprintf(r->cells[4], 160, "%d", year);
        z += industry[k] + country[c] + size_effect * (log_size - 4) / 1.5 + year_effect * (year - 2002) / 15.0;
        for (int t = 0; t < 12; t++)
            if (world_uniform(&s) < .2) {
                used += snprintf(r->cells[3] + used, 160 - (size_t)used, "%stag%d", used ? ";" : "", t);
                z += tag[t];
            }
        used = 0;
        for (int t = 0; t < 8; t++) {
            int which = world_below(&s, 60);
            used += snprintf(r->cells[5] + used, 160 - (size_t)used, "%sword%c%c", used ? " " : "", 'a' + which / 10, 'a' + which % 10);
            z += word[which];
        }
        for (int f = 0; f < WORLD_COLUMNS; f++)
            if (world_uniform(&s) < missing) r->cells[f][0] = 0;
        order[n][0] = -log(world_uniform(&s)) / exp(z); /* without replacement, by odds */
        order[n][1] = n;
    }
    qsort(order, (size_t)rows, sizeof *order, world_by_chance);
    for (int i = 0; i < 2 * customers; i++) {
        if (i % 2) w.row[(int)order[i][1]].withheld = 1;
        else w.row[(int)order[i][1]].given = 1;
    }
    free(order);
    return w;
}
static inline void world_free(struct world *w) { free(w->row); }

/* CSV of the rows from, from + step, ...; only keys of the given customers when keys is set. Freed by the caller. */
static inline char *world_csv(const struct world *w, int from, int step, int keys) {
    char *text = malloc((size_t)w->rows * 640 + 256), *p = text;
    p += sprintf(p, "key");
    for (int f = 0; f < WORLD_COLUMNS && !keys; f++) p += sprintf(p, ",%s", world_names[f]);
    p += sprintf(p, "\n");
    for (int i = from; i < w->rows; i += step) {
        if (keys && !w->row[i].given) continue;
        p += sprintf(p, "%s", w->row[i].key);
        for (int f = 0; f < WORLD_COLUMNS && !keys; f++) p += sprintf(p, ",%s", w->row[i].cells[f]);
        p += sprintf(p, "\n");
    }
    return text;
}

static inline void world_must(icp_status s, const struct icp_error *e) {
    if (s) ck_abort_msg("%s: %s", icp_status_name(s), e->message);
}
static inline icp_reader *world_reader(icp_context *c, const char *text, size_t size, uint32_t rows_per_batch) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_source source = {.struct_size = sizeof source};
    struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = rows_per_batch};
    icp_reader *r;
    world_must(icp_source_from_memory(c, text, size, &source, &e), &e);
    world_must(icp_reader_open(c, &source, &o, &r, &e), &e);
    return r;
}
static inline icp_reference *world_reference(icp_context *c, const char *text) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reference_builder *b;
    icp_reference *out;
    icp_reader *r = world_reader(c, text, strlen(text), 0);
    world_must(icp_reference_builder_new(c, NULL, &b, &e), &e);
    world_must(icp_reference_builder_add(b, r, NULL, &e), &e);
    world_must(icp_reference_builder_finish(b, &out, &e), &e);
    icp_reader_free(r);
    icp_reference_builder_free(b);
    return out;
}
/* Fits the given customers, their rows looked up in `universe` (NULL = in the reference alone). */
static inline icp_model *world_fit(icp_context *c, icp_reference *reference, const char *keys, const char *universe, icp_pool *pool) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_fit_options o = {.struct_size = sizeof o, .pool = pool};
    icp_fit *f;
    icp_model *m;
    icp_reader *r = world_reader(c, keys, strlen(keys), 0);
    world_must(icp_fit_new(c, reference, NULL, &o, &f, &e), &e);
    world_must(icp_fit_add_customers(f, r, NULL, &e), &e);
    icp_reader_free(r);
    if (universe) {
        r = world_reader(c, universe, strlen(universe), 0);
        world_must(icp_fit_add_universe(f, r, NULL, &e), &e);
        icp_reader_free(r);
    }
    world_must(icp_fit_run(f, NULL, &m, &e), &e);
    icp_fit_free(f);
    return m;
}

struct world_scores {
    uint64_t rows;
    int64_t *milli, *variance;
    int32_t *score, *tier;
};
static inline void world_scores_free(struct world_scores *s) {
    free(s->milli), free(s->variance), free(s->score), free(s->tier);
}
static inline struct world_scores world_score(icp_context *c, icp_model *m, const char *text, uint32_t rows_per_batch) {
    struct icp_error e = {.struct_size = sizeof e};
    struct world_scores out = {0};
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    icp_reader *r = world_reader(c, text, strlen(text), rows_per_batch);
    world_must(icp_scorer_new(m, NULL, &s, &e), &e);
    world_must(icp_result_new(c, &result, &e), &e);
    for (world_must(icp_reader_next(r, &b, &e), &e); b; world_must(icp_reader_next(r, &b, &e), &e)) {
        struct icp_array milli = {.struct_size = sizeof milli}, variance = milli, score = milli, tier = milli;
        world_must(icp_scorer_score(s, b, result, &e), &e);
        world_must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, &milli, &e), &e);
        world_must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_VARIANCE, &variance, &e), &e);
        world_must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_SCORE, &score, &e), &e);
        world_must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_TIER, &tier, &e), &e);
        uint64_t n = out.rows + milli.rows;
        out.milli = realloc(out.milli, n * 8), out.variance = realloc(out.variance, n * 8);
        out.score = realloc(out.score, n * 4), out.tier = realloc(out.tier, n * 4);
        memcpy(out.milli + out.rows, milli.data, milli.rows * 8), memcpy(out.variance + out.rows, variance.data, milli.rows * 8);
        memcpy(out.score + out.rows, score.data, milli.rows * 4), memcpy(out.tier + out.rows, tier.data, milli.rows * 4);
        out.rows = n;
        icp_batch_unref(b);
    }
    icp_reader_free(r);
    icp_result_free(result);
    icp_scorer_free(s);
    return out;
}
static inline double world_ratio(int64_t milli) { return exp2((double)milli / 53000); }
