/* SPDX-License-Identifier: MIT */
/* Events as 16 bytes each, put in order by counting. Memory is bounded: of very many events those of a part of the accounts are kept. */
#include "timing/history.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/sort.h"
#include "base/text.h"
#include "ingest/rows.h"
#include "timing/decay.h"

static icp_status take_event(void *user, const struct icp__event *e, struct icp_error *err);
static icp_status take_outcome(void *user, const struct icp__event *e, struct icp_error *err);

void icp__history_init(struct icp__history *h, icp_context *c, struct icp_str key_header, int32_t key_form, uint64_t seed) {
    struct icp__event_reading *const readings[] = {&h->reading, &h->decisions};
    memset(h, 0, sizeof *h);
    h->ctx = c;
    h->as_of = ICP_TIME_UNKNOWN;
    h->seed = seed;
    h->keep_below = UINT64_MAX;
    h->most = ICP__HISTORY_MOST;
    icp__keys_init(&h->accounts, c);
    icp__keys_init(&h->types, c);
    for (int i = 0; i < 2; i++) {
        icp__event_reading_init(readings[i], c);
        readings[i]->key_header = key_header;
        readings[i]->key_form = key_form;
        readings[i]->user = h;
        readings[i]->take = i ? take_outcome : take_event;
    }
}

void icp__history_unsettle(struct icp__history *h) {
    icp__free(h->ctx, h->order);
    icp__free(h->ctx, h->first_event);
    icp__free(h->ctx, h->first_outcome);
    icp__free(h->ctx, h->first_break);
    h->order = h->first_event = h->first_outcome = h->first_break = NULL;
}

void icp__history_free(struct icp__history *h) {
    if (!h->ctx)
        return;
    icp__keys_free(&h->accounts);
    icp__keys_free(&h->types);
    icp__event_reading_free(&h->reading);
    icp__event_reading_free(&h->decisions);
    icp__history_unsettle(h);
    icp__free(h->ctx, h->hash);
    icp__free(h->ctx, h->type);
    icp__free(h->ctx, h->event);
    icp__free(h->ctx, h->outcome);
    icp__free(h->ctx, h->broke);
    icp__free(h->ctx, h->all_broke);
    memset(h, 0, sizeof *h);
}

/* Leaves out what belongs to accounts that are no longer kept. */
static void thin_out(struct icp__history *h) {
    size_t n = 0;
    for (size_t i = 0; i < h->events; i++)
        if (h->hash[h->event[i].account] < h->keep_below)
            h->event[n++] = h->event[i];
    h->events = n, n = 0;
    for (size_t i = 0; i < h->outcomes; i++)
        if (h->hash[h->outcome[i].account] < h->keep_below)
            h->outcome[n++] = h->outcome[i];
    h->outcomes = n, n = 0;
    for (size_t i = 0; i < h->breaks; i++)
        if (h->hash[h->broke[i].account] < h->keep_below)
            h->broke[n++] = h->broke[i];
    h->breaks = n;
}

static bool is_kept(const struct icp__history *h, uint32_t account) { return h->hash[account] < h->keep_below; }

/* After each record: the bound that holds in the end is the largest under which there are not too many, whatever the order of the rows. */
static void bound(struct icp__history *h) {
    while (h->events + h->outcomes + h->breaks > h->most && h->keep_below > 1) {
        h->keep_below /= 2;
        thin_out(h);
    }
}

/* ICP__NO_KEY = not kept, or (with *memory) no memory. */
static uint32_t account_of(struct icp__history *h, struct icp_str key, bool *memory) {
    bool added = false;
    const uint64_t hash = icp__hash(key.data, key.size, h->seed);
    if (hash >= h->keep_below)
        return ICP__NO_KEY;
    const uint32_t at = icp__grow(h->ctx, &h->hash, &h->hash_cap, h->accounts.count + 1, sizeof *h->hash) /* room first: no key is left without */
                            ? icp__keys_add(&h->accounts, key.data, key.size, icp__keys_hash(&h->accounts, key.data, key.size), &added)
                            : ICP__NO_KEY;
    if (at == ICP__NO_KEY) {
        *memory = false;
        return ICP__NO_KEY;
    }
    if (added)
        h->hash[at] = hash;
    return at;
}

/* A row for all accounts or a segment; only invalidating ones make sense. */
static icp_status take_for_many(struct icp__history *h, const struct icp__event *e, int32_t day, struct icp_error *err) {
    enum icp__break_kind kind;
    if (!icp__event_breaks(h->invalidates, e->type, &kind)) {
        h->many_events++;
    } else if (e->key.size > 1) {
        h->segment_breaks++;
    } else {
        if (!icp__grow(h->ctx, &h->all_broke, &h->all_break_cap, h->all_breaks + 1, sizeof *h->all_broke))
            return icp__no_memory(err);
        h->all_broke[h->all_breaks++] = day;
    }
    return ICP_OK;
}

