/* SPDX-License-Identifier: MIT */
/* Events that callers hold in structs. */
#include "base/text.h"
#include "timing/events.h"
#include <icp/fit.h>

icp_status icp__event_columns_ask(const struct icp_event_columns *given, struct icp__event_columns *out, struct icp_error *err) {
    struct icp_event_columns o;
    icp_status s = icp__options(given, (uint32_t)sizeof o, &o, sizeof o, err);
    if (s)
        return s;
    if (o.reserved)
        return icp__fail(err, ICP_E_UNSUPPORTED, "reserved must be 0 in icp_event_columns");
    if ((!o.key && o.key_size) || (!o.type && o.type_size) || (!o.time && o.time_size) || (!o.value && o.value_size))
        return icp__fail(err, ICP_E_ARGUMENT, "a column name is NULL but has a size");
    *out = (struct icp__event_columns){{o.key, o.key_size}, {o.type, o.type_size}, {o.time, o.time_size}, {o.value, o.value_size}};
    return ICP_OK;
}

icp_status icp__event_check(const struct icp_event *given, struct icp_event *own, char room[ICP__TYPE_ROOM], struct icp_str *type, struct icp_error *err) {
    if (!given) return icp__fail(err, ICP_E_ARGUMENT, "an event must not be NULL");
    const icp_status st = icp__options(given, sizeof *own, own, sizeof *own, err);
    if (st) return st;
    if (own->flags & ~(uint32_t)ICP_EVENT_VALUED) return icp__fail(err, ICP_E_UNSUPPORTED, "unknown flags in icp_event");
    if (own->time < 0) return icp__fail(err, ICP_E_ARGUMENT, "the time of an event is unknown or lies before 1970");
    const struct icp_str text = own->type ? icp__trim(own->type, own->type_size) : (struct icp_str){NULL, 0};
    if (!text.size) return icp__fail(err, ICP_E_ARGUMENT, "an event has no type");
    *type = (struct icp_str){room, icp__fold_value(text.data, text.size, room, ICP__TYPE_ROOM)};
    return ICP_OK;
}

icp_status icp__event_reading_one(struct icp__event_reading *r, const char *key, size_t key_size, const struct icp_event *e, struct icp_error *err) {
    char host[256], room[ICP__TYPE_ROOM];
    struct icp_event own;
    struct icp__event x = {.row = 0};
    const struct icp__cell cell = {key, key_size};
    const icp_status st = icp__event_check(e, &own, room, &x.type, err);
    if (st) return st;
    x.key = icp__trim(key, key_size);
    if (!icp__event_for_many(x.key)) x.key = icp__key_of(&cell, r->key_form, host);
    if (!x.key.size) return icp__fail(err, ICP_E_ARGUMENT, "the key of an event is empty");
    x.first = x.last = own.time;
    x.valued = own.flags & ICP_EVENT_VALUED && own.value == own.value;
    x.value = own.value;
    r->counts.rows++, r->counts.events++;
    return r->take(r->user, &x, err);
}
