/* SPDX-License-Identifier: MIT */
/* The one form in which keys and links are compared, so that what was found when a dataset was opened is what joins. */
#pragma once
#include "base/bytes.h"

#define ICP__MATCH_MAX 2048 /* bytes of a cell that can be a key */

/* The key of a cell; size 0 = none: empty, a placeholder such as "N/A", longer than ICP__MATCH_MAX. Exact: without outer blanks;
 * an 18-character Salesforce id, whose last three characters only repeat the case of the others, as the 15-character id.
 * Normalised: folded, letters and digits alone; what holds neither is compared exactly. out points into the cell or into room,
 * until the next call with it. False = no memory. */
bool icp__match_key(struct icp_str cell, bool normalised, struct icp__bytes *room, struct icp_str *out);
/* The first of several keys in one cell ("101;102"), else the cell. */
struct icp_str icp__match_first(struct icp_str cell, char separator);
bool icp__match_is_crm_id(const char *s, size_t n); /* 15 or 18 characters as Salesforce writes them */
