/* SPDX-License-Identifier: MIT */
/* A moment as --as-of takes it. */
#include "command.h"
#include <string.h>

static bool digits(const char **s, int n, int64_t *out) {
    *out = 0;
    for (int i = 0; i < n; i++, ++*s) {
        if (**s < '0' || **s > '9')
            return false;
        *out = *out * 10 + (**s - '0');
    }
    return true;
}

static bool is_leap(int64_t y) {
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Days since 1970-01-01. */
static bool date(const char **s, int64_t *days) {
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    int64_t y, m, d;
    if (!digits(s, 4, &y) || *(*s)++ != '-' || !digits(s, 2, &m) || *(*s)++ != '-' || !digits(s, 2, &d))
        return false;
    if (y < 1000 || y > 2999 || m < 1 || m > 12 || d < 1 || d > before[m] - before[m - 1] + (m == 2 && is_leap(y)))
        return false;
    int64_t p = y - 1, leaps = p / 4 - p / 100 + p / 400 - 477; /* 477 until 1970 */
    *days = (y - 1970) * 365 + leaps + before[m - 1] + (m > 2 && is_leap(y)) + d - 1;
    return true;
}

static bool zone(const char **s, int64_t *minutes) {
    int64_t h, m = 0, sign = **s == '-' ? -1 : 1;
    *minutes = 0;
    if (**s == 'Z' || **s == 'z')
        return ++*s, true;
    if (**s != '+' && **s != '-')
        return false;
    ++*s;
    if (!digits(s, 2, &h))
        return false;
    *s += **s == ':';
    if (**s && !digits(s, 2, &m))
        return false;
    *minutes = sign * (h * 60 + m);
    return h < 24 && m < 60;
}

/* A time without its zone could be anybody's. */
bool parse_moment(const char *s, int64_t *micros) {
    int64_t days, h, m, sec = 0, part = 0, minutes;
    if (!date(&s, &days))
        return false;
    *micros = days * INT64_C(86400000000);
    if (!*s)
        return true;
    if ((*s != 'T' && *s != 't' && *s != ' ') || !digits((++s, &s), 2, &h) || *s++ != ':' || !digits(&s, 2, &m))
        return false;
    if (*s == ':') {
        s++;
        if (!digits(&s, 2, &sec))
            return false;
        if (*s == '.' || *s == ',') {
            int64_t unit = 100000;
            if (s[1] < '0' || s[1] > '9')
                return false;
            for (s++; *s >= '0' && *s <= '9'; s++, unit /= 10)
                part += unit * (*s - '0');
        }
    }
    if (h > 23 || m > 59 || sec > 59 || !zone(&s, &minutes) || *s)
        return false;
    *micros += ((h * 60 + m - minutes) * 60 + sec) * 1000000 + part;
    return true;
}
