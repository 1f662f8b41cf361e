/* SPDX-License-Identifier: MIT */
/* What the fit found on the way, as JSON (doc/schema.md). Ratios are whole numbers of millionths. */
#include "base/json.h"
#include "base/number.h"
#include "model/outcome.h"
#include "timing/moments.h"
#include "trait/parse.h"

static void member(struct icp__bytes *b, const char *name, int64_t v) {
    icp__bytes_text(b, name);
    icp__json_int(b, v);
}

static void micro(struct icp__bytes *b, const char *name, double v) {
    member(b, name, icp__round(v * 1e6));
}

const char *icp__note_reason(const struct icp__note *n) {
    switch (n->use) {
    case ICP__USED:
        return NULL;
    case ICP__LEFT_KIND:
        return "key or ignored";
    case ICP__LEFT_ABSENT:
        return "not in the reference";
    case ICP__LEFT_SPARSE:
        return "known in too few companies of the reference";
    case ICP__LEFT_NO_CUSTOMER:
        return "known for no customer";
    case ICP__LEFT_LEAK:
        return "quarantined: it gives the answer away";
    case ICP__LEFT_TWO_SOURCES:
        return "two sources: the customers' values differ from the reference's";
    default:
        return "no value is frequent enough";
    }
}

/* What the search for leaks says of a column, where it says anything. */
static void write_leak(const struct icp__leak *l, struct icp__bytes *b) {
    if (l->verdict == ICP__VERDICT_CLEAR)
        return;
    icp__bytes_print(b, ",\"leak\":{\"verdict\":\"%s\",\"causes\":[", icp__verdict_name(l->verdict));
    for (uint32_t k = 0, n = 0; k < ICP__CAUSES; k++)
        if ((l->causes | l->hints) >> k & 1u)
            icp__bytes_print(b, n++ ? ",\"%s\"" : "\"%s\"", icp__cause_name(1u << k));
    icp__bytes_text(b, "],\"why\":");
    icp__json_string(b, l->reason.data, l->reason.size);
    icp__bytes_text(b, "}");
}

