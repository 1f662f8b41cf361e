/* SPDX-License-Identifier: MIT */
/* The reference: the same bytes whatever the order, split and merge; against a brute-force oracle; what is refused. */
#include "check_main.h"
#include "reference/reference.h"
#include <stdio.h>

static icp_context *ctx;
static void setup(void) {
    ck_assert_int_eq(icp_context_new(NULL, &ctx, NULL), ICP_OK);
}
static void teardown(void) {
    icp_context_unref(ctx);
}

static uint64_t state;
static uint64_t rnd(void) {
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
static uint32_t below(uint32_t n) {
    return (uint32_t)(rnd() % n);
}

/* Rows of text; row 0 of each batch holds names. "" = a cell without value. */
struct text_batch {
    char bytes[200000];
    int64_t offsets[20001];
    size_t cells;
};
static void put_cell(struct text_batch *b, const char *s) {
    size_t n = strlen(s), at = (size_t)b->offsets[b->cells];
    ck_assert(at + n < sizeof b->bytes && b->cells < 20000);
    memcpy(b->bytes + at, s, n);
    b->offsets[++b->cells] = (int64_t)(at + n);
}
static icp_batch *batch_of(const struct text_batch *b, uint32_t columns) {
    icp_batch *out;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_msg(icp_batch_from_text(ctx, columns, b->cells / columns, b->bytes, b->offsets, NULL, &out, &err) == ICP_OK, "%s", err.message);
    return out;
}
static void add_text(icp_reference_builder *b, uint32_t columns, const char *const *cells, size_t n) {
    static struct text_batch t;
    struct icp_error err = {.struct_size = sizeof err};
    t.cells = 0;
    for (size_t i = 0; i < n; i++)
        put_cell(&t, cells[i]);
    icp_batch *batch = batch_of(&t, columns);
    ck_assert_msg(icp_reference_builder_add_batch(b, batch, &err) == ICP_OK, "%s", err.message);
    icp_batch_unref(batch);
}
static icp_reference_builder *builder(uint32_t k, int32_t form, uint64_t seed, const char *key) {
    struct icp_reference_options o = {.struct_size = sizeof o, .k = k, .key_form = form, .seed = seed, .key_column = key, .key_size = key ? strlen(key) : 0};
    icp_reference_builder *b;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_OK);
    return b;
}
static icp_reference *finish(icp_reference_builder *b) {
    icp_reference *r = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_msg(icp_reference_builder_finish(b, &r, &err) == ICP_OK, "%s", err.message);
    icp_reference_builder_free(b);
    return r;
}
static icp_buffer *saved(const icp_reference *r) {
    struct icp_sink sink;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_save(r, &sink, NULL), ICP_OK);
    return b;
}
static struct icp_str text_of(icp_buffer *b) {
    struct icp_str s;
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    return s;
}
static icp_status load(const void *data, size_t n, icp_reference **out, struct icp_error *err) {
    struct icp_source s;
    ck_assert_int_eq(icp_source_from_memory(ctx, data, n, &s, NULL), ICP_OK);
    return icp_reference_load(ctx, &s, out, err);
}
static struct icp_reference_info info_of(const icp_reference *r) {
    struct icp_reference_info i = {.struct_size = sizeof i};
    ck_assert_int_eq(icp_reference_describe(r, &i, NULL), ICP_OK);
    return i;
}
static const char *cell_of(const icp_reference *r, const char *key, const char *column) {
    static char out[8300];
    struct icp_str k = {key, strlen(key)};
    int64_t row = icp__reference_find(r, icp__hash(k.data, k.size, r->seed), k);
    ck_assert_msg(row >= 0, "no key %s", key);
    for (uint32_t c = 0; c < r->table->columns; c++)
        if (!strcmp(r->table->names[c].data, column)) {
            const struct icp__cell *cell = &r->table->cells[(uint64_t)row * r->table->columns + c];
            ck_assert((cell->data != NULL) == (cell->size > 0));
            if (cell->size)
                memcpy(out, cell->data, cell->size);
            out[cell->size] = 0;
            return out;
        }
    return NULL;
}

/* Property: any order, any split, any tree of merges. */

#define ROWS_MAX 300
#define COLUMNS 4
struct world {
    uint32_t rows;
    char cell[ROWS_MAX][COLUMNS][16];
};
/* The parts spell the headers differently and hold them in different order; some lack the last column. */
static const char *const spellings[3][COLUMNS] = {{"Key", "Name", "City", "Size"}, {"key", "name", "CITY", "size"}, {"KEY", "NAME", "city", "Size"}};

static void make_world(struct world *w, uint32_t rows, uint32_t keys) {
    static const char *const values[] = {"", "", "a", "b", "B", " a ", "\xc3\xa9", "zz", "n@a.de"};
    w->rows = rows;
    for (uint32_t i = 0; i < rows; i++) {
        if (below(20))
            snprintf(w->cell[i][0], 16, "k%u", below(keys));
        else
            strcpy(w->cell[i][0], below(2) ? " " : "");
        for (int c = 1; c < COLUMNS; c++)
            strcpy(w->cell[i][c], values[below(sizeof values / sizeof *values)]);
    }
}

static void shuffle(uint32_t *a, uint32_t n) {
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = below(i), t = a[i - 1];
        a[i - 1] = a[j], a[j] = t;
    }
}

static void add_part(icp_reference_builder *b, const struct world *w, const uint32_t *rows, uint32_t n, int spelling) {
    static struct text_batch t;
    uint32_t place[COLUMNS] = {0, 1, 2, 3};
    shuffle(place, COLUMNS);
    for (uint32_t done = 0; done < n || !n;) {
        uint32_t step = 1 + below(50);
        t.cells = 0;
        for (int c = 0; c < COLUMNS; c++)
            put_cell(&t, spellings[spelling][place[c]]);
        for (; step && done < n; step--, done++)
            for (int c = 0; c < COLUMNS; c++)
                put_cell(&t, w->cell[rows[done]][place[c]]);
        icp_batch *batch = batch_of(&t, COLUMNS);
        ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, NULL), ICP_OK);
        icp_batch_unref(batch);
        if (!n)
            break;
    }
}

