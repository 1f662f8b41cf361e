/* SPDX-License-Identifier: MIT */
/* What holds, in one form: equal states give equal bytes. */
#include "base/json.h"
#include "model/playbook.h"
#include "score/decisions.h"
#include "trait/parse.h"

static const char *const scopes[] = {"company", "segment", "model"};

static void text(struct icp__bytes *b, const char *name, struct icp_str s) {
    if (s.data == NULL)
        return;
    icp__bytes_print(b, ",\"%s\":", name);
    icp__json_string(b, s.data, s.size);
}

static void day(struct icp__bytes *b, const char *name, int64_t value) {
    char digits[10];
    if (value == ICP__DAY_UNKNOWN)
        return;
    icp__date_print(value, digits);
    icp__bytes_print(b, ",\"%s\":\"%.*s\"", name, 10, digits);
}

static void model(struct icp__bytes *b, bool any, const uint8_t id[32]) {
    if (any)
        return;
    icp__bytes_text(b, ",\"model\":");
    icp__json_hex(b, id, 32);
}

void icp__decision_write(const struct icp__decision *x, struct icp__bytes *b) {
    icp__bytes_print(b, "{\"number\":%llu", (unsigned long long)x->number);
    if (x->time != ICP_TIME_UNKNOWN)
        icp__json_member(b, "time", x->time);
    icp__bytes_print(b, ",\"scope\":\"%s\"", scopes[x->scope]);
    text(b, "key", x->key);
    for (uint32_t i = 0; i < x->traits; i++) {
        icp__bytes_text(b, i == 0 ? ",\"traits\":[" : ",");
        icp__json_string(b, x->trait[i].data, x->trait[i].size);
    }
    icp__bytes_text(b, x->traits ? "]" : "");
    model(b, x->any_model, x->model);
    if (!x->flag) {
        icp__bytes_print(b, ",\"layer\":\"%s\",\"tier\":\"%s\"", icp__layer_names[x->layer], icp__tier_names[x->tier]);
        day(b, "expiry", x->expiry);
    }
    text(b, "reason", x->reason);
    text(b, "text", x->text);
    text(b, "author", x->author);
    text(b, "authority", x->authority);
    text(b, "assignee", x->assignee);
    icp__bytes_text(b, "}");
}

static void decisions(const icp_decisions *d, const char *name, bool flag, struct icp__bytes *b) {
    const char *comma = "";
    icp__bytes_print(b, ",\"%s\":[", name);
    for (size_t i = 0; i < d->count; i++) {
        if (d->item[i].flag != flag)
            continue;
        icp__bytes_text(b, comma);
        icp__decision_write(&d->item[i], b);
        comma = ",";
    }
    icp__bytes_text(b, "]");
}

static void events(const struct icp__model_events *e, const char *name, const char *day_name, struct icp__bytes *b) {
    icp__bytes_print(b, ",\"%s\":[", name);
    for (size_t i = 0; i < e->count; i++) {
        const struct icp__event_of_model *x = &e->item[i];
        icp__bytes_print(b, "%s{\"number\":%llu", i ? "," : "", (unsigned long long)x->number);
        day(b, "said", x->said);
        day(b, day_name, x->day);
        model(b, x->any_model, x->model);
        text(b, "area", x->area);
        text(b, "text", x->text);
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

icp_status icp_decisions_to_json(const icp_decisions *d, icp_buffer **json, struct icp_error *err) {
    struct icp__bytes b;
    if (d == NULL || json == NULL)
        return icp__fail(err, ICP_E_ARGUMENT, "decisions and json must not be NULL");
    icp__bytes_init(&b, d->ctx);
    icp__bytes_text(&b, "{\"version\":1");
    icp__json_member(&b, "as_of", d->as_of);
    decisions(d, "overrides", false, &b);
    decisions(d, "flags", true, &b);
    events(&d->changes, "changes", "on", &b);
    events(&d->reviews, "reviews", "next", &b);
    events(&d->versions, "versions", "on", &b);
    icp__bytes_text(&b, "}");
    return icp__bytes_finish(&b, json, err);
}
