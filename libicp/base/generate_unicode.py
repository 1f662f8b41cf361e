#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes unicode_tables.inc from the Unicode character database (Debian package unicode-data).

usage: generate_unicode.py UCD_DIRECTORY OUTPUT

The output is committed: the library's text tables belong to its extraction version and must not follow whatever
database the building machine has. The script refuses any version other than the one named below.
"""
import sys
from pathlib import Path

VERSION = "15.0.0"
LIMIT = 0x110000
SPACELESS = {"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"}
SPACELESS_SHORT = {"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"}
OTHER, LETTER, DIGIT, MARK = 0, 1, 2, 3
FLAG_SPACELESS, FLAG_BACK = 4, 8
HANGUL_FIRST, HANGUL_LAST = 0xAC00, 0xD7A3


def lines(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            yield [field.strip() for field in line.split(";")]


def span(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


class Database:
    def __init__(self, folder):
        head = (folder / "DerivedNormalizationProps.txt").read_text(encoding="utf-8").splitlines()[0]
        if VERSION not in head:
            sys.exit(f"need Unicode {VERSION}, found: {head}")
        self.category, self.ccc, self.canonical = {}, {}, {}
        self.fold, self.excluded, self.not_nfc = {}, set(), set()
        self.spaceless = set()
        self.read_characters(folder / "UnicodeData.txt")
        self.read_normalization(folder / "DerivedNormalizationProps.txt")
        self.read_scripts(folder)
        self.pairs = {}
        for c, parts in self.canonical.items():
            if len(parts) == 2 and c not in self.excluded:
                self.pairs[parts] = c

    def read_characters(self, path):
        start = None
        for fields in lines(path):
            c, name, category, ccc, decomposition = int(fields[0], 16), *fields[1:4], fields[5]
            if name.endswith(", First>"):
                start = c
            for i in range(start if name.endswith(", Last>") else c, c + 1):
                self.category[i] = category
            if int(ccc):
                self.ccc[c] = int(ccc)
            if decomposition and not decomposition.startswith("<"):
                self.canonical[c] = tuple(int(x, 16) for x in decomposition.split())

    def read_normalization(self, path):
        for fields in lines(path):
            if fields[1] == "NFKC_CF":
                for c in span(fields[0]):
                    self.fold[c] = tuple(int(x, 16) for x in fields[2].split())
            elif fields[1] == "Full_Composition_Exclusion":
                self.excluded.update(span(fields[0]))
            elif fields[1] == "NFC_QC":
                self.not_nfc.update(span(fields[0]))

    def read_scripts(self, folder):
        for fields in lines(folder / "Scripts.txt"):
            if fields[1] in SPACELESS:
                self.spaceless.update(span(fields[0]))
        for fields in lines(folder / "ScriptExtensions.txt"):
            if set(fields[1].split()) <= SPACELESS_SHORT:
                self.spaceless.update(span(fields[0]))

    def decompose(self, c):
        """Full canonical decomposition of one character, Hangul left to the algorithm of the C code."""
        if c not in self.canonical:
            return (c,)
        return tuple(x for part in self.canonical[c] for x in self.decompose(part))

    def normalize(self, text):
        """NFC without Hangul: no mapping of the data holds conjoining jamo that compose (checked by the caller)."""
        text = [x for c in text for x in self.decompose(c)]
        for i in range(1, len(text)):
            while i and 0 < self.ccc.get(text[i], 0) < self.ccc.get(text[i - 1], 0):
                text[i - 1], text[i] = text[i], text[i - 1]
                i -= 1
        out, starter, last = [], None, 0
        for c in text:
            ccc = self.ccc.get(c, 0)
            free = starter is not None and (starter == len(out) - 1 or 0 < last < ccc)
            if free and (out[starter], c) in self.pairs:
                out[starter] = self.pairs[out[starter], c]
                continue
            if not ccc:
                starter = len(out)
            out.append(c)
            last = ccc
        return tuple(out)

    def folded(self, c):
        return self.fold.get(c, (c,))

    def word_class(self, c):
        category = self.category.get(c, "Cn")
        if category[0] == "M":
            return MARK
        if category[0] == "L" or category == "Nl":
            return LETTER | (FLAG_SPACELESS if c in self.spaceless else 0)
        return DIGIT if category[0] == "N" else OTHER

    def check(self):
        """What the C code takes for granted."""
        for c, text in self.fold.items():
            assert self.normalize(text) == text, hex(c)
            assert all(self.folded(x) == (x,) for x in text), hex(c)
            assert len(text) < 2 or not any(0x1160 <= x <= 0x11FF for x in text[1:]), hex(c)
            assert not HANGUL_FIRST <= c <= HANGUL_LAST
        for c in self.canonical:
            assert not HANGUL_FIRST <= c <= HANGUL_LAST
        for (first, second), c in self.pairs.items():
            assert second in self.not_nfc, hex(c)


class Pool:
    """NUL-terminated UTF-8 strings; a string that ends another one shares its bytes."""

    def __init__(self, texts):
        self.data, self.offsets = b"", {}
        encoded = sorted({"".join(map(chr, t)).encode() for t in texts}, key=lambda b: (b[::-1], b))
        stored = [b for b, after in zip(encoded, encoded[1:] + [b""]) if not after.endswith(b)]
        for b in stored:
            self.data += b + b"\0"
        self.texts = {b: self.data.index(b + b"\0") for b in encoded}

    def offset(self, text):
        return self.texts["".join(map(chr, text)).encode()]


class Trie:
    """Three stages, equal blocks shared, the split of the code point chosen for the smallest size."""

    def __init__(self, values, width):
        best = None
        for low in range(3, 8):
            blocks, leaves = self.share(values, 1 << low)
            for middle in range(3, 8):
                top, middles = self.share(blocks, 1 << middle)
                size = len(leaves) * width + len(middles) * self.width(middles) + len(top) * self.width(top)
                if best is None or size < best[0]:
                    best = (size, low, middle, top, middles, leaves)
        self.size, self.low, self.middle, self.top, self.middles, self.leaves = best

    @staticmethod
    def width(values):
        return 1 if max(values) < 256 else 2

    @staticmethod
    def share(values, block):
        index, order, out = {}, [], []
        for i in range(0, len(values), block):
            key = tuple(values[i:i + block])
            if key not in index:
                index[key] = len(index)
                order.extend(key)
            out.append(index[key])
        return out, order


def array(out, kind, name, values):
    out.append(f"static const {kind} {name}[{len(values)}] = {{")
    line = "   "
    for v in values:
        item = f" {v},"
        if len(line) + len(item) > 118:
            out.append(line)
            line = "   "
        line += item
    out += [line, "};"]


def trie(out, name, t, leaf):
    kinds = {1: "uint8_t", 2: "uint16_t"}
    out.append(f"#define {name.upper()}_LOW {t.low}")
    out.append(f"#define {name.upper()}_MIDDLE {t.middle}")
    array(out, kinds[Trie.width(t.top)], f"{name}_top", t.top)
    array(out, kinds[Trie.width(t.middles)], f"{name}_middle", t.middles)
    array(out, leaf, f"{name}_leaf", t.leaves)


def mappings(db):
    """Value of a code point: 0 nothing; up to DELTAS a difference; then folded texts; then decompositions."""
    counts, folds = {}, set()
    for c, text in db.fold.items():
        if len(text) == 1:
            counts[text[0] - c] = counts.get(text[0] - c, 0) + 1
    deltas = sorted((d for d, n in counts.items() if n > 2), key=lambda d: (-counts[d], d))
    index = {d: i + 1 for i, d in enumerate(deltas)}
    for c, text in db.fold.items():
        if len(text) != 1 or text[0] - c not in index:
            folds.add(text)
    stable = [c for c in db.canonical if c not in db.fold]
    parts = {db.decompose(c) for c in stable}
    pool = Pool(folds | parts)
    base = len(deltas) + 1
    values = [0] * LIMIT
    for c, text in db.fold.items():
        values[c] = index[text[0] - c] if text not in folds else base + pool.offset(text)
    for c in stable:
        values[c] = base + len(pool.data) + pool.offset(db.decompose(c))
    assert max(values) < 65536
    return values, deltas, pool


def properties(db):
    """Class, combining class and whether the folded character can change with what stands before it."""
    records, ids, values = [], {}, []
    for c in range(LIMIT):
        text = db.folded(c)
        back = not text or text[0] in db.not_nfc or db.ccc.get(text[0], 0) > 0
        record = db.ccc.get(c, 0) << 4 | db.word_class(c) | (FLAG_BACK if back else 0)
        if record not in ids:
            ids[record] = len(records)
            records.append(record)
        values.append(ids[record])
    assert len(records) <= 256
    return values, records


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    db = Database(Path(sys.argv[1]))
    db.check()
    values, deltas, pool = mappings(db)
    classes, records = properties(db)
    folding, kinds = Trie(values, 2), Trie(classes, 1)
    pairs = sorted((b, a, c) for (a, b), c in db.pairs.items())
    short = [p for p in pairs if max(p) < 65536]
    long = [p for p in pairs if max(p) >= 65536]
    out = ["/* SPDX-License-Identifier: MIT */",
           f"/* Generated from the Unicode {VERSION} character database; do not edit. Command:",
           " * python3 libicp/base/generate_unicode.py /usr/share/unicode libicp/base/unicode_tables.inc */",
           "/* clang-format off */",
           f"#define FOLD_DELTAS {len(deltas)}",
           f"#define FOLD_POOL {len(pool.data)}"]
    trie(out, "fold", folding, "uint16_t")
    array(out, "int32_t", "fold_delta", [0] + deltas)
    array(out, "uint8_t", "fold_pool", list(pool.data))
    trie(out, "kind", kinds, "uint8_t")
    array(out, "uint16_t", "kind_record", records)
    out.append(f"#define PAIRS {len(short)}")
    for name, i in (("second", 0), ("first", 1), ("whole", 2)):
        array(out, "uint16_t", f"pair_{name}", [p[i] for p in short])
    out.append(f"#define LONG_PAIRS {len(long)}")
    array(out, "uint32_t", "long_pair", [x for p in long for x in p])
    Path(sys.argv[2]).write_text("\n".join(out) + "\n", encoding="ascii")
    size = folding.size + kinds.size + len(deltas) * 4 + len(pool.data) + len(records) * 2
    print(f"fold {folding.size}, deltas {len(deltas) * 4}, pool {len(pool.data)}, kinds {kinds.size}, "
          f"records {len(records) * 2}, pairs {len(short) * 6 + len(long) * 12}, "
          f"all {size + len(short) * 6 + len(long) * 12} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
