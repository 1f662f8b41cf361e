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

#define AMOUNT "rtrim(ltrim(c@, '$'), 'kKmMbB')"
#define LOW "rtrim(rtrim(c@, '0123456789'), '-')"
#define HIGH "ltrim(ltrim(c@, '0123456789'), '-')"

/* $4.8M: few digits, so that the product is the same wherever doubles are multiplied. */
static void amount(struct icp__sql *q, const struct icp__sql_column *c) {
    if (q->dialect != ICP_SQL_SQLITE) {
        icp__sql_matches(q, c, "c@", "[$]?[0-9]{1,6}([.][0-9]{1,3})?[kKmMbB]?");
        return;
    }
    icp__sql_put(q, c, AMOUNT " NOT GLOB '*[^0-9.]*' AND " AMOUNT " GLOB '[0-9]*' AND " AMOUNT " GLOB '*[0-9]' AND length(" AMOUNT ") <= 9"
                       " AND length(" AMOUNT ") - length(replace(" AMOUNT ", '.', '')) <= 1"
                       " AND (instr(" AMOUNT ", '.') = 0 OR length(" AMOUNT ") - instr(" AMOUNT ", '.') <= 3) AND (c@ IN (" AMOUNT ", '$' || " AMOUNT ")"
                       " OR substr(c@, 1, length(c@) - 1) IN (" AMOUNT ", '$' || " AMOUNT "))");
}

/* 11-50 counts as its middle, 10001+ as its end. */
static void range(struct icp__sql *q, const struct icp__sql_column *c, bool open) {
    if (q->dialect != ICP_SQL_SQLITE)
        icp__sql_matches(q, c, "c@", open ? "[0-9]{1,9}[+]" : "[0-9]{1,9}-[0-9]{1,9}");
    else if (open)
        icp__sql_put(q, c, "length(c@) <= 10 AND c@ GLOB '[0-9]*+' AND rtrim(c@, '0123456789+') = '' AND substr(c@, 1, length(c@) - 1) NOT GLOB '*+*'");
    else
        icp__sql_put(q, c, "c@ GLOB '[0-9]*-[0-9]*' AND c@ = " LOW " || '-' || " HIGH " AND " LOW " || " HIGH " NOT GLOB '*[^0-9]*' AND length(" LOW ") <= 9"
                           " AND length(" HIGH ") <= 9");
}

static void cast(struct icp__sql *q, const struct icp__sql_column *c, const char *expression) {
    icp__bytes_text(&q->b, "CAST(");
    icp__sql_put(q, c, expression);
    icp__bytes_print(&q->b, " AS %s)", icp__sql_double(q));
}

static void read(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__bytes_text(&q->b, ", CASE WHEN ");
    plain(q, c);
    icp__bytes_text(&q->b, " THEN ");
    cast(q, c, "c@");
    if (c->column->decimal != ',') {
        icp__bytes_text(&q->b, " WHEN ");
        amount(q, c);
        icp__bytes_text(&q->b, " THEN ");
        cast(q, c, AMOUNT);
        icp__sql_put(q, c, " * CASE WHEN substr(c@, length(c@), 1) IN ('k', 'K') THEN 1e3 WHEN substr(c@, length(c@), 1) IN ('m', 'M') THEN 1e6"
                           " WHEN substr(c@, length(c@), 1) IN ('b', 'B') THEN 1e9 ELSE 1e0 END WHEN ");
        range(q, c, true);
        icp__bytes_text(&q->b, " THEN ");
        cast(q, c, "rtrim(c@, '+')");
        icp__bytes_text(&q->b, " WHEN ");
        range(q, c, false);
        icp__bytes_text(&q->b, " THEN CASE WHEN ");
        cast(q, c, LOW);
        icp__bytes_text(&q->b, " <= ");
        cast(q, c, HIGH);
        icp__bytes_text(&q->b, " THEN ");
        cast(q, c, LOW);
        icp__bytes_text(&q->b, " + (");
        cast(q, c, HIGH);
        icp__bytes_text(&q->b, " - ");
        cast(q, c, LOW);
        icp__bytes_text(&q->b, ") / 2e0 END");
    }
    icp__sql_put(q, c, " END AS n@");
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

void icp__sql_ranges(struct icp__sql *q, const struct icp__sql_column *c, const char *value, void (*write_end)(struct icp__sql *q, double v)) {
    const struct icp__slot *s = c->slot;
    const bool low = s->flags & ICP__OPEN_LOW;
    icp__bytes_text(&q->b, "CASE WHEN ");
    icp__sql_put(q, c, value);
    icp__bytes_text(&q->b, " IS NOT NULL THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, " ELSE 0 END");
    if (s->ranges == 0)
        return;
    icp__bytes_text(&q->b, "\n      + CASE");
    for (uint32_t i = 0; i < s->edges; i++) { /* below the first end lies a range only where it is open */
        icp__bytes_text(&q->b, " WHEN ");
        icp__sql_put(q, c, value);
        icp__bytes_text(&q->b, " < ");
        write_end(q, s->edge[i]);
        icp__bytes_text(&q->b, " THEN ");
        if (i == 0 && !low)
            icp__bytes_text(&q->b, "0");
        else
            icp__sql_points(q, s->range + i - !low);
    }
    icp__bytes_text(&q->b, " WHEN ");
    icp__sql_put(q, c, value);
    icp__bytes_text(&q->b, " IS NOT NULL THEN ");
    if (s->edges - !low < s->ranges)
        icp__sql_points(q, s->range + s->edges - !low);
    else
        icp__bytes_text(&q->b, "0");
    icp__bytes_text(&q->b, " ELSE 0 END");
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_ranges(q, c, "n@", edge); }

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
