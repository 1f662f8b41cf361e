/* SPDX-License-Identifier: MIT */
/* icp outcome: what came of one company, or of those of a file. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Lines "outcome, day, layer, key", parted by line breaks, each once. */
struct lines {
    char **line; /* open addressing; NULL = free */
    size_t count, size;
};

static uint64_t mixed(const char *s) {
    uint64_t h = 1469598103934665603u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h ^ h >> 29;
}

static char **place_of(const struct lines *l, const char *s) {
    size_t at = (size_t)mixed(s) & (l->size - 1);
    while (l->line[at] && strcmp(l->line[at], s))
        at = (at + 1) & (l->size - 1);
    return &l->line[at];
}

/* Takes the text over; false = it is there already. */
static bool lines_add(struct lines *l, struct text *t) {
    if (2 * l->count >= l->size) {
        struct lines larger = {calloc(l->size ? l->size * 2 : 1024, sizeof(char *)), l->count, l->size ? l->size * 2 : 1024};
        if (!larger.line)
            exit(refuse_text(NULL, "out of memory"));
        for (size_t i = 0; i < l->size; i++)
            if (l->line[i])
                *place_of(&larger, l->line[i]) = l->line[i];
        free(l->line);
        *l = larger;
    }
    char **at = place_of(l, t->data);
    if (*at)
        return text_free(t), false;
    *at = t->data;
    l->count++;
    *t = (struct text){0};
    return true;
}

static void lines_free(struct lines *l) {
    for (size_t i = 0; i < l->size; i++)
        free(l->line[i]);
    free(l->line);
}

static void line_of(struct text *t, const char *outcome, const char *day, const char *layer, const char *key, size_t key_size) {
    const char *const parts[] = {outcome, "\n", day, "\n", layer ? layer : "", "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        text_put(t, parts[i]);
    text_add(t, key, key_size);
}

/* A row that is to be written. */
struct row {
    struct text key;
    const char *outcome;
    char day[16];
};
struct rows {
    struct row *row;
    size_t count, cap;
    uint64_t read, known; /* rows of the file; of these in the ledger already, or twice in the file */
};

static const char *outcome_of(struct icp_str cell) {
    static const char *const words[][2] = {{"won", "won"}, {"converted", "won"}, {"closed won", "won"}, {"lost", "lost"}, {"closed lost", "lost"},
        {"retained", "retained"}, {"renewed", "retained"}, {"expanded", "retained"}, {"churned", "churned"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i][0]) == cell.size && !strncasecmp(words[i][0], cell.data, cell.size))
            return words[i][1];
    return NULL;
}

static int find(const icp_batch *b, const char *asked, const char *const *names, const char *option, int32_t *at) {
    *at = asked ? find_column(b, asked, strlen(asked)) : -1;
    for (size_t i = 0; !asked && names[i] && *at < 0; i++)
        for (uint32_t c = 0; c < icp_batch_columns(b) && *at < 0; c++) {
            struct icp_str n = icp_batch_name(b, c);
            if (n.size == strlen(names[i]) && !strncasecmp(n.data, names[i], n.size))
                *at = (int32_t)c;
        }
    if (*at < 0)
        fprintf(stderr, asked ? "icp: there is no column \"%s\", which %s names\n" : "icp: no column is called%s; name it with %s\n",
                asked ? asked : " as expected", option);
    return *at < 0 ? EXIT_USAGE : EXIT_DONE;
}

static int wrong(const struct options *o, const struct rows *r, int32_t column, const char *what) {
    struct icp_error e = error_new();
    snprintf(e.source, sizeof e.source, "%s", o->files[0]);
    snprintf(e.message, sizeof e.message, "%s", what);
    e.row = (int64_t)r->read;
    e.column = column + 1;
    return refuse(&e);
}

static int take_row(const struct options *o, const icp_batch *b, uint64_t i, const int32_t at[3], struct lines *known, struct rows *r) {
    struct icp_str key = icp_batch_cell(b, i, (uint32_t)at[0]), outcome = icp_batch_cell(b, i, (uint32_t)at[1]), on = icp_batch_cell(b, i, (uint32_t)at[2]);
    struct row n = {.outcome = outcome_of(outcome)};
    struct text line = {0}, time = {0};
    char given[40];
    int64_t moment;
    r->read++;
    if (!key.size)
        return wrong(o, r, at[0], "the key is missing");
    if (!n.outcome)
        return wrong(o, r, at[1], "won, lost, retained or churned is expected");
    snprintf(given, sizeof given, "%.*s", (int)(on.size < 39 ? on.size : 39), on.data ? on.data : "");
    if (!parse_moment(given, &moment) || moment < 0)
        return wrong(o, r, at[2], "a date (2026-11-22) or a time with its zone is expected");
    time_text(&time, moment);
    snprintf(n.day, sizeof n.day, "%.10s", time.data);
    text_free(&time);
    line_of(&line, n.outcome, n.day, o->layer, key.data, key.size);
    if (!lines_add(known, &line))
        return r->known++, EXIT_DONE;
    if (r->count == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 1024;
        r->row = realloc(r->row, r->cap * sizeof *r->row);
        if (!r->row)
            exit(refuse_text(NULL, "out of memory"));
    }
    text_add(&n.key, key.data, key.size);
    r->row[r->count++] = n;
    return EXIT_DONE;
}

