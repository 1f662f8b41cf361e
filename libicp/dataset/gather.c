/* SPDX-License-Identifier: MIT */
/* Counts, sums, shares and lists of companies. */
#include "dataset/gather.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/number.h"
#include "trait/parse.h"

enum { VALUE_MAX = 1024, SLOT_BITS = 10, SLOT_BITS_MAX = 31 };

static void free_list(icp_context *c, struct icp__gather_list *l) {
    if (!l) return;
    icp__keys_free(&l->values);
    icp__free(c, l->entry);
    icp__free(c, l->slot);
    icp__free(c, l->head);
    icp__free(c, l->distinct);
    icp__free(c, l->level);
    icp__free(c, l);
}

void icp__gather_free(struct icp__gather *g) {
    if (!g->ctx) return;
    for (uint32_t i = 0; g->child && i < g->plan->children; i++) {
        struct icp__gather_child *child = &g->child[i];
        for (uint32_t k = 0; child->column && k < g->plan->child[i].givens; k++) {
            icp__free(g->ctx, child->column[k].number);
            icp__free(g->ctx, child->column[k].yes);
            free_list(g->ctx, child->column[k].list);
        }
        icp__free(g->ctx, child->column);
        icp__free(g->ctx, child->rows);
    }
    icp__free(g->ctx, g->child);
    icp__free(g->ctx, g->room);
    icp__free(g->ctx, g->pick);
    memset(g, 0, sizeof *g);
}

static bool make_column(icp_context *c, uint8_t gives, uint32_t companies, struct icp__gather_column *out) {
    if (gives == ICP__GIVES_NUMBER) return (out->number = icp__calloc(c, companies, sizeof *out->number)) != NULL;
    if (gives == ICP__GIVES_YES) return (out->yes = icp__calloc(c, companies, sizeof *out->yes)) != NULL;
    struct icp__gather_list *l = out->list = icp__calloc(c, 1, sizeof *l);
    if (!l) return false;
    icp__keys_init(&l->values, c);
    l->head = icp__calloc(c, companies, sizeof *l->head);
    l->distinct = icp__calloc(c, companies, sizeof *l->distinct);
    l->level = icp__calloc(c, companies, sizeof *l->level);
    return l->head && l->distinct && l->level;
}

bool icp__gather_init(struct icp__gather *g, const struct icp__plan *plan, uint32_t companies) {
    icp_context *c = plan->d->ctx;
    *g = (struct icp__gather){.ctx = c, .plan = plan, .companies = companies};
    g->child = icp__calloc(c, plan->children, sizeof *g->child);
    bool ok = g->child != NULL;
    for (uint32_t i = 0; ok && i < plan->children; i++) {
        const struct icp__child *from = &plan->child[i];
        g->child[i].rows = icp__calloc(c, companies, sizeof *g->child[i].rows);
        g->child[i].column = icp__calloc(c, from->givens, sizeof *g->child[i].column);
        ok = g->child[i].rows && g->child[i].column;
        for (uint32_t k = 0; ok && k < from->givens; k++) ok = make_column(c, from->given[k].gives, companies, &g->child[i].column[k]);
    }
    if (!ok) icp__gather_free(g);
    return ok;
}

size_t icp__gather_each(const struct icp__plan *plan) {
    size_t n = 0;
    for (uint32_t i = 0; i < plan->children; i++) {
        n += sizeof(uint64_t);
        for (uint32_t k = 0; k < plan->child[i].givens; k++) {
            const uint8_t gives = plan->child[i].given[k].gives;
            n += gives == ICP__GIVES_NUMBER ? sizeof(struct icp__gather_number) : gives == ICP__GIVES_YES ? sizeof(struct icp__gather_yes) : 9;
        }
    }
    return n;
}

