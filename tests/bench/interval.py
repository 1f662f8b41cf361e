#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the 90% interval cover? A model of n customers against a model of 3n other customers of the same list.

usage: interval.py --icp PATH [--draws 3] [--first 0] [--sizes 50,100,200]

Both models are fitted on the same reference (the list's whole universe) and score every company that is on no list. Covered = the larger model's score lies
in the smaller one's interval. Beside it stands the half width of an interval of one width for all companies that covers as often. Needs the cases beside ICP_DATA.
"""
import argparse
import csv
import os
import pathlib
import random
import subprocess
import tempfile

SHARED = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve().parent


def keys(path):
    with open(path, newline="", encoding="utf-8") as f:
        return [r["key"] for r in csv.DictReader(f)]


def scores(icp, tmp, universe, train):
    listed = tmp / "train.csv"
    listed.write_text("key\n" + "".join(f"{k}\n" for k in train), encoding="utf-8")
    subprocess.run([icp, "fit", "--reference", tmp / "ref", "--universe", universe, "--customers", listed, "-o", tmp / "model", "--quiet"], check=True)
    subprocess.run([icp, "score", tmp / "model", universe, "--key", "key", "--reasons", "0", "-o", tmp / "scores.csv"], check=True)
    with open(tmp / "scores.csv", newline="", encoding="utf-8") as f:
        return {r["key"]: (int(r["fit_score"]), int(r["fit_low"]), int(r["fit_high"]), r["fit_tier"], r["confidence"]) for r in csv.DictReader(f)}


def pair(icp, tmp, case, everyone, n, seed):
    """For each company on no list, what a model of n customers says and what one of 3n others says."""
    order = sorted(everyone)
    random.Random(f"{case.name} {n} {seed}").shuffle(order)
    universe = case / "universe.csv.gz"
    small, large = scores(icp, tmp, universe, order[:n]), scores(icp, tmp, universe, order[n:4 * n])
    return [(key, small[key], large[key]) for key in small if key not in everyone]


def one(icp, tmp, case, everyone, n, seed):
    """Rows (covered, half width, tier, error) of companies on no list."""
    return [(low <= other[0] <= high, (high - low) / 2, tier, abs(other[0] - score))
            for _, (score, low, high, tier, _), other in pair(icp, tmp, case, everyone, n, seed)]


def lists(sizes):
    """(case, its customers, n) for every list and size that leaves 3n others; cases of one list count once."""
    done = set()
    for case in sorted(d for d in (SHARED / "cases").iterdir() if (d / "case.json").exists()):
        everyone = frozenset(keys(case / "train.csv")) | frozenset(keys(case / "test.csv"))
        if everyone not in done:
            done.add(everyone)
            yield from ((case, everyone, n) for n in sizes if 4 * n <= len(everyone))


def reference(icp, tmp, case):
    subprocess.run([icp, "reference", "build", "--key", "key", "-o", tmp / "ref", case / "universe.csv.gz", "--quiet"], check=True)


def arguments(doc, sizes):
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", required=True)
    p.add_argument("--draws", type=int, default=3)
    p.add_argument("--first", type=int, default=0, help="number of the first draw")
    p.add_argument("--sizes", default=sizes)
    a = p.parse_args()
    if not (SHARED / "cases").is_dir():
        raise SystemExit("SKIP: the cases are absent (ICP_DATA)")
    return a, range(a.first, a.first + a.draws), [int(s) for s in a.sizes.split(",")]


def share(rows):
    return sum(r[0] for r in rows) / len(rows) if rows else float("nan")


def report(name, rows):
    rows.sort(key=lambda r: r[1])
    third = len(rows) // 3
    thirds = [share(rows[:third]), share(rows[third:2 * third]), share(rows[2 * third:])]
    errors = sorted(r[3] for r in rows)
    constant = errors[min(len(errors) - 1, int(share(rows) * len(errors)))]
    tiers = {t: [r for r in rows if r[2] == t] for t in ("Excellent", "Good", "Fair", "Poor", "Very Poor")}
    print(f"{name:52} covered {share(rows):.3f}  half width {sum(r[1] for r in rows) / len(rows):6.1f}, constant {constant:6.1f}  thirds "
          + " ".join(f"{t:.3f}" for t in thirds) + "  " + "  ".join(f"{t} {share(r):.3f}" for t, r in tiers.items() if len(r) >= 50), flush=True)


def main():
    a, draws, sizes = arguments(__doc__, "50,100,200")
    pooled, shares = [], []
    for case, everyone, n in lists(sizes):
        with tempfile.TemporaryDirectory() as name:
            tmp = pathlib.Path(name)
            reference(a.icp, tmp, case)
            rows = [r for seed in draws for r in one(a.icp, tmp, case, everyone, n, seed)]
        report(f"{case.name.rsplit('-', 1)[0]} n={n}", rows)
        shares.append(share(rows))
        random.Random(0).shuffle(rows)
        pooled += rows[:20000]  # every list counts about alike
    if shares:
        report("all lists", pooled)
        print(f"mean of lists {sum(shares) / len(shares):.3f}, least {min(shares):.3f}")


if __name__ == "__main__":
    main()
