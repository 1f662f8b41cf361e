/* SPDX-License-Identifier: MIT */
#include "bridge.h"
#include "_cgo_export.h"

static void on_log(void *user, int32_t level, int32_t code, const char *text, size_t size) {
    icpgoLog((uintptr_t)user, level, code, (char *)text, size);
}

void icpgo_log(struct icp_context_options *o, uintptr_t handle) {
    o->log = on_log;
    o->log_user = (void *)handle;
}

static int32_t on_progress(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    return icpgoProgress((uintptr_t)user, stage, done, total);
}

void icpgo_progress(struct icp_progress *p, uintptr_t handle) {
    p->struct_size = sizeof *p;
    p->user = (void *)handle;
    p->fn = on_progress;
}

static int64_t on_read(void *user, void *buf, size_t cap) {
    return icpgoRead((uintptr_t)user, buf, cap);
}

static void on_close(void *user) {
    icpgoClose((uintptr_t)user);
}

void icpgo_source(struct icp_source *s, uintptr_t handle, const char *name, uint64_t size) {
    s->struct_size = sizeof *s;
    s->user = (void *)handle;
    s->read = on_read;
    s->close = on_close;
    s->name = name;
    s->size_hint = size;
}

static int64_t on_write(void *user, const void *buf, size_t n) {
    return icpgoWrite((uintptr_t)user, (void *)buf, n);
}

void icpgo_sink(struct icp_sink *s, uintptr_t handle) {
    s->struct_size = sizeof *s;
    s->user = (void *)handle;
    s->write = on_write;
}

static icp_status on_open(void *user, struct icp_source *out, struct icp_error *err) {
    return icpgoOpen((uintptr_t)user, out, err);
}

void icpgo_table(struct icp_table *t, uintptr_t handle) {
    t->struct_size = sizeof *t;
    t->user = (void *)handle;
    t->open = on_open;
}
