/* SPDX-License-Identifier: MIT */
/* The report on calibration as JSON (doc/calibration.md): whole numbers, millionths where a name ends with _micro. */
#include "base/json.h"
#include "base/number.h"
#include "govern/calibration.h"
#include "model/playbook.h"
#include "trait/parse.h"

#define LN2 0.69314718055994530942

static const char *const held[ICP__HELD] = {"cannot tell", "holds", "overstates", "understates", "ranks no better than chance", "base rate moved", "not judged"};
static const char *const kinds[ICP__OUTCOMES] = {"", "converted", "lost", "expanded", "renewed", "churned"};

/* ,"name":v in millionths; unknown = null. */
static void micro(struct icp__bytes *b, const char *name, double v, bool known) {
    if (known)
        icp__json_member(b, name, icp__round(v * 1e6));
    else
        icp__bytes_print(b, ",\"%s\":null", name);
}

/* Three members: the value, and the ends of its interval with _low and _high in front of _micro. */
static void range(struct icp__bytes *b, const char *name, struct icp__estimate r, bool known, bool signs) {
    char text[64];
    static const char *const ends[] = {"_micro", "_low_micro", "_high_micro"};
    const double v[] = {r.value, r.low, r.high};
    for (int i = 0; i < 3; i++) {
        const size_t n = strlen(name);
        memcpy(text, name, n);
        memcpy(text + n, ends[i], strlen(ends[i]) + 1);
        micro(b, text, v[i], known && (signs ? v[i] > -ICP__OPEN && v[i] < ICP__OPEN : v[i] >= 0));
    }
}

static void write_day(struct icp__bytes *b, const char *name, bool known, int64_t day) {
    char text[10];
    icp__date_print(day, text);
    if (known)
        icp__bytes_print(b, ",\"%s\":\"%.*s\"", name, 10, text);
    else
        icp__bytes_print(b, ",\"%s\":null", name);
}

static void write_head(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__watch *w = k->watch;
    icp__bytes_print(b, "{\"version\":1,\"layer\":\"%s\",\"outcome\":\"%s\",\"scores\":\"%s\"", icp__layer_names[w->layer], icp__watch_outcome(w), k->stored ? "stored" : "fresh");
    icp__bytes_text(b, ",\"model\":");
    if (k->model != NULL)
        icp__json_hex(b, k->model, 32);
    else
        icp__bytes_text(b, "null");
    write_day(b, "as_of", w->history.as_of != ICP_TIME_UNKNOWN || w->history.outcomes != 0, w->end);
    write_day(b, "scored_first", w->dated && w->rows != 0, w->first);
    write_day(b, "scored_last", w->dated && w->rows != 0, w->last);
    if (w->dated)
        icp__json_member(b, "horizon_days", w->horizon);
    else
        icp__bytes_text(b, ",\"horizon_days\":null");
    micro(b, "interval_micro", k->level, true);
    micro(b, "listed_micro", k->listed, k->listed > 0);
}

static void write_rows(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__watch *w = k->watch;
    const struct icp__observed *o = &k->seen;
    icp__bytes_print(b, ",\"rows\":{\"read\":%llu", (unsigned long long)w->read);
    icp__json_member(b, "watched", (int64_t)o->rows);
    icp__json_member(b, "mature", (int64_t)o->mature);
    icp__json_member(b, "young", (int64_t)o->young);
    icp__json_member(b, "too_young_to_count", (int64_t)(o->mature ? o->blind : o->young));
    icp__json_member(b, "companies", (int64_t)o->companies);
    icp__json_member(b, "not_at_risk", (int64_t)w->not_at_risk);
    icp__json_member(b, "scored_after_end", (int64_t)w->too_late);
    icp__json_member(b, "without_key", (int64_t)w->without_key);
    icp__json_member(b, "without_date", (int64_t)w->without_date);
    icp__json_member(b, "without_score", (int64_t)w->without_score);
    icp__json_member(b, "not_kept", (int64_t)w->not_kept);
    icp__bytes_text(b, "}");
}

