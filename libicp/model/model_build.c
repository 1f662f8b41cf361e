/* SPDX-License-Identifier: MIT */
/* From what a fit learned to the file form of a model (doc/format.md), which is then loaded like any other file. */
#include "base/hash.h"
#include "model/learned.h"
#include "model/model.h"
#include "base/sort.h"
#include "trait/parse.h"

struct entry {
    uint64_t hash;
    uint32_t column, kind, flags;
    uint32_t text, text_size, id, id_size; /* in strs */
};

struct builder {
    icp_context *ctx;
    const struct icp__learned *l;
    struct icp_error *err;
    struct entry *entries;
    size_t entry_cap;
    uint32_t traits, count;
    uint8_t *index; /* buckets as in INDX */
    uint64_t buckets;
    uint32_t probe, numbers;
    struct icp__bytes strs, meta, layr, schm, slot, trai, shar, indx, idix, bins, sprd, unsn;
};

static icp_status wrong(const struct builder *b, uint64_t trait, const char *what) {
    return icp__fail(b->err, ICP_E_STATE, "learned trait %llu: %s", (unsigned long long)trait, what);
}

static bool indexed(uint32_t kind) { return (kind >= ICP_TRAIT_VALUE && kind <= ICP_TRAIT_PHRASE) || kind == ICP_TRAIT_PREFIX; }

/* Appends a NUL-terminated text; offsets beyond 32 bits are caught once at the end. */
static uint32_t add_text(struct builder *b, const char *data, size_t size) {
    uint32_t at = (uint32_t)b->strs.size;
    icp__bytes_add(&b->strs, data, size);
    icp__bytes_add(&b->strs, "", 1);
    return at;
}

static size_t print_end(const struct icp__column *column, struct icp__decimal d, char out[48]) {
    if (column->kind == ICP_KIND_DATE) {
        double v = icp__decimal_value(d);
        if (v >= (double)icp__days_of(1000, 1, 1) && v <= (double)icp__days_of(9999, 12, 31) && (double)(int64_t)v == v) {
            icp__date_print((int64_t)v, out);
            return 10;
        }
    }
    return icp__decimal_text(d, out);
}

static void print_range(struct icp__bytes *out, const struct icp__column *column, struct icp_str id, const struct icp__learned_trait *t) {
    char lo[48], hi[48];
    size_t n = t->open_lo ? 0 : print_end(column, t->lo, lo), k = t->open_hi ? 0 : print_end(column, t->hi, hi);
    icp__trait_range_id(out, id, lo, n, hi, k);
}

static void add_names(struct builder *b, const struct icp__learned_trait *t, struct entry *e) {
    const struct icp__column *column = &b->l->schema->column[t->column];
    struct icp__bytes id;
    icp__bytes_init(&id, b->ctx);
    if (t->kind == ICP_TRAIT_RANGE) {
        struct icp__bytes label;
        icp__bytes_init(&label, b->ctx);
        print_range(&label, column, (struct icp_str){"", 0}, t);
        print_range(&id, column, column->id, t);
        e->text_size = (uint32_t)label.size;
        e->text = add_text(b, label.data, label.size);
        b->strs.failed |= label.failed;
        icp__bytes_free(&label);
    } else {
        const char *text = t->kind == ICP_TRAIT_KNOWN ? "*" : t->text.data;
        e->text_size = (uint32_t)(t->kind == ICP_TRAIT_KNOWN ? 1 : t->text.size);
        e->text = add_text(b, text, e->text_size);
        icp__trait_id(&id, column->id, t->kind, text, e->text_size);
    }
    e->id_size = (uint32_t)id.size;
    e->id = add_text(b, id.data, id.size);
    b->strs.failed |= id.failed;
    icp__bytes_free(&id);
}

