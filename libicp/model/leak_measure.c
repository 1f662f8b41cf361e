/* SPDX-License-Identifier: MIT */
/* How well one column alone tells customers from other companies. Whatever is learned is judged on the part of the rows that it
 * was not learned from: a company's value is weighed by the companies of the nine other parts, and is compared with companies of its own part only,
 * so that a column that says nothing comes out at one half, however many values it has. */
#include "base/number.h"
#include "model/scan.h"
#include "model/sort.h"

#define PRIOR 2.0 /* expected customers that a value is credited with beforehand: rare values say little */

/* Parts follow the order of the keys' hashes, as everywhere in the fit. */
bool icp__parts_make(struct icp__design *d) {
    struct icp__parts *p = &d->parts;
    uint32_t customers = 0, others = 0, n = 0;
    p->fold = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *p->fold);
    p->order = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *p->order);
    if (!p->fold || !p->order)
        return false;
    p->folds = d->customers < ICP__LEAK_FOLDS ? d->customers : ICP__LEAK_FOLDS;
    for (uint32_t i = 0; i < d->rows; i++) {
        bool customer = d->weight[i] > 0;
        p->fold[i] = !p->folds ? ICP__LEAK_NONE : (uint8_t)((customer ? customers : others) % p->folds);
        *(customer ? &customers : &others) += 1;
    }
    for (uint32_t f = 0; f <= p->folds; f++) {
        p->start[f] = n;
        for (uint32_t i = 0; i < d->rows; i++)
            if (p->fold[i] == (f < p->folds ? f : ICP__LEAK_NONE))
                p->order[n++] = i;
    }
    p->customers = customers;
    p->others = others;
    return true;
}

/* Two shares: the area of a yes/no fact. */
static struct icp__area of_shares(double customers, double n, double others, double m) {
    double a = customers / n, b = others / m, sa = (customers + .5) / (n + 1), sb = (others + .5) / (m + 1);
    return (struct icp__area){.5 + (a - b) / 2, icp__sqrt(sa * (1 - sa) / n + sb * (1 - sb) / m) / 2, true};
}

/* What is summed over the parts: placements, that is for each company the share of the other side that it stands above. */
struct sums {
    double area, square[2];
    uint64_t n[2];
};

static struct icp__area of_sums(const struct sums *t) {
    struct icp__area a = {0};
    if (t->n[0] < 2 || t->n[1] < 2)
        return a;
    a.auc = t->area / (double)t->n[0];
    a.done = true;
    double variance = 0;
    for (int k = 0; k < 2; k++) {
        double n = (double)t->n[k], mean = a.auc, v = (t->square[k] - n * mean * mean) / (n - 1);
        variance += (v > .25 / n ? v : .25 / n) / n; /* all placed alike is no proof that the next is */
    }
    a.se = icp__sqrt(variance);
    return a;
}

/* Scores of one part, sorted: where the customers stand among the others (Hanley & McNeil 1982; DeLong et al. 1988). */
static void sum_part(struct sums *t, const double *customer, size_t n, const double *other, size_t m) {
    for (size_t i = 0, lo = 0, hi = 0; n && m && i < n; i++) {
        while (lo < m && other[lo] < customer[i])
            lo++;
        hi = hi < lo ? lo : hi;
        while (hi < m && other[hi] <= customer[i])
            hi++;
        double placed = (double)(lo + hi) / 2 / (double)m;
        t->area += placed;
        t->square[0] += placed * placed;
    }
    for (size_t i = 0, lo = 0, hi = 0; n && m && i < m; i++) {
        while (lo < n && customer[lo] < other[i])
            lo++;
        hi = hi < lo ? lo : hi;
        while (hi < n && customer[hi] <= other[i])
            hi++;
        double placed = 1 - (double)(lo + hi) / 2 / (double)n;
        t->square[1] += placed * placed;
    }
    if (n && m)
        t->n[0] += n, t->n[1] += m;
}

/* Per value: companies in all, and in the part at hand. */
struct tally {
    uint32_t all[2], part[2];
};

