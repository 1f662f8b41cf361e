/* SPDX-License-Identifier: MIT */
/* The reader of companies. The company table is read twice, side by side: ahead for the keys of a part, behind for its rows; in
 * between all tables under it are read, so memory depends on the companies of a part and not on the rows of its children. */
#include "base/json.h"
#include "dataset/gather.h"

enum { TEXT_MAX = 4 << 20, CHECK_EVERY = 1024, PART_MAX = 1 << 30 };

struct join {
    icp_dataset *d;
    struct icp__plan plan;
    struct icp__follow follow;
    struct icp__gather gather;
    struct icp__walk ahead, behind;
    struct icp__layout *layout;
    uint64_t budget;
    uint32_t most;      /* companies that a part may have: what did not fit is halved */
    uint32_t at;        /* company of the part that is given out next */
    uint64_t parts;
    bool waiting;       /* `ahead` stands at a row that was not taken up */
    bool begun, scanned, ended;
    struct icp__bytes text;
};
struct joined { /* a batch */
    struct icp_batch batch;
    icp_batch *from;
    struct icp__arena arena;
};

static void joined_destroy(struct icp_batch *b) {
    struct joined *j = (struct joined *)(void *)b;
    icp_context *c = b->ctx;
    icp__layout_unref(b->layout);
    icp_batch_unref(j->from);
    icp__arena_free(&j->arena);
    icp__free(c, b->cells);
    icp__free(c, j);
    icp_context_unref(c);
}

static size_t part_bytes(const struct join *j) {
    return icp__follow_bytes(&j->follow) + (j->gather.ctx ? icp__gather_bytes(&j->gather) : 0);
}

/* Where the company table's first layout has a column; those that it has not come last. */
static void order_passes(struct join *j) {
    for (uint32_t i = 1; i < j->plan.passes; i++) {
        const struct icp__pass p = j->plan.pass[i];
        const uint32_t place = p.lookup < 0 ? (uint32_t)j->ahead.at[p.column] : UINT32_MAX;
        uint32_t k = i;
        for (; k && p.lookup < 0; k--) {
            const struct icp__pass *q = &j->plan.pass[k - 1];
            if ((q->lookup < 0 ? (uint32_t)j->ahead.at[q->column] : UINT32_MAX) <= place) break;
            j->plan.pass[k] = *q;
        }
        j->plan.pass[k] = p;
    }
}

static icp_status make_layout(struct join *j, struct icp_error *err) {
    struct icp__cell *names = icp__alloc(j->d->ctx, (size_t)j->plan.columns, sizeof *names);
    uint32_t n = 0;
    if (!names) return icp__no_memory(err);
    order_passes(j);
    for (uint32_t i = 0; i < j->plan.passes; i++) names[n++] = (struct icp__cell){j->plan.pass[i].header.data, j->plan.pass[i].header.size};
    for (uint32_t i = 0; i < j->plan.children; i++)
        for (uint32_t k = 0; k < j->plan.child[i].deriveds; k++)
            names[n++] = (struct icp__cell){j->plan.child[i].derived[k].header.data, j->plan.child[i].derived[k].header.size};
    j->layout = icp__layout_new(j->d->ctx, n, names);
    icp__free(j->d->ctx, names);
    return j->layout ? ICP_OK : icp__no_memory(err);
}

static icp_status step_ahead(struct join *j, struct icp_error *err) {
    const icp_status st = icp__walk_next(&j->ahead, &j->waiting, err);
    return st || j->layout || !j->waiting ? st : make_layout(j, err);
}

/* Goes back to the first company of the part. */
static icp_status rewind_ahead(struct join *j, uint64_t base, struct icp_error *err) {
    icp__walk_close(&j->ahead);
    icp_status st = icp__walk_open(&j->ahead, j->d, j->d->manifest.company, err);
    if (!st) st = step_ahead(j, err);
    for (uint64_t i = 0; i < base && !st && j->waiting; i++) st = step_ahead(j, err);
    return st;
}

static icp_status load_part(struct join *j, struct icp_error *err) {
    const size_t each = icp__gather_each(&j->plan);
    icp_status st = ICP_OK;
    while (!st && j->waiting && j->follow.companies < j->most) {
        if ((j->follow.companies & 255) == 1 && icp__follow_bytes(&j->follow) + each * j->follow.companies > j->budget / 2) break;
        st = icp__follow_company(&j->follow, &j->ahead, err);
        if (!st) st = step_ahead(j, err);
    }
    if (st || j->scanned || !(j->waiting || j->follow.base)) return st;
    j->scanned = j->follow.parts = true;
    return icp__follow_scan(&j->follow, j->budget, err);
}

