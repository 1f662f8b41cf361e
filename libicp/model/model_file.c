/* SPDX-License-Identifier: MIT */
/* Loading a model: every index, offset, text and sum is checked here, so that scoring cannot fail (doc/format.md). */
#include "model/edits.h"
#include "base/hash.h"
#include "base/number.h"

struct loader {
    icp_model *m;
    const char *source;
    struct icp_error *err;
    const uint8_t *meta, *layr, *slot, *bins;
    uint32_t columns, numbers, probe;
    uint64_t strs_size, buckets;
};

static icp_status bad(const struct loader *l, const char *tag, uint64_t index, const char *what) {
    struct icp__place where = ICP__NOWHERE;
    where.source = l->source;
    return icp__fail_at(l->err, ICP_E_FORMAT, &where, "section %s, record %llu: %s", tag, (unsigned long long)index, what);
}

/* A section with exactly count * size bytes. */
static icp_status section(const struct loader *l, const char *tag, uint64_t count, uint64_t size, const uint8_t **out) {
    const struct icp__section *s = icp__container_find(&l->m->file, tag);
    struct icp__place where = ICP__NOWHERE;
    where.source = l->source;
    if (s == NULL)
        return icp__fail_at(l->err, ICP_E_FORMAT, &where, "section %s is missing", tag);
    if (s->flags & ICP__SECTION_DEFLATED)
        return icp__fail_at(l->err, ICP_E_FORMAT, &where, "section %s is deflated", tag);
    /* A count fits 32 bits or was held against the file's size, so the product cannot wrap. */
    if (s->size != count * size)
        return icp__fail_at(l->err, ICP_E_FORMAT, &where, "section %s has %llu bytes instead of %llu", tag, (unsigned long long)s->size,
                            (unsigned long long)(count * size));
    *out = s->data;
    return ICP_OK;
}

static icp_status open_text(struct loader *l, const char *tag, const uint8_t **data, uint64_t *size) {
    const struct icp__section *s = icp__container_find(&l->m->file, tag);
    struct icp__place where = ICP__NOWHERE;
    where.source = l->source;
    if (s == NULL || s->flags & ICP__SECTION_DEFLATED)
        return icp__fail_at(l->err, ICP_E_FORMAT, &where, s == NULL ? "section %s is missing" : "section %s is deflated", tag);
    *data = s->data;
    *size = s->size;
    return ICP_OK;
}

static icp_status load_meta(struct loader *l) {
    icp_model *m = l->m;
    struct icp_model_info *info = &m->info;
    struct icp__place where = ICP__NOWHERE;
    icp_status st = section(l, "META", 1, ICP__META_SIZE, &l->meta);
    where.source = l->source;
    if (st != ICP_OK)
        return st;
    info->extraction = icp__get32(l->meta);
    m->extraction = icp__extraction_find(info->extraction);
    if (m->extraction == NULL)
        return icp__fail_at(l->err, ICP_E_EXTRACTION, &where, "trait extraction version %u is not in this library, which has %u",
                            info->extraction, ICP__EXTRACTION);
    if (icp__get32(l->meta + 4) != 1)
        return icp__fail_at(l->err, ICP_E_VERSION, &where, "%u layers; this library reads one", icp__get32(l->meta + 4));
    memcpy(info->reference_id, l->meta + 8, 32);
    info->traits = icp__get32(l->meta + 40);
    m->entries = icp__get32(l->meta + 44);
    l->columns = icp__get32(l->meta + 48);
    l->probe = icp__get32(l->meta + 52);
    l->buckets = icp__get64(l->meta + 56);
    l->numbers = icp__get32(l->meta + 64);
    if (info->traits > m->entries || m->entries > INT32_MAX)
        return bad(l, "META", 0, "more traits than entries");
    if (l->columns > UINT16_MAX)
        return bad(l, "META", 0, "too many columns");
    if (l->probe > ICP__PROBE_MAX)
        return bad(l, "META", 0, "longest probe out of range");
    if (l->buckets < 2 || (l->buckets & (l->buckets - 1)) != 0 || l->buckets > l->m->size / ICP__BUCKET_SIZE)
        return bad(l, "META", 0, "number of buckets out of range");
    return ICP_OK;
}

