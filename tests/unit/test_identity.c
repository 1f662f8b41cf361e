/* SPDX-License-Identifier: MIT */
/* Domains and names: known answers, the samples of RFC 3492, tables in order, nothing read or written outside. */
#include "base/text.h"
#include "base/unicode.h"
#include "check_main.h"
#include "trait/identity.h"
#include <stdio.h>
#include <stdlib.h>

static const char *domain_of(const char *text, char use[16]) {
    static const char *const names[] = {"none", "company", "mail", "platform"};
    static char out[ICP__DOMAIN_BYTES + 1];
    struct icp__domain d;
    icp__domain_read(text, strlen(text), &d);
    snprintf(use, 16, "%s", names[d.use]);
    struct icp_str name = icp__domain_name(&d);
    memcpy(out, name.data, name.size);
    out[name.size] = 0;
    return out;
}

START_TEST(domains_are_one_label_and_its_registry) {
    static const struct {
        const char *text, *domain, *use;
    } cases[] = {
        {"https://www.acme.com/about?x=1", "acme.com", "company"},
        {"acme.com", "acme.com", "company"},
        {"http://ACME.COM.:8080/", "acme.com", "company"},
        {"shop.eu.acme.com", "acme.com", "company"},
        {"user:pass@www2.acme.com", "acme.com", "company"},
        {"sales@mail.acme.co.uk", "acme.co.uk", "company"},
        {"mailto:a@acme.com.br", "acme.com.br", "company"},
        {"www.acme.co.jp", "acme.co.jp", "company"},
        {"a.b.acme.com.au/x", "acme.com.au", "company"},
        {"acme.gv.at", "acme.gv.at", "company"},
        {"acme.uk", "acme.uk", "company"},
        {"acme.de.com", "acme.de.com", "company"},
        {"com.de", "", "none"},
        {"co.uk", "", "none"},
        {"https://co.uk/", "", "none"},
        {"acme.co.zz", "acme.co.zz", "company"},    /* a country the list does not name: the usual labels */
        {"co.io", "co.io", "company"},              /* names stand directly below this one */
        {"x.co.de", "co.de", "company"},
        {"info.acme.pl", "acme.pl", "company"},
        {"acme.info.pl", "acme.info.pl", "company"},
        {"acme.blog", "acme.blog", "company"},
        {"192.168.1.1", "", "none"},
        {"localhost", "", "none"},
        {"", "", "none"},
        {"n/a", "", "none"},
        /* Both spellings of an international name, and the ideographic full stop. */
        {"http://xn--bcher-kva.de/", "b\xc3\xbc" "cher.de", "company"},
        {"B\xc3\x9c" "CHER.DE", "b\xc3\xbc" "cher.de", "company"},
        {"www\xe3\x80\x82" "acme\xe3\x80\x82" "co\xe3\x80\x82jp", "acme.co.jp", "company"},
        {"xn--fiqs8s.xn--p1ai", "\xe4\xb8\xad\xe5\x9b\xbd.\xd1\x80\xd1\x84", "company"},
        {"xn--a-\xc3\xbc.com", "xn--a-\xc3\xbc.com", "company"}, /* not valid: stays as it is */
        {"xn--99999999999.com", "xn--99999999999.com", "company"},
        /* Nobody's. */
        {"jane@gmail.com", "gmail.com", "mail"},
        {"j@yahoo.co.jp", "yahoo.co.jp", "mail"},
        {"j@hotmail.zz", "hotmail.zz", "mail"},
        {"j@vip.163.com", "163.com", "mail"},
        {"j@web.de", "web.de", "mail"},
        {"j@t-online.de", "t-online.de", "mail"},
        {"https://acme.github.io/x", "github.io", "platform"},
        {"https://www.linkedin.com/company/acme", "linkedin.com", "platform"},
        {"https://sites.google.com/view/acme", "google.com", "platform"},
        {"https://google.com", "google.com", "company"},
        {"https://cloud.google.com", "google.com", "company"},
        {"acme.wordpress.com", "wordpress.com", "platform"},
        {"acme.blogspot.co.uk", "blogspot.co.uk", "platform"},
        {"notlinkedin.com", "notlinkedin.com", "company"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char use[16];
        const char *got = domain_of(cases[i].text, use);
        ck_assert_msg(strcmp(got, cases[i].domain) == 0 && strcmp(use, cases[i].use) == 0, "%s: %s %s", cases[i].text, got, use);
    }
}
END_TEST

/* RFC 3492, section 7.1, samples (A) to (S); case of letters is not kept by host names and was folded here. */
static const struct {
    const char *ace;
    uint32_t code[80];
} samples[] = {
    {"egbpdaj6bu4bxfgehfvwxn", {0x0644, 0x064A, 0x0647, 0x0645, 0x0627, 0x0628, 0x062A, 0x0643, 0x0644, 0x0645, 0x0648, 0x0634, 0x0639, 0x0631, 0x0628, 0x064A, 0x061F}},
    {"ihqwcrb4cv8a8dqg056pqjye", {0x4ED6, 0x4EEC, 0x4E3A, 0x4EC0, 0x4E48, 0x4E0D, 0x8BF4, 0x4E2D, 0x6587}},
    {"ihqwctvzc91f659drss3x8bo0yb", {0x4ED6, 0x5011, 0x7232, 0x4EC0, 0x9EBD, 0x4E0D, 0x8AAA, 0x4E2D, 0x6587}},
    {"Proprostnemluvesky-uyb24dma41a", {0x0050, 0x0072, 0x006F, 0x010D, 0x0070, 0x0072, 0x006F, 0x0073, 0x0074, 0x011B, 0x006E, 0x0065, 0x006D, 0x006C, 0x0075, 0x0076, 0x00ED, 0x010D, 0x0065, 0x0073, 0x006B, 0x0079}},
    {"4dbcagdahymbxekheh6e0a7fei0b", {0x05DC, 0x05DE, 0x05D4, 0x05D4, 0x05DD, 0x05E4, 0x05E9, 0x05D5, 0x05D8, 0x05DC, 0x05D0, 0x05DE, 0x05D3, 0x05D1, 0x05E8, 0x05D9, 0x05DD, 0x05E2, 0x05D1, 0x05E8, 0x05D9, 0x05EA}},
    {"i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", {0x092F, 0x0939, 0x0932, 0x094B, 0x0917, 0x0939, 0x093F, 0x0928, 0x094D, 0x0926, 0x0940, 0x0915, 0x094D, 0x092F, 0x094B, 0x0902, 0x0928, 0x0939, 0x0940, 0x0902, 0x092C, 0x094B, 0x0932, 0x0938, 0x0915, 0x0924, 0x0947, 0x0939, 0x0948, 0x0902}},
    {"n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", {0x306A, 0x305C, 0x307F, 0x3093, 0x306A, 0x65E5, 0x672C, 0x8A9E, 0x3092, 0x8A71, 0x3057, 0x3066, 0x304F, 0x308C, 0x306A, 0x3044, 0x306E, 0x304B}},
    {"989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c", {0xC138, 0xACC4, 0xC758, 0xBAA8, 0xB4E0, 0xC0AC, 0xB78C, 0xB4E4, 0xC774, 0xD55C, 0xAD6D, 0xC5B4, 0xB97C, 0xC774, 0xD574, 0xD55C, 0xB2E4, 0xBA74, 0xC5BC, 0xB9C8, 0xB098, 0xC88B, 0xC744, 0xAE4C}},
    {"b1abfaaepdrnnbgefbadotcwatmq2g4l", {0x043F, 0x043E, 0x0447, 0x0435, 0x043C, 0x0443, 0x0436, 0x0435, 0x043E, 0x043D, 0x0438, 0x043D, 0x0435, 0x0433, 0x043E, 0x0432, 0x043E, 0x0440, 0x044F, 0x0442, 0x043F, 0x043E, 0x0440, 0x0443, 0x0441, 0x0441, 0x043A, 0x0438}},
    {"PorqunopuedensimplementehablarenEspaol-fmd56a", {0x0050, 0x006F, 0x0072, 0x0071, 0x0075, 0x00E9, 0x006E, 0x006F, 0x0070, 0x0075, 0x0065, 0x0064, 0x0065, 0x006E, 0x0073, 0x0069, 0x006D, 0x0070, 0x006C, 0x0065, 0x006D, 0x0065, 0x006E, 0x0074, 0x0065, 0x0068, 0x0061, 0x0062, 0x006C, 0x0061, 0x0072, 0x0065, 0x006E, 0x0045, 0x0073, 0x0070, 0x0061, 0x00F1, 0x006F, 0x006C}},
    {"TisaohkhngthchnitingVit-kjcr8268qyxafd2f1b9g", {0x0054, 0x1EA1, 0x0069, 0x0073, 0x0061, 0x006F, 0x0068, 0x1ECD, 0x006B, 0x0068, 0x00F4, 0x006E, 0x0067, 0x0074, 0x0068, 0x1EC3, 0x0063, 0x0068, 0x1EC9, 0x006E, 0x00F3, 0x0069, 0x0074, 0x0069, 0x1EBF, 0x006E, 0x0067, 0x0056, 0x0069, 0x1EC7, 0x0074}},
    {"3B-ww4c5e180e575a65lsy2b", {0x0033, 0x5E74, 0x0042, 0x7D44, 0x91D1, 0x516B, 0x5148, 0x751F}},
    {"-with-SUPER-MONKEYS-pc58ag80a8qai00g7n9n", {0x5B89, 0x5BA4, 0x5948, 0x7F8E, 0x6075, 0x002D, 0x0077, 0x0069, 0x0074, 0x0068, 0x002D, 0x0053, 0x0055, 0x0050, 0x0045, 0x0052, 0x002D, 0x004D, 0x004F, 0x004E, 0x004B, 0x0045, 0x0059, 0x0053}},
    {"Hello-Another-Way--fc4qua05auwb3674vfr0b", {0x0048, 0x0065, 0x006C, 0x006C, 0x006F, 0x002D, 0x0041, 0x006E, 0x006F, 0x0074, 0x0068, 0x0065, 0x0072, 0x002D, 0x0057, 0x0061, 0x0079, 0x002D, 0x305D, 0x308C, 0x305E, 0x308C, 0x306E, 0x5834, 0x6240}},
    {"2-u9tlzr9756bt3uc0v", {0x3072, 0x3068, 0x3064, 0x5C4B, 0x6839, 0x306E, 0x4E0B, 0x0032}},
    {"MajiKoi5-783gue6qz075azm5e", {0x004D, 0x0061, 0x006A, 0x0069, 0x3067, 0x004B, 0x006F, 0x0069, 0x3059, 0x308B, 0x0035, 0x79D2, 0x524D}},
    {"de-jg4avhby1noc0d", {0x30D1, 0x30D5, 0x30A3, 0x30FC, 0x0064, 0x0065, 0x30EB, 0x30F3, 0x30D0}},
    {"d9juau41awczczp", {0x305D, 0x306E, 0x30B9, 0x30D4, 0x30FC, 0x30C9, 0x3067}},
    {"-> $1.00 <--", {0x002D, 0x003E, 0x0020, 0x0024, 0x0031, 0x002E, 0x0030, 0x0030, 0x0020, 0x003C, 0x002D}},
};

START_TEST(punycode_decodes_the_samples_of_its_standard) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char want[400], got[400];
        size_t n = 0, m = icp__punycode_decode(samples[i].ace, strlen(samples[i].ace), got, sizeof got);
        for (size_t k = 0; k < 80 && samples[i].code[k]; k++) {
            icp__utf8_put(want + n, samples[i].code[k]);
            n += icp__utf8_size(samples[i].code[k]);
        }
        ck_assert_msg(m == n && memcmp(got, want, n) == 0, "sample %zu: %.*s", i, (int)m, got);
        /* Less room by one byte is no result. */
        ck_assert_uint_eq(icp__punycode_decode(samples[i].ace, strlen(samples[i].ace), got, n - 1), 0);
    }
}
END_TEST

