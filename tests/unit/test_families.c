/* SPDX-License-Identifier: MIT */
/* Headers as CRMs write them, and the family and kind they stand for. */
#include "base/text.h"
#include "check_main.h"
#include "trait/family.h"

enum { ANY = -1, CAT = ICP_KIND_CATEGORY, LIST = ICP_KIND_LIST, NUM = ICP_KIND_NUMBER, DATE = ICP_KIND_DATE, BOOL = ICP_KIND_BOOLEAN, TEXT = ICP_KIND_TEXT, NAME = ICP_KIND_NAME, URL = ICP_KIND_URL, NONE = ICP_KIND_IGNORED };

static const struct {
    const char *family;
    struct {
        const char *header;
        int kind;
    } rows[24];
} tables[] = {
    {"industry", {{"Industry", CAT}, {"industry", CAT}, {"category_code", CAT}, {"Primary Industry", CAT}, {"Sector", CAT}, {"GICS Sector", CAT}, {"GICS Sub-Industry", CAT}, {"NAICS Code", CAT},
                  {"SIC", CAT}, {"Industries", LIST}, {"Categories", LIST}, {"tags", LIST}, {"Category Groups List", LIST}, {"Business Model", CAT}, {"Company Type", CAT}, {"Branche", CAT},
                  {"Secteur d'activit\xC3\xA9", CAT}, {"IndustryGroup__c", CAT}, {"Account Type", CAT}, {"Sector de actividad", CAT}, {"Rechtsform", CAT}}},
    {"size", {{"Number of Employees", NUM}, {"NumberOfEmployees", NUM}, {"employees", NUM}, {"Employee Count", NUM}, {"company_size", NUM}, {"Company Headcount", NUM}, {"team_size", NUM},
              {"Annual Revenue", NUM}, {"AnnualRevenue", NUM}, {"Estimated Revenue Range", NUM}, {"num_employees_enum", NUM}, {"Mitarbeiterzahl", NUM}, {"Anzahl Mitarbeiter", NUM}, {"Umsatz", NUM},
              {"Chiffre d'affaires", NUM}, {"Effectif", NUM}, {"N\xC3\xBAmero de empleados", NUM}, {"Facturaci\xC3\xB3n", NUM}, {"LinkedIn Followers", NUM}, {"Revenue (USD)", NUM}, {"Market Cap", NUM}}},
    {"stage", {{"Total Funding Amount", NUM}, {"funding_total_usd", NUM}, {"Last Funding Type", CAT}, {"Last Funding Date", DATE}, {"funding_rounds", NUM}, {"Number of Funding Rounds", NUM},
               {"founded_at", DATE}, {"Founded Date", DATE}, {"Year Founded", ANY}, {"year_founded", ANY}, {"Company Stage", CAT}, {"first_funding_at", DATE}, {"num_founders", NUM},
               {"Top 5 Investors", LIST}, {"batch", CAT}, {"status", CAT}, {"Gr\xC3\xBCndungsjahr", ANY}, {"Ann\xC3\xA9" "e de cr\xC3\xA9" "ation", ANY}, {"A\xC3\xB1o de fundaci\xC3\xB3n", ANY}, {"IPO Status", CAT}}},
    {"keywords", {{"Description", TEXT}, {"short_description", TEXT}, {"Company Description", TEXT}, {"About Us", TEXT}, {"Tagline", TEXT}, {"Overview", TEXT}, {"Keywords", LIST}, {"Specialties", LIST},
                  {"Name", NAME}, {"Company Name", NAME}, {"Company name", NAME}, {"Account Name", NAME}, {"Organization Name", NAME}, {"Firma", NAME}, {"Raison sociale", NAME},
                  {"Raz\xC3\xB3n social", NAME}, {"Beschreibung", TEXT}, {"Descripci\xC3\xB3n", TEXT}, {"blurb", TEXT}, {"Mots cl\xC3\xA9s", LIST}}},
    {"technology", {{"Technologies", LIST}, {"Web Technologies", LIST}, {"Tech Stack", LIST}, {"technographics", LIST}, {"BuiltWith", LIST}, {"CRM", CAT}, {"ERP System", CAT}, {"CMS", CAT},
                    {"Ecommerce Platform", CAT}, {"Hosting Provider", CAT}, {"Cloud Provider", CAT}, {"Programming Languages", LIST}, {"Integrations", LIST}, {"Active Tech Count", NUM},
                    {"Technologien", LIST}, {"Tecnolog\xC3\xAD" "as", LIST}, {"Marketing Automation", CAT}, {"technologies_text", TEXT}}},
    {"hiring", {{"Job Openings", NUM}, {"open_positions", NUM}, {"Open Jobs", NUM}, {"Number of Job Postings", NUM}, {"Vacancies", NUM}, {"Is Hiring", BOOL}, {"Actively Hiring", BOOL},
                {"Job Titles", LIST}, {"Hiring For", LIST}, {"careers_url", URL}, {"remote_policy", CAT}, {"Remote Work", CAT}, {"Offene Stellen", NUM}, {"Stellenanzeigen", NUM},
                {"Offres d'emploi", NUM}, {"Ofertas de empleo", NUM}, {"Last Job Posted", DATE}, {"Job Functions", LIST}}},
    {"geography", {{"Country", CAT}, {"country_code", CAT}, {"Billing Country", CAT}, {"BillingCountry", CAT}, {"Country/Region", CAT}, {"Land", CAT}, {"Pays", CAT}, {"Pa\xC3\xADs", CAT},
                   {"State/Region", CAT}, {"State", CAT}, {"Bundesland", CAT}, {"City", CAT}, {"Billing City", CAT}, {"Ort", CAT}, {"Zip", CAT}, {"Postal Code", CAT}, {"PLZ", CAT}, {"Headquarters Location", LIST},
                   {"location", LIST}, {"Territory", CAT}, {"Street Address", TEXT}, {"Time Zone", CAT}, {"tld", CAT}}},
    {"other", {{"Website", URL}, {"Website URL", URL}, {"Company Domain Name", URL}, {"homepage", URL}, {"LinkedIn Company Page", URL}, {"crunchbase_url", URL}, {"Email", NONE}, {"E-Mail", NONE},
               {"Phone Number", NONE}, {"Telefon", NONE}, {"Create Date", DATE}, {"Last Modified Date", DATE}, {"CreatedDate", DATE}, {"Company owner", CAT}, {"Lead Source", CAT}, {"Tier", CAT},
               {"Is Archived", BOOL}, {"Number of Deals", NUM}, {"Lead Score", NUM}, {"Close Date", DATE}}},
};

