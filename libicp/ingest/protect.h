/* SPDX-License-Identifier: MIT */
/* What is never stored: e-mail addresses and telephone numbers. */
#pragma once
#include "base/bytes.h"

bool icp__is_email(const char *s, size_t n);            /* one address, or several with , ; or blanks between, and nothing else */
bool icp__holds_email(const char *s, size_t n);         /* one anywhere in the text */
bool icp__is_phone(const char *s, size_t n);            /* telephone numbers and nothing else */
bool icp__is_phone_column(const char *folded, size_t n); /* the folded header speaks of telephone or fax */
/* What may be stored of a cell (doc/protect.md): v itself, or where an e-mail address or a telephone number stood inside it, the rest in
 * `scratch`; size 0 = nothing. Look at scratch->failed afterwards. */
struct icp_str icp__redact(struct icp_str v, bool phone_column, struct icp__bytes *scratch);
