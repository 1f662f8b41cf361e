/* SPDX-License-Identifier: MIT */
/* Gates before a model is published: figures against counts made by hand, limits, what is not checked, what is refused. */
#include "check_main.h"
#include "timing_world.h"
#include "toy.h"

enum { INDUSTRIES = 5, ROWS = 400, SEEDS = 40 };

static icp_context *c;
static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

/* What a model says of each industry, and of none. */
struct says {
    int32_t points[INDUSTRIES + 1], offset;
};
static int64_t milli(const struct says *s, int industry) { return industry == INDUSTRIES ? 0 : s->offset + s->points[industry]; }

/* Companies by industry; INDUSTRIES = unknown. */
struct rows {
    int industry[ROWS];
};
static struct rows rows_new(uint64_t seed) {
    struct rows r;
    for (int i = 0; i < ROWS; i++)
        r.industry[i] = (int)(toy_random(&seed) % (INDUSTRIES + 1));
    return r;
}
static char *csv_of(const struct rows *r, int backwards) {
    char *text = malloc(ROWS * 40 + 64), *p = text + sprintf(text, "Id,Industry\n");
    for (int k = 0; k < ROWS; k++) {
        const int i = backwards ? ROWS - 1 - k : k;
        p += r->industry[i] == INDUSTRIES ? sprintf(p, "c%d,\n", i) : sprintf(p, "c%d,branch %c\n", i, 'a' + r->industry[i]);
    }
    return text;
}

/* A model of random points whose stored histogram is that of the rows. */
static icp_model *model_new(uint64_t seed, int32_t cllr, uint8_t reference, const struct rows *r, struct says *s) {
    struct toy *t = malloc(sizeof *t);
    char name[] = "branch a";
    toy_start(t, c);
    memset(t->l.reference_id, reference, 32);
    memset(t->l.spread, 0, sizeof t->l.spread);
    t->l.cllr_micro = cllr;
    s->offset = (int32_t)(toy_random(&seed) % 20000) - 10000;
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", s->offset);
    for (int i = 0; i < INDUSTRIES; i++) {
        name[7] = (char)('a' + i);
        s->points[i] = (int32_t)(toy_random(&seed) % 300000) - 150000;
        toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, name, s->points[i]);
    }
    for (int i = 0; r && i < ROWS; i++)
        t->l.spread[ICP_WHO_REFERENCE][icp_tiers_score(icp_tiers_default(), milli(s, r->industry[i])) - 200]++;
    icp_model *m = toy_build(t);
    toy_end(t);
    free(t);
    return m;
}

struct asked {
    const char *rows, *gates, *calibration;
};
static icp_status ask(icp_model *candidate, icp_model *published, struct asked a, icp_buffer **json, struct icp_error *err) {
    const struct icp_gates_options o = {.struct_size = sizeof o, .gates_json = a.gates, .gates_size = a.gates ? strlen(a.gates) : 0,
                                        .calibration_json = a.calibration, .calibration_size = a.calibration ? strlen(a.calibration) : 0};
    icp_reader *r = a.rows ? world_reader(c, a.rows, strlen(a.rows), 64) : NULL;
    icp_status st = icp_gates_check(candidate, published, r, &o, NULL, json, err);
    icp_reader_free(r);
    return st;
}
/* To be freed. */
static char *check(icp_model *candidate, icp_model *published, struct asked a) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_buffer *b = NULL;
    struct icp_str s;
    icp_status st = ask(candidate, published, a, &b, &err);
    ck_assert_msg(st == ICP_OK, "%s: %s", icp_status_name(st), err.message);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    char *text = malloc(s.size + 1);
    memcpy(text, s.data, s.size + 1);
    icp_buffer_unref(b);
    return text;
}
static const char *gate_of(const char *json, const char *gate) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "{\"gate\":\"%s\"", gate);
    return strstr(json, wanted);
}
/* A member of a gate. */
static const char *member(const char *json, const char *gate, const char *name) {
    char wanted[64];
    const char *at = gate_of(json, gate);
    snprintf(wanted, sizeof wanted, "\"%s\":", name);
    ck_assert_msg(at != NULL, "no gate %s in %s", gate, json);
    at = strstr(at, wanted);
    ck_assert_msg(at != NULL, "no %s of %s in %s", name, gate, json);
    return at + strlen(wanted);
}
static long figure(const char *json, const char *gate, const char *name) { return atol(member(json, gate, name)); }
static int yes(const char *json, const char *gate, const char *name) { return strncmp(member(json, gate, name), "true", 4) == 0; }
static int passed(const char *json) { return strstr(json, "],\"passed\":true}") != NULL; }