/* The value of a row, UINT32_MAX = none: a range of a number, else the first thing the cell gave. */
static uint32_t value_at(const struct icp__scan *s, uint32_t row) {
    if (!s->known[row])
        return UINT32_MAX;
    if (!s->number)
        return s->count[row] ? s->id[s->first[row]] : UINT32_MAX;
    uint32_t k = 0;
    while (k < s->features && s->number[row] >= icp__decimal_value(s->feature[k].edge))
        k++;
    return k;
}

static void value_part(const struct icp__scan *s, uint32_t f, const uint32_t *value, struct tally *tally, const uint64_t known[2],
                       double *room, struct sums *sums) {
    const struct icp__parts *p = &s->d->parts;
    const uint32_t *row = p->order + p->start[f], rows = p->start[f + 1] - p->start[f];
    uint64_t held[2] = {0, 0};
    for (uint32_t i = 0; i < rows; i++)
        if (value[row[i]] != UINT32_MAX) {
            bool other = !(s->d->weight[row[i]] > 0);
            tally[value[row[i]]].part[other]++;
            held[other]++;
        }
    double *score[2] = {room, room + held[0]}, *scratch = room + held[0] + held[1];
    double n = (double)(known[0] - held[0]), m = (double)(known[1] - held[1]) + 1;
    held[0] = held[1] = 0;
    for (uint32_t i = 0; i < rows; i++)
        if (value[row[i]] != UINT32_MAX) {
            const struct tally *t = &tally[value[row[i]]];
            bool other = !(s->d->weight[row[i]] > 0);
            double k = (double)(t->all[0] - t->part[0]), q = (double)(t->all[1] - t->part[1]);
            score[other][held[other]++] = (k + PRIOR) / (n * (q / m) + PRIOR);
        }
    for (uint32_t i = 0; i < rows; i++)
        if (value[row[i]] != UINT32_MAX)
            tally[value[row[i]]].part[0] = tally[value[row[i]]].part[1] = 0;
    for (int k = 0; k < 2; k++)
        icp__sort_doubles(score[k], held[k], scratch);
    sum_part(sums, score[0], held[0], score[1], held[1]);
}

/* Columns with one value a company: all values together, each by its ratio. */
static bool by_value(const struct icp__scan *s, struct icp__leak *out) {
    const struct icp__design *d = s->d;
    size_t values = s->number ? s->features + 1u : s->intern.count;
    uint32_t *value = icp__alloc(s->ctx, (size_t)d->rows + 1, sizeof *value);
    struct tally *tally = icp__calloc(s->ctx, values + 1, sizeof *tally);
    double *room = icp__alloc(s->ctx, 2 * (size_t)d->rows + 1, sizeof *room);
    bool fine = value && tally && room;
    struct sums sums = {0};
    uint64_t known[2] = {0, 0};
    for (uint32_t i = 0; fine && i < d->rows; i++) {
        value[i] = value_at(s, i);
        if (value[i] == UINT32_MAX || d->parts.fold[i] == ICP__LEAK_NONE)
            continue;
        out->distinct += tally[value[i]].all[0] + tally[value[i]].all[1] == 0;
        tally[value[i]].all[!(d->weight[i] > 0)]++;
        known[!(d->weight[i] > 0)]++;
    }
    for (uint32_t f = 0; fine && f < d->parts.folds; f++)
        value_part(s, f, value, tally, known, room, &sums);
    if (fine)
        out->alone = of_sums(&sums);
    void *all[] = {value, tally, room};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i])
            icp__free(s->ctx, all[i]);
    return fine;
}

static void count_tokens(const struct icp__scan *s, struct tally *tally, uint32_t row, bool part, int by) {
    bool other = !(s->d->weight[row] > 0);
    for (uint32_t k = 0; k < s->count[row]; k++) {
        struct tally *t = &tally[s->id[s->first[row] + k]];
        uint32_t *at = part ? &t->part[other] : &t->all[other];
        *at += (uint32_t)by;
    }
}

static bool stands_before(const struct icp__seen *a, const struct icp__seen *b) {
    int c = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    return c ? c < 0 : a->size < b->size;
}