static icp_status load_layer(struct loader *l) {
    icp_model *m = l->m;
    struct icp_model_info *info = &m->info;
    icp_status st = section(l, "LAYR", 1, ICP__LAYER_SIZE, &l->layr);
    if (st != ICP_OK)
        return st;
    m->layer = icp__get32(l->layr);
    if (m->layer < ICP_LAYER_FIT || m->layer > ICP_LAYER_RETENTION)
        return bad(l, "LAYR", 0, "unknown layer");
    info->layers = 1u << m->layer;
    info->flags = icp__get32(l->layr + 4);
    info->customers = icp__get64(l->layr + 8);
    info->companies = icp__get64(l->layr + 16);
    info->listed = icp__get64(l->layr + 24);
    info->slope_micro = (int64_t)icp__get64(l->layr + 32);
    info->cllr_micro = (int64_t)icp__get64(l->layr + 40);
    info->auc_micro = (int64_t)icp__get64(l->layr + 48);
    m->base_variance = icp__get64(l->layr + 56);
    if (info->customers > INT64_MAX / 1000)
        return bad(l, "LAYR", 0, "number of customers out of range");
    return ICP_OK;
}

static icp_status load_schema(struct loader *l) {
    const uint8_t *json = NULL;
    uint64_t size = 0;
    icp_status st = open_text(l, "SCHM", &json, &size);
    if (st == ICP_OK)
        st = icp_schema_from_json(l->m->ctx, (const char *)json, (size_t)size, &l->m->schema, l->err);
    if (st == ICP_E_SCHEMA)
        return bad(l, "SCHM", 0, "not a schema");
    if (st != ICP_OK)
        return st;
    if (l->m->schema->columns != l->columns)
        return bad(l, "SCHM", 0, "number of columns differs from META");
    if (l->m->schema->extraction != l->m->info.extraction)
        return bad(l, "SCHM", 0, "extraction version differs from META");
    return ICP_OK;
}

/* Timing layers say which of their columns are read from events; the fit layer has none. */
static icp_status load_signals(struct loader *l) {
    icp_model *m = l->m;
    const struct icp__section *s = icp__container_find(&m->file, "SIGN");
    if ((s != NULL) != (m->layer != ICP_LAYER_FIT))
        return bad(l, "SIGN", 0, s != NULL ? "signals of the fit layer" : "signals are missing");
    if (s == NULL)
        return ICP_OK;
    if (s->flags & ICP__SECTION_DEFLATED)
        return bad(l, "SIGN", 0, "is deflated");
    m->signals = icp__alloc(m->ctx, 1, sizeof *m->signals);
    if (m->signals == NULL)
        return icp__no_memory(l->err);
    icp__signals_init(m->signals, m->ctx);
    icp_status st = icp__signals_read(m->signals, (const char *)s->data, (size_t)s->size, l->columns, l->source, l->err);
    if (st == ICP_OK && m->signals->layer != m->layer)
        return bad(l, "SIGN", 0, "of another layer");
    for (uint32_t i = 0; st == ICP_OK && i < m->signals->columns; i++)
        if (m->schema->column[m->signals->column[i].column].kind != ICP_KIND_NUMBER)
            return bad(l, "SIGN", i, "a column of events is no number");
    return st;
}

static icp_status load_tables(struct loader *l) {
    icp_model *m = l->m;
    const uint8_t *strs = NULL;
    icp_status st = section(l, "SLOT", l->columns, ICP__SLOT_SIZE, &l->slot);
    if (st == ICP_OK)
        st = section(l, "TRAI", m->entries, ICP__TRAIT_SIZE, &m->trai);
    if (st == ICP_OK)
        st = section(l, "SHAR", m->info.traits, ICP__COUNTS_SIZE, &m->shar);
    if (st == ICP_OK)
        st = section(l, "INDX", l->buckets, ICP__BUCKET_SIZE, &m->indx);
    if (st == ICP_OK)
        st = section(l, "IDIX", m->info.traits, 4, &m->idix);
    if (st == ICP_OK)
        st = section(l, "BINS", l->numbers, ICP__EDGE_SIZE, &l->bins);
    if (st == ICP_OK)
        st = section(l, "SPRD", 1, ICP__SPREAD_SIZE, &m->spread);
    if (st == ICP_OK && icp__container_find(&m->file, "UNSN") != NULL)
        st = section(l, "UNSN", 1, ICP__UNSEEN_SIZE, &m->unseen);
    if (st == ICP_OK)
        st = open_text(l, "STRS", &strs, &l->strs_size);
    m->strs = (const char *)strs;
    m->mask = l->buckets - 1;
    m->summary = icp__container_find(&m->file, "SUMM");
    return st;
}

