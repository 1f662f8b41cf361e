/* SPDX-License-Identifier: MIT */
/* Lists: separated items, JSON arrays, Python lists, PostgreSQL arrays. */
#include "trait/normalise.h"
#include "trait/parse.h"
#include <icp/model.h>

static char closing(char open) { return open == '[' ? ']' : open == '{' ? '}' : open == '(' ? ')' : 0; }

void icp__items_init(struct icp__items *it, const char *s, size_t n, uint8_t separator, char *room) {
    it->p = s, it->end = s + n;
    it->room = room;
    it->separator = separator;
    it->close = 0;
    if (n < 2 || closing(s[0]) != s[n - 1] || !closing(s[0])) return;
    /* Elsewhere than in a bracketed column a bracket alone may belong to the first item. */
    bool quoted = n >= 4 && (s[1] == '"' || s[1] == '\'') && s[n - 2] == s[1];
    if (separator == 'j' || (s[0] == '[' && quoted)) {
        it->close = s[n - 1];
        it->p++, it->end--;
    }
}

/* Writes the character of a \uXXXX escape; p stands behind the u. Half a surrogate pair is left out. */
static const char *unicode_escape(const char *p, const char *end, char **out) {
    uint32_t v = 0;
    int i = 0;
    for (; i < 4 && p < end; i++, p++) {
        char c = icp__lower(*p);
        if (icp__is_digit(c)) v = v * 16 + (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f') v = v * 16 + (uint32_t)(c - 'a') + 10;
        else break;
    }
    if (i < 4) return p;
    if (v >= 0xD800 && v < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
        uint32_t low = 0;
        for (i = 2; i < 6; i++) {
            char c = icp__lower(p[i]);
            if (icp__is_digit(c)) low = low * 16 + (uint32_t)(c - '0');
            else if (c >= 'a' && c <= 'f') low = low * 16 + (uint32_t)(c - 'a') + 10;
            else low = 0x10000;
        }
        if (low < 0xDC00 || low > 0xDFFF) return p;
        v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
        p += 6;
    }
    if (v >= 0xD800 && v < 0xE000) return p;
    char *o = *out;
    if (v < 0x80) *o++ = (char)v;
    else if (v < 0x800) *o++ = (char)(0xC0 | v >> 6), *o++ = (char)(0x80 | (v & 63));
    else if (v < 0x10000) *o++ = (char)(0xE0 | v >> 12), *o++ = (char)(0x80 | (v >> 6 & 63)), *o++ = (char)(0x80 | (v & 63));
    else *o++ = (char)(0xF0 | v >> 18), *o++ = (char)(0x80 | (v >> 12 & 63)), *o++ = (char)(0x80 | (v >> 6 & 63)), *o++ = (char)(0x80 | (v & 63));
    *out = o;
    return p;
}

static void quoted_item(struct icp__items *it, struct icp_str *out) {
    char quote = *it->p++, *o = it->room;
    while (it->p < it->end) {
        char c = *it->p++;
        if (c == quote) break;
        if (c != '\\' || it->p == it->end) {
            *o++ = c;
            continue;
        }
        c = *it->p++;
        if (c == 'u') it->p = unicode_escape(it->p, it->end, &o);
        else *o++ = c == 'n' || c == 't' || c == 'r' ? ' ' : c;
    }
    *out = (struct icp_str){it->room, (size_t)(o - it->room)};
    /* Whatever stands between the quote and the next comma is damage; it is skipped. */
    while (it->p < it->end && *it->p != ',') it->p++;
    if (it->p < it->end) it->p++;
}

bool icp__items_next(struct icp__items *it, struct icp_str *out) {
    char separator = it->close || it->separator == 'j' ? ',' : (char)it->separator;
    while (it->p < it->end) {
        while (it->p < it->end && icp__is_blank(*it->p)) it->p++;
        if (it->p == it->end) break;
        struct icp_str item;
        if (it->close && (*it->p == '"' || *it->p == '\'')) {
            quoted_item(it, &item);
        } else {
            const char *stop = memchr(it->p, separator, (size_t)(it->end - it->p));
            if (!stop) stop = it->end;
            item = (struct icp_str){it->p, (size_t)(stop - it->p)};
            it->p = stop < it->end ? stop + 1 : stop;
            if (it->close && icp__same_word(item.data, item.size, "none")) continue; /* Python's null */
        }
        item = icp__trim(item.data, item.size);
        if (item.size == 0 || icp__cell_missing(item.data, item.size)) continue;
        *out = item;
        return true;
    }
    return false;
}

/* Bytes of a term in room that have their place behind the item: the growth allowed for the separator. */
#define TERM_MOST ICP__FOLD_GROWTH

/* The item at text and its terms. Returns the bytes taken, 0 = no memory. */
static size_t add_item(struct icp__scratch *s, uint32_t index, const struct icp__column *c, char *text, size_t n) {
    char room[ICP__TERM_ROOM];
    struct icp__terms terms = {.count = 0, .room = room};
    struct icp_str item = {text, n};
    size_t used = n;
    if (c->normaliser) icp__normalisers[c->normaliser].terms(text, n, &terms);
    if (terms.count && terms.term[0].data == room) {
        const size_t size = terms.term[0].size <= TERM_MOST ? terms.term[0].size : 0;
        memcpy(text + n, room, size);
        terms.term[0] = (struct icp_str){text + n, size};
        terms.count = size ? 1 : 0;
        used += size;
    }
    const bool replaced = terms.count > 0 && !c->adds;
    if (replaced) item = terms.term[0];
    return icp__scratch_token(s, index, ICP_TRAIT_ITEM, item.data, item.size) && icp__scratch_terms(s, index, &terms, replaced, item.data, item.size) ? used : 0;
}

enum icp__known icp__extract_list(const struct icp__column *c, uint32_t index, const struct icp__cell *cell, struct icp__scratch *s) {
    struct icp_str v, item;
    bool bad;
    s->tokens_used = 0;
    if (!icp__cell_value(cell, &v, &bad)) return bad ? ICP__UNREADABLE : ICP__UNKNOWN;
    size_t room = ICP__FOLD_GROWTH * v.size + 16 + 64;
    if (!icp__scratch_text(s, room + v.size)) return ICP__UNKNOWN;
    struct icp__items it;
    icp__items_init(&it, v.data, v.size, c->separator ? c->separator : ';', s->text + room);
    size_t used = 0;
    while (icp__items_next(&it, &item)) {
        char *text = s->text + used;
        size_t n = icp__fold_value(item.data, item.size, text, room - used);
        if (n == 0) continue;
        n = add_item(s, index, c, text, n);
        if (n == 0) return ICP__UNKNOWN;
        used += n;
    }
    return s->tokens_used ? ICP__KNOWN : ICP__UNKNOWN;
}
