/* SPDX-License-Identifier: MIT */
/* Weighs what a domain and a name say (doc/identity.md has the measurements behind the rules). */
#include "model/decide.h"

#define CHANCE 0.05    /* companies that may have the same words by chance, at most */
#define SHORT_NAME 4u  /* bytes of a name that may be known by its domain */
#define YEARS 3u       /* sources differ by so many in the year a company was founded */

const char *icp__fate_name(uint8_t fate) {
    static const char *const names[] = {"none", "exact", "normalised", "ambiguous", "excluded"};
    return names[fate];
}

const char *icp__how_name(uint8_t how) {
    static const char *const names[] = {"", "key", "domain and name", "domain", "name", "name spelt by domain", "domain, other name",
                                        "name alone", "name, other domain", "name, other founding year"};
    return names[how];
}

struct relation {
    struct icp__hit hit;
    bool domain, host;    /* are the same */
    bool name;            /* is the same */
    bool named;           /* both have one */
    bool against;         /* both have a domain, not the same */
    bool years;           /* founded in different years */
    bool place;           /* names differ by where only */
    bool strong, spelt;   /* the name is evidence alone; with its domain */
};
struct relations {
    uint32_t count;
    struct relation r[(ICP__NAME_FORMS + 1) * (ICP__CANDIDATES + 1)];
};

/* Names are compared without blanks, but not across different ones: "pit ai" is not "pita i". */
static bool same_name(const struct icp__identity *a, uint32_t i, const struct icp__name *b, uint32_t j) {
    const struct icp__name_form *form = &b->form[j];
    if (!a->joined[i].data || !icp__str_same(a->joined[i], icp__name_joined(b, j)))
        return false;
    if (a->words[i] == 1 || form->words == 1)
        return true;
    for (uint32_t k = 0; k < form->words && k < a->words[i]; k++)
        if (b->word[form->first + k].size != a->word[i][k].size)
            return false;
    return a->words[i] == form->words;
}

/* One has the words of the other and, behind or before them, words that say where. */
static bool place_only(const struct icp__identity *a, const struct icp__name *b) {
    const struct icp__name_form *form = &b->form[0];
    const struct icp_str *mine = a->word[0];
    uint32_t n = a->words[0], m = form->words, less = n < m ? n : m, most = n < m ? m : n;
    if (n == m || !n || !m)
        return false;
    for (uint32_t shift = 0; shift <= most - less; shift += most - less) {
        bool fine = true;
        for (uint32_t k = 0; k < most && fine; k++) {
            struct icp_str x = {NULL, 0}, y = {NULL, 0};
            bool both = k >= shift && k < shift + less;
            uint32_t i = n < m ? k - shift : k, j = n < m ? k : k - shift;
            if (both || n > m)
                x = mine[i];
            if (both || m > n)
                y = (struct icp_str){b->text + b->word[form->first + j].at, b->word[form->first + j].size};
            struct icp_str extra = x.data ? x : y;
            fine = both ? icp__str_same(x, y) : icp__name_is_place(extra.data, extra.size);
        }
        if (fine)
            return true;
    }
    return false;
}

/* What is one word to either is one word: "d-fine" and "DFine" are not two rare words that meet. */
static void weigh_name(const struct icp__identity *e, uint32_t form, const struct icp__facts *f, uint32_t theirs,
                       const struct icp__frequency *frequency, struct relation *out) {
    struct icp_str joined = e->joined[form], site = icp__domain_name(&f->domain);
    bool whole = e->words[form] == 1 || f->name.form[theirs].words == 1;
    if (!whole && icp__frequency_chance(frequency, e->word[form], e->words[form]) <= CHANCE)
        out->strong = true;
    if (joined.size < SHORT_NAME || icp__frequency_of(frequency, joined) >= 1.5)
        return;
    if (e->classic && icp__label_spells(e->domain, e->label, joined, whole))
        out->spelt = true;
    if (f->domain.use == ICP__DOMAIN_COMPANY && icp__domain_is_classic(&f->domain) && icp__label_spells(site, f->domain.label, joined, whole))
        out->spelt = true;
}

static void relate(const struct icp__identity *e, const struct icp__facts *f, const struct icp__frequency *frequency, struct relation *out) {
    bool site = f->domain.use == ICP__DOMAIN_COMPANY;
    out->named = e->joined[0].data && f->name.forms;
    if (e->domain.data && site) {
        out->domain = icp__str_same(e->domain, icp__domain_name(&f->domain));
        out->host = out->domain && icp__str_same(e->host, (struct icp_str){f->domain.text, f->domain.size});
        out->against = !out->domain;
    }
    for (uint32_t i = 0; i < ICP__NAME_FORMS; i++)
        for (uint32_t j = 0; j < f->name.forms; j++)
            if (same_name(e, i, &f->name, j)) {
                out->name = true;
                weigh_name(e, i, f, j, frequency, out);
            }
    if (e->year && f->year)
        out->years = e->year > f->year + YEARS || f->year > e->year + YEARS;
    out->place = out->named && !out->name && place_only(e, &f->name);
}

