/* SPDX-License-Identifier: MIT */
/* The small formatter behind errors, log lines and icp__bytes_print. */
#include "base/format.h"

struct writer {
    char *out;
    size_t cap, size;
};

static void put(struct writer *w, const char *s, size_t n) {
    if (w->size < w->cap) {
        size_t room = w->cap - w->size;
        memcpy(w->out + w->size, s, n < room ? n : room);
    }
    w->size += n;
}

static void put_unsigned(struct writer *w, unsigned long long v, unsigned base) {
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v);
    put(w, text + at, sizeof text - at);
}

static void put_signed(struct writer *w, long long v) {
    if (v < 0)
        put(w, "-", 1);
    put_unsigned(w, v < 0 ? 0 - (unsigned long long)v : (unsigned long long)v, 10);
}

static void put_text(struct writer *w, const char *s, size_t most) {
    if (!s)
        s = "(none)";
    size_t n = 0;
    while (n < most && s[n])
        n++;
    put(w, s, n);
}

enum width { WIDTH_INT, WIDTH_LONG, WIDTH_LONG_LONG, WIDTH_SIZE };

static const char *read_width(const char *f, enum width *out) {
    *out = WIDTH_INT;
    if (*f == 'z') {
        *out = WIDTH_SIZE;
        return f + 1;
    }
    if (*f != 'l')
        return f;
    *out = f[1] == 'l' ? WIDTH_LONG_LONG : WIDTH_LONG;
    return f + (*out == WIDTH_LONG ? 1 : 2);
}

size_t icp__format(char *out, size_t cap, const char *format, va_list ap) {
    struct writer w = {out, cap, 0};
    for (const char *f = format; *f; f++) {
        const char *plain = f;
        while (*f && *f != '%')
            f++;
        put(&w, plain, (size_t)(f - plain));
        if (!*f)
            break;
        size_t most = SIZE_MAX;
        enum width width;
        f++;
        if (f[0] == '.' && f[1] == '*') {
            int given = va_arg(ap, int);
            most = given < 0 ? SIZE_MAX : (size_t)given;
            f += 2;
        }
        f = read_width(f, &width);
        if (*f == 's') {
            put_text(&w, va_arg(ap, const char *), most);
        } else if (*f == 'c') {
            char c = (char)va_arg(ap, int);
            put(&w, &c, 1);
        } else if (*f == '%') {
            put(&w, "%", 1);
        } else if (*f == 'd' && width != WIDTH_SIZE) {
            put_signed(&w, width == WIDTH_INT    ? va_arg(ap, int)
                           : width == WIDTH_LONG ? va_arg(ap, long)
                                                 : va_arg(ap, long long));
        } else if (*f == 'u' || *f == 'x') {
            put_unsigned(&w,
                         width == WIDTH_INT    ? va_arg(ap, unsigned)
                         : width == WIDTH_LONG ? va_arg(ap, unsigned long)
                         : width == WIDTH_SIZE ? va_arg(ap, size_t)
                                               : va_arg(ap, unsigned long long),
                         *f == 'x' ? 16 : 10);
        } else {
            break;
        }
    }
    return w.size;
}

/* Length of the UTF-8 character at s, 0 = broken, SIZE_MAX = cut off by the end. */
static size_t character(const unsigned char *s, size_t n) {
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    size_t need = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < need; i++) {
        if (i == n)
            return SIZE_MAX;
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    }
    /* Overlong forms, surrogates, and what lies above U+10FFFF. */
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF0 && s[1] < 0x90) ||
        (s[0] == 0xF4 && s[1] > 0x8F))
        return 0;
    return need;
}

size_t icp__clean(const char *s, size_t n, char *out) {
    const unsigned char *b = (const unsigned char *)s;
    size_t size = 0;
    for (size_t i = 0; i < n;) {
        size_t length = character(b + i, n - i);
        if (length == SIZE_MAX)
            break;
        bool control = length == 1 ? b[i] < 0x20 || b[i] == 0x7F : length == 2 && b[i] == 0xC2 && b[i + 1] < 0xA0;
        /* U+2028 and U+2029 end a line in some viewers, U+202A.. and U+2066.. turn the text around. */
        if (length == 3 && b[i] == 0xE2)
            control = (b[i + 1] == 0x80 && b[i + 2] >= 0xA8 && b[i + 2] <= 0xAE) ||
                      (b[i + 1] == 0x81 && b[i + 2] >= 0xA6 && b[i + 2] <= 0xA9);
        if (!length || control) {
            out[size++] = '?';
        } else {
            memmove(out + size, s + i, length);
            size += length;
        }
        i += length ? length : 1;
    }
    return size;
}
