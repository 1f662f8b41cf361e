/* SPDX-License-Identifier: MIT */
/* Joined companies and events: known answers, independence of order and of the memory given, point in time, keys, limits. */
#include "check_main.h"
#include "linking.h"

static icp_context *c;

static void set_up(void) { c = link_context(0, 7, NULL); }
static void tear_down(void) { icp_context_unref(c); }

static const char companies[] = "id,name,country\na1,Acme,DE\nb2,Bolt,\nc3,Cog,US\n";
static const char deals[] = "deal,company,amount,stage,won,made\n"
                            "d1,a1,100.5,new,yes,2020-01-05\n"
                            "d2, a1 ,0.1,new,no,2020-03-01\n"
                            "d3,a1,0.2,old,yes,2020-03-01\n"
                            "d4,b2,n/a,-,,\n"
                            "d5,zz,7,new,no,2020-01-01\n"
                            "d6,,7,new,no,2020-01-01\n";
static const char lines[] = "line,deal,product,pieces\nl1,d1,p1,2\nl2,d1,p2,3\nl3,d3,p1,1\nl4,d4,p9,5\nl5,d5,p1,1\nl6,dx,p1,1\n";
static const char products[] = "product,series,price,note\np1,Gold,9.5,x\np2,Silver,3,y\np2,Bronze,4,z\n";
#define TABLES                                                                                                    \
    {"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, companies, 0},                                       \
        {"lines", ICP__ROLE_CHILD, "KLLN", "line", "deal>deals.deal", "product>products.product", lines, 0},     \
        {"deals", ICP__ROLE_CHILD, "KLNVBD", "deal", "company>accounts.id", NULL, deals, 0},                     \
        {"products", ICP__ROLE_LOOKUP, "KPS-", "product", NULL, NULL, products, 0}

START_TEST(known_answer) {
    const struct link_table tables[] = {TABLES};
    struct linking l;
    link_init(&l, c, tables, 4);
    link_expect(&l, false,
                "id|name|country|deals count|deals.amount sum|deals.amount mean|deals.amount latest|deals.stage|deals.won yes|"
                "lines count|lines.pieces sum|lines.pieces mean|lines.products.series|lines.products.price sum|lines.products.price mean\n"
                "a1|Acme|DE|3|100.8|33.6|0.2|[\"new\",\"old\"]|0.666666667|3|6|2|[\"Gold\",\"Silver\"]|22|7.333333333\n"
                "b2|Bolt|~|1|~|~|~|~|~|1|5|5|~|~|~\n"
                "c3|Cog|US|0|~|~|~|~|~|0|~|~|~|~|~\n");
    ck_assert(l.d.complete);
    const struct icp__met *m = &l.met[2];
    ck_assert_uint_eq(m->rows, 6);
    ck_assert_uint_eq(m->joined, 4);
    ck_assert_uint_eq(m->orphans, 1);
    ck_assert_uint_eq(m->without_key, 1);
    ck_assert_uint_eq(m->undated, 1);
    ck_assert_uint_eq(m->traits, 6);
    m = &l.met[1];
    ck_assert_uint_eq(m->rows, 6);
    ck_assert_uint_eq(m->joined, 4);
    ck_assert_uint_eq(m->orphans, 1);
    ck_assert_uint_eq(m->unreached, 1); /* l5: its deal is there, and belongs to nobody */
    ck_assert_uint_eq(m->lookup_orphans, 1);
    ck_assert_uint_eq(l.met[3].duplicates, 1);
    ck_assert_uint_eq(l.met[0].rows, 3);
    link_free(&l);
}
END_TEST

START_TEST(events_known_answer) {
    static const char calls[] = "company,kind,at,done,minutes,total value\n"
                                "a1,demo,2020-01-05T10:30:00+02:00,2020-01-06,5,$1.5k\n"
                                "a1;c3,-,05 Mar 2020,,7,\nqq,demo,2020-01-05,,1,1\nc3,demo,2020-Q1,,1,2\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, companies, 0},
                                        {"calls", ICP__ROLE_CHILD, "LWDDNN", NULL, "company;>accounts.id", NULL, calls, 0}};
    struct linking l;
    link_init(&l, c, tables, 2);
    link_expect(&l, true,
                "key|type|time|value\n"
                "a1|calls:at:demo|2020-01-05T08:30:00Z|1500\n"
                "a1|calls:done:demo|2020-01-06|1500\n"
                "a1|calls:at|2020-03-05|~\n"
                "c3|calls:at|2020-03-05|~\n"
                "c3|calls:at:demo|2020-03-31|2\n");
    ck_assert_uint_eq(l.met[1].orphans, 1);
    link_free(&l);
}
END_TEST

