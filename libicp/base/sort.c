/* SPDX-License-Identifier: MIT */
/* Bottom-up merge sorts: stable, no recursion, comparators with an argument. */
#include "base/sort.h"

void icp__sort_index(uint32_t *index, size_t n, uint32_t *scratch, int (*cmp)(const void *arg, uint32_t a, uint32_t b),
                     const void *arg) {
    uint32_t *from = index, *to = scratch;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = n - lo > width ? lo + width : n, hi = n - lo > 2 * width ? lo + 2 * width : n;
            size_t i = lo, j = mid;
            for (size_t k = lo; k < hi; k++) {
                bool left = j == hi || (i < mid && cmp(arg, from[i], from[j]) <= 0);
                to[k] = left ? from[i++] : from[j++];
            }
        }
        uint32_t *other = from;
        from = to, to = other;
    }
    if (from != index)
        memcpy(index, from, n * sizeof *index);
}

void icp__sort_doubles(double *v, size_t n, double *scratch) {
    double *from = v, *to = scratch;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            size_t mid = n - lo > width ? lo + width : n, hi = n - lo > 2 * width ? lo + 2 * width : n;
            size_t i = lo, j = mid;
            for (size_t k = lo; k < hi; k++) {
                bool left = j == hi || (i < mid && from[i] <= from[j]);
                to[k] = left ? from[i++] : from[j++];
            }
        }
        double *other = from;
        from = to, to = other;
    }
    if (from != v)
        memcpy(v, from, n * sizeof *v);
}
