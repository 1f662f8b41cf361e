/* SPDX-License-Identifier: MIT */
/* Text and names: words, marked where two of them may form a phrase, and the first characters of the longer ones, which
 * stand in for a stem in every language that inflects at the end (`payments`, `paying` -> `payme*`, `payin*`). */
#include "base/hash.h"
#include "trait/parse.h"
#include <icp/model.h>

#define PREFIX 5u /* characters */

/* The bytes of the first five characters; 0 = the word is shorter. */
static size_t prefix_size(const char *word, size_t n) {
    size_t characters = 0, i = 0;
    for (; i < n; i++)
        if (((unsigned char)word[i] & 0xC0) != 0x80 && characters++ == PREFIX) break;
    return characters >= PREFIX ? i : 0;
}

/* Behind the words, so that joined ones stay neighbours. `*` never occurs in a word. */
static bool add_prefixes(struct icp__scratch *s, uint32_t index, size_t words, char *room) {
    for (size_t i = 0; i < words; i++) {
        size_t n = prefix_size(s->tokens[i].data, s->tokens[i].size);
        if (n == 0) continue;
        memcpy(room, s->tokens[i].data, n);
        room[n] = '*';
        if (!icp__scratch_token(s, index, ICP_TRAIT_PREFIX, room, n + 1)) return false;
        room += n + 1;
    }
    return true;
}

enum icp__known icp__extract_text(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    (void)c;
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    /* One character may unfold to four words of a script without spaces: 3 bytes of input, 4 words. */
    size_t most = v.size + v.size / 2 + 8;
    size_t room = ICP__FOLD_GROWTH * v.size + 16; /* for the words; prefixes take less than them and a blank each */
    if (!icp__scratch_text(s, 2 * room)) return ICP__UNKNOWN;
    if ((most > s->word_cap && !icp__grow(s->ctx, &s->words, &s->word_cap, most, sizeof *s->words)) ||
        (most > s->token_cap && !icp__grow(s->ctx, &s->tokens, &s->token_cap, most, sizeof *s->tokens))) {
        s->failed = true;
        return ICP__UNKNOWN;
    }
    size_t n = icp__words(v.data, v.size, s->text, room, s->words, most);
    for (size_t i = 0; i < n; i++) {
        const struct icp__word *w = &s->words[i];
        struct icp__token *t = &s->tokens[i];
        t->data = s->text + w->start;
        t->size = w->end - w->start;
        t->kind = ICP_TRAIT_WORD;
        t->joined = w->joined;
        t->hash = icp__hash(t->data, t->size, index);
    }
    s->tokens_used = n;
    if (!add_prefixes(s, index, n, s->text + room)) return ICP__UNKNOWN;
    return n ? ICP__KNOWN : ICP__UNKNOWN;
}