/* The share of rows that change their tier, as counted here; and what histograms alone tell is never more. */
START_TEST(moves_are_counted) {
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        const struct rows r = rows_new(seed * 77);
        struct says before, after;
        icp_model *published = model_new(seed * 2 + 1, 700000, 1, &r, &before), *candidate = model_new(seed * 5 + 100, 700000, 1, &r, &after);
        char *text = csv_of(&r, 0), *backwards = csv_of(&r, 1), row[64];
        long moves[6][6] = {{0}}, changed = 0;
        for (int i = 0; i < ROWS; i++) {
            const int a = icp_tiers_tier(icp_tiers_default(), milli(&before, r.industry[i])), b = icp_tiers_tier(icp_tiers_default(), milli(&after, r.industry[i]));
            moves[a][b]++, changed += a != b;
        }
        char *json = check(candidate, published, (struct asked){text, NULL, NULL}), *same = check(candidate, published, (struct asked){backwards, NULL, NULL});
        ck_assert_str_eq(json, same);
        ck_assert_int_eq(figure(json, "tier_change", "changed"), changed);
        ck_assert_int_eq(figure(json, "tier_change", "companies"), ROWS);
        ck_assert_int_eq(figure(json, "tier_change", "figure_micro"), changed * 1000000 / ROWS);
        const char *at = member(json, "tier_change", "moves");
        for (int t = 1; t < 6; t++) {
            snprintf(row, sizeof row, "[%ld,%ld,%ld,%ld,%ld]", moves[t][1], moves[t][2], moves[t][3], moves[t][4], moves[t][5]);
            ck_assert_msg((at = strstr(at, row)) != NULL, "%s in %s", row, json);
        }
        char *stored = check(candidate, published, (struct asked){0});
        ck_assert_int_le(figure(stored, "tier_change", "figure_micro"), figure(json, "tier_change", "figure_micro") + 1);
        ck_assert_ptr_nonnull(strstr(member(stored, "tier_change", "why"), "\"at least "));
        free(json), free(same), free(stored), free(text), free(backwards);
        icp_model_unref(published), icp_model_unref(candidate);
    }
}
END_TEST

/* Customers of one tier all go to another: the histograms alone show every one. */
START_TEST(histograms_tell_the_least) {
    const struct rows r = rows_new(5);
    struct says a, b;
    icp_model *published = model_new(3, 700000, 1, &r, &a), *same = model_new(3, 600000, 1, &r, &b);
    char *json = check(same, published, (struct asked){0});
    ck_assert_int_eq(figure(json, "tier_change", "figure_micro"), 0);
    free(json);
    icp_model *other = model_new(3, 600000, 2, &r, &b);
    json = check(other, published, (struct asked){0}); /* other companies: nothing can be told */
    ck_assert(!yes(json, "tier_change", "checked") && yes(json, "tier_change", "passed"));
    ck_assert(!yes(json, "same_reference", "passed") && !passed(json));
    free(json);
    json = check(other, published, (struct asked){.gates = "{\"same_reference\":false}"});
    ck_assert(passed(json));
    free(json);
    json = check(other, published, (struct asked){.gates = "{\"same_reference\":false,\"tier_change\":{\"rows_required\":true}}"});
    ck_assert(!passed(json) && !yes(json, "tier_change", "passed"));
    free(json);
    icp_model_unref(published), icp_model_unref(same), icp_model_unref(other);
}
END_TEST

START_TEST(a_limit_that_is_just_kept_passes) {
    const struct rows r = rows_new(9);
    struct says a, b;
    icp_model *published = model_new(3, 700000, 1, &r, &a), *candidate = model_new(4, 705000, 1, &r, &b);
    char *text = csv_of(&r, 0), *json = check(candidate, published, (struct asked){text, NULL, NULL}), gates[160];
    const long share = figure(json, "tier_change", "figure_micro");
    ck_assert_int_gt(share, 0);
    ck_assert_int_eq(figure(json, "cllr", "figure_micro"), 705000);
    ck_assert_int_eq(figure(json, "cllr_worse", "figure_micro"), 5000);
    ck_assert_int_eq(figure(json, "cllr_worse", "limit_micro"), 64550); /* .5 / sqrt(60 customers) */
    free(json);
    for (int which = 0; which < 4; which++) { /* none is missed, then each of the three by a millionth */
        snprintf(gates, sizeof gates, "{\"cllr\":{\"at_most_micro\":%d,\"worse_by_micro\":%d},\"tier_change\":{\"at_most_micro\":%ld}}", 705000 - (which == 1),
                 5000 - (which == 2), share - (which == 3));
        json = check(candidate, published, (struct asked){text, gates, NULL});
        ck_assert_int_eq(yes(json, "cllr", "passed"), which != 1);
        ck_assert_int_eq(yes(json, "cllr_worse", "passed"), which != 2);
        ck_assert_int_eq(yes(json, "tier_change", "passed"), which != 3);
        ck_assert_int_eq(passed(json), which == 0);
        free(json);
    }
    json = check(candidate, NULL, (struct asked){text, NULL, NULL}); /* the first: there is nothing to compare with */
    ck_assert(passed(json) && !gate_of(json, "cllr_worse") && !gate_of(json, "tier_change") && !gate_of(json, "same_reference") && gate_of(json, "cllr"));
    ck_assert_ptr_nonnull(strstr(json, ",\"published\":null,"));
    free(json), free(text);
    icp_model_unref(published), icp_model_unref(candidate);
}
END_TEST

