/* SPDX-License-Identifier: MIT */
/* Looks at every value of a column once (its host twice) and counts what it could be. */
#include "trait/evidence.h"
#include "base/hash.h"
#include "base/text.h"
#include "trait/family.h"
#include "trait/parse.h"

/* A set of hashes that only grows. */
struct set {
    uint64_t *slots;
    size_t size, count; /* size = a power of two, 0 = none yet */
};
struct gathering {
    icp_context *ctx;
    struct icp__evidence *e;
    struct set values, items[ICP__LISTS];
    uint64_t host_hash, host_votes;
    bool failed;
};

static void place(uint64_t *slots, size_t size, uint64_t h) {
    size_t i = (size_t)h & (size - 1);
    while (slots[i]) i = (i + 1) & (size - 1);
    slots[i] = h;
}

/* Whether it was added. */
static bool set_add(struct gathering *g, struct set *s, uint64_t h) {
    if (h == 0) h = 1; /* 0 marks a free slot */
    if ((s->count + 1) * 2 > s->size) {
        size_t size = s->size ? s->size * 2 : 1024;
        uint64_t *slots = s->count >= g->ctx->options.max_distinct ? NULL : icp__calloc(g->ctx, size, sizeof *slots);
        if (!slots) {
            /* Past the limit of the context the count simply stops: the column is near-unique by then. */
            if (s->count < g->ctx->options.max_distinct) g->failed = true;
            return false;
        }
        for (size_t i = 0; i < s->size; i++)
            if (s->slots[i]) place(slots, size, s->slots[i]);
        icp__free(g->ctx, s->slots);
        s->slots = slots, s->size = size;
    }
    size_t i = (size_t)h & (s->size - 1);
    while (s->slots[i] && s->slots[i] != h) i = (i + 1) & (s->size - 1);
    if (s->slots[i]) return false;
    s->slots[i] = h, s->count++;
    return true;
}

/* Blank-separated words; text without blanks counts by its length. */
static uint64_t count_words(const char *s, size_t n) {
    uint64_t words = 0, wide = 0;
    bool inside = false;
    for (size_t i = 0; i < n; i++) {
        bool blank = icp__is_blank(s[i]);
        words += !blank && !inside;
        inside = !blank;
        wide += (unsigned char)s[i] >= 0xE0;
    }
    return words > wide / 2 ? words : wide / 2;
}

static void look_at_letters(struct icp__evidence *e, const char *s, size_t n) {
    uint64_t words = count_words(s, n);
    e->bytes += n;
    e->words += words;
    e->spaced += words > 1;
    for (size_t i = 0; i + 1 < n; i++)
        if ((icp__is_letter(s[i]) || (unsigned char)s[i] >= 0xC3) && (icp__is_letter(s[i + 1]) || (unsigned char)s[i + 1] >= 0x80)) {
            e->lettered++;
            break;
        }
}

static void look_at_numbers(struct icp__evidence *e, const char *s, size_t n) {
    double v[2];
    unsigned flags[2] = {0, 0};
    bool ok[2];
    ok[0] = icp__number_read(s, n, '.', &v[0], &flags[0]);
    ok[1] = icp__number_read(s, n, ',', &v[1], &flags[1]);
    if (!ok[0] && !ok[1]) e->band_words += icp__normalise_number(ICP__NORMALISER_EMPLOYEES, s, n, &v[0]);
    e->number[0] += ok[0];
    e->number[1] += ok[1];
    if (!ok[0] && !ok[1]) return;
    unsigned any = flags[0] | flags[1];
    e->digits += (any & ICP__NUMBER_DIGITS) != 0;
    e->ranges += (any & ICP__NUMBER_RANGE) != 0;
    e->units += (any & ICP__NUMBER_UNIT) != 0;
    e->dot += (any & ICP__NUMBER_DOT) != 0;
    e->comma += (any & ICP__NUMBER_COMMA) != 0;
    e->dot3 += (any & ICP__NUMBER_DOT3) != 0;
    e->comma3 += (any & ICP__NUMBER_COMMA3) != 0;
    e->years += ok[0] && v[0] >= 1500 && v[0] <= 2100 && v[0] == (double)(int)v[0] && !(any & (ICP__NUMBER_RANGE | ICP__NUMBER_UNIT));
}

