/* SPDX-License-Identifier: MIT */
/* Exact scores, the same in C, Python and Go, on every platform and compiler: tests/golden/scores.csv and the model's id; with events.csv
 * and outcomes.csv added timing.csv, intent and retention as of 2024, and that model's id.
 * scores-1.csv are those of extraction version 1, from the model that it made (model-1.icp) and under the schema that it inferred
 * (schema-1.json): they stand for as long as the library has that version, and are never written anew.
 * `test_golden --write` writes the golden files of the newest version anew: only when doc/decisions.md says why scores changed. */
#include "check_main.h"
#include <icp/icp.h>
#include <stdio.h>
#include <string.h>

static const int32_t columns[] = {ICP_COL_SCORE,    ICP_COL_TIER,       ICP_COL_LOW,   ICP_COL_HIGH,  ICP_COL_MILLIPOINTS,
                                  ICP_COL_VARIANCE, ICP_COL_CONFIDENCE, ICP_COL_FLAGS, ICP_COL_WHOLE, ICP_COL_STALE,
                                  ICP_COL_TREND}; /* the last three of timing layers alone */
enum { TIMING_COLUMNS = sizeof columns / sizeof columns[0], COLUMNS = TIMING_COLUMNS - 3, FILE_MOST = 1 << 20, ACCOUNT_STEP = 20 };
static const int32_t timing_layers[] = {ICP_LAYER_INTENT, ICP_LAYER_RETENTION};
#define AS_OF (INT64_C(19723) * 86400000000) /* 2024-01-01 */

static void must(icp_status s, const struct icp_error *e) {
    if (s) {
        fprintf(stderr, "%s: %s\n", e->source, e->message);
        exit(EXIT_FAILURE);
    }
}

static icp_reader *reader(icp_context *c, const char *name) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_source s = {.struct_size = sizeof s};
    icp_reader *r;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    must(icp_source_open_file(c, path, &s, &e), &e);
    must(icp_reader_open(c, &s, NULL, &r, &e), &e);
    return r;
}

/* A whole golden file; release with free(). */
static char *whole(const char *name, size_t *size) {
    char path[4096], *text = malloc(FILE_MOST);
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    FILE *f = fopen(path, "rb");
    if (!f || !text) exit(EXIT_FAILURE);
    *size = fread(text, 1, FILE_MOST, f);
    if (*size == FILE_MOST) exit(EXIT_FAILURE);
    text[*size] = 0;
    fclose(f);
    return text;
}

/* The schema of a golden file; NULL = none, one is inferred. */
static icp_schema *schema(icp_context *c, const char *name) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_schema *s;
    size_t size;
    if (!name) return NULL;
    char *json = whole(name, &size);
    must(icp_schema_from_json(c, json, size, &s, &e), &e);
    free(json);
    return s;
}

/* Events as they stand in the file, or its rows drawn in another order and cut into two files. */
struct history {
    int parts;
    char *text[2];
    size_t size[2];
};

static struct history as_it_stands(void) {
    struct history h = {.parts = 1};
    h.text[0] = whole("events.csv", &h.size[0]);
    return h;
}

static void put_line(struct history *h, int part, const char *line) {
    h->size[part] += (size_t)sprintf(h->text[part] + h->size[part], "%s\n", line);
}

static struct history shuffled(uint64_t seed) {
    struct history h = {.parts = 2};
    size_t size, lines = 0;
    char *text = whole("events.csv", &size), **line = malloc(size * sizeof *line);
    h.text[0] = malloc(size + 1), h.text[1] = malloc(size + 1);
    if (!line || !h.text[0] || !h.text[1]) exit(EXIT_FAILURE);
    for (char *at = strtok(text, "\n"); at; at = strtok(NULL, "\n")) line[lines++] = at;
    if (lines < 2) exit(EXIT_FAILURE);
    for (size_t i = lines; i > 2; i--) { /* the header stays */
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t k = 1 + (size_t)((seed >> 33) % (i - 1));
        char *const t = line[k];
        line[k] = line[i - 1], line[i - 1] = t;
    }
    put_line(&h, 0, line[0]), put_line(&h, 1, line[0]);
    for (size_t i = 1; i < lines; i++) put_line(&h, i % 3 == 0, line[i]);
    free(text), free(line);
    return h;
}

