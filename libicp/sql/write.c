/* SPDX-License-Identifier: MIT */
/* What differs between dialects: quotes, names of functions, how text is searched. */
#include "sql/sql.h"

/* A column of the step that is being written. */
static void note(struct icp__sql *q, const struct icp__sql_column *c, char letter) {
    char *now = q->letters[c->number].now;
    if (strlen(now) + 1 < sizeof q->letters[0].now)
        now[strlen(now)] = letter;
}

void icp__sql_put(struct icp__sql *q, const struct icp__sql_column *c, const char *text) {
    for (const char *at; (at = strchr(text, '@')) != NULL; text = at + 1) {
        icp__bytes_add(&q->b, text, (size_t)(at - text));
        icp__sql_int(q, c->number);
        if (at - text >= 5 && memcmp(at - 5, " AS ", 4) == 0)
            note(q, c, at[-1]);
    }
    icp__bytes_text(&q->b, text);
}

void icp__sql_int(struct icp__sql *q, int64_t v) { icp__bytes_print(&q->b, "%lld", (long long)v); }

bool icp__sql_plain(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
            return false;
    return true;
}

static bool escapes(const struct icp__sql *q) { return q->dialect == ICP_SQL_SNOWFLAKE || q->dialect == ICP_SQL_BIGQUERY; }

static void quoted(struct icp__sql *q, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\'')
            icp__bytes_text(&q->b, q->dialect == ICP_SQL_BIGQUERY ? "\\'" : "''");
        else if (s[i] == '\\' && (escapes(q) || q->dialect == ICP_SQL_POSTGRES))
            icp__bytes_text(&q->b, "\\\\");
        else
            icp__bytes_add(&q->b, &s[i], 1);
    }
}

/* Three pieces as one literal. PostgreSQL reads a backslash as its settings say, except in E'...'. */
static void literal(struct icp__sql *q, struct icp_str a, struct icp_str b, struct icp_str c) {
    const bool backslash = memchr(a.data, '\\', a.size) || memchr(b.data, '\\', b.size) || memchr(c.data, '\\', c.size);
    icp__bytes_text(&q->b, backslash && q->dialect == ICP_SQL_POSTGRES ? "E'" : "'");
    quoted(q, a.data, a.size);
    quoted(q, b.data, b.size);
    quoted(q, c.data, c.size);
    icp__bytes_text(&q->b, "'");
}

static struct icp_str str(const char *s) { return (struct icp_str){s, strlen(s)}; }

void icp__sql_text(struct icp__sql *q, struct icp_str s) { literal(q, str(""), s, str("")); }
void icp__sql_word(struct icp__sql *q, const char *before, struct icp_str s, const char *after) { literal(q, str(before), s, str(after)); }

void icp__sql_name(struct icp__sql *q, struct icp_str s) {
    const bool big = q->dialect == ICP_SQL_BIGQUERY;
    icp__bytes_text(&q->b, big ? "`" : "\"");
    for (size_t i = 0; i < s.size; i++) {
        if (big && (s.data[i] == '`' || s.data[i] == '\\'))
            icp__bytes_text(&q->b, "\\");
        else if (!big && s.data[i] == '"')
            icp__bytes_text(&q->b, "\"");
        icp__bytes_add(&q->b, s.data + i, 1);
    }
    icp__bytes_text(&q->b, big ? "`" : "\"");
}

/* A character that does not show in a literal. */
static void character(struct icp__sql *q, unsigned c) {
    static const char *const names[] = {"chr(", "chr(", "CHR(", "CODE_POINTS_TO_STRING([", "char("};
    icp__bytes_print(&q->b, "%s%u%s", names[q->dialect], c, q->dialect == ICP_SQL_BIGQUERY ? "])" : ")");
}

/* Characters as one text, those that do not show by number. */
static void characters(struct icp__sql *q, const char *s) {
    icp__bytes_text(&q->b, "(");
    for (bool first = true; *s; first = false) {
        const char *end = s;
        while (*end && icp__sql_plain(end, 1))
            end++;
        icp__bytes_text(&q->b, first ? "" : " || ");
        if (end > s)
            icp__sql_text(q, (struct icp_str){s, (size_t)(end - s)});
        else
            character(q, (unsigned char)*end++);
        s = end;
    }
    icp__bytes_text(&q->b, ")");
}

