/* SPDX-License-Identifier: MIT */
/* The leading singular vectors of the words of a column, rows scaled to length 1, by subspace iteration (Halko, Martinsson &
 * Tropp 2011). Only the space they span matters: the prior on its weights is the same in every direction. */
#include "model/span.h"
#include "base/number.h"

#define WIDE 48u    /* directions iterated on, a few more than are kept */
#define ROUNDS 4u
#define VARIANCE 10.0 /* of a row's values, summed over the directions */
#define RARE 3u     /* reference rows that a word needs */
#define NOT_A_WORD UINT32_MAX

struct work {
    const struct icp__design *d;
    struct icp__span *span;
    double *value;     /* [rows * stride] where the row's values go */
    uint32_t stride;
    double *idf;       /* [words] */
    uint32_t *place;   /* [field's features] index among the words */
    double *q, *next;  /* [words * WIDE] */
    bool failed;
};

static double start_value(uint64_t i) {
    uint64_t x = i * UINT64_C(0x9E3779B97F4A7C15);
    x ^= x >> 32;
    x *= UINT64_C(0xD6E8FEB86659FD93);
    x ^= x >> 32;
    return x >> 63 ? 1.0 : -1.0;
}

/* Words of a row; scale = 1 / length of its idf vector when `unit`, else 1. Returns how many. */
static uint32_t row_words(const struct work *t, uint32_t row, uint32_t *word, bool unit, double *scale) {
    const struct icp__design *d = t->d;
    const struct icp__field *field = &d->field[t->span->field];
    uint32_t n = 0;
    double squares = 0;
    for (uint64_t k = d->x.start[row]; k < d->x.start[row + 1]; k++) {
        uint32_t j = d->x.index[k];
        if (j < field->first || j >= field->first + field->count || t->place[j - field->first] == NOT_A_WORD)
            continue;
        word[n] = t->place[j - field->first];
        squares += t->idf[word[n]] * t->idf[word[n]];
        n++;
    }
    *scale = unit && squares > 0 ? 1 / icp__sqrt(squares) : 1;
    return n;
}

static void row_times(const struct work *t, const uint32_t *word, uint32_t n, double scale, const double *q, uint32_t width, double *y) {
    for (uint32_t c = 0; c < width; c++)
        y[c] = 0;
    for (uint32_t k = 0; k < n; k++) {
        const double *from = q + (size_t)word[k] * width;
        double v = scale * t->idf[word[k]];
        for (uint32_t c = 0; c < width; c++)
            y[c] += v * from[c];
    }
}

/* Makes the columns of q orthonormal: q <- q L^-T with L L' = q'q. Twice, for the rounding of the first time. */
static void orthonormal(double *q, uint32_t rows) {
    for (int round = 0; round < 2; round++) {
        double g[WIDE][WIDE];
        for (uint32_t a = 0; a < WIDE; a++)
            for (uint32_t b = 0; b < WIDE; b++)
                g[a][b] = 0;
        for (uint32_t i = 0; i < rows; i++) {
            const double *x = q + (size_t)i * WIDE;
            for (uint32_t a = 0; a < WIDE; a++)
                for (uint32_t b = 0; b <= a; b++)
                    g[a][b] += x[a] * x[b];
        }
        for (uint32_t a = 0; a < WIDE; a++) {
            double whole = g[a][a];
            for (uint32_t b = 0; b < a; b++) {
                for (uint32_t k = 0; k < b; k++)
                    g[a][b] -= g[a][k] * g[b][k];
                g[a][b] = g[b][b] > 0 ? g[a][b] / g[b][b] : 0;
                g[a][a] -= g[a][b] * g[a][b];
            }
            /* A column that the others already hold drops out. */
            g[a][a] = g[a][a] > 1e-12 * whole ? icp__sqrt(g[a][a]) : 0;
        }
        for (uint32_t i = 0; i < rows; i++) {
            double *x = q + (size_t)i * WIDE;
            for (uint32_t a = 0; a < WIDE; a++) {
                for (uint32_t k = 0; k < a; k++)
                    x[a] -= g[a][k] * x[k];
                x[a] = g[a][a] > 0 ? x[a] / g[a][a] : 0;
            }
        }
    }
}

