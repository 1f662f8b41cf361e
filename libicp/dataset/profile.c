/* SPDX-License-Identifier: MIT */
/* One pass over a table: sketches of every column, and a sample of rows from which its schema is inferred. */
#include "dataset/profile.h"
#include "base/hash.h"
#include "base/text.h"
#include "dataset/match.h"
#include "ingest/columns.h"
#include "ingest/protect.h"
#include "trait/extract.h"

/* Memory of a table: sampled cells, bytes of them at worst, sketched values. Wide tables get fewer of each column. */
#define SAMPLE_CELLS (1u << 20)
#define SAMPLE_BYTES (1u << 29)
#define SKETCH_VALUES (1u << 20)
#define EMAIL_MAX 4096u

struct pass {
    icp_context *ctx;
    const struct icp__profile_options *o;
    struct icp__profile *p;
    struct icp__columns names;
    struct icp__layout *layout; /* that `at` belongs to */
    uint32_t *at;               /* column of the profile, by column of the layout */
    size_t at_cap, column_cap;
    struct icp__sample *sample;
    uint32_t cut, k;
    struct icp__cell *cells;
    size_t cell_cap;
    struct icp__bytes room;
};

static uint32_t between(uint32_t v, uint32_t least, uint32_t most) { return v < least ? least : v > most ? most : v; }

bool icp__dataset_matches(icp_context *c, struct icp_str lines, struct icp_str table, struct icp_str column, bool *failed) {
    if (!lines.data) return false;
    if (icp__patterns_match(lines, table)) return true;
    if (!column.data) return false;
    struct icp__bytes b;
    icp__bytes_init(&b, c);
    icp__bytes_add(&b, table.data, table.size);
    icp__bytes_text(&b, ".");
    icp__bytes_add(&b, column.data, column.size);
    *failed |= b.failed;
    const bool found = !b.failed && icp__patterns_match(lines, (struct icp_str){b.data, b.size});
    icp__bytes_free(&b);
    return found;
}

static bool add_column(struct pass *s, uint32_t id, struct icp_str name) {
    struct icp__profile *p = s->p;
    bool failed = false;
    if (!icp__grow(s->ctx, &p->column, &s->column_cap, (size_t)id + 1, sizeof *p->column)) return false;
    struct icp__profile_column *c = &p->column[id];
    memset(c, 0, sizeof *c);
    p->columns = id + 1;
    c->smallest = UINT64_MAX;
    c->late_with = -1;
    icp__sketch_init(&c->exact, s->k);
    icp__sketch_init(&c->normal, s->k);
    icp__header_meaning(name, &c->means);
    const struct icp__profile_options *o = s->o;
    c->left_out = icp__dataset_matches(s->ctx, o->exclude, o->table, name, &failed);
    c->released = icp__dataset_matches(s->ctx, o->release, o->table, name, &failed);
    if (!c->released) c->personal = icp__header_personal(name, p->object == ICP__OBJECT_PERSON || p->object == ICP__OBJECT_USER);
    return !failed;
}

static icp_status start_sample(struct pass *s, uint32_t columns, struct icp_error *err) {
    s->k = between(SKETCH_VALUES / columns, 128, 1024);
    const uint32_t rows = between(SAMPLE_CELLS / columns, 1024, 16384);
    s->cut = between((uint32_t)(SAMPLE_BYTES / ((uint64_t)rows * columns)), 256, 2048);
    const struct icp__sample_options o = {.k = rows, .whole_row = true, .release = s->o->release.data ? (struct icp_str){"*", 1} : (struct icp_str){NULL, 0}};
    return icp__sample_new(s->ctx, &o, &s->sample, err);
}

static icp_status take_layout(struct pass *s, const struct icp_batch *b, struct icp_error *err) {
    const struct icp__layout *l = b->layout;
    if (!s->sample) {
        icp_status st = start_sample(s, l->columns ? l->columns : 1, err);
        if (st) return st;
    }
    if (!icp__grow(s->ctx, &s->at, &s->at_cap, (size_t)l->columns + 1, sizeof *s->at)) return icp__no_memory(err);
    for (uint32_t i = 0; i < l->columns; i++) {
        if (!icp__columns_add(&s->names, l->folded[i], l->names[i], &s->at[i])) return icp__no_memory(err);
        if (s->at[i] >= s->p->columns && !add_column(s, s->at[i], l->names[i])) return icp__no_memory(err);
    }
    icp__layout_unref(s->layout);
    s->layout = icp__layout_ref(b->layout);
    return ICP_OK;
}

