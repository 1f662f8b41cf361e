/* SPDX-License-Identifier: MIT */
/* icp audit. */
#include "command.h"
#include <string.h>

enum { COLUMN, KIND, FAMILY, FILLED, FILLED_CUSTOMERS, AUC_FILLED, AUC_ALONE, VERDICT, CAUSES, REASON, COLUMNS };
static const char *const names[COLUMNS] = {"column", "kind", "family", "filled_percent", "customers_filled_percent", "filled_auc", "alone_auc",
                                           "verdict", "causes", "reason"};

static void fixed(struct text *t, const struct json *object, const char *member, int64_t unit, int decimals) {
    const struct json *v = json_at(object, member);
    if (v && v->type == JSON_WORD && v->text.data && strcmp(v->text.data, "null") != 0)
        text_fixed(t, (json_int(object, member) + unit / 2) / unit, decimals);
}

static void words(struct text *t, const struct json *column, const char *member) {
    const struct json *list = json_at(column, member);
    for (size_t i = 0; list && i < list->count; i++) {
        if (t->size)
            text_put(t, ";");
        text_add(t, list->items[i]->text.data, list->items[i]->text.size);
    }
}

static void put_column(struct text *row, const struct json *column) {
    const struct json *filled = json_at(column, "filled"), *alone = json_at(column, "alone");
    text_put(&row[COLUMN], json_string(column, "name"));
    text_put(&row[KIND], json_string(column, "kind"));
    text_put(&row[FAMILY], json_string(column, "family"));
    fixed(&row[FILLED], filled, "others_micro", 1000, 1);
    fixed(&row[FILLED_CUSTOMERS], filled, "customers_micro", 1000, 1);
    fixed(&row[AUC_FILLED], filled, "auc_micro", 1000, 3);
    fixed(&row[AUC_ALONE], alone, "auc_micro", 1000, 3);
    text_put(&row[VERDICT], json_string(column, "verdict"));
    words(&row[CAUSES], column, "causes");
    words(&row[CAUSES], column, "suspected");
    text_put(&row[REASON], json_string(column, "reason"));
}

static void put_traits(struct text *t, const struct json *columns) {
    for (size_t i = 0; columns && i < columns->count; i++) {
        const struct json *traits = json_at(columns->items[i], "traits");
        for (size_t k = 0; traits && k < traits->count; k++) {
            text_put(t, "suspect trait: ");
            text_put(t, json_string(traits->items[k], "trait"));
            text_put(t, ", ");
            fixed(t, traits->items[k], "customers_micro", 1000, 1);
            text_put(t, "% of the customers that tell, ");
            fixed(t, traits->items[k], "others_micro", 1000, 1);
            text_put(t, "% of other companies\n");
        }
    }
}

/* What stands under the table: whether the two sides come from the same source, traits to look at, and how to release. */
static void remarks(struct text *t, const struct json *audit, const struct json *columns) {
    const struct json *parity = json_at(audit, "parity");
    const char *verdict = json_string(parity, "verdict");
    if (*verdict) {
        text_put(t, "\nBy which columns are filled, customers can be told from other companies with AUC ");
        fixed(t, parity, "auc_micro", 1000, 3);
        text_put(t, " +- ");
        fixed(t, parity, "se_micro", 1000, 3);
        text_put(t, !strcmp(verdict, "alike")     ? ": not beyond chance\n"
                    : !strcmp(verdict, "differs") ? ": they are not filled alike\n"
                                                  : ", better than by any column's values: they seem to come from two sources\n");
    }
    put_traits(t, columns);
    for (size_t i = 0; columns && i < columns->count; i++)
        if (!strcmp(json_string(columns->items[i], "verdict"), "quarantined")) {
            text_put(t, "Quarantined columns are not learned from; use one all the same with --release COLUMN\n");
            return;
        }
}

static void shape(const struct json *audit, enum format f, struct text *out) {
    const struct json *columns = json_at(audit, "columns");
    struct table t;
    table_init(&t, COLUMNS, names, "sssnnnnsss");
    for (size_t i = 0; columns && i < columns->count; i++)
        put_column(table_row(&t), columns->items[i]);
    table_write(&t, f, out);
    if (f == FORMAT_TABLE)
        remarks(out, audit, columns);
    table_free(&t);
}

static int write_out(icp_context *c, const struct options *o, icp_buffer *json) {
    struct icp_str data = {"", 0};
    struct text out = {0};
    icp_buffer_data(json, &data);
    if (o->format == FORMAT_JSON) {
        text_add(&out, data.data, data.size);
        text_put(&out, "\n");
    } else {
        struct json *audit = json_parse(data.data, data.size);
        shape(audit, o->format == FORMAT_DEFAULT ? FORMAT_TABLE : o->format, &out);
        json_free(audit);
    }
    int code = text_write(&out, c, o->output);
    text_free(&out);
    return code;
}

