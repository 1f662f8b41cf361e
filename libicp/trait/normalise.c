/* SPDX-License-Identifier: MIT */
/* The table of normalisers, and what each makes of a value. */
#include "trait/normalise.h"
#include "base/bytes.h"
#include "base/number.h"
#include "trait/extract.h"
#include "trait/lexicon.h"
#include "trait/parse.h"

static void add(struct icp__terms *t, struct icp_str s) {
    if (t->count < sizeof t->term / sizeof *t->term) t->term[t->count++] = s;
}

static void add_row(struct icp__terms *t, const struct icp__lexicon *l, int32_t key) {
    struct icp_str term;
    for (unsigned k = 0; (term = icp__lexicon_term(l, key, k)).size; k++) add(t, term);
}

static bool look_up(const char *folded, size_t n, struct icp__terms *t, const struct icp__lexicon *l) {
    char key[ICP__LEXICON_KEY];
    const int32_t row = icp__lexicon_find(l, key, icp__lexicon_key(folded, n, key, sizeof key, true));
    if (row >= 0) add_row(t, l, row);
    return row >= 0;
}

static void country(const char *folded, size_t n, struct icp__terms *t) {
    const size_t m = icp__normalise_country(folded, n, t->room, ICP__TERM_ROOM);
    if (m) add(t, (struct icp_str){t->room, m});
}

static void industry(const char *folded, size_t n, struct icp__terms *t) { (void)look_up(folded, n, t, &icp__lexicon_industry); }
static void stage(const char *folded, size_t n, struct icp__terms *t) { (void)look_up(folded, n, t, &icp__lexicon_stage); }
static void technology(const char *folded, size_t n, struct icp__terms *t) { (void)look_up(folded, n, t, &icp__lexicon_technology); }
static void city(const char *folded, size_t n, struct icp__terms *t) { (void)look_up(folded, n, t, &icp__lexicon_city); }

static void state(const char *folded, size_t n, struct icp__terms *t) {
    /* us-ca and US-CA are the code itself. */
    const bool iso = n >= 4 && n <= 6 && folded[2] == '-';
    for (uint32_t i = 0; iso && i < icp__lexicon_state.terms; i++) {
        const uint16_t *at = &icp__lexicon_state.term_at[i];
        if ((size_t)at[1] - at[0] == n && memcmp(icp__lexicon_state.term + at[0], folded, n) == 0)
            add(t, (struct icp_str){icp__lexicon_state.term + at[0], n});
    }
    if (t->count == 0) (void)look_up(folded, n, t, &icp__lexicon_state);
    t->code = true;
}

/* Parts of an address: two letters could be a state or a country. */
static void place(const char *folded, size_t n, struct icp__terms *t) {
    if (n < 4 && !(n == 3 && (memcmp(folded, "usa", 3) == 0 || memcmp(folded, "uae", 3) == 0 || memcmp(folded, "nyc", 3) == 0)) &&
        !(n == 2 && memcmp(folded, "uk", 2) == 0))
        return;
    if (look_up(folded, n, t, &icp__lexicon_city)) return;
    country(folded, n, t);
    if (t->count == 0) state(folded, n, t);
    t->code = true;
}

/* Digits at the start of a value, points between them left out, then the end or a separator: "62.01 - Software", "511210: ...". */
static size_t read_code(const char *s, size_t n, char *out, size_t cap, bool letter) {
    size_t used = 0, i = 0;
    if (letter && n > 1 && icp__is_letter(s[0]) && (icp__is_digit(s[1]) || s[1] == ' ' || s[1] == '.')) i = 1;
    while (i < n && i == 1 && (s[i] == ' ' || s[i] == '.')) i++;
    for (; i < n; i++) {
        if (icp__is_digit(s[i])) {
            if (used == cap) return 0;
            out[used++] = s[i];
        } else if (s[i] != '.' || i + 1 == n || !icp__is_digit(s[i + 1])) {
            break;
        }
    }
    if (letter && i < n && icp__is_letter(s[i])) i++; /* NAF: 62.01Z */
    return i == n || s[i] == ' ' || s[i] == '-' || s[i] == ':' || s[i] == ',' || s[i] == '(' || s[i] == ';' ? used : 0;
}

/* The row with the longest beginning of the code; -1 unless at least `least` digits of it are listed. */
static int32_t longest_row(const struct icp__lexicon *l, const char *code, size_t n, size_t least) {
    for (; n >= least; n--) {
        const int32_t row = icp__lexicon_find(l, code, n);
        if (row >= 0) return row;
    }
    return -1;
}