START_TEST(punycode_refuses_what_is_none) {
    static const char *const bad[] = {"", "a", "99999999", "abc-*", "kva-", "-", "\xc3\xbc-kva", "bcher-kv", "zzzzzzzz", "a-zzzzzzzzzzz", "ls8h="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char out[64];
        size_t n = icp__punycode_decode(bad[i], strlen(bad[i]), out, sizeof out);
        ck_assert_msg(n == 0 || icp__utf8_valid(out, n), "%s", bad[i]);
    }
    char out[64];
    ck_assert_uint_eq(icp__punycode_decode("99999999", 8, out, sizeof out), 0);
    ck_assert_uint_eq(icp__punycode_decode("abc-*", 5, out, sizeof out), 0);
    ck_assert_uint_eq(icp__punycode_decode("bcher-kv", 8, out, sizeof out), 0);
}
END_TEST

static uint64_t next(uint64_t *s) {
    *s ^= *s << 13, *s ^= *s >> 7, *s ^= *s << 17;
    return *s;
}

START_TEST(any_bytes_give_valid_text) {
    uint64_t s = 88172645463325252u;
    static const char *const parts[] = {"xn--", ".", "-", "a", "9", "co.uk", "@", "/", "(", ")", "dba", " ", "inc", "\xc3\xbc", "\xe3\x80\x82", "\xff", "&", "the ", "xn--99", ":"};
    for (int round = 0; round < 40000; round++) {
        char text[300];
        size_t n = 0;
        for (int k = (int)(next(&s) % 24); k > 0; k--) {
            const char *p = parts[next(&s) % (sizeof parts / sizeof *parts)];
            memcpy(text + n, p, strlen(p));
            n += strlen(p);
        }
        char *copy = malloc(n + 1); /* at its end memory ends */
        copy = realloc(copy, n ? n : 1);
        memcpy(copy, text, n);
        struct icp__domain *d = malloc(sizeof *d);
        struct icp__name *name = malloc(sizeof *name);
        icp__domain_read(copy, n, d);
        ck_assert_uint_le(d->size, ICP__DOMAIN_BYTES);
        ck_assert(icp__utf8_valid(d->text, d->size));
        ck_assert_uint_le(d->start + d->label, d->size);
        icp__name_read(copy, n, name);
        for (uint32_t f = 0; f < name->forms; f++) {
            struct icp_str joined = icp__name_joined(name, f);
            ck_assert_uint_gt(joined.size, 0);
            ck_assert(icp__utf8_valid(joined.data, joined.size));
            size_t sum = 0;
            for (uint32_t w = 0; w < name->form[f].words; w++)
                sum += name->word[name->form[f].first + w].size;
            ck_assert_uint_eq(sum, joined.size);
        }
        free(copy), free(d), free(name);
    }
}
END_TEST

