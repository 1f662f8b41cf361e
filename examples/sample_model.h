/* SPDX-License-Identifier: MIT */
/* A model fitted on the generated companies, for the examples that start from one (fit_and_score.c shows how it is made). */
#pragma once
#include "sample_data.h"
#include <icp/icp.h>
#include <stdlib.h>

static inline void sample_must(icp_status s, const struct icp_error *e) {
    if (s) {
        fprintf(stderr, "%s (%s)\n", e->message, icp_status_name(s));
        exit(1);
    }
}

static inline icp_reader *sample_reader(icp_context *c, const char *text, size_t size) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_source source = {.struct_size = sizeof source};
    icp_reader *r;
    sample_must(icp_source_from_memory(c, text, size, &source, &e), &e);
    sample_must(icp_reader_open(c, &source, NULL, &r, &e), &e);
    return r;
}

static inline icp_reference *sample_reference(icp_context *c, const char *text, size_t size) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_reference_builder *builder;
    icp_reference *reference;
    icp_reader *r = sample_reader(c, text, size);
    sample_must(icp_reference_builder_new(c, NULL, &builder, &e), &e);
    sample_must(icp_reference_builder_add(builder, r, NULL, &e), &e);
    sample_must(icp_reference_builder_finish(builder, &reference, &e), &e);
    icp_reader_free(r);
    icp_reference_builder_free(builder);
    return reference;
}

static inline icp_model *sample_model(icp_context *c) {
    static struct sample sample;
    struct icp_error e = {.struct_size = sizeof e};
    sample_make(&sample, 60);
    icp_reference *reference = sample_reference(c, sample.companies, strlen(sample.companies));
    icp_fit *fit;
    icp_model *model;
    icp_reader *r = sample_reader(c, sample.customers, strlen(sample.customers));
    sample_must(icp_fit_new(c, reference, NULL, NULL, &fit, &e), &e);
    sample_must(icp_fit_add_customers(fit, r, NULL, &e), &e);
    sample_must(icp_fit_run(fit, NULL, &model, &e), &e);
    icp_reader_free(r);
    icp_fit_free(fit);
    icp_reference_unref(reference);
    return model;
}
