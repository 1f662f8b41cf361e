/* SPDX-License-Identifier: MIT */
/* Calibration against outcomes: figures against plain computations, verdicts over many seeds, young outcomes, what counts and what does not. */
#include "check_main.h"
#include "govern/observed.h"
#include "scored.h"

#define DAY(n) ((SCORED_START + (n)) * SCORED_DAY)
static icp_context *c;
static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

/* Stored scores against outcomes. */
static icp_status ask(const char *scores, const char *outcomes, struct icp_calibrate_options o, uint32_t batch, icp_buffer **json, struct icp_error *e) {
    icp_reader *rows = world_reader(c, scores, strlen(scores), batch), *came = world_reader(c, outcomes, strlen(outcomes), batch);
    o.struct_size = sizeof o;
    o.flags |= ICP_CALIBRATE_STORED;
    const icp_status s = icp_calibrate(NULL, rows, &came, 1, &o, NULL, json, e);
    icp_reader_free(rows), icp_reader_free(came);
    return s;
}
static icp_buffer *must_ask(const char *scores, const char *outcomes, struct icp_calibrate_options o) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_buffer *json = NULL;
    world_must(ask(scores, outcomes, o, 0, &json, &e), &e);
    return json;
}
static void refused(icp_status want, const char *scores, const char *outcomes, struct icp_calibrate_options o, const char *says) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_buffer *json = NULL;
    ck_assert_int_eq(ask(scores, outcomes, o, 0, &json, &e), want);
    ck_assert_ptr_null(json);
    ck_assert_msg(strstr(e.message, says) != NULL, "%s", e.message);
}

/* The rows of a generated world, once more; of fit the outcomes stand against all rows, themselves too. */
struct plain {
    int n, k, all; /* rows, outcomes; what these stand against */
    int fit;
    double x[4096];
    int came[4096];
};
static void read_plain(const struct scored *w, struct plain *p) {
    const double sign = w->layer == ICP_LAYER_RETENTION ? -1 : 1;
    const char *line = strchr(w->scores, '\n') + 1;
    memset(p, 0, sizeof *p);
    p->fit = w->layer == ICP_LAYER_FIT;
    for (; *line; line = strchr(line, '\n') + 1, p->n++) {
        char key[24];
        p->x[p->n] = sign * strtod(strchr(line, ',') + 1, NULL) * log(2);
        snprintf(key, sizeof key, "\n%.*s,", (int)strcspn(line, ","), line);
        p->came[p->n] = strstr(w->outcomes, key) != NULL;
        p->k += p->came[p->n];
    }
    p->all = p->fit ? p->n : p->n - p->k;
    /* Against all rows a ratio shrinks where the outcome is common; here nobody was a customer before. */
    for (int i = 0; i < p->n && p->fit; i++) {
        const double share = (double)p->k / p->n;
        p->x[i] -= log(1 - share + share * exp(p->x[i]));
    }
}
static int by_x(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}
static double plain_auc(const struct plain *p) {
    double sum = 0;
    for (int i = 0; i < p->n; i++)
        for (int j = 0; p->came[i] && j < p->n; j++)
            sum += p->came[j] && !p->fit ? 0 : p->x[i] > p->x[j] ? 1 : p->x[i] == p->x[j] ? .5 : 0;
    return sum / p->k / p->all;
}
/* Of DeLong: how the share that each row beats varies, among the outcomes and among the others. */
static double plain_auc_variance(const struct plain *p) {
    double sum[2] = {0}, square[2] = {0};
    for (int i = 0; i < p->n; i++)
        for (int side = 0; side < 2; side++) { /* 0 = as an outcome, 1 = as one of the others */
            double beaten = 0;
            if (side == 0 ? !p->came[i] : p->came[i] && !p->fit) continue;
            for (int j = 0; j < p->n; j++) {
                if (side == 0 ? p->came[j] && !p->fit : !p->came[j]) continue;
                beaten += p->x[i] == p->x[j] ? .5 : (p->x[i] > p->x[j]) == (side == 0);
            }
            beaten /= side == 0 ? p->all : p->k;
            sum[side] += beaten, square[side] += beaten * beaten;
        }
    return (square[0] - sum[0] * sum[0] / p->k) / p->k / (p->k - 1) + (square[1] - sum[1] * sum[1] / p->all) / p->all / (p->all - 1);
}
static double plain_cllr(const struct plain *p) {
    double with = 0, without = 0;
    for (int i = 0; i < p->n; i++) {
        with += p->came[i] ? log2(1 + exp(-p->x[i])) : 0;
        without += p->came[i] && !p->fit ? 0 : log2(1 + exp(p->x[i]));
    }
    return (with / p->k + without / p->all) / 2;
}
/* The share that isotonic regression gives a row: the largest of means from below over the smallest of means up to above. */
static double plain_minimum(const struct plain *p) {
    static double row[4096][2];
    double with = 0, without = 0;
    for (int i = 0; i < p->n; i++)
        row[i][0] = p->x[i], row[i][1] = p->came[i];
    qsort(row, (size_t)p->n, sizeof row[0], by_x);
    for (int i = 0; i < p->n; i++) {
        double most = 0;
        for (int a = 0; a <= i; a++) {
            double least = 2, sum = 0;
            for (int b = a; b < p->n; b++) {
                sum += row[b][1];
                if (b >= i && sum / (b - a + 1) < least) least = sum / (b - a + 1);
            }
            most = least > most ? least : most;
        }
        const double ratio = (p->fit ? most : most < 1 ? most / (1 - most) : INFINITY) * p->all / p->k;
        with += row[i][1] > 0 ? log2(1 + 1 / ratio) : 0;
        without += row[i][1] > 0 && !p->fit ? 0 : log2(1 + ratio);
    }
    return (with / p->k + without / p->all) / 2;
}
static void plain_logistic(const struct plain *p, double *a, double *b) {
    *a = 0, *b = 1;
    for (int step = 0; step < 60; step++) {
        double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
        for (int i = 0; i < p->n; i++) {
            const double q = 1 / (1 + exp(-*a - *b * p->x[i])), trials = 1 + (p->fit && p->came[i]), w = trials * q * (1 - q), r = p->came[i] - trials * q;
            g0 += r, g1 += r * p->x[i], h00 += w, h01 += w * p->x[i], h11 += w * p->x[i] * p->x[i];
        }
        const double d = h00 * h11 - h01 * h01;
        *a += (h11 * g0 - h01 * g1) / d, *b += (h00 * g1 - h01 * g0) / d;
    }
}

