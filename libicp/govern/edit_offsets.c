/* SPDX-License-Identifier: MIT */
/* Offsets after an edit, from the reference (doc/change.md). Which companies of it are customers a model does not say; the learned ratio
 * tells how likely each is one. */
#include "govern/edit.h"
#include "base/json.h"
#include "model/offsets.h"
#include "score/scorer.h"

#define EVIDENCE_MOST 50.0
#define UNLISTED_ENOUGH 20.0 /* as of the fit */
#define STEEPEST 16.0
#define POINTS_MOST 5000000.0

/* The reference as the layer sees it. */
struct seen {
    icp_context *ctx;
    uint32_t rows, fields;
    uint32_t *column;         /* [fields] in the schema */
    uint32_t *field;          /* [schema->columns] */
    double *was, *now;        /* [rows * fields] log ratios without offsets, learned and edited */
    uint8_t *known;           /* [rows * fields] */
    int64_t *points;          /* [rows] edited milli-points without offsets */
    double *evidence, *ratio; /* [rows] learned log ratio; ratio */
    double *unlisted;         /* [rows] chance that the company is no customer */
    double *offset;           /* [4 * fields] learned, edited, and two of scratch */
};

static double nats(int64_t milli) { return (double)milli / 53000 * icp__log(2); }

static void *room(struct seen *s, size_t count, size_t size) { return icp__calloc(s->ctx, count + 1, size); }

static void seen_free(struct seen *s) {
    void *all[] = {s->column, s->field, s->was, s->now, s->known, s->points, s->evidence, s->ratio, s->unlisted, s->offset};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        icp__free(s->ctx, all[i]);
}

static bool seen_make(struct seen *s, const struct icp__edit *e) {
    const icp_schema *schema = e->m->schema;
    s->ctx = e->ctx;
    s->rows = (uint32_t)e->reference->table->rows;
    s->column = room(s, schema->columns, sizeof *s->column);
    s->field = room(s, schema->columns, sizeof *s->field);
    if (s->column == NULL || s->field == NULL)
        return false;
    for (uint32_t c = 0; c < schema->columns; c++)
        if (e->m->slots[c].known != ICP__NONE) {
            s->field[c] = s->fields;
            s->column[s->fields++] = c;
        }
    const size_t cells = (size_t)s->rows * s->fields;
    s->was = room(s, cells, sizeof *s->was);
    s->now = room(s, cells, sizeof *s->now);
    s->known = room(s, cells, 1);
    s->points = room(s, s->rows, sizeof *s->points);
    s->evidence = room(s, s->rows, sizeof *s->evidence);
    s->ratio = room(s, s->rows, sizeof *s->ratio);
    s->unlisted = room(s, s->rows, sizeof *s->unlisted);
    s->offset = room(s, 4 * (size_t)s->fields, sizeof *s->offset);
    return s->was && s->now && s->known && s->points && s->evidence && s->ratio && s->unlisted && s->offset;
}

static void take_row(struct seen *s, const struct icp__edit *e, uint32_t row, const struct icp__tally *t) {
    const size_t first = (size_t)row * s->fields;
    for (uint32_t k = 0; k < t->count; k++) {
        const uint32_t i = t->hits[k], f = s->field[icp__entry_column(icp__entry(e->m, i))];
        if (icp__entry_kind(icp__entry(e->m, i)) == ICP_TRAIT_KNOWN) {
            s->known[first + f] = 1;
            continue;
        }
        s->was[first + f] += nats(e->learned[i].points);
        s->now[first + f] += nats(e->now[i].points);
        s->points[row] += e->now[i].points;
    }
}

static icp_status read_rows(struct seen *s, const struct icp__edit *e, struct icp_error *err) {
    const struct icp_scorer_options o = {.struct_size = sizeof o, .layers = 1u << ICP_LAYER_FIT};
    const struct icp__table *t = e->reference->table;
    struct icp__cell *names = icp__alloc(s->ctx, (size_t)t->columns + 1, sizeof *names);
    struct icp__layout *layout = NULL;
    struct icp__plan *plan;
    icp_scorer *scorer = NULL;
    for (uint32_t i = 0; names != NULL && i < t->columns; i++)
        names[i] = (struct icp__cell){t->names[i].data, t->names[i].size};
    if (names != NULL)
        layout = icp__layout_new(s->ctx, t->columns, names);
    icp_status st = layout != NULL ? icp_scorer_new((icp_model *)(uintptr_t)e->m, &o, &scorer, err) : icp__no_memory(err);
    if (st == ICP_OK)
        st = icp__plan_find(scorer, layout, NULL, &plan, err);
    for (uint32_t row = 0; st == ICP_OK && row < s->rows; row++) {
        struct icp__tally tally = {.hits = scorer->hits};
        if (icp__row_tally(scorer, plan, t->cells + (size_t)row * t->columns, &tally))
            take_row(s, e, row, &tally);
        else
            st = icp__no_memory(err);
    }
    icp_scorer_free(scorer);
    icp__layout_unref(layout);
    icp__free(s->ctx, names);
    return st;
}

