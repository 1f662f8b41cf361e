/* SPDX-License-Identifier: MIT */
/* For tests of joining: datasets put together by hand, so that nothing depends on what would be found. */
#pragma once
#include "counting.h"
#include "dataset/dataset.h"
#include "reading.h"
#include "base/bytes.h"

enum { LINK_TABLES = 8 };

/* parts: a sign per column of the file: K key, L link, P passed on, F passed on and a date, S passed on and a number, V value, W value that
 * tells kinds of events apart, B yes or no, M several values (;), N number, D date; the same in lower case: known late; '-' unused.
 * up: "column>table.column", '~' for '>' = normalised, "column;>..." = several keys parted by ';'. lookup: the same, parted by blanks. */
struct link_table {
    const char *name;
    uint8_t role;
    const char *parts, *key, *up, *lookup;
    const char *text;
    size_t size; /* 0 = up to the NUL */
};
struct link_source {
    const struct link_table *from;
    uint64_t at;
    int opened;
    /* Makes the text instead: fills buf from byte `at`, 0 = end. */
    size_t (*make)(void *arg, uint64_t at, char *buf, size_t cap);
    void *arg;
};
struct linking {
    icp_context *c;
    icp_dataset d;
    struct icp_table tables[LINK_TABLES];
    struct link_source source[LINK_TABLES];
    struct icp__member member[LINK_TABLES];
    struct icp__link lookup[LINK_TABLES][4];
    struct icp__met met[LINK_TABLES];
    uint32_t count;
};
struct link_stream {
    struct link_source *s;
    uint64_t at;
};

static inline int64_t link_read(void *user, void *buf, size_t cap) {
    struct link_stream *r = user;
    const struct link_table *t = r->s->from;
    if (r->s->make) {
        const size_t made = r->s->make(r->s->arg, r->at, buf, cap);
        r->at += made;
        return (int64_t)made;
    }
    size_t n = (t->size ? t->size : strlen(t->text)) - (size_t)r->at;
    n = n < cap ? n : cap;
    memcpy(buf, t->text + r->at, n);
    r->at += n;
    return (int64_t)n;
}
static inline icp_status link_open(void *user, struct icp_source *out, struct icp_error *err) {
    (void)err;
    struct link_stream *r = calloc(1, sizeof *r);
    r->s = user;
    r->s->opened++;
    *out = (struct icp_source){sizeof *out, 0, r, link_read, free, r->s->from->name, 0};
    return ICP_OK;
}

static inline uint32_t link_column(const icp_schema *s, const char *name, size_t size) {
    const int32_t at = icp__schema_find(s, name, size);
    ck_assert_msg(at >= 0, "no column %.*s", (int)size, name);
    return (uint32_t)at;
}

static inline struct icp__link link_parse(struct linking *l, const icp_schema *own, const char *text) {
    const size_t n = strcspn(text, ">~;");
    const char *to = strpbrk(text, ">~") + 1, *dot = strchr(to, '.');
    struct icp__link k = {.column = link_column(own, text, n), .to = ICP__NO_LINK, .normalised = to[-1] == '~'};
    k.separator = text[n] == ';' ? ';' : 0;
    for (uint32_t i = 0; i < l->count; i++)
        if (strlen(l->source[i].from->name) == (size_t)(dot - to) && !strncmp(l->source[i].from->name, to, (size_t)(dot - to))) k.to = i;
    ck_assert_msg(k.to != ICP__NO_LINK, "%s", text);
    k.to_column = link_column(l->member[k.to].schema, dot + 1, strcspn(dot + 1, " "));
    return k;
}

static inline void link_part(struct icp__column *c, struct icp__member_column *m, char sign) {
    const char up = (char)(sign >= 'a' && sign <= 'z' ? sign - 32 : sign);
    static const char signs[] = "KLPFSVWBMND-";
    static const uint8_t parts[] = {ICP__PART_KEY, ICP__PART_LINK, ICP__PART_PASS, ICP__PART_PASS, ICP__PART_PASS, ICP__PART_LIST,
                                    ICP__PART_LIST, ICP__PART_LIST, ICP__PART_LIST, ICP__PART_NUMBER, ICP__PART_DATE, ICP__PART_SKIP};
    static const int32_t kinds[] = {ICP_KIND_KEY, ICP_KIND_CATEGORY, ICP_KIND_CATEGORY, ICP_KIND_DATE, ICP_KIND_NUMBER, ICP_KIND_CATEGORY,
                                    ICP_KIND_CATEGORY, ICP_KIND_BOOLEAN, ICP_KIND_LIST, ICP_KIND_NUMBER, ICP_KIND_DATE, ICP_KIND_TEXT};
    const size_t i = (size_t)(strchr(signs, up) - signs);
    m->part = parts[i];
    m->late = sign != up;
    m->event_kind = up == 'W';
    c->kind = kinds[i];
    if (up == 'M') c->separator = ';';
    if (up == 'N') c->decimal = '.';
}

