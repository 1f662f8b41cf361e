/* SPDX-License-Identifier: MIT */
/* What each column is for, and why. */
#include "dataset/find.h"

/* A list of values says something only where they come again. */
enum { FEW = 20, LONG_TEXT = 80, KINDS_MOST = 64, CODES_MOST = 200 };

struct use {
    struct icp__find *f;
    struct icp__member *m;
    const struct icp__profile *p;
    const struct icp__profile_column *c;
    struct icp__column *s;
    struct icp__member_column *out;
    uint32_t table, column;
};

static void because(struct use *u, uint8_t part, const char *reason) {
    u->out->part = part;
    icp__bytes_text(&u->f->text, reason);
    u->out->reason = icp__find_say(u->f);
}

/* Beyond what a sketch holds the count is an estimate. */
static void count_values(struct use *u) {
    if (u->c->exact.cut) icp__bytes_text(&u->f->text, "about ");
    icp__find_count(u->f, icp__sketch_among(&u->c->exact, u->c->filled));
}

static bool said(struct use *u, bool *used) {
    struct icp__find *f = u->f;
    bool failed = false;
    const bool in = !f->include.data || icp__dataset_matches(f->ctx, f->include, u->m->name, u->s->name, &failed);
    f->failed |= failed;
    *used = true;
    if (u->c->left_out) {
        because(u, ICP__PART_SKIP, "left out by the caller");
    } else if (!in && (int32_t)u->column != u->m->key) {
        because(u, ICP__PART_SKIP, "not asked for");
    } else {
        *used = false;
    }
    return *used;
}

static bool is_personal(struct use *u) {
    const struct icp__profile_column *c = u->c;
    const char *what = c->personal;
    const bool persons = u->p->object == ICP__OBJECT_PERSON || u->p->object == ICP__OBJECT_USER;
    /* The manager of a sales agent is a person too. */
    const bool person = c->means.object == ICP__OBJECT_PERSON || c->means.object == ICP__OBJECT_USER;
    if (!what && persons && person && !c->means.id && !c->means.measure && (u->s->kind == ICP_KIND_CATEGORY || u->s->kind == ICP_KIND_NAME || u->s->kind == ICP_KIND_TEXT))
        what = "name of a person";
    if (c->emails * 2 > c->filled) what = "e-mail address";
    if (!what || c->released) return false;
    icp__bytes_text(&u->f->text, what);
    because(u, ICP__PART_PROTECTED, ": protected as personal data unless released");
    return true;
}

static const struct icp__link *link_of(const struct use *u) {
    if (u->m->up.to != ICP__NO_LINK && u->m->up.column == u->column) return &u->m->up;
    for (uint32_t l = 0; l < u->m->lookups; l++)
        if (u->m->lookup[l].column == u->column) return &u->m->lookup[l];
    return NULL;
}

/* Points at a table by another way than the one that is followed. */
static bool is_other_link(struct use *u) {
    const struct icp__candidate *x = icp__find_best(u->f, u->table, u->column, ICP__NO_LINK);
    if (!x || x->header < 2 || x->to == u->table) return false;
    const struct icp__member *to = &u->f->m->member[x->to];
    if (to->role != ICP__ROLE_COMPANY && to->role != ICP__ROLE_CHILD) return false;
    icp__bytes_text(&u->f->text, "also points at ");
    icp__bytes_add(&u->f->text, to->name.data, to->name.size);
    icp__bytes_text(&u->f->text, ", which is not followed (");
    icp__find_figures(u->f, x);
    icp__bytes_text(&u->f->text, ")");
    because(u, ICP__PART_SKIP, u->m->role == ICP__ROLE_COMPANY ? "" : ": a row has one way to its company");
    return true;
}

static bool near_unique(const struct use *u) {
    const uint32_t unique = icp__sketch_unique(&u->c->exact);
    return u->c->filled >= FEW && unique >= 700;
}

static bool skip_text(struct use *u) {
    struct icp__bytes *b = &u->f->text;
    if (near_unique(u)) {
        count_values(u);
        icp__bytes_text(b, " different among ");
        icp__find_count(u->f, u->c->filled);
        because(u, ICP__PART_SKIP, " values: hardly one comes again");
        return true;
    }
    if (u->c->bytes > u->c->filled * LONG_TEXT) {
        because(u, ICP__PART_SKIP, "long text");
        return true;
    }
    return false;
}

