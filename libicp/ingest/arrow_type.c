/* SPDX-License-Identifier: MIT */
/* Schemas: format strings to types, members of structs to columns. */
#include "base/text.h"
#include "ingest/arrow.h"

#define NAME_MOST 1024
#define SCALE_MOST 100

struct plan {
    icp_context *c;
    struct icp__arena *arena;
    struct icp__bytes path;
    struct icp__cell *names;
    size_t name_cap;
    uint32_t columns;
    bool inside; /* of a column or of structs of columns: errors have a place */
    uint64_t nodes; /* still allowed */
    struct icp_error *err;
};

static struct icp__place place_of(const struct plan *p) {
    struct icp__place place = ICP__NOWHERE;
    place.source = ICP__ARROW_SOURCE;
    if (!p->inside) return place;
    place.column = (int64_t)p->columns + 1;
    if (p->path.size) place.field = (struct icp_str){p->path.data, p->path.size};
    return place;
}

static icp_status refuse(const struct plan *p, icp_status code, const char *text) {
    const struct icp__place place = place_of(p);
    return icp__fail_at(p->err, code, &place, "%s", text);
}

static icp_status refuse_type(const struct plan *p, icp_status code, const char *format, const char *text) {
    const struct icp__place place = place_of(p);
    return icp__fail_at(p->err, code, &place, "type \"%s\" %s", format, text);
}

struct plain {
    const char *format;
    enum icp__arrow_kind kind;
    uint8_t bytes, digits;
    bool sign, binary;
};
static const struct plain plain_types[] = {
    {"n", ICP__ARROW_NULL, 0, 0, false, false},          {"b", ICP__ARROW_BOOLEAN, 0, 0, false, false},
    {"c", ICP__ARROW_WHOLE, 1, 0, true, false},          {"C", ICP__ARROW_WHOLE, 1, 0, false, false},
    {"s", ICP__ARROW_WHOLE, 2, 0, true, false},          {"S", ICP__ARROW_WHOLE, 2, 0, false, false},
    {"i", ICP__ARROW_WHOLE, 4, 0, true, false},          {"I", ICP__ARROW_WHOLE, 4, 0, false, false},
    {"l", ICP__ARROW_WHOLE, 8, 0, true, false},          {"L", ICP__ARROW_WHOLE, 8, 0, false, false},
    {"e", ICP__ARROW_FLOAT, 2, 0, true, false},          {"f", ICP__ARROW_FLOAT, 4, 0, true, false},
    {"g", ICP__ARROW_FLOAT, 8, 0, true, false},          {"u", ICP__ARROW_TEXT, 4, 0, false, false},
    {"U", ICP__ARROW_TEXT, 8, 0, false, false},          {"z", ICP__ARROW_TEXT, 4, 0, false, true},
    {"Z", ICP__ARROW_TEXT, 8, 0, false, true},           {"vu", ICP__ARROW_TEXT_VIEW, 16, 0, false, false},
    {"vz", ICP__ARROW_TEXT_VIEW, 16, 0, false, true},    {"tdD", ICP__ARROW_DATE, 4, 0, true, false},
    {"tdm", ICP__ARROW_DATE, 8, 3, true, false},         {"tts", ICP__ARROW_TIME, 4, 0, true, false},
    {"ttm", ICP__ARROW_TIME, 4, 3, true, false},         {"ttu", ICP__ARROW_TIME, 8, 6, true, false},
    {"ttn", ICP__ARROW_TIME, 8, 9, true, false},         {"tDs", ICP__ARROW_DURATION, 8, 0, true, false},
    {"tDm", ICP__ARROW_DURATION, 8, 3, true, false},     {"tDu", ICP__ARROW_DURATION, 8, 6, true, false},
    {"tDn", ICP__ARROW_DURATION, 8, 9, true, false},     {"tiM", ICP__ARROW_INTERVAL, 4, 0, true, false},
    {"tiD", ICP__ARROW_INTERVAL, 8, 3, true, false},     {"tin", ICP__ARROW_INTERVAL, 16, 9, true, false},
    {"+l", ICP__ARROW_LIST, 4, 0, false, false},         {"+L", ICP__ARROW_LIST, 8, 0, false, false},
    {"+m", ICP__ARROW_LIST, 4, 0, false, false},         {"+vl", ICP__ARROW_LIST_VIEW, 4, 0, false, false},
    {"+vL", ICP__ARROW_LIST_VIEW, 8, 0, false, false},   {"+s", ICP__ARROW_STRUCT, 0, 0, false, false},
    {"+r", ICP__ARROW_RUNS, 0, 0, false, false}};

