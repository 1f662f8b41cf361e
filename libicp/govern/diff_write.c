/* SPDX-License-Identifier: MIT */
/* Rows and summary of a difference (doc/change.md). */
#include "base/json.h"
#include "base/number.h"
#include "govern/diff.h"
#include "model/playbook.h"

#define BLOCK 65536u

static const char *const parts[ICP__DIFF_PARTS] = {"data", "decay", "edits", "customers", "reference", "extraction", "joint"};

static int64_t size_of(int64_t v) { return v < 0 ? -v : v; }

static void count(struct icp__diff_sum *s, int64_t change) {
    s->companies += change != 0;
    s->sum += change;
    s->size += size_of(change);
}

/* The column that moved most; of equal ones the first. */
static uint32_t moved_most(const struct icp__diff *d, const struct icp__diff_row *row) {
    uint32_t best = UINT32_MAX;
    for (uint32_t c = 0; c < d->columns; c++)
        if (row->by_column[c] != 0 && (best == UINT32_MAX || size_of(row->by_column[c]) > size_of(row->by_column[best])))
            best = c;
    return best;
}

/* Displayed scores differ by whole points, and less at both ends of the scale. */
static int64_t saturation(const struct icp__diff_row *row) {
    return ((int64_t)icp__points_score(row->is) - icp__points_score(row->was)) * 1000 - (row->is - row->was);
}

/* Larger changes stand first, of equal ones the smaller key. */
static int compare(const struct icp__diff_listed *a, const struct icp__diff_row *row) {
    const int64_t x = size_of(a->is - a->was), y = size_of(row->is - row->was);
    return x != y ? (x > y ? -1 : 1) : icp__str_compare((struct icp_str){a->key.data, a->key.size}, row->key);
}

static icp_status list(struct icp__diff *d, const struct icp__diff_row *row, uint32_t column, struct icp_error *err) {
    uint32_t at = d->listed;
    if (row->is == row->was)
        return ICP_OK;
    while (at > 0 && compare(&d->largest[at - 1], row) > 0)
        at--;
    if (at == d->o.top)
        return ICP_OK;
    struct icp__diff_listed fresh = d->listed < d->o.top ? (struct icp__diff_listed){.was = 0} : d->largest[d->listed - 1];
    if (d->listed < d->o.top) {
        icp__bytes_init(&fresh.key, d->ctx);
        d->listed++;
    }
    for (uint32_t i = d->listed - 1; i > at; i--)
        d->largest[i] = d->largest[i - 1];
    fresh.key.size = 0;
    icp__bytes_add(&fresh.key, row->key.data, row->key.size);
    fresh.was = row->was, fresh.is = row->is, fresh.column = column;
    d->largest[at] = fresh;
    return fresh.key.failed ? icp__no_memory(err) : ICP_OK;
}

static void tally(struct icp__diff *d, const struct icp__diff_row *row) {
    const int32_t before = icp__points_tier(row->was), now = icp__points_tier(row->is);
    d->compared++;
    d->changed += row->is != row->was;
    d->score_changed += icp__points_score(row->is) != icp__points_score(row->was);
    d->tier_changed += before != now;
    d->tiers[before][now]++;
    count(&d->whole, row->is - row->was);
    count(&d->saturation, saturation(row));
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        count(&d->part[i], row->part[i]);
    for (uint32_t c = 0; c < d->columns; c++)
        count(&d->by_column[c], row->by_column[c]);
}

/* Rows ------------------------------------------------------------------------------------------------------------------- */

icp_status icp__diff_flush(struct icp__diff *d, size_t least, struct icp_error *err) {
    if (d->out.failed)
        return icp__no_memory(err);
    if (d->rows_sink == NULL || d->out.size < least)
        return ICP_OK;
    const icp_status st = icp__sink_write(d->rows_sink, d->out.data, d->out.size, err);
    d->out.size = 0;
    return st;
}

icp_status icp__diff_head(struct icp__diff *d, struct icp_error *err) {
    icp__bytes_text(&d->out, "key,status,score_before,score_now,tier_before,tier_now,change");
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        icp__bytes_print(&d->out, ",%s", parts[i]);
    icp__bytes_text(&d->out, ",saturation,column,column_change\n");
    return icp__diff_flush(d, BLOCK, err);
}

