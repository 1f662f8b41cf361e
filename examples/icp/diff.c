/* SPDX-License-Identifier: MIT */
/* icp diff: what changed the scores between two moments or models. */
#include "command.h"
#include <string.h>

struct job {
    const struct options *o;
    icp_context *c;
    icp_model *from, *to, *via; /* to, via: NULL = not given */
    const char *path;           /* companies now */
    struct icp_diff_options options;
    icp_accounts *accounts[4];
};

static icp_status open_models(struct job *j, struct icp_error *e) {
    const struct options *o = j->o;
    icp_status s = model_of(j->c, o->files[0], &j->from, e);
    if (!s && o->file_count == 3)
        s = model_of(j->c, o->files[1], &j->to, e);
    if (!s && o->via)
        s = model_of(j->c, o->via, &j->via, e);
    j->path = o->files[o->file_count - 1];
    j->options.via = j->via;
    return s;
}

static int check(const struct options *o) {
    if (o->via && o->file_count < 3)
        return fprintf(stderr, "icp: --via needs two models: MODEL MODEL2 NOW\n"), EXIT_USAGE;
    if (o->events.count && !o->as_of)
        return fprintf(stderr, "icp: --events needs --as-of DATE: the moment of NOW\n"), EXIT_USAGE;
    if (o->before_as_of && (!o->events.count || o->before_as_of_micros > o->as_of_micros))
        return fprintf(stderr, "icp: --before-as-of needs --events, and lies before --as-of\n"), EXIT_USAGE;
    if (!o->events.count && (o->invalidates.count || o->event_key || o->event_type || o->event_time || o->event_value))
        return fprintf(stderr, "icp: --invalidates and --event-... say nothing without --events\n"), EXIT_USAGE;
    return EXIT_DONE;
}

/* Events belong to a model: each has accounts of its own. */
static icp_status read_events(struct job *j, struct icp_error *e) {
    struct options earlier = *j->o, quiet = *j->o;
    earlier.as_of_micros = j->o->before_as_of_micros;
    earlier.quiet = quiet.quiet = true;
    icp_status s = accounts_of(j->c, j->o, j->from, &j->accounts[1], e);
    if (!s && j->o->before_as_of)
        s = accounts_of(j->c, &earlier, j->from, &j->accounts[0], e);
    if (!s && j->to)
        s = accounts_of(j->c, &quiet, j->to, &j->accounts[2], e);
    if (!s && j->via)
        s = accounts_of(j->c, &quiet, j->via, &j->accounts[3], e);
    j->options.events_before = j->accounts[0], j->options.events_now = j->accounts[1];
    j->options.events_now_to = j->accounts[2], j->options.events_now_via = j->accounts[3];
    return s;
}

static icp_status compare(struct job *j, icp_buffer **summary, struct icp_error *e) {
    const struct options *o = j->o;
    icp_reader *now = NULL, *before = NULL;
    struct icp_sink sink = {.struct_size = sizeof sink};
    struct text key = {0};
    icp_status s = key_of(j->c, o, j->path, &key, e);
    j->options.key_column = key.data, j->options.key_size = key.size;
    if (!s)
        s = reader_of(j->c, o, j->path, &now, e);
    if (!s && o->before)
        s = reader_of(j->c, o, o->before, &before, e);
    if (!s && o->output)
        s = sink_of(j->c, o->output, &sink, e);
    if (!s)
        s = icp_diff(j->from, j->to, before, now, &j->options, reading_progress(j->c, o, j->path), o->output ? &sink : NULL, summary, e);
    icp_reader_free(before);
    icp_reader_free(now);
    text_free(&key);
    return s;
}

static void put_count(struct text *t, const struct json *j, const char *member, const char *what) {
    if (json_int(j, member) > 0) {
        text_put(t, "; ");
        text_int(t, json_int(j, member));
        text_put(t, what);
    }
}

static void put_head(struct text *t, const struct json *j) {
    text_int(t, json_int(j, "companies"));
    text_put(t, " companies compared: ");
    text_int(t, json_int(j, "score_changed"));
    text_put(t, " have another score, ");
    text_int(t, json_int(j, "tier_changed"));
    text_put(t, " another tier");
    put_count(t, j, "only_before", " only before");
    put_count(t, j, "only_now", " only now");
    put_count(t, j, "duplicates", " keys more than once, not compared");
    put_count(t, j, "without_key_before", " rows before without a key");
    put_count(t, j, "without_key_now", " rows now without a key");
    text_put(t, "\n\n");
}

/* Points with a decimal, from milli-points. */
static void put_points(struct text *t, int64_t milli) { text_fixed(t, (milli + (milli < 0 ? -50 : 50)) / 100, 1); }

