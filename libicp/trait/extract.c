/* SPDX-License-Identifier: MIT */
/* What extraction versions share: missing values, scratch, the registry, trait ids. */
#include "trait/extract.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "trait/normalise.h"
#include "trait/parse.h"
#include <icp/model.h>

/* Exact spellings that stand for "nothing was entered". `unknown`, `none`, `None`, `NA` and `other` are values. */
static const char *const missing[] = {
    "-", "--", "---", "\xE2\x80\x93", "\xE2\x80\x94", "n/a", "#n/a", "null", "(null)", "<null>", "\\n", "select", "select...",
    "- select -", "-select-", "--select--", "-- select --", "please select", "please select...", "--none--", "-none-",
    "(not set)", "not set", "(blank)", "(empty)", "#ref!", "#value!", "#div/0!", "#name?", "#num!", "#null!"};

const char *icp__missing_spelling(size_t i) { return i < sizeof missing / sizeof *missing ? missing[i] : NULL; }

bool icp__cell_missing(const char *s, size_t n) {
    /* No spelling above begins with another of these, so that most values are done with here. */
    if (n > 2 && icp__is_letter(s[0])) {
        char one = icp__lower(s[0]), two = icp__lower(s[1]);
        if (!(one == 'n' && (two == '/' || two == 'a' || two == 'u' || two == 'o')) && !(one == 's' && two == 'e') && !(one == 'p' && two == 'l')) return false;
    } else if (n > 0 && icp__is_digit(s[0])) {
        return false;
    }
    struct icp_str t = icp__trim(s, n);
    if (t.size == 0) return true;
    if (t.size > 16) return false;
    char c = icp__lower(t.data[0]);
    /* Only these first bytes occur above. */
    if (c != '-' && c != 'n' && c != '#' && c != '(' && c != '<' && c != '\\' && c != 's' && c != 'p' && c != '\xE2') return false;
    /* NaN as programs print it; Nan is a province. */
    if (t.size == 3 && (memcmp(t.data, "NaN", 3) == 0 || memcmp(t.data, "nan", 3) == 0)) return true;
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (missing[i][0] == c && icp__same_word(t.data, t.size, missing[i])) return true;
    return false;
}

bool icp__cell_value(const struct icp__cell *cell, struct icp_str *out, bool *bad) {
    *bad = false;
    if (!cell->data) return false;
    struct icp_str v = icp__trim(cell->data, cell->size);
    if (ICP__UNLIKELY(v.size > ICP__CELL_MAX)) {
        v.size = icp__utf8_cut(v.data, v.size, ICP__CELL_MAX);
        v = icp__trim(v.data, v.size);
    }
    if (v.size == 0 || icp__cell_missing(v.data, v.size)) return false;
    if (!icp__utf8_valid(v.data, v.size)) {
        *bad = true;
        return false;
    }
    *out = v;
    return true;
}

void icp__scratch_init(struct icp__scratch *s, icp_context *c) {
    memset(s, 0, sizeof *s);
    s->ctx = c;
}

void icp__scratch_free(struct icp__scratch *s) {
    icp__free(s->ctx, s->tokens);
    icp__free(s->ctx, s->text);
    icp__free(s->ctx, s->words);
    icp__scratch_init(s, s->ctx);
}

bool icp__scratch_text(struct icp__scratch *s, size_t need) {
    if (ICP__LIKELY(need <= s->text_cap)) return true;
    if (icp__grow(s->ctx, &s->text, &s->text_cap, need, 1)) return true;
    s->failed = true;
    return false;
}

bool icp__scratch_token(struct icp__scratch *s, uint32_t index, uint32_t kind, const char *data, size_t size) {
    if (ICP__UNLIKELY(s->tokens_used == s->token_cap) &&
        !icp__grow(s->ctx, &s->tokens, &s->token_cap, s->tokens_used + 8, sizeof *s->tokens)) {
        s->failed = true;
        return false;
    }
    struct icp__token *t = &s->tokens[s->tokens_used++];
    t->data = data;
    t->size = (uint32_t)size;
    t->kind = kind;
    t->joined = 0;
    t->hash = icp__hash(data, size, index);
    return true;
}

