/* SPDX-License-Identifier: MIT */
/* Reading a manifest. All of it is checked here, so that what follows a manifest never meets a link that leads nowhere. */
#include "base/text.h"
#include "dataset/manifest_json.h"
#include "trait/extract.h"

enum { TABLES_MAX = 1000, SHOWN = 60 };
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define SHOW(s) ((s).size > SHOWN ? SHOWN : (int)(s).size), ((s).data ? (s).data : "")

struct reading {
    icp_context *ctx;
    struct icp__manifest m;
    struct icp__arena scratch;     /* the tree, folded names */
    const struct icp__json **json; /* [members] */
    struct icp_str *folded;        /* [members] names */
    struct icp__place place;
    struct icp_error *err;
};

static const struct icp__place *at(struct reading *r, const struct icp__json *j) {
    r->place = icp__json_place(j);
    return &r->place;
}

static bool same(struct icp_str a, struct icp_str b) { return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size)); }

static bool fold(struct reading *r, struct icp_str s, struct icp_str *out) {
    const struct icp_str t = icp__trim(s.data, s.size);
    const size_t cap = ICP__FOLD_GROWTH * t.size + 16;
    char *room = icp__arena_alloc(&r->scratch, cap, 1);
    if (!room) return false;
    *out = (struct icp_str){room, icp__fold_value(t.data, t.size, room, cap)};
    return true;
}

/* A string that must be there. */
static icp_status get_str(struct reading *r, const struct icp__json *object, const char *what, const char *name,
                          const struct icp__json **out) {
    const struct icp__json *j = icp__json_get(object, name);
    if (!j) return icp__fail_at(r->err, ICP_E_FORMAT, at(r, object), "%s without \"%s\"", what, name);
    if (j->type != ICP__JSON_STRING) return icp__json_expected(j, ICP_E_FORMAT, r->err, name, "a string");
    *out = j;
    return ICP_OK;
}

/* A string that may be missing; its copy, with size 0 or data NULL then. */
static icp_status copy_str(struct reading *r, const struct icp__json *object, const char *name, struct icp_str *out) {
    const struct icp__json *j = icp__json_get(object, name);
    if (!j) return ICP_OK;
    if (j->type != ICP__JSON_STRING) return icp__json_expected(j, ICP_E_FORMAT, r->err, name, "a string");
    out->data = icp__arena_copy(&r->m.arena, j->text.data, j->text.size);
    out->size = j->text.size;
    return out->data ? ICP_OK : icp__no_memory(r->err);
}

static icp_status get_list(struct reading *r, const struct icp__json *object, const char *name, const struct icp__json **out,
                           uint32_t *count) {
    const struct icp__json *j = icp__json_get(object, name);
    *out = j;
    *count = 0;
    if (!j) return ICP_OK;
    if (j->type != ICP__JSON_ARRAY) return icp__json_expected(j, ICP_E_FORMAT, r->err, name, "an array");
    for (j = j->child; j && *count < UINT32_MAX; j = j->next) ++*count;
    return ICP_OK;
}

static icp_status get_choice(struct reading *r, const struct icp__json *j, const char *what, const char *const *names, size_t count,
                             size_t *out) {
    return icp__json_choice(r->ctx, j, ICP_E_FORMAT, what, names, count, out, r->err);
}

static icp_status get_true(struct reading *r, const struct icp__json *object, const char *name, bool *out) {
    const struct icp__json *j = icp__json_get(object, name);
    if (j && j->type != ICP__JSON_TRUE && j->type != ICP__JSON_FALSE)
        return icp__json_expected(j, ICP_E_FORMAT, r->err, name, "true or false");
    *out = j && j->type == ICP__JSON_TRUE;
    return ICP_OK;
}

static icp_status get_sure(struct reading *r, const struct icp__json *object, int32_t *out) {
    const struct icp__json *j = icp__json_get(object, "sure");
    *out = -1;
    if (!j) return ICP_OK;
    const struct icp_str t = j->text;
    bool good = j->type == ICP__JSON_NUMBER && t.size <= 5 && (t.data[0] == '0' || t.data[0] == '1') && (t.size == 1 || t.data[1] == '.');
    int32_t v = good ? (t.data[0] - '0') * 1000 : 0;
    for (int32_t i = 2, unit = 100; good && (size_t)i < t.size; i++, unit /= 10) {
        good = t.data[i] >= '0' && t.data[i] <= '9';
        v += (t.data[i] - '0') * unit;
    }
    if (!good || v > 1000)
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "sure is %.*s; expected a number from 0 to 1 with at most three decimals",
                            SHOW(t));
    *out = v;
    return ICP_OK;
}