static void free_history(struct history *h) { free(h->text[0]), free(h->text[1]); }

static icp_reader *events(icp_context *c, const struct history *h, int part) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_source s = {.struct_size = sizeof s};
    icp_reader *r;
    must(icp_source_from_memory(c, h->text[part], h->size[part], &s, &e), &e);
    must(icp_reader_open(c, &s, NULL, &r, &e), &e);
    return r;
}

static void add_history(icp_context *c, icp_fit *f, const struct history *h) {
    struct icp_error e = {.struct_size = sizeof e};
    for (int p = 0; p < h->parts; p++) {
        icp_reader *r = events(c, h, p);
        must(icp_fit_add_events(f, r, NULL, NULL, &e), &e);
        icp_reader_free(r);
    }
    icp_reader *r = reader(c, "outcomes.csv");
    must(icp_fit_add_outcomes(f, r, NULL, NULL, &e), &e);
    icp_reader_free(r);
}

/* Without a history fit alone, otherwise all layers. */
static icp_model *fit(icp_context *c, const char *schema_name, const struct history *h) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reference_builder *b;
    icp_reference *reference;
    icp_fit *f;
    icp_model *m;
    icp_reader *r = reader(c, "companies.csv");
    must(icp_reference_builder_new(c, NULL, &b, &e), &e);
    must(icp_reference_builder_add(b, r, NULL, &e), &e);
    must(icp_reference_builder_finish(b, &reference, &e), &e);
    icp_reader_free(r);
    icp_reference_builder_free(b);
    icp_schema *given = schema(c, schema_name);
    const struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_AS_OF, .as_of = AS_OF};
    must(icp_fit_new(c, reference, given, h ? &o : NULL, &f, &e), &e);
    icp_schema_unref(given);
    icp_reference_unref(reference);
    r = reader(c, "customers.csv");
    must(icp_fit_add_customers(f, r, NULL, &e), &e);
    icp_reader_free(r);
    if (h) add_history(c, f, h);
    must(icp_fit_run(f, NULL, &m, &e), &e);
    icp_fit_free(f);
    return m;
}

static long long number(const icp_result *r, int32_t layer, int32_t column, uint64_t row) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_array a = {.struct_size = sizeof a};
    must(icp_result_column(r, layer, column, &a, &e), &e);
    return a.type == ICP_TYPE_INT32 ? (long long)((const int32_t *)a.data)[row] : (long long)((const int64_t *)a.data)[row];
}

static void print_key(FILE *out, const icp_result *r, int32_t layer, uint64_t row) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_array key = {.struct_size = sizeof key};
    must(icp_result_column(r, layer, ICP_COL_KEY, &key, &e), &e);
    fprintf(out, "%.*s", (int)(key.offsets[row + 1] - key.offsets[row]), (const char *)key.data + key.offsets[row]);
}

static void print_rows(FILE *out, const icp_result *r) {
    for (uint64_t i = 0; i < icp_result_rows(r); i++) {
        print_key(out, r, ICP_LAYER_FIT, i);
        for (int k = 0; k < COLUMNS; k++) fprintf(out, ",%lld", number(r, ICP_LAYER_FIT, columns[k], i));
        fputc('\n', out);
    }
}

static void print_scores(icp_context *c, icp_model *m, FILE *scores) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    must(icp_scorer_new(m, NULL, &s, &e), &e);
    must(icp_result_new(c, &result, &e), &e);
    fprintf(scores, "key,score,tier,low,high,millipoints,variance,confidence,flags\n");
    icp_reader *r = reader(c, "companies.csv");
    for (must(icp_reader_next(r, &b, &e), &e); b; must(icp_reader_next(r, &b, &e), &e)) {
        must(icp_scorer_score(s, b, result, &e), &e);
        print_rows(scores, result);
        icp_batch_unref(b);
    }
    icp_reader_free(r), icp_result_free(result), icp_scorer_free(s);
}

static void print_id(FILE *out, const char *name, const uint8_t id[32]) {
    fprintf(out, "%s ", name);
    for (int i = 0; i < 32; i++) fprintf(out, "%02x", id[i]);
    fprintf(out, "\n");
}

