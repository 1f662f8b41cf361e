/* SPDX-License-Identifier: MIT */
/* A folder with a ledger, for the tests. */
#pragma once
#include "check_main.h"
#include <icp/icp.h>
#include <icp/ledger.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOW INT64_C(1790000000000000)
#define OVERRIDE(key, tier, text)                                                                                                                    \
    "{\"kind\":\"override\",\"scope\":\"company\",\"key\":\"" key "\",\"tier\":\"" tier "\",\"reason\":\"context\",\"text\":\"" text                 \
    "\",\"author\":\"Ada\",\"authority\":\"head of sales\",\"expiry\":\"2027-01-31\"}"
#define REVIEW "{\"kind\":\"review\",\"author\":\"Ada\",\"text\":\"looked through\"}"

struct book {
    icp_context *c;
    char folder[64], path[96];
};

/* In memory where the system has such a folder: what is tested here does not hang on a disk. */
static inline void book_start(struct book *b) {
    snprintf(b->folder, sizeof b->folder, "%s/ledger-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(b->folder));
    snprintf(b->path, sizeof b->path, "%s/book", b->folder);
    ck_assert_int_eq(icp_context_new(NULL, &b->c, NULL), ICP_OK);
}

static inline void book_clear(struct book *b) {
    char journal[112];
    snprintf(journal, sizeof journal, "%s-journal", b->path);
    (void)unlink(b->path);
    (void)unlink(journal);
}

static inline void book_end(struct book *b) {
    book_clear(b);
    ck_assert_int_eq(rmdir(b->folder), 0); /* nothing but the file itself is left at rest */
    icp_context_unref(b->c);
}

static inline icp_ledger *book_open(struct book *b, uint32_t flags) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l = NULL;
    icp_status st = icp_ledger_open(b->c, b->path, flags, &l, &err);
    ck_assert_msg(st == ICP_OK, "%s: %s", icp_status_name(st), err.message);
    return l;
}

static inline struct icp_ledger_head book_append(icp_ledger *l, int64_t now, const char *json) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_status st = icp_ledger_append(l, now, json, strlen(json), &head, &err);
    ck_assert_msg(st == ICP_OK, "%s: %s, line %d column %d: %s", icp_status_name(st), err.message, (int)err.line, (int)err.column, json);
    return head;
}

static inline struct icp_ledger_head book_verify(icp_ledger *l, const struct icp_ledger_head *expected) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_status st = icp_ledger_verify(l, expected, &head, &err);
    ck_assert_msg(st == ICP_OK, "%s: %s", icp_status_name(st), err.message);
    return head;
}

/* Opened for it alone. */
static inline void book_is_right(struct book *b, const struct icp_ledger_head *expected) {
    icp_ledger *l = book_open(b, 0);
    book_verify(l, expected);
    icp_ledger_free(l);
}

/* To be freed. */
static inline char *book_list(icp_ledger *l, const struct icp_ledger_filter *f) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_buffer *b = NULL;
    struct icp_str s;
    icp_status st = icp_ledger_entries(l, f, &b, &err);
    ck_assert_msg(st == ICP_OK, "%s: %s", icp_status_name(st), err.message);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    char *text = malloc(s.size + 1);
    ck_assert_ptr_nonnull(text);
    memcpy(text, s.data, s.size + 1);
    icp_buffer_unref(b);
    return text;
}

static inline int book_count(const char *list) {
    int n = 0;
    while ((list = strstr(list, "{\"number\":")) != NULL)
        list++, n++;
    return n;
}

/* What a stranger with an SQLite shell does. */
static inline void book_sql(struct book *b, const char *format, ...) {
    char *sql, *message = NULL;
    sqlite3 *db = NULL;
    va_list ap;
    va_start(ap, format);
    sql = sqlite3_vmprintf(format, ap);
    va_end(ap);
    ck_assert_int_eq(sqlite3_open(b->path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
    sqlite3_free(sql);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static inline icp_model *book_model(struct book *b) {
    struct icp_source s;
    icp_model *m = NULL;
    ck_assert_int_eq(icp_source_open_file(b->c, GOLDEN "/model-1.icp", &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_load(b->c, &s, &m, NULL), ICP_OK);
    return m;
}

static inline icp_buffer *book_bytes(struct book *b, const icp_model *m) {
    struct icp_sink s;
    icp_buffer *file = NULL;
    ck_assert_int_eq(icp_sink_to_memory(b->c, &s, &file, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(m, &s, NULL), ICP_OK);
    return file;
}

static inline char *book_read(const char *path, size_t *size) {
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
    *size = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*size + 1);
    ck_assert_ptr_nonnull(data);
    ck_assert_uint_eq(fread(data, 1, *size, f), *size);
    data[*size] = 0;
    fclose(f);
    return data;
}

static inline void book_write(const char *path, const char *data, size_t size) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(data, 1, size, f), size);
    ck_assert_int_eq(fclose(f), 0);
}
