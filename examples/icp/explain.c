/* SPDX-License-Identifier: MIT */
/* icp explain: why one company scores as it does. */
#include "command.h"
#include <stdlib.h>
#include <string.h>

struct found {
    uint64_t rows; /* with the key */
    icp_record *record;
};

static icp_status fill(icp_record *r, const icp_batch *b, uint64_t row) {
    icp_status s = ICP_OK;
    for (uint32_t i = 0; !s && i < icp_batch_columns(b); i++) {
        struct icp_str name = icp_batch_name(b, i), cell = icp_batch_cell(b, row, i);
        int32_t column = icp_record_column(r, name.data, name.size);
        if (column >= 0)
            s = icp_record_set_text(r, column, cell.data, cell.size);
    }
    return s;
}

/* The key column: --key, else the dataset's, else the model's. */
static icp_status key_name(icp_context *c, const struct options *o, const icp_model *m, const icp_schema *schema, struct text *name, struct icp_error *e) {
    icp_status s = key_of(c, o, o->files[1], name, e);
    if (s)
        return s;
    for (uint32_t i = 0; !name->size && i < icp_schema_columns(schema); i++) {
        struct icp_column col = {.struct_size = sizeof col};
        if (!icp_schema_column(schema, i, &col, NULL) && col.kind == ICP_KIND_KEY)
            text_add(name, col.name.data, col.name.size);
    }
    for (int32_t layer = ICP_LAYER_INTENT; !name->size && layer <= ICP_LAYER_RETENTION; layer++) {
        struct icp_layer_info info = {.struct_size = sizeof info};
        if (!icp_model_layer(m, layer, &info, NULL))
            text_add(name, info.key.data, info.key.size);
    }
    if (!name->size)
        snprintf(e->message, sizeof e->message, "the model names no key column: --key COL is needed");
    return name->size ? ICP_OK : ICP_E_KEY;
}

static struct icp_str trimmed(struct icp_str s) {
    while (s.size && (s.data[0] == ' ' || s.data[0] == '\t'))
        s.data++, s.size--;
    while (s.size && (s.data[s.size - 1] == ' ' || s.data[s.size - 1] == '\t'))
        s.size--;
    return s;
}

static icp_status find(icp_context *c, const struct options *o, const icp_model *m, const icp_schema *schema, struct found *f, struct icp_error *e) {
    icp_reader *r = NULL;
    struct text name = {0};
    size_t n = strlen(o->company);
    icp_status s = key_name(c, o, m, schema, &name, e);
    if (!s)
        s = icp_record_new(schema, &f->record, e);
    if (!s)
        s = reader_of(c, o, o->files[1], &r, e);
    for (icp_batch *b = NULL; !s;) {
        s = icp_reader_next(r, &b, e);
        if (s || !b)
            break;
        int32_t column = find_column(b, name.data, name.size);
        if (column < 0) {
            s = ICP_E_KEY;
            snprintf(e->source, sizeof e->source, "%s", o->files[1]);
            snprintf(e->message, sizeof e->message, "no column \"%.200s\"", name.data);
        }
        for (uint64_t i = 0; !s && i < icp_batch_rows(b); i++) {
            struct icp_str key = trimmed(icp_batch_cell(b, i, (uint32_t)column));
            if (key.size == n && memcmp(key.data, o->company, n) == 0 && f->rows++ == 0)
                s = fill(f->record, b, i);
        }
        if (s && !e->message[0])
            snprintf(e->message, sizeof e->message, "the row cannot be taken: %s", icp_status_name(s));
        icp_batch_unref(b);
    }
    if (!s && !f->rows) {
        s = ICP_E_NO_MATCH;
        snprintf(e->source, sizeof e->source, "%s", o->files[1]);
        snprintf(e->message, sizeof e->message, "no company with the key \"%.200s\"", o->company);
    }
    text_free(&name);
    icp_reader_free(r);
    return s;
}

struct part {
    int32_t trait, points;
};
static int by_points(const void *a, const void *b) {
    const struct part *x = a, *y = b;
    int px = abs(x->points), py = abs(y->points);
    return px != py ? (px > py ? -1 : 1) : (x->trait > y->trait) - (x->trait < y->trait);
}

static icp_status parts_of(const icp_scorer *sc, int32_t layer, struct part **out, size_t *n, struct icp_error *e) {
    icp_status s = icp_scorer_contributions(sc, layer, NULL, NULL, 0, n, e);
    int32_t *both = s ? NULL : calloc(*n * 2 + 1, sizeof *both);
    *out = s ? NULL : calloc(*n + 1, sizeof **out);
    if (!s && both && *out)
        s = icp_scorer_contributions(sc, layer, both, both + *n, *n, n, e);
    for (size_t i = 0; !s && both && *out && i < *n; i++)
        (*out)[i] = (struct part){both[i], both[*n + i]};
    free(both);
    if (!s && *n)
        qsort(*out, *n, sizeof **out, by_points);
    return s;
}

