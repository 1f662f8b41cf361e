/* SPDX-License-Identifier: MIT */
/* Building a reference out of readers, batches and other references. */
#include "ingest/reader.h"
#include "reference/reference.h"

struct icp_reference_builder {
    icp_context *ctx;
    struct icp__sample *sample;
    int32_t key_form;
    uint64_t seed;
    bool broken; /* a call failed in the middle: what was added is not known */
};

static icp_status check_options(const struct icp_reference_options *o, struct icp_error *err) {
    if (o->flags)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags of icp_reference_options that this library does not know");
    if (o->k > ICP__K_MAX)
        return icp__fail(err, ICP_E_ARGUMENT, "k is %u; at most %u", (unsigned)o->k, (unsigned)ICP__K_MAX);
    if (o->key_form < ICP_KEY_AUTO)
        return icp__fail(err, ICP_E_ARGUMENT, "the key form is negative");
    if (o->key_form > ICP_KEY_HOST)
        return icp__fail(err, ICP_E_UNSUPPORTED, "a key form that this library does not know");
    if ((!o->key_column && o->key_size) || (!o->exclude && o->exclude_size) || (!o->release && o->release_size))
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL but has a size",
                         !o->key_column && o->key_size ? "key_column" : !o->exclude && o->exclude_size ? "exclude" : "release");
    return ICP_OK;
}

icp_status icp_reference_builder_new(icp_context *c, const struct icp_reference_options *o, icp_reference_builder **out, struct icp_error *err) {
    struct icp_reference_options own;
    if (!c || !out)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "the context" : "out");
    icp_status s = icp__options(o, sizeof own, &own, sizeof own, err);
    if (s || (s = check_options(&own, err)))
        return s;
    icp_reference_builder *b = icp__calloc(c, 1, sizeof *b);
    if (!b)
        return icp__no_memory(err);
    b->ctx = icp_context_ref(c);
    b->key_form = own.key_form == ICP_KEY_AUTO ? ICP_KEY_EXACT : own.key_form;
    b->seed = own.seed;
    const struct icp__sample_options so = {
        .k = own.k ? own.k : ICP__K_DEFAULT, .seed = own.seed, .key_form = b->key_form, .key = {own.key_column, own.key_size},
        .exclude = {own.exclude, own.exclude_size}, .release = {own.release, own.release_size}};
    s = icp__sample_new(c, &so, &b->sample, err);
    if (s) {
        icp_reference_builder_free(b);
        return s;
    }
    *out = b;
    return ICP_OK;
}

void icp_reference_builder_free(icp_reference_builder *b) {
    if (!b)
        return;
    icp_context *c = b->ctx;
    icp__sample_free(b->sample);
    icp__free(c, b);
    icp_context_unref(c);
}

static icp_status check_usable(const icp_reference_builder *b, const void *other, const char *what, struct icp_error *err) {
    if (!b || !other)
        return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !b ? "the builder" : what);
    if (b->broken)
        return icp__fail(err, ICP_E_STATE, "an earlier call failed: the builder may only be freed");
    return ICP_OK;
}

/* The columns of JSON lines become known as they come. *late = the last batch so far that had no key column, NULL once one had. */
static icp_status take_batch(icp_reference_builder *b, const icp_reader *r, icp_batch *batch, icp_batch **late, struct icp_error *err) {
    icp_batch *before = *late;
    *late = NULL;
    icp_batch_unref(before);
    if (r->format != ICP_FORMAT_JSONL || !icp__sample_lacks_key(b->sample, batch))
        return icp__sample_add(b->sample, batch, err);
    icp__sample_skip(b->sample, batch);
    *late = icp_batch_ref(batch);
    return ICP_OK;
}

static icp_status read_all(icp_reference_builder *b, icp_reader *r, const struct icp_progress *p, icp_batch **late, struct icp_error *err) {
    uint64_t told = icp__reader_raw(r);
    for (;;) {
        icp_batch *batch;
        icp_status s = icp_reader_next(r, &batch, err);
        if (s || !batch)
            return s;
        s = take_batch(b, r, batch, late, err);
        icp_batch_unref(batch);
        if (s)
            return s;
        uint64_t raw = icp__reader_raw(r);
        if (raw - told < 1u << 20)
            continue;
        told = raw;
        if ((s = icp__progress(p, ICP_STAGE_READ, raw, icp__reader_hint(r), err)))
            return s;
    }
}

icp_status icp_reference_builder_add(icp_reference_builder *b, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    icp_batch *late = NULL;
    icp_status s = check_usable(b, r, "the reader", err);
    if (s || (s = icp__progress_check(p, err)))
        return s;
    b->broken = true;
    s = read_all(b, r, p, &late, err);
    if (!s && late)
        s = icp__sample_add(b->sample, late, err); /* fails, naming the columns there are */
    icp_batch_unref(late);
    b->broken = s != ICP_OK;
    return s;
}

icp_status icp_reference_builder_add_batch(icp_reference_builder *b, const icp_batch *batch, struct icp_error *err) {
    icp_status s = check_usable(b, batch, "the batch", err);
    if (s)
        return s;
    s = icp__sample_add(b->sample, batch, err);
    b->broken = s != ICP_OK;
    return s;
}

icp_status icp_reference_builder_merge(icp_reference_builder *b, const icp_reference *part, struct icp_error *err) {
    icp_status s = check_usable(b, part, "the reference", err);
    if (s)
        return s;
    if (part->seed != b->seed)
        return icp__fail(err, ICP_E_REFERENCE, "the seeds differ: %llu and %llu", (unsigned long long)b->seed, (unsigned long long)part->seed);
    if (part->key_form != b->key_form)
        return icp__fail(err, ICP_E_REFERENCE, "the key forms differ: %d and %d", (int)b->key_form, (int)part->key_form);
    s = icp__sample_merge(b->sample, part->table, part->k, err);
    b->broken = s != ICP_OK;
    return s;
}

icp_status icp_reference_builder_finish(icp_reference_builder *b, icp_reference **out, struct icp_error *err) {
    struct icp__table *t;
    icp_status s = check_usable(b, out, "out", err);
    if (s)
        return s;
    uint32_t k = icp__sample_k(b->sample);
    b->broken = true;
    s = icp__sample_finish(b->sample, &t, err);
    if (s)
        return s;
    if (!t->rows)
        s = icp__fail(err, ICP_E_KEY, "none of %llu rows has a key", (unsigned long long)t->rows_read);
    else if (t->columns > ICP__REFERENCE_COLUMNS)
        s = icp__fail(err, ICP_E_LIMIT, "%u columns; a reference has at most %u", (unsigned)t->columns, (unsigned)ICP__REFERENCE_COLUMNS);
    else
        s = icp__reference_make(t, k, b->key_form, b->seed, out, err);
    if (s)
        icp__table_free(t);
    /* Without a key in any row nothing that was added is lost. */
    b->broken = s && s != ICP_E_KEY;
    return s;
}
