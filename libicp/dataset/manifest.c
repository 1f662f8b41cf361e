/* SPDX-License-Identifier: MIT */
/* The manifest's life, and writing it as JSON (doc/dataset.md): always the same bytes for the same manifest. */
#include "dataset/manifest_json.h"

const char *const icp__role_names[ICP__ROLES] = {"unlinked", "company", "child", "lookup", "excluded"};
const char *const icp__part_names[ICP__PARTS] = {"skip", "protected", "key", "link", "pass", "list", "number", "date"};

void icp__manifest_free(struct icp__manifest *m) {
    if (!m || !m->ctx) return;
    for (uint32_t i = 0; m->member && i < m->members; i++) icp_schema_unref(m->member[i].schema);
    icp__arena_free(&m->arena);
    memset(m, 0, sizeof *m);
}

static void put_name(struct icp__bytes *b, const char *name) {
    icp__bytes_text(b, ", \"");
    icp__bytes_text(b, name);
    icp__bytes_text(b, "\": ");
}

static void put_str(struct icp__bytes *b, const char *name, struct icp_str value) {
    put_name(b, name);
    icp__json_string(b, value.data, value.size);
}

static void put_reason(struct icp__bytes *b, struct icp_str reason) {
    if (reason.size) put_str(b, "reason", reason);
}

/* 970 is 0.97, 1000 is 1. */
static void put_sure(struct icp__bytes *b, int32_t sure) {
    if (sure < 0) return;
    char digits[4] = {(char)('0' + sure / 100 % 10), (char)('0' + sure / 10 % 10), (char)('0' + sure % 10), 0};
    for (size_t n = 3; n && digits[n - 1] == '0'; n--) digits[n - 1] = 0;
    put_name(b, "sure");
    icp__json_int(b, sure / 1000);
    if (digits[0]) icp__bytes_text(b, "."), icp__bytes_text(b, digits);
}

static struct icp_str column_name(const struct icp__member *m, uint32_t column) { return m->schema->column[column].name; }

/* to = the table is told too */
static void write_link(struct icp__bytes *b, const struct icp__manifest *m, const struct icp__member *from, const struct icp__link *l,
                       bool to) {
    const struct icp__member *target = &m->member[l->to];
    const struct icp_str column = column_name(from, l->column);
    icp__bytes_text(b, "{\"column\": ");
    icp__json_string(b, column.data, column.size);
    if (to) put_str(b, "to", target->name);
    put_str(b, "to_column", column_name(target, l->to_column));
    put_name(b, "match");
    icp__json_strz(b, l->normalised ? "normalised" : "exact");
    if (l->separator) put_str(b, "separator", (struct icp_str){&l->separator, 1});
    put_sure(b, l->sure);
    put_reason(b, l->reason);
    icp__bytes_text(b, "}");
}

static void write_column(struct icp__bytes *b, const struct icp__column *c, const struct icp__member_column *m) {
    icp__bytes_text(b, "{\"name\": ");
    icp__json_string(b, c->name.data, c->name.size);
    put_name(b, "use");
    icp__json_strz(b, icp__part_names[m->part]);
    icp__schema_write_meaning(b, c);
    if (m->late) icp__bytes_text(b, ", \"late\": true");
    if (m->event_kind) icp__bytes_text(b, ", \"event_kind\": true");
    put_reason(b, m->reason.size ? m->reason : c->reason);
    /* They decide which columns go first where a table has too many. */
    if (c->seen) put_name(b, "seen"), icp__json_uint_write(b, c->seen);
    if (c->filled) put_name(b, "filled"), icp__json_uint_write(b, c->filled);
    icp__bytes_text(b, "}");
}

static void write_member(struct icp__bytes *b, const struct icp__manifest *m, const struct icp__member *t) {
    icp__bytes_text(b, "    {\"name\": ");
    icp__json_string(b, t->name.data, t->name.size);
    if (t->file.data) put_str(b, "file", t->file);
    put_name(b, "role");
    icp__json_strz(b, icp__role_names[t->role]);
    if (t->key >= 0) put_str(b, "key", column_name(t, (uint32_t)t->key));
    put_reason(b, t->reason);
    if (t->up.to != ICP__NO_LINK) {
        const bool child = t->role != ICP__ROLE_COMPANY;
        icp__bytes_text(b, child ? ",\n     \"link\": " : ",\n     \"parent\": ");
        write_link(b, m, t, &t->up, child);
    }
    for (uint32_t i = 0; i < t->lookups; i++) {
        icp__bytes_text(b, i ? ",\n       " : ",\n     \"lookups\": [\n       ");
        write_link(b, m, t, &t->lookup[i], true);
    }
    if (t->lookups) icp__bytes_text(b, "\n     ]");
    const uint32_t columns = t->schema ? t->schema->columns : 0;
    for (uint32_t i = 0; i < columns; i++) {
        icp__bytes_text(b, i ? ",\n       " : ",\n     \"columns\": [\n       ");
        write_column(b, &t->schema->column[i], &t->column[i]);
    }
    icp__bytes_text(b, columns ? "\n     ]}" : "}");
}

void icp__manifest_write(const struct icp__manifest *m, struct icp__bytes *b) {
    const struct icp_str company = m->member[m->company].name;
    icp__bytes_text(b, "{\n  \"icp_dataset\": 1,\n  \"company\": ");
    icp__json_string(b, company.data, company.size);
    icp__bytes_text(b, ",\n  \"tables\": [");
    for (uint32_t i = 0; i < m->members; i++) {
        icp__bytes_text(b, i ? ",\n" : "\n");
        write_member(b, m, &m->member[i]);
    }
    icp__bytes_text(b, "\n  ]\n}\n");
}
