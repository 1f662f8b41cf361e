/* SPDX-License-Identifier: MIT */
/* The steps in their order, and everything they hold, freed in one place. */
#include "model/steps.h"

icp_status icp__steps_run(struct icp__steps *r, icp_pool *pool, const struct icp_progress *p, struct icp_error *err) {
    icp_status s = icp__spans_make(&r->design, pool, &r->spans, err);
    if (!s)
        s = icp__layer_fit(&r->design, &r->spans, p, &r->layer, err);
    if (!s)
        s = icp__layer_refit(&r->layer, pool, p, err);
    if (!s)
        s = icp__calibrate(&r->layer, pool, &r->calibration, err);
    if (!s && !icp__bins_make(&r->calibration.arena, &r->design, r->layer.w, r->calibration.slope, &r->bins))
        s = icp__no_memory(err);
    return s ? s : icp__interval_fit(&r->layer, &r->calibration, &r->bins, &r->interval, err);
}

void icp__steps_free(struct icp__steps *r) {
    icp__calibration_free(&r->calibration);
    icp__layer_free(&r->layer);
    icp__spans_free(&r->spans);
    icp__design_free(&r->design);
}
