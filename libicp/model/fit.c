/* SPDX-License-Identifier: MIT */
/* The public face of learning: takes rows in, runs the steps in order. */
#include "model/audit.h"
#include "model/model.h"
#include "model/outcome.h"
#include "model/card.h"
#include "model/timing.h"
#include <stddef.h>

#define CUSTOMERS_LEAST 20u
#define LISTED_PART 8u /* warn when more than this part of the reference is listed */

struct icp_fit {
    icp_context *ctx;
    icp_reference *reference;
    icp_schema *schema;
    icp_pool *pool;
    uint32_t flags, min_customers, layers, horizon;
    struct icp__customers customers;
    struct icp__history history;
    struct icp__bytes card;
    struct icp_str release, protect, since; /* as in icp_fit_options */
    struct icp__arena arena; /* names */
};

#define HORIZON 90u
#define ALL_LAYERS (1u << ICP_LAYER_FIT | 1u << ICP_LAYER_INTENT | 1u << ICP_LAYER_RETENTION)
#define OPTIONS_FIRST ((uint32_t)sizeof(struct icp_fit_options))

static bool keep(struct icp__arena *a, const char *data, size_t size, struct icp_str *out) {
    if (!data)
        return true;
    *out = (struct icp_str){icp__arena_copy(a, data, size), size};
    return out->data != NULL;
}

static icp_status schema_of(icp_context *c, icp_reference *r, const icp_schema *given, icp_schema **out, struct icp_error *err) {
    if (given) {
        icp_schema *mine = (icp_schema *)(uintptr_t)given; /* counting references changes no content */
        *out = icp_schema_ref(mine);
    } else {
        icp_status s = icp__schema_infer_table(c, r->table, r->key_column, out, err);
        if (s)
            return s;
    }
    int32_t *column = icp__alloc(c, (size_t)(*out)->columns + 1, sizeof *column);
    icp_status s = column ? icp__table_columns(c, r->table, *out, column, err) : icp__no_memory(err);
    bool any = false;
    for (uint32_t f = 0; !s && f < (*out)->columns; f++)
        any = any || column[f] >= 0;
    if (!s && !any)
        s = icp__fail(err, ICP_E_SCHEMA, "the schema has no column of the reference");
    if (!s && !icp__extraction_find((*out)->extraction))
        s = icp__fail(err, ICP_E_SCHEMA, "the schema's extraction version %u is not in this library", (*out)->extraction);
    if (column)
        icp__free(c, column);
    if (s)
        icp_schema_unref(*out);
    return s;
}

static icp_status check_options(const struct icp_fit_options *o, struct icp_error *err) {
    const struct icp_str protect = {o->protect, o->protect_size};
    if (o->flags & ~(uint32_t)(ICP_FIT_ALLOW_FEW | ICP_FIT_EXACT_KEYS | ICP_FIT_LIST_CUSTOMERS | ICP_FIT_AS_OF) || o->reserved || o->layers & ~ALL_LAYERS)
        return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags or layers in icp_fit_options");
    if (o->horizon_days > ICP__HORIZON_MOST)
        return icp__fail(err, ICP_E_ARGUMENT, "the horizon has at most %u days", ICP__HORIZON_MOST);
    if ((o->flags & ICP_FIT_AS_OF) && (o->as_of < ICP__DAY || o->as_of > (int64_t)INT32_MAX * 1000000 * 100))
        return icp__fail(err, ICP_E_ARGUMENT, "as_of lies before 1970-01-02 or too far ahead");
    if (!(o->flags & ICP_FIT_AS_OF) && o->as_of)
        return icp__fail(err, ICP_E_ARGUMENT, "as_of without ICP_FIT_AS_OF");
    if (!o->invalidates && o->invalidates_size)
        return icp__fail(err, ICP_E_ARGUMENT, "invalidates is NULL but has a size");
    if ((!o->weight_column && o->weight_size) || (!o->key_column && o->key_size) || (!o->since_column && o->since_size))
        return icp__fail(err, ICP_E_ARGUMENT, "a column name is NULL but has a size");
    if ((!o->release && o->release_size) || (!o->protect && o->protect_size))
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL but has a size", !o->release && o->release_size ? "release" : "protect");
    if (o->weight_column && icp__patterns_match(protect, (struct icp_str){o->weight_column, o->weight_size}))
        return icp__fail(err, ICP_E_ARGUMENT, "the column of the weights is protected");
    if (o->since_column && icp__patterns_match(protect, (struct icp_str){o->since_column, o->since_size}))
        return icp__fail(err, ICP_E_ARGUMENT, "the column of the dates is protected");
    return ICP_OK;
}

