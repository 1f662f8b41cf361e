/* SPDX-License-Identifier: MIT */
/* What the last reading met, as JSON. */
#include "base/json.h"
#include "dataset/manifest_json.h"
#include "dataset/open.h"

static void put_name(struct icp__bytes *b, const char *name) {
    icp__bytes_text(b, ", \"");
    icp__bytes_text(b, name);
    icp__bytes_text(b, "\": ");
}

static void put(struct icp__bytes *b, const char *name, uint64_t v) {
    put_name(b, name);
    icp__json_uint_write(b, v);
}

static const struct icp__link *link_by(const struct icp__member *m, uint32_t column) {
    for (uint32_t l = 0; l < m->lookups; l++)
        if (m->lookup[l].column == column) return &m->lookup[l];
    return &m->up;
}

static void write_near(struct icp__bytes *b, const icp_dataset *d, const struct icp__member *m, const struct icp__met *met) {
    put_name(b, "near");
    icp__bytes_text(b, "[");
    for (uint32_t i = 0; i < met->nears; i++) {
        const struct icp__met_near *n = &met->near[i];
        const struct icp__link *l = link_by(m, n->column);
        icp__bytes_text(b, i ? ",\n        {\"own\": " : "\n        {\"own\": ");
        icp__json_string(b, n->own.data, n->own.size);
        put_name(b, "other");
        icp__json_string(b, n->other.data, n->other.size);
        put_name(b, "column");
        icp__json_string(b, m->schema->column[n->column].name.data, m->schema->column[n->column].name.size);
        if (l->to != ICP__NO_LINK) {
            const struct icp_str to = d->manifest.member[l->to].name;
            put_name(b, "table");
            icp__json_string(b, to.data, to.size);
        }
        put(b, "rows", n->rows);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, met->nears ? "\n      ]" : "]");
}

static void write_figures(struct icp__bytes *b, const icp_dataset *d, uint32_t i) {
    const struct icp__member *m = &d->manifest.member[i];
    const struct icp__met *met = &d->met[i];
    const bool child = m->role == ICP__ROLE_CHILD;
    put(b, "rows", met->rows);
    if (m->role != ICP__ROLE_LOOKUP) put(b, "without_key", met->without_key);
    if (child) {
        put(b, "joined", met->joined);
        put(b, "orphans", met->orphans);
        put(b, "unreached", met->unreached);
        put(b, "ambiguous", met->ambiguous);
    }
    put(b, "near_rows", met->near_rows);
    if (m->lookups) put(b, "lookup_orphans", met->lookup_orphans);
    if (child) {
        put(b, "late_rows", met->late_rows);
        put(b, "undated", met->undated);
    } else {
        put(b, "late_cells", met->late_cells);
    }
    put(b, "duplicates", met->duplicates);
    if (met->estimated) put_name(b, "estimated"), icp__bytes_text(b, "true");
    if (child) {
        put(b, "lists_cut", met->lists_cut);
        put(b, "traits", met->traits);
        put(b, "traits_left_out", met->traits_capped);
    }
    write_near(b, d, m, met);
}

/* What a child adds, and what max_traits leaves out. */
static icp_status write_columns(struct icp__bytes *b, const icp_dataset *d, uint32_t i, struct icp_error *err) {
    struct icp__arena a;
    struct icp__json *root;
    struct icp__bytes text;
    icp__arena_init(&a, d->ctx);
    icp__bytes_init(&text, d->ctx);
    icp_status st = icp__join_columns(d, i, &text, err);
    if (!st) st = icp__json_parse(&a, text.data, text.size, ICP_E_MEMORY, &root, err);
    static const char *const names[][2] = {{"columns", "columns"}, {"capped", "left_out"}};
    for (size_t k = 0; k < 2 && !st; k++) {
        const struct icp__json *j = icp__json_get(root, names[k][0]);
        put_name(b, names[k][1]);
        icp__bytes_text(b, "[");
        for (const struct icp__json *s = j ? j->child : NULL; s; s = s->next) {
            icp__json_string(b, s->text.data, s->text.size);
            icp__bytes_text(b, s->next ? ", " : "");
        }
        icp__bytes_text(b, "]");
    }
    icp__bytes_free(&text);
    icp__arena_free(&a);
    return st;
}

icp_status icp_dataset_report(const icp_dataset *d, icp_buffer **json, struct icp_error *err) {
    if (!d || !json) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", d ? "json" : "dataset");
    struct icp__bytes b;
    icp_status st = ICP_OK;
    icp__bytes_init(&b, d->ctx);
    icp__bytes_text(&b, "{\n  \"icp_dataset_report\": 1,\n  \"complete\": ");
    icp__bytes_text(&b, d->complete ? "true" : "false");
    icp__bytes_text(&b, ",\n  \"tables\": [");
    for (uint32_t i = 0; i < d->manifest.members && !st; i++) {
        const struct icp__member *m = &d->manifest.member[i];
        icp__bytes_text(&b, i ? ",\n    {\"name\": " : "\n    {\"name\": ");
        icp__json_string(&b, m->name.data, m->name.size);
        put_name(&b, "role");
        icp__json_strz(&b, icp__role_names[m->role]);
        if (m->role != ICP__ROLE_EXCLUDED && m->role != ICP__ROLE_UNLINKED) write_figures(&b, d, i);
        if (m->role == ICP__ROLE_CHILD) st = write_columns(&b, d, i, err);
        icp__bytes_text(&b, "}");
    }
    icp__bytes_text(&b, "\n  ]\n}\n");
    if (!st) st = b.failed ? icp__no_memory(err) : icp__bytes_finish(&b, json, err);
    icp__bytes_free(&b);
    return st;
}