static icp_reference *merged(icp_reference **parts, uint32_t n, uint32_t k, uint64_t seed, int32_t form) {
    while (n > 1) {
        uint32_t i = below(n), j = below(n);
        if (i == j)
            continue;
        icp_reference_builder *b = builder(k, form, seed, "key");
        ck_assert_int_eq(icp_reference_builder_merge(b, parts[i], NULL), ICP_OK);
        ck_assert_int_eq(icp_reference_builder_merge(b, parts[j], NULL), ICP_OK);
        icp_reference_unref(parts[i]);
        icp_reference_unref(parts[j]);
        parts[i < j ? i : j] = finish(b);
        parts[i < j ? j : i] = parts[--n];
    }
    return parts[0];
}

static bool has_key(const struct world *w, uint32_t i) {
    return w->cell[i][0][0] == 'k';
}

static icp_reference *build_in_parts(const struct world *w, const int *spelling_of, uint32_t k, uint64_t seed) {
    uint32_t order[3][ROWS_MAX], count[3] = {0, 0, 0};
    icp_reference *parts[32];
    uint32_t n = 0;
    for (uint32_t i = 0; i < w->rows; i++)
        order[spelling_of[i]][count[spelling_of[i]]++] = i;
    for (int s = 0; s < 3; s++) {
        shuffle(order[s], count[s]);
        uint32_t pieces = 1 + below(4);
        for (uint32_t p = 0, from = 0; p < pieces; p++) {
            uint32_t to = p + 1 == pieces ? count[s] : from + below(count[s] - from + 1);
            bool any = false;
            for (uint32_t i = from; i < to; i++)
                any |= has_key(w, order[s][i]);
            if (!any && p + 1 < pieces)
                continue;
            ck_assert(any || n);
            icp_reference_builder *b = builder(k, ICP_KEY_EXACT, seed, "key");
            if (!any) { /* rows without a key make no reference of their own */
                ck_assert_int_eq(icp_reference_builder_merge(b, parts[--n], NULL), ICP_OK);
                icp_reference_unref(parts[n]);
            }
            add_part(b, w, order[s] + from, to - from, s);
            icp_reference *r = finish(b);
            if (below(2)) { /* through a file */
                icp_buffer *file = saved(r);
                icp_reference_unref(r);
                ck_assert_int_eq(load(text_of(file).data, text_of(file).size, &r, NULL), ICP_OK);
                icp_buffer_unref(file);
            }
            parts[n++] = r;
            from = to;
        }
    }
    return merged(parts, n, k, seed, ICP_KEY_EXACT);
}

START_TEST(order_split_and_merge_do_not_matter) {
    static struct world w;
    for (uint64_t seed = 1; seed <= 60 / ICP_PART; seed++) {
        state = seed * 1000;
        uint32_t keys = 5 + below(200), k = seed % 7 == 0 ? 1 : seed % 5 == 0 ? 1000 : 1 + below(keys);
        make_world(&w, ROWS_MAX, keys);
        int spelling_of[ROWS_MAX];
        for (int i = 0; i < ROWS_MAX; i++)
            spelling_of[i] = (int)below(3);
        icp_buffer *first = NULL;
        for (int again = 0; again < 4; again++) {
            icp_reference *r = build_in_parts(&w, spelling_of, k, seed % 3);
            icp_buffer *file = saved(r);
            if (first) {
                ck_assert_msg(text_of(file).size == text_of(first).size, "seed %d", (int)seed);
                ck_assert_mem_eq(text_of(file).data, text_of(first).data, text_of(first).size);
                icp_buffer_unref(file);
            } else {
                struct icp_reference_info i = info_of(r);
                ck_assert(i.rows_read == ROWS_MAX && i.companies <= k && i.columns == 4);
                ck_assert_str_eq(i.key_column.data, "KEY");
                ck_assert_str_eq(r->table->names[0].data, "CITY");
                first = file;
            }
            icp_reference_unref(r);
        }
        icp_buffer_unref(first);
    }
}
END_TEST

START_TEST(pruning_on_the_way_does_not_matter) {
    /* Far more rows than wait between two prunings, few and many rows per key. */
    static struct text_batch t;
    enum { ROWS = 24000, STEP = 4000 };
    for (uint32_t round = 0; round < 6; round++) {
        uint32_t keys = round % 2 ? 200 : 9000, k = round < 2 ? 1 : round < 4 ? 64 : 3000;
        icp_buffer *first = NULL;
        for (uint32_t factor = 1; factor <= 13; factor += 6) {
            icp_reference_builder *b = builder(k, ICP_KEY_EXACT, round, "key");
            for (uint32_t from = 0; from < ROWS; from += STEP) {
                t.cells = 0;
                put_cell(&t, "key");
                put_cell(&t, "v");
                for (uint32_t i = from; i < from + STEP; i++) {
                    char text[16];
                    uint32_t row = i * factor % ROWS;
                    snprintf(text, sizeof text, "%u", row * 7919 % keys);
                    put_cell(&t, text);
                    snprintf(text, sizeof text, "%u", row % 5);
                    put_cell(&t, row % 3 ? text : "");
                }
                icp_batch *batch = batch_of(&t, 2);
                ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, NULL), ICP_OK);
                icp_batch_unref(batch);
            }
            icp_reference *r = finish(b);
            ck_assert_uint_eq(info_of(r).companies, k < keys ? k : keys);
            icp_buffer *file = saved(r);
            icp_reference_unref(r);
            if (!first) {
                first = file;
                continue;
            }
            ck_assert_msg(text_of(file).size == text_of(first).size && !memcmp(text_of(file).data, text_of(first).data, text_of(first).size), "round %u, factor %u",
                          round, factor);
            icp_buffer_unref(file);
        }
        icp_buffer_unref(first);
    }
}
END_TEST

/* Oracle: all rows, all keys, by brute force. */

static int filled(const struct world *w, uint32_t i) {
    int n = 0;
    for (int c = 1; c < COLUMNS; c++)
        n += w->cell[i][c][0] && !strchr(w->cell[i][c], '@');
    return n;
}
static const char *value(const struct world *w, uint32_t i, int c) {
    const char *v = w->cell[i][c];
    return strchr(v, '@') ? "" : *v == ' ' ? "a" : v;
}
/* Folded names in order: city, key, name, size; a missing city moves the next name to the front, and "name" and "size" have 4 letters. */
static int oracle_compare(const struct world *w, uint32_t a, uint32_t b) {
    static const int columns[] = {2, 1, 3};
    if (filled(w, a) != filled(w, b))
        return filled(w, a) > filled(w, b) ? -1 : 1;
    char encoding[2][200];
    size_t size[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        uint32_t row = side ? b : a;
        for (int i = 0; i < 3; i++) {
            const char *v = value(w, row, columns[i]), *name = i == 0 ? "city" : i == 1 ? "name" : "size";
            if (i == 1) /* the key's own column stands between city and name and is alike */
                size[side] += (size_t)snprintf(encoding[side] + size[side], 60, "3key%02dk", 1);
            if (*v)
                size[side] += (size_t)snprintf(encoding[side] + size[side], 60, "4%s%02d%s", name, (int)strlen(v), v);
        }
    }
    return strcmp(encoding[0], encoding[1]);
}

