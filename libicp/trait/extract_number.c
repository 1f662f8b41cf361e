/* SPDX-License-Identifier: MIT */
/* Numbers as people and exports write them: groups, decimals, ranges, currencies, magnitudes, units. */
#include "base/number.h"
#include "trait/normalise.h"
#include "trait/parse.h"

struct cursor {
    const char *p, *end;
};
struct word {
    const char *text; /* lower case, or exact bytes where upper case stands */
    double value;
};

static size_t blank_size(const char *p, const char *end) {
    if (p == end) return 0;
    if (icp__is_blank(*p)) return 1;
    if (end - p >= 2 && (unsigned char)p[0] == 0xC2 && (unsigned char)p[1] == 0xA0) return 2;
    /* U+2000..U+200A and U+202F: thin, narrow and figure spaces */
    if (end - p >= 3 && (unsigned char)p[0] == 0xE2 && (unsigned char)p[1] == 0x80 &&
        ((unsigned char)p[2] <= 0x8A || (unsigned char)p[2] == 0xAF))
        return 3;
    return 0;
}

static void skip_blanks(struct cursor *c) {
    size_t n;
    while ((n = blank_size(c->p, c->end)) > 0) c->p += n;
}

static bool letter_at(const char *p, const char *end) { return p < end && (icp__is_letter(*p) || (unsigned char)*p >= 0xC3); }

/* Takes one of the words when it stands here as a whole; upper case in the table must be upper case in the cell. */
static const struct word *take(struct cursor *c, const struct word *words, size_t count) {
    const struct word *best = NULL;
    size_t most = 0;
    if (c->p == c->end || icp__is_digit(*c->p)) return NULL; /* no word begins with a digit */
    char first = *c->p, lower = icp__lower(first);
    for (size_t i = 0; i < count; i++) {
        size_t n = 0, left = (size_t)(c->end - c->p);
        const char *t = words[i].text;
        if (t[0] != first && t[0] != lower) continue;
        while (t[n] && n < left && (t[n] == c->p[n] || (t[n] == icp__lower(c->p[n]) && t[n] != c->p[n]))) n++;
        if (t[n] || n <= most) continue;
        if ((icp__is_letter(t[n - 1]) || (unsigned char)t[n - 1] >= 0x80) && icp__is_letter(t[0]) && letter_at(c->p + n, c->end)) continue;
        best = &words[i], most = n;
    }
    c->p += most;
    return best;
}
#define TAKE(c, table) take(c, table, sizeof table / sizeof *table)

static const struct word currencies[] = {
    {"$", 0},   {"\xE2\x82\xAC", 0}, {"\xC2\xA3", 0}, {"\xC2\xA5", 0}, {"\xE2\x82\xB9", 0}, {"\xE2\x82\xA9", 0}, {"\xE2\x82\xAA", 0},
    {"us$", 0}, {"r$", 0},  {"a$", 0},  {"c$", 0},  {"s$", 0},  {"hk$", 0}, {"nz$", 0}, {"ca$", 0}, {"au$", 0}, {"usd", 0}, {"eur", 0},
    {"euro", 0}, {"euros", 0}, {"dollars", 0}, {"gbp", 0}, {"chf", 0}, {"jpy", 0}, {"cny", 0}, {"rmb", 0}, {"inr", 0}, {"rs", 0}, {"rs.", 0},
    {"aud", 0}, {"cad", 0}, {"sek", 0}, {"nok", 0}, {"dkk", 0}, {"pln", 0}, {"brl", 0}, {"mxn", 0}, {"sgd", 0}, {"hkd", 0}, {"nzd", 0},
    {"zar", 0}, {"krw", 0}, {"ils", 0}, {"aed", 0}, {"try", 0}, {"rub", 0}, {"czk", 0}, {"huf", 0}, {"ron", 0}, {"fr.", 0}, {"sfr.", 0}, {"kr", 0}};
