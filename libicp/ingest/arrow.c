/* SPDX-License-Identifier: MIT */
/* Batches over Arrow: one record batch of the caller, or a stream that is cut into slices. */
#include "base/json.h"
#include "ingest/arrow.h"
#include "ingest/reader.h"

/* A batch; used again when nobody but the reader holds it. */
struct slab {
    struct icp_batch batch;
    size_t cell_cap;
    struct icp__side side;
    struct icp__arrow_held *held;
};

static void slab_destroy(struct icp_batch *b) {
    struct slab *s = (struct slab *)(void *)b;
    icp_context *c = b->ctx;
    icp__layout_unref(b->layout);
    icp__arrow_drop(s->held);
    icp__side_free(&s->side);
    icp__free(c, b->cells);
    icp__free(c, s);
    icp_context_unref(c);
}

static struct slab *slab_new(icp_context *c, struct icp__layout *layout) {
    struct slab *s = icp__calloc(c, 1, sizeof *s);
    if (!s) return NULL;
    atomic_init(&s->batch.refs, 1);
    s->batch.ctx = icp_context_ref(c);
    s->batch.layout = icp__layout_ref(layout);
    s->batch.source = ICP__ARROW_SOURCE;
    s->batch.destroy = slab_destroy;
    s->side.ctx = c;
    return s;
}

/* Fills a slab with rows of an array that is held; `row` is the number of the first. */
static icp_status slab_fill(struct slab *s, const struct icp__arrow_plan *plan, struct icp__arrow_held *held, int64_t from, uint64_t rows, uint64_t row,
                            uint64_t *converted, struct icp_error *err) {
    const uint32_t columns = plan->layout->columns;
    struct icp__arrow_fill f = {.ctx = plan->ctx, .plan = plan, .side = &s->side, .row = row, .err = err};
    if (rows > SIZE_MAX / 64 / columns || !icp__grow(plan->ctx, &s->batch.cells, &s->cell_cap, (size_t)(rows * columns) + 1, sizeof *s->batch.cells))
        return icp__no_memory(err);
    struct icp__fpenv env;
    icp__fpenv_enter(&env);
    const bool done = icp__arrow_cells(&f, &held->array, from, rows, s->batch.cells);
    icp__fpenv_leave(&env);
    if (!done) return f.status;
    atomic_fetch_add_explicit(&held->refs, 1, memory_order_relaxed);
    s->held = held;
    s->batch.rows = rows;
    s->batch.first_row = row;
    *converted += f.converted;
    return ICP_OK;
}

static icp_status batch_of(icp_context *c, const struct ArrowSchema *s, struct icp__arrow_held *held, icp_batch **out, struct icp_error *err) {
    struct icp__arrow_plan plan;
    struct slab *slab = NULL;
    uint64_t converted = 0;
    icp_status st = icp__arrow_plan(c, s, &plan, err);
    if (st) return st;
    st = icp__arrow_check(&plan, &held->array, err);
    if (!st && !(slab = slab_new(c, plan.layout))) st = icp__no_memory(err);
    if (!st) st = slab_fill(slab, &plan, held, 0, (uint64_t)held->array.length, 1, &converted, err);
    if (!st) *out = &slab->batch;
    else if (slab) icp_batch_unref(&slab->batch);
    icp__arrow_plan_free(&plan);
    return st;
}

icp_status icp_batch_from_arrow(icp_context *c, struct ArrowSchema *s, struct ArrowArray *a, icp_batch **out, struct icp_error *err) {
    struct icp__arrow_held *held;
    icp_status st = ICP_OK;
    if (!c || !s || !a || !out) st = icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    else if (!a->release) st = icp__fail(err, ICP_E_ARGUMENT, "the array was released");
    if (st) {
        if (a && a->release) a->release(a), a->release = NULL;
        return st;
    }
    held = icp__arrow_hold(c, a);
    if (!held) return icp__no_memory(err);
    st = batch_of(c, s, held, out, err);
    icp__arrow_drop(held); /* the batch has its own reference */
    return st;
}

struct stream {
    icp_context *ctx;
    struct ArrowArrayStream in;
    struct icp__arrow_plan plan;
    struct icp__arrow_held *held; /* the record batch being cut */
    int64_t at;                   /* its next row */
    uint64_t rows, record_batches, converted;
    uint32_t rows_per_batch;
    struct slab *pool[ICP__READER_POOL];
    uint32_t pool_count;
};

static bool is_idle(const struct slab *s) { return atomic_load_explicit(&s->batch.refs, memory_order_acquire) == 1; }

/* What nobody looks at any more is released before more is asked for. */
static void drop_idle(struct stream *r) {
    for (uint32_t i = 0; i < r->pool_count; i++)
        if (r->pool[i]->held && is_idle(r->pool[i])) {
            icp__arrow_drop(r->pool[i]->held);
            r->pool[i]->held = NULL;
        }
}

static struct slab *idle_slab(struct stream *r) {
    for (uint32_t i = 0; i < r->pool_count; i++)
        if (is_idle(r->pool[i])) return r->pool[i];
    struct slab *s = slab_new(r->ctx, r->plan.layout);
    if (!s) return NULL;
    if (r->pool_count < ICP__READER_POOL) return r->pool[r->pool_count++] = s;
    icp_batch_unref(&r->pool[0]->batch);
    return r->pool[0] = s;
}

