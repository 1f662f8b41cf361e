/* SPDX-License-Identifier: MIT */
/* Many writers at once, and writers that are killed. */
#include "book.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { WRITERS = 10, EACH = 1000, KILLS = 300, KILLS_A_FILE = 20 };
static const char *const tiers[] = {"Very Poor", "Poor", "Fair", "Good", "Excellent"};

static struct book book;

static void start(void) { book_start(&book); }
static void end(void) { book_end(&book); }

static int64_t clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static icp_status write_one(icp_ledger *l, int writer, int i, struct icp_ledger_head *head) {
    char json[400];
    struct icp_error err = {.struct_size = sizeof err};
    int n = snprintf(json, sizeof json,
        "{\"kind\":\"override\",\"scope\":\"company\",\"key\":\"company-%d-%d\",\"tier\":\"%s\",\"reason\":\"other\",\"text\":\"%d\","
            "\"author\":\"writer %d\","
                     "\"authority\":\"test\",\"expiry\":\"2030-01-01\"}", writer, i % 7, tiers[(i * 3 + writer) % 5], i, writer);
    icp_status st = icp_ledger_append(l, clock_now(), json, (size_t)n, head, &err);
    if (st)
        fprintf(stderr, "writer %d: %s %s\n", writer, icp_status_name(st), err.message);
    return st;
}

/* Opens for itself: a handle is not carried over fork(). */
static int writer_main(int writer) {
    icp_context *c = NULL;
    icp_ledger *l = NULL;
    if (icp_context_new(NULL, &c, NULL) || icp_ledger_open(c, book.path, ICP_LEDGER_CREATE, &l, NULL))
        return 1;
    for (int i = 0; i < EACH; i++)
        if (write_one(l, writer, i, NULL))
            return 2;
    icp_ledger_free(l);
    icp_context_unref(c);
    return 0;
}

/* A number that stands behind a text. */
static int number_behind(const char *at, const char *text) {
    const char *found = strstr(at, text);
    ck_assert_ptr_nonnull(found);
    return atoi(found + strlen(text));
}

static char *decisions_text(icp_decisions *d) {
    icp_buffer *b = NULL;
    struct icp_str s;
    ck_assert_int_eq(icp_decisions_to_json(d, &b, NULL), ICP_OK);
    ck_assert_int_eq(icp_buffer_data(b, &s), ICP_OK);
    char *text = strdup(s.data);
    icp_buffer_unref(b);
    icp_decisions_unref(d);
    return text;
}

/* What holds, of the ledger itself and of its history replayed, is one and the same; and each company's newest override is `state`. */
static void check_replay(icp_ledger *l, const char *list, char state[WRITERS][7][16]) {
    struct icp_error err = {.struct_size = sizeof err};
    const int64_t later = clock_now() + 120 * INT64_C(1000000);
    icp_decisions *of_ledger = NULL, *replayed = NULL;
    char now[WRITERS][7][16];
    int overrides = 0;
    ck_assert_msg(icp_ledger_decisions(l, later, &of_ledger, &err) == ICP_OK, "%s", err.message);
    ck_assert_msg(icp_decisions_from_json(book.c, list, strlen(list), later, &replayed, &err) == ICP_OK, "%s", err.message);
    char *a = decisions_text(of_ledger), *b = decisions_text(replayed);
    ck_assert_str_eq(a, b);
    for (const char *at = a; (at = strstr(at, "\"key\":\"company-")) != NULL; at++, overrides++) {
        int w = 0, k = 0;
        ck_assert_int_eq(sscanf(at, "\"key\":\"company-%d-%d", &w, &k), 2);
        const char *tier = strstr(at, "\"tier\":\"") + 8;
        snprintf(now[w][k], 16, "%.*s", (int)strcspn(tier, "\""), tier);
    }
    ck_assert_int_eq(overrides, WRITERS * EACH);
    for (int i = 0; i < WRITERS * 7; i++)
        ck_assert_str_eq(now[i / 7][i % 7], state[i / 7][i % 7]);
    free(a);
    free(b);
}

START_TEST(ten_writers_lose_nothing) {
    pid_t child[WRITERS];
    int next[WRITERS] = {0}, status;
    for (int w = 0; w < WRITERS; w++) {
        child[w] = fork();
        ck_assert_int_ge(child[w], 0);
        if (child[w] == 0)
            _exit(writer_main(w));
    }
    for (int w = 0; w < WRITERS; w++) {
        ck_assert_int_eq(waitpid(child[w], &status, 0), child[w]);
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "writer %d: status %d", w, status);
    }
    icp_ledger *l = book_open(&book, ICP_LEDGER_READ_ONLY);
    struct icp_ledger_head head = book_verify(l, NULL);
    ck_assert_uint_eq(head.entries, WRITERS * EACH);
    char *list = book_list(l, NULL), state[WRITERS][7][16];
    for (const char *at = list; (at = strstr(at, "{\"number\":")) != NULL; at++) {
        int w = number_behind(at, "\"author\":\"writer "), i = number_behind(at, "\"text\":\"");
        const char *tier = strstr(at, "\"tier\":\"") + 8;
        ck_assert_int_eq(i, next[w]++); /* each writer's own order is kept */
        snprintf(state[w][i % 7], 16, "%.*s", (int)strcspn(tier, "\""), tier);
    }
    for (int w = 0; w < WRITERS; w++) {
        ck_assert_int_eq(next[w], EACH);
        for (int k = 0; k < 7; k++) { /* the last word on each company is that of its writer */
            int last = EACH - 1 - (EACH - 1 - k) % 7;
            ck_assert_str_eq(state[w][k], tiers[(last * 3 + w) % 5]);
        }
    }
    check_replay(l, list, state);
    icp_ledger_free(l);
    l = book_open(&book, 0); /* another reader, the same history */
    char *again = book_list(l, NULL);
    ck_assert_str_eq(list, again);
    book_verify(l, &head);
    free(list);
    free(again);
    icp_ledger_free(l);
}
END_TEST