/* What the fit remembers of its options. False = no memory. */
static bool keep_options(icp_fit *f, const struct icp_fit_options *o, struct icp_str *key, struct icp_str *weight) {
    struct icp__arena *a = &f->arena;
    return keep(a, o->key_column, o->key_size, key) && keep(a, o->weight_column, o->weight_size, weight) &&
           keep(a, o->release, o->release_size, &f->release) && keep(a, o->protect, o->protect_size, &f->protect) &&
           keep(a, o->since_column, o->since_size, &f->since);
}

/* What the history needs to know of them. */
static bool keep_timing(icp_fit *f, const struct icp_fit_options *o) {
    const icp_reference *r = f->reference;
    icp__history_init(&f->history, f->ctx, r->key_column, r->key_form, r->seed);
    f->layers = o->layers;
    f->horizon = o->horizon_days ? o->horizon_days : HORIZON;
    if (o->flags & ICP_FIT_AS_OF)
        f->history.as_of = o->as_of;
    if (f->history.reading.columns.failed || f->history.decisions.columns.failed)
        return false;
    return !o->invalidates || icp__event_fold_lines(&f->arena, o->invalidates, o->invalidates_size, &f->history.invalidates);
}

/* Protected columns are not learned from, wherever they stand. */
static icp_status protect_schema(icp_fit *f, struct icp_error *err) {
    icp_schema *narrowed;
    icp_status s = f->protect.data ? icp__schema_protect(f->schema, f->protect, &narrowed, err) : ICP_OK;
    if (s || !f->protect.data)
        return s;
    icp_schema_unref(f->schema);
    f->schema = narrowed;
    return ICP_OK;
}

icp_status icp_fit_new(icp_context *c, icp_reference *r, const icp_schema *schema, const struct icp_fit_options *o,
                       icp_fit **out, struct icp_error *err) {
    if (!c || !r || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "context, reference and out must not be NULL");
    struct icp_fit_options own;
    icp_status s = icp__options(o, OPTIONS_FIRST, &own, sizeof own, err);
    if (s)
        return s;
    if ((s = check_options(&own, err)))
        return s;
    struct icp_fit *f = icp__calloc(c, 1, sizeof *f);
    if (!f)
        return icp__no_memory(err);
    s = schema_of(c, r, schema, &f->schema, err);
    if (s) {
        icp__free(c, f);
        return s;
    }
    struct icp_str key = r->key_column, weight = {NULL, 0};
    f->ctx = icp_context_ref(c);
    f->reference = icp_reference_ref(r);
    f->pool = own.pool;
    f->flags = own.flags;
    f->min_customers = own.min_customers ? own.min_customers : CUSTOMERS_LEAST;
    icp__arena_init(&f->arena, c);
    icp__bytes_init(&f->card, c);
    s = keep_options(f, &own, &key, &weight) && keep_timing(f, &own) ? protect_schema(f, err) : icp__no_memory(err);
    icp__customers_init(&f->customers, c, r, key, weight);
    f->customers.protect = f->protect;
    f->customers.exact_keys = (own.flags & ICP_FIT_EXACT_KEYS) != 0;
    f->customers.list_all = (own.flags & ICP_FIT_LIST_CUSTOMERS) != 0;
    f->customers.release = f->release;
    f->customers.since = f->since;
    if (s) {
        icp_fit_free(f);
        return s;
    }
    *out = f;
    return ICP_OK;
}

void icp_fit_free(icp_fit *f) {
    if (!f)
        return;
    icp_context *c = f->ctx;
    icp__customers_free(&f->customers);
    icp__history_free(&f->history);
    icp__bytes_free(&f->card);
    icp__arena_free(&f->arena);
    icp_schema_unref(f->schema);
    icp_reference_unref(f->reference);
    icp__free(c, f);
    icp_context_unref(c);
}

