/* SPDX-License-Identifier: MIT */
/* Chooses keys, the company table, and what every other table is to it. */
#include "base/text.h"
#include "dataset/find.h"

enum { LEAST_KEY = 200, LEAST_COMPANY = 200, RIVAL = 150, HOP = 100, LEAST_LOOKUP = 600 };

void icp__find_init(struct icp__find *f, icp_context *c, struct icp__manifest *m, struct icp__profile *p) {
    memset(f, 0, sizeof *f);
    f->ctx = c, f->m = m, f->profile = p;
    icp__bytes_init(&f->text, c);
}

void icp__find_free(struct icp__find *f) {
    icp__free(f->ctx, f->candidate);
    icp__bytes_free(&f->text);
}

struct icp_str icp__find_say(struct icp__find *f) {
    struct icp_str s = {icp__arena_copy(&f->m->arena, f->text.data ? f->text.data : "", f->text.size), f->text.size};
    f->failed |= f->text.failed || !s.data;
    f->text.size = 0;
    return s;
}

void icp__find_count(struct icp__find *f, uint64_t v) { icp__bytes_count(&f->text, v); }

static void add(struct icp__find *f, struct icp_str s) { icp__bytes_add(&f->text, s.data, s.size); }

void icp__find_figures(struct icp__find *f, const struct icp__candidate *c) {
    static const char *const says[] = {"the header says nothing", "the header says it is an id", "the header has words of it", "the header names it"};
    const struct icp__meaning *m = &f->profile[c->table].column[c->column].means;
    icp__bytes_print(&f->text, "%u.%u%% of ", (unsigned)(c->share / 10), (unsigned)(c->share % 10));
    icp__find_count(f, c->values);
    icp__bytes_text(&f->text, " different values are ");
    icp__bytes_text(&f->text, c->normalised ? "keys, without case, blanks and punctuation, of " : "keys of ");
    add(f, f->m->member[c->to].name);
    icp__bytes_text(&f->text, "; ");
    if (c->header >= 2 && m->parent) icp__bytes_text(&f->text, "header says parent");
    else if (c->header >= 2 && m->object) icp__bytes_text(&f->text, "header says "), icp__bytes_text(&f->text, icp__object_name(m->object));
    else icp__bytes_text(&f->text, says[c->header]);
}

/* How much a column looks like the key of its table. */
static int key_score(const struct icp__find *f, uint32_t t, uint32_t c) {
    const struct icp__profile *p = &f->profile[t];
    const struct icp__meaning *m = &p->column[c].means;
    const enum icp__object own = p->object;
    const int32_t kind = p->schema->column[c].kind;
    int score = c == 0 ? 120 : 0, links = 0;
    if (!icp__find_key_like(p, c)) return -1;
    if (m->audit || m->parent || m->other || m->polymorphic) return -1;
    if (m->bare || (m->id && m->object && m->object == own)) score += 500;
    else if (m->id) score += m->object ? 150 : 250;
    else if (m->object && m->object == own) score += m->name ? 300 : 400;
    else if (m->name) score += 200;
    else if (m->object) score += 150;
    if (kind == ICP_KIND_NUMBER && !m->id) score -= 300;
    if (kind == ICP_KIND_URL) score += (own == ICP__OBJECT_COMPANY || !own) && icp__header_of_company(p->schema->column[c].name) == 3 ? 220 : -200;
    if (kind == ICP_KIND_TEXT || kind == ICP_KIND_LIST) score -= 150;
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *x = &f->candidate[i];
        if (x->to == t && x->to_column == c && x->table != t && x->header >= 2) links += (int)x->sure / 5;
    }
    return score + (links > 400 ? 400 : links);
}

static int32_t best_key(const struct icp__find *f, uint32_t t, int least) {
    int best = least - 1;
    int32_t key = -1;
    for (uint32_t c = 0; c < f->profile[t].columns; c++) {
        const int score = key_score(f, t, c);
        if (score > best) best = score, key = (int32_t)c;
    }
    return key;
}

