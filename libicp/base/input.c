/* SPDX-License-Identifier: MIT */
/* Plain bytes out of a source, gzip (RFC 1952) found by content; the memory source. */
#include "base/file.h"
#include "base/io.h"
#include <limits.h>
#include <zlib.h>

#define RAW_SIZE 65536u

enum state { STATE_NEW, STATE_PLAIN, STATE_MEMBER, STATE_BETWEEN, STATE_PADDING, STATE_END };

struct icp__input {
    icp_context *ctx;
    struct icp_source source;
    enum state state;
    icp_status failed; /* sticky */
    bool inflating;    /* z was set up */
    bool ended;        /* the source has no more */
    uint64_t taken;    /* bytes taken from the source */
    size_t at, size;   /* unread part of raw */
    z_stream z;
    uint8_t raw[RAW_SIZE];
};

/* The memory source. */

struct memory {
    icp_context *ctx;
    const char *data;
    size_t size;
};

static int64_t memory_read(void *user, void *buf, size_t cap) {
    struct memory *m = user;
    size_t n = cap < m->size ? cap : m->size;
    if (n) {
        memcpy(buf, m->data, n);
        m->data += n;
        m->size -= n;
    }
    return (int64_t)n;
}

static void memory_close(void *user) {
    struct memory *m = user;
    icp_context *c = m->ctx;
    icp__free(c, m);
    icp_context_unref(c);
}

icp_status icp_source_from_memory(icp_context *c, const void *data, size_t size, struct icp_source *out,
                                  struct icp_error *err) {
    if (!c || !out || (!data && size))
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : !out ? "out" : "data");
    struct memory *m = icp__alloc(c, 1, sizeof *m);
    if (!m)
        return icp__no_memory(err);
    *m = (struct memory){icp_context_ref(c), data, size};
    *out = (struct icp_source){
        .struct_size = sizeof *out, .user = m, .read = memory_read, .close = memory_close, .size_hint = size};
    return ICP_OK;
}

/* Reading. */

static icp_status fail(struct icp__input *in, icp_status code, uint64_t byte, const char *text, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = in->source.name;
    where.byte = byte == UINT64_MAX ? -1 : (int64_t)byte;
    in->failed = code;
    return icp__fail_at(err, code, &where, "%s", text);
}

/* One read of the source; *got 0 = its end. */
static icp_status take(struct icp__input *in, void *buf, size_t cap, size_t *got, struct icp_error *err) {
    *got = 0;
    if (in->ended)
        return ICP_OK;
    const uint64_t most = cap; /* of 64 bits: a cast of the limit to size_t would be another number on 32 */
    if (most > INT64_MAX)
        cap = (size_t)INT64_MAX;
    int64_t n = in->source.read(in->source.user, buf, cap);
    if (n < 0) {
        const char *text = icp__file_read_problem(&in->source);
        return fail(in, ICP_E_IO, in->taken, text ? text : "the source failed", err);
    }
    if ((uint64_t)n > cap)
        return fail(in, ICP_E_IO, in->taken, "the source broke its contract: it gave more than was asked for", err);
    in->ended = n == 0;
    in->taken += (uint64_t)n;
    *got = (size_t)n;
    return ICP_OK;
}

/* At least `want` unread raw bytes unless the source ends before. */
static icp_status fill(struct icp__input *in, size_t want, struct icp_error *err) {
    while (in->size - in->at < want && !in->ended) {
        if (in->at) {
            memmove(in->raw, in->raw + in->at, in->size - in->at);
            in->size -= in->at;
            in->at = 0;
        }
        size_t got;
        icp_status s = take(in, in->raw + in->size, RAW_SIZE - in->size, &got, err);
        if (s)
            return s;
        in->size += got;
    }
    return ICP_OK;
}

static void *zlib_alloc(void *ctx, unsigned count, unsigned size) { return icp__alloc(ctx, count, size); }
static void zlib_free(void *ctx, void *p) { icp__free(ctx, p); }

static bool at_member(const struct icp__input *in) {
    return in->size - in->at >= 2 && in->raw[in->at] == 0x1f && in->raw[in->at + 1] == 0x8b;
}

static icp_status detect(struct icp__input *in, struct icp_error *err) {
    icp_status s = fill(in, 2, err);
    if (s)
        return s;
    if (!at_member(in)) {
        in->state = STATE_PLAIN;
        return ICP_OK;
    }
    in->z.zalloc = zlib_alloc;
    in->z.zfree = zlib_free;
    in->z.opaque = in->ctx;
    if (inflateInit2(&in->z, 15 + 16) != Z_OK) {
        in->failed = ICP_E_MEMORY;
        return icp__no_memory(err);
    }
    in->inflating = true;
    in->state = STATE_MEMBER;
    return ICP_OK;
}

static icp_status read_plain(struct icp__input *in, char *buf, size_t cap, size_t *got, struct icp_error *err) {
    size_t n = in->size - in->at;
    if (n) {
        *got = n < cap ? n : cap;
        memcpy(buf, in->raw + in->at, *got);
        in->at += *got;
        return ICP_OK;
    }
    icp_status s = take(in, buf, cap, got, err);
    if (!s && !*got)
        in->state = STATE_END;
    return s;
}

static icp_status fail_gzip(struct icp__input *in, uint64_t byte, const char *what, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = in->source.name;
    where.byte = (int64_t)byte;
    in->failed = ICP_E_FORMAT;
    return icp__fail_at(err, ICP_E_FORMAT, &where, "damaged gzip data (%s)", what);
}