icp_status icp_fit_add_customers(icp_fit *f, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    if (!f || !r)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and reader must not be NULL");
    icp_status s = icp__progress_check(p, err);
    return s ? s : icp__customers_add(&f->customers, r, p, err);
}

icp_status icp_fit_add_universe(icp_fit *f, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    if (!f || !r)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and reader must not be NULL");
    if (!f->customers.given)
        return icp__fail(err, ICP_E_STATE, "add the customers before the universe they are looked up in");
    icp_status s = icp__progress_check(p, err);
    return s ? s : icp__customers_look_up(&f->customers, r, p, err);
}

icp_status icp_fit_add_excluded(icp_fit *f, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    if (!f || !r)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and reader must not be NULL");
    icp_status s = icp__progress_check(p, err);
    return s ? s : icp__customers_exclude(&f->customers, r, p, err);
}

static icp_status add_rows(icp_fit *f, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p, bool outcomes,
                           struct icp_error *err) {
    struct icp__event_reading *reading;
    struct icp__fpenv env;
    if (!f || !r)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and reader must not be NULL");
    reading = outcomes ? &f->history.decisions : &f->history.reading;
    icp_status s = icp__progress_check(p, err);
    if (!s)
        s = icp__event_columns_ask(columns, &reading->ask, err);
    if (s)
        return s;
    icp__fpenv_enter(&env);
    s = outcomes ? icp__history_add_outcomes(&f->history, r, p, err) : icp__history_add_events(&f->history, r, p, err);
    icp__fpenv_leave(&env);
    return s;
}

icp_status icp_fit_add_events(icp_fit *f, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p, struct icp_error *err) {
    return add_rows(f, r, columns, p, false, err);
}

icp_status icp_fit_add_outcomes(icp_fit *f, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p, struct icp_error *err) {
    return add_rows(f, r, columns, p, true, err);
}

static icp_status add_one(icp_fit *f, struct icp__event_reading *reading, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err) {
    if (!key || !e)
        return icp__fail(err, ICP_E_ARGUMENT, "key and event must not be NULL");
    icp__history_unsettle(&f->history);
    return icp__event_reading_one(reading, key, key_size, e, err);
}

icp_status icp_fit_add_event(icp_fit *f, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err) {
    return f ? add_one(f, &f->history.reading, key, key_size, e, err) : icp__fail(err, ICP_E_ARGUMENT, "fit must not be NULL");
}

icp_status icp_fit_add_outcome(icp_fit *f, const char *key, size_t key_size, const struct icp_event *outcome, struct icp_error *err) {
    if (!f)
        return icp__fail(err, ICP_E_ARGUMENT, "fit must not be NULL");
    const uint64_t unknown = f->history.unknown_outcomes;
    icp_status s = add_one(f, &f->history.decisions, key, key_size, outcome, err);
    if (!s && f->history.unknown_outcomes != unknown)
        s = icp__fail(err, ICP_E_ARGUMENT, "the type \"%.*s\" says no outcome", (int)(outcome->type_size < 64 ? outcome->type_size : 64), outcome->type);
    return s;
}

icp_status icp_fit_events(const icp_fit *f, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    if (!f || !json)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and json must not be NULL");
    icp__bytes_init(&b, f->ctx);
    icp__history_report(&f->history, false, &b);
    return icp__bytes_finish(&b, json, err);
}

icp_status icp_fit_set_card(icp_fit *f, const char *json, size_t size, struct icp_error *err) {
    struct icp__card card;
    struct icp__bytes b;
    if (!f || !json)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and json must not be NULL");
    icp_status s = icp__card_read(f->ctx, json, size, ICP_E_FORMAT, &card, err);
    if (s)
        return s;
    memcpy(f->customers.epoch, card.epoch, sizeof card.epoch);
    f->customers.epochs = card.epochs;
    icp__card_free(f->ctx, &card);
    icp__bytes_init(&b, f->ctx);
    icp__bytes_add(&b, json, size);
    if (b.failed) {
        icp__bytes_free(&b);
        return icp__no_memory(err);
    }
    icp__bytes_free(&f->card);
    f->card = b;
    return ICP_OK;
}

