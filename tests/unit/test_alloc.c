/* SPDX-License-Identifier: MIT */
/* Every allocation of every public function fails in turn, alone and with all that follow: the code is ICP_E_MEMORY, outputs and
 * handles are what they were, nothing leaks, and the same call without failures then gives what it gives without any. */
#include "arrowing.h"
#include "check_main.h"
#include "counting.h"
#include "timing_world.h"
#include <unistd.h>
#include <zlib.h>

#ifndef ICP_MAP
#error "ICP_MAP: path of the list of public names"
#endif

enum { ROWS = 40, CUSTOMERS = 20, SMALL = 7 };

/* What all scenarios share; immutable handles of one counting context. */
struct lab {
    struct counting k;
    icp_context *c;
    char *rows, *keys, *lines, *renamed;
    icp_reference *reference;
    icp_schema *schema;
    icp_model *model, *edited;
    icp_batch *batch, *small;
    icp_buffer *reference_file, *model_file, *schema_json;
    char *companies, *events, *outcomes; /* with a past */
    icp_reference *known;
    icp_model *timing; /* fit, intent and retention */
    icp_buffer *timing_file, *account_file;
    icp_batch *firms;
    char decided[2048]; /* entries, as JSON */
    icp_decisions *decisions;
    unsigned char packed[32768];
    size_t packed_size;
};

/* One run of a scenario. */
struct work {
    struct lab *lab;
    icp_reader *reader;
    icp_reference_builder *builder;
    icp_fit *fit;
    icp_scorer *scorer;
    icp_result *result;
    icp_record *record;
    icp_distribution *distribution, *other;
    icp_pool *pool;
    icp_dataset *dataset;
    icp_account *account;
    icp_accounts *accounts;
    int closed, aborted, committed, released;
    const char *data; /* of the source */
    size_t size, at;
    size_t written;
    int sinks; /* into memory that nobody finished */
    /* Everything a call may write; compared byte for byte after a failure. */
    struct outputs {
        void *handle;
        icp_buffer *buffer;
        union {
            uint32_t struct_size;
            struct icp_source source;
            struct icp_sink sink;
            struct icp_column column;
            struct icp_reference_info reference;
            struct icp_model_info model;
            struct icp_trait trait;
            struct icp_score score;
            struct icp_array array;
            struct icp_spread spread;
            struct icp_layer_info layer;
            struct icp_signal signal;
            size_t bytes;
            struct {
                struct ArrowSchema type;
                struct ArrowArray array;
            } arrow;
            struct {
                int32_t trait[64], points[64];
                size_t n;
            } contributions;
        } u;
    } out;
};

enum {
    QUIET = 1, /* allocates nothing */
    ONCE = 2,  /* after a failure the handle can only be released, and says so */
    SLOW = 8,  /* tried again after each eighth failure only */
    LESS = 4,  /* may succeed with less of what is to come */
    PART = 16, /* after a failure a part of the rows was taken: the handle is still good for every call */
    SOME = 32  /* every seventh allocation, behind the first sixty */
};
struct scenario {
    const char *names; /* what it covers, by blanks */
    void (*make)(struct work *);
    icp_status (*call)(struct work *, struct icp_error *);
    void (*look)(struct work *, FILE *);  /* what a call that succeeded gave; releases it */
    void (*state)(struct work *, FILE *); /* what a call that failed must leave alone */
    int flags;
};

/* Sources and sinks. */

static int64_t give(void *user, void *buf, size_t cap) {
    struct work *w = user;
    size_t n = w->size - w->at;
    n = n < cap ? n : cap;
    memcpy(buf, w->data + w->at, n);
    w->at += n;
    return (int64_t)n;
}
static void closed(void *user) { ((struct work *)user)->closed++; }
static struct icp_source source_of(struct work *w, const void *data, size_t size) {
    w->data = data, w->size = size, w->at = 0, w->closed = 0;
    return (struct icp_source){sizeof(struct icp_source), 0, w, give, closed, "rows", size};
}
static int64_t take(void *user, const void *buf, size_t n) {
    (void)buf;
    ((struct work *)user)->written += n;
    return (int64_t)n;
}
static int32_t committed(void *user) { return ((struct work *)user)->committed++, 0; }
static void aborted(void *user) { ((struct work *)user)->aborted++; }
static struct icp_sink sink_of(struct work *w) {
    w->aborted = w->committed = 0, w->written = 0;
    return (struct icp_sink){sizeof(struct icp_sink), 0, w, take, committed, aborted, "file"};
}
static icp_status sank(struct work *w, icp_status s) {
    ck_assert_int_eq(w->committed, s == ICP_OK);
    ck_assert_int_eq(w->aborted, s != ICP_OK);
    return s;
}
static icp_reader *reader_of(struct lab *l, const char *text) { return world_reader(l->c, text, strlen(text), 16); }

/* What handles hold, as text. */

static void show_buffer(FILE *f, icp_buffer *b) {
    struct icp_str s = {NULL, 0};
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    fwrite(s.data, 1, s.size, f);
}
static void show_schema(FILE *f, const icp_schema *s) {
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_schema_to_json(s, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
}
static void show_reference(FILE *f, const icp_reference *r) {
    struct icp_reference_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_reference_describe(r, &i, NULL), ICP_OK);
    fwrite(i.id, 1, sizeof i.id, f);
    fprintf(f, "%u %llu %llu", (unsigned)i.k, (unsigned long long)i.rows_read, (unsigned long long)i.companies);
}
static void show_model(FILE *f, const icp_model *m) {
    struct icp_model_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_model_describe(m, &i, NULL), ICP_OK);
    fwrite(i.id, 1, sizeof i.id, f);
    fprintf(f, "%u %u", (unsigned)i.flags, (unsigned)i.traits);
}
static void show_batch(FILE *f, const icp_batch *b) {
    for (uint64_t i = 0; i < icp_batch_rows(b); i++)
        for (uint32_t k = 0; k < icp_batch_columns(b); k++) {
            struct icp_str s = icp_batch_cell(b, i, k);
            fprintf(f, "|%.*s", (int)s.size, s.size ? s.data : "");
        }
}
static void show_column(FILE *f, const icp_result *r, int32_t column) {
    struct icp_array a = {.struct_size = sizeof a};
    icp_status s = icp_result_column(r, ICP_LAYER_FIT, column, &a, NULL);
    fprintf(f, "\n%d %d %llu x %llu: ", (int)column, (int)s, (unsigned long long)a.rows, (unsigned long long)a.width);
    if (s) return;
    if (a.type == ICP_TYPE_BYTES) {
        fwrite(a.offsets, 8, a.rows + 1, f);
        fwrite(a.data, 1, (size_t)a.offsets[a.rows], f);
    } else {
        fwrite(a.data, a.type == ICP_TYPE_INT32 ? 4 : 8, a.rows * a.width, f);
    }
}
static void show_result(FILE *f, const icp_result *r) {
    static const int32_t columns[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 16};
    fprintf(f, "%llu rows", (unsigned long long)icp_result_rows(r));
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) show_column(f, r, columns[i]);
}
static void show_distribution(FILE *f, const icp_distribution *d) {
    uint64_t counts[560];
    ck_assert_int_eq(icp_distribution_counts(d, counts, NULL, NULL), ICP_OK);
    fwrite(counts, sizeof counts, 1, f);
}
static void show_record(FILE *f, struct work *w) { /* through its score: a record cannot be read back */
    struct icp_score s = {.struct_size = sizeof s};
    int32_t trait[64], points[64];
    size_t n = 0;
    memset(trait, 0, sizeof trait), memset(points, 0, sizeof points);
    ck_assert_int_eq(icp_scorer_score_record(w->scorer, w->record, NULL, ICP_LAYER_FIT, &s, NULL), ICP_OK);
    fwrite(&s, sizeof s, 1, f);
    ck_assert_int_eq(icp_scorer_contributions(w->scorer, ICP_LAYER_FIT, trait, points, 64, &n, NULL), ICP_OK);
    fwrite(trait, sizeof trait, 1, f), fwrite(points, sizeof points, 1, f);
}
static void show_file_stats(FILE *f, struct work *w) { fprintf(f, "%zu bytes", w->written); }

/* Handles to start from. */

