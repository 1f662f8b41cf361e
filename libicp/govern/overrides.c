/* SPDX-License-Identifier: MIT */
/* Overridden rows against others: did they turn out as rows of the tier that the model gave, or as those of the tier that the override gave? */
#include "govern/observed.h"
#include <icp/score.h>

#define HIGH .1 /* of the rows: then what people see is no longer the model's; a rule of thumb of lenders' examiners (doc/calibration.md) */
#define PRIOR 1.0 /* rows that the scale itself stands for where a tier has hardly any others */

/* Share with the outcome in a tier, of rows that nobody overrode; its variance. A tier without rows has what its middle ratio makes of the base rate. */
static double share_of(const struct icp__observed *o, uint32_t tier, double *variance) {
    static const double ratio[] = {0, 1. / 16, 1. / 4, 1, 4, 16};
    const struct icp__overruled *c = &o->overruled[tier][0];
    const double r = o->layer == ICP_LAYER_RETENTION ? 1 / ratio[tier] : ratio[tier];
    const double stated = o->base * r / (1 - o->base + o->base * r);
    const double share = (c->outcomes + PRIOR * stated) / (c->exposed + PRIOR), within = share < 1 ? share : 1;
    *variance = within * (1 - within) / (c->exposed + PRIOR);
    return within;
}

/* Outcomes of as many rows in these tiers: of the model, or of the override. */
struct due {
    double outcomes, variance;
};
static void add_due(const struct icp__observed *o, uint32_t tier, double exposed, struct due *d) {
    double variance;
    d->outcomes += exposed * share_of(o, tier, &variance);
    d->variance += exposed * exposed * variance;
}

static struct icp__estimate compare(const struct icp__observed *o, const struct icp__overridden *r, const struct due *d, double level) {
    const double share = d->outcomes / r->exposed, variance = d->variance / (r->exposed * r->exposed) * o->repeats;
    const double n = variance > 0 ? share * (1 - share) / variance : r->exposed;
    return icp__ratio_range(r->rate, icp__share_range(share * n, n, level));
}

static bool holds_one(const struct icp__estimate *e) { return e->low <= 1 && (e->high < 0 || e->high >= 1); }

static void look_at(const struct icp__observed *o, bool up, double level, struct icp__overridden *r) {
    struct due model = {0}, override = {0};
    for (uint32_t tier = ICP_TIER_VERY_POOR; tier <= ICP_TIER_EXCELLENT; tier++)
        for (uint32_t to = ICP_TIER_VERY_POOR; to <= ICP_TIER_EXCELLENT; to++) {
            const struct icp__overruled *c = &o->overruled[tier][to];
            if (up ? to <= tier : to >= tier)
                continue;
            r->rows += c->rows, r->outcomes += c->outcomes, r->exposed += c->exposed;
            add_due(o, tier, c->exposed, &model);
            add_due(o, to, c->exposed, &override);
        }
    r->by_model = model.outcomes;
    r->by_override = override.outcomes;
    if (!(r->exposed > 0) || !(o->base > 0))
        return;
    r->rate = icp__share_range((r->outcomes < r->exposed ? r->outcomes : r->exposed) / o->repeats, r->exposed / o->repeats, level);
    r->to_model = compare(o, r, &model, level);
    r->to_override = compare(o, r, &override, level);
    r->model_right = holds_one(&r->to_model);
    r->override_right = holds_one(&r->to_override);
}

void icp__overrides_make(const struct icp__observed *o, double level, struct icp__overrides *out) {
    struct icp__overrides v = {0};
    for (uint32_t tier = ICP_TIER_VERY_POOR; tier <= ICP_TIER_EXCELLENT; tier++)
        for (uint32_t to = 0; to <= ICP_TIER_EXCELLENT; to++)
            *(to ? &v.rows : &v.others) += o->overruled[tier][to].rows;
    v.share = v.rows + v.others ? (double)v.rows / (double)(v.rows + v.others) : 0;
    v.high = v.share > HIGH;
    look_at(o, true, level, &v.raised);
    look_at(o, false, level, &v.lowered);
    *out = v;
}
