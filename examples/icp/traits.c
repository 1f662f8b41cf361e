/* SPDX-License-Identifier: MIT */
/* icp traits: what the customers have in common. */
#include "command.h"
#include <stdlib.h>

static int by_weight(const void *a, const void *b) {
    const struct icp_trait *x = a, *y = b;
    int wx = abs(x->weight), wy = abs(y->weight);
    if (wx != wy)
        return wx > wy ? -1 : 1;
    int px = abs(x->points), py = abs(y->points);
    return px != py ? (px > py ? -1 : 1) : 0;
}

/* What was learned, where it was changed. */
static void learned_of(struct text *cell, const struct icp_trait *x) {
    const bool edited = x->points != x->learned_points;
    if (edited)
        text_int(&cell[0], x->learned_weight);
    else
        text_put(&cell[0], "-");
    if (edited)
        text_fixed(&cell[1], (x->learned_points + (x->learned_points < 0 ? -50 : 50)) / 100, 1);
    else
        text_put(&cell[1], "-");
}

static void row_of(struct table *t, const struct icp_trait *x, bool edited) {
    struct text *row = table_row(t);
    text_add(&row[0], x->id.data, x->id.size);
    text_put(&row[1], family_name(x->family));
    text_int(&row[2], x->weight);
    share_text(&row[3], x->customers, x->customers_of);
    share_text(&row[4], x->reference, x->reference_of);
    uint64_t up = x->customers * x->reference_of, down = x->reference * x->customers_of;
    if (x->customers_of && down)
        text_fixed(&row[5], (int64_t)(100.0 * (double)up / (double)down + .5), 2);
    else
        text_put(&row[5], "-");
    text_fixed(&row[6], (x->points + (x->points < 0 ? -50 : 50)) / 100, 1);
    text_int(&row[7], (int64_t)x->customers);
    if (edited)
        learned_of(&row[8], x);
}

/* Who changed the model, and why, below the table. */
static void history_of(const icp_model *m, struct text *out) {
    icp_buffer *json = NULL;
    struct icp_str summary;
    if (icp_model_summary(m, &json, NULL) || icp_buffer_data(json, &summary))
        return;
    struct json *all = json_parse(summary.data, summary.size);
    const struct json *edits = json_at(all, "edits");
    for (size_t i = 0; edits && i < edits->count; i++) {
        text_put(out, i ? "" : "\n");
        text_put(out, "edited by ");
        text_put(out, json_string(edits->items[i], "author"));
        text_put(out, ": ");
        text_put(out, json_string(edits->items[i], "reason"));
        text_put(out, "\n");
    }
    json_free(all);
    icp_buffer_unref(json);
}

static icp_status collect(const icp_model *m, int32_t layer, struct icp_trait **out, size_t *n, struct icp_error *e) {
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_status s = icp_model_describe(m, &info, e);
    struct icp_trait *all = s ? NULL : calloc((size_t)info.traits + 1, sizeof *all);
    *n = 0;
    for (uint32_t i = 0; !s && all && i < info.traits; i++) {
        struct icp_trait *x = &all[*n];
        x->struct_size = sizeof *x;
        s = icp_model_trait(m, i, x, e);
        *n += !s && x->kind != ICP_TRAIT_KNOWN && x->layer == layer;
    }
    *out = all;
    return s;
}

int run_traits(const struct options *o) {
    static const char *const names[] = {"trait", "family", "weight", "customers_percent", "reference_percent", "lift", "points", "n", "learned_weight", "learned_points"};
    struct icp_error e = error_new();
    icp_context *c = context_new();
    icp_model *m = NULL;
    struct icp_trait *all = NULL;
    struct text out = {0};
    struct table t;
    size_t n = 0;
    icp_status s = model_of(c, o->files[0], &m, &e);
    struct icp_model_info info = {.struct_size = sizeof info};
    if (!s)
        s = icp_model_describe(m, &info, &e);
    const bool edited = info.flags & ICP_MODEL_EDITED;
    table_init(&t, edited ? 10 : 8, names, "ssnnnnnnnn");
    int32_t layer = 0;
    int code = s ? EXIT_DONE : layer_of(o, m, &layer);
    if (!s && !code)
        s = collect(m, layer, &all, &n, &e);
    if (!s && !code) {
        if (n)
            qsort(all, n, sizeof *all, by_weight);
        size_t shown = o->top && o->top < n ? o->top : n;
        for (size_t i = 0; i < shown; i++)
            row_of(&t, &all[i], edited);
        table_write(&t, o->format, &out);
        if (o->format == FORMAT_DEFAULT || o->format == FORMAT_TABLE)
            history_of(m, &out);
    }
    if (s)
        code = refuse(&e);
    else if (!code)
        code = text_write(&out, c, o->output);
    text_free(&out);
    table_free(&t);
    free(all);
    icp_model_unref(m);
    icp_context_unref(c);
    return code;
}
