/* SPDX-License-Identifier: MIT */
/* Who was found, where, and what is reported of the rest. */
#include "fitting.h"
#include <stdbool.h>

static const char reference_csv[] = "Id,industry,employees\n"
                                    "a1,fintech,10\n"
                                    "a2,retail,20\n"
                                    "a3,fintech,30\n"
                                    "a3,mining,40\n"
                                    "B4,retail,50\n";

static void check_matches(const char *customers, const char *universe, const char *want) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    icp_buffer *json;
    struct icp_str text;
    must_add(c, f, customers, 0);
    if (universe)
        must_add(c, f, universe, 1);
    ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
    icp_buffer_data(json, &text);
    /* What keys alone tell comes first. */
    const char *rest = strstr(text.data, ",\"outcomes\":");
    ck_assert_ptr_nonnull(rest);
    ck_assert_uint_eq((size_t)(rest - text.data), strlen(want) - 1);
    ck_assert_mem_eq(text.data, want, strlen(want) - 1);
    icp_buffer_unref(json);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}

START_TEST(keys_are_trimmed_and_matched_exactly) {
    check_matches("Id\n a1 \nb4\nzz\n", NULL,
                  "{\"rows\":3,\"without_key\":0,\"customers\":3,\"matched\":1,\"in_reference\":1,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":2,\"keys\":[\"b4\",\"zz\"]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":1,\"keys\":[{\"key\":\"b4\",\"found\":\"B4\"}]}}");
}
END_TEST

START_TEST(duplicates_and_ambiguous_keys_are_reported) {
    check_matches("Id\na1\na3\na1\n\na1\n", NULL,
                  "{\"rows\":4,\"without_key\":0,\"customers\":2,\"matched\":2,\"in_reference\":2,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":0,\"keys\":[]},\"ambiguous\":{\"count\":1,\"keys\":[\"a3\"]},"
                  "\"duplicate\":{\"count\":1,\"keys\":[{\"key\":\"a1\",\"rows\":3,\"differ\":false}]},\"near\":{\"count\":0,\"keys\":[]}}");
}
END_TEST

START_TEST(universe_finds_what_the_reference_lacks) {
    check_matches("Id\na1\nu1\nu2\nu3\n", "Id,industry,employees\nu1,retail,5\nx9,retail,6\nU2,retail,7\nu3,retail,8\nu3,mining,8\nu3,mining,8\n",
                  "{\"rows\":4,\"without_key\":0,\"customers\":4,\"matched\":3,\"in_reference\":1,\"in_universe\":2,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":1,\"keys\":[\"u2\"]},\"ambiguous\":{\"count\":1,\"keys\":[\"u3\"]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":1,\"keys\":[{\"key\":\"u2\",\"found\":\"U2\"}]}}");
}
END_TEST

START_TEST(own_rows_count_only_with_columns_of_the_schema) {
    check_matches("Id,industry\nq1,retail\na1,retail\n", NULL,
                  "{\"rows\":2,\"without_key\":0,\"customers\":2,\"matched\":2,\"in_reference\":1,\"in_universe\":0,\"by_own_row\":1,"
                  "\"unmatched\":{\"count\":0,\"keys\":[]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":0,\"keys\":[]}}");
    check_matches("Id,owner\nq1,Eva\n", NULL,
                  "{\"rows\":1,\"without_key\":0,\"customers\":1,\"matched\":0,\"in_reference\":0,\"in_universe\":0,\"by_own_row\":0,"
                  "\"unmatched\":{\"count\":1,\"keys\":[\"q1\"]},\"ambiguous\":{\"count\":0,\"keys\":[]},"
                  "\"duplicate\":{\"count\":0,\"keys\":[]},\"near\":{\"count\":0,\"keys\":[]}}");
}
END_TEST

