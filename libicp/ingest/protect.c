/* SPDX-License-Identifier: MIT */
/* What is never stored: e-mail addresses and telephone numbers. */
#include "ingest/protect.h"
#include "base/text.h"

static bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool one_email(const char *s, size_t n) {
    const char *at = n ? memchr(s, '@', n) : NULL;
    if (!at || at == s)
        return false;
    for (const char *p = s; p < at; p++)
        if (!is_letter_or_digit(*p) && !strchr(".!#$%&'*+-=?^_`{|}~", *p))
            return false;
    const char *host = at + 1, *end = s + n, *dot = NULL;
    for (const char *p = host; p < end; p++) {
        if (!is_letter_or_digit(*p) && *p != '-' && *p != '.')
            return false;
        if (*p == '.') {
            if (p == host || p[-1] == '.')
                return false;
            dot = p;
        }
    }
    return dot && end - dot > 2;
}

bool icp__is_email(const char *s, size_t n) {
    size_t found = 0;
    if (n >= 7 && (!memcmp(s, "mailto:", 7) || !memcmp(s, "MAILTO:", 7)))
        s += 7, n -= 7;
    for (size_t i = 0; i < n;) {
        size_t start = i;
        while (i < n && s[i] != ',' && s[i] != ';' && !icp__is_blank(s[i]))
            i++;
        if (i > start) {
            size_t from = start, to = i;
            if (s[from] == '<' && s[to - 1] == '>' && to - from > 2)
                from++, to--;
            if (!one_email(s + from, to - from))
                return false;
            found++;
        }
        i += i < n;
    }
    return found > 0;
}

bool icp__is_phone(const char *s, size_t n) {
    size_t digits = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] >= '0' && s[i] <= '9') {
            digits++;
        } else if ((s[i] | 32) == 'x' || (s[i] | 32) == 'e') {
            /* 555-1234 x12, 555-1234 ext. 12 */
            if (!digits)
                return false;
            if ((s[i] | 32) == 'e') {
                if (n - i < 3 || (s[i + 1] | 32) != 'x' || (s[i + 2] | 32) != 't')
                    return false;
                i += 2;
            }
        } else if ((unsigned char)s[i] == 0xc2 && i + 1 < n && (unsigned char)s[i + 1] == 0xa0) {
            i++;
        } else if (!icp__is_blank(s[i]) && !strchr("+-.()/;,#:'", s[i])) {
            return false;
        }
    }
    return digits >= 5;
}

static bool is_word(const char *s, size_t n, const char *word) {
    return n == strlen(word) && !memcmp(s, word, n);
}

bool icp__is_phone_column(const char *folded, size_t n) {
    static const char *const words[] = {"phone",    "phones",      "telephone",   "telephones",   "tel",       "mobile",    "mobiles",   "fax",
                                        "telefax",  "telefon",     "handy",       "cellphone",    "mobilephone", "phonenumber", "phonenumbers", "companyphone",
                                        "workphone", "homephone", "businessphone", "faxnumber", "mobilenumber"};
    for (size_t i = 0; i < n;) {
        size_t start = i;
        while (i < n && is_letter_or_digit(folded[i]))
            i++;
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (is_word(folded + start, i - start, words[w]))
                return true;
        i += i == start || i < n;
    }
    return false;
}
