/* SPDX-License-Identifier: MIT */
/* The small formatter behind errors, log lines and icp__bytes_print: no stdio, no locale. */
#pragma once
#include "base/base.h"
#include <stdarg.h>

/* Writes at most cap bytes (no NUL) and returns the length of the whole text. Knows %s %.*s %c %% and %d %u %x with
 * nothing, l, ll or z before them; the text ends at anything else, since the arguments behind it cannot be found. */
size_t icp__format(char *out, size_t cap, const char *format, va_list ap);
/* Turns controls and bytes that are not UTF-8 into '?', drops a character cut off at the end. Returns the new length,
 * at most n. out may be s. */
size_t icp__clean(const char *s, size_t n, char *out);
