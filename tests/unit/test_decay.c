/* SPDX-License-Identifier: MIT */
/* Decayed sums in whole numbers: near the exact ones, and independent of the order of the events. */
#include "check_main.h"
#include "reading.h"
#include "timing/decay.h"
#include "timing/half_life.h"
#include "base/number.h"
#include <math.h>

enum { EVENTS = 300, BASE = 19000 };
static struct icp__decay decay[ICP__HALF_LIVES], weeks;
static void setup(void) {
    struct icp__fpenv env;
    icp__fpenv_enter(&env);
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) icp__decay_make(&decay[k], icp__half_life_days[k], false);
    icp__decay_make(&weeks, 7, true);
    icp__fpenv_leave(&env);
}

struct event {
    int64_t day;
    uint32_t weight;
};
/* Events in `span` days before BASE, from 1970 on. */
static void draw(struct event *e, int n, uint64_t *s, uint32_t span) {
    span = span < BASE ? span : BASE;
    for (int i = 0; i < n; i++) e[i] = (struct event){BASE - 1 - (int64_t)below(s, span), below(s, 3) ? ICP__WEIGHT_ONE : 1 + below(s, 40 * ICP__WEIGHT_ONE)};
}
static void shuffle(struct event *e, int n, uint64_t *s) {
    for (int i = n; i > 1; i--) {
        const uint32_t k = below(s, (uint32_t)i);
        const struct event t = e[k];
        e[k] = e[i - 1], e[i - 1] = t;
    }
}
static struct icp__ring sum_of(const struct event *e, int n, const struct icp__decay *d) {
    struct icp__ring r = {0};
    for (int i = 0; i < n; i++) icp__ring_add(&r, d, e[i].day, e[i].weight);
    return r;
}
/* In thousandths; events before `broken` count a quarter; blocks of at least `oldest`. */
static double exact(const struct event *e, int n, const struct icp__decay *d, int64_t day, int64_t broken, uint32_t oldest) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        const int64_t age = day / d->days - e[i].day / d->days;
        if (age < oldest || age >= (int64_t)ICP__BLOCKS) continue;
        sum += (e[i].day < broken ? .25 : 1) * e[i].weight / ICP__WEIGHT_ONE * (d->flat ? 1 : exp2(-(double)(day - e[i].day) / d->days));
    }
    return sum * 1000;
}
/* Within 0.2%, and half of the last place with what shifting cuts off. */
static void near(int64_t got, double want, const char *what, uint32_t days, uint64_t seed) {
    ck_assert_msg(fabs((double)got - want) <= .002 * want + 1, "%s, half-life %u, seed %u: %lld for %f", what, days, (unsigned)seed, (long long)got, want);
}

/* What is old, read together with all, which stays what it is alone. */
static int64_t old_of(const struct icp__ring *r, const struct icp__decay *d, int64_t day, uint32_t oldest) {
    int64_t old;
    ck_assert_int_eq(icp__ring_read_with_old(r, NULL, d, day, oldest, &old), icp__ring_read(r, NULL, d, day));
    return old;
}

START_TEST(sums_are_exact_to_two_per_mille) {
    struct event e[EVENTS];
    for (uint64_t seed = 1; seed <= 40; seed++)
        for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) {
            uint64_t s = seed * 77 + k;
            const struct icp__decay *d = &decay[k];
            draw(e, EVENTS, &s, seed % 4 ? d->days * 8 : d->days * 40);
            const struct icp__ring r = sum_of(e, EVENTS, d);
            for (int64_t day = BASE; day < BASE + 40 * (int64_t)d->days; day += 1 + below(&s, 2 * d->days)) { /* also much later */
                near(icp__ring_read(&r, NULL, d, day), exact(e, EVENTS, d, day, 0, 0), "all", d->days, seed);
                near(old_of(&r, d, day, ICP__STALE_BLOCKS), exact(e, EVENTS, d, day, 0, ICP__STALE_BLOCKS), "stale", d->days, seed);
            }
        }
}
END_TEST