static void make_nothing(struct work *w) { (void)w; }
static void make_builder(struct work *w) {
    world_must(icp_reference_builder_new(w->lab->c, NULL, &w->builder, NULL), &(struct icp_error){.code = 0});
}
static void make_small_builder(struct work *w) { /* companies come and go */
    struct icp_reference_options o = {.struct_size = sizeof o, .k = SMALL, .seed = 9};
    ck_assert_int_eq(icp_reference_builder_new(w->lab->c, &o, &w->builder, NULL), ICP_OK);
}
static void make_filled_builder(struct work *w) {
    make_builder(w);
    ck_assert_int_eq(icp_reference_builder_add_batch(w->builder, w->lab->batch, NULL), ICP_OK);
}
static void make_fit(struct work *w) {
    ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->reference, w->lab->schema, NULL, &w->fit, NULL), ICP_OK);
}
static void make_weighted_fit(struct work *w) {
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "weight", .weight_size = 6};
    ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->reference, w->lab->schema, &o, &w->fit, NULL), ICP_OK);
}
static void make_fit_with_customers(struct work *w) {
    icp_reader *r = reader_of(w->lab, w->lab->keys);
    make_fit(w);
    ck_assert_int_eq(icp_fit_add_customers(w->fit, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
}
#define NAMED "key,name,website,e-mail\nk00000,,,\n,Northwind Traders,northwind.com,\n,,,eva@contoso.com\n,Wide World Importers,,\nzz,Nobody dba Else,,\n"
#define NAMED_ROWS "key,name,website,industry\nu1,Northwind Traders Inc,shop.northwind.com,Industry A\nu2,Contoso,contoso.com,Industry B\n" \
                   "u3,Wide World Importers,,Industry A\nu4,Wide World Importers,,Industry B\nu5,Fabrikam,fabrikam.com,Industry A\nk00001,Else,,Industry A\n"
/* Customers by key, domain and name. */
static void make_named_fit(struct work *w) {
    struct icp_fit_options o = {.struct_size = sizeof o, .flags = ICP_FIT_LIST_CUSTOMERS};
    icp_reader *r = reader_of(w->lab, NAMED);
    ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->reference, w->lab->schema, &o, &w->fit, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_add_customers(w->fit, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
}
static void make_looked_up_fit(struct work *w) {
    make_named_fit(w);
    icp_reader *r = reader_of(w->lab, NAMED_ROWS);
    ck_assert_int_eq(icp_fit_add_universe(w->fit, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
    r = reader_of(w->lab, "name,website\nContoso,\nWide World Importers,\n,northwind.com\n");
    ck_assert_int_eq(icp_fit_add_excluded(w->fit, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
}
/* Customers with the day on which they became one, and a leak that is released. */
static void make_dated_fit(struct work *w) {
    struct icp_fit_options o = {.struct_size = sizeof o, .release = "industry\ntags", .release_size = 13, .since_column = "since", .since_size = 5};
    char text[2048] = "key,since\n", *p = text + 10;
    for (const char *key = strchr(w->lab->keys, '\n') + 1; *key && p < text + 1900; key = strchr(key, '\n') + 1)
        p += sprintf(p, "%.*s,2020-05-1%d\n", (int)strcspn(key, "\n"), key, (int)(p - text) % 10);
    icp_reader *r = reader_of(w->lab, text);
    ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->reference, w->lab->schema, &o, &w->fit, NULL), ICP_OK);
    ck_assert_int_eq(icp_fit_add_customers(w->fit, r, NULL, NULL), ICP_OK);
    icp_reader_free(r);
}
static void make_scorer(struct work *w) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3};
    ck_assert_int_eq(icp_scorer_new(w->lab->model, &o, &w->scorer, NULL), ICP_OK);
}
static void make_result(struct work *w) {
    make_scorer(w);
    ck_assert_int_eq(icp_result_new(w->lab->c, &w->result, NULL), ICP_OK);
}
static void make_decided_result(struct work *w) {
    const struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3, .decisions = w->lab->decisions};
    ck_assert_int_eq(icp_scorer_new(w->lab->model, &o, &w->scorer, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(w->lab->c, &w->result, NULL), ICP_OK);
}
static void make_filled_result(struct work *w) {
    make_result(w);
    ck_assert_int_eq(icp_scorer_score(w->scorer, w->lab->small, w->result, NULL), ICP_OK);
}
static void make_grown_result(struct work *w) {
    make_result(w);
    for (int i = 0; i < 2; i++) ck_assert_int_eq(icp_scorer_score(w->scorer, w->lab->batch, w->result, NULL), ICP_OK);
}
static void make_record(struct work *w) {
    make_scorer(w);
    ck_assert_int_eq(icp_record_new(w->lab->schema, &w->record, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(w->record, icp_record_column(w->record, "industry", 8), "Industry A", 10), ICP_OK);
    ck_assert_int_eq(icp_record_add_item(w->record, icp_record_column(w->record, "tags", 4), "tag1", 4), ICP_OK);
}
static void make_scored_record(struct work *w) {
    struct icp_score s = {.struct_size = sizeof s};
    make_record(w);
    ck_assert_int_eq(icp_scorer_score_record(w->scorer, w->record, NULL, ICP_LAYER_FIT, &s, NULL), ICP_OK);
}
static void make_decided_record(struct work *w) {
    struct icp_score s = {.struct_size = sizeof s};
    make_decided_result(w);
    ck_assert_int_eq(icp_record_new(w->lab->schema, &w->record, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_set_text(w->record, icp_record_column(w->record, "key", 3), "k00001", 6), ICP_OK);
    ck_assert_int_eq(icp_scorer_score_record(w->scorer, w->record, NULL, ICP_LAYER_FIT, &s, NULL), ICP_OK);
    ck_assert_uint_eq(s.override_number, 1);
}
static void make_csv(struct work *w) { w->reader = reader_of(w->lab, w->lab->rows); }
static void make_jsonl(struct work *w) { w->reader = reader_of(w->lab, w->lab->lines); }
static void make_latin(struct work *w) { /* cells that must be converted */
    static const char text[] = "key;caf\xe9;tags\nk1;cr\xe8me;a\nk2;\xfc" "ber;\"b\"\"c\"\nk3;plain;d\n";
    w->reader = reader_of(w->lab, text);
}
static void make_packed(struct work *w) {
    struct icp_source s = source_of(w, w->lab->packed, w->lab->packed_size);
    ck_assert_int_eq(icp_reader_open(w->lab->c, &s, NULL, &w->reader, NULL), ICP_OK);
}
static void make_distributions(struct work *w) {
    make_filled_result(w);
    ck_assert_int_eq(icp_distribution_new(w->lab->c, &w->distribution, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_of_model(w->lab->model, ICP_LAYER_FIT, ICP_WHO_REFERENCE, &w->other, NULL), ICP_OK);
    ck_assert_int_eq(icp_distribution_add_score(w->distribution, 498, NULL), ICP_OK);
}
/* Linked tables: children and grandchildren, one that is looked up, keys that nearly match, keys that lead nowhere. */
struct linked {
    icp_context *c;
    const char *name;
    char text[8192];
};
static icp_status open_linked(void *user, struct icp_source *out, struct icp_error *e) {
    const struct linked *l = user;
    return icp_source_from_memory(l->c, l->text, strlen(l->text), out, e);
}
static void linked_tables(struct work *w, struct icp_table *tables) {
    static struct linked t[4] = {{NULL, "accounts", ""}, {NULL, "deals", ""}, {NULL, "lines", ""}, {NULL, "products", ""}};
    memset(tables, 0, 4 * sizeof *tables);
    size_t n[4] = {0, 0, 0, 0};
    n[0] += (size_t)sprintf(t[0].text, "account_id,account_name,industry,founded\n");
    n[1] += (size_t)sprintf(t[1].text, "deal_id,account_id,stage,amount,created,closed\n");
    n[2] += (size_t)sprintf(t[2].text, "line_id,deal_id,product_id,pieces\n");
    n[3] += (size_t)sprintf(t[3].text, "product_id,series,price\n");
    for (int i = 0; i < 40; i++) n[0] += (size_t)sprintf(t[0].text + n[0], "A-%03d,Firm %d,%s,20%02d-01-02\n", i, i, i % 3 ? "Bank" : "Farm", i % 20);
    for (int i = 0; i < 80; i++)
        n[1] += (size_t)sprintf(t[1].text + n[1], "D-%03d,%s%03d,%s,%d.5,2020-%02d-03,%s\n", i, i % 9 ? "A-" : "a", i % 43, i % 2 ? "won" : "lost", i * 7, i % 12 + 1,
                                i % 4 ? "2021-01-01" : "");
    for (int i = 0; i < 120; i++) n[2] += (size_t)sprintf(t[2].text + n[2], "L-%03d,D-%03d,P-%d,%d\n", i, i % 85, i % 6, i % 5);
    for (int i = 0; i < 5; i++) n[3] += (size_t)sprintf(t[3].text + n[3], "P-%d,Series %d,%d\n", i, i % 2, i * 10);
    for (int i = 0; i < 4; i++) {
        t[i].c = w->lab->c;
        tables[i].struct_size = sizeof tables[i];
        tables[i].name = t[i].name, tables[i].name_size = strlen(t[i].name);
        tables[i].user = &t[i], tables[i].open = open_linked;
    }
}
static void make_dataset(struct work *w) {
    struct icp_table tables[4];
    linked_tables(w, tables);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_msg(icp_dataset_open(w->lab->c, tables, 4, NULL, NULL, &w->dataset, &e) == ICP_OK, "%s", e.message);
}
/* A fit that has events and outcomes to learn from. */
static void timing_fit(struct work *w, uint32_t layers, int outcomes) {
    const struct icp_fit_options o = {.struct_size = sizeof o, .layers = layers, .flags = ICP_FIT_ALLOW_FEW, .invalidates = "moon landing", .invalidates_size = 12};
    ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->known, NULL, &o, &w->fit, NULL), ICP_OK);
    ck_assert_int_eq(timing_add(w->lab->c, w->fit, w->lab->events, 0, NULL), ICP_OK);
    if (outcomes) ck_assert_int_eq(timing_add(w->lab->c, w->fit, w->lab->outcomes, 1, NULL), ICP_OK);
}
static void make_intent_fit(struct work *w) { timing_fit(w, TIMING_INTENT, 1); }
static void make_retention_fit(struct work *w) { timing_fit(w, TIMING_RETENTION, 1); }
static void make_assumed_fit(struct work *w) { timing_fit(w, TIMING_INTENT, 0); }
static void make_known_fit(struct work *w) { ck_assert_int_eq(icp_fit_new(w->lab->c, w->lab->known, NULL, NULL, &w->fit, NULL), ICP_OK); }
#define BREAKS "domain,type,time,amount\nfirm0001.com,login,2024-12-01,\nfirm0001.com,acquisition,2024-11-01,5\nfirm0003.com,login,2024-10-01,\n" \
               "*,disruption,2024-06-01,\nsegment:industry=fintech,merger,2024-07-01,\nfirm0002.com,never heard of,2024-09-09,17\n"
static void add_to_accounts(struct work *w, const char *text) {
    icp_reader *r = reader_of(w->lab, text);
    ck_assert_int_eq(icp_accounts_add(w->accounts, r, NULL, NULL, NULL), ICP_OK);
    icp_reader_free(r);
}
static void make_accounts(struct work *w) { ck_assert_int_eq(icp_accounts_new(w->lab->timing, TIMING_END, NULL, &w->accounts, NULL), ICP_OK); }
static void make_single_accounts(struct work *w) { /* nothing invalidates whole segments */
    make_accounts(w);
    do
        add_to_accounts(w, w->lab->events);
    while (icp_accounts_again(w->accounts));
}
static void make_late_accounts(struct work *w) { /* they must be read once more */
    make_accounts(w);
    add_to_accounts(w, BREAKS);
}
static void make_full_accounts(struct work *w) {
    make_late_accounts(w);
    ck_assert_int_eq(icp_accounts_again(w->accounts), 1);
    add_to_accounts(w, BREAKS);
    ck_assert_int_eq(icp_accounts_again(w->accounts), 0);
}
static void make_timing_scorer(struct work *w) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 3, .flags = ICP_SCORER_AS_OF, .as_of = TIMING_END};
    make_full_accounts(w);
    o.accounts = w->accounts;
    ck_assert_int_eq(icp_scorer_new(w->lab->timing, &o, &w->scorer, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(w->lab->c, &w->result, NULL), ICP_OK);
}
static void make_account(struct work *w) {
    static const struct icp_event e = {.struct_size = sizeof e, .flags = ICP_EVENT_VALUED, .time = TIMING_END - 5 * TIMING_DAY, .value = 12, .type = "login", .type_size = 5};
    ck_assert_int_eq(icp_account_new(w->lab->timing, &w->account, NULL), ICP_OK);
    ck_assert_int_eq(icp_account_add(w->account, &e, NULL), ICP_OK);
}
static void make_timing_record(struct work *w) {
    icp_schema *schema = NULL;
    make_timing_scorer(w);
    make_account(w);
    ck_assert_int_eq(icp_model_schema(w->lab->timing, &schema, NULL), ICP_OK);
    ck_assert_int_eq(icp_record_new(schema, &w->record, NULL), ICP_OK);
    icp_schema_unref(schema);
}
static void make_explained_record(struct work *w) {
    struct icp_score s = {.struct_size = sizeof s};
    make_timing_record(w);
    ck_assert_int_eq(icp_scorer_score_record(w->scorer, w->record, w->account, ICP_LAYER_INTENT, &s, NULL), ICP_OK);
}
static void drop(struct work *w) {
    icp_reader_free(w->reader);
    icp_reference_builder_free(w->builder);
    icp_fit_free(w->fit);
    icp_scorer_free(w->scorer);
    icp_result_free(w->result);
    icp_record_free(w->record);
    icp_distribution_free(w->distribution);
    icp_distribution_free(w->other);
    icp_pool_free(w->pool);
    icp_dataset_unref(w->dataset);
    icp_account_free(w->account);
    icp_accounts_unref(w->accounts);
}

/* Calls. */
#define OUT(type) ((type **)(void *)&w->out.handle)
#define CALL(name) static icp_status name(struct work *w, struct icp_error *e)
#define LOOK(name) static void name(struct work *w, FILE *f)

CALL(context_new) {
    struct icp_allocator a = counting_allocator(&w->lab->k);
    struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a};
    return icp_context_new(&o, OUT(icp_context), e);
}
LOOK(look_context) { (void)f, icp_context_unref(w->out.handle); }
CALL(pool_new) { return icp_pool_new(w->lab->c, 3, OUT(icp_pool), e); }
LOOK(look_pool) { (void)f, icp_pool_free(w->out.handle); }
CALL(source_memory) { return icp_source_from_memory(w->lab->c, "abc", 3, &w->out.u.source, e); }
CALL(source_file) { return icp_source_open_file(w->lab->c, ICP_MAP, &w->out.u.source, e); }
LOOK(look_source) {
    char text[16] = "";
    int64_t n = w->out.u.source.read(w->out.u.source.user, text, 3);
    fprintf(f, "%d %.3s %llu", (int)n, text, (unsigned long long)w->out.u.source.size_hint);
    w->out.u.source.close(w->out.u.source.user);
}
static char scratch_path[64];
CALL(sink_file) {
    icp_status s = icp_sink_open_file(w->lab->c, scratch_path, &w->out.u.sink, e);
    ck_assert_int_ne(access(scratch_path, F_OK), 0);
    return s;
}
LOOK(look_sink) { (void)f, w->out.u.sink.abort(w->out.u.sink.user); }
CALL(sink_memory) { return icp_sink_to_memory(w->lab->c, &w->out.u.sink, &w->out.buffer, e); }

CALL(open_csv) {
    struct icp_source s = source_of(w, w->lab->rows, strlen(w->lab->rows));
    icp_status st = icp_reader_open(w->lab->c, &s, NULL, OUT(icp_reader), e);
    ck_assert_int_eq(w->closed, st != ICP_OK);
    return st;
}
CALL(open_jsonl) {
    struct icp_source s = source_of(w, w->lab->lines, strlen(w->lab->lines));
    icp_status st = icp_reader_open(w->lab->c, &s, NULL, OUT(icp_reader), e);
    ck_assert_int_eq(w->closed, st != ICP_OK);
    return st;
}
CALL(open_packed) {
    struct icp_source s = source_of(w, w->lab->packed, w->lab->packed_size);
    icp_status st = icp_reader_open(w->lab->c, &s, NULL, OUT(icp_reader), e);
    ck_assert_int_eq(w->closed, st != ICP_OK);
    return st;
}
static struct ArrowArrayStream table_stream(void) {
    struct ArrowArrayStream s = arrow_stream(arrow_table_type());
    for (int i = 0; i < 3; i++) arrow_stream_add(&s, arrow_table(i * 20, 20));
    return s;
}
CALL(open_arrow) {
    const int live = arrow_live;
    struct ArrowArrayStream s = table_stream();
    icp_status st = icp_reader_open_arrow(w->lab->c, &s, NULL, OUT(icp_reader), e);
    ck_assert(s.release == NULL);
    if (st) ck_assert_int_eq(arrow_live, live);
    return st;
}
static void make_arrow(struct work *w) {
    struct ArrowArrayStream s = table_stream();
    const struct icp_reader_options o = {.struct_size = sizeof o, .rows_per_batch = 7};
    ck_assert_int_eq(icp_reader_open_arrow(w->lab->c, &s, &o, &w->reader, NULL), ICP_OK);
}
CALL(batch_from_arrow) {
    const int live = arrow_live;
    struct ArrowSchema *type = arrow_table_type();
    struct ArrowArray *made = arrow_table(0, 9), a = *made;
    free(made);
    icp_status st = icp_batch_from_arrow(w->lab->c, type, &a, OUT(icp_batch), e);
    ck_assert(a.release == NULL);
    arrow_drop_type(type);
    if (st) ck_assert_int_eq(arrow_live, live);
    return st;
}
LOOK(look_reader) {
    icp_batch *b = NULL;
    while (icp_reader_next(w->out.handle, &b, NULL) == ICP_OK && b) {
        show_batch(f, b);
        icp_batch_unref(b);
    }
    icp_reader_free(w->out.handle);
}
static const struct icp_dataset_options patterns = {.struct_size = sizeof patterns, .exclude = "lines\ndeals.amount", .exclude_size = 18,
                                                    .release = "accounts", .release_size = 8, .company = "accounts", .company_size = 8};
CALL(dataset_open) {
    struct icp_table tables[4];
    linked_tables(w, tables);
    return icp_dataset_open(w->lab->c, tables, 4, NULL, NULL, OUT(icp_dataset), e);
}
CALL(dataset_open_patterns) {
    struct icp_table tables[4];
    linked_tables(w, tables);
    return icp_dataset_open(w->lab->c, tables, 4, &patterns, NULL, OUT(icp_dataset), e);
}
/* Given back what was found. */
CALL(dataset_open_manifest) {
    struct icp_table tables[4];
    icp_buffer *b = NULL;
    struct icp_str s;
    size_t fail = w->lab->k.fail_at, calls = w->lab->k.calls;
    w->lab->k.fail_at = 0;
    ck_assert_int_eq(icp_dataset_manifest(w->dataset, &b, NULL), ICP_OK);
    w->lab->k.calls = calls, w->lab->k.fail_at = fail;
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    struct icp_dataset_options o = patterns;
    o.manifest = s.data, o.manifest_size = s.size;
    linked_tables(w, tables);
    const icp_status st = icp_dataset_open(w->lab->c, tables, 4, &o, NULL, OUT(icp_dataset), e);
    icp_buffer_unref(b);
    return st;
}
static char linked_path[] = "icp-alloc-XXXXXX";
static void remove_folder(void) {
    static const char *const names[] = {"accounts.csv", "deals.csv", "lines.csv", "products.csv"};
    char name[64];
    for (int i = 0; i < 4; i++) snprintf(name, sizeof name, "%s/%s", linked_path, names[i]), (void)unlink(name);
    (void)rmdir(linked_path);
}
static const char *linked_folder(struct work *w) {
    static int made;
    struct icp_table tables[4];
    if (made++) return linked_path;
    ck_assert_ptr_nonnull(mkdtemp(linked_path));
    atexit(remove_folder);
    linked_tables(w, tables);
    for (int i = 0; i < 4; i++) {
        char name[64];
        const struct linked *l = tables[i].user;
        snprintf(name, sizeof name, "%s/%s.csv", linked_path, l->name);
        FILE *f = fopen(name, "w");
        fputs(l->text, f);
        fclose(f);
    }
    return linked_path;
}
CALL(dataset_open_path) { return icp_dataset_open_path(w->lab->c, linked_folder(w), NULL, NULL, OUT(icp_dataset), e); }
CALL(dataset_manifest) { return icp_dataset_manifest(w->dataset, OUT(icp_buffer), e); }
CALL(dataset_report) { return icp_dataset_report(w->dataset, OUT(icp_buffer), e); }
CALL(dataset_plain) {
    struct icp_str s;
    ck_assert_ptr_eq(icp_dataset_ref(w->dataset), w->dataset);
    icp_dataset_unref(w->dataset);
    return icp_dataset_key(w->dataset, &s, e);
}
LOOK(look_dataset) {
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_dataset_manifest(w->out.handle, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
    icp_dataset_unref(w->out.handle);
}
CALL(dataset_is_path) {
    (void)e;
    return icp_dataset_is_path(w->lab->c, linked_folder(w)) == 1 ? ICP_OK : ICP_E_STATE;
}
CALL(dataset_companies) { return icp_dataset_companies(w->dataset, OUT(icp_reader), e); }
CALL(dataset_events) { return icp_dataset_events(w->dataset, OUT(icp_reader), e); }
/* Opened and read to the end: what was read is kept when it was read whole. */
static icp_status read_linked(struct work *w, icp_status st, icp_reader *r, struct icp_error *e) {
    icp_batch *b = NULL;
    struct shown {
        char *text;
        size_t size;
    } all = {NULL, 0};
    FILE *f = open_memstream(&all.text, &all.size);
    while (!st && !(st = icp_reader_next(r, &b, e)) && b) {
        show_batch(f, b);
        icp_batch_unref(b);
    }
    fclose(f);
    icp_reader_free(r);
    if (st) free(all.text);
    else w->out.handle = all.text;
    return st;
}
CALL(read_companies) {
    icp_reader *r = NULL;
    icp_status st = icp_dataset_companies(w->dataset, &r, e);
    return read_linked(w, st, r, e);
}
CALL(read_events) {
    icp_reader *r = NULL;
    icp_status st = icp_dataset_events(w->dataset, &r, e);
    return read_linked(w, st, r, e);
}
LOOK(look_linked) {
    ck_assert_uint_gt(strlen(w->out.handle), 2000);
    fputs(w->out.handle, f);
    free(w->out.handle);
}
CALL(reader_next) { return icp_reader_next(w->reader, OUT(icp_batch), e); }
/* And all that follows: rows may come in smaller batches when memory is short, but none is lost. */
LOOK(look_rows) {
    icp_batch *b = w->out.handle;
    do {
        show_batch(f, b);
        icp_batch_unref(b);
        ck_assert_int_eq(icp_reader_next(w->reader, &b, NULL), ICP_OK);
    } while (b);
}
LOOK(look_batch) { show_batch(f, w->out.handle), icp_batch_unref(w->out.handle); }
CALL(reader_stats) { return icp_reader_stats(w->reader, OUT(icp_buffer), e); }
LOOK(look_buffer) { show_buffer(f, w->out.handle), icp_buffer_unref(w->out.handle); }
CALL(batch_from_text) {
    static const int64_t offsets[] = {0, 1, 2, 5, 7};
    return icp_batch_from_text(w->lab->c, 2, 2, "ab" "\xe4" "xy" "z1", offsets, NULL, OUT(icp_batch), e);
}
CALL(schema_infer) {
    icp_reader *r;
    size_t fail = w->lab->k.fail_at, calls = w->lab->k.calls;
    w->lab->k.fail_at = 0; /* the reader is consumed: each call gets a new one */
    r = reader_of(w->lab, w->lab->rows);
    w->lab->k.calls = calls, w->lab->k.fail_at = fail;
    icp_status s = icp_schema_infer(w->lab->c, r, NULL, OUT(icp_schema), e);
    icp_reader_free(r);
    return s;
}
LOOK(look_schema) { show_schema(f, w->out.handle), icp_schema_unref(w->out.handle); }
CALL(schema_from_json) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->schema_json, &s);
    return icp_schema_from_json(w->lab->c, s.data, s.size, OUT(icp_schema), e);
}
CALL(schema_to_json) { return icp_schema_to_json(w->lab->schema, OUT(icp_buffer), e); }
CALL(schema_select) { return icp_schema_select(w->lab->schema, "ind*\ntags", 9, 1, OUT(icp_schema), e); }
CALL(schema_column) { return icp_schema_column(w->lab->schema, 1, &w->out.u.column, e); }
LOOK(look_column) { fprintf(f, "%s %d", w->out.u.column.name.data, (int)w->out.u.column.kind); }

CALL(record_new) { return icp_record_new(w->lab->schema, OUT(icp_record), e); }
LOOK(look_new_record) { (void)f, icp_record_free(w->out.handle); }
/* The setters have no error: what the table checks is put there by hand. */
static icp_status told(icp_status s, struct icp_error *e) {
    if (s) e->code = s, strcpy(e->message, "out of memory");
    return s;
}
CALL(record_set_text) { return told(icp_record_set_text(w->record, icp_record_column(w->record, "industry", 8), "Industry BCDEFGHIJKLMNOPQRSTUVWXYZ", 34), e); }
CALL(record_set_number) { return told(icp_record_set_number(w->record, icp_record_column(w->record, "employees", 9), 1234567.25), e); }
CALL(record_set_time) { return told(icp_record_set_time(w->record, icp_record_column(w->record, "founded", 7), INT64_C(1234567890000000)), e); }
CALL(record_add_item) { return told(icp_record_add_item(w->record, icp_record_column(w->record, "tags", 4), "tag2", 4), e); }
CALL(record_set_all) {
    static const char cells[] = "k1Industry A500Land1tag1;tag22000some words";
    static const int64_t ends[] = {0, 2, 12, 15, 20, 29, 33, 43};
    ck_assert_uint_eq(icp_schema_columns(w->lab->schema), 7);
    return told(icp_record_set_all(w->record, cells, ends, NULL), e);
}
LOOK(look_record) { show_record(f, w); }

CALL(builder_new) {
    struct icp_reference_options o = {.struct_size = sizeof o, .key_column = "key", .key_size = 3, .exclude = "founded\ntags", .exclude_size = 12};
    return icp_reference_builder_new(w->lab->c, &o, OUT(icp_reference_builder), e);
}
LOOK(look_builder) { (void)f, icp_reference_builder_free(w->out.handle); }
CALL(builder_add) {
    icp_reader *r;
    size_t fail = w->lab->k.fail_at, calls = w->lab->k.calls;
    w->lab->k.fail_at = 0;
    r = reader_of(w->lab, w->lab->rows);
    w->lab->k.calls = calls, w->lab->k.fail_at = fail;
    icp_status s = icp_reference_builder_add(w->builder, r, NULL, e);
    icp_reader_free(r);
    return s;
}
CALL(builder_add_batch) { return icp_reference_builder_add_batch(w->builder, w->lab->batch, e); }
CALL(builder_merge) { return icp_reference_builder_merge(w->builder, w->lab->reference, e); }
LOOK(look_finish) {
    icp_reference *r = NULL;
    ck_assert_int_eq(icp_reference_builder_finish(w->builder, &r, NULL), ICP_OK);
    show_reference(f, r);
    icp_reference_unref(r);
}
CALL(builder_finish) { return icp_reference_builder_finish(w->builder, OUT(icp_reference), e); }
LOOK(look_reference) { show_reference(f, w->out.handle), icp_reference_unref(w->out.handle); }
CALL(reference_load) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->reference_file, &s);
    struct icp_source in = source_of(w, s.data, s.size);
    icp_status st = icp_reference_load(w->lab->c, &in, OUT(icp_reference), e);
    ck_assert_int_eq(w->closed, 1);
    return st;
}
CALL(reference_save) {
    struct icp_sink s = sink_of(w);
    return sank(w, icp_reference_save(w->lab->reference, &s, e));
}
LOOK(look_file) { show_file_stats(f, w); }
CALL(reference_info) { return icp_reference_describe(w->lab->reference, &w->out.u.reference, e); }
LOOK(look_reference_info) { fprintf(f, "%u", (unsigned)w->out.u.reference.k); }
CALL(reference_schema) { return icp_reference_schema(w->lab->reference, OUT(icp_schema), e); }

