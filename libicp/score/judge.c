/* SPDX-License-Identifier: MIT */
/* Which decisions concern a row. */
#include "score/decisions.h"

/* The traits of a segment in the fit layer; false = the model lacks one. */
static bool look_up(icp_context *c, const icp_model *fit, const struct icp__decision *x, uint32_t *entry) {
    for (uint32_t i = 0; i < x->traits; i++) {
        const int32_t at = fit != NULL ? icp_model_find_trait(fit, ICP_LAYER_FIT, x->trait[i].data, x->trait[i].size) : -1;
        if (at < 0) {
            icp__say(c, ICP_LOG_WARNING, ICP_E_NO_MATCH, "%s %llu is of a segment whose trait \"%.*s\" the model does not have: it is not applied",
                     x->flag ? "flag" : "override", (unsigned long long)x->number, (int)(x->trait[i].size < 100 ? x->trait[i].size : 100), x->trait[i].data);
            return false;
        }
        entry[i] = (uint32_t)at - fit->first_trait;
    }
    return true;
}

icp_status icp__judge_open(struct icp__judge *j, icp_decisions *d, const icp_model *m, const icp_model *fit, struct icp_error *err) {
    *j = (struct icp__judge){.decisions = icp_decisions_ref(d), .model = m->info.id};
    if (d == NULL || d->count == d->companies)
        return ICP_OK;
    j->rule = icp__calloc(m->ctx, d->count - d->companies, sizeof *j->rule);
    if (j->rule == NULL)
        return icp__no_memory(err);
    for (int wide = 0; wide < 2; wide++) /* segments stand above the model */
        for (size_t i = d->count; i-- > 0;) {
            const struct icp__decision *x = &d->item[i];
            struct icp__rule *r = &j->rule[j->rules];
            if (x->scope != (wide ? ICP__SCOPE_MODEL : ICP__SCOPE_SEGMENT) || !icp__decision_of(x, j->model))
                continue;
            if (!wide) {
                r->entry = icp__alloc(m->ctx, x->traits, sizeof *r->entry);
                if (r->entry == NULL)
                    return icp__no_memory(err);
                if (!look_up(m->ctx, fit, x, r->entry)) {
                    icp__free(m->ctx, r->entry);
                    r->entry = NULL;
                    continue;
                }
                j->segments = true;
            }
            r->decision = x;
            j->rules++;
        }
    return ICP_OK;
}

void icp__judge_close(struct icp__judge *j, icp_context *c) {
    for (uint32_t i = 0; i < j->rules; i++)
        icp__free(c, j->rule[i].entry);
    icp__free(c, j->rule);
    icp_decisions_unref(j->decisions);
    *j = (struct icp__judge){0};
}

static void apply(const struct icp__decision *x, struct icp__ruling *out) {
    if (x->flag)
        out->flagged = true;
    else if (out->override[x->layer] == NULL)
        out->override[x->layer] = x;
}

void icp__judge_row(const struct icp__judge *j, struct icp_str key, bool (*has)(const void *user, uint32_t entry), const void *user, struct icp__ruling *out) {
    const icp_decisions *d = j->decisions;
    *out = (struct icp__ruling){0};
    if (key.data != NULL && d->companies != 0) {
        const uint32_t at = icp__keys_find(&d->keys, key.data, key.size, icp__keys_hash(&d->keys, key.data, key.size));
        for (uint32_t i = at != ICP__NO_KEY ? d->keys.key[at].value - 1 : ICP__NO_KEY; i != ICP__NO_KEY; i = d->item[i].next)
            if (icp__decision_of(&d->item[i], j->model))
                apply(&d->item[i], out);
    }
    for (uint32_t i = 0; i < j->rules; i++) {
        const struct icp__rule *r = &j->rule[i];
        bool holds = true;
        for (uint32_t k = 0; r->entry != NULL && holds && k < r->decision->traits; k++)
            holds = has != NULL && has(user, r->entry[k]);
        if (holds)
            apply(r->decision, out);
    }
}
