/* SPDX-License-Identifier: MIT */
/* Finds name and domain in the rows of lists, universes and references. */
#include "model/facts.h"
#include "base/text.h"
#include "ingest/protect.h"

/* Folded headers, '_', '-' and '.' as ' '; earlier ones count more. */
static const char *const name_headers[] = {
    "company name", "account name", "name", "company", "organization name", "organisation name", "organization", "organisation",
    "account", "business name", "legal name", "legal entity name", "customer name", "customer", "client name", "client", "org name",
    "companyname", "accountname", "organizationname", "firm", "firm name", "employer", "vendor name", "vendor", "partner name", "partner",
    "competitor name", "competitor", "firma", "firmenname", "unternehmen", "entreprise", "raison sociale", "empresa", "azienda",
    "ragione sociale", "razon social", "bedrijf", "bedrijfsnaam", NULL};
static const char *const site_headers[] = {
    "domain", "company domain", "company domain name", "domain name", "website domain", "primary domain", "email domain", "host",
    "website", "website url", "company website", "company url", "homepage", "homepage url", "home page", "url", "web site", "web",
    "site", "web page", "webpage", "web address", "companydomain", "websiteurl", "domains", "webseite", "internetseite", "site web", "sitio web",
    "sito web", "pagina web", NULL};
static const char *const mail_headers[] = {"email", "e mail", "email address", "e mail address", "work email", "business email", "company email",
                                           "contact email", "primary email", "emailaddress", "mail", NULL};

static const char *const year_headers[] = {"founded", "founded year", "year founded", "founded at", "founded on", "founding year", "founding date",
                                           "date founded", "year of foundation", "year established", "established", "foundedyear", NULL};

static bool same_header(struct icp_str folded, const char *words) {
    size_t i = 0;
    for (; i < folded.size && words[i]; i++) {
        char c = folded.data[i];
        if ((c == '_' || c == '-' || c == '.' ? ' ' : c) != words[i])
            return false;
    }
    return i == folded.size && !words[i];
}

static uint32_t find(const struct icp_str *folded, const struct icp_str *names, uint32_t columns, struct icp_str protect,
                     const char *const *headers, uint32_t *out) {
    uint32_t n = 0;
    for (; *headers; headers++)
        for (uint32_t i = 0; i < columns && n < ICP__FACT_COLUMNS; i++)
            if (same_header(folded[i], *headers) && !icp__patterns_match(protect, names[i]))
                out[n++] = i;
    return n;
}

void icp__fact_columns_find(const struct icp_str *folded, const struct icp_str *names, uint32_t columns, struct icp_str protect, int32_t site,
                            struct icp__fact_columns *out) {
    *out = (struct icp__fact_columns){.names = 0};
    bool own = false;
    out->years = find(folded, names, columns, protect, year_headers, out->year);
    for (uint32_t i = 0; i < columns; i++) {
        if (icp__str_same(names[i], (struct icp_str){ICP__OWN_NAME, sizeof ICP__OWN_NAME - 1}))
            out->name[0] = i, out->names = 1, own = true;
        if (icp__str_same(names[i], (struct icp_str){ICP__OWN_HOST, sizeof ICP__OWN_HOST - 1}))
            out->site[0] = i, out->sites = 1, own = true;
    }
    if (own)
        return;
    out->names = find(folded, names, columns, protect, name_headers, out->name);
    out->sites = find(folded, names, columns, protect, site_headers, out->site);
    out->mails = find(folded, names, columns, protect, mail_headers, out->mail);
    if (site < 0 || out->sites == ICP__FACT_COLUMNS)
        return;
    for (uint32_t i = 0; i < out->sites; i++)
        if (out->site[i] == (uint32_t)site)
            return;
    out->site[out->sites++] = (uint32_t)site;
}

/* A mailbox service or a platform has customers and competitors too: the domain is its own if its name says so. */
static bool is_theirs(const struct icp__domain *d, const struct icp__name *name) {
    if (d->use == ICP__DOMAIN_COMPANY)
        return true;
    for (uint32_t f = 0; d->use != ICP__DOMAIN_NONE && f < name->forms; f++)
        if (icp__label_spells(icp__domain_name(d), d->label, icp__name_joined(name, f), false))
            return true;
    return false;
}

