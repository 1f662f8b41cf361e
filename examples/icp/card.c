/* SPDX-License-Identifier: MIT */
/* icp card: shows a model's card and how it stands, checks it, puts another one on the model. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

static void line(struct table *t, const char *figure, const char *value) {
    struct text *row = table_row(t);
    text_put(&row[0], figure);
    text_put(&row[1], value);
}

static bool is_true(const struct json *j, const char *name) {
    const struct json *v = j ? json_at(j, name) : NULL;
    return v && v->type == JSON_WORD && strcmp(v->text.data, "true") == 0;
}

/* "2026-12-30", "2026-12-30, overdue", "never" */
static bool due_line(struct table *t, const struct json *s, const char *name) {
    const struct json *j = json_at(s, name);
    struct text v = {0};
    text_put(&v, *json_string(j, "due") ? json_string(j, "due") : "no date");
    text_put(&v, is_true(j, "overdue") ? ", overdue" : "");
    line(t, strcmp(name, "review") ? "calibration_due" : "review_due", v.data);
    text_free(&v);
    return is_true(j, "overdue");
}

static void each(struct table *t, const struct json *list, const char *figure, const char *a, const char *b, const char *c) {
    for (size_t i = 0; list && i < list->count; i++) {
        const struct json *j = list->items[i];
        struct text v = {0};
        text_put(&v, a ? json_string(j, a) : j->text.data);
        if (b && *json_string(j, b))
            text_put(&v, ": "), text_put(&v, json_string(j, b));
        if (c && *json_string(j, c))
            text_put(&v, " ("), text_put(&v, json_string(j, c)), text_char(&v, ')');
        line(t, figure, v.data ? v.data : "");
        text_free(&v);
    }
}

/* Returns how many things are not as they should be. */
static int standing_table(const struct json *s, const struct json *card, struct table *t) {
    static const char *const lists[] = {"undefined", "unknown_members", "changes", "flags"};
    int wrong = !*json_string(s, "owner");
    line(t, "owner", *json_string(s, "owner") ? json_string(s, "owner") : "nobody");
    line(t, "fitted", *json_string(s, "fitted") ? json_string(s, "fitted") : "not said");
    wrong += due_line(t, s, "review");
    wrong += due_line(t, s, "calibration");
    each(t, json_at(s, "changes"), "changed_since", "area", "text", "day");
    if (is_true(s, "changed") && !json_at(s, "changes")->count)
        line(t, "changed_since", "an epoch of the card"), wrong++;
    each(t, json_at(s, "flags"), "open_flag", "text", NULL, "author");
    each(t, json_at(s, "undefined"), "not_defined", NULL, NULL, NULL);
    each(t, json_at(s, "unknown_members"), "unknown_member", "name", NULL, "in");
    each(t, json_at(card, "signals"), "signal", "name", "definition", "owner");
    each(t, json_at(card, "epochs"), "epoch", "from", "what", NULL);
    each(t, json_at(card, "sources"), "source", "name", "text", "as_of");
    each(t, json_at(card, "approvals"), "approval", "by", "text", "on");
    each(t, json_at(card, "resolvers"), "resolver", NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        wrong += (int)json_at(s, lists[i])->count;
    return wrong;
}

static int show(const struct options *o, icp_context *c, const icp_model *m, const struct decided *d) {
    static const char *const names[] = {"figure", "value"};
    struct icp_error e = error_new();
    icp_buffer *standing = NULL, *card = NULL;
    struct icp_str a, b;
    struct text out = {0};
    struct table t;
    int code = EXIT_DONE, wrong = 0;
    if (icp_model_standing(m, d->decisions, moment_of(o), &standing, &e) || icp_model_card(m, &card, &e) || icp_buffer_data(standing, &a) || icp_buffer_data(card, &b))
        code = refuse(&e);
    struct json *s = code ? NULL : json_parse(a.data, a.size), *k = code ? NULL : json_parse(b.data, b.size);
    table_init(&t, 2, names, "ss");
    if (s && k)
        wrong = standing_table(s, k, &t);
    if (!code && o->format == FORMAT_JSON) {
        text_put(&out, "{\"standing\": "), text_add(&out, a.data, a.size);
        text_put(&out, ", \"card\": "), text_add(&out, b.data, b.size), text_put(&out, "}\n");
    } else if (!code)
        table_write(&t, o->format, &out);
    if (!code)
        code = text_write(&out, c, o->output);
    if (!code && o->check && wrong)
        code = EXIT_REFUSED;
    table_free(&t), text_free(&out), json_free(s), json_free(k);
    icp_buffer_unref(standing), icp_buffer_unref(card);
    return code;
}

/* The model with the card of --card, written to -o. */
static int put(const struct options *o, icp_context *c, icp_model **m) {
    struct icp_error e = error_new();
    struct text json = {0};
    icp_model *carded = NULL;
    int code = json_file(c, o, o->card, &json);
    if (!code && icp_model_with_card(*m, json.data, json.size, &carded, &e)) {
        if (!e.source[0])
            snprintf(e.source, sizeof e.source, "%s", o->card);
        code = refuse(&e);
    }
    text_free(&json);
    if (code)
        return code;
    icp_model_unref(*m);
    *m = carded;
    return EXIT_DONE;
}

/* First the model, then the entry that says whose card it has: a card that nobody wrote down is found by its id all the same. */
static int save(const struct options *o, icp_context *c, const icp_model *m) {
    struct icp_error e = error_new();
    struct icp_sink s = {.struct_size = sizeof s};
    struct options said = *o;
    if (o->ledger && !o->entry.author)
        return fprintf(stderr, "icp: --author is missing: who puts the card into the ledger\n"), EXIT_USAGE;
    if (sink_of(c, o->output, &s, &e) || icp_model_save(m, &s, &e))
        return refuse(&e);
    said.output = NULL;
    return o->ledger ? ledger_card(c, &said, m) : EXIT_DONE;
}

int run_card(const struct options *o) {
    struct icp_error e = error_new();
    struct decided d = {0};
    icp_model *m = NULL;
    if (o->check && o->card && o->output)
        return fprintf(stderr, "icp: --check writes no model: leave -o out\n"), EXIT_USAGE;
    icp_context *c = context_telling();
    int code = o->card && o->output ? EXIT_DONE : decisions_of(c, o, &d);
    if (!code && model_of(c, o->files[0], &m, &e))
        code = refuse(&e);
    if (!code && o->card)
        code = put(o, c, &m);
    if (!code)
        code = o->card && o->output ? save(o, c, m) : show(o, c, m, &d);
    decided_free(&d);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
