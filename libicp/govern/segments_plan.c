/* SPDX-License-Identifier: MIT */
/* The columns and traits that a segment report is about. */
#include "base/text.h"
#include "govern/segments.h"
#include "trait/parse.h"

/* Ranges and values part the rows of a column; items and words overlap. The first of these kinds that a column has makes its segments. */
static const uint32_t kinds[] = {ICP_TRAIT_RANGE, ICP_TRAIT_VALUE, ICP_TRAIT_ITEM, ICP_TRAIT_WORD};

static const uint8_t *counts_of(const struct icp__segments *s, uint32_t entry) { return s->part->shar + (size_t)entry * ICP__COUNTS_SIZE; }

/* The sum of a trait's shares among customers and in the reference, comparable within a column. */
static double shares(const struct icp__segments *s, uint32_t entry) {
    const uint8_t *n = counts_of(s, entry);
    const uint64_t customers = icp__get64(n), of = icp__get64(n + 8), reference = icp__get64(n + 16), reference_of = icp__get64(n + 24);
    return (of ? (double)customers / (double)of : 0) + (reference_of ? (double)reference / (double)reference_of : 0);
}

static struct icp_str text_of(const struct icp__segments *s, uint32_t entry) {
    const uint8_t *e = icp__entry(s->part, entry);
    return (struct icp_str){s->part->strs + icp__entry_text(e), icp__entry_text_size(e)};
}

static bool parts_words(char c) { return !icp__is_letter(icp__lower(c)) && !icp__is_digit(c) && (unsigned char)c < 0x80; }

/* `word` stands in `text`, which is longer, with no letter or digit beside it. */
static bool holds_word(struct icp_str text, struct icp_str word) {
    for (size_t i = 0; word.size < text.size && i + word.size <= text.size; i++)
        if (memcmp(text.data + i, word.data, word.size) == 0 && (i == 0 || parts_words(text.data[i - 1])) &&
            (i + word.size == text.size || parts_words(text.data[i + word.size])))
            return true;
    return false;
}

/* A value gives its words as well (`city=san`, of `city=san francisco`): what is mostly a word of other values is no segment. */
static bool is_mere_word(const struct icp__segments *s, const struct icp__slot *slot, uint32_t entry) {
    const struct icp_str word = text_of(s, entry);
    const uint64_t companies = icp__get64(counts_of(s, entry) + 16);
    uint64_t left = companies - companies / 2;
    for (uint32_t i = slot->first; i < slot->first + slot->traits; i++) {
        const uint64_t with = icp__get64(counts_of(s, i) + 16);
        if (icp__entry_kind(icp__entry(s->part, i)) != ICP_TRAIT_VALUE || !holds_word(text_of(s, i), word))
            continue;
        if (with >= left)
            return true;
        left -= with;
    }
    return false;
}

/* Inserts into the `most` with the largest shares, equal ones in the order of the model; ranges are few and stay in theirs. */
static void take(struct icp__segments *s, const struct icp__slot *slot, struct icp__dimension *d, uint32_t entry) {
    const uint32_t most = d->kind == ICP_TRAIT_RANGE ? slot->ranges : s->most;
    uint32_t i = d->segments;
    while (i > 0 && d->kind != ICP_TRAIT_RANGE && shares(s, d->segment[i - 1]) < shares(s, entry))
        i--;
    if (i < most && d->kind == ICP_TRAIT_VALUE && is_mere_word(s, slot, entry))
        return;
    if (d->segments < most)
        d->segments++;
    else
        d->left_out++;
    for (uint32_t k = d->segments; i < d->segments && k-- > i + 1;)
        d->segment[k] = d->segment[k - 1];
    if (i < most)
        d->segment[i] = entry;
}

/* One segment's word stands in another: what the model counted of them overlaps. */
static bool nested(const struct icp__segments *s, const struct icp__dimension *d) {
    for (uint32_t i = 0; d->kind == ICP_TRAIT_VALUE && i < d->segments; i++)
        for (uint32_t k = 0; k < d->segments; k++)
            if (holds_word(text_of(s, d->segment[i]), text_of(s, d->segment[k])))
                return true;
    return false;
}

