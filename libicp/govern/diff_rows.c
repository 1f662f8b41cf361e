/* SPDX-License-Identifier: MIT */
/* The rows of a difference: against themselves, or two files joined by key. */
#include "base/sort.h"
#include "dataset/keymap.h"
#include "govern/diff.h"
#include "ingest/sample.h"

struct company {
    uint32_t before, now; /* rows with its key, saturating */
    int64_t was, faded, is;
    int64_t part[ICP__DIFF_PARTS];
};
struct joining {
    struct icp__diff *d;
    struct icp__keys keys;
    struct company *company;
    size_t cap;
    int32_t *by_column; /* [companies * columns] change of each column */
    size_t column_cap;
    const icp_batch *batch; /* at hand, and its row */
    uint64_t row;
};

typedef icp_status take_fn(void *user, const struct icp__cell *cells, const struct icp__cell *key, struct icp_error *err);

/* Every row of a reader. */
static icp_status each(struct icp__diff *d, icp_reader *r, bool now, bool needed, take_fn *take, void *user, struct joining *at, const struct icp_progress *p,
                       struct icp_error *err) {
    for (icp_batch *b = NULL;;) {
        int32_t key;
        icp_status st = icp_reader_next(r, &b, err);
        if (st != ICP_OK || b == NULL)
            return st;
        st = icp__diff_batch(d, b, now, needed, &key, err);
        for (uint64_t i = 0; st == ICP_OK && i < b->rows; i++) {
            const struct icp__cell *cells = icp__batch_row(b, i);
            if (at != NULL)
                at->batch = b, at->row = i;
            d->rows[now]++;
            st = take(user, cells, key >= 0 ? &cells[key] : NULL, err);
        }
        icp_batch_unref(b);
        if (st == ICP_OK)
            st = icp__progress(p, ICP_STAGE_READ, d->read + icp__reader_raw(r), d->to_read, err);
        if (st != ICP_OK)
            return st;
    }
}

/* Rows against themselves ----------------------------------------------------------------------------------------------- */

static icp_status take_same(void *user, const struct icp__cell *cells, const struct icp__cell *key, struct icp_error *err) {
    struct icp__diff *d = user;
    struct icp__diff_row row = {.before = 1, .now = 1, .by_column = d->change};
    const int64_t *by_column;
    int64_t faded, now;
    row.key = key != NULL ? icp__trim(key->data == NULL ? "" : key->data, key->size) : (struct icp_str){"", 0};
    d->keyless[1] += row.key.size == 0;
    icp_status st = icp__diff_before(d, cells, key, &row.was, &faded, &by_column, err);
    for (uint32_t c = 0; st == ICP_OK && c < d->columns; c++)
        d->change[c] = icp__narrow(-by_column[c]);
    if (st == ICP_OK)
        st = icp__diff_now(d, cells, key, &now, &row, &by_column, err);
    if (st != ICP_OK)
        return st;
    for (uint32_t c = 0; c < d->columns; c++)
        d->change[c] = icp__narrow(by_column[c] + d->change[c]);
    row.part[ICP__BY_DECAY] = faded - row.was;
    row.part[ICP__BY_DATA] = now - faded;
    return icp__diff_add(d, &row, err);
}

icp_status icp__diff_stream(struct icp__diff *d, icp_reader *now, const struct icp_progress *p, struct icp_error *err) {
    d->to_read = icp__reader_hint(now);
    const icp_status st = each(d, now, true, false, take_same, d, NULL, p, err);
    d->rows[0] = d->rows[1];
    d->keyless[0] = d->keyless[1];
    return st;
}

/* Two files ----------------------------------------------------------------------------------------------------------------- */

static icp_status too_many(const struct joining *j, struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    where.source = j->batch->source;
    where.row = (int64_t)(j->batch->first_row + j->row);
    return icp__fail_at(err, ICP_E_LIMIT, &where, "the companies of both files need more than max_memory: %llu bytes",
                        (unsigned long long)j->d->ctx->options.max_memory);
}

/* The company of a row, new or known; *out NULL = it has no key. */
static icp_status company_of(struct joining *j, const struct icp__cell *cell, bool now, uint32_t *at, struct icp_error *err) {
    struct icp__diff *d = j->d;
    char host[256];
    const struct icp_str key = icp__key_of(cell, d->o.flags & ICP_DIFF_HOST_KEY ? ICP_KEY_HOST : ICP_KEY_EXACT, host);
    const size_t n = j->keys.count, columns = d->columns;
    bool added = false;
    *at = ICP__NO_KEY;
    if (key.size == 0) {
        d->keyless[now]++;
        return ICP_OK;
    }
    /* Room first: no key is left without. */
    if (!icp__grow(d->ctx, &j->company, &j->cap, n + 1, sizeof *j->company) || !icp__grow(d->ctx, &j->by_column, &j->column_cap, (n + 1) * columns + 1, sizeof *j->by_column))
        return icp__no_memory(err);
    *at = icp__keys_add(&j->keys, key.data, key.size, icp__keys_hash(&j->keys, key.data, key.size), &added);
    if (*at == ICP__NO_KEY)
        return icp__no_memory(err);
    if (!added)
        return ICP_OK;
    memset(&j->company[*at], 0, sizeof *j->company);
    memset(j->by_column + *at * columns, 0, columns * sizeof *j->by_column);
    const uint64_t bytes = icp__keys_bytes(&j->keys) + j->cap * (sizeof *j->company + 2 * sizeof(uint32_t)) + j->column_cap * sizeof *j->by_column;
    return bytes > d->ctx->options.max_memory ? too_many(j, err) : ICP_OK;
}