/* Digits alone; what begins with 0 is a code. */
static bool whole_number(struct icp_str v, uint64_t *out) {
    if (v.size > 18 || (v.data[0] == '0' && v.size > 1)) return false;
    *out = 0;
    for (size_t i = 0; i < v.size; i++) {
        if ((unsigned char)(v.data[i] - '0') > 9) return false;
        *out = *out * 10 + (uint64_t)(v.data[i] - '0');
    }
    return true;
}

/* The two forms in turn; the second only where the first was not met just before. */
static bool sketch_key(struct pass *s, struct icp__profile_column *c, struct icp_str v) {
    struct icp_str key;
    if (!icp__match_key(v, false, &s->room, &key)) return false;
    if (!key.size) return true;
    const uint64_t hash = icp__hash(key.data, key.size, 0);
    if (icp__sketch_again(&c->exact, hash)) return true;
    if (!icp__sketch_add(&c->exact, s->ctx, hash) || !icp__match_key(v, true, &s->room, &key)) return false;
    return icp__sketch_add(&c->normal, s->ctx, icp__hash(key.data, key.size, 0));
}

static bool sketch(struct pass *s, struct icp__profile_column *c, struct icp_str v) {
    while (c->means.several && v.size) {
        const struct icp_str first = icp__match_first(v, ';');
        if (!sketch_key(s, c, first)) return false;
        if (first.size == v.size) return true;
        v.data += first.size + 1, v.size -= first.size + 1;
    }
    return !v.size || sketch_key(s, c, v);
}

/* Counts a cell; what is stored of it in the sample is left in *kept. False = no memory. */
static bool look(struct pass *s, struct icp__profile_column *c, struct icp__cell *kept) {
    if (c->left_out) *kept = (struct icp__cell){NULL, 0};
    if (!kept->size) return true;
    struct icp_str v = icp__trim(kept->data, kept->size);
    if (!v.size || icp__cell_missing(v.data, v.size)) return true;
    uint64_t number;
    c->filled++, c->bytes += v.size;
    if (v.size <= EMAIL_MAX && memchr(v.data, '@', v.size) && icp__is_email(v.data, v.size)) {
        c->emails++;
        if (!c->released) *kept = (struct icp__cell){NULL, 0};
    }
    if (whole_number(v, &number)) {
        c->whole++;
        if (number < c->smallest) c->smallest = number;
        if (number > c->largest) c->largest = number;
    }
    c->crm_ids += icp__match_is_crm_id(v.data, v.size);
    c->several += c->means.several && memchr(v.data, ';', v.size) != NULL;
    if (kept->data && v.size > s->cut) *kept = (struct icp__cell){v.data, icp__utf8_cut(v.data, v.size, s->cut)};
    return sketch(s, c, v);
}

static icp_status add_batch(struct pass *s, const struct icp_batch *b, struct icp_error *err) {
    icp_status st = b->layout == s->layout ? ICP_OK : take_layout(s, b, err);
    if (st) return st;
    const uint32_t columns = b->layout->columns;
    if (!icp__grow(s->ctx, &s->cells, &s->cell_cap, (size_t)(b->rows * columns) + 1, sizeof *s->cells)) return icp__no_memory(err);
    memcpy(s->cells, b->cells, (size_t)(b->rows * columns) * sizeof *s->cells);
    for (uint64_t row = 0; row < b->rows; row++)
        for (uint32_t i = 0; i < columns; i++)
            if (!look(s, &s->p->column[s->at[i]], &s->cells[row * columns + i])) return icp__no_memory(err);
    s->p->rows += b->rows;
    struct icp_batch copy;
    memcpy(&copy, b, sizeof copy);
    copy.cells = s->cells;
    return icp__sample_add(s->sample, &copy, err);
}

