/* SPDX-License-Identifier: MIT */
/* Running tasks on a pool, on the host's threads or here; the only file that knows threads. */
#include "base/base.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#define THREADS_MOST 256u

struct job {
    void (*task)(void *arg, uint32_t i);
    void *arg;
    uint32_t tasks;
    _Atomic uint32_t next, done;
};

struct icp_pool {
    icp_context *ctx;
    pid_t pid;
    atomic_flag busy;
    uint32_t workers;
    pthread_mutex_t lock;
    pthread_cond_t start, finished;
    /* Below: under the lock. */
    struct job *job;
    uint64_t round; /* counts jobs, so that no worker takes one twice */
    uint32_t working;
    bool stop;
    pthread_t threads[];
};

/* Threads of the pool and of the host come with whatever floating-point environment they were started in. */
static void run_one(struct job *j, uint32_t i) {
    struct icp__fpenv saved;
    icp__fpenv_enter(&saved);
    j->task(j->arg, i);
    icp__fpenv_leave(&saved);
    atomic_fetch_add(&j->done, 1);
}

static void run_rest(struct job *j) {
    uint32_t i;
    while ((i = atomic_fetch_add(&j->next, 1)) < j->tasks)
        run_one(j, i);
}

static void *work(void *user) {
    icp_pool *p = user;
    uint64_t seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->stop && p->round == seen)
            pthread_cond_wait(&p->start, &p->lock);
        if (p->stop)
            break;
        seen = p->round;
        struct job *j = p->job;
        pthread_mutex_unlock(&p->lock);
        run_rest(j);
        pthread_mutex_lock(&p->lock);
        if (--p->working == 0)
            pthread_cond_signal(&p->finished);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* The host's signal handlers belong on the host's threads: ours block all of them. */
static void start_workers(icp_pool *p, uint32_t wanted) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return;
    while (p->workers < wanted && !pthread_create(&p->threads[p->workers], NULL, work, p))
        p->workers++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool make_locks(icp_pool *p) {
    if (pthread_mutex_init(&p->lock, NULL))
        return false;
    if (!pthread_cond_init(&p->start, NULL)) {
        if (!pthread_cond_init(&p->finished, NULL))
            return true;
        pthread_cond_destroy(&p->start);
    }
    pthread_mutex_destroy(&p->lock);
    return false;
}

icp_status icp_pool_new(icp_context *c, uint32_t threads, icp_pool **out, struct icp_error *err) {
    if (!c || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : "out");
    if (threads < 1 || threads > THREADS_MOST)
        return icp__fail(err, ICP_E_ARGUMENT, "threads is %u, must be 1 to %u", (unsigned)threads, THREADS_MOST);
    icp_pool *p = icp__calloc(c, 1, sizeof *p + threads * sizeof p->threads[0]);
    if (!p)
        return icp__no_memory(err);
    p->ctx = icp_context_ref(c);
    p->pid = getpid();
    atomic_flag_clear(&p->busy);
    if (!make_locks(p)) {
        icp__free(c, p);
        icp_context_unref(c);
        return icp__fail(err, ICP_E_STATE, "no lock can be made");
    }
    start_workers(p, threads - 1);
    if (threads > 1 && !p->workers) {
        icp_pool_free(p);
        return icp__fail(err, ICP_E_STATE, "no thread can be started");
    }
    *out = p;
    return ICP_OK;
}

void icp_pool_free(icp_pool *p) {
    if (!p)
        return;
    icp_context *c = p->ctx;
    /* In the child of a fork there are no threads, and nobody knows in which state the locks are. */
    if (p->pid == getpid()) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_broadcast(&p->start);
        pthread_mutex_unlock(&p->lock);
        for (uint32_t i = 0; i < p->workers; i++)
            pthread_join(p->threads[i], NULL);
        pthread_cond_destroy(&p->finished);
        pthread_cond_destroy(&p->start);
        pthread_mutex_destroy(&p->lock);
    }
    icp__free(c, p);
    icp_context_unref(c);
}

static void run_on_pool(icp_pool *p, struct job *j) {
    pthread_mutex_lock(&p->lock);
    p->job = j;
    p->round++;
    p->working = p->workers;
    pthread_cond_broadcast(&p->start);
    pthread_mutex_unlock(&p->lock);
    run_rest(j);
    pthread_mutex_lock(&p->lock);
    while (p->working)
        pthread_cond_wait(&p->finished, &p->lock);
    p->job = NULL;
    pthread_mutex_unlock(&p->lock);
}

static void host_task(void *arg, uint32_t i) {
    struct job *j = arg;
    if (i < j->tasks)
        run_one(j, i);
}

static icp_status run_on_host(icp_context *c, struct job *j, struct icp_error *err) {
    if (c->options.parallel(c->options.parallel_user, j->tasks, host_task, j))
        return icp__fail(err, ICP_E_STATE, "the context's parallel failed");
    if (atomic_load(&j->done) != j->tasks)
        return icp__fail(err, ICP_E_STATE, "the context's parallel ran %u of %u tasks", (unsigned)atomic_load(&j->done),
                         (unsigned)j->tasks);
    return ICP_OK;
}

icp_status icp__parallel(icp_context *c, icp_pool *pool, uint32_t tasks, void (*task)(void *arg, uint32_t i), void *arg,
                         struct icp_error *err) {
    struct job j = {.task = task, .arg = arg, .tasks = tasks};
    if (pool && pool->pid != getpid())
        return icp__fail(err, ICP_E_STATE, "the pool was made before fork(): make one in the child");
    if (pool && pool->workers && tasks > 1 && !atomic_flag_test_and_set(&pool->busy)) {
        run_on_pool(pool, &j);
        atomic_flag_clear(&pool->busy);
        return ICP_OK;
    }
    if (!pool && c->options.parallel && tasks > 1)
        return run_on_host(c, &j, err);
    /* Also a task that starts tasks on the pool it runs on. */
    run_rest(&j);
    return ICP_OK;
}
