/* SPDX-License-Identifier: MIT */
/* The audit of the columns as JSON (doc/audit.md). Ratios are whole numbers of millionths. */
#include "model/audit.h"
#include "base/json.h"
#include "base/number.h"
#include "trait/family.h"

static void member(struct icp__bytes *b, const char *name, int64_t v) {
    icp__bytes_text(b, name);
    icp__json_int(b, v);
}

static void micro(struct icp__bytes *b, const char *name, double v) {
    member(b, name, icp__round(v * 1e6));
}

static void share(struct icp__bytes *b, const char *name, uint32_t part, uint32_t of) {
    icp__bytes_text(b, name);
    if (of)
        icp__json_int(b, icp__round(1e6 * part / of));
    else
        icp__bytes_text(b, "null");
}

static void area(struct icp__bytes *b, const char *name, const struct icp__area *a) {
    icp__bytes_text(b, name);
    if (!a->done) {
        icp__bytes_text(b, "null");
        return;
    }
    micro(b, "{\"auc_micro\":", a->auc);
    micro(b, ",\"se_micro\":", a->se);
    icp__bytes_text(b, "}");
}

static void write_column(const struct icp__design *d, uint32_t c, struct icp__bytes *b) {
    const struct icp__column *column = &d->schema->column[c];
    const struct icp__note *n = &d->note[c];
    const struct icp__leak *l = &n->leak;
    icp__bytes_text(b, "{\"name\":");
    icp__json_string(b, column->name.data, column->name.size);
    icp__bytes_text(b, ",\"kind\":");
    icp__json_strz(b, icp__kind_name(column->kind));
    icp__bytes_text(b, ",\"family\":");
    icp__json_strz(b, icp__family_name(column->family));
    member(b, ",\"use\":", n->use);
    share(b, ",\"filled_customers_micro\":", l->known_customers, d->parts.customers);
    share(b, ",\"filled_others_micro\":", l->known_others, d->parts.others);
    member(b, ",\"distinct\":", l->distinct);
    area(b, ",\"filled\":", &l->known);
    area(b, ",\"alone\":", &l->alone);
    member(b, ",\"verdict\":", l->verdict);
    member(b, ",\"causes\":", l->causes);
    member(b, ",\"hints\":", l->hints);
    icp__bytes_text(b, ",\"reason\":");
    icp__json_string(b, l->reason.data ? l->reason.data : "", l->reason.size);
    if (l->best.text.data) {
        icp__bytes_text(b, ",\"best\":");
        icp__json_string(b, l->best.text.data, l->best.text.size);
        share(b, ",\"best_customers_micro\":", l->best.customers, l->known_customers);
        share(b, ",\"best_others_micro\":", l->best.others, l->known_others);
    }
    icp__bytes_text(b, "}");
}

icp_status icp__audit_write(const struct icp__customers *l, const struct icp__matches *m, const struct icp__design *d,
                            struct icp__bytes *b, struct icp_error *err) {
    (void)l, (void)m;
    member(b, "{\"version\":1,\"customers\":", d->parts.customers);
    member(b, ",\"others\":", d->parts.others);
    icp__bytes_text(b, ",\"columns\":[");
    for (uint32_t c = 0; c < d->schema->columns; c++) {
        if (c)
            icp__bytes_text(b, ",");
        write_column(d, c, b);
    }
    icp__bytes_text(b, "]}");
    return b->failed ? icp__no_memory(err) : ICP_OK;
}
