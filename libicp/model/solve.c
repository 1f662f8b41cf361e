/* SPDX-License-Identifier: MIT */
/* Truncated Newton with conjugate gradients, and the EM step. One thread: callers run several fits side by side. */
#include "model/solve.h"
#include "base/number.h"

#define CG_MAX 60u
#define CG_REDUCTION 1e-4
#define HALVINGS 20u

bool icp__solver_init(struct icp__solver *s, icp_context *c, uint32_t rows, uint32_t cols) {
    size_t n = rows, m = cols, total = 5 * n + 7 * m + 1;
    double *p = icp__alloc(c, total, sizeof *p);
    if (!p)
        return false;
    *s = (struct icp__solver){.ctx = c, .rows = rows, .cols = cols, .memory = p};
    double **by_row[] = {&s->f, &s->r, &s->h, &s->t, &s->f2};
    double **by_col[] = {&s->g, &s->d, &s->res, &s->z, &s->dir, &s->ap, &s->w2};
    for (size_t i = 0; i < 5; i++, p += n)
        *by_row[i] = p;
    for (size_t i = 0; i < 7; i++, p += m)
        *by_col[i] = p;
    return true;
}

void icp__solver_free(struct icp__solver *s) {
    if (s->ctx && s->memory)
        icp__free(s->ctx, s->memory);
    *s = (struct icp__solver){0};
}

void icp__matrix_times(const struct icp__matrix *x, const double *w, double w0, double *f) {
    for (uint32_t i = 0; i < x->rows; i++) {
        double sum = 0;
        for (uint64_t k = x->start[i]; k < x->start[i + 1]; k++)
            sum += w[x->index[k]];
        f[i] = sum + w0;
    }
}

static void times_transposed(const struct icp__matrix *x, const double *r, double *g) {
    for (uint32_t j = 0; j < x->cols; j++)
        g[j] = 0;
    for (uint32_t i = 0; i < x->rows; i++) {
        double v = r[i];
        if (v == 0)
            continue;
        for (uint64_t k = x->start[i]; k < x->start[i + 1]; k++)
            g[x->index[k]] += v;
    }
}

static double log_one_plus_exp(double x) {
    return x > 0 ? x + icp__log(1 + icp__exp(-x)) : icp__log(1 + icp__exp(x));
}

static double objective(const struct icp__problem *p, const double *f, const double *w) {
    double sum = 0, penalty = 0;
    for (uint32_t i = 0; i < p->x->rows; i++) {
        double m = p->a[i] + p->b[i];
        if (m != 0)
            sum += m * log_one_plus_exp(f[i]) - p->a[i] * f[i];
    }
    for (uint32_t j = 0; j < p->x->cols; j++)
        penalty += p->q[j] * w[j] * w[j];
    return sum + 0.5 * penalty;
}

struct step {
    double w0, gradient0, curvature0; /* of the intercept */
};

/* Residuals r, weights h of the rows; their totals. */
static struct step weigh(struct icp__solver *s, const struct icp__problem *p) {
    struct step st = {0, 0, 1e-9};
    for (uint32_t i = 0; i < p->x->rows; i++) {
        double m = p->a[i] + p->b[i];
        s->r[i] = s->h[i] = 0;
        if (m == 0)
            continue;
        double probability = 1 / (1 + icp__exp(-s->f[i]));
        s->r[i] = m * probability - p->a[i];
        s->h[i] = m * probability * (1 - probability);
        st.gradient0 += s->r[i];
        st.curvature0 += s->h[i];
    }
    return st;
}

