/* SPDX-License-Identifier: MIT */
/* A growing byte string with a sticky failure, an arena, and the public buffer. */
#pragma once
#include "base/base.h"

struct icp__bytes {
    icp_context *ctx;
    char *data; /* NUL-terminated once anything was added */
    size_t size, cap;
    bool failed; /* set by the first allocation that failed; later additions do nothing */
};
void icp__bytes_init(struct icp__bytes *b, icp_context *c);
void icp__bytes_free(struct icp__bytes *b);
void icp__bytes_add(struct icp__bytes *b, const void *data, size_t size);
void icp__bytes_text(struct icp__bytes *b, const char *text); /* NUL-terminated */
void icp__bytes_print(struct icp__bytes *b, const char *format, ...) ICP__PRINTF(2, 3); /* formats of icp__fail */
/* Appends `size` zero bytes and returns the first, NULL on failure. */
void *icp__bytes_room(struct icp__bytes *b, size_t size);
/* Moves the bytes into a public buffer; b is empty again. */
icp_status icp__bytes_finish(struct icp__bytes *b, icp_buffer **out, struct icp_error *err);

void icp__bytes_count(struct icp__bytes *b, uint64_t v); /* 1,234: for people */
int icp__str_compare(struct icp_str a, struct icp_str b); /* bytes, shorter first when one begins the other */

/* Memory that is released all at once; 16-byte aligned, not zeroed. */
struct icp__arena {
    icp_context *ctx;
    struct icp__arena_block *blocks;
    size_t total; /* bytes asked for */
};
void icp__arena_init(struct icp__arena *a, icp_context *c);
void *icp__arena_alloc(struct icp__arena *a, size_t count, size_t size); /* NULL = no memory or overflow */
char *icp__arena_copy(struct icp__arena *a, const void *data, size_t size); /* NUL added */
void icp__arena_free(struct icp__arena *a);
