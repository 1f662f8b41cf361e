/* SPDX-License-Identifier: MIT */
/* Many accounts as of one moment: one table of block sums for all of them, of which each account has only those it needs. */
#include "score/account.h"
#include "base/text.h"

#define FIRST_BITS 12u
#define MOST_SUMS 0xfffffff0u
/* A sum's key: number of the sums 32 bits, part 1, ring 7, segment 3, block 21. */
_Static_assert(ICP__RINGS <= 128, "7 bits");

static uint64_t sum_key(uint32_t sums, uint32_t part, uint32_t ring, uint32_t segment, int64_t block) {
    return (uint64_t)sums << 32 | (uint64_t)part << 31 | (uint64_t)ring << 24 | (uint64_t)segment << 21 | ((uint64_t)block & 0x1fffff);
}

static size_t place_of(const icp_accounts *a, uint64_t key) {
    uint64_t h = (key ^ a->ctx->options.hash_seed) * 0x9E3779B97F4A7C15u;
    h ^= h >> 32;
    return (size_t)(h * 0xC2B2AE3D27D4EB4Fu >> (64 - a->bits));
}

static bool widen(icp_accounts *a) {
    const uint32_t before = a->bits;
    struct icp__sum *old = a->sum, *fresh;
    if (before >= 40 || (fresh = icp__calloc(a->ctx, (size_t)1 << (before ? before + 1 : FIRST_BITS), sizeof *fresh)) == NULL)
        return false;
    a->bits = before ? before + 1 : FIRST_BITS;
    for (size_t i = 0; before && i < (size_t)1 << before; i++) {
        if (old[i].amount == 0)
            continue;
        size_t at = place_of(a, old[i].key);
        while (fresh[at].amount)
            at = (at + 1) & (((size_t)1 << a->bits) - 1);
        fresh[at] = old[i];
    }
    icp__free(a->ctx, old);
    a->sum = fresh;
    return true;
}

static bool add_sum(icp_accounts *a, uint64_t key, uint64_t amount) {
    if ((a->bits == 0 || a->sums + 1 > ((size_t)3 << a->bits) / 4) && !widen(a))
        return false;
    size_t at = place_of(a, key);
    while (a->sum[at].amount && a->sum[at].key != key)
        at = (at + 1) & (((size_t)1 << a->bits) - 1);
    a->sums += a->sum[at].amount == 0;
    a->sum[at].key = key;
    a->sum[at].amount = INT64_MAX - a->sum[at].amount > amount ? a->sum[at].amount + amount : INT64_MAX;
    return true;
}

static uint64_t find_sum(const icp_accounts *a, uint64_t key) {
    if (a->bits == 0)
        return 0;
    for (size_t at = place_of(a, key); a->sum[at].amount; at = (at + 1) & (((size_t)1 << a->bits) - 1))
        if (a->sum[at].key == key)
            return a->sum[at].amount;
    return 0;
}

static icp_status take(void *user, const struct icp__event *e, struct icp_error *err);

static void destroy(icp_accounts *a) {
    icp_context *c = a->ctx;
    for (uint32_t p = 0; p < ICP__TIMING_LAYERS; p++) {
        icp__free(c, a->age[p]);
        icp__free(c, a->count[p]);
        icp__free(c, a->newest[p]);
    }
    icp__event_reading_free(&a->reading);
    icp__keys_free(&a->keys);
    icp__keys_free(&a->types);
    icp__arena_free(&a->arena);
    icp__free(c, a->account);
    icp__free(c, a->sum);
    icp_model_unref(a->model);
    icp__free(c, a);
    icp_context_unref(c);
}

static icp_status start_reading(icp_accounts *a, struct icp_error *err) {
    const struct icp__signals *s = a->part[0]->signals;
    icp__event_reading_init(&a->reading, a->ctx);
    a->reading.key_header = s->key;
    a->reading.key_form = s->key_form;
    a->reading.take = take;
    a->reading.user = a;
    a->future = a->many_events = a->segments_unknown = a->breaks = 0;
    for (uint32_t p = 0; p < a->parts; p++)
        for (uint32_t i = 0; i < a->part[p]->signals->signals; i++) {
            memset(a->age[p] + (size_t)i * ICP__AGES, 0, ICP__AGES * sizeof *a->age[p]);
            a->count[p][i] = 0;
            a->newest[p][i] = -1;
        }
    return a->reading.columns.failed ? icp__no_memory(err) : ICP_OK;
}

