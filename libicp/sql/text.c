/* SPDX-License-Identifier: MIT */
/* Texts and names: w@ holds the words with a blank around each, and an A where two of them form no phrase. */
#include "base/hash.h"
#include "sql/sql.h"

static void words(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_words(q, c, "f@", true);
    icp__sql_put(q, c, ", CASE WHEN ");
    icp__sql_odd_words(q, c);
    icp__sql_put(q, c, " THEN FALSE ELSE o@ END AS o@");
}

static void carry(struct icp__sql *q, const struct icp__sql_column *c) { icp__sql_carry(q, c, "fo"); }

/* A word by itself, the beginning of one (begin*), or two that stand together. */
static void hit(struct icp__sql *q, const struct icp__sql_column *c, uint32_t entry) {
    struct icp_str s = icp__sql_entry(q, entry);
    const bool begin = s.data[s.size - 1] == '*';
    s.size -= begin;
    icp__sql_find(q, c, "w@", " ", s, begin ? "" : " ");
}

static void points(struct icp__sql *q, const struct icp__sql_column *c) {
    icp__sql_put(q, c, "CASE WHEN replace(replace(w@, 'A', ''), ' ', '') <> '' THEN ");
    icp__sql_known(q, c);
    icp__bytes_text(&q->b, "\n      + ");
    icp__sql_sum(q, c, hit, c->word, c->words);
    icp__bytes_text(&q->b, " ELSE 0 END");
}

const struct icp__sql_kind icp__sql_of_text = {{icp__sql_fold, carry, carry, carry, words}, points, NULL};

static bool has_flag(const struct icp__sql *q, uint32_t column, const char *s, size_t n, uint32_t flag) {
    const uint32_t entry = icp__model_find(q->model, column, icp__hash(s, n, column), s, (uint32_t)n);
    return entry != ICP__NONE && (icp__entry_flags(icp__entry(q->model, entry)) & flag) != 0;
}

bool icp__sql_text_reaches(const struct icp__sql *q, uint32_t column, struct icp_str s) {
    const char *blank = memchr(s.data, ' ', s.size);
    size_t characters = 0;
    if (s.size > 1 && s.data[s.size - 1] == '*') {
        for (size_t i = 0; i + 1 < s.size; i++)
            characters += ((unsigned char)s.data[i] & 0xC0) != 0x80;
        return characters == 5 && icp__sql_is_word(s.data, s.size - 1);
    }
    if (blank == NULL)
        return icp__sql_is_word(s.data, s.size);
    const size_t n = (size_t)(blank - s.data), rest = s.size - n - 1;
    return icp__sql_is_word(s.data, n) && icp__sql_is_word(blank + 1, rest) && has_flag(q, column, s.data, n, ICP__BEGINS_PHRASE) &&
           has_flag(q, column, blank + 1, rest, ICP__ENDS_PHRASE);
}
