/* SPDX-License-Identifier: MIT */
/* Replays entries up to a moment. */
#include "score/decisions.h"
#include "base/json.h"
#include "model/playbook.h"
#include "trait/parse.h"

struct replay {
    icp_decisions *d;
    struct icp_error *err;
    const struct icp__json *at; /* the entry being read */
    uint64_t number, last;
    int64_t time;
};

static icp_status refuse(const struct replay *r, const struct icp__json *j, const char *name, const char *what) {
    const struct icp__place where = icp__json_place(j != NULL ? j : r->at);
    return icp__fail_at(r->err, ICP_E_FORMAT, &where, "%s %s", name, what);
}

/* A string, copied; absent = nothing, unless it must be there. */
static icp_status text_of(const struct replay *r, const char *name, bool must, struct icp_str *out) {
    const struct icp__json *j = icp__json_get(r->at, name);
    if (j == NULL)
        return must ? refuse(r, NULL, name, "is missing") : ICP_OK;
    if (j->type != ICP__JSON_STRING)
        return icp__json_expected(j, ICP_E_FORMAT, r->err, name, "a string");
    out->data = icp__arena_copy(&r->d->arena, j->text.data, j->text.size);
    out->size = j->text.size;
    return out->data != NULL ? ICP_OK : icp__no_memory(r->err);
}

static icp_status choice_of(const struct replay *r, const char *name, const char *const *names, size_t count, bool must, size_t *out) {
    const struct icp__json *j = icp__json_get(r->at, name);
    if (j == NULL)
        return must ? refuse(r, NULL, name, "is missing") : ICP_OK;
    return icp__json_choice(r->d->ctx, j, ICP_E_FORMAT, name, names, count, out, r->err);
}

static icp_status day_of(const struct replay *r, const char *name, bool must, int64_t *out) {
    const struct icp__json *j = icp__json_get(r->at, name);
    double days;
    if (j == NULL)
        return must ? refuse(r, NULL, name, "is missing") : ICP_OK;
    if (j->type != ICP__JSON_STRING || j->text.size != 10 || icp__date_read(j->text.data, 10, 0, &days) != ICP__DATE_ISO)
        return refuse(r, j, name, "must be a date such as \"2026-12-31\"");
    *out = (int64_t)days;
    return ICP_OK;
}

static icp_status model_of(const struct replay *r, bool *any, uint8_t out[32]) {
    const struct icp__json *j = icp__json_get(r->at, "model");
    *any = j == NULL;
    if (j == NULL)
        return ICP_OK;
    for (size_t i = 0; j->type == ICP__JSON_STRING && j->text.size == 64 && i < 64; i++) {
        const char c = j->text.data[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return refuse(r, j, "model", "must be 64 lower-case hexadecimal digits");
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | digit : digit << 4);
    }
    return j->type == ICP__JSON_STRING && j->text.size == 64 ? ICP_OK : refuse(r, j, "model", "must be 64 lower-case hexadecimal digits");
}

static icp_status traits_of(const struct replay *r, struct icp__decision *x) {
    const struct icp__json *j = icp__json_get(r->at, "traits");
    uint32_t n = 0;
    if (j == NULL || j->type != ICP__JSON_ARRAY || j->child == NULL)
        return refuse(r, j, "traits", "must be an array of ids of traits");
    for (const struct icp__json *k = j->child; k; k = k->next, n++)
        if (k->type != ICP__JSON_STRING || n == 64)
            return refuse(r, k, "traits", "must be 1 to 64 strings");
    x->trait = icp__arena_alloc(&r->d->arena, n, sizeof *x->trait);
    for (const struct icp__json *k = j->child; x->trait != NULL && k; k = k->next) {
        struct icp_str *t = &x->trait[x->traits];
        *t = (struct icp_str){icp__arena_copy(&r->d->arena, k->text.data, k->text.size), k->text.size};
        if (t->data == NULL)
            return icp__no_memory(r->err);
        x->traits++;
    }
    return x->trait != NULL ? ICP_OK : icp__no_memory(r->err);
}

static icp_status scope_of(const struct replay *r, struct icp__decision *x) {
    static const char *const scopes[] = {"company", "segment", "model"};
    size_t at = 0;
    icp_status st = choice_of(r, "scope", scopes, 3, true, &at);
    x->scope = (enum icp__scope)at;
    if (st == ICP_OK && x->scope == ICP__SCOPE_COMPANY)
        st = text_of(r, "key", true, &x->key);
    return st == ICP_OK && x->scope == ICP__SCOPE_SEGMENT ? traits_of(r, x) : st;
}

/* "Good by Jane Doe (VP Sales) until 2026-12-31: context, signed a letter of intent" */
static icp_status label_of(const struct replay *r, struct icp__decision *x) {
    struct icp__bytes b;
    char day[10];
    icp__bytes_init(&b, r->d->ctx);
    icp__date_print(x->expiry, day);
    icp__bytes_print(&b, "%s by %.*s (%.*s) until %.*s: %.*s, %.*s", icp__tier_names[x->tier], (int)x->author.size, x->author.data, (int)x->authority.size,
                     x->authority.data, 10, day, (int)x->reason.size, x->reason.data, (int)x->text.size, x->text.data);
    x->label = (struct icp_str){b.failed ? NULL : icp__arena_copy(&r->d->arena, b.data, b.size), b.size};
    icp__bytes_free(&b);
    return x->label.data != NULL ? ICP_OK : icp__no_memory(r->err);
}

