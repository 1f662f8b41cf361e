/* SPDX-License-Identifier: MIT */
/* The container: what is written is read, and every damaged, cut or hostile file is refused without a large allocation. */
#include "base/container.h"
#include "base/deflate.h"
#include "check_main.h"
#include <stdio.h>

/* Counts what is asked for, so that a refusal can be shown to be cheap. */
static size_t asked;
static void *count_alloc(void *user, size_t n) {
    (void)user;
    asked += n;
    return malloc(n);
}
static void *count_realloc(void *user, void *p, size_t n) {
    (void)user;
    asked += n;
    return realloc(p, n);
}
static void count_free(void *user, void *p) {
    (void)user;
    free(p);
}

static icp_context *ctx;
static const char *const known[] = {"AAAA", "BBBB", "CCCC", NULL};

static void setup(void) {
    const struct icp_allocator a = {sizeof a, 0, NULL, count_alloc, count_realloc, count_free};
    const struct icp_context_options o = {.struct_size = sizeof o, .allocator = &a, .max_memory = 1 << 24};
    ck_assert_int_eq(icp_context_new(&o, &ctx, NULL), ICP_OK);
}
static void teardown(void) {
    icp_context_unref(ctx);
}

static struct icp_str text_of(icp_buffer *b) {
    struct icp_str s;
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    return s;
}

static icp_buffer *written(struct icp__container *k) {
    struct icp_sink sink;
    icp_buffer *b = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_sink_to_memory(ctx, &sink, &b, NULL), ICP_OK);
    ck_assert_msg(icp__container_write(k, ICP__MAGIC_REFERENCE, &sink, &err) == ICP_OK, "%s", err.message);
    return b;
}

static icp_buffer *sample_file(void) {
    struct icp__container k = {.ctx = ctx, .major = 1, .minor = 3};
    static char long_text[3000];
    memset(long_text, 'x', sizeof long_text);
    icp__container_add(&k, "AAAA", ICP__SECTION_CRITICAL, "hello", 5);
    icp__container_add(&k, "BBBB", ICP__SECTION_CRITICAL | ICP__SECTION_DEFLATED, long_text, sizeof long_text);
    icp__container_add(&k, "CCCC", ICP__SECTION_OUTSIDE_ID, "12345678", 8);
    icp__container_add(&k, "ZZZZ", 0, "", 0);
    return written(&k);
}

static icp_status parse(const void *data, size_t n, struct icp__container *k, struct icp_error *err) {
    return icp__container_parse(ctx, data, n, ICP__MAGIC_REFERENCE, 1, known, "f", k, err);
}

START_TEST(reads_what_it_wrote) {
    icp_buffer *b = sample_file();
    struct icp_str s = text_of(b);
    struct icp__container k;
    ck_assert_int_eq(parse(s.data, s.size, &k, NULL), ICP_OK);
    ck_assert(k.count == 4 && k.minor == 3 && k.major == 1);
    const struct icp__section *a = icp__container_find(&k, "AAAA"), *deflated = icp__container_find(&k, "BBBB");
    ck_assert(a->size == 5 && !memcmp(a->data, "hello", 5) && ((uintptr_t)a->data - (uintptr_t)s.data) % 8 == 0);
    ck_assert(deflated->size == 3000 && deflated->data[2999] == 'x' && deflated->owned);
    ck_assert(icp__container_find(&k, "ZZZZ")->size == 0 && !icp__container_find(&k, "YYYY"));
    ck_assert_mem_eq(k.id, s.data + 24, 32);
    icp_buffer *again = written(&k);
    ck_assert(text_of(again).size == s.size);
    ck_assert_mem_eq(text_of(again).data, s.data, s.size);
    icp_buffer_unref(again);
    icp__container_free(&k);
    icp_buffer_unref(b);
}
END_TEST