static icp_status make(icp_accounts *a, const struct icp_accounts_options *o, struct icp_error *err) {
    icp__arena_init(&a->arena, a->ctx);
    icp__keys_init(&a->keys, a->ctx);
    icp__keys_init(&a->types, a->ctx);
    a->next_sums = 1;
    a->all.time = ICP_TIME_UNKNOWN;
    for (uint32_t p = 0; p < a->parts; p++) {
        const size_t n = a->part[p]->signals->signals;
        a->age[p] = icp__alloc(a->ctx, n * ICP__AGES + 1, sizeof *a->age[p]);
        a->count[p] = icp__alloc(a->ctx, n + 1, sizeof *a->count[p]);
        a->newest[p] = icp__alloc(a->ctx, n + 1, sizeof *a->newest[p]);
        if (a->age[p] == NULL || a->count[p] == NULL || a->newest[p] == NULL)
            return icp__no_memory(err);
    }
    if (o->invalidates != NULL && !icp__event_fold_lines(&a->arena, o->invalidates, o->invalidates_size, &a->invalidates))
        return icp__no_memory(err);
    return start_reading(a, err);
}

icp_status icp_accounts_new(const icp_model *m, int64_t as_of, const struct icp_accounts_options *o, icp_accounts **out, struct icp_error *err) {
    struct icp_accounts_options own;
    icp_model *part[ICP__TIMING_LAYERS] = {NULL, NULL};
    icp_status st = icp__options(o, sizeof own, &own, sizeof own, err);
    if (st != ICP_OK)
        return st;
    if (m == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "model and out must not be NULL");
    if (own.flags != 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "flags must be 0");
    if (own.invalidates == NULL && own.invalidates_size != 0)
        return icp__fail(err, ICP_E_ARGUMENT, "invalidates is NULL but has a size");
    if (as_of < 0 || as_of / ICP__DAY > INT32_MAX)
        return icp__fail(err, ICP_E_ARGUMENT, "as_of is unknown, before 1970 or too far ahead");
    const uint32_t parts = icp__timing_parts(m, part);
    if (parts == 0)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer that looks at events");
    icp_accounts *a = icp__calloc(m->ctx, 1, sizeof *a);
    if (a == NULL)
        return icp__no_memory(err);
    atomic_init(&a->refs, 1);
    a->ctx = icp_context_ref(m->ctx);
    a->model = icp_model_ref((icp_model *)(uintptr_t)m);
    a->parts = parts;
    memcpy(a->part, part, sizeof part);
    a->as_of = as_of;
    st = make(a, &own, err);
    if (st != ICP_OK) {
        destroy(a);
        return st;
    }
    *out = a;
    return ICP_OK;
}

icp_accounts *icp_accounts_ref(icp_accounts *a) {
    if (a != NULL)
        atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
    return a;
}

void icp_accounts_unref(icp_accounts *a) {
    if (a != NULL && atomic_fetch_sub_explicit(&a->refs, 1, memory_order_acq_rel) == 1)
        destroy(a);
}

/* Into all rings that look at the signal; segment 0 = all events or, in sums of their own, those since a break of the account. */
static bool add_event(icp_accounts *a, uint32_t sums, uint32_t segment, const uint32_t signal[ICP__TIMING_LAYERS], int64_t day, uint32_t value_weight) {
    const int64_t now = a->as_of / ICP__DAY;
    for (uint32_t p = 0; p < a->parts; p++) {
        const struct icp__signals *s = a->part[p]->signals;
        for (uint32_t i = 0; i < s->rings; i++) {
            const uint32_t weight = icp__ring_weight(&s->ring[i], signal[p], value_weight);
            const struct icp__decay *d = icp__signals_decay(s, i);
            const int64_t block = icp__decay_block(d, day);
            if (!weight || icp__decay_block(d, now) - block >= (int64_t)ICP__BLOCKS)
                continue;
            if (!add_sum(a, sum_key(sums, p, i, segment, block), icp__decay_amount(d, day, weight)))
                return false;
        }
    }
    return true;
}