static icp_status read_override(const struct replay *r, struct icp__decision *x) {
    size_t tier = 0, layer = 0;
    icp_status st = choice_of(r, "tier", icp__tier_names + 1, ICP__TIERS, true, &tier);
    if (st == ICP_OK)
        st = choice_of(r, "layer", icp__layer_names + 1, 3, false, &layer);
    if (st == ICP_OK)
        st = day_of(r, "expiry", true, &x->expiry);
    if (st == ICP_OK)
        st = text_of(r, "authority", true, &x->authority);
    if (st == ICP_OK)
        st = text_of(r, "reason", true, &x->reason);
    x->tier = (uint32_t)tier + 1;
    x->layer = (uint32_t)layer + ICP_LAYER_FIT;
    return st == ICP_OK ? label_of(r, x) : st;
}

/* An override or a flag that begins here. */
static icp_status begin(const struct replay *r, bool flag) {
    struct icp__decision x = {.number = r->number, .time = r->time, .flag = flag, .next = ICP__NO_KEY};
    icp_status st = scope_of(r, &x);
    if (st == ICP_OK)
        st = model_of(r, &x.any_model, x.model);
    if (st == ICP_OK)
        st = text_of(r, "author", true, &x.author);
    if (st == ICP_OK)
        st = text_of(r, "text", true, &x.text);
    if (st == ICP_OK && flag)
        st = text_of(r, "reason", false, &x.reason);
    if (st == ICP_OK && flag)
        st = text_of(r, "assignee", false, &x.assignee);
    if (st == ICP_OK && !flag)
        st = read_override(r, &x);
    if (st != ICP_OK)
        return st;
    if (r->d->count == ICP__NO_KEY - 1 || !icp__grow(r->d->ctx, &r->d->item, &r->d->cap, r->d->count + 1, sizeof *r->d->item))
        return icp__no_memory(r->err);
    r->d->item[r->d->count++] = x;
    return ICP_OK;
}

/* What `refers` names; NULL = an entry that is not among those read. */
static icp_status referred(const struct replay *r, bool flag, struct icp__decision **out) {
    const struct icp__json *j = icp__json_get(r->at, "refers");
    size_t lo = 0, hi = r->d->count;
    uint64_t number;
    *out = NULL;
    if (!icp__json_uint(j, &number))
        return refuse(r, j, "refers", "must be the number of an entry");
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (r->d->item[mid].number < number)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < r->d->count && r->d->item[lo].number == number && r->d->item[lo].flag == flag)
        *out = &r->d->item[lo];
    return ICP_OK;
}

static icp_status decide(const struct replay *r, bool flag) {
    const struct icp__json *state = icp__json_get(r->at, "state");
    struct icp__decision *x = NULL;
    if (state == NULL || icp__json_is(state, flag ? "raised" : "set"))
        return begin(r, flag);
    icp_status st = referred(r, flag, &x);
    if (st != ICP_OK || x == NULL)
        return st;
    if (icp__json_is(state, "assigned"))
        return text_of(r, "assignee", true, &x->assignee);
    x->over = x->over || icp__json_is(state, flag ? "resolved" : "withdrawn");
    return ICP_OK;
}

static icp_status model_event(const struct replay *r, struct icp__model_events *to, const char *day) {
    struct icp__event_of_model e = {.number = r->number, .day = ICP__DAY_UNKNOWN, .said = r->time == ICP_TIME_UNKNOWN ? ICP__DAY_UNKNOWN : r->time / ICP__DAY};
    icp_status st = day != NULL ? day_of(r, day, false, &e.day) : ICP_OK;
    if (st == ICP_OK)
        st = model_of(r, &e.any_model, e.model);
    if (st == ICP_OK)
        st = text_of(r, "area", false, &e.area);
    if (st == ICP_OK)
        st = text_of(r, "text", false, &e.text);
    if (st != ICP_OK)
        return st;
    if (!icp__grow(r->d->ctx, &to->item, &to->cap, to->count + 1, sizeof *to->item))
        return icp__no_memory(r->err);
    to->item[to->count++] = e;
    return ICP_OK;
}

static icp_status read_entry(const struct replay *r) {
    const struct icp__json *kind = icp__json_get(r->at, "kind"), *area = icp__json_get(r->at, "area");
    if (kind == NULL || kind->type != ICP__JSON_STRING)
        return refuse(r, kind, "kind", "must be a string");
    if (icp__json_is(kind, "override") || icp__json_is(kind, "flag"))
        return decide(r, icp__json_is(kind, "flag"));
    if (icp__json_is(kind, "change") && (icp__json_is(area, "product") || icp__json_is(area, "positioning") || icp__json_is(area, "market")))
        return model_event(r, &r->d->changes, "on");
    if (icp__json_is(kind, "review") && icp__json_get(r->at, "key") == NULL)
        return model_event(r, &r->d->reviews, "next");
    if (icp__json_is(kind, "version") && !icp__json_is(icp__json_get(r->at, "state"), "retired"))
        return model_event(r, &r->d->versions, NULL);
    return ICP_OK;
}

