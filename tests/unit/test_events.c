/* SPDX-License-Identifier: MIT */
/* Rows as events: columns, orders of dates, what is counted and left out, and the words for outcomes and breaks. */
#include "timing/events.h"
#include "check_main.h"
#include "counting.h"
#include "reading.h"
#include <icp/reference.h>
#include <string.h>

#define DAY INT64_C(86400000000)

struct taken {
    struct icp__bytes text; /* a line for each event: key|type|first|value; days, and the time of day where there is one */
    uint64_t events, stop_at;
    bool plain;
};

static icp_status take(void *user, const struct icp__event *e, struct icp_error *err) {
    struct taken *t = user;
    t->events++;
    if (t->stop_at && t->events == t->stop_at) return icp__fail(err, ICP_E_STATE, "enough");
    if (t->plain) return ICP_OK;
    icp__bytes_add(&t->text, e->key.data, e->key.size);
    icp__bytes_text(&t->text, "|");
    icp__bytes_add(&t->text, e->type.data, e->type.size);
    icp__bytes_print(&t->text, "|%lld", (long long)(e->first / DAY));
    if (e->first == e->last) icp__bytes_print(&t->text, "+%llds", (long long)(e->first % DAY / 1000000));
    else if (e->last - e->first != DAY - 1) icp__bytes_print(&t->text, "..%lld", (long long)(e->last / DAY));
    if (e->valued) icp__bytes_print(&t->text, "|%lld", (long long)(e->value * 100 + (e->value < 0 ? -.5 : .5)));
    icp__bytes_text(&t->text, "\n");
    return t->text.failed ? icp__no_memory(err) : ICP_OK;
}

struct run {
    icp_context *c;
    struct icp__event_reading r;
    struct taken t;
    struct icp_error err;
    icp_status st;
};

static struct icp_str str(const char *s) { return (struct icp_str){s, s ? strlen(s) : 0}; }

static void run_begin(struct run *x, icp_context *c, const char *key_header) {
    memset(x, 0, sizeof *x);
    x->c = c;
    icp__event_reading_init(&x->r, c);
    icp__bytes_init(&x->t.text, c);
    x->err.struct_size = sizeof x->err;
    x->r.key_header = str(key_header);
    x->r.key_form = ICP_KEY_EXACT;
    x->r.take = take;
    x->r.user = &x->t;
}

static icp_status run_file(struct run *x, const char *text, size_t size, size_t chunk, uint32_t rows) {
    struct drip d;
    struct icp_source s = drip_source(&d, text, size, chunk);
    const struct icp_reader_options o = reading_options(ICP_FORMAT_AUTO, 0, rows);
    icp_reader *r = NULL;
    x->st = icp_reader_open(x->c, &s, &o, &r, &x->err);
    if (!x->st) x->st = icp__event_reading_run(&x->r, r, NULL, &x->err);
    icp_reader_free(r);
    return x->st;
}

static void run_end(struct run *x) {
    icp__event_reading_free(&x->r);
    icp__bytes_free(&x->t.text);
}

static const char *text_of(const struct icp__bytes *b) { return b->data ? b->data : ""; }

/* Whatever the batches, the same events. */
static void expect(const char *key_header, const char *input, const char *events, const char *columns) {
    static const uint32_t batches[] = {0, 1, 3};
    icp_context *c = plain_context(0, 0);
    for (size_t i = 0; i < 3; i++) {
        struct run x;
        run_begin(&x, c, key_header);
        ck_assert_msg(!run_file(&x, input, strlen(input), i ? 7 : 100000, batches[i]), "%s: %s", input, x.err.message);
        ck_assert_msg(!strcmp(text_of(&x.t.text), events), "%s\ngave\n%s", input, text_of(&x.t.text));
        if (columns) ck_assert_msg(strstr(text_of(&x.r.columns), columns) != NULL, "%s: %s", input, text_of(&x.r.columns));
        run_end(&x);
    }
    icp_context_unref(c);
}

