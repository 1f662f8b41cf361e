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

/* What a separator of ASCII is: JOIN = may stand inside a phrase, TAIL = may belong to the end of a word. */
enum { JOIN = 1, TAIL = 2, DOT = 4 };
static const uint8_t separator[256] = {
    ['\t'] = JOIN, ['\n'] = JOIN, ['\v'] = JOIN, ['\f'] = JOIN, ['\r'] = JOIN, [' '] = JOIN, ['-'] = JOIN, ['\''] = JOIN,
    ['/'] = JOIN,  ['&'] = JOIN,  ['_'] = JOIN,  ['+'] = TAIL,  ['#'] = TAIL,  ['.'] = DOT};
/* Letters and digits of ASCII, folded; 0 = all other bytes. */
static const char word_character[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 0, 0, 0, 0, 0, 0, 0, 'a', 'b',
    'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y',
    'z', 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
    's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,};

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
        return separator[c] & JOIN;
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
#define BLOCK 16
/* Folds 16 bytes, with ' ' for everything that is neither letter nor digit; returns the places of the latter. */
static inline uint32_t fold_block(const char *s, char *out, uint32_t *foreign) {
    const __m128i blank = _mm_set1_epi8(' '), below_z = _mm_set1_epi8(-128 + 26), below_9 = _mm_set1_epi8(-128 + 10);
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)s);
    *foreign = (uint32_t)_mm_movemask_epi8(v);
    __m128i upper = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(128 - 'A')), below_z);
    v = _mm_or_si128(v, _mm_and_si128(upper, blank));
    __m128i letter = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(128 - 'a')), below_z);
    __m128i digit = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(128 - '0')), below_9);
    __m128i in = _mm_or_si128(letter, digit);
    v = _mm_or_si128(_mm_and_si128(in, v), _mm_andnot_si128(in, blank));
    _mm_storeu_si128((__m128i *)(void *)out, v);
    return (uint32_t)_mm_movemask_epi8(in);
}
/* Whole blocks of ASCII, starting inside the open word. Leaves off inside a word, or at the separator behind it, for whatever
 * is not plain. Returns the input position. */
static size_t split_blocks(struct splitter *sp, const char *s, size_t i, size_t n) {
    char *out = sp->out;
    if (n - i <= BLOCK || sp->cap - sp->size < BLOCK || sp->max - sp->count <= BLOCK / 2)
        return i;
    size_t size = sp->size, last_size = sp->cap - BLOCK, last = n - BLOCK;
    uint32_t start = (uint32_t)sp->start, joined = sp->count ? sp->joined : 0;
    struct icp__word *word = sp->words + sp->count, *last_word = sp->words + (sp->max - BLOCK / 2);
    /* One byte more than the block is looked at: a letter is final only if no combining mark can follow it. */
    while (i < last && size <= last_size && word < last_word) {
        uint32_t foreign, usable = BLOCK, end, run;
        uint32_t in = fold_block(s + i, out + size, &foreign);
        uint8_t next = (uint8_t)s[i + BLOCK];
        uint32_t gaps = ~in & ((1u << BLOCK) - 1);
        if (!word_character[next])
            gaps |= 1u << BLOCK;
        if (ICP__UNLIKELY(foreign || next >= 128)) {
            usable = (uint32_t)__builtin_ctz(foreign | 1u << BLOCK) - 1;
            gaps &= (2u << usable) - 1; /* the first gap not used stays to be seen */
        }
        uint32_t wide = gaps & gaps >> 1;
        uint32_t plain = (wide & (0u - wide)) - 1; /* all bits when there is no wide gap */
        if (usable < BLOCK)
            plain &= (1u << usable) - 1;
        else
            plain &= (1u << BLOCK) - 1;
        for (uint32_t g = gaps & plain; g; g &= g - 1) {
            end = (uint32_t)__builtin_ctz(g);
            uint32_t kind = separator[(uint8_t)s[i + end]];
            if (ICP__UNLIKELY(kind & TAIL)) {
                usable = end;
                goto leave;
            }
            *word++ = (struct icp__word){start, (uint32_t)size + end, joined};
            start = (uint32_t)size + end + 1, joined = kind & JOIN;
        }
        if (!wide) {
            i += usable, size += usable;
            if (usable < BLOCK)
                break;
            continue;
        }
        end = (uint32_t)__builtin_ctz(wide), run = (uint32_t)__builtin_ctz(~(gaps >> end));
        uint32_t kinds = separator[(uint8_t)s[i + end]];
        usable = usable < end + run ? 0 : end + run;
        uint32_t all = kinds, any = kinds & TAIL;
        for (uint32_t k = end + 1; k < usable; k++)
            kinds = separator[(uint8_t)s[i + k]], all &= kinds, any |= kinds & DOT;
        if (any || usable < end + run) {
            usable = end;
            goto leave;
        }
        *word++ = (struct icp__word){start, (uint32_t)size + end, joined};
        i += usable, size += end + 1;
        start = (uint32_t)size, joined = all & JOIN;
        continue;
    leave:
        i += usable, size += usable;
        break;
    }
    sp->size = size, sp->start = start, sp->joined = joined, sp->count = (size_t)(word - sp->words);
    return i;
}
#endif