START_TEST(keeps_what_the_definition_says) {
    static struct world w;
    for (uint64_t seed = 1; seed <= 40 / ICP_PART; seed++) {
        state = seed * 77;
        uint32_t keys = 3 + below(100), k = 1 + below(60), order[ROWS_MAX];
        make_world(&w, ROWS_MAX, keys);
        for (uint32_t i = 0; i < ROWS_MAX; i++)
            order[i] = i;
        icp_reference_builder *b = builder(k, ICP_KEY_EXACT, 5, "key");
        add_part(b, &w, order, ROWS_MAX, 0);
        icp_reference *r = finish(b);
        uint64_t without = 0, distinct = 0;
        for (uint32_t i = 0; i < ROWS_MAX; i++) {
            const char *key = w.cell[i][0];
            if (!has_key(&w, i)) {
                without++;
                continue;
            }
            uint64_t hash = icp__hash(key, strlen(key), 5);
            bool seen_before = false;
            uint32_t smaller = 0, best = i, seen = 0;
            bool differed = false, counted[ROWS_MAX] = {false};
            for (uint32_t j = 0; j < ROWS_MAX; j++) {
                if (!has_key(&w, j))
                    continue;
                if (!strcmp(w.cell[j][0], key)) {
                    seen++;
                    seen_before |= j < i;
                    differed |= oracle_compare(&w, i, j) != 0;
                    if (oracle_compare(&w, j, best) < 0)
                        best = j;
                } else if (icp__hash(w.cell[j][0], strlen(w.cell[j][0]), 5) < hash) {
                    for (uint32_t m = 0; m < j && !counted[j]; m++)
                        counted[j] = has_key(&w, m) && !strcmp(w.cell[m][0], w.cell[j][0]);
                    smaller += !counted[j];
                }
            }
            distinct += !seen_before;
            int64_t at = icp__reference_find(r, hash, (struct icp_str){key, strlen(key)});
            ck_assert_msg((at >= 0) == (smaller < k), "seed %d, %s", (int)seed, key);
            if (at < 0)
                continue;
            ck_assert_int_eq(at, smaller);
            ck_assert_uint_eq(r->table->seen[at], seen);
            ck_assert_uint_eq(r->table->differed[at], differed);
            ck_assert_str_eq(cell_of(r, key, "Key"), key);
            ck_assert_str_eq(cell_of(r, key, "Name"), value(&w, best, 1));
            ck_assert_str_eq(cell_of(r, key, "City"), value(&w, best, 2));
            ck_assert_str_eq(cell_of(r, key, "Size"), value(&w, best, 3));
        }
        struct icp_reference_info i = info_of(r);
        ck_assert_uint_eq(i.rows_without_key, without);
        ck_assert_uint_eq(i.companies, distinct < k ? distinct : k);
        if (distinct < k)
            ck_assert_uint_eq(i.distinct_estimate, distinct);
        ck_assert_int_eq(icp__reference_find(r, 1, (struct icp_str){"k", 1}), -1);
        icp_reference_unref(r);
    }
}
END_TEST

START_TEST(estimates_distinct_keys) {
    static struct text_batch t;
    icp_reference_builder *b = builder(1024, ICP_KEY_EXACT, 0, "key");
    for (uint32_t done = 0; done < 200000;) {
        t.cells = 0;
        put_cell(&t, "key");
        for (int i = 0; i < 5000; i++, done++) {
            char key[16];
            snprintf(key, sizeof key, "c%u", done / 2);
            put_cell(&t, key);
        }
        icp_batch *batch = batch_of(&t, 1);
        ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, NULL), ICP_OK);
        icp_batch_unref(batch);
    }
    icp_reference *r = finish(b);
    struct icp_reference_info i = info_of(r);
    ck_assert(i.companies == 1024 && i.rows_read == 200000 && i.rows_differed == 0);
    for (int n = 0; n < 1024; n++)
        ck_assert_uint_eq(r->table->seen[n], 2);
    /* four standard errors of 1/sqrt(k) */
    ck_assert_msg(i.distinct_estimate > 87500 && i.distinct_estimate < 112500, "%llu", (unsigned long long)i.distinct_estimate);
    icp_reference_unref(r);
}
END_TEST

START_TEST(host_keys_unite_urls) {
    static const char *const cells[] = {"Website", "Name", "https://www.Acme.com/about", "A", "acme.com", "", "ACME.COM.", "A", "info@other.de", "O", "not a host", "N", "", "E"};
    icp_reference_builder *b = builder(10, ICP_KEY_HOST, 0, NULL);
    add_text(b, 2, cells, 14);
    icp_reference *r = finish(b);
    struct icp_reference_info i = info_of(r);
    ck_assert(i.key_form == ICP_KEY_HOST && i.rows_read == 6 && i.companies >= 2 && i.rows_without_key >= 1);
    ck_assert_str_eq(i.key_column.data, "Website");
    ck_assert_str_eq(cell_of(r, "acme.com", "Website"), "ACME.COM."); /* two filled cells, and shorter than the URL */
    ck_assert_str_eq(cell_of(r, "other.de", "Website"), "");
    ck_assert_str_eq(cell_of(r, "other.de", "Name"), "O");
    int64_t at = icp__reference_find(r, icp__hash("acme.com", 8, 0), (struct icp_str){"acme.com", 8});
    ck_assert(r->table->seen[at] == 3 && r->table->differed[at] == 1);
    icp_reference_unref(r);
}
END_TEST

