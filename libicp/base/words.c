/* SPDX-License-Identifier: MIT */
/* Splits folded text into words. One automaton defines the result (put_word); stretches of ASCII take a shortcut to it. */
#include "base/text.h"
#include "base/unicode.h"

#if defined(__SSE2__) && !defined(ICP__TEXT_PORTABLE)
#include <emmintrin.h>
#define WIDE 1
#else
#define WIDE 0
#endif

/* What an ASCII character is: JOIN = separator that may stand inside a phrase, TAIL = may belong to the end of a word. */
enum { JOIN = 1, TAIL = 2, WORD = 4, DOT = 8 };
static const uint8_t ascii_kind[128] = {
    ['\t'] = JOIN, ['\n'] = JOIN, ['\v'] = JOIN, ['\f'] = JOIN, ['\r'] = JOIN, [' '] = JOIN, ['-'] = JOIN, ['\''] = JOIN,
    ['/'] = JOIN,  ['&'] = JOIN,  ['_'] = JOIN,  ['+'] = TAIL,  ['#'] = TAIL,  ['.'] = DOT,
    ['0'] = WORD,  ['1'] = WORD,  ['2'] = WORD,  ['3'] = WORD,  ['4'] = WORD,  ['5'] = WORD, ['6'] = WORD, ['7'] = WORD,
    ['8'] = WORD,  ['9'] = WORD,
    ['A'] = WORD,  ['B'] = WORD,  ['C'] = WORD,  ['D'] = WORD,  ['E'] = WORD,  ['F'] = WORD, ['G'] = WORD, ['H'] = WORD,
    ['I'] = WORD,  ['J'] = WORD,  ['K'] = WORD,  ['L'] = WORD,  ['M'] = WORD,  ['N'] = WORD, ['O'] = WORD, ['P'] = WORD,
    ['Q'] = WORD,  ['R'] = WORD,  ['S'] = WORD,  ['T'] = WORD,  ['U'] = WORD,  ['V'] = WORD, ['W'] = WORD, ['X'] = WORD,
    ['Y'] = WORD,  ['Z'] = WORD,
    ['a'] = WORD,  ['b'] = WORD,  ['c'] = WORD,  ['d'] = WORD,  ['e'] = WORD,  ['f'] = WORD, ['g'] = WORD, ['h'] = WORD,
    ['i'] = WORD,  ['j'] = WORD,  ['k'] = WORD,  ['l'] = WORD,  ['m'] = WORD,  ['n'] = WORD, ['o'] = WORD, ['p'] = WORD,
    ['q'] = WORD,  ['r'] = WORD,  ['s'] = WORD,  ['t'] = WORD,  ['u'] = WORD,  ['v'] = WORD, ['w'] = WORD, ['x'] = WORD,
    ['y'] = WORD,  ['z'] = WORD};
static char lower(char c) { return (unsigned char)(c - 'A') < 26 ? (char)(c | 0x20) : c; }

enum tail { TAIL_NONE, TAIL_PLUS, TAIL_PLUS_PLUS, TAIL_SHARP };
struct splitter {
    struct icp__fold_sink sink; /* first, so that a sink is a splitter */
    char *out;
    struct icp__word *words;
    size_t cap, max;
    size_t size, count, start; /* start of the open word */
    uint32_t joined;           /* JOIN as long as all separators since the last word were such */
    enum tail tail;            /* what was read behind the open word */
    bool open, single;         /* single: the open word is one character of a script without spaces */
    bool dot;                  /* the last separator was '.', and not directly behind a word */
    bool stop;                 /* no more words fit */
};

static void stop(struct splitter *sp) { sp->stop = true, sp->open = false; }
static void open_word(struct splitter *sp) {
    if (sp->count == sp->max || sp->cap - sp->size < 1u + (sp->count > 0)) {
        stop(sp);
        return;
    }
    if (sp->count)
        sp->out[sp->size++] = ' ';
    sp->start = sp->size;
    sp->open = true, sp->single = false;
}
/* "c++", "c#" and ".net" are words with a meaning of their own. */
static bool finish_word(struct splitter *sp) {
    size_t extra = sp->tail == TAIL_PLUS_PLUS ? 2 : sp->tail == TAIL_SHARP ? 1 : 0;
    char *word = sp->out + sp->start;
    bool net = sp->dot && !extra && sp->size - sp->start == 3 && memcmp(word, "net", 3) == 0;
    if (sp->cap - sp->size < extra + net)
        return false;
    if (net)
        memcpy(word, ".net", 4);
    else if (extra)
        memcpy(sp->out + sp->size, extra == 2 ? "++" : "#", extra);
    sp->size += extra + net;
    return true;
}
static void close_word(struct splitter *sp) {
    if ((sp->tail || sp->dot) && !finish_word(sp)) {
        stop(sp);
        return;
    }
    sp->words[sp->count] = (struct icp__word){(uint32_t)sp->start, (uint32_t)sp->size, sp->count ? sp->joined : 0};
    sp->count++;
    sp->open = sp->dot = false;
    sp->tail = TAIL_NONE;
    sp->joined = JOIN;
}

