/* SPDX-License-Identifier: MIT */
/* XXH3-64 for tables and samples, SHA-256 (FIPS 180-4) for ids. */
#pragma once
#include "base/base.h"

uint64_t icp__hash(const void *data, size_t size, uint64_t seed); /* XXH3_64bits_withSeed */

struct icp__sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
};
void icp__sha256_init(struct icp__sha256 *s);
void icp__sha256_add(struct icp__sha256 *s, const void *data, size_t size);
void icp__sha256_finish(struct icp__sha256 *s, uint8_t out[32]);
