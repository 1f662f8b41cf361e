/* SPDX-License-Identifier: MIT */
/* Web addresses: the registry the host stands under, `.com` or `.co.uk`. */
#include "trait/parse.h"
#include <icp/model.h>

/* Second-level registries under country codes: a short list of our own, by the label before the country code. */
static const char *const usual[] = {"ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "mil", "ne", "net", "or", "org"};
static const char *const own[] = {"asn.au", "id.au", "adv.br", "eco.br", "ind.br", "firm.in", "gen.in", "ind.in", "nic.in",
                                  "res.in", "ad.jp", "ed.jp", "gr.jp", "lg.jp", "pe.kr", "re.kr", "kiwi.nz", "school.nz",
                                  "govt.nz", "cri.nz", "iwi.nz", "geek.nz", "bel.tr", "gen.tr", "web.tr", "idv.tw", "ltd.uk", "me.uk",
                                  "nhs.uk", "plc.uk", "police.uk", "sch.uk", "law.za", "nom.za", "web.za", "waw.pl", "info.pl",
                                  "biz.pl", "web.id", "sch.id", "my.id", "in.th", "mi.th"};
/* Under these the label is a name like any other ("co.com" style resellers aside). */
static const char *const flat[] = {"de", "fr", "ch", "nl", "be", "at", "it", "es", "se", "no", "dk", "fi", "eu", "us", "ca", "io", "ai", "me", "tv", "cc"};

const char *icp__registry_label(enum icp__registry_list list, size_t i) {
    static const struct {
        const char *const *label;
        size_t count;
    } lists[] = {{usual, sizeof usual / sizeof *usual}, {own, sizeof own / sizeof *own}, {flat, sizeof flat / sizeof *flat}};
    return i < lists[list].count ? lists[list].label[i] : NULL;
}

static bool second_level(const char *label, size_t n, const char *country) {
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        if (memcmp(flat[i], country, 2) == 0) return false;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (icp__same_word(label, n, usual[i])) return true;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        size_t m = strlen(own[i]);
        if (m == n + 3 && memcmp(own[i], label, n) == 0 && memcmp(own[i] + n + 1, country, 2) == 0) return true;
    }
    return false;
}

/* Bytes of the registry at the end of a host, its dot included; 0 = none (an address in digits, a bare name). */
static size_t registry_size(const char *host, size_t n) {
    size_t last = n;
    while (last > 0 && host[last - 1] != '.') last--;
    if (last == 0 || last == n || icp__is_digit(host[last]) || host[n - 1] == ']') return 0;
    size_t before = last - 1;
    while (before > 0 && host[before - 1] != '.') before--;
    if (n - last == 2 && before > 0 && second_level(host + before, last - 1 - before, host + last)) return n - before + 1;
    return n - last + 1;
}

enum icp__known icp__extract_url(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    (void)c;
    struct icp_str v;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    if (!icp__scratch_text(s, 512)) return ICP__UNKNOWN;
    size_t n = icp__host(v.data, v.size, s->text);
    size_t m = n ? registry_size(s->text, n) : 0;
    if (m == 0) return ICP__UNKNOWN;
    if (!icp__scratch_token(s, index, ICP_TRAIT_ITEM, s->text + n - m, m)) return ICP__UNKNOWN;
    /* What stands before the registry often says what the company does: `first-bank.de`, `acme-software.com`. */
    struct icp__word words[32];
    size_t count = icp__words(s->text, n - m, s->text + 256, 256, words, 32);
    for (size_t i = 0; i < count; i++)
        if (!icp__scratch_token(s, index, ICP_TRAIT_WORD, s->text + 256 + words[i].start, words[i].end - words[i].start)) return ICP__UNKNOWN;
    return ICP__KNOWN;
}
