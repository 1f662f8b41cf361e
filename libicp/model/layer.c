/* SPDX-License-Identifier: MIT */
/* Precisions and weights together, by turns; then the same with parts of the data left out, side by side. */
#include "model/layer.h"
#include "base/number.h"
#include "base/sort.h"

#define NUISANCE_PRECISION 0.05 /* of the "known" indicators; they are dropped after the fit */
#define PINNED_PRECISION 1e9    /* of words that speak only through the span */
#define CENTRE_VALUES 20.0
#define CENTRE_WORDS 30.0
#define CENTRE_EVENTS 40.0
#define CENTRE_SPAN 10.0
#define CENTRE_PHRASES 60.0
#define STRENGTH 10.0
#define UPDATES_MAX 12u
#define SETTLED 0.02
#define RARITY_LEAST 0.05
#define ROUGH 1e-2 /* Newton decrement, about the distance in posterior deviations, where a hundredth of one does not matter */
#define AT_ONCE 6u /* refits between two calls of progress */

static int by_hash(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__design_row *x = (const struct icp__design_row *)arg + a, *y = (const struct icp__design_row *)arg + b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int c = memcmp(x->key.data, y->key.data, x->key.size < y->key.size ? x->key.size : y->key.size);
    return c ? c : x->key.size < y->key.size ? -1 : x->key.size > y->key.size;
}

static bool rank_make(struct icp__layer *l) {
    const struct icp__design *d = l->d;
    uint32_t *order = icp__alloc(l->ctx, 2 * (size_t)d->rows + 1, sizeof *order);
    if (!order)
        return false;
    for (uint32_t i = 0; i < d->rows; i++)
        order[i] = i;
    icp__sort_index(order, d->rows, order + d->rows, by_hash, d->row);
    /* Rows of one account (timing layers have several) share a rank, so that no fold or part sees half an account. */
    uint32_t next[2] = {0, 0};
    for (uint32_t k = 0, end; k < d->rows; k = end) {
        bool customer = false;
        for (end = k; end < d->rows && by_hash(d->row, order[k], order[end]) == 0; end++)
            customer = customer || d->weight[order[end]] > 0;
        for (uint32_t i = k; i < end; i++)
            l->rank[order[i]] = next[customer];
        next[customer]++;
    }
    icp__free(l->ctx, order);
    return true;
}

/* Rare traits may weigh more: scale = information^0.75. Steps between neighbouring ranges are all alike. */
static double scale2(const struct icp__design *d, const struct icp__feature *f) {
    if (f->kind == ICP_TRAIT_RANGE)
        return 1;
    double information = -icp__log((f->reference + 0.5) / (d->field[f->field].known_reference + 1.0));
    if (!(information > RARITY_LEAST))
        information = RARITY_LEAST;
    return information * icp__sqrt(information);
}

uint32_t icp__layer_group(const struct icp__design *d, uint32_t field) {
    if (d->field[field].column >= d->derived) /* what is made of events shares one precision: each says too little of its own */
        while (field > 0 && d->field[field - 1].column >= d->derived)
            field--;
    return ICP__GROUPS * field + ICP__GROUP_TRAITS;
}

/* Words inside values, and terms that a normaliser adds to them, are a group of their own beside the values. */
static uint32_t group_of(const struct icp__design *d, const struct icp__feature *f) {
    if (d->field[f->field].column >= d->derived)
        return icp__layer_group(d, f->field);
    int32_t usual = icp__trait_kind_of(d->schema->column[d->field[f->field].column].kind);
    if (f->kind == ICP_TRAIT_PHRASE)
        return ICP__GROUPS * f->field + ICP__GROUP_PHRASES;
    if (f->kind == ICP_TRAIT_PREFIX)
        return ICP__GROUPS * f->field + ICP__GROUP_PREFIXES;
    if (usual == ICP_TRAIT_WORD && f->customers < 2 && f->reference < 4)
        return ICP__UNGROUPED;
    return ICP__GROUPS * f->field + (f->kind != ICP_TRAIT_RANGE && f->kind != usual ? ICP__GROUP_PARTS : ICP__GROUP_TRAITS);
}

static uint32_t params_of(const struct icp__layer *l) {
    return l->spans->x.cols + l->spans->x.dense;
}

