/* SPDX-License-Identifier: MIT */
/* icp publish: a model through its gates into the ledger. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>

/* All that one publication needs. */
struct publication {
    const struct options *o;
    icp_context *c;
    icp_ledger *l;
    icp_model *candidate, *published; /* published NULL = none yet */
    icp_accounts *accounts[2];
    struct text gates, calibration, key;
    icp_buffer *report;
    struct json *tree;
};

static int open_all(struct publication *p) {
    struct icp_error e = error_new();
    uint8_t id[32];
    uint64_t number = 0;
    int code = ledger_of(p->c, p->o, p->o->entry.only_check ? ICP_LEDGER_READ_ONLY : 0, &p->l);
    if (code)
        return code;
    icp_status s = model_of(p->c, p->o->files[0], &p->candidate, &e);
    if (!s)
        s = icp_ledger_published(p->l, id, &number, &e);
    if (!s && number)
        s = icp_ledger_load_model(p->l, id, &p->published, &e);
    return s ? refuse(&e) : EXIT_DONE;
}

static int read_files(struct publication *p) {
    const struct entry_options *n = &p->o->entry;
    struct icp_error e = error_new();
    icp_status s = ICP_OK;
    int code = n->gates ? json_file(p->c, p->o, n->gates, &p->gates) : EXIT_DONE;
    if (!code && n->calibration)
        code = json_file(p->c, p->o, n->calibration, &p->calibration);
    if (code || !n->rows)
        return code;
    if (p->o->events.count && p->published) {
        s = accounts_of(p->c, p->o, p->candidate, &p->accounts[0], &e);
        if (!s)
            s = accounts_of(p->c, p->o, p->published, &p->accounts[1], &e);
    }
    if (!s)
        s = key_of(p->c, p->o, n->rows, &p->key, &e);
    return s ? refuse(&e) : EXIT_DONE;
}

static int check(struct publication *p) {
    const struct entry_options *n = &p->o->entry;
    struct icp_error e = error_new();
    icp_reader *rows = NULL;
    const struct icp_gates_options o = {.struct_size = sizeof o, .gates_json = p->gates.data, .gates_size = p->gates.size,
                                        .calibration_json = p->calibration.data, .calibration_size = p->calibration.size,
                                        .candidate_accounts = p->accounts[0], .published_accounts = p->accounts[1],
                                        .key_column = p->key.data, .key_size = p->key.size};
    struct icp_str json;
    progress_of(p->o, "icp publish");
    icp_status s = n->rows ? reader_of(p->c, p->o, n->rows, &rows, &e) : ICP_OK;
    if (!s)
        s = icp_gates_check(p->candidate, p->published, rows, &o, n->rows ? reading_progress(p->c, p->o, n->rows) : NULL, &p->report, &e);
    icp_reader_free(rows);
    progress_end();
    if (s && !e.source[0] && (n->gates || n->calibration) && e.line > 0)
        snprintf(e.source, sizeof e.source, "%s", n->gates ? n->gates : n->calibration);
    if (s || icp_buffer_data(p->report, &json))
        return refuse(&e);
    p->tree = json_parse(json.data, json.size);
    return p->tree ? EXIT_DONE : refuse_text(NULL, "the library's JSON cannot be read");
}

static bool is_true(const struct json *j, const char *name) {
    const struct json *v = json_at(j, name);
    return v && v->type == JSON_WORD && !strcmp(v->text.data, "true");
}

static void micro(struct text *t, const struct json *gate, const char *name) {
    if (json_at(gate, name))
        text_fixed(t, json_int(gate, name), 6);
}

static void gates_table(const struct json *report, struct text *out) {
    static const char *const names[] = {"gate", "layer", "passed", "figure", "limit", "why"};
    const struct json *gates = json_at(report, "gates");
    struct table t;
    table_init(&t, 6, names, "sssnns");
    for (size_t i = 0; gates && i < gates->count; i++) {
        const struct json *g = gates->items[i];
        struct text *row = table_row(&t);
        text_put(&row[0], json_string(g, "gate"));
        text_put(&row[1], json_string(g, "layer"));
        text_put(&row[2], !is_true(g, "passed") ? "NO" : is_true(g, "checked") ? "yes" : "not checked");
        micro(&row[3], g, "figure_micro");
        micro(&row[4], g, "limit_micro");
        text_put(&row[5], json_string(g, "why"));
    }
    table_write(&t, FORMAT_TABLE, out);
    table_free(&t);
}

/* head NULL = nothing was appended. */
static int say(const struct publication *p, const struct icp_ledger_head *head) {
    struct text out = {0};
    struct icp_str json;
    if (p->o->format != FORMAT_JSON) {
        gates_table(p->tree, &out);
        if (head) {
            text_put(&out, "\npublished by entry ");
            text_int(&out, (int64_t)head->entries);
            text_put(&out, ", head ");
            head_text(&out, head);
            text_char(&out, '\n');
        }
    } else if (!icp_buffer_data(p->report, &json)) {
        text_put(&out, "{\"report\":");
        text_add(&out, json.data, json.size);
        text_put(&out, ",\"entry\":");
        if (head)
            text_int(&out, (int64_t)head->entries);
        text_put(&out, head ? ",\"head\":\"" : "null,\"head\":null}\n");
        if (head)
            head_text(&out, head);
        text_put(&out, head ? "\"}\n" : "");
    }
    int code = text_write(&out, p->c, p->o->output);
    text_free(&out);
    return code;
}

/* The figures come first: they are what a refusal is about. */
static int publish(struct publication *p) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head};
    struct icp_str json = {NULL, 0};
    struct text note = {0};
    if (p->o->entry.only_check)
        return say(p, NULL) || !is_true(p->tree, "passed") ? EXIT_REFUSED : EXIT_DONE;
    text_put(&note, "{");
    int code = entry_who(&note, p->o);
    text_put(&note, "}");
    (void)icp_buffer_data(p->report, &json);
    if (!code && icp_ledger_publish(p->l, p->candidate, now_of(p->o), note.data, note.size, json.data, json.size,
                                    p->o->entry.anyway ? ICP_LEDGER_ANYWAY : 0, &head, &e)) {
        code = e.code == ICP_E_GATE ? say(p, NULL) : EXIT_DONE;
        code = code ? code : refuse_entry(&e);
    } else if (!code)
        code = say(p, &head);
    text_free(&note);
    return code;
}

int run_publish(const struct options *o) {
    struct publication p = {.o = o};
    if (o->events.count && !o->as_of) {
        fprintf(stderr, "icp: --events needs --as-of: the moment that is looked from\n");
        return EXIT_USAGE;
    }
    if (!o->entry.author && !o->entry.only_check)
        return missing("--author");
    p.c = context_new();
    int code = open_all(&p);
    if (!code)
        code = read_files(&p);
    if (!code)
        code = check(&p);
    if (!code)
        code = publish(&p);
    json_free(p.tree);
    icp_buffer_unref(p.report);
    text_free(&p.gates);
    text_free(&p.calibration);
    text_free(&p.key);
    icp_accounts_unref(p.accounts[0]);
    icp_accounts_unref(p.accounts[1]);
    icp_model_unref(p.published);
    icp_model_unref(p.candidate);
    icp_ledger_free(p.l);
    icp_context_unref(p.c);
    return code;
}