CALL(fit_new) {
    struct icp_fit_options o = {.struct_size = sizeof o, .weight_column = "weight", .weight_size = 6, .key_column = "key", .key_size = 3,
                                .release = "a", .release_size = 1, .protect = "b*", .protect_size = 2, .since_column = "signed", .since_size = 6};
    return icp_fit_new(w->lab->c, w->lab->reference, NULL, &o, OUT(icp_fit), e);
}
LOOK(look_new_fit) { (void)f, icp_fit_free(w->out.handle); }
typedef icp_status (*taker)(icp_fit *, icp_reader *, const struct icp_progress *, struct icp_error *);
static icp_status add(struct work *w, const char *text, taker to, struct icp_error *e) {
    size_t fail = w->lab->k.fail_at, calls = w->lab->k.calls;
    w->lab->k.fail_at = 0;
    icp_reader *r = reader_of(w->lab, text);
    w->lab->k.calls = calls, w->lab->k.fail_at = fail;
    icp_status s = to(w->fit, r, NULL, e);
    icp_reader_free(r);
    return s;
}
CALL(fit_add_rows) { return add(w, w->lab->rows, icp_fit_add_customers, e); }
CALL(fit_add_keys) { return add(w, w->lab->keys, icp_fit_add_customers, e); }
CALL(fit_add_weights) { return add(w, "key,weight,industry\nk00000,2.5,Industry A\nk00001,1,Industry B\nother,3,\nk00001,1,\n", icp_fit_add_customers, e); }
CALL(fit_add_named) { return add(w, NAMED, icp_fit_add_customers, e); }
CALL(fit_add_universe) { return add(w, w->lab->rows, icp_fit_add_universe, e); }
CALL(fit_look_up) { return add(w, NAMED_ROWS, icp_fit_add_universe, e); }
CALL(fit_add_excluded) { return add(w, NAMED, icp_fit_add_excluded, e); }
CALL(fit_matches) { return icp_fit_matches(w->fit, OUT(icp_buffer), e); }
LOOK(look_matches) {
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_fit_matches(w->fit, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
}
CALL(fit_audit) { return icp_fit_audit(w->fit, NULL, OUT(icp_buffer), e); }
CALL(fit_run) { return icp_fit_run(w->fit, NULL, OUT(icp_model), e); }
LOOK(look_model) { show_model(f, w->out.handle), icp_model_unref(w->out.handle); }

CALL(model_load) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->model_file, &s);
    struct icp_source in = source_of(w, s.data, s.size);
    icp_status st = icp_model_load(w->lab->c, &in, OUT(icp_model), e);
    if (st) ck_assert_int_eq(w->closed, 1);
    return st;
}
static void released(void *user) { ((struct work *)user)->released++; }
CALL(model_load_memory) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->model_file, &s);
    w->released = 0;
    icp_status st = icp_model_load_memory(w->lab->c, s.data, s.size, released, w, OUT(icp_model), e);
    ck_assert_int_eq(w->released, 0);
    return st;
}
LOOK(look_memory_model) {
    look_model(w, f);
    ck_assert_int_eq(w->released, 1);
}
CALL(model_save) {
    struct icp_sink s = sink_of(w);
    return sank(w, icp_model_save(w->lab->model, &s, e));
}
/* Into a buffer: also what write and commit allocate. */
CALL(model_save_memory) {
    struct icp_sink s;
    icp_status st = icp_sink_to_memory(w->lab->c, &s, OUT(icp_buffer), e);
    return st ? st : icp_model_save(w->lab->model, &s, e);
}
CALL(reference_save_memory) {
    struct icp_sink s;
    icp_status st = icp_sink_to_memory(w->lab->c, &s, OUT(icp_buffer), e);
    return st ? st : icp_reference_save(w->lab->reference, &s, e);
}
CALL(model_info) { return icp_model_describe(w->lab->model, &w->out.u.model, e); }
LOOK(look_model_info) { fprintf(f, "%u", (unsigned)w->out.u.model.traits); }
CALL(model_schema) { return icp_model_schema(w->lab->model, OUT(icp_schema), e); }
CALL(model_to_sql) {
    struct icp_sql_options o = {.struct_size = sizeof o, .flags = ICP_SQL_PARTIAL, .dialect = ICP_SQL_SQLITE, .key_column = "key", .key_size = 3};
    return icp_model_to_sql(w->lab->model, &o, OUT(icp_buffer), e);
}
CALL(model_summary) { return icp_model_summary(w->lab->model, OUT(icp_buffer), e); }
CALL(model_trait) { return icp_model_trait(w->lab->model, 1, &w->out.u.trait, e); }
LOOK(look_trait) {
    fprintf(f, "%s %d %d", w->out.u.trait.id.data, (int)w->out.u.trait.points,
            (int)icp_model_find_trait(w->lab->model, ICP_LAYER_FIT, w->out.u.trait.id.data, w->out.u.trait.id.size));
}