/* The folder of a manifest is not left. */
static bool is_plain(struct icp_str file) {
    if (!file.size || memchr(file.data, '/', file.size) || memchr(file.data, '\\', file.size) || memchr(file.data, 0, file.size)) return false;
    return !(file.data[0] == '.' && (file.size == 1 || (file.size == 2 && file.data[1] == '.')));
}

static icp_status read_head(struct reading *r, uint32_t i) {
    static const char *const members[] = {"name", "file", "role", "key", "reason", "parent", "link", "lookups", "columns"};
    const struct icp__json *object = r->json[i], *j = NULL;
    struct icp__member *m = &r->m.member[i];
    size_t role = 0;
    icp_status st = icp__json_known(r->ctx, object, ICP_E_FORMAT, "table", members, COUNT(members), r->err);
    if (!st) st = get_str(r, object, "a table", "name", &j);
    if (!st) st = copy_str(r, object, "name", &m->name);
    if (!st && !fold(r, m->name, &r->folded[i])) st = icp__no_memory(r->err);
    if (st) return st;
    if (!r->folded[i].size || memchr(m->name.data, 0, m->name.size))
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "name \"%.*s\" is %s", SHOW(m->name), r->folded[i].size ? "cut by a zero byte" : "blank");
    for (uint32_t k = 0; k < i; k++)
        if (same(r->folded[k], r->folded[i]))
            return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "table \"%.*s\" stands twice", SHOW(m->name));
    st = copy_str(r, object, "file", &m->file);
    if (!st && m->file.data && !is_plain(m->file))
        st = icp__fail_at(r->err, ICP_E_FORMAT, at(r, icp__json_get(object, "file")),
                          "file \"%.*s\"; expected the name of a file beside the manifest", SHOW(m->file));
    if (!st) st = copy_str(r, object, "reason", &m->reason);
    if (!st) st = get_str(r, object, "a table", "role", &j);
    if (!st) st = get_choice(r, j, "role", icp__role_names, ICP__ROLES, &role);
    m->role = (uint8_t)role;
    return st;
}

static icp_status read_column(struct reading *r, struct icp__member *m, uint32_t i, const struct icp__json *object) {
    static const char *const members[] = {"name",  "id",         "use",  "kind",       "family", "separator", "decimal",
                                          "order", "normaliser", "late", "event_kind", "reason", "seen",      "filled"};
    struct icp__member_column *c = &m->column[i];
    const struct icp__column *s = &m->schema->column[i];
    const struct icp__json *j = NULL;
    size_t use = 0;
    icp_status st = icp__json_known(r->ctx, object, ICP_E_FORMAT, "column", members, COUNT(members), r->err);
    if (!st) st = icp__schema_read_column(m->schema, i, object, ICP_E_FORMAT, r->err);
    if (!st) st = get_str(r, object, "a column", "use", &j);
    if (!st) st = get_choice(r, j, "use", icp__part_names, ICP__PARTS, &use);
    if (!st) st = get_true(r, object, "late", &c->late);
    if (!st) st = get_true(r, object, "event_kind", &c->event_kind);
    if (!st) st = copy_str(r, object, "reason", &c->reason);
    if (st) return st;
    c->part = (uint8_t)use;
    const int32_t kind = use == ICP__PART_NUMBER ? ICP_KIND_NUMBER : use == ICP__PART_DATE ? ICP_KIND_DATE : s->kind;
    if (kind != s->kind)
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "column \"%.*s\" of kind %s cannot be used as %s", SHOW(s->name),
                            icp__kind_name(s->kind), icp__part_names[use]);
    return ICP_OK;
}

