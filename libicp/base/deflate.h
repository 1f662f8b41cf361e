/* SPDX-License-Identifier: MIT */
/* zlib streams (RFC 1950) in memory, with the context's allocator. */
#pragma once
#include "base/bytes.h"

/* Appends one zlib stream to out. */
icp_status icp__deflate(icp_context *c, const void *data, size_t size, struct icp__bytes *out, struct icp_error *err);
/* One zlib stream that is exactly `size` bytes and gives exactly `plain_size`; ICP_E_FORMAT otherwise. */
icp_status icp__inflate(icp_context *c, const void *data, size_t size, void *plain, size_t plain_size, struct icp_error *err);