CALL(scorer_new) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 5, .key_column = "key", .key_size = 3};
    return icp_scorer_new(w->lab->model, &o, OUT(icp_scorer), e);
}
LOOK(look_scorer) { (void)f, icp_scorer_free(w->out.handle); }
static icp_reader *reader_without_failure(struct work *w, const char *text) {
    size_t fail = w->lab->k.fail_at, calls = w->lab->k.calls;
    w->lab->k.fail_at = 0;
    icp_reader *r = reader_of(w->lab, text);
    w->lab->k.calls = calls, w->lab->k.fail_at = fail;
    return r;
}
CALL(segments) {
    static const char by[] = "industry\nindustry=*\ncountry";
    const struct icp_segments_options o = {.struct_size = sizeof o, .by = by, .by_size = sizeof by - 1};
    icp_reader *r = reader_without_failure(w, w->lab->rows);
    const icp_status s = icp_segments(w->lab->model, r, &o, NULL, OUT(icp_buffer), e);
    icp_reader_free(r);
    return s;
}
CALL(segments_stored) { return icp_segments(w->lab->model, NULL, NULL, NULL, OUT(icp_buffer), e); }
CALL(scorer_score) { return icp_scorer_score(w->scorer, w->lab->batch, w->result, e); }
LOOK(look_result) { show_result(f, w->result); }
LOOK(look_decided_result) {
    struct icp_array a = {.struct_size = sizeof a};
    show_result(f, w->result);
    if (icp_result_rows(w->result) && !icp_result_column(w->result, ICP_LAYER_FIT, ICP_COL_OVERRIDE, &a, NULL)) fwrite(a.data, 1, (size_t)a.offsets[a.rows], f);
}
CALL(score_record) { return icp_scorer_score_record(w->scorer, w->record, NULL, ICP_LAYER_FIT, &w->out.u.score, e); }
LOOK(look_score) { fprintf(f, "%d %lld", (int)w->out.u.score.score, (long long)w->out.u.score.millipoints); }
CALL(contributions) {
    return icp_scorer_contributions(w->scorer, ICP_LAYER_FIT, w->out.u.contributions.trait, w->out.u.contributions.points, 64,
                                    &w->out.u.contributions.n, e);
}
LOOK(look_contributions) { fprintf(f, "%zu", w->out.u.contributions.n); }
CALL(causes) { return icp_scorer_causes(w->scorer, ICP_LAYER_FIT, OUT(icp_buffer), e); }
CALL(result_new) { return icp_result_new(w->lab->c, OUT(icp_result), e); }
LOOK(look_new_result) { (void)f, icp_result_free(w->out.handle); }
CALL(result_column) { return icp_result_column(w->result, ICP_LAYER_FIT, ICP_COL_SCORE, &w->out.u.array, e); }
CALL(result_export) { return icp_result_export(w->result, &w->out.u.arrow.type, &w->out.u.arrow.array, e); }
LOOK(look_export) {
    struct ArrowSchema *type = &w->out.u.arrow.type;
    struct ArrowArray *array = &w->out.u.arrow.array;
    for (int64_t i = 0; i < type->n_children; i++) {
        const struct ArrowArray *a = array->children[i];
        fprintf(f, "%s %s %lld %lld ", type->children[i]->name, type->children[i]->format, (long long)a->length, (long long)a->null_count);
        if (a->n_buffers == 3) fwrite(a->buffers[2], 1, (size_t)((const int32_t *)a->buffers[1])[a->length], f);
    }
    array->release(array), type->release(type);
}
LOOK(look_array) { fprintf(f, "%llu", (unsigned long long)w->out.u.array.rows); }

CALL(distribution_new) { return icp_distribution_new(w->lab->c, OUT(icp_distribution), e); }
CALL(distribution_of_model) { return icp_distribution_of_model(w->lab->model, ICP_LAYER_FIT, ICP_WHO_CUSTOMERS, OUT(icp_distribution), e); }
LOOK(look_distribution) { show_distribution(f, w->out.handle), icp_distribution_free(w->out.handle); }
CALL(distribution_rest) {
    icp_status s = icp_distribution_add(w->distribution, w->result, ICP_LAYER_FIT, e);
    if (!s) s = icp_distribution_add_score(w->distribution, 700, e);
    if (!s) s = icp_distribution_merge(w->distribution, w->other, e);
    return s ? s : icp_distribution_counts(w->distribution, NULL, &w->out.u.spread, e);
}
LOOK(look_spread) { fprintf(f, "%llu", (unsigned long long)w->out.u.spread.companies); }