START_TEST(one_event_counts_what_the_definition_says) {
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        for (int64_t phase = 0; phase < decay[k].days; phase++) {
            struct icp__ring r = {0};
            icp__ring_add(&r, &decay[k], BASE + phase, ICP__WEIGHT_ONE);
            for (int64_t age = 0; age <= 10 * decay[k].days; age += 1 + age / 4)
                near(icp__ring_read(&r, NULL, &decay[k], BASE + phase + age), 1000 * exp2(-(double)age / decay[k].days), "one", decay[k].days, 0);
        }
}
END_TEST

START_TEST(what_came_before_a_break_counts_a_quarter) {
    struct event e[EVENTS];
    for (uint64_t seed = 1; seed <= 40; seed++)
        for (uint32_t k = 0; k < ICP__HALF_LIVES; k++) {
            uint64_t s = seed * 79 + k;
            const struct icp__decay *d = &decay[k];
            struct icp__ring after = {0};
            draw(e, EVENTS, &s, d->days * 6);
            const int64_t broken = BASE - 1 - (int64_t)below(&s, d->days * 7);
            const struct icp__ring r = sum_of(e, EVENTS, d);
            for (int i = 0; i < EVENTS; i++)
                if (e[i].day >= broken) icp__ring_add(&after, d, e[i].day, e[i].weight);
            for (int64_t day = BASE; day < BASE + 5 * (int64_t)d->days; day += 1 + d->days / 3)
                near(icp__ring_read(&r, &after, d, day), exact(e, EVENTS, d, day, broken, 0), "broken", d->days, seed);
        }
}
END_TEST

START_TEST(order_does_not_matter) {
    struct event e[EVENTS];
    for (uint64_t seed = 1; seed <= 20; seed++)
        for (uint32_t k = 0; k <= ICP__HALF_LIVES; k++) {
            uint64_t s = seed * 83 + k;
            const struct icp__decay *d = k < ICP__HALF_LIVES ? &decay[k] : &weeks;
            draw(e, EVENTS, &s, d->days * (seed % 2 ? 80 : 20)); /* some fall out, early or late */
            const struct icp__ring first = sum_of(e, EVENTS, d);
            for (int i = 0; i < 25; i++) {
                shuffle(e, EVENTS, &s);
                const struct icp__ring r = sum_of(e, EVENTS, d);
                ck_assert_mem_eq(&r, &first, sizeof r);
            }
        }
}
END_TEST

START_TEST(events_of_32_blocks_ago_drop_out) {
    for (uint32_t k = 0; k <= ICP__HALF_LIVES; k++) {
        const struct icp__decay *d = k < ICP__HALF_LIVES ? &decay[k] : &weeks;
        const int64_t newest = BASE / d->days;
        for (int late = 0; late < 2; late++)
            for (int64_t age = 0; age < 70; age++) {
                struct icp__ring alone = {0}, r = {0};
                if (newest < age) break;
                icp__ring_put(&alone, newest, 5);
                if (late) icp__ring_put(&r, newest, 5), icp__ring_put(&r, newest - age, 7);
                else icp__ring_put(&r, newest - age, 7), icp__ring_put(&r, newest, 5);
                if (age >= (int64_t)ICP__BLOCKS) ck_assert_mem_eq(&r, &alone, sizeof r);
                else ck_assert_uint_eq(r.sum[(newest - age) % ICP__BLOCKS], age ? 7 : 12);
            }
        struct icp__ring r = {0}; /* and by reading later */
        icp__ring_add(&r, d, BASE, 63 * ICP__WEIGHT_ONE);
        ck_assert_int_gt(icp__ring_read(&r, NULL, d, BASE), 30000);
        for (int64_t b = 32; b < 100; b++) ck_assert_int_eq(icp__ring_read(&r, NULL, d, (newest + b) * d->days), 0);
        ck_assert_int_eq(old_of(&r, d, BASE, 1), 0); /* nor is it stale now */
    }
}
END_TEST

