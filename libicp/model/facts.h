/* SPDX-License-Identifier: MIT */
/* What a row says about who the company is: its name and its domain, whatever the columns are called. */
#pragma once
#include "ingest/sample.h"
#include "trait/identity.h"

/* Columns that the library adds to the rows of lists begin with this byte; no header does. */
#define ICP__OWN_COLUMN '\x1f'
#define ICP__OWN_KEY "\x1fkey"
#define ICP__OWN_NAME "\x1fname"
#define ICP__OWN_HOST "\x1fhost"

#define ICP__FACT_COLUMNS 8u
struct icp__fact_columns {
    /* Of each kind the first that says something counts. */
    uint32_t name[ICP__FACT_COLUMNS], site[ICP__FACT_COLUMNS], mail[ICP__FACT_COLUMNS], year[ICP__FACT_COLUMNS];
    uint32_t names, sites, mails, years;
};
/* From folded headers; columns whose header matches one of the patterns `protect` are not looked at. `site` = a column that holds
 * hosts whatever it is called, -1 = none. */
void icp__fact_columns_find(const struct icp_str *folded, const struct icp_str *names, uint32_t columns, struct icp_str protect, int32_t site,
                            struct icp__fact_columns *out);
static inline bool icp__fact_columns_any(const struct icp__fact_columns *c) { return c->names || c->sites || c->mails; }

struct icp__facts {
    struct icp_str raw_name;    /* as written, trimmed; size 0 = none */
    struct icp__name name;
    struct icp__domain domain;  /* use is ICP__DOMAIN_COMPANY or ICP__DOMAIN_NONE */
    uint32_t year;              /* in which it was founded; 0 = unknown */
};
void icp__facts_read(const struct icp__fact_columns *c, const struct icp__cell *row, struct icp__facts *out);

/* The same in little room. */
struct icp__identity {
    struct icp_str joined[ICP__NAME_FORMS]; /* data NULL = none */
    const struct icp_str *word[ICP__NAME_FORMS];
    uint32_t words[ICP__NAME_FORMS];
    struct icp_str host, domain;            /* data NULL = none; domain lies in host */
    uint32_t label;                         /* bytes of the domain's own label */
    bool classic;                           /* it stands in one of the old registries */
    uint32_t year;
};
bool icp__identity_make(struct icp__arena *a, const struct icp__facts *f, struct icp__identity *out); /* false = no memory */
static inline bool icp__str_same(struct icp_str a, struct icp_str b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
/* The domain's own label is that name, without blanks: acme.com, Acme Inc. whole = a hyphen in it stands for a blank, and there is none. */
bool icp__label_spells(struct icp_str domain, uint32_t label, struct icp_str joined, bool whole);