START_TEST(id_is_over_plain_bytes_inside_it) {
    struct icp__container k = {.ctx = ctx, .major = 1};
    uint8_t first[32];
    icp__container_add(&k, "AAAA", 1, "hello", 5);
    icp__container_add(&k, "BBBB", 0, "there", 5);
    icp__container_add(&k, "CCCC", ICP__SECTION_OUTSIDE_ID, "x", 1);
    icp__container_id(&k);
    memcpy(first, k.id, 32);
    struct icp__sha256 sha;
    uint8_t out[32];
    icp__sha256_init(&sha);
    icp__sha256_add(&sha, "AAAA\5\0\0\0\0\0\0\0helloBBBB\5\0\0\0\0\0\0\0there", 34);
    icp__sha256_finish(&sha, out);
    ck_assert_mem_eq(out, first, 32);
    k.sections[0].flags |= ICP__SECTION_DEFLATED;
    k.sections[2].data = (const uint8_t *)"y";
    icp__container_id(&k);
    ck_assert_mem_eq(k.id, first, 32);
    k.sections[1].data = (const uint8_t *)"thers";
    icp__container_id(&k);
    ck_assert_mem_ne(k.id, first, 32);
}
END_TEST

START_TEST(refuses_every_flipped_bit) {
    icp_buffer *b = sample_file();
    struct icp_str s = text_of(b);
    char *copy = malloc(s.size);
    memcpy(copy, s.data, s.size);
    for (size_t i = 0; i < s.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            struct icp__container k;
            memset(&k, 7, sizeof k);
            copy[i] = (char)(copy[i] ^ 1 << bit);
            asked = 0;
            ck_assert_msg(parse(copy, s.size, &k, NULL) != ICP_OK, "byte %zu bit %d", i, bit);
            ck_assert(k.count == 0x07070707u && asked < 100000);
            copy[i] = s.data[i];
        }
    free(copy);
    icp_buffer_unref(b);
}
END_TEST

START_TEST(refuses_every_truncation) {
    icp_buffer *b = sample_file();
    struct icp_str s = text_of(b);
    for (size_t n = 0; n < s.size; n++) {
        char *copy = malloc(n + 1); /* exact, so that a read beyond is seen */
        struct icp__container k;
        struct icp_error err = {.struct_size = sizeof err};
        memcpy(copy, s.data, n);
        char *exact = realloc(copy, n ? n : 1);
        icp_status st = parse(exact, n, &k, &err);
        ck_assert_int_eq(st, n < 8 && n != 6 && n != 7 ? ICP_E_FORMAT : ICP_E_CHECKSUM);
        if (n >= 64)
            ck_assert_str_eq(err.message, "the file is cut short");
        free(exact);
    }
    char *longer = calloc(1, s.size + 8);
    struct icp__container k;
    memcpy(longer, s.data, s.size);
    ck_assert_int_eq(parse(longer, s.size + 8, &k, NULL), ICP_E_CHECKSUM);
    ck_assert_int_eq(parse(longer, s.size + 1, &k, NULL), ICP_E_CHECKSUM);
    free(longer);
    icp_buffer_unref(b);
}
END_TEST

/* Makes checksum and id of the header right again after an edit of the table. */
static void seal(char *file, size_t size) {
    size_t head = 56 + 40 * (size_t)icp__get32(file + 12);
    if (head + 8 <= size)
        icp__put64(file + size - 8, icp__hash(file, head, 0));
}

