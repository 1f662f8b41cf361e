/* SPDX-License-Identifier: MIT */
/* Finds the key, type, time and value of events: by the names asked for, else by headers, and by what the cells hold. */
#include "timing/event_columns.h"
#include "base/text.h"
#include "dataset/moment.h"
#include "trait/family.h"
#include "trait/parse.h"

enum { LIST_ROOM = 240, NONE = 1000, GUESS = 5 };
#define COUNT(a) (sizeof(a) / sizeof *(a))

struct finding {
    struct icp__event_found *f;
    const struct icp__event_reading *r;
    const struct icp__event_rows *rows;
    size_t count;
    uint64_t most;
    const struct icp__layout *layout; /* of the last rows */
    int32_t at[ICP__EVENT_ROLES];     /* in it */
    const char *source;
};
struct seen { /* what the cells of a column hold */
    uint64_t filled, dates, sure, years; /* sure: nothing but dates looks so */
    uint64_t numbers, dot, comma;
};

void icp__event_found_init(struct icp__event_found *f, icp_context *c) {
    memset(f, 0, sizeof *f);
    icp__arena_init(&f->arena, c);
    f->decimal = '.';
}

void icp__event_found_free(struct icp__event_found *f) { icp__arena_free(&f->arena); }

/* Headers. */

static size_t size_of(const struct icp__header *h) { return h->words ? (size_t)h->word[h->words - 1].start + h->word[h->words - 1].size : 0; }
static bool last_is(const struct icp__header *h, const char *word) {
    return h->words && icp__same_word(h->text + h->word[h->words - 1].start, h->word[h->words - 1].size, word);
}

/* Do the words of the header from one on spell this? Blanks do not count: AccountID has been parted. */
static bool spells(const struct icp__header *h, size_t from, const char *words) {
    size_t at = h->word[from].start;
    const size_t end = size_of(h);
    for (; *words; words++)
        if (*words != ' ' && (at == end || h->text[at++] != *words)) return false;
    return at == end;
}

static bool is(const struct icp__header *h, const char *words) { return h->words && spells(h, 0, words); }
static bool ends(const struct icp__header *h, const char *words) {
    for (size_t i = 0; i < h->words; i++)
        if (spells(h, i, words)) return true;
    return false;
}

/* Place in a list, -1 = not there. */
static int place(const struct icp__header *h, const char *const *list, size_t count, bool (*fits)(const struct icp__header *h, const char *words)) {
    for (size_t i = 0; i < count; i++)
        if (fits(h, list[i])) return (int)i;
    return -1;
}

static bool has_word(const struct icp__header *h, size_t from, size_t to, const char *const *list, size_t count, bool all) {
    for (size_t i = from; i < to; i++) {
        bool found = false;
        for (size_t k = 0; k < count && !found; k++) found = icp__same_word(h->text + h->word[i].start, h->word[i].size, list[k]);
        if (found != all) return found;
    }
    return all;
}

static const char *const companies[] = {"company", "companies", "account", "accounts", "org", "organisation", "organization", "customer", "client"};
/* Whose key a column may hold beside that of the event's own company. */
static const char *const others[] = {"acquirer", "acquiring", "investor", "parent", "partner",  "competitor", "vendor", "event", "activity", "signal",
                                     "outcome",  "previous",  "old",      "new",    "subsidiary", "usage",    "user",   "contact", "owner", "email"};
/* Headers that name the row's own id as well. */
static const char *const bare[] = {"id", "key", "uuid", "guid", "record id", "object id", "row id"};

/* Of a page or a person as often as of a company. */
static const char *const vague[] = {"url", "name", "number", "code", "link"};

static bool is_company_word(const struct icp__header *h, size_t from, size_t to) { return has_word(h, from, to, companies, COUNT(companies), true); }

/* Words at the end of h that are all words of the other; h has at least as many. */
static bool tail_is(const struct icp__header *h, const struct icp__header *tail) {
    if (!tail->words || tail->words > h->words) return false;
    const size_t start = h->word[h->words - tail->words].start, size = size_of(tail);
    return size_of(h) - start == size && !memcmp(h->text + start, tail->text, size);
}