static void write_outcomes(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__history *h = &k->watch->history;
    const struct icp__observed *o = &k->seen;
    icp__bytes_text(b, ",\"outcomes\":{");
    icp__event_counts_write(&h->decisions.counts, b);
    icp__json_member(b, "future", (int64_t)h->future_outcomes);
    icp__json_member(b, "not_an_outcome", (int64_t)h->unknown_outcomes);
    for (int i = 1; i < ICP__OUTCOMES; i++)
        icp__json_member(b, kinds[i], (int64_t)h->by_kind[i]);
    icp__json_member(b, "counted", icp__round(o->outcomes));
    icp__json_member(b, "companies", (int64_t)o->with_outcome);
    icp__bytes_text(b, ",\"columns\":");
    icp__bytes_add(b, h->decisions.columns.data, h->decisions.columns.size);
    icp__bytes_text(b, ",\"come_micro\":[");
    for (uint32_t i = 0; i < ICP__DELAY_PARTS; i++)
        icp__bytes_print(b, "%s%lld", i ? "," : "", (long long)icp__round(o->come[i] * 1e6));
    icp__bytes_text(b, "]}");
}

static void write_base(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__observed *o = &k->seen;
    const bool known = o->mature != 0;
    icp__bytes_print(b, ",\"base\":{\"verdict\":\"%s\"", held[k->base_verdict]);
    range(b, "observed", k->base, known, false);
    range(b, "expected", k->expected, known && k->expects, false);
    range(b, "ratio", k->base_ratio, known && k->expects, false);
    icp__bytes_text(b, "}");
}

static void write_ratio(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__slope *s = &k->slope;
    const struct icp__estimate bits = {s->intercept.value / LN2, s->intercept.low / LN2, s->intercept.high / LN2};
    const bool ends = s->intercept.low > -ICP__OPEN;
    icp__bytes_print(b, ",\"ratio\":{\"verdict\":\"%s\",\"because\":\"%s\"", held[k->ratio_verdict], k->because);
    icp__json_member(b, "outcomes", icp__round(k->seen.outcomes));
    if (s->needed < 1e15)
        icp__json_member(b, "outcomes_needed", icp__round(s->needed + .5));
    else
        icp__bytes_text(b, ",\"outcomes_needed\":null");
    range(b, "slope", s->slope, s->known, true);
    micro(b, "intercept_bits_micro", bits.value, s->known);
    micro(b, "intercept_bits_low_micro", bits.low, s->known && ends);
    micro(b, "intercept_bits_high_micro", bits.high, s->known && ends);
    micro(b, "tail_micro", s->tail, s->known);
    icp__bytes_text(b, "}");
}

static void write_ranking(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__ranking *r = &k->ranking;
    icp__bytes_text(b, ",\"ranking\":");
    if (!k->ranked) {
        icp__bytes_text(b, "null");
        return;
    }
    icp__bytes_print(b, "{\"against\":\"%s\"", k->watch->layer == ICP_LAYER_FIT ? "all rows" : "rows without the outcome");
    range(b, "auc", r->auc, true, false);
    range(b, "cllr", r->cllr, true, false);
    micro(b, "cllr_centred_micro", r->centred, true);
    range(b, "cllr_minimum", r->minimum, true, false);
    icp__bytes_text(b, ",\"gain\":[");
    for (uint32_t i = 0; i < ICP__GAINS; i++) {
        const double part = icp__gain_percent[i] / 100.0;
        const struct icp__estimate lift = {r->found[i].value / part, r->found[i].low / part, r->found[i].high / part};
        icp__bytes_print(b, "%s{\"likeliest_percent\":%u", i ? "," : "", (unsigned)icp__gain_percent[i]);
        range(b, "found", r->found[i], true, false);
        range(b, "lift", lift, true, false);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]}");
}

