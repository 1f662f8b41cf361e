/* SPDX-License-Identifier: MIT */
/* The one form in which an entry is stored and hashed. */
#include "base/hash.h"
#include "base/sort.h"
#include "ledger/entry.h"

static int by_name(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__json *const *members = arg;
    return icp__str_compare(members[a]->name, members[b]->name);
}

static bool write_value(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out);

static bool write_object(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out) {
    size_t n = 0;
    for (const struct icp__json *m = j->child; m; m = m->next)
        n++;
    const struct icp__json **members = icp__arena_alloc(a, n, sizeof *members);
    uint32_t *order = icp__arena_alloc(a, n, 2 * sizeof *order);
    if (!members || !order)
        return false;
    n = 0;
    for (const struct icp__json *m = j->child; m; m = m->next)
        members[n] = m, order[n] = (uint32_t)n, n++;
    icp__sort_index(order, n, order + n, by_name, members);
    icp__bytes_text(out, "{");
    for (size_t i = 0; i < n; i++) {
        const struct icp__json *m = members[order[i]];
        if (i)
            icp__bytes_text(out, ",");
        icp__json_string(out, m->name.data, m->name.size);
        icp__bytes_text(out, ":");
        if (!write_value(a, m, out))
            return false;
    }
    icp__bytes_text(out, "}");
    return true;
}

static bool write_array(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out) {
    icp__bytes_text(out, "[");
    for (const struct icp__json *m = j->child; m; m = m->next) {
        if (m != j->child)
            icp__bytes_text(out, ",");
        if (!write_value(a, m, out))
            return false;
    }
    icp__bytes_text(out, "]");
    return true;
}

/* As deep as the parser lets JSON be. */
static bool write_value(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out) {
    switch (j->type) {
    case ICP__JSON_NULL: icp__bytes_text(out, "null"); return true;
    case ICP__JSON_FALSE: icp__bytes_text(out, "false"); return true;
    case ICP__JSON_TRUE: icp__bytes_text(out, "true"); return true;
    case ICP__JSON_NUMBER: icp__bytes_add(out, j->text.data, j->text.size); return true;
    case ICP__JSON_STRING: icp__json_string(out, j->text.data, j->text.size); return true;
    case ICP__JSON_ARRAY: return write_array(a, j, out);
    case ICP__JSON_OBJECT: return write_object(a, j, out);
    }
    return true;
}

icp_status icp__entry_canonical(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out, struct icp_error *err) {
    return write_value(a, j, out) && !out->failed ? ICP_OK : icp__no_memory(err);
}

void icp__entry_hash(const uint8_t previous[32], int64_t time, struct icp_str entry, uint8_t out[32]) {
    struct icp__sha256 s;
    uint8_t bytes[8];
    icp__put64(bytes, (uint64_t)time);
    icp__sha256_init(&s);
    icp__sha256_add(&s, previous, 32);
    icp__sha256_add(&s, bytes, sizeof bytes);
    icp__sha256_add(&s, entry.data, entry.size);
    icp__sha256_finish(&s, out);
}
