/* SPDX-License-Identifier: MIT */
/* Model files: what goes in comes out, from any memory, and nothing else is accepted. */
#include "base/hash.h"
#include "base/number.h"
#include "check_main.h"
#include "counting.h"
#include "toy.h"
#include <icp/govern.h>

static icp_context *c;

static void setup(void) { ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK); }
static void teardown(void) { icp_context_unref(c); }

static struct icp_trait trait_of(const icp_model *m, const char *id) {
    struct icp_trait t = {.struct_size = sizeof t};
    int32_t i = icp_model_find_trait(m, ICP_LAYER_FIT, id, strlen(id));
    ck_assert_msg(i >= 0, "%s", id);
    ck_assert_int_eq(icp_model_trait(m, (uint32_t)i, &t, NULL), ICP_OK);
    ck_assert_uint_eq(t.id.size, strlen(id));
    ck_assert_str_eq(t.id.data, id);
    return t;
}

START_TEST(figures_and_traits_are_those_of_the_fit) {
    icp_model *m = toy_model(c);
    struct icp_model_info info = {.struct_size = sizeof info};
    struct icp_trait t = {.struct_size = sizeof t};
    icp_buffer *json = NULL;
    struct icp_str text;
    icp_schema *schema = NULL;
    ck_assert_int_eq(icp_model_describe(m, &info, NULL), ICP_OK);
    ck_assert_uint_eq(info.traits, 18);
    ck_assert_uint_eq(m->entries, 18 + 3); /* cloud, native, supply begin or end a phrase; chain is a trait itself */
    ck_assert_uint_eq(info.layers, 1u << ICP_LAYER_FIT);
    ck_assert_uint_eq(info.format, 65536);
    ck_assert_uint_eq(info.extraction, 1); /* as its schema says */
    ck_assert_uint_eq(info.customers, 60);
    ck_assert_uint_eq(info.companies, 1000);
    ck_assert_uint_eq(info.listed, 10);
    ck_assert_int_eq(info.reference_id[31], 0xAB);
    t = trait_of(m, "industry=fintech");
    ck_assert_int_eq(t.points, 60000);
    ck_assert_int_eq(t.learned_points, 60000);
    ck_assert_int_eq(t.kind, ICP_TRAIT_VALUE);
    ck_assert_int_eq(t.family, ICP_FAMILY_INDUSTRY);
    ck_assert_int_eq(t.weight, 6);
    ck_assert_str_eq(t.column.data, "Industry");
    ck_assert_str_eq(t.label.data, "fintech");
    ck_assert_uint_eq(t.customers, 10);
    ck_assert_uint_eq(t.customers_of, 60);
    ck_assert_uint_eq(t.reference, 100);
    ck_assert_uint_eq(t.reference_of, 1000);
    ck_assert_uint_eq(t.variance, 1000000);
    ck_assert_int_eq(trait_of(m, "industry=*").kind, ICP_TRAIT_KNOWN);
    ck_assert_int_eq(trait_of(m, "tags:b2b").kind, ICP_TRAIT_ITEM);
    ck_assert_int_eq(trait_of(m, "about~logistics").points, 9000);
    ck_assert_int_eq(trait_of(m, "about~supply chain").kind, ICP_TRAIT_PHRASE);
    ck_assert_int_eq(trait_of(m, "employees[,50)").points, -10000);
    t = trait_of(m, "employees[50,200)");
    ck_assert_str_eq(t.label.data, "[50,200)");
    ck_assert_int_eq(trait_of(m, "employees[200,)").points, -15000);
    ck_assert_int_eq(trait_of(m, "founded[2000-01-01,2010-01-01)").points, 5000);
    ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_FIT, "about~supply", 12), -1);
    ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_FIT, "", 0), -1);
    ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_INTENT, "tags:b2b", 8), -1);
    t.struct_size = sizeof t;
    ck_assert_int_eq(icp_model_trait(m, 18, &t, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_summary(m, &json, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(json, &text), ICP_OK);
    ck_assert_str_eq(text.data, "{\"columns\":[]}");
    icp_buffer_unref(json);
    ck_assert_int_eq(icp_model_schema(m, &schema, NULL), ICP_OK);
    ck_assert_uint_eq(icp_schema_columns(schema), TOY_COLUMNS);
    icp_schema_unref(schema);
    icp_model_unref(icp_model_ref(m));
    icp_model_unref(m);
}
END_TEST

START_TEST(every_trait_is_found_by_its_id) {
    icp_model *m = toy_model(c);
    for (uint32_t i = 0; i < m->info.traits; i++) {
        struct icp_trait t = {.struct_size = sizeof t};
        ck_assert_int_eq(icp_model_trait(m, i, &t, NULL), ICP_OK);
        ck_assert_int_eq(icp_model_find_trait(m, t.layer, t.id.data, t.id.size), (int32_t)i);
        ck_assert_int_eq(icp_model_find_trait(m, t.layer, t.id.data, t.id.size - 1), -1);
        ck_assert_int_eq(t.id.data[t.id.size], 0);
        ck_assert_int_eq(t.label.data[t.label.size], 0);
    }
    icp_model_unref(m);
}
END_TEST

static void count_release(void *user) { ++*(int *)user; }

START_TEST(a_file_is_read_from_any_memory_and_written_back_alike) {
    icp_model *m = toy_model(c), *again = NULL;
    icp_buffer *file = toy_file(c, m);
    struct icp_str bytes;
    struct icp_source source;
    int released = 0;
    ck_assert_int_eq(icp_buffer_data(file, &bytes), ICP_OK);
    ck_assert_int_eq(icp_source_from_memory(c, bytes.data, bytes.size, &source, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_load(c, &source, &again, NULL), ICP_OK);
    ck_assert_mem_eq(again->info.id, m->info.id, 32);
    icp_model_unref(again);
    for (size_t shift = 0; shift < 9; shift++) {
        char *copy = malloc(bytes.size + shift);
        icp_buffer *second;
        struct icp_str back;
        memcpy(copy + shift, bytes.data, bytes.size);
        ck_assert_int_eq(icp_model_load_memory(c, copy + shift, bytes.size, count_release, &released, &again, NULL), ICP_OK);
        second = toy_file(c, again);
        ck_assert_int_eq(icp_buffer_data(second, &back), ICP_OK);
        ck_assert_uint_eq(back.size, bytes.size);
        ck_assert_mem_eq(back.data, bytes.data, bytes.size);
        icp_buffer_unref(second);
        ck_assert_int_eq(released, (int)shift);
        icp_model_unref(again);
        ck_assert_int_eq(released, (int)shift + 1);
        free(copy);
    }
    icp_buffer_unref(file);
    icp_model_unref(m);
}
END_TEST

START_TEST(the_same_fit_gives_the_same_bytes) {
    icp_model *a = toy_model(c), *b = toy_model(c);
    ck_assert_uint_eq(a->size, b->size);
    ck_assert_mem_eq(a->data, b->data, a->size);
    icp_model_unref(a);
    icp_model_unref(b);
}
END_TEST

static icp_status try_load(const uint8_t *data, size_t size, struct icp_error *err) {
    icp_model *m = (icp_model *)(uintptr_t)1;
    int released = 0;
    icp_status st;
    err->struct_size = sizeof *err;
    st = icp_model_load_memory(c, data, size, count_release, &released, &m, err);
    if (st == ICP_OK) {
        icp_model_unref(m);
        ck_assert_int_eq(released, 1);
    } else {
        ck_assert_ptr_eq(m, (void *)(uintptr_t)1);
        ck_assert_int_eq(released, 0);
        ck_assert_int_eq(err->code, st);
        ck_assert_int_ne(err->message[0], 0);
    }
    return st;
}

START_TEST(every_truncation_is_refused) {
    icp_model *m = toy_model(c);
    struct icp_error err;
    for (size_t n = 0; n < m->size; n++) {
        uint8_t *copy = malloc(n + 1);
        memcpy(copy, m->data, n);
        ck_assert_int_ne(try_load(copy, n, &err), ICP_OK);
        free(copy);
    }
    icp_model_unref(m);
}
END_TEST

START_TEST(every_flipped_byte_is_refused) {
    icp_model *m = toy_model(c);
    uint8_t *copy = malloc(m->size);
    struct icp_error err;
    memcpy(copy, m->data, m->size);
    for (size_t i = 0; i < m->size; i++) {
        copy[i] ^= (uint8_t)(1u << i % 8);
        ck_assert_msg(try_load(copy, m->size, &err) != ICP_OK, "byte %zu", i);
        copy[i] = m->data[i];
    }
    ck_assert_int_eq(try_load(copy, m->size, &err), ICP_OK);
    free(copy);
    icp_model_unref(m);
}
END_TEST

/* Writes a file again with one section changed, so that all checksums and the id are right. */
static icp_buffer *rewrite(const icp_model *m, const char *tag, size_t at, const void *patch, size_t n, int64_t size) {
    struct icp__container file = {.ctx = c, .major = 1, .minor = 0};
    struct icp_sink sink;
    icp_buffer *out = NULL;
    uint8_t *copy = NULL;
    for (uint32_t i = 0; i < m->file.count; i++) {
        const struct icp__section *s = &m->file.sections[i];
        if (strcmp(s->tag, tag) == 0) {
            size_t want = size < 0 ? (size_t)s->size : (size_t)size;
            copy = calloc(want + 1, 1);
            memcpy(copy, s->data, want < s->size ? want : (size_t)s->size);
            ck_assert_uint_le(at + n, want);
            memcpy(copy + at, patch, n);
            ck_assert(icp__container_add(&file, tag, s->flags, copy, want));
        } else {
            ck_assert(icp__container_add(&file, s->tag, s->flags, s->data, s->size));
        }
    }
    ck_assert_ptr_nonnull(copy);
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &out, NULL), ICP_OK);
    ck_assert_int_eq(icp__container_write(&file, ICP__MAGIC_MODEL, &sink, NULL), ICP_OK);
    free(copy);
    return out;
}