/* The first four digits that are a year: 2012, 2012-02-01, 1/2/2012, 2012.0. */
static uint32_t read_year(struct icp_str t) {
    for (size_t i = 0, from = 0; i <= t.size; i++) {
        if (i < t.size && (unsigned char)(t.data[i] - '0') < 10)
            continue;
        if (i - from == 4) {
            uint32_t year = 0;
            for (size_t k = from; k < i; k++)
                year = year * 10 + (uint32_t)(t.data[k] - '0');
            if (year >= 1500 && year <= 2100)
                return year;
        }
        from = i + 1;
    }
    return 0;
}

static bool read_domain(const uint32_t *column, uint32_t count, bool mail, const struct icp__cell *row, struct icp__facts *out) {
    for (uint32_t i = 0; i < count; i++) {
        const struct icp__cell *cell = &row[column[i]];
        if (!cell->data || !cell->size || cell->size > ICP__CELL_MAX)
            continue;
        icp__domain_read(cell->data, cell->size, &out->domain);
        bool address = mail || icp__is_email(cell->data, cell->size);
        if (address ? out->domain.use == ICP__DOMAIN_COMPANY : is_theirs(&out->domain, &out->name)) {
            out->domain.use = ICP__DOMAIN_COMPANY;
            return true;
        }
    }
    out->domain.use = ICP__DOMAIN_NONE;
    return false;
}

void icp__facts_read(const struct icp__fact_columns *c, const struct icp__cell *row, struct icp__facts *out) {
    out->raw_name = (struct icp_str){"", 0};
    out->name.forms = 0;
    out->domain.use = ICP__DOMAIN_NONE;
    out->year = 0;
    for (uint32_t i = 0; i < c->years && !out->year; i++)
        if (row[c->year[i]].data)
            out->year = read_year((struct icp_str){row[c->year[i]].data, row[c->year[i]].size < 64 ? row[c->year[i]].size : 64});
    for (uint32_t i = 0; i < c->names && !out->name.forms; i++) {
        const struct icp__cell *cell = &row[c->name[i]];
        if (!cell->data || !cell->size)
            continue;
        struct icp_str t = icp__trim(cell->data, cell->size);
        if (!t.size || t.size > ICP__CELL_MAX || icp__is_email(t.data, t.size))
            continue;
        icp__name_read(t.data, t.size, &out->name);
        out->raw_name = out->name.forms ? t : out->raw_name;
    }
    if (!read_domain(c->site, c->sites, false, row, out))
        read_domain(c->mail, c->mails, true, row, out);
}

static bool copy_form(struct icp__arena *a, const struct icp__name *n, uint32_t f, struct icp__identity *out) {
    const struct icp__name_form *form = &n->form[f];
    char *text = icp__arena_copy(a, n->text + form->at, form->size);
    struct icp_str *word = icp__arena_alloc(a, form->words + 1u, sizeof *word);
    if (!text || !word)
        return false;
    for (uint32_t i = 0; i < form->words; i++)
        word[i] = (struct icp_str){text + (n->word[form->first + i].at - form->at), n->word[form->first + i].size};
    out->joined[f] = (struct icp_str){text, form->size};
    out->word[f] = word;
    out->words[f] = form->words;
    return true;
}

bool icp__identity_make(struct icp__arena *a, const struct icp__facts *f, struct icp__identity *out) {
    *out = (struct icp__identity){.year = f->year};
    for (uint32_t i = 0; i < f->name.forms; i++)
        if (!copy_form(a, &f->name, i, out))
            return false;
    if (f->domain.use != ICP__DOMAIN_COMPANY)
        return true;
    out->host = (struct icp_str){icp__arena_copy(a, f->domain.text, f->domain.size), f->domain.size};
    if (!out->host.data)
        return false;
    out->domain = (struct icp_str){out->host.data + f->domain.start, f->domain.size - f->domain.start};
    out->label = f->domain.label;
    out->classic = icp__domain_is_classic(&f->domain);
    return true;
}

bool icp__label_spells(struct icp_str domain, uint32_t label, struct icp_str joined, bool whole) {
    size_t at = 0;
    for (uint32_t i = 0; i < label; i++) {
        if (domain.data[i] == '-' && !whole)
            continue;
        if (at == joined.size || joined.data[at++] != domain.data[i])
            return false;
    }
    return at > 0 && at == joined.size;
}
