/* SPDX-License-Identifier: MIT */
/* Sources, gzip, sinks and files, as they come and as they break. */
#define _DEFAULT_SOURCE /* mknod */
#include "base/io.h"
#include "check_main.h"
#include "counting.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static struct counting k;
static icp_context *c;
static char dir[64];

static void setup(void) {
    k = (struct counting){0};
    c = counting_context(&k);
}

static void teardown(void) {
    icp_context_unref(c);
    ck_assert_uint_eq(k.live, 0);
}

static const char *in_dir(const char *name) {
    static char paths[4][200];
    static int turn;
    char *p = paths[turn++ & 3];
    snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static void setup_dir(void) {
    setup();
    strcpy(dir, "/tmp/icp-test-io-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static int entries(const char *path) {
    DIR *d = opendir(path);
    int n = -2; /* . and .. */
    ck_assert_ptr_nonnull(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static void remove_tree(const char *path) {
    DIR *d = opendir(path);
    char name[600];
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (!lstat(name, &st) && S_ISDIR(st.st_mode))
            remove_tree(name);
        else
            unlink(name);
    }
    closedir(d);
    rmdir(path);
}

static void teardown_dir(void) {
    remove_tree(dir);
    teardown();
}

static void put_file(const char *path, const char *text, mode_t mode) {
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(chmod(path, mode), 0);
}

static void check_file(const char *path, const char *text) {
    char got[200] = {0};
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "no file %s", path);
    size_t n = fread(got, 1, sizeof got - 1, f);
    fclose(f);
    got[n] = 0;
    ck_assert_str_eq(got, text);
}

static void check_error(const struct icp_error *err, icp_status code, const char *source, int64_t byte,
                        const char *message) {
    ck_assert_str_eq(err->message, message);
    ck_assert_int_eq(err->code, code);
    ck_assert_str_eq(err->source, source);
    ck_assert_int_eq(err->byte, byte);
    ck_assert_int_eq(err->row, -1);
}

static uint64_t state = 1;
static uint64_t rnd(void) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 33;
}

/* A source that gives at most `step` bytes at a time (0 = random) and fails where told. */
struct chunks {
    const uint8_t *data;
    size_t size, at, step;
    int64_t fail_at; /* -1 = never */
    int64_t answer;  /* what it fails with */
    int closed;
};

static int64_t chunks_read(void *user, void *buf, size_t cap) {
    struct chunks *s = user;
    if (s->closed)
        ck_abort_msg("read after close");
    if (s->fail_at >= 0 && (uint64_t)s->fail_at == s->at)
        return s->answer ? s->answer : (int64_t)cap + 1;
    size_t n = s->step ? s->step : rnd() % 3000 + 1;
    n = n < cap ? n : cap;
    n = n < s->size - s->at ? n : s->size - s->at;
    if (s->fail_at >= 0 && n > (uint64_t)s->fail_at - s->at)
        n = (size_t)s->fail_at - s->at;
    memcpy(buf, s->data + s->at, n);
    s->at += n;
    return (int64_t)n;
}

static void chunks_close(void *user) { ((struct chunks *)user)->closed++; }

static struct icp_source chunks_source(struct chunks *s, const void *data, size_t size, size_t step) {
    *s = (struct chunks){.data = data, .size = size, .step = step, .fail_at = -1};
    return (struct icp_source){.struct_size = sizeof(struct icp_source),
                               .user = s,
                               .read = chunks_read,
                               .close = chunks_close,
                               .name = "chunks",
                               .size_hint = size};
}

/* Everything an input gives; the source is closed exactly once whatever happens. */
static icp_status slurp(const void *data, size_t size, size_t step, uint64_t limit, struct icp__bytes *out,
                        struct icp_error *err) {
    struct chunks s;
    struct icp_source source = chunks_source(&s, data, size, step);
    struct icp__input *in = NULL;
    icp__bytes_init(out, c);
    icp_status status = icp__input_open(c, &source, &in, err);
    if (!status)
        status = icp__input_all(in, limit, out, err);
    icp__input_free(in);
    ck_assert_int_eq(s.closed, 1);
    return status;
}

static size_t gzip(const void *data, size_t size, uint8_t *out, size_t cap) {
    z_stream z = {0};
    Bytef name[] = "companies.csv", comment[] = "made by a test";
    gz_header h = {.name = name, .comment = comment, .hcrc = 1};
    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflateSetHeader(&z, &h), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)data, z.avail_in = (uInt)size, z.next_out = out, z.avail_out = (uInt)cap;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n = cap - z.avail_out;
    deflateEnd(&z);
    return n;
}

static uint8_t plain[400000], packed[500000];

static void fill_plain(size_t n) {
    for (size_t i = 0; i < n; i++)
        plain[i] = (uint8_t)("abcdefgh,\n;\0\xE9"[rnd() % 13]);
}

static const size_t lengths[] = {0, 1, 2, 3, 65535, 65536, 65537, 131072, 131073, 399999};

