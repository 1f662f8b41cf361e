/* SPDX-License-Identifier: MIT */
/* UTF-8, NFKC case folding (Unicode 15.0, UAX #15, NFKC_Casefold), word splitting, Windows-1252. */
#pragma once
#include "base/base.h"

bool icp__utf8_valid(const char *s, size_t n); /* RFC 3629; fast on ASCII */
/* Bytes of Windows-1252 (undefined ones as Latin-1 controls) to UTF-8; out has room for 3 n. Returns the length. */
size_t icp__utf8_from_1252(const char *s, size_t n, char *out);
/* Cuts to at most cap bytes at a character boundary. */
size_t icp__utf8_cut(const char *s, size_t n, size_t cap);

/* NFKC_Casefold of valid UTF-8 into out. Returns the length, at most cap: text that would not fit is cut at a character.
 * out needs at most ICP__FOLD_GROWTH * n + 16 bytes for everything. ASCII takes its own path. Text that is not valid UTF-8 is
 * folded bytewise (ASCII letters only). in and out must not overlap. */
#define ICP__FOLD_GROWTH 11 /* longest NFKC_CF expansion of one 3-byte character is 33 bytes */
size_t icp__fold(const char *s, size_t n, char *out, size_t cap);
/* The same with outer white space cut and inner runs of white space as one ' ': the form of values, items and ids. Cut text
 * never ends in ' '. */
size_t icp__fold_value(const char *s, size_t n, char *out, size_t cap);

/* Splits text into words: runs of letters, digits and marks of the folded text; scripts written without spaces (Han, Hiragana,
 * Katakana, Thai, Lao, Khmer, Myanmar) give one word per letter with its marks, their digits run together as elsewhere.
 * Everything else separates, so "it's", "l'eau" and "e-mail" are two words each, "b2b" and "web3" one. Exceptions: "++" or "#"
 * directly behind an ASCII letter stay with the word when no letter, digit, '+' or '#' follows ("c++", "c#"); the word "net"
 * behind a '.' that stands behind no word is ".net"; U+2122 and U+2120 (which fold to letters) separate; so does every byte that
 * is not ASCII in text that is not valid UTF-8.
 * The words are written to out with exactly one ' ' between them; word i is out[starts[i] .. ends[i]). A word is marked `joined`
 * when nothing but white space, hyphens, apostrophes, '/', '&', '_' and middle dots stood between it and the word before, so
 * that the two may form a phrase. At most `max` words; a word that does not fit into `cap` bytes as a whole ends the list (out
 * may be written up to cap). n bytes of ASCII need at most n bytes; other text ICP__FOLD_GROWTH times that. Returns their
 * number. */
struct icp__word {
    uint32_t start, end;
    uint32_t joined; /* 0 or 1 */
};
size_t icp__words(const char *s, size_t n, char *out, size_t cap, struct icp__word *words, size_t max);

static inline bool icp__is_blank(char c) { return c == ' ' || (unsigned char)(c - 9) < 5; }
/* Cuts ASCII blanks and U+00A0 at both ends. */
struct icp_str icp__trim(const char *s, size_t n);

/* Canonical host of a URL, host name or e-mail address: scheme (before "//", or http:, https:, mailto:), user, port, path,
 * leading "www." and trailing dots removed, folded (internationalised names are not turned into xn--). Of a cell with several
 * entries the first counts (up to a blank or one of , ; | < > " ' )). There is none in text without a dot (localhost), with a
 * last label of one byte or of digits (unless it is an IPv4 address, which is kept), with characters no host has, or in an IPv6
 * literal: none of these names a company. Returns the length, 0 when there is none; hosts above 253 bytes give 0. */
size_t icp__host(const char *s, size_t n, char out[256]);
/* Of a number as programs write it: where a zero is to be put so that nobody takes its three decimals for thousands (1.234 becomes 1.2340), 0 = there
 * is no need. Typed numbers are marked so: columns with decimal commas read them all the same. */
size_t icp__doubtful_decimals(const char *s, size_t n);
/* Puts it there; the text grows by at most one byte. Returns the length. */
size_t icp__sure_decimals(char *s, size_t n);