static void points(struct text *t, int64_t milli) {
    text_put(t, milli >= 0 ? "+" : "");
    text_fixed(t, (milli + (milli < 0 ? -50 : 50)) / 100, 1);
}

static icp_status parts_table(const icp_model *m, const struct part *p, size_t n, enum format f, struct text *out, struct icp_error *e) {
    static const char *const names[] = {"points", "trait", "family", "customers_percent", "reference_percent", "n"};
    struct table t;
    icp_status s = ICP_OK;
    table_init(&t, 6, names, "nssnnn");
    for (size_t i = 0; !s && i < n; i++) {
        struct icp_trait x = {.struct_size = sizeof x};
        s = icp_model_trait(m, (uint32_t)p[i].trait, &x, e);
        if (s)
            break;
        struct text *row = table_row(&t);
        points(&row[0], p[i].points);
        if (x.kind == ICP_TRAIT_KNOWN && (f == FORMAT_DEFAULT || f == FORMAT_TABLE)) {
            text_add(&row[1], x.column.data, x.column.size);
            text_put(&row[1], " is known");
        } else
            text_add(&row[1], x.id.data, x.id.size);
        text_put(&row[2], family_name(x.family));
        share_text(&row[3], x.customers, x.customers_of);
        share_text(&row[4], x.reference, x.reference_of);
        text_int(&row[5], (int64_t)x.customers);
    }
    table_write(&t, f, out);
    table_free(&t);
    return s;
}

static void headline(const struct options *o, const struct icp_score *score, uint64_t rows, struct text *out) {
    text_put(out, o->company);
    text_put(out, score->layer == ICP_LAYER_FIT ? "\nfit " : score->layer == ICP_LAYER_INTENT ? "\nintent " : "\nretention ");
    text_int(out, score->score);
    text_put(out, "  ");
    text_put(out, tier_name(score->tier));
    text_put(out, "  (90% interval ");
    text_int(out, score->low);
    text_put(out, " to ");
    text_int(out, score->high);
    text_put(out, ")\nevidence ");
    text_fixed(out, (micro_evidence(score->millipoints) + (score->millipoints < 0 ? -5000 : 5000)) / 10000, 2);
    text_put(out, score->layer == ICP_LAYER_FIT ? " bits: companies like this are " : " bits: a past like this is ");
    ratio_text(out, score->millipoints, score->layer);
    text_put(out, "\nconfidence ");
    text_put(out, confidence_name(score->confidence));
    text_put(out, ": ");
    text_fixed(out, (score->effective + 50) / 100, 1);
    text_put(out, " effective customers");
    if (score->flags) {
        text_put(out, "; ");
        flag_names(out, score->flags, ' ');
    }
    if (rows > 1) {
        text_put(out, "\nnote: ");
        text_int(out, (int64_t)rows);
        text_put(out, " rows have this key; this is the first");
    }
    text_put(out, "\n\n");
}

static void sum_lines(const struct icp_score *score, struct text *out) {
    int64_t saturation = (int64_t)score->score * 1000 - 498000 - score->millipoints;
    points(out, score->millipoints);
    text_put(out, "  sum, on top of 498\n");
    if (saturation > 1000 || saturation < -1000) {
        points(out, saturation);
        text_put(out, "  saturation beyond 3 bits\n");
    }
}

static void list_line(const char *json, const char *list, const char *member, const char *label, struct text *out) {
    struct text items = {0};
    if (text_list(&items, json, list, member, 1000)) {
        text_put(out, label);
        text_add(out, items.data, items.size);
        text_put(out, "\n");
    }
    text_free(&items);
}

/* The model's schema has the key, so that the scorer finds the company's events by itself; of a model without the layer fit it has not. */
static icp_status account_for(const struct options *o, const icp_accounts *a, const icp_model *m, icp_account **out, struct icp_error *e) {
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_status s = icp_model_describe(m, &info, e);
    if (s || !a || info.layers >> ICP_LAYER_FIT & 1u)
        return s;
    s = icp_accounts_account(a, o->company, strlen(o->company), out, e);
    if (s != ICP_E_NO_MATCH)
        return s;
    fprintf(stderr, "no event names \"%s\": what is read from events is unknown\n", o->company);
    return ICP_OK;
}

static void invalidated_line(const char *json, const struct icp_score *score, struct text *out) {
    struct json *j = score->flags & ICP_FLAG_INVALIDATED ? json_parse(json, strlen(json)) : NULL;
    const struct json *v = j ? json_at(j, "invalidated") : NULL;
    if (v) {
        text_put(out, "invalidated by \"");
        text_put(out, json_string(v, "event"));
        text_put(out, "\" on ");
        text_put(out, json_string(v, "day"));
        text_put(out, ": what came before counts a quarter; without it the score were ");
        text_int(out, json_int(v, "score_without"));
        text_put(out, "\n");
    }
    json_free(j);
}