/* Order of traits inside a column; texts by bytes. */
static bool in_order(const struct icp__learned_trait *a, const struct icp__learned_trait *b) {
    size_t n = a->text.size < b->text.size ? a->text.size : b->text.size;
    int order;
    if (a->column != b->column || a->kind != b->kind)
        return a->column < b->column || (a->column == b->column && a->kind < b->kind);
    if (a->kind == ICP_TRAIT_RANGE)
        return !a->open_hi && !b->open_lo && a->hi.mantissa == b->lo.mantissa && a->hi.exponent == b->lo.exponent;
    order = n == 0 ? 0 : memcmp(a->text.data, b->text.data, n);
    return order < 0 || (order == 0 && a->text.size < b->text.size);
}

static icp_status check_trait(const struct builder *b, uint64_t i) {
    const struct icp__learned_trait *t = &b->l->traits[i], *before = i == 0 ? NULL : t - 1;
    const bool first = before == NULL || before->column != t->column;
    if (t->column >= b->l->schema->columns)
        return wrong(b, i, "column out of range");
    if (t->kind < ICP_TRAIT_KNOWN || t->kind > ICP_TRAIT_PREFIX)
        return wrong(b, i, "unknown kind");
    if (first != (t->kind == ICP_TRAIT_KNOWN))
        return wrong(b, i, "each column starts with its one offset");
    if (before != NULL && !in_order(before, t))
        return wrong(b, i, "traits are not in order");
    if (t->weight < -100 || t->weight > 100)
        return wrong(b, i, "weight out of range");
    if (t->text.size > ICP__CELL_MAX * ICP__FOLD_GROWTH)
        return wrong(b, i, "text too long");
    return ICP_OK;
}

static icp_status add_traits(struct builder *b) {
    for (uint64_t i = 0; i < b->l->count; i++) {
        const struct icp__learned_trait *t = &b->l->traits[i];
        struct entry *e = &b->entries[i];
        icp_status st = check_trait(b, i);
        if (st != ICP_OK)
            return st;
        *e = (struct entry){.column = t->column, .kind = (uint32_t)t->kind};
        add_names(b, t, e);
        if (b->strs.failed)
            return icp__no_memory(b->err);
        if (b->strs.size > UINT32_MAX)
            return icp__fail(b->err, ICP_E_LIMIT, "the texts of the traits exceed 4 GiB");
        e->hash = icp__hash(b->strs.data + e->text, e->text_size, e->column);
    }
    b->count = b->traits = (uint32_t)b->l->count;
    return ICP_OK;
}

/* Index ---------------------------------------------------------------------------------------------------------------- */

static uint32_t find(const struct builder *b, uint32_t column, uint64_t hash, const char *data, size_t size) {
    uint64_t i = hash & (b->buckets - 1);
    for (;; i = (i + 1) & (b->buckets - 1)) {
        uint32_t entry = icp__get32(b->index + i * ICP__BUCKET_SIZE);
        const struct entry *e;
        if (entry == 0)
            return ICP__NONE;
        e = &b->entries[entry - 1];
        if (e->hash == hash && e->column == column && e->text_size == size && memcmp(b->strs.data + e->text, data, size) == 0)
            return entry - 1;
    }
}

static void insert(struct builder *b, uint32_t entry) {
    const struct entry *e = &b->entries[entry];
    uint64_t i = e->hash & (b->buckets - 1);
    uint32_t steps = 1;
    while (icp__get32(b->index + i * ICP__BUCKET_SIZE) != 0)
        i = (i + 1) & (b->buckets - 1), steps++;
    icp__put32(b->index + i * ICP__BUCKET_SIZE, entry + 1);
    icp__put32(b->index + i * ICP__BUCKET_SIZE + 4, (uint32_t)(e->hash >> 32));
    if (steps > b->probe)
        b->probe = steps;
}

/* An empty index for `entries`, then filled with those there are. */
static icp_status make_index(struct builder *b, uint64_t entries, uint64_t spread) {
    uint64_t buckets = 2;
    while (buckets < 2 * entries)
        buckets *= 2;
    buckets *= spread;
    icp__free(b->ctx, b->index);
    b->index = icp__calloc(b->ctx, buckets > SIZE_MAX ? SIZE_MAX : (size_t)buckets, ICP__BUCKET_SIZE);
    if (b->index == NULL)
        return icp__no_memory(b->err);
    b->buckets = buckets;
    b->probe = 1;
    for (uint32_t i = 0; i < b->count; i++)
        if (indexed(b->entries[i].kind))
            insert(b, i);
    return ICP_OK;
}

