/* SPDX-License-Identifier: MIT */
/* Cells to traits: each row a column, a cell, and exactly what must come out. */
#include "base/hash.h"
#include "base/number.h"
#include "base/text.h"
#include "check_main.h"
#include "trait/family.h"
#include "trait/parse.h"
#include <icp/model.h>
#include <stdio.h>

enum { CAT = ICP_KIND_CATEGORY, LIST = ICP_KIND_LIST, NUM = ICP_KIND_NUMBER, DATE = ICP_KIND_DATE, BOOL = ICP_KIND_BOOLEAN, TEXT = ICP_KIND_TEXT, NAME = ICP_KIND_NAME, URL = ICP_KIND_URL };

static icp_context *context(void) {
    icp_context *c;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    return c;
}

/* Tokens joined by "|" ("+" before one that may end a phrase, "~" before a word of a value), or the number; "?" = unknown, "!" = unreadable. */
static void render(enum icp__known known, const struct icp__scratch *s, int kind, char *out, size_t cap) {
    size_t n = 0;
    out[0] = 0;
    if (known == ICP__UNKNOWN) strcpy(out, "?");
    else if (known == ICP__UNREADABLE) strcpy(out, "!");
    else if (kind == NUM || kind == DATE) out[icp__decimal_print(s->number, out)] = 0;
    else
        for (size_t i = 0; i < s->tokens_used && n + s->tokens[i].size + 4 < cap; i++)
            n += (size_t)snprintf(out + n, cap - n, "%s%s%s%.*s", i ? "|" : "", s->tokens[i].joined ? "+" : "",
                                  s->tokens[i].kind == ICP_TRAIT_WORD && kind != TEXT && kind != NAME ? "~" : "", (int)s->tokens[i].size, s->tokens[i].data);
}

struct row {
    int kind;
    char option; /* NUM: decimal; DATE: d or m; LIST: separator; CAT, LIST: C = countries, with ';' */
    const char *cell, *expected;
};

static void check_rows(const struct row *rows, size_t count) {
    icp_context *c = context();
    struct icp__scratch s;
    icp__scratch_init(&s, c);
    /* What version 1 knows, version 2 knows alike. */
    for (size_t i = 0; i < 2 * count; i++) {
        const struct icp__extraction *x = icp__extraction_find(1 + i % 2);
        const struct row *r = &rows[i / 2];
        struct icp__column column = {.kind = r->kind};
        char found[2048];
        if (r->kind == NUM) column.decimal = r->option == ',' ? ',' : '.';
        if (r->kind == DATE) column.date_order = r->option == 'd' ? ICP__DATE_DMY : r->option == 'm' ? ICP__DATE_MDY : ICP__DATE_YMD;
        if (r->option == 'C') column.normaliser = ICP__NORMALISER_COUNTRY, column.separator = ';';
        else if (r->kind == LIST) column.separator = (uint8_t)r->option;
        struct icp__cell cell = {r->cell, strlen(r->cell)};
        render(x->of_kind[r->kind](&column, 7, &cell, &s), &s, r->kind, found, sizeof found);
        ck_assert_msg(strcmp(found, r->expected) == 0, "version %u, row %zu, cell \"%s\": \"%s\", expected \"%s\"", x->version, i / 2, r->cell, found, r->expected);
        for (size_t k = 0; r->kind != NUM && r->kind != DATE && k < s.tokens_used; k++)
            ck_assert_uint_eq(s.tokens[k].hash, icp__hash(s.tokens[k].data, s.tokens[k].size, 7));
    }
    icp__scratch_free(&s);
    icp_context_unref(c);
}
#define CHECK_ROWS(t) check_rows(t, sizeof t / sizeof *t)

