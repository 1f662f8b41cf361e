/* SPDX-License-Identifier: MIT */
/* Unicode 15.0 character data and NFKC_Casefold, one indivisible piece of text at a time. Private to text.c and words.c. */
#pragma once
#include "base/base.h"

/* What a character is for splitting words. Han, kana, Thai, Lao, Khmer and Myanmar letters are SPACELESS letters. */
enum icp__char_class { ICP__CHAR_OTHER = 0, ICP__CHAR_LETTER = 1, ICP__CHAR_DIGIT = 2, ICP__CHAR_MARK = 3 };
enum { ICP__CHAR_CLASS = 3, ICP__CHAR_SPACELESS = 4, ICP__CHAR_BACK = 8, ICP__CHAR_CCC = 4 };
/* Class in the low bits; ICP__CHAR_SPACELESS; ICP__CHAR_BACK when the folded character can change with what stands before it;
 * the combining class above ICP__CHAR_CCC. */
uint32_t icp__char_kind(uint32_t c);
/* A folded character without the accents that Unicode takes apart: the first of its canonical decomposition, else itself. */
uint32_t icp__char_base(uint32_t c);

/* Decodes one character of valid UTF-8 and moves on. */
static inline uint32_t icp__utf8_next(const uint8_t **p) {
    const uint8_t *s = *p;
    if (s[0] < 0x80) {
        *p = s + 1;
        return s[0];
    }
    if (s[0] < 0xe0) {
        *p = s + 2;
        return (uint32_t)(s[0] & 31) << 6 | (s[1] & 63u);
    }
    if (s[0] < 0xf0) {
        *p = s + 3;
        return (uint32_t)(s[0] & 15) << 12 | (uint32_t)(s[1] & 63) << 6 | (s[2] & 63u);
    }
    *p = s + 4;
    return (uint32_t)(s[0] & 7) << 18 | (uint32_t)(s[1] & 63) << 12 | (uint32_t)(s[2] & 63) << 6 | (s[3] & 63u);
}
static inline size_t icp__utf8_size(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }
/* Writes icp__utf8_size(c) bytes. */
void icp__utf8_put(char *out, uint32_t c);

/* Receives folded characters in order. */
struct icp__fold_sink {
    void (*put)(struct icp__fold_sink *sink, uint32_t c);
};
/* Folds the piece of valid UTF-8 that starts at s: one character and all that follow it up to the first that cannot change with
 * what stands before it. s must be the start of a text or the end of a piece. Returns the end of the piece. */
const uint8_t *icp__fold_piece(const uint8_t *s, const uint8_t *end, struct icp__fold_sink *sink);
