/* SPDX-License-Identifier: MIT */
/* The report of icp_fit_matches. */
#include "base/json.h"
#include "model/customers.h"
#include "base/sort.h"

#define LISTED 1000u /* keys shown of each list */

enum list { UNMATCHED, AMBIGUOUS, DUPLICATE, NEAR, IDENTIFIED, UNDECIDED, SAME, LEFT, ALL };

struct view {
    const struct icp__customers *list;
    const struct icp__matches *matches;
    const struct icp__table *given;
    const struct icp__customer *customer;
    uint32_t count;
    const uint32_t *order; /* rows by key bytes */
    bool keys; /* named, not only counted */
    struct icp__bytes *out;
};

static int by_key(const void *arg, uint32_t a, uint32_t b) {
    const struct icp_str *keys = arg;
    struct icp_str x = icp__key_shown(keys[a]), y = icp__key_shown(keys[b]);
    size_t n = x.size < y.size ? x.size : y.size;
    int c = n ? memcmp(x.data, y.data, n) : 0;
    return c ? c : x.size != y.size ? (x.size < y.size ? -1 : 1) : icp__own_column(keys[a]) - icp__own_column(keys[b]);
}

static bool is_identified(const struct icp__customer *c) {
    return (c->fate == ICP__FATE_EXACT && c->how != ICP__HOW_KEY) || c->fate == ICP__FATE_NORMALISED;
}

static bool belongs(const struct view *v, enum list which, uint32_t i) {
    const struct icp__customer *c = &v->customer[i];
    switch (which) {
    case UNMATCHED:
        return c->origin == ICP__NOT_FOUND;
    case AMBIGUOUS:
        return c->ambiguous;
    case DUPLICATE:
        return v->given->seen[i] > 1;
    case NEAR:
        return c->near.data != NULL;
    case IDENTIFIED:
        return is_identified(c);
    case UNDECIDED:
        return c->fate == ICP__FATE_AMBIGUOUS;
    case SAME:
        return c->origin == ICP__SAME_COMPANY;
    case LEFT:
        return c->fate == ICP__FATE_EXCLUDED;
    case ALL:
        return true;
    }
    return false;
}

static void put_text(const struct view *v, const char *name, struct icp_str text) {
    icp__bytes_text(v->out, name);
    icp__json_string(v->out, text.data, text.size);
}

static const struct icp__table *table_of(const struct view *v, uint32_t table) {
    return table == ICP__FROM_REFERENCE ? v->list->reference->table : table == ICP__FROM_UNIVERSE ? v->list->universe : v->list->given;
}

/* The company's name as its row has it. */
static struct icp_str name_of(const struct view *v, uint32_t table, uint32_t row) {
    const struct icp__table *t = table_of(v, table);
    struct icp__fact_columns columns;
    icp__fact_columns_find(t->folded, t->names, t->columns, v->list->protect, -1, &columns);
    for (uint32_t i = 0; i < columns.names; i++) {
        const struct icp__cell *cell = &t->cells[(uint64_t)row * t->columns + columns.name[i]];
        if (cell->size)
            return (struct icp_str){cell->data, cell->size};
    }
    return (struct icp_str){"", 0};
}

static void write_company(const struct view *v, const char *begin, uint32_t table, uint32_t row) {
    struct icp_str name = name_of(v, table, row);
    put_text(v, begin, icp__key_shown(table_of(v, table)->keys[row]));
    if (name.size)
        put_text(v, ",\"name\":", name);
}

static void write_candidates(const struct view *v, const struct icp__customer *c, const char *name, uint32_t from) {
    icp__bytes_text(v->out, ",\"");
    icp__bytes_text(v->out, name);
    icp__bytes_text(v->out, "\":[");
    for (uint32_t i = from; i < c->candidates; i++) {
        const struct icp__candidate *k = &v->matches->candidate[c->first + i];
        write_company(v, i > from ? ",{\"key\":" : "{\"key\":", k->table, k->row);
        icp__bytes_text(v->out, ",\"how\":");
        icp__json_strz(v->out, icp__how_name(k->how));
        icp__bytes_text(v->out, "}");
    }
    icp__bytes_text(v->out, c->more ? "],\"more\":true" : "]");
}

