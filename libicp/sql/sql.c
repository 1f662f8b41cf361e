/* SPDX-License-Identifier: MIT */
/* The SELECT: its head, its steps, and the table of scores. */
#include "sql/sql.h"
#include "base/text.h"
#include "trait/parse.h"
#include <icp/score.h>

enum { WIDE = 24 };

/* Text in a comment: one line, whatever it holds. */
static void remark(struct icp__sql *q, struct icp_str s) {
    for (size_t i = 0; i < s.size; i++) {
        const unsigned char c = (unsigned char)s.data[i];
        const bool shown = c >= 0x20 && c != 0x7F && c < 0x80;
        icp__bytes_add(&q->b, shown ? &s.data[i] : "?", 1);
    }
}

static void hex(struct icp__sql *q, const uint8_t *id) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        const char two[] = {digits[id[i] >> 4], digits[id[i] & 15]};
        icp__bytes_add(&q->b, two, 2);
    }
}

static void left_out(struct icp__sql *q) {
    if (q->omitted == 0)
        return;
    icp__bytes_text(&q->b, "-- PARTIAL: this is not the score of the library. Left out, so that a row is exact only where they are missing:\n");
    for (uint32_t i = 0; i < q->columns; i++) {
        const struct icp__sql_column *c = &q->column[i];
        if (c->kind != NULL)
            continue;
        icp__bytes_text(&q->b, "--   column \"");
        remark(q, c->column->name);
        icp__bytes_print(&q->b, "\" (%s): %u traits, which add from %lld to %lld milli-points at most\n", c->why, c->slot->traits, (long long)c->least,
                         (long long)c->most);
        for (uint32_t k = c->slot->first; k < c->slot->first + c->slot->traits; k++) {
            const uint8_t *e = icp__entry(q->model, k);
            icp__bytes_text(&q->b, "--     ");
            remark(q, (struct icp_str){q->model->strs + icp__entry_id(e), icp__entry_id_size(e)});
            icp__bytes_print(&q->b, " %d\n", icp__entry_points(e));
        }
    }
}

static void head(struct icp__sql *q, const icp_model *whole) {
    static const char *const names[] = {"DuckDB", "PostgreSQL", "Snowflake", "BigQuery", "SQLite"};
    char day[10];
    icp__bytes_text(&q->b, "-- Fit score of model ");
    hex(q, whole->info.id);
    icp__bytes_text(&q->b, "\n-- Reference ");
    hex(q, whole->info.reference_id);
    if (whole->card.fitted != ICP__DAY_UNKNOWN && whole->card_text != NULL) {
        icp__date_print(whole->card.fitted, day);
        icp__bytes_print(&q->b, "\n-- Fitted on data up to %.*s", 10, day);
    }
    icp__bytes_print(&q->b, "\n-- Written by libicp %u.%u.%u for %s, extraction %u\n", ICP__VERSION >> 16, ICP__VERSION >> 8 & 255, ICP__VERSION & 255,
                     names[q->dialect], q->model->info.extraction);
    icp__bytes_text(&q->b, "-- Where exact is true the figures are those of icp score for the same cells as text; elsewhere a cell is written in a\n"
                           "-- way that SQL does not read as the library does, and they may differ.\n");
    left_out(q);
}

static const char *fence(const struct icp__sql *q) {
    return q->dialect == ICP_SQL_POSTGRES ? " OFFSET 0" : q->dialect == ICP_SQL_SQLITE ? " LIMIT -1 OFFSET 0" : "";
}

/* Begins the next step. Engines that would write an expression out wherever its column is used are kept from it by a fence. */
static void begin(struct icp__sql *q) {
    icp__bytes_print(&q->b, "%sicp_%u AS (\n  SELECT k", q->steps > 0 ? ",\n" : "WITH ", q->steps + 1);
    q->steps++;
    for (uint32_t i = 0; i < q->columns; i++) {
        memcpy(q->letters[i].before, q->letters[i].now, sizeof q->letters[i].now);
        memset(q->letters[i].now, 0, sizeof q->letters[i].now);
    }
}
static void end(struct icp__sql *q) { icp__bytes_print(&q->b, "\n  FROM icp_%u%s)", q->steps - 1, fence(q)); }

static void missing(struct icp__sql *q, const struct icp__sql_column *c) {
    const char *text;
    icp__sql_put(q, c, ",\n    CASE WHEN c@ IN ('', 'NaN', 'nan') OR ");
    icp__sql_lower(q, c, "c@");
    icp__bytes_text(&q->b, " IN (");
    for (size_t i = 0; (text = icp__missing_spelling(i)) != NULL; i++) {
        icp__bytes_text(&q->b, i > 0 ? ", " : "");
        icp__sql_text(q, (struct icp_str){text, strlen(text)});
    }
    icp__sql_put(q, c, ") THEN NULL ELSE c@ END AS c@, CASE WHEN c@ IS NULL THEN TRUE WHEN ");
    icp__sql_readable(q, c);
    icp__sql_put(q, c, " THEN TRUE ELSE FALSE END AS o@");
}

