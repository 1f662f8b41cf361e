/* SPDX-License-Identifier: MIT */
/* What columns of several kinds share: sums over traits, and the spellings that normalisers know. */
#include "base/hash.h"
#include "sql/sql.h"
#include "trait/lexicon.h"
#include "trait/normalise.h"

enum { WIDE = 24 }; /* addends of one level: engines limit how deep expressions may be */

void icp__sql_points(struct icp__sql *q, uint32_t entry) { icp__sql_int(q, icp__entry_points(icp__entry(q->model, entry))); }
void icp__sql_known(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_points(q, c->slot->known); }

void icp__sql_sum(struct icp__sql *q, const struct icp__sql_column *c, icp__sql_term condition, const uint32_t *entry, uint32_t count) {
    uint32_t part = 1;
    if (count == 0)
        icp__bytes_text(&q->b, "0");
    while ((uint64_t)part * WIDE < count)
        part *= WIDE;
    for (uint32_t i = 0; i < count; i += part) {
        icp__bytes_text(&q->b, i > 0 ? "\n      + " : "");
        if (part > 1) {
            icp__bytes_text(&q->b, "(");
            icp__sql_sum(q, c, condition, entry + i, count - i < part ? count - i : part);
            icp__bytes_text(&q->b, ")");
            continue;
        }
        icp__bytes_text(&q->b, "CASE WHEN ");
        condition(q, c, entry[i]);
        icp__bytes_text(&q->b, " THEN ");
        icp__sql_points(q, entry[i]);
        icp__bytes_text(&q->b, " ELSE 0 END");
    }
}

void icp__sql_values(struct icp__sql *q, const struct icp__sql_column *c, const char *expression) {
    if (c->entries == 0) {
        icp__bytes_text(&q->b, "0");
        return;
    }
    icp__bytes_text(&q->b, "CASE ");
    icp__sql_put(q, c, expression);
    for (uint32_t i = 0; i < c->entries; i++) {
        icp__bytes_text(&q->b, "\n      WHEN ");
        icp__sql_text(q, icp__sql_entry(q, c->entry[i]));
        icp__bytes_text(&q->b, " THEN ");
        icp__sql_points(q, c->entry[i]);
    }
    icp__bytes_text(&q->b, " ELSE 0 END");
}

static void inner_word(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry) {
    icp__sql_find(q, c, "w@", " ", icp__sql_entry(q, entry), " ");
}

void icp__sql_inner_words(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_sum(q, c, inner_word, c->word, c->words); }

void icp__sql_odd_words(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_find(q, c, "f@", "", (struct icp_str){".net", 4}, "");
    icp__bytes_text(&q->b, " OR ");
    if (q->dialect == ICP_SQL_SQLITE)
        icp__sql_put(q, c, "f@ GLOB '*[a-z][+#]*'");
    else
        icp__sql_matches(q, c, "f@", "(.|\n)*[a-z][+#](.|\n)*");
}

static const struct icp__lexicon *lexicon_of(uint8_t normaliser, uint32_t k) {
    switch (normaliser) {
    case ICP__NORMALISER_INDUSTRY: return k == 0 ? &icp__lexicon_industry : NULL;
    case ICP__NORMALISER_EMPLOYEES: return k == 0 ? &icp__lexicon_segment : NULL;
    case ICP__NORMALISER_STAGE: return k == 0 ? &icp__lexicon_stage : NULL;
    case ICP__NORMALISER_TECHNOLOGY: return k == 0 ? &icp__lexicon_technology : NULL;
    case ICP__NORMALISER_STATE: return k == 0 ? &icp__lexicon_state : NULL;
    case ICP__NORMALISER_CITY: return k == 0 ? &icp__lexicon_city : NULL;
    case ICP__NORMALISER_PLACE: return k == 0 ? &icp__lexicon_city : k == 1 ? &icp__lexicon_state : NULL;
    default: return NULL;
    }
}

bool icp__sql_spells(uint8_t normaliser) {
    return normaliser == ICP__NORMALISER_COUNTRY || (lexicon_of(normaliser, 0) != NULL && normaliser != ICP__NORMALISER_EMPLOYEES);
}

static bool give(struct icp__sql_spelling *out, struct icp_str s, bool by_value) {
    memcpy(out->text, s.data, s.size);
    out->text[s.size] = '\0';
    out->size = s.size;
    out->by_value = by_value;
    return true;
}

bool icp__sql_spelling(uint8_t normaliser, uint32_t i, struct icp__sql_spelling *out) {
    const struct icp__lexicon *l = &icp__lexicon_state;
    if (normaliser == ICP__NORMALISER_STATE || normaliser == ICP__NORMALISER_PLACE) { /* codes come before names */
        if (i < l->terms)
            return give(out, (struct icp_str){l->term + l->term_at[i], (size_t)l->term_at[i + 1] - l->term_at[i]}, true);
        i -= l->terms;
    }
    for (uint32_t k = 0; k < 2 && (l = lexicon_of(normaliser, k)) != NULL; k++) {
        if (i < l->keys)
            return give(out, icp__lexicon_spelling(l, (int32_t)i), false);
        i -= l->keys;
    }
    if (normaliser != ICP__NORMALISER_COUNTRY && normaliser != ICP__NORMALISER_PLACE)
        return false;
    out->size = icp__country_spelling(i, out->text);
    out->by_value = true;
    return out->size != 0;
}

bool icp__sql_say(struct icp__sql *q, struct icp__sql_column *c) {
    struct icp__sql_spelling s;
    char room[ICP__TERM_ROOM];
    for (int pass = 0; pass < 2; pass++) { /* counted, then noted */
        c->saids = 0;
        for (uint32_t i = 0; icp__sql_spelling(c->column->normaliser, i, &s); i++) {
            struct icp__terms terms = {.count = 0, .room = room};
            icp__normalisers[c->column->normaliser].terms(s.text, s.size, &terms);
            for (uint32_t k = 0; k < terms.count; k++) {
                const struct icp_str t = terms.term[k];
                const uint32_t entry = icp__model_find(q->model, c->index, icp__hash(t.data, t.size, c->index), t.data, (uint32_t)t.size);
                if (entry == ICP__NONE || entry >= q->model->info.traits)
                    continue;
                if (pass == 1)
                    c->said[c->saids] = (struct icp__sql_said){entry, i};
                c->saids++;
            }
        }
        if (pass == 0)
            c->said = icp__arena_alloc(&q->arena, (size_t)c->saids + 1, sizeof *c->said);
        if (c->said == NULL)
            return false;
    }
    return true;
}
