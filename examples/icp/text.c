/* SPDX-License-Identifier: MIT */
/* Text, tables and names for the output. */
#include "command.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void *more(void *p, size_t size) {
    void *q = realloc(p, size);
    if (!q) {
        fputs("icp: out of memory\n", stderr);
        exit(EXIT_REFUSED);
    }
    return q;
}

void text_add(struct text *t, const char *data, size_t size) {
    if (t->cap - t->size < size + 1) {
        t->cap = (t->cap + size + 1) * 2;
        t->data = more(t->data, t->cap);
    }
    if (size)
        memcpy(t->data + t->size, data, size);
    t->size += size;
    t->data[t->size] = 0;
}
void text_put(struct text *t, const char *s) { text_add(t, s, strlen(s)); }
void text_char(struct text *t, char c) { text_add(t, &c, 1); }
void text_free(struct text *t) {
    free(t->data);
    *t = (struct text){0};
}

void text_int(struct text *t, int64_t v) {
    char digits[24], *p = digits + sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--p = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--p = '-';
    text_add(t, p, (size_t)(digits + sizeof digits - p));
}

void text_fixed(struct text *t, int64_t v, int decimals) {
    char digits[32], *p = digits + sizeof digits;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (int i = 0; i < decimals || u || i == decimals; i++) {
        if (i == decimals)
            *--p = '.';
        *--p = (char)('0' + u % 10);
        u /= 10;
    }
    if (v < 0)
        *--p = '-';
    text_add(t, p, (size_t)(digits + sizeof digits - p));
}

void text_csv(struct text *t, const char *s, size_t n) {
    bool quote = n > 0 && (s[0] == ' ' || s[n - 1] == ' ');
    for (size_t i = 0; i < n && !quote; i++)
        quote = s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r';
    if (!quote) {
        text_add(t, s, n);
        return;
    }
    text_char(t, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            text_char(t, '"');
        text_char(t, s[i]);
    }
    text_char(t, '"');
}

void text_json(struct text *t, const char *s, size_t n) {
    static const char hex[] = "0123456789abcdef";
    text_char(t, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            text_char(t, '\\');
            text_char(t, (char)c);
        } else if (c < 32) {
            char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            text_add(t, escape, sizeof escape);
        } else
            text_char(t, (char)c);
    }
    text_char(t, '"');
}

/* Puts what stands between the quotes at p; returns what comes behind them. */
static const char *put_string(struct text *t, const char *p) {
    for (p++; *p && *p != '"'; p++)
        text_char(t, *p == '\\' && p[1] ? *++p : *p);
    return *p ? p + 1 : p;
}

int text_list(struct text *t, const char *json, const char *name, const char *member, int most) {
    char head[64];
    snprintf(head, sizeof head, "\"%s\":[", name);
    const char *p = strstr(json, head);
    struct text item = {0};
    bool wanted = !member;
    int count = 0;
    for (p = p ? p + strlen(head) : ""; *p && *p != ']' && count < most;) {
        if (*p != '"') {
            p++;
            continue;
        }
        item.size = 0;
        p = put_string(&item, p);
        if (*p == ':') /* a member's name; its string, if it has one, comes next */
            wanted = member && p[1] == '"' && item.size == strlen(member) && memcmp(item.data, member, item.size) == 0;
        else if (wanted) {
            text_put(t, count++ ? ", " : "");
            text_add(t, item.data, item.size);
            wanted = !member;
        }
    }
    text_free(&item);
    return count;
}

int text_write(struct text *t, icp_context *c, const char *path) {
    struct icp_error e = error_new();
    struct icp_sink s = {.struct_size = sizeof s};
    if (sink_of(c, path, &s, &e))
        return refuse(&e);
    for (size_t done = 0; done < t->size;) {
        int64_t n = s.write(s.user, t->data + done, t->size - done);
        if (n <= 0) {
            if (s.abort)
                s.abort(s.user);
            return path ? refuse_text(path, "cannot be written") : EXIT_REFUSED;
        }
        done += (size_t)n;
    }
    if (s.commit && s.commit(s.user))
        return path ? refuse_text(path, "cannot be written") : EXIT_REFUSED;
    return EXIT_DONE;
}

void table_init(struct table *t, int columns, const char *const *names, const char *kinds) {
    *t = (struct table){.names = names, .kinds = kinds, .columns = columns};
}

struct text *table_row(struct table *t) {
    size_t columns = (size_t)t->columns;
    if (t->rows == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->cells = more(t->cells, t->cap * columns * sizeof *t->cells);
    }
    struct text *row = t->cells + t->rows++ * columns;
    memset(row, 0, columns * sizeof *row);
    return row;
}

void table_free(struct table *t) {
    for (size_t i = 0; i < t->rows * (size_t)t->columns; i++)
        text_free(&t->cells[i]);
    free(t->cells);
    *t = (struct table){0};
}

/* Columns on a terminal: characters, not bytes. */
static size_t width(const char *s, size_t n) {
    size_t w = 0;
    for (size_t i = 0; i < n; i++)
        w += ((unsigned char)s[i] & 0xC0) != 0x80;
    return w;
}

static void pad(struct text *out, const char *s, size_t n, size_t to, bool right) {
    size_t w = width(s, n), blanks = w < to ? to - w : 0;
    for (size_t i = 0; right && i < blanks; i++)
        text_char(out, ' ');
    text_add(out, s, n);
    for (size_t i = 0; !right && i < blanks; i++)
        text_char(out, ' ');
}

