/* SPDX-License-Identifier: MIT */
/* Opening: every table is read once, or a manifest is held against the tables. */
#include "dataset/open.h"
#include "base/json.h"
#include "base/text.h"
#include "dataset/find.h"
#include "ingest/reader.h"

/* Sketches of all tables together; above it each keeps half as many values. */
#define SKETCH_BYTES ((size_t)256 << 20)
#define SHOW(s) ((s).size > 60 ? 60 : (int)(s).size), (s).data

icp_status icp__dataset_new(icp_context *c, icp_dataset **out, struct icp_error *err) {
    icp_dataset *d = icp__calloc(c, 1, sizeof *d);
    if (!d) return icp__no_memory(err);
    atomic_init(&d->refs, 1);
    d->ctx = icp_context_ref(c);
    icp__arena_init(&d->arena, c);
    *out = d;
    return ICP_OK;
}

static bool has_text(const char *data, size_t size) { return data || !size; }

icp_status icp__dataset_options(const struct icp_dataset_options *given, struct icp_dataset_options *own, struct icp_error *err) {
    icp_status st = icp__options(given, sizeof *own, own, sizeof *own, err);
    if (st) return st;
    if (own->flags & ~(uint32_t)ICP_DATASET_AS_OF) return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags");
    if (own->reserved) return icp__fail(err, ICP_E_UNSUPPORTED, "reserved is not 0");
    if (!has_text(own->manifest, own->manifest_size) || !has_text(own->company, own->company_size) || !has_text(own->include, own->include_size) ||
        !has_text(own->exclude, own->exclude_size) || !has_text(own->release, own->release_size))
        return icp__fail(err, ICP_E_ARGUMENT, "a text of the options is NULL and has a size");
    if (own->max_traits > 65536) return icp__fail(err, ICP_E_ARGUMENT, "max_traits is %u, more than 65,536", own->max_traits);
    return ICP_OK;
}

struct icp_str icp__dataset_fold(struct icp__arena *a, struct icp_str name) {
    const size_t cap = ICP__FOLD_GROWTH * name.size + 16;
    char *room = icp__arena_alloc(a, cap, 1);
    if (!room) return (struct icp_str){NULL, 0};
    return (struct icp_str){room, icp__fold_value(name.data, name.size, room, cap)};
}

icp_status icp__dataset_table(const icp_dataset *d, uint32_t member, icp_reader **out, struct icp_error *err) {
    const struct icp_table *t = &d->table[member];
    struct icp_source source;
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    if (!t->open) return icp__fail(err, ICP_E_ARGUMENT, "table \"%s\" cannot be opened", t->name);
    if (err) err->code = ICP_OK;
    icp_status st = t->open(t->user, &source, err);
    if (!st) return icp_reader_open(d->ctx, &source, NULL, out, err);
    return !err || err->code == st ? st : icp__fail(err, st, "table \"%s\" could not be opened", t->name);
}

static struct icp_str lines_of(const char *data, size_t size) { return (struct icp_str){size ? data : NULL, size}; }

static icp_status profile_one(icp_dataset *d, uint32_t i, const struct icp_dataset_options *o, const struct icp_progress *p,
                              struct icp__profile *out, struct icp_error *err) {
    const struct icp__profile_options options = {d->manifest.member[i].name, lines_of(o->include, o->include_size), lines_of(o->exclude, o->exclude_size),
                                                 lines_of(o->release, o->release_size), p};
    icp_reader *r;
    icp_status st = icp__dataset_table(d, i, &r, err);
    if (st) return st;
    st = icp__profile_table(d->ctx, r, &options, out, err);
    icp_reader_free(r);
    return st;
}

static void keep_small(struct icp__profile *profile, uint32_t count) {
    for (uint32_t k = 512; k >= 64; k /= 2) {
        size_t bytes = 0;
        for (uint32_t i = 0; i < count; i++) bytes += icp__profile_bytes(&profile[i]);
        if (bytes <= SKETCH_BYTES) return;
        for (uint32_t i = 0; i < count; i++) icp__profile_shrink(&profile[i], k);
    }
}

static icp_status profile_all(icp_dataset *d, const struct icp_dataset_options *o, const struct icp_progress *p, struct icp__profile *profile,
                              struct icp_error *err) {
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < d->manifest.members && !st; i++) {
        struct icp__member *m = &d->manifest.member[i];
        bool failed = false;
        if (icp__dataset_matches(d->ctx, lines_of(o->exclude, o->exclude_size), m->name, (struct icp_str){NULL, 0}, &failed)) {
            m->role = ICP__ROLE_EXCLUDED;
            m->reason = (struct icp_str){"left out by the caller", 22};
            profile[i].schema = icp__schema_new(d->ctx, 0);
            if (!profile[i].schema) st = icp__no_memory(err);
            else profile[i].ctx = d->ctx, profile[i].schema->extraction = 0;
            continue;
        }
        st = profile_one(d, i, o, p, &profile[i], err);
        if (!st) keep_small(profile, i + 1);
    }
    return st;
}

