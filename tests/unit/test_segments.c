/* SPDX-License-Identifier: MIT */
/* The segment report: it adds up, agrees with a slow count of the rows and with what the model stores, and does not depend on order or split. */
#include "base/json.h"
#include "fitting.h"
#include "toy.h"

static icp_context *c;

static void setup(void) { c = context(); }
static void teardown(void) { icp_context_unref(c); }

struct lab {
    struct world w;
    char *rows;
    icp_model *model;
};

static struct lab lab_new(uint64_t seed) {
    struct lab l = {world_new(seed, 700, 60, .15), NULL, NULL};
    char *keys = world_csv(&l.w, 0, 1, 1);
    l.rows = world_csv(&l.w, 0, 1, 0);
    icp_reference *r = world_reference(c, l.rows);
    l.model = world_fit(c, r, keys, NULL, NULL);
    icp_reference_unref(r);
    free(keys);
    return l;
}
static void lab_free(struct lab *l) {
    icp_model_unref(l->model);
    world_free(&l->w);
    free(l->rows);
}

/* rows NULL = none. */
static icp_buffer *report(icp_model *m, const char *rows, uint32_t batch, const struct icp_segments_options *o) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reader *r = rows ? world_reader(c, rows, strlen(rows), batch) : NULL;
    icp_buffer *json = NULL;
    world_must(icp_segments(m, r, o, NULL, &json, &e), &e);
    icp_reader_free(r);
    return json;
}

struct tree {
    struct icp__arena arena;
    icp_buffer *json;
    struct icp__json *root;
};
static struct tree tree_of(icp_buffer *json) {
    struct tree t = {.json = json};
    struct icp_str text;
    struct icp_error e = {.struct_size = sizeof e};
    icp__arena_init(&t.arena, c);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    world_must(icp__json_parse(&t.arena, text.data, text.size, ICP_E_FORMAT, &t.root, &e), &e);
    return t;
}
static void tree_free(struct tree *t) {
    icp__arena_free(&t->arena);
    icp_buffer_unref(t->json);
}

/* A member of a member, or of the object itself; -1 = there is none. */
static int64_t number(const struct icp__json *j, const char *outer, const char *name) {
    uint64_t v;
    if (outer && !(j = icp__json_get(j, outer))) return -1;
    j = icp__json_get(j, name);
    return j && icp__json_uint(j, &v) ? (int64_t)v : -1;
}

static const struct icp__json *column_of(const struct tree *t, const char *name) {
    const struct icp__json *x = icp__json_get(t->root, "columns")->child;
    while (x && !icp__json_is(icp__json_get(x, "column"), name)) x = x->next;
    return x;
}
/* By trait, or by "other" and "unknown". */
static const struct icp__json *segment_of(const struct icp__json *column, const char *name) {
    const struct icp__json *x = icp__json_get(column, "segments")->child;
    while (x && !(icp__json_is(icp__json_get(x, "segment"), "trait") ? icp__json_is(icp__json_get(x, "trait"), name) : icp__json_is(icp__json_get(x, "segment"), name)))
        x = x->next;
    return x;
}

static const char *const sums[][2] = {{NULL, "companies"}, {"tiers", "very_poor"}, {"tiers", "poor"}, {"tiers", "fair"}, {"tiers", "good"}, {"tiers", "excellent"},
                                      {"confidence", "insufficient"}, {"confidence", "low"}, {"confidence", "medium"}, {"confidence", "high"}, {NULL, "wide"}, {NULL, "high_on_thin"}};
enum { SUMS = sizeof sums / sizeof *sums };

static const struct icp_segments_options of_columns = {.struct_size = sizeof of_columns, .by = "industry\ncountry\nemployees\nfounded\ntags", .by_size = 39};

