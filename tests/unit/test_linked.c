/* SPDX-License-Identifier: MIT */
/* What joining is made of: exact sums, moments, keys without a match, repeated keys, routes. */
#include "check_main.h"
#include "counting.h"
#include "dataset/amount.h"
#include "dataset/lost.h"
#include "dataset/moment.h"
#include "reading.h"
#include <inttypes.h>
#include <stdio.h>

static const char *printed(struct icp__amount a) {
    static char text[ICP__AMOUNT_TEXT + 1];
    text[icp__amount_print(a, text)] = 0;
    return text;
}
static struct icp__amount read_or_fail(const char *s) {
    struct icp__amount a;
    if (!icp__amount_read(s, strlen(s), '.', &a)) ck_abort_msg("%s", s);
    return a;
}

START_TEST(amounts_read_and_print) {
    static const char *const same[] = {"0", "1", "-1", "0.5", "-0.5", "1234567.891", "999999999999999", "0.000000001", "-0.000000001", "99999999999999980"};
    static const char *const other[][2] = {{"$1.2M", "1200000"}, {"1,234.50", "1234.5"}, {"51-200", "125.5"}, {"(1,200)", "-1200"}, {"007", "7"}, {"-0", "0"},
                                           {"62%", "62"}, {".25", "0.25"}, {"1.0", "1"}, {"0.0000000005", "0.000000001"}, {"0.0000000004", "0"},
                                           {"-0.0000000005", "-0.000000001"}, {"0.1234567894999", "0.123456789"}, {"0.1234567895", "0.12345679"},
                                           {"1e3", "1000"}, {"1234567890123456", "1234567890123456"}, {"18.3 MM", "18300000"}, {"4.9999999999", "5"}};
    static const char *const none[] = {"", "-", "n/a", "abc", "1e17", "-1e17", "1e300", "100000000000000000", "1.2.3", "--1"};
    struct icp__amount a = {7, 7};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) ck_assert_str_eq(printed(read_or_fail(same[i])), same[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) ck_assert_str_eq(printed(read_or_fail(other[i][0])), other[i][1]);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) ck_assert_msg(!icp__amount_read(none[i], strlen(none[i]), '.', &a), "%s", none[i]);
    ck_assert(icp__amount_read("1.234,5", 7, ',', &a));
    ck_assert_str_eq(printed(a), "1234.5");
    ck_assert(icp__amount_read("1.234", 5, ',', &a));
    ck_assert_str_eq(printed(a), "1234");
}
END_TEST

/* The quick way and the one through doubles say the same. */
START_TEST(amounts_agree_with_numbers) {
    uint64_t s = 5;
    for (int i = 0; i < 200000; i++) {
        char text[64], slow[72];
        snprintf(text, sizeof text, "%s%.*f", below(&s, 2) ? "-" : "", (int)below(&s, 8), below(&s, 1000000000) / (double)(1 + below(&s, 1000000)));
        if (strlen(text) > 15) continue;
        snprintf(slow, sizeof slow, "$ %s", text);
        const struct icp__amount a = read_or_fail(text), b = read_or_fail(slow);
        if (a.low != b.low || a.high != b.high) ck_abort_msg("%s", text);
    }
}
END_TEST

