/* SPDX-License-Identifier: MIT */
/* Which normaliser a column gets. */
#pragma once
#include "trait/evidence.h"
#include "trait/family.h"

struct icp__suggestion {
    uint8_t normaliser, adds;
    uint64_t known, distinct; /* of the values or items */
};
/* kind, family and separator of the column are decided. normaliser 0 = none. */
void icp__normaliser_suggest(const struct icp__column *c, const struct icp__synonym *synonym, const struct icp__evidence *e,
                             struct icp__suggestion *out);
