/* SPDX-License-Identifier: MIT */
/* Which columns point at which: how many of a column's values are keys of the other, weighed with what its header says. */
#include "dataset/find.h"
#include "ingest/columns.h"

/* Values of few kinds, and small whole numbers, are keys of some table by accident: there the header must agree. */
enum { FEW_VALUES = 5, MANY_VALUES = 20, LONG_VALUE = 128, SURE_ENOUGH = 500 };

static bool usable(const struct icp__profile *p, uint32_t i) {
    const struct icp__profile_column *c = &p->column[i];
    const int32_t kind = p->schema->column[i].kind;
    /* People who have one name are not one person, and what is protected is not read. */
    if (c->left_out || c->personal || !c->filled || !c->exact.count || c->bytes > c->filled * LONG_VALUE || c->means.measure) return false;
    if (kind == ICP_KIND_DATE || kind == ICP_KIND_BOOLEAN || (c->emails * 2 > c->filled && !c->released)) return false;
    return kind != ICP_KIND_NUMBER || c->whole * 20 >= c->filled * 19; /* amounts have decimals */
}

bool icp__find_key_like(const struct icp__profile *p, uint32_t i) {
    const struct icp__profile_column *c = &p->column[i];
    return usable(p, i) && c->filled * 100 >= p->rows * 95 && icp__sketch_unique(&c->exact) >= 980 && p->rows >= 1;
}

/* Whole numbers that lie close together: any small number is among them. */
static bool dense(const struct icp__profile_column *part, const struct icp__profile_column *whole) {
    if (part->whole * 20 < part->filled * 19 || whole->whole * 20 < whole->filled * 19) return false;
    const uint64_t span = whole->largest - whole->smallest;
    return icp__sketch_distinct(&whole->exact) >= span / 20;
}

/* A word of the header, other than one that only says "id", stands in the other text. */
static bool share_word(struct icp_str header, struct icp_str other) {
    struct icp__header a, b;
    char word[64];
    icp__header_split(header, &a);
    icp__header_split(other, &b);
    for (size_t i = 0; i < a.words; i++) {
        const size_t n = a.word[i].size;
        if (n < 3 || n >= sizeof word) continue;
        memcpy(word, a.text + a.word[i].start, n);
        word[n] = 0;
        struct icp__meaning m;
        icp__header_meaning((struct icp_str){word, n}, &m);
        if (m.id || m.name || m.parent || m.other || m.audit || m.several) continue;
        if (icp__header_has(&b, word)) return true;
    }
    return false;
}

static bool same_text(struct icp_str a, struct icp_str b) { return a.size == b.size && !memcmp(a.data, b.data, a.size); }

/* 0 to 3, or -1 when it names something else. */
static int header_support(const struct icp__find *f, uint32_t t, uint32_t c, uint32_t u, uint32_t k) {
    const struct icp__profile *from = &f->profile[t], *to = &f->profile[u];
    const struct icp__meaning *m = &from->column[c].means, *key = &to->column[k].means;
    const enum icp__object object = to->object ? to->object : key->object;
    const bool same = same_text(from->schema->column[c].id, to->schema->column[k].id);
    const bool named = m->object && (m->object == object || (key->id && m->object == key->object && key->object));
    if (m->parent) return t == u && (!m->object || m->object == object) ? 3 : named ? 2 : t == u ? 1 : 0;
    if (t == u) return m->other && named ? 2 : 0;
    if (m->other) return named || share_word(from->schema->column[c].name, f->m->member[u].name) ? 2 : 1;
    if (m->audit) return object == ICP__OBJECT_USER ? 2 : 0;
    if (m->polymorphic) return 2;
    if (m->bare) return key->bare ? 0 : 1;
    if (named || (same && !m->name)) return 3;
    if (same && m->name && m->object) return 3;
    if (share_word(from->schema->column[c].name, f->m->member[u].name) ||
        (!key->bare && share_word(from->schema->column[c].name, to->schema->column[k].name)))
        return 2;
    if (m->object && object && m->object != object) return -1;
    return m->id ? 1 : 0;
}

/* Fast refusal: of the first values that both speak of none is found. */
static bool hopeless(const struct icp__sketch *part, const struct icp__sketch *whole) {
    const uint64_t limit = whole->cut ? whole->item[whole->count - 1].hash : UINT64_MAX;
    size_t w = 0, i;
    for (i = 0; i < part->count && i < 48 && part->item[i].hash <= limit; i++) {
        while (w < whole->count && whole->item[w].hash < part->item[i].hash) w++;
        if (w < whole->count && whole->item[w].hash == part->item[i].hash) return false;
    }
    return true;
}