START_TEST(sums_are_exact_in_any_order) {
    struct icp__amount sum = {0, 0};
    for (int i = 0; i < 10; i++) icp__amount_add(&sum, read_or_fail("0.1"));
    ck_assert_str_eq(printed(sum), "1");
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct icp__amount v[200], first = {0, 0}, again = {0, 0};
        int64_t exact = 0; /* hundredths */
        uint64_t s = seed;
        for (int i = 0; i < 200; i++) {
            char text[40];
            const int64_t cents = (int64_t)(next_random(&s) >> 14) * (below(&s, 2) ? 1 : -1); /* of 10^13 */
            snprintf(text, sizeof text, "%s%" PRId64 ".%02d", cents < 0 ? "-" : "", (cents < 0 ? -cents : cents) / 100, (int)((cents < 0 ? -cents : cents) % 100));
            v[i] = read_or_fail(text);
            exact += cents;
            icp__amount_add(&first, v[i]);
        }
        for (uint32_t i = 200; i; i--) { /* each once, in another order */
            const uint32_t k = below(&s, i);
            icp__amount_add(&again, v[k]);
            v[k] = v[i - 1];
        }
        char text[40];
        snprintf(text, sizeof text, "%s%" PRId64 ".%02d", exact < 0 ? "-" : "", (exact < 0 ? -exact : exact) / 100, (int)((exact < 0 ? -exact : exact) % 100));
        for (size_t n = strlen(text); text[n - 1] == '0' || text[n - 1] == '.'; text[n] = 0)
            if (text[--n] == '.') {
                text[n] = 0;
                break;
            }
        ck_assert_str_eq(printed(first), text);
        ck_assert_str_eq(printed(again), text);
    }
    sum = (struct icp__amount){0, 0};
    for (int i = 0; i < 1000; i++) icp__amount_add(&sum, read_or_fail("99999999999999980"));
    ck_assert_str_eq(printed(sum), "99999999999999980000");
}
END_TEST

