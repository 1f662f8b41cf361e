/* SPDX-License-Identifier: MIT */
/* Contexts, option structs, allocators, log, progress, the floating-point environment. */
#include "base/base.h"
#include "check_main.h"
#include "counting.h"
#include <fenv.h>
#include <float.h>
#include <stdio.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

START_TEST(version_and_names) {
    static const char *const names[] = {
        "ICP_OK",        "ICP_E_ARGUMENT", "ICP_E_MEMORY",     "ICP_E_IO",       "ICP_E_CANCELLED", "ICP_E_LIMIT",
        "ICP_E_UNSUPPORTED", "ICP_E_FORMAT", "ICP_E_CHECKSUM", "ICP_E_VERSION",  "ICP_E_EXTRACTION", "ICP_E_SCHEMA",
        "ICP_E_KEY",     "ICP_E_TOO_FEW",  "ICP_E_NO_MATCH",   "ICP_E_REFERENCE", "ICP_E_STATE",    "ICP_E_LEDGER",
        "ICP_E_GATE"};
    ck_assert_uint_eq(icp_version(), 0x000100);
    for (int32_t i = 0; i < 19; i++)
        ck_assert_str_eq(icp_status_name(i), names[i]);
    ck_assert_str_eq(icp_status_name(19), "ICP_E_?");
    ck_assert_str_eq(icp_status_name(-1), "ICP_E_?");
    ck_assert_str_eq(icp_status_name(INT32_MIN), "ICP_E_?");
    ck_assert_str_eq(icp_status_name(INT32_MAX), "ICP_E_?");
}
END_TEST

START_TEST(defaults) {
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    ck_assert_uint_eq(c->options.max_cell, 16u << 20);
    ck_assert_uint_eq(c->options.max_columns, 4096);
    ck_assert_uint_eq(c->options.max_memory, UINT64_C(4) << 30 < SIZE_MAX / 4 ? UINT64_C(4) << 30 : SIZE_MAX / 4);
    ck_assert_uint_eq(c->options.max_distinct, 1048576);
    ck_assert_ptr_null(c->options.allocator);
    icp_context_unref(c);

    struct icp_context_options o = {.struct_size = sizeof o};
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    ck_assert_uint_eq(c->options.max_columns, 4096);
    icp_context_unref(c);

    o.max_cell = 7, o.max_columns = UINT64_MAX, o.max_memory = UINT64_MAX, o.max_distinct = 1, o.hash_seed = 99;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    ck_assert_uint_eq(c->options.max_cell, 7);
    ck_assert_uint_eq(c->options.max_columns, INT32_MAX);
    ck_assert_uint_eq(c->options.max_memory, SIZE_MAX / 4);
    ck_assert_uint_eq(c->options.max_distinct, 1);
    ck_assert_uint_eq(c->options.hash_seed, 99);
    icp_context_unref(c);
}
END_TEST

static void refused(const void *o, icp_status code, const char *message) {
    icp_context *const untouched = (icp_context *)(uintptr_t)0x1234;
    icp_context *c = untouched;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_context_new(o, &c, &err), code);
    ck_assert_ptr_eq(c, untouched);
    ck_assert_int_eq(err.code, code);
    ck_assert_str_eq(err.message, message);
    ck_assert_int_eq(err.row, -1);
    ck_assert_int_eq(err.line, -1);
    ck_assert_int_eq(err.column, -1);
    ck_assert_int_eq(err.byte, -1);
    ck_assert_str_eq(err.source, "");
    ck_assert_str_eq(err.field, "");
}

static const char *size_message(unsigned given, size_t first) {
    static char text[100];
    snprintf(text, sizeof text, "struct_size is %u; set it to the size of the struct, at least %zu", given, first);
    return text;
}

START_TEST(options_refused) {
    struct icp_context_options o = {0};
    static const uint32_t sizes[] = {0, sizeof o - 1, 65537};
    for (size_t i = 0; i < 3; i++) {
        o.struct_size = sizes[i];
        refused(&o, ICP_E_ARGUMENT, size_message(sizes[i], sizeof o));
    }
    o.struct_size = sizeof o;
    o.flags = 4;
    refused(&o, ICP_E_UNSUPPORTED, "flags of icp_context_options are 4, none is known");
    o.flags = 0;

    struct icp_allocator a = {0};
    o.allocator = &a;
    refused(&o, ICP_E_ARGUMENT, size_message(0, sizeof a));
    struct counting k = {0};
    a = counting_allocator(&k);
    a.free = NULL;
    refused(&o, ICP_E_ARGUMENT, "an allocator needs alloc, realloc and free");
    a = counting_allocator(&k);
    a.reserved = 1;
    refused(&o, ICP_E_UNSUPPORTED, "reserved of icp_allocator is not 0");
    a = counting_allocator(&k);
    k.fail_at = 1;
    refused(&o, ICP_E_MEMORY, "out of memory");
    ck_assert_uint_eq(k.live, 0);

    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_context_new(NULL, NULL, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "out is NULL");
}
END_TEST