static const struct {
    const char *name;
    size_t at; /* byte of the file; entry i starts at 56 + 40 i */
    int width;
    uint64_t value;
    icp_status status;
    const char *message;
} edits[] = {
    {"major", 8, 2, 2, ICP_E_VERSION, "format version 2; this library reads version 1"},
    {"no sections", 12, 4, 0, ICP_E_CHECKSUM, "the file is damaged: wrong number of sections"},
    {"65 sections", 12, 4, 65, ICP_E_CHECKSUM, "the file is damaged: wrong number of sections"},
    {"huge count", 12, 4, 0xffffffff, ICP_E_CHECKSUM, "the file is damaged: wrong number of sections"},
    {"64 sections", 12, 4, 64, ICP_E_CHECKSUM, "the file is damaged: wrong size"},
    {"size 0", 16, 8, 0, ICP_E_CHECKSUM, "the file is damaged: wrong size"},
    {"huge size", 16, 8, UINT64_MAX, ICP_E_CHECKSUM, "the file is cut short"},
    {"small tag", 56, 4, 0x61414141, ICP_E_FORMAT, "the tag of a section is not four capital letters or digits"},
    {"tag twice", 96, 4, 0x41414141, ICP_E_FORMAT, "section AAAA: comes twice"},
    {"unknown flag", 60, 4, 9, ICP_E_VERSION, "section AAAA: has flags that this library does not know"},
    {"unknown critical", 180, 4, 1, ICP_E_VERSION, "section ZZZZ: is needed and not known to this library"},
    {"offset low", 64, 8, 56, ICP_E_FORMAT, "section AAAA: does not lie where it should"},
    {"offset huge", 64, 8, UINT64_MAX - 7, ICP_E_FORMAT, "section AAAA: does not lie where it should"},
    {"stored huge", 72, 8, UINT64_MAX - 100, ICP_E_FORMAT, "section AAAA: does not lie where it should"},
    {"plain larger", 80, 8, 6, ICP_E_FORMAT, "section AAAA: says it is larger than its bytes can be"},
    {"bomb", 120, 8, UINT64_MAX, ICP_E_FORMAT, "section BBBB: says it is larger than its bytes can be"},
    {"small bomb", 120, 8, 1 << 23, ICP_E_FORMAT, "section BBBB: says it is larger than its bytes can be"},
    {"plain one more", 120, 8, 3001, ICP_E_FORMAT, "section BBBB: does not inflate to the size it says"},
    {"plain one less", 120, 8, 2999, ICP_E_FORMAT, "section BBBB: does not inflate to the size it says"},
    {"plain none", 120, 8, 0, ICP_E_FORMAT, "section BBBB: does not inflate to the size it says"},
    {"not deflated", 60, 4, 3, ICP_E_FORMAT, "section AAAA: does not inflate to the size it says"},
    {"checksum", 88, 8, 1, ICP_E_CHECKSUM, "section AAAA: the file is damaged: wrong checksum"},
    {"id", 24, 8, 1, ICP_E_CHECKSUM, "the file is damaged: its id does not belong to its content"},
    {"outside the id", 60, 4, 5, ICP_E_CHECKSUM, "the file is damaged: its id does not belong to its content"},
};

START_TEST(refuses_hostile_tables) {
    icp_buffer *b = sample_file();
    struct icp_str s = text_of(b);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        char *copy = malloc(s.size);
        struct icp__container k;
        struct icp_error err = {.struct_size = sizeof err};
        uint8_t value[8];
        memcpy(copy, s.data, s.size);
        icp__put64(value, edits[i].value);
        memcpy(copy + edits[i].at, value, (size_t)edits[i].width);
        seal(copy, s.size);
        asked = 0;
        icp_status st = parse(copy, s.size, &k, &err);
        ck_assert_msg(st == edits[i].status && !strcmp(err.message, edits[i].message), "%s: %d %s", edits[i].name, (int)st, err.message);
        ck_assert_msg(asked < 100000, "%s: %zu bytes were allocated", edits[i].name, asked);
        ck_assert_str_eq(err.source, "f");
        ck_assert(err.byte >= 0 && err.row == -1);
        free(copy);
    }
    icp_buffer_unref(b);
}
END_TEST

