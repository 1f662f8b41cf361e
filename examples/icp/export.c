/* SPDX-License-Identifier: MIT */
/* icp export: a model in the language of another program. */
#include "command.h"
#include <string.h>

static const char *const dialects[] = {"duckdb", "postgres", "snowflake", "bigquery", "sqlite"};

static bool dialect_of(const char *name, int32_t *out) {
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (name == NULL || strcmp(name, dialects[i]) == 0)
            return *out = (int32_t)i, true;
    return false;
}

static icp_status write_sql(const struct options *o, icp_context *c, const struct icp_sql_options *how, struct text *out, struct icp_error *e) {
    icp_model *m = NULL;
    icp_buffer *sql = NULL;
    struct icp_str text;
    icp_status s = model_of(c, o->files[0], &m, e);
    if (!s)
        s = icp_model_to_sql(m, how, &sql, e);
    if (!s)
        s = icp_buffer_data(sql, &text);
    if (!s)
        text_add(out, text.data, text.size);
    icp_buffer_unref(sql);
    icp_model_unref(m);
    return s;
}

int run_export(const struct options *o) {
    struct icp_error e = error_new();
    struct text out = {0};
    struct icp_sql_options how = {.struct_size = sizeof how, .flags = o->partial ? ICP_SQL_PARTIAL : 0};
    if (!o->sql)
        return fprintf(stderr, "icp: say into what: --sql; see icp export --help\n"), EXIT_USAGE;
    if (!dialect_of(o->dialect, &how.dialect))
        return fprintf(stderr, "icp: \"%s\" is no dialect: duckdb, postgres, snowflake, bigquery or sqlite\n", o->dialect), EXIT_USAGE;
    how.table = o->sql_table;
    how.table_size = o->sql_table ? strlen(o->sql_table) : 0;
    how.key_column = o->key;
    how.key_size = o->key ? strlen(o->key) : 0;
    icp_context *c = context_new();
    int code = write_sql(o, c, &how, &out, &e) ? refuse(&e) : text_write(&out, c, o->output);
    text_free(&out);
    icp_context_unref(c);
    return code;
}