START_TEST(numbers) {
    static const struct row rows[] = {
        {NUM, '.', "0", "0"}, {NUM, '.', "42", "42"}, {NUM, '.', "-1", "-1"}, {NUM, '.', "+5", "5"}, {NUM, '.', " 7 ", "7"},
        {NUM, '.', "2019.0", "2019"}, {NUM, '.', "3.25", "3.25"}, {NUM, '.', ".5", "0.5"}, {NUM, '.', "-0", "0"}, {NUM, '.', "007", "7"},
        {NUM, '.', "0.1", "0.1"}, {NUM, '.', "123456789012345678", "1.2345678901234568e17"}, {NUM, '.', "1e6", "1000000"},
        {NUM, '.', "1.5E+06", "1500000"}, {NUM, '.', "1E-3", "0.001"},
        {NUM, '.', "10,000", "10000"}, {NUM, '.', "1,234,567", "1234567"}, {NUM, '.', "1,234.5", "1234.5"}, {NUM, '.', "12,34,567", "1234567"},
        {NUM, '.', "1.234,56", "1234.56"}, {NUM, '.', "1.234.567", "1234567"}, {NUM, '.', "1,5", "1.5"}, {NUM, '.', "1.234", "1.234"},
        {NUM, ',', "1.234", "1234"}, {NUM, ',', "1,234", "1.234"}, {NUM, ',', "1.234,56", "1234.56"}, {NUM, ',', "1,234.56", "1234.56"},
        {NUM, ',', "3,5", "3.5"}, {NUM, ',', "3.5", "3.5"}, {NUM, ',', "0,125", "0.125"}, {NUM, '.', "0,125", "0.125"},
        {NUM, '.', "1 234 567", "1234567"}, {NUM, '.', "1\xE2\x80\xAF" "234", "1234"}, {NUM, '.', "1\xE2\x80\x89" "234\xE2\x80\x89" "567", "1234567"},
        {NUM, '.', "1\xC2\xA0" "234", "1234"}, {NUM, '.', "1'234'567", "1234567"}, {NUM, '.', "1\xE2\x80\x99" "234", "1234"},
        {NUM, '.', "$1.2M", "1200000"}, {NUM, '.', "$ 1,200", "1200"}, {NUM, '.', "18.3 MM", "18300000"}, {NUM, '.', "EUR 5k", "5000"},
        {NUM, '.', "5K", "5000"}, {NUM, '.', "2.5bn", "2500000000"}, {NUM, '.', "$3B", "3000000000"}, {NUM, '.', "1T", "1000000000000"},
        {NUM, '.', "4 million", "4000000"}, {NUM, ',', "4,5 Mio. \xE2\x82\xAC", "4500000"}, {NUM, ',', "2 Mrd. EUR", "2000000000"},
        {NUM, ',', "500 TEUR", "500000"}, {NUM, ',', "500 T\xE2\x82\xAC", "500000"}, {NUM, '.', "\xE2\x82\xAC" "12m", "12000000"},
        {NUM, '.', "12 USD", "12"}, {NUM, '.', "US$5", "5"}, {NUM, '.', "3 crore", "30000000"}, {NUM, '.', "-$5", "-5"}, {NUM, '.', "$-5", "-5"},
        {NUM, '.', "62%", "62"}, {NUM, '.', "62.5 %", "62.5"}, {NUM, '.', "(1,200)", "-1200"}, {NUM, '.', "($1,200.50)", "-1200.5"},
        {NUM, '.', "$(1,200)", "-1200"}, {NUM, '.', "1,200-", "-1200"}, {NUM, '.', "\xE2\x88\x92" "5", "-5"},
        {NUM, '.', "51-200", "125.5"}, {NUM, '.', "51 to 200", "125.5"}, {NUM, '.', "51 - 200 employees", "125.5"}, {NUM, '.', "51\xE2\x80\x93" "200", "125.5"},
        {NUM, '.', "1,001-5,000", "3000.5"}, {NUM, '.', "$1M - $5M", "3000000"}, {NUM, '.', "$1-5M", "3000000"}, {NUM, '.', "$500K to $1M", "750000"},
        {NUM, '.', "between 10 and 20", "15"}, {NUM, '.', "10 bis 20", "15"}, {NUM, '.', "10..20", "15"}, {NUM, '.', "11-50 Mitarbeiter", "30.5"},
        {NUM, '.', "10,001+", "10001"}, {NUM, '.', "10001 +", "10001"}, {NUM, '.', "<10", "10"}, {NUM, '.', "< 10 employees", "10"}, {NUM, '.', ">= 1000", "1000"},
        {NUM, '.', "$1M+", "1000000"}, {NUM, '.', "5000 or more", "5000"}, {NUM, '.', "more than 500", "500"}, {NUM, '.', "under $1M", "1000000"},
        {NUM, '.', "\xC3\xBC" "ber 500", "500"}, {NUM, '.', "ca. 250", "250"}, {NUM, '.', "~100", "100"}, {NUM, '.', "25 employees", "25"}, {NUM, '.', "3 years", "3"},
        {NUM, '.', "5/18/27", "!"}, {NUM, '.', "8/21/58", "!"}, {NUM, '.', "abc", "!"}, {NUM, '.', "12 monkeys", "!"}, {NUM, '.', "1.2.3", "!"},
        {NUM, '.', "2012-06-01", "!"}, {NUM, '.', "2012-06", "!"}, {NUM, '.', "200-51", "!"}, {NUM, '.', "1,23,4", "!"}, {NUM, '.', "10 20", "!"},
        {NUM, '.', "$", "!"}, {NUM, '.', "+", "!"}, {NUM, '.', "1e999", "!"}, {NUM, '.', "Infinity", "!"}, {NUM, '.', "0x10", "!"}, {NUM, '.', "2013 (1888)", "!"},
        {NUM, '.', "", "?"}, {NUM, '.', "-", "?"}, {NUM, '.', "N/A", "?"}, {NUM, '.', "NaN", "?"}, {NUM, '.', "unknown", "!"}, {NUM, '.', "12\xFF", "!"}};
    CHECK_ROWS(rows);
}
END_TEST

