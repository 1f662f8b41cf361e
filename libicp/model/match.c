/* SPDX-License-Identifier: MIT */
/* Which company each customer is: by key, else by domain and name; who is left out; who is listed twice. */
#include "base/hash.h"
#include "model/customers.h"

enum { REFERENCE, UNIVERSE, LIST, TABLES };

/* Domains and names of one list against the tables. */
struct search {
    const struct icp__customers *list;
    struct icp__searched table[TABLES];
    struct icp__lookup lookup;
    struct icp__frequency frequency;
    struct icp__facts *facts;
};

static void search_free(struct search *s) {
    icp__lookup_free(&s->lookup);
    if (s->frequency.ctx)
        icp__frequency_free(&s->frequency);
    if (s->facts)
        icp__free(s->list->ctx, s->facts);
}

static int32_t key_column(const struct icp__customers *l) {
    const struct icp__table *t = l->reference->table;
    for (uint32_t i = 0; l->reference->key_form == ICP_KEY_HOST && i < t->columns; i++)
        if (icp__str_same(t->names[i], l->reference->key_column))
            return (int32_t)i;
    return -1;
}

static void offer_table(struct search *s, uint32_t table) {
    const struct icp__searched *from = &s->table[table];
    const struct icp__table *t = from->table;
    for (uint64_t i = 0; t && i < t->rows; i++) {
        icp__facts_read(&from->columns, t->cells + i * t->columns, s->facts);
        icp__frequency_see(&s->frequency, &s->facts->name, t->hashes[i]);
        icp__lookup_offer(&s->lookup, s->facts, t->hashes[i], table, (uint32_t)i);
    }
}

/* entries = rows of `t` that are not skipped. */
static icp_status search_make(const struct icp__customers *l, const struct icp__table *t, const uint8_t *skip, struct search *out,
                              struct icp_error *err) {
    struct search s = {.list = l, .table = {{l->reference->table, {.names = 0}}, {l->universe, {.names = 0}}, {l->given, {.names = 0}}}};
    for (uint32_t i = 0; i < TABLES; i++)
        if (s.table[i].table)
            icp__fact_columns_find(s.table[i].table->folded, s.table[i].table->names, s.table[i].table->columns, l->protect,
                                   i == REFERENCE ? key_column(l) : -1, &s.table[i].columns);
    s.facts = icp__alloc(l->ctx, 1, sizeof *s.facts);
    icp_status status = s.facts ? icp__lookup_make(l->ctx, t, skip, l->protect, &s.lookup, err) : icp__no_memory(err);
    icp__frequency_init(&s.frequency, l->ctx);
    if (!status && l->frequency && s.lookup.active && !icp__frequency_copy(l->frequency, &s.frequency))
        status = icp__no_memory(err);
    for (uint32_t i = 0; !status && s.lookup.active && i < s.lookup.entries; i++)
        if (!icp__frequency_want(&s.frequency, &s.lookup.entry[i]))
            status = icp__no_memory(err);
    if (status) {
        search_free(&s);
        return status;
    }
    *out = s;
    return ICP_OK;
}

static bool note_candidates(struct icp__matches *m, struct icp__customer *c, const struct icp__verdict *v) {
    c->fate = v->fate;
    c->how = v->how;
    c->more = v->more;
    c->first = (uint32_t)m->candidates;
    c->candidates = v->count;
    if (!icp__grow(m->ctx, &m->candidate, &m->candidate_cap, m->candidates + v->count + 1, sizeof *m->candidate))
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        m->candidate[m->candidates++] = v->candidate[i];
    return true;
}

#define TRUSTED_LEAST 20u /* entries with a name */

/* One company has the name, and nothing speaks against it. */
static bool is_name_alone(const struct icp__customer *c) {
    return c->fate == ICP__FATE_AMBIGUOUS && c->how == ICP__HOW_NAME_ONLY && c->candidates == 1 && !c->more;
}
static bool accepted(const struct icp__customer *c) { return c->fate == ICP__FATE_EXACT || c->fate == ICP__FATE_NORMALISED; }

static const struct icp__table *table_of(const struct icp__customers *l, uint32_t origin) {
    return origin == REFERENCE ? l->reference->table : origin == UNIVERSE ? l->universe : l->given;
}

