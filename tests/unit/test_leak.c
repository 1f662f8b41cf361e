/* SPDX-License-Identifier: MIT */
/* Leaks planted in generated companies: each cause is found, honest columns are left alone, names do not matter where figures do. */
#include "fitting.h"
#include <stdbool.h>

#if defined(__SANITIZE_ADDRESS__)
enum { SEEDS = 5 }; /* ten times slower there, and every line is passed all the same */
#else
enum { SEEDS = 60 };
#endif
enum { ROWS = 1500, CUSTOMERS = 80 };
static const char other_word[] = "beta";

/* What a planted column says of one company; customer: 1 = given, 2 = withheld, which the reference holds like any other company. */
typedef void (*plant_fn)(int row, int customer, uint64_t *s, char *out, size_t cap);
struct plant {
    const char *name;
    plant_fn cell;
};

static void status(int row, int customer, uint64_t *s, char *out, size_t cap) {
    static const char *const others[] = {"open", "open", "open", "closed", "paused"};
    (void)row;
    snprintf(out, cap, "%s", customer ? "active" : others[world_below(s, 5)]);
}
static void strong_number(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row;
    snprintf(out, cap, "%.3f", world_normal(s) + (customer ? 3 : 0));
}
static void only_customers(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row;
    *out = 0;
    if (customer || world_uniform(s) < .01)
        snprintf(out, cap, "%d", world_below(s, 1000));
}
static void day_filled(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row;
    *out = 0;
    if (customer)
        snprintf(out, cap, "20%02d-0%d-1%d", 10 + world_below(s, 10), 1 + world_below(s, 9), world_below(s, 10));
}
static void who_filled(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row;
    *out = 0;
    if (customer)
        snprintf(out, cap, "partner %c", 'a' + world_below(s, 4));
}
static void missing_for_customers(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row;
    *out = 0;
    if (world_uniform(s) < (customer ? .07 : .995))
        snprintf(out, cap, "%s", world_below(s, 2) ? "alpha" : other_word);
}
static void serial(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)customer, (void)s;
    snprintf(out, cap, "%d", 1000 + (row * 7919) % ROWS);
}
static void label(int row, int customer, uint64_t *s, char *out, size_t cap) { /* far from telling all */
    (void)row;
    snprintf(out, cap, "%s", world_uniform(s) < (customer ? .75 : .25) ? "yes" : "no");
}
static void noise(int row, int customer, uint64_t *s, char *out, size_t cap) {
    (void)row, (void)customer;
    snprintf(out, cap, "%c%c", 'p' + world_below(s, 5), 'p' + world_below(s, 2));
}
static void industry(int row, int customer, uint64_t *s, char *out, size_t cap) { /* a vendor to banks */
    static const char *const all[] = {"Banking", "Farming", "Steel", "Software", "Retail", "Mining", "Energy", "Health", "Transport", "Media"};
    (void)row;
    snprintf(out, cap, "%s", all[customer ? 0 : world_below(s, 10)]);
}

struct trial {
    icp_context *c;
    icp_reference *reference;
    struct text keys;
};

/* A generated world with more columns; by_chance = the customers are drawn without regard to anything. */
static struct trial trial_new(uint64_t seed, const struct plant *plants, int count, bool by_chance, bool names) {
    struct trial t = {.c = context()};
    struct world w = world_new(seed, ROWS, CUSTOMERS, .05);
    struct text all = {NULL, 0};
    uint64_t s = seed * 77 + 5;
    text_add(&all, "key");
    for (int f = 0; f < WORLD_COLUMNS; f++) {
        if (names)
            text_add(&all, ",%s", world_names[f]);
        else
            text_add(&all, ",c%d", f);
    }
    for (int k = 0; k < count; k++)
        text_add(&all, ",%s", plants[k].name);
    text_add(&all, "\n");
    text_add(&t.keys, "key,since\n");
    for (int i = 0, drawn = 0; i < w.rows; i++) {
        struct world_row *r = &w.row[i];
        if (by_chance) {
            r->given = (world_uniform(&s) < (CUSTOMERS - drawn) / (double)(w.rows - i));
            r->withheld = 0;
            drawn += r->given;
        }
        if (r->given)
            text_add(&t.keys, "%s,%d-06-15\n", r->key, 2015 + i % 5);
        text_add(&all, "%s", r->key);
        for (int f = 0; f < WORLD_COLUMNS; f++)
            text_add(&all, ",%s", r->cells[f]);
        for (int k = 0; k < count; k++) {
            char cell[64];
            plants[k].cell(i, r->given ? 1 : r->withheld ? 2 : 0, &s, cell, sizeof cell);
            text_add(&all, ",%s", cell);
        }
        text_add(&all, "\n");
    }
    t.reference = world_reference(t.c, all.data);
    free(all.data);
    world_free(&w);
    return t;
}
static void trial_free(struct trial *t) {
    icp_reference_unref(t->reference);
    icp_context_unref(t->c);
    free(t->keys.data);
}

