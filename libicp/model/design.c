/* SPDX-License-Identifier: MIT */
/* Builds the matrix: rows by (hash, key), features by (column, kind, bytes), so that no order of input or table shows. */
#include "model/design.h"
#include "base/text.h"
#include "model/scan.h"

#define KNOWN_ENOUGH 200u   /* reference rows in which a column must be known ... */
#define SMALL_PART 10u      /* ... or this part of a small reference */
#define OVERLAP_ENOUGH 5u   /* customers with both values before two sources are compared */
#define WEIGHT_LEAST 1e-9    /* of the largest: still a customer */
#define COLUMNS_AT_ONCE 16u /* scans between two calls of progress */

static bool rows_make(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m) {
    const struct icp__table *ref = l->reference->table;
    const struct icp__table *table[ICP__ORIGINS] = {ref, l->universe, l->given};
    uint64_t extra = (uint64_t)m->by_origin[ICP__FROM_UNIVERSE] + m->by_origin[ICP__FROM_LIST], rows = ref->rows - m->out.in_reference + extra;
    if (rows >= UINT32_MAX)
        return false;
    d->rows = (uint32_t)rows;
    d->reference_rows = (uint32_t)(ref->rows - m->out.in_reference);
    d->row = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *d->row);
    d->weight = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *d->weight);
    if (!d->row || !d->weight)
        return false;
    for (uint32_t i = 0, n = 0; i < ref->rows; i++)
        if (!m->out.reference || !m->out.reference[i])
            d->row[n++] = (struct icp__design_row){ref->hashes[i], ref->keys[i], i, ICP__FROM_REFERENCE};
    for (uint32_t i = 0; i < d->rows; i++)
        d->weight[i] = 0;
    uint32_t at = d->reference_rows;
    for (uint32_t i = 0; i < m->count; i++) {
        const struct icp__customer *c = &m->customer[i];
        if (c->origin == ICP__FROM_UNIVERSE || c->origin == ICP__FROM_LIST)
            d->row[at++] = (struct icp__design_row){table[c->origin]->hashes[c->row], table[c->origin]->keys[c->row], c->row, c->origin};
    }
    return true;
}

/* Mean 1 over the customers. Only ratios count, so that neither huge nor tiny weights leave the range of doubles; how many
 * equal weights they amount to says how many customers stand behind what is learned (Kish 1965). */
void icp__design_weights_scale(struct icp__design *d) {
    if (!d->customers)
        return;
    double most = 0, total = 0, squares = 0;
    for (uint32_t i = 0; i < d->rows; i++)
        most = d->weight[i] > most ? d->weight[i] : most;
    for (uint32_t i = 0; i < d->rows; i++) {
        if (!(d->weight[i] > 0))
            continue;
        double part = d->weight[i] / most;
        d->weight[i] = part > WEIGHT_LEAST ? part : WEIGHT_LEAST;
        total += d->weight[i];
        squares += d->weight[i] * d->weight[i];
    }
    for (uint32_t i = 0; i < d->rows; i++)
        d->weight[i] = d->weight[i] / total * d->customers;
    d->mass = d->customers;
    d->effective = total / squares * total;
}