struct confirmed {
    uint64_t number;
    uint8_t hash[32];
};

/* Appends until it is killed; what is confirmed goes through the pipe. */
static void endless(int writer, int out) {
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_context *c = NULL;
    icp_ledger *l = NULL;
    if (icp_context_new(NULL, &c, NULL) || icp_ledger_open(c, book.path, ICP_LEDGER_CREATE, &l, NULL))
        _exit(1);
    for (int i = 0;; i++) {
        struct confirmed k;
        memset(&k, 0, sizeof k);
        if (write_one(l, writer, i, &head))
            _exit(2);
        k.number = head.entries;
        memcpy(k.hash, head.sha256, 32);
        if (write(out, &k, sizeof k) != sizeof k)
            _exit(3);
    }
}

/* Reads what one writer had confirmed. */
static void drain(int in, struct confirmed *all, size_t *n, size_t cap) {
    struct confirmed k;
    while (read(in, &k, sizeof k) == sizeof k) { /* whole or not at all: smaller than a pipe's atomic size */
        ck_assert_uint_lt(*n, cap);
        all[(*n)++] = k;
    }
}

static void check_confirmed(const struct confirmed *all, size_t n) {
    char hex[65], wanted[120];
    struct icp_ledger_head head = {.struct_size = sizeof head};
    icp_ledger *l = book_open(&book, ICP_LEDGER_CREATE);
    for (size_t i = 0; i < n; i++)
        if (all[i].number > head.entries)
            head.entries = all[i].number, memcpy(head.sha256, all[i].hash, 32);
    book_verify(l, n ? &head : NULL);
    char *list = book_list(l, NULL), **lines = calloc(book_count(list) + 1, sizeof *lines);
    ck_assert_ptr_nonnull(lines);
    size_t count = 0;
    for (char *at = list; (at = strstr(at, "{\"number\":")) != NULL; at++)
        lines[count++] = at;
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 32; k++)
            snprintf(hex + 2 * k, 3, "%02x", all[i].hash[k]);
        snprintf(wanted, sizeof wanted, "\"hash\":\"%s\"", hex);
        ck_assert_uint_le(all[i].number, count);
        const char *line = lines[all[i].number - 1];
        ck_assert_msg(!strncmp(strstr(line, "\"hash\":"), wanted, strlen(wanted)), "confirmed entry %d is another", (int)all[i].number);
    }
    free(lines);
    free(list);
    icp_ledger_free(l);
}

/* A reader may not put right what a killed writer left, and says so. */
static int read_only_is_refused(void) {
    struct icp_error err = {.struct_size = sizeof err};
    icp_ledger *l = NULL;
    icp_status st = icp_ledger_open(book.c, book.path, ICP_LEDGER_READ_ONLY, &l, &err);
    icp_ledger_free(l);
    ck_assert_msg(!st || st == ICP_E_FORMAT || (st == ICP_E_IO && strstr(err.message, "a writer was interrupted here")), "%s: %s",
        icp_status_name(st), err.message);
    return st == ICP_E_IO;
}

static pid_t start_endless(int writer, int pipe_ends[2]) {
    ck_assert_int_eq(pipe(pipe_ends), 0);
    /* A reader that waits for the kill must not block the writer. */
    ck_assert_int_eq(fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(pipe_ends[0]);
        endless(writer, pipe_ends[1]);
    }
    close(pipe_ends[1]);
    return child;
}

START_TEST(a_killed_writer_loses_nothing_confirmed) {
    enum { CAP = 200000 };
    struct confirmed *all = calloc(CAP, sizeof *all);
    uint64_t seed = 0x9E3779B97F4A7C15u;
    size_t total = 0, n = 0, hot = 0, refused = 0;
    char journal[120];
    ck_assert_ptr_nonnull(all);
    snprintf(journal, sizeof journal, "%s-journal", book.path);
    for (int i = 0; i < KILLS; i++) {
        int ends[2][2], status;
        pid_t child[2];
        if (i % KILLS_A_FILE == 0) {
            book_clear(&book);
            total += n, n = 0;
        }
        for (int w = 0; w < 2; w++)
            child[w] = start_endless(w, ends[w]);
        for (int w = 0; w < 2; w++) {
            seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
            struct timespec t = {0, (long)(seed % 12000000)};
            nanosleep(&t, NULL);
            ck_assert_int_eq(kill(child[w], SIGKILL), 0);
            ck_assert_int_eq(waitpid(child[w], &status, 0), child[w]);
            ck_assert_msg(WIFSIGNALED(status), "writer ended by itself: status %d", status);
            drain(ends[w][0], all, &n, CAP);
            close(ends[w][0]);
        }
        if (access(journal, F_OK) == 0)
            hot++, refused += read_only_is_refused();
        check_confirmed(all, n);
    }
    printf("%d kills, %d with a journal left, %d of them to be rolled back; %zu confirmed entries, none lost\n", 2 * KILLS, (int)hot, (int)refused,
        total + n);
    ck_assert_uint_gt(total + n, KILLS);
    ck_assert_uint_gt(hot, 0);
    free(all);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger writers");
    TCase *t = tcase_create("writers");
    tcase_add_checked_fixture(t, start, end);
    tcase_set_timeout(t, 600);
    tcase_add_test(t, ten_writers_lose_nothing);
    tcase_add_test(t, a_killed_writer_loses_nothing_confirmed);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
