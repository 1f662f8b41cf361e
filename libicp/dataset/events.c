/* SPDX-License-Identifier: MIT */
/* The reader of events: a row for each dated cell of a child row that belongs to a company. */
#include "base/json.h"
#include "dataset/amount.h"
#include "dataset/follow.h"
#include "trait/extract.h"
#include "trait/family.h"

enum { ROWS = 4096, COLUMNS = 4, KIND_MAX = 256 };

struct events {
    icp_dataset *d;
    struct icp__plan plan;
    struct icp__follow follow;
    struct icp__layout *layout;
    struct icp__arena arena; /* keys of companies */
    struct icp_str *key;     /* [companies] */
    size_t key_cap;
    uint64_t limit, rows, given; /* rows: taken; given: of events */
    uint32_t child;          /* being read */
    int32_t kind, amount;    /* its columns that go into type and value, -1 = none */
    bool begun, open, ended, held; /* held: a row of the child is not given out to its end */
    uint32_t date, hit;      /* where in that row */
    struct icp__bytes type;
};
struct given { /* a batch */
    struct icp_batch batch;
    struct icp__arena arena;
};

static void given_destroy(struct icp_batch *b) {
    struct given *g = (struct given *)(void *)b;
    icp_context *c = b->ctx;
    icp__layout_unref(b->layout);
    icp__arena_free(&g->arena);
    icp__free(c, b->cells);
    icp__free(c, g);
    icp_context_unref(c);
}

static void choose_columns(struct events *e, const struct icp__member *m) {
    uint32_t amounts = 0;
    struct icp__header header;
    e->kind = e->amount = -1;
    for (uint32_t c = 0; c < m->schema->columns; c++) {
        const uint8_t part = m->column[c].part;
        if (m->column[c].event_kind && e->kind < 0 && part != ICP__PART_SKIP && part != ICP__PART_PROTECTED) e->kind = (int32_t)c;
        icp__header_split(m->schema->column[c].name, &header);
        if (part == ICP__PART_NUMBER && icp__header_says_amount(&header) && !amounts++) e->amount = (int32_t)c;
    }
    if (amounts > 1) e->amount = -1; /* nothing says which */
}

static icp_status load_companies(struct events *e, struct icp_error *err) {
    const struct icp__manifest *m = &e->d->manifest;
    const int32_t key_column = m->member[m->company].key;
    struct icp__walk w = {.d = NULL};
    bool more;
    icp_status st = icp__walk_open(&w, e->d, m->company, err);
    while (!st && !(st = icp__walk_next(&w, &more, err)) && more) {
        struct icp_str key = key_column < 0 ? (struct icp_str){NULL, 0} : icp__walk_key(&w, (uint32_t)key_column);
        const size_t at = e->follow.companies;
        st = icp__follow_company(&e->follow, &w, err);
        if (st) break;
        if (!icp__grow(e->d->ctx, &e->key, &e->key_cap, at + 1, sizeof *e->key)) st = icp__no_memory(err);
        else if (key.size && !(key.data = icp__arena_copy(&e->arena, key.data, key.size))) st = icp__no_memory(err);
        else e->key[at] = key;
        if (!st && at % 1024 == 0 && icp__follow_bytes(&e->follow) + e->arena.total + e->key_cap * sizeof *e->key > e->limit)
            st = icp__fail(err, ICP_E_LIMIT, "the keys of all companies take more than a quarter of max_memory (%llu bytes)", (unsigned long long)e->limit);
    }
    icp__walk_close(&w);
    icp__follow_ready(&e->follow, true);
    return st;
}

static bool keep(struct given *g, struct icp__cell *cell, const char *data, size_t size) {
    *cell = (struct icp__cell){NULL, 0};
    if (!size) return true;
    cell->data = icp__arena_copy(&g->arena, data, size);
    cell->size = size;
    return cell->data != NULL;
}