/* Eigenvectors of a symmetric matrix by Jacobi rotations: columns of v. */
static void jacobi(double m[WIDE][WIDE], double v[WIDE][WIDE]) {
    for (uint32_t a = 0; a < WIDE; a++)
        for (uint32_t b = 0; b < WIDE; b++)
            v[a][b] = a == b;
    for (int sweep = 0; sweep < 30; sweep++) {
        double off = 0, all = 0;
        for (uint32_t a = 0; a < WIDE; a++)
            for (uint32_t b = 0; b < WIDE; b++)
                *(a == b ? &all : &off) += m[a][b] * m[a][b];
        if (!(off > 1e-24 * all))
            return;
        for (uint32_t p = 0; p + 1 < WIDE; p++) {
            for (uint32_t q = p + 1; q < WIDE; q++) {
                if (m[p][q] == 0)
                    continue;
                double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]), size = theta < 0 ? -theta : theta;
                double t = (theta < 0 ? -1 : 1) / (size + icp__sqrt(theta * theta + 1)), c = 1 / icp__sqrt(t * t + 1), s = t * c;
                for (uint32_t k = 0; k < WIDE; k++) {
                    double x = m[k][p], y = m[k][q];
                    m[k][p] = c * x - s * y, m[k][q] = s * x + c * y;
                }
                for (uint32_t k = 0; k < WIDE; k++) {
                    double x = m[p][k], y = m[q][k];
                    m[p][k] = c * x - s * y, m[q][k] = s * x + c * y;
                    x = v[k][p], y = v[k][q];
                    v[k][p] = c * x - s * y, v[k][q] = s * x + c * y;
                }
            }
        }
    }
}

static void iterate(struct work *t, uint32_t *word) {
    uint32_t n = t->span->words;
    double y[WIDE], scale;
    for (size_t i = 0; i < (size_t)n * WIDE; i++)
        t->q[i] = start_value(i);
    orthonormal(t->q, n);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < (size_t)n * WIDE; i++)
            t->next[i] = 0;
        for (uint32_t row = 0; row < t->d->reference_rows; row++) {
            uint32_t count = row_words(t, row, word, true, &scale);
            row_times(t, word, count, scale, t->q, WIDE, y);
            for (uint32_t k = 0; k < count; k++) {
                double *to = t->next + (size_t)word[k] * WIDE, v = scale * t->idf[word[k]];
                for (uint32_t c = 0; c < WIDE; c++)
                    to[c] += v * y[c];
            }
        }
        orthonormal(t->next, n);
        double *q = t->q;
        t->q = t->next, t->next = q;
    }
}

/* Of the directions iterated on, those with the largest singular values. */
static void choose(struct work *t, uint32_t *word) {
    double m[WIDE][WIDE], v[WIDE][WIDE], y[WIDE], scale;
    uint32_t order[WIDE];
    memset(m, 0, sizeof m);
    for (uint32_t row = 0; row < t->d->reference_rows; row++) {
        uint32_t count = row_words(t, row, word, true, &scale);
        row_times(t, word, count, scale, t->q, WIDE, y);
        for (uint32_t a = 0; count && a < WIDE; a++)
            for (uint32_t b = 0; b < WIDE; b++)
                m[a][b] += y[a] * y[b];
    }
    jacobi(m, v);
    for (uint32_t a = 0; a < WIDE; a++) {
        uint32_t at = a;
        for (; at > 0 && m[order[at - 1]][order[at - 1]] < m[a][a]; at--)
            order[at] = order[at - 1];
        order[at] = a;
    }
    for (uint32_t j = 0; j < t->span->words; j++)
        for (uint32_t c = 0; c < ICP__SPAN; c++) {
            double sum = 0;
            for (uint32_t k = 0; k < WIDE; k++)
                sum += t->q[(size_t)j * WIDE + k] * v[k][order[c]];
            t->span->load[(size_t)j * ICP__SPAN + c] = t->idf[j] * sum;
        }
}

static void values(const struct work *t, uint32_t *word) {
    double scale;
    for (uint32_t row = 0; row < t->d->rows; row++) {
        uint32_t count = row_words(t, row, word, false, &scale);
        double *y = t->value + (size_t)row * t->stride;
        for (uint32_t c = 0; c < ICP__SPAN; c++)
            y[c] = 0;
        for (uint32_t k = 0; k < count; k++)
            for (uint32_t c = 0; c < ICP__SPAN; c++)
                y[c] += t->span->load[(size_t)word[k] * ICP__SPAN + c];
    }
}

/* Scales loads and values so that the summed variance is VARIANCE over the rows where the column is known. */
static void normalise(struct work *t) {
    double total = 0, n = 0;
    const struct icp__design *d = t->d;
    for (uint32_t c = 0; c < ICP__SPAN; c++) {
        double sum = 0, squares = 0;
        n = 0;
        for (uint32_t i = 0; i < d->reference_rows; i++) {
            if (!d->known[(size_t)i * d->fields + t->span->field])
                continue;
            double v = t->value[(size_t)i * t->stride + c];
            n += 1, sum += v, squares += v * v;
        }
        total += n > 0 ? squares / n - sum / n * (sum / n) : 0;
    }
    double scale = total > 0 ? icp__sqrt(VARIANCE / total) : 0;
    for (size_t i = 0; i < (size_t)t->span->words * ICP__SPAN; i++)
        t->span->load[i] *= scale;
    for (uint32_t i = 0; i < d->rows; i++)
        for (uint32_t c = 0; c < ICP__SPAN; c++)
            t->value[(size_t)i * t->stride + c] *= scale;
}

