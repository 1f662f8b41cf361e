/* SPDX-License-Identifier: MIT */
/* One of every handle, sources and sinks that fail on command: for tests of what the headers promise of every function. */
#pragma once
#include "check_main.h"
#include "counting.h"
#include "timing_world.h"

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
    char *firms, *events, *outcomes, *long_events; /* with a past */
    icp_reference *known;
    icp_fit *timing_fit;
    icp_model *timing; /* fit, intent, retention */
    icp_account *account;
    icp_accounts *accounts;
    icp_scorer *timing_scorer;
    icp_record *timing_record;
} lab;

static inline icp_buffer *saved(icp_context *c, const icp_reference *r, const icp_model *m) {
    struct icp_sink s;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(c, &s, &b, NULL), ICP_OK);
    ck_assert_int_eq(r ? icp_reference_save(r, &s, NULL) : icp_model_save(m, &s, NULL), ICP_OK);
    return b;
}
static inline icp_reader *reader_of(const char *text) { return world_reader(lab.c, text, strlen(text), 0); }
static inline icp_fit *fit_of(icp_context *c, icp_reference *r, const char *keys) {
    icp_fit *f = NULL;
    icp_reader *in = world_reader(c, keys, strlen(keys), 0);
    ck_assert_int_eq(icp_fit_new(c, r, NULL, NULL, &f, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_add_customers(f, in, NULL, NULL), ICP_OK);
    icp_reader_free(in);
    return f;
}
/* Some MiB: progress is called once per MiB. */
static inline char *long_rows_of(const struct world *w) {
    char *text = malloc((size_t)w->rows * 60 * 1024), *p = text;
    p += sprintf(p, "key,industry,description\n");
    for (int i = 0; i < w->rows; i++) {
        p += sprintf(p, "%s,%s,", w->row[i].key, w->row[i].cells[0]);
        for (int k = 0; k < 9000; k++) p += sprintf(p, "word%c ", 'a' + (i + k) % 26);
        p += sprintf(p, "\n");
    }
    return text;
}
/* Likewise, events. */
static inline char *long_events(void) {
    char *text = malloc(60 * 60000), *p = text + sprintf(text, "domain,type,time,note\n");
    for (int i = 0; i < 60; i++) {
        p += sprintf(p, "firm%04d.com,%s,2024-%02d-%02d,", i % 40, i % 3 ? "renewed" : "churned", i % 12 + 1, i % 28 + 1);
        memset(p, 'x', 55000);
        p += 55000;
        p += sprintf(p, "\n");
    }
    return text;
}
static inline void past_setup(void) {
    struct timing_world w = timing_world_new(3, 40);
    char *customers = timing_companies(&w, 1);
    struct icp_scorer_options o = {.struct_size = sizeof o, .flags = ICP_SCORER_AS_OF, .as_of = TIMING_END};
    const struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END - TIMING_DAY, .type = "login", .type_size = 5};
    struct icp_score score = {.struct_size = sizeof score};
    icp_schema *schema = NULL;
    lab.firms = timing_companies(&w, 0), lab.events = timing_csv(&w, &w.events, 0, 0, 1), lab.outcomes = timing_csv(&w, &w.outcomes, 0, 0, 1);
    lab.long_events = long_events();
    const struct timing_given g = {.companies = lab.firms, .customers = customers, .events = lab.events, .outcomes = lab.outcomes, .options = {.flags = ICP_FIT_ALLOW_FEW}};
    lab.known = world_reference(lab.c, lab.firms);
    lab.timing_fit = timing_fit_new(lab.c, &g);
    ck_assert_int_eq(icp_fit_run(lab.timing_fit, NULL, &lab.timing, NULL), ICP_OK);
    lab.accounts = timing_accounts(lab.timing, lab.c, TIMING_END, (const char *const *)&lab.events, 1, NULL);
    ck_assert_int_eq(icp_account_new(lab.timing, &lab.account, NULL), ICP_OK);
    ck_assert_int_eq(icp_account_add(lab.account, &e, NULL), ICP_OK);
    o.accounts = lab.accounts;
    ck_assert_int_eq(icp_scorer_new(lab.timing, &o, &lab.timing_scorer, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_schema(lab.timing, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &lab.timing_record, NULL), ICP_OK);
    icp_schema_unref(schema);
    ck_assert_int_eq(icp_scorer_score_record(lab.timing_scorer, lab.timing_record, lab.account, ICP_LAYER_INTENT, &score, NULL), ICP_OK);
    timing_world_free(&w), free(customers);
}
static inline void past_teardown(void) {
    icp_record_free(lab.timing_record), icp_scorer_free(lab.timing_scorer);
    icp_account_free(lab.account), icp_accounts_unref(lab.accounts);
    icp_model_unref(lab.timing), icp_fit_free(lab.timing_fit), icp_reference_unref(lab.known);
    free(lab.firms), free(lab.events), free(lab.outcomes), free(lab.long_events);
}
static inline void setup(void) {
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
    past_setup();
}
static inline void teardown(void) {
    past_teardown();
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
static inline int64_t give(void *user, void *buf, size_t cap) {
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
static inline void closed(void *user) { ((struct stream *)user)->closed++; }
static inline struct icp_source source_of(struct stream *s) {
    return (struct icp_source){sizeof(struct icp_source), 0, s, give, closed, "the name", s->data.size};
}
static inline int64_t take(void *user, const void *buf, size_t n) {
    struct stream *s = user;
    (void)buf;
    ck_assert_int_eq(s->committed + s->aborted, 0);
    if (++s->calls == s->fail_at) return -7;
    n = n < s->chunk ? n : s->chunk;
    s->at += n;
    return (int64_t)n;
}
static inline int32_t commit(void *user) {
    struct stream *s = user;
    s->committed++;
    return s->commit_fails;
}
static inline void aborted(void *user) { ((struct stream *)user)->aborted++; }
static inline struct icp_sink sink_of(struct stream *s) {
    return (struct icp_sink){sizeof(struct icp_sink), 0, s, take, commit, aborted, "the name"};
}
static inline struct stream stream_of(icp_buffer *b) {
    struct stream s = {.chunk = 700};
    if (b) ck_assert_int_eq(icp_buffer_data(b, &s.data), ICP_OK);
    return s;
}

#define NOTHING ((void *)(uintptr_t)0x1235)
static struct icp_error err;
static inline void fresh(void) {
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
