/* SPDX-License-Identifier: MIT */
/* One account: rings for every timing layer of its model, in memory of a fixed size. */
#include "score/account.h"
#include "base/hash.h"
#include "base/text.h"

#define MAGIC "ICPACC\0\1"
#define HEAD 192u /* magic, model, rings, first, newest, newest_time, broken, name; then rings, then those since the break, then the checksum */

uint32_t icp__timing_parts(const icp_model *m, icp_model *out[ICP__TIMING_LAYERS]) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < m->parts; i++)
        if (m->part[i]->signals != NULL)
            out[n++] = m->part[i];
    return n;
}

bool icp__broken_newer(const struct icp__broken *b, int64_t time, struct icp_str name) {
    char cut[ICP__BREAK_NAME] = {0};
    if (time != b->time)
        return b->time == ICP_TIME_UNKNOWN || time > b->time;
    memcpy(cut, name.data, icp__utf8_cut(name.data, name.size, sizeof cut - 1));
    return memcmp(cut, b->name, sizeof cut) < 0;
}

void icp__broken_set(struct icp__broken *b, int64_t time, struct icp_str name) {
    memset(b->name, 0, sizeof b->name);
    memcpy(b->name, name.data, icp__utf8_cut(name.data, name.size, sizeof b->name - 1));
    b->time = time;
}