START_TEST(plain_and_gzip_give_the_same) {
    size_t n = lengths[_i];
    fill_plain(n);
    if (n > 1)
        plain[0] = 0x1f; /* alone it does not make a gzip */
    size_t m = gzip(plain, n, packed, sizeof packed);
    static const size_t steps[] = {0, 1, 7, 1 << 20};
    for (size_t i = n > 70000 ? 2 : 0; i < 4; i++) {
        struct icp__bytes out;
        ck_assert_int_eq(slurp(plain, n, steps[i], UINT64_MAX, &out, NULL), ICP_OK);
        ck_assert_uint_eq(out.size, n);
        ck_assert_mem_eq(out.data, plain, n);
        icp__bytes_free(&out);
        ck_assert_int_eq(slurp(packed, m, steps[i], UINT64_MAX, &out, NULL), ICP_OK);
        ck_assert_uint_eq(out.size, n);
        ck_assert_mem_eq(out.data, plain, n);
        icp__bytes_free(&out);
    }
}
END_TEST

START_TEST(members_follow_each_other) {
    fill_plain(100000);
    size_t m = 0;
    m += gzip(plain, 1000, packed + m, sizeof packed - m);
    m += gzip("", 0, packed + m, sizeof packed - m);
    m += gzip(plain + 1000, 99000, packed + m, sizeof packed - m);
    for (size_t padding = 0; padding < 4; padding++) {
        memset(packed + m, 0, 70000);
        size_t size = m + (padding == 3 ? 70000 : padding);
        for (size_t step = 1; step < 100000; step *= 17) {
            struct icp__bytes out;
            ck_assert_int_eq(slurp(packed, size, step, UINT64_MAX, &out, NULL), ICP_OK);
            ck_assert_uint_eq(out.size, 100000);
            ck_assert_mem_eq(out.data, plain, 100000);
            icp__bytes_free(&out);
        }
    }
}
END_TEST

START_TEST(bytes_behind_gzip_are_damage) {
    static const char *const tails[] = {"x", "\x1f", "\x1f\x8c", "\0\0\0y", "\0\x1f\x8b"};
    static const size_t sizes[] = {1, 1, 2, 4, 3}, offsets[] = {0, 0, 0, 3, 1};
    size_t m = gzip("text", 4, packed, sizeof packed);
    for (size_t i = 0; i < 5; i++) {
        struct icp__bytes out;
        struct icp_error err = {.struct_size = sizeof err};
        memcpy(packed + m, tails[i], sizes[i]);
        ck_assert_int_eq(slurp(packed, m + sizes[i], 0, UINT64_MAX, &out, &err), ICP_E_FORMAT);
        check_error(&err, ICP_E_FORMAT, "chunks", (int64_t)(m + offsets[i]),
                    "damaged gzip data (bytes that are not gzip follow)");
        icp__bytes_free(&out);
    }
}
END_TEST

START_TEST(truncated_gzip) {
    fill_plain(5000);
    size_t m = gzip(plain, 5000, packed, sizeof packed);
    ck_assert_uint_gt(m, 1000);
    for (size_t n = 0; n < m; n += n < 40 || n > m - 20 ? 1 : 37) {
        struct icp__bytes out;
        struct icp_error err = {.struct_size = sizeof err};
        icp_status s = slurp(packed, n, 0, UINT64_MAX, &out, &err);
        if (n < 2) {
            ck_assert_int_eq(s, ICP_OK); /* too little to say */
            ck_assert_uint_eq(out.size, n);
        } else {
            ck_assert_int_eq(s, ICP_E_FORMAT);
            check_error(&err, ICP_E_FORMAT, "chunks", (int64_t)n, "the gzip data end too early");
        }
        icp__bytes_free(&out);
    }
}
END_TEST

/* No flipped bit gives other text: either it is found, or it lies in a part of the header that says nothing. */
START_TEST(flipped_gzip) {
    fill_plain(300);
    size_t m = gzip(plain, 300, packed, sizeof packed), found = 0;
    for (size_t bit = 16; bit < m * 8; bit++) {
        struct icp__bytes out;
        struct icp_error err = {.struct_size = sizeof err};
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        icp_status s = slurp(packed, m, 4096, UINT64_MAX, &out, &err);
        packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (s) {
            found++;
            if (s != ICP_E_FORMAT || err.byte < 2 || err.byte > (int64_t)m)
                ck_abort_msg("bit %zu: status %d, byte %lld", bit, (int)s, (long long)err.byte);
        } else if (out.size != 300 || memcmp(out.data, plain, 300)) {
            ck_abort_msg("bit %zu changed the text", bit);
        }
        icp__bytes_free(&out);
    }
    ck_assert_uint_gt(found, m * 7);
}
END_TEST

START_TEST(damaged_gzip_says_where) {
    struct icp__bytes out;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(slurp("\x1f\x8b\x07\0\0\0\0\0\0\0", 10, 0, 100, &out, &err), ICP_E_FORMAT);
    check_error(&err, ICP_E_FORMAT, "chunks", 4, "damaged gzip data (unknown compression method)");
    icp__bytes_free(&out);
    size_t m = gzip("text", 4, packed, sizeof packed);
    packed[m - 6] ^= 1;
    ck_assert_int_eq(slurp(packed, m, 0, 100, &out, &err), ICP_E_FORMAT);
    check_error(&err, ICP_E_FORMAT, "chunks", (int64_t)m - 4, "damaged gzip data (incorrect data check)");
    icp__bytes_free(&out);
}
END_TEST

