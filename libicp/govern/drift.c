/* SPDX-License-Identifier: MIT */
/* Drift: two samples of companies compared (doc/drift.md). */
#include "govern/drift.h"

#define FALSE_ALARM 50000u
#define FALSE_ALARM_MOST 500000u

static icp_status check(const icp_model *m, const icp_reader *before, const icp_reader *now, const struct icp_drift_options *o, icp_buffer **json,
                        struct icp_error *err) {
    if (m == NULL || now == NULL || json == NULL || before == now)
        return icp__fail(err, ICP_E_ARGUMENT, "model, now and json must not be NULL, and before must not be the same reader as now");
    if (o->flags != 0 || o->reserved != 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_drift_options");
    if (o->false_alarm_micro >= FALSE_ALARM_MOST)
        return icp__fail(err, ICP_E_ARGUMENT, "false_alarm_micro is %u; it must lie below %u", o->false_alarm_micro, FALSE_ALARM_MOST);
    if (o->accounts_before != NULL && (before == NULL || o->accounts == NULL))
        return icp__fail(err, ICP_E_ARGUMENT, "accounts_before without rows before, or without accounts");
    if (before == NULL && m->layer != ICP_LAYER_FIT)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no fit layer, so it knows no shares of a reference: give earlier rows");
    return ICP_OK;
}

static icp_status make(struct icp__drift *d, const icp_model *m, struct icp_error *err) {
    d->column = icp__calloc(d->ctx, m->schema->columns + 1u, sizeof *d->column);
    return d->column != NULL && icp__drift_side_make(d, &d->before) && icp__drift_side_make(d, &d->now) ? ICP_OK : icp__no_memory(err);
}

static icp_status compare(struct icp__drift *d, icp_reader *before, icp_reader *now, const struct icp_drift_options *o, const struct icp_progress *p,
                          struct icp_error *err) {
    icp_status st = ICP_OK;
    d->before.read = before != NULL;
    d->before.events = o->accounts_before != NULL;
    d->now.read = d->now.events = true;
    icp__drift_scores(d, &d->before, o->accounts != NULL, o->accounts_before == NULL);
    icp__drift_scores(d, &d->now, o->accounts != NULL, false);
    if (before != NULL)
        st = icp__drift_read(d, before, &d->before, o, o->accounts_before, p, err);
    else
        icp__drift_side_model(d, &d->before);
    if (st == ICP_OK)
        st = icp__drift_read(d, now, &d->now, o, o->accounts, p, err);
    if (st == ICP_OK && (d->now.rows == 0 || d->before.rows == 0))
        return icp__fail(err, ICP_E_TOO_FEW, "there are no rows %s to compare", d->now.rows == 0 ? "now" : "before");
    if (st == ICP_OK)
        st = icp__drift_test_all(d, err);
    if (st == ICP_OK)
        icp__drift_judge(d);
    return st;
}

static void forget(struct icp__drift *d) {
    icp__free(d->ctx, d->before.block);
    icp__free(d->ctx, d->now.block);
    icp__free(d->ctx, d->column);
    icp__free(d->ctx, d->pair);
    icp__free(d->ctx, d->test);
    icp__arena_free(&d->arena);
}

icp_status icp_drift(icp_model *m, icp_reader *before, icp_reader *now, const struct icp_drift_options *o, const struct icp_progress *p, icp_buffer **json,
                     struct icp_error *err) {
    struct icp_drift_options own;
    struct icp__drift d = {.model = m};
    struct icp__bytes b;
    struct icp__fpenv env;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st == ICP_OK)
        st = check(m, before, now, &own, json, err);
    if (st == ICP_OK)
        st = icp__progress_check(p, err);
    if (st != ICP_OK)
        return st;
    d.ctx = m->ctx;
    d.level = (own.false_alarm_micro ? own.false_alarm_micro : FALSE_ALARM) / 1e6;
    icp__arena_init(&d.arena, d.ctx);
    icp__bytes_init(&b, d.ctx);
    icp__fpenv_enter(&env);
    st = make(&d, m, err);
    if (st == ICP_OK)
        st = compare(&d, before, now, &own, p, err);
    if (st == ICP_OK)
        st = icp__drift_write(&d, &b, err);
    if (st == ICP_OK)
        st = icp__bytes_finish(&b, json, err);
    icp__fpenv_leave(&env);
    icp__bytes_free(&b);
    forget(&d);
    return st;
}