static int key_rank(const struct icp__header *h, const struct icp__header *key) {
    static const char *const names[] = {
        "account id", "company id", "customer id", "client id", "org id", "organisation id", "organization id", "associated company ids",
        "associated company id", "account key", "company key", "customer key", "account uuid", "company uuid", "org uuid", "crm id",
        "company permalink", "permalink", "company domain", "company domain name", "account domain", "domain", "domain name", "account", "company",
        "organisation", "organization", "org", "customer", "client", "company website", "website", "website url", "company url", "homepage url",
        "homepage", "account name", "company name", "organisation name", "organization name", "customer name", "key"};
    const bool own = place(h, bare, COUNT(bare), is) >= 0, plain = place(key, bare, COUNT(bare), is) >= 0;
    int at;
    if (!own && key->words == h->words && tail_is(h, key)) return 0;
    if (tail_is(h, key) && h->words > key->words) {
        if (is_company_word(h, 0, h->words - key->words)) return 1;
        if (!plain && !has_word(h, 0, h->words - key->words, others, COUNT(others), false)) return 2;
    }
    if (!own && tail_is(key, h)) return place(h, vague, COUNT(vague), is) >= 0 ? 150 : 1;
    if ((at = place(h, names, COUNT(names), is)) >= 0) return 10 + at;
    if (has_word(h, 0, h->words, others, COUNT(others), false)) return NONE;
    if ((at = place(h, names, 16, ends)) >= 0) return 100 + at; /* only those that end in a word for a key */
    return own ? 200 : NONE;
}

static int type_rank(const struct icp__header *h) {
    static const char *const names[] = {"event type", "type", "event", "event name", "event kind", "activity type", "signal", "signal type",
                                        "outcome", "outcome type", "action", "activity", "kind", "category of event"};
    static const char *const last[] = {"event type", "event", "signal", "outcome", "action"};
    static const char *const sorts[] = {"type", "kind"};
    static const char *const states[] = {"deal stage", "opportunity stage", "stage", "stage name", "deal status", "opportunity status",
                                         "deal result", "result"};
    int at = place(h, names, COUNT(names), is);
    if (at >= 0) return at;
    /* The type of a company or of what it pays for is no event. */
    static const char *const kinds[] = {"plan", "industry", "user", "contact", "billing", "currency", "record", "object", "file", "content"};
    const size_t before = h->words ? h->words - 1 : 0;
    if ((at = place(h, last, COUNT(last), ends)) >= 0) return 50 + at;
    if ((at = place(h, sorts, COUNT(sorts), ends)) >= 0 && !has_word(h, 0, before, companies, COUNT(companies), false) &&
        !has_word(h, 0, before, kinds, COUNT(kinds), false))
        return 60 + at;
    at = place(h, states, COUNT(states), is);
    return at >= 0 ? 100 + at : last_is(h, "stage") ? 150 : NONE;
}

/* 0, 1 = names it; 2 = ends like a date; 3 = speaks of one; 4 = a date, but hardly this one; GUESS = the header says nothing. */
static int time_rank(const struct icp__header *h, bool ends_then) {
    static const char *const names[] = {"time", "timestamp", "datetime", "date time", "event time", "event timestamp", "event datetime",
                                        "event date", "event at", "occurred at", "occurred on", "occurred", "occurred date", "happened at",
                                        "happened on", "activity date", "signal date", "ts"};
    static const char *const closes[] = {"close date", "closed date", "closed at", "closed on", "close time", "won date", "end date", "ended at",
                                         "outcome date"};
    static const char *const last[] = {"at", "on", "date", "datetime", "timestamp", "time"};
    static const char *const parts[] = {"date", "dated", "time", "timestamp", "month", "quarter", "year", "week", "day", "when", "since"};
    static const char *const unlikely[] = {"updated", "modified", "due", "expected", "expiry", "expires", "expiration", "next", "deadline",
                                           "founded", "established", "birth", "synced", "imported", "exported", "viewed", "planned", "scheduled",
                                           "renewal"};
    /* How a deal ended was not known when it began. */
    if (ends_then && place(h, closes, COUNT(closes), is) >= 0) return 0;
    if (place(h, names, COUNT(names), is) >= 0) return ends_then ? 1 : 0;
    if (is(h, "date") || is(h, "day")) return 1;
    if (has_word(h, 0, h->words, unlikely, COUNT(unlikely), false)) return 4;
    for (size_t i = 0; i < COUNT(last); i++)
        if (h->words > 1 && last_is(h, last[i])) return 2;
    return has_word(h, 0, h->words, parts, COUNT(parts), false) ? 3 : GUESS;
}

