/* SPDX-License-Identifier: MIT */
/* Chooses the normaliser of a column by its header and by the share of its different values that the normaliser's table knows. */
#include "trait/suggest.h"
#include <string.h>

#define ADDS_FROM 50u     /* percent of the different values known: terms stand beside the values, */
#define REPLACES_FROM 80u /* for them, where the table can mean nothing else */
#define OPEN_FROM 5u      /* cities, whose table is never complete, under a header that does not name them */
#define ALONE_FROM 80u    /* with a header that says nothing, */
#define ALONE_LEAST 3u    /* and as many known values */

static bool share(uint64_t n, uint64_t of, uint64_t percent) { return of > 0 && n * 100 >= of * percent; }

/* Terms of these say less than the value, or only part of what it says: they never stand for it unless a user wants that. */
static bool only_adds(uint8_t id) {
    return id != ICP__NORMALISER_EMPLOYEES && id != ICP__NORMALISER_REVENUE && id != ICP__NORMALISER_STAGE && id != ICP__NORMALISER_TECHNOLOGY &&
           id != ICP__NORMALISER_STATE;
}

/* Lists of cities and addresses are open: what the table knows are the few names that have several spellings. */
static bool is_open(uint8_t id) { return id == ICP__NORMALISER_CITY || id == ICP__NORMALISER_PLACE; }

/* What the family of a column without a hint of its own could be, most likely first; 0 ends. */
static void candidates(const struct icp__column *c, const struct icp__synonym *synonym, uint8_t out[4]) {
    memset(out, 0, 4);
    if (synonym && synonym->normaliser > ICP__NORMALISER_COUNTRY) {
        out[0] = synonym->normaliser;
        return;
    }
    switch (c->family) {
    case ICP_FAMILY_INDUSTRY: out[0] = ICP__NORMALISER_INDUSTRY; return;
    case ICP_FAMILY_STAGE: out[0] = ICP__NORMALISER_STAGE; return;
    case ICP_FAMILY_TECHNOLOGY: out[0] = ICP__NORMALISER_TECHNOLOGY; return;
    case ICP_FAMILY_HIRING: out[0] = ICP__NORMALISER_DEPARTMENT; return;
    case ICP_FAMILY_SIZE: out[0] = ICP__NORMALISER_EMPLOYEES; return;
    case ICP_FAMILY_GEOGRAPHY:
        out[0] = ICP__NORMALISER_STATE;
        out[1] = c->kind == ICP_KIND_LIST ? ICP__NORMALISER_PLACE : ICP__NORMALISER_CITY;
        return;
    default: return;
    }
}

/* Nothing but the values speaks: industries, technologies, stages and states have names of their own. */
static void lone_candidates(uint8_t out[4]) {
    const uint8_t all[4] = {ICP__NORMALISER_INDUSTRY, ICP__NORMALISER_TECHNOLOGY, ICP__NORMALISER_STATE, 0};
    memcpy(out, all, 4);
}

static bool fits(const struct icp__column *c, uint8_t id, uint64_t known, uint64_t distinct, bool alone, bool named) {
    if (!(icp__normalisers[id].kinds >> c->kind & 1)) return false;
    if (id == ICP__NORMALISER_INDUSTRY && c->kind == ICP_KIND_LIST) return false; /* tags: lost precision (doc/decisions.md) */
    if (alone) return known >= ALONE_LEAST && share(known, distinct, ALONE_FROM);
    if (is_open(id)) return named ? known > 0 : share(known, distinct, OPEN_FROM);
    return share(known, distinct, ADDS_FROM);
}

void icp__normaliser_suggest(const struct icp__column *c, const struct icp__synonym *synonym, const struct icp__evidence *e, struct icp__suggestion *out) {
    const uint64_t *known = e->known;
    uint8_t id[4];
    memset(out, 0, sizeof *out);
    if (c->kind != ICP_KIND_CATEGORY && c->kind != ICP_KIND_LIST) return;
    out->distinct = e->distinct;
    if (c->kind == ICP_KIND_LIST) {
        const int k = c->separator == ';' ? ICP__SEMICOLON : c->separator == '|' ? ICP__PIPE : c->separator == ',' ? ICP__COMMA : ICP__BRACKETS;
        known = e->list[k].known, out->distinct = e->list[k].distinct;
    }
    const bool alone = !synonym;
    if (alone) lone_candidates(id);
    else candidates(c, synonym, id);
    for (int i = 0; i < 4 && id[i]; i++) {
        if (!fits(c, id[i], known[id[i]], out->distinct, alone, synonym && synonym->normaliser == id[i])) continue;
        out->normaliser = id[i];
        out->known = known[id[i]];
        out->adds = alone || only_adds(id[i]) || !share(out->known, out->distinct, REPLACES_FROM);
        return;
    }
}
