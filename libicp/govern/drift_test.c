/* SPDX-License-Identifier: MIT */
/* What is asked, at which level, and what the answers are together (doc/drift.md).
 *
 * A count of the first sample predicts that of the second: P(at least k of n) is beta-binomial with parameters had + 1 and had_of - had, which is the
 * one-sided exact test of Fisher (Thatcher 1964). Levels depend on the first sample and the number of rows alone. */
#include "base/sort.h"
#include "govern/drift.h"
#include "govern/predict.h"

#define FOR_KNOWN .1  /* parts of the chance of a false alarm */
#define FOR_SCORES .1
#define FOR_TRAITS .8
#define SOUGHT_PART .7 /* of that of traits: for changes that can be found in four of five runs */
#define SOUGHT_ONE .05 /* at most so much for one of them */
#define RARE_PART .05  /* for traits that fewer than one row should have */
#define ODDS 2.25      /* the change that is sought: 10% to 20% */
#define POWER .8
#define POWER_Z .8416
#define WITHOUT_LEAST 8.0 /* rows expected without it, so that all having it would be no chance */
#define SAME_MOST 64u

enum rarity { NEVER, RARE, COMMON };
static enum rarity rarity(double rows, double share) {
    return rows * (1 - share) < WITHOUT_LEAST ? NEVER : rows * share < 1 ? RARE : COMMON;
}
static double part(uint64_t n, uint64_t of) { return of ? (double)n / (double)of : 0; }

static bool ask(struct icp__drift *d, const struct icp__drift_test *question) {
    if (!icp__grow(d->ctx, &d->test, &d->test_cap, d->tests + 1, sizeof *d->test))
        return false;
    d->test[d->tests++] = *question;
    return true;
}

/* Both directions of a share. `rows` are expected to be asked; level = what each gets, 0 = not yet known. */
static bool ask_both(struct icp__drift *d, struct icp__drift_test q, double rows, bool rise_only) {
    for (int up = 1; up >= (rise_only ? 1 : 0); up--) {
        q.up = up;
        if (!up)
            q.had = q.had_of - q.had, q.has = q.has_of - q.has;
        q.level = rarity(rows, part(q.had, q.had_of));
        if (q.had_of != 0 && q.level != NEVER && !ask(d, &q))
            return false;
    }
    return true;
}

static struct icp_str text_of(const icp_model *m, uint32_t trait) {
    const uint8_t *e = icp__entry(m, trait);
    return (struct icp_str){m->strs + icp__entry_text(e), icp__entry_text_size(e)};
}

static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80; }

/* Does whoever has trait a have the word or prefix b? */
static bool implies(const icp_model *m, uint32_t a, uint32_t b) {
    const uint32_t kind = icp__entry_kind(icp__entry(m, b));
    struct icp_str whole = text_of(m, a), word = text_of(m, b);
    if (kind != ICP_TRAIT_WORD && kind != ICP_TRAIT_PREFIX)
        return false;
    word.size -= kind == ICP_TRAIT_PREFIX; /* the star */
    for (size_t i = 0; i + word.size <= whole.size; i++)
        if (memcmp(whole.data + i, word.data, word.size) == 0 && (i == 0 || !letter(whole.data[i - 1])) &&
            (kind == ICP_TRAIT_PREFIX || i + word.size == whole.size || !letter(whole.data[i + word.size])))
            return true;
    return false;
}

static int by_count(const void *arg, uint32_t a, uint32_t b) {
    const uint64_t *with = arg;
    return with[a] < with[b] ? -1 : with[a] > with[b];
}

/* Traits that the same companies of the first sample have are one question: a word that only stands in one value, and the other one of two values. */
static void mark_same(const struct icp__drift *d, uint32_t column, uint32_t *order, uint8_t *same) {
    const icp_model *m = d->model;
    const struct icp__slot *slot = &m->slots[column];
    const uint32_t n = slot->traits - 1;
    uint32_t single[2], singles = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t trait = order[i] = slot->first + 1 + i, kind = icp__entry_kind(icp__entry(m, trait));
        if ((kind == ICP_TRAIT_VALUE || kind == ICP_TRAIT_RANGE) && singles++ < 2)
            single[singles - 1] = trait;
    }
    if (singles == 2 && d->before.with[single[0]] + d->before.with[single[1]] == d->before.known[column])
        same[single[1]] = 1;
    icp__sort_index(order, n, order + n, by_count, d->before.with);
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && d->before.with[order[end]] == d->before.with[order[i]];)
            end++;
        for (uint32_t a = i; end - i <= SAME_MOST && a < end; a++)
            for (uint32_t b = i; b < end; b++)
                if (a != b && implies(m, order[a], order[b]))
                    same[order[b]] = 1;
    }
}