START_TEST(dates) {
    static const struct row rows[] = {
        {DATE, 0, "1970-01-01", "0"}, {DATE, 0, "1970-01-02", "1"}, {DATE, 0, "1969-12-31", "-1"}, {DATE, 0, "2000-02-29", "11016"},
        {DATE, 0, "2020-01-05", "18266"}, {DATE, 0, "2020-01-05T23:30:00Z", "18266"}, {DATE, 0, "2020-01-05T00:30:00+02:00", "18266"},
        {DATE, 0, "2020-01-05 10:11:12.345", "18266"}, {DATE, 0, "2020-01-05 10:11:12 UTC", "18266"}, {DATE, 0, "2020-01-05T10:11:12.000+0000", "18266"},
        {DATE, 0, "2020/01/05", "18266"}, {DATE, 0, "2020.1.5", "18266"}, {DATE, 0, "2020-1-5", "18266"}, {DATE, 0, "20200105", "18266"},
        {DATE, 'd', "05/01/2020", "18266"}, {DATE, 'm', "01/05/2020", "18266"}, {DATE, 'm', "1/5/20", "18266"}, {DATE, 'd', "5.1.2020", "18266"},
        {DATE, 'd', "05-01-2020", "18266"}, {DATE, 'd', "05-01-2020 03:00", "18266"}, {DATE, 'm', "1/5/2020 3:45 PM", "18266"}, {DATE, 'm', "1/5/2020, 3:45:10 AM", "18266"},
        {DATE, 'm', "25/12/2020", "!"}, {DATE, 'd', "12/25/2020", "!"}, {DATE, 'm', "1/5/70", "4"}, {DATE, 'm', "1/5/69", "36164"},
        {DATE, 0, "Jan 5, 2020", "18266"}, {DATE, 0, "January 5 2020", "18266"}, {DATE, 0, "5 Jan 2020", "18266"}, {DATE, 0, "5-Jan-20", "18266"},
        {DATE, 0, "05-JAN-2020", "18266"}, {DATE, 0, "5th January 2020", "18266"}, {DATE, 0, "Sun, 05 Jan 2020", "18266"}, {DATE, 0, "2020-Jan-05", "18266"},
        {DATE, 0, "Sunday, January 5, 2020", "18266"}, {DATE, 0, "Jan. 5, 2020", "18266"}, {DATE, 0, "5. Januar 2020", "18266"},
        {DATE, 0, "5. M\xC3\xA4rz 2020", "18326"}, {DATE, 0, "5 janvier 2020", "18266"}, {DATE, 0, "5 de enero de 2020", "18266"}, {DATE, 0, "1 f\xC3\xA9vrier 2020", "18293"},
        {DATE, 0, "Jan 2020", "18262"}, {DATE, 0, "January 2020", "18262"}, {DATE, 0, "2020-01", "18262"}, {DATE, 0, "01/2020", "18262"}, {DATE, 0, "2020", "18262"},
        {DATE, 0, "2020.0", "18262"}, {DATE, 0, "2020-Q1", "18262"}, {DATE, 0, "Q2 2020", "18353"}, {DATE, 0, "2020Q1", "18262"},
        {DATE, 0, "1578182400", "18266"}, {DATE, 0, "1578182400000", "18266"},
        {DATE, 0, "may", "!"}, {DATE, 0, "2020-13-01", "!"}, {DATE, 0, "2020-02-30", "!"}, {DATE, 0, "1900-02-29", "!"}, {DATE, 0, "0001-01-01", "!"},
        {DATE, 0, "9999-12-31", "!"}, {DATE, 0, "2020-01-05x", "!"}, {DATE, 0, "20201301", "!"}, {DATE, 0, "12345", "!"}, {DATE, 0, "5 Jan", "!"}, {DATE, 0, "Q5 2020", "!"},
        {DATE, 0, "hello 2020", "!"}, {DATE, 0, "2013 (1888)", "!"}, {DATE, 0, "", "?"}, {DATE, 0, "--", "?"}};
    CHECK_ROWS(rows);
}
END_TEST

