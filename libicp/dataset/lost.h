/* SPDX-License-Identifier: MIT */
/* Rows that found no way: keys that exist nowhere above, keys that nearly do, keys met twice. In bounded memory and independent
 * of the order of the rows: above a limit only the keys with the smallest hashes are followed. */
#pragma once
#include "dataset/keymap.h"
#include "dataset/dataset.h"

#define ICP__LOST_KEYS 16384  /* distinct keys without a match, per link */
#define ICP__REPEAT_KEYS ((size_t)1 << 20)

struct icp__lost {
    struct icp__keys keys;
    struct icp__lost_key {
        uint64_t rows;
        struct icp_str other; /* the key above that is near; data NULL = none */
        bool exists;          /* it is there, but its own row is not seen or belongs to no company */
    } *key;
    size_t cap;
    uint32_t level; /* keys whose hash has so many leading zeros */
};
void icp__lost_init(struct icp__lost *l, icp_context *c);
void icp__lost_free(struct icp__lost *l);
bool icp__lost_add(struct icp__lost *l, struct icp_str key); /* false = no memory */

/* Compares every key above with the lost ones by normal form. */
struct icp__lost_near {
    struct icp__lost *lost;
    struct icp__keys normal; /* value = the first lost key of that form + 1 */
    uint32_t *next;          /* [lost->keys.count] the next one + 1 */
    struct icp__bytes room;  /* scratch */
};
bool icp__near_init(struct icp__lost_near *n, struct icp__lost *l);
bool icp__near_see(struct icp__lost_near *n, struct icp_str above);
void icp__near_free(struct icp__lost_near *n);
/* Writes the pairs with the most rows; column = the link's. Strings are copied into `a`. */
bool icp__lost_report(const struct icp__lost *l, uint32_t column, struct icp__arena *a, struct icp__met *met);

struct icp__repeats {
    icp_context *ctx;
    uint64_t *slot; /* hashes; 0 = empty */
    uint32_t bits, level;
    size_t held;
    uint64_t rows[64], distinct[64]; /* by leading zeros; exact from `level` on */
    uint64_t waiting[ICP__AHEAD];
    uint32_t waits;
};
void icp__repeats_init(struct icp__repeats *r, icp_context *c);
void icp__repeats_free(struct icp__repeats *r);
bool icp__repeats_add(struct icp__repeats *r, struct icp_str key); /* false = no memory */
bool icp__repeats_settle(struct icp__repeats *r); /* after the last key; false = no memory */
uint64_t icp__repeats_count(const struct icp__repeats *r); /* rows beyond the first of each key; a multiple of 2^level */
