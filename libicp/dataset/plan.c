/* SPDX-License-Identifier: MIT */
/* Plans: which columns are derived, how they are called, and which of them are left out. */
#include "dataset/plan.h"
#include "base/json.h"
#include "base/text.h"
#include "dataset/keymap.h"

enum { TRAITS = 64 };

/* Names taken so far, folded. */
struct names {
    struct icp__keys taken;
    struct icp__bytes text;
    char folded[4096];
};

static bool taken_up(struct names *n, const char *s, size_t size, bool *fresh) {
    const size_t cap = sizeof n->folded;
    const size_t folded = icp__fold_value(s, size, n->folded, cap);
    return icp__keys_add(&n->taken, n->folded, folded, icp__keys_hash(&n->taken, n->folded, folded), fresh) != ICP__NO_KEY;
}

/* The text in n->text, else with the table's name behind it, else with a number too. */
static bool unique(struct icp__plan *p, struct names *n, struct icp_str table, struct icp_str *out) {
    struct icp__bytes *t = &n->text;
    bool fresh = false;
    for (uint32_t i = 1; !fresh; i++) {
        if (i == 2) icp__bytes_text(t, " ("), icp__bytes_add(t, table.data, table.size), icp__bytes_text(t, ")");
        const size_t size = t->size;
        if (i > 2) icp__bytes_print(t, " %u", i - 1);
        if (t->failed || !taken_up(n, t->data, t->size, &fresh)) return false;
        if (fresh) out->data = icp__arena_copy(&p->arena, t->data, t->size), out->size = t->size;
        t->size = size;
    }
    return out->data != NULL;
}

static void start(struct names *n, struct icp_str a, const char *mark, struct icp_str b, const char *tail) {
    n->text.size = 0;
    icp__bytes_add(&n->text, a.data, a.size);
    icp__bytes_text(&n->text, mark);
    if (b.size) icp__bytes_add(&n->text, b.data, b.size);
    icp__bytes_text(&n->text, tail);
}

static bool unused(uint8_t part) { return part == ICP__PART_SKIP || part == ICP__PART_PROTECTED; }

static bool plan_passes(struct icp__plan *p, struct names *n) {
    const struct icp__manifest *m = &p->d->manifest;
    const struct icp__member *company = &m->member[m->company];
    size_t most = company->schema->columns;
    bool fresh = false;
    for (uint32_t l = 0; l < company->lookups; l++) most += m->member[company->lookup[l].to].schema->columns;
    p->pass = icp__arena_alloc(&p->arena, most, sizeof *p->pass);
    if (!p->pass) return false;
    for (uint32_t c = 0; c < company->schema->columns; c++) {
        const struct icp__column *s = &company->schema->column[c];
        if (unused(company->column[c].part)) continue;
        if (!taken_up(n, s->name.data, s->name.size, &fresh)) return false;
        p->pass[p->passes++] = (struct icp__pass){-1, c, s, s->name};
    }
    for (uint32_t l = 0; l < company->lookups; l++) {
        const struct icp__member *t = &m->member[company->lookup[l].to];
        for (uint32_t c = 0; c < t->schema->columns; c++) {
            const struct icp__column *s = &t->schema->column[c];
            const uint8_t part = t->column[c].part;
            if (unused(part) || part == ICP__PART_KEY || part == ICP__PART_LINK) continue;
            struct icp__pass *pass = &p->pass[p->passes++];
            *pass = (struct icp__pass){(int32_t)l, c, s, {NULL, 0}};
            start(n, t->name, ".", s->name, "");
            if (!unique(p, n, company->schema->column[company->lookup[l].column].name, &pass->header)) return false;
        }
    }
    return true;
}

static bool gives(uint8_t part, const struct icp__column *s, uint8_t *out) {
    if (part == ICP__PART_NUMBER) *out = ICP__GIVES_NUMBER;
    else if (part != ICP__PART_LIST && part != ICP__PART_PASS) return false;
    else if (s->kind == ICP_KIND_BOOLEAN) *out = ICP__GIVES_YES;
    else *out = part == ICP__PART_PASS && s->kind == ICP_KIND_NUMBER ? ICP__GIVES_NUMBER : ICP__GIVES_LIST;
    return true;
}

