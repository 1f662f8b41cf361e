/* SPDX-License-Identifier: MIT */
/* What is known of each company of a part, while its rows go by. Nothing depends on the order of the rows. */
#pragma once
#include "dataset/amount.h"
#include "dataset/follow.h"

#define ICP__LIST_VALUES 4096 /* distinct values followed for one company and column */
#define ICP__LIST_BYTES 8192  /* of a list as it is given out */

struct icp__gather_number {
    struct icp__amount sum, latest;
    uint64_t values;
    int64_t when; /* of latest */
};
struct icp__gather_yes {
    uint64_t yes, known;
};
struct icp__gather_list {
    struct icp__keys values; /* value: 1 = says that nothing is known, or is too long */
    struct icp__gather_entry {
        uint32_t company, value, rows, next; /* next: of the company, + 1 */
    } *entry;
    size_t entries, cap;
    uint32_t *slot, bits;
    uint32_t *head, *distinct; /* [companies] */
    uint8_t *level;            /* [companies] values whose hash has so many leading zeros are followed */
    struct icp__gather_pair {
        uint32_t company, value;
    } waiting[ICP__AHEAD];
    uint32_t waits;
};
struct icp__gather_column {
    struct icp__gather_number *number; /* [companies]; one of the three */
    struct icp__gather_yes *yes;
    struct icp__gather_list *list;
};
struct icp__gather {
    icp_context *ctx;
    const struct icp__plan *plan;
    uint32_t companies;
    struct icp__gather_child {
        uint64_t *rows; /* [companies] */
        struct icp__gather_column *column; /* [givens] */
    } *child; /* [plan->children] */
    char *room; /* scratch for list cells */
    size_t room_cap;
    struct icp__gather_pick {
        uint32_t rows, value;
    } *pick; /* scratch for sorting */
    size_t pick_cap;
};
/* On failure there is nothing to free. */
bool icp__gather_init(struct icp__gather *g, const struct icp__plan *plan, uint32_t companies);
void icp__gather_free(struct icp__gather *g);
/* Bytes that one company takes before its first row. */
size_t icp__gather_each(const struct icp__plan *plan);
size_t icp__gather_bytes(const struct icp__gather *g);
/* The row that f stands at, for all its companies; child = number in the plan. false = no memory. */
bool icp__gather_row(struct icp__gather *g, const struct icp__follow *f, uint32_t child);
bool icp__gather_settle(struct icp__gather *g); /* after the last row; false = no memory */
/* Appends the cell of a derived column; nothing = not known. cut = a list does not hold all values. false = no memory. */
bool icp__gather_cell(struct icp__gather *g, uint32_t child, const struct icp__derived *what, uint32_t company, struct icp__bytes *out, bool *cut);
