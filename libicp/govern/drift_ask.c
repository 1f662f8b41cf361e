/* SPDX-License-Identifier: MIT */
/* What is asked of two samples: each share in both directions, once (doc/drift.md). */
#include "base/hash.h"
#include "govern/drift.h"
#include "model/edits.h"

#define WITHOUT_LEAST 8.0 /* rows expected without it, so that all having it would be no chance */
#define NESTED .8 /* a word and its beginning, of which it makes up so much, are asked about once */
#define BEGIN 5u  /* characters of a prefix, as in trait/ */
#define FURTHER .5 /* of the distance between companies that the fit saw and others */
#define CHOSEN_FROM 4u /* companies of the reference that a value needs to be a trait (model/scan.c) */

static enum icp__drift_rarity rarity(double rows, double share) {
    return rows * (1 - share) < WITHOUT_LEAST ? ICP__DRIFT_NEVER : rows * share < 1 ? ICP__DRIFT_RARE : ICP__DRIFT_COMMON;
}

static bool ask(struct icp__drift *d, const struct icp__drift_test *question) {
    if (!icp__grow(d->ctx, &d->test, &d->test_cap, d->tests + 1, sizeof *d->test))
        return false;
    d->test[d->tests++] = *question;
    return true;
}

/* Both directions of a share that is expected to be asked of so many rows. */
static bool ask_both(struct icp__drift *d, struct icp__drift_test q, double rows, bool rise_only) {
    for (int up = 1; up >= (rise_only ? 1 : 0); up--) {
        q.up = up;
        if (!up)
            q.had = q.had_of - q.had, q.has = q.has_of - q.has;
        q.rarity = (uint8_t)rarity(rows, icp__drift_part(q.had + q.slack, q.had_of));
        if (q.had_of != 0 && q.rarity != ICP__DRIFT_NEVER && !ask(d, &q))
            return false;
    }
    return true;
}

static struct icp_str text_of(const icp_model *m, uint32_t trait) {
    const uint8_t *e = icp__entry(m, trait);
    return (struct icp_str){m->strs + icp__entry_text(e), icp__entry_text_size(e)};
}

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80; }

/* A trait and one that whoever has it has too. Where as many have both, they are one question, and the word goes; where nearly as many do, the one
 * that fewer have goes, if it is but a word or a phrase itself. */
static void compare_two(const struct icp__drift *d, uint32_t a, uint32_t b, uint8_t *same) {
    if (a == b || b >= d->model->info.traits) /* none, or a hidden word */
        return;
    const uint64_t few = d->before.with[a], many = d->before.with[b];
    const uint32_t kind = icp__entry_kind(icp__entry(d->model, a));
    if (few == many)
        same[b] = 1;
    else if ((kind == ICP_TRAIT_WORD || kind == ICP_TRAIT_PHRASE) && (double)few >= NESTED * (double)many)
        same[a] = 1;
}

static uint32_t find_text(const icp_model *m, uint32_t column, const char *data, size_t size) {
    return icp__model_find(m, column, icp__hash(data, size, column), data, (uint32_t)size);
}

/* The word itself, where the trait is more than it, and its first characters. */
static void compare_word(const struct icp__drift *d, uint32_t column, uint32_t trait, struct icp_str word, uint8_t *same) {
    char begin[4 * BEGIN + 1];
    size_t size = 0, characters = 0;
    compare_two(d, trait, find_text(d->model, column, word.data, word.size), same);
    for (; size < word.size; size++)
        if (((unsigned char)word.data[size] & 0xC0) != 0x80 && characters++ == BEGIN)
            break;
    if (characters < BEGIN || size > 4 * BEGIN)
        return;
    memcpy(begin, word.data, size);
    begin[size] = '*';
    compare_two(d, trait, find_text(d->model, column, begin, size + 1), same);
}

