/* SPDX-License-Identifier: MIT */
/* Which values of a dated row become known only with its later date: the stage of a deal goes with its close date. */
#include "base/hash.h"
#include "dataset/profile.h"
#include "trait/extract.h"
#include "trait/parse.h"

enum { DATES = 16, VALUES = 64, FEW = 20 };

struct dates {
    uint32_t column[DATES], count;
    uint64_t filled[DATES];
    uint64_t later[DATES][DATES], both[DATES][DATES]; /* rows in which the first is not before the second; in which both stand */
};
struct look {
    const struct icp__profile *p;
    const struct icp__table *t;
    const uint32_t *place;
};

static const struct icp__cell *cell_of(const struct look *l, uint64_t row, uint32_t column) {
    return l->t->cells + row * l->t->columns + l->place[column];
}

static bool is_filled(const struct icp__cell *cell) { return cell->data && !icp__cell_missing(cell->data, cell->size); }

static bool day_of(const struct look *l, uint64_t row, uint32_t column, double *day) {
    struct icp_str v;
    bool bad;
    return icp__cell_value(cell_of(l, row, column), &v, &bad) && icp__date_read(v.data, v.size, l->p->schema->column[column].date_order, day) != ICP__DATE_NONE;
}

static void compare(const struct look *l, struct dates *d) {
    double day[DATES];
    bool known[DATES];
    for (uint64_t row = 0; row < l->t->rows; row++) {
        for (uint32_t i = 0; i < d->count; i++) d->filled[i] += known[i] = day_of(l, row, d->column[i], &day[i]);
        for (uint32_t i = 0; i < d->count; i++)
            for (uint32_t k = 0; k < d->count; k++) {
                if (i == k || !known[i] || !known[k]) continue;
                d->both[i][k]++;
                d->later[i][k] += day[i] >= day[k];
            }
    }
}

/* The date that follows the others and is not always there: a row without it is still open. -1 = there is none. */
static int32_t closing(const struct look *l, struct dates *d) {
    int32_t best = -1;
    uint32_t first = 0;
    for (uint32_t i = 1; i < d->count; i++)
        if (d->filled[i] > d->filled[first]) first = i;
    for (uint32_t i = 0; i < d->count; i++) {
        const bool after = i != first && d->both[i][first] >= FEW && d->later[i][first] * 10 >= d->both[i][first] * 9;
        if ((d->count > 1 && !after) || d->filled[i] * 100 > l->t->rows * 97 || d->filled[i] < FEW) continue;
        if (best < 0 || d->filled[i] < d->filled[(uint32_t)best]) best = (int32_t)i;
    }
    return best < 0 ? -1 : (int32_t)d->column[best];
}

struct value {
    uint64_t hash, open, closed;
};

static bool count_value(struct value *v, uint32_t *n, uint64_t hash, bool closed) {
    uint32_t i = 0;
    while (i < *n && v[i].hash != hash) i++;
    if (i == *n) {
        if (*n == VALUES) return false;
        v[(*n)++] = (struct value){hash, 0, 0};
    }
    if (closed) v[i].closed++;
    else v[i].open++;
    return true;
}

/* Filled only in rows that are closed, or with values that tell open from closed rows. Returns rows of a thousand that agree, 0 = no. */
static uint32_t goes_with(const struct look *l, uint32_t column, uint32_t closing_column) {
    struct value v[VALUES];
    uint32_t n = 0;
    uint64_t closed = 0, filled = 0, filled_open = 0, right = 0;
    bool values = true;
    for (uint64_t row = 0; row < l->t->rows; row++) {
        const struct icp__cell *cell = cell_of(l, row, column);
        const bool is_closed = is_filled(cell_of(l, row, closing_column)), known = is_filled(cell);
        closed += is_closed, filled += known, filled_open += known && !is_closed;
        if (values) values = count_value(v, &n, known ? icp__hash(cell->data, cell->size, 0) : 0, is_closed);
    }
    const uint64_t open = l->t->rows - closed, base = closed > open ? closed : open;
    /* So many open rows would be filled by chance that their absence means something. */
    if (filled >= FEW && filled_open * 50 <= filled && filled * open >= FEW * l->t->rows)
        return (uint32_t)((filled - filled_open) * 1000 / filled);
    for (uint32_t i = 0; i < n && values; i++) right += v[i].closed > v[i].open ? v[i].closed : v[i].open;
    if (!values || n < 2 || (l->t->rows - right) * 10 > (l->t->rows - base) * 3 || right * 100 < l->t->rows * 90) return 0;
    return (uint32_t)(right * 1000 / l->t->rows);
}

bool icp__profile_late(struct icp__profile *p, const struct icp__table *t, const uint32_t *place) {
    const struct look l = {p, t, place};
    struct dates *d = icp__calloc(p->ctx, 1, sizeof *d);
    if (!d) return false;
    for (uint32_t i = 0; i < p->columns && d->count < DATES; i++)
        if (p->schema->column[i].kind == ICP_KIND_DATE) d->column[d->count++] = i;
    if (d->count && t->rows) {
        compare(&l, d);
        const int32_t at = closing(&l, d);
        for (uint32_t i = 0; i < p->columns && at >= 0; i++) {
            if (p->schema->column[i].kind == ICP_KIND_DATE) continue;
            p->column[i].late_share = goes_with(&l, i, (uint32_t)at);
            p->column[i].late = p->column[i].late_share > 0;
            p->column[i].late_with = at;
        }
        p->dates = d->count;
        p->closing = at;
    }
    icp__free(p->ctx, d);
    return true;
}