static char *audit_of(icp_context *c, icp_reference *r, const char *keys, const struct icp_fit_options *o) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f = fit_new(c, r, o);
    icp_buffer *b;
    struct icp_str s;
    if (keys)
        must_add(c, f, keys, 0);
    world_must(icp_fit_audit(f, NULL, &b, &e), &e);
    icp_buffer_data(b, &s);
    char *json = malloc(s.size + 1);
    memcpy(json, s.data, s.size + 1);
    icp_buffer_unref(b);
    icp_fit_free(f);
    return json;
}

/* The part of an audit that speaks of one column, with an end. */
static char *part_of(const char *json, const char *column) {
    char head[96];
    snprintf(head, sizeof head, "{\"name\":\"%s\",", column);
    const char *from = strstr(json, head);
    ck_assert_msg(from != NULL, "no column %s in %s", column, json);
    const char *to = strstr(from + 1, "{\"name\":");
    size_t n = to ? (size_t)(to - from) : strlen(from);
    char *part = malloc(n + 1);
    memcpy(part, from, n);
    part[n] = 0;
    return part;
}
static bool says(const char *json, const char *column, const char *what) {
    char *part = part_of(json, column);
    bool yes = strstr(part, what) != NULL;
    free(part);
    return yes;
}
static bool proven(const char *json, const char *column, const char *cause) {
    char *part = part_of(json, column), *from = strstr(part, "\"causes\":["), *to = from ? strchr(from, ']') : NULL;
    bool yes = false;
    if (to) {
        *to = 0;
        yes = strstr(from, cause) != NULL;
    }
    free(part);
    return yes;
}
static int quarantined(const char *json) {
    int n = 0;
    for (const char *p = json; (p = strstr(p, "\"verdict\":\"quarantined\"")) != NULL; p++)
        n++;
    return n;
}

/* In how many seeds of 100 a cause is found in the first plant; nothing but the plants may be quarantined in 98. */
static void found_often(const struct plant *plants, int count, const char *cause, const struct icp_fit_options *o, bool names) {
    int hit = 0, wrong = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct trial t = trial_new(seed, plants, count, false, names);
        char *json = audit_of(t.c, t.reference, t.keys.data, o);
        int ours = 0, all = count;
        for (int k = 0; k < count; k++) {
            ours += says(json, plants[k].name, "\"verdict\":\"quarantined\"");
            all -= proven(json, plants[k].name, cause);
        }
        hit += all == 0;
        wrong += quarantined(json) > ours;
        free(json);
        trial_free(&t);
    }
    ck_assert_msg(hit * 100 >= 95 * SEEDS, "%s: found in %d of %d", cause, hit, SEEDS);
    ck_assert_msg(wrong * 100 <= 2 * SEEDS, "%s: %d of %d have an honest column quarantined", cause, wrong, SEEDS);
}