static const struct word magnitudes[] = {
    {"k", 1e3}, {"K", 1e3}, {"thousand", 1e3}, {"thousands", 1e3}, {"tsd", 1e3}, {"tsd.", 1e3}, {"tausend", 1e3}, {"TEUR", 1e3},
    {"T\xE2\x82\xAC", 1e3}, {"TUSD", 1e3}, {"TCHF", 1e3}, {"KEUR", 1e3}, {"keur", 1e3}, {"KUSD", 1e3}, {"m", 1e6}, {"M", 1e6}, {"mm", 1e6}, {"MM", 1e6},
    {"mn", 1e6}, {"mln", 1e6}, {"mio", 1e6}, {"mio.", 1e6}, {"million", 1e6}, {"millions", 1e6}, {"millionen", 1e6}, {"millones", 1e6},
    {"MEUR", 1e6}, {"MUSD", 1e6}, {"b", 1e9}, {"B", 1e9}, {"bn", 1e9}, {"bln", 1e9}, {"billion", 1e9}, {"billions", 1e9}, {"mrd", 1e9},
    {"mrd.", 1e9}, {"md", 1e9}, {"mds", 1e9}, {"milliard", 1e9}, {"milliards", 1e9}, {"milliarde", 1e9}, {"milliarden", 1e9}, {"T", 1e12}, {"tn", 1e12},
    {"trillion", 1e12}, {"trillions", 1e12}, {"lakh", 1e5}, {"lakhs", 1e5}, {"crore", 1e7}, {"crores", 1e7}, {"cr", 1e7}};
static const struct word units[] = {
    {"employees", 0}, {"employee", 0}, {"people", 0}, {"persons", 0}, {"person", 0}, {"staff", 0}, {"ftes", 0}, {"fte", 0}, {"users", 0},
    {"user", 0}, {"seats", 0}, {"seat", 0}, {"customers", 0}, {"members", 0}, {"companies", 0}, {"locations", 0}, {"offices", 0}, {"stores", 0},
    {"sites", 0}, {"years", 0}, {"year", 0}, {"yrs", 0}, {"yr", 0}, {"months", 0}, {"month", 0}, {"days", 0}, {"day", 0}, {"weeks", 0},
    {"hours", 0}, {"hrs", 0}, {"hour", 0}, {"minutes", 0}, {"min", 0}, {"seconds", 0}, {"x", 0}, {"times", 0}, {"p.a.", 0}, {"p.a", 0}, {"pa", 0},
    {"per year", 0}, {"per month", 0}, {"per annum", 0}, {"annually", 0}, {"/year", 0}, {"/yr", 0}, {"/month", 0}, {"/mo", 0}, {"/5", 0}, {"/10", 0},
    {"mitarbeiter", 0}, {"mitarbeitende", 0}, {"besch\xC3\xA4" "ftigte", 0}, {"employ\xC3\xA9s", 0}, {"salari\xC3\xA9s", 0}, {"personnes", 0},
    {"empleados", 0}, {"personas", 0}, {"dipendenti", 0}, {"jahre", 0}, {"tage", 0}, {"monate", 0}, {"ans", 0}, {"a\xC3\xB1os", 0}, {"points", 0},
    {"pts", 0}, {"stars", 0}, {"units", 0}, {"total", 0}, {"sq ft", 0}, {"sqft", 0}, {"km", 0}, {"miles", 0}, {"percent", 0}, {"prozent", 0}, {"%", 0}, {"*", 0}};
static const struct word before[] = {
    {"~", 0}, {"\xE2\x89\x88", 0}, {"ca.", 0}, {"ca", 0}, {"c.", 0}, {"about", 0}, {"approx.", 0}, {"approx", 0}, {"approximately", 0}, {"circa", 0},
    {"around", 0}, {"rund", 0}, {"etwa", 0}, {"env.", 0}, {"environ", 0}, {"between", 0}, {"from", 0}, {"zwischen", 0}, {"von", 0},
    {"<=", -1}, {"<", -1}, {">=", 1}, {">", 1}, {"\xE2\x89\xA4", -1}, {"\xE2\x89\xA5", 1}, {"under", -1}, {"over", 1}, {"less than", -1}, {"fewer than", -1},
    {"more than", 1}, {"up to", -1}, {"at least", 1}, {"above", 1}, {"below", -1}, {"bis zu", -1}, {"bis", -1}, {"unter", -1}, {"\xC3\xBC" "ber", 1}, {"\xC3\x9C" "ber", 1},
    {"ab", 1}, {"mehr als", 1}, {"weniger als", -1}, {"plus de", 1}, {"moins de", -1}, {"m\xC3\xA1s de", 1}, {"menos de", -1}};