static void use_value(struct use *u) {
    const bool lookup = u->m->role == ICP__ROLE_LOOKUP;
    const struct icp__meaning *m = &u->c->means;
    const bool dated = u->p->dates > (u->s->kind == ICP_KIND_DATE);
    if (!lookup && dated && (u->s->kind == ICP_KIND_NUMBER || u->s->kind == ICP_KIND_DATE) && icp__header_of_period(u->s->name)) {
        because(u, ICP__PART_SKIP, "a month, quarter or year beside a date");
        return;
    }
    switch (u->s->kind) {
    case ICP_KIND_NUMBER:
        if (m->id && u->c->whole * 20 >= u->c->filled * 19) because(u, ICP__PART_SKIP, "numbers that are ids");
        else because(u, lookup ? ICP__PART_PASS : ICP__PART_NUMBER, "numbers");
        return;
    case ICP_KIND_DATE:
        if (lookup) because(u, ICP__PART_SKIP, "a date of the row looked up dates no event");
        else because(u, ICP__PART_DATE, "dates its rows");
        return;
    case ICP_KIND_BOOLEAN:
        because(u, lookup ? ICP__PART_PASS : ICP__PART_LIST, "yes or no");
        return;
    case ICP_KIND_CATEGORY:
    case ICP_KIND_NAME:
    case ICP_KIND_TEXT:
        if (u->c->crm_ids * 10 > u->c->filled * 9 || (m->id && (m->object || m->bare) && !u->out->event_kind && (near_unique(u) || icp__sketch_distinct(&u->c->exact) > CODES_MOST))) {
            because(u, ICP__PART_SKIP, "ids of records in no table here");
            return;
        }
        if (!lookup && skip_text(u)) return;
        break;
    case ICP_KIND_LIST:
        break;
    case ICP_KIND_URL:
        because(u, ICP__PART_SKIP, "web addresses");
        return;
    default:
        because(u, ICP__PART_SKIP, "");
        u->out->reason = u->s->reason;
        return;
    }
    count_values(u);
    icp__bytes_text(&u->f->text, " different values");
    because(u, lookup ? ICP__PART_PASS : ICP__PART_LIST, "");
}

/* "GTX Pro" says something itself; an id, or who in the house had to do with it, does not. */
static bool names_kind(const struct use *u, const struct icp__link *l) {
    const bool looked_up = u->m->role == ICP__ROLE_CHILD && l != &u->m->up;
    return looked_up && u->s->kind == ICP_KIND_CATEGORY && !u->c->means.id && u->f->profile[l->to].object != ICP__OBJECT_USER &&
           u->c->crm_ids * 10 <= u->c->filled * 9;
}

static void use_link(struct use *u, const struct icp__link *l) {
    const struct icp__member *to = &u->f->m->member[l->to];
    icp__bytes_text(&u->f->text, "points at ");
    icp__bytes_add(&u->f->text, to->name.data, to->name.size);
    icp__bytes_text(&u->f->text, " by ");
    struct icp_str name = icp__find_header(u->f, l->to, l->to_column);
    icp__bytes_add(&u->f->text, name.data, name.size);
    because(u, names_kind(u, l) ? ICP__PART_LIST : ICP__PART_LINK, "");
}

static void find_use(struct use *u) {
    bool used;
    const struct icp__link *l = link_of(u);
    if (said(u, &used)) return;
    if ((int32_t)u->column == u->m->key) {
        u->s->kind = ICP_KIND_KEY;
        u->s->normaliser = ICP__NORMALISER_NONE, u->s->adds = 0; /* a key is what it is, even where it is an industry */
        count_values(u);
        icp__bytes_text(&u->f->text, " different among ");
        icp__find_count(u->f, u->p->rows);
        because(u, ICP__PART_KEY, u->p->rows == 1 ? " row" : " rows");
        return;
    }
    if (u->s->kind == ICP_KIND_KEY) u->s->kind = ICP_KIND_IGNORED; /* the inference took another */
    if (l) use_link(u, l);
    else if (!u->c->filled) because(u, ICP__PART_SKIP, "never filled");
    else if (is_personal(u)) return;
    else if (u->m->role == ICP__ROLE_UNLINKED) because(u, ICP__PART_SKIP, "the table is not linked");
    else if (is_other_link(u)) return;
    else if (u->m->role == ICP__ROLE_COMPANY) because(u, ICP__PART_PASS, "a column of companies");
    else use_value(u);
}

