/* SPDX-License-Identifier: MIT */
/* What the host program does to its process - locale, rounding, flushing, traps, threads, fork - changes no byte. */
#include "fitting.h"
#include <fenv.h>
#include <icp/score.h>
#include <locale.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

static struct text rows, keys;
static void data_make(void) {
    uint64_t s = 7;
    text_add(&rows, "key,revenue,margin,founded,about\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 600; i++) {
        int customer = world_below(&s, 8) == 0, big = 1 + world_below(&s, customer ? 9 : 4), small = world_below(&s, 10);
        text_add(&rows, "k%03d,%s%d.%d5%s,0.%d%d,%d-0%d-11,cloud word%c for %s\n", i, i % 2 ? "$" : "", big, small,
                 i % 2 ? "M" : i % 4 ? "k" : "", world_below(&s, 10), customer, 1990 + big, 1 + small % 9, 'a' + world_below(&s, 9), customer ? "banks" : "shops");
        if (customer) text_add(&keys, "k%03d\n", i);
    }
}

static void take(struct text *out, icp_buffer *b) {
    struct icp_str s;
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    out->data = realloc(out->data, out->size + s.size + 1);
    memcpy(out->data + out->size, s.data, s.size);
    out->size += s.size;
    icp_buffer_unref(b);
}
static void add_bytes(struct text *out, const void *data, size_t size) {
    out->data = realloc(out->data, out->size + size + 1);
    memcpy(out->data + out->size, data, size);
    out->size += size;
}

/* Scores of all rows, of a record made from numbers, its causes and the spread of all scores. */
static struct text scores_of(icp_context *c, icp_model *m) {
    struct text out = {NULL, 0};
    struct icp_error e = {.struct_size = sizeof e};
    icp_reader *r = world_reader(c, rows.data, rows.size, 50);
    icp_distribution *d;
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    icp_schema *schema;
    icp_record *record;
    icp_buffer *json;
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3};
    world_must(icp_distribution_new(c, &d, &e), &e);
    world_must(icp_scorer_new(m, &o, &s, &e), &e);
    world_must(icp_result_new(c, &result, &e), &e);
    for (world_must(icp_reader_next(r, &b, &e), &e); b; world_must(icp_reader_next(r, &b, &e), &e)) {
        static const int32_t columns[] = {ICP_COL_SCORE, ICP_COL_LOW, ICP_COL_HIGH, ICP_COL_MILLIPOINTS, ICP_COL_VARIANCE, ICP_COL_FLAGS, ICP_COL_EFFECTIVE,
                                          ICP_COL_REASON_POINTS};
        world_must(icp_scorer_score(s, b, result, &e), &e);
        for (size_t k = 0; k < sizeof columns / sizeof *columns; k++) {
            struct icp_array a = {.struct_size = sizeof a};
            world_must(icp_result_column(result, ICP_LAYER_FIT, columns[k], &a, &e), &e);
            add_bytes(&out, a.data, (size_t)(a.rows * a.width) * (a.type == ICP_TYPE_INT32 ? 4 : 8));
        }
        world_must(icp_distribution_add(d, result, ICP_LAYER_FIT, &e), &e);
        icp_batch_unref(b);
    }
    struct icp_spread spread = {.struct_size = sizeof spread};
    world_must(icp_distribution_counts(d, NULL, &spread, &e), &e);
    add_bytes(&out, &spread, sizeof spread);
    world_must(icp_model_schema(m, &schema, &e), &e);
    world_must(icp_record_new(schema, &record, &e), &e);
    for (int i = 0; i < 40; i++) {
        struct icp_score score = {.struct_size = sizeof score};
        icp_record_clear(record);
        world_must(icp_record_set_number(record, icp_record_column(record, "revenue", 7), 0.1 * i * i + 1e-3), &e);
        world_must(icp_record_set_number(record, icp_record_column(record, "margin", 6), i / 30.0), &e);
        world_must(icp_record_set_time(record, icp_record_column(record, "founded", 7), (int64_t)i * 31536000000000 + i), &e);
        world_must(icp_scorer_score_record(s, record, NULL, ICP_LAYER_FIT, &score, &e), &e);
        add_bytes(&out, &score, sizeof score);
        world_must(icp_scorer_causes(s, ICP_LAYER_FIT, &json, &e), &e);
        take(&out, json);
    }
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_result_free(result);
    icp_scorer_free(s);
    icp_distribution_free(d);
    icp_reader_free(r);
    return out;
}

