/* SPDX-License-Identifier: MIT */
/* Decimal text to double and back, correctly rounded, without locale. */
#include "base/number.h"
#include "base/bignum.h"

/* A midpoint between two doubles has at most 767 significant digits: beyond that only "more follows" matters. */
#define DIGITS_MAX 770

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static uint64_t bits_of(double v) {
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

static double double_of(uint64_t u) {
    double v;
    memcpy(&v, &u, sizeof v);
    return v;
}

#define INFINITE UINT64_C(0x7ff0000000000000)

/* v = mantissa * 2^exponent, v finite and not negative */
static void split(uint64_t bits, uint64_t *mantissa, int32_t *exponent) {
    int32_t e = (int32_t)(bits >> 52);
    *mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | (e ? UINT64_C(1) << 52 : 0);
    *exponent = (e ? e : 1) - 1075;
}

/* Within a few units of the last place; the exact step below corrects it. */
static double estimate(uint64_t w, int64_t exponent) {
    double v = (double)w;
    for (; exponent > 0; exponent -= 22 < exponent ? 22 : exponent)
        v *= powers[exponent < 22 ? exponent : 22];
    for (; exponent < 0 && v > 0; exponent += 22 < -exponent ? 22 : -exponent)
        v /= powers[-exponent < 22 ? -exponent : 22];
    return v;
}

/* Compares digits * 10^exponent with the midpoint above the double of these bits. */
static int compare_midpoint(const struct icp__big *digits, int32_t exponent, uint64_t bits) {
    uint64_t mantissa;
    int32_t exponent2;
    split(bits, &mantissa, &exponent2);
    struct icp__big left = *digits, right;
    icp__big_set(&right, 2 * mantissa + 1);
    if (exponent >= 0)
        icp__big_mul_pow5(&left, (uint32_t)exponent);
    else
        icp__big_mul_pow5(&right, (uint32_t)-exponent);
    int32_t shift = exponent - (exponent2 - 1);
    if (shift >= 0)
        icp__big_shift(&left, (uint32_t)shift);
    else
        icp__big_shift(&right, (uint32_t)-shift);
    return icp__big_compare(&left, &right);
}

/* The double nearest to digits * 10^exponent, starting from a guess. */
static double nearest(const struct icp__big *digits, int32_t exponent, double guess) {
    uint64_t bits = bits_of(guess) >= INFINITE ? INFINITE - 1 : bits_of(guess);
    bool raised = false;
    for (;;) {
        int above = compare_midpoint(digits, exponent, bits);
        if (above > 0 || (above == 0 && (bits & 1))) {
            if (++bits == INFINITE)
                return double_of(bits);
            raised = true;
            continue;
        }
        if (raised || !bits)
            return double_of(bits);
        int below = compare_midpoint(digits, exponent, bits - 1);
        if (below > 0 || (below == 0 && !(bits & 1)))
            return double_of(bits);
        bits--;
    }
}

/* w * 10^exponent for a number that w holds completely */
static double compose(uint64_t w, int64_t exponent) {
    if (!w)
        return 0;
    if (w <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22)
        return exponent < 0 ? (double)w / powers[-exponent] : (double)w * powers[exponent];
    if (exponent > 310)
        return double_of(INFINITE);
    if (exponent < -400)
        return 0;
    struct icp__big digits;
    icp__big_set(&digits, w);
    return nearest(&digits, (int32_t)exponent, estimate(w, exponent));
}

struct scan {
    const char *digits, *end; /* first significant digit to end of the mantissa, a point between */
    uint64_t w;               /* first 19 significant digits */
    int64_t count, exponent;  /* significant digits; power of ten of the last of them */
};

static bool is_digit(char c) {
    return (unsigned)(c - '0') < 10;
}

static void take_digit(struct scan *s, const char *p) {
    if (!s->count && *p == '0')
        return;
    if (!s->count)
        s->digits = p;
    if (s->count++ < 19)
        s->w = s->w * 10 + (unsigned)(*p - '0');
}

static bool scan_exponent(const char *p, const char *end, int64_t *out) {
    bool negative = p < end && *p == '-';
    int64_t v = 0;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end)
        return false;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        /* Far above any cell's length, so that leading zeros of the mantissa cannot bring it back into range wrongly. */
        if (v < INT64_C(1000000000000000))
            v = v * 10 + (*p - '0');
    }
    *out = negative ? -v : v;
    return true;
}

static bool scan_number(const char *p, const char *end, struct scan *s) {
    const char *start = p;
    for (; p < end && is_digit(*p); p++)
        take_digit(s, p);
    if (p == start)
        return false;
    if (p < end && *p == '.') {
        start = ++p;
        for (; p < end && is_digit(*p); p++, s->exponent--)
            take_digit(s, p);
        if (p == start)
            return false;
    }
    s->end = p;
    if (p == end)
        return true;
    int64_t exponent;
    if ((*p != 'e' && *p != 'E') || !scan_exponent(p + 1, end, &exponent))
        return false;
    s->exponent += exponent;
    return true;
}

