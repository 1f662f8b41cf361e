/* SPDX-License-Identifier: MIT */
/* What two spellings of a company's name have in common: its words without case, accents, punctuation and legal form. */
#include "base/text.h"
#include "base/unicode.h"
#include "trait/identity.h"

#define FORM_WORDS 6u /* words of the longest legal form in the tables */
#define RAW_BYTES 320u /* no company's name is longer; what stands behind is not read */

struct token {
    uint16_t at, size;
    bool dotted; /* a dot and nothing else stands before it */
    bool joined; /* letters with dots between them: s.a., d/b/a */
};
struct splitter {
    struct icp__name *name;
    struct token token[ICP__NAME_WORDS];
    uint32_t tokens;
    size_t used;
    bool open, full;
};

static bool is_word(const struct splitter *sp, uint32_t i, const char *word) {
    const struct token *t = &sp->token[i];
    return t->size == strlen(word) && memcmp(sp->name->text + t->at, word, t->size) == 0;
}

/* Letters of their own that stand for one or two plain ones. */
static const char *plain(uint32_t c) {
    switch (c) {
    case 0xe6: return "ae";
    case 0xf8: return "o";
    case 0x153: return "oe";
    case 0xf0: case 0x111: return "d";
    case 0xfe: return "th";
    case 0x127: return "h";
    case 0x131: return "i";
    case 0x142: return "l";
    case 0x14b: return "n";
    case 0x167: return "t";
    default: return NULL;
    }
}

static void put(struct splitter *sp, const char *s, size_t n) {
    if (!sp->open && sp->tokens == ICP__NAME_WORDS)
        sp->full = true;
    if (sp->full || ICP__NAME_BYTES - sp->used < n) {
        sp->full = true;
        return;
    }
    if (!sp->open)
        sp->token[sp->tokens++] = (struct token){(uint16_t)sp->used, 0, false, false};
    sp->open = true;
    memcpy(sp->name->text + sp->used, s, n);
    sp->used += n;
    sp->token[sp->tokens - 1].size = (uint16_t)(sp->used - sp->token[sp->tokens - 1].at);
}

static void put_character(struct splitter *sp, uint32_t c) {
    /* Only Latin, Greek and Cyrillic lose their accents: in other scripts marks make other letters. */
    uint32_t base = icp__char_base(c);
    if (base < 0x530)
        c = base;
    const char *as = plain(c);
    char bytes[4];
    if (as) {
        put(sp, as, strlen(as));
    } else {
        icp__utf8_put(bytes, c);
        put(sp, bytes, icp__utf8_size(c));
    }
}

static bool is_part(uint32_t c) { return (icp__char_kind(c) & ICP__CHAR_CLASS) != ICP__CHAR_OTHER; }
static bool is_apostrophe(uint32_t c) { return c == '\'' || c == '`' || c == 0x2019 || c == 0x2018 || c == 0x2bc || c == 0xb4; }

/* The character at p is a single letter: none stands behind it. */
static bool is_single(const uint8_t *p, const uint8_t *end) {
    if (p >= end || !is_part(icp__utf8_next(&p)))
        return false;
    if (p >= end)
        return true;
    uint32_t c = icp__utf8_next(&p);
    return !is_part(c);
}

/* A dot or stroke between single letters joins them. */
static bool joins(const struct splitter *sp, uint32_t c, const uint8_t *next, const uint8_t *end) {
    if ((c != '.' && c != '/') || !sp->open)
        return false;
    const struct token *t = &sp->token[sp->tokens - 1];
    const uint8_t *p = (const uint8_t *)sp->name->text + t->at, *stop = p + t->size;
    (void)icp__utf8_next(&p);
    return (p == stop || t->joined) && is_single(next, end);
}

static void split(struct splitter *sp, const char *s, size_t n) {
    const uint8_t *p = (const uint8_t *)s, *end = p + n;
    bool dot = false;
    while (p < end && !sp->full) {
        uint32_t c = icp__utf8_next(&p), before = sp->tokens;
        if (is_apostrophe(c) || c - 0x300 < 0x70)
            continue;
        if (is_part(c)) {
            put_character(sp, c);
            if (sp->tokens > before)
                sp->token[before].dotted = dot;
            dot = false;
            continue;
        }
        if (joins(sp, c, p, end)) {
            sp->token[sp->tokens - 1].joined = true;
            continue;
        }
        dot = c == '.' && sp->open;
        sp->open = false;
    }
    sp->open = false;
}

