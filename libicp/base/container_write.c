/* SPDX-License-Identifier: MIT */
/* Writing the container of references and models (doc/format.md), and its id. */
#include "base/container.h"
#include "base/deflate.h"

#define HEADER 56u
#define ENTRY 40u

bool icp__container_add(struct icp__container *k, const char *tag, uint32_t flags, const void *data, uint64_t size) {
    if (k->count == ICP__SECTIONS_MAX)
        return false;
    struct icp__section *s = &k->sections[k->count++];
    memset(s, 0, sizeof *s);
    memcpy(s->tag, tag, 4);
    s->flags = flags;
    s->data = data;
    s->size = size;
    return true;
}

void icp__container_id(struct icp__container *k) {
    struct icp__sha256 sha;
    icp__sha256_init(&sha);
    for (uint32_t i = 0; i < k->count; i++) {
        const struct icp__section *s = &k->sections[i];
        uint8_t size[8];
        if (s->flags & ICP__SECTION_OUTSIDE_ID)
            continue;
        icp__put64(size, s->size);
        icp__sha256_add(&sha, s->tag, 4);
        icp__sha256_add(&sha, size, 8);
        icp__sha256_add(&sha, s->data, (size_t)s->size);
    }
    icp__sha256_finish(&sha, k->id);
}

struct stored {
    struct icp__bytes packed[ICP__SECTIONS_MAX];
    const uint8_t *data[ICP__SECTIONS_MAX];
    uint64_t size[ICP__SECTIONS_MAX];
    uint8_t head[HEADER + ICP__SECTIONS_MAX * ENTRY];
    uint64_t head_size, file_size;
};

static icp_status pack(const struct icp__container *k, struct stored *w, struct icp_error *err) {
    for (uint32_t i = 0; i < k->count; i++) {
        const struct icp__section *s = &k->sections[i];
        w->data[i] = s->data;
        w->size[i] = s->size;
        if (!(s->flags & ICP__SECTION_DEFLATED))
            continue;
        icp_status status = icp__deflate(k->ctx, s->data, (size_t)s->size, &w->packed[i], err);
        if (status)
            return status;
        w->data[i] = (const uint8_t *)w->packed[i].data;
        w->size[i] = w->packed[i].size;
    }
    return ICP_OK;
}

static void make_head(const struct icp__container *k, const char magic[8], struct stored *w) {
    uint8_t *at = w->head + HEADER;
    uint64_t offset = HEADER + k->count * ENTRY;
    for (uint32_t i = 0; i < k->count; i++, at += ENTRY) {
        const struct icp__section *s = &k->sections[i];
        memcpy(at, s->tag, 4);
        icp__put32(at + 4, s->flags);
        icp__put64(at + 8, offset);
        icp__put64(at + 16, w->size[i]);
        icp__put64(at + 24, s->size);
        icp__put64(at + 32, icp__hash(w->data[i], (size_t)w->size[i], 0));
        offset = (offset + w->size[i] + 7) & ~UINT64_C(7);
    }
    w->head_size = HEADER + k->count * ENTRY;
    w->file_size = offset + 8;
    memcpy(w->head, magic, 8);
    icp__put16(w->head + 8, k->major);
    icp__put16(w->head + 10, k->minor);
    icp__put32(w->head + 12, k->count);
    icp__put64(w->head + 16, w->file_size);
    memcpy(w->head + 24, k->id, 32);
}

static icp_status write_all(const struct icp__container *k, const struct stored *w, const struct icp_sink *s, struct icp_error *err) {
    static const uint8_t zero[8];
    uint8_t trailer[8];
    icp_status status = icp__sink_write(s, w->head, (size_t)w->head_size, err);
    for (uint32_t i = 0; i < k->count && !status; i++) {
        status = icp__sink_write(s, w->data[i], (size_t)w->size[i], err);
        if (!status)
            status = icp__sink_write(s, zero, (size_t)(-w->size[i] & 7), err);
    }
    if (status)
        return status;
    icp__put64(trailer, icp__hash(w->head, (size_t)w->head_size, 0));
    return icp__sink_write(s, trailer, 8, err);
}

icp_status icp__container_write(struct icp__container *k, const char magic[8], struct icp_sink *s, struct icp_error *err) {
    icp_status status = icp__sink_check(s, err);
    if (status)
        return status;
    struct stored *w = icp__calloc(k->ctx, 1, sizeof *w);
    if (!w) {
        icp__sink_abort(s);
        return icp__no_memory(err);
    }
    for (uint32_t i = 0; i < k->count; i++)
        icp__bytes_init(&w->packed[i], k->ctx);
    if (!k->id_known)
        icp__container_id(k);
    status = pack(k, w, err);
    if (!status) {
        make_head(k, magic, w);
        status = write_all(k, w, s, err);
    }
    for (uint32_t i = 0; i < k->count; i++)
        icp__bytes_free(&w->packed[i]);
    icp__free(k->ctx, w);
    if (!status)
        return icp__sink_commit(s, err);
    icp__sink_abort(s);
    return status;
}
