/* SPDX-License-Identifier: MIT */
/* Points, weights and counts of every trait, in integers. */
#include "base/number.h"
#include "model/outcome.h"
#include "model/points.h"

#define POINTS_MOST 5000000.0 /* 94 bits; keeps all sums of squares far from 64 bits */
#define BOUND_DIGITS 1000.0

static double milli_per_nat(void) {
    return ICP__MILLI / icp__log(2);
}

static int32_t points_of(double nats) {
    double p = nats * milli_per_nat();
    return (int32_t)icp__round(p > POINTS_MOST ? POINTS_MOST : p < -POINTS_MOST ? -POINTS_MOST : p);
}

static uint64_t squares(double v) {
    return v > 0 ? (uint64_t)icp__round(v < POINTS_MOST * POINTS_MOST ? v : POINTS_MOST * POINTS_MOST) : 0;
}

/* How far the shares of customers in a field stray from the reference's, beyond chance: the pseudo customers of a
 * beta-binomial, by moments. */
struct stray {
    double squares, chance; /* sum (k/n - p)^2, sum p (1 - p) */
};

static void stray_add(struct stray *s, double k, double n, double p) {
    s->squares += (k / n - p) * (k / n - p);
    s->chance += p * (1 - p);
}

static double pseudo_customers(const struct stray *s, double n) {
    double most = 1e4, least = 0.1;
    if (!(s->chance > 0) || n < 2)
        return most;
    double rho = (n * s->squares / s->chance - 1) / (n - 1);
    double pseudo = rho > 1 / most ? 1 / rho - 1 : most;
    return pseudo < least ? least : pseudo;
}

static double field_pseudo(const struct icp__outcome *o, uint32_t f) {
    const struct icp__field *field = &o->steps->design.field[f];
    struct stray s = {0, 0};
    double n = field->known_customers, r = field->known_reference;
    for (uint32_t k = 0; k <= field->count; k++) {
        if (field->numeric)
            stray_add(&s, o->steps->bins.bin[o->steps->bins.first[f] + k].customers, n, o->steps->bins.bin[o->steps->bins.first[f] + k].reference / r);
        else if (k < field->count)
            stray_add(&s, o->steps->design.feature[field->first + k].customers, n, o->steps->design.feature[field->first + k].reference / r);
    }
    return pseudo_customers(&s, n);
}

struct measured {
    double c; /* log ratio */
    uint32_t customers, reference, field;
};

static void measure(const struct icp__outcome *o, const struct measured *m, double pseudo, struct icp__learned_trait *t) {
    const struct icp__field *field = &o->steps->design.field[m->field];
    double share = (double)m->reference / field->known_reference, scale = milli_per_nat();
    double shrunk = (m->customers + pseudo * share) / (field->known_customers + pseudo);
    t->column = field->column;
    t->points = points_of(m->c);
    t->weight = (int32_t)icp__round(100 * (shrunk - share));
    t->customers = m->customers, t->customers_of = field->known_customers;
    t->reference = m->reference, t->reference_of = field->known_reference;
    double square = (double)t->points * t->points;
    t->square = squares(square);
    double support = icp__support(&o->steps->design, m->customers, m->reference);
    t->square_over = squares(square / support);
    t->variance = squares(o->steps->interval.per * m->c * m->c * scale * scale / support);
}

static void known_trait(const struct icp__outcome *o, uint32_t f, struct icp__learned_trait *t) {
    const struct icp__field *field = &o->steps->design.field[f];
    *t = (struct icp__learned_trait){.column = field->column, .kind = ICP_TRAIT_KNOWN, .text = {"", 0}, .open_lo = true, .open_hi = true};
    t->points = points_of(o->steps->calibration.offset[f] + o->steps->bins.centre[f]);
    t->customers = field->known_customers, t->customers_of = o->steps->design.customers;
    t->reference = field->known_reference, t->reference_of = o->steps->design.reference_rows;
}

