/* SPDX-License-Identifier: MIT */
/* Categories and booleans: v@ is the value, w@ its words with a blank around each, t@ what a normaliser adds, with an A around each. */
#include "sql/sql.h"
#include "trait/normalise.h"
#include "trait/parse.h"

#define WORDS "length(w@) - length(replace(w@, ' ', ''))" /* one more than there are words */

static bool normalised(const struct icp__sql_column *c) { return c->column->normaliser != 0; }
static bool replaced(const struct icp__sql_column *c) { return normalised(c) && !c->column->adds; }

/* k@: by which the normaliser looks it up. */
static void key(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "fo");
    if (!normalised(c))
        return;
    icp__sql_key(q, c);
}

static void odd_key(struct icp__sql *q, const struct icp__sql_column *c) {
    static const char *const odd[] = {" .", "..", " +", " #", ".+", ".#"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        icp__sql_find(q, c, "' ' || k@", "", (struct icp_str){odd[i], 2}, "");
        icp__bytes_text(&q->b, i + 1 < sizeof odd / sizeof *odd ? " OR " : "");
    }
}

static void whole_key(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "f");
    if (!normalised(c)) {
        icp__sql_carry(q, c, "o");
        return;
    }
    icp__bytes_text(&q->b, ", trim(replace(replace(replace(");
    icp__sql_collapse(q, true);
    icp__sql_put(q, c, "' ' || replace(k@, '.', ' ') || ' '");
    icp__sql_collapse(q, false);
    icp__sql_put(q, c, ", ' and ', ' '), ' and ', ' '), ' and ', ' ')) AS k@, CASE WHEN ");
    odd_key(q, c);
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

struct terms {
    struct icp__terms t;
    char room[ICP__TERM_ROOM];
};

static void terms_of(uint8_t normaliser, const struct icp__sql_spelling *s, struct terms *out) {
    out->t = (struct icp__terms){.count = 0, .room = out->room};
    icp__normalisers[normaliser].terms(s->text, s->size, &out->t);
}

static bool wanted(const struct icp__sql_column *c, uint32_t spelling) {
    if (replaced(c))
        return true;
    for (uint32_t i = 0; i < c->saids; i++)
        if (c->said[i].spelling == spelling)
            return true;
    return false;
}

/* WHEN 'spelling' THEN the first term, or all from `from` on, each between two A. */
static void when(struct icp__sql *q, const struct icp__sql_spelling *s, const struct icp__terms *t, uint32_t from, bool first) {
    icp__bytes_text(&q->b, "\n      WHEN ");
    icp__sql_text(q, (struct icp_str){s->text, s->size});
    icp__bytes_text(&q->b, " THEN '");
    for (uint32_t k = from; k < (first ? 1 : t->count); k++) {
        icp__bytes_text(&q->b, first ? "" : "A");
        icp__bytes_add(&q->b, t->term[k].data, t->term[k].size);
        icp__bytes_text(&q->b, first || k + 1 < t->count ? "" : "A");
    }
    icp__bytes_text(&q->b, "'");
}

/* CASE f@ WHEN ... END, or of k@; nothing where there is no such spelling. Returns whether it wrote one. */
static bool look_up(struct icp__sql *q, const struct icp__sql_column *c, bool by_value, bool first) {
    struct icp__sql_spelling s;
    struct terms t;
    bool any = false;
    const uint32_t from = first || !replaced(c) ? 0 : 1;
    for (uint32_t i = 0; icp__sql_spelling(c->column->normaliser, i, &s); i++) {
        if (s.by_value != by_value || !wanted(c, i))
            continue;
        terms_of(c->column->normaliser, &s, &t);
        if (t.t.count <= from)
            continue;
        if (!any)
            icp__sql_put(q, c, by_value ? "CASE f@" : "CASE k@");
        any = true;
        when(q, &s, &t.t, from, first);
    }
    icp__bytes_text(&q->b, any ? " END" : "");
    return any;
}