/* Rows keep their order. */
uint32_t icp__design_place(const struct icp__design *d, uint32_t row) {
    uint32_t lo = 0, hi = d->reference_rows;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (d->row[mid].row < row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static icp_status weights_make(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m,
                               struct icp_error *err) {
    int32_t column = -1;
    if (l->weight.data && l->given) {
        icp_status s = icp__table_column(d->ctx, l->given, l->weight, &column, err);
        if (s)
            return s;
    }
    uint32_t at = d->reference_rows;
    for (uint32_t i = 0; i < m->count; i++) {
        const struct icp__customer *c = &m->customer[i];
        if (c->origin >= ICP__NOT_FOUND)
            continue;
        d->weight[c->origin == ICP__FROM_REFERENCE ? icp__design_place(d, c->row) : at++] = icp__customer_weight(l, column, i);
        d->customers++;
        d->listed += c->origin == ICP__FROM_REFERENCE;
    }
    icp__design_weights_scale(d);
    return ICP_OK;
}

static bool same_text(const struct icp__cell *a, const struct icp__cell *b) {
    struct icp_str x = icp__trim(a->data, a->size), y = icp__trim(b->data, b->size);
    return x.size == y.size && (x.size == 0 || memcmp(x.data, y.data, x.size) == 0);
}

/* Rows of one table next to rows of another for the same customers: do the two tell the same story in column f? */
struct overlap {
    const struct icp__table *mine, *other;
    int32_t my_column, other_column;
    uint32_t both, same;
};

static void compare_rows(struct overlap *o, uint64_t mine, uint64_t other) {
    const struct icp__cell *a = &o->mine->cells[mine * o->mine->columns + (uint32_t)o->my_column];
    const struct icp__cell *b = &o->other->cells[other * o->other->columns + (uint32_t)o->other_column];
    if (!a->data || !b->data || icp__cell_missing(a->data, a->size) || icp__cell_missing(b->data, b->size))
        return;
    o->both++;
    o->same += same_text(a, b);
}

/* Values of a column enter from the list or the universe only where they mostly equal the reference's for the same customers:
 * otherwise the fit would learn the difference between two sources. */
static void check_sources(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m,
                          const struct icp__sources *from, int32_t *column[ICP__ORIGINS]) {
    for (uint32_t f = 0; f < d->schema->columns; f++) {
        if (column[ICP__FROM_LIST][f] < 0)
            continue;
        struct overlap o = {.mine = l->given, .my_column = column[ICP__FROM_LIST][f]};
        for (uint32_t i = 0; i < m->count; i++) {
            const struct icp__customer *c = &m->customer[i];
            if (c->origin >= ICP__FROM_LIST || column[c->origin][f] < 0)
                continue;
            o.other = from->table[c->origin];
            o.other_column = column[c->origin][f];
            compare_rows(&o, i, c->row);
        }
        if (o.both >= OVERLAP_ENOUGH && 2 * o.same < o.both) {
            d->note[f].two_sources |= 1u << ICP__FROM_LIST;
            column[ICP__FROM_LIST][f] = -1;
        }
    }
}

static icp_status sources_make(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m,
                               struct icp__sources *from, struct icp_error *err) {
    int32_t *column[ICP__ORIGINS];
    const struct icp__table *table[ICP__ORIGINS] = {l->reference->table, l->universe, l->given};
    for (int k = 0; k < ICP__ORIGINS; k++) {
        from->table[k] = table[k];
        from->column[k] = column[k] = icp__arena_alloc(&d->arena, d->schema->columns + 1u, sizeof *column[k]);
        if (!column[k])
            return icp__no_memory(err);
        for (uint32_t f = 0; f < d->schema->columns; f++)
            column[k][f] = -1;
        icp_status s = table[k] ? icp__table_columns(d->ctx, table[k], d->schema, column[k], err) : ICP_OK;
        if (s)
            return s;
    }
    check_sources(d, l, m, from, column);
    return ICP_OK;
}

/* Customers first. */
static uint32_t *scan_order(struct icp__design *d) {
    uint32_t *order = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *order), n = 0;
    for (int customer = 1; order && customer >= 0; customer--)
        for (uint32_t i = 0; i < d->rows; i++)
            if ((d->weight[i] > 0) == customer)
                order[n++] = i;
    return order;
}

static uint8_t judge(const struct icp__design *d, const struct icp__scan *s) {
    uint32_t need = d->reference_rows / SMALL_PART < KNOWN_ENOUGH ? d->reference_rows / SMALL_PART : KNOWN_ENOUGH;
    if (s->known_reference < need || s->known_reference == 0)
        return ICP__LEFT_SPARSE;
    if (s->known_customers == 0)
        return d->note[s->column].two_sources ? ICP__LEFT_TWO_SOURCES : ICP__LEFT_NO_CUSTOMER;
    return ICP__USED;
}

static void scan_task(void *arg, uint32_t i) {
    struct icp__scan *s = (struct icp__scan *)arg + i;
    icp__scan_run(s);
    uint8_t use = judge(s->d, s);
    if (!s->failed && (use == ICP__USED || (use == ICP__LEFT_NO_CUSTOMER && !s->d->customers)))
        icp__scan_choose(s);
    if (!s->failed && s->column < s->d->derived && !icp__leak_measure(s, &s->d->note[s->column].leak))
        s->failed = true;
}

static icp_status scan_all(struct icp__design *d, struct icp__scan *scan, uint32_t scans, icp_pool *pool,
                           const struct icp_progress *p, struct icp_error *err) {
    for (uint32_t k = 0; k < scans; k += COLUMNS_AT_ONCE) {
        uint32_t n = scans - k < COLUMNS_AT_ONCE ? scans - k : COLUMNS_AT_ONCE;
        icp_status s = icp__progress(p, ICP_STAGE_EXTRACT, k, scans, err);
        if (!s)
            s = icp__parallel(d->ctx, pool, n, scan_task, scan + k, err);
        if (s)
            return s;
        for (uint32_t i = k; i < k + n; i++)
            if (scan[i].failed)
                return icp__no_memory(err);
    }
    return icp__progress(p, ICP_STAGE_EXTRACT, scans, scans, err);
}

static bool keep_text(struct icp__design *d, struct icp_str *text) {
    return !text->data || (text->data = icp__arena_copy(&d->arena, text->data, text->size)) != NULL;
}

/* What became of each column, leaks among them. */
static icp_status notes_make(struct icp__design *d, const struct icp__scan *scan, uint32_t scans, struct icp_str release, struct icp_error *err) {
    for (uint32_t i = 0; i < scans; i++) {
        struct icp__note *n = &d->note[scan[i].column];
        n->known_reference = scan[i].known_reference;
        n->known_customers = scan[i].known_customers;
        n->full = scan[i].intern.full;
        n->use = judge(d, &scan[i]);
        if (n->use == ICP__USED && scan[i].features == 0)
            n->use = ICP__LEFT_NO_TRAIT;
        bool fine = keep_text(d, &n->leak.best.text);
        for (uint32_t k = 0; k < ICP__SUSPECTS; k++)
            fine = fine && keep_text(d, &n->leak.suspect[k].text);
        if (!fine)
            return icp__no_memory(err);
    }
    if (!icp__leak_judge(d, release))
        return icp__no_memory(err);
    for (uint32_t c = 0; c < d->schema->columns; c++)
        if (d->note[c].leak.verdict == ICP__VERDICT_QUARANTINED)
            d->note[c].use = ICP__LEFT_LEAK;
    return ICP_OK;
}

/* Fields and features, from the scans that are used; texts move to the design. */
static bool features_make(struct icp__design *d, const struct icp__scan *scan, uint32_t scans) {
    uint64_t features = 0;
    for (uint32_t i = 0; i < scans; i++) {
        if (d->note[scan[i].column].use != ICP__USED)
            continue;
        d->fields++;
        features += scan[i].features;
    }
    d->field = icp__arena_alloc(&d->arena, d->fields + 1u, sizeof *d->field);
    d->feature = icp__arena_alloc(&d->arena, features + 1, sizeof *d->feature);
    if (!d->field || !d->feature || features + d->fields >= UINT32_MAX)
        return false;
    uint32_t field = 0;
    for (uint32_t i = 0; i < scans; i++) {
        const struct icp__scan *s = &scan[i];
        if (d->note[s->column].use != ICP__USED)
            continue;
        d->field[field] = (struct icp__field){s->column, s->number != NULL, d->features, s->features, s->known_reference,
                                              s->known_customers, s->least, s->most};
        for (uint32_t k = 0; k < s->features; k++) {
            struct icp__feature *f = &d->feature[d->features++];
            *f = s->feature[k];
            f->field = field;
            if (f->text.data && !(f->text.data = icp__arena_copy(&d->arena, f->text.data, f->text.size)))
                return false;
        }
        field++;
    }
    return true;
}

/* Appends the features of a row in one field, ascending. */
static uint64_t put_row(const struct icp__scan *s, uint32_t first, uint32_t row, uint32_t *out) {
    uint64_t n = 0;
    if (s->number) {
        for (uint32_t k = 0; s->known[row] && k < s->features; k++)
            if (s->number[row] >= icp__decimal_value(s->feature[k].edge))
                out[n++] = first + k;
        return n;
    }
    for (uint32_t k = 0; k < s->count[row]; k++) {
        uint32_t trait = s->intern.seen[s->id[s->first[row] + k]].trait;
        if (trait == ICP__NO_TRAIT)
            continue;
        uint64_t at = n++;
        for (; at > 0 && out[at - 1] > first + trait; at--)
            out[at] = out[at - 1];
        out[at] = first + trait;
    }
    return n;
}

static uint64_t entries_at_most(const struct icp__design *d, const struct icp__scan *scan, uint32_t scans) {
    uint64_t n = 0;
    for (uint32_t i = 0; i < scans; i++) {
        const struct icp__scan *s = &scan[i];
        if (d->note[s->column].use != ICP__USED)
            continue;
        for (uint32_t k = 0; s->number && k < s->features; k++)
            n += (uint64_t)s->feature[k].reference + s->feature[k].customers;
        for (size_t k = 0; !s->number && k < s->ids; k++)
            n += s->intern.seen[s->id[k]].trait != ICP__NO_TRAIT;
        n += (uint64_t)s->known_reference + s->known_customers;
    }
    return n;
}

static bool everywhere(const struct icp__design *d, uint32_t f) {
    return d->field[f].known_reference == d->reference_rows && d->field[f].known_customers == d->customers;
}

static bool matrix_make(struct icp__design *d, const struct icp__scan *scan, uint32_t scans) {
    uint64_t *start = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *start);
    uint32_t *index = icp__arena_alloc(&d->arena, entries_at_most(d, scan, scans) + 1, sizeof *index);
    d->known = icp__arena_alloc(&d->arena, (size_t)d->rows * d->fields + 1, 1);
    if (!start || !index || !d->known)
        return false;
    uint64_t n = 0;
    for (uint32_t row = 0; row < d->rows; row++) {
        uint8_t *known = d->known + (size_t)row * d->fields;
        start[row] = n;
        for (uint32_t i = 0, field = 0; i < scans; i++) {
            if (d->note[scan[i].column].use != ICP__USED)
                continue;
            n += put_row(&scan[i], d->field[field].first, row, index + n);
            known[field++] = scan[i].known[row];
        }
        /* Known everywhere is the intercept once more: left empty, its weight stays 0, as it would anyway. */
        for (uint32_t f = 0; f < d->fields; f++)
            if (known[f] && !everywhere(d, f))
                index[n++] = d->features + f;
    }
    start[d->rows] = n;
    d->x = (struct icp__matrix){.rows = d->rows, .cols = d->features + d->fields, .start = start, .index = index};
    return true;
}