/* Quoted where it must be. */
static void put_text(struct icp__bytes *b, struct icp_str s) {
    bool quote = s.size > 0 && (s.data[0] == ' ' || s.data[s.size - 1] == ' ');
    size_t done = 0;
    for (size_t i = 0; i < s.size && !quote; i++)
        quote = s.data[i] == ',' || s.data[i] == '"' || s.data[i] == '\n' || s.data[i] == '\r';
    if (quote)
        icp__bytes_text(b, "\"");
    for (size_t i = 0; quote && i < s.size; i++)
        if (s.data[i] == '"') {
            icp__bytes_add(b, s.data + done, i + 1 - done);
            done = i; /* once more */
        }
    icp__bytes_add(b, s.data + done, s.size - done);
    if (quote)
        icp__bytes_text(b, "\"");
}

static void put_number(struct icp__bytes *b, int64_t v) {
    icp__bytes_text(b, ",");
    icp__json_int(b, v);
}

static void put_scores(struct icp__bytes *b, const struct icp__diff_row *row) {
    const bool single = row->before <= 1 && row->now <= 1, before = single && row->before == 1, now = single && row->now == 1;
    const char *status = !single ? "duplicate" : !now ? "only_before" : !before ? "only_now" : row->is != row->was ? "changed" : "same";
    icp__bytes_print(b, ",%s,", status);
    if (before)
        icp__json_int(b, icp__points_score(row->was));
    icp__bytes_text(b, ",");
    if (now)
        icp__json_int(b, icp__points_score(row->is));
    icp__bytes_print(b, ",%s,%s", before ? icp__tier_names[icp__points_tier(row->was)] : "", now ? icp__tier_names[icp__points_tier(row->is)] : "");
}

static void put_row(struct icp__diff *d, const struct icp__diff_row *row, uint32_t column) {
    struct icp__bytes *b = &d->out;
    put_text(b, row->key);
    put_scores(b, row);
    if (row->before != 1 || row->now != 1) {
        icp__bytes_text(b, ",,,,,,,,,,,\n");
        return;
    }
    put_number(b, row->is - row->was);
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        put_number(b, row->part[i]);
    put_number(b, saturation(row));
    icp__bytes_text(b, ",");
    if (column != UINT32_MAX) {
        put_text(b, *d->name[column]);
        put_number(b, row->by_column[column]);
    } else {
        icp__bytes_text(b, ",");
    }
    icp__bytes_text(b, "\n");
}

icp_status icp__diff_add(struct icp__diff *d, const struct icp__diff_row *row, struct icp_error *err) {
    uint32_t column = UINT32_MAX;
    icp_status st = ICP_OK;
    if (row->before > 1 || row->now > 1) {
        d->duplicates++;
    } else if (row->before == 0) {
        d->only_now++;
    } else if (row->now == 0) {
        d->only_before++;
    } else {
        column = moved_most(d, row);
        tally(d, row);
        st = list(d, row, column, err);
    }
    if (st != ICP_OK || d->rows_sink == NULL)
        return st;
    put_row(d, row, column);
    return icp__diff_flush(d, BLOCK, err);
}

/* Summary ---------------------------------------------------------------------------------------------------------------- */

static void put_model(struct icp__bytes *b, const char *name, const icp_model *m) {
    icp__bytes_print(b, ",\"%s\":{\"id\":", name);
    icp__json_hex(b, m->info.id, 32);
    icp__bytes_text(b, ",\"reference\":");
    icp__json_hex(b, m->info.reference_id, 32);
    icp__json_member(b, "extraction", m->info.extraction);
    icp__bytes_print(b, ",\"edited\":%s}", m->info.flags & ICP_MODEL_EDITED ? "true" : "false");
}

static int64_t mean_of(int64_t sum, uint64_t n) { return n == 0 ? 0 : (sum + (int64_t)(n / 2)) / (int64_t)n; }

static void put_sum(const struct icp__diff *d, struct icp__bytes *b, const char *name, const struct icp__diff_sum *s, bool first) {
    icp__bytes_text(b, first ? "{\"part\":" : ",{\"part\":");
    icp__json_strz(b, name);
    icp__json_member(b, "companies", (int64_t)s->companies);
    icp__json_member(b, "sum", s->sum);
    icp__json_member(b, "mean_size", mean_of(s->size, d->compared));
    icp__bytes_text(b, "}");
}

/* What the part `joint` stands for. */
static void put_joint(const struct icp__diff *d, struct icp__bytes *b) {
    const uint32_t bits = d->joint[0] | d->joint[1];
    const char *comma = "";
    icp__bytes_text(b, ",\"joint\":[");
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        if (bits >> i & 1u) {
            icp__bytes_print(b, "%s\"%s\"", comma, parts[i]);
            comma = ",";
        }
    icp__bytes_text(b, "]");
}

