/* SPDX-License-Identifier: MIT */
/* The signals of a layer as canonical JSON, and back: whole numbers only. */
#include "base/json.h"
#include "timing/signals.h"
#include <icp/fit.h>

#define VERSION 1u

static int64_t micro(double v) { return (int64_t)(v * 1e6 + 0.5); }

static void write_signal(const struct icp__signal *s, struct icp__bytes *b) {
    const struct icp__half_life *h = &s->half_life;
    icp__bytes_text(b, "{\"type\":");
    icp__json_string(b, s->type.data, s->type.size);
    icp__json_member(b, "events", (int64_t)s->events);
    icp__json_member(b, "first", s->first);
    icp__json_member(b, "newest", s->newest);
    icp__json_member(b, "half_life", icp__half_life_days[h->at]);
    icp__json_member(b, "low", icp__half_life_days[h->low]);
    icp__json_member(b, "high", icp__half_life_days[h->high]);
    icp__bytes_print(b, ",\"measured\":%s,\"chance_micro\":[", h->measured ? "true" : "false");
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        icp__bytes_print(b, k ? ",%lld" : "%lld", (long long)micro(h->chance[k]));
    icp__bytes_text(b, "]");
    icp__json_member(b, "prior_events_micro", s->prior_events_micro);
    icp__json_member(b, "prior_days_micro", s->prior_days_micro);
    icp__bytes_text(b, "}");
}

void icp__signals_write(const struct icp__signals *s, struct icp__bytes *b) {
    icp__bytes_print(b, "{\"signals\":%u", VERSION);
    icp__json_member(b, "layer", s->layer);
    icp__json_member(b, "horizon", s->horizon);
    icp__json_member(b, "assumed", s->assumed);
    icp__json_member(b, "key_form", s->key_form);
    icp__bytes_text(b, ",\"key\":");
    icp__json_string(b, s->key.data ? s->key.data : "", s->key.size);
    icp__bytes_text(b, ",\"invalidates\":");
    icp__json_string(b, s->invalidates.data ? s->invalidates.data : "", s->invalidates.size);
    icp__json_member(b, "weeks", s->weeks);
    icp__bytes_text(b, ",\"types\":[");
    for (uint32_t i = 0; i < s->signals; i++) {
        icp__bytes_text(b, i ? "," : "");
        write_signal(&s->signal[i], b);
    }
    icp__bytes_text(b, "],\"rings\":[");
    for (uint32_t i = 0; i < s->rings; i++)
        icp__bytes_print(b, "%s[%u,%d,%d,%u]", i ? "," : "", s->ring[i].signal, (int)s->ring[i].value, (int)s->ring[i].flat, (unsigned)s->ring[i].days);
    icp__bytes_text(b, "],\"columns\":[");
    for (uint32_t i = 0; i < s->columns; i++)
        icp__bytes_print(b, "%s[%u,%u,%u]", i ? "," : "", s->column[i].column, (unsigned)s->column[i].measure, s->column[i].ring);
    icp__bytes_text(b, "]}");
}

/* Reading: the first thing that is wrong is named. */
struct loading {
    struct icp__signals *s;
    const char *wrong;
    bool memory;
};

static uint64_t number_at(struct loading *l, const struct icp__json *j, uint64_t most, const char *what) {
    uint64_t v = 0;
    if (!l->wrong && (!j || j->type != ICP__JSON_NUMBER || !icp__json_uint(j, &v) || v > most))
        l->wrong = what;
    return v <= most ? v : 0;
}

static uint64_t number(struct loading *l, const struct icp__json *object, const char *name, uint64_t most) {
    return number_at(l, icp__json_get(object, name), most, name);
}

static uint8_t place(struct loading *l, const struct icp__json *object, const char *name) {
    const uint64_t days = number(l, object, name, ICP__DECAY_DAYS_MOST);
    for (uint8_t k = 0; k < ICP__HALF_LIVES; k++)
        if (icp__half_life_days[k] == days)
            return k;
    l->wrong = l->wrong ? l->wrong : name;
    return 0;
}

static void read_signal(struct loading *l, const struct icp__json *j, struct icp__signal *s) {
    const struct icp__json *type = icp__json_get(j, "type"), *measured = icp__json_get(j, "measured"), *chance = icp__json_get(j, "chance_micro");
    uint32_t k = 0;
    if (!type || type->type != ICP__JSON_STRING || !measured || measured->type < ICP__JSON_FALSE || measured->type > ICP__JSON_TRUE || !chance) {
        l->wrong = "types";
        return;
    }
    s->type = (struct icp_str){icp__arena_copy(&l->s->arena, type->text.data, type->text.size), type->text.size};
    l->memory = l->memory || !s->type.data;
    s->events = number(l, j, "events", INT64_MAX);
    s->first = (int64_t)number(l, j, "first", INT32_MAX);
    s->newest = (int64_t)number(l, j, "newest", INT32_MAX);
    s->half_life.at = place(l, j, "half_life");
    s->half_life.low = place(l, j, "low");
    s->half_life.high = place(l, j, "high");
    s->half_life.measured = measured->type == ICP__JSON_TRUE;
    for (chance = chance->child; chance && k < ICP__HALF_LIVES; chance = chance->next, k++)
        s->half_life.chance[k] = (double)number_at(l, chance, 1000000, "chance_micro") / 1e6;
    s->prior_events_micro = (int64_t)number(l, j, "prior_events_micro", INT64_MAX);
    s->prior_days_micro = (int64_t)number(l, j, "prior_days_micro", INT64_MAX);
    if (k != ICP__HALF_LIVES || chance)
        l->wrong = "chance_micro";
    if (s->prior_events_micro == 0 || s->prior_days_micro == 0) /* rates are divided by each other */
        l->wrong = "prior_events_micro";
}

