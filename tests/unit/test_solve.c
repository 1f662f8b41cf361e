/* SPDX-License-Identifier: MIT */
/* The sparse solver against a dense Newton method, and the precisions against data drawn from known ones. */
#include "model/solve.h"
#include "base/number.h"
#include "check_main.h"
#include <math.h>

enum { ROWS = 60, COLS = 12 };

static uint64_t state;
static double uniform(void) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(state >> 11) / 9007199254740992.0;
}
static double normal(void) {
    double s = 0;
    for (int i = 0; i < 12; i++)
        s += uniform();
    return s - 6;
}

struct data {
    uint64_t start[ROWS + 1];
    uint32_t index[ROWS * COLS];
    double dense[ROWS][COLS + 1], a[ROWS], b[ROWS], q[COLS], w[COLS], h[COLS];
    struct icp__matrix x;
};

static void draw(struct data *d, uint64_t seed) {
    state = seed * 77 + 1;
    uint64_t n = 0;
    for (int i = 0; i < ROWS; i++) {
        d->start[i] = n;
        for (int j = 0; j < COLS; j++) {
            d->dense[i][j] = uniform() < 0.3;
            if (d->dense[i][j] > 0)
                d->index[n++] = (uint32_t)j;
        }
        d->dense[i][COLS] = 1;
        d->a[i] = uniform() < 0.3 ? 0.5 + uniform() : 0;
        d->b[i] = uniform() < 0.8 ? 0.4 : 0; /* some rows are in both classes, some in none */
    }
    d->start[ROWS] = n;
    for (int j = 0; j < COLS; j++) {
        d->q[j] = 0.1 + 3 * uniform();
        d->w[j] = 0;
    }
    d->x = (struct icp__matrix){.rows = ROWS, .cols = COLS, .start = d->start, .index = d->index};
}

/* Gradient of the penalised objective; the last component is the intercept's. */
static void gradient(const struct data *d, const double *w, double w0, double *g) {
    for (int j = 0; j <= COLS; j++)
        g[j] = j < COLS ? d->q[j] * w[j] : 0;
    for (int i = 0; i < ROWS; i++) {
        double f = w0, m = d->a[i] + d->b[i];
        for (int j = 0; j < COLS; j++)
            f += d->dense[i][j] * w[j];
        double r = m / (1 + exp(-f)) - d->a[i];
        for (int j = 0; j <= COLS; j++)
            g[j] += r * d->dense[i][j];
    }
}

/* Newton with the full Hessian and Gaussian elimination. */
static void dense_newton(const struct data *d, double *w, double *w0) {
    *w0 = 0;
    for (int j = 0; j < COLS; j++)
        w[j] = 0;
    for (int round = 0; round < 50; round++) {
        double g[COLS + 1], m[COLS + 1][COLS + 2] = {{0}};
        gradient(d, w, *w0, g);
        for (int i = 0; i < ROWS; i++) {
            double f = *w0;
            for (int j = 0; j < COLS; j++)
                f += d->dense[i][j] * w[j];
            double p = 1 / (1 + exp(-f)), h = (d->a[i] + d->b[i]) * p * (1 - p);
            for (int j = 0; j <= COLS; j++)
                for (int k = 0; k <= COLS; k++)
                    m[j][k] += h * d->dense[i][j] * d->dense[i][k];
        }
        for (int j = 0; j <= COLS; j++) {
            m[j][j] += j < COLS ? d->q[j] : 0;
            m[j][COLS + 1] = g[j];
        }
        for (int j = 0; j <= COLS; j++)
            for (int i = 0; i <= COLS; i++) {
                double factor = i == j ? 0 : m[i][j] / m[j][j];
                for (int k = 0; k <= COLS + 1; k++)
                    m[i][k] -= factor * m[j][k];
            }
        for (int j = 0; j < COLS; j++)
            w[j] -= m[j][COLS + 1] / m[j][j];
        *w0 -= m[COLS][COLS + 1] / m[COLS][COLS];
    }
}

static icp_context *context(void) {
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}