static void hex_of(const icp_model *m, char out[65]) {
    struct icp_model_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
    for (int i = 0; i < 32; i++)
        sprintf(out + 2 * i, "%02x", info.id[i]);
}

START_TEST(a_calibration_report_counts_for_its_model) {
    static const struct {
        const char *verdict, *gates;
        int passed;
    } cases[] = {{"holds", NULL, 1}, {"cannot tell", NULL, 1}, {"base rate moved", NULL, 1}, {"overstates", NULL, 0}, {"understates", NULL, 0},
                 {"ranks no better than chance", NULL, 0}, {"cannot tell", "{\"calibration\":{\"verdicts\":[\"holds\"]}}", 0},
                 {"holds", "{\"calibration\":{\"verdicts\":[\"holds\"],\"required\":true}}", 1}, {"overstates", "{\"calibration\":{\"verdicts\":[\"overstates\"]}}", 1}};
    struct says s;
    icp_model *m = model_new(3, 700000, 1, NULL, &s), *other = model_new(4, 700000, 1, NULL, &s);
    char report[256], id[65], *json;
    hex_of(m, id);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(report, sizeof report, "{\"version\":1,\"model\":\"%s\",\"layer\":\"fit\",\"verdict\":\"%s\",\"tiers\":[{}],\"ratio\":{\"outcomes\":1200,\"slope_micro\":%s}}", id,
                 cases[i].verdict, i % 2 ? "null" : "616068");
        json = check(m, NULL, (struct asked){.gates = cases[i].gates, .calibration = report});
        ck_assert_msg(passed(json) == cases[i].passed && yes(json, "calibration", "checked"), "%s", json);
        ck_assert_int_eq(strstr(json, "; slope 0.616068 over 1,200 outcomes\"") != NULL, i % 2 == 0);
        free(json);
        json = check(other, NULL, (struct asked){.gates = cases[i].gates, .calibration = report});
        ck_assert(!passed(json) && strstr(json, "the calibration report is not of this model"));
        free(json);
    }
    json = check(m, NULL, (struct asked){.calibration = "{\"layer\":\"fit\",\"verdict\":\"holds\",\"model\":null}"}); /* of stored scores: whose? */
    ck_assert(!passed(json));
    free(json);
    json = check(m, NULL, (struct asked){.gates = "{\"calibration\":{\"required\":true}}"});
    ck_assert(!passed(json) && !yes(json, "calibration", "checked"));
    free(json);
    json = check(m, NULL, (struct asked){.gates = "{}"});
    ck_assert(passed(json) && !yes(json, "calibration", "checked"));
    free(json);
    icp_model_unref(m), icp_model_unref(other);
}
END_TEST

