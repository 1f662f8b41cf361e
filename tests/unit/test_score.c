/* SPDX-License-Identifier: MIT */
/* Scoring: known answers, and a slow scorer written from the rules that must agree on random models and rows. */
#include "base/number.h"
#include "check_main.h"
#include "counting.h"
#include "toy.h"

static icp_context *c;

static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

static icp_scorer *scorer_of(icp_model *m, uint32_t reasons, const char *key) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = reasons, .key_column = key, .key_size = key == NULL ? 0 : strlen(key)};
    icp_scorer *s = NULL;
    ck_assert_int_eq(icp_scorer_new(m, &o, &s, NULL), ICP_OK);
    return s;
}

static struct icp_array column_of(const icp_result *r, int32_t column) {
    struct icp_array a = {.struct_size = sizeof a};
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_msg(icp_result_column(r, ICP_LAYER_FIT, column, &a, &err) == ICP_OK, "%s", err.message);
    return a;
}
static int32_t at32(const icp_result *r, int32_t column, uint64_t i) { return ((const int32_t *)column_of(r, column).data)[i]; }
static int64_t at64(const icp_result *r, int32_t column, uint64_t i) { return ((const int64_t *)column_of(r, column).data)[i]; }

static void trait_is(const icp_model *m, int32_t i, const char *id) {
    struct icp_trait t = {.struct_size = sizeof t};
    ck_assert_int_eq(icp_model_trait(m, (uint32_t)i, &t, NULL), ICP_OK);
    ck_assert_str_eq(t.id.data, id);
}

static const char *const rows[] = {
    "Id",   "Industry", "Tags",            "Employees", "Founded",    "About",                                       "Active",
    " a ",  "FinTech",  "b2b; saas; b2b",  "70",        "2015-02-03", "Supply chain logistics, cloud-native chain.", "yes",
    "b",    "",         "",                "",          "",           "",                                            "",
    "c",    "Retail",   NULL,              "9000",      "1999-12-31", "cloud. native supply, chain",                 NULL,
    "d",    "other",    "x",               "lots",      "2020-01-01", "-",                                           "no"};

START_TEST(known_answers) {
    static const char *const reasons[] = {"industry=fintech", "tags:saas", "employees[50,200)", "tags:b2b", "about~cloud native"};
    static const int32_t points[] = {60000, 30000, 25000, 20000, 13000};
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 5, NULL);
    icp_batch *b = toy_batch(c, 7, 5, rows);
    icp_result *r = NULL;
    struct icp_array key;
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_uint_eq(icp_result_rows(r), 0);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_uint_eq(icp_result_rows(r), 4);
    /* 58,000 + 49,000 + 22,000 + 6,500 + 33,900; 657 + 103 (1 - e^-(10.4/103)) */
    ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, 0), 169400);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 0), 666);
    ck_assert_int_eq(at32(r, ICP_COL_TIER, 0), ICP_TIER_EXCELLENT);
    ck_assert_int_eq(at64(r, ICP_COL_VARIANCE, 0), 409000000); /* base + 9 traits */
    ck_assert_int_eq(at32(r, ICP_COL_LOW, 0), 647);            /* at 169,400 - 20,223 */
    ck_assert_int_eq(at32(r, ICP_COL_HIGH, 0), 683);
    ck_assert_int_eq(at64(r, ICP_COL_EFFECTIVE, 0), 10000);
    ck_assert_int_eq(at32(r, ICP_COL_CONFIDENCE, 0), ICP_CONFIDENCE_LOW);
    ck_assert_int_eq(at64(r, ICP_COL_FLAGS, 0), ICP_FLAG_THIN | ICP_FLAG_HIGH_ON_THIN);
    for (int i = 0; i < 5; i++) {
        trait_is(m, at32(r, ICP_COL_REASON_TRAITS, (uint64_t)i), reasons[i]);
        ck_assert_int_eq(at32(r, ICP_COL_REASON_POINTS, (uint64_t)i), points[i]);
    }
    ck_assert_uint_eq(column_of(r, ICP_COL_REASON_TRAITS).width, 5);
    /* Nothing known. */
    ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, 1), 0);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 1), 498);
    ck_assert_int_eq(at32(r, ICP_COL_LOW, 1), 478);
    ck_assert_int_eq(at32(r, ICP_COL_HIGH, 1), 518);
    ck_assert_int_eq(at64(r, ICP_COL_EFFECTIVE, 1), 0);
    ck_assert_int_eq(at32(r, ICP_COL_CONFIDENCE, 1), ICP_CONFIDENCE_INSUFFICIENT);
    ck_assert_int_eq(at64(r, ICP_COL_FLAGS, 1), ICP_FLAG_NOTHING_KNOWN | ICP_FLAG_MISSING);
    ck_assert_int_eq(at32(r, ICP_COL_REASON_TRAITS, 5), -1);
    ck_assert_int_eq(at32(r, ICP_COL_REASON_POINTS, 5), 0);
    /* -2,000 - 40,000, -3,000 - 15,000, -500 (before the first range), -100 + 1,000: no phrase across a full stop or comma. */
    ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, 2), -59600);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 2), 438);
    ck_assert_int_eq(at32(r, ICP_COL_TIER, 2), ICP_TIER_POOR);
    ck_assert(at64(r, ICP_COL_FLAGS, 2) & ICP_FLAG_OUT_OF_RANGE);
    trait_is(m, at32(r, ICP_COL_REASON_TRAITS, 12), "about~chain");
    ck_assert_int_eq(at32(r, ICP_COL_REASON_TRAITS, 13), -1);
    /* Known values without a trait give the offsets; a range ends before its upper end; `lots` is unreadable. */
    ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, 3), -2000 - 1000 - 500);
    ck_assert(at64(r, ICP_COL_FLAGS, 3) & ICP_FLAG_UNREADABLE);
    key = column_of(r, ICP_COL_KEY);
    ck_assert_int_eq(key.type, ICP_TYPE_BYTES);
    ck_assert_mem_eq(key.data, "abcd", 4);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(key.offsets[i], i);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

