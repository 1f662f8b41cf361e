/* SPDX-License-Identifier: MIT */
/* The segment report as JSON (doc/segments.md). */
#include "base/json.h"
#include "govern/segments.h"
#include "model/playbook.h"
#include "trait/family.h"

/* What the model stores of a segment; sides are known of listed traits and of parts that leave no gap. */
struct stored {
    uint64_t customers, customers_of, reference, reference_of;
    bool known;
};

static struct stored stored_of(const struct icp__segments *s, uint32_t entry) {
    const uint8_t *n = s->part->shar + (size_t)entry * ICP__COUNTS_SIZE;
    return (struct stored){icp__get64(n), icp__get64(n + 8), icp__get64(n + 16), icp__get64(n + 24), true};
}

static uint64_t less(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

/* Of rows with none of the segments: those left of the column's known values, and those without a value. */
static struct stored stored_rest(const struct icp__segments *s, const struct icp__dimension *d, enum icp__rest rest) {
    const struct stored known = stored_of(s, s->part->slots[d->column].known);
    struct stored out = known;
    if (rest == ICP__REST_UNKNOWN) {
        out.customers = less(known.customers_of, known.customers);
        out.reference = less(known.reference_of, known.reference);
        return out;
    }
    out.known = !d->gaps;
    out.customers_of = known.customers;
    out.reference_of = known.reference;
    for (uint32_t i = 0; i < d->segments; i++) {
        const struct stored one = stored_of(s, d->segment[i]);
        out.customers = less(out.customers, one.customers);
        out.reference = less(out.reference, one.reference);
    }
    return out;
}

/* The customers at a place; of several, the least. */
static uint64_t customers_at(uint32_t place) {
    if (place < ICP__COUNTS_EXACT)
        return place;
    const uint32_t i = place - ICP__COUNTS_EXACT;
    return (uint64_t)(ICP__COUNTS_STEPS + i % ICP__COUNTS_STEPS) << (1 + i / ICP__COUNTS_STEPS);
}

static uint64_t median(const struct icp__figures *f) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ICP__COUNTS; i++) {
        sum += f->effective[i];
        if (2 * sum >= f->companies)
            return customers_at(i);
    }
    return 0;
}

static void write_figures(struct icp__bytes *b, const struct icp__figures *f) {
    static const char *const tiers[] = {"", "very_poor", "poor", "fair", "good", "excellent"}, *const confidence[] = {"", "insufficient", "low", "medium", "high"};
    icp__json_member(b, "companies", (int64_t)f->companies);
    icp__bytes_text(b, ",\"tiers\":{");
    for (uint32_t i = ICP_TIER_VERY_POOR; i <= ICP_TIER_EXCELLENT; i++)
        icp__bytes_print(b, "%s\"%s\":%llu", i > ICP_TIER_VERY_POOR ? "," : "", tiers[i], (unsigned long long)f->tier[i]);
    icp__bytes_text(b, "},\"confidence\":{");
    for (uint32_t i = ICP_CONFIDENCE_INSUFFICIENT; i <= ICP_CONFIDENCE_HIGH; i++)
        icp__bytes_print(b, "%s\"%s\":%llu", i > ICP_CONFIDENCE_INSUFFICIENT ? "," : "", confidence[i], (unsigned long long)f->confidence[i]);
    icp__bytes_text(b, "}");
    icp__json_member(b, "wide", (int64_t)f->wide);
    icp__json_member(b, "high_on_thin", (int64_t)f->high_on_thin);
    if (f->companies != 0) {
        icp__json_member(b, "holds_thousandths", (int64_t)(f->holds / f->companies));
        icp__json_member(b, "effective_median", (int64_t)median(f));
    }
}

/* Rounded; companies are rows that were read, so nothing wraps. */
static uint64_t percent(uint64_t part, uint64_t of) { return (part * 100 + of / 2) / of; }