/* What is golden of a fit without a history, as text; ids may be NULL. */
static void print_fit(const char *schema_name, FILE *scores, FILE *ids) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_context *c;
    must(icp_context_new(NULL, &c, &e), &e);
    icp_model *m = fit(c, schema_name, NULL);
    must(icp_model_describe(m, &info, &e), &e);
    if (ids) print_id(ids, "reference", info.reference_id), print_id(ids, "model", info.id);
    print_scores(c, m, scores);
    icp_model_unref(m), icp_context_unref(c);
}

/* Timing. */

static void print_timing_header(FILE *out) {
    static const char *const layer[] = {"intent", "retention"};
    static const char *const name[] = {"score", "tier", "low", "high", "millipoints", "variance", "confidence", "flags", "whole", "stale", "trend"};
    fprintf(out, "key");
    for (int l = 0; l < 2; l++)
        for (int k = 0; k < TIMING_COLUMNS; k++) fprintf(out, ",%s_%s", layer[l], name[k]);
    fprintf(out, ",quadrant\n");
}

static icp_accounts *accounts(icp_context *c, const icp_model *m, const struct history *h) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_accounts *a;
    must(icp_accounts_new(m, AS_OF, NULL, &a, &e), &e);
    do
        for (int p = 0; p < h->parts; p++) {
            icp_reader *r = events(c, h, p);
            must(icp_accounts_add(a, r, NULL, NULL, &e), &e);
            icp_reader_free(r);
        }
    while (icp_accounts_again(a));
    return a;
}

static void print_timing_rows(FILE *out, const icp_result *r) {
    for (uint64_t i = 0; i < icp_result_rows(r); i++) {
        print_key(out, r, ICP_LAYER_INTENT, i);
        for (int l = 0; l < 2; l++)
            for (int k = 0; k < TIMING_COLUMNS; k++) fprintf(out, ",%lld", number(r, timing_layers[l], columns[k], i));
        fprintf(out, ",%lld\n", number(r, ICP_LAYER_INTENT, ICP_COL_QUADRANT, i));
    }
}

static void print_timing_scores(icp_context *c, icp_model *m, icp_accounts *a, FILE *out) {
    struct icp_error e = {.struct_size = sizeof e};
    const struct icp_scorer_options o = {.struct_size = sizeof o, .accounts = a};
    icp_scorer *s;
    icp_result *result;
    icp_batch *b;
    must(icp_scorer_new(m, &o, &s, &e), &e);
    must(icp_result_new(c, &result, &e), &e);
    print_timing_header(out);
    icp_reader *r = reader(c, "companies.csv");
    for (must(icp_reader_next(r, &b, &e), &e); b; must(icp_reader_next(r, &b, &e), &e)) {
        must(icp_scorer_score(s, b, result, &e), &e);
        print_timing_rows(out, result);
        icp_batch_unref(b);
    }
    icp_reader_free(r), icp_result_free(result), icp_scorer_free(s);
}

static struct icp_score score_of(icp_scorer *s, const icp_record *r, const icp_account *a, int32_t layer) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_score score = {.struct_size = sizeof score};
    must(icp_scorer_score_record(s, r, a, layer, &score, &e), &e);
    return score;
}

/* A row of a batch as a record; a = NULL: its events are those of the scorer's accounts. */
static void print_record(icp_scorer *s, icp_record *r, const icp_account *a, const icp_batch *b, uint64_t row, FILE *out) {
    struct icp_error e = {.struct_size = sizeof e};
    const struct icp_str key = icp_batch_cell(b, row, 0);
    icp_record_clear(r);
    for (uint32_t i = 0; i < icp_batch_columns(b); i++) {
        const struct icp_str name = icp_batch_name(b, i), cell = icp_batch_cell(b, row, i);
        const int32_t column = icp_record_column(r, name.data, name.size);
        if (column >= 0) must(icp_record_set_text(r, column, cell.data, cell.size), &e);
    }
    fprintf(out, "%.*s", (int)key.size, key.data);
    for (int l = 0; l < 2; l++) {
        const struct icp_score x = score_of(s, r, a, timing_layers[l]);
        const int64_t value[] = {x.score,      x.tier,           x.low,   x.high, x.millipoints, x.variance,
                                 x.confidence, (int64_t)x.flags, x.whole, x.stale, x.trend}; /* as columns[] */
        for (int k = 0; k < TIMING_COLUMNS; k++) fprintf(out, ",%lld", (long long)value[k]);
    }
    const int32_t tier = score_of(s, r, a, ICP_LAYER_FIT).tier;
    fprintf(out, ",%d\n", (int)icp_quadrant_of(tier, score_of(s, r, a, ICP_LAYER_INTENT).tier));
}