static icp_status try_patch(const icp_model *m, const char *tag, size_t at, const void *patch, size_t n, int64_t size, struct icp_error *err) {
    icp_buffer *file = rewrite(m, tag, at, patch, n, size);
    struct icp_str bytes;
    icp_status st;
    ck_assert_int_eq(icp_buffer_data(file, &bytes), ICP_OK);
    st = try_load((const uint8_t *)bytes.data, bytes.size, err);
    icp_buffer_unref(file);
    return st;
}

static icp_status try_number(const icp_model *m, const char *tag, size_t at, uint64_t v, size_t n, struct icp_error *err) {
    uint8_t patch[8];
    icp__put64(patch, v);
    return try_patch(m, tag, at, patch, n, -1, err);
}

START_TEST(hostile_files_with_right_checksums_are_refused) {
    static const struct {
        const char *tag;
        size_t at, n;
        uint64_t v;
        icp_status st;
        const char *message;
    } cases[] = {
        {"META", 0, 4, 99, ICP_E_EXTRACTION, "trait extraction version 99 is not in this library, which has 2"},
        {"META", 4, 4, 2, ICP_E_VERSION, "2 layers; this library reads one"},
        {"META", 40, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section META, record 0: more traits than entries"},
        {"META", 44, 4, 0x7FFFFFFF, ICP_E_FORMAT, "section TRAI has 1344 bytes instead of 137438953408"},
        {"META", 44, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section META, record 0: more traits than entries"},
        {"META", 48, 4, 65536, ICP_E_FORMAT, "section META, record 0: too many columns"},
        {"META", 48, 4, 6, ICP_E_FORMAT, "section SCHM, record 0: number of columns differs from META"},
        {"META", 52, 4, 257, ICP_E_FORMAT, "section META, record 0: longest probe out of range"},
        {"META", 56, 8, 0, ICP_E_FORMAT, "section META, record 0: number of buckets out of range"},
        {"META", 56, 8, 48, ICP_E_FORMAT, "section META, record 0: number of buckets out of range"},
        {"META", 56, 8, (uint64_t)1 << 61, ICP_E_FORMAT, "section META, record 0: number of buckets out of range"},
        {"META", 64, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section BINS has 112 bytes instead of 68719476720"},
        {"LAYR", 0, 4, 0, ICP_E_FORMAT, "section LAYR, record 0: unknown layer"},
        {"LAYR", 0, 4, 4, ICP_E_FORMAT, "section LAYR, record 0: unknown layer"},
        {"LAYR", 0, 4, 2, ICP_E_FORMAT, "section SIGN, record 0: signals are missing"},
        {"LAYR", 8, 8, UINT64_MAX, ICP_E_FORMAT, "section LAYR, record 0: number of customers out of range"},
        {"LAYR", 56, 8, UINT64_MAX, ICP_E_FORMAT, "section LAYR, record 0: variance out of range"},
        {"LAYR", 56, 8, INT64_MAX, ICP_E_FORMAT, "section TRAI, record 1: sum out of range"},
        {"SCHM", 0, 1, '[', ICP_E_FORMAT, "section SCHM, record 0: not a schema"},
        {"SLOT", 48, 4, 0, ICP_E_FORMAT, "section SLOT, record 1: an unused column has traits"},
        {"SLOT", 48, 4, 2, ICP_E_FORMAT, "section SLOT, record 1: traits out of range"},
        {"SLOT", 52, 4, 1, ICP_E_FORMAT, "section SLOT, record 1: traits out of range"},
        {"SLOT", 56, 4, 4, ICP_E_FORMAT, "section SLOT, record 1: traits do not belong to the column"},
        {"SLOT", 56, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section SLOT, record 1: traits out of range"},
        {"SLOT", 56, 4, 2, ICP_E_FORMAT, "section SLOT, record 2: traits out of range"},
        {"SLOT", 3 * 48 + 12, 4, 6, ICP_E_FORMAT, "section SLOT, record 3: number of ranges out of range"},
        {"SLOT", 3 * 48 + 16, 4, 2, ICP_E_FORMAT, "section SLOT, record 3: number of ranges out of range"},
        {"SLOT", 3 * 48 + 20, 4, 100, ICP_E_FORMAT, "section SLOT, record 3: numbers out of range"},
        {"SLOT", 3 * 48 + 24, 4, 3, ICP_E_FORMAT, "section SLOT, record 3: numbers do not fit the ranges"},
        {"SLOT", 3 * 48 + 28, 1, 255, ICP_E_FORMAT, "section SLOT, record 3: traits out of range"},
        {"SLOT", 3 * 48 + 28, 1, 4, ICP_E_FORMAT, "section SLOT, record 3: numbers do not fit the ranges"},
        {"SLOT", 5 * 48 + 28, 1, 0, ICP_E_FORMAT, "section SLOT, record 5: flag of phrases is missing"},
        {"SLOT", 48 + 32, 8, UINT64_MAX, ICP_E_FORMAT, "section SLOT, record 1: evidence variance out of range"},
        {"TRAI", 64, 8, 12345, ICP_E_FORMAT, "section TRAI, record 1: hash differs from the text"},
        {"TRAI", 64 + 16, 8, UINT64_MAX, ICP_E_FORMAT, "section TRAI, record 1: sum out of range"},
        {"TRAI", 64 + 24, 8, UINT64_MAX, ICP_E_FORMAT, "section TRAI, record 1: sum out of range"},
        {"TRAI", 64 + 32, 8, UINT64_MAX, ICP_E_FORMAT, "section TRAI, record 1: sum out of range"},
        {"TRAI", 64 + 40, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section TRAI, record 1: text out of range"},
        {"TRAI", 64 + 44, 4, 0xFFFFFFFF, ICP_E_FORMAT, "section TRAI, record 1: text out of range"},
        {"TRAI", 64 + 44, 4, 3, ICP_E_FORMAT, "section TRAI, record 1: text out of range"},
        {"TRAI", 64 + 48, 4, 0xFFFFFFF0, ICP_E_FORMAT, "section TRAI, record 1: text out of range"},
        {"TRAI", 64 + 52, 4, 1, ICP_E_FORMAT, "section TRAI, record 1: text out of range"},
        {"TRAI", 64 + 56, 2, 7, ICP_E_FORMAT, "section TRAI, record 1: column out of range"},
        {"TRAI", 64 + 56, 2, 2, ICP_E_FORMAT, "section TRAI, record 1: kind does not fit the column"},
        {"TRAI", 64 + 58, 1, 6, ICP_E_FORMAT, "section TRAI, record 1: kind does not fit the column"},
        {"TRAI", 64 + 58, 1, ICP_TRAIT_RANGE, ICP_E_FORMAT, "section TRAI, record 1: kind does not fit the column"},
        {"TRAI", 64 + 59, 1, 4, ICP_E_FORMAT, "section TRAI, record 1: flags out of range"},
        {"TRAI", 64 + 59, 1, 1, ICP_E_FORMAT, "section TRAI, record 1: flags of a word on something else"},
        {"TRAI", 18 * 64 + 8, 4, 1, ICP_E_FORMAT, "section TRAI, record 18: a hidden entry has figures"},
        {"TRAI", 18 * 64 + 59, 1, 1, ICP_E_FORMAT, "section TRAI, record 18: flags out of range"},
        {"SHAR", 0, 8, 61, ICP_E_FORMAT, "section SHAR, record 0: count out of range"},
        {"SHAR", 32 + 16, 8, 1001, ICP_E_FORMAT, "section SHAR, record 1: count out of range"},
        {"IDIX", 0, 4, 18, ICP_E_FORMAT, "section IDIX, record 0: trait out of range"},
        {"IDIX", 4, 4, 0, ICP_E_FORMAT, NULL},
        {"BINS", 8, 4, 401, ICP_E_FORMAT, "section BINS, record 0: not a finite number"},
        {"BINS", 8, 4, 0x80000000, ICP_E_FORMAT, "section BINS, record 0: not a finite number"},
        {"BINS", 8, 4, 310, ICP_E_FORMAT, "section BINS, record 0: not a finite number"},
        {"BINS", 0, 8, 6000, ICP_E_FORMAT, "section BINS, record 0: bounds do not ascend"},
        {"BINS", 32, 8, 200, ICP_E_FORMAT, "section BINS, record 3: ends do not ascend"},
        {"SPRD", 0, 8, UINT64_MAX, ICP_E_FORMAT, "section SPRD, record 0: sum out of range"},
        {"SUMM", 0, 1, 0xFF, ICP_E_FORMAT, "section SUMM, record 0: not UTF-8"},
    };
    icp_model *m = toy_model(c);
    struct icp_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        icp_status st = try_number(m, cases[i].tag, cases[i].at, cases[i].v, cases[i].n, &err);
        ck_assert_msg(st == cases[i].st, "case %zu: %d %s", i, st, err.message);
        if (cases[i].message != NULL)
            ck_assert_msg(strcmp(err.message, cases[i].message) == 0, "case %zu: %s", i, err.message);
    }
    icp_model_unref(m);
}
END_TEST

START_TEST(scores_of_unseen_companies_are_kept_and_checked) {
    struct toy *t = malloc(sizeof *t);
    struct icp_error err;
    toy_start(t, c);
    toy_fill(t);
    icp_model *without = toy_build(t);
    ck_assert_ptr_null(without->unseen);
    t->l.unseen[0] = 5, t->l.unseen[559] = 7;
    icp_model *m = toy_build(t);
    for (uint32_t i = 0; i < 560; i++)
        ck_assert_uint_eq(icp__get64(m->unseen + i * 8), t->l.unseen[i]);
    ck_assert_int_eq(try_number(m, "UNSN", 0, UINT64_MAX, 8, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "section UNSN, record 0: sum out of range");
    ck_assert_int_eq(try_patch(m, "UNSN", 0, "", 0, 4472, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "section UNSN has 4472 bytes instead of 4480");
    icp_model_unref(m), icp_model_unref(without);
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(every_bucket_is_checked) {
    icp_model *m = toy_model(c);
    struct icp_error err;
    for (uint64_t i = 0; i <= m->mask; i++) {
        bool empty = icp__get32(m->indx + i * 8) == 0;
        ck_assert_int_eq(try_number(m, "INDX", i * 8, 1 + 18 + 3, 4, &err), ICP_E_FORMAT); /* no such entry */
        ck_assert_int_eq(try_number(m, "INDX", i * 8, 1, 4, &err), ICP_E_FORMAT);          /* an offset is not indexed */
        if (empty)
            continue;
        ck_assert_int_eq(try_number(m, "INDX", i * 8, 0, 8, &err), ICP_E_FORMAT);
        ck_assert_int_eq(try_number(m, "INDX", i * 8 + 4, icp__get32(m->indx + i * 8 + 4) ^ 1, 4, &err), ICP_E_FORMAT);
    }
    icp_model_unref(m);
}
END_TEST

START_TEST(sections_of_a_wrong_size_are_refused) {
    static const char *const tags[] = {"META", "LAYR", "SLOT", "TRAI", "SHAR", "INDX", "IDIX", "BINS", "SPRD", "SCHM", "STRS"};
    icp_model *m = toy_model(c);
    struct icp_error err;
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        int64_t size = (int64_t)icp__container_find(&m->file, tags[i])->size;
        ck_assert_msg(try_patch(m, tags[i], 0, "", 0, 0, &err) == ICP_E_FORMAT, "%s %s", tags[i], err.message);
        ck_assert_msg(try_patch(m, tags[i], 0, "", 0, size - 1, &err) == ICP_E_FORMAT || strcmp(tags[i], "SCHM") == 0, "%s %s", tags[i], err.message);
    }
    icp_model_unref(m);
}
END_TEST

/* Whatever the counts say, a comparison with them ends. */
static void compare_with(icp_model *m) {
    static const char csv[] = "Id,Industry,Tags,Employees,Founded,About,Active\n1,fintech,b2b;saas,70,2015-02-03,supply chain,yes\n2,,b2b,7,,cloud native,no\n";
    struct icp_source source = {.struct_size = sizeof source};
    icp_reader *r = NULL;
    icp_buffer *json = NULL;
    ck_assert_int_eq(icp_source_from_memory(c, csv, sizeof csv - 1, &source, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(c, &source, NULL, &r, NULL), ICP_OK);
    icp_status st = icp_drift(m, NULL, r, NULL, NULL, &json, NULL);
    ck_assert(st == ICP_OK || st == ICP_E_TOO_FEW || st == ICP_E_SCHEMA);
    icp_buffer_unref(json);
    icp_reader_free(r);
}

/* Any four bytes of any table replaced, checksums right: refused, or a model that can be scored with. */
START_TEST(random_changes_never_break_scoring) {
    static const char *const tags[] = {"META", "LAYR", "SLOT", "TRAI", "SHAR", "INDX", "IDIX", "BINS", "STRS", "SPRD"};
    static const char *const cells[] = {"Id", "Industry", "Tags", "Employees", "Founded", "About", "Active",
                                        "1",  "fintech",  "b2b;saas", "70",    "2015-02-03", "supply chain cloud native", "yes"};
    icp_model *m = toy_model(c);
    icp_batch *batch = toy_batch(c, 7, 2, cells);
    uint64_t seed = 4711;
    int accepted = 0;
    for (int i = 0; i < 4000; i++) {
        const char *tag = tags[toy_random(&seed) % 10];
        const struct icp__section *s = icp__container_find(&m->file, tag);
        uint64_t v = toy_random(&seed);
        size_t at = toy_random(&seed) % (s->size - 4);
        struct icp_error err;
        icp_model *again = NULL;
        icp_buffer *file;
        struct icp_str bytes;
        uint8_t patch[4];
        if (toy_random(&seed) % 2)
            v = icp__get32(s->data + at) + toy_random(&seed) % 3 - 1;
        icp__put32(patch, (uint32_t)v);
        file = rewrite(m, tag, at, patch, 4, -1);
        ck_assert_int_eq(icp_buffer_data(file, &bytes), ICP_OK);
        err.struct_size = sizeof err;
        if (icp_model_load_memory(c, bytes.data, bytes.size, NULL, NULL, &again, &err) == ICP_OK) {
            struct icp_scorer_options o = {.struct_size = sizeof o, .reasons = 5};
            icp_scorer *scorer = NULL;
            icp_result *result = NULL;
            ck_assert_int_eq(icp_scorer_new(again, &o, &scorer, NULL), ICP_OK);
            ck_assert_int_eq(icp_result_new(c, &result, NULL), ICP_OK);
            ck_assert_int_eq(icp_scorer_score(scorer, batch, result, NULL), ICP_OK);
            icp_result_free(result);
            icp_scorer_free(scorer);
            if (accepted++ % 4 == 0)
                compare_with(again);
            icp_model_unref(again);
        }
        icp_buffer_unref(file);
    }
    ck_assert_int_gt(accepted, 100);
    icp_batch_unref(batch);
    icp_model_unref(m);
}
END_TEST

static void build_fails(struct toy *t, icp_status want, const char *message) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_model *m = NULL;
    icp_status st = icp__model_build(c, &(struct icp__parts_of_model){.layer = {&t->l}, .layers = 1}, &m, &err);
    ck_assert_msg(st == want && strcmp(err.message, message) == 0, "%d %s", st, err.message);
    ck_assert_ptr_null(m);
}

START_TEST(what_a_fit_must_not_hand_over_is_refused) {
    struct toy *t = malloc(sizeof *t);
    toy_start(t, c);
    toy_fill(t);
    t->traits[1].text = t->traits[2].text;
    build_fails(t, ICP_E_STATE, "learned trait 2: traits are not in order");
    t->traits[1].text = (struct icp_str){"fintech", 7};
    t->traits[1].kind = ICP_TRAIT_KNOWN;
    build_fails(t, ICP_E_STATE, "learned trait 1: each column starts with its one offset");
    t->traits[1].kind = ICP_TRAIT_VALUE;
    t->traits[1].weight = 101;
    build_fails(t, ICP_E_STATE, "learned trait 1: weight out of range");
    t->traits[1].weight = 0;
    t->traits[1].column = 77;
    build_fails(t, ICP_E_STATE, "learned trait 1: column out of range");
    t->traits[1].column = TOY_INDUSTRY;
    t->traits[8].lo.mantissa = 51;
    build_fails(t, ICP_E_STATE, "learned trait 8: traits are not in order");
    t->traits[8].lo.mantissa = 50;
    t->traits[16].text = (struct icp_str){"cloud", 5};
    build_fails(t, ICP_E_STATE, "learned trait 16: a phrase is two words");
    t->traits[16].text = (struct icp_str){"cloud native", 12};
    t->traits[16].variance = UINT64_MAX;
    build_fails(t, ICP_E_FORMAT, "section TRAI, record 16: sum out of range");
    t->traits[16].variance = 0;
    icp_model_unref(toy_build(t));
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(a_model_without_traits_is_a_model) {
    struct toy *t = malloc(sizeof *t);
    icp_model *m;
    toy_start(t, c);
    m = toy_build(t);
    ck_assert_uint_eq(m->info.traits, 0);
    ck_assert_int_eq(icp_model_find_trait(m, ICP_LAYER_FIT, "x", 1), -1);
    icp_model_unref(m);
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(many_traits_and_phrases_are_all_found) {
    enum { N = 480 };
    struct toy *t = malloc(sizeof *t);
    char text[32];
    icp_model *m;
    toy_start(t, c);
    toy_trait(t, TOY_ABOUT, ICP_TRAIT_KNOWN, "", -1);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "w%03d x%03d", i, i * 7 % 100);
        toy_trait(t, TOY_ABOUT, ICP_TRAIT_PHRASE, text, i);
    }
    m = toy_build(t);
    ck_assert_uint_eq(m->info.traits, N + 1);
    ck_assert_uint_eq(m->entries, N + 1 + N + 100);
    for (int i = 0; i < N; i++) {
        snprintf(text, sizeof text, "w%03d x%03d", i, i * 7 % 100);
        ck_assert_uint_eq(icp__model_find(m, TOY_ABOUT, icp__hash(text, 9, TOY_ABOUT), text, 9), (uint32_t)i + 1);
        ck_assert_uint_eq(icp__model_find(m, TOY_TAGS, icp__hash(text, 9, TOY_TAGS), text, 9), ICP__NONE);
        ck_assert_uint_gt(icp__model_find(m, TOY_ABOUT, icp__hash(text, 4, TOY_ABOUT), text, 4), N);
    }
    icp_model_unref(m);
    toy_end(t);
    free(t);
}
END_TEST

START_TEST(failing_memory_leaves_nothing_behind) {
    icp_model *m = toy_model(c);
    for (int onwards = 0; onwards < 2; onwards++)
        for (size_t i = 1;; i++) {
            struct counting k = {0};
            icp_context *own = counting_context(&k);
            icp_model *again = NULL;
            struct icp_source source;
            icp_status st;
            ck_assert_int_eq(icp_source_from_memory(own, m->data, m->size, &source, NULL), ICP_OK);
            k.calls = 0, k.fail_at = i, k.fail_onwards = onwards;
            st = icp_model_load(own, &source, &again, NULL);
            k.fail_at = 0;
            ck_assert(st == ICP_OK || (st == ICP_E_MEMORY && again == NULL));
            icp_model_unref(again);
            icp_context_unref(own);
            ck_assert_uint_eq(k.live, 0);
            if (st == ICP_OK)
                break;
            ck_assert_uint_lt(i, 1000);
        }
    icp_model_unref(m);
}
END_TEST

START_TEST(failing_memory_while_building_leaves_nothing_behind) {
    struct toy *t = malloc(sizeof *t);
    for (int onwards = 0; onwards < 2; onwards++)
        for (size_t i = 1;; i++) {
            struct counting k = {0};
            icp_context *own = counting_context(&k);
            icp_model *m = NULL;
            icp_status st;
            toy_start(t, own);
            toy_fill(t);
            k.calls = 0, k.fail_at = i, k.fail_onwards = onwards;
            st = icp__model_build(own, &(struct icp__parts_of_model){.layer = {&t->l}, .layers = 1}, &m, NULL);
            k.fail_at = 0;
            ck_assert(st == ICP_OK || (st == ICP_E_MEMORY && m == NULL));
            icp_model_unref(m);
            toy_end(t);
            icp_context_unref(own);
            ck_assert_uint_eq(k.live, 0);
            if (st == ICP_OK)
                break;
            ck_assert_uint_lt(i, 1000);
        }
    free(t);
}
END_TEST

START_TEST(null_arguments_are_refused) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_model *m = NULL;
    struct icp_sink sink;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_model_load_memory(c, NULL, 0, NULL, NULL, &m, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_load(c, NULL, &m, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_model_save(NULL, &sink, &err), ICP_E_ARGUMENT);
    ck_assert_ptr_null(b);
    ck_assert_int_eq(icp_model_describe(NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_schema(NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_summary(NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_trait(NULL, 0, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_model_find_trait(NULL, 1, "", 0), -1);
    ck_assert_ptr_null(icp_model_ref(NULL));
    icp_model_unref(NULL);
}
END_TEST

int main(void) {
    Suite *s = suite_create("model");
    TCase *t = tcase_create("file");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, figures_and_traits_are_those_of_the_fit);
    tcase_add_test(t, every_trait_is_found_by_its_id);
    tcase_add_test(t, a_file_is_read_from_any_memory_and_written_back_alike);
    tcase_add_test(t, the_same_fit_gives_the_same_bytes);
    tcase_add_test(t, every_truncation_is_refused);
    tcase_add_test(t, every_flipped_byte_is_refused);
    tcase_add_test(t, hostile_files_with_right_checksums_are_refused);
    tcase_add_test(t, scores_of_unseen_companies_are_kept_and_checked);
    tcase_add_test(t, every_bucket_is_checked);
    tcase_add_test(t, sections_of_a_wrong_size_are_refused);
    tcase_add_test(t, random_changes_never_break_scoring);
    tcase_add_test(t, what_a_fit_must_not_hand_over_is_refused);
    tcase_add_test(t, a_model_without_traits_is_a_model);
    tcase_add_test(t, many_traits_and_phrases_are_all_found);
    tcase_add_test(t, failing_memory_leaves_nothing_behind);
    tcase_add_test(t, failing_memory_while_building_leaves_nothing_behind);
    tcase_add_test(t, null_arguments_are_refused);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
