/* SPDX-License-Identifier: MIT */
/* Which company of several an entry of a list means, or that nobody can tell. */
#pragma once
#include "model/lookup.h"

enum icp__fate {
    ICP__FATE_NONE = 0,
    ICP__FATE_EXACT,      /* by key, or by domain and name */
    ICP__FATE_NORMALISED, /* by domain or by name, and no other company fits */
    ICP__FATE_AMBIGUOUS,  /* several fit, or one of which too little is known */
    ICP__FATE_EXCLUDED
};
enum icp__how {
    ICP__HOW_NONE = 0,
    ICP__HOW_KEY,
    ICP__HOW_BOTH,         /* domain and name */
    ICP__HOW_DOMAIN,
    ICP__HOW_NAME,         /* of words that hardly meet by chance */
    ICP__HOW_SPELT,        /* a name of one word, which is the domain of one of the two */
    ICP__HOW_DOMAIN_ONLY,  /* the domain, but the name of a part or a parent */
    ICP__HOW_NAME_ONLY,    /* a name that others may have too */
    ICP__HOW_NAME_AGAINST, /* the name, but another domain */
    ICP__HOW_NAME_YEAR,    /* the name, but founded in another year */
    ICP__HOWS
};
const char *icp__fate_name(uint8_t fate);
const char *icp__how_name(uint8_t how);

/* A table that is searched. */
struct icp__searched {
    const struct icp__table *table;
    struct icp__fact_columns columns;
};
struct icp__candidate {
    uint32_t table, row;
    uint8_t how;
};
struct icp__verdict {
    uint8_t fate, how;
    bool more;       /* than are listed */
    uint32_t count;  /* accepted: the first is meant, the others have its domain */
    struct icp__candidate candidate[ICP__CANDIDATES];
};
/* all: several companies with domain and name of the entry are all meant (exclusions). scratch: one, to read names into. */
void icp__decide(const struct icp__lookup *k, uint32_t entry, const struct icp__searched *searched, const struct icp__frequency *f, bool all,
                 struct icp__facts *scratch, struct icp__verdict *out);
