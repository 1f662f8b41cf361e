/* SPDX-License-Identifier: MIT */
/* The table of families, and how a header is matched against their synonyms. */
#include "base/text.h"
#include "trait/family.h"
#include "trait/parse.h"

const struct icp__family *const icp__families[] = {
    &icp__family_industry, &icp__family_size, &icp__family_stage, &icp__family_keywords,
    &icp__family_technology, &icp__family_hiring, &icp__family_geography, &icp__family_other,
};
const size_t icp__family_count = sizeof icp__families / sizeof *icp__families;

const char *icp__family_name(int32_t id) {
    for (size_t i = 0; i < icp__family_count; i++)
        if (icp__families[i]->id == id) return icp__families[i]->name;
    return "?";
}

void icp__header_split(struct icp_str name, struct icp__header *out) {
    char parted[300], text[512];
    struct icp__word words[24];
    size_t n = 0;
    out->words = 0;
    for (size_t i = 0; i < name.size && n + 2 < sizeof parted; i++) {
        char c = name.data[i];
        bool upper = icp__is_letter(c) && icp__lower(c) != c;
        bool after_lower = i > 0 && (icp__is_digit(name.data[i - 1]) || name.data[i - 1] != icp__lower(name.data[i - 1]) ? false : icp__is_letter(name.data[i - 1]));
        /* An upper-case run ends before its last letter when lower case follows: HQCountry, companyURL. */
        bool after_run = i > 0 && icp__is_letter(name.data[i - 1]) && icp__lower(name.data[i - 1]) != name.data[i - 1] && i + 1 < name.size &&
                         icp__is_letter(name.data[i + 1]) && icp__lower(name.data[i + 1]) == name.data[i + 1];
        if (upper && (after_lower || after_run)) parted[n++] = ' ';
        parted[n++] = c;
    }
    n = icp__utf8_cut(parted, n, sizeof parted);
    size_t count = icp__words(parted, n, text, sizeof text, words, sizeof words / sizeof *words);
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        size_t size = words[i].end - words[i].start;
        if (size == 1 && i + 1 == count && i > 0 && text[words[i].start] == 'c') continue; /* Salesforce: Name__c */
        if (used + size > sizeof out->text) break;
        memcpy(out->text + used, text + words[i].start, size);
        out->word[out->words].start = (uint16_t)used;
        out->word[out->words++].size = (uint16_t)size;
        used += size;
    }
}

static size_t singular(const char *s, size_t n) { return n >= 4 && s[n - 1] == 's' && s[n - 2] != 's' ? n - 1 : n; }

bool icp__header_has(const struct icp__header *h, const char *words) {
    bool whole = *words == '=';
    size_t wanted = 0;
    for (const char *p = words + whole; *p;) {
        size_t n = strcspn(p, " "), m = singular(p, n), i;
        for (i = 0; i < h->words; i++) {
            const char *w = h->text + h->word[i].start;
            if (singular(w, h->word[i].size) == m && memcmp(w, p, m) == 0) break;
        }
        if (i == h->words) { /* LinkedIn and E-Mail were parted */
            for (i = 0; i + 1 < h->words; i++) {
                size_t both = (size_t)h->word[i].size + h->word[i + 1].size;
                const char *w = h->text + h->word[i].start;
                if (singular(w, both) == m && memcmp(w, p, m) == 0) break;
            }
            if (i + 1 >= h->words) return false;
            wanted++;
        }
        wanted++;
        p += n;
        while (*p == ' ') p++;
    }
    return wanted > 0 && (!whole || wanted == h->words);
}

static size_t word_count(const char *words) {
    size_t n = 1;
    for (; *words; words++) n += *words == ' ';
    return n;
}

bool icp__header_says_amount(const struct icp__header *h) {
    static const char *const words[] = {"amount", "value", "revenue", "price", "total", "mrr", "arr", "acv", "tcv", "cost", "fee", "spend", "usd", "eur", "gbp"};
    for (size_t i = 0; i < h->words; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (icp__same_word(h->text + h->word[i].start, h->word[i].size, words[k])) return true;
    return false;
}

const struct icp__synonym *icp__header_match(const struct icp__header *h, int32_t *family) {
    const struct icp__synonym *best = NULL;
    for (size_t f = 0; f < icp__family_count; f++)
        for (size_t i = 0; i < icp__families[f]->synonym_count; i++) {
            const struct icp__synonym *s = &icp__families[f]->synonyms[i];
            if (best && (s->strength < best->strength ||
                         (s->strength == best->strength && word_count(s->words) <= word_count(best->words))))
                continue;
            if (!icp__header_has(h, s->words)) continue;
            best = s;
            *family = icp__families[f]->id;
        }
    return best;
}