static bool by_key(const struct icp__customers *l, uint64_t hash, struct icp_str key, struct icp__customer *out) {
    int64_t at = icp__own_column(key) ? -1 : icp__reference_find(l->reference, hash, key);
    uint8_t origin = ICP__FROM_REFERENCE;
    if (at < 0 && l->universe && !icp__own_column(key))
        at = icp__table_find(l->universe, hash, key), origin = ICP__FROM_UNIVERSE;
    *out = (struct icp__customer){.origin = ICP__NOT_FOUND, .same_as = ICP__NOBODY};
    if (at < 0)
        return false;
    out->origin = origin;
    out->row = (uint32_t)at;
    out->ambiguous = table_of(l, origin)->differed[at];
    out->fate = ICP__FATE_EXACT;
    out->how = ICP__HOW_KEY;
    return true;
}

/* A name that others may have too is evidence where most of the list is found: then a namesake of a company that is not there is
 * rare beside the company itself. */
static void trust_names(const struct icp__lookup *k, const uint8_t *skip, struct icp__customer *customer) {
    uint32_t named = 0, found = 0;
    for (uint32_t i = 0; i < k->entries; i++) {
        if (skip[i] || !k->entry[i].joined[0].data)
            continue;
        named++;
        found += accepted(&customer[i]) || is_name_alone(&customer[i]);
    }
    if (named < TRUSTED_LEAST || 2 * found < named)
        return;
    for (uint32_t i = 0; i < k->entries; i++)
        if (!skip[i] && is_name_alone(&customer[i])) {
            customer[i].fate = ICP__FATE_NORMALISED;
            customer[i].how = ICP__HOW_NAME;
        }
}

/* Those not found by key: by domain and name. */
static icp_status by_identity(const struct icp__customers *l, const struct icp__table *t, struct icp__customer *customer, struct icp__matches *m,
                              struct icp_error *err) {
    uint8_t *skip = icp__calloc(l->ctx, t->rows + 1, 1);
    struct search s = {.list = l};
    if (!skip)
        return icp__no_memory(err);
    for (uint64_t i = 0; i < t->rows; i++)
        skip[i] = customer[i].origin != ICP__NOT_FOUND;
    icp_status status = search_make(l, t, skip, &s, err);
    if (!status && s.lookup.active) {
        offer_table(&s, REFERENCE);
        offer_table(&s, UNIVERSE);
    }
    for (uint32_t i = 0; !status && s.lookup.active && i < t->rows; i++) {
        struct icp__verdict v;
        if (skip[i])
            continue;
        icp__decide(&s.lookup, i, s.table, &s.frequency, false, s.facts, &v);
        if (!note_candidates(m, &customer[i], &v))
            status = icp__no_memory(err);
    }
    if (!status)
        trust_names(&s.lookup, skip, customer);
    for (uint32_t i = 0; !status && i < t->rows; i++)
        if (!skip[i] && accepted(&customer[i])) {
            const struct icp__candidate *c = &m->candidate[customer[i].first];
            customer[i].origin = (uint8_t)c->table;
            customer[i].row = c->row;
            customer[i].ambiguous = table_of(l, c->table)->differed[c->row];
        }
    search_free(&s);
    icp__free(l->ctx, skip);
    return status;
}

/* Do own rows say anything, that is, have they columns of the schema besides those that say who the company is? */
static icp_status own_rows_count(const struct icp__customers *l, const icp_schema *schema, bool *out, struct icp_error *err) {
    int32_t key = -1, weight = -1;
    int32_t *column = icp__alloc(l->ctx, (size_t)schema->columns + 1, sizeof *column);
    icp_status s = column ? icp__table_columns(l->ctx, l->given, schema, column, err) : icp__no_memory(err);
    if (!s)
        s = icp__table_column(l->ctx, l->given, l->key, &key, err);
    if (!s && l->weight.data)
        s = icp__table_column(l->ctx, l->given, l->weight, &weight, err);
    *out = false;
    for (uint32_t f = 0; !s && f < schema->columns; f++) {
        int32_t kind = schema->column[f].kind;
        if (column[f] >= 0 && column[f] != key && column[f] != weight && kind > ICP_KIND_KEY && kind != ICP_KIND_NAME && kind != ICP_KIND_URL)
            *out = true;
    }
    if (column)
        icp__free(l->ctx, column);
    return s;
}

