/* SPDX-License-Identifier: MIT */
/* Decides what each column is, from its header and from what its values look like; the values win. Deterministic. */
#include "base/bytes.h"
#include "base/text.h"
#include "ingest/protect.h"
#include "trait/evidence.h"
#include "trait/extract.h"
#include "trait/family.h"
#include "trait/suggest.h"

/* What the certain columns of a table say about the uncertain ones. */
struct habits {
    uint32_t dmy, mdy, dot, comma;
};
struct decision {
    icp_schema *schema;
    struct icp__column *column;
    const struct icp__evidence *e;
    const struct icp__header *header;
    const struct icp__synonym *synonym; /* NULL = the header says nothing */
    const struct habits *habits;
    struct icp__bytes why;
};

static bool share(uint64_t n, uint64_t of, uint64_t percent) { return of > 0 && n * 100 >= of * percent; }
static bool names_countries(const struct decision *d) { return d->synonym && d->synonym->normaliser == ICP__NORMALISER_COUNTRY; }
static bool suggests(const struct decision *d, int32_t kind) { return d->synonym && d->synonym->kind == kind; }
/* Too few values to speak of uniqueness. */
static bool few(const struct icp__evidence *e) { return e->filled < 20; }
static uint64_t larger(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* "98% of 1,000 values are numbers" */
static void say_share(struct decision *d, uint64_t n, const char *what) {
    struct icp__bytes *b = &d->why;
    uint64_t of = d->e->filled;
    if (n == of) {
        icp__bytes_text(b, of == 1 ? "the only value is " : "all ");
        if (of != 1) icp__bytes_count(b, of);
        if (of != 1) icp__bytes_text(b, " values are ");
    } else {
        uint64_t percent = n * 100 / (of ? of : 1);
        if (percent == 0 && n) icp__bytes_text(b, "under 1");
        else icp__bytes_print(b, "%u", (unsigned)percent);
        icp__bytes_text(b, "% of ");
        icp__bytes_count(b, of);
        icp__bytes_text(b, " values are ");
    }
    icp__bytes_text(b, what);
}

static void say_distinct(struct decision *d) {
    struct icp__bytes *b = &d->why;
    icp__bytes_count(b, d->e->distinct);
    icp__bytes_text(b, " different among ");
    icp__bytes_count(b, d->e->filled);
    icp__bytes_text(b, d->e->filled == 1 ? " value" : " values");
}

static void become(struct decision *d, int32_t kind) { d->column->kind = kind; }

/* Identifiers by their header: never a trait unless they repeat. */
static bool named_identifier(const struct icp__header *h) {
    static const char *const words[] = {"id",   "ids",  "uuid", "guid",   "cik",    "duns",       "d u n s", "ein",      "vat",
                                        "siren", "siret", "lei", "isin",   "permalink", "slug",     "slugs",   "handle",   "symbol",
                                        "ticker", "tax number", "registration number", "company number", "register number", "account number",
                                        "customer number", "kundennummer", "debitor", "handelsregister", "ust id", "steuernummer", "record", "key"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (icp__header_has(h, words[i])) return true;
    return false;
}

static bool has_mail(const struct decision *d) {
    return icp__header_has(d->header, "email") || icp__header_has(d->header, "e mail") || icp__header_has(d->header, "mail");
}

static bool decide_empty(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (e->filled == 0) {
        icp__bytes_text(&d->why, "never filled in ");
        icp__bytes_count(&d->why, e->seen);
        icp__bytes_text(&d->why, e->seen == 1 ? " row" : " rows");
        if (has_mail(d) || icp__is_phone_column(d->column->id.data, d->column->id.size))
            icp__bytes_text(&d->why, "; addresses and telephone numbers are protected");
        become(d, ICP_KIND_IGNORED);
        return true;
    }
    return false;
}

static bool decide_constant(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (e->distinct != 1 || e->filled < 2) return false;
    icp__bytes_text(&d->why, "the same value in all ");
    icp__bytes_count(&d->why, e->filled);
    icp__bytes_text(&d->why, e->filled == e->seen ? " rows" : " rows that have one");
    become(d, ICP_KIND_IGNORED);
    return true;
}

static bool decide_protected(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool mail = has_mail(d);
    bool phone = suggests(d, ICP_KIND_IGNORED) && !mail;
    if (share(e->emails, e->filled, mail ? 30 : 60)) {
        icp__bytes_text(&d->why, "e-mail address: protected; ");
        say_share(d, e->emails, "e-mail addresses");
    } else if (share(e->phones, e->filled, phone ? 50 : 80) && (phone || (share(e->phones_marked, e->filled, 60) && !share(e->ranges, e->filled, 20)))) {
        icp__bytes_text(&d->why, "phone number: protected; ");
        say_share(d, e->phones, "phone numbers");
    } else {
        return false;
    }
    become(d, ICP_KIND_IGNORED);
    return true;
}

static bool decide_bracketed(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (!share(e->bracketed, e->filled, 60)) return false;
    if (share(e->nested, e->filled, 30)) {
        say_share(d, e->nested, "nested objects, which are not read");
        become(d, ICP_KIND_IGNORED);
        return true;
    }
    say_share(d, e->bracketed, "lists in brackets");
    d->column->separator = 'j';
    if (names_countries(d)) d->column->normaliser = ICP__NORMALISER_COUNTRY;
    become(d, ICP_KIND_LIST);
    return true;
}

static bool decide_url(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool hint = suggests(d, ICP_KIND_URL);
    uint64_t all = e->urls + e->hosts;
    if (!share(all, e->filled, hint ? 60 : 80) || (!hint && !share(e->urls, e->filled, 50) && !share(e->hosts, e->filled, 90))) return false;
    if (!few(e) && share(e->one_host, e->filled, 80)) {
        say_share(d, e->one_host, "addresses on ");
        icp__bytes_text(&d->why, e->host);
        icp__bytes_text(&d->why, ", which says nothing about a company");
        become(d, ICP_KIND_IGNORED);
        return true;
    }
    say_share(d, all, "web addresses");
    become(d, ICP_KIND_URL);
    return true;
}

static bool decide_boolean(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (!share(e->yes + e->no, e->filled, 99)) return false;
    bool hint = suggests(d, ICP_KIND_BOOLEAN);
    if (e->binary * 2 >= e->filled && !hint) return false; /* 0 and 1 are numbers unless the header knows better */
    say_share(d, e->yes + e->no, e->binary * 2 >= e->filled ? "0 or 1" : "yes or no");
    become(d, ICP_KIND_BOOLEAN);
    return true;
}

static bool decide_identifier(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (!named_identifier(d->header) || few(e) || e->words > e->filled + e->filled / 4) return false;
    if (!share(e->distinct, e->filled, 50)) return false;
    icp__bytes_text(&d->why, "identifier: ");
    say_distinct(d);
    become(d, ICP_KIND_IGNORED);
    return true;
}

/* Postal codes, industry codes, and ids that repeat: their order means nothing. */
static bool decide_code(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool code = d->synonym && d->synonym->strength == ICP__SYNONYM_CODE;
    bool id = named_identifier(d->header) && share(e->digits, e->filled, 90);
    code = code || (icp__header_has(d->header, "code") && share(e->digits, e->filled, 90));
    if ((!code && !id) || !share(e->number[0], e->filled, 30)) return false;
    if (code && !few(e) && share(e->distinct, e->filled, 97)) {
        icp__bytes_text(&d->why, "identifier: ");
        say_distinct(d);
        become(d, ICP_KIND_IGNORED);
        return true;
    }
    icp__bytes_text(&d->why, id && !code ? "an id of something else: " : "codes, not amounts: ");
    say_distinct(d);
    become(d, ICP_KIND_CATEGORY);
    return true;
}

static void decide_order(struct decision *d) {
    const struct icp__evidence *e = d->e;
    struct icp__column *c = d->column;
    if (e->dates_dmy == 0 && e->dates_mdy == 0) return;
    icp__bytes_text(&d->why, ", ");
    if (e->dates_dmy != e->dates_mdy) {
        c->date_order = e->dates_dmy > e->dates_mdy ? ICP__DATE_DMY : ICP__DATE_MDY;
        icp__bytes_text(&d->why, c->date_order == ICP__DATE_DMY ? "day first: " : "month first: ");
        icp__bytes_count(&d->why, c->date_order == ICP__DATE_DMY ? e->dates_dmy - e->dates_mdy : e->dates_mdy - e->dates_dmy);
        icp__bytes_text(&d->why, " can be read in no other way");
    } else if (d->habits->dmy != d->habits->mdy) {
        c->date_order = d->habits->dmy > d->habits->mdy ? ICP__DATE_DMY : ICP__DATE_MDY;
        icp__bytes_text(&d->why, c->date_order == ICP__DATE_DMY ? "day first as in other columns" : "month first as in other columns");
    } else {
        c->date_order = e->dates_slashed * 2 > e->dates_dmy ? ICP__DATE_MDY : ICP__DATE_DMY;
        icp__bytes_text(&d->why, c->date_order == ICP__DATE_DMY ? "day first is a guess: every value fits both orders"
                                                               : "month first is a guess: every value fits both orders");
    }
}

static bool decide_date(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool hint = suggests(d, ICP_KIND_DATE) || (d->synonym && d->synonym->kind == -1);
    uint64_t sure = e->dates + larger(e->dates_dmy, e->dates_mdy);
    if (hint || share(e->date_compact, e->filled, 98)) sure += e->date_compact;
    if (hint) sure += e->date_epoch;
    if (!share(sure, e->filled, 30) || !share(sure + e->date_years, e->filled, hint ? 60 : 90)) return false;
    say_share(d, sure + e->date_years, "dates");
    decide_order(d);
    become(d, ICP_KIND_DATE);
    return true;
}

static void decide_decimal(struct decision *d) {
    const struct icp__evidence *e = d->e;
    struct icp__column *c = d->column;
    c->decimal = '.';
    /* 1.234 among counts of people is no fraction. */
    bool grouped = e->dot3 >= 3 && e->dot == 0 && e->comma3 == 0 && c->family == ICP_FAMILY_SIZE;
    if (e->comma != e->dot) c->decimal = e->comma > e->dot ? ',' : '.';
    else if (grouped) c->decimal = ',';
    else if (e->dot3 + e->comma3 > 0 && d->habits->comma != d->habits->dot) c->decimal = d->habits->comma > d->habits->dot ? ',' : '.';
    if (c->decimal == ',') icp__bytes_text(&d->why, ", with decimal commas");
}

static bool decide_number(struct decision *d) {
    const struct icp__evidence *e = d->e;
    uint64_t n = larger(e->number[0], e->number[1]);
    /* Letters and words for sizes count where most values are such or numbers. */
    bool sizes = e->band_words > 0 && suggests(d, ICP_KIND_NUMBER) && d->column->family == ICP_FAMILY_SIZE;
    if (sizes) n += e->band_words;
    uint64_t needed = suggests(d, ICP_KIND_NUMBER) ? 60 : !d->synonym || d->synonym->kind == -1 ? 90 : 95;
    if (suggests(d, ICP_KIND_DATE) && share(e->date_years, e->filled, 60)) needed = 90;
    if (!share(n, e->filled, needed)) return false;
    say_share(d, n, share(e->years, e->filled, 90) && d->column->family == ICP_FAMILY_STAGE ? "years" : "numbers");
    if (share(e->ranges, e->filled, 1)) icp__bytes_text(&d->why, ", some as ranges");
    decide_decimal(d);
    if (sizes) d->column->normaliser = ICP__NORMALISER_EMPLOYEES;
    become(d, ICP_KIND_NUMBER);
    return true;
}

/* Names of countries are told apart from other categories by the table of countries. */
static void decide_country(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool header = names_countries(d);
    bool place = d->column->family == ICP_FAMILY_GEOGRAPHY || !d->synonym;
    if (!(header && share(e->countries, e->filled, 50)) && !(place && share(e->country_names, e->filled, 80))) return;
    d->column->normaliser = ICP__NORMALISER_COUNTRY;
    d->column->family = ICP_FAMILY_GEOGRAPHY;
    icp__bytes_text(&d->why, "; ");
    say_share(d, e->countries, "countries");
}

static bool decide_list(struct decision *d) {
    static const char separators[ICP__SEPARATORS] = {';', '|', ','};
    const struct icp__evidence *e = d->e;
    bool hint = suggests(d, ICP_KIND_LIST);
    for (int k = 0; k < ICP__SEPARATORS; k++) {
        uint64_t cells = e->list[k].cells, items = e->list[k].items, distinct = e->list[k].distinct;
        bool comma = k == ICP__COMMA;
        if (cells == 0 || !share(cells, e->filled, hint ? 1 : comma ? 20 : 5)) continue;
        /* Long items are clauses of sentences, and items that never come again are no traits. */
        if (e->list[k].words > items * (comma ? 4 : 6)) continue;
        if (!few(e) && distinct * 100 > items * (hint ? 80 : comma ? 40 : 60)) continue;
        /* A label with a comma in it always has the same parts. */
        if (comma && !hint && distinct >= e->distinct) continue;
        say_share(d, cells, "several items separated by ");
        icp__bytes_text(&d->why, comma ? "commas" : k == ICP__PIPE ? "bars" : "semicolons");
        icp__bytes_text(&d->why, "; ");
        icp__bytes_count(&d->why, distinct);
        icp__bytes_text(&d->why, " different items");
        d->column->separator = (uint8_t)separators[k];
        if (names_countries(d)) d->column->normaliser = ICP__NORMALISER_COUNTRY;
        become(d, ICP_KIND_LIST);
        return true;
    }
    return false;
}

static void say_words(struct decision *d) {
    uint64_t tenths = d->e->words * 10 / d->e->filled;
    icp__bytes_print(&d->why, "%u.%u words on average, ", (unsigned)(tenths / 10), (unsigned)(tenths % 10));
    say_distinct(d);
}

static bool decide_name(struct decision *d) {
    const struct icp__evidence *e = d->e;
    if (!suggests(d, ICP_KIND_NAME) || e->words > e->filled * 8) return false;
    if (!few(e) && !share(e->distinct, e->filled, 50)) return false;
    say_distinct(d);
    become(d, ICP_KIND_NAME);
    return true;
}

static bool decide_text(struct decision *d) {
    const struct icp__evidence *e = d->e;
    bool hint = suggests(d, ICP_KIND_TEXT), wordy = share(e->lettered, e->filled, 50);
    bool distinct = share(e->distinct, e->filled, hint ? 20 : 50);
    if (!wordy || !(e->words >= e->filled * 8 || (distinct && e->words >= e->filled * (hint ? 2 : 4)))) return false;
    if (!hint && share(5, e->distinct, 100) && e->filled >= 50) return false; /* a handful of long labels */
    say_words(d);
    if (!d->synonym) d->column->family = ICP_FAMILY_KEYWORDS;
    become(d, ICP_KIND_TEXT);
    return true;
}

static void decide_category(struct decision *d) {
    const struct icp__evidence *e = d->e;
    uint64_t most = suggests(d, ICP_KIND_CATEGORY) ? (e->filled < 50 ? 101 : 95) : 80;
    bool near_unique = !few(e) && share(e->distinct, e->filled, most);
    if (!near_unique) {
        say_distinct(d);
        become(d, ICP_KIND_CATEGORY);
        decide_country(d);
        return;
    }
    if (share(e->lettered, e->filled, 80) && e->words * 10 >= e->filled * 13) {
        icp__bytes_text(&d->why, "words: ");
        say_words(d);
        become(d, ICP_KIND_TEXT);
        if (!d->synonym) d->column->family = ICP_FAMILY_KEYWORDS;
        return;
    }
    icp__bytes_text(&d->why, "nearly every value differs and none is made of words: ");
    say_distinct(d);
    become(d, ICP_KIND_IGNORED);
}

static void decide_normaliser(struct decision *d) {
    struct icp__suggestion s;
    if (d->column->normaliser) return;
    icp__normaliser_suggest(d->column, d->synonym, d->e, &s);
    if (!s.normaliser) return;
    d->column->normaliser = s.normaliser;
    d->column->adds = s.adds;
    if (!d->synonym) /* the values are all that is known of the column */
        d->column->family = s.normaliser == ICP__NORMALISER_STATE ? ICP_FAMILY_GEOGRAPHY : s.normaliser == ICP__NORMALISER_INDUSTRY ? ICP_FAMILY_INDUSTRY : ICP_FAMILY_TECHNOLOGY;
    icp__bytes_text(&d->why, "; ");
    icp__bytes_count(&d->why, s.known);
    icp__bytes_text(&d->why, " of ");
    icp__bytes_count(&d->why, s.distinct);
    icp__bytes_text(&d->why, d->column->kind == ICP_KIND_LIST ? " different items are in the table " : " different values are in the table ");
    icp__bytes_text(&d->why, icp__normalisers[s.normaliser].name);
}

static void decide_kind(struct decision *d) {
    if (decide_empty(d) || decide_protected(d)) return;
    if (decide_constant(d)) {
        if (names_countries(d) && share(d->e->countries, d->e->filled, 100)) d->column->normaliser = ICP__NORMALISER_COUNTRY;
        return;
    }
    if (decide_bracketed(d) || decide_url(d) || decide_boolean(d) || decide_identifier(d) || decide_code(d) || decide_date(d) ||
        decide_number(d) || decide_name(d) || decide_list(d) || decide_text(d))
        return;
    decide_category(d);
}

/* Key columns by their header, best first. */
static int key_rank(const struct icp__header *h) {
    static const char *const names[] = {"=key",         "=record id",  "=company id",   "=account id", "=org id",   "=organization id", "=organisation id", "=id",
                                        "=uuid",        "=company uuid", "=company key", "=account key", "=customer id", "=client id",  "=crm id",          "=hubspot id",
                                        "=salesforce id", "=permalink",  "=company permalink", "=slug",   "=domain",   "=company domain", "=company domain name", "=duns",
                                        "=symbol",      "=ticker"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (icp__header_has(h, names[i])) return (int)i;
    if (h->words && (icp__header_has(h, "id") || icp__header_has(h, "uuid"))) return 100;
    return -1;
}

static int64_t find_key(const icp_schema *s, const struct icp__header *headers, const struct icp__evidence *e) {
    int64_t best = -1;
    int best_rank = 0;
    for (uint32_t i = 0; i < s->columns; i++) {
        int rank = key_rank(&headers[i]);
        if (rank < 0 || (best >= 0 && rank >= best_rank)) continue;
        if (e[i].filled == 0 || !share(e[i].filled, e[i].seen, 98) || !share(e[i].distinct, e[i].filled, 98)) continue;
        if (e[i].emails * 2 > e[i].filled) continue;
        best = i, best_rank = rank;
    }
    return best;
}

static void find_habits(const icp_schema *s, const struct icp__evidence *e, struct habits *out) {
    memset(out, 0, sizeof *out);
    for (uint32_t i = 0; i < s->columns; i++) {
        if (share(e[i].dates_dmy + e[i].dates_mdy, e[i].filled, 60)) {
            out->dmy += e[i].dates_dmy > e[i].dates_mdy;
            out->mdy += e[i].dates_mdy > e[i].dates_dmy;
        }
        if (share(larger(e[i].number[0], e[i].number[1]), e[i].filled, 60)) {
            out->dot += e[i].dot > e[i].comma;
            out->comma += e[i].comma > e[i].dot;
        }
    }
}

static bool decide_column(icp_schema *s, uint32_t i, const struct icp__header *h, const struct icp__evidence *e, int64_t key, bool named,
                          const struct habits *habits) {
    struct icp__column *c = &s->column[i];
    struct decision d = {.schema = s, .column = c, .e = e, .header = h, .habits = habits};
    icp__bytes_init(&d.why, s->ctx);
    c->seen = e->seen, c->filled = e->filled;
    c->family = ICP_FAMILY_OTHER;
    d.synonym = icp__header_match(h, &c->family);
    if (key == (int64_t)i) {
        icp__bytes_text(&d.why, named ? "named as the key; " : "header of a key; ");
        say_distinct(&d);
        c->family = ICP_FAMILY_OTHER;
        become(&d, ICP_KIND_KEY);
    } else {
        if (d.synonym) {
            const char *words = d.synonym->words + (d.synonym->words[0] == '=');
            icp__bytes_text(&d.why, "header \"");
            icp__bytes_text(&d.why, words);
            icp__bytes_text(&d.why, "\"; ");
        }
        decide_kind(&d);
        decide_normaliser(&d);
    }
    bool done = !d.why.failed && icp__schema_copy_str(s, (struct icp_str){d.why.data, d.why.size}, &c->reason);
    icp__bytes_free(&d.why);
    return done;
}

icp_status icp__schema_infer_table(icp_context *c, const struct icp__table *t, struct icp_str key, icp_schema **out, struct icp_error *err) {
    struct icp__evidence *e = icp__alloc(c, t->columns, sizeof *e);
    struct icp__header *headers = icp__alloc(c, t->columns, sizeof *headers);
    icp_schema *s = icp__schema_new(c, t->columns);
    bool done = e && headers && s;
    for (uint32_t i = 0; i < t->columns && done; i++) {
        icp__header_split(t->names[i], &headers[i]);
        done = icp__schema_set_name(s, &s->column[i], t->names[i].data, t->names[i].size) && icp__evidence_gather(c, t, i, &e[i]);
    }
    if (done) {
        struct habits habits;
        s->extraction = ICP__EXTRACTION;
        find_habits(s, e, &habits);
        int64_t at = key.data ? icp__schema_find(s, key.data, key.size) : find_key(s, headers, e);
        for (uint32_t i = 0; i < t->columns && done; i++) done = decide_column(s, i, &headers[i], &e[i], at, key.data != NULL, &habits);
    }
    icp__free(c, e);
    icp__free(c, headers);
    if (done) {
        *out = s;
        return ICP_OK;
    }
    icp_schema_unref(s);
    return icp__no_memory(err);
}
