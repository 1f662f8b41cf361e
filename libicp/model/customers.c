/* SPDX-License-Identifier: MIT */
/* Reads customer lists and universes: both end in bottom-k tables, so that order, split and duplicates do not matter. */
#include "model/customers.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"

void icp__customers_init(struct icp__customers *l, icp_context *c, const icp_reference *r, struct icp_str key,
                         struct icp_str weight) {
    *l = (struct icp__customers){.ctx = c, .reference = r, .key = key, .weight = weight};
    icp__arena_init(&l->near_arena, c);
}

void icp__customers_free(struct icp__customers *l) {
    icp__table_free(l->given);
    icp__table_free(l->universe);
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
static icp_status collector(const struct icp__customers *l, const struct icp__table *before, struct icp__sample **out,
                            struct icp_error *err) {
    struct icp__sample_options o = {.k = ICP__CUSTOMERS_MAX + 1, .seed = l->reference->seed,
                                    .key_form = l->reference->key_form, .key = l->key, .exclude = l->protect};
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

static icp_status check_weights(const struct icp__customers *l, const struct icp_batch *b, uint32_t key,
                                struct icp_error *err) {
    if (!l->weight.data)
        return ICP_OK;
    int32_t column = icp__layout_find(b->layout, l->weight.data, l->weight.size);
    struct icp__place place = icp__batch_place(b, 0, -1);
    place.row = place.line = -1;
    if (column < 0)
        return icp__fail_at(err, ICP_E_SCHEMA, &place, "no column \"%.*s\" with the weights of the customers",
                            (int)l->weight.size, l->weight.data);
    for (uint64_t i = 0; i < b->rows; i++) {
        char host[256];
        double w;
        const struct icp__cell *row = icp__batch_row(b, i);
        if (!icp__key_of(&row[key], l->reference->key_form, host).size || weight_of(&row[column], &w))
            continue;
        place = icp__batch_place(b, i, column);
        return icp__fail_at(err, ICP_E_SCHEMA, &place, "the weight of a customer must be a positive number");
    }
    return ICP_OK;
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

static icp_status read_all(icp_reader *r, const struct icp_progress *p, icp_status (*take)(void *arg, const icp_batch *b, struct icp_error *err),
                           void *arg, struct icp_error *err) {
    for (;;) {
        icp_batch *b;
        icp_status s = icp_reader_next(r, &b, err);
        if (s || !b)
            return s;
        s = take(arg, b, err);
        icp_batch_unref(b);
        if (!s)
            s = icp__progress(p, ICP_STAGE_READ, icp__reader_raw(r), icp__reader_hint(r), err);
        if (s)
            return s;
    }
}

struct adding {
    const struct icp__customers *list;
    struct icp__sample *sample;
};

static icp_status take_customers(void *arg, const icp_batch *b, struct icp_error *err) {
    struct adding *a = arg;
    uint32_t key;
    icp_status s = icp__key_column(b->layout, a->list->key, b->source, &key, err);
    if (!s)
        s = check_weights(a->list, b, key, err);
    return s ? s : icp__sample_add(a->sample, b, err);
}

icp_status icp__customers_add(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    struct adding a = {.list = l};
    struct icp__table *table = NULL;
    icp_status s = collector(l, l->given, &a.sample, err);
    if (s)
        return s;
    s = read_all(r, p, take_customers, &a, err);
    if (!s)
        s = icp__sample_finish(a.sample, &table, err);
    icp__sample_free(a.sample);
    if (!s && table->rows > ICP__CUSTOMERS_MAX)
        s = icp__fail(err, ICP_E_LIMIT, "more than 100,000 customers");
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

/* Folded keys by hash, to find keys that differ in case only. */
struct folded {
    uint32_t bits;
    uint32_t *slot; /* row + 1; 0 = empty */
    uint64_t *hash;
    struct icp__bytes scratch;
};

static uint64_t fold_hash(struct icp__bytes *scratch, struct icp_str key) {
    size_t cap = key.size * ICP__FOLD_GROWTH + 16;
    scratch->size = 0;
    char *to = icp__bytes_room(scratch, cap);
    return to ? icp__hash(to, icp__fold_value(key.data, key.size, to, cap), 0) : 0;
}

static void folded_free(icp_context *c, struct folded *f) {
    if (f->slot)
        icp__free(c, f->slot);
    if (f->hash)
        icp__free(c, f->hash);
    icp__bytes_free(&f->scratch);
}

static icp_status folded_make(icp_context *c, const struct icp__table *t, struct folded *f, struct icp_error *err) {
    f->bits = 4;
    while (((uint64_t)1 << f->bits) < 2 * t->rows)
        f->bits++;
    icp__bytes_init(&f->scratch, c);
    f->slot = icp__calloc(c, (size_t)1 << f->bits, sizeof *f->slot);
    f->hash = icp__alloc(c, t->rows + 1, sizeof *f->hash);
    uint64_t mask = ((uint64_t)1 << f->bits) - 1;
    for (uint64_t i = 0; f->slot && f->hash && i < t->rows; i++) {
        f->hash[i] = fold_hash(&f->scratch, t->keys[i]);
        uint64_t at = f->hash[i] & mask;
        while (f->slot[at])
            at = (at + 1) & mask;
        f->slot[at] = (uint32_t)i + 1;
    }
    if (f->slot && f->hash && !f->scratch.failed)
        return ICP_OK;
    folded_free(c, f);
    return icp__no_memory(err);
}

/* Calls found(arg, row) for each row of the table whose folded key is that of `key`. */
static void folded_each(struct folded *f, struct icp_str key, void (*found)(void *arg, uint32_t row, struct icp_str key), void *arg) {
    uint64_t mask = ((uint64_t)1 << f->bits) - 1, hash = fold_hash(&f->scratch, key);
    for (uint64_t at = hash & mask; f->slot[at]; at = (at + 1) & mask)
        if (f->hash[f->slot[at] - 1] == hash)
            found(arg, f->slot[at] - 1, key);
}

struct near {
    const struct icp__table *table;
    struct icp_str *near; /* by row; the smallest spelling wins, so that order does not matter */
    struct icp__arena *arena;
    bool failed;
};

static void note_near(void *arg, uint32_t row, struct icp_str key) {
    struct near *n = arg;
    struct icp_str own = n->table->keys[row], *was = &n->near[row];
    if (own.size == key.size && memcmp(own.data, key.data, key.size) == 0)
        return;
    if (was->data) {
        int cmp = memcmp(key.data, was->data, key.size < was->size ? key.size : was->size);
        if (cmp > 0 || (cmp == 0 && key.size >= was->size))
            return;
    }
    char *copy = icp__arena_copy(n->arena, key.data, key.size);
    if (!copy)
        n->failed = true;
    else
        *was = (struct icp_str){copy, key.size};
}

struct looking {
    struct icp__customers *list;
    struct icp__sample *sample;
    struct folded folded;
    struct near near;
    struct icp__cell *cells; /* the rows of one batch that are kept */
    size_t cap;
    uint64_t rows;
};

static icp_status take_universe(void *arg, const icp_batch *b, struct icp_error *err) {
    struct looking *k = arg;
    const struct icp__customers *l = k->list;
    uint32_t key, columns = b->layout->columns;
    icp_status s = icp__key_column(b->layout, l->key, b->source, &key, err);
    if (s)
        return s;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < b->rows; i++) {
        char host[256];
        const struct icp__cell *row = icp__batch_row(b, i);
        struct icp_str id = icp__key_of(&row[key], l->reference->key_form, host);
        if (!id.size)
            continue;
        if (icp__table_find(l->given, icp__hash(id.data, id.size, l->reference->seed), id) < 0) {
            folded_each(&k->folded, id, note_near, &k->near);
            continue;
        }
        if (!icp__grow(l->ctx, &k->cells, &k->cap, (kept + 1) * columns, sizeof *k->cells))
            return icp__no_memory(err);
        memcpy(k->cells + kept++ * columns, row, columns * sizeof *row);
    }
    k->rows += b->rows;
    if (k->near.failed || k->folded.scratch.failed)
        return icp__no_memory(err);
    if (!kept)
        return ICP_OK;
    struct icp_batch part = {.refs = 1, .ctx = b->ctx, .layout = b->layout, .rows = kept, .first_row = b->first_row,
                             .cells = k->cells, .source = b->source};
    return icp__sample_add(k->sample, &part, err);
}

icp_status icp__customers_look_up(struct icp__customers *l, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    struct looking k = {.list = l};
    struct icp__table *table = NULL;
    icp_status s = folded_make(l->ctx, l->given, &k.folded, err);
    if (s)
        return s;
    k.near = (struct near){l->given, icp__arena_alloc(&l->near_arena, l->given->rows + 1, sizeof *k.near.near), &l->near_arena, false};
    s = k.near.near ? collector(l, l->universe, &k.sample, err) : icp__no_memory(err);
    if (!s) {
        for (uint64_t i = 0; i < l->given->rows; i++)
            k.near.near[i] = l->near ? l->near[i] : (struct icp_str){NULL, 0};
        s = read_all(r, p, take_universe, &k, err);
        if (!s)
            s = icp__sample_finish(k.sample, &table, err);
        icp__sample_free(k.sample);
    }
    folded_free(l->ctx, &k.folded);
    if (k.cells)
        icp__free(l->ctx, k.cells);
    if (s)
        return s;
    icp__table_free(l->universe);
    l->universe = table;
    l->near = k.near.near;
    l->universe_rows += k.rows;
    return ICP_OK;
}

/* Do own rows say anything, that is, have they columns of the schema besides key and weight? */
static icp_status own_rows_count(const struct icp__customers *l, const icp_schema *schema, bool *out, struct icp_error *err) {
    int32_t key = -1, weight = -1;
    int32_t *column = icp__alloc(l->ctx, (size_t)schema->columns + 1, sizeof *column);
    icp_status s = column ? icp__table_columns(l->ctx, l->given, schema, column, err) : icp__no_memory(err);
    if (!s)
        s = icp__table_column(l->ctx, l->given, l->key, &key, err);
    if (!s && l->weight.data)
        s = icp__table_column(l->ctx, l->given, l->weight, &weight, err);
    *out = false;
    for (uint32_t f = 0; !s && f < schema->columns; f++)
        if (column[f] >= 0 && column[f] != key && column[f] != weight && schema->column[f].kind > ICP_KIND_KEY)
            *out = true;
    if (column)
        icp__free(l->ctx, column);
    return s;
}

static icp_status near_in_reference(const struct icp__customers *l, struct icp__matches *m, struct icp__customer *customer,
                                    struct icp_error *err) {
    struct folded folded;
    const struct icp__table *all = l->reference->table;
    struct near near = {l->given, icp__calloc(l->ctx, (size_t)l->given->rows + 1, sizeof *near.near), &m->arena, false};
    icp_status s = near.near ? folded_make(l->ctx, l->given, &folded, err) : icp__no_memory(err);
    if (!s) {
        for (uint64_t i = 0; i < all->rows && !near.failed; i++)
            folded_each(&folded, all->keys[i], note_near, &near);
        if (near.failed || folded.scratch.failed)
            s = icp__no_memory(err);
        folded_free(l->ctx, &folded);
    }
    for (uint64_t i = 0; !s && i < l->given->rows; i++) {
        if (customer[i].origin == ICP__NOT_FOUND) {
            customer[i].near = near.near[i].data ? near.near[i] : l->near ? l->near[i] : (struct icp_str){NULL, 0};
            m->near += customer[i].near.data != NULL;
        }
    }
    if (near.near)
        icp__free(l->ctx, near.near);
    return s;
}

static struct icp__customer look_for(const struct icp__customers *l, uint64_t i, bool own) {
    const struct icp__table *t = l->given;
    int64_t at = icp__reference_find(l->reference, t->hashes[i], t->keys[i]);
    if (at >= 0)
        return (struct icp__customer){ICP__FROM_REFERENCE, l->reference->table->differed[at], (uint32_t)at, {NULL, 0}};
    at = l->universe ? icp__table_find(l->universe, t->hashes[i], t->keys[i]) : -1;
    if (at >= 0)
        return (struct icp__customer){ICP__FROM_UNIVERSE, l->universe->differed[at], (uint32_t)at, {NULL, 0}};
    return (struct icp__customer){own ? ICP__FROM_LIST : ICP__NOT_FOUND, own && t->differed[i], (uint32_t)i, {NULL, 0}};
}

icp_status icp__customers_match(const struct icp__customers *l, const icp_schema *schema, struct icp__matches *out,
                                struct icp_error *err) {
    struct icp__matches m = {.ctx = l->ctx, .count = l->given ? (uint32_t)l->given->rows : 0};
    icp__arena_init(&m.arena, l->ctx);
    m.customer = icp__arena_alloc(&m.arena, (size_t)m.count + 1, sizeof *m.customer);
    bool own = false;
    icp_status s = m.customer ? ICP_OK : icp__no_memory(err);
    if (!s && m.count)
        s = own_rows_count(l, schema, &own, err);
    if (!s && m.count) {
        for (uint32_t i = 0; i < m.count; i++) {
            m.customer[i] = look_for(l, i, own);
            m.by_origin[m.customer[i].origin]++;
            m.ambiguous += m.customer[i].ambiguous;
            m.duplicate += l->given->seen[i] > 1;
        }
        if (m.by_origin[ICP__NOT_FOUND])
            s = near_in_reference(l, &m, m.customer, err);
    }
    if (s) {
        icp__arena_free(&m.arena);
        return s;
    }
    *out = m;
    return ICP_OK;
}

void icp__matches_free(struct icp__matches *m) {
    if (m->ctx)
        icp__arena_free(&m->arena);
    *m = (struct icp__matches){0};
}