START_TEST(a_category_that_is_the_answer) {
    struct plant p = {"x17", status};
    found_often(&p, 1, "separates_alone", NULL, true);
}
END_TEST
START_TEST(a_number_that_is_the_answer) {
    struct plant p = {"x17", strong_number};
    found_often(&p, 1, "separates_alone", NULL, true);
}
END_TEST
START_TEST(renamed_columns_do_not_hide_it) {
    struct plant p = {"c17", status};
    found_often(&p, 1, "separates_alone", NULL, false);
}
END_TEST
START_TEST(filled_for_customers_alone) {
    struct plant p = {"x17", only_customers};
    found_often(&p, 1, "filled_for_customers", NULL, true);
}
END_TEST
START_TEST(missing_for_customers_alone) {
    struct plant p = {"x17", missing_for_customers};
    found_often(&p, 1, "missingness", NULL, true);
}
END_TEST
START_TEST(numbers_that_count_rows) {
    struct plant p = {"x17", serial};
    found_often(&p, 1, "near_unique", NULL, true);
}
END_TEST
START_TEST(a_name_that_the_data_confirm) {
    struct plant p = {"Is Converted", label};
    found_often(&p, 1, "outcome_name", NULL, true);
}
END_TEST
START_TEST(dates_behind_the_purchase) {
    struct plant p = {"x17", day_filled};
    struct icp_fit_options o = {.struct_size = sizeof o, .since_column = "since", .since_size = 5};
    /* Some of the planted days lie before: only those of 2016 on lie behind most purchases. */
    int hit = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct trial t = trial_new(seed, &p, 1, false, true);
        char *before = audit_of(t.c, t.reference, t.keys.data, &o);
        char *keys = t.keys.data;
        for (char *d = keys; (d = strstr(d, "-06-15")) != NULL; d++) /* 2015 .. 2019 become 2005 .. 2009 */
            d[-2] = '0';
        char *after = audit_of(t.c, t.reference, keys, &o);
        hit += !proven(before, "x17", "after_purchase") && proven(after, "x17", "after_purchase") && proven(after, "x17", "filled_for_customers");
        free(before), free(after);
        trial_free(&t);
    }
    ck_assert_msg(hit * 100 >= 95 * SEEDS, "found in %d of %d", hit, SEEDS);
}
END_TEST
/* Several at once do not hide each other. */
START_TEST(several_at_once) {
    struct plant p[] = {{"x17", day_filled}, {"x18", who_filled}, {"x19", only_customers}};
    found_often(p, 3, "filled_for_customers", NULL, true);
    struct plant q[] = {{"x17", status}, {"x18", status}, {"x19", strong_number}};
    found_often(q, 3, "separates_alone", NULL, true);
}
END_TEST

START_TEST(lists_by_chance_quarantine_nothing) {
    struct plant p[] = {{"x17", noise}, {"status", noise}, {"churned", noise}};
    int wrong = 0, named = 0;
    for (uint64_t seed = 1; seed <= 2 * SEEDS; seed++) {
        struct trial t = trial_new(seed, p, 3, true, true);
        char *json = audit_of(t.c, t.reference, t.keys.data, NULL);
        wrong += quarantined(json) > 1;
        named += says(json, "churned", "\"verdict\":\"quarantined\"") && proven(json, "churned", "outcome_name");
        free(json);
        trial_free(&t);
    }
    ck_assert_msg(wrong * 100 <= 2 * 2 * SEEDS, "%d of %d", wrong, 2 * SEEDS);
    ck_assert_int_eq(named, 2 * SEEDS); /* a name that means nothing else decides by itself */
}
END_TEST
START_TEST(what_a_company_is_is_no_leak) {
    struct plant p = {"Sector", industry};
    int wrong = 0, shown = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct trial t = trial_new(seed, &p, 1, false, true);
        char *json = audit_of(t.c, t.reference, t.keys.data, NULL);
        wrong += quarantined(json) > 0;
        shown += says(json, "Sector", "\"verdict\":\"suspect\"") && says(json, "Sector", "describes what a company is");
        free(json);
        trial_free(&t);
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_ge(shown, SEEDS * 95 / 100);
}
END_TEST

static bool summary_has(icp_model *m, const char *what) {
    icp_buffer *b;
    struct icp_str s;
    ck_assert_int_eq(icp_model_summary(m, &b, NULL), ICP_OK);
    icp_buffer_data(b, &s);
    bool yes = strstr(s.data, what) != NULL;
    icp_buffer_unref(b);
    return yes;
}

START_TEST(the_fit_leaves_out_what_the_audit_says_unless_released) {
    struct plant p = {"x17", status};
    struct trial t = trial_new(3, &p, 1, false, true);
    for (int release = 0; release < 2; release++) {
        struct icp_fit_options o = {.struct_size = sizeof o, .release = "nothing\n X1?", .release_size = release ? 12 : 7};
        char *json = audit_of(t.c, t.reference, t.keys.data, &o);
        ck_assert(says(json, "x17", release ? "\"verdict\":\"released\"" : "\"verdict\":\"quarantined\""));
        ck_assert(says(json, "x17", release ? "\"release\":null" : "\"release\":\"x17\""));
        free(json);
        icp_fit *f = fit_new(t.c, t.reference, &o);
        must_add(t.c, f, t.keys.data, 0);
        icp_model *m = fit_run(f);
        struct icp_model_info i = {.struct_size = sizeof i};
        ck_assert_int_eq(icp_model_describe(m, &i, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_FIT, "x17=active", 10) >= 0, release);
        ck_assert_int_eq(summary_has(m, "\"reason\":\"quarantined: it gives the answer away\""), !release);
        ck_assert(summary_has(m, "\"why\":\"separates too well alone: AUC "));
        ck_assert_int_eq(i.auc_micro > 970000, release);
        icp_model_unref(m);
        icp_fit_free(f);
    }
    trial_free(&t);
}
END_TEST