START_TEST(exact_keys_are_trimmed_bytes) {
    static const char *const cells[] = {"id", " a ", "a", "A", "a b", "x@y.de"};
    icp_reference_builder *b = builder(0, 0, 0, NULL);
    add_text(b, 1, cells, 6);
    icp_reference *r = finish(b);
    struct icp_reference_info i = info_of(r);
    ck_assert(i.key_form == ICP_KEY_EXACT && i.k == 65536 && i.companies == 3 && i.rows_without_key == 1 && i.distinct_estimate == 3);
    ck_assert_str_eq(cell_of(r, "a", "id"), "a");
    icp_reference_unref(r);
}
END_TEST

START_TEST(protected_and_excluded_cells_are_not_stored) {
    static const char *const cells[] = {"key", "Phone Number", "Contact", "Secret note", "fax", "Employees",
                                        "1", "+49 (30) 123-4567", "jane.doe@acme.com", "top", "030 1234567 ext. 12", "1234567",
                                        "2", "call us", "Jane <jane@acme.com>", "top", "-", "030 1234567",
                                        "3", "", "a@b.de; c@d.de", "", "", ""};
    struct icp_reference_options o = {.struct_size = sizeof o, .exclude = "nothing\n *SECRET* \nkey\n", .exclude_size = 23};
    icp_reference_builder *b;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_OK);
    add_text(b, 6, cells, 24);
    icp_reference *r = finish(b);
    ck_assert_uint_eq(r->table->columns, 5);
    ck_assert_ptr_null(cell_of(r, "1", "Secret note"));
    ck_assert_str_eq(cell_of(r, "1", "key"), "1");
    ck_assert_str_eq(cell_of(r, "1", "Phone Number"), "");
    ck_assert_str_eq(cell_of(r, "1", "Contact"), "");
    ck_assert_str_eq(cell_of(r, "1", "fax"), "");
    ck_assert_str_eq(cell_of(r, "1", "Employees"), "1234567");
    ck_assert_str_eq(cell_of(r, "2", "Phone Number"), "call us");
    ck_assert_str_eq(cell_of(r, "2", "Contact"), "");
    ck_assert_str_eq(cell_of(r, "2", "Employees"), "030 1234567");
    ck_assert_str_eq(cell_of(r, "3", "Contact"), "");
    icp_reference_unref(r);
}
END_TEST

START_TEST(released_columns_are_stored_as_they_are) {
    static const char *const cells[] = {"key", "Phone", "Contact", "1", "030 123456", "Jane <jane@acme.com>", "2@x.de", "", ""};
    struct icp_reference_options o = {.struct_size = sizeof o, .release = "phone\nkey", .release_size = 9};
    icp_reference_builder *b;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_OK);
    add_text(b, 3, cells, 9);
    icp_reference *r = finish(b);
    ck_assert_str_eq(cell_of(r, "1", "Phone"), "030 123456");
    ck_assert_str_eq(cell_of(r, "1", "Contact"), "");
    ck_assert_uint_eq(info_of(r).companies, 1); /* a key is never released */
    icp_reference_unref(r);
    o.release = NULL;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "release is NULL but has a size");
    o.exclude_size = 1;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "exclude is NULL but has a size");
}
END_TEST

START_TEST(long_cells_are_cut_at_a_character) {
    static char longer[9000], exact[8193];
    memset(longer, 'x', sizeof longer - 1);
    memcpy(longer + 8190, "\xe2\x82\xac", 3); /* would end at byte 8,193 */
    memset(exact, 'y', 8192);
    const char *const cells[] = {"key", "text", "1", longer, "2", exact, "1", longer, longer, "no key"};
    icp_reference_builder *b = builder(0, 0, 0, NULL);
    add_text(b, 2, cells, 10);
    icp_reference *r = finish(b);
    ck_assert_uint_eq(strlen(cell_of(r, "1", "text")), 8190);
    ck_assert_uint_eq(strlen(cell_of(r, "2", "text")), 8192);
    struct icp_reference_info i = info_of(r);
    ck_assert(i.cells_cut == 1 && i.rows_without_key == 1 && i.rows_differed == 0);
    icp_buffer *file = saved(r);
    icp_reference *again;
    ck_assert_int_eq(load(text_of(file).data, text_of(file).size, &again, NULL), ICP_OK);
    ck_assert_uint_eq(info_of(again).cells_cut, 1);
    icp_reference_unref(again);
    icp_buffer_unref(file);
    icp_reference_unref(r);
}
END_TEST

START_TEST(merges_only_what_fits) {
    static const char *const cells[] = {"key", "a"};
    icp_reference_builder *one = builder(5, ICP_KEY_EXACT, 1, NULL), *other = builder(3, ICP_KEY_EXACT, 2, NULL), *host = builder(3, ICP_KEY_HOST, 1, NULL);
    struct icp_error err = {.struct_size = sizeof err};
    add_text(one, 1, cells, 2);
    icp_reference *r = finish(one);
    ck_assert_int_eq(icp_reference_builder_merge(other, r, &err), ICP_E_REFERENCE);
    ck_assert_str_eq(err.message, "the seeds differ: 2 and 1");
    ck_assert_int_eq(icp_reference_builder_merge(host, r, &err), ICP_E_REFERENCE);
    ck_assert_str_eq(err.message, "the key forms differ: 2 and 1");
    add_text(other, 1, cells, 2); /* a refusal leaves the builder as it was */
    icp_reference_unref(finish(other));
    icp_reference_builder_free(host);
    icp_reference_builder *small = builder(9, ICP_KEY_EXACT, 1, NULL);
    ck_assert_int_eq(icp_reference_builder_merge(small, r, NULL), ICP_OK);
    icp_reference_unref(r);
    r = finish(small);
    ck_assert_uint_eq(info_of(r).k, 5);
    icp_reference_unref(r);
}
END_TEST