START_TEST(limits_memory) {
    struct icp__container k = {.ctx = ctx, .major = 1}, out;
    size_t n = (1 << 23) + 1;
    char *zeros = calloc(1, n * 2);
    struct icp_error err = {.struct_size = sizeof err};
    icp__container_add(&k, "AAAA", ICP__SECTION_DEFLATED, zeros, n * 2);
    icp_buffer *b = written(&k);
    asked = 0;
    ck_assert_int_eq(parse(text_of(b).data, text_of(b).size, &out, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "section AAAA: is larger than the context's max_memory");
    ck_assert(asked == 0);
    icp_buffer_unref(b);
    k.sections[0].size = n;
    icp__container_add(&k, "BBBB", ICP__SECTION_DEFLATED, zeros, n);
    b = written(&k);
    asked = 0;
    ck_assert_int_eq(parse(text_of(b).data, text_of(b).size, &out, &err), ICP_E_LIMIT);
    ck_assert_str_eq(err.message, "section BBBB: makes the file larger than the context's max_memory");
    ck_assert(asked == 0);
    icp_buffer_unref(b);
    free(zeros);
}
END_TEST

static const struct {
    const char *data;
    size_t size;
    icp_status status;
    const char *message;
} strangers[] = {
    {"", 0, ICP_E_FORMAT, "the file is empty"},
    {"ICPMDL\0\1", 8, ICP_E_FORMAT, "this is a model, not a reference"},
    {"ICPREF\0\1", 8, ICP_E_CHECKSUM, "the file is cut short"},
    {"ICPREF\r\n", 8, ICP_E_CHECKSUM, "the file is damaged: wrong bytes in its first line"},
    {"\x1f\x8b\x08\x00\x00", 5, ICP_E_FORMAT, "not a libicp file: looks like gzip"},
    {"name,domain\n1,2\n", 16, ICP_E_FORMAT, "not a libicp file: looks like CSV"},
    {"\xef\xbb\xbfname;domain\r1;2", 18, ICP_E_FORMAT, "not a libicp file: looks like CSV"},
    {" \n{\"a\":1}", 9, ICP_E_FORMAT, "not a libicp file: looks like JSON"},
    {"[1]", 3, ICP_E_FORMAT, "not a libicp file: looks like JSON"},
    {"<html>", 6, ICP_E_FORMAT, "not a libicp file: looks like HTML or XML"},
    {"PK\3\4", 4, ICP_E_FORMAT, "not a libicp file: looks like zip or a spreadsheet"},
    {"PAR1", 4, ICP_E_FORMAT, "not a libicp file: looks like Parquet"},
    {"hello", 5, ICP_E_FORMAT, "not a libicp file: looks like text"},
    {"\n \n", 3, ICP_E_FORMAT, "not a libicp file: looks like blank text"},
    {"\x7f" "ELF\2\1\1\0", 8, ICP_E_FORMAT, "not a libicp file: looks like binary data"},
};

START_TEST(names_what_it_was_given) {
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        struct icp__container k;
        struct icp_error err = {.struct_size = sizeof err};
        icp_status st = parse(strangers[i].data, strangers[i].size, &k, &err);
        ck_assert_msg(st == strangers[i].status && !strcmp(err.message, strangers[i].message), "%zu: %d %s", i, (int)st, err.message);
        if (strangers[i].data[0] == '\x1f')
            continue; /* a source is unpacked when it is gzip */
        struct icp_source s;
        struct icp__bytes file;
        ck_assert_int_eq(icp_source_from_memory(ctx, strangers[i].data, strangers[i].size, &s, NULL), ICP_OK);
        st = icp__container_load(ctx, &s, ICP__MAGIC_REFERENCE, 1, known, &file, &k, &err);
        ck_assert_msg(st == strangers[i].status && !strcmp(err.message, strangers[i].message), "%zu: %d %s", i, (int)st, err.message);
    }
    struct icp_error err = {.struct_size = sizeof err};
    struct icp__container k;
    ck_assert_int_eq(icp__container_parse(ctx, (const uint8_t *)"ICPREF\0\1", 8, ICP__MAGIC_MODEL, 1, known, NULL, &k, &err), ICP_E_FORMAT);
    ck_assert_str_eq(err.message, "this is a reference, not a model");
}
END_TEST