static const char *word_of(const char *part) {
    static const char *const words[][2] = {{"change", "change in all"}, {"data", "company data"}, {"decay", "decay"}, {"edits", "edits by hand"},
                                           {"customers", "customer list"}, {"reference", "reference"}, {"extraction", "extraction version"},
                                           {"saturation", "rounding, saturation"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(part, words[i][0]) == 0)
            return words[i][1];
    return part;
}

static void put_name(struct text *t, const struct json *j, const char *part) {
    const struct json *joint = json_at(j, "joint");
    if (strcmp(part, "joint") != 0 || !joint || joint->count == 0) {
        text_put(t, word_of(part));
        return;
    }
    for (size_t i = 0; i < joint->count; i++) {
        text_put(t, i ? " and " : "");
        text_put(t, word_of(joint->items[i]->text.data));
    }
    text_put(t, ", jointly");
}

/* Parts that moved nobody are left out. */
static void put_sums(struct text *t, const struct json *j, const char *list, const char *name) {
    const char *const names[] = {name, "companies", "mean_points", "mean_size_points"};
    const struct json *sums = json_at(j, list);
    const int64_t companies = json_int(j, "companies");
    struct table table;
    table_init(&table, 4, names, "snnn");
    for (size_t i = 0; sums && i < sums->count; i++) {
        const struct json *s = sums->items[i];
        if (json_int(s, "companies") == 0 && i > 0)
            continue;
        struct text *row = table_row(&table);
        if (json_at(s, "part"))
            put_name(&row[0], j, json_string(s, "part"));
        else
            text_put(&row[0], json_string(s, name));
        text_int(&row[1], json_int(s, "companies"));
        put_points(&row[2], companies ? json_int(s, "sum") / companies : 0);
        put_points(&row[3], json_int(s, "mean_size"));
    }
    table_write(&table, FORMAT_TABLE, t);
    table_free(&table);
}

static void put_tiers(struct text *t, const struct json *j) {
    const char *names[6] = {"tier before -> now"};
    const struct json *tiers = json_at(j, "tiers");
    struct table table;
    for (int32_t tier = 5; tier >= 1; tier--)
        names[6 - tier] = tier_name(tier);
    table_init(&table, 6, names, "snnnnn");
    for (int from = 5; tiers && from >= 1; from--) {
        struct text *row = table_row(&table);
        text_put(&row[0], tier_name(from));
        for (int to = 5; to >= 1; to--)
            text_put(&row[6 - to], tiers->items[from - 1]->items[to - 1]->text.data);
    }
    table_write(&table, FORMAT_TABLE, t);
    table_free(&table);
}

static void put_largest(struct text *t, const struct json *j) {
    static const char *const names[] = {"largest changes", "before", "now", "points", "column that moved most"};
    const struct json *largest = json_at(j, "largest");
    struct table table;
    table_init(&table, 5, names, "snnns");
    for (size_t i = 0; largest && i < largest->count; i++) {
        const struct json *l = largest->items[i];
        struct text *row = table_row(&table);
        text_put(&row[0], json_string(l, "key"));
        text_int(&row[1], json_int(l, "score_before"));
        text_int(&row[2], json_int(l, "score_now"));
        put_points(&row[3], json_int(l, "change"));
        text_put(&row[4], json_string(l, "column"));
    }
    table_write(&table, FORMAT_TABLE, t);
    table_free(&table);
}

static void show(const struct options *o, struct icp_str json, struct text *out) {
    struct json *j = o->format == FORMAT_JSON ? NULL : json_parse(json.data, json.size);
    if (!j) {
        text_add(out, json.data, json.size);
        text_put(out, "\n");
        return;
    }
    put_head(out, j);
    put_sums(out, j, "parts", "part");
    text_put(out, "\n");
    put_tiers(out, j);
    text_put(out, "\n");
    put_sums(out, j, "columns", "column");
    text_put(out, "\n");
    put_largest(out, j);
    json_free(j);
}

int run_diff(const struct options *o) {
    struct icp_error e = error_new();
    struct job j = {.o = o, .options = {.struct_size = sizeof j.options, .flags = o->host_key ? ICP_DIFF_HOST_KEY : 0, .top = (uint32_t)(o->top > 1000 ? 1000 : o->top)}};
    icp_buffer *summary = NULL;
    struct icp_str json = {"", 0};
    struct text out = {0};
    int code = check(o);
    if (code)
        return code;
    j.c = context_new();
    progress_of(o, "icp diff");
    icp_status s = open_models(&j, &e);
    if (!s)
        code = layer_of(o, j.from, &j.options.layer);
    if (!s && !code && o->events.count)
        s = read_events(&j, &e);
    if (!s && !code)
        s = compare(&j, &summary, &e);
    progress_end();
    if (!s && !code && !icp_buffer_data(summary, &json))
        show(o, json, &out);
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, j.c, NULL);
    text_free(&out);
    icp_buffer_unref(summary);
    for (size_t i = 0; i < sizeof j.accounts / sizeof *j.accounts; i++)
        icp_accounts_unref(j.accounts[i]);
    icp_model_unref(j.from), icp_model_unref(j.to), icp_model_unref(j.via);
    icp_context_unref(j.c);
    return code;
}
