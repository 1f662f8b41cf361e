/* SPDX-License-Identifier: MIT */
/* Tokens of JSON (RFC 8259), checked but not converted. */
#include "ingest/json_scan.h"
#include "ingest/scan.h"

static bool fail(struct icp__json_scan *s, const char *p, const char *error) {
    s->p = p;
    s->error = p < s->end ? error : NULL;
    return false;
}

void icp__json_blanks(struct icp__json_scan *s) {
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r' || (*s->p == '\n' && !s->lines))) s->p++;
}

bool icp__json_take(struct icp__json_scan *s, char byte, const char *error) {
    icp__json_blanks(s);
    if (s->p >= s->end || *s->p != byte) return fail(s, s->p, error);
    s->p++;
    return true;
}

/* The next quote, backslash or control character; the zeros behind the text are such. */
static inline const char *string_stop(const char *p) {
#ifdef ICP__SCAN_SSE2
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
    for (;; p += 16) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        const __m128i m = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
                                       _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        const uint32_t mask = (uint32_t)_mm_movemask_epi8(m);
        if (mask) return p + icp__lowest_bit(mask);
    }
#else
    while (*p != '"' && *p != '\\' && (unsigned char)*p > 0x1f) p++;
    return p;
#endif
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t hex4(const char *p) {
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v = v << 4 | (uint32_t)hex_digit(p[i]);
    return v;
}

static bool take_escape(struct icp__json_scan *s, const char **at) {
    const char *p = *at + 1;
    if (p >= s->end) return fail(s, s->end, NULL);
    if (*p != 'u') {
        if (!*p || !strchr("\"\\/bfnrt", *p)) return fail(s, *at, "unknown escape in a string");
        *at = p + 1;
        return true;
    }
    for (int i = 1; i <= 4; i++) {
        if (p + i >= s->end) return fail(s, s->end, NULL);
        if (hex_digit(p[i]) < 0) return fail(s, p + i, "expected four hexadecimal digits");
    }
    *at = p + 5;
    return true;
}

bool icp__json_quoted(struct icp__json_scan *s, struct icp__json_text *out) {
    const char *p = s->p + 1;
    out->data = p;
    out->escaped = false;
    for (;;) {
        p = string_stop(p);
        if (p >= s->end) return fail(s, s->end, NULL);
        if (*p == '"') break;
        if (*p != '\\') return fail(s, p, "control character in a string");
        out->escaped = true;
        if (!take_escape(s, &p)) return false;
    }
    out->size = (size_t)(p - out->data);
    s->p = p + 1;
    return true;
}

static const char *digits(const char *p, const char *end) {
    while (p < end && *p >= '0' && *p <= '9') p++;
    return p;
}

static bool take_number(struct icp__json_scan *s, struct icp__json_text *out) {
    const char *p = s->p, *end = s->end, *from;
    if (*p == '-') p++;
    from = p;
    p = digits(p, end);
    if (p == from) return fail(s, p, "expected a digit");
    if (*from == '0' && p > from + 1) return fail(s, from + 1, "a number has no leading zeros");
    if (p < end && *p == '.') {
        from = ++p;
        p = digits(p, end);
        if (p == from) return fail(s, p, "expected a digit");
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-')) p++;
        from = p;
        p = digits(p, end);
        if (p == from) return fail(s, p, "expected a digit");
    }
    /* At the end of the bytes at hand the number may go on. */
    if (p == end && !s->lines) return fail(s, end, NULL);
    *out = (struct icp__json_text){s->p, (size_t)(p - s->p), false};
    s->p = p;
    return true;
}

static bool take_word(struct icp__json_scan *s, const char *word, struct icp__json_text *out) {
    const size_t n = strlen(word);
    for (size_t i = 0; i < n; i++) {
        if (s->p + i >= s->end) return fail(s, s->end, NULL);
        if (s->p[i] != word[i]) return fail(s, s->p, "expected a value");
    }
    *out = (struct icp__json_text){*word == 'n' ? NULL : s->p, *word == 'n' ? 0 : n, false};
    s->p += n;
    return true;
}

/* An array or, inside one, an object: only its extent is wanted. */
static bool skip_nested(struct icp__json_scan *s, uint32_t depth) {
    struct icp__json_text ignored;
    const bool object = *s->p == '{';
    const char close = object ? '}' : ']';
    if (depth > ICP__JSON_DEPTH) return fail(s, s->p, "nested deeper than 64");
    s->p++;
    icp__json_blanks(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return true;
    }
    for (;;) {
        icp__json_blanks(s);
        if (object) {
            if (s->p >= s->end || *s->p != '"') return fail(s, s->p, "expected a name in quotes");
            if (!icp__json_quoted(s, &ignored) || !icp__json_take(s, ':', "expected \":\"")) return false;
            icp__json_blanks(s);
        }
        if (s->p < s->end && *s->p == '{') {
            if (!skip_nested(s, depth + 1)) return false;
        } else if (!icp__json_value(s, depth + 1, &ignored)) {
            return false;
        }
        icp__json_blanks(s);
        if (s->p < s->end && *s->p == ',') {
            s->p++;
            continue;
        }
        return icp__json_take(s, close, object ? "expected \",\" or \"}\"" : "expected \",\" or \"]\"");
    }
}

bool icp__json_value(struct icp__json_scan *s, uint32_t depth, struct icp__json_text *out) {
    if (s->p >= s->end) return fail(s, s->end, NULL);
    switch (*s->p) {
    case '"':
        return icp__json_quoted(s, out);
    case '[':
        out->data = s->p;
        if (!skip_nested(s, depth)) return false;
        out->size = (size_t)(s->p - out->data);
        out->escaped = false;
        return true;
    case 't':
        return take_word(s, "true", out);
    case 'f':
        return take_word(s, "false", out);
    case 'n':
        return take_word(s, "null", out);
    default:
        if (*s->p != '-' && (*s->p < '0' || *s->p > '9')) return fail(s, s->p, "expected a value");
        return take_number(s, out);
    }
}

static size_t put_utf8(uint32_t c, char *out) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)), out[2] = (char)(0x80 | (c & 63));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63));
    return 4;
}

size_t icp__json_unescape(const char *text, size_t size, char *out, uint64_t *lone) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *p = text, *end = text + size;
    size_t n = 0;
    while (p < end) {
        if (*p != '\\') {
            out[n++] = *p++;
            continue;
        }
        p++;
        if (*p != 'u') {
            const char *f = strchr(from, *p);
            out[n++] = f ? to[f - from] : *p;
            p++;
            continue;
        }
        uint32_t c = hex4(p + 1);
        p += 5;
        if (c >= 0xd800 && c < 0xe000) {
            const bool pair = c < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
                (hex4(p + 2) & 0xfc00) == 0xdc00;
            if (pair) {
                c = 0x10000 + ((c & 0x3ff) << 10) + (hex4(p + 2) & 0x3ff);
                p += 6;
            } else {
                c = 0xfffd;
                ++*lone;
            }
        }
        n += put_utf8(c, out + n);
    }
    return n;
}
