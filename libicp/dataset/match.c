/* SPDX-License-Identifier: MIT */
/* Keys as links compare them. */
#include "dataset/match.h"
#include "base/text.h"
#include "trait/extract.h"
#include "trait/parse.h"

static bool is_word_byte(char c) { return icp__is_letter(c) || icp__is_digit(c); }

/* Each of the last three characters says which of five characters are upper case. */
static bool has_checksum(const char *s) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    for (unsigned block = 0; block < 3; block++) {
        unsigned bits = 0;
        for (unsigned i = 0; i < 5; i++)
            bits |= (unsigned)(s[block * 5 + i] >= 'A' && s[block * 5 + i] <= 'Z') << i;
        if (s[15 + block] != letters[bits]) return false;
    }
    return true;
}

bool icp__match_is_crm_id(const char *s, size_t n) {
    bool digit = false, letter = false;
    if (n != 15 && n != 18) return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_word_byte(s[i])) return false;
        digit |= icp__is_digit(s[i]);
        letter |= icp__is_letter(s[i]);
    }
    return digit && letter && (n == 15 || has_checksum(s));
}

/* Folded, then letters and digits of ASCII and everything beyond it that is part of a word. */
static bool normalise(struct icp_str v, struct icp__bytes *room, struct icp_str *out) {
    struct icp__word words[64];
    size_t cap = ICP__FOLD_GROWTH * v.size + 16, kept = 0;
    room->size = 0;
    char *text = icp__bytes_room(room, cap);
    if (!text) return false;
    bool ascii = true;
    for (size_t i = 0; i < v.size; i++) ascii &= (unsigned char)v.data[i] < 0x80;
    size_t n = v.size;
    if (ascii) {
        memcpy(text, v.data, n);
    } else {
        size_t count = icp__words(v.data, v.size, text, cap, words, sizeof words / sizeof *words);
        n = count ? words[count - 1].end : 0;
    }
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80 || is_word_byte(text[i])) text[kept++] = icp__lower(text[i]);
    *out = kept ? (struct icp_str){text, kept} : v;
    return true;
}

bool icp__match_key(struct icp_str cell, bool normalised, struct icp__bytes *room, struct icp_str *out) {
    *out = (struct icp_str){"", 0};
    if (!cell.data || !cell.size) return true;
    struct icp_str v = icp__trim(cell.data, cell.size);
    if (!v.size || v.size > ICP__MATCH_MAX || icp__cell_missing(v.data, v.size)) return true;
    if (v.size == 18 && icp__match_is_crm_id(v.data, v.size)) v.size = 15;
    /* Ids of 15 characters differ by case alone. */
    if (normalised && !(v.size == 15 && icp__match_is_crm_id(v.data, v.size))) return normalise(v, room, out);
    *out = v;
    return true;
}

struct icp_str icp__match_first(struct icp_str cell, char separator) {
    const char *at = cell.data && separator ? memchr(cell.data, separator, cell.size) : NULL;
    if (at) cell.size = (size_t)(at - cell.data);
    return cell;
}
