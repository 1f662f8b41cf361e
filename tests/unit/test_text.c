/* SPDX-License-Identifier: MIT */
/* Text: folding against utf8proc and the Unicode test files, words and hosts against tables and a plain second splitter. */
#include "base/text.h"
#include "check_main.h"
#include <stdio.h>
#ifdef HAVE_UTF8PROC
#include <utf8proc.h>
#endif

/* Unlike ck_assert this costs nothing while it holds: some loops here check millions of times. */
#define EXPECT(condition, ...)            \
    do {                                  \
        if (!(condition))                 \
            ck_abort_msg("" __VA_ARGS__); \
    } while (0)
#define HOLDS(condition) EXPECT(condition, "%s, line %d", #condition, __LINE__)

#define UNICODE_FOLDER "/usr/share/unicode"

static uint64_t state;
static uint32_t pick(uint32_t below) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % below);
}
static size_t encode(uint32_t c, char *out) {
    unsigned char *o = (unsigned char *)out;
    if (c < 0x80)
        return o[0] = (unsigned char)c, 1;
    if (c < 0x800)
        return o[0] = (unsigned char)(0xc0 | c >> 6), o[1] = (unsigned char)(0x80 | (c & 63)), 2;
    if (c < 0x10000)
        return o[0] = (unsigned char)(0xe0 | c >> 12), o[1] = (unsigned char)(0x80 | (c >> 6 & 63)), o[2] = (unsigned char)(0x80 | (c & 63)), 3;
    o[0] = (unsigned char)(0xf0 | c >> 18), o[1] = (unsigned char)(0x80 | (c >> 12 & 63));
    o[2] = (unsigned char)(0x80 | (c >> 6 & 63)), o[3] = (unsigned char)(0x80 | (c & 63));
    return 4;
}
static bool is_scalar(uint32_t c) { return c < 0x110000 && (c < 0xd800 || c > 0xdfff); }

/* Characters that matter to folding: marks, jamo, ignorables, letters with several marks, ordinary ones. */
static uint32_t some_character(void) {
    static const uint32_t odd[] = {0x300, 0x301, 0x302, 0x307, 0x308, 0x323, 0x327, 0x345, 0x3b9, 0x3b1, 0x1100, 0x1161, 0x11a8, 0xac00, 0xac01,
                                   0xad, 0x200d, 0x34f, 0x9be, 0x9c7, 0x9d7, 0x94d, 0x93c, 0x3099, 0x304b, 0x130, 0xdf, 0x1e9e, 0xfb01, 0xfdfa,
                                   0x1f80, 0x344, 0x1d15e, 0x11099, 0x110ba, 0x2126, 0xf73, 0xf71, 0xf72, 0xf74, 0x338, '<', '=', 0x2122};
    switch (pick(6)) {
    case 0: return pick(0x80);
    case 1: return 0x300 + pick(0x70);
    case 2: return odd[pick(sizeof odd / sizeof *odd)];
    case 3: return "aeiouAEIOUcnsCNS"[pick(16)];
    case 4: return pick(0x3000);
    default:
        for (;;) {
            uint32_t c = pick(0x110000);
            if (is_scalar(c))
                return c;
        }
    }
}
static size_t some_text(char *out, uint32_t characters) {
    size_t n = 0;
    while (characters--)
        n += encode(some_character(), out + n);
    return n;
}