/* All tables under the company table, for the companies of the part. */
static icp_status read_children(struct join *j, bool *fits, struct icp_error *err) {
    icp_status st = ICP_OK;
    bool more;
    *fits = part_bytes(j) <= j->budget;
    for (uint32_t i = 0; i < j->plan.children && !st && *fits; i++) {
        uint64_t rows = 0;
        st = icp__follow_begin(&j->follow, i, err);
        while (!st && *fits && !(st = icp__follow_next(&j->follow, &more, err)) && more) {
            if (!icp__gather_row(&j->gather, &j->follow, i)) st = icp__no_memory(err);
            if (++rows % CHECK_EVERY == 0) *fits = part_bytes(j) <= j->budget;
        }
        if (*fits) *fits = part_bytes(j) <= j->budget;
    }
    icp__follow_end(&j->follow);
    return !st && *fits && !icp__gather_settle(&j->gather) ? icp__no_memory(err) : st;
}

static icp_status halve(struct join *j, struct icp_error *err) {
    const uint64_t base = j->follow.base;
    if (j->follow.companies <= 1)
        return icp__fail(err, ICP_E_LIMIT, "the rows of one company take more than a sixteenth of max_memory (%llu bytes)",
                         (unsigned long long)j->budget);
    j->most = j->follow.companies / 2;
    icp__gather_free(&j->gather);
    icp__follow_clear(&j->follow, base);
    return rewind_ahead(j, base, err);
}

static icp_status next_part(struct join *j, struct icp_error *err) {
    icp_status st = ICP_OK;
    bool fits = false;
    icp__gather_free(&j->gather);
    icp__follow_clear(&j->follow, j->follow.base + j->follow.companies);
    while (!st && !fits) {
        st = load_part(j, err);
        if (st) break;
        icp__follow_ready(&j->follow, !j->waiting);
        if (!icp__gather_init(&j->gather, &j->plan, j->follow.companies)) return icp__no_memory(err);
        st = read_children(j, &fits, err);
        if (!st && !fits) st = halve(j, err);
    }
    j->parts++;
    j->at = 0;
    return st;
}

static bool late_date(const struct join *j, const struct icp__column *s, const char *data, size_t size) {
    struct icp__moment m;
    if (!j->d->as_of_set || s->kind != ICP_KIND_DATE || !size) return false;
    const struct icp_str text = icp__trim(data, size);
    return icp__moment_read(text.data, text.size, s->date_order, &m) && m.last >= j->d->as_of;
}

static bool pass_cells(struct join *j, struct joined *b, struct icp__cell *out) {
    const struct icp__member *company = &j->d->manifest.member[j->d->manifest.company];
    struct icp__met *met = &j->follow.tally[j->d->manifest.company].met;
    for (uint32_t i = 0; i < j->plan.passes; i++) {
        const struct icp__pass *p = &j->plan.pass[i];
        out[i] = (struct icp__cell){NULL, 0};
        if (p->lookup < 0) {
            if (j->behind.at[p->column] >= 0) out[i] = j->behind.cells[j->behind.at[p->column]];
        } else {
            struct icp__look *l = &j->follow.looks.look[j->plan.company_look[p->lookup]];
            const struct icp_str key = icp__walk_link(&j->behind, &company->lookup[p->lookup]);
            bool no_memory = false;
            const uint32_t row = key.size ? icp__look_find(l, key, &no_memory) : ICP__NO_KEY;
            if (no_memory) return false;
            const struct icp_str cell = row == ICP__NO_KEY ? (struct icp_str){NULL, 0} : icp__look_cell(l, row, p->column);
            /* Batches outlive the reader, and with it the tables looked up. */
            if (cell.size) out[i] = (struct icp__cell){icp__arena_copy(&b->arena, cell.data, cell.size), cell.size};
            if (cell.size && !out[i].data) return false;
        }
        if (!late_date(j, p->schema, out[i].data, out[i].size)) continue;
        out[i] = (struct icp__cell){NULL, 0};
        met->late_cells++;
    }
    return true;
}

static bool derived_cells(struct join *j, struct joined *b, struct icp__cell *out) {
    for (uint32_t i = 0; i < j->plan.children; i++) {
        const struct icp__child *c = &j->plan.child[i];
        for (uint32_t k = 0; k < c->deriveds; k++, out++) {
            bool cut;
            j->text.size = 0;
            if (!icp__gather_cell(&j->gather, i, &c->derived[k], j->at, &j->text, &cut)) return false;
            j->follow.tally[c->member].lists_cut += cut;
            *out = (struct icp__cell){NULL, 0};
            if (!j->text.size) continue;
            out->data = icp__arena_copy(&b->arena, j->text.data, j->text.size);
            out->size = j->text.size;
            if (!out->data) return false;
        }
    }
    return true;
}

