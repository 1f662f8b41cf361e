/* SPDX-License-Identifier: MIT */
/* Reads customer lists and universes: both end in bottom-k tables, so that order, split and duplicates do not matter. */
#include "model/customers.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "ingest/reader.h"
#include "model/listing.h"

void icp__customers_init(struct icp__customers *l, icp_context *c, const icp_reference *r, struct icp_str key,
                         struct icp_str weight) {
    *l = (struct icp__customers){.ctx = c, .reference = r, .key = key, .weight = weight};
    icp__arena_init(&l->near_arena, c);
}

static void frequency_free(icp_context *c, struct icp__frequency *f) {
    if (!f)
        return;
    icp__frequency_free(f);
    icp__free(c, f);
}

void icp__customers_free(struct icp__customers *l) {
    icp__table_free(l->given);
    icp__table_free(l->excluded);
    icp__table_free(l->universe);
    frequency_free(l->ctx, l->frequency);
    icp__arena_free(&l->near_arena);
}

/* The headers of a table in the form in which headers are looked up: exact, else folded. */
static struct icp__layout *headers(icp_context *c, const struct icp__table *t) {
    struct icp__cell *names = icp__alloc(c, (size_t)t->columns + 1, sizeof *names);
    if (!names)
        return NULL;
    for (uint32_t i = 0; i < t->columns; i++)
        names[i] = (struct icp__cell){t->names[i].data, t->names[i].size};
    struct icp__layout *layout = icp__layout_new(c, t->columns, names);
    icp__free(c, names);
    return layout;
}

icp_status icp__table_column(icp_context *c, const struct icp__table *t, struct icp_str name, int32_t *column,
                             struct icp_error *err) {
    struct icp__layout *layout = headers(c, t);
    if (!layout)
        return icp__no_memory(err);
    int32_t at = icp__layout_find(layout, name.data, name.size);
    *column = at < 0 ? -1 : at;
    icp__layout_unref(layout);
    return ICP_OK;
}

icp_status icp__table_columns(icp_context *c, const struct icp__table *t, const icp_schema *schema, int32_t *column,
                              struct icp_error *err) {
    struct icp__layout *layout = headers(c, t);
    if (!layout)
        return icp__no_memory(err);
    for (uint32_t f = 0; f < schema->columns; f++) {
        int32_t at = icp__layout_find(layout, schema->column[f].name.data, schema->column[f].name.size);
        column[f] = at < 0 ? -1 : at;
    }
    icp__layout_unref(layout);
    return ICP_OK;
}

/* A sample that holds every row of what may be listed, starting with what was held before. */
static icp_status collector(const struct icp__customers *l, const struct icp__table *before, uint32_t most, struct icp__sample **out,
                            struct icp_error *err) {
    struct icp__sample_options o = {.k = most + 1, .seed = l->reference->seed, .key_form = ICP_KEY_EXACT,
                                    .key = {ICP__OWN_KEY, sizeof ICP__OWN_KEY - 1}, .exclude = l->protect};
    icp_status s = icp__sample_new(l->ctx, &o, out, err);
    if (s || !before)
        return s;
    s = icp__sample_merge(*out, before, o.k, err);
    if (s)
        icp__sample_free(*out);
    return s;
}

static bool weight_of(const struct icp__cell *cell, double *out) {
    struct icp_str t = cell->data ? icp__trim(cell->data, cell->size) : (struct icp_str){"", 0};
    return icp__decimal_parse(t.data, t.size, out) && *out > 0;
}

double icp__customer_weight(const struct icp__customers *l, int32_t column, uint64_t row) {
    double w = 1;
    if (column < 0 || !weight_of(&l->given->cells[row * l->given->columns + (uint32_t)column], &w))
        return 1;
    return w;
}

static icp_status weight_column(const struct icp__customers *l, const struct icp_batch *b, int32_t *column, struct icp_error *err) {
    *column = l->weight.data ? icp__layout_find(b->layout, l->weight.data, l->weight.size) : 0;
    if (*column >= 0)
        return ICP_OK;
    struct icp__place place = icp__batch_place(b, 0, -1);
    place.row = place.line = -1;
    return icp__fail_at(err, ICP_E_SCHEMA, &place, "no column \"%.*s\" with the weights of the customers",
                        (int)l->weight.size, l->weight.data);
}