/* The slow scorer ---------------------------------------------------------------------------------------------------------- */

struct slow {
    int64_t milli;
    uint64_t variance;
    uint32_t hits[512], count;
    bool unknown_all, outside;
};

static void slow_hit(struct slow *o, const struct toy *t, uint32_t i) {
    for (uint32_t k = 0; k < o->count; k++)
        if (o->hits[k] == i)
            return;
    o->hits[o->count++] = i;
    o->milli += t->traits[i].points;
    o->variance += t->traits[i].variance;
}

static void slow_text(struct slow *o, const struct toy *t, uint32_t column, const char *text, size_t n) {
    for (uint32_t i = 0; i < t->l.count; i++)
        if (t->traits[i].column == column && t->traits[i].kind != ICP_TRAIT_KNOWN && t->traits[i].kind != ICP_TRAIT_RANGE &&
            t->traits[i].text.size == n && memcmp(t->traits[i].text.data, text, n) == 0)
            slow_hit(o, t, i);
}

/* Cells of the random rows: words of lower-case letters and digits; ';' parts items, ' ' joins words, ". " does not. */
static void slow_cell(struct slow *o, const struct toy *t, uint32_t column, const char *cell) {
    const int32_t kind = t->schema->column[column].kind;
    if (cell == NULL || cell[0] == '\0')
        return;
    for (uint32_t i = 0; i < t->l.count; i++)
        if (t->traits[i].column == column && t->traits[i].kind == ICP_TRAIT_KNOWN)
            slow_hit(o, t, i), o->unknown_all = false;
    if (kind == ICP_KIND_NUMBER) {
        double v = atof(cell);
        for (uint32_t i = 0; i < t->l.count; i++) {
            const struct icp__learned_trait *n = &t->traits[i];
            if (n->column == column && n->kind == ICP_TRAIT_RANGE && (n->open_lo || icp__decimal_value(n->lo) <= v) &&
                (n->open_hi || v < icp__decimal_value(n->hi)))
                slow_hit(o, t, i);
        }
        o->outside |= v < icp__decimal_value(t->bounds[0].lo) || v > icp__decimal_value(t->bounds[0].hi);
    } else if (kind == ICP_KIND_TEXT) {
        const char *before = NULL;
        for (const char *p = cell; *p != '\0';) {
            size_t n = strcspn(p, " .");
            slow_text(o, t, column, p, n);
            if (before != NULL)
                slow_text(o, t, column, before, (size_t)(p + n - before));
            before = p[n] == ' ' ? p : NULL;
            p += n + strspn(p + n, " .");
        }
    } else {
        for (const char *p = cell; *p != '\0';) {
            size_t n = strcspn(p, ";");
            slow_text(o, t, column, p, n);
            p += n + (p[n] == ';');
        }
    }
}

static int32_t random_points(uint64_t *seed) { return (int32_t)(toy_random(seed) % 80001) - 40000; }

