/* SPDX-License-Identifier: MIT */
/* Dated cells: days as the traits read them, with the time of day and zone behind them. */
#include "dataset/moment.h"
#include "trait/parse.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

struct text {
    const char *p, *end;
};

static bool two_digits(const struct text *t, const char *p, int64_t below, int64_t *out) {
    if (t->end - p < 2 || !icp__is_digit(p[0]) || !icp__is_digit(p[1])) return false;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return *out < below;
}

/* Up to six digits of a fraction of a second. */
static int64_t fraction(struct text *t) {
    int64_t v = 0, unit = SECOND / 10;
    if (t->end - t->p < 2 || (*t->p != '.' && *t->p != ',') || !icp__is_digit(t->p[1])) return 0;
    for (t->p++; t->p < t->end && icp__is_digit(*t->p); t->p++, unit /= 10) v += (*t->p - '0') * unit;
    return v;
}

/* "am", "p.m.": moves the hour. */
static bool half_of_day(struct text *t, int64_t *hour) {
    const char *p = t->p;
    while (p < t->end && icp__is_blank(*p)) p++;
    if (p == t->end) return true;
    const char half = icp__lower(*p);
    if ((half != 'a' && half != 'p') || t->end - p < 2) return true;
    p += p[1] == '.' ? 2 : 1;
    if (p == t->end || icp__lower(*p) != 'm') return true;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    t->p = p + 1;
    return true;
}

/* Z, UTC, +02:00, -0500, +2: what the clock was ahead of UTC. */
static bool zone(struct text *t, int64_t *ahead) {
    const char *p = t->p;
    while (p < t->end && icp__is_blank(*p)) p++;
    const size_t left = (size_t)(t->end - p);
    *ahead = 0;
    if (icp__same_word(p, left, "z") || icp__same_word(p, left, "utc") || icp__same_word(p, left, "gmt")) return true;
    if (left < 2 || (*p != '+' && *p != '-')) return false;
    const int64_t sign = *p++ == '-' ? -1 : 1;
    int64_t hours = 0, minutes = 0;
    if (!two_digits(t, p, 24, &hours)) {
        if (left != 2 || !icp__is_digit(*p)) return false;
        hours = *p++ - '0';
    } else {
        p += 2;
        if (p < t->end && *p == ':') p++;
        if (two_digits(t, p, 60, &minutes)) p += 2;
    }
    *ahead = sign * (hours * 3600 + minutes * 60) * SECOND;
    return p == t->end;
}

/* Finds h:mm in a cell that holds a date. */
static bool time_of_day(const char *s, size_t n, int64_t *out, bool *zoned) {
    struct text t = {s, s + n};
    const char *colon = memchr(s, ':', n);
    int64_t hour = 0, minute = 0, second = 0, ahead = 0;
    if (!colon || colon == s || !icp__is_digit(colon[-1])) return false;
    const bool two = colon - s >= 2 && icp__is_digit(colon[-2]);
    hour = (two ? (colon[-2] - '0') * 10 : 0) + (colon[-1] - '0');
    if (hour > 24 || !two_digits(&t, colon + 1, 60, &minute)) return false;
    t.p = colon + 3;
    if (t.p < t.end && *t.p == ':' && two_digits(&t, t.p + 1, 61, &second)) t.p += 3;
    const int64_t part = fraction(&t);
    if (!half_of_day(&t, &hour)) return false;
    *zoned = zone(&t, &ahead);
    *out = (hour * 3600 + minute * 60 + second) * SECOND + part - ahead;
    return true;
}

/* Days behind the first one of "2013-05", "Q2 2013". */
static int64_t days_of_period(const char *s, size_t n, int64_t first) {
    char iso[10];
    unsigned months = 1;
    icp__date_print(first, iso);
    for (size_t i = 0; i + 1 < n; i++)
        if (icp__lower(s[i]) == 'q' && icp__is_digit(s[i + 1])) months = 3;
    const int64_t year = (iso[0] - '0') * 1000 + (iso[1] - '0') * 100 + (iso[2] - '0') * 10 + (iso[3] - '0');
    const unsigned month = (unsigned)((iso[5] - '0') * 10 + (iso[6] - '0')) + months;
    return icp__days_of(month > 12 ? year + 1 : year, month > 12 ? month - 12 : month, 1) - first;
}

static int64_t of_digits(const char *s, size_t n) {
    int64_t v = 0;
    for (size_t i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

bool icp__moment_read(const char *s, size_t n, uint8_t order, struct icp__moment *out) {
    double days = 0;
    int64_t span = 1, time = 0;
    bool zoned = false;
    const enum icp__date_form form = icp__date_read(s, n, order, &days);
    if (form == ICP__DATE_NONE) return false;
    const int64_t day = (int64_t)days;
    if (form == ICP__DATE_EPOCH) {
        const int64_t at = of_digits(s, n) * (n == 10 ? SECOND : SECOND / 1000);
        *out = (struct icp__moment){at, at, true, true};
        return true;
    }
    if (form == ICP__DATE_PERIOD) span = days_of_period(s, n, day);
    if (form == ICP__DATE_YEAR) span = icp__days_of(of_digits(s, 4) + 1, 1, 1) - day;
    const bool timed = span == 1 && time_of_day(s, n, &time, &zoned);
    const int64_t first = day * DAY + (timed ? time : 0);
    *out = (struct icp__moment){first, timed ? first : first + span * DAY - 1, timed, zoned};
    return true;
}

size_t icp__moment_print(const struct icp__moment *m, char out[32]) {
    int64_t day = m->last / DAY, rest = m->last % DAY;
    size_t n = 10;
    if (rest < 0) day--, rest += DAY;
    icp__date_print(day, out);
    if (!m->timed) return n;
    const int64_t second = rest / SECOND;
    const int64_t parts[] = {second / 3600, second / 60 % 60, second % 60};
    for (int i = 0; i < 3; i++) {
        out[n++] = i ? ':' : 'T';
        out[n++] = (char)('0' + parts[i] / 10);
        out[n++] = (char)('0' + parts[i] % 10);
    }
    int64_t micros = rest % SECOND;
    if (micros) {
        out[n++] = '.';
        for (int64_t unit = SECOND / 10; micros; unit /= 10) {
            out[n++] = (char)('0' + micros / unit);
            micros %= unit;
        }
    }
    if (m->zoned) out[n++] = 'Z';
    return n;
}
