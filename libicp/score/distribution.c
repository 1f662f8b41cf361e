/* SPDX-License-Identifier: MIT */
/* Histograms of scores, and how selective and concentrated a profile they imply (the formulas stand in icp/score.h). */
#include "base/number.h"
#include "model/model.h"
#include "score/result.h"

struct icp_distribution {
    icp_context *ctx;
    uint64_t counts[ICP__SCORES];
};

icp_status icp_distribution_new(icp_context *c, icp_distribution **out, struct icp_error *err) {
    icp_distribution *d;
    if (c == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "context and out must not be NULL");
    d = icp__calloc(c, 1, sizeof *d);
    if (d == NULL)
        return icp__no_memory(err);
    d->ctx = icp_context_ref(c);
    *out = d;
    return ICP_OK;
}

icp_status icp_distribution_add(icp_distribution *d, const icp_result *r, int32_t layer, struct icp_error *err) {
    struct icp_array a = {.struct_size = sizeof a};
    icp_status st;
    if (d == NULL || r == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "distribution and result must not be NULL");
    st = icp_result_column(r, layer, ICP_COL_SCORE, &a, err);
    if (st != ICP_OK)
        return st;
    for (uint64_t i = 0; i < a.rows; i++)
        d->counts[((const int32_t *)a.data)[i] - ICP__SCORE_MIN]++;
    return ICP_OK;
}

icp_status icp_distribution_add_score(icp_distribution *d, int32_t score, struct icp_error *err) {
    if (d == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "distribution must not be NULL");
    if (score < ICP__SCORE_MIN || score > ICP__SCORE_MAX)
        return icp__fail(err, ICP_E_ARGUMENT, "score %d lies outside 200..759", score);
    d->counts[score - ICP__SCORE_MIN]++;
    return ICP_OK;
}

icp_status icp_distribution_of_model(const icp_model *m, int32_t layer, int32_t who, icp_distribution **out, struct icp_error *err) {
    icp_distribution *d = NULL;
    icp_status st;
    if (m == NULL || out == NULL || (who != ICP_WHO_REFERENCE && who != ICP_WHO_CUSTOMERS))
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL, who must be ICP_WHO_...");
    m = icp__model_part(m, layer);
    if (m == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d", layer);
    st = icp_distribution_new(m->ctx, &d, err);
    if (st != ICP_OK)
        return st;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        d->counts[i] = icp__get64(m->spread + ((size_t)who * ICP__SCORES + i) * 8);
    *out = d;
    return ICP_OK;
}

/* A forged model or a distribution merged with itself over and over must not come round to few companies. */
static uint64_t plus(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

icp_status icp_distribution_merge(icp_distribution *d, const icp_distribution *other, struct icp_error *err) {
    if (d == NULL || other == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "distributions must not be NULL");
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        d->counts[i] = plus(d->counts[i], other->counts[i]);
    return ICP_OK;
}

#define LN2 0.69314718055994530942

/* Bits of evidence in the middle of a score's milli-points. */
static double bits_of(int32_t score) { return (double)icp__points_twice_middle(score) / 106000.0; }

static void figures(const uint64_t *counts, struct icp_spread *out) {
    double n = 0, sum = 0, square = 0, bits = 0;
    for (int32_t i = 0; i < ICP__SCORES; i++) {
        double h = (double)counts[i], b = bits_of(i + ICP__SCORE_MIN), r = icp__exp(b * LN2);
        n += h;
        sum += h * r;
        square += h * r * r;
        bits += h * r * b;
    }
    if (n == 0)
        return;
    out->customer_bits_micro = icp__round((bits / sum - icp__log(sum / n) / LN2) * 1e6);
    out->effective_share_micro = icp__round(sum / n * (sum / square) * 1e6);
}

icp_status icp_distribution_counts(const icp_distribution *d, uint64_t *counts, struct icp_spread *spread, struct icp_error *err) {
    struct icp_spread own = {0};
    struct icp__fpenv env;
    if (d == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "distribution must not be NULL");
    if (spread != NULL) {
        icp_status st;
        for (int32_t i = 0; i < ICP__SCORES; i++) {
            uint64_t *tier = &own.tier[icp__points_tier(icp__points_threshold(i + ICP__SCORE_MIN))];
            own.companies = plus(own.companies, d->counts[i]);
            *tier = plus(*tier, d->counts[i]);
        }
        icp__fpenv_enter(&env);
        figures(d->counts, &own);
        icp__fpenv_leave(&env);
        st = icp__output(spread, sizeof own, &own, sizeof own, err);
        if (st != ICP_OK)
            return st;
    }
    if (counts != NULL)
        memcpy(counts, d->counts, sizeof d->counts);
    return ICP_OK;
}

void icp_distribution_free(icp_distribution *d) {
    if (d == NULL)
        return;
    icp_context *c = d->ctx;
    icp__free(c, d);
    icp_context_unref(c);
}
