/* SPDX-License-Identifier: MIT */
/* Dates to days since 1970: the calendar day as it was written, whatever the time and zone beside it. */
#include "trait/parse.h"

enum { YEAR_MIN = 1000, YEAR_MAX = 2999 }; /* 0001-01-01 and 9999-12-31 are placeholders of databases */

static bool day_valid(unsigned y, unsigned m, unsigned d) {
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < YEAR_MIN || y > YEAR_MAX || m < 1 || m > 12 || d < 1) return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= days[m - 1] + (m == 2 && leap ? 1u : 0u);
}

static bool give(unsigned y, unsigned m, unsigned d, double *out) {
    if (!day_valid(y, m, d)) return false;
    *out = (double)icp__days_of(y, m, d);
    return true;
}

/* A time of day and zone behind the date, of which only the shape is checked. */
static bool time_follows(const char *p, const char *end) {
    if (p == end) return true;
    if (*p == ',') p++;
    if (p < end && (*p == 'T' || *p == 't')) p++;
    else if (p < end && *p == ' ') while (p < end && *p == ' ') p++;
    else return p < end && (*p == 'Z' || *p == '+') && end - p <= 6; /* 2020-01-05Z, 2020-01-05+02:00 */
    if (end - p >= 3 && icp__lower(p[0]) == 'a' && icp__lower(p[1]) == 't' && p[2] == ' ') p += 3;
    size_t n = 0;
    while (p + n < end && icp__is_digit(p[n])) n++;
    if (n < 1 || n > 2 || end - p > 48 || p + n == end) return false;
    char c = p[n];
    if (c != ':' && c != '.' && c != 'h' && icp__lower(c) != 'a' && icp__lower(c) != 'p' && c != ' ') return false;
    for (p += n; p < end; p++)
        if (!icp__is_digit(*p) && !icp__is_letter(*p) && !memchr(":.+-/_() ", *p, 9)) return false;
    return true;
}

static unsigned two(const char *p) { return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0'); }

/* The name of a month: English, German, French, Spanish, whole or cut to at least three letters. */
static unsigned month_of(const char *s, size_t n) {
    static const struct {
        const char *name;
        unsigned month;
    } names[] = {{"january", 1},   {"february", 2},   {"march", 3},     {"april", 4},      {"may", 5},        {"june", 6},
                 {"july", 7},      {"august", 8},     {"september", 9}, {"october", 10},   {"november", 11},  {"december", 12},
                 {"sept", 9},      {"januar", 1},     {"j\xC3\xA4nner", 1}, {"februar", 2}, {"m\xC3\xA4rz", 3}, {"maerz", 3},
                 {"mai", 5},       {"juni", 6},       {"juli", 7},      {"oktober", 10},   {"dezember", 12},  {"janvier", 1},
                 {"f\xC3\xA9vrier", 2}, {"fevrier", 2}, {"mars", 3},    {"avril", 4},      {"juin", 6},       {"juillet", 7},
                 {"ao\xC3\xBBt", 8}, {"aout", 8},     {"septembre", 9}, {"octobre", 10},   {"novembre", 11},  {"d\xC3\xA9" "cembre", 12},
                 {"decembre", 12}, {"enero", 1},      {"febrero", 2},   {"marzo", 3},      {"abril", 4},      {"mayo", 5},
                 {"junio", 6},     {"julio", 7},      {"agosto", 8},    {"septiembre", 9}, {"setiembre", 9},  {"octubre", 10},
                 {"noviembre", 11}, {"diciembre", 12}};
    if (n < 3 || n > 12) return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t k = 0;
        while (k < n && names[i].name[k] == icp__lower(s[k])) k++;
        if (k == n && (names[i].name[n] == 0 || n == 3 || (n == 4 && (unsigned char)s[n - 1] >= 0x80))) return names[i].month;
    }
    return 0;
}