static icp_status start_manifest(icp_dataset *d, const struct icp_table *tables, const struct icp_str *files, uint32_t count, struct icp_error *err) {
    struct icp__manifest *m = &d->manifest;
    m->ctx = d->ctx;
    icp__arena_init(&m->arena, d->ctx);
    m->member = icp__arena_alloc(&m->arena, count, sizeof *m->member);
    d->table = icp__arena_alloc(&d->arena, count, sizeof *d->table);
    if (!m->member || !d->table) return icp__no_memory(err);
    memset(m->member, 0, count * sizeof *m->member);
    memcpy(d->table, tables, count * sizeof *d->table);
    m->members = count;
    for (uint32_t i = 0; i < count; i++) {
        struct icp__member *t = &m->member[i];
        t->key = -1;
        t->up.to = ICP__NO_LINK;
        t->name = (struct icp_str){icp__arena_copy(&m->arena, tables[i].name, tables[i].name_size), tables[i].name_size};
        if (files) t->file = (struct icp_str){icp__arena_copy(&m->arena, files[i].data, files[i].size), files[i].size};
        if (!t->name.data || (files && !t->file.data)) return icp__no_memory(err);
    }
    return ICP_OK;
}

static icp_status finish(icp_dataset *d, const struct icp_dataset_options *o, struct icp_error *err) {
    d->met = icp__arena_alloc(&d->arena, d->manifest.members, sizeof *d->met);
    if (!d->met) return icp__no_memory(err);
    memset(d->met, 0, d->manifest.members * sizeof *d->met);
    d->as_of_set = (o->flags & ICP_DATASET_AS_OF) != 0;
    d->as_of = o->as_of;
    d->max_traits = o->max_traits;
    return ICP_OK;
}

icp_status icp__dataset_find(icp_dataset *d, const struct icp_table *tables, const struct icp_str *files, uint32_t count,
                             const struct icp_dataset_options *o, const struct icp_progress *p, struct icp_error *err) {
    icp_status st = start_manifest(d, tables, files, count, err);
    struct icp__profile *profile = st ? NULL : icp__calloc(d->ctx, count, sizeof *profile);
    if (st) return st;
    if (!profile) return icp__no_memory(err);
    struct icp__find f;
    icp__find_init(&f, d->ctx, &d->manifest, profile);
    f.company = lines_of(o->company, o->company_size);
    f.include = lines_of(o->include, o->include_size);
    f.exclude = lines_of(o->exclude, o->exclude_size);
    f.release = lines_of(o->release, o->release_size);
    st = profile_all(d, o, p, profile, err);
    if (!st) st = icp__find(&f, err);
    if (!st) st = finish(d, o, err);
    icp__find_free(&f);
    for (uint32_t i = 0; i < count; i++) icp__profile_free(&profile[i]);
    icp__free(d->ctx, profile);
    return st;
}

struct icp__place icp__manifest_place(icp_context *c, const char *json, size_t size, uint32_t member, int64_t column) {
    struct icp__place place = ICP__NOWHERE;
    struct icp__arena a;
    struct icp__json *root;
    icp__arena_init(&a, c);
    if (!icp__json_parse(&a, json, size, ICP_E_FORMAT, &root, NULL)) {
        const struct icp__json *j = icp__json_get(root, "tables");
        j = j ? j->child : NULL;
        for (uint32_t i = 0; j && i < member; i++) j = j->next;
        const struct icp__json *columns = j && column >= 0 ? icp__json_get(j, "columns") : NULL, *k = columns ? columns->child : NULL;
        for (int64_t i = 0; k && i < column; i++) k = k->next;
        if (k) j = k;
        if (j) place.line = j->line, place.column = j->column;
    }
    icp__arena_free(&a);
    return place;
}

