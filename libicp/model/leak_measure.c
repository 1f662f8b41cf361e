/* SPDX-License-Identifier: MIT */
/* How well one column alone tells customers from other companies. Whatever is learned is judged on the part of the rows that it
 * was not learned from: a company's value is weighed by the companies of the nine other parts, and is compared with companies of its own part only,
 * so that a column that says nothing comes out at one half, however many values it has. */
#include "base/number.h"
#include "model/scan.h"
#include "base/sort.h"

#define SUSPECT_CUSTOMERS 5u
#define SUSPECT_SHARE 0.05  /* of the customers */
#define SUSPECT_TIMES 2.996 /* ln 20: near-exclusive */
#define SUSPECT_WORD 3u     /* customers with a word of the outcome */
#define SUSPECT_ERRORS 2.0
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
        p->fold[i] = p->folds ? (uint8_t)((customer ? customers : others) % p->folds) : 0;
        *(customer ? &customers : &others) += 1;
    }
    for (uint32_t f = 0; f < p->folds; f++) {
        for (uint32_t i = 0; i < d->rows; i++)
            if (p->fold[i] == f)
                p->order[n++] = i;
        p->start[f + 1] = n;
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

/* Do customers lie higher outside the part? */
static bool rises(const struct tally *tally, uint32_t values, double n, double m) {
    double by = 0;
    for (uint32_t v = 0; v < values; v++)
        by += v * ((tally[v].all[0] - tally[v].part[0]) / n - (tally[v].all[1] - tally[v].part[1]) / m);
    return by > 0;
}

/* A part's companies by the ratio of their values, and with `ordered` (ranges of a number) also up or down the ranges, which has nothing to learn but
 * the direction and so sees more with few customers. */
static void value_part(const struct icp__scan *s, uint32_t f, const uint32_t *value, struct tally *tally, const uint64_t known[2],
                       bool ordered, double *room, struct sums *sums) {
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
    bool up = ordered && n > 0 && m > 1 && rises(tally, s->features + 1u, n, m);
    held[0] = held[1] = 0;
    for (uint32_t i = 0; i < rows; i++)
        if (value[row[i]] != UINT32_MAX) {
            const struct tally *t = &tally[value[row[i]]];
            bool other = !(s->d->weight[row[i]] > 0);
            double k = (double)(t->all[0] - t->part[0]), q = (double)(t->all[1] - t->part[1]);
            double ratio = (k + PRIOR) / (n * (q / m) + PRIOR), place = up ? value[row[i]] : -(double)value[row[i]];
            score[other][held[other]++] = ordered ? place : ratio;
        }
    for (uint32_t i = 0; i < rows; i++)
        if (value[row[i]] != UINT32_MAX)
            tally[value[row[i]]].part[0] = tally[value[row[i]]].part[1] = 0;
    for (int k = 0; k < 2; k++)
        icp__sort_doubles(score[k], held[k], scratch);
    sum_part(sums, score[0], held[0], score[1], held[1]);
}

static bool stands_before(const struct icp__seen *a, const struct icp__seen *b) {
    int c = memcmp(a->data, b->data, a->size < b->size ? a->size : b->size);
    return c ? c < 0 : a->size < b->size;
}

/* Log of the ratio of the shares, lowered by two standard errors. */
static double times_at_least(double k, double n, double q, double m) {
    double a = (k + .5) / (n + 1), b = (q + .5) / (m + 1);
    return icp__log(a / b) - SUSPECT_ERRORS * icp__sqrt(1 / (k + .5) - 1 / (n + 1) + 1 / (q + .5) - 1 / (m + 1));
}

/* Traits that give the answer away inside a column that does not: words of the outcome that customers have more often, and traits that hardly
 * anyone else has. */
static void suspects(const struct icp__scan *s, const struct tally *tally, struct icp__leak *out) {
    double n = out->known_customers, m = out->known_others, by[ICP__SUSPECTS];
    uint32_t found = 0, place[ICP__SUSPECTS];
    for (uint32_t i = 0; n > 0 && m > 0 && i < s->intern.count; i++) {
        const struct icp__seen *t = &s->intern.seen[i];
        uint32_t k = tally[i].all[0];
        if (k < SUSPECT_WORD || t->kind == ICP_TRAIT_PHRASE)
            continue;
        double times = times_at_least(k, n, tally[i].all[1], m);
        bool exclusive = k >= SUSPECT_CUSTOMERS && k >= SUSPECT_SHARE * n && times >= SUSPECT_TIMES;
        if (!exclusive && !(times > 0 && icp__leak_word((struct icp_str){t->data, t->size})))
            continue;
        uint32_t at = found < ICP__SUSPECTS ? found++ : ICP__SUSPECTS;
        for (; at > 0 && (times > by[at - 1] || (times == by[at - 1] && stands_before(t, &s->intern.seen[place[at - 1]]))); at--)
            if (at < ICP__SUSPECTS)
                by[at] = by[at - 1], place[at] = place[at - 1];
        if (at < ICP__SUSPECTS)
            by[at] = times, place[at] = i;
    }
    for (uint32_t k = 0; k < found; k++) {
        const struct icp__seen *t = &s->intern.seen[place[k]];
        out->suspect[k] = (struct icp__telling){{t->data, t->size}, t->kind, tally[place[k]].all[0], tally[place[k]].all[1]};
    }
}

/* Columns with one value a company: all values together, each by its ratio. */
static bool by_value(const struct icp__scan *s, struct icp__leak *out) {
    const struct icp__design *d = s->d;
    size_t values = s->number ? s->features + 1u : s->intern.count;
    uint32_t *value = icp__alloc(s->ctx, (size_t)d->rows + 1, sizeof *value);
    struct tally *tally = icp__calloc(s->ctx, values + 1, sizeof *tally);
    double *room = icp__alloc(s->ctx, 2 * (size_t)d->rows + 1, sizeof *room);
    bool fine = value && tally && room;
    struct sums sums[2] = {{0}, {0}};
    uint64_t known[2] = {0, 0};
    for (uint32_t i = 0; fine && i < d->rows; i++) {
        value[i] = value_at(s, i);
        if (value[i] == UINT32_MAX)
            continue;
        out->distinct += tally[value[i]].all[0] + tally[value[i]].all[1] == 0;
        tally[value[i]].all[!(d->weight[i] > 0)]++;
        known[!(d->weight[i] > 0)]++;
    }
    for (uint32_t f = 0; fine && f < d->parts.folds; f++)
        for (int ordered = 0; ordered <= (s->number != NULL); ordered++)
            value_part(s, f, value, tally, known, ordered, room, &sums[ordered]);
    if (fine) {
        struct icp__area by_order = of_sums(&sums[1]);
        out->alone = of_sums(&sums[0]);
        if (by_order.done && by_order.auc - by_order.se > out->alone.auc - out->alone.se)
            out->alone = by_order;
    }
    if (fine && !s->number)
        suspects(s, tally, out);
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
        count_tokens(s, tally, i, false, 1);
    best_trait(s, tally, out);
    suspects(s, tally, out);
    icp__free(s->ctx, tally);
    return true;
}

bool icp__leak_measure(const struct icp__scan *s, struct icp__leak *out) {
    const struct icp__design *d = s->d;
    int32_t kind = d->schema->column[s->column].kind;
    struct icp__leak l = {.measured = true};
    for (uint32_t i = 0; i < d->rows; i++)
        if (s->known[i])
            *(d->weight[i] > 0 ? &l.known_customers : &l.known_others) += 1;
    if (d->parts.customers && d->parts.others)
        l.known = of_shares(l.known_customers, d->parts.customers, l.known_others, d->parts.others);
    l.serial = s->serial;
    for (uint32_t i = 0; s->number && d->since && i < d->rows; i++)
        if (s->known[i] && d->weight[i] > 0 && d->since[i] > ICP__SINCE_UNKNOWN) {
            l.dated++;
            l.after += s->number[i] >= d->since[i];
        }
    l.dated = kind == ICP_KIND_DATE ? l.dated : 0;
    bool single = s->number || kind == ICP_KIND_CATEGORY || kind == ICP_KIND_BOOLEAN;
    if (!(single ? by_value(s, &l) : by_trait(s, &l)))
        return false;
    l.distinct = s->number ? s->distinct : l.distinct;
    *out = l;
    return true;
}

/* Naive: the columns' log ratios are added as if they were independent, which the order suffers. */
static void parity_part(const struct icp__scan *scan, uint32_t scans, uint32_t f, const uint32_t *known, double *weight, double *room, struct sums *sums) {
    const struct icp__design *d = scan[0].d;
    const struct icp__parts *p = &d->parts;
    const uint32_t *row = p->order + p->start[f], rows = p->start[f + 1] - p->start[f];
    uint32_t held[2] = {0, 0};
    for (uint32_t i = 0; i < rows; i++)
        held[!(d->weight[row[i]] > 0)]++;
    for (uint32_t c = 0; c < scans; c++) {
        uint32_t part[2] = {0, 0};
        for (uint32_t i = 0; i < rows; i++)
            part[!(d->weight[row[i]] > 0)] += scan[c].known[row[i]];
        double a = (known[2 * c] - part[0] + .5) / (p->customers - held[0] + 1.0), b = (known[2 * c + 1] - part[1] + .5) / (p->others - held[1] + 1.0);
        weight[2 * c] = icp__log((1 - a) / (1 - b));
        weight[2 * c + 1] = icp__log(a / b);
    }
    double *score[2] = {room, room + held[0]}, *scratch = room + held[0] + held[1];
    uint32_t n[2] = {0, 0};
    for (uint32_t i = 0; i < rows; i++) {
        double sum = 0;
        for (uint32_t c = 0; c < scans; c++)
            sum += weight[2 * c + scan[c].known[row[i]]];
        bool other = !(d->weight[row[i]] > 0);
        score[other][n[other]++] = sum;
    }
    for (int k = 0; k < 2; k++)
        icp__sort_doubles(score[k], n[k], scratch);
    sum_part(sums, score[0], n[0], score[1], n[1]);
}

bool icp__parity_measure(const struct icp__scan *scan, uint32_t scans, struct icp__area *out) {
    *out = (struct icp__area){0};
    if (!scans)
        return true;
    const struct icp__design *d = scan[0].d;
    uint32_t *known = icp__calloc(scan[0].ctx, 2 * (size_t)scans, sizeof *known);
    double *weight = icp__alloc(scan[0].ctx, 2 * (size_t)scans, sizeof *weight), *room = icp__alloc(scan[0].ctx, 2 * (size_t)d->rows + 1, sizeof *room);
    struct sums sums = {0};
    bool fine = known && weight && room;
    for (uint32_t c = 0; fine && c < scans; c++)
        for (uint32_t i = 0; i < d->rows; i++)
            known[2 * c + !(d->weight[i] > 0)] += scan[c].known[i];
    for (uint32_t f = 0; fine && f < d->parts.folds; f++)
        parity_part(scan, scans, f, known, weight, room, &sums);
    if (fine)
        *out = of_sums(&sums);
    void *all[] = {known, weight, room};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i])
            icp__free(scan[0].ctx, all[i]);
    return fine;
}