/* A source without an end. */
static int64_t endless(void *user, void *buf, size_t cap) {
    memset(buf, *(char *)user, cap);
    if (*(char *)user == 'I') {
        memcpy(buf, ICP__MAGIC_REFERENCE "\1\0\0\0\1\0\0\0", 16);
        memset((char *)buf + 16, 0, 8);
        ((char *)buf)[18] = 64; /* says 4 MiB */
        *(char *)user = 'x';
    }
    return (int64_t)cap;
}

START_TEST(reads_no_more_than_it_must) {
    char kind = 'x';
    struct icp_source s = {.struct_size = sizeof s, .user = &kind, .read = endless};
    struct icp_source again = s;
    struct icp__container k;
    struct icp__bytes file;
    asked = 0;
    ck_assert_int_eq(icp__container_load(ctx, &s, ICP__MAGIC_REFERENCE, 1, known, &file, &k, NULL), ICP_E_FORMAT);
    ck_assert_msg(asked < 200000, "%zu", asked);
    kind = 'I';
    ck_assert_int_eq(icp__container_load(ctx, &again, ICP__MAGIC_REFERENCE, 1, known, &file, &k, NULL), ICP_E_CHECKSUM);
    ck_assert_msg(asked < 40u << 20, "%zu", asked);
}
END_TEST

START_TEST(loads_from_a_source) {
    icp_buffer *b = sample_file();
    struct icp_source s;
    struct icp__container k;
    struct icp__bytes file;
    ck_assert_int_eq(icp_source_from_memory(ctx, text_of(b).data, text_of(b).size, &s, NULL), ICP_OK);
    ck_assert_int_eq(icp__container_load(ctx, &s, ICP__MAGIC_REFERENCE, 1, known, &file, &k, NULL), ICP_OK);
    ck_assert(k.count == 4);
    icp__container_free(&k);
    icp__bytes_free(&file);
    icp_buffer_unref(b);
}
END_TEST

START_TEST(deflates_and_inflates) {
    size_t n = 1 << 20;
    char *text = malloc(n), *back = malloc(n);
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        text[i] = (char)(x >> (i < n / 2 ? 24 : 30));
    }
    struct icp__bytes b;
    icp__bytes_init(&b, ctx);
    ck_assert_int_eq(icp__deflate(ctx, text, n, &b, NULL), ICP_OK);
    ck_assert(b.size < n);
    ck_assert_int_eq(icp__inflate(ctx, b.data, b.size, back, n, NULL), ICP_OK);
    ck_assert_mem_eq(text, back, n);
    ck_assert_int_eq(icp__inflate(ctx, b.data, b.size - 1, back, n, NULL), ICP_E_FORMAT);
    ck_assert_int_eq(icp__inflate(ctx, b.data, b.size, back, n - 1, NULL), ICP_E_FORMAT);
    icp__bytes_free(&b);
    ck_assert_int_eq(icp__deflate(ctx, NULL, 0, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp__inflate(ctx, b.data, b.size, NULL, 0, NULL), ICP_OK);
    icp__bytes_free(&b);
    free(text);
    free(back);
}
END_TEST

int main(void) {
    Suite *s = suite_create("container");
    TCase *t = tcase_create("container");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, reads_what_it_wrote);
    tcase_add_test(t, id_is_over_plain_bytes_inside_it);
    tcase_add_test(t, refuses_every_flipped_bit);
    tcase_add_test(t, refuses_every_truncation);
    tcase_add_test(t, refuses_hostile_tables);
    tcase_add_test(t, limits_memory);
    tcase_add_test(t, names_what_it_was_given);
    tcase_add_test(t, reads_no_more_than_it_must);
    tcase_add_test(t, loads_from_a_source);
    tcase_add_test(t, deflates_and_inflates);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