/* What is known only at the end of a row is not told with an earlier date. */
START_TEST(events_tell_nothing_early) {
    static const char text[] = "company,stage,opened,closed,value\na1,won,2020-01-05,2020-02-01,10\na1,open,2020-03-01,,20\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, companies, 0},
                                        {"deals", ICP__ROLE_CHILD, "LwDdn", NULL, "company>accounts.id", NULL, text, 0}};
    struct linking l;
    link_init(&l, c, tables, 2);
    link_expect(&l, true,
                "key|type|time|value\n"
                "a1|deals:opened|2020-01-05|~\n"
                "a1|deals:closed:won|2020-02-01|10\n"
                "a1|deals:opened|2020-03-01|~\n");
    l.d.as_of_set = true;
    l.d.as_of = INT64_C(86400000000) * 18280; /* 2020-01-19: opened is seen, its end is not */
    link_expect(&l, true, "key|type|time|value\na1|deals:opened|2020-01-05|~\n");
    link_free(&l);
}
END_TEST

static int64_t day(int64_t days) { return days * INT64_C(86400000000); }

START_TEST(point_in_time) {
    static const char text[] = "company,stage,opened,closed,value,size\n"
                               "a1,won,2020-01-05,2020-02-01,10,1\n"  /* ended before */
                               "a1,lost,2020-01-06,2020-07-01,20,2\n" /* ends after: seen, its end is not */
                               "a1,open,2020-01-07,,30,3\n"           /* open: what it says now may be newer */
                               "a1,won,2020-06-01,2020-06-02,40,4\n"  /* on the day: not seen */
                               "a1,won,,,50,5\n";                     /* undated */
    static const char firms[] = "id,founded,renewal\na1,2001-02-03,2021-01-01\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KFF", "id", NULL, NULL, firms, 0},
                                        {"deals", ICP__ROLE_CHILD, "LvDdnN", NULL, "company>accounts.id", NULL, text, 0}};
    struct linking l;
    link_init(&l, c, tables, 2);
    link_expect(&l, false,
                "id|founded|renewal|deals count|deals.stage|deals.value sum|deals.value mean|deals.value latest|deals.size sum|deals.size "
                "mean|deals.size latest\n"
                "a1|2001-02-03|2021-01-01|5|[\"won\",\"lost\",\"open\"]|150|30|40|15|3|4\n");
    ck_assert_uint_eq(l.met[1].late_rows, 0);
    l.d.as_of_set = true;
    l.d.as_of = day(18414); /* 2020-06-01 */
    link_expect(&l, false,
                "id|founded|renewal|deals count|deals.stage|deals.value sum|deals.value mean|deals.value latest|deals.size sum|deals.size "
                "mean|deals.size latest\n"
                "a1|2001-02-03|~|3|[\"won\"]|10|10|10|6|2|3\n");
    ck_assert_uint_eq(l.met[1].late_rows, 1);
    ck_assert_uint_eq(l.met[1].undated, 1);
    ck_assert_uint_eq(l.met[1].rows, 5);
    ck_assert_uint_eq(l.met[1].joined, 3);
    ck_assert_uint_eq(l.met[0].late_cells, 1);
    l.d.as_of++; /* the day is not over */
    link_expect(&l, false,
                "id|founded|renewal|deals count|deals.stage|deals.value sum|deals.value mean|deals.value latest|deals.size sum|deals.size "
                "mean|deals.size latest\n"
                "a1|2001-02-03|~|3|[\"won\"]|10|10|10|6|2|3\n");
    l.d.as_of = day(18415);
    struct icp__bytes out;
    ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
    ck_assert_ptr_nonnull(strstr(out.data, "|4|[\"won\"]|10|"));
    icp__bytes_free(&out);
    link_free(&l);
}
END_TEST

/* A row dated by year and by day: the year alone must not make it visible in January. */
START_TEST(periods_are_over_at_their_end) {
    static const char text[] = "company,day,month,quarter,year\na1,2012-10-05,2012-10,2012-Q4,2012\na1,,,,2011\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, companies, 0},
                                        {"rounds", ICP__ROLE_CHILD, "LDDDD", NULL, "company>accounts.id", NULL, text, 0}};
    struct linking l;
    struct icp__bytes out;
    link_init(&l, c, tables, 2);
    l.d.as_of_set = true;
    const struct {
        int64_t day;
        const char *row;
    } at[] = {{15339, "|0\n"}, {15340, "|1\n"}, {15500, "|1\n"}, {15618, "|1\n"}, {15619, "|2\n"}}; /* 2011-12-31, 2012-01-01, ..., 2012-10-06 */
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        l.d.as_of = day(at[i].day);
        ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
        ck_assert_msg(strstr(out.data, at[i].row) != NULL, "%d: %s", (int)at[i].day, out.data);
        icp__bytes_free(&out);
    }
    link_free(&l);
}
END_TEST