static icp_status take_before(void *user, const struct icp__cell *cells, const struct icp__cell *key, struct icp_error *err) {
    struct joining *j = user;
    const int64_t *by_column;
    uint32_t at;
    icp_status st = company_of(j, key, false, &at, err);
    if (st != ICP_OK || at == ICP__NO_KEY)
        return st;
    struct company *c = &j->company[at];
    c->before += c->before < UINT32_MAX;
    st = c->before == 1 ? icp__diff_before(j->d, cells, key, &c->was, &c->faded, &by_column, err) : ICP_OK;
    for (uint32_t i = 0; st == ICP_OK && c->before == 1 && i < j->d->columns; i++)
        j->by_column[(size_t)at * j->d->columns + i] = icp__narrow(-by_column[i]);
    return st;
}

static icp_status take_now(void *user, const struct icp__cell *cells, const struct icp__cell *key, struct icp_error *err) {
    struct joining *j = user;
    struct icp__diff_row row;
    const int64_t *by_column;
    int64_t now;
    uint32_t at;
    icp_status st = company_of(j, key, true, &at, err);
    if (st != ICP_OK || at == ICP__NO_KEY)
        return st;
    struct company *c = &j->company[at];
    c->now += c->now < UINT32_MAX;
    if (c->now > 1 || c->before > 1)
        return ICP_OK;
    st = icp__diff_now(j->d, cells, key, &now, &row, &by_column, err);
    if (st != ICP_OK)
        return st;
    memcpy(c->part, row.part, sizeof c->part);
    c->is = row.is;
    c->part[ICP__BY_DECAY] = c->faded - c->was;
    c->part[ICP__BY_DATA] = now - c->faded;
    for (uint32_t i = 0; i < j->d->columns; i++) {
        int32_t *change = &j->by_column[(size_t)at * j->d->columns + i];
        *change = icp__narrow(by_column[i] + *change);
    }
    return ICP_OK;
}

static int by_key(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__key *k = arg;
    return icp__str_compare((struct icp_str){k[a].data, k[a].size}, (struct icp_str){k[b].data, k[b].size});
}

static icp_status write_all(struct joining *j, struct icp_error *err) {
    const size_t n = j->keys.count;
    uint32_t *order = icp__alloc(j->d->ctx, 2 * n + 1, sizeof *order);
    icp_status st = order != NULL ? ICP_OK : icp__no_memory(err);
    for (size_t i = 0; st == ICP_OK && i < n; i++)
        order[i] = (uint32_t)i;
    if (st == ICP_OK)
        icp__sort_index(order, n, order + n, by_key, j->keys.key);
    for (size_t i = 0; st == ICP_OK && i < n; i++) {
        const struct company *c = &j->company[order[i]];
        const struct icp__key *k = &j->keys.key[order[i]];
        struct icp__diff_row row = {.key = {k->data, k->size}, .before = c->before, .now = c->now, .was = c->was, .is = c->is,
                                    .by_column = j->by_column + (size_t)order[i] * j->d->columns};
        memcpy(row.part, c->part, sizeof row.part);
        st = icp__diff_add(j->d, &row, err);
    }
    icp__free(j->d->ctx, order);
    return st;
}

icp_status icp__diff_join(struct icp__diff *d, icp_reader *before, icp_reader *now, const struct icp_progress *p, struct icp_error *err) {
    struct joining j = {.d = d};
    icp__keys_init(&j.keys, d->ctx);
    d->to_read = icp__reader_hint(before) != 0 && icp__reader_hint(now) != 0 ? icp__reader_hint(before) + icp__reader_hint(now) : 0;
    icp_status st = each(d, before, false, true, take_before, &j, &j, p, err);
    d->read = icp__reader_raw(before);
    if (st == ICP_OK)
        st = each(d, now, true, true, take_now, &j, &j, p, err);
    if (st == ICP_OK)
        st = write_all(&j, err);
    icp__keys_free(&j.keys);
    icp__free(d->ctx, j.company);
    icp__free(d->ctx, j.by_column);
    return st;
}