static struct icp__ratios ratios_of(const struct seen *s, const double *c) {
    return (struct icp__ratios){.rows = s->rows, .fields = s->fields, .c = c, .known = s->known, .weight = s->unlisted};
}

/* 1 over the mean ratio that the offsets of the fit aimed at, squared; 1 when the summary does not say. */
static icp_status inflation_of(const struct icp__edit *e, double *out, struct icp_error *err) {
    const struct icp__section *s = e->m->summary;
    struct icp__arena arena;
    struct icp__json *root;
    uint64_t micro = 0;
    *out = 1;
    if (s == NULL || s->size == 0)
        return ICP_OK;
    icp__arena_init(&arena, e->ctx);
    const icp_status st = icp__json_parse(&arena, (const char *)s->data, (size_t)s->size, ICP_E_FORMAT, &root, err);
    const struct icp__json *crossed = st == ICP_OK && root->type == ICP__JSON_OBJECT ? icp__json_get(root, "cross_fitted") : NULL;
    if (crossed != NULL && crossed->type == ICP__JSON_OBJECT && icp__json_uint(icp__json_get(crossed, "mean_ratio_micro"), &micro) && micro > 0)
        *out = (double)micro / 1e6;
    icp__arena_free(&arena);
    return st == ICP_E_MEMORY ? st : ICP_OK;
}

/* Chances of being a customer, 1 / (1 + exp(-(a + b x))): how many there are, and the sum of their ratios. */
struct chances {
    double count, ratios, slope;
};

static struct chances chances_at(const struct seen *s, double a, double b) {
    struct chances c = {0, 0, 0};
    for (uint32_t i = 0; i < s->rows; i++) {
        const double p = 1 / (1 + icp__exp(-(a + b * s->evidence[i])));
        c.count += p, c.ratios += p * s->ratio[i], c.slope += p * (1 - p);
    }
    return c;
}

/* The a for which as many are customers as there are, by Newton's method kept between two bounds. */
static struct chances fit_level(const struct seen *s, double listed, double b, double *a) {
    double low = -2 * EVIDENCE_MOST * (b + 1), high = -low;
    struct chances c = chances_at(s, *a, b);
    for (int round = 0; round < 60 && !(c.count - listed < 1e-9 * listed && listed - c.count < 1e-9 * listed); round++) {
        if (c.count > listed)
            high = *a;
        else
            low = *a;
        *a = c.slope > 0 ? *a - (c.count - listed) / c.slope : low;
        if (!(*a > low && *a < high))
            *a = low + (high - low) / 2;
        c = chances_at(s, *a, b);
    }
    return c;
}

/* Who of the reference is a customer a model does not say, but how many are, and what sum of ratios they have: the rest averages to what the fit
 * aimed at. The chances that rise with the evidence and meet both stand for them. */
static void find_unlisted(struct seen *s, const struct icp__edit *e, double inflation) {
    const double listed = (double)e->m->info.listed, rest = s->rows - listed;
    double all = 0, a = 0, low = 0, high = STEEPEST, b = 1;
    for (uint32_t i = 0; i < s->rows; i++) {
        double x = 0;
        for (uint32_t f = 0; f < s->fields; f++)
            if (s->known[(size_t)i * s->fields + f])
                x += s->was[(size_t)i * s->fields + f] + s->offset[f];
        s->evidence[i] = x < EVIDENCE_MOST ? x : EVIDENCE_MOST;
        s->ratio[i] = icp__exp(s->evidence[i]);
        s->unlisted[i] = 1;
        all += s->unlisted[i] * s->ratio[i];
    }
    if (!(listed > 0) || rest < UNLISTED_ENOUGH)
        return;
    const double theirs = all - rest / icp__sqrt(inflation);
    a = icp__log(listed / rest);
    for (int round = 0; round < 40; round++) {
        if (fit_level(s, listed, b, &a).ratios < theirs)
            low = b;
        else
            high = b;
        b = low + (high - low) / 2;
    }
    for (uint32_t i = 0; i < s->rows; i++)
        s->unlisted[i] = 1 - 1 / (1 + icp__exp(-(a + b * s->evidence[i])));
}

/* Points of a column that says nothing any more; one that never said anything keeps what it has. */
static bool is_off(const struct icp__edit *e, uint32_t column) {
    const struct icp__slot *slot = &e->m->slots[column];
    bool said = false;
    for (uint32_t i = slot->first; i < slot->first + slot->traits; i++) {
        if (i == slot->known)
            continue;
        if (e->now[i].points != 0)
            return false;
        said = said || e->learned[i].points != 0;
    }
    return said;
}

/* Slope of the edited evidence on the learned: 1 when nothing was changed, near 0 when what told companies apart is gone. */
static double kept(const struct seen *s, const double *offset) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (uint32_t i = 0; i < s->rows; i++) {
        const double w = s->unlisted[i];
        double now = 0;
        for (uint32_t f = 0; f < s->fields; f++)
            if (s->known[(size_t)i * s->fields + f])
                now += s->now[(size_t)i * s->fields + f] + offset[f];
        n += w, x += w * s->evidence[i], y += w * now;
        xx += w * s->evidence[i] * s->evidence[i], xy += w * s->evidence[i] * now;
    }
    const double variance = xx - x * x / n;
    return variance > 0 ? (xy - x * y / n) / variance : 1;
}