void icp__sql_as_text(struct icp__sql *q, struct icp_str column) {
    static const char *const type[] = {"VARCHAR", "TEXT", "VARCHAR", "STRING", "TEXT"};
    icp__bytes_text(&q->b, "CAST(t.");
    icp__sql_name(q, column);
    icp__bytes_print(&q->b, " AS %s)%s", type[q->dialect], q->dialect == ICP_SQL_POSTGRES ? " COLLATE \"C\"" : "");
}

void icp__sql_trimmed(struct icp__sql *q, struct icp_str column) {
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_POSTGRES ? "btrim(" : "trim(");
    icp__sql_as_text(q, column);
    icp__bytes_text(&q->b, ", ");
    characters(q, " \t\n\v\f\r\xC2\xA0");
    icp__bytes_text(&q->b, ")");
}

static void nested(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, const struct icp__sql_swaps *s, uint32_t first, uint32_t end,
                   bool whole) {
    for (uint32_t i = first; i < end; i++)
        icp__bytes_text(&q->b, whole || s->item[i].many ? "replace(" : "");
    icp__sql_put(q, c, expression);
    for (uint32_t i = first; i < end; i++) {
        if (!whole && !s->item[i].many)
            continue;
        icp__bytes_text(&q->b, ", ");
        characters(q, s->item[i].from);
        icp__bytes_text(&q->b, ", ");
        icp__sql_text(q, str(s->item[i].to));
        icp__bytes_text(&q->b, ")");
    }
}

static void swap(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, const struct icp__sql_swaps *s, uint32_t first, uint32_t end) {
    char text[2][8 * ICP__SQL_SWAPS + 1];
    size_t used[2] = {0, 0};
    if (q->dialect == ICP_SQL_SQLITE) {
        nested(q, c, expression, s, first, end, true);
        return;
    }
    for (uint32_t i = first; i < end; i++)
        for (int k = 0; k < 2 && !s->item[i].many; k++) {
            const char *piece = k ? s->item[i].to : s->item[i].from;
            const size_t n = strlen(piece);
            memcpy(text[k] + used[k], piece, n);
            used[k] += n;
        }
    text[0][used[0]] = text[1][used[1]] = '\0';
    icp__bytes_text(&q->b, "translate(");
    nested(q, c, expression, s, first, end, false);
    icp__bytes_text(&q->b, ", ");
    characters(q, text[0]);
    icp__bytes_text(&q->b, ", ");
    characters(q, text[1]);
    icp__bytes_text(&q->b, ")");
}

void icp__sql_lower(struct icp__sql *q, const struct icp__sql_column *c, const char *expression) {
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_SQLITE ? "lower(" : "translate(");
    icp__sql_put(q, c, expression);
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_SQLITE ? ")" : ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')");
}

void icp__sql_collapse(struct icp__sql *q, bool open) {
    icp__bytes_text(&q->b, open ? "replace(replace(replace(" : ", ' ', 'BC'), 'CB', ''), 'BC', ' ')");
}

static void octets(struct icp__sql *q, const struct icp__sql_column *c, const char *expression) {
    static const char *const length[] = {"strlen(", "octet_length(", "OCTET_LENGTH(", "BYTE_LENGTH(", "length(CAST("};
    icp__bytes_text(&q->b, length[q->dialect]);
    icp__sql_put(q, c, expression);
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_SQLITE ? " AS BLOB))" : ")");
}

/* Most cells are ASCII, and a long list of replacements costs: a shorter one for them. */
static void swap_all(struct icp__sql *q, const struct icp__sql_column *c, const char *ascii, const char *expression, const struct icp__sql_swaps *s, uint32_t first,
                     uint32_t first_of_all, uint32_t end_of_ascii) {
    icp__bytes_text(&q->b, "CASE WHEN ");
    octets(q, c, expression);
    icp__bytes_text(&q->b, " = length(");
    icp__sql_put(q, c, expression);
    icp__bytes_text(&q->b, ") THEN ");
    swap(q, c, ascii, s, first, end_of_ascii);
    icp__bytes_text(&q->b, " ELSE ");
    swap(q, c, expression, s, first_of_all, s->count);
    icp__bytes_text(&q->b, " END");
}

/* SQLite's parser has a stack of 100: replacements that do not fit into one step go on in the next ones (icp__sql_more). */
enum { CAPITALS = 26, AT_ONCE = 14 };