size_t icp__gather_bytes(const struct icp__gather *g) {
    size_t n = icp__gather_each(g->plan) * g->companies;
    for (uint32_t i = 0; i < g->plan->children; i++)
        for (uint32_t k = 0; k < g->plan->child[i].givens; k++) {
            const struct icp__gather_list *l = g->child[i].column[k].list;
            if (l) n += icp__keys_bytes(&l->values) + l->cap * sizeof *l->entry + (l->bits ? sizeof(uint32_t) << l->bits : 0);
        }
    return n;
}

static size_t home(const struct icp__gather_list *l, uint32_t company, uint32_t value) {
    return (size_t)((((uint64_t)company << 32 | value) * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - l->bits));
}

static void place(struct icp__gather_list *l, uint32_t entry) {
    const size_t mask = ((size_t)1 << l->bits) - 1;
    size_t at = home(l, l->entry[entry].company, l->entry[entry].value);
    while (l->slot[at]) at = (at + 1) & mask;
    l->slot[at] = entry + 1;
}

static bool widen(icp_context *c, struct icp__gather_list *l) {
    const uint32_t bits = l->bits ? l->bits + 1 : SLOT_BITS;
    uint32_t *slot = bits <= SLOT_BITS_MAX ? icp__calloc(c, (size_t)1 << bits, sizeof *slot) : NULL;
    if (!slot) return false;
    icp__free(c, l->slot);
    l->slot = slot;
    l->bits = bits;
    for (size_t i = 0; i < l->entries; i++) place(l, (uint32_t)i);
    return true;
}

/* Whether a value is followed must depend on nothing but itself. */
static bool followed(const struct icp__gather_list *l, uint32_t value, uint8_t level) {
    const struct icp__key *k = &l->values.key[value];
    return !level || icp__hash(k->data, k->size, 0) >> (64 - level) == 0;
}

static void follow_fewer(struct icp__gather_list *l, uint32_t company) {
    while (l->distinct[company] > ICP__LIST_VALUES && l->level[company] < 63) {
        uint32_t left = 0;
        l->level[company]++;
        for (uint32_t e = l->head[company]; e; e = l->entry[e - 1].next) left += followed(l, l->entry[e - 1].value, l->level[company]);
        l->distinct[company] = left;
    }
}

static bool add_pair(icp_context *c, struct icp__gather_list *l, uint32_t company, uint32_t value) {
    if (l->level[company] && !followed(l, value, l->level[company])) return true;
    if (l->bits) {
        const size_t mask = ((size_t)1 << l->bits) - 1;
        for (size_t at = home(l, company, value); l->slot[at]; at = (at + 1) & mask) {
            struct icp__gather_entry *e = &l->entry[l->slot[at] - 1];
            if (e->company != company || e->value != value) continue;
            e->rows += e->rows < UINT32_MAX;
            return true;
        }
    }
    const uint32_t first = l->head[company];
    if (l->entries >= UINT32_MAX - 1 || !icp__grow(c, &l->entry, &l->cap, l->entries + 1, sizeof *l->entry)) return false;
    if ((!l->bits || l->entries + 1 > ((size_t)3 << l->bits) / 4) && !widen(c, l)) return false;
    l->entry[l->entries] = (struct icp__gather_entry){company, value, 1, first};
    place(l, (uint32_t)l->entries++);
    l->head[company] = (uint32_t)l->entries;
    if (++l->distinct[company] > ICP__LIST_VALUES) follow_fewer(l, company);
    return true;
}

static bool settle(icp_context *c, struct icp__gather_list *l) {
    if (l->bits) {
        size_t at[ICP__AHEAD];
        for (uint32_t i = 0; i < l->waits; i++) {
            at[i] = home(l, l->waiting[i].company, l->waiting[i].value);
            ICP__PREFETCH(&l->slot[at[i]]);
            ICP__PREFETCH(&l->head[l->waiting[i].company]);
        }
        for (uint32_t i = 0; i < l->waits; i++)
            if (l->slot[at[i]]) ICP__PREFETCH(&l->entry[l->slot[at[i]] - 1]);
    }
    for (uint32_t i = 0; i < l->waits; i++)
        if (!add_pair(c, l, l->waiting[i].company, l->waiting[i].value)) return false;
    l->waits = 0;
    return true;
}

