/* SPDX-License-Identifier: MIT */
/* Schemas as canonical JSON, and back (doc/schema.md). */
#include "base/json.h"
#include "trait/extract.h"
#include "trait/family.h"

static const char *const kinds[] = {"ignored", "key", "name", "category", "list", "number", "date", "boolean", "text", "url"};
static const char *const orders[] = {"ymd", "dmy", "mdy"};
#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *icp__kind_name(int32_t kind) { return kind >= 0 && (size_t)kind < COUNT(kinds) ? kinds[kind] : "?"; }

static void member(struct icp__bytes *b, const char *name, const char *value) {
    icp__bytes_text(b, ", \"");
    icp__bytes_text(b, name);
    icp__bytes_text(b, "\": ");
    icp__json_strz(b, value);
}

static void number_member(struct icp__bytes *b, const char *name, uint64_t v) {
    icp__bytes_text(b, ", \"");
    icp__bytes_text(b, name);
    icp__bytes_text(b, "\": ");
    icp__json_uint_write(b, v);
}

void icp__schema_write_meaning(struct icp__bytes *b, const struct icp__column *c) {
    member(b, "kind", icp__kind_name(c->kind));
    member(b, "family", icp__family_name(c->family));
    if (c->separator) member(b, "separator", c->separator == 'j' ? "[]" : (char[2]){(char)c->separator, 0});
    if (c->decimal) member(b, "decimal", (char[2]){(char)c->decimal, 0});
    if (c->date_order || c->kind == ICP_KIND_DATE) member(b, "order", orders[c->date_order]);
    if (c->normaliser) member(b, "normaliser", c->adds ? icp__normalisers[c->normaliser].adding : icp__normalisers[c->normaliser].name);
}

static void write_column(struct icp__bytes *b, const struct icp__column *c) {
    icp__bytes_text(b, "    {\"name\": ");
    icp__json_string(b, c->name.data, c->name.size);
    icp__bytes_text(b, ", \"id\": ");
    icp__json_string(b, c->id.data, c->id.size);
    icp__schema_write_meaning(b, c);
    icp__bytes_text(b, ", \"reason\": ");
    icp__json_string(b, c->reason.data, c->reason.size);
    number_member(b, "seen", c->seen);
    number_member(b, "filled", c->filled);
    icp__bytes_text(b, "}");
}

void icp__schema_write(const icp_schema *s, struct icp__bytes *b) {
    icp__bytes_text(b, "{\n  \"schema\": 1,\n  \"extraction\": ");
    icp__json_uint_write(b, s->extraction);
    icp__bytes_text(b, ",\n  \"columns\": [");
    for (uint32_t i = 0; i < s->columns; i++) {
        icp__bytes_text(b, i ? ",\n" : "\n");
        write_column(b, &s->column[i]);
    }
    icp__bytes_text(b, s->columns ? "\n  ]\n}\n" : "]\n}\n");
}

