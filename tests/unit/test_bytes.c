/* SPDX-License-Identifier: MIT */
/* Growing bytes, the formatter against the C library's, the arena, buffers. */
#include "base/bytes.h"
#include "check_main.h"
#include "counting.h"
#include <limits.h>
#include <stdio.h>

static struct counting k;
static icp_context *c;

static void setup(void) {
    k = (struct counting){0};
    c = counting_context(&k);
}

static void teardown(void) {
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
}

START_TEST(grows) {
    struct icp__bytes b;
    icp__bytes_init(&b, c);
    ck_assert_ptr_null(b.data);
    icp__bytes_text(&b, "");
    ck_assert_str_eq(b.data, "");
    for (int i = 0; i < 10000; i++)
        icp__bytes_add(&b, "xyz", 3);
    ck_assert_uint_eq(b.size, 30000);
    ck_assert_uint_eq(strlen(b.data), 30000);
    char *room = icp__bytes_room(&b, 5);
    ck_assert_ptr_eq(room, b.data + 30000);
    for (int i = 0; i <= 5; i++)
        ck_assert_int_eq(room[i], 0);
    icp__bytes_add(&b, NULL, 0);
    ck_assert_uint_eq(b.size, 30005);
    ck_assert_ptr_null(icp__bytes_room(&b, SIZE_MAX - 4));
    ck_assert(b.failed);
    icp__bytes_free(&b);
    icp__bytes_free(&b);
}
END_TEST

START_TEST(failure_sticks) {
    struct icp__bytes b;
    icp__bytes_init(&b, c);
    icp__bytes_text(&b, "before");
    k.fail_at = k.calls + 1;
    char text[100] = {0};
    icp__bytes_add(&b, text, sizeof text);
    ck_assert(b.failed);
    ck_assert_str_eq(b.data, "before");
    ck_assert_uint_eq(b.size, 6);
    icp__bytes_text(&b, "x");
    icp__bytes_print(&b, "%d", 1);
    ck_assert_ptr_null(icp__bytes_room(&b, 1));
    ck_assert_uint_eq(b.size, 6);
    icp_buffer *out = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp__bytes_finish(&b, &out, &err), ICP_E_MEMORY);
    ck_assert_str_eq(err.message, "out of memory");
    ck_assert_ptr_null(out);
    ck_assert_ptr_null(b.data);
    ck_assert(!b.failed);
}
END_TEST

static uint64_t state;
static uint64_t rnd(void) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> (state >> 58) ^ state;
}

/* Every form the formatter knows, against snprintf as the oracle. */
START_TEST(prints_like_the_c_library) {
    struct icp__bytes b;
    char want[600];
    icp__bytes_init(&b, c);
    for (state = 1; b.size < 400000;) {
        uint64_t v = rnd(), w = rnd();
        char text[40];
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)('a' + (v >> i % 50 & 15));
        text[w % sizeof text] = 0;
        int cut = (int)(w >> 8 & 63) - 5;
        size_t before = b.size;
        int n = snprintf(want, sizeof want, "%d|%u|%x|%ld|%lu|%lx|%lld|%llu|%llx|%zu|%s|%.*s|%c|%%|", (int)v,
                         (unsigned)w, (unsigned)v, (long)v, (unsigned long)w, (unsigned long)v, (long long)v,
                         (unsigned long long)w, (unsigned long long)v, (size_t)v, text, cut, text, 'A' + (int)(v & 15));
        icp__bytes_print(&b, "%d|%u|%x|%ld|%lu|%lx|%lld|%llu|%llx|%zu|%s|%.*s|%c|%%|", (int)v, (unsigned)w, (unsigned)v,
                         (long)v, (unsigned long)w, (unsigned long)v, (long long)v, (unsigned long long)w,
                         (unsigned long long)v, (size_t)v, text, cut, text, 'A' + (int)(v & 15));
        ck_assert_uint_eq(b.size - before, (size_t)n);
        ck_assert_str_eq(b.data + before, want);
    }
    icp__bytes_free(&b);
    icp__bytes_print(&b, "%d %lld %d %llu", INT_MIN, LLONG_MIN, 0, ULLONG_MAX);
    ck_assert_str_eq(b.data, "-2147483648 -9223372036854775808 0 18446744073709551615");
    icp__bytes_free(&b);
}
END_TEST

