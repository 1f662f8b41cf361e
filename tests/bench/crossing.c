/* SPDX-License-Identifier: MIT */
/* What crossing.py holds Python against: the same stream of Arrow scored in C. Returns the sum of the fit scores, negative after a failure. */
#include <icp/icp.h>

int64_t score_stream(icp_context *c, icp_model *m, struct ArrowArrayStream *s);

static int64_t score_batch(icp_scorer *s, icp_batch *b, icp_result *r) {
    struct icp_array scores = {.struct_size = sizeof scores};
    int64_t sum = 0;
    if (icp_scorer_score(s, b, r, NULL) || icp_result_column(r, ICP_LAYER_FIT, ICP_COL_SCORE, &scores, NULL))
        return -1;
    for (uint64_t i = 0; i < scores.rows; i++)
        sum += ((const int32_t *)scores.data)[i];
    return sum;
}

int64_t score_stream(icp_context *c, icp_model *m, struct ArrowArrayStream *stream) {
    icp_reader *reader = NULL;
    icp_scorer *scorer = NULL;
    icp_result *result = NULL;
    icp_batch *batch = NULL;
    int64_t sum = -1;
    if (!icp_reader_open_arrow(c, stream, NULL, &reader, NULL) && !icp_scorer_new(m, NULL, &scorer, NULL) && !icp_result_new(c, &result, NULL))
        for (sum = 0; sum >= 0 && !icp_reader_next(reader, &batch, NULL) && batch; icp_batch_unref(batch)) {
            const int64_t more = score_batch(scorer, batch, result);
            sum = more < 0 ? more : sum + more;
        }
    icp_result_free(result);
    icp_scorer_free(scorer);
    icp_reader_free(reader);
    return sum;
}