static void look_at_dates(struct icp__evidence *e, const char *s, size_t n) {
    double days;
    enum icp__date_form dmy = icp__date_read(s, n, ICP__DATE_DMY, &days), mdy = dmy;
    if (dmy == ICP__DATE_NONE || dmy == ICP__DATE_NUMERIC) mdy = icp__date_read(s, n, ICP__DATE_MDY, &days);
    e->dates_dmy += dmy == ICP__DATE_NUMERIC;
    e->dates_mdy += mdy == ICP__DATE_NUMERIC;
    if (dmy == ICP__DATE_NUMERIC || mdy == ICP__DATE_NUMERIC) {
        e->dates_slashed += memchr(s, '/', n) != NULL;
        return;
    }
    e->dates += dmy == ICP__DATE_ISO || dmy == ICP__DATE_WORDS || dmy == ICP__DATE_PERIOD;
    e->date_years += dmy == ICP__DATE_YEAR;
    /* Outside these years a run of digits is just a number. */
    e->date_compact += dmy == ICP__DATE_COMPACT && (s[0] == '2' ? s[1] == '0' : s[0] == '1' && (s[1] == '9' || s[1] == '8'));
    e->date_epoch += dmy == ICP__DATE_EPOCH && (s[0] == '1' || s[0] == '9');
}

static bool is_email(const char *s, size_t n) {
    const char *at = memchr(s, '@', n);
    if (!at || at == s || memchr(s, ' ', n) || memchr(s, '/', n)) return false;
    const char *dot = memchr(at, '.', (size_t)(s + n - at));
    return dot && dot > at + 1 && dot + 1 < s + n;
}

static void look_at_phones(struct icp__evidence *e, const char *s, size_t n) {
    size_t digits = 0, marks = 0;
    if (n < 7 || n > 32) return;
    for (size_t i = 0; i < n; i++) {
        if (icp__is_digit(s[i])) digits++;
        else if (s[i] == '(' || s[i] == ')' || s[i] == '-' || s[i] == '.' || s[i] == '/' || s[i] == ' ') marks++;
        else if (s[i] == '+' && i == 0) marks++;
        else if (icp__lower(s[i]) != 'x' && icp__lower(s[i]) != 'e' && icp__lower(s[i]) != 't') return;
    }
    if (digits < 7 || digits > 17) return;
    e->phones++;
    e->phones_marked += s[0] == '+' || s[0] == '(' || (marks >= 2 && digits >= 10);
}

/* A host in a value that looks like an address; 0 = it does not. */
static size_t look_at_url(struct icp__evidence *e, const char *s, size_t n, char host[256], bool count) {
    bool scheme = n > 8 && (memcmp(s, "http://", 7) == 0 || memcmp(s, "https://", 8) == 0 || memcmp(s, "www.", 4) == 0);
    if (n < 4 || memchr(s, ' ', n) || memchr(s, '@', n) || (!scheme && !memchr(s, '.', n))) return 0;
    size_t m = icp__host(s, n, host), last = m;
    while (last > 0 && host[last - 1] != '.') last--;
    if (m == 0 || last < 2 || m - last < 2 || icp__is_digit(host[last]) || memchr(host, ',', m)) return 0;
    for (size_t i = last; i < m; i++)
        if (!icp__is_letter(host[i]) && (unsigned char)host[i] < 0x80 && host[i] != '-' && !icp__is_digit(host[i])) return 0;
    if (count) {
        if (scheme || memchr(s, '/', n)) e->urls++;
        else e->hosts++;
    }
    return m;
}

/* Values longer than this are texts. */
#define KNOWN_MOST 120u

/* Which normalisers know a value: 1 << id. */
static uint32_t known_by(const char *s, size_t n) {
    char folded[KNOWN_MOST * ICP__FOLD_GROWTH + 16], room[ICP__TERM_ROOM];
    uint32_t mask = 0;
    if (n > KNOWN_MOST) return 0;
    n = icp__fold_value(s, n, folded, sizeof folded);
    for (uint32_t k = ICP__NORMALISER_INDUSTRY; n > 0 && k < ICP__NORMALISER_COUNT; k++) {
        struct icp__terms t = {.count = 0, .room = room};
        icp__normalisers[k].terms(folded, n, &t);
        mask |= (uint32_t)(t.count > 0) << k;
    }
    return mask;
}

static void count_known(uint64_t known[ICP__NORMALISER_COUNT], uint32_t mask) {
    for (uint32_t k = 0; mask; k++, mask >>= 1) known[k] += mask & 1;
}

static void look_at_brackets(struct gathering *g, const char *s, size_t n) {
    char room[ICP__CELL_MAX];
    struct icp__items it;
    struct icp_str item;
    if (n > sizeof room) return;
    icp__items_init(&it, s, n, 'j', room);
    while (icp__items_next(&it, &item))
        if (set_add(g, &g->items[ICP__BRACKETS], icp__hash(item.data, item.size, 0))) count_known(g->e->list[ICP__BRACKETS].known, known_by(item.data, item.size));
}