static void random_model(struct toy *t, uint64_t *seed) {
    char text[32], last[32] = "";
    int64_t edge = (int64_t)(toy_random(seed) % 50) + 1, open;
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", random_points(seed));
    for (unsigned i = 0; i < 10; i++)
        if (toy_random(seed) % 3)
            snprintf(text, sizeof text, "v%u", i), toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, text, random_points(seed));
    if (toy_random(seed) % 4) { /* a column the model does not use, now and then */
        toy_trait(t, TOY_TAGS, ICP_TRAIT_KNOWN, "", random_points(seed));
        for (unsigned i = 0; i < 10; i++)
            if (toy_random(seed) % 3)
                snprintf(text, sizeof text, "v%u", i), toy_trait(t, TOY_TAGS, ICP_TRAIT_ITEM, text, random_points(seed));
    }
    toy_trait(t, TOY_EMPLOYEES, ICP_TRAIT_KNOWN, "", random_points(seed));
    open = (int64_t)(toy_random(seed) % 4);
    for (int i = 0, n = (int)(toy_random(seed) % 6) + 1; i < n; i++) {
        int64_t next = edge + 1 + (int64_t)(toy_random(seed) % 60);
        toy_range(t, TOY_EMPLOYEES, edge, next, 0, random_points(seed));
        t->traits[t->l.count - 1].open_lo = i == 0 && (open & 1);
        t->traits[t->l.count - 1].open_hi = i == n - 1 && (open & 2);
        edge = next;
    }
    t->bounds[0] = (struct icp__learned_bounds){TOY_EMPLOYEES, {10, 0}, {15, 1}};
    t->l.bounds_count = 1;
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_KNOWN, "", random_points(seed));
    for (unsigned i = 0; i < 10; i++)
        if (toy_random(seed) % 2)
            snprintf(text, sizeof text, "w%u", i), toy_trait(t, TOY_ABOUT, ICP_TRAIT_WORD, text, random_points(seed));
    for (unsigned i = 0; i < 100; i++)
        if (toy_random(seed) % 6 == 0) {
            snprintf(text, sizeof text, "w%u w%u", i / 10, i % 10);
            ck_assert_int_lt(strcmp(last, text), 0);
            memcpy(last, text, sizeof last);
            toy_trait(t, TOY_ABOUT, ICP_TRAIT_PHRASE, text, random_points(seed));
        }
    for (uint32_t i = 0; i < t->l.count; i++)
        t->traits[i].variance = toy_random(seed) % 100000000;
}

static void random_cells(char (*cells)[512], uint64_t *seed) {
    for (unsigned k = 0; k < TOY_COLUMNS; k++)
        cells[k][0] = '\0';
    snprintf(cells[TOY_ID], 512, "key%llu", (unsigned long long)toy_random(seed) % 1000);
    if (toy_random(seed) % 4)
        snprintf(cells[TOY_INDUSTRY], 512, "v%u", (unsigned)(toy_random(seed) % 12));
    if (toy_random(seed) % 4)
        for (unsigned i = 0, n = (unsigned)(toy_random(seed) % 5) + 1; i < n; i++)
            snprintf(cells[TOY_TAGS] + strlen(cells[TOY_TAGS]), 16, "%sv%u", i ? ";" : "", (unsigned)(toy_random(seed) % 12));
    if (toy_random(seed) % 4)
        snprintf(cells[TOY_EMPLOYEES], 512, "%u", (unsigned)(toy_random(seed) % 300));
    if (toy_random(seed) % 4)
        for (unsigned i = 0, n = (unsigned)(toy_random(seed) % 40) + 1; i < n; i++)
            snprintf(cells[TOY_ABOUT] + strlen(cells[TOY_ABOUT]), 16, "%sw%u", i == 0 ? "" : toy_random(seed) % 5 ? " " : ". ",
                     (unsigned)(toy_random(seed) % 12));
}

