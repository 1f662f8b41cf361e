/* SPDX-License-Identifier: MIT */
/* 128-bit decimals from 32-bit pieces, so that no compiler needs to know wider integers. */
#include "dataset/amount.h"
#include "base/number.h"
#include "trait/parse.h"

enum { SCALE = 9 };
static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

struct big { /* least significant first */
    uint32_t limb[4];
};

static void multiply_add(struct big *b, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (int i = 0; i < 4; i++) {
        carry += (uint64_t)b->limb[i] * factor;
        b->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static uint32_t divide(struct big *b, uint32_t by) {
    uint64_t rest = 0;
    for (int i = 3; i >= 0; i--) {
        rest = rest << 32 | b->limb[i];
        b->limb[i] = (uint32_t)(rest / by);
        rest %= by;
    }
    return (uint32_t)rest;
}

static struct icp__amount to_amount(const struct big *b, bool negative) {
    uint64_t low = (uint64_t)b->limb[1] << 32 | b->limb[0], high = (uint64_t)b->limb[3] << 32 | b->limb[2];
    if (negative) {
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    struct icp__amount a = {low, 0};
    memcpy(&a.high, &high, sizeof high);
    return a;
}

static bool from_amount(struct icp__amount a, struct big *b) {
    uint64_t low = a.low, high;
    const bool negative = a.high < 0;
    memcpy(&high, &a.high, sizeof high);
    if (negative) {
        low = ~low + 1;
        high = ~high + (low == 0);
    }
    *b = (struct big){{(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)}};
    return negative;
}

/* Digits with at most one point, at most 17 digits before it. */
static bool from_plain(const char *s, size_t n, struct icp__amount *out) {
    struct big b = {{0}};
    size_t i = n && s[0] == '-', whole = 0, decimals = 0;
    bool point = false, up = false;
    const bool negative = i == 1;
    for (; i < n; i++) {
        if (s[i] == '.' && !point) {
            point = true;
        } else if (!icp__is_digit(s[i])) {
            return false;
        } else if (point && decimals++ >= SCALE) {
            if (decimals == SCALE + 1) up = s[i] >= '5';
        } else {
            whole += !point;
            multiply_add(&b, 10, (uint32_t)(s[i] - '0'));
        }
    }
    if (whole > 17) return false;
    if (decimals < SCALE) multiply_add(&b, (uint32_t)tens[SCALE - decimals], 0);
    if (up) multiply_add(&b, 1, 1);
    *out = to_amount(&b, negative);
    return true;
}

/* The usual case without 128 bits: at most 15 digits, of which at most nine stand behind a point. */
static bool read_quickly(const char *s, size_t n, bool may_point, struct icp__amount *out) {
    const size_t negative = s[0] == '-';
    uint64_t v = 0;
    size_t point = n;
    if (n == negative || n - negative > 16 || !icp__is_digit(s[n - 1])) return false;
    for (size_t i = negative; i < n; i++) {
        const unsigned digit = (unsigned char)(s[i] - '0');
        if (digit < 10) v = v * 10 + digit;
        else if (s[i] == '.' && may_point && point == n) point = i;
        else return false;
    }
    const size_t decimals = point == n ? 0 : n - point - 1;
    if (n - negative - (point < n) > 15 || decimals > SCALE) return false;
    const uint64_t times = tens[SCALE - decimals], low = (v & UINT32_MAX) * times, high = (v >> 32) * times;
    struct icp__amount a = {low + (high << 32), 0};
    a.high = (int64_t)((high >> 32) + (a.low < low));
    if (negative) {
        a.high = -a.high - (a.low != 0);
        a.low = ~a.low + 1;
    }
    *out = a;
    return true;
}

bool icp__amount_read(const char *s, size_t n, uint8_t decimal, struct icp__amount *out) {
    char text[32];
    double v;
    if (n && read_quickly(s, n, decimal == '.', out)) return true;
    if (!icp__number_read(s, n, decimal, &v, NULL) || !(v < 1e17 && v > -1e17)) return false;
    if (v < 1e-7 && v > -1e-7) { /* where the shortest text would have an exponent, it is written as whole billionths */
        const int64_t billionths = icp__round(v * 1e9);
        *out = (struct icp__amount){(uint64_t)billionths, billionths < 0 ? -1 : 0};
        return true;
    }
    return from_plain(text, icp__decimal_print(v, text), out);
}

struct icp__amount icp__amount_whole(uint64_t v) {
    struct big b = {{(uint32_t)v, (uint32_t)(v >> 32), 0, 0}};
    multiply_add(&b, (uint32_t)tens[SCALE], 0);
    return to_amount(&b, false);
}

struct icp__amount icp__amount_mean(struct icp__amount a, uint64_t count) {
    struct big b;
    const bool negative = from_amount(a, &b);
    uint64_t rest = 0;
    /* Bit by bit: `count` may have 64 bits. */
    for (int i = 127; i >= 0; i--) {
        const bool over = rest >> 63;
        rest = rest << 1 | (b.limb[i / 32] >> (i % 32) & 1);
        b.limb[i / 32] &= ~((uint32_t)1 << (i % 32));
        if (!over && rest < count) continue;
        rest -= count;
        b.limb[i / 32] |= (uint32_t)1 << (i % 32);
    }
    if (rest >= count - rest) multiply_add(&b, 1, 1);
    return to_amount(&b, negative);
}

size_t icp__amount_print(struct icp__amount a, char out[ICP__AMOUNT_TEXT]) {
    char digits[ICP__AMOUNT_TEXT];
    struct big b;
    size_t n = 0, used = 0, skip = 0;
    if (from_amount(a, &b)) out[used++] = '-';
    while (n <= SCALE || b.limb[0] || b.limb[1] || b.limb[2] || b.limb[3]) digits[n++] = (char)('0' + divide(&b, 10));
    while (skip < SCALE && digits[skip] == '0') skip++;
    while (n > SCALE) out[used++] = digits[--n];
    if (skip < SCALE) out[used++] = '.';
    while (n > skip) out[used++] = digits[--n];
    return used;
}