static bool skipped_word(const char *s, size_t n) {
    static const char *const words[] = {"mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday",
                                        "friday", "saturday", "sunday", "st", "nd", "rd", "th", "de", "del", "of", "the", "mo", "di", "mi", "do", "fr", "sa", "so",
                                        "le", "er", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (icp__same_word(s, n, words[i])) return true;
    return false;
}

struct part {
    const char *start;
    size_t size;
    unsigned value;
};
struct parts {
    struct part number[3];
    int count;
    unsigned month;  /* named */
    int month_at;    /* numbers that stand before the name */
    char mark;       /* between the first two numbers */
    bool same_marks;
    const char *end; /* behind the last part */
};

static bool separator(char c) { return c == '-' || c == '/' || c == '.' || c == ' ' || c == ',' || c == '\''; }

/* Splits into up to three numbers and the name of a month; stops where a time may begin. */
static bool split(const char *p, const char *end, struct parts *out) {
    char mark = 0;
    *out = (struct parts){.same_marks = true, .end = p};
    while (p < end && out->count + (out->month ? 1 : 0) < 3) {
        if (icp__is_digit(*p)) {
            struct part *n = &out->number[out->count];
            n->start = p;
            n->value = 0;
            while (p < end && icp__is_digit(*p) && p - n->start < 9) n->value = n->value * 10 + (unsigned)(*p++ - '0');
            n->size = (size_t)(p - n->start);
            if (n->size > 4) return false;
            if (out->count == 1) out->mark = mark;
            if (out->count == 2 && mark != out->mark) out->same_marks = false;
            out->count++;
            out->end = p;
        } else if (icp__is_letter(*p) || (unsigned char)*p >= 0xC3) {
            const char *from = p;
            while (p < end && (icp__is_letter(*p) || (unsigned char)*p >= 0x80)) p++;
            unsigned m = month_of(from, (size_t)(p - from));
            if (m && !out->month) out->month = m, out->month_at = out->count, out->end = p;
            else if (!skipped_word(from, (size_t)(p - from))) return out->count > 0 && from[0] == 'T' && from == out->end ? true : false;
        } else {
            return false;
        }
        mark = 0;
        while (p < end && separator(*p)) {
            if (!mark || mark == ' ' || mark == '.') mark = *p;
            p++;
        }
    }
    return true;
}

static unsigned full_year(const struct part *p) {
    if (p->size == 4) return p->value;
    if (p->size != 2) return 0;
    return p->value < 70 ? 2000 + p->value : 1900 + p->value;
}

static enum icp__date_form with_name(const struct parts *d, double *out) {
    unsigned y, day;
    if (d->count == 1) { /* Jan 2020; 5 Jan has no year */
        if (d->number[0].size != 4 && !(d->number[0].size == 2 && d->month_at == 0 && d->number[0].start[-1] != ' ')) return ICP__DATE_NONE;
        return give(full_year(&d->number[0]), d->month, 1, out) ? ICP__DATE_PERIOD : ICP__DATE_NONE;
    }
    if (d->count != 2) return ICP__DATE_NONE;
    if (d->number[0].size == 4) y = d->number[0].value, day = d->number[1].value;
    else y = full_year(&d->number[1]), day = d->number[0].value;
    return give(y, d->month, day, out) ? ICP__DATE_WORDS : ICP__DATE_NONE;
}

static enum icp__date_form with_numbers(const struct parts *d, uint8_t order, double *out) {
    if (d->count == 2) { /* 2020-05, 05/2020 */
        const struct part *a = &d->number[0], *b = &d->number[1];
        if (d->mark != '-' && d->mark != '/' && d->mark != '.') return ICP__DATE_NONE;
        if (a->size == 4 && b->size <= 2 && b->size > 0 && d->mark != '.') return give(a->value, b->value, 1, out) ? ICP__DATE_PERIOD : ICP__DATE_NONE;
        if (b->size == 4 && a->size <= 2 && d->mark != '.') return give(b->value, a->value, 1, out) ? ICP__DATE_PERIOD : ICP__DATE_NONE;
        return ICP__DATE_NONE;
    }
    if (d->count != 3 || !d->same_marks || d->mark == ',' || d->mark == '\'') return ICP__DATE_NONE;
    const struct part *n = d->number;
    if (n[0].size == 4) return n[1].size <= 2 && n[2].size <= 2 && give(n[0].value, n[1].value, n[2].value, out) ? ICP__DATE_ISO : ICP__DATE_NONE;
    if (n[0].size > 2 || n[1].size > 2) return ICP__DATE_NONE;
    unsigned y = full_year(&n[2]), first = n[0].value, second = n[1].value;
    bool ok = order == ICP__DATE_DMY ? give(y, second, first, out) : give(y, first, second, out);
    return ok ? ICP__DATE_NUMERIC : ICP__DATE_NONE;
}

/* Digits only: a year, yyyymmdd, or a count of seconds or milliseconds. */
static enum icp__date_form of_digits(const char *s, size_t n, double *out) {
    uint64_t v = 0;
    if (n > 13) return ICP__DATE_NONE;
    for (size_t i = 0; i < n; i++) v = v * 10 + (uint64_t)(s[i] - '0');
    if (n == 4) return give((unsigned)v, 1, 1, out) ? ICP__DATE_YEAR : ICP__DATE_NONE;
    if (n == 8) return give((unsigned)(v / 10000), (unsigned)(v / 100 % 100), (unsigned)(v % 100), out) ? ICP__DATE_COMPACT : ICP__DATE_NONE;
    if (n == 10 || n == 13) {
        *out = (double)(v / (n == 10 ? 86400u : 86400000u));
        return ICP__DATE_EPOCH;
    }
    return ICP__DATE_NONE;
}

/* 2013-Q2, Q2 2013, 2013Q2 */
static bool of_quarter(const char *s, size_t n, double *out) {
    const char *q = NULL;
    unsigned year = 0, digits = 0;
    for (const char *p = s; p < s + n; p++) {
        if (icp__lower(*p) == 'q') {
            if (q || p + 1 == s + n || p[1] < '1' || p[1] > '4' || (p + 2 < s + n && icp__is_digit(p[2]))) return false;
            q = ++p;
        } else if (icp__is_digit(*p)) {
            year = year * 10 + (unsigned)(*p - '0');
            if (++digits > 4) return false;
        } else if (!separator(*p)) {
            return false;
        }
    }
    return q && digits == 4 && give(year, (unsigned)(*q - '1') * 3 + 1, 1, out);
}

enum icp__date_form icp__date_read(const char *s, size_t n, uint8_t order, double *days) {
    struct parts d;
    size_t digits = 0;
    if (n < 4 || n > 64) return ICP__DATE_NONE;
    while (digits < n && icp__is_digit(s[digits])) digits++;
    if (digits == n) return of_digits(s, n, days);
    if (digits == 4 && n >= 10 && s[4] == '-' && s[7] == '-' && icp__is_digit(s[5]) && icp__is_digit(s[6]) && icp__is_digit(s[8]) &&
        icp__is_digit(s[9]))
        return time_follows(s + 10, s + n) && give(two(s) * 100 + two(s + 2), two(s + 5), two(s + 8), days) ? ICP__DATE_ISO : ICP__DATE_NONE;
    if (digits == 4 && n == 6 && s[4] == '.' && s[5] == '0') return of_digits(s, 4, days); /* a year that went through a float */
    if (digits == 8 && n > 9 && (s[8] == 'T' || s[8] == ' ')) return time_follows(s + 8, s + n) ? of_digits(s, 8, days) : ICP__DATE_NONE;
    if (n <= 8 && of_quarter(s, n, days)) return ICP__DATE_PERIOD;
    if (!split(s, s + n, &d)) return ICP__DATE_NONE;
    const char *end = s + n;
    while (end > d.end && (end[-1] == '.' || end[-1] == ' ')) end--;
    if (!time_follows(d.end, end)) return ICP__DATE_NONE;
    return d.month ? with_name(&d, days) : with_numbers(&d, order, days);
}

enum icp__known icp__extract_date(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    (void)index;
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    return icp__date_read(v.data, v.size, c->date_order, &s->number) ? ICP__KNOWN : ICP__UNREADABLE;
}