/* Timing. */

typedef icp_status (*event_taker)(icp_fit *, icp_reader *, const struct icp_event_columns *, const struct icp_progress *, struct icp_error *);
static icp_status add_dated(struct work *w, const char *text, event_taker to, struct icp_error *e) {
    icp_reader *r = reader_without_failure(w, text);
    icp_status s = to(w->fit, r, NULL, NULL, e);
    icp_reader_free(r);
    return s;
}
#define FEW_OUTCOMES "domain,outcome,date\nfirm0001.com,converted,2024-12-01\nfirm0002.com,had lunch,2024-11-01\nnobody.com,churned,2024-10-01\n"
CALL(fit_add_events) { return add_dated(w, BREAKS, icp_fit_add_events, e); }
CALL(fit_add_outcomes) { return add_dated(w, FEW_OUTCOMES, icp_fit_add_outcomes, e); }
static const struct icp_event one_event = {.struct_size = sizeof one_event, .flags = ICP_EVENT_VALUED, .time = TIMING_END - TIMING_DAY, .value = 3, .type = "merger", .type_size = 6};
static const struct icp_event one_outcome = {.struct_size = sizeof one_outcome, .time = TIMING_END - TIMING_DAY, .type = "churned", .type_size = 7};
CALL(fit_add_event) { return icp_fit_add_event(w->fit, "firm0001.com", 12, &one_event, e); }
CALL(fit_add_outcome) { return icp_fit_add_outcome(w->fit, "firm0001.com", 12, &one_outcome, e); }
CALL(fit_events) { return icp_fit_events(w->fit, OUT(icp_buffer), e); }
LOOK(look_history) {
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_fit_events(w->fit, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
    icp_model *m = NULL; /* few as they are: it must only not break */
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_int_ne(icp_fit_run(w->fit, NULL, &m, &e), ICP_OK);
}
CALL(fit_set_card) {
    static const char card[] = "{\"owner\":\"Ann\",\"playbook\":{\"pursue\":\"call\",\"Excellent x Good\":\"run\"}}";
    return icp_fit_set_card(w->fit, card, sizeof card - 1, e);
}
CALL(timing_load) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->timing_file, &s);
    struct icp_source in = source_of(w, s.data, s.size);
    return icp_model_load(w->lab->c, &in, OUT(icp_model), e);
}
CALL(model_layer) { return icp_model_layer(w->lab->timing, ICP_LAYER_INTENT, &w->out.u.layer, e); }
LOOK(look_layer) { fprintf(f, "%u", (unsigned)w->out.u.layer.signals); }
CALL(model_signal) { return icp_model_signal(w->lab->timing, ICP_LAYER_INTENT, 0, &w->out.u.signal, e); }
LOOK(look_signal) { fprintf(f, "%s", w->out.u.signal.type.data); }
CALL(model_with_card) {
    static const char card[] = "{\"owner\":\"Bob\",\"epochs\":[{\"from\":\"2025-01-01\",\"what\":\"self-serve\"}],\"playbook\":{\"pursue\":\"call\"}}";
    return icp_model_with_card(w->lab->timing, card, sizeof card - 1, OUT(icp_model), e);
}
CALL(decisions_from_json) { return icp_decisions_from_json(w->lab->c, w->lab->decided, strlen(w->lab->decided), TIMING_END, OUT(icp_decisions), e); }
LOOK(look_decisions) {
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_decisions_to_json(w->out.handle, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
    icp_decisions_unref(w->out.handle);
}
CALL(decisions_to_json) { return icp_decisions_to_json(w->lab->decisions, OUT(icp_buffer), e); }
CALL(model_standing) { return icp_model_standing(w->lab->timing, w->lab->decisions, 0, OUT(icp_buffer), e); }
CALL(decisions_plain) {
    (void)e;
    ck_assert_ptr_eq(icp_decisions_ref(w->lab->decisions), w->lab->decisions);
    icp_decisions_unref(w->lab->decisions);
    return ICP_OK;
}
CALL(decided_scorer_new) {
    struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 5, .key_column = "key", .key_size = 3, .decisions = w->lab->decisions};
    return icp_scorer_new(w->lab->model, &o, OUT(icp_scorer), e);
}
CALL(gates_check) { /* two models: a gate fails, and none is there to be compared */
    static const char gates[] = "{\"cllr\":{\"at_most_micro\":1}}", calibration[] = "{\"layer\":\"fit\",\"verdict\":\"holds\"}";
    const struct icp_gates_options o = {.struct_size = sizeof o, .gates_json = gates, .gates_size = sizeof gates - 1, .calibration_json = calibration,
                                        .calibration_size = sizeof calibration - 1};
    icp_reader *r = reader_without_failure(w, w->lab->rows);
    const icp_status s = icp_gates_check(w->lab->model, w->lab->model, r, &o, NULL, OUT(icp_buffer), e);
    icp_reader_free(r);
    return s;
}
CALL(gates_check_alone) { return icp_gates_check(w->lab->model, w->lab->model, NULL, NULL, NULL, OUT(icp_buffer), e); }
CALL(model_card) { return icp_model_card(w->lab->timing, OUT(icp_buffer), e); }
#define EDITS "{\"author\":\"Ann\",\"reason\":\"so\",\"edits\":[{\"column\":\"industry\",\"off\":true},{\"family\":\"size\",\"off\":true}]}"
#define MORE_EDITS "{\"author\":\"Bob\",\"reason\":\"no\",\"edits\":[{\"family\":\"size\",\"learned\":true}]}"
CALL(model_edit) { return icp_model_edit(w->lab->model, w->lab->reference, EDITS, sizeof EDITS - 1, OUT(icp_model), e); }
CALL(model_edit_again) { return icp_model_edit(w->lab->edited, w->lab->reference, MORE_EDITS, sizeof MORE_EDITS - 1, OUT(icp_model), e); }
CALL(edited_summary) { return icp_model_summary(w->lab->edited, OUT(icp_buffer), e); }
static icp_status diff_of(struct work *w, icp_model *from, icp_model *to, const char *before, const char *now, const struct icp_diff_options *o, struct icp_error *e) {
    icp_reader *a = before ? reader_without_failure(w, before) : NULL, *b = reader_without_failure(w, now);
    struct icp_sink s = sink_of(w);
    const icp_status st = sank(w, icp_diff(from, to, a, b, o, NULL, &s, OUT(icp_buffer), e));
    icp_reader_free(a), icp_reader_free(b);
    return st;
}
CALL(diff_join) { return diff_of(w, w->lab->model, w->lab->edited, w->lab->rows, w->lab->rows, NULL, e); }
CALL(diff_stream) {
    const struct icp_diff_options o = {.struct_size = sizeof o, .layer = ICP_LAYER_INTENT, .events_now = w->accounts};
    return diff_of(w, w->lab->timing, NULL, NULL, w->lab->companies, &o, e);
}
CALL(account_new) { return icp_account_new(w->lab->timing, OUT(icp_account), e); }
static void show_account(FILE *f, const icp_account *a) {
    static char room[65536];
    size_t n = 0;
    ck_assert_int_eq(icp_account_save(a, room, sizeof room, &n, NULL), ICP_OK);
    ck_assert_uint_le(n, sizeof room);
    fwrite(room, 1, n, f);
}
LOOK(look_account) {
    show_account(f, w->out.handle);
    icp_account_free(w->out.handle);
}
CALL(account_load) {
    struct icp_str s = {NULL, 0};
    icp_buffer_data(w->lab->account_file, &s);
    return icp_account_load(w->lab->timing, s.data, s.size, OUT(icp_account), e);
}
CALL(account_rest) {
    const icp_status s = icp_account_add(w->account, &one_event, e);
    return s ? s : icp_account_save(w->account, NULL, 0, &w->out.u.bytes, e);
}
LOOK(look_own_account) { show_account(f, w->account); }
CALL(accounts_new) {
    const struct icp_accounts_options o = {.struct_size = sizeof o, .invalidates = "one\ntwo", .invalidates_size = 7};
    return icp_accounts_new(w->lab->timing, TIMING_END, &o, OUT(icp_accounts), e);
}
LOOK(look_new_accounts) { (void)f, icp_accounts_unref(w->out.handle); }
static icp_status add_accounts(struct work *w, struct icp_error *e) {
    icp_reader *r = reader_without_failure(w, BREAKS);
    const icp_status s = icp_accounts_add(w->accounts, r, NULL, NULL, e);
    icp_reader_free(r);
    return s;
}
CALL(accounts_add) { return add_accounts(w, e); }
CALL(accounts_add_event) { return icp_accounts_add_event(w->accounts, "firm0001.com", 12, &one_event, e); }
CALL(accounts_again) {
    (void)icp_accounts_again(w->accounts);
    return add_accounts(w, e);
}
LOOK(look_accounts) { /* every call takes them as they are */
    icp_buffer *b = NULL;
    icp_scorer *x = NULL;
    icp_result *r = NULL;
    struct icp_scorer_options o = {.struct_size = sizeof o, .accounts = w->accounts};
    if (icp_accounts_again(w->accounts)) ck_assert_int_eq(add_accounts(w, NULL), ICP_OK);
    ck_assert_int_eq(icp_accounts_report(w->accounts, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
    ck_assert_int_eq(icp_accounts_audit(w->accounts, ICP_LAYER_RETENTION, &b, NULL), ICP_OK);
    show_buffer(f, b);
    icp_buffer_unref(b);
    ck_assert_int_eq(icp_scorer_new(w->lab->timing, &o, &x, NULL), ICP_OK);
    ck_assert_int_eq(icp_result_new(w->lab->c, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_scorer_score(x, w->lab->firms, r, NULL), ICP_OK);
    show_result(f, r);
    icp_result_free(r), icp_scorer_free(x);
}
CALL(accounts_report) { return icp_accounts_report(w->accounts, OUT(icp_buffer), e); }
#define SCORES "key,scored,fit_evidence\na,2020-01-01,1.5\nb,2020-01-01,0\nc,2020-02-01,-1\nd,2020-01-01,1\ne,2020-01-05,-0.5\nf,2020-01-01,1.25\ng,2020-01-01,-2\nh,2020-03-20,2\n" \
               "i,2020-01-01,0.25\nj,2020-01-01,-0.25\nk,2020-01-01,0.75\nl,2020-01-02,-1.5\n"
#define CAME "key,outcome,date\na,converted,2020-01-09\nd,converted,2020-01-19\nh,converted,2020-03-25\nf,converted,2020-01-12\ni,won,2020-01-31\nj,converted,2020-01-01\nl,lost,2020-01-01\n"
CALL(calibrate_stored) {
    const struct icp_calibrate_options o = {.struct_size = sizeof o, .flags = ICP_CALIBRATE_STORED | ICP_CALIBRATE_BASE, .base_micro = 300000, .horizon_days = 30,
                                            .scored_column = "scored", .scored_size = 6};
    icp_reader *rows = reader_without_failure(w, SCORES), *outcomes[] = {reader_without_failure(w, CAME), reader_without_failure(w, CAME)};
    const icp_status s = icp_calibrate(NULL, rows, outcomes, 2, &o, NULL, OUT(icp_buffer), e);
    icp_reader_free(rows), icp_reader_free(outcomes[0]), icp_reader_free(outcomes[1]);
    return s;
}
CALL(calibrate_accounts) {
    const struct icp_calibrate_options o = {.struct_size = sizeof o, .layer = ICP_LAYER_INTENT, .accounts = w->accounts, .horizon_days = 30, .decisions = w->lab->decisions};
    icp_reader *rows = reader_without_failure(w, w->lab->companies), *outcomes = reader_without_failure(w, w->lab->outcomes);
    const icp_status s = icp_calibrate(w->lab->timing, rows, &outcomes, 1, &o, NULL, OUT(icp_buffer), e);
    icp_reader_free(rows), icp_reader_free(outcomes);
    return s;
}
CALL(accounts_audit) { return icp_accounts_audit(w->accounts, ICP_LAYER_INTENT, OUT(icp_buffer), e); }
/* Rows under another name for a column, so that renames are looked for; against the model, and against rows with events. */
CALL(drift_model) {
    icp_reader *now = reader_without_failure(w, w->lab->renamed);
    const icp_status s = icp_drift(w->lab->model, NULL, now, NULL, NULL, OUT(icp_buffer), e);
    icp_reader_free(now);
    return s;
}
CALL(drift_rows) {
    const struct icp_drift_options o = {.struct_size = sizeof o, .accounts = w->accounts, .accounts_before = w->accounts};
    icp_reader *before = reader_without_failure(w, w->lab->companies), *now = reader_without_failure(w, w->lab->companies);
    const icp_status s = icp_drift(w->lab->timing, before, now, &o, NULL, OUT(icp_buffer), e);
    icp_reader_free(before), icp_reader_free(now);
    return s;
}
CALL(accounts_account) { return icp_accounts_account(w->accounts, "firm0001.com", 12, OUT(icp_account), e); }
CALL(timing_scorer_new) {
    const struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 2, .accounts = w->accounts};
    return icp_scorer_new(w->lab->timing, &o, OUT(icp_scorer), e);
}
CALL(timing_scorer_score) { return icp_scorer_score(w->scorer, w->lab->firms, w->result, e); }
LOOK(look_timing_result) {
    static const int32_t layers[] = {ICP_LAYER_INTENT, ICP_LAYER_RETENTION}, columns[] = {6, 7, 9, 12, 17, 18, 19, 20};
    show_result(f, w->result);
    for (int i = 0; i < 2 && icp_result_rows(w->result); i++)
        for (int k = 0; k < 8; k++) {
            const struct icp_array a = timing_column(w->result, layers[i], columns[k]);
            if (a.type == ICP_TYPE_BYTES) fwrite(a.data, 1, (size_t)a.offsets[a.rows], f);
            else fwrite(a.data, a.type == ICP_TYPE_INT32 ? 4 : 8, a.rows * a.width, f);
        }
}
CALL(timing_score_record) { return icp_scorer_score_record(w->scorer, w->record, w->account, ICP_LAYER_INTENT, &w->out.u.score, e); }
CALL(timing_causes) { return icp_scorer_causes(w->scorer, ICP_LAYER_INTENT, OUT(icp_buffer), e); }
CALL(timing_plain) {
    (void)e;
    ck_assert_ptr_eq(icp_accounts_ref(w->accounts), w->accounts);
    icp_accounts_unref(w->accounts);
    ck_assert_int_eq(icp_quadrant_of(ICP_TIER_GOOD, ICP_TIER_FAIR), ICP_QUADRANT_EARLY);
    icp_account_free(w->account);
    w->account = NULL;
    return ICP_OK;
}

/* What has no status: references, figures of a handle, constants. */
CALL(plain) {
    struct lab *l = w->lab;
    struct icp_str s = {NULL, 0};
    (void)e;
    ck_assert_ptr_eq(icp_context_ref(l->c), l->c);
    icp_context_unref(l->c);
    ck_assert_ptr_eq(icp_buffer_ref(l->model_file), l->model_file);
    icp_buffer_unref(l->model_file);
    ck_assert_ptr_eq(icp_batch_ref(l->batch), l->batch);
    icp_batch_unref(l->batch);
    ck_assert_ptr_eq(icp_schema_ref(l->schema), l->schema);
    icp_schema_unref(l->schema);
    ck_assert_ptr_eq(icp_reference_ref(l->reference), l->reference);
    icp_reference_unref(l->reference);
    ck_assert_ptr_eq(icp_model_ref(l->model), l->model);
    icp_model_unref(l->model);
    ck_assert_int_eq(icp_buffer_data(l->model_file, &s), ICP_OK);
    ck_assert_uint_eq(icp_version(), 0x000100);
    ck_assert_str_eq(icp_status_name(ICP_E_MEMORY), "ICP_E_MEMORY");
    ck_assert_uint_eq(icp_batch_rows(l->batch), ROWS);
    ck_assert_uint_eq(icp_batch_columns(l->batch), WORLD_COLUMNS + 1);
    ck_assert_str_eq(icp_batch_name(l->batch, 1).data, "industry");
    ck_assert_ptr_nonnull(icp_batch_cell(l->batch, 0, 0).data);
    ck_assert_uint_eq(icp_schema_columns(l->schema), WORLD_COLUMNS + 1);
    ck_assert_int_eq(icp_record_column(w->record, "TAGS", 4), icp_record_column(w->record, "tags", 4));
    ck_assert_int_eq(icp_model_find_trait(l->model, ICP_LAYER_FIT, "industry=*", 10) >= -1, 1);
    ck_assert_int_eq(icp_tiers_score(icp_tiers_default(), 0), 498);
    ck_assert_int_eq(icp_tiers_tier(icp_tiers_default(), 0), ICP_TIER_FAIR);
    icp_record_clear(w->record);
    return ICP_OK;
}
CALL(result_rows) {
    (void)e;
    return icp_result_rows(w->result) == SMALL ? ICP_OK : ICP_E_STATE;
}
static void make_all(struct work *w) {
    make_distributions(w);
    make_builder(w);
    make_fit_with_customers(w);
    make_csv(w);
    ck_assert_int_eq(icp_record_new(w->lab->schema, &w->record, NULL), ICP_OK);
    ck_assert_int_eq(icp_pool_new(w->lab->c, 2, &w->pool, NULL), ICP_OK);
}
CALL(free_all) {
    struct work old = *w, none = {.lab = w->lab};
    (void)e;
    drop(&old);
    none.out = w->out;
    *w = none;
    return ICP_OK;
}

static const struct scenario scenarios[] = {
    {"icp_context_new", make_nothing, context_new, look_context, NULL, 0},
    {"icp_pool_new", make_nothing, pool_new, look_pool, NULL, 0},
    {"icp_source_from_memory", make_nothing, source_memory, look_source, NULL, 0},
    {"icp_source_open_file", make_nothing, source_file, look_source, NULL, 0},
    {"icp_sink_open_file", make_nothing, sink_file, look_sink, NULL, 0},
    {"icp_sink_to_memory", make_nothing, sink_memory, look_sink, NULL, 0},
    {"icp_reader_open", make_nothing, open_csv, look_reader, NULL, 0},
    {"icp_reader_open", make_nothing, open_jsonl, look_reader, NULL, 0},
    {"icp_reader_open", make_nothing, open_packed, look_reader, NULL, 0},
    {"icp_reader_open_arrow", make_nothing, open_arrow, look_reader, NULL, 0},
    {"icp_reader_next", make_arrow, reader_next, look_rows, NULL, ONCE | LESS},
    {"icp_reader_next", make_csv, reader_next, look_rows, NULL, ONCE | LESS},
    {"icp_reader_next", make_jsonl, reader_next, look_rows, NULL, ONCE | LESS},
    {"icp_reader_next", make_latin, reader_next, look_rows, NULL, ONCE | LESS},
    {"icp_reader_next", make_packed, reader_next, look_rows, NULL, ONCE | LESS},
    {"icp_reader_stats", make_csv, reader_stats, look_buffer, NULL, 0},
    {"icp_reader_stats", make_arrow, reader_stats, look_buffer, NULL, 0},
    {"icp_dataset_open", make_nothing, dataset_open, look_dataset, NULL, LESS | SLOW},
    {"icp_dataset_open", make_nothing, dataset_open_patterns, look_dataset, NULL, LESS | SLOW},
    {"icp_dataset_open", make_dataset, dataset_open_manifest, look_dataset, NULL, LESS | SLOW},
    {"icp_dataset_open_path", make_nothing, dataset_open_path, look_dataset, NULL, LESS | SLOW},
    {"icp_dataset_is_path", make_nothing, dataset_is_path, NULL, NULL, QUIET},
    {"icp_dataset_manifest", make_dataset, dataset_manifest, look_buffer, NULL, 0},
    {"icp_dataset_report", make_dataset, dataset_report, look_buffer, NULL, 0},
    {"icp_dataset_key icp_dataset_ref icp_dataset_unref", make_dataset, dataset_plain, NULL, NULL, QUIET},
    {"icp_dataset_companies", make_dataset, dataset_companies, look_reader, NULL, 0},
    {"icp_dataset_companies", make_dataset, read_companies, look_linked, NULL, LESS | SLOW},
    {"icp_dataset_events", make_dataset, dataset_events, look_reader, NULL, 0},
    {"icp_dataset_events", make_dataset, read_events, look_linked, NULL, LESS | SLOW},
    {"icp_batch_from_arrow", make_nothing, batch_from_arrow, look_batch, NULL, 0},
    {"icp_batch_from_text", make_nothing, batch_from_text, look_batch, NULL, 0},
    {"icp_schema_infer", make_nothing, schema_infer, look_schema, NULL, 0},
    {"icp_schema_from_json", make_nothing, schema_from_json, look_schema, NULL, 0},
    {"icp_schema_to_json", make_nothing, schema_to_json, look_buffer, NULL, 0},
    {"icp_schema_select", make_nothing, schema_select, look_schema, NULL, 0},
    {"icp_schema_column", make_nothing, schema_column, look_column, NULL, QUIET},
    {"icp_record_new", make_nothing, record_new, look_new_record, NULL, 0},
    {"icp_record_set_text", make_record, record_set_text, look_record, look_record, 0},
    {"icp_record_set_number", make_record, record_set_number, look_record, look_record, 0},
    {"icp_record_set_time", make_record, record_set_time, look_record, look_record, 0},
    {"icp_record_add_item", make_record, record_add_item, look_record, look_record, 0},
    {"icp_record_set_all", make_record, record_set_all, look_record, look_record, 0},
    {"icp_reference_builder_new", make_nothing, builder_new, look_builder, NULL, 0},
    {"icp_reference_builder_add", make_builder, builder_add, look_finish, NULL, ONCE},
    {"icp_reference_builder_add", make_small_builder, builder_add, look_finish, NULL, ONCE},
    {"icp_reference_builder_add_batch", make_builder, builder_add_batch, look_finish, NULL, ONCE},
    {"icp_reference_builder_merge", make_filled_builder, builder_merge, look_finish, NULL, ONCE},
    {"icp_reference_builder_finish", make_filled_builder, builder_finish, look_reference, NULL, ONCE},
    {"icp_reference_load", make_nothing, reference_load, look_reference, NULL, 0},
    {"icp_reference_save", make_nothing, reference_save, look_file, NULL, 0},
    {"icp_reference_save", make_nothing, reference_save_memory, look_buffer, NULL, 0},
    {"icp_reference_describe", make_nothing, reference_info, look_reference_info, NULL, QUIET},
    {"icp_reference_schema", make_nothing, reference_schema, look_schema, NULL, 0},
    {"icp_fit_new", make_nothing, fit_new, look_new_fit, NULL, 0},
    {"icp_fit_add_customers", make_fit, fit_add_rows, look_matches, NULL, 0},
    {"icp_fit_add_customers", make_fit, fit_add_keys, look_matches, NULL, 0},
    {"icp_fit_add_customers", make_weighted_fit, fit_add_weights, look_matches, NULL, 0},
    {"icp_fit_add_customers", make_fit, fit_add_named, look_matches, NULL, 0},
    {"icp_fit_add_universe", make_fit_with_customers, fit_add_universe, look_matches, NULL, 0},
    {"icp_fit_add_universe", make_named_fit, fit_look_up, look_matches, NULL, 0},
    {"icp_fit_add_excluded", make_named_fit, fit_add_excluded, look_matches, NULL, 0},
    {"icp_fit_add_excluded", make_looked_up_fit, fit_add_excluded, look_matches, NULL, 0},
    {"icp_fit_matches", make_fit_with_customers, fit_matches, look_buffer, NULL, 0},
    {"icp_fit_matches", make_looked_up_fit, fit_matches, look_buffer, look_matches, 0},
    {"icp_fit_audit", make_fit, fit_audit, look_buffer, NULL, 0},
    {"icp_fit_audit", make_dated_fit, fit_audit, look_buffer, look_matches, 0},
    {"icp_fit_run", make_fit_with_customers, fit_run, look_model, look_matches, SLOW},
    {"icp_fit_run", make_intent_fit, fit_run, look_model, NULL, SLOW | SOME},
    {"icp_fit_run", make_retention_fit, fit_run, look_model, NULL, SLOW | SOME},
    {"icp_fit_run", make_assumed_fit, fit_run, look_model, NULL, SLOW | SOME},
    {"icp_fit_add_events", make_known_fit, fit_add_events, look_history, NULL, PART},
    {"icp_fit_add_outcomes", make_known_fit, fit_add_outcomes, look_history, NULL, PART},
    {"icp_fit_add_event", make_known_fit, fit_add_event, look_history, NULL, PART},
    {"icp_fit_add_outcome", make_known_fit, fit_add_outcome, look_history, NULL, PART},
    {"icp_fit_events", make_intent_fit, fit_events, look_buffer, NULL, 0},
    {"icp_fit_set_card", make_fit, fit_set_card, NULL, NULL, 0},
    {"icp_model_layer", make_nothing, model_layer, look_layer, NULL, QUIET},
    {"icp_model_signal", make_nothing, model_signal, look_signal, NULL, QUIET},
    {"icp_model_card", make_nothing, model_card, look_buffer, NULL, 0},
    {"icp_model_with_card", make_nothing, model_with_card, look_model, NULL, 0},
    {"icp_decisions_from_json", make_nothing, decisions_from_json, look_decisions, NULL, 0},
    {"icp_decisions_to_json", make_nothing, decisions_to_json, look_buffer, NULL, 0},
    {"icp_decisions_ref icp_decisions_unref", make_nothing, decisions_plain, NULL, NULL, QUIET},
    {"icp_model_standing", make_nothing, model_standing, look_buffer, NULL, 0},
    {"icp_gates_check", make_nothing, gates_check, look_buffer, NULL, 0},
    {"icp_gates_check", make_nothing, gates_check_alone, look_buffer, NULL, 0},
    {"icp_model_edit", make_nothing, model_edit, look_model, NULL, 0},
    {"icp_model_edit", make_nothing, model_edit_again, look_model, NULL, 0},
    {"icp_diff", make_nothing, diff_join, look_buffer, NULL, SLOW},
    {"icp_diff", make_single_accounts, diff_stream, look_buffer, NULL, 0},
    {"icp_account_new", make_nothing, account_new, look_account, NULL, 0},
    {"icp_account_load", make_nothing, account_load, look_account, NULL, 0},
    {"icp_account_add icp_account_save", make_account, account_rest, look_own_account, NULL, QUIET},
    {"icp_accounts_new", make_nothing, accounts_new, look_new_accounts, NULL, 0},
    {"icp_accounts_add", make_accounts, accounts_add, look_accounts, NULL, PART | LESS},
    {"icp_accounts_add_event", make_accounts, accounts_add_event, look_accounts, NULL, PART | LESS},
    {"icp_accounts_again", make_late_accounts, accounts_again, look_accounts, NULL, PART | LESS},
    {"icp_accounts_report", make_full_accounts, accounts_report, look_buffer, NULL, 0},
    {"icp_calibrate", make_nothing, calibrate_stored, look_buffer, NULL, 0},
    {"icp_calibrate", make_full_accounts, calibrate_accounts, look_buffer, NULL, SLOW | SOME},
    {"icp_accounts_audit", make_full_accounts, accounts_audit, look_buffer, NULL, 0},
    {"icp_drift", make_nothing, drift_model, look_buffer, NULL, 0},
    {"icp_drift", make_full_accounts, drift_rows, look_buffer, NULL, 0},
    {"icp_accounts_account", make_full_accounts, accounts_account, look_account, NULL, 0},
    {"icp_accounts_ref icp_accounts_unref icp_quadrant_of icp_account_free", make_timing_record, timing_plain, NULL, NULL, QUIET},
    {"icp_model_load", make_nothing, model_load, look_model, NULL, 0},
    {"icp_model_load", make_nothing, timing_load, look_model, NULL, 0},
    {"icp_model_load_memory", make_nothing, model_load_memory, look_memory_model, NULL, 0},
    {"icp_model_save", make_nothing, model_save, look_file, NULL, QUIET},
    {"icp_model_save", make_nothing, model_save_memory, look_buffer, NULL, 0},
    {"icp_model_describe", make_nothing, model_info, look_model_info, NULL, QUIET},
    {"icp_model_schema", make_nothing, model_schema, look_schema, NULL, QUIET},
    {"icp_model_to_sql", make_nothing, model_to_sql, look_buffer, NULL, 0},
    {"icp_model_summary", make_nothing, model_summary, look_buffer, NULL, 0},
    {"icp_model_summary", make_nothing, edited_summary, look_buffer, NULL, 0},
    {"icp_model_trait", make_nothing, model_trait, look_trait, NULL, QUIET},
    {"icp_scorer_new", make_nothing, scorer_new, look_scorer, NULL, 0},
    {"icp_scorer_new", make_full_accounts, timing_scorer_new, look_scorer, NULL, 0},
    {"icp_scorer_new", make_nothing, decided_scorer_new, look_scorer, NULL, 0},
    {"icp_scorer_score", make_result, scorer_score, look_result, look_result, 0},
    {"icp_scorer_score", make_filled_result, scorer_score, look_result, look_result, 0},
    {"icp_scorer_score", make_decided_result, scorer_score, look_decided_result, look_decided_result, 0},
    {"icp_scorer_score", make_grown_result, scorer_score, look_result, look_result, QUIET},
    {"icp_scorer_score", make_timing_scorer, timing_scorer_score, look_timing_result, look_timing_result, 0},
    {"icp_scorer_score_record", make_record, score_record, look_score, NULL, 0},
    {"icp_scorer_score_record", make_timing_record, timing_score_record, look_score, NULL, 0},
    {"icp_scorer_contributions", make_scored_record, contributions, look_contributions, NULL, QUIET},
    {"icp_scorer_causes", make_scored_record, causes, look_buffer, NULL, 0},
    {"icp_scorer_causes", make_decided_record, causes, look_buffer, NULL, 0},
    {"icp_scorer_causes", make_explained_record, timing_causes, look_buffer, NULL, 0},
    {"icp_segments", make_nothing, segments, look_buffer, NULL, 0},
    {"icp_segments", make_nothing, segments_stored, look_buffer, NULL, 0},
    {"icp_result_new", make_nothing, result_new, look_new_result, NULL, 0},
    {"icp_result_column", make_filled_result, result_column, look_array, look_result, QUIET},
    {"icp_result_export", make_filled_result, result_export, look_export, look_result, 0},
    {"icp_distribution_new", make_nothing, distribution_new, look_distribution, NULL, 0},
    {"icp_distribution_of_model", make_nothing, distribution_of_model, look_distribution, NULL, 0},
    {"icp_distribution_add icp_distribution_add_score icp_distribution_merge icp_distribution_counts", make_distributions,
     distribution_rest, look_spread, NULL, QUIET},
    {"icp_context_ref icp_context_unref icp_buffer_ref icp_buffer_unref icp_batch_ref icp_batch_unref icp_schema_ref "
     "icp_schema_unref icp_reference_ref icp_reference_unref icp_model_ref icp_model_unref icp_buffer_data icp_version "
     "icp_status_name icp_batch_rows icp_batch_columns icp_batch_name icp_batch_cell icp_schema_columns icp_record_column "
     "icp_model_find_trait icp_tiers_default icp_tiers_score icp_tiers_tier icp_record_clear",
     make_record, plain, NULL, NULL, QUIET},
    {"icp_result_rows", make_filled_result, result_rows, NULL, NULL, QUIET},
    {"icp_reader_free icp_reference_builder_free icp_fit_free icp_scorer_free icp_result_free icp_record_free "
     "icp_distribution_free icp_pool_free",
     make_all, free_all, NULL, NULL, QUIET},
};
enum { SCENARIOS = sizeof scenarios / sizeof scenarios[0] };

/* The lab. */

static icp_batch *first_batch(icp_context *c, const char *text, uint32_t rows) {
    icp_reader *r = world_reader(c, text, strlen(text), rows);
    icp_batch *b = NULL;
    ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
    icp_reader_free(r);
    return b;
}
static char *as_lines(const struct world *w) {
    char *text = malloc((size_t)w->rows * 640), *p = text;
    for (int i = 0; i < w->rows; i++)
        p += sprintf(p, "{\"key\":\"%s\",\"tags\":[\"a\\u00e9\",\"%s\"],\"n\":%d}\n", w->row[i].key, w->row[i].cells[0], i);
    return text;
}
static icp_buffer *saved(icp_context *c, icp_reference *r, icp_model *m) {
    struct icp_sink s;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(c, &s, &b, NULL), ICP_OK);
    ck_assert_int_eq(r ? icp_reference_save(r, &s, NULL) : icp_model_save(m, &s, NULL), ICP_OK);
    return b;
}
/* Forty companies, of whose past two years the last is told. */
static void lab_past(struct lab *l) {
    struct timing_world w = timing_world_new(3, 40);
    struct timing_given g = {.options = {.layers = TIMING_ALL, .flags = ICP_FIT_ALLOW_FEW}, .card = "{\"playbook\":{\"low\":\"wait\"}}"};
    struct icp_error e = {.struct_size = sizeof e};
    struct work work = {.lab = l};
    static char room[65536];
    size_t n = 0;
    for (size_t i = 0; i < w.events.count; i++)
        if (w.events.event[i].time > TIMING_END - 340 * TIMING_DAY) w.events.event[n++] = w.events.event[i];
    w.events.count = n;
    char *customers = timing_companies(&w, 1);
    l->companies = timing_companies(&w, 0), l->events = timing_csv(&w, &w.events, 0, 0, 1), l->outcomes = timing_csv(&w, &w.outcomes, 0, 0, 1);
    g.companies = l->companies, g.customers = customers, g.events = l->events, g.outcomes = l->outcomes;
    l->known = world_reference(l->c, l->companies);
    l->timing = timing_model(l->c, &g);
    l->timing_file = saved(l->c, NULL, l->timing);
    l->firms = first_batch(l->c, l->companies, 0);
    make_account(&work);
    struct icp_sink sink;
    world_must(icp_account_save(work.account, room, sizeof room, &n, &e), &e);
    world_must(icp_sink_to_memory(l->c, &sink, &l->account_file, &e), &e);
    for (size_t at = 0; at < n;) at += (size_t)sink.write(sink.user, room + at, n - at);
    ck_assert_int_eq(sink.commit(sink.user), 0);
    drop(&work);
    timing_world_free(&w), free(customers);
}
/* Of each kind one, and each once over. */
static void lab_decisions(struct lab *l) {
    struct icp_trait t = {.struct_size = sizeof t};
    struct icp_error e = {.struct_size = sizeof e};
    world_must(icp_model_trait(l->model, 1, &t, &e), &e);
    snprintf(l->decided, sizeof l->decided,
             "{\"entries\":[{\"number\":1,\"time\":7,\"entry\":{\"kind\":\"override\",\"scope\":\"company\",\"key\":\"k00001\",\"tier\":\"Good\",\"reason\":\"context\",\"text\":\"t\","
             "\"author\":\"A\",\"authority\":\"B\",\"expiry\":\"2099-01-01\"}},{\"entry\":{\"kind\":\"override\",\"scope\":\"segment\",\"traits\":[\"%.*s\"],\"tier\":\"Poor\",\"reason\":"
             "\"other\",\"text\":\"s\",\"author\":\"A\",\"authority\":\"B\",\"expiry\":\"2099-01-01\"}},{\"entry\":{\"kind\":\"flag\",\"scope\":\"model\",\"text\":\"?\",\"author\":\"C\"}},"
             "{\"entry\":{\"kind\":\"flag\",\"state\":\"assigned\",\"refers\":3,\"assignee\":\"D\",\"author\":\"C\"}},"
             "{\"entry\":{\"kind\":\"flag\",\"scope\":\"company\",\"key\":\"k00002\",\"text\":\"?\",\"author\":\"C\"}},"
             "{\"entry\":{\"kind\":\"change\",\"area\":\"product\",\"on\":\"2024-01-01\",\"text\":\"new\",\"author\":\"C\"}},"
             "{\"entry\":{\"kind\":\"review\",\"next\":\"2024-01-01\",\"text\":\"fine\",\"author\":\"C\"}},"
             "{\"entry\":{\"kind\":\"change\",\"area\":\"market\",\"text\":\"new\",\"author\":\"C\"}}]}", (int)t.id.size, t.id.data);
    world_must(icp_decisions_from_json(l->c, l->decided, strlen(l->decided), TIMING_END, &l->decisions, &e), &e);
}
static void lab_new(struct lab *l) {
    struct world w = world_new(3, ROWS, CUSTOMERS, .1);
    z_stream z = {0};
    memset(l, 0, sizeof *l);
    l->c = counting_context(&l->k);
    l->rows = world_csv(&w, 0, 1, 0);
    l->keys = world_csv(&w, 0, 1, 1);
    l->lines = as_lines(&w);
    l->renamed = strdup(l->rows);
    *strstr(l->renamed, "industry") = 'x'; /* in the header */
    world_free(&w);
    l->reference = world_reference(l->c, l->rows);
    ck_assert_int_eq(icp_reference_schema(l->reference, &l->schema, NULL), ICP_OK);
    l->model = world_fit(l->c, l->reference, l->keys, NULL, NULL);
    ck_assert_int_eq(icp_model_edit(l->model, l->reference, EDITS, sizeof EDITS - 1, &l->edited, NULL), ICP_OK);
    l->batch = first_batch(l->c, l->rows, 0);
    l->small = first_batch(l->c, l->rows, SMALL);
    l->reference_file = saved(l->c, l->reference, NULL);
    l->model_file = saved(l->c, NULL, l->model);
    ck_assert_int_eq(icp_schema_to_json(l->schema, &l->schema_json, NULL), ICP_OK);
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)l->rows, z.avail_in = (uInt)strlen(l->rows);
    z.next_out = l->packed, z.avail_out = sizeof l->packed;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    l->packed_size = z.total_out;
    deflateEnd(&z);
    lab_past(l);
    lab_decisions(l);
}
static void lab_free(struct lab *l) {
    if (!l->c) return;
    icp_buffer_unref(l->schema_json), icp_buffer_unref(l->model_file), icp_buffer_unref(l->reference_file);
    icp_batch_unref(l->small), icp_batch_unref(l->batch);
    icp_model_unref(l->model), icp_model_unref(l->edited);
    icp_schema_unref(l->schema);
    icp_reference_unref(l->reference);
    icp_buffer_unref(l->timing_file), icp_buffer_unref(l->account_file), icp_batch_unref(l->firms);
    icp_model_unref(l->timing), icp_reference_unref(l->known);
    icp_decisions_unref(l->decisions);
    icp_context_unref(l->c);
    free(l->rows), free(l->keys), free(l->lines), free(l->renamed), free(l->companies), free(l->events), free(l->outcomes);
    ck_assert_uint_eq(l->k.live, 0);
    l->c = NULL;
}