/* Each offset moves as the mean ratio of its column does; then all that still say something together, so that the mean of the whole is what it was. The fit
 * aimed below 1 by half of what it flatters companies that it saw; an edited model does so as far as its evidence is still the learned one. */
static void set_offsets(struct seen *s, struct icp__edit *e, double inflation) {
    const struct icp__ratios was = ratios_of(s, s->was), now = ratios_of(s, s->now);
    double *before = s->offset, *after = s->offset + s->fields, *share = after + s->fields;
    bool any = false;
    icp__ratios_shares(&now, share);
    for (uint32_t f = 0; f < s->fields; f++) {
        const struct icp__field_ratio a = icp__ratios_field(&was, f), b = icp__ratios_field(&now, f);
        const bool off = is_off(e, s->column[f]);
        after[f] = off ? 0 : before[f] + (a.count > 0 ? icp__log(a.mean) - icp__log(b.mean) : 0);
        share[f] = off ? 0 : share[f];
        any = any || !off;
    }
    if (any)
        icp__ratios_close(&now, icp__ratios_mean(&was, before) * icp__exp(icp__log(inflation) / 2 * (1 - kept(s, after))), share, after);
    for (uint32_t f = 0; f < s->fields; f++) {
        const double milli = after[f] / icp__log(2) * 53000;
        e->now[e->m->slots[s->column[f]].known].points = (int32_t)icp__round(milli > POINTS_MOST ? POINTS_MOST : milli < -POINTS_MOST ? -POINTS_MOST : milli);
    }
}

/* Whole numbers in these proportions that sum to n: what is rounded are the sums up to each, so that the shape is kept where all are below 1. */
static void proportion(const double *parts, uint64_t n, uint64_t *out) {
    double sum = 0, up_to = 0;
    uint64_t given = 0;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        sum += parts[i];
    for (uint32_t i = 0; i < ICP__SCORES && sum > 0; i++) {
        up_to += parts[i];
        const uint64_t upper = i + 1 < ICP__SCORES ? (uint64_t)icp__round(up_to / sum * (double)n) : n, most = upper < n ? upper : n;
        out[i] = most > given ? most - given : 0;
        given += out[i];
    }
}

/* The reference as it scores now. The customers' scores were cross-fitted, which cannot be done again: companies that are none, each by its
 * learned ratio, stand for them. Those that the fit has learned by heart would look too good. */
static void make_spread(const struct seen *s, struct icp__edit *e) {
    const uint8_t *learned = icp__edits_spread(e->m);
    double implied[ICP__SCORES] = {0};
    uint64_t customers = 0;
    memset(e->spread, 0, sizeof e->spread);
    for (uint32_t i = 0; i < s->rows; i++) {
        int64_t milli = s->points[i];
        for (uint32_t f = 0; f < s->fields; f++)
            if (s->known[(size_t)i * s->fields + f])
                milli += e->now[e->m->slots[s->column[f]].known].points;
        const int32_t at = icp__points_score(milli) - ICP__SCORE_MIN;
        e->spread[0][at]++;
        implied[at] += s->unlisted[i] * s->ratio[i];
    }
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        customers += icp__get64(learned + (size_t)(ICP__SCORES + i) * 8);
    proportion(implied, customers, e->spread[1]);
}

bool icp__edit_undone(const struct icp__edit *e) {
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        if (e->now[i].points != e->learned[i].points)
            return false;
    return true;
}

/* All traits are as they were learned: so are the offsets and the distributions. */
static bool go_back(struct icp__edit *e) {
    const uint8_t *learned = icp__edits_spread(e->m);
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        if (icp__entry_kind(icp__entry(e->m, i)) != ICP_TRAIT_KNOWN && e->now[i].points != e->learned[i].points)
            return false;
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        if (icp__entry_kind(icp__entry(e->m, i)) == ICP_TRAIT_KNOWN)
            e->now[i] = e->learned[i];
    for (uint32_t i = 0; i < 2 * ICP__SCORES; i++)
        e->spread[i / ICP__SCORES][i % ICP__SCORES] = icp__get64(learned + (size_t)i * 8);
    return true;
}

icp_status icp__edit_offsets(struct icp__edit *e, struct icp_error *err) {
    struct seen s = {.ctx = e->ctx};
    double inflation = 1;
    if (go_back(e))
        return ICP_OK;
    icp_status st = seen_make(&s, e) ? read_rows(&s, e, err) : icp__no_memory(err);
    if (st == ICP_OK)
        st = inflation_of(e, &inflation, err);
    if (st == ICP_OK) {
        for (uint32_t f = 0; f < s.fields; f++)
            s.offset[f] = nats(e->learned[e->m->slots[s.column[f]].known].points);
        find_unlisted(&s, e, inflation);
        set_offsets(&s, e, inflation);
        make_spread(&s, e);
    }
    seen_free(&s);
    return st;
}