static void write_bands(const struct icp__band *band, uint32_t n, const char *const *names, struct icp__bytes *b) {
    for (uint32_t i = 0; i < n; i++) {
        const struct icp__band *t = &band[i];
        const bool any = t->exposed > 0;
        icp__bytes_print(b, "%s{\"low\":%d,\"high\":%d", i ? "," : "", t->low, t->high);
        if (names != NULL)
            icp__bytes_print(b, ",\"tier\":\"%s\"", names[i]);
        icp__json_member(b, "rows", (int64_t)t->rows);
        icp__json_member(b, "outcomes", icp__round(t->outcomes));
        micro(b, "exposed_micro", t->exposed, true);
        range(b, "rate", t->rate, any, false);
        range(b, "observed_ratio", t->observed, any, false);
        micro(b, "stated_ratio_micro", t->stated, t->stated >= 0);
        micro(b, "expected_ratio_micro", t->expected, t->expected >= 0);
        icp__bytes_text(b, "}");
    }
}

static void write_overridden(struct icp__bytes *b, const char *name, const struct icp__overridden *r) {
    static const char *const words[2][2] = {{"neither was right", "the overrides were right"}, {"the model was right", "cannot tell"}};
    const bool known = r->exposed > 0 && r->rate.high > 0;
    icp__bytes_print(b, ",\"%s\":{\"verdict\":\"%s\"", name, known ? words[r->model_right][r->override_right] : "cannot tell");
    icp__json_member(b, "rows", (int64_t)r->rows);
    icp__json_member(b, "outcomes", icp__round(r->outcomes));
    micro(b, "exposed_micro", r->exposed, true);
    range(b, "rate", r->rate, known, false);
    micro(b, "outcomes_by_model_micro", r->by_model, known);
    micro(b, "outcomes_by_override_micro", r->by_override, known);
    range(b, "to_model", r->to_model, known, false);
    range(b, "to_override", r->to_override, known, false);
    icp__bytes_text(b, "}");
}

static void write_overrides(const struct icp__calibration *k, struct icp__bytes *b) {
    const struct icp__overrides *v = &k->overrides;
    if (!k->watch->overrides) {
        icp__bytes_text(b, ",\"overrides\":null");
        return;
    }
    icp__bytes_print(b, ",\"overrides\":{\"high\":%s", v->high ? "true" : "false");
    icp__json_member(b, "rows", (int64_t)v->rows);
    icp__json_member(b, "others", (int64_t)v->others);
    micro(b, "share_micro", v->share, true);
    write_overridden(b, "raised", &v->raised);
    write_overridden(b, "lowered", &v->lowered);
    icp__bytes_text(b, "}");
}

icp_status icp__calibration_write(const struct icp__calibration *k, icp_buffer **json, struct icp_error *err) {
    static const char *const tiers[ICP__TIER_BANDS] = {"Excellent", "Good", "Fair", "Poor", "Very Poor"};
    static const char *const against[] = {"", "all rows", "rows without the outcome", "rows that churned"};
    struct icp__bytes b;
    icp__bytes_init(&b, k->watch->ctx);
    write_head(k, &b);
    icp__bytes_print(&b, ",\"verdict\":\"%s\"", held[k->verdict]);
    write_ratio(k, &b);
    write_base(k, &b);
    write_ranking(k, &b);
    icp__bytes_print(&b, ",\"ratios_against\":\"%s\",\"tiers\":[", against[k->watch->layer]);
    write_bands(k->tier, ICP__TIER_BANDS, tiers, &b);
    icp__bytes_text(&b, "],\"bins\":[");
    write_bands(k->bin, ICP__BIN_BANDS, NULL, &b);
    icp__bytes_text(&b, "]");
    write_overrides(k, &b);
    write_rows(k, &b);
    write_outcomes(k, &b);
    icp__bytes_text(&b, "}");
    return icp__bytes_finish(&b, json, err);
}