static icp_status read_columns(struct reading *r, uint32_t i) {
    struct icp__member *m = &r->m.member[i];
    const struct icp__json *list;
    uint32_t count, k = 0;
    icp_status st = get_list(r, r->json[i], "columns", &list, &count);
    if (st) return st;
    if (count > r->ctx->options.max_columns)
        return icp__fail_at(r->err, ICP_E_LIMIT, at(r, list), "%u columns; the context allows %llu", count,
                            (unsigned long long)r->ctx->options.max_columns);
    m->column = icp__arena_alloc(&r->m.arena, count, sizeof *m->column);
    m->schema = m->column ? icp__schema_new(r->ctx, count) : NULL;
    if (!m->schema) return icp__no_memory(r->err);
    m->schema->extraction = ICP__EXTRACTION;
    memset(m->column, 0, count * sizeof *m->column);
    for (const struct icp__json *j = list ? list->child : NULL; j && !st; j = j->next) st = read_column(r, m, k++, j);
    return st;
}

static icp_status find_column(struct reading *r, const struct icp__member *m, const struct icp__json *name, uint32_t *out) {
    struct icp_str folded;
    if (!fold(r, name->text, &folded)) return icp__no_memory(r->err);
    for (uint32_t i = 0; i < m->schema->columns; i++)
        if (same(m->schema->column[i].id, folded)) {
            *out = i;
            return ICP_OK;
        }
    return icp__fail_at(r->err, ICP_E_FORMAT, at(r, name), "table \"%.*s\" lists no column \"%.*s\"", SHOW(m->name), SHOW(name->text));
}

static icp_status find_table(struct reading *r, const struct icp__json *name, uint32_t *out) {
    struct icp_str folded;
    if (!fold(r, name->text, &folded)) return icp__no_memory(r->err);
    for (uint32_t i = 0; i < r->m.members; i++)
        if (same(r->folded[i], folded)) {
            *out = i;
            return ICP_OK;
        }
    return icp__fail_at(r->err, ICP_E_FORMAT, at(r, name), "no table \"%.*s\" in this manifest", SHOW(name->text));
}

/* what = "link", "lookup", or "parent", which stays in its table */
static icp_status read_link(struct reading *r, uint32_t from, const struct icp__json *object, const char *what, struct icp__link *l) {
    static const char *const members[] = {"column", "to_column", "match", "separator", "sure", "reason", "to"};
    static const char *const matches[] = {"exact", "normalised"}, *const separators[] = {";", ",", "|"};
    const bool parent = what[0] == 'p';
    const struct icp__json *column = NULL, *to = NULL, *to_column = NULL, *j = NULL;
    struct icp__link own = {.to = from};
    size_t match = 0, separator = 0;
    icp_status st = icp__json_known(r->ctx, object, ICP_E_FORMAT, what, members, COUNT(members) - parent, r->err);
    if (!st) st = get_str(r, object, what, "column", &column);
    if (!st && !parent) st = get_str(r, object, what, "to", &to);
    if (!st) st = get_str(r, object, what, "to_column", &to_column);
    if (!st) st = get_str(r, object, what, "match", &j);
    if (!st) st = get_choice(r, j, "match", matches, COUNT(matches), &match);
    if (!st && (j = icp__json_get(object, "separator"))) {
        st = get_choice(r, j, "separator", separators, COUNT(separators), &separator);
        own.separator = ";,|"[separator];
    }
    if (!st) st = get_sure(r, object, &own.sure);
    if (!st) st = copy_str(r, object, "reason", &own.reason);
    if (!st) st = find_column(r, &r->m.member[from], column, &own.column);
    if (!st && to) st = find_table(r, to, &own.to);
    if (st) return st;
    const uint8_t role = r->m.member[own.to].role;
    if (what[1] == 'o' ? role != ICP__ROLE_LOOKUP : role != ICP__ROLE_COMPANY && role != ICP__ROLE_CHILD)
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, to), "a %s cannot lead to table \"%.*s\": its role is %s", what,
                            SHOW(r->m.member[own.to].name), icp__role_names[role]);
    own.normalised = match == 1;
    st = find_column(r, &r->m.member[own.to], to_column, &own.to_column);
    if (!st) *l = own;
    return st;
}