static int compare_uint(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Contributions of the last record are those of the slow scorer, in order, and add up. */
static void check_contributions(const icp_scorer *s, const struct toy *t, struct slow *o) {
    int32_t trait[512], points[512], one_trait, one_points;
    int64_t sum = 0;
    size_t n = 0;
    qsort(o->hits, o->count, sizeof *o->hits, compare_uint);
    ck_assert_int_eq(icp_scorer_contributions(s, ICP_LAYER_FIT, trait, points, 512, &n, NULL), ICP_OK);
    ck_assert_uint_eq(n, o->count);
    for (size_t i = 0; i < n; i++) {
        ck_assert_int_eq(trait[i], (int32_t)o->hits[i]);
        ck_assert_int_eq(points[i], t->traits[trait[i]].points);
        sum += points[i];
    }
    ck_assert_int_eq(sum, o->milli);
    if (n == 0)
        return;
    ck_assert_int_eq(icp_scorer_contributions(s, ICP_LAYER_FIT, &one_trait, &one_points, 1, &n, NULL), ICP_OK);
    ck_assert_uint_eq(n, o->count);
    ck_assert_int_eq(one_trait, trait[0]);
    ck_assert_int_eq(icp_scorer_contributions(s, ICP_LAYER_FIT, NULL, NULL, 0, &n, NULL), ICP_OK);
    ck_assert_uint_eq(n, o->count);
}

/* The k-th reason is the k-th largest real trait. */
static void check_reasons(const icp_result *r, uint64_t row, const struct toy *t, const struct slow *o, uint32_t width) {
    const int32_t *traits = (const int32_t *)column_of(r, ICP_COL_REASON_TRAITS).data + row * width;
    const int32_t *points = (const int32_t *)column_of(r, ICP_COL_REASON_POINTS).data + row * width;
    bool used[512] = {false};
    for (uint32_t k = 0; k < width; k++) {
        int32_t best = -1;
        for (uint32_t i = 0; i < o->count; i++) {
            const struct icp__learned_trait *n = &t->traits[o->hits[i]];
            if (used[i] || n->kind == ICP_TRAIT_KNOWN || n->points == 0)
                continue;
            if (best < 0 || abs(n->points) > abs(t->traits[o->hits[best]].points) ||
                (abs(n->points) == abs(t->traits[o->hits[best]].points) && o->hits[i] < o->hits[best]))
                best = (int32_t)i;
        }
        ck_assert_int_eq(traits[k], best < 0 ? -1 : (int32_t)o->hits[best]);
        ck_assert_int_eq(points[k], best < 0 ? 0 : t->traits[o->hits[best]].points);
        if (best >= 0)
            used[best] = true;
    }
}

START_TEST(random_models_agree_with_the_slow_scorer) {
    enum { ROWS = 20 };
    static char cells[(ROWS + 1) * TOY_COLUMNS][512];
    const char *pointers[(ROWS + 1) * TOY_COLUMNS];
    struct toy *t = malloc(sizeof *t);
    uint64_t seed = (uint64_t)_i * 7919 + 1;
    icp_model *m;
    icp_scorer *s;
    icp_batch *b;
    icp_result *r = NULL;
    icp_record *record = NULL;
    toy_start(t, c);
    random_model(t, &seed);
    m = toy_build(t);
    s = scorer_of(m, 4, NULL);
    for (int k = 0; k < TOY_COLUMNS; k++)
        snprintf(cells[k], 512, "%s", toy_names[k]);
    for (int i = 1; i <= ROWS; i++)
        random_cells(&cells[i * TOY_COLUMNS], &seed);
    for (int i = 0; i < (ROWS + 1) * TOY_COLUMNS; i++)
        pointers[i] = cells[i];
    b = toy_batch(c, TOY_COLUMNS, ROWS + 1, pointers);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(t->schema, &record, NULL), ICP_OK);
    for (int i = 0; i < ROWS; i++) {
        struct slow o = {.variance = t->l.base_variance, .unknown_all = true};
        struct icp_score one = {.struct_size = sizeof one};
        icp_record_clear(record);
        for (uint32_t k = 0; k < TOY_COLUMNS; k++) {
            const char *cell = cells[(i + 1) * TOY_COLUMNS + (int)k];
            slow_cell(&o, t, k, cell);
            ck_assert_int_eq(icp_record_set_text(record, (int32_t)k, cell, strlen(cell)), ICP_OK);
        }
        ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, (uint64_t)i), o.milli);
        ck_assert_int_eq(at64(r, ICP_COL_VARIANCE, (uint64_t)i), (int64_t)o.variance);
        ck_assert_int_eq(at32(r, ICP_COL_SCORE, (uint64_t)i), icp_tiers_score(icp_tiers_default(), o.milli));
        ck_assert_int_eq((at64(r, ICP_COL_FLAGS, (uint64_t)i) & ICP_FLAG_OUT_OF_RANGE) != 0, o.outside);
        ck_assert_int_eq((at64(r, ICP_COL_FLAGS, (uint64_t)i) & ICP_FLAG_NOTHING_KNOWN) != 0, o.unknown_all);
        if (o.unknown_all)
            ck_assert_int_eq(at32(r, ICP_COL_SCORE, (uint64_t)i), 498);
        check_reasons(r, (uint64_t)i, t, &o, 4);
        ck_assert_int_eq(icp_scorer_score_record(s, record, NULL, ICP_LAYER_FIT, &one, NULL), ICP_OK);
        ck_assert_int_eq(one.millipoints, o.milli);
        ck_assert_int_eq(one.score, at32(r, ICP_COL_SCORE, (uint64_t)i));
        ck_assert_int_eq(one.tier, at32(r, ICP_COL_TIER, (uint64_t)i));
        ck_assert_int_eq(one.low, at32(r, ICP_COL_LOW, (uint64_t)i));
        ck_assert_int_eq(one.high, at32(r, ICP_COL_HIGH, (uint64_t)i));
        ck_assert_int_eq(one.variance, at64(r, ICP_COL_VARIANCE, (uint64_t)i));
        ck_assert_int_eq(one.confidence, at32(r, ICP_COL_CONFIDENCE, (uint64_t)i));
        ck_assert_int_eq(one.holds, at32(r, ICP_COL_HOLDS, (uint64_t)i));
        ck_assert_int_eq((int64_t)one.flags, at64(r, ICP_COL_FLAGS, (uint64_t)i));
        ck_assert_int_eq(one.effective, at64(r, ICP_COL_EFFECTIVE, (uint64_t)i));
        check_contributions(s, t, &o);
    }
    icp_record_free(record);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
    toy_end(t);
    free(t);
}
END_TEST