START_TEST(what_is_wrong_is_told) {
    static const struct {
        const char *gates, *calibration, *message;
        int line, column;
    } bad[] = {
        {"[]", NULL, "gates is an array; expected an object", 1, 1},
        {"{\"clr\":{}}", NULL, "unknown member \"clr\"; known: cllr, tier_change, calibration, same_reference, keep_layers", 1, 8},
        {"{\"cllr\":\n{\"at_most\":1}}", NULL, "unknown member \"at_most\"; known: at_most_micro, worse_by_micro", 2, 12},
        {"{\"cllr\":{\"at_most_micro\":0.9}}", NULL, "at_most_micro must be a whole number of millionths", 1, 26},
        {"{\"cllr\":{\"worse_by_micro\":-1}}", NULL, "worse_by_micro must be a whole number of millionths", 1, 27},
        {"{\"tier_change\":{\"rows_required\":1}}", NULL, "rows_required is a number; expected true or false", 1, 33},
        {"{\"calibration\":{\"verdicts\":\"holds\"}}", NULL, "verdicts is a string; expected an array of strings", 1, 28},
        {"{\"calibration\":{\"verdicts\":[1]}}", NULL, "a verdict is a number; expected one of at most 16 strings", 1, 29},
        {"{\"same_reference\":null}", NULL, "same_reference is null; expected true or false", 1, 19},
        {NULL, "[]", "a calibration report is an array; expected an object", 1, 1},
        {NULL, "{\"layer\":\"fit\"}", "what lacks layer or verdict is an object; expected a report of icp_calibrate()", 1, 1},
        {NULL, "{\"layer\":\"fit\",\"verdict\":7}", "verdict is a number; expected a report of icp_calibrate()", 1, 26},
    };
    struct says s;
    icp_model *m = model_new(3, 700000, 1, NULL, &s);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        icp_buffer *b = (icp_buffer *)&err;
        ck_assert_msg(ask(m, NULL, (struct asked){NULL, bad[i].gates, bad[i].calibration}, &b, &err) == ICP_E_FORMAT, "%d", (int)i);
        ck_assert_str_eq(err.message, bad[i].message);
        ck_assert_msg(err.line == bad[i].line && err.column == bad[i].column, "%s: %d:%d", err.message, (int)err.line, (int)err.column);
        ck_assert_ptr_eq(b, &err);
    }
    icp_model_unref(m);
}
END_TEST

/* Cut anywhere, or with a byte that is another: taken or refused, never worse. */
START_TEST(damaged_json_is_refused) {
    static const char gates[] = "{\"cllr\":{\"at_most_micro\":9,\"worse_by_micro\":3},\"tier_change\":{\"at_most_micro\":5,\"rows_required\":true},"
                                "\"calibration\":{\"required\":true,\"verdicts\":[\"holds\"]},\"same_reference\":false,\"keep_layers\":false}";
    static const char calibration[] = "{\"version\":1,\"model\":null,\"layer\":\"fit\",\"verdict\":\"holds\",\"ratio\":{\"verdict\":\"holds\"},\"tiers\":[{},{\"low\":-1}]}";
    const char *const texts[] = {gates, calibration};
    struct says s;
    uint64_t seed = 11;
    icp_model *m = model_new(3, 700000, 1, NULL, &s);
    for (int which = 0; which < 2; which++)
        for (size_t i = 0, n = strlen(texts[which]); i < 2 * n; i++) {
            struct icp_error err = {.struct_size = sizeof err};
            icp_buffer *b = NULL;
            char text[512];
            memcpy(text, texts[which], n + 1);
            text[i % n] = (char)(i < n ? 0 : toy_random(&seed) % 255 + 1);
            const icp_status st = ask(m, NULL, which ? (struct asked){.calibration = text} : (struct asked){.gates = text}, &b, &err);
            ck_assert_msg(st == ICP_E_FORMAT || (st == ICP_OK && i >= n), "%s: %s", text, icp_status_name(st));
            icp_buffer_unref(b);
        }
    icp_model_unref(m);
}
END_TEST