void icp__sql_fold(struct icp__sql *q, const struct icp__sql_column *c) {
    const struct icp__sql_swaps *s = &q->chars.fold;
    icp__bytes_text(&q->b, ", ");
    icp__sql_collapse(q, true);
    if (q->dialect == ICP_SQL_SQLITE)
        swap(q, c, "lower(c@)", s, CAPITALS, q->chars.fold_ascii);
    else
        swap_all(q, c, "lower(c@)", "c@", s, CAPITALS, 0, q->chars.fold_ascii);
    icp__sql_collapse(q, false);
    icp__sql_put(q, c, " AS f@");
    if (q->dialect == ICP_SQL_SQLITE)
        icp__sql_put(q, c, ", length(CAST(c@ AS BLOB)) = length(c@) AS a@");
    icp__sql_carry(q, c, "o");
}

static void spaced(struct icp__sql *q, bool open, bool phrases) {
    if (open) {
        icp__sql_collapse(q, true);
        icp__bytes_text(&q->b, "' ' || replace(");
        return;
    }
    icp__bytes_text(&q->b, phrases ? ", 'A', ' A ') || ' '" : ", 'A', ' ') || ' '");
    icp__sql_collapse(q, false);
}

void icp__sql_words(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, bool phrases) {
    icp__bytes_text(&q->b, ", ");
    if (q->dialect == ICP_SQL_SQLITE) {
        icp__sql_put(q, c, expression);
    } else {
        spaced(q, true, phrases);
        swap_all(q, c, expression, expression, &q->chars.apart, 0, 0, q->chars.apart_ascii);
        spaced(q, false, phrases);
    }
    icp__sql_put(q, c, " AS w@");
}

void icp__sql_key(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__bytes_text(&q->b, ", ");
    if (q->dialect == ICP_SQL_SQLITE)
        icp__sql_put(q, c, "f@");
    else
        swap(q, c, "f@", &q->chars.key, 0, q->chars.key.count);
    icp__sql_put(q, c, " AS k@");
}

bool icp__sql_more(struct icp__sql *q, const struct icp__sql_column *c, uint32_t read, uint32_t i) {
    const struct icp__sql_swaps *s = read == 0 ? &q->chars.fold : read == 1 ? &q->chars.key : &q->chars.apart;
    const uint32_t start = read == 0 ? q->chars.fold_ascii : 0, first = start + i * AT_ONCE;
    const bool last = first >= s->count, text = c != NULL && c->kind == &icp__sql_of_text;
    const char letter = read == 0 ? 'f' : read == 1 ? 'k' : 'w';
    const char expression[] = {letter, '@', '\0'}, name[] = {' ', 'A', 'S', ' ', letter, '@', '\0'};
    if (q->dialect != ICP_SQL_SQLITE || (read != 0 && read != 1 && read + 1 != ICP__SQL_READS) || (last && (read == 1 || first >= s->count + AT_ONCE)))
        return false;
    if (c == NULL)
        return true;
    for (const char *have = q->letters[c->number].before; *have != '\0'; have++) {
        const char one[] = {*have, '\0'};
        if (*have != letter) {
            icp__sql_carry(q, c, one);
            continue;
        }
        /* Nothing is left to do for ASCII. */
        const bool others = read == 0 || (read + 1 == ICP__SQL_READS && !last && first >= q->chars.apart_ascii);
        icp__sql_put(q, c, others ? ", CASE WHEN a@ THEN " : ", ");
        if (others)
            icp__sql_put(q, c, expression);
        icp__bytes_text(&q->b, others ? " ELSE " : "");
        if (last && read == 0)
            icp__sql_collapse(q, true);
        else if (last)
            spaced(q, true, text);
        if (last)
            icp__sql_put(q, c, expression);
        else
            swap(q, c, expression, s, first, first + AT_ONCE < s->count ? first + AT_ONCE : s->count);
        if (last && read == 0)
            icp__sql_collapse(q, false);
        else if (last)
            spaced(q, false, text);
        icp__bytes_text(&q->b, others ? " END" : "");
        icp__sql_put(q, c, name);
    }
    return true;
}

void icp__sql_find(struct icp__sql *q, const struct icp__sql_column *c, const char *in, const char *before, struct icp_str s, const char *after) {
    static const char *const function[] = {"contains(", "strpos(", "CONTAINS(", "STRPOS(", "instr("};
    icp__bytes_text(&q->b, function[q->dialect]);
    icp__sql_put(q, c, in);
    icp__bytes_text(&q->b, ", ");
    literal(q, str(before), s, str(after));
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_DUCKDB || q->dialect == ICP_SQL_SNOWFLAKE ? ")" : ") > 0");
}