static icp_status type_of(struct icp__history *h, const struct icp__event *e, int32_t day, uint16_t *out, struct icp_error *err) {
    bool added = false;
    if (!icp__grow(h->ctx, &h->type, &h->type_cap, h->types.count + 1, sizeof *h->type)) /* room first: no type is left without */
        return icp__no_memory(err);
    const uint32_t at = icp__keys_add(&h->types, e->type.data, e->type.size, icp__keys_hash(&h->types, e->type.data, e->type.size), &added);
    if (at == ICP__NO_KEY)
        return icp__no_memory(err);
    if (at >= ICP__TYPES_MOST)
        return icp__fail(err, ICP_E_LIMIT, "more than %u different types of events: is the column of types the right one?", ICP__TYPES_MOST);
    struct icp__history_type *t = &h->type[at];
    if (added) {
        enum icp__break_kind kind;
        *t = (struct icp__history_type){0, 0, day, day, icp__event_breaks(h->invalidates, e->type, &kind)};
    }
    t->events++;
    t->valued += e->valued;
    t->first = day < t->first ? day : t->first;
    t->newest = day > t->newest ? day : t->newest;
    *out = (uint16_t)at;
    return ICP_OK;
}

static icp_status take_event(void *user, const struct icp__event *e, struct icp_error *err) {
    struct icp__history *h = user;
    bool memory = true;
    if (h->as_of != ICP_TIME_UNKNOWN && e->last >= h->as_of) {
        h->future++;
        return ICP_OK;
    }
    const int32_t day = (int32_t)(e->last / ICP__DAY);
    if (icp__event_for_many(e->key))
        return take_for_many(h, e, day, err);
    h->last_day = day > h->last_day ? day : h->last_day;
    const uint32_t account = account_of(h, e->key, &memory);
    struct icp__happened x = {.account = account, .day = day, .weight = e->valued ? icp__value_weight(e->value) : 0};
    const icp_status s = memory ? type_of(h, e, day, &x.type, err) : icp__no_memory(err);
    if (s || account == ICP__NO_KEY)
        return s;
    if (!icp__grow(h->ctx, &h->event, &h->event_cap, h->events + 1, sizeof *h->event))
        return icp__no_memory(err);
    h->event[h->events++] = x;
    bound(h);
    if (!h->type[x.type].breaks || !is_kept(h, account))
        return ICP_OK;
    if (!icp__grow(h->ctx, &h->broke, &h->break_cap, h->breaks + 1, sizeof *h->broke))
        return icp__no_memory(err);
    h->broke[h->breaks++] = (struct icp__broke){account, day};
    bound(h);
    return ICP_OK;
}

static void note_unknown(struct icp__history *h, struct icp_str type) {
    const struct icp_str before = {h->unknown_outcome, strlen(h->unknown_outcome)};
    const struct icp_str now = {type.data, icp__utf8_cut(type.data, type.size, sizeof h->unknown_outcome - 1)};
    if (h->unknown_outcomes++ && icp__str_compare(before, now) <= 0)
        return;
    memcpy(h->unknown_outcome, now.data, now.size);
    h->unknown_outcome[now.size] = '\0';
}

static icp_status take_outcome(void *user, const struct icp__event *e, struct icp_error *err) {
    struct icp__history *h = user;
    const enum icp__outcome_kind kind = icp__outcome_kind_of(e->type);
    bool memory = true;
    if (h->as_of != ICP_TIME_UNKNOWN && e->last >= h->as_of) {
        h->future_outcomes++;
        return ICP_OK;
    }
    if (!kind || icp__event_for_many(e->key)) {
        note_unknown(h, e->type);
        return ICP_OK;
    }
    const int32_t day = (int32_t)(e->last / ICP__DAY);
    h->last_day = day > h->last_day ? day : h->last_day;
    h->by_kind[kind]++;
    const uint32_t account = account_of(h, e->key, &memory);
    if (!memory)
        return icp__no_memory(err);
    if (account == ICP__NO_KEY)
        return ICP_OK;
    if (!icp__grow(h->ctx, &h->outcome, &h->outcome_cap, h->outcomes + 1, sizeof *h->outcome))
        return icp__no_memory(err);
    h->outcome[h->outcomes++] = (struct icp__decided){account, day, (uint32_t)kind};
    bound(h);
    return ICP_OK;
}