static uint32_t joins(uint32_t c) {
    if (c < 128)
        return ascii_kind[c] & JOIN;
    switch (c) {
    case 0x85: case 0x1680: case 0x2028: case 0x2029:            /* white space that folding keeps */
    case 0x58a: case 0x5be: case 0x2010: case 0x2012: case 0x2013: /* hyphens and the dashes used for them */
    case 0x2018: case 0x2019: case 0x5f3: case 0x5f4:            /* apostrophes */
    case 0xb7: case 0x30fb:                                      /* Catalan l·l, katakana middle dot */
        return JOIN;
    default:
        return 0;
    }
}
static void put_separator(struct splitter *sp, uint32_t c) {
    if (sp->open) {
        char last = sp->size > sp->start ? sp->out[sp->size - 1] : 0;
        if ((c == '+' || c == '#') && last >= 'a' && last <= 'z') {
            sp->tail = c == '+' ? TAIL_PLUS : TAIL_SHARP;
            return;
        }
        close_word(sp);
        sp->joined = joins(c);
        return;
    }
    sp->joined &= joins(c);
    sp->dot = c == '.';
}
static void append(struct splitter *sp, uint32_t c) {
    size_t size = icp__utf8_size(c);
    if (sp->cap - sp->size < size) {
        stop(sp);
        return;
    }
    icp__utf8_put(sp->out + sp->size, c);
    sp->size += size;
}
/* True when c belongs to the tail; otherwise the word is closed, with the tail only if nothing clings to it. */
static bool put_tail(struct splitter *sp, uint32_t c, uint32_t class) {
    if (c == '+' && sp->tail == TAIL_PLUS) {
        sp->tail = TAIL_PLUS_PLUS;
        return true;
    }
    bool whole = sp->tail != TAIL_PLUS && class == ICP__CHAR_OTHER && c != '+' && c != '#';
    if (!whole)
        sp->tail = TAIL_NONE;
    close_word(sp);
    sp->joined = whole ? JOIN : 0;
    return false;
}
static void put_word(struct icp__fold_sink *sink, uint32_t c) {
    struct splitter *sp = (struct splitter *)(void *)sink;
    uint32_t kind = icp__char_kind(c), class = kind & ICP__CHAR_CLASS;
    if (sp->stop || (sp->tail && (put_tail(sp, c, class) || sp->stop)))
        return;
    if (class == ICP__CHAR_OTHER || (class == ICP__CHAR_MARK && !sp->open)) {
        put_separator(sp, c);
        return;
    }
    if (class != ICP__CHAR_MARK) {
        bool spaceless = kind & ICP__CHAR_SPACELESS;
        if (sp->open && (spaceless || sp->single))
            close_word(sp);
        if (!sp->open && !sp->stop)
            open_word(sp);
        if (sp->stop)
            return;
        sp->single = spaceless;
    }
    append(sp, c);
}

#if WIDE
/* Whole blocks of ASCII, starting inside the open word; leaves off inside a word, with the rest for the caller, or at a
 * separator that is not single. Returns the input position. */
static size_t split_blocks(struct splitter *sp, const char *s, size_t i, size_t n) {
    size_t size = sp->size, start = sp->start, count = sp->count, max = sp->max;
    struct icp__word *words = sp->words;
    uint32_t joined = sp->joined;
    const __m128i blank = _mm_set1_epi8(' ');
    /* One byte more than the block: a letter is final only if no combining mark can follow it. */
    while (n - i > 16 && sp->cap - size >= 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s + i));
        __m128i upper = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(63)), _mm_set1_epi8(-102));
        uint32_t foreign = (uint32_t)_mm_movemask_epi8(v) | (uint32_t)((uint8_t)s[i + 16] >> 7) << 16;
        v = _mm_or_si128(v, _mm_and_si128(upper, blank));
        __m128i letter = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(31)), _mm_set1_epi8(-102));
        __m128i digit = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(80)), _mm_set1_epi8(-118));
        __m128i in = _mm_or_si128(letter, digit);
        v = _mm_or_si128(_mm_and_si128(in, v), _mm_andnot_si128(in, blank));
        _mm_storeu_si128((__m128i *)(void *)(sp->out + size), v);
        uint32_t gaps = ~(uint32_t)_mm_movemask_epi8(in) & 0xffff, usable = 16;
        if (ICP__UNLIKELY(foreign)) {
            usable = (uint32_t)__builtin_ctz(foreign) - 1;
            gaps &= (1u << usable) - 1;
        }
        for (; gaps; gaps &= gaps - 1) {
            uint32_t end = (uint32_t)__builtin_ctz(gaps), kind = ascii_kind[(uint8_t)s[i + end]];
            if ((kind & TAIL) || end + 1 == usable || (gaps >> end & 2) || count + 1 >= max) {
                usable = end;
                goto leave;
            }
            words[count++] = (struct icp__word){(uint32_t)start, (uint32_t)(size + end), joined};
            joined = kind & JOIN;
            start = size + end + 1;
        }
        i += usable, size += usable;
        if (usable < 16)
            goto done;
        continue;
    leave:
        i += usable, size += usable;
        goto done;
    }