START_TEST(the_list_may_come_in_parts) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_buffer *json[2];
    const char *parts[2][3] = {{"Id\na1\nzz\nu1\n", "Id\na2\na1\n", "Id\n"}, {"Id\na1\na2\n", "Id\nzz\n", "Id\nu1\na1\n"}};
    for (int k = 0; k < 2; k++) {
        icp_fit *f = fit_new(c, r, NULL);
        for (int i = 0; i < 3; i++)
            if (strlen(parts[k][i]) > 3)
                must_add(c, f, parts[k][i], 0);
        must_add(c, f, "Id,industry\nZZ,retail\n", 1);
        must_add(c, f, "Id,industry\nu1,retail\n", 1);
        must_add(c, f, "Id\na2\n", 0); /* what was found in the universe stays found */
        ck_assert_int_eq(icp_fit_matches(f, &json[k], NULL), ICP_OK);
        icp_fit_free(f);
    }
    struct icp_str text;
    icp_buffer_data(json[0], &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"in_reference\":2,\"in_universe\":1"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"near\":{\"count\":1,\"keys\":[{\"key\":\"zz\",\"found\":\"ZZ\"}]}"));
    ck_assert(same_bytes(json[0], json[1]));
    icp_buffer_unref(json[0]);
    icp_buffer_unref(json[1]);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(the_universe_comes_after_the_customers) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(add(c, f, "Id\na1\n", 1, &e), ICP_E_STATE);
    ck_assert_str_eq(e.message, "add the customers before the universe they are looked up in");
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(a_wrong_weight_is_named_with_its_place) {
    static const struct {
        const char *csv, *message;
        int64_t row;
    } cases[] = {{"Id,w\na1,1\na2,0\n", "the weight of a customer must be a positive number", 2},
                 {"Id,w\na1,-3\na2,0\n", "the weight of a customer must be a positive number", 1},
                 {"Id,w\na1,\n", "the weight of a customer must be a positive number", 1},
                 {"Id,w\na1,1\na2,2\na3,many\n", "the weight of a customer must be a positive number", 3},
                 {"Id,v\na1,1\n", "no column \"w\" with the weights of the customers", -1}};
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "w", .weight_size = 1};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        icp_fit *f = fit_new(c, r, &o);
        struct icp_error e = {.struct_size = sizeof e};
        ck_assert_int_eq(add(c, f, cases[i].csv, 0, &e), ICP_E_SCHEMA);
        ck_assert_str_eq(e.message, cases[i].message);
        ck_assert_int_eq(e.row, cases[i].row);
        /* Nothing was taken up. */
        ck_assert_int_eq(add(c, f, "Id\na1\n", 1, &e), ICP_E_STATE);
        icp_fit_free(f);
    }
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(the_key_column_must_be_there) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, reference_csv);
    icp_fit *f = fit_new(c, r, NULL);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(add(c, f, "owner\na1\n", 0, &e), ICP_E_KEY);
    icp_fit_free(f);
    struct icp_fit_options o = {.struct_size = sizeof o, .key_column = "name", .key_size = 4};
    f = fit_new(c, r, &o);
    must_add(c, f, "name\na1\n", 0);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

/* By domain and name. */

static const char world_csv_head[] = "Id,Company name,Website,industry\n";
static const char named_csv[] = "Id,Company name,Website,industry\n"
                                "n1,Northwind Traders,http://www.northwind.com,retail\n"
                                "n2,Contoso Ltd.,contoso.com,retail\n"
                                "n3,Contoso Deutschland GmbH,https://contoso.de,retail\n"
                                "n4,Fabrikam Inc,fabrikam.com,mining\n"
                                "n5,Fabrikam Cloud,https://cloud.fabrikam.com,mining\n"
                                "n6,Litware,,mining\n"
                                "n7,Apex,apex.io,fintech\n"
                                "n8,Wide World Importers,,fintech\n"
                                "n9,Wide World Importers,,retail\n"
                                "n10,Some Blog,someblog.wordpress.com,retail\n"
                                "n11,Humongous Insurance,,fintech\n"
                                "n12,Apex Partners,,fintech\n"
                                "n13,B\xc3\xbc" "cher Muster,http://xn--bcher-kva.example,retail\n"
                                "n14,Tailspin Toys Germany,tailspin.example,retail\n";

/* The report of a list against rows, half of them in the reference and half in the universe, or all in one of the two. */
static icp_buffer *report(const char *rows, const char *customers, uint32_t flags, int where) {
    icp_context *c = context();
    struct text part[2] = {{NULL, 0}, {NULL, 0}};
    const char *line = rows + strcspn(rows, "\n") + 1;
    for (int k = 0; k < 2; k++)
        text_add(&part[k], "%.*s", (int)(line - rows), rows);
    for (int i = 0; *line; i++, line += strcspn(line, "\n") + 1)
        text_add(&part[where == 2 ? i % 2 : where], "%.*s", (int)strcspn(line, "\n") + 1, line);
    if (where == 1)
        text_add(&part[0], "only,,,retail\n");
    icp_reference *r = world_reference(c, part[0].data);
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = flags};
    icp_fit *f = fit_new(c, r, &o);
    must_add(c, f, customers, 0);
    if (where)
        must_add(c, f, part[1].data, 1);
    icp_buffer *json;
    ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
    free(part[0].data), free(part[1].data);
    return json;
}

static void check_list(const char *customers, const char *want) {
    for (int where = 0; where < 3; where++) {
        struct icp_str text;
        icp_buffer *json = report(named_csv, customers, ICP_FIT_LIST_CUSTOMERS, where);
        icp_buffer_data(json, &text);
        const char *list = strstr(text.data, ",\"list\":");
        ck_assert_ptr_nonnull(list);
        ck_assert_msg(strncmp(list + 8, want, strlen(want)) == 0 && strcmp(list + 8 + strlen(want), "}") == 0, "%d: %s", where, list + 8);
        icp_buffer_unref(json);
    }
}