/* Cells. */

static int32_t find(const struct icp__layout *l, struct icp_str folded) {
    for (uint32_t i = 0; folded.data && i < l->columns; i++)
        if (l->folded[i].size == folded.size && !memcmp(l->folded[i].data, folded.data, folded.size)) return (int32_t)i;
    return -1;
}

static void look_at(struct icp_str v, struct seen *s) {
    double number, days;
    unsigned flags[2] = {0, 0};
    enum icp__date_form form = icp__date_read(v.data, v.size, ICP__DATE_DMY, &days);
    if (form == ICP__DATE_NONE) form = icp__date_read(v.data, v.size, ICP__DATE_MDY, &days);
    s->filled++;
    s->dates += form != ICP__DATE_NONE && form != ICP__DATE_YEAR;
    s->years += form == ICP__DATE_YEAR;
    s->sure += form == ICP__DATE_ISO || form == ICP__DATE_NUMERIC || form == ICP__DATE_WORDS || form == ICP__DATE_PERIOD;
    const bool dot = icp__number_read(v.data, v.size, '.', &number, &flags[0]), comma = icp__number_read(v.data, v.size, ',', &number, &flags[1]);
    s->numbers += dot || comma;
    if (!dot && !comma) return;
    s->dot += ((flags[0] | flags[1]) & ICP__NUMBER_DOT) != 0;
    s->comma += ((flags[0] | flags[1]) & ICP__NUMBER_COMMA) != 0;
}

static struct seen look(const struct finding *g, uint32_t column) {
    struct seen s = {0};
    uint64_t left = g->most;
    for (size_t k = 0; k < g->count; k++) {
        const struct icp__event_rows *r = &g->rows[k];
        const int32_t at = find(r->layout, g->layout->folded[column]);
        for (uint64_t i = 0; i < r->rows && left; i++, left--) {
            struct icp__cell cell;
            struct icp_str v;
            bool bad;
            if (icp__event_cell(r, i, at, &cell) && icp__cell_value(&cell, &v, &bad)) look_at(v, &s);
        }
    }
    return s;
}

/* Choices. */

static bool taken(const struct finding *g, uint32_t column) {
    for (int k = 0; k < ICP__EVENT_ROLES; k++)
        if (g->at[k] == (int32_t)column) return true;
    return false;
}

static struct icp_str asked(const struct icp__event_reading *r, int role) {
    const struct icp_str names[ICP__EVENT_ROLES] = {r->ask.key, r->ask.type, r->ask.time, r->ask.value};
    return names[role];
}

static icp_status choose(struct finding *g, int role, int64_t column, struct icp_error *err) {
    if (column < 0) return ICP_OK;
    const struct icp_str folded = g->layout->folded[column], name = g->layout->names[column];
    struct icp__event_found *f = g->f;
    const struct icp_str copy = {icp__arena_copy(&f->arena, folded.data, folded.size), folded.size};
    const struct icp_str written = {icp__arena_copy(&f->arena, name.data, name.size), name.size};
    if (!copy.data || !written.data) return icp__no_memory(err);
    f->name[role] = copy, f->written[role] = written;
    g->at[role] = (int32_t)column;
    return ICP_OK;
}

static size_t list_columns(const struct icp__layout *l, char list[LIST_ROOM]) {
    size_t size = 0;
    for (uint32_t i = 0; i < l->columns; i++) {
        const size_t n = icp__utf8_cut(l->names[i].data, l->names[i].size, 40);
        if (size + n + 7 > LIST_ROOM) { /* 7: `, ` before it and `, ...` behind */
            memcpy(list + size, ", ...", 5);
            return size + 5;
        }
        if (i) memcpy(list + size, ", ", 2), size += 2;
        memcpy(list + size, l->names[i].data, n);
        size += n;
    }
    return size;
}

static icp_status fail(const struct icp__layout *l, const char *source, icp_status code, const char *text, struct icp_str name,
                       struct icp_error *err) {
    struct icp__place where = ICP__NOWHERE;
    char list[LIST_ROOM];
    const size_t size = list_columns(l, list);
    where.source = source && *source ? source : NULL;
    where.field = name;
    if (!name.data) return icp__fail_at(err, code, &where, "%s; columns are: %.*s", text, (int)size, list);
    return icp__fail_at(err, code, &where, "%s \"%.*s\"; columns are: %.*s", text, (int)icp__utf8_cut(name.data, name.size, 40), name.data,
                        (int)size, list);
}

