/* SPDX-License-Identifier: MIT */
/* The report, version 1 (doc/drift.md). Alarms stand by column, columns that are no longer what they were first, then the largest moves first. */
#include "base/json.h"
#include "base/sort.h"
#include "govern/drift.h"
#include "model/playbook.h"

#define SHOWN 20u /* shares of one column */

struct writing {
    const struct icp__drift *d;
    struct icp__bytes *b;
    uint32_t *order; /* [tests] and as much again */
    uint32_t *column;
    bool more;       /* an alarm was written */
};

static int64_t micro(double v) { return icp__round(v * 1e6); }
static int64_t share(uint64_t n, uint64_t of) { return micro(icp__drift_part(n, of)); }

/* "12.3%" */
static void put_percent(struct icp__bytes *b, int64_t micros) {
    const int64_t tenths = (micros + 500) / 1000;
    icp__bytes_print(b, "%lld.%lld%%", (long long)(tenths / 10), (long long)(tenths % 10));
}

static void put_from_to(struct icp__bytes *b, int64_t from, int64_t to) {
    put_percent(b, from);
    icp__bytes_text(b, " before, ");
    put_percent(b, to);
    icp__bytes_text(b, " now");
}

/* As the share itself, whichever way was asked. */
struct sides {
    uint64_t had, had_of, has, has_of;
};
static struct sides sides_of(const struct icp__drift_test *q) {
    struct sides s = {q->had, q->had_of, q->has, q->has_of};
    if (!q->up)
        s.had = s.had_of - s.had, s.has = s.has_of - s.has;
    return s;
}

double icp__drift_size(const struct icp__drift_test *q) {
    const double a = icp__drift_part(q->had, q->had_of), b = icp__drift_part(q->has, q->has_of);
    return b > a ? b - a : a - b;
}

static void write_counts(struct icp__bytes *b, const struct icp__drift_test *q) {
    const struct sides s = sides_of(q);
    icp__json_member(b, "before_micro", share(s.had, s.had_of));
    icp__json_member(b, "now_micro", share(s.has, s.has_of));
    icp__json_member(b, "before", (int64_t)s.had);
    icp__json_member(b, "before_of", (int64_t)s.had_of);
    icp__json_member(b, "now", (int64_t)s.has);
    icp__json_member(b, "now_of", (int64_t)s.has_of);
    icp__json_member(b, "p_nano", icp__round(q->p * 1e9));
    icp__json_member(b, "false_alarm_micro", micro(q->sure < 1 ? q->sure : 1));
}

static void write_name(struct icp__bytes *b, const struct icp__drift *d, const struct icp__drift_test *q) {
    const icp_model *m = d->model;
    if (q->kind == ICP__SHARE) {
        const uint8_t *e = icp__entry(m, q->what);
        icp__json_string(b, m->strs + icp__entry_id(e), icp__entry_id_size(e));
        return;
    }
    struct icp__bytes id;
    icp__bytes_init(&id, d->ctx);
    icp__trait_id(&id, m->schema->column[q->what].id, ICP_TRAIT_KNOWN, "", 0);
    if (q->kind == ICP__OTHER_SHARE)
        icp__bytes_print(&id, "*"); /* `column=**`: none of the model's values */
    if (id.failed)
        b->failed = true;
    else
        icp__json_string(b, id.data, id.size);
    icp__bytes_free(&id);
}

/* The next alarm's object, as far as its kind. */
static void begin(struct writing *w, struct icp_str name, const char *prefix, const char *kind) {
    icp__bytes_text(w->b, w->more ? ",{\"name\":" : "{\"name\":");
    w->more = true;
    if (prefix != NULL) {
        icp__bytes_print(w->b, "\"%s%.*s\"", prefix, (int)name.size, name.data);
    } else {
        icp__json_string(w->b, name.data, name.size);
    }
    icp__bytes_print(w->b, ",\"kind\":\"%s\"", kind);
}

/* Sentences are made in bytes of their own, so that names in them are escaped once. */
static void end(struct writing *w, struct icp__bytes *sentence) {
    icp__bytes_text(w->b, ",\"look_at\":");
    if (sentence->failed)
        w->b->failed = true;
    else
        icp__json_string(w->b, sentence->data, sentence->size);
    icp__bytes_text(w->b, "}");
    icp__bytes_free(sentence);
}

static int by_size(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift_test *t = arg;
    const double x = icp__drift_size(&t[a]), y = icp__drift_size(&t[b]);
    return x > y ? -1 : x < y ? 1 : a < b ? -1 : a > b;
}

