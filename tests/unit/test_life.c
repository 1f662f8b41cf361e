/* SPDX-License-Identifier: MIT */
/* What the headers promise: life and ownership, cancelling, failing input and output, single sentences. */
#include <pthread.h>
#include "handles.h"

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

START_TEST(accounts_keep_their_model_alive) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    const struct timing_given g = {.companies = lab.firms, .events = lab.events, .outcomes = lab.outcomes, .options = {.layers = TIMING_INTENT, .flags = ICP_FIT_ALLOW_FEW}};
    const struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END - TIMING_DAY, .type = "login", .type_size = 5};
    icp_model *m = timing_model(c, &g);
    icp_accounts *a = timing_accounts(m, c, TIMING_END, (const char *const *)&lab.events, 1, NULL);
    icp_account *one = NULL, *other = NULL;
    icp_buffer *json = NULL, *card = NULL;
    icp_reader *firms = world_reader(c, lab.firms, strlen(lab.firms), 0);
    icp_batch *batch = NULL;
    icp_result *result = NULL;
    size_t size = 0;
    ck_assert_int_eq(icp_account_new(m, &one, NULL), ICP_OK);
    ck_assert_int_eq(icp_accounts_account(a, "firm0001.com", 12, &other, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_card(m, &card, NULL), ICP_OK);
    icp_scorer *s = timing_scorer(m, 0, a, 0);
    ck_assert_int_eq(icp_result_new(c, &result, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_next(firms, &batch, NULL), ICP_OK);
    icp_reader_free(firms);
    icp_model_unref(m);
    icp_context_unref(c);
    ck_assert_int_eq(icp_accounts_audit(a, ICP_LAYER_INTENT, &json, NULL), ICP_OK);
    icp_accounts_unref(a); /* the scorer keeps them */
    ck_assert_int_eq(icp_scorer_score(s, batch, result, NULL), ICP_OK);
    icp_scorer_free(s);
    ck_assert_int_eq(timing_column(result, ICP_LAYER_INTENT, ICP_COL_STALE).rows, 40);
    ck_assert_int_eq(icp_account_add(one, &e, NULL), ICP_OK);
    ck_assert_int_eq(icp_account_save(one, NULL, 0, &size, NULL), ICP_OK);
    icp_account_free(one), icp_account_free(other);
    icp_result_free(result), icp_batch_unref(batch), icp_buffer_unref(json), icp_buffer_unref(card);
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

/* Names, types, keys and cards: the same with blocks that are gone as with texts that stay. */
static icp_model *fit_of_blocks(int blocks, icp_account **account) {
#define GIVEN(text) (blocks ? block(text) : (char *)(uintptr_t)(text))
#define FORGET(p, text) (blocks ? gone((p), (text)) : (void)0)
    static const char card[] = "{\"owner\":\"Ann\",\"playbook\":{\"low\":\"wait\"}}";
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_ALLOW_FEW, .layers = TIMING_INTENT};
    struct icp_event_columns columns = {.struct_size = sizeof columns};
    struct icp_accounts_options ao = {.struct_size = sizeof ao};
    struct icp_event e = {.struct_size = sizeof e, .time = TIMING_END - 100 * TIMING_DAY};
    icp_fit *f = NULL;
    icp_model *m = NULL;
    icp_accounts *a = NULL;
    char *text = GIVEN("moon landing"), *names[4] = {GIVEN("domain"), GIVEN("type"), GIVEN("time"), GIVEN("amount")};
    o.invalidates = text, o.invalidates_size = 12;
    ck_assert_int_eq(icp_fit_new(lab.c, lab.known, NULL, &o, &f, NULL), ICP_OK);
    FORGET(text, "moon landing");
    columns.key = names[0], columns.key_size = 6, columns.type = names[1], columns.type_size = 4;
    columns.time = names[2], columns.time_size = 4, columns.value = names[3], columns.value_size = 6;
    icp_reader *r = reader_of(lab.events);
    ck_assert_int_eq(icp_fit_add_events(f, r, &columns, NULL, NULL), ICP_OK);
    icp_reader_free(r);
    FORGET(names[0], "domain"), FORGET(names[1], "type"), FORGET(names[2], "time"), FORGET(names[3], "amount");
    char *key = GIVEN("firm0003.com"), *type = GIVEN("Moon Landing");
    e.type = type, e.type_size = 12;
    ck_assert_int_eq(icp_fit_add_event(f, key, 12, &e, NULL), ICP_OK);
    FORGET(type, "Moon Landing"), FORGET(key, "firm0003.com");
    key = GIVEN("firm0004.com"), type = GIVEN("converted");
    e.type = type, e.type_size = 9;
    ck_assert_int_eq(icp_fit_add_outcome(f, key, 12, &e, NULL), ICP_OK);
    FORGET(type, "converted"), FORGET(key, "firm0004.com");
    ck_assert_int_eq(timing_add(lab.c, f, lab.outcomes, 1, NULL), ICP_OK);
    text = GIVEN(card);
    ck_assert_int_eq(icp_fit_set_card(f, text, strlen(card), NULL), ICP_OK);
    FORGET(text, card);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, NULL), ICP_OK);
    icp_fit_free(f);
    text = GIVEN("tea time");
    ao.invalidates = text, ao.invalidates_size = 8;
    ck_assert_int_eq(icp_accounts_new(m, TIMING_END, &ao, &a, NULL), ICP_OK);
    FORGET(text, "tea time");
    for (int i = 0; i < 3; i++) {
        static const char *const types[] = {"login", "tea time", "login"};
        key = GIVEN("firm0003.com"), type = GIVEN(types[i]);
        e.type = type, e.type_size = strlen(types[i]), e.time += TIMING_DAY;
        ck_assert_int_eq(icp_accounts_add_event(a, key, 12, &e, NULL), ICP_OK);
        FORGET(type, types[i]), FORGET(key, "firm0003.com");
    }
    key = GIVEN("firm0003.com");
    ck_assert_int_eq(icp_accounts_account(a, key, 12, account, NULL), ICP_OK);
    FORGET(key, "firm0003.com");
    type = GIVEN("Login");
    e.type = type, e.type_size = 5;
    ck_assert_int_eq(icp_account_add(*account, &e, NULL), ICP_OK);
    FORGET(type, "Login");
    icp_accounts_unref(a);
    return m;
}
START_TEST(strings_of_timing_are_copied_and_need_no_nul) {
    icp_account *a[2];
    icp_model *m[2] = {fit_of_blocks(0, &a[0]), fit_of_blocks(1, &a[1])};
    struct icp_model_info x = {.struct_size = sizeof x}, y = x;
    static char bytes[2][65536];
    size_t n[2] = {0, 0};
    ck_assert(icp_model_describe(m[0], &x, NULL) == ICP_OK && icp_model_describe(m[1], &y, NULL) == ICP_OK);
    ck_assert_mem_eq(x.id, y.id, 32);
    for (int i = 0; i < 2; i++) ck_assert_int_eq(icp_account_save(a[i], bytes[i], sizeof bytes[i], &n[i], NULL), ICP_OK);
    ck_assert(n[0] == n[1] && n[0] <= sizeof bytes[0]);
    ck_assert_mem_eq(bytes[0], bytes[1], n[0]);
    ck_assert_str_eq(bytes[0] + 80, "tea time"); /* it does invalidate */
    for (int i = 0; i < 2; i++) icp_account_free(a[i]), icp_model_unref(m[i]);
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
    for (uint32_t i = 0;; i++) {
        struct icp_signal x = {.struct_size = sizeof x};
        if (icp_model_signal(lab.timing, ICP_LAYER_INTENT, i, &x, NULL)) break;
        ck_assert_ptr_nonnull(x.type.data);
        ENDS(x.type);
    }
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
static icp_status cancel_audit(const struct icp_progress *p, struct icp_error *e) {
    icp_buffer *b = NOTHING;
    icp_status st = icp_fit_audit(lab.fit, p, &b, e);
    if (st)
        ck_assert_ptr_eq(b, NOTHING);
    else
        icp_buffer_unref(b);
    return st;
}
static icp_status cancel_dated(const struct icp_progress *p, struct icp_error *e, int which) {
    icp_reader *r = reader_of(lab.long_events);
    icp_accounts *a = NULL;
    icp_fit *f = NULL;
    ck_assert_int_eq(icp_fit_new(lab.c, lab.known, NULL, NULL, &f, NULL), ICP_OK);
    ck_assert_int_eq(icp_accounts_new(lab.timing, TIMING_END, NULL, &a, NULL), ICP_OK);
    icp_status st = which == 0 ? icp_fit_add_events(f, r, NULL, p, e) : which == 1 ? icp_fit_add_outcomes(f, r, NULL, p, e) : icp_accounts_add(a, r, NULL, p, e);
    icp_reader_free(r), icp_fit_free(f), icp_accounts_unref(a);
    return st;
}
static icp_status cancel_events(const struct icp_progress *p, struct icp_error *e) { return cancel_dated(p, e, 0); }
static icp_status cancel_outcomes(const struct icp_progress *p, struct icp_error *e) { return cancel_dated(p, e, 1); }
static icp_status cancel_accounts(const struct icp_progress *p, struct icp_error *e) { return cancel_dated(p, e, 2); }
static icp_status cancel_timing_run(const struct icp_progress *p, struct icp_error *e) {
    icp_model *m = NOTHING;
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    icp_status st = icp_fit_run(lab.timing_fit, p, &m, e);
    if (st) {
        ck_assert_ptr_eq(m, NOTHING);
        return st;
    }
    ck_assert_int_eq(icp_model_describe(m, &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_describe(lab.timing, &b, NULL), ICP_OK);
    ck_assert_mem_eq(a.id, b.id, 32);
    icp_model_unref(m);
    return st;
}
static icp_status cancel_diff(const struct icp_progress *p, struct icp_error *e, const char *before) {
    icp_reader *a = before ? reader_of(before) : NULL, *b = reader_of(lab.long_rows);
    icp_buffer *json = NOTHING;
    struct stream to = {.chunk = 700};
    struct icp_sink sink = sink_of(&to);
    const icp_status st = icp_diff(lab.model, NULL, a, b, NULL, p, &sink, &json, e);
    ck_assert_int_eq(to.committed, st == ICP_OK);
    ck_assert_int_eq(to.aborted, st != ICP_OK);
    icp_reader_free(a), icp_reader_free(b);
    if (st) ck_assert_ptr_eq(json, NOTHING);
    else icp_buffer_unref(json);
    return st;
}
static icp_status cancel_stream(const struct icp_progress *p, struct icp_error *e) { return cancel_diff(p, e, NULL); }
static icp_status cancel_join(const struct icp_progress *p, struct icp_error *e) { return cancel_diff(p, e, lab.long_rows); }
START_TEST(progress_stops_diff) { cancelled_at_each_call(cancel_stream, 2), cancelled_at_each_call(cancel_join, 4); }
static icp_status cancel_calibrate(const struct icp_progress *p, struct icp_error *e) {
    const struct icp_calibrate_options o = {.struct_size = sizeof o, .flags = ICP_CALIBRATE_STORED};
    char *scores = malloc(10000 * 32), *at = scores + sprintf(scores, "key,fit_evidence\n");
    for (int i = 0; i < 10000; i++) at += sprintf(at, "c%d,%d\n", i, i % 4 - 2);
    icp_reader *rows = reader_of(scores), *outcomes = reader_of("key,outcome,date\nc5,converted,2020-01-01\n");
    icp_buffer *json = NOTHING;
    const icp_status st = icp_calibrate(NULL, rows, &outcomes, 1, &o, p, &json, e);
    if (st) ck_assert_ptr_eq(json, NOTHING);
    else icp_buffer_unref(json);
    icp_reader_free(rows), icp_reader_free(outcomes), free(scores);
    return st;
}
START_TEST(progress_stops_calibrate) { cancelled_at_each_call(cancel_calibrate, 3); }
END_TEST
START_TEST(progress_stops_add_events) { cancelled_at_each_call(cancel_events, 2); }
END_TEST
START_TEST(progress_stops_add_outcomes) { cancelled_at_each_call(cancel_outcomes, 2); }
END_TEST
START_TEST(progress_stops_accounts_add) { cancelled_at_each_call(cancel_accounts, 2); }
END_TEST
START_TEST(progress_stops_fit_run_of_timing) { cancelled_at_each_call(cancel_timing_run, 12); }
END_TEST
START_TEST(progress_stops_schema_infer) { cancelled_at_each_call(cancel_infer, 2); }
END_TEST
START_TEST(progress_stops_builder_add) { cancelled_at_each_call(cancel_builder, 2); }
END_TEST
START_TEST(progress_stops_add_customers) { cancelled_at_each_call(cancel_customers, 2); }
END_TEST
START_TEST(progress_stops_add_universe) { cancelled_at_each_call(cancel_universe, 2); }
END_TEST
START_TEST(progress_stops_fit_audit) { cancelled_at_each_call(cancel_audit, 2); }
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

START_TEST(source_of_events_fails_at_each_read) {
    const size_t live = lab.k.live;
    for (int i = 1;; i++) {
        struct stream st = {.data = {lab.outcomes, strlen(lab.outcomes)}, .chunk = 300, .fail_at = i};
        struct icp_source source = source_of(&st);
        icp_reader *r = NULL;
        icp_accounts *a = NULL;
        icp_fit *f = NULL;
        fresh();
        ck_assert_int_eq(icp_fit_new(lab.c, lab.known, NULL, NULL, &f, NULL), ICP_OK);
        ck_assert_int_eq(icp_accounts_new(lab.timing, TIMING_END, NULL, &a, NULL), ICP_OK);
        icp_status s = icp_reader_open(lab.c, &source, NULL, &r, &err);
        if (!s) s = _i == 0 ? icp_fit_add_events(f, r, NULL, NULL, &err) : _i == 1 ? icp_fit_add_outcomes(f, r, NULL, NULL, &err) : icp_accounts_add(a, r, NULL, NULL, &err);
        icp_reader_free(r), icp_fit_free(f), icp_accounts_unref(a);
        ck_assert_int_eq(st.closed, 1);
        ck_assert_uint_eq(lab.k.live, live);
        if (st.calls < i) {
            ck_assert_msg(s == ICP_OK, "%s", err.message);
            ck_assert_int_gt(i, 5);
            return;
        }
        ck_assert_msg(s == ICP_E_IO, "read %d: %s %s", i, icp_status_name(s), err.message);
        ck_assert_str_eq(err.source, "the name");
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


/* "called only on the thread that made the call", also with a pool */
struct home {
    pthread_t thread;
    int calls;
};
static int32_t at_home(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    struct home *h = user;
    (void)stage, (void)done, (void)total;
    ck_assert(pthread_equal(h->thread, pthread_self()));
    h->calls++;
    return 0;
}
START_TEST(progress_comes_on_the_calling_thread) {
    struct home h = {pthread_self(), 0};
    icp_context *c = NULL; /* the counting allocator is not for threads */
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    icp_reference *reference = world_reference(c, lab.rows);
    struct icp_progress p = {.struct_size = sizeof p, .user = &h, .fn = at_home};
    icp_pool *pool = NULL;
    ck_assert_int_eq(icp_pool_new(c, 3, &pool, NULL), ICP_OK);
    struct icp_fit_options o = {.struct_size = sizeof o, .pool = pool};
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    icp_fit *f = NULL;
    icp_model *m = NULL;
    icp_reader *r = world_reader(c, lab.keys, strlen(lab.keys), 0);
    ck_assert_int_eq(icp_fit_new(c, reference, NULL, &o, &f, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_add_customers(f, r, &p, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_run(f, &p, &m, NULL), ICP_OK);
    ck_assert_int_gt(h.calls, 0);
    ck_assert_int_eq(icp_model_describe(m, &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_describe(lab.model, &b, NULL), ICP_OK);
    ck_assert_mem_eq(a.id, b.id, 32);
    icp_model_unref(m), icp_fit_free(f), icp_pool_free(pool), icp_reader_free(r);
    icp_reference_unref(reference), icp_context_unref(c);
}
END_TEST

START_TEST(unreferenced_batch_is_reused) {
    char *text = malloc(400000), *p = text;
    p += sprintf(p, "key,n\n");
    for (int i = 0; i < 12000; i++) p += sprintf(p, "company number %d,%d\n", i, i);
    icp_reader *r = world_reader(lab.c, text, (size_t)(p - text), 0);
    icp_batch *b = NULL, *first = NULL;
    uint64_t rows = 0;
    for (int i = 0; icp_reader_next(r, &b, NULL) == ICP_OK && b; i++) {
        ck_assert_uint_le(icp_batch_rows(b), 4096); /* "0 = 4,096" */
        rows += icp_batch_rows(b);
        if (!i) first = b;
        ck_assert_ptr_eq(b, first);
        icp_batch_unref(b);
    }
    ck_assert_uint_eq(rows, 12000);
    icp_reader_free(r);
    free(text);
}
END_TEST

START_TEST(fit_runs_again_after_more_rows_as_if_all_had_come_first) {
    struct icp_model_info a = {.struct_size = sizeof a}, b = a;
    uint8_t once[32];
    icp_reader *r;
    icp_model *m = NULL;
    for (int twice = 0; twice < 2; twice++) {
        icp_fit *f = fit_of(lab.c, lab.reference, lab.keys);
        if (twice) {
            ck_assert_int_eq(icp_fit_run(f, NULL, &m, NULL), ICP_OK);
            ck_assert_int_eq(icp_model_describe(m, &b, NULL), ICP_OK);
            icp_model_unref(m);
        }
        r = world_reader(lab.c, "key\nk00000\nk00001\nk00002\nk00003\n", 32, 0);
        ck_assert_int_eq(icp_fit_add_customers(f, r, NULL, NULL), ICP_OK);
        icp_reader_free(r);
        ck_assert_int_eq(icp_fit_run(f, NULL, &m, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_describe(m, &a, NULL), ICP_OK);
        if (!twice) memcpy(once, a.id, 32);
        icp_model_unref(m), icp_fit_free(f);
    }
    ck_assert_mem_eq(once, a.id, 32);
    ck_assert_int_ne(memcmp(a.id, b.id, 32), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("life");
    TCase *t = tcase_create("life");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_add_test(t, handles_keep_their_context_and_parents_alive);
    tcase_add_test(t, accounts_keep_their_model_alive);
    tcase_add_test(t, strings_given_in_are_copied_and_need_no_nul);
    tcase_add_test(t, strings_of_timing_are_copied_and_need_no_nul);
    tcase_add_test(t, strings_given_out_are_nul_terminated);
    tcase_add_test(t, progress_stops_schema_infer);
    tcase_add_test(t, progress_stops_builder_add);
    tcase_add_test(t, progress_stops_add_customers);
    tcase_add_test(t, progress_stops_add_universe);
    tcase_add_test(t, progress_stops_fit_run);
    tcase_add_test(t, progress_stops_diff);
    tcase_add_test(t, progress_stops_calibrate);
    tcase_add_test(t, progress_stops_add_events);
    tcase_add_test(t, progress_stops_add_outcomes);
    tcase_add_test(t, progress_stops_accounts_add);
    tcase_add_test(t, progress_stops_fit_run_of_timing);
    tcase_add_test(t, progress_stops_fit_audit);
    tcase_add_loop_test(t, source_fails_at_each_read, 0, 7);
    tcase_add_loop_test(t, source_of_events_fails_at_each_read, 0, 3);
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
    tcase_add_test(t, progress_comes_on_the_calling_thread);
    tcase_add_test(t, unreferenced_batch_is_reused);
    tcase_add_test(t, fit_runs_again_after_more_rows_as_if_all_had_come_first);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