START_TEST(values) {
    static const struct row rows[] = {
        {CAT, 0, "Software", "software"}, {CAT, 0, "  Real   Estate ", "real estate|~real|~estate"}, {CAT, 0, "STRASSE", "strasse"}, {CAT, 0, "Stra\xC3\x9F" "e", "strasse"},
        {CAT, 0, "unknown", "unknown"}, {CAT, 0, "None", "none"}, {CAT, 0, "other", "other"}, {CAT, 0, "NA", "na"}, {CAT, 0, "*", "*"}, {CAT, 0, "blue-collar", "blue-collar|~blue|~collar"}, {CAT, 0, "admin.", "admin."}, {CAT, 0, "\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5\xE6\x9C\xAC|~\xE6\x97\xA5|~\xE6\x9C\xAC"}, {CAT, 0, "94103", "94103"},
        {CAT, 0, "\xEF\xBC\xA1", "a"}, {CAT, 0, "", "?"}, {CAT, 0, "   ", "?"}, {CAT, 0, "null", "?"}, {CAT, 0, "NULL", "?"}, {CAT, 0, "#N/A", "?"}, {CAT, 0, "n/a", "?"},
        {CAT, 0, "Select", "?"}, {CAT, 0, "--None--", "?"}, {CAT, 0, "(not set)", "?"}, {CAT, 0, "\xE2\x80\x94", "?"}, {CAT, 0, "\\N", "?"}, {CAT, 0, "#REF!", "?"},
        {CAT, 0, "selected", "selected"}, {CAT, 0, "nullable", "nullable"}, {CAT, 0, "Nan", "nan"}, {CAT, 0, "a\xFF", "!"},
        {CAT, 'C', "Germany", "de"}, {CAT, 'C', "DE", "de"}, {CAT, 'C', "DEU", "de"}, {CAT, 'C', "Deutschland", "de"}, {CAT, 'C', "Allemagne", "de"}, {CAT, 'C', "USA", "us"},
        {CAT, 'C', "United States of America", "us"}, {CAT, 'C', "UK", "gb"}, {CAT, 'C', "U.K.", "gb"}, {CAT, 'C', "\xC3\x96sterreich", "at"}, {CAT, 'C', "C\xC3\xB4te d'Ivoire", "ci"},
        {CAT, 'C', "Espa\xC3\xB1" "a", "es"}, {CAT, 'C', "Atlantis", "atlantis"}, {CAT, 'C', "XX", "xx"}, {CAT, 'C', "Korea, Republic of", "kr"}, {CAT, 'C', "The Netherlands", "nl"},
        {BOOL, 0, "Yes", "yes"}, {BOOL, 0, "y", "yes"}, {BOOL, 0, "TRUE", "yes"}, {BOOL, 0, "1", "yes"}, {BOOL, 0, "1.0", "yes"}, {BOOL, 0, "ja", "yes"}, {BOOL, 0, "no", "no"},
        {BOOL, 0, "FALSE", "no"}, {BOOL, 0, "0", "no"}, {BOOL, 0, "nein", "no"}, {BOOL, 0, "Unknown", "unknown"}, {BOOL, 0, "n/a", "?"}, {BOOL, 0, "n", "no"}};
    CHECK_ROWS(rows);
}
END_TEST