bool icp__gather_settle(struct icp__gather *g) {
    for (uint32_t i = 0; i < g->plan->children; i++)
        for (uint32_t k = 0; k < g->plan->child[i].givens; k++)
            if (g->child[i].column[k].list && !settle(g->ctx, g->child[i].column[k].list)) return false;
    return true;
}

static bool add_value(icp_context *c, struct icp__gather_list *l, struct icp_str s, const uint32_t *hit, size_t hits) {
    bool added;
    if (s.size > VALUE_MAX) return true;
    const uint32_t value = icp__keys_add(&l->values, s.data, s.size, icp__keys_hash(&l->values, s.data, s.size), &added);
    if (value == ICP__NO_KEY) return false;
    if (added) l->values.key[value].value = icp__cell_missing(s.data, s.size);
    if (l->values.key[value].value) return true;
    for (size_t i = 0; i < hits; i++) {
        l->waiting[l->waits++] = (struct icp__gather_pair){hit[i], value};
        if (l->waits == ICP__AHEAD && !settle(c, l)) return false;
    }
    return true;
}

static bool add_cell(struct icp__gather *g, struct icp__gather_list *l, const struct icp__column *s, struct icp_str cell,
                     const struct icp__follow *f) {
    struct icp__items items;
    struct icp_str item;
    if (s->kind != ICP_KIND_LIST || !s->separator) return add_value(g->ctx, l, cell, f->hit, f->hits);
    cell.size = icp__utf8_cut(cell.data, cell.size, ICP__CELL_MAX);
    if (!icp__grow(g->ctx, &g->room, &g->room_cap, cell.size, 1)) return false;
    icp__items_init(&items, cell.data, cell.size, s->separator, g->room);
    while (icp__items_next(&items, &item))
        if (!add_value(g->ctx, l, item, f->hit, f->hits)) return false;
    return true;
}

static void add_number(struct icp__gather_number *n, struct icp__amount v, int64_t when) {
    icp__amount_add(&n->sum, v);
    if (!n->values || when > n->when || (when == n->when && icp__amount_less(n->latest, v))) n->latest = v, n->when = when;
    n->values++;
}

static bool add_given(struct icp__gather *g, const struct icp__given *given, struct icp__gather_column *c, struct icp_str cell,
                      const struct icp__follow *f) {
    struct icp__amount v;
    if (c->list) return add_cell(g, c->list, given->schema, cell, f);
    if (c->number) {
        if (!icp__amount_read(cell.data, cell.size, given->schema->decimal, &v)) return true;
        const int64_t when = f->span.dated ? f->span.earliest : INT64_MIN;
        for (size_t i = 0; i < f->hits; i++) add_number(&c->number[f->hit[i]], v, when);
        return true;
    }
    const int yes = icp__boolean_read(cell.data, cell.size);
    for (size_t i = 0; i < f->hits && yes >= 0; i++) {
        c->yes[f->hit[i]].known++;
        c->yes[f->hit[i]].yes += yes > 0;
    }
    return true;
}

bool icp__gather_row(struct icp__gather *g, const struct icp__follow *f, uint32_t child) {
    const struct icp__child *from = &g->plan->child[child];
    struct icp__gather_child *to = &g->child[child];
    for (size_t i = 0; i < f->hits; i++) to->rows[f->hit[i]]++;
    for (uint32_t k = 0; k < from->givens; k++) {
        const struct icp__given *given = &from->given[k];
        struct icp_str cell = {NULL, 0};
        if (given->late && !f->usable) continue;
        if (given->lookup < 0) cell = icp__walk_cell(&f->walk, given->column);
        else if (f->look_row[given->lookup] != ICP__NO_KEY)
            cell = icp__look_cell(&f->looks.look[from->look[given->lookup]], f->look_row[given->lookup], given->column);
        if (cell.size && !add_given(g, given, &to->column[k], cell, f)) return false;
    }
    return true;
}

