/* SPDX-License-Identifier: MIT */
/* SHA-256 against the standard's vectors, XXH3-64 against its own. */
#include "base/hash.h"
#include "check_main.h"

static void expect_sha(const void *data, size_t size, const char *hex) {
    static const char digits[] = "0123456789abcdef";
    struct icp__sha256 s;
    uint8_t out[32];
    char text[65] = "";
    icp__sha256_init(&s);
    icp__sha256_add(&s, data, size);
    icp__sha256_finish(&s, out);
    for (int i = 0; i < 32; i++)
        text[2 * i] = digits[out[i] >> 4], text[2 * i + 1] = digits[out[i] & 15];
    ck_assert_str_eq(text, hex);
}

START_TEST(sha256_of_the_standard) {
    expect_sha("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_sha("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_sha("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 112,
               "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    static char million[1000000];
    memset(million, 'a', sizeof million);
    expect_sha(million, sizeof million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

START_TEST(sha256_does_not_depend_on_the_split) {
    uint8_t data[300], whole[32], parts[32];
    struct icp__sha256 s;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    for (size_t n = 0; n <= sizeof data; n++) {
        icp__sha256_init(&s);
        icp__sha256_add(&s, data, n);
        icp__sha256_finish(&s, whole);
        for (size_t step = 1; step < 130; step += 9) {
            icp__sha256_init(&s);
            for (size_t at = 0; at < n; at += step)
                icp__sha256_add(&s, data + at, n - at < step ? n - at : step);
            icp__sha256_finish(&s, parts);
            ck_assert_mem_eq(whole, parts, 32);
        }
    }
}
END_TEST

START_TEST(xxh3_of_known_inputs) {
    ck_assert_uint_eq(icp__hash("", 0, 0), UINT64_C(0x2d06800538d394c2));
    ck_assert_uint_eq(icp__hash(NULL, 0, 0), UINT64_C(0x2d06800538d394c2));
    ck_assert_uint_eq(icp__hash("abc", 3, 0), UINT64_C(0x78af5f94892f3950));
    ck_assert_uint_ne(icp__hash("abc", 3, 1), icp__hash("abc", 3, 0));
}
END_TEST

int main(void) {
    Suite *s = suite_create("hash");
    TCase *t = tcase_create("hash");
    tcase_add_test(t, sha256_of_the_standard);
    tcase_add_test(t, sha256_does_not_depend_on_the_split);
    tcase_add_test(t, xxh3_of_known_inputs);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
