/* SPDX-License-Identifier: MIT */
/* Calibration against outcomes: what is asked, and the verdict. */
#include "govern/calibration.h"
#include "ingest/reader.h"
#include "model/points.h"
#include "score/account.h"
#include "trait/parse.h"

#define MILLION 1000000
#define HORIZON 90u
#define HORIZON_MOST 3650u
#define ALARM 50000
#define SMALL .1 /* a slope or base rate so near to what is stated is no alarm, however sure it is */
#define WORSE .5 /* what must be told from 1 before anything is said to hold */

static const uint32_t all_flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_AS_OF | ICP_CALIBRATE_SCORED | ICP_CALIBRATE_BASE | ICP_CALIBRATE_BASE_OF_MODEL | ICP_CALIBRATE_HOST_KEYS;

static bool is_moment(int64_t micros) { return micros >= 0 && micros / ICP__DAY < INT32_MAX - (int32_t)HORIZON_MOST; }

static icp_status check_times(const struct icp_calibrate_options *o, struct icp_error *err) {
    const uint32_t f = o->flags;
    const bool column = o->scored_column != NULL, one = f & ICP_CALIBRATE_SCORED || o->accounts != NULL;
    if ((f & ICP_CALIBRATE_AS_OF ? !is_moment(o->as_of) : o->as_of != 0) || (f & ICP_CALIBRATE_SCORED ? !is_moment(o->scored) : o->scored != 0))
        return icp__fail(err, ICP_E_ARGUMENT, "as_of or scored is before 1970, too far ahead or set without its flag");
    if (column && one)
        return icp__fail(err, ICP_E_ARGUMENT, "with a column of dates neither one moment nor accounts say when the scores were made");
    if (o->accounts != NULL && f & ICP_CALIBRATE_SCORED && o->scored / ICP__DAY != o->accounts->as_of / ICP__DAY)
        return icp__fail(err, ICP_E_ARGUMENT, "the accounts are as of another day than the scores");
    if (o->horizon_days > HORIZON_MOST)
        return icp__fail(err, ICP_E_ARGUMENT, "a horizon of at most %u days is expected", HORIZON_MOST);
    if (o->horizon_days != 0 && !column && !one)
        return icp__fail(err, ICP_E_ARGUMENT, "a horizon says nothing where it is not known when the scores were made");
    return ICP_OK;
}

static icp_status check_base(const icp_model *m, const struct icp_calibrate_options *o, int32_t layer, struct icp_error *err) {
    const uint32_t f = o->flags;
    if (f & ICP_CALIBRATE_BASE ? o->base_micro <= 0 || o->base_micro >= MILLION : o->base_micro != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "base_micro must be 1 to 999,999 with its flag, 0 without");
    if (f & ICP_CALIBRATE_BASE_OF_MODEL && (f & ICP_CALIBRATE_BASE || m == NULL || layer != ICP_LAYER_FIT || icp__model_part(m, layer) == NULL))
        return icp__fail(err, ICP_E_ARGUMENT, "the model says a base rate for its fit layer alone, and only where none is given");
    if (f & ICP_CALIBRATE_BASE_OF_MODEL && (m->info.listed == 0 || m->info.listed >= m->info.companies))
        return icp__fail(err, ICP_E_ARGUMENT, "none or all of the reference are customers: the model says no base rate");
    if (o->alarm_micro < 0 || o->alarm_micro > MILLION / 2)
        return icp__fail(err, ICP_E_ARGUMENT, "alarm_micro must be at most 500,000");
    return ICP_OK;
}

