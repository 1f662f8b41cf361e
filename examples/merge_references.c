/* SPDX-License-Identifier: MIT */
/* Builds a reference in two parts, merges them, and shows that it is the reference of the whole. */
#include "sample_model.h"

static void id_of(const icp_reference *r, uint8_t id[32]) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_reference_info info = {.struct_size = sizeof info};
    sample_must(icp_reference_describe(r, &info, &e), &e);
    memcpy(id, info.id, 32);
    printf("%llu companies of %llu rows, id %02x%02x%02x%02x...\n", (unsigned long long)info.companies, (unsigned long long)info.rows_read, id[0],
           id[1], id[2], id[3]);
}

int main(void) {
    static struct sample sample;
    static char second[sizeof sample.companies];
    struct icp_error e = {.struct_size = sizeof e};
    icp_context *c;
    icp_reference_builder *builder;
    sample_must(icp_context_new(NULL, &c, &e), &e);
    sample_make(&sample, 0);

    /* The second part repeats the header and begins at the row of company 1000. */
    const char *middle = strstr(sample.companies, "\nc1000,") + 1;
    size_t header = (size_t)(strchr(sample.companies, '\n') - sample.companies) + 1;
    memcpy(second, sample.companies, header);
    strcpy(second + header, middle);

    icp_reference *whole = sample_reference(c, sample.companies, strlen(sample.companies));
    icp_reference *a = sample_reference(c, sample.companies, (size_t)(middle - sample.companies));
    icp_reference *b = sample_reference(c, second, strlen(second));
    icp_reference *merged;
    sample_must(icp_reference_builder_new(c, NULL, &builder, &e), &e);
    sample_must(icp_reference_builder_merge(builder, b, &e), &e); /* the order of the parts does not matter */
    sample_must(icp_reference_builder_merge(builder, a, &e), &e);
    sample_must(icp_reference_builder_finish(builder, &merged, &e), &e);

    uint8_t one[32], two[32];
    id_of(whole, one);
    id_of(merged, two);
    icp_reference_unref(whole);
    icp_reference_unref(a);
    icp_reference_unref(b);
    icp_reference_unref(merged);
    icp_reference_builder_free(builder);
    icp_context_unref(c);
    return memcmp(one, two, 32) == 0 ? 0 : 1;
}
