/* SPDX-License-Identifier: MIT */
/* Decimal text, exp and log against the C library. */
#include "base/number.h"
#include "check_main.h"
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t state;
static uint64_t rnd(void) {
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
static double any_double(void) {
    uint64_t u = rnd();
    double v;
    memcpy(&v, &u, sizeof v);
    return isfinite(v) ? v : 1;
}
static uint64_t bits(double v) {
    uint64_t u;
    memcpy(&u, &v, sizeof u);
    return u;
}

static void same(const char *text) {
    double own = -7, theirs = strtod(text, NULL);
    bool ok = icp__decimal_parse(text, strlen(text), &own);
    ck_assert_msg(ok == isfinite(theirs), "%.60s: accepted %d", text, ok);
    if (ok)
        ck_assert_msg(bits(own) == bits(theirs), "%.60s: %a, expected %a", text, own, theirs);
    else
        ck_assert_msg(own == -7, "%.60s: output touched", text);
}

START_TEST(parses_known_numbers) {
    static const char *const texts[] = {
        "0", "-0", "+1", "1", "0.1", "1e22", "1e23", "123456789012345678", "9007199254740993", "9007199254740992.5", "9007199254740993.0000000001",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1.797693134862315807e308", "1e309", "1e310", "1e311", "1e-400",
        "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "2.47032822920623272088284396434110686182e-324",
        "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308", "6.631236846766476e-316", "3.2378839133029012895883524125015321748630094507060e-319",
        "0.000000000000000000000000000000000000000000000000000000000000000000001e70", "100000000000000000000000000000000000000000e-300", "1e0000000000000000005",
        "1e99999999999999999999", "1e-99999999999999999999", "0e99999999999999999999", "18446744073709551615", "18446744073709551616", "9999999999999999999", "99999999999999999999",
        "1.00000000000000011102230246251565404236316680908203125", "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126", "8.5e300", "1e301", "9999999999999999999e289"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same(texts[i]);
}
END_TEST

START_TEST(parses_long_midpoints) {
    /* Exact midpoints have up to 767 digits; one more digit far behind decides. */
    for (int i = 0; i < 400; i++) {
        char text[2400];
        double lo = fabs(any_double());
        if (i % 4 == 0)
            lo = ldexp((double)(rnd() >> 12), -1074);
        double hi = nextafter(lo, INFINITY);
        if (!isfinite(hi))
            continue;
        long double mid = ((long double)lo + (long double)hi) / 2;
        int n = snprintf(text, 1200, "%.1150Le", mid);
        char *e = strchr(text, 'e');
        ck_assert(n > 0 && e);
        same(text);
        char tail[16];
        snprintf(tail, sizeof tail, "%s", e);
        memset(e, '0', 500);
        snprintf(e + 500, 40, "1%s", tail);
        same(text);
    }
    char zeros[5000];
    memset(zeros, '0', sizeof zeros);
    memcpy(zeros, "0.", 2);
    strcpy(zeros + 4000, "123e4005");
    same(zeros);
    memset(zeros, '0', 4000);
    zeros[0] = '7';
    strcpy(zeros + 4000, "e-3990");
    same(zeros);
}
END_TEST

START_TEST(parses_like_strtod) {
    char text[128];
    for (int i = 0; i < 300000; i++) {
        switch (i % 5) {
        case 0: snprintf(text, sizeof text, "%.17g", any_double()); break;
        case 1: snprintf(text, sizeof text, "%.*e", (int)(rnd() % 40), any_double()); break;
        case 2: snprintf(text, sizeof text, "%llu.%llue%d", (unsigned long long)(rnd() >> rnd() % 64), (unsigned long long)(rnd() >> rnd() % 64), (int)(rnd() % 700) - 350); break;
        case 3: snprintf(text, sizeof text, "%lld.%02d", (long long)(rnd() >> (20 + rnd() % 40)), (int)(rnd() % 100)); break;
        default: snprintf(text, sizeof text, "%llue%d", (unsigned long long)(rnd() >> rnd() % 64), (int)(rnd() % 60) - 30);
        }
        same(text);
    }
}
END_TEST

START_TEST(refuses_what_is_no_number) {
    static const char *const texts[] = {"", "-", "+", ".", ".5", "5.", "1e", "1e+", "1e-", "e5", "1.e5", "--1", "1 ", " 1", "0x10", "inf", "nan", "1,5", "1_0",
                                        "1e5.0", "1.2.3", "+-1", "1e5x", "\xd9\xa1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double v = -7;
        ck_assert_msg(!icp__decimal_parse(texts[i], strlen(texts[i]), &v), "%s", texts[i]);
        ck_assert(v == -7);
    }
    double v = -7;
    ck_assert(!icp__decimal_parse("1\0002", 3, &v));
    ck_assert(!icp__decimal_parse(NULL, 0, &v));
}
END_TEST

static const char *printed(double v) {
    static char out[32];
    size_t n = icp__decimal_print(v, out);
    ck_assert_uint_eq(n, strlen(out));
    return out;
}

START_TEST(prints_known_numbers) {
    ck_assert_str_eq(printed(0), "0");
    ck_assert_str_eq(printed(-0.0), "-0");
    ck_assert_str_eq(printed(1), "1");
    ck_assert_str_eq(printed(-1.5), "-1.5");
    ck_assert_str_eq(printed(0.1), "0.1");
    ck_assert_str_eq(printed(1e-7), "0.0000001");
    ck_assert_str_eq(printed(9.9e-8), "9.9e-8");
    ck_assert_str_eq(printed(1e16), "10000000000000000");
    ck_assert_str_eq(printed(1e17), "1e17");
    ck_assert_str_eq(printed(123456789012345680.0), "1.2345678901234568e17");
    ck_assert_str_eq(printed(DBL_MAX), "1.7976931348623157e308");
    ck_assert_str_eq(printed(-DBL_MAX), "-1.7976931348623157e308");
    ck_assert_str_eq(printed(4.9406564584124654e-324), "5e-324");
    ck_assert_str_eq(printed(1e23), "1e23");
    ck_assert_str_eq(printed(0x1p-44), "5.684341886080802e-14"); /* neither neighbour at 16 digits is the cut one */
    ck_assert_str_eq(printed(9007199254740993.0), "9007199254740992");
    ck_assert_str_eq(printed(INFINITY), "inf");
    ck_assert_str_eq(printed(-INFINITY), "-inf");
    ck_assert_str_eq(printed(-NAN), "nan");
    char out[24];
    ck_assert_uint_eq(icp__int_print(INT64_MIN, out), 20);
    ck_assert_str_eq(out, "-9223372036854775808");
    ck_assert_uint_eq(icp__int_print(0, out), 1);
    ck_assert_str_eq(out, "0");
    icp__int_print(INT64_MAX, out);
    ck_assert_str_eq(out, "9223372036854775807");
}
END_TEST

static int digits_of(const char *s) {
    int n = 0, zeros = 0;
    bool started = false;
    for (; *s && *s != 'e'; s++)
        if (*s >= '0' && *s <= '9') {
            started |= *s != '0';
            zeros = *s == '0' ? zeros + 1 : 0;
            n += started;
        }
    return n - (started ? zeros : 0);
}

START_TEST(prints_the_shortest) {
    char text[64];
    for (int i = 0; i < 60000; i++) {
        double v = any_double();
        if (i % 3 == 1)
            v = (double)(int64_t)(rnd() >> (rnd() % 60)) / pow(10, (double)(rnd() % 8));
        if (i % 3 == 2)
            v = ldexp(1, (int)(rnd() % 2098) - 1074);
        if (i % 6 == 3) /* 16 and 17 digits, of numbers that tables hold */
            v = (double)(rnd() % 1000000007) / (double)(1 + rnd() % 9973) * pow(10, (double)(rnd() % 14) - 8);
        const char *own = printed(v);
        double back;
        ck_assert(icp__decimal_parse(own, strlen(own), &back));
        ck_assert_msg(bits(back) == bits(v), "%s is not %a", own, v);
        int need = 1;
        for (; need < 17; need++) {
            snprintf(text, sizeof text, "%.*e", need - 1, v);
            if (strtod(text, NULL) == v)
                break;
        }
        ck_assert_msg(digits_of(own) <= need, "%s is longer than %s", own, text);
    }
}
END_TEST

/* All decimals with few digits, by brute force. */
static int fewest_between(double lo, double hi) {
    for (int digits = 1; digits <= 3; digits++) {
        int from = digits == 1 ? 0 : digits == 2 ? 10 : 100, to = digits == 1 ? 10 : digits == 2 ? 100 : 1000;
        for (int e = -8; e <= 8; e++)
            for (int m = from; m < to; m++) {
                double v = icp__decimal_value((struct icp__decimal){m, e});
                if ((v > lo && v <= hi) || (-v > lo && -v <= hi))
                    return digits;
            }
    }
    return 4;
}

START_TEST(finds_the_decimal_between) {
    static const struct {
        double lo, hi;
        int64_t mantissa;
        int32_t exponent;
    } known[] = {{-1, 1, 0, 0}, {0, 1, 5, -1}, {-1, 0, 0, 0}, {1, 2, 2, 0}, {0.5, 1000.5, 5, 2}, {49, 51, 5, 1}, {50, 51, 51, 0}, {-51, -50, -5, 1}, {-50, -49, -49, 0},
                 {99, 101, 1, 2}, {2, 4, 3, 0}, {10, 30, 2, 1}, {1.23, 1.25, 124, -2}, {1, 4, 2, 0}, {-4, -1, -3, 0}, {999.5, 1000.5, 1, 3}, {-0x1.35379f67afc1ap+53, -0x1.35379f67afc19p+53, -10879615697811506, 0}, {99999, 100000, 1, 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct icp__decimal d = icp__decimal_between(known[i].lo, known[i].hi);
        ck_assert_msg(d.mantissa == known[i].mantissa && d.exponent == known[i].exponent, "(%g, %g]: %lld e %d", known[i].lo, known[i].hi, (long long)d.mantissa,
                      (int)d.exponent);
    }
    char text[48];
    for (int i = 0; i < 60000; i++) {
        double lo = any_double(), hi = any_double();
        if (i % 3 == 0)
            hi = nextafter(lo, INFINITY);
        if (i % 3 == 1)
            lo = (double)(rnd() % 100000) / 100 - 500, hi = lo + (double)(rnd() % 1000 + 1) / 100;
        if (lo > hi) {
            double t = lo;
            lo = hi, hi = t;
        }
        if (lo == hi || !isfinite(hi))
            continue;
        struct icp__decimal d = icp__decimal_between(lo, hi);
        double v = icp__decimal_value(d);
        ck_assert_msg(v > lo && v <= hi, "(%a, %a] %lld e %d", lo, hi, (long long)d.mantissa, (int)d.exponent);
        size_t n = icp__decimal_text(d, text);
        double back;
        ck_assert(n == strlen(text) && n < 48 && icp__decimal_parse(text, n, &back));
        ck_assert(bits(back) == bits(v));
        if (i % 3 == 1 && i < 1500 && d.mantissa) {
            int fewest = fewest_between(lo, hi);
            ck_assert_msg(fewest == 4 ? digits_of(text) >= 4 : digits_of(text) == fewest, "(%.17g, %.17g] %s", lo, hi, text);
        }
    }
}
END_TEST

static double ulps(double own, long double exact) {
    int e;
    frexpl(exact, &e);
    double unit = ldexp(1, (e < -1021 ? -1021 : e) - 53);
    return (double)(fabsl((long double)own - exact) / (long double)unit);
}

START_TEST(exp_and_log_are_close) {
    double worst_exp = 0, worst_log = 0;
    for (int i = 0; i < 1000000; i++) {
        double x = ((double)(rnd() >> 11) * 0x1p-53 - .5) * (i % 2 ? 1480 : 4);
        if (x > -745 && x < 709.7) {
            double u = ulps(icp__exp(x), expl((long double)x));
            worst_exp = u > worst_exp ? u : worst_exp;
        }
        double y = i % 3 == 0 ? fabs(any_double()) : i % 3 == 1 ? 1 + (double)(int64_t)rnd() * 0x1p-66 : (double)(rnd() >> 11) * 0x1p-52;
        if (y > 0 && y != 1) {
            double u = ulps(icp__log(y), logl((long double)y));
            worst_log = u > worst_log ? u : worst_log;
        }
    }
    ck_assert_msg(worst_exp < 2, "exp: %g ulp", worst_exp);
    ck_assert_msg(worst_log < 2, "log: %g ulp", worst_log);
    ck_assert(icp__exp(0) == 1 && icp__log(1) == 0);
    ck_assert(icp__exp(1e9) == INFINITY && icp__exp(INFINITY) == INFINITY && icp__exp(-1e9) == 0 && icp__exp(-INFINITY) == 0);
    ck_assert(isnan(icp__exp(NAN)) && isnan(icp__log(NAN)) && isnan(icp__log(-1)) && isnan(icp__log(-INFINITY)));
    ck_assert(icp__log(0) == -INFINITY && icp__log(INFINITY) == INFINITY);
    ck_assert(ulps(icp__log(DBL_TRUE_MIN), logl((long double)DBL_TRUE_MIN)) < 2);
    ck_assert(icp__exp(709.78) < INFINITY && icp__exp(709.79) == INFINITY);
    ck_assert(icp__sqrt(2) == sqrt(2));
}
END_TEST

START_TEST(rounds_halves_away) {
    ck_assert(icp__round(.5) == 1 && icp__round(-.5) == -1 && icp__round(.49999999999999994) == 0 && icp__round(-2.5) == -3 && icp__round(1e300) == INT64_MAX);
    ck_assert(icp__round(-1e300) == INT64_MIN && icp__round(NAN) == 0 && icp__round(0x1p62 + 1024) == (INT64_C(1) << 62) + 1024);
}
END_TEST

int main(void) {
    Suite *s = suite_create("number");
    TCase *t = tcase_create("number");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, parses_known_numbers);
    tcase_add_test(t, parses_long_midpoints);
    tcase_add_test(t, parses_like_strtod);
    tcase_add_test(t, refuses_what_is_no_number);
    tcase_add_test(t, prints_known_numbers);
    tcase_add_test(t, prints_the_shortest);
    tcase_add_test(t, finds_the_decimal_between);
    tcase_add_test(t, exp_and_log_are_close);
    tcase_add_test(t, rounds_halves_away);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