void icp__find_keys(struct icp__find *f) {
    size_t kept = 0;
    for (uint32_t t = 0; t < f->m->members; t++) f->m->member[t].key = best_key(f, t, LEAST_KEY);
    /* A key does not point at its rows' links: with as many rows on both sides either could seem to. */
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *x = &f->candidate[i];
        const bool turned = x->table != x->to && (int32_t)x->column == f->m->member[x->table].key && (int32_t)x->to_column != f->m->member[x->to].key;
        if (!turned) f->candidate[kept++] = *x;
    }
    f->candidates = kept;
}

static int company_score(const struct icp__find *f, uint32_t t) {
    const struct icp__profile *p = &f->profile[t];
    const int32_t key = f->m->member[t].key;
    int score = 0, headers = 0, links = 0, others = 0;
    if (p->object == ICP__OBJECT_COMPANY) score += 500;
    else if (p->object) score -= 300;
    if (key < 0) score -= 400;
    else if (p->column[key].means.object == ICP__OBJECT_COMPANY) score += 200;
    for (uint32_t c = 0; c < p->columns; c++)
        if (!p->column[c].left_out) headers += 20 * (int)icp__header_of_company(p->schema->column[c].name);
    score += headers > 150 ? 150 : headers;
    for (uint32_t from = 0; from < f->m->members; from++) {
        bool names = false, any = false;
        for (size_t i = 0; i < f->candidates && from != t; i++) {
            const struct icp__candidate *x = &f->candidate[i];
            if (x->table != from || x->to != t) continue;
            any = true;
            names |= x->header >= 2 && f->profile[from].column[x->column].means.object == ICP__OBJECT_COMPANY;
        }
        links += names ? 100 : 0, others += any ? 30 : 0;
    }
    return score + (links > 300 ? 300 : links) + (others > 150 ? 150 : others);
}

static void list(struct icp__find *f, uint32_t t, uint32_t *n) {
    if (*n < 8) {
        icp__bytes_text(&f->text, *n ? ", " : "");
        add(f, f->m->member[t].name);
    } else if (*n == 8) {
        icp__bytes_text(&f->text, ", ...");
    }
    ++*n;
}

static icp_status fail_text(struct icp__find *f, struct icp_error *err) {
    const struct icp_str s = icp__find_say(f);
    return f->failed ? icp__no_memory(err) : icp__fail(err, ICP_E_SCHEMA, "%.*s", (int)s.size, s.data);
}

static bool points(const struct icp__find *f, uint32_t t, uint32_t u) {
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *x = &f->candidate[i];
        if (x->table == t && x->to == u && (int32_t)x->column != f->m->member[t].key) return true;
    }
    return false;
}

static icp_status asked_company(struct icp__find *f, struct icp_error *err) {
    char wanted[512], name[512];
    const size_t n = icp__fold_value(f->company.data, f->company.size, wanted, sizeof wanted);
    for (uint32_t t = 0; t < f->m->members; t++) {
        const struct icp__member *m = &f->m->member[t];
        if (icp__fold_value(m->name.data, m->name.size, name, sizeof name) != n || memcmp(name, wanted, n)) continue;
        if (m->role == ICP__ROLE_EXCLUDED)
            return icp__fail(err, ICP_E_SCHEMA, "table \"%.*s\" is to be the company table and is excluded", (int)m->name.size, m->name.data);
        f->m->company = t;
        return ICP_OK;
    }
    uint32_t count = 0;
    icp__bytes_text(&f->text, "there is no table \"");
    add(f, f->company);
    icp__bytes_text(&f->text, "\" to be the company table; tables are: ");
    for (uint32_t t = 0; t < f->m->members; t++) list(f, t, &count);
    return fail_text(f, err);
}