START_TEST(near_and_normalised_keys) {
    static const char firms[] = "name,n\nGTX Pro,1\nTwo-Way,2\ntwo way,3\nPlain,4\n";
    static const char text[] = "firm,v\nGTXPro,1\n gtx pro ,2\nGTXPro,3\nTWO WAY,4\nplain,5\nPlain,6\nNobody,7\nN/A,8\n,9\n";
    struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KP", "name", NULL, NULL, firms, 0},
                                  {"rows", ICP__ROLE_CHILD, "LN", NULL, "firm>firms.name", NULL, text, 0}};
    struct linking l;
    link_init(&l, c, tables, 2);
    link_expect(&l, false, "name|n|rows count|rows.v sum|rows.v mean\nGTX Pro|1|0|~|~\nTwo-Way|2|0|~|~\ntwo way|3|0|~|~\nPlain|4|1|6|6\n");
    const struct icp__met *m = &l.met[1];
    ck_assert_uint_eq(m->orphans, 6);
    ck_assert_uint_eq(m->without_key, 2);
    ck_assert_uint_eq(m->near_rows, 5);
    ck_assert_uint_eq(m->nears, 4);
    ck_assert_str_eq(m->near[0].own.data, "GTXPro");
    ck_assert_str_eq(m->near[0].other.data, "GTX Pro");
    ck_assert_uint_eq(m->near[0].rows, 2);
    ck_assert_str_eq(m->near[1].own.data, "TWO WAY");
    ck_assert_str_eq(m->near[1].other.data, "Two-Way");
    ck_assert_str_eq(m->near[2].own.data, "gtx pro");
    ck_assert_str_eq(m->near[3].own.data, "plain");
    link_free(&l);
    tables[1].up = "firm~firms.name";
    for (uint64_t memory = 0; memory < 2; memory++) {
        icp_context *small = link_context(memory ? 24576 * 16 : 0, 3, NULL);
        link_init(&l, small, tables, 2);
        link_expect(&l, false, "name|n|rows count|rows.v sum|rows.v mean\nGTX Pro|1|3|6|2\nTwo-Way|2|0|~|~\ntwo way|3|0|~|~\nPlain|4|2|11|5.5\n");
        ck_assert_uint_eq(l.met[1].orphans, 2);
        ck_assert_uint_eq(l.met[1].ambiguous, 1);
        link_free(&l);
        icp_context_unref(small);
    }
}
END_TEST

/* One key of several spellings among children: none is picked. */
START_TEST(ambiguous_children) {
    static const char text[] = "deal,firm\nD1,a1\nd-1,b2\nD2,a1\nD2,c3\nD3,a1;a1;;zz\n", more[] = "deal,v\nd 1,1\nD1,2\nd.2,4\nD-1,8\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "K--", "id", NULL, NULL, companies, 0},
                                        {"deals", ICP__ROLE_CHILD, "KL", "deal", "firm;>accounts.id", NULL, text, 0},
                                        {"lines", ICP__ROLE_CHILD, "LN", NULL, "deal~deals.deal", NULL, more, 0}};
    struct linking l;
    link_init(&l, c, tables, 3);
    link_expect(&l, false, "id|deals count|lines count|lines.v sum|lines.v mean\na1|3|2|6|3\nb2|1|0|~|~\nc3|1|1|4|4\n");
    ck_assert_uint_eq(l.met[2].ambiguous, 2);
    ck_assert_uint_eq(l.met[2].orphans, 2);
    ck_assert_uint_eq(l.met[1].duplicates, 1);
    link_free(&l);
}
END_TEST

START_TEST(same_headers_stay_apart) {
    static const char firms[] = "id,deals count,DEALS.stage\na1,x,y\n";
    static const char text[] = "company,stage,Stage sum,stage.\na1,s,t,u\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, firms, 0},
                                        {"deals", ICP__ROLE_CHILD, "LVVV", NULL, "company>accounts.id", NULL, text, 0},
                                        {"Deals.", ICP__ROLE_CHILD, "LVVV", NULL, "company>accounts.id", NULL, text, 0}};
    struct linking l;
    link_init(&l, c, tables, 3);
    link_expect(&l, false,
                "id|deals count|DEALS.stage|deals count (deals)|deals.stage (deals)|deals.Stage sum|deals.stage.|"
                "Deals. count|Deals..stage|Deals..Stage sum|Deals..stage.\n"
                "a1|x|y|1|[\"s\"]|[\"t\"]|[\"u\"]|1|[\"s\"]|[\"t\"]|[\"u\"]\n");
    link_free(&l);
}
END_TEST

