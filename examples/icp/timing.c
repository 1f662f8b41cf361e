/* SPDX-License-Identifier: MIT */
/* Events and outcomes: files, folders and what their reading met. */
#include "command.h"
#include <string.h>

static size_t size_of(const char *s) { return s ? strlen(s) : 0; }

struct icp_event_columns event_columns_of(const struct options *o) {
    return (struct icp_event_columns){.struct_size = sizeof(struct icp_event_columns),
                                      .key = o->event_key, .key_size = size_of(o->event_key), .type = o->event_type, .type_size = size_of(o->event_type),
                                      .time = o->event_time, .time_size = size_of(o->event_time), .value = o->event_value, .value_size = size_of(o->event_value)};
}

static bool is_ledger(const char *path) {
    char head[16] = "";
    FILE *f = strcmp(path, "-") ? fopen(path, "rb") : NULL;
    const bool is = f && fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, "SQLite format 3", 16) == 0;
    if (f)
        fclose(f);
    return is;
}

icp_status events_reader_of(icp_context *c, const struct options *o, const char *path, icp_reader **out, struct icp_error *e) {
    icp_dataset *d = NULL;
    struct icp_source s = {.struct_size = sizeof s};
    if (is_dataset(c, path)) {
        icp_status status = dataset_of(c, o, path, &d, e);
        return status ? status : icp_dataset_events(d, out, e);
    }
    if (is_ledger(path))
        return ledger_outcomes(c, path, out, e);
    icp_status status = source_of(c, o, path, &s, e);
    return status ? status : icp_reader_open(c, &s, NULL, out, e);
}

static icp_status add_all(icp_context *c, const struct options *o, icp_accounts *a, struct icp_error *e) {
    const struct icp_event_columns columns = event_columns_of(o);
    icp_status s = ICP_OK;
    for (int i = 0; !s && i < o->events.count; i++) {
        icp_reader *r = NULL;
        s = events_reader_of(c, o, o->events.item[i], &r, e);
        if (!s)
            s = icp_accounts_add(a, r, &columns, reading_progress(c, o, o->events.item[i]), e);
        icp_reader_free(r);
    }
    return s;
}

static icp_status read_again(icp_context *c, const struct options *o, icp_accounts *a, struct icp_error *e) {
    if (!icp_accounts_again(a))
        return ICP_OK;
    for (int i = 0; i < o->events.count; i++)
        if (strcmp(o->events.item[i], "-") == 0) {
            snprintf(e->message, sizeof e->message, "an invalidating event comes after later events of its account: standard input cannot be read again, a file can");
            return ICP_E_STATE;
        }
    return add_all(c, o, a, e);
}

icp_status accounts_of(icp_context *c, const struct options *o, const icp_model *m, icp_accounts **out, struct icp_error *e) {
    struct text types = {0};
    icp_buffer *json = NULL;
    struct icp_str report;
    patterns_text(&types, &o->invalidates);
    struct icp_accounts_options ao = {.struct_size = sizeof ao, .invalidates = types.data, .invalidates_size = types.size};
    icp_status s = icp_accounts_new(m, o->as_of_micros, &ao, out, e);
    text_free(&types);
    if (!s)
        s = add_all(c, o, *out, e);
    if (!s)
        s = read_again(c, o, *out, e);
    progress_end();
    if (!s && !o->quiet && !icp_accounts_report(*out, &json, NULL) && !icp_buffer_data(json, &report))
        events_remarks(report.data, "events");
    icp_buffer_unref(json);
    return s;
}

static void count_line(struct text *t, const struct json *j, const char *member, const char *what) {
    const int64_t n = json_int(j, member);
    if (n > 0) {
        text_put(t, ", ");
        text_int(t, n);
        text_put(t, what);
    }
}

static void file_line(struct text *t, const struct json *file) {
    static const char *const members[] = {"key", "type", "time", "value"};
    text_put(t, "  ");
    text_put(t, *json_string(file, "source") ? json_string(file, "source") : "-");
    text_put(t, ":");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        text_put(t, i ? ", " : " ");
        text_put(t, members[i]);
        text_put(t, " = ");
        text_put(t, *json_string(file, members[i]) ? json_string(file, members[i]) : "none");
    }
    if (*json_string(file, "types")) {
        text_put(t, ", every event is \"");
        text_put(t, json_string(file, "types"));
        text_put(t, "\"");
    }
    if (*json_string(file, "order")) {
        text_put(t, strcmp(json_string(file, "order"), "dmy") == 0 ? ", day before month" : ", month before day");
        const struct json *guessed = json_at(file, "order_guessed");
        if (guessed && guessed->text.size && strcmp(guessed->text.data, "true") == 0)
            text_put(t, " (guessed: no date decides)");
    }
    text_put(t, "\n");
}

