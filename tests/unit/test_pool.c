/* SPDX-License-Identifier: MIT */
/* Tasks on a pool, on the host's threads and inline: the same results from all of them. */
#include "base/base.h"
#include "check_main.h"
#include "counting.h"
#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TASKS 500

struct work {
    uint64_t result[TASKS];
    _Atomic uint32_t runs[TASKS];
    icp_context *ctx;
    icp_pool *pool; /* for tasks that start tasks */
    _Atomic uint32_t nested;
};

static void task(void *arg, uint32_t i) {
    struct work *w = arg;
    uint64_t v = i;
    for (int n = 0; n < 2000; n++)
        v = v * UINT64_C(6364136223846793005) + 1;
    w->result[i] = v;
    w->runs[i]++;
}

static void check_result(const struct work *w, uint32_t tasks) {
    static struct work want;
    for (uint32_t i = 0; i < tasks; i++) {
        task(&want, i);
        if (w->runs[i] != 1 || w->result[i] != want.result[i])
            ck_abort_msg("task %u ran %u times", i, w->runs[i]);
    }
    for (uint32_t i = tasks; i < TASKS; i++) {
        if (w->runs[i])
            ck_abort_msg("task %u of %u ran", i, tasks);
    }
}

static icp_context *plain_context(void) {
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}

START_TEST(results_do_not_depend_on_threads) {
    static const uint32_t threads[] = {1, 2, 3, 8, 64};
    static const uint32_t tasks[] = {0, 1, 2, 3, 7, 64, TASKS};
    icp_context *c = plain_context();
    icp_pool *p = NULL;
    ck_assert_int_eq(icp_pool_new(c, threads[_i], &p, NULL), ICP_OK);
    for (int round = 0; round < 30; round++) {
        for (size_t t = 0; t < sizeof tasks / sizeof tasks[0]; t++) {
            static struct work w;
            memset(&w, 0, sizeof w);
            if (icp__parallel(c, p, tasks[t], task, &w, NULL))
                ck_abort();
            check_result(&w, tasks[t]);
        }
    }
    icp_pool_free(p);
    struct work *w = calloc(1, sizeof *w);
    ck_assert_int_eq(icp__parallel(c, NULL, TASKS, task, w, NULL), ICP_OK);
    check_result(w, TASKS);
    free(w);
    icp_context_unref(c);
}
END_TEST

static struct {
    pthread_barrier_t barrier;
    _Atomic uint32_t met;
} meeting;
static void meet(void *arg, uint32_t i) {
    (void)arg, (void)i;
    pthread_barrier_wait(&meeting.barrier);
    meeting.met++;
}

/* Four tasks that wait for each other end only where four threads run, the caller's among them. */
START_TEST(the_caller_works_too) {
    icp_context *c = plain_context();
    icp_pool *p = NULL;
    ck_assert_int_eq(pthread_barrier_init(&meeting.barrier, NULL, 4), 0);
    ck_assert_int_eq(icp_pool_new(c, 4, &p, NULL), ICP_OK);
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(icp__parallel(c, p, 4, meet, NULL, NULL), ICP_OK);
    ck_assert_uint_eq(meeting.met, 200);
    icp_pool_free(p);
    icp_context_unref(c);
}
END_TEST

static void inner(void *arg, uint32_t i) {
    struct work *w = arg;
    (void)i;
    w->nested++;
}
static void outer(void *arg, uint32_t i) {
    struct work *w = arg;
    w->runs[i]++;
    pthread_barrier_wait(&meeting.barrier); /* no thread is left that could help the others */
    if (icp__parallel(w->ctx, w->pool, 10, inner, w, NULL))
        w->nested += 1000000;
}

START_TEST(nested_use_runs_inline) {
    static struct work w;
    w.ctx = plain_context();
    ck_assert_int_eq(icp_pool_new(w.ctx, 4, &w.pool, NULL), ICP_OK);
    ck_assert_int_eq(pthread_barrier_init(&meeting.barrier, NULL, 4), 0);
    for (int i = 0; i < 25; i++)
        ck_assert_int_eq(icp__parallel(w.ctx, w.pool, 4, outer, &w, NULL), ICP_OK);
    ck_assert_uint_eq(w.nested, 1000);
    icp_pool_free(w.pool);
    icp_context_unref(w.ctx);
}
END_TEST