static bool cut(struct icp__segments *s, struct icp__dimension *d) {
    const struct icp__slot *slot = &s->part->slots[d->column];
    const uint32_t end = slot->first + slot->traits;
    bool found = false;
    d->segment = icp__arena_alloc(&s->arena, s->most > slot->ranges ? s->most : slot->ranges, sizeof *d->segment);
    if (d->segment == NULL)
        return false;
    for (uint32_t k = 0; !found && k < sizeof kinds / sizeof *kinds; k++) {
        d->kind = kinds[k];
        for (uint32_t i = slot->first; i < end; i++)
            if (icp__entry_kind(icp__entry(s->part, i)) == kinds[k])
                take(s, slot, d, i), found = true;
    }
    d->overlap = d->kind != ICP_TRAIT_RANGE && d->kind != ICP_TRAIT_VALUE;
    d->gaps = d->overlap || nested(s, d);
    for (uint32_t i = 0; i < d->segments; i++) {
        s->place[d->segment[i]][0] = i + 1;
        s->place[d->segment[i]][1] = s->dimensions;
    }
    s->dimensions++;
    return true;
}

static icp_status add(struct icp__segments *s, uint32_t column, uint32_t alone, struct icp_error *err) {
    struct icp__dimension *d;
    for (uint32_t i = 0; i < s->dimensions; i++)
        if (s->dimension[i].column == column && s->dimension[i].alone == alone)
            return ICP_OK; /* asked for twice */
    if (s->dimensions == ICP__SEGMENTS_NAMES)
        return icp__fail(err, ICP_E_LIMIT, "more than %d columns and traits", ICP__SEGMENTS_NAMES);
    d = &s->dimension[s->dimensions];
    d->column = column;
    d->alone = alone;
    if (alone == ICP__NONE)
        return cut(s, d) ? ICP_OK : icp__no_memory(err);
    d->kind = icp__entry_kind(icp__entry(s->part, alone));
    d->segment = icp__arena_alloc(&s->arena, 1, sizeof *d->segment);
    if (d->segment == NULL)
        return icp__no_memory(err);
    d->segment[0] = alone;
    d->segments = 1;
    s->dimensions++;
    return ICP_OK;
}

static bool used(const struct icp__segments *s, uint32_t column) {
    return s->part->slots[column].known != ICP__NONE && !icp__model_of_events(s->part, column);
}

/* A trait's id, else columns by header or id, with * and ?. */
static icp_status add_named(struct icp__segments *s, struct icp_str name, struct icp_error *err) {
    const icp_schema *schema = s->part->schema;
    const int32_t trait = icp_model_find_trait(s->part, (int32_t)s->part->layer, name.data, name.size);
    bool found = false, there = false;
    icp_status st = ICP_OK;
    if (trait >= 0) {
        const uint8_t *e = icp__entry(s->part, (uint32_t)trait);
        const bool offset = icp__entry_kind(e) == ICP_TRAIT_KNOWN;
        return add(s, icp__entry_column(e), offset ? ICP__NONE : (uint32_t)trait, err);
    }
    for (uint32_t i = 0; st == ICP_OK && i < schema->columns; i++) {
        if (!icp__pattern_match(name, schema->column[i].name) && !icp__pattern_match(name, schema->column[i].id))
            continue;
        there = true;
        if (used(s, i))
            found = true, st = add(s, i, ICP__NONE, err);
    }
    if (st != ICP_OK || found)
        return st;
    return icp__fail(err, ICP_E_SCHEMA, there ? "the model does not use the column '%.*s'" : "the model has no column or trait '%.*s'",
                     (int)(name.size < 128 ? name.size : 128), name.data);
}

static icp_status add_lines(struct icp__segments *s, struct icp_str names, struct icp_error *err) {
    const char *at = names.data, *end = at + names.size;
    icp_status st = ICP_OK;
    while (st == ICP_OK && at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const struct icp_str name = icp__trim(at, (size_t)((stop ? stop : end) - at));
        if (name.size != 0)
            st = add_named(s, name, err);
        at = stop ? stop + 1 : end;
    }
    return st;
}

icp_status icp__segments_plan(struct icp__segments *s, struct icp_str names, struct icp_error *err) {
    static const int32_t families[] = {ICP_FAMILY_INDUSTRY, ICP_FAMILY_GEOGRAPHY, ICP_FAMILY_SIZE};
    const icp_schema *schema = s->part->schema;
    icp_status st = ICP_OK;
    s->place = icp__arena_alloc(&s->arena, (size_t)s->part->info.traits + 1, sizeof *s->place);
    if (s->place == NULL)
        return icp__no_memory(err);
    memset(s->place, 0, ((size_t)s->part->info.traits + 1) * sizeof *s->place);
    if (names.data != NULL)
        return add_lines(s, names, err);
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t i = 0; st == ICP_OK && i < schema->columns && s->dimensions < ICP__SEGMENTS_NAMES; i++)
            if (schema->column[i].family == families[k] && schema->column[i].kind != ICP_KIND_TEXT && used(s, i))
                st = add(s, i, ICP__NONE, err);
    return st;
}
