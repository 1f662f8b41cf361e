/* SPDX-License-Identifier: MIT */
/* Text and names: words, marked where two of them may form a phrase. */
#include "base/hash.h"
#include "trait/parse.h"
#include <icp/model.h>

enum icp__known icp__extract_text(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    (void)c;
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    /* One character may unfold to four words of a script without spaces: 3 bytes of input, 4 words. */
    size_t most = v.size + v.size / 2 + 8;
    if (!icp__scratch_text(s, ICP__FOLD_GROWTH * v.size + 16)) return ICP__UNKNOWN;
    if ((most > s->word_cap && !icp__grow(s->ctx, &s->words, &s->word_cap, most, sizeof *s->words)) ||
        (most > s->token_cap && !icp__grow(s->ctx, &s->tokens, &s->token_cap, most, sizeof *s->tokens))) {
        s->failed = true;
        return ICP__UNKNOWN;
    }
    size_t n = icp__words(v.data, v.size, s->text, s->text_cap, s->words, most);
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
    return n ? ICP__KNOWN : ICP__UNKNOWN;
}