/* Near keys are kept by row of the list, so they move when the list grows. */
static icp_status move_near(struct icp__customers *l, const struct icp__table *to, struct icp_error *err) {
    if (!l->near)
        return ICP_OK;
    struct icp_str *near = icp__arena_alloc(&l->near_arena, to->rows + 1, sizeof *near);
    if (!near)
        return icp__no_memory(err);
    for (uint64_t i = 0; i < to->rows; i++) {
        int64_t at = icp__table_find(l->given, to->hashes[i], to->keys[i]);
        near[i] = at < 0 ? (struct icp_str){NULL, 0} : l->near[at];
    }
    l->near = near;
    return ICP_OK;
}

/* What reads a list or a universe. */
struct reading {
    struct icp__customers *list;
    struct icp__sample *sample;
    struct icp__listing listing;
    icp_batch *late;  /* the last batch so far in which nothing identifies a row; NULL once one had a key */
    bool weighed;     /* rows have weights */
    bool lax;         /* rows without a key count */
    icp_status (*take)(struct reading *r, const icp_batch *b, struct icp_error *err);
    /* Universe: */
    struct icp__folded folded;
    struct icp__near near;
    struct icp__lookup lookup;
    struct icp__frequency *frequency;
    uint64_t rows;
};

/* The columns of JSON lines become known as they come: rows before the key's first are rows without a key. */
static icp_status take_batch(struct reading *k, const icp_reader *r, icp_batch *b, struct icp_error *err) {
    icp_batch_unref(k->late);
    k->late = NULL;
    if (r->format == ICP_FORMAT_JSONL && icp__listing_lacks(&k->listing, b, k->lax)) {
        icp__sample_skip(k->sample, b);
        k->rows += b->rows;
        k->late = icp_batch_ref(b);
        return ICP_OK;
    }
    icp_status s = icp__listing_layout(&k->listing, b, k->lax, err);
    return s ? s : k->take(k, b, err);
}

static icp_status read_all(struct reading *k, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    for (;;) {
        icp_batch *b;
        icp_status s = icp_reader_next(r, &b, err);
        if (!s && !b && k->late)
            return icp__listing_layout(&k->listing, k->late, k->lax, err); /* fails, naming the columns there are */
        if (s || !b)
            return s;
        s = take_batch(k, r, b, err);
        icp_batch_unref(b);
        if (!s)
            s = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(r), icp__reader_hint(r), err);
        if (s)
            return s;
    }
}

/* Reads everything into a table that holds what was there before as well. */
static icp_status read_table(struct reading *k, icp_reader *r, const struct icp__table *before, uint32_t most, const char *too_many,
                             const struct icp_progress *p, struct icp__table **out, struct icp_error *err) {
    icp_status s = collector(k->list, before, most, &k->sample, err);
    if (s)
        return s;
    s = icp__listing_init(&k->listing, k->list, err);
    if (!s)
        s = read_all(k, r, p, err);
    icp_batch_unref(k->late);
    icp__listing_free(&k->listing);
    if (!s)
        s = icp__sample_finish(k->sample, out, err);
    icp__sample_free(k->sample);
    if (!s && (*out)->rows > most) {
        icp__table_free(*out);
        s = icp__fail(err, ICP_E_LIMIT, "%s", too_many);
    }
    return s;
}

static icp_status take_listed(struct reading *k, const icp_batch *b, struct icp_error *err) {
    struct icp__listing *g = &k->listing;
    int32_t weight = -1;
    icp_status s = k->weighed ? weight_column(k->list, b, &weight, err) : ICP_OK;
    for (uint64_t i = 0; !s && i < b->rows; i++) {
        char host[256];
        double w;
        const struct icp__cell *row = icp__batch_row(b, i);
        struct icp_str key = icp__listing_key(g, row, host);
        icp__facts_read(&g->columns, row, g->facts);
        if (!key.size && !(key = icp__listing_make_key(g)).data)
            return icp__no_memory(err);
        if (key.size && weight >= 0 && k->weighed && !weight_of(&row[weight], &w)) {
            struct icp__place place = icp__batch_place(b, i, weight);
            return icp__fail_at(err, ICP_E_SCHEMA, &place, "the weight of a customer must be a positive number");
        }
        s = icp__listing_keep(g, row, key, err);
    }
    return s ? s : icp__listing_flush(g, b, k->sample, err);
}

icp_status icp__customers_add(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    struct reading k = {.list = l, .take = take_listed, .weighed = l->weight.data != NULL, .lax = true};
    struct icp__table *table = NULL;
    icp_status s = read_table(&k, r, l->given, ICP__CUSTOMERS_MAX, "more than 100,000 customers", p, &table, err);
    if (!s && l->given)
        s = move_near(l, table, err);
    if (s) {
        icp__table_free(table);
        return s;
    }
    icp__table_free(l->given);
    l->given = table;
    return ICP_OK;
}