static icp_status read_all(struct pass *s, icp_reader *r, struct icp_error *err) {
    for (;;) {
        icp_batch *b;
        icp_status st = icp_reader_next(r, &b, err);
        if (st) return st;
        if (!b) break;
        st = add_batch(s, b, err);
        icp_batch_unref(b);
        if (!st) st = icp__progress(s->o->progress, ICP_STAGE_READ, icp__reader_raw(r), icp__reader_hint(r), err);
        if (st) return st;
    }
    for (uint32_t i = 0; i < s->p->columns; i++) {
        icp__sketch_shrink(&s->p->column[i].exact, s->ctx, s->k);
        icp__sketch_shrink(&s->p->column[i].normal, s->ctx, s->k);
    }
    return ICP_OK;
}

/* The sample has its columns by folded name; the table's own order is what its owner knows. */
static icp_status order_columns(struct pass *s, const struct icp__table *t, struct icp_error *err) {
    struct icp__profile *p = s->p;
    icp_schema *schema = p->schema;
    const size_t bytes = (size_t)t->columns * sizeof *schema->column;
    struct icp__column *sorted = icp__alloc(s->ctx, t->columns, sizeof *sorted);
    uint32_t *place = icp__alloc(s->ctx, t->columns, sizeof *place);
    icp_status st = ICP_OK;
    if (!sorted || !place) {
        st = icp__no_memory(err);
    } else {
        memcpy(sorted, schema->column, bytes);
        for (uint32_t j = 0; j < t->columns; j++) {
            place[s->names.order[j]] = j;
            schema->column[s->names.order[j]] = sorted[j];
        }
        if (!icp__profile_late(p, t, place)) st = icp__no_memory(err);
    }
    icp__free(s->ctx, sorted);
    icp__free(s->ctx, place);
    return st;
}

static icp_status infer(struct pass *s, struct icp_error *err) {
    struct icp__table *t = NULL;
    icp_status st = s->sample ? ICP_OK : start_sample(s, 1, err); /* a table without rows */
    if (!st) st = icp__sample_finish(s->sample, &t, err);
    if (st) return st;
    st = icp__schema_infer_table(s->ctx, t, (struct icp_str){NULL, 0}, &s->p->schema, err);
    if (!st) st = order_columns(s, t, err);
    icp__table_free(t);
    return st;
}

icp_status icp__profile_table(icp_context *c, icp_reader *r, const struct icp__profile_options *o, struct icp__profile *out, struct icp_error *err) {
    struct icp__profile p = {.ctx = c, .object = icp__object_of_table(o->table), .closing = -1};
    struct pass s = {.ctx = c, .o = o, .p = &p};
    icp__columns_init(&s.names, c);
    icp__bytes_init(&s.room, c);
    icp_status st = read_all(&s, r, err);
    if (!st) st = infer(&s, err);
    icp__columns_free(&s.names);
    icp__layout_unref(s.layout);
    icp__sample_free(s.sample);
    icp__bytes_free(&s.room);
    icp__free(c, s.at);
    icp__free(c, s.cells);
    if (st) icp__profile_free(&p);
    else *out = p;
    return st;
}

size_t icp__profile_bytes(const struct icp__profile *p) {
    size_t bytes = 0;
    for (uint32_t i = 0; i < p->columns; i++) bytes += icp__sketch_bytes(&p->column[i].exact) + icp__sketch_bytes(&p->column[i].normal);
    return bytes;
}

void icp__profile_shrink(struct icp__profile *p, uint32_t k) {
    for (uint32_t i = 0; i < p->columns; i++) {
        icp__sketch_shrink(&p->column[i].exact, p->ctx, k);
        icp__sketch_shrink(&p->column[i].normal, p->ctx, k);
    }
}

void icp__profile_free(struct icp__profile *p) {
    for (uint32_t i = 0; i < p->columns; i++) {
        icp__sketch_free(&p->column[i].exact, p->ctx);
        icp__sketch_free(&p->column[i].normal, p->ctx);
    }
    if (p->ctx) icp__free(p->ctx, p->column);
    icp_schema_unref(p->schema);
    memset(p, 0, sizeof *p);
}