/* Where its row stands; of one that counts with another, or is left out, there may be none. */
static void write_found(const struct view *v, const struct icp__customer *c) {
    if (c->origin <= ICP__FROM_UNIVERSE)
        write_company(v, ",\"found\":", c->origin, c->row);
    else if (c->candidates && is_identified(c))
        write_company(v, ",\"found\":", v->matches->candidate[c->first].table, v->matches->candidate[c->first].row);
}

static void write_all(const struct view *v, const struct icp__customer *c) {
    icp__bytes_text(v->out, ",\"outcome\":");
    icp__json_strz(v->out, icp__fate_name(c->fate));
    if (c->how && c->fate != ICP__FATE_AMBIGUOUS) {
        icp__bytes_text(v->out, ",\"how\":");
        icp__json_strz(v->out, icp__how_name(c->how));
    }
    if (c->fate != ICP__FATE_EXCLUDED)
        write_found(v, c);
    if (c->origin == ICP__SAME_COMPANY)
        put_text(v, ",\"same_as\":", icp__key_shown(v->given->keys[c->same_as]));
    if (c->fate == ICP__FATE_AMBIGUOUS)
        write_candidates(v, c, "candidates", 0);
    else if (is_identified(c) && c->candidates > 1)
        write_candidates(v, c, "related", 1);
}

static void write_item(const struct view *v, enum list which, uint32_t i) {
    const struct icp__customer *c = &v->customer[i];
    struct icp_str key = icp__key_shown(v->given->keys[i]);
    bool plain = which == UNMATCHED || which == AMBIGUOUS || which == LEFT;
    put_text(v, plain ? "" : "{\"key\":", key);
    if (which == NEAR) {
        put_text(v, ",\"found\":", c->near);
    } else if (which == DUPLICATE) {
        icp__bytes_text(v->out, ",\"rows\":");
        icp__json_uint_write(v->out, v->given->seen[i]);
        icp__bytes_text(v->out, v->given->differed[i] ? ",\"differ\":true" : ",\"differ\":false");
    } else if (which == IDENTIFIED || which == ALL) {
        write_all(v, c);
    } else if (which == UNDECIDED) {
        write_candidates(v, c, "candidates", 0);
    } else if (which == SAME) {
        put_text(v, ",\"same_as\":", icp__key_shown(v->given->keys[c->same_as]));
    }
    if (!plain)
        icp__bytes_text(v->out, "}");
}

static void write_keys(const struct view *v, enum list which, uint32_t most) {
    uint32_t shown = 0;
    icp__bytes_text(v->out, "[");
    for (uint32_t i = 0; i < v->count && shown < most; i++) {
        if (!belongs(v, which, v->order[i]))
            continue;
        if (shown++)
            icp__bytes_text(v->out, ",");
        write_item(v, which, v->order[i]);
    }
    icp__bytes_text(v->out, "]");
}

static void write_list(const struct view *v, enum list which, const char *name) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < v->count; i++)
        count += belongs(v, which, i);
    icp__bytes_text(v->out, ",\"");
    icp__bytes_text(v->out, name);
    icp__bytes_text(v->out, "\":{\"count\":");
    icp__json_uint_write(v->out, count);
    if (v->keys) {
        icp__bytes_text(v->out, ",\"keys\":");
        write_keys(v, which, LISTED);
    }
    icp__bytes_text(v->out, "}");
}

static void write_count(struct icp__bytes *b, const char *name, uint64_t v) {
    icp__bytes_text(b, name);
    icp__json_uint_write(b, v);
}

static uint32_t *order_of(const struct icp__customers *l, const struct icp__table *t, uint32_t count) {
    uint32_t *order = icp__alloc(l->ctx, 2 * (size_t)count + 1, sizeof *order);
    for (uint32_t i = 0; order && i < count; i++)
        order[i] = i;
    if (order && count)
        icp__sort_index(order, count, order + count, by_key, t->keys);
    return order;
}

