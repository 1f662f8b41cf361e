/* SPDX-License-Identifier: MIT */
/* Walks what each trait added to a score; the sum is the score's evidence, exactly. */
#include "sample_model.h"

int main(void) {
    static const char cells[] = "Bank256Spain";
    static const int64_t offsets[] = {0, 0, 4, 7, 12}; /* key (none), industry, employees, country */
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
    /* All columns in one call, in the order of the schema. This one has the order of the file: look it up where that is not known. */
    int32_t order[] = {icp_record_column(record, "key", 3), icp_record_column(record, "industry", 8),
                       icp_record_column(record, "employees", 9), icp_record_column(record, "country", 7)};
    for (int i = 0; i < 4; i++)
        sample_must(icp_record_set_text(record, order[i], cells + offsets[i], (size_t)(offsets[i + 1] - offsets[i])), &e);
    sample_must(icp_scorer_score_record(scorer, record, NULL, ICP_LAYER_FIT, &score, &e), &e);

    int32_t traits[64], points[64];
    size_t n;
    int64_t sum = 0;
    sample_must(icp_scorer_contributions(scorer, ICP_LAYER_FIT, traits, points, 64, &n, &e), &e);
    for (size_t i = 0; i < n; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        sample_must(icp_model_trait(model, (uint32_t)traits[i], &t, &e), &e);
        printf("%+9.3f  %-24s %llu of %llu customers\n", points[i] / 1000.0, t.id.data, (unsigned long long)t.customers,
               (unsigned long long)t.customers_of);
        sum += points[i];
    }
    printf("%+9.3f  sum; 498 + %.3f -> score %d\n", (double)sum / 1000.0, (double)score.millipoints / 1000.0, score.score);

    icp_scorer_free(scorer);
    icp_record_free(record);
    icp_schema_unref(schema);
    icp_model_unref(model);
    icp_context_unref(c);
    return sum == score.millipoints ? 0 : 1;
}