/* The word of a phrase gets its flag, and an entry where it has none. */
static icp_status flag_word(struct builder *b, uint32_t column, size_t text, size_t size, uint32_t flag) {
    uint64_t hash = icp__hash(b->strs.data + text, size, column);
    uint32_t i = find(b, column, hash, b->strs.data + text, size);
    if (i == ICP__NONE) {
        struct entry *e;
        if (b->count >= INT32_MAX - 1 || !icp__grow(b->ctx, &b->entries, &b->entry_cap, (size_t)b->count + 1, sizeof *b->entries))
            return icp__no_memory(b->err);
        i = b->count++;
        e = &b->entries[i];
        *e = (struct entry){.hash = hash, .column = column, .kind = ICP_TRAIT_WORD, .flags = ICP__HIDDEN, .text_size = (uint32_t)size};
        /* The word is copied within strs, whose memory may move meanwhile. */
        e->text = (uint32_t)b->strs.size;
        if (icp__bytes_room(&b->strs, size + 1) == NULL)
            return icp__no_memory(b->err);
        memcpy(b->strs.data + e->text, b->strs.data + text, size);
        e->id = e->text + (uint32_t)size; /* the empty text at its end */
        if (b->strs.size > UINT32_MAX)
            return icp__fail(b->err, ICP_E_LIMIT, "the texts of the traits exceed 4 GiB");
        insert(b, i);
    }
    b->entries[i].flags |= flag;
    return ICP_OK;
}

static icp_status add_phrase_words(struct builder *b) {
    uint64_t phrases = 0;
    icp_status st;
    for (uint32_t i = 0; i < b->traits; i++)
        phrases += b->entries[i].kind == ICP_TRAIT_PHRASE;
    st = make_index(b, b->traits + 2 * phrases, 1);
    for (uint32_t i = 0; st == ICP_OK && i < b->traits; i++) {
        const struct entry e = b->entries[i];
        const char *text = b->strs.data + e.text, *blank;
        if (e.kind != ICP_TRAIT_PHRASE)
            continue;
        blank = memchr(text, ' ', e.text_size);
        if (blank == NULL || blank == text || memchr(blank + 1, ' ', e.text_size - (size_t)(blank - text) - 1) != NULL ||
            blank + 1 == text + e.text_size)
            return wrong(b, i, "a phrase is two words");
        size_t first = (size_t)(blank - text);
        st = flag_word(b, e.column, e.text, first, ICP__BEGINS_PHRASE);
        if (st == ICP_OK)
            st = flag_word(b, e.column, e.text + first + 1, e.text_size - first - 1, ICP__ENDS_PHRASE);
    }
    /* Once more with the entries there really are, with more room where chance made a long run. */
    for (uint64_t spread = 1; st == ICP_OK && (spread == 1 || b->probe > ICP__PROBE_MAX); spread *= 2) {
        uint64_t entries = 0;
        if (spread > 8)
            return icp__fail(b->err, ICP_E_LIMIT, "the traits' hashes collide");
        for (uint32_t i = 0; i < b->count; i++)
            entries += indexed(b->entries[i].kind);
        st = make_index(b, entries, spread);
    }
    if (st == ICP_OK)
        icp__bytes_add(&b->indx, b->index, (size_t)b->buckets * ICP__BUCKET_SIZE);
    return st;
}

/* Ids in order ----------------------------------------------------------------------------------------------------------- */

static int compare_ids(const void *arg, uint32_t x, uint32_t y) {
    const struct builder *b = arg;
    const struct entry *a = &b->entries[x], *c = &b->entries[y];
    const uint32_t n = a->id_size < c->id_size ? a->id_size : c->id_size;
    int order = memcmp(b->strs.data + a->id, b->strs.data + c->id, n);
    return order != 0 ? order : a->id_size != c->id_size ? (a->id_size < c->id_size ? -1 : 1) : x < y ? -1 : x > y;
}

