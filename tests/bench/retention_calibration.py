#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Retention year by year on real dates: what icp calibrate says of the members of the CNCF half a year after the last score, and what is observed when
every horizon is over.

usage: retention_calibration.py [--icp PATH] [--years Y,Y...]

Needs lf_landscape in ICP_DATA (default ../shared/data). For each year Y a model is fitted on what was known on 1 January of Y (horizon 365 days, from
July 2019 on), and scores the members of the first day of each month of Y. Then:
  early  icp calibrate as of 1 July of Y+1: the horizons of the scores of the second half of Y are not over
  naive  the share of the same rows that left by then
  late   icp calibrate as of 1 January of Y+2: every horizon is over
The intervals of `early` are to hold the figures of `late`. A member stands in up to twelve rows; the intervals allow for it. The first year
a model can be fitted for is 2021: outcomes of a horizon of a year are known from July 2020 on. 2020 itself is scored by the model of 2021, which saw its outcomes.
"""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import tempfile

from retention import DATA, HORIZON, Members, later
from timing_rounds import write

YEARS = (2020, 2021, 2022, 2023, 2024)
MONTHS = range(1, 13)


def run(icp, *args):
    return subprocess.run([icp, *map(str, args)], check=True, capture_output=True, text=True).stdout


def scores_of(icp, tmp, members, files, year):
    """key, retention_evidence, scored: of every month."""
    rows = []
    for month in MONTHS:
        day = f"{year}-{month:02}-01"
        companies = write(tmp / "members.csv", ["org_id", "name", "host"], [(k, *members.names[k]) for k in members.at(day)])
        run(icp, "score", tmp / "model", companies, "--key", "org_id", "--events", files, "--as-of", day, "--reasons", 0, "-o", tmp / "scores.csv", "--quiet")
        with open(tmp / "scores.csv", newline="", encoding="utf-8") as f:
            rows += [(r["key"], r["retention_evidence"], day) for r in csv.DictReader(f)]
    return write(tmp / "all.csv", ["key", "retention_evidence", "scored"], rows), rows


def naive(members, rows, as_of):
    """What one would count who knows no censoring: of those who left within a year the ones who left by then."""
    return sum(members.left.get(k, "9999") < min(as_of, later(day, HORIZON)) for k, _, day in rows) / len(rows)


def year_of(icp, tmp, members, files, outcomes, year):
    fitted = f"{max(year, 2021)}-01-01"
    run(icp, "fit", "--reference", tmp / "reference", "--layers", "retention", "--events", files, "--outcomes", outcomes, "--horizon", HORIZON, "--as-of", fitted,
        "-o", tmp / "model", "--allow-few", "--quiet")
    scores, rows = scores_of(icp, tmp, members, files, year)
    reports = {}
    for name, as_of in (("early", f"{year + 1}-07-01"), ("late", f"{year + 2}-01-01")):
        reports[name] = json.loads(run(icp, "calibrate", tmp / "model", scores, "--layer", "retention", "--outcomes", outcomes, "--scored", "scored", "--as-of", as_of, "--horizon",
                                       HORIZON, "--format", "json", "--quiet"))
    return reports, naive(members, rows, f"{year + 1}-07-01")


def covers(early, late, name):
    low, high = early[name + "_low_micro"], early[name + "_high_micro"]
    v = late[name + "_micro"]
    return v is None or ((low is None or low <= v) and (high is None or v <= high))


def check(reports):
    """Figures of the late report that the early one's intervals hold: (of how many, which are not)."""
    early, late = reports["early"], reports["late"]
    asked = [("base rate", early["base"], late["base"], "observed"), ("slope", early["ratio"], late["ratio"], "slope"), ("AUC", early["ranking"], late["ranking"], "auc"),
             ("Cllr", early["ranking"], late["ranking"], "cllr")]
    asked += [(f"ratio {e['tier']}", e, t, "observed_ratio") for e, t in zip(early["tiers"], late["tiers"]) if e["rows"] >= 50]
    asked += [(f"rate {e['tier']}", e, t, "rate") for e, t in zip(early["tiers"], late["tiers"]) if e["rows"] >= 50]
    return len(asked), [what for what, e, t, name in asked if not covers(e, t, name)]


def of(v, unit, digits):
    return "-" if v is None else f"{v / unit:.{digits}f}"


def line(name, r):
    base, ratio, rank = r["base"], r["ratio"], r["ranking"]
    print(f"      {name:6} left within a year {of(base['observed_micro'], 1e4, 2)}% ({of(base['observed_low_micro'], 1e4, 2)} to {of(base['observed_high_micro'], 1e4, 2)})"
          f"  slope {of(ratio['slope_micro'], 1e6, 2)} ({of(ratio['slope_low_micro'], 1e6, 2)} to {of(ratio['slope_high_micro'], 1e6, 2)})"
          f"  AUC {of(rank['auc_micro'], 1e6, 3)} ({of(rank['auc_low_micro'], 1e6, 3)} to {of(rank['auc_high_micro'], 1e6, 3)})  {r['verdict']}")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", default=os.environ.get("ICP", "icp"))
    p.add_argument("--years", default=",".join(map(str, YEARS)))
    a = p.parse_args()
    if not DATA.exists():
        raise SystemExit("SKIP: lf_landscape is absent (ICP_DATA)")
    members = Members()
    asked, missed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        everyone = write(tmp / "everyone.csv", ["org_id", "name", "host"], [(k, *members.names[k]) for k in sorted(members.joined)])
        run(a.icp, "reference", "build", "--key", "org_id", "-o", tmp / "reference", everyone, "--quiet")
        files = write(tmp / "events.csv", ["org_id", "type", "date"], sorted(members.events, key=lambda e: (e[2], e)))
        outcomes = write(tmp / "outcomes.csv", ["key", "outcome", "date"], [(k, "churned", d) for k, d in sorted(members.left.items())])
        for year in map(int, a.years.split(",")):
            reports, plain = year_of(a.icp, tmp, members, files, outcomes, year)
            r, late = reports["early"]["rows"], reports["late"]
            n, not_held = check(reports)
            asked, missed = asked + n, missed + len(not_held)
            print(f"{year}  {r['watched']} scores of {r['companies']} members, {r['young']} whose horizon is not over; {late['outcomes']['companies']} members leave")
            line("early", reports["early"])
            print(f"      naive  left so far {plain * 100:.2f}%")
            line("late", late)
            print(f"      {n - len(not_held)} of {n} late figures lie in the early intervals{': not ' + ', '.join(not_held) if not_held else ''}")
    print(f"in all {asked - missed} of {asked}")


if __name__ == "__main__":
    main()