START_TEST(says_which_key_is_missing) {
    static const char *const none[] = {"name", "city", "a", "b"}, *const several[] = {"company_id", "Record ID", "a", "b"}, *const empty[] = {"key", " "};
    static struct text_batch t;
    struct icp_error err = {.struct_size = sizeof err};
    struct {
        const char *key, *const *cells;
        uint32_t columns;
        const char *message;
    } cases[] = {{NULL, none, 2, "no column looks like a key; name one; columns are: name, city"},
                 {NULL, several, 2, "several columns could be the key; name one; columns are: company_id, Record ID"},
                 {"id", none, 2, "there is no key column \"id\"; columns are: name, city"}};
    for (size_t i = 0; i < 3; i++) {
        icp_reference_builder *b = builder(0, 0, 0, cases[i].key);
        t.cells = 0;
        for (int c = 0; c < 4; c++)
            put_cell(&t, cases[i].cells[c]);
        icp_batch *batch = batch_of(&t, 2);
        ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, &err), ICP_E_KEY);
        ck_assert_str_eq(err.message, cases[i].message);
        ck_assert_str_eq(err.field, cases[i].key ? cases[i].key : "");
        ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, &err), ICP_E_STATE);
        icp_batch_unref(batch);
        icp_reference_builder_free(b);
    }
    icp_reference_builder *b = builder(0, 0, 0, NULL);
    icp_reference *r = NULL;
    add_text(b, 1, empty, 2);
    ck_assert_int_eq(icp_reference_builder_finish(b, &r, &err), ICP_E_KEY);
    ck_assert_str_eq(err.message, "none of 1 rows has a key");
    ck_assert_ptr_null(r);
    icp_reference_builder_free(b);
}
END_TEST

static icp_status add_file(icp_reference_builder *b, const char *text, size_t n, struct icp_error *err) {
    struct icp_source s;
    icp_reader *r;
    ck_assert_int_eq(icp_source_from_memory(ctx, text, n, &s, NULL), ICP_OK);
    s.name = "lines.jsonl";
    ck_assert_int_eq(icp_reader_open(ctx, &s, NULL, &r, NULL), ICP_OK);
    icp_status status = icp_reference_builder_add(b, r, NULL, err);
    icp_reader_free(r);
    return status;
}

START_TEST(json_lines_may_name_their_key_late) {
    enum { EARLY = 30000, LATE = 20 };
    static char text[EARLY * 40 + LATE * 80];
    size_t n = 0, early;
    for (int i = 0; i < EARLY; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"name\":\"n%d\",\"city\":\"Rome\"}\n", i);
    early = n;
    for (int i = 0; i < LATE; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"key\":\"k%d\",\"name\":\"m%d\"}\n", i, i);
    const char *const names[] = {NULL, "key"};
    for (int given = 0; given < 2; given++) {
        struct icp_error err = {.struct_size = sizeof err};
        icp_reference_builder *b = builder(0, 0, 0, names[given]);
        ck_assert_msg(add_file(b, text, n, &err) == ICP_OK, "%s", err.message);
        icp_reference *r = finish(b);
        struct icp_reference_info i = info_of(r);
        ck_assert(i.rows_read == EARLY + LATE && i.rows_without_key == EARLY && i.companies == LATE && i.columns == 3);
        ck_assert_str_eq(cell_of(r, "k7", "name"), "m7");
        ck_assert_str_eq(cell_of(r, "k7", "city"), "");
        icp_reference_unref(r);
        b = builder(0, 0, 0, names[given]);
        ck_assert_int_eq(add_file(b, text, early, &err), ICP_E_KEY);
        ck_assert_str_eq(err.source, "lines.jsonl");
        ck_assert_str_eq(err.message, given ? "there is no key column \"key\"; columns are: name, city" : "no column looks like a key; name one; columns are: name, city");
        ck_assert_int_eq(add_file(b, text, n, &err), ICP_E_STATE);
        icp_reference_builder_free(b);
    }
}
END_TEST

/* Files. */

static icp_reference *small_reference(void) {
    static const char *const cells[] = {"key", "Name", "City", "a", "Acme", "Berlin", "b", "Bolt", "", "c", "", ""};
    icp_reference_builder *b = builder(4, ICP_KEY_EXACT, 7, NULL);
    add_text(b, 3, cells, 12);
    return finish(b);
}

START_TEST(refuses_damaged_files) {
    icp_reference *r = small_reference(), *out = NULL;
    icp_buffer *file = saved(r);
    struct icp_str s = text_of(file);
    char *copy = malloc(s.size);
    memcpy(copy, s.data, s.size);
    for (size_t i = 0; i < s.size; i++) {
        ck_assert_msg(load(s.data, i, &out, NULL) != ICP_OK, "%zu bytes", i);
        copy[i] = (char)~copy[i];
        ck_assert_msg(load(copy, s.size, &out, NULL) != ICP_OK, "byte %zu", i);
        copy[i] = s.data[i];
    }
    ck_assert_ptr_null(out);
    free(copy);
    icp_buffer_unref(file);
    icp_reference_unref(r);
}
END_TEST