/* Runs. */

struct shown {
    char *text;
    size_t size;
};
static struct shown shown(struct work *w, void (*show)(struct work *, FILE *)) {
    struct shown out = {NULL, 0};
    FILE *f = open_memstream(&out.text, &out.size);
    if (show) show(w, f);
    fclose(f);
    return out;
}
static void must_equal(const struct shown *a, struct shown b, const char *name, size_t i, const char *what) {
    ck_assert_msg(a->size == b.size && !memcmp(a->text, b.text, a->size), "%s, allocation %zu: %s", name, i, what);
    free(b.text);
}
static struct work work_new(struct lab *l, const struct scenario *s) {
    struct work w = {.lab = l};
    s->make(&w);
    memset(&w.out, 0x5A, sizeof w.out);
    w.out.u.struct_size = sizeof w.out.u; /* larger than each of the structs: the rest is zeroed */
    return w;
}
/* After a failure: the same call, now with memory. */
static void again(struct work *w, const struct scenario *s, const struct shown *expected, size_t i) {
    struct icp_error e = {.struct_size = sizeof e};
    icp_status st = s->call(w, &e);
    if (s->flags & PART) { /* what could not be kept may be missed later: still without harm */
        ck_assert_msg(st == ICP_OK || st == ICP_E_MEMORY, "%s, allocation %zu: the same call again gives %s: %s", s->names, i, icp_status_name(st), e.message);
        if (!st) free(shown(w, s->look).text);
        return;
    }
    if ((s->flags & ONCE) && st) {
        ck_assert_msg(st == ICP_E_STATE || st == ICP_E_MEMORY, "%s, allocation %zu: then %s", s->names, i, e.message);
        return;
    }
    ck_assert_msg(st == ICP_OK, "%s, allocation %zu: the same call again gives %s: %s", s->names, i, icp_status_name(st), e.message);
    must_equal(expected, shown(w, s->look), s->names, i, "another result after a failure");
}
/* False = no allocation was left to fail. */
static int fail_one(struct lab *l, const struct scenario *s, const struct shown *expected, size_t i, int onwards) {
    struct work w = work_new(l, s);
    struct shown before = shown(&w, s->state);
    struct outputs out = w.out;
    struct icp_error e = {.struct_size = sizeof e};
    l->k.calls = 0, l->k.fail_at = i, l->k.fail_onwards = onwards;
    icp_status st = s->call(&w, &e);
    const int injected = l->k.calls >= i;
    l->k.fail_at = 0;
    if (!injected || ((s->flags & LESS) && st == ICP_OK)) {
        ck_assert_msg(st == ICP_OK, "%s: %s", s->names, e.message);
        must_equal(expected, shown(&w, s->look), s->names, i, "two runs differ");
    } else {
        ck_assert_msg(st == ICP_E_MEMORY, "%s, allocation %zu%s: %s (%s)", s->names, i, onwards ? " and on" : "", icp_status_name(st), e.message);
        ck_assert_int_eq(e.code, ICP_E_MEMORY);
        ck_assert_msg(!strcmp(e.message, "out of memory"), "%s, allocation %zu: %s", s->names, i, e.message);
        ck_assert_msg(!memcmp(&out, &w.out, sizeof out), "%s, allocation %zu: an output was written", s->names, i);
        must_equal(&before, shown(&w, s->state), s->names, i, "a handle was changed");
        if (!(s->flags & SLOW) || i % 8 == 1) again(&w, s, expected, i);
    }
    free(before.text);
    drop(&w);
    return injected;
}