/* What is known only when a row has ended belongs to its last date alone. */
static bool told(const struct events *e, int32_t column, const struct icp__date *date) {
    if (column < 0) return false;
    return !e->follow.walk.member->column[column].late || (e->follow.span.ended && e->follow.usable && date->column == e->follow.span.latest_column);
}

static void make_type(struct events *e, const struct icp__date *date) {
    const struct icp__member *m = e->follow.walk.member;
    const struct icp_str column = m->schema->column[date->column].name;
    e->type.size = 0;
    icp__bytes_add(&e->type, m->name.data, m->name.size);
    icp__bytes_text(&e->type, ":");
    icp__bytes_add(&e->type, column.data, column.size);
    if (!told(e, e->kind, date)) return;
    const struct icp_str kind = icp__walk_cell(&e->follow.walk, (uint32_t)e->kind);
    if (!kind.size || icp__cell_missing(kind.data, kind.size)) return;
    icp__bytes_text(&e->type, ":");
    icp__bytes_add(&e->type, kind.data, icp__utf8_cut(kind.data, kind.size, KIND_MAX));
}

static bool write_row(struct events *e, struct given *g, const struct icp__date *date, struct icp_str key) {
    struct icp__cell *cell = g->batch.cells + g->batch.rows * COLUMNS;
    char time[32], amount[ICP__AMOUNT_TEXT];
    struct icp__amount v;
    size_t n = 0;
    make_type(e, date);
    if (told(e, e->amount, date)) {
        const struct icp_str text = icp__walk_cell(&e->follow.walk, (uint32_t)e->amount);
        if (text.size && icp__amount_read(text.data, text.size, e->follow.walk.member->schema->column[e->amount].decimal, &v))
            n = icp__amount_print(v, amount);
    }
    g->batch.rows++;
    return !e->type.failed && keep(g, &cell[0], key.data, key.size) && keep(g, &cell[1], e->type.data, e->type.size) &&
           keep(g, &cell[2], time, icp__moment_print(&date->moment, time)) && keep(g, &cell[3], amount, n);
}

/* Goes on in the row that is held. */
static icp_status write_held(struct events *e, struct given *g, struct icp_error *err) {
    const struct icp__follow *f = &e->follow;
    for (; e->date < f->dates.count; e->date++, e->hit = 0) {
        const struct icp__date *date = &f->dates.date[e->date];
        if (!date->read || (e->d->as_of_set && date->moment.last >= e->d->as_of)) continue;
        for (; e->hit < f->hits; e->hit++) {
            const struct icp_str key = e->key[f->hit[e->hit]];
            if (!key.size) continue;
            if (g->batch.rows == ROWS) return ICP_OK;
            if (!write_row(e, g, date, key)) return icp__no_memory(err);
        }
    }
    e->held = false;
    return ICP_OK;
}

static icp_status step(struct events *e, struct icp_error *err) {
    bool more;
    if (!e->open) {
        const icp_status st = icp__follow_begin(&e->follow, e->child, err);
        if (st) return st;
        choose_columns(e, e->follow.walk.member);
        e->open = true;
    }
    const icp_status st = icp__follow_next(&e->follow, &more, err);
    if (st) return st;
    if (!more) {
        e->open = false;
        e->child++;
        return ICP_OK;
    }
    if (++e->rows % 1024 == 0 && icp__follow_bytes(&e->follow) > e->limit)
        return icp__fail(err, ICP_E_LIMIT, "the keys of \"%.*s\" take more than a quarter of max_memory (%llu bytes)",
                         (int)(e->follow.walk.member->name.size < 64 ? e->follow.walk.member->name.size : 64), e->follow.walk.member->name.data,
                         (unsigned long long)e->limit);
    e->held = e->follow.dates.count > 0;
    e->date = e->hit = 0;
    return ICP_OK;
}