START_TEST(cap_keeps_the_fullest) {
    static const char text[] = "company,free,n1,made,v1,b1\na1,words,1,2020-01-01,s,yes\n";
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "KPP", "id", NULL, NULL, companies, 0},
                                        {"deals", ICP__ROLE_CHILD, "LVNDVB", NULL, "company>accounts.id", NULL, text, 0}};
    struct linking l;
    struct icp__bytes json;
    link_init(&l, c, tables, 2);
    l.member[1].schema->column[1].kind = ICP_KIND_TEXT; /* the fullest, and nothing two rows have in common */
    l.d.max_traits = 5;
    icp__bytes_init(&json, c);
    ck_assert_int_eq(icp__join_columns(&l.d, 1, &json, NULL), ICP_OK);
    ck_assert_str_eq(json.data, "{\"columns\":[\"deals count\",\"deals.n1 sum\",\"deals.n1 mean\",\"deals.n1 latest\",\"deals.v1\"],"
                                "\"capped\":[\"deals.free\",\"deals.b1\"]}");
    json.size = 0;
    ck_assert_int_eq(icp__join_columns(&l.d, 0, &json, NULL), ICP_OK);
    ck_assert_str_eq(json.data, "{\"columns\":[],\"capped\":[]}");
    icp__bytes_free(&json);
    struct icp__bytes out;
    ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
    ck_assert_uint_eq(l.met[1].traits, 5);
    ck_assert_uint_eq(l.met[1].traits_capped, 2);
    icp__bytes_free(&out);
    link_free(&l);
}
END_TEST

START_TEST(columns_over_the_limit) {
    const struct link_table tables[] = {TABLES};
    const struct icp_context_options o = {.struct_size = sizeof o, .max_columns = 14};
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *few = NULL;
    icp_reader *r = NULL;
    struct linking l;
    ck_assert_int_eq(icp_context_new(&o, &few, NULL), ICP_OK);
    link_init(&l, few, tables, 4);
    ck_assert_int_eq(icp__join_open(&l.d, &r, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "the joined table has 15 columns, more than max_columns (14): leave tables or columns out");
    ck_assert_ptr_null(r);
    link_free(&l);
    icp_context_unref(few);
}
END_TEST

/* A world with what makes joining hard: repeated keys of companies and of children, orphans, near keys, several keys in a cell,
 * undated rows, more values than a list holds. */
struct rows {
    char **row;
    size_t count;
};
static void add_row(struct rows *r, const char *text) {
    r->row = realloc(r->row, (r->count + 1) * sizeof *r->row);
    r->row[r->count++] = strdup(text);
}
static char *shuffled(const struct rows *r, const char *header, uint64_t *s, bool shuffle) {
    size_t size = strlen(header) + 1, used;
    for (size_t i = 0; i < r->count; i++) size += strlen(r->row[i]);
    char *text = malloc(size);
    used = (size_t)sprintf(text, "%s", header);
    for (size_t i = r->count; shuffle && i > 1; i--) {
        const size_t k = below(s, (uint32_t)i);
        char *row = r->row[i - 1];
        r->row[i - 1] = r->row[k];
        r->row[k] = row;
    }
    for (size_t i = 0; i < r->count; i++) used += (size_t)sprintf(text + used, "%s", r->row[i]);
    return text;
}
static void drop_rows(struct rows *r) {
    for (size_t i = 0; i < r->count; i++) free(r->row[i]);
    free(r->row);
}

static void make_world(uint64_t *s, struct rows *firms, struct rows *acts, struct rows *parts) {
    char text[256];
    const uint32_t n = 20 + below(s, 60);
    for (uint32_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%s%u,%s\n", below(s, 6) ? "Firm " : "firm-", below(s, 10) ? i : below(s, n), below(s, 3) ? "DE" : "");
        add_row(firms, text);
    }
    for (uint32_t i = 0; i < n * 12; i++) {
        char firm[64], when[32] = "";
        const char *forms[] = {"Firm %u", "FIRM-%u", "Firm %u;Firm 3", "Nobody %u", "%.0u", "Firm %1$u;Firm %1$u"};
        const uint32_t form = below(s, 13), which = below(s, n + 3);
        snprintf(firm, sizeof firm, forms[form < 8 ? 0 : form - 7], which);
        if (below(s, 5)) snprintf(when, sizeof when, "20%02u-%02u-%02u", 10 + below(s, 10), 1 + below(s, 12), 1 + below(s, 28));
        snprintf(text, sizeof text, "A%u,%s,%u.%u,%s,v%u;w%u,%s\n", below(s, 20) ? i : below(s, n), firm, below(s, 1000), below(s, 1000), when,
                 below(s, 40), below(s, 3), below(s, 2) ? "yes" : "no");
        add_row(acts, text);
    }
    for (uint32_t i = 0; i < n * 20; i++) {
        snprintf(text, sizeof text, "A%u,%.*f,val%u\n", below(s, n * 13), (int)below(s, 4), below(s, 100000) / 7.0, below(s, 2000));
        add_row(parts, text);
    }
}

static char *joined_world(char *const text[3], const char *up, uint64_t max_memory, uint64_t seed, bool events, bool as_of, int *parts, char *met, size_t met_size) {
    const struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KP", "name", NULL, NULL, text[0], 0},
                                        {"acts", ICP__ROLE_CHILD, "KLNDMB", "act", up, NULL, text[1], 0},
                                        {"parts", ICP__ROLE_CHILD, "LNV", NULL, up[5] == '~' ? "act~acts.act" : "act>acts.act", NULL, text[2], 0}};
    icp_context *k = link_context(max_memory, seed, NULL);
    struct icp_error err = {.struct_size = sizeof err};
    struct icp__bytes out;
    struct linking l;
    link_init(&l, k, tables, 3);
    l.d.as_of_set = as_of;
    l.d.as_of = day(16000);
    ck_assert_msg(link_read_all(&l, events, &out, &err) == ICP_OK, "%s", err.message);
    *parts = l.source[2].opened;
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        const struct icp__met *m = &l.met[i];
        n += (size_t)snprintf(met + n, met_size - n, "%d: %d %d %d %d %d %d %d %d %d %d %d %d\n", i, (int)m->rows, (int)m->without_key, (int)m->joined,
                              (int)m->orphans, (int)m->unreached, (int)m->ambiguous, (int)m->near_rows, (int)m->late_rows, (int)m->undated,
                              (int)m->duplicates, (int)m->lists_cut, (int)m->traits);
        for (uint32_t x = 0; x < m->nears; x++)
            n += (size_t)snprintf(met + n, met_size - n, "%s=%s %d\n", m->near[x].own.data, m->near[x].other.data, (int)m->near[x].rows);
    }
    char *copy = strdup(out.data ? out.data : "");
    icp__bytes_free(&out);
    link_free(&l);
    icp_context_unref(k);
    return copy;
}

