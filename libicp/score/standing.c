/* SPDX-License-Identifier: MIT */
#include "score/standing.h"
#include "base/json.h"
#include "trait/family.h"
#include "trait/parse.h"
#include <icp/score.h>

static bool concerns(const struct icp__event_of_model *e, const icp_model *m) { return e->any_model || memcmp(e->model, m->info.id, 32) == 0; }

/* The newest review of the model; NULL = none. */
static const struct icp__event_of_model *newest_review(const icp_model *m, const icp_decisions *d) {
    for (size_t i = d != NULL ? d->reviews.count : 0; i-- > 0;)
        if (concerns(&d->reviews.item[i], m))
            return &d->reviews.item[i];
    return NULL;
}

/* Number of the entry that names the model first; 0 = none does. */
static uint64_t first_version(const icp_model *m, const icp_decisions *d) {
    for (size_t i = 0; i < d->versions.count; i++)
        if (concerns(&d->versions.item[i], m))
            return d->versions.item[i].number;
    return 0;
}

/* A change marks every model fitted before it, until that is fitted anew or reviewed. What is not known to be younger counts as older. */
static bool marks(const struct icp__event_of_model *change, const icp_model *m, const icp_decisions *d) {
    const struct icp__event_of_model *review = newest_review(m, d);
    const int64_t day = change->day != ICP__DAY_UNKNOWN ? change->day : change->said;
    if (!concerns(change, m) || (review != NULL && review->number > change->number))
        return false;
    if (m->card_text != NULL && m->card.fitted != ICP__DAY_UNKNOWN && day != ICP__DAY_UNKNOWN)
        return m->card.fitted < day;
    return first_version(m, d) <= change->number;
}

static bool flagged(const icp_model *m, const icp_decisions *d) {
    for (size_t i = 0; d != NULL && i < d->count; i++)
        if (d->item[i].flag && d->item[i].scope == ICP__SCOPE_MODEL && icp__decision_of(&d->item[i], m->info.id))
            return true;
    return false;
}

/* An epoch of the card that began after the data of the fit ended. */
static bool new_epoch(const icp_model *m, int64_t today) {
    for (uint32_t i = 0; m->card_text != NULL && m->card.fitted != ICP__DAY_UNKNOWN && i < m->card.epochs; i++)
        if (m->card.epoch[i].day > m->card.fitted && m->card.epoch[i].day <= today)
            return true;
    return false;
}

void icp__standing_of(const icp_model *m, const icp_decisions *d, int64_t as_of, struct icp__standing *out) {
    const struct icp__event_of_model *review = newest_review(m, d);
    *out = (struct icp__standing){0, as_of / ICP__DAY, ICP__DAY_UNKNOWN, ICP__DAY_UNKNOWN, ICP__DAY_UNKNOWN};
    if (review != NULL)
        out->reviewed = review->said;
    if (m->card_text != NULL) {
        out->reviewed = m->card.review.last > out->reviewed ? m->card.review.last : out->reviewed;
        out->review_due = icp__cadence_due(&m->card.review, out->reviewed);
        out->calibration_due = icp__cadence_due(&m->card.calibration, ICP__DAY_UNKNOWN);
    }
    if (review != NULL && review->day != ICP__DAY_UNKNOWN)
        out->review_due = review->day;
    if (out->review_due != ICP__DAY_UNKNOWN && out->review_due <= out->as_of)
        out->flags |= ICP_FLAG_REVIEW_OVERDUE;
    if (out->calibration_due != ICP__DAY_UNKNOWN && out->calibration_due <= out->as_of)
        out->flags |= ICP_FLAG_CALIBRATION_OVERDUE;
    for (size_t i = 0; d != NULL && i < d->changes.count; i++)
        if (marks(&d->changes.item[i], m, d))
            out->flags |= ICP_FLAG_CHANGED;
    if (new_epoch(m, out->as_of))
        out->flags |= ICP_FLAG_CHANGED;
    if (flagged(m, d))
        out->flags |= ICP_FLAG_FLAGGED;
}

static void write_day(struct icp__bytes *b, const char *name, int64_t day) {
    char text[10];
    if (day == ICP__DAY_UNKNOWN) {
        icp__bytes_print(b, ",\"%s\":null", name);
        return;
    }
    icp__date_print(day, text);
    icp__bytes_print(b, ",\"%s\":\"%.*s\"", name, 10, text);
}

static void write_text(struct icp__bytes *b, const char *name, struct icp_str s) {
    icp__bytes_print(b, ",\"%s\":", name);
    icp__json_string(b, s.data, s.size);
}

static void write_due(struct icp__bytes *b, const char *name, int64_t last, int64_t due, bool overdue) {
    icp__bytes_print(b, ",\"%s\":{\"overdue\":%s", name, overdue ? "true" : "false");
    write_day(b, "last", last);
    write_day(b, "due", due);
    icp__bytes_text(b, "}");
}

