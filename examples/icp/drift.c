/* SPDX-License-Identifier: MIT */
/* icp drift: has the mix of companies changed, and are the columns still what they were? */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static void share_row(struct table *t, const struct json *alarm, const struct json *share, bool schema) {
    struct text *row = table_row(t);
    text_put(&row[0], json_string(share, "name"));
    text_put(&row[1], json_string(share, "kind"));
    text_put(&row[2], schema ? json_string(alarm, "kind") : "");
    text_fixed(&row[3], (json_int(share, "before_micro") + 500) / 1000, 1);
    text_fixed(&row[4], (json_int(share, "now_micro") + 500) / 1000, 1);
    text_int(&row[5], json_int(share, "before_of"));
    text_int(&row[6], json_int(share, "now_of"));
    text_fixed(&row[7], json_int(share, "false_alarm_micro"), 4);
    if (t->columns > 8)
        text_put(&row[8], json_string(alarm, "look_at"));
}

static void column_row(struct table *t, const struct json *alarm) {
    struct text *row = table_row(t);
    text_put(&row[0], json_string(alarm, "name"));
    text_put(&row[1], json_string(alarm, "kind"));
    text_put(&row[2], json_string(alarm, "kind"));
    text_fixed(&row[3], (json_int(alarm, "known_before_micro") + 500) / 1000, 1);
    text_fixed(&row[4], (json_int(alarm, "known_now_micro") + 500) / 1000, 1);
    if (t->columns > 8)
        text_put(&row[8], json_string(alarm, "look_at"));
}

static bool is_schema(const struct json *alarm) {
    const char *kind = json_string(alarm, "kind");
    return strcmp(kind, "moved") != 0 && strcmp(kind, "known") != 0 && strcmp(kind, "score") != 0;
}

static void alarm_rows(struct table *t, const struct json *alarm, size_t most) {
    const struct json *shares = json_at(alarm, "shares");
    if (is_schema(alarm))
        column_row(t, alarm);
    if (!shares)
        share_row(t, alarm, alarm, false);
    for (size_t i = 0; shares && i < shares->count && i < most; i++)
        share_row(t, alarm, shares->items[i], is_schema(alarm));
}

static void headline(const struct json *drift, struct text *out) {
    const struct json *alarms = json_at(drift, "alarms"), *tested = json_at(drift, "tested");
    const size_t n = alarms ? alarms->count : 0;
    if (n) {
        text_put(out, "drift: ");
        text_int(out, (int64_t)n);
        text_put(out, n == 1 ? " alarm" : " alarms");
    } else {
        text_put(out, "no drift found");
    }
    text_put(out, "; ");
    text_int(out, json_int(drift, "rows_now"));
    text_put(out, " rows now against ");
    text_int(out, json_int(drift, "rows_before"));
    text_put(out, strcmp(json_string(drift, "against"), "rows") == 0 ? " rows before; tested: " : " companies of the reference; tested: ");
    text_int(out, tested ? json_int(tested, "traits") : 0);
    text_put(out, " traits, ");
    text_int(out, tested ? json_int(tested, "columns") : 0);
    text_put(out, " columns, ");
    text_int(out, tested ? json_int(tested, "layers") : 0);
    text_put(out, " layers\n");
}

static void name_list(const struct json *drift, const char *member, const char *what, struct text *out) {
    const struct json *list = json_at(drift, member);
    for (size_t i = 0; list && i < list->count; i++) {
        text_put(out, i ? ", " : what);
        text_add(out, list->items[i]->text.data, list->items[i]->text.size);
    }
    if (list && list->count)
        text_put(out, "\n");
}