static void map(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_carry(q, c, "f");
    if (!normalised(c)) {
        icp__sql_carry(q, c, "o");
        return;
    }
    for (int first = replaced(c); first >= 0; first--) {
        icp__bytes_text(&q->b, ", COALESCE(");
        for (int by_value = 1; by_value >= 0; by_value--)
            if (look_up(q, c, by_value, first))
                icp__bytes_text(&q->b, ", ");
        icp__sql_put(q, c, first ? "NULL, NULL) AS m@" : "'', '') AS t@");
    }
    icp__sql_put(q, c, ", CASE WHEN ");
    icp__sql_find(q, c, "' ' || k@ || ' '", " ", (struct icp_str){"and", 3}, " ");
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

static void parts(struct icp__sql *q, const struct icp__sql_column *c) {
    const bool code = c->column->normaliser == ICP__NORMALISER_STATE;
    icp__sql_put(q, c, replaced(c) ? ", COALESCE(m@, f@) AS v@" : ", f@ AS v@");
    if (normalised(c))
        icp__sql_carry(q, c, "t");
    if (c->words == 0) {
        icp__sql_carry(q, c, "o");
        return;
    }
    icp__sql_words(q, c, !replaced(c) ? "f@" : code ? "CASE WHEN m@ IS NULL THEN f@ ELSE '' END" : "COALESCE(m@, f@)", false);
    icp__sql_put(q, c, ", CASE WHEN ");
    icp__sql_odd_words(q, c);
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

/* A term counts where the value does not give the trait already. */
static void term(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry) {
    const struct icp_str s = icp__sql_entry(q, entry);
    icp__sql_find(q, c, "t@", "A", s, "A");
    icp__sql_put(q, c, " AND v@ <> ");
    icp__sql_text(q, s);
    if (!icp__sql_is_word(s.data, s.size))
        return;
    icp__sql_put(q, c, " AND NOT (" WORDS " > 2 AND ");
    icp__sql_find(q, c, "w@", " ", s, " ");
    icp__bytes_text(&q->b, ")");
}

static void terms_sum(struct icp__sql *q, const struct icp__sql_column *c) {
    uint32_t *list = icp__alloc(q->ctx, (size_t)c->entries + 1, sizeof *list), n = 0;
    if (list == NULL) {
        q->b.failed = true;
        return;
    }
    for (uint32_t i = 0; i < c->entries; i++)
        for (uint32_t k = 0; k < c->saids; k++)
            if (c->said[k].entry == c->entry[i]) {
                list[n++] = c->entry[i];
                break;
            }
    if (n > 0) {
        icp__bytes_text(&q->b, "\n      + ");
        icp__sql_sum(q, c, term, list, n);
    }
    icp__free(q->ctx, list);
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "CASE WHEN v@ <> '' THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, "\n      + ");
    icp__sql_values(q, c, "v@");
    if (c->words > 0) {
        icp__sql_put(q, c, "\n      + CASE WHEN " WORDS " > 2 THEN ");
        icp__sql_inner_words(q, c);
        icp__bytes_text(&q->b, " ELSE 0 END");
    }
    if (normalised(c))
        terms_sum(q, c);
    icp__bytes_text(&q->b, " ELSE 0 END");
}

/* Of a value with many words the first 32 count. */
static void exact(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, c->words > 0 ? "CASE WHEN " WORDS " > 33 THEN FALSE ELSE o@ END" : "o@");
}

const struct icp__sql_kind icp__sql_of_value = {{icp__sql_fold, key, whole_key, map, parts}, points, exact};

/* Yes and no in many languages; everything else is a value. */
static void boolean(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_fold(q, c);
    icp__sql_put(q, c, ", CASE");
    for (int value = 1; value >= 0; value--) {
        const char *text;
        int says;
        icp__bytes_text(&q->b, " WHEN ");
        icp__sql_lower(q, c, "c@");
        icp__bytes_text(&q->b, " IN (");
        bool first = true;
        for (size_t i = 0; (text = icp__boolean_word(i, &says)) != NULL; i++) {
            if (says != value)
                continue;
            icp__bytes_text(&q->b, first ? "" : ", ");
            icp__sql_text(q, (struct icp_str){text, strlen(text)});
            first = false;
        }
        icp__bytes_print(&q->b, ") THEN '%s'", value ? "yes" : "no");
    }
    icp__sql_put(q, c, " END AS m@");
}
static void boolean_carry(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_carry(q, c, "fmo"); }
static void boolean_parts(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, ", COALESCE(m@, f@) AS v@");
    if (c->words == 0) {
        icp__sql_carry(q, c, "o");
        return;
    }
    icp__sql_words(q, c, "CASE WHEN m@ IS NULL THEN f@ ELSE '' END", false);
    icp__sql_put(q, c, ", CASE WHEN ");
    icp__sql_odd_words(q, c);
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

const struct icp__sql_kind icp__sql_of_boolean = {{boolean, boolean_carry, boolean_carry, boolean_carry, boolean_parts}, points, exact};
