/* SPDX-License-Identifier: MIT */
/* Rows and their outcomes: what of each company was seen within the horizon. */
#include "govern/observed.h"
#include "base/hash.h"
#include "base/text.h"
#include "dataset/moment.h"
#include "ingest/sample.h"
#include "model/outcome.h"
#include "model/points.h"
#include "timing/decay.h"
#include "trait/parse.h"

#define BITS_MOST 1000.0 /* of evidence in a file; a model gives less */

/* As the timing layers learn: customers that buy again are looked for where nobody converts. */
static void choose_target(struct icp__watch *w) {
    const uint64_t *kinds = w->history.by_kind;
    const bool first = kinds[ICP__CONVERTED] > 0;
    if (w->layer == ICP_LAYER_RETENTION) {
        w->target = 1u << ICP__CHURNED;
        w->ends = 1u << ICP__CHURNED | 1u << ICP__LOST;
        return;
    }
    w->target = 1u << (first ? ICP__CONVERTED : ICP__EXPANDED);
    w->ends = 1u << ICP__LOST | (first ? 1u << ICP__CONVERTED : 1u << ICP__CHURNED);
}

const char *icp__watch_outcome(const struct icp__watch *w) {
    return w->target >> ICP__CHURNED & 1u ? "churned" : w->target >> ICP__CONVERTED & 1u ? "converted" : "expanded";
}

icp_status icp__watch_settle(struct icp__watch *w, struct icp_error *err) {
    struct icp__history *h = &w->history;
    icp_status st = icp__history_settle(h, err);
    if (st != ICP_OK)
        return st;
    choose_target(w);
    if (h->as_of == ICP_TIME_UNKNOWN)
        w->end = (int32_t)h->last_day + 1;
    for (uint32_t place = 0; place < h->kept; place++)
        h->accounts.key[h->order[place]].value = place;
    return ICP_OK;
}

void icp__watch_free(struct icp__watch *w) {
    icp__history_free(&w->history);
    icp__free(w->ctx, w->row);
}

/* False = the company was no longer at risk when it was scored. */
static bool find_delay(const struct icp__watch *w, uint32_t place, int32_t day, struct icp__watched *row) {
    const struct icp__history *h = &w->history;
    for (uint32_t i = h->first_outcome[place]; i < h->first_outcome[place + 1]; i++) {
        const struct icp__decided *o = &h->outcome[i];
        const bool wanted = w->target >> o->kind & 1u, last = w->ends >> o->kind & 1u;
        if (w->dated && o->day < day) {
            if (last)
                return false;
            continue;
        }
        if (wanted && (!w->dated || o->day - day < row->age)) {
            row->delay = (int16_t)(w->dated ? o->day - day : 0);
            return true;
        }
        if (w->dated && last) /* of one day the outcome looked for counts before what ends the risk, as kinds are sorted */
            return true;
    }
    return true;
}

/* What is known of a row's score. */
struct score {
    int64_t milli;
    uint8_t tier; /* of an override, 0 = none */
};

static icp_status take(struct icp__watch *w, struct icp_str key, int32_t day, struct score s, struct icp_error *err) {
    const struct icp__history *h = &w->history;
    struct icp__watched row = {s.milli, icp__hash(key.data, key.size, h->seed), -1, (int16_t)w->horizon, s.tier};
    if (row.key >= h->keep_below) {
        w->not_kept++;
        return ICP_OK;
    }
    if (w->dated && day >= w->end) {
        w->too_late++;
        return ICP_OK;
    }
    if (w->dated && w->end - day < row.age)
        row.age = (int16_t)(w->end - day);
    const uint32_t account = icp__keys_find(&h->accounts, key.data, key.size, icp__keys_hash(&h->accounts, key.data, key.size));
    if (account != ICP__NO_KEY && h->hash[account] < h->keep_below && !find_delay(w, h->accounts.key[account].value, day, &row)) {
        w->not_at_risk++;
        return ICP_OK;
    }
    if (w->rows >= UINT32_MAX / 2)
        return icp__fail(err, ICP_E_LIMIT, "more than %u rows", UINT32_MAX / 2);
    if (!icp__grow(w->ctx, &w->row, &w->cap, w->rows + 1, sizeof *w->row))
        return icp__no_memory(err);
    if (w->dated) {
        w->first = w->rows == 0 || day < w->first ? day : w->first;
        w->last = w->rows == 0 || day > w->last ? day : w->last;
    }
    w->row[w->rows++] = row;
    return ICP_OK;
}

/* What is read of each row beside the score; -1 = no such column. */
struct columns {
    uint32_t key;
    int32_t scored, evidence, score, override, tier;
};