START_TEST(limit) {
    struct icp__bytes out;
    struct icp_error err = {.struct_size = sizeof err};
    fill_plain(70000);
    ck_assert_int_eq(slurp(plain, 70000, 0, 70000, &out, &err), ICP_OK);
    icp__bytes_free(&out);
    ck_assert_int_eq(slurp(plain, 70000, 0, 69999, &out, &err), ICP_E_LIMIT);
    check_error(&err, ICP_E_LIMIT, "chunks", -1, "larger than the limit of 69999 bytes");
    icp__bytes_free(&out);
    ck_assert_int_eq(slurp(plain, 0, 0, 0, &out, &err), ICP_OK);
    ck_assert_uint_eq(out.size, 0);
    icp__bytes_free(&out);
    /* A bomb stops at the limit, not at its full size. */
    memset(plain, 0, sizeof plain);
    size_t m = gzip(plain, sizeof plain, packed, sizeof packed);
    ck_assert_int_eq(slurp(packed, m, 0, 1000, &out, &err), ICP_E_LIMIT);
    ck_assert_uint_lt(out.cap, 200000);
    icp__bytes_free(&out);
}
END_TEST

START_TEST(failing_source) {
    fill_plain(1000);
    for (int packs = 0; packs < 2; packs++) {
        size_t m = packs ? gzip(plain, 1000, packed, sizeof packed) : 1000;
        for (int64_t at = 0; at < (int64_t)m; at += 13) {
            for (int64_t answer = -5; answer <= 0; answer += 5) {
                struct chunks s;
                struct icp_source source = chunks_source(&s, packs ? packed : plain, m, 100);
                struct icp_error err = {.struct_size = sizeof err};
                struct icp__input *in = NULL;
                char buf[2000];
                size_t got = 77;
                s.fail_at = at, s.answer = answer;
                ck_assert_int_eq(icp__input_open(c, &source, &in, NULL), ICP_OK);
                ck_assert_str_eq(icp__input_name(in), "chunks");
                ck_assert_uint_eq(icp__input_hint(in), m);
                ck_assert_int_eq(icp__input_read(in, buf, sizeof buf, &got, &err), ICP_E_IO);
                const char *broke = "the source broke its contract: it gave more than was asked for";
                check_error(&err, ICP_E_IO, "chunks", at, answer ? "the source failed" : broke);
                ck_assert_uint_eq(got, 77);
                ck_assert_uint_eq(icp__input_raw(in), (uint64_t)at);
                s.fail_at = -1;
                ck_assert_int_eq(icp__input_read(in, buf, sizeof buf, &got, &err), ICP_E_IO);
                ck_assert_str_eq(err.message, "reading failed before");
                icp__input_free(in);
                ck_assert_int_eq(s.closed, 1);
            }
        }
    }
}
END_TEST