/* Valid containers with wrong content: offsets count from the start of the section. */
static const struct {
    const char *tag;
    size_t at;
    int width;
    uint64_t value;
    icp_status status;
    const char *message;
} edits[] = {
    {"KEYF", 0, 4, 3, ICP_E_FORMAT, "section KEYF, byte 28: unknown key form"},
    {"KEYF", 0, 4, 0, ICP_E_FORMAT, "section KEYF, byte 28: unknown key form"},
    {"KEYF", 4, 4, 0, ICP_E_FORMAT, "section KEYF, byte 28: wrong number of companies"},
    {"KEYF", 4, 4, 2, ICP_E_FORMAT, "section KEYF, byte 28: wrong number of companies"},
    {"KEYF", 4, 4, 4194305, ICP_E_FORMAT, "section KEYF, byte 28: wrong number of companies"},
    {"KEYF", 8, 8, 6, ICP_E_FORMAT, "section ROWS, byte 12: companies are not in order"},
    {"KEYF", 16, 8, 0, ICP_E_FORMAT, "section KEYF, byte 28: wrong number of companies"},
    {"KEYF", 16, 8, 4, ICP_E_FORMAT, NULL},
    {"KEYF", 16, 8, 2, ICP_E_FORMAT, NULL},
    {"KEYF", 24, 4, 8193, ICP_E_FORMAT, "section KEYF, byte 28: wrong length of the longest cell"},
    {"KEYF", 28, 4, 0xffffffff, ICP_E_FORMAT, "section KEYF, byte 32: wrong length of the key column's name"},
    {"KEYF", 28, 4, 2, ICP_E_FORMAT, "section KEYF, byte 34: wrong length of the key column's name"},
    {"KEYF", 32, 1, 'K', ICP_E_FORMAT, "section COLS, byte 27: the key column is not among the columns"},
    {"COLS", 0, 4, 0xffffffff, ICP_E_FORMAT, "section COLS, byte 4: wrong number of columns"},
    {"COLS", 0, 4, 0, ICP_E_FORMAT, "section COLS, byte 4: wrong number of columns"},
    {"COLS", 0, 4, 2, ICP_E_FORMAT, "section COLS, byte 19: something follows after the last column"},
    {"COLS", 0, 4, 4, ICP_E_FORMAT, "section COLS, byte 27: the section ends within a name"},
    {"COLS", 4, 4, 0xfffffff0, ICP_E_FORMAT, "section COLS, byte 8: the section ends within a name"},
    {"COLS", 8, 1, 'Z', ICP_E_FORMAT, "section COLS, byte 19: columns are not in order"},
    {"COLS", 8, 1, ' ', ICP_E_FORMAT, "section COLS, byte 12: a name is empty, not trimmed or not UTF-8"},
    {"COLS", 8, 1, 0xff, ICP_E_FORMAT, "section COLS, byte 12: a name is empty, not trimmed or not UTF-8"},
    /* 0: 01 00 01 c, 00, 01 c, 00; 8: 01 00 01 b, 00, 01 b, 04 Bolt; 20: 01 00 01 a, 06 Berlin, 01 a, 04 Acme */
    {"ROWS", 0, 1, 0, ICP_E_FORMAT, "section ROWS, byte 1: wrong count of the rows with one key"},
    {"ROWS", 0, 1, 0x81, ICP_E_FORMAT, "section ROWS, byte 2: wrong count of the rows with one key"}, /* 81 00: too long a form of 1 */
    {"ROWS", 1, 1, 8, ICP_E_FORMAT, "section ROWS, byte 2: wrong count of the cells that were cut"},
    {"ROWS", 2, 1, 0, ICP_E_FORMAT, "section ROWS, byte 3: a key is empty, too long or not UTF-8"},
    {"ROWS", 2, 1, 0x7f, ICP_E_FORMAT, "section ROWS, byte 3: wrong length of a key"},
    {"ROWS", 2, 5, UINT64_C(0x10ffffffff), ICP_E_FORMAT, "section ROWS, byte 7: wrong length of a key"}, /* more than 32 bits */
    {"ROWS", 2, 5, UINT64_C(0x0fffffffff), ICP_E_FORMAT, "section ROWS, byte 7: wrong length of a key"},
    {"ROWS", 3, 1, 0xff, ICP_E_FORMAT, "section ROWS, byte 4: a key is empty, too long or not UTF-8"},
    {"ROWS", 11, 1, 'c', ICP_E_FORMAT, "section ROWS, byte 12: companies are not in order"},
    {"ROWS", 13, 1, 0, ICP_E_FORMAT, "section ROWS, byte 15: wrong length of a cell"},
    {"ROWS", 15, 1, 0x7f, ICP_E_FORMAT, "section ROWS, byte 16: wrong length of a cell"},
    {"ROWS", 16, 1, 0xff, ICP_E_FORMAT, "section ROWS, byte 20: a cell is too long, not trimmed or not UTF-8"},
    {"ROWS", 16, 1, ' ', ICP_E_FORMAT, "section ROWS, byte 20: a cell is too long, not trimmed or not UTF-8"},
    {"ROWS", 19, 1, ' ', ICP_E_FORMAT, "section ROWS, byte 20: a cell is too long, not trimmed or not UTF-8"},
    {"ROWS", 33, 1, 3, ICP_E_FORMAT, "section ROWS, byte 37: something follows after the last company"},
    {"READ", 8, 8, 9, ICP_E_FORMAT, "section READ, byte 16: more rows without a key than rows"},
};

static icp_buffer *edited(struct icp__container *k, const char *tag, size_t at, int width, uint64_t v) {
    struct icp__container own = *k;
    static uint8_t content[4096];
    for (uint32_t i = 0; i < own.count; i++) {
        if (strcmp(own.sections[i].tag, tag))
            continue;
        uint8_t value[8];
        memcpy(content, own.sections[i].data, own.sections[i].size);
        icp__put64(value, v);
        ck_assert(at + (size_t)width <= own.sections[i].size);
        memcpy(content + at, value, (size_t)width);
        own.sections[i].data = content;
    }
    struct icp_sink sink;
    icp_buffer *b = NULL;
    ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp__container_write(&own, ICP__MAGIC_REFERENCE, &sink, NULL), ICP_OK);
    return b;
}

static const char *const all_tags[] = {"KEYF", "COLS", "ROWS", "READ", NULL};

START_TEST(refuses_wrong_content) {
    icp_reference *r = small_reference(), *out = NULL;
    icp_buffer *file = saved(r);
    struct icp__container k;
    ck_assert_int_eq(icp__container_parse(ctx, (const uint8_t *)text_of(file).data, text_of(file).size, ICP__MAGIC_REFERENCE, 1, all_tags, NULL, &k, NULL), ICP_OK);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        icp_buffer *b = edited(&k, edits[i].tag, edits[i].at, edits[i].width, edits[i].value);
        icp_status s = load(text_of(b).data, text_of(b).size, &out, &err);
        ck_assert_msg(s == edits[i].status && (!edits[i].message || !strcmp(err.message, edits[i].message)), "%zu (%s %zu): %d %s", i, edits[i].tag, edits[i].at, (int)s,
                      err.message);
        ck_assert_ptr_null(out);
        icp_buffer_unref(b);
    }
    for (int i = 0; i < 3; i++) { /* each needed section, left out */
        struct icp__container own = k;
        struct icp_sink sink;
        icp_buffer *b = NULL;
        struct icp_error err = {.struct_size = sizeof err};
        memmove(own.sections + i, own.sections + i + 1, (own.count - 1 - (uint32_t)i) * sizeof own.sections[0]);
        own.count--;
        ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
        ck_assert_int_eq(icp__container_write(&own, ICP__MAGIC_REFERENCE, &sink, NULL), ICP_OK);
        ck_assert_int_eq(load(text_of(b).data, text_of(b).size, &out, &err), ICP_E_FORMAT);
        ck_assert(strstr(err.message, all_tags[i]) && strstr(err.message, "the section is missing"));
        icp_buffer_unref(b);
    }
    icp__container_free(&k);
    icp_buffer_unref(file);
    icp_reference_unref(r);
}
END_TEST

