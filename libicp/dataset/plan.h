/* SPDX-License-Identifier: MIT */
/* What each table of a dataset adds to a company: decided from the manifest alone, before a row is read. */
#pragma once
#include "dataset/dataset.h"

enum icp__what {
    ICP__WHAT_COUNT = 0, /* rows */
    ICP__WHAT_SUM,
    ICP__WHAT_MEAN,
    ICP__WHAT_LATEST, /* value of the row with the latest date */
    ICP__WHAT_YES,    /* share of rows that say yes */
    ICP__WHAT_LIST    /* distinct values */
};
enum icp__gives { ICP__GIVES_NUMBER, ICP__GIVES_YES, ICP__GIVES_LIST };

/* A column that a child's rows give, of the child itself or of a table that it looks up. */
struct icp__given {
    int32_t lookup;  /* index into the member's lookups; -1 = its own */
    uint32_t column; /* of the child, or of the table looked up */
    const struct icp__column *schema;
    uint8_t gives;   /* enum icp__gives */
    bool late;
};
struct icp__derived {
    struct icp_str header;
    uint32_t given; /* meaningless for ICP__WHAT_COUNT */
    uint8_t what;   /* enum icp__what */
};
struct icp__child {
    uint32_t member, depth; /* depth 1 = its rows name the company itself */
    struct icp__given *given;
    uint32_t givens;
    struct icp__derived *derived;
    uint32_t deriveds;
    struct icp_str *capped; /* what max_traits left out, as headers */
    uint32_t cappeds;
    bool dated, ends;       /* has dates; some of them are marked as the end of a row */
    uint32_t map;           /* depth 1: of plan.map; else of plan.via */
    uint32_t *look;         /* [member's lookups] of plan.look */
};
/* A column of another table that children point at. */
struct icp__target {
    uint32_t member, column;
    bool normalised;
};
struct icp__pass {
    int32_t lookup; /* of the company; -1 = its own */
    uint32_t column;
    const struct icp__column *schema;
    struct icp_str header;
};
struct icp__plan {
    const icp_dataset *d;
    struct icp__arena arena;
    struct icp__pass *pass; /* columns of companies */
    uint32_t passes;
    struct icp__child *child; /* parents before children */
    uint32_t children;
    struct icp__target *map; /* into the company table */
    uint32_t maps;
    struct icp__target *via; /* into children */
    uint32_t vias;
    struct icp__target *look; /* into lookup tables */
    uint32_t looks;
    uint32_t *company_look; /* [company's lookups] of look */
    uint64_t columns;       /* passes and all deriveds */
};
icp_status icp__plan_make(const icp_dataset *d, struct icp__plan *out, struct icp_error *err);
void icp__plan_free(struct icp__plan *p);
static inline const struct icp__member *icp__plan_member(const struct icp__plan *p, uint32_t i) { return &p->d->manifest.member[i]; }
