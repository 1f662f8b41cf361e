/* SPDX-License-Identifier: MIT */
/* Writing into a sink, and the sink that collects into a buffer. */
#include "base/file.h"
#include "base/io.h"

struct memory {
    struct icp__bytes bytes;
    icp_buffer **out;
};

static int64_t memory_write(void *user, const void *data, size_t n) {
    struct memory *m = user;
    icp__bytes_add(&m->bytes, data, n);
    return m->bytes.failed ? -1 : (int64_t)n;
}

static void memory_abort(void *user) {
    struct memory *m = user;
    icp_context *c = m->bytes.ctx;
    icp__bytes_free(&m->bytes);
    icp__free(c, m);
    icp_context_unref(c);
}

static icp_status finish(struct memory *m, struct icp_error *err) {
    icp_status s = icp__bytes_finish(&m->bytes, m->out, err);
    memory_abort(m);
    return s;
}

static int32_t memory_commit(void *user) { return finish(user, NULL); }

icp_status icp_sink_to_memory(icp_context *c, struct icp_sink *out, icp_buffer **buffer, struct icp_error *err) {
    if (!c || !out || !buffer)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : !out ? "out" : "buffer");
    struct memory *m = icp__alloc(c, 1, sizeof *m);
    if (!m)
        return icp__no_memory(err);
    icp__bytes_init(&m->bytes, icp_context_ref(c));
    m->out = buffer;
    *out = (struct icp_sink){
        .struct_size = sizeof *out, .user = m, .write = memory_write, .commit = memory_commit, .abort = memory_abort};
    return ICP_OK;
}

icp_status icp__sink_check(const struct icp_sink *s, struct icp_error *err) {
    struct icp_sink own;
    if (!s)
        return icp__fail(err, ICP_E_ARGUMENT, "the sink is NULL");
    icp_status status = icp__options(s, sizeof own, &own, sizeof own, err);
    if (status)
        return status;
    if (own.reserved)
        return icp__fail(err, ICP_E_UNSUPPORTED, "reserved of icp_sink is not 0");
    return own.write ? ICP_OK : icp__fail(err, ICP_E_ARGUMENT, "the sink has no write");
}

static icp_status fail_io(const struct icp_sink *s, const char *text, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = s->name;
    return icp__fail_at(err, ICP_E_IO, &where, "%s", text);
}

icp_status icp__sink_write(const struct icp_sink *s, const void *data, size_t size, struct icp_error *err) {
    const char *at = data;
    while (size) {
        int64_t n = s->write(s->user, at, size);
        if (n < 0 && s->write == memory_write)
            return icp__no_memory(err);
        if (n < 0) {
            const char *text = icp__file_write_problem(s);
            return fail_io(s, text ? text : "the sink failed", err);
        }
        if (n == 0 || (uint64_t)n > size)
            return fail_io(s, "the sink broke its contract: it took nothing, or more than was given", err);
        at += n;
        size -= (size_t)n;
    }
    return ICP_OK;
}

icp_status icp__sink_commit(const struct icp_sink *s, struct icp_error *err) {
    icp_status status;
    if (icp__file_commit(s, &status, err))
        return status;
    if (s->commit == memory_commit)
        return finish(s->user, err);
    return s->commit && s->commit(s->user) ? fail_io(s, "the sink failed to commit", err) : ICP_OK;
}

void icp__sink_abort(const struct icp_sink *s) {
    if (s->abort)
        s->abort(s->user);
}