/* "effective tier Good, not Fair: override 12 of Jane Doe (VP Sales), until 2026-12-31; context: signed a letter of intent" */
static void override_line(const char *json, const struct icp_score *score, struct text *out) {
    struct json *j = score->override_number ? json_parse(json, strlen(json)) : NULL;
    const struct json *v = j ? json_at(j, "override") : NULL;
    if (v) {
        const char *const parts[] = {"effective tier ", tier_name(score->effective_tier), ", not ", tier_name(score->tier), ": an override of ", json_string(v, "author"), " (",
                                     json_string(v, "authority"), ") until ", json_string(v, "expiry"), "; ", json_string(v, "reason"), ": ", json_string(v, "text"), " [entry "};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            text_put(out, parts[i]);
        text_int(out, (int64_t)score->override_number);
        text_put(out, "]\n");
    }
    json_free(j);
}

static icp_status explain(icp_context *c, const struct options *o, icp_model *m, int32_t layer, const struct found *f, const struct decided *d, struct text *out,
                         struct icp_error *e) {
    icp_scorer *sc = NULL;
    struct icp_score score = {.struct_size = sizeof score};
    struct part *parts = NULL;
    icp_buffer *causes = NULL;
    struct icp_str json = {"", 0};
    size_t n = 0;
    bool whole = o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE;
    icp_account *account = NULL;
    icp_accounts *accounts = NULL;
    icp_status s = o->events.count ? accounts_of(c, o, m, &accounts, e) : ICP_OK;
    if (!s)
        s = account_for(o, accounts, m, &account, e);
    const struct icp_scorer_options so = {.struct_size = sizeof so, .flags = ICP_SCORER_AS_OF, .as_of = moment_of(o), .accounts = accounts, .decisions = d->decisions,
                                          .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0};
    if (!s)
        s = icp_scorer_new(m, &so, &sc, e);
    if (!s)
        s = icp_scorer_score_record(sc, f->record, account, layer, &score, e);
    if (!s)
        s = parts_of(sc, layer, &parts, &n, e);
    if (!s)
        s = icp_scorer_causes(sc, layer, &causes, e);
    icp_account_free(account);
    icp_accounts_unref(accounts);
    if (!s && icp_buffer_data(causes, &json))
        s = ICP_E_STATE;
    if (!s && whole)
        headline(o, &score, f->rows, out);
    if (!s && o->format == FORMAT_JSON)
        text_put(out, "{\"contributions\": ");
    if (!s)
        s = parts_table(m, parts, n, o->format, out, e);
    if (!s && whole) {
        sum_lines(&score, out);
        text_put(out, "\n");
        override_line(json.data, &score, out);
        invalidated_line(json.data, &score, out);
        list_line(json.data, "unknown", "column", "unknown, adding nothing: ", out);
        list_line(json.data, "unreadable", NULL, "unreadable, taken as unknown: ", out);
        list_line(json.data, "out_of_range", NULL, "outside what the reference holds: ", out);
        list_line(json.data, "causes", NULL, "causes of the confidence: ", out);
    }
    if (!s && o->format == FORMAT_JSON)
        text_put(out, ", \"causes\": ");
    if (!s && o->format == FORMAT_JSON)
        text_add(out, json.data, json.size);
    if (!s && o->format == FORMAT_JSON)
        text_put(out, "}\n");
    free(parts);
    icp_buffer_unref(causes);
    icp_scorer_free(sc);
    return s;
}

int run_explain(const struct options *o) {
    struct icp_error e = error_new();
    if (!o->company) {
        fputs("icp: --company is missing; see icp explain --help\n", stderr);
        return EXIT_USAGE;
    }
    if (o->events.count && !o->as_of)
        return fprintf(stderr, "icp: --events needs --as-of DATE: the moment that is asked for\n"), EXIT_USAGE;
    icp_context *c = context_telling();
    if (!o->events.count && !o->ledger && !o->decisions && asks_in_vain(c, o, o->files + 1, 1, false)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_model *m = NULL;
    icp_schema *schema = NULL;
    struct found f = {0};
    struct text out = {0};
    struct decided decided = {0};
    progress_of(o, "icp explain");
    int32_t layer = 0;
    icp_status s = model_of(c, o->files[0], &m, &e);
    int code = s ? EXIT_DONE : layer_of(o, m, &layer);
    if (!s && !code)
        s = icp_model_schema(m, &schema, &e);
    if (!s && !code)
        s = find(c, o, m, schema, &f, &e);
    if (!s && !code)
        code = decisions_of(c, o, &decided);
    if (!s && !code)
        s = explain(c, o, m, layer, &f, &decided, &out, &e);
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    decided_free(&decided);
    icp_record_free(f.record);
    icp_schema_unref(schema);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