START_TEST(lists) {
    static const struct row rows[] = {
        {LIST, ';', "SaaS;B2B", "saas|b2b"}, {LIST, ';', " SaaS ; B2B ;", "saas|b2b"}, {LIST, ';', "a;;b", "a|b"}, {LIST, '|', "a||b", "a|b"}, {LIST, '|', "a|b|c", "a|b|c"},
        {LIST, ',', "Bengaluru, India", "bengaluru|india"}, {LIST, ',', "New York", "new york"}, {LIST, ';', ";", "?"}, {LIST, ';', "", "?"}, {LIST, ';', "a;n/a", "a"},
        {LIST, 'j', "['b2b', 'logistics']", "b2b|logistics"}, {LIST, 'j', "[\"B2B\", \"a, b\"]", "b2b|a, b"}, {LIST, 'j', "[]", "?"}, {LIST, 'j', "['it\\'s']", "it's"},
        {LIST, 'j', "[\"caf\\u00e9\"]", "caf\xC3\xA9"}, {LIST, 'j', "[\"\\ud83d\\ude80\"]", "\xF0\x9F\x9A\x80"}, {LIST, 'j', "[\"\\ud83d\"]", "?"}, {LIST, 'j', "[1, 2]", "1|2"},
        {LIST, 'j', "[None, 'a']", "a"}, {LIST, 'j', "{a,\"b c\"}", "a|b c"}, {LIST, 'j', "plain", "plain"}, {LIST, 'j', "a, b", "a|b"}, {LIST, 'j', "['open", "['open"},
        {LIST, 'j', "[\"don't\", 'x']", "don't|x"}, {LIST, ';', "[\"a;b\",\"c\"]", "a;b|c"}, {LIST, ';', "[beta] x; y [z]", "[beta] x|y [z]"},
        {LIST, 'C', "Germany; USA; Mars", "de|us|mars"}, {LIST, 0, "a;b", "a|b"}, {LIST, ';', "A;a", "a|a"}};
    CHECK_ROWS(rows);
}
END_TEST

START_TEST(texts_and_addresses) {
    static const struct row rows[] = {
        {TEXT, 0, "Supply chain, for SMEs.", "supply|+chain|for|+smes|suppl*|chain*"}, {TEXT, 0, ".", "?"}, {TEXT, 0, "", "?"}, {TEXT, 0, "AI-powered", "ai|+powered|power*"},
        {TEXT, 0, "\xE6\x97\xA5\xE6\x9C\xAC", "\xE6\x97\xA5|+\xE6\x9C\xAC"}, {NAME, 0, "23 Technologies GmbH", "23|+technologies|+gmbh|techn*"}, {NAME, 0, "#NAME?", "?"},
        {NAME, 0, "#waywire", "waywire|waywi*"},
        {URL, 0, "https://www.example.com/path?q=1", ".com|~example"}, {URL, 0, "example.co.uk", ".co.uk|~example"}, {URL, 0, "http://shop.example.com.au", ".com.au|~shop|~example"}, {URL, 0, "first-bank.de", ".de|~first|~bank"},
        {URL, 0, "com.de", ".de|~com"}, {URL, 0, "co.uk", ".uk|~co"}, {URL, 0, "a.com.de", ".de|~a|~com"}, {URL, 0, "Example.IO", ".io|~example"}, {URL, 0, "https://example.ai:8080/", ".ai|~example"},
        {URL, 0, "info@example.org", ".org|~example"}, {URL, 0, "192.168.0.1", "?"}, {URL, 0, "localhost", "?"}, {URL, 0, "https://", "?"}, {URL, 0, "http://", "?"}, {URL, 0, "a.go.jp", ".go.jp|~a"},
        {URL, 0, "x.ad.jp", ".ad.jp|~x"}, {URL, 0, "y.govt.nz", ".govt.nz|~y"}, {URL, 0, "http://user:pw@host.example.net./x", ".net|~host|~example"}, {URL, 0, "", "?"}};
    CHECK_ROWS(rows);
}
END_TEST