static const struct word after[] = {
    {"+", 1}, {"or more", 1}, {"and more", 1}, {"or above", 1}, {"and above", 1}, {"& above", 1}, {"and over", 1}, {"or over", 1}, {"and up", 1},
    {"plus", 1}, {"or less", -1}, {"and below", -1}, {"or fewer", -1}, {"und mehr", 1}, {"oder mehr", 1}, {"et plus", 1}, {"ou plus", 1}, {"y m\xC3\xA1s", 1}, {"o m\xC3\xA1s", 1}};
static const struct word between[] = {
    {"-", 0}, {"\xE2\x80\x93", 0}, {"\xE2\x80\x94", 0}, {"\xE2\x80\x90", 0}, {"\xE2\x80\x91", 0}, {"\xE2\x88\x92", 0}, {"..", 0}, {"...", 0}, {"\xE2\x80\xA6", 0},
    {"~", 0}, {"to", 0}, {"bis", 0}, {"and", 0}, {"und", 0}, {"\xC3\xA0", 0}, {"et", 0}, {"a", 0}, {"through", 0}};

/* Runs of digits and what stands between them. */
struct runs {
    const char *start[24];
    size_t size[24];
    char mark[24]; /* mark[i] stands before run i: '.', ',', '\'' or ' ' */
    int count;
};

static size_t digits_at(const char *p, const char *end) {
    size_t n = 0;
    while (p + n < end && icp__is_digit(p[n])) n++;
    return n;
}

/* The separator at p when digits follow: its sign and size. */
static char separator_at(const char *p, const char *end, size_t *size) {
    char mark = 0;
    if (*p == '.' || *p == ',' || *p == '\'') mark = *p, *size = 1;
    else if (end - p >= 3 && memcmp(p, "\xE2\x80\x99", 3) == 0) mark = '\'', *size = 3;
    else if ((*size = blank_size(p, end)) > 0) mark = ' ';
    if (!mark || p + *size >= end) return 0;
    size_t n = digits_at(p + *size, end);
    return n > 0 && (mark == '.' || mark == ',' || n == 3) ? mark : 0;
}

static bool read_runs(struct cursor *c, struct runs *r) {
    size_t skip = 0;
    r->count = 0;
    r->mark[0] = 0;
    if (c->p < c->end && (*c->p == '.' || *c->p == ',')) { /* .5 */
        if (c->p + 1 == c->end || !icp__is_digit(c->p[1])) return false;
        r->start[0] = c->p, r->size[0] = 0, r->count = 1;
        r->mark[1] = *c->p++;
    }
    do {
        if (r->count == 24) return false;
        c->p += skip;
        size_t n = digits_at(c->p, c->end);
        if (n == 0) return false;
        r->start[r->count] = c->p, r->size[r->count++] = n;
        c->p += n;
        if (c->p == c->end || r->count == 24) break;
        r->mark[r->count] = separator_at(c->p, c->end, &skip);
    } while (r->mark[r->count]);
    return true;
}

/* Do marks 1 .. last separate groups of thousands? */
static bool groups_fit(const struct runs *r, int last) {
    if (r->size[0] < 1 || r->size[0] > 3 || (r->size[0] > 1 && r->start[0][0] == '0')) return false;
    for (int i = 1; i <= last; i++) {
        bool indian = r->mark[i] == ',' && i < last && r->size[i] == 2;
        if (r->mark[i] != r->mark[1] || (r->size[i] != 3 && !indian)) return false;
    }
    return true;
}

