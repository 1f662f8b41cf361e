/* SPDX-License-Identifier: MIT */
/* What the context's log is told: columns left out, customers not found; on the calling thread, one line each. */
#include "check_main.h"
#include "world.h"
#include <pthread.h>

struct heard {
    pthread_t thread;
    int notes, warnings;
    char note[256], warning[256];
};

static void hear(void *user, int32_t level, int32_t code, const char *text, size_t size) {
    struct heard *h = user;
    ck_assert(pthread_equal(pthread_self(), h->thread));
    ck_assert(memchr(text, '\n', size) == NULL);
    h->notes += level == ICP_LOG_NOTE, h->warnings += level == ICP_LOG_WARNING;
    snprintf(level == ICP_LOG_NOTE ? h->note : h->warning, 256, "%d %.*s", code, (int)size, text);
}

START_TEST(test_a_fit_tells_what_it_left_out_and_whom_it_missed) {
    struct heard heard = {.thread = pthread_self()};
    struct icp_context_options o = {.struct_size = sizeof o, .log = hear, .log_user = &heard};
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *c;
    icp_pool *pool;
    struct world w = world_new(9, 800, 40, .1);
    for (int i = 0; i < w.rows; i++) /* known in 12 of 800 companies: too few to learn from */
        if (i % 64) w.row[i].cells[3][0] = 0;
    char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
    strcat(keys, "nobody\nnowhere\n");
    world_must(icp_context_new(&o, &c, &e), &e);
    world_must(icp_pool_new(c, 3, &pool, &e), &e);
    icp_reference *r = world_reference(c, all);
    icp_model_unref(world_fit(c, r, keys, NULL, pool));
    ck_assert_int_eq(heard.notes, 1);
    ck_assert_str_eq(heard.note, "0 column \"tags\" is left out: known in too few companies of the reference");
    ck_assert_int_eq(heard.warnings, 1);
    ck_assert_str_eq(heard.warning, "14 2 of 42 customers were found nowhere");
    icp_reference_unref(r), icp_pool_free(pool), icp_context_unref(c), free(all), free(keys), world_free(&w);
}
END_TEST

int main(void) {
    Suite *s = suite_create("log");
    TCase *t = tcase_create("log");
    tcase_add_test(t, test_a_fit_tells_what_it_left_out_and_whom_it_missed);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
