/* SPDX-License-Identifier: MIT */
/* icp calibrate: scores against what came of them. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static const char *const layer_names[] = {"", "fit", "intent", "retention"};

/* What the command line asks, ready for the library. */
struct asked {
    struct options rows;     /* the same options, as of when the scores were made */
    bool dated;              /* --scored is a moment, else a column */
    const char *model, *file; /* model NULL = of scores alone */
    struct icp_calibrate_options o;
    struct icp_event_columns columns;
    struct text key;
    struct decided decided; /* as of the scores */
};

static bool parse_base(const char *s, struct icp_calibrate_options *o) {
    char *end;
    if (strcmp(s, "model") == 0)
        return o->flags |= ICP_CALIBRATE_BASE_OF_MODEL, true;
    double v = strtod(s, &end);
    if (*end == '%' && !end[1])
        v /= 100, end++;
    if (end == s || *end || !(v > 0 && v < 1))
        return false;
    o->flags |= ICP_CALIBRATE_BASE;
    o->base_micro = (int64_t)(v * 1e6 + .5);
    return o->base_micro > 0 && o->base_micro < 1000000;
}

static int read_options(const struct options *o, struct asked *a) {
    a->rows = *o;
    a->rows.as_of = NULL;
    a->rows.as_of_micros = 0;
    a->model = o->file_count > 1 ? o->files[0] : NULL;
    a->file = o->files[o->file_count - 1];
    a->columns = event_columns_of(o);
    a->o = (struct icp_calibrate_options){.struct_size = sizeof a->o, .columns = &a->columns, .horizon_days = (uint32_t)o->horizon};
    if (!o->outcomes.count)
        return fprintf(stderr, "icp: --outcomes FILE is missing: what came of the companies\n"), EXIT_USAGE;
    if (o->horizon > 3650 || o->looks > 1000)
        return fprintf(stderr, "icp: too large a number behind %s\n", o->looks > 1000 ? "--looks" : "--horizon"), EXIT_USAGE;
    if (o->horizon && !o->scored)
        return fprintf(stderr, "icp: --horizon says nothing without --scored: when the scores were made\n"), EXIT_USAGE;
    if (o->base && !parse_base(o->base, &a->o))
        return fprintf(stderr, "icp: --base is \"model\" or a share above 0 and below 1 (0.03, 3%%), not \"%s\"\n", o->base), EXIT_USAGE;
    if (o->looks)
        a->o.alarm_micro = 50000 / (int64_t)o->looks;
    a->o.flags |= o->host_key ? ICP_CALIBRATE_HOST_KEYS : 0;
    if (o->as_of)
        a->o.flags |= ICP_CALIBRATE_AS_OF, a->o.as_of = o->as_of_micros;
    if (!o->scored)
        return EXIT_DONE;
    a->dated = parse_moment(o->scored, &a->o.scored);
    if (a->dated) {
        a->o.flags |= ICP_CALIBRATE_SCORED;
        a->rows.as_of = o->scored;
        a->rows.as_of_micros = a->o.scored;
    } else {
        a->o.scored_column = o->scored, a->o.scored_size = strlen(o->scored);
    }
    return EXIT_DONE;
}

static int32_t layer_by_name(const char *s) {
    for (int32_t layer = 1; layer <= ICP_LAYER_RETENTION; layer++)
        if (strcmp(s, layer_names[layer]) == 0)
            return layer;
    return 0;
}

static int choose_layer(const struct options *o, const icp_model *m, struct asked *a) {
    if (m)
        return layer_of(o, m, &a->o.layer);
    a->o.layer = o->layer ? layer_by_name(o->layer) : ICP_LAYER_FIT;
    return a->o.layer ? EXIT_DONE : (fprintf(stderr, "icp: --layer is fit, intent or retention, not \"%s\"\n", o->layer), EXIT_USAGE);
}

/* Has the file the columns of scores? It is looked at and then opened anew. */
static icp_status find_scores(icp_context *c, struct asked *a, bool *scores, struct icp_error *e) {
    char evidence[64], score[64];
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    *scores = !a->model;
    if (!a->model || strcmp(a->file, "-") == 0 || is_dataset(c, a->file))
        return ICP_OK;
    snprintf(evidence, sizeof evidence, "%s_evidence", layer_names[a->o.layer]);
    snprintf(score, sizeof score, "%s_score", layer_names[a->o.layer]);
    icp_status s = reader_of(c, &a->rows, a->file, &r, e);
    if (!s)
        s = icp_reader_next(r, &b, e);
    if (!s && b)
        *scores = find_column(b, evidence, strlen(evidence)) >= 0 || find_column(b, score, strlen(score)) >= 0;
    icp_batch_unref(b);
    icp_reader_free(r);
    return s;
}

