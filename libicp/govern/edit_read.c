/* SPDX-License-Identifier: MIT */
/* What an edit asks for: checked, applied to figures of traits, and kept for the history. */
#include "govern/edit.h"
#include "base/json.h"
#include "base/number.h"
#include "trait/family.h"

#define POINTS_MOST 5000000 /* as of the fit */
#define SQUARES_MOST 2.5e13

enum target { ON_TRAIT, ON_FAMILY, ON_COLUMN, TARGETS };
enum action { SET_WEIGHT, SET_POINTS, SET_OFF, SET_LEARNED, ACTIONS };
static const char *const targets[TARGETS] = {"trait", "family", "column"};
static const char *const actions[ACTIONS] = {"weight", "points", "off", "learned"};

static icp_status refuse(const struct icp__json *j, struct icp_error *err, const char *what, struct icp_str text) {
    const struct icp__place where = icp__json_place(j);
    return icp__fail_at(err, ICP_E_FORMAT, &where, "%s \"%.*s\"", what, (int)(text.size < 120 ? text.size : 120), text.data == NULL ? "" : text.data);
}

/* A whole number of at most `most` either way. */
static bool whole(const struct icp__json *j, int64_t most, int64_t *out) {
    struct icp__json digits = *j;
    uint64_t v;
    const bool minus = j->type == ICP__JSON_NUMBER && j->text.size > 1 && j->text.data[0] == '-';
    if (minus)
        digits.text.data++, digits.text.size--;
    if (!icp__json_uint(&digits, &v) || v > (uint64_t)most)
        return false;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

static uint64_t rounded(double v) { return v > 0 ? (uint64_t)icp__round(v < SQUARES_MOST ? v : SQUARES_MOST) : 0; }

/* Customers behind a trait that had no points, as the fit counts them. */
static double support(const icp_model *m, uint32_t trait) {
    const uint8_t *n = m->shar + (size_t)trait * ICP__COUNTS_SIZE;
    const double customers = (double)icp__get64(n), all = (double)m->info.customers;
    const double against = (double)icp__get64(n + 16) - (all > 0 ? customers * (double)m->info.listed / all : 0);
    return (customers < against ? customers : against > 0 ? against : 0) + 0.5;
}

/* Part of the interval per customer: the same for all traits that were learned. */
static double per_support(const struct icp__edit *e) {
    double variance = 0, over = 0;
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        variance += (double)e->learned[i].variance, over += (double)e->learned[i].square_over;
    return over > 0 ? variance / over : 0;
}

/* Interval and effective customers follow the square of the points. */
static void set_points(struct icp__edit *e, uint32_t trait, int32_t points, int32_t weight) {
    const struct icp__learned_figures *was = &e->learned[trait];
    struct icp__learned_figures *now = &e->now[trait];
    const double square = (double)points * points;
    *now = *was;
    now->points = points, now->weight = weight;
    if (points == was->points)
        return;
    now->square = rounded(square);
    if (was->points != 0) {
        const double part = square / ((double)was->points * was->points);
        now->square_over = rounded((double)was->square_over * part);
        now->variance = rounded((double)was->variance * part);
    } else {
        const double over = square / support(e->m, trait);
        now->square_over = rounded(over);
        now->variance = rounded(over * per_support(e));
    }
}

static icp_status set_weight(struct icp__edit *e, uint32_t trait, const struct icp__json *j, struct icp_error *err) {
    const struct icp__learned_figures *was = &e->learned[trait];
    int64_t weight = 0;
    if (!whole(j, 100, &weight))
        return icp__json_expected(j, ICP_E_FORMAT, err, "weight", "a whole number from -100 to 100");
    if (was->weight == 0)
        return icp__json_expected(j, ICP_E_FORMAT, err, "weight", "points, since the learned weight is 0 and cannot be scaled");
    const int64_t points = icp__round((double)was->points * (double)weight / was->weight);
    if (points > POINTS_MOST || points < -POINTS_MOST)
        return icp__json_expected(j, ICP_E_FORMAT, err, "weight", "one that gives at most 5000000 milli-points");
    set_points(e, trait, (int32_t)points, (int32_t)weight);
    return ICP_OK;
}

static icp_status act(struct icp__edit *e, uint32_t trait, enum action a, const struct icp__json *j, struct icp_error *err) {
    int64_t points = 0;
    switch (a) {
    case SET_WEIGHT:
        return set_weight(e, trait, j, err);
    case SET_POINTS:
        if (!whole(j, POINTS_MOST, &points))
            return icp__json_expected(j, ICP_E_FORMAT, err, "points", "whole milli-points, at most 5000000 either way");
        set_points(e, trait, (int32_t)points, e->learned[trait].weight);
        return ICP_OK;
    case SET_OFF:
        set_points(e, trait, 0, 0);
        return ICP_OK;
    default:
        e->now[trait] = e->learned[trait];
        return ICP_OK;
    }
}

/* Columns that a target names; -1 = it names none, which was told. */
static icp_status columns_of(const struct icp__edit *e, enum target t, const struct icp__json *j, int32_t *family, int32_t *column, struct icp_error *err) {
    const icp_schema *s = e->m->schema;
    *family = *column = -1;
    if (t == ON_COLUMN) {
        *column = icp__schema_find(s, j->text.data, j->text.size);
        return *column >= 0 && e->m->slots[*column].known != ICP__NONE ? ICP_OK : refuse(j, err, "the fit layer uses no column", j->text);
    }
    for (size_t i = 0; i < icp__family_count; i++)
        if (icp__json_is(j, icp__families[i]->name))
            *family = icp__families[i]->id;
    for (uint32_t c = 0; *family >= 0 && c < s->columns; c++)
        if (s->column[c].family == *family && e->m->slots[c].known != ICP__NONE)
            return ICP_OK;
    return refuse(j, err, *family < 0 ? "unknown family" : "the fit layer uses no column of the family", j->text);
}

static icp_status on_trait(struct icp__edit *e, const struct icp__json *target, enum action a, const struct icp__json *value, struct icp_error *err) {
    const int32_t i = icp_model_find_trait(e->m, ICP_LAYER_FIT, target->text.data, target->text.size);
    if (i < 0)
        return refuse(target, err, "the fit layer has no trait", target->text);
    if (icp__entry_kind(icp__entry(e->m, (uint32_t)i)) == ICP_TRAIT_KNOWN)
        return refuse(target, err, "offsets are set by the edit itself:", target->text);
    return act(e, (uint32_t)i, a, value, err);
}

static icp_status on_columns(struct icp__edit *e, enum target t, const struct icp__json *target, enum action a, const struct icp__json *value, struct icp_error *err) {
    int32_t family = -1, column = -1;
    icp_status st = a < SET_OFF ? refuse(value, err, "only a trait has", value->name) : columns_of(e, t, target, &family, &column, err);
    for (uint32_t i = 0; st == ICP_OK && i < e->m->info.traits; i++) {
        const uint8_t *entry = icp__entry(e->m, i);
        const uint32_t c = icp__entry_column(entry);
        if (icp__entry_kind(entry) != ICP_TRAIT_KNOWN && (t == ON_COLUMN ? (int32_t)c == column : e->m->schema->column[c].family == family))
            st = act(e, i, a, value, err);
    }
    return st;
}

/* The one member of the object among the names; *which = TARGETS or ACTIONS when there is none, or more than one. */
static const struct icp__json *one_of(const struct icp__json *object, const char *const *names, int count, int *which) {
    const struct icp__json *found = NULL;
    *which = count;
    for (int i = 0; i < count; i++) {
        const struct icp__json *j = icp__json_get(object, names[i]);
        if (j == NULL)
            continue;
        *which = found == NULL ? i : count;
        if (found != NULL)
            return NULL;
        found = j;
    }
    return found;
}

static icp_status check_layer(const struct icp__json *item, struct icp_error *err) {
    const struct icp__json *layer = icp__json_get(item, "layer");
    if (layer == NULL || icp__json_is(layer, "fit"))
        return ICP_OK;
    const struct icp__place where = icp__json_place(layer);
    if (icp__json_is(layer, "intent") || icp__json_is(layer, "retention"))
        return icp__fail_at(err, ICP_E_UNSUPPORTED, &where, "the offsets of a layer that is learned from events cannot be set anew without them: only fit can be edited");
    return icp__json_expected(layer, ICP_E_FORMAT, err, "layer", "fit");
}

static void keep(struct icp__bytes *b, bool first, const struct icp__json *target, const struct icp__json *value) {
    icp__bytes_print(b, first ? "{\"%s\":" : ",{\"%s\":", target->name.data);
    icp__json_string(b, target->text.data, target->text.size);
    icp__bytes_print(b, ",\"%s\":", value->name.data);
    icp__bytes_add(b, value->type == ICP__JSON_TRUE ? "true" : value->text.data, value->type == ICP__JSON_TRUE ? 4 : value->text.size);
    icp__bytes_text(b, "}");
}

static icp_status read_item(struct icp__edit *e, const struct icp__json *item, bool first, struct icp_error *err) {
    static const char *const known[] = {"trait", "family", "column", "weight", "points", "off", "learned", "layer"};
    int t, a;
    icp_status st = icp__json_known(e->ctx, item, ICP_E_FORMAT, "an edit", known, sizeof known / sizeof *known, err);
    if (st == ICP_OK)
        st = check_layer(item, err);
    if (st != ICP_OK)
        return st;
    const struct icp__json *target = one_of(item, targets, TARGETS, &t), *value = one_of(item, actions, ACTIONS, &a);
    if (target == NULL || target->type != ICP__JSON_STRING)
        return icp__json_expected(item, ICP_E_FORMAT, err, "an edit", "one text of trait, family or column");
    if (value == NULL)
        return icp__json_expected(item, ICP_E_FORMAT, err, "an edit", "one of weight, points, off or learned");
    if (a >= SET_OFF && value->type != ICP__JSON_TRUE)
        return icp__json_expected(value, ICP_E_FORMAT, err, actions[a], "true");
    st = t == ON_TRAIT ? on_trait(e, target, (enum action)a, value, err) : on_columns(e, (enum target)t, target, (enum action)a, value, err);
    if (st == ICP_OK)
        keep(&e->history, first, target, value);
    return st;
}

static icp_status read_text(const struct icp__json *root, const char *name, size_t most, const struct icp__json **out, struct icp_error *err) {
    *out = icp__json_get(root, name);
    if (*out == NULL)
        return icp__json_expected(root, ICP_E_FORMAT, err, name, "a text: every edit names who and why");
    if ((*out)->type != ICP__JSON_STRING || (*out)->text.size == 0)
        return icp__json_expected(*out, ICP_E_FORMAT, err, name, "a text");
    const struct icp__place where = icp__json_place(*out);
    return (*out)->text.size <= most ? ICP_OK : icp__fail_at(err, ICP_E_LIMIT, &where, "%s has more than %zu bytes", name, most);
}

/* The history so far without its last bracket, and the head of this edit. */
static void begin_history(struct icp__edit *e, const struct icp__json *author, const struct icp__json *reason) {
    struct icp__bytes *b = &e->history;
    if (e->m->edits != NULL)
        icp__bytes_add(b, e->m->edits->data, (size_t)e->m->edits->size);
    while (b->size > 0 && b->data[b->size - 1] != ']')
        b->size--;
    if (b->size > 0)
        b->data[b->size - 1] = ',';
    else
        icp__bytes_text(b, "[");
    icp__bytes_text(b, "{\"parent\":");
    icp__json_hex(b, e->m->info.id, 32);
    icp__bytes_text(b, ",\"author\":");
    icp__json_string(b, author->text.data, author->text.size);
    icp__bytes_text(b, ",\"reason\":");
    icp__json_string(b, reason->text.data, reason->text.size);
    icp__bytes_text(b, ",\"edits\":[");
}

static icp_status read_root(struct icp__edit *e, const struct icp__json *root, struct icp_error *err) {
    static const char *const known[] = {"author", "reason", "edits"};
    const struct icp__json *author, *reason, *edits;
    icp_status st = icp__json_known(e->ctx, root, ICP_E_FORMAT, "a text of edits", known, 3, err);
    if (st == ICP_OK)
        st = read_text(root, "author", ICP__AUTHOR_MOST, &author, err);
    if (st == ICP_OK)
        st = read_text(root, "reason", ICP__REASON_MOST, &reason, err);
    if (st != ICP_OK)
        return st;
    edits = icp__json_get(root, "edits");
    if (edits == NULL || edits->type != ICP__JSON_ARRAY || edits->child == NULL)
        return icp__json_expected(edits == NULL ? root : edits, ICP_E_FORMAT, err, "edits", "a list with at least one edit");
    begin_history(e, author, reason);
    for (const struct icp__json *j = edits->child; st == ICP_OK && j != NULL; j = j->next)
        st = read_item(e, j, j == edits->child, err);
    icp__bytes_text(&e->history, "]}]");
    return st == ICP_OK && e->history.failed ? icp__no_memory(err) : st;
}

icp_status icp__edit_read(struct icp__edit *e, const char *json, size_t size, struct icp_error *err) {
    struct icp__arena arena;
    struct icp__json *root;
    icp__arena_init(&arena, e->ctx);
    icp_status st = icp__json_parse(&arena, json, size, ICP_E_FORMAT, &root, err);
    if (st == ICP_OK)
        st = read_root(e, root, err);
    icp__arena_free(&arena);
    return st;
}