/* Words of each form, parted by ' '; forms by '|'. */
static const char *name_of(const char *text) {
    static char out[2 * ICP__NAME_BYTES];
    struct icp__name n;
    size_t at = 0;
    icp__name_read(text, strlen(text), &n);
    for (uint32_t f = 0; f < n.forms; f++)
        for (uint32_t w = 0; w < n.form[f].words; w++) {
            uint32_t i = n.form[f].first + w;
            if (w || f)
                out[at++] = w ? ' ' : '|';
            memcpy(out + at, n.text + n.word[i].at, n.word[i].size);
            at += n.word[i].size;
        }
    out[at] = 0;
    return out;
}

START_TEST(names_lose_what_says_nothing) {
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"Acme Inc", "acme"}, {"ACME, Inc.", "acme"}, {"The Acme Company", "acme"}, {"Acme (acquired by Foo)", "acme"},
        {"Acme Inc (US)", "acme"}, {"Acme [closed]", "acme"}, {"acme.com", "acme"}, {"Acme.com, Inc.", "acme"},
        {"Acme GmbH & Co. KG", "acme"}, {"Acme GmbH", "acme"}, {"Acme AG", "acme"}, {"Acme SE", "acme"}, {"Acme e.V.", "acme"},
        {"Acme S.A.", "acme"}, {"Acme SA", "acme"}, {"Acme S. A.", "acme"}, {"Acme S.p.A.", "acme"}, {"Acme s.r.l.", "acme"},
        {"Acme B.V.", "acme"}, {"Acme N.V.", "acme"}, {"Acme Oy", "acme"}, {"Oy Acme Ab", "oy acme"}, {"Acme AB", "acme"}, {"Acme A/S", "acme"},
        {"Acme ApS", "acme"}, {"Acme K.K.", "acme"}, {"Acme Pty Ltd", "acme"}, {"Acme Pte. Ltd.", "acme"}, {"Acme Co., Ltd.", "acme"},
        {"OOO Acme", "acme"}, {"\xd0\x9e\xd0\x9e\xd0\x9e \xd0\x90\xd0\xba\xd0\xbc\xd0\xb5", "\xd0\xb0\xd0\xba\xd0\xbc\xd0\xb5"},
        {"Acme Sp. z o.o.", "acme"}, {"Acme Sp. z o. o.", "acme"}, {"Acme s.r.o.", "acme"}, {"Acme, d.o.o.", "acme"}, {"Acme Kft.", "acme"},
        {"Acme Lda", "acme"}, {"Acme Ltda.", "acme"}, {"Acme S.A. de C.V.", "acme"}, {"Acme PLC", "acme"}, {"Acme LP", "acme"},
        {"Acme Corporation", "acme"}, {"Acme Pvt. Ltd.", "acme"}, {"Acme Private Limited", "acme"}, {"Acme L.L.C.", "acme"},
        {"\xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a\xe7\xa4\xbe\xe3\x82\xa2\xe3\x82\xaf\xe3\x83\xa1", "\xe3\x82\xa2\xe3\x82\xaf\xe3\x83\xa1"},
        {"\xe3\x8d\xbf\xe3\x82\xa2\xe3\x82\xaf\xe3\x83\xa1", "\xe3\x82\xa2\xe3\x82\xaf\xe3\x83\xa1"}, /* the sign for kabushiki gaisha */
        {"\xe9\x98\xbf\xe5\x85\x8b\xe6\x9c\x89\xe9\x99\x90\xe5\x85\xac\xe5\x8f\xb8", "\xe9\x98\xbf\xe5\x85\x8b"},
        {"Johnson & Johnson", "johnson johnson"}, {"Johnson and Johnson", "johnson johnson"}, {"AT&T Inc.", "at t"},
        {"Macy's", "macys"}, {"O\xe2\x80\x99Reilly Media", "oreilly media"}, {"U.S. Steel Corp", "us steel"}, {"J.P. Morgan", "jp morgan"},
        {"Schr\xc3\xb6" "dinger, Inc.", "schrodinger"}, {"Nestl\xc3\xa9 S.A.", "nestle"}, {"\xc5\x81\xc3\xb3" "d\xc5\xba", "lodz"}, {"Stra\xc3\x9f" "e", "strasse"},
        {"\xc3\x98rsted A/S", "orsted"}, {"\xef\xbc\xa1\xef\xbd\x83\xef\xbd\x8d\xef\xbd\x85", "acme"}, {"Acme\xe2\x84\xa2 Systems", "acme systems"},
        {"Foo LLC dba Acme", "foo|acme"}, {"Foo LLC d/b/a Acme Inc.", "foo|acme"}, {"Acme (formerly Foo)", "acme|foo"}, {"Acme, formerly known as Foo Bar Ltd", "acme|foo bar"},
        {"Inc", "inc"}, {"The", "the"}, {"(Acme)", "acme"}, {"And", "and"}, {"Ltd. Co.", "ltd"}, {"", ""}, {"---", ""}, {"Yahoo!", "yahoo"},
        {"The The", "the"}, {"Bank of America", "bank of america"}, {"3M Company", "3m"}, {"CloudBees", "cloudbees"}, {"Cloud Bees", "cloud bees"},
        {"AS Roma", "as roma"}, {"Dash.org", "dash"}, {"Formerly", "formerly"}, {"DBA", "dba"}, {"Acme dba", "acme dba"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(strcmp(name_of(cases[i].text), cases[i].words) == 0, "%s: %s", cases[i].text, name_of(cases[i].text));
}
END_TEST