/* Events are of the moment of the scores. */
static int check_events(const struct options *o, const struct asked *a, bool scores) {
    if (o->events.count && (scores || !a->dated))
        return fprintf(stderr, "icp: --events is for companies that are scored here, with --scored DATE: the moment of the scores\n"), EXIT_USAGE;
    if (!o->events.count && o->invalidates.count)
        return fprintf(stderr, "icp: --invalidates says nothing without --events\n"), EXIT_USAGE;
    if ((o->ledger || o->decisions) && (scores || !a->dated))
        return fprintf(stderr, "icp: --ledger and --decisions are for companies that are scored here, with --scored DATE; scores carry their overrides\n"), EXIT_USAGE;
    if ((a->o.flags & ICP_CALIBRATE_BASE_OF_MODEL) && (!a->model || a->o.layer != ICP_LAYER_FIT))
        return fprintf(stderr, "icp: --base model needs a model, and its fit layer\n"), EXIT_USAGE;
    return EXIT_DONE;
}

static icp_status calibrate(icp_context *c, const struct options *o, struct asked *a, icp_model *m, bool scores, icp_buffer **json, struct icp_error *e) {
    icp_reader *rows = NULL, *outcomes[64] = {NULL};
    icp_accounts *accounts = NULL;
    icp_status s = ICP_OK;
    a->o.flags |= scores ? ICP_CALIBRATE_STORED : 0;
    if (o->events.count)
        s = accounts_of(c, &a->rows, m, &accounts, e);
    a->o.accounts = accounts;
    a->o.decisions = a->decided.decisions;
    if (!s && !scores)
        s = key_of(c, &a->rows, a->file, &a->key, e);
    else if (!s && o->key)
        text_put(&a->key, o->key);
    a->o.key_column = a->key.data, a->o.key_size = a->key.size;
    if (!s)
        s = reader_of(c, &a->rows, a->file, &rows, e);
    for (int i = 0; !s && i < o->outcomes.count; i++)
        s = events_reader_of(c, o, o->outcomes.item[i], &outcomes[i], e);
    if (!s)
        s = icp_calibrate(m, rows, outcomes, (uint32_t)o->outcomes.count, &a->o, progress_again(o), json, e);
    progress_end();
    for (int i = 0; i < 64; i++)
        icp_reader_free(outcomes[i]);
    icp_reader_free(rows);
    icp_accounts_unref(accounts);
    return s;
}

/* Figures of the report; null leaves the cell empty. */

static bool has(const struct json *j, const char *name) {
    const struct json *v = json_at(j, name);
    return v && v->type == JSON_WORD && strcmp(v->text.data, "null") != 0;
}
static void put(struct text *t, const struct json *j, const char *name, int64_t unit, int decimals) {
    const int64_t v = json_int(j, name);
    if (has(j, name))
        text_fixed(t, (v + (v < 0 ? -unit : unit) / 2) / unit, decimals);
}
static void put_ratio(struct text *t, const struct json *j, const char *name) { put(t, j, name, 10000, 2); }
static void put_percent(struct text *t, const struct json *j, const char *name) { put(t, j, name, 100, 2); }

static void band_row(struct text *row, const struct json *band, bool tier) {
    text_put(&row[0], tier ? json_string(band, "tier") : "score");
    text_int(&row[1], json_int(band, "low"));
    text_put(&row[1], "-");
    text_int(&row[1], json_int(band, "high"));
    text_int(&row[2], json_int(band, "rows"));
    text_int(&row[3], json_int(band, "outcomes"));
    put_percent(&row[4], band, "rate_micro");
    put_ratio(&row[5], band, "observed_ratio_micro");
    put_ratio(&row[6], band, "observed_ratio_low_micro");
    put_ratio(&row[7], band, "observed_ratio_high_micro");
    put_ratio(&row[8], band, "stated_ratio_micro");
    put_ratio(&row[9], band, "expected_ratio_micro");
}