START_TEST(solution_is_that_of_dense_newton) {
    icp_context *c = context();
    struct icp__solver s;
    ck_assert(icp__solver_init(&s, c, ROWS, COLS));
    for (uint64_t seed = 1; seed <= 40; seed++) {
        static struct data d;
        double w[COLS], w0;
        draw(&d, seed);
        dense_newton(&d, w, &w0);
        struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h, .tolerance = 1e-9};
        icp__solve(&s, &p);
        ck_assert_double_eq_tol(p.w0, w0, 1e-6);
        for (int j = 0; j < COLS; j++)
            ck_assert_double_eq_tol(d.w[j], w[j], 1e-6);
        double g[COLS + 1];
        gradient(&d, d.w, p.w0, g);
        for (int j = 0; j <= COLS; j++)
            ck_assert_double_eq_tol(g[j], 0, 1e-6);
    }
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

/* The last columns given densely, or all of them by row: the same solution. */
START_TEST(dense_columns_are_columns) {
    enum { SPARSE = 7, DENSE = COLS - SPARSE };
    icp_context *c = context();
    struct icp__solver s;
    ck_assert(icp__solver_init(&s, c, ROWS, COLS));
    for (uint64_t seed = 1; seed <= 20; seed++) {
        static struct data d;
        static double value[ROWS * DENSE];
        double w[COLS], w0;
        draw(&d, seed);
        uint64_t n = 0;
        for (int i = 0; i < ROWS; i++) {
            d.start[i] = n;
            for (int j = 0; j < COLS; j++) {
                if (j >= SPARSE)
                    value[i * DENSE + j - SPARSE] = d.dense[i][j] = normal();
                else if (d.dense[i][j] > 0)
                    d.index[n++] = (uint32_t)j;
            }
        }
        d.start[ROWS] = n;
        d.x.cols = SPARSE, d.x.dense = DENSE, d.x.value = value;
        dense_newton(&d, w, &w0);
        struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h, .tolerance = 1e-9};
        icp__solve(&s, &p);
        ck_assert_double_eq_tol(p.w0, w0, 1e-6);
        for (int j = 0; j < COLS; j++)
            ck_assert_double_eq_tol(d.w[j], w[j], 1e-6);
    }
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(default_tolerance_is_close_enough_for_points) {
    icp_context *c = context();
    struct icp__solver s;
    ck_assert(icp__solver_init(&s, c, ROWS, COLS));
    for (uint64_t seed = 1; seed <= 40; seed++) {
        static struct data d;
        double w[COLS], w0;
        draw(&d, seed);
        dense_newton(&d, w, &w0);
        struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h};
        icp__solve(&s, &p);
        for (int j = 0; j < COLS; j++)
            ck_assert_double_eq_tol(d.w[j], w[j], 2e-3);
    }
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(curvature_is_that_at_the_solution) {
    icp_context *c = context();
    struct icp__solver s;
    static struct data d;
    draw(&d, 5);
    ck_assert(icp__solver_init(&s, c, ROWS, COLS));
    struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h, .tolerance = 1e-9};
    icp__solve(&s, &p);
    for (int j = 0; j < COLS; j++) {
        double h = 0;
        for (int i = 0; i < ROWS; i++) {
            double f = p.w0;
            for (int k = 0; k < COLS; k++)
                f += d.dense[i][k] * d.w[k];
            double probability = 1 / (1 + exp(-f));
            h += d.dense[i][j] * (d.a[i] + d.b[i]) * probability * (1 - probability);
        }
        ck_assert_double_eq_tol(h, d.h[j], 1e-9);
    }
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(start_does_not_change_the_solution) {
    icp_context *c = context();
    struct icp__solver s;
    static struct data d;
    double first[COLS];
    ck_assert(icp__solver_init(&s, c, ROWS, COLS));
    draw(&d, 9);
    struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h, .tolerance = 1e-9};
    icp__solve(&s, &p);
    memcpy(first, d.w, sizeof first);
    for (int j = 0; j < COLS; j++)
        d.w[j] = 5 * normal();
    p.w0 = -4;
    icp__solve(&s, &p);
    for (int j = 0; j < COLS; j++)
        ck_assert_double_eq_tol(first[j], d.w[j], 1e-6);
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(same_input_gives_the_same_bits) {
    icp_context *c = context();
    struct icp__solver s;
    static struct data d;
    double first[COLS];
    for (int round = 0; round < 2; round++) {
        ck_assert(icp__solver_init(&s, c, ROWS, COLS));
        draw(&d, 3);
        struct icp__problem p = {.x = &d.x, .a = d.a, .b = d.b, .q = d.q, .w = d.w, .h = d.h};
        icp__solve(&s, &p);
        if (round)
            ck_assert_mem_eq(first, d.w, sizeof first);
        memcpy(first, d.w, sizeof first);
        icp__solver_free(&s);
    }
    icp_context_unref(c);
}
END_TEST

