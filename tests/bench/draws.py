#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ranking and calibration over re-drawn train/test splits of the real lists: the ground for choosing methods.

usage: draws.py --icp PATH [--draws 20] [--only SUBSTRING]

Needs the cases and the evaluation program beside ICP_DATA (default ../shared/data). Each list is split anew, as many given customers as in its case;
the evaluation program is run on every draw. Prints the mean and the standard deviation over draws of the mean over lists.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

FIGURES = ("auc", "ap", "top10", "cllr", "min", "elr_out")
SHARED = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent


def keys(path):
    with open(path, newline="", encoding="utf-8") as f:
        return [r["key"] for r in csv.DictReader(f)]


def redraw(case, target, seed):
    """A folder like the case's with the customers dealt out anew."""
    target.mkdir(parents=True)
    train = keys(case / "train.csv")
    everyone = sorted(set(train) | set(keys(case / "test.csv")))
    random.Random(f"{case.name} {seed}").shuffle(everyone)
    for name in ("case.json", "universe.csv.gz"):
        (target / name).symlink_to(case / name)
    for name, part in (("train.csv", everyone[:len(train)]), ("test.csv", everyone[len(train):])):
        (target / name).write_text("key\n" + "".join(f"{k}\n" for k in part), encoding="utf-8")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--draws", type=int, default=20)
    p.add_argument("--only", default="")
    a = p.parse_args()
    if not (SHARED / "evaluate.py").exists():
        raise SystemExit("SKIP: the evaluation program is absent (ICP_DATA)")
    cases = sorted(d for d in (SHARED / "cases").iterdir() if (d / "case.json").exists() and a.only in d.name)
    means = []
    for seed in range(1, a.draws + 1):
        with tempfile.TemporaryDirectory() as tmp:
            for case in cases:
                redraw(case, pathlib.Path(tmp) / "cases" / case.name, seed)
            out = os.path.join(tmp, "out.json")
            subprocess.run([sys.executable, SHARED / "evaluate.py", "--icp", a.icp, "--cases", os.path.join(tmp, "cases"), "--json", out], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with open(out, encoding="utf-8") as f:
                means.append(json.load(f)["mean"])
        print(f"draw {seed:2}  " + "  ".join(f"{k} {means[-1][k]:.4f}" for k in FIGURES), flush=True)
    for name, of in (("mean", lambda v: sum(v) / len(v)), ("sd", lambda v: (sum((x - sum(v) / len(v)) ** 2 for x in v) / max(1, len(v) - 1)) ** .5)):
        print(f"{name:7}  " + "  ".join(f"{k} {of([m[k] for m in means]):.4f}" for k in FIGURES))


if __name__ == "__main__":
    main()
