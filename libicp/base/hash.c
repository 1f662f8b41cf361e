/* SPDX-License-Identifier: MIT */
/* XXH3-64, compiled in so that no symbol of xxHash is exported or needed. */
#include "base/hash.h"
#include <stdlib.h>

/* The streaming half of xxHash allocates. It is not used, but without optimisation it would stay in the object. */
#define malloc(size) ((void)(size), (void *)0)
#define free(p) ((void)(p))
#define XXH_INLINE_ALL
#define XXH_NO_STREAM
#include <xxhash.h>
#undef malloc
#undef free

uint64_t icp__hash(const void *data, size_t size, uint64_t seed) {
    return XXH3_64bits_withSeed(data ? data : "", size, seed);
}
