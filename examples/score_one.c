/* SPDX-License-Identifier: MIT */
/* Scores one record, as a CRM plug-in does when a company is opened. */
#include "sample_model.h"

int main(void) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_score score = {.struct_size = sizeof score};
    icp_context *c;
    icp_schema *schema;
    icp_record *record;
    icp_scorer *scorer;
    sample_must(icp_context_new(NULL, &c, &e), &e);
    icp_model *model = sample_model(c);
    sample_must(icp_model_schema(model, &schema, &e), &e);
    sample_must(icp_record_new(schema, &record, &e), &e);
    sample_must(icp_scorer_new(model, NULL, &scorer, &e), &e);

    /* Columns that are not set are unknown: never a penalty, never a reward. */
    sample_must(icp_record_set_text(record, icp_record_column(record, "industry", 8), "Insurer", 7), &e);
    sample_must(icp_record_set_number(record, icp_record_column(record, "employees", 9), 512), &e);
    sample_must(icp_scorer_score_record(scorer, record, NULL, ICP_LAYER_FIT, &score, &e), &e);
    printf("score %d, tier %d, 90%% interval %d to %d, confidence %d\n", score.score, score.tier, score.low, score.high, score.confidence);
    int good = score.tier >= ICP_TIER_GOOD;

    icp_record_clear(record);
    sample_must(icp_scorer_score_record(scorer, record, NULL, ICP_LAYER_FIT, &score, &e), &e);
    printf("nothing known: score %d\n", score.score);

    icp_scorer_free(scorer);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_model_unref(model);
    icp_context_unref(c);
    return good && score.score == 498 ? 0 : 1;
}
