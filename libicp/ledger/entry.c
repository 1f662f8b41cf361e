/* SPDX-License-Identifier: MIT */
/* What an entry may say and must say: one table of members over one list of forms. */
#include "ledger/entry.h"


/* A form is a kind in one of its states. */
enum {
    SET = 1 << 0, WITHDRAWN = 1 << 1,                                        /* override */
    RAISED = 1 << 2, ASSIGNED = 1 << 3, RESOLVED = 1 << 4,                   /* flag */
    REVIEW = 1 << 5, OUTCOME = 1 << 6,
    STORED = 1 << 7, PUBLISHED = 1 << 8, RESTORED = 1 << 9, RETIRED = 1 << 10, /* version */
    CARD = 1 << 11, CHANGE = 1 << 12,
    EVERY = (1 << 13) - 1, ABOUT = SET | RAISED, VERSION = STORED | PUBLISHED | RESTORED | RETIRED
};
static const struct {
    const char *kind, *state; /* the first state of a kind needs no member; NULL = the kind has none */
    unsigned form;
} forms[] = {{"override", "set", SET}, {"override", "withdrawn", WITHDRAWN}, {"flag", "raised", RAISED}, {"flag", "assigned", ASSIGNED},
             {"flag", "resolved", RESOLVED}, {"review", NULL, REVIEW}, {"outcome", NULL, OUTCOME}, {"version", "published", PUBLISHED},
             {"version", "restored", RESTORED}, {"version", "retired", RETIRED}, {"version", "stored", STORED}, {"card", NULL, CARD},
             {"change", NULL, CHANGE}};
#define FORMS (sizeof forms / sizeof forms[0])

static const char *const kinds[] = {"override", "flag", "review", "outcome", "version", "card", "change", NULL};
static const char *const states[] = {"set", "withdrawn", "raised", "assigned", "resolved", "published", "restored", "retired", "stored", NULL};
static const char *const reasons[] = {"context", "thin_segment", "categorical", "other", NULL};
static const char *const scopes[] = {"company", "segment", "model", NULL};
static const char *const layers[] = {"fit", "intent", "retention", NULL};
static const char *const tiers[] = {"Very Poor", "Poor", "Fair", "Good", "Excellent", NULL};
static const char *const outcomes[] = {"won", "lost", "retained", "churned", NULL};
static const char *const areas[] = {"product", "positioning", "market", "data", "weights", "other", NULL};

enum type { CHOICE, LINE, TEXT, LINES, DATE, HASH, WHOLE, OBJECT };
static const struct member {
    const char *name;
    enum type type;
    unsigned allowed, required;
    const char *const *names;
    size_t most; /* bytes */
    bool own;    /* set by the library alone */
} members[] = {
    {"kind", CHOICE, EVERY, EVERY, kinds, 0, false},
    {"state", CHOICE, EVERY & ~(REVIEW | OUTCOME | CARD | CHANGE), VERSION, states, 0, false},
    {"author", LINE, EVERY, EVERY, NULL, 200, false},
    {"authority", LINE, EVERY, SET | RESOLVED, NULL, 200, false},
    {"assignee", LINE, RAISED | ASSIGNED, ASSIGNED, NULL, 200, false},
    {"reason", CHOICE, ABOUT, SET, reasons, 0, false},
    {"text", TEXT, EVERY, ABOUT | WITHDRAWN | RESOLVED | REVIEW | CHANGE, NULL, 4000, false},
    {"scope", CHOICE, ABOUT, ABOUT, scopes, 0, false},
    {"key", LINE, ABOUT | REVIEW | OUTCOME, OUTCOME, NULL, 8192, false},
    {"traits", LINES, ABOUT, 0, NULL, 8192, false},
    {"model", HASH, EVERY, VERSION, NULL, 0, false},
    {"layer", CHOICE, ABOUT | REVIEW | OUTCOME, 0, layers, 0, false},
    {"tier", CHOICE, SET, SET, tiers, 0, false},
    {"expiry", DATE, SET, SET, NULL, 0, false},
    {"refers", WHOLE, EVERY & ~(SET | RAISED), WITHDRAWN | ASSIGNED | RESOLVED, NULL, 0, false},
    {"outcome", CHOICE, OUTCOME, OUTCOME, outcomes, 0, false},
    {"on", DATE, OUTCOME | CHANGE, OUTCOME, NULL, 0, false},
    {"next", DATE, REVIEW, 0, NULL, 0, false},
    {"area", CHOICE, CHANGE, CHANGE, areas, 0, false},
    {"card", OBJECT, CARD, CARD, NULL, 0, false},
    {"data", OBJECT, EVERY, 0, NULL, 0, false},
    {"sha256", HASH, STORED, STORED, NULL, 0, true},
    {"bytes", WHOLE, STORED, STORED, NULL, 0, true},
};
#define MEMBERS (sizeof members / sizeof members[0])

struct check {
    icp_ledger *l;
    struct icp_error *err;
    unsigned form;
    const char *kind, *state;
};