#define NEAR(got, want, off) do { const double g_ = (got), w_ = (want); ck_assert_msg(fabs(g_ - w_) <= (off), "%s: %.9g, not %.9g", #got, g_, w_); } while (0)

START_TEST(figures_are_those_of_plain_computations) {
    for (int layer = ICP_LAYER_FIT; layer <= ICP_LAYER_RETENTION; layer++)
        for (uint64_t seed = 1; seed <= 6; seed++) {
            static struct plain p;
            struct scored w = {.seed = seed, .rows = 240, .base = .3, .slope = .9, .spread = 1.2, .horizon = 60, .half = 10, .layer = layer};
            double a, b;
            scored_make(&w);
            read_plain(&w, &p);
            icp_buffer *j = scored_report(c, &w, (struct icp_calibrate_options){0});
            plain_logistic(&p, &a, &b);
            ck_assert_int_eq(scored_number(j, "\"ratio\":", "outcomes"), p.k);
            NEAR(scored_share(j, "\"base\":", "observed_micro"), (double)p.k / p.n, 1e-6);
            NEAR(scored_share(j, "\"ranking\":", "auc_micro"), plain_auc(&p), 2e-6);
            const double auc = plain_auc(&p), n = auc * (1 - auc) / plain_auc_variance(&p);
            const struct icp__estimate around = icp__share_range(auc * n, n, .95);
            NEAR(scored_share(j, "\"ranking\":", "auc_low_micro"), around.low, 2e-6);
            NEAR(scored_share(j, "\"ranking\":", "auc_high_micro"), around.high, 2e-6);
            NEAR(scored_share(j, "\"ranking\":", "cllr_micro"), plain_cllr(&p), 1e-5);
            NEAR(scored_share(j, "\"ranking\":", "cllr_minimum_micro"), plain_minimum(&p), 1e-5);
            NEAR(scored_share(j, "\"ratio\":", "slope_micro"), b, 1e-5);
            NEAR(scored_share(j, "\"ratio\":", "intercept_bits_micro") * log(2), a - log((double)p.k / p.all), 1e-5);
            ck_assert(scored_number(j, "\"ratio\":", "slope_low_micro") < scored_number(j, "\"ratio\":", "slope_micro"));
            ck_assert(scored_number(j, "\"ratio\":", "slope_high_micro") > scored_number(j, "\"ratio\":", "slope_micro"));
            icp_buffer_unref(j), scored_free(&w);
        }
}
END_TEST

/* Evidence of 2 bits and 0 bits: Good and Fair. 4 of 10 and 2 of 40 have the outcome. */
static void two_tiers(const char *layer, const char *outcome, char *scores, char *outcomes, int sign) {
    scores += sprintf(scores, "key,%s_evidence\n", layer);
    outcomes += sprintf(outcomes, "key,outcome,date\n");
    for (int i = 0; i < 50; i++) {
        scores += sprintf(scores, "c%d,%d.0\n", i, i < 10 ? 2 * sign : 0);
        if (i < 4 || (i >= 10 && i < 12)) outcomes += sprintf(outcomes, "c%d,%s,2020-02-01\n", i, outcome);
    }
}