static const int32_t all_columns[] = {ICP_COL_SCORE,      ICP_COL_TIER,  ICP_COL_LOW,           ICP_COL_HIGH,          ICP_COL_MILLIPOINTS, ICP_COL_VARIANCE,
                                      ICP_COL_CONFIDENCE, ICP_COL_HOLDS, ICP_COL_FLAGS, ICP_COL_REASON_TRAITS, ICP_COL_REASON_POINTS, ICP_COL_EFFECTIVE};

/* Row i of a equals row k of b in every column. */
static void same_row(const icp_result *a, uint64_t i, const icp_result *b, uint64_t k) {
    for (size_t n = 0; n < sizeof all_columns / sizeof *all_columns; n++) {
        struct icp_array x = column_of(a, all_columns[n]), y = column_of(b, all_columns[n]);
        size_t size = (x.type == ICP_TYPE_INT32 ? 4 : 8) * x.width;
        ck_assert_uint_eq(x.width, y.width);
        ck_assert_mem_eq((const char *)x.data + i * size, (const char *)y.data + k * size, size);
    }
}

START_TEST(order_split_and_order_of_columns_do_not_matter) {
    const char *turned[35];
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 3, NULL);
    icp_batch *b = toy_batch(c, 7, 5, rows), *part;
    icp_result *all = NULL, *r = NULL;
    ck_assert_int_eq(icp_result_new(c, &all, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, all, NULL), ICP_OK);
    for (int round = 0; round < 3; round++)
        for (int turn = 0; turn < 12; turn++) { /* more layouts than a scorer remembers: columns turned, some twice as far */
            for (int i = 0; i < 5; i++)
                for (int k = 0; k < 7; k++)
                    turned[i * 7 + k] = rows[(i == 0 ? 0 : 5 - i) * 7 + (k * (turn / 7 + 1) + turn) % 7];
            part = toy_batch(c, 7, 5, turned);
            ck_assert_int_eq(icp_scorer_score(s, part, r, NULL), ICP_OK);
            for (uint64_t i = 0; i < 4; i++)
                same_row(r, i, all, 3 - i);
            icp_batch_unref(part);
        }
    for (int i = 1; i < 5; i++) {
        memcpy(turned, rows, 7 * sizeof *rows);
        memcpy(turned + 7, rows + i * 7, 7 * sizeof *rows);
        part = toy_batch(c, 7, 2, turned);
        ck_assert_int_eq(icp_scorer_score(s, part, r, NULL), ICP_OK);
        same_row(r, 0, all, (uint64_t)i - 1);
        icp_batch_unref(part);
    }
    icp_result_free(all);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