START_TEST(sums_saturate_whatever_the_order) {
    static const uint64_t amounts[] = {(uint64_t)1 << 49, 12345, ((uint64_t)1 << 49) - 1, (uint64_t)1 << 30, 1};
    for (int from = 0; from < 5; from++) {
        struct icp__ring r = {0};
        for (int i = 0; i < 5; i++) icp__ring_put(&r, 100, amounts[(from + i * 2) % 5]);
        ck_assert_uint_eq(r.sum[100 % ICP__BLOCKS], (uint64_t)1 << 50);
    }
    for (uint32_t k = 0; k <= ICP__HALF_LIVES; k++) { /* all full, and read: nothing overflows, later is never more */
        const struct icp__decay *d = k < ICP__HALF_LIVES ? &decay[k] : &weeks;
        struct icp__ring r = {0};
        for (int64_t b = 0; b < (int64_t)ICP__BLOCKS; b++) icp__ring_put(&r, 10 + b, UINT64_MAX);
        int64_t last = INT64_MAX;
        for (int64_t day = 41 * (int64_t)d->days; day < 80 * (int64_t)d->days; day += 1 + d->days / 5) {
            const int64_t v = icp__ring_read(&r, NULL, d, day), part = icp__ring_read(&r, &(struct icp__ring){0}, d, day);
            ck_assert(v >= 0 && v <= last && part <= v / 4 + 1);
            if (day < 42 * (int64_t)d->days) ck_assert_int_gt(v, INT64_C(1) << 35);
            last = v;
        }
        ck_assert_int_eq(last, 0);
    }
}
END_TEST

START_TEST(flat_rings_count) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t s = seed;
        struct icp__ring r = {0};
        uint64_t count[80] = {0};
        for (int i = 0; i < EVENTS; i++) {
            const int64_t day = below(&s, 80 * 7);
            icp__ring_add(&r, &weeks, day, ICP__WEIGHT_ONE);
            count[day / 7]++;
        }
        for (int64_t from = 0; from < 85; from++)
            for (int64_t to = from - 1; to < 90; to += 3) {
                uint64_t n = 0;
                for (int64_t b = from; b <= to; b++) /* 32 at most */
                    n += b < 80 && b > r.newest - (int64_t)ICP__BLOCKS && b > to - (int64_t)ICP__BLOCKS ? count[b] : 0;
                ck_assert_uint_eq(icp__ring_count(&r, from, to), n);
            }
        for (int64_t week = r.newest; week < 120; week++) {
            uint64_t n = 0, old = 0;
            for (int64_t b = week - ICP__BLOCKS + 1; b <= week; b++)
                if (b >= 0 && b < 80 && b > r.newest - (int64_t)ICP__BLOCKS) n += count[b], old += b <= week - 4 ? count[b] : 0;
            ck_assert_int_eq(icp__ring_read(&r, NULL, &weeks, week * 7 + 3), (int64_t)n * 1000);
            ck_assert_int_eq(old_of(&r, &weeks, week * 7 + 3, 4), (int64_t)old * 1000);
        }
    }
}
END_TEST

START_TEST(value_weight_is_a_logarithm_and_monotone) {
    uint32_t last = 0;
    ck_assert_uint_eq(icp__value_weight(0), 0);
    ck_assert_uint_eq(icp__value_weight(.99), 0);
    ck_assert_uint_eq(icp__value_weight(1), ICP__WEIGHT_ONE);
    ck_assert_uint_eq(icp__value_weight(3), 2 * ICP__WEIGHT_ONE);
    ck_assert_uint_eq(icp__value_weight(1e300), 63 * ICP__WEIGHT_ONE);
    ck_assert_uint_eq(icp__value_weight(HUGE_VAL), 63 * ICP__WEIGHT_ONE);
    for (double v = 0; v < 1e19; v = v < 3000 ? v + .5 : v * 1.01) {
        const uint32_t w = icp__value_weight(v);
        ck_assert_uint_ge(w, last);
        ck_assert_uint_eq(icp__value_weight(-v), w);
        if (v < 9e18) ck_assert_msg(fabs(w / 256.0 - log2(1 + floor(v))) < .09, "%f: %u", v, w);
        ck_assert_uint_le(w, 63 * ICP__WEIGHT_ONE);
        last = w;
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("decay");
    TCase *t = tcase_create("decay");
    tcase_add_unchecked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, sums_are_exact_to_two_per_mille);
    tcase_add_test(t, one_event_counts_what_the_definition_says);
    tcase_add_test(t, what_came_before_a_break_counts_a_quarter);
    tcase_add_test(t, order_does_not_matter);
    tcase_add_test(t, events_of_32_blocks_ago_drop_out);
    tcase_add_test(t, sums_saturate_whatever_the_order);
    tcase_add_test(t, flat_rings_count);
    tcase_add_test(t, value_weight_is_a_logarithm_and_monotone);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