icp_status icp__history_add_events(struct icp__history *h, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    icp__history_unsettle(h);
    return icp__event_reading_run(&h->reading, r, p, err);
}

icp_status icp__history_add_outcomes(struct icp__history *h, icp_reader *r, const struct icp_progress *p, struct icp_error *err) {
    icp__history_unsettle(h);
    return icp__event_reading_run(&h->decisions, r, p, err);
}

static int by_hash(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__history *h = arg;
    const struct icp__key *x = &h->accounts.key[a], *y = &h->accounts.key[b];
    return icp__key_compare(h->hash[a], (struct icp_str){x->data, x->size}, h->hash[b], (struct icp_str){y->data, y->size});
}

/* Records of `size` bytes that begin with their account, by the account's place; then each account's by `later`. */
struct sorting {
    void *record;
    size_t count, size;
    const uint32_t *place;
    bool (*later)(const struct icp__history *h, const void *a, const void *b); /* a stands behind b */
};

static bool sort_records(const struct icp__history *h, const struct sorting *s, uint32_t **first) {
    const size_t accounts = h->kept;
    uint32_t *start = icp__calloc(h->ctx, accounts + 2, sizeof *start);
    char *sorted = icp__alloc(h->ctx, s->count + 1, s->size), *record = s->record;
    if (!start || !sorted) {
        icp__free(h->ctx, start);
        icp__free(h->ctx, sorted);
        return false;
    }
    for (size_t i = 0; i < s->count; i++) {
        uint32_t account;
        memcpy(&account, record + i * s->size, sizeof account);
        start[s->place[account] + 2]++;
    }
    for (size_t k = 2; k < accounts + 2; k++)
        start[k] += start[k - 1];
    for (size_t i = 0; i < s->count; i++) {
        uint32_t account;
        memcpy(&account, record + i * s->size, sizeof account);
        memcpy(sorted + start[s->place[account] + 1]++ * s->size, record + i * s->size, s->size);
    }
    for (size_t k = 0; k < accounts; k++) { /* Shell's sort: most accounts have few */
        const size_t n = start[k + 1] - start[k];
        char *base = sorted + (size_t)start[k] * s->size, held[sizeof(struct icp__happened)];
        size_t gap = 1;
        while (gap < n / 3)
            gap = gap * 3 + 1;
        for (; gap > 0; gap /= 3)
            for (size_t i = gap; i < n; i++) {
                size_t at = i;
                memcpy(held, base + i * s->size, s->size);
                for (; at >= gap && s->later(h, base + (at - gap) * s->size, held); at -= gap)
                    memcpy(base + at * s->size, base + (at - gap) * s->size, s->size);
                memcpy(base + at * s->size, held, s->size);
            }
    }
    if (s->count)
        memcpy(record, sorted, s->count * s->size);
    icp__free(h->ctx, sorted);
    *first = start;
    return true;
}

static bool event_later(const struct icp__history *h, const void *a, const void *b) {
    const struct icp__happened *x = a, *y = b;
    if (x->day != y->day)
        return x->day > y->day;
    if (x->weight != y->weight)
        return x->weight > y->weight;
    const struct icp__key *p = &h->types.key[x->type], *q = &h->types.key[y->type];
    return icp__str_compare((struct icp_str){p->data, p->size}, (struct icp_str){q->data, q->size}) > 0;
}

static bool outcome_later(const struct icp__history *h, const void *a, const void *b) {
    const struct icp__decided *x = a, *y = b;
    (void)h;
    return x->day != y->day ? x->day > y->day : x->kind > y->kind;
}

static bool break_later(const struct icp__history *h, const void *a, const void *b) {
    const struct icp__broke *x = a, *y = b;
    (void)h;
    return x->day > y->day;
}

/* An outcome said twice is one: the same kind on the same day. Of breaks a day has one. Equal records stand together. */
static size_t drop_repeats(void *record, size_t size, uint32_t *first, uint32_t accounts) {
    char *p = record;
    size_t n = 0, at = 0;
    for (uint32_t k = 0; k < accounts; k++) {
        const size_t end = first[k + 1], begin = n;
        for (first[k] = (uint32_t)n; at < end; at++)
            if (n == begin || memcmp(p + (n - 1) * size, p + at * size, size) != 0)
                memmove(p + n++ * size, p + at * size, size);
    }
    first[accounts] = (uint32_t)n;
    return n;
}

