/* SPDX-License-Identifier: MIT */
/* The audit of the columns as JSON (doc/audit.md). Ratios are whole numbers of millionths. */
#include "model/audit.h"
#include "base/json.h"
#include "base/number.h"
#include "trait/family.h"

#define SURE 2.5 /* standard errors, as in leak.c */

static void member(struct icp__bytes *b, const char *name, int64_t v) {
    icp__bytes_text(b, name);
    icp__json_int(b, v);
}

static void share(struct icp__bytes *b, const char *name, uint32_t part, uint32_t of) {
    icp__bytes_text(b, name);
    if (of)
        icp__json_int(b, icp__round(1e6 * part / of));
    else
        icp__bytes_text(b, "null");
}

static void area(struct icp__bytes *b, const struct icp__area *a) {
    if (a->done) {
        member(b, "\"auc_micro\":", icp__round(a->auc * 1e6));
        member(b, ",\"se_micro\":", icp__round(a->se * 1e6));
    } else {
        icp__bytes_text(b, "\"auc_micro\":null,\"se_micro\":null");
    }
}

static void causes(struct icp__bytes *b, const char *name, uint32_t bits) {
    icp__bytes_text(b, name);
    for (uint32_t k = 0, n = 0; k < ICP__CAUSES; k++)
        if (bits >> k & 1u) {
            icp__bytes_text(b, n++ ? ",\"" : "\"");
            icp__bytes_text(b, icp__cause_name(1u << k));
            icp__bytes_text(b, "\"");
        }
    icp__bytes_text(b, "]");
}

static void telling(const struct icp__design *d, uint32_t c, const struct icp__telling *t, struct icp__bytes *b) {
    const struct icp__leak *l = &d->note[c].leak;
    struct icp__bytes id;
    icp__bytes_init(&id, d->ctx);
    icp__trait_id(&id, d->schema->column[c].id, t->kind, t->text.data, t->text.size);
    icp__bytes_text(b, "{\"trait\":");
    icp__json_string(b, id.data ? id.data : "", id.size);
    b->failed = b->failed || id.failed;
    icp__bytes_free(&id);
    member(b, ",\"customers\":", t->customers);
    member(b, ",\"others\":", t->others);
    share(b, ",\"customers_micro\":", t->customers, l->known_customers);
    share(b, ",\"others_micro\":", t->others, l->known_others);
    icp__bytes_text(b, "}");
}

/* Without customers nothing is known for them, which is no reason. */
static bool left_out(const struct icp__design *d, const struct icp__note *n) {
    return n->use != ICP__USED && n->use != ICP__LEFT_LEAK && (d->parts.customers || n->use != ICP__LEFT_NO_CUSTOMER);
}

static void write_verdict(const struct icp__design *d, uint32_t c, struct icp__bytes *b) {
    const struct icp__note *n = &d->note[c];
    const struct icp__leak *l = &n->leak;
    bool out = l->verdict == ICP__VERDICT_CLEAR && left_out(d, n);
    icp__bytes_text(b, ",\"verdict\":");
    icp__json_strz(b, out ? "left out" : icp__verdict_name(l->verdict));
    icp__bytes_text(b, ",\"reason\":");
    if (out && n->use == ICP__LEFT_KIND)
        icp__json_string(b, d->schema->column[c].reason.data ? d->schema->column[c].reason.data : "", d->schema->column[c].reason.size);
    else if (out)
        icp__json_strz(b, icp__note_reason(n));
    else
        icp__json_string(b, l->reason.data ? l->reason.data : "", l->reason.size);
    causes(b, ",\"causes\":[", l->causes);
    causes(b, ",\"suspected\":[", l->hints & ~(uint32_t)l->causes);
    icp__bytes_text(b, ",\"release\":");
    if (l->verdict == ICP__VERDICT_QUARANTINED)
        icp__json_string(b, d->schema->column[c].name.data, d->schema->column[c].name.size);
    else
        icp__bytes_text(b, "null");
}

static void write_figures(const struct icp__design *d, uint32_t c, struct icp__bytes *b) {
    const struct icp__leak *l = &d->note[c].leak;
    share(b, ",\"filled\":{\"customers_micro\":", l->known_customers, d->parts.customers);
    share(b, ",\"others_micro\":", l->known_others, d->parts.others);
    icp__bytes_text(b, ",");
    area(b, &l->known);
    icp__bytes_text(b, "},\"alone\":{");
    area(b, &l->alone);
    icp__bytes_text(b, "}");
    if (l->distinct)
        member(b, ",\"distinct\":", l->distinct);
    if (d->since && d->schema->column[c].kind == ICP_KIND_DATE) {
        member(b, ",\"purchase\":{\"dated\":", l->dated);
        member(b, ",\"after\":", l->after);
        icp__bytes_text(b, "}");
    }
    if (l->best.text.data) {
        icp__bytes_text(b, ",\"best\":");
        telling(d, c, &l->best, b);
    }
    icp__bytes_text(b, ",\"traits\":[");
    for (uint32_t k = 0; k < ICP__SUSPECTS && l->suspect[k].text.data; k++) {
        if (k)
            icp__bytes_text(b, ",");
        telling(d, c, &l->suspect[k], b);
    }
    icp__bytes_text(b, "]");
}

static void write_column(const struct icp__design *d, uint32_t c, struct icp__bytes *b) {
    const struct icp__column *column = &d->schema->column[c];
    icp__bytes_text(b, "{\"name\":");
    icp__json_string(b, column->name.data, column->name.size);
    icp__bytes_text(b, ",\"kind\":");
    icp__json_strz(b, icp__kind_name(column->kind));
    icp__bytes_text(b, ",\"family\":");
    icp__json_strz(b, icp__family_name(column->family));
    write_verdict(d, c, b);
    if (d->note[c].leak.measured)
        write_figures(d, c, b);
    icp__bytes_text(b, "}");
}

/* Judged like a column: against what the columns that are used say by their values. */
static const char *parity_verdict(const struct icp__design *d) {
    const struct icp__area *a = &d->parity;
    double low = a->auc - SURE * a->se, most = .5;
    if (low <= .5)
        return "alike";
    for (uint32_t c = 0; c < d->schema->columns; c++)
        if (d->note[c].use == ICP__USED && d->note[c].leak.alone.done && d->note[c].leak.alone.auc > most)
            most = d->note[c].leak.alone.auc;
    return low > most ? "two sources" : "differs";
}

static void write_parity(const struct icp__design *d, struct icp__bytes *b) {
    icp__bytes_text(b, ",\"parity\":");
    if (!d->parity.done) {
        icp__bytes_text(b, "null");
        return;
    }
    icp__bytes_text(b, "{");
    area(b, &d->parity);
    icp__bytes_print(b, ",\"verdict\":\"%s\"}", parity_verdict(d));
}

icp_status icp__audit_write(const struct icp__matches *m, const struct icp__design *d, struct icp__bytes *b, struct icp_error *err) {
    member(b, "{\"version\":1,\"customers\":", m->count);
    member(b, ",\"found\":", d->parts.customers);
    member(b, ",\"others\":", d->parts.others);
    write_parity(d, b);
    icp__bytes_text(b, ",\"columns\":[");
    for (uint32_t c = 0; c < d->schema->columns; c++) {
        if (c)
            icp__bytes_text(b, ",");
        write_column(d, c, b);
    }
    icp__bytes_text(b, "]}");
    return b->failed ? icp__no_memory(err) : ICP_OK;
}