START_TEST(a_ratio_stands_against_what_its_layer_says) {
    char scores[2048], outcomes[512];
    struct icp_calibrate_options o = {.layer = ICP_LAYER_FIT};
    two_tiers("fit", "converted", scores, outcomes, 1);
    icp_buffer *j = must_ask(scores, outcomes, o);
    ck_assert(scored_says(j, NULL, "ratios_against", "all rows"));
    NEAR(scored_share(j, "\"Good\"", "observed_ratio_micro"), 4. / 6 / (10. / 50), 2e-6);
    NEAR(scored_share(j, "\"Fair\"", "observed_ratio_micro"), 2. / 6 / (40. / 50), 2e-6);
    NEAR(scored_share(j, "\"Good\"", "stated_ratio_micro"), 4, 2e-6);
    NEAR(scored_share(j, "\"Good\"", "rate_micro"), .4, 2e-6);
    ck_assert_int_eq(scored_number(j, "\"Good\"", "rows"), 10);
    ck_assert_int_eq(scored_number(j, "\"low\":604", "rows"), 10); /* 498 + 106 */
    ck_assert_int_eq(scored_number(j, "\"Poor\"", "observed_ratio_micro"), INT64_MIN);
    NEAR(scored_share(j, "\"ranking\":", "found_micro"), 4. / 6 / 4, 2e-6); /* of 5%: a quarter of the ten */
    NEAR(scored_share(j, "\"likeliest_percent\":20", "lift_micro"), 4. / 6 / .2, 2e-6);
    /* Ratios 4 and 1 to those without the outcome are these to all rows where 12% have it; of their mass a fifth and four fifths. */
    const double high = 4 / (.88 + .12 * 4), mean = high / 5 + 4. / 5;
    NEAR(scored_share(j, "\"Good\"", "expected_ratio_micro"), high / mean, 2e-6);
    NEAR(scored_share(j, "\"Fair\"", "expected_ratio_micro"), 1 / mean, 2e-6);
    icp_buffer_unref(j);

    o.layer = ICP_LAYER_INTENT;
    two_tiers("intent", "converted", scores, outcomes, 1);
    j = must_ask(scores, outcomes, o);
    ck_assert(scored_says(j, NULL, "ratios_against", "rows without the outcome"));
    NEAR(scored_share(j, "\"Good\"", "observed_ratio_micro"), 4. / 6 / (6. / 44), 5e-6);
    icp_buffer_unref(j);

    o.layer = ICP_LAYER_RETENTION;
    two_tiers("retention", "churned", scores, outcomes, -1);
    j = must_ask(scores, outcomes, o);
    ck_assert(scored_says(j, NULL, "ratios_against", "rows that churned") && scored_says(j, NULL, "outcome", "churned"));
    NEAR(scored_share(j, "\"Poor\"", "observed_ratio_micro"), 6. / 44 / (4. / 6), 2e-6);
    NEAR(scored_share(j, "\"Poor\"", "stated_ratio_micro"), .25, 2e-6);
    NEAR(scored_share(j, "\"likeliest_percent\":20", "lift_micro"), 4. / 6 / .2, 2e-6); /* the lowest scores come first */
    icp_buffer_unref(j);
}
END_TEST

/* Evidence, where there is none the score; a score without evidence stands for the middle of what shows it. */
START_TEST(stored_scores_may_lack_the_evidence) {
    static const char outcomes[] = "key,outcome,date\na,converted,2020-02-01\n";
    const struct icp_calibrate_options o = {.layer = ICP_LAYER_FIT};
    icp_buffer *j = must_ask("key,fit_score\na,604\nb,200\nd,759\ne,\n", outcomes, o);
    ck_assert_int_eq(scored_number(j, "\"Good\"", "rows"), 1);
    ck_assert_int_eq(scored_number(j, "\"Very Poor\"", "rows"), 1);
    ck_assert_int_eq(scored_number(j, "\"Excellent\"", "rows"), 1);
    NEAR(scored_share(j, "\"Good\"", "stated_ratio_micro"), exp2(106.5 / 53), 2e-3);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "without_score"), 1);
    icp_buffer_unref(j);
    refused(ICP_E_FORMAT, "key,fit_score\na,199\n", outcomes, o, "no score from 200 to 759");
    refused(ICP_E_FORMAT, "key,fit_score\na,600.5\n", outcomes, o, "no score from 200 to 759");
    refused(ICP_E_FORMAT, "key,fit_evidence\na,x\n", outcomes, o, "no evidence");
    refused(ICP_E_FORMAT, "key,fit_evidence\na,1e9\n", outcomes, o, "no evidence");
    refused(ICP_E_SCHEMA, "key,intent_score\na,500\n", outcomes, o, "neither a column fit_evidence nor fit_score");
    refused(ICP_E_KEY, "name,fit_score\na,500\n", outcomes, o, "key");
    refused(ICP_E_SCHEMA, "key,fit_score\na,500\n", "key,outcome\na,converted\n", o, "");
}
END_TEST

