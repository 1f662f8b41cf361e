/* SPDX-License-Identifier: MIT */
/* Bytes that each object holds, and the most that making it took: the figures of doc/embedding.md.
 *
 * usage: memory COMPANIES CUSTOMERS [KEY] */
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct measured {
    size_t live, peak;
};

static size_t *block(void *p) { return (size_t *)p - 2; } /* 16 bytes before what is given out */

static void counted(struct measured *m, size_t more, size_t less) {
    m->live += more - less;
    m->peak = m->live > m->peak ? m->live : m->peak;
}

static void *alloc(void *user, size_t size) {
    size_t *p = malloc(size + 16);
    if (!p)
        return NULL;
    *p = size;
    counted(user, size, 0);
    return p + 2;
}

static void *resize(void *user, void *old, size_t size) {
    size_t before = *block(old), *p = realloc(block(old), size + 16);
    if (!p)
        return NULL;
    *p = size;
    counted(user, size, before);
    return p + 2;
}

static void release(void *user, void *p) {
    counted(user, 0, *block(p));
    free(block(p));
}

static struct measured m;
static size_t before;
static struct icp_error e = {.struct_size = sizeof e};

static void start(void) { before = m.live, m.peak = m.live; }
static void tell(const char *what) {
    printf("%-58s holds %10zu bytes, at most %10zu while it was made\n", what, m.live - before, m.peak - before);
}

static void must(icp_status s) {
    if (s) {
        fprintf(stderr, "%s: %s (%s)\n", e.source, e.message, icp_status_name(s));
        exit(1);
    }
}

static icp_reader *reader(icp_context *c, const char *path) {
    struct icp_source s = {.struct_size = sizeof s};
    icp_reader *r;
    must(icp_source_open_file(c, path, &s, &e));
    must(icp_reader_open(c, &s, NULL, &r, &e));
    return r;
}

static icp_reference *reference(icp_context *c, char **v, const char *key) {
    icp_reference *out;
    icp_reference_builder *b;
    struct icp_reference_options o = {.struct_size = sizeof o, .key_column = key, .key_size = key ? strlen(key) : 0};
    start();
    icp_reader *r = reader(c, v[1]);
    must(icp_reference_builder_new(c, &o, &b, &e));
    must(icp_reference_builder_add(b, r, NULL, &e));
    must(icp_reference_builder_finish(b, &out, &e));
    icp_reader_free(r);
    icp_reference_builder_free(b);
    tell("reference, built");
    return out;
}

static icp_model *model(icp_context *c, icp_reference *reference, char **v) {
    icp_fit *f;
    icp_model *out;
    start();
    icp_reader *customers = reader(c, v[2]), *universe = reader(c, v[1]);
    must(icp_fit_new(c, reference, NULL, NULL, &f, &e));
    must(icp_fit_add_customers(f, customers, NULL, &e));
    must(icp_fit_add_universe(f, universe, NULL, &e));
    must(icp_fit_run(f, NULL, &out, &e));
    icp_fit_free(f), icp_reader_free(customers), icp_reader_free(universe);
    tell("model, fitted");
    return out;
}

static void saved(icp_context *c, const icp_reference *r, const icp_model *fitted) {
    struct icp_sink s = {.struct_size = sizeof s};
    icp_buffer *b;
    struct icp_str file;
    icp_model *loaded;
    must(icp_sink_to_memory(c, &s, &b, &e));
    must(icp_reference_save(r, &s, &e));
    must(icp_buffer_data(b, &file));
    printf("reference file %zu bytes\n", file.size);
    icp_buffer_unref(b);
    must(icp_sink_to_memory(c, &s, &b, &e));
    must(icp_model_save(fitted, &s, &e));
    must(icp_buffer_data(b, &file));
    printf("model file %zu bytes\n", file.size);
    start();
    must(icp_model_load_memory(c, file.data, file.size, NULL, NULL, &loaded, &e));
    tell("model over mapped memory");
    icp_model_unref(loaded);
    icp_buffer_unref(b);
}

static void scoring(icp_context *c, icp_model *fitted, const char *path) {
    icp_scorer *s;
    icp_result *result;
    icp_batch *batch;
    icp_schema *schema;
    icp_record *record;
    struct icp_score score = {.struct_size = sizeof score};
    start();
    icp_reader *r = reader(c, path);
    must(icp_reader_next(r, &batch, &e));
    printf("%llu rows in the first batch\n", (unsigned long long)icp_batch_rows(batch));
    tell("reader with one batch");
    icp_batch_unref(batch);
    start();
    must(icp_scorer_new(fitted, NULL, &s, &e));
    tell("scorer");
    must(icp_result_new(c, &result, &e));
    start();
    for (must(icp_reader_next(r, &batch, &e)); batch; must(icp_reader_next(r, &batch, &e))) {
        must(icp_scorer_score(s, batch, result, &e));
        icp_batch_unref(batch);
    }
    tell("scorer, result, reader: grown by the whole file");
    start();
    must(icp_model_schema(fitted, &schema, &e));
    must(icp_record_new(schema, &record, &e));
    tell("record");
    start();
    must(icp_scorer_score_record(s, record, NULL, ICP_LAYER_FIT, &score, &e));
    tell("scoring a record");
    icp_record_free(record), icp_schema_unref(schema), icp_result_free(result), icp_scorer_free(s), icp_reader_free(r);
}

int main(int n, char **v) {
    struct icp_allocator a = {sizeof a, 0, &m, alloc, resize, release};
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a};
    icp_context *c;
    icp_pool *pool;
    if (n < 3)
        return 2;
    start();
    must(icp_context_new(&o, &c, &e));
    tell("context");
    start();
    must(icp_pool_new(c, 2, &pool, &e));
    tell("pool of two threads, without their stacks");
    icp_pool_free(pool);
    icp_reference *r = reference(c, v, n > 3 ? v[3] : NULL);
    icp_model *fitted = model(c, r, v);
    saved(c, r, fitted);
    scoring(c, fitted, v[1]);
    icp_model_unref(fitted), icp_reference_unref(r), icp_context_unref(c);
    printf("%zu bytes left\n", m.live);
    return m.live != 0;
}