/* Many rows, two groups of columns whose weights were drawn with standard deviations 1 and 0.3. */
enum { MANY = 6000, EACH = 40 };

START_TEST(precisions_of_known_weights_are_found) {
    icp_context *c = context();
    static uint64_t start[MANY + 1];
    static uint32_t index[MANY * 2 * EACH], group[2 * EACH];
    static double a[MANY], b[MANY], q[2 * EACH], w[2 * EACH], h[2 * EACH], scale[2 * EACH], truth[2 * EACH], sums[6];
    state = 42;
    for (int j = 0; j < 2 * EACH; j++) {
        group[j] = j >= EACH;
        truth[j] = normal() * (j < EACH ? 1 : 0.3);
        scale[j] = 1;
        w[j] = 0;
    }
    uint64_t n = 0;
    for (int i = 0; i < MANY; i++) {
        double f = 0;
        start[i] = n;
        for (uint32_t j = 0; j < 2 * EACH; j++)
            if (uniform() < 0.2)
                index[n++] = j, f += truth[j];
        a[i] = uniform() < 1 / (1 + exp(-f));
        b[i] = 1 - a[i];
    }
    start[MANY] = n;
    struct icp__matrix x = {.rows = MANY, .cols = 2 * EACH, .start = start, .index = index};
    static const double centre[2] = {1, 1};
    struct icp__precisions e = {.params = 2 * EACH, .groups = 2, .group = group, .scale2 = scale, .strength = 0, .centre = centre};
    struct icp__solver s;
    double tau[2] = {10, 10};
    ck_assert(icp__solver_init(&s, c, MANY, 2 * EACH));
    struct icp__problem p = {.x = &x, .a = a, .b = b, .q = q, .w = w, .h = h};
    icp__precisions_apply(&e, tau, q);
    for (int round = 0; round < 30; round++) {
        icp__solve(&s, &p);
        icp__precisions_update(&e, &p, tau, sums);
        icp__precisions_apply(&e, tau, q);
    }
    double wanted[2];
    for (int g = 0; g < 2; g++) {
        double squares = 0;
        for (int j = 0; j < EACH; j++)
            squares += truth[g * EACH + j] * truth[g * EACH + j];
        wanted[g] = EACH / squares;
    }
    ck_assert_double_eq_tol(log(tau[0] / wanted[0]), 0, 0.2);
    ck_assert_double_eq_tol(log(tau[1] / wanted[1]), 0, 0.4);
    ck_assert(q[0] == tau[0]);
    ck_assert(q[2 * EACH - 1] == tau[1]);
    icp__solver_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(a_group_that_tells_nothing_stays_near_the_centre) {
    double w[2] = {0, 0}, h[2] = {0, 0}, q[2], scale[2] = {1, 1}, sums[3], tau[1] = {30};
    uint32_t group[2] = {0, 0};
    const double centre[1] = {30};
    struct icp__precisions e = {.params = 2, .groups = 1, .group = group, .scale2 = scale, .strength = 30, .centre = centre};
    struct icp__problem p = {.q = q, .w = w, .h = h};
    icp__precisions_apply(&e, tau, q);
    ck_assert_double_eq_tol(icp__precisions_update(&e, &p, tau, sums), 0, 1e-12);
    ck_assert_double_eq_tol(tau[0], 30, 1e-9);
}
END_TEST


int main(void) {
    Suite *s = suite_create("solve");
    TCase *t = tcase_create("solve");
    tcase_add_test(t, solution_is_that_of_dense_newton);
    tcase_add_test(t, dense_columns_are_columns);
    tcase_add_test(t, default_tolerance_is_close_enough_for_points);
    tcase_add_test(t, curvature_is_that_at_the_solution);
    tcase_add_test(t, start_does_not_change_the_solution);
    tcase_add_test(t, same_input_gives_the_same_bits);
    tcase_add_test(t, precisions_of_known_weights_are_found);
    tcase_add_test(t, a_group_that_tells_nothing_stays_near_the_centre);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