static inline icp_schema *link_schema(icp_context *c, const struct link_table *t) {
    const size_t line = strcspn(t->text, "\n");
    struct icp__cell names[64];
    uint32_t n = 0;
    for (size_t at = 0; at <= line;) {
        const size_t size = strcspn(t->text + at, ",\n");
        names[n++] = (struct icp__cell){t->text + at, size};
        at += size + 1;
    }
    ck_assert_uint_eq(n, strlen(t->parts));
    icp_schema *s = icp__schema_new(c, n);
    for (uint32_t i = 0; i < n; i++) {
        ck_assert(icp__schema_set_name(s, &s->column[i], names[i].data, names[i].size));
        s->column[i].seen = 100;
        s->column[i].filled = 100 - i;
    }
    return s;
}

static inline void link_init(struct linking *l, icp_context *c, const struct link_table *tables, uint32_t count) {
    memset(l, 0, sizeof *l);
    l->c = c;
    l->count = count;
    l->d = (icp_dataset){.ctx = c, .table = l->tables, .met = l->met, .manifest = {.ctx = c, .members = count, .member = l->member}};
    atomic_init(&l->d.refs, 1000); /* it is on the stack */
    icp__arena_init(&l->d.arena, c);
    for (uint32_t i = 0; i < count; i++) {
        struct icp__member *m = &l->member[i];
        l->source[i].from = &tables[i];
        l->tables[i] = (struct icp_table){sizeof l->tables[i], 0, tables[i].name, strlen(tables[i].name), &l->source[i], link_open};
        *m = (struct icp__member){.name = {tables[i].name, strlen(tables[i].name)}, .role = tables[i].role, .key = -1};
        m->up.to = ICP__NO_LINK;
        m->schema = link_schema(c, &tables[i]);
        m->column = calloc(m->schema->columns, sizeof *m->column);
        for (uint32_t k = 0; k < m->schema->columns; k++) link_part(&m->schema->column[k], &m->column[k], tables[i].parts[k]);
        if (tables[i].key) m->key = (int32_t)link_column(m->schema, tables[i].key, strlen(tables[i].key));
        if (tables[i].role == ICP__ROLE_COMPANY) l->d.manifest.company = i;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct icp__member *m = &l->member[i];
        if (tables[i].up) m->up = link_parse(l, m->schema, tables[i].up);
        m->lookup = l->lookup[i];
        for (const char *p = tables[i].lookup; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL)
            l->lookup[i][m->lookups++] = link_parse(l, m->schema, p);
    }
}
static inline void link_free(struct linking *l) {
    for (uint32_t i = 0; i < l->count; i++) {
        icp_schema_unref(l->member[i].schema);
        free(l->member[i].column);
    }
    icp__arena_free(&l->d.arena);
    ck_assert_uint_eq(atomic_load(&l->d.refs), 1000);
}

static inline icp_context *link_context(uint64_t max_memory, uint64_t seed, const struct icp_allocator *a) {
    const struct icp_context_options o = {.struct_size = sizeof o, .max_memory = max_memory, .hash_seed = seed, .allocator = a};
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    return c;
}

/* All a reader gives: a line of names, then a line per row, cells parted by '|', `~` where nothing is known. */
static inline icp_status link_text(icp_reader *r, struct icp__bytes *out, struct icp_error *err) {
    icp_batch *b = NULL;
    icp_status st;
    bool named = false;
    while (!(st = icp_reader_next(r, &b, err)) && b) {
        for (uint32_t i = 0; !named && i < icp_batch_columns(b); i++) {
            icp__bytes_text(out, i ? "|" : "");
            icp__bytes_add(out, icp_batch_name(b, i).data, icp_batch_name(b, i).size);
        }
        if (!named) icp__bytes_text(out, "\n");
        named = true;
        for (uint64_t row = 0; row < icp_batch_rows(b); row++) {
            for (uint32_t i = 0; i < icp_batch_columns(b); i++) {
                const struct icp_str cell = icp_batch_cell(b, row, i);
                icp__bytes_text(out, i ? "|" : "");
                if (!cell.size) icp__bytes_text(out, "~");
                else icp__bytes_add(out, cell.data, cell.size);
            }
            icp__bytes_text(out, "\n");
        }
        icp_batch_unref(b);
    }
    return st;
}
static inline icp_status link_read_all(struct linking *l, bool events, struct icp__bytes *out, struct icp_error *err) {
    icp_reader *r = NULL;
    icp_status st = events ? icp__events_open(&l->d, &r, err) : icp__join_open(&l->d, &r, err);
    icp__bytes_init(out, l->c);
    if (!st) st = link_text(r, out, err);
    icp_reader_free(r);
    return st;
}
static inline void link_expect(struct linking *l, bool events, const char *expected) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp__bytes out;
    ck_assert_msg(link_read_all(l, events, &out, &err) == ICP_OK, "%s", err.message);
    ck_assert_str_eq(out.data ? out.data : "", expected);
    icp__bytes_free(&out);
}