static void cells(struct icp__sql *q) {
    q->steps = 1;
    icp__bytes_text(&q->b, "WITH icp_1 AS (\n  SELECT t.");
    icp__sql_name(q, q->key);
    icp__bytes_text(&q->b, " AS k");
    for (uint32_t i = 0; i < q->columns; i++) {
        icp__bytes_text(&q->b, ",\n    ");
        icp__sql_trimmed(q, q->column[i].column->name);
        icp__sql_put(q, &q->column[i], " AS c@");
    }
    icp__bytes_text(&q->b, "\n  FROM ");
    for (const char *at = q->table.data, *end = at + q->table.size, *dot; at <= end; at = dot + 1) {
        dot = memchr(at, '.', (size_t)(end - at));
        dot = dot != NULL ? dot : end;
        icp__bytes_text(&q->b, at > q->table.data ? "." : "");
        icp__sql_name(q, (struct icp_str){at, (size_t)(dot - at)});
    }
    icp__bytes_print(&q->b, " AS t%s)", fence(q));
    begin(q);
    for (uint32_t i = 0; i < q->columns; i++)
        missing(q, &q->column[i]);
    end(q);
}

static void reads(struct icp__sql *q) {
    for (uint32_t r = 0; r < ICP__SQL_READS; r++) {
        begin(q);
        for (uint32_t i = 0; i < q->columns; i++) {
            const struct icp__sql_kind *k = q->column[i].kind != NULL ? q->column[i].kind : &icp__sql_of_nothing;
            icp__bytes_text(&q->b, "\n    ");
            if (strchr(q->letters[i].before, 'a') != NULL)
                icp__sql_carry(q, &q->column[i], "a");
            k->read[r](q, &q->column[i]);
        }
        end(q);
        for (uint32_t more = 0; icp__sql_more(q, NULL, r, more); more++) {
            begin(q);
            for (uint32_t i = 0; i < q->columns; i++)
                (void)icp__sql_more(q, &q->column[i], r, more);
            end(q);
        }
    }
}

static void points(struct icp__sql *q) {
    begin(q);
    for (uint32_t i = 0; i < q->columns; i++) {
        const struct icp__sql_column *c = &q->column[i];
        const struct icp__sql_kind *k = c->kind != NULL ? c->kind : &icp__sql_of_nothing;
        icp__bytes_text(&q->b, ",\n    ");
        k->points(q, c);
        icp__sql_put(q, c, " AS p@,\n    ");
        if (k->exact != NULL)
            k->exact(q, c);
        else
            icp__sql_put(q, c, "o@");
        icp__sql_put(q, c, " AS x@");
    }
    end(q);
}

/* All columns of a letter with a sign between, not deeper than engines allow. */
static void all_of(struct icp__sql *q, const char *item, const char *sign, uint32_t first, uint32_t end) {
    uint32_t part = 1;
    while ((uint64_t)part * WIDE < end - first)
        part *= WIDE;
    for (uint32_t i = first; i < end; i += part) {
        icp__bytes_text(&q->b, i > first ? sign : "");
        if (part == 1) {
            icp__sql_put(q, &q->column[i], item);
            continue;
        }
        icp__bytes_text(&q->b, "(");
        all_of(q, item, sign, i, end - i < part ? end : i + part);
        icp__bytes_text(&q->b, ")");
    }
}

static void steps_of_scores(struct icp__sql *q, int32_t first, int32_t last) {
    for (int32_t score = last; score > first; score--)
        icp__bytes_print(&q->b, "%sWHEN m >= %lld THEN %d", (last - score) % 8 ? " " : "\n    ", (long long)icp__points_threshold(score), score);
}

static void scores(struct icp__sql *q) {
    const char *name = q->omitted ? "fit_partial" : "fit";
    const bool mod = q->dialect == ICP_SQL_BIGQUERY;
    static const char *const whole[] = {"INTEGER", "INTEGER", "INTEGER", "INT64", "INTEGER"};
    begin(q);
    icp__bytes_text(&q->b, ", ");
    all_of(q, "p@", " + ", 0, q->columns);
    icp__bytes_text(&q->b, q->columns ? " AS m, " : "0 AS m, ");
    all_of(q, "x@", " AND ", 0, q->columns);
    icp__bytes_text(&q->b, q->columns ? " AS x" : "TRUE AS x");
    end(q);
    icp__bytes_text(&q->b, "\nSELECT k AS ");
    icp__sql_name(q, (struct icp_str){"key", 3});
    /* Between the tiers' outer edges a score is a thousand milli-points; beyond it saturates, by table. */
    icp__bytes_print(&q->b, ",\n  CASE WHEN m >= -159000 AND m < 159000 THEN 339 + CAST((m + 159000 - %s) / 1000 AS %s)",
                     mod ? "MOD(m + 159000, 1000)" : "(m + 159000) % 1000", whole[q->dialect]);
    steps_of_scores(q, 656, ICP__SCORE_MAX);
    steps_of_scores(q, ICP__SCORE_MIN, 338);
    icp__bytes_print(&q->b, " ELSE %d END AS %s_score,\n  CASE WHEN m >= 159000 THEN 'Excellent' WHEN m >= 53000 THEN 'Good' WHEN m >= -53000 THEN 'Fair'"
                            " WHEN m >= -159000 THEN 'Poor' ELSE 'Very Poor' END AS %s_tier,\n  m AS %s_millipoints,\n  x AS exact\nFROM icp_%u\n",
                     ICP__SCORE_MIN, name, name, name, q->steps);
}

