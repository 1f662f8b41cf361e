/* SPDX-License-Identifier: MIT */
/* What the headers promise of every function alike: NULL, ranges, struct sizes, ownership, cancelling, failing input and output. */
#include "check_main.h"
#include "counting.h"
#include "world.h"

enum { ROWS = 60, CUSTOMERS = 25, TAIL = 24 };

static struct lab {
    struct counting k;
    icp_context *c;
    char *rows, *keys, *long_rows;
    icp_reference *reference;
    icp_schema *schema;
    icp_model *model;
    icp_batch *batch;
    icp_buffer *reference_file, *model_file;
    icp_scorer *scorer;
    icp_result *result, *empty;
    icp_record *record;
    icp_reference_builder *builder;
    icp_fit *fit;
    icp_distribution *distribution;
} lab;

static icp_buffer *saved(icp_context *c, const icp_reference *r, const icp_model *m) {
    struct icp_sink s;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(c, &s, &b, NULL), ICP_OK);
    ck_assert_int_eq(r ? icp_reference_save(r, &s, NULL) : icp_model_save(m, &s, NULL), ICP_OK);
    return b;
}
static icp_reader *reader_of(const char *text) { return world_reader(lab.c, text, strlen(text), 0); }
static icp_fit *fit_of(icp_context *c, icp_reference *r, const char *keys) {
    icp_fit *f = NULL;
    icp_reader *in = world_reader(c, keys, strlen(keys), 0);
    ck_assert_int_eq(icp_fit_new(c, r, NULL, NULL, &f, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_add_customers(f, in, NULL, NULL), ICP_OK);
    icp_reader_free(in);
    return f;
}
/* Some MiB: progress is called once per MiB. */
static char *long_rows_of(const struct world *w) {
    char *text = malloc((size_t)w->rows * 60 * 1024), *p = text;
    p += sprintf(p, "key,industry,description\n");
    for (int i = 0; i < w->rows; i++) {
        p += sprintf(p, "%s,%s,", w->row[i].key, w->row[i].cells[0]);
        for (int k = 0; k < 9000; k++) p += sprintf(p, "word%c ", 'a' + (i + k) % 26);
        p += sprintf(p, "\n");
    }
    return text;
}
static void setup(void) {
    struct world w = world_new(5, ROWS, CUSTOMERS, .1);
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 2};
    struct icp_score score = {.struct_size = sizeof score};
    memset(&lab, 0, sizeof lab);
    lab.c = counting_context(&lab.k);
    lab.rows = world_csv(&w, 0, 1, 0), lab.keys = world_csv(&w, 0, 1, 1), lab.long_rows = long_rows_of(&w);
    world_free(&w);
    lab.reference = world_reference(lab.c, lab.rows);
    ck_assert_int_eq(icp_reference_schema(lab.reference, &lab.schema, NULL), ICP_OK);
    lab.fit = fit_of(lab.c, lab.reference, lab.keys);
    ck_assert_int_eq(icp_fit_run(lab.fit, NULL, &lab.model, NULL), ICP_OK);
    icp_reader *r = reader_of(lab.rows);
    ck_assert_int_eq(icp_reader_next(r, &lab.batch, NULL), ICP_OK);
    icp_reader_free(r);
    lab.reference_file = saved(lab.c, lab.reference, NULL), lab.model_file = saved(lab.c, NULL, lab.model);
    ck_assert_int_eq(icp_scorer_new(lab.model, &o, &lab.scorer, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(lab.c, &lab.result, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(lab.c, &lab.empty, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(lab.scorer, lab.batch, lab.result, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(lab.schema, &lab.record, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(lab.record, icp_record_column(lab.record, "industry", 8), "Industry A", 10), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_builder_new(lab.c, NULL, &lab.builder, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_new(lab.c, &lab.distribution, NULL), ICP_OK);
}
static void teardown(void) {
    icp_distribution_free(lab.distribution);
    icp_reference_builder_free(lab.builder);
    icp_record_free(lab.record);
    icp_result_free(lab.result), icp_result_free(lab.empty);
    icp_scorer_free(lab.scorer);
    icp_buffer_unref(lab.model_file), icp_buffer_unref(lab.reference_file);
    icp_batch_unref(lab.batch);
    icp_model_unref(lab.model);
    icp_fit_free(lab.fit);
    icp_schema_unref(lab.schema);
    icp_reference_unref(lab.reference);
    icp_context_unref(lab.c);
    free(lab.rows), free(lab.keys), free(lab.long_rows);
    ck_assert_uint_eq(lab.k.live, 0);
}

/* Sources and sinks that count and fail on command. */

struct stream {
    struct icp_str data;
    size_t at, chunk;
    int calls, fail_at, closed; /* calls from 1; 0 = never fails */
    int committed, aborted, commit_fails;
};
static int64_t give(void *user, void *buf, size_t cap) {
    struct stream *s = user;
    size_t n = s->data.size - s->at;
    ck_assert_int_eq(s->closed, 0);
    if (++s->calls == s->fail_at) return -7;
    n = n < cap ? n : cap;
    n = n < s->chunk ? n : s->chunk;
    memcpy(buf, s->data.data + s->at, n);
    s->at += n;
    return (int64_t)n;
}
static void closed(void *user) { ((struct stream *)user)->closed++; }
static struct icp_source source_of(struct stream *s) {
    return (struct icp_source){sizeof(struct icp_source), 0, s, give, closed, "the name", s->data.size};
}
static int64_t take(void *user, const void *buf, size_t n) {
    struct stream *s = user;
    (void)buf;
    ck_assert_int_eq(s->committed + s->aborted, 0);
    if (++s->calls == s->fail_at) return -7;
    n = n < s->chunk ? n : s->chunk;
    s->at += n;
    return (int64_t)n;
}
static int32_t commit(void *user) {
    struct stream *s = user;
    s->committed++;
    return s->commit_fails;
}
static void aborted(void *user) { ((struct stream *)user)->aborted++; }
static struct icp_sink sink_of(struct stream *s) {
    return (struct icp_sink){sizeof(struct icp_sink), 0, s, take, commit, aborted, "the name"};
}
static struct stream stream_of(icp_buffer *b) {
    struct stream s = {.chunk = 700};
    if (b) ck_assert_int_eq(icp_buffer_data(b, &s.data), ICP_OK);
    return s;
}

#define NOTHING ((void *)(uintptr_t)0x1235)
static struct icp_error err;
static void fresh(void) {
    memset(&err, 0, sizeof err);
    err.struct_size = sizeof err;
}
/* A call, written with `e` as its error: once without and once with one. */
#define REFUSED(expected, call)                                                              \
    do {                                                                                     \
        struct icp_error *e = NULL;                                                          \
        icp_status told_;                                                                    \
        fresh();                                                                             \
        told_ = call;                                                                        \
        ck_assert_msg(told_ == (expected), "%s: %s", #call, icp_status_name(told_));         \
        e = &err;                                                                            \
        told_ = call;                                                                        \
        ck_assert_msg(told_ == (expected), "%s: %s", #call, icp_status_name(told_));         \
        ck_assert_msg(err.code == (expected) && err.message[0] && err.struct_size == sizeof err, "%s: no error", #call); \
    } while (0)
#define NULLED(call) REFUSED(ICP_E_ARGUMENT, call)

START_TEST(null_arguments_of_base) {
    struct icp_source source = {0};
    struct icp_sink sink = {0};
    struct icp_str s = {NULL, 0};
    icp_buffer *b = NOTHING;
    icp_pool *pool = NOTHING;
    NULLED(icp_context_new(NULL, NULL, e));
    NULLED(icp_pool_new(NULL, 1, &pool, e));
    NULLED(icp_pool_new(lab.c, 1, NULL, e));
    NULLED(icp_pool_new(lab.c, 0, &pool, e));
    NULLED(icp_pool_new(lab.c, 257, &pool, e));
    NULLED(icp_source_open_file(NULL, "x", &source, e));
    NULLED(icp_source_open_file(lab.c, NULL, &source, e));
    NULLED(icp_source_open_file(lab.c, "x", NULL, e));
    NULLED(icp_source_from_memory(NULL, "x", 1, &source, e));
    NULLED(icp_source_from_memory(lab.c, NULL, 1, &source, e));
    NULLED(icp_source_from_memory(lab.c, "x", 1, NULL, e));
    NULLED(icp_sink_open_file(NULL, "x", &sink, e));
    NULLED(icp_sink_open_file(lab.c, NULL, &sink, e));
    NULLED(icp_sink_open_file(lab.c, "x", NULL, e));
    NULLED(icp_sink_to_memory(NULL, &sink, &b, e));
    NULLED(icp_sink_to_memory(lab.c, NULL, &b, e));
    NULLED(icp_sink_to_memory(lab.c, &sink, NULL, e));
    ck_assert_int_eq(icp_buffer_data(NULL, &s), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_buffer_data(lab.model_file, NULL), ICP_E_ARGUMENT);
    ck_assert(b == NOTHING && pool == NOTHING && !source.struct_size && !sink.struct_size && !s.data);
}
END_TEST

START_TEST(null_arguments_of_batch) {
    struct stream st = {.data = {lab.rows, strlen(lab.rows)}, .chunk = 100};
    struct icp_source source = source_of(&st);
    static const int64_t offsets[] = {0, 1, 2}, falling[] = {2, 1, 0};
    struct icp_column column = {.struct_size = sizeof column};
    icp_reader *r = NOTHING, *in = reader_of(lab.rows);
    icp_batch *b = NOTHING;
    icp_buffer *j = NOTHING;
    icp_schema *s = NOTHING;
    icp_record *n = NOTHING;
    NULLED(icp_reader_open(NULL, &source, NULL, &r, e));
    ck_assert_int_eq(st.closed, 2);
    NULLED(icp_reader_open(lab.c, &source, NULL, NULL, e));
    ck_assert_int_eq(st.closed, 4);
    NULLED(icp_reader_open(lab.c, NULL, NULL, &r, e));
    NULLED(icp_reader_next(NULL, &b, e));
    NULLED(icp_reader_next(in, NULL, e));
    NULLED(icp_reader_stats(NULL, &j, e));
    NULLED(icp_reader_stats(in, NULL, e));
    NULLED(icp_batch_from_text(NULL, 1, 2, "ab", offsets, NULL, &b, e));
    NULLED(icp_batch_from_text(lab.c, 1, 2, NULL, offsets, NULL, &b, e));
    NULLED(icp_batch_from_text(lab.c, 1, 2, "ab", NULL, NULL, &b, e));
    NULLED(icp_batch_from_text(lab.c, 1, 2, "ab", offsets, NULL, NULL, e));
    NULLED(icp_batch_from_text(lab.c, 0, 2, "ab", offsets, NULL, &b, e));
    NULLED(icp_batch_from_text(lab.c, 1, 0, "ab", offsets, NULL, &b, e));
    NULLED(icp_batch_from_text(lab.c, 1, 2, "ab", falling, NULL, &b, e));
    NULLED(icp_schema_infer(NULL, in, NULL, &s, e));
    NULLED(icp_schema_infer(lab.c, NULL, NULL, &s, e));
    NULLED(icp_schema_infer(lab.c, in, NULL, NULL, e));
    NULLED(icp_schema_from_json(NULL, "{}", 2, &s, e));
    NULLED(icp_schema_from_json(lab.c, NULL, 2, &s, e));
    NULLED(icp_schema_from_json(lab.c, "{}", 2, NULL, e));
    NULLED(icp_schema_to_json(NULL, &j, e));
    NULLED(icp_schema_to_json(lab.schema, NULL, e));
    NULLED(icp_schema_select(NULL, "*", 1, 1, &s, e));
    NULLED(icp_schema_select(lab.schema, NULL, 1, 1, &s, e));
    NULLED(icp_schema_select(lab.schema, "*", 1, 1, NULL, e));
    NULLED(icp_schema_select(lab.schema, "*", 1, 2, &s, e));
    NULLED(icp_schema_column(NULL, 0, &column, e));
    NULLED(icp_schema_column(lab.schema, 0, NULL, e));
    NULLED(icp_schema_column(lab.schema, icp_schema_columns(lab.schema), &column, e));
    NULLED(icp_schema_column(lab.schema, UINT32_MAX, &column, e));
    NULLED(icp_record_new(NULL, &n, e));
    NULLED(icp_record_new(lab.schema, NULL, e));
    ck_assert(r == NOTHING && b == NOTHING && j == NOTHING && s == NOTHING && n == NOTHING && !column.name.data);
    icp_reader_free(in);
}
END_TEST

START_TEST(null_and_ranges_of_records) {
    const int32_t wrong[] = {-1, INT32_MIN, (int32_t)icp_schema_columns(lab.schema), INT32_MAX};
    static const int64_t offsets[8] = {0}, falling[8] = {3, 2};
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(icp_record_set_text(lab.record, wrong[i], "x", 1), ICP_E_ARGUMENT);
        ck_assert_int_eq(icp_record_set_number(lab.record, wrong[i], 1), ICP_E_ARGUMENT);
        ck_assert_int_eq(icp_record_set_time(lab.record, wrong[i], 1), ICP_E_ARGUMENT);
        ck_assert_int_eq(icp_record_add_item(lab.record, wrong[i], "x", 1), ICP_E_ARGUMENT);
    }
    ck_assert_int_eq(icp_record_set_text(NULL, 0, "x", 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_number(NULL, 0, 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_time(NULL, 0, 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_add_item(NULL, 0, "x", 1), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(NULL, "", offsets, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(lab.record, "", NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_set_all(lab.record, "abc", falling, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_record_column(lab.record, "nothing like it", 15), -1);
}
END_TEST

START_TEST(null_arguments_of_reference) {
    struct icp_reference_info info = {.struct_size = sizeof info};
    struct stream st = stream_of(lab.reference_file), out = {.chunk = 100};
    struct icp_source source = source_of(&st);
    struct icp_sink sink = sink_of(&out);
    icp_reference_builder *b = NOTHING;
    icp_reference *r = NOTHING;
    icp_schema *s = NOTHING;
    icp_reader *in = reader_of(lab.rows);
    NULLED(icp_reference_builder_new(NULL, NULL, &b, e));
    NULLED(icp_reference_builder_new(lab.c, NULL, NULL, e));
    NULLED(icp_reference_builder_add(NULL, in, NULL, e));
    NULLED(icp_reference_builder_add(lab.builder, NULL, NULL, e));
    NULLED(icp_reference_builder_add_batch(NULL, lab.batch, e));
    NULLED(icp_reference_builder_add_batch(lab.builder, NULL, e));
    NULLED(icp_reference_builder_merge(NULL, lab.reference, e));
    NULLED(icp_reference_builder_merge(lab.builder, NULL, e));
    NULLED(icp_reference_builder_finish(NULL, &r, e));
    NULLED(icp_reference_builder_finish(lab.builder, NULL, e));
    NULLED(icp_reference_load(NULL, &source, &r, e));
    ck_assert_int_eq(st.closed, 2);
    NULLED(icp_reference_load(lab.c, &source, NULL, e));
    ck_assert_int_eq(st.closed, 4);
    NULLED(icp_reference_load(lab.c, NULL, &r, e));
    NULLED(icp_reference_save(NULL, &sink, e));
    ck_assert_int_eq(out.aborted, 2);
    NULLED(icp_reference_save(lab.reference, NULL, e));
    NULLED(icp_reference_describe(NULL, &info, e));
    NULLED(icp_reference_describe(lab.reference, NULL, e));
    NULLED(icp_reference_schema(NULL, &s, e));
    NULLED(icp_reference_schema(lab.reference, NULL, e));
    ck_assert(b == NOTHING && r == NOTHING && s == NOTHING && !info.k && !out.committed);
    icp_reader_free(in);
    /* None of these has touched the builder. */
    ck_assert_int_eq(icp_reference_builder_add_batch(lab.builder, lab.batch, NULL), ICP_OK);
}
END_TEST

START_TEST(null_arguments_of_fit_and_model) {
    struct icp_model_info info = {.struct_size = sizeof info};
    struct icp_trait trait = {.struct_size = sizeof trait};
    struct stream st = stream_of(lab.model_file), out = {.chunk = 100};
    struct icp_source source = source_of(&st);
    struct icp_sink sink = sink_of(&out);
    icp_fit *f = NOTHING;
    icp_model *m = NOTHING;
    icp_buffer *j = NOTHING;
    icp_schema *s = NOTHING;
    icp_reader *in = reader_of(lab.rows);
    NULLED(icp_fit_new(NULL, lab.reference, NULL, NULL, &f, e));
    NULLED(icp_fit_new(lab.c, NULL, NULL, NULL, &f, e));
    NULLED(icp_fit_new(lab.c, lab.reference, NULL, NULL, NULL, e));
    NULLED(icp_fit_add_customers(NULL, in, NULL, e));
    NULLED(icp_fit_add_customers(lab.fit, NULL, NULL, e));
    NULLED(icp_fit_add_universe(NULL, in, NULL, e));
    NULLED(icp_fit_add_universe(lab.fit, NULL, NULL, e));
    NULLED(icp_fit_matches(NULL, &j, e));
    NULLED(icp_fit_matches(lab.fit, NULL, e));
    NULLED(icp_fit_run(NULL, NULL, &m, e));
    NULLED(icp_fit_run(lab.fit, NULL, NULL, e));
    NULLED(icp_model_load(NULL, &source, &m, e));
    ck_assert_int_eq(st.closed, 2);
    NULLED(icp_model_load(lab.c, &source, NULL, e));
    ck_assert_int_eq(st.closed, 4);
    NULLED(icp_model_load(lab.c, NULL, &m, e));
    NULLED(icp_model_load_memory(NULL, "x", 1, NULL, NULL, &m, e));
    NULLED(icp_model_load_memory(lab.c, NULL, 1, NULL, NULL, &m, e));
    NULLED(icp_model_load_memory(lab.c, "x", 1, NULL, NULL, NULL, e));
    NULLED(icp_model_save(NULL, &sink, e));
    ck_assert_int_eq(out.aborted, 2);
    NULLED(icp_model_save(lab.model, NULL, e));
    NULLED(icp_model_describe(NULL, &info, e));
    NULLED(icp_model_describe(lab.model, NULL, e));
    NULLED(icp_model_schema(NULL, &s, e));
    NULLED(icp_model_schema(lab.model, NULL, e));
    NULLED(icp_model_summary(NULL, &j, e));
    NULLED(icp_model_summary(lab.model, NULL, e));
    NULLED(icp_model_trait(NULL, 0, &trait, e));
    NULLED(icp_model_trait(lab.model, 0, NULL, e));
    ck_assert_int_eq(icp_model_describe(lab.model, &info, NULL), ICP_OK);
    NULLED(icp_model_trait(lab.model, info.traits, &trait, e));
    NULLED(icp_model_trait(lab.model, UINT32_MAX, &trait, e));
    ck_assert_int_eq(icp_model_find_trait(lab.model, ICP_LAYER_FIT, "no such trait", 13), -1);
    ck_assert_int_eq(icp_model_find_trait(lab.model, ICP_LAYER_INTENT, "industry=*", 10), -1);
    ck_assert(f == NOTHING && m == NOTHING && j == NOTHING && s == NOTHING && !trait.kind && !trait.id.data);
    icp_reader_free(in);
}
END_TEST

START_TEST(null_and_ranges_of_score) {
    struct icp_score score = {.struct_size = sizeof score};
    struct icp_array array = {.struct_size = sizeof array};
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 65};
    icp_account *account = NOTHING;
    icp_scorer *s = NOTHING;
    icp_result *r = NOTHING;
    icp_buffer *j = NOTHING;
    icp_distribution *d = NOTHING;
    uint64_t counts[560];
    int32_t one[1];
    size_t n = 77;
    NULLED(icp_scorer_new(NULL, NULL, &s, e));
    NULLED(icp_scorer_new(lab.model, NULL, NULL, e));
    NULLED(icp_scorer_new(lab.model, &o, &s, e));
    o.reasons = 0, o.layers = 1u << ICP_LAYER_INTENT;
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_new(lab.model, &o, &s, e));
    o.layers = 0, o.key_size = 3;
    NULLED(icp_scorer_new(lab.model, &o, &s, e));
    NULLED(icp_scorer_score(NULL, lab.batch, lab.result, e));
    NULLED(icp_scorer_score(lab.scorer, NULL, lab.result, e));
    NULLED(icp_scorer_score(lab.scorer, lab.batch, NULL, e));
    NULLED(icp_scorer_score_record(NULL, lab.record, NULL, ICP_LAYER_FIT, &score, e));
    NULLED(icp_scorer_score_record(lab.scorer, NULL, NULL, ICP_LAYER_FIT, &score, e));
    NULLED(icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_FIT, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_score_record(lab.scorer, lab.record, account, ICP_LAYER_FIT, &score, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_RETENTION, &score, e));
    NULLED(icp_scorer_contributions(NULL, ICP_LAYER_FIT, NULL, NULL, 0, &n, e));
    NULLED(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, NULL, one, 1, &n, e));
    NULLED(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, one, NULL, 1, &n, e));
    NULLED(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, one, one, 1, NULL, e));
    REFUSED(ICP_E_STATE, icp_scorer_contributions(lab.scorer, ICP_LAYER_INTENT, NULL, NULL, 0, &n, e));
    NULLED(icp_scorer_causes(NULL, ICP_LAYER_FIT, &j, e));
    NULLED(icp_scorer_causes(lab.scorer, ICP_LAYER_FIT, NULL, e));
    REFUSED(ICP_E_STATE, icp_scorer_causes(lab.scorer, ICP_LAYER_INTENT, &j, e));
    NULLED(icp_result_new(NULL, &r, e));
    NULLED(icp_result_new(lab.c, NULL, e));
    NULLED(icp_result_column(NULL, ICP_LAYER_FIT, ICP_COL_SCORE, &array, e));
    NULLED(icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_SCORE, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_result_column(lab.result, ICP_LAYER_FIT, 10, &array, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_result_column(lab.result, ICP_LAYER_FIT, -1, &array, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_result_column(lab.result, ICP_LAYER_INTENT, ICP_COL_SCORE, &array, e));
    REFUSED(ICP_E_STATE, icp_result_column(lab.empty, ICP_LAYER_FIT, ICP_COL_SCORE, &array, e));
    NULLED(icp_distribution_new(NULL, &d, e));
    NULLED(icp_distribution_new(lab.c, NULL, e));
    NULLED(icp_distribution_add(NULL, lab.result, ICP_LAYER_FIT, e));
    NULLED(icp_distribution_add(lab.distribution, NULL, ICP_LAYER_FIT, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_distribution_add(lab.distribution, lab.result, ICP_LAYER_INTENT, e));
    REFUSED(ICP_E_STATE, icp_distribution_add(lab.distribution, lab.empty, ICP_LAYER_FIT, e));
    NULLED(icp_distribution_add_score(NULL, 498, e));
    NULLED(icp_distribution_add_score(lab.distribution, 199, e));
    NULLED(icp_distribution_add_score(lab.distribution, 760, e));
    NULLED(icp_distribution_of_model(NULL, ICP_LAYER_FIT, 0, &d, e));
    NULLED(icp_distribution_of_model(lab.model, ICP_LAYER_FIT, 0, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_distribution_of_model(lab.model, ICP_LAYER_INTENT, 0, &d, e));
    ck_assert_int_ne(icp_distribution_of_model(lab.model, ICP_LAYER_FIT, 2, &d, NULL), ICP_OK);
    NULLED(icp_distribution_merge(NULL, lab.distribution, e));
    NULLED(icp_distribution_merge(lab.distribution, NULL, e));
    NULLED(icp_distribution_counts(NULL, NULL, NULL, e));
    ck_assert_int_eq(icp_distribution_counts(lab.distribution, counts, NULL, NULL), ICP_OK);
    for (int i = 0; i < 560; i++) ck_assert_uint_eq(counts[i], 0);
    ck_assert(s == NOTHING && r == NOTHING && j == NOTHING && d == NOTHING && n == 77 && !score.score && !array.data);
}
END_TEST

START_TEST(ref_returns_its_argument_and_null_is_nothing) {
    icp_pool_free(NULL), icp_reader_free(NULL), icp_record_free(NULL), icp_reference_builder_free(NULL), icp_fit_free(NULL);
    icp_scorer_free(NULL), icp_result_free(NULL), icp_distribution_free(NULL);
    icp_context_unref(NULL), icp_buffer_unref(NULL), icp_batch_unref(NULL), icp_schema_unref(NULL);
    icp_reference_unref(NULL), icp_model_unref(NULL);
#define REF(name, handle)                          \
    do {                                           \
        ck_assert_ptr_eq(name##_ref(handle), handle); \
        name##_unref(handle);                      \
    } while (0)
    REF(icp_context, lab.c);
    REF(icp_buffer, lab.model_file);
    REF(icp_batch, lab.batch);
    REF(icp_schema, lab.schema);
    REF(icp_reference, lab.reference);
    REF(icp_model, lab.model);
    ck_assert_ptr_null(icp_batch_name(lab.batch, icp_batch_columns(lab.batch)).data);
    ck_assert_ptr_null(icp_batch_cell(lab.batch, 0, icp_batch_columns(lab.batch)).data);
    ck_assert_ptr_null(icp_batch_cell(lab.batch, icp_batch_rows(lab.batch), 0).data);
}
END_TEST

/* Struct sizes. `given` has room for TAIL bytes more than the struct. */

static icp_status with_context(void *given, struct icp_error *e) {
    icp_context *c = NULL;
    icp_status s = icp_context_new(given, &c, e);
    icp_context_unref(c);
    return s;
}
static icp_status with_allocator(void *given, struct icp_error *e) {
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = given};
    return with_context(&o, e);
}
static icp_status with_reader(void *given, struct icp_error *e) {
    struct stream st = {.data = {lab.rows, strlen(lab.rows)}, .chunk = 4096};
    struct icp_source source = source_of(&st);
    icp_reader *r = NULL;
    icp_status s = icp_reader_open(lab.c, &source, given, &r, e);
    ck_assert_int_eq(st.closed, s != ICP_OK);
    icp_reader_free(r);
    return s;
}
static icp_status with_builder(void *given, struct icp_error *e) {
    icp_reference_builder *b = NULL;
    icp_status s = icp_reference_builder_new(lab.c, given, &b, e);
    icp_reference_builder_free(b);
    return s;
}
static icp_status with_fit(void *given, struct icp_error *e) {
    icp_fit *f = NULL;
    icp_status s = icp_fit_new(lab.c, lab.reference, lab.schema, given, &f, e);
    icp_fit_free(f);
    return s;
}
static icp_status with_scorer(void *given, struct icp_error *e) {
    icp_scorer *x = NULL;
    icp_status s = icp_scorer_new(lab.model, given, &x, e);
    icp_scorer_free(x);
    return s;
}
static icp_status progress_of_infer(void *given, struct icp_error *e) {
    icp_reader *r = reader_of(lab.keys);
    icp_schema *x = NULL;
    icp_status s = icp_schema_infer(lab.c, r, given, &x, e);
    icp_schema_unref(x);
    icp_reader_free(r);
    return s;
}
static icp_status progress_of_builder(void *given, struct icp_error *e) {
    icp_reader *r = reader_of(lab.keys);
    icp_status s = icp_reference_builder_add(lab.builder, r, given, e);
    icp_reader_free(r);
    return s;
}
static icp_status progress_of_customers(void *given, struct icp_error *e) {
    icp_reader *r = reader_of(lab.keys);
    icp_status s = icp_fit_add_customers(lab.fit, r, given, e);
    icp_reader_free(r);
    return s;
}
static icp_status progress_of_universe(void *given, struct icp_error *e) {
    icp_reader *r = reader_of(lab.rows);
    icp_status s = icp_fit_add_universe(lab.fit, r, given, e);
    icp_reader_free(r);
    return s;
}
static icp_status progress_of_run(void *given, struct icp_error *e) {
    icp_model *m = NULL;
    icp_status s = icp_fit_run(lab.fit, given, &m, e);
    icp_model_unref(m);
    return s;
}
static icp_status source_of_reader(void *given, struct icp_error *e) {
    icp_reader *r = NULL;
    icp_status s = icp_reader_open(lab.c, given, NULL, &r, e);
    icp_reader_free(r);
    return s;
}
static icp_status source_of_reference(void *given, struct icp_error *e) {
    icp_reference *r = NULL;
    icp_status s = icp_reference_load(lab.c, given, &r, e);
    icp_reference_unref(r);
    return s;
}
static icp_status source_of_model(void *given, struct icp_error *e) {
    icp_model *m = NULL;
    icp_status s = icp_model_load(lab.c, given, &m, e);
    icp_model_unref(m);
    return s;
}
static icp_status sink_of_reference(void *given, struct icp_error *e) { return icp_reference_save(lab.reference, given, e); }
static icp_status sink_of_model(void *given, struct icp_error *e) { return icp_model_save(lab.model, given, e); }

enum { ZERO, ALLOCATOR, ROWS_IN, REFERENCE_IN, MODEL_IN, OUT };
static const struct option {
    const char *name;
    size_t size, reserved; /* of a member that must be 0; 0 = none */
    icp_status (*call)(void *, struct icp_error *);
    int fill;
} options[] = {
    {"context", sizeof(struct icp_context_options), offsetof(struct icp_context_options, flags), with_context, ZERO},
    {"allocator", sizeof(struct icp_allocator), offsetof(struct icp_allocator, reserved), with_allocator, ALLOCATOR},
    {"reader", sizeof(struct icp_reader_options), offsetof(struct icp_reader_options, flags), with_reader, ZERO},
    {"reader", sizeof(struct icp_reader_options), offsetof(struct icp_reader_options, reserved), with_reader, ZERO},
    {"builder", sizeof(struct icp_reference_options), offsetof(struct icp_reference_options, flags), with_builder, ZERO},
    {"fit", sizeof(struct icp_fit_options), offsetof(struct icp_fit_options, reserved), with_fit, ZERO},
    {"scorer", sizeof(struct icp_scorer_options), offsetof(struct icp_scorer_options, flags), with_scorer, ZERO},
    {"infer", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_infer, ZERO},
    {"builder", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_builder, ZERO},
    {"customers", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_customers, ZERO},
    {"universe", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_universe, ZERO},
    {"run", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_run, ZERO},
    {"reader", sizeof(struct icp_source), offsetof(struct icp_source, reserved), source_of_reader, ROWS_IN},
    {"reference", sizeof(struct icp_source), offsetof(struct icp_source, reserved), source_of_reference, REFERENCE_IN},
    {"model", sizeof(struct icp_source), offsetof(struct icp_source, reserved), source_of_model, MODEL_IN},
    {"reference", sizeof(struct icp_sink), offsetof(struct icp_sink, reserved), sink_of_reference, OUT},
    {"model", sizeof(struct icp_sink), offsetof(struct icp_sink, reserved), sink_of_model, OUT},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static struct stream option_stream;
static void fill(const struct option *o, void *at, uint32_t size) {
    struct icp_allocator a = {.struct_size = 0};
    struct icp_source in;
    struct icp_sink out;
    memset(at, 0, 65600);
    option_stream = stream_of(o->fill == REFERENCE_IN ? lab.reference_file : o->fill == MODEL_IN ? lab.model_file : NULL);
    if (o->fill == ROWS_IN) option_stream.data = (struct icp_str){lab.rows, strlen(lab.rows)};
    in = source_of(&option_stream), out = sink_of(&option_stream);
    a = counting_allocator(&lab.k);
    if (o->fill == ALLOCATOR) memcpy(at, &a, sizeof a);
    else if (o->fill == OUT) memcpy(at, &out, sizeof out);
    else if (o->fill != ZERO) memcpy(at, &in, sizeof in);
    memcpy(at, &size, sizeof size);
}
static icp_status call_option(const struct option *o, void *given) {
    fresh();
    icp_status s = o->call(given, &err);
    ck_assert_int_eq(err.code, s);
    ck_assert_int_eq(!!err.message[0], s != ICP_OK);
    return s;
}

START_TEST(option_structs_smaller_equal_larger) {
    const struct option *o = &options[_i];
    uint8_t *given = malloc(65600);
    const uint32_t size = (uint32_t)o->size;
    for (uint32_t i = 0; i < size; i++) {
        fill(o, given, i);
        ck_assert_msg(call_option(o, given) == ICP_E_ARGUMENT, "%s of %u bytes", o->name, (unsigned)i);
    }
    fill(o, given, 65537);
    ck_assert_int_eq(call_option(o, given), ICP_E_ARGUMENT);
    static const uint32_t more[] = {0, 1, TAIL};
    for (size_t i = 0; i < 3; i++) {
        fill(o, given, size + more[i]);
        ck_assert_msg(call_option(o, given) == ICP_OK, "%s: %s", o->name, err.message);
    }
    fill(o, given, 65536);
    ck_assert_int_eq(call_option(o, given), ICP_OK);
    for (uint32_t i = 0; i < TAIL; i++) {
        fill(o, given, size + TAIL);
        given[size + i] = 1;
        ck_assert_msg(call_option(o, given) == ICP_E_UNSUPPORTED, "%s: byte %u", o->name, (unsigned)(size + i));
    }
    /* A bit that no release knows. */
    fill(o, given, size);
    given[o->reserved + 3] = 0x40;
    ck_assert_msg(call_option(o, given) == ICP_E_UNSUPPORTED, "%s: byte %zu", o->name, o->reserved);
    if (o->fill >= ROWS_IN && o->fill <= MODEL_IN) ck_assert_int_eq(option_stream.closed, 1);
    free(given);
}
END_TEST

/* Outputs. */

static icp_status out_column(void *out, struct icp_error *e) { return icp_schema_column(lab.schema, 1, out, e); }
static icp_status out_reference(void *out, struct icp_error *e) { return icp_reference_describe(lab.reference, out, e); }
static icp_status out_model(void *out, struct icp_error *e) { return icp_model_describe(lab.model, out, e); }
static icp_status out_trait(void *out, struct icp_error *e) { return icp_model_trait(lab.model, 1, out, e); }
static icp_status out_score(void *out, struct icp_error *e) {
    return icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_FIT, out, e);
}
static icp_status out_array(void *out, struct icp_error *e) {
    return icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_SCORE, out, e);
}
static icp_status out_spread(void *out, struct icp_error *e) { return icp_distribution_counts(lab.distribution, NULL, out, e); }
static const struct {
    size_t size;
    icp_status (*call)(void *, struct icp_error *);
} outputs[] = {
    {sizeof(struct icp_column), out_column}, {sizeof(struct icp_reference_info), out_reference},
    {sizeof(struct icp_model_info), out_model}, {sizeof(struct icp_trait), out_trait},
    {sizeof(struct icp_score), out_score}, {sizeof(struct icp_array), out_array},
    {sizeof(struct icp_spread), out_spread},
};
enum { OUTPUTS = sizeof outputs / sizeof outputs[0] };

START_TEST(output_structs_smaller_equal_larger) {
    const size_t size = outputs[_i].size;
    uint8_t exact[1024], given[1024], before[1024];
    memset(exact, 0xEE, sizeof exact);
    memcpy(exact, &(uint32_t){(uint32_t)size}, 4);
    ck_assert_int_eq(outputs[_i].call(exact, NULL), ICP_OK);
    for (size_t i = size; i < sizeof exact; i++) ck_assert_uint_eq(exact[i], 0xEE);
    for (uint32_t n = 0; n < size + TAIL; n++) {
        memset(given, 0xEE, sizeof given);
        memcpy(given, &n, 4);
        memcpy(before, given, sizeof before);
        fresh();
        icp_status s = outputs[_i].call(given, &err);
        ck_assert_int_eq(err.code, s);
        if (n < size) {
            ck_assert_int_eq(s, ICP_E_ARGUMENT);
            ck_assert_mem_eq(given, before, sizeof given);
            continue;
        }
        ck_assert_int_eq(s, ICP_OK);
        ck_assert_uint_eq(given[0] | given[1] << 8, n);
        ck_assert_mem_eq(given + 4, exact + 4, size - 4);
        for (size_t i = size; i < sizeof given; i++) ck_assert_uint_eq(given[i], i < n ? 0 : 0xEE);
    }
    memcpy(given, &(uint32_t){65537}, 4);
    memcpy(before, given, sizeof before);
    ck_assert_int_eq(outputs[_i].call(given, NULL), ICP_E_ARGUMENT);
    ck_assert_mem_eq(given, before, sizeof given);
}
END_TEST

/* The error is an output too. */
START_TEST(error_is_written_only_on_failure_and_within_its_size) {
    struct {
        struct icp_error e;
        uint8_t more[16];
    } given, before;
    struct icp_array a = {.struct_size = sizeof a};
    memset(&given, 0xEE, sizeof given);
    given.e.struct_size = sizeof given;
    before = given;
    ck_assert_int_eq(icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_SCORE, &a, &given.e), ICP_OK);
    ck_assert_mem_eq(&given, &before, sizeof given);
    ck_assert_int_eq(icp_result_column(NULL, ICP_LAYER_FIT, ICP_COL_SCORE, &a, &given.e), ICP_E_ARGUMENT);
    ck_assert_int_eq(given.e.code, ICP_E_ARGUMENT);
    for (int i = 0; i < 16; i++) ck_assert_uint_eq(given.more[i], 0);
    static const uint32_t never_set[] = {0, sizeof given.e - 1, 65537};
    for (size_t i = 0; i < 3; i++) {
        memset(&given, 0xEE, sizeof given);
        given.e.struct_size = never_set[i];
        before = given;
        ck_assert_int_eq(icp_result_column(NULL, ICP_LAYER_FIT, ICP_COL_SCORE, &a, &given.e), ICP_E_ARGUMENT);
        ck_assert_mem_eq(&given, &before, sizeof given);
    }
}
END_TEST

/* Life. */

START_TEST(handles_keep_their_context_and_parents_alive) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    icp_reader *r = world_reader(c, lab.rows, strlen(lab.rows), 0);
    icp_reference *reference = world_reference(c, lab.rows);
    icp_reference_builder *b = NULL;
    icp_schema *s = NULL;
    icp_fit *f = fit_of(c, reference, lab.keys);
    icp_model *m = NULL;
    icp_scorer *x = NULL;
    icp_result *result = NULL;
    icp_record *record = NULL;
    icp_distribution *d = NULL;
    icp_pool *pool = NULL;
    icp_batch *batch = NULL;
    icp_buffer *stats = NULL;
    struct icp_sink sink;
    icp_buffer *file = NULL;
    struct icp_score score = {.struct_size = sizeof score};
    ck_assert_int_eq(icp_reference_builder_new(c, NULL, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(c, &result, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_new(c, &d, NULL), ICP_OK);
    ck_assert_int_eq(icp_pool_new(c, 2, &pool, NULL), ICP_OK);
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &file, NULL), ICP_OK);
    icp_context_unref(c);
    ck_assert_int_eq(icp_reader_next(r, &batch, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_stats(r, &stats, NULL), ICP_OK);
    icp_reader_free(r);
    ck_assert_int_eq(icp_reference_schema(reference, &s, NULL), ICP_OK);
    icp_reference_unref(reference); /* the fit keeps it */
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, NULL), ICP_OK);
    icp_fit_free(f);
    ck_assert_int_eq(icp_record_new(s, &record, NULL), ICP_OK);
    icp_schema_unref(s);
    ck_assert_int_eq(icp_scorer_new(m, NULL, &x, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(m, &sink, NULL), ICP_OK);
    icp_model_unref(m);
    ck_assert_int_eq(icp_record_set_text(record, icp_record_column(record, "industry", 8), "Industry B", 10), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(x, record, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(x, batch, result, NULL), ICP_OK);
    icp_scorer_free(x);
    ck_assert_uint_eq(icp_result_rows(result), ROWS);
    ck_assert_int_eq(icp_distribution_add(d, result, ICP_LAYER_FIT, NULL), ICP_OK);
    icp_result_free(result);
    ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, NULL), ICP_OK);
    icp_batch_unref(batch);
    ck_assert_int_eq(icp_reference_builder_finish(b, &reference, NULL), ICP_OK);
    icp_reference_builder_free(b);
    icp_reference_unref(reference);
    icp_record_free(record), icp_distribution_free(d), icp_pool_free(pool);
    icp_buffer_unref(stats), icp_buffer_unref(file);
    ck_assert_uint_eq(k.live, 0);
}
END_TEST

/* Exact blocks without a NUL, gone after the call: an address checker sees a byte too many, the results a missing copy. */
static char *block(const char *text) {
    char *p = malloc(strlen(text));
    memcpy(p, text, strlen(text));
    return p;
}
static void gone(char *p, const char *text) {
    memset(p, '#', strlen(text));
    free(p);
}
START_TEST(strings_given_in_are_copied_and_need_no_nul) {
    struct icp_reference_options ro = {.struct_size = sizeof ro};
    struct icp_fit_options fo = {.struct_size = sizeof fo};
    struct icp_scorer_options so = {.struct_size = sizeof so};
    struct icp_array a = {.struct_size = sizeof a};
    icp_reference_builder *b = NULL;
    icp_reference *reference = NULL;
    icp_fit *f = NULL;
    icp_model *m = NULL;
    icp_scorer *x = NULL;
    icp_schema *s = NULL, *some = NULL;
    icp_buffer *json = NULL;
    struct icp_str text = {NULL, 0};
    struct icp_reference_info info = {.struct_size = sizeof info};
    char *key = block("key"), *not_these = block("founded\ntags");
    ro.key_column = key, ro.key_size = 3, ro.exclude = not_these, ro.exclude_size = 12;
    ck_assert_int_eq(icp_reference_builder_new(lab.c, &ro, &b, NULL), ICP_OK);
    gone(key, "key"), gone(not_these, "founded\ntags");
    ck_assert_int_eq(icp_reference_builder_add_batch(b, lab.batch, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_builder_finish(b, &reference, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_describe(reference, &info, NULL), ICP_OK);
    ck_assert_uint_eq(info.columns, 5);
    ck_assert_str_eq(info.key_column.data, "key");
    key = block("key");
    fo.key_column = key, fo.key_size = 3;
    ck_assert_int_eq(icp_fit_new(lab.c, reference, NULL, &fo, &f, NULL), ICP_OK);
    gone(key, "key");
    icp_reader *r = reader_of(lab.keys);
    ck_assert_int_eq(icp_fit_add_customers(f, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, NULL), ICP_OK);
    key = block("key");
    so.key_column = key, so.key_size = 3;
    ck_assert_int_eq(icp_scorer_new(m, &so, &x, NULL), ICP_OK);
    gone(key, "key");
    ck_assert_int_eq(icp_scorer_score(x, lab.batch, lab.result, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_KEY, &a, NULL), ICP_OK);
    ck_assert_mem_eq(a.data, "k00000", 6);
    ck_assert_int_eq(icp_schema_to_json(lab.schema, &json, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    ck_assert_uint_eq(text.data[text.size], 0);
    char *copy = block(text.data);
    ck_assert_int_eq(icp_schema_from_json(lab.c, copy, text.size, &s, NULL), ICP_OK);
    gone(copy, text.data);
    char *pattern = block("IND*\n?ags");
    ck_assert_int_eq(icp_schema_select(s, pattern, 9, 1, &some, NULL), ICP_OK);
    gone(pattern, "IND*\n?ags");
    char *name = block("industry");
    ck_assert_int_ge(icp_record_column(lab.record, name, 8), 0);
    gone(name, "industry");
    char *id = block("industry=*");
    (void)icp_model_find_trait(m, ICP_LAYER_FIT, id, 10);
    gone(id, "industry=*");
    icp_buffer_unref(json);
    icp_schema_unref(s), icp_schema_unref(some);
    icp_scorer_free(x), icp_model_unref(m), icp_fit_free(f), icp_reference_unref(reference), icp_reference_builder_free(b);
}
END_TEST

START_TEST(strings_given_out_are_nul_terminated) {
#define ENDS(s) ck_assert(!(s).data || (s).data[(s).size] == 0)
    struct icp_model_info info = {.struct_size = sizeof info};
    for (uint32_t i = 0; i < icp_schema_columns(lab.schema); i++) {
        struct icp_column c = {.struct_size = sizeof c};
        ck_assert_int_eq(icp_schema_column(lab.schema, i, &c, NULL), ICP_OK);
        ck_assert_ptr_nonnull(c.name.data);
        ENDS(c.name), ENDS(c.id), ENDS(c.reason);
    }
    ck_assert_int_eq(icp_model_describe(lab.model, &info, NULL), ICP_OK);
    ck_assert_uint_gt(info.traits, 0);
    for (uint32_t i = 0; i < info.traits; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        ck_assert_int_eq(icp_model_trait(lab.model, i, &t, NULL), ICP_OK);
        ck_assert_ptr_nonnull(t.id.data);
        ENDS(t.id), ENDS(t.column), ENDS(t.label);
        ck_assert_int_eq(icp_model_find_trait(lab.model, t.layer, t.id.data, t.id.size), (int32_t)i);
    }
    for (uint32_t i = 0; i < icp_batch_columns(lab.batch); i++) ENDS(icp_batch_name(lab.batch, i));
    icp_buffer *buffers[3] = {lab.model_file, NULL, NULL};
    ck_assert_int_eq(icp_model_summary(lab.model, &buffers[1], NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_matches(lab.fit, &buffers[2], NULL), ICP_OK);
    for (int i = 0; i < 3; i++) {
        struct icp_str s = {NULL, 0};
        ck_assert_int_eq(icp_buffer_data(buffers[i], &s), ICP_OK);
        ENDS(s);
    }
    icp_buffer_unref(buffers[1]), icp_buffer_unref(buffers[2]);
}
END_TEST

/* Cancelling. */

struct stopper {
    int calls, stop_at;
    uint32_t stage;
    uint64_t done;
};
static int32_t stop(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    struct stopper *s = user;
    ck_assert(stage >= ICP_STAGE_READ && stage <= ICP_STAGE_CALIBRATE);
    ck_assert(!total || done <= total);
    if (stage == s->stage) ck_assert_uint_ge(done, s->done);
    s->stage = stage, s->done = done;
    return ++s->calls == s->stop_at ? 1 : 0;
}
/* Runs a call, to be stopped at each of its progress calls, then to its end. */
static void cancelled_at_each_call(icp_status (*call)(const struct icp_progress *, struct icp_error *), int least) {
    for (int i = 1;; i++) {
        struct stopper s = {.stop_at = i};
        struct icp_progress p = {.struct_size = sizeof p, .user = &s, .fn = stop};
        fresh();
        icp_status st = call(&p, &err);
        if (s.calls < i) {
            ck_assert_msg(st == ICP_OK, "%s", err.message);
            ck_assert_msg(i > least, "only %d calls of progress", i - 1);
            return;
        }
        ck_assert_int_eq(s.calls, i); /* not asked again */
        ck_assert_msg(st == ICP_E_CANCELLED, "stopped at call %d: %s %s", i, icp_status_name(st), err.message);
        ck_assert_int_eq(err.code, ICP_E_CANCELLED);
        ck_assert_str_eq(err.message, "stopped by the progress callback");
    }
}
static icp_status cancel_infer(const struct icp_progress *p, struct icp_error *e) {
    icp_reader *r = reader_of(lab.long_rows);
    icp_schema *s = NOTHING;
    icp_status st = icp_schema_infer(lab.c, r, p, &s, e);
    if (st) ck_assert_ptr_eq(s, NOTHING);
    else icp_schema_unref(s);
    icp_reader_free(r);
    return st;
}
static icp_status cancel_builder(const struct icp_progress *p, struct icp_error *e) {
    icp_reader *r = reader_of(lab.long_rows);
    icp_reference_builder *b = NULL;
    icp_reference *out = NOTHING;
    ck_assert_int_eq(icp_reference_builder_new(lab.c, NULL, &b, NULL), ICP_OK);
    icp_status st = icp_reference_builder_add(b, r, p, e);
    icp_reader_free(r);
    if (st) { /* "after a failure the builder may only be freed" */
        ck_assert_int_eq(icp_reference_builder_finish(b, &out, NULL), ICP_E_STATE);
        ck_assert_int_eq(icp_reference_builder_add_batch(b, lab.batch, NULL), ICP_E_STATE);
        ck_assert_int_eq(icp_reference_builder_merge(b, lab.reference, NULL), ICP_E_STATE);
        ck_assert_ptr_eq(out, NOTHING);
    }
    icp_reference_builder_free(b);
    return st;
}
static icp_status cancel_customers(const struct icp_progress *p, struct icp_error *e) {
    icp_reader *r = reader_of(lab.long_rows);
    icp_fit *f = NULL;
    ck_assert_int_eq(icp_fit_new(lab.c, lab.reference, lab.schema, NULL, &f, NULL), ICP_OK);
    icp_status st = icp_fit_add_customers(f, r, p, e);
    icp_reader_free(r), icp_fit_free(f);
    return st;
}
static icp_status cancel_universe(const struct icp_progress *p, struct icp_error *e) {
    icp_reader *r = reader_of(lab.long_rows);
    icp_fit *f = fit_of(lab.c, lab.reference, lab.keys);
    icp_status st = icp_fit_add_universe(f, r, p, e);
    icp_reader_free(r), icp_fit_free(f);
    return st;
}
static icp_status cancel_run(const struct icp_progress *p, struct icp_error *e) {
    icp_model *m = NOTHING;
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    icp_status st = icp_fit_run(lab.fit, p, &m, e);
    if (st) {
        ck_assert_ptr_eq(m, NOTHING);
        return st;
    }
    /* All those that were stopped have left nothing behind. */
    ck_assert_int_eq(icp_model_describe(m, &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_describe(lab.model, &b, NULL), ICP_OK);
    ck_assert_mem_eq(a.id, b.id, 32);
    icp_model_unref(m);
    return st;
}
START_TEST(progress_stops_schema_infer) { cancelled_at_each_call(cancel_infer, 2); }
END_TEST
START_TEST(progress_stops_builder_add) { cancelled_at_each_call(cancel_builder, 2); }
END_TEST
START_TEST(progress_stops_add_customers) { cancelled_at_each_call(cancel_customers, 2); }
END_TEST
START_TEST(progress_stops_add_universe) { cancelled_at_each_call(cancel_universe, 2); }
END_TEST
START_TEST(progress_stops_fit_run) { cancelled_at_each_call(cancel_run, 4); }
END_TEST

/* Failing input. */

static icp_status read_rows(struct stream *st, int use) {
    struct icp_source source = source_of(st);
    struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 7};
    icp_reader *r = NOTHING;
    icp_status s = icp_reader_open(lab.c, &source, &o, &r, &err);
    if (s) {
        ck_assert_ptr_eq(r, NOTHING);
        return s;
    }
    if (use == 0) {
        icp_batch *b = NULL;
        while (!(s = icp_reader_next(r, &b, &err)) && b) icp_batch_unref(b), b = NOTHING;
        struct icp_error same = err;
        if (s) {
            fresh();
            ck_assert_int_eq(icp_reader_next(r, &b, &err), s);
            ck_assert_mem_eq(&same, &err, sizeof same);
        }
    } else if (use == 1) {
        icp_schema *schema = NOTHING;
        s = icp_schema_infer(lab.c, r, NULL, &schema, &err);
        if (s) ck_assert_ptr_eq(schema, NOTHING);
        else icp_schema_unref(schema);
    } else if (use == 2) {
        icp_reference_builder *b = NULL;
        ck_assert_int_eq(icp_reference_builder_new(lab.c, NULL, &b, NULL), ICP_OK);
        s = icp_reference_builder_add(b, r, NULL, &err);
        icp_reference_builder_free(b);
    } else {
        icp_fit *f = fit_of(lab.c, lab.reference, lab.keys);
        s = (use == 3 ? icp_fit_add_customers : icp_fit_add_universe)(f, r, NULL, &err);
        icp_fit_free(f);
    }
    ck_assert_int_eq(st->closed, 0); /* "closes the source and releases the reader" */
    icp_reader_free(r);
    return s;
}
static icp_status read_reference(struct stream *st) {
    struct icp_source source = source_of(st);
    icp_reference *r = NOTHING;
    icp_status s = icp_reference_load(lab.c, &source, &r, &err);
    if (s) ck_assert_ptr_eq(r, NOTHING);
    else icp_reference_unref(r);
    return s;
}
static icp_status read_model(struct stream *st) {
    struct icp_source source = source_of(st);
    icp_model *m = NOTHING;
    icp_status s = icp_model_load(lab.c, &source, &m, &err);
    if (s) ck_assert_ptr_eq(m, NOTHING);
    else icp_model_unref(m);
    return s;
}
START_TEST(source_fails_at_each_read) {
    const size_t live = lab.k.live;
    for (int i = 1;; i++) {
        struct stream st = stream_of(_i == 5 ? lab.reference_file : _i == 6 ? lab.model_file : NULL);
        if (_i < 5) st.data = (struct icp_str){lab.rows, strlen(lab.rows)}, st.chunk = 300;
        st.fail_at = i;
        fresh();
        icp_status s = _i < 5 ? read_rows(&st, _i) : _i == 5 ? read_reference(&st) : read_model(&st);
        ck_assert_int_eq(st.closed, 1);
        if (_i != 4) ck_assert_uint_eq(lab.k.live, live);
        if (st.calls < i) {
            ck_assert_msg(s == ICP_OK, "%s", err.message);
            ck_assert_int_gt(i, 5);
            return;
        }
        ck_assert_int_eq(st.calls, i); /* not asked again */
        ck_assert_msg(s == ICP_E_IO, "read %d: %s %s", i, icp_status_name(s), err.message);
        ck_assert_int_eq(err.code, ICP_E_IO);
        ck_assert_str_eq(err.source, "the name");
        ck_assert_str_eq(err.message, "the source failed");
    }
}
END_TEST

START_TEST(close_and_name_of_a_source_may_be_null) {
    struct stream st = stream_of(lab.model_file);
    struct icp_source source = source_of(&st);
    icp_model *m = NULL;
    source.close = NULL, source.name = NULL, source.size_hint = 0;
    ck_assert_int_eq(icp_model_load(lab.c, &source, &m, NULL), ICP_OK);
    icp_model_unref(m);
    st.at = 0, st.calls = 0, st.fail_at = 2;
    fresh();
    ck_assert_int_eq(icp_model_load(lab.c, &source, &m, &err), ICP_E_IO);
    ck_assert_str_eq(err.source, "");
    source.read = NULL;
    REFUSED(ICP_E_ARGUMENT, icp_model_load(lab.c, &source, &m, e));
}
END_TEST

/* Failing output. */

static icp_status write_out(struct stream *st, int which) {
    struct icp_sink sink = sink_of(st);
    fresh();
    return which ? icp_model_save(lab.model, &sink, &err) : icp_reference_save(lab.reference, &sink, &err);
}
START_TEST(sink_fails_at_each_write) {
    struct icp_str whole = {NULL, 0};
    ck_assert_int_eq(icp_buffer_data(_i ? lab.model_file : lab.reference_file, &whole), ICP_OK);
    for (int i = 1;; i++) {
        struct stream st = {.chunk = 500, .fail_at = i};
        icp_status s = write_out(&st, _i);
        if (st.calls < i) {
            ck_assert_int_eq(s, ICP_OK);
            ck_assert(st.committed == 1 && st.aborted == 0);
            ck_assert_uint_eq(st.at, whole.size);
            ck_assert_int_gt(i, 5);
            break;
        }
        ck_assert_int_eq(st.calls, i);
        ck_assert_msg(s == ICP_E_IO, "write %d: %s %s", i, icp_status_name(s), err.message);
        ck_assert(st.committed == 0 && st.aborted == 1);
        ck_assert_str_eq(err.source, "the name");
        ck_assert_str_eq(err.message, "the sink failed");
    }
    struct stream st = {.chunk = 500, .commit_fails = -1};
    ck_assert_int_eq(write_out(&st, _i), ICP_E_IO);
    ck_assert(st.committed == 1 && st.aborted == 0); /* a commit that fails forgets, as abort does */
    ck_assert_str_eq(err.source, "the name");
    ck_assert_str_eq(err.message, "the sink failed to commit");
    struct stream zero = {.chunk = 0}; /* "bytes taken, at least 1" */
    ck_assert_int_eq(write_out(&zero, _i), ICP_E_IO);
    ck_assert(zero.committed == 0 && zero.aborted == 1);
}
END_TEST

START_TEST(commit_abort_and_name_of_a_sink_may_be_null) {
    struct stream st = {.chunk = 1000};
    struct icp_sink sink = sink_of(&st);
    sink.commit = NULL, sink.abort = NULL, sink.name = NULL;
    ck_assert_int_eq(icp_model_save(lab.model, &sink, NULL), ICP_OK);
    st.calls = 0, st.fail_at = 2;
    fresh();
    ck_assert_int_eq(icp_model_save(lab.model, &sink, &err), ICP_E_IO);
    ck_assert_str_eq(err.source, "");
    sink.write = NULL;
    REFUSED(ICP_E_ARGUMENT, icp_model_save(lab.model, &sink, e));
    REFUSED(ICP_E_ARGUMENT, icp_reference_save(lab.reference, &sink, e));
}
END_TEST

START_TEST(memory_sink_leaves_the_buffer_alone_on_abort) {
    icp_buffer *b = NOTHING;
    struct icp_sink sink;
    ck_assert_int_eq(icp_sink_to_memory(lab.c, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(sink.write(sink.user, "abc", 3), 3);
    sink.abort(sink.user);
    ck_assert_ptr_eq(b, NOTHING);
    ck_assert_int_eq(icp_sink_to_memory(lab.c, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(NULL, &sink, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_eq(b, NOTHING);
}
END_TEST

/* Single sentences. */

static int32_t refuse_parallel(void *user, uint32_t tasks, void (*task)(void *, uint32_t), void *arg) {
    (void)task, (void)arg, (void)tasks;
    ++*(int *)user;
    return 1;
}
static int32_t backwards(void *user, uint32_t tasks, void (*task)(void *, uint32_t), void *arg) {
    ++*(int *)user;
    while (tasks) task(arg, --tasks);
    return 0;
}
static icp_status fitted_id(const struct icp_context_options *o, uint8_t id[32]) {
    icp_context *c = NULL;
    icp_model *m = NOTHING;
    struct icp_model_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(icp_context_new(o, &c, NULL), ICP_OK);
    icp_reference *r = world_reference(c, lab.rows);
    icp_fit *f = fit_of(c, r, lab.keys);
    icp_status s = icp_fit_run(f, NULL, &m, NULL);
    if (s) ck_assert_ptr_eq(m, NOTHING);
    else {
        ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
        memcpy(id, info.id, 32);
        icp_model_unref(m);
    }
    icp_fit_free(f), icp_reference_unref(r), icp_context_unref(c);
    return s;
}
START_TEST(parallel_and_hash_seed_never_change_a_result) {
    int calls = 0;
    struct icp_context_options o = {.struct_size = sizeof o, .parallel = backwards, .parallel_user = &calls};
    struct icp_model_info info = {.struct_size = sizeof info};
    uint8_t id[32];
    ck_assert_int_eq(icp_model_describe(lab.model, &info, NULL), ICP_OK);
    ck_assert_int_eq(fitted_id(&o, id), ICP_OK);
    ck_assert_mem_eq(id, info.id, 32);
    ck_assert_int_gt(calls, 0);
    o.parallel = refuse_parallel, calls = 0;
    ck_assert_int_eq(fitted_id(&o, id), ICP_E_STATE);
    ck_assert_int_eq(calls, 1);
    o.parallel = NULL;
    for (uint64_t seed = 1; seed < 4; seed++) {
        o.hash_seed = seed * UINT64_C(0x9E3779B97F4A7C15);
        ck_assert_int_eq(fitted_id(&o, id), ICP_OK);
        ck_assert_mem_eq(id, info.id, 32);
    }
}
END_TEST

START_TEST(select_reads_one_pattern_per_line_and_names_the_idle_one) {
    icp_schema *s = NOTHING;
    struct icp_column c = {.struct_size = sizeof c};
    REFUSED(ICP_E_SCHEMA, icp_schema_select(lab.schema, "industry\nno_such*\ntags", 22, 1, &s, e));
    ck_assert_ptr_eq(s, NOTHING);
    ck_assert_str_eq(err.message, "no column matches \"no_such*\"");
    REFUSED(ICP_E_SCHEMA, icp_schema_select(lab.schema, "\n\n", 2, 1, &s, e));
    for (int keep = 0; keep < 2; keep++) {
        ck_assert_int_eq(icp_schema_select(lab.schema, "INDUSTR?\r\n\ntag*\n*y\n", 19, keep, &s, NULL), ICP_OK);
        ck_assert_uint_eq(icp_schema_columns(s), icp_schema_columns(lab.schema));
        for (uint32_t i = 0; i < icp_schema_columns(s); i++) {
            ck_assert_int_eq(icp_schema_column(s, i, &c, NULL), ICP_OK);
            int matched = !strcmp(c.name.data, "industry") || !strcmp(c.name.data, "tags") || !strcmp(c.name.data, "country");
            if (!strcmp(c.name.data, "key")) ck_assert_int_eq(c.kind, ICP_KIND_KEY);
            else ck_assert_msg((c.kind == ICP_KIND_IGNORED) == (matched != keep), "%s %s", c.name.data, c.reason.data);
            if (!strcmp(c.name.data, "tags") && !keep) ck_assert_str_eq(c.reason.data, "left out by \"tag*\"");
            if (!strcmp(c.name.data, "founded") && keep)
                ck_assert_str_eq(c.reason.data, "not asked for: only \"INDUSTR?\", \"tag*\", \"*y\"");
        }
        icp_schema_unref(s);
    }
}
END_TEST

START_TEST(finished_builder_is_empty_again) {
    icp_reference *r = NOTHING;
    ck_assert_int_eq(icp_reference_builder_add_batch(lab.builder, lab.batch, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_builder_finish(lab.builder, &r, NULL), ICP_OK);
    icp_reference_unref(r);
    r = NOTHING;
    REFUSED(ICP_E_KEY, icp_reference_builder_finish(lab.builder, &r, e));
    ck_assert_ptr_eq(r, NOTHING);
    ck_assert_int_eq(icp_reference_builder_add_batch(lab.builder, lab.batch, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_builder_finish(lab.builder, &r, NULL), ICP_OK);
    struct icp_reference_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_reference_describe(r, &i, NULL), ICP_OK);
    ck_assert_uint_eq(i.rows_read, ROWS);
    icp_reference_unref(r);
}
END_TEST

static void count(void *user) { ++*(int *)user; }
START_TEST(release_is_called_on_the_last_unref_not_on_failure) {
    struct icp_str s = {NULL, 0};
    int released = 0;
    icp_model *m = NOTHING;
    ck_assert_int_eq(icp_buffer_data(lab.model_file, &s), ICP_OK);
    char *room = malloc(s.size + 8);
    for (size_t shift = 0; shift < 8; shift++) { /* "any alignment" */
        memcpy(room + shift, s.data, s.size);
        released = 0;
        ck_assert_int_eq(icp_model_load_memory(lab.c, room + shift, s.size - 1, count, &released, &m, NULL) != ICP_OK, 1);
        ck_assert_int_eq(released, 0);
        ck_assert_int_eq(icp_model_load_memory(lab.c, room + shift, s.size, count, &released, &m, NULL), ICP_OK);
        icp_model_ref(m);
        icp_model_unref(m);
        ck_assert_int_eq(released, 0);
        icp_scorer *x = NULL;
        ck_assert_int_eq(icp_scorer_new(m, NULL, &x, NULL), ICP_OK);
        icp_model_unref(m);
        ck_assert_int_eq(released, 0);
        icp_scorer_free(x);
        ck_assert_int_eq(released, 1);
        ck_assert_int_eq(icp_model_load_memory(lab.c, room + shift, s.size, NULL, NULL, &m, NULL), ICP_OK);
        icp_model_unref(m);
    }
    free(room);
}
END_TEST

START_TEST(contributions_say_how_many_and_write_no_more_than_cap) {
    int32_t trait[64], points[64];
    size_t n = 0, all;
    int64_t sum = 0;
    struct icp_score score = {.struct_size = sizeof score};
    ck_assert_int_eq(icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_FIT, &score, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, NULL, NULL, 0, &all, NULL), ICP_OK);
    ck_assert_uint_ge(all, 1);
    ck_assert_uint_le(all, 64);
    for (size_t cap = 0; cap <= all; cap++) {
        memset(trait, 0xEE, sizeof trait), memset(points, 0xEE, sizeof points);
        ck_assert_int_eq(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, trait, points, cap, &n, NULL), ICP_OK);
        ck_assert_uint_eq(n, all);
        for (size_t i = cap; i < 64; i++) ck_assert(trait[i] == (int32_t)0xEEEEEEEE && points[i] == (int32_t)0xEEEEEEEE);
    }
    for (size_t i = 0; i < all; i++) {
        sum += points[i];
        if (i) ck_assert_int_lt(trait[i - 1], trait[i]);
    }
    ck_assert_int_eq(sum, score.millipoints);
    icp_scorer *x = NULL;
    ck_assert_int_eq(icp_scorer_new(lab.model, NULL, &x, NULL), ICP_OK);
    REFUSED(ICP_E_STATE, icp_scorer_contributions(x, ICP_LAYER_FIT, NULL, NULL, 0, &n, e));
    icp_scorer_free(x);
}
END_TEST

/* A call that fails does not take the last record's explanation away: its output is untouched, so is what it belongs to. */
START_TEST(failing_score_record_keeps_the_last_one) {
    struct icp_score score = {.struct_size = sizeof score};
    size_t before = 0, after = 0;
    ck_assert_int_eq(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, NULL, NULL, 0, &before, NULL), ICP_OK);
    score.struct_size = 8;
    NULLED(icp_scorer_score_record(lab.scorer, lab.record, NULL, ICP_LAYER_FIT, &score, e));
    icp_record *other = NULL;
    ck_assert_int_eq(icp_record_new(lab.schema, &other, NULL), ICP_OK);
    score.struct_size = 65537;
    NULLED(icp_scorer_score_record(lab.scorer, other, NULL, ICP_LAYER_FIT, &score, e));
    ck_assert_int_eq(icp_scorer_contributions(lab.scorer, ICP_LAYER_FIT, NULL, NULL, 0, &after, NULL), ICP_OK);
    ck_assert_uint_eq(before, after);
    icp_record_free(other);
}
END_TEST

START_TEST(result_keeps_its_content_when_scoring_fails) {
    static const int64_t offsets[] = {0, 1, 2};
    struct icp_scorer_options o = {.struct_size = sizeof o, .key_column = "nokey", .key_size = 5};
    struct icp_array a = {.struct_size = sizeof a}, b = a;
    icp_batch *strange = NULL;
    icp_scorer *x = NULL;
    int32_t copy[ROWS];
    ck_assert_int_eq(icp_batch_from_text(lab.c, 1, 2, "zy", offsets, NULL, &strange, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_new(lab.model, &o, &x, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_SCORE, &a, NULL), ICP_OK);
    ck_assert_uint_eq(a.rows, ROWS);
    memcpy(copy, a.data, sizeof copy);
    REFUSED(ICP_E_SCHEMA, icp_scorer_score(lab.scorer, strange, lab.result, e));
    REFUSED(ICP_E_KEY, icp_scorer_score(x, lab.batch, lab.result, e));
    ck_assert_int_eq(icp_result_column(lab.result, ICP_LAYER_FIT, ICP_COL_SCORE, &b, NULL), ICP_OK);
    ck_assert_mem_eq(&a, &b, sizeof a);
    ck_assert_mem_eq(a.data, copy, sizeof copy);
    icp_scorer_free(x), icp_batch_unref(strange);
}
END_TEST

START_TEST(end_of_input_is_null_again_and_again) {
    icp_reader *r = reader_of(lab.rows);
    icp_batch *b = NOTHING;
    ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
    icp_batch *kept = b;
    for (int i = 0; i < 3; i++) {
        b = NOTHING;
        ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
        ck_assert_ptr_null(b);
    }
    icp_reader_free(r);
    ck_assert_uint_eq(icp_batch_rows(kept), ROWS); /* "batches may outlive the reader" */
    ck_assert_mem_eq(icp_batch_cell(kept, 0, 0).data, "k00000", 6);
    icp_batch_unref(kept);
}
END_TEST

int main(void) {
    Suite *s = suite_create("entry");
    TCase *t = tcase_create("entry");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_add_test(t, null_arguments_of_base);
    tcase_add_test(t, null_arguments_of_batch);
    tcase_add_test(t, null_and_ranges_of_records);
    tcase_add_test(t, null_arguments_of_reference);
    tcase_add_test(t, null_arguments_of_fit_and_model);
    tcase_add_test(t, null_and_ranges_of_score);
    tcase_add_test(t, ref_returns_its_argument_and_null_is_nothing);
    tcase_add_loop_test(t, option_structs_smaller_equal_larger, 0, OPTIONS);
    tcase_add_loop_test(t, output_structs_smaller_equal_larger, 0, OUTPUTS);
    tcase_add_test(t, error_is_written_only_on_failure_and_within_its_size);
    tcase_add_test(t, handles_keep_their_context_and_parents_alive);
    tcase_add_test(t, strings_given_in_are_copied_and_need_no_nul);
    tcase_add_test(t, strings_given_out_are_nul_terminated);
    tcase_add_test(t, progress_stops_schema_infer);
    tcase_add_test(t, progress_stops_builder_add);
    tcase_add_test(t, progress_stops_add_customers);
    tcase_add_test(t, progress_stops_add_universe);
    tcase_add_test(t, progress_stops_fit_run);
    tcase_add_loop_test(t, source_fails_at_each_read, 0, 7);
    tcase_add_test(t, close_and_name_of_a_source_may_be_null);
    tcase_add_loop_test(t, sink_fails_at_each_write, 0, 2);
    tcase_add_test(t, commit_abort_and_name_of_a_sink_may_be_null);
    tcase_add_test(t, memory_sink_leaves_the_buffer_alone_on_abort);
    tcase_add_test(t, parallel_and_hash_seed_never_change_a_result);
    tcase_add_test(t, select_reads_one_pattern_per_line_and_names_the_idle_one);
    tcase_add_test(t, finished_builder_is_empty_again);
    tcase_add_test(t, release_is_called_on_the_last_unref_not_on_failure);
    tcase_add_test(t, contributions_say_how_many_and_write_no_more_than_cap);
    tcase_add_test(t, failing_score_record_keeps_the_last_one);
    tcase_add_test(t, result_keeps_its_content_when_scoring_fails);
    tcase_add_test(t, end_of_input_is_null_again_and_again);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