static int by_line(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void sort_lines(char *text) {
    char *line[20000], *copy = strdup(text);
    size_t n = 0, used = 0;
    for (char *p = strtok(copy, "\n"); p; p = strtok(NULL, "\n")) line[n++] = p;
    qsort(line, n, sizeof *line, by_line);
    for (size_t i = 0; i < n; i++) used += (size_t)sprintf(text + used, "%s\n", line[i]);
    free(copy);
}

/* Same companies in the same order: the order of other rows, the number of parts and the seed of tables change nothing. */
START_TEST(order_and_parts_change_nothing) {
    static const char *const ups[] = {"firm;>firms.name", "firm;~firms.name"};
    static const char *const headers[] = {"name,country\n", "act,firm,amount,made,tags,ok\n", "act,price,label\n"};
    int most = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t s = seed * 77777;
        struct rows rows[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
        char *first[2] = {NULL, NULL}, met[2][8192];
        const bool as_of = seed % 3 == 0;
        make_world(&s, &rows[0], &rows[1], &rows[2]);
        for (int turn = 0; turn < 4; turn++) {
            char *text[3], now[8192];
            int parts;
            for (int i = 0; i < 3; i++) text[i] = shuffled(&rows[i], headers[i], &s, i > 0 && turn > 0);
            char *got = joined_world(text, ups[seed % 2], turn < 2 ? 0 : turn == 2 ? 3 << 20 : 1800000, seed * 31 + (uint64_t)turn, false, as_of, &parts, now, sizeof now);
            if (parts > most) most = parts;
            if (!turn) first[0] = strdup(got), strcpy(met[0], now);
            ck_assert_str_eq(got, first[0]);
            ck_assert_str_eq(now, met[0]);
            free(got);
            got = joined_world(text, ups[seed % 2], 0, (uint64_t)turn, true, as_of, &parts, now, sizeof now);
            sort_lines(got);
            if (!turn) first[1] = strdup(got);
            ck_assert_str_eq(got, first[1]);
            ck_assert_uint_gt(strlen(got), 1000);
            free(got);
            for (int i = 0; i < 3; i++) free(text[i]);
        }
        free(first[0]), free(first[1]);
        for (int i = 0; i < 3; i++) drop_rows(&rows[i]);
    }
    ck_assert_int_gt(most, 4);
}
END_TEST

/* A million rows that nobody holds in memory. */
struct many {
    uint64_t rows;
    uint32_t firms;
};
enum { LINE = 64 };
static size_t many_rows(void *arg, uint64_t at, char *buf, size_t cap) {
    const struct many *m = arg;
    static const char header[] = "act,firm,made,kind,channel,amount,ok\n";
    const uint64_t first = sizeof header - 1;
    size_t used = 0;
    while (used < cap) {
        char line[LINE + 1];
        const uint64_t place = at + used;
        if (place < first) {
            buf[used++] = header[place];
            continue;
        }
        uint64_t row = (place - first) / LINE, s = row * UINT64_C(0x9E3779B97F4A7C15) + 1;
        if (row >= m->rows) break;
        next_random(&s);
        const int n = snprintf(line, sizeof line, "A%07u,F%05u,201%u-%02u-%02u,kind%02u,ch%u,%u.%02u,%s", (unsigned)row, below(&s, m->firms),
                               below(&s, 10), 1 + below(&s, 12), 1 + below(&s, 28), below(&s, 20), below(&s, 5), below(&s, 10000),
                               below(&s, 100), below(&s, 2) ? "yes" : "no");
        memset(line + n, ' ', (size_t)(LINE - 1 - n));
        line[LINE - 1] = '\n';
        const size_t skip = (size_t)((place - first) % LINE), left = LINE - skip < cap - used ? LINE - skip : cap - used;
        memcpy(buf + used, line + skip, left);
        used += left;
    }
    return used;
}

/* Counts bytes. */
struct meter {
    size_t now, peak;
};
static void *meter_alloc(void *user, size_t n) {
    struct meter *m = user;
    size_t *p = malloc(n + 16);
    *p = n;
    m->now += n;
    if (m->now > m->peak) m->peak = m->now;
    return p + 2;
}
static void meter_free(void *user, void *p) {
    struct meter *m = user;
    m->now -= ((size_t *)p)[-2];
    free((size_t *)p - 2);
}
static void *meter_realloc(void *user, void *p, size_t n) {
    void *fresh = meter_alloc(user, n);
    const size_t old = ((size_t *)p)[-2];
    memcpy(fresh, p, old < n ? old : n);
    meter_free(user, p);
    return fresh;
}

static size_t peak_of(uint64_t rows, bool keyed) {
    struct meter meter = {0, 0};
    const struct icp_allocator a = {sizeof a, 0, &meter, meter_alloc, meter_realloc, meter_free};
    icp_context *k = link_context(0, 1, &a);
    struct many many = {rows, 500};
    struct icp__bytes firms, out;
    struct linking l;
    icp__bytes_init(&firms, k);
    icp__bytes_text(&firms, "id,x\n");
    for (int i = 0; i < 500; i++) icp__bytes_print(&firms, "F%s%d,1\n", i < 10 ? "0000" : i < 100 ? "000" : "00", i);
    const struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KP", "id", NULL, NULL, firms.data, 0},
                                        {"acts", ICP__ROLE_CHILD, keyed ? "KLDVVNB" : "-LDVVNB", keyed ? "act" : NULL, "firm>firms.id", NULL, "act,firm,made,kind,channel,amount,ok\n", 0}};
    link_init(&l, k, tables, 2);
    l.source[1].make = many_rows;
    l.source[1].arg = &many;
    meter.peak = meter.now;
    ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
    ck_assert_uint_eq(l.met[1].joined, rows);
    ck_assert_uint_eq(l.met[1].duplicates, 0);
    icp__bytes_free(&out);
    icp__bytes_free(&firms);
    link_free(&l);
    icp_context_unref(k);
    ck_assert_uint_eq(meter.now, 0);
    return meter.peak;
}

