#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does High mean high? A model of a few customers against the model of all customers of the same list, on the same reference.

usage: confidence.py --icp PATH [--draws 3] [--first 0] [--sizes 25,50,100,200,400,1000]

Wrong = the model of all customers puts the company into another tier. Counted are companies on no list. First the cases as they are, their own list against
all customers; then lists drawn from all customers; then niches: customers of one industry alone, and what is High outside it. `complete` are companies of
which every column that the model uses has a value. The gates (of the cases, each counted alike):
  of the wrong tiers at most 5% are High; of High at most 20% are wrong and 1% by more than one tier;
  on lists of 200 at least 30% of the complete companies are High; on bank-1000 at least 25% of all; 25 customers of a niche: none outside it.
Needs the cases beside ICP_DATA.
"""
import csv
import gzip
import json
import pathlib
import random
import subprocess
import tempfile

from interval import SHARED, arguments, keys, reference

TIERS = ("Very Poor", "Poor", "Fair", "Good", "Excellent")
NICHES = (("cb13-web-acquirers-100", "category_code", "biotech"), ("cb13-web-acquirers-100", "category_code", "games_video"),
          ("cb13-web-acquirers-100", "state_code", "MA"), ("bank-1000", "job", "student"), ("bank-1000", "contact", "telephone"))


def rows_of(universe):
    with gzip.open(universe, "rt", newline="", encoding="utf-8") as f:
        return {r["key"]: r for r in csv.DictReader(f)}


def scores(icp, tmp, universe, train):
    """By key (tier, confidence), and the columns that the model uses."""
    listed = tmp / "train.csv"
    listed.write_text("key\n" + "".join(f"{k}\n" for k in train), encoding="utf-8")
    told = subprocess.run([icp, "fit", "--reference", tmp / "ref", "--universe", universe, "--customers", listed, "-o", tmp / "model", "--format", "json"],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    used = [c["name"] for c in json.loads(told.stdout)["summary"]["columns"] if c["used"]]
    subprocess.run([icp, "score", tmp / "model", universe, "--key", "key", "--reasons", "0", "-o", tmp / "scores.csv"], check=True)
    with open(tmp / "scores.csv", newline="", encoding="utf-8") as f:
        return {r["key"]: (TIERS.index(r["fit_tier"]), r["confidence"]) for r in csv.DictReader(f)}, used


class List:
    """One list, its universe, and what the model of all customers says."""

    def __init__(self, icp, tmp, case, everyone):
        self.icp, self.tmp, self.universe, self.everyone = icp, tmp, case / "universe.csv.gz", frozenset(everyone)
        reference(icp, tmp, case)
        self.rows = rows_of(self.universe)
        self.truth, _ = scores(icp, tmp, self.universe, sorted(everyone))

    def look(self, train):
        """(confidence, tiers off, complete, key) of each company on no list."""
        mine, used = scores(self.icp, self.tmp, self.universe, train)
        return [(c, abs(t - self.truth[k][0]), all(self.rows[k][name].strip() for name in used), k) for k, (t, c) in mine.items() if k not in self.everyone]


def share(rows, of=lambda r: True, what=lambda r: True):
    some = [r for r in rows if of(r)]
    return sum(1 for r in some if what(r)) / len(some) if some else float("nan")


high, wrong, far, complete = (lambda r: r[0] == "High"), (lambda r: r[1] > 0), (lambda r: r[1] > 1), (lambda r: r[2])


def line(name, rows):
    levels = " ".join(f"{c} {share(rows, what=lambda r: r[0] == c):.3f} ({share(rows, lambda r: r[0] == c, wrong):.3f})"
                      for c in ("High", "Medium", "Low", "Insufficient"))
    print(f"{name:44} wrong {share(rows, what=wrong):.3f}  High of complete {share(rows, complete, high):.3f}  of wrong {share(rows, wrong, high):.3f}  "
          f"far off of High {share(rows, high, far):.4f}  {levels}", flush=True)


def pooled(name, several):
    """Each list counts alike; then each company."""
    def mean(what):
        return sum(share(rows, what=what) for rows in several if rows)
    both = mean(lambda r: high(r) and wrong(r))
    print(f"{name}: wrong {mean(wrong) / len(several):.3f}; of wrong tiers High {both / mean(wrong):.3f}; of High wrong {both / mean(high):.3f}, more than one tier off "
          f"{mean(lambda r: high(r) and far(r)) / mean(high):.4f}" if mean(high) and mean(wrong) else f"{name}: none is High", flush=True)
    rows = [r for rows in several for r in rows]
    print(f"  counted by company: of wrong tiers High {share(rows, wrong, high):.3f}; of High wrong {share(rows, high, wrong):.3f}", flush=True)


def niche(icp, case, column, value, draws):
    universe = rows_of(case / "universe.csv.gz")
    inside = sorted(k for k, r in universe.items() if r[column] == value)
    random.Random(f"{column} {value}").shuffle(inside)
    with tempfile.TemporaryDirectory() as name:
        some = List(icp, pathlib.Path(name), case, inside[:len(inside) // 2])
        for n in (25, 60):
            found = []
            for seed in draws:
                train = sorted(some.everyone)
                random.Random(f"{column} {value} {n} {seed}").shuffle(train)
                found += some.look(train[:n])
            out = [r for r in found if universe[r[3]][column] != value]
            print(f"{n} customers with {column}={value}: High outside {share(out, what=high):.4f} (wrong {share(out, high, wrong):.3f}), "
                  f"High inside {share([r for r in found if universe[r[3]][column] == value], what=high):.4f}", flush=True)


def main():
    a, draws, sizes = arguments(__doc__, "25,50,100,200,400,1000")
    cases, drawn, lists = {}, {}, {}
    for case in sorted(d for d in (SHARED / "cases").iterdir() if (d / "case.json").exists()):
        lists.setdefault(frozenset(keys(case / "train.csv")) | frozenset(keys(case / "test.csv")), []).append(case)
    for everyone, same in lists.items():
        with tempfile.TemporaryDirectory() as name:
            some = List(a.icp, pathlib.Path(name), same[0], everyone)
            for case in same:
                cases[case.name] = some.look(keys(case / "train.csv"))
                line(case.name, cases[case.name])
            for n in (n for n in sizes if 2 * n <= len(everyone)):
                for seed in draws:
                    order = sorted(everyone)
                    random.Random(f"{same[0].name} {n} {seed}").shuffle(order)
                    drawn.setdefault(n, []).append(some.look(order[:n]))
    pooled("the cases", list(cases.values()))
    for n, several in sorted(drawn.items()):
        pooled(f"lists of {n}, {len(several)} draws", several)
        print("  High of complete " + f"{sum(share(rows, complete, high) for rows in several) / len(several):.3f}", flush=True)
    for name, column, value in NICHES:
        niche(a.icp, SHARED / "cases" / name, column, value, draws)


if __name__ == "__main__":
    main()