bool icp__scratch_words(struct icp__scratch *s, uint32_t index, const char *data, size_t n, char *text, size_t cap) {
    struct icp__word words[32]; /* of a value: longer ones are texts */
    size_t count = icp__words(data, n, text, cap, words, 32);
    for (size_t i = 0; count > 1 && i < count; i++)
        if (!icp__scratch_token(s, index, ICP_TRAIT_WORD, text + words[i].start, words[i].end - words[i].start)) return false;
    return true;
}

bool icp__scratch_terms(struct icp__scratch *s, uint32_t index, const struct icp__terms *terms, bool replaced, const char *data, size_t n) {
    for (uint32_t i = replaced; i < terms->count; i++) {
        const struct icp_str t = terms->term[i];
        if (t.size == n && memcmp(t.data, data, n) == 0) continue;
        if (!icp__scratch_token(s, index, ICP_TRAIT_ITEM, t.data, t.size)) return false;
    }
    return true;
}

/* The functions of version 1 know its normalisers alone, since its schemas can name no others (schema_json.c). */
static const struct icp__extraction versions[] = {
    {1u,
     {[ICP_KIND_NAME] = icp__extract_text, [ICP_KIND_CATEGORY] = icp__extract_value, [ICP_KIND_LIST] = icp__extract_list,
      [ICP_KIND_NUMBER] = icp__extract_number, [ICP_KIND_DATE] = icp__extract_date, [ICP_KIND_BOOLEAN] = icp__extract_boolean,
      [ICP_KIND_TEXT] = icp__extract_text, [ICP_KIND_URL] = icp__extract_url}},
    {2u,
     {[ICP_KIND_NAME] = icp__extract_text, [ICP_KIND_CATEGORY] = icp__extract_value, [ICP_KIND_LIST] = icp__extract_list,
      [ICP_KIND_NUMBER] = icp__extract_number, [ICP_KIND_DATE] = icp__extract_date, [ICP_KIND_BOOLEAN] = icp__extract_boolean,
      [ICP_KIND_TEXT] = icp__extract_text, [ICP_KIND_URL] = icp__extract_url}},
};

const struct icp__extraction *icp__extraction_find(uint32_t version) {
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (versions[i].version == version) return &versions[i];
    return NULL;
}

int32_t icp__trait_kind_of(int32_t column_kind) {
    switch (column_kind) {
    case ICP_KIND_CATEGORY:
    case ICP_KIND_BOOLEAN: return ICP_TRAIT_VALUE;
    case ICP_KIND_LIST:
    case ICP_KIND_URL: return ICP_TRAIT_ITEM;
    case ICP_KIND_TEXT:
    case ICP_KIND_NAME: return ICP_TRAIT_WORD;
    default: return -1;
    }
}

static void escaped(struct icp__bytes *b, const char *s, size_t n) {
    static const char hex[] = "0123456789ABCDEF";
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c >= 0x20 && c != 0x7F && (c >= 0x80 || !memchr("%=:~[],;", c, 8))) continue;
        char code[3] = {'%', hex[c >> 4], hex[c & 15]};
        icp__bytes_add(b, s + from, i - from);
        icp__bytes_add(b, code, 3);
        from = i + 1;
    }
    icp__bytes_add(b, s + from, n - from);
}

void icp__trait_id(struct icp__bytes *b, struct icp_str column_id, int32_t trait_kind, const char *data, size_t size) {
    escaped(b, column_id.data, column_id.size);
    switch (trait_kind) {
    case ICP_TRAIT_KNOWN: icp__bytes_text(b, "=*"); return;
    case ICP_TRAIT_ITEM: icp__bytes_text(b, ":"); break;
    case ICP_TRAIT_WORD:
    case ICP_TRAIT_PREFIX:
    case ICP_TRAIT_PHRASE: icp__bytes_text(b, "~"); break;
    default: icp__bytes_text(b, "=");
    }
    /* `column=*` says that the column is known; a value of that spelling must not. */
    if (trait_kind == ICP_TRAIT_VALUE && size == 1 && data[0] == '*')
        icp__bytes_text(b, "%2A");
    else
        escaped(b, data, size);
}

void icp__trait_range_id(struct icp__bytes *b, struct icp_str column_id, const char *lo, size_t lo_size, const char *hi,
                         size_t hi_size) {
    escaped(b, column_id.data, column_id.size);
    icp__bytes_text(b, "[");
    icp__bytes_add(b, lo, lo_size);
    icp__bytes_text(b, ",");
    icp__bytes_add(b, hi, hi_size);
    icp__bytes_text(b, ")");
}
