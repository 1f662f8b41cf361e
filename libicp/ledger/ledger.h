/* SPDX-License-Identifier: MIT */
/* What the files of the ledger share. This is a library of its own: of libicp it calls public functions only, and never looks into a
 * handle of libicp, whose layout may be that of another release. Its copies of base/ work on a context of its own. */
#pragma once
#include "base/bytes.h"
#include <icp/ledger.h>
#include <sqlite3.h>

#define ICP__LEDGER_APPLICATION 0x4943504c /* "ICPL" in the header of the file */
#define ICP__LEDGER_VERSION 1
#define ICP__LEDGER_BUSY_MOST 60000 /* ms to wait for other processes */
#define ICP__LEDGER_LATE_MOST INT64_C(60000000)

struct icp_ledger {
    icp_context *context;   /* the caller's, opaque: what is given out comes from it */
    struct icp_context own; /* memory of SQLite */
    sqlite3 *db;
    sqlite3_stmt *rollback; /* ready, so that no lack of memory keeps a transaction open */
    bool read_only;
    char path[]; /* as SQLite opens it */
};

/* The last entry; all zero = none. */
struct icp__last {
    uint64_t number;
    int64_t time;
    uint8_t hash[32];
};

/* Fails with the code and text that belong to a result of SQLite. entry = the entry at work, 0 = none. */
icp_status icp__ledger_fail(icp_ledger *l, int result, uint64_t entry, struct icp_error *err);
/* Fails with ICP_E_CHECKSUM if the file has fewer bytes than it says. */
icp_status icp__ledger_whole(icp_ledger *l, struct icp_error *err);
icp_status icp__ledger_prepare(icp_ledger *l, const char *sql, sqlite3_stmt **out, struct icp_error *err);
/* *row = whether there is one. */
icp_status icp__ledger_step(icp_ledger *l, sqlite3_stmt *s, bool *row, struct icp_error *err);
icp_status icp__ledger_run(icp_ledger *l, const char *sql, struct icp_error *err);
/* A whole transaction lies between begin and end or rollback. End commits if st is ICP_OK, else rolls back; gives st, or why it could not. */
icp_status icp__ledger_begin(icp_ledger *l, bool write, struct icp_error *err);
icp_status icp__ledger_end(icp_ledger *l, icp_status st, struct icp_error *err);
void icp__ledger_rollback(icp_ledger *l);
icp_status icp__ledger_last(icp_ledger *l, struct icp__last *out, struct icp_error *err);

struct icp_str icp__ledger_text(sqlite3_stmt *s, int column); /* data NULL = it is no text; valid until the next step */
bool icp__ledger_unhex(struct icp_str text, uint8_t out[32]);
void icp__ledger_hex(const uint8_t data[32], char out[64]);
icp_status icp__ledger_head_check(const struct icp_ledger_head *head, struct icp_error *err);
void icp__ledger_head_fill(struct icp_ledger_head *head, const struct icp__last *last); /* NULL allowed */
/* Bytes into a buffer of the caller's context. */
icp_status icp__ledger_give(icp_ledger *l, const struct icp__bytes *bytes, icp_buffer **out, struct icp_error *err);
