/* SPDX-License-Identifier: MIT */
/* The public face of a model: loading, saving, figures, traits. */
#include "model/edits.h"
#include "model/playbook.h"

static void destroy(icp_model *m) {
    icp_context *c = m->ctx;
    for (uint32_t i = 1; i < m->parts; i++)
        destroy(m->part[i]);
    if (m->signals != NULL)
        icp__signals_free(m->signals);
    icp__free(c, m->signals);
    icp__card_free(c, &m->card);
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

/* A further layer: a file inside a section of the first one's. */
static icp_status open_part(icp_model *m, const char *tag, uint32_t layer, const char *source, struct icp_error *err) {
    const struct icp__section *s = icp__container_find(&m->file, tag);
    struct icp__place where = ICP__NOWHERE;
    icp_model *part;
    icp_status st;
    if (s == NULL)
        return ICP_OK;
    where.source = source;
    if ((s->flags & ICP__SECTION_DEFLATED) || layer <= m->layer)
        return icp__fail_at(err, ICP_E_FORMAT, &where, "section %s is deflated, or its layer stands before the first", tag);
    part = make(m->ctx, err);
    if (part == NULL)
        return ICP_E_MEMORY;
    part->data = s->data;
    part->size = (size_t)s->size;
    st = icp__container_parse(m->ctx, s->data, (size_t)s->size, ICP__MAGIC_MODEL, ICP__FORMAT_MAJOR, icp__model_sections, source, &part->file, err);
    if (st == ICP_OK)
        st = icp__model_open(part, source, err);
    if (st == ICP_OK && (part->layer != layer || icp__container_find(&part->file, ICP__TAG_INTENT) != NULL || icp__container_find(&part->file, ICP__TAG_RETENTION) != NULL))
        st = icp__fail_at(err, ICP_E_FORMAT, &where, "section %s holds another layer", tag);
    if (st == ICP_OK && memcmp(part->info.reference_id, m->info.reference_id, 32) != 0)
        st = icp__fail_at(err, ICP_E_FORMAT, &where, "section %s is of another reference", tag);
    if (st == ICP_OK && part->info.extraction != m->info.extraction)
        st = icp__fail_at(err, ICP_E_FORMAT, &where, "section %s has another extraction version", tag);
    if (st != ICP_OK) {
        destroy(part);
        return st;
    }
    part->first_trait = m->part[m->parts - 1]->first_trait + m->part[m->parts - 1]->info.traits;
    m->part[m->parts++] = part;
    m->info.layers |= 1u << layer;
    return ICP_OK;
}

static icp_status open_all(icp_model *m, const char *source, struct icp_error *err) {
    icp_status st = icp__model_open(m, source, err);
    m->part[0] = m;
    m->parts = 1;
    if (st == ICP_OK)
        st = open_part(m, ICP__TAG_INTENT, ICP_LAYER_INTENT, source, err);
    if (st == ICP_OK)
        st = open_part(m, ICP__TAG_RETENTION, ICP_LAYER_RETENTION, source, err);
    m->card_text = icp__container_find(&m->file, ICP__TAG_CARD);
    if (st == ICP_OK && m->card_text != NULL)
        st = icp__card_read(m->ctx, (const char *)m->card_text->data, (size_t)m->card_text->size, ICP_E_FORMAT, &m->card, err);
    return st;
}

static icp_status finish(icp_model *m, const char *source, icp_model **out, struct icp_error *err) {
    icp_status st = open_all(m, source, err);
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
    struct icp_model_info info = m->info;
    for (uint32_t i = 1; i < m->parts; i++)
        info.traits += m->part[i]->info.traits;
    return icp__output(out, sizeof *out, &info, sizeof info, err);
}

icp_status icp_model_layer(const icp_model *m, int32_t layer, struct icp_layer_info *out, struct icp_error *err) {
    const icp_model *part;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    part = icp__model_part(m, layer);
    if (part == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d", layer);
    struct icp_layer_info info = {.layer = layer, .flags = part->info.flags, .traits = part->info.traits, .first_trait = part->first_trait,
                                  .examples = part->info.customers, .others = part->info.companies, .slope_micro = part->info.slope_micro,
                                  .cllr_micro = part->info.cllr_micro, .auc_micro = part->info.auc_micro};
    if (part->signals != NULL) {
        info.horizon_days = part->signals->horizon;
        info.signals = part->signals->signals;
        info.key = part->signals->key;
        info.flags |= part->signals->assumed ? ICP_MODEL_ASSUMED : 0;
    }
    return icp__output(out, sizeof *out, &info, sizeof info, err);
}

icp_status icp_model_signal(const icp_model *m, int32_t layer, uint32_t i, struct icp_signal *out, struct icp_error *err) {
    const icp_model *part;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    part = icp__model_part(m, layer);
    if (part == NULL || part->signals == NULL)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d that is learned from events", layer);
    if (i >= part->signals->signals)
        return icp__fail(err, ICP_E_ARGUMENT, "signal %u of %u", i, part->signals->signals);
    const struct icp__signal *s = &part->signals->signal[i];
    struct icp_signal own = {.measured = s->half_life.measured, .type = s->type, .events = s->events, .newest = s->newest * ICP__DAY,
                             .half_life_days = icp__half_life_days[s->half_life.at], .low_days = icp__half_life_days[s->half_life.low],
                             .high_days = icp__half_life_days[s->half_life.high], .stale_days = ICP__STALE_BLOCKS * icp__half_life_days[s->half_life.at]};
    return icp__output(out, sizeof *out, &own, sizeof own, err);
}

icp_status icp_model_card(const icp_model *m, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    if (m == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and json must not be NULL");
    icp__bytes_init(&b, m->ctx);
    if (m->card_text != NULL)
        icp__bytes_add(&b, m->card_text->data, (size_t)m->card_text->size);
    else
        icp__bytes_text(&b, "{}");
    return icp__bytes_finish(&b, json, err);
}

/* The model's own file with another card: every other section as it is. */
static icp_status write_with_card(const icp_model *m, const char *json, size_t size, struct icp_sink *sink, struct icp_error *err) {
    struct icp__container file = {.ctx = m->ctx, .major = m->file.major, .minor = m->file.minor};
    bool fits = true;
    for (uint32_t i = 0; i < m->file.count; i++) {
        const struct icp__section *s = &m->file.sections[i];
        if (s != m->card_text)
            fits = icp__container_add(&file, s->tag, s->flags, s->data, s->size) && fits;
    }
    if (!icp__container_add(&file, ICP__TAG_CARD, 0, json, size) || !fits) {
        icp__sink_abort(sink);
        return icp__fail(err, ICP_E_LIMIT, "the model has too many sections for a card");
    }
    return icp__container_write(&file, ICP__MAGIC_MODEL, sink, err);
}

icp_status icp_model_with_card(const icp_model *m, const char *json, size_t size, icp_model **out, struct icp_error *err) {
    struct icp__card card;
    struct icp_sink sink;
    icp_buffer *file = NULL;
    if (m == NULL || json == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model, json and out must not be NULL");
    icp_status st = icp__card_read(m->ctx, json, size, ICP_E_FORMAT, &card, err);
    if (st != ICP_OK)
        return st;
    icp__card_free(m->ctx, &card);
    st = icp_sink_to_memory(m->ctx, &sink, &file, err);
    if (st == ICP_OK)
        st = write_with_card(m, json, size, &sink, err);
    if (st == ICP_OK)
        st = icp__model_adopt(m->ctx, file, out, err);
    icp_buffer_unref(file);
    return st;
}

icp_status icp_model_schema(const icp_model *m, icp_schema **out, struct icp_error *err) {
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    *out = icp_schema_ref(m->schema);
    return ICP_OK;
}

/* Another member of the object that b holds. */
static void summary_member(struct icp__bytes *b, const char *name, const struct icp__section *s) {
    const bool empty = s == NULL || s->size == 0;
    if (b->failed)
        return;
    while (b->size > 1 && b->data[b->size - 1] != '}')
        b->size--;
    b->size--;
    icp__bytes_print(b, "%s\"%s\":", b->size > 1 ? "," : "", name);
    icp__bytes_add(b, empty ? "{}" : (const char *)s->data, empty ? 2 : (size_t)s->size);
    icp__bytes_text(b, "}");
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
    for (uint32_t i = 1; i < m->parts; i++) /* further layers become members of the first one's object */
        summary_member(&b, icp__layer_names[m->part[i]->layer], m->part[i]->summary);
    if (m->edits != NULL)
        summary_member(&b, "edits", m->edits);
    return icp__bytes_finish(&b, json, err);
}

icp_status icp_model_trait(const icp_model *m, uint32_t i, struct icp_trait *out, struct icp_error *err) {
    struct icp_trait t = {0};
    const struct icp__column *column;
    const uint8_t *e, *n;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    for (uint32_t k = m->parts; k-- > 1;)
        if (i >= m->part[k]->first_trait) {
            i -= m->part[k]->first_trait;
            m = m->part[k];
            break;
        }
    if (i >= m->info.traits)
        return icp__fail(err, ICP_E_ARGUMENT, "trait %u of %u", m->first_trait + i, m->first_trait + m->info.traits);
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
    t.learned_weight = icp__edits_learned(m, i).weight;
    t.customers = icp__get64(n);
    t.customers_of = icp__get64(n + 8);
    t.reference = icp__get64(n + 16);
    t.reference_of = icp__get64(n + 24);
    t.variance = icp__entry_variance(e);
    return icp__output(out, sizeof *out, &t, sizeof t, err);
}

int32_t icp_model_find_trait(const icp_model *m, int32_t layer, const char *id, size_t size) {
    uint32_t lo = 0, hi;
    m = m == NULL || id == NULL ? NULL : icp__model_part(m, layer);
    if (m == NULL)
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
            return (int32_t)(m->first_trait + i);
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
