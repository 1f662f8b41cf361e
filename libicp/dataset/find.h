/* SPDX-License-Identifier: MIT */
/* Finding out how tables hang together: links.c weighs every pair of columns, keys.c and roles.c choose, uses.c says what each column is for. */
#pragma once
#include "dataset/manifest.h"
#include "dataset/profile.h"

/* Cells of a column seem to name rows of another table. */
struct icp__candidate {
    uint32_t table, column, to, to_column;
    uint32_t sure;    /* per mille */
    uint32_t share;   /* per mille of its values that are keys there */
    uint64_t values;  /* different ones */
    uint8_t header;   /* 0 says nothing, 1 an id, 2 words in common, 3 names the table */
    bool normalised;
};
struct icp__find {
    icp_context *ctx;
    struct icp__manifest *m; /* members have names, files and schemas; the rest is found */
    struct icp__profile *profile; /* [m->members] */
    struct icp_str company;  /* asked for; data NULL = find it */
    struct icp_str include, exclude, release;
    struct icp__candidate *candidate;
    size_t candidates, candidate_cap;
    struct icp__bytes text; /* scratch */
    bool failed;            /* no memory */
};
void icp__find_init(struct icp__find *f, icp_context *c, struct icp__manifest *m, struct icp__profile *p);
void icp__find_free(struct icp__find *f);
/* Decides everything of m: ICP_E_SCHEMA when it cannot be decided. */
icp_status icp__find(struct icp__find *f, struct icp_error *err);

/* Parts of it. False = no memory. */
bool icp__find_links(struct icp__find *f);
void icp__find_keys(struct icp__find *f);
icp_status icp__find_roles(struct icp__find *f, struct icp_error *err);
bool icp__find_uses(struct icp__find *f, uint32_t member);
bool icp__find_key_like(const struct icp__profile *p, uint32_t column); /* nearly always there, nearly always another */
/* The best candidate of a column, NULL = none. to = ICP__NO_LINK for any table. */
const struct icp__candidate *icp__find_best(const struct icp__find *f, uint32_t table, uint32_t column, uint32_t to);

/* f->text as a string that lives as long as the manifest; sets failed. */
struct icp_str icp__find_say(struct icp__find *f);
void icp__find_count(struct icp__find *f, uint64_t n); /* 1,234 */
void icp__find_figures(struct icp__find *f, const struct icp__candidate *c); /* "98.2% of 1,234 different values are keys of accounts; ..." */
static inline struct icp_str icp__find_header(const struct icp__find *f, uint32_t table, uint32_t column) {
    return f->profile[table].schema->column[column].name;
}