static icp_status add_ids(struct builder *b) {
    const size_t n = b->traits;
    uint32_t *order = icp__alloc(b->ctx, 2 * n, sizeof *order);
    if (order == NULL)
        return icp__no_memory(b->err);
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    icp__sort_index(order, n, order + n, compare_ids, b);
    for (size_t i = 0; i < n; i++) {
        uint8_t *p = icp__bytes_room(&b->idix, 4);
        if (p != NULL)
            icp__put32(p, order[i]);
    }
    icp__free(b->ctx, order);
    return ICP_OK;
}

/* Sections ----------------------------------------------------------------------------------------------------------------- */

static void add_entry(struct builder *b, uint32_t i) {
    const struct entry *e = &b->entries[i];
    uint8_t *p = icp__bytes_room(&b->trai, ICP__TRAIT_SIZE);
    if (p == NULL)
        return;
    icp__put64(p, e->hash);
    icp__put32(p + 40, e->text), icp__put32(p + 44, e->text_size);
    icp__put32(p + 48, e->id), icp__put32(p + 52, e->id_size);
    icp__put16(p + 56, (uint16_t)e->column);
    p[58] = (uint8_t)e->kind, p[59] = (uint8_t)e->flags, p[60] = (uint8_t)b->l->layer;
    if (i < b->traits) {
        const struct icp__learned_trait *t = &b->l->traits[i];
        icp__put32(p + 8, (uint32_t)t->points), icp__put32(p + 12, (uint32_t)t->points);
        icp__put64(p + 16, t->variance), icp__put64(p + 24, t->square), icp__put64(p + 32, t->square_over);
        p[61] = (uint8_t)(int8_t)t->weight;
        p = icp__bytes_room(&b->shar, ICP__COUNTS_SIZE);
        if (p == NULL)
            return;
        icp__put64(p, t->customers), icp__put64(p + 8, t->customers_of);
        icp__put64(p + 16, t->reference), icp__put64(p + 24, t->reference_of);
    }
}

uint64_t icp__evidence_share(int32_t signed_points, uint64_t have, uint64_t of) {
    uint64_t p, points = (uint64_t)(signed_points < 0 ? -(int64_t)signed_points : signed_points);
    while (of >= (uint64_t)1 << 43)
        have >>= 1, of >>= 1;
    if (of == 0)
        return 0;
    p = (have << 20) / of;
    if (points > 1 << 22) /* 79 bits: beyond it the square would not fit */
        points = 1 << 22;
    return p > 1 << 20 ? 0 : (p * ((1u << 20) - p) >> 20) * (points * points >> 12) >> 8;
}

static void add_number(struct builder *b, struct icp__decimal d) {
    uint8_t *p = icp__bytes_room(&b->bins, ICP__EDGE_SIZE);
    if (p == NULL)
        return;
    icp__put64(p, (uint64_t)d.mantissa);
    icp__put32(p + 8, (uint32_t)d.exponent);
    b->numbers++;
}

static const struct icp__learned_bounds *bounds_of(const struct icp__learned *l, uint32_t column) {
    for (uint64_t i = 0; i < l->bounds_count; i++)
        if (l->bounds[i].column == column)
            return &l->bounds[i];
    return NULL;
}