/* The item's number and time, then its entry if that was said before the moment. */
static icp_status read_item(struct replay *r, const struct icp__json *item) {
    const struct icp__json *number = icp__json_get(item, "number"), *time = icp__json_get(item, "time");
    uint64_t v = 0;
    r->at = item;
    if (item->type != ICP__JSON_OBJECT || icp__json_get(item, "entry") == NULL)
        return icp__json_expected(item, ICP_E_FORMAT, r->err, "an item of entries", "an object with the member entry");
    r->number = r->last + 1;
    if (number != NULL && (!icp__json_uint(number, &r->number) || r->number <= r->last))
        return refuse(r, number, "number", "must be a whole number above the one before");
    if (time != NULL && (!icp__json_uint(time, &v) || v > INT64_MAX))
        return refuse(r, time, "time", "must be whole microseconds since 1970");
    r->last = r->number;
    r->time = time != NULL ? (int64_t)v : ICP_TIME_UNKNOWN;
    r->at = icp__json_get(item, "entry");
    if (r->at->type != ICP__JSON_OBJECT)
        return icp__json_expected(r->at, ICP_E_FORMAT, r->err, "an entry", "an object");
    return r->time != ICP_TIME_UNKNOWN && r->time >= r->d->as_of ? ICP_OK : read_entry(r);
}

/* Drops what is over and finds companies by key; of one key the newest comes first. */
static icp_status settle(icp_decisions *d, struct icp_error *err) {
    size_t kept = 0;
    for (size_t i = 0; i < d->count; i++)
        if (!d->item[i].over && (d->item[i].flag || d->item[i].expiry * ICP__DAY > d->as_of))
            d->item[kept++] = d->item[i];
    d->count = kept;
    for (size_t i = 0; i < d->count; i++) {
        struct icp__decision *x = &d->item[i];
        bool added;
        d->segments += x->scope == ICP__SCOPE_SEGMENT;
        if (x->scope != ICP__SCOPE_COMPANY)
            continue;
        const uint32_t key = icp__keys_add(&d->keys, x->key.data, x->key.size, icp__keys_hash(&d->keys, x->key.data, x->key.size), &added);
        if (key == ICP__NO_KEY)
            return icp__no_memory(err);
        x->next = d->keys.key[key].value - 1; /* 0 - 1 = none */
        d->keys.key[key].value = (uint32_t)i + 1;
        d->companies++;
    }
    return ICP_OK;
}

icp_status icp_decisions_from_json(icp_context *c, const char *json, size_t size, int64_t as_of, icp_decisions **out, struct icp_error *err) {
    struct icp__arena a;
    struct icp__json *top = NULL;
    if (c == NULL || json == NULL || out == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "context, json and out must not be NULL");
    if (as_of < 0)
        return icp__fail(err, ICP_E_ARGUMENT, "as_of is unknown or before 1970");
    icp_decisions *d = icp__calloc(c, 1, sizeof *d);
    if (d == NULL)
        return icp__no_memory(err);
    atomic_init(&d->refs, 1);
    d->ctx = icp_context_ref(c);
    d->as_of = as_of;
    icp__arena_init(&d->arena, c);
    icp__keys_init(&d->keys, c);
    icp__arena_init(&a, c);
    struct replay r = {.d = d, .err = err};
    icp_status st = icp__json_parse(&a, json, size, ICP_E_FORMAT, &top, err);
    const struct icp__json *entries = st == ICP_OK ? icp__json_get(top, "entries") : NULL;
    if (st == ICP_OK && (entries == NULL || entries->type != ICP__JSON_ARRAY))
        st = icp__json_expected(entries != NULL ? entries : top, ICP_E_FORMAT, err, "decisions", "an object with the array \"entries\"");
    for (const struct icp__json *j = entries != NULL ? entries->child : NULL; st == ICP_OK && j != NULL; j = j->next)
        st = read_item(&r, j);
    if (st == ICP_OK)
        st = settle(d, err);
    icp__arena_free(&a);
    if (st != ICP_OK) {
        icp_decisions_unref(d);
        return st;
    }
    *out = d;
    return ICP_OK;
}

icp_decisions *icp_decisions_ref(icp_decisions *d) {
    if (d != NULL)
        atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
    return d;
}

void icp_decisions_unref(icp_decisions *d) {
    if (d == NULL || atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) != 1)
        return;
    icp_context *c = d->ctx;
    icp__keys_free(&d->keys);
    icp__arena_free(&d->arena);
    icp__free(c, d->item);
    icp__free(c, d->changes.item);
    icp__free(c, d->reviews.item);
    icp__free(c, d->versions.item);
    icp__free(c, d);
    icp_context_unref(c);
}