START_TEST(a_column_that_is_absent_is_unknown) {
    static const char *const few[] = {"tags", "x", "b2b", "y", "", "z"};
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 0, NULL);
    icp_batch *b = toy_batch(c, 2, 3, few);
    icp_result *r = NULL;
    struct icp_array a = {.struct_size = sizeof a};
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, 0), 19000);
    ck_assert_int_eq(at64(r, ICP_COL_FLAGS, 0) & (ICP_FLAG_MISSING | ICP_FLAG_NOTHING_KNOWN), ICP_FLAG_MISSING);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 1), 498);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_FIT, ICP_COL_KEY, &a, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_FIT, ICP_COL_REASON_TRAITS, &a, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_FIT, 99, &a, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_result_column(r, ICP_LAYER_INTENT, ICP_COL_SCORE, &a, NULL), ICP_E_UNSUPPORTED);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

START_TEST(a_batch_that_does_not_fit_leaves_the_result) {
    static const char *const other[] = {"Name", "Phone", "x", "y"};
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 2, "Id"), *named;
    icp_batch *b = toy_batch(c, 7, 5, rows), *bad = toy_batch(c, 2, 2, other);
    icp_result *r = NULL, *empty = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_array a = {.struct_size = sizeof a};
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(c, &empty, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, bad, r, &err), ICP_E_SCHEMA);
    ck_assert_str_eq(err.message, "none of the model's 5 columns is here");
    ck_assert_int_eq(icp_scorer_score(s, bad, empty, &err), ICP_E_SCHEMA);
    ck_assert_int_eq(icp_result_column(empty, ICP_LAYER_FIT, ICP_COL_SCORE, &a, &err), ICP_E_STATE);
    ck_assert_uint_eq(icp_result_rows(r), 4);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 0), 666);
    named = scorer_of(m, 2, "Domain");
    ck_assert_int_eq(icp_scorer_score(named, b, r, &err), ICP_E_KEY);
    ck_assert_str_eq(err.message, "no column 'Domain' for the key");
    ck_assert_str_eq(err.field, "Domain");
    ck_assert_uint_eq(icp_result_rows(r), 4);
    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 0), 666);
    icp_scorer_free(named);
    icp_result_free(r);
    icp_result_free(empty);
    icp_batch_unref(b);
    icp_batch_unref(bad);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