/* The code's beginnings of each of these lengths, each a level of the classification, and its industry. */
static void add_levels(struct icp__terms *t, const struct icp__lexicon *l, int32_t row, const char *code, size_t n, const uint8_t *levels) {
    memcpy(t->room, code, n);
    for (; *levels && *levels <= n; levels++) add(t, (struct icp_str){t->room, *levels});
    add_row(t, l, row);
    t->code = true;
}

static void naics(const char *folded, size_t n, struct icp__terms *t) {
    static const uint8_t levels[] = {2, 3, 4, 0};
    static const char *const ranges[] = {"31-33", "44-45", "48-49"};
    char code[6];
    size_t size = read_code(folded, n, code, sizeof code, false);
    int32_t row = -1;
    for (size_t i = 0; i < 3; i++)
        if (n >= 5 && memcmp(folded, ranges[i], 5) == 0 && (n == 5 || folded[5] == ' ' || folded[5] == ':')) size = 2, memcpy(code, folded, 2);
    if (size < 2) return;
    /* A subsector that is not listed is no NAICS code. */
    row = longest_row(&icp__lexicon_naics, code, size, size < 3 ? 2 : 3);
    if (row < 0) return;
    add_levels(t, &icp__lexicon_naics, row, code, size, levels);
    for (size_t i = 0; i < 3; i++)
        if (memcmp(code, ranges[i], 2) >= 0 && memcmp(code, ranges[i] + 3, 2) <= 0) add(t, (struct icp_str){ranges[i], 5});
}

static void sic(const char *folded, size_t n, struct icp__terms *t) {
    static const uint8_t levels[] = {2, 3, 0};
    char code[8];
    size_t size = read_code(folded, n, code, sizeof code, false);
    if (size != 2 && size != 3 && size != 4 && size != 6 && size != 8) return;
    int32_t row = longest_row(&icp__lexicon_sic, code, size < 4 ? size : 4, 2);
    if (row >= 0) add_levels(t, &icp__lexicon_sic, row, code, size, levels);
}

static void gics(const char *folded, size_t n, struct icp__terms *t) {
    static const uint8_t levels[] = {2, 4, 6, 0};
    char code[8];
    size_t size = read_code(folded, n, code, sizeof code, false);
    if (size < 2 || size % 2) {
        (void)look_up(folded, n, t, &icp__lexicon_industry);
        return;
    }
    int32_t row = longest_row(&icp__lexicon_gics, code, size, size < 4 ? 2 : 4);
    if (row >= 0) add_levels(t, &icp__lexicon_gics, row, code, size, levels);
}

static void nace(const char *folded, size_t n, struct icp__terms *t) {
    static const uint8_t levels[] = {2, 3, 0}, section[] = {1, 0};
    char code[6];
    size_t size = read_code(folded, n, code, sizeof code, true);
    int32_t row = size >= 2 ? longest_row(&icp__lexicon_nace, code, size, 2) : -1;
    if (size < 2 && n > 0 && icp__is_letter(folded[0]) && (n == 1 || folded[1] == ' ' || folded[1] == ':' || folded[1] == '-')) {
        row = icp__lexicon_find(&icp__lexicon_nace, folded, 1);
        code[0] = folded[0], size = 1;
    }
    if (row >= 0) add_levels(t, &icp__lexicon_nace, row, code, size, size == 1 ? section : levels);
}

/* A range of numbers in one spelling: 51-200, 10001+, <10. */
static bool band(const char *folded, size_t n, struct icp__terms *t) {
    struct icp__range r;
    size_t used = 0;
    if (!icp__range_read(folded, n, &r) || (!r.open && r.lo == r.hi)) return false;
    if (r.lo != r.hi) r.open = 0;
    if (r.open < 0) t->room[used++] = '<';
    used += icp__decimal_print(r.open < 0 ? r.hi : r.lo, t->room + used);
    if (r.open > 0) t->room[used++] = '+';
    if (r.open == 0) {
        t->room[used++] = '-';
        used += icp__decimal_print(r.hi, t->room + used);
    }
    add(t, (struct icp_str){t->room, used});
    t->code = true;
    return true;
}

static void employees(const char *folded, size_t n, struct icp__terms *t) {
    if (!look_up(folded, n, t, &icp__lexicon_segment)) (void)band(folded, n, t);
    t->code = t->count > 0 && (icp__is_digit(t->term[0].data[0]) || t->code);
}

