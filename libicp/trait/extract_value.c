/* SPDX-License-Identifier: MIT */
/* Categories and booleans: one value, one token. */
#include "trait/normalise.h"
#include "trait/parse.h"
#include <icp/model.h>

enum icp__known icp__extract_value(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    size_t room = ICP__FOLD_GROWTH * v.size + 16;
    /* Value, normal form, and words: parting a script without spaces adds a blank to each character of three bytes. */
    if (!icp__scratch_text(s, 2 * room + room / 3 + 128)) return ICP__UNKNOWN;
    size_t n = icp__fold_value(v.data, v.size, s->text, room);
    if (n == 0) return ICP__UNKNOWN;
    struct icp__terms terms = {.count = 0, .room = s->text + room};
    const char *text = s->text;
    if (c->normaliser) icp__normalisers[c->normaliser].terms(s->text, n, &terms);
    const bool replaced = terms.count > 0 && !c->adds;
    if (replaced) text = terms.term[0].data, n = terms.term[0].size;
    if (!icp__scratch_token(s, index, ICP_TRAIT_VALUE, text, n)) return ICP__UNKNOWN;
    /* Only a value with a byte that may part words is looked at again. */
    bool parted = false;
    for (size_t i = 0; i < n && !parted; i++) parted = !icp__is_digit(text[i]) && !icp__is_letter(text[i]);
    if (parted && !(replaced && terms.code) &&
        !icp__scratch_words(s, index, text, n, s->text + room + ICP__TERM_ROOM, room + room / 3 + 64))
        return ICP__UNKNOWN;
    return icp__scratch_terms(s, index, &terms, replaced, text, n) ? ICP__KNOWN : ICP__UNKNOWN;
}

static const struct {
    const char *text;
    int value;
} words[] = {{"yes", 1},   {"no", 0},   {"true", 1}, {"false", 0}, {"1", 1},       {"0", 0},         {"y", 1},  {"n", 0},
            {"t", 1},     {"f", 0},    {"1.0", 1},  {"0.0", 0},   {"checked", 1}, {"unchecked", 0}, {"on", 1}, {"off", 0},
            {"ja", 1},    {"nein", 0}, {"oui", 1},  {"non", 0},   {"si", 1},      {"s\xC3\xAD", 1}, {"x", 1},  {"wahr", 1},
            {"falsch", 0}, {"vrai", 1}, {"faux", 0}, {"verdadero", 1}, {"falso", 0}};

const char *icp__boolean_word(size_t i, int *value) {
    if (i >= sizeof words / sizeof *words) return NULL;
    *value = words[i].value;
    return words[i].text;
}

int icp__boolean_read(const char *s, size_t n) {
    if (n == 0 || n > 9) return -1;
    char first = icp__lower(s[0]);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].text[0] == first && icp__same_word(s, n, words[i].text)) return words[i].value;
    return -1;
}

enum icp__known icp__extract_boolean(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    int yes = icp__boolean_read(v.data, v.size);
    if (yes < 0) return icp__extract_value(c, index, cell, s); /* "unknown" beside yes and no is a value of its own */
    return icp__scratch_token(s, index, ICP_TRAIT_VALUE, yes ? "yes" : "no", yes ? 3 : 2) ? ICP__KNOWN : ICP__UNKNOWN;
}