START_TEST(memory_does_not_grow_with_rows) {
    const size_t few = peak_of(50000, false), many = peak_of(1000000, false);
    ck_assert_uint_le(peak_of(1000000, true), many + (24 << 20) + 4096); /* the count of repeated keys ends there */
    ck_assert_msg(many <= few + few / 20 && many < 8 << 20, "%zu bytes for 50,000 rows, %zu for 1,000,000", few, many);
}
END_TEST

START_TEST(one_company_over_the_limit) {
    struct many many = {200000, 1};
    icp_context *k = link_context(1 << 20, 1, NULL);
    struct icp_error err = {.struct_size = sizeof err};
    const struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KP", "id", NULL, NULL, "id,x\nF00000,1\n", 0},
                                        {"acts", ICP__ROLE_CHILD, "VLDVVNB", NULL, "firm>firms.id", NULL, "act,firm,made,kind,channel,amount,ok\n", 0}};
    struct icp__bytes out;
    struct linking l;
    link_init(&l, k, tables, 2);
    l.source[1].make = many_rows;
    l.source[1].arg = &many;
    ck_assert_int_eq(link_read_all(&l, false, &out, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "the rows of one company take more than a sixteenth of max_memory (65536 bytes)");
    icp__bytes_free(&out);
    link_free(&l);
    icp_context_unref(k);
}
END_TEST