/* A whole number, and what stands behind it: the end or `stop`. */
static bool number_of(const char **p, char stop, int32_t *out) {
    int64_t v = 0;
    const bool minus = **p == '-';
    const char *s = *p + minus;
    if (*s < '0' || *s > '9') return false;
    for (; *s >= '0' && *s <= '9'; s++)
        if ((v = v * 10 + (*s - '0')) > INT32_MAX) return false;
    if (*s != stop && *s) return false;
    *p = *s ? s + 1 : s;
    *out = (int32_t)(minus ? -v : v);
    return true;
}

/* "d:precision,scale" and "d:precision,scale,bits" */
static bool decimal_of(const char *s, struct icp__arrow_type *t) {
    int32_t precision, bits = 128;
    if (!number_of(&s, ',', &precision) || !*s || !number_of(&s, ',', &t->size)) return false;
    if (*s && (!number_of(&s, 0, &bits) || *s)) return false;
    if (precision < 1 || precision > 76 || t->size > SCALE_MOST || t->size < -SCALE_MOST) return false;
    if (bits != 32 && bits != 64 && bits != 128 && bits != 256) return false;
    t->kind = ICP__ARROW_DECIMAL;
    t->bytes = (uint8_t)(bits / 8);
    return true;
}

/* "tsu:" and the zone: only whether there is one matters, since values are in UTC. */
static bool timestamp_of(const char *s, struct icp__arrow_type *t) {
    static const char units[] = "smun";
    const char *unit = memchr(units, s[2], 4);
    if (!unit || s[3] != ':') return false;
    t->kind = ICP__ARROW_TIMESTAMP;
    t->bytes = 8;
    t->digits = (uint8_t)(3 * (unit - units));
    t->zoned = s[4] != 0;
    return true;
}

static bool format_of(const char *s, struct icp__arrow_type *t) {
    for (size_t i = 0; i < sizeof plain_types / sizeof *plain_types; i++) {
        const struct plain *p = &plain_types[i];
        if (strcmp(s, p->format)) continue;
        t->kind = p->kind, t->bytes = p->bytes, t->digits = p->digits;
        t->sign = p->sign, t->binary = p->binary;
        t->pairs = s[0] == '+' && s[1] == 'm';
        return true;
    }
    if (s[0] == 'd' && s[1] == ':') return decimal_of(s + 2, t);
    if (s[0] == 't' && s[1] == 's' && s[2]) return timestamp_of(s, t);
    const bool list = s[0] == '+';
    if (s[list] != 'w' || s[list + 1] != ':') return false;
    s += list + 2;
    t->kind = list ? ICP__ARROW_FIXED_LIST : ICP__ARROW_FIXED_TEXT;
    t->binary = !list;
    return number_of(&s, 0, &t->size) && !*s && t->size >= 0;
}

static icp_status name_of(struct plan *p, const struct ArrowSchema *s, struct icp__arrow_type *t) {
    const char *name = s->name ? s->name : "";
    size_t n = 0;
    while (name[n] && n <= NAME_MOST) n++;
    if (n > NAME_MOST) return refuse(p, ICP_E_LIMIT, "name is longer than 1024 bytes");
    char *copy = icp__arena_alloc(p->arena, n * 3 + 1, 1);
    if (!copy) return icp__no_memory(p->err);
    if (icp__utf8_valid(name, n)) memcpy(copy, name, n);
    else n = icp__utf8_from_1252(name, n, copy);
    copy[n] = 0;
    t->name = (struct icp_str){copy, n};
    return ICP_OK;
}