static icp_status stream_failed(struct stream *r, int code, struct icp_error *err) {
    struct icp__place place = ICP__NOWHERE;
    place.source = ICP__ARROW_SOURCE;
    if (r->rows) place.row = (int64_t)r->rows;
    const char *text = r->in.get_last_error ? r->in.get_last_error(&r->in) : NULL;
    if (text && *text) return icp__fail_at(err, ICP_E_IO, &place, "%s", text);
    return icp__fail_at(err, ICP_E_IO, &place, "the stream failed with code %d", code);
}

/* The next record batch that has rows; r->held NULL = there is none. */
static icp_status next_held(struct stream *r, struct icp_error *err) {
    while (!r->held || r->at >= r->held->array.length) {
        struct ArrowArray a;
        memset(&a, 0, sizeof a);
        icp__arrow_drop(r->held);
        r->held = NULL;
        const int code = r->in.get_next(&r->in, &a);
        if (code) return stream_failed(r, code, err);
        if (!a.release) return ICP_OK;
        r->held = icp__arrow_hold(r->ctx, &a);
        if (!r->held) return icp__no_memory(err);
        const icp_status st = icp__arrow_check(&r->plan, &r->held->array, err);
        if (st) return st;
        r->record_batches++;
        r->at = 0;
    }
    return ICP_OK;
}

static icp_status stream_next(void *made, icp_batch **out, struct icp_error *err) {
    struct stream *r = made;
    drop_idle(r);
    icp_status st = next_held(r, err);
    if (st) return st;
    if (!r->held) return *out = NULL, ICP_OK;
    struct slab *s = idle_slab(r);
    if (!s) return icp__no_memory(err);
    uint64_t rows = ICP__READER_CELLS / r->plan.layout->columns;
    if (rows > r->rows_per_batch) rows = r->rows_per_batch;
    if (rows > (uint64_t)(r->held->array.length - r->at)) rows = (uint64_t)(r->held->array.length - r->at);
    if (!rows) rows = 1;
    icp__side_reset(&s->side);
    st = slab_fill(s, &r->plan, r->held, r->at, rows, r->rows + 1, &r->converted, err);
    if (st) return st;
    r->at += (int64_t)rows;
    r->rows += rows;
    *out = icp_batch_ref(&s->batch);
    return ICP_OK;
}

static icp_status stream_stats(const void *made, uint64_t rows, struct icp__bytes *json, struct icp_error *err) {
    const struct stream *r = made;
    (void)err; /* a failure stays in `json` */
    icp__bytes_text(json, "{\"format\":\"arrow\"");
    icp__json_member(json, "columns", r->plan.layout->columns);
    icp__json_member(json, "rows", (int64_t)rows);
    icp__json_member(json, "record_batches", (int64_t)r->record_batches);
    icp__json_member(json, "converted_cells", (int64_t)r->converted);
    icp__bytes_text(json, "}");
    return ICP_OK;
}

/* Bytes of a stream are not known. */
static uint64_t no_bytes(const void *made) {
    (void)made;
    return 0;
}

static void stream_free(void *made) {
    struct stream *r = made;
    icp_context *c = r->ctx;
    for (uint32_t i = 0; i < r->pool_count; i++) icp_batch_unref(&r->pool[i]->batch);
    icp__arrow_drop(r->held);
    icp__arrow_plan_free(&r->plan);
    r->in.release(&r->in);
    icp__free(c, r);
    icp_context_unref(c);
}

static icp_status stream_plan(struct stream *r, struct icp_error *err) {
    struct ArrowSchema s;
    memset(&s, 0, sizeof s);
    const int code = r->in.get_schema(&r->in, &s);
    if (code) return stream_failed(r, code, err);
    const icp_status st = icp__arrow_plan(r->ctx, &s, &r->plan, err);
    if (s.release) s.release(&s);
    return st;
}

static icp_status stream_open(icp_context *c, struct ArrowArrayStream *s, uint32_t rows_per_batch, icp_reader **out, struct icp_error *err) {
    static const struct icp__maker maker = {stream_next, stream_stats, no_bytes, no_bytes, stream_free};
    struct stream *r = icp__calloc(c, 1, sizeof *r);
    if (!r) {
        s->release(s), s->release = NULL;
        return icp__no_memory(err);
    }
    r->ctx = icp_context_ref(c);
    r->in = *s;
    s->release = NULL;
    r->rows_per_batch = rows_per_batch ? rows_per_batch : 4096;
    const icp_status st = stream_plan(r, err);
    if (!st) return icp__reader_made(c, &maker, r, ICP__ARROW_SOURCE, out, err);
    stream_free(r);
    return st;
}

icp_status icp_reader_open_arrow(icp_context *c, struct ArrowArrayStream *s, const struct icp_reader_options *options, icp_reader **out, struct icp_error *err) {
    struct icp_reader_options o;
    icp_status st = ICP_OK;
    if (!c || !s || !out) st = icp__fail(err, ICP_E_ARGUMENT, "an argument is NULL");
    else if (!s->release || !s->get_schema || !s->get_next) st = icp__fail(err, ICP_E_ARGUMENT, "the stream was released");
    if (!st) st = icp__options(options, 24, &o, sizeof o, err);
    if (!st && (o.flags || o.reserved)) st = icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags of the reader");
    if (!st) return stream_open(c, s, o.rows_per_batch, out, err);
    if (s && s->release) s->release(s), s->release = NULL;
    return st;
}