icp_status icp_fit_audit(icp_fit *f, const struct icp_progress *p, icp_buffer **json, struct icp_error *err) {
    if (!f || !json)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and json must not be NULL");
    icp_status s = icp__progress_check(p, err);
    if (s)
        return s;
    struct icp__matches m = {0};
    struct icp__design d = {0};
    struct icp__bytes b;
    struct icp__fpenv env;
    icp__bytes_init(&b, f->ctx);
    icp__fpenv_enter(&env);
    s = icp__customers_match(&f->customers, f->schema, &m, err);
    if (!s && m.count && m.count == m.by_origin[ICP__NOT_FOUND])
        s = icp__fail(err, ICP_E_NO_MATCH, "none of the %u customers was found in the reference or the universe", m.count);
    if (!s)
        s = icp__design_audit(&f->customers, &m, f->schema, f->pool, p, &d, err);
    if (!s)
        s = icp__audit_write(&m, &d, &b, err);
    if (!s)
        s = icp__bytes_finish(&b, json, err);
    icp__design_free(&d);
    icp__matches_free(&m);
    icp__fpenv_leave(&env);
    icp__bytes_free(&b);
    return s;
}

icp_status icp_fit_matches(const icp_fit *f, icp_buffer **json, struct icp_error *err) {
    if (!f || !json)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and json must not be NULL");
    struct icp__matches m;
    icp_status s = icp__customers_match(&f->customers, f->schema, &m, err);
    if (s)
        return s;
    struct icp__bytes b;
    icp__bytes_init(&b, f->ctx);
    s = icp__matches_write(&f->customers, &m, true, &b, err);
    if (!s)
        s = icp__bytes_finish(&b, json, err);
    icp__bytes_free(&b);
    icp__matches_free(&m);
    return s;
}

static icp_status enough(const icp_fit *f, const struct icp__matches *m, struct icp_error *err) {
    uint32_t found = icp__matches_found(m);
    if (m->count == 0)
        return icp__fail(err, ICP_E_TOO_FEW, "no customers were given");
    if (found == 0)
        return icp__fail(err, ICP_E_NO_MATCH, "none of the %u customers was found in the reference or the universe", m->count);
    if (found < f->min_customers && !(f->flags & ICP_FIT_ALLOW_FEW))
        return icp__fail(err, ICP_E_TOO_FEW, "%u customer%s matched; at least %u are needed", found, found == 1 ? "" : "s", f->min_customers);
    return ICP_OK;
}

/* Of very unequal weights only the largest speak. */
static icp_status enough_weight(const icp_fit *f, const struct icp__design *d, struct icp_error *err) {
    if (d->effective + 0.5 >= f->min_customers || f->flags & ICP_FIT_ALLOW_FEW)
        return ICP_OK;
    if (d->identical)
        return icp__fail(err, ICP_E_TOO_FEW, "all %u customers are identical in every column, so they amount to 1; at least %u are needed", d->customers,
                         f->min_customers);
    uint32_t effective = (uint32_t)(d->effective + 0.5);
    return icp__fail(err, ICP_E_TOO_FEW, "the weights of %u customers are so unequal that they amount to %u; at least %u are needed", d->customers,
                     effective, f->min_customers);
}

/* No column is left to learn from: says so, and whether quarantine took the last. */
static icp_status nothing_left(const struct icp__design *d, struct icp_error *err) {
    for (uint32_t c = 0; c < d->schema->columns; c++) {
        const struct icp_str *name = &d->schema->column[c].name;
        if (d->note[c].use == ICP__LEFT_LEAK)
            return icp__fail(err, ICP_E_SCHEMA, "no column is left: \"%.*s\" and perhaps others are quarantined as leaks, unless released",
                             (int)(name->size < 64 ? name->size : 64), name->data);
    }
    return icp__fail(err, ICP_E_SCHEMA, "no column is known for enough companies of the reference and for a customer, with values that differ");
}

/* Whom to learn from, as a matrix. */
static icp_status examples(icp_fit *f, struct icp__matches *matches, struct icp__design *design, const struct icp_progress *p, struct icp_error *err) {
    icp_status s = icp__customers_match(&f->customers, f->schema, matches, err);
    if (!s)
        s = enough(f, matches, err);
    if (!s)
        s = icp__design_make(&f->customers, matches, f->schema, f->pool, p, design, err);
    if (!s && design->fields == 0)
        s = nothing_left(design, err);
    return s ? s : enough_weight(f, design, err);
}

