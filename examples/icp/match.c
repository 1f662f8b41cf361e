/* SPDX-License-Identifier: MIT */
/* icp match. */
#include "command.h"
#include <string.h>

enum { CUSTOMER, OUTCOME, HOW, COMPANY, NAME, CANDIDATES, COLUMNS };
static const char *const names[COLUMNS] = {"customer", "outcome", "how", "company", "company_name", "candidates"};

/* Goes through JSON that the library wrote: known to be well formed. */
struct cursor {
    const char *p;
};

static void skip_string(struct cursor *j) {
    for (j->p++; *j->p && *j->p != '"'; j->p++)
        j->p += *j->p == '\\' && j->p[1];
    j->p += *j->p == '"';
}

static void skip_value(struct cursor *j) {
    int depth = 0;
    do {
        if (*j->p == '"') {
            skip_string(j);
            continue;
        }
        if (*j->p == '{' || *j->p == '[')
            depth++;
        else if (*j->p == '}' || *j->p == ']')
            depth--;
        else if (depth == 0 && *j->p == ',')
            return;
        if (depth < 0)
            return;
        j->p++;
    } while (*j->p && (depth > 0 || (*j->p != ',' && *j->p != '}' && *j->p != ']')));
}

static unsigned hex(const char *p) {
    unsigned v = 0;
    for (int i = 0; i < 4 && p[i]; i++)
        v = v * 16 + (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
    return v;
}

/* A string's text; the library escapes nothing but quotes, backslashes and controls. */
static void take_string(struct cursor *j, struct text *out) {
    for (j->p++; *j->p && *j->p != '"'; j->p++) {
        char c = *j->p;
        if (c == '\\') {
            c = *++j->p;
            if (c == 'u') {
                c = (char)hex(j->p + 1);
                j->p += 4;
            } else {
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'b' ? '\b' : c == 'f' ? '\f' : c;
            }
        }
        text_char(out, c);
    }
    j->p += *j->p == '"';
}

/* The next member of an object: its name in `name`, the cursor at its value. False at the end, behind the brace. */
static bool next_member(struct cursor *j, char name[32]) {
    size_t n = 0;
    j->p += *j->p == '{' || *j->p == ',';
    if (*j->p == '}')
        return j->p++, false;
    for (j->p++; *j->p && *j->p != '"'; j->p++)
        if (n < 31)
            name[n++] = *j->p;
    name[n] = 0;
    j->p += 2; /* quote and colon */
    return *j->p != 0;
}

/* The next item of an array, the cursor at it. */
static bool next_item(struct cursor *j) {
    j->p += *j->p == '[' || *j->p == ',';
    return *j->p == ']' ? (j->p++, false) : *j->p != 0;
}

/* "key (name); key (name)" */
static void put_candidates(struct cursor *j, struct text *out) {
    char member[32];
    while (next_item(j)) {
        if (out->size && out->data[out->size - 1] != ' ')
            text_put(out, "; ");
        while (next_member(j, member)) {
            if (strcmp(member, "key") == 0) {
                take_string(j, out);
            } else if (strcmp(member, "name") == 0) {
                text_put(out, " (");
                take_string(j, out);
                text_put(out, ")");
            } else {
                skip_value(j);
            }
        }
    }
}

static void put_customer(struct cursor *j, struct text *row) {
    char member[32];
    while (next_member(j, member)) {
        if (strcmp(member, "key") == 0) {
            take_string(j, &row[CUSTOMER]);
        } else if (strcmp(member, "outcome") == 0) {
            take_string(j, &row[OUTCOME]);
        } else if (strcmp(member, "how") == 0) {
            take_string(j, &row[HOW]);
        } else if (strcmp(member, "found") == 0) {
            take_string(j, &row[COMPANY]);
        } else if (strcmp(member, "name") == 0) {
            take_string(j, &row[NAME]);
        } else if (strcmp(member, "same_as") == 0) {
            text_put(&row[CANDIDATES], "same company as ");
            take_string(j, &row[CANDIDATES]);
        } else if (strcmp(member, "candidates") == 0) {
            put_candidates(j, &row[CANDIDATES]);
        } else if (strcmp(member, "related") == 0) {
            text_put(&row[CANDIDATES], row[CANDIDATES].size ? "; same domain: " : "same domain: ");
            put_candidates(j, &row[CANDIDATES]);
        } else {
            if (strcmp(member, "more") == 0)
                text_put(&row[CANDIDATES], "; ...");
            skip_value(j);
        }
    }
}

/* How many of each outcome, in words. */
static void put_counts(const char *json, struct text *out) {
    static const char *const order[] = {"exact", "normalised", "ambiguous", "none"};
    struct cursor j = {strstr(json, "\"outcomes\":{")};
    char member[32];
    if (!j.p)
        return;
    for (j.p += 11; next_member(&j, member);) {
        const char *from = j.p;
        skip_value(&j);
        for (size_t i = 0; i < 4; i++)
            if (strcmp(order[i], member) == 0) {
                text_add(out, from, (size_t)(j.p - from));
                text_put(out, " ");
                text_put(out, member);
                text_put(out, i < 3 ? ", " : "\n");
            }
    }
}

static void put_rows(const char *json, enum format format, struct text *out) {
    struct table t;
    struct cursor j = {strstr(json, ",\"list\":[")};
    table_init(&t, COLUMNS, names, "ssssss");
    for (j.p += j.p ? 8 : 0; j.p && next_item(&j);)
        put_customer(&j, table_row(&t));
    if (format == FORMAT_TABLE)
        put_counts(json, out);
    table_write(&t, format, out);
    table_free(&t);
}

/* A reference of the first rows that have a key; the rest of the reader is left for the fit. */
static icp_status first_rows(icp_context *c, const struct options *o, icp_reader *r, icp_reference **out, struct icp_error *e) {
    struct icp_reference_options ro = {.struct_size = sizeof ro, .key_form = o->host_key ? ICP_KEY_HOST : ICP_KEY_EXACT,
                                       .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0};
    icp_status s = ICP_E_KEY;
    while (s == ICP_E_KEY) {
        icp_batch *b = NULL;
        icp_reference_builder *builder = NULL;
        icp_status read = icp_reader_next(r, &b, s && e->code == ICP_E_KEY ? NULL : e);
        if (read || !b)
            return read ? read : s;
        s = icp_reference_builder_new(c, &ro, &builder, e);
        if (!s)
            s = icp_reference_builder_add_batch(builder, b, e);
        if (!s)
            s = icp_reference_builder_finish(builder, out, e);
        icp_reference_builder_free(builder);
        icp_batch_unref(b);
    }
    return s;
}

static icp_status look_up(icp_context *c, const struct options *o, icp_reader *universe, icp_reference *ref, icp_buffer **json, struct icp_error *e) {
    struct text protect = {0};
    for (int i = 0; i < o->protect.count; i++) {
        text_put(&protect, o->protect.item[i]);
        text_put(&protect, "\n");
    }
    struct icp_fit_options fo = {.struct_size = sizeof fo, .flags = ICP_FIT_LIST_CUSTOMERS | (o->exact_keys ? (uint32_t)ICP_FIT_EXACT_KEYS : 0u),
                                 .key_column = o->key, .key_size = o->key ? strlen(o->key) : 0, .protect = protect.data, .protect_size = protect.size};
    icp_fit *f = NULL;
    icp_reader *r = NULL;
    icp_status s = icp_fit_new(c, ref, NULL, &fo, &f, e);
    if (!s)
        s = reader_of(c, o, o->customers, &r, e);
    if (!s)
        s = icp_fit_add_customers(f, r, NULL, e);
    if (!s)
        s = icp_fit_add_universe(f, universe, progress_of(o, "icp match"), e);
    progress_end();
    if (!s)
        s = icp_fit_matches(f, json, e);
    icp_reader_free(r);
    icp_fit_free(f);
    text_free(&protect);
    return s;
}

static int write_out(icp_context *c, const struct options *o, const icp_buffer *json) {
    struct icp_str s = {"", 0};
    struct text out = {0};
    if (!icp_buffer_data(json, &s)) {
        if (o->format == FORMAT_JSON) {
            text_add(&out, s.data, s.size);
            text_put(&out, "\n");
        } else {
            put_rows(s.data, o->format == FORMAT_DEFAULT ? FORMAT_TABLE : o->format, &out);
        }
    }
    int code = text_write(&out, c, o->output);
    text_free(&out);
    return code;
}

int run_match(const struct options *o) {
    struct icp_error e = error_new();
    if (!o->customers)
        return fprintf(stderr, "icp: --customers is missing; see icp match --help\n"), EXIT_USAGE;
    if (strcmp(o->files[0], "-") == 0 && strcmp(o->customers, "-") == 0)
        return fprintf(stderr, "icp: universe and customers cannot both come from standard input\n"), EXIT_USAGE;
    icp_context *c = context_new();
    if (asks_in_vain(c, o, (const char *const[]){o->files[0], o->customers}, 2, false)) {
        icp_context_unref(c);
        return EXIT_USAGE;
    }
    icp_reader *r = NULL;
    icp_reference *ref = NULL;
    icp_buffer *json = NULL;
    icp_status s = reader_of(c, o, o->files[0], &r, &e);
    if (!s)
        s = first_rows(c, o, r, &ref, &e);
    if (!s)
        s = look_up(c, o, r, ref, &json, &e);
    int code = s ? refuse(&e) : write_out(c, o, json);
    icp_buffer_unref(json);
    icp_reference_unref(ref);
    icp_reader_free(r);
    datasets_end(o, code);
    icp_context_unref(c);
    return code;
}