START_TEST(columns_are_found) {
    static const struct {
        const char *key, *input, *events, *columns;
    } cases[] = {
        {"permalink", "key,type,time,value\na,deals:closed:won,2020-01-02,3.5\n", "a|deals:closed:won|18263|350\n",
         "{\"source\":\"input\",\"key\":\"key\",\"type\":\"type\",\"types\":null,\"time\":\"time\",\"value\":\"value\",\"order\":null,\"order_guessed\":false}"},
        {"permalink", "company_permalink,acquirer_permalink,acquired_at,acquired_month,price_amount,price_currency_code\n/a,/b,1970-01-02,1970-01,5,USD\n",
         "/a|acquired|1|500\n", "\"key\":\"company_permalink\",\"type\":null,\"types\":\"acquired\",\"time\":\"acquired_at\",\"value\":\"price_amount\""},
        {"permalink", "company_permalink,funding_round_type,funded_at,funded_month,funded_quarter,funded_year,raised_amount_usd\n/a,Series-A,1970-01-03,1970-01,1970-Q1,1970,7\n",
         "/a|series-a|2|700\n", "\"type\":\"funding_round_type\",\"types\":null,\"time\":\"funded_at\""},
        {"id", "date,org_id,name,event,from_tier,to_tier\n1970-01-05,x,X Inc,join,,Silver\n", "x|join|4\n", "\"key\":\"org_id\""},
        {"id", "event_id,id,account_id,type,created_at,updated_at\n1,2,acc,Visit,1970-01-02,1970-01-09\n", "acc|visit|1\n", "\"key\":\"account_id\""},
        {"id", "id,type,date\n1,Visit,1970-01-02\n", "1|visit|1\n", NULL},
        {"account_id", "churn_event_id,account_id,churn_date,refund_amount_usd\nC-1,A-1,27-10-2024,4.03\n", "A-1|churn|20023|403\n",
         "\"types\":\"churn\",\"time\":\"churn_date\",\"value\":\"refund_amount_usd\",\"order\":\"dmy\",\"order_guessed\":false"},
        {"account", "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n1,M,P,Cancity,Won,10/20/2016,3/1/2017,1054\n"
                    "2,M,P,Isdom,Lost,10/20/2016,3/13/2017,\n",
         "Cancity|won|17226|105400\nIsdom|lost|17238\n", "\"type\":\"deal_stage\",\"types\":null,\"time\":\"close_date\",\"value\":\"close_value\",\"order\":\"mdy\""},
        {"domain", "AccountId,ActivityType,ActivityDate\nA,Call,1970-01-02\n", "A|call|1\n", NULL},
        {"Record ID", "Record ID,Associated Company IDs,Activity type,Activity date\n7,55,Note,1970-01-02\n", "55|note|1\n", NULL},
        {"key", "key,event,when it was\nk,e,1970-01-02\n", "k|e|1\n", NULL},
        {"key", "key,event,moment\nk,e,1970-01-02\n", "k|e|1\n", "\"time\":\"moment\""}, /* by its values */
        {"key", "key,event,response_time,seen_on\nk,e,27,1970-01-02\n", "k|e|1\n", "\"time\":\"seen_on\""},
        {"key", "key,date,time\nk,1970-01-02,12:30\n", "k|event|1\n", "\"types\":\"event\",\"time\":\"date\""},
        {"key", "key,event,date,mrr_amount,arr_amount\nk,e,1970-01-02,1,12\n", "k|e|1\n", "\"value\":null"}, /* nothing says which */
        {"key", "key,event,date,amount,total\nk,e,1970-01-02,1,12\n", "k|e|1|100\n", "\"value\":\"amount\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect(cases[i].key, cases[i].input, cases[i].events, cases[i].columns);
}
END_TEST

START_TEST(awkward_files_are_read) {
    /* BOM, semicolons, CR line ends, decimal commas, quotes. */
    expect("id", "\xEF\xBB\xBFKonto;Company ID;Type;Date;Amount\r1;a;\"Deal  WON\";31.12.2019;\"1.234,50\"\r2;b;x;1.12.2019;0,5\r",
           "a|deal won|18261|123450\nb|x|18231|50\n", "\"order\":\"dmy\"");
    /* Zones, fractions, months. */
    expect("id", "id,type,time\na,x,2020-01-01T00:30:00+02:00\na,x,2020-01-01T00:30:00-0500\na,x,2019-12-31T22:30:00Z\na,x,2020-02\na,x,1577836800\n",
           "a|x|18261+81000s\na|x|18262+19800s\na|x|18261+81000s\na|x|18293..18321\na|x|18262+0s\n", "\"order\":null");
    /* Folded, trimmed, and cut at a character. */
    expect("id", "id,type,time\n  a , \xC3\x84NDERUNG  Neu ,2020-01-01\n", "a|\xC3\xA4nderung neu|18262\n", NULL);
    /* "5/18/27" is no number; the event counts. */
    expect("id", "id,type,time,value\na,x,2020-01-01,5\na,y,2020-01-01,1\na,z,2020-01-01,5/18/27\na,z,2020-01-01,-\n",
           "a|x|18262|500\na|y|18262|100\na|z|18262\na|z|18262\n", NULL);
    expect("id", "id,type,time\n", "", "[{\"source\":\"input\",\"key\":null");
}
END_TEST

START_TEST(order_is_decided_by_the_column) {
    expect("id", "id,type,date\na,x,01/02/2020\na,x,2020-05-01\na,x,13/02/2020\n", "a|x|18293\na|x|18383\na|x|18305\n", "\"order\":\"dmy\",\"order_guessed\":false");
    expect("id", "id,type,date\na,x,01-02-2020\na,x,1-13-2020\n", "a|x|18263\na|x|18274\n", "\"order\":\"mdy\",\"order_guessed\":false");
    expect("id", "id,type,date\na,x,1-12-2020\na,x,13-1-2020\n", "a|x|18597\na|x|18274\n", "\"order\":\"dmy\",\"order_guessed\":false");
    /* Undecided: strokes mean the month first, hyphens the day. */
    expect("id", "id,type,date\na,x,01/02/2020\n", "a|x|18263\n", "\"order\":\"mdy\",\"order_guessed\":true");
    expect("id", "id,type,date\na,x,01-02-2020\n", "a|x|18293\n", "\"order\":\"dmy\",\"order_guessed\":true");
    /* One slip against three. */
    expect("id", "id,type,date\na,x,2/13/2020\na,x,14/2/2020\na,x,15/2/2020\na,x,1/2/2020\n", "a|x|18306\na|x|18307\na|x|18293\n", "\"order\":\"dmy\"");
}
END_TEST

/* A date that decides stands far behind. */
START_TEST(rows_wait_for_the_order) {
    icp_context *c = plain_context(0, 0);
    for (int far = 0; far < 2; far++) {
        struct icp__bytes in;
        struct run x;
        const int rows = far ? 70000 : 9000;
        icp__bytes_init(&in, c);
        icp__bytes_text(&in, "id,type,date\n");
        for (int i = 0; i < rows; i++) icp__bytes_print(&in, "k%d,x,%d/05/2020\n", i, i % 12 + 1);
        for (int i = 0; i < 20; i++) icp__bytes_print(&in, "k%d,x,%d/05/2020\n", i, i % 12 + 13);
        run_begin(&x, c, "id");
        ck_assert_int_eq(run_file(&x, in.data, in.size, 1 << 20, 0), ICP_OK);
        ck_assert_ptr_nonnull(strstr(x.r.columns.data, far ? "\"mdy\",\"order_guessed\":true" : "\"dmy\",\"order_guessed\":false"));
        ck_assert_uint_eq(x.r.counts.events, far ? (uint64_t)rows : (uint64_t)rows + 20);
        ck_assert_uint_eq(x.r.counts.unreadable_time, far ? 20 : 0);
        ck_assert_int_eq(x.r.counts.bad_row, far ? rows + 1 : 0);
        run_end(&x);
        icp__bytes_free(&in);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(what_is_left_out_is_counted) {
    static const char input[] = "id,type,time,value\n"
                                "a,x,2020-01-02,1\n"
                                "a,X ,2020-01-02,1.0\n"  /* the same once more */
                                "a,x,2020-01-02,2\n"
                                "a,x,2020-01-01,1\n"     /* unsorted */
                                ",x,2020-01-02,1\n"      /* no key */
                                "a,n/a,2020-01-02,1\n"   /* no type */
                                "a,x,,1\n"               /* no time */
                                "a,x,next\ttuesday,1\n"  /* unreadable */
                                "a,x,2020-02-30,1\n"
                                "a,x,1969-12-31,1\n"     /* before 1970 */
                                "a,x,1969-12-31T23:30:00-01:00,1\n" /* 1970 */
                                "a,x,2020-01-05,lots\n";
    icp_context *c = plain_context(0, 0);
    struct run x;
    struct icp__bytes json;
    icp__bytes_init(&json, c);
    run_begin(&x, c, "id");
    ck_assert_int_eq(run_file(&x, input, strlen(input), 100, 0), ICP_OK);
    icp__event_counts_write(&x.r.counts, &json);
    ck_assert_str_eq(json.data, "\"rows\":12,\"events\":6,\"without_key\":1,\"without_type\":1,\"without_time\":1,\"unreadable_time\":2,"
                                "\"unreadable_value\":1,\"before_1970\":1,\"unsorted\":2,\"duplicates\":1,\"duplicates_estimated\":false,"
                                "\"first_unreadable_time\":{\"source\":\"input\",\"row\":8,\"text\":\"next?tuesday\"}");
    /* A second file adds up, and its rows are compared with those of the first; order is a file's own. */
    ck_assert_int_eq(run_file(&x, input, 36, 100, 0), ICP_OK);
    ck_assert_uint_eq(x.r.counts.rows, 13);
    ck_assert_uint_eq(x.r.counts.duplicates, 2);
    ck_assert_uint_eq(x.r.counts.unsorted, 2);
    ck_assert_int_eq(x.r.columns.data[0], '[');
    ck_assert_int_eq(x.r.columns.data[x.r.columns.size - 1], ']');
    ck_assert_ptr_nonnull(strstr(x.r.columns.data, "},{"));
    run_end(&x);
    icp__bytes_free(&json);
    icp_context_unref(c);
}
END_TEST

START_TEST(columns_asked_for) {
    static const char input[] = "id,company,type,kind,closed,opened,amount,value\n1,a,t,k,2020-01-02,2020-01-01,4,5\n";
    icp_context *c = plain_context(0, 0);
    struct run x;
    run_begin(&x, c, "id");
    x.r.ask = (struct icp__event_columns){str("Company"), str("KIND"), str("opened"), str("amount")};
    ck_assert_int_eq(run_file(&x, input, strlen(input), 100, 0), ICP_OK);
    ck_assert_str_eq(x.t.text.data, "a|k|18262|400\n");
    run_end(&x);
    static const struct {
        int role;
        icp_status code;
        const char *message;
    } cases[] = {
        {0, ICP_E_KEY, "there is no key column \"nothing\"; columns are: id, company, type, kind, closed, opened, amount, value"},
        {1, ICP_E_SCHEMA, "there is no column for the type of events \"nothing\"; columns are: id, company, type, kind, closed, opened, amount, value"},
        {2, ICP_E_SCHEMA, "there is no column for the time of events \"nothing\"; columns are: id, company, type, kind, closed, opened, amount, value"},
        {3, ICP_E_SCHEMA, "there is no column for the value of events \"nothing\"; columns are: id, company, type, kind, closed, opened, amount, value"},
    };
    for (size_t i = 0; i < 4; i++) {
        run_begin(&x, c, "id");
        struct icp_str *const ask[] = {&x.r.ask.key, &x.r.ask.type, &x.r.ask.time, &x.r.ask.value};
        *ask[cases[i].role] = str("nothing");
        ck_assert_int_eq(run_file(&x, input, strlen(input), 100, 0), cases[i].code);
        ck_assert_str_eq(x.err.message, cases[i].message);
        ck_assert_str_eq(x.err.source, "input");
        ck_assert_str_eq(x.err.field, "nothing");
        ck_assert_uint_eq(x.t.events, 0);
        run_end(&x);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(columns_that_are_not_there) {
    static const struct {
        const char *key, *input;
        icp_status code;
        const char *message;
    } cases[] = {
        {"account_id", "usage_id,subscription_id,usage_date\nU,S,27-07-2023\n", ICP_E_KEY,
         "no column looks like the key of a company; name one; columns are: usage_id, subscription_id, usage_date"},
        {"id", "event_id,type,date\n1,x,2020-01-01\n", ICP_E_KEY, "no column looks like the key of a company; name one; columns are: event_id, type, date"},
        {"permalink", "buyer_permalink,seller_permalink,date\na,b,2020-01-01\n", ICP_E_KEY,
         "name the key column: several end like \"permalink\"; columns are: buyer_permalink, seller_permalink, date"},
        {"id", "id,type,date\n1,x,soon\n2,x,later\n", ICP_E_SCHEMA, "no column holds the dates of events; name one; columns are: id, type, date"},
        {"id", "{\"id\":\"1\",\"type\":\"x\"}\n{\"id\":\"1\",\"typ\":\"x\"}\n", ICP_E_SCHEMA,
         "no column holds the dates of events; name one; columns are: id, type, typ"},
    };
    icp_context *c = plain_context(0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run x;
        run_begin(&x, c, cases[i].key);
        ck_assert_msg(run_file(&x, cases[i].input, strlen(cases[i].input), 100, 0) == cases[i].code, "%s: %s", cases[i].input, x.err.message);
        ck_assert_str_eq(x.err.message, cases[i].message);
        run_end(&x);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(lines_name_columns_late) {
    /* In one probe. */
    expect("id", "{\"type\":\"x\",\"time\":\"2020-01-01\"}\n{\"type\":\"y\",\"time\":\"2020-01-02\",\"account_id\":\"a\"}\n"
                 "{\"account_id\":\"b\",\"value\":2,\"type\":\"z\",\"time\":\"2020-01-03\"}\n",
           "a|y|18263\nb|z|18264|200\n", "\"key\":\"account_id\"");
    /* Behind it. */
    icp_context *c = plain_context(0, 0);
    struct icp__bytes in;
    icp__bytes_init(&in, c);
    for (int i = 0; i < 10000; i++) icp__bytes_print(&in, "{\"type\":\"x\",\"n%d\":1}\n", i / 1000);
    for (int i = 0; i < 10; i++) icp__bytes_text(&in, "{\"account_id\":\"a\",\"type\":\"x\"}\n");
    for (int i = 0; i < 10000; i++) icp__bytes_print(&in, "{\"account_id\":\"a%d\",\"occurred_at\":\"%d/05/2020\",\"type\":\"x\",\"amount\":3}\n", i, i % 20 + 1);
    for (int asked = 0; asked < 3; asked++) {
        struct run x;
        run_begin(&x, c, "id");
        if (asked) x.r.ask.value = str("Amount"), x.r.ask.key = str("account_id");
        if (asked == 2) x.r.ask.type = str("kind");
        const icp_status st = run_file(&x, in.data, in.size, 1 << 20, 1000);
        ck_assert_msg(st == (asked == 2 ? ICP_E_SCHEMA : ICP_OK), "%s", x.err.message);
        if (asked == 2) ck_assert_ptr_nonnull(strstr(x.err.message, "there is no column for the type of events \"kind\"; columns are: type, n0, "));
        if (asked < 2) {
            ck_assert_uint_eq(x.r.counts.rows, 20010);
            ck_assert_uint_eq(x.r.counts.without_key, 10000);
            ck_assert_uint_eq(x.r.counts.without_time, 10);
            ck_assert_uint_eq(x.r.counts.events, 10000);
            ck_assert(!strncmp(x.t.text.data, "a0|x|18383|300\na1|x|18384|300\n", 30));
            ck_assert_ptr_nonnull(strstr(x.r.columns.data, "\"time\":\"occurred_at\",\"value\":\"amount\",\"order\":\"dmy\""));
        }
        run_end(&x);
    }
    icp__bytes_free(&in);
    icp_context_unref(c);
}
END_TEST

START_TEST(keys_have_the_form_of_the_reference) {
    static const char input[] = "website,type,date\nhttps://www.Example.com/x,a,2020-01-01\njoe@other.org,a,2020-01-01\nnothing,a,2020-01-01\n";
    icp_context *c = plain_context(0, 0);
    struct run x;
    run_begin(&x, c, "domain");
    x.r.key_form = ICP_KEY_HOST;
    ck_assert_int_eq(run_file(&x, input, strlen(input), 100, 0), ICP_OK);
    ck_assert_str_eq(x.t.text.data, "example.com|a|18262\nother.org|a|18262\n");
    ck_assert_uint_eq(x.r.counts.without_key, 1);
    run_end(&x);
    icp_context_unref(c);
}
END_TEST

START_TEST(many_types_pass) {
    icp_context *c = plain_context(0, 0);
    struct icp__bytes in;
    struct run x;
    icp__bytes_init(&in, c);
    icp__bytes_text(&in, "id,type,date\n");
    for (int i = 0; i < 10000; i++) icp__bytes_print(&in, "a,type %d,2020-01-01\n", i);
    icp__bytes_text(&in, "a,");
    for (int i = 0; i < 9000; i++) icp__bytes_text(&in, "\xC3\x9C");
    icp__bytes_text(&in, ",2020-01-01\n");
    run_begin(&x, c, "id");
    ck_assert_int_eq(run_file(&x, in.data, in.size, 1 << 20, 0), ICP_OK);
    ck_assert_uint_eq(x.r.counts.events, 10001);
    ck_assert_uint_eq(x.r.counts.duplicates, 0);
    ck_assert_ptr_nonnull(strstr(x.t.text.data, "a|type 9999|18262\n"));
    const char *last = strstr(x.t.text.data, "a|\xC3\xBC");
    ck_assert_ptr_nonnull(last);
    ck_assert_uint_eq(strcspn(last + 2, "|"), 256); /* cut at a character */
    run_end(&x);
    icp__bytes_free(&in);
    icp_context_unref(c);
}
END_TEST

static int32_t stop(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    int *calls = user;
    ck_assert_uint_eq(stage, ICP_STAGE_READ);
    ck_assert_uint_le(done, total);
    return ++*calls == 2;
}

START_TEST(reading_stops_when_told) {
    static const char input[] = "id,type,date\na,x,2020-01-01\na,x,2020-01-02\na,x,2020-01-03\n";
    icp_context *c = plain_context(0, 0);
    struct run x;
    struct drip d;
    int calls = 0;
    run_begin(&x, c, "id");
    x.t.stop_at = 2;
    ck_assert_int_eq(run_file(&x, input, strlen(input), 100, 0), ICP_E_STATE);
    ck_assert_uint_eq(x.t.events, 2);
    ck_assert_str_eq(x.err.message, "enough");
    run_end(&x);
    struct icp_source s = drip_source(&d, input, strlen(input), 100);
    const struct icp_reader_options o = reading_options(ICP_FORMAT_AUTO, 0, 1);
    const struct icp_progress p = {.struct_size = sizeof p, .fn = stop, .user = &calls};
    icp_reader *r = NULL;
    run_begin(&x, c, "id");
    ck_assert_int_eq(icp_reader_open(c, &s, &o, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp__event_reading_run(&x.r, r, &p, &x.err), ICP_E_CANCELLED);
    ck_assert_int_eq(calls, 2);
    icp_reader_free(r);
    run_end(&x);
    icp_context_unref(c);
}
END_TEST

START_TEST(every_allocation_may_fail) {
    static const char *const inputs[] = {
        "id,type,date,value\na,x,01/02/2020,1\nb,y,13/02/2020,2\nc,z,2020-01-01,\n",
        "id,acquired_at\na,2020-01-01\nb,2020-01-02\n",
        "{\"type\":\"x\"}\n{\"type\":\"y\",\"time\":\"2020-01-02\",\"id\":\"a\"}\n{\"id\":\"b\",\"value\":2,\"time\":\"2020-01-03\"}\n",
        "id,type\na,x\n",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
        for (int onwards = 0; onwards < 2; onwards++)
            for (size_t at = 1;; at++) {
                struct counting k = {0};
                struct run x;
                icp_context *c = counting_context(&k);
                k.calls = 0, k.fail_at = at, k.fail_onwards = onwards;
                run_begin(&x, c, "id");
                const icp_status st = run_file(&x, inputs[i], strlen(inputs[i]), 1000, 1);
                const bool failed = k.calls >= at;
                ck_assert_msg(failed ? st == ICP_E_MEMORY : st == (i == 3 ? ICP_E_SCHEMA : ICP_OK), "%d at %d: %s", (int)i, (int)at, x.err.message);
                run_end(&x);
                icp_context_unref(c);
                ck_assert_uint_eq(k.live, 0);
                if (!failed) break;
            }
}
END_TEST

START_TEST(words_for_outcomes) {
    static const struct {
        const char *text;
        enum icp__outcome_kind kind;
    } cases[] = {
        {"converted", ICP__CONVERTED}, {"conversion", ICP__CONVERTED}, {"won", ICP__CONVERTED}, {"closed won", ICP__CONVERTED}, {"closedwon", ICP__CONVERTED},
        {"closed_won", ICP__CONVERTED}, {"closed - won", ICP__CONVERTED}, {"customer", ICP__CONVERTED}, {"purchase", ICP__CONVERTED}, {"purchased", ICP__CONVERTED},
        {"signed", ICP__CONVERTED}, {"deal.won", ICP__CONVERTED}, {"deal won", ICP__CONVERTED}, {"dealwon", ICP__CONVERTED}, {"deals:close_date:closed won", ICP__CONVERTED},
        {"lost", ICP__LOST}, {"closed lost", ICP__LOST}, {"closedlost", ICP__LOST}, {"opportunities:closed:closed-lost", ICP__LOST},
        {"expanded", ICP__EXPANDED}, {"expansion", ICP__EXPANDED}, {"upsell", ICP__EXPANDED}, {"up-sell", ICP__EXPANDED}, {"upgrade", ICP__EXPANDED},
        {"cross-sell", ICP__EXPANDED}, {"cross\xE2\x80\x90sell", ICP__EXPANDED}, {"subscription_upgraded", ICP__EXPANDED},
        {"renewed", ICP__RENEWED}, {"renewal", ICP__RENEWED}, {"retained", ICP__RENEWED}, {"contract renewal", ICP__RENEWED},
        {"churned", ICP__CHURNED}, {"churn", ICP__CHURNED}, {"cancelled", ICP__CHURNED}, {"canceled", ICP__CHURNED}, {"left", ICP__CHURNED}, {"leave", ICP__CHURNED},
        {"removed", ICP__CHURNED}, {"terminated", ICP__CHURNED}, {"non-renewal", ICP__CHURNED}, {"churn_events:churn_date:pricing", ICP__CHURNED},
        {"customer lost", ICP__CHURNED}, {"subscriptions:renewed_at", ICP__RENEWED},
        /* False friends. */
        {"customer visit", ICP__NO_OUTCOME}, {"lost password", ICP__NO_OUTCOME}, {"cancelled meeting", ICP__NO_OUTCOME}, {"upgrade page viewed", ICP__NO_OUTCOME},
        {"renewal reminder", ICP__NO_OUTCOME}, {"left voicemail", ICP__NO_OUTCOME}, {"signed in", ICP__NO_OUTCOME}, {"signed up", ICP__NO_OUTCOME}, {"visit", ICP__NO_OUTCOME},
        {"", ICP__NO_OUTCOME}, {":", ICP__NO_OUTCOME}, {"::", ICP__NO_OUTCOME}, {"customers:created:visit", ICP__NO_OUTCOME}, {"churn:date:visit", ICP__NO_OUTCOME},
        {"lostness", ICP__NO_OUTCOME}, {"acquired", ICP__NO_OUTCOME}, {"closed", ICP__NO_OUTCOME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(icp__outcome_kind_of(str(cases[i].text)) == cases[i].kind, "%s: %d", cases[i].text, (int)icp__outcome_kind_of(str(cases[i].text)));
}
END_TEST

START_TEST(words_for_breaks) {
    static const struct {
        const char *text;
        enum icp__break_kind kind;
    } cases[] = {
        {"acquisition", ICP__ACQUISITION}, {"acquired", ICP__ACQUISITION}, {"acquired by", ICP__ACQUISITION}, {"acquired_by google", ICP__ACQUISITION},
        {"takeover", ICP__ACQUISITION}, {"take-over", ICP__ACQUISITION}, {"acquisitions:acquired_at:usd", ICP__ACQUISITION}, {"acquired at", ICP__ACQUISITION},
        {"merger", ICP__MERGER}, {"merged", ICP__MERGER}, {"merged with oracle", ICP__MERGER}, {"m&a", ICP__MERGER},
        {"leadership change", ICP__LEADERSHIP}, {"leadership_change", ICP__LEADERSHIP}, {"new ceo", ICP__LEADERSHIP}, {"newceo", ICP__LEADERSHIP}, {"ceo change", ICP__LEADERSHIP},
        {"new cfo", ICP__LEADERSHIP}, {"change of cto", ICP__LEADERSHIP}, {"management change", ICP__LEADERSHIP}, {"news:date:ceo departure", ICP__LEADERSHIP},
        {"repositioning", ICP__REPOSITIONING}, {"rebrand", ICP__REPOSITIONING}, {"rebranding", ICP__REPOSITIONING}, {"pivot", ICP__REPOSITIONING}, {"repositioned", ICP__REPOSITIONING},
        {"disruption", ICP__DISRUPTION}, {"layoffs", ICP__DISRUPTION}, {"bankruptcy", ICP__DISRUPTION}, {"insolvency", ICP__DISRUPTION}, {"data-breach", ICP__DISRUPTION},
        {"databreach", ICP__DISRUPTION}, {"restructuring", ICP__DISRUPTION}, {"shutdown", ICP__DISRUPTION}, {"shut down", ICP__DISRUPTION},
        {"customer acquisition", ICP__NO_BREAK}, {"acquired customer", ICP__NO_BREAK}, {"new ceo webinar", ICP__NO_BREAK}, {"pivot table viewed", ICP__NO_BREAK},
        {"new", ICP__NO_BREAK}, {"news", ICP__NO_BREAK}, {"merged pull request", ICP__NO_BREAK}, {"change", ICP__NO_BREAK}, {"management", ICP__NO_BREAK}, {"", ICP__NO_BREAK},
        {"acquisitions:date:x", ICP__NO_BREAK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(icp__break_kind_of(str(cases[i].text)) == cases[i].kind, "%s: %d", cases[i].text, (int)icp__break_kind_of(str(cases[i].text)));
    ck_assert_str_eq(icp__break_name(ICP__LEADERSHIP), "leadership change");
    ck_assert_str_eq(icp__break_name(ICP__NO_BREAK), "none");
}
END_TEST

struct real {
    const char *path, *key;
    uint64_t rows, events, duplicates;
    const char *columns;
};
static const struct real reals[] = {
    {"crunchbase_2013/rounds.csv.gz", "permalink", 31679, 31673, 63, "\"type\":\"funding_round_type\",\"types\":null,\"time\":\"funded_at\",\"value\":\"raised_amount_usd\",\"order\":null"},
    {"crunchbase_2013/acquisitions.csv.gz", "permalink", 6185, 4650, 8, "\"key\":\"company_permalink\",\"type\":null,\"types\":\"acquired\",\"time\":\"acquired_at\",\"value\":\"price_amount\""},
    {"lf_landscape/cncf_membership_events.csv.gz", "id", 2649, 2649, 0, "\"key\":\"org_id\",\"type\":\"event\",\"types\":null,\"time\":\"date\",\"value\":null"},
    {"ravenstack/ravenstack_churn_events.csv.gz", "account_id", 600, 600, 0, "\"types\":\"churn\",\"time\":\"churn_date\",\"value\":\"refund_amount_usd\",\"order\":\"dmy\",\"order_guessed\":false"},
    {"ravenstack/ravenstack_supports_ticket.csv.gz", "account_id", 2000, 2000, 5, "\"types\":\"submitted\",\"time\":\"submitted_at\""},
    {"maven_crm/sales_pipeline.csv", "account", 8800, 6711, 156, "\"type\":\"deal_stage\",\"types\":null,\"time\":\"close_date\",\"value\":\"close_value\",\"order\":\"mdy\""},
};

START_TEST(real_files) {
    const char *folder = getenv("ICP_DATA");
    char path[1024];
    icp_context *c = plain_context(0, 0);
    struct icp_source s = {.struct_size = sizeof s};
    icp_reader *r = NULL;
    struct run x;
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "../shared/data", reals[_i].path);
    if (icp_source_open_file(c, path, &s, NULL)) {
        printf("SKIP %s is absent (ICP_DATA)\n", path);
        icp_context_unref(c);
        return;
    }
    run_begin(&x, c, reals[_i].key);
    x.t.plain = true;
    ck_assert_int_eq(icp_reader_open(c, &s, NULL, &r, NULL), ICP_OK);
    ck_assert_msg(!icp__event_reading_run(&x.r, r, NULL, &x.err), "%s: %s", path, x.err.message);
    ck_assert_uint_eq(x.r.counts.rows, reals[_i].rows);
    ck_assert_uint_eq(x.t.events, x.r.counts.events);
    ck_assert_uint_eq(x.r.counts.events, reals[_i].events);
    ck_assert_uint_eq(x.r.counts.duplicates, reals[_i].duplicates);
    ck_assert_msg(strstr(x.r.columns.data, reals[_i].columns) != NULL, "%s", x.r.columns.data);
    icp_reader_free(r);
    run_end(&x);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("events");
    TCase *t = tcase_create("events");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, columns_are_found);
    tcase_add_test(t, awkward_files_are_read);
    tcase_add_test(t, order_is_decided_by_the_column);
    tcase_add_test(t, rows_wait_for_the_order);
    tcase_add_test(t, what_is_left_out_is_counted);
    tcase_add_test(t, columns_asked_for);
    tcase_add_test(t, columns_that_are_not_there);
    tcase_add_test(t, lines_name_columns_late);
    tcase_add_test(t, keys_have_the_form_of_the_reference);
    tcase_add_test(t, many_types_pass);
    tcase_add_test(t, reading_stops_when_told);
    tcase_add_test(t, every_allocation_may_fail);
    tcase_add_test(t, words_for_outcomes);
    tcase_add_test(t, words_for_breaks);
    tcase_add_loop_test(t, real_files, 0, (int)(sizeof reals / sizeof *reals));
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