/* Names every column that cannot be expressed. */
static icp_status refuse(struct icp__sql *q, struct icp_error *err) {
    struct icp__bytes b;
    icp__bytes_init(&b, q->ctx);
    for (uint32_t i = 0, n = 0; i < q->columns; i++) {
        const struct icp__sql_column *c = &q->column[i];
        if (c->kind != NULL)
            continue;
        icp__bytes_text(&b, n++ > 0 ? ", \"" : "\"");
        icp__bytes_add(&b, c->column->name.data, c->column->name.size);
        icp__bytes_print(&b, "\" (%s)", c->why);
    }
    const bool failed = b.failed;
    icp_status st = failed ? icp__no_memory(err) : icp__fail(err, ICP_E_UNSUPPORTED, "SQL cannot express %u of %u columns (\"partial\" leaves them out): %s", q->omitted, q->columns, b.data);
    icp__bytes_free(&b);
    return st;
}

static icp_status choose_names(struct icp__sql *q, const struct icp_sql_options *o, struct icp_error *err) {
    const icp_schema *s = q->model->schema;
    q->table = o->table != NULL ? (struct icp_str){o->table, o->table_size} : (struct icp_str){"companies", 9};
    q->key = (struct icp_str){o->key_column, o->key_size};
    for (uint32_t i = 0; q->key.data == NULL && i < s->columns; i++)
        if (s->column[i].kind == ICP_KIND_KEY)
            q->key = s->column[i].name;
    if (q->key.data == NULL || q->key.size == 0)
        return icp__fail(err, ICP_E_KEY, "the model names no key column: say which one");
    if (q->table.size == 0 || memchr(q->table.data, '\0', q->table.size) || memchr(q->key.data, '\0', q->key.size))
        return icp__fail(err, ICP_E_ARGUMENT, "a name of a table or column is empty or holds a NUL");
    if (!icp__utf8_valid(q->table.data, q->table.size) || !icp__utf8_valid(q->key.data, q->key.size))
        return icp__fail(err, ICP_E_ARGUMENT, "a name of a table or column is not UTF-8");
    return ICP_OK;
}

static icp_status write(struct icp__sql *q, const icp_model *whole, const struct icp_sql_options *o, icp_buffer **out, struct icp_error *err) {
    icp_status st = icp__sql_chars_make(&q->chars);
    if (st != ICP_OK)
        return icp__fail(err, st, "too many characters that fold");
    st = choose_names(q, o, err);
    if (st == ICP_OK)
        st = icp__sql_columns(q, err);
    if (st == ICP_OK && q->omitted != 0 && !(o->flags & ICP_SQL_PARTIAL))
        st = refuse(q, err);
    if (st != ICP_OK)
        return st;
    head(q, whole);
    cells(q);
    reads(q);
    points(q);
    scores(q);
    return icp__bytes_finish(&q->b, out, err);
}

icp_status icp_model_to_sql(const icp_model *m, const struct icp_sql_options *o, icp_buffer **out, struct icp_error *err) {
    struct icp_sql_options own;
    struct icp__sql *q;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st != ICP_OK)
        return st;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    if (own.flags & ~(uint32_t)ICP_SQL_PARTIAL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_sql_options");
    if (own.dialect < ICP_SQL_DUCKDB || own.dialect > ICP_SQL_SQLITE)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown dialect");
    if ((own.table == NULL && own.table_size != 0) || (own.key_column == NULL && own.key_size != 0))
        return icp__fail(err, ICP_E_ARGUMENT, "table or key_column is NULL but has a size");
    const icp_model *fit = icp__model_part(m, ICP_LAYER_FIT);
    if (fit == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no fit layer");
    q = icp__calloc(m->ctx, 1, sizeof *q);
    if (q == NULL)
        return icp__no_memory(err);
    q->ctx = m->ctx;
    q->model = fit;
    q->dialect = own.dialect;
    icp__bytes_init(&q->b, q->ctx);
    icp__arena_init(&q->arena, q->ctx);
    st = write(q, m, &own, out, err);
    icp__bytes_free(&q->b);
    icp__arena_free(&q->arena);
    icp__free(m->ctx, q);
    return st;
}