static void write_columns(const struct icp__outcome *o, struct icp__bytes *b) {
    const icp_schema *schema = o->steps->design.schema;
    icp__bytes_text(b, "\"columns\":[");
    for (uint32_t c = 0, field = 0; c < schema->columns; c++) {
        const struct icp__note *n = &o->steps->design.note[c];
        icp__bytes_text(b, c ? ",{\"name\":" : "{\"name\":");
        icp__json_string(b, schema->column[c].name.data, schema->column[c].name.size);
        icp__bytes_text(b, n->use == ICP__USED ? ",\"used\":true" : ",\"used\":false");
        if (n->use != ICP__USED) {
            icp__bytes_text(b, ",\"reason\":");
            if (n->use == ICP__LEFT_KIND && o->timing) /* the layer's schema says why it was told to ignore it */
                icp__json_string(b, schema->column[c].reason.data, schema->column[c].reason.size);
            else
                icp__json_strz(b, icp__note_reason(n));
        }
        write_leak(&n->leak, b);
        member(b, ",\"known_customers\":", n->known_customers);
        member(b, ",\"known_reference\":", n->known_reference);
        if (n->use == ICP__USED) {
            member(b, ",\"traits\":", o->steps->design.field[field].count);
            micro(b, ",\"precision_micro\":", o->steps->layer.tau[icp__layer_group(&o->steps->design, field)]);
            field++;
        }
        if (n->two_sources && n->use == ICP__USED)
            icp__bytes_text(b, ",\"own_rows\":\"two sources: not used\"");
        if (n->full)
            icp__bytes_text(b, ",\"distinct\":\"over the limit: later values not used\"");
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

void icp__outcome_say(const struct icp__outcome *o) {
    const icp_schema *schema = o->steps->design.schema;
    for (uint32_t c = 0; c < schema->columns; c++) {
        const struct icp__note *n = &o->steps->design.note[c];
        if (n->use == ICP__LEFT_LEAK)
            icp__say(o->steps->design.ctx, ICP_LOG_WARNING, ICP_OK, "column \"%.*s\" is quarantined, unless released: %.*s",
                     (int)(schema->column[c].name.size < 64 ? schema->column[c].name.size : 64), schema->column[c].name.data,
                     (int)n->leak.reason.size, n->leak.reason.data);
        else if (n->use != ICP__USED && n->use != ICP__LEFT_KIND)
            icp__say(o->steps->design.ctx, ICP_LOG_NOTE, ICP_OK, "column \"%.*s\" is left out: %s", (int)(schema->column[c].name.size < 64 ? schema->column[c].name.size : 64),
                     schema->column[c].name.data, icp__note_reason(n));
    }
    uint32_t lost = o->matches ? o->matches->by_origin[ICP__NOT_FOUND] : 0;
    if (lost)
        icp__say(o->steps->design.ctx, ICP_LOG_WARNING, ICP_E_NO_MATCH, "%u of %u customers were found nowhere", lost, o->matches->count);
}

/* Columns of the customers' file that the schema does not know. */
static icp_status write_foreign(const struct icp__outcome *o, struct icp__bytes *b, struct icp_error *err) {
    const struct icp__table *t = o->list->given;
    uint8_t *known = icp__calloc(o->steps->design.ctx, (size_t)t->columns + 1, 1);
    int32_t *column = icp__alloc(o->steps->design.ctx, (size_t)o->steps->design.schema->columns + 1, sizeof *column), at = -1;
    icp_status s = known && column ? icp__table_columns(o->steps->design.ctx, t, o->steps->design.schema, column, err) : icp__no_memory(err);
    for (uint32_t c = 0; !s && c < o->steps->design.schema->columns; c++)
        if (column[c] >= 0)
            known[column[c]] = 1;
    if (!s)
        s = icp__table_column(o->steps->design.ctx, t, o->list->key, &at, err);
    if (!s && at >= 0)
        known[at] = 1;
    if (!s && o->list->weight.data)
        s = icp__table_column(o->steps->design.ctx, t, o->list->weight, &at, err);
    if (!s && o->list->weight.data && at >= 0)
        known[at] = 1;
    icp__bytes_text(b, ",\"not_in_reference\":[");
    for (uint32_t c = 0, n = 0; !s && c < t->columns; c++) {
        if (known[c] || icp__own_column(t->names[c]))
            continue;
        if (n++)
            icp__bytes_text(b, ",");
        icp__json_string(b, t->names[c].data, t->names[c].size);
    }
    icp__bytes_text(b, "]");
    if (known)
        icp__free(o->steps->design.ctx, known);
    if (column)
        icp__free(o->steps->design.ctx, column);
    return s;
}

static void write_fit(const struct icp__outcome *o, struct icp__bytes *b) {
    const struct icp__calibration *c = &o->steps->calibration;
    member(b, ",\"traits\":", o->steps->design.features);
    member(b, ",\"precision_updates\":", o->steps->layer.updates);
    member(b, ",\"newton_steps\":", o->steps->layer.newton);
    member(b, ",\"cg_steps\":", o->steps->layer.cg);
    micro(b, ",\"slope_micro\":", c->slope);
    micro(b, ",\"cross_fitted\":{\"auc_micro\":", c->auc);
    micro(b, ",\"cllr_micro\":", c->cllr);
    micro(b, ",\"mean_ratio_micro\":", c->inflation);
    member(b, ",\"folds\":", o->steps->layer.folds);
    icp__bytes_text(b, "}");
}

static void write_interval(const struct icp__outcome *o, struct icp__bytes *b) {
    const struct icp__interval *v = &o->steps->interval;
    icp__bytes_text(b, v->calibrated ? ",\"interval\":{\"calibrated\":true" : ",\"interval\":{\"calibrated\":false");
    icp__bytes_text(b, v->from_thirds ? ",\"from\":\"thirds\"" : ",\"from\":\"halves\"");
    micro(b, ",\"base_micro\":", v->base);
    micro(b, ",\"per_trait_micro\":", v->per);
    member(b, ",\"half_lists\":", ICP__HALVES);
    member(b, ",\"third_lists\":", ICP__THIRDS);
    icp__bytes_text(b, "}");
}

static void write_half_life(const struct icp__half_life *h, struct icp__bytes *b) {
    member(b, ",\"half_life_days\":", icp__half_life_days[h->at]);
    member(b, ",\"low_days\":", icp__half_life_days[h->low]);
    member(b, ",\"high_days\":", icp__half_life_days[h->high]);
    icp__bytes_text(b, h->measured ? ",\"verdict\":\"measured\"" : ",\"verdict\":\"not enough data: assumed\"");
}

/* What a timing layer was learned from. */
static void write_timing(const struct icp__timing_facts *t, struct icp__bytes *b) {
    const struct icp__moments *m = t->moments;
    icp__bytes_text(b, "\"timing\":{\"read\":");
    icp__history_report(t->history, true, b);
    member(b, ",\"horizon_days\":", m->horizon);
    member(b, ",\"spacing_days\":", m->spacing);
    icp__bytes_print(b, ",\"assumed\":%s", t->signals->assumed ? "true" : "false");
    icp__bytes_print(b, ",\"survival\":%s", m->survival ? "true" : "false");
    member(b, ",\"account_moments\":{\"at_risk\":", (int64_t)m->considered);
    member(b, ",\"too_young\":", (int64_t)m->censored);
    member(b, ",\"undecided\":", (int64_t)m->undecided);
    member(b, ",\"with_outcome\":", (int64_t)m->positives_seen);
    member(b, ",\"without\":", (int64_t)m->negatives_seen);
    member(b, ",\"used\":", m->rows);
    micro(b, "},\"distinct_outcomes_micro\":", m->outcomes);
    member(b, ",\"outcomes_without_events\":", (int64_t)m->outcomes_without_events);
    icp__bytes_text(b, ",\"signals\":[");
    for (uint32_t i = 0; i < t->signals->signals; i++) {
        const struct icp__signal *s = &t->signals->signal[i];
        icp__bytes_text(b, i ? ",{\"type\":" : "{\"type\":");
        icp__json_string(b, s->type.data, s->type.size);
        member(b, ",\"events\":", (int64_t)s->events);
        if (!t->signals->assumed)
            write_half_life(&s->half_life, b);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]}");
}

icp_status icp__surge_summary(const struct icp__timing_facts *t, struct icp__bytes *b, struct icp_error *err) {
    icp__bytes_text(b, "{\"version\":1,");
    write_timing(t, b);
    icp__bytes_text(b, ",\"warnings\":[\"no outcome says that an account bought: the layer is assumed, not learned\"]}");
    return b->failed ? icp__no_memory(err) : ICP_OK;
}

static void write_epochs(const struct icp__epochs_seen *e, double effective, struct icp__bytes *b) {
    char day[10];
    if (e->epochs == 0)
        return;
    for (uint32_t i = 0; i < e->epochs; i++) {
        icp__date_print(e->epoch[i].day, day);
        icp__bytes_print(b, "%s{\"from\":\"%.*s\"", i ? "," : ",\"epochs\":{\"list\":[", 10, day);
        member(b, ",\"weight_percent\":", e->epoch[i].percent);
        member(b, ",\"customers_before\":", e->before[i]);
        icp__bytes_text(b, "}");
    }
    member(b, "],\"undated\":", e->undated);
    micro(b, ",\"effective_customers_micro\":", effective);
    micro(b, ",\"effective_without_micro\":", e->effective);
    icp__bytes_text(b, "}");
}

static icp_status write_list(const struct icp__outcome *o, struct icp__bytes *b, struct icp_error *err) {
    const struct icp__design *d = &o->steps->design;
    icp_status s = write_foreign(o, b, err);
    if (s)
        return s;
    icp__bytes_text(b, ",\"matches\":");
    s = icp__matches_write(o->list, o->matches, false, b, err); /* a model may be handed on: it names no customer */
    member(b, ",\"customers\":", d->customers);
    member(b, ",\"companies\":", d->reference_rows);
    member(b, ",\"listed\":", d->listed);
    micro(b, ",\"listed_share_micro\":", d->reference_rows ? (double)d->listed / d->reference_rows : 0);
    write_epochs(&d->seen, d->effective, b);
    return s;
}

icp_status icp__outcome_summary(const struct icp__outcome *o, struct icp__bytes *b, struct icp_error *err) {
    icp_status s = ICP_OK;
    icp__bytes_text(b, "{\"version\":1,");
    write_columns(o, b);
    if (o->timing) {
        icp__bytes_text(b, ",");
        write_timing(o->timing, b);
    } else {
        s = write_list(o, b, err);
    }
    if (s)
        return s;
    write_fit(o, b);
    write_interval(o, b);
    icp__bytes_text(b, ",\"warnings\":[");
    static const struct {
        uint32_t flag;
        const char *text;
    } warnings[] = {{ICP_MODEL_FEW_CUSTOMERS, "few customers"},
                    {ICP_MODEL_INTERVAL_UNCALIBRATED, "interval not calibrated"},
                    {ICP_MODEL_LISTED_SHARE_HIGH, "more than 1/8 of the reference are customers: no ratio can exceed the inverse of their share"}};
    for (size_t i = 0, n = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
        if (!(o->flags & warnings[i].flag))
            continue;
        if (n++)
            icp__bytes_text(b, ",");
        icp__json_strz(b, warnings[i].text);
    }
    icp__bytes_text(b, "]}");
    return b->failed ? icp__no_memory(err) : ICP_OK;
}