START_TEST(buffer) {
    struct icp__bytes b;
    icp_buffer *out = NULL;
    struct icp_str s;
    icp__bytes_init(&b, c);
    ck_assert_int_eq(icp__bytes_finish(&b, &out, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(out, &s), ICP_OK);
    ck_assert_uint_eq(s.size, 0);
    ck_assert_str_eq(s.data, "");
    icp_buffer_unref(out);

    icp__bytes_text(&b, "some text");
    ck_assert_int_eq(icp__bytes_finish(&b, &out, NULL), ICP_OK);
    ck_assert_ptr_null(b.data);
    ck_assert_int_eq(icp_buffer_data(out, &s), ICP_OK);
    ck_assert_uint_eq(s.size, 9);
    ck_assert_str_eq(s.data, "some text");
    ck_assert_int_eq(icp_buffer_data(NULL, &s), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_buffer_data(out, NULL), ICP_E_ARGUMENT);
    ck_assert_ptr_eq(icp_buffer_ref(out), out);
    icp_buffer_unref(out);
    ck_assert_str_eq(s.data, "some text");
    /* The buffer alone keeps its context alive. */
    icp_context *keep = icp_context_ref(c);
    icp_context_unref(c);
    icp_buffer_unref(out);
    c = keep;
    icp_buffer_unref(NULL);
    ck_assert_ptr_null(icp_buffer_ref(NULL));
}
END_TEST

/* Pieces never overlap, are aligned, and keep what was written. */
START_TEST(arena) {
    struct icp__arena a;
    uint8_t *pieces[4000];
    size_t sizes[4000], total = 0;
    icp__arena_init(&a, c);
    state = (uint64_t)_i + 1;
    for (int i = 0; i < 4000; i++) {
        uint64_t r = rnd();
        sizes[i] = r % 100 == 0 ? r / 100 % 100000 : r / 100 % 60;
        pieces[i] = icp__arena_alloc(&a, sizes[i], 1);
        ck_assert_ptr_nonnull(pieces[i]);
        ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], i & 255, sizes[i]);
        total += sizes[i] ? sizes[i] : 1;
    }
    ck_assert_uint_eq(a.total, total);
    size_t wrong = 0;
    for (int i = 0; i < 4000; i++) {
        for (size_t j = 0; j < sizes[i]; j++)
            wrong += pieces[i][j] != (i & 255);
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_lt(k.live, 100);
    char *text = icp__arena_copy(&a, "abc\0def", 7);
    ck_assert_mem_eq(text, "abc\0def", 8);
    ck_assert_str_eq(icp__arena_copy(&a, NULL, 0), "");
    ck_assert_ptr_null(icp__arena_alloc(&a, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(icp__arena_copy(&a, "", SIZE_MAX));
    size_t before = a.total;
    k.fail_at = k.calls + 1;
    ck_assert_ptr_null(icp__arena_alloc(&a, 10000000, 1));
    ck_assert_uint_eq(a.total, before);
    icp__arena_free(&a);
    ck_assert_uint_eq(k.live, 1);
    icp__arena_free(&a);
}
END_TEST

int main(void) {
    Suite *s = suite_create("bytes");
    TCase *t = tcase_create("bytes");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, grows);
    tcase_add_test(t, failure_sticks);
    tcase_add_test(t, prints_like_the_c_library);
    tcase_add_test(t, buffer);
    tcase_add_loop_test(t, arena, 0, 5);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