/* Rows that have none of the model's values; in a column of one value each they are the rest. */
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
    for (uint32_t i = slot->first; i < slot->first + slot->traits; i++)
        if (icp__entry_kind(icp__entry(m, i)) == ICP_TRAIT_VALUE)
            *out -= s->with[i] < *out ? s->with[i] : *out;
    return true;
}

static void note_rare(struct icp__drift *d, uint32_t column, double rows, double share) {
    struct icp__drift_column *c = &d->column[column];
    if (rarity(rows, share) != RARE)
        return;
    c->too_rare++;
    if (share > 0 && rows > 0) {
        const double needed = (double)d->now.rows / (rows * share);
        const uint64_t whole = needed < 1e15 ? (uint64_t)needed + 1 : 0;
        if (whole != 0 && (c->needed == 0 || whole < c->needed))
            c->needed = whole;
    }
}

static bool ask_column(struct icp__drift *d, uint32_t column, const uint8_t *same) {
    const struct icp__slot *slot = &d->model->slots[column];
    const struct icp__drift_side *b = &d->before, *n = &d->now;
    const double rows = (double)n->rows * part(b->known[column], b->rows);
    struct icp__drift_test q = {.kind = ICP__KNOWN_SHARE, .what = column, .had = b->known[column], .had_of = b->rows, .has = n->known[column], .has_of = n->rows};
    uint64_t others[2];
    if (!ask_both(d, q, (double)n->rows, false))
        return false;
    q.kind = ICP__SHARE, q.had_of = b->known[column], q.has_of = n->known[column];
    for (uint32_t i = slot->first + 1; i < slot->first + slot->traits; i++) {
        q.what = i, q.had = b->with[i], q.has = n->with[i];
        note_rare(d, column, rows, part(q.had, q.had_of));
        if (!same[i] && !ask_both(d, q, rows, false))
            return false;
    }
    if (!count_others(d, column, b, &others[0]) || !count_others(d, column, n, &others[1]))
        return true;
    q.kind = ICP__OTHER_SHARE, q.what = column, q.had = others[0], q.has = others[1];
    return ask_both(d, q, rows, true);
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
        if (!ask_both(d, q, (double)has_of, false))
            return false;
    }
    return true;
}

static icp_status ask_all(struct icp__drift *d, struct icp_error *err) {
    const icp_model *m = d->model;
    uint8_t *same = icp__calloc(d->ctx, m->info.traits + 1u, 1);
    uint32_t *order = icp__alloc(d->ctx, 2 * (size_t)m->info.traits + 1, sizeof *order);
    bool fine = same != NULL && order != NULL;
    for (uint32_t c = 0; fine && c < m->schema->columns; c++) {
        if (!icp__drift_compares(m, c))
            continue;
        mark_same(d, c, order, same);
        fine = ask_column(d, c, same);
    }
    for (uint32_t k = 0; fine && k < m->parts; k++)
        if (d->before.score[k] != NULL && d->now.score[k] != NULL)
            fine = ask_scores(d, k);
    icp__free(d->ctx, same);
    icp__free(d->ctx, order);
    return fine ? ICP_OK : icp__no_memory(err);
}

static bool of_traits(const struct icp__drift_test *q) { return q->kind == ICP__SHARE || q->kind == ICP__OTHER_SHARE; }

/* The level at which a change of the odds by ODDS is found with POWER. 1 = not within reach. */
static double cost(const struct icp__drift *d, const struct icp__drift_test *q) {
    const uint32_t column = q->kind == ICP__SHARE ? icp__entry_column(icp__entry(d->model, q->what)) : q->what;
    const double rows = (double)d->now.rows * part(d->before.known[column], d->before.rows), p = part(q->had, q->had_of);
    const double then = ODDS * p / (1 - p + ODDS * p), noise = icp__sqrt(rows * p * (1 - p));
    const double z = (rows * (then - p) - POWER_Z * icp__sqrt(rows * then * (1 - then))) / noise;
    if (!(z > 1))
        return 1;
    if (z > 9)
        return 0;
    const uint64_t n = (uint64_t)rows;
    return icp__predict_above((double)icp__predict_reached(n, then, POWER), (double)n, (double)q->had + .5, (double)(q->had_of - q->had) + .5);
}