START_TEST(domain_and_name_find_a_company) {
    check_list("name,homepage\nNorthwind Traders Inc.,https://shop.northwind.com/de\n",
               "[{\"key\":\"Northwind Traders Inc. <shop.northwind.com>\",\"outcome\":\"exact\",\"how\":\"domain and name\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]");
    check_list("domain\nnorthwind.com\n", "[{\"key\":\"northwind.com\",\"outcome\":\"normalised\",\"how\":\"domain\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]");
    check_list("e-mail\nEva.Muster@Northwind.com\n",
               "[{\"key\":\"northwind.com\",\"outcome\":\"normalised\",\"how\":\"domain\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]");
    check_list("Company\nHUMONGOUS-INSURANCE S.A.\n",
               "[{\"key\":\"HUMONGOUS-INSURANCE S.A.\",\"outcome\":\"normalised\",\"how\":\"name\",\"found\":\"n11\",\"name\":\"Humongous Insurance\"}]");
    check_list("Website\nhttp://b\xc3\xbc" "cher.example\n",
               "[{\"key\":\"b\xc3\xbc" "cher.example\",\"outcome\":\"normalised\",\"how\":\"domain\",\"found\":\"n13\",\"name\":\"B\xc3\xbc" "cher Muster\"}]");
    /* A name of one word, known by the domain that is that word; not where the domain is another. */
    check_list("name,domain\nLitware,litware.com\n",
               "[{\"key\":\"Litware <litware.com>\",\"outcome\":\"normalised\",\"how\":\"name spelt by domain\",\"found\":\"n6\",\"name\":\"Litware\"}]");
    check_list("name,domain\nLitware,getlitware.com\n",
               "[{\"key\":\"Litware <getlitware.com>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n6\",\"name\":\"Litware\",\"how\":\"name alone\"}]}]");
}
END_TEST

START_TEST(nothing_is_picked_where_more_than_one_fits) {
    check_list("name\nWide World Importers, Inc.\n",
               "[{\"key\":\"Wide World Importers, Inc.\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n8\",\"name\":\"Wide World Importers\",\"how\":\"name\"},"
               "{\"key\":\"n9\",\"name\":\"Wide World Importers\",\"how\":\"name\"}]}]");
    /* One word that others have too. */
    check_list("name\nApex Inc\n", "[{\"key\":\"Apex Inc\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n7\",\"name\":\"Apex\",\"how\":\"name alone\"}]}]");
    check_list("name,domain\nApex,apex.com\n",
               "[{\"key\":\"Apex <apex.com>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n7\",\"name\":\"Apex\",\"how\":\"name, other domain\"}]}]");
    /* A parent and its part: the domain alone cannot tell them, host or name can. */
    check_list("domain\nfabrikam.com\n",
               "[{\"key\":\"fabrikam.com\",\"outcome\":\"normalised\",\"how\":\"domain\",\"found\":\"n4\",\"name\":\"Fabrikam Inc\",\"related\":[{\"key\":\"n5\",\"name\":\"Fabrikam Cloud\",\"how\":\"domain\"}]}]");
    check_list("domain,name\nwww.fabrikam.com,Fabrikam Cloud\n",
               "[{\"key\":\"Fabrikam Cloud <fabrikam.com>\",\"outcome\":\"exact\",\"how\":\"domain and name\",\"found\":\"n5\",\"name\":\"Fabrikam Cloud\","
               "\"related\":[{\"key\":\"n4\",\"name\":\"Fabrikam Inc\",\"how\":\"domain\"}]}]");
    check_list("domain,name\nnorthwind.com,Northwind Traders Germany\n",
               "[{\"key\":\"Northwind Traders Germany <northwind.com>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n1\",\"name\":\"Northwind Traders\",\"how\":\"domain, other name\"}]}]");
    check_list("domain,name\ntailspin.example,Tailspin Toys\n",
               "[{\"key\":\"Tailspin Toys <tailspin.example>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n14\",\"name\":\"Tailspin Toys Germany\",\"how\":\"domain, other name\"}]}]");
    check_list("domain,name\nlabs.northwind.com,Northwind Laboratories\n",
               "[{\"key\":\"Northwind Laboratories <labs.northwind.com>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n1\",\"name\":\"Northwind Traders\",\"how\":\"domain, other name\"}]}]");
    /* The domain says one company, the name another. */
    check_list("domain,name\nnorthwind.com,Humongous Insurance\n",
               "[{\"key\":\"Humongous Insurance <northwind.com>\",\"outcome\":\"ambiguous\",\"candidates\":[{\"key\":\"n1\",\"name\":\"Northwind Traders\",\"how\":\"domain\"},"
               "{\"key\":\"n11\",\"name\":\"Humongous Insurance\",\"how\":\"name\"}]}]");
    /* Nobody's domains. */
    check_list("e-mail,name\nx@gmail.com,\ny@gmail.com,Northwind Traders\n",
               "[{\"key\":\"Northwind Traders\",\"outcome\":\"normalised\",\"how\":\"name\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]");
    check_list("website\notherblog.wordpress.com\n", "[]");
}
END_TEST

