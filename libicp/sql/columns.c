/* SPDX-License-Identifier: MIT */
/* The model's columns: which kind writes each, and the traits that a cell of it can have. */
#include "sql/sql.h"
#include "trait/normalise.h"

static void nothing_read(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_carry(q, c, "co"); }
static void nothing_points(struct icp__sql *q, const struct icp__sql_column *c) {
    (void)c;
    icp__bytes_text(&q->b, "0");
}
static void nothing_exact(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_put(q, c, "CASE WHEN c@ IS NULL THEN o@ ELSE FALSE END"); }
/* A column that is left out: a row is exact where it is missing. */
const struct icp__sql_kind icp__sql_of_nothing = {
    {nothing_read, nothing_read, nothing_read, nothing_read, nothing_read}, nothing_points, nothing_exact};

static const char *why_not(const struct icp__column *c) {
    switch (c->normaliser) {
    case ICP__NORMALISER_NAICS:
    case ICP__NORMALISER_SIC:
    case ICP__NORMALISER_GICS:
    case ICP__NORMALISER_NACE: return "codes of a classification";
    case ICP__NORMALISER_DEPARTMENT: return "departments found inside job titles";
    case ICP__NORMALISER_EMPLOYEES:
    case ICP__NORMALISER_REVENUE: return "sizes in many spellings";
    default: return NULL;
    }
}

static void choose(struct icp__sql_column *c) {
    const int32_t kind = c->column->kind;
    const struct icp_str name = c->column->name;
    c->why = kind == ICP_KIND_CATEGORY || kind == ICP_KIND_LIST ? why_not(c->column) : NULL;
    if (memchr(name.data, '\0', name.size) != NULL)
        c->why = "a name that holds a NUL";
    if ((kind == ICP_KIND_NUMBER || kind == ICP_KIND_DATE) && !icp__sql_edges_fit(c->slot))
        c->why = "an end of a range with more than 15 digits";
    switch (kind) {
    case ICP_KIND_TEXT:
    case ICP_KIND_NAME: c->kind = &icp__sql_of_text; break;
    case ICP_KIND_CATEGORY: c->kind = &icp__sql_of_value; break;
    case ICP_KIND_BOOLEAN: c->kind = &icp__sql_of_boolean; break;
    case ICP_KIND_LIST: c->kind = &icp__sql_of_list; break;
    case ICP_KIND_NUMBER: c->kind = &icp__sql_of_number; break;
    case ICP_KIND_DATE: c->kind = &icp__sql_of_date; break;
    case ICP_KIND_URL: c->kind = &icp__sql_of_url; break;
    default: c->why = "a kind that this library does not write";
    }
    if (c->why != NULL)
        c->kind = NULL;
}

/* Lists the traits of texts. Hidden entries stand behind all traits; texts with control characters meet no cell that SQL reads. */
static bool list(struct icp__sql *q, struct icp__sql_column *c) {
    const bool text = c->column->kind == ICP_KIND_TEXT || c->column->kind == ICP_KIND_NAME;
    c->entry = icp__arena_alloc(&q->arena, (size_t)c->slot->traits + 1, sizeof *c->entry);
    c->word = icp__arena_alloc(&q->arena, (size_t)c->slot->traits + 1, sizeof *c->word);
    if (c->entry == NULL || c->word == NULL)
        return false;
    for (uint32_t i = c->slot->first; i < c->slot->first + c->slot->traits; i++) {
        const uint32_t kind = icp__entry_kind(icp__entry(q->model, i));
        const int32_t points = icp__entry_points(icp__entry(q->model, i));
        const struct icp_str s = icp__sql_entry(q, i);
        c->least += points < 0 ? points : 0;
        c->most += points > 0 ? points : 0;
        if (kind == ICP_TRAIT_KNOWN || kind == ICP_TRAIT_RANGE || s.size == 0 || !icp__sql_plain(s.data, s.size))
            continue;
        c->entry[c->entries++] = i;
        if (text ? icp__sql_text_reaches(q, c->index, s) : icp__sql_is_word(s.data, s.size))
            c->word[c->words++] = i;
    }
    return c->column->normaliser == 0 || c->kind == NULL || c->column->kind == ICP_KIND_NUMBER || icp__sql_say(q, c);
}

icp_status icp__sql_columns(struct icp__sql *q, struct icp_error *err) {
    const icp_model *m = q->model;
    uint64_t sum = 0;
    q->column = icp__arena_alloc(&q->arena, (size_t)m->schema->columns + 1, sizeof *q->column);
    if (q->column == NULL)
        return icp__no_memory(err);
    for (uint32_t i = 0; i < m->schema->columns; i++) {
        struct icp__sql_column *c = &q->column[q->columns];
        if (m->slots[i].known == ICP__NONE || icp__model_of_events(m, i))
            continue;
        *c = (struct icp__sql_column){.number = q->columns, .index = i, .column = &m->schema->column[i], .slot = &m->slots[i]};
        choose(c);
        if (!list(q, c))
            return icp__no_memory(err);
        if (c->kind == NULL)
            q->omitted++;
        sum += (uint64_t)(c->most - c->least);
        q->columns++;
    }
    q->letters = icp__arena_alloc(&q->arena, (size_t)q->columns + 1, sizeof *q->letters);
    if (q->letters == NULL)
        return icp__no_memory(err);
    memset(q->letters, 0, ((size_t)q->columns + 1) * sizeof *q->letters);
    if (sum > INT32_MAX)
        return icp__fail(err, ICP_E_LIMIT, "the points of all traits add up to more than 32 bits hold");
    return ICP_OK;
}
