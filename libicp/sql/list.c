/* SPDX-License-Identifier: MIT */
/* Lists: s@ holds the folded items with an A around each. */
#include "sql/sql.h"
#include "trait/normalise.h"
#include "trait/parse.h"

static void text(struct icp__sql *q, const char *s) { icp__sql_text(q, (struct icp_str){s, strlen(s)}); }

static bool bracketed(const struct icp__sql_column *c) { return c->column->separator == 'j'; }

/* b@: what stands in the brackets, NULL = there are none. */
static void inside(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "fo");
    if (bracketed(c))
        icp__sql_put(q, c,
                     ", CASE WHEN length(f@) > 1 AND substr(f@, 1, 1) || substr(f@, length(f@), 1) IN ('[]', '{}', '()')"
                     " THEN trim(substr(f@, 2, length(f@) - 2)) END AS b@");
}

/* Items without blanks around them. */
static void split(struct icp__sql *q, const struct icp__sql_column *c, const char *of, const char *const *separators, size_t count) {
    icp__bytes_text(&q->b, "'A' || replace(replace(");
    for (size_t i = 0; i < count; i++)
        icp__bytes_text(&q->b, "replace(");
    icp__sql_put(q, c, of);
    for (size_t i = 0; i < count; i++) {
        icp__bytes_text(&q->b, ", ");
        icp__sql_text(q, (struct icp_str){separators[i], strlen(separators[i])});
        icp__bytes_text(&q->b, ", 'A')");
    }
    icp__bytes_text(&q->b, ", ' A', 'A'), 'A ', 'A') || 'A'");
}

static void items(struct icp__sql *q, const struct icp__sql_column *c) {
    static const char *const twice[] = {"\", \"", "\",\""}, *const once[] = {"', '", "','"}, *const comma[] = {","};
    const char own[] = {(char)(c->column->separator ? c->column->separator : ';'), '\0'}, *const sign[] = {own};
    if (!bracketed(c)) {
        icp__bytes_text(&q->b, ", ");
        split(q, c, "f@", sign, 1);
        icp__sql_put(q, c, " AS s@, CASE WHEN substr(f@, 1, 2) IN ('[\"', ");
        text(q, "['");
        icp__sql_put(q, c, ") THEN FALSE ELSE o@ END AS o@");
        return;
    }
    icp__sql_put(q, c, ", CASE WHEN b@ IS NULL THEN ");
    split(q, c, "f@", comma, 1);
    icp__sql_put(q, c, " WHEN length(b@) > 1 AND substr(b@, 1, 1) || substr(b@, length(b@), 1) = '\"\"' THEN ");
    split(q, c, "substr(b@, 2, length(b@) - 2)", twice, 2);
    icp__sql_put(q, c, " WHEN length(b@) > 1 AND substr(b@, 1, 1) || substr(b@, length(b@), 1) = ");
    text(q, "''");
    icp__bytes_text(&q->b, " THEN ");
    split(q, c, "substr(b@, 2, length(b@) - 2)", once, 2);
    icp__bytes_text(&q->b, " ELSE ");
    split(q, c, "b@", comma, 1);
    icp__sql_put(q, c, " END AS s@, substr(b@, 1, 1) AS g@");
    icp__sql_carry(q, c, "o");
}

/* What SQL takes apart otherwise than the library: escapes, a quote inside a quoted item, quotes elsewhere. */
static void quotes(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "s");
    if (!bracketed(c)) {
        icp__sql_carry(q, c, "o");
        return;
    }
    icp__sql_put(q, c, ", CASE WHEN g@ IS NULL THEN o@ WHEN ");
    icp__sql_find(q, c, "s@", "", (struct icp_str){"\\", 1}, "");
    icp__sql_put(q, c, " THEN FALSE WHEN g@ = '\"' AND ");
    icp__sql_find(q, c, "s@", "", (struct icp_str){"\"", 1}, "");
    icp__sql_put(q, c, " THEN FALSE WHEN g@ = ");
    text(q, "'");
    icp__bytes_text(&q->b, " AND ");
    icp__sql_find(q, c, "s@", "", (struct icp_str){"'", 1}, "");
    icp__sql_put(q, c, " THEN FALSE WHEN g@ NOT IN ('\"', ");
    text(q, "'");
    icp__bytes_text(&q->b, ") AND (");
    icp__sql_find(q, c, "s@", "", (struct icp_str){"\"", 1}, "");
    icp__sql_put(q, c, " OR ");
    icp__sql_find(q, c, "s@", "", (struct icp_str){"'", 1}, "");
    icp__sql_put(q, c, " OR ");
    icp__sql_find(q, c, "s@", "A", (struct icp_str){"none", 4}, "A");
    icp__sql_put(q, c, ") THEN FALSE ELSE o@ END AS o@");
}

/* Items that say "nothing" are left out by the library. */
static void missing(struct icp__sql *q, const struct icp__sql_column *c) {
    const char *text;
    icp__sql_carry(q, c, "s");
    icp__sql_put(q, c, ", CASE WHEN ");
    for (size_t i = 0; (text = icp__missing_spelling(i)) != NULL; i++) {
        icp__sql_find(q, c, "s@", "A", (struct icp_str){text, strlen(text)}, "A");
        icp__bytes_text(&q->b, " OR ");
    }
    icp__sql_find(q, c, "s@", "A", (struct icp_str){"nan", 3}, "A");
    if (c->column->normaliser != 0) { /* spellings are looked for as they stand in its table, without punctuation */
        icp__bytes_text(&q->b, " OR ");
        icp__sql_letters(q, c, "s@");
        icp__bytes_text(&q->b, " OR ");
        icp__sql_find(q, c, "replace(s@, 'A', ' ')", " ", (struct icp_str){"and", 3}, " ");
    }
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

static void hit(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry) {
    const struct icp_str s = icp__sql_entry(q, entry);
    struct icp__sql_spelling spelling;
    char room[ICP__TERM_ROOM];
    struct icp__terms t = {.count = 0, .room = room};
    if (c->column->normaliser != 0 && !c->column->adds)
        icp__normalisers[c->column->normaliser].terms(s.data, s.size, &t);
    /* An item that the normaliser replaces is no trait itself. */
    const bool itself = t.count == 0 || (t.term[0].size == s.size && memcmp(t.term[0].data, s.data, s.size) == 0);
    bool any = false;
    if (itself) {
        icp__sql_find(q, c, "s@", "A", s, "A");
        any = true;
    }
    for (uint32_t i = 0; i < c->saids; i++)
        if (c->said[i].entry == entry && icp__sql_spelling(c->column->normaliser, c->said[i].spelling, &spelling)) {
            icp__bytes_text(&q->b, any ? " OR " : "");
            icp__sql_find(q, c, "s@", "A", (struct icp_str){spelling.text, spelling.size}, "A");
            any = true;
        }
    icp__bytes_text(&q->b, any ? "" : "FALSE");
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "CASE WHEN replace(s@, 'A', '') <> '' THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, "\n      + ");
    icp__sql_sum(q, c, hit, c->entry, c->entries);
    icp__bytes_text(&q->b, " ELSE 0 END");
}

const struct icp__sql_kind icp__sql_of_list = {{icp__sql_fold, inside, items, quotes, missing}, points, NULL};
