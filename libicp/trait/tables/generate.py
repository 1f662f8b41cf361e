#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes lexicons.inc, the hash tables of the normalisers, from the *.txt beside it.

usage: generate.py [--check]

A text file says its source and version in its head. Each line is `term > term: spelling | spelling ...`: whoever writes one of the spellings
means these terms. A line without a colon is a term that is its own only spelling. Terms are spellings of their own first term, unless the
line begins with `=` (codes: only what is listed). The output is committed and belongs to an extraction version: rows may be added or changed only
with a new version (tests/unit/test_normalise.c holds the hash of each).
"""
import re
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
NAMES = ["industry", "naics", "sic", "gics", "nace", "segment", "stage", "technology", "department", "state", "city"]
MOST_TERMS = 3
KEY_MAX = 64


def key(text):
    """As icp__lexicon_key in lexicon.c."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    out, word = [], ""
    for c in text + " ":
        kept = c.isascii() and (c.isalnum() or (c in "+#" and word)) or not c.isascii()
        if kept or (c == "." and not word):
            word += c
        elif c == "'" or c == "\u2019":
            continue
        else:
            if word.strip(".") and word != "and":
                out.append(word)
            word = ""
    return " ".join(out)


def read(name):
    """[(terms, spellings)] of a table."""
    rows = []
    for number, line in enumerate((HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        codes = line.startswith("=")
        terms, _, spellings = line.lstrip("= ").partition(":")
        terms = [t.strip() for t in terms.split(" > ")]
        spellings = [s.strip() for s in spellings.split(" | ") if s.strip()]
        if len(terms) > MOST_TERMS or not terms[0]:
            raise SystemExit(f"{name}.txt:{number}: one to {MOST_TERMS} terms")
        rows.append((number, terms, spellings if codes else [terms[0]] + spellings))
    return rows


def hash32(b):
    h = 0x811C9DC5
    for c in b:
        h = ((h ^ c) * 0x01000193) & 0xFFFFFFFF
    return h ^ h >> 15


def table(name):
    rows = read(name)
    terms = sorted({t for _, ts, _ in rows for t in ts})
    index = {t: i for i, t in enumerate(terms)}
    entries = {}
    for number, ts, spellings in rows:
        for s in spellings:
            k = key(s)
            if not k or len(k.encode()) > KEY_MAX:
                raise SystemExit(f"{name}.txt:{number}: \"{s}\" has no key or one of more than {KEY_MAX} bytes")
            if k in entries and entries[k] != ts:
                raise SystemExit(f"{name}.txt:{number}: \"{s}\" stands for {entries[k]} and for {ts}")
            entries[k] = ts
    keys = sorted(entries, key=str.encode)
    size = 1
    while size < 2 * len(keys):
        size *= 2
    slots = [0] * size
    for i, k in enumerate(keys):
        at = hash32(k.encode()) % size
        while slots[at]:
            at = (at + 1) % size
        slots[at] = i + 1
    return terms, index, entries, keys, slots


def c_string(text):
    out, was_hex = '"', False
    for b in text.encode():
        hexed = b >= 0x80
        if was_hex and not hexed and chr(b) in "0123456789abcdefABCDEF":
            out += '" "'
        out += f"\\x{b:02X}" if hexed else "\\0" if b == 0 else chr(b)
        was_hex = hexed
    return out + '"'


def emit_pool(out, name, texts):
    """One array of all bytes and where each text starts; no pointers, so that nothing is relocated when the library is loaded."""
    starts, at = [], 0
    out.append(f"static const char {name}[] =")
    line = "   "
    for t in texts:
        starts.append(at)
        at += len(t.encode())
        piece = " " + c_string(t)
        if len(line) + len(piece) > 120:
            out.append(line)
            line = "   "
        line += piece
    out.append(line + ";")
    return starts + [at]


def emit_numbers(out, kind, name, numbers):
    out.append(f"static const {kind} {name}[] = {{")
    line = "   "
    for n in numbers:
        piece = f" {n},"
        if len(line) + len(piece) > 120:
            out.append(line)
            line = "   "
        line += piece
    out += [line, "};"]


def generate():
    out = ["/* SPDX-License-Identifier: MIT */",
           "/* Made by generate.py from the text files beside it; do not edit. */"]
    ends = []
    for name in NAMES:
        terms, index, entries, keys, slots = table(name)
        out.append("")
        emit_numbers(out, "uint16_t", f"{name}_term_at", emit_pool(out, f"{name}_terms", terms))
        emit_numbers(out, "uint32_t", f"{name}_key_at", emit_pool(out, f"{name}_keys", keys))
        packed = []
        for k in keys:
            ids = [index[t] + 1 for t in entries[k]] + [0] * (MOST_TERMS - len(entries[k]))
            packed += ids
        emit_numbers(out, "uint16_t", f"{name}_means", packed)
        emit_numbers(out, "uint16_t", f"{name}_slot", slots)
        words = max(k.count(" ") + 1 for k in keys)
        ends.append(f"const struct icp__lexicon icp__lexicon_{name} = {{\"{name}\", {len(terms)}, {len(keys)}, {len(slots) - 1}, {words}, {name}_terms, "
                    f"{name}_term_at, {name}_keys, {name}_key_at, {name}_means, {name}_slot}};")
    out += [""] + ends
    return "\n".join(out) + "\n"


def main():
    text = generate()
    target = HERE / "lexicons.inc"
    if sys.argv[1:] == ["--check"]:
        return 0 if target.read_text(encoding="utf-8") == text else "lexicons.inc is not what generate.py makes of the tables"
    if sys.argv[1:]:
        raise SystemExit(__doc__)
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
