/* SPDX-License-Identifier: MIT */
/* Outcomes that a ledger keeps, as rows like those of a file of outcomes. */
#include "ledger.h"
#include <stdlib.h>
#include <string.h>

struct rows {
    struct text text;
    size_t at;
};

static int64_t read_rows(void *user, void *buf, size_t cap) {
    struct rows *r = user;
    const size_t left = r->text.size - r->at, n = left < cap ? left : cap;
    memcpy(buf, r->text.data + r->at, n);
    r->at += n;
    return (int64_t)n;
}

static void close_rows(void *user) {
    struct rows *r = user;
    text_free(&r->text);
    free(r);
}

/* The words of files of outcomes. */
static const char *word_of(const char *outcome) {
    return strcmp(outcome, "won") == 0 ? "converted" : strcmp(outcome, "retained") == 0 ? "renewed" : outcome;
}

static void write_rows(const struct json *list, struct text *out) {
    text_put(out, "key,outcome,date\n");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct json *e = json_at(list->items[i], "entry");
        const char *key = json_string(e, "key");
        text_csv(out, key, strlen(key));
        text_char(out, ',');
        text_put(out, word_of(json_string(e, "outcome")));
        text_char(out, ',');
        text_put(out, json_string(e, "on"));
        text_char(out, '\n');
    }
}

icp_status ledger_outcomes(icp_context *c, const char *path, icp_reader **out, struct icp_error *e) {
    const struct icp_ledger_filter f = {.struct_size = sizeof f, .kind = {"outcome", 7}};
    icp_ledger *l = NULL;
    icp_buffer *b = NULL;
    struct icp_str s = {NULL, 0};
    icp_status st = icp_ledger_open(c, path, ICP_LEDGER_READ_ONLY, &l, e);
    if (!st)
        st = icp_ledger_entries(l, &f, &b, e);
    icp_ledger_free(l);
    struct rows *r = st ? NULL : calloc(1, sizeof *r);
    struct json *top = r && !icp_buffer_data(b, &s) ? json_parse(s.data, s.size) : NULL;
    icp_buffer_unref(b);
    if (st)
        return st;
    if (!top)
        exit(refuse_text(NULL, "out of memory"));
    write_rows(json_at(top, "entries"), &r->text);
    json_free(top);
    struct icp_source source = {.struct_size = sizeof source, .user = r, .read = read_rows, .close = close_rows, .name = path};
    return icp_reader_open(c, &source, NULL, out, e);
}