static uint32_t columns_of(const struct icp__child *c, const struct icp__given *g) {
    return g->gives == ICP__GIVES_NUMBER ? 2u + c->dated : 1u;
}

/* A candidate for the cap. */
struct candidate {
    struct icp__given given;
    uint64_t filled; /* per million of the rows seen */
    bool wordy;      /* hardly two rows alike: free text, names, addresses */
};

static uint64_t share(const struct icp__column *s) { return s->seen ? (s->filled < s->seen ? s->filled : s->seen) * 1000000 / s->seen : 0; }

static bool wordy(const struct icp__column *s) {
    return s->kind == ICP_KIND_TEXT || s->kind == ICP_KIND_URL || s->kind == ICP_KIND_NAME || s->kind == ICP_KIND_KEY;
}

static bool stands_before(const struct candidate *a, const struct candidate *b) {
    return a->wordy != b->wordy ? b->wordy : a->filled > b->filled;
}

static uint32_t collect(const struct icp__plan *p, const struct icp__member *m, struct candidate *out) {
    uint32_t n = 0;
    uint8_t kind;
    for (uint32_t c = 0; c < m->schema->columns; c++) {
        const struct icp__column *s = &m->schema->column[c];
        if (!gives(m->column[c].part, s, &kind)) continue;
        out[n++] = (struct candidate){{-1, c, s, kind, m->column[c].late}, share(s), kind == ICP__GIVES_LIST && wordy(s)};
    }
    for (uint32_t l = 0; l < m->lookups; l++) {
        const struct icp__member *t = icp__plan_member(p, m->lookup[l].to);
        const uint64_t linked = share(&m->schema->column[m->lookup[l].column]);
        for (uint32_t c = 0; c < t->schema->columns; c++) {
            const struct icp__column *s = &t->schema->column[c];
            if (!gives(t->column[c].part, s, &kind)) continue;
            out[n++] = (struct candidate){{(int32_t)l, c, s, kind, m->column[m->lookup[l].column].late || t->column[c].late},
                                          share(s) * linked / 1000000, kind == ICP__GIVES_LIST && wordy(s)};
        }
    }
    return n;
}

/* Which candidates have room, best first; order = scratch. */
static void choose(struct icp__child *c, const struct candidate *all, uint32_t n, uint32_t room, uint32_t *order, bool *kept) {
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = i;
        for (; at && stands_before(&all[i], &all[order[at - 1]]); at--) order[at] = order[at - 1];
        order[at] = i;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t wide = columns_of(c, &all[order[i]].given);
        kept[order[i]] = wide <= room;
        if (wide <= room) room -= wide;
    }
}

static bool derive(struct icp__plan *p, struct icp__child *c, struct names *n, uint32_t given, struct icp_str column,
                   const char *const tails[], uint8_t first, uint32_t count) {
    const struct icp_str table = icp__plan_member(p, c->member)->name;
    for (uint32_t i = 0; i < count; i++) {
        struct icp__derived *d = &c->derived[c->deriveds];
        *d = (struct icp__derived){{NULL, 0}, given, (uint8_t)(first + i)};
        start(n, table, column.size ? "." : "", column, tails[i]);
        if (!unique(p, n, table, &d->header)) return false;
        c->deriveds++;
    }
    return true;
}

/* Name of a given column within its table: "stage", or "products.series". */
static bool local_name(struct icp__plan *p, const struct icp__member *m, const struct icp__given *g, struct icp_str *out) {
    if (g->lookup < 0) {
        *out = g->schema->name;
        return true;
    }
    const struct icp_str table = icp__plan_member(p, m->lookup[g->lookup].to)->name;
    char *at = icp__arena_alloc(&p->arena, table.size + g->schema->name.size + 2, 1);
    if (!at) return false;
    memcpy(at, table.data, table.size);
    at[table.size] = '.';
    memcpy(at + table.size + 1, g->schema->name.data, g->schema->name.size);
    *out = (struct icp_str){at, table.size + 1 + g->schema->name.size};
    return true;
}