/* A note behind the reason. */
static void note(struct use *u, const char *text) {
    icp__bytes_add(&u->f->text, u->out->reason.data, u->out->reason.size);
    icp__bytes_text(&u->f->text, u->out->reason.size ? "; " : "");
    icp__bytes_text(&u->f->text, text);
}

static bool is_end(const struct use *u, uint32_t column) {
    return u->p->closing == (int32_t)column && u->m->column[column].part == ICP__PART_DATE;
}

/* Without a date at which a row ends nothing of it would ever be known. */
static void find_late(struct use *u, uint32_t dates) {
    const bool ends = u->p->closing >= 0 && is_end(u, (uint32_t)u->p->closing);
    if (is_end(u, u->column)) {
        note(u, "ends its rows: those that are open lack it");
        u->out->late = true;
        u->out->reason = icp__find_say(u->f);
        return;
    }
    if (u->out->part != ICP__PART_LIST && u->out->part != ICP__PART_NUMBER) return;
    if (u->c->late && ends) {
        const struct icp_str date = u->p->schema->column[u->c->late_with].name;
        note(u, "known with the later date: in ");
        icp__bytes_print(&u->f->text, "%u.%u%% of rows it goes with ", (unsigned)(u->c->late_share / 10), (unsigned)(u->c->late_share % 10));
        icp__bytes_add(&u->f->text, date.data, date.size);
    } else if ((ends || dates > 1) && icp__header_late(u->s->name)) {
        note(u, "known with the later date: header says so");
    } else {
        return;
    }
    u->out->late = true;
    u->out->reason = icp__find_say(u->f);
}

/* One column whose values name what happened. */
static int32_t event_kind(const struct icp__profile *p) {
    int32_t best = -1;
    unsigned best_rank = 0;
    for (uint32_t i = 0; i < p->columns; i++) {
        const struct icp__profile_column *c = &p->column[i];
        const unsigned rank = icp__header_event_kind(p->schema->column[i].name);
        if (!rank || c->left_out || c->exact.cut || icp__sketch_distinct(&c->exact) > KINDS_MOST || icp__sketch_distinct(&c->exact) < 2) continue;
        if (p->schema->column[i].kind != ICP_KIND_CATEGORY && p->schema->column[i].kind != ICP_KIND_TEXT) continue;
        if (best < 0 || rank < best_rank) best = (int32_t)i, best_rank = rank;
    }
    return best;
}

bool icp__find_uses(struct icp__find *f, uint32_t table) {
    struct icp__member *m = &f->m->member[table];
    const struct icp__profile *p = &f->profile[table];
    const int32_t kind = m->role == ICP__ROLE_CHILD && p->dates ? event_kind(p) : -1;
    uint32_t dates = 0;
    m->schema = icp_schema_ref(p->schema);
    m->column = icp__arena_alloc(&f->m->arena, p->columns, sizeof *m->column);
    if (!m->column) return false;
    memset(m->column, 0, p->columns * sizeof *m->column);
    for (uint32_t i = 0; i < p->columns; i++) {
        struct use u = {f, m, p, &p->column[i], &p->schema->column[i], &m->column[i], table, i};
        u.out->event_kind = kind == (int32_t)i;
        find_use(&u);
        dates += m->column[i].part == ICP__PART_DATE;
        u.out->event_kind = u.out->event_kind && u.out->part == ICP__PART_LIST;
        if (!u.out->event_kind) continue;
        note(&u, "tells kinds of events apart");
        u.out->reason = icp__find_say(f);
    }
    for (uint32_t i = 0; i < p->columns && m->role == ICP__ROLE_CHILD; i++) {
        struct use u = {f, m, p, &p->column[i], &p->schema->column[i], &m->column[i], table, i};
        find_late(&u, dates);
    }
    return true;
}
