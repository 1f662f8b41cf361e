/* SPDX-License-Identifier: MIT */
/* Which column is the key, what the key of a cell is, and patterns over headers. */
#include "base/text.h"
#include "ingest/protect.h"
#include "ingest/sample.h"
#include <icp/reference.h>

/* Each group is tried in turn; within one, only a single match is an answer. */
static const char *const groups[][10] = {
    {"key", "company key", "account key"},
    {"company id", "record id", "account id", "organization id", "organisation id", "hubspot company id", "salesforce account id", "uuid"},
    {"id", "permalink", "slug"},
    {"domain", "company domain", "company domain name", "domain name", "website domain"},
    {"website", "website url", "company website", "homepage", "homepage url", "url", "company url", "web site"},
};
#define GROUPS (sizeof groups / sizeof groups[0])

static icp_status fail_key(const struct icp__layout *l, const char *source, struct icp_str name, struct icp_error *err, const char *text) {
    struct icp__place where = ICP__NOWHERE;
    char list[240];
    size_t size = 0;
    for (uint32_t i = 0; i < l->columns; i++) {
        size_t n = icp__utf8_cut(l->names[i].data, l->names[i].size, 40);
        if (size + n + 7 > sizeof list) { /* 7: `, ` before it and `, ...` behind */
            memcpy(list + size, ", ...", 5);
            size += 5;
            break;
        }
        if (i)
            memcpy(list + size, ", ", 2), size += 2;
        memcpy(list + size, l->names[i].data, n);
        size += n;
    }
    where.source = source && *source ? source : NULL;
    where.field = name;
    if (!name.data)
        return icp__fail_at(err, ICP_E_KEY, &where, "%s; columns are: %.*s", text, (int)size, list);
    return icp__fail_at(err, ICP_E_KEY, &where, "%s \"%.*s\"; columns are: %.*s", text, (int)icp__utf8_cut(name.data, name.size, 40), name.data, (int)size,
                        list);
}

static bool same_words(struct icp_str folded, const char *words) {
    size_t n = strlen(words);
    if (folded.size != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = folded.data[i];
        if ((c == '_' || c == '-' || c == '.' ? ' ' : c) != words[i])
            return false;
    }
    return true;
}

static uint32_t matches(const struct icp__layout *l, const char *const *names, uint32_t *first) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < l->columns; i++) {
        for (size_t n = 0; n < 10 && names[n]; n++) {
            if (!same_words(l->folded[i], names[n]))
                continue;
            if (!found++)
                *first = i;
            break;
        }
    }
    return found;
}

icp_status icp__key_column(const struct icp__layout *l, struct icp_str name, const char *source, uint32_t *out, struct icp_error *err) {
    if (name.data) {
        int32_t i = icp__layout_find(l, name.data, name.size);
        if (i >= 0) {
            *out = (uint32_t)i;
            return ICP_OK;
        }
        return fail_key(l, source, name, err, i == -2 ? "several columns are named like the key column" : "there is no key column");
    }
    for (size_t g = 0; g < GROUPS; g++) {
        uint32_t at = 0, found = matches(l, groups[g], &at);
        if (found == 1) {
            *out = at;
            return ICP_OK;
        }
        if (found)
            return fail_key(l, source, name, err, "several columns could be the key; name one");
    }
    return fail_key(l, source, name, err, "no column looks like a key; name one");
}

bool icp__key_column_absent(const struct icp__layout *l, struct icp_str name) {
    uint32_t at;
    if (name.data)
        return icp__layout_find(l, name.data, name.size) == -1;
    for (size_t g = 0; g < GROUPS; g++)
        if (matches(l, groups[g], &at))
            return false;
    return true;
}

struct icp_str icp__key_of(const struct icp__cell *cell, int32_t key_form, char scratch[256]) {
    const struct icp_str none = {"", 0};
    if (!cell->data || !cell->size)
        return none;
    if (key_form == ICP_KEY_HOST) {
        size_t n = icp__host(cell->data, cell->size, scratch);
        return (struct icp_str){scratch, n};
    }
    struct icp_str key = icp__trim(cell->data, cell->size);
    if (key.size > ICP__CELL_MAX)
        return none;
    /* Nobody's address may end up in a file that is passed on; the host form gives such rows a key. */
    if (key.size && memchr(key.data, '@', key.size) && icp__holds_email(key.data, key.size))
        return none;
    return key;
}

static size_t character(const char *s, size_t n) {
    size_t i = 1;
    while (i < n && ((unsigned char)s[i] & 0xc0) == 0x80)
        i++;
    return i;
}

static bool match(const char *p, size_t pn, const char *t, size_t tn) {
    size_t pi = 0, ti = 0, star = SIZE_MAX, mark = 0;
    while (ti < tn) {
        if (pi < pn && p[pi] == '*') {
            star = ++pi;
            mark = ti;
        } else if (pi < pn && p[pi] == '?') {
            pi++;
            ti += character(t + ti, tn - ti);
        } else if (pi < pn && p[pi] == t[ti]) {
            pi++, ti++;
        } else if (star != SIZE_MAX) {
            pi = star;
            mark += character(t + mark, tn - mark);
            ti = mark;
        } else {
            return false;
        }
    }
    while (pi < pn && p[pi] == '*')
        pi++;
    return pi == pn;
}

bool icp__pattern_match(struct icp_str pattern, struct icp_str text) {
    /* A header that folds to more than this is compared by its beginning. */
    char p[4096], t[4096];
    size_t pn = icp__fold_value(pattern.data, pattern.size, p, sizeof p);
    size_t tn = icp__fold_value(text.data, text.size, t, sizeof t);
    return match(p, pn, t, tn);
}

bool icp__patterns_match(struct icp_str lines, struct icp_str text) {
    const char *at = lines.data, *end = at ? at + lines.size : at;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            stop = end;
        struct icp_str pattern = icp__trim(at, (size_t)(stop - at));
        if (pattern.size && icp__pattern_match(pattern, text))
            return true;
        at = stop + 1;
    }
    return false;
}