static icp_account *account(const icp_accounts *all, struct icp_str key) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_account *a = NULL;
    const icp_status found = icp_accounts_account(all, key.data, key.size, &a, &e);
    if (found != ICP_E_NO_MATCH) must(found, &e);
    return a;
}

/* Every company as a record; single: every 20th, with an account of its own. None of these is of the segment that events.csv names, which
 * single accounts know nothing of. */
static void print_records(icp_context *c, icp_model *m, icp_accounts *all, int single, FILE *out) {
    struct icp_error e = {.struct_size = sizeof e};
    const struct icp_scorer_options o = {.struct_size = sizeof o, .flags = single ? ICP_SCORER_AS_OF : 0, .as_of = single ? AS_OF : 0,
                                         .accounts = single ? NULL : all};
    icp_scorer *s;
    icp_schema *own;
    icp_record *record;
    icp_batch *b;
    must(icp_scorer_new(m, &o, &s, &e), &e);
    must(icp_model_schema(m, &own, &e), &e);
    must(icp_record_new(own, &record, &e), &e);
    print_timing_header(out);
    icp_reader *r = reader(c, "companies.csv");
    uint64_t row = 0;
    for (must(icp_reader_next(r, &b, &e), &e); b; must(icp_reader_next(r, &b, &e), &e)) {
        for (uint64_t i = 0; i < icp_batch_rows(b); i++) {
            if (row++ % ACCOUNT_STEP && single) continue;
            icp_account *a = single ? account(all, icp_batch_cell(b, i, 0)) : NULL;
            print_record(s, record, a, b, i, out);
            icp_account_free(a);
        }
        icp_batch_unref(b);
    }
    icp_reader_free(r), icp_record_free(record), icp_schema_unref(own), icp_scorer_free(s);
}

/* Where the golden texts of a fit with a history go; all but the first two may be NULL. */
struct printed {
    FILE *timing, *id;
    FILE *scores;          /* of its fit layer */
    FILE *record, *single; /* as timing, by records and by accounts of their own */
};

static void print_timing(const struct history *h, uint64_t hash_seed, const struct printed *out) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info = {.struct_size = sizeof info};
    const struct icp_context_options o = {.struct_size = sizeof o, .hash_seed = hash_seed};
    icp_context *c;
    must(icp_context_new(&o, &c, &e), &e);
    icp_model *m = fit(c, NULL, h);
    must(icp_model_describe(m, &info, &e), &e);
    print_id(out->id, "timing", info.id);
    icp_accounts *a = accounts(c, m, h);
    print_timing_scores(c, m, a, out->timing);
    if (out->scores) print_scores(c, m, out->scores);
    if (out->record) print_records(c, m, a, 0, out->record);
    if (out->single) print_records(c, m, a, 1, out->single);
    icp_accounts_unref(a), icp_model_unref(m), icp_context_unref(c);
}

/* Of the golden file the header and every step-th line, from the first. */
static void same_lines(const char *name, FILE *ours, int step) {
    char path[4096], want[512], got[512];
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    FILE *golden = fopen(path, "r");
    ck_assert_msg(golden != NULL, "%s is missing", path);
    rewind(ours);
    for (int line = 1;; line++) {
        char *a = fgets(want, sizeof want, golden);
        if (a && line > 1 && (line - 2) % step) continue;
        char *b = fgets(got, sizeof got, ours);
        ck_assert_msg((a == NULL) == (b == NULL), "%s: line %d: one ends", name, line);
        if (!a) break;
        ck_assert_msg(strcmp(want, got) == 0, "%s: line %d: want %s got %s", name, line, want, got);
    }
    fclose(golden);
    fclose(ours);
}

static void same(const char *name, FILE *ours) { same_lines(name, ours, 1); }

