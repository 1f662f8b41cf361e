/* SPDX-License-Identifier: MIT */
/* UTF-8 checked and cut, without any table. ASCII goes eight bytes at a time. */
#include "base/text.h"

#define HIGHS UINT64_C(0x8080808080808080)

/* The bytes of a character that is not ASCII, 0 = not valid. RFC 3629: no overlong forms, surrogates or code points above
 * U+10FFFF. */
static size_t sequence(const uint8_t *s, size_t n) {
    uint8_t lead = s[0];
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (n < size)
        return 0;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

bool icp__utf8_valid(const char *text, size_t n) {
    const uint8_t *s = (const uint8_t *)text;
    for (size_t i = 0; i < n;) {
        if (s[i] < 0x80) {
            uint64_t a, b;
            while (n - i >= 16 && (memcpy(&a, s + i, 8), memcpy(&b, s + i + 8, 8), ((a | b) & HIGHS) == 0))
                i += 16;
            while (i < n && s[i] < 0x80)
                i++;
            continue;
        }
        size_t size = sequence(s + i, n - i);
        if (!size)
            return false;
        i += size;
    }
    return true;
}

size_t icp__utf8_cut(const char *s, size_t n, size_t cap) {
    if (n <= cap)
        return n;
    size_t cut = cap;
    for (int back = 0; back < 3 && cut > 0 && ((uint8_t)s[cut] & 0xc0) == 0x80; back++)
        cut--;
    return cut;
}