START_TEST(names_of_common_words_are_no_evidence) {
    struct text rows = {NULL, 0};
    struct icp_str text;
    text_add(&rows, "%s", world_csv_head);
    for (int i = 0; i < 400; i++) /* nine of ten are something Systems, the tenth Data something */
        text_add(&rows, "c%d,%s %s,,retail\n", i, i % 10 ? "Widget" : "Data", i % 10 == 0 ? "Foods" : "Systems");
    text_add(&rows, "r1,Data Systems,,retail\n");
    for (int k = 0; k < 2; k++) {
        icp_buffer *json = report(rows.data, k ? "name\nData Systems AG\n" : "name\nDatasystems\n", 0, 2);
        icp_buffer_data(json, &text);
        ck_assert_msg(strstr(text.data, "\"normalised\":0,\"ambiguous\":1,") != NULL, "%s", text.data);
        ck_assert_ptr_nonnull(strstr(text.data, "\"key\":\"r1\",\"name\":\"Data Systems\",\"how\":\"name alone\""));
        icp_buffer_unref(json);
    }
    /* Blanks may be missing, not stand elsewhere. */
    icp_buffer *json = report("Id,name\np1,Pit Ai Works\n", "name\nPita I Works\n", 0, 0);
    icp_buffer_data(json, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"ambiguous\":0,\"none\":1,"));
    icp_buffer_unref(json);
    free(rows.data);
}
END_TEST

START_TEST(a_key_wins_and_an_unknown_or_empty_one_does_not_stand_in_the_way) {
    check_list("Id,name,website\nn2,Northwind Traders,northwind.com\nq7,Northwind Traders,northwind.com\n,Contoso Deutschland GmbH,contoso.de\n,,\n",
               "[{\"key\":\"Contoso Deutschland GmbH <contoso.de>\",\"outcome\":\"exact\",\"how\":\"domain and name\",\"found\":\"n3\",\"name\":\"Contoso Deutschland GmbH\"},"
               "{\"key\":\"n2\",\"outcome\":\"exact\",\"how\":\"key\",\"found\":\"n2\",\"name\":\"Contoso Ltd.\"},"
               "{\"key\":\"q7\",\"outcome\":\"exact\",\"how\":\"domain and name\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]");
}
END_TEST

START_TEST(two_entries_of_one_company_count_once) {
    struct icp_str text;
    for (int where = 0; where < 3; where++) {
        icp_buffer *json = report(named_csv, "Id,name,website\nn1,,\n,Northwind Traders,\nzz,,northwind.com\n,Humongous Insurance,\n", 0, where);
        icp_buffer_data(json, &text);
        ck_assert_ptr_nonnull(strstr(text.data, "\"customers\":4,\"matched\":2,"));
        ck_assert_msg(strstr(text.data, "\"same_company\":{\"count\":2,\"keys\":[{\"key\":\"Northwind Traders\",\"same_as\":\"n1\"},{\"key\":\"zz\",\"same_as\":\"n1\"}]}") != NULL, "%s",
                      text.data);
        ck_assert_ptr_nonnull(strstr(text.data, "\"outcomes\":{\"exact\":1,\"normalised\":3,\"ambiguous\":0,\"none\":0,\"excluded\":0}"));
        icp_buffer_unref(json);
    }
}
END_TEST

START_TEST(exact_keys_switch_domains_and_names_off) {
    struct icp_str text;
    icp_buffer *json = report(named_csv, "Id,name,website\nn1,,\nq7,Humongous Insurance,contoso.com\n,Contoso,contoso.com\n", ICP_FIT_EXACT_KEYS, 2);
    icp_buffer_data(json, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"rows\":3,\"without_key\":1,\"customers\":2,\"matched\":1,"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"identified\":{\"count\":0"));
    icp_buffer_unref(json);
    icp_context *c = context();
    icp_reference *r = world_reference(c, named_csv);
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_EXACT_KEYS};
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f = fit_new(c, r, &o);
    ck_assert_int_eq(add(c, f, "name,website\nContoso,contoso.com\n", 0, &e), ICP_E_KEY);
    ck_assert_str_eq(e.message, "there is no key column \"Id\"; columns are: name, website");
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