/* The columns that a manifest uses are there. JSON lines may name theirs late, so nothing is asked of them. */
static icp_status check_columns(icp_dataset *d, const char *json, size_t size, uint32_t i, struct icp_error *err) {
    const struct icp__member *m = &d->manifest.member[i];
    icp_reader *r;
    icp_status st = icp__dataset_table(d, i, &r, err);
    if (st) return st;
    for (uint32_t c = 0; c < m->schema->columns && !st && r->format == ICP_FORMAT_CSV && r->layout; c++) {
        const struct icp_str name = m->schema->column[c].name;
        const uint8_t part = m->column[c].part;
        if (part == ICP__PART_SKIP || part == ICP__PART_PROTECTED || icp__layout_find(r->layout, name.data, name.size) >= 0) continue;
        struct icp__place place = icp__manifest_place(d->ctx, json, size, i, c);
        place.field = name;
        st = icp__fail_at(err, ICP_E_FORMAT, &place, "table \"%.*s\" has no column \"%.*s\"", SHOW(m->name), SHOW(name));
    }
    icp_reader_free(r);
    return st;
}

/* Without a table nothing hangs on it. */
static void cut_off(struct icp__manifest *m, uint32_t gone) {
    for (uint32_t i = 0; i < m->members; i++) {
        struct icp__member *t = &m->member[i];
        uint32_t kept = 0;
        for (uint32_t l = 0; l < t->lookups; l++)
            if (t->lookup[l].to != gone) t->lookup[kept++] = t->lookup[l];
        t->lookups = kept;
        if (i == gone || t->role != ICP__ROLE_CHILD || t->up.to != gone) continue;
        t->role = ICP__ROLE_UNLINKED;
        t->up.to = ICP__NO_LINK;
        t->lookups = 0; /* no role but those two has any: the manifest is read again */
        t->reason = (struct icp_str){"the table that it hangs on is left out", 38};
        cut_off(m, i);
    }
}

static icp_status narrow_column(icp_dataset *d, struct icp__member *m, uint32_t c, const struct icp_dataset_options *o, struct icp_error *err) {
    bool failed = false;
    struct icp__member_column *column = &m->column[c];
    const struct icp_str name = m->schema->column[c].name;
    const bool out = icp__dataset_matches(d->ctx, lines_of(o->exclude, o->exclude_size), m->name, name, &failed);
    const bool in = !o->include_size || icp__dataset_matches(d->ctx, lines_of(o->include, o->include_size), m->name, name, &failed);
    const bool used = column->part != ICP__PART_KEY && column->part != ICP__PART_LINK;
    if (failed) return icp__no_memory(err);
    if (used && (out || !in)) {
        column->part = ICP__PART_SKIP;
        column->reason = out ? (struct icp_str){"left out by the caller", 22} : (struct icp_str){"not asked for", 13};
    }
    return ICP_OK;
}

static icp_status narrow(icp_dataset *d, const struct icp_dataset_options *o, struct icp_error *err) {
    struct icp__manifest *m = &d->manifest;
    bool failed = false;
    for (uint32_t i = 0; i < m->members; i++) {
        struct icp__member *t = &m->member[i];
        if (t->role == ICP__ROLE_EXCLUDED) continue;
        if (icp__dataset_matches(d->ctx, lines_of(o->exclude, o->exclude_size), t->name, (struct icp_str){NULL, 0}, &failed)) {
            if (i == m->company) return icp__fail(err, ICP_E_SCHEMA, "the company table \"%.*s\" is excluded", SHOW(t->name));
            t->role = ICP__ROLE_EXCLUDED;
            t->up.to = ICP__NO_LINK;
            t->lookups = 0;
            t->reason = (struct icp_str){"left out by the caller", 22};
            cut_off(m, i);
            continue;
        }
        for (uint32_t c = 0; c < t->schema->columns; c++) {
            icp_status st = narrow_column(d, t, c, o, err);
            if (st) return st;
        }
    }
    return failed ? icp__no_memory(err) : ICP_OK;
}

icp_status icp__dataset_follow(icp_dataset *d, const char *json, size_t size, const struct icp_dataset_options *o, struct icp_error *err) {
    struct icp__manifest *m = &d->manifest;
    const struct icp_str company = m->member[m->company].name;
    if (o->company_size) {
        const struct icp_str a = icp__dataset_fold(&d->arena, company), b = icp__dataset_fold(&d->arena, (struct icp_str){o->company, o->company_size});
        if (!a.data || !b.data) return icp__no_memory(err);
        if (a.size != b.size || memcmp(a.data, b.data, a.size))
            return icp__fail(err, ICP_E_SCHEMA, "the manifest says that \"%.*s\" is the company table", SHOW(company));
    }
    icp_status st = ICP_OK;
    for (uint32_t i = 0; i < m->members && !st; i++)
        if (m->member[i].role != ICP__ROLE_EXCLUDED && m->member[i].role != ICP__ROLE_UNLINKED) st = check_columns(d, json, size, i, err);
    if (!st) st = narrow(d, o, err);
    return st ? st : finish(d, o, err);
}