icp_status icp_account_new(const icp_model *m, icp_account **out, struct icp_error *err) {
    icp_account own = {.first = -1, .newest = -1, .newest_time = ICP_TIME_UNKNOWN, .broken = {.time = ICP_TIME_UNKNOWN}};
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    own.ctx = m->ctx;
    own.parts = icp__timing_parts(m, own.part);
    if (own.parts == 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer that looks at events");
    for (uint32_t i = 0; i < own.parts; i++)
        own.rings += own.part[i]->signals->rings;
    icp_account *a = icp__calloc(own.ctx, 1, sizeof own + 2 * (size_t)own.rings * sizeof *own.ring);
    if (a == NULL)
        return icp__no_memory(err);
    *a = own;
    a->ring = (struct icp__ring *)(void *)(a + 1);
    a->after = a->ring + own.rings;
    icp_context_ref(a->ctx);
    a->model = icp_model_ref((icp_model *)(uintptr_t)m); /* counting references changes no content */
    *out = a;
    return ICP_OK;
}

void icp_account_free(icp_account *a) {
    if (a == NULL)
        return;
    icp_context *c = a->ctx;
    icp_model_unref(a->model);
    icp__free(c, a);
    icp_context_unref(c);
}

static void add_to(icp_account *a, struct icp__ring *ring, const uint32_t *signal, int64_t day, uint32_t value_weight) {
    for (uint32_t p = 0; p < a->parts; p++) {
        const struct icp__signals *s = a->part[p]->signals;
        for (uint32_t i = 0; i < s->rings; i++, ring++) {
            const uint32_t weight = icp__ring_weight(&s->ring[i], signal[p], value_weight);
            if (weight)
                icp__ring_add(ring, icp__signals_decay(s, i), day, weight);
        }
    }
}

/* An invalidating event empties what is counted since it; later events must not be there yet. */
static icp_status add_break(icp_account *a, int64_t time, struct icp_str type, const uint32_t *signal, struct icp_error *err) {
    bool breaks = false;
    for (uint32_t p = 0; p < a->parts; p++)
        breaks = breaks || icp__signals_breaks(a->part[p]->signals, signal[p], type);
    if (!breaks || !icp__broken_newer(&a->broken, time, type))
        return ICP_OK;
    if (time != a->broken.time) {
        if (a->first >= 0 && a->newest_time >= time)
            return icp__fail(err, ICP_E_STATE, "the invalidating event \"%.*s\" came after later events; make the account anew from its events",
                             (int)(type.size < 64 ? type.size : 64), type.data);
        memset(a->after, 0, a->rings * sizeof *a->after);
    }
    icp__broken_set(&a->broken, time, type);
    return ICP_OK;
}

icp_status icp_account_add(icp_account *a, const struct icp_event *e, struct icp_error *err) {
    struct icp_event own;
    char room[ICP__TYPE_ROOM];
    struct icp_str type;
    uint32_t signal[ICP__TIMING_LAYERS];
    if (a == NULL || e == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "account and event must not be NULL");
    icp_status st = icp__event_check(e, &own, room, &type, err);
    if (st != ICP_OK)
        return st;
    for (uint32_t p = 0; p < a->parts; p++)
        signal[p] = icp__signals_find(a->part[p]->signals, type);
    st = add_break(a, own.time, type, signal, err);
    if (st != ICP_OK)
        return st;
    const int64_t day = own.time / ICP__DAY;
    const uint32_t weight = own.flags & ICP_EVENT_VALUED && own.value == own.value ? icp__value_weight(own.value) : 0; /* NaN is no value */
    add_to(a, a->ring, signal, day, weight);
    if (a->broken.time != ICP_TIME_UNKNOWN && own.time >= a->broken.time)
        add_to(a, a->after, signal, day, weight);
    a->first = a->first < 0 || day < a->first ? day : a->first;
    a->newest = day > a->newest ? day : a->newest;
    a->newest_time = a->newest_time == ICP_TIME_UNKNOWN || own.time > a->newest_time ? own.time : a->newest_time;
    return ICP_OK;
}

struct icp__track icp__account_track(const icp_account *a, const icp_model *part) {
    uint32_t at = 0;
    for (uint32_t p = 0; p < a->parts && a->part[p] != part; p++)
        at += a->part[p]->signals->rings;
    return (struct icp__track){a->first, a->broken.time, a->ring + at, icp__account_broken(a) ? a->after + at : NULL};
}

static size_t saved_size(const icp_account *a) {
    const size_t rings = a->broken.time == ICP_TIME_UNKNOWN ? a->rings : 2 * (size_t)a->rings;
    return HEAD + rings * (ICP__BLOCKS + 1) * 8 + 8;
}

static uint8_t *save_rings(const struct icp__ring *r, uint32_t rings, uint8_t *p) {
    for (uint32_t i = 0; i < rings; i++) {
        icp__put64(p, (uint64_t)r[i].newest);
        p += 8;
        for (uint32_t k = 0; k < ICP__BLOCKS; k++, p += 8)
            icp__put64(p, r[i].sum[k]);
    }
    return p;
}

icp_status icp_account_save(const icp_account *a, void *buf, size_t cap, size_t *size, struct icp_error *err) {
    uint8_t *p = buf;
    if (a == NULL || size == NULL || (cap != 0 && buf == NULL))
        return icp__fail(err, ICP_E_ARGUMENT, "account, size and, with room, buf must not be NULL");
    *size = saved_size(a);
    if (cap < *size)
        return ICP_OK;
    memset(p, 0, HEAD);
    memcpy(p, MAGIC, 8);
    memcpy(p + 8, a->model->info.id, 32);
    icp__put32(p + 40, a->rings), icp__put32(p + 44, ICP__BLOCKS);
    icp__put64(p + 48, (uint64_t)a->first), icp__put64(p + 56, (uint64_t)a->newest);
    icp__put64(p + 64, (uint64_t)a->newest_time), icp__put64(p + 72, (uint64_t)a->broken.time);
    memcpy(p + 80, a->broken.name, ICP__BREAK_NAME);
    p = save_rings(a->ring, a->rings, p + HEAD);
    if (a->broken.time != ICP_TIME_UNKNOWN)
        p = save_rings(a->after, a->rings, p);
    icp__put64(p, icp__hash(buf, *size - 8, 0));
    return ICP_OK;
}

/* What no account can hold is refused: reading shifts and adds without looking. */
static const uint8_t *load_rings(const icp_account *a, struct icp__ring *r, const uint8_t *p, bool *fine) {
    for (uint32_t part = 0; part < a->parts; part++)
        for (uint32_t i = 0; i < a->part[part]->signals->rings; i++, r++) {
            r->newest = (int64_t)icp__get64(p);
            *fine = *fine && r->newest >= 0 && r->newest <= (a->newest < 0 ? 0 : a->newest / (int64_t)icp__signals_decay(a->part[part]->signals, i)->days);
            p += 8;
            for (uint32_t k = 0; k < ICP__BLOCKS; k++, p += 8) {
                r->sum[k] = icp__get64(p);
                *fine = *fine && r->sum[k] <= (a->newest < 0 ? 0 : (uint64_t)1 << 50);
            }
        }
    return p;
}

static bool all_zero(const uint8_t *p, size_t n) {
    while (n > 0 && *p == 0)
        p++, n--;
    return n == 0;
}

/* One way to write a name: nothing behind its end, none without a break. */
static bool good_name(const struct icp__broken *b) {
    const size_t n = b->name[ICP__BREAK_NAME - 1] == '\0' ? strlen(b->name) : ICP__BREAK_NAME;
    return n < ICP__BREAK_NAME && (n == 0) == (b->time == ICP_TIME_UNKNOWN) && icp__utf8_valid(b->name, n) &&
           all_zero((const uint8_t *)b->name + n, ICP__BREAK_NAME - n);
}

static icp_status load(icp_account *a, const uint8_t *p, size_t size, struct icp_error *err) {
    bool fine = true;
    if (icp__get32(p + 40) != a->rings || icp__get32(p + 44) != ICP__BLOCKS)
        return icp__fail(err, ICP_E_FORMAT, "the account has other sums than the model");
    a->first = (int64_t)icp__get64(p + 48), a->newest = (int64_t)icp__get64(p + 56);
    a->newest_time = (int64_t)icp__get64(p + 64), a->broken.time = (int64_t)icp__get64(p + 72);
    memcpy(a->broken.name, p + 80, ICP__BREAK_NAME);
    fine = size == saved_size(a) && a->first >= -1 && a->newest >= a->first && (a->first < 0) == (a->newest_time == ICP_TIME_UNKNOWN) &&
           (a->first < 0 || (a->newest_time >= 0 && a->newest == a->newest_time / ICP__DAY)) && (a->first >= 0 || a->newest < 0) && good_name(&a->broken) &&
           (a->broken.time == ICP_TIME_UNKNOWN || (a->broken.time >= 0 && a->broken.time <= a->newest_time)) && all_zero(p + 80 + ICP__BREAK_NAME, HEAD - 80 - ICP__BREAK_NAME);
    if (!fine)
        return icp__fail(err, ICP_E_FORMAT, "the account's head does not fit together");
    p = load_rings(a, a->ring, p + HEAD, &fine);
    if (a->broken.time != ICP_TIME_UNKNOWN)
        load_rings(a, a->after, p, &fine);
    for (uint32_t i = 0; fine && i < a->rings; i++) /* a part of the whole */
        for (uint32_t k = 0; a->broken.time != ICP_TIME_UNKNOWN && k < ICP__BLOCKS; k++)
            fine = fine && a->after[i].newest <= a->ring[i].newest && (a->after[i].sum[k] == 0 || a->after[i].sum[k] <= a->ring[i].sum[k]);
    return fine ? ICP_OK : icp__fail(err, ICP_E_FORMAT, "the account's sums are out of range");
}

icp_status icp_account_load(const icp_model *m, const void *data, size_t size, icp_account **out, struct icp_error *err) {
    const uint8_t *p = data;
    icp_account *a;
    icp_status st;
    if (m == NULL || data == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model, data and out must not be NULL");
    st = icp_account_new(m, &a, err);
    if (st != ICP_OK)
        return st;
    if (size < HEAD + 8 || memcmp(p, MAGIC, 8) != 0)
        st = icp__fail(err, ICP_E_FORMAT, "not a saved account");
    else if (icp__get64(p + size - 8) != icp__hash(p, size - 8, 0))
        st = icp__fail(err, ICP_E_CHECKSUM, "the account is damaged");
    else if (memcmp(p + 8, m->info.id, 32) != 0)
        st = icp__fail(err, ICP_E_REFERENCE, "the account was saved with another model");
    else
        st = load(a, p, size, err);
    if (st != ICP_OK) {
        icp_account_free(a);
        return st;
    }
    *out = a;
    return ICP_OK;
}
