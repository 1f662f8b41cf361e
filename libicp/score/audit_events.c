/* SPDX-License-Identifier: MIT */
/* How stale the events of many accounts are, by signal and by account (doc/timing.md). */
#include "base/json.h"
#include "base/sort.h"
#include "model/playbook.h"
#include "score/account.h"
#include "trait/parse.h"

#define LISTED 100u
#define STALE_VERDICT 500 /* thousandths */

struct auditing {
    const icp_accounts *a;
    const icp_model *part;
    const struct icp__signals *s;
    uint32_t p; /* number of the part */
    int64_t day;
    struct icp__ring *ring, *after;
    int64_t *mass, *old;   /* [signals] decayed counts in thousandths; of these stale */
    int32_t *stale;        /* [accounts] thousandths, -1 = nothing counts */
    uint64_t known, mostly; /* accounts with events; of these mostly stale */
};

/* The ring that counts a signal with its own half-life, or its weeks. */
static uint32_t ring_of(const struct icp__signals *s, uint32_t signal) {
    for (uint32_t r = 0; r < s->rings; r++)
        if (s->ring[r].signal == signal && !s->ring[r].value)
            return r;
    return ICP__ANY;
}

static void look_at_account(struct auditing *k, uint32_t account) {
    uint32_t set;
    const struct icp__broken *broken = icp__accounts_break(k->a, account, NULL, NULL, &set);
    const struct icp__track t = icp__accounts_track(k->a, account, k->part, broken, set, k->ring, k->after);
    for (uint32_t i = 0; i < k->s->signals; i++) {
        const uint32_t r = ring_of(k->s, i);
        if (r == ICP__ANY)
            continue;
        const struct icp__ring *after = t.after != NULL ? &t.after[r] : NULL;
        const struct icp__decay *d = icp__signals_decay(k->s, r);
        int64_t old;
        k->mass[i] += icp__ring_read_with_old(&t.ring[r], after, d, k->day, k->s->ring[r].flat ? ICP__RECENT_WEEKS : ICP__STALE_BLOCKS, &old);
        k->old[i] += old;
    }
    k->stale[account] = icp__signals_stale(k->s, &t, k->day);
    k->known++;
    k->mostly += k->stale[account] > STALE_VERDICT;
}

static int64_t median_age(const uint32_t *age) {
    uint64_t n = 0, sum = 0;
    for (uint32_t d = 0; d < ICP__AGES; d++)
        n += age[d];
    for (uint32_t d = 0; n && d < ICP__AGES; d++)
        if (2 * (sum += age[d]) >= n)
            return d;
    return -1;
}

static void write_day(struct icp__bytes *b, const char *name, int64_t day) {
    char text[10];
    icp__date_print(day, text);
    if (day < 0)
        icp__bytes_print(b, ",\"%s\":null", name);
    else
        icp__bytes_print(b, ",\"%s\":\"%.*s\"", name, 10, text);
}

static void write_signal(const struct auditing *k, uint32_t i, struct icp__bytes *b) {
    const struct icp__signal *s = &k->s->signal[i];
    const bool flat = k->s->assumed;
    const int64_t share = k->mass[i] > 0 ? k->old[i] * 1000 / k->mass[i] : -1;
    const uint32_t threshold = flat ? ICP__RECENT_WEEKS * ICP__WEEK : ICP__STALE_BLOCKS * icp__half_life_days[s->half_life.at];
    icp__bytes_text(b, i ? ",{\"type\":" : "{\"type\":");
    icp__json_string(b, s->type.data, s->type.size);
    icp__json_member(b, "events", (int64_t)k->a->count[k->p][i]);
    write_day(b, "newest", k->a->newest[k->p][i]);
    icp__json_member(b, "median_age_days", median_age(k->a->age[k->p] + (size_t)i * ICP__AGES));
    icp__json_member(b, "stale_after_days", threshold);
    icp__json_member(b, "stale_thousandths", share);
    if (!flat) {
        icp__json_member(b, "half_life_days", icp__half_life_days[s->half_life.at]);
        icp__json_member(b, "low_days", icp__half_life_days[s->half_life.low]);
        icp__json_member(b, "high_days", icp__half_life_days[s->half_life.high]);
        icp__bytes_print(b, ",\"half_life\":\"%s\"", s->half_life.measured ? "measured" : "not enough data: assumed");
    }
    icp__bytes_print(b, ",\"verdict\":\"%s\"}", share < 0 ? "silent" : flat ? "assumed" : share > STALE_VERDICT ? "stale" : "fresh");
}

/* Most stale first; equal ones by key. */
static int by_staleness(const void *arg, uint32_t a, uint32_t b) {
    const struct auditing *k = arg;
    if (k->stale[a] != k->stale[b])
        return k->stale[a] > k->stale[b] ? -1 : 1;
    return icp__str_compare((struct icp_str){k->a->keys.key[a].data, k->a->keys.key[a].size}, (struct icp_str){k->a->keys.key[b].data, k->a->keys.key[b].size});
}

