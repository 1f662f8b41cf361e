/* SPDX-License-Identifier: MIT */
/* The past in memory: bounded, the same in any order, and what is left out is counted. */
#include "check_main.h"
#include "counting.h"
#include "reading.h"
#include "timing/moments.h"

static uint64_t next(uint64_t *seed) { /* splitmix64 */
    uint64_t z = (*seed += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

enum { ROWS = 6000, LINE = 64 };

/* `from` rows of a made-up stream in an order that `shuffle` decides. */
static char *stream(uint64_t shuffle, size_t *size) {
    static char line[ROWS][LINE];
    uint64_t seed = 5;
    for (int i = 0; i < ROWS; i++) {
        const unsigned account = (unsigned)(next(&seed) % 700), type = (unsigned)(next(&seed) % 5), day = (unsigned)(next(&seed) % 28) + 1;
        const unsigned month = (unsigned)(next(&seed) % 12) + 1, value = (unsigned)(next(&seed) % 1000);
        snprintf(line[i], LINE, "a%u,type %u,2023-%02u-%02u,%u\n", account, type, month, day, value);
    }
    for (int i = ROWS - 1; shuffle && i > 0; i--) {
        char held[LINE];
        const int k = (int)(next(&shuffle) % (unsigned)(i + 1));
        memcpy(held, line[i], LINE), memcpy(line[i], line[k], LINE), memcpy(line[k], held, LINE);
    }
    char *text = malloc((size_t)ROWS * LINE + 64);
    size_t n = (size_t)sprintf(text, "key,type,time,value\n");
    for (int i = 0; i < ROWS; i++) n += (size_t)sprintf(text + n, "%s", line[i]);
    *size = n;
    return text;
}

static icp_status fill(struct icp__history *h, icp_context *c, uint64_t shuffle, uint32_t most) {
    struct icp__fpenv env;
    struct icp_source s = {.struct_size = sizeof s};
    icp_reader *r = NULL;
    size_t size;
    char *text = stream(shuffle, &size);
    icp__history_init(h, c, (struct icp_str){"key", 3}, 1, 0);
    h->most = most;
    icp_status st = icp_source_from_memory(c, text, size, &s, NULL);
    if (!st) st = icp_reader_open(c, &s, NULL, &r, NULL);
    icp__fpenv_enter(&env);
    if (!st) st = icp__history_add_events(h, r, NULL, NULL);
    if (!st) st = icp__history_settle(h, NULL);
    icp__fpenv_leave(&env);
    icp_reader_free(r);
    free(text);
    return st;
}

/* Types are numbered as they come: compared by name. */
static void same(const struct icp__history *a, const struct icp__history *b) {
    ck_assert_uint_eq(a->kept, b->kept);
    ck_assert_uint_eq(a->events, b->events);
    ck_assert_uint_eq(a->keep_below, b->keep_below);
    for (uint32_t i = 0; i < a->kept; i++) {
        const struct icp__key *x = &a->accounts.key[a->order[i]], *y = &b->accounts.key[b->order[i]];
        ck_assert(x->size == y->size && memcmp(x->data, y->data, x->size) == 0);
        ck_assert_uint_eq(a->first_event[i + 1], b->first_event[i + 1]);
    }
    for (size_t i = 0; i < a->events; i++) {
        const struct icp__key *x = &a->types.key[a->event[i].type], *y = &b->types.key[b->event[i].type];
        ck_assert(a->event[i].day == b->event[i].day && a->event[i].weight == b->event[i].weight);
        ck_assert(x->size == y->size && memcmp(x->data, y->data, x->size) == 0);
    }
}

START_TEST(order_does_not_matter_and_accounts_are_halved_alike) {
    icp_context *c = plain_context(0, 0);
    const uint32_t mosts[] = {ICP__HISTORY_MOST, 4000, 1000, 50};
    for (size_t m = 0; m < sizeof mosts / sizeof *mosts; m++) {
        struct icp__history whole;
        ck_assert_int_eq(fill(&whole, c, 0, mosts[m]), ICP_OK);
        ck_assert_uint_le(whole.events, mosts[m]);
        ck_assert((whole.events == ROWS) == (mosts[m] >= ROWS));
        for (uint64_t seed = 1; seed <= 5; seed++) {
            struct icp__history h;
            ck_assert_int_eq(fill(&h, c, seed, mosts[m]), ICP_OK);
            same(&whole, &h);
            icp__history_free(&h);
        }
        icp__history_free(&whole);
    }
    icp_context_unref(c);
}
END_TEST

START_TEST(what_is_kept_is_whole_accounts) {
    icp_context *c = plain_context(0, 0);
    struct icp__history all, part;
    ck_assert_int_eq(fill(&all, c, 0, ICP__HISTORY_MOST), ICP_OK);
    ck_assert_int_eq(fill(&part, c, 3, 1000), ICP_OK);
    uint32_t at = 0;
    for (uint32_t i = 0; i < all.kept; i++) {
        if (all.hash[all.order[i]] >= part.keep_below) continue;
        const struct icp__key *x = &all.accounts.key[all.order[i]], *y = &part.accounts.key[part.order[at]];
        ck_assert(x->size == y->size && memcmp(x->data, y->data, x->size) == 0);
        ck_assert_uint_eq(all.first_event[i + 1] - all.first_event[i], part.first_event[at + 1] - part.first_event[at]);
        at++;
    }
    ck_assert_uint_eq(at, part.kept);
    icp__history_free(&all), icp__history_free(&part);
    icp_context_unref(c);
}
END_TEST

int main(void) {
    Suite *s = suite_create("history");
    TCase *t = tcase_create("history");
    tcase_add_test(t, order_does_not_matter_and_accounts_are_halved_alike);
    tcase_add_test(t, what_is_kept_is_whole_accounts);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
