/* SPDX-License-Identifier: MIT */
/* Plain bytes out of a source, gzip found by content. */
#pragma once
#include "base/bytes.h"

struct icp__input;
/* Takes the source over, on failure too. */
icp_status icp__input_open(icp_context *c, struct icp_source *s, struct icp__input **out, struct icp_error *err);
/* Fills buf as far as it can: *got < cap only at the end. Broken or truncated gzip = ICP_E_FORMAT with the byte of the file. */
icp_status icp__input_read(struct icp__input *in, void *buf, size_t cap, size_t *got, struct icp_error *err);
const char *icp__input_name(const struct icp__input *in); /* "" when it has none */
uint64_t icp__input_hint(const struct icp__input *in);    /* size_hint of the source */
uint64_t icp__input_raw(const struct icp__input *in);     /* bytes taken from the source so far */
void icp__input_free(struct icp__input *in);
/* Reads all of it. More than `limit` bytes = ICP_E_LIMIT. */
icp_status icp__input_all(struct icp__input *in, uint64_t limit, struct icp__bytes *out, struct icp_error *err);

/* Writes all of it, retrying short writes. */
icp_status icp__sink_write(const struct icp_sink *s, const void *data, size_t size, struct icp_error *err);
/* A commit that fails has cleaned up after itself: abort is not called any more. */
icp_status icp__sink_commit(const struct icp_sink *s, struct icp_error *err);
void icp__sink_abort(const struct icp_sink *s);
icp_status icp__sink_check(const struct icp_sink *s, struct icp_error *err); /* struct_size, write present */