static void bands_table(const struct json *report, enum format f, struct text *out) {
    static const char *const names[] = {"of", "scores", "rows", "outcomes", "rate_percent", "observed_ratio", "ratio_low", "ratio_high", "stated_ratio", "expected_ratio"};
    static const char *const lists[] = {"tiers", "bins"};
    struct table t;
    table_init(&t, 10, names, "ssnnnnnnnn");
    for (int k = 0; k < 2; k++) {
        const struct json *list = json_at(report, lists[k]);
        for (size_t i = 0; list && i < list->count; i++)
            band_row(table_row(&t), list->items[i], k == 0);
    }
    table_write(&t, f, out);
    table_free(&t);
}

/* "0.52 (0.31 to 0.74)" */
static void put_range(struct text *t, const struct json *j, const char *name, int64_t unit, int decimals, const char *mark) {
    static const char *const ends[] = {"_micro", "_low_micro", "_high_micro"};
    for (int i = 0; i < 3; i++) {
        char member[64];
        snprintf(member, sizeof member, "%s%s", name, ends[i]);
        text_put(t, i == 0 ? "" : i == 1 ? " (" : " to ");
        if (has(j, member))
            put(t, j, member, unit, decimals);
        else
            text_put(t, i == 0 ? "unknown" : "no end");
        text_put(t, has(j, member) ? mark : "");
    }
    text_put(t, ")");
}

static void ratio_line(const struct json *report, struct text *out) {
    const struct json *r = json_at(report, "ratio");
    text_put(out, "ratios: ");
    text_put(out, json_string(r, "verdict"));
    if (*json_string(r, "because")) {
        text_put(out, ": ");
        text_put(out, json_string(r, "because"));
    }
    if (has(r, "slope_micro")) {
        text_put(out, "; slope ");
        put_range(out, r, "slope", 10000, 2, "");
    }
    text_put(out, "; outcomes: ");
    text_int(out, json_int(r, "outcomes"));
    if (has(r, "outcomes_needed")) {
        text_put(out, ", to tell evidence twice too strong about ");
        text_int(out, json_int(r, "outcomes_needed"));
        text_put(out, " are needed");
    }
    text_put(out, "\n");
}

static void base_line(const struct json *report, struct text *out) {
    const struct json *b = json_at(report, "base");
    if (!has(b, "observed_micro"))
        return;
    text_put(out, "base rate: ");
    put_range(out, b, "observed", 100, 2, "%");
    if (has(b, "expected_micro")) {
        text_put(out, ", expected ");
        put_range(out, b, "expected", 100, 2, "%");
    }
    if (has(b, "ratio_micro")) {
        text_put(out, ", ");
        put_range(out, b, "ratio", 10000, 2, "");
        text_put(out, " times: ");
        text_put(out, json_string(b, "verdict"));
    }
    text_put(out, "\n");
}

static void ranking_lines(const struct json *report, struct text *out) {
    const struct json *r = json_at(report, "ranking"), *gain = json_at(r, "gain");
    if (!has(r, "auc_micro"))
        return;
    text_put(out, "ranking: AUC ");
    put_range(out, r, "auc", 1000, 3, "");
    text_put(out, ", Cllr ");
    put_range(out, r, "cllr", 1000, 3, "");
    text_put(out, ", at least ");
    put_range(out, r, "cllr_minimum", 1000, 3, "");
    text_put(out, "\n");
    for (size_t i = 0; gain && i < gain->count && i < 3; i++) {
        const struct json *g = gain->items[i];
        text_put(out, "likeliest ");
        text_int(out, json_int(g, "likeliest_percent"));
        text_put(out, "%: ");
        put_range(out, g, "found", 1000, 1, "%");
        text_put(out, " of the outcomes, lift ");
        put_range(out, g, "lift", 10000, 2, "");
        text_put(out, "\n");
    }
}

static void overridden_line(const struct json *v, const char *name, struct text *out) {
    const struct json *r = json_at(v, name);
    if (!json_int(r, "rows"))
        return;
    text_put(out, "  ");
    text_put(out, name);
    text_put(out, ": ");
    text_int(out, json_int(r, "rows"));
    text_put(out, " rows, ");
    text_int(out, json_int(r, "outcomes"));
    text_put(out, " outcomes; others of the model's tiers would have ");
    put(out, r, "outcomes_by_model_micro", 100000, 1);
    text_put(out, ", of the overrides' ");
    put(out, r, "outcomes_by_override_micro", 100000, 1);
    text_put(out, ": ");
    text_put(out, json_string(r, "verdict"));
    text_put(out, "\n");
}