done:
    sp->size = size, sp->start = start, sp->count = count, sp->joined = joined;
    return i;
}
#endif

/* From a word character of ASCII that no combining mark follows, up to the first thing that needs the automaton. */
static size_t split_ascii(struct splitter *sp, const char *s, size_t i, size_t n) {
    for (;;) {
        if (sp->open && sp->single)
            close_word(sp);
        if (!sp->open && !sp->stop)
            open_word(sp);
        if (sp->stop)
            return n;
#if WIDE
        if (!sp->dot)
            i = split_blocks(sp, s, i, n);
#endif
        size_t size = sp->size, cap = sp->cap;
        while (i < n && (uint8_t)s[i] < 128 && (ascii_kind[(uint8_t)s[i]] & WORD) && size < cap)
            sp->out[size++] = lower(s[i++]);
        sp->size = size;
        if (i == n)
            return i;
        if ((uint8_t)s[i] >= 128) { /* the last character may compose: leave it to the automaton */
            if (size > sp->start)
                i--, sp->size--;
            return i;
        }
        if (ascii_kind[(uint8_t)s[i]] & WORD) {
            stop(sp);
            return n;
        }
        if (ascii_kind[(uint8_t)s[i]] & TAIL)
            return i;
        close_word(sp);
        sp->joined = ascii_kind[(uint8_t)s[i++]] & JOIN;
        while (i < n && (uint8_t)s[i] < 128 && !(ascii_kind[(uint8_t)s[i]] & (WORD | DOT)))
            sp->joined &= ascii_kind[(uint8_t)s[i++]];
        if (sp->stop || n - i < 2 || (uint8_t)s[i] >= 128 || (uint8_t)s[i + 1] >= 128 ||
            !(ascii_kind[(uint8_t)s[i]] & WORD))
            return i;
    }
}

/* The sign folds to "tm" ("sm"), which would spoil the name it stands behind. */
static bool is_trademark(const uint8_t *s, size_t n) {
    return n >= 3 && s[0] == 0xe2 && s[1] == 0x84 && (s[2] == 0xa2 || s[2] == 0xa0);
}
/* The characters of a text that is not valid UTF-8: bytes that are not ASCII separate words. */
static void split_bytes(struct splitter *sp, const char *s, size_t n) {
    for (size_t i = 0; i < n && !sp->stop; i++)
        put_word(&sp->sink, (uint8_t)s[i] < 128 ? (uint8_t)lower(s[i]) : 0xfffd);
}

size_t icp__words(const char *s, size_t n, char *out, size_t cap, struct icp__word *words, size_t max) {
    struct splitter sp = {{put_word}, out, words, cap < UINT32_MAX ? cap : UINT32_MAX, max, 0, 0, 0, 0, TAIL_NONE, false, false,
                          false, false};
    const uint8_t *p = (const uint8_t *)s;
    bool checked = false;
    for (size_t i = 0; i < n && !sp.stop;) {
        bool last = i + 1 == n || p[i + 1] < 128;
        if (p[i] < 128 && !(ascii_kind[p[i]] & WORD)) {
            put_word(&sp.sink, p[i++]);
        } else if (p[i] < 128 && last && !sp.tail) {
            i = split_ascii(&sp, s, i, n);
        } else if (p[i] < 128 && last) {
            put_word(&sp.sink, (uint8_t)lower(s[i++]));
        } else if (!checked && !icp__utf8_valid(s + i, n - i)) {
            split_bytes(&sp, s + i, n - i);
            break;
        } else if (is_trademark(p + i, n - i)) {
            checked = true;
            put_word(&sp.sink, 0x2122);
            i += 3;
        } else {
            checked = true;
            i = (size_t)(icp__fold_piece(p + i, p + n, &sp.sink) - p);
        }
    }
    if (sp.open && !sp.stop) {
        if (sp.tail == TAIL_PLUS)
            sp.tail = TAIL_NONE;
        close_word(&sp);
    }
    return sp.count;
}
