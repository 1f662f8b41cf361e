/* SPDX-License-Identifier: MIT */
/* Limits of the gates, as JSON. */
#include "govern/gates.h"

#define MILLION 1000000

/* Where the defaults come from is told in doc/publish.md. */
static const struct icp__gates defaults = {
    .cllr_most = MILLION, .cllr_worse = -1, .tier_most = 300000, .reference_same = true, .layers_kept = true,
    .verdict = {{"holds", 5}, {"cannot tell", 11}, {"base rate moved", 15}, {"not judged", 10}}, .verdicts = 4};

static icp_status read_micro(const struct icp__json *object, const char *name, int64_t *out, struct icp_error *err) {
    const struct icp__json *j = icp__json_get(object, name);
    uint64_t v;
    if (j == NULL)
        return ICP_OK;
    if (!icp__json_uint(j, &v) || v > INT64_C(1000) * MILLION) {
        const struct icp__place where = icp__json_place(j);
        return icp__fail_at(err, ICP_E_FORMAT, &where, "%s must be a whole number of millionths", name);
    }
    *out = (int64_t)v;
    return ICP_OK;
}

static icp_status read_bool(const struct icp__json *object, const char *name, bool *out, struct icp_error *err) {
    const struct icp__json *j = icp__json_get(object, name);
    if (j == NULL)
        return ICP_OK;
    if (j->type != ICP__JSON_TRUE && j->type != ICP__JSON_FALSE)
        return icp__json_expected(j, ICP_E_FORMAT, err, name, "true or false");
    *out = j->type == ICP__JSON_TRUE;
    return ICP_OK;
}

static icp_status read_verdicts(const struct icp__json *object, struct icp__gates *g, struct icp_error *err) {
    const struct icp__json *list = icp__json_get(object, "verdicts");
    if (list == NULL)
        return ICP_OK;
    if (list->type != ICP__JSON_ARRAY)
        return icp__json_expected(list, ICP_E_FORMAT, err, "verdicts", "an array of strings");
    g->verdicts = 0;
    for (const struct icp__json *j = list->child; j != NULL; j = j->next) {
        if (j->type != ICP__JSON_STRING || g->verdicts == ICP__VERDICTS_MOST)
            return icp__json_expected(j, ICP_E_FORMAT, err, "a verdict", "one of at most 16 strings");
        g->verdict[g->verdicts++] = j->text;
    }
    return ICP_OK;
}

/* A member that is an object, or not there. */
static icp_status part_of(icp_context *c, const struct icp__json *top, const char *name, const char *const *members, size_t count,
                          const struct icp__json **out, struct icp_error *err) {
    *out = icp__json_get(top, name);
    return *out == NULL ? ICP_OK : icp__json_known(c, *out, ICP_E_FORMAT, name, members, count, err);
}

icp_status icp__gates_read(struct icp__arena *a, const char *json, size_t size, struct icp__gates *out, struct icp_error *err) {
    static const char *const tops[] = {"cllr", "tier_change", "calibration", "same_reference", "keep_layers"};
    static const char *const of_cllr[] = {"at_most_micro", "worse_by_micro"}, *const of_tiers[] = {"at_most_micro", "rows_required"},
                      *const of_calibration[] = {"required", "verdicts"};
    const struct icp__json *cllr, *tiers, *calibration;
    struct icp__json *top = NULL;
    struct icp__gates g = defaults;
    *out = g;
    if (json == NULL)
        return ICP_OK;
    icp_status st = icp__json_parse(a, json, size, ICP_E_FORMAT, &top, err);
    if (st == ICP_OK)
        st = icp__json_known(a->ctx, top, ICP_E_FORMAT, "gates", tops, 5, err);
    if (st == ICP_OK)
        st = part_of(a->ctx, top, "cllr", of_cllr, 2, &cllr, err);
    if (st == ICP_OK)
        st = part_of(a->ctx, top, "tier_change", of_tiers, 2, &tiers, err);
    if (st == ICP_OK)
        st = part_of(a->ctx, top, "calibration", of_calibration, 2, &calibration, err);
    if (st == ICP_OK)
        st = read_micro(cllr, "at_most_micro", &g.cllr_most, err);
    if (st == ICP_OK)
        st = read_micro(cllr, "worse_by_micro", &g.cllr_worse, err);
    if (st == ICP_OK)
        st = read_micro(tiers, "at_most_micro", &g.tier_most, err);
    if (st == ICP_OK)
        st = read_bool(tiers, "rows_required", &g.rows_required, err);
    if (st == ICP_OK)
        st = read_bool(calibration, "required", &g.calibration_required, err);
    if (st == ICP_OK)
        st = read_verdicts(calibration, &g, err);
    if (st == ICP_OK)
        st = read_bool(top, "same_reference", &g.reference_same, err);
    if (st == ICP_OK)
        st = read_bool(top, "keep_layers", &g.layers_kept, err);
    *out = g;
    return st;
}

icp_status icp__gates_calibration_read(struct icp__arena *a, const char *json, size_t size, struct icp__gates_calibration *out, struct icp_error *err) {
    static const char *const names[] = {"layer", "verdict", "model"};
    struct icp_str *const into[] = {&out->layer, &out->verdict, &out->model};
    struct icp__json *top = NULL;
    *out = (struct icp__gates_calibration){.given = json != NULL};
    if (json == NULL)
        return ICP_OK;
    icp_status st = icp__json_parse(a, json, size, ICP_E_FORMAT, &top, err);
    if (st != ICP_OK)
        return st;
    if (top->type != ICP__JSON_OBJECT)
        return icp__json_expected(top, ICP_E_FORMAT, err, "a calibration report", "an object");
    const struct icp__json *ratio = icp__json_get(top, "ratio"), *outcomes = icp__json_get(ratio, "outcomes"), *slope = icp__json_get(ratio, "slope_micro");
    out->measured = outcomes != NULL && slope != NULL && icp__json_uint(outcomes, &out->outcomes) && icp__json_uint(slope, &out->slope_micro) &&
                    out->slope_micro <= INT64_MAX;
    for (size_t i = 0; i < 3; i++) {
        const struct icp__json *j = icp__json_get(top, names[i]);
        if (j != NULL && j->type == ICP__JSON_STRING)
            *into[i] = j->text;
        else if (i < 2)
            return icp__json_expected(j != NULL ? j : top, ICP_E_FORMAT, err, j != NULL ? names[i] : "what lacks layer or verdict", "a report of icp_calibrate()");
    }
    return ICP_OK;
}