START_TEST(columns_with_one_value_add_up_to_the_rows) {
    struct lab l = lab_new((uint64_t)_i);
    for (uint32_t most = 0; most < 6; most += 5) { /* also where most values are left out */
        struct icp_segments_options o = of_columns;
        o.most = most;
        struct tree t = tree_of(report(l.model, l.rows, 0, &o));
        const struct icp__json *total = icp__json_get(t.root, "total");
        ck_assert_int_eq(number(total, NULL, "companies"), l.w.rows);
        for (const struct icp__json *x = icp__json_get(t.root, "columns")->child; x; x = x->next) {
            const bool list = icp__json_is(icp__json_get(x, "column"), "tags");
            ck_assert_int_eq(icp__json_get(x, "overlap")->type == ICP__JSON_TRUE, list);
            int64_t sum[SUMS] = {0};
            for (const struct icp__json *s = icp__json_get(x, "segments")->child; s; s = s->next)
                for (int k = 0; k < SUMS; k++) sum[k] += number(s, sums[k][0], sums[k][1]);
            for (int k = 0; k < SUMS; k++) {
                if (list) ck_assert_int_ge(sum[k], number(total, sums[k][0], sums[k][1]));
                else ck_assert_int_eq(sum[k], number(total, sums[k][0], sums[k][1]));
            }
        }
        tree_free(&t);
    }
    lab_free(&l);
}
END_TEST

static bool has_item(const char *cell, const char *item) {
    const size_t n = strlen(item);
    for (const char *p = cell; *p; p += strcspn(p, ";") + (p[strcspn(p, ";")] != 0))
        if (strcspn(p, ";") == n && !strncmp(p, item, n)) return true;
    return false;
}

static int by_value(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One segment, counted row by row with the public scorer. */
static void same_as_slow(const struct lab *l, const struct icp__json *s, int cell, const char *value, bool item) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_scorer_options o = {.struct_size = sizeof o};
    icp_schema *schema;
    icp_record *record;
    icp_scorer *scorer;
    int64_t want[SUMS] = {0}, *effective = calloc((size_t)l->w.rows, sizeof *effective), holds = 0;
    world_must(icp_model_schema(l->model, &schema, &e), &e);
    world_must(icp_record_new(schema, &record, &e), &e);
    world_must(icp_scorer_new(l->model, &o, &scorer, &e), &e);
    for (int i = 0; i < l->w.rows; i++) {
        struct icp_score x = {.struct_size = sizeof x};
        const char *text = l->w.row[i].cells[cell];
        if (item ? !has_item(text, value) : strcmp(text, value)) continue;
        icp_record_clear(record);
        for (int f = 0; f < WORLD_COLUMNS; f++) {
            const int32_t at = icp_record_column(record, world_names[f], strlen(world_names[f]));
            world_must(icp_record_set_text(record, at, l->w.row[i].cells[f], strlen(l->w.row[i].cells[f])), &e);
        }
        world_must(icp_scorer_score_record(scorer, record, NULL, ICP_LAYER_FIT, &x, &e), &e);
        effective[want[0]++] = x.effective / 1000;
        want[x.tier]++, want[5 + x.confidence]++;
        want[10] += x.variance > INT64_C(53000) * 53000;
        want[11] += (x.flags & ICP_FLAG_HIGH_ON_THIN) != 0;
        holds += x.holds;
    }
    for (int k = 0; k < SUMS; k++) ck_assert_msg(number(s, sums[k][0], sums[k][1]) == want[k], "%s: %s", value, sums[k][1]);
    if (want[0]) {
        qsort(effective, (size_t)want[0], sizeof *effective, by_value);
        ck_assert_int_eq(number(s, NULL, "effective_median"), effective[(want[0] - 1) / 2]);
        ck_assert_int_eq(number(s, NULL, "holds_thousandths"), holds / want[0]);
    }
    icp_scorer_free(scorer);
    icp_record_free(record);
    icp_schema_unref(schema);
    free(effective);
}

START_TEST(segments_agree_with_a_slow_count) {
    struct lab l = lab_new((uint64_t)_i + 100);
    struct tree t = tree_of(report(l.model, l.rows, 0, &of_columns));
    char id[40], value[20];
    int found = 0;
    for (int k = 0; k < 8; k++) {
        snprintf(id, sizeof id, "industry=industry %c", 'a' + k), snprintf(value, sizeof value, "Industry %c", 'A' + k);
        const struct icp__json *s = segment_of(column_of(&t, "industry"), id);
        if (s) same_as_slow(&l, s, 0, value, false), found++;
        snprintf(id, sizeof id, "tags:tag%d", k), snprintf(value, sizeof value, "tag%d", k);
        s = segment_of(column_of(&t, "tags"), id);
        if (s) same_as_slow(&l, s, 3, value, true), found++;
    }
    ck_assert_int_gt(found, 8);
    same_as_slow(&l, segment_of(column_of(&t, "country"), "unknown"), 2, "", false);
    tree_free(&t);
    lab_free(&l);
}
END_TEST

