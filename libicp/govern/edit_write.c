/* SPDX-License-Identifier: MIT */
/* The file of an edited model: that of its parent with other figures, and with what was changed behind the layer's own sections. */
#include "govern/edit.h"
#include "model/learned.h"

struct files {
    struct icp__bytes trai, layr, slot, sprd, learned;
};

static struct icp__bytes copy_of(const struct icp__edit *e, const char *tag) {
    const struct icp__section *s = icp__container_find(&e->m->file, tag);
    struct icp__bytes b;
    icp__bytes_init(&b, e->ctx);
    icp__bytes_add(&b, s->data, (size_t)s->size);
    return b;
}

static void patch_traits(const struct icp__edit *e, struct icp__bytes *b) {
    for (uint32_t i = 0; !b->failed && i < e->m->info.traits; i++) {
        uint8_t *p = (uint8_t *)b->data + (size_t)i * ICP__TRAIT_SIZE;
        const struct icp__learned_figures *f = &e->now[i];
        icp__put32(p + 8, (uint32_t)f->points);
        icp__put64(p + 16, f->variance), icp__put64(p + 24, f->square), icp__put64(p + 32, f->square_over);
        p[61] = (uint8_t)(int8_t)f->weight;
    }
}

static void patch_slots(const struct icp__edit *e, struct icp__bytes *b) {
    for (uint32_t c = 0; !b->failed && c < e->m->schema->columns; c++) {
        const struct icp__slot *slot = &e->m->slots[c];
        uint64_t share = 0;
        if (slot->known == ICP__NONE)
            continue;
        for (uint32_t i = slot->first; i < slot->first + slot->traits; i++) {
            const uint8_t *n = e->m->shar + (size_t)i * ICP__COUNTS_SIZE;
            if (i != slot->known)
                share += icp__evidence_share(e->now[i].points, icp__get64(n + 16), icp__get64(n + 24));
        }
        icp__put64(b->data + (size_t)c * ICP__SLOT_SIZE + 32, share);
    }
}

static void patch_layer(const struct icp__edit *e, struct icp__bytes *b) {
    if (b->failed)
        return;
    const uint32_t flags = icp__get32(b->data + 4) & ~(uint32_t)ICP_MODEL_EDITED;
    icp__put32(b->data + 4, icp__edit_undone(e) ? flags : flags | ICP_MODEL_EDITED);
}

static bool same(const struct icp__learned_figures *a, const struct icp__learned_figures *b) {
    return a->points == b->points && a->weight == b->weight && a->variance == b->variance && a->square == b->square && a->square_over == b->square_over;
}

static void write_learned(const struct icp__edit *e, struct icp__bytes *b) {
    icp__bytes_init(b, e->ctx);
    icp__bytes_add(b, icp__edits_spread(e->m), ICP__SPREAD_SIZE);
    if (icp__edits_unseen(e->m) != NULL)
        icp__bytes_add(b, icp__edits_unseen(e->m), ICP__UNSEEN_SIZE);
    else
        icp__bytes_room(b, ICP__UNSEEN_SIZE);
    for (uint32_t i = 0; i < e->m->info.traits; i++)
        if (!same(&e->now[i], &e->learned[i]))
            icp__edits_record(b, i, &e->learned[i]);
}

static void write_spread(const struct icp__edit *e, struct icp__bytes *b) {
    icp__bytes_init(b, e->ctx);
    uint8_t *p = icp__bytes_room(b, ICP__SPREAD_SIZE);
    for (uint32_t i = 0; p != NULL && i < 2 * ICP__SCORES; i++)
        icp__put64(p + (size_t)i * 8, e->spread[i / ICP__SCORES][i % ICP__SCORES]);
}

/* One of the sections that a layer's figures stand in, before those of edits. */
static bool is_own(const char *tag) {
    for (uint32_t i = 0; strcmp(icp__model_sections[i], ICP__TAG_EDITS) != 0; i++)
        if (strcmp(icp__model_sections[i], tag) == 0)
            return true;
    return false;
}