/* Of more values than are followed it depends on the values alone which they are. */
START_TEST(long_lists_in_any_order) {
    struct icp__bytes text, first, out;
    struct linking l;
    for (uint64_t turn = 0; turn < 3; turn++) {
        icp_context *k = link_context(0, turn, NULL);
        icp__bytes_init(&text, k);
        icp__bytes_text(&text, "firm,v\n");
        for (int i = 0; i < 20000; i++) {
            const int v = turn == 1 ? 19999 - i : i * 7 % 20000;
            icp__bytes_print(&text, "a1,v%d\n%s", v, v % 1000 ? "" : "a1,v0\n");
            if (v % 10 == 0) icp__bytes_print(&text, "b2,v%d\na1,v%d\n", v, v);
        }
        const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "K--", "id", NULL, NULL, companies, 0},
                                            {"rows", ICP__ROLE_CHILD, "LV", NULL, "firm>accounts.id", NULL, text.data, 0}};
        link_init(&l, k, tables, 2);
        ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
        if (!turn) icp__bytes_init(&first, c), icp__bytes_add(&first, out.data, out.size);
        ck_assert_str_eq(out.data, first.data);
        ck_assert_uint_eq(l.met[1].lists_cut, 2);
        ck_assert_uint_gt(out.size, 16000);
        icp__bytes_free(&out);
        icp__bytes_free(&text);
        link_free(&l);
        icp_context_unref(k);
    }
    icp__bytes_free(&first);
}
END_TEST

/* A list holds what fits into 8 KiB, the most frequent first; whole items. */
START_TEST(lists_are_cut_at_whole_items) {
    struct icp__bytes text, out;
    icp__bytes_init(&text, c);
    icp__bytes_text(&text, "firm,v\n");
    for (int i = 0; i < 3000; i++) icp__bytes_print(&text, "a1,value number %d\n", i);
    icp__bytes_text(&text, "a1,often\na1,often\na1,twice\"x\na1,twice\"x\na1,often\n");
    const struct link_table tables[] = {{"accounts", ICP__ROLE_COMPANY, "K--", "id", NULL, NULL, companies, 0},
                                        {"rows", ICP__ROLE_CHILD, "LV", NULL, "firm>accounts.id", NULL, text.data, 0}};
    struct linking l;
    link_init(&l, c, tables, 2);
    ck_assert_int_eq(link_read_all(&l, false, &out, NULL), ICP_OK);
    const char *list = strchr(out.data, '['), *end = strchr(list, '\n');
    ck_assert(!strncmp(list, "[\"often\",\"twice\\\"x\",\"value number 0\",\"value number 1\",\"value number 10\",", 70));
    ck_assert_uint_le(end - list, 8192);
    ck_assert_uint_gt(end - list, 8192 - 24);
    ck_assert_int_eq(end[-1], ']');
    ck_assert_uint_eq(l.met[1].lists_cut, 1);
    icp__bytes_free(&out);
    icp__bytes_free(&text);
    link_free(&l);
}
END_TEST

START_TEST(batches_outlive_the_reader) {
    static const char firms[] = "id,owner,joined\na1,o1,2019-01-01\nb2,o2,2019-01-01\nc3,,\n", owners[] = "owner,region,since\no1,North,2018-01-01\no2,South,2030-01-01\n";
    static const char *const expected[3][6] = {{"a1", "o1", "2019-01-01", "North", "2018-01-01", "3"}, {"b2", "o2", "2019-01-01", "South", "", "1"}, {"c3", "", "", "", "", "0"}};
    const struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KLF", "id", NULL, "owner>owners.owner", firms, 0},
                                        {"owners", ICP__ROLE_LOOKUP, "KPF", "owner", NULL, NULL, owners, 0},
                                        {"deals", ICP__ROLE_CHILD, "KL----", "deal", "company>firms.id", NULL, deals, 0}};
    struct linking l;
    icp_reader *r = NULL;
    icp_batch *b = NULL, *more = NULL;
    link_init(&l, c, tables, 3);
    l.d.as_of_set = true;
    l.d.as_of = day(18628); /* 2021 */
    for (int events = 0; events < 2; events++) {
        ck_assert_int_eq(events ? icp__events_open(&l.d, &r, NULL) : icp__join_open(&l.d, &r, NULL), ICP_OK);
        ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
        if (!events) ck_assert_int_eq(icp_reader_next(r, &more, NULL), ICP_OK);
        ck_assert_ptr_null(more);
        icp_reader_free(r);
        for (uint32_t row = 0; row < 3 && !events; row++)
            for (uint32_t i = 0; i < 6; i++) {
                const struct icp_str cell = icp_batch_cell(b, row, i);
                ck_assert_msg(cell.size == strlen(expected[row][i]) && !memcmp(cell.size ? cell.data : "", expected[row][i], cell.size), "%d %d: %.*s", (int)row, (int)i,
                              (int)cell.size, cell.data);
            }
        icp_batch_unref(b);
        l.member[2].column[5].part = ICP__PART_DATE;
    }
    ck_assert_uint_eq(l.met[0].late_cells, 1);
    link_free(&l);
}
END_TEST

