/* SPDX-License-Identifier: MIT */
/* What a fit hands to the model writer: plain arrays, no matrix. */
#pragma once
#include "base/number.h"
#include "reference/reference.h"
#include "trait/extract.h"
#include <icp/model.h>

struct icp__learned_trait {
    uint32_t column;        /* index into the schema */
    int32_t kind;           /* ICP_TRAIT_...; KNOWN = the column's offset */
    struct icp_str text;    /* value, item, word, phrase; empty for KNOWN and RANGE */
    struct icp__decimal lo, hi; /* RANGE: [lo, hi); ranges of a column are contiguous and ascending */
    bool open_lo, open_hi;
    int32_t points;         /* milli-points */
    int32_t weight;         /* -100..100 */
    uint64_t customers, customers_of, reference, reference_of; /* counts */
    uint64_t variance;      /* addend of the squared half width, milli-points^2 (interval factors applied) */
    uint64_t square;        /* addend of sum c_j^2 for the effective customers; milli-points^2 */
    uint64_t square_over;   /* addend of sum c_j^2 / (k_j + .5) */
};
/* What the reference held in a NUMBER or DATE column: a value outside gets ICP_FLAG_OUT_OF_RANGE. Round outward to a few digits, so that
 * no company's own value stands in a model. A column that is absent here is never out of range. */
struct icp__learned_bounds {
    uint32_t column; /* index into the schema; at most one entry per column, ascending */
    struct icp__decimal lo, hi; /* lo <= hi */
};
/* Rules that icp__model_build checks (ICP_E_STATE otherwise): every column with traits has exactly one KNOWN; the kinds fit the
 * column's kind; no trait twice; lo < hi and each range starts where the one before ends; the customers of a trait do not exceed
 * customers_of, nor reference reference_of; the sum of variance over all traits + base_variance <= INT64_MAX, so also the sums of
 * square and of square_over. Bounds: only of columns with ranges. */
struct icp__learned {
    struct icp__arena arena; /* owns traits, bounds and texts */
    const icp_schema *schema;
    icp_schema *own_schema; /* released with the rest; NULL = the schema is the caller's */
    uint8_t reference_id[32];
    uint32_t layer;
    uint64_t count;
    struct icp__learned_trait *traits; /* sorted by (column, kind, text or lo) */
    uint64_t bounds_count;
    struct icp__learned_bounds *bounds; /* may be NULL when bounds_count is 0 */
    uint64_t base_variance;            /* c0 part of the squared half width */
    uint32_t flags;                    /* ICP_MODEL_... */
    uint64_t customers, companies, listed;
    int64_t slope_micro, cllr_micro, auc_micro;
    uint64_t spread[2][560];           /* ICP_WHO_REFERENCE, ICP_WHO_CUSTOMERS: scores 200..759 */
    uint64_t unseen[560];              /* companies of the reference as they score where the fit did not see them; all 0 = not known */
    struct icp__bytes summary;         /* JSON of icp_model_summary */
    struct icp__bytes signals;         /* timing layers: JSON of section SIGN; size 0 = none */
};
void icp__learned_free(struct icp__learned *l);
/* A trait's part of its column's evidence variance: p (1 - p) points^2 in whole numbers, p = have / of in 2^-20. */
uint64_t icp__evidence_share(int32_t points, uint64_t have, uint64_t of);
/* Builds the immutable model (serialises to the file form and loads it, so both paths are one). The first layer's file holds those of the
 * others, in ascending order of layers, and the card. */
struct icp__parts_of_model {
    const struct icp__learned *layer[3];
    uint32_t layers;
    struct icp_str card; /* JSON; data NULL = none */
};
icp_status icp__model_build(icp_context *c, const struct icp__parts_of_model *parts, icp_model **out, struct icp_error *err);
