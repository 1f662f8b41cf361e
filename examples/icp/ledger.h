/* SPDX-License-Identifier: MIT */
/* What the commands on the ledger share. */
#pragma once
#include "command.h"
#include <icp/ledger.h>

/* The ledger of --ledger; anything but EXIT_DONE was told. */
int ledger_of(icp_context *c, const struct options *o, uint32_t flags, icp_ledger **out);
int missing(const char *option);         /* tells; EXIT_USAGE */
void head_text(struct text *t, const struct icp_ledger_head *head); /* 12:9c0d... */
void time_text(struct text *t, int64_t micros);                     /* 2026-11-28T16:09:03Z */
int say_head(icp_context *c, const struct options *o, const struct icp_ledger_head *head); /* entry and head, in the form asked for */

/* An entry of the options given, appended; its number and the head are said. state NULL = the kind has none; scoped = it is about a
 * company, a segment or a model, else it may refer to another entry. */
int entry_run(const struct options *o, const char *kind, const char *state, bool scoped);
/* Members of an entry in the making; NULL leaves one out. */
void entry_string(struct text *t, const char *name, const char *value);
int entry_who(struct text *t, const struct options *o); /* --author, --authority, --text */
int entry_model(icp_context *c, struct text *t, const struct options *o); /* --model, else --for */
/* What the ledger found wrong with an entry, in the words of the options. */
int refuse_entry(const struct icp_error *e);
/* The id of a model: of a file, or given as such. Anything but EXIT_DONE was told. */
int model_id(icp_context *c, const char *file_or_id, struct text *id);
bool model_is_id(const char *s);
void model_unhex(const char *hex, uint8_t id[32]); /* of a text that is an id */
/* The entries that a filter lets through, as a tree to be freed. */
int entries_of(icp_ledger *l, const struct icp_ledger_filter *f, struct json **out);
void entry_subject(struct text *t, const struct json *entry); /* whom or what it is about */
