/* SPDX-License-Identifier: MIT */
/* Stable sorting of index arrays. */
#pragma once
#include "base/base.h"

/* cmp < 0: item a stands before item b. Merge sort; scratch has room for n. */
void icp__sort_index(uint32_t *index, size_t n, uint32_t *scratch, int (*cmp)(const void *arg, uint32_t a, uint32_t b),
                     const void *arg);
/* Ascending; scratch has room for n. No NaN. */
void icp__sort_doubles(double *v, size_t n, double *scratch);