static void overrides_lines(const struct json *report, struct text *out) {
    const struct json *v = json_at(report, "overrides");
    if (!v || v->type != JSON_OBJECT)
        return;
    text_put(out, "overrides: ");
    put(out, v, "share_micro", 1000, 1);
    text_put(out, "% of the rows\n");
    overridden_line(v, "raised", out);
    overridden_line(v, "lowered", out);
}

/* What people see is then no longer the model's. */
static void overrides_remark(const char *json, size_t size) {
    struct json *report = json_parse(json, size);
    const struct json *v = report ? json_at(report, "overrides") : NULL, *high = v ? json_at(v, "high") : NULL;
    if (high && strcmp(high->text.data, "true") == 0)
        fprintf(stderr, "warning: %lld of %lld rows are overridden, more than one in ten: is the model used at all, and what does it lack?\n", (long long)json_int(v, "rows"),
                (long long)(json_int(v, "rows") + json_int(v, "others")));
    json_free(report);
}

static void rows_line(const struct json *report, struct text *out) {
    static const char *const counts[][2] = {{"young", " whose horizon is not over"}, {"too_young_to_count", " too young to count"}, {"not_at_risk", " not at risk"},
                                            {"scored_after_end", " scored after the data end"}, {"without_key", " without a key"},
                                            {"without_date", " without a date"}, {"without_score", " without a score"}, {"not_kept", " left out, there were too many outcomes"}};
    const struct json *r = json_at(report, "rows");
    text_put(out, "rows: ");
    text_int(out, json_int(r, "read"));
    text_put(out, " read, ");
    text_int(out, json_int(r, "watched"));
    text_put(out, " watched");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (json_int(r, counts[i][0])) {
            text_put(out, ", ");
            text_int(out, json_int(r, counts[i][0]));
            text_put(out, counts[i][1]);
        }
    text_put(out, "\n");
}

static void show(const struct options *o, const struct icp_str *json, struct text *out) {
    if (o->format == FORMAT_JSON) {
        text_add(out, json->data, json->size);
        text_put(out, "\n");
        return;
    }
    struct json *report = json_parse(json->data, json->size);
    if (!report)
        return;
    const bool people = o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE;
    if (people) {
        text_put(out, json_string(report, "layer"));
        text_put(out, " against ");
        text_put(out, json_string(report, "outcome"));
        text_put(out, ": ");
        text_put(out, json_string(report, "verdict"));
        text_put(out, "\n");
        ratio_line(report, out);
        base_line(report, out);
        ranking_lines(report, out);
        overrides_lines(report, out);
        rows_line(report, out);
        text_put(out, "intervals hold with ");
        put(out, report, "interval_micro", 1000, 1);
        text_put(out, "%; ratios are against ");
        text_put(out, json_string(report, "ratios_against"));
        text_put(out, "\n\n");
    }
    bands_table(report, o->format, out);
    json_free(report);
}

int run_calibrate(const struct options *o) {
    struct icp_error e = error_new();
    struct asked a = {.dated = false};
    icp_model *m = NULL;
    icp_buffer *json = NULL;
    struct icp_str text = {"", 0};
    struct text out = {0};
    bool scores = false;
    int code = read_options(o, &a);
    if (code)
        return code;
    icp_context *c = context_telling();
    progress_of(o, "icp calibrate");
    icp_status s = a.model ? model_of(c, a.model, &m, &e) : ICP_OK;
    if (!s)
        code = choose_layer(o, m, &a);
    if (!s && !code)
        s = find_scores(c, &a, &scores, &e);
    if (!s && !code)
        code = check_events(o, &a, scores);
    if (!s && !code)
        code = decisions_of(c, &a.rows, &a.decided);
    if (!s && !code)
        s = calibrate(c, o, &a, m, scores, &json, &e);
    if (!s && !code && !icp_buffer_data(json, &text)) {
        if (!o->quiet) {
            events_remarks(text.data, "outcomes");
            overrides_remark(text.data, text.size);
        }
        show(o, &text, &out);
    }
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    text_free(&a.key);
    decided_free(&a.decided);
    icp_buffer_unref(json);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