static void reverse_rows(const char *csv, struct text *out) {
    const char *body = strchr(csv, '\n') + 1, *end = csv + strlen(csv);
    text_add(out, "%.*s", (int)(body - csv), csv);
    for (const char *p = end - 1; p > body;) {
        const char *from = p - 1;
        while (from > body && from[-1] != '\n')
            from--;
        text_add(out, "%.*s", (int)(p + 1 - from), from);
        p = from - 1;
    }
}

START_TEST(order_and_threads_change_nothing) {
    struct icp_error e = {.struct_size = sizeof e};
    struct world w = world_new(4, 900, 60, .2);
    char *all = world_csv(&w, 0, 1, 0), *keys = world_csv(&w, 0, 1, 1);
    struct text back = {NULL, 0}, keys_back = {NULL, 0};
    reverse_rows(all, &back), reverse_rows(keys, &keys_back);
    ck_assert_uint_eq(back.size, strlen(all));
    icp_context *c = context();
    icp_reference *a = world_reference(c, all), *b = world_reference(c, back.data);
    icp_pool *pool;
    world_must(icp_pool_new(c, 3, &pool, &e), &e);
    struct icp_fit_options o = {.struct_size = sizeof o, .pool = pool};
    char *one = audit_of(c, a, keys, NULL), *other = audit_of(c, b, keys_back.data, &o);
    ck_assert_str_eq(one, other);
    free(one), free(other), free(all), free(keys), free(back.data), free(keys_back.data);
    icp_reference_unref(a), icp_reference_unref(b);
    icp_pool_free(pool);
    icp_context_unref(c);
    world_free(&w);
}
END_TEST