static icp_status read_member(struct icp__input *in, char *buf, size_t cap, size_t *got, struct icp_error *err) {
    icp_status s = fill(in, 1, err);
    if (s)
        return s;
    if (in->at == in->size)
        return fail(in, ICP_E_FORMAT, in->taken, "the gzip data end too early", err);
    in->z.next_in = in->raw + in->at;
    in->z.avail_in = (uInt)(in->size - in->at);
    in->z.next_out = (Bytef *)buf;
    in->z.avail_out = cap < UINT_MAX ? (uInt)cap : UINT_MAX;
    uInt room = in->z.avail_out;
    int z = inflate(&in->z, Z_NO_FLUSH);
    in->at = in->size - in->z.avail_in;
    *got = room - in->z.avail_out;
    if (z == Z_STREAM_END) {
        in->state = STATE_BETWEEN;
        return ICP_OK;
    }
    if (z == Z_OK || z == Z_BUF_ERROR)
        return ICP_OK;
    if (z == Z_MEM_ERROR) {
        in->failed = ICP_E_MEMORY;
        return icp__no_memory(err);
    }
    const char *what = z == Z_NEED_DICT ? "needs a dictionary" : in->z.msg ? in->z.msg : "unreadable";
    return fail_gzip(in, in->taken - in->z.avail_in, what, err);
}

/* Members may follow each other; tapes and block devices pad with zeros; anything else is damage. */
static icp_status next_member(struct icp__input *in, struct icp_error *err) {
    icp_status s = fill(in, 2, err);
    if (s)
        return s;
    if (in->state == STATE_BETWEEN && at_member(in)) {
        (void)inflateReset(&in->z);
        in->state = STATE_MEMBER;
        return ICP_OK;
    }
    in->state = STATE_PADDING;
    for (; in->at < in->size; in->at++) {
        if (in->raw[in->at])
            return fail_gzip(in, in->taken - (in->size - in->at), "bytes that are not gzip follow", err);
    }
    if (in->ended)
        in->state = STATE_END;
    return ICP_OK;
}

icp_status icp__input_read(struct icp__input *in, void *buf, size_t cap, size_t *got, struct icp_error *err) {
    size_t done = 0;
    if (in->failed)
        return fail(in, in->failed, UINT64_MAX, "reading failed before", err);
    while (done < cap && in->state != STATE_END) {
        size_t n = 0;
        icp_status s = ICP_OK;
        switch (in->state) {
        case STATE_NEW: s = detect(in, err); break;
        case STATE_PLAIN: s = read_plain(in, (char *)buf + done, cap - done, &n, err); break;
        case STATE_MEMBER: s = read_member(in, (char *)buf + done, cap - done, &n, err); break;
        case STATE_BETWEEN:
        case STATE_PADDING: s = next_member(in, err); break;
        case STATE_END: break;
        }
        if (s)
            return s;
        done += n;
    }
    *got = done;
    return ICP_OK;
}

static icp_status check_source(const struct icp_source *s, struct icp_source *own, struct icp_error *err) {
    if (!s)
        return icp__fail(err, ICP_E_ARGUMENT, "the source is NULL");
    icp_status status = icp__options(s, sizeof *own, own, sizeof *own, err);
    if (status)
        return status;
    if (own->reserved)
        status = icp__fail(err, ICP_E_UNSUPPORTED, "reserved of icp_source is not 0");
    else if (!own->read)
        status = icp__fail(err, ICP_E_ARGUMENT, "the source has no read");
    if (status && own->close)
        own->close(own->user);
    return status;
}

icp_status icp__input_open(icp_context *c, struct icp_source *s, struct icp__input **out, struct icp_error *err) {
    struct icp_source own;
    icp_status status = check_source(s, &own, err);
    if (status)
        return status;
    struct icp__input *in = icp__alloc(c, 1, sizeof *in);
    if (!in) {
        if (own.close)
            own.close(own.user);
        return icp__no_memory(err);
    }
    memset(in, 0, offsetof(struct icp__input, raw));
    in->ctx = icp_context_ref(c);
    in->source = own;
    *out = in;
    return ICP_OK;
}

const char *icp__input_name(const struct icp__input *in) { return in->source.name ? in->source.name : ""; }
uint64_t icp__input_hint(const struct icp__input *in) { return in->source.size_hint; }
uint64_t icp__input_raw(const struct icp__input *in) { return in->taken; }

void icp__input_free(struct icp__input *in) {
    if (!in)
        return;
    icp_context *c = in->ctx;
    if (in->inflating)
        (void)inflateEnd(&in->z);
    if (in->source.close)
        in->source.close(in->source.user);
    icp__free(c, in);
    icp_context_unref(c);
}

icp_status icp__input_all(struct icp__input *in, uint64_t limit, struct icp__bytes *out, struct icp_error *err) {
    size_t cap = RAW_SIZE;
    for (uint64_t done = 0;;) {
        size_t before = out->size, got;
        char *at = icp__bytes_room(out, cap);
        if (!at)
            return icp__no_memory(err);
        icp_status s = icp__input_read(in, at, cap, &got, err);
        out->size = before + (s ? 0 : got);
        out->data[out->size] = 0;
        if (s)
            return s;
        done += got;
        if (done > limit) {
            struct icp__place where = ICP__NOWHERE;
            where.source = in->source.name;
            return icp__fail_at(err, ICP_E_LIMIT, &where, "larger than the limit of %llu bytes",
                               (unsigned long long)limit);
        }
        if (got < cap)
            return ICP_OK;
        if (cap < (size_t)1 << 24)
            cap *= 2;
    }
}
