/* SPDX-License-Identifier: MIT */
/* What the headers promise of every function alike: NULL, ranges, struct sizes, errors. */
#include "handles.h"

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

static icp_status open_table(void *user, struct icp_source *out, struct icp_error *err) {
    return icp_source_from_memory(user, "id,industry\n1,a\n2,b\n", 20, out, err);
}
START_TEST(null_arguments_of_dataset) {
    struct icp_table t = {.struct_size = sizeof t, .name = "firms", .name_size = 5, .user = lab.c, .open = open_table};
    icp_dataset *d = NULL, *made = NULL;
    icp_buffer *b = NULL;
    icp_reader *r = NULL;
    struct icp_str s = {NULL, 0};
    NULLED(icp_dataset_open(NULL, &t, 1, NULL, NULL, &d, e));
    NULLED(icp_dataset_open(lab.c, NULL, 1, NULL, NULL, &d, e));
    NULLED(icp_dataset_open(lab.c, &t, 1, NULL, NULL, NULL, e));
    NULLED(icp_dataset_open_path(NULL, "x", NULL, NULL, &d, e));
    NULLED(icp_dataset_open_path(lab.c, NULL, NULL, NULL, &d, e));
    NULLED(icp_dataset_open_path(lab.c, "x", NULL, NULL, NULL, e));
    ck_assert_int_eq(icp_dataset_is_path(NULL, "."), 0);
    ck_assert_int_eq(icp_dataset_is_path(lab.c, NULL), 0);
    ck_assert_int_eq(icp_dataset_is_path(lab.c, ""), 0);
    ck_assert_int_eq(icp_dataset_is_path(lab.c, "/no such place"), 0);
    ck_assert_int_eq(icp_dataset_is_path(lab.c, "/"), 1);
    ck_assert_int_eq(icp_dataset_open(lab.c, &t, 1, NULL, NULL, &made, NULL), ICP_OK);
    NULLED(icp_dataset_manifest(NULL, &b, e));
    NULLED(icp_dataset_manifest(made, NULL, e));
    NULLED(icp_dataset_report(NULL, &b, e));
    NULLED(icp_dataset_report(made, NULL, e));
    NULLED(icp_dataset_key(NULL, &s, e));
    NULLED(icp_dataset_key(made, NULL, e));
    NULLED(icp_dataset_companies(NULL, &r, e));
    NULLED(icp_dataset_companies(made, NULL, e));
    NULLED(icp_dataset_events(NULL, &r, e));
    NULLED(icp_dataset_events(made, NULL, e));
    ck_assert_ptr_null(icp_dataset_ref(NULL));
    icp_dataset_unref(NULL);
    ck_assert(!d && !b && !r && !s.data);
    icp_dataset_unref(made);
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
    NULLED(icp_fit_add_excluded(NULL, in, NULL, e));
    NULLED(icp_fit_add_excluded(lab.fit, NULL, NULL, e));
    NULLED(icp_fit_matches(NULL, &j, e));
    NULLED(icp_fit_matches(lab.fit, NULL, e));
    NULLED(icp_fit_audit(NULL, NULL, &j, e));
    NULLED(icp_fit_audit(lab.fit, NULL, NULL, e));
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
    NULLED(icp_model_to_sql(NULL, NULL, &j, e));
    NULLED(icp_model_to_sql(lab.model, NULL, NULL, e));
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

/* `in` is read by nobody: everything is refused before. */
static void refuse_calibrate(icp_reader *in) {
    icp_reader *const outcomes[] = {in, NULL};
    icp_buffer *j = NULL;
    struct icp_calibrate_options o = {.struct_size = sizeof o, .flags = ICP_CALIBRATE_STORED};
#define ASKED(wanted, m, ...) do { \
        o = (struct icp_calibrate_options){.struct_size = sizeof o, __VA_ARGS__}; \
        REFUSED(wanted, icp_calibrate(m, in, outcomes, 1, &o, NULL, &j, e)); \
    } while (0)
    NULLED(icp_calibrate(NULL, NULL, outcomes, 1, &o, NULL, &j, e));
    NULLED(icp_calibrate(NULL, in, NULL, 1, &o, NULL, &j, e));
    NULLED(icp_calibrate(NULL, in, outcomes, 0, &o, NULL, &j, e));
    NULLED(icp_calibrate(NULL, in, outcomes, 2, &o, NULL, &j, e)); /* one of them is NULL */
    NULLED(icp_calibrate(NULL, in, outcomes, 1, &o, NULL, NULL, e));
    NULLED(icp_calibrate(NULL, in, outcomes, 1, NULL, NULL, &j, e)); /* no model, and nothing stored */
    ASKED(ICP_E_UNSUPPORTED, NULL, .flags = 64);
    ASKED(ICP_E_UNSUPPORTED, lab.model, .layer = ICP_LAYER_INTENT);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .layer = 4);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .as_of = 1);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_AS_OF, .as_of = -1);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .scored = 1);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_SCORED, .scored = ICP_TIME_UNKNOWN);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .horizon_days = 30); /* from when? */
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_SCORED, .horizon_days = 3651);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_SCORED, .scored_column = "day", .scored_size = 3);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .scored_size = 3);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .key_size = 3);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .base_micro = 5);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_BASE, .base_micro = 1000000);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_BASE_OF_MODEL);
    ASKED(ICP_E_ARGUMENT, lab.model, .flags = ICP_CALIBRATE_BASE_OF_MODEL | ICP_CALIBRATE_BASE, .base_micro = 5);
    ASKED(ICP_E_ARGUMENT, lab.timing, .flags = ICP_CALIBRATE_BASE_OF_MODEL, .layer = ICP_LAYER_INTENT);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .alarm_micro = 500001);
    ASKED(ICP_E_ARGUMENT, NULL, .flags = ICP_CALIBRATE_STORED, .alarm_micro = -1);
    ASKED(ICP_E_ARGUMENT, lab.timing, .flags = ICP_CALIBRATE_STORED, .accounts = lab.accounts);
    ASKED(ICP_E_ARGUMENT, lab.timing, .flags = ICP_CALIBRATE_STORED, .decisions = (icp_decisions *)lab.accounts); /* not looked into */
    ASKED(ICP_E_ARGUMENT, lab.timing, .accounts = lab.accounts, .layer = ICP_LAYER_INTENT, .scored_column = "day", .scored_size = 3);
    ASKED(ICP_E_ARGUMENT, lab.timing, .accounts = lab.accounts, .layer = ICP_LAYER_INTENT, .flags = ICP_CALIBRATE_SCORED, .scored = 1);
    ck_assert_ptr_null(j);
}