static uint32_t per_mille(uint64_t n, uint64_t of) { return of ? (uint32_t)(n * 1000 / of) : 0; }

/* Least share of values found, by what the header says. */
static bool enough(const struct icp__candidate *c, const struct icp__overlap *o, bool is_dense, bool key_name) {
    static const uint32_t least[] = {900, 700, 150, 50};
    if (c->share < least[c->header]) return false;
    if (is_dense && (c->header < 2 || c->share < 500)) return false;
    if (o->values < FEW_VALUES && c->header < 2) return false;
    if (c->share < 500 && o->found < MANY_VALUES && !(c->header >= 2 && c->share >= 300)) return false;
    return c->header || (o->found >= MANY_VALUES && key_name);
}

static void weigh(const struct icp__find *f, struct icp__candidate *c, int header) {
    static const uint32_t base[] = {150, 250, 350, 500};
    const struct icp__profile_column *part = &f->profile[c->table].column[c->column], *whole = &f->profile[c->to].column[c->to_column];
    struct icp__overlap o = icp__sketch_overlap(&part->exact, &whole->exact), n = icp__sketch_overlap(&part->normal, &whole->normal);
    const uint32_t exact = per_mille(o.found, o.values), normal = per_mille(n.found, n.values);
    /* Only where hardly a key would be found otherwise, and no two keys become one. */
    c->normalised = normal >= exact + 200 && normal >= 800 && icp__sketch_distinct(&whole->normal) * 1000 >= icp__sketch_distinct(&whole->exact) * 999;
    if (c->normalised) o = n;
    c->share = c->normalised ? normal : exact;
    c->values = icp__sketch_among(&part->exact, part->filled);
    c->header = (uint8_t)header;
    const bool is_dense = dense(part, whole);
    c->sure = 0;
    if (!enough(c, &o, is_dense, whole->means.id || whole->means.name || whole->means.object)) return;
    c->sure = base[header] + c->share / 2;
    if (is_dense) c->sure -= 150;
}

static bool better(const struct icp__find *f, const struct icp__candidate *a, const struct icp__candidate *b) {
    if (a->sure != b->sure) return a->sure > b->sure;
    const bool id_a = f->profile[a->to].column[a->to_column].means.id, id_b = f->profile[b->to].column[b->to_column].means.id;
    return id_a && !id_b;
}

/* The best key of table u for a column. */
static bool try_table(struct icp__find *f, uint32_t t, uint32_t c, uint32_t u) {
    const struct icp__profile *from = &f->profile[t], *to = &f->profile[u];
    struct icp__candidate best = {.sure = 0};
    for (uint32_t k = 0; k < to->columns; k++) {
        if ((t == u && c == k) || !icp__find_key_like(to, k)) continue;
        if (hopeless(&from->column[c].exact, &to->column[k].exact) && hopeless(&from->column[c].normal, &to->column[k].normal)) continue;
        const int header = header_support(f, t, c, u, k);
        if (header < 0 || (t == u && header < 2)) continue;
        struct icp__candidate x = {.table = t, .column = c, .to = u, .to_column = k};
        weigh(f, &x, header);
        if (x.sure >= SURE_ENOUGH && (!best.sure || better(f, &x, &best))) best = x;
    }
    if (!best.sure) return true;
    if (!icp__grow(f->ctx, &f->candidate, &f->candidate_cap, f->candidates + 1, sizeof *f->candidate)) return false;
    f->candidate[f->candidates++] = best;
    return true;
}

bool icp__find_links(struct icp__find *f) {
    for (uint32_t t = 0; t < f->m->members; t++)
        for (uint32_t c = 0; c < f->profile[t].columns; c++) {
            if (!usable(&f->profile[t], c)) continue;
            for (uint32_t u = 0; u < f->m->members; u++)
                if (!try_table(f, t, c, u)) return false;
        }
    return true;
}

const struct icp__candidate *icp__find_best(const struct icp__find *f, uint32_t table, uint32_t column, uint32_t to) {
    const struct icp__candidate *best = NULL;
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *c = &f->candidate[i];
        if (c->table == table && c->column == column && (to == ICP__NO_LINK || c->to == to) && (!best || better(f, c, best))) best = c;
    }
    return best;
}