/* How companies that the fit did not see score, its folds alone could say: it stands there again once all is as it was learned. */
static bool add_unseen(const struct icp__edit *e, const struct files *f, struct icp__container *k) {
    const char *unseen = f->learned.data + ICP__SPREAD_SIZE;
    bool any = false;
    for (uint32_t i = 0; i < ICP__UNSEEN_SIZE && !any; i++)
        any = unseen[i] != 0;
    return !any || !icp__edit_undone(e) || icp__container_add(k, "UNSN", 0, unseen, ICP__UNSEEN_SIZE);
}

static bool add_edits(const struct icp__edit *e, const struct files *f, struct icp__container *k) {
    return add_unseen(e, f, k) && icp__container_add(k, ICP__TAG_EDITS, ICP__SECTION_CRITICAL, e->history.data, e->history.size) &&
           icp__container_add(k, ICP__TAG_LEARNED, ICP__SECTION_CRITICAL, f->learned.data, f->learned.size);
}

/* False = too many sections. */
static bool add_sections(const struct icp__edit *e, const struct files *f, struct icp__container *k) {
    const struct icp__container *old = &e->m->file;
    const struct {
        const char *tag;
        const struct icp__bytes *bytes;
    } fresh[] = {{"TRAI", &f->trai}, {"LAYR", &f->layr}, {"SLOT", &f->slot}, {"SPRD", &f->sprd}};
    bool added = false, fits = true;
    for (uint32_t i = 0; fits && i < old->count; i++) {
        const struct icp__section *s = &old->sections[i];
        const void *data = s->data;
        if (strcmp(s->tag, ICP__TAG_EDITS) == 0 || strcmp(s->tag, ICP__TAG_LEARNED) == 0 || strcmp(s->tag, "UNSN") == 0)
            continue;
        for (size_t n = 0; n < sizeof fresh / sizeof *fresh; n++)
            if (strcmp(s->tag, fresh[n].tag) == 0)
                data = fresh[n].bytes->data;
        if (!added && !is_own(s->tag)) {
            fits = add_edits(e, f, k);
            added = true;
        }
        fits = fits && icp__container_add(k, s->tag, s->flags, data, s->size);
    }
    return fits && (added || add_edits(e, f, k));
}

static icp_status write_file(const struct icp__edit *e, const struct files *f, icp_model **out, struct icp_error *err) {
    struct icp__container k = {.ctx = e->ctx, .major = ICP__FORMAT_MAJOR, .minor = ICP__FORMAT_MINOR};
    struct icp_sink sink = {.struct_size = sizeof sink};
    icp_buffer *file = NULL;
    if (!add_sections(e, f, &k))
        return icp__fail(err, ICP_E_LIMIT, "the model has no room for more sections");
    icp_status st = icp_sink_to_memory(e->ctx, &sink, &file, err);
    if (st == ICP_OK)
        st = icp__container_write(&k, ICP__MAGIC_MODEL, &sink, err);
    if (st == ICP_OK)
        st = icp__model_adopt(e->ctx, file, out, err);
    icp_buffer_unref(file);
    return st;
}

icp_status icp__edit_write(const struct icp__edit *e, icp_model **out, struct icp_error *err) {
    struct files f = {copy_of(e, "TRAI"), copy_of(e, "LAYR"), copy_of(e, "SLOT"), {0}, {0}};
    struct icp__bytes *const all[] = {&f.trai, &f.layr, &f.slot, &f.sprd, &f.learned};
    bool failed = false;
    patch_traits(e, &f.trai);
    patch_layer(e, &f.layr);
    patch_slots(e, &f.slot);
    write_spread(e, &f.sprd);
    write_learned(e, &f.learned);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        failed = failed || all[i]->failed;
    icp_status st = failed ? icp__no_memory(err) : write_file(e, &f, out, err);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        icp__bytes_free(all[i]);
    return st;
}