static void expect_fold(const char *in, const char *want) {
    char out[512];
    size_t n = icp__fold(in, strlen(in), out, sizeof out);
    EXPECT(n == strlen(want) && memcmp(out, want, n) == 0, "fold(%s) = %.*s, not %s", in, (int)n, out, want);
}
START_TEST(fold_known) {
    static const char *const rows[][2] = {
        {"", ""}, {"Hello World", "hello world"}, {"[@`{Z}", "[@`{z}"}, {"Straße", "strasse"}, {"ÉCOLE", "école"}, {"E\xcc\x81" "COLE", "école"},
        {"\xef\xac\x81n", "fin"}, {"Ａｃｍｅ", "acme"}, {"\xc2\xad" "a\xc2\xad" "b", "ab"}, {"ΣΊΣΥΦΟΣ", "σίσυφοσ"}, {"İ", "i̇"}, {"²", "2"},
        {"ｶﾞ", "ガ"}, {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", "각"}, {"ﷺ", "صلى الله عليه وسلم"}, {"ᾳ", "αι"},
        {"a\xcc\xa7\xcc\x81", "\xc3\xa1\xcc\xa7"}, {"e\xcc\x81\xcc\xa7", "\xc8\xa9\xcc\x81"}, {"<\xcc\xb8", "≮"}, {"K", "k"}, {"Ǆ", "dž"}, {"\xf0\x9d\x93\x90", "a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_fold(rows[i][0], rows[i][1]);
}
END_TEST

START_TEST(fold_value_known) {
    static const char *const rows[][2] = {
        {"", ""}, {" ", ""}, {"  \t\n ", ""}, {" Acme   Inc ", "acme inc"}, {"A\tB", "a b"}, {"A \xc2\xa0 B", "a b"}, {"\xc2\xa0X\xe3\x80\x80", "x"},
        {"Computer Software", "computer software"}, {"Computer  Software", "computer software"}, {"1234567 8", "1234567 8"},
        {"1234567  8", "1234567 8"}, {"12345678 9", "12345678 9"}, {"12345678  9", "12345678 9"}, {"\xff  A ", "\xff a"},
        {"a\xe2\x80\xa8" "b", "a b"}, {"a\x01" "b", "a\x01" "b"}, {" É  É ", "é é"}, {"abcdefg  hijk", "abcdefg hijk"}, {"a \x7f", "a \x7f"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[256];
        size_t n = icp__fold_value(rows[i][0], strlen(rows[i][0]), out, sizeof out);
        EXPECT(n == strlen(rows[i][1]) && memcmp(out, rows[i][1], n) == 0, "row %zu: %.*s", i, (int)n, out);
    }
}
END_TEST

static bool blank_at(const char *s, size_t n, size_t *size) {
    static const char *const wide[] = {"\xc2\x85", "\xe1\x9a\x80", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    *size = 1;
    if (icp__is_blank(*s))
        return true;
    for (int i = 0; i < 4; i++)
        if (n >= strlen(wide[i]) && memcmp(s, wide[i], strlen(wide[i])) == 0)
            return *size = strlen(wide[i]), true;
    return false;
}
/* fold_value is fold with the blanks collapsed afterwards. */
START_TEST(fold_value_is_fold_collapsed) {
    state = 5;
    for (int round = 0; round < 60000; round++) {
        char in[256], folded[256 * ICP__FOLD_GROWTH], want[sizeof folded], out[sizeof folded];
        size_t n = 0, w = 0, size;
        uint32_t kind = pick(3);
        for (uint32_t k = pick(30); k--;)
            n += encode(pick(4) == 0 ? ' ' : kind == 0 ? pick(128) : kind == 1 ? 'A' + pick(26) : some_character(), in + n);
        size_t f = icp__fold(in, n, folded, sizeof folded);
        bool due = false;
        for (size_t i = 0; i < f; i += size) {
            if (blank_at(folded + i, f - i, &size)) {
                due = w > 0;
                continue;
            }
            if (due)
                want[w++] = ' ';
            due = false;
            want[w++] = folded[i];
            size = 1;
        }
        size_t o = icp__fold_value(in, n, out, sizeof out);
        EXPECT(o == w && memcmp(out, want, o) == 0, "round %d: '%.*s' gave '%.*s' not '%.*s'", round, (int)n, in, (int)o, out, (int)w, want);
        char again[sizeof out];
        size_t a = icp__fold_value(out, o, again, sizeof again);
        HOLDS(a == o && memcmp(again, out, o) == 0);
        size_t cap = pick((uint32_t)o + 2), c = icp__fold_value(in, n, again, cap);
        HOLDS(c <= cap && c <= o && memcmp(again, out, c) == 0 && (c == 0 || again[c - 1] != ' ') && icp__utf8_valid(again, c));
        HOLDS(cap < o || c == o);
    }
}
END_TEST

START_TEST(fold_properties) {
    state = 1;
    for (int round = 0; round < 60000; round++) {
        char in[1200], out[1200 * ICP__FOLD_GROWTH + 16], again[sizeof out];
        size_t n = some_text(in, pick(round % 100 ? 20 : 250));
        size_t size = icp__fold(in, n, out, sizeof out);
        HOLDS(size <= ICP__FOLD_GROWTH * n + 16);
        HOLDS(icp__utf8_valid(out, size));
        size_t twice = icp__fold(out, size, again, sizeof again);
        EXPECT(twice == size && memcmp(out, again, size) == 0, "fold is not idempotent on %.*s", (int)n, in);
    }
}
END_TEST
START_TEST(fold_growth_of_every_character) {
    size_t most = 0;
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4], out[64], again[64];
        if (!is_scalar(c))
            continue;
        size_t n = encode(c, in), size = icp__fold(in, n, out, sizeof out);
        EXPECT(size <= n * ICP__FOLD_GROWTH, "U+%04X", c);
        if (size * 100 / n > most)
            most = size * 100 / n;
        EXPECT(icp__fold(out, size, again, sizeof again) == size && memcmp(out, again, size) == 0, "U+%04X", c);
    }
    ck_assert_uint_eq(most, ICP__FOLD_GROWTH * 100);
}
END_TEST
START_TEST(fold_cuts_at_every_cap) {
    state = 2;
    for (int round = 0; round < 1500; round++) {
        char in[256], full[256 * ICP__FOLD_GROWTH];
        size_t n = some_text(in, pick(20)), size = icp__fold(in, n, full, sizeof full);
        for (size_t cap = 0; cap <= size + 1; cap++) {
            char *exact = malloc(cap + 1);
            exact[cap] = 'X';
            size_t got = icp__fold(in, n, exact, cap);
            size_t want = icp__utf8_cut(full, size, cap);
            EXPECT(got == want && memcmp(exact, full, got) == 0 && exact[cap] == 'X', "cap %zu of %zu", cap, size);
            free(exact);
        }
    }
}
END_TEST
START_TEST(fold_long_runs_of_marks) {
    /* Longer than any buffer a normalizer keeps: the order must still be canonical and stable. */
    static char in[40000], out[480000];
    size_t n = encode('a', in);
    for (int i = 0; i < 6000; i++)
        n += encode(i % 3 == 0 ? 0x323 : i % 3 == 1 ? 0x301 : 0x300, in + n);
    size_t size = icp__fold(in, n, out, sizeof out);
    char *p = out;
    ck_assert_mem_eq(p, "\xe1\xba\xa1", 3); /* a with dot below */
    p += 3;
    for (int i = 0; i < 1999; i++, p += 2)
        ck_assert_mem_eq(p, "\xcc\xa3", 2);
    for (int i = 0; i < 2000; i++, p += 4)
        ck_assert_mem_eq(p, "\xcc\x81\xcc\x80", 4);
    ck_assert_int_eq(p - out, (long)size);
}
END_TEST
START_TEST(fold_of_ascii_is_tolower) {
    state = 3;
    for (int round = 0; round < 20000; round++) {
        char in[80], out[80];
        size_t n = pick(80);
        for (size_t i = 0; i < n; i++)
            in[i] = (char)pick(128);
        HOLDS(icp__fold(in, n, out, sizeof out) == n);
        for (size_t i = 0; i < n; i++)
            HOLDS(out[i] == (in[i] >= 'A' && in[i] <= 'Z' ? in[i] + 32 : in[i]));
    }
}
END_TEST
START_TEST(fold_of_invalid_text_is_bytewise) {
    expect_fold("CAF\xc9 \xff" "Z", "caf\xc9 \xff" "z");
    expect_fold("\xc3\x89\xff", "\xc3\x89\xff");
    char out[3];
    ck_assert_uint_eq(icp__fold("A\xff" "BC", 4, out, 3), 3);
    ck_assert_mem_eq(out, "a\xff" "b", 3);
}
END_TEST

#ifdef HAVE_UTF8PROC
static size_t oracle(const char *in, size_t n, int options, char **out) {
    utf8proc_uint8_t *p = NULL;
    utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)in, (utf8proc_ssize_t)n, &p, (utf8proc_option_t)options);
    HOLDS(size >= 0);
    *out = (char *)p;
    return (size_t)size;
}
#define NFKC_CF (UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)
START_TEST(fold_agrees_with_utf8proc) {
    ck_assert_str_eq(utf8proc_unicode_version(), "15.0.0");
    for (uint32_t c = 0; c < 0x110000; c++) {
        char in[4], out[64], *want;
        /* utf8proc keeps ignorable code points that are not assigned; the test against the standard has them. */
        if (!is_scalar(c) || utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CN)
            continue;
        size_t n = encode(c, in), size = icp__fold(in, n, out, sizeof out), w = oracle(in, n, NFKC_CF, &want);
        EXPECT(size == w && memcmp(out, want, w) == 0, "U+%04X: %.*s, utf8proc %.*s", c, (int)size, out, (int)w, want);
        free(want);
    }
    state = 4;
    for (int round = 0; round < 100000; round++) {
        char in[400], out[400 * ICP__FOLD_GROWTH], *want;
        size_t n = 0;
        for (uint32_t k = pick(24); k--;) {
            uint32_t c = some_character();
            if (utf8proc_category((utf8proc_int32_t)c) != UTF8PROC_CATEGORY_CN)
                n += encode(c, in + n);
        }
        size_t size = icp__fold(in, n, out, sizeof out), w = oracle(in, n, NFKC_CF, &want);
        EXPECT(size == w && memcmp(out, want, w) == 0, "round %d: '%.*s' gave '%.*s', utf8proc '%.*s'", round, (int)n, in, (int)size, out, (int)w, want);
        free(want);
    }
}
END_TEST
#endif

static size_t code_points(const char *text, char **end, char *out) {
    size_t n = 0;
    for (char *next;; text = next) {
        unsigned long c = strtoul(text, &next, 16);
        if (next == text)
            break;
        n += encode((uint32_t)c, out + n);
    }
    *end = (char *)text;
    return n;
}
START_TEST(fold_is_nfkc_cf_of_the_standard) {
    FILE *f = fopen(UNICODE_FOLDER "/DerivedNormalizationProps.txt", "r");
    if (!f) {
        printf("skipped: no " UNICODE_FOLDER "/DerivedNormalizationProps.txt\n");
        return;
    }
    char line[512];
    size_t rows = 0;
    while (fgets(line, sizeof line, f)) {
        char *at = strstr(line, "; NFKC_CF;"), *end, want[128], in[4], out[128];
        if (!at || line[0] == '#')
            continue;
        unsigned long first = strtoul(line, &end, 16), last = strncmp(end, "..", 2) == 0 ? strtoul(end + 2, NULL, 16) : first;
        size_t w = code_points(at + strlen("; NFKC_CF;"), &end, want);
        for (unsigned long c = first; c <= last; c++, rows++) {
            size_t size = icp__fold(in, encode((uint32_t)c, in), out, sizeof out);
            EXPECT(size == w && memcmp(out, want, w) == 0, "U+%04lX", c);
        }
    }
    fclose(f);
    ck_assert_uint_gt(rows, 10000);
}
END_TEST
/* The five columns of a row are compatibility equivalent, so they fold alike; the fourth is NFKC, so it folds to itself when all
 * its characters and those of its decomposition do. U+0345 is left out: its folding is a letter, whose place in the text then
 * depends on whether the text was in canonical order before (Unicode 15.0, D147). */
START_TEST(fold_passes_the_normalization_test) {
    FILE *f = fopen(UNICODE_FOLDER "/NormalizationTest.txt", "r");
    bool packed = !f;
    if (packed && (f = fopen(UNICODE_FOLDER "/NormalizationTest.txt.bz2", "rb")) != NULL) {
        fclose(f);
        f = popen("bzip2 -dc " UNICODE_FOLDER "/NormalizationTest.txt.bz2 2>/dev/null", "r");
    }
    if (!f) {
        printf("skipped: no " UNICODE_FOLDER "/NormalizationTest.txt\n");
        return;
    }
    char line[2048];
    size_t rows = 0, same = 0;
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' || line[0] == '@' || strstr(line, "0345"))
            continue;
        char text[5][256], folded[5][1024], *at = line;
        size_t n[5], size[5];
        for (int i = 0; i < 5; i++, at++) {
            n[i] = code_points(at, &at, text[i]);
            HOLDS(*at == ';');
            size[i] = icp__fold(text[i], n[i], folded[i], sizeof folded[i]);
            EXPECT(size[i] == size[0] && memcmp(folded[i], folded[0], size[0]) == 0, "column %d: %s", i + 1, line);
        }
        rows++;
        bool stable = true;
        for (size_t i = 0, k; i < n[4] && stable; i += k) {
            char out[64];
            for (k = 1; i + k < n[4] && ((unsigned char)text[4][i + k] & 0xc0) == 0x80;)
                k++;
            stable = icp__fold(text[4] + i, k, out, sizeof out) == k && memcmp(out, text[4] + i, k) == 0;
        }
        if (stable) {
            EXPECT(size[3] == n[3] && memcmp(folded[3], text[3], n[3]) == 0, "not NFKC: %s", line);
            same++;
        }
    }
    if (packed)
        pclose(f);
    else
        fclose(f);
    if (rows == 0) {
        printf("skipped: bzip2 cannot unpack NormalizationTest.txt.bz2\n");
        return;
    }
    ck_assert_uint_gt(rows, 18000);
    ck_assert_uint_gt(same, 15000);
}
END_TEST