START_TEST(null_arguments_of_events) {
    const struct icp_event e1 = {.struct_size = sizeof e1, .time = TIMING_END - TIMING_DAY, .type = "login", .type_size = 5}, lunch = {.struct_size = sizeof lunch, .time = 5, .type = "had lunch", .type_size = 9};
    const struct icp_event early = {.struct_size = sizeof early, .time = -1, .type = "login", .type_size = 5}, none = {.struct_size = sizeof none, .time = 5};
    struct icp_layer_info layer = {.struct_size = sizeof layer};
    struct icp_signal signal = {.struct_size = sizeof signal};
    icp_model *m = NOTHING;
    icp_decisions *decisions = NOTHING;
    struct icp_accounts_options o = {.struct_size = sizeof o, .invalidates_size = 3};
    struct icp_event_columns columns = {.struct_size = sizeof columns, .type_size = 3};
    icp_reader *in = reader_of(lab.events);
    icp_account *a = NOTHING;
    icp_accounts *many = NOTHING;
    icp_model *edited = NOTHING;
    const struct icp_diff_options unnamed = {.struct_size = sizeof unnamed, .key_size = 1};
    icp_buffer *j = NOTHING;
    uint8_t room[8];
    size_t n = 77;
    NULLED(icp_fit_add_events(NULL, in, NULL, NULL, e));
    NULLED(icp_fit_add_events(lab.timing_fit, NULL, NULL, NULL, e));
    NULLED(icp_fit_add_events(lab.timing_fit, in, &columns, NULL, e));
    NULLED(icp_fit_add_outcomes(NULL, in, NULL, NULL, e));
    NULLED(icp_fit_add_outcomes(lab.timing_fit, NULL, NULL, NULL, e));
    NULLED(icp_fit_add_outcomes(lab.timing_fit, in, &columns, NULL, e));
    NULLED(icp_fit_add_event(NULL, "a", 1, &e1, e));
    NULLED(icp_fit_add_event(lab.timing_fit, NULL, 1, &e1, e));
    NULLED(icp_fit_add_event(lab.timing_fit, "a", 1, NULL, e));
    NULLED(icp_fit_add_event(lab.timing_fit, " ", 1, &e1, e));
    NULLED(icp_fit_add_event(lab.timing_fit, "a", 1, &early, e));
    NULLED(icp_fit_add_event(lab.timing_fit, "a", 1, &none, e));
    NULLED(icp_fit_add_outcome(NULL, "a", 1, &e1, e));
    NULLED(icp_fit_add_outcome(lab.timing_fit, NULL, 1, &e1, e));
    NULLED(icp_fit_add_outcome(lab.timing_fit, "a", 1, NULL, e));
    NULLED(icp_fit_add_outcome(lab.timing_fit, "a", 1, &lunch, e));
    NULLED(icp_fit_events(NULL, &j, e));
    NULLED(icp_fit_events(lab.timing_fit, NULL, e));
    NULLED(icp_fit_set_card(NULL, "{}", 2, e));
    NULLED(icp_fit_set_card(lab.timing_fit, NULL, 2, e));
    NULLED(icp_model_layer(NULL, ICP_LAYER_INTENT, &layer, e));
    NULLED(icp_model_layer(lab.timing, ICP_LAYER_INTENT, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_model_layer(lab.timing, 7, &layer, e));
    NULLED(icp_model_signal(NULL, ICP_LAYER_INTENT, 0, &signal, e));
    NULLED(icp_model_signal(lab.timing, ICP_LAYER_INTENT, 0, NULL, e));
    NULLED(icp_model_signal(lab.timing, ICP_LAYER_INTENT, UINT32_MAX, &signal, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_model_signal(lab.timing, ICP_LAYER_FIT, 0, &signal, e));
    NULLED(icp_model_card(NULL, &j, e));
    NULLED(icp_model_card(lab.timing, NULL, e));
    NULLED(icp_model_with_card(NULL, "{}", 2, &m, e));
    NULLED(icp_model_with_card(lab.timing, NULL, 2, &m, e));
    NULLED(icp_model_with_card(lab.timing, "{}", 2, NULL, e));
    REFUSED(ICP_E_FORMAT, icp_model_with_card(lab.timing, "{", 1, &m, e));
    NULLED(icp_decisions_from_json(NULL, "{\"entries\":[]}", 14, 0, &decisions, e));
    NULLED(icp_decisions_from_json(lab.c, NULL, 14, 0, &decisions, e));
    NULLED(icp_decisions_from_json(lab.c, "{\"entries\":[]}", 14, 0, NULL, e));
    NULLED(icp_decisions_from_json(lab.c, "{\"entries\":[]}", 14, -1, &decisions, e));
    REFUSED(ICP_E_FORMAT, icp_decisions_from_json(lab.c, "{}", 2, 0, &decisions, e));
    NULLED(icp_decisions_to_json(NULL, &j, e));
    NULLED(icp_gates_check(NULL, NULL, NULL, NULL, NULL, &j, e));
    NULLED(icp_gates_check(lab.timing, NULL, NULL, NULL, NULL, NULL, e));
    NULLED(icp_model_standing(NULL, NULL, 0, &j, e));
    NULLED(icp_model_standing(lab.timing, NULL, 0, NULL, e));
    NULLED(icp_model_standing(lab.timing, NULL, -1, &j, e));
    icp_decisions_unref(NULL);
    NULLED(icp_model_edit(NULL, lab.reference, "{}", 2, &edited, e));
    NULLED(icp_model_edit(lab.model, NULL, "{}", 2, &edited, e));
    NULLED(icp_model_edit(lab.model, lab.reference, NULL, 2, &edited, e));
    NULLED(icp_model_edit(lab.model, lab.reference, "{}", 2, NULL, e));
    REFUSED(ICP_E_REFERENCE, icp_model_edit(lab.model, lab.known, "{}", 2, &edited, e));
    NULLED(icp_diff(NULL, NULL, NULL, in, NULL, NULL, NULL, &j, e));
    NULLED(icp_diff(lab.model, NULL, NULL, NULL, NULL, NULL, NULL, &j, e));
    NULLED(icp_diff(lab.model, NULL, NULL, in, NULL, NULL, NULL, NULL, e));
    NULLED(icp_diff(lab.model, NULL, in, in, NULL, NULL, NULL, &j, e));
    NULLED(icp_diff(lab.model, NULL, NULL, in, &unnamed, NULL, NULL, &j, e));
    NULLED(icp_account_new(NULL, &a, e));
    NULLED(icp_account_new(lab.timing, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_account_new(lab.model, &a, e));
    NULLED(icp_account_add(NULL, &e1, e));
    NULLED(icp_account_add(lab.account, NULL, e));
    NULLED(icp_account_save(NULL, room, 8, &n, e));
    NULLED(icp_account_save(lab.account, NULL, 8, &n, e));
    NULLED(icp_account_save(lab.account, room, 8, NULL, e));
    NULLED(icp_account_load(NULL, room, 8, &a, e));
    NULLED(icp_account_load(lab.timing, NULL, 8, &a, e));
    NULLED(icp_account_load(lab.timing, room, 8, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_account_load(lab.model, room, 8, &a, e));
    REFUSED(ICP_E_FORMAT, icp_account_load(lab.timing, room, 0, &a, e));
    NULLED(icp_accounts_new(NULL, 1, NULL, &many, e));
    NULLED(icp_accounts_new(lab.timing, 1, NULL, NULL, e));
    NULLED(icp_accounts_new(lab.timing, 1, &o, &many, e));
    NULLED(icp_accounts_new(lab.timing, ICP_TIME_UNKNOWN, NULL, &many, e));
    NULLED(icp_accounts_new(lab.timing, -1, NULL, &many, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_accounts_new(lab.model, 1, NULL, &many, e));
    NULLED(icp_accounts_add(NULL, in, NULL, NULL, e));
    NULLED(icp_accounts_add(lab.accounts, NULL, NULL, NULL, e));
    NULLED(icp_accounts_add(lab.accounts, in, &columns, NULL, e));
    NULLED(icp_accounts_add_event(NULL, "a", 1, &e1, e));
    NULLED(icp_accounts_add_event(lab.accounts, NULL, 1, &e1, e));
    NULLED(icp_accounts_add_event(lab.accounts, "a", 1, NULL, e));
    NULLED(icp_accounts_add_event(lab.accounts, "", 0, &e1, e));
    NULLED(icp_accounts_add_event(lab.accounts, "a", 1, &early, e));
    NULLED(icp_accounts_account(NULL, "a", 1, &a, e));
    NULLED(icp_accounts_account(lab.accounts, NULL, 1, &a, e));
    NULLED(icp_accounts_account(lab.accounts, "a", 1, NULL, e));
    REFUSED(ICP_E_NO_MATCH, icp_accounts_account(lab.accounts, "nobody.com", 10, &a, e));
    NULLED(icp_accounts_report(NULL, &j, e));
    NULLED(icp_accounts_report(lab.accounts, NULL, e));
    NULLED(icp_accounts_audit(NULL, ICP_LAYER_INTENT, &j, e));
    NULLED(icp_accounts_audit(lab.accounts, ICP_LAYER_INTENT, NULL, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_accounts_audit(lab.accounts, ICP_LAYER_FIT, &j, e));
    refuse_calibrate(in);
    ck_assert_int_eq(icp_accounts_again(NULL), 0);
    for (int32_t fit = -1; fit < 8; fit++) { /* any numbers */
        const int32_t q = icp_quadrant_of(fit, 7 - fit);
        ck_assert(q >= ICP_QUADRANT_LOW && q <= ICP_QUADRANT_PURSUE);
    }
    ck_assert(edited == NOTHING && a == NOTHING && many == NOTHING && j == NOTHING && n == 77 && !layer.traits && !signal.type.data);
    icp_reader_free(in);
}
END_TEST

START_TEST(null_and_ranges_of_scores_as_of) {
    struct icp_score score = {.struct_size = sizeof score};
    struct icp_scorer_options o = {.struct_size = sizeof o, .as_of = 5};
    icp_scorer *s = NOTHING;
    NULLED(icp_scorer_new(lab.timing, &o, &s, e)); /* as_of without its flag */
    o.flags = ICP_SCORER_AS_OF, o.as_of = -1;
    NULLED(icp_scorer_new(lab.timing, &o, &s, e));
    o.flags = 0, o.as_of = 0, o.accounts = lab.accounts;
    REFUSED(ICP_E_REFERENCE, icp_scorer_new(lab.model, &o, &s, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_score_record(lab.scorer, lab.record, lab.account, ICP_LAYER_FIT, &score, e));
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_score_record(lab.timing_scorer, lab.timing_record, lab.account, 4, &score, e));
    ck_assert(s == NOTHING && !score.score);
}
END_TEST

START_TEST(null_and_ranges_of_score) {
    struct icp_score score = {.struct_size = sizeof score};
    struct icp_array array = {.struct_size = sizeof array};
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 65};
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
    REFUSED(ICP_E_UNSUPPORTED, icp_scorer_score_record(lab.scorer, lab.record, lab.account, ICP_LAYER_FIT, &score, e));
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
    icp_reference_unref(NULL), icp_model_unref(NULL), icp_account_free(NULL), icp_accounts_unref(NULL);
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
    REF(icp_accounts, lab.accounts);
    ck_assert_ptr_null(icp_accounts_ref(NULL));
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
static icp_status progress_of_excluded(void *given, struct icp_error *e) {
    icp_reader *r = reader_of(lab.keys);
    icp_status s = icp_fit_add_excluded(lab.fit, r, given, e);
    icp_reader_free(r);
    return s;
}
static icp_status progress_of_run(void *given, struct icp_error *e) {
    icp_model *m = NULL;
    icp_status s = icp_fit_run(lab.fit, given, &m, e);
    icp_model_unref(m);
    return s;
}
static icp_status progress_of_dated(void *given, struct icp_error *e, int which) {
    icp_accounts *a = NULL;
    icp_fit *f = NULL;
    icp_reader *r = reader_of(which == 1 ? lab.outcomes : lab.events);
    ck_assert_int_eq(icp_accounts_new(lab.timing, TIMING_END, NULL, &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_new(lab.c, lab.known, NULL, NULL, &f, NULL), ICP_OK);
    icp_status s = which == 0 ? icp_fit_add_events(f, r, NULL, given, e) : which == 1 ? icp_fit_add_outcomes(f, r, NULL, given, e) : icp_accounts_add(a, r, NULL, given, e);
    icp_reader_free(r), icp_accounts_unref(a), icp_fit_free(f);
    return s;
}
static icp_status progress_of_events(void *given, struct icp_error *e) { return progress_of_dated(given, e, 0); }
static icp_status progress_of_outcomes(void *given, struct icp_error *e) { return progress_of_dated(given, e, 1); }
static icp_status progress_of_accounts(void *given, struct icp_error *e) { return progress_of_dated(given, e, 2); }
static icp_status columns_of_dated(void *given, struct icp_error *e, int which) {
    icp_accounts *a = NULL;
    icp_fit *f = NULL;
    icp_reader *r = reader_of(lab.outcomes);
    ck_assert_int_eq(icp_accounts_new(lab.timing, TIMING_END, NULL, &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_new(lab.c, lab.known, NULL, NULL, &f, NULL), ICP_OK);
    icp_status s = which == 0 ? icp_fit_add_events(f, r, given, NULL, e) : which == 1 ? icp_fit_add_outcomes(f, r, given, NULL, e) : icp_accounts_add(a, r, given, NULL, e);
    icp_reader_free(r), icp_accounts_unref(a), icp_fit_free(f);
    return s;
}
static icp_status columns_of_events(void *given, struct icp_error *e) { return columns_of_dated(given, e, 0); }
static icp_status columns_of_outcomes(void *given, struct icp_error *e) { return columns_of_dated(given, e, 1); }
static icp_status columns_of_accounts(void *given, struct icp_error *e) { return columns_of_dated(given, e, 2); }
static icp_status with_accounts(void *given, struct icp_error *e) {
    icp_accounts *a = NULL;
    icp_status s = icp_accounts_new(lab.timing, TIMING_END, given, &a, e);
    icp_accounts_unref(a);
    return s;
}
static icp_status diff_with(const void *o, const struct icp_progress *p, struct icp_sink *sink, struct icp_error *e) {
    icp_reader *r = reader_of(lab.rows);
    icp_buffer *summary = NULL;
    icp_status s = icp_diff(lab.model, NULL, NULL, r, o, p, sink, &summary, e);
    icp_reader_free(r), icp_buffer_unref(summary);
    return s;
}
static icp_status with_diff(void *given, struct icp_error *e) { return diff_with(given, NULL, NULL, e); }
static icp_status progress_of_diff(void *given, struct icp_error *e) { return diff_with(NULL, given, NULL, e); }
static icp_status sink_of_diff(void *given, struct icp_error *e) { return diff_with(NULL, NULL, given, e); }
static icp_status event_of_account(void *given, struct icp_error *e) { return icp_account_add(lab.account, given, e); }
static icp_status event_of_accounts(void *given, struct icp_error *e) { return icp_accounts_add_event(lab.accounts, "firm0001.com", 12, given, e); }
static icp_status event_of_fit(void *given, struct icp_error *e) { return icp_fit_add_event(lab.timing_fit, "firm0001.com", 12, given, e); }
static icp_status outcome_of_fit(void *given, struct icp_error *e) { return icp_fit_add_outcome(lab.timing_fit, "firm0001.com", 12, given, e); }
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

enum { ZERO, ALLOCATOR, ROWS_IN, REFERENCE_IN, MODEL_IN, OUT, EVENT };
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
    {"excluded", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_excluded, ZERO},
    {"run", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_run, ZERO},
    {"events", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_events, ZERO},
    {"outcomes", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_outcomes, ZERO},
    {"accounts", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_accounts, ZERO},
    {"events", sizeof(struct icp_event_columns), offsetof(struct icp_event_columns, reserved), columns_of_events, ZERO},
    {"outcomes", sizeof(struct icp_event_columns), offsetof(struct icp_event_columns, reserved), columns_of_outcomes, ZERO},
    {"accounts", sizeof(struct icp_event_columns), offsetof(struct icp_event_columns, reserved), columns_of_accounts, ZERO},
    {"accounts", sizeof(struct icp_accounts_options), offsetof(struct icp_accounts_options, flags), with_accounts, ZERO},
    {"diff", sizeof(struct icp_diff_options), offsetof(struct icp_diff_options, flags), with_diff, ZERO},
    {"diff", sizeof(struct icp_progress), offsetof(struct icp_progress, reserved), progress_of_diff, ZERO},
    {"diff", sizeof(struct icp_sink), offsetof(struct icp_sink, reserved), sink_of_diff, OUT},
    {"account", sizeof(struct icp_event), offsetof(struct icp_event, flags), event_of_account, EVENT},
    {"accounts", sizeof(struct icp_event), offsetof(struct icp_event, flags), event_of_accounts, EVENT},
    {"fit", sizeof(struct icp_event), offsetof(struct icp_event, flags), event_of_fit, EVENT},
    {"fit", sizeof(struct icp_event), offsetof(struct icp_event, flags), outcome_of_fit, EVENT},
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
    else if (o->fill == EVENT) memcpy(at, &(struct icp_event){.time = TIMING_END - TIMING_DAY, .type = "churned", .type_size = 7}, sizeof(struct icp_event));
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
static icp_status out_layer(void *out, struct icp_error *e) { return icp_model_layer(lab.timing, ICP_LAYER_INTENT, out, e); }
static icp_status out_signal(void *out, struct icp_error *e) { return icp_model_signal(lab.timing, ICP_LAYER_RETENTION, 0, out, e); }
static icp_status out_timing_score(void *out, struct icp_error *e) {
    return icp_scorer_score_record(lab.timing_scorer, lab.timing_record, lab.account, ICP_LAYER_INTENT, out, e);
}
static const struct {
    size_t size;
    icp_status (*call)(void *, struct icp_error *);
} outputs[] = {
    {sizeof(struct icp_column), out_column}, {sizeof(struct icp_reference_info), out_reference},
    {sizeof(struct icp_model_info), out_model}, {sizeof(struct icp_trait), out_trait},
    {sizeof(struct icp_score), out_score}, {sizeof(struct icp_array), out_array},
    {sizeof(struct icp_spread), out_spread}, {sizeof(struct icp_layer_info), out_layer},
    {sizeof(struct icp_signal), out_signal}, {sizeof(struct icp_score), out_timing_score},
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

int main(void) {
    Suite *s = suite_create("entry");
    TCase *t = tcase_create("entry");
    tcase_set_timeout(t, 60);
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_add_test(t, null_arguments_of_base);
    tcase_add_test(t, null_arguments_of_batch);
    tcase_add_test(t, null_and_ranges_of_records);
    tcase_add_test(t, null_arguments_of_reference);
    tcase_add_test(t, null_arguments_of_dataset);
    tcase_add_test(t, null_arguments_of_fit_and_model);
    tcase_add_test(t, null_arguments_of_events);
    tcase_add_test(t, null_and_ranges_of_score);
    tcase_add_test(t, null_and_ranges_of_scores_as_of);
    tcase_add_test(t, ref_returns_its_argument_and_null_is_nothing);
    tcase_add_loop_test(t, option_structs_smaller_equal_larger, 0, OPTIONS);
    tcase_add_loop_test(t, output_structs_smaller_equal_larger, 0, OUTPUTS);
    tcase_add_test(t, error_is_written_only_on_failure_and_within_its_size);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