static uint32_t range_traits(const struct icp__outcome *o, uint32_t f, double pseudo, struct icp__learned_trait *t) {
    const struct icp__field *field = &o->steps->design.field[f];
    for (uint32_t k = 0; k <= field->count; k++) {
        const struct icp__bin *bin = &o->steps->bins.bin[o->steps->bins.first[f] + k];
        t[k] = (struct icp__learned_trait){.kind = ICP_TRAIT_RANGE, .text = {"", 0}, .open_lo = k == 0, .open_hi = k == field->count};
        if (k > 0)
            t[k].lo = o->steps->design.feature[field->first + k - 1].edge;
        if (k < field->count)
            t[k].hi = o->steps->design.feature[field->first + k].edge;
        struct measured m = {bin->c, bin->customers, bin->reference, f};
        measure(o, &m, pseudo, &t[k]);
    }
    return field->count + 1;
}

/* Traits without points are dropped: they can change no score. */
static uint32_t token_traits(const struct icp__outcome *o, uint32_t f, double pseudo, struct icp__learned_trait *t) {
    const struct icp__field *field = &o->steps->design.field[f];
    uint32_t n = 0;
    for (uint32_t k = 0; k < field->count; k++) {
        const struct icp__feature *x = &o->steps->design.feature[field->first + k];
        struct measured m = {o->steps->calibration.slope * o->steps->layer.w[field->first + k], x->customers, x->reference, f};
        t[n] = (struct icp__learned_trait){.kind = x->kind, .text = x->text};
        measure(o, &m, pseudo, &t[n]);
        n += t[n].points != 0;
    }
    return n;
}

static bool traits_make(const struct icp__outcome *o, struct icp__learned *out) {
    const struct icp__design *d = &o->steps->design;
    out->traits = icp__arena_alloc(&out->arena, (size_t)d->features + 2 * (size_t)d->fields + 1, sizeof *out->traits);
    if (!out->traits)
        return false;
    for (uint32_t f = 0; f < d->fields; f++) {
        double pseudo = field_pseudo(o, f);
        known_trait(o, f, &out->traits[out->count++]);
        struct icp__learned_trait *t = out->traits + out->count;
        out->count += d->field[f].numeric ? range_traits(o, f, pseudo, t) : token_traits(o, f, pseudo, t);
    }
    for (uint64_t i = 0; i < out->count; i++) {
        struct icp_str *text = &out->traits[i].text;
        if (text->size && !(text->data = icp__arena_copy(&out->arena, text->data, text->size)))
            return false;
    }
    return true;
}

/* Rounded outward to three digits, so that no company's own value stands in a model. */
static struct icp__decimal outward(double v, bool up) {
    struct icp__decimal d = {0, 0};
    double size = v < 0 ? -v : v, unit = 1;
    if (size == 0)
        return d;
    for (; size / unit >= BOUND_DIGITS; unit *= 10)
        d.exponent++;
    for (; size / unit < BOUND_DIGITS / 10 && d.exponent > -300; unit /= 10)
        d.exponent--;
    d.mantissa = (int64_t)(v / unit);
    for (int k = 0; k < 2; k++)
        if (up ? icp__decimal_value(d) < v : icp__decimal_value(d) > v)
            d.mantissa += up ? 1 : -1;
    return d;
}

static bool bounds_make(const struct icp__outcome *o, struct icp__learned *out) {
    const struct icp__design *d = &o->steps->design;
    out->bounds = icp__arena_alloc(&out->arena, d->fields + 1u, sizeof *out->bounds);
    for (uint32_t f = 0; out->bounds && f < d->fields; f++) {
        const struct icp__field *field = &d->field[f];
        if (field->numeric)
            out->bounds[out->bounds_count++] =
                (struct icp__learned_bounds){field->column, outward(field->least, false), outward(field->most, true)};
    }
    return out->bounds != NULL;
}