START_TEST(days_are_a_calendar) {
    /* Against counting day by day. */
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t day = icp__days_of(1000, 1, 1);
    for (unsigned y = 1000; y < 3000; y++)
        for (unsigned m = 1; m <= 12; m++) {
            unsigned n = lengths[m - 1] + (m == 2 && ((y % 4 == 0 && y % 100 != 0) || y % 400 == 0));
            for (unsigned d = 1; d <= n; d++, day++) {
                char text[11], expected[32];
                ck_assert_int_eq(icp__days_of(y, m, d), day);
                icp__date_print(day, text);
                text[10] = 0;
                snprintf(expected, sizeof expected, "%04u-%02u-%02u", y, m, d);
                ck_assert_str_eq(text, expected);
            }
        }
    ck_assert_int_eq(icp__days_of(1970, 1, 1), 0);
}
END_TEST

START_TEST(plain_decimals_agree_with_the_exact_parser) {
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        char text[40];
        seed = icp__hash(&seed, 8, 3);
        int n = snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(seed % 100000), (int)(seed >> 40 & 7) + 1, (unsigned long long)(seed >> 50 & 1));
        double a, b;
        ck_assert(icp__number_read(text, (size_t)n, '.', &a, NULL));
        ck_assert(icp__decimal_parse(text, (size_t)n, &b));
        ck_assert(a == b);
    }
}
END_TEST