/* Oracle: areas that can be worked out by hand. */
START_TEST(figures_are_what_they_say) {
    icp_context *c = context();
    struct text all = {NULL, 0}, keys = {NULL, 0};
    text_add(&all, "key,flag,half,word\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 1000; i++) {
        bool customer = i < 100;
        text_add(&all, "k%d,%s,%s,%s\n", i, customer ? (i < 80 ? "yes" : "no") : (i % 10 ? "no" : "yes"), customer ? (i % 4 == 0 ? "" : i % 8 < 4 ? "vv" : "ww") : (i % 2 == 0 ? "" : i % 8 < 4 ? "vv" : "ww"),
                 i % 3 ? "this text has some words and one more" : "this text has other words and yet more of them");
        if (customer)
            text_add(&keys, "k%d\n", i);
    }
    icp_reference *r = world_reference(c, all.data);
    char *json = audit_of(c, r, keys.data, NULL);
    /* 80% against 10%: (1 + .8 - .1) / 2; of 75% against 50% filled (1 + .75 - .5) / 2 */
    char *flag = part_of(json, "flag"), *alone = strstr(flag, "\"alone\":{\"auc_micro\":");
    ck_assert_ptr_nonnull(alone);
    ck_assert_int_le(labs(strtol(alone + 21, NULL, 10) - 850000), 3000);
    ck_assert(says(json, "half", "\"filled\":{\"customers_micro\":750000,\"others_micro\":500000,\"auc_micro\":625000"));
    ck_assert(strstr(json, "\"customers\":100,\"found\":100,\"others\":900,\"parity\":{") != NULL);
    free(flag), free(json), free(all.data), free(keys.data);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(without_customers_names_and_structure_speak) {
    struct plant p[] = {{"Closed Won", noise}, {"Lifecycle Stage", noise}, {"x17", serial}, {"x18", noise}};
    struct trial t = trial_new(1, p, 4, true, true);
    char *json = audit_of(t.c, t.reference, NULL, NULL);
    ck_assert(strstr(json, "\"customers\":0,\"found\":0,\"others\":1500,\"parity\":null") != NULL);
    ck_assert(says(json, "Closed Won", "\"verdict\":\"quarantined\"") && proven(json, "Closed Won", "outcome_name"));
    ck_assert(says(json, "Closed Won", "no customers to test it with"));
    ck_assert(says(json, "Lifecycle Stage", "\"verdict\":\"suspect\""));
    ck_assert(proven(json, "x17", "near_unique"));
    ck_assert(says(json, "x18", "\"verdict\":\"clear\",\"reason\":\"\"") && says(json, "x18", "\"filled\":{\"customers_micro\":null,\"others_micro\":1000000,\"auc_micro\":null"));
    ck_assert_int_eq(quarantined(json), 2);
    free(json);
    trial_free(&t);
}
END_TEST

START_TEST(traits_inside_texts_are_shown_not_quarantined) {
    icp_context *c = context();
    struct text all = {NULL, 0}, keys = {NULL, 0};
    text_add(&all, "key,about,size,land\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 1200; i++) {
        const char *tail = i < 60 && i % 3 == 0 ? " and was acquired by a larger firm" : i == 700 ? " and was acquired too" : " and sells things to other firms";
        text_add(&all, "k%d,company number %d makes many useful things%s,%d,l%d\n", i, i, tail, i % 97, i % 5);
        if (i < 60)
            text_add(&keys, "k%d\n", i);
    }
    icp_reference *r = world_reference(c, all.data);
    char *json = audit_of(c, r, keys.data, NULL);
    ck_assert_int_eq(quarantined(json), 0);
    ck_assert(says(json, "about", "\"traits\":[{\"trait\":\"about~acqui*\",\"customers\":20,\"others\":1,\"customers_micro\":333333"));
    free(json), free(all.data), free(keys.data);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

static void refused(struct trial *t, const char *keys, const struct icp_fit_options *o, icp_status want, const char *text) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_buffer *b = NULL;
    icp_fit *f = fit_new(t->c, t->reference, o);
    must_add(t->c, f, keys, 0);
    ck_assert_int_eq(icp_fit_audit(f, NULL, &b, &e), want);
    ck_assert_str_eq(e.message, text);
    ck_assert_ptr_null(b);
    icp_fit_free(f);
}

START_TEST(errors_say_what_is_wrong) {
    struct plant p = {"x17", status};
    struct trial t = trial_new(2, &p, 1, false, true);
    struct icp_fit_options o = {.struct_size = sizeof o, .since_column = "Signed", .since_size = 6};
    refused(&t, t.keys.data, &o, ICP_E_SCHEMA, "no column \"Signed\" with the dates of the customers");
    o.since_column = "word", o.since_size = 4;
    refused(&t, "key,word\nk00001,alpha\nk00002,beta\nk00003,gamma\n", &o, ICP_E_SCHEMA, "the column \"word\" holds no dates");
    refused(&t, "key\nzz1\nzz2\n", NULL, ICP_E_NO_MATCH, "none of the 2 customers was found in the reference or the universe");
    trial_free(&t);
}
END_TEST

START_TEST(nothing_left_is_said) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *c = context();
    struct text all = {NULL, 0}, keys = {NULL, 0};
    text_add(&all, "key,x17\n");
    text_add(&keys, "key\n");
    for (int i = 0; i < 600; i++) {
        text_add(&all, "k%d,%s\n", i, i < 50 ? "in" : "out");
        if (i < 50)
            text_add(&keys, "k%d\n", i);
    }
    icp_reference *r = world_reference(c, all.data);
    icp_fit *f = fit_new(c, r, NULL);
    icp_model *m = NULL;
    must_add(c, f, keys.data, 0);
    ck_assert_int_eq(icp_fit_run(f, NULL, &m, &e), ICP_E_SCHEMA);
    ck_assert_str_eq(e.message, "no column is left: \"x17\" and perhaps others are quarantined as leaks, unless released");
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(all.data), free(keys.data);
}
END_TEST

int main(void) {
    Suite *s = suite_create("leak");
    TCase *t = tcase_create("leak");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_category_that_is_the_answer);
    tcase_add_test(t, a_number_that_is_the_answer);
    tcase_add_test(t, renamed_columns_do_not_hide_it);
    tcase_add_test(t, filled_for_customers_alone);
    tcase_add_test(t, missing_for_customers_alone);
    tcase_add_test(t, numbers_that_count_rows);
    tcase_add_test(t, a_name_that_the_data_confirm);
    tcase_add_test(t, dates_behind_the_purchase);
    tcase_add_test(t, several_at_once);
    tcase_add_test(t, lists_by_chance_quarantine_nothing);
    tcase_add_test(t, what_a_company_is_is_no_leak);
    tcase_add_test(t, the_fit_leaves_out_what_the_audit_says_unless_released);
    tcase_add_test(t, order_and_threads_change_nothing);
    tcase_add_test(t, figures_are_what_they_say);
    tcase_add_test(t, without_customers_names_and_structure_speak);
    tcase_add_test(t, traits_inside_texts_are_shown_not_quarantined);
    tcase_add_test(t, errors_say_what_is_wrong);
    tcase_add_test(t, nothing_left_is_said);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
