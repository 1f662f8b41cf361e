/* SPDX-License-Identifier: MIT */
/* icp ledger create, head, verify; and what the commands on the ledger share. */
#include "ledger.h"
#include <string.h>
#include <time.h>

int missing(const char *option) {
    fprintf(stderr, "icp: %s is missing\n", option);
    return EXIT_USAGE;
}

static bool is_there(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f)
        fclose(f);
    return f != NULL;
}

int ledger_of(icp_context *c, const struct options *o, uint32_t flags, icp_ledger **out) {
    struct icp_error e = error_new();
    if (!o->ledger)
        return missing("--ledger");
    if (!icp_ledger_open(c, o->ledger, flags, out, &e))
        return EXIT_DONE;
    if (e.code == ICP_E_IO && !(flags & ICP_LEDGER_CREATE) && !is_there(o->ledger))
        return refuse_text(o->ledger, "there is no such ledger; icp ledger create makes one");
    return refuse(&e);
}

void head_text(struct text *t, const struct icp_ledger_head *head) {
    text_int(t, (int64_t)head->entries);
    text_char(t, ':');
    text_hex(t, head->sha256, 32);
}

int ledger_decisions(icp_context *c, const struct options *o, struct decided *out) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_ledger *l = NULL;
    int code = ledger_of(c, o, ICP_LEDGER_READ_ONLY, &l);
    if (!code && (icp_ledger_describe(l, &head, &e) || icp_ledger_decisions(l, moment_of(o), &out->decisions, &e)))
        code = refuse(&e);
    if (!code)
        head_text(&out->head, &head);
    icp_ledger_free(l);
    return code;
}

/* Civil date of a count of days; proleptic Gregorian. */
void time_text(struct text *t, int64_t micros) {
    char line[64];
    time_t seconds = (time_t)(micros / 1000000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) && strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%SZ", &tm))
        text_put(t, line);
}

int say_head(icp_context *c, const struct options *o, const struct icp_ledger_head *head) {
    static const char *const names[] = {"entry", "head"};
    struct text out = {0};
    struct table t;
    table_init(&t, 2, names, "ns");
    struct text *row = table_row(&t);
    text_int(&row[0], (int64_t)head->entries);
    head_text(&row[1], head);
    table_write(&t, o->format, &out);
    table_free(&t);
    int code = text_write(&out, c, o->output);
    text_free(&out);
    return code;
}

int entries_of(icp_ledger *l, const struct icp_ledger_filter *f, struct json **out) {
    struct icp_error e = error_new();
    icp_buffer *b = NULL;
    struct icp_str s;
    if (icp_ledger_entries(l, f, &b, &e) || icp_buffer_data(b, &s))
        return refuse(&e);
    *out = json_parse(s.data, s.size);
    icp_buffer_unref(b);
    return *out ? EXIT_DONE : refuse_text(NULL, "the library's JSON cannot be read");
}

/* Opens it, does one thing that gives a head, and says that. */
static int with_head(const struct options *o, uint32_t flags, icp_status (*what)(icp_ledger *, struct icp_ledger_head *, struct icp_error *)) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_context *c = context_new();
    icp_ledger *l = NULL;
    int code = ledger_of(c, o, flags, &l);
    if (!code)
        code = what(l, &head, &e) ? refuse(&e) : say_head(c, o, &head);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}

int run_ledger_create(const struct options *o) {
    if (o->ledger && is_there(o->ledger))
        return refuse_text(o->ledger, "is there already");
    return with_head(o, ICP_LEDGER_CREATE, icp_ledger_describe);
}

int run_ledger_head(const struct options *o) {
    return with_head(o, ICP_LEDGER_READ_ONLY, icp_ledger_describe);
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 12:9c0d... */
static bool parse_head(const char *s, struct icp_ledger_head *head) {
    size_t digits = strspn(s, "0123456789");
    if (!digits || digits > 18 || s[digits] != ':' || strlen(s + digits + 1) != 64)
        return false;
    for (size_t i = 0; i < digits; i++)
        head->entries = head->entries * 10 + (uint64_t)(s[i] - '0');
    for (size_t i = 0; i < 64; i++) {
        int v = hex(s[digits + 1 + i]);
        if (v < 0)
            return false;
        head->sha256[i / 2] = (uint8_t)(i % 2 ? head->sha256[i / 2] | v : v << 4);
    }
    return true;
}

int run_ledger_verify(const struct options *o) {
    struct icp_error e = error_new();
    struct icp_ledger_head head = {.struct_size = sizeof head}, expected = {.struct_size = sizeof expected};
    if (o->entry.head && !parse_head(o->entry.head, &expected)) {
        fprintf(stderr, "icp: --head must be a number and 64 hexadecimal digits with : between, as icp ledger head prints them\n");
        return EXIT_USAGE;
    }
    icp_context *c = context_new();
    icp_ledger *l = NULL;
    int code = ledger_of(c, o, ICP_LEDGER_READ_ONLY, &l);
    if (!code)
        code = icp_ledger_verify(l, o->entry.head ? &expected : NULL, &head, &e) ? refuse(&e) : say_head(c, o, &head);
    icp_ledger_free(l);
    icp_context_unref(c);
    return code;
}