START_TEST(what_counts_is_the_first_outcome_of_who_was_at_risk) {
    static const char scores[] = "key,fit_evidence\nnone,0\nbefore,0\nsame,0\nlast,0\nbeyond,0\nlost,0\ntwice,0\nother,0\n";
    static const char outcomes[] = "key,outcome,date\nbefore,converted,2020-01-30\nsame,converted,2020-01-31\nlast,converted,2020-02-29\nbeyond,converted,2020-03-01\n"
                                   "lost,lost,2020-01-05\nlost,converted,2020-02-03\ntwice,converted,2020-02-03\ntwice,converted,2020-02-04\nother,expanded,2020-02-03\nother,hello,2020-02-03\n"
                                   "none,converted,2021-01-01\nunknown,converted,2020-02-03\n";
    struct icp_calibrate_options o = {.flags = ICP_CALIBRATE_SCORED | ICP_CALIBRATE_AS_OF, .layer = ICP_LAYER_FIT, .horizon_days = 30, .scored = DAY(30), .as_of = DAY(60)};
    icp_buffer *j = must_ask(scores, outcomes, o);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "watched"), 6); /* not `before`, `lost` */
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "not_at_risk"), 2);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "mature"), 6);
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "counted"), 3); /* same, last, twice */
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "future"), 2); /* beyond, none */
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "not_an_outcome"), 1);
    ck_assert(scored_says(j, NULL, "scored_first", "2020-01-31") && scored_says(j, NULL, "as_of", "2020-03-01"));
    icp_buffer_unref(j);
    o.as_of = DAY(500); /* the horizon still ends */
    j = must_ask(scores, outcomes, o);
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "counted"), 3);
    icp_buffer_unref(j);
    o.as_of = DAY(45); /* half way */
    j = must_ask(scores, outcomes, o);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "mature"), 0);
    icp_buffer_unref(j);
    /* When it is not known when the scores were made, whatever came counts. */
    j = must_ask(scores, outcomes, (struct icp_calibrate_options){.layer = ICP_LAYER_FIT});
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "watched"), 8);
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "counted"), 7);
    ck_assert_int_eq(scored_number(j, NULL, "horizon_days"), INT64_MIN);
    icp_buffer_unref(j);
    /* Where nobody converts those who buy again are looked for. */
    j = must_ask("key,fit_evidence\na,1\nb,0\n", "key,outcome,date\na,expanded,2020-02-03\n", (struct icp_calibrate_options){.layer = ICP_LAYER_FIT});
    ck_assert(scored_says(j, NULL, "outcome", "expanded"));
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "counted"), 1);
    icp_buffer_unref(j);
}
END_TEST

START_TEST(dates_of_scores_are_read_from_their_column) {
    static const char outcomes[] = "key,outcome,date\na,converted,2020-02-10\nb,converted,2020-02-10\n";
    struct icp_calibrate_options o = {.flags = ICP_CALIBRATE_AS_OF, .layer = ICP_LAYER_FIT, .horizon_days = 5, .as_of = DAY(90), .scored_column = "When", .scored_size = 4};
    icp_buffer *j = must_ask("key,when,fit_evidence\na,2020-02-08,1\nb,2020-02-01,1\nd,,1\ne,2021-01-01,1\nf,31/01/2020,1\n", outcomes, o);
    ck_assert_int_eq(scored_number(j, "\"outcomes\":{", "counted"), 1);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "watched"), 3);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "without_date"), 1);
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "scored_after_end"), 1);
    ck_assert(scored_says(j, NULL, "scored_first", "2020-01-31") && scored_says(j, NULL, "scored_last", "2020-02-08"));
    icp_buffer_unref(j);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(ask("key,when,fit_evidence\na,2020-02-08,1\nb,soon,1\n", outcomes, o, 0, &j, &e), ICP_E_FORMAT);
    ck_assert_int_eq(e.row, 2);
    ck_assert_int_eq(e.column, 2);
    ck_assert_ptr_nonnull(strstr(e.message, "\"soon\" is no date"));
    refused(ICP_E_FORMAT, "key,when,fit_evidence\na,01/02/2020,1\n", outcomes, o, "day and month may be exchanged");
    refused(ICP_E_SCHEMA, "key,fit_evidence\na,1\n", outcomes, o, "dates of the scores");
}
END_TEST

static void shuffle(char *text, uint64_t seed) { /* lines behind the first */
    char *line[4096], *copy = strdup(text), *at = strchr(copy, '\n') + 1, *out = strchr(text, '\n') + 1;
    int n = 0;
    for (char *p = strtok(at, "\n"); p; p = strtok(NULL, "\n")) line[n++] = p;
    for (int i = n - 1; i > 0; i--) {
        const int k = world_below(&seed, i + 1);
        char *t = line[i];
        line[i] = line[k], line[k] = t;
    }
    for (int i = 0; i < n; i++) out += sprintf(out, "%s\n", line[i]);
    free(copy);
}

START_TEST(the_order_of_rows_changes_no_byte) {
    for (int layer = ICP_LAYER_FIT; layer <= ICP_LAYER_RETENTION; layer++) {
        struct scored w = {.seed = 5, .rows = 900, .base = .2, .slope = .7, .spread = 1, .horizon = 60, .half = 20, .spell = 100, .end = 110, .layer = layer, .again = 2};
        struct icp_str want, got;
        scored_make(&w);
        icp_buffer *first = scored_report(c, &w, (struct icp_calibrate_options){0});
        icp_buffer_data(first, &want);
        for (uint64_t seed = 1; seed < 6; seed++) {
            shuffle(w.scores, seed), shuffle(w.outcomes, seed + 100);
            icp_buffer *j = scored_report(c, &w, (struct icp_calibrate_options){0});
            icp_buffer_data(j, &got);
            /* How outcomes that are out of order were read is said; nothing else differs. */
            const char *a = strstr(want.data, "\"unsorted\""), *b = strstr(got.data, "\"unsorted\"");
            ck_assert(a - want.data == b - got.data && memcmp(want.data, got.data, (size_t)(a - want.data)) == 0);
            ck_assert_str_eq(strchr(a, ','), strchr(b, ','));
            icp_buffer_unref(j);
        }
        icp_buffer_unref(first), scored_free(&w);
    }
}
END_TEST