/* Texts stand in STRS, end with a NUL, and are UTF-8. */
static bool good_text(const struct loader *l, uint32_t at, uint32_t size) {
    return at < l->strs_size && size < l->strs_size - at && l->m->strs[(uint64_t)at + size] == '\0' &&
           icp__utf8_valid(l->m->strs + at, size);
}

static bool indexed(uint32_t kind) { return (kind >= ICP_TRAIT_VALUE && kind <= ICP_TRAIT_PHRASE) || kind == ICP_TRAIT_PREFIX; }

static bool kind_fits(const struct icp__column *column, uint32_t kind) {
    int32_t tokens = icp__trait_kind_of(column->kind);
    if (kind == ICP_TRAIT_KNOWN)
        return true;
    if (kind == ICP_TRAIT_RANGE)
        return column->kind == ICP_KIND_NUMBER || column->kind == ICP_KIND_DATE;
    if (kind == ICP_TRAIT_WORD) /* of a text, or inside a value or a host */
        return tokens != -1;
    if (kind == ICP_TRAIT_ITEM && tokens == ICP_TRAIT_VALUE) /* a term of a value */
        return column->normaliser != 0;
    return (int32_t)kind == tokens || ((kind == ICP_TRAIT_PHRASE || kind == ICP_TRAIT_PREFIX) && tokens == ICP_TRAIT_WORD);
}

static icp_status check_entry(const struct loader *l, uint32_t i) {
    const icp_model *m = l->m;
    const uint8_t *t = icp__entry(m, i);
    const uint32_t column = icp__entry_column(t), kind = icp__entry_kind(t), flags = icp__entry_flags(t);
    const bool hidden = i >= m->info.traits;
    if (column >= l->columns)
        return bad(l, "TRAI", i, "column out of range");
    if (kind > ICP_TRAIT_PREFIX || !kind_fits(&m->schema->column[column], kind))
        return bad(l, "TRAI", i, "kind does not fit the column");
    if (!good_text(l, icp__entry_text(t), icp__entry_text_size(t)) || !good_text(l, icp__entry_id(t), icp__entry_id_size(t)))
        return bad(l, "TRAI", i, "text out of range");
    if (icp__hash(m->strs + icp__entry_text(t), icp__entry_text_size(t), column) != icp__entry_hash(t))
        return bad(l, "TRAI", i, "hash differs from the text");
    if (icp__entry_layer(t) != m->layer)
        return bad(l, "TRAI", i, "unknown layer");
    if (flags > (ICP__BEGINS_PHRASE | ICP__ENDS_PHRASE | ICP__HIDDEN) || ((flags & ICP__HIDDEN) != 0) != hidden)
        return bad(l, "TRAI", i, "flags out of range");
    if (flags != 0 && kind != ICP_TRAIT_WORD)
        return bad(l, "TRAI", i, "flags of a word on something else");
    if (hidden && (icp__entry_points(t) != 0 || icp__entry_variance(t) != 0 || icp__entry_square(t) != 0 || icp__entry_square_over(t) != 0))
        return bad(l, "TRAI", i, "a hidden entry has figures");
    return ICP_OK;
}

/* Adds with a ceiling that no sum of a row can pass, since a row counts each entry once at most. */
static bool add_up(uint64_t *sum, uint64_t v) {
    if (v > INT64_MAX || *sum > INT64_MAX - v)
        return false;
    *sum += v;
    return true;
}