static bool prior_make(struct icp__layer *l) {
    const struct icp__design *d = l->d;
    uint32_t params = params_of(l), groups = ICP__GROUPS * d->fields;
    uint32_t *group = icp__arena_alloc(&l->arena, params + 1u, sizeof *group);
    double *scale = icp__arena_alloc(&l->arena, params + 1u, sizeof *scale);
    double *centre = icp__arena_alloc(&l->arena, groups + 1u, sizeof *centre);
    l->tau = icp__arena_alloc(&l->arena, groups + 1u, sizeof *l->tau);
    if (!group || !scale || !centre || !l->tau)
        return false;
    l->prior = (struct icp__precisions){params, groups, group, scale, centre, STRENGTH};
    for (uint32_t g = 0; g < groups; g++) {
        bool events = d->field[g / ICP__GROUPS].column >= d->derived;
        bool words = icp__trait_kind_of(d->schema->column[d->field[g / ICP__GROUPS].column].kind) == ICP_TRAIT_WORD;
        centre[g] = g % ICP__GROUPS == ICP__GROUP_SPAN ? CENTRE_SPAN : g % ICP__GROUPS == ICP__GROUP_PHRASES ? CENTRE_PHRASES : events ? CENTRE_EVENTS : words ? CENTRE_WORDS : CENTRE_VALUES;
        l->tau[g] = centre[g];
    }
    for (uint32_t j = 0; j < params; j++) {
        bool feature = j < d->features;
        group[j] = feature ? group_of(d, &d->feature[j]) : ICP__UNGROUPED;
        scale[j] = feature ? scale2(d, &d->feature[j]) : 1;
        if (j >= d->x.cols)
            group[j] = ICP__GROUPS * l->spans->span[(j - d->x.cols) / ICP__SPAN].field + ICP__GROUP_SPAN;
        l->q[j] = feature ? PINNED_PRECISION : NUISANCE_PRECISION;
        l->raw[j] = 0;
    }
    icp__precisions_apply(&l->prior, l->tau, l->q);
    return true;
}

static bool layer_make(const struct icp__design *d, struct icp__layer *l) {
    struct icp__arena *m = &l->arena;
    size_t params = params_of(l);
    icp__arena_init(m, d->ctx);
    l->a = icp__arena_alloc(m, d->rows + 1u, sizeof *l->a);
    l->b = icp__arena_alloc(m, d->rows + 1u, sizeof *l->b);
    l->rank = icp__arena_alloc(m, d->rows + 1u, sizeof *l->rank);
    l->q = icp__arena_alloc(m, params + 1u, sizeof *l->q);
    l->raw = icp__arena_alloc(m, params + 1u, sizeof *l->raw);
    l->h = icp__arena_alloc(m, params + 1u, sizeof *l->h);
    l->w = icp__arena_alloc(m, d->x.cols + 1u, sizeof *l->w);
    if (!l->a || !l->b || !l->rank || !l->q || !l->raw || !l->h || !l->w)
        return false;
    for (uint32_t i = 0; i < d->rows; i++) {
        l->a[i] = d->weight[i];
        l->b[i] = i < d->reference_rows ? d->mass / d->reference_rows : 0;
    }
    l->folds = d->customers < 2 ? 0 : d->customers < ICP__FOLDS ? d->customers : ICP__FOLDS;
    return prior_make(l) && rank_make(l);
}

icp_status icp__layer_fit(const struct icp__design *d, const struct icp__spans *spans, const struct icp_progress *p,
                          struct icp__layer *out, struct icp_error *err) {
    struct icp__layer l = {.ctx = d->ctx, .d = d, .spans = spans};
    struct icp__solver solver = {0};
    double *sums = icp__alloc(d->ctx, 3 * ICP__GROUPS * (size_t)d->fields + 1, sizeof *sums);
    icp_status s = sums && layer_make(d, &l) && icp__solver_init(&solver, d->ctx, d->rows, params_of(&l)) ? ICP_OK : icp__no_memory(err);
    struct icp__problem fit = {.x = &spans->x, .a = l.a, .b = l.b, .q = l.q, .w = l.raw, .h = l.h, .tolerance = ROUGH};
    bool settled = false;
    for (uint32_t k = 0; !s; k++) {
        s = icp__progress(p, ICP_STAGE_FIT, k, UPDATES_MAX + 1, err);
        if (s)
            break;
        if (settled || k == UPDATES_MAX)
            fit.tolerance = 0;
        icp__solve(&solver, &fit);
        if (settled || k == UPDATES_MAX)
            break;
        settled = icp__precisions_update(&l.prior, &fit, l.tau, sums) < SETTLED;
        icp__precisions_apply(&l.prior, l.tau, l.q);
        l.updates++;
    }
    icp__solver_free(&solver);
    if (sums)
        icp__free(d->ctx, sums);
    if (s) {
        icp__arena_free(&l.arena);
        return s;
    }
    icp__spans_fold(spans, l.raw, l.w);
    l.w0 = fit.w0, l.newton = fit.newton, l.cg = fit.cg;
    *out = l;
    return ICP_OK;
}

