/* SPDX-License-Identifier: MIT */
/* Cells to traits with their counts, and the choice of the traits worth fitting. */
#include "model/scan.h"
#include "base/hash.h"
#include "base/sort.h"

/* A trait enters with this many customers or this many companies of the reference: asking for two customers of every trait
 * lost a tenth of the average precision (doc/decisions.md). */
#define ENOUGH_CUSTOMERS 2u
#define ENOUGH_REFERENCE 4u
#define ENOUGH_PHRASE 20u
#define ENOUGH_WORD 3u /* words of a text also speak through the words they go with (span.h) */

static bool is_numeric(int32_t kind) {
    return kind == ICP_KIND_NUMBER || kind == ICP_KIND_DATE;
}

bool icp__scan_init(struct icp__scan *s, icp_context *c, const struct icp__design *d, const struct icp__sources *from,
                    uint32_t column, const uint32_t *order) {
    *s = (struct icp__scan){.ctx = c, .d = d, .from = from, .column = column, .order = order};
    icp__intern_init(&s->intern, c, c->options.max_distinct);
    bool numeric = is_numeric(d->schema->column[column].kind);
    s->known = icp__calloc(c, d->rows, sizeof *s->known);
    s->number = numeric ? icp__calloc(c, d->rows, sizeof *s->number) : NULL;
    s->first = numeric ? NULL : icp__calloc(c, d->rows, sizeof *s->first);
    s->count = numeric ? NULL : icp__calloc(c, d->rows, sizeof *s->count);
    return s->known && (numeric ? s->number != NULL : s->first && s->count);
}

void icp__scan_free(struct icp__scan *s) {
    if (!s->ctx)
        return;
    void *all[] = {s->known, s->number, s->first, s->count, s->id, s->feature};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i])
            icp__free(s->ctx, all[i]);
    icp__intern_free(&s->intern);
    *s = (struct icp__scan){0};
}

static const struct icp__cell *cell_of(const struct icp__scan *s, uint32_t i) {
    const struct icp__design_row *r = &s->d->row[i];
    int32_t at = s->from->column[r->origin] ? s->from->column[r->origin][s->column] : -1;
    if (at < 0)
        return NULL;
    const struct icp__table *t = s->from->table[r->origin];
    return &t->cells[(uint64_t)r->row * t->columns + (uint32_t)at];
}

static void take(struct icp__scan *s, uint32_t row, const struct icp__token *t) {
    uint32_t id = icp__intern_find(&s->intern, (int32_t)t->kind, t->data, t->size, t->hash);
    if (id == ICP__NO_TRAIT || s->intern.seen[id].row == row)
        return;
    if (!icp__grow(s->ctx, &s->id, &s->id_cap, s->ids + 1, sizeof *s->id)) {
        s->failed = true;
        return;
    }
    struct icp__seen *seen = &s->intern.seen[id];
    seen->row = row;
    seen->customers += s->d->weight[row] > 0;
    seen->reference += row < s->d->reference_rows;
    s->id[s->ids++] = id;
    s->count[row]++;
}

static void take_tokens(struct icp__scan *s, uint32_t row, const struct icp__scratch *scratch) {
    s->first[row] = s->ids;
    bool phrases = s->d->schema->column[s->column].kind == ICP_KIND_TEXT;
    for (size_t k = 0; k < scratch->tokens_used; k++) {
        const struct icp__token *t = &scratch->tokens[k];
        take(s, row, t);
        if (!phrases || k == 0 || !t->joined || t->kind != ICP_TRAIT_WORD)
            continue;
        struct icp__token phrase = {.data = t[-1].data, .kind = ICP_TRAIT_PHRASE};
        phrase.size = (uint32_t)(t->data + t->size - phrase.data);
        phrase.hash = icp__hash(phrase.data, phrase.size, s->column);
        take(s, row, &phrase);
    }
}

void icp__scan_run(struct icp__scan *s) {
    const struct icp__column *column = &s->d->schema->column[s->column];
    icp__extract_fn extract = icp__extraction_find(s->d->schema->extraction)->of_kind[column->kind];
    struct icp__scratch scratch;
    icp__scratch_init(&scratch, s->ctx);
    for (uint32_t k = 0; k < s->d->rows && !s->failed; k++) {
        uint32_t row = s->order[k];
        const struct icp__cell *cell = cell_of(s, row);
        if (!cell || !cell->data || extract(column, s->column, cell, &scratch) != ICP__KNOWN)
            continue;
        s->known[row] = 1;
        s->known_reference += row < s->d->reference_rows;
        s->known_customers += s->d->weight[row] > 0;
        if (s->number)
            s->number[row] = scratch.number;
        else
            take_tokens(s, row, &scratch);
        s->failed = s->failed || scratch.failed || s->intern.failed;
    }
    s->failed = s->failed || scratch.failed || s->intern.failed;
    icp__scratch_free(&scratch);
}

