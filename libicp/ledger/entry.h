/* SPDX-License-Identifier: MIT */
/* Entries: what they may say, and their canonical bytes (doc/ledger.md). */
#pragma once
#include "base/json.h"
#include "ledger/ledger.h"

#define ICP__ENTRY_MOST ((size_t)1 << 20) /* bytes, as it is given */

struct icp__entry {
    struct icp_str kind, author, key; /* key.data NULL = none */
    uint64_t refers;                  /* number of an earlier entry, 0 = none */
    bool same_kind;                   /* which must be of this kind */
    bool restored, retired, resolved; /* states that the history must allow */
    struct icp_str model, authority;  /* data NULL = none */
    struct icp__bytes canonical;
};
/* A member that the library sets. */
struct icp__entry_own {
    const char *name, *text;
    bool number;
    struct icp__json *tree; /* instead of the text: a copy of this one, with its members */
};

/* Reads and checks an entry; strings live in the arena. own = members that are added to what was given. */
icp_status icp__entry_read(icp_ledger *l, struct icp__arena *a, const char *json, size_t size, const struct icp__entry_own *own, size_t owns,
                           struct icp__entry *out, struct icp_error *err);
void icp__entry_free(struct icp__entry *e);

/* The model that is published: by the newest entry that published or restored one, unless a later one retired it. number 0 = none. */
struct icp__published {
    uint64_t number;
    char id[65];
};
/* Follows the versions. asked NULL = none; *ever = whether that model was published at any time. */
icp_status icp__published_find(icp_ledger *l, struct icp_str asked, struct icp__published *out, bool *ever, struct icp_error *err);
/* What the history lets be said of versions, and the cards of the resolution of flags. */
icp_status icp__entry_may_follow(icp_ledger *l, const struct icp__entry *e, struct icp_error *err);

/* Members in the order of their names' bytes, no blanks, the shortest escapes, numbers as they were written. */
icp_status icp__entry_canonical(struct icp__arena *a, const struct icp__json *j, struct icp__bytes *out, struct icp_error *err);
/* What can be told without reading: the time, the caller's head (NULL allowed), whether it is open for writing. */
icp_status icp__entry_may_append(const icp_ledger *l, int64_t now, const struct icp_ledger_head *head, struct icp_error *err);
/* Inside a writing transaction; *last becomes the new entry. */
icp_status icp__entry_append(icp_ledger *l, int64_t now, const struct icp__entry *e, struct icp__last *last, struct icp_error *err);
/* SHA-256(previous hash, time as 8 bytes little-endian, entry). */
void icp__entry_hash(const uint8_t previous[32], int64_t time, struct icp_str entry, uint8_t out[32]);
