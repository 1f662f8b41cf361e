/* SPDX-License-Identifier: MIT */
/* Numbers, dates and times of Arrow as the text that other readers would have met. */
#include "base/date.h"
#include "base/number.h"
#include "ingest/arrow.h"

static double power_of_two(int32_t e) { /* of a normal double */
    const uint64_t bits = (uint64_t)(e + 1023) << 52;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

/* The value of a small float, infinity as the number that would come next: exact. */
static double widened(uint32_t bits, int32_t mantissa_bits, int32_t bias) {
    const int32_t e = (int32_t)(bits >> mantissa_bits);
    const uint32_t m = bits & ((UINT32_C(1) << mantissa_bits) - 1);
    return e ? (double)(m | UINT32_C(1) << mantissa_bits) * power_of_two(e - bias - mantissa_bits) : (double)m * power_of_two(1 - bias - mantissa_bits);
}

/* The shortest text that lies nearer to v than to its neighbours, which are at most 32 bits wide. */
static size_t shortest(double v, double lo, double hi, char *out) {
    double unit = 1;
    for (int32_t k = 0; k <= 9 && v * unit < 1e15; k++, unit *= 10) {
        const int64_t whole = icp__round(v * unit);
        const double d = (double)whole / unit;
        if (whole && lo < d && d < hi) return icp__decimal_text((struct icp__decimal){whole, -k}, out);
    }
    uint64_t bits;
    memcpy(&bits, &hi, sizeof bits);
    bits--; /* at hi itself the neighbour may be meant */
    memcpy(&hi, &bits, sizeof hi);
    return icp__decimal_text(icp__decimal_between(lo, hi), out);
}

static size_t small_float(uint32_t bits, int32_t mantissa_bits, int32_t exponent_bits, char *out) {
    const uint32_t sign = UINT32_C(1) << (mantissa_bits + exponent_bits), most = (UINT32_C(1) << exponent_bits) - 1;
    const int32_t bias = (int32_t)(most / 2);
    size_t n = 0;
    const uint32_t plain = bits & (sign - 1);
    if (plain >> mantissa_bits == most) return 0;
    if (!plain) return out[0] = '0', 1;
    if (bits & sign) out[n++] = '-';
    const double v = widened(plain, mantissa_bits, bias);
    const double lo = (widened(plain - 1, mantissa_bits, bias) + v) / 2, hi = (v + widened(plain + 1, mantissa_bits, bias)) / 2;
    return n + shortest(v, lo, hi, out + n);
}

size_t icp__arrow_float(const void *p, uint8_t bytes, char out[48]) {
    if (bytes == 2) {
        uint16_t bits;
        memcpy(&bits, p, 2);
        return small_float(bits, 10, 5, out);
    }
    if (bytes == 4) {
        uint32_t bits;
        memcpy(&bits, p, 4);
        return small_float(bits, 23, 8, out);
    }
    double v;
    memcpy(&v, p, 8);
    if (v == 0) return out[0] = '0', 1;
    return v - v == 0 ? icp__decimal_print(v, out) : 0;
}

static size_t unsigned_text(uint64_t v, char *out) {
    char text[24];
    size_t n = sizeof text, size;
    do text[--n] = (char)('0' + v % 10);
    while (v /= 10);
    size = sizeof text - n;
    memcpy(out, text + n, size);
    return size;
}

static size_t signed_text(int64_t v, char *out) {
    if (v >= 0) return unsigned_text((uint64_t)v, out);
    out[0] = '-';
    return 1 + unsigned_text(0 - (uint64_t)v, out + 1);
}

size_t icp__arrow_whole(const void *p, uint8_t bytes, bool sign, char out[24]) {
    int64_t v = 0;
    if (bytes == 1) {
        const uint8_t b = *(const uint8_t *)p;
        v = sign ? (int8_t)b : b;
    } else if (bytes == 2) {
        uint16_t b;
        memcpy(&b, p, 2);
        v = sign ? (int16_t)b : b;
    } else if (bytes == 4) {
        uint32_t b;
        memcpy(&b, p, 4);
        v = sign ? (int32_t)b : (int64_t)b;
    } else {
        uint64_t b;
        memcpy(&b, p, 8);
        if (!sign) return unsigned_text(b, out);
        v = (int64_t)b;
    }
    return signed_text(v, out);
}

/* Digits of a whole number of up to 256 bits, most significant first; the number becomes 0. At most 78. */
static size_t digits_of(uint32_t *limb, size_t limbs, char *out) {
    char text[90];
    size_t n = sizeof text;
    while (limbs && !limb[limbs - 1]) limbs--;
    while (limbs) {
        uint64_t rest = 0;
        for (size_t i = limbs; i-- > 0;) {
            rest = rest << 32 | limb[i];
            limb[i] = (uint32_t)(rest / 1000000000u);
            rest %= 1000000000u;
        }
        while (limbs && !limb[limbs - 1]) limbs--;
        for (int i = 0; i < 9 && (limbs || rest); i++, rest /= 10) text[--n] = (char)('0' + rest % 10);
    }
    memcpy(out, text + n, sizeof text - n);
    return sizeof text - n;
}

size_t icp__arrow_decimal(const void *p, uint8_t bytes, int32_t scale, char out[256]) {
    const uint8_t *b = p;
    uint32_t limb[8] = {0};
    char digits[90];
    size_t at = 0;
    for (size_t i = 0; i < bytes; i++) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        const uint8_t byte = b[bytes - 1 - i];
#else
        const uint8_t byte = b[i];
#endif
        limb[i / 4] |= (uint32_t)byte << (8 * (i % 4));
    }
    const size_t limbs = bytes / 4;
    const bool negative = limb[limbs - 1] >> 31;
    for (size_t i = 0, carry = 1; negative && i < limbs; i++) {
        limb[i] = ~limb[i] + (uint32_t)carry;
        carry = carry && !limb[i];
    }
    size_t n = digits_of(limb, limbs, digits);
    if (!n) return out[0] = '0', 1;
    for (; scale > 0 && digits[n - 1] == '0'; scale--) n--; /* 5.00 is 5, as it is when it comes as a float */
    if (negative) out[at++] = '-';
    const size_t behind = scale > 0 ? (size_t)scale : 0, whole = n > behind ? n - behind : 0;
    if (!whole) out[at++] = '0';
    memcpy(out + at, digits, whole);
    at += whole;
    if (behind) {
        out[at++] = '.';
        for (size_t i = n; i < behind; i++) out[at++] = '0';
        memcpy(out + at, digits + whole, n - whole);
        at += n - whole;
    }
    for (int32_t i = scale; i < 0; i++) out[at++] = '0';
    return at;
}