START_TEST(stored_counts_are_those_of_the_model) {
    struct lab l = lab_new((uint64_t)_i + 200);
    const struct icp_segments_options o = {.struct_size = sizeof o, .by = "industry\ncountry\nemployees", .by_size = 26};
    struct tree t = tree_of(report(l.model, NULL, 0, &o));
    ck_assert_ptr_null(icp__json_get(t.root, "total"));
    int columns = 0;
    for (const struct icp__json *x = icp__json_get(t.root, "columns")->child; x; x = x->next, columns++) {
        int64_t customers = 0, reference = 0;
        for (const struct icp__json *s = icp__json_get(x, "segments")->child; s; s = s->next) {
            ck_assert_int_eq(number(s, NULL, "companies"), -1);
            customers += number(s, NULL, "customers"), reference += number(s, NULL, "reference");
            const struct icp__json *id = icp__json_get(s, "trait");
            const char *const verdict = number(s, NULL, "customers") >= 15 ? "carried" : number(s, NULL, "customers") + number(s, NULL, "reference") ? "thin" : "empty";
            ck_assert_msg(icp__json_is(icp__json_get(s, "verdict"), verdict), "%s: not %s", icp__json_get(s, "reason")->text.data, verdict);
            if (!id) continue;
            struct icp_trait trait = {.struct_size = sizeof trait};
            ck_assert_int_eq(icp_model_trait(l.model, (uint32_t)icp_model_find_trait(l.model, ICP_LAYER_FIT, id->text.data, id->text.size), &trait, NULL), ICP_OK);
            ck_assert_int_eq(number(s, NULL, "customers"), (int64_t)trait.customers);
            ck_assert_int_eq(number(s, NULL, "reference"), (int64_t)trait.reference);
            ck_assert_int_eq(number(s, NULL, "customers_of"), (int64_t)trait.customers_of);
            ck_assert_int_eq(number(s, NULL, "reference_of"), (int64_t)trait.reference_of);
        }
        ck_assert_int_eq(customers, number(t.root, NULL, "customers"));
        ck_assert_int_eq(reference, number(t.root, NULL, "reference"));
    }
    ck_assert_int_eq(columns, 3);
    tree_free(&t);
    lab_free(&l);
}
END_TEST

static bool same_text(icp_buffer *a, icp_buffer *b) {
    struct icp_str x, y;
    ck_assert(!icp_buffer_data(a, &x) && !icp_buffer_data(b, &y));
    const bool same = x.size == y.size && !memcmp(x.data, y.data, x.size);
    icp_buffer_unref(a), icp_buffer_unref(b);
    return same;
}