static void count_event(icp_accounts *a, const uint32_t signal[ICP__TIMING_LAYERS], int64_t day) {
    const int64_t age = a->as_of / ICP__DAY - day;
    for (uint32_t p = 0; p < a->parts; p++) {
        if (signal[p] == ICP__ANY)
            continue;
        a->count[p][signal[p]]++;
        a->newest[p][signal[p]] = day > a->newest[p][signal[p]] ? day : a->newest[p][signal[p]];
        uint32_t *at = &a->age[p][(size_t)signal[p] * ICP__AGES + (size_t)(age < (int64_t)ICP__AGES - 1 ? age : (int64_t)ICP__AGES - 1)];
        *at += *at < UINT32_MAX;
    }
}

#define TYPES_KEPT 65536u
#define RENEWED_MOST 8u

/* Of each type once, since words are slow to compare. */
static bool invalidates(icp_accounts *a, struct icp_str type) {
    enum icp__break_kind kind;
    bool added = false;
    const uint64_t hash = icp__keys_hash(&a->types, type.data, type.size);
    const uint32_t at = a->types.count < TYPES_KEPT ? icp__keys_add(&a->types, type.data, type.size, hash, &added)
                                                    : icp__keys_find(&a->types, type.data, type.size, hash);
    if (at != ICP__NO_KEY && a->types.key[at].value)
        return a->types.key[at].value == 2;
    bool breaks = icp__event_breaks(a->invalidates, type, &kind);
    for (uint32_t p = 0; !breaks && p < a->parts; p++)
        breaks = icp__event_breaks(a->part[p]->signals->invalidates, type, &kind);
    if (at != ICP__NO_KEY) /* without memory for it the type is compared again next time */
        a->types.key[at].value = 1 + breaks;
    return breaks;
}

/* For all accounts, or those with a trait. Events of this reading were then added without knowing it. */
static icp_status take_for_many(icp_accounts *a, const struct icp__event *e, struct icp_error *err) {
    struct icp__broken *b = &a->all;
    if (!invalidates(a, e->type)) {
        a->many_events++;
        return ICP_OK;
    }
    if (e->key.size > 1) {
        const struct icp_str trait = {e->key.data + 8, e->key.size - 8};
        const int32_t entry = icp_model_find_trait(a->model, ICP_LAYER_FIT, trait.data, trait.size);
        uint32_t i = 0;
        if (entry < 0) {
            a->segments_unknown++;
            return ICP_OK;
        }
        while (i < a->segments && a->segment[i].entry != (uint32_t)entry)
            i++;
        if (i == ICP__SEGMENTS)
            return icp__fail(err, ICP_E_LIMIT, "more than %u segments with invalidating events", ICP__SEGMENTS);
        if (i == a->segments) {
            a->segment[i] = (struct icp__segment_break){(uint32_t)entry, {ICP_TIME_UNKNOWN, {0}}};
            a->segments++;
        }
        b = &a->segment[i].broken;
    }
    a->breaks++;
    if (icp__broken_newer(b, e->last, e->type)) {
        a->again = a->again || (a->counted && e->last != b->time);
        icp__broken_set(b, e->last, e->type);
    }
    return ICP_OK;
}

static struct icp__known_account *account_of(icp_accounts *a, struct icp_str key) {
    bool added = false;
    if (!icp__grow(a->ctx, &a->account, &a->account_cap, a->keys.count + 1, sizeof *a->account)) /* room first: no key is left without */
        return NULL;
    const uint32_t at = icp__keys_add(&a->keys, key.data, key.size, icp__keys_hash(&a->keys, key.data, key.size), &added);
    if (at == ICP__NO_KEY)
        return NULL;
    if (added)
        a->account[at] = (struct icp__known_account){-1, -1, ICP_TIME_UNKNOWN, 0, 0, 0, false, {ICP_TIME_UNKNOWN, {0}}};
    return &a->account[at];
}