static void closing(const struct json *drift, struct text *out) {
    const struct json *alarms = json_at(drift, "alarms"), *tested = json_at(drift, "tested");
    text_put(out, "\n");
    for (size_t i = 0; alarms && i < alarms->count; i++) {
        text_put(out, json_string(alarms->items[i], "name"));
        text_put(out, " ");
        text_put(out, json_string(alarms->items[i], "kind"));
        text_put(out, ": ");
        text_put(out, json_string(alarms->items[i], "look_at"));
        text_put(out, "\n");
    }
    name_list(drift, "new_columns", "columns that the model does not know: ", out);
    name_list(drift, "absent_unused", "columns that are gone, which the model does not use: ", out);
    if (tested && json_int(tested, "sought")) {
        text_put(out, "with so many rows ");
        text_int(out, json_int(tested, "sought"));
        text_put(out, " moves as large as from 10% to 20% are found in four of five runs, of shares down to ");
        text_fixed(out, (json_int(tested, "found_from_micro") + 500) / 1000, 1);
        text_put(out, "%\n");
    } else {
        text_put(out, "too few rows to find a share that rises from 10% to 20%\n");
    }
}

static bool show(const struct options *o, const struct icp_str *json, struct text *out) {
    static const char *const names[] = {"name", "kind", "schema", "before_percent", "now_percent", "before_of", "now_of", "false_alarm_percent", "look_at"};
    const bool people = o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE;
    struct json *drift = json_parse(json->data, json->size);
    const struct json *alarms = drift ? json_at(drift, "alarms") : NULL;
    const bool found = alarms && alarms->count;
    struct table t;
    table_init(&t, people ? 8 : 9, names, "sssnnnnns");
    for (size_t i = 0; alarms && i < alarms->count; i++)
        alarm_rows(&t, alarms->items[i], people ? 5 : (size_t)-1);
    if (o->format == FORMAT_JSON) {
        text_add(out, json->data, json->size);
        text_put(out, "\n");
    } else if (drift) {
        if (people)
            headline(drift, out);
        if (!people || (alarms && alarms->count))
            table_write(&t, o->format, out);
        if (people)
            closing(drift, out);
    }
    table_free(&t);
    json_free(drift);
    return found;
}

/* A percentage, such as 5 or 0.625, to millionths; 0 = none. */
static bool chance_of(const char *s, uint32_t *micro) {
    char *end;
    const double v = strtod(s, &end);
    *micro = v > 0 && v < 50 ? (uint32_t)(v * 1e4 + .5) : 0;
    return *s >= '0' && *s <= '9' && *end == 0 && *micro != 0;
}

static icp_status compare(icp_context *c, const struct options *o, icp_model *m, struct icp_drift_options *how, icp_buffer **json, struct icp_error *e) {
    icp_reader *before = NULL, *now = NULL;
    icp_accounts *accounts = NULL;
    icp_status s = o->events.count ? accounts_of(c, o, m, &accounts, e) : ICP_OK;
    how->accounts = accounts;
    if (!s && o->before)
        s = reader_of(c, o, o->before, &before, e);
    if (!s)
        s = reader_of(c, o, o->files[1], &now, e);
    if (!s)
        s = icp_drift(m, before, now, how, progress_of(o, "icp drift"), json, e);
    progress_end();
    icp_reader_free(before);
    icp_reader_free(now);
    icp_accounts_unref(accounts);
    return s;
}

int run_drift(const struct options *o) {
    struct icp_drift_options how = {.struct_size = sizeof how, .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0};
    struct icp_error e = error_new();
    struct icp_str text = {"", 0};
    struct text out = {0};
    icp_buffer *json = NULL;
    icp_model *m = NULL;
    bool found = false;
    if (!o->events.count != !o->as_of)
        return fprintf(stderr, "icp: --events and --as-of DATE belong together: the moment that is asked for\n"), EXIT_USAGE;
    if (o->false_alarm && !chance_of(o->false_alarm, &how.false_alarm_micro))
        return fprintf(stderr, "icp: \"%s\" is no percentage below 50\n", o->false_alarm), EXIT_USAGE;
    icp_context *c = context_new();
    icp_status s = model_of(c, o->files[0], &m, &e);
    if (!s)
        s = compare(c, o, m, &how, &json, &e);
    if (!s && !icp_buffer_data(json, &text))
        found = show(o, &text, &out);
    int code = s ? refuse(&e) : text_write(&out, c, o->output);
    datasets_end(o, code);
    text_free(&out);
    icp_buffer_unref(json);
    icp_model_unref(m);
    icp_context_unref(c);
    return code == EXIT_DONE && found && o->check ? EXIT_REFUSED : code;
}
