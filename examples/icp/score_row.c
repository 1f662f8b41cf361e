/* SPDX-License-Identifier: MIT */
/* A table of columns; a layer that the model lacks leaves out its own. */
#include "score_row.h"
#include <stdlib.h>
#include <string.h>

static const char *const layer_names[SHOWN_LAYERS] = {"", "fit", "intent", "retention"};
static const char *const quadrants[] = {"", "low", "investigate", "early", "pursue"};

int32_t quadrant_parse(const char *s) {
    for (int32_t q = 1; q <= ICP_QUADRANT_PURSUE; q++)
        if (strcmp(s, quadrants[q]) == 0)
            return q;
    return 0;
}

static const struct layer_view *of(const struct score_line *l) { return &l->view->layer[l->column->layer]; }

static struct icp_str bytes_at(const struct icp_array *a, uint64_t row) {
    return (struct icp_str){(const char *)a->data + a->offsets[row], (size_t)(a->offsets[row + 1] - a->offsets[row])};
}

static struct icp_str key_of_row(const struct score_line *l) { return l->view->has_key ? bytes_at(&l->view->key, l->row) : (struct icp_str){"", 0}; }
static struct icp_str action_of(const struct score_line *l) { return bytes_at(&l->view->action, l->row); }
static struct icp_str event_of(const struct score_line *l) { return bytes_at(&of(l)->event, l->row); }

static struct icp_str override_of(const struct score_line *l) { return bytes_at(&of(l)->override, l->row); }
static struct icp_str head_of(const struct score_line *l) { return l->layout->head; }

static void put_score(struct text *t, const struct score_line *l) { text_int(t, of(l)->score[l->row]); }
static void put_tier(struct text *t, const struct score_line *l) { text_put(t, tier_name(of(l)->tier[l->row])); }
static void put_low(struct text *t, const struct score_line *l) { text_int(t, of(l)->low[l->row]); }
static void put_high(struct text *t, const struct score_line *l) { text_int(t, of(l)->high[l->row]); }
static void put_evidence(struct text *t, const struct score_line *l) { text_fixed(t, micro_evidence(of(l)->evidence[l->row]) / 10, 5); }
static void put_confidence(struct text *t, const struct score_line *l) { text_put(t, confidence_name(of(l)->confidence[l->row])); }
static void put_flags(struct text *t, const struct score_line *l) { flag_names(t, (uint64_t)of(l)->flags[l->row], ';'); }
static void put_effective(struct text *t, const struct score_line *l) { text_put(t, tier_name(of(l)->effective[l->row])); }
static void put_quadrant(struct text *t, const struct score_line *l) { text_put(t, quadrants[l->view->quadrant[l->row]]); }

/* Of the last four weeks over the account's own past: log2, as the evidence is. */
static void put_trend(struct text *t, const struct score_line *l) {
    if (of(l)->trend[l->row] != ICP_TREND_UNKNOWN)
        text_fixed(t, of(l)->trend[l->row], 3);
}

static void put_stale(struct text *t, const struct score_line *l) {
    if (of(l)->stale[l->row] >= 0)
        text_fixed(t, of(l)->stale[l->row], 3);
}

/* The score as if nothing had been invalidated; empty where nothing was. */
static void put_without(struct text *t, const struct score_line *l) {
    if (of(l)->flags[l->row] & (int64_t)ICP_FLAG_INVALIDATED)
        text_int(t, icp_tiers_score(icp_tiers_default(), of(l)->whole[l->row]));
}

static void put_blend(struct text *t, const struct score_line *l) {
    double sum = 0, weights = 0;
    for (int i = 1; i < SHOWN_LAYERS; i++)
        if (l->layout->weight[i] > 0) {
            sum += l->layout->weight[i] * l->view->layer[i].score[l->row];
            weights += l->layout->weight[i];
        }
    text_fixed(t, (int64_t)(sum / weights * 10 + 0.5), 1);
}

/* "industry=bank +41.2;..." with names already escaped for the cell. */
static void put_reasons(struct text *t, const struct score_line *l) {
    const struct layer_view *v = of(l);
    const uint32_t n = l->layout->reasons;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t trait = v->traits[l->row * n + i], milli = v->points[l->row * n + i];
        if (trait < 0)
            break;
        if (i)
            text_char(t, ';');
        text_add(t, l->layout->names[trait].data, l->layout->names[trait].size);
        text_add(t, milli < 0 ? " " : " +", milli < 0 ? 1 : 2);
        text_fixed(t, (milli + (milli < 0 ? -50 : 50)) / 100, 1);
    }
}

