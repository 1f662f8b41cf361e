/* SPDX-License-Identifier: MIT */
/* Batches: their life, reuse by the reader, those made from cells of the caller, columns by name. */
#include "check_main.h"
#include "counting.h"
#include "ingest/batch.h"
#include "reading.h"

START_TEST(cells_of_the_caller) {
    static const char bytes[] = " Key bM\xfcller";
    static const int64_t offsets[] = {0, 5, 6, 6, 12, 12, 12};
    static const uint8_t validity[] = {0x2f};
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *c = plain_context(0, 0);
    icp_batch *b = NULL;
    ck_assert_int_eq(icp_batch_from_text(c, 3, 2, bytes, offsets, validity, &b, &err), ICP_OK);
    ck_assert_uint_eq(icp_batch_rows(b), 1);
    ck_assert_uint_eq(icp_batch_columns(b), 3);
    ck_assert_str_eq(icp_batch_name(b, 0).data, "Key");
    ck_assert_str_eq(icp_batch_name(b, 1).data, "b");
    ck_assert_str_eq(icp_batch_name(b, 2).data, "column 3");
    ck_assert_ptr_null(icp_batch_name(b, 3).data);
    const struct icp_str cell = icp_batch_cell(b, 0, 0);
    ck_assert(cell.size == 7 && !memcmp(cell.data, "M\xc3\xbcller", 7));
    ck_assert_ptr_null(icp_batch_cell(b, 0, 1).data);
    ck_assert_ptr_nonnull(icp_batch_cell(b, 0, 2).data);
    ck_assert_uint_eq(icp_batch_cell(b, 0, 2).size, 0);
    ck_assert_ptr_null(icp_batch_cell(b, 1, 0).data);
    ck_assert_ptr_null(icp_batch_cell(b, 0, 3).data);
    ck_assert_ptr_eq(icp_batch_ref(b), b);
    icp_batch_unref(b);
    icp_batch_unref(b);
    icp_batch_unref(NULL);
    ck_assert_ptr_null(icp_batch_ref(NULL));
    ck_assert_uint_eq(icp_batch_rows(NULL), 0);
    icp_context_unref(c);
}
END_TEST

/* A name of soft hyphens and byte order marks folds to nothing: it is blank, and its column has a number. */
START_TEST(names_that_cannot_be_seen_are_blank) {
    static const char bytes[] = "\xc2\xad\xc2\xad" "\xef\xbb\xbf" "id";
    static const int64_t offsets[] = {0, 4, 7, 9};
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *c = plain_context(0, 0);
    icp_batch *b = NULL;
    ck_assert_int_eq(icp_batch_from_text(c, 3, 1, bytes, offsets, NULL, &b, &err), ICP_OK);
    ck_assert_str_eq(icp_batch_name(b, 0).data, "column 1");
    ck_assert_str_eq(icp_batch_name(b, 1).data, "column 2");
    ck_assert_str_eq(icp_batch_name(b, 2).data, "id");
    icp_batch_unref(b);
    icp_context_unref(c);
}
END_TEST

