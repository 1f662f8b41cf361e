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
static void fit_remarks(const icp_fit *f, const struct icp_model_info *info, struct text *out) {
    const struct icp_model_info i = *info;
    struct text t = {0};
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
    text_add(out, t.data, t.size);
    text_free(&t);
}

/* What the card's epochs did to the list. */
static void epoch_remarks(const icp_model *m, struct text *t) {
    icp_buffer *json = NULL;
    struct icp_str text;
    if (icp_model_summary(m, &json, NULL) || icp_buffer_data(json, &text))
        return;
    struct json *s = json_parse(text.data, text.size);
    const struct json *epochs = s ? json_at(s, "epochs") : NULL, *list = epochs ? json_at(epochs, "list") : NULL;
    for (size_t i = 0; list && i < list->count; i++) {
        text_int(t, json_int(list->items[i], "customers_before"));
        text_put(t, " customers from before ");
        text_put(t, json_string(list->items[i], "from"));
        text_put(t, " count ");
        text_int(t, json_int(list->items[i], "weight_percent"));
        text_put(t, "%\n");
    }
    if (list && list->count) {
        text_put(t, "with the epochs of the card the customers amount to ");
        text_fixed(t, json_int(epochs, "effective_customers_micro") / 100000, 1);
        text_put(t, " of equal weight, without them to ");
        text_fixed(t, json_int(epochs, "effective_without_micro") / 100000, 1);
        text_put(t, "\n");
    }
    json_free(s);
    icp_buffer_unref(json);
}

static void timing_remarks(const icp_model *m, struct text *t) {
    static const char *const names[] = {"", "", "intent", "retention"};
    for (int32_t layer = ICP_LAYER_INTENT; layer <= ICP_LAYER_RETENTION; layer++) {
        struct icp_layer_info l = {.struct_size = sizeof l};
        uint32_t measured = 0;
        if (icp_model_layer(m, layer, &l, NULL))
            continue;
        for (uint32_t i = 0; i < l.signals; i++) {
            struct icp_signal s = {.struct_size = sizeof s};
            measured += !icp_model_signal(m, layer, i, &s, NULL) && s.measured;
        }
        text_put(t, names[layer]);
        text_put(t, ": ");
        if (l.flags & ICP_MODEL_ASSUMED) {
            text_put(t, "assumed: no outcome says that an account bought, so that it is a surge test and not learned; every result carries the flag assumed\n");
            continue;
        }
        text_int(t, (int64_t)l.examples);
        text_put(t, layer == ICP_LAYER_INTENT ? " outcomes against " : " retained against losses in ");
        text_int(t, (int64_t)l.others);
        text_put(t, " account-moments, horizon ");
        text_int(t, l.horizon_days);
        text_put(t, " days; on accounts held out AUC ");
        text_fixed(t, l.auc_micro / 1000, 3);
        text_put(t, ", Cllr ");
        text_fixed(t, l.cllr_micro / 1000, 3);
        text_put(t, " bits; half-life measured for ");
        text_int(t, measured);
        text_put(t, " of ");
        text_int(t, l.signals);
        text_put(t, " signals\n");
        if (l.flags & ICP_MODEL_FEW_CUSTOMERS)
            text_put(t, "warning: fewer than 20 outcomes; every result carries the flag few_customers\n");
    }
}

static void remarks(const icp_fit *f, const icp_model *m) {
    struct icp_model_info i = {.struct_size = sizeof i};
    struct text t = {0};
    if (icp_model_describe(m, &i, NULL))
        return;
    if (i.layers >> ICP_LAYER_FIT & 1u) {
        epoch_remarks(m, &t);
        fit_remarks(f, &i, &t);
    }
    timing_remarks(m, &t);
    fwrite(t.data, 1, t.size, stderr);
    text_free(&t);
}

static void read_remarks(const icp_fit *f) {
    icp_buffer *json = NULL;
    struct icp_str report;
    if (!icp_fit_events(f, &json, NULL) && !icp_buffer_data(json, &report)) {
        events_remarks(report.data, "events");
        events_remarks(report.data, "outcomes");
    }
    icp_buffer_unref(json);
}

static icp_status add_events(icp_context *c, const struct options *o, icp_fit *f, const struct patterns *files,
                             icp_status (*to)(icp_fit *, icp_reader *, const struct icp_event_columns *, const struct icp_progress *, struct icp_error *),
                             struct icp_error *e) {
    const struct icp_event_columns columns = event_columns_of(o);
    icp_status s = ICP_OK;
    for (int i = 0; !s && i < files->count; i++) {
        icp_reader *r = NULL;
        s = events_reader_of(c, o, files->item[i], &r, e);
        if (!s)
            s = to(f, r, &columns, reading_progress(c, o, files->item[i]), e);
        icp_reader_free(r);
    }
    return s;
}

static icp_status set_card(icp_context *c, const struct options *o, icp_fit *f, struct icp_error *e) {
    struct text t = {0};
    icp_status status = read_whole(c, o, o->card, &t, e);
    if (!status)
        status = icp_fit_set_card(f, t.data ? t.data : "", t.size, e);
    if (status && !e->source[0])
        snprintf(e->source, sizeof e->source, "%s", o->card);
    text_free(&t);
    return status;
}

