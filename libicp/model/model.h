/* SPDX-License-Identifier: MIT */
/* A loaded model: views into the file's bytes, all checked on load. Offsets are those of doc/format.md. */
#pragma once
#include "base/container.h"
#include "base/io.h"
#include "base/number.h"
#include "model/card.h"
#include "model/points.h"
#include "timing/signals.h"
#include "trait/extract.h"
#include <icp/model.h>

enum {
    ICP__META_SIZE = 96,
    ICP__LAYER_SIZE = 96,
    ICP__SLOT_SIZE = 48,
    ICP__TRAIT_SIZE = 64,
    ICP__COUNTS_SIZE = 32,
    ICP__EDGE_SIZE = 16,
    ICP__BUCKET_SIZE = 8,
    ICP__SPREAD_SIZE = 2 * ICP__SCORES * 8,
    ICP__UNSEEN_SIZE = ICP__SCORES * 8,
    ICP__PROBE_MAX = 256 /* buckets one look-up may touch */
};
/* Flags of an entry in TRAI. */
enum { ICP__BEGINS_PHRASE = 1u, ICP__ENDS_PHRASE = 2u, ICP__HIDDEN = 4u };
/* Flags of a slot. */
enum { ICP__OPEN_LOW = 1u, ICP__OPEN_HIGH = 2u, ICP__BOUNDS = 4u, ICP__PHRASES = 8u };
#define ICP__FORMAT_MAJOR 1u
#define ICP__FORMAT_MINOR 0u
#define ICP__NONE UINT32_MAX

/* One column of the schema, decoded. */
struct icp__slot {
    uint32_t known;  /* entry of the offset, ICP__NONE = the column is not used */
    uint32_t first, traits;
    uint32_t range, ranges; /* entry of the first range */
    uint32_t flags;
    uint32_t edges;      /* numbers in edge */
    const double *edge;  /* ascending; between them lie the ranges */
    double lo, hi;       /* bounds of the reference, with ICP__BOUNDS */
    uint64_t share;      /* part of the model's evidence variance */
};

/* Sections that hold the files of further layers, and the card. */
#define ICP__TAG_INTENT "INTN"
#define ICP__TAG_RETENTION "RETN"
#define ICP__TAG_CARD "CARD"
#define ICP__LAYERS 3u /* of a model, at most */

/* A model, or a further layer of one: each is a file of its own inside the first one's. */
struct icp_model {
    _Atomic uint32_t refs;
    icp_context *ctx;
    const uint8_t *data; /* the file */
    size_t size;
    struct icp__bytes owned; /* holds data unless it is borrowed */
    void (*release)(void *user);
    void *release_user;
    struct icp__container file;
    icp_schema *schema;
    const struct icp__extraction *extraction;
    struct icp_model_info info;
    uint32_t layer;
    uint32_t entries; /* info.traits, then words that only begin or end phrases */
    uint64_t base_variance;
    struct icp__slot *slots; /* [schema->columns] */
    double *edges;
    uint64_t share_total;
    const uint8_t *trai, *shar, *indx, *idix, *spread;
    const uint8_t *unseen; /* ICP__SCORES counts; NULL = not stored */
    const char *strs;
    uint64_t mask; /* buckets - 1 */
    const struct icp__section *summary;
    const struct icp__section *edits; /* history of edits; NULL = as fitted */
    const uint8_t *changed;           /* learned figures of what was edited; NULL = as fitted */
    uint32_t changed_count;
    struct icp__signals *signals; /* timing layers, else NULL */
    /* Of the whole, in the first layer. */
    icp_model *part[ICP__LAYERS]; /* [0] = itself */
    uint32_t parts;
    uint32_t first_trait;         /* of a part: traits are numbered through all of them */
    const struct icp__section *card_text;
    struct icp__card card;
};
/* A column that is read from events, not from cells. They stand behind all others. */
static inline bool icp__model_of_events(const icp_model *m, uint32_t column) {
    return m->signals != NULL && m->signals->columns != 0 && column >= m->signals->column[0].column;
}
/* The layer, or NULL. */
static inline icp_model *icp__model_part(const icp_model *m, int32_t layer) {
    for (uint32_t i = 0; i < m->parts; i++)
        if ((int32_t)m->part[i]->layer == layer)
            return m->part[i];
    return NULL;
}

extern const char *const icp__model_sections[]; /* known tags, NULL-terminated */
/* Checks everything and fills the rest of m, whose file is parsed. */
icp_status icp__model_open(icp_model *m, const char *source, struct icp_error *err);

/* A model over the bytes of a buffer, of which it keeps a reference. */
icp_status icp__model_adopt(icp_context *c, icp_buffer *file, icp_model **out, struct icp_error *err);

static inline const uint8_t *icp__entry(const icp_model *m, uint32_t i) { return m->trai + (size_t)i * ICP__TRAIT_SIZE; }
static inline uint64_t icp__entry_hash(const uint8_t *t) { return icp__get64(t); }
static inline int32_t icp__entry_points(const uint8_t *t) { return (int32_t)icp__get32(t + 8); }
static inline int32_t icp__entry_learned(const uint8_t *t) { return (int32_t)icp__get32(t + 12); }
static inline uint64_t icp__entry_variance(const uint8_t *t) { return icp__get64(t + 16); }
static inline uint64_t icp__entry_square(const uint8_t *t) { return icp__get64(t + 24); }
static inline uint64_t icp__entry_square_over(const uint8_t *t) { return icp__get64(t + 32); }
static inline uint32_t icp__entry_text(const uint8_t *t) { return icp__get32(t + 40); }
static inline uint32_t icp__entry_text_size(const uint8_t *t) { return icp__get32(t + 44); }
static inline uint32_t icp__entry_id(const uint8_t *t) { return icp__get32(t + 48); }
static inline uint32_t icp__entry_id_size(const uint8_t *t) { return icp__get32(t + 52); }
static inline uint32_t icp__entry_column(const uint8_t *t) { return icp__get16(t + 56); }
static inline uint32_t icp__entry_kind(const uint8_t *t) { return t[58]; }
static inline uint32_t icp__entry_flags(const uint8_t *t) { return t[59]; }
static inline uint32_t icp__entry_layer(const uint8_t *t) { return t[60]; }
static inline int32_t icp__entry_weight(const uint8_t *t) { return (int8_t)t[61]; }

/* The entry with these bytes in this column, or ICP__NONE. hash = icp__hash(data, size, column). */
static inline uint32_t icp__model_find(const icp_model *m, uint32_t column, uint64_t hash, const char *data, uint32_t size) {
    const uint32_t tag = (uint32_t)(hash >> 32);
    uint64_t i = hash & m->mask;
    for (;; i = (i + 1) & m->mask) {
        uint64_t bucket = icp__get64(m->indx + i * ICP__BUCKET_SIZE);
        uint32_t entry = (uint32_t)bucket;
        const uint8_t *t;
        if (entry == 0)
            return ICP__NONE; /* load <= 1/2: there is always one */
        if ((uint32_t)(bucket >> 32) != tag)
            continue;
        t = icp__entry(m, entry - 1);
        if (icp__entry_column(t) == column && icp__entry_text_size(t) == size && memcmp(m->strs + icp__entry_text(t), data, size) == 0)
            return entry - 1;
    }
}