struct tally {
    int cannot, holds, over, under, chance, moved;
};
static struct tally verdicts(struct scored w, struct icp_calibrate_options o, int runs) {
    struct tally t = {0};
    for (int i = 0; i < runs; i++) {
        w.seed = (uint64_t)i * 31 + 7;
        scored_make(&w);
        icp_buffer *j = scored_report(c, &w, o);
        t.cannot += scored_says(j, NULL, "verdict", "cannot tell");
        t.holds += scored_says(j, NULL, "verdict", "holds");
        t.over += scored_says(j, NULL, "verdict", "overstates");
        t.under += scored_says(j, NULL, "verdict", "understates");
        t.chance += scored_says(j, NULL, "verdict", "ranks no better than chance");
        t.moved += scored_says(j, NULL, "verdict", "base rate moved");
        icp_buffer_unref(j), scored_free(&w);
    }
    return t;
}
/* Outcomes in the mean of a world with base .1 and this spread: it is a little more than a tenth of the rows. */
static struct scored world_of(int outcomes, double slope) {
    return (struct scored){.rows = outcomes * 8, .base = .1, .slope = slope, .spread = .8, .horizon = 90, .half = 30, .spell = 60, .layer = ICP_LAYER_INTENT};
}

/* Of 150 runs at 5% at most 14 alarms come with 98%. */
START_TEST(scores_that_hold_raise_few_alarms) {
    static const int outcomes[] = {20, 50, 100};
    for (int k = 0; k < 3; k++) {
        const struct tally t = verdicts(world_of(outcomes[k], 1), (struct icp_calibrate_options){.flags = ICP_CALIBRATE_BASE, .base_micro = 100000}, 150);
        const int alarms = t.over + t.under + t.chance + t.moved;
        ck_assert_msg(alarms <= 14, "%d outcomes: %d alarms", outcomes[k], alarms);
        ck_assert_int_eq(alarms + t.holds + t.cannot, 150);
        if (outcomes[k] == 20) ck_assert_msg(t.cannot > 75, "20 outcomes: %d", t.cannot);
        if (outcomes[k] == 100) ck_assert_msg(t.holds > 100, "100 outcomes: %d hold", t.holds);
    }
}
END_TEST

START_TEST(scores_that_do_not_hold_are_found) {
    struct tally t = verdicts(world_of(150, .5), (struct icp_calibrate_options){0}, 60);
    ck_assert_msg(t.over + t.chance >= 48 && t.over > t.chance && t.holds <= 1, "%d overstate, %d chance, %d hold", t.over, t.chance, t.holds);
    t = verdicts(world_of(100, 0), (struct icp_calibrate_options){0}, 60);
    ck_assert_msg(t.chance >= 54, "%d are chance", t.chance);
    t = verdicts(world_of(100, 1.8), (struct icp_calibrate_options){0}, 60);
    ck_assert_msg(t.under >= 54, "%d understate", t.under);
}
END_TEST

/* The base rate moves, the ratio holds. */
START_TEST(the_base_rate_is_judged_apart) {
    const struct icp_calibrate_options o = {.flags = ICP_CALIBRATE_BASE, .base_micro = 50000};
    struct tally t = verdicts(world_of(150, 1), o, 60);
    ck_assert_msg(t.moved >= 54 && t.over + t.under + t.chance <= 6, "%d moved, %d %d %d", t.moved, t.over, t.under, t.chance);
    /* Rows that are scored better have the outcome more often: nothing moved. */
    struct scored w = world_of(150, 1);
    int moved = 0;
    for (w.seed = 1; w.seed <= 60; w.seed++) {
        scored_make(&w);
        char *kept = malloc(strlen(w.scores) + 1), *at = kept;
        for (const char *line = w.scores; *line; line = strchr(line, '\n') + 1)
            if (line == w.scores || strtod(strchr(line, ',') + 1, NULL) > .5) at += sprintf(at, "%.*s\n", (int)strcspn(line, "\n"), line);
        free(w.scores), w.scores = kept;
        icp_buffer *j = scored_report(c, &w, (struct icp_calibrate_options){.flags = ICP_CALIBRATE_BASE, .base_micro = 100000});
        ck_assert(scored_share(j, "\"base\":", "observed_micro") > .15);
        moved += scored_says(j, "\"base\":", "verdict", "base rate moved");
        icp_buffer_unref(j), scored_free(&w);
    }
    ck_assert_msg(moved <= 6, "%d", moved);
    icp_buffer *j = must_ask("key,fit_evidence\na,1\nb,0\n", "key,outcome,date\na,converted,2020-02-03\n", (struct icp_calibrate_options){0});
    ck_assert(scored_says(j, "\"base\":", "verdict", "not judged"));
    icp_buffer_unref(j);
}
END_TEST