START_TEST(bad_arguments_are_refused) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_gates_options o = {.struct_size = sizeof o};
    struct says s;
    icp_buffer *b = NULL;
    icp_model *m = model_new(3, 700000, 1, NULL, &s);
    ck_assert_int_eq(icp_gates_check(NULL, NULL, NULL, NULL, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_gates_check(m, NULL, NULL, NULL, NULL, NULL, NULL), ICP_E_ARGUMENT);
    o.flags = 1;
    ck_assert_int_eq(icp_gates_check(m, NULL, NULL, &o, NULL, &b, NULL), ICP_E_UNSUPPORTED);
    o.flags = 0, o.gates_size = 3;
    ck_assert_int_eq(icp_gates_check(m, NULL, NULL, &o, NULL, &b, NULL), ICP_E_ARGUMENT);
    o.gates_size = 0, o.calibration_size = 3;
    ck_assert_int_eq(icp_gates_check(m, NULL, NULL, &o, NULL, &b, NULL), ICP_E_ARGUMENT);
    o.calibration_size = 0, o.struct_size = 4;
    ck_assert_int_eq(icp_gates_check(m, NULL, NULL, &o, NULL, &b, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_null(b);
    ck_assert_int_eq(ask(m, m, (struct asked){.rows = "Id,Colour\n1,red\n"}, &b, &err), ICP_E_SCHEMA); /* not companies of this model */
    icp_model_unref(m);
}
END_TEST

static int32_t stop(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    (void)stage, (void)done, (void)total;
    return --*(int *)user == 0;
}

START_TEST(the_caller_may_stop_it) {
    const struct rows r = rows_new(1);
    int left = 3; /* batches of 64 */
    const struct icp_progress p = {.struct_size = sizeof p, .user = &left, .fn = stop};
    struct says s;
    icp_model *m = model_new(3, 700000, 1, &r, &s);
    icp_buffer *b = NULL;
    char *text = csv_of(&r, 0);
    icp_reader *reader = world_reader(c, text, strlen(text), 64);
    ck_assert_int_eq(icp_gates_check(m, m, reader, NULL, &p, &b, NULL), ICP_E_CANCELLED);
    ck_assert_int_eq(left, 0);
    ck_assert_ptr_null(b);
    icp_reader_free(reader);
    free(text);
    icp_model_unref(m);
}
END_TEST

/* Layers that look at events are compared when the events are there for both, and said to be not compared when not. */
START_TEST(timing_layers_need_their_events) {
    struct icp_error err = {.struct_size = sizeof err};
    struct timing_world w = timing_world_new(3, 150);
    char *companies = timing_companies(&w, 0), *events = timing_csv(&w, &w.events, 0, 0, 1);
    icp_model *m = timing_world_model(c, &w, TIMING_ALL, 1), *fit = timing_world_model(c, &w, TIMING_FIT, 1);
    struct icp_gates_options o = {.struct_size = sizeof o};
    icp_accounts *accounts = NULL;
    icp_buffer *b = NULL;
    struct icp_str s;
    char *json = check(m, m, (struct asked){.rows = companies});
    const char *fit_part = strstr(json, "{\"gate\":\"tier_change\",\"layer\":\"fit\",\"checked\":true");
    ck_assert_msg(fit_part && strstr(json, "{\"gate\":\"tier_change\",\"layer\":\"intent\",\"checked\":false,\"passed\":true") &&
                      strstr(json, "{\"gate\":\"tier_change\",\"layer\":\"retention\",\"checked\":false,\"passed\":true"), "%s", json);
    free(json);
    json = check(m, m, (struct asked){.rows = companies, .gates = "{\"tier_change\":{\"rows_required\":true}}"});
    ck_assert(!passed(json));
    free(json);
    json = check(fit, m, (struct asked){0});
    ck_assert(!passed(json) && !yes(json, "layers", "passed") && strstr(json, "the candidate lacks what the published model has: intent, retention"));
    free(json);
    json = check(fit, m, (struct asked){.gates = "{\"keep_layers\":false}"});
    ck_assert(passed(json));
    free(json);
    icp_reader *r = world_reader(c, events, strlen(events), 0);
    world_must(icp_accounts_new(m, TIMING_END, NULL, &accounts, &err), &err);
    world_must(icp_accounts_add(accounts, r, NULL, NULL, &err), &err);
    icp_reader_free(r);
    o.candidate_accounts = o.published_accounts = accounts;
    r = world_reader(c, companies, strlen(companies), 0);
    world_must(icp_gates_check(m, m, r, &o, NULL, &b, &err), &err);
    icp_reader_free(r);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    ck_assert_msg(strstr(s.data, "{\"gate\":\"tier_change\",\"layer\":\"intent\",\"checked\":true,\"passed\":true,\"figure_micro\":0,") &&
                      strstr(s.data, "{\"gate\":\"tier_change\",\"layer\":\"retention\",\"checked\":true,\"passed\":true,\"figure_micro\":0,"), "%s", s.data);
    icp_buffer_unref(b);
    r = world_reader(c, companies, strlen(companies), 0);
    b = NULL;
    ck_assert_int_ne(icp_gates_check(fit, m, r, &o, NULL, &b, &err), ICP_OK); /* accounts of another model */
    ck_assert_ptr_null(b);
    icp_reader_free(r);
    icp_accounts_unref(accounts);
    icp_model_unref(m), icp_model_unref(fit);
    free(companies), free(events);
    timing_world_free(&w);
}
END_TEST

int main(void) {
    Suite *s = suite_create("gates");
    TCase *t = tcase_create("gates");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, moves_are_counted);
    tcase_add_test(t, histograms_tell_the_least);
    tcase_add_test(t, a_limit_that_is_just_kept_passes);
    tcase_add_test(t, a_calibration_report_counts_for_its_model);
    tcase_add_test(t, what_is_wrong_is_told);
    tcase_add_test(t, damaged_json_is_refused);
    tcase_add_test(t, bad_arguments_are_refused);
    tcase_add_test(t, the_caller_may_stop_it);
    tcase_add_test(t, timing_layers_need_their_events);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