static struct lab shared;
static void setup(void) { lab_new(&shared); }
static void teardown(void) { lab_free(&shared); }

START_TEST(every_allocation_fails_in_turn) {
    const struct scenario *s = &scenarios[_i];
    const int sampled = getenv("ICP_SANITIZED") != NULL; /* a sanitizer is slow; other builds fail each and every one */
    const size_t live = shared.k.live;
    struct work w = work_new(&shared, s);
    struct icp_error e = {.struct_size = sizeof e};
    ck_assert_msg(s->call(&w, &e) == ICP_OK, "%s: %s", s->names, e.message);
    struct shown expected = shown(&w, s->look);
    drop(&w);
    for (int onwards = 0; onwards < 2; onwards++) {
        size_t i = 1;
        while (fail_one(&shared, s, &expected, i, onwards)) {
            ck_assert_msg(shared.k.live == live, "%s, allocation %zu: %zu blocks are left", s->names, i, shared.k.live - live);
            i += (s->flags & SOME) && i > 60 ? 7 : sampled && i > 20 ? 3 : 1;
        }
        ck_assert_uint_eq(shared.k.live, live);
        ck_assert_msg((i == 1) == !!(s->flags & QUIET), "%s: %zu allocations", s->names, i - 1);
        if (!onwards && getenv("ICP_TEST_VERBOSE")) printf("%-32.32s %zu allocations\n", s->names, i - 1);
    }
    free(expected.text);
    lab_free(&shared); /* of this process: with it goes every block, also those that later runs left */
}
END_TEST