/* The day of a score, 1 = there is none, -1 = it cannot be read. A month or a year is known when it is over. */
static int read_day(struct icp_str v, int32_t *day) {
    struct icp__moment dmy, mdy;
    const bool one = icp__moment_read(v.data, v.size, ICP__DATE_DMY, &dmy), other = icp__moment_read(v.data, v.size, ICP__DATE_MDY, &mdy);
    if (v.size == 0)
        return 1;
    if ((!one && !other) || (one && other && dmy.last != mdy.last))
        return -1;
    *day = (int32_t)((one ? dmy.last : mdy.last) / ICP__DAY);
    return (one ? dmy.last : mdy.last) < 0 ? -1 : 0;
}

static icp_status day_of(struct icp__watch *w, const icp_batch *b, uint64_t row, const struct columns *at, int32_t *day, bool *known, struct icp_error *err) {
    *day = w->scored;
    *known = true;
    if (at->scored < 0)
        return ICP_OK;
    const struct icp__cell *cell = &icp__batch_row(b, row)[at->scored];
    const struct icp_str v = icp__trim(cell->data, cell->size);
    const int read = read_day(v, day);
    *known = read == 0;
    w->without_date += read == 1;
    if (read >= 0)
        return ICP_OK;
    const struct icp__place where = icp__batch_place(b, row, at->scored);
    return icp__fail_at(err, ICP_E_FORMAT, &where, "\"%.*s\" is no date, or one whose day and month may be exchanged; 2026-11-22 is understood",
                        (int)icp__utf8_cut(v.data, v.size, 40), v.data);
}

static icp_status take_row(struct icp__watch *w, const icp_batch *b, uint64_t row, const struct columns *at, struct score s, struct icp_error *err) {
    char host[256];
    int32_t day;
    bool known;
    const struct icp_str key = icp__key_of(&icp__batch_row(b, row)[at->key], w->key_form, host);
    if (key.size == 0) {
        w->without_key++;
        return ICP_OK;
    }
    const icp_status st = day_of(w, b, row, at, &day, &known, err);
    return st != ICP_OK || !known ? st : take(w, key, day, s, err);
}

static icp_status find_columns(const struct icp__watch *w, const icp_batch *b, struct columns *at, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    const icp_status st = icp__key_column(b->layout, w->key, b->source, &at->key, err);
    at->scored = at->evidence = at->score = at->override = at->tier = -1;
    if (st != ICP_OK || w->scored_column.data == NULL)
        return st;
    at->scored = icp__layout_find(b->layout, w->scored_column.data, w->scored_column.size);
    if (at->scored >= 0)
        return ICP_OK;
    where.source = b->source;
    where.field = w->scored_column;
    return icp__fail_at(err, ICP_E_SCHEMA, &where, "%s column '%.*s' with the dates of the scores", at->scored == -2 ? "several columns match the" : "there is no",
                        (int)icp__utf8_cut(w->scored_column.data, w->scored_column.size, 64), w->scored_column.data);
}

static icp_status take_scored(struct icp__watch *w, const icp_batch *b, const icp_result *result, const struct columns *at, struct icp_error *err) {
    struct icp_array milli = {.struct_size = sizeof milli}, tier = milli, number = milli;
    icp_status st = icp_result_column(result, (int32_t)w->layer, ICP_COL_MILLIPOINTS, &milli, err);
    if (st == ICP_OK && w->overrides)
        st = icp_result_column(result, (int32_t)w->layer, ICP_COL_EFFECTIVE_TIER, &tier, err);
    if (st == ICP_OK && w->overrides)
        st = icp_result_column(result, (int32_t)w->layer, ICP_COL_OVERRIDE_NUMBER, &number, err);
    for (uint64_t i = 0; st == ICP_OK && i < b->rows; i++, w->read++) {
        const bool overruled = w->overrides && ((const int64_t *)number.data)[i] != 0;
        st = take_row(w, b, i, at, (struct score){((const int64_t *)milli.data)[i], (uint8_t)(overruled ? ((const int32_t *)tier.data)[i] : 0)}, err);
    }
    return st;
}

icp_status icp__watch_companies(struct icp__watch *w, icp_reader *r, icp_scorer *s, icp_result *result, const struct icp_progress *p, struct icp_error *err) {
    icp_batch *b = NULL;
    icp_status st;
    while ((st = icp_reader_next(r, &b, err)) == ICP_OK && b != NULL) {
        struct columns at;
        st = find_columns(w, b, &at, err);
        if (st == ICP_OK)
            st = icp_scorer_score(s, b, result, err);
        if (st == ICP_OK)
            st = take_scored(w, b, result, &at, err);
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_EXTRACT, w->read, 0, err);
        if (st != ICP_OK)
            return st;
    }
    return st;
}

