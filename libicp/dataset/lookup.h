/* SPDX-License-Identifier: MIT */
/* Lookup tables, held in memory. */
#pragma once
#include "dataset/keymap.h"
#include "dataset/lost.h"
#include "dataset/plan.h"

struct icp__look {
    const struct icp__member *member;
    struct icp__keys keys;    /* value = row + 1 */
    struct icp__keys normals; /* of a normalised link; value = row + 1, 0 = several keys */
    struct icp__bytes room;   /* scratch */
    struct icp__arena arena;
    struct icp_str *cell; /* rows * schema->columns; trimmed */
    size_t rows, cap;
};
struct icp__looks {
    icp_context *ctx;
    struct icp__look *look; /* [count] as plan->look */
    uint32_t count;
};
/* tally: [members], to count rows, empty keys and repeated ones. More than `limit` bytes in all = ICP_E_LIMIT. On failure there is
 * nothing to free. */
icp_status icp__looks_load(struct icp__looks *l, const struct icp__plan *p, uint64_t limit, struct icp__met *met, struct icp_error *err);
void icp__looks_free(struct icp__looks *l);
size_t icp__looks_bytes(const struct icp__looks *l);
/* Row of a key, or ICP__NO_KEY. */
uint32_t icp__look_find(struct icp__look *l, struct icp_str key, bool *no_memory);
static inline struct icp_str icp__look_cell(const struct icp__look *l, uint32_t row, uint32_t column) {
    return l->cell[(size_t)row * l->member->schema->columns + column];
}
