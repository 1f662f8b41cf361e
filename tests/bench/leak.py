#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the search for leaks takes from honest lists, and from lists drawn by chance: the figures of doc/audit.md.

usage: leak.py --icp PATH [--draws 12] [--chance 20]

Needs the cases beside ICP_DATA (default ../shared/data). Re-draws the given customers of each case, and draws lists at random from its universe; prints every
column that is quarantined or suspected, and how many lists have one.
"""
import argparse
import csv
import gzip
import json
import os
import pathlib
import random
import subprocess
import tempfile

SHARED = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent


def keys(path):
    opened = gzip.open(path, "rt", newline="", encoding="utf-8") if path.suffix == ".gz" else open(path, newline="", encoding="utf-8")
    with opened as f:
        return sorted({r["key"] for r in csv.DictReader(f)})


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--draws", type=int, default=12)
    p.add_argument("--chance", type=int, default=20)
    a = p.parse_args()
    if not (SHARED / "cases").exists():
        raise SystemExit("SKIP: the cases are absent (ICP_DATA)")
    lists = {"drawn": [0, 0], "chance": [0, 0]}
    with tempfile.TemporaryDirectory() as tmp:
        for case in sorted(d for d in (SHARED / "cases").iterdir() if (d / "case.json").exists()):
            train, everyone = keys(case / "train.csv"), keys(case / "universe.csv.gz")
            customers = sorted(set(train) | set(keys(case / "test.csv")))
            for seed in range(a.draws + a.chance):
                rng = random.Random(f"{case.name} {seed}")
                kind = "drawn" if seed < a.draws else "chance"
                take = rng.sample(customers if kind == "drawn" else everyone, len(train) if kind == "drawn" else rng.choice([20, 50, 100, 200]))
                path = pathlib.Path(tmp) / "customers.csv"
                path.write_text("key\n" + "".join(f"{k}\n" for k in take), encoding="utf-8")
                out = subprocess.run([a.icp, "audit", case / "universe.csv.gz", "--key", "key", "--customers", path, "--format", "json", "--quiet"],
                                     check=True, capture_output=True, text=True).stdout
                marked = [c for c in json.loads(out)["columns"] if c["verdict"] in ("quarantined", "suspect")]
                lists[kind][0] += 1
                lists[kind][1] += any(c["verdict"] == "quarantined" for c in marked)
                for c in marked:
                    print(f"{case.name} {kind} {seed}: {c['name']} {c['verdict']}: {c['reason']}", flush=True)
    for kind, (n, bad) in lists.items():
        print(f"{kind}: a column quarantined in {bad} of {n} lists")


if __name__ == "__main__":
    main()
