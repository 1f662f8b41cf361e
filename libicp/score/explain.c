/* SPDX-License-Identifier: MIT */
/* Why the last record's score is what it is. */
#include "base/json.h"
#include "model/playbook.h"
#include "score/scorer.h"
#include "trait/parse.h"

/* Entries come nearly in order, columns in that of the schema. */
static void sort_hits(uint32_t *v, uint32_t n) {
    uint32_t gap = 1;
    while (gap < n / 3)
        gap = gap * 3 + 1;
    for (; gap > 0; gap /= 3)
        for (uint32_t i = gap; i < n; i++) {
            uint32_t x = v[i], k = i;
            for (; k >= gap && v[k - gap] > x; k -= gap)
                v[k] = v[k - gap];
            v[k] = x;
        }
}

/* The worker of the layer in which the last record was scored. */
static icp_status check(const icp_scorer **s, int32_t layer, struct icp_error *err) {
    const icp_scorer *w = icp__scorer_layer((icp_scorer *)(uintptr_t)*s, layer);
    if (w == NULL || !w->has_record)
        return icp__fail(err, ICP_E_STATE, "no record was scored in layer %d", layer);
    *s = w;
    return ICP_OK;
}

icp_status icp_scorer_contributions(const icp_scorer *s, int32_t layer, int32_t *trait, int32_t *millipoints, size_t cap, size_t *n,
                                    struct icp_error *err) {
    icp_status st;
    if (s == NULL || n == NULL || (cap != 0 && (trait == NULL || millipoints == NULL)))
        return icp__fail(err, ICP_E_ARGUMENT, "scorer, n and, with room, both arrays must not be NULL");
    st = check(&s, layer, err);
    if (st != ICP_OK)
        return st;
    sort_hits(s->hits, s->record.count);
    for (uint32_t i = 0; i < s->record.count && i < cap; i++) {
        trait[i] = (int32_t)(s->model->first_trait + s->hits[i]);
        millipoints[i] = icp__entry_points(icp__entry(s->model, s->hits[i]));
    }
    *n = s->record.count;
    return ICP_OK;
}

static const char *confidence_name(int32_t confidence) {
    static const char *const names[] = {"", "Insufficient", "Low", "Medium", "High"};
    return names[confidence];
}

/* Thousandths as a decimal without trailing zeros. */
static void thousandths(struct icp__bytes *b, int64_t v) {
    char digits[4] = {'.', (char)('0' + v / 100 % 10), (char)('0' + v / 10 % 10), (char)('0' + v % 10)};
    size_t n = 4;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    icp__json_int(b, v / 1000);
    icp__bytes_add(b, digits, n == 1 ? 0 : n);
}

static int64_t percent(uint64_t part, uint64_t of) { return of == 0 ? 0 : (int64_t)((part * 100 + of / 2) / of); }

/* Columns whose state has all of `bits`, by name. */
static void columns_with(const icp_scorer *s, struct icp__bytes *b, const char *name, uint8_t bits) {
    const char *comma = "";
    icp__bytes_print(b, ",\"%s\":[", name);
    for (uint32_t i = 0; i < s->model->schema->columns; i++) {
        struct icp_str column = s->model->schema->column[i].name;
        if ((s->state[i] & bits) != bits)
            continue;
        icp__bytes_text(b, comma);
        icp__json_string(b, column.data, column.size);
        comma = ",";
    }
    icp__bytes_text(b, "]");
}

static void unknown_columns(const icp_scorer *s, struct icp__bytes *b) {
    const icp_model *m = s->model;
    const char *comma = "";
    icp__bytes_text(b, ",\"unknown\":[");
    for (uint32_t i = 0; i < m->schema->columns; i++) {
        struct icp_str column = m->schema->column[i].name;
        if (m->slots[i].known == ICP__NONE || (s->state[i] & ICP__CELL_KNOWN))
            continue;
        icp__bytes_print(b, "%s{\"column\":", comma);
        icp__json_string(b, column.data, column.size);
        icp__bytes_print(b, ",\"share\":%lld}", (long long)percent(m->slots[i].share, m->share_total));
        comma = ",";
    }
    icp__bytes_text(b, "]");
}