static icp_status near_in_reference(const struct icp__customers *l, struct icp__matches *m, struct icp_error *err) {
    struct icp__folded folded;
    const struct icp__table *all = l->reference->table;
    struct icp__near near = {l->given, icp__calloc(l->ctx, (size_t)l->given->rows + 1, sizeof *near.near), &m->arena, false};
    icp_status s = near.near ? icp__folded_make(l->ctx, l->given, &folded, err) : icp__no_memory(err);
    if (!s) {
        for (uint64_t i = 0; i < all->rows && !near.failed; i++)
            icp__near_note(&near, &folded, all->keys[i]);
        if (near.failed)
            s = icp__no_memory(err);
        icp__folded_free(l->ctx, &folded);
    }
    for (uint64_t i = 0; !s && i < l->given->rows; i++) {
        struct icp__customer *c = &m->customer[i];
        if (c->origin == ICP__NOT_FOUND) {
            c->near = near.near[i].data ? near.near[i] : l->near ? l->near[i] : (struct icp_str){NULL, 0};
            m->near += c->near.data != NULL;
        }
    }
    if (near.near)
        icp__free(l->ctx, near.near);
    return s;
}

/* The list of exclusions against reference, universe and the customers' own rows. */
struct leaving {
    uint8_t *universe; /* [rows] */
    struct icp__exclusions *out;
};

static icp_status leaving_make(const struct icp__customers *l, struct icp__matches *m, struct leaving *v, struct icp_error *err) {
    const struct icp__table *t = l->excluded;
    struct icp__exclusions *x = &m->out;
    x->entries = (uint32_t)t->rows;
    x->entry = icp__arena_alloc(&m->arena, t->rows + 1, sizeof *x->entry);
    x->reference = icp__arena_alloc(&m->arena, l->reference->table->rows + 1, 1);
    x->given = icp__arena_alloc(&m->arena, (l->given ? l->given->rows : 0) + 1, 1);
    v->universe = icp__arena_alloc(&m->arena, (l->universe ? l->universe->rows : 0) + 1, 1);
    v->out = x;
    if (!x->entry || !x->reference || !x->given || !v->universe)
        return icp__no_memory(err);
    memset(x->reference, 0, l->reference->table->rows + 1);
    memset(x->given, 0, (l->given ? l->given->rows : 0) + 1);
    memset(v->universe, 0, (l->universe ? l->universe->rows : 0) + 1);
    return ICP_OK;
}

static void leave_out(struct leaving *v, uint32_t table, uint32_t row) {
    if (table == REFERENCE)
        v->out->reference[row] = 1;
    else if (table == UNIVERSE)
        v->universe[row] = 1;
    else
        v->out->given[row] = 1;
}

static icp_status leave_own_rows(const struct icp__customers *l, struct leaving *v, struct icp_error *err) {
    struct search s;
    const struct icp__table *t = l->excluded;
    for (uint64_t i = 0; i < t->rows; i++) {
        int64_t at = icp__table_find(l->given, t->hashes[i], t->keys[i]);
        if (at >= 0)
            v->out->given[at] = 1;
    }
    icp_status status = l->exact_keys ? ICP_OK : search_make(l, t, NULL, &s, err);
    if (status || l->exact_keys)
        return status;
    offer_table(&s, LIST);
    for (uint32_t i = 0; i < t->rows; i++) {
        struct icp__verdict d;
        icp__decide(&s.lookup, i, s.table, &s.frequency, true, s.facts, &d);
        for (uint32_t n = 0; n < d.count && (d.fate == ICP__FATE_EXACT || d.fate == ICP__FATE_NORMALISED); n++)
            if (n == 0 || d.candidate[n].how == ICP__HOW_BOTH)
                v->out->given[d.candidate[n].row] = 1;
    }
    search_free(&s);
    return ICP_OK;
}

static icp_status leave(const struct icp__customers *l, struct icp__matches *m, struct icp_error *err) {
    struct leaving v;
    const struct icp__table *t = l->excluded;
    bool pending = false;
    icp_status s = leaving_make(l, m, &v, err);
    if (s)
        return s;
    for (uint32_t i = 0; i < t->rows; i++)
        if (!by_key(l, t->hashes[i], t->keys[i], &m->out.entry[i]))
            pending = true;
    if (pending && !l->exact_keys)
        s = by_identity(l, t, m->out.entry, m, err);
    for (uint32_t i = 0; !s && i < t->rows; i++)
        if (accepted(&m->out.entry[i]))
            leave_out(&v, m->out.entry[i].origin, m->out.entry[i].row);
    if (!s && l->given && l->given->rows)
        s = leave_own_rows(l, &v, err);
    for (uint64_t i = 0; !s && i < l->reference->table->rows; i++)
        m->out.in_reference += m->out.reference[i];
    for (uint32_t i = 0; !s && i < m->count; i++) {
        struct icp__customer *c = &m->customer[i];
        if (m->out.given[i] || (c->origin == ICP__FROM_REFERENCE && m->out.reference[c->row]) || (c->origin == ICP__FROM_UNIVERSE && v.universe[c->row])) {
            c->origin = ICP__LEFT_OUT;
            c->fate = ICP__FATE_EXCLUDED;
        }
    }
    return s;
}