static icp_status find_asked(struct finding *g, int role, struct icp_error *err) {
    const struct icp_str name = asked(g->r, role);
    const int32_t at = icp__layout_find(g->layout, name.data, name.size);
    if (at == -2)
        return fail(g->layout, g->source, role == ICP__EVENT_KEY ? ICP_E_KEY : ICP_E_SCHEMA, "several columns are named like", name, err);
    return choose(g, role, at, err);
}

static icp_status find_key(struct finding *g, struct icp_error *err) {
    struct icp__header key = {.words = 0}, h;
    int64_t best = -1;
    int least = NONE;
    bool several = false;
    if (g->r->key_header.data) icp__header_split(g->r->key_header, &key);
    for (uint32_t i = 0; i < g->layout->columns; i++) {
        if (taken(g, i)) continue;
        icp__header_split(g->layout->names[i], &h);
        const int rank = key_rank(&h, &key);
        several = rank == least ? several || rank == 2 : rank < least ? false : several;
        if (rank < least) least = rank, best = i;
    }
    if (several) return fail(g->layout, g->source, ICP_E_KEY, "name the key column: several end like", g->r->key_header, err);
    return choose(g, ICP__EVENT_KEY, best, err);
}

static icp_status find_type(struct finding *g, struct icp_error *err) {
    struct icp__header h;
    int64_t best = -1;
    int least = NONE;
    for (uint32_t i = 0; i < g->layout->columns; i++) {
        if (taken(g, i)) continue;
        icp__header_split(g->layout->names[i], &h);
        const int rank = type_rank(&h);
        if (rank < least) least = rank, best = i;
    }
    return choose(g, ICP__EVENT_TYPE, best, err);
}

static bool may_be_time(int rank, bool year, const struct seen *s) {
    if (rank == GUESS) return s->filled && s->sure * 10 >= s->filled * 9;
    if (!s->filled) return rank < 3;
    return (s->dates + (year ? s->years : 0)) * 2 >= s->filled;
}

/* The best column whose header speaks of a time, or, with `guess`, one whose header says nothing. */
static int64_t best_time(struct finding *g, bool ended, bool guess) {
    struct icp__header h;
    int64_t best = -1;
    int least = NONE;
    for (uint32_t i = 0; i < g->layout->columns; i++) {
        if (taken(g, i)) continue;
        icp__header_split(g->layout->names[i], &h);
        int rank = time_rank(&h, ended);
        if (rank >= least || (rank == GUESS) != guess) continue;
        const struct seen s = look(g, i);
        if (!may_be_time(rank, last_is(&h, "year") || is(&h, "date"), &s)) continue;
        if (!s.filled) rank += 10; /* what holds dates comes first */
        if (rank < least) least = rank, best = i;
    }
    return best;
}

static icp_status find_time(struct finding *g, struct icp_error *err) {
    static const char *const ending[] = {"stage", "outcome", "status", "result"};
    bool ended = false;
    if (g->f->written[ICP__EVENT_TYPE].data) {
        struct icp__header h;
        icp__header_split(g->f->written[ICP__EVENT_TYPE], &h);
        ended = place(&h, ending, COUNT(ending), ends) >= 0;
    }
    int64_t best = best_time(g, ended, false);
    if (best < 0) best = best_time(g, ended, true);
    return choose(g, ICP__EVENT_TIME, best, err);
}

static icp_status find_value(struct finding *g, struct icp_error *err) {
    struct icp__header h;
    int64_t best = -1;
    int least = NONE;
    uint32_t amounts = 0;
    for (uint32_t i = 0; i < g->layout->columns; i++) {
        if (taken(g, i)) continue;
        icp__header_split(g->layout->names[i], &h);
        if (!icp__header_says_amount(&h)) continue;
        const struct seen s = look(g, i);
        if (s.numbers * 10 < s.filled * 6) continue;
        const int rank = is(&h, "value") ? 0 : is(&h, "amount") ? 1 : 2;
        amounts += rank == 2;
        if (rank < least) least = rank, best = i;
    }
    return choose(g, ICP__EVENT_VALUE, least == 2 && amounts > 1 ? -1 : best, err); /* nothing says which */
}