/* Names of one word each: most of the list is found, or too little of it to trust them. */
START_TEST(names_are_trusted_where_most_of_the_list_is_found) {
    static const struct {
        int found, lost, normalised;
    } cases[] = {{20, 0, 20}, {19, 0, 0}, {15, 15, 15}, {15, 16, 0}, {10, 10, 10}, {40, 3, 40}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct text rows = {NULL, 0}, list = {NULL, 0};
        struct icp_str text;
        char want[64];
        text_add(&rows, "%st0,Twice,,retail\nt1,Twice,,retail\nt2,Elsewhere,elsewhere.org,retail\n", world_csv_head);
        text_add(&list, "name,website\n");
        for (int i = 0; i < 60; i++)
            text_add(&rows, "s%d,Word%c%c,,retail\n", i, 'a' + i / 26, 'a' + i % 26);
        for (int i = 0; i < cases[k].found; i++)
            text_add(&list, "word%c%c Inc,\n", 'a' + i / 26, 'a' + i % 26);
        for (int i = 0; i < cases[k].lost; i++)
            text_add(&list, "other%c%c,\n", 'a' + i / 26, 'a' + i % 26);
        for (int where = 0; where < 3; where++) {
            icp_buffer *json = report(rows.data, list.data, 0, where);
            icp_buffer_data(json, &text);
            snprintf(want, sizeof want, "\"exact\":0,\"normalised\":%d,\"ambiguous\":%d,", cases[k].normalised, cases[k].found - cases[k].normalised);
            ck_assert_msg(strstr(text.data, want) != NULL, "%s %s", want, text.data);
            icp_buffer_unref(json);
        }
        if (cases[k].found == 40) { /* what speaks against a name still does */
            text_add(&list, "Twice,\nElsewhere,elsewhere.net\n");
            icp_buffer *json = report(rows.data, list.data, 0, 2);
            icp_buffer_data(json, &text);
            ck_assert_ptr_nonnull(strstr(text.data, "\"exact\":0,\"normalised\":40,\"ambiguous\":2,"));
            icp_buffer_unref(json);
        }
        free(rows.data), free(list.data);
    }
}
END_TEST

START_TEST(years_of_foundation_speak_against_a_name) {
    static const char rows[] = "Id,name,founded\ny1,Adventure Works,2012-05-01\n";
    static const struct {
        const char *customers, *outcome;
    } cases[] = {{"name,year founded\nAdventure Works,2015.0\n", "\"normalised\""}, {"name,year founded\nAdventure Works,2016\n", "\"ambiguous\""},
                 {"name,year founded\nAdventure Works,\n", "\"normalised\""}, {"name,year founded\nAdventure Works,7/1/1999\n", "\"name, other founding year\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp_str text;
        icp_buffer *json = report(rows, cases[i].customers, ICP_FIT_LIST_CUSTOMERS, 0);
        icp_buffer_data(json, &text);
        ck_assert_msg(strstr(strstr(text.data, "\"list\":"), cases[i].outcome) != NULL, "%s %s", cases[i].customers, text.data);
        icp_buffer_unref(json);
    }
}
END_TEST

/* Names and domains out of few, so that they meet in every way. */
static struct text some_companies(uint64_t *s, int n, const char *prefix) {
    static const char *const first[] = {"Acme", "Globex", "Initech", "Umbrella", "Hooli", "The Acme"}, *const second[] = {"", " Systems", " Foods", " Germany", " Labs"};
    static const char *const form[] = {"", " Inc", " GmbH", ", Ltd."}, *const top[] = {"com", "de", "io", "co.uk"};
    struct text t = {NULL, 0};
    for (int i = 0; i < n; i++) {
        text_add(&t, "%s%d,", prefix, i);
        if (world_below(s, 4))
            text_add(&t, "%s%s%s", first[world_below(s, 6)], second[world_below(s, 5)], form[world_below(s, 3)]);
        text_add(&t, ",");
        if (world_below(s, 3))
            text_add(&t, "%s%s.%s", world_below(s, 4) ? "" : "shop.", first[world_below(s, 5)], top[world_below(s, 4)]);
        text_add(&t, ",%s\n", world_below(s, 2) ? "retail" : "mining");
    }
    return t;
}

/* The lines of a text in another order, some of them twice. */
static struct text shuffled(uint64_t *s, const struct text *t, int twice) {
    const char *line[512];
    int n = 0;
    struct text out = {NULL, 0};
    text_add(&out, "%s", world_csv_head);
    for (const char *p = t->data; p && *p; p += strcspn(p, "\n") + 1) {
        line[n++] = p;
        if (twice && world_below(s, 3) == 0)
            line[n++] = p;
    }
    for (int i = n - 1; i > 0; i--) {
        int k = world_below(s, i + 1);
        const char *swap = line[i];
        line[i] = line[k], line[k] = swap;
    }
    for (int i = 0; i < n; i++)
        text_add(&out, "%.*s", (int)strcspn(line[i], "\n") + 1, line[i]);
    return out;
}

START_TEST(no_order_split_or_repetition_shows) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t s = seed;
        struct text universe = some_companies(&s, 40, "u"), reference = some_companies(&s, 30, "u"), list = some_companies(&s, 25, seed % 2 ? "k" : "u1");
        icp_buffer *json[3];
        for (int round = 0; round < 3; round++) {
            struct icp_context_options co = {.struct_size = sizeof co, .hash_seed = (uint64_t)round * 77};
            icp_context *c;
            ck_assert_int_eq(icp_context_new(&co, &c, NULL), ICP_OK);
            struct text r = shuffled(&s, &reference, 0), l = shuffled(&s, &list, 0);
            icp_reference *ref = world_reference(c, r.data);
            struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_LIST_CUSTOMERS};
            icp_fit *f = fit_new(c, ref, &o);
            must_add(c, f, l.data, 0);
            for (int part = 0; part < round + 1; part++) { /* rows may come in any part, or in several */
                struct text u = shuffled(&s, &universe, 1);
                must_add(c, f, u.data, 1);
                free(u.data);
            }
            ck_assert_int_eq(icp_fit_matches(f, &json[round], NULL), ICP_OK);
            icp_fit_free(f);
            icp_reference_unref(ref);
            icp_context_unref(c);
            free(r.data), free(l.data);
        }
        for (int round = 1; round < 3; round++) {
            struct icp_str a, b;
            icp_buffer_data(json[0], &a), icp_buffer_data(json[round], &b);
            ck_assert_msg(same_bytes(json[0], json[round]), "seed %d:\n%s\n%s", (int)seed, a.data, b.data);
        }
        for (int round = 0; round < 3; round++)
            icp_buffer_unref(json[round]);
        free(universe.data), free(reference.data), free(list.data);
    }
}
END_TEST

