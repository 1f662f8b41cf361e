/* SPDX-License-Identifier: MIT */
/* icp audit MODEL --events: how stale the events are. */
#include "command.h"
#include <string.h>

static void put_days(struct text *t, const struct json *signal, const char *member) {
    if (json_at(signal, member))
        text_int(t, json_int(signal, member));
}

static void signals_table(const struct json *audit, enum format f, struct text *out) {
    static const char *const names[] = {"signal", "events", "newest", "median_age_days", "stale_after_days", "stale_percent", "half_life_days", "low_days",
                                        "high_days", "half_life", "verdict"};
    const struct json *signals = json_at(audit, "signals");
    struct table t;
    table_init(&t, 11, names, "snsnnnnnnss");
    for (size_t i = 0; signals && i < signals->count; i++) {
        const struct json *s = signals->items[i];
        struct text *row = table_row(&t);
        text_put(&row[0], json_string(s, "type"));
        text_int(&row[1], json_int(s, "events"));
        text_put(&row[2], json_string(s, "newest"));
        if (json_int(s, "events"))
            text_int(&row[3], json_int(s, "median_age_days"));
        text_int(&row[4], json_int(s, "stale_after_days"));
        if (json_int(s, "stale_thousandths") >= 0)
            text_fixed(&row[5], json_int(s, "stale_thousandths"), 1);
        put_days(&row[6], s, "half_life_days");
        put_days(&row[7], s, "low_days");
        put_days(&row[8], s, "high_days");
        text_put(&row[9], json_string(s, "half_life"));
        text_put(&row[10], json_string(s, "verdict"));
    }
    table_write(&t, f, out);
    table_free(&t);
}

static void accounts_lines(const struct json *audit, struct text *out) {
    const struct json *accounts = json_at(audit, "accounts"), *list = accounts ? json_at(accounts, "list") : NULL;
    text_put(out, "\nstale = older than ");
    text_put(out, json_string(audit, "threshold"));
    text_put(out, "\n");
    text_int(out, accounts ? json_int(accounts, "with_events") : 0);
    text_put(out, " accounts with events, ");
    text_int(out, accounts ? json_int(accounts, "mostly_stale") : 0);
    text_put(out, " of them mostly stale\n");
    for (size_t i = 0; list && i < list->count && i < 10; i++) {
        text_put(out, i ? "" : "the most stale:\n");
        text_put(out, "  ");
        text_put(out, json_string(list->items[i], "key"));
        text_put(out, "  ");
        text_fixed(out, json_int(list->items[i], "stale_thousandths"), 1);
        text_put(out, "% stale, newest ");
        text_put(out, json_string(list->items[i], "newest"));
        text_put(out, "\n");
    }
}

static void show(const struct options *o, const struct icp_str *json, struct text *out) {
    if (o->format == FORMAT_JSON) {
        text_add(out, json->data, json->size);
        text_put(out, "\n");
        return;
    }
    struct json *audit = json_parse(json->data, json->size);
    if (!audit)
        return;
    signals_table(audit, o->format, out);
    if (o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE)
        accounts_lines(audit, out);
    json_free(audit);
}

/* The first layer that looks at events, unless --layer names one. */
static int timing_layer_of(const struct options *o, const icp_model *m, int32_t *layer) {
    struct icp_model_info info = {.struct_size = sizeof info};
    if (o->layer || icp_model_describe(m, &info, NULL))
        return layer_of(o, m, layer);
    *layer = info.layers >> ICP_LAYER_INTENT & 1u ? ICP_LAYER_INTENT : ICP_LAYER_RETENTION;
    return EXIT_DONE;
}

int audit_events(const struct options *o) {
    struct icp_error e = error_new();
    icp_model *m = NULL;
    icp_accounts *a = NULL;
    icp_buffer *json = NULL;
    struct icp_str text = {"", 0};
    struct text out = {0};
    int32_t layer = 0;
    if (o->customers || o->reference || o->universe || o->since || o->excluded)
        return fprintf(stderr, "icp: with --events DATA is a model, and customers and references say nothing\n"), EXIT_USAGE;
    if (!o->as_of)
        return fprintf(stderr, "icp: --events needs --as-of DATE: the moment that is asked for\n"), EXIT_USAGE;
    icp_context *c = context_new();
    progress_of(o, "icp audit");
    icp_status s = model_of(c, o->files[0], &m, &e);
    int code = s ? EXIT_DONE : timing_layer_of(o, m, &layer);
    if (!s && !code)
        s = accounts_of(c, o, m, &a, &e);
    if (!s && !code)
        s = icp_accounts_audit(a, layer, &json, &e);
    if (!s && !code && !icp_buffer_data(json, &text))
        show(o, &text, &out);
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    icp_buffer_unref(json);
    icp_accounts_unref(a);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