/* The reference given, else one of DATA that nobody keeps. */
static icp_status companies_of(icp_context *c, const struct options *o, icp_reference **out, struct icp_error *e) {
    if (o->reference)
        return reference_of(c, o->reference, out, e);
    struct text protect = {0}, release = {0}, key = {0};
    icp_reference_builder *b = NULL;
    icp_reader *r = NULL;
    patterns_text(&protect, &o->protect);
    patterns_text(&release, &o->release);
    icp_status s = key_of(c, o, o->files[0], &key, e);
    struct icp_reference_options ro = {.struct_size = sizeof ro, .key_form = o->host_key ? ICP_KEY_HOST : ICP_KEY_EXACT, .key_column = key.data,
                                       .key_size = key.size, .exclude = protect.data, .exclude_size = protect.size, .release = release.data,
                                       .release_size = release.size};
    if (!s)
        s = icp_reference_builder_new(c, &ro, &b, e);
    if (!s)
        s = reader_of(c, o, o->files[0], &r, e);
    if (!s)
        s = icp_reference_builder_add(b, r, reading_progress(c, o, o->files[0]), e);
    if (!s)
        s = icp_reference_builder_finish(b, out, e);
    icp_reader_free(r);
    icp_reference_builder_free(b);
    text_free(&protect), text_free(&release), text_free(&key);
    return s;
}

static icp_status fit_of(icp_context *c, const struct options *o, icp_pool *pool, icp_reference *r, const icp_schema *schema, icp_fit **f,
                         struct icp_error *e) {
    struct text release = {0}, protect = {0};
    patterns_text(&release, &o->release);
    patterns_text(&protect, &o->protect);
    struct icp_fit_options fo = {.struct_size = sizeof fo, .flags = o->exact_keys ? (uint32_t)ICP_FIT_EXACT_KEYS : 0, .pool = pool, .key_column = o->key,
                                 .key_size = o->key ? strlen(o->key) : 0, .release = release.data, .release_size = release.size,
                                 .protect = protect.data, .protect_size = protect.size, .since_column = o->since,
                                 .since_size = o->since ? strlen(o->since) : 0};
    icp_status s = icp_fit_new(c, r, schema, &fo, f, e);
    text_free(&release), text_free(&protect);
    return s;
}

/* Companies that the sample did not keep are looked up in DATA, which a pipe does not offer twice. */
static icp_status add_all(icp_context *c, const struct options *o, const icp_reference *r, icp_fit *f, struct icp_error *e) {
    struct icp_reference_info info = {.struct_size = sizeof info};
    icp_status s = o->customers ? fit_add(c, o, o->customers, f, icp_fit_add_customers, e) : ICP_OK;
    if (!s && o->excluded)
        s = fit_add(c, o, o->excluded, f, icp_fit_add_excluded, e);
    if (!s)
        s = icp_reference_describe(r, &info, e);
    bool sampled = o->reference || info.companies >= info.k;
    if (!s && o->customers && sampled && strcmp(o->files[0], "-") != 0)
        s = fit_add(c, o, o->files[0], f, icp_fit_add_universe, e);
    if (!s && o->customers && o->universe)
        s = fit_add(c, o, o->universe, f, icp_fit_add_universe, e);
    return s;
}

int run_audit(const struct options *o) {
    struct icp_error e = error_new();
    if (o->events.count)
        return audit_events(o);
    if (!o->customers && (o->reference || o->universe || o->since || o->excluded)) {
        fprintf(stderr, "icp: %s says nothing without --customers; see icp audit --help\n",
                o->reference ? "--reference" : o->universe ? "--universe" : o->since ? "--since" : "--exclude");
        return EXIT_USAGE;
    }
    icp_context *c = o->quiet ? context_new() : context_telling();
    if (asks_in_vain(c, o, (const char *const[]){o->files[0], o->customers, o->universe, o->excluded}, 4, false)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_pool *pool = pool_of(c, o);
    icp_reference *r = NULL;
    icp_schema *schema = NULL;
    icp_fit *f = NULL;
    icp_buffer *json = NULL;
    const struct icp_progress *p = progress_of(o, "icp audit");
    icp_status s = companies_of(c, o, &r, &e);
    if (!s)
        s = schema_of(c, o, r, &schema, &e);
    if (!s)
        s = fit_of(c, o, pool, r, schema, &f, &e);
    if (!s)
        s = add_all(c, o, r, f, &e);
    if (!s)
        s = icp_fit_audit(f, p, &json, &e);
    progress_end();
    int code = s ? refuse(&e) : write_out(c, o, json);
    icp_buffer_unref(json);
    icp_fit_free(f);
    icp_schema_unref(schema);
    icp_reference_unref(r);
    icp_pool_free(pool);
    icp_context_unref(c);
    return code;
}
