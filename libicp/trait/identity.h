/* SPDX-License-Identifier: MIT */
/* Who a company is, for matching lists against each other only: nothing here changes a key, a trait or a score. */
#pragma once
#include "base/base.h"

/* What a host says about a company. */
enum icp__domain_use {
    ICP__DOMAIN_NONE = 0,  /* no host, an address in digits, or a registry such as co.uk */
    ICP__DOMAIN_COMPANY,   /* somebody's own */
    ICP__DOMAIN_MAIL,      /* where private persons have mailboxes */
    ICP__DOMAIN_PLATFORM   /* where many companies have pages */
};
#define ICP__DOMAIN_BYTES 1024u
struct icp__domain {
    uint32_t use;           /* enum icp__domain_use */
    uint32_t size;          /* of the host in text: folded, without www, international labels decoded */
    uint32_t start;         /* the registrable domain is text[start .. size): one label and its registry; empty = none */
    uint32_t label;         /* bytes of that label */
    char text[ICP__DOMAIN_BYTES];
};
/* Reads a URL, host or e-mail address as icp__host() does. */
void icp__domain_read(const char *s, size_t n, struct icp__domain *out);
static inline struct icp_str icp__domain_name(const struct icp__domain *d) {
    return (struct icp_str){d->text + d->start, d->size - d->start};
}
/* The domain is one of the registries in which a company's bare name is taken early and kept: com, net, org, edu, gov. */
bool icp__domain_is_classic(const struct icp__domain *d);

/* RFC 3492: the code points of a label behind "xn--" as UTF-8. Returns the length, 0 = not valid or longer than cap. */
size_t icp__punycode_decode(const char *s, size_t n, char *out, size_t cap);

/* Bytes of the registry at the end of a host, without the dot before it: "com", "co.uk". */
size_t icp__registry_size(const char *host, size_t n);
bool icp__is_mail_host(const char *domain, size_t n, size_t label); /* a registrable domain and the size of its first label */
bool icp__is_platform(const char *host, size_t n);                 /* the host or what it stands under */

/* A company's name without what says nothing: case, accents, punctuation, legal form, remarks in brackets. */
#define ICP__NAME_BYTES 1024u
#define ICP__NAME_WORDS 48u
#define ICP__NAME_FORMS 2u /* a second one where the text gives another name: "X LLC dba Y", "X (formerly Y)" */
struct icp__name_form {
    uint16_t at, size;    /* text[at .. at + size): the words without blanks */
    uint16_t first, words; /* in word[] */
};
struct icp__name {
    uint32_t forms; /* 0 = no name */
    struct icp__name_form form[ICP__NAME_FORMS];
    struct {
        uint16_t at, size;
    } word[ICP__NAME_WORDS];
    char text[ICP__NAME_BYTES];
};
void icp__name_read(const char *s, size_t n, struct icp__name *out);
static inline struct icp_str icp__name_joined(const struct icp__name *n, uint32_t form) {
    return (struct icp_str){n->text + n->form[form].at, n->form[form].size};
}
/* The words say where: countries and parts of the world ("Acme Germany", "Acme EMEA"). */
bool icp__name_is_place(const char *words, size_t n);

/* Tables. `words` are folded, with ' ' between them; sorted by bytes. */
bool icp__legal_form(const char *words, size_t n);        /* stands behind a name */
bool icp__legal_form_before(const char *words, size_t n); /* stands before it */
/* Bytes of a legal form at the begin or end of a word of a script without blanks; 0 = none. */
size_t icp__legal_form_glued(const char *word, size_t n, bool *at_begin);

/* Finds a word in a sorted table of NUL-terminated words. */
bool icp__sorted_has(const char *const *table, size_t count, const char *word, size_t n);
