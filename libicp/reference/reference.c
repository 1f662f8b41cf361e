/* SPDX-License-Identifier: MIT */
/* The finished reference: life, look-up, figures, loading and saving. */
#include "reference/reference.h"
#include "trait/schema.h"

static const char *const known_tags[] = {"KEYF", "COLS", "ROWS", "READ", NULL};

icp_reference *icp_reference_ref(icp_reference *r) {
    if (r)
        atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

/* Takes half-built ones. */
static void reference_free(icp_reference *r) {
    if (!r)
        return;
    icp_context *c = r->ctx;
    icp__table_free(r->table);
    icp__free(c, r);
    icp_context_unref(c);
}

void icp_reference_unref(icp_reference *r) {
    if (r && atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) == 1)
        reference_free(r);
}

static icp_reference *new_reference(icp_context *c) {
    icp_reference *r = icp__calloc(c, 1, sizeof *r);
    if (!r)
        return NULL;
    atomic_init(&r->refs, 1);
    r->ctx = icp_context_ref(c);
    r->minor = ICP__REFERENCE_MINOR;
    return r;
}

icp_status icp__reference_make(struct icp__table *t, uint32_t k, int32_t key_form, uint64_t seed, icp_reference **out, struct icp_error *err) {
    icp_reference *r = new_reference(t->ctx);
    if (!r)
        return icp__no_memory(err);
    r->table = t;
    r->k = k;
    r->key_form = key_form;
    r->seed = seed;
    r->key_column = t->key_column;
    struct icp__bytes bytes;
    struct icp__container sections;
    icp__bytes_init(&bytes, r->ctx);
    icp_status s = icp__reference_sections(r, &bytes, &sections, err);
    if (!s) {
        icp__container_id(&sections);
        memcpy(r->id, sections.id, sizeof r->id);
    }
    icp__bytes_free(&bytes);
    if (s) {
        r->table = NULL;
        reference_free(r);
        return s;
    }
    *out = r;
    return ICP_OK;
}

int64_t icp__reference_find(const icp_reference *r, uint64_t hash, struct icp_str key) {
    return icp__table_find(r->table, hash, key);
}

/* (k - 1) 2^64 / h, saturating; schoolbook, since C11 has no wider type. */
static uint64_t scaled(uint64_t numerator, uint64_t h) {
    if (!h || numerator >= h)
        return UINT64_MAX;
    uint64_t rest = numerator, out = 0;
    for (int i = 0; i < 64; i++) {
        bool carry = rest >> 63;
        rest <<= 1;
        out <<= 1;
        if (carry || rest >= h) {
            rest -= h;
            out |= 1;
        }
    }
    return out;
}

static uint64_t distinct(const icp_reference *r) {
    uint64_t n = r->table->rows;
    if (n < r->k)
        return n;
    uint64_t estimate = scaled(n - 1, r->table->hashes[n - 1]);
    return estimate < n ? n : estimate;
}

icp_status icp_reference_describe(const icp_reference *r, struct icp_reference_info *out, struct icp_error *err) {
    if (!r || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !r ? "the reference" : "out");
    const struct icp__table *t = r->table;
    struct icp_reference_info own;
    memset(&own, 0, sizeof own);
    own.k = r->k;
    own.rows_read = t->rows_read;
    own.rows_without_key = t->rows_without_key;
    own.companies = t->rows;
    own.distinct_estimate = distinct(r);
    for (uint64_t i = 0; i < t->rows; i++)
        own.rows_differed += t->differed[i];
    own.cells_cut = t->cells_cut;
    own.seed = r->seed;
    own.key_form = (uint32_t)r->key_form;
    own.format = ICP__REFERENCE_MAJOR << 16 | r->minor;
    own.columns = t->columns;
    memcpy(own.id, r->id, sizeof own.id);
    own.key_column = r->key_column;
    return icp__output(out, sizeof own, &own, sizeof own, err);
}

icp_status icp_reference_schema(const icp_reference *r, icp_schema **out, struct icp_error *err) {
    if (!r || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !r ? "the reference" : "out");
    return icp__schema_infer_table(r->ctx, r->table, r->key_column, out, err);
}

icp_status icp_reference_save(const icp_reference *r, struct icp_sink *sink, struct icp_error *err) {
    struct icp__bytes bytes;
    struct icp__container sections;
    icp_status s = icp__sink_check(sink, err);
    if (s)
        return s;
    if (!r) {
        icp__sink_abort(sink);
        return icp__fail(err, ICP_E_ARGUMENT, "the reference is NULL");
    }
    icp__bytes_init(&bytes, r->ctx);
    s = icp__reference_sections(r, &bytes, &sections, err);
    if (s) {
        icp__sink_abort(sink);
    } else {
        memcpy(sections.id, r->id, sizeof r->id);
        sections.id_known = true;
        s = icp__container_write(&sections, ICP__MAGIC_REFERENCE, sink, err);
    }
    icp__bytes_free(&bytes);
    return s;
}

/* ROWS stays where it was inflated to: cells and keys point into it. */
static icp_status take_rows(icp_reference *r, struct icp__container *k, struct icp_error *err) {
    for (uint32_t i = 0; i < k->count; i++) {
        struct icp__section *s = &k->sections[i];
        if (strcmp(s->tag, "ROWS"))
            continue;
        if (!s->owned) {
            void *copy = icp__alloc(r->ctx, (size_t)s->size, 1);
            if (!copy)
                return icp__no_memory(err);
            if (s->size)
                memcpy(copy, s->data, (size_t)s->size);
            s->data = copy;
        }
        s->owned = false;
        r->table->store = (void *)(uintptr_t)s->data;
    }
    return ICP_OK;
}

static icp_status read_container(icp_context *c, struct icp__container *k, const char *source, icp_reference **out, struct icp_error *err) {
    icp_reference *r = new_reference(c);
    if (r)
        r->table = icp__calloc(c, 1, sizeof *r->table);
    if (!r || !r->table) {
        reference_free(r);
        return icp__no_memory(err);
    }
    r->table->ctx = icp_context_ref(c);
    icp__arena_init(&r->table->arena, c);
    icp_status s = take_rows(r, k, err);
    if (!s)
        s = icp__reference_read(r, k, source, err);
    if (s)
        reference_free(r);
    else
        *out = r;
    return s;
}

icp_status icp_reference_load(icp_context *c, struct icp_source *source, icp_reference **out, struct icp_error *err) {
    if (!c || !source || !out) {
        if (source && source->close)
            source->close(source->user);
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : !source ? "the source" : "out");
    }
    struct icp__bytes file;
    struct icp__container k;
    char name[sizeof ((struct icp_error *)0)->source];
    size_t n = source->name ? strlen(source->name) : 0;
    n = n < sizeof name ? n : sizeof name - 1;
    if (n)
        memcpy(name, source->name, n);
    name[n] = 0;
    icp_status s = icp__container_load(c, source, ICP__MAGIC_REFERENCE, ICP__REFERENCE_MAJOR, known_tags, &file, &k, err);
    if (s)
        return s;
    s = read_container(c, &k, n ? name : NULL, out, err);
    icp__container_free(&k);
    icp__bytes_free(&file);
    return s;
}
