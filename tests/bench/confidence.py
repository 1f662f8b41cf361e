#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does High mean high? A model of n customers against a model of 3n other customers of the same list, by class of confidence.

usage: confidence.py --icp PATH [--draws 3] [--first 0] [--sizes 50,100,200,400,1000]

As interval.py, of which it uses the code. Prints for each class the share of companies, the share whose tier the larger model does not confirm, and the share
that it puts more than one tier away; and names High companies that are more than two tiers off. Wanted: of High, at most 20% in another tier
and at most 1% more than one tier off.
"""
import pathlib
import tempfile

from interval import arguments, lists, pair, reference

CLASSES = ("High", "Medium", "Low", "Insufficient")
TIERS = ("Very Poor", "Poor", "Fair", "Good", "Excellent")


def report(name, rows, weight=lambda r: 1):
    total, text = sum(map(weight, rows)), ""
    for c in CLASSES:
        mine = [r for r in rows if r[0] == c]
        mass = sum(map(weight, mine))
        off = [sum(weight(r) for r in mine if r[1] > limit) / mass if mass else float("nan") for limit in (0, 1)]
        text += f"  {c} {mass / total:.3f} ({off[0]:.3f}, {off[1]:.4f})"
    print(f"{name:48}{text}", flush=True)


def main():
    a, draws, sizes = arguments(__doc__, "50,100,200,400,1000")
    print("list: class, share of companies (share in another tier, share more than one tier off)")
    pooled = []
    for case, everyone, n in lists(sizes):
        rows = []
        with tempfile.TemporaryDirectory() as name:
            tmp = pathlib.Path(name)
            reference(a.icp, tmp, case)
            for seed in draws:
                for key, small, large in pair(a.icp, tmp, case, everyone, n, seed):
                    off = abs(TIERS.index(small[3]) - TIERS.index(large[3]))
                    rows.append((small[4], off))
                    if small[4] == "High" and off > 2:
                        print(f"High, but {off} tiers off: {key}, {small[0]} {small[3]} against {large[0]} {large[3]}", flush=True)
        report(f"{case.name.rsplit('-', 1)[0]} n={n}", rows)
        pooled += [r + (min(1, 20000 / len(rows)),) for r in rows]  # every list counts about alike
    if pooled:
        report("all lists", pooled, lambda r: r[2])


if __name__ == "__main__":
    main()
