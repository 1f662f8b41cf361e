/* SPDX-License-Identifier: MIT */
/* Bottom-k sketches of values. */
#include "dataset/sketch.h"

#define RECENT 64u

void icp__sketch_init(struct icp__sketch *s, uint32_t k) {
    memset(s, 0, sizeof *s);
    s->k = k;
}

void icp__sketch_free(struct icp__sketch *s, icp_context *c) {
    icp__free(c, s->item);
    icp__sketch_init(s, s->k);
}

static void sift(struct icp__sketch_item *v, size_t at, size_t n) {
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= n) return;
        if (child + 1 < n && v[child + 1].hash > v[child].hash) child++;
        if (v[at].hash >= v[child].hash) return;
        struct icp__sketch_item t = v[at];
        v[at] = v[child], v[child] = t;
        at = child;
    }
}

/* Items with one hash are interchangeable, so that the order among them shows nowhere. */
static void sort(struct icp__sketch_item *v, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sift(v, i, n);
    for (size_t i = n; i-- > 1;) {
        struct icp__sketch_item t = v[0];
        v[0] = v[i], v[i] = t;
        sift(v, 0, i);
    }
}

void icp__sketch_settle(struct icp__sketch *s) {
    size_t kept = 0;
    if (s->sorted < s->count) sort(s->item, s->count);
    for (size_t i = 0; i < s->count; i++) {
        if (kept && s->item[kept - 1].hash == s->item[i].hash) s->item[kept - 1].rows += s->item[i].rows;
        else s->item[kept++] = s->item[i];
    }
    if (kept > s->k) kept = s->k, s->cut = true;
    s->count = s->sorted = kept;
    memset(s->recent, 0, sizeof s->recent);
}

bool icp__sketch_again(struct icp__sketch *s, uint64_t hash) {
    const uint32_t at = s->recent[hash % RECENT];
    if (!at || s->item[at - 1].hash != hash) return false;
    s->item[at - 1].rows++;
    return true;
}

bool icp__sketch_add(struct icp__sketch *s, icp_context *c, uint64_t hash) {
    if (s->cut && hash > s->item[s->sorted - 1].hash) return true;
    if (icp__sketch_again(s, hash)) return true;
    if (s->count >= 2 * (size_t)s->k) {
        icp__sketch_settle(s);
        if (s->cut && hash > s->item[s->sorted - 1].hash) return true;
    }
    if (s->count == s->cap && !icp__grow(c, &s->item, &s->cap, s->count + 16, sizeof *s->item)) return false;
    s->item[s->count++] = (struct icp__sketch_item){hash, 1};
    s->recent[hash % RECENT] = (uint32_t)s->count;
    return true;
}

void icp__sketch_shrink(struct icp__sketch *s, icp_context *c, uint32_t k) {
    if (k < s->k) s->k = k;
    icp__sketch_settle(s);
    struct icp__sketch_item *less = s->count && s->count < s->cap ? icp__realloc(c, s->item, s->count, sizeof *s->item) : NULL;
    if (less) s->item = less, s->cap = s->count; /* else it stays as large as it is */
}

size_t icp__sketch_bytes(const struct icp__sketch *s) { return sizeof *s + s->cap * sizeof *s->item; }

uint64_t icp__sketch_distinct(const struct icp__sketch *s) {
    if (!s->cut) return s->count;
    const uint64_t last = s->item[s->count - 1].hash;
    const double share = ((double)last + 1) / 18446744073709551616.0;
    return (uint64_t)((double)(s->count - 1) / share);
}

uint64_t icp__sketch_among(const struct icp__sketch *s, uint64_t rows) {
    const uint32_t unique = icp__sketch_unique(s);
    /* How rarely values come again is known better than how many there are. */
    return s->cut && unique >= 500 ? rows / 1000 * unique + rows % 1000 * unique / 1000 : icp__sketch_distinct(s);
}

uint32_t icp__sketch_unique(const struct icp__sketch *s) {
    uint64_t rows = 0;
    for (size_t i = 0; i < s->count; i++) rows += s->item[i].rows;
    return rows ? (uint32_t)((uint64_t)s->count * 1000 / rows) : 0;
}

struct icp__overlap icp__sketch_overlap(const struct icp__sketch *part, const struct icp__sketch *whole) {
    struct icp__overlap o = {0, 0, 0, 0};
    /* Above the last hash that a sketch kept it does not know what there is. */
    const uint64_t limit = whole->cut ? whole->item[whole->count - 1].hash : UINT64_MAX;
    size_t w = 0;
    for (size_t i = 0; i < part->count && part->item[i].hash <= limit; i++) {
        while (w < whole->count && whole->item[w].hash < part->item[i].hash) w++;
        const bool found = w < whole->count && whole->item[w].hash == part->item[i].hash;
        o.values++, o.rows += part->item[i].rows;
        if (found) o.found++, o.rows_found += part->item[i].rows;
    }
    return o;
}