/* One slot; traits [first, end) belong to the column. */
static void add_slot(struct builder *b, uint32_t column, uint32_t first, uint32_t end) {
    const struct icp__learned *l = b->l;
    const struct icp__learned_bounds *bounds = bounds_of(l, column);
    uint8_t *p = icp__bytes_room(&b->slot, ICP__SLOT_SIZE);
    uint32_t range = end, flags = 0, number = b->numbers;
    uint64_t share = 0;
    if (p == NULL || first == end)
        return;
    for (uint32_t i = first; i < end; i++) {
        if (l->traits[i].kind != ICP_TRAIT_KNOWN)
            share += icp__evidence_share(l->traits[i].points, l->traits[i].reference, l->traits[i].reference_of);
        if (l->traits[i].kind == ICP_TRAIT_PHRASE)
            flags |= ICP__PHRASES;
        if (l->traits[i].kind == ICP_TRAIT_RANGE && range == end)
            range = i;
    }
    if (range < end) {
        flags |= (bounds != NULL ? ICP__BOUNDS : 0) | (l->traits[range].open_lo ? ICP__OPEN_LOW : 0) |
                 (l->traits[end - 1].open_hi ? ICP__OPEN_HIGH : 0);
        if (bounds != NULL)
            add_number(b, bounds->lo), add_number(b, bounds->hi);
        for (uint32_t i = range; i < end; i++)
            if (!l->traits[i].open_lo)
                add_number(b, l->traits[i].lo);
        if (!l->traits[end - 1].open_hi)
            add_number(b, l->traits[end - 1].hi);
    }
    icp__put32(p, first + 1), icp__put32(p + 4, first), icp__put32(p + 8, end - first);
    icp__put32(p + 12, range < end ? range : 0), icp__put32(p + 16, end - range);
    icp__put32(p + 20, number), icp__put32(p + 24, b->numbers - number);
    p[28] = (uint8_t)flags;
    icp__put64(p + 32, share);
}

static void add_slots(struct builder *b) {
    uint32_t next = 0;
    for (uint32_t column = 0; column < b->l->schema->columns; column++) {
        uint32_t first = next;
        while (next < b->traits && b->l->traits[next].column == column)
            next++;
        add_slot(b, column, first, next);
    }
}

static void add_figures(struct builder *b) {
    const struct icp__learned *l = b->l;
    uint8_t *p = icp__bytes_room(&b->layr, ICP__LAYER_SIZE);
    if (p != NULL) {
        icp__put32(p, l->layer), icp__put32(p + 4, l->flags);
        icp__put64(p + 8, l->customers), icp__put64(p + 16, l->companies), icp__put64(p + 24, l->listed);
        icp__put64(p + 32, (uint64_t)l->slope_micro), icp__put64(p + 40, (uint64_t)l->cllr_micro);
        icp__put64(p + 48, (uint64_t)l->auc_micro), icp__put64(p + 56, l->base_variance);
    }
    p = icp__bytes_room(&b->sprd, ICP__SPREAD_SIZE);
    for (uint32_t i = 0; p != NULL && i < 2 * ICP__SCORES; i++)
        icp__put64(p + (size_t)i * 8, l->spread[i / ICP__SCORES][i % ICP__SCORES]);
    uint64_t unseen = 0;
    for (uint32_t i = 0; i < ICP__SCORES; i++)
        unseen |= l->unseen[i];
    p = unseen ? icp__bytes_room(&b->unsn, ICP__UNSEEN_SIZE) : NULL;
    for (uint32_t i = 0; p != NULL && i < ICP__SCORES; i++)
        icp__put64(p + (size_t)i * 8, l->unseen[i]);
    p = icp__bytes_room(&b->meta, ICP__META_SIZE);
    if (p == NULL)
        return;
    icp__put32(p, l->schema->extraction), icp__put32(p + 4, 1);
    memcpy(p + 8, l->reference_id, 32);
    icp__put32(p + 40, b->traits), icp__put32(p + 44, b->count), icp__put32(p + 48, l->schema->columns);
    icp__put32(p + 52, b->probe), icp__put64(p + 56, b->buckets), icp__put32(p + 64, b->numbers);
}

/* What stands behind a layer's own sections: files of further layers, and the card. */
struct behind {
    const char *tag;
    uint32_t flags;
    struct icp_str bytes;
};

