#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""45,211 calls of a bank in the order they were made (May 2008 to November 2010): from which tenth on does a model of the first fifth no longer hold?

usage: bank_drift.py --icp PATH [--shuffled 0]

Needs ICP_DATA (default ../shared/data). Customers are those who signed (y = yes); `duration`, known only afterwards, and `y` are left out. The model
is fitted on four of five rows of the first two tenths, drawn at random; the fifth row stands for "held out", where nothing has changed.
--shuffled N: does the same to N random orders of the file, in which nothing drifts: the third tenth, each tenth, and any of the eight at an eighth of
the false alarms each.
"""
import argparse
import collections
import csv
import gzip
import json
import os
import pathlib
import random
import subprocess
import tempfile

DATA = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve()
LEFT_OUT = ("duration", "y")


class Bank:
    def __init__(self, icp, folder):
        self.icp, self.folder = os.path.abspath(icp), pathlib.Path(folder)
        with gzip.open(DATA / "bank_marketing/bank-full.csv.gz", "rt", encoding="utf-8", newline="") as f:
            rows = list(csv.DictReader(f, delimiter=";"))
        self.header = ["key", *(c for c in rows[0] if c not in LEFT_OUT)]
        self.rows = [({"key": f"{i:05}", **r}, r["y"] == "yes") for i, r in enumerate(rows, 1)]

    def write(self, name, rows):
        with open(self.folder / name, "w", newline="", encoding="utf-8") as f:
            w = csv.writer(f)
            w.writerow(self.header)
            w.writerows([[r[c] for c in self.header] for r, _ in rows])
        return name

    def run(self, *arguments):
        return subprocess.run([self.icp, *map(str, arguments)], check=True, capture_output=True, text=True, cwd=self.folder).stdout

    def fit(self, rows):
        self.write("reference.csv", rows)
        (self.folder / "customers.csv").write_text("key\n" + "".join(f"{r['key']}\n" for r, signed in rows if signed), encoding="utf-8")
        self.run("reference", "build", "--key", "key", "-o", "ref", "reference.csv", "--quiet")
        self.run("fit", "--reference", "ref", "--customers", "customers.csv", "-o", "model", "--quiet")

    def drift(self, rows, *more):
        return json.loads(self.run("drift", "model", self.write("now.csv", rows), "--key", "key", "--format", "json", *more))


def tenths(rows):
    return [rows[len(rows) * k // 10:len(rows) * (k + 1) // 10] for k in range(10)]


def in_order(bank):
    parts, rng = tenths(bank.rows), random.Random(1)
    first = parts[0] + parts[1]
    rng.shuffle(first)
    held = len(first) // 5
    bank.fit(first[held:])
    print(f"{'rows':9} {'number':>6} {'signed':>7}  alarm  what (the largest first)")
    for name, rows in [("held out", first[:held]), *((f"tenth {k + 1}", parts[k]) for k in range(2, 10))]:
        d = bank.drift(rows)
        what = ", ".join(f"{a['name']} {a['kind']}" for a in d["alarms"][:6])
        print(f"{name:9} {len(rows):6} {100 * sum(s for _, s in rows) / len(rows):6.1f}%  {'yes' if d['alarm'] else 'no ':5}  {what}", flush=True)


def shuffled(bank, runs):
    third = any_eighth = each = 0
    why = collections.Counter()
    for seed in range(runs):
        rows = bank.rows[:]
        random.Random(seed).shuffle(rows)
        parts = tenths(rows)
        bank.fit(parts[0] + parts[1])
        alarms = [bank.drift(p) for p in parts[2:]]
        third += alarms[0]["alarm"]
        each += sum(d["alarm"] for d in alarms)
        why.update(a["name"] for a in [x for d in alarms for x in d["alarms"]])
        any_eighth += any(bank.drift(p, "--false-alarm", "0.625")["alarm"] for p in parts[2:])
    print(f"{runs} random orders: the third tenth alarms in {third}, a tenth in {each} of {8 * runs}, any of eight tenths at 0.625% each in {any_eighth}; {dict(why.most_common(4))}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--shuffled", type=int, default=0)
    a = p.parse_args()
    if not DATA.is_dir():
        raise SystemExit("SKIP: ICP_DATA is absent")
    with tempfile.TemporaryDirectory() as folder:
        bank = Bank(a.icp, folder)
        in_order(bank)
        if a.shuffled:
            shuffled(bank, a.shuffled)


if __name__ == "__main__":
    main()
