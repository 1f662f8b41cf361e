/* SPDX-License-Identifier: MIT */
/* Days since 1970-01-01 in the Gregorian calendar. */
#pragma once
#include "base/base.h"

int64_t icp__days_of(int64_t year, unsigned month, unsigned day);
void icp__date_split(int64_t days, int64_t *year, unsigned *month, unsigned *day);
/* yyyy-mm-dd of a day; years 0 to 9999. */
void icp__date_print(int64_t days, char out[10]);