/* Finds the run that holds the decimals: its index, count = none, -1 = not a number. */
static int find_decimals(const struct runs *r, uint8_t decimal, unsigned *flags) {
    int last = r->count - 1;
    char mark = last > 0 ? r->mark[last] : 0;
    if (mark != '.' && mark != ',') return last == 0 || groups_fit(r, last) ? r->count : -1;
    unsigned sure = mark == '.' ? ICP__NUMBER_DOT : ICP__NUMBER_COMMA, other = mark == '.' ? ICP__NUMBER_COMMA : ICP__NUMBER_DOT;
    if (last > 1 && r->mark[last - 1] == mark) { /* 1.234.567 */
        *flags |= other;
        return groups_fit(r, last) ? r->count : -1;
    }
    if (last > 1) { /* 1.234,56 */
        *flags |= sure;
        return groups_fit(r, last - 1) ? last : -1;
    }
    if (!groups_fit(r, 1) || r->start[0][0] == '0') { /* 1,5 and 0,125 and 12345,678 */
        *flags |= sure;
        return 1;
    }
    *flags |= mark == '.' ? ICP__NUMBER_DOT3 : ICP__NUMBER_COMMA3;
    return (uint8_t)mark == decimal ? 1 : r->count;
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool read_digits(struct cursor *c, uint8_t decimal, double *out, unsigned *flags) {
    struct runs r;
    char text[128];
    size_t n = 0, decimals = 0;
    uint64_t whole = 0;
    if (!read_runs(c, &r)) return false;
    int at = find_decimals(&r, decimal, flags);
    if (at < 0) return false;
    for (int i = 0; i < r.count; i++) {
        if (n + r.size[i] + 2 > 100) return false;
        if (i == at) text[n++] = '.', decimals = r.size[i];
        for (size_t k = 0; k < r.size[i]; k++) {
            text[n++] = r.start[i][k];
            if (n <= 16) whole = whole * 10 + (uint64_t)(r.start[i][k] - '0');
        }
    }
    if (c->end - c->p >= 2 && (*c->p | 32) == 'e') {
        size_t sign = c->p[1] == '+' || c->p[1] == '-' ? 1 : 0, k = digits_at(c->p + 1 + sign, c->end);
        if (k > 0 && k <= 4 && !letter_at(c->p + 1 + sign + k, c->end)) {
            if (at == 1 && r.size[0] == 0) memmove(text + 1, text, n), text[0] = '0', n++;
            memcpy(text + n, c->p, 1 + sign + k);
            c->p += 1 + sign + k;
            return icp__decimal_parse(text, n + 1 + sign + k, out);
        }
    }
    if (n <= 16 && decimals <= 22) { /* both exact, so the quotient is correctly rounded */
        *out = (double)whole / powers[decimals];
        return true;
    }
    if (text[0] == '.') memmove(text + 1, text, n), text[0] = '0', n++;
    return icp__decimal_parse(text, n, out);
}

struct amount {
    double value, times;
    bool scaled;
};

static bool take_sign(struct cursor *c, bool *negative) {
    if (c->p == c->end) return false;
    if (*c->p == '+' || *c->p == '-') {
        *negative = *c->p++ == '-';
        return true;
    }
    if (c->end - c->p >= 3 && memcmp(c->p, "\xE2\x88\x92", 3) == 0) {
        *negative = true;
        c->p += 3;
        return true;
    }
    return false;
}

static bool read_amount(struct cursor *c, uint8_t decimal, struct amount *a, unsigned *flags) {
    bool negative = false, signed_already = false, money = false, unit = false;
    a->times = 1;
    a->scaled = false;
    for (;;) {
        skip_blanks(c);
        if (!signed_already && take_sign(c, &negative)) signed_already = true;
        else if (!money && TAKE(c, currencies)) money = true;
        else break;
    }
    if (!read_digits(c, decimal, &a->value, flags)) return false;
    if (negative) a->value = -a->value;
    for (;;) {
        struct cursor ahead = *c;
        const struct word *w;
        skip_blanks(&ahead);
        if (ahead.p == ahead.end || *ahead.p == '-' || *ahead.p == '+') break;
        if (!a->scaled && !unit && (w = TAKE(&ahead, magnitudes))) a->scaled = true, a->times = w->value;
        else if (!money && TAKE(&ahead, currencies)) money = true;
        else if (!unit && TAKE(&ahead, units)) unit = true;
        else break;
        *c = ahead;
    }
    if (money || unit || a->scaled) *flags |= ICP__NUMBER_UNIT;
    return true;
}

/* What stands behind the last amount: "or more", a unit, a full stop. */
static bool read_rest(struct cursor *c, unsigned *flags, struct icp__range *range) {
    const struct word *w;
    skip_blanks(c);
    if ((w = TAKE(c, after))) {
        *flags |= ICP__NUMBER_RANGE;
        range->open = w->value < 0 ? -1 : 1;
    }
    skip_blanks(c);
    if (c->p < c->end && TAKE(c, units)) *flags |= ICP__NUMBER_UNIT;
    skip_blanks(c);
    if (c->p + 1 == c->end && *c->p == '.') c->p++;
    return c->p == c->end;
}

static bool read_slowly(struct cursor c, uint8_t decimal, double *out, unsigned *flags, struct icp__range *range) {
    struct amount one, two;
    const struct word *w;
    bool bracketed = false, bound = false;
    for (int i = 0; i < 3 && (w = TAKE(&c, before)); i++) {
        if (w->value != 0) bound = true, *flags |= ICP__NUMBER_RANGE, range->open = w->value < 0 ? -1 : 1;
        skip_blanks(&c);
    }
    struct cursor inside = c;
    if (!TAKE(&inside, currencies)) inside = c; /* $(1,200) */
    if (inside.end - inside.p > 2 && *inside.p == '(' && inside.end[-1] == ')') {
        c.p = inside.p + 1, c.end--;
        bracketed = true;
    }
    if (!read_amount(&c, decimal, &one, flags)) return false;
    double value = one.value * one.times;
    if (bracketed) {
        skip_blanks(&c);
        *out = -value;
        return c.p == c.end && value >= 0;
    }
    if (c.p + 1 == c.end && *c.p == '-') { /* accounting software writes 1,200- */
        *out = -value;
        return value >= 0;
    }
    struct cursor ahead = c;
    skip_blanks(&ahead);
    if (!bound && TAKE(&ahead, between) && (skip_blanks(&ahead), read_amount(&ahead, decimal, &two, flags))) {
        /* The magnitude of 1-5M counts for both ends. */
        if (two.scaled && !one.scaled && one.value <= two.value) one.times = two.times;
        double lo = one.value * one.times, hi = two.value * two.times;
        if (lo > hi) return false;
        *flags |= ICP__NUMBER_RANGE;
        *out = lo + (hi - lo) / 2;
        range->lo = lo, range->hi = hi;
        return read_rest(&ahead, flags, range);
    }
    *out = range->lo = range->hi = value;
    return read_rest(&c, flags, range);
}

/* Digits and at most one point, the usual case. */
static bool read_plainly(const char *s, size_t n, bool point, double *out) {
    uint64_t v = 0;
    size_t negative = s[0] == '-', at = n;
    if (n - negative == 0 || n - negative > 15 || !icp__is_digit(s[n - 1])) return false;
    for (size_t i = negative; i < n; i++) {
        if (icp__is_digit(s[i])) v = v * 10 + (uint64_t)(s[i] - '0');
        else if (point && s[i] == '.' && at == n) at = i;
        else return false;
    }
    /* Both exact, so the quotient is correctly rounded. */
    double d = at == n ? (double)v : (double)v / powers[n - at - 1];
    *out = negative ? -d : d;
    return true;
}

bool icp__number_read(const char *s, size_t n, uint8_t decimal, double *out, unsigned *flags) {
    unsigned found = 0;
    struct icp__range range = {0, 0, 0};
    double v;
    if (n == 0 || n > 120) return false;
    /* Whoever asks for flags learns from them how points are used. */
    if (read_plainly(s, n, !flags && decimal == '.', &v)) {
        found = ICP__NUMBER_DIGITS;
    } else if (!read_slowly((struct cursor){s, s + n}, decimal ? decimal : '.', &v, &found, &range)) {
        return false;
    }
    if (!(v - v == 0)) return false; /* infinite */
    *out = v == 0 ? 0 : v;           /* no negative zero */
    if (flags) *flags = found;
    return true;
}

bool icp__range_read(const char *s, size_t n, struct icp__range *out) {
    struct icp__range range = {0, 0, 0};
    unsigned flags = 0;
    double v;
    if (n == 0 || n > 120 || !read_slowly((struct cursor){s, s + n}, '.', &v, &flags, &range) || !(v - v == 0)) return false;
    if (!(range.lo >= 0 && range.hi - range.lo >= 0)) return false; /* a bound below zero is no size */
    *out = range;
    return true;
}

enum icp__known icp__extract_number(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    (void)index;
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    if (icp__number_read(v.data, v.size, c->decimal, &s->number, NULL)) return ICP__KNOWN;
    return c->normaliser && icp__normalise_number(c->normaliser, v.data, v.size, &s->number) ? ICP__KNOWN : ICP__UNREADABLE;
}