/* Two values, one of which is a word of the other, and a word that is none. */
START_TEST(a_row_counts_for_its_value_not_for_the_words_in_it) {
    static const char rows[] = "Id,Industry\na,software\nb,Enterprise Software\nc,united kingdom\nd,united\ne,retail\nf,\ng,software\n";
    static const struct icp_segments_options o = {.struct_size = sizeof o, .by = "Industry", .by_size = 8};
    struct toy *toy = malloc(sizeof *toy);
    toy_start(toy, c);
    toy->l.base_variance = UINT64_C(53000) * 53000 - 1000000; /* one trait more is as wide as a tier, two are wider */
    toy_trait(toy, TOY_INDUSTRY, ICP_TRAIT_KNOWN, "", 0);
    toy_trait(toy, TOY_INDUSTRY, ICP_TRAIT_VALUE, "enterprise software", 9000);
    toy_trait(toy, TOY_INDUSTRY, ICP_TRAIT_VALUE, "software", 60000)->reference = 300;
    toy_trait(toy, TOY_INDUSTRY, ICP_TRAIT_VALUE, "united", 5000)->reference = 199;
    toy_trait(toy, TOY_INDUSTRY, ICP_TRAIT_VALUE, "united kingdom", 5000);
    icp_model *m = toy_build(toy);
    struct tree t = tree_of(report(m, rows, 0, &o));
    const struct icp__json *x = column_of(&t, "Industry");
    ck_assert_ptr_null(segment_of(x, "industry=united"));
    const struct icp__json *software = segment_of(x, "industry=software"), *enterprise = segment_of(x, "industry=enterprise software");
    ck_assert_int_eq(number(software, NULL, "companies"), 2);
    ck_assert_int_eq(number(software, NULL, "wide"), 0);
    ck_assert_int_eq(number(software, "tiers", "good"), 2);
    ck_assert_int_eq(number(software, NULL, "high_on_thin"), 2);
    ck_assert_int_eq(number(enterprise, NULL, "companies"), 1);
    ck_assert_int_eq(number(enterprise, NULL, "wide"), 1);
    ck_assert_int_eq(number(segment_of(x, "industry=united kingdom"), NULL, "companies"), 1);
    ck_assert_int_eq(number(segment_of(x, "other"), NULL, "companies"), 2);
    ck_assert_int_eq(number(segment_of(x, "other"), NULL, "customers"), -1); /* who has two of the traits was counted twice */
    ck_assert_int_eq(number(segment_of(x, "unknown"), NULL, "companies"), 1);
    ck_assert(icp__json_is(icp__json_get(software, "verdict"), "thin"));
    ck_assert(icp__json_is(icp__json_get(software, "reason"), "10 customers, fewer than 15; confidence is Medium or High for 0% of the companies"));
    tree_free(&t);
    icp_model_unref(m);
    toy_end(toy);
    free(toy);
}
END_TEST

START_TEST(by_default_industry_geography_and_size) {
    static const char *const want[] = {"industry", "tags", "country", "employees"};
    struct lab l = lab_new(6);
    struct tree t = tree_of(report(l.model, NULL, 0, NULL));
    const struct icp__json *x = icp__json_get(t.root, "columns")->child;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++, x = x->next) ck_assert(x && icp__json_is(icp__json_get(x, "column"), want[i]));
    ck_assert_ptr_null(x);
    tree_free(&t);
    lab_free(&l);
}
END_TEST

START_TEST(order_and_split_do_not_matter) {
    struct lab l = lab_new((uint64_t)_i + 300);
    uint64_t seed = (uint64_t)_i;
    for (int i = l.w.rows - 1; i > 0; i--) {
        const int k = world_below(&seed, i + 1);
        const struct world_row row = l.w.row[i];
        l.w.row[i] = l.w.row[k], l.w.row[k] = row;
    }
    char *shuffled = world_csv(&l.w, 0, 1, 0);
    ck_assert(same_text(report(l.model, l.rows, 0, &of_columns), report(l.model, shuffled, 7, &of_columns)));
    free(shuffled);
    lab_free(&l);
}
END_TEST

START_TEST(one_trait_parts_companies_in_three) {
    struct lab l = lab_new(7);
    struct icp_trait trait = {.struct_size = sizeof trait};
    for (uint32_t i = 0; icp_model_trait(l.model, i, &trait, NULL) == ICP_OK; i++) {
        if (trait.kind == ICP_TRAIT_KNOWN || i % 7) continue;
        struct icp_segments_options o = {.struct_size = sizeof o, .by = trait.id.data, .by_size = trait.id.size};
        struct tree t = tree_of(report(l.model, l.rows, 0, &o));
        const struct icp__json *columns = icp__json_get(t.root, "columns"), *segments = icp__json_get(columns->child, "segments");
        int64_t rows = 0, n = 0;
        for (const struct icp__json *s = segments->child; s; s = s->next, n++) rows += number(s, NULL, "companies");
        ck_assert_int_eq(n, 3);
        ck_assert_int_eq(rows, l.w.rows);
        ck_assert_int_eq(number(segments->child, NULL, "companies"), (int64_t)trait.reference); /* the rows are the reference */
        tree_free(&t);
    }
    lab_free(&l);
}
END_TEST

