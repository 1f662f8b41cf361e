/* SPDX-License-Identifier: MIT */
/* Exact scores, the same in C, Python and Go, on every platform and compiler: tests/golden/scores.csv and the model's id.
 * scores-1.csv are those of extraction version 1, from the model that it made (model-1.icp) and under the schema that it inferred
 * (schema-1.json): they stand for as long as the library has that version, and are never written anew.
 * `test_golden --write` writes the golden files of the newest version anew: only when doc/decisions.md says why scores changed. */
#include "check_main.h"
#include <icp/icp.h>
#include <stdio.h>
#include <string.h>

static const int32_t columns[] = {ICP_COL_SCORE, ICP_COL_TIER, ICP_COL_LOW, ICP_COL_HIGH, ICP_COL_MILLIPOINTS, ICP_COL_VARIANCE, ICP_COL_CONFIDENCE, ICP_COL_FLAGS};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

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

/* The schema of a golden file; NULL = none, one is inferred. */
static icp_schema *schema(icp_context *c, const char *name) {
    struct icp_error e = {.struct_size = sizeof e};
    static char json[1 << 16];
    char path[4096];
    icp_schema *s;
    if (!name) return NULL;
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    FILE *f = fopen(path, "rb");
    if (!f) exit(EXIT_FAILURE);
    size_t n = fread(json, 1, sizeof json, f);
    fclose(f);
    must(icp_schema_from_json(c, json, n, &s, &e), &e);
    return s;
}

static icp_model *fit(icp_context *c, const char *schema_name) {
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
    must(icp_fit_new(c, reference, given, NULL, &f, &e), &e);
    icp_schema_unref(given);
    icp_reference_unref(reference);
    r = reader(c, "customers.csv");
    must(icp_fit_add_customers(f, r, NULL, &e), &e);
    icp_reader_free(r);
    must(icp_fit_run(f, NULL, &m, &e), &e);
    icp_fit_free(f);
    return m;
}

static void print_rows(FILE *out, const icp_result *r) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_array key = {.struct_size = sizeof key}, a[COLUMNS];
    must(icp_result_column(r, ICP_LAYER_FIT, ICP_COL_KEY, &key, &e), &e);
    for (int k = 0; k < COLUMNS; k++) {
        a[k] = (struct icp_array){.struct_size = sizeof a[k]};
        must(icp_result_column(r, ICP_LAYER_FIT, columns[k], &a[k], &e), &e);
    }
    for (uint64_t i = 0; i < icp_result_rows(r); i++) {
        fprintf(out, "%.*s", (int)(key.offsets[i + 1] - key.offsets[i]), (const char *)key.data + key.offsets[i]);
        for (int k = 0; k < COLUMNS; k++)
            fprintf(out, ",%lld", a[k].type == ICP_TYPE_INT32 ? (long long)((const int32_t *)a[k].data)[i] : (long long)((const int64_t *)a[k].data)[i]);
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
    icp_reader_free(r), icp_result_free(result), icp_scorer_free(s), icp_model_unref(m);
}

/* Everything that is golden, as text; ids may be NULL. */
static void print_all(const char *schema_name, FILE *scores, FILE *ids) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_context *c;
    must(icp_context_new(NULL, &c, &e), &e);
    icp_model *m = fit(c, schema_name);
    must(icp_model_describe(m, &info, &e), &e);
    if (ids) {
        fprintf(ids, "reference ");
        for (int i = 0; i < 32; i++) fprintf(ids, "%02x", info.reference_id[i]);
        fprintf(ids, "\nmodel ");
        for (int i = 0; i < 32; i++) fprintf(ids, "%02x", info.id[i]);
        fprintf(ids, "\n");
    }
    print_scores(c, m, scores);
    icp_context_unref(c);
}

static void same(const char *name, FILE *ours) {
    char path[4096], want[512], got[512];
    snprintf(path, sizeof path, "%s/%s", GOLDEN, name);
    FILE *golden = fopen(path, "r");
    ck_assert_msg(golden != NULL, "%s is missing", path);
    rewind(ours);
    for (int line = 1;; line++) {
        char *a = fgets(want, sizeof want, golden), *b = fgets(got, sizeof got, ours);
        ck_assert_msg((a == NULL) == (b == NULL), "%s: line %d: one ends", name, line);
        if (!a) break;
        ck_assert_msg(strcmp(want, got) == 0, "%s: line %d: want %s got %s", name, line, want, got);
    }
    fclose(golden);
    fclose(ours);
}

START_TEST(test_scores_and_ids_are_the_golden_ones) {
    FILE *scores = tmpfile(), *ids = tmpfile();
    print_all(NULL, scores, ids);
    same("scores.csv", scores);
    same("ids.txt", ids);
}
END_TEST

START_TEST(test_version_1_fits_and_scores_as_it_did) {
    FILE *scores = tmpfile();
    print_all("schema-1.json", scores, NULL);
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
    icp_context_unref(c);
}
END_TEST

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        FILE *scores = fopen(GOLDEN "/scores.csv", "w"), *ids = fopen(GOLDEN "/ids.txt", "w");
        if (!scores || !ids) return EXIT_FAILURE;
        print_all(NULL, scores, ids);
        return fclose(scores) || fclose(ids) ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    Suite *s = suite_create("golden");
    TCase *t = tcase_create("golden");
    tcase_add_test(t, test_scores_and_ids_are_the_golden_ones);
    tcase_add_test(t, test_version_1_fits_and_scores_as_it_did);
    tcase_add_test(t, test_a_model_of_version_1_scores_as_it_did);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