START_TEST(causes_say_why) {
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 0, NULL);
    icp_record *record = NULL;
    icp_schema *schema = NULL;
    struct icp_score one = {.struct_size = sizeof one};
    icp_buffer *json = NULL;
    struct icp_str text;
    size_t n = 77;
    ck_assert_int_eq(icp_scorer_causes(s, ICP_LAYER_FIT, &json, NULL), ICP_E_STATE);
    ck_assert_int_eq(icp_scorer_contributions(s, ICP_LAYER_FIT, NULL, NULL, 0, &n, NULL), ICP_E_STATE);
    ck_assert_uint_eq(n, 77);
    ck_assert_int_eq(icp_model_schema(m, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &record, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(record, TOY_INDUSTRY, "fintech", 7), ICP_OK);
    ck_assert_int_eq(icp_record_set_number(record, TOY_EMPLOYEES, 6000), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(record, TOY_FOUNDED, "soon", 4), ICP_OK);
    ck_assert_int_eq(icp_record_add_item(record, TOY_TAGS, "saas", 4), ICP_OK);
    ck_assert_int_eq(icp_record_add_item(record, TOY_TAGS, "b2b", 3), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(s, record, NULL, ICP_LAYER_INTENT, &one, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_scorer_score_record(s, record, (icp_account *)(void *)&one, ICP_LAYER_FIT, &one, NULL), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(icp_scorer_score_record(s, record, NULL, ICP_LAYER_FIT, &one, NULL), ICP_OK);
    ck_assert_int_eq(one.millipoints, 58000 + 49000 - 18000);
    ck_assert_int_eq(icp_scorer_causes(s, ICP_LAYER_FIT, &json, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    ck_assert_str_eq(text.data,
                     "{\"version\":1,\"layer\":\"fit\",\"score\":587,\"tier\":\"Good\",\"millipoints\":89000,\"unsaturated\":587,\"saturation\":0,"
                     "\"interval\":{\"low\":566,\"high\":607,\"half_width\":20099,\"uncalibrated\":false},"
                     "\"confidence\":{\"level\":\"Low\",\"holds_thousandths\":670,\"effective_customers\":10,\"customers\":60,\"causes\":["
                     "\"Good is right with a chance of 67%: the interval reaches 20 points to either side, Fair begins 36 points away, and what is "
                     "unknown would move the score by about 50\","
                     "\"about 10 customers share the traits behind this score\",\"a high score stands on few customers\","
                     "\"a number lies outside what the reference holds\",\"a cell could not be read and counts as unknown\"]},"
                     "\"known\":3,\"unknown\":[{\"column\":\"Founded\",\"share\":1},{\"column\":\"About\",\"share\":5}],"
                     "\"unreadable\":[\"Founded\"],\"out_of_range\":[\"Employees\"],"
                     "\"columns\":[{\"column\":\"Industry\",\"millipoints\":58000,\"offset\":-2000,\"traits\":1},"
                     "{\"column\":\"Tags\",\"millipoints\":49000,\"offset\":-1000,\"traits\":2},"
                     "{\"column\":\"Employees\",\"millipoints\":-18000,\"offset\":-3000,\"traits\":1}]}");
    icp_buffer_unref(json);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

START_TEST(nothing_is_allocated_once_grown) {
    struct counting k = {0};
    icp_context *own = counting_context(&k);
    icp_model *m = toy_model(own);
    icp_scorer *s = scorer_of(m, 5, NULL);
    icp_batch *b = toy_batch(own, 7, 5, rows);
    icp_result *r = NULL;
    size_t calls;
    ck_assert_int_eq(icp_result_new(own, &r, NULL), ICP_OK);
    for (int i = 0; i < 2; i++) /* a result has two frames */
        ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    calls = k.calls;
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    ck_assert_uint_eq(k.calls, calls);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
    icp_context_unref(own);
    ck_assert_uint_eq(k.live, 0);
}
END_TEST

START_TEST(failing_memory_leaves_the_former_content) {
    static const char *const first[] = {"Id", "Industry", "z", "retail"};
    for (int onwards = 0; onwards < 2; onwards++)
        for (size_t i = 1;; i++) {
            struct counting k = {0};
            icp_context *own = counting_context(&k);
            icp_model *m = toy_model(own);
            icp_scorer *s = NULL;
            icp_batch *before = toy_batch(own, 2, 2, first), *b = toy_batch(own, 7, 5, rows);
            struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3, .key_column = "Id", .key_size = 2};
            icp_result *r = NULL;
            icp_status st;
            ck_assert_int_eq(icp_result_new(own, &r, NULL), ICP_OK);
            k.calls = 0, k.fail_at = i, k.fail_onwards = onwards;
            st = icp_scorer_new(m, &o, &s, NULL);
            if (st == ICP_OK) {
                st = icp_scorer_score(s, before, r, NULL);
                if (st == ICP_OK) {
                    st = icp_scorer_score(s, b, r, NULL);
                    ck_assert_uint_eq(icp_result_rows(r), st == ICP_OK ? 4 : 1);
                    ck_assert_int_eq(at32(r, ICP_COL_SCORE, 0), st == ICP_OK ? 666 : 456);
                    ck_assert_int_eq(((const char *)column_of(r, ICP_COL_KEY).data)[0], st == ICP_OK ? 'a' : 'z');
                } else {
                    ck_assert_uint_eq(icp_result_rows(r), 0);
                }
            } else {
                ck_assert_ptr_null(s);
            }
            k.fail_at = 0;
            ck_assert(st == ICP_OK || st == ICP_E_MEMORY);
            icp_result_free(r);
            icp_batch_unref(b);
            icp_batch_unref(before);
            icp_scorer_free(s);
            icp_model_unref(m);
            icp_context_unref(own);
            ck_assert_uint_eq(k.live, 0);
            if (st == ICP_OK)
                break;
            ck_assert_uint_lt(i, 1000);
        }
}
END_TEST

/* Short cells are remembered by their bytes: one changed byte anywhere is another cell, at every length. */
START_TEST(cells_that_differ_in_one_byte_are_told_apart) {
    enum { LONGEST = 40, ROWS = LONGEST * (LONGEST + 1) };
    static char text[ROWS + 1][LONGEST + 1];
    static const char *cells[ROWS + 1];
    static int32_t want[ROWS + 1];
    struct toy *t = malloc(sizeof *t);
    icp_model *m;
    icp_scorer *s;
    icp_batch *b;
    icp_result *r = NULL;
    uint64_t n = 1;
    toy_start(t, c);
    toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", -7);
    cells[0] = "Industry";
    for (int size = 1; size <= LONGEST; size++) {
        char base[LONGEST + 1] = "";
        memset(base, 'a', (size_t)size);
        toy_trait(t, TOY_INDUSTRY, ICP_TRAIT_VALUE, base, size * 1000);
        for (int i = 0; i < size; i++) {
            memcpy(text[n], base, sizeof base);
            cells[n] = text[n];
            want[n++] = size * 1000 - 7;
            memcpy(text[n], base, sizeof base);
            text[n][i] = 'b';
            cells[n] = text[n];
            want[n++] = -7;
        }
    }
    m = toy_build(t);
    s = scorer_of(m, 1, NULL);
    b = toy_batch(c, 1, n, cells);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
        for (uint64_t i = 1; i < n; i++)
            ck_assert_msg(at64(r, ICP_COL_MILLIPOINTS, i - 1) == want[i], "%s", cells[i]);
    }
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(a_beginning_counts_once) {
    static const char *const cells[] = {"About", "payments", "payment of payments", "pay", "payme"};
    static const int64_t want[] = {4900, 4900, -100, 4900};
    struct toy *t = malloc(sizeof *t);
    icp_model *m;
    icp_scorer *s;
    icp_batch *b = toy_batch(c, 1, 5, cells);
    icp_result *r = NULL;
    toy_start(t, c);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_KNOWN, "", -100);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_PHRASE, "supply chain", 9000);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_PREFIX, "payme*", 5000);
    m = toy_build(t);
    s = scorer_of(m, 1, NULL);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, i), want[i]);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(cells_that_never_repeat_are_scored_alike) {
    enum { ROWS = 6000 };
    static char text[ROWS + 1][16];
    static const char *cells[ROWS + 1];
    icp_model *m = toy_model(c);
    icp_scorer *s = scorer_of(m, 1, NULL);
    icp_batch *b;
    icp_result *r = NULL;
    cells[0] = "Industry";
    for (unsigned i = 1; i <= ROWS; i++) {
        snprintf(text[i], sizeof text[i], i % 10 ? "x%u" : "fintech", i);
        cells[i] = text[i];
    }
    b = toy_batch(c, 1, ROWS + 1, cells);
    ck_assert_int_eq(icp_result_new(c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, b, r, NULL), ICP_OK);
    for (uint64_t i = 1; i <= ROWS; i++)
        ck_assert_int_eq(at64(r, ICP_COL_MILLIPOINTS, i - 1), i % 10 ? -2000 : 58000);
    icp_result_free(r);
    icp_batch_unref(b);
    icp_scorer_free(s);
    icp_model_unref(m);
}
END_TEST