#define PREFIX 5u /* characters of a prefix, as in trait/ */

/* A prefix is worth a trait of its own when it joins words: two that are no chance spellings. */
static bool count_words(struct icp__scan *s) {
    size_t n = s->intern.count;
    struct icp__bytes key;
    icp__bytes_init(&key, s->ctx);
    for (size_t i = 0; i < n && !key.failed; i++) {
        struct icp__seen t = s->intern.seen[i];
        uint32_t size = 0, characters = 0;
        if (t.kind != ICP_TRAIT_WORD || t.reference < 2)
            continue;
        for (; size < t.size; size++)
            if (((unsigned char)t.data[size] & 0xC0) != 0x80 && characters++ == PREFIX)
                break;
        if (characters < PREFIX)
            continue;
        key.size = 0;
        icp__bytes_add(&key, t.data, size);
        icp__bytes_add(&key, "*", 1);
        if (key.failed)
            break;
        uint32_t id = icp__intern_find(&s->intern, ICP_TRAIT_PREFIX, key.data, size + 1, icp__hash(key.data, size + 1, s->column));
        if (id != ICP__NO_TRAIT)
            s->intern.seen[id].words++;
    }
    bool fine = !key.failed && !s->intern.failed;
    icp__bytes_free(&key);
    return fine;
}

/* The words of a phrase were taken up before it, so nothing is added here. */
static uint32_t companies_with(struct icp__scan *s, const char *word, uint32_t size) {
    uint32_t id = icp__intern_find(&s->intern, ICP_TRAIT_WORD, word, size, icp__hash(word, size, s->column));
    return id == ICP__NO_TRAIT ? 0 : s->intern.seen[id].reference;
}

/* Two words are worth a trait of their own when they stand together in as many companies as would have both anywhere by chance: a name for
 * one thing (mutual information, Church & Hanks 1990), not two frequent words. */
static bool worth_phrase(struct icp__scan *s, const struct icp__seen *t) {
    if (t->customers < ENOUGH_CUSTOMERS || t->reference < ENOUGH_PHRASE)
        return false;
    const char *blank = memchr(t->data, ' ', t->size);
    uint32_t first = (uint32_t)(blank - t->data);
    uint64_t together = (uint64_t)t->reference * s->known_reference;
    uint64_t apart = (uint64_t)companies_with(s, t->data, first) * companies_with(s, blank + 1, t->size - first - 1);
    return apart > 0 && together >= apart;
}

static bool worth(struct icp__scan *s, const struct icp__seen *t) {
    if (t->kind == ICP_TRAIT_PHRASE)
        return worth_phrase(s, t);
    if (t->kind == ICP_TRAIT_PREFIX)
        return t->words >= 2 && t->reference >= ENOUGH_WORD && t->reference < s->d->reference_rows;
    uint32_t enough = s->d->schema->column[s->column].kind == ICP_KIND_TEXT ? ENOUGH_WORD : ENOUGH_REFERENCE;
    return (t->customers >= ENOUGH_CUSTOMERS || t->reference >= enough) && t->reference < s->d->reference_rows;
}

static int by_bytes(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__seen *x = &((const struct icp__seen *)arg)[a], *y = &((const struct icp__seen *)arg)[b];
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int c = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
    return c ? c : x->size < y->size ? -1 : x->size > y->size;
}

static void choose_tokens(struct icp__scan *s) {
    size_t n = 0;
    if (icp__trait_kind_of(s->d->schema->column[s->column].kind) == ICP_TRAIT_WORD && !count_words(s)) {
        s->failed = true;
        return;
    }
    for (size_t i = 0; i < s->intern.count; i++)
        n += worth(s, &s->intern.seen[i]);
    if (s->intern.failed) { /* a look-up may make the table grow: what was counted then is not what would be chosen */
        s->failed = true;
        return;
    }
    uint32_t *order = icp__alloc(s->ctx, 2 * n + 1, sizeof *order);
    s->feature = icp__alloc(s->ctx, n + 1, sizeof *s->feature);
    if (!order || !s->feature) {
        s->failed = true;
    } else {
        size_t k = 0;
        for (size_t i = 0; i < s->intern.count; i++)
            if (worth(s, &s->intern.seen[i]))
                order[k++] = (uint32_t)i;
        icp__sort_index(order, n, order + n, by_bytes, s->intern.seen);
        for (size_t i = 0; i < n; i++) {
            struct icp__seen *t = &s->intern.seen[order[i]];
            t->trait = (uint32_t)i;
            s->feature[i] = (struct icp__feature){.kind = t->kind, .text = {t->data, t->size},
                                                  .customers = t->customers, .reference = t->reference};
        }
        s->features = (uint32_t)n;
    }
    if (order)
        icp__free(s->ctx, order);
}