/* Half of the rows are younger than their horizon: means over many worlds, of what is said then, what comes in the end, and what one would count. */
struct young {
    double said, late, naive, error; /* error of said - late */
    int held, moved;
};
static void look_young(struct young *y, icp_buffer *young, icp_buffer *late, const char *inside, const char *name, double naive, int runs) {
    char low[64], high[64], value[64];
    snprintf(value, sizeof value, "%s_micro", name), snprintf(low, sizeof low, "%s_low_micro", name), snprintf(high, sizeof high, "%s_high_micro", name);
    const double a = scored_share(young, inside, value), b = scored_share(late, inside, value);
    y->said += a / runs, y->late += b / runs, y->naive += naive / runs, y->error += (a - b) * (a - b) / runs / runs;
    y->held += scored_share(young, inside, low) <= b && scored_share(young, inside, high) >= b;
}
static void young_worlds(double trend, int runs, struct young *base, struct young *good, double *slope) {
    const struct icp_calibrate_options o = {.flags = ICP_CALIBRATE_BASE, .base_micro = 200000};
    struct scored w = {.rows = 1200, .base = .2, .slope = 1, .spread = .9, .horizon = 90, .half = 30, .spell = 180, .layer = ICP_LAYER_INTENT, .trend = trend};
    for (int i = 0; i < runs; i++) {
        w.seed = (uint64_t)i + 1, w.end = 180;
        scored_make(&w);
        icp_buffer *young = scored_report(c, &w, o);
        w.end = 0;
        icp_buffer *late = scored_report(c, &w, o);
        look_young(base, young, late, "\"base\":", "observed", (double)w.came / w.rows, runs);
        look_young(good, young, late, "\"Good\"", "rate", (double)scored_number(young, "\"Good\"", "outcomes") / (double)scored_number(late, "\"Good\"", "rows"), runs);
        base->moved += scored_says(young, "\"base\":", "verdict", "base rate moved");
        *slope += scored_share(young, "\"ratio\":", "slope_micro") / runs;
        ck_assert_int_gt(scored_number(young, "\"rows\":{", "young"), 500);
        icp_buffer_unref(young), icp_buffer_unref(late), scored_free(&w);
    }
}
static void unbiased(const struct young *y, const char *what, int runs) {
    ck_assert_msg(fabs(y->said - y->late) < 4 * sqrt(y->error) + .003 * y->late, "%s: said %.4f, in the end %.4f, error %.4f", what, y->said, y->late, sqrt(y->error));
    ck_assert_msg(y->naive < .85 * y->late, "%s: naive %.4f, in the end %.4f", what, y->naive, y->late);
    ck_assert_msg(y->held >= runs * 9 / 10, "%s: %d of %d intervals hold it", what, y->held, runs);
}

START_TEST(young_outcomes_bias_nothing) {
    enum { RUNS = 36 };
    struct young base = {0}, good = {0};
    double slope = 0;
    young_worlds(0, RUNS, &base, &good, &slope);
    unbiased(&base, "base rate", RUNS);
    unbiased(&good, "Good", RUNS);
    ck_assert_msg(fabs(slope - 1) < .06 && base.moved <= 5, "slope %.3f, %d moved", slope, base.moved);
    /* The later a row was scored the better, so that the young ones are those with the most outcomes. */
    struct young better = {0}, good_better = {0};
    slope = 0;
    young_worlds(1.5, RUNS, &better, &good_better, &slope);
    unbiased(&good_better, "Good, better with time", RUNS);
    ck_assert_msg(fabs(slope - 1) < .06 && better.moved <= 5, "slope %.3f, %d moved", slope, better.moved);
}
END_TEST

START_TEST(where_no_row_is_old_enough_it_says_so) {
    struct scored w = {.seed = 3, .rows = 400, .base = .3, .slope = 1, .spread = 1, .horizon = 90, .half = 10, .spell = 10, .end = 60, .layer = ICP_LAYER_INTENT};
    scored_make(&w);
    icp_buffer *j = scored_report(c, &w, (struct icp_calibrate_options){.flags = ICP_CALIBRATE_BASE, .base_micro = 1000});
    ck_assert(scored_says(j, NULL, "verdict", "cannot tell") && scored_says(j, "\"base\":", "verdict", "not judged"));
    ck_assert(scored_says(j, "\"ratio\":", "because", "no row is old enough to judge: no horizon is over"));
    ck_assert_int_eq(scored_number(j, "\"rows\":{", "young"), 400);
    ck_assert_int_eq(scored_number(j, "\"base\":", "observed_micro"), INT64_MIN);
    icp_buffer_unref(j), scored_free(&w);
}
END_TEST

START_TEST(what_cannot_be_told_says_what_is_needed) {
    char outcomes[] = "key,outcome,date\n", scores[20000] = "key,fit_evidence\n", *at = scores + strlen(scores);
    icp_buffer *j = must_ask(scores, outcomes, (struct icp_calibrate_options){0});
    ck_assert(scored_says(j, "\"ratio\":", "because", "no row can be judged"));
    icp_buffer_unref(j);
    for (int i = 0; i < 1000; i++) at += sprintf(at, "c%d,%.3f\n", i, i % 2 ? 1. : -1.);
    j = must_ask(scores, outcomes, (struct icp_calibrate_options){0});
    ck_assert(scored_says(j, NULL, "verdict", "cannot tell") && scored_says(j, "\"ratio\":", "because", "too few outcomes"));
    /* Rare outcomes have 1 bit in four of five cases, -1 bit else: the variance is .64 bits squared. (1.96 + .84)^2 / .25 / .64 / ln 2 ^ 2 */
    NEAR((double)scored_number(j, "\"ratio\":", "outcomes_needed"), 7.849 / .25 / .64 / log(2) / log(2), 1.5);
    NEAR(scored_share(j, "\"base\":", "observed_high_micro"), 1 - pow(.025, .001), 2e-6);
    icp_buffer_unref(j);
    j = must_ask("key,fit_evidence\na,1\nb,1\n", outcomes, (struct icp_calibrate_options){0});
    ck_assert(scored_says(j, "\"ratio\":", "because", "all scores are alike"));
    ck_assert_int_eq(scored_number(j, "\"ratio\":", "outcomes_needed"), INT64_MIN);
    icp_buffer_unref(j);
}
END_TEST