void icp__sql_matches(struct icp__sql *q, const struct icp__sql_column *c, const char *expression, const char *pattern) {
    static const char *const before[] = {"regexp_full_match(", "", "REGEXP_LIKE(", "REGEXP_CONTAINS("};
    static const char *const between[] = {", ", " ~ ", ", ", ", "};
    const bool anchors = q->dialect == ICP_SQL_POSTGRES || q->dialect == ICP_SQL_BIGQUERY;
    icp__bytes_text(&q->b, before[q->dialect]);
    icp__sql_put(q, c, expression);
    icp__bytes_text(&q->b, between[q->dialect]);
    literal(q, str(anchors ? "^(" : ""), str(pattern), str(anchors ? ")$" : ""));
    icp__bytes_text(&q->b, q->dialect == ICP_SQL_POSTGRES ? "" : ")");
}

/* A character class of everything that is known; the blanks among the controls stand in it by number. */
static void known_characters(struct icp__sql *q, const char *before, const char *after, bool text) {
    literal(q, str(""), str(before), str(""));
    icp__bytes_text(&q->b, " || ");
    character(q, 9);
    icp__bytes_text(&q->b, " || '-' || ");
    character(q, 13);
    icp__bytes_text(&q->b, " || ");
    literal(q, str(" -~"), str(q->chars.allowed), str(text ? "\xE2\x84\xA2" : ""));
    icp__bytes_text(&q->b, " || ");
    literal(q, str(""), str(after), str(""));
}

void icp__sql_readable(struct icp__sql *q, const struct icp__sql_column *c) {
    const bool text = c->column->kind == ICP_KIND_TEXT || c->column->kind == ICP_KIND_NAME;
    octets(q, c, "c@");
    icp__bytes_print(&q->b, " <= %u AND ", (unsigned)ICP__CELL_MAX);
    switch (q->dialect) {
    case ICP_SQL_SQLITE:
        icp__sql_put(q, c, "instr(c@, char(0)) = 0 AND c@ NOT GLOB (");
        known_characters(q, "*[^", "]*", text);
        icp__bytes_text(&q->b, ")");
        return;
    case ICP_SQL_POSTGRES:
        icp__sql_put(q, c, "c@ ~ (");
        known_characters(q, "^[", "]*$", text);
        icp__bytes_text(&q->b, ")");
        return;
    default:
        icp__sql_put(q, c, q->dialect == ICP_SQL_DUCKDB ? "regexp_full_match(c@, " : q->dialect == ICP_SQL_SNOWFLAKE ? "REGEXP_LIKE(c@, " : "REGEXP_CONTAINS(c@, ");
        known_characters(q, q->dialect == ICP_SQL_BIGQUERY ? "^[" : "[", q->dialect == ICP_SQL_BIGQUERY ? "]*$" : "]*", text);
        icp__bytes_text(&q->b, ")");
    }
}

/* Is there something else than letters, digits, blanks and the A between items? */
void icp__sql_letters(struct icp__sql *q, const struct icp__sql_column *c, const char *expression) {
    if (q->dialect == ICP_SQL_SQLITE) {
        icp__sql_put(q, c, expression);
        icp__bytes_text(&q->b, " GLOB ");
        literal(q, str("*[^0-9a-zA "), str(q->chars.letters), str("]*"));
        return;
    }
    icp__bytes_text(&q->b, "NOT ");
    char pattern[sizeof q->chars.letters + 32];
    const char *piece[] = {"[0-9a-zA ", q->chars.letters, "]*"};
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        memcpy(pattern + n, piece[i], strlen(piece[i]));
        n += strlen(piece[i]);
    }
    pattern[n] = '\0';
    icp__sql_matches(q, c, expression, pattern);
}

const char *icp__sql_double(const struct icp__sql *q) {
    static const char *const type[] = {"DOUBLE", "DOUBLE PRECISION", "DOUBLE", "FLOAT64", "NUMERIC"};
    return type[q->dialect];
}

void icp__sql_carry(struct icp__sql *q, const struct icp__sql_column *c, const char *letters) {
    for (; *letters; letters++) {
        const char item[] = {',', ' ', *letters, '@', '\0'};
        icp__sql_put(q, c, item);
        note(q, c, *letters);
    }
}