static void write_changes(struct icp__bytes *b, const icp_model *m, const icp_decisions *d) {
    uint32_t n = 0;
    icp__bytes_text(b, ",\"changes\":[");
    for (size_t i = 0; d != NULL && i < d->changes.count; i++) {
        const struct icp__event_of_model *e = &d->changes.item[i];
        if (!marks(e, m, d))
            continue;
        icp__bytes_print(b, "%s{\"number\":%llu", n++ ? "," : "", (unsigned long long)e->number);
        write_day(b, "day", e->day != ICP__DAY_UNKNOWN ? e->day : e->said);
        write_text(b, "area", e->area);
        write_text(b, "text", e->text);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

/* Open flags on the model as a whole; those on companies and segments are counted. */
static void write_flags(struct icp__bytes *b, const icp_model *m, const icp_decisions *d) {
    uint32_t n = 0;
    int64_t others = 0, overrides = 0;
    icp__bytes_text(b, ",\"flags\":[");
    for (size_t i = 0; d != NULL && i < d->count; i++) {
        const struct icp__decision *x = &d->item[i];
        if (!icp__decision_of(x, m->info.id))
            continue;
        overrides += !x->flag;
        others += x->flag && x->scope != ICP__SCOPE_MODEL;
        if (!x->flag || x->scope != ICP__SCOPE_MODEL)
            continue;
        icp__bytes_print(b, "%s{\"number\":%llu", n++ ? "," : "", (unsigned long long)x->number);
        write_text(b, "author", x->author);
        write_text(b, "assignee", x->assignee);
        write_text(b, "text", x->text);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
    icp__json_member(b, "flags_on_companies", others);
    icp__json_member(b, "overrides", overrides);
}

static bool defined(const struct icp__json *card, struct icp_str name) {
    const struct icp__json *list = icp__json_get(card, "signals");
    for (const struct icp__json *j = list != NULL ? list->child : NULL; j != NULL; j = j->next) {
        const struct icp__json *said = icp__json_get(j, "name");
        if (said != NULL && said->text.size == name.size && memcmp(said->text.data, name.data, name.size) == 0)
            return true;
    }
    return false;
}

static void name_undefined(struct icp__bytes *b, const struct icp__json *card, struct icp_str name, uint32_t *n) {
    if (defined(card, name))
        return;
    icp__bytes_text(b, (*n)++ ? "," : "");
    icp__json_string(b, name.data, name.size);
}

/* Families that the fit uses and signals of timing layers of which the card says nothing. */
static void write_undefined(struct icp__bytes *b, const icp_model *m, const struct icp__json *card) {
    uint32_t n = 0;
    uint64_t used = 0;
    icp__bytes_text(b, ",\"undefined\":[");
    for (uint32_t i = 0; i < m->schema->columns; i++)
        if (m->slots[i].known != ICP__NONE && m->schema->column[i].family >= 0 && m->schema->column[i].family < 64)
            used |= UINT64_C(1) << m->schema->column[i].family;
    for (int32_t f = 0; f < 64 && m->layer == ICP_LAYER_FIT; f++)
        if (used >> f & 1u) {
            const char *name = icp__family_name(f);
            name_undefined(b, card, (struct icp_str){name, strlen(name)}, &n);
        }
    for (uint32_t i = 0; i < m->parts; i++)
        for (uint32_t s = 0; m->part[i]->signals != NULL && s < m->part[i]->signals->signals; s++)
            name_undefined(b, card, m->part[i]->signals->signal[s].type, &n);
    icp__bytes_text(b, "]");
}

static icp_status write_card(struct icp__bytes *b, const icp_model *m, struct icp_error *err) {
    const struct icp_str text = m->card_text != NULL ? (struct icp_str){(const char *)m->card_text->data, (size_t)m->card_text->size} : (struct icp_str){"{}", 2};
    struct icp__arena a;
    struct icp__json *card = NULL;
    icp__arena_init(&a, m->ctx);
    icp_status st = icp__json_parse(&a, text.data, text.size, ICP_E_FORMAT, &card, err);
    const struct icp__json *owner = st == ICP_OK ? icp__json_get(card, "owner") : NULL;
    if (owner != NULL)
        write_text(b, "owner", owner->text);
    else
        icp__bytes_text(b, ",\"owner\":null");
    if (st == ICP_OK)
        write_undefined(b, m, card);
    icp__arena_free(&a);
    icp__bytes_text(b, ",\"unknown_members\":[");
    if (st == ICP_OK)
        st = icp__card_unknown(m->ctx, text.data, text.size, b, err);
    icp__bytes_text(b, "]");
    return st;
}

icp_status icp_model_standing(const icp_model *m, const icp_decisions *d, int64_t as_of, icp_buffer **json, struct icp_error *err) {
    struct icp__standing s;
    struct icp__bytes b;
    if (m == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and json must not be NULL");
    if (d == NULL && as_of < 0)
        return icp__fail(err, ICP_E_ARGUMENT, "as_of is unknown or before 1970");
    icp__standing_of(m, d, d != NULL ? d->as_of : as_of, &s);
    icp__bytes_init(&b, m->ctx);
    icp__bytes_text(&b, "{\"version\":1,\"model\":");
    icp__json_hex(&b, m->info.id, 32);
    write_day(&b, "as_of", s.as_of);
    icp_status st = write_card(&b, m, err);
    if (m->card_text != NULL)
        write_day(&b, "fitted", m->card.fitted);
    else
        icp__bytes_text(&b, ",\"fitted\":null");
    write_due(&b, "review", s.reviewed, s.review_due, (s.flags & ICP_FLAG_REVIEW_OVERDUE) != 0);
    write_due(&b, "calibration", m->card_text != NULL ? m->card.calibration.last : ICP__DAY_UNKNOWN, s.calibration_due, (s.flags & ICP_FLAG_CALIBRATION_OVERDUE) != 0);
    icp__bytes_print(&b, ",\"changed\":%s", s.flags & ICP_FLAG_CHANGED ? "true" : "false");
    write_changes(&b, m, d);
    write_flags(&b, m, d);
    icp__bytes_text(&b, "}");
    if (st == ICP_OK)
        st = icp__bytes_finish(&b, json, err);
    icp__bytes_free(&b);
    return st;
}
