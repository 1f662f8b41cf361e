/* SPDX-License-Identifier: MIT */
/* Half-lives of generated streams: found within their intervals, and not claimed when the data cannot tell. */
#include "timing/half_life.h"
#include "check_main.h"
#include "counting.h"
#include <math.h>

enum { SIGNALS = 3, DAYS = 720, BURN = 180, MOST_ROWS = 8000, CONTROLS = 5, ACCOUNTS_MOST = 1500, EVENTS_MOST = 200000 };
static const uint8_t truth[SIGNALS] = {1, 3, 5}; /* 7, 30, 120 days */

static uint64_t state;
static uint64_t mixed(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
static double uniform(void) {
    state += UINT64_C(0x9E3779B97F4A7C15);
    return (double)(mixed(state) >> 11) / 9007199254740992.0;
}

/* How the chance of an outcome on a day follows from the decayed counts of the events before it. */
enum hazard { EXPONENTIAL, LINEAR, LOGISTIC };
struct world {
    enum hazard hazard;
    uint32_t accounts;
    double base, gap; /* log hazard without events; days between the events of a signal, in the mean account */
    double effect[SIGNALS];
};
struct event {
    uint32_t account;
    uint16_t signal, day;
};
/* Events in order of account, then day; the day of each account's outcome, -1 = none. */
struct stream {
    uint32_t accounts, events, outcomes;
    struct event event[EVENTS_MOST];
    int32_t outcome[ACCOUNTS_MOST];
};

static double daily_chance(const struct world *w, const double *count) {
    double sum = 0;
    for (int s = 0; s < SIGNALS; s++)
        sum += w->effect[s] * (w->hazard == LOGISTIC ? log(1 + count[s]) : count[s]);
    if (w->hazard == LINEAR)
        return 1 - exp(-exp(w->base) * (1 + sum));
    double e = exp(w->base + sum);
    return w->hazard == EXPONENTIAL ? 1 - exp(-e) : e / (1 + e);
}

/* Poisson events, each account at its own rates; outcomes end an account's risk and come from BURN on. */
static void stream_draw(const struct world *w, uint64_t seed, struct stream *o) {
    o->accounts = w->accounts;
    o->events = o->outcomes = 0;
    for (uint32_t a = 0; a < w->accounts; a++) {
        state = mixed(seed * 1000003 + a);
        double rate[SIGNALS], count[SIGNALS] = {0};
        for (int s = 0; s < SIGNALS; s++)
            rate[s] = (0.3 + 1.4 * uniform()) / w->gap;
        o->outcome[a] = -1;
        for (int day = 0; day < DAYS; day++) {
            if (day >= BURN && o->outcome[a] < 0 && uniform() < daily_chance(w, count)) {
                o->outcome[a] = day;
                o->outcomes++;
            }
            for (int s = 0; s < SIGNALS; s++) {
                bool here = uniform() < rate[s];
                count[s] = (count[s] + here) * exp2(-1.0 / icp__half_life_days[truth[s]]);
                if (here && o->events < EVENTS_MOST)
                    o->event[o->events++] = (struct event){a, (uint16_t)s, (uint16_t)day};
            }
        }
    }
}

struct rows {
    uint32_t n, positives;
    double a[MOST_ROWS], b[MOST_ROWS];
    int32_t by_row[MOST_ROWS][SIGNALS * ICP__HALF_LIVES], value[SIGNALS * ICP__HALF_LIVES * MOST_ROWS];
};

/* Outcomes of each day, and accounts at risk on it. */
static void count_days(const struct stream *o, double *outcomes, double *risk) {
    for (int day = 0; day < DAYS; day++)
        outcomes[day] = risk[day] = 0;
    for (uint32_t a = 0; a < o->accounts; a++) {
        int end = o->outcome[a] < 0 ? DAYS : o->outcome[a];
        for (int day = BURN; day < end; day++)
            risk[day]++;
        if (o->outcome[a] >= 0)
            outcomes[o->outcome[a]]++;
    }
}

/* A row on the day of each outcome; on the same days, rows of accounts at risk. */
static void rows_make(const struct stream *o, uint64_t seed, struct rows *r) {
    double outcomes[DAYS], risk[DAYS], negatives = 0;
    count_days(o, outcomes, risk);
    *r = (struct rows){.positives = o->outcomes};
    const struct event *e = o->event, *end = o->event + o->events;
    state = mixed(seed + 77);
    for (uint32_t account = 0; account < o->accounts; account++) {
        double count[SIGNALS * ICP__HALF_LIVES] = {0};
        int last = o->outcome[account] < 0 ? DAYS - 1 : o->outcome[account];
        for (int day = 0; day <= last; day++) {
            bool positive = day == o->outcome[account];
            if (r->n < MOST_ROWS && (positive || (day >= BURN && uniform() < CONTROLS * outcomes[day] / risk[day]))) {
                *(positive ? &r->a[r->n] : &r->b[r->n]) = 1;
                negatives += !positive;
                for (int k = 0; k < SIGNALS * (int)ICP__HALF_LIVES; k++)
                    r->by_row[r->n][k] = (int32_t)(1000 * count[k] + 0.5);
                r->n++;
            }
            for (; e < end && e->account == account && e->day == day; e++)
                for (unsigned k = 0; k < ICP__HALF_LIVES; k++)
                    count[e->signal * ICP__HALF_LIVES + k] += 1;
            for (int k = 0; k < SIGNALS * (int)ICP__HALF_LIVES; k++)
                count[k] *= exp2(-1.0 / icp__half_life_days[k % (int)ICP__HALF_LIVES]);
        }
        while (e < end && e->account == account)
            e++;
    }
    ck_assert_uint_lt(r->n, MOST_ROWS);
    for (uint32_t i = 0; i < r->n; i++) {
        r->b[i] *= r->positives / negatives;
        for (uint32_t k = 0; k < SIGNALS * ICP__HALF_LIVES; k++)
            r->value[k * r->n + i] = r->by_row[i][k];
    }
}

static icp_context *context(void) {
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}

static struct icp__fading fading(icp_context *c, const struct rows *r) {
    return (struct icp__fading){c, r->n, SIGNALS, r->a, r->b, r->positives, r->value};
}

static struct stream stream;
static struct rows rows;
/* About 480 outcomes each. */
static const struct world worlds[] = {
    {EXPONENTIAL, 1000, -10.4, 30, {1.6, 0.7, 0.3}},
    {LINEAR, 1000, -9.55, 60, {30, 8, 2.4}},
    {LOGISTIC, 1000, -10.5, 30, {1.8, 1.2, 1.3}},
};

static void check_interval(const struct icp__half_life *h) {
    double sum = 0, inside = 0;
    for (unsigned k = 0; k < ICP__HALF_LIVES; k++) {
        ck_assert(h->chance[k] >= 0 && h->chance[k] <= 1);
        sum += h->chance[k];
        inside += k >= h->low && k <= h->high ? h->chance[k] : 0;
    }
    ck_assert_double_eq_tol(sum, 1, 1e-9);
    ck_assert(inside >= 0.95 - 1e-9);
    ck_assert(h->low <= h->at && h->at <= h->high && h->high < ICP__HALF_LIVES);
}

/* 34 seeds of the first and 33 of the others: 100 in all. */
START_TEST(true_half_lives_lie_in_their_intervals) {
    icp_context *c = context();
    unsigned covered[SIGNALS] = {0}, length[SIGNALS] = {0}, measured[SIGNALS] = {0};
    for (unsigned seed = 0; seed < 100; seed++) {
        struct icp__half_life h[SIGNALS];
        stream_draw(&worlds[seed % 3], seed + 1, &stream);
        rows_make(&stream, seed + 1, &rows);
        struct icp__fading f = fading(c, &rows);
        ck_assert(icp__half_lives_find(&f, h));
        for (int s = 0; s < SIGNALS; s++) {
            check_interval(&h[s]);
            covered[s] += h[s].low <= truth[s] && truth[s] <= h[s].high;
            length[s] += h[s].high - h[s].low + 1u;
            measured[s] += h[s].measured;
        }
    }
    for (int s = 0; s < SIGNALS; s++) {
        ck_assert_uint_ge(covered[s], 90);
        ck_assert_uint_le(length[s], 500);
        ck_assert_uint_ge(measured[s], 50);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(thirty_positives_are_not_enough) {
    icp_context *c = context();
    for (unsigned seed = 0; seed < 30; seed++) {
        struct world w = worlds[seed % 3];
        struct icp__half_life h[SIGNALS];
        w.accounts = 62;
        stream_draw(&w, seed + 1, &stream);
        rows_make(&stream, seed + 1, &rows);
        ck_assert_uint_ge(rows.positives, 12);
        ck_assert_uint_le(rows.positives, 48);
        struct icp__fading f = fading(c, &rows);
        ck_assert(icp__half_lives_find(&f, h));
        for (int s = 0; s < SIGNALS; s++) {
            ck_assert(!h[s].measured);
            ck_assert_uint_eq(h[s].at, 4);
            check_interval(&h[s]);
        }
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(a_signal_without_events_is_assumed_beside_others) {
    icp_context *c = context();
    struct icp__half_life h[SIGNALS];
    stream_draw(&worlds[0], 5, &stream);
    rows_make(&stream, 5, &rows);
    memset(rows.value, 0, ICP__HALF_LIVES * rows.n * sizeof *rows.value);
    for (uint32_t i = 0; i < ICP__HALF_LIVES * rows.n; i++)
        rows.value[2 * ICP__HALF_LIVES * rows.n + i] = 5000; /* always the same */
    struct icp__fading f = fading(c, &rows);
    ck_assert(icp__half_lives_find(&f, h));
    ck_assert(!h[0].measured && h[1].measured && !h[2].measured);
    for (int s = 0; s < SIGNALS; s++)
        check_interval(&h[s]);
    ck_assert_uint_eq(h[0].at, h[2].at);
    ck_assert(h[1].low <= truth[1] && truth[1] <= h[1].high);
    icp_context_unref(c);
}
END_TEST

START_TEST(little_or_nothing_is_assumed) {
    static const double a[2] = {1, 0}, b[2] = {0, 1}, none[2] = {0, 0};
    static const int32_t zero[2 * ICP__HALF_LIVES], some[2 * ICP__HALF_LIVES] = {1000, 0, 1000, 0, 1000};
    icp_context *c = context();
    const struct icp__fading cases[] = {
        {c, 0, 1, a, b, 0, zero}, {c, 1, 1, a, b, 1, some}, {c, 1, 1, a, b, 1, zero}, {c, 2, 1, a, b, 1, zero},
        {c, 2, 1, a, b, 1, some}, {c, 2, 1, none, b, 0, some}, {c, 2, 1, none, none, 0, some}, {c, 2, 1, none, none, 1, some},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp__half_life h;
        ck_assert(icp__half_lives_find(&cases[i], &h));
        ck_assert(!h.measured);
        ck_assert_uint_eq(h.at, 4);
        check_interval(&h);
    }
    const struct icp__fading nothing = {c, 2, 0, a, b, 1, NULL};
    ck_assert(icp__half_lives_find(&nothing, NULL));
    icp_context_unref(c);
}
END_TEST

START_TEST(same_input_gives_the_same_bits) {
    icp_context *c = context();
    struct icp__half_life h[SIGNALS], again[SIGNALS];
    memset(h, 0, sizeof h);
    memset(again, 0, sizeof again);
    stream_draw(&worlds[1], 9, &stream);
    rows_make(&stream, 9, &rows);
    struct icp__fading f = fading(c, &rows);
    ck_assert(icp__half_lives_find(&f, h));
    ck_assert(icp__half_lives_find(&f, again));
    for (int s = 0; s < SIGNALS; s++) {
        ck_assert_mem_eq(h[s].chance, again[s].chance, sizeof h[s].chance);
        ck_assert(h[s].at == again[s].at && h[s].low == again[s].low && h[s].high == again[s].high);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(no_memory_leaks_nothing) {
    static const double a[2] = {1, 0}, b[2] = {0, 1};
    static const int32_t some[2 * ICP__HALF_LIVES] = {1000};
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    struct icp__fading f = {c, 2, 1, a, b, 1, some};
    struct icp__half_life h;
    size_t live = k.live;
    bool done = false;
    for (size_t n = 1; !done; n++) {
        k.fail_at = k.calls + n;
        done = icp__half_lives_find(&f, &h);
        ck_assert(done || n < 20);
        ck_assert_uint_eq(k.live, live);
        ck_assert(n > 1 || !done);
    }
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("half_life");
    TCase *t = tcase_create("half_life");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, true_half_lives_lie_in_their_intervals);
    tcase_add_test(t, thirty_positives_are_not_enough);
    tcase_add_test(t, a_signal_without_events_is_assumed_beside_others);
    tcase_add_test(t, little_or_nothing_is_assumed);
    tcase_add_test(t, same_input_gives_the_same_bits);
    tcase_add_test(t, no_memory_leaks_nothing);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