static void write_outcomes(const struct view *v) {
    const struct icp__matches *m = v->matches;
    write_count(v->out, ",\"outcomes\":{\"exact\":", m->by_fate[ICP__FATE_EXACT]);
    write_count(v->out, ",\"normalised\":", m->by_fate[ICP__FATE_NORMALISED]);
    write_count(v->out, ",\"ambiguous\":", m->by_fate[ICP__FATE_AMBIGUOUS]);
    write_count(v->out, ",\"none\":", m->by_fate[ICP__FATE_NONE]);
    write_count(v->out, ",\"excluded\":", m->by_fate[ICP__FATE_EXCLUDED]);
    icp__bytes_text(v->out, "},\"how\":{");
    for (uint8_t h = ICP__HOW_KEY; h <= ICP__HOW_SPELT; h++) {
        icp__bytes_text(v->out, h > ICP__HOW_KEY ? "," : "");
        icp__json_strz(v->out, icp__how_name(h));
        write_count(v->out, ":", m->by_how[h]);
    }
    icp__bytes_text(v->out, "}");
    write_list(v, IDENTIFIED, "identified");
    write_list(v, UNDECIDED, "undecided");
    write_list(v, SAME, "same_company");
    write_list(v, LEFT, "excluded");
}

static icp_status write_exclusions(const struct view *of, struct icp_error *err) {
    const struct icp__exclusions *x = &of->matches->out;
    struct view v = *of;
    uint32_t *order = order_of(v.list, v.list->excluded, x->entries);
    if (!order)
        return icp__no_memory(err);
    v.given = v.list->excluded;
    v.customer = x->entry;
    v.count = x->entries;
    v.order = order;
    write_count(v.out, ",\"exclusions\":{\"rows\":", v.given->rows_read);
    write_count(v.out, ",\"without_key\":", v.given->rows_without_key);
    write_count(v.out, ",\"companies\":", x->entries);
    write_count(v.out, ",\"in_reference\":", x->in_reference);
    write_list(&v, IDENTIFIED, "identified");
    write_list(&v, UNDECIDED, "undecided");
    write_list(&v, UNMATCHED, "unmatched");
    icp__bytes_text(v.out, "}");
    icp__free(v.list->ctx, order);
    return ICP_OK;
}

/* Of a list of keys that were all looked up by key the summary has no more to say than it always had. */
static bool by_key_alone(const struct icp__customers *l, const struct icp__matches *m) {
    return !l->excluded && m->by_fate[ICP__FATE_EXACT] == m->by_how[ICP__HOW_KEY] && !m->by_fate[ICP__FATE_NORMALISED] &&
           !m->by_fate[ICP__FATE_AMBIGUOUS];
}

icp_status icp__matches_write(const struct icp__customers *l, const struct icp__matches *m, bool keys, struct icp__bytes *b,
                              struct icp_error *err) {
    uint32_t *order = order_of(l, l->given, m->count);
    icp_status s = ICP_OK;
    if (!order)
        return icp__no_memory(err);
    struct view v = {l, m, l->given, m->customer, m->count, order, keys, b};
    write_count(b, "{\"rows\":", l->given ? l->given->rows_read : 0);
    write_count(b, ",\"without_key\":", l->given ? l->given->rows_without_key : 0);
    write_count(b, ",\"customers\":", m->count);
    write_count(b, ",\"matched\":", icp__matches_found(m));
    write_count(b, ",\"in_reference\":", m->by_origin[ICP__FROM_REFERENCE]);
    write_count(b, ",\"in_universe\":", m->by_origin[ICP__FROM_UNIVERSE]);
    write_count(b, ",\"by_own_row\":", m->by_origin[ICP__FROM_LIST]);
    write_list(&v, UNMATCHED, "unmatched");
    write_list(&v, AMBIGUOUS, "ambiguous");
    write_list(&v, DUPLICATE, "duplicate");
    write_list(&v, NEAR, "near");
    if (keys || !by_key_alone(l, m))
        write_outcomes(&v);
    if (l->excluded)
        s = write_exclusions(&v, err);
    if (keys && l->list_all) {
        icp__bytes_text(b, ",\"list\":");
        write_keys(&v, ALL, UINT32_MAX);
    }
    icp__bytes_text(b, "}");
    icp__free(l->ctx, order);
    return s ? s : b->failed ? icp__no_memory(err) : ICP_OK;
}