START_TEST(what_the_model_lacks_is_refused) {
    static const struct {
        const char *by, *message;
    } cases[] = {{"industry\nindustry=invented", "the model has no column or trait 'industry=invented'"},
                 {"planet", "the model has no column or trait 'planet'"},
                 {"key", "the model does not use the column 'key'"},
                 {"pla*", "the model has no column or trait 'pla*'"}};
    struct lab l = lab_new(8);
    icp_buffer *json = NULL;
    struct icp_error e = {.struct_size = sizeof e};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct icp_segments_options o = {.struct_size = sizeof o, .by = cases[i].by, .by_size = strlen(cases[i].by)};
        ck_assert_int_eq(icp_segments(l.model, NULL, &o, NULL, &json, &e), ICP_E_SCHEMA);
        ck_assert_str_eq(e.message, cases[i].message);
        ck_assert_ptr_null(json);
    }
    char many[70 * 16] = "";
    struct icp_segments_options o = {.struct_size = sizeof o, .by = many, .most = 201};
    struct icp_trait trait = {.struct_size = sizeof trait};
    ck_assert_int_eq(icp_segments(l.model, NULL, &o, NULL, &json, &e), ICP_E_ARGUMENT);
    o.most = 0, o.layer = ICP_LAYER_INTENT;
    ck_assert_int_eq(icp_segments(l.model, NULL, &o, NULL, &json, &e), ICP_E_UNSUPPORTED);
    o.layer = 0, o.flags = 1;
    ck_assert_int_eq(icp_segments(l.model, NULL, &o, NULL, &json, &e), ICP_E_UNSUPPORTED);
    o.flags = 0;
    struct text lines = {NULL, 0};
    for (uint32_t i = 0, n = 0; n < 65 && icp_model_trait(l.model, i, &trait, NULL) == ICP_OK; i++)
        if (trait.kind == ICP_TRAIT_WORD || trait.kind == ICP_TRAIT_ITEM || trait.kind == ICP_TRAIT_VALUE)
            text_add(&lines, "%.*s\n", (int)trait.id.size, trait.id.data), n++;
    o.by = lines.data, o.by_size = lines.size;
    ck_assert_int_eq(icp_segments(l.model, NULL, &o, NULL, &json, &e), ICP_E_LIMIT);
    const char *stranger = "name,planet\na,mars\n";
    icp_reader *r = world_reader(c, stranger, strlen(stranger), 0);
    ck_assert_int_eq(icp_segments(l.model, r, NULL, NULL, &json, &e), ICP_E_SCHEMA);
    ck_assert_int_eq(icp_segments(NULL, NULL, NULL, NULL, &json, &e), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_segments(l.model, NULL, NULL, NULL, NULL, &e), ICP_E_ARGUMENT);
    ck_assert_ptr_null(json);
    icp_reader_free(r);
    free(lines.data);
    lab_free(&l);
}
END_TEST

static int32_t stop(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    (void)stage, (void)done, (void)total;
    return ++*(int *)user == 2;
}

START_TEST(it_can_be_stopped) {
    struct lab l = lab_new(9);
    int calls = 0;
    icp_buffer *json = NULL;
    const struct icp_progress p = {.struct_size = sizeof p, .user = &calls, .fn = stop};
    icp_reader *r = world_reader(c, l.rows, strlen(l.rows), 10);
    ck_assert_int_eq(icp_segments(l.model, r, NULL, &p, &json, NULL), ICP_E_CANCELLED);
    ck_assert_int_eq(calls, 2);
    ck_assert_ptr_null(json);
    icp_reader_free(r);
    lab_free(&l);
}
END_TEST

int main(void) {
    Suite *s = suite_create("segments");
    TCase *t = tcase_create("segments");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, columns_with_one_value_add_up_to_the_rows, 0, 12);
    tcase_add_loop_test(t, segments_agree_with_a_slow_count, 0, 6);
    tcase_add_loop_test(t, stored_counts_are_those_of_the_model, 0, 6);
    tcase_add_test(t, a_row_counts_for_its_value_not_for_the_words_in_it);
    tcase_add_test(t, by_default_industry_geography_and_size);
    tcase_add_loop_test(t, order_and_split_do_not_matter, 0, 6);
    tcase_add_test(t, one_trait_parts_companies_in_three);
    tcase_add_test(t, what_the_model_lacks_is_refused);
    tcase_add_test(t, it_can_be_stopped);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