static void span_task(void *arg, uint32_t i) {
    struct work *t = (struct work *)arg + i;
    const struct icp__design *d = t->d;
    const struct icp__field *field = &d->field[t->span->field];
    size_t cells = (size_t)t->span->words * WIDE, n = t->span->words;
    double *memory = icp__alloc(d->ctx, 2 * cells + n, sizeof *memory);
    uint32_t *place = icp__alloc(d->ctx, 2 * (size_t)field->count, sizeof *place);
    t->failed = !memory || !place;
    if (!t->failed) {
        uint32_t *word = place + field->count;
        t->q = memory, t->next = memory + cells, t->idf = memory + 2 * cells, t->place = place;
        for (uint32_t k = 0; k < field->count; k++)
            place[k] = NOT_A_WORD;
        for (uint32_t k = 0; k < t->span->words; k++) {
            place[t->span->word[k] - field->first] = k;
            t->idf[k] = icp__log((double)d->reference_rows / d->feature[t->span->word[k]].reference);
        }
        iterate(t, word);
        choose(t, word);
        values(t, word);
        normalise(t);
    }
    if (memory)
        icp__free(d->ctx, memory);
    if (place)
        icp__free(d->ctx, place);
}

static bool takes_part(const struct icp__design *d, uint32_t j) {
    return d->feature[j].kind == ICP_TRAIT_WORD && d->feature[j].reference >= RARE;
}

static bool find_spans(const struct icp__design *d, struct icp__spans *s) {
    s->span = icp__arena_alloc(&s->arena, d->fields + 1u, sizeof *s->span);
    if (!s->span)
        return false;
    for (uint32_t f = 0; f < d->fields; f++) {
        const struct icp__field *field = &d->field[f];
        uint32_t words = 0, n = 0;
        for (uint32_t j = field->first; j < field->first + field->count; j++)
            words += takes_part(d, j);
        if (d->schema->column[field->column].kind != ICP_KIND_TEXT || words < ICP__SPAN_WORDS)
            continue;
        struct icp__span *span = &s->span[s->count++];
        *span = (struct icp__span){.field = f, .words = words};
        span->word = icp__arena_alloc(&s->arena, words, sizeof *span->word);
        span->load = icp__arena_alloc(&s->arena, (size_t)words * ICP__SPAN, sizeof *span->load);
        if (!span->word || !span->load)
            return false;
        for (uint32_t j = field->first; j < field->first + field->count; j++)
            if (takes_part(d, j))
                span->word[n++] = j;
    }
    return true;
}

icp_status icp__spans_make(const struct icp__design *d, icp_pool *pool, struct icp__spans *out, struct icp_error *err) {
    struct icp__spans s = {.ctx = d->ctx, .x = d->x};
    icp__arena_init(&s.arena, d->ctx);
    bool fine = find_spans(d, &s);
    s.x.dense = s.count * ICP__SPAN;
    double *value = fine && s.count ? icp__arena_alloc(&s.arena, (size_t)d->rows * s.x.dense, sizeof *value) : NULL;
    struct work *work = fine && s.count ? icp__calloc(d->ctx, s.count, sizeof *work) : NULL;
    icp_status st = fine && (!s.count || (value && work)) ? ICP_OK : icp__no_memory(err);
    for (uint32_t k = 0; !st && k < s.count; k++)
        work[k] = (struct work){.d = d, .span = &s.span[k], .value = value + (size_t)k * ICP__SPAN, .stride = s.x.dense};
    if (!st && s.count)
        st = icp__parallel(d->ctx, pool, s.count, span_task, work, err);
    for (uint32_t k = 0; !st && k < s.count; k++)
        if (work[k].failed)
            st = icp__no_memory(err);
    if (work)
        icp__free(d->ctx, work);
    if (st) {
        icp__arena_free(&s.arena);
        return st;
    }
    s.x.value = value;
    *out = s;
    return ICP_OK;
}

void icp__spans_free(struct icp__spans *s) {
    if (s->ctx)
        icp__arena_free(&s->arena);
    *s = (struct icp__spans){0};
}

void icp__spans_fold(const struct icp__spans *s, const double *w, double *out) {
    memcpy(out, w, s->x.cols * sizeof *out);
    for (uint32_t k = 0; k < s->count; k++) {
        const double *u = w + s->x.cols + (size_t)k * ICP__SPAN;
        for (uint32_t j = 0; j < s->span[k].words; j++) {
            const double *load = s->span[k].load + (size_t)j * ICP__SPAN;
            double sum = 0;
            for (uint32_t c = 0; c < ICP__SPAN; c++)
                sum += load[c] * u[c];
            out[s->span[k].word[j]] += sum;
        }
    }
}
