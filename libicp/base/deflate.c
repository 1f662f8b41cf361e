/* SPDX-License-Identifier: MIT */
/* zlib streams (RFC 1950) in memory, with the context's allocator. */
#include "base/deflate.h"
#include <zlib.h>

/* zlib counts in unsigned int. */
#define STEP ((size_t)1 << 30)
/* Cells are short and repeat: higher levels take several times as long and gain a few percent. */
#define LEVEL 1

static void *take(void *ctx, unsigned count, unsigned size) {
    return icp__alloc(ctx, count, size);
}

static void give(void *ctx, void *p) {
    icp__free(ctx, p);
}

static unsigned step(size_t left) {
    return (unsigned)(left < STEP ? left : STEP);
}

icp_status icp__deflate(icp_context *c, const void *data, size_t size, struct icp__bytes *out, struct icp_error *err) {
    z_stream z = {.zalloc = take, .zfree = give, .opaque = c};
    static const uint8_t none[1];
    size_t left = size;
    int code;
    if (deflateInit(&z, LEVEL) != Z_OK)
        return icp__no_memory(err);
    z.next_in = (Bytef *)(uintptr_t)(size ? data : none);
    do {
        size_t room = left / 4 < 65536 ? 65536 : left / 4 < STEP ? left / 4 : STEP, before = out->size;
        char *at = icp__bytes_room(out, room);
        if (!at) {
            deflateEnd(&z);
            return icp__no_memory(err);
        }
        unsigned given = step(left);
        z.avail_in = given;
        z.next_out = (Bytef *)at;
        z.avail_out = (unsigned)room;
        code = deflate(&z, given == left ? Z_FINISH : Z_NO_FLUSH);
        left -= given - z.avail_in;
        out->size = before + room - z.avail_out;
    } while (code == Z_OK || code == Z_BUF_ERROR);
    deflateEnd(&z);
    return code == Z_STREAM_END ? ICP_OK : icp__no_memory(err);
}

icp_status icp__inflate(icp_context *c, const void *data, size_t size, void *plain, size_t plain_size, struct icp_error *err) {
    z_stream z = {.zalloc = take, .zfree = give, .opaque = c};
    uint8_t spare[1];
    size_t in = size, room = plain_size;
    int code;
    if (inflateInit(&z) != Z_OK)
        return icp__no_memory(err);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.next_out = plain_size ? plain : spare;
    do {
        unsigned given = step(in), free_bytes = step(room);
        z.avail_in = given;
        z.avail_out = free_bytes;
        code = inflate(&z, Z_NO_FLUSH);
        in -= given - z.avail_in;
        room -= free_bytes - z.avail_out;
        if (z.avail_in == given && z.avail_out == free_bytes && code == Z_OK)
            code = Z_BUF_ERROR;
    } while (code == Z_OK);
    inflateEnd(&z);
    if (code == Z_MEM_ERROR)
        return icp__no_memory(err);
    if (code != Z_STREAM_END || in || room)
        return icp__fail(err, ICP_E_FORMAT, "broken zlib stream");
    return ICP_OK;
}
