/* SPDX-License-Identifier: MIT */
/* How the tables of a dataset hang together and what each column is used for: found (find.c, links.c) or read (manifest.c), then
 * only followed (join.c, events.c). */
#pragma once
#include "trait/schema.h"

enum icp__role {
    ICP__ROLE_UNLINKED = 0, /* nothing points here and it points nowhere: not used */
    ICP__ROLE_COMPANY,      /* one row per company */
    ICP__ROLE_CHILD,        /* its rows belong to a company, directly or through other children */
    ICP__ROLE_LOOKUP,       /* one row describes many rows that point at it: products, owners */
    ICP__ROLE_EXCLUDED      /* left out by the caller */
};
enum icp__part {
    ICP__PART_SKIP = 0,  /* no use; the reason says why */
    ICP__PART_PROTECTED, /* personal data: not read */
    ICP__PART_KEY,
    ICP__PART_LINK,      /* points at another table */
    ICP__PART_PASS,      /* company table, and lookups of it: becomes a column as it is */
    ICP__PART_LIST,      /* child: the values of a company's rows become a list */
    ICP__PART_NUMBER,    /* child: count of values, sum, mean, latest */
    ICP__PART_DATE       /* child: dates its rows; an event each */
};
#define ICP__NO_LINK UINT32_MAX

/* Cells of `column` say which row of table `to` is meant, by its `to_column`. */
struct icp__link {
    uint32_t column, to, to_column; /* to = ICP__NO_LINK: there is none */
    bool normalised;   /* match without case, blanks and punctuation; else exactly, after trimming: both as icp__match_key (match.h) */
    char separator;    /* several keys in one cell ("101;102"): the row belongs to each; 0 = one */
    int32_t sure;      /* per mille; -1 = said by the manifest */
    struct icp_str reason;
};
struct icp__member_column {
    uint8_t part;     /* enum icp__part */
    bool late;        /* its value is known only from the latest date of its row on (the stage of a deal) */
    bool event_kind;  /* tells kinds of events apart: part of an event's type */
    struct icp_str reason;
};
struct icp__member {
    struct icp_str name, file; /* file: data NULL when the caller opens it */
    uint8_t role;              /* enum icp__role */
    int32_t key;               /* column, -1 = none */
    icp_schema *schema;        /* how its cells are read */
    struct icp__member_column *column; /* [schema->columns] */
    struct icp__link up;       /* CHILD: towards the company. COMPANY: to the parent company, in the same table */
    struct icp__link *lookup;  /* to LOOKUP tables */
    uint32_t lookups;
    struct icp_str reason;     /* of the role */
};
struct icp__manifest {
    icp_context *ctx;
    struct icp__arena arena;
    uint32_t members, company; /* index of the company table */
    struct icp__member *member;
};
void icp__manifest_free(struct icp__manifest *m);
/* JSON of doc/dataset.md. Errors give line and column. tables: names that exist, in the order of the caller's tables. */
icp_status icp__manifest_read(icp_context *c, const char *json, size_t size, struct icp__manifest *out, struct icp_error *err);
void icp__manifest_write(const struct icp__manifest *m, struct icp__bytes *b);
