/* SPDX-License-Identifier: MIT */
/* An edited model from its parent, the reference of both, and what is to change. */
#include "govern/edit.h"
#include <icp/govern.h>

static icp_status check(const icp_model *m, const icp_reference *r, struct icp_error *err) {
    if (m->layer != ICP_LAYER_FIT)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no fit layer; the offsets of layers that are learned from events cannot be set anew without them");
    if (memcmp(m->info.reference_id, r->id, sizeof r->id) != 0)
        return icp__fail(err, ICP_E_REFERENCE, "the model was fitted on another reference");
    return ICP_OK;
}

static bool start(struct icp__edit *e) {
    const uint32_t n = e->m->info.traits;
    e->learned = icp__alloc(e->ctx, (size_t)n + 1, sizeof *e->learned);
    e->now = icp__alloc(e->ctx, (size_t)n + 1, sizeof *e->now);
    if (e->learned == NULL || e->now == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *t = icp__entry(e->m, i);
        e->learned[i] = icp__edits_learned(e->m, i);
        e->now[i] = (struct icp__learned_figures){icp__entry_points(t), icp__entry_weight(t), icp__entry_variance(t), icp__entry_square(t), icp__entry_square_over(t)};
    }
    return true;
}

/* Sums that a row may reach must fit the file. */
static icp_status check_sums(const struct icp__edit *e, struct icp_error *err) {
    double variance = (double)e->m->base_variance, square = 0;
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        variance += (double)e->now[i].variance, square += (double)e->now[i].square + (double)e->now[i].square_over;
    return variance < 9e18 && square < 9e18 ? ICP_OK : icp__fail(err, ICP_E_LIMIT, "the points are too large");
}

icp_status icp_model_edit(const icp_model *m, const icp_reference *r, const char *edits_json, size_t size, icp_model **out, struct icp_error *err) {
    struct icp__fpenv env;
    if (m == NULL || r == NULL || edits_json == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model, reference, edits and out must not be NULL");
    icp_status st = check(m, r, err);
    if (st != ICP_OK)
        return st;
    struct icp__edit *e = icp__calloc(m->ctx, 1, sizeof *e);
    if (e == NULL)
        return icp__no_memory(err);
    e->ctx = m->ctx;
    e->m = m;
    e->reference = r;
    icp__bytes_init(&e->history, m->ctx);
    icp__fpenv_enter(&env);
    st = start(e) ? icp__edit_read(e, edits_json, size, err) : icp__no_memory(err);
    if (st == ICP_OK)
        st = icp__edit_offsets(e, err);
    if (st == ICP_OK)
        st = check_sums(e, err);
    icp__fpenv_leave(&env);
    if (st == ICP_OK)
        st = icp__edit_write(e, out, err);
    icp__bytes_free(&e->history);
    icp__free(m->ctx, e->learned);
    icp__free(m->ctx, e->now);
    icp__free(m->ctx, e);
    return st;
}