static bool suffix_form(const struct splitter *sp, uint32_t from, uint32_t to, bool behind) {
    char words[128];
    size_t n = 0;
    for (uint32_t i = from; i < to; i++) {
        const struct token *t = &sp->token[i];
        if (n + t->size + 1 > sizeof words)
            return false;
        if (n)
            words[n++] = ' ';
        memcpy(words + n, sp->name->text + t->at, t->size);
        n += t->size;
    }
    return behind ? icp__legal_form(words, n) : icp__legal_form_before(words, n);
}

static bool is_top_level(const struct splitter *sp, uint32_t i) {
    static const char *const top[] = {"ai", "app", "co", "com", "dev", "io", "net", "org"};
    const struct token *t = &sp->token[i];
    return t->dotted && icp__sorted_has(top, sizeof top / sizeof *top, sp->name->text + t->at, t->size);
}

/* Takes off what stands behind the name, as long as something stays. */
static uint32_t strip_behind(const struct splitter *sp, uint32_t from, uint32_t to) {
    for (bool again = true; again && to - from > 1;) {
        again = false;
        uint32_t most = to - from - 1 < FORM_WORDS ? to - from - 1 : FORM_WORDS;
        for (uint32_t n = most; n > 0 && !again; n--)
            if (suffix_form(sp, to - n, to, true))
                to -= n, again = true;
        if (!again && (is_top_level(sp, to - 1) || is_word(sp, to - 1, "the")))
            to--, again = true;
    }
    return to;
}

static uint32_t strip_before(const struct splitter *sp, uint32_t from, uint32_t to) {
    for (uint32_t n = to - from - 1 < FORM_WORDS ? to - from - 1 : FORM_WORDS; n > 0; n--)
        if (suffix_form(sp, from, from + n, false)) {
            from += n;
            break;
        }
    return to - from > 1 && is_word(sp, from, "the") ? from + 1 : from;
}

static void strip_glued(struct splitter *sp, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++) {
        bool at_begin;
        struct token *t = &sp->token[i];
        size_t n = (unsigned char)sp->name->text[t->at] < 128 ? 0 : icp__legal_form_glued(sp->name->text + t->at, t->size, &at_begin);
        if (n && at_begin)
            t->at = (uint16_t)(t->at + n);
        t->size = (uint16_t)(t->size - n);
    }
}

/* Words move together, so that the form's words are one text. `end` = where the text may be written next. */
static uint16_t take_form(struct splitter *sp, uint32_t from, uint32_t to, uint16_t end) {
    struct icp__name *name = sp->name;
    if (from >= to)
        return end;
    to = strip_behind(sp, from, to);
    from = strip_before(sp, from, to);
    strip_glued(sp, from, to);
    struct icp__name_form *f = &name->form[name->forms];
    uint16_t first = name->forms ? (uint16_t)(name->form[0].first + name->form[0].words) : 0;
    *f = (struct icp__name_form){end, 0, first, 0};
    for (uint32_t i = from; i < to; i++) {
        const struct token *t = &sp->token[i];
        memmove(name->text + end, name->text + t->at, t->size);
        name->word[first + f->words].at = end;
        name->word[first + f->words++].size = t->size;
        end = (uint16_t)(end + t->size);
    }
    f->size = (uint16_t)(end - f->at);
    name->forms += f->size > 0;
    return end;
}

/* "X dba Y": two names. Returns the words of the sign, 0 = none. */
static uint32_t is_sign(const struct splitter *sp, uint32_t i) {
    static const char *const signs[][3] = {{"dba"}, {"doing", "business", "as"}, {"trading", "as"}, {"also", "known", "as"}, {"aka"},
                                           {"formerly", "known", "as"}, {"formerly"}, {"fka"}, {"now", "known", "as"}};
    for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
        uint32_t n = 0;
        while (n < 3 && signs[k][n] && i + n < sp->tokens && is_word(sp, i + n, signs[k][n]))
            n++;
        if (n == 3 || !signs[k][n])
            return n;
    }
    return is_word(sp, i, "ta") && sp->token[i].joined ? 1 : 0;
}