START_TEST(the_key_of_json_lines_may_come_late) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, named_csv);
    struct text lines = {NULL, 0}, none = {NULL, 0};
    for (int i = 0; i < 40; i++)
        text_add(&lines, "{\"owner\":\"Eva\"}\n");
    text_add(&lines, "{\"owner\":\"Eva\",\"Id\":\"n1\"}\n{\"Id\":\"n2\"}\n");
    icp_fit *f = fit_new(c, r, NULL);
    must_add(c, f, lines.data, 0);
    must_add(c, f, lines.data, 1);
    icp_buffer *json;
    struct icp_str text;
    ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
    icp_buffer_data(json, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "{\"rows\":42,\"without_key\":40,\"customers\":2,\"matched\":2,"));
    icp_buffer_unref(json);
    icp_fit_free(f);
    f = fit_new(c, r, NULL);
    for (int i = 0; i < 40; i++)
        text_add(&none, "{\"owner\":\"Eva\"}\n");
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_eq(add(c, f, none.data, 0, &e), ICP_E_KEY);
    ck_assert_str_eq(e.message, "there is no key column \"Id\"; columns are: owner");
    /* A name is as good as a key. */
    must_add(c, f, "{\"owner\":\"Eva\"}\n{\"name\":\"Humongous Insurance\"}\n", 0);
    icp_fit_free(f);
    free(lines.data), free(none.data);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

START_TEST(addresses_and_protected_columns_stay_out_of_the_report) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, named_csv);
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_LIST_CUSTOMERS, .protect = "name", .protect_size = 4};
    struct icp_str text;
    icp_buffer *json;
    icp_fit *f = fit_new(c, r, &o);
    must_add(c, f, "name,mail\nEva Secret,eva.secret@northwind.com\nHumongous Insurance,\n", 0);
    ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
    icp_buffer_data(json, &text);
    ck_assert_ptr_null(strstr(text.data, "ecret"));
    ck_assert_ptr_null(strstr(text.data, "@"));
    ck_assert_ptr_null(strstr(text.data, "Humongous"));
    ck_assert_ptr_nonnull(strstr(text.data, "\"list\":[{\"key\":\"northwind.com\",\"outcome\":\"normalised\",\"how\":\"domain\",\"found\":\"n1\",\"name\":\"Northwind Traders\"}]"));
    icp_buffer_unref(json);
    icp_fit_free(f);
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

/* Exclusions. */

static icp_status exclude(icp_context *c, icp_fit *f, const char *csv, struct icp_error *e) {
    icp_reader *r = world_reader(c, csv, strlen(csv), 3);
    icp_status s = icp_fit_add_excluded(f, r, NULL, e);
    icp_reader_free(r);
    return s;
}