START_TEST(arguments) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    icp_pool *const none = (icp_pool *)(uintptr_t)0x77, *p = none;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_pool_new(c, 0, &p, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "threads is 0, must be 1 to 256");
    ck_assert_int_eq(icp_pool_new(c, 257, &p, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_pool_new(NULL, 1, &p, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_pool_new(c, 1, NULL, &err), ICP_E_ARGUMENT);
    k.fail_at = k.calls + 1;
    ck_assert_int_eq(icp_pool_new(c, 1, &p, &err), ICP_E_MEMORY);
    ck_assert_ptr_eq(p, none);
    icp_pool_free(NULL);
    ck_assert_int_eq(icp_pool_new(c, 256, &p, &err), ICP_OK);
    icp_context_unref(c);
    icp_pool_free(p); /* kept the context alive */
    ck_assert_uint_eq(k.live, 0);
}
END_TEST

START_TEST(child_of_a_fork_is_refused) {
    static struct work w;
    icp_context *c = plain_context();
    icp_pool *p = NULL;
    int status = -1;
    ck_assert_int_eq(icp_pool_new(c, 3, &p, NULL), ICP_OK);
    ck_assert_int_eq(icp__parallel(c, p, TASKS, task, &w, NULL), ICP_OK);
    pid_t child = fork();
    if (child == 0) {
        struct icp_error err = {.struct_size = sizeof err};
        memset(&w, 0, sizeof w);
        int bad = icp__parallel(c, p, TASKS, task, &w, &err) != ICP_E_STATE || err.code != ICP_E_STATE ||
                  strcmp(err.message, "the pool was made before fork(): make one in the child") != 0 || w.runs[0];
        icp_pool_free(p); /* must not hang */
#ifndef __SANITIZE_THREAD__ /* it cannot start threads after a fork */
        bad |= icp_pool_new(c, 2, &p, NULL) || icp__parallel(c, p, 2, task, &w, NULL);
        icp_pool_free(p);
#endif
        icp_context_unref(c);
        _exit(bad);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    memset(&w, 0, sizeof w);
    ck_assert_int_eq(icp__parallel(c, p, TASKS, task, &w, NULL), ICP_OK);
    check_result(&w, TASKS);
    icp_pool_free(p);
    icp_context_unref(c);
}
END_TEST

struct host {
    int mode; /* 0 = as promised, backwards; 1 = fails; 2 = forgets the last; 3 = one too many */
    uint32_t calls;
};
static int32_t host_parallel(void *user, uint32_t tasks, void (*run)(void *arg, uint32_t i), void *arg) {
    struct host *h = user;
    h->calls++;
    if (h->mode == 1)
        return 1;
    for (uint32_t i = tasks + (h->mode == 3); i-- > (h->mode == 2);)
        run(arg, i);
    return 0;
}

START_TEST(host_threads) {
    static struct work w;
    struct host h = {0};
    struct icp_context_options o = {.struct_size = sizeof o, .parallel = host_parallel, .parallel_user = &h};
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *c = NULL;
    icp_pool *p = NULL;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    ck_assert_int_eq(icp__parallel(c, NULL, TASKS, task, &w, &err), ICP_OK);
    ck_assert_uint_eq(h.calls, 1);
    check_result(&w, TASKS);
    h.mode = 3; /* a task that does not exist is not run */
    memset(&w, 0, sizeof w);
    ck_assert_int_eq(icp__parallel(c, NULL, 100, task, &w, &err), ICP_OK);
    check_result(&w, 100);
    h.mode = 1;
    ck_assert_int_eq(icp__parallel(c, NULL, 100, task, &w, &err), ICP_E_STATE);
    ck_assert_str_eq(err.message, "the context's parallel failed");
    h.mode = 2;
    ck_assert_int_eq(icp__parallel(c, NULL, 100, task, &w, &err), ICP_E_STATE);
    ck_assert_str_eq(err.message, "the context's parallel ran 99 of 100 tasks");
    /* A pool wins over the context's parallel. */
    h.calls = 0;
    memset(&w, 0, sizeof w);
    ck_assert_int_eq(icp_pool_new(c, 2, &p, NULL), ICP_OK);
    ck_assert_int_eq(icp__parallel(c, p, TASKS, task, &w, NULL), ICP_OK);
    ck_assert_uint_eq(h.calls, 0);
    check_result(&w, TASKS);
    icp_pool_free(p);
    icp_context_unref(c);
}
END_TEST

static void rounding(void *arg, uint32_t i) {
    struct work *w = arg;
    w->result[i] = (uint64_t)fegetround();
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    w->nested += sigismember(&mask, SIGUSR1) == 1;
    nanosleep(&(struct timespec){0, 100000}, NULL);
}

/* Whatever the creating and the calling thread had set, tasks round to nearest; signals go to the host's threads. */
START_TEST(environment_of_tasks) {
    static struct work w;
    icp_context *c = plain_context();
    icp_pool *p = NULL;
    fesetround(FE_UPWARD);
    ck_assert_int_eq(icp_pool_new(c, 2, &p, NULL), ICP_OK);
    memset(w.result, 0xFF, sizeof w.result);
    ck_assert_int_eq(icp__parallel(c, p, 200, rounding, &w, NULL), ICP_OK);
    for (int i = 0; i < 200; i++)
        ck_assert_uint_eq(w.result[i], FE_TONEAREST);
    ck_assert_uint_gt(w.nested, 0);
    ck_assert_uint_lt(w.nested, 200);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    ck_assert_int_eq(sigismember(&mask, SIGUSR1), 0);
    fesetround(FE_TONEAREST);
    icp_pool_free(p);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("pool");
    TCase *t = tcase_create("pool");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, results_do_not_depend_on_threads, 0, 5);
    tcase_add_test(t, the_caller_works_too);
    tcase_add_test(t, nested_use_runs_inline);
    tcase_add_test(t, arguments);
    tcase_add_test(t, child_of_a_fork_is_refused);
    tcase_add_test(t, host_threads);
    tcase_add_test(t, environment_of_tasks);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
