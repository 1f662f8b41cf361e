/* SPDX-License-Identifier: MIT */
/* Publishing: what the report of the gates must say, what is published now, and who resolves flags. */
#include "book.h"

static struct book book;
static icp_ledger *l;
static icp_model *first, *second; /* the same scores, another card: another model */
static char ids[2][65];

static void hex_of(const icp_model *m, char out[65]) {
    struct icp_model_info info = {.struct_size = sizeof info};
    ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", info.id[i]);
}

static void start(void) {
    static const char card[] = "{\"owner\":\"Ada\"}";
    book_start(&book);
    l = book_open(&book, ICP_LEDGER_CREATE);
    first = book_model(&book);
    ck_assert_int_eq(icp_model_with_card(first, card, sizeof card - 1, &second, NULL), ICP_OK);
    hex_of(first, ids[0]);
    hex_of(second, ids[1]);
}
static void end(void) {
    icp_model_unref(first);
    icp_model_unref(second);
    icp_ledger_free(l);
    book_end(&book);
}

#define NOTE "{\"author\":\"Ada\"}"
#define STRICT "{\"cllr\":{\"at_most_micro\":1}}"

/* To be freed. */
static char *report_of(icp_model *m, icp_model *published, const char *gates) {
    const struct icp_gates_options o = {.struct_size = sizeof o, .gates_json = gates, .gates_size = gates ? strlen(gates) : 0};
    icp_buffer *b = NULL;
    struct icp_str s;
    ck_assert_int_eq(icp_gates_check(m, published, NULL, &o, NULL, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    char *text = malloc(s.size + 1);
    memcpy(text, s.data, s.size + 1);
    icp_buffer_unref(b);
    return text;
}

/* The report is freed. Gives the status; the head where it went well. */
static icp_status publish(icp_model *m, const char *note, char *report, uint32_t flags, struct icp_ledger_head *head, struct icp_error *err) {
    icp_status st = icp_ledger_publish(l, m, NOW, note, strlen(note), report, strlen(report), flags, head, err);
    free(report);
    return st;
}

static uint64_t published(char id[65]) {
    uint8_t bytes[32];
    uint64_t number = 99;
    ck_assert_int_eq(icp_ledger_published(l, bytes, &number, NULL), ICP_OK);
    for (int i = 0; i < 32; i++)
        snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    return number;
}

static void is_published(const char *id, uint64_t number) {
    char now[65];
    ck_assert_uint_eq(published(now), number);
    ck_assert_str_eq(now, id ? id : "0000000000000000000000000000000000000000000000000000000000000000");
}

static icp_status version(const char *state, const char *model, struct icp_error *err) {
    char json[200];
    int n = snprintf(json, sizeof json, "{\"kind\":\"version\",\"state\":\"%s\",\"model\":\"%s\",\"author\":\"Cy\"}", state, model);
    return icp_ledger_append(l, NOW, json, (size_t)n, NULL, err);
}

/* Refused with this text, and nothing was written. */
static void refused(icp_model *m, const char *note, char *report, uint32_t flags, icp_status code, const char *text) {
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_ledger_head before = {.struct_size = sizeof before}, head = {.struct_size = sizeof head, .entries = 77};
    ck_assert_int_eq(icp_ledger_describe(l, &before, NULL), ICP_OK);
    icp_status st = publish(m, note, report, flags, &head, &err);
    ck_assert_msg(st == code, "%s: %s", icp_status_name(st), err.message);
    ck_assert_msg(!strncmp(err.message, text, strlen(text)), "%s", err.message);
    ck_assert_uint_eq(head.entries, 77);
    ck_assert_uint_eq(book_verify(l, &before).entries, before.entries);
}

START_TEST(a_passed_report_publishes) {
    struct icp_ledger_head head = {.struct_size = sizeof head};
    is_published(NULL, 0);
    ck_assert_int_eq(publish(first, NOTE, report_of(first, NULL, NULL), 0, &head, NULL), ICP_OK);
    ck_assert_uint_eq(head.entries, 2); /* stored, published */
    is_published(ids[0], 2);
    char *list = book_list(l, NULL);
    ck_assert_ptr_nonnull(strstr(list, "\"data\":{\"report\":{\"candidate\":\""));
    ck_assert_ptr_null(strstr(list, "\"anyway\""));
    free(list);
    ck_assert_int_eq(publish(second, NOTE, report_of(second, first, NULL), 0, &head, NULL), ICP_OK);
    is_published(ids[1], 4);
    ck_assert_int_eq(publish(first, NOTE, report_of(first, second, NULL), 0, &head, NULL), ICP_OK);
    ck_assert_uint_eq(head.entries, 5); /* it was stored already */
    is_published(ids[0], 5);
    book_verify(l, &head);
}
END_TEST

START_TEST(a_report_that_does_not_allow_it_is_refused) {
    refused(first, NOTE, report_of(first, NULL, STRICT), 0, ICP_E_GATE, "cross-fitted Cllr of fit is 0.");
    refused(first, NOTE, report_of(second, NULL, NULL), 0, ICP_E_GATE, "the report is not of model ");
    refused(first, NOTE, report_of(first, second, NULL), 0, ICP_E_GATE, "the report compares with a model, but none is published");
    refused(first, NOTE, strdup("{\"version\":1}"), 0, ICP_E_FORMAT, "the report is an object; expected one of icp_gates_check()");
    refused(first, NOTE, strdup("{\"version\":2,\"passed\":true,\"published\":null}"), 0, ICP_E_FORMAT, "the report is an object");
    refused(first, NOTE, strdup("[]"), 0, ICP_E_FORMAT, "the report is an array");
    refused(first, NOTE, strdup("{"), 0, ICP_E_FORMAT, "");
    refused(first, "{}", report_of(first, NULL, NULL), 0, ICP_E_FORMAT, "author is missing");
    refused(first, "{\"author\":\"a\",\"data\":{}}", report_of(first, NULL, NULL), 0, ICP_E_FORMAT, "data is set by the library");
    refused(first, "{\"author\":\"a\",\"model\":\"x\"}", report_of(first, NULL, NULL), 0, ICP_E_FORMAT, "model is set by the library");
    refused(first, NOTE, report_of(first, NULL, NULL), 2, ICP_E_UNSUPPORTED, "flags are 2");
    ck_assert_int_eq(publish(first, NOTE, report_of(first, NULL, NULL), 0, NULL, NULL), ICP_OK);
    refused(second, NOTE, report_of(second, NULL, NULL), 0, ICP_E_GATE, "the report does not compare with model ");
    is_published(ids[0], 2);
}
END_TEST

/* A report that is cut anywhere publishes nothing. */
START_TEST(a_damaged_report_is_refused) {
    char *report = report_of(first, NULL, NULL);
    for (size_t n = 0, size = strlen(report); n < size; n++)
        ck_assert_int_eq(icp_ledger_publish(l, first, NOW, NOTE, sizeof NOTE - 1, report, n, 0, NULL, NULL), ICP_E_FORMAT);
    free(report);
    ck_assert_uint_eq(book_verify(l, NULL).entries, 0);
}
END_TEST

START_TEST(passing_by_a_gate_needs_authority_and_text) {
    static const char authority[] = "{\"author\":\"Ada\",\"authority\":\"board\"}", text[] = "{\"author\":\"Ada\",\"text\":\"must be\"}",
                      both[] = "{\"author\":\"Ada\",\"authority\":\"board\",\"text\":\"must be\"}";
    struct icp_ledger_head head = {.struct_size = sizeof head};
    refused(first, NOTE, report_of(first, NULL, STRICT), ICP_LEDGER_ANYWAY, ICP_E_GATE, "to publish although");
    refused(first, authority, report_of(first, NULL, STRICT), ICP_LEDGER_ANYWAY, ICP_E_GATE, "to publish although");
    refused(first, text, report_of(first, NULL, STRICT), ICP_LEDGER_ANYWAY, ICP_E_GATE, "to publish although");
    refused(first, both, report_of(first, NULL, STRICT), 0, ICP_E_GATE, "cross-fitted Cllr");
    ck_assert_int_eq(publish(first, both, report_of(first, NULL, STRICT), ICP_LEDGER_ANYWAY, &head, NULL), ICP_OK);
    char *list = book_list(l, NULL);
    ck_assert_ptr_nonnull(strstr(list, "\"authority\":\"board\",\"data\":{\"anyway\":true,\"report\":{"));
    ck_assert_ptr_nonnull(strstr(list, "\"passed\":false,"));
    free(list);
    is_published(ids[0], 2);
    book_verify(l, &head);
}
END_TEST

START_TEST(what_is_published_follows_from_the_versions) {
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(version("published", ids[0], &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "state is set by the library, when a model is stored or published");
    ck_assert_int_eq(icp_ledger_store_model(l, first, NOW, NOTE, sizeof NOTE - 1, NULL, NULL), ICP_OK);
    is_published(NULL, 0); /* stored is not published */
    ck_assert_int_eq(version("restored", ids[0], &err), ICP_E_LEDGER);
    ck_assert_ptr_nonnull(strstr(err.message, "was never published: it cannot be restored"));
    ck_assert_int_eq(version("retired", ids[0], &err), ICP_E_LEDGER);
    ck_assert_int_eq(publish(first, NOTE, report_of(first, NULL, NULL), 0, NULL, NULL), ICP_OK);
    ck_assert_int_eq(publish(second, NOTE, report_of(second, first, NULL), 0, NULL, NULL), ICP_OK);
    is_published(ids[1], 4);
    ck_assert_int_eq(version("restored", ids[0], NULL), ICP_OK);
    is_published(ids[0], 5);
    ck_assert_int_eq(version("retired", ids[1], &err), ICP_E_LEDGER);
    ck_assert_ptr_nonnull(strstr(err.message, "is not the published one"));
    ck_assert_int_eq(version("retired", ids[0], NULL), ICP_OK);
    is_published(NULL, 0);
    ck_assert_int_eq(publish(second, NOTE, report_of(second, NULL, NULL), 0, NULL, NULL), ICP_OK); /* as if it were the first */
    is_published(ids[1], 7);
    ck_assert_int_eq(version("restored", ids[0], NULL), ICP_OK); /* a retired one comes back too */
    is_published(ids[0], 8);
    book_verify(l, NULL);
}
END_TEST

START_TEST(bad_arguments_are_refused) {
    uint8_t id[32];
    uint64_t number = 5;
    struct icp_ledger_head small = {.struct_size = 4};
    char *report = report_of(first, NULL, NULL);
    const size_t size = strlen(report);
    ck_assert_int_eq(icp_ledger_publish(NULL, first, NOW, NOTE, 1, report, size, 0, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, NULL, NOW, NOTE, 1, report, size, 0, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, first, NOW, NULL, 1, report, size, 0, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, first, NOW, NOTE, 1, NULL, size, 0, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, first, -1, NOTE, sizeof NOTE - 1, report, size, 0, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, first, NOW, NOTE, sizeof NOTE - 1, report, size, 0, &small, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_publish(l, first, NOW, NOTE, sizeof NOTE - 1, report, ((size_t)1 << 20) + 1, 0, NULL, NULL), ICP_E_LIMIT);
    ck_assert_int_eq(icp_ledger_published(NULL, id, &number, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_published(l, NULL, &number, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_ledger_published(l, id, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_uint_eq(number, 5);
    icp_ledger *reader = book_open(&book, ICP_LEDGER_READ_ONLY);
    ck_assert_int_eq(icp_ledger_publish(reader, first, NOW, NOTE, sizeof NOTE - 1, report, size, 0, NULL, NULL), ICP_E_STATE);
    ck_assert_int_eq(icp_ledger_published(reader, id, &number, NULL), ICP_OK);
    ck_assert_uint_eq(number, 0);
    icp_ledger_free(reader);
    free(report);
    ck_assert_uint_eq(book_verify(l, NULL).entries, 0);
}
END_TEST

static icp_status resolve(int flag, const char *authority, const char *model, struct icp_error *err) {
    char json[300];
    int n = snprintf(json, sizeof json, "{\"kind\":\"flag\",\"state\":\"resolved\",\"refers\":%d,\"text\":\"t\",\"author\":\"a\",\"authority\":\"%s\"%s%s%s}", flag,
                     authority, model ? ",\"model\":\"" : "", model ? model : "", model ? "\"" : "");
    return icp_ledger_append(l, NOW, json, (size_t)n, NULL, err);
}

static void put_card(const char *resolvers, const char *model) {
    char json[300];
    snprintf(json, sizeof json, "{\"kind\":\"card\",\"author\":\"a\",\"card\":{%s%s}%s%s%s}", resolvers ? "\"resolvers\":" : "", resolvers ? resolvers : "",
             model ? ",\"model\":\"" : "", model ? model : "", model ? "\"" : "");
    book_append(l, NOW, json);
}

/* Flag 1 is of the first model, flag 2 of none. */
START_TEST(the_card_in_the_ledger_says_who_resolves) {
    struct icp_error err = {.struct_size = sizeof err};
    char flag[300];
    snprintf(flag, sizeof flag, "{\"kind\":\"flag\",\"scope\":\"model\",\"model\":\"%s\",\"text\":\"t\",\"author\":\"a\"}", ids[0]);
    book_append(l, NOW, flag);
    book_append(l, NOW, "{\"kind\":\"flag\",\"scope\":\"company\",\"key\":\"acme.com\",\"text\":\"t\",\"author\":\"a\"}");
    ck_assert_int_eq(resolve(1, "anybody", NULL, NULL), ICP_OK); /* no card: no rule */
    put_card("[\"board\",\"VP Sales\"]", NULL);
    ck_assert_int_eq(resolve(1, "anybody", NULL, &err), ICP_E_LEDGER);
    ck_assert_str_eq(err.message, "authority \"anybody\" is none of the resolvers that the card in entry 4 names");
    ck_assert_int_eq(resolve(2, "anybody", NULL, NULL), ICP_E_LEDGER);
    ck_assert_int_eq(resolve(2, "VP Sales", NULL, NULL), ICP_OK);
    put_card("[\"owner\"]", ids[0]); /* newer, and of one model alone */
    ck_assert_int_eq(resolve(1, "board", NULL, NULL), ICP_E_LEDGER);
    ck_assert_int_eq(resolve(1, "owner", NULL, NULL), ICP_OK);
    ck_assert_int_eq(resolve(2, "board", NULL, NULL), ICP_OK);
    ck_assert_int_eq(resolve(2, "board", ids[0], NULL), ICP_E_LEDGER); /* said to be of that model */
    put_card("[]", ids[1]);
    ck_assert_int_eq(resolve(2, "board", ids[1], NULL), ICP_E_LEDGER); /* nobody */
    ck_assert_int_eq(resolve(1, "owner", NULL, NULL), ICP_OK);         /* another model's card */
    put_card(NULL, NULL);                                              /* the newest has no rule */
    ck_assert_int_eq(resolve(1, "anybody", NULL, NULL), ICP_OK);
    book_verify(l, NULL);
}
END_TEST

START_TEST(a_restored_model_is_the_same_bytes) {
    struct icp_model_info info = {.struct_size = sizeof info};
    icp_model *back = NULL;
    ck_assert_int_eq(publish(first, NOTE, report_of(first, NULL, NULL), 0, NULL, NULL), ICP_OK);
    ck_assert_int_eq(publish(second, NOTE, report_of(second, first, NULL), 0, NULL, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_describe(first, &info, NULL), ICP_OK);
    ck_assert_int_eq(icp_ledger_load_model(l, info.id, &back, NULL), ICP_OK);
    icp_buffer *a = book_bytes(&book, first), *b = book_bytes(&book, back);
    struct icp_str x, y;
    ck_assert(!icp_buffer_data(a, &x) && !icp_buffer_data(b, &y));
    ck_assert(x.size == y.size && !memcmp(x.data, y.data, x.size));
    icp_buffer_unref(a);
    icp_buffer_unref(b);
    icp_model_unref(back);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger publish");
    TCase *t = tcase_create("publish");
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_passed_report_publishes);
    tcase_add_test(t, a_report_that_does_not_allow_it_is_refused);
    tcase_add_test(t, a_damaged_report_is_refused);
    tcase_add_test(t, passing_by_a_gate_needs_authority_and_text);
    tcase_add_test(t, what_is_published_follows_from_the_versions);
    tcase_add_test(t, bad_arguments_are_refused);
    tcase_add_test(t, the_card_in_the_ledger_says_who_resolves);
    tcase_add_test(t, a_restored_model_is_the_same_bytes);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