static icp_status find_company(struct icp__find *f, struct icp_error *err) {
    struct icp__manifest *m = f->m;
    int best = INT32_MIN;
    uint32_t rivals = 0, tables = 0, count = 0;
    for (uint32_t t = 0; t < m->members; t++) {
        const int score = company_score(f, t);
        if (m->member[t].role == ICP__ROLE_EXCLUDED) continue;
        tables++;
        if (score > best) best = score, m->company = t;
    }
    if (!tables) return icp__fail(err, ICP_E_SCHEMA, "every table is excluded");
    if (tables == 1) return ICP_OK;
    const bool none = best < LEAST_COMPANY;
    if (none) icp__bytes_text(&f->text, "no table seems to have one row per company; name the company table (--company-table); tables are: ");
    else icp__bytes_text(&f->text, "more than one table could be the company table; name one (--company-table): ");
    if (!none) list(f, m->company, &count);
    bool circle = false, twins = false;
    for (uint32_t t = 0; t < m->members; t++) {
        if (m->member[t].role == ICP__ROLE_EXCLUDED) continue;
        if (!none && (t == m->company || company_score(f, t) < best - RIVAL)) continue;
        const bool below = points(f, t, m->company), above = points(f, m->company, t);
        if (!none && below && !above) continue; /* its rows belong to companies */
        const struct icp__candidate *x = m->member[t].key < 0 || t == m->company ? NULL : icp__find_best(f, t, (uint32_t)m->member[t].key, m->company);
        const bool twin = x && (int32_t)x->to_column == m->member[m->company].key && x->share >= 500;
        twins |= twin;
        circle |= below && above && !twin;
        rivals++;
        list(f, t, &count);
    }
    if (twins) icp__bytes_text(&f->text, "; they have the same keys, as two states of one table have");
    if (circle) icp__bytes_text(&f->text, "; they point at each other in a circle");
    if (none || rivals) return fail_text(f, err);
    f->text.size = 0;
    return ICP_OK;
}

/* How far a table is from the company table, and how much of the way is sure. */
struct reach {
    int32_t sure, depth; /* sure < 0 = not reached */
};

/* How sure a way up is as a whole, and over how many rows. */
static int32_t way(const struct icp__find *f, const struct icp__candidate *c, const struct reach *reach) {
    const struct icp__profile *p = &f->profile[c->table];
    const struct icp__meaning *m = &p->column[c->column].means;
    const uint64_t filled = p->rows ? p->column[c->column].filled * 1000 / p->rows : 0;
    int32_t sure = (int32_t)((c->sure * 7 + filled * 3) / 10);
    if (m->other || m->polymorphic) sure -= 60;
    if (m->audit) return -1;
    return sure < reach[c->to].sure ? sure : reach[c->to].sure;
}

/* Widest paths from the company table down. */
static bool find_children(struct icp__find *f, struct reach *reach) {
    struct icp__manifest *m = f->m;
    for (uint32_t t = 0; t < m->members; t++) reach[t] = (struct reach){t == m->company ? 1000 : -1, 0};
    for (uint32_t round = 0; round < m->members; round++) {
        const struct icp__candidate *best = NULL;
        int32_t most = INT32_MIN;
        for (size_t i = 0; i < f->candidates; i++) {
            const struct icp__candidate *c = &f->candidate[i];
            if (reach[c->table].sure >= 0 || reach[c->to].sure < 0 || m->member[c->table].role == ICP__ROLE_EXCLUDED) continue;
            const int32_t sure = way(f, c, reach), worth = sure - HOP * reach[c->to].depth;
            if (sure >= 0 && worth > most) most = worth, best = c;
        }
        if (!best) break;
        struct icp__member *child = &m->member[best->table];
        reach[best->table] = (struct reach){way(f, best, reach), reach[best->to].depth + 1};
        child->role = ICP__ROLE_CHILD;
        icp__find_figures(f, best);
        child->up = (struct icp__link){best->column, best->to, best->to_column, best->normalised, 0, (int32_t)best->sure, icp__find_say(f)};
        if (f->profile[best->table].column[best->column].several) child->up.separator = ';';
        icp__bytes_text(&f->text, best->to == m->company ? "its rows belong to companies, by " : "its rows belong to companies through ");
        if (best->to != m->company) add(f, m->member[best->to].name), icp__bytes_text(&f->text, ", by ");
        add(f, icp__find_header(f, best->table, best->column));
        child->reason = icp__find_say(f);
    }
    return !f->failed;
}

static bool is_way(const struct icp__member *m, uint32_t column) { return m->up.to != ICP__NO_LINK && m->up.column == column; }