static icp_status check(const icp_model *m, const struct icp_calibrate_options *o, int32_t layer, struct icp_error *err) {
    const bool stored = o->flags & ICP_CALIBRATE_STORED;
    if (o->flags & ~all_flags)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_calibrate_options");
    if ((o->scored_column == NULL && o->scored_size != 0) || (o->key_column == NULL && o->key_size != 0))
        return icp__fail(err, ICP_E_ARGUMENT, "a column is NULL but has a size");
    if (layer < ICP_LAYER_FIT || layer > ICP_LAYER_RETENTION)
        return icp__fail(err, ICP_E_ARGUMENT, "layer must be 0 or ICP_LAYER_...");
    if (m == NULL && !stored)
        return icp__fail(err, ICP_E_ARGUMENT, "without stored scores the model must not be NULL");
    if (stored && (o->accounts != NULL || o->decisions != NULL))
        return icp__fail(err, ICP_E_ARGUMENT, "stored scores look at no accounts and carry their overrides");
    if (!stored && icp__model_part(m, layer) == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d", layer);
    const icp_status st = check_times(o, err);
    return st != ICP_OK ? st : check_base(m, o, layer, err);
}

/* The header of the keys, and their form, as the scorer takes them. */
static void choose_key(const icp_model *m, const struct icp_calibrate_options *o, struct icp__watch *w) {
    const bool stored = o->flags & ICP_CALIBRATE_STORED;
    w->key = (struct icp_str){o->key_column, o->key_size};
    w->key_form = o->flags & ICP_CALIBRATE_HOST_KEYS ? ICP_KEY_HOST : ICP_KEY_EXACT;
    if (stored && w->key.data == NULL)
        w->key = (struct icp_str){"key", 3};
    for (uint32_t i = 0; m != NULL && i < m->parts; i++)
        if (m->part[i]->signals != NULL)
            w->key_form = m->part[i]->signals->key_form;
    if (stored || w->key.data != NULL)
        return;
    for (uint32_t i = 0; w->key.data == NULL && i < m->schema->columns; i++)
        if (m->schema->column[i].kind == ICP_KIND_KEY)
            w->key = m->schema->column[i].name;
    for (uint32_t i = 0; w->key.data == NULL && i < m->parts; i++)
        if (m->part[i]->signals != NULL)
            w->key = m->part[i]->signals->key;
}

static icp_status start(const icp_model *m, const struct icp_calibrate_options *o, int32_t layer, struct icp__watch *w, struct icp_error *err) {
    const icp_model *part = m != NULL ? icp__model_part(m, layer) : NULL;
    struct icp_str header = {"key", 3};
    w->layer = (uint32_t)layer;
    w->overrides = o->decisions != NULL;
    w->scored_column = (struct icp_str){o->scored_column, o->scored_size};
    w->dated = o->flags & ICP_CALIBRATE_SCORED || o->accounts != NULL || o->scored_column != NULL;
    w->scored = (int32_t)((o->accounts != NULL ? o->accounts->as_of : o->scored) / ICP__DAY);
    w->horizon = !w->dated ? 1 : o->horizon_days ? o->horizon_days : part != NULL && part->signals != NULL ? part->signals->horizon : HORIZON;
    choose_key(m, o, w);
    if (w->key.data != NULL)
        header = w->key;
    icp__history_init(&w->history, w->ctx, header, w->key_form, 0);
    if (w->history.reading.columns.failed || w->history.decisions.columns.failed)
        return icp__no_memory(err);
    if (o->flags & ICP_CALIBRATE_AS_OF) {
        w->history.as_of = o->as_of;
        w->end = (int32_t)(o->as_of / ICP__DAY);
    }
    return icp__event_columns_ask(o->columns, &w->history.decisions.ask, err);
}

static icp_status score_rows(icp_model *m, icp_reader *rows, const struct icp_calibrate_options *o, struct icp__watch *w, const struct icp_progress *p,
                             struct icp_error *err) {
    struct icp_scorer_options so = {.struct_size = sizeof so, .key_column = o->key_column, .key_size = o->key_size, .accounts = o->accounts, .decisions = o->decisions};
    icp_scorer *s = NULL;
    icp_result *r = NULL;
    /* Segments whose history broke are known by the fit layer: then all layers are scored. */
    so.layers = (o->accounts != NULL && o->accounts->segments != 0) || o->decisions != NULL ? 0 : 1u << w->layer;
    icp_status st = icp_scorer_new(m, &so, &s, err);
    if (st == ICP_OK)
        st = icp_result_new(w->ctx, &r, err);
    if (st == ICP_OK)
        st = icp__watch_companies(w, rows, s, r, p, err);
    icp_result_free(r);
    icp_scorer_free(s);
    return st;
}

static bool is_small(double ratio) { return ratio < 1 + SMALL && ratio > 1 - SMALL; }

static enum icp__held judge_ratio(struct icp__calibration *k) {
    const struct icp__slope *s = &k->slope;
    k->because = "";
    if (k->seen.rows == 0 || k->seen.mature == 0)
        return k->because = k->seen.rows == 0 ? "no row can be judged" : "no row is old enough to judge: no horizon is over", ICP__CANNOT_TELL;
    if (!s->known)
        return k->because = s->needed < ICP__OPEN ? "too few outcomes" : "all scores are alike", ICP__CANNOT_TELL;
    if (s->slope.high < 1 && s->slope.low <= 0 && s->slope.value < WORSE / 2) /* nearer to nothing than to evidence twice too strong */
        return ICP__NO_BETTER;
    if (s->slope.high < 1 && !is_small(s->slope.value))
        return ICP__OVERSTATES;
    if (s->slope.low > 1 && !is_small(s->slope.value))
        return ICP__UNDERSTATES;
    if (s->slope.low > WORSE)
        return ICP__HOLDS;
    return k->because = "the outcomes do not tell evidence that holds from evidence twice too strong", ICP__CANNOT_TELL;
}

static enum icp__held judge_base(const struct icp__calibration *k) {
    const struct icp__estimate *r = &k->base_ratio;
    if (!k->expects || r->value < 0)
        return ICP__NOT_JUDGED;
    if ((r->low > 1 || (r->high >= 0 && r->high < 1)) && !is_small(r->value))
        return ICP__BASE_MOVED;
    return r->low > WORSE && r->high >= 0 && r->high < 1 / WORSE ? ICP__HOLDS : ICP__CANNOT_TELL;
}

static void look_at_base(const icp_model *m, const struct icp_calibrate_options *o, struct icp__calibration *k) {
    const double n = k->seen.base_rows / k->seen.repeats;
    k->base = icp__share_range(k->seen.base * n, n, k->level);
    k->base_ratio = (struct icp__estimate){-1, 0, -1};
    if (!k->expects || k->seen.mature == 0)
        return;
    struct icp__estimate at_large = {(double)o->base_micro / MILLION, (double)o->base_micro / MILLION, (double)o->base_micro / MILLION};
    if (o->flags & ICP_CALIBRATE_BASE_OF_MODEL)
        at_large = icp__share_range((double)m->info.listed, (double)m->info.companies, k->level);
    const icp_model *part = m != NULL && k->watch->layer == ICP_LAYER_FIT ? icp__model_part(m, ICP_LAYER_FIT) : NULL;
    const double offset = part != NULL ? icp__base_offset(part->spread, at_large.value)
                          : k->watch->layer == ICP_LAYER_FIT ? icp__log(at_large.value) : icp__log(at_large.value / (1 - at_large.value));
    const double expected = icp__expected_base(&k->seen, offset);
    k->expected = (struct icp__estimate){expected, expected * at_large.low / at_large.value, expected * at_large.high / at_large.value};
    k->base_ratio = icp__ratio_range(k->base, k->expected);
}

static void look_at_bands(struct icp__calibration *k) {
    static const int32_t tier[ICP__TIER_BANDS + 1] = {ICP__SCORE_MAX + 1, 657, 551, 445, 339, ICP__SCORE_MIN};
    static const int32_t bin[ICP__BIN_BANDS + 1] = {ICP__SCORE_MAX + 1, 710, 657, 604, 551, 498, 445, 392, 339, 286, ICP__SCORE_MIN};
    for (uint32_t i = 0; i < ICP__TIER_BANDS; i++)
        icp__band_make(&k->seen, &k->slope, k->level, tier[i + 1], tier[i] - 1, &k->tier[i]);
    for (uint32_t i = 0; i < ICP__BIN_BANDS; i++)
        icp__band_make(&k->seen, &k->slope, k->level, bin[i + 1], bin[i] - 1, &k->bin[i]);
}

static icp_status judge(const icp_model *m, const struct icp_calibrate_options *o, struct icp__calibration *k, struct icp_error *err) {
    const double alarm = (double)(o->alarm_micro ? o->alarm_micro : ALARM) / MILLION;
    k->expects = o->flags & (ICP_CALIBRATE_BASE | ICP_CALIBRATE_BASE_OF_MODEL);
    k->level = 1 - alarm / (k->expects ? 2 : 1); /* two questions share the chance of a false alarm */
    if (m != NULL && m->info.companies != 0)
        k->listed = (double)m->info.listed / (double)m->info.companies;
    icp_status st = icp__observed_make(k->watch, k->listed, &k->seen, err);
    if (st == ICP_OK)
        st = icp__slope_make(&k->seen, k->level, &k->slope, err);
    k->ranked = st == ICP_OK && k->seen.outcomes > 0 && k->seen.others > 0;
    if (k->ranked)
        st = icp__ranking_make(&k->seen, k->slope.offset_stated, k->level, &k->ranking, err);
    if (st != ICP_OK)
        return st;
    look_at_bands(k);
    look_at_base(m, o, k);
    icp__overrides_make(&k->seen, k->level, &k->overrides);
    k->ratio_verdict = judge_ratio(k);
    k->base_verdict = judge_base(k);
    k->verdict = k->base_verdict == ICP__BASE_MOVED && (k->ratio_verdict == ICP__HOLDS || k->ratio_verdict == ICP__CANNOT_TELL) ? ICP__BASE_MOVED : k->ratio_verdict;
    return ICP_OK;
}

static icp_status run(icp_model *m, icp_reader *rows, icp_reader *const *outcomes, uint32_t count, const struct icp_calibrate_options *o, int32_t layer,
                      const struct icp_progress *p, icp_buffer **json, struct icp_error *err) {
    struct icp__watch w = {.ctx = rows->ctx};
    struct icp__calibration k = {.watch = &w, .stored = o->flags & ICP_CALIBRATE_STORED, .model = m != NULL ? m->info.id : NULL};
    icp_status st = start(m, o, layer, &w, err);
    for (uint32_t i = 0; st == ICP_OK && i < count; i++)
        st = icp__history_add_outcomes(&w.history, outcomes[i], p, err);
    if (st == ICP_OK)
        st = icp__watch_settle(&w, err);
    if (st == ICP_OK)
        st = k.stored ? icp__watch_scores(&w, rows, p, err) : score_rows(m, rows, o, &w, p, err);
    if (st == ICP_OK)
        st = judge(m, o, &k, err);
    if (st == ICP_OK)
        st = icp__calibration_write(&k, json, err);
    icp__observed_free(&k.seen);
    icp__watch_free(&w);
    return st;
}

icp_status icp_calibrate(icp_model *m, icp_reader *rows, icp_reader *const *outcomes, uint32_t count, const struct icp_calibrate_options *o,
                         const struct icp_progress *p, icp_buffer **json, struct icp_error *err) {
    struct icp_calibrate_options own;
    struct icp__fpenv env;
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st != ICP_OK)
        return st;
    bool given = rows != NULL && outcomes != NULL && count != 0 && json != NULL;
    for (uint32_t i = 0; given && i < count; i++)
        given = outcomes[i] != NULL;
    if (!given)
        return icp__fail(err, ICP_E_ARGUMENT, "rows, outcomes and json must not be NULL, and there must be outcomes");
    const int32_t layer = own.layer != 0 ? own.layer : m != NULL ? (int32_t)m->layer : ICP_LAYER_FIT;
    st = check(m, &own, layer, err);
    if (st == ICP_OK)
        st = icp__progress_check(p, err);
    if (st != ICP_OK)
        return st;
    icp__fpenv_enter(&env);
    st = run(m, rows, outcomes, count, &own, layer, p, json, err);
    icp__fpenv_leave(&env);
    return st;
}
