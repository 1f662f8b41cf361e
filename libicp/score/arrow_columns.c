/* SPDX-License-Identifier: MIT */
/* Which columns a result has, and how they are called: as `icp score` writes them, then what it leaves out. */
#include "score/arrow_export.h"
#include <icp/model.h>

struct list {
    const struct icp__page *page;
    struct icp__shown *out;
    uint32_t count;
};

static const char *const layer_names[] = {"", "fit", "intent", "retention"};
static const char *const tiers[] = {"?", "Very Poor", "Poor", "Fair", "Good", "Excellent"};
static const char *const confidences[] = {"?", "Insufficient", "Low", "Medium", "High"};
static const char *const quadrants[] = {"?", "low", "investigate", "early", "pursue"};

/* layer 0 = a column without a layer in its name. */
static struct icp__shown *add(struct list *l, uint32_t layer, const char *name, enum icp__shown_kind kind, const void *data) {
    struct icp__shown *s = &l->out[l->count++];
    const char *parts[] = {layer_names[layer], layer ? "_" : "", name};
    size_t n = 0;
    memset(s, 0, sizeof *s);
    for (int i = 0; i < 3; i++)
        for (const char *p = parts[i]; *p && n + 1 < sizeof s->name; p++) s->name[n++] = *p;
    s->kind = kind;
    s->data = data;
    return s;
}

static void add_labels(struct list *l, uint32_t layer, const char *name, const int32_t *data, const char *const *labels) {
    add(l, layer, name, ICP__SHOWN_LABEL, data)->labels = labels;
}

static void add_text(struct list *l, uint32_t layer, const char *name, const struct icp__texts *texts, bool sparse) {
    struct icp__shown *s = add(l, layer, name, ICP__SHOWN_TEXT, NULL);
    s->texts = texts;
    s->sparse = sparse;
}

static void add_reasons(struct list *l, const struct icp__frame *f, uint32_t layer) {
    if (!l->page->reasons) return;
    add(l, layer, "reason_traits", ICP__SHOWN_LIST, f->reason_traits)->frame = f;
    add(l, layer, "reason_points", ICP__SHOWN_LIST, f->reason_points)->frame = f;
}

static void add_layer(struct list *l, const struct icp__frame *f) {
    const uint32_t layer = f->layer;
    add(l, layer, "score", ICP__SHOWN_INT32, f->score);
    add_labels(l, layer, "tier", f->tier, tiers);
    add(l, layer, "low", ICP__SHOWN_INT32, f->low);
    add(l, layer, "high", ICP__SHOWN_INT32, f->high);
    add(l, layer, "millipoints", ICP__SHOWN_INT64, f->milli);
    if (!f->timing) return;
    add_labels(l, layer, "confidence", f->confidence, confidences);
    add(l, layer, "flags", ICP__SHOWN_INT64, f->flags);
    add(l, layer, "trend_milli", ICP__SHOWN_INT32, f->trend)->unknown = ICP_TREND_UNKNOWN;
    add(l, layer, "stale_milli", ICP__SHOWN_INT32, f->stale)->unknown = -1;
    add_text(l, layer, "event", &f->event, true);
    add(l, layer, "without_event", ICP__SHOWN_WITHOUT, NULL)->frame = f;
    add_reasons(l, f, layer);
}

/* What the command does not write. */
static void add_rest(struct list *l, const struct icp__frame *f) {
    add(l, f->layer, "variance", ICP__SHOWN_INT64, f->variance);
    add(l, f->layer, "effective_milli", ICP__SHOWN_INT64, f->effective);
    add(l, f->layer, "holds_milli", ICP__SHOWN_INT32, f->holds);
    if (f->timing) add(l, f->layer, "whole_millipoints", ICP__SHOWN_INT64, f->whole);
    if (l->page->has_decisions) add(l, f->layer, "override_number", ICP__SHOWN_INT64, f->override_number);
}

uint32_t icp__shown_columns(const struct icp__page *p, struct icp__shown out[ICP__SHOWN_MOST]) {
    struct list l = {p, out, 0};
    const struct icp__frame *frames[ICP__FRAMES + 1] = {NULL};
    for (uint32_t i = 0; i < p->layers; i++)
        if (p->frame[i].layer <= ICP__FRAMES) frames[p->frame[i].layer] = &p->frame[i];
    const struct icp__frame *fit = frames[ICP_LAYER_FIT];
    if (p->has_key) add_text(&l, 0, "key", &p->key, false);
    for (uint32_t layer = 1; layer <= ICP__FRAMES; layer++)
        if (frames[layer]) add_layer(&l, frames[layer]);
    if (fit && !fit->timing) {
        add_labels(&l, 0, "confidence", fit->confidence, confidences);
        add(&l, 0, "flags", ICP__SHOWN_INT64, fit->flags);
    }
    if (p->has_quadrant) {
        add_labels(&l, 0, "quadrant", p->quadrant, quadrants);
        add_text(&l, 0, "action", &p->action, false);
    }
    if (fit && !fit->timing) add_reasons(&l, fit, 0);
    for (uint32_t layer = 1; layer <= ICP__FRAMES && p->has_decisions; layer++) {
        if (!frames[layer]) continue;
        const uint32_t named = layer == ICP_LAYER_FIT ? 0 : layer;
        add_labels(&l, named, "effective_tier", frames[layer]->effective_tier, tiers);
        add_text(&l, named, "override", &frames[layer]->override, true);
    }
    for (uint32_t layer = 1; layer <= ICP__FRAMES; layer++)
        if (frames[layer]) add_rest(&l, frames[layer]);
    return l.count;
}
