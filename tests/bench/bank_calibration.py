#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The bank's telephone contacts in the order of the file: does the model of the first fifth still hold?

usage: bank_calibration.py [--icp PATH] [--shuffles N] [--seed N]

Needs bank_marketing in ICP_DATA (default ../shared/data): 45,211 contacts from May 2008 to November 2010. A model is fitted on the first fifth, the
contacts that led to a deposit against all of it; `duration` is known only afterwards and left out, as `y` is. Then each further tenth is asked about.
Conversion is 3.4% in the first fifth, 4.8% in the third tenth and 47% in the last: with the 136 outcomes or so that a tenth has, a share so far off
stands 4.4 standard errors from that of the first fifth, so that the third tenth is the first that must raise the alarm, and no earlier one can.
--shuffles N: the same with the rows in random order, N times; no more than one run in twenty may raise an alarm in any of its eight tenths.
"""
import argparse
import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess
import tempfile

DATA = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve() / "bank_marketing"
LEFT_OUT = ("duration", "y")
TENTHS = 10
LOOKS = 8  # tenths that are asked about: the chance of a false alarm is shared among them


def contacts():
    text = gzip.decompress((DATA / "bank-full.csv.gz").read_bytes()).decode()
    return [{"key": f"c{i}", **row} for i, row in enumerate(csv.DictReader(io.StringIO(text), delimiter=";"))]


def write(path, names, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(names)
        out.writerows(rows)
    return path


def write_contacts(path, rows):
    names = [n for n in rows[0] if n not in LEFT_OUT]
    return write(path, names, [[r[n] for n in names] for r in rows])


def tenth(rows, i):
    return rows[len(rows) * i // TENTHS:len(rows) * (i + 1) // TENTHS]


def icp(command, *args):
    return subprocess.run([command, *map(str, args)], check=True, capture_output=True, text=True).stdout


def fit(command, tmp, rows):
    """The model of the first fifth."""
    fifth = rows[:len(rows) // 5]
    icp(command, "reference", "build", "--key", "key", "--k", len(fifth), write_contacts(tmp / "fifth.csv", fifth), "-o", tmp / "ref", "--quiet")
    customers = write(tmp / "customers.csv", ["key"], [[r["key"]] for r in fifth if r["y"] == "yes"])
    icp(command, "fit", "--reference", tmp / "ref", "--customers", customers, "--exact-keys", "-o", tmp / "model", "--quiet")
    return tmp / "model"


def calibrate_tenths(command, tmp, rows, first=2):
    """The report of each tenth."""
    model = fit(command, tmp, rows)
    reports = []
    for i in range(first, TENTHS):
        part = tenth(rows, i)
        outcomes = write(tmp / "outcomes.csv", ["key", "outcome", "date"], [[r["key"], "converted", "2010-01-01"] for r in part if r["y"] == "yes"])
        reports.append(json.loads(icp(command, "calibrate", model, write_contacts(tmp / "part.csv", part), "--key", "key", "--outcomes", outcomes, "--base", "model", "--looks",
                                      LOOKS, "--format", "json", "--quiet")))
    return reports


def calibration_in_order(command, tmp, rows):
    print("tenth  outcomes  observed  expected  times (interval)      base              slope (interval)      ratios              AUC")
    for i, r in enumerate(calibrate_tenths(command, tmp, rows, first=0)):
        base, ratio, rank = r["base"], r["ratio"], r["ranking"]
        times = f"{base['ratio_micro'] / 1e6:5.2f} ({base['ratio_low_micro'] / 1e6:.2f} to {base['ratio_high_micro'] / 1e6:.2f})"
        slope = f"{ratio['slope_micro'] / 1e6:5.2f} ({ratio['slope_low_micro'] / 1e6:.2f} to {ratio['slope_high_micro'] / 1e6:.2f})"
        print(f"{i + 1:5}  {ratio['outcomes']:8}  {base['observed_micro'] / 1e4:7.2f}%  {base['expected_micro'] / 1e4:7.2f}%  {times:20}  {base['verdict']:16}  {slope:20}  "
              f"{ratio['verdict']:26}  {rank['auc_micro'] / 1e6:.3f}{'  (fitted on it)' if i < 2 else ''}")


def calibration_shuffled(command, tmp, rows, shuffles, seed):
    base, ratio = 0, 0
    for n in range(shuffles):
        random.Random(seed + n).shuffle(rows)
        reports = calibrate_tenths(command, tmp, rows)
        moved = [i + 3 for i, r in enumerate(reports) if r["base"]["verdict"] == "base rate moved"]
        off = [i + 3 for i, r in enumerate(reports) if r["ratio"]["verdict"] in ("overstates", "understates", "ranks no better than chance")]
        base += bool(moved)
        ratio += bool(off)
        if moved or off:
            print(f"shuffle {n + 1}: base rate alarms in tenths {moved}, ratio alarms in {off}", flush=True)
    print(f"{shuffles} shuffles: {base} with a base rate alarm, {ratio} with a ratio alarm")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", default=os.environ.get("ICP", "icp"))
    p.add_argument("--shuffles", type=int, default=0)
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()
    if not DATA.exists():
        raise SystemExit("SKIP: bank_marketing is absent (ICP_DATA)")
    rows = contacts()
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        calibration_in_order(a.icp, tmp, rows)
        if a.shuffles:
            calibration_shuffled(a.icp, tmp, rows, a.shuffles, a.seed)


if __name__ == "__main__":
    main()
