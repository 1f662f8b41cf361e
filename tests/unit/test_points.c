/* SPDX-License-Identifier: MIT */
/* The fixed scale: every threshold, the tier edges, agreement with the curve. */
#include "check_main.h"
#include "model/points.h"
#include <icp/score.h>
#include <math.h>

static double curve(double milli) {
    double x = milli / 1000;
    if (x > 159)
        return 657 + 103 * (1 - exp(-(x - 159) / 103));
    if (x < -159)
        return 339 - 139 * (1 - exp(-(-x - 159) / 139));
    return 498 + x;
}

static int32_t tier_of_score(int32_t score) {
    return score >= 657 ? ICP_TIER_EXCELLENT : score >= 551 ? ICP_TIER_GOOD : score >= 445 ? ICP_TIER_FAIR : score >= 339 ? ICP_TIER_POOR : ICP_TIER_VERY_POOR;
}

START_TEST(every_threshold_is_where_the_curve_reaches_the_score) {
    for (int32_t s = 201; s <= 759; s++) {
        int64_t t = icp__points_threshold(s);
        ck_assert_int_eq(icp__points_score(t), s);
        ck_assert_int_eq(icp__points_score(t - 1), s - 1);
        /* Double arithmetic is good to 1e-9 here, a milli-point near the ends moves the curve by 1e-6 at least. */
        ck_assert_double_ge(curve((double)t), s - 1e-9);
        ck_assert_double_lt(curve((double)t - 1), s);
    }
    ck_assert(icp__points_threshold(200) == INT64_MIN);
}
END_TEST

START_TEST(score_is_the_floor_of_the_curve) {
    for (int64_t m = -900000; m <= 700000; m += 7) {
        double c = curve((double)m);
        if (c - floor(c) > 1e-9 && c - floor(c) < 1 - 1e-9)
            ck_assert_int_eq(icp__points_score(m), (int32_t)floor(c));
    }
}
END_TEST

START_TEST(score_never_falls_and_never_leaves_the_scale) {
    static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, -((int64_t)1 << 40), INT32_MIN, -844892, 636377, INT32_MAX, (int64_t)1 << 40, INT64_MAX};
    int32_t before = 200;
    for (int64_t m = -1000000; m <= 1000000; m += 13) {
        int32_t s = icp__points_score(m);
        ck_assert_int_ge(s, before);
        ck_assert_int_le(s, 759);
        ck_assert_int_eq(icp__points_tier(m), tier_of_score(s));
        before = s;
    }
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        ck_assert_int_eq(icp__points_score(far[i]), far[i] < -844891 ? 200 : far[i] < 636378 ? 758 : 759);
}
END_TEST

START_TEST(tier_edges_are_exact) {
    static const struct {
        int64_t milli;
        int32_t score, tier;
    } edges[] = {{0, 498, 3},       {999, 498, 3},      {1000, 499, 3},     {-1, 497, 3},       {159000, 657, 5},   {158999, 656, 4},
                 {53000, 551, 4},   {52999, 550, 3},    {-53000, 445, 3},   {-53001, 444, 2},   {-159000, 339, 2}, {-159001, 338, 1},
                 {106000, 604, 4},  {-106000, 392, 2}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        ck_assert_int_eq(icp_tiers_score(icp_tiers_default(), edges[i].milli), edges[i].score);
        ck_assert_int_eq(icp_tiers_tier(icp_tiers_default(), edges[i].milli), edges[i].tier);
    }
}
END_TEST

START_TEST(unsaturated_score_rounds_down) {
    ck_assert_int_eq(icp__points_linear(0), 498);
    ck_assert_int_eq(icp__points_linear(-1), 497);
    ck_assert_int_eq(icp__points_linear(-1000), 497);
    ck_assert_int_eq(icp__points_linear(-1001), 496);
    ck_assert_int_eq(icp__points_linear(999999), 1497);
    for (int64_t m = -159000; m <= 159000; m += 11)
        ck_assert_int_eq(icp__points_linear(m), icp__points_score(m));
}
END_TEST

START_TEST(integer_root_is_the_floor) {
    uint64_t seed = 88172645463325252u;
    for (uint64_t v = 0; v < 70000; v++) {
        uint64_t r = icp__isqrt(v);
        ck_assert(r * r <= v && (r + 1) * (r + 1) > v);
    }
    for (uint64_t r = 1; r < UINT32_MAX; r = r * 3 + 1) {
        ck_assert_uint_eq(icp__isqrt(r * r), r);
        ck_assert_uint_eq(icp__isqrt(r * r - 1), r - 1);
        ck_assert_uint_eq(icp__isqrt(r * r + 2 * r), r);
    }
    ck_assert_uint_eq(icp__isqrt(UINT64_MAX), UINT32_MAX);
    for (int i = 0; i < 100000; i++) {
        uint64_t v, r;
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        v = seed >> (i % 60);
        r = icp__isqrt(v);
        ck_assert(r * r <= v && (r == UINT32_MAX || (r + 1) * (r + 1) > v));
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("points");
    TCase *t = tcase_create("scale");
    tcase_add_test(t, every_threshold_is_where_the_curve_reaches_the_score);
    tcase_add_test(t, score_is_the_floor_of_the_curve);
    tcase_add_test(t, score_never_falls_and_never_leaves_the_scale);
    tcase_add_test(t, tier_edges_are_exact);
    tcase_add_test(t, unsaturated_score_rounds_down);
    tcase_add_test(t, integer_root_is_the_floor);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