/* Sums per known column; hits are in order, so a column's stand together, its offset first. */
static void known_columns(const icp_scorer *s, struct icp__bytes *b) {
    const icp_model *m = s->model;
    icp__bytes_text(b, ",\"columns\":[");
    for (uint32_t i = 0; i < s->record.count;) {
        const uint32_t index = icp__entry_column(icp__entry(m, s->hits[i])), first = i;
        const struct icp_str column = m->schema->column[index].name;
        int64_t sum = 0;
        for (; i < s->record.count && icp__entry_column(icp__entry(m, s->hits[i])) == index; i++)
            sum += icp__entry_points(icp__entry(m, s->hits[i]));
        icp__bytes_text(b, first == 0 ? "{\"column\":" : ",{\"column\":");
        icp__json_string(b, column.data, column.size);
        icp__json_member(b, "millipoints", sum);
        icp__json_member(b, "offset", icp__entry_points(icp__entry(m, m->slots[index].known)));
        icp__json_member(b, "traits", (int64_t)i - first - 1);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

/* What only timing layers have. */
static void timing(const icp_scorer *s, struct icp__bytes *b) {
    const struct icp_score *v = &s->score;
    char day[10];
    if (s->model->signals == NULL)
        return;
    icp__bytes_print(b, ",\"assumed\":%s", s->model->signals->assumed ? "true" : "false");
    if (v->stale >= 0)
        icp__json_member(b, "stale_thousandths", v->stale);
    if (v->trend != ICP_TREND_UNKNOWN)
        icp__json_member(b, "trend_thousandths", v->trend);
    if (s->record.broken == NULL)
        return;
    icp__bytes_text(b, ",\"invalidated\":{\"event\":");
    icp__json_strz(b, s->record.broken->name);
    icp__date_print(s->record.broken->time / ICP__DAY, day);
    icp__bytes_print(b, ",\"day\":\"%.*s\"", 10, day);
    icp__json_member(b, "score_without", icp__points_score(v->whole));
    icp__json_member(b, "millipoints_without", v->whole);
    icp__bytes_text(b, "}");
}

/* Where the score lies between the edges of its tier, and how far it may move. */
static void chance(const icp_scorer *s, struct icp__bytes *b) {
    const struct icp_score *v = &s->score;
    const int64_t up = v->tier < ICP_TIER_EXCELLENT ? icp__points_edge(v->tier + 1) - v->millipoints : INT64_MAX;
    const int64_t down = v->tier > ICP_TIER_VERY_POOR ? v->millipoints - icp__points_edge(v->tier) : INT64_MAX;
    const uint64_t unknown = icp__confidence_unknown(s, &s->record);
    icp__bytes_print(b, "\"%s is right with a chance of %d%%: the interval reaches %u points to either side, %s begins %lld points away", icp__tier_names[v->tier],
                     v->holds / 10, icp__isqrt((uint64_t)v->variance) / 1000, icp__tier_names[up < down ? v->tier + 1 : v->tier - 1],
                     (long long)((up < down ? up : down) / 1000));
    if (unknown != 0)
        icp__bytes_print(b, ", and what is unknown would move the score by about %u", icp__isqrt(unknown) / 1000);
    icp__bytes_text(b, "\"");
}

static void causes(const icp_scorer *s, struct icp__bytes *b) {
    const uint64_t flags = s->score.flags;
    const char *comma = "\"";
    icp__bytes_text(b, ",\"causes\":[");
    if (s->score.holds < ICP__HOLDS_HIGH && s->record.known != 0)
        chance(s, b), comma = ",\"";
    if (flags & ICP_FLAG_NOTHING_KNOWN)
        icp__bytes_print(b, "%snothing is known of this company\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_THIN)
        icp__bytes_print(b, "%sabout %lld customers share the traits behind this score\"", comma, (long long)((s->score.effective + 500) / 1000)),
            comma = ",\"";
    if (flags & ICP_FLAG_HIGH_ON_THIN)
        icp__bytes_print(b, "%sa high score stands on few customers\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_FEW_CUSTOMERS)
        icp__bytes_print(b, "%sthe model was learned from %llu customers only\"", comma, (unsigned long long)s->model->info.customers),
            comma = ",\"";
    if ((flags & ICP_FLAG_MISSING) && !(flags & ICP_FLAG_NOTHING_KNOWN))
        icp__bytes_print(b, "%sunknown columns hold %lld%% of the model's evidence\"", comma,
                         (long long)percent(s->record.missing, s->model->share_total)),
            comma = ",\"";
    if (flags & ICP_FLAG_OUT_OF_RANGE)
        icp__bytes_print(b, "%sa number lies outside what the reference holds\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_UNREADABLE)
        icp__bytes_print(b, "%sa cell could not be read and counts as unknown\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_INTERVAL_UNCALIBRATED)
        icp__bytes_print(b, "%sthe interval could not be checked with fewer than 50 customers\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_LISTED_SHARE_HIGH)
        icp__bytes_print(b, "%smore than 1/8 of the reference are customers, so no ratio can be large\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_EDITED)
        icp__bytes_print(b, "%spoints of the model were changed by hand\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_ASSUMED)
        icp__bytes_print(b, "%sno outcome says that an account bought: the score is assumed, not learned\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_STALE)
        icp__bytes_print(b, "%smost of the events behind this score are older than three half-lives\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_REVIEW_OVERDUE)
        icp__bytes_print(b, "%sthe model's review is overdue\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_CALIBRATION_OVERDUE)
        icp__bytes_print(b, "%sthe model's calibration is overdue\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_CHANGED)
        icp__bytes_print(b, "%sproduct, positioning or market changed after the model was fitted, and nobody reviewed it since\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_FLAGGED)
        icp__bytes_print(b, "%san open flag questions this score\"", comma), comma = ",\"";
    if (flags & ICP_FLAG_INVALIDATED)
        icp__bytes_print(b, "%sevents before \\\"%s\\\" count a quarter\"", comma, s->record.broken->name);
    icp__bytes_text(b, "]");
}

icp_status icp_scorer_causes(const icp_scorer *s, int32_t layer, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    const struct icp_score *v;
    icp_status st;
    if (s == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "scorer and json must not be NULL");
    st = check(&s, layer, err);
    if (st != ICP_OK)
        return st;
    v = &s->score;
    sort_hits(s->hits, s->record.count);
    icp__bytes_init(&b, s->ctx);
    icp__bytes_print(&b, "{\"version\":1,\"layer\":\"%s\",\"score\":%d,\"tier\":\"%s\"", icp__layer_names[s->model->layer], v->score, icp__tier_names[v->tier]);
    icp__json_member(&b, "millipoints", v->millipoints);
    icp__json_member(&b, "unsaturated", icp__points_linear(v->millipoints));
    icp__json_member(&b, "saturation", v->score - icp__points_linear(v->millipoints));
    icp__bytes_print(&b, ",\"interval\":{\"low\":%d,\"high\":%d", v->low, v->high);
    icp__json_member(&b, "half_width", icp__isqrt((uint64_t)v->variance));
    icp__bytes_print(&b, ",\"uncalibrated\":%s}", v->flags & ICP_FLAG_INTERVAL_UNCALIBRATED ? "true" : "false");
    icp__bytes_print(&b, ",\"confidence\":{\"level\":\"%s\",\"holds_thousandths\":%d,\"effective_customers\":", confidence_name(v->confidence), v->holds);
    thousandths(&b, v->effective);
    icp__bytes_print(&b, ",\"customers\":%llu", (unsigned long long)s->model->info.customers);
    causes(s, &b);
    icp__bytes_text(&b, "}");
    timing(s, &b);
    if (s->override != NULL) {
        icp__bytes_print(&b, ",\"effective_tier\":\"%s\",\"override\":", icp__tier_names[v->effective_tier]);
        icp__decision_write(s->override, &b);
    }
    icp__json_member(&b, "known", s->record.known);
    unknown_columns(s, &b);
    columns_with(s, &b, "unreadable", ICP__CELL_UNREADABLE);
    columns_with(s, &b, "out_of_range", ICP__CELL_OUTSIDE);
    known_columns(s, &b);
    icp__bytes_text(&b, "}");
    return icp__bytes_finish(&b, json, err);
}
