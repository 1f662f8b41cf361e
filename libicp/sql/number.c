/* SPDX-License-Identifier: MIT */
/* Numbers: n@ is the value of a cell that SQL reads as the library does, NULL = it does not. Where it does not, the cell counts as unknown
 * and the row is not exact. */
#include "sql/sql.h"

/* Digits, with a sign and a point: the form in which both read a number. SQLite is trusted with 15 digits, the others with all that a double has. */
static void plain(struct icp__sql *q, const struct icp__sql_column *c) {
    const bool point = c->column->decimal != ',';
    if (q->dialect != ICP_SQL_SQLITE) {
        icp__bytes_text(&q->b, "length(");
        icp__sql_put(q, c, "c@) <= 40 AND ");
        icp__sql_matches(q, c, "c@", point ? "-?[0-9]*[.]?[0-9]+([eE][-+]?[0-9]{1,2})?" : "-?[0-9]{1,15}");
        return;
    }
    icp__sql_put(q, c, point ? "c@ NOT GLOB '*[^0-9.-]*'" : "c@ NOT GLOB '*[^0-9-]*'");
    icp__sql_put(q, c, " AND c@ GLOB '*[0-9]' AND substr(c@, 2) NOT GLOB '*-*' AND length(c@) - length(replace(c@, '.', '')) <= 1"
                       " AND length(replace(c@, '-', '')) <= 15");
}

static void read(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__bytes_text(&q->b, ", CASE WHEN ");
    plain(q, c);
    icp__sql_put(q, c, " THEN CAST(c@ AS ");
    icp__bytes_text(&q->b, icp__sql_double(q));
    icp__sql_put(q, c, ") END AS n@");
    icp__sql_carry(q, c, "co");
}

static void judge(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "n");
    icp__sql_put(q, c, ", CASE WHEN c@ IS NOT NULL AND n@ IS NULL THEN FALSE ELSE o@ END AS o@");
}
static void carry(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_carry(q, c, "no"); }

/* A decimal that no dialect reads as anything but the double that it is. */
static void edge(struct icp__sql *q, double v) {
    char text[32];
    const size_t n = icp__decimal_print(v, text);
    icp__bytes_add(&q->b, text, n);
    if (memchr(text, '.', n) != NULL && memchr(text, 'e', n) == NULL)
        icp__bytes_text(&q->b, "e0");
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) {
    const struct icp__slot *s = c->slot;
    const bool low = s->flags & ICP__OPEN_LOW;
    icp__sql_put(q, c, "CASE WHEN n@ IS NOT NULL THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, " ELSE 0 END");
    if (s->ranges == 0)
        return;
    icp__bytes_text(&q->b, "\n      + CASE");
    for (uint32_t i = 0; i < s->edges; i++) { /* below the first end lies a range only where it is open */
        icp__sql_put(q, c, " WHEN n@ < ");
        edge(q, s->edge[i]);
        icp__bytes_text(&q->b, " THEN ");
        if (i == 0 && !low)
            icp__bytes_text(&q->b, "0");
        else
            icp__sql_points(q, s->range + i - !low);
    }
    icp__sql_put(q, c, " WHEN n@ IS NOT NULL THEN ");
    if (s->edges - !low < s->ranges)
        icp__sql_points(q, s->range + s->edges - !low);
    else
        icp__bytes_text(&q->b, "0");
    icp__bytes_text(&q->b, " ELSE 0 END");
}

const struct icp__sql_kind icp__sql_of_number = {{read, judge, carry, carry, carry}, points, NULL};

/* At most 15 digits, so that a decimal and the double nearest to it compare alike. */
bool icp__sql_edges_fit(const struct icp__slot *s) {
    for (uint32_t i = 0; i < s->edges; i++) {
        char text[32];
        const size_t n = icp__decimal_print(s->edge[i], text);
        size_t digits = 0;
        for (size_t k = 0; k < n && text[k] != 'e'; k++)
            digits += (unsigned)(text[k] - '0') < 10;
        if (digits > 15)
            return false;
    }
    return true;
}
