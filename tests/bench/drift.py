#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How often `icp drift` alarms without drift, and how often it finds a share that rose from 10% to 20%.

usage: drift.py --icp PATH [--only SUBSTRING] [--part false|rows|power] [--first 0] [--splits 20] [--draws 20] [--n 50,100,200,1000]

Needs the cases beside ICP_DATA (default ../shared/data). The companies of a case are split at random into a reference and the rest, the model is fitted
on the former, and samples of n are drawn from the latter.
  false  share of samples with any alarm, against the reference, with the interval that holds it with 95%
  rows   the same against rows (--before), both sides drawn anew each time, as many before as the reference has at most 2,000
  power  a trait that 9.5% to 10.5% of the reference have is made to be had by 20%: how often an alarm names the trait, and how often its column
"""
import argparse
import collections
import csv
import gzip
import io
import json
import math
import os
import pathlib
import random
import re
import subprocess
import tempfile

SHARED = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent
CASES = ("bank-1000", "yc-acquired-200", "cb13-web-acquirers-100", "lf-cloud-native-computing-foundation-200")
csv.field_size_limit(10 ** 9)


def interval(k, n, z=1.96):
    """Wilson's."""
    p, d = k / n, 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - half) / d, (p + z * z / (2 * n) + half) / d


class Case:
    def __init__(self, name, icp, folder):
        self.name, self.icp, self.folder = name, icp, folder
        with gzip.open(SHARED / "cases" / name / "universe.csv.gz", "rt", encoding="utf-8", newline="") as f:
            rows = csv.reader(f)
            self.header, self.rows = next(rows), list(rows)
        with open(SHARED / "cases" / name / "train.csv", newline="", encoding="utf-8") as f:
            self.customers = {r["key"] for r in csv.DictReader(f)}
        self.key = self.header.index("key")

    def write(self, name, rows, header=None):
        with open(self.folder / name, "w", newline="", encoding="utf-8") as f:
            csv.writer(f).writerows([header or self.header, *rows])
        return self.folder / name

    def run(self, *arguments):
        return subprocess.run([self.icp, *map(str, arguments)], check=True, capture_output=True, text=True, cwd=self.folder).stdout

    def split(self, rng):
        """Fits on a random part; returns what was left out."""
        rows = self.rows[:]
        rng.shuffle(rows)
        left = max(1000, len(rows) // 3)
        self.write("reference.csv", rows[left:])
        self.write("customers.csv", [[k] for k in sorted(self.customers & {r[self.key] for r in rows[left:]})], ["key"])
        self.run("reference", "build", "--key", "key", "-o", "ref", "reference.csv", "--quiet")
        self.run("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet", "--allow-few")
        return rows[:left], rows[left:]

    def drift(self, now, *more):
        return json.loads(self.run("drift", "model", self.write("now.csv", now), "--key", "key", "--format", "json", "--quiet", *more))


def report(case, what, n, runs, alarms, why):
    low, high = interval(alarms, runs)
    print(f"{case.name:42} {what:6} n={n:<5} {alarms:3} of {runs} = {100 * alarms / runs:5.2f}% ({100 * low:.1f} to {100 * high:.1f})  {dict(why.most_common(3))}", flush=True)


def false_alarms(case, a, against):
    runs, alarms, why = collections.Counter(), collections.Counter(), collections.defaultdict(collections.Counter)
    for split in range(a.first, a.first + a.splits):
        rng = random.Random(f"{case.name} {split}")
        if against == "false" or split == a.first:
            rest, _ = case.split(rng)
        for _ in range(a.draws):
            for n in a.n:
                if against == "false":
                    d = case.drift(rng.sample(rest, n))
                else:
                    drawn = rng.sample(case.rows, min(2000, len(case.rows) - n) + n)
                    d = case.drift(drawn[:n], "--before", case.write("before.csv", drawn[n:]))
                runs[n] += 1
                alarms[n] += d["alarm"]
                why[n].update(x["name"] for x in d["alarms"])
    for n in a.n:
        report(case, against, n, runs[n], alarms[n], why[n])


def has(trait, header):
    """Whether a row has a trait, for the kinds that are simple to read; None = not one of them."""
    m = re.fullmatch(r"([\w ]+)=([^%*]+)", trait)
    if m and m[1] in header:
        at = header.index(m[1])
        return lambda r: r[at].strip().casefold() == m[2]
    m = re.fullmatch(r"([\w ]+)\[(-?[\d.]*),(-?[\d.]*)\)", trait)
    if m and m[1] in header:
        at, low, high = header.index(m[1]), float(m[2] or "-inf"), float(m[3] or "inf")
        return lambda r: bool(re.fullmatch(r"-?[\d.]+", r[at])) and low <= float(r[at]) < high
    m = re.fullmatch(r"([\w ]+)[~:](\w+)", trait)
    if m and m[1] in header:
        at, word = header.index(m[1]), re.compile(rf"\b{re.escape(m[2])}\b")
        return lambda r: bool(word.search(r[at].casefold()))
    return None


def power(case, a, words, n=200):
    found, column, runs, picked = 0, 0, 0, collections.Counter()
    for split in range(max(1, a.splits // 4)):
        rng = random.Random(f"{case.name} power {split}")
        rest, _ = case.split(rng)
        traits = [t for t in csv.DictReader(io.StringIO(case.run("traits", "model", "--format", "csv"))) if 9.5 <= float(t["reference_percent"] or 0) <= 10.5]
        # Only traits that are read here as the library reads them.
        usable = []
        for t in traits:
            test = has(t["trait"], case.header) if ("~" in t["trait"]) == words else None
            share = sum(map(test, rest)) / len(rest) if test else 0
            if .07 < share < .13:
                usable.append((t["trait"], test))
        for _ in range(a.draws * 2):
            if not usable:
                break
            trait, test = rng.choice(usable)
            with_it, without = [r for r in rest if test(r)], [r for r in rest if not test(r)]
            k = sum(rng.random() < .2 for _ in range(n))
            if len(with_it) < k:
                continue
            d = case.drift(rng.sample(with_it, k) + rng.sample(without, n - k))
            shares = {s["name"] for x in d["alarms"] for s in x.get("shares", [])}
            runs += 1
            picked[trait] += 1
            found += trait in shares
            column += any(s.startswith(re.match(r"[\w ]+", trait)[0]) for s in shares)
    if runs:
        low, high = interval(found, runs)
        print(f"{case.name:42} {'words' if words else 'power':6} n={n:<5} {found} of {runs} = {100 * found / runs:.1f}% ({100 * low:.1f} to {100 * high:.1f}), its column {100 * column / runs:.1f}%; "
              f"{len(picked)} traits, {d['tested']['traits']} tested, {d['tested']['sought']} sought", flush=True)


def fixed_psi(n, runs=4000):
    """A population stability index of 0.1 over ten equal parts, without drift."""
    rng, alarms = random.Random(n), 0
    for _ in range(runs):
        count = collections.Counter(rng.randrange(10) for _ in range(n))
        shares = [max(count[i], .5) / n for i in range(10)]
        alarms += sum((s - .1) * math.log(s / .1) for s in shares) > .1
    return alarms / runs


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--only", default="")
    p.add_argument("--part", choices=("false", "rows", "power"))
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--splits", type=int, default=20)
    p.add_argument("--draws", type=int, default=20)
    p.add_argument("--n", type=lambda s: [int(v) for v in s.split(",")], default=[50, 100, 200, 1000])
    a = p.parse_args()
    if not (SHARED / "cases").is_dir():
        raise SystemExit("SKIP: the cases are absent (ICP_DATA)")
    for n in a.n:
        print(f"a fixed PSI of 0.1 over ten equal parts, n={n}: {100 * fixed_psi(n):.1f}% of samples without drift")
    with tempfile.TemporaryDirectory() as tmp:
        for name in CASES:
            if a.only in name:
                case = Case(name, os.path.abspath(a.icp), pathlib.Path(tmp))
                for part in ("false", "rows"):
                    if a.part in (None, part):
                        false_alarms(case, a, part)
                if a.part in (None, "power"):
                    power(case, a, False)
                    power(case, a, True)


if __name__ == "__main__":
    main()
