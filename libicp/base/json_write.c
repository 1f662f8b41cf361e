/* SPDX-License-Identifier: MIT */
/* JSON values as text; punctuation is the caller's. */
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"

static const char hex[] = "0123456789abcdef";

/* Bytes of the first character, 0 when it is no UTF-8. */
static size_t character(const char *s, size_t n) {
    unsigned char c = (unsigned char)*s;
    size_t need = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return need <= n && icp__utf8_valid(s, need) ? need : 0;
}

static void escape(struct icp__bytes *b, char c) {
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    const char *found = c ? strchr(from, c) : NULL;
    char out[6] = {'\\', 'u', '0', '0', hex[(unsigned char)c >> 4], hex[c & 15]};
    if (found)
        out[1] = to[found - from];
    icp__bytes_add(b, out, found ? 2 : 6);
}

void icp__json_string(struct icp__bytes *b, const char *s, size_t n) {
    size_t done = 0, i = 0;
    icp__bytes_add(b, "\"", 1);
    while (i < n) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 32 && c != '"' && c != '\\' && c < 0x7f) {
            i++;
            continue;
        }
        size_t size = c >= 0x80 ? character(s + i, n - i) : 0;
        if (size) {
            i += size;
            continue;
        }
        icp__bytes_add(b, s + done, i - done);
        if (c >= 0x80)
            icp__bytes_add(b, "\xef\xbf\xbd", 3);
        else
            escape(b, s[i]);
        done = ++i;
    }
    icp__bytes_add(b, n ? s + done : "", n - done);
    icp__bytes_add(b, "\"", 1);
}

void icp__json_strz(struct icp__bytes *b, const char *s) {
    icp__json_string(b, s, strlen(s));
}

void icp__json_int(struct icp__bytes *b, int64_t v) {
    char text[24];
    icp__bytes_add(b, text, icp__int_print(v, text));
}

void icp__json_member(struct icp__bytes *b, const char *name, int64_t v) {
    icp__bytes_print(b, ",\"%s\":%lld", name, (long long)v);
}

void icp__json_uint_write(struct icp__bytes *b, uint64_t v) {
    if (v <= INT64_MAX) {
        icp__json_int(b, (int64_t)v);
        return;
    }
    char text[24];
    size_t n = icp__int_print((int64_t)(v / 10), text);
    text[n] = (char)('0' + v % 10);
    icp__bytes_add(b, text, n + 1);
}

void icp__json_double(struct icp__bytes *b, double v) {
    char text[32];
    if (v - v != 0)
        icp__bytes_text(b, "null");
    else
        icp__bytes_add(b, text, icp__decimal_print(v, text));
}

void icp__json_hex(struct icp__bytes *b, const uint8_t *data, size_t n) {
    icp__bytes_add(b, "\"", 1);
    for (size_t i = 0; i < n; i++) {
        char pair[2] = {hex[data[i] >> 4], hex[data[i] & 15]};
        icp__bytes_add(b, pair, 2);
    }
    icp__bytes_add(b, "\"", 1);
}