void icp__layer_free(struct icp__layer *l) {
    if (l->ctx)
        icp__arena_free(&l->arena);
    *l = (struct icp__layer){0};
}

/* Masses of a refit: which customers stay, and for folds which rows of the reference. */
static bool masses(const struct icp__layer *l, uint32_t which, double *a, double *b) {
    const struct icp__design *d = l->d;
    double total_a = 0, total_b = 0;
    for (uint32_t i = 0; i < d->rows; i++) {
        uint32_t rank = l->rank[i];
        a[i] = l->a[i], b[i] = l->b[i];
        if (which < ICP__FOLDS) {
            if (rank % l->folds == which)
                a[i] = b[i] = 0;
        } else if (!icp__layer_in_part(rank, which - ICP__FOLDS)) {
            a[i] = 0;
        }
        total_a += a[i], total_b += b[i];
    }
    if (!(total_a > 0 && total_b > 0))
        return false;
    for (uint32_t i = 0; i < d->rows; i++)
        b[i] = b[i] * total_a / total_b;
    return true;
}

struct bench {
    struct icp__layer *layer;
    uint32_t which;
    struct icp__solver solver;
    double *a, *b, *h, *w;
    uint32_t newton, cg;
};

static void refit_task(void *arg, uint32_t i) {
    struct bench *t = (struct bench *)arg + i;
    struct icp__layer *l = t->layer;
    struct icp__refit *r = &l->refit[t->which];
    if ((t->which < ICP__FOLDS && t->which >= l->folds) || !masses(l, t->which, t->a, t->b))
        return;
    memcpy(t->w, l->raw, params_of(l) * sizeof *t->w);
    struct icp__problem p = {.x = &l->spans->x, .a = t->a, .b = t->b, .q = l->q, .w = t->w, .w0 = l->w0, .h = t->h, .tolerance = ROUGH};
    icp__solve(&t->solver, &p);
    icp__spans_fold(l->spans, t->w, r->w);
    r->done = true;
    t->newton += p.newton, t->cg += p.cg;
}

static void bench_free(struct bench *t, icp_context *c) {
    icp__solver_free(&t->solver);
    if (t->a)
        icp__free(c, t->a);
}

static bool bench_make(struct bench *t, struct icp__layer *l) {
    const struct icp__design *d = l->d;
    *t = (struct bench){.layer = l};
    size_t params = params_of(l);
    t->a = icp__alloc(l->ctx, 2 * ((size_t)d->rows + params) + 1, sizeof *t->a);
    if (!t->a)
        return false;
    t->b = t->a + d->rows;
    t->h = t->b + d->rows;
    t->w = t->h + params;
    return icp__solver_init(&t->solver, l->ctx, d->rows, (uint32_t)params);
}

icp_status icp__layer_refit(struct icp__layer *l, icp_pool *pool, const struct icp_progress *p, struct icp_error *err) {
    struct bench bench[AT_ONCE] = {0};
    icp_status s = ICP_OK;
    for (uint32_t k = 0; !s && k < ICP__REFITS; k++) {
        l->refit[k].w = icp__arena_alloc(&l->arena, l->d->x.cols + 1u, sizeof *l->refit[k].w);
        if (!l->refit[k].w)
            s = icp__no_memory(err);
    }
    for (uint32_t k = 0; !s && k < AT_ONCE; k++)
        if (!bench_make(&bench[k], l))
            s = icp__no_memory(err);
    for (uint32_t k = 0; !s && k < ICP__REFITS; k += AT_ONCE) {
        uint32_t n = ICP__REFITS - k < AT_ONCE ? ICP__REFITS - k : AT_ONCE;
        s = icp__progress(p, ICP_STAGE_CALIBRATE, k, ICP__REFITS, err);
        for (uint32_t i = 0; i < n; i++)
            bench[i].which = k + i;
        if (!s)
            s = icp__parallel(l->ctx, pool, n, refit_task, bench, err);
    }
    for (uint32_t k = 0; k < AT_ONCE; k++) {
        l->newton += bench[k].newton, l->cg += bench[k].cg;
        bench_free(&bench[k], l->ctx);
    }
    return s;
}