static int read_file(icp_context *c, const struct options *o, struct lines *known, struct rows *r) {
    static const char *const keys[] = {"key", "company", "account", "domain", "id", NULL}, *const types[] = {"outcome", "type", "status", NULL},
                      *const days[] = {"on", "date", "day", "time", NULL};
    struct icp_error e = error_new();
    icp_reader *reader = NULL;
    int code = reader_of(c, o, o->files[0], &reader, &e) ? refuse(&e) : EXIT_DONE;
    for (icp_batch *b = NULL; !code;) {
        int32_t at[3] = {-1, -1, -1};
        if (icp_reader_next(reader, &b, &e))
            code = refuse(&e);
        if (code || !b)
            break;
        code = find(b, o->key, keys, "--key", &at[0]);
        code = code ? code : find(b, o->event_type, types, "--type", &at[1]);
        code = code ? code : find(b, o->event_time, days, "--date", &at[2]);
        for (uint64_t i = 0; !code && i < icp_batch_rows(b); i++)
            code = take_row(o, b, i, at, known, r);
        icp_batch_unref(b);
    }
    icp_reader_free(reader);
    return code;
}

static int read_known(icp_ledger *l, struct lines *known) {
    struct icp_ledger_filter f = {.struct_size = sizeof f, .kind = {"outcome", 7}};
    struct json *all = NULL;
    int code = entries_of(l, &f, &all);
    const struct json *list = json_at(all, "entries");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct json *entry = json_at(list->items[i], "entry"), *key = json_at(entry, "key");
        struct text line = {0};
        line_of(&line, json_string(entry, "outcome"), json_string(entry, "on"), json_string(entry, "layer"), key ? key->text.data : "",
                key ? key->text.size : 0);
        lines_add(known, &line);
    }
    json_free(all);
    return code;
}

static int write_rows(const struct options *o, icp_ledger *l, const struct rows *r, const struct text *rest, struct icp_ledger_head *head) {
    const struct icp_progress *p = progress_of(o, "outcomes");
    struct icp_error e = error_new();
    struct text t = {0};
    int code = EXIT_DONE;
    for (size_t i = 0; !code && i < r->count; i++) {
        t.size = 0;
        text_put(&t, "{\"kind\":\"outcome\",\"key\":");
        text_json(&t, r->row[i].key.data, r->row[i].key.size);
        entry_string(&t, "outcome", r->row[i].outcome);
        entry_string(&t, "on", r->row[i].day);
        text_add(&t, rest->data, rest->size);
        if (icp_ledger_append(l, now_of(o), t.data, t.size, head, &e))
            code = refuse_entry(&e);
        else if (p)
            p->fn(p->user, 0, i + 1, r->count);
    }
    progress_end();
    text_free(&t);
    return code;
}

static int say(icp_context *c, const struct options *o, const struct rows *r, const struct icp_ledger_head *head) {
    static const char *const names[] = {"rows", "written", "known", "head"};
    struct text out = {0};
    struct table t;
    table_init(&t, 4, names, "nnns");
    struct text *row = table_row(&t);
    text_int(&row[0], (int64_t)r->read);
    text_int(&row[1], (int64_t)r->count);
    text_int(&row[2], (int64_t)r->known);
    head_text(&row[3], head);
    table_write(&t, o->format, &out);
    table_free(&t);
    int code = text_write(&out, c, o->output);
    text_free(&out);
    return code;
}

static int of_file(const struct options *o) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head};
    struct lines known = {0};
    struct rows r = {0};
    struct text rest = {0};
    icp_context *c = context_new();
    icp_ledger *l = NULL;
    int code = entry_who(&rest, o);
    if (!code)
        code = entry_model(c, &rest, o);
    entry_string(&rest, "layer", o->layer);
    text_put(&rest, "}");
    if (!code)
        code = ledger_of(c, o, 0, &l);
    if (!code)
        code = read_known(l, &known);
    if (!code)
        code = read_file(c, o, &known, &r);
    if (!code && icp_ledger_describe(l, &head, &e))
        code = refuse(&e);
    if (!code)
        code = write_rows(o, l, &r, &rest, &head);
    if (!code)
        code = say(c, o, &r, &head);
    for (size_t i = 0; i < r.count; i++)
        text_free(&r.row[i].key);
    free(r.row);
    lines_free(&known);
    text_free(&rest);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}

int run_outcome(const struct options *o) {
    if (!o->file_count)
        return entry_run(o, "outcome", NULL, false);
    if (o->company || o->entry.outcome || o->entry.on) {
        fprintf(stderr, "icp: --company, --outcome and --on are for one outcome, without FILE\n");
        return EXIT_USAGE;
    }
    return of_file(o);
}
