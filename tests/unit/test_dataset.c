/* SPDX-License-Identifier: MIT */
/* Finding how tables hang together: on generated exports over many seeds, and on broken ones. */
#include "check_main.h"
#include "base/hash.h"
#include "dataset/dataset.h"
#include "dataset/match.h"
#include "dataset/objects.h"
#include "dataset/profile.h"
#include "tables.h"
#include <unistd.h>

static icp_context *c;
static struct memory_set set;
static void setup(void) {
    c = plain_context(0, 0);
    set.c = c, set.count = 0;
}
static void teardown(void) {
    memory_free(&set);
    icp_context_unref(c);
}

static struct icp_str str(const char *s) { return (struct icp_str){s, strlen(s)}; }
static bool is(struct icp_str s, const char *text) { return s.size == strlen(text) && !memcmp(s.data, text, s.size); }

/* What was found. */
static icp_dataset *opened(const struct icp_dataset_options *o) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_dataset *d = NULL;
    const icp_status st = memory_dataset(&set, o, &d, &err);
    ck_assert_msg(st == ICP_OK, "%d %s: %s", st, err.source, err.message);
    return d;
}
static void refused(const struct icp_dataset_options *o, icp_status code, const char *text) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_dataset *d = NULL;
    const icp_status st = memory_dataset(&set, o, &d, &err);
    ck_assert_msg(st == code, "%d: %s", st, err.message);
    ck_assert_msg(strstr(err.message, text) != NULL, "%s", err.message);
    ck_assert_ptr_null(d);
}
static const struct icp__member *member(const icp_dataset *d, const char *name) {
    for (uint32_t i = 0; i < d->manifest.members; i++)
        if (is(d->manifest.member[i].name, name)) return &d->manifest.member[i];
    ck_abort_msg("no table %s", name);
    return NULL;
}
static int32_t at(const struct icp__member *m, const char *name) {
    const int32_t i = icp__schema_find(m->schema, name, strlen(name));
    ck_assert_msg(i >= 0, "no column %s", name);
    return i;
}
static const struct icp__member_column *column(const icp_dataset *d, const char *table, const char *name) {
    const struct icp__member *m = member(d, table);
    return &m->column[at(m, name)];
}
static void check_part(const icp_dataset *d, const char *table, const char *name, int part) {
    const struct icp__member_column *k = column(d, table, name);
    ck_assert_msg(k->part == part, "%s.%s is used as %d: %.*s", table, name, k->part, (int)k->reason.size, k->reason.data);
    ck_assert_msg(k->reason.size > 0, "%s.%s has no reason", table, name);
}
static void check_link(const icp_dataset *d, const struct icp__link *l, const struct icp__member *from, const char *own, const char *to,
                       const char *to_column) {
    ck_assert_msg(l->to != ICP__NO_LINK, "%s has no link", own);
    ck_assert_int_eq(l->column, at(from, own));
    ck_assert_msg(is(d->manifest.member[l->to].name, to), "%s leads to %.*s", own, (int)d->manifest.member[l->to].name.size, d->manifest.member[l->to].name.data);
    ck_assert_int_eq(l->to_column, at(&d->manifest.member[l->to], to_column));
    ck_assert(l->sure >= 500 && l->sure <= 1000);
    ck_assert_ptr_nonnull(strstr(l->reason.data, "different values are keys"));
}
static void check_up(const icp_dataset *d, const char *table, const char *own, const char *to, const char *to_column) {
    const struct icp__member *m = member(d, table);
    ck_assert_msg(m->role == ICP__ROLE_CHILD, "%s: role %d, %.*s", table, m->role, (int)m->reason.size, m->reason.data);
    check_link(d, &m->up, m, own, to, to_column);
}
static void check_lookup(const icp_dataset *d, const char *table, const char *own, const char *to, const char *to_column) {
    const struct icp__member *m = member(d, table);
    ck_assert_int_eq(member(d, to)->role, ICP__ROLE_LOOKUP);
    for (uint32_t i = 0; i < m->lookups; i++)
        if ((int32_t)m->lookup[i].column == at(m, own)) {
            check_link(d, &m->lookup[i], m, own, to, to_column);
            return;
        }
    ck_abort_msg("%s.%s looks nothing up", table, own);
}
static void check_company(const icp_dataset *d, const char *table, const char *key) {
    const struct icp__member *m = &d->manifest.member[d->manifest.company];
    struct icp_str found;
    ck_assert_msg(is(m->name, table), "company table %.*s", (int)m->name.size, m->name.data);
    ck_assert_int_eq(m->role, ICP__ROLE_COMPANY);
    ck_assert_int_eq(icp_dataset_key(d, &found, NULL), ICP_OK);
    ck_assert_msg(is(found, key), "key %.*s", (int)found.size, found.data);
}
static char *manifest_of(const icp_dataset *d) {
    icp_buffer *b = NULL;
    struct icp_str s;
    ck_assert_int_eq(icp_dataset_manifest(d, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    char *copy = strdup(s.data);
    icp_buffer_unref(b);
    return copy;
}

/* A Salesforce id: 15 characters, or with the checksum of their case 18. */
static void crm_id(char out[19], const char *prefix, uint32_t n, bool full) {
    static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", sums[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    uint64_t v = (uint64_t)n * 7919 + 1000003;
    memcpy(out, prefix, 3), memcpy(out + 3, "Hs0", 3);
    for (int i = 14; i >= 6; i--, v /= 62) out[i] = letters[v % 62];
    for (int b = 0; b < 3; b++) {
        unsigned bits = 0;
        for (int i = 0; i < 5; i++) bits |= (unsigned)(out[b * 5 + i] >= 'A' && out[b * 5 + i] <= 'Z') << i;
        out[15 + b] = sums[bits];
    }
    out[full ? 18 : 15] = 0;
}

static void salesforce(uint64_t seed, uint32_t n) {
    struct icp__bytes *b = memory_add(&set, "Account");
    char id[19], other[19], third[19], who[19];
    line(b, "Id,Name,Type,ParentId,BillingStreet,BillingCountry,Phone,Website,Industry,AnnualRevenue,NumberOfEmployees,OwnerId,CreatedById,CreatedDate");
    for (uint32_t i = 0; i < n; i++) {
        crm_id(id, "001", i, true), crm_id(other, "001", i / 2, true), crm_id(third, "005", below(&seed, 9), true);
        line(b, "%s,Firm %u,Prospect,%s,Main Street %u,Germany,+49 228 %u,www.firm%u.example,%s,%u,%u,%s,%s,2023-0%u-11", id, i, i % 20 == 19 ? other : "", i, 1000000 + i, i,
             i % 3 ? "Banking" : "Mining", 10000 * below(&seed, 900), below(&seed, 5000), third, third, 1 + below(&seed, 9));
    }
    b = memory_add(&set, "Contact");
    line(b, "Id,AccountId,FirstName,LastName,Email,Title,Birthdate,ReportsToId,OwnerId");
    for (uint32_t i = 0; i < 3 * n; i++) {
        /* A report shortens ids to 15 characters, the export does not. */
        crm_id(id, "003", i, false), crm_id(other, "001", below(&seed, n), false), crm_id(third, "005", below(&seed, 9), true), crm_id(who, "003", i / 7, false);
        line(b, "%s,%s,Kim,Person %u,kim%u@host.example,%s,1980-01-0%u,%s,%s", id, other, i, i, i % 2 ? "CEO" : "Buyer", 1 + i % 9, i % 5 ? "" : who, third);
    }
    b = memory_add(&set, "Opportunity");
    line(b, "Id,AccountId,Name,StageName,Amount,CreatedDate,CloseDate,CampaignId,OwnerId,Custom_Score__c");
    for (uint32_t i = 0; i < 2 * n; i++) {
        const bool open = below(&seed, 3) == 0;
        crm_id(id, "006", i, true), crm_id(other, "001", below(&seed, n), true), crm_id(third, "005", below(&seed, 9), true), crm_id(who, "701", below(&seed, 12), true);
        line(b, "%s,%s,Deal %u,%s,%u,2023-0%u-01,%s,%s,%s,%u", id, other, i, open ? "Prospecting" : i % 2 ? "Closed Won" : "Closed Lost", 500 * below(&seed, 99), 1 + i % 9,
             open ? "" : i % 3 ? "2024-03-05" : "2024-04-06", who, third, below(&seed, 50));
    }
    b = memory_add(&set, "Task");
    line(b, "Id,WhoId,WhatId,Subject,Type,Status,ActivityDate,OwnerId");
    for (uint32_t i = 0; i < 4 * n; i++) {
        crm_id(id, "00T", i, true), crm_id(who, "003", below(&seed, 3 * n), true), crm_id(other, "006", below(&seed, 2 * n), true), crm_id(third, "005", below(&seed, 9), true);
        line(b, "%s,%s,%s,Call %u,%s,Completed,2024-0%u-02,%s", id, who, other, i, i % 3 ? "Call" : "Email", 1 + i % 9, third);
    }
    b = memory_add(&set, "User");
    line(b, "Id,Username,LastName,Email,Department");
    for (uint32_t i = 0; i < 9; i++) crm_id(id, "005", i, true), line(b, "%s,u%u@vendor.example,Person %u,u%u@vendor.example,%s", id, i, i, i, i % 2 ? "East" : "West");
    b = memory_add(&set, "Campaign");
    line(b, "Id,Name,Type");
    for (uint32_t i = 0; i < 12; i++) crm_id(id, "701", i, true), line(b, "%s,Campaign %u,%s", id, i, i % 3 ? "Webinar" : "Fair");
}

START_TEST(salesforce_is_understood) {
    salesforce(UINT64_C(88172645463325252) + (uint64_t)_i, 60 + 50 * (uint32_t)_i);
    icp_dataset *d = opened(NULL);
    check_company(d, "Account", "Id");
    const struct icp__member *account = member(d, "Account");
    check_link(d, &account->up, account, "ParentId", "Account", "Id");
    check_up(d, "Contact", "AccountId", "Account", "Id");
    check_up(d, "Opportunity", "AccountId", "Account", "Id");
    ck_assert_int_eq(member(d, "Task")->role, ICP__ROLE_CHILD);
    check_lookup(d, "Account", "OwnerId", "User", "Id");
    check_lookup(d, "Opportunity", "OwnerId", "User", "Id");
    check_lookup(d, "Opportunity", "CampaignId", "Campaign", "Id");
    check_part(d, "Contact", "Id", ICP__PART_KEY);
    static const char *const personal[][2] = {{"Contact", "FirstName"}, {"Contact", "LastName"}, {"Contact", "Email"}, {"Contact", "Birthdate"}, {"Account", "Phone"},
                                              {"Account", "BillingStreet"}, {"User", "Username"}, {"User", "LastName"}, {"User", "Email"}};
    for (size_t i = 0; i < sizeof personal / sizeof *personal; i++) check_part(d, personal[i][0], personal[i][1], ICP__PART_PROTECTED);
    check_part(d, "Account", "Name", ICP__PART_PASS);
    check_part(d, "Account", "Industry", ICP__PART_PASS);
    check_part(d, "Contact", "Title", ICP__PART_LIST);
    check_part(d, "Opportunity", "Amount", ICP__PART_NUMBER);
    check_part(d, "Opportunity", "Custom_Score__c", ICP__PART_NUMBER);
    check_part(d, "Opportunity", "CloseDate", ICP__PART_DATE);
    check_part(d, "Opportunity", "Name", ICP__PART_SKIP);
    ck_assert(column(d, "Opportunity", "StageName")->late && !column(d, "Opportunity", "Amount")->late);
    ck_assert(column(d, "Task", "Type")->event_kind && !column(d, "Task", "Type")->late);
    icp_dataset_unref(d);
}
END_TEST

START_TEST(hubspot_is_understood) {
    uint64_t seed = 77 + (uint64_t)_i;
    const uint32_t n = 80 + 60 * (uint32_t)_i;
    struct icp__bytes *b = memory_add(&set, "hubspot-crm-exports-all-companies-2024-11-22");
    line(b, "Record ID,Company name,Company owner,Phone Number,City,Industry,Company Domain Name");
    for (uint32_t i = 0; i < n; i++) line(b, "%u,Firm %u,Pat,+49 228 %u,Bonn,%s,firm%u.example", 800000000 + i * 977, i, 1000000 + i, i % 3 ? "Bank" : "Mine", i);
    b = memory_add(&set, "hubspot-crm-exports-all-deals-2024-11-22");
    line(b, "Record ID,Deal Name,Deal Stage,Amount,Associated Company IDs,Associated Company,Create Date");
    for (uint32_t i = 0; i < 3 * n; i++) {
        const uint32_t one = below(&seed, n), two = below(&seed, n);
        if (i % 4) line(b, "%u,Deal %u,%s,%u,%u,Firm %u,2024-01-02", 700000000 + i * 13, i, i % 2 ? "Won" : "Lost", 100 * below(&seed, 90), 800000000 + one * 977, one);
        else line(b, "%u,Deal %u,Won,%u,%u;%u,Firm %u;Firm %u,2024-02-02", 700000000 + i * 13, i, 100 * below(&seed, 90), 800000000 + one * 977, 800000000 + two * 977, one, two);
    }
    b = memory_add(&set, "hubspot-crm-exports-all-tickets-2024-11-22");
    line(b, "Ticket ID,Ticket name,Priority,Associated Deal IDs,Create date");
    for (uint32_t i = 0; i < 2 * n; i++) line(b, "%u,Help %u,%s,%u,2024-03-04", 600000000 + i * 7, i, i % 2 ? "Low" : "High", 700000000 + below(&seed, 3 * n) * 13);
    icp_dataset *d = opened(NULL);
    check_company(d, set.table[0].name, "Record ID");
    check_up(d, set.table[1].name, "Associated Company IDs", set.table[0].name, "Record ID");
    ck_assert_int_eq(member(d, set.table[1].name)->up.separator, ';');
    check_part(d, set.table[1].name, "Associated Company", ICP__PART_SKIP);
    ck_assert_ptr_nonnull(strstr(column(d, set.table[1].name, "Associated Company")->reason.data, "one way to its company"));
    check_up(d, set.table[2].name, "Associated Deal IDs", set.table[1].name, "Record ID");
    icp_dataset_unref(d);
}
END_TEST

/* Ids 1..n in every table, as databases number rows: only headers can tell, and small numbers are no keys. */
START_TEST(small_numbers_are_no_keys_by_accident) {
    uint64_t seed = 5 + (uint64_t)_i;
    struct icp__bytes *b = memory_add(&set, "clients");
    line(b, "id,name,seats,floor");
    for (uint32_t i = 1; i <= 300; i++) line(b, "%u,Firm %u,%u,%u", i, i, 1 + below(&seed, 50), 1 + below(&seed, 9));
    b = memory_add(&set, "logins");
    line(b, "id,client_id,devices,floor,happened_on");
    for (uint32_t i = 1; i <= 900; i++) line(b, "%u,%u,%u,%u,2024-01-0%u", i, 1 + below(&seed, 300), 1 + below(&seed, 50), 1 + below(&seed, 9), 1 + below(&seed, 9));
    b = memory_add(&set, "colours");
    line(b, "id,shade");
    for (uint32_t i = 1; i <= 60; i++) line(b, "%u,shade %u", i, i % 7);
    icp_dataset *d = opened(NULL);
    check_company(d, "clients", "id");
    check_up(d, "logins", "client_id", "clients", "id");
    check_part(d, "logins", "devices", ICP__PART_NUMBER);
    check_part(d, "logins", "floor", ICP__PART_NUMBER);
    ck_assert_uint_eq(member(d, "clients")->lookups + member(d, "logins")->lookups, 0);
    ck_assert_int_eq(member(d, "colours")->role, ICP__ROLE_UNLINKED);
    ck_assert_uint_gt(member(d, "colours")->reason.size, 0);
    icp_dataset_unref(d);
}
END_TEST

/* Chains, links by name, spelling that differs everywhere, German headers. */
static void plain_tables(uint64_t seed, bool turned) {
    struct icp__bytes *b = memory_add(&set, "Kunden");
    line(b, "Firma,Branche,Ort,Muttergesellschaft");
    for (uint32_t k = 0; k < 200; k++) {
        const uint32_t i = turned ? 199 - k : k;
        line(b, "Firma Nr. %u,%s,Bonn,%s", i, i % 3 ? "Bank" : "Bau", i % 10 == 9 ? "Firma Nr. 3" : "");
    }
    b = memory_add(&set, "Vertr\xC3\xA4ge");
    line(b, "Vertragsnummer,Kunde,Laufzeit,Beginn");
    for (uint32_t k = 0; k < 400; k++) {
        const uint32_t i = turned ? 399 - k : k;
        line(b, "V-%u,FIRMA NR %u,%u,0%u.03.2024", 1000 + i, i % 190, 12 * (1 + i % 3), 1 + i % 9);
    }
    b = memory_add(&set, "Rechnungen");
    line(b, "Rechnungsnummer,Vertragsnummer,Betrag,Datum");
    for (uint32_t k = 0; k < 800; k++) {
        const uint32_t i = turned ? 799 - k : k;
        line(b, "R%u,V-%u,%u,1%u.04.2024", i, 1000 + (uint32_t)((i * 31 + seed) % 400), 10 * (1 + i % 77), i % 9);
    }
}

START_TEST(chains_names_and_other_spellings) {
    plain_tables((uint64_t)_i, false);
    icp_dataset *d = opened(NULL);
    check_company(d, "Kunden", "Firma");
    check_link(d, &member(d, "Kunden")->up, member(d, "Kunden"), "Muttergesellschaft", "Kunden", "Firma");
    const struct icp__member *m = member(d, "Vertr\xC3\xA4ge");
    ck_assert_int_eq(m->role, ICP__ROLE_CHILD);
    ck_assert(m->up.normalised && m->up.column == (uint32_t)at(m, "Kunde"));
    check_up(d, "Rechnungen", "Vertragsnummer", "Vertr\xC3\xA4ge", "Vertragsnummer");
    ck_assert(!member(d, "Rechnungen")->up.normalised);
    icp_dataset_unref(d);
}
END_TEST

START_TEST(the_order_of_rows_changes_nothing) {
    plain_tables(1, false);
    icp_dataset *d = opened(NULL);
    char *one = manifest_of(d);
    icp_dataset_unref(d);
    memory_free(&set);
    plain_tables(1, true);
    d = opened(NULL);
    char *other = manifest_of(d);
    ck_assert_str_eq(one, other);
    icp_dataset_unref(d);
    free(one), free(other);
}
END_TEST

START_TEST(a_manifest_given_back_is_the_same) {
    if (_i) plain_tables(3, false);
    else salesforce(9, 80);
    icp_dataset *d = opened(NULL);
    char *one = manifest_of(d);
    icp_dataset_unref(d);
    const struct icp_dataset_options o = {.struct_size = sizeof o, .manifest = one, .manifest_size = strlen(one)};
    d = opened(&o);
    char *other = manifest_of(d);
    ck_assert_str_eq(one, other);
    icp_dataset_unref(d);
    free(one), free(other);
}
END_TEST

static void edit(char *text, const char *from, const char *to) {
    char *found = strstr(text, from);
    ck_assert_msg(found && strlen(from) == strlen(to), "%s", from);
    memcpy(found, to, strlen(to));
}

START_TEST(a_manifest_is_held_against_the_tables) {
    plain_tables(3, false);
    icp_dataset *d = opened(NULL);
    char *text = manifest_of(d);
    icp_dataset_unref(d);
    struct icp_dataset_options o = {.struct_size = sizeof o, .manifest = text, .manifest_size = strlen(text)};
    struct icp_error err = {.struct_size = sizeof err};
    edit(text, "{\"name\": \"Branche\"", "{\"name\": \"Brunche\"");
    ck_assert_int_eq(memory_dataset(&set, &o, &d, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "table \"Kunden\" has no column \"Brunche\"");
    const char *place = strstr(text, "{\"name\": \"Brunche\"");
    int64_t lines = 1;
    for (const char *p = text; p < place; p++) lines += *p == '\n';
    ck_assert_int_eq(err.line, lines);
    ck_assert_int_eq(err.column, 8);
    edit(text, "{\"name\": \"Brunche\"", "{\"name\": \"Branche\"");
    o.company = "Rechnungen", o.company_size = 10;
    refused(&o, ICP_E_SCHEMA, "the manifest says that \"Kunden\" is the company table");
    o.company = "kunden", o.company_size = 6;
    d = opened(&o);
    icp_dataset_unref(d);
    set.count = 2; /* the third table is not given */
    refused(&o, ICP_E_FORMAT, "the manifest names a table \"Rechnungen\", which was not given");
    set.count = 3;
    /* What hangs on an excluded table is cut off. */
    o.exclude = "vertr*ge", o.exclude_size = 8;
    d = opened(&o);
    ck_assert_int_eq(member(d, "Vertr\xC3\xA4ge")->role, ICP__ROLE_EXCLUDED);
    ck_assert_int_eq(member(d, "Rechnungen")->role, ICP__ROLE_UNLINKED);
    icp_dataset_unref(d);
    free(text);
}
END_TEST

/* Told from the values alone: no header speaks of an end. */
START_TEST(what_goes_with_the_later_date_is_late) {
    uint64_t seed = 31 + (uint64_t)_i;
    struct icp__bytes *b = memory_add(&set, "accounts");
    line(b, "account_id,industry");
    for (uint32_t i = 0; i < 90; i++) line(b, "A%u,%s", i, i % 3 ? "Bank" : "Farm");
    b = memory_add(&set, "deals");
    line(b, "deal_id,account_id,started,finished,proceeds,mood,colour,bonus");
    for (uint32_t i = 0; i < 400; i++) {
        const uint32_t day = below(&seed, 900), open = below(&seed, 3) == 0, some = below(&seed, 2);
        char end[16], proceeds[16], bonus[16];
        snprintf(end, sizeof end, "202%u-%02u-%02u", 3 + day / 360, 1 + day % 12, 20 + day % 9);
        snprintf(proceeds, sizeof proceeds, "%u", 100 + below(&seed, 9000));
        snprintf(bonus, sizeof bonus, "%u", below(&seed, 70));
        line(b, "D%u,A%u,202%u-%02u-%02u,%s,%s,%s,%s,%s", i, below(&seed, 90), 3 + day / 360, 1 + day % 12, 1 + day % 9, open ? "" : end, open ? "" : proceeds,
             open ? (some ? "warm" : "cold") : some ? "glad" : "sad", some ? "red" : "blue", below(&seed, 2) ? bonus : "");
    }
    icp_dataset *d = opened(NULL);
    check_part(d, "deals", "started", ICP__PART_DATE);
    check_part(d, "deals", "finished", ICP__PART_DATE);
    ck_assert(!column(d, "deals", "started")->late && column(d, "deals", "finished")->late);
    ck_assert_msg(column(d, "deals", "proceeds")->late, "%s", column(d, "deals", "proceeds")->reason.data);
    ck_assert_msg(column(d, "deals", "mood")->late, "%s", column(d, "deals", "mood")->reason.data);
    ck_assert_ptr_nonnull(strstr(column(d, "deals", "mood")->reason.data, "100.0% of rows it goes with finished"));
    ck_assert(!column(d, "deals", "colour")->late && !column(d, "deals", "bonus")->late);
    icp_dataset_unref(d);
}
END_TEST

static void put_file(const char *folder, const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(folders_and_manifests) {
    char folder[] = "icp-dataset-XXXXXX", path[128], command[160];
    struct icp_error err = {.struct_size = sizeof err};
    icp_dataset *d = NULL;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(icp_dataset_is_path(c, folder), 1);
    ck_assert_int_eq(icp_dataset_open_path(c, folder, NULL, NULL, &d, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.source, folder);
    ck_assert_ptr_nonnull(strstr(err.message, "no table in this folder"));
    put_file(folder, "b.tickets.csv", "ticket_id,account_id\nT1,A1\nT2,A2\nT3,A1\nT4,A3\n");
    put_file(folder, "Accounts.CSV", "account_id,industry\nA1,x\nA2,y\nA3,x\n");
    put_file(folder, ".hidden.csv", "a,a\n");
    put_file(folder, "notes.txt", "a,a\n");
    put_file(folder, "rows.json", "{\"deal_id\":\"D1\",\"account_id\":\"A1\"}\n{\"deal_id\":\"D2\",\"account_id\":\"A2\"}\n");
    ck_assert_msg(icp_dataset_open_path(c, folder, NULL, NULL, &d, &err) == ICP_OK, "%s %s", err.source, err.message);
    static const char *const names[] = {"Accounts", "b.tickets", "rows"};
    ck_assert_uint_eq(d->manifest.members, 3);
    for (uint32_t i = 0; i < 3; i++) ck_assert(is(d->manifest.member[i].name, names[i]));
    ck_assert(is(d->manifest.member[0].file, "Accounts.CSV"));
    ck_assert_int_eq(member(d, "rows")->role, ICP__ROLE_CHILD);
    char *text = manifest_of(d);
    icp_dataset_unref(d);
    put_file(folder, "links.json", text);
    snprintf(path, sizeof path, "%s/links.json", folder);
    ck_assert_int_eq(icp_dataset_is_path(c, path), 1);
    snprintf(command, sizeof command, "%s/rows.json", folder);
    ck_assert_int_eq(icp_dataset_is_path(c, command), 0);
    ck_assert_msg(icp_dataset_open_path(c, path, NULL, NULL, &d, &err) == ICP_OK, "%s %s", err.source, err.message);
    char *again = manifest_of(d);
    ck_assert_str_eq(text, again);
    icp_dataset_unref(d);
    /* The manifest in the folder is no table of it. */
    ck_assert_int_eq(icp_dataset_open_path(c, folder, NULL, NULL, &d, &err), ICP_OK);
    ck_assert_uint_eq(d->manifest.members, 3);
    icp_dataset_unref(d);
    d = NULL;
    put_file(folder, "ROWS.csv", "deal_id\n1\n");
    ck_assert_int_eq(icp_dataset_open_path(c, folder, NULL, NULL, &d, &err), ICP_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.message, "the table has the same name as \"ROWS.csv\""));
    edit(text, "\"file\": \"rows.json\"", "\"file\": \"none.json\"");
    put_file(folder, "links.json", text);
    ck_assert_int_eq(icp_dataset_open_path(c, path, NULL, NULL, &d, &err), ICP_E_IO);
    ck_assert_ptr_nonnull(strstr(err.source, "none.json"));
    put_file(folder, "links.json", "{\"icp_dataset\": 1,\n \"tabels\": []}");
    ck_assert_int_eq(icp_dataset_open_path(c, path, NULL, NULL, &d, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.source, path);
    ck_assert_int_eq(err.line, 2);
    ck_assert_ptr_null(d);
    free(text), free(again);
    static const char *const files[] = {"b.tickets.csv", "Accounts.CSV", ".hidden.csv", "notes.txt", "rows.json", "links.json", "ROWS.csv"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}
END_TEST

START_TEST(two_company_tables_are_named) {
    for (int k = 0; k < 2; k++) {
        struct icp__bytes *b = memory_add(&set, k ? "accounts_2025" : "accounts_2024");
        line(b, "account_id,name,industry");
        for (uint32_t i = 0; i < 150; i++) line(b, "A%u,Firm %u,%s", i + 20 * (uint32_t)k, i, i % 2 ? "Bank" : "Farm");
    }
    struct icp__bytes *b = memory_add(&set, "deals");
    line(b, "deal_id,account_id,amount");
    for (uint32_t i = 0; i < 300; i++) line(b, "D%u,A%u,%u", i, 20 + i % 120, i * 10);
    refused(NULL, ICP_E_SCHEMA, "more than one table could be the company table; name one (--company-table): accounts_2024, accounts_2025");
    refused(NULL, ICP_E_SCHEMA, "they have the same keys, as two states of one table have");
    struct icp_dataset_options o = {.struct_size = sizeof o, .company = "ACCOUNTS_2025", .company_size = 13};
    icp_dataset *d = opened(&o);
    check_company(d, "accounts_2025", "account_id");
    check_up(d, "deals", "account_id", "accounts_2025", "account_id");
    icp_dataset_unref(d);
    o.company = "firms", o.company_size = 5;
    refused(&o, ICP_E_SCHEMA, "there is no table \"firms\" to be the company table; tables are: accounts_2024, accounts_2025, deals");
    o.company = "deals", o.exclude = "deals", o.exclude_size = 5;
    refused(&o, ICP_E_SCHEMA, "is to be the company table and is excluded");
}
END_TEST

START_TEST(links_in_a_circle) {
    struct icp__bytes *b = memory_add(&set, "accounts");
    line(b, "account_id,industry");
    for (uint32_t i = 0; i < 100; i++) line(b, "A%u,%s", i, i % 2 ? "Bank" : "Farm");
    b = memory_add(&set, "projects");
    line(b, "project_id,ticket_id,state");
    for (uint32_t i = 0; i < 100; i++) line(b, "P%u,T%u,%s", i, i, i % 2 ? "a" : "b");
    b = memory_add(&set, "tickets");
    line(b, "ticket_id,project_id,kind");
    for (uint32_t i = 0; i < 100; i++) line(b, "T%u,P%u,%s", i, i, i % 2 ? "a" : "b");
    refused(NULL, ICP_E_SCHEMA, "links go round in a circle and reach no company: projects.ticket_id to tickets, tickets.project_id to projects");
    memory_free(&set);
    /* A circle that one link leaves is none: the surest way wins. */
    b = memory_add(&set, "accounts");
    line(b, "account_id,main_contact_id");
    for (uint32_t i = 0; i < 100; i++) line(b, "A%u,C%u", i, i * 2);
    b = memory_add(&set, "contacts");
    line(b, "contact_id,account_id,title");
    for (uint32_t i = 0; i < 200; i++) line(b, "C%u,A%u,%s", i, i / 2, i % 2 ? "CEO" : "CFO");
    icp_dataset *d = opened(NULL);
    check_company(d, "accounts", "account_id");
    check_up(d, "contacts", "account_id", "accounts", "account_id");
    ck_assert_uint_eq(member(d, "accounts")->lookups, 0);
    check_part(d, "accounts", "main_contact_id", ICP__PART_SKIP);
    icp_dataset_unref(d);
}
END_TEST

START_TEST(no_company_table) {
    memory_put(&set, "weather", "day,rain\n2024-01-01,3\n2024-01-02,4\n");
    memory_put(&set, "tides", "hour,height\n1,2\n2,2\n");
    refused(NULL, ICP_E_SCHEMA, "no table seems to have one row per company; name the company table (--company-table); tables are: weather, tides");
    const struct icp_dataset_options o = {.struct_size = sizeof o, .company = "weather", .company_size = 7};
    refused(&o, ICP_E_SCHEMA, "the company table \"weather\"");
}
END_TEST

START_TEST(one_table_is_a_dataset) {
    memory_put(&set, "list", "domain,industry\na.example,Bank\nb.example,Farm\nc.example,Bank\n");
    icp_dataset *d = opened(NULL);
    check_company(d, "list", "domain");
    icp_dataset_unref(d);
    memory_free(&set);
    memory_put(&set, "empty", "domain,industry\n");
    refused(NULL, ICP_E_SCHEMA, "it has no key");
}
END_TEST

START_TEST(a_table_that_cannot_be_read_is_named) {
    memory_put(&set, "accounts", "account_id,name\nA1,x\nA2,y\n");
    memory_put(&set, "deals", "deal_id,amount,Amount,AMOUNT\nD1,1,2,3\n");
    refused(NULL, ICP_E_FORMAT, "columns 2 \"amount\" and 3 \"Amount\" have the same name");
    icp__bytes_free(&set.table[--set.count].text);
    memory_put(&set, "usage", "usage_id,account_id\nU1,\"A1\n");
    refused(NULL, ICP_E_FORMAT, "the quote that begins here is never closed");
}
END_TEST

START_TEST(patterns_leave_out_and_release) {
    salesforce(4, 60);
    struct icp_dataset_options o = {.struct_size = sizeof o, .exclude = "Opportunity.Amount\nTask", .exclude_size = 23, .release = "contact.email", .release_size = 13};
    icp_dataset *d = opened(&o);
    check_part(d, "Opportunity", "Amount", ICP__PART_SKIP);
    ck_assert_int_eq(member(d, "Task")->role, ICP__ROLE_EXCLUDED);
    ck_assert_uint_eq(member(d, "Task")->schema->columns, 0);
    ck_assert_int_ne(column(d, "Contact", "Email")->part, ICP__PART_PROTECTED);
    check_part(d, "User", "Email", ICP__PART_PROTECTED);
    icp_dataset_unref(d);
    o = (struct icp_dataset_options){.struct_size = sizeof o, .include = "Account.Industry\nOpportunity.StageName", .include_size = 38};
    d = opened(&o);
    check_part(d, "Account", "Industry", ICP__PART_PASS);
    check_part(d, "Account", "Type", ICP__PART_SKIP);
    check_part(d, "Account", "Id", ICP__PART_KEY);
    check_part(d, "Opportunity", "StageName", ICP__PART_LIST);
    check_part(d, "Opportunity", "Amount", ICP__PART_SKIP);
    ck_assert_int_eq(member(d, "Contact")->role, ICP__ROLE_EXCLUDED);
    icp_dataset_unref(d);
}
END_TEST

START_TEST(wide_tables_and_huge_cells) {
    struct icp__bytes *b = memory_add(&set, "accounts");
    icp__bytes_text(b, "account_id");
    for (int i = 0; i < 1999; i++) icp__bytes_print(b, ",field %d", i);
    icp__bytes_text(b, "\n");
    for (int r = 0; r < 120; r++) {
        icp__bytes_print(b, "A%d", r);
        for (int i = 0; i < 1999; i++) icp__bytes_print(b, ",%d", r * i % 7);
        icp__bytes_text(b, "\n");
    }
    b = memory_add(&set, "notes");
    icp__bytes_text(b, "note_id,account_id,body\n");
    for (int r = 0; r < 24; r++) {
        icp__bytes_print(b, "N%d,A%d,", r, r);
        char *cell = icp__bytes_room(b, 1 << 20);
        memset(cell, 'a' + r, 1 << 20);
        icp__bytes_text(b, "\n");
    }
    icp_dataset *d = opened(NULL);
    check_company(d, "accounts", "account_id");
    ck_assert_uint_eq(member(d, "accounts")->schema->columns, 2000);
    check_up(d, "notes", "account_id", "accounts", "account_id");
    check_part(d, "notes", "body", ICP__PART_SKIP);
    icp_dataset_unref(d);
}
END_TEST

START_TEST(arguments) {
    memory_put(&set, "a", "id,name\n1,x\n2,y\n3,z\n");
    memory_put(&set, "A ", "id,name\n1,x\n");
    refused(NULL, ICP_E_ARGUMENT, "tables 0 and 1 have the same name \"A \"");
    icp__bytes_free(&set.table[--set.count].text);
    struct icp_dataset_options o = {.struct_size = sizeof o, .flags = 2};
    refused(&o, ICP_E_UNSUPPORTED, "unknown flags");
    o = (struct icp_dataset_options){.struct_size = sizeof o, .company_size = 2};
    refused(&o, ICP_E_ARGUMENT, "NULL and has a size");
    o = (struct icp_dataset_options){.struct_size = sizeof o, .max_traits = 70000};
    refused(&o, ICP_E_ARGUMENT, "max_traits is 70000");
    o = (struct icp_dataset_options){.struct_size = sizeof o, .exclude = "*", .exclude_size = 1};
    refused(&o, ICP_E_SCHEMA, "every table is excluded");
    struct icp_table t = {.struct_size = sizeof t, .name = "t", .name_size = 1, .open = memory_open};
    icp_dataset *d = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_dataset_open(c, &t, 1001, NULL, NULL, &d, &err), ICP_E_LIMIT);
    ck_assert_int_eq(icp_dataset_open(c, &t, 0, NULL, NULL, &d, &err), ICP_E_ARGUMENT);
    t.name_size = 0;
    ck_assert_int_eq(icp_dataset_open(c, &t, 1, NULL, NULL, &d, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "the name of table 0 is blank");
    t.name = "\xFF", t.name_size = 1;
    ck_assert_int_eq(icp_dataset_open(c, &t, 1, NULL, NULL, &d, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "the name of table 0 is not UTF-8");
    t.name = "t", t.open = NULL;
    ck_assert_int_eq(icp_dataset_open(c, &t, 1, NULL, NULL, &d, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "table 0 has no open");
    ck_assert_ptr_null(d);
}
END_TEST

START_TEST(sketches_estimate) {
    uint64_t seed = 99 + (uint64_t)_i;
    struct icp__sketch s, whole;
    icp__sketch_init(&s, 512), icp__sketch_init(&whole, 512);
    const uint32_t distinct = 200 + 3000 * (uint32_t)_i, repeats = 1 + (uint32_t)_i % 3;
    const uint64_t base = next_random(&seed);
    for (uint32_t r = 0; r < repeats; r++)
        for (uint32_t i = 0; i < distinct; i++) {
            const uint64_t v = base + i;
            ck_assert(icp__sketch_add(&s, c, icp__hash(&v, sizeof v, 0)));
            if (i % 4) ck_assert(icp__sketch_add(&whole, c, icp__hash(&v, sizeof v, 0)));
        }
    icp__sketch_settle(&s), icp__sketch_settle(&whole);
    const uint64_t found = icp__sketch_distinct(&s);
    if (distinct <= 512) ck_assert_uint_eq(found, distinct);
    ck_assert_msg(found > distinct * 8 / 10 && found < distinct * 12 / 10, "%llu of %u", (unsigned long long)found, distinct);
    ck_assert_uint_eq(icp__sketch_unique(&s), 1000 / repeats);
    const struct icp__overlap o = icp__sketch_overlap(&s, &whole);
    ck_assert(o.values >= 100);
    ck_assert_msg(o.found * 1000 / o.values > 680 && o.found * 1000 / o.values < 820, "%llu of %llu", (unsigned long long)o.found, (unsigned long long)o.values);
    ck_assert_uint_eq(o.rows, o.values * repeats);
    icp__sketch_shrink(&s, c, 64);
    ck_assert_uint_le(s.count, 64);
    ck_assert_uint_eq(icp__sketch_unique(&s), 1000 / repeats);
    icp__sketch_free(&s, c), icp__sketch_free(&whole, c);
}
END_TEST

START_TEST(names_of_objects) {
    static const struct {
        const char *table;
        enum icp__object object;
    } tables[] = {{"Account", ICP__OBJECT_COMPANY}, {"accounts", ICP__OBJECT_COMPANY}, {"hubspot-crm-exports-all-companies-2024-01-15", ICP__OBJECT_COMPANY},
                  {"Kunden", ICP__OBJECT_COMPANY}, {"entreprises", ICP__OBJECT_COMPANY}, {"clientes", ICP__OBJECT_COMPANY}, {"tbl_Organisations", ICP__OBJECT_COMPANY},
                  {"company_contacts", ICP__OBJECT_PERSON}, {"contacts_by_company", ICP__OBJECT_PERSON}, {"AccountContactRelation", ICP__OBJECT_RELATION},
                  {"OpportunityLineItem", ICP__OBJECT_LINE}, {"sales_pipeline", ICP__OBJECT_DEAL}, {"Opportunities", ICP__OBJECT_DEAL}, {"sales_teams", ICP__OBJECT_USER},
                  {"ravenstack_supports_ticket", ICP__OBJECT_TICKET}, {"ravenstack_feature_usage", ICP__OBJECT_USAGE}, {"churn_events", ICP__OBJECT_CHURN},
                  {"data_dictionary", ICP__OBJECT_VOCABULARY}, {"OpportunityFieldHistory", ICP__OBJECT_HISTORY}, {"funding_rounds", ICP__OBJECT_FUNDING},
                  {"pricebook_entries", ICP__OBJECT_PRODUCT}, {"Rechnungen", ICP__OBJECT_ORDER}, {"export (3)", ICP__OBJECT_NONE}, {"", ICP__OBJECT_NONE}};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        ck_assert_msg(icp__object_of_table(str(tables[i].table)) == tables[i].object, "%s is %s", tables[i].table, icp__object_name(icp__object_of_table(str(tables[i].table))));
    struct icp__meaning m;
    static const char *const company_ids[] = {"AccountId", "Account ID", "account_id", "accountid", "company_permalink", "Associated Company IDs", "KundenNr", "Kunden-Nr.",
                                              "organisation_uuid", "CUSTOMER_NUMBER", "Account__c"};
    for (size_t i = 0; i < sizeof company_ids / sizeof *company_ids; i++) {
        icp__header_meaning(str(company_ids[i]), &m);
        ck_assert_msg(m.object == ICP__OBJECT_COMPANY && !m.bare && !m.parent && !m.measure, "%s", company_ids[i]);
    }
    icp__header_meaning(str("Record ID"), &m);
    ck_assert(m.bare && m.id && !m.object);
    icp__header_meaning(str("Parent Account ID"), &m);
    ck_assert(m.parent && m.object == ICP__OBJECT_COMPANY);
    icp__header_meaning(str("OwnerId"), &m);
    ck_assert_int_eq(m.object, ICP__OBJECT_USER);
    icp__header_meaning(str("WhatId"), &m);
    ck_assert(m.polymorphic);
    icp__header_meaning(str("LastModifiedById"), &m);
    ck_assert(m.audit);
    icp__header_meaning(str("Number of Employees"), &m);
    ck_assert(m.measure && !m.id);
    icp__header_meaning(str("seats"), &m);
    ck_assert(m.measure);
}
END_TEST

START_TEST(headers_of_personal_data) {
    static const char *const always[] = {"Email", "E-Mail", "Primary Email Address", "Phone", "Mobile Phone", "FirstName", "last_name", "Vorname", "Nachname", "Full Name", "Salutation",
                                         "Birthdate", "date_of_birth", "BillingStreet", "Mailing Street", "Street Address", "SSN", "Passport No", "IBAN", "Contact Name", "IP Address"};
    static const char *const never[] = {"Industry", "Name", "Account Name", "Number of Phone Calls", "Email Opt Out", "Last Email Date", "Email Domain", "State", "City", "Company name",
                                        "Billing City", "revenue", "Stage", "Employees", "emails_sent", "Website"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++) ck_assert_msg(icp__header_personal(str(always[i]), false) != NULL, "%s", always[i]);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) ck_assert_msg(icp__header_personal(str(never[i]), false) == NULL, "%s", never[i]);
    ck_assert_ptr_nonnull(icp__header_personal(str("Name"), true));
    ck_assert_ptr_null(icp__header_personal(str("Title"), true));
}
END_TEST

START_TEST(forms_of_keys) {
    static const struct {
        const char *cell, *exact, *normal;
    } keys[] = {{" A1 ", "A1", "a1"}, {"GTX Pro", "GTX Pro", "gtxpro"}, {"gtx-PRO", "gtx-PRO", "gtxpro"}, {"", "", ""}, {"N/A", "", ""}, {"-", "", ""}, {"\xC2\xA0x", "x", "x"},
                {"***", "***", "***"}, {"M\xC3\x9CLLER & Co.", "M\xC3\x9CLLER & Co.", "m\xC3\xBCllerco"}, {"C# Tools", "C# Tools", "ctools"}};
    struct icp__bytes room;
    struct icp_str out;
    char id[19], shorter[19];
    icp__bytes_init(&room, c);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ck_assert(icp__match_key(str(keys[i].cell), false, &room, &out));
        ck_assert_msg(is(out, keys[i].exact), "%s", keys[i].cell);
        ck_assert(icp__match_key(str(keys[i].cell), true, &room, &out));
        ck_assert_msg(is(out, keys[i].normal), "%s gives %.*s", keys[i].cell, (int)out.size, out.data);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        crm_id(id, "001", i * 77, true), crm_id(shorter, "001", i * 77, false);
        for (int normal = 0; normal < 2; normal++) {
            ck_assert(icp__match_key(str(id), normal, &room, &out));
            ck_assert(is(out, shorter));
        }
        id[17] = id[17] == 'A' ? 'B' : 'A'; /* no checksum: no id */
        ck_assert(icp__match_key(str(id), false, &room, &out));
        ck_assert(is(out, id));
    }
    icp__bytes_free(&room);
}
END_TEST

int main(void) {
    Suite *s = suite_create("dataset");
    TCase *t = tcase_create("found");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, salesforce_is_understood, 0, 12);
    tcase_add_loop_test(t, hubspot_is_understood, 0, 8);
    tcase_add_loop_test(t, small_numbers_are_no_keys_by_accident, 0, 12);
    tcase_add_loop_test(t, chains_names_and_other_spellings, 0, 4);
    tcase_add_test(t, the_order_of_rows_changes_nothing);
    tcase_add_loop_test(t, a_manifest_given_back_is_the_same, 0, 2);
    tcase_add_test(t, a_manifest_is_held_against_the_tables);
    tcase_add_test(t, patterns_leave_out_and_release);
    tcase_add_loop_test(t, what_goes_with_the_later_date_is_late, 0, 10);
    tcase_add_test(t, folders_and_manifests);
    suite_add_tcase(s, t);
    t = tcase_create("broken");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, two_company_tables_are_named);
    tcase_add_test(t, links_in_a_circle);
    tcase_add_test(t, no_company_table);
    tcase_add_test(t, one_table_is_a_dataset);
    tcase_add_test(t, a_table_that_cannot_be_read_is_named);
    tcase_add_test(t, wide_tables_and_huge_cells);
    tcase_add_test(t, arguments);
    suite_add_tcase(s, t);
    t = tcase_create("parts");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, sketches_estimate, 0, 12);
    tcase_add_test(t, names_of_objects);
    tcase_add_test(t, headers_of_personal_data);
    tcase_add_test(t, forms_of_keys);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
