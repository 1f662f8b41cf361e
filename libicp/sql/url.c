/* SPDX-License-Identifier: MIT */
/* Web addresses: h@ is the host, l@ its last label, b@ the one before, r@ the registry it stands under, w@ the words of what is left. */
#include "sql/sql.h"
#include "trait/parse.h"

/* Behind http:// or https://, with a slash for every sign that ends a host. */
static void address(struct icp__sql *q, const struct icp__sql_column *c) {
    static const char *const ends[] = {"?", "#", " ", ",", ";", "|"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        icp__bytes_text(&q->b, "replace(");
    icp__bytes_text(&q->b, "CASE WHEN ");
    icp__sql_lower(q, c, "substr(c@, 1, 8)");
    icp__sql_put(q, c, " = 'https://' THEN substr(c@, 9) WHEN ");
    icp__sql_lower(q, c, "substr(c@, 1, 7)");
    icp__sql_put(q, c, " = 'http://' THEN substr(c@, 8) ELSE c@ END || '/'");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        icp__bytes_print(&q->b, ", '%s', '/')", ends[i]);
}

static void cut(struct icp__sql *q, const struct icp__sql_column *c) {
    const bool turned = q->dialect == ICP_SQL_SNOWFLAKE, instr = q->dialect == ICP_SQL_SQLITE;
    icp__bytes_text(&q->b, ", substr(");
    address(q, c);
    icp__bytes_text(&q->b, turned ? ", 1, POSITION('/', " : instr ? ", 1, instr(" : ", 1, strpos(");
    address(q, c);
    icp__sql_put(q, c, turned ? ") - 1) AS h@" : ", '/') - 1) AS h@");
    icp__sql_carry(q, c, "o");
    if (instr)
        icp__sql_put(q, c, ", TRUE AS a@");
}

/* Signs that hosts lack, other schemes, ports and accounts are left to the library. */
static void plain(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__bytes_text(&q->b, ", rtrim(");
    icp__sql_lower(q, c, "h@");
    icp__sql_put(q, c, ", '.') AS h@, CASE WHEN h@ IS NULL THEN o@ WHEN length(h@) <= 253 AND ");
    if (q->dialect == ICP_SQL_SQLITE)
        icp__sql_put(q, c, "h@ <> '' AND h@ NOT GLOB '*[^0-9A-Za-z._-]*'");
    else
        icp__sql_matches(q, c, "h@", "[-0-9A-Za-z._]+");
    icp__bytes_text(&q->b, " AND NOT ");
    icp__sql_find(q, c, "h@", "", (struct icp_str){"-.", 2}, "");
    icp__bytes_text(&q->b, " AND NOT ");
    icp__sql_find(q, c, "h@", "", (struct icp_str){"_.", 2}, "");
    icp__sql_put(q, c, " THEN o@ ELSE FALSE END AS o@");
}

#define BEFORE "rtrim(rtrim(h@, replace(h@, '.', '')), '.')"             /* all labels but the last */
#define LAST "substr(h@, length(rtrim(h@, replace(h@, '.', ''))) + 1)" /* label */

/* h@ without the last label, and without www. where a name is left; NULL = no host. */
static void labels(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, ", CASE WHEN substr(h@, 1, 1) = '.' OR ");
    icp__sql_find(q, c, "h@", "", (struct icp_str){"..", 2}, "");
    icp__bytes_text(&q->b, " OR NOT ");
    icp__sql_find(q, c, "h@", "", (struct icp_str){".", 1}, "");
    icp__sql_put(q, c, " THEN NULL WHEN substr(h@, 1, 4) = 'www.' AND length(" BEFORE ") > 4 THEN substr(" BEFORE ", 5) ELSE " BEFORE " END AS h@, " LAST " AS l@");
    icp__sql_carry(q, c, "o");
}

static void labelled(struct icp__sql *q, enum icp__registry_list list) {
    const char *label;
    for (size_t i = 0; (label = icp__registry_label(list, i)) != NULL; i++)
        icp__bytes_print(&q->b, "%s'%s'", i > 0 ? ", " : "", label);
}

/* Is the label before the last a registry too? One more must stand before it. */
static void second(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "length(l@) = 2 AND ");
    icp__sql_find(q, c, "h@", "", (struct icp_str){".", 1}, "");
    icp__sql_put(q, c, " AND l@ NOT IN (");
    labelled(q, ICP__REGISTRY_FLAT);
    icp__sql_put(q, c, ") AND (" LAST " IN (");
    labelled(q, ICP__REGISTRY_USUAL);
    icp__sql_put(q, c, ") OR " LAST " || '.' || l@ IN (");
    labelled(q, ICP__REGISTRY_OWN);
    icp__bytes_text(&q->b, "))");
}

static void registry(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, ", CASE WHEN length(l@) < 2 OR substr(l@, 1, 1) IN ('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') OR h@ IS NULL THEN NULL WHEN ");
    second(q, c);
    icp__sql_put(q, c, " THEN '.' || " LAST " || '.' || l@ ELSE '.' || l@ END AS r@, CASE WHEN ");
    second(q, c);
    icp__sql_put(q, c, " THEN " BEFORE " ELSE h@ END AS h@");
    icp__sql_carry(q, c, "o");
}

static void words(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_words(q, c, "h@", false);
    icp__sql_carry(q, c, "ro");
}

static void word(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry) { icp__sql_find(q, c, "w@", " ", icp__sql_entry(q, entry), " "); }

static void points(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "CASE WHEN r@ <> '' THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, "\n      + ");
    icp__sql_values(q, c, "r@");
    icp__bytes_text(&q->b, "\n      + ");
    icp__sql_sum(q, c, word, c->word, c->words);
    icp__bytes_text(&q->b, " ELSE 0 END");
}

static void exact(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "CASE WHEN length(w@) - length(replace(w@, ' ', '')) > 33 THEN FALSE ELSE o@ END");
}

const struct icp__sql_kind icp__sql_of_url = {{cut, plain, labels, registry, words}, points, exact};