START_TEST(ids_are_escaped) {
    icp_context *c = context();
    struct icp__bytes b;
    static const struct {
        int32_t kind;
        const char *column, *value, *id;
    } rows[] = {{ICP_TRAIT_VALUE, "industry", "fintech", "industry=fintech"}, {ICP_TRAIT_VALUE, "a=b", "c:d~e", "a%3Db=c%3Ad%7Ee"},
                {ICP_TRAIT_ITEM, "tags", "a,b;c", "tags:a%2Cb%3Bc"},          {ICP_TRAIT_WORD, "about", "chain", "about~chain"},
                {ICP_TRAIT_PHRASE, "about", "supply chain", "about~supply chain"}, {ICP_TRAIT_VALUE, "x", "*", "x=%2A"},
                {ICP_TRAIT_VALUE, "x", "**", "x=**"},                          {ICP_TRAIT_KNOWN, "x", "", "x=*"},
                {ICP_TRAIT_VALUE, "100%", "[a]\n\x7F", "100%25=%5Ba%5D%0A%7F"}, {ICP_TRAIT_VALUE, "s", "\xC3\xA9", "s=\xC3\xA9"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        icp__bytes_init(&b, c);
        icp__trait_id(&b, (struct icp_str){rows[i].column, strlen(rows[i].column)}, rows[i].kind, rows[i].value, strlen(rows[i].value));
        ck_assert_str_eq(b.data, rows[i].id);
        icp__bytes_free(&b);
    }
    icp__bytes_init(&b, c);
    icp__trait_range_id(&b, (struct icp_str){"employees", 9}, "51", 2, "201", 3);
    ck_assert_str_eq(b.data, "employees[51,201)");
    icp__bytes_free(&b);
    icp__bytes_init(&b, c);
    icp__trait_range_id(&b, (struct icp_str){"a[b", 3}, "", 0, "5", 1);
    ck_assert_str_eq(b.data, "a%5Bb[,5)");
    icp__bytes_free(&b);
    ck_assert_int_eq(icp__trait_kind_of(CAT), ICP_TRAIT_VALUE);
    ck_assert_int_eq(icp__trait_kind_of(URL), ICP_TRAIT_ITEM);
    ck_assert_int_eq(icp__trait_kind_of(NAME), ICP_TRAIT_WORD);
    ck_assert_int_eq(icp__trait_kind_of(NUM), -1);
    ck_assert_ptr_null(icp__extraction_find(0));
    ck_assert_ptr_null(icp__extraction_find(ICP__EXTRACTION + 1));
    icp_context_unref(c);
}
END_TEST

/* Bytes that are likely to matter, and any others. */
static size_t noise(uint64_t *seed, char *out, size_t cap) {
    static const char *const pieces[] = {"1", "20", "2020", "-", "/", ".", ",", " ", "$", "k", "M", "%", "(", ")", "[", "]", "'", "\"", "\\", "\\u", "d83d", ";", "|", "jan", "Q1", "T", ":", "http://",
                                         "www.", ".co.uk", "@", "to", "\xC3\xA9", "\xE2\x80\x93", "\xE2\x82\xAC", "\xC2\xA0", "\xFF", "\xC3", "\xE2\x80", "e", "+", "<", "N/A", "yes", "Deutschland", "{", "}",
                                         "\xE6\x97\xA5", "\xEF\xB7\xBA", "\xE3\x8D\xBF", "\xF0\x9F\x9A\x80"};
    size_t n = 0, count = (*seed = icp__hash(seed, 8, 1)) % 14;
    for (size_t i = 0; i < count; i++) {
        *seed = icp__hash(seed, 8, 2);
        const char *p = pieces[*seed % (sizeof pieces / sizeof *pieces)];
        size_t m = strlen(p);
        if (*seed >> 60 == 0) out[n++] = (char)(*seed >> 20);
        else if (n + m < cap - 1) memcpy(out + n, p, m), n += m;
    }
    return n;
}

START_TEST(any_bytes_give_valid_tokens) {
    icp_context *c = context();
    struct icp__scratch s;
    uint64_t seed = 42;
    icp__scratch_init(&s, c);
    for (int round = 0; round < 60000; round++) {
        char text[256];
        size_t n = noise(&seed, text, sizeof text);
        char *cell = malloc(n ? n : 1); /* exactly as large, so that the sanitiser sees a read beyond it */
        memcpy(cell, text, n);
        for (int kind = ICP_KIND_NAME; kind <= ICP_KIND_URL; kind++) {
            struct icp__column column = {.kind = kind, .separator = (uint8_t)";,|j"[round & 3], .decimal = (uint8_t)".,"[round & 1],
                                         .date_order = (uint8_t)(round % 3),
                                         .normaliser = (uint8_t)(round / 2 % ICP__NORMALISER_COUNT), .adds = round & 1};
            struct icp__cell view = {cell, n};
            enum icp__known known = icp__extraction_find(ICP__EXTRACTION)->of_kind[kind](&column, 0, &view, &s);
            ck_assert(!s.failed);
            if (known != ICP__KNOWN) continue;
            if (kind == NUM || kind == DATE) ck_assert(s.number - s.number == 0);
            else ck_assert_uint_gt(s.tokens_used, 0);
            for (size_t i = 0; i < s.tokens_used; i++) {
                ck_assert_uint_gt(s.tokens[i].size, 0);
                ck_assert(icp__utf8_valid(s.tokens[i].data, s.tokens[i].size));
            }
        }
        free(cell);
    }
    icp__scratch_free(&s);
    icp_context_unref(c);
}
END_TEST

START_TEST(long_cells_are_read_up_to_the_stored_length) {
    icp_context *c = context();
    struct icp__scratch s;
    struct icp__column column = {.kind = TEXT};
    size_t n = ICP__CELL_MAX * 2;
    char *text = malloc(n);
    icp__scratch_init(&s, c);
    for (size_t i = 0; i < n; i++) text[i] = i % 4 == 3 ? ' ' : (char)('a' + i % 4);
    struct icp__cell whole = {text, n}, cut = {text, ICP__CELL_MAX};
    ck_assert_int_eq(icp__extract_text(&column, 0, &whole, &s), ICP__KNOWN);
    size_t tokens = s.tokens_used;
    ck_assert_int_eq(icp__extract_text(&column, 0, &cut, &s), ICP__KNOWN);
    ck_assert_uint_eq(tokens, s.tokens_used);
    ck_assert_uint_eq(tokens, ICP__CELL_MAX / 4);
    free(text);
    icp__scratch_free(&s);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("extract");
    TCase *t = tcase_create("cells");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, numbers);
    tcase_add_test(t, dates);
    tcase_add_test(t, values);
    tcase_add_test(t, lists);
    tcase_add_test(t, texts_and_addresses);
    tcase_add_test(t, days_are_a_calendar);
    tcase_add_test(t, plain_decimals_agree_with_the_exact_parser);
    tcase_add_test(t, ids_are_escaped);
    tcase_add_test(t, any_bytes_give_valid_tokens);
    tcase_add_test(t, long_cells_are_read_up_to_the_stored_length);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