static struct icp__cell value_of(const struct icp__design *d, const struct icp__sources *from, uint32_t row, uint32_t column) {
    const struct icp__design_row *r = &d->row[row];
    int32_t at = from->column[r->origin][column];
    const struct icp__table *t = from->table[r->origin];
    return at < 0 ? (struct icp__cell){NULL, 0} : t->cells[(uint64_t)r->row * t->columns + (uint32_t)at];
}

/* Customers that say the same in every column that is read tell no more than one of them. */
static bool all_identical(const struct icp__design *d, const struct icp__sources *from) {
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < d->rows; i++) {
        if (!(d->weight[i] > 0))
            continue;
        first = first == UINT32_MAX ? i : first;
        for (uint32_t c = 0; c < d->schema->columns; c++) {
            if (d->schema->column[c].kind <= ICP_KIND_KEY)
                continue;
            struct icp__cell a = value_of(d, from, first, c), b = value_of(d, from, i, c);
            if (!same_text(&a, &b))
                return false;
        }
    }
    return true;
}

static icp_status columns_make(struct icp__design *d, const struct icp__sources *from, struct icp_str release, bool matrix, icp_pool *pool,
                               const struct icp_progress *p, struct icp_error *err) {
    const struct icp__extraction *version = icp__extraction_find(d->schema->extraction);
    const uint32_t *order = scan_order(d);
    struct icp__scan *scan = icp__calloc(d->ctx, d->schema->columns + 1u, sizeof *scan);
    icp_status s = order && scan ? ICP_OK : icp__no_memory(err);
    uint32_t scans = 0;
    for (uint32_t f = 0; !s && f < d->schema->columns; f++) {
        int32_t kind = d->schema->column[f].kind;
        bool readable = kind > ICP_KIND_KEY && kind <= ICP_KIND_URL && version->of_kind[kind];
        d->note[f].use = !readable ? ICP__LEFT_KIND : from->column[ICP__FROM_REFERENCE][f] < 0 ? ICP__LEFT_ABSENT : ICP__USED;
        if (d->note[f].use == ICP__USED && !icp__scan_init(&scan[scans++], d->ctx, d, from, f, order))
            s = icp__no_memory(err);
    }
    if (!s)
        s = scan_all(d, scan, scans, pool, p, err);
    if (!s)
        s = notes_make(d, scan, scans, release, err);
    if (!s && !matrix && !icp__parity_measure(scan, scans, &d->parity))
        s = icp__no_memory(err);
    if (!s && matrix && (!features_make(d, scan, scans) || !matrix_make(d, scan, scans)))
        s = icp__no_memory(err);
    for (uint32_t i = 0; i < scans; i++)
        icp__scan_free(&scan[i]);
    if (scan)
        icp__free(d->ctx, scan);
    return s;
}