/* Alarms of one column, the largest first: their places in w->order. */
static uint32_t alarms_of(struct writing *w, uint32_t column) {
    const struct icp__drift *d = w->d;
    uint32_t n = 0;
    for (uint32_t i = 0; i < d->tests; i++)
        if (d->test[i].alarm && d->test[i].kind != ICP__SCORE_SHARE && icp__drift_column_of(d, &d->test[i]) == column)
            w->order[n++] = i;
    icp__sort_index(w->order, n, w->order + d->tests, by_size, d->test);
    return n;
}

static void say_schema(const struct icp__drift *d, uint32_t column, struct icp__bytes *b) {
    const struct icp__drift_column *c = &d->column[column];
    const struct icp__drift_side *n = &d->now;
    switch (c->verdict) {
    case ICP__DRIFT_ABSENT:
        icp__bytes_text(b, "the rows have no such column, nor another one with its values: was it left out of the export?");
        break;
    case ICP__DRIFT_RENAMED:
        icp__bytes_print(b, "the rows have no such column, but the cells of \"%.*s\" give its traits: name it as before, or fit anew",
                         (int)d->fresh[c->to].name.size, d->fresh[c->to].name.data);
        break;
    case ICP__DRIFT_EMPTIED:
        icp__bytes_text(b, "hardly a row has a value any more: is the field still filled, and exported?");
        break;
    default:
        if (n->unreadable[column] > n->known[column])
            icp__bytes_print(b, "%llu of %llu filled cells cannot be read as a %s: look at how they are written", (unsigned long long)n->unreadable[column],
                             (unsigned long long)(n->unreadable[column] + n->known[column]), icp__kind_name(d->model->schema->column[column].kind));
        else if (2 * n->outside[column] > n->known[column])
            icp__bytes_print(b, "%llu of %llu numbers lie outside all that the reference held: other units?", (unsigned long long)n->outside[column],
                             (unsigned long long)n->known[column]);
        else if (2 * n->bare[column] > n->known[column])
            icp__bytes_print(b, "%llu of %llu filled cells give no value that the model knows: written otherwise, or all new?", (unsigned long long)n->bare[column],
                             (unsigned long long)n->known[column]);
        else
            icp__bytes_print(b, "%u of %u common values are hardly found any more: written otherwise, or replaced?", c->gone, c->common);
    }
}

static void say_moved(const struct icp__drift *d, uint32_t column, const struct icp__drift_test *largest, struct icp__bytes *b) {
    const struct icp__drift_column *c = &d->column[column];
    const struct sides s = sides_of(largest);
    if (c->alarms == 0) {
        icp__bytes_text(b, "the column is filled in ");
        put_from_to(b, share(s.had, s.had_of), share(s.has, s.has_of));
        icp__bytes_text(b, " of the rows: did the source or the import change?");
        return;
    }
    icp__bytes_print(b, "%u share%s moved, the most from ", c->alarms, c->alarms == 1 ? "" : "s");
    put_from_to(b, share(s.had, s.had_of), share(s.has, s.has_of));
    icp__bytes_text(b, ": other companies, or the field is filled otherwise");
}

static void write_shares(struct writing *w, uint32_t n) {
    const struct icp__drift *d = w->d;
    icp__bytes_text(w->b, ",\"shares\":[");
    for (uint32_t i = 0; i < n && i < SHOWN; i++) {
        const struct icp__drift_test *q = &d->test[w->order[i]];
        icp__bytes_text(w->b, i ? ",{\"name\":" : "{\"name\":");
        write_name(w->b, d, q);
        icp__bytes_print(w->b, ",\"kind\":\"%s\"", q->kind == ICP__SHARE ? "share" : q->kind == ICP__OTHER_SHARE ? "other values" : "known");
        write_counts(w->b, q);
        icp__bytes_text(w->b, "}");
    }
    icp__bytes_text(w->b, "]");
}

static void write_column(struct writing *w, uint32_t column) {
    static const char *const kinds[] = {"", "moved", "known", "absent", "renamed", "emptied", "reformatted"};
    const struct icp__drift *d = w->d;
    const struct icp__drift_column *c = &d->column[column];
    const uint32_t n = alarms_of(w, column);
    struct icp__bytes sentence;
    icp__bytes_init(&sentence, d->ctx);
    begin(w, d->model->schema->column[column].name, NULL, kinds[c->verdict]);
    icp__bytes_print(w->b, ",\"schema\":%s", c->verdict >= ICP__DRIFT_KNOWN ? "true" : "false");
    icp__json_member(w->b, "known_before_micro", share(d->before.known[column], d->before.rows));
    icp__json_member(w->b, "known_now_micro", share(d->now.known[column], d->now.rows));
    if (c->verdict == ICP__DRIFT_RENAMED) {
        icp__bytes_text(w->b, ",\"to\":");
        icp__json_string(w->b, d->fresh[c->to].name.data, d->fresh[c->to].name.size);
    }
    icp__json_member(w->b, "size_micro", micro(c->size));
    icp__json_member(w->b, "alarms", n);
    write_shares(w, n);
    if (c->verdict > ICP__DRIFT_KNOWN)
        say_schema(d, column, &sentence);
    else
        say_moved(d, column, &d->test[w->order[0]], &sentence);
    end(w, &sentence);
}