enum need { ALWAYS, TIMING, REASONS };
static const struct {
    const char *name;
    char kind;
    enum need need;
    void (*write)(struct text *t, const struct score_line *l);
    struct icp_str (*bytes)(const struct score_line *l);
} per_layer[] = {{"score", 'n', ALWAYS, put_score, NULL},     {"tier", 's', ALWAYS, put_tier, NULL},   {"low", 'n', ALWAYS, put_low, NULL},
                 {"high", 'n', ALWAYS, put_high, NULL},       {"evidence", 'n', ALWAYS, put_evidence, NULL}},
  timing_layer[] = {{"confidence", 's', TIMING, put_confidence, NULL}, {"flags", 's', TIMING, put_flags, NULL}, {"trend", 'n', TIMING, put_trend, NULL},
                    {"stale", 'n', TIMING, put_stale, NULL}, {"event", 's', TIMING, NULL, event_of}, {"without_event", 'n', TIMING, put_without, NULL},
                    {"reasons", 's', REASONS, put_reasons, NULL}};

static void add(struct score_layout *l, const char *name, char kind, int32_t layer, bool prefixed, void (*write)(struct text *, const struct score_line *),
                struct icp_str (*bytes)(const struct score_line *)) {
    struct score_column *c = &l->column[l->columns];
    *c = (struct score_column){kind, layer, write, bytes, ""};
    snprintf(c->text, sizeof c->text, "%s%s%s", prefixed ? layer_names[layer] : "", prefixed ? "_" : "", name);
    l->kinds[l->columns++] = kind;
}

static void add_blend(struct score_layout *l) {
    char name[128];
    size_t n = (size_t)snprintf(name, sizeof name, "blend(");
    for (int i = 1; i < SHOWN_LAYERS; i++)
        if (l->weight[i] > 0 && n < sizeof name)
            n += (size_t)snprintf(name + n, sizeof name - n, "%s%s %g", name[n - 1] == '(' ? "" : " + ", layer_names[i], l->weight[i]);
    add(l, name, 'n', 0, false, put_blend, NULL);
    strncat(l->column[l->columns - 1].text, ")", 2);
}

void score_layout_make(struct score_layout *l) {
    l->columns = 0;
    add(l, "key", 's', 0, false, NULL, key_of_row);
    for (int32_t layer = 1; layer < SHOWN_LAYERS; layer++) {
        if (!(l->layers >> layer & 1u))
            continue;
        for (size_t i = 0; i < sizeof per_layer / sizeof *per_layer; i++)
            add(l, per_layer[i].name, per_layer[i].kind, layer, true, per_layer[i].write, NULL);
        for (size_t i = 0; (l->timing >> layer & 1u) && i < sizeof timing_layer / sizeof *timing_layer; i++)
            if (timing_layer[i].need != REASONS || l->reasons)
                add(l, timing_layer[i].name, timing_layer[i].kind, layer, true, timing_layer[i].write, timing_layer[i].bytes);
    }
    const bool fit = l->layers >> ICP_LAYER_FIT & 1u;
    if (fit) {
        add(l, "confidence", 's', ICP_LAYER_FIT, false, put_confidence, NULL);
        add(l, "flags", 's', ICP_LAYER_FIT, false, put_flags, NULL);
    }
    if (fit && (l->layers >> ICP_LAYER_INTENT & 1u)) {
        add(l, "quadrant", 's', 0, false, put_quadrant, NULL);
        add(l, "action", 's', 0, false, NULL, action_of);
    }
    if (l->blend)
        add_blend(l);
    if (fit && l->reasons)
        add(l, "reasons", 's', ICP_LAYER_FIT, false, put_reasons, NULL);
    for (int32_t layer = 1; l->decided && layer < SHOWN_LAYERS; layer++)
        if (l->layers >> layer & 1u) {
            add(l, "effective_tier", 's', layer, layer != ICP_LAYER_FIT, put_effective, NULL);
            add(l, "override", 's', layer, layer != ICP_LAYER_FIT, NULL, override_of);
        }
    if (l->head.size)
        add(l, "ledger", 's', 0, false, NULL, head_of);
    for (int i = 0; i < l->columns; i++)
        l->header[i] = l->column[i].text;
}

static const void *fetch(const icp_result *r, int32_t layer, int32_t column, icp_status *status, struct icp_error *e) {
    struct icp_array a = {.struct_size = sizeof a};
    if (!*status)
        *status = icp_result_column(r, layer, column, &a, e);
    return a.data;
}