/* Two entries that lead to one company count once: the one found by its key, else the first of the table. */
static icp_status unite(const struct icp__customers *l, struct icp__matches *m, struct icp_error *err) {
    uint64_t rows[2] = {l->reference->table->rows, l->universe ? l->universe->rows : 0};
    uint32_t *owner = icp__alloc(l->ctx, (size_t)(rows[0] + rows[1]) + 1, sizeof *owner);
    if (!owner)
        return icp__no_memory(err);
    for (uint64_t i = 0; i < rows[0] + rows[1]; i++)
        owner[i] = ICP__NOBODY;
    for (int keyed = 1; keyed >= 0; keyed--)
        for (uint32_t i = 0; i < m->count; i++) {
            struct icp__customer *c = &m->customer[i];
            if (c->origin > ICP__FROM_UNIVERSE || (c->how == ICP__HOW_KEY) != keyed)
                continue;
            uint32_t *o = &owner[(c->origin == ICP__FROM_UNIVERSE ? rows[0] : 0) + c->row];
            if (*o == ICP__NOBODY) {
                *o = i;
            } else {
                c->origin = ICP__SAME_COMPANY;
                c->same_as = *o;
            }
        }
    icp__free(l->ctx, owner);
    return ICP_OK;
}

static icp_status find_all(const struct icp__customers *l, const icp_schema *schema, struct icp__matches *m, struct icp_error *err) {
    bool own = false, pending = false;
    icp_status s = own_rows_count(l, schema, &own, err);
    for (uint32_t i = 0; !s && i < m->count; i++)
        if (!by_key(l, l->given->hashes[i], l->given->keys[i], &m->customer[i]))
            pending = true;
    if (!s && pending && !l->exact_keys)
        s = by_identity(l, l->given, m->customer, m, err);
    for (uint32_t i = 0; !s && own && i < m->count; i++)
        if (m->customer[i].origin == ICP__NOT_FOUND) {
            m->customer[i].origin = ICP__FROM_LIST;
            m->customer[i].row = i;
            m->customer[i].ambiguous = l->given->differed[i];
        }
    return s;
}

static void count(const struct icp__customers *l, struct icp__matches *m) {
    for (uint32_t i = 0; i < m->count; i++) {
        const struct icp__customer *c = &m->customer[i];
        m->by_origin[c->origin]++;
        m->by_fate[c->fate]++;
        if (accepted(c))
            m->by_how[c->how]++;
        m->ambiguous += c->ambiguous;
        m->duplicate += l->given->seen[i] > 1;
    }
}

icp_status icp__customers_match(const struct icp__customers *l, const icp_schema *schema, struct icp__matches *out,
                                struct icp_error *err) {
    struct icp__matches m = {.ctx = l->ctx, .count = l->given ? (uint32_t)l->given->rows : 0};
    icp__arena_init(&m.arena, l->ctx);
    m.customer = icp__arena_alloc(&m.arena, (size_t)m.count + 1, sizeof *m.customer);
    icp_status s = m.customer ? ICP_OK : icp__no_memory(err);
    if (!s && m.count)
        s = find_all(l, schema, &m, err);
    if (!s && l->excluded)
        s = leave(l, &m, err);
    if (!s && m.count)
        s = unite(l, &m, err);
    if (!s)
        count(l, &m);
    if (!s && m.by_origin[ICP__NOT_FOUND])
        s = near_in_reference(l, &m, err);
    if (s) {
        icp__matches_free(&m);
        return s;
    }
    *out = m;
    return ICP_OK;
}

void icp__matches_free(struct icp__matches *m) {
    if (!m->ctx)
        return;
    if (m->candidate)
        icp__free(m->ctx, m->candidate);
    icp__arena_free(&m->arena);
    *m = (struct icp__matches){0};
}