size_t icp__arrow_date(int64_t days, char out[32]) {
    int64_t year;
    unsigned month, day;
    icp__date_split(days, &year, &month, &day);
    if (year >= 0 && year <= 9999) return icp__date_print(days, out), 10;
    /* ISO 8601 with a sign: no reader takes it for a date, and it is not changed into another one either. */
    size_t n = 0;
    out[n++] = year < 0 ? '-' : '+';
    uint64_t v = year < 0 ? 0 - (uint64_t)year : (uint64_t)year;
    for (uint64_t unit = 1000; unit > 1 && v < unit; unit /= 10) out[n++] = '0';
    n += unsigned_text(v, out + n);
    const unsigned parts[] = {month, day};
    for (int i = 0; i < 2; i++) out[n++] = '-', out[n++] = (char)('0' + parts[i] / 10), out[n++] = (char)('0' + parts[i] % 10);
    return n;
}

static int64_t per_second(uint8_t digits) { return digits == 0 ? 1 : digits == 3 ? 1000 : digits == 6 ? 1000000 : 1000000000; }

/* ".25": `rest` of a second, without zeros at its end. */
static size_t fraction(int64_t rest, int64_t second, char *out) {
    size_t n = 0;
    if (!rest) return 0;
    out[n++] = '.';
    while (rest) {
        second /= 10;
        out[n++] = (char)('0' + rest / second);
        rest %= second;
    }
    return n;
}

static size_t clock_text(int64_t v, int64_t second, char *out) {
    const int64_t s = v / second, parts[] = {s / 3600, s / 60 % 60, s % 60};
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        if (i) out[n++] = ':';
        if (parts[i] > 99) n += signed_text(parts[i], out + n);
        else out[n++] = (char)('0' + parts[i] / 10), out[n++] = (char)('0' + parts[i] % 10);
    }
    return n + fraction(v % second, second, out + n);
}

static size_t minus(bool negative, char *out) {
    if (negative) *out = '-';
    return negative;
}

/* A number of units as seconds, with a fraction. */
static size_t seconds_text(int64_t v, int64_t second, char *out) {
    const uint64_t plain = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    size_t n = minus(v < 0, out);
    n += unsigned_text(plain / (uint64_t)second, out + n);
    return n + fraction((int64_t)(plain % (uint64_t)second), second, out + n);
}

/* A day without a time of day where it is midnight: then the day is what is known. */
static size_t timestamp_text(int64_t v, const struct icp__arrow_type *t, char *out) {
    const int64_t second = per_second(t->digits), day = 86400 * second;
    int64_t days = v / day, rest = v % day;
    if (rest < 0) days--, rest += day;
    size_t n = icp__arrow_date(days, out);
    if (!rest) return n;
    out[n++] = 'T';
    n += clock_text(rest, second, out + n);
    if (t->zoned) out[n++] = 'Z';
    return n;
}

/* ISO 8601: P1M2DT3.5S */
static size_t interval_text(const char *p, const struct icp__arrow_type *t, char *out) {
    const int32_t first = icp__arrow_i32(p, 0), second = t->bytes > 4 ? icp__arrow_i32(p, 1) : 0;
    const int64_t months = t->bytes == 8 ? 0 : first, days = t->bytes == 8 ? first : t->bytes == 16 ? second : 0;
    const int64_t time = t->bytes == 8 ? second : t->bytes == 16 ? icp__arrow_i64(p, 1) : 0;
    size_t n = 0;
    out[n++] = 'P';
    if (months) n += signed_text(months, out + n), out[n++] = 'M';
    if (days) n += signed_text(days, out + n), out[n++] = 'D';
    if (time || n == 1) {
        out[n++] = 'T';
        n += seconds_text(time, per_second(t->digits), out + n);
        out[n++] = 'S';
    }
    return n;
}

size_t icp__arrow_time(const void *p, const struct icp__arrow_type *t, char out[256]) {
    if (t->kind == ICP__ARROW_INTERVAL) return interval_text(p, t, out);
    const int64_t v = icp__arrow_offset(p, t->bytes, 0), second = per_second(t->digits);
    switch (t->kind) {
    case ICP__ARROW_DATE: {
        int64_t days = t->bytes == 4 ? v : v / 86400000;
        if (t->bytes == 8 && v % 86400000 < 0) days--;
        return icp__arrow_date(days, out);
    }
    case ICP__ARROW_TIME:
        return v < 0 ? seconds_text(v, second, out) : clock_text(v, second, out);
    case ICP__ARROW_TIMESTAMP:
        return timestamp_text(v, t, out);
    default:
        return seconds_text(v, second, out);
    }
}
