/* SPDX-License-Identifier: MIT */
/* What each column means. */
#pragma once
#include "ingest/sample.h"
#include <icp/batch.h>

enum icp__date_order { ICP__DATE_YMD = 0, ICP__DATE_DMY = 1, ICP__DATE_MDY = 2 };

struct icp__column {
    struct icp_str name;   /* header as written */
    struct icp_str id;     /* folded header: the column part of trait ids before escaping */
    int32_t kind, family;  /* ICP_KIND_..., ICP_FAMILY_... */
    uint8_t separator;     /* lists: ';' ',' '|' or 'j' = JSON or Python list; 0 = none */
    uint8_t decimal;       /* numbers: '.' or ',' */
    uint8_t date_order;    /* dates */
    uint8_t normaliser;    /* enum icp__normaliser_id, 0 = none (country names to ISO codes, ...) */
    uint8_t adds;          /* 1 = the normaliser's terms stand beside the value, not for it */
    struct icp_str reason; /* one line: why it was so read */
    uint64_t seen, filled;
};
struct icp_schema {
    _Atomic uint32_t refs;
    icp_context *ctx;
    struct icp__arena arena;
    uint32_t extraction; /* version */
    uint32_t columns;
    struct icp__column *column;
};
/* From the rows of a table (deterministic). key = header of the key column or data NULL. */
icp_status icp__schema_infer_table(icp_context *c, const struct icp__table *t, struct icp_str key, icp_schema **out, struct icp_error *err);
int32_t icp__schema_find(const icp_schema *s, const char *name, size_t size); /* exact, else folded; -1 */
/* The schema with the columns ignored that match a pattern; other than in icp_schema_select() none needs to. */
icp_status icp__schema_protect(const icp_schema *s, struct icp_str patterns, icp_schema **out, struct icp_error *err);
void icp__schema_write(const icp_schema *s, struct icp__bytes *b);            /* canonical JSON */
/* Kind, family and the settings of a kind, as members behind others. */
void icp__schema_write_meaning(struct icp__bytes *b, const struct icp__column *c);
struct icp__json;
/* Column i from its object, after those before it; members that it does not know are not looked at. Fails with `code`. */
icp_status icp__schema_read_column(icp_schema *s, uint32_t i, const struct icp__json *object, icp_status code, struct icp_error *err);

/* For the makers of schemas: columns are zeroed; NULL or false = no memory. */
icp_schema *icp__schema_new(icp_context *c, uint32_t columns);
bool icp__schema_set_name(icp_schema *s, struct icp__column *c, const char *name, size_t size); /* name and id */
bool icp__schema_copy_str(icp_schema *s, struct icp_str from, struct icp_str *to);
const char *icp__kind_name(int32_t kind);

/* A record is one row in the layout of its schema. */
struct icp_record {
    icp_context *ctx;
    icp_schema *schema;
    struct icp__cell *cells;   /* [schema->columns], always current; data NULL = no value; valid UTF-8 */
    struct icp__layout *layout; /* the schema's headers */
    void *more;                /* storage of record.c */
};