static icp_status write_file(struct builder *b, const struct behind *more, uint32_t count, struct icp_sink *sink) {
    const struct icp__bytes *const parts[] = {&b->meta, &b->layr, &b->schm, &b->slot, &b->trai, &b->shar, &b->indx,
                                              &b->idix, &b->bins, &b->strs, &b->sprd, &b->l->summary, &b->l->signals, &b->unsn};
    static const char tags[][5] = {"META", "LAYR", "SCHM", "SLOT", "TRAI", "SHAR", "INDX", "IDIX", "BINS", "STRS", "SPRD", "SUMM", "SIGN", "UNSN"};
    struct icp__container file = {.ctx = b->ctx, .major = ICP__FORMAT_MAJOR, .minor = ICP__FORMAT_MINOR};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (parts[i]->failed) {
            icp__sink_abort(sink);
            return icp__no_memory(b->err);
        }
        if ((parts[i] == &b->l->signals || parts[i] == &b->unsn) && parts[i]->size == 0)
            continue;
        icp__container_add(&file, tags[i], parts[i] == &b->l->summary || parts[i] == &b->unsn ? 0 : ICP__SECTION_CRITICAL,
                           parts[i]->size == 0 ? "" : parts[i]->data, parts[i]->size);
    }
    for (uint32_t i = 0; i < count; i++)
        icp__container_add(&file, more[i].tag, more[i].flags, more[i].bytes.data, more[i].bytes.size);
    return icp__container_write(&file, ICP__MAGIC_MODEL, sink, b->err);
}

static icp_status build_sections(struct builder *b) {
    icp_status st;
    if (b->l->count > INT32_MAX / 4 || b->l->schema->columns > UINT16_MAX)
        return icp__fail(b->err, ICP_E_LIMIT, "too many traits or columns for a model");
    if (!icp__grow(b->ctx, &b->entries, &b->entry_cap, (size_t)b->l->count + 1, sizeof *b->entries))
        return icp__no_memory(b->err);
    st = add_traits(b);
    if (st == ICP_OK)
        st = add_phrase_words(b);
    if (st == ICP_OK)
        st = add_ids(b);
    if (st != ICP_OK)
        return st;
    for (uint32_t i = 0; i < b->count; i++)
        add_entry(b, i);
    add_slots(b);
    add_figures(b);
    icp__schema_write(b->l->schema, &b->schm);
    return ICP_OK;
}

/* The file of one layer, with what stands behind it. */
static icp_status build_file(icp_context *c, const struct icp__learned *l, const struct behind *more, uint32_t count, icp_buffer **out, struct icp_error *err) {
    struct builder b = {.ctx = c, .l = l, .err = err};
    struct icp__bytes *const all[] = {&b.strs, &b.meta, &b.layr, &b.schm, &b.slot, &b.trai, &b.shar, &b.indx, &b.idix, &b.bins, &b.sprd, &b.unsn};
    struct icp_sink sink;
    icp_status st;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        icp__bytes_init(all[i], c);
    st = build_sections(&b);
    if (st == ICP_OK)
        st = icp_sink_to_memory(c, &sink, out, err);
    if (st == ICP_OK)
        st = write_file(&b, more, count, &sink);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        icp__bytes_free(all[i]);
    icp__free(c, b.entries);
    icp__free(c, b.index);
    return st;
}

icp_status icp__model_build(icp_context *c, const struct icp__parts_of_model *parts, icp_model **out, struct icp_error *err) {
    icp_buffer *file[3] = {NULL, NULL, NULL};
    struct behind more[3];
    uint32_t count = 0;
    icp_status st = ICP_OK;
    for (uint32_t i = 1; st == ICP_OK && i < parts->layers; i++) {
        st = build_file(c, parts->layer[i], NULL, 0, &file[i], err);
        if (st == ICP_OK) {
            more[count].tag = parts->layer[i]->layer == ICP_LAYER_INTENT ? ICP__TAG_INTENT : ICP__TAG_RETENTION;
            more[count].flags = ICP__SECTION_CRITICAL;
            icp_buffer_data(file[i], &more[count++].bytes);
        }
    }
    if (parts->card.data != NULL)
        more[count++] = (struct behind){ICP__TAG_CARD, 0, parts->card};
    if (st == ICP_OK)
        st = build_file(c, parts->layer[0], more, count, &file[0], err);
    if (st == ICP_OK)
        st = icp__model_adopt(c, file[0], out, err);
    for (uint32_t i = 0; i < 3; i++)
        icp_buffer_unref(file[i]);
    return st;
}