static bool find_lookups_of(struct icp__find *f, uint32_t t) {
    struct icp__member *m = &f->m->member[t];
    const uint32_t columns = f->profile[t].columns;
    m->lookup = icp__arena_alloc(&f->m->arena, columns, sizeof *m->lookup);
    if (!m->lookup) return false;
    for (uint32_t c = 0; c < columns; c++) {
        const struct icp__candidate *best = NULL;
        for (size_t i = 0; i < f->candidates; i++) {
            const struct icp__candidate *x = &f->candidate[i];
            const uint8_t role = f->m->member[x->to].role;
            if (x->table != t || x->column != c || x->to == t || (role != ICP__ROLE_UNLINKED && role != ICP__ROLE_LOOKUP)) continue;
            if (x->sure >= LEAST_LOOKUP && (!best || x->sure > best->sure)) best = x;
        }
        if (!best || is_way(m, c) || (int32_t)c == m->key || f->profile[t].column[c].means.audit) continue;
        struct icp__member *to = &f->m->member[best->to];
        icp__find_figures(f, best);
        m->lookup[m->lookups++] = (struct icp__link){c, best->to, best->to_column, best->normalised, 0, (int32_t)best->sure, icp__find_say(f)};
        if (to->role == ICP__ROLE_LOOKUP) continue;
        to->role = ICP__ROLE_LOOKUP;
        icp__bytes_text(&f->text, "each of its rows describes many of ");
        add(f, m->name);
        icp__bytes_text(&f->text, ", by ");
        add(f, icp__find_header(f, t, c));
        to->reason = icp__find_say(f);
    }
    return !f->failed;
}

static void find_parent(struct icp__find *f) {
    struct icp__member *m = &f->m->member[f->m->company];
    const struct icp__candidate *best = NULL;
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *x = &f->candidate[i];
        if (x->table != f->m->company || x->to != f->m->company || !f->profile[x->table].column[x->column].means.parent) continue;
        if (!best || x->sure > best->sure) best = x;
    }
    if (!best) return;
    icp__find_figures(f, best);
    m->up = (struct icp__link){best->column, best->to, best->to_column, best->normalised, 0, (int32_t)best->sure, icp__find_say(f)};
}

/* The table that an unlinked one points at most surely, and that is unlinked too. */
static const struct icp__candidate *onward(const struct icp__find *f, uint32_t t) {
    const struct icp__candidate *best = NULL;
    for (size_t i = 0; i < f->candidates; i++) {
        const struct icp__candidate *x = &f->candidate[i];
        if (x->table == t && x->to != t && f->m->member[x->to].role == ICP__ROLE_UNLINKED && (!best || x->sure > best->sure)) best = x;
    }
    return best;
}

static icp_status check_circle(struct icp__find *f, uint32_t start, struct icp_error *err) {
    uint32_t at = start, least = UINT32_MAX, most = 0;
    icp__bytes_text(&f->text, "links go round in a circle and reach no company: ");
    for (uint32_t steps = 0; steps < f->m->members; steps++) {
        const struct icp__candidate *x = onward(f, at);
        if (!x) break;
        if (steps) icp__bytes_text(&f->text, ", ");
        add(f, f->m->member[at].name);
        icp__bytes_text(&f->text, ".");
        add(f, icp__find_header(f, at, x->column));
        icp__bytes_text(&f->text, " to ");
        add(f, f->m->member[x->to].name);
        if (x->sure < least) least = x->sure;
        if (x->sure > most) most = x->sure;
        at = x->to;
        if (at != start) continue;
        if (most - least < 200) return fail_text(f, err);
        break; /* the weaker link is none */
    }
    f->text.size = 0;
    return ICP_OK;
}