/* Rows that were put into another tier: `right` = they turn out as rows of that tier do, else as the model's own. */
static icp_buffer *overridden(uint64_t seed, int right, int overridden_rows, int layer) {
    static const double bits[] = {0, -4, -2, 0, 2, 4};
    static const char *const names[] = {"", "Very Poor", "Poor", "Fair", "Good", "Excellent"};
    char *scores = malloc(4000 * 80), *outcomes = malloc(4000 * 60), *a = scores, *b = outcomes;
    const char *prefix = layer == ICP_LAYER_FIT ? "" : layer == ICP_LAYER_INTENT ? "intent_" : "retention_", *name = layer == ICP_LAYER_FIT ? "fit" : layer == ICP_LAYER_INTENT ? "intent" : "retention";
    const double sign = layer == ICP_LAYER_RETENTION ? -1 : 1;
    uint64_t s = seed;
    a += sprintf(a, "key,%s_evidence,%seffective_tier,%soverride\n", name, prefix, prefix), b += sprintf(b, "key,outcome,date\n");
    for (int i = 0; i < 3000; i++) {
        const int tier = 2 + world_below(&s, i < overridden_rows ? 3 : 4), to = i < overridden_rows ? tier + 1 : tier;
        const double odds = .15 * exp2(sign * bits[i < overridden_rows && right ? to : tier]);
        a += sprintf(a, "c%d,%.1f,%s,%s\n", i, bits[tier], names[to], i < overridden_rows ? "Better by Jo" : "");
        if (world_uniform(&s) < odds / (1 + odds)) b += sprintf(b, "c%d,%s,2020-02-02\n", i, layer == ICP_LAYER_RETENTION ? "churned" : "converted");
    }
    icp_buffer *j = must_ask(scores, outcomes, (struct icp_calibrate_options){.layer = layer});
    free(scores), free(outcomes);
    return j;
}

START_TEST(overridden_rows_are_compared_with_others) {
    for (int layer = ICP_LAYER_FIT; layer <= ICP_LAYER_RETENTION; layer++) {
        int model = 0, overrides = 0, wrong = 0;
        for (uint64_t seed = 1; seed <= 20; seed++)
            for (int right = 0; right < 2; right++) {
                icp_buffer *j = overridden(seed, right, 200, layer);
                ck_assert_int_eq(scored_number(j, "\"overrides\":", "rows"), 200);
                ck_assert_int_eq(scored_number(j, "\"overrides\":", "share_micro"), 66667);
                model += scored_says(j, "\"raised\":", "verdict", "the model was right");
                overrides += scored_says(j, "\"raised\":", "verdict", "the overrides were right");
                wrong += scored_says(j, "\"raised\":", "verdict", right ? "the model was right" : "the overrides were right");
                ck_assert_int_eq(scored_number(j, "\"lowered\":", "rows"), 0);
                icp_buffer_unref(j);
            }
        ck_assert_msg(model >= 15 && overrides >= 15 && wrong <= 1, "layer %d: %d, %d of 20, %d wrong", layer, model, overrides, wrong);
    }
    struct icp_str text;
    icp_buffer *j = overridden(1, 1, 301, ICP_LAYER_FIT);
    icp_buffer_data(j, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"overrides\":{\"high\":true"));
    icp_buffer_unref(j);
    j = overridden(1, 1, 300, ICP_LAYER_FIT);
    icp_buffer_data(j, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"overrides\":{\"high\":false"));
    icp_buffer_unref(j);
    j = must_ask("key,fit_evidence\na,1\nb,0\n", "key,outcome,date\na,converted,2020-02-03\n", (struct icp_calibrate_options){0});
    icp_buffer_data(j, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"overrides\":null")); /* nothing tells of any */
    icp_buffer_unref(j);
}
END_TEST