/* Most rows first, then by bytes. */
static bool stands_before(const struct icp__gather_list *l, const struct icp__gather_pick *a, const struct icp__gather_pick *b) {
    if (a->rows != b->rows) return a->rows > b->rows;
    const struct icp__key *x = &l->values.key[a->value], *y = &l->values.key[b->value];
    const int c = memcmp(x->data, y->data, x->size < y->size ? x->size : y->size);
    return c ? c < 0 : x->size < y->size;
}

/* Merge sort; the second half of pick is scratch. Returns where the result is. */
static struct icp__gather_pick *sort(const struct icp__gather_list *l, struct icp__gather_pick *pick, size_t n) {
    struct icp__gather_pick *from = pick, *to = pick + n;
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t lo = 0; lo < n; lo += 2 * width) {
            const size_t mid = n - lo > width ? lo + width : n, hi = n - lo > 2 * width ? lo + 2 * width : n;
            size_t i = lo, j = mid;
            for (size_t k = lo; k < hi; k++) to[k] = j == hi || (i < mid && !stands_before(l, &from[j], &from[i])) ? from[i++] : from[j++];
        }
        struct icp__gather_pick *other = from;
        from = to, to = other;
    }
    return from;
}

static bool list_cell(struct icp__gather *g, const struct icp__gather_list *l, uint32_t company, struct icp__bytes *out, bool *cut) {
    const size_t start = out->size, most = l->distinct[company];
    size_t n = 0;
    if (!most) return true;
    if (!icp__grow(g->ctx, &g->pick, &g->pick_cap, most * 2, sizeof *g->pick)) return false;
    for (uint32_t e = l->head[company]; e; e = l->entry[e - 1].next)
        if (followed(l, l->entry[e - 1].value, l->level[company]))
            g->pick[n++] = (struct icp__gather_pick){l->entry[e - 1].rows, l->entry[e - 1].value};
    const struct icp__gather_pick *sorted = sort(l, g->pick, n);
    *cut = l->level[company] > 0;
    for (size_t i = 0; i < n && !out->failed; i++) {
        const struct icp__key *k = &l->values.key[sorted[i].value];
        const size_t before = out->size;
        icp__bytes_text(out, before == start ? "[" : ",");
        icp__json_string(out, k->data, k->size);
        if (out->size - start < ICP__LIST_BYTES) continue;
        out->size = before;
        *cut = true;
    }
    icp__bytes_text(out, out->size == start ? "" : "]");
    return !out->failed;
}

bool icp__gather_cell(struct icp__gather *g, uint32_t child, const struct icp__derived *what, uint32_t company, struct icp__bytes *out, bool *cut) {
    const struct icp__gather_child *from = &g->child[child];
    char text[ICP__AMOUNT_TEXT];
    size_t n = 0;
    *cut = false;
    if (what->what == ICP__WHAT_COUNT) {
        icp__json_uint_write(out, from->rows[company]);
        return !out->failed;
    }
    const struct icp__gather_column *c = &from->column[what->given];
    if (c->list) return list_cell(g, c->list, company, out, cut);
    if (c->number) {
        const struct icp__gather_number *v = &c->number[company];
        if (!v->values) return true;
        if (what->what == ICP__WHAT_SUM) n = icp__amount_print(v->sum, text);
        else n = icp__amount_print(what->what == ICP__WHAT_MEAN ? icp__amount_mean(v->sum, v->values) : v->latest, text);
    } else if (c->yes[company].known) {
        n = icp__amount_print(icp__amount_mean(icp__amount_whole(c->yes[company].yes), c->yes[company].known), text);
    }
    icp__bytes_add(out, text, n);
    return !out->failed;
}