static icp_status check_entries(const struct loader *l) {
    const icp_model *m = l->m;
    uint64_t variance = 0, square = 0, over = 0, bucket = 0;
    if (!add_up(&variance, m->base_variance))
        return bad(l, "LAYR", 0, "variance out of range");
    for (uint32_t i = 0; i < m->entries; i++) {
        const uint8_t *t = icp__entry(m, i);
        icp_status st = check_entry(l, i);
        if (st != ICP_OK)
            return st;
        if (!add_up(&variance, icp__entry_variance(t)) || !add_up(&square, icp__entry_square(t)) ||
            !add_up(&over, icp__entry_square_over(t)))
            return bad(l, "TRAI", i, "sum out of range");
        bucket += indexed(icp__entry_kind(t));
    }
    if (bucket > l->buckets / 2)
        return bad(l, "INDX", 0, "too few buckets");
    return ICP_OK;
}

static icp_status check_counts(const struct loader *l) {
    for (uint32_t i = 0; i < l->m->info.traits; i++) {
        const uint8_t *s = l->m->shar + (size_t)i * ICP__COUNTS_SIZE;
        if (icp__get64(s) > icp__get64(s + 8) || icp__get64(s + 16) > icp__get64(s + 24))
            return bad(l, "SHAR", i, "count out of range");
    }
    return ICP_OK;
}

/* Every bucket is right, no more are used than entries are indexed, and each entry is found by its own bytes. */
static icp_status check_index(const struct loader *l) {
    const icp_model *m = l->m;
    uint64_t used = 0, wanted = 0;
    for (uint64_t i = 0; i < l->buckets; i++) {
        const uint8_t *b = m->indx + i * ICP__BUCKET_SIZE;
        uint32_t entry = icp__get32(b);
        if (entry == 0)
            continue;
        if (entry > m->entries || !indexed(icp__entry_kind(icp__entry(m, entry - 1))))
            return bad(l, "INDX", i, "entry out of range");
        if (icp__get32(b + 4) != (uint32_t)(icp__entry_hash(icp__entry(m, entry - 1)) >> 32))
            return bad(l, "INDX", i, "hash differs from the entry");
        used++;
    }
    for (uint32_t i = 0; i < m->entries; i++)
        wanted += indexed(icp__entry_kind(icp__entry(m, i)));
    if (used != wanted)
        return bad(l, "INDX", 0, "entries missing or doubled");
    for (uint32_t i = 0; i < m->entries; i++) {
        const uint8_t *t = icp__entry(m, i);
        uint64_t at = icp__entry_hash(t) & m->mask;
        uint32_t steps = 1;
        if (!indexed(icp__entry_kind(t)))
            continue;
        while (steps < l->probe && icp__get32(m->indx + at * ICP__BUCKET_SIZE) != i + 1)
            at = (at + 1) & m->mask, steps++;
        if (icp__get32(m->indx + at * ICP__BUCKET_SIZE) != i + 1 ||
            icp__model_find(m, icp__entry_column(t), icp__entry_hash(t), m->strs + icp__entry_text(t), icp__entry_text_size(t)) != i)
            return bad(l, "INDX", at, "an entry cannot be found, or another has its text");
    }
    return ICP_OK;
}

static int compare_ids(const icp_model *m, uint32_t a, uint32_t b) {
    const uint8_t *x = icp__entry(m, a), *y = icp__entry(m, b);
    const uint32_t n = icp__entry_id_size(x), k = icp__entry_id_size(y);
    int order = memcmp(m->strs + icp__entry_id(x), m->strs + icp__entry_id(y), n < k ? n : k);
    return order != 0 ? order : n != k ? (n < k ? -1 : 1) : a < b ? -1 : a > b;
}

static icp_status check_ids(const struct loader *l) {
    const icp_model *m = l->m;
    for (uint32_t i = 0; i < m->info.traits; i++) {
        uint32_t now = icp__get32(m->idix + (size_t)i * 4);
        if (now >= m->info.traits)
            return bad(l, "IDIX", i, "trait out of range");
        if (i > 0 && compare_ids(m, icp__get32(m->idix + (size_t)(i - 1) * 4), now) >= 0)
            return bad(l, "IDIX", i, "ids are not in order");
    }
    return ICP_OK;
}