static icp_status refuse(const struct check *c, const struct icp__json *j, const char *name, const char *what) {
    const struct icp__place where = icp__json_place(j);
    return icp__fail_at(c->err, ICP_E_FORMAT, &where, "%s %s", name, what);
}

/* With something to see; NUL in none, other controls in texts of several lines alone. */
static icp_status check_text(const struct check *c, const struct icp__json *j, const struct member *m, bool line) {
    bool seen = false;
    if (j->type != ICP__JSON_STRING)
        return icp__json_expected(j, ICP_E_FORMAT, c->err, m->name, "a string");
    if (j->text.size > m->most)
        return refuse(c, j, m->name, m->most > 4000 ? "is longer than 8192 bytes" : line ? "is longer than 200 bytes" : "is longer than 4000 bytes");
    for (size_t i = 0; i < j->text.size; i++) {
        unsigned char byte = (unsigned char)j->text.data[i];
        if (byte < (line ? 32 : 1))
            return refuse(c, j, m->name, "has a control character");
        seen = seen || byte > ' ';
    }
    return seen ? ICP_OK : refuse(c, j, m->name, "is empty");
}

static icp_status check_lines(const struct check *c, const struct icp__json *j, const struct member *m) {
    size_t n = 0;
    if (j->type != ICP__JSON_ARRAY)
        return icp__json_expected(j, ICP_E_FORMAT, c->err, m->name, "an array of strings");
    for (const struct icp__json *k = j->child; k; k = k->next, n++) {
        icp_status st = check_text(c, k, m, true);
        if (st)
            return st;
    }
    return n && n <= 64 ? ICP_OK : refuse(c, j, m->name, "must have 1 to 64 members");
}

static unsigned number(const char *s, size_t n) {
    unsigned v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + (unsigned)(s[i] - '0');
    return v;
}

static bool is_date(struct icp_str s) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (s.size != 10)
        return false;
    for (size_t i = 0; i < 10; i++)
        if (i == 4 || i == 7 ? s.data[i] != '-' : s.data[i] < '0' || s.data[i] > '9')
            return false;
    unsigned y = number(s.data, 4), m = number(s.data + 5, 2), d = number(s.data + 8, 2);
    bool leap = m == 2 && y % 4 == 0 && (y % 100 || y % 400 == 0);
    return y >= 1970 && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (unsigned)leap;
}

static icp_status check_choice(const struct check *c, const struct icp__json *j, const struct member *m) {
    size_t n = 0, chosen;
    while (m->names[n])
        n++;
    return icp__json_choice(&c->l->own, j, ICP_E_FORMAT, m->name, m->names, n, &chosen, c->err);
}

static icp_status check_value(const struct check *c, const struct icp__json *j, const struct member *m) {
    uint8_t hash[32];
    uint64_t v;
    switch (m->type) {
    case CHOICE: return check_choice(c, j, m);
    case LINE: return check_text(c, j, m, true);
    case TEXT: return check_text(c, j, m, false);
    case LINES: return check_lines(c, j, m);
    case DATE:
        return j->type == ICP__JSON_STRING && is_date(j->text) ? ICP_OK : refuse(c, j, m->name, "must be a date from 1970 on such as \"2026-12-31\"");
    case HASH:
        return j->type == ICP__JSON_STRING && icp__ledger_unhex(j->text, hash) ? ICP_OK
                                                                               : refuse(c, j, m->name, "must be 64 lower-case hexadecimal digits");
    case WHOLE: return icp__json_uint(j, &v) && v > 0 && v <= INT64_MAX ? ICP_OK : refuse(c, j, m->name, "must be a whole number of at least 1");
    case OBJECT: return j->type == ICP__JSON_OBJECT ? ICP_OK : icp__json_expected(j, ICP_E_FORMAT, c->err, m->name, "an object");
    }
    return ICP_OK;
}

/* What kind and state together say. */
static icp_status find_form(struct check *c, const struct icp__json *top) {
    const struct icp__json *kind = icp__json_get(top, "kind"), *state = icp__json_get(top, "state");
    if (!kind)
        return refuse(c, top, "kind", "is missing");
    icp_status st = check_choice(c, kind, &members[0]);
    if (!st && state)
        st = check_choice(c, state, &members[1]);
    if (st)
        return st;
    for (size_t i = 0; i < FORMS && !c->form; i++)
        if (icp__json_is(kind, forms[i].kind) && (!state || (forms[i].state && icp__json_is(state, forms[i].state))))
            c->form = forms[i].form, c->kind = forms[i].kind, c->state = forms[i].state;
    const struct icp__place where = icp__json_place(state ? state : top);
    if (c->form)
        return ICP_OK;
    return icp__fail_at(c->err, ICP_E_FORMAT, &where, "an entry of kind \"%.*s\" has no such state", (int)kind->text.size, kind->text.data);
}

