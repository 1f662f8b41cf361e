/* SPDX-License-Identifier: MIT */
/* When each customer became one, from a column of the customers' file. */
#include "model/design.h"

icp_status icp__since_make(struct icp__design *d, const struct icp__customers *l, const struct icp__matches *m, struct icp_error *err) {
    if (!l->since.data || !l->given)
        return ICP_OK;
    icp_schema *schema;
    int32_t at = -1;
    icp_status s = icp__table_column(d->ctx, l->given, l->since, &at, err);
    if (!s && at < 0)
        return icp__fail(err, ICP_E_SCHEMA, "no column \"%.*s\" with the dates of the customers", (int)(l->since.size < 128 ? l->since.size : 128), l->since.data);
    if (!s)
        s = icp__schema_infer_table(d->ctx, l->given, l->key, &schema, err);
    if (s)
        return s;
    int32_t which = icp__schema_find(schema, l->given->names[at].data, l->given->names[at].size);
    const struct icp__column *column = which < 0 ? NULL : &schema->column[which];
    struct icp__scratch scratch;
    icp__scratch_init(&scratch, d->ctx);
    d->since = icp__arena_alloc(&d->arena, d->rows + 1u, sizeof *d->since);
    if (!d->since)
        s = icp__no_memory(err);
    else if (!column || column->kind != ICP_KIND_DATE)
        s = icp__fail(err, ICP_E_SCHEMA, "the column \"%.*s\" holds no dates", (int)(l->since.size < 128 ? l->since.size : 128), l->since.data);
    uint32_t next = d->reference_rows;
    for (uint32_t i = 0; !s && i < d->rows; i++)
        d->since[i] = ICP__SINCE_UNKNOWN;
    for (uint32_t i = 0; !s && i < m->count; i++) {
        const struct icp__customer *c = &m->customer[i];
        if (c->origin >= ICP__NOT_FOUND)
            continue;
        uint32_t row = c->origin == ICP__FROM_REFERENCE ? icp__design_place(d, c->row) : next++;
        const struct icp__cell *cell = &l->given->cells[(uint64_t)i * l->given->columns + (uint32_t)at];
        if (cell->data && icp__extraction_find(schema->extraction)->of_kind[ICP_KIND_DATE](column, 0, cell, &scratch) == ICP__KNOWN)
            d->since[row] = scratch.number;
        if (scratch.failed)
            s = icp__no_memory(err);
    }
    icp__scratch_free(&scratch);
    icp_schema_unref(schema);
    return s;
}