/* Every name of the map stands in the table, and every name of the table in the map. */
START_TEST(table_covers_the_map) {
    char line[200], name[100];
    int names = 0, listed = 0;
    FILE *f = fopen(ICP_MAP, "r");
    ck_assert_msg(f != NULL, "%s", ICP_MAP);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, " %99[a-z_];", name) != 1 || strncmp(name, "icp_", 4)) continue;
        int found = 0;
        names++;
        for (int i = 0; i < SCENARIOS && !found; i++) {
            const size_t n = strlen(name);
            for (const char *p = scenarios[i].names; (p = strstr(p, name)) && !found; p += n)
                found = (p == scenarios[i].names || p[-1] == ' ') && (p[n] == 0 || p[n] == ' ');
        }
        ck_assert_msg(found, "%s has no scenario", name);
    }
    fclose(f);
    for (int i = 0; i < SCENARIOS; i++) {
        int counted = i == 0 || strcmp(scenarios[i].names, scenarios[i - 1].names);
        for (const char *p = scenarios[i].names; counted && p; p = strchr(p + 1, ' ')) listed++;
    }
    ck_assert_int_ge(names, 110);
    ck_assert_int_eq(names, listed);
}
END_TEST

int main(void) {
    Suite *s = suite_create("alloc");
    TCase *t = tcase_create("alloc");
    snprintf(scratch_path, sizeof scratch_path, "/tmp/icp-alloc-%ld", (long)getpid());
    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, setup, teardown);
    tcase_add_test(t, table_covers_the_map);
    tcase_add_loop_test(t, every_allocation_fails_in_turn, 0, SCENARIOS);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