/* The trait whose share differs most outside the part; *difference has the sign. */
static uint32_t most_telling(const struct icp__scan *s, const struct tally *tally, double n, double m, double *difference) {
    uint32_t best = UINT32_MAX;
    double most = 0;
    for (uint32_t i = 0; i < s->intern.count; i++) {
        double k = (double)(tally[i].all[0] - tally[i].part[0]), q = (double)(tally[i].all[1] - tally[i].part[1]);
        double by = k / n - q / m, size = by < 0 ? -by : by;
        if (size < most || (size == most && (best == UINT32_MAX || !stands_before(&s->intern.seen[i], &s->intern.seen[best]))))
            continue;
        most = size;
        best = i;
        *difference = by;
    }
    return best;
}

/* Columns with many facts a company: the one that separates most, chosen without the part that it is judged on. */
static void best_trait(const struct icp__scan *s, struct tally *tally, struct icp__leak *out) {
    const struct icp__design *d = s->d;
    const struct icp__parts *p = &d->parts;
    double n = out->known_customers, m = out->known_others, difference = 0, area = 0, right[2] = {0, 0}, judged = 0;
    for (uint32_t f = 0; f < p->folds; f++) {
        uint32_t held[2] = {0, 0};
        for (uint32_t k = p->start[f]; k < p->start[f + 1]; k++) {
            uint32_t row = p->order[k];
            count_tokens(s, tally, row, true, s->known[row]);
            held[!(d->weight[row] > 0)] += s->known[row];
        }
        uint32_t best = UINT32_MAX;
        if (held[0] && held[1] && n > held[0] && m > held[1])
            best = most_telling(s, tally, n - held[0], m - held[1], &difference);
        if (best != UINT32_MAX) {
            double a = (double)tally[best].part[0] / held[0], b = (double)tally[best].part[1] / held[1];
            area += (difference > 0 ? a - b : b - a) * held[0];
            right[0] += a * held[0];
            right[1] += b * held[0];
            judged += held[0];
        }
        for (uint32_t k = p->start[f]; k < p->start[f + 1]; k++)
            for (uint32_t row = p->order[k], i = 0; i < s->count[row]; i++)
                tally[s->id[s->first[row] + i]].part[0] = tally[s->id[s->first[row] + i]].part[1] = 0;
    }
    if (judged > 0) {
        out->alone = of_shares(right[0] / judged * n, n, right[1] / judged * m, m);
        out->alone.auc = .5 + area / judged / 2;
    }
    uint32_t best = n > 0 && m > 0 ? most_telling(s, tally, n, m, &difference) : UINT32_MAX;
    if (best != UINT32_MAX) {
        const struct icp__seen *t = &s->intern.seen[best];
        out->best = (struct icp__telling){{t->data, t->size}, t->kind, tally[best].all[0], tally[best].all[1]};
    }
}

static bool by_trait(const struct icp__scan *s, struct icp__leak *out) {
    struct tally *tally = icp__calloc(s->ctx, s->intern.count + 1, sizeof *tally);
    if (!tally)
        return false;
    for (uint32_t i = 0; i < s->d->rows; i++)
        if (s->d->parts.fold[i] != ICP__LEAK_NONE)
            count_tokens(s, tally, i, false, 1);
    best_trait(s, tally, out);
    icp__free(s->ctx, tally);
    return true;
}

bool icp__leak_measure(const struct icp__scan *s, struct icp__leak *out) {
    const struct icp__design *d = s->d;
    int32_t kind = d->schema->column[s->column].kind;
    struct icp__leak l = {.measured = true};
    for (uint32_t i = 0; i < d->rows; i++)
        if (s->known[i] && d->parts.fold[i] != ICP__LEAK_NONE)
            *(d->weight[i] > 0 ? &l.known_customers : &l.known_others) += 1;
    if (d->parts.customers && d->parts.others)
        l.known = of_shares(l.known_customers, d->parts.customers, l.known_others, d->parts.others);
    bool single = s->number || kind == ICP_KIND_CATEGORY || kind == ICP_KIND_BOOLEAN;
    if (!(single ? by_value(s, &l) : by_trait(s, &l)))
        return false;
    *out = l;
    return true;
}