static void revenue(const char *folded, size_t n, struct icp__terms *t) { (void)band(folded, n, t); }

struct best {
    int32_t row;
    uint32_t words;
};

static void better(void *arg, int32_t row, uint32_t words) {
    struct best *b = arg;
    if (words > b->words) *b = (struct best){row, words};
}

/* The department of a job title is that of the longest words in it that the table knows. */
static void department(const char *folded, size_t n, struct icp__terms *t) {
    char text[160];
    struct best b = {-1, 0};
    icp__lexicon_scan(&icp__lexicon_department, text, icp__lexicon_key(folded, n, text, sizeof text, false), better, &b);
    if (b.row >= 0) add_row(t, &icp__lexicon_department, b.row);
}

#define CATEGORY (1u << ICP_KIND_CATEGORY)
#define LIST (1u << ICP_KIND_LIST)
#define NUMBER (1u << ICP_KIND_NUMBER)
#define ANY UINT32_MAX
const struct icp__normaliser icp__normalisers[ICP__NORMALISER_COUNT] = {
    [ICP__NORMALISER_NONE] = {"none", NULL, NULL, 1, ANY},
    [ICP__NORMALISER_COUNTRY] = {"country", "+country", country, 1, ANY},
    [ICP__NORMALISER_INDUSTRY] = {"industry", "+industry", industry, 2, CATEGORY | LIST},
    [ICP__NORMALISER_NAICS] = {"naics", "+naics", naics, 2, CATEGORY},
    [ICP__NORMALISER_SIC] = {"sic", "+sic", sic, 2, CATEGORY},
    [ICP__NORMALISER_GICS] = {"gics", "+gics", gics, 2, CATEGORY},
    [ICP__NORMALISER_NACE] = {"nace", "+nace", nace, 2, CATEGORY},
    [ICP__NORMALISER_EMPLOYEES] = {"employees", "+employees", employees, 2, CATEGORY | NUMBER},
    [ICP__NORMALISER_REVENUE] = {"revenue", "+revenue", revenue, 2, CATEGORY},
    [ICP__NORMALISER_STAGE] = {"stage", "+stage", stage, 2, CATEGORY | LIST},
    [ICP__NORMALISER_TECHNOLOGY] = {"technology", "+technology", technology, 2, CATEGORY | LIST},
    [ICP__NORMALISER_DEPARTMENT] = {"department", "+department", department, 2, CATEGORY | LIST},
    [ICP__NORMALISER_STATE] = {"state", "+state", state, 2, CATEGORY | LIST},
    [ICP__NORMALISER_CITY] = {"city", "+city", city, 2, CATEGORY | LIST},
    [ICP__NORMALISER_PLACE] = {"place", "+place", place, 2, LIST},
};

bool icp__normalise_number(uint8_t normaliser, const char *s, size_t n, double *out) {
    if (normaliser != ICP__NORMALISER_EMPLOYEES || n == 0 || n > 24) return false;
    char folded[24], key[ICP__LEXICON_KEY];
    for (size_t i = 0; i < n; i++) folded[i] = icp__lower(s[i]);
    const int32_t row = icp__lexicon_find(&icp__lexicon_segment, key, icp__lexicon_key(folded, n, key, sizeof key, true));
    if (row < 0) return false;
    const struct icp_str term = icp__lexicon_term(&icp__lexicon_segment, row, 0);
    return icp__number_read(term.data, term.size, '.', out, NULL); /* words such as enterprise are no number */
}

static void write_lexicon(const struct icp__lexicon *l, struct icp__bytes *b) {
    icp__bytes_text(b, l->name);
    for (uint32_t i = 0; i < l->keys; i++) {
        const struct icp_str key = icp__lexicon_spelling(l, (int32_t)i);
        icp__bytes_text(b, "\n");
        icp__bytes_add(b, key.data, key.size);
        for (unsigned k = 0; k < ICP__LEXICON_TERMS; k++) {
            const struct icp_str term = icp__lexicon_term(l, (int32_t)i, k);
            icp__bytes_text(b, "\t");
            icp__bytes_add(b, term.data ? term.data : "", term.size);
        }
    }
    icp__bytes_text(b, "\n");
}

void icp__tables_write(uint32_t version, struct icp__bytes *b) {
    icp__countries_write(b);
    for (size_t i = 0; version >= 2 && i < icp__lexicon_count; i++) write_lexicon(icp__lexicons[i], b);
}
