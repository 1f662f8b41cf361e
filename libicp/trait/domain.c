/* SPDX-License-Identifier: MIT */
/* The registrable domain behind a URL, host or e-mail address, and whose it is. */
#include "base/text.h"
#include "trait/identity.h"

/* A label as people write it: decoded and folded. 0 = it stays as it is. */
static size_t decode_label(const char *s, size_t n, char *out, size_t cap) {
    char plain[256];
    if (n < 5 || memcmp(s, "xn--", 4) != 0)
        return 0;
    size_t size = icp__punycode_decode(s + 4, n - 4, plain, sizeof plain);
    if (!size || ICP__FOLD_GROWTH * size + 16 > cap)
        return 0;
    size = icp__fold(plain, size, out, cap);
    return memchr(out, '.', size) ? 0 : size;
}

static uint32_t decode(const char *host, size_t n, char *out) {
    size_t size = 0;
    for (size_t at = 0; at < n;) {
        const char *dot = memchr(host + at, '.', n - at);
        size_t label = dot ? (size_t)(dot - (host + at)) : n - at;
        /* What follows must fit undecoded, whatever this label becomes. */
        size_t rest = n - at - label + 1, room = ICP__DOMAIN_BYTES - size - rest;
        size_t decoded = decode_label(host + at, label, out + size, room);
        if (!decoded) {
            memcpy(out + size, host + at, label);
            decoded = label;
        }
        size += decoded;
        at += label;
        if (at < n)
            out[size++] = host[at++];
    }
    return (uint32_t)size;
}

static bool is_address(const char *host, size_t n) {
    return (unsigned char)(host[n - 1] - '0') < 10;
}

void icp__domain_read(const char *s, size_t n, struct icp__domain *out) {
    char host[256];
    size_t size = icp__host(s, n, host);
    out->use = ICP__DOMAIN_NONE;
    out->size = out->start = out->label = 0;
    if (!size || is_address(host, size))
        return;
    out->size = decode(host, size, out->text);
    size_t registry = icp__registry_size(out->text, out->size);
    if (registry + 2 > out->size) {
        out->start = out->size;
        return;
    }
    size_t start = out->size - registry - 1, end = start;
    while (start > 0 && out->text[start - 1] != '.')
        start--;
    out->start = (uint32_t)start;
    out->label = (uint32_t)(end - start);
    if (icp__is_mail_host(out->text + start, out->size - start, out->label))
        out->use = ICP__DOMAIN_MAIL;
    else
        out->use = icp__is_platform(out->text, out->size) ? ICP__DOMAIN_PLATFORM : ICP__DOMAIN_COMPANY;
}

bool icp__domain_is_classic(const struct icp__domain *d) {
    static const char *const classic[] = {"com", "edu", "gov", "net", "org"};
    size_t at = (size_t)d->start + d->label + 1;
    return at < d->size && icp__sorted_has(classic, sizeof classic / sizeof *classic, d->text + at, d->size - at);
}