static bool name_given(struct icp__plan *p, struct icp__child *c, struct names *n, uint32_t index) {
    static const char *const number[] = {" sum", " mean", " latest"}, *const yes[] = {" yes"}, *const list[] = {""};
    const struct icp__given *g = &c->given[index];
    struct icp_str column;
    if (!local_name(p, icp__plan_member(p, c->member), g, &column)) return false;
    if (g->gives == ICP__GIVES_NUMBER) return derive(p, c, n, index, column, number, ICP__WHAT_SUM, columns_of(c, g));
    if (g->gives == ICP__GIVES_YES) return derive(p, c, n, index, column, yes, ICP__WHAT_YES, 1);
    return derive(p, c, n, index, column, list, ICP__WHAT_LIST, 1);
}

static uint32_t target(struct icp__target *all, uint32_t *count, const struct icp__link *up) {
    for (uint32_t i = 0; i < *count; i++)
        if (all[i].member == up->to && all[i].column == up->to_column && all[i].normalised == up->normalised) return i;
    all[*count] = (struct icp__target){up->to, up->to_column, up->normalised};
    return (*count)++;
}

static bool plan_looks(struct icp__plan *p, const struct icp__member *m, uint32_t **out) {
    *out = icp__arena_alloc(&p->arena, m->lookups, sizeof **out);
    for (uint32_t l = 0; *out && l < m->lookups; l++) (*out)[l] = target(p->look, &p->looks, &m->lookup[l]);
    return *out != NULL;
}

static bool plan_child(struct icp__plan *p, struct icp__child *c, struct names *n) {
    static const char *const count[] = {" count"};
    const struct icp__member *m = icp__plan_member(p, c->member);
    const uint32_t max = p->d->max_traits ? p->d->max_traits : TRAITS;
    size_t most = m->schema->columns;
    for (uint32_t l = 0; l < m->lookups; l++) most += icp__plan_member(p, m->lookup[l].to)->schema->columns;
    for (uint32_t i = 0; i < m->schema->columns; i++) {
        if (m->column[i].part != ICP__PART_DATE) continue;
        c->dated = true;
        c->ends |= m->column[i].late;
    }
    struct candidate *all = icp__arena_alloc(&p->arena, most, sizeof *all);
    uint32_t *order = icp__arena_alloc(&p->arena, most, sizeof *order);
    bool *kept = icp__arena_alloc(&p->arena, most, sizeof *kept);
    c->given = icp__arena_alloc(&p->arena, most, sizeof *c->given);
    c->capped = icp__arena_alloc(&p->arena, most, sizeof *c->capped);
    c->derived = icp__arena_alloc(&p->arena, most * 3 + 1, sizeof *c->derived);
    if (!all || !order || !kept || !c->given || !c->capped || !c->derived) return false;
    if (!plan_looks(p, m, &c->look)) return false;
    const uint32_t found = collect(p, m, all);
    choose(c, all, found, max - 1, order, kept);
    if (!derive(p, c, n, 0, (struct icp_str){NULL, 0}, count, ICP__WHAT_COUNT, 1)) return false;
    for (uint32_t i = 0; i < found; i++) {
        if (!kept[i]) {
            struct icp_str *out = &c->capped[c->cappeds++], local;
            if (!local_name(p, m, &all[i].given, &local)) return false;
            start(n, m->name, ".", local, "");
            out->data = n->text.failed ? NULL : icp__arena_copy(&p->arena, n->text.data, n->text.size);
            out->size = n->text.size;
            if (!out->data) return false;
            continue;
        }
        c->given[c->givens++] = all[i].given;
        if (!name_given(p, c, n, c->givens - 1)) return false;
    }
    return true;
}

/* Steps from a child to the company; 0 = it does not get there. */
static uint32_t depth_of(const struct icp__manifest *m, uint32_t member) {
    for (uint32_t depth = 1; depth <= m->members; depth++) {
        const struct icp__member *at = &m->member[member];
        if (at->role != ICP__ROLE_CHILD || at->up.to >= m->members) return 0;
        if (at->up.to == m->company) return depth;
        member = at->up.to;
    }
    return 0;
}