static void take_break(icp_accounts *a, struct icp__known_account *k, const struct icp__event *e) {
    if (!invalidates(a, e->type))
        return;
    a->breaks++;
    if (!icp__broken_newer(&k->broken, e->last, e->type))
        return;
    if (e->last != k->broken.time) {
        /* What was counted since an earlier one is left behind in the table: of many a second reading leaves one. */
        a->again = a->again || (k->first >= 0 && k->newest_time >= e->last) || ++k->renewed > RENEWED_MOST;
        k->after = 0;
    }
    icp__broken_set(&k->broken, e->last, e->type);
}

static icp_status take(void *user, const struct icp__event *e, struct icp_error *err) {
    icp_accounts *a = user;
    const int64_t day = e->last / ICP__DAY;
    if (e->last >= a->as_of) {
        a->future++;
        return ICP_OK;
    }
    if (icp__event_for_many(e->key))
        return take_for_many(a, e, err);
    struct icp__known_account *k = account_of(a, e->key);
    if (k == NULL)
        return icp__no_memory(err);
    take_break(a, k, e);
    const int64_t broken = a->all.time > k->broken.time ? a->all.time : k->broken.time;
    const bool after = broken != ICP_TIME_UNKNOWN && e->last >= broken;
    if (a->next_sums >= MOST_SUMS)
        return icp__fail(err, ICP_E_LIMIT, "too many accounts");
    k->sums = k->sums ? k->sums : a->next_sums++;
    if (after && !k->after)
        k->after = a->next_sums++;
    uint32_t signal[ICP__TIMING_LAYERS] = {ICP__ANY, ICP__ANY};
    for (uint32_t p = 0; p < a->parts; p++)
        signal[p] = icp__signals_find(a->part[p]->signals, e->type);
    const uint32_t weight = e->valued ? icp__value_weight(e->value) : 0;
    bool fine = add_event(a, k->sums, 0, signal, day, weight) && (!after || add_event(a, k->after, 0, signal, day, weight));
    for (uint32_t i = 0; fine && i < a->segments; i++)
        fine = e->last < a->segment[i].broken.time || add_event(a, k->sums, i + 1, signal, day, weight);
    if (!fine)
        return icp__no_memory(err);
    k->first = k->first < 0 || day < k->first ? (int32_t)day : k->first;
    k->newest = day > k->newest ? (int32_t)day : k->newest;
    k->newest_time = k->newest_time == ICP_TIME_UNKNOWN || e->last > k->newest_time ? e->last : k->newest_time;
    count_event(a, signal, day);
    a->counted = true;
    return ICP_OK;
}

icp_status icp_accounts_add(icp_accounts *a, icp_reader *r, const struct icp_event_columns *columns, const struct icp_progress *p, struct icp_error *err) {
    struct icp__fpenv env;
    if (a == NULL || r == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "accounts and reader must not be NULL");
    icp_status st = icp__progress_check(p, err);
    if (st == ICP_OK)
        st = icp__event_columns_ask(columns, &a->reading.ask, err);
    if (st != ICP_OK)
        return st;
    icp__fpenv_enter(&env);
    st = icp__event_reading_run(&a->reading, r, p, err);
    icp__fpenv_leave(&env);
    return st;
}

icp_status icp_accounts_add_event(icp_accounts *a, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err) {
    if (a == NULL || key == NULL || e == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "accounts, key and event must not be NULL");
    return icp__event_reading_one(&a->reading, key, key_size, e, err);
}

int32_t icp_accounts_again(icp_accounts *a) {
    if (a == NULL || !a->again)
        return 0;
    if (a->bits)
        memset(a->sum, 0, ((size_t)1 << a->bits) * sizeof *a->sum);
    a->sums = 0;
    a->next_sums = 1;
    a->again = a->counted = false;
    for (size_t i = 0; i < a->keys.count; i++) {
        struct icp__known_account *k = &a->account[i];
        k->first = k->newest = -1;
        k->newest_time = ICP_TIME_UNKNOWN;
        k->sums = k->after = k->renewed = 0;
    }
    icp__event_reading_free(&a->reading);
    start_reading(a, NULL);
    return 1;
}