static icp_status explain_unlinked(struct icp__find *f, struct icp_error *err) {
    for (uint32_t t = 0; t < f->m->members; t++) {
        struct icp__member *m = &f->m->member[t];
        if (m->role != ICP__ROLE_UNLINKED) continue;
        icp_status st = check_circle(f, t, err);
        if (st) return st;
        const struct icp__candidate *x = NULL;
        for (size_t i = 0; i < f->candidates; i++)
            if (f->candidate[i].table == t && f->candidate[i].to != t) x = &f->candidate[i];
        if (!f->profile[t].rows) {
            icp__bytes_text(&f->text, "has no rows");
        } else if (x) {
            icp__bytes_text(&f->text, "points at ");
            add(f, f->m->member[x->to].name);
            icp__bytes_text(&f->text, f->m->member[x->to].role == ICP__ROLE_LOOKUP ? " alone, which is looked up" : " alone, which belongs to no company");
        } else {
            icp__bytes_text(&f->text, "no column has values that are keys of another table, and no table points at it");
        }
        m->reason = icp__find_say(f);
    }
    return f->failed ? icp__no_memory(err) : ICP_OK;
}

icp_status icp__find_roles(struct icp__find *f, struct icp_error *err) {
    struct icp__manifest *m = f->m;
    icp_status st = f->company.data ? asked_company(f, err) : find_company(f, err);
    if (st) return st;
    struct reach *reach = icp__alloc(f->ctx, m->members, sizeof *reach);
    if (!reach) return icp__no_memory(err);
    for (uint32_t t = 0; t < m->members; t++) m->member[t].up.to = ICP__NO_LINK;
    m->member[m->company].role = ICP__ROLE_COMPANY;
    if (m->member[m->company].key < 0) m->member[m->company].key = best_key(f, m->company, 0);
    if (m->member[m->company].key < 0) {
        const struct icp_str name = m->member[m->company].name;
        icp__free(f->ctx, reach);
        return icp__fail(err, ICP_E_SCHEMA, "no column of the company table \"%.*s\" is filled in nearly every row and hardly ever the same: it has no key",
                         (int)(name.size > 60 ? 60 : name.size), name.data);
    }
    icp__bytes_text(&f->text, f->company.data ? "asked for" : m->members == 1 ? "the only table" : f->profile[m->company].object == ICP__OBJECT_COMPANY
                                  ? "its name says company" : "its headers, and the tables that point at it, say company");
    m->member[m->company].reason = icp__find_say(f);
    find_parent(f);
    bool done = find_children(f, reach);
    icp__free(f->ctx, reach);
    for (uint32_t t = 0; t < m->members && done; t++)
        if (m->member[t].role == ICP__ROLE_COMPANY || m->member[t].role == ICP__ROLE_CHILD) done = find_lookups_of(f, t);
    if (!done || f->failed) return icp__no_memory(err);
    return explain_unlinked(f, err);
}

static bool asked_for(const struct icp__find *f, uint32_t t) {
    const struct icp__member *m = &f->m->member[t];
    for (uint32_t c = 0; c < f->profile[t].columns; c++)
        if (m->column[c].part != ICP__PART_SKIP && m->column[c].part != ICP__PART_KEY && m->column[c].part != ICP__PART_LINK) return true;
    return false;
}

/* Children of which nothing was asked for, unless they are the way of others. */
static void leave_out(struct icp__find *f) {
    for (bool again = true; again;) {
        again = false;
        for (uint32_t t = 0; t < f->m->members; t++) {
            struct icp__member *m = &f->m->member[t];
            bool used = m->role != ICP__ROLE_CHILD || asked_for(f, t);
            bool failed = false;
            used = used || icp__dataset_matches(f->ctx, f->include, m->name, (struct icp_str){NULL, 0}, &failed);
            for (uint32_t k = 0; k < f->m->members && !used; k++) used = f->m->member[k].role == ICP__ROLE_CHILD && f->m->member[k].up.to == t;
            if (used) continue;
            m->role = ICP__ROLE_EXCLUDED;
            m->up.to = ICP__NO_LINK;
            m->lookups = 0;
            m->reason = (struct icp_str){"not asked for", 13};
            again = true;
        }
    }
}

icp_status icp__find(struct icp__find *f, struct icp_error *err) {
    if (!icp__find_links(f)) return icp__no_memory(err);
    icp__find_keys(f);
    icp_status st = icp__find_roles(f, err);
    for (uint32_t t = 0; t < f->m->members && !st; t++)
        if (!icp__find_uses(f, t) || f->failed) st = icp__no_memory(err);
    if (!st && f->include.data) leave_out(f);
    return st && f->failed ? icp__no_memory(err) : st;
}
