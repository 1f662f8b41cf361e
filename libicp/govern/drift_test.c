/* SPDX-License-Identifier: MIT */
/* At which level each question is asked, and what the answers are together (doc/drift.md).
 *
 * A count of the first sample predicts that of the second: P(at least k of n) is beta-binomial with parameters had + 1 and had_of - had, which is the
 * one-sided exact test of Fisher (Thatcher 1964). Levels depend on the first sample and the number of rows alone. */
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

static bool of_traits(const struct icp__drift_test *q) { return q->kind == ICP__SHARE || q->kind == ICP__OTHER_SHARE; }

static bool is_word(const struct icp__drift *d, const struct icp__drift_test *q) {
    const uint32_t kind = q->kind == ICP__SHARE ? icp__entry_kind(icp__entry(d->model, q->what)) : ICP_TRAIT_VALUE;
    return kind == ICP_TRAIT_WORD || kind == ICP_TRAIT_PHRASE || kind == ICP_TRAIT_PREFIX;
}

/* The level at which a change of the odds by ODDS is found with a chance of `power`, whose normal quantile is z. 1 = not within reach. */
static double cost(const struct icp__drift *d, const struct icp__drift_test *q, double power, double z) {
    const uint32_t column = icp__drift_column_of(d, q);
    const double rows = (double)d->now.rows * icp__drift_part(d->before.known[column], d->before.rows), p = icp__drift_part(q->had + q->slack, q->had_of);
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
        if (!of_traits(q) || q->rarity == ICP__DRIFT_RARE)
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
        common += of_traits(&d->test[i]) && d->test[i].rarity != ICP__DRIFT_RARE;
        rare += of_traits(&d->test[i]) && d->test[i].rarity == ICP__DRIFT_RARE;
    }
    const double each = common ? (all * (rare ? 1 - RARE_PART : 1) - spent) / (double)common : 0;
    for (size_t i = 0; i < d->tests; i++) {
        struct icp__drift_test *q = &d->test[i];
        if (of_traits(q))
            q->level = q->rarity == ICP__DRIFT_RARE ? all * RARE_PART / (double)rare : each + (q->sought ? q->ratio : 0);
    }
}

/* Traits of which such a rise would be missed more often, and with how many rows the commonest of them would not. */
static void note_missed(struct icp__drift *d) {
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *q = &d->test[i];
        if (q->kind != ICP__SHARE || !q->up || q->sought)
            continue;
        struct icp__drift_column *c = &d->column[icp__drift_column_of(d, q)];
        const double p = icp__drift_part(q->had, q->had_of), then = ODDS * p / (1 - p + ODDS * p), known = icp__drift_part(q->had_of, d->before.rows);
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
    icp_status st = icp__drift_ask(d, err);
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