static icp_status layer_view_of(struct layer_view *v, const struct score_layout *l, const icp_result *r, int32_t layer, struct icp_error *e) {
    icp_status s = ICP_OK;
    v->score = fetch(r, layer, ICP_COL_SCORE, &s, e);
    v->tier = fetch(r, layer, ICP_COL_TIER, &s, e);
    v->low = fetch(r, layer, ICP_COL_LOW, &s, e);
    v->high = fetch(r, layer, ICP_COL_HIGH, &s, e);
    v->confidence = fetch(r, layer, ICP_COL_CONFIDENCE, &s, e);
    v->evidence = fetch(r, layer, ICP_COL_MILLIPOINTS, &s, e);
    v->flags = fetch(r, layer, ICP_COL_FLAGS, &s, e);
    v->traits = l->reasons ? fetch(r, layer, ICP_COL_REASON_TRAITS, &s, e) : NULL;
    v->points = l->reasons ? fetch(r, layer, ICP_COL_REASON_POINTS, &s, e) : NULL;
    v->effective = l->decided ? fetch(r, layer, ICP_COL_EFFECTIVE_TIER, &s, e) : NULL;
    v->override.struct_size = sizeof v->override;
    if (!s && l->decided)
        s = icp_result_column(r, layer, ICP_COL_OVERRIDE, &v->override, e);
    if (s || !(l->timing >> layer & 1u))
        return s;
    v->event.struct_size = sizeof v->event;
    v->stale = fetch(r, layer, ICP_COL_STALE, &s, e);
    v->trend = fetch(r, layer, ICP_COL_TREND, &s, e);
    v->whole = fetch(r, layer, ICP_COL_WHOLE, &s, e);
    return s ? s : icp_result_column(r, layer, ICP_COL_EVENT, &v->event, e);
}

icp_status view_of(struct view *v, const struct score_layout *l, const icp_result *r, struct icp_error *e) {
    icp_status s = ICP_OK;
    v->key.struct_size = v->action.struct_size = sizeof v->key;
    v->has_key = icp_result_column(r, 0, ICP_COL_KEY, &v->key, NULL) == ICP_OK;
    for (int32_t layer = 1; !s && layer < SHOWN_LAYERS; layer++)
        if (l->layers >> layer & 1u)
            s = layer_view_of(&v->layer[layer], l, r, layer, e);
    if (s || !(l->layers >> ICP_LAYER_FIT & 1u) || !(l->layers >> ICP_LAYER_INTENT & 1u))
        return s;
    v->quadrant = fetch(r, 0, ICP_COL_QUADRANT, &s, e);
    return s ? s : icp_result_column(r, 0, ICP_COL_ACTION, &v->action, e);
}

/* Only bytes from outside need quoting; names in reasons are escaped already. */
static void put_csv(struct text *t, const struct score_line *l) {
    const bool quoted = l->column->write == put_reasons;
    if (l->column->bytes) {
        const struct icp_str v = l->column->bytes(l);
        text_csv(t, v.data, v.size);
        return;
    }
    if (quoted)
        text_char(t, '"');
    l->column->write(t, l);
    if (quoted)
        text_char(t, '"');
}

static void put_json(struct text *t, const struct score_line *l) {
    const bool quoted = l->column->kind == 's';
    if (l->column->bytes) {
        const struct icp_str v = l->column->bytes(l);
        text_json(t, v.data, v.size);
        return;
    }
    if (quoted)
        text_char(t, '"');
    const size_t before = t->size;
    l->column->write(t, l);
    if (!quoted && t->size == before)
        text_put(t, "null");
    if (quoted)
        text_char(t, '"');
}

void score_row_write(struct text *t, const struct score_layout *l, const struct view *v, uint64_t row) {
    const bool csv = l->format == FORMAT_CSV || l->format == FORMAT_TABLE;
    if (!csv)
        text_put(t, l->format == FORMAT_JSON ? ",\n {" : "{");
    for (int i = 0; i < l->columns; i++) {
        const struct score_line line = {l, &l->column[i], v, row};
        if (csv) {
            if (i)
                text_char(t, ',');
            put_csv(t, &line);
            continue;
        }
        text_put(t, i ? ", \"" : "\"");
        text_put(t, l->header[i]);
        text_put(t, "\": ");
        put_json(t, &line);
    }
    text_put(t, csv ? "\n" : l->format == FORMAT_JSON ? "}" : "}\n");
}

bool blend_parse(const char *s, struct score_layout *l) {
    double sum = 0;
    uint32_t seen = 0;
    while (*s) {
        int layer = 1;
        for (; layer < SHOWN_LAYERS; layer++) {
            const size_t n = strlen(layer_names[layer]);
            if (strncmp(s, layer_names[layer], n) == 0 && s[n] == '=') {
                s += n + 1;
                break;
            }
        }
        if (layer == SHOWN_LAYERS || !(l->layers >> layer & 1u) || seen >> layer & 1u || *s < '0' || *s > '9')
            return false;
        seen |= 1u << layer;
        char *end;
        l->weight[layer] = strtod(s, &end);
        if (!(l->weight[layer] >= 0) || l->weight[layer] > 1e6 || (*end && *end != ','))
            return false;
        sum += l->weight[layer];
        if (*end && !end[1])
            return false;
        s = *end ? end + 1 : end;
    }
    l->blend = sum > 0;
    return l->blend;
}