icp_status icp__customers_exclude(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    struct reading k = {.list = l, .take = take_listed, .lax = true};
    struct icp__table *table = NULL;
    icp_status s = read_table(&k, r, l->excluded, ICP__CUSTOMERS_MAX, "more than 100,000 companies are excluded", p, &table, err);
    if (s)
        return s;
    icp__table_free(l->excluded);
    l->excluded = table;
    return ICP_OK;
}

static icp_status take_universe(struct reading *k, const icp_batch *b, struct icp_error *err) {
    struct icp__listing *g = &k->listing;
    const struct icp__customers *l = k->list;
    icp_status s = ICP_OK;
    for (uint64_t i = 0; !s && i < b->rows; i++) {
        char host[256];
        const struct icp__cell *row = icp__batch_row(b, i);
        struct icp_str id = icp__listing_key(g, row, host);
        if (!id.size)
            continue;
        uint64_t hash = icp__hash(id.data, id.size, l->reference->seed);
        bool wanted = icp__table_find(l->given, hash, id) >= 0;
        if (!wanted)
            icp__near_note(&k->near, &k->folded, id);
        if (k->lookup.active) {
            icp__facts_read(&g->columns, row, g->facts);
            icp__frequency_see(k->frequency, &g->facts->name, hash);
            wanted |= icp__lookup_offer(&k->lookup, g->facts, hash, 0, 0);
        }
        if (wanted)
            s = icp__listing_keep(g, row, id, err);
    }
    k->rows += b->rows;
    if (!s && k->near.failed)
        s = icp__no_memory(err);
    return s ? s : icp__listing_flush(g, b, k->sample, err);
}

/* Customers that are in the reference need no look at names and domains of the universe. */
static icp_status prepare_lookup(struct reading *k, struct icp_error *err) {
    const struct icp__customers *l = k->list;
    const struct icp__table *t = l->given;
    k->frequency = icp__calloc(l->ctx, 1, sizeof *k->frequency);
    uint8_t *skip = icp__calloc(l->ctx, t->rows + 1, 1);
    icp_status s = k->frequency && skip ? ICP_OK : icp__no_memory(err);
    if (k->frequency)
        icp__frequency_init(k->frequency, l->ctx);
    for (uint64_t i = 0; !s && i < t->rows; i++)
        skip[i] = l->exact_keys || icp__reference_find(l->reference, t->hashes[i], t->keys[i]) >= 0;
    if (!s)
        s = icp__lookup_make(l->ctx, t, skip, l->protect, &k->lookup, err);
    if (!s && l->frequency && !icp__frequency_copy(l->frequency, k->frequency))
        s = icp__no_memory(err);
    for (uint32_t i = 0; !s && i < k->lookup.entries; i++)
        if (!icp__frequency_want(k->frequency, &k->lookup.entry[i]))
            s = icp__no_memory(err);
    if (skip)
        icp__free(l->ctx, skip);
    return s;
}

static icp_status prepare_near(struct reading *k, struct icp_error *err) {
    struct icp__customers *l = k->list;
    k->near = (struct icp__near){l->given, icp__arena_alloc(&l->near_arena, l->given->rows + 1, sizeof *k->near.near), &l->near_arena, false};
    if (!k->near.near)
        return icp__no_memory(err);
    for (uint64_t i = 0; i < l->given->rows; i++)
        k->near.near[i] = l->near ? l->near[i] : (struct icp_str){NULL, 0};
    return ICP_OK;
}

icp_status icp__customers_look_up(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    struct reading k = {.list = l, .take = take_universe};
    struct icp__table *table = NULL;
    icp_status s = icp__folded_make(l->ctx, l->given, &k.folded, err);
    if (s)
        return s;
    s = prepare_near(&k, err);
    if (!s)
        s = prepare_lookup(&k, err);
    if (!s)
        s = read_table(&k, r, l->universe, ICP__UNIVERSE_MAX, "more than 1,048,576 companies of the universe may be customers", p, &table, err);
    icp__folded_free(l->ctx, &k.folded);
    icp__lookup_free(&k.lookup);
    if (s) {
        frequency_free(l->ctx, k.frequency);
        return s;
    }
    icp__table_free(l->universe);
    frequency_free(l->ctx, l->frequency);
    l->universe = table;
    l->frequency = k.frequency;
    l->near = k.near.near;
    l->universe_rows += k.rows;
    return ICP_OK;
}
