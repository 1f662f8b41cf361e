/* SPDX-License-Identifier: MIT */
/* icp fit. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

/* A few customers by their keys, so that a person can look into the file. */
static void name_some(const char *matches, const char *list, const char *member, const char *label, struct text *out) {
    char head[32];
    snprintf(head, sizeof head, "\"%s\":{", list);
    const char *from = strstr(matches, head);
    struct text keys = {0};
    if (from && text_list(&keys, from, "keys", member, 3)) {
        text_put(out, label);
        text_add(out, keys.data, keys.size);
        text_put(out, "\n");
    }
    text_free(&keys);
}

static void count_undecided(const char *matches, struct text *out) {
    static const char head[] = "\"undecided\":{\"count\":";
    const char *at = strstr(matches, head);
    long n = at ? strtol(at + sizeof head - 1, NULL, 10) : 0;
    if (n > 0) {
        text_int(out, n);
        text_put(out, " undecided: several companies may be meant, or too little is known of one; icp match lists them\n");
    }
}

static void name_lists(const icp_fit *f, struct text *out) {
    icp_buffer *json = NULL;
    struct icp_str matches = {"", 0};
    if (icp_fit_matches(f, &json, NULL) || icp_buffer_data(json, &matches))
        return;
    name_some(matches.data, "unmatched", NULL, "not found, for example: ", out);
    name_some(matches.data, "near", "key", "not found, but nearly: ", out);
    count_undecided(matches.data, out);
    name_some(matches.data, "ambiguous", NULL, "found with different rows, for example: ", out);
    name_some(matches.data, "excluded", NULL, "left out as excluded, for example: ", out);
    name_some(matches.data, "duplicate", "key", "listed more than once and counted once, for example: ", out);
    icp_buffer_unref(json);
}

/* What a person must know at once; everything else is in the summary. */
static void remarks(const icp_fit *f, const icp_model *m) {
    struct icp_model_info i = {.struct_size = sizeof i};
    struct text t = {0};
    if (icp_model_describe(m, &i, NULL))
        return;
    name_lists(f, &t);
    text_int(&t, (int64_t)i.customers);
    text_put(&t, " customers against ");
    text_int(&t, (int64_t)i.companies);
    text_put(&t, " companies: ");
    text_int(&t, i.traits);
    text_put(&t, " traits; on customers held out AUC ");
    text_fixed(&t, i.auc_micro / 1000, 3);
    text_put(&t, " (0.5 is chance, 1 is best), Cllr ");
    text_fixed(&t, i.cllr_micro / 1000, 3);
    text_put(&t, " bits (1 tells nothing, 0 is best)\n");
    if (i.flags & ICP_MODEL_FEW_CUSTOMERS)
        text_put(&t, "warning: fewer than 20 customers; every result carries the flag few_customers\n");
    if (i.flags & ICP_MODEL_INTERVAL_UNCALIBRATED)
        text_put(&t, "warning: below 50 customers the width of the interval cannot be checked; every result carries the flag interval_uncalibrated\n");
    if (i.flags & ICP_MODEL_LISTED_SHARE_HIGH)
        text_put(&t, "warning: more than 1/8 of the reference are customers; no ratio can exceed the inverse of that share\n");
    fwrite(t.data, 1, t.size, stderr);
    text_free(&t);
}

static icp_status learn(icp_context *c, const struct options *o, icp_fit *f, icp_model **m, struct icp_error *e) {
    icp_status s = fit_add(c, o, o->customers, f, icp_fit_add_customers, e);
    if (!s && o->excluded)
        s = fit_add(c, o, o->excluded, f, icp_fit_add_excluded, e);
    if (!s && o->universe)
        s = fit_add(c, o, o->universe, f, icp_fit_add_universe, e);
    if (!s)
        s = icp_fit_run(f, progress_of(o, "icp fit"), m, e);
    progress_end();
    return s;
}

static icp_status save(icp_context *c, const struct options *o, const icp_model *m, struct icp_error *e) {
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_status s = sink_of(c, o->output, &sink, e);
    return s ? s : icp_model_save(m, &sink, e);
}

/* --format json: matches and summary on standard output. */
static icp_status print_summary(const icp_fit *f, const icp_model *m, struct icp_error *e) {
    icp_buffer *matches = NULL, *summary = NULL;
    struct icp_str a = {"", 0}, b = {"", 0};
    icp_status s = icp_fit_matches(f, &matches, e);
    if (!s)
        s = icp_model_summary(m, &summary, e);
    if (!s && !icp_buffer_data(matches, &a) && !icp_buffer_data(summary, &b))
        printf("{\"matches\": %s, \"summary\": %s}\n", a.data, b.data);
    icp_buffer_unref(matches);
    icp_buffer_unref(summary);
    return s;
}

static icp_status fit_of(icp_context *c, const struct options *o, icp_pool *pool, icp_reference *r, icp_schema *schema, icp_fit **f,
                         struct icp_error *e) {
    struct text release = {0}, protect = {0};
    patterns_text(&release, &o->release);
    patterns_text(&protect, &o->protect);
    uint32_t flags = (o->allow_few ? (uint32_t)ICP_FIT_ALLOW_FEW : 0) | (o->exact_keys ? (uint32_t)ICP_FIT_EXACT_KEYS : 0);
    struct icp_fit_options fo = {.struct_size = sizeof fo, .flags = flags, .pool = pool,
                                 .weight_column = o->weights, .weight_size = o->weights ? strlen(o->weights) : 0,
                                 .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0,
                                 .release = release.data, .release_size = release.size,
                                 .protect = protect.data, .protect_size = protect.size,
                                 .since_column = o->since, .since_size = o->since ? strlen(o->since) : 0};
    icp_status s = icp_fit_new(c, r, schema, &fo, f, e);
    text_free(&release);
    text_free(&protect);
    return s;
}

int run_fit(const struct options *o) {
    struct icp_error e = error_new();
    if (!o->reference || !o->customers || !o->output) {
        fprintf(stderr, "icp: %s is missing; see icp fit --help\n", !o->reference ? "--reference" : !o->customers ? "--customers" : "-o MODEL");
        return EXIT_USAGE;
    }
    icp_context *c = o->quiet ? context_new() : context_telling();
    if (asks_in_vain(c, o, (const char *const[]){o->customers, o->universe, o->excluded}, 3, false)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_pool *pool = pool_of(c, o);
    icp_reference *r = NULL;
    icp_schema *schema = NULL;
    icp_fit *f = NULL;
    icp_model *m = NULL;
    progress_of(o, "icp fit");
    icp_status s = reference_of(c, o->reference, &r, &e);
    if (!s)
        s = schema_of(c, o, r, &schema, &e);
    if (!s)
        s = fit_of(c, o, pool, r, schema, &f, &e);
    if (!s)
        s = learn(c, o, f, &m, &e);
    if (!s)
        s = save(c, o, m, &e);
    if (!s && !o->quiet)
        remarks(f, m);
    if (!s && o->format == FORMAT_JSON)
        s = print_summary(f, m, &e);
    int code = s ? refuse(&e) : EXIT_DONE;
    icp_model_unref(m);
    icp_fit_free(f);
    icp_schema_unref(schema);
    icp_reference_unref(r);
    icp_pool_free(pool);
    icp_context_unref(c);
    return code;
}
