/* SPDX-License-Identifier: MIT */
/* The calendar: days to dates and back. */
#include "base/date.h"

int64_t icp__days_of(int64_t year, unsigned month, unsigned day) {
    /* Years from March, so that the leap day is the last; eras of 400 years have 146,097 days. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned of_era = (unsigned)(y - era * 400);
    unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + (int64_t)of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void icp__date_split(int64_t days, int64_t *year, unsigned *month, unsigned *day) {
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    unsigned of_era = (unsigned)(z - era * 146097);
    unsigned y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (365 * y + y / 4 - y / 100);
    unsigned m = (5 * of_year + 2) / 153;
    *day = of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

void icp__date_print(int64_t days, char out[10]) {
    int64_t year;
    unsigned month, day;
    icp__date_split(days, &year, &month, &day);
    unsigned v = (unsigned)(year < 0 ? 0 : year > 9999 ? 9999 : year);
    for (int i = 3; i >= 0; i--, v /= 10) out[i] = (char)('0' + v % 10);
    out[4] = out[7] = '-';
    out[5] = (char)('0' + month / 10), out[6] = (char)('0' + month % 10);
    out[8] = (char)('0' + day / 10), out[9] = (char)('0' + day % 10);
}