static void write_table(const struct table *t, struct text *out) {
    size_t *widths = calloc((size_t)t->columns, sizeof *widths);
    if (!widths)
        return;
    for (int c = 0; c < t->columns; c++) {
        widths[c] = strlen(t->names[c]);
        for (size_t r = 0; r < t->rows; r++) {
            const struct text *cell = &t->cells[r * (size_t)t->columns + (size_t)c];
            size_t w = width(cell->data, cell->size);
            widths[c] = w > widths[c] ? w : widths[c];
        }
    }
    for (size_t r = 0; r <= t->rows; r++) {
        for (int c = 0; c < t->columns; c++) {
            const struct text *cell = r ? &t->cells[(r - 1) * (size_t)t->columns + (size_t)c] : NULL;
            const char *s = r ? cell->data : t->names[c];
            bool last = c + 1 == t->columns, right = t->kinds[c] == 'n';
            pad(out, s, r ? cell->size : strlen(s), last && !right ? 0 : widths[c], right);
            text_put(out, last ? "\n" : "  ");
        }
    }
    free(widths);
}

static void write_csv(const struct table *t, struct text *out) {
    for (size_t r = 0; r <= t->rows; r++)
        for (int c = 0; c < t->columns; c++) {
            const struct text *cell = r ? &t->cells[(r - 1) * (size_t)t->columns + (size_t)c] : NULL;
            text_csv(out, r ? cell->data : t->names[c], r ? cell->size : strlen(t->names[c]));
            text_char(out, c + 1 == t->columns ? '\n' : ',');
        }
}

static void write_json(const struct table *t, bool lines, struct text *out) {
    if (!lines)
        text_put(out, "[");
    for (size_t r = 0; r < t->rows; r++) {
        text_put(out, lines ? "{" : r ? ",\n {" : "\n {");
        for (int c = 0; c < t->columns; c++) {
            const struct text *cell = &t->cells[r * (size_t)t->columns + (size_t)c];
            text_put(out, c ? ", " : "");
            text_json(out, t->names[c], strlen(t->names[c]));
            text_put(out, ": ");
            bool number = t->kinds[c] == 'n' && cell->size && cell->data[0] != '-';
            number = number || (t->kinds[c] == 'n' && cell->size > 1);
            if (number)
                text_add(out, cell->data + (cell->data[0] == '+'), cell->size - (cell->data[0] == '+'));
            else if (t->kinds[c] == 'n')
                text_put(out, "null");
            else
                text_json(out, cell->data, cell->size);
        }
        text_put(out, lines ? "}\n" : "}");
    }
    if (!lines)
        text_put(out, "\n]\n");
}

void table_write(const struct table *t, enum format f, struct text *out) {
    if (f == FORMAT_CSV)
        write_csv(t, out);
    else if (f == FORMAT_JSON || f == FORMAT_JSONL)
        write_json(t, f == FORMAT_JSONL, out);
    else
        write_table(t, out);
}

const char *tier_name(int32_t tier) {
    static const char *const names[] = {"", "Very Poor", "Poor", "Fair", "Good", "Excellent"};
    return tier >= 1 && tier <= 5 ? names[tier] : "?";
}

const char *confidence_name(int32_t confidence) {
    static const char *const names[] = {"", "Insufficient", "Low", "Medium", "High"};
    return confidence >= 1 && confidence <= 4 ? names[confidence] : "?";
}

void flag_names(struct text *t, uint64_t flags, char separator) {
    static const char *const names[] = {"few_customers", "interval_uncalibrated", "thin", "high_on_thin", "missing_traits",
                                        "nothing_known", "out_of_range", "unreadable", "listed_share_high",
                                        "assumed", "stale", "invalidated", "flagged", "review_overdue", "calibration_overdue", "changed", "edited"};
    bool first = true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags >> i & 1) {
            if (!first)
                text_char(t, separator);
            text_put(t, names[i]);
            first = false;
        }
}

const char *family_name(int32_t family) {
    static const char *const names[] = {"other", "industry", "size", "stage", "keywords", "technology", "hiring", "geography"};
    return family >= 0 && family < 8 ? names[family] : "?";
}

/* 53,000 milli-points are one bit; to nearest, halves away from zero. */
int64_t micro_evidence(int64_t millipoints) {
    int64_t n = millipoints * 1000, half = 53 / 2 + 1;
    return n >= 0 ? (n + half - 1) / 53 : -((-n + half - 1) / 53);
}

void ratio_text(struct text *t, int64_t millipoints, int32_t layer) {
    static const char *const among[] = {"", " times as common among customers as among companies at large",
                                        " times as common among accounts that buy within the horizon as among those that do not",
                                        " times as common among customers that stay as among those that leave"};
    double ratio = exp2((double)millipoints / 53000);
    if (ratio > 1000 || ratio < .001)
        text_put(t, ratio > 1 ? "more than 1,000" : "less than 0.001");
    else
        text_fixed(t, (int64_t)(ratio * (ratio < 1 ? 1000 : 10) + .5), ratio < 1 ? 3 : 1);
    text_put(t, among[layer]);
}

void share_text(struct text *t, uint64_t part, uint64_t of) {
    if (!of)
        text_put(t, "-");
    else
        text_fixed(t, (int64_t)((part * 2000 + of) / (of * 2)), 1);
}