/* More digits than a 64-bit number holds. */
static double compose_long(const struct scan *s) {
    struct icp__big digits;
    int64_t taken = 0;
    bool more = false;
    icp__big_set(&digits, 0);
    for (const char *p = s->digits; p < s->end; p++) {
        if (*p == '.')
            continue;
        if (taken < DIGITS_MAX)
            icp__big_mul_add(&digits, 10, (uint32_t)(*p - '0')), taken++;
        else
            more |= *p != '0';
    }
    int64_t exponent = s->exponent + s->count - taken;
    if (more)
        icp__big_mul_add(&digits, 10, 1), exponent--;
    return nearest(&digits, (int32_t)exponent, estimate(s->w, s->exponent + s->count - 19));
}

bool icp__decimal_parse(const char *s, size_t n, double *out) {
    const char *end = s + n;
    bool negative = n && *s == '-';
    if (n && (*s == '-' || *s == '+'))
        s++;
    struct scan scan = {NULL, NULL, 0, 0, 0};
    if (s == end || !scan_number(s, end, &scan))
        return false;
    double v;
    int64_t top = scan.exponent + scan.count; /* the value lies in [10^(top-1), 10^top) */
    if (scan.count && top > 310)
        return false;
    if (!scan.count || top < -330)
        v = 0;
    else
        v = scan.count <= 19 ? compose(scan.w, scan.exponent) : compose_long(&scan);
    if (bits_of(v) >= INFINITE)
        return false;
    *out = negative ? -v : v;
    return true;
}

double icp__decimal_value(struct icp__decimal d) {
    bool negative = d.mantissa < 0;
    double v = compose(negative ? 0 - (uint64_t)d.mantissa : (uint64_t)d.mantissa, d.exponent);
    return negative ? -v : v;
}

static size_t print_digits(uint64_t v, char *out) {
    char text[24];
    size_t n = 0, i = 0;
    do
        text[n++] = (char)('0' + v % 10);
    while (v /= 10);
    while (n)
        out[i++] = text[--n];
    out[i] = 0;
    return i;
}

size_t icp__int_print(int64_t v, char out[24]) {
    if (v >= 0)
        return print_digits((uint64_t)v, out);
    out[0] = '-';
    return 1 + print_digits(0 - (uint64_t)v, out + 1);
}

static size_t print_exponent(const char *digits, size_t n, int32_t first, char *out) {
    size_t at = 0;
    out[at++] = digits[0];
    if (n > 1) {
        out[at++] = '.';
        memcpy(out + at, digits + 1, n - 1);
        at += n - 1;
    }
    out[at++] = 'e';
    return at + icp__int_print(first, out + at);
}

size_t icp__decimal_text(struct icp__decimal d, char out[48]) {
    char digits[24];
    size_t at = 0;
    uint64_t w = d.mantissa < 0 ? 0 - (uint64_t)d.mantissa : (uint64_t)d.mantissa;
    if (!w)
        return icp__int_print(0, out);
    for (; w % 10 == 0; w /= 10)
        d.exponent++;
    if (d.mantissa < 0)
        out[at++] = '-';
    size_t n = print_digits(w, digits);
    int32_t first = d.exponent + (int32_t)n - 1; /* power of ten of the first digit */
    if (first < -7 || first > 16) {
        at += print_exponent(digits, n, first, out + at);
    } else if (d.exponent >= 0) {
        memcpy(out + at, digits, n);
        memset(out + at + n, '0', (size_t)d.exponent);
        at += n + (size_t)d.exponent;
    } else {
        size_t whole = first >= 0 ? (size_t)first + 1 : 0;
        if (!whole)
            out[at++] = '0';
        memcpy(out + at, digits, whole);
        at += whole;
        out[at++] = '.';
        for (int32_t i = -1; i > first; i--)
            out[at++] = '0';
        memcpy(out + at, digits + whole, n - whole);
        at += n - whole;
    }
    out[at] = 0;
    return at;
}