START_TEST(keeps_sections_it_does_not_know) {
    icp_reference *r = small_reference(), *out = NULL;
    icp_buffer *file = saved(r), *b = NULL;
    struct icp__container k;
    struct icp_sink sink;
    ck_assert_int_eq(icp__container_parse(ctx, (const uint8_t *)text_of(file).data, text_of(file).size, ICP__MAGIC_REFERENCE, 1, all_tags, NULL, &k, NULL), ICP_OK);
    memmove(k.sections + 2, k.sections + 1, 3 * sizeof k.sections[0]);
    k.count = 1;
    icp__container_add(&k, "MORE", ICP__SECTION_DEFLATED, "inside the id", 13);
    k.count = 5;
    icp__container_add(&k, "NOTE", ICP__SECTION_OUTSIDE_ID, "outside", 7);
    k.minor = 9;
    ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp__container_write(&k, ICP__MAGIC_REFERENCE, &sink, NULL), ICP_OK);
    ck_assert_int_eq(load(text_of(b).data, text_of(b).size, &out, NULL), ICP_OK);
    ck_assert_mem_eq(out->id, k.id, 32);
    ck_assert_mem_ne(out->id, r->id, 32);
    ck_assert_uint_eq(info_of(out).format, 0x10009);
    icp_buffer *again = saved(out);
    ck_assert(text_of(again).size == text_of(b).size);
    ck_assert_mem_eq(text_of(again).data, text_of(b).data, text_of(b).size);
    icp_buffer_unref(again);
    icp_buffer_unref(b);
    icp_reference_unref(out);
    icp__container_free(&k);
    icp_buffer_unref(file);
    icp_reference_unref(r);
}
END_TEST