/* Of what concerns all accounts a day has one too. */
static bool settle_all(struct icp__history *h) {
    double *days = icp__alloc(h->ctx, 2 * h->all_breaks + 1, sizeof *days);
    if (!days)
        return false;
    for (size_t i = 0; i < h->all_breaks; i++)
        days[i] = h->all_broke[i];
    icp__sort_doubles(days, h->all_breaks, days + h->all_breaks);
    size_t n = 0;
    for (size_t i = 0; i < h->all_breaks; i++)
        if (n == 0 || h->all_broke[n - 1] != (int32_t)days[i])
            h->all_broke[n++] = (int32_t)days[i];
    h->all_breaks = n;
    icp__free(h->ctx, days);
    return true;
}

icp_status icp__history_settle(struct icp__history *h, struct icp_error *err) {
    const size_t n = h->accounts.count;
    if (h->order)
        return ICP_OK;
    uint32_t *order = icp__alloc(h->ctx, n + 1, sizeof *order), *place = icp__alloc(h->ctx, n + 1, sizeof *place);
    bool fine = order && place;
    if (fine) {
        h->kept = 0;
        for (size_t i = 0; i < n; i++)
            if (h->hash[i] < h->keep_below)
                order[h->kept++] = (uint32_t)i;
        icp__sort_index(order, h->kept, place, by_hash, h);
        for (uint32_t i = 0; i < h->kept; i++)
            place[order[i]] = i;
        const struct sorting events = {h->event, h->events, sizeof *h->event, place, event_later};
        const struct sorting outcomes = {h->outcome, h->outcomes, sizeof *h->outcome, place, outcome_later};
        const struct sorting breaks = {h->broke, h->breaks, sizeof *h->broke, place, break_later};
        fine = sort_records(h, &events, &h->first_event) && sort_records(h, &outcomes, &h->first_outcome) && sort_records(h, &breaks, &h->first_break) && settle_all(h);
    }
    if (fine) {
        h->outcomes = drop_repeats(h->outcome, sizeof *h->outcome, h->first_outcome, h->kept);
        h->breaks = drop_repeats(h->broke, sizeof *h->broke, h->first_break, h->kept);
    }
    icp__free(h->ctx, place);
    if (!fine) {
        icp__free(h->ctx, order);
        icp__history_unsettle(h);
        return icp__no_memory(err);
    }
    h->order = order;
    return ICP_OK;
}

static void write_columns(const struct icp__event_reading *r, struct icp__bytes *json) {
    icp__bytes_text(json, ",\"columns\":");
    icp__bytes_add(json, r->columns.data, r->columns.size);
}

static void write_counts(const struct icp__event_reading *r, uint64_t future, bool model, struct icp__bytes *json) {
    if (!model) {
        icp__event_counts_write(&r->counts, json);
        icp__json_member(json, "future", future);
        return;
    }
    icp__bytes_print(json, "\"events\":%llu", (unsigned long long)(r->counts.events - future));
}

/* Of how many accounts one is kept. */
static uint64_t kept_part(const struct icp__history *h) {
    uint64_t part = 1;
    for (uint64_t below = UINT64_MAX; below > h->keep_below; below /= 2)
        part *= 2;
    return part;
}

void icp__history_report(const struct icp__history *h, bool model, struct icp__bytes *json) {
    static const char *const kinds[ICP__OUTCOMES] = {"", "converted", "lost", "expanded", "renewed", "churned"};
    icp__bytes_text(json, "{\"events\":{");
    write_counts(&h->reading, h->future, model, json);
    icp__json_member(json, "types", h->types.count);
    if (!model)
        write_columns(&h->reading, json);
    icp__bytes_text(json, "},\"outcomes\":{");
    write_counts(&h->decisions, h->future_outcomes, model, json);
    icp__json_member(json, "not_an_outcome", h->unknown_outcomes);
    if (h->unknown_outcomes) {
        icp__bytes_text(json, ",\"not_an_outcome_example\":");
        icp__json_strz(json, h->unknown_outcome);
    }
    for (int k = 1; k < ICP__OUTCOMES; k++)
        icp__json_member(json, kinds[k], h->by_kind[k]);
    if (!model)
        write_columns(&h->decisions, json);
    icp__bytes_text(json, "}");
    uint64_t kept = 0;
    for (size_t i = 0; i < h->accounts.count; i++)
        kept += h->hash[i] < h->keep_below;
    icp__json_member(json, "accounts", kept);
    icp__json_member(json, "accounts_kept_one_in", kept_part(h));
    icp__json_member(json, "invalidating", h->breaks + h->all_breaks);
    icp__json_member(json, "invalidating_segments", h->segment_breaks);
    icp__json_member(json, "for_many_left_out", h->many_events);
    icp__bytes_text(json, "}");
}
