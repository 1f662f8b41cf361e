/* SPDX-License-Identifier: MIT */
/* JSON (RFC 8259): a small tree for schemas and cards, and writing. The JSON-lines reader has its own scanner. */
#pragma once
#include "base/bytes.h"

enum icp__json_type { ICP__JSON_NULL, ICP__JSON_FALSE, ICP__JSON_TRUE, ICP__JSON_NUMBER, ICP__JSON_STRING, ICP__JSON_ARRAY, ICP__JSON_OBJECT };
struct icp__json {
    enum icp__json_type type;
    struct icp_str name; /* member name inside an object */
    struct icp_str text; /* string: unescaped; number: as written */
    struct icp__json *child, *next;
    uint32_t line, column; /* from 1 */
};
/* Strict: UTF-8, no duplicate names, depth <= 64, nothing after the value. Errors give line and column. code = the status to
 * fail with. */
icp_status icp__json_parse(struct icp__arena *a, const char *text, size_t size, icp_status code, struct icp__json **out,
                           struct icp_error *err);
const struct icp__json *icp__json_get(const struct icp__json *object, const char *name); /* NULL = absent */
bool icp__json_is(const struct icp__json *j, const char *text);                          /* a string equal to text */
bool icp__json_uint(const struct icp__json *j, uint64_t *out);                           /* a whole number >= 0 */

/* Reading with checks; all fail with `code`, at the place of j. `what` is the value's name. */
struct icp__place icp__json_place(const struct icp__json *j);
icp_status icp__json_expected(const struct icp__json *j, icp_status code, struct icp_error *err, const char *what, const char *wanted);
/* The index of a string among names; the error lists them all. */
icp_status icp__json_choice(icp_context *c, const struct icp__json *j, icp_status code, const char *what, const char *const *names,
                            size_t count, size_t *out, struct icp_error *err);
/* An object without other members than these. */
icp_status icp__json_known(icp_context *c, const struct icp__json *object, icp_status code, const char *what, const char *const *names,
                           size_t count, struct icp_error *err);

/* Writing: the caller writes punctuation with icp__bytes_text. */
void icp__json_string(struct icp__bytes *b, const char *s, size_t n); /* quoted; bytes that are not UTF-8 become U+FFFD */
void icp__json_strz(struct icp__bytes *b, const char *s);
void icp__json_int(struct icp__bytes *b, int64_t v);
void icp__json_member(struct icp__bytes *b, const char *name, int64_t v); /* ,"name":v */
void icp__json_uint_write(struct icp__bytes *b, uint64_t v);
void icp__json_double(struct icp__bytes *b, double v); /* shortest; null when not finite */
void icp__json_hex(struct icp__bytes *b, const uint8_t *data, size_t n); /* quoted lower-case hex */