/* Everything from text to scores: schema, reference, matches, summary, model file, scores. */
static struct text everything(void) {
    struct text out = {NULL, 0};
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *c = context();
    icp_reference *r = world_reference(c, rows.data);
    icp_schema *schema;
    icp_buffer *json;
    struct icp_reference_info info = {.struct_size = sizeof info};
    world_must(icp_reference_schema(r, &schema, &e), &e);
    world_must(icp_schema_to_json(schema, &json, &e), &e);
    take(&out, json);
    world_must(icp_reference_describe(r, &info, &e), &e);
    add_bytes(&out, info.id, sizeof info.id);
    icp_model *m = world_fit(c, r, keys.data, NULL, NULL);
    take(&out, model_bytes(c, m));
    world_must(icp_model_summary(m, &json, &e), &e);
    take(&out, json);
    struct text scores = scores_of(c, m);
    add_bytes(&out, scores.data, scores.size);
    free(scores.data);
    icp_model_unref(m);
    icp_schema_unref(schema);
    icp_reference_unref(r);
    icp_context_unref(c);
    return out;
}
static void same_text(const struct text *a, const struct text *b, const char *what) {
    size_t i = 0;
    while (i < a->size && i < b->size && a->data[i] == b->data[i]) i++;
    ck_assert_msg(a->size == b->size && i == a->size, "%s: byte %zu of %zu differs", what, i, a->size);
}

START_TEST(a_comma_locale_changes_nothing) {
    struct text before = everything(), after;
    char dir[] = "/tmp/icp-locale-XXXXXX", command[256];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", dir, dir);
    int made = system(command) == 0;
    setenv("LOCPATH", dir, 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    if (made && setlocale(LC_ALL, "") && localeconv()->decimal_point[0] == ',') {
        after = everything();
        ck_assert_str_eq(localeconv()->decimal_point, ",");
        setlocale(LC_ALL, "C");
        same_text(&before, &after, "de_DE.UTF-8");
        free(after.data);
    } else
        puts("SKIP: no locale with a decimal comma (localedef is missing)");
    snprintf(command, sizeof command, "rm -rf %s", dir);
    ck_assert_int_eq(system(command), 0);
    free(before.data);
}
END_TEST

START_TEST(rounding_changes_nothing_and_stays_as_it_was) {
    static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    struct text before = everything();
    for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
        ck_assert_int_eq(fesetround(modes[k]), 0);
        struct text after = everything();
        int mode = fegetround();
        fesetround(FE_TONEAREST);
        ck_assert_int_eq(mode, modes[k]);
        same_text(&before, &after, "rounding");
        free(after.data);
    }
    free(before.data);
}
END_TEST

START_TEST(flushed_subnormals_and_traps_change_nothing) {
#ifdef __SSE2__
    struct text before = everything();
    unsigned usual = _mm_getcsr(), flush = usual | 0x8040u, trap = usual & ~(_MM_MASK_INVALID | _MM_MASK_DIV_ZERO | _MM_MASK_OVERFLOW);
    for (int k = 0; k < 2; k++) {
        _mm_setcsr(k ? trap : flush);
        struct text after = everything();
        unsigned now = _mm_getcsr();
        _mm_setcsr(usual);
        ck_assert_uint_eq(now & ~_MM_EXCEPT_MASK, (k ? trap : flush) & ~_MM_EXCEPT_MASK);
        same_text(&before, &after, k ? "traps" : "flush to zero");
        free(after.data);
    }
    free(before.data);
#endif
}
END_TEST

struct job {
    icp_context *c;
    icp_model *m;
    struct text out;
};
static void *job_run(void *arg) {
    struct job *j = arg;
    j->out = scores_of(j->c, j->m);
    return NULL;
}
START_TEST(threads_with_a_scorer_each_share_a_model) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, rows.data);
    icp_model *m = world_fit(c, r, keys.data, NULL, NULL);
    struct text alone = scores_of(c, m);
    struct job job[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        job[i] = (struct job){c, icp_model_ref(m), {NULL, 0}};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, job_run, &job[i]), 0);
    }
    icp_model_unref(m);
    icp_reference_unref(r);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        same_text(&alone, &job[i].out, "thread");
        icp_model_unref(job[i].m);
        free(job[i].out.data);
    }
    icp_context_unref(c);
    free(alone.data);
}
END_TEST

START_TEST(a_child_scores_with_the_parents_model) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, rows.data);
    icp_model *m = world_fit(c, r, keys.data, NULL, NULL);
    struct text parent = scores_of(c, m), whole = everything();
    int status = 0;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct text mine = scores_of(c, m), all = everything();
        _exit(mine.size == parent.size && all.size == whole.size && !memcmp(mine.data, parent.data, mine.size) && !memcmp(all.data, whole.data, all.size) ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    icp_model_unref(m);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(parent.data), free(whole.data);
}
END_TEST

int main(void) {
    Suite *s = suite_create("environment");
    TCase *t = tcase_create("environment");
    data_make();
    tcase_set_timeout(t, 100);
    tcase_add_test(t, a_comma_locale_changes_nothing);
    tcase_add_test(t, rounding_changes_nothing_and_stays_as_it_was);
    tcase_add_test(t, flushed_subnormals_and_traps_change_nothing);
    tcase_add_test(t, threads_with_a_scorer_each_share_a_model);
    tcase_add_test(t, a_child_scores_with_the_parents_model);
    suite_add_tcase(s, t);
    int failed = icp_test_run(s);
    free(rows.data), free(keys.data);
    return failed;
}