/* Every event of a table that does not say of what kind: acquired_at says "acquired". */
static bool name_type(struct icp__event_found *f) {
    static const char *const when[] = {"at", "on", "date", "time", "timestamp", "datetime", "day", "month", "quarter", "year", "of"};
    struct icp__header h;
    char text[sizeof h.text + COUNT(h.word)];
    size_t from = 0, n = 0;
    icp__header_split(f->written[ICP__EVENT_TIME], &h);
    while (h.words && has_word(&h, h.words - 1, h.words, when, COUNT(when), true)) h.words--;
    while (from < h.words && has_word(&h, from, from + 1, when, COUNT(when), true)) from++;
    for (size_t i = from; i < h.words && n + h.word[i].size + 1 < 256; i++) {
        if (n) text[n++] = ' ';
        memcpy(text + n, h.text + h.word[i].start, h.word[i].size);
        n += h.word[i].size;
    }
    if (!n) memcpy(text, "event", n = 5);
    f->type = (struct icp_str){icp__arena_copy(&f->arena, text, n), n};
    return f->type.data != NULL;
}

static void find_decimal(struct finding *g) {
    if (g->at[ICP__EVENT_VALUE] < 0) return;
    const struct seen s = look(g, (uint32_t)g->at[ICP__EVENT_VALUE]);
    g->f->decimal = s.comma > s.dot ? ',' : '.';
}

static bool wanted(const struct icp__event_found *f, const struct icp__event_reading *r, int role) {
    return !f->name[role].data && (asked(r, role).data || role == ICP__EVENT_KEY || role == ICP__EVENT_TIME);
}

icp_status icp__event_columns_find(struct icp__event_found *f, const struct icp__event_reading *r, const struct icp__event_rows *rows, size_t count,
                                   uint64_t most, const char *source, struct icp_error *err) {
    static icp_status (*const finders[])(struct finding *g, struct icp_error *err) = {find_key, find_type, find_time, find_value};
    struct finding g = {.f = f, .r = r, .rows = rows, .count = count, .most = most, .layout = rows[count - 1].layout, .source = source};
    icp_status st = ICP_OK;
    const bool first = !f->name[ICP__EVENT_KEY].data || !f->name[ICP__EVENT_TIME].data;
    const bool valued = f->name[ICP__EVENT_VALUE].data != NULL;
    icp__event_columns_map(f, g.layout, g.at);
    for (int k = 0; k < ICP__EVENT_ROLES && !st; k++)
        if (!f->name[k].data && asked(r, k).data) st = find_asked(&g, k, err);
    for (int k = 0; k < ICP__EVENT_ROLES && !st && first; k++)
        if (!f->name[k].data && !asked(r, k).data) st = finders[k](&g, err);
    if (st) return st;
    if (!valued) find_decimal(&g);
    const bool untold = !f->name[ICP__EVENT_TYPE].data && !r->ask.type.data && f->name[ICP__EVENT_TIME].data;
    if (!untold) f->type = (struct icp_str){NULL, 0};
    else if (!f->type.data && !name_type(f)) return icp__no_memory(err);
    f->settled = true;
    for (int k = 0; k < ICP__EVENT_ROLES; k++)
        if (wanted(f, r, k)) f->settled = false;
    return ICP_OK;
}

icp_status icp__event_columns_fail(const struct icp__event_found *f, const struct icp__event_reading *r, const struct icp__layout *l,
                                   const char *source, struct icp_error *err) {
    static const char *const absent[] = {"there is no key column", "there is no column for the type of events",
                                         "there is no column for the time of events",
                                         "there is no column for the value of events"};
    for (int k = 0; k < ICP__EVENT_ROLES; k++) {
        if (!wanted(f, r, k)) continue;
        const struct icp_str name = asked(r, k);
        if (name.data) return fail(l, source, k == ICP__EVENT_KEY ? ICP_E_KEY : ICP_E_SCHEMA, absent[k], name, err);
        if (k == ICP__EVENT_KEY) return fail(l, source, ICP_E_KEY, "no column looks like the key of a company; name one", name, err);
        return fail(l, source, ICP_E_SCHEMA, "no column holds the dates of events; name one", name, err);
    }
    return ICP_OK;
}

void icp__event_columns_map(const struct icp__event_found *f, const struct icp__layout *l, int32_t at[ICP__EVENT_ROLES]) {
    for (int k = 0; k < ICP__EVENT_ROLES; k++) at[k] = find(l, f->name[k]);
}
