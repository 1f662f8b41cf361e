/* SPDX-License-Identifier: MIT */
/* What is asked, at which level, and what the answers are together (doc/drift.md).
 *
 * A count of the first sample predicts that of the second: P(at least k of n) is beta-binomial with parameters had + 1 and had_of - had, which is the
 * one-sided exact test of Fisher (Thatcher 1964). Levels depend on the first sample and the number of rows alone. */
#include "base/hash.h"
#include "base/sort.h"
#include "govern/drift.h"
#include "govern/predict.h"

#define FOR_KNOWN .03 /* parts of the chance of a false alarm; a sixth is kept in hand, since lists are never quite drawn at random */
#define FOR_SCORES .03
#define FOR_TRAITS .78
#define SOUGHT_PART .92 /* of that of traits: for changes that can be found in four of five runs */
#define SOUGHT_ONE .1 /* at most so much for one of them */
#define RARE_PART .05  /* for traits that fewer than one row should have */
#define ODDS 2.25      /* the change that is sought: 10% to 20% */
#define POWER .8
#define POWER_Z .8416
#define USUAL_Z 3.3 /* of a level that one of some dozens of traits gets */
#define POWER_MORE .9
#define POWER_MORE_Z 1.2816
#define ROUNDING 1.000001 /* the count itself must not miss the level that was made for it */
#define WITHOUT_LEAST 8.0 /* rows expected without it, so that all having it would be no chance */
#define NESTED .8 /* a word and its beginning, of which it makes up so much, are asked about once */
#define BEGIN 5u  /* characters of a prefix, as in trait/ */
#define FURTHER .5 /* of the distance between companies that the fit saw and others */
#define CHOSEN_FROM 4u /* companies of the reference that a value needs to be a trait (model/scan.c) */

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
        q.level = rarity(rows, part(q.had + q.slack, q.had_of));
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

/* A trait and one that whoever has it has too. Where as many have both, they are one question, and the word goes; where nearly as many do, the one
 * that fewer have goes, if it is but a word or a phrase itself. */
