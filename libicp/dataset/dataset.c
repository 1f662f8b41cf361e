/* SPDX-License-Identifier: MIT */
/* The public face of datasets: tables in, readers out. */
#include "dataset/dataset.h"
#include "base/text.h"
#include "dataset/open.h"

#define SHOW(s) ((s).size > 60 ? 60 : (int)(s).size), (s).data

/* The caller's tables, one after the other in their own size; names in the dataset's arena. */
static icp_status take_tables(icp_dataset *d, const struct icp_table *tables, uint32_t count, struct icp_table **out, struct icp_str **folded,
                              struct icp_error *err) {
    const size_t stride = tables[0].struct_size;
    struct icp_table *own = icp__arena_alloc(&d->arena, count, sizeof *own);
    *folded = icp__arena_alloc(&d->arena, count, sizeof **folded);
    if (!own || !*folded) return icp__no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        const void *given = (const char *)tables + i * stride;
        uint32_t size;
        memcpy(&size, given, sizeof size);
        if (size != stride) return icp__fail(err, ICP_E_ARGUMENT, "struct_size of table %u is %u, that of the first %zu", i, size, stride);
        icp_status st = icp__options(given, sizeof *own, &own[i], sizeof *own, err);
        if (st) return st;
        struct icp_str name = {own[i].name, own[i].name_size};
        if (!own[i].open || !name.data) return icp__fail(err, ICP_E_ARGUMENT, "table %u has no %s", i, name.data ? "open" : "name");
        if (!icp__utf8_valid(name.data, name.size) || memchr(name.data, 0, name.size))
            return icp__fail(err, ICP_E_ARGUMENT, "the name of table %u is not UTF-8", i);
        own[i].name = icp__arena_copy(&d->arena, name.data, name.size);
        (*folded)[i] = icp__dataset_fold(&d->arena, name);
        if (!own[i].name || !(*folded)[i].data) return icp__no_memory(err);
        if (!(*folded)[i].size) return icp__fail(err, ICP_E_ARGUMENT, "the name of table %u is blank", i);
        for (uint32_t k = 0; k < i; k++)
            if ((*folded)[k].size == (*folded)[i].size && !memcmp((*folded)[k].data, (*folded)[i].data, (*folded)[i].size))
                return icp__fail(err, ICP_E_ARGUMENT, "tables %u and %u have the same name \"%.*s\"", k, i, SHOW(name));
    }
    *out = own;
    return ICP_OK;
}

/* The tables of a manifest among those of the caller. */
static icp_status match_tables(icp_dataset *d, const struct icp_table *tables, const struct icp_str *folded, uint32_t count, const char *json, size_t size,
                               struct icp_error *err) {
    const struct icp__manifest *m = &d->manifest;
    d->table = icp__arena_alloc(&d->arena, m->members, sizeof *d->table);
    if (!d->table) return icp__no_memory(err);
    memset(d->table, 0, m->members * sizeof *d->table);
    for (uint32_t i = 0; i < m->members; i++) {
        const struct icp_str wanted = icp__dataset_fold(&d->arena, m->member[i].name);
        uint32_t k = 0;
        if (!wanted.data) return icp__no_memory(err);
        while (k < count && (folded[k].size != wanted.size || memcmp(folded[k].data, wanted.data, wanted.size))) k++;
        if (k < count) {
            d->table[i] = tables[k];
        } else if (m->member[i].role != ICP__ROLE_EXCLUDED) {
            const struct icp__place place = icp__manifest_place(d->ctx, json, size, i, -1);
            return icp__fail_at(err, ICP_E_FORMAT, &place, "the manifest names a table \"%.*s\", which was not given", SHOW(m->member[i].name));
        }
    }
    return ICP_OK;
}

icp_status icp_dataset_open(icp_context *c, const struct icp_table *tables, uint32_t count, const struct icp_dataset_options *o,
                            const struct icp_progress *p, icp_dataset **out, struct icp_error *err) {
    struct icp_dataset_options own = {.struct_size = sizeof own};
    struct icp_table *taken = NULL;
    struct icp_str *folded = NULL;
    icp_dataset *d;
    if (!c || !tables || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", !c ? "context" : !tables ? "tables" : "out");
    if (!count) return icp__fail(err, ICP_E_ARGUMENT, "no tables");
    icp_status st = icp__progress_check(p, err);
    if (!st) st = icp__dataset_options(o, &own, err);
    if (!st && count > ICP__TABLES_MAX) st = icp__fail(err, ICP_E_LIMIT, "%u tables; at most %u are read", count, ICP__TABLES_MAX);
    if (!st) st = icp__dataset_new(c, &d, err);
    if (st) return st;
    st = take_tables(d, tables, count, &taken, &folded, err);
    if (!st && own.manifest_size) {
        st = icp__manifest_read(c, own.manifest, own.manifest_size, &d->manifest, err);
        if (!st) st = match_tables(d, taken, folded, count, own.manifest, own.manifest_size, err);
        if (!st) st = icp__dataset_follow(d, own.manifest, own.manifest_size, &own, err);
    } else if (!st) {
        st = icp__dataset_find(d, taken, NULL, count, &own, p, err);
    }
    if (st) icp_dataset_unref(d);
    else *out = d;
    return st;
}

icp_status icp_dataset_manifest(const icp_dataset *d, icp_buffer **json, struct icp_error *err) {
    if (!d || !json) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", d ? "json" : "dataset");
    struct icp__bytes b;
    icp__bytes_init(&b, d->ctx);
    icp__manifest_write(&d->manifest, &b);
    const icp_status st = b.failed ? icp__no_memory(err) : icp__bytes_finish(&b, json, err);
    icp__bytes_free(&b);
    return st;
}

icp_status icp_dataset_key(const icp_dataset *d, struct icp_str *out, struct icp_error *err) {
    if (!d || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", d ? "out" : "dataset");
    const struct icp__member *m = &d->manifest.member[d->manifest.company];
    *out = m->schema->column[m->key].name;
    return ICP_OK;
}

icp_status icp_dataset_companies(icp_dataset *d, icp_reader **out, struct icp_error *err) {
    if (!d || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", d ? "out" : "dataset");
    return icp__join_open(d, out, err);
}

icp_status icp_dataset_events(icp_dataset *d, icp_reader **out, struct icp_error *err) {
    if (!d || !out) return icp__fail(err, ICP_E_ARGUMENT, "%s is NULL", d ? "out" : "dataset");
    return icp__events_open(d, out, err);
}

icp_dataset *icp_dataset_ref(icp_dataset *d) {
    if (d) atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void icp_dataset_unref(icp_dataset *d) {
    if (!d || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1) return;
    icp_context *c = d->ctx;
    icp__manifest_free(&d->manifest);
    icp__arena_free(&d->arena);
    icp__free(c, d);
    icp_context_unref(c);
}