START_TEST(means_are_rounded_once) {
    static const struct {
        const char *sum;
        uint64_t n;
        const char *mean;
    } known[] = {{"1", 3, "0.333333333"}, {"2", 3, "0.666666667"}, {"-2", 3, "-0.666666667"}, {"-1", 3, "-0.333333333"}, {"10", 4, "2.5"},
                 {"0.000000001", 2, "0.000000001"}, {"0.000000001", 3, "0"}, {"-0.000000001", 2, "-0.000000001"}, {"0", 9, "0"}, {"7", 1, "7"},
                 {"99999999999999980", UINT64_MAX, "0.005421011"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_assert_str_eq(printed(icp__amount_mean(read_or_fail(known[i].sum), known[i].n)), known[i].mean);
    ck_assert_str_eq(printed(icp__amount_whole(UINT64_MAX)), "18446744073709551615");
    ck_assert(icp__amount_less(read_or_fail("-1"), read_or_fail("0")));
    ck_assert(icp__amount_less(read_or_fail("-2"), read_or_fail("-1.5")));
    ck_assert(!icp__amount_less(read_or_fail("2"), read_or_fail("2")));
}
END_TEST

static const struct {
    const char *text;
    uint8_t order;
    int64_t first, last; /* seconds; last = of the last microsecond, rounded down */
    const char *iso;
} moments[] = {
    {"2020-01-05", 0, 1578182400, 1578268799, "2020-01-05"},
    {"5/1/2020", 1, 1578182400, 1578268799, "2020-01-05"},
    {"1/5/2020", 2, 1578182400, 1578268799, "2020-01-05"},
    {"28-07-2023 03:00", 1, 1690513200, 1690513200, "2023-07-28T03:00:00"},
    {"2020-01-05T10:30:00Z", 0, 1578220200, 1578220200, "2020-01-05T10:30:00Z"},
    {"2020-01-05T10:30:00.250+02:00", 0, 1578213000, 1578213000, "2020-01-05T08:30:00.25Z"},
    {"2020-01-05T10:30:00-0530", 0, 1578240000, 1578240000, "2020-01-05T16:00:00Z"},
    {"2020-01-05 01:30 +02:00", 0, 1578180600, 1578180600, "2020-01-04T23:30:00Z"},
    {"1/5/2020 12:15 AM", 2, 1578183300, 1578183300, "2020-01-05T00:15:00"},
    {"1/5/2020 12:15 pm", 2, 1578226500, 1578226500, "2020-01-05T12:15:00"},
    {"1/5/2020 1:15:09 p.m.", 2, 1578230109, 1578230109, "2020-01-05T13:15:09"},
    {"05 Mar 2020", 0, 1583366400, 1583452799, "2020-03-05"},
    {"2020-02", 0, 1580515200, 1583020799, "2020-02-29"},
    {"Dec 2020", 0, 1606780800, 1609459199, "2020-12-31"},
    {"2012-Q4", 0, 1349049600, 1356998399, "2012-12-31"},
    {"Q1 2013", 0, 1356998400, 1364774399, "2013-03-31"},
    {"2012", 0, 1325376000, 1356998399, "2012-12-31"},
    {"1577836800", 0, 1577836800, 1577836800, "2020-01-01T00:00:00Z"},
    {"1577836800500", 0, 1577836800, 1577836800, "2020-01-01T00:00:00.5Z"},
    {"1969-12-31", 0, -86400, -1, "1969-12-31"},
};

START_TEST(moments_known) {
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        struct icp__moment m;
        char iso[33];
        ck_assert_msg(icp__moment_read(moments[i].text, strlen(moments[i].text), moments[i].order, &m), "%s", moments[i].text);
        const int64_t first = m.first >= 0 ? m.first / 1000000 : -((-m.first + 999999) / 1000000);
        const int64_t last = m.last >= 0 ? m.last / 1000000 : -((-m.last + 999999) / 1000000);
        ck_assert_msg(first == moments[i].first && last == moments[i].last, "%s: %lld %lld", moments[i].text, (long long)first, (long long)last);
        iso[icp__moment_print(&m, iso)] = 0;
        ck_assert_str_eq(iso, moments[i].iso);
    }
    struct icp__moment m;
    ck_assert(!icp__moment_read("soon", 4, 0, &m));
    ck_assert(!icp__moment_read("", 0, 0, &m));
}
END_TEST

/* Which lost keys are followed, and how often each key repeats, does not depend on order or seed. */
START_TEST(lost_keys_in_any_order) {
    enum { KEYS = 60000 };
    uint64_t near[2] = {0, 0}, exists[2] = {0, 0};
    size_t kept[2] = {0, 0};
    bool ok = true;
    for (int turn = 0; turn < 2; turn++) {
        const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = (uint64_t)turn * 99};
        icp_context *c = NULL;
        ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
        struct icp__lost l;
        struct icp__lost_near n;
        icp__lost_init(&l, c);
        for (uint32_t i = 0; i < KEYS * 2; i++) {
            char key[32];
            const uint32_t which = (turn ? KEYS * 2 - 1 - i : i) % KEYS;
            ok &= icp__lost_add(&l, (struct icp_str){key, (size_t)snprintf(key, sizeof key, "Key %u", which)});
        }
        ck_assert_uint_le(l.keys.count, ICP__LOST_KEYS);
        ck_assert_uint_gt(l.keys.count, ICP__LOST_KEYS / 4);
        ck_assert(icp__near_init(&n, &l));
        for (uint32_t i = 0; i < KEYS; i += 3) {
            char key[32];
            ok &= icp__near_see(&n, (struct icp_str){key, (size_t)snprintf(key, sizeof key, i % 2 ? "Key %u" : "KEY-%u", i)});
        }
        icp__near_free(&n);
        for (size_t i = 0; i < l.keys.count; i++) {
            near[turn] += l.key[i].other.data ? l.key[i].rows : 0;
            exists[turn] += l.key[i].exists ? l.key[i].rows : 0;
            ok &= l.key[i].rows == 2;
        }
        ck_assert(ok);
        kept[turn] = l.keys.count;
        struct icp__met *met = calloc(1, sizeof *met);
        ck_assert(icp__lost_report(&l, 3, &l.keys.arena, met));
        ck_assert_uint_eq(met->nears, 32);
        for (uint32_t i = 0; i < 32; i++) {
            ck_assert_uint_eq(met->near[i].column, 3);
            ck_assert_uint_eq(strncmp(met->near[i].other.data, "KEY-", 4), 0);
            if (i) ck_assert_int_lt(strcmp(met->near[i - 1].own.data, met->near[i].own.data), 0);
        }
        free(met);
        icp__lost_free(&l);
        icp_context_unref(c);
    }
    ck_assert_uint_eq(kept[0], kept[1]);
    ck_assert_uint_eq(near[0], near[1]);
    ck_assert_uint_eq(exists[0], exists[1]);
    ck_assert_uint_gt(near[0], kept[0] / 8);
}
END_TEST

