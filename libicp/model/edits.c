/* SPDX-License-Identifier: MIT */
/* Reading what was changed by hand. */
#include "model/edits.h"
#include "base/json.h"

static icp_status bad(const char *source, struct icp_error *err, const char *tag, uint64_t index, const char *what) {
    struct icp__place where = ICP__NOWHERE;
    where.source = source;
    return icp__fail_at(err, ICP_E_FORMAT, &where, "section %s, record %llu: %s", tag, (unsigned long long)index, what);
}

static const uint8_t *record(const icp_model *m, uint32_t i) { return m->changed + ICP__LEARNED_HEAD + (size_t)i * ICP__RECORD_SIZE; }

struct icp__learned_figures icp__edits_learned(const icp_model *m, uint32_t entry) {
    const uint8_t *e = icp__entry(m, entry);
    struct icp__learned_figures f = {icp__entry_learned(e), icp__entry_weight(e), icp__entry_variance(e), icp__entry_square(e), icp__entry_square_over(e)};
    uint32_t lo = 0, hi = m->changed_count;
    while (lo < hi) { /* the first record that is not of an entry before */
        const uint32_t mid = lo + (hi - lo) / 2;
        if (icp__get32(record(m, mid)) < entry)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < m->changed_count && icp__get32(record(m, lo)) == entry) {
        const uint8_t *r = record(m, lo);
        f.weight = (int32_t)icp__get32(r + 4);
        f.variance = icp__get64(r + 8), f.square = icp__get64(r + 16), f.square_over = icp__get64(r + 24);
    }
    return f;
}

void icp__edits_record(struct icp__bytes *out, uint32_t entry, const struct icp__learned_figures *f) {
    uint8_t *p = icp__bytes_room(out, ICP__RECORD_SIZE);
    if (p == NULL)
        return;
    icp__put32(p, entry), icp__put32(p + 4, (uint32_t)f->weight);
    icp__put64(p + 8, f->variance), icp__put64(p + 16, f->square), icp__put64(p + 24, f->square_over);
}

const uint8_t *icp__edits_spread(const icp_model *m) { return m->changed != NULL ? m->changed : m->spread; }

const uint8_t *icp__edits_unseen(const icp_model *m) { return m->changed != NULL ? m->changed + ICP__SPREAD_SIZE : m->unseen; }

static bool read_hex(const struct icp__json *j, uint8_t out[32]) {
    if (j == NULL || j->type != ICP__JSON_STRING || j->text.size != 64)
        return false;
    for (size_t i = 0; i < 64; i++) {
        const char c = j->text.data[i];
        const int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (v < 0)
            return false;
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
    }
    return true;
}

static bool is_text(const struct icp__json *j, size_t most) { return j != NULL && j->type == ICP__JSON_STRING && j->text.size != 0 && j->text.size <= most; }

/* The last one names the parent. */
static icp_status check_history(icp_model *m, const char *source, struct icp_error *err) {
    struct icp__arena arena;
    struct icp__json *root;
    uint64_t n = 0;
    icp__arena_init(&arena, m->ctx);
    icp_status st = icp__json_parse(&arena, (const char *)m->edits->data, (size_t)m->edits->size, ICP_E_FORMAT, &root, err);
    if (st == ICP_OK && (root->type != ICP__JSON_ARRAY || root->child == NULL))
        st = bad(source, err, ICP__TAG_EDITS, 0, "no history");
    for (const struct icp__json *j = st == ICP_OK ? root->child : NULL; st == ICP_OK && j != NULL; j = j->next, n++) {
        const bool object = j->type == ICP__JSON_OBJECT;
        const struct icp__json *edits = object ? icp__json_get(j, "edits") : NULL;
        if (edits == NULL || edits->type != ICP__JSON_ARRAY || !read_hex(icp__json_get(j, "parent"), m->info.parent_id) ||
            !is_text(icp__json_get(j, "author"), ICP__AUTHOR_MOST) || !is_text(icp__json_get(j, "reason"), ICP__REASON_MOST))
            st = bad(source, err, ICP__TAG_EDITS, n, "not an edit");
    }
    icp__arena_free(&arena);
    return st;
}

static icp_status check_records(const icp_model *m, const char *source, struct icp_error *err) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 3 * ICP__SCORES; i++) {
        const uint64_t n = icp__get64(m->changed + (size_t)i * 8);
        sum = i % ICP__SCORES == 0 ? 0 : sum;
        if (n > INT64_MAX - sum)
            return bad(source, err, ICP__TAG_LEARNED, i, "sum out of range");
        sum += n;
    }
    for (uint32_t i = 0; i < m->changed_count; i++) {
        const uint8_t *r = record(m, i);
        const int32_t weight = (int32_t)icp__get32(r + 4);
        if (icp__get32(r) >= m->info.traits || (i > 0 && icp__get32(r) <= icp__get32(record(m, i - 1))))
            return bad(source, err, ICP__TAG_LEARNED, i, "entries do not ascend");
        if (weight < -100 || weight > 100)
            return bad(source, err, ICP__TAG_LEARNED, i, "weight out of range");
    }
    return ICP_OK;
}

/* Only an edit parts points from what was learned, and its flag says so. */
static icp_status check_flag(const icp_model *m, const char *source, struct icp_error *err) {
    bool differs = false;
    for (uint32_t i = 0; i < m->entries && !differs; i++)
        differs = icp__entry_points(icp__entry(m, i)) != icp__entry_learned(icp__entry(m, i));
    if (differs != ((m->info.flags & ICP_MODEL_EDITED) != 0) || (differs && m->edits == NULL))
        return bad(source, err, "LAYR", 0, "points differ from the learned ones without an edit, or do not after one");
    return ICP_OK;
}

icp_status icp__edits_open(icp_model *m, const char *source, struct icp_error *err) {
    const struct icp__section *learned = icp__container_find(&m->file, ICP__TAG_LEARNED);
    m->edits = icp__container_find(&m->file, ICP__TAG_EDITS);
    if ((m->edits != NULL) != (learned != NULL))
        return bad(source, err, ICP__TAG_EDITS, 0, "edits without learned figures, or these alone");
    if (m->edits == NULL)
        return check_flag(m, source, err);
    if ((m->edits->flags | learned->flags) & ICP__SECTION_DEFLATED)
        return bad(source, err, ICP__TAG_EDITS, 0, "is deflated");
    if (learned->size < ICP__LEARNED_HEAD || (learned->size - ICP__LEARNED_HEAD) % ICP__RECORD_SIZE != 0 ||
        (learned->size - ICP__LEARNED_HEAD) / ICP__RECORD_SIZE > m->info.traits)
        return bad(source, err, ICP__TAG_LEARNED, 0, "size out of range");
    m->changed = learned->data;
    m->changed_count = (uint32_t)((learned->size - ICP__LEARNED_HEAD) / ICP__RECORD_SIZE);
    icp_status st = check_history(m, source, err);
    if (st == ICP_OK)
        st = check_records(m, source, err);
    return st == ICP_OK ? check_flag(m, source, err) : st;
}