static bool load_number(const struct loader *l, uint32_t i, double *out) {
    const uint8_t *b = l->bins + (size_t)i * ICP__EDGE_SIZE;
    struct icp__decimal d = {(int64_t)icp__get64(b), (int32_t)icp__get32(b + 8)};
    if (d.exponent < -400 || d.exponent > 400)
        return false;
    *out = icp__decimal_value(d);
    return *out >= -1.7976931348623157e308 && *out <= 1.7976931348623157e308;
}

static icp_status load_edges(const struct loader *l, uint32_t column, uint32_t first, uint32_t count, struct icp__slot *slot) {
    const uint32_t bounds = slot->flags & ICP__BOUNDS ? 2 : 0;
    const uint32_t open = ((slot->flags & ICP__OPEN_LOW) != 0) + ((slot->flags & ICP__OPEN_HIGH) != 0);
    if (first > l->numbers || count > l->numbers - first)
        return bad(l, "SLOT", column, "numbers out of range");
    if (count != bounds + (slot->ranges == 0 ? 0 : slot->ranges + 1 - open) || (slot->ranges == 0 && open + bounds != 0))
        return bad(l, "SLOT", column, "numbers do not fit the ranges");
    for (uint32_t i = 0; i < count; i++)
        if (!load_number(l, first + i, &l->m->edges[first + i]))
            return bad(l, "BINS", first + i, "not a finite number");
    for (uint32_t i = bounds + 1; i < count; i++)
        if (!(l->m->edges[first + i - 1] < l->m->edges[first + i]))
            return bad(l, "BINS", first + i, "ends do not ascend");
    if (bounds != 0) {
        slot->lo = l->m->edges[first];
        slot->hi = l->m->edges[first + 1];
        if (!(slot->lo <= slot->hi))
            return bad(l, "BINS", first, "bounds do not ascend");
    }
    slot->edge = l->m->edges + first + bounds;
    slot->edges = count - bounds;
    return ICP_OK;
}

/* The traits of the column are its offset, then texts, then ranges. */
static icp_status check_slot_traits(const struct loader *l, uint32_t column, const struct icp__slot *slot) {
    const icp_model *m = l->m;
    uint32_t ranges = 0;
    for (uint32_t i = slot->first; i < slot->first + slot->traits; i++) {
        const uint8_t *t = icp__entry(m, i);
        uint32_t kind = icp__entry_kind(t);
        if (icp__entry_column(t) != column || (kind == ICP_TRAIT_KNOWN) != (i == slot->known))
            return bad(l, "SLOT", column, "traits do not belong to the column");
        if (kind == ICP_TRAIT_PHRASE && !(slot->flags & ICP__PHRASES))
            return bad(l, "SLOT", column, "flag of phrases is missing");
        if (kind == ICP_TRAIT_RANGE) {
            if (slot->ranges == 0 || i < slot->range)
                return bad(l, "SLOT", column, "ranges do not stand together");
            ranges++;
        }
    }
    if (ranges != slot->ranges || (ranges > 0 && slot->range + ranges != slot->first + slot->traits))
        return bad(l, "SLOT", column, "number of ranges out of range");
    return ICP_OK;
}