START_TEST(utf8_valid_in_all_forms) {
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"", true}, {"abc", true}, {"\xc2\x80", true}, {"\xdf\xbf", true}, {"\xe0\xa0\x80", true}, {"\xed\x9f\xbf", true}, {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true}, {"\xf0\x90\x80\x80", true}, {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false}, {"\xbf", false}, {"\xc0\x80", false}, {"\xc1\xbf", false}, {"\xc2", false}, {"\xc2" "a", false}, {"\xe0\x9f\xbf", false},
        {"\xe0\xa0", false}, {"\xe0", false}, {"\xed\xa0\x80", false}, {"\xed\xbf\xbf", false}, {"\xe1\x80\xc0", false}, {"\xf0\x8f\xbf\xbf", false},
        {"\xf0\x90\x80", false}, {"\xf4\x90\x80\x80", false}, {"\xf5\x80\x80\x80", false}, {"\xff", false}, {"\xfe", false}, {"\xf8\x88\x80\x80\x80", false},
        {"\xc2\x80\x80", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t before = 0; before < 40; before++)
            for (size_t after = 0; after < 20; after += 19) {
                char text[80];
                size_t n = strlen(rows[i].text);
                memset(text, 'x', sizeof text);
                memcpy(text + before, rows[i].text, n);
                EXPECT(icp__utf8_valid(text, before + n + after) == rows[i].valid, "row %zu before %zu", i, before);
            }
    /* Every two- and three-byte beginning with a lead byte. */
    for (uint32_t c = 0; c < 0x110000; c++) {
        char text[4];
        if (c > 0xd700 && c < 0xe100)
            HOLDS(icp__utf8_valid(text, encode(c, text)) == is_scalar(c));
        else if (is_scalar(c))
            HOLDS(icp__utf8_valid(text, encode(c, text)));
    }
}
END_TEST
START_TEST(utf8_cut_at_characters) {
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" "b";
    static const size_t want[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (size_t cap = 0; cap < sizeof want / sizeof *want; cap++)
        ck_assert_uint_eq(icp__utf8_cut(text, 11, cap), want[cap]);
    ck_assert_uint_eq(icp__utf8_cut("\x80\x80\x80\x80\x80\x80", 6, 5), 2);
}
END_TEST
START_TEST(windows_1252) {
    static const char *const high[32] = {"€", "\xc2\x81", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\xc2\x8d", "Ž", "\xc2\x8f",
                                         "\xc2\x90", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\xc2\x9d", "ž", "Ÿ"};
    for (unsigned b = 0; b < 256; b++) {
        char in = (char)b, out[3], want[4];
        size_t n = icp__utf8_from_1252(&in, 1, out), w = b - 0x80u < 32 ? strlen(high[b - 0x80]) : encode(b, want);
        ck_assert_uint_eq(n, w);
        ck_assert_mem_eq(out, b - 0x80u < 32 ? high[b - 0x80] : want, n);
    }
    char out[12];
    ck_assert_uint_eq(icp__utf8_from_1252("a\x80\xe9z", 4, out), 7);
    ck_assert_mem_eq(out, "a€éz", 7);
}
END_TEST
START_TEST(trim_blanks) {
    static const char *const rows[][2] = {{"", ""}, {"  ", ""}, {" a b\t", "a b"}, {"\xc2\xa0 x \xc2\xa0", "x"}, {"\xc2\xa0", ""}, {"\r\n\v\fx", "x"},
                                          {"\xc3\xa0", "\xc3\xa0"}, {"\xa0", "\xa0"}, {"x\xc2", "x\xc2"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct icp_str t = icp__trim(rows[i][0], strlen(rows[i][0]));
        ck_assert_uint_eq(t.size, strlen(rows[i][1]));
        ck_assert_mem_eq(t.data, rows[i][1], t.size);
    }
}
END_TEST

/* Words joined by ' ', with '~' before a word that is joined to the one before. */
static size_t render(const char *s, size_t n, size_t cap, size_t max, char *text) {
    static char out[65536];
    static struct icp__word words[8192];
    size_t count = icp__words(s, n, out, cap, words, max), size = 0;
    for (size_t i = 0; i < count; i++) {
        HOLDS(words[i].start < words[i].end);
        HOLDS(words[i].end <= cap);
        HOLDS(words[i].start == (i ? words[i - 1].end + 1 : 0));
        if (i) {
            HOLDS(out[words[i].start - 1] == ' ');
            text[size++] = ' ';
        }
        if (words[i].joined) {
            HOLDS(words[i].joined == 1);
            text[size++] = '~';
        }
        memcpy(text + size, out + words[i].start, words[i].end - words[i].start);
        size += words[i].end - words[i].start;
    }
    text[size] = 0;
    return size;
}
START_TEST(words_known) {
    static const char *const rows[][2] = {
        {"", ""}, {"   ", ""}, {"...", ""}, {"Hello", "hello"}, {"Hello World", "hello ~world"}, {"  Hello,  World. ", "hello world"},
        {"it's", "it ~s"}, {"l'eau", "l ~eau"}, {"l’eau", "l ~eau"}, {"e-mail", "e ~mail"}, {"e‑mail", "e ~mail"}, {"B2B web3 4K", "b2b ~web3 ~4k"},
        {"R&D", "r ~d"}, {"and/or", "and ~or"}, {"snake_case", "snake ~case"}, {"a (b) c", "a b c"}, {"a; b: c", "a b c"}, {"x - y", "x ~y"},
        {"C++", "c++"}, {"C++ and C#", "c++ ~and ~c#"}, {"C++, C#.", "c++ c#"}, {"c+", "c"}, {"c+++", "c"}, {"c##", "c"}, {"c++x", "c x"}, {"c#x", "c x"},
        {"C++11", "c 11"}, {"#1 choice", "1 ~choice"}, {"100++ ok", "100 ok"}, {"F#/C++", "f# ~c++"}, {"a+b", "a b"}, {"c+#", "c"}, {"c#+", "c"},
        {".NET", ".net"}, {"on .NET now", "on .net ~now"}, {"ASP.NET", "asp net"}, {"a. net", "a net"}, {"..net", ".net"}, {".nets", "nets"}, {"x,.net", "x .net"},
        {".net++", "net++"}, {"1,000.50", "1 000 50"}, {"24/7 support", "24 ~7 ~support"}, {"Straße GROẞ", "strasse ~gross"}, {"ÉCOLE d'Été", "école ~d ~été"},
        {"E\xcc\x81" "a e\xcc\x81", "éa ~é"}, {"ﬁne ﬂow", "fine ~flow"}, {"Ａｃｍｅ２", "acme2"}, {"Acme™ tools", "acme tools"}, {"Acme® tools", "acme tools"},
        {"soft\xc2\xadware", "software"}, {"10 m²", "10 ~m2"}, {"½", "1 2"}, {"Привет, мир", "привет мир"}, {"ΑΘΗΝΑ", "αθηνα"}, {"שלום עולם", "שלום ~עולם"},
        {"بيت‎ لحم", "بيت ~لحم"}, {"हिन्दी भाषा", "हिन्दी ~भाषा"}, {"বাংলা", "বাংলা"}, {"தமிழ் மொழி", "தமிழ் ~மொழி"}, {"한국어 회사", "한국어 ~회사"},
        {"東京", "東 ~京"}, {"東京、大阪", "東 ~京 大 ~阪"}, {"ラーメン", "ラ ~ー ~メ ~ン"}, {"ｶﾞｽ", "ガ ~ス"}, {"ジョン・スミス", "ジ ~ョ ~ン ~ス ~ミ ~ス"},
        {"AI技術", "ai ~技 ~術"}, {"技術AI", "技 ~術 ~ai"}, {"2023年", "2023 ~年"}, {"ที่", "ที่"}, {"กิน", "กิ ~น"}, {"๑๒๓", "๑๒๓"}, {"ລາວ", "ລ ~າ ~ວ"}, {"ខ្មែរ", "ខ្ ~មែ ~រ"},
        {"မြန်", "မြ ~န်"}, {"tiếng Việt", "tiếng ~việt"}, {"naïve café", "naïve ~café"}, {"İstanbul", "i̇stanbul"}, {"foo😀bar", "foo bar"}, {"foo 😀 bar", "foo bar"},
        {"👍🏽", ""}, {"a–b", "a ~b"}, {"a—b", "a b"}, {"“quoted” text", "quoted text"}, {"\xcc\x81", ""}, {"a \xcc\x81" "b", "a b"}, {"col·lecció", "col ~lecció"},
        {"\xff" "abc", "abc"}, {"caf\xe9 noir", "caf noir"}, {"a\xc2\xa0" "b", "a ~b"}, {"a\xe2\x80\x8b" "b", "ab"}, {"ＡＢ　ＣＤ", "ab ~cd"}, {"Ⅷ", "viii"}, {"①", "1"},
        {"የኢትዮጵያ", "የኢትዮጵያ"}, {"ՀԱՅԱՍՏԱՆ", "հայաստան"}, {"საქართველო", "საქართველო"}, {"c＋＋ ok", "c++ ~ok"}, {"c＃", "c#"}, {"．net", ".net"}, {"c++é", "c é"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[1024];
        render(rows[i][0], strlen(rows[i][0]), 1024, 100, text);
        EXPECT(strcmp(text, rows[i][1]) == 0, "words of '%s' are '%s', not '%s'", rows[i][0], text, rows[i][1]);
        /* The same anywhere in a block. */
        for (size_t shift = 1; shift < 36; shift++) {
            char in[1100], want[1100], got[2300];
            memset(in, 'x', shift);
            in[shift] = ',';
            strcpy(in + shift + 1, rows[i][0]);
            strcat(in, ",yyyyyyyyyyyyyyyyyyyyy zzzzzzzzzzzzzzzzz");
            if (strncmp(rows[i][0], "\xcc", 1) == 0)
                continue;
            memset(want, 'x', shift);
            want[shift] = 0;
            if (*rows[i][1])
                strcat(strcat(want, " "), rows[i][1]);
            strcat(want, " yyyyyyyyyyyyyyyyyyyyy ~zzzzzzzzzzzzzzzzz");
            render(in, strlen(in), 4096, 100, got);
            EXPECT(strcmp(got, want) == 0, "shift %zu of '%s': '%s', not '%s'", shift, rows[i][0], got, want);
        }
    }
}
END_TEST

/* The rules once more, for ASCII, the long way round. */
static bool plain_word(int c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); }
static void plain_split(const char *in, size_t n, size_t cap, size_t max, char *text) {
    char s[512];
    for (size_t i = 0; i < n; i++)
        s[i] = (char)(in[i] >= 'A' && in[i] <= 'Z' ? in[i] + 32 : in[i]);
    size_t used = 0, words = 0, size = 0;
    bool joined = false;
    for (size_t i = 0; i < n;) {
        if (!plain_word(s[i])) {
            joined = joined && s[i] && strchr(" \t\n\v\f\r-'/&_", s[i]);
            i++;
            continue;
        }
        size_t start = i;
        while (i < n && plain_word(s[i]))
            i++;
        size_t end = i, from = start;
        bool letter = s[end - 1] >= 'a', tail = false;
        size_t more = n - end >= 2 && s[end] == '+' && s[end + 1] == '+' ? 2 : n - end >= 1 && s[end] == '#' ? 1 : 0;
        if (letter && more && (end + more == n || (!plain_word(s[end + more]) && s[end + more] != '+' && s[end + more] != '#')))
            tail = true, end += more, i = end;
        if (!tail && end - start == 3 && memcmp(s + start, "net", 3) == 0 && start > 0 && s[start - 1] == '.' &&
            (start == 1 || !plain_word(s[start - 2])))
            from--;
        if (words == max || used + (words > 0) + (end - from) > cap)
            break;
        used += (words > 0) + (end - from);
        if (words)
            text[size++] = ' ';
        if (words && joined)
            text[size++] = '~';
        memcpy(text + size, s + from, end - from);
        size += end - from;
        words++;
        joined = true;
    }
    text[size] = 0;
}
START_TEST(words_of_ascii_agree_with_the_long_way) {
    static const char often[] = "abcXYZ019 net  .,+#-'";
    state = 7;
    for (int round = 0; round < 200000; round++) {
        char in[200], want[1024], got[1024];
        size_t n = pick(round % 4 ? 40 : 200), cap = pick(3) ? 1000 : pick((uint32_t)n + 2), max = pick(3) ? 500 : pick(20);
        uint32_t kind = pick(4);
        for (size_t i = 0; i < n; i++)
            in[i] = kind == 0   ? (char)pick(128)
                    : kind == 1 ? (pick(7) ? (char)('a' + pick(26)) : ' ')
                    : kind == 3 && pick(5) ? (char)('A' + pick(26)) : often[pick(sizeof often - 1)];
        if (n > 8 && !pick(3))
            memcpy(in + pick((uint32_t)n - 7), pick(2) ? " .NET c+" : "C++ f# g", 8);
        plain_split(in, n, cap, max, want);
        render(in, n, cap, max, got);
        EXPECT(strcmp(want, got) == 0, "round %d: '%.*s' cap %zu max %zu gave '%s', not '%s'", round, (int)n, in, cap, max, got, want);
    }
}
END_TEST
START_TEST(words_of_folded_text_are_the_same) {
    state = 8;
    for (int round = 0; round < 60000; round++) {
        char in[2400], folded[2400 * ICP__FOLD_GROWTH], a[30000], b[30000];
        size_t n = 0;
        uint32_t often = 1 + pick(20);
        for (uint32_t k = pick(60); k--;) {
            uint32_t c = pick(often) ? (uint32_t)"abcdeABC  .+#,"[pick(14)] : some_character();
            n += encode(c == 0x2122 || c == 0x2120 ? 'x' : c, in + n);
        }
        size_t f = icp__fold(in, n, folded, sizeof folded);
        render(in, n, 60000, 8000, a);
        render(folded, f, 60000, 8000, b);
        EXPECT(strcmp(a, b) == 0, "round %d: '%.*s' gave '%s', folded '%s'", round, (int)n, in, a, b);
        /* With little room: the same words as far as they go, and never a byte beyond. */
        size_t cap = pick(80), max = pick(10), got;
        char *exact = malloc(cap + 1);
        struct icp__word *words = malloc((max + 1) * sizeof *words), few[8000];
        static char out[60000];
        exact[cap] = 'X';
        got = icp__words(in, n, exact, cap, words, max);
        size_t all = icp__words(in, n, out, sizeof out, few, 8000);
        HOLDS(got <= max && got <= all && exact[cap] == 'X');
        for (size_t i = 0; i < got; i++)
            HOLDS(words[i].start == few[i].start && words[i].end == few[i].end && words[i].joined == few[i].joined &&
                      memcmp(exact + words[i].start, out + words[i].start, words[i].end - words[i].start) == 0);
        HOLDS(got == all || got == max || few[got].end > cap);
        free(exact);
        free(words);
    }
}
END_TEST
START_TEST(words_never_read_or_write_outside) {
    /* Exact allocations: ASan sees one byte too much. */
    state = 9;
    for (int round = 0; round < 20000; round++) {
        size_t n = pick(70);
        char *in = malloc(n + 1), *out = malloc(n + 1);
        for (size_t i = 0; i < n; i++)
            in[i] = (char)(pick(30) ? "abcdefgh ,.+#"[pick(13)] : (int)pick(256));
        char *tight = malloc(n ? n : 1);
        memcpy(tight, in, n);
        struct icp__word *words = malloc((n + 1) * sizeof *words);
        icp__words(tight, n, out, n, words, n);
        icp__fold(tight, n, out, n);
        icp__fold_value(tight, n, out, n);
        icp__utf8_valid(tight, n);
        char host[256];
        icp__host(tight, n, host);
        free(in), free(out), free(tight), free(words);
    }
}
END_TEST

START_TEST(hosts_known) {
    static const char *const rows[][2] = {
        {"", ""}, {" ", ""}, {"acme.com", "acme.com"}, {"ACME.COM", "acme.com"}, {"www.acme.com", "acme.com"}, {"WWW.Acme.com", "acme.com"},
        {"http://acme.com", "acme.com"}, {"https://www.acme.com/", "acme.com"}, {"HTTPS://Acme.com/a/b?c=d#e", "acme.com"}, {"http://acme.com:8080", "acme.com"},
        {"acme.com:443/x", "acme.com"}, {"http://user@acme.com", "acme.com"}, {"http://user:pw@acme.com:80/x", "acme.com"}, {"//acme.com/x", "acme.com"},
        {"http:acme.com", "acme.com"}, {"http:/acme.com", "acme.com"}, {"http:\\\\acme.com\\x", "acme.com"}, {"ftp://files.acme.com", "files.acme.com"},
        {"acme.com.", "acme.com"}, {"acme.com..", "acme.com"}, {"acme.com/", "acme.com"}, {"acme.com?x", "acme.com"}, {"acme.com#x", "acme.com"},
        {"info@acme.com", "acme.com"}, {"mailto:info@acme.com", "acme.com"}, {"MailTo:Info@Acme.com?subject=x", "acme.com"}, {"a@b@acme.com", "acme.com"},
        {" acme.com ", "acme.com"}, {"acme.com, beta.com", "acme.com"}, {"acme.com;beta.com", "acme.com"}, {"acme.com beta.com", "acme.com"}, {"<http://acme.com>", "acme.com"},
        {"\"acme.com\"", "acme.com"}, {"www.com", "www.com"}, {"www.", ""}, {"www", ""}, {"localhost", ""}, {"http://localhost:80", ""}, {"Acme Inc.", ""},
        {"n/a", ""}, {"-", ""}, {".", ""}, {"..", ""}, {".com", ""}, {"a..com", ""}, {"e.g", ""}, {"3.5", ""}, {"1.000.000", ""}, {"192.168.0.1", "192.168.0.1"},
        {"http://192.168.0.1:8080/x", "192.168.0.1"}, {"256.1.1.1", ""}, {"1.2.3.4.5", ""}, {"[2001:db8::1]", ""}, {"http://[::1]/", ""}, {"2001:db8::1", ""},
        {"acme.com:abc", ""}, {"ac me.com", ""}, {"acme!.com", ""}, {"acme%2ecom", ""}, {"a_b.acme.com", "a_b.acme.com"}, {"xn--mller-kva.de", "xn--mller-kva.de"},
        {"https://www.MÜLLER.de/", "müller.de"}, {"MU\xcc\x88LLER.de", "müller.de"}, {"例え。jp", "例え.jp"}, {"ａｃｍｅ．ｃｏｍ", "acme.com"}, {"acme\xff.com", ""},
        {"https://", ""}, {"http://www.acme.co.uk", "acme.co.uk"}, {"m.acme.com", "m.acme.com"}, {"tel:+49", ""}, {"javascript:void(0)", ""}, {"http://@acme.com", "acme.com"},
        {"1-800-flowers.com", "1-800-flowers.com"}, {"3m.com", "3m.com"}, {"\xc2\xa0" "acme.com\xc2\xa0", "acme.com"}, {"acme.com\nbeta.com", "acme.com"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[256];
        size_t n = icp__host(rows[i][0], strlen(rows[i][0]), out);
        EXPECT(n == strlen(rows[i][1]) && memcmp(out, rows[i][1], n) == 0, "host of '%s' is '%.*s', not '%s'", rows[i][0], (int)n, out, rows[i][1]);
        char again[256];
        HOLDS(icp__host(out, n, again) == n && memcmp(out, again, n) == 0);
    }
}
END_TEST
START_TEST(hosts_up_to_253_bytes) {
    static char text[5000];
    char out[256];
    for (size_t n = 240; n < sizeof text; n += n < 300 ? 1 : 97) {
        memset(text, 'a', n);
        memcpy(text + n - 4, ".com", 4);
        ck_assert_uint_eq(icp__host(text, n, out), n <= 253 ? n : 0);
    }
}
END_TEST

int main(void) {
    const TTest *const tests[] = {
        fold_known, fold_value_known, fold_value_is_fold_collapsed, fold_properties, fold_growth_of_every_character, fold_cuts_at_every_cap,
        fold_long_runs_of_marks, fold_of_ascii_is_tolower, fold_of_invalid_text_is_bytewise,
#ifdef HAVE_UTF8PROC
        fold_agrees_with_utf8proc,
#endif
        fold_is_nfkc_cf_of_the_standard, fold_passes_the_normalization_test, utf8_valid_in_all_forms, utf8_cut_at_characters, windows_1252,
        trim_blanks, words_known, words_of_ascii_agree_with_the_long_way, words_of_folded_text_are_the_same, words_never_read_or_write_outside,
        hosts_known, hosts_up_to_253_bytes};
    Suite *s = suite_create("text");
    TCase *t = tcase_create("text");
#ifndef HAVE_UTF8PROC
    printf("skipped: libutf8proc was not there when this was built\n");
#endif
    tcase_set_timeout(t, 120);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