static void add_hits(const struct icp__lookup *k, uint32_t bucket, struct relations *all, bool *more) {
    if (!bucket)
        return;
    const struct icp__bucket *b = &k->bucket[bucket - 1];
    *more = *more || b->hits > ICP__CANDIDATES;
    for (uint32_t i = 0; i < b->hits; i++) {
        bool known = false;
        for (uint32_t n = 0; n < all->count; n++)
            known = known || all->r[n].hit.key == b->hit[i].key;
        if (!known)
            all->r[all->count++] = (struct relation){.hit = b->hit[i]};
    }
}

static int worth(const struct relation *r) {
    return r->domain ? (r->name ? 0 : 1) : r->against || r->years ? 3 : 2;
}

/* By worth, then by hash: no order of files or tables shows. */
static void sort(struct relations *all) {
    for (uint32_t i = 1; i < all->count; i++) {
        struct relation r = all->r[i];
        uint32_t at = i;
        for (; at > 0 && (worth(&r) != worth(&all->r[at - 1]) ? worth(&r) < worth(&all->r[at - 1]) : r.hit.key < all->r[at - 1].hit.key); at--)
            all->r[at] = all->r[at - 1];
        all->r[at] = r;
    }
}

static uint8_t how_of(const struct relation *r) {
    if (r->domain)
        return r->name ? ICP__HOW_BOTH : !r->named || (r->host && !r->place) ? ICP__HOW_DOMAIN : ICP__HOW_DOMAIN_ONLY;
    if (r->against)
        return ICP__HOW_NAME_AGAINST;
    if (r->years)
        return ICP__HOW_NAME_YEAR;
    return r->strong ? ICP__HOW_NAME : r->spelt ? ICP__HOW_SPELT : ICP__HOW_NAME_ONLY;
}

/* The companies of one domain: that of the name, else the only one, if its name does not speak against it. */
static uint8_t by_domain(struct relations *all, uint32_t domains, uint32_t named, bool all_meant) {
    if (named == 1 || (named > 1 && all_meant))
        return ICP__FATE_EXACT;
    if (named > 1 || domains > 1)
        return ICP__FATE_AMBIGUOUS;
    if (how_of(&all->r[0]) != ICP__HOW_DOMAIN)
        return ICP__FATE_AMBIGUOUS;
    for (uint32_t i = domains; i < all->count; i++)
        if (all->r[0].named && (how_of(&all->r[i]) == ICP__HOW_NAME || how_of(&all->r[i]) == ICP__HOW_SPELT))
            return ICP__FATE_AMBIGUOUS; /* the name says another company than the domain */
    return ICP__FATE_NORMALISED;
}

/* Without a name, the host itself may tell companies of one domain apart. */
static bool by_host(struct relations *all, uint32_t domains) {
    uint32_t found = 0, at = 0;
    for (uint32_t i = 0; i < domains; i++)
        if (all->r[i].host)
            at = i, found++;
    if (found != 1 || all->r[at].named)
        return false;
    struct relation r = all->r[at];
    for (; at > 0; at--)
        all->r[at] = all->r[at - 1];
    all->r[0] = r;
    return true;
}

static void judge(struct relations *all, bool all_meant, struct icp__verdict *out) {
    uint32_t domains = 0, named = 0, listed = all->count;
    while (domains < all->count && all->r[domains].domain)
        named += all->r[domains++].name;
    if (domains) {
        out->fate = by_domain(all, domains, named, all_meant);
        if (out->fate == ICP__FATE_AMBIGUOUS && !named && domains > 1 && !out->more && by_host(all, domains))
            out->fate = ICP__FATE_NORMALISED;
        if (out->fate != ICP__FATE_AMBIGUOUS)
            listed = domains;
    } else if (all->count) {
        uint8_t how = how_of(&all->r[0]);
        out->fate = all->count == 1 && (how == ICP__HOW_NAME || how == ICP__HOW_SPELT) ? ICP__FATE_NORMALISED : ICP__FATE_AMBIGUOUS;
    }
    out->how = all->count ? how_of(&all->r[0]) : ICP__HOW_NONE;
    out->more = out->more || listed > ICP__CANDIDATES;
    out->count = listed < ICP__CANDIDATES ? listed : ICP__CANDIDATES;
    for (uint32_t i = 0; i < out->count; i++)
        out->candidate[i] = (struct icp__candidate){all->r[i].hit.table, all->r[i].hit.row, how_of(&all->r[i])};
}

void icp__decide(const struct icp__lookup *k, uint32_t entry, const struct icp__searched *searched, const struct icp__frequency *f, bool all_meant,
                 struct icp__facts *scratch, struct icp__verdict *out) {
    struct relations all = {.count = 0};
    uint32_t kept = 0;
    *out = (struct icp__verdict){.fate = ICP__FATE_NONE};
    for (uint32_t n = ICP__NAME_FORMS + 1; n-- > 0;)
        add_hits(k, k->at[entry][n], &all, &out->more);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct icp__searched *s = &searched[all.r[i].hit.table];
        icp__facts_read(&s->columns, s->table->cells + (uint64_t)all.r[i].hit.row * s->table->columns, scratch);
        relate(&k->entry[entry], scratch, f, &all.r[i]);
        if (all.r[i].domain || all.r[i].name)
            all.r[kept++] = all.r[i];
    }
    all.count = kept;
    sort(&all);
    judge(&all, all_meant, out);
}