/* From a word character of ASCII that no combining mark follows, up to the first thing that needs the automaton. */
static size_t split_ascii(struct splitter *sp, const char *text, size_t i, size_t n) {
    const uint8_t *s = (const uint8_t *)text;
    for (;;) {
        if (sp->open && sp->single)
            close_word(sp);
        if (!sp->open && !sp->stop)
            open_word(sp);
        if (sp->stop)
            return n;
#if WIDE
        if (!sp->dot)
            i = split_blocks(sp, text, i, n);
#endif
        char *out = sp->out + sp->size;
        size_t done = 0, most = n - i < sp->cap - sp->size ? n - i : sp->cap - sp->size;
        for (char c; done < most && (c = word_character[s[i + done]]) != 0; done++)
            out[done] = c;
        i += done, sp->size += done;
        if (i == n)
            return i;
        if (s[i] >= 128) { /* the last character may compose: leave it to the automaton */
            if (sp->size > sp->start)
                i--, sp->size--;
            return i;
        }
        if (word_character[s[i]]) {
            stop(sp);
            return n;
        }
        if (separator[s[i]] & TAIL)
            return i;
        close_word(sp);
        sp->joined = separator[s[i++]] & JOIN;
        while (i < n && s[i] < 128 && !word_character[s[i]] && s[i] != '.')
            sp->joined &= separator[s[i++]];
        if (sp->stop || n - i < 2 || !word_character[s[i]] || s[i + 1] >= 128)
            return i;
    }
}

/* The sign folds to "tm" ("sm"), which would spoil the name it stands behind. */
static bool is_trademark(const uint8_t *s, size_t n) {
    return n >= 3 && s[0] == 0xe2 && s[1] == 0x84 && (s[2] == 0xa2 || s[2] == 0xa0);
}
/* The characters of a text that is not valid UTF-8: bytes that are not ASCII separate words. */
static void split_bytes(struct splitter *sp, const char *s, size_t n) {
    for (size_t i = 0; i < n && !sp->stop; i++) {
        uint8_t c = (uint8_t)s[i];
        put_word(&sp->sink, c < 128 ? word_character[c] ? (uint8_t)word_character[c] : c : 0xfffd);
    }
}

size_t icp__words(const char *s, size_t n, char *out, size_t cap, struct icp__word *words, size_t max) {
    struct splitter sp = {{put_word}, out, words, cap < UINT32_MAX ? cap : UINT32_MAX, max, 0, 0, 0, 0, TAIL_NONE, false, false,
                          false, false};
    const uint8_t *p = (const uint8_t *)s;
    bool checked = false;
    for (size_t i = 0; i < n && !sp.stop;) {
        bool last = i + 1 == n || p[i + 1] < 128;
        if (p[i] < 128 && !word_character[p[i]]) {
            put_word(&sp.sink, p[i++]);
        } else if (p[i] < 128 && last && !sp.tail) {
            i = split_ascii(&sp, s, i, n);
        } else if (p[i] < 128 && last) {
            put_word(&sp.sink, (uint8_t)word_character[p[i++]]);
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