/* Traits that the same companies of the first sample have are one question: a word that only stands in one value, and the other one of two values. */
static void mark_same(const struct icp__drift *d, uint32_t column, uint8_t *same) {
    const icp_model *m = d->model;
    const struct icp__slot *slot = &m->slots[column];
    uint32_t single[2] = {0, 0}, singles = 0;
    for (uint32_t trait = slot->first + 1; trait < slot->first + slot->traits; trait++) {
        const uint32_t kind = icp__entry_kind(icp__entry(m, trait));
        const struct icp_str text = text_of(m, trait);
        if ((kind == ICP_TRAIT_VALUE || kind == ICP_TRAIT_RANGE) && singles++ < 2)
            single[singles - 1] = trait;
        for (size_t i = 0, end; kind != ICP_TRAIT_RANGE && kind != ICP_TRAIT_PREFIX && i < text.size; i = end + 1) {
            for (end = i; end < text.size && letter(text.data[end]);)
                end++;
            if (end > i)
                compare_word(d, column, trait, (struct icp_str){text.data + i, end - i}, same);
        }
    }
    if (singles == 2 && d->before.with[single[0]] + d->before.with[single[1]] == d->before.known[column])
        same[single[d->before.with[single[0]] < d->before.with[single[1]]]] = 1; /* the rarer one is asked about */
}

/* Rows that have none of the model's values; in a column of one value each they are the rest. Values are traits from a few companies on, so more
 * rows of another sample have none: as many as have a value of just so few here (Good 1953). */
static bool count_others(const struct icp__drift *d, uint32_t column, const struct icp__drift_side *s, uint64_t *out) {
    const icp_model *m = d->model;
    const struct icp__slot *slot = &m->slots[column];
    const int32_t kind = m->schema->column[column].kind;
    if (slot->ranges != 0)
        return false;
    if (d->before.read) {
        *out = s->bare[column];
        return true;
    }
    if (kind != ICP_KIND_CATEGORY && kind != ICP_KIND_BOOLEAN)
        return false;
    *out = s->known[column];
    for (uint32_t i = slot->first + 1; i < slot->first + slot->traits; i++) {
        if (icp__entry_kind(icp__entry(m, i)) != ICP_TRAIT_VALUE)
            return false; /* a word of one value may be another value: then the values of the rows do not add up */
        *out -= s->with[i] < *out ? s->with[i] : *out;
    }
    return true;
}

/* Those of so few companies of the reference, at most `most`. */
static uint64_t just_chosen(const struct icp__drift *d, uint32_t column, uint64_t most) {
    const icp_model *m = d->model;
    const struct icp__slot *slot = &m->slots[column];
    uint64_t n = 0;
    for (uint32_t i = slot->first + 1; i < slot->first + slot->traits; i++)
        if (icp__get64(m->shar + (size_t)i * ICP__COUNTS_SIZE + 16) <= CHOSEN_FROM)
            n += d->before.with[i];
    return n < most ? n : most;
}

static bool ask_column(struct icp__drift *d, uint32_t column, const uint8_t *same) {
    const struct icp__slot *slot = &d->model->slots[column];
    const struct icp__drift_side *b = &d->before, *n = &d->now;
    const double rows = (double)n->rows * icp__drift_part(b->known[column], b->rows);
    struct icp__drift_test q = {.kind = ICP__KNOWN_SHARE, .what = column};
    q.had = b->known[column], q.had_of = b->rows, q.has = n->known[column], q.has_of = n->rows;
    uint64_t others[2];
    if (!ask_both(d, q, (double)n->rows, false))
        return false;
    q.kind = ICP__SHARE, q.had_of = b->known[column], q.has_of = n->known[column];
    for (uint32_t i = slot->first + 1; i < slot->first + slot->traits; i++) {
        q.what = i, q.had = b->with[i], q.has = n->with[i];
        if (!same[i] && !ask_both(d, q, rows, false))
            return false;
    }
    if (!count_others(d, column, b, &others[0]) || !count_others(d, column, n, &others[1]))
        return true;
    q.kind = ICP__OTHER_SHARE, q.what = column, q.had = others[0], q.has = others[1];
    q.slack = just_chosen(d, column, b->known[column] - others[0]);
    return ask_both(d, q, rows, true);
}

/* Companies that the fit saw score otherwise than those it did not see, and nobody says which these are: both are no drift, nor is what lies a
 * little further out, since the fits of the folds are not the whole fit. The companies of the first sample that may so lie above the cut, beside
 * those that do. */