/* A caller compiled against a newer header. */
START_TEST(options_of_a_newer_caller) {
    struct {
        struct icp_context_options o;
        uint64_t unknown[2];
    } newer = {.o = {.struct_size = sizeof newer, .max_cell = 5}};
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(&newer.o, &c, NULL), ICP_OK);
    ck_assert_uint_eq(c->options.max_cell, 5);
    icp_context_unref(c);
    ((uint8_t *)newer.unknown)[15] = 1;
    char text[100];
    snprintf(text, sizeof text, "the option at byte %zu is not known to this library", sizeof newer - 1);
    refused(&newer, ICP_E_UNSUPPORTED, text);
}
END_TEST

/* A caller compiled against an older header than the library. */
START_TEST(options_of_an_older_caller) {
    struct {
        uint32_t struct_size, a;
        uint64_t later;
    } own;
    uint32_t older[2] = {8, 42};
    memset(&own, 0xFF, sizeof own);
    ck_assert_int_eq(icp__options(older, 8, &own, sizeof own, NULL), ICP_OK);
    ck_assert_uint_eq(own.struct_size, sizeof own);
    ck_assert_uint_eq(own.a, 42);
    ck_assert_uint_eq(own.later, 0);
}
END_TEST

START_TEST(outputs) {
    struct {
        uint32_t struct_size, a;
        uint64_t b;
    } own = {sizeof own, 1, 2};
    uint32_t given[8];
    for (uint32_t size = 0; size <= 32; size++) {
        memset(given, 0xEE, sizeof given);
        given[0] = size;
        icp_status s = icp__output(given, 8, &own, sizeof own, NULL);
        const uint8_t *b = (const uint8_t *)given;
        uint32_t written = s ? 4 : size;
        ck_assert_int_eq(s, size < 8 ? ICP_E_ARGUMENT : ICP_OK);
        ck_assert_uint_eq(given[0], size);
        for (uint32_t i = 4; i < 32; i++)
            ck_assert_uint_eq(b[i], i >= written ? 0xEE : i < sizeof own ? ((const uint8_t *)&own)[i] : 0);
    }
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp__output(NULL, 8, &own, sizeof own, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "the struct to fill is NULL");
}
END_TEST

START_TEST(references_keep_alive) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    ck_assert_ptr_eq(icp_context_ref(c), c);
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 1);
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
    ck_assert_ptr_null(icp_context_ref(NULL));
    icp_context_unref(NULL);
}
END_TEST