static int by_ratio(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift_test *t = arg;
    return t[a].ratio < t[b].ratio ? -1 : t[a].ratio > t[b].ratio ? 1 : a < b ? -1 : a > b;
}

/* Cheapest first, whatever can be found with POWER gets what it needs; the rest is dealt out in equal parts. */
static void set_trait_levels(struct icp__drift *d, uint32_t *order) {
    const double all = d->level * FOR_TRAITS;
    uint64_t n = 0, common = 0, rare = 0;
    double spent = 0;
    for (size_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        if (!of_traits(q))
            continue;
        if (q->level == RARE) {
            rare++;
            continue;
        }
        common++;
        q->ratio = cost(d, q);
        if (q->ratio <= all * SOUGHT_ONE)
            order[n++] = (uint32_t)i;
    }
    icp__sort_index(order, n, order + d->tests, by_ratio, d->test);
    for (uint64_t i = 0; i < n && spent + d->test[order[i]].ratio <= all * SOUGHT_PART; i++, d->sought++)
        spent += d->test[order[i]].ratio;
    const double each = common ? (all * (rare ? 1 - RARE_PART : 1) - spent) / (double)common : 0;
    for (size_t i = 0; i < d->tests; i++)
        if (of_traits(&d->test[i]))
            d->test[i].level = d->test[i].level == RARE ? all * RARE_PART / (double)rare : each;
    for (uint64_t i = 0; i < d->sought; i++) {
        d->test[order[i]].level += d->test[order[i]].ratio;
        d->test[order[i]].sought = true;
    }
}

static void set_levels(struct icp__drift *d, uint32_t *order) {
    uint64_t known = 0, scores = 0;
    set_trait_levels(d, order);
    for (size_t i = 0; i < d->tests; i++)
        known += d->test[i].kind == ICP__KNOWN_SHARE, scores += d->test[i].kind == ICP__SCORE_SHARE;
    for (size_t i = 0; i < d->tests; i++) {
        if (d->test[i].kind == ICP__KNOWN_SHARE)
            d->test[i].level = d->level * FOR_KNOWN / (double)known;
        if (d->test[i].kind == ICP__SCORE_SHARE)
            d->test[i].level = d->level * FOR_SCORES / (double)scores;
    }
}

/* The weighted procedure of Benjamini and Hochberg: the i tests with the smallest ratios alarm where the largest of them is at most i. */
static void decide(struct icp__drift *d, uint32_t *order) {
    size_t last = 0;
    double sure = 1;
    for (size_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        q->p = icp__predict_above((double)q->has, (double)q->has_of, (double)q->had + 1, (double)(q->had_of - q->had));
        q->ratio = q->level > 0 ? q->p / q->level : 1e300;
        order[i] = (uint32_t)i;
    }
    icp__sort_index(order, d->tests, order + d->tests, by_ratio, d->test);
    for (size_t i = 0; i < d->tests; i++)
        if (d->test[order[i]].ratio <= (double)(i + 1))
            last = i + 1;
    for (size_t i = d->tests; i-- > 0;) {
        struct icp__drift_test *q = &d->test[order[i]];
        const double here = d->level * q->ratio / (double)(i + 1);
        sure = here < sure ? here : sure;
        q->sure = sure;
        q->alarm = i < last;
        d->alarms += q->alarm;
    }
}

static void count_tested(struct icp__drift *d) {
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *q = &d->test[i], *before = i ? q - 1 : NULL;
        const bool again = before != NULL && before->kind == q->kind && before->what == q->what;
        d->tested[of_traits(q) ? 0 : q->kind == ICP__KNOWN_SHARE ? 1 : 2] += !again;
    }
}

icp_status icp__drift_test_all(struct icp__drift *d, struct icp_error *err) {
    icp_status st = ask_all(d, err);
    uint32_t *order = st == ICP_OK ? icp__alloc(d->ctx, 2 * d->tests + 1, sizeof *order) : NULL;
    if (st == ICP_OK && order == NULL)
        st = icp__no_memory(err);
    if (st == ICP_OK) {
        set_levels(d, order);
        decide(d, order);
        count_tested(d);
    }
    icp__free(d->ctx, order);
    return st;
}
