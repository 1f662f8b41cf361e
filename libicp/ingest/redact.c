/* SPDX-License-Identifier: MIT */
/* E-mail addresses and telephone numbers inside a longer text are cut out of it. */
#include "base/text.h"
#include "ingest/protect.h"

#define NAME_MOST 64 /* bytes before "<address>" that may be the name of its owner */

struct range {
    size_t from, to;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_local(char c) {
    return is_word(c) || (c && strchr(".!#$&'*+-=?^_`{|}~", c));
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Do the bytes before `end` say `word` (lower case), as a word of their own? */
static bool ends_with(const char *s, size_t end, const char *word) {
    size_t n = strlen(word);
    if (end < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s[end - n + i]) != word[i])
            return false;
    return end == n || !is_word(s[end - n - 1]);
}

/* '@' in the forms that fold to it, and as URLs write it. Returns its length, 0 = none. */
static size_t at_sign(const char *s, size_t n) {
    if (s[0] == '@')
        return 1;
    if (n >= 3 && (!memcmp(s, "\xef\xbc\xa0", 3) || !memcmp(s, "\xef\xb9\xab", 3) || !memcmp(s, "%40", 3)))
        return 3;
    return 0;
}

/* Where a host that begins at `from` ends; `from` = there is none. Its last label must be of letters. */
static size_t host_end(const char *s, size_t n, size_t from) {
    size_t end = from, last = from, at = from;
    bool letters = true;
    for (; at < n && (is_word(s[at]) || s[at] == '-' || s[at] == '.'); at++) {
        if (s[at] == '.') {
            if (at == last)
                break;
            last = at + 1;
            letters = true;
        } else {
            letters = letters && !is_digit(s[at]);
            if (last > from && letters && at - last >= 1)
                end = at + 1;
            else if (last > from && !letters && end > last)
                end = from; /* "x.co2": no such label */
        }
    }
    return end;
}

/* "logo@2x.png" is a file. */
static bool is_picture(const char *s, size_t end) {
    return ends_with(s, end, "png") || ends_with(s, end, "jpg") || ends_with(s, end, "jpeg") || ends_with(s, end, "svg") || ends_with(s, end, "gif") ||
           ends_with(s, end, "webp");
}

/* The name in front of "<address>" goes with it. */
static size_t owner(const char *s, size_t from) {
    size_t least = from > NAME_MOST ? from - NAME_MOST : 0, at = from;
    while (at > 0 && icp__is_blank(s[at - 1]))
        at--;
    if (at > 0 && s[at - 1] == '"') {
        size_t open = at - 1;
        while (open > least && s[open - 1] != '"')
            open--;
        if (open > least)
            return open - 1;
    }
    while (at > least && !strchr(";|>\"[\n", s[at - 1]))
        at--;
    while (at < from && ((unsigned char)s[at] & 0xc0) == 0x80) /* a name longer than that is cut between characters */
        at++;
    return at;
}

/* An address around the '@' at `at`, with what belongs to it. Nothing before `start` is looked at. */
static bool find_email(const char *s, size_t n, size_t start, size_t at, struct range *out) {
    size_t sign = at_sign(s + at, n - at), from = at, to = host_end(s, n, at + sign);
    while (from > start && is_local(s[from - 1]))
        from--;
    while (from < at && (s[from] == '.' || s[from] == '\''))
        from++;
    if (from == at || to == at + sign || is_picture(s, to))
        return false;
    if (ends_with(s, from, "mailto:"))
        from -= 7;
    size_t open = from;
    while (open > start && icp__is_blank(s[open - 1]))
        open--;
    if (open > start && s[open - 1] == '<') {
        from = owner(s, open - 1);
        to += to < n && s[to] == '>';
    }
    out->from = from < start ? start : from;
    out->to = to;
    return true;
}

/* Digits with what stands between those of a telephone number. Returns the end behind the last digit. */
static size_t number_end(const char *s, size_t n, size_t from, size_t *digits, size_t *marks) {
    size_t end = from, run = 0;
    *digits = *marks = 0;
    for (size_t i = from; i < n && run < 4; i++) {
        bool hard_space = (unsigned char)s[i] == 0xc2 && i + 1 < n && (unsigned char)s[i + 1] == 0xa0;
        if (is_digit(s[i])) {
            ++*digits;
            *marks += run > 0;
            run = 0;
            end = i + 1;
        } else if (s[i] == ' ' || s[i] == '-' || s[i] == '.' || s[i] == '(' || s[i] == ')' || s[i] == '/' || hard_space) {
            run++;
            i += hard_space;
        } else {
            break;
        }
    }
    return end;
}

static bool three(const char *s, size_t n, size_t at) {
    return at + 3 <= n && s[at] >= '2' && s[at] <= '9' && is_digit(s[at + 1]) && is_digit(s[at + 2]);
}

/* (415) 555-0100, 415-555-0100, 415.555.0100, 1-415-555-0100. Returns the end, `from` = no number. */
static size_t american(const char *s, size_t n, size_t from) {
    size_t at = from;
    if (at + 1 < n && s[at] == '1' && strchr("-. ", s[at + 1]))
        at += 2;
    bool bracket = at < n && s[at] == '(';
    at += bracket;
    if (!three(s, n, at))
        return from;
    at += 3;
    if (bracket && (at >= n || s[at++] != ')'))
        return from;
    if (at < n && strchr(bracket ? "-. " : "-.", s[at]))
        at++;
    else if (!bracket)
        return from;
    if (!three(s, n, at) || at + 4 > n || !strchr("-. ", s[at + 3]))
        return from;
    at += 4;
    for (int i = 0; i < 4; i++, at++)
        if (at >= n || !is_digit(s[at]))
            return from;
    return at < n && is_word(s[at]) ? from : at;
}

/* +49 30 123456, 0049 30 123456; "+12345678.90" and "+125000000" are amounts. */
static size_t international(const char *s, size_t n, size_t from) {
    size_t digits, marks, plus = s[from] == '+', end = number_end(s, n, from + plus, &digits, &marks);
    if (digits > 15 || (end < n && is_word(s[end]) && lower(s[end]) != 'x' && lower(s[end]) != 'e'))
        return from;
    if (!plus)
        return digits >= 11 && marks >= 2 && n - from > 4 && !memcmp(s + from, "00", 2) && s[from + 2] != '0' ? end : from;
    bool cents = marks == 1 && end - from > 3 && (s[end - 2] == '.' || s[end - 3] == '.');
    return !cents && digits >= (marks ? 9u : 10u) ? end : from;
}

/* A number behind "tel:", "phone:", "fax." and the like needs no form of its own. */
static size_t announced(const char *s, size_t n, size_t from) {
    static const char *const words[] = {"tel", "telephone", "phone", "fax", "mobile", "cell", "telefon", "telefax", "handy", "callto", "sms", "whatsapp"};
    size_t digits, marks, at = from + 1, end;
    bool found = false;
    for (size_t w = 0; w < sizeof words / sizeof *words && !found; w++)
        found = ends_with(s, from, words[w]);
    if (!found)
        return from;
    while (at < n && (s[at] == ' ' || s[at] == '/' || s[at] == '+'))
        at++;
    end = number_end(s, n, at, &digits, &marks);
    return digits >= 5 ? end : from;
}

static size_t phone_from(const char *s, size_t n, size_t i, bool phone_column) {
    if (s[i] == ':' || s[i] == '.')
        return announced(s, n, i);
    if (i && (is_word(s[i - 1]) || strchr("-./_@=&#%", s[i - 1])))
        return i;
    size_t end = i, digits, marks;
    if (s[i] == '+' || s[i] == '0')
        end = international(s, n, i);
    if (end == i && s[i] != '+')
        end = american(s, n, i);
    if (end == i && phone_column) {
        end = number_end(s, n, i + (s[i] == '+'), &digits, &marks);
        end = digits >= 5 ? end : i;
    }
    return end;
}

static inline bool find_phone(const char *s, size_t n, size_t at, bool phone_column, struct range *out) {
    if ((unsigned char)s[at] > ':' || (s[at] != '+' && s[at] != '(' && s[at] != ':' && s[at] != '.' && !is_digit(s[at])))
        return false;
    size_t end = phone_from(s, n, at, phone_column);
    *out = (struct range){at, end};
    return end > at;
}

#define EVERY(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is a digit. */
static inline uint64_t digit_bits(uint64_t x) {
    uint64_t low = x ^ EVERY(0x30); /* a digit: 0 to 9 */
    return ~(low | ((low & EVERY(0x7f)) + EVERY(0x76))) & EVERY(0x80);
}

/* Not 0 when one of eight bytes is `c`. */
static inline uint64_t holds(uint64_t x, unsigned char c) {
    x ^= EVERY(c);
    return (x - EVERY(1)) & ~x & EVERY(0x80);
}

/* Most cells hold neither: one look at their bytes, eight at a time, is enough. */
static bool may_hold(struct icp_str v, bool *mail, bool *phone) {
    uint64_t marks = 0, x;
    size_t digits = 0, i = 0;
    for (; i + 8 <= v.size; i += 8) {
        memcpy(&x, v.data + i, 8);
        marks |= holds(x, '@') | holds(x, '%') | holds(x, 0xef);
        digits += (size_t)((digit_bits(x) >> 7) * EVERY(1) >> 56);
    }
    for (; i < v.size; i++) {
        digits += is_digit(v.data[i]);
        marks |= v.data[i] == '@' || v.data[i] == '%' || (unsigned char)v.data[i] == 0xef;
    }
    *mail = marks != 0;
    *phone = digits >= 5;
    return *mail || *phone;
}

/* What a cut leaves behind is nothing when it holds no letter and no digit. */
static struct icp_str rest(struct icp_str v) {
    size_t i = 0;
    while (i < v.size && !is_word(v.data[i]))
        i++;
    if (i == v.size)
        return (struct icp_str){"", 0};
    for (size_t before = v.size + 1; v.size < before;) { /* behind a comma there may be blanks again */
        before = v.size;
        v = icp__trim(v.data, v.size);
        while (v.size && strchr(" ,;|:-", v.data[v.size - 1]))
            v.size--;
        while (v.size && strchr(" ,;|:", v.data[0]))
            v.data++, v.size--;
    }
    return v;
}

bool icp__holds_email(const char *s, size_t n) {
    struct range r;
    for (size_t i = 0; i < n; i++)
        if (at_sign(s + i, n - i) && find_email(s, n, 0, i, &r))
            return true;
    return false;
}

struct icp_str icp__redact(struct icp_str v, bool phone_column, struct icp__bytes *scratch) {
    bool mail, phone;
    size_t done = 0;
    if (v.size < 5 || !may_hold(v, &mail, &phone))
        return v;
    scratch->size = 0;
    for (size_t i = 0; i < v.size;) {
        struct range r;
        bool found = (mail && at_sign(v.data + i, v.size - i) && find_email(v.data, v.size, done, i, &r)) ||
                     (phone && find_phone(v.data, v.size, i, phone_column, &r));
        if (!found) {
            i++;
            continue;
        }
        icp__bytes_add(scratch, v.data + done, r.from - done);
        icp__bytes_add(scratch, " ", 1);
        i = done = r.to;
    }
    if (!done)
        return v;
    icp__bytes_add(scratch, v.data + done, v.size - done);
    return scratch->failed ? v : rest((struct icp_str){scratch->data, scratch->size});
}