START_TEST(sources_refused) {
    struct chunks s;
    struct icp__input *in = NULL;
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_source source = chunks_source(&s, "", 0, 1);
    source.read = NULL;
    ck_assert_int_eq(icp__input_open(c, &source, &in, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "the source has no read");
    ck_assert_int_eq(s.closed, 1);
    source = chunks_source(&s, "", 0, 1);
    source.reserved = 1;
    ck_assert_int_eq(icp__input_open(c, &source, &in, &err), ICP_E_UNSUPPORTED);
    ck_assert_int_eq(s.closed, 1);
    source = chunks_source(&s, "", 0, 1);
    source.struct_size = 3;
    ck_assert_int_eq(icp__input_open(c, &source, &in, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(s.closed, 0); /* nothing of it can be trusted */
    ck_assert_int_eq(icp__input_open(c, NULL, &in, &err), ICP_E_ARGUMENT);
    source = chunks_source(&s, "", 0, 1);
    k.fail_at = k.calls + 1;
    ck_assert_int_eq(icp__input_open(c, &source, &in, &err), ICP_E_MEMORY);
    ck_assert_int_eq(s.closed, 1);
    ck_assert_ptr_null(in);
    icp__input_free(NULL);
    source = chunks_source(&s, "abc", 3, 1);
    source.close = NULL;
    source.name = NULL;
    ck_assert_int_eq(icp__input_open(c, &source, &in, &err), ICP_OK);
    ck_assert_str_eq(icp__input_name(in), "");
    icp__input_free(in);
}
END_TEST

START_TEST(failing_memory) {
    fill_plain(200000);
    size_t m = gzip(plain, 200000, packed, sizeof packed);
    for (size_t i = 1;; i++) {
        struct icp__bytes out;
        struct icp_error err = {.struct_size = sizeof err};
        k.calls = 0, k.fail_at = i, k.fail_onwards = _i;
        icp_status s = slurp(packed, m, 0, UINT64_MAX, &out, &err);
        size_t size = out.size;
        icp__bytes_free(&out);
        k.fail_at = 0;
        ck_assert_uint_eq(k.live, 1);
        if (!s) {
            ck_assert_uint_eq(size, 200000);
            ck_assert_uint_gt(i, 4);
            break;
        }
        ck_assert_int_eq(s, ICP_E_MEMORY);
        ck_assert_str_eq(err.message, "out of memory");
    }
}
END_TEST

START_TEST(memory_source_and_sink) {
    struct icp_source source;
    struct icp_sink sink;
    struct icp_str text;
    icp_buffer *const none = (icp_buffer *)(uintptr_t)0x77, *buffer = none;
    char buf[16];
    ck_assert_int_eq(icp_source_from_memory(c, "hello", 5, &source, NULL), ICP_OK);
    ck_assert_uint_eq(source.size_hint, 5);
    ck_assert_int_eq(source.read(source.user, buf, 3), 3);
    ck_assert_int_eq(source.read(source.user, buf + 3, 13), 2);
    ck_assert_int_eq(source.read(source.user, buf, 16), 0);
    ck_assert_mem_eq(buf, "hello", 5);
    source.close(source.user);
    ck_assert_int_eq(icp_source_from_memory(c, NULL, 0, &source, NULL), ICP_OK);
    ck_assert_int_eq(source.read(source.user, buf, 16), 0);
    source.close(source.user);
    ck_assert_int_eq(icp_source_from_memory(c, NULL, 1, &source, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_source_from_memory(NULL, "", 0, &source, NULL), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_source_from_memory(c, "", 0, NULL, NULL), ICP_E_ARGUMENT);

    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &buffer, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_check(&sink, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&sink, "abc", 3, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&sink, "def", 3, NULL), ICP_OK);
    ck_assert_ptr_eq(buffer, none);
    ck_assert_int_eq(icp__sink_commit(&sink, NULL), ICP_OK);
    icp_buffer_data(buffer, &text);
    ck_assert_str_eq(text.data, "abcdef");
    icp_buffer_unref(buffer);
    buffer = none;
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, &buffer, NULL), ICP_OK);
    ck_assert_int_eq(sink.write(sink.user, "abc", 3), 3);
    icp__sink_abort(&sink);
    ck_assert_ptr_eq(buffer, none);
    ck_assert_int_eq(icp_sink_to_memory(c, &sink, NULL, NULL), ICP_E_ARGUMENT);
    /* Each allocation in turn. */
    for (size_t i = 1; i < 10; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        k.calls = 0, k.fail_at = i;
        icp_status s = icp_sink_to_memory(c, &sink, &buffer, &err);
        if (!s) {
            s = icp__sink_write(&sink, "abc", 3, &err);
            if (s)
                icp__sink_abort(&sink);
            else
                s = icp__sink_commit(&sink, &err);
        }
        if (!s) {
            ck_assert_uint_eq(i, 4);
            icp_buffer_unref(buffer);
            break;
        }
        ck_assert_int_eq(s, ICP_E_MEMORY);
        ck_assert_int_eq(err.code, ICP_E_MEMORY);
        ck_assert_ptr_eq(buffer, none);
        ck_assert_uint_eq(k.live, 1);
    }
}
END_TEST

static char taken[64];
static size_t taken_size;
static int64_t slow_write(void *user, const void *buf, size_t n) {
    int64_t *answer = user;
    if (*answer)
        return *answer == INT64_MAX ? (int64_t)n + 1 : *answer == INT64_MIN ? 0 : *answer;
    memcpy(taken + taken_size, buf, 1);
    taken_size++;
    return 1;
}
static int32_t bad_commit(void *user) {
    (void)user;
    return 9;
}
static int aborted;
static void count_abort(void *user) {
    (void)user;
    aborted++;
}

START_TEST(sinks_of_the_caller) {
    int64_t answer = 0;
    struct icp_error err = {.struct_size = sizeof err};
    struct icp_sink s = {.struct_size = sizeof s, .user = &answer, .write = slow_write, .commit = bad_commit,
                         .abort = count_abort, .name = "slow"};
    ck_assert_int_eq(icp__sink_write(&s, "short writes", 12, &err), ICP_OK);
    ck_assert_mem_eq(taken, "short writes", 12);
    ck_assert_uint_eq(taken_size, 12);
    answer = -1;
    ck_assert_int_eq(icp__sink_write(&s, "x", 1, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, "slow", -1, "the sink failed");
    answer = INT64_MAX;
    ck_assert_int_eq(icp__sink_write(&s, "x", 1, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, "slow", -1, "the sink broke its contract: it took nothing, or more than was given");
    answer = INT64_MIN;
    ck_assert_int_eq(icp__sink_write(&s, "x", 1, &err), ICP_E_IO);
    ck_assert_int_eq(icp__sink_commit(&s, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, "slow", -1, "the sink failed to commit");
    ck_assert_int_eq(aborted, 0); /* exactly one of commit and abort */
    icp__sink_abort(&s);
    ck_assert_int_eq(aborted, 1);
    s.commit = NULL, s.abort = NULL;
    ck_assert_int_eq(icp__sink_commit(&s, &err), ICP_OK);
    icp__sink_abort(&s);
    s.reserved = 1;
    ck_assert_int_eq(icp__sink_check(&s, &err), ICP_E_UNSUPPORTED);
    s.reserved = 0, s.write = NULL;
    ck_assert_int_eq(icp__sink_check(&s, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "the sink has no write");
    s.struct_size = 0;
    ck_assert_int_eq(icp__sink_check(&s, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp__sink_check(NULL, &err), ICP_E_ARGUMENT);
}
END_TEST

/* Files. */

START_TEST(file_source) {
    struct icp_source s;
    char buf[100];
    put_file(in_dir("a.csv"), "key,name\n", 0600);
    char path[200];
    strcpy(path, in_dir("a.csv"));
    ck_assert_int_eq(icp_source_open_file(c, path, &s, NULL), ICP_OK);
    ck_assert_str_eq(s.name, in_dir("a.csv"));
    path[0] = 0; /* copied */
    ck_assert_str_eq(s.name, in_dir("a.csv"));
    ck_assert_uint_eq(s.size_hint, 9);
    ck_assert_int_eq(s.read(s.user, buf, 4), 4);
    ck_assert_int_eq(s.read(s.user, buf + 4, 90), 5);
    ck_assert_int_eq(s.read(s.user, buf, 90), 0);
    ck_assert_mem_eq(buf, "key,name\n", 9);
    s.close(s.user);
    ck_assert_int_eq(icp_source_open_file(c, "/dev/null", &s, NULL), ICP_OK);
    ck_assert_uint_eq(s.size_hint, 0);
    s.close(s.user);
}
END_TEST

START_TEST(file_source_refused) {
    static const struct {
        const char *path, *message;
    } cases[] = {
        {"missing.csv", "no such file or directory"},
        {"", "is a directory"},
        {"a.csv/b.csv", "a part of the path is not a directory"},
        {"loop", "too many symbolic links"},
    };
    struct icp_source s, before;
    memset(&s, 0x5A, sizeof s);
    before = s;
    put_file(in_dir("a.csv"), "x", 0600);
    ck_assert_int_eq(symlink("loop", in_dir("loop")), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        const char *path = in_dir(cases[i].path);
        ck_assert_int_eq(icp_source_open_file(c, path, &s, &err), ICP_E_IO);
        check_error(&err, ICP_E_IO, path, -1, cases[i].message);
        ck_assert_mem_eq(&s, &before, sizeof s);
    }
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(icp_source_open_file(c, "", &s, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "path is empty");
    ck_assert_int_eq(icp_source_open_file(c, NULL, &s, &err), ICP_E_ARGUMENT);
    ck_assert_str_eq(err.message, "path is NULL");
    ck_assert_int_eq(icp_source_open_file(NULL, "x", &s, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_source_open_file(c, "x", NULL, &err), ICP_E_ARGUMENT);
    for (size_t i = 1; i <= 2; i++) {
        k.calls = 0, k.fail_at = i;
        ck_assert_int_eq(icp_source_open_file(c, in_dir("a.csv"), &s, &err), ICP_E_MEMORY);
        ck_assert_uint_eq(k.live, 1);
    }
    ck_assert_mem_eq(&s, &before, sizeof s);
}
END_TEST

static void write_file(const char *path, const char *text) {
    struct icp_sink s;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_msg(!icp_sink_open_file(c, path, &s, &err), "%s", err.message);
    ck_assert_str_eq(s.name, path);
    ck_assert_int_eq(icp__sink_write(&s, text, strlen(text), &err), ICP_OK);
    ck_assert_msg(!icp__sink_commit(&s, &err), "%s", err.message);
}

static mode_t mode_of(const char *path) {
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_mode & 07777;
}

START_TEST(file_sink_new) {
    umask(027);
    struct icp_sink s;
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &s, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&s, "text", 4, NULL), ICP_OK);
    ck_assert_int_eq(access(in_dir("out"), F_OK), -1); /* not visible before commit */
    ck_assert_int_eq(entries(dir), 1);
    ck_assert_int_eq(icp__sink_commit(&s, NULL), ICP_OK);
    check_file(in_dir("out"), "text");
    ck_assert_uint_eq(mode_of(in_dir("out")), 0640);
    ck_assert_int_eq(entries(dir), 1);
    /* A name without folder lands in the current one. */
    ck_assert_int_eq(chdir(dir), 0);
    write_file("plain", "p");
    check_file(in_dir("plain"), "p");
    /* Callers may use the callbacks themselves. */
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("own"), &s, NULL), ICP_OK);
    ck_assert_int_eq(s.write(s.user, "own", 3), 3);
    ck_assert_int_eq(s.commit(s.user), 0);
    check_file(in_dir("own"), "own");
    ck_assert_int_eq(entries(dir), 3);
}
END_TEST

START_TEST(file_sink_replaces) {
    static const mode_t modes[] = {0600, 0644, 0664, 0700};
    umask(077);
    for (size_t i = 0; i < 4; i++) {
        struct icp_sink s;
        put_file(in_dir("out"), "before", modes[i]);
        ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &s, NULL), ICP_OK);
        ck_assert_int_eq(icp__sink_write(&s, "after", 5, NULL), ICP_OK);
        check_file(in_dir("out"), "before");
        ck_assert_int_eq(icp__sink_commit(&s, NULL), ICP_OK);
        check_file(in_dir("out"), "after");
        ck_assert_uint_eq(mode_of(in_dir("out")), modes[i]);
        ck_assert_int_eq(entries(dir), 1);
    }
}
END_TEST

START_TEST(file_sink_abort_leaves_nothing) {
    struct icp_sink s;
    put_file(in_dir("out"), "before", 0644);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(icp_sink_open_file(c, in_dir(i ? "new" : "out"), &s, NULL), ICP_OK);
        fill_plain(200000);
        ck_assert_int_eq(icp__sink_write(&s, plain, 200000, NULL), ICP_OK);
        icp__sink_abort(&s);
        ck_assert_int_eq(entries(dir), 1);
        check_file(in_dir("out"), "before");
    }
}
END_TEST

START_TEST(file_sink_follows_links) {
    char absolute[200];
    ck_assert_int_eq(mkdir(in_dir("sub"), 0755), 0);
    put_file(in_dir("sub/real"), "before", 0640);
    ck_assert_int_eq(symlink("real", in_dir("sub/one")), 0);
    snprintf(absolute, sizeof absolute, "%s/sub/one", dir);
    ck_assert_int_eq(symlink(absolute, in_dir("two")), 0);
    ck_assert_int_eq(symlink("sub/../two", in_dir("three")), 0);
    write_file(in_dir("three"), "after");
    check_file(in_dir("sub/real"), "after");
    ck_assert_uint_eq(mode_of(in_dir("sub/real")), 0640);
    struct stat st;
    ck_assert_int_eq(lstat(in_dir("three"), &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert_int_eq(lstat(in_dir("sub/one"), &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert_int_eq(entries(in_dir("sub")), 2);
    ck_assert_int_eq(entries(dir), 3);
    /* A link to nothing yet makes what it points to. */
    ck_assert_int_eq(symlink("sub/new", in_dir("four")), 0);
    write_file(in_dir("four"), "new");
    check_file(in_dir("sub/new"), "new");
    ck_assert_int_eq(lstat(in_dir("four"), &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

START_TEST(file_sink_refused) {
    static const struct {
        const char *path, *message;
    } cases[] = {
        {"missing/out", "no such file or directory"},
        {"", "is a directory"},
        {"link-to-dir", "is a directory"},
        {"a.csv/out", "a part of the path is not a directory"},
        {"loop", "too many symbolic links"},
    };
    struct icp_sink s, before;
    memset(&s, 0x5A, sizeof s);
    before = s;
    put_file(in_dir("a.csv"), "x", 0600);
    ck_assert_int_eq(symlink("loop", in_dir("loop")), 0);
    ck_assert_int_eq(symlink(".", in_dir("link-to-dir")), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct icp_error err = {.struct_size = sizeof err};
        const char *path = in_dir(cases[i].path);
        ck_assert_int_eq(icp_sink_open_file(c, path, &s, &err), ICP_E_IO);
        check_error(&err, ICP_E_IO, path, -1, cases[i].message);
        ck_assert_mem_eq(&s, &before, sizeof s);
        ck_assert_int_eq(entries(dir), 3);
    }
    struct icp_error err = {.struct_size = sizeof err};
    char longest[6000];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = 0;
    ck_assert_int_eq(icp_sink_open_file(c, longest, &s, &err), ICP_E_IO);
    ck_assert_str_eq(err.message, "the path is too long");
    ck_assert_int_eq(icp_sink_open_file(c, "", &s, &err), ICP_E_ARGUMENT);
    ck_assert_int_eq(icp_sink_open_file(c, NULL, &s, &err), ICP_E_ARGUMENT);
    if (geteuid()) { /* root may write anything */
        put_file(in_dir("a.csv"), "x", 0400);
        ck_assert_int_eq(icp_sink_open_file(c, in_dir("a.csv"), &s, &err), ICP_E_IO);
        ck_assert_str_eq(err.message, "permission denied");
    }
}
END_TEST

START_TEST(file_sink_failing_memory) {
    put_file(in_dir("real"), "before", 0600);
    ck_assert_int_eq(symlink("real", in_dir("link")), 0);
    for (size_t i = 1;; i++) {
        struct icp_sink s;
        struct icp_error err = {.struct_size = sizeof err};
        k.calls = 0, k.fail_at = i, k.fail_onwards = _i;
        icp_status status = icp_sink_open_file(c, in_dir("link"), &s, &err);
        if (!status)
            status = icp__sink_commit(&s, &err);
        k.fail_at = 0;
        ck_assert_int_eq(entries(dir), 2);
        ck_assert_uint_eq(k.live, 1);
        if (!status) {
            ck_assert_uint_gt(i, 4);
            break;
        }
        ck_assert_int_eq(status, ICP_E_MEMORY);
        check_file(in_dir("real"), "before");
    }
    check_file(in_dir("real"), "");
}
END_TEST

/* Root gets a node of its own: a sink that is broken must not replace the machine's /dev/full. NULL = there is none. */
static const char *full_device(void) {
    const char *path = "/dev/full";
    struct stat st;
    if (!geteuid()) {
        path = in_dir("full");
        if (mknod(path, S_IFCHR | 0666, makedev(1, 7)))
            return NULL;
    }
    int fd = open(path, O_WRONLY);
    bool full = fd >= 0 && !fstat(fd, &st) && S_ISCHR(st.st_mode) && write(fd, "x", 1) < 0 && errno == ENOSPC;
    if (fd >= 0)
        close(fd);
    return full ? path : NULL;
}

START_TEST(full_disk) {
    struct icp_sink s;
    struct icp_error err = {.struct_size = sizeof err};
    char path[200];
    const char *device = full_device();
    if (!device)
        return;
    snprintf(path, sizeof path, "%s", device);
    /* Little is found on commit, much on write. */
    ck_assert_int_eq(icp_sink_open_file(c, path, &s, &err), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&s, "x", 1, &err), ICP_OK);
    ck_assert_int_eq(icp__sink_commit(&s, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, path, -1, "no space left on the device");
    ck_assert_int_eq(icp_sink_open_file(c, path, &s, &err), ICP_OK);
    err.code = 0;
    ck_assert_int_eq(icp__sink_write(&s, plain, 200000, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, path, -1, "no space left on the device");
    ck_assert_int_eq(s.write(s.user, "y", 1), -1); /* stays failed */
    icp__sink_abort(&s);
    /* A failed write that is committed all the same fails again. */
    ck_assert_int_eq(icp_sink_open_file(c, path, &s, &err), ICP_OK);
    ck_assert_int_lt(s.write(s.user, plain, 200000), 0);
    ck_assert_int_ne(s.commit(s.user), 0);
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert(S_ISCHR(st.st_mode)); /* written in place, not replaced */
}
END_TEST

/* The host must survive SIGXFSZ, and nothing of the file may stay. */
START_TEST(file_size_limit) {
    struct rlimit r = {100000, 100000};
    struct icp_sink s;
    struct icp_error err = {.struct_size = sizeof err};
    put_file(in_dir("out"), "before", 0600);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &s, &err), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&s, plain, 90000, &err), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&s, plain, 20000, &err), ICP_OK); /* in the buffer */
    ck_assert_int_eq(icp__sink_commit(&s, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, in_dir("out"), -1, "the file would become too large");
    ck_assert_int_eq(entries(dir), 1);
    check_file(in_dir("out"), "before");
    sigset_t pending;
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGXFSZ), 0);
}
END_TEST

START_TEST(fifo) {
    struct icp_sink s;
    struct icp_source source;
    char buf[16] = {0};
    ck_assert_int_eq(mkfifo(in_dir("fifo"), 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        int bad = icp_sink_open_file(c, in_dir("fifo"), &s, NULL) || icp__sink_write(&s, "piped", 5, NULL) ||
                  icp__sink_commit(&s, NULL);
        _exit(bad);
    }
    ck_assert_int_eq(icp_source_open_file(c, in_dir("fifo"), &source, NULL), ICP_OK);
    ck_assert_uint_eq(source.size_hint, 0);
    struct icp__input *in = NULL;
    size_t got = 0;
    int status = -1;
    ck_assert_int_eq(icp__input_open(c, &source, &in, NULL), ICP_OK);
    ck_assert_int_eq(icp__input_read(in, buf, sizeof buf, &got, NULL), ICP_OK);
    ck_assert_uint_eq(got, 5);
    ck_assert_str_eq(buf, "piped");
    icp__input_free(in);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(entries(dir), 1);
    struct stat st;
    ck_assert_int_eq(stat(in_dir("fifo"), &st), 0);
    ck_assert(S_ISFIFO(st.st_mode));
}
END_TEST

/* The host must survive SIGPIPE. */
START_TEST(closed_pipe) {
    int ends[2];
    char path[40];
    struct icp_sink s;
    struct icp_error err = {.struct_size = sizeof err};
    ck_assert_int_eq(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    ck_assert_int_eq(icp_sink_open_file(c, path, &s, &err), ICP_OK);
    close(ends[0]);
    ck_assert_int_eq(icp__sink_write(&s, "x", 1, &err), ICP_OK);
    ck_assert_int_eq(icp__sink_commit(&s, &err), ICP_E_IO);
    check_error(&err, ICP_E_IO, path, -1, "the other end of the pipe is closed");
    close(ends[1]);
    sigset_t pending, mask;
    ck_assert_int_eq(sigpending(&pending), 0);
    ck_assert_int_eq(sigismember(&pending, SIGPIPE), 0);
    ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
    ck_assert_int_eq(sigismember(&mask, SIGPIPE), 0);
}
END_TEST

static void ignore(int number) { (void)number; }

/* A handler without SA_RESTART: reading goes on after each signal. */
START_TEST(interrupted_calls_go_on) {
    int ends[2];
    char path[40], got[8];
    struct icp_source s;
    struct sigaction a = {.sa_handler = ignore}, before;
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 8; i++) {
            nanosleep(&(struct timespec){0, 10000000}, NULL);
            if (write(ends[1], "x", 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(icp_source_open_file(c, path, &s, NULL), ICP_OK);
    ck_assert_int_eq(sigaction(SIGALRM, &a, &before), 0);
    ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    int bytes = 0;
    for (int64_t n; (n = s.read(s.user, got, sizeof got)) != 0; bytes += (int)n)
        ck_assert_int_gt(n, 0);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    ck_assert_int_eq(bytes, 8);
    s.close(s.user);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* /dev/fd/N of a file that has no name any more: written in place, no file named like the link's text. */
START_TEST(link_that_leads_elsewhere) {
    char path[40], got[10] = {0};
    int fd = open(in_dir("gone"), O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "longer", 6), 6);
    ck_assert_int_eq(unlink(in_dir("gone")), 0);
    put_file(in_dir("gone (deleted)"), "another", 0600); /* the text of the link on Linux */
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    if (!access(path, W_OK)) {
        write_file(path, "text");
        ck_assert_int_eq(pread(fd, got, 9, 0), 4);
        ck_assert_str_eq(got, "text");
    }
    close(fd);
    check_file(in_dir("gone (deleted)"), "another");
    ck_assert_int_eq(entries(dir), 1);
}
END_TEST

/* Many writes of all sizes end up in order. */
START_TEST(file_sink_buffer) {
    struct icp_sink s;
    fill_plain(sizeof plain);
    state = (uint64_t)_i + 5;
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &s, NULL), ICP_OK);
    for (size_t at = 0; at < sizeof plain;) {
        uint64_t r = rnd();
        size_t n = r % 7 == 0 ? 65530 + rnd() % 12 : r % 500;
        n = n < sizeof plain - at ? n : sizeof plain - at;
        if (icp__sink_write(&s, plain + at, n, NULL))
            ck_abort();
        at += n;
    }
    ck_assert_int_eq(icp__sink_commit(&s, NULL), ICP_OK);
    FILE *f = fopen(in_dir("out"), "rb");
    ck_assert_uint_eq(fread(packed, 1, sizeof packed, f), sizeof plain);
    fclose(f);
    ck_assert_mem_eq(packed, plain, sizeof plain);
}
END_TEST

/* A file left over by a dead process of the same id is stepped over. */
START_TEST(temporary_names) {
    char name[64];
    struct icp_sink a, b;
    snprintf(name, sizeof name, ".icp-%ld-0.tmp", (long)getpid());
    put_file(in_dir(name), "left over", 0600);
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &a, NULL), ICP_OK);
    ck_assert_int_eq(icp_sink_open_file(c, in_dir("out"), &b, NULL), ICP_OK);
    ck_assert_int_eq(entries(dir), 3);
    ck_assert_int_eq(icp__sink_write(&a, "a", 1, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_write(&b, "b", 1, NULL), ICP_OK);
    ck_assert_int_eq(icp__sink_commit(&b, NULL), ICP_OK);
    check_file(in_dir("out"), "b");
    ck_assert_int_eq(icp__sink_commit(&a, NULL), ICP_OK);
    check_file(in_dir("out"), "a");
    check_file(in_dir(name), "left over");
    ck_assert_int_eq(entries(dir), 2);
}
END_TEST

int main(void) {
    Suite *s = suite_create("io");
    TCase *t = tcase_create("memory");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, plain_and_gzip_give_the_same, 0, sizeof lengths / sizeof lengths[0]);
    tcase_add_test(t, members_follow_each_other);
    tcase_add_test(t, bytes_behind_gzip_are_damage);
    tcase_add_test(t, truncated_gzip);
    tcase_add_test(t, flipped_gzip);
    tcase_add_test(t, damaged_gzip_says_where);
    tcase_add_test(t, limit);
    tcase_add_test(t, failing_source);
    tcase_add_test(t, sources_refused);
    tcase_add_loop_test(t, failing_memory, 0, 2);
    tcase_add_test(t, memory_source_and_sink);
    tcase_add_test(t, sinks_of_the_caller);
    suite_add_tcase(s, t);
    TCase *f = tcase_create("files");
    tcase_set_timeout(f, 60);
    tcase_add_checked_fixture(f, setup_dir, teardown_dir);
    tcase_add_test(f, file_source);
    tcase_add_test(f, file_source_refused);
    tcase_add_test(f, file_sink_new);
    tcase_add_test(f, file_sink_replaces);
    tcase_add_test(f, file_sink_abort_leaves_nothing);
    tcase_add_test(f, file_sink_follows_links);
    tcase_add_test(f, file_sink_refused);
    tcase_add_loop_test(f, file_sink_failing_memory, 0, 2);
    tcase_add_test(f, full_disk);
    tcase_add_test(f, file_size_limit);
    tcase_add_test(f, fifo);
    tcase_add_test(f, closed_pipe);
    tcase_add_test(f, interrupted_calls_go_on);
    tcase_add_test(f, link_that_leads_elsewhere);
    tcase_add_loop_test(f, file_sink_buffer, 0, 5);
    tcase_add_test(f, temporary_names);
    suite_add_tcase(s, f);
    return icp_test_run(s);
}