START_TEST(refused_cells) {
    static const int64_t good[] = {0, 1, 2}, falling[] = {0, 2, 1}, negative[] = {-1, 1, 2}, wide[] = {0, 1, 20};
    static const char bytes[] = "aAxxxxxxxxxxxxxxxxxxxxx";
    struct icp_error err = {.struct_size = sizeof err};
    icp_context *c = plain_context(16, 4);
    icp_batch *b = (icp_batch *)&err;
    ck_assert_int_eq(icp_batch_from_text(NULL, 2, 1, bytes, good, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, NULL, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, NULL, good, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, good, NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 0, 1, bytes, good, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 1, 0, bytes, good, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, falling, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "offsets are not ascending");
    ck_assert_int_eq(err.column, 2);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, negative, NULL, &b, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, wide, NULL, &b, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "cell is larger than 16 bytes");
    ck_assert_int_eq(icp_batch_from_text(c, 5, 1, bytes, good, NULL, &b, &err), ICP_E_LIMIT);
    ck_assert_int_eq(icp_batch_from_text(c, 2, UINT64_MAX / 2, bytes, good, NULL, &b, &err), ICP_E_MEMORY);
    ck_assert_int_eq(icp_batch_from_text(c, 2, 1, bytes, good, NULL, &b, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "columns 1 \"a\" and 2 \"A\" have the same name");
    ck_assert_ptr_eq(b, &err);
    icp_context_unref(c);
}
END_TEST

START_TEST(memory_fails) {
    static const char bytes[] = "ab\xfcy";
    static const int64_t offsets[] = {0, 1, 2, 3, 4};
    for (size_t i = 1;; i++) {
        struct counting k = {.fail_at = i};
        icp_context *c = counting_context(&k);
        if (!c) continue;
        icp_batch *b = NULL;
        const icp_status st = icp_batch_from_text(c, 2, 2, bytes, offsets, NULL, &b, NULL);
        ck_assert(st == ICP_E_MEMORY ? !b : st == ICP_OK && b);
        icp_batch_unref(b);
        icp_context_unref(c);
        ck_assert_uint_eq(k.live, 0);
        if (k.calls < i) break;
    }
}
END_TEST

static char *many_rows(int rows, size_t *size) {
    char *text = malloc((size_t)rows * 32 + 16), *at = text + sprintf(text, "key,b\n");
    for (int i = 0; i < rows; i++) at += sprintf(at, "k%d,\"x\"\"%d\"\n", i, i);
    *size = (size_t)(at - text);
    return text;
}

/* With up to eight batches alive in turn nothing is allocated once all have been used, and no batch that is held
 * changes. */
START_TEST(batches_are_recycled) {
    size_t size;
    char *text = many_rows(40000, &size);
    for (size_t alive = 1; alive <= 8; alive += 7) {
        struct counting k = {0};
        icp_context *c = counting_context(&k);
        struct icp_source s = {.struct_size = sizeof s};
        const struct icp_reader_options o = reading_options(0, 0, 100);
        icp_reader *r = NULL;
        icp_batch *held[8] = {NULL}, *b = NULL;
        uint64_t first[8] = {0}, rows = 0;
        size_t calls = 0, n = 0;
        ck_assert_int_eq(icp_source_from_memory(c, text, size, &s, NULL), ICP_OK);
        ck_assert_int_eq(icp_reader_open(c, &s, &o, &r, NULL), ICP_OK);
        for (; !icp_reader_next(r, &b, NULL) && b; n++) {
            const size_t slot = n % alive;
            if (n == 40) calls = k.calls;
            if (held[slot]) {
                char key[16], text_cell[16];
                sprintf(key, "k%d", (int)first[slot] + 7), sprintf(text_cell, "x\"%d", (int)first[slot] + 7);
                const struct icp_str cell = icp_batch_cell(held[slot], 7, 0), other = icp_batch_cell(held[slot], 7, 1);
                ck_assert(cell.size == strlen(key) && !memcmp(cell.data, key, cell.size));
                ck_assert(other.size == strlen(text_cell) && !memcmp(other.data, text_cell, other.size));
                ck_assert_uint_eq(held[slot]->first_row, first[slot] + 1);
                ck_assert_uint_eq(held[slot]->lines[7], first[slot] + 9);
            }
            icp_batch_unref(held[slot]);
            held[slot] = b;
            first[slot] = rows;
            rows += icp_batch_rows(b);
        }
        ck_assert_uint_eq(rows, 40000);
        ck_assert_uint_gt(n, 100);
        ck_assert_uint_eq(k.calls, calls);
        /* Batches outlive reader and context. */
        icp_reader_free(r);
        icp_context_unref(c);
        const struct icp_str cell = icp_batch_cell(held[(n - 1) % alive], 99, 0);
        ck_assert(cell.size == 6 && !memcmp(cell.data, "k39999", 6));
        for (size_t i = 0; i < alive; i++) icp_batch_unref(held[i]);
        ck_assert_uint_eq(k.live, 0);
    }
    free(text);
}
END_TEST

/* A caller who keeps all of them gets all of them. */
START_TEST(all_batches_kept) {
    size_t size;
    char *text = many_rows(5000, &size);
    icp_context *c = plain_context(0, 0);
    struct icp_source s = {.struct_size = sizeof s};
    const struct icp_reader_options o = reading_options(0, 0, 100);
    icp_reader *r = NULL;
    icp_batch *held[64] = {NULL}, *b = NULL;
    size_t n = 0;
    ck_assert_int_eq(icp_source_from_memory(c, text, size, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_open(c, &s, &o, &r, NULL), ICP_OK);
    while (!icp_reader_next(r, &b, NULL) && b) held[n++] = b;
    icp_reader_free(r);
    int row = 0;
    for (size_t i = 0; i < n; i++) {
        for (uint64_t k = 0; k < icp_batch_rows(held[i]); k++, row++) {
            char key[16];
            sprintf(key, "k%d", row);
            const struct icp_str cell = icp_batch_cell(held[i], k, 0);
            ck_assert(cell.size == strlen(key) && !memcmp(cell.data, key, cell.size));
        }
        icp_batch_unref(held[i]);
    }
    ck_assert_int_eq(row, 5000);
    free(text);
    icp_context_unref(c);
}
END_TEST

START_TEST(columns_are_found) {
    icp_context *c = plain_context(0, 0);
    static const struct icp__cell names[] = {{"Name", 4}, {" Company  ID ", 13}, {"x", 1}, {"X", 1}, {NULL, 0}};
    struct icp__layout *l = icp__layout_new(c, 5, names);
    ck_assert_str_eq(l->names[1].data, "Company  ID");
    ck_assert_str_eq(l->folded[1].data, "company id");
    ck_assert_int_eq(icp__layout_find(l, "Name", 4), 0);
    ck_assert_int_eq(icp__layout_find(l, "NAME ", 5), 0);
    ck_assert_int_eq(icp__layout_find(l, "company id", 10), 1);
    ck_assert_int_eq(icp__layout_find(l, "x", 1), 2);
    ck_assert_int_eq(icp__layout_find(l, "X", 1), 3);
    ck_assert_int_eq(icp__layout_find(l, "\xef\xbc\xb8", 3), -2); /* full-width X */
    ck_assert_int_eq(icp__layout_find(l, "column 5", 8), 4);
    ck_assert_int_eq(icp__layout_find(l, "y", 1), -1);
    icp__layout_unref(icp__layout_ref(l));
    icp__layout_unref(l);
    icp__layout_unref(NULL);
    icp_context_unref(c);
}
END_TEST

START_TEST(places) {
    icp_context *c = plain_context(0, 0);
    struct drip d;
    struct icp_source s = drip_source(&d, "a,b\n1,\"x\n\"\n\n3,4\n", 16, 5);
    icp_reader *r = NULL;
    icp_batch *b = NULL;
    ck_assert_int_eq(icp_reader_open(c, &s, NULL, &r, NULL), ICP_OK);
    ck_assert_int_eq(icp_reader_next(r, &b, NULL), ICP_OK);
    const struct icp__place place = icp__batch_place(b, 1, 1);
    ck_assert_str_eq(place.source, "input");
    ck_assert_int_eq(place.row, 2);
    ck_assert_int_eq(place.line, 5);
    ck_assert_int_eq(place.column, 2);
    ck_assert_str_eq(place.field.data, "b");
    ck_assert_int_eq(icp__batch_place(b, 9, -1).row, -1);
    icp_batch_unref(b);
    icp_reader_free(r);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("batch");
    TCase *t = tcase_create("batch");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, cells_of_the_caller);
    tcase_add_test(t, names_that_cannot_be_seen_are_blank);
    tcase_add_test(t, refused_cells);
    tcase_add_test(t, memory_fails);
    tcase_add_test(t, batches_are_recycled);
    tcase_add_test(t, all_batches_kept);
    tcase_add_test(t, columns_are_found);
    tcase_add_test(t, places);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
