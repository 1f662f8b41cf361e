/* SPDX-License-Identifier: MIT */
/* Fits a model from two CSV texts in memory and scores every company. */
#include "sample_data.h"
#include <icp/icp.h>
#include <stdlib.h>

static struct icp_error e = {.struct_size = sizeof e};
static void must(icp_status s) {
    if (s) {
        fprintf(stderr, "%s: row %lld, column %lld: %s (%s)\n", e.source, (long long)e.row, (long long)e.column, e.message, icp_status_name(s));
        exit(1);
    }
}

static icp_reader *read_text(icp_context *c, const char *text) {
    struct icp_source source = {.struct_size = sizeof source};
    icp_reader *r;
    must(icp_source_from_memory(c, text, strlen(text), &source, &e));
    must(icp_reader_open(c, &source, NULL, &r, &e));
    return r;
}

int main(void) {
    static struct sample sample;
    sample_make(&sample, 60);
    icp_context *c;
    must(icp_context_new(NULL, &c, &e));

    icp_reference_builder *builder;
    icp_reference *reference;
    icp_reader *r = read_text(c, sample.companies);
    must(icp_reference_builder_new(c, NULL, &builder, &e));
    must(icp_reference_builder_add(builder, r, NULL, &e));
    must(icp_reference_builder_finish(builder, &reference, &e));
    icp_reader_free(r);

    icp_fit *fit;
    icp_model *model;
    r = read_text(c, sample.customers);
    must(icp_fit_new(c, reference, NULL, NULL, &fit, &e));
    must(icp_fit_add_customers(fit, r, NULL, &e));
    must(icp_fit_run(fit, NULL, &model, &e));
    icp_reader_free(r);

    icp_scorer *scorer;
    icp_result *result;
    icp_batch *batch;
    long tiers[6] = {0};
    r = read_text(c, sample.companies);
    must(icp_scorer_new(model, NULL, &scorer, &e));
    must(icp_result_new(c, &result, &e));
    for (must(icp_reader_next(r, &batch, &e)); batch; must(icp_reader_next(r, &batch, &e))) {
        struct icp_array tier = {.struct_size = sizeof tier};
        must(icp_scorer_score(scorer, batch, result, &e));
        must(icp_result_column(result, ICP_LAYER_FIT, ICP_COL_TIER, &tier, &e));
        for (uint64_t i = 0; i < tier.rows; i++)
            tiers[((const int32_t *)tier.data)[i]]++;
        icp_batch_unref(batch);
    }
    printf("Very Poor %ld, Poor %ld, Fair %ld, Good %ld, Excellent %ld\n", tiers[1], tiers[2], tiers[3], tiers[4], tiers[5]);

    icp_result_free(result);
    icp_scorer_free(scorer);
    icp_reader_free(r);
    icp_model_unref(model);
    icp_fit_free(fit);
    icp_reference_unref(reference);
    icp_reference_builder_free(builder);
    icp_context_unref(c);
    return tiers[4] + tiers[5] > 0 ? 0 : 1;
}
