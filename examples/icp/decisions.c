/* SPDX-License-Identifier: MIT */
/* What people decided, out of a ledger or a file of entries, and how the model stands. */
#include "command.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t now_of(const struct options *o) {
    struct timespec t;
    if (o->now != ICP_TIME_UNKNOWN)
        return o->now;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t moment_of(const struct options *o) { return o->as_of ? o->as_of_micros : now_of(o); }

int json_file(icp_context *c, const struct options *o, const char *path, struct text *out) {
    struct icp_error e = error_new();
    if (read_whole(c, o, path, out, &e))
        return refuse(&e);
    text_add(out, "", 0); /* an empty file is an empty text */
    return EXIT_DONE;
}

int decisions_of(icp_context *c, const struct options *o, struct decided *out) {
    struct icp_error e = error_new();
    struct text json = {0};
    if (o->ledger && o->decisions)
        return fprintf(stderr, "icp: --ledger and --decisions are two sources of the same: one of them\n"), EXIT_USAGE;
    if (o->ledger)
        return ledger_decisions(c, o, out);
    int code = o->decisions ? json_file(c, o, o->decisions, &json) : EXIT_DONE;
    if (o->decisions && !code && icp_decisions_from_json(c, json.data, json.size, moment_of(o), &out->decisions, &e)) {
        if (!e.source[0])
            snprintf(e.source, sizeof e.source, "%s", o->decisions);
        code = refuse(&e);
    }
    text_free(&json);
    return code;
}

void decided_free(struct decided *d) {
    icp_decisions_unref(d->decisions);
    text_free(&d->head);
    *d = (struct decided){0};
}

static void due(const struct json *s, const char *name, const char *what) {
    const struct json *j = json_at(s, name), *overdue = j ? json_at(j, "overdue") : NULL;
    if (overdue && strcmp(overdue->text.data, "true") == 0)
        fprintf(stderr, "warning: the model's %s is overdue since %s\n", what, json_string(j, "due"));
}

void standing_remarks(const struct options *o, const icp_model *m, const struct decided *d) {
    icp_buffer *json = NULL;
    struct icp_str text;
    if (o->quiet || icp_model_standing(m, d->decisions, moment_of(o), &json, NULL) || icp_buffer_data(json, &text))
        return;
    struct json *s = json_parse(text.data, text.size);
    const struct json *changes = s ? json_at(s, "changes") : NULL, *flags = s ? json_at(s, "flags") : NULL, *changed = s ? json_at(s, "changed") : NULL;
    if (s && o->ledger && !*json_string(s, "owner"))
        fprintf(stderr, "warning: nobody answers for this model: its card names no owner\n");
    if (s)
        due(s, "review", "review"), due(s, "calibration", "calibration");
    for (size_t i = 0; changes && i < changes->count && i < 5; i++)
        fprintf(stderr, "warning: %s changed on %s (entry %lld), after the model was fitted: %.200s\n", json_string(changes->items[i], "area"),
                json_string(changes->items[i], "day"), (long long)json_int(changes->items[i], "number"), json_string(changes->items[i], "text"));
    if (changed && !strcmp(changed->text.data, "true") && changes && !changes->count)
        fprintf(stderr, "warning: an epoch of the card began after the model was fitted\n");
    for (size_t i = 0; flags && i < flags->count && i < 5; i++)
        fprintf(stderr, "warning: flag %lld on the model is open: %.200s\n", (long long)json_int(flags->items[i], "number"), json_string(flags->items[i], "text"));
    json_free(s);
    icp_buffer_unref(json);
}