uint32_t icp__accounts_find(const icp_accounts *a, const struct icp__cell *cell) {
    char host[256];
    const struct icp_str key = cell->data == NULL ? (struct icp_str){NULL, 0} : icp__key_of(cell, a->reading.key_form, host);
    uint32_t at;
    if (key.size == 0)
        return ICP__NO_KEY;
    at = icp__keys_find(&a->keys, key.data, key.size, icp__keys_hash(&a->keys, key.data, key.size));
    if (at == ICP__NO_KEY || a->account[at].first < 0)
        return ICP__NO_KEY;
    atomic_store_explicit(&a->account[at].asked, true, memory_order_relaxed);
    return at;
}

const struct icp__broken *icp__accounts_break(const icp_accounts *a, uint32_t account, bool (*has)(const void *user, uint32_t entry), const void *user, uint32_t *set) {
    const struct icp__known_account *k = &a->account[account];
    const struct icp__broken *newest = a->all.time > k->broken.time ? &a->all : &k->broken;
    *set = 0; /* an event that nothing comes before discounts nothing */
    for (uint32_t i = 0; has != NULL && i < a->segments; i++)
        if (a->segment[i].broken.time > newest->time && has(user, a->segment[i].entry)) {
            newest = &a->segment[i].broken;
            *set = i + 1;
        }
    return newest->time == ICP_TIME_UNKNOWN || k->first >= newest->time / ICP__DAY ? NULL : newest;
}

static void fill(const icp_accounts *a, const struct icp__known_account *k, uint32_t sums, uint32_t part, uint32_t segment, const struct icp__signals *s,
                 struct icp__ring *ring) {
    for (uint32_t i = 0; i < s->rings; i++) {
        const struct icp__decay *d = icp__signals_decay(s, i);
        const int64_t now = icp__decay_block(d, a->as_of / ICP__DAY), newest = icp__decay_block(d, k->newest), first = icp__decay_block(d, k->first);
        const int64_t oldest = now - first < (int64_t)ICP__BLOCKS ? first : now - (int64_t)ICP__BLOCKS + 1;
        memset(&ring[i], 0, sizeof ring[i]); /* filled from the newest block back, so that no older one is in its way */
        for (int64_t block = newest; sums && block >= oldest; block--) {
            const uint64_t amount = find_sum(a, sum_key(sums, part, i, segment, block));
            if (amount)
                icp__ring_put(&ring[i], block, amount);
        }
    }
}

struct icp__track icp__accounts_track(const icp_accounts *a, uint32_t account, const icp_model *part, const struct icp__broken *broken, uint32_t set,
                                      struct icp__ring *ring, struct icp__ring *after) {
    const struct icp__known_account *k = &a->account[account];
    uint32_t p = 0;
    while (p + 1 < a->parts && a->part[p] != part)
        p++;
    fill(a, k, k->sums, p, 0, part->signals, ring);
    if (broken != NULL)
        fill(a, k, set ? k->sums : k->after, p, set, part->signals, after);
    return (struct icp__track){k->first, broken != NULL ? broken->time : ICP_TIME_UNKNOWN, ring, broken != NULL ? after : NULL};
}

icp_status icp_accounts_account(const icp_accounts *a, const char *key, size_t size, icp_account **out, struct icp_error *err) {
    const struct icp__cell cell = {key, size};
    struct icp__ring *ring, *after;
    icp_account *own;
    uint32_t set;
    if (a == NULL || key == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "accounts, key and out must not be NULL");
    const uint32_t at = icp__accounts_find(a, &cell);
    if (at == ICP__NO_KEY)
        return icp__fail(err, ICP_E_NO_MATCH, "no event names \"%.*s\"", (int)(size < 64 ? size : 64), key);
    icp_status st = icp_account_new(a->model, &own, err);
    if (st != ICP_OK)
        return st;
    const struct icp__broken *broken = icp__accounts_break(a, at, NULL, NULL, &set);
    ring = own->ring, after = own->after;
    for (uint32_t p = 0; p < a->parts; p++) {
        icp__accounts_track(a, at, a->part[p], broken, set, ring, after);
        ring += a->part[p]->signals->rings, after += a->part[p]->signals->rings;
    }
    own->first = a->account[at].first;
    own->newest = a->account[at].newest;
    own->newest_time = a->account[at].newest_time;
    if (broken != NULL)
        own->broken = *broken;
    *out = own;
    return ICP_OK;
}