START_TEST(does_not_allocate_for_empty_tables) {
    /* Few bytes, many columns, many companies: the array of cells would be 4 TiB. */
    ck_assert(icp__table_cell_bytes(UINT64_C(1) << 48, 65536) == UINT64_MAX);
    ck_assert(icp__table_cell_bytes(4194304, 65536) == UINT64_C(4194304) * 65536 * sizeof(struct icp__cell));
    struct icp_context_options o = {.struct_size = sizeof o, .max_memory = 4 * 3 * sizeof(struct icp__cell) - 1};
    icp_reference *r = small_reference(), *out = NULL;
    icp_buffer *file = saved(r);
    icp_context *tight;
    struct icp_source s;
    struct icp_error err = {.struct_size = sizeof err};
    o.max_memory = 3 * 3 * sizeof(struct icp__cell) - 1;
    ck_assert_int_eq(icp_context_new(&o, &tight, NULL), ICP_OK);
    ck_assert_int_eq(icp_source_from_memory(tight, text_of(file).data, text_of(file).size, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_load(tight, &s, &out, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "3 companies of 3 columns are more than the context's max_memory");
    icp_context_unref(tight);
    /* A company is at least a byte for each column, so few bytes cannot ask for many cells. */
    struct icp__container k;
    ck_assert_int_eq(icp__container_parse(ctx, (const uint8_t *)text_of(file).data, text_of(file).size, ICP__MAGIC_REFERENCE, 1, all_tags, NULL, &k, NULL), ICP_OK);
    uint8_t form[35];
    memcpy(form, k.sections[0].data, sizeof form);
    icp__put32(form + 4, 4194304);
    for (uint32_t companies = 5; companies <= 4194304; companies += 4194299) {
        icp__put64(form + 16, companies);
        struct icp__container own = k;
        own.sections[0].data = form;
        struct icp_sink sink;
        icp_buffer *b = NULL;
        ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
        ck_assert_int_eq(icp__container_write(&own, ICP__MAGIC_REFERENCE, &sink, NULL), ICP_OK);
        ck_assert_int_eq(load(text_of(b).data, text_of(b).size, &out, &err), ICP_E_FORMAT);
        ck_assert_str_eq(err.message, companies == 5 ? "section ROWS, byte 38: wrong count of the rows with one key" : "section ROWS, byte 0: more companies than the section can hold");
        icp_buffer_unref(b);
    }
    icp__container_free(&k);
    icp_buffer_unref(file);
    icp_reference_unref(r);
}
END_TEST

START_TEST(counts_of_every_length_survive) {
    static const uint32_t counts[] = {1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456, UINT32_MAX};
    icp_reference *r = small_reference(), *out = NULL;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (uint64_t row = 0; row < 3; row++) {
            ((uint32_t *)(uintptr_t)r->table->seen)[row] = counts[i];
            ((uint8_t *)(uintptr_t)r->table->differed)[row] = row == 1;
            ((uint32_t *)(uintptr_t)r->table->cuts)[row] = (uint32_t)row;
        }
        struct icp__bytes bytes;
        struct icp__container k;
        struct icp_sink sink;
        icp_buffer *b = NULL;
        icp__bytes_init(&bytes, ctx);
        ck_assert_int_eq(icp__reference_sections(r, &bytes, &k, NULL), ICP_OK);
        ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
        ck_assert_int_eq(icp__container_write(&k, ICP__MAGIC_REFERENCE, &sink, NULL), ICP_OK);
        ck_assert_int_eq(load(text_of(b).data, text_of(b).size, &out, NULL), ICP_OK);
        for (uint32_t row = 0; row < 3; row++)
            ck_assert(out->table->seen[row] == counts[i] && out->table->differed[row] == (row == 1) && out->table->cuts[row] == row);
        icp_reference_unref(out);
        icp_buffer_unref(b);
        icp__bytes_free(&bytes);
    }
    icp_reference_unref(r);
}
END_TEST

START_TEST(wide_rows_are_moved_together) {
    enum { WIDE = 4800, STEP = 24 };
    static struct text_batch t;
    static char wide[7100];
    icp_reference *made[2];
    for (int order = 0; order < 2; order++) {
        icp_reference_builder *b = builder(700, ICP_KEY_EXACT, 3, NULL);
        for (uint32_t from = 0; from < WIDE; from += STEP) {
            t.cells = 0;
            put_cell(&t, "key"), put_cell(&t, "text");
            for (uint32_t i = from; i < from + STEP; i++) {
                uint32_t number = order ? i * 7 % WIDE : WIDE - 1 - i;
                char key[16];
                snprintf(key, sizeof key, "%u", number);
                memset(wide, (int)('a' + number % 26), 7000 + number % 50);
                wide[7000 + number % 50] = 0;
                put_cell(&t, key), put_cell(&t, wide);
            }
            icp_batch *batch = batch_of(&t, 2);
            ck_assert_int_eq(icp_reference_builder_add_batch(b, batch, NULL), ICP_OK);
            icp_batch_unref(batch);
        }
        made[order] = finish(b);
    }
    ck_assert_mem_eq(made[0]->id, made[1]->id, 32);
    for (uint64_t row = 0; row < 700; row++) {
        const struct icp__table *table = made[1]->table;
        uint32_t number = 0;
        for (size_t i = 0; i < table->keys[row].size; i++)
            number = 10 * number + (uint32_t)(table->keys[row].data[i] - '0');
        const struct icp__cell *text = &table->cells[2 * row + 1];
        ck_assert(text->size == 7000 + number % 50);
        for (size_t i = 0; i < text->size; i++)
            ck_assert(text->data[i] == (char)('a' + number % 26));
    }
    icp_reference_unref(made[0]);
    icp_reference_unref(made[1]);
}
END_TEST

START_TEST(whole_rows_need_no_key) {
    static const char *const one[] = {"b", "a", "1", "2", "1", "2", "", "2", "", ""}, *const two[] = {"A", "B", "2", "1", "2", ""};
    static struct text_batch t;
    struct icp__table *tables[2];
    for (int order = 0; order < 2; order++) {
        const struct icp__sample_options o = {.k = 10, .whole_row = true};
        struct icp__sample *s;
        ck_assert_int_eq(icp__sample_new(ctx, &o, &s, NULL), ICP_OK);
        for (int part = 0; part < 2; part++) {
            bool first = part == order;
            t.cells = 0;
            for (int i = 0; i < (first ? 10 : 6); i++)
                put_cell(&t, first ? one[i] : two[i]);
            icp_batch *batch = batch_of(&t, 2);
            ck_assert_int_eq(icp__sample_add(s, batch, NULL), ICP_OK);
            icp_batch_unref(batch);
        }
        ck_assert_int_eq(icp__sample_finish(s, &tables[order], NULL), ICP_OK);
        icp__sample_free(s);
    }
    ck_assert(tables[0]->rows == 2 && tables[1]->rows == 2 && tables[0]->rows_read == 6 && tables[0]->rows_without_key == 1);
    for (int i = 0; i < 2; i++) {
        bool full = tables[0]->cells[2 * i + 1].size > 0;
        ck_assert(tables[0]->hashes[i] == tables[1]->hashes[i] && tables[0]->seen[i] == (full ? 3 : 2) && !tables[0]->differed[i]);
        ck_assert(tables[0]->keys[i].size == 8 && !memcmp(tables[0]->keys[i].data, tables[1]->keys[i].data, 8));
    }
    ck_assert_str_eq(tables[0]->names[0].data, "A");
    icp__table_free(tables[0]);
    icp__table_free(tables[1]);
}
END_TEST

START_TEST(patterns_match_folded_headers) {
    static const struct {
        const char *pattern, *text;
        bool match;
    } cases[] = {{"*", "", true},      {"*", "anything", true}, {"phone*", "Phone Number", true}, {"*number", "Phone Number", true},
                 {"p?one", "Phone", true}, {"p?one", "pone", false}, {"?", "\xc3\x89", true},       {"\xc3\x89*", "\xc3\xa9t\xc3\xa9", true},
                 {"a*b*c", "aXXbYYc", true}, {"a*b*c", "aXXcYYb", false}, {"", "", true},           {"", "a", false},
                 {"a  b", " A B ", true}, {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct icp_str p = {cases[i].pattern, strlen(cases[i].pattern)}, t = {cases[i].text, strlen(cases[i].text)};
        ck_assert_msg(icp__pattern_match(p, t) == cases[i].match, "%s %s", cases[i].pattern, cases[i].text);
    }
}
END_TEST

START_TEST(options_are_checked) {
    icp_reference_builder *b = NULL;
    struct icp_reference_options o = {.struct_size = sizeof o, .k = 4194305};
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_E_ARGUMENT);
    o.k = 1, o.key_form = 3;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_E_UNSUPPORTED);
    o.key_form = -1;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_E_ARGUMENT);
    o.key_form = 1, o.flags = 1;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_E_UNSUPPORTED);
    o.flags = 0, o.struct_size = 8;
    ck_assert_int_eq(icp_reference_builder_new(ctx, &o, &b, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_reference_builder_new(NULL, NULL, &b, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_reference_builder_new(ctx, NULL, NULL, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_null(b);
    icp_reference_builder_free(NULL);
    icp_reference_unref(NULL);
    ck_assert_ptr_null(icp_reference_ref(NULL));
    struct icp_source s;
    icp_reference *r = NULL;
    ck_assert_int_eq(icp_source_from_memory(ctx, "x", 1, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_load(NULL, &s, &r, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_reference_load(ctx, NULL, &r, NULL), ICP_E_ARGUMENT);
    struct icp_sink sink;
    icp_buffer *buffer = NULL;
    ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &buffer, NULL), ICP_OK);
    ck_assert_int_eq(icp_reference_save(NULL, &sink, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_null(buffer);
}
END_TEST

int main(void) {
    Suite *s = suite_create("reference");
    TCase *t = tcase_create("reference");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, order_split_and_merge_do_not_matter);
    tcase_add_test(t, pruning_on_the_way_does_not_matter);
    tcase_add_test(t, keeps_what_the_definition_says);
    tcase_add_test(t, estimates_distinct_keys);
    tcase_add_test(t, host_keys_unite_urls);
    tcase_add_test(t, exact_keys_are_trimmed_bytes);
    tcase_add_test(t, protected_and_excluded_cells_are_not_stored);
    tcase_add_test(t, released_columns_are_stored_as_they_are);
    tcase_add_test(t, long_cells_are_cut_at_a_character);
    tcase_add_test(t, merges_only_what_fits);
    tcase_add_test(t, says_which_key_is_missing);
    tcase_add_test(t, json_lines_may_name_their_key_late);
    tcase_add_test(t, refuses_damaged_files);
    tcase_add_test(t, refuses_wrong_content);
    tcase_add_test(t, keeps_sections_it_does_not_know);
    tcase_add_test(t, does_not_allocate_for_empty_tables);
    tcase_add_test(t, counts_of_every_length_survive);
    tcase_add_test(t, wide_rows_are_moved_together);
    tcase_add_test(t, whole_rows_need_no_key);
    tcase_add_test(t, patterns_match_folded_headers);
    tcase_add_test(t, options_are_checked);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