START_TEST(headers_have_families) {
    for (size_t f = 0; f < sizeof tables / sizeof *tables; f++) {
        size_t rows = 0;
        for (; rows < 24 && tables[f].rows[rows].header; rows++) {
            const char *text = tables[f].rows[rows].header;
            struct icp__header h;
            int32_t family = -1;
            icp__header_split((struct icp_str){text, strlen(text)}, &h);
            const struct icp__synonym *s = icp__header_match(&h, &family);
            ck_assert_msg(s != NULL, "%s: no synonym", text);
            ck_assert_msg(strcmp(icp__family_name(family), tables[f].family) == 0, "%s: %s by \"%s\", expected %s", text, icp__family_name(family), s->words, tables[f].family);
            ck_assert_msg(s->kind == tables[f].rows[rows].kind, "%s: kind %d by \"%s\", expected %d", text, s->kind, s->words, tables[f].rows[rows].kind);
        }
        ck_assert_uint_ge(rows, 15);
    }
}
END_TEST

START_TEST(other_headers_have_none) {
    static const char *const headers[] = {"contact", "poutcome", "pdays", "Foo Bar", "xyzzy", "Employer of record", "1", "_", "Sizeable", "namespace", "Landing"};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct icp__header h;
        int32_t family;
        icp__header_split((struct icp_str){headers[i], strlen(headers[i])}, &h);
        const struct icp__synonym *s = icp__header_match(&h, &family);
        ck_assert_msg(s == NULL, "%s: \"%s\"", headers[i], s ? s->words : "");
    }
}
END_TEST

