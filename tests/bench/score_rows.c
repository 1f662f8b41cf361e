/* SPDX-License-Identifier: MIT */
/* Scores a file by batches, or record by record as a plug-in does, without output: for counting instructions.
 * usage: score_rows MODEL FILE batch|record|copy        copy = all that `record` does around its two calls */
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct icp_error e = {.struct_size = sizeof e};
static void must(icp_status s) {
    if (s) {
        fprintf(stderr, "%s: %s\n", e.source, e.message);
        exit(1);
    }
}

/* One crossing per record: all cells as bytes and offsets, as a binding hands them over. */
static int64_t by_record(icp_scorer *s, icp_record *r, const icp_batch *b, const int32_t *column, uint32_t columns, int call) {
    static char bytes[1 << 20];
    static int64_t offsets[4097];
    int64_t sum = 0;
    for (uint64_t row = 0; row < icp_batch_rows(b); row++) {
        struct icp_score score = {.struct_size = sizeof score};
        for (uint32_t i = 0; i < columns; i++) {
            struct icp_str cell = icp_batch_cell(b, row, (uint32_t)column[i]);
            memcpy(bytes + offsets[i], cell.data, cell.size);
            offsets[i + 1] = offsets[i] + (int64_t)cell.size;
        }
        if (call) {
            must(icp_record_set_all(r, bytes, offsets, NULL));
            must(icp_scorer_score_record(s, r, NULL, ICP_LAYER_FIT, &score, &e));
        }
        sum += score.millipoints;
    }
    return sum;
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    icp_context *c;
    icp_model *m;
    icp_scorer *s;
    icp_result *result;
    icp_schema *schema;
    icp_record *record;
    icp_reader *reader;
    icp_batch *b;
    struct icp_source source = {.struct_size = sizeof source};
    struct icp_scorer_options so = {.struct_size = sizeof so, .reasons = 5};
    int32_t column[4096];
    int64_t sum = 0;
    must(icp_context_new(NULL, &c, &e));
    must(icp_source_open_file(c, argv[1], &source, &e));
    must(icp_model_load(c, &source, &m, &e));
    must(icp_scorer_new(m, &so, &s, &e));
    must(icp_result_new(c, &result, &e));
    must(icp_model_schema(m, &schema, &e));
    must(icp_record_new(schema, &record, &e));
    must(icp_source_open_file(c, argv[2], &source, &e));
    must(icp_reader_open(c, &source, NULL, &reader, &e));
    for (must(icp_reader_next(reader, &b, &e)); b; must(icp_reader_next(reader, &b, &e))) {
        uint32_t columns = icp_schema_columns(schema);
        for (uint32_t i = 0; i < icp_batch_columns(b) && columns == icp_batch_columns(b); i++) {
            struct icp_str name = icp_batch_name(b, i);
            int32_t at = icp_record_column(record, name.data, name.size);
            if (at >= 0)
                column[at] = (int32_t)i;
        }
        if (strcmp(argv[3], "batch") != 0)
            sum += by_record(s, record, b, column, columns, strcmp(argv[3], "record") == 0);
        else {
            struct icp_array a = {.struct_size = sizeof a};
            must(icp_scorer_score(s, b, result, &e));
            must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_MILLIPOINTS, &a, &e));
            for (uint64_t i = 0; i < a.rows; i++)
                sum += ((const int64_t *)a.data)[i];
        }
        icp_batch_unref(b);
    }
    printf("%lld\n", (long long)sum);
    icp_reader_free(reader);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_result_free(result);
    icp_scorer_free(s);
    icp_model_unref(m);
    icp_context_unref(c);
    return 0;
}