static void take_forms(struct splitter *sp) {
    uint32_t sign = 0, size = 0;
    for (uint32_t i = 1; i + 1 < sp->tokens && !size; i++)
        if ((size = is_sign(sp, i)) != 0)
            sign = i;
    if (!size || sign + size >= sp->tokens) {
        take_form(sp, 0, sp->tokens, 0);
        return;
    }
    uint16_t end = take_form(sp, 0, sign, 0);
    take_form(sp, sign + size, sp->tokens, end);
}

static void drop_and(struct splitter *sp) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sp->tokens; i++)
        if (!is_word(sp, i, "and") || sp->tokens == 1)
            sp->token[kept++] = sp->token[i];
    sp->tokens = kept;
}

static size_t closing(const char *s, size_t n, size_t at) {
    char close = s[at] == '(' ? ')' : ']';
    while (at < n && s[at] != close)
        at++;
    return at;
}

/* Brackets hold remarks, unless another name stands there or nothing else is left. */
static bool is_remark(struct icp__name *name, const char *s, size_t n) {
    struct splitter sp = {.name = name};
    split(&sp, s, n);
    return sp.tokens < 2 || !is_sign(&sp, 0);
}

static size_t drop_remarks(struct icp__name *name, char *s, size_t n) {
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '(' && s[i] != '[') {
            s[out++] = s[i];
            continue;
        }
        size_t end = closing(s, n, i);
        if (is_remark(name, s + i + 1, end - i - 1))
            i = end;
        s[out++] = ' ';
    }
    return out;
}

/* The signs fold to letters, which would become part of the name. */
static size_t without_marks(const char *s, size_t n, char *out) {
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        bool mark = n - i >= 3 && memcmp(s + i, "\xe2\x84", 2) == 0 && ((uint8_t)s[i + 2] == 0xa2 || (uint8_t)s[i + 2] == 0xa0);
        out[size++] = mark ? ' ' : s[i];
        i += mark ? 2 : 0;
    }
    return size;
}

static void read_folded(const char *s, size_t n, struct icp__name *out) {
    struct splitter sp = {.name = out};
    out->forms = 0;
    split(&sp, s, n);
    drop_and(&sp);
    take_forms(&sp);
}

void icp__name_read(const char *s, size_t n, struct icp__name *out) {
    char raw[RAW_BYTES], folded[ICP__NAME_BYTES], spare[ICP__NAME_BYTES];
    struct icp_str t = icp__trim(s, n);
    out->forms = 0;
    t.size = icp__utf8_cut(t.data, t.size, RAW_BYTES);
    if (!t.size || !icp__utf8_valid(t.data, t.size))
        return;
    size_t size = icp__fold(raw, without_marks(t.data, t.size, raw), folded, sizeof folded);
    memcpy(spare, folded, size);
    read_folded(spare, drop_remarks(out, spare, size), out);
    if (!out->forms)
        read_folded(folded, size, out);
}

bool icp__name_is_place(const char *word, size_t n) {
    static const char *const places[] = {
        "africa", "america", "americas", "apac", "argentina", "asia", "australia", "austria", "belgium", "benelux", "brasil", "brazil", "canada",
        "chile", "china", "colombia", "czechia", "dach", "denmark", "deutschland", "east", "emea", "espana", "europe", "finland", "france",
        "germany", "global", "hong", "iberia", "india", "indonesia", "ireland", "israel", "italia", "italy", "japan", "kingdom", "kong", "korea", "latam",
        "latin", "mena", "mexico", "middle", "netherlands", "new", "nordic", "nordics", "north", "norway", "of", "osterreich", "pacific", "poland",
        "polska", "portugal", "russia", "schweiz", "singapore", "south", "spain", "states", "suisse", "sweden", "switzerland", "taiwan", "turkey", "uk",
        "united", "us", "usa", "west", "worldwide", "zealand"};
    return icp__sorted_has(places, sizeof places / sizeof *places, word, n);
}
