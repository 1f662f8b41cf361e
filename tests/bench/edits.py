#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do ratios still average to 1 after edits? Over companies outside the reference that are no customers, on every case.

usage: edits.py --icp PATH [--cases DIR] [--only SUBSTRING]

Half of a case's companies (by crc32 of the key) are the reference, the mean ratio is that of the other half. Edits: each family off, the points of each family
doubled, all points halved and all doubled. The last lines are means over the cases. Means are noisy where few companies carry large
ratios, as after doubling: compare with the learned model's.
"""
import argparse
import csv
import gzip
import json
import os
import pathlib
import subprocess
import tempfile
import zlib

CASES = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent / "cases"


class Case:
    def __init__(self, icp, folder, tmp):
        self.icp, self.tmp = icp, tmp
        with gzip.open(folder / "universe.csv.gz", "rt", newline="", encoding="utf-8") as f:
            head, *rows = csv.reader(f)
        key = head.index("key")
        with open(folder / "train.csv", newline="", encoding="utf-8") as f:
            self.given = {r["key"] for r in csv.DictReader(f)}
        for name, odd in (("even", 0), ("odd", 1)):
            with open(tmp / name, "w", newline="", encoding="utf-8") as f:
                csv.writer(f).writerows([head] + [r for r in rows if zlib.crc32(r[key].encode()) % 2 == odd])
        self.run("reference", "build", "--key", "key", "-o", tmp / "ref", tmp / "even", "--quiet")
        self.run("fit", "--reference", tmp / "ref", "--universe", folder / "universe.csv.gz", "--customers", folder / "train.csv", "-o", tmp / "model", "--quiet")
        self.traits = json.loads(self.run("traits", tmp / "model", "--format", "json"))

    def run(self, *arguments):
        return subprocess.run([self.icp, *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def mean(self, model):
        scores = csv.DictReader(self.run("score", self.tmp / model, self.tmp / "odd", "--key", "key", "--reasons", "0").splitlines())
        ratios = [2 ** float(r["fit_evidence"]) for r in scores if r["key"] not in self.given]
        return sum(ratios) / len(ratios)

    def edited(self, items):
        (self.tmp / "edits").write_text(json.dumps({"author": "bench", "reason": "to see", "edits": items}))
        self.run("edit", self.tmp / "model", "--reference", self.tmp / "ref", "--edits", self.tmp / "edits", "-o", self.tmp / "edited", "--quiet")
        return self.mean("edited")

    def times(self, factor, family=None):
        return [{"trait": t["trait"], "points": round(1000 * factor * t["points"])} for t in self.traits if family in (None, t["family"])]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--cases", type=pathlib.Path, default=CASES)
    p.add_argument("--only", default="")
    a = p.parse_args()
    sums = {}
    for folder in sorted(f for f in a.cases.iterdir() if a.only in f.name):
        with tempfile.TemporaryDirectory() as name:
            c = Case(a.icp, folder, pathlib.Path(name))
            found = [("learned", "", c.mean("model"))]
            for family in sorted({t["family"] for t in c.traits}):
                found.append(("off", family, c.edited([{"family": family, "off": True}])))
                found.append(("doubled", family, c.edited(c.times(2, family))))
            found += [("all halved", "", c.edited(c.times(.5))), ("all doubled", "", c.edited(c.times(2)))]
        print(f"{folder.name:40}" + "  ".join(f"{what} {family} {mean:.3f}".replace("  ", " ") for what, family, mean in found), flush=True)
        for what, family, mean in found:
            name = f"{what} keywords" if family == "keywords" else f"{what} another" if family else what
            sums.setdefault(name, []).append(mean)
    for name, means in sums.items():
        print(f"{name:20} mean {sum(means) / len(means):.3f}, from {min(means):.3f} to {max(means):.3f}, of {len(means)}")


if __name__ == "__main__":
    main()