static uint32_t children_wanted(const struct icp__arrow_type *t) {
    switch (t->kind) {
    case ICP__ARROW_LIST: case ICP__ARROW_LIST_VIEW: case ICP__ARROW_FIXED_LIST: return 1;
    case ICP__ARROW_RUNS: return 2;
    default: return 0;
    }
}

/* flat: nothing but structs stands above it, so that it is a column, or a struct of columns. */
static icp_status read_type(struct plan *p, const struct ArrowSchema *s, uint32_t depth, bool flat, struct icp__arrow_type *t);

static icp_status read_children(struct plan *p, const struct ArrowSchema *s, uint32_t depth, bool flat, struct icp__arrow_type *t) {
    const int64_t n = s->n_children;
    if (n < 0 || (n && !s->children) || (t->kind != ICP__ARROW_STRUCT && n != children_wanted(t)))
        return refuse_type(p, ICP_E_FORMAT, s->format, "has not the children that it must have");
    if ((uint64_t)n > p->nodes) return refuse(p, ICP_E_LIMIT, "the schema has too many fields");
    if (!n) return ICP_OK;
    t->children = (uint32_t)n;
    t->child = icp__arena_alloc(p->arena, (size_t)n, sizeof *t->child);
    if (!t->child) return icp__no_memory(p->err);
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < t->children && !st; i++)
        st = read_type(p, s->children[i], depth + 1, flat && t->kind == ICP__ARROW_STRUCT, &t->child[i]);
    return st;
}

static const struct icp__arrow_type *behind(const struct icp__arrow_type *t) {
    while (t->dictionary || t->kind == ICP__ARROW_RUNS) t = t->dictionary ? t->dictionary : &t->child[1];
    return t;
}

/* What the format alone does not say. */
static icp_status check_type(struct plan *p, const struct icp__arrow_type *t) {
    if (t->dictionary && t->kind != ICP__ARROW_WHOLE)
        return refuse(p, ICP_E_FORMAT, "the indices of a dictionary are not whole numbers");
    if (t->kind == ICP__ARROW_RUNS) {
        const struct icp__arrow_type *ends = &t->child[0];
        if (ends->kind != ICP__ARROW_WHOLE || !ends->sign || ends->bytes < 2 || ends->dictionary)
            return refuse(p, ICP_E_FORMAT, "the ends of runs are not whole numbers of 16, 32 or 64 bits");
    }
    /* Their members would have to become columns through an indirection. */
    if ((t->dictionary || t->kind == ICP__ARROW_RUNS) && behind(t)->kind == ICP__ARROW_STRUCT)
        return refuse(p, ICP_E_UNSUPPORTED, "structs in a dictionary or in runs are not read");
    if (!t->pairs) return ICP_OK;
    const struct icp__arrow_type *pair = &t->child[0];
    if (pair->kind != ICP__ARROW_STRUCT || pair->children != 2)
        return refuse(p, ICP_E_FORMAT, "the entries of a map are not pairs");
    for (int i = 0; i < 2; i++) {
        const struct icp__arrow_type *part = behind(&pair->child[i]);
        if (part->children) return refuse(p, ICP_E_UNSUPPORTED, "maps of lists, structs or maps are not read");
    }
    return ICP_OK;
}

static icp_status add_column(struct plan *p) {
    if (p->columns >= p->c->options.max_columns) {
        const struct icp__place place = place_of(p);
        return icp__fail_at(p->err, ICP_E_LIMIT, &place, "more than %llu columns", (unsigned long long)p->c->options.max_columns);
    }
    char *copy = icp__arena_copy(p->arena, p->path.size ? p->path.data : "", p->path.size);
    if (!copy || !icp__grow(p->c, &p->names, &p->name_cap, (size_t)p->columns + 1, sizeof *p->names)) return icp__no_memory(p->err);
    p->names[p->columns++] = (struct icp__cell){copy, p->path.size};
    return ICP_OK;
}