static void compare_two(const struct icp__drift *d, uint32_t a, uint32_t b, uint8_t *same) {
    const uint64_t few = d->before.with[a], many = d->before.with[b];
    const uint32_t kind = icp__entry_kind(icp__entry(d->model, a));
    if (a == b || b >= d->model->info.traits)
        return;
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
    const double rows = (double)n->rows * part(b->known[column], b->rows);
    struct icp__drift_test q = {.kind = ICP__KNOWN_SHARE, .what = column, .had = b->known[column], .had_of = b->rows, .has = n->known[column], .has_of = n->rows};
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
    uint64_t seen = 0, seen_of = 0, unseen = 0, unseen_of = 0;
    for (int32_t i = 0; m->unseen != NULL && i < ICP__SCORES; i++) {
        const uint64_t a = icp__get64(m->spread + (size_t)i * 8), b = icp__get64(m->unseen + (size_t)i * 8);
        seen_of += a, unseen_of += b;
        if (i + ICP__SCORE_MIN >= cut)
            seen += a, unseen += b;
    }
    const double move = part(unseen, unseen_of) - part(seen, seen_of), size = move < 0 ? -move : move;
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
        q.level = rarity((double)q.has_of, part(q.had + q.slack, q.had_of));
        if (q.had_of != 0 && q.level != NEVER && !ask(d, &q))
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

static icp_status ask_all(struct icp__drift *d, struct icp_error *err) {
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

static bool of_traits(const struct icp__drift_test *q) { return q->kind == ICP__SHARE || q->kind == ICP__OTHER_SHARE; }

static bool is_word(const struct icp__drift *d, const struct icp__drift_test *q) {
    const uint32_t kind = q->kind == ICP__SHARE ? icp__entry_kind(icp__entry(d->model, q->what)) : ICP_TRAIT_VALUE;
    return kind == ICP_TRAIT_WORD || kind == ICP_TRAIT_PHRASE || kind == ICP_TRAIT_PREFIX;
}

/* The level at which a change of the odds by ODDS is found with a chance of `power`, whose normal quantile is z. 1 = not within reach. */
static double cost(const struct icp__drift *d, const struct icp__drift_test *q, double power, double z) {
    const uint32_t column = icp__drift_column_of(d, q);
    const double rows = (double)d->now.rows * part(d->before.known[column], d->before.rows), p = part(q->had + q->slack, q->had_of);
    const double then = ODDS * p / (1 - p + ODDS * p), noise = icp__sqrt(rows * p * (1 - p));
    const double above = (rows * (then - p) - z * icp__sqrt(rows * then * (1 - then))) / noise;
    if (!(above > 1))
        return 1;
    if (above > 9)
        return 0;
    const uint64_t n = (uint64_t)rows, had = q->had + q->slack;
    return icp__predict_above((double)icp__predict_reached(n, then, power), (double)n, (double)had + 1, (double)(q->had_of - had)) * ROUNDING;
}

static int by_ratio(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift_test *t = arg;
    return t[a].ratio < t[b].ratio ? -1 : t[a].ratio > t[b].ratio ? 1 : a < b ? -1 : a > b;
}

/* Words come after values: there are so many that little would be left. */
static int by_cost(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift *d = arg;
    const bool x = is_word(d, &d->test[a]), y = is_word(d, &d->test[b]);
    return x != y ? (x ? 1 : -1) : by_ratio(d->test, a, b);
}

/* Cheapest first, whatever can be found with POWER gets what it needs, and then with POWER_MORE. Returns what that takes. */
static double serve(struct icp__drift *d, uint32_t *order, double all) {
    double spent = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        if (!of_traits(q) || q->level == RARE)
            continue;
        q->ratio = cost(d, q, POWER, POWER_Z);
        if (q->ratio <= all * SOUGHT_ONE)
            order[n++] = i;
    }
    icp__sort_index(order, n, order + d->tests, by_cost, d);
    for (uint32_t i = 0; i < n; i++) {
        struct icp__drift_test *q = &d->test[order[i]];
        q->sought = spent + q->ratio <= all * SOUGHT_PART;
        spent += q->sought ? q->ratio : 0;
        d->sought += q->sought;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct icp__drift_test *q = &d->test[order[i]];
        const double more = q->sought ? cost(d, q, POWER_MORE, POWER_MORE_Z) - q->ratio : 1;
        if (spent + more > all * SOUGHT_PART)
            continue;
        spent += more;
        q->ratio += more;
    }
    return spent;
}

/* What is not taken for changes that are sought is dealt out in equal parts. */
static void set_trait_levels(struct icp__drift *d, uint32_t *order) {
    const double all = d->level * FOR_TRAITS, spent = serve(d, order, all);
    uint64_t common = 0, rare = 0;
    for (size_t i = 0; i < d->tests; i++) {
        common += of_traits(&d->test[i]) && d->test[i].level != RARE;
        rare += of_traits(&d->test[i]) && d->test[i].level == RARE;
    }
    const double each = common ? (all * (rare ? 1 - RARE_PART : 1) - spent) / (double)common : 0;
    for (size_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        if (of_traits(q))
            q->level = q->level == RARE ? all * RARE_PART / (double)rare : each + (q->sought ? q->ratio : 0);
    }
}

/* Traits of which such a rise would be missed more often, and with how many rows the commonest of them would not. */
static void note_missed(struct icp__drift *d) {
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *q = &d->test[i];
        if (q->kind != ICP__SHARE || !q->up || q->sought)
            continue;
        struct icp__drift_column *c = &d->column[icp__drift_column_of(d, q)];
        const double p = part(q->had, q->had_of), then = ODDS * p / (1 - p + ODDS * p), known = part(q->had_of, d->before.rows);
        const double root = (USUAL_Z * icp__sqrt(p * (1 - p)) + POWER_Z * icp__sqrt(then * (1 - then))) / (then - p), needed = root * root / known;
        c->missed++;
        if (p > 0 && needed > (double)d->now.rows && needed < 1e15 && (c->needed == 0 || needed < (double)c->needed))
            c->needed = (uint64_t)needed + 1;
    }
}

static void set_levels(struct icp__drift *d, uint32_t *order) {
    uint64_t known = 0, scores = 0;
    set_trait_levels(d, order);
    note_missed(d);
    for (size_t i = 0; i < d->tests; i++)
        known += d->test[i].kind == ICP__KNOWN_SHARE, scores += d->test[i].kind == ICP__SCORE_SHARE;
    for (size_t i = 0; i < d->tests; i++) {
        if (d->test[i].kind == ICP__KNOWN_SHARE)
            d->test[i].level = d->level * FOR_KNOWN / (double)known;
        if (d->test[i].kind == ICP__SCORE_SHARE)
            d->test[i].level = d->level * FOR_SCORES / (double)scores;
    }
}

/* The weighted procedure of Benjamini and Hochberg: the i tests with the smallest ratios alarm where the largest of them is at most i. It begins only
 * where one keeps to its own level: then a run without drift alarms no oftener than the levels add up to, however traits hang together (Bonferroni). */
static void decide(struct icp__drift *d, uint32_t *order) {
    size_t last = 0;
    double sure = 1;
    for (size_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        const uint64_t had = q->had + q->slack;
        q->p = icp__predict_above((double)q->has, (double)q->has_of, (double)had + 1, (double)(q->had_of - had));
        q->ratio = q->level > 0 ? q->p / q->level : 1e300;
        order[i] = (uint32_t)i;
    }
    icp__sort_index(order, d->tests, order + d->tests, by_ratio, d->test);
    for (size_t i = 0; i < d->tests; i++)
        if (d->test[order[0]].ratio <= 1 && d->test[order[i]].ratio <= (double)(i + 1))
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
