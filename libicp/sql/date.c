/* SPDX-License-Identifier: MIT */
/* Dates: d@ is the day as yyyy-mm-dd, NULL = SQL cannot read it. Days are compared as texts. */
#include "sql/sql.h"
#include "trait/parse.h"

static void shape(struct icp__sql *q, const struct icp__sql_column *c) {
    if (q->dialect == ICP_SQL_SQLITE)
        icp__sql_put(q, c, "WHEN c@ GLOB '[0-9][0-9][0-9][0-9]' THEN c@ || '-01-01' WHEN c@ GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
                           " OR (c@ GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T][0-9][0-9]:[0-9]*' AND length(c@) <= 40"
                           " AND substr(c@, 12) NOT GLOB '*[^0-9:.+Z -]*') THEN substr(c@, 1, 10)");
    else {
        icp__bytes_text(&q->b, "WHEN ");
        icp__sql_matches(q, c, "c@", "[0-9]{4}");
        icp__sql_put(q, c, " THEN c@ || '-01-01' WHEN length(c@) <= 40 AND ");
        icp__sql_matches(q, c, "c@", "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9][0-9:.+Z -]*)?");
        icp__sql_put(q, c, " THEN substr(c@, 1, 10)");
    }
}

static void read(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__bytes_text(&q->b, ", CASE ");
    shape(q, c);
    icp__sql_put(q, c, " END AS d@");
    icp__sql_carry(q, c, "co");
}

/* 1 = a leap year, of a text that is four digits. */
static const char leap[] = "CASE WHEN substr(d@, 3, 2) IN ('00') THEN substr(d@, 1, 2) IN ('12', '16', '20', '24', '28')"
                           " ELSE substr(d@, 3, 2) IN ('04', '08', '12', '16', '20', '24', '28', '32', '36', '40', '44', '48', '52', '56', '60', '64', '68',"
                           " '72', '76', '80', '84', '88', '92', '96') END";

/* Days that the calendar lacks, and years that are placeholders of databases. */
static void calendar(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "co");
    icp__sql_put(q, c, ", CASE WHEN substr(d@, 1, 4) >= '1000' AND substr(d@, 1, 4) <= '2999' AND substr(d@, 9, 2) >= '01' AND substr(d@, 9, 2) <="
                       " CASE WHEN substr(d@, 6, 2) IN ('01', '03', '05', '07', '08', '10', '12') THEN '31'"
                       " WHEN substr(d@, 6, 2) IN ('04', '06', '09', '11') THEN '30' WHEN substr(d@, 6, 2) <> '02' THEN '00' WHEN ");
    icp__sql_put(q, c, leap);
    icp__sql_put(q, c, " THEN '29' ELSE '28' END THEN d@ END AS d@");
}

static void judge(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "d");
    icp__sql_put(q, c, ", CASE WHEN c@ IS NOT NULL AND d@ IS NULL THEN FALSE ELSE o@ END AS o@");
}
static void carry(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_carry(q, c, "do"); }

/* The first day that is not before an end of a range. */
static void edge(struct icp__sql *q, double v) {
    char text[10];
    int64_t day = v > 4e6 ? 4000000 : v < -1e6 ? -1000000 : (int64_t)v;
    day += (double)day < v;
    icp__date_print(day > 2932896 ? 2932896 : day < -719528 ? -719528 : day, text);
    icp__sql_text(q, (struct icp_str){text, sizeof text});
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_ranges(q, c, "d@", edge); }

const struct icp__sql_kind icp__sql_of_date = {{read, calendar, judge, carry, carry}, points, NULL};
