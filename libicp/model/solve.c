/* SPDX-License-Identifier: MIT */
/* Truncated Newton with conjugate gradients, and the update of precisions. One thread: callers run several fits side by side. */
#include "model/solve.h"
#include "base/number.h"

#define CG_MAX 60u
#define CG_REDUCTION 1e-4
#define HALVINGS 20u

bool icp__solver_init(struct icp__solver *s, icp_context *c, uint32_t rows, uint32_t params) {
    size_t n = rows, m = params, total = 5 * n + 7 * m + 1;
    double *p = icp__alloc(c, total, sizeof *p);
    if (!p)
        return false;
    *s = (struct icp__solver){.ctx = c, .rows = rows, .params = params, .memory = p};
    double **by_row[] = {&s->f, &s->r, &s->h, &s->t, &s->f2};
    double **by_param[] = {&s->g, &s->d, &s->res, &s->z, &s->dir, &s->ap, &s->w2};
    for (size_t i = 0; i < 5; i++, p += n)
        *by_row[i] = p;
    for (size_t i = 0; i < 7; i++, p += m)
        *by_param[i] = p;
    return true;
}

void icp__solver_free(struct icp__solver *s) {
    if (s->ctx && s->memory)
        icp__free(s->ctx, s->memory);
    *s = (struct icp__solver){0};
}

/* Four sums side by side, always in this order. */
static double dot(const double *x, const double *y, uint32_t n) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    uint32_t k = 0;
    for (; k + 4 <= n; k += 4) {
        s0 += x[k] * y[k];
        s1 += x[k + 1] * y[k + 1];
        s2 += x[k + 2] * y[k + 2];
        s3 += x[k + 3] * y[k + 3];
    }
    for (; k < n; k++)
        s0 += x[k] * y[k];
    return (s0 + s1) + (s2 + s3);
}

void icp__matrix_times(const struct icp__matrix *x, const double *w, double w0, double *f) {
    for (uint32_t i = 0; i < x->rows; i++) {
        double sum = 0;
        for (uint64_t k = x->start[i]; k < x->start[i + 1]; k++)
            sum += w[x->index[k]];
        if (x->dense)
            sum += dot(x->value + (size_t)i * x->dense, w + x->cols, x->dense);
        f[i] = sum + w0;
    }
}

static void times_transposed(const struct icp__matrix *x, const double *r, double *g, bool squares) {
    for (uint32_t j = 0; j < x->cols + x->dense; j++)
        g[j] = 0;
    for (uint32_t i = 0; i < x->rows; i++) {
        double v = r[i];
        if (v == 0)
            continue;
        for (uint64_t k = x->start[i]; k < x->start[i + 1]; k++)
            g[x->index[k]] += v;
        const double *z = x->dense ? x->value + (size_t)i * x->dense : NULL;
        for (uint32_t k = 0; k < x->dense; k++)
            g[x->cols + k] += v * (squares ? z[k] * z[k] : z[k]);
    }
}

static double log_one_plus_exp(double x) {
    return x > 0 ? x + icp__log(1 + icp__exp(-x)) : icp__log(1 + icp__exp(x));
}

static uint32_t params(const struct icp__problem *p) {
    return p->x->cols + p->x->dense;
}

static double objective(const struct icp__problem *p, const double *f, const double *w) {
    double sum = 0, penalty = 0;
    for (uint32_t i = 0; i < p->x->rows; i++) {
        double m = p->a[i] + p->b[i];
        if (m != 0)
            sum += m * log_one_plus_exp(f[i]) - p->a[i] * f[i];
    }
    for (uint32_t j = 0; j < params(p); j++)
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
    uint32_t m = params(p);
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
        times_transposed(p->x, s->t, s->ap, false);
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
        for (uint32_t j = 0; j < params(p); j++)
            s->w2[j] = p->w[j] + length * s->d[j];
        double v = objective(p, s->f2, s->w2);
        if (!(v <= *value))
            continue;
        *value = v;
        double *f = s->f;
        s->f = s->f2, s->f2 = f;
        memcpy(p->w, s->w2, params(p) * sizeof *p->w);
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
        times_transposed(p->x, s->h, p->h, true);
        if (it == most)
            return;
        times_transposed(p->x, s->r, s->g, false);
        for (uint32_t j = 0; j < params(p); j++)
            s->g[j] += p->q[j] * p->w[j];
        if (!direction(s, p, &st, tolerance) || !advance(s, p, &st, &value))
            return;
        p->newton++;
    }
}

void icp__precisions_apply(const struct icp__precisions *e, const double *tau, double *q) {
    for (uint32_t j = 0; j < e->params; j++)
        if (e->group[j] != ICP__UNGROUPED)
            q[j] = tau[e->group[j]] / e->scale2[j];
}

double icp__precisions_update(const struct icp__precisions *e, const struct icp__problem *p, double *tau, double *sums) {
    double *squares = sums, *variances = sums + e->groups, *counts = sums + 2 * (size_t)e->groups, change = 0;
    for (size_t g = 0; g < 3 * (size_t)e->groups; g++)
        sums[g] = 0;
    for (uint32_t j = 0; j < e->params; j++) {
        uint32_t g = e->group[j];
        if (g == ICP__UNGROUPED)
            continue;
        squares[g] += p->w[j] * p->w[j] / e->scale2[j];
        variances[g] += 1 / (p->q[j] + p->h[j]) / e->scale2[j];
        counts[g] += 1;
    }
    for (uint32_t g = 0; g < e->groups; g++) {
        if (counts[g] == 0)
            continue;
        double determined = counts[g] - tau[g] * variances[g];
        double next = (determined + e->strength) / (squares[g] + e->strength / e->centre[g]);
        next = next < ICP__PRECISION_LEAST ? ICP__PRECISION_LEAST : next > ICP__PRECISION_MOST ? ICP__PRECISION_MOST : next;
        double d = icp__log(next / tau[g]);
        change = d > change ? d : -d > change ? -d : change;
        tau[g] = next;
    }
    return change;
}