icp_status icp_schema_to_json(const icp_schema *s, icp_buffer **out, struct icp_error *err) {
    if (!s || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", s ? "out" : "schema");
    struct icp__bytes b;
    icp__bytes_init(&b, s->ctx);
    icp__schema_write(s, &b);
    icp_status st = b.failed ? icp__no_memory(err) : icp__bytes_finish(&b, out, err);
    icp__bytes_free(&b);
    return st;
}

/* Failing with the place of a value. */
static icp_status wrong(const struct icp__json *j, icp_status code, struct icp_error *err, const char *format, const char *a, struct icp_str text, const char *b) {
    const struct icp__place where = icp__json_place(j);
    return icp__fail_at(err, code, &where, format, a, (int)(text.size > 60 ? 60 : text.size), text.data ? text.data : "", b);
}

static icp_status read_name(icp_schema *s, struct icp__column *c, const struct icp__json *object, icp_status code, struct icp_error *err) {
    const struct icp__json *name = icp__json_get(object, "name"), *id = icp__json_get(object, "id");
    if (!name) return wrong(object, code, err, "%scolumn without \"%.*s\"%s", "", (struct icp_str){"name", 4}, "");
    if (name->type != ICP__JSON_STRING) return icp__json_expected(name, code, err, "name", "a string");
    if (!icp__schema_set_name(s, c, name->text.data, name->text.size)) return icp__no_memory(err);
    if (c->id.size == 0) return wrong(name, code, err, "%sname \"%.*s\" is blank%s", "", name->text, "");
    if (id && (id->type != ICP__JSON_STRING || id->text.size != c->id.size || memcmp(id->text.data, c->id.data, c->id.size) != 0))
        return wrong(id, code, err, "%sid \"%.*s\" is not the folded name, \"%s\"", "", id->text, c->id.data);
    return ICP_OK;
}

/* Those of the schema's extraction version; version 1 could only replace. */
static icp_status read_normaliser(icp_schema *s, struct icp__column *c, const struct icp__json *j, icp_status code, struct icp_error *err) {
    const char *names[2 * ICP__NORMALISER_COUNT];
    uint8_t id[2 * ICP__NORMALISER_COUNT], adds[2 * ICP__NORMALISER_COUNT];
    size_t n = 0, i = 0;
    for (uint8_t k = 0; k < ICP__NORMALISER_COUNT; k++) {
        const struct icp__normaliser *known = &icp__normalisers[k];
        if (known->since > s->extraction) continue;
        names[n] = known->name, id[n] = k, adds[n++] = 0;
        if (s->extraction >= 2 && known->adding) names[n] = known->adding, id[n] = k, adds[n++] = 1;
    }
    icp_status st = icp__json_choice(s->ctx, j, code, "normaliser", names, n, &i, err);
    if (st) return st;
    if (s->extraction >= 2 && c->kind != ICP_KIND_IGNORED && !(icp__normalisers[id[i]].kinds >> c->kind & 1))
        return wrong(j, code, err, "normaliser%s \"%.*s\" does not fit kind \"%s\"", "", (struct icp_str){names[i], strlen(names[i])}, icp__kind_name(c->kind));
    c->normaliser = id[i];
    c->adds = adds[i];
    return ICP_OK;
}

static icp_status read_choices(icp_schema *s, struct icp__column *c, const struct icp__json *object, icp_status code, struct icp_error *err) {
    static const char *const separators[] = {";", ",", "|", "[]"};
    static const char *const decimals[] = {".", ","};
    const char *families[16];
    const struct icp__json *j;
    size_t i = 0;
    icp_status st;
    if (!(j = icp__json_get(object, "kind"))) return wrong(object, code, err, "%scolumn \"%.*s\" has no \"kind\"%s", "", c->name, "");
    if ((st = icp__json_choice(s->ctx, j, code, "kind", kinds, COUNT(kinds), &i, err))) return st;
    c->kind = (int32_t)i;
    for (i = 0; i < icp__family_count; i++) families[i] = icp__families[i]->name;
    if ((j = icp__json_get(object, "family"))) {
        if ((st = icp__json_choice(s->ctx, j, code, "family", families, icp__family_count, &i, err))) return st;
        c->family = icp__families[i]->id;
    }
    if ((j = icp__json_get(object, "separator"))) {
        if ((st = icp__json_choice(s->ctx, j, code, "separator", separators, COUNT(separators), &i, err))) return st;
        c->separator = (uint8_t)";,|j"[i];
    } else if (c->kind == ICP_KIND_LIST) {
        c->separator = ';';
    }
    if ((j = icp__json_get(object, "decimal"))) {
        if ((st = icp__json_choice(s->ctx, j, code, "decimal", decimals, COUNT(decimals), &i, err))) return st;
        c->decimal = (uint8_t)".,"[i];
    } else if (c->kind == ICP_KIND_NUMBER) {
        c->decimal = '.';
    }
    if ((j = icp__json_get(object, "order"))) {
        if ((st = icp__json_choice(s->ctx, j, code, "order", orders, COUNT(orders), &i, err))) return st;
        c->date_order = (uint8_t)i;
    }
    return (j = icp__json_get(object, "normaliser")) ? read_normaliser(s, c, j, code, err) : ICP_OK;
}

static icp_status read_figures(icp_schema *s, struct icp__column *c, const struct icp__json *object, icp_status code, struct icp_error *err) {
    const struct icp__json *j;
    if ((j = icp__json_get(object, "seen")) && !icp__json_uint(j, &c->seen)) return icp__json_expected(j, code, err, "seen", "a whole number");
    if ((j = icp__json_get(object, "filled")) && !icp__json_uint(j, &c->filled)) return icp__json_expected(j, code, err, "filled", "a whole number");
    j = icp__json_get(object, "reason");
    if (j && j->type != ICP__JSON_STRING) return icp__json_expected(j, code, err, "reason", "a string");
    struct icp_str reason = j ? j->text : (struct icp_str){"", 0};
    return icp__schema_copy_str(s, reason, &c->reason) ? ICP_OK : icp__no_memory(err);
}

icp_status icp__schema_read_column(icp_schema *s, uint32_t i, const struct icp__json *object, icp_status code, struct icp_error *err) {
    struct icp__column *c = &s->column[i];
    icp_status st = read_name(s, c, object, code, err);
    if (!st) st = read_choices(s, c, object, code, err);
    if (!st) st = read_figures(s, c, object, code, err);
    if (st) return st;
    for (uint32_t k = 0; k < i; k++) {
        const struct icp__column *o = &s->column[k];
        if (o->id.size == c->id.size && memcmp(o->id.data, c->id.data, c->id.size) == 0)
            return wrong(object, code, err, "%scolumn \"%.*s\" stands twice%s", "", c->name, "");
        if (o->kind == ICP_KIND_KEY && c->kind == ICP_KIND_KEY)
            return wrong(object, code, err, "%scolumn \"%.*s\" is a second key, after \"%s\"", "", c->name, o->name.data);
    }
    return ICP_OK;
}

static icp_status read_column(icp_schema *s, uint32_t i, const struct icp__json *object, struct icp_error *err) {
    static const char *const members[] = {"name", "id", "kind", "family", "separator", "decimal", "order", "normaliser", "reason", "seen", "filled"};
    const icp_status st = icp__json_known(s->ctx, object, ICP_E_SCHEMA, "column", members, COUNT(members), err);
    return st ? st : icp__schema_read_column(s, i, object, ICP_E_SCHEMA, err);
}

static icp_status read_root(icp_context *c, const struct icp__json *root, icp_schema **out, struct icp_error *err) {
    static const char *const members[] = {"schema", "extraction", "columns"};
    uint64_t version, extraction = ICP__EXTRACTION, count = 0;
    icp_status st = icp__json_known(c, root, ICP_E_SCHEMA, "schema", members, COUNT(members), err);
    if (st) return st;
    const struct icp__json *j = icp__json_get(root, "schema"), *columns = icp__json_get(root, "columns");
    if (!j || !icp__json_uint(j, &version)) return icp__json_expected(j ? j : root, ICP_E_SCHEMA, err, j ? "schema" : "a schema without \"schema\"", "1");
    if (version != 1) return wrong(j, ICP_E_SCHEMA, err, "%sschema version %.*s is not known; this library reads 1%s", "", j->text, "");
    if ((j = icp__json_get(root, "extraction")) && (!icp__json_uint(j, &extraction) || extraction > UINT32_MAX || !icp__extraction_find((uint32_t)extraction)))
        return wrong(j, ICP_E_SCHEMA, err, "%sextraction version %.*s is not in this library%s", "", j->text, "");
    if (!columns || columns->type != ICP__JSON_ARRAY) return icp__json_expected(columns ? columns : root, ICP_E_SCHEMA, err, columns ? "columns" : "a schema without \"columns\"", "an array");
    for (j = columns->child; j; j = j->next) count++;
    if (count > c->options.max_columns) return wrong(columns, ICP_E_SCHEMA, err, "%smore columns than the context allows%.*s%s", "", (struct icp_str){"", 0}, "");
    icp_schema *s = icp__schema_new(c, (uint32_t)count);
    if (!s) return icp__no_memory(err);
    s->extraction = (uint32_t)extraction;
    uint32_t i = 0;
    for (j = columns->child; j && !st; j = j->next) st = read_column(s, i++, j, err);
    if (st) icp_schema_unref(s);
    else *out = s;
    return st;
}

icp_status icp_schema_from_json(icp_context *c, const char *json, size_t size, icp_schema **out, struct icp_error *err) {
    if (!c || !json || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "context" : !json ? "json" : "out");
    struct icp__arena a;
    struct icp__json *root;
    icp__arena_init(&a, c);
    icp_status st = icp__json_parse(&a, json, size, ICP_E_SCHEMA, &root, err);
    if (!st) st = read_root(c, root, out, err);
    icp__arena_free(&a);
    return st;
}
