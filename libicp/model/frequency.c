/* SPDX-License-Identifier: MIT */
/* Counts of companies by the words of their names. */
#include "model/frequency.h"
#include "base/hash.h"

#define RARE 10000.0 /* a word seen once in a short list is not taken to be as common as 1 in its length */

void icp__frequency_init(struct icp__frequency *f, icp_context *c) {
    *f = (struct icp__frequency){.ctx = c};
}

void icp__frequency_free(struct icp__frequency *f) {
    if (f->word)
        icp__free(f->ctx, f->word);
    if (f->slot)
        icp__free(f->ctx, f->slot);
    *f = (struct icp__frequency){.ctx = f->ctx};
}

bool icp__frequency_copy(const struct icp__frequency *from, struct icp__frequency *to) {
    *to = *from;
    to->cap = from->words;
    to->word = from->words ? icp__alloc(from->ctx, from->words, sizeof *to->word) : NULL;
    to->slot = from->slot ? icp__alloc(from->ctx, (size_t)1 << from->bits, sizeof *to->slot) : NULL;
    if ((from->words && !to->word) || (from->slot && !to->slot)) {
        icp__frequency_free(to);
        return false;
    }
    if (from->words)
        memcpy(to->word, from->word, from->words * sizeof *to->word);
    if (from->slot)
        memcpy(to->slot, from->slot, ((size_t)1 << from->bits) * sizeof *to->slot);
    return true;
}

static struct icp__frequency_word *find(const struct icp__frequency *f, uint64_t hash) {
    if (!f->slot)
        return NULL;
    uint64_t mask = ((uint64_t)1 << f->bits) - 1;
    for (uint64_t at = hash & mask; f->slot[at]; at = (at + 1) & mask)
        if (f->word[f->slot[at] - 1].hash == hash)
            return &f->word[f->slot[at] - 1];
    return NULL;
}

static bool make_room(struct icp__frequency *f) {
    if (!icp__grow(f->ctx, &f->word, &f->cap, f->words + 1, sizeof *f->word))
        return false;
    if (f->slot && 2 * (f->words + 1) <= (size_t)1 << f->bits)
        return true;
    uint32_t bits = f->slot ? f->bits + 1 : 8;
    uint32_t *slot = icp__calloc(f->ctx, (size_t)1 << bits, sizeof *slot);
    if (!slot)
        return false;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    for (size_t i = 0; i < f->words; i++) {
        uint64_t at = f->word[i].hash & mask;
        while (slot[at])
            at = (at + 1) & mask;
        slot[at] = (uint32_t)i + 1;
    }
    if (f->slot)
        icp__free(f->ctx, f->slot);
    f->slot = slot;
    f->bits = bits;
    return true;
}

static bool want(struct icp__frequency *f, struct icp_str word) {
    uint64_t hash = icp__hash(word.data, word.size, f->ctx->options.hash_seed);
    if (find(f, hash))
        return true;
    if (!make_room(f))
        return false;
    uint64_t mask = ((uint64_t)1 << f->bits) - 1, at = hash & mask;
    while (f->slot[at])
        at = (at + 1) & mask;
    f->word[f->words] = (struct icp__frequency_word){.hash = hash};
    f->slot[at] = (uint32_t)++f->words;
    return true;
}

bool icp__frequency_want(struct icp__frequency *f, const struct icp__identity *i) {
    for (uint32_t form = 0; form < ICP__NAME_FORMS; form++) {
        if (i->joined[form].data && !want(f, i->joined[form]))
            return false;
        for (uint32_t k = 0; k < i->words[form]; k++)
            if (!want(f, i->word[form][k]))
                return false;
    }
    return true;
}

/* Keeps the `cap` smallest, each once. */
static void keep(uint64_t *kept, uint32_t *count, uint32_t cap, uint64_t hash) {
    uint32_t lo = 0, hi = *count;
    if (*count == cap && hash >= kept[cap - 1])
        return;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (kept[mid] < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < *count && kept[lo] == hash)
        return;
    if (*count < cap)
        ++*count;
    memmove(kept + lo + 1, kept + lo, (*count - 1 - lo) * sizeof *kept);
    kept[lo] = hash;
}

static void see(struct icp__frequency *f, struct icp_str word, uint64_t hash) {
    struct icp__frequency_word *w = find(f, icp__hash(word.data, word.size, f->ctx->options.hash_seed));
    if (w)
        keep(w->kept, &w->count, ICP__FREQUENCY_KEPT, hash);
}

void icp__frequency_see(struct icp__frequency *f, const struct icp__name *name, uint64_t key) {
    /* A reference holds the keys with the smallest hashes: these must be no part of the count. */
    uint64_t hash = icp__hash(&key, sizeof key, 1);
    if (!name->forms)
        return;
    keep(f->total, &f->totals, ICP__FREQUENCY_TOTAL, hash);
    for (uint32_t form = 0; form < name->forms; form++) {
        see(f, icp__name_joined(name, form), hash);
        for (uint32_t k = 0; k < name->form[form].words; k++) {
            uint32_t i = name->form[form].first + k;
            see(f, (struct icp_str){name->text + name->word[i].at, name->word[i].size}, hash);
        }
    }
}

static double estimate(const uint64_t *kept, uint32_t count, uint32_t cap) {
    if (count < cap)
        return count;
    return (cap - 1) * (18446744073709551616.0 / ((double)kept[cap - 1] + 1));
}

double icp__frequency_of(const struct icp__frequency *f, struct icp_str word) {
    const struct icp__frequency_word *w = find(f, icp__hash(word.data, word.size, f->ctx->options.hash_seed));
    return w ? estimate(w->kept, w->count, ICP__FREQUENCY_KEPT) : 0;
}

double icp__frequency_all(const struct icp__frequency *f) {
    return estimate(f->total, f->totals, ICP__FREQUENCY_TOTAL);
}

double icp__frequency_chance(const struct icp__frequency *f, const struct icp_str *word, uint32_t words) {
    double all = icp__frequency_all(f), chance = all;
    for (uint32_t i = 0; i < words; i++) {
        double n = icp__frequency_of(f, word[i]);
        chance *= n > 1.5 ? (n < all ? n / all : 1) : 1 / (all > RARE ? all : RARE);
    }
    return chance;
}