static icp_status load_slot(const struct loader *l, uint32_t column, uint32_t *next, struct icp__slot *slot) {
    const uint8_t *s = l->slot + (size_t)column * ICP__SLOT_SIZE;
    const uint32_t known = icp__get32(s);
    icp_status st;
    memset(slot, 0, sizeof *slot);
    slot->known = known - 1; /* 0 becomes ICP__NONE */
    slot->first = icp__get32(s + 4);
    slot->traits = icp__get32(s + 8);
    slot->range = icp__get32(s + 12);
    slot->ranges = icp__get32(s + 16);
    slot->flags = s[28];
    slot->share = icp__get64(s + 32);
    if (known == 0) {
        if (slot->traits != 0 || slot->ranges != 0 || slot->share != 0)
            return bad(l, "SLOT", column, "an unused column has traits");
        return ICP_OK;
    }
    if (l->m->extraction->of_kind[l->m->schema->column[column].kind] == NULL)
        return bad(l, "SLOT", column, "a column of this kind cannot be used");
    if (slot->flags > 15 || slot->first != *next || slot->known != *next || slot->traits > l->m->info.traits - *next ||
        slot->traits == 0 || slot->ranges >= slot->traits)
        return bad(l, "SLOT", column, "traits out of range");
    *next += slot->traits;
    if (!add_up(&l->m->share_total, slot->share) || l->m->share_total > INT64_MAX / 200)
        return bad(l, "SLOT", column, "evidence variance out of range");
    st = check_slot_traits(l, column, slot);
    return st != ICP_OK ? st : load_edges(l, column, icp__get32(s + 20), icp__get32(s + 24), slot);
}

static icp_status load_slots(const struct loader *l) {
    icp_model *m = l->m;
    uint32_t next = 0;
    m->slots = icp__calloc(m->ctx, l->columns, sizeof *m->slots);
    m->edges = icp__calloc(m->ctx, l->numbers, sizeof *m->edges);
    if (m->slots == NULL || m->edges == NULL)
        return icp__no_memory(l->err);
    for (uint32_t i = 0; i < l->columns; i++) {
        icp_status st = load_slot(l, i, &next, &m->slots[i]);
        if (st != ICP_OK)
            return st;
    }
    return next == m->info.traits ? ICP_OK : bad(l, "SLOT", l->columns, "traits of no column");
}

/* The sum of counts is what a distribution divides by. */
static icp_status check_spread(const struct loader *l) {
    for (uint32_t who = 0; who < 2; who++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < ICP__SCORES; i++)
            if (!add_up(&sum, icp__get64(l->m->spread + ((size_t)who * ICP__SCORES + i) * 8)))
                return bad(l, "SPRD", who * ICP__SCORES + i, "sum out of range");
    }
    uint64_t sum = 0;
    for (uint32_t i = 0; l->m->unseen != NULL && i < ICP__SCORES; i++)
        if (!add_up(&sum, icp__get64(l->m->unseen + (size_t)i * 8)))
            return bad(l, "UNSN", i, "sum out of range");
    if (l->m->summary != NULL && !icp__utf8_valid((const char *)l->m->summary->data, (size_t)l->m->summary->size))
        return bad(l, "SUMM", 0, "not UTF-8");
    return ICP_OK;
}

const char *const icp__model_sections[] = {"META", "LAYR", "SCHM", "SLOT", "TRAI", "SHAR", "INDX",
                                           "IDIX", "BINS", "STRS", "SPRD", "SUMM", "SIGN", "UNSN", ICP__TAG_EDITS, ICP__TAG_LEARNED, ICP__TAG_INTENT, ICP__TAG_RETENTION, ICP__TAG_CARD, NULL};

icp_status icp__model_open(icp_model *m, const char *source, struct icp_error *err) {
    struct loader l = {.m = m, .source = source, .err = err};
    struct icp__fpenv env;
    icp_status st;
    memcpy(m->info.id, m->file.id, 32);
    m->info.format = (uint32_t)m->file.major << 16 | m->file.minor;
    icp__fpenv_enter(&env);
    st = load_meta(&l);
    if (st == ICP_OK)
        st = load_layer(&l);
    if (st == ICP_OK)
        st = load_schema(&l);
    if (st == ICP_OK)
        st = load_signals(&l);
    if (st == ICP_OK)
        st = load_tables(&l);
    if (st == ICP_OK)
        st = check_entries(&l);
    if (st == ICP_OK)
        st = check_counts(&l);
    if (st == ICP_OK)
        st = check_index(&l);
    if (st == ICP_OK)
        st = check_ids(&l);
    if (st == ICP_OK)
        st = load_slots(&l);
    if (st == ICP_OK)
        st = check_spread(&l);
    if (st == ICP_OK)
        st = icp__edits_open(m, source, err);
    icp__fpenv_leave(&env);
    return st;
}