static struct given *new_batch(struct events *e) {
    struct given *g = icp__calloc(e->d->ctx, 1, sizeof *g);
    struct icp__cell *cells = icp__alloc(e->d->ctx, (size_t)ROWS * COLUMNS, sizeof *cells);
    if (!g || !cells) {
        icp__free(e->d->ctx, g);
        icp__free(e->d->ctx, cells);
        return NULL;
    }
    atomic_init(&g->batch.refs, 1);
    g->batch.ctx = icp_context_ref(e->d->ctx);
    g->batch.layout = icp__layout_ref(e->layout);
    g->batch.cells = cells;
    g->batch.source = "";
    g->batch.destroy = given_destroy;
    icp__arena_init(&g->arena, e->d->ctx);
    return g;
}

static icp_status begin(struct events *e, struct icp_error *err) {
    static const struct icp__cell names[COLUMNS] = {{"key", 3}, {"type", 4}, {"time", 4}, {"value", 5}};
    e->begun = true;
    e->layout = icp__layout_new(e->d->ctx, COLUMNS, names);
    if (!e->layout) return icp__no_memory(err);
    const icp_status st = icp__follow_init(&e->follow, e->d, &e->plan, e->limit / 4, err);
    return st ? st : load_companies(e, err);
}

static icp_status fill(struct events *e, icp_batch **out, struct icp_error *err) {
    icp_status st = e->begun ? ICP_OK : begin(e, err);
    struct given *g = st ? NULL : new_batch(e);
    if (!st && !g) st = icp__no_memory(err);
    if (!st) g->batch.first_row = e->given + 1;
    while (!st && g->batch.rows < ROWS && (e->held || e->child < e->plan.children)) {
        st = e->held ? write_held(e, g, err) : step(e, err);
    }
    if (!st && !g->batch.rows && !e->ended) {
        /* Reading companies counts the same, and more. */
        if (!e->d->complete) st = icp__follow_finish(&e->follow, err);
        e->ended = true;
    }
    if (st || !g->batch.rows) {
        if (g) icp_batch_unref(&g->batch);
        if (!st) *out = NULL;
        return st;
    }
    e->given += g->batch.rows;
    *out = &g->batch;
    return ICP_OK;
}

static icp_status events_next(void *made, icp_batch **out, struct icp_error *err) {
    struct icp__fpenv env;
    icp__fpenv_enter(&env);
    const icp_status st = fill(made, out, err);
    icp__fpenv_leave(&env);
    return st;
}

static icp_status events_stats(const void *made, uint64_t rows, struct icp__bytes *json, struct icp_error *err) {
    const struct events *e = made;
    (void)err;
    icp__bytes_print(json, "{\"format\":\"events\",\"tables\":%u,\"columns\":%d,\"rows\":%llu}", e->d->manifest.members, COLUMNS,
                     (unsigned long long)rows);
    return ICP_OK;
}

static uint64_t events_raw(const void *made) {
    const struct events *e = made;
    return e->follow.raw + (e->follow.walk.reader ? icp__reader_raw(e->follow.walk.reader) : 0);
}

static uint64_t events_hint(const void *made) { return ((const struct events *)made)->follow.hint; }

static void events_free(void *made) {
    struct events *e = made;
    icp_dataset *d = e->d;
    icp__follow_free(&e->follow);
    icp__layout_unref(e->layout);
    icp__arena_free(&e->arena);
    icp__free(d->ctx, e->key);
    icp__plan_free(&e->plan);
    icp__bytes_free(&e->type);
    icp__free(d->ctx, e);
    icp_dataset_unref(d);
}

icp_status icp__events_open(icp_dataset *d, icp_reader **out, struct icp_error *err) {
    static const struct icp__maker maker = {events_next, events_stats, events_raw, events_hint, events_free};
    struct events *e = icp__calloc(d->ctx, 1, sizeof *e);
    if (!e) return icp__no_memory(err);
    const icp_status st = icp__plan_make(d, &e->plan, err);
    if (st) {
        icp__free(d->ctx, e);
        return st;
    }
    e->d = icp_dataset_ref(d);
    e->limit = d->ctx->options.max_memory / 4;
    icp__arena_init(&e->arena, d->ctx);
    icp__bytes_init(&e->type, d->ctx);
    return icp__reader_made(d->ctx, &maker, e, "", out, err);
}