/* The integers a scorer would add up for a row of the matrix. */
static int64_t row_points(const struct icp__outcome *o, const int32_t *points, uint32_t row) {
    const struct icp__design *d = &o->steps->design;
    int64_t sum = 0;
    uint64_t k = d->x.start[row], end = d->x.start[row + 1];
    for (uint32_t f = 0; f < d->fields; f++) {
        uint32_t bin = 0;
        bool known = d->known[(size_t)row * d->fields + f];
        for (; k < end && d->x.index[k] < d->field[f].first + d->field[f].count; k++) {
            if (d->field[f].numeric)
                bin++;
            else
                sum += points[d->x.index[k]];
        }
        if (known)
            sum += points_of(o->steps->calibration.offset[f] + o->steps->bins.centre[f]);
        if (known && d->field[f].numeric)
            sum += points_of(o->steps->bins.bin[o->steps->bins.first[f] + bin].c);
    }
    return sum;
}

/* As companies outside the reference score: by the fold's fit that did not see the row. Its offsets make unseen rows 1 on average, those of the whole
 * fit go half the way only (calibrate.c). */
static void unseen_make(const struct icp__outcome *o, struct icp__learned *out) {
    const double further = -.5 * icp__log(o->steps->calibration.inflation);
    for (uint32_t i = 0; o->steps->layer.folds && i < o->steps->design.reference_rows; i++)
        out->unseen[icp__points_score(points_of(o->steps->calibration.crossed[i] + further)) - ICP__SCORE_MIN]++;
}

static bool spread_make(const struct icp__outcome *o, struct icp__learned *out) {
    const struct icp__design *d = &o->steps->design;
    int32_t *points = icp__arena_alloc(&out->arena, d->features + 1u, sizeof *points);
    if (!points)
        return false;
    for (uint32_t j = 0; j < d->features; j++)
        points[j] = points_of(o->steps->calibration.slope * o->steps->layer.w[j]);
    for (uint32_t i = 0; i < d->rows; i++) {
        if (i < d->reference_rows)
            out->spread[0][icp__points_score(row_points(o, points, i)) - ICP__SCORE_MIN]++;
        if (d->weight[i] > 0)
            out->spread[1][icp__points_score(points_of(o->steps->calibration.crossed[i])) - ICP__SCORE_MIN]++;
    }
    return true;
}

icp_status icp__outcome_learn(const struct icp__outcome *o, struct icp__learned *out, struct icp_error *err) {
    const struct icp__design *d = &o->steps->design;
    struct icp__learned l = {.schema = d->schema, .layer = o->which, .flags = o->flags, .customers = (uint64_t)(o->timing ? d->effective + 0.5 : d->customers),
                             .companies = d->reference_rows, .listed = d->listed};
    icp__arena_init(&l.arena, d->ctx);
    icp__bytes_init(&l.summary, d->ctx);
    icp__bytes_init(&l.signals, d->ctx);
    memcpy(l.reference_id, o->reference->id, sizeof l.reference_id);
    l.base_variance = squares(o->steps->interval.base * milli_per_nat() * milli_per_nat());
    l.slope_micro = icp__round(o->steps->calibration.slope * 1e6);
    l.cllr_micro = icp__round(o->steps->calibration.cllr * 1e6);
    l.auc_micro = icp__round(o->steps->calibration.auc * 1e6);
    icp_status s = traits_make(o, &l) && bounds_make(o, &l) && spread_make(o, &l) ? ICP_OK : icp__no_memory(err);
    unseen_make(o, &l);
    if (!s)
        s = icp__outcome_summary(o, &l.summary, err);
    if (s) {
        icp__learned_free(&l);
        return s;
    }
    *out = l;
    return ICP_OK;
}

void icp__learned_free(struct icp__learned *l) {
    icp__arena_free(&l->arena);
    icp__bytes_free(&l->summary);
    icp__bytes_free(&l->signals);
    icp_schema_unref(l->own_schema);
    l->own_schema = NULL;
}
