/* SPDX-License-Identifier: MIT */
/* What is never stored: e-mail addresses and telephone numbers. */
#pragma once
#include "base/base.h"

bool icp__is_email(const char *s, size_t n);            /* one address, or several with , ; or blanks between, and nothing else */
bool icp__is_phone(const char *s, size_t n);            /* telephone numbers and nothing else */
bool icp__is_phone_column(const char *folded, size_t n); /* the folded header speaks of telephone or fax */
