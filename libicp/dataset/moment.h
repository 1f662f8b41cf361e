/* SPDX-License-Identifier: MIT */
/* Dated cells as spans of time: a day without a time of day, a month or a year is known only when it is over. */
#pragma once
#include "trait/schema.h"

struct icp__moment {
    int64_t first, last; /* microseconds since 1970: the first and the last that the cell may mean */
    bool timed;          /* a time of day was written; first = last */
    bool zoned;          /* with a zone; the moment is in UTC */
};
/* Trimmed text; order: enum icp__date_order. */
bool icp__moment_read(const char *s, size_t n, uint8_t order, struct icp__moment *out);
/* The day, or the day and time, in ISO 8601; of months, quarters and years the last day. Returns the length. */
size_t icp__moment_print(const struct icp__moment *m, char out[32]);