static void look_at_lists(struct gathering *g, const char *s, size_t n, uint32_t mask) {
    static const char separators[ICP__SEPARATORS] = {';', '|', ','};
    struct icp__evidence *e = g->e;
    if (n >= 2 && ((s[0] == '[' && s[n - 1] == ']') || (s[0] == '{' && s[n - 1] == '}'))) {
        e->bracketed++;
        e->nested += s[0] == '{' ? memchr(s, ':', n) != NULL : n > 2 && (s[1] == '{' || s[1] == '[');
        look_at_brackets(g, s, n);
    }
    for (int k = 0; k < ICP__SEPARATORS; k++) {
        struct icp__items it;
        struct icp_str item;
        if (!memchr(s, separators[k], n)) {
            /* A list of one. The mask was made when the value was new, and no item is new later than its value. */
            if (set_add(g, &g->items[k], icp__hash(s, n, 0))) count_known(e->list[k].known, mask);
            e->list[k].items++;
            e->list[k].words += count_words(s, n);
            continue;
        }
        e->list[k].cells++;
        it = (struct icp__items){.p = s, .end = s + n, .separator = (uint8_t)separators[k]};
        while (icp__items_next(&it, &item)) {
            if (set_add(g, &g->items[k], icp__hash(item.data, item.size, 0))) count_known(e->list[k].known, known_by(item.data, item.size));
            e->list[k].items++;
            e->list[k].words += count_words(item.data, item.size);
        }
    }
}

static void look_at_countries(struct icp__evidence *e, const char *s, size_t n) {
    char folded[1024], code[64];
    if (n < 2 || n > 64) return;
    size_t m = icp__fold_value(s, n, folded, sizeof folded);
    if (!icp__normalise_country(folded, m, code, sizeof code)) return;
    e->countries++;
    e->country_names += m > 3;
}

static void look_at(struct gathering *g, const char *s, size_t n) {
    struct icp__evidence *e = g->e;
    char host[256];
    e->filled++;
    const uint32_t mask = set_add(g, &g->values, icp__hash(s, n, 0)) ? known_by(s, n) : 0;
    count_known(e->known, mask);
    look_at_letters(e, s, n);
    int yes = icp__boolean_read(s, n);
    e->yes += yes == 1;
    e->no += yes == 0;
    e->binary += yes >= 0 && icp__is_digit(s[0]);
    look_at_lists(g, s, n, mask);
    if (n > 250) return;
    if (n <= 120) look_at_numbers(e, s, n);
    if (n <= 64) look_at_dates(e, s, n), look_at_countries(e, s, n), look_at_phones(e, s, n);
    e->emails += is_email(s, n);
    size_t m = look_at_url(e, s, n, host, true);
    if (m == 0) return;
    /* The vote of Boyer and Moore leaves the host that has the majority, if one has. */
    uint64_t h = icp__hash(host, m, 0);
    if (g->host_votes == 0) {
        g->host_hash = h, g->host_votes = 1;
        size_t k = icp__utf8_cut(host, m, sizeof e->host - 1);
        memcpy(e->host, host, k);
        e->host[k] = 0;
    } else {
        g->host_votes += h == g->host_hash ? 1 : (uint64_t)-1;
    }
}

static void count_host(struct gathering *g, const struct icp__table *t, uint32_t column) {
    char host[256];
    for (uint64_t i = 0; i < t->rows; i++) {
        struct icp_str v;
        bool bad;
        if (!icp__cell_value(&t->cells[i * t->columns + column], &v, &bad) || v.size > 250) continue;
        size_t m = look_at_url(g->e, v.data, v.size, host, false);
        if (m && icp__hash(host, m, 0) == g->host_hash) g->e->one_host++;
    }
}

bool icp__evidence_gather(icp_context *c, const struct icp__table *t, uint32_t column, struct icp__evidence *out) {
    struct gathering g = {.ctx = c, .e = out};
    memset(out, 0, sizeof *out);
    out->seen = t->rows;
    for (uint64_t i = 0; i < t->rows && !g.failed; i++) {
        struct icp_str v;
        bool bad;
        if (icp__cell_value(&t->cells[i * t->columns + column], &v, &bad)) look_at(&g, v.data, v.size);
    }
    if (out->urls + out->hosts > out->filled / 2) count_host(&g, t, column);
    out->distinct = g.values.count;
    icp__free(c, g.values.slots);
    for (int k = 0; k < ICP__LISTS; k++) {
        out->list[k].distinct = g.items[k].count;
        icp__free(c, g.items[k].slots);
    }
    return !g.failed;
}
