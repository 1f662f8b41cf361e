/* SPDX-License-Identifier: MIT */
/* calibration [RUNS [young]]: what icp_calibrate says of generated scores, by the number of outcomes and by how far the scores hold; and of scores of which half
 * are younger than their horizon. The figures of doc/calibration.md. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
/* No test: what fails ends the program. */
#undef ck_assert_msg
#undef ck_abort_msg
#define ck_abort_msg(...) (fprintf(stderr, __VA_ARGS__), exit(1))
#define ck_assert_msg(fine, ...) ((fine) ? (void)0 : ck_abort_msg(__VA_ARGS__))
#include "../unit/scored.h"

static icp_context *c;
static const char *const words[] = {"holds", "cannot tell", "overstates", "understates", "ranks no better than chance", "base rate moved"};
enum { WORDS = sizeof words / sizeof *words };

/* `outcomes` in the mean: with this base, slope 1 and spread 12.6% of the rows have it. */
static void verdicts(int outcomes, double slope, double base, int runs) {
    const struct icp_calibrate_options o = {.flags = ICP_CALIBRATE_BASE, .base_micro = (int64_t)(base * 1e6)};
    int said[WORDS] = {0}, slopes = 0, bases = 0;
    double needed = 0;
    for (int i = 0; i < runs; i++) {
        struct scored w = {.seed = (uint64_t)i + 1, .rows = (int)(outcomes / .126), .base = .1, .slope = slope, .spread = .8, .horizon = 90, .half = 30, .spell = 60, .layer = ICP_LAYER_INTENT};
        scored_make(&w);
        icp_buffer *j = scored_report(c, &w, o);
        for (int v = 0; v < WORDS; v++)
            said[v] += scored_says(j, NULL, "verdict", words[v]);
        const int64_t low = scored_number(j, "\"ratio\":", "slope_low_micro"), high = scored_number(j, "\"ratio\":", "slope_high_micro");
        slopes += (low == INT64_MIN || (double)low <= slope * 1e6) && (high == INT64_MIN || (double)high >= slope * 1e6);
        bases += scored_says(j, "\"base\":", "verdict", "base rate moved");
        needed += (double)scored_number(j, "\"ratio\":", "outcomes_needed") / runs;
        icp_buffer_unref(j), scored_free(&w);
    }
    printf("%8d  %5.1f  %4.2f ", outcomes, slope, .1 / base);
    for (int v = 0; v < WORDS; v++)
        printf("  %9.1f", 100. * said[v] / runs);
    printf("  %9.1f  %8.1f  %6.0f\n", 100. * bases / runs, 100. * slopes / runs, needed);
    fflush(stdout);
}

struct mean {
    double said, late, naive, held;
};
/* Ratios are added up by their logarithms: some stand against hardly any rows. */
static double scaled(double v, int ratio) { return ratio ? log(v) : v; }
static void look(struct mean *m, icp_buffer *young, icp_buffer *late, const char *inside, const char *name, double naive, int ratio) {
    char low[64], high[64], value[64];
    snprintf(value, sizeof value, "%s_micro", name), snprintf(low, sizeof low, "%s_low_micro", name), snprintf(high, sizeof high, "%s_high_micro", name);
    const double b = scored_share(late, inside, value);
    m->said += scaled(scored_share(young, inside, value), ratio), m->late += scaled(b, ratio), m->naive += scaled(naive, ratio);
    m->held += scored_share(young, inside, low) <= b && scored_share(young, inside, high) >= b;
}
static void show(const char *what, const struct mean *m, int ratio, int runs) {
    const double of[] = {m->said / runs, m->late / runs, m->naive / runs};
    printf("%-30s  %7.4f  %8.4f  %7.4f  %6.1f\n", what, ratio ? exp(of[0]) : of[0], ratio ? exp(of[1]) : of[1], ratio ? exp(of[2]) : of[2], 100 * m->held / runs);
}

static void young_outcomes(double trend, int runs) {
    static const char *const tiers[] = {"\"Excellent\"", "\"Good\"", "\"Fair\"", "\"Poor\""};
    struct scored w = {.rows = 1500, .base = .1, .slope = 1, .spread = .9, .horizon = 90, .half = 30, .spell = 180, .layer = ICP_LAYER_INTENT, .trend = trend};
    struct mean base = {0}, rate[4] = {{0}}, ratio[4] = {{0}};
    int counted[4] = {0};
    for (int i = 0; i < runs; i++) {
        w.seed = (uint64_t)i + 1, w.end = 180;
        scored_make(&w);
        icp_buffer *young = scored_report(c, &w, (struct icp_calibrate_options){0});
        w.end = 0;
        icp_buffer *late = scored_report(c, &w, (struct icp_calibrate_options){0});
        look(&base, young, late, "\"base\":", "observed", (double)w.came / w.rows, 0);
        for (int t = 0; t < 4; t++) {
            /* Without knowing of age: who has no outcome yet is one without. */
            const double k = (double)scored_number(young, tiers[t], "outcomes"), n = (double)scored_number(late, tiers[t], "rows");
            look(&rate[t], young, late, tiers[t], "rate", n > 0 ? k / n : 0, 0);
            const int known = k > 0 && scored_number(late, tiers[t], "observed_ratio_micro") > 0 && scored_number(young, tiers[t], "observed_ratio_micro") > 0;
            counted[t] += known;
            if (known)
                look(&ratio[t], young, late, tiers[t], "observed_ratio", k / w.came / ((n - k) / (w.rows - w.came)), 1);
        }
        icp_buffer_unref(young), icp_buffer_unref(late), scored_free(&w);
    }
    printf("\nhalf of the rows young%s\n%-30s  %7s  %8s  %7s  %6s\n", trend > 0 ? ", the later the better scored" : "", "mean", "said", "late", "naive", "held %");
    show("base rate", &base, 0, runs);
    for (int t = 0; t < 4; t++) {
        char name[40];
        snprintf(name, sizeof name, "rate %.*s", (int)strlen(tiers[t]) - 2, tiers[t] + 1);
        show(name, &rate[t], 0, runs);
        snprintf(name, sizeof name, "ratio %.*s", (int)strlen(tiers[t]) - 2, tiers[t] + 1);
        show(name, &ratio[t], 1, counted[t]);
    }
}

int main(int argc, char **argv) {
    static const int outcomes[] = {20, 50, 100, 500};
    static const double worlds[][2] = {{1, .1}, {.5, .1}, {0, .1}, {1.8, .1}, {1, .1 / 1.5}};
    const int runs = argc > 1 ? atoi(argv[1]) : 1000;
    if (runs < 1 || icp_context_new(NULL, &c, NULL))
        return fprintf(stderr, "usage: calibration [RUNS]\n"), 2;
    printf("percent of %d runs that say; base moved by itself; slope in its interval; outcomes needed\n", runs);
    printf("outcomes  slope  base       holds     cannot       over      under     chance      moved  base moved  slope in  needed\n");
    for (size_t i = 0; argc < 3 && i < sizeof worlds / sizeof *worlds; i++)
        for (int k = 0; k < 4; k++)
            verdicts(outcomes[k], worlds[i][0], worlds[i][1], outcomes[k] == 500 ? (runs + 3) / 4 : runs);
    young_outcomes(0, runs / 2 + 1);
    young_outcomes(1.5, runs / 2 + 1);
    icp_context_unref(c);
    return 0;
}