/* At most 15 digits: such decimals differ as doubles, so the first that reads back is the only and the shortest one. */
static bool short_decimal(double v, struct icp__decimal *out) {
    for (int32_t i = 0; i <= 22; i++) {
        double scaled = v * powers[i];
        if (!(scaled < 1e15))
            return false;
        int64_t whole = (int64_t)(scaled + .5);
        if (whole && (double)whole / powers[i] == v) {
            *out = (struct icp__decimal){whole, -i};
            return true;
        }
    }
    return false;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide;

/* Where mantissa * 10^k fits into 128 bits, 16 and 17 digits need no large numbers: most numbers that no short decimal is. What follows decides
 * where this does not: ties, powers of two, very small and large numbers. */
static bool long_decimal(uint64_t bits, struct icp__decimal *out) {
    const double v = double_of(bits);
    uint64_t mantissa;
    int32_t exponent2, k = 0;
    split(bits, &mantissa, &exponent2);
    if (!(v >= 1e-5 && v < 1e15) || mantissa == UINT64_C(1) << 52 || exponent2 >= 0)
        return false;
    while (v * powers[k] < 1e15)
        k++;
    wide unit = 1;
    for (int32_t i = 0; i < k; i++)
        unit *= 10;
    for (int32_t last = k + 1; k <= last; k++, unit *= 10) {
        const wide one = (wide)1 << -exponent2, all = unit * mantissa, rest = all & (one - 1);
        const wide off = rest > one / 2 ? one - rest : rest; /* half a unit of the last place of the double is unit / 2 here */
        if (rest == one / 2 || off * 2 == unit)
            return false;
        if (off * 2 > unit)
            continue;
        *out = (struct icp__decimal){(int64_t)(all >> -exponent2) + (rest > one / 2), -k};
        return true;
    }
    return false;
}
#else
static bool long_decimal(uint64_t bits, struct icp__decimal *out) {
    (void)bits, (void)out;
    return false;
}
#endif

/* Digits are cut one later each time; of both neighbours the nearer one that reads back is taken. */
static struct icp__decimal shortest(uint64_t bits) {
    struct icp__big b;
    struct icp__digits digits;
    uint64_t mantissa;
    int32_t exponent2;
    split(bits, &mantissa, &exponent2);
    icp__big_set(&b, mantissa);
    icp__digits_init(&digits, &b, exponent2);
    struct icp__decimal low = {0, 0}, high;
    for (int i = 0; i < 18; i++) {
        low.mantissa = low.mantissa * 10 + (int64_t)icp__digits_next(&digits);
        low.exponent = digits.exponent + 1;
        high = (struct icp__decimal){low.mantissa + 1, low.exponent};
        bool low_fits = bits_of(icp__decimal_value(low)) == bits, high_fits = bits_of(icp__decimal_value(high)) == bits;
        int half = icp__digits_half(&digits);
        bool up = half > 0 || (half == 0 && (low.mantissa & 1));
        if (low_fits && (!up || !high_fits))
            break;
        if (high_fits)
            return high;
    }
    return low;
}

size_t icp__decimal_print(double v, char out[32]) {
    uint64_t bits = bits_of(v) & ~(UINT64_C(1) << 63);
    size_t at = 0;
    if (bits > INFINITE) {
        memcpy(out, "nan", 4);
        return 3;
    }
    if (bits_of(v) != bits)
        out[at++] = '-';
    if (bits == INFINITE) {
        memcpy(out + at, "inf", 4);
        return at + 3;
    }
    struct icp__decimal d = {0, 0};
    char text[48];
    if (bits && !short_decimal(double_of(bits), &d) && !long_decimal(bits, &d))
        d = shortest(bits);
    size_t n = icp__decimal_text(d, text);
    memcpy(out + at, text, n + 1);
    return at + n;
}

/* Below: the decimal between two neighbours. */

static struct icp__big shifted(uint64_t mantissa, int32_t shift) {
    struct icp__big b;
    icp__big_set(&b, mantissa);
    icp__big_shift(&b, (uint32_t)shift);
    return b;
}

/* digits of (lo + hi) / 2, both not negative, exactly */
static void middle(double lo, double hi, struct icp__digits *out) {
    uint64_t m1, m2;
    int32_t e1, e2;
    split(bits_of(lo), &m1, &e1);
    split(bits_of(hi), &m2, &e2);
    int32_t e = !m1 ? e2 : e1 < e2 ? e1 : e2;
    struct icp__big sum = shifted(m2, e2 - e), other = m1 ? shifted(m1, e1 - e) : shifted(0, 0);
    icp__big_add(&sum, &other);
    icp__digits_init(out, &sum, e - 1);
}

static struct icp__decimal reduced(struct icp__decimal d) {
    for (; d.mantissa && d.mantissa % 10 == 0; d.mantissa /= 10)
        d.exponent++;
    return d;
}

struct icp__decimal icp__decimal_between(double lo, double hi) {
    struct icp__decimal low = {0, 0}, high = {0, 0};
    if (lo < 0 && hi >= 0)
        return low;
    bool negative = hi < 0;
    struct icp__digits digits;
    if (negative)
        middle(-hi, -lo, &digits);
    else
        middle(lo, hi, &digits);
    uint64_t w = 0;
    for (int i = 0; i < 18; i++) {
        w = w * 10 + icp__digits_next(&digits);
        bool exact = !digits.rest.used;
        low.mantissa = !negative ? (int64_t)w : exact ? -(int64_t)w : -(int64_t)w - 1;
        low.exponent = digits.exponent + 1;
        high = (struct icp__decimal){low.mantissa + 1, low.exponent};
        double v_low = icp__decimal_value(low), v_high = icp__decimal_value(high);
        bool low_fits = v_low > lo && v_low <= hi, high_fits = v_high > lo && v_high <= hi;
        int half = icp__digits_half(&digits);
        bool low_nearer = negative && !exact ? half >= 0 : half <= 0;
        if (low_fits && (low_nearer || !high_fits))
            return reduced(low);
        if (high_fits)
            return reduced(high);
    }
    return reduced(high);
}