static void put_counts(const struct icp__diff *d, struct icp__bytes *b) {
    icp__json_member(b, "rows_before", (int64_t)d->rows[0]);
    icp__json_member(b, "rows_now", (int64_t)d->rows[1]);
    icp__json_member(b, "without_key_before", (int64_t)d->keyless[0]);
    icp__json_member(b, "without_key_now", (int64_t)d->keyless[1]);
    icp__json_member(b, "companies", (int64_t)d->compared);
    icp__json_member(b, "changed", (int64_t)d->changed);
    icp__json_member(b, "score_changed", (int64_t)d->score_changed);
    icp__json_member(b, "tier_changed", (int64_t)d->tier_changed);
    icp__json_member(b, "only_before", (int64_t)d->only_before);
    icp__json_member(b, "only_now", (int64_t)d->only_now);
    icp__json_member(b, "duplicates", (int64_t)d->duplicates);
}

static void put_tiers(const struct icp__diff *d, struct icp__bytes *b) {
    icp__bytes_text(b, ",\"tiers\":[");
    for (int from = 1; from <= 5; from++) {
        icp__bytes_text(b, from > 1 ? ",[" : "[");
        for (int to = 1; to <= 5; to++) {
            icp__bytes_text(b, to > 1 ? "," : "");
            icp__json_uint_write(b, d->tiers[from][to]);
        }
        icp__bytes_text(b, "]");
    }
    icp__bytes_text(b, "]");
}

/* The columns that moved scores most, over all companies. */
static void put_columns(const struct icp__diff *d, struct icp__bytes *b) {
    int64_t last = INT64_MAX;
    uint32_t after = UINT32_MAX, n = 0;
    icp__bytes_text(b, ",\"columns\":[");
    for (; n < d->o.top; n++) {
        uint32_t best = UINT32_MAX;
        for (uint32_t c = 0; c < d->columns; c++) {
            const int64_t size = d->by_column[c].size;
            if (size == 0 || size > last || (size == last && c <= after && after != UINT32_MAX))
                continue;
            if (best == UINT32_MAX || size > d->by_column[best].size)
                best = c;
        }
        if (best == UINT32_MAX)
            break;
        last = d->by_column[best].size, after = best;
        icp__bytes_text(b, n ? ",{\"column\":" : "{\"column\":");
        icp__json_string(b, d->name[best]->data, d->name[best]->size);
        icp__json_member(b, "companies", (int64_t)d->by_column[best].companies);
        icp__json_member(b, "sum", d->by_column[best].sum);
        icp__json_member(b, "mean_size", mean_of(last, d->compared));
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

static void put_largest(const struct icp__diff *d, struct icp__bytes *b) {
    icp__bytes_text(b, ",\"largest\":[");
    for (uint32_t i = 0; i < d->listed; i++) {
        const struct icp__diff_listed *l = &d->largest[i];
        icp__bytes_text(b, i ? ",{\"key\":" : "{\"key\":");
        icp__json_string(b, l->key.data == NULL ? "" : l->key.data, l->key.size);
        icp__json_member(b, "score_before", icp__points_score(l->was));
        icp__json_member(b, "score_now", icp__points_score(l->is));
        icp__json_member(b, "change", l->is - l->was);
        if (l->column != UINT32_MAX) {
            icp__bytes_text(b, ",\"column\":");
            icp__json_string(b, d->name[l->column]->data, d->name[l->column]->size);
        }
        icp__bytes_text(b, "}");
    }
    icp__bytes_text(b, "]");
}

void icp__diff_summary(const struct icp__diff *d, struct icp__bytes *b) {
    icp__bytes_print(b, "{\"version\":1,\"layer\":\"%s\"", icp__layer_names[d->layer]);
    put_model(b, "from", d->from.whole);
    put_model(b, "to", d->to.part != NULL ? d->to.whole : d->from.whole);
    if (d->via.part != NULL)
        put_model(b, "via", d->via.whole);
    if (d->from.events != NULL) {
        icp__json_member(b, "before_as_of", d->events_before->as_of);
        icp__json_member(b, "as_of", d->from.events->as_of);
    }
    put_joint(d, b);
    put_counts(d, b);
    icp__bytes_text(b, ",\"parts\":[");
    put_sum(d, b, "change", &d->whole, true);
    for (int i = 0; i < ICP__DIFF_PARTS; i++)
        put_sum(d, b, parts[i], &d->part[i], false);
    put_sum(d, b, "saturation", &d->saturation, false);
    icp__bytes_text(b, "]");
    put_tiers(d, b);
    put_columns(d, b);
    put_largest(d, b);
    icp__bytes_text(b, "}");
}