static icp_status make(const struct icp__customers *l, const struct icp__matches *m, const icp_schema *schema, bool matrix,
                       icp_pool *pool, const struct icp_progress *p, struct icp__design *out, struct icp_error *err) {
    struct icp__design d = {.ctx = l->ctx, .schema = schema, .derived = UINT32_MAX};
    struct icp__sources from = {{NULL}, {NULL}};
    icp__arena_init(&d.arena, l->ctx);
    d.note = icp__arena_alloc(&d.arena, schema->columns + 1u, sizeof *d.note);
    icp_status s = d.note && rows_make(&d, l, m) ? ICP_OK : icp__no_memory(err);
    if (!s) {
        memset(d.note, 0, schema->columns * sizeof *d.note);
        s = weights_make(&d, l, m, err);
    }
    if (!s)
        s = icp__since_make(&d, l, m, err);
    if (!s)
        icp__epochs_weigh(&d, l);
    if (!s)
        s = sources_make(&d, l, m, &from, err);
    if (!s && d.customers && (d.identical = all_identical(&d, &from)))
        d.effective = 1;
    if (!s && !icp__parts_make(&d))
        s = icp__no_memory(err);
    if (!s)
        s = columns_make(&d, &from, l->release, matrix, pool, p, err);
    if (s) {
        icp__arena_free(&d.arena);
        return s;
    }
    *out = d;
    return ICP_OK;
}