START_TEST(excluded_companies_are_no_customers) {
    icp_context *c = context();
    icp_reference *r = world_reference(c, named_csv);
    struct icp_error e = {.struct_size = sizeof e};
    /* Before the customers or after them: by key, domain, name, and by the customer's own row. */
    for (int late = 0; late < 2; late++) {
        icp_fit *f = fit_new(c, r, NULL);
        if (!late)
            world_must(exclude(c, f, "Id,name,website\nn1,,\n,,contoso.com\n,Humongous Insurance SA,\n,Wide World Importers,\nz9,,\n,Own Row Company,\n", &e), &e);
        must_add(c, f, "Id,name,industry\nn1,,\nq2,Contoso,\nq3,Humongous Insurance,\nn4,,\nn8,,\nz9,,retail\nz8,Own Row Company Ltd,retail\n,contoso ltd,\n", 0);
        if (late)
            world_must(exclude(c, f, "Id,name,website\nn1,,\n,,contoso.com\n,Humongous Insurance SA,\n,Wide World Importers,\nz9,,\n,Own Row Company,\n", &e), &e);
        icp_buffer *json;
        struct icp_str text;
        ck_assert_int_eq(icp_fit_matches(f, &json, NULL), ICP_OK);
        icp_buffer_data(json, &text);
        ck_assert_msg(strstr(text.data, "\"excluded\":{\"count\":4,\"keys\":[\"n1\",\"q3\",\"z8\",\"z9\"]}") != NULL, "%s", text.data);
        ck_assert_ptr_nonnull(strstr(text.data, "\"exclusions\":{\"rows\":6,\"without_key\":0,\"companies\":6,\"in_reference\":3,\"identified\":{\"count\":2,"));
        ck_assert_ptr_nonnull(strstr(text.data, "\"undecided\":{\"count\":1,\"keys\":[{\"key\":\"Wide World Importers\",\"candidates\":["));
        ck_assert_ptr_nonnull(strstr(text.data, "\"unmatched\":{\"count\":3,\"keys\":[\"Own Row Company\",\"Wide World Importers\",\"z9\"]}}"));
        icp_buffer_unref(json);
        icp_fit_free(f);
    }
    icp_reference_unref(r);
    icp_context_unref(c);
}
END_TEST

/* The same world, with the rows of `out` taken away or excluded. */
static icp_model *fit_without(icp_context *c, const struct world *w, const icp_schema *schema, const int *out, int n, bool by_list, icp_reference **kept) {
    char *all = world_csv(w, 0, 1, 0), *keys = world_csv(w, 0, 1, 1);
    struct text rows = {NULL, 0}, customers = {NULL, 0}, excluded = {NULL, 0};
    text_add(&excluded, "key\n");
    for (int i = 0; i < n; i++)
        text_add(&excluded, "%s\n", w->row[out[i]].key);
    for (int pass = 0; pass < 2; pass++)
        for (char *p = pass ? keys : all; *p; p += strcspn(p, "\n") + 1) {
            bool gone = false;
            for (int i = 0; i < n; i++)
                gone = gone || strncmp(p, w->row[out[i]].key, strlen(w->row[out[i]].key)) == 0;
            if (!gone || by_list)
                text_add(pass ? &customers : &rows, "%.*s\n", (int)strcspn(p, "\n"), p);
        }
    icp_reference *r = world_reference(c, rows.data);
    struct icp_error e = {.struct_size = sizeof e};
    icp_fit *f;
    world_must(icp_fit_new(c, r, schema, NULL, &f, &e), &e);
    must_add(c, f, customers.data, 0);
    if (by_list)
        world_must(exclude(c, f, excluded.data, &e), &e);
    icp_model *m = fit_run(f);
    icp_fit_free(f);
    *kept = r;
    free(rows.data), free(customers.data), free(excluded.data), free(all), free(keys);
    return m;
}

START_TEST(a_fit_with_exclusions_is_the_fit_without_these_rows) {
    for (uint64_t seed = 1; seed <= 4; seed++) {
        icp_context *c = context();
        struct world w = world_new(seed, 700, 60, .15);
        int out[70], n = 0;
        for (int i = 0; i < w.rows && n < 70; i += 1 + (int)(seed + (uint64_t)i) % 13) /* customers among them */
            out[n++] = i;
        char *all = world_csv(&w, 0, 1, 0);
        icp_reference *whole = world_reference(c, all), *ra, *rb, *rp;
        icp_schema *schema;
        ck_assert_int_eq(icp_reference_schema(whole, &schema, NULL), ICP_OK);
        icp_model *a = fit_without(c, &w, schema, out, n, true, &ra), *b = fit_without(c, &w, schema, out, n, false, &rb), *plain = fit_without(c, &w, schema, out, 0, false, &rp);
        struct icp_model_info x = info_of(a), y = info_of(b);
        ck_assert_uint_eq(x.customers, y.customers);
        ck_assert_uint_eq(x.companies, y.companies);
        ck_assert_uint_eq(x.traits, y.traits);
        ck_assert_int_eq(x.auc_micro, y.auc_micro);
        ck_assert_uint_lt(x.customers, 60);
        struct world_scores sa = world_score(c, a, all, 0), sb = world_score(c, b, all, 0), sp = world_score(c, plain, all, 0);
        ck_assert_mem_eq(sa.milli, sb.milli, sa.rows * sizeof *sa.milli);
        ck_assert_mem_eq(sa.variance, sb.variance, sa.rows * sizeof *sa.variance);
        ck_assert_mem_ne(sa.milli, sp.milli, sa.rows * sizeof *sa.milli);
        world_scores_free(&sa), world_scores_free(&sb), world_scores_free(&sp);
        icp_model_unref(a), icp_model_unref(b), icp_model_unref(plain);
        icp_reference_unref(ra), icp_reference_unref(rb), icp_reference_unref(rp), icp_reference_unref(whole);
        icp_schema_unref(schema);
        free(all);
        world_free(&w);
        icp_context_unref(c);
    }
}
END_TEST

