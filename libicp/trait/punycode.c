/* SPDX-License-Identifier: MIT */
/* International labels of host names, decoded as RFC 3492 describes, so that both spellings of a name meet. */
#include "base/unicode.h"
#include "trait/identity.h"

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_CODE = 0x80, MOST = 256 };

static uint32_t digit_of(char c) {
    if ((unsigned char)(c - '0') < 10)
        return (uint32_t)(c - '0') + 26;
    return (unsigned char)((c | 32) - 'a') < 26 ? (uint32_t)((c | 32) - 'a') : BASE;
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first) {
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One generalized variable-length integer; false = it ends early or is too large. */
static bool read_delta(const char *s, size_t n, size_t *at, uint32_t bias, uint32_t *i) {
    uint32_t weight = 1;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = *at < n ? digit_of(s[(*at)++]) : BASE;
        if (digit == BASE || digit > (UINT32_MAX - *i) / weight)
            return false;
        *i += digit * weight;
        uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if (digit < t)
            return true;
        if (weight > UINT32_MAX / (BASE - t))
            return false;
        weight *= BASE - t;
    }
}

static size_t write(const uint32_t *code, uint32_t count, char *out, size_t cap) {
    size_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size_t n = icp__utf8_size(code[i]);
        if (cap - size < n)
            return 0;
        icp__utf8_put(out + size, code[i]);
        size += n;
    }
    return size;
}

size_t icp__punycode_decode(const char *s, size_t n, char *out, size_t cap) {
    uint32_t code[MOST], count = 0, next = FIRST_CODE, i = 0, bias = FIRST_BIAS;
    size_t at = 0, basic = n;
    while (basic > 0 && s[basic - 1] != '-')
        basic--;
    if (n > MOST)
        return 0;
    for (; basic > 1 && at < basic - 1; at++) {
        if ((unsigned char)s[at] >= 128)
            return 0;
        code[count++] = (unsigned char)s[at];
    }
    for (at = basic; at < n;) {
        uint32_t before = i;
        if (count == MOST || !read_delta(s, n, &at, bias, &i))
            return 0;
        bias = adapt(i - before, count + 1, before == 0);
        if (i / (count + 1) > 0x10ffff - next)
            return 0;
        next += i / (count + 1);
        i %= count + 1;
        if (next - 0xd800 < 0x800)
            return 0;
        for (uint32_t k = count++; k > i; k--)
            code[k] = code[k - 1];
        code[i++] = next;
    }
    return write(code, count, out, cap);
}