static int by_verdict(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift_column *c = arg;
    const bool x = c[a].verdict > ICP__DRIFT_KNOWN, y = c[b].verdict > ICP__DRIFT_KNOWN;
    if (x != y)
        return x ? -1 : 1;
    return c[a].size > c[b].size ? -1 : c[a].size < c[b].size ? 1 : a < b ? -1 : a > b;
}

static int32_t median(const uint64_t *score, uint64_t of) {
    uint64_t sum = 0;
    for (int32_t i = 0; i < ICP__SCORES; i++)
        if (2 * (sum += score[i]) >= of)
            return i + ICP__SCORE_MIN;
    return 0;
}

/* The surest answer speaks for the layer. */
static void write_layer(struct writing *w, uint32_t k) {
    const struct icp__drift *d = w->d;
    const struct icp__drift_test *q = NULL;
    struct icp__bytes sentence;
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *t = &d->test[i];
        if (t->kind == ICP__SCORE_SHARE && t->what == k && t->alarm && (q == NULL || t->ratio < q->ratio))
            q = t;
    }
    if (q == NULL)
        return;
    const char *name = icp__layer_names[d->model->part[k]->layer];
    const struct sides s = sides_of(q);
    icp__bytes_init(&sentence, d->ctx);
    begin(w, (struct icp_str){name, strlen(name)}, "score:", "score");
    icp__bytes_text(w->b, ",\"schema\":false");
    icp__json_member(w->b, "at_or_above", q->cut);
    write_counts(w->b, q);
    icp__json_member(w->b, "size_micro", micro(icp__drift_size(q)));
    icp__json_member(w->b, "median_before", median(d->before.score[k], s.had_of));
    icp__json_member(w->b, "median_now", median(d->now.score[k], s.has_of));
    icp__bytes_print(&sentence, "scores of %d and more: ", q->cut);
    put_from_to(&sentence, share(s.had, s.had_of), share(s.has, s.has_of));
    icp__bytes_text(&sentence, "; the columns above say why. If these are the companies to be judged from now on, fit on a reference of them");
    end(w, &sentence);
}

static void write_alarms(struct writing *w) {
    const struct icp__drift *d = w->d;
    uint32_t n = 0, columns = d->model->schema->columns;
    for (uint32_t c = 0; c < columns; c++)
        if (d->column[c].verdict != ICP__DRIFT_NONE)
            w->column[n++] = c;
    icp__sort_index(w->column, n, w->column + columns, by_verdict, d->column);
    icp__bytes_text(w->b, ",\"alarms\":[");
    for (uint32_t i = 0; i < n; i++)
        write_column(w, w->column[i]);
    for (uint32_t k = 0; k < d->model->parts; k++)
        if (icp__drift_compares_layer(d, k))
            write_layer(w, k);
    icp__bytes_text(w->b, "]");
}

static int by_name(const void *arg, uint32_t a, uint32_t b) {
    const struct icp__drift_new *f = arg;
    return icp__str_compare(f[a].folded, f[b].folded);
}

static void write_new(struct icp__bytes *b, const struct icp__drift *d) {
    uint32_t order[2 * ICP__DRIFT_NEW];
    for (uint32_t i = 0; i < d->fresh_count; i++)
        order[i] = i;
    icp__sort_index(order, d->fresh_count, order + ICP__DRIFT_NEW, by_name, d->fresh);
    icp__bytes_text(b, ",\"new_columns\":[");
    for (uint32_t i = 0; i < d->fresh_count; i++) {
        icp__bytes_text(b, i ? "," : "");
        icp__json_string(b, d->fresh[order[i]].name.data, d->fresh[order[i]].name.size);
    }
    icp__bytes_print(b, "],\"more_new_columns\":%s", d->fresh_more ? "true" : "false");
}