static uint64_t repeats_of(icp_context *c, uint32_t distinct, uint32_t again, bool backwards, bool *estimated) {
    struct icp__repeats r;
    bool ok = true;
    icp__repeats_init(&r, c);
    for (uint32_t i = 0; i < distinct + again; i++) {
        char key[16];
        const uint32_t which = (backwards ? distinct + again - 1 - i : i) % distinct;
        ok &= icp__repeats_add(&r, (struct icp_str){key, (size_t)snprintf(key, sizeof key, "U-%u", which)});
    }
    ck_assert(ok && icp__repeats_settle(&r));
    const uint64_t n = icp__repeats_count(&r);
    *estimated = r.level > 0;
    icp__repeats_free(&r);
    return n;
}

START_TEST(repeats_are_counted) {
    icp_context *c = NULL;
    bool estimated;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    ck_assert_uint_eq(repeats_of(c, 50000, 21, false, &estimated), 21);
    ck_assert_uint_eq(repeats_of(c, 1, 5, false, &estimated), 5);
    ck_assert(!estimated);
    ck_assert_uint_eq(repeats_of(c, 1048576, 1000, true, &estimated), 1000);
    ck_assert(!estimated);
    const uint64_t n = repeats_of(c, 2500000, 500000, false, &estimated);
    ck_assert(estimated);
    ck_assert_msg(n > 490000 && n < 510000, "%d", (int)n);
    ck_assert_uint_eq(repeats_of(c, 2500000, 500000, true, &estimated), n);
    icp_context_unref(c);
}
END_TEST

START_TEST(routes_keep_pairs) {
    icp_context *c = NULL;
    struct icp__routes r;
    struct icp__route wanted;
    bool ok = true;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    icp__routes_init(&r, c);
    ck_assert_uint_eq(icp__routes_first(&r, "x", 1, &wanted), ICP__NO_KEY);
    for (uint32_t turn = 0; turn < 2; turn++)
        for (uint32_t i = 0; i < 20000; i++) {
            char key[16];
            const size_t n = (size_t)snprintf(key, sizeof key, "k%u", i);
            for (uint32_t k = 0; k <= i % 3; k++) ok &= icp__routes_add(&r, key, n, i + k) == 1;
        }
    ck_assert_uint_eq(r.count, 6667 + 2 * 6667 + 3 * 6666);
    for (uint32_t i = 0; i < 20000; i++) {
        char key[16];
        uint32_t found = 0, sum = 0;
        const size_t n = (size_t)snprintf(key, sizeof key, "k%u", i);
        for (uint32_t at = icp__routes_first(&r, key, n, &wanted); at != ICP__NO_KEY; at = icp__routes_next(&r, at, &wanted))
            found++, sum += r.route[r.slot[at] - 1].company;
        ok &= found == i % 3 + 1 && sum == found * i + (found == 3 ? 3 : found - 1);
    }
    ck_assert(ok);
    ck_assert_uint_le(icp__routes_bytes(&r) / r.count, 32);
    icp__routes_free(&r);
    icp__routes_init(&r, c);
    for (uint32_t i = 0; i < ICP__SHARED; i++) ok &= icp__routes_add(&r, "all", 3, i) == 1;
    ck_assert(ok);
    ck_assert_int_eq(icp__routes_add(&r, "all", 3, 5), 1);
    ck_assert_int_eq(icp__routes_add(&r, "all", 3, ICP__SHARED), -1);
    icp__routes_free(&r);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("linked");
    TCase *t = tcase_create("linked");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, amounts_read_and_print);
    tcase_add_test(t, amounts_agree_with_numbers);
    tcase_add_test(t, sums_are_exact_in_any_order);
    tcase_add_test(t, means_are_rounded_once);
    tcase_add_test(t, moments_known);
    tcase_add_test(t, lost_keys_in_any_order);
    tcase_add_test(t, repeats_are_counted);
    tcase_add_test(t, routes_keep_pairs);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
