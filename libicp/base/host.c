/* SPDX-License-Identifier: MIT */
/* The host inside URLs, host names and e-mail addresses, in one form for matching companies. */
#include "base/text.h"
#include "base/unicode.h"

#define HOST_MAX 253

static bool is_alpha(char c) { return (unsigned char)((c | 0x20) - 'a') < 26; }
static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static bool is_slash(char c) { return c == '/' || c == '\\'; }

static bool same(const char *s, size_t n, const char *word, size_t size) {
    if (n < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((is_alpha(s[i]) ? s[i] | 0x20 : s[i]) != word[i])
            return false;
    return true;
}
/* The first entry of a cell that may hold several, without quotes and angle brackets around it. */
static struct icp_str first_entry(struct icp_str t) {
    while (t.size && (t.data[0] == '<' || t.data[0] == '"' || t.data[0] == '\'' || t.data[0] == '('))
        t.data++, t.size--;
    size_t n = 0;
    while (n < t.size && !icp__is_blank(t.data[n]) && !strchr(",;|<>\"')", t.data[n]))
        n++;
    t.size = n;
    return t;
}
static struct icp_str without_scheme(struct icp_str t) {
    size_t i = 0;
    while (i < t.size && (is_alpha(t.data[i]) || is_digit(t.data[i]) || (i && strchr("+-.", t.data[i]) && t.data[i])))
        i++;
    if (i < t.size && t.data[i] == ':') {
        bool slashes = t.size - i > 2 && is_slash(t.data[i + 1]) && is_slash(t.data[i + 2]);
        bool known = (i == 4 && same(t.data, i, "http", 4)) || (i == 5 && same(t.data, i, "https", 5)) ||
                     (i == 6 && same(t.data, i, "mailto", 6));
        if (i && (slashes || known))
            t.data += i + 1, t.size -= i + 1;
    }
    while (t.size && is_slash(t.data[0]))
        t.data++, t.size--;
    return t;
}
/* Host and port out of user:password@host:port/path?query#fragment; empty = not of that form. */
static struct icp_str authority_host(struct icp_str t) {
    size_t n = 0, at = 0;
    for (; n < t.size && !is_slash(t.data[n]) && t.data[n] != '?' && t.data[n] != '#'; n++)
        if (t.data[n] == '@')
            at = n + 1;
    struct icp_str host = {t.data + at, n - at};
    size_t colon = 0;
    while (colon < host.size && host.data[colon] != ':')
        colon++;
    for (size_t i = colon + 1; i < host.size; i++)
        if (!is_digit(host.data[i]))
            return (struct icp_str){host.data, 0};
    host.size = colon;
    return host;
}
/* Ideographic full stops separate labels too. */
static size_t plain_dots(char *s, size_t n) {
    size_t o = 0;
    for (size_t i = 0; i < n; i++) {
        if (n - i >= 3 && memcmp(s + i, "\xe3\x80\x82", 3) == 0)
            s[o++] = '.', i += 2;
        else
            s[o++] = s[i];
    }
    return o;
}
/* Labels of letters, digits, '-' and '_'; at least two; the last one no number unless all four are bytes. */
static bool is_host(const char *s, size_t n) {
    size_t labels = 0, start = 0, numbers = 0, last = 0;
    bool last_number = false;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && s[i] != '.') {
            if ((uint8_t)s[i] < 128 && !is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '-' && s[i] != '_')
                return false;
            continue;
        }
        if (i == start)
            return false;
        unsigned value = 0;
        last_number = i - start <= 3;
        for (size_t k = start; k < i && last_number; k++) {
            last_number = is_digit(s[k]);
            value = value * 10 + (unsigned)(s[k] - '0');
        }
        last_number = last_number && value < 256;
        numbers += last_number;
        last = i - start;
        labels++;
        start = i + 1;
    }
    bool digits = true;
    for (size_t k = n - last; k < n; k++)
        digits = digits && is_digit(s[k]);
    if (digits)
        return labels == 4 && numbers == 4;
    return labels >= 2 && last >= 2;
}

size_t icp__host(const char *s, size_t n, char out[256]) {
    struct icp_str t = authority_host(without_scheme(first_entry(icp__trim(s, n))));
    if (t.size == 0 || !icp__utf8_valid(t.data, t.size))
        return 0;
    char folded[4 * HOST_MAX];
    size_t size = icp__fold(t.data, t.size, folded, sizeof folded);
    if (size > sizeof folded - 4)
        return 0;
    size = plain_dots(folded, size);
    while (size && folded[size - 1] == '.')
        size--;
    const char *host = folded;
    if (size > 4 && memcmp(host, "www.", 4) == 0 && memchr(host + 4, '.', size - 4))
        host += 4, size -= 4;
    if (size > HOST_MAX || !is_host(host, size))
        return 0;
    memcpy(out, host, size);
    return size;
}