/* The line of an id alone. */
static void same_id(FILE *ours) {
    char path[4096], want[512], got[512] = "";
    snprintf(path, sizeof path, "%s/%s", GOLDEN, "ids.txt");
    FILE *golden = fopen(path, "r");
    ck_assert(golden != NULL);
    rewind(ours);
    ck_assert(fgets(got, sizeof got, ours) != NULL);
    const size_t name = strcspn(got, " ") + 1;
    do ck_assert_msg(fgets(want, sizeof want, golden) != NULL, "%s has no line for %s", path, got);
    while (strncmp(want, got, name) != 0);
    ck_assert_str_eq(got, want);
    fclose(golden);
    fclose(ours);
}

START_TEST(test_scores_and_ids_are_the_golden_ones) {
    struct history h = as_it_stands();
    FILE *scores = tmpfile(), *timing = tmpfile(), *ids = tmpfile();
    print_fit(NULL, scores, ids);
    print_timing(&h, 0, &(struct printed){.timing = timing, .id = ids});
    same("scores.csv", scores);
    same("timing.csv", timing);
    same("ids.txt", ids);
    free_history(&h);
}
END_TEST

START_TEST(test_a_shuffled_history_in_two_files_gives_the_same_model_and_scores) {
    struct history h = shuffled((uint64_t)_i + 7);
    FILE *timing = tmpfile(), *id = tmpfile();
    print_timing(&h, (uint64_t)_i * UINT64_C(0x9E3779B97F4A7C15) + 1, &(struct printed){.timing = timing, .id = id});
    same_id(id);
    same("timing.csv", timing);
    free_history(&h);
}
END_TEST

START_TEST(test_records_accounts_and_the_fit_layer_score_the_same) {
    struct history h = as_it_stands();
    const struct printed out = {tmpfile(), tmpfile(), tmpfile(), tmpfile(), tmpfile()};
    print_timing(&h, 0, &out);
    same("timing.csv", out.timing);
    same("timing.csv", out.record);
    same_lines("timing.csv", out.single, ACCOUNT_STEP);
    same("scores.csv", out.scores);
    same_id(out.id);
    free_history(&h);
}
END_TEST

START_TEST(test_version_1_fits_and_scores_as_it_did) {
    FILE *scores = tmpfile();
    print_fit("schema-1.json", scores, NULL);
    same("scores-1.csv", scores);
}
END_TEST

START_TEST(test_a_model_of_version_1_scores_as_it_did) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info = {.struct_size = sizeof info};
    FILE *scores = tmpfile();
    icp_context *c;
    icp_model *m;
    must(icp_context_new(NULL, &c, &e), &e);
    struct icp_source source = {.struct_size = sizeof source};
    must(icp_source_open_file(c, GOLDEN "/model-1.icp", &source, &e), &e);
    must(icp_model_load(c, &source, &m, &e), &e);
    must(icp_model_describe(m, &info, &e), &e);
    ck_assert_uint_eq(info.extraction, 1);
    print_scores(c, m, scores);
    same("scores-1.csv", scores);
    icp_model_unref(m), icp_context_unref(c);
}
END_TEST

/* All golden files of the newest version. */
static int write_all(void) {
    struct history h = as_it_stands();
    FILE *scores = fopen(GOLDEN "/scores.csv", "w"), *timing = fopen(GOLDEN "/timing.csv", "w"), *ids = fopen(GOLDEN "/ids.txt", "w");
    if (!scores || !timing || !ids) return EXIT_FAILURE;
    print_fit(NULL, scores, ids);
    print_timing(&h, 0, &(struct printed){.timing = timing, .id = ids});
    free_history(&h);
    const int failed = fclose(scores) | fclose(timing) | fclose(ids);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--write") == 0) return write_all();
    Suite *s = suite_create("golden");
    TCase *t = tcase_create("golden");
    tcase_set_timeout(t, 30); /* two fits with sanitizers on a busy machine */
    tcase_add_test(t, test_scores_and_ids_are_the_golden_ones);
    tcase_add_loop_test(t, test_a_shuffled_history_in_two_files_gives_the_same_model_and_scores, 0, 2);
    tcase_add_test(t, test_records_accounts_and_the_fit_layer_score_the_same);
    tcase_add_test(t, test_version_1_fits_and_scores_as_it_did);
    tcase_add_test(t, test_a_model_of_version_1_scores_as_it_did);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