/* Carried = enough customers belong to it, and the tiers of most of its companies may be trusted a little. */
static void write_verdict(struct icp__bytes *b, const struct stored *n, const struct icp__figures *f) {
    const bool rows = f != NULL && f->companies != 0, none = n->known && n->customers == 0 && n->reference == 0 && !rows;
    const uint64_t trusted = rows ? f->confidence[ICP_CONFIDENCE_MEDIUM] + f->confidence[ICP_CONFIDENCE_HIGH] : 0;
    const bool thin = (n->known && n->customers < ICP__SEGMENTS_THIN) || (rows && 2 * trusted < f->companies);
    const char *verdict = none || (!n->known && !rows) ? "empty" : thin ? "thin" : "carried";
    icp__bytes_print(b, ",\"verdict\":\"%s\",\"reason\":\"", verdict);
    if (n->known)
        icp__bytes_print(b, "%llu customer%s%s%s", (unsigned long long)n->customers, n->customers == 1 ? "" : "s",
                         n->customers < ICP__SEGMENTS_THIN && !none ? ", fewer than 15" : "", rows ? "; " : "");
    if (rows)
        icp__bytes_print(b, "confidence is Medium or High for %llu%% of the companies", (unsigned long long)percent(trusted, f->companies));
    else if (!n->known)
        icp__bytes_text(b, f != NULL ? "no company here belongs to it" : "without rows nothing is known of it");
    icp__bytes_text(b, "\"");
}

static void write_stored(struct icp__bytes *b, const struct stored *n) {
    if (!n->known)
        return;
    icp__json_member(b, "customers", (int64_t)n->customers);
    icp__json_member(b, "customers_of", (int64_t)n->customers_of);
    icp__json_member(b, "reference", (int64_t)n->reference);
    icp__json_member(b, "reference_of", (int64_t)n->reference_of);
}

static void write_segment(struct icp__bytes *b, const struct stored *n, const struct icp__figures *f) {
    write_stored(b, n);
    if (f != NULL)
        write_figures(b, f);
    write_verdict(b, n, f);
    icp__bytes_text(b, "}");
}

static void write_dimension(struct icp__bytes *b, const struct icp__segments *s, const struct icp__dimension *d) {
    static const char *const rest[] = {"other", "unknown"};
    const struct icp__column *column = &s->part->schema->column[d->column];
    icp__bytes_text(b, "{\"column\":");
    icp__json_string(b, column->name.data, column->name.size);
    icp__bytes_print(b, ",\"family\":\"%s\",\"overlap\":%s", icp__family_name(column->family), d->overlap ? "true" : "false");
    icp__json_member(b, "left_out", d->left_out);
    icp__bytes_text(b, ",\"segments\":[");
    for (uint32_t i = 0; i < d->segments; i++) {
        const uint8_t *e = icp__entry(s->part, d->segment[i]);
        const struct stored n = stored_of(s, d->segment[i]);
        icp__bytes_text(b, i ? ",{\"segment\":\"trait\",\"trait\":" : "{\"segment\":\"trait\",\"trait\":");
        icp__json_string(b, s->part->strs + icp__entry_id(e), icp__entry_id_size(e));
        write_segment(b, &n, d->figures ? &d->figures[i] : NULL);
    }
    for (uint32_t i = 0; i < ICP__RESTS; i++) {
        const struct stored n = stored_rest(s, d, (enum icp__rest)i);
        icp__bytes_print(b, "%s{\"segment\":\"%s\"", i || d->segments ? "," : "", rest[i]);
        write_segment(b, &n, d->figures ? &d->figures[d->segments + i] : NULL);
    }
    icp__bytes_text(b, "]}");
}

icp_status icp__segments_write(const struct icp__segments *s, icp_buffer **json, struct icp_error *err) {
    const char *layer = icp__layer_names[s->layer];
    struct icp__bytes b;
    icp__bytes_init(&b, s->ctx);
    icp__bytes_text(&b, "{\"version\":1,\"model\":");
    icp__json_hex(&b, s->part->info.id, 32);
    icp__bytes_print(&b, ",\"layer\":\"%s\"", layer);
    icp__json_member(&b, "customers", (int64_t)s->part->info.customers);
    icp__json_member(&b, "reference", (int64_t)s->part->info.companies);
    icp__json_member(&b, "thin_customers", ICP__SEGMENTS_THIN);
    icp__json_member(&b, "wide_millipoints", ICP__SEGMENTS_WIDE);
    if (s->total != NULL) {
        icp__bytes_text(&b, ",\"total\":{\"of\":\"rows\"");
        write_figures(&b, s->total);
        icp__bytes_text(&b, "}");
    }
    icp__bytes_text(&b, ",\"columns\":[");
    for (uint32_t i = 0; i < s->dimensions; i++) {
        if (i)
            icp__bytes_text(&b, ",");
        write_dimension(&b, s, &s->dimension[i]);
    }
    icp__bytes_text(&b, "]}");
    return icp__bytes_finish(&b, json, err);
}
