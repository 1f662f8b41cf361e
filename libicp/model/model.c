/* SPDX-License-Identifier: MIT */
/* The public face of a model: loading, saving, figures, traits. */
#include "model/model.h"

static void destroy(icp_model *m) {
    icp_context *c = m->ctx;
    icp__container_free(&m->file);
    icp_schema_unref(m->schema);
    icp__free(c, m->slots);
    icp__free(c, m->edges);
    icp__bytes_free(&m->owned);
    if (m->release != NULL)
        m->release(m->release_user);
    icp__free(c, m);
    icp_context_unref(c);
}

static icp_model *make(icp_context *c, struct icp_error *err) {
    icp_model *m = icp__calloc(c, 1, sizeof *m);
    if (m == NULL) {
        icp__no_memory(err);
        return NULL;
    }
    m->ctx = icp_context_ref(c);
    icp__bytes_init(&m->owned, c);
    atomic_init(&m->refs, 1);
    return m;
}

static icp_status finish(icp_model *m, const char *source, icp_model **out, struct icp_error *err) {
    icp_status st = icp__model_open(m, source, err);
    if (st != ICP_OK) {
        m->release = NULL; /* memory that was lent stays with the caller on failure */
        destroy(m);
        return st;
    }
    *out = m;
    return ICP_OK;
}

/* The name of a source lives until it is closed, which is before the content is checked. */
static void keep_name(char out[128], const struct icp_source *s) {
    const size_t n = s == NULL || s->struct_size < sizeof *s || s->name == NULL ? 0 : strlen(s->name);
    memcpy(out, n == 0 ? "" : s->name, n < 127 ? n : 127);
    out[n < 127 ? n : 127] = '\0';
}

icp_status icp_model_load(icp_context *c, struct icp_source *s, icp_model **out, struct icp_error *err) {
    char name[128];
    icp_model *m;
    icp_status st;
    m = c == NULL || out == NULL ? NULL : make(c, err);
    if (m == NULL) {
        if (s != NULL && s->struct_size >= sizeof *s && s->close != NULL)
            s->close(s->user);
        return c == NULL || out == NULL ? icp__fail(err, ICP_E_ARGUMENT, "context and out must not be NULL") : ICP_E_MEMORY;
    }
    keep_name(name, s);
    st = icp__container_load(c, s, ICP__MAGIC_MODEL, ICP__FORMAT_MAJOR, icp__model_sections, &m->owned, &m->file, err);
    if (st != ICP_OK) {
        destroy(m);
        return st;
    }
    m->data = (const uint8_t *)m->owned.data;
    m->size = m->owned.size;
    return finish(m, name, out, err);
}

icp_status icp_model_load_memory(icp_context *c, const void *data, size_t size, void (*release)(void *user), void *user,
                                 icp_model **out, struct icp_error *err) {
    icp_model *m;
    icp_status st;
    if (c == NULL || data == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "context, data and out must not be NULL");
    m = make(c, err);
    if (m == NULL)
        return ICP_E_MEMORY;
    m->data = data;
    m->size = size;
    st = icp__container_parse(c, data, size, ICP__MAGIC_MODEL, ICP__FORMAT_MAJOR, icp__model_sections, "", &m->file, err);
    if (st != ICP_OK) {
        destroy(m);
        return st;
    }
    m->release = release;
    m->release_user = user;
    return finish(m, "", out, err);
}

static void release_buffer(void *user) { icp_buffer_unref(user); }

icp_status icp__model_adopt(icp_context *c, icp_buffer *file, icp_model **out, struct icp_error *err) {
    struct icp_str bytes;
    icp_status st = icp_buffer_data(file, &bytes);
    if (st == ICP_OK)
        st = icp_model_load_memory(c, bytes.data, bytes.size, release_buffer, file, out, err);
    if (st == ICP_OK)
        icp_buffer_ref(file);
    return st;
}

icp_status icp_model_save(const icp_model *m, struct icp_sink *s, struct icp_error *err) {
    icp_status st = icp__sink_check(s, err);
    if (st != ICP_OK)
        return st;
    if (m == NULL) {
        icp__sink_abort(s);
        return icp__fail(err, ICP_E_ARGUMENT, "model must not be NULL");
    }
    st = icp__sink_write(s, m->data, m->size, err);
    if (st != ICP_OK) {
        icp__sink_abort(s);
        return st;
    }
    return icp__sink_commit(s, err);
}

icp_status icp_model_describe(const icp_model *m, struct icp_model_info *out, struct icp_error *err) {
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    return icp__output(out, sizeof *out, &m->info, sizeof m->info, err);
}

icp_status icp_model_schema(const icp_model *m, icp_schema **out, struct icp_error *err) {
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    *out = icp_schema_ref(m->schema);
    return ICP_OK;
}

icp_status icp_model_summary(const icp_model *m, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    if (m == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and json must not be NULL");
    icp__bytes_init(&b, m->ctx);
    if (m->summary != NULL && m->summary->size != 0)
        icp__bytes_add(&b, m->summary->data, (size_t)m->summary->size);
    else
        icp__bytes_text(&b, "{}");
    return icp__bytes_finish(&b, json, err);
}

icp_status icp_model_trait(const icp_model *m, uint32_t i, struct icp_trait *out, struct icp_error *err) {
    struct icp_trait t = {0};
    const struct icp__column *column;
    const uint8_t *e, *n;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    if (i >= m->info.traits)
        return icp__fail(err, ICP_E_ARGUMENT, "trait %u of %u", i, m->info.traits);
    e = icp__entry(m, i);
    n = m->shar + (size_t)i * ICP__COUNTS_SIZE;
    column = &m->schema->column[icp__entry_column(e)];
    t.layer = (int32_t)m->layer;
    t.family = column->family;
    t.kind = (int32_t)icp__entry_kind(e);
    t.id = (struct icp_str){m->strs + icp__entry_id(e), icp__entry_id_size(e)};
    t.column = column->name;
    t.label = (struct icp_str){m->strs + icp__entry_text(e), icp__entry_text_size(e)};
    t.weight = icp__entry_weight(e);
    t.points = icp__entry_points(e);
    t.learned_points = icp__entry_learned(e);
    t.customers = icp__get64(n);
    t.customers_of = icp__get64(n + 8);
    t.reference = icp__get64(n + 16);
    t.reference_of = icp__get64(n + 24);
    t.variance = icp__entry_variance(e);
    return icp__output(out, sizeof *out, &t, sizeof t, err);
}

int32_t icp_model_find_trait(const icp_model *m, int32_t layer, const char *id, size_t size) {
    uint32_t lo = 0, hi;
    if (m == NULL || id == NULL || layer != (int32_t)m->layer)
        return -1;
    hi = m->info.traits;
    while (lo < hi) { /* the first whose id is not smaller */
        uint32_t mid = lo + (hi - lo) / 2;
        const uint8_t *e = icp__entry(m, icp__get32(m->idix + (size_t)mid * 4));
        size_t n = icp__entry_id_size(e);
        int order = memcmp(m->strs + icp__entry_id(e), id, n < size ? n : size);
        if (order < 0 || (order == 0 && n < size))
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < m->info.traits) {
        uint32_t i = icp__get32(m->idix + (size_t)lo * 4);
        const uint8_t *e = icp__entry(m, i);
        if (icp__entry_id_size(e) == size && memcmp(m->strs + icp__entry_id(e), id, size) == 0)
            return (int32_t)i;
    }
    return -1;
}

icp_model *icp_model_ref(icp_model *m) {
    if (m != NULL)
        atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void icp_model_unref(icp_model *m) {
    if (m != NULL && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
        destroy(m);
}
