/* SPDX-License-Identifier: MIT */
/* Walking through a table, and when its rows were. */
#include "dataset/walk.h"

icp_status icp__walk_open(struct icp__walk *w, const icp_dataset *d, uint32_t member, struct icp_error *err) {
    struct icp__walk fresh = {.d = d, .member = &d->manifest.member[member]};
    fresh.at = icp__alloc(d->ctx, fresh.member->schema->columns, sizeof *fresh.at);
    if (!fresh.at) return icp__no_memory(err);
    const icp_status st = icp__dataset_table(d, member, &fresh.reader, err);
    if (st) icp__free(d->ctx, fresh.at);
    else *w = fresh;
    return st;
}

icp_status icp__walk_batch(struct icp__walk *w, struct icp_error *err) {
    icp_batch_unref(w->batch);
    w->batch = NULL;
    w->row = 0;
    const icp_status st = icp_reader_next(w->reader, &w->batch, err);
    if (st || !w->batch || w->batch->layout == w->layout) return st;
    icp__layout_unref(w->layout);
    w->layout = icp__layout_ref(w->batch->layout);
    for (uint32_t i = 0; i < w->member->schema->columns; i++) {
        const struct icp_str name = w->member->schema->column[i].name;
        const int32_t at = icp__layout_find(w->layout, name.data, name.size);
        w->at[i] = at < 0 ? -1 : at;
    }
    return ICP_OK;
}

void icp__walk_close(struct icp__walk *w) {
    if (!w->d) return;
    icp_batch_unref(w->batch);
    icp_reader_free(w->reader);
    icp__layout_unref(w->layout);
    icp__free(w->d->ctx, w->at);
    memset(w, 0, sizeof *w);
}

bool icp__dates_init(struct icp__dates *d, icp_context *c, const struct icp__member *m) {
    struct icp__dates fresh = {.ctx = c};
    fresh.date = icp__calloc(c, m->schema->columns, sizeof *fresh.date);
    if (!fresh.date) return false;
    for (uint32_t i = 0; i < m->schema->columns; i++) {
        if (m->column[i].part != ICP__PART_DATE) continue;
        struct icp__date *date = &fresh.date[fresh.count++];
        date->column = i;
        date->order = m->schema->column[i].date_order;
        date->end = m->column[i].late;
        fresh.ends |= date->end;
    }
    *d = fresh;
    return true;
}

void icp__dates_free(struct icp__dates *d) {
    if (d->ctx) icp__free(d->ctx, d->date);
    memset(d, 0, sizeof *d);
}

static void read_date(struct icp__date *date, struct icp_str cell) {
    date->filled = cell.size > 0;
    if (cell.size && cell.size == date->size && !memcmp(cell.data, date->text, cell.size)) {
        date->read = true;
        return;
    }
    date->read = cell.size && icp__moment_read(cell.data, cell.size, date->order, &date->moment);
    date->size = date->read && cell.size <= sizeof date->text ? (uint8_t)cell.size : 0;
    if (date->size) memcpy(date->text, cell.data, cell.size);
}

void icp__dates_read(struct icp__dates *d, const struct icp__walk *w, struct icp__span *out) {
    uint32_t read = 0;
    *out = (struct icp__span){false, false, 0, 0, UINT32_MAX};
    for (uint32_t i = 0; i < d->count; i++) {
        struct icp__date *date = &d->date[i];
        read_date(date, icp__walk_cell(w, date->column));
        if (!date->read) continue;
        read++;
        if (date->end) out->ended = true;
        if (!out->dated || date->moment.last < out->earliest) out->earliest = date->moment.last;
        if (!out->dated || date->moment.last >= out->latest) {
            out->latest = date->moment.last;
            out->latest_column = date->column;
        }
        out->dated = true;
    }
    /* Without a mark nobody knows which date ends the row: then it has ended when none of several is open. */
    if (!d->ends) out->ended = read > 1 && read == d->count;
}