/* What the steps of the fit layer learned. */
static icp_status outcome_of(icp_fit *f, const struct icp__matches *matches, const struct icp__steps *r, struct icp__learned *out, struct icp_error *err) {
    struct icp__outcome o = {.reference = f->reference, .list = &f->customers, .matches = matches, .steps = r, .which = ICP_LAYER_FIT};
    if (r->design.effective + 0.5 < f->min_customers)
        o.flags |= ICP_MODEL_FEW_CUSTOMERS;
    if (!r->interval.calibrated)
        o.flags |= ICP_MODEL_INTERVAL_UNCALIBRATED;
    if ((uint64_t)r->design.listed * LISTED_PART > r->design.reference_rows)
        o.flags |= ICP_MODEL_LISTED_SHARE_HIGH;
    icp_status s = icp__outcome_learn(&o, out, err);
    if (!s)
        icp__outcome_say(&o);
    return s;
}

static icp_status learn_fit(icp_fit *f, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err) {
    struct icp__matches matches = {0};
    struct icp__steps r = {0};
    icp_status s = examples(f, &matches, &r.design, p, err);
    if (!s)
        s = icp__steps_run(&r, f->pool, p, err);
    if (!s)
        s = outcome_of(f, &matches, &r, out, err);
    icp__steps_free(&r);
    icp__matches_free(&matches);
    return s;
}

static icp_status learn_timing(icp_fit *f, uint32_t layer, const struct icp_progress *p, struct icp__learned *out, struct icp_error *err) {
    const struct icp__timing_input in = {f->ctx, &f->history, &f->customers, f->schema, f->release, f->pool, layer, f->horizon, f->min_customers,
                                         (f->flags & ICP_FIT_ALLOW_FEW) != 0};
    const struct icp__history *h = &f->history;
    if (h->decisions.counts.events && h->unknown_outcomes + h->future_outcomes == h->decisions.counts.events)
        return icp__fail(err, ICP_E_TOO_FEW, "none of %llu outcomes can be used: %llu lie at or after as_of, %llu say no outcome%s%s",
                         (unsigned long long)h->decisions.counts.events, (unsigned long long)h->future_outcomes, (unsigned long long)h->unknown_outcomes,
                         h->unknown_outcomes ? ", for example " : "", h->unknown_outcome);
    icp_status s = icp__history_settle(&f->history, err);
    return s ? s : icp__timing_learn(&in, p, out, err);
}

/* The layers asked for, else those that there is data for. */
static uint32_t layers_of(const icp_fit *f) {
    uint32_t layers = f->layers;
    if (layers)
        return layers;
    if (f->customers.given || !f->history.reading.counts.rows)
        layers |= 1u << ICP_LAYER_FIT;
    if (f->history.reading.counts.rows)
        layers |= 1u << ICP_LAYER_INTENT;
    if (f->history.by_kind[ICP__CHURNED])
        layers |= 1u << ICP_LAYER_RETENTION;
    return layers;
}

static icp_status learn_all(icp_fit *f, const struct icp_progress *p, icp_model **out, struct icp_error *err) {
    struct icp__learned learned[ICP__LAYERS];
    struct icp__parts_of_model parts = {.card = {f->card.data, f->card.size}};
    const uint32_t layers = layers_of(f);
    icp_status s = ICP_OK;
    for (uint32_t layer = ICP_LAYER_FIT; !s && layer <= ICP_LAYER_RETENTION; layer++) {
        if (!(layers >> layer & 1u))
            continue;
        struct icp__learned *l = &learned[parts.layers];
        s = layer == ICP_LAYER_FIT ? learn_fit(f, p, l, err) : learn_timing(f, layer, p, l, err);
        if (!s)
            parts.layer[parts.layers++] = l;
    }
    if (!s)
        s = icp__model_build(f->ctx, &parts, out, err);
    for (uint32_t i = 0; i < parts.layers; i++)
        icp__learned_free(&learned[i]);
    return s;
}

icp_status icp_fit_run(icp_fit *f, const struct icp_progress *p, icp_model **out, struct icp_error *err) {
    if (!f || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "fit and out must not be NULL");
    icp_status s = icp__progress_check(p, err);
    struct icp__fpenv env;
    if (s)
        return s;
    icp__fpenv_enter(&env);
    s = learn_all(f, p, out, err);
    icp__fpenv_leave(&env);
    return s;
}