icp_status icp__design_make(const struct icp__customers *l, const struct icp__matches *m, const icp_schema *schema,
                            icp_pool *pool, const struct icp_progress *p, struct icp__design *out, struct icp_error *err) {
    return make(l, m, schema, true, pool, p, out, err);
}

icp_status icp__design_audit(const struct icp__customers *l, const struct icp__matches *m, const icp_schema *schema,
                             icp_pool *pool, const struct icp_progress *p, struct icp__design *out, struct icp_error *err) {
    return make(l, m, schema, false, pool, p, out, err);
}

static bool example_rows(struct icp__design *d, const struct icp__examples *e) {
    const struct icp__table *t = e->table;
    d->rows = (uint32_t)t->rows;
    d->reference_rows = e->negatives;
    d->effective = e->effective;
    d->row = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *d->row);
    d->weight = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *d->weight);
    for (uint32_t i = 0; d->row && d->weight && i < d->rows; i++) {
        d->row[i] = (struct icp__design_row){t->hashes[i], t->keys[i], i, ICP__FROM_REFERENCE};
        d->weight[i] = i < e->negatives ? 0 : e->mass[i];
        d->customers += d->weight[i] > 0;
        d->mass += d->weight[i];
    }
    return d->row && d->weight;
}

icp_status icp__design_examples(icp_context *c, const struct icp__examples *e, const icp_schema *schema, struct icp_str release, icp_pool *pool,
                                const struct icp_progress *p, struct icp__design *out, struct icp_error *err) {
    struct icp__design d = {.ctx = c, .schema = schema, .derived = e->derived};
    struct icp__sources from = {{e->table}, {NULL}};
    icp__arena_init(&d.arena, c);
    d.note = icp__arena_alloc(&d.arena, schema->columns + 1u, sizeof *d.note);
    int32_t *column = icp__arena_alloc(&d.arena, schema->columns + 1u, sizeof *column);
    icp_status s = d.note && column && example_rows(&d, e) ? ICP_OK : icp__no_memory(err);
    if (!s) {
        memset(d.note, 0, schema->columns * sizeof *d.note);
        for (uint32_t f = 0; f < schema->columns; f++)
            column[f] = (int32_t)f;
        from.column[ICP__FROM_REFERENCE] = column;
        s = icp__parts_make(&d) ? columns_make(&d, &from, release, true, pool, p, err) : icp__no_memory(err);
    }
    if (s) {
        icp__arena_free(&d.arena);
        return s;
    }
    *out = d;
    return ICP_OK;
}

void icp__design_free(struct icp__design *d) {
    if (d->ctx)
        icp__arena_free(&d->arena);
    *d = (struct icp__design){0};
}