START_TEST(the_tables_are_in_order) {
    size_t synonyms = 0;
    ck_assert_uint_eq(icp__family_count, 8);
    for (size_t f = 0; f < icp__family_count; f++) {
        const struct icp__family *x = icp__families[f];
        synonyms += x->synonym_count;
        ck_assert_uint_ge(x->synonym_count, 15);
        for (size_t i = 0; i < x->synonym_count; i++) {
            char folded[256];
            const char *w = x->synonyms[i].words;
            size_t n = icp__fold_value(w, strlen(w), folded, sizeof folded);
            /* What is not in the folded form can never match. */
            ck_assert_msg(n == strlen(w) && memcmp(folded, w, n) == 0, "%s", w);
            ck_assert_uint_ge(x->synonyms[i].strength, 1);
            for (size_t k = 0; k < i; k++) ck_assert_str_ne(x->synonyms[k].words, w);
        }
    }
    ck_assert_uint_ge(synonyms, 250);
}
END_TEST

START_TEST(headers_are_parted) {
    static const struct {
        const char *header, *words;
    } rows[] = {{"NumberOfEmployees", "number of employees"}, {"addedAt", "added at"}, {"HQCountry", "hq country"}, {"Name__c", "name"}, {"annual_revenue (USD)", "annual revenue usd"},
                {"ABC", "abc"}, {"GICS Sub-Industry", "gics sub industry"}, {"", ""}, {"c", "c"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct icp__header h;
        char found[128] = "";
        icp__header_split((struct icp_str){rows[i].header, strlen(rows[i].header)}, &h);
        for (size_t k = 0; k < h.words; k++) {
            if (k) strcat(found, " ");
            strncat(found, h.text + h.word[k].start, h.word[k].size);
        }
        ck_assert_str_eq(found, rows[i].words);
    }
}
END_TEST

START_TEST(countries_have_codes) {
    static const struct {
        const char *name, *code;
    } rows[] = {{"de", "de"}, {"deu", "de"}, {"germany", "de"}, {"afghanistan", "af"}, {"zimbabwe", "zw"}, {"zw", "zw"}, {"abw", "aw"}, {"zwe", "zw"}, {"uk", "gb"}, {"usa", "us"}, {"\xC3\xA5land", "ax"},
                {"congo", "cg"}, {"niger", "ne"}, {"nigeria", "ng"}, {"guinea", "gn"}, {"guinea-bissau", "gw"}, {"oman", "om"}, {"romania", "ro"}, {"u.s.", "us"}, {"xx", ""}, {"zz", ""}, {"aaa", ""},
                {"german", ""}, {"germanyy", ""}, {"a", ""}, {"", ""}, {"\xFF\xFF", ""}, {"aa", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char code[64] = "";
        size_t n = icp__normalise_country(rows[i].name, strlen(rows[i].name), code, sizeof code);
        code[n] = 0;
        ck_assert_msg(strcmp(code, rows[i].code) == 0, "%s: \"%s\"", rows[i].name, code);
    }
    int codes = 0;
    for (char a = 'a'; a <= 'z'; a++)
        for (char b = 'a'; b <= 'z'; b++) {
            char text[2] = {a, b}, code[64];
            codes += icp__normalise_country(text, 2, code, sizeof code) == 2 && code[0] == a && code[1] == b;
        }
    ck_assert_int_eq(codes, 249);
}
END_TEST

int main(void) {
    Suite *s = suite_create("families");
    TCase *t = tcase_create("headers");
    tcase_add_test(t, headers_have_families);
    tcase_add_test(t, other_headers_have_none);
    tcase_add_test(t, the_tables_are_in_order);
    tcase_add_test(t, headers_are_parted);
    tcase_add_test(t, countries_have_codes);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