/* Columns of the schema that the model does not use: worth knowing, no alarm. */
static void write_unused(struct icp__bytes *b, const struct icp__drift *d) {
    const icp_schema *schema = d->model->schema;
    icp__bytes_text(b, ",\"absent_unused\":[");
    for (uint32_t c = 0, n = 0; c < schema->columns; c++) {
        if (d->now.held[c] != 0 || d->model->slots[c].known != ICP__NONE || schema->column[c].kind == ICP_KIND_KEY || icp__model_of_events(d->model, c))
            continue;
        icp__bytes_text(b, n++ ? "," : "");
        icp__json_string(b, schema->column[c].name.data, schema->column[c].name.size);
    }
    icp__bytes_text(b, "]");
}

static const char *why_no_layer(const icp_model *part, bool events) {
    return part->signals != NULL && !events ? "no events were given" : "the model does not say how companies score that its fit did not see";
}

static void write_not_judged(struct icp__bytes *b, const struct icp__drift *d) {
    uint32_t n = 0;
    icp__bytes_text(b, ",\"not_judged\":[");
    for (uint32_t c = 0; c < d->model->schema->columns; c++) {
        if (d->column[c].missed == 0 || d->column[c].verdict == ICP__DRIFT_ABSENT || d->column[c].verdict == ICP__DRIFT_RENAMED)
            continue;
        icp__bytes_text(b, n++ ? ",{\"column\":" : "{\"column\":");
        icp__json_string(b, d->model->schema->column[c].name.data, d->model->schema->column[c].name.size);
        icp__json_member(b, "traits", d->column[c].missed);
        if (d->column[c].needed)
            icp__bytes_print(b, ",\"why\":\"too few rows for shares so small: only a larger move is found\",\"rows_needed\":%llu}", (unsigned long long)d->column[c].needed);
        else
            icp__bytes_text(b, ",\"why\":\"the chance of a false alarm is spent on commoner traits: only a larger move is found\",\"rows_needed\":null}");
    }
    for (uint32_t k = 0; k < d->model->parts; k++)
        if (!icp__drift_compares_layer(d, k)) {
            icp__bytes_print(b, "%s{\"layer\":\"%s\",\"why\":\"%s\",\"rows_needed\":null}", n++ ? "," : "", icp__layer_names[d->model->part[k]->layer],
                             why_no_layer(d->model->part[k], d->now.score[k] != NULL));
        }
    icp__bytes_text(b, "]");
}

/* The rarest share of which a change of the odds by 9/4 is found in four of five runs; -1 = none. */
static int64_t found_from(const struct icp__drift *d) {
    int64_t least = -1;
    for (size_t i = 0; i < d->tests; i++) {
        const struct icp__drift_test *q = &d->test[i];
        const int64_t at = share(q->had, q->had_of);
        if (q->sought && (least < 0 || at < least))
            least = at;
    }
    return least;
}

static void write_tested(struct icp__bytes *b, const struct icp__drift *d) {
    icp__bytes_print(b, ",\"tested\":{\"traits\":%llu,\"columns\":%llu,\"layers\":%llu", (unsigned long long)d->tested[0], (unsigned long long)d->tested[1],
                     (unsigned long long)d->tested[2]);
    icp__json_member(b, "questions", (int64_t)d->tests);
    icp__json_member(b, "sought", (int64_t)d->sought);
    icp__bytes_text(b, ",\"found_from_micro\":");
    if (found_from(d) < 0)
        icp__bytes_text(b, "null}");
    else
        icp__bytes_print(b, "%lld}", (long long)found_from(d));
}

icp_status icp__drift_write(const struct icp__drift *d, struct icp__bytes *b, struct icp_error *err) {
    const uint32_t columns = d->model->schema->columns;
    struct writing w = {.d = d, .b = b};
    w.order = icp__alloc(d->ctx, 2 * d->tests + 2 * (size_t)columns + 1, sizeof *w.order);
    if (w.order == NULL)
        return icp__no_memory(err);
    w.column = w.order + 2 * d->tests;
    icp__bytes_print(b, "{\"version\":1,\"alarm\":%s,\"against\":\"%s\"", d->alarms + d->schema_alarms ? "true" : "false", d->before.read ? "rows" : "reference");
    icp__bytes_text(b, ",\"model\":");
    icp__json_hex(b, d->model->info.id, sizeof d->model->info.id);
    icp__json_member(b, "rows_before", (int64_t)d->before.rows);
    icp__json_member(b, "rows_now", (int64_t)d->now.rows);
    icp__json_member(b, "false_alarm_micro", micro(d->level));
    write_tested(b, d);
    write_alarms(&w);
    write_new(b, d);
    write_unused(b, d);
    write_not_judged(b, d);
    icp__bytes_text(b, "}");
    icp__free(d->ctx, w.order);
    return b->failed ? icp__no_memory(err) : ICP_OK;
}