static icp_status find_scores(struct icp__watch *w, const icp_batch *b, struct columns *at, struct icp_error *err) {
    static const char *const names[][4] = {{"", "", "", ""},
                                           {"fit_evidence", "fit_score", "effective_tier", "override"},
                                           {"intent_evidence", "intent_score", "intent_effective_tier", "intent_override"},
                                           {"retention_evidence", "retention_score", "retention_effective_tier", "retention_override"}};
    const char *const *name = names[w->layer];
    struct icp__place where = ICP__NOWHERE;
    const icp_status st = find_columns(w, b, at, err);
    if (st != ICP_OK)
        return st;
    at->evidence = icp__layout_find(b->layout, name[0], strlen(name[0]));
    at->score = icp__layout_find(b->layout, name[1], strlen(name[1]));
    at->tier = icp__layout_find(b->layout, name[2], strlen(name[2]));
    at->override = icp__layout_find(b->layout, name[3], strlen(name[3]));
    w->overrides = w->overrides || (at->tier >= 0 && at->override >= 0);
    if (at->evidence >= 0 || at->score >= 0)
        return ICP_OK;
    where.source = b->source;
    return icp__fail_at(err, ICP_E_SCHEMA, &where, "neither a column %s nor %s: scores as icp score writes them are expected", name[0], name[1]);
}

/* The evidence, else the middle of what gives the score. 1 = the cell is empty, -1 = it cannot be read. */
static int read_score(struct icp_str v, bool evidence, int64_t *milli) {
    double x;
    if (v.size == 0)
        return 1;
    if (!icp__decimal_parse(v.data, v.size, &x))
        return -1;
    if (evidence) {
        *milli = icp__round(x * ICP__MILLI);
        return x >= -BITS_MOST && x <= BITS_MOST ? 0 : -1;
    }
    const int32_t score = x >= ICP__SCORE_MIN && x <= ICP__SCORE_MAX ? (int32_t)x : 0;
    if (score != x)
        return -1;
    *milli = icp__points_twice_middle(score) / 2;
    return 0;
}

/* The tier that stands beside an override; 0 = there is no override, or no tier. */
static uint8_t read_override(const struct icp__cell *cells, const struct columns *at) {
    static const char *const names[] = {"", "very poor", "poor", "fair", "good", "excellent"};
    char folded[16];
    if (at->tier < 0 || at->override < 0 || icp__trim(cells[at->override].data, cells[at->override].size).size == 0)
        return 0;
    const size_t n = icp__fold_value(cells[at->tier].data, cells[at->tier].size, folded, sizeof folded);
    for (uint8_t tier = ICP_TIER_VERY_POOR; tier <= ICP_TIER_EXCELLENT; tier++)
        if (strlen(names[tier]) == n && memcmp(names[tier], folded, n) == 0)
            return tier;
    return 0;
}

static icp_status take_score(struct icp__watch *w, const icp_batch *b, uint64_t row, const struct columns *at, struct icp_error *err) {
    const int32_t column = at->evidence >= 0 ? at->evidence : at->score;
    const struct icp__cell *cell = &icp__batch_row(b, row)[column];
    const struct icp_str v = icp__trim(cell->data, cell->size);
    int64_t milli = 0;
    const int read = read_score(v, at->evidence >= 0, &milli);
    if (read == 0)
        return take_row(w, b, row, at, (struct score){milli, read_override(icp__batch_row(b, row), at)}, err);
    w->without_score += read == 1;
    if (read == 1)
        return ICP_OK;
    const struct icp__place where = icp__batch_place(b, row, column);
    return icp__fail_at(err, ICP_E_FORMAT, &where, "\"%.*s\" is no %s", (int)icp__utf8_cut(v.data, v.size, 40), v.data,
                        at->evidence >= 0 ? "evidence in bits" : "score from 200 to 759");
}

icp_status icp__watch_scores(struct icp__watch *w, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    icp_batch *b = NULL;
    icp_status st;
    while ((st = icp_reader_next(r, &b, err)) == ICP_OK && b != NULL) {
        struct columns at;
        st = find_scores(w, b, &at, err);
        for (uint64_t i = 0; st == ICP_OK && i < b->rows; i++, w->read++)
            st = take_score(w, b, i, &at, err);
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_EXTRACT, w->read, 0, err);
        if (st != ICP_OK)
            return st;
    }
    return st;
}
