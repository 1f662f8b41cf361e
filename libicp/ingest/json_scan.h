/* SPDX-License-Identifier: MIT */
/* The tokens of a JSON text, as views into it. */
#pragma once
#include "base/base.h"

#define ICP__JSON_DEPTH 64

/* The text is followed by zeros (ICP__SCAN_PAD). */
struct icp__json_scan {
    const char *p, *end;
    bool lines; /* a line end ends the text */
    /* After a failure: what is wrong at p; NULL = the text ends too early. */
    const char *error;
};
struct icp__json_text {
    const char *data; /* string: without quotes, escapes not undone; else as written; NULL = null */
    size_t size;
    bool escaped;
};

void icp__json_blanks(struct icp__json_scan *s);
/* Takes `byte`; false with `error` otherwise. */
bool icp__json_take(struct icp__json_scan *s, char byte, const char *error);
/* At an opening quote. */
bool icp__json_quoted(struct icp__json_scan *s, struct icp__json_text *out);
/* Any value but an object: arrays as their text. */
bool icp__json_value(struct icp__json_scan *s, uint32_t depth, struct icp__json_text *out);
/* Undoes the escapes of a string that was scanned, in place or elsewhere: never longer. *lone counts surrogates without
 * partner, which become U+FFFD. Returns the length. */
size_t icp__json_unescape(const char *text, size_t size, char *out, uint64_t *lone);