static icp_status check_members(const struct check *c, const struct icp__json *top) {
    for (size_t i = 0; i < MEMBERS; i++) {
        const struct member *m = &members[i];
        const struct icp__json *j = icp__json_get(top, m->name);
        const struct icp__place where = icp__json_place(j ? j : top);
        if (j ? !(m->allowed & c->form) : (m->required & c->form) != 0)
            return icp__fail_at(c->err, ICP_E_FORMAT, &where, "%s %s an entry of kind \"%s\"%s%s", m->name,
                                j ? "does not belong into" : "is missing in", c->kind, c->state ? ", state " : "", c->state ? c->state : "");
        icp_status st = j ? check_value(c, j, m) : ICP_OK;
        if (st)
            return st;
    }
    return ICP_OK;
}

/* A scope says what else must be there. */
static icp_status check_scope(const struct check *c, const struct icp__json *top) {
    const struct icp__json *scope = icp__json_get(top, "scope"), *key = icp__json_get(top, "key"), *traits = icp__json_get(top, "traits");
    bool company = icp__json_is(scope, "company"), segment = icp__json_is(scope, "segment");
    if (!scope)
        return ICP_OK;
    if (company != (key != NULL))
        return refuse(c, key ? key : scope, "key", company ? "is missing: the scope is company" : "belongs to the scope company alone");
    if (segment != (traits != NULL))
        return refuse(c, traits ? traits : scope, "traits", segment ? "is missing: the scope is segment" : "belongs to the scope segment alone");
    return ICP_OK;
}

static icp_status check_entry(struct check *c, const struct icp__json *top) {
    const char *names[MEMBERS];
    for (size_t i = 0; i < MEMBERS; i++)
        names[i] = members[i].name;
    icp_status st = icp__json_known(&c->l->own, top, ICP_E_FORMAT, "an entry", names, MEMBERS, c->err);
    if (!st)
        st = find_form(c, top);
    if (!st)
        st = check_members(c, top);
    return st ? st : check_scope(c, top);
}

/* Puts the library's own members in front; refuses them in what was given. */
static icp_status add_own(const struct check *c, struct icp__arena *a, struct icp__json *top, const struct icp__entry_own *own, size_t owns) {
    static const char what[] = "is set by the library, when a model is stored or published";
    const struct icp__json *state = icp__json_get(top, "state");
    if (icp__json_is(state, "stored") || icp__json_is(state, "published"))
        return refuse(c, state, "state", what);
    for (size_t i = 0; i < MEMBERS; i++)
        if (members[i].own && icp__json_get(top, members[i].name))
            return refuse(c, icp__json_get(top, members[i].name), members[i].name, what);
    for (size_t k = 0; k < owns; k++)
        if (icp__json_get(top, own[k].name))
            return refuse(c, icp__json_get(top, own[k].name), own[k].name, what);
    for (size_t k = 0; k < owns && top->type == ICP__JSON_OBJECT; k++) {
        struct icp__json *j = icp__arena_alloc(a, 1, sizeof *j);
        if (!j)
            return icp__no_memory(c->err);
        if (own[k].tree)
            *j = *own[k].tree;
        else
            *j = (struct icp__json){.type = own[k].number ? ICP__JSON_NUMBER : ICP__JSON_STRING, .text = {own[k].text, strlen(own[k].text)}};
        j->name = (struct icp_str){own[k].name, strlen(own[k].name)};
        j->next = top->child;
        j->line = j->column = 1;
        top->child = j;
    }
    return ICP_OK;
}

static struct icp_str text_of(const struct icp__json *top, const char *name) {
    const struct icp__json *j = icp__json_get(top, name);
    return j ? j->text : (struct icp_str){NULL, 0};
}

icp_status icp__entry_read(icp_ledger *l, struct icp__arena *a, const char *json, size_t size, const struct icp__entry_own *own, size_t owns,
                           struct icp__entry *out, struct icp_error *err) {
    struct check c = {.l = l, .err = err};
    struct icp__json *top = NULL;
    memset(out, 0, sizeof *out);
    icp__bytes_init(&out->canonical, &l->own);
    if (size > ICP__ENTRY_MOST)
        return icp__fail(err, ICP_E_LIMIT, "an entry has %zu bytes, at most %zu are taken", size, ICP__ENTRY_MOST);
    icp_status st = icp__json_parse(a, json, size, ICP_E_FORMAT, &top, err);
    if (!st)
        st = add_own(&c, a, top, own, owns);
    if (!st)
        st = check_entry(&c, top);
    if (!st)
        st = icp__entry_canonical(a, top, &out->canonical, err);
    if (st)
        return st;
    out->kind = icp__json_get(top, "kind")->text;
    out->author = icp__json_get(top, "author")->text;
    out->key = text_of(top, "key");
    out->model = text_of(top, "model");
    out->authority = text_of(top, "authority");
    out->restored = c.form == RESTORED;
    out->retired = c.form == RETIRED;
    out->resolved = c.form == RESOLVED;
    (void)icp__json_uint(icp__json_get(top, "refers"), &out->refers);
    out->same_kind = (c.form & (WITHDRAWN | ASSIGNED | RESOLVED)) != 0;
    return ICP_OK;
}

void icp__entry_free(struct icp__entry *e) { icp__bytes_free(&e->canonical); }