static icp_status learn(icp_context *c, const struct options *o, icp_fit *f, icp_model **m, struct icp_error *e) {
    icp_status s = o->customers ? fit_add(c, o, o->customers, f, icp_fit_add_customers, e) : ICP_OK;
    if (!s && o->excluded)
        s = fit_add(c, o, o->excluded, f, icp_fit_add_excluded, e);
    if (!s && o->universe)
        s = fit_add(c, o, o->universe, f, icp_fit_add_universe, e);
    if (!s)
        s = add_events(c, o, f, &o->events, icp_fit_add_events, e);
    if (!s)
        s = add_events(c, o, f, &o->outcomes, icp_fit_add_outcomes, e);
    if (!s && o->card)
        s = set_card(c, o, f, e);
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

static icp_status fit_of(icp_context *c, const struct options *o, uint32_t layers, icp_pool *pool, icp_reference *r, icp_schema *schema, icp_fit **f,
                         struct icp_error *e) {
    struct text release = {0}, protect = {0};
    patterns_text(&release, &o->release);
    patterns_text(&protect, &o->protect);
    struct text invalidates = {0};
    patterns_text(&invalidates, &o->invalidates);
    uint32_t flags = (o->as_of ? (uint32_t)ICP_FIT_AS_OF : 0) | (o->allow_few ? (uint32_t)ICP_FIT_ALLOW_FEW : 0) | (o->exact_keys ? (uint32_t)ICP_FIT_EXACT_KEYS : 0);
    struct icp_fit_options fo = {.struct_size = sizeof fo, .flags = flags, .pool = pool,
                                 .weight_column = o->weights, .weight_size = o->weights ? strlen(o->weights) : 0,
                                 .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0,
                                 .release = release.data, .release_size = release.size,
                                 .protect = protect.data, .protect_size = protect.size,
                                 .since_column = o->since, .since_size = o->since ? strlen(o->since) : 0,
                                 .layers = layers, .as_of = o->as_of ? o->as_of_micros : 0, .horizon_days = (uint32_t)o->horizon,
                                 .invalidates = invalidates.data, .invalidates_size = invalidates.size};
    icp_status s = icp_fit_new(c, r, schema, &fo, f, e);
    text_free(&release);
    text_free(&protect);
    text_free(&invalidates);
    return s;
}

/* "intent,retention" as bits; 0 = a word that is no layer. */
static uint32_t layers_parse(const char *s) {
    static const char *const names[] = {"", "fit", "intent", "retention"};
    uint32_t bits = 0;
    while (*s) {
        const size_t n = strcspn(s, ",");
        int32_t layer = ICP_LAYER_FIT;
        while (layer <= ICP_LAYER_RETENTION && (strlen(names[layer]) != n || strncmp(names[layer], s, n) != 0))
            layer++;
        if (layer > ICP_LAYER_RETENTION)
            return 0;
        bits |= 1u << layer;
        s += n + (s[n] == ',');
    }
    return bits;
}

/* What must be there: depends on the layers. */
static int check(const struct options *o, uint32_t *layers) {
    *layers = o->layers ? layers_parse(o->layers) : 0;
    if (o->layers && !*layers)
        return fprintf(stderr, "icp: --layers takes fit, intent and retention, parted by commas; not \"%s\"\n", o->layers), EXIT_USAGE;
    if (o->horizon > 3650)
        return fprintf(stderr, "icp: --horizon is at most 3650 days\n"), EXIT_USAGE;
    const bool past = o->events.count || o->outcomes.count;
    if (!past && (o->invalidates.count || o->event_key || o->event_type || o->event_time || o->event_value || o->horizon))
        return fprintf(stderr, "icp: --horizon, --invalidates and --event-... say nothing without --events\n"), EXIT_USAGE;
    const bool fit = *layers ? *layers >> ICP_LAYER_FIT & 1u : !past;
    const char *missing = !o->reference ? "--reference" : fit && !o->customers ? "--customers" : !o->output ? "-o MODEL" : NULL;
    if (missing)
        fprintf(stderr, "icp: %s is missing; see icp fit --help\n", missing);
    return missing ? EXIT_USAGE : EXIT_DONE;
}

int run_fit(const struct options *o) {
    struct icp_error e = error_new();
    uint32_t layers;
    if (check(o, &layers))
        return EXIT_USAGE;
    icp_context *c = o->quiet ? context_new() : context_telling();
    if (!o->events.count && !o->outcomes.count && asks_in_vain(c, o, (const char *const[]){o->customers, o->universe, o->excluded}, 3, false)) {
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
        s = fit_of(c, o, layers, pool, r, schema, &f, &e);
    if (!s)
        s = learn(c, o, f, &m, &e);
    if (!s)
        s = save(c, o, m, &e);
    if (!s && !o->quiet) {
        read_remarks(f);
        remarks(f, m);
    }
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