/* Solves (X' h X + q) d = -g, the intercept being one more column of ones. False = already there. */
static bool direction(struct icp__solver *s, struct icp__problem *p, struct step *st, double tolerance) {
    uint32_t m = p->x->cols;
    double residual0 = -st->gradient0, z0 = residual0 / st->curvature0, dir0 = z0, rz = residual0 * z0;
    for (uint32_t j = 0; j < m; j++) {
        s->d[j] = 0;
        s->res[j] = -s->g[j];
        s->z[j] = s->res[j] / (p->h[j] + p->q[j]);
        s->dir[j] = s->z[j];
        rz += s->res[j] * s->z[j];
    }
    st->w0 = 0;
    if (!(rz >= tolerance * tolerance))
        return false;
    double enough = rz * CG_REDUCTION;
    for (uint32_t step = 0; step < CG_MAX && rz > enough; step++, p->cg++) {
        icp__matrix_times(p->x, s->dir, dir0, s->t);
        double ap0 = 0, curvature = 0, next = 0;
        for (uint32_t i = 0; i < p->x->rows; i++) {
            s->t[i] *= s->h[i];
            ap0 += s->t[i];
        }
        times_transposed(p->x, s->t, s->ap);
        for (uint32_t j = 0; j < m; j++) {
            s->ap[j] += p->q[j] * s->dir[j];
            curvature += s->dir[j] * s->ap[j];
        }
        curvature += dir0 * ap0;
        if (!(curvature > 0))
            break;
        double alpha = rz / curvature;
        for (uint32_t j = 0; j < m; j++) {
            s->d[j] += alpha * s->dir[j];
            s->res[j] -= alpha * s->ap[j];
            s->z[j] = s->res[j] / (p->h[j] + p->q[j]);
            next += s->res[j] * s->z[j];
        }
        st->w0 += alpha * dir0;
        residual0 -= alpha * ap0;
        z0 = residual0 / st->curvature0;
        next += residual0 * z0;
        double beta = next / rz;
        rz = next;
        for (uint32_t j = 0; j < m; j++)
            s->dir[j] = s->z[j] + beta * s->dir[j];
        dir0 = z0 + beta * dir0;
    }
    return true;
}

/* Halves the step until the objective does not rise; false = no such step. */
static bool advance(struct icp__solver *s, struct icp__problem *p, const struct step *st, double *value) {
    icp__matrix_times(p->x, s->d, st->w0, s->t);
    double length = 1;
    for (uint32_t k = 0; k < HALVINGS; k++, length *= 0.5) {
        for (uint32_t i = 0; i < p->x->rows; i++)
            s->f2[i] = s->f[i] + length * s->t[i];
        for (uint32_t j = 0; j < p->x->cols; j++)
            s->w2[j] = p->w[j] + length * s->d[j];
        double v = objective(p, s->f2, s->w2);
        if (!(v <= *value))
            continue;
        *value = v;
        double *f = s->f;
        s->f = s->f2, s->f2 = f;
        memcpy(p->w, s->w2, p->x->cols * sizeof *p->w);
        p->w0 += length * st->w0;
        return true;
    }
    return false;
}

void icp__solve(struct icp__solver *s, struct icp__problem *p) {
    uint32_t most = p->newton_max ? p->newton_max : 30;
    double tolerance = p->tolerance > 0 ? p->tolerance : 1e-3;
    icp__matrix_times(p->x, p->w, p->w0, s->f);
    double value = objective(p, s->f, p->w);
    for (uint32_t it = 0;; it++) {
        struct step st = weigh(s, p);
        times_transposed(p->x, s->h, p->h);
        if (it == most)
            return;
        times_transposed(p->x, s->r, s->g);
        for (uint32_t j = 0; j < p->x->cols; j++)
            s->g[j] += p->q[j] * p->w[j];
        if (!direction(s, p, &st, tolerance) || !advance(s, p, &st, &value))
            return;
        p->newton++;
    }
}

void icp__precisions_apply(const struct icp__precisions *e, const double *tau, double *q) {
    for (uint32_t j = 0; j < e->grouped; j++)
        q[j] = tau[e->group[j]] / e->scale2[j];
}

double icp__precisions_update(const struct icp__precisions *e, const struct icp__problem *p, double *tau, double *sums) {
    double *squares = sums, *variances = sums + e->groups, *counts = sums + 2 * (size_t)e->groups, change = 0;
    for (size_t g = 0; g < 3 * (size_t)e->groups; g++)
        sums[g] = 0;
    for (uint32_t j = 0; j < e->grouped; j++) {
        uint32_t g = e->group[j];
        squares[g] += p->w[j] * p->w[j] / e->scale2[j];
        variances[g] += 1 / (p->q[j] + p->h[j]) / e->scale2[j];
        counts[g] += 1;
    }
    for (uint32_t g = 0; g < e->groups; g++) {
        if (counts[g] == 0)
            continue;
        double determined = counts[g] - tau[g] * variances[g];
        double next = (determined + e->strength) / (squares[g] + e->strength / e->centre);
        next = next < ICP__PRECISION_LEAST ? ICP__PRECISION_LEAST : next > ICP__PRECISION_MOST ? ICP__PRECISION_MOST : next;
        double d = icp__log(next / tau[g]);
        change = d > change ? d : -d > change ? -d : change;
        tau[g] = next;
    }
    return change;
}