static icp_status read_lookups(struct reading *r, uint32_t i) {
    struct icp__member *m = &r->m.member[i];
    const struct icp__json *list;
    uint32_t count;
    icp_status st = get_list(r, r->json[i], "lookups", &list, &count);
    if (st || !count) return st;
    m->lookup = icp__arena_alloc(&r->m.arena, count, sizeof *m->lookup);
    if (!m->lookup) return icp__no_memory(r->err);
    for (const struct icp__json *j = list->child; j && !st; j = j->next) {
        st = read_link(r, i, j, "lookup", &m->lookup[m->lookups]);
        m->lookups += !st;
    }
    return st;
}

/* What a role does not know is refused rather than read over, but for excluded tables: excluding one is the change of one word. */
static icp_status check_role(struct reading *r, uint32_t i) {
    static const struct {
        const char *member, *roles;
        uint8_t a, b;
    } allowed[] = {{"parent", "company", ICP__ROLE_COMPANY, ICP__ROLE_COMPANY},
                   {"link", "child", ICP__ROLE_CHILD, ICP__ROLE_CHILD},
                   {"lookups", "company or child", ICP__ROLE_COMPANY, ICP__ROLE_CHILD}};
    const struct icp__member *m = &r->m.member[i];
    for (size_t k = 0; k < COUNT(allowed); k++) {
        const struct icp__json *j = icp__json_get(r->json[i], allowed[k].member);
        if (j && m->role != allowed[k].a && m->role != allowed[k].b)
            return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "table \"%.*s\" has the role %s; \"%s\" is for the role %s", SHOW(m->name),
                                icp__role_names[m->role], allowed[k].member, allowed[k].roles);
    }
    if (m->role == ICP__ROLE_CHILD && !icp__json_get(r->json[i], "link"))
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, r->json[i]), "child \"%.*s\" without \"link\"", SHOW(m->name));
    return ICP_OK;
}

static icp_status read_key(struct reading *r, uint32_t i) {
    struct icp__member *m = &r->m.member[i];
    const struct icp__json *j = icp__json_get(r->json[i], "key"), *columns = icp__json_get(r->json[i], "columns");
    uint32_t key = 0, k = 0;
    icp_status st = j ? get_str(r, r->json[i], "a table", "key", &j) : ICP_OK;
    if (!st && j) st = find_column(r, m, j, &key);
    if (st) return st;
    m->key = j ? (int32_t)key : -1;
    if (m->role == ICP__ROLE_COMPANY && !j)
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, r->json[i]), "company table \"%.*s\" without \"key\"", SHOW(m->name));
    for (const struct icp__json *c = columns ? columns->child : NULL; c; c = c->next, k++)
        if (m->column[k].part == ICP__PART_KEY && (int32_t)k != m->key)
            return icp__fail_at(r->err, ICP_E_FORMAT, at(r, icp__json_get(c, "use")), "column \"%.*s\" is not the key of its table",
                                SHOW(m->schema->column[k].name));
    return ICP_OK;
}

static icp_status read_links(struct reading *r, uint32_t i) {
    struct icp__member *m = &r->m.member[i];
    icp_status st = read_key(r, i);
    if (st || m->role == ICP__ROLE_EXCLUDED) return st;
    st = check_role(r, i);
    const char *what = m->role == ICP__ROLE_COMPANY ? "parent" : "link";
    const struct icp__json *up = st ? NULL : icp__json_get(r->json[i], what);
    if (up) st = read_link(r, i, up, what, &m->up);
    return st ? st : read_lookups(r, i);
}

static icp_status read_company(struct reading *r, const struct icp__json *root) {
    const struct icp__json *j = NULL;
    icp_status st = get_str(r, root, "a manifest", "company", &j);
    if (!st) st = find_table(r, j, &r->m.company);
    if (st) return st;
    const struct icp__member *company = &r->m.member[r->m.company];
    if (company->role != ICP__ROLE_COMPANY)
        return icp__fail_at(r->err, ICP_E_SCHEMA, at(r, j), "\"%.*s\" is to be the company table, but its role is %s", SHOW(company->name),
                            icp__role_names[company->role]);
    for (uint32_t i = 0; i < r->m.members; i++)
        if (i != r->m.company && r->m.member[i].role == ICP__ROLE_COMPANY)
            return icp__fail_at(r->err, ICP_E_SCHEMA, at(r, icp__json_get(r->json[i], "role")),
                                "\"%.*s\" is a second company table, beside \"%.*s\"", SHOW(r->m.member[i].name), SHOW(company->name));
    return ICP_OK;
}

