/* SPDX-License-Identifier: MIT */
/* Which columns of a file say what of its events. Private to the files of events. */
#pragma once
#include "timing/events.h"

enum icp__event_role { ICP__EVENT_KEY, ICP__EVENT_TYPE, ICP__EVENT_TIME, ICP__EVENT_VALUE, ICP__EVENT_ROLES };

/* Rows of a batch, or copied from one. */
struct icp__event_rows {
    struct icp__layout *layout;
    const struct icp__cell *cells;
    uint64_t rows, first; /* number of the first, from 1 */
};
struct icp__event_found {
    struct icp__arena arena;
    struct icp_str name[ICP__EVENT_ROLES]; /* folded header; data NULL = none */
    struct icp_str written[ICP__EVENT_ROLES];
    struct icp_str type; /* of every event, where no column says it; data NULL = a column does, or nothing is known yet */
    uint8_t decimal;     /* of the values */
    bool settled;        /* nothing is looked for any more */
};
void icp__event_found_init(struct icp__event_found *f, icp_context *c);
void icp__event_found_free(struct icp__event_found *f);
/* Looks for what was not found before, in the columns of the last rows and in at most `most` rows. What cannot be found is no
 * failure. */
icp_status icp__event_columns_find(struct icp__event_found *f, const struct icp__event_reading *r, const struct icp__event_rows *rows, size_t count,
                                   uint64_t most, const char *source, struct icp_error *err);
/* Fails for the first thing that is still looked for, and names the columns there are. */
icp_status icp__event_columns_fail(const struct icp__event_found *f, const struct icp__event_reading *r, const struct icp__layout *l,
                                   const char *source, struct icp_error *err);
/* Column of each role, -1 = none. */
void icp__event_columns_map(const struct icp__event_found *f, const struct icp__layout *l, int32_t at[ICP__EVENT_ROLES]);
/* The cell as it lies there; false = empty. */
static inline bool icp__event_cell(const struct icp__event_rows *r, uint64_t row, int32_t at, struct icp__cell *out) {
    *out = at < 0 ? (struct icp__cell){NULL, 0} : r->cells[row * r->layout->columns + (uint32_t)at];
    return out->size != 0;
}