static icp_status fill(struct join *j, struct joined *b, struct icp_error *err) {
    const size_t columns = (size_t)j->plan.columns;
    uint64_t rows = b->from->rows - j->behind.row;
    if (rows > j->follow.companies - j->at) rows = j->follow.companies - j->at;
    if (columns > SIZE_MAX / sizeof *b->batch.cells / (rows + 1)) return icp__no_memory(err);
    b->batch.cells = icp__alloc(j->d->ctx, (size_t)rows * columns, sizeof *b->batch.cells);
    if (!b->batch.cells) return icp__no_memory(err);
    b->batch.first_row = b->from->first_row + j->behind.row;
    b->batch.lines = b->from->lines ? b->from->lines + j->behind.row : NULL;
    b->batch.source = b->from->source;
    for (; b->batch.rows < rows && b->arena.total < TEXT_MAX; b->batch.rows++, j->behind.row++, j->at++) {
        struct icp__cell *row = b->batch.cells + b->batch.rows * columns;
        j->behind.cells = icp__batch_row(b->from, j->behind.row);
        if (!pass_cells(j, b, row) || !derived_cells(j, b, row + j->plan.passes)) return icp__no_memory(err);
    }
    return ICP_OK;
}

static icp_status give(struct join *j, icp_batch **out, struct icp_error *err) {
    icp_status st = ICP_OK;
    if (!j->behind.batch || j->behind.row >= j->behind.batch->rows) st = icp__walk_batch(&j->behind, err);
    if (st) return st;
    if (!j->behind.batch) return icp__fail(err, ICP_E_IO, "the company table changed while it was read");
    struct joined *b = icp__calloc(j->d->ctx, 1, sizeof *b);
    if (!b) return icp__no_memory(err);
    atomic_init(&b->batch.refs, 1);
    b->batch.ctx = icp_context_ref(j->d->ctx);
    b->batch.layout = icp__layout_ref(j->layout);
    b->batch.destroy = joined_destroy;
    b->from = icp_batch_ref(j->behind.batch);
    icp__arena_init(&b->arena, j->d->ctx);
    st = fill(j, b, err);
    if (st) icp_batch_unref(&b->batch);
    else *out = &b->batch;
    return st;
}

static icp_status begin(struct join *j, struct icp_error *err) {
    j->begun = true;
    icp_status st = icp__follow_init(&j->follow, j->d, &j->plan, j->budget, err);
    if (!st) st = icp__walk_open(&j->ahead, j->d, j->d->manifest.company, err);
    if (!st) st = icp__walk_open(&j->behind, j->d, j->d->manifest.company, err);
    if (!st) st = step_ahead(j, err);
    return st ? st : next_part(j, err);
}

static icp_status join_next(void *made, icp_batch **out, struct icp_error *err) {
    struct join *j = made;
    struct icp__fpenv env;
    icp_status st = ICP_OK;
    icp__fpenv_enter(&env);
    if (!j->begun) st = begin(j, err);
    while (!st && j->at == j->follow.companies && j->waiting) st = next_part(j, err);
    if (!st && j->at < j->follow.companies) {
        st = give(j, out, err);
    } else if (!st) {
        if (!j->ended) st = icp__follow_finish(&j->follow, err);
        j->ended = true;
        if (!st) *out = NULL;
    }
    icp__fpenv_leave(&env);
    return st;
}

static icp_status join_stats(const void *made, uint64_t rows, struct icp__bytes *json, struct icp_error *err) {
    const struct join *j = made;
    (void)err;
    icp__bytes_print(json, "{\"format\":\"dataset\",\"tables\":%u,\"parts\":%llu,\"columns\":%llu,\"rows\":%llu}", j->d->manifest.members,
                     (unsigned long long)j->parts, (unsigned long long)j->plan.columns, (unsigned long long)rows);
    return ICP_OK;
}

static uint64_t join_raw(const void *made) {
    const struct join *j = made;
    uint64_t n = j->follow.raw;
    if (j->follow.walk.reader) n += icp__reader_raw(j->follow.walk.reader);
    if (j->ahead.reader) n += icp__reader_raw(j->ahead.reader);
    return j->behind.reader ? n + icp__reader_raw(j->behind.reader) : n;
}

static uint64_t join_hint(const void *made) {
    const struct join *j = made;
    return j->behind.reader ? j->follow.hint + 2 * icp__reader_hint(j->behind.reader) : 0;
}

static void join_free(void *made) {
    struct join *j = made;
    icp_dataset *d = j->d;
    icp__gather_free(&j->gather);
    icp__follow_free(&j->follow);
    icp__walk_close(&j->ahead);
    icp__walk_close(&j->behind);
    icp__layout_unref(j->layout);
    icp__plan_free(&j->plan);
    icp__bytes_free(&j->text);
    icp__free(d->ctx, j);
    icp_dataset_unref(d);
}

icp_status icp__join_open(icp_dataset *d, icp_reader **out, struct icp_error *err) {
    static const struct icp__maker maker = {join_next, join_stats, join_raw, join_hint, join_free};
    struct join *j = icp__calloc(d->ctx, 1, sizeof *j);
    if (!j) return icp__no_memory(err);
    const icp_status st = icp__plan_make(d, &j->plan, err);
    if (st) {
        icp__free(d->ctx, j);
        return st;
    }
    j->d = icp_dataset_ref(d);
    j->budget = d->ctx->options.max_memory / 16;
    j->most = PART_MAX;
    icp__bytes_init(&j->text, d->ctx);
    return icp__reader_made(d->ctx, &maker, j, d->manifest.member[d->manifest.company].name.data, out, err);
}
