/* SPDX-License-Identifier: MIT */
/* account_events MODEL EVENTS: adds that many events to one account, and scores it now and then; prints the nanoseconds of each. */
#include <icp/icp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int fail(const struct icp_error *e) {
    fprintf(stderr, "account_events: %s\n", e->message);
    return 1;
}

int main(int argc, char **argv) {
    struct icp_error e = {.struct_size = sizeof e};
    struct icp_layer_info layer = {.struct_size = sizeof layer};
    struct icp_signal signal[64];
    struct icp_source source = {.struct_size = sizeof source};
    struct icp_score score = {.struct_size = sizeof score};
    icp_context *c = NULL;
    icp_model *m = NULL;
    icp_account *a = NULL;
    icp_schema *schema = NULL;
    icp_record *r = NULL;
    icp_scorer *s = NULL;
    if (argc != 3)
        return fprintf(stderr, "usage: account_events MODEL EVENTS\n"), 2;
    const long events = strtol(argv[2], NULL, 10), scores = events / 100 + 1;
    const int64_t day = INT64_C(86400000000), start = 15000 * day;
    if (icp_context_new(NULL, &c, &e) || icp_source_open_file(c, argv[1], &source, &e) || icp_model_load(c, &source, &m, &e) ||
        icp_model_layer(m, ICP_LAYER_INTENT, &layer, &e) || icp_account_new(m, &a, &e) || icp_model_schema(m, &schema, &e) ||
        icp_record_new(schema, &r, &e))
        return fail(&e);
    for (uint32_t i = 0; i < layer.signals && i < 64; i++) {
        signal[i].struct_size = sizeof signal[i];
        if (icp_model_signal(m, ICP_LAYER_INTENT, i, &signal[i], &e))
            return fail(&e);
    }
    double begin = now();
    for (long i = 0; i < events; i++) {
        const struct icp_str *type = &signal[(uint32_t)i % layer.signals].type;
        const struct icp_event event = {.struct_size = sizeof event, .time = start + i % 3000 * day, .type = type->data, .type_size = type->size};
        if (icp_account_add(a, &event, &e))
            return fail(&e);
    }
    printf("%.1f", (now() - begin) / (double)events);
    const struct icp_scorer_options o = {.struct_size = sizeof o, .flags = ICP_SCORER_AS_OF, .as_of = start + 3001 * day};
    if (icp_scorer_new(m, &o, &s, &e))
        return fail(&e);
    begin = now();
    for (long i = 0; i < scores; i++)
        if (icp_scorer_score_record(s, r, a, ICP_LAYER_INTENT, &score, &e))
            return fail(&e);
    printf(" %.1f\n", (now() - begin) / (double)scores);
    icp_scorer_free(s);
    icp_record_free(r);
    icp_schema_unref(schema);
    icp_account_free(a);
    icp_model_unref(m);
    icp_context_unref(c);
    return 0;
}