/* Links of children lead to the company: of those in a circle the first that is met is told. */
static icp_status check_circles(struct reading *r) {
    for (uint32_t i = 0; i < r->m.members; i++) {
        uint32_t k = i, steps = 0;
        for (; r->m.member[k].role == ICP__ROLE_CHILD && steps <= r->m.members; steps++) k = r->m.member[k].up.to;
        if (steps <= r->m.members) continue;
        const struct icp__member *m = &r->m.member[k], *next = &r->m.member[m->up.to];
        return icp__fail_at(r->err, ICP_E_SCHEMA, at(r, icp__json_get(icp__json_get(r->json[k], "link"), "to")),
                            "the links go round in a circle: from \"%.*s\" to \"%.*s\" and back", SHOW(m->name), SHOW(next->name));
    }
    return ICP_OK;
}

static icp_status read_tables(struct reading *r, const struct icp__json *root) {
    const struct icp__json *list, *j;
    uint32_t count;
    icp_status st = get_list(r, root, "tables", &list, &count);
    if (st) return st;
    if (!list || !count) return icp__fail_at(r->err, ICP_E_FORMAT, at(r, list ? list : root), "a manifest without %s", list ? "a table" : "\"tables\"");
    if (count > TABLES_MAX) return icp__fail_at(r->err, ICP_E_LIMIT, at(r, list), "%u tables; at most %d are read", count, TABLES_MAX);
    r->json = icp__arena_alloc(&r->scratch, count, sizeof *r->json);
    r->folded = icp__arena_alloc(&r->scratch, count, sizeof *r->folded);
    r->m.member = icp__arena_alloc(&r->m.arena, count, sizeof *r->m.member);
    if (!r->json || !r->folded || !r->m.member) return icp__no_memory(r->err);
    memset(r->m.member, 0, count * sizeof *r->m.member);
    for (j = list->child; j; j = j->next) {
        r->m.member[r->m.members].up.to = ICP__NO_LINK;
        r->json[r->m.members++] = j;
    }
    for (uint32_t i = 0; i < count && !st; i++) st = read_head(r, i);
    for (uint32_t i = 0; i < count && !st; i++) st = read_columns(r, i);
    if (!st) st = read_company(r, root);
    for (uint32_t i = 0; i < count && !st; i++) st = read_links(r, i);
    return st ? st : check_circles(r);
}

static icp_status read_root(struct reading *r, const struct icp__json *root) {
    static const char *const members[] = {"icp_dataset", "company", "tables"};
    uint64_t version;
    icp_status st = icp__json_known(r->ctx, root, ICP_E_FORMAT, "a manifest", members, COUNT(members), r->err);
    if (st) return st;
    const struct icp__json *j = icp__json_get(root, "icp_dataset");
    if (!j) return icp__fail_at(r->err, ICP_E_FORMAT, at(r, root), "a manifest without \"icp_dataset\"");
    if (!icp__json_uint(j, &version)) return icp__json_expected(j, ICP_E_FORMAT, r->err, "icp_dataset", "1");
    if (version != 1)
        return icp__fail_at(r->err, ICP_E_FORMAT, at(r, j), "manifest version %.*s is not known; this library reads 1", SHOW(j->text));
    return read_tables(r, root);
}

icp_status icp__manifest_read(icp_context *c, const char *json, size_t size, struct icp__manifest *out, struct icp_error *err) {
    struct reading r = {.ctx = c, .m = {.ctx = c}, .err = err};
    struct icp__json *root;
    icp__arena_init(&r.m.arena, c);
    icp__arena_init(&r.scratch, c);
    icp_status st = icp__json_parse(&r.scratch, json, size, ICP_E_FORMAT, &root, err);
    if (!st) st = read_root(&r, root);
    icp__arena_free(&r.scratch);
    if (st) icp__manifest_free(&r.m);
    else *out = r.m;
    return st;
}
