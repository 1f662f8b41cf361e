/* SPDX-License-Identifier: MIT */
/* What a product does with the library: loads a model, scores a file, prints key and score. C11 and C++14; compiled by test_install.py
 * through every way of finding the library. usage: consumer MODEL FILE LEDGER */
#include <icp/icp.h>
#ifdef WITH_LEDGER
# include <icp/ledger.h>
#endif
#include <stdio.h>

static int score(icp_context *c, icp_model *m, icp_reader *r) {
    icp_scorer *s;
    icp_result *result;
    icp_batch *b = 0;
    if (icp_scorer_new(m, 0, &s, 0) || icp_result_new(c, &result, 0))
        return 2;
    for (int status = icp_reader_next(r, &b, 0); b; status = icp_reader_next(r, &b, 0)) {
        struct icp_array keys, scores;
        keys.struct_size = scores.struct_size = sizeof keys;
        if (status || icp_scorer_score(s, b, result, 0) || icp_result_column(result, ICP_LAYER_FIT, ICP_COL_KEY, &keys, 0) ||
            icp_result_column(result, ICP_LAYER_FIT, ICP_COL_SCORE, &scores, 0))
            return 3;
        const int64_t *at = keys.offsets;
        for (uint64_t i = 0; i < scores.rows; i++)
            printf("%.*s,%d\n", (int)(at[i + 1] - at[i]), (const char *)keys.data + at[i], (int)((const int32_t *)scores.data)[i]);
        icp_batch_unref(b);
    }
    icp_result_free(result);
    icp_scorer_free(s);
    return 0;
}

static int keep(icp_context *c, const char *path) {
#ifdef WITH_LEDGER
    icp_ledger *l;
    if (icp_ledger_open(c, path, ICP_LEDGER_CREATE, &l, 0))
        return 4;
    icp_ledger_free(l);
#endif
    (void)c, (void)path;
    return 0;
}

int main(int n, char **v) {
    icp_context *c;
    icp_model *m;
    icp_reader *r;
    struct icp_source model, rows;
    model.struct_size = rows.struct_size = sizeof model;
    if (n < 4 || icp_context_new(0, &c, 0) || icp_source_open_file(c, v[1], &model, 0) || icp_model_load(c, &model, &m, 0) ||
        icp_source_open_file(c, v[2], &rows, 0) || icp_reader_open(c, &rows, 0, &r, 0))
        return 1;
    int code = score(c, m, r);
    code = code ? code : keep(c, v[3]);
    icp_reader_free(r);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