struct slack {
    uint64_t up, down;
};
static struct slack slack_of(const struct icp__drift *d, uint32_t layer, int32_t cut, uint64_t of) {
    const icp_model *m = d->model->part[layer];
    const uint8_t *learned = icp__edits_spread(m); /* an edit moves both alike, as far as anyone knows */
    uint64_t seen = 0, seen_of = 0, unseen = 0, unseen_of = 0;
    for (int32_t i = 0; m->unseen != NULL && i < ICP__SCORES; i++) {
        const uint64_t a = icp__get64(learned + (size_t)i * 8), b = icp__get64(m->unseen + (size_t)i * 8);
        seen_of += a, unseen_of += b;
        if (i + ICP__SCORE_MIN >= cut)
            seen += a, unseen += b;
    }
    const double move = icp__drift_part(unseen, unseen_of) - icp__drift_part(seen, seen_of), size = move < 0 ? -move : move;
    const bool either = d->before.read; /* whether the first sample was seen is not known either */
    return (struct slack){(uint64_t)(((either || move > 0 ? size : 0) + FURTHER * size) * (double)of),
                          (uint64_t)(((either || move < 0 ? size : 0) + FURTHER * size) * (double)of)};
}

static bool ask_score(struct icp__drift *d, const struct icp__drift_test *cut) {
    const struct slack slack = slack_of(d, cut->what, cut->cut, cut->had_of);
    for (int up = 1; up >= 0; up--) {
        struct icp__drift_test q = *cut;
        q.up = up;
        if (!up)
            q.had = q.had_of - q.had, q.has = q.has_of - q.has;
        q.slack = up ? slack.up : slack.down;
        q.slack = q.slack < q.had_of - q.had ? q.slack : q.had_of - q.had;
        q.rarity = (uint8_t)rarity((double)q.has_of, icp__drift_part(q.had + q.slack, q.had_of));
        if (q.had_of != 0 && q.rarity != ICP__DRIFT_NEVER && !ask(d, &q))
            return false;
    }
    return true;
}

/* Tiers, and the tenths and quarters of the first sample. */
static bool ask_scores(struct icp__drift *d, uint32_t layer) {
    static const int32_t tiers[] = {339, 445, 551, 657};
    static const uint32_t hundredths[] = {10, 25, 50, 75, 90};
    const uint64_t *before = d->before.score[layer], *now = d->now.score[layer];
    uint64_t had_of = 0, has_of = 0, last = 0;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        had_of += before[i], has_of += now[i];
    struct icp__drift_test q = {.kind = ICP__SCORE_SHARE, .what = layer, .had_of = had_of, .has_of = has_of};
    for (uint32_t i = ICP__SCORES; i-- > 0;) { /* from the highest score down */
        bool cut = false;
        const uint64_t above = q.had;
        q.had += before[i], q.has += now[i];
        q.cut = (int32_t)i + ICP__SCORE_MIN;
        for (size_t k = 0; k < sizeof tiers / sizeof *tiers; k++)
            cut = cut || q.cut == tiers[k];
        for (size_t k = 0; k < sizeof hundredths / sizeof *hundredths; k++)
            cut = cut || (above < had_of * hundredths[k] / 100 && q.had >= had_of * hundredths[k] / 100);
        if (!cut || q.had == last)
            continue;
        last = q.had;
        if (!ask_score(d, &q))
            return false;
    }
    return true;
}

bool icp__drift_compares_layer(const struct icp__drift *d, uint32_t k) {
    const icp_model *part = d->model->part[k];
    const bool stored = part->signals != NULL ? !d->before.events : !d->before.read;
    if (d->before.score[k] == NULL || d->now.score[k] == NULL)
        return false;
    return !stored || part->unseen != NULL || (part->signals != NULL && part->signals->assumed);
}

icp_status icp__drift_ask(struct icp__drift *d, struct icp_error *err) {
    const icp_model *m = d->model;
    uint8_t *same = icp__calloc(d->ctx, m->info.traits + 1u, 1);
    bool fine = same != NULL;
    for (uint32_t c = 0; fine && c < m->schema->columns; c++) {
        if (!icp__drift_compares(m, c))
            continue;
        mark_same(d, c, same);
        fine = ask_column(d, c, same);
    }
    for (uint32_t k = 0; fine && k < m->parts; k++)
        if (icp__drift_compares_layer(d, k))
            fine = ask_scores(d, k);
    icp__free(d->ctx, same);
    return fine ? ICP_OK : icp__no_memory(err);
}
