/* SPDX-License-Identifier: MIT */
/* What every layer goes through once its examples are a matrix. */
#pragma once
#include "model/interval.h"

struct icp__steps {
    struct icp__design design;
    struct icp__spans spans;
    struct icp__layer layer;
    struct icp__calibration calibration;
    struct icp__interval interval;
    struct icp__bins bins;
};
/* Learns from r->design, which is made. What was made stays in r, on failure too. */
icp_status icp__steps_run(struct icp__steps *r, icp_pool *pool, const struct icp_progress *p, struct icp_error *err);
void icp__steps_free(struct icp__steps *r);
