/* SPDX-License-Identifier: MIT */
/* Directions of the words of a text: folding changes no sum, planted topics are found, failing memory is said. */
#include "check_main.h"
#include "counting.h"
#include "model/span.h"
#include "model/layer.h"
#include <math.h>

enum { ROWS = 400, TOPICS = 4, EACH = 50, WORDS = TOPICS * EACH, PER_ROW = 12 };

struct texts {
    icp_schema schema;
    struct icp__column column;
    struct icp__design d;
    struct icp__field field;
    struct icp__feature feature[WORDS];
    uint64_t start[ROWS + 1];
    uint32_t index[ROWS * PER_ROW];
    uint8_t known[ROWS];
    int topic[ROWS];
};

static uint64_t state;
static uint32_t below(uint32_t n) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % n;
}

/* Rows of one topic each: nine words in ten from its own fifty. The last rows stand outside the reference. */
static struct texts *texts_new(icp_context *c, int words_used) {
    struct texts *t = calloc(1, sizeof *t);
    uint64_t n = 0;
    state = 7;
    t->column.kind = ICP_KIND_TEXT;
    t->schema.columns = 1;
    t->schema.column = &t->column;
    for (int i = 0; i < ROWS; i++) {
        uint8_t has[WORDS] = {0};
        t->topic[i] = i % TOPICS;
        t->start[i] = n;
        t->known[i] = i % 10 != 9;
        for (int k = 0; t->known[i] && k < PER_ROW; k++)
            has[(below(10) ? (uint32_t)t->topic[i] * EACH + below(EACH) : below(WORDS)) % (uint32_t)words_used] = 1;
        for (uint32_t j = 0; j < WORDS; j++)
            if (has[j]) {
                t->index[n++] = j;
                t->feature[j].reference += i < ROWS - 20;
            }
    }
    t->start[ROWS] = n;
    for (int j = 0; j < WORDS; j++)
        t->feature[j].kind = ICP_TRAIT_WORD;
    t->field = (struct icp__field){.count = WORDS, .known_reference = ROWS - 20};
    t->d = (struct icp__design){.ctx = c, .schema = &t->schema, .rows = ROWS, .reference_rows = ROWS - 20, .fields = 1, .features = WORDS,
                                .field = &t->field, .feature = t->feature, .known = t->known,
                                .x = {.rows = ROWS, .cols = WORDS + 1, .start = t->start, .index = t->index}};
    return t;
}

static icp_context *context(void) {
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}

START_TEST(folding_changes_no_sum) {
    icp_context *c = context();
    struct texts *t = texts_new(c, WORDS);
    struct icp__spans s;
    static double w[WORDS + 1 + ICP__SPAN], folded[WORDS + 1], with[ROWS], without[ROWS];
    ck_assert_int_eq(icp__spans_make(&t->d, NULL, &s, NULL), ICP_OK);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_uint_eq(s.x.dense, ICP__SPAN);
    for (int j = 0; j < WORDS + 1 + (int)ICP__SPAN; j++)
        w[j] = (double)below(1000) / 500 - 1;
    icp__spans_fold(&s, w, folded);
    icp__matrix_times(&s.x, w, .25, with);
    icp__matrix_times(&t->d.x, folded, .25, without);
    for (int i = 0; i < ROWS; i++)
        ck_assert_double_eq_tol(with[i], without[i], 1e-9);
    icp__spans_free(&s);
    icp__spans_free(&s);
    free(t);
    icp_context_unref(c);
}
END_TEST

START_TEST(summed_variance_is_ten) {
    icp_context *c = context();
    struct texts *t = texts_new(c, WORDS);
    struct icp__spans s;
    double total = 0;
    ck_assert_int_eq(icp__spans_make(&t->d, NULL, &s, NULL), ICP_OK);
    for (uint32_t k = 0; k < ICP__SPAN; k++) {
        double n = 0, sum = 0, squares = 0;
        for (int i = 0; i < ROWS - 20; i++)
            if (t->known[i]) {
                double v = s.x.value[(size_t)i * ICP__SPAN + k];
                n += 1, sum += v, squares += v * v;
            }
        total += squares / n - sum / n * (sum / n);
    }
    ck_assert_double_eq_tol(total, 10, 1e-6);
    icp__spans_free(&s);
    free(t);
    icp_context_unref(c);
}
END_TEST

/* Rows of one topic lie closer together than rows of two, also where they share no word and outside the reference. */
START_TEST(planted_topics_are_found) {
    icp_context *c = context();
    struct texts *t = texts_new(c, WORDS);
    struct icp__spans s;
    double same = 0, other = 0, n_same = 0, n_other = 0;
    ck_assert_int_eq(icp__spans_make(&t->d, NULL, &s, NULL), ICP_OK);
    for (int i = ROWS - 60; i < ROWS; i++)
        for (int k = ROWS - 60; k < i; k++) {
            double dot = 0, x = 0, y = 0;
            const double *a = s.x.value + (size_t)i * ICP__SPAN, *b = s.x.value + (size_t)k * ICP__SPAN;
            if (!t->known[i] || !t->known[k])
                continue;
            for (uint32_t j = 0; j < 4; j++)
                dot += a[j] * b[j], x += a[j] * a[j], y += b[j] * b[j];
            if (t->topic[i] == t->topic[k])
                same += dot / sqrt(x * y), n_same++;
            else
                other += dot / sqrt(x * y), n_other++;
        }
    ck_assert_double_gt(same / n_same, .8);
    ck_assert_double_lt(other / n_other, .3);
    icp__spans_free(&s);
    free(t);
    icp_context_unref(c);
}
END_TEST

START_TEST(few_words_have_no_span) {
    icp_context *c = context();
    struct texts *t = texts_new(c, 100);
    struct icp__spans s;
    ck_assert_int_eq(icp__spans_make(&t->d, NULL, &s, NULL), ICP_OK);
    ck_assert_uint_eq(s.count, 0);
    ck_assert_uint_eq(s.x.dense, 0);
    icp__spans_free(&s);
    free(t);
    icp_context_unref(c);
}
END_TEST

START_TEST(failing_memory_is_said_and_nothing_leaks) {
    for (size_t at = 2;; at++) {
        struct counting k = {.fail_at = at};
        icp_context *c = counting_context(&k);
        struct texts *t = texts_new(c, WORDS);
        struct icp__spans s;
        icp_status st = icp__spans_make(&t->d, NULL, &s, NULL);
        if (!st)
            icp__spans_free(&s);
        else
            ck_assert_int_eq(st, ICP_E_MEMORY);
        free(t);
        icp_context_unref(c);
        ck_assert_uint_eq(k.live, 0);
        if (!st)
            break;
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("span");
    TCase *t = tcase_create("span");
    tcase_add_test(t, folding_changes_no_sum);
    tcase_add_test(t, summed_variance_is_ten);
    tcase_add_test(t, planted_topics_are_found);
    tcase_add_test(t, few_words_have_no_span);
    tcase_add_test(t, failing_memory_is_said_and_nothing_leaks);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