START_TEST(memory) {
    struct counting k = {0};
    icp_context *c = counting_context(&k);
    void *nothing = icp__alloc(c, 0, 8), *other = icp__alloc(c, 8, 0);
    ck_assert_ptr_nonnull(nothing);
    ck_assert_ptr_nonnull(other);
    ck_assert_ptr_ne(nothing, other);
    size_t before = k.calls;
    ck_assert_ptr_null(icp__alloc(c, SIZE_MAX, 2));
    ck_assert_ptr_null(icp__calloc(c, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(icp__realloc(c, nothing, SIZE_MAX / 4 + 1, 4));
    ck_assert_uint_eq(k.calls, before);
    uint8_t *zero = icp__calloc(c, 3, 5);
    for (int i = 0; i < 15; i++)
        ck_assert_uint_eq(zero[i], 0);
    icp__free(c, zero);
    icp__free(c, nothing);
    icp__free(c, other);
    icp__free(c, NULL);

    uint32_t *list = NULL;
    size_t cap = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        ck_assert(icp__grow(c, &list, &cap, i + 1, sizeof *list));
        list[i] = i;
    }
    ck_assert_uint_eq(cap, 1024);
    uint32_t *same = list;
    k.fail_at = k.calls + 1;
    ck_assert(!icp__grow(c, &list, &cap, 1025, sizeof *list));
    ck_assert(!icp__grow(c, &list, &cap, SIZE_MAX / 2, sizeof *list));
    ck_assert_ptr_eq(list, same);
    ck_assert_uint_eq(cap, 1024);
    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(list[i], i);
    icp__free(c, list);
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
}
END_TEST

static char logged[600];
static size_t logged_size;
static int32_t logged_code;
static void log_line(void *user, int32_t level, int32_t code, const char *text, size_t size) {
    ck_assert_ptr_eq(user, logged);
    ck_assert_int_eq(level, 2);
    ck_assert_uint_eq(text[size], 0);
    memcpy(logged, text, size + 1);
    logged_size = size;
    logged_code = code;
}

START_TEST(log_is_one_clean_line) {
    struct icp_context_options o = {.struct_size = sizeof o, .log = log_line, .log_user = logged};
    icp_context *c = NULL;
    ck_assert_int_eq(icp_context_new(&o, &c, NULL), ICP_OK);
    icp__say(c, 2, ICP_E_KEY, "%u rows\nwithout a %s", 3u, "key\x1b[2J");
    ck_assert_str_eq(logged, "3 rows?without a key?[2J");
    ck_assert_int_eq(logged_code, ICP_E_KEY);
    char text[2000];
    memset(text, 'x', sizeof text);
    icp__say(c, 2, 0, "%.*s", (int)sizeof text, text);
    ck_assert_uint_eq(logged_size, 511);
    icp_context_unref(c);
    ck_assert_int_eq(icp_context_new(NULL, &c, NULL), ICP_OK);
    icp__say(c, 1, 0, "nobody listens");
    icp_context_unref(c);
}
END_TEST

static int32_t stop_at(void *user, uint32_t stage, uint64_t done, uint64_t total) {
    ck_assert_uint_eq(stage, ICP_STAGE_FIT);
    ck_assert_uint_eq(total, 10);
    return done >= *(uint64_t *)user ? -3 : 0;
}

START_TEST(progress) {
    uint64_t stop = 4;
    struct icp_progress p = {.struct_size = sizeof p, .user = &stop, .fn = stop_at};
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp__progress_check(NULL, &err), ICP_OK);
    ck_assert_int_eq(icp__progress_check(&p, &err), ICP_OK);
    ck_assert_int_eq(icp__progress(NULL, 1, 2, 3, &err), ICP_OK);
    ck_assert_int_eq(icp__progress(&p, ICP_STAGE_FIT, 3, 10, &err), ICP_OK);
    ck_assert_int_eq(err.code, 0);
    ck_assert_int_eq(icp__progress(&p, ICP_STAGE_FIT, 4, 10, &err), ICP_E_CANCELLED);
    ck_assert_str_eq(err.message, "stopped by the progress callback");
    p.fn = NULL;
    ck_assert_int_eq(icp__progress(&p, ICP_STAGE_FIT, 4, 10, &err), ICP_OK);
    p.reserved = 1;
    ck_assert_int_eq(icp__progress_check(&p, &err), ICP_E_UNSUPPORTED);
    p.struct_size = 4;
    ck_assert_int_eq(icp__progress_check(&p, &err), ICP_E_ARGUMENT);
}
END_TEST

START_TEST(floating_point_environment) {
    volatile double one = 1, tiny = 1e-20, smallest = DBL_MIN, two = 2;
    struct icp__fpenv saved;
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
#ifdef __SSE2__
    unsigned control = _mm_getcsr() | 0x8040; /* flush to zero, denormals are zero */
    _mm_setcsr(control);
    ck_assert(smallest / two == 0);
#endif
    ck_assert(one + tiny > 1);
    icp__fpenv_enter(&saved);
    ck_assert_int_eq(fegetround(), FE_TONEAREST);
    ck_assert(one + tiny == 1);
    ck_assert(smallest / two > 0);
    icp__fpenv_leave(&saved);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    ck_assert(one + tiny > 1);
#ifdef __SSE2__
    ck_assert_uint_eq(_mm_getcsr() & 0x8040, 0x8040);
#endif
    fesetenv(FE_DFL_ENV);
}
END_TEST

int main(void) {
    Suite *s = suite_create("context");
    TCase *t = tcase_create("context");
    tcase_add_test(t, version_and_names);
    tcase_add_test(t, defaults);
    tcase_add_test(t, options_refused);
    tcase_add_test(t, options_of_a_newer_caller);
    tcase_add_test(t, options_of_an_older_caller);
    tcase_add_test(t, outputs);
    tcase_add_test(t, references_keep_alive);
    tcase_add_test(t, memory);
    tcase_add_test(t, log_is_one_clean_line);
    tcase_add_test(t, progress);
    tcase_add_test(t, floating_point_environment);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