START_TEST(options_are_checked) {
    icp_model *m = toy_model(c);
    struct icp_scorer_options o = {.struct_size = sizeof o};
    icp_scorer *s = NULL;
    o.layers = 1u << ICP_LAYER_INTENT;
    ck_assert_int_eq(icp_scorer_new(m, &o, &s, NULL), ICP_E_UNSUPPORTED);
    o.layers = 1u << ICP_LAYER_FIT;
    o.reasons = 65;
    ck_assert_int_eq(icp_scorer_new(m, &o, &s, NULL), ICP_E_ARGUMENT);
    o.reasons = 64;
    o.flags = 2;
    ck_assert_int_eq(icp_scorer_new(m, &o, &s, NULL), ICP_E_UNSUPPORTED);
    o.flags = 0;
    o.struct_size = 8;
    ck_assert_int_eq(icp_scorer_new(m, &o, &s, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_scorer_new(NULL, NULL, &s, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_null(s);
    ck_assert_int_eq(icp_scorer_new(m, NULL, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(s, NULL, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_scorer_score_record(s, NULL, NULL, 1, NULL, NULL), ICP_E_ARGUMENT);
    icp_scorer_free(s);
    icp_scorer_free(NULL);
    icp_result_free(NULL);
    icp_model_unref(m);
}
END_TEST

int main(void) {
    Suite *s = suite_create("score");
    TCase *t = tcase_create("scorer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, known_answers);
    tcase_add_loop_test(t, random_models_agree_with_the_slow_scorer, 0, 60);
    tcase_add_test(t, order_split_and_order_of_columns_do_not_matter);
    tcase_add_test(t, a_column_that_is_absent_is_unknown);
    tcase_add_test(t, a_batch_that_does_not_fit_leaves_the_result);
    tcase_add_test(t, causes_say_why);
    tcase_add_test(t, nothing_is_allocated_once_grown);
    tcase_add_test(t, failing_memory_leaves_the_former_content);
    tcase_add_test(t, cells_that_differ_in_one_byte_are_told_apart);
    tcase_add_test(t, a_beginning_counts_once);
    tcase_add_test(t, cells_that_never_repeat_are_scored_alike);
    tcase_add_test(t, options_are_checked);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