static bool write_accounts(const struct auditing *k, struct icp__bytes *b) {
    uint32_t n = 0, *order = icp__alloc(k->a->ctx, 2 * k->a->keys.count + 1, sizeof *order);
    if (order == NULL)
        return false;
    for (uint32_t i = 0; i < k->a->keys.count; i++)
        if (k->stale[i] >= 0)
            order[n++] = i;
    icp__sort_index(order, n, order + n, by_staleness, k);
    icp__bytes_text(b, ",\"list\":[");
    for (uint32_t i = 0; i < n && i < LISTED; i++) {
        const struct icp__key *key = &k->a->keys.key[order[i]];
        icp__bytes_text(b, i ? ",{\"key\":" : "{\"key\":");
        icp__json_string(b, key->data, key->size);
        icp__json_member(b, "stale_thousandths", k->stale[order[i]]);
        write_day(b, "newest", k->a->account[order[i]].newest);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
    icp__free(k->a->ctx, order);
    return true;
}

static icp_status write(struct auditing *k, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    icp__bytes_init(&b, k->a->ctx);
    icp__bytes_print(&b, "{\"version\":1,\"layer\":\"%s\"", icp__layer_names[k->s->layer]);
    write_day(&b, "as_of", k->day);
    icp__bytes_print(&b, ",\"assumed\":%s", k->s->assumed ? "true" : "false");
    icp__bytes_print(&b, ",\"threshold\":\"%s\",\"signals\":[", k->s->assumed ? "four weeks" : "three half-lives: an event then counts an eighth");
    for (uint32_t i = 0; i < k->s->signals; i++)
        write_signal(k, i, &b);
    icp__bytes_print(&b, "],\"accounts\":{\"with_events\":%llu,\"mostly_stale\":%llu", (unsigned long long)k->known, (unsigned long long)k->mostly);
    if (!write_accounts(k, &b)) {
        icp__bytes_free(&b);
        return icp__no_memory(err);
    }
    icp__bytes_text(&b, "}}");
    return icp__bytes_finish(&b, json, err);
}

icp_status icp_accounts_audit(const icp_accounts *a, int32_t layer, icp_buffer **json, struct icp_error *err) {
    struct auditing k = {.a = a};
    struct icp__fpenv env;
    if (a == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "accounts and json must not be NULL");
    while (k.p < a->parts && (int32_t)a->part[k.p]->layer != layer)
        k.p++;
    if (k.p == a->parts)
        return icp__fail(err, ICP_E_UNSUPPORTED, "the model has no layer %d that looks at events", layer);
    k.part = a->part[k.p];
    k.s = k.part->signals;
    k.day = a->as_of / ICP__DAY;
    k.ring = icp__alloc(a->ctx, 2 * (size_t)k.s->rings + 1, sizeof *k.ring);
    k.mass = icp__calloc(a->ctx, 2 * (size_t)k.s->signals + 1, sizeof *k.mass);
    k.stale = icp__alloc(a->ctx, a->keys.count + 1, sizeof *k.stale);
    icp_status st = k.ring != NULL && k.mass != NULL && k.stale != NULL ? ICP_OK : icp__no_memory(err);
    if (st == ICP_OK) {
        k.after = k.ring + k.s->rings;
        k.old = k.mass + k.s->signals;
        icp__fpenv_enter(&env);
        for (uint32_t i = 0; i < a->keys.count; i++)
            if (a->account[i].first >= 0)
                look_at_account(&k, i);
            else
                k.stale[i] = -1;
        icp__fpenv_leave(&env);
        st = write(&k, json, err);
    }
    icp__free(a->ctx, k.ring);
    icp__free(a->ctx, k.mass);
    icp__free(a->ctx, k.stale);
    return st;
}

icp_status icp_accounts_report(const icp_accounts *a, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    uint64_t with_events = 0, asked = 0;
    if (a == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "accounts and json must not be NULL");
    for (size_t i = 0; i < a->keys.count; i++)
        with_events += a->account[i].first >= 0, asked += a->account[i].asked;
    icp__bytes_init(&b, a->ctx);
    icp__bytes_text(&b, "{\"version\":1,\"events\":{");
    icp__event_counts_write(&a->reading.counts, &b);
    icp__json_member(&b, "future", (int64_t)a->future);
    icp__bytes_text(&b, ",\"columns\":");
    icp__bytes_add(&b, a->reading.columns.data, a->reading.columns.size);
    icp__bytes_print(&b, "},\"accounts\":%llu", (unsigned long long)with_events);
    icp__json_member(&b, "accounts_scored", (int64_t)asked);
    icp__json_member(&b, "invalidating", (int64_t)a->breaks);
    icp__json_member(&b, "segments_without_trait", (int64_t)a->segments_unknown);
    icp__json_member(&b, "for_many_left_out", (int64_t)a->many_events);
    icp__bytes_text(&b, "}");
    return icp__bytes_finish(&b, json, err);
}