/* A company that stands in the file four times tells no more than once. */
START_TEST(rows_of_one_company_count_as_one) {
    struct scored w = world_of(80, 1);
    w.seed = 11;
    scored_make(&w);
    icp_buffer *once = scored_report(c, &w, (struct icp_calibrate_options){0});
    scored_free(&w);
    w.again = 4;
    scored_make(&w);
    icp_buffer *often = scored_report(c, &w, (struct icp_calibrate_options){0});
    static const char *const names[][2] = {{"\"ratio\":", "slope_low_micro"}, {"\"ratio\":", "slope_high_micro"}, {"\"base\":", "observed_low_micro"}, {"\"ranking\":", "auc_high_micro"},
                                           {"\"Good\"", "observed_ratio_low_micro"}, {"\"ranking\":", "found_high_micro"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        NEAR(scored_share(often, names[i][0], names[i][1]), scored_share(once, names[i][0], names[i][1]), .03);
    ck_assert_int_eq(scored_number(often, "\"rows\":{", "companies"), scored_number(once, "\"rows\":{", "companies"));
    ck_assert_int_eq(scored_number(often, "\"rows\":{", "read"), 4 * scored_number(once, "\"rows\":{", "read"));
    icp_buffer_unref(once), icp_buffer_unref(often), scored_free(&w);
}
END_TEST

/* Who looks more often asks for rarer alarms, and gets wider intervals. */
START_TEST(the_chance_of_an_alarm_is_the_callers) {
    struct scored w = world_of(80, 1);
    w.seed = 4;
    scored_make(&w);
    icp_buffer *one = scored_report(c, &w, (struct icp_calibrate_options){0}), *eight = scored_report(c, &w, (struct icp_calibrate_options){.alarm_micro = 6250});
    icp_buffer *two = scored_report(c, &w, (struct icp_calibrate_options){.flags = ICP_CALIBRATE_BASE, .base_micro = 100000});
    ck_assert_int_eq(scored_number(one, NULL, "interval_micro"), 950000);
    ck_assert_int_eq(scored_number(eight, NULL, "interval_micro"), 993750);
    ck_assert_int_eq(scored_number(two, NULL, "interval_micro"), 975000); /* two questions */
    ck_assert(scored_number(eight, "\"ratio\":", "slope_low_micro") < scored_number(one, "\"ratio\":", "slope_low_micro"));
    ck_assert(scored_number(eight, "\"ranking\":", "auc_high_micro") > scored_number(one, "\"ranking\":", "auc_high_micro"));
    icp_buffer_unref(one), icp_buffer_unref(eight), icp_buffer_unref(two), scored_free(&w);
}
END_TEST

/* Companies that are scored here give what their stored scores give. */
START_TEST(fresh_scores_are_the_stored_ones) {
    struct world world = world_new(3, 3000, 150, .05);
    char *all = world_csv(&world, 0, 2, 0), *keys = world_csv(&world, 0, 1, 1), *others = world_csv(&world, 1, 2, 0), *universe = world_csv(&world, 0, 1, 0);
    icp_reference *reference = world_reference(c, all);
    icp_model *m = world_fit(c, reference, keys, universe, NULL);
    struct world_scores s = world_score(c, m, others, 0);
    char *stored = malloc(s.rows * 60 + 100), *outcomes = malloc(s.rows * 60 + 100), *p = stored, *q = outcomes;
    p += sprintf(p, "key,fit_evidence\n"), q += sprintf(q, "key,outcome,date\n");
    for (uint64_t i = 0; i < s.rows; i++) {
        const struct world_row *r = &world.row[2 * i + 1];
        p += sprintf(p, "%s,%.9f\n", r->key, (double)s.milli[i] / 53000);
        if (r->withheld) q += sprintf(q, "%s,converted,2020-03-04\n", r->key);
    }
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_calibrate_options o = {.struct_size = sizeof o, .flags = ICP_CALIBRATE_BASE_OF_MODEL};
    icp_reader *rows = world_reader(c, others, strlen(others), 100), *came = world_reader(c, outcomes, strlen(outcomes), 0);
    icp_buffer *fresh = NULL, *kept = NULL;
    world_must(icp_calibrate(m, rows, &came, 1, &o, NULL, &fresh, &e), &e);
    icp_reader_free(rows), icp_reader_free(came);
    rows = world_reader(c, stored, strlen(stored), 0), came = world_reader(c, outcomes, strlen(outcomes), 0);
    o.flags |= ICP_CALIBRATE_STORED;
    world_must(icp_calibrate(m, rows, &came, 1, &o, NULL, &kept, &e), &e);
    icp_reader_free(rows), icp_reader_free(came);
    struct icp_str a, b;
    icp_buffer_data(fresh, &a), icp_buffer_data(kept, &b);
    ck_assert(scored_says(fresh, NULL, "scores", "fresh") && scored_says(kept, NULL, "scores", "stored"));
    ck_assert_str_eq(strstr(a.data, "\"as_of\""), strstr(b.data, "\"as_of\""));
    struct icp_model_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
    NEAR(scored_share(fresh, NULL, "listed_micro"), (double)info.listed / (double)info.companies, 1e-6);
    ck_assert(scored_share(fresh, "\"ranking\":", "auc_low_micro") > .55);
    icp_buffer_unref(fresh), icp_buffer_unref(kept);
    world_scores_free(&s), world_free(&world);
    free(all), free(keys), free(others), free(universe), free(stored), free(outcomes);
    icp_model_unref(m), icp_reference_unref(reference);
}
END_TEST

int main(void) {
    Suite *s = suite_create("calibration");
    TCase *t = tcase_create("calibration");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, figures_are_those_of_plain_computations);
    tcase_add_test(t, a_ratio_stands_against_what_its_layer_says);
    tcase_add_test(t, stored_scores_may_lack_the_evidence);
    tcase_add_test(t, what_counts_is_the_first_outcome_of_who_was_at_risk);
    tcase_add_test(t, dates_of_scores_are_read_from_their_column);
    tcase_add_test(t, the_order_of_rows_changes_no_byte);
    tcase_add_test(t, scores_that_hold_raise_few_alarms);
    tcase_add_test(t, scores_that_do_not_hold_are_found);
    tcase_add_test(t, the_base_rate_is_judged_apart);
    tcase_add_test(t, young_outcomes_bias_nothing);
    tcase_add_test(t, where_no_row_is_old_enough_it_says_so);
    tcase_add_test(t, what_cannot_be_told_says_what_is_needed);
    tcase_add_test(t, overridden_rows_are_compared_with_others);
    tcase_add_test(t, rows_of_one_company_count_as_one);
    tcase_add_test(t, the_chance_of_an_alarm_is_the_callers);
    tcase_add_test(t, fresh_scores_are_the_stored_ones);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