/* Members of structs become columns a.b, as those of nested objects do. */
static icp_status extend_path(struct plan *p, uint32_t depth, struct icp_str name) {
    p->inside = true;
    if (depth > 1) icp__bytes_text(&p->path, ".");
    icp__bytes_add(&p->path, name.data, name.size);
    if (p->path.failed) return icp__no_memory(p->err);
    return p->path.size > NAME_MOST ? refuse(p, ICP_E_LIMIT, "name is longer than 1024 bytes") : ICP_OK;
}

static icp_status read_type(struct plan *p, const struct ArrowSchema *s, uint32_t depth, bool flat, struct icp__arrow_type *t) {
    const size_t outer = p->path.size;
    const bool inside = p->inside;
    memset(t, 0, sizeof *t);
    t->column = p->columns;
    if (!s || !s->release || !s->format) return refuse(p, ICP_E_FORMAT, "a schema is missing or was released");
    if (depth > ICP__ARROW_DEPTH) return refuse(p, ICP_E_LIMIT, "nested deeper than 64");
    if (!p->nodes) return refuse(p, ICP_E_LIMIT, "the schema has too many fields");
    p->nodes--;
    icp_status st = name_of(p, s, t);
    if (!st && flat && depth) st = extend_path(p, depth, t->name);
    if (st) return st;
    if (s->format[0] == '+' && s->format[1] == 'u') return refuse_type(p, ICP_E_UNSUPPORTED, s->format, "is a union, which is not read");
    if (!format_of(s->format, t)) return refuse_type(p, ICP_E_FORMAT, s->format, "is not known");
    st = read_children(p, s, depth, flat, t);
    if (!st && s->dictionary) {
        t->dictionary = icp__arena_alloc(p->arena, 1, sizeof *t->dictionary);
        st = t->dictionary ? read_type(p, s->dictionary, depth + 1, false, t->dictionary) : icp__no_memory(p->err);
    }
    if (!st) st = check_type(p, t);
    if (!st && flat && depth && t->kind != ICP__ARROW_STRUCT) st = add_column(p);
    if (st) return st;
    p->path.size = outer;
    p->inside = inside;
    return ICP_OK;
}

static icp_status make(struct plan *p, const struct ArrowSchema *s, struct icp__arrow_plan *out) {
    out->root = icp__arena_alloc(p->arena, 1, sizeof *out->root);
    if (!out->root) return icp__no_memory(p->err);
    icp_status st = read_type(p, s, 0, true, out->root);
    if (!st && (out->root->kind != ICP__ARROW_STRUCT || out->root->dictionary))
        st = refuse_type(p, ICP_E_FORMAT, s->format, "is no record batch: that is a struct");
    if (!st && !p->columns) st = refuse(p, ICP_E_FORMAT, "the schema has no columns");
    if (st) return st;
    struct icp__place place = ICP__NOWHERE;
    place.source = ICP__ARROW_SOURCE;
    out->layout = icp__layout_new(p->c, p->columns, p->names);
    return out->layout ? icp__layout_unique(out->layout, &place, p->err) : icp__no_memory(p->err);
}

icp_status icp__arrow_plan(icp_context *c, const struct ArrowSchema *s, struct icp__arrow_plan *out, struct icp_error *err) {
    memset(out, 0, sizeof *out);
    out->ctx = c;
    icp__arena_init(&out->arena, c);
    struct plan p = {.c = c, .arena = &out->arena, .err = err, .nodes = c->options.max_columns < UINT32_MAX / 16 ? c->options.max_columns * 8 + 1024 : UINT32_MAX / 2};
    icp__bytes_init(&p.path, c);
    const icp_status st = make(&p, s, out);
    icp__bytes_free(&p.path);
    icp__free(c, p.names);
    if (st) icp__arrow_plan_free(out);
    return st;
}

void icp__arrow_plan_free(struct icp__arrow_plan *p) {
    if (!p->ctx) return;
    icp__layout_unref(p->layout);
    icp__arena_free(&p->arena);
    memset(p, 0, sizeof *p);
}
