/* SPDX-License-Identifier: MIT */
/* Tails and quantiles against values computed with 30 digits (mpmath 1.3), and against sums over every case. */
#include "check_main.h"
#include "govern/probability.h"

#define close_to(got, want, relative) \
    do { \
        const double g_ = (got), w_ = (want), off_ = (g_ - w_) / w_; \
        ck_assert_msg(off_ < (relative) && off_ > -(relative), "%.17g, not %.17g (%.2g off)", g_, w_, off_); \
    } while (0)

START_TEST(log_gamma_is_a_log_factorial) {
    close_to(icp__log_gamma(.5), 0.572364942924700087, 1e-13);
    close_to(icp__log_gamma(123.25), 468.614482950516644, 1e-14);
    double sum = 0;
    for (int n = 2; n < 400; n++) {
        sum += icp__log(n);
        close_to(icp__log_gamma(n + 1), sum, 1e-12);
    }
}
END_TEST

START_TEST(normal_tails_and_quantiles_agree) {
    close_to(icp__normal_tail(0), .5, 1e-15);
    close_to(icp__normal_tail(1.5), 0.066807201268858066, 1e-12);
    close_to(icp__normal_tail(-1.5), 1 - 0.066807201268858066, 1e-12);
    close_to(icp__normal_tail(8), 6.22096057427178412e-16, 1e-10);
    close_to(icp__normal_quantile(1e-5), -4.26489079392282463, 1e-12);
    close_to(icp__normal_quantile(.975), 1.95996398454005424, 1e-12);
    for (int i = 1; i < 1000; i++)
        close_to(1 - icp__normal_tail(icp__normal_quantile(i / 1000.)), i / 1000., 1e-11);
}
END_TEST

START_TEST(chi_square_tails) {
    close_to(icp__chi_square_tail(3.5, 2), 0.173773943450445127, 1e-12);
    close_to(icp__chi_square_tail(60, 20), 7.12175086281557709e-6, 1e-10);
    close_to(icp__chi_square_tail(.1, 5), 0.999837683388077385, 1e-12);
    ck_assert(icp__chi_square_tail(0, 3) == 1);
}
END_TEST

START_TEST(beta_shares_and_quantiles_agree) {
    close_to(icp__beta_below(.3, 2, 5), 0.579825, 1e-12);
    close_to(1 - icp__beta_below(.02, 300, 20000), 1 - 0.999999988510865228, 1e-5);
    close_to(icp__beta_quantile(.05, .5, 7.5), 0.000270984431937788207, 1e-10);
    ck_assert(icp__beta_below(0, 2, 3) == 0 && icp__beta_below(1, 2, 3) == 1);
    for (int i = 1; i < 100; i++)
        close_to(icp__beta_below(icp__beta_quantile(i / 100., 3, 40), 3, 40), i / 100., 1e-9);
}
END_TEST

/* The same tail by adding up what each number of hits has. */
static double tail_by_sum(uint64_t k, uint64_t n, double p) {
    double sum = 0;
    for (uint64_t i = n + 1; i-- > k;)
        sum += icp__exp(icp__log_gamma((double)n + 1) - icp__log_gamma((double)i + 1) - icp__log_gamma((double)(n - i) + 1) + (double)i * icp__log(p) +
                        (double)(n - i) * icp__log(1 - p));
    return sum;
}

START_TEST(a_binomial_tail_is_its_sum) {
    close_to(icp__binomial_tail(30, 200, .1), 0.0163265659317664332, 1e-11);
    close_to(icp__binomial_tail(60, 45000, .0009), 0.00244252769637588952, 1e-9);
    ck_assert(icp__binomial_tail(0, 5, .2) == 1 && icp__binomial_tail(6, 5, .2) == 0);
    for (uint64_t n = 1; n < 60; n += 7)
        for (uint64_t k = 1; k <= n; k++)
            close_to(icp__binomial_tail(k, n, .17), tail_by_sum(k, n, .17), 1e-9);
}
END_TEST

START_TEST(intervals_of_shares) {
    double low, high;
    icp__share_interval(3, 50, .9, &low, &high);
    close_to(low, 0.0165518591892313543, 1e-9);
    close_to(high, 0.147837176364181241, 1e-9);
    icp__share_interval(0, 0, .9, &low, &high);
    ck_assert(low == 0 && high == 1);
    icp__share_interval(7, 7, .9, &low, &high);
    ck_assert(low > .6 && low < .66 && high == 1);
    icp__share_interval(0, 7, .9, &low, &high);
    ck_assert(low == 0 && high > .34 && high < .36);
}
END_TEST

int main(void) {
    Suite *s = suite_create("probability");
    TCase *t = tcase_create("tails");
    tcase_add_test(t, log_gamma_is_a_log_factorial);
    tcase_add_test(t, normal_tails_and_quantiles_agree);
    tcase_add_test(t, chi_square_tails);
    tcase_add_test(t, beta_shares_and_quantiles_agree);
    tcase_add_test(t, a_binomial_tail_is_its_sum);
    tcase_add_test(t, intervals_of_shares);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