/* Every allocation fails in turn, alone and with all that follow. */
START_TEST(without_memory) {
    static const char head[] = "name,owner,seen\nGTX Pro,o1,2019-01-01\nTwo-Way,o2,2021-05-05\ntwo way,o9,\nPlain,o1,\n";
    char firms[8192];
    size_t used = (size_t)snprintf(firms, sizeof firms, "%s", head);
    for (int i = 0; i < 280; i++) used += (size_t)snprintf(firms + used, sizeof firms - used, "Firm %d,o2,\n", i);
    static const char owners[] = "owner,region\no1,North\no2,South\n";
    static const char text[] = "deal,firm,v,stage,tags,made,hot,product\nd1,GTXPro,1,a,x;y,2020-01-01,yes,p1\nd2,gtx pro,2,b,y,2020-02-01,no,p2\nd3,Plain,3,c,,,,p7\n"
                               "d3,Plain;GTX Pro,4,a,z,2020-03-01,yes,p1\nd4,TWO WAY,5,a,,2020-01-01,,\nd5,Nobody,6,a,,2020-01-01,,\n";
    const struct link_table tables[] = {{"firms", ICP__ROLE_COMPANY, "KLF", "name", NULL, "owner>owners.owner", firms, 0},
                                        {"owners", ICP__ROLE_LOOKUP, "KP", "owner", NULL, NULL, owners, 0},
                                        {"deals", ICP__ROLE_CHILD, "KLNWMDBL", "deal", "firm;~firms.name", "product>products.product", text, 0},
                                        {"lines", ICP__ROLE_CHILD, "KLLN", "line", "deal~deals.deal", NULL, lines, 0},
                                        {"products", ICP__ROLE_LOOKUP, "KPS-", "product", NULL, NULL, products, 0}};
    struct counting k = {0, 0, 0, 0};
    const struct icp_allocator a = counting_allocator(&k);
    for (int mode = 7; mode >= 0; mode--) { /* events, onwards, parts */
        firms[mode & 4 ? used : sizeof head - 1] = 0;
        icp_context *few = link_context(mode & 4 ? 48000 * 16 : 0, 3, &a);
        struct icp__bytes out, first;
        struct linking l;
        link_init(&l, few, tables, 5);
        ck_assert_int_eq(link_read_all(&l, mode & 1, &first, NULL), ICP_OK);
        ck_assert_ptr_nonnull(first.data);
        if (mode == 4 || mode == 6) ck_assert_int_gt(l.source[2].opened, 4);
        else ck_assert_int_eq(l.source[2].opened, 2); /* the second time for near keys */
        const size_t live = k.live;
        bool failed = true;
        for (size_t at = 1; failed; at += mode & 4 ? 5 : 1) {
            struct icp_error err = {.struct_size = sizeof err};
            icp_reader *r = NULL;
            k.calls = 0, k.fail_at = at, k.fail_onwards = (mode & 2) != 0;
            icp_status st = mode & 1 ? icp__events_open(&l.d, &r, &err) : icp__join_open(&l.d, &r, &err);
            icp_batch *b = NULL;
            if (st && r) ck_abort_msg("a reader in spite of failure");
            while (!st && !(st = icp_reader_next(r, &b, &err)) && b) icp_batch_unref(b);
            failed = k.calls >= at;
            k.fail_at = 0;
            icp_reader_free(r);
            if (failed != (st == ICP_E_MEMORY)) ck_abort_msg("mode %d, allocation %zu: %s %s", mode, at, icp_status_name(st), err.message);
            const size_t kept = k.live; /* near keys stay in the dataset's arena */
            if (kept > live + 8) ck_abort_msg("mode %d, allocation %zu: %zu blocks leaked", mode, at, kept - live);
            if (at % 16 && failed) continue;
            if (link_read_all(&l, mode & 1, &out, NULL)) ck_abort_msg("mode %d, allocation %zu: not again", mode, at);
            ck_assert_str_eq(out.data, first.data);
            icp__bytes_free(&out);
        }
        icp__bytes_free(&first);
        link_free(&l);
        icp_context_unref(few);
        ck_assert_uint_eq(k.live, 0);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("join");
    TCase *t = tcase_create("join");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, known_answer);
    tcase_add_test(t, events_known_answer);
    tcase_add_test(t, events_tell_nothing_early);
    tcase_add_test(t, point_in_time);
    tcase_add_test(t, periods_are_over_at_their_end);
    tcase_add_test(t, near_and_normalised_keys);
    tcase_add_test(t, same_headers_stay_apart);
    tcase_add_test(t, cap_keeps_the_fullest);
    tcase_add_test(t, columns_over_the_limit);
    tcase_add_test(t, order_and_parts_change_nothing);
    tcase_add_test(t, memory_does_not_grow_with_rows);
    tcase_add_test(t, one_company_over_the_limit);
    tcase_add_test(t, lists_are_cut_at_whole_items);
    tcase_add_test(t, without_memory);
    tcase_add_test(t, batches_outlive_the_reader);
    tcase_add_test(t, ambiguous_children);
    tcase_add_test(t, long_lists_in_any_order);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
