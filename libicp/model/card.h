/* SPDX-License-Identifier: MIT */
/* The card: who answers for a model, by when it must be looked at again, and what to do with its scores (doc/card.md). */
#pragma once
#include "base/json.h"
#include "model/playbook.h"

#define ICP__DAY_UNKNOWN INT64_MIN
#define ICP__EPOCHS 16u

struct icp__cadence {
    uint32_t every;     /* days; 0 = not said */
    int64_t last, next; /* days */
};
struct icp__epoch {
    int64_t day;
    uint32_t percent; /* what a customer from before it counts */
};
struct icp__card {
    struct icp__playbook *playbook; /* NULL = the defaults */
    struct icp__cadence review, calibration;
    int64_t fitted; /* day up to which the data of the fit reached */
    bool owned;
    uint32_t epochs;
    struct icp__epoch epoch[ICP__EPOCHS]; /* by day */
};
/* Checks a card and reads what the library heeds; the rest is kept as it is. On failure nothing is left to free. */
icp_status icp__card_read(icp_context *c, const char *json, size_t size, icp_status code, struct icp__card *out, struct icp_error *err);
void icp__card_free(icp_context *c, struct icp__card *card);
/* {"in":"review","name":"evry_days","line":3}, ... : members that no card knows, misspelt perhaps; at most 100. */
icp_status icp__card_unknown(icp_context *c, const char *json, size_t size, struct icp__bytes *out, struct icp_error *err);
/* The day from which a review or calibration is overdue; ICP__DAY_UNKNOWN = never. `also` = the last one known from elsewhere. */
int64_t icp__cadence_due(const struct icp__cadence *c, int64_t also);