/* The numbers of an array of exactly n. */
static void numbers(struct loading *l, const struct icp__json *j, uint64_t *out, uint32_t n, const char *what) {
    uint32_t k = 0;
    const struct icp__json *v = j->type == ICP__JSON_ARRAY ? j->child : NULL;
    for (; v && k < n; v = v->next, k++)
        out[k] = number_at(l, v, UINT32_MAX, what);
    if (k != n || v)
        l->wrong = what;
}

static void read_ring(struct loading *l, const struct icp__json *j, struct icp__ring_plan *r) {
    uint64_t v[4] = {0};
    numbers(l, j, v, 4, "rings");
    *r = (struct icp__ring_plan){(uint32_t)v[0], v[1] == 1, v[2] == 1, (uint16_t)v[3]};
    bool grid = false;
    for (uint32_t k = 0; k < ICP__HALF_LIVES; k++)
        grid = grid || icp__half_life_days[k] == v[3];
    if ((v[0] != ICP__ANY && v[0] >= l->s->signals) || v[1] > 1 || v[2] > 1 || (v[2] ? v[3] != ICP__WEEK : !grid))
        l->wrong = "rings";
}

static void read_column(struct loading *l, const struct icp__json *j, uint32_t columns, struct icp__timing_column *c) {
    const struct icp__signals *s = l->s;
    uint64_t v[3] = {0};
    numbers(l, j, v, 3, "columns");
    *c = (struct icp__timing_column){(uint32_t)v[0], (uint8_t)v[1], (uint32_t)v[2]};
    bool rising = s->columns == 0 || v[0] > s->column[s->columns - 1].column;
    bool fits = v[2] < s->rings && s->ring[v[2]].flat == (v[1] == ICP__MEASURE_SURGE) && s->ring[v[2]].value == (v[1] == ICP__MEASURE_VALUE);
    if (v[1] == ICP__MEASURE_SURGE)
        for (uint32_t i = 0; fits && i < s->signals; i++)
            fits = v[2] + i < s->rings && s->ring[v[2] + i].flat && s->ring[v[2] + i].signal == i;
    if (v[0] >= columns || v[1] >= ICP__MEASURES || !rising || !fits)
        l->wrong = "columns";
}

static const struct icp__json *list(struct loading *l, const struct icp__json *root, const char *name) {
    const struct icp__json *j = icp__json_get(root, name);
    if (!j || j->type != ICP__JSON_ARRAY)
        l->wrong = l->wrong ? l->wrong : name;
    return j && j->type == ICP__JSON_ARRAY ? j->child : NULL;
}

static struct icp_str text(struct loading *l, const struct icp__json *object, const char *name) {
    const struct icp__json *j = icp__json_get(object, name);
    if (!j || j->type != ICP__JSON_STRING) {
        l->wrong = l->wrong ? l->wrong : name;
        return (struct icp_str){"", 0};
    }
    const struct icp_str out = {icp__arena_copy(&l->s->arena, j->text.data, j->text.size), j->text.size};
    l->memory = l->memory || !out.data;
    return out;
}

static void read_all(struct loading *l, const struct icp__json *root, uint32_t columns) {
    struct icp__signals *s = l->s;
    if (number(l, root, "signals", UINT32_MAX) != VERSION)
        l->wrong = "signals";
    s->layer = (uint32_t)number(l, root, "layer", ICP_LAYER_RETENTION);
    s->horizon = (uint32_t)number(l, root, "horizon", ICP__HORIZON_MOST);
    s->assumed = number(l, root, "assumed", 1) == 1;
    s->key_form = (int32_t)number(l, root, "key_form", 2);
    s->key = text(l, root, "key");
    s->invalidates = text(l, root, "invalidates");
    s->weeks = (uint32_t)number(l, root, "weeks", UINT32_MAX);
    for (const struct icp__json *j = list(l, root, "types"); j && !l->wrong && !l->memory; j = j->next)
        if (s->signals == ICP__SIGNALS) l->wrong = "types";
        else read_signal(l, j, &s->signal[s->signals++]);
    for (const struct icp__json *j = list(l, root, "rings"); j && !l->wrong && !l->memory; j = j->next)
        if (s->rings == ICP__RINGS) l->wrong = "rings";
        else read_ring(l, j, &s->ring[s->rings++]);
    for (const struct icp__json *j = list(l, root, "columns"); j && !l->wrong && !l->memory; j = j->next) {
        if (s->columns == ICP__TIMING_COLUMNS) {
            l->wrong = "columns";
            break;
        }
        read_column(l, j, columns, &s->column[s->columns]);
        s->columns++;
    }
    if (s->weeks != ICP__ANY && (s->weeks >= s->rings || !s->ring[s->weeks].flat || s->ring[s->weeks].signal != ICP__ANY))
        l->wrong = "weeks";
}

icp_status icp__signals_read(struct icp__signals *s, const char *json, size_t size, uint32_t columns, const char *source, struct icp_error *err) {
    struct loading l = {.s = s};
    struct icp__json *root;
    struct icp__place where = ICP__NOWHERE;
    const icp_status st = icp__json_parse(&s->arena, json, size, ICP_E_FORMAT, &root, err);
    if (st)
        return st;
    read_all(&l, root, columns);
    if (l.memory)
        return icp__no_memory(err);
    where.source = source;
    if (l.wrong)
        return icp__fail_at(err, ICP_E_FORMAT, &where, "section SIGN: \"%s\" is missing, out of range or does not fit the rest", l.wrong);
    return icp__signals_prepare(s) ? ICP_OK : icp__no_memory(err);
}