/* What concerns all files together. */
static void whole_lines(struct text *t, const struct json *report) {
    static const char *const lines[][2] = {{"invalidating", " invalidating events"},
                                           {"invalidating_segments", " invalidating events of segments, which count when scoring alone"},
                                           {"segments_without_trait", " invalidating events of segments whose trait the model lacks: left out"},
                                           {"for_many_left_out", " rows for all or a segment that invalidate nothing: left out"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (json_int(report, lines[i][0]) > 0) {
            text_put(t, "  ");
            text_int(t, json_int(report, lines[i][0]));
            text_put(t, lines[i][1]);
            text_put(t, "\n");
        }
    if (json_int(report, "accounts_kept_one_in") > 1) {
        text_put(t, "  too many for memory: one account in ");
        text_int(t, json_int(report, "accounts_kept_one_in"));
        text_put(t, " is kept, chosen by hash\n");
    }
}

void events_remarks(const char *report, const char *name) {
    struct json *j = json_parse(report, strlen(report));
    const struct json *read = j ? json_at(j, name) : NULL, *files = read ? json_at(read, "columns") : NULL;
    const bool outcomes = strcmp(name, "outcomes") == 0;
    struct text t = {0};
    if (read && json_int(read, "rows") > 0) {
        text_put(&t, name);
        text_put(&t, ": ");
        text_int(&t, json_int(read, "events"));
        text_put(&t, " of ");
        text_int(&t, json_int(read, "rows"));
        text_put(&t, " rows read");
        count_line(&t, read, "without_key", " without a key");
        count_line(&t, read, "without_type", " without a type");
        count_line(&t, read, "without_time", " without a date");
        count_line(&t, read, "unreadable_time", " with an unreadable date");
        count_line(&t, read, "unreadable_value", " with an unreadable value");
        count_line(&t, read, "before_1970", " before 1970");
        count_line(&t, read, "future", " at or after --as-of, not seen");
        count_line(&t, read, "not_an_outcome", " that say no outcome");
        count_line(&t, read, "duplicates", outcomes ? " said before" : " said before (counted all the same)");
        count_line(&t, read, "unsorted", " earlier than the row before");
        text_put(&t, "\n");
        for (size_t i = 0; files && i < files->count; i++)
            file_line(&t, files->items[i]);
        const struct json *bad = json_at(read, "first_unreadable_time");
        if (bad && bad->type == JSON_OBJECT) {
            text_put(&t, "  first unreadable date: ");
            text_put(&t, json_string(bad, "source"));
            text_put(&t, ":");
            text_int(&t, json_int(bad, "row"));
            text_put(&t, ": \"");
            text_put(&t, json_string(bad, "text"));
            text_put(&t, "\"\n");
        }
        if (!outcomes)
            whole_lines(&t, j);
        fwrite(t.data, 1, t.size, stderr);
    }
    text_free(&t);
    json_free(j);
}

int layer_of(const struct options *o, const icp_model *m, int32_t *layer) {
    static const char *const names[] = {"", "fit", "intent", "retention"};
    struct icp_model_info info = {.struct_size = sizeof info};
    if (icp_model_describe(m, &info, NULL))
        return EXIT_REFUSED;
    for (*layer = ICP_LAYER_FIT; *layer <= ICP_LAYER_RETENTION; ++*layer)
        if (o->layer ? strcmp(o->layer, names[*layer]) == 0 : (int)(info.layers >> *layer & 1u))
            break;
    if (*layer > ICP_LAYER_RETENTION)
        return fprintf(stderr, "icp: --layer is fit, intent or retention, not \"%s\"\n", o->layer ? o->layer : ""), EXIT_USAGE;
    if (!(info.layers >> *layer & 1u))
        return fprintf(stderr, "icp: the model has no layer %s\n", names[*layer]), EXIT_USAGE;
    return EXIT_DONE;
}