/* Customers given by domain and name are learned from like those given by key. */
START_TEST(a_fit_by_domains_is_the_fit_by_keys) {
    icp_context *c = context();
    struct world w = world_new(5, 600, 50, .1);
    struct text rows = {NULL, 0}, keys = {NULL, 0}, sites = {NULL, 0};
    text_add(&rows, "key,website,industry,country,tags\n");
    text_add(&keys, "key\n");
    text_add(&sites, "contact,e-mail\n");
    for (int i = 0; i < w.rows; i++) {
        text_add(&rows, "%s,https://www.%s-company.com/,%s,%s,%s\n", w.row[i].key, w.row[i].key, w.row[i].cells[0], w.row[i].cells[2], w.row[i].cells[3]);
        if (w.row[i].given) {
            text_add(&keys, "%s\n", w.row[i].key);
            text_add(&sites, "Eva,eva@mail.%s-company.com\n", w.row[i].key);
        }
    }
    icp_reference *r = world_reference(c, rows.data);
    icp_model *m[2];
    for (int k = 0; k < 2; k++) {
        icp_fit *f = fit_new(c, r, NULL);
        must_add(c, f, k ? sites.data : keys.data, 0);
        m[k] = fit_run(f);
        icp_fit_free(f);
    }
    struct world_scores a = world_score(c, m[0], rows.data, 0), b = world_score(c, m[1], rows.data, 0);
    ck_assert_uint_eq(info_of(m[1]).customers, 50);
    ck_assert_mem_eq(a.milli, b.milli, a.rows * sizeof *a.milli);
    world_scores_free(&a), world_scores_free(&b);
    icp_model_unref(m[0]), icp_model_unref(m[1]);
    icp_reference_unref(r);
    free(rows.data), free(keys.data), free(sites.data);
    world_free(&w);
    icp_context_unref(c);
}
END_TEST

START_TEST(more_candidates_than_are_shown_are_told) {
    struct text rows = {NULL, 0};
    struct icp_str text;
    text_add(&rows, "%s", world_csv_head);
    for (int i = 0; i < 30; i++)
        text_add(&rows, "m%d,Branch %d,b%d.bigco.com,retail\n", i, i, i);
    icp_buffer *json = report(rows.data, "domain\nbigco.com\n", 0, 2);
    icp_buffer_data(json, &text);
    const char *at = strstr(text.data, "\"undecided\":{\"count\":1,\"keys\":[{\"key\":\"bigco.com\",\"candidates\":[");
    ck_assert_ptr_nonnull(at);
    int n = 0;
    for (const char *p = at; (p = strstr(p, "\"how\":")) != NULL; p++)
        n++;
    ck_assert_int_eq(n, 5);
    ck_assert_ptr_nonnull(strstr(at, "],\"more\":true}]}"));
    icp_buffer_unref(json);
    free(rows.data);
}
END_TEST

int main(void) {
    Suite *s = suite_create("customers");
    TCase *t = tcase_create("customers");
    tcase_add_test(t, keys_are_trimmed_and_matched_exactly);
    tcase_add_test(t, duplicates_and_ambiguous_keys_are_reported);
    tcase_add_test(t, universe_finds_what_the_reference_lacks);
    tcase_add_test(t, own_rows_count_only_with_columns_of_the_schema);
    tcase_add_test(t, the_list_may_come_in_parts);
    tcase_add_test(t, the_universe_comes_after_the_customers);
    tcase_add_test(t, a_wrong_weight_is_named_with_its_place);
    tcase_add_test(t, the_key_column_must_be_there);
    tcase_add_test(t, domain_and_name_find_a_company);
    tcase_add_test(t, nothing_is_picked_where_more_than_one_fits);
    tcase_add_test(t, names_of_common_words_are_no_evidence);
    tcase_add_test(t, a_key_wins_and_an_unknown_or_empty_one_does_not_stand_in_the_way);
    tcase_add_test(t, two_entries_of_one_company_count_once);
    tcase_add_test(t, exact_keys_switch_domains_and_names_off);
    tcase_add_test(t, names_are_trusted_where_most_of_the_list_is_found);
    tcase_add_test(t, years_of_foundation_speak_against_a_name);
    tcase_add_test(t, no_order_split_or_repetition_shows);
    tcase_add_test(t, the_key_of_json_lines_may_come_late);
    tcase_add_test(t, addresses_and_protected_columns_stay_out_of_the_report);
    tcase_add_test(t, excluded_companies_are_no_customers);
    tcase_add_test(t, a_fit_with_exclusions_is_the_fit_without_these_rows);
    tcase_add_test(t, a_fit_by_domains_is_the_fit_by_keys);
    tcase_add_test(t, more_candidates_than_are_shown_are_told);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