static bool plan_children(struct icp__plan *p, struct names *n) {
    const struct icp__manifest *m = &p->d->manifest;
    uint32_t *depth = icp__arena_alloc(&p->arena, m->members, sizeof *depth), left = 0;
    p->child = icp__arena_alloc(&p->arena, m->members, sizeof *p->child);
    p->map = icp__arena_alloc(&p->arena, m->members, sizeof *p->map);
    p->via = icp__arena_alloc(&p->arena, m->members, sizeof *p->via);
    size_t lookups = 0;
    for (uint32_t i = 0; i < m->members; i++) lookups += m->member[i].lookups;
    p->look = icp__arena_alloc(&p->arena, lookups, sizeof *p->look);
    if (!depth || !p->child || !p->map || !p->via || !p->look) return false;
    if (!plan_looks(p, &m->member[m->company], &p->company_look)) return false;
    for (uint32_t i = 0; i < m->members; i++) left += (depth[i] = depth_of(m, i)) > 0;
    for (uint32_t at = 1; p->children < left; at++) {
        for (uint32_t i = 0; i < m->members; i++) {
            if (depth[i] != at) continue;
            struct icp__child *c = &p->child[p->children++];
            *c = (struct icp__child){.member = i, .depth = at};
            c->map = at == 1 ? target(p->map, &p->maps, &m->member[i].up) : target(p->via, &p->vias, &m->member[i].up);
            if (!plan_child(p, c, n)) return false;
            p->columns += c->deriveds;
        }
    }
    return true;
}

icp_status icp__plan_make(const icp_dataset *d, struct icp__plan *out, struct icp_error *err) {
    icp_status st = ICP_OK;
    struct icp__plan p = {.d = d};
    struct names *n = icp__calloc(d->ctx, 1, sizeof *n);
    if (!n) return icp__no_memory(err);
    icp__arena_init(&p.arena, d->ctx);
    icp__keys_init(&n->taken, d->ctx);
    icp__bytes_init(&n->text, d->ctx);
    if (!plan_passes(&p, n) || !plan_children(&p, n)) st = icp__no_memory(err);
    p.columns += p.passes;
    icp__keys_free(&n->taken);
    icp__bytes_free(&n->text);
    icp__free(d->ctx, n);
    if (!st && p.columns > d->ctx->options.max_columns)
        st = icp__fail(err, ICP_E_LIMIT, "the joined table has %llu columns, more than max_columns (%llu): leave tables or columns out",
                       (unsigned long long)p.columns, (unsigned long long)d->ctx->options.max_columns);
    if (st) icp__plan_free(&p);
    else *out = p;
    return st;
}

void icp__plan_free(struct icp__plan *p) {
    if (p->arena.ctx) icp__arena_free(&p->arena);
}

static void write_headers(struct icp__bytes *b, const char *name, const struct icp__child *c, bool capped) {
    icp__json_strz(b, name);
    icp__bytes_text(b, ":[");
    for (uint32_t i = 0; c && i < (capped ? c->cappeds : c->deriveds); i++) {
        const struct icp_str s = capped ? c->capped[i] : c->derived[i].header;
        if (i) icp__bytes_text(b, ",");
        icp__json_string(b, s.data, s.size);
    }
    icp__bytes_text(b, "]");
}

icp_status icp__join_columns(const icp_dataset *d, uint32_t i, struct icp__bytes *json, struct icp_error *err) {
    struct icp__plan p;
    const struct icp__child *child = NULL;
    const icp_status st = icp__plan_make(d, &p, err);
    if (st) return st;
    for (uint32_t k = 0; k < p.children; k++)
        if (p.child[k].member == i) child = &p.child[k];
    icp__bytes_text(json, "{");
    write_headers(json, "columns", child, false);
    icp__bytes_text(json, ",");
    write_headers(json, "capped", child, true);
    icp__bytes_text(json, "}");
    icp__plan_free(&p);
    return json->failed ? icp__no_memory(err) : ICP_OK;
}