/* Edges at the quantiles of the reference: the shortest decimals that part the two values next to them. */
static uint32_t quantile_edges(const double *sorted, size_t n, struct icp__decimal *edge) {
    uint32_t edges = 0;
    double last = n ? sorted[0] : 0;
    for (uint32_t k = 1; n && k < ICP__BINS; k++) {
        size_t at = (n * k + ICP__BINS - 1) / ICP__BINS;
        at = at < n ? at : n - 1;
        if (!(sorted[at] > last))
            continue;
        size_t before = at;
        while (sorted[before - 1] == sorted[at])
            before--;
        edge[edges++] = icp__decimal_between(sorted[before - 1], sorted[at]);
        last = sorted[at];
    }
    return edges;
}

/* Of what is made of events most accounts have none: one edge parts these, the others lie at the quantiles of the rest. */
static uint32_t edges_above_zero(const double *sorted, size_t n, struct icp__decimal *edge) {
    size_t zeros = 0;
    while (zeros < n && sorted[zeros] <= 0)
        zeros++;
    if (zeros == 0 || zeros == n)
        return quantile_edges(sorted, n, edge);
    edge[0] = icp__decimal_between(sorted[zeros - 1], sorted[zeros]);
    return 1 + quantile_edges(sorted + zeros, n - zeros, edge + 1);
}

static void count_range(struct icp__scan *s, struct icp__feature *f) {
    double edge = icp__decimal_value(f->edge);
    for (uint32_t i = 0; i < s->d->rows; i++) {
        if (!s->known[i] || !(s->number[i] >= edge))
            continue;
        f->customers += s->d->weight[i] > 0;
        f->reference += i < s->d->reference_rows;
    }
}

#define SERIAL_LEAST 50u
#define SERIAL_UNEVEN 0.1 /* distance from an even spread: numbers may have gaps ... */
#define SERIAL_CHANCE 1.6 /* ... and samples vary by this over the root of their size (Kolmogorov's 99% bound) */

/* Rows are counted evenly; what companies have is skew. */
static void note_spread(struct icp__scan *s, const double *sorted, size_t n) {
    double away = 0, width = n ? sorted[n - 1] - sorted[0] : 0;
    bool whole = n >= SERIAL_LEAST && width > 0;
    for (size_t i = 0; i < n; i++) {
        s->distinct += i == 0 || sorted[i] != sorted[i - 1];
        double at = width > 0 ? (sorted[i] - sorted[0]) / width - (double)i / (double)n : 1;
        away = at > away ? at : -at > away ? -at : away;
        whole = whole && sorted[i] >= 0 && sorted[i] < 9e15 && (double)(int64_t)sorted[i] == sorted[i];
    }
    bool date = s->d->schema->column[s->column].kind == ICP_KIND_DATE;
    double chance = n ? SERIAL_CHANCE / icp__sqrt((double)n) : 0;
    s->serial = whole && !date && away < (chance > SERIAL_UNEVEN ? chance : SERIAL_UNEVEN) && (uint64_t)s->distinct * 100 >= (uint64_t)n * 97;
}

static void choose_ranges(struct icp__scan *s) {
    double *sorted = icp__alloc(s->ctx, 2 * (size_t)s->known_reference + 1, sizeof *sorted);
    s->feature = icp__alloc(s->ctx, ICP__BINS, sizeof *s->feature);
    if (!sorted || !s->feature) {
        s->failed = true;
    } else {
        struct icp__decimal edge[ICP__BINS];
        size_t n = 0;
        for (uint32_t i = 0; i < s->d->reference_rows; i++)
            if (s->known[i])
                sorted[n++] = s->number[i];
        icp__sort_doubles(sorted, n, sorted + n);
        s->least = n ? sorted[0] : 0;
        s->most = n ? sorted[n - 1] : 0;
        note_spread(s, sorted, n);
        s->features = s->column >= s->d->derived ? edges_above_zero(sorted, n, edge) : quantile_edges(sorted, n, edge);
        for (uint32_t k = 0; k < s->features; k++) {
            s->feature[k] = (struct icp__feature){.kind = ICP_TRAIT_RANGE, .edge = edge[k]};
            count_range(s, &s->feature[k]);
        }
    }
    if (sorted)
        icp__free(s->ctx, sorted);
}

void icp__scan_choose(struct icp__scan *s) {
    if (s->number)
        choose_ranges(s);
    else
        choose_tokens(s);
}