START_TEST(a_name_is_read_as_far_as_there_is_room) {
    char text[4000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 3 == 2 ? ' ' : 'x';
    struct icp__name n;
    icp__name_read(text, sizeof text, &n);
    ck_assert_uint_eq(n.forms, 1);
    ck_assert_uint_le(n.form[0].words, ICP__NAME_WORDS);
    /* The ligature of 18 letters. */
    for (size_t i = 0; i + 3 <= sizeof text; i += 3)
        memcpy(text + i, "\xef\xb7\xba", 3);
    icp__name_read(text, 3999, &n);
    ck_assert_uint_le(n.forms, 1);
}
END_TEST

START_TEST(reading_again_changes_nothing) {
    static const char *const texts[] = {"Acme GmbH & Co. KG", "The Foo Bar Company, Inc.", ("Schr\xc3\xb6" "dinger"), "A.B.C. d.o.o.", "Salesforce.com"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char once[256];
        snprintf(once, sizeof once, "%s", name_of(texts[i]));
        ck_assert_str_eq(name_of(once), once);
    }
    static const char *const hosts[] = {"xn--bcher-kva.de", "www.acme.co.uk", "a.b.c.example.com"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        struct icp__domain a, b;
        icp__domain_read(hosts[i], strlen(hosts[i]), &a);
        icp__domain_read(a.text, a.size, &b);
        ck_assert_uint_eq(a.size, b.size);
        ck_assert_mem_eq(a.text, b.text, a.size);
        ck_assert_uint_eq(a.start, b.start);
    }
}
END_TEST

START_TEST(the_tables_are_rich) {
    static const char *const mail[] = {"outlook.com", "gmx.net", "qq.com", "163.com", "icloud.com", "mail.ru", "naver.com", "libero.it", "orange.fr", "uol.com.br",
                                       "rediffmail.com", "wp.pl", "seznam.cz", "comcast.net", "bigpond.com", "protonmail.com", "xtra.co.nz", "mailinator.com"};
    for (size_t i = 0; i < sizeof mail / sizeof *mail; i++)
        ck_assert_msg(icp__is_mail_host(mail[i], strlen(mail[i]), strcspn(mail[i], ".")), "%s", mail[i]);
    ck_assert(!icp__is_mail_host("acme.com", 8, 4));
    static const char *const platform[] = {"github.io", "a.github.io", "wordpress.com", "x.wixsite.com", "y.myshopify.com", "facebook.com", "crunchbase.com", "sites.google.com"};
    for (size_t i = 0; i < sizeof platform / sizeof *platform; i++)
        ck_assert_msg(icp__is_platform(platform[i], strlen(platform[i])), "%s", platform[i]);
    ck_assert(!icp__is_platform("google.com", 10));
    static const char *const registry[] = {"co.uk", "com.au", "com.br", "co.jp", "co.nz", "co.za", "com.mx", "com.sg", "co.kr", "com.tr", "com.cn", "co.il", "com.ar", "gov.uk", "uk.com"};
    for (size_t i = 0; i < sizeof registry / sizeof *registry; i++) {
        char host[64];
        int n = snprintf(host, sizeof host, "acme.%s", registry[i]);
        ck_assert_msg(icp__registry_size(host, (size_t)n) == strlen(registry[i]), "%s", host);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("identity");
    TCase *t = tcase_create("identity");
    tcase_add_test(t, domains_are_one_label_and_its_registry);
    tcase_add_test(t, punycode_decodes_the_samples_of_its_standard);
    tcase_add_test(t, punycode_refuses_what_is_none);
    tcase_add_test(t, any_bytes_give_valid_text);
    tcase_add_test(t, names_lose_what_says_nothing);
    tcase_add_test(t, a_name_is_read_as_far_as_there_is_room);
    tcase_add_test(t, reading_again_changes_nothing);
    tcase_add_test(t, the_tables_are_rich);
    suite_add_tcase(s, t);
    return icp_test_run(s);
}
