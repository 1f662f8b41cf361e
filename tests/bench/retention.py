#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Retention on real dates: which members of the CNCF are still members a year later?

usage: retention.py [--icp PATH]

Needs lf_landscape in ICP_DATA (default ../shared/data). Fitted once, as of 2023-01-01 (last moment 2022-01-01, horizon 365 days), on first spells of
membership; tested on the members at 2023-01-01 and at 2024-01-01. Events: joining, the tier joined or changed to, products listed and no longer
listed by category, joining or leaving the Linux Foundation. "tenure alone" is the same command given nothing but the day of joining. Ratios are
against members who leave. The interval is of 95%, of the difference of the two AUCs, by drawing members again.
"""
import argparse
import csv
import datetime
import gzip
import io
import os
import pathlib
import random
import subprocess
import tempfile

from timing_rounds import auc, figures, write

DATA = pathlib.Path(os.environ.get("ICP_DATA", pathlib.Path(__file__).parents[2] / "../shared/data")).resolve() / "lf_landscape"
FIT, TESTS, HORIZON = "2023-01-01", ("2023-01-01", "2024-01-01"), 365
LF_FROM = "2021-07-01" # earlier events of the Linux Foundation's list are not reliable
SEEN_AGAIN = 8         # days after which a listing that was not seen again is known to be gone; the list is read weekly


def table(name):
    return list(csv.DictReader(io.StringIO(gzip.decompress((DATA / name).read_bytes()).decode("utf-8"))))


def later(day, days):
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days)).isoformat()


class Members:
    """First spells only: of those who came back what follows is not looked at."""

    def __init__(self):
        self.joined, self.left, self.events = {}, {}, []
        for e in table("cncf_membership_events.csv.gz"):
            key, what, day = e["org_id"], e["event"], e["date"]
            if key in self.left:
                continue
            if what == "leave":
                self.left[key] = day
                continue
            if what in ("join", "present_at_start"):
                self.joined.setdefault(key, day)
            self.events += [(key, what, day), (key, "tier " + e["to_tier"], day)]
        for e in table("cncf_landscape_listings.csv.gz"):
            if e["org_id"] in self.joined:
                category = e["category"].lower()
                self.events.append((e["org_id"], "listed " + category, e["first_seen"]))
                if e["still_listed"] == "0":
                    self.events.append((e["org_id"], "no longer listed " + category, later(e["last_seen"], SEEN_AGAIN)))
        for e in table("lf_membership_events.csv.gz"):
            if e["org_id"] in self.joined and e["date"] >= LF_FROM:
                self.events.append((e["org_id"], "lf " + e["event"], e["date"]))
        self.names = {m["org_id"]: (m["name"], m["host"]) for m in table("cncf_members.csv.gz")}

    def at(self, day):
        return sorted(k for k, joined in self.joined.items() if joined < day and self.left.get(k, "9999") >= day)


def run(icp, *args):
    subprocess.run([icp, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def evidence_of(icp, tmp, members, events):
    """{day: {member: evidence}} of a model fitted on these events."""
    files = write(tmp / "events.csv", ["org_id", "type", "date"], sorted(events, key=lambda e: (e[2], e)))
    outcomes = write(tmp / "outcomes.csv", ["key", "outcome", "date"], [(k, "churned", d) for k, d in sorted(members.left.items())])
    run(icp, "fit", "--reference", tmp / "reference", "--layers", "retention", "--events", files, "--outcomes", outcomes, "--horizon", str(HORIZON),
        "--as-of", FIT, "-o", tmp / "model")
    out = {}
    for day in TESTS:
        companies = write(tmp / "members.csv", ["org_id", "name", "host"], [(k, *members.names[k]) for k in members.at(day)])
        run(icp, "score", tmp / "model", companies, "--key", "org_id", "--events", files, "--as-of", day, "-o", tmp / "scores.csv")
        with open(tmp / "scores.csv", newline="", encoding="utf-8") as f:
            out[day] = {r["key"]: float(r["retention_evidence"] or 0) for r in csv.DictReader(f)}
    return out


def split(evidence, members, day):
    """Those who stay, those who leave."""
    gone = {k for k in evidence if members.left.get(k, "9999") < later(day, HORIZON)}
    return [x for k, x in evidence.items() if k not in gone], [x for k, x in evidence.items() if k in gone]


def gain_interval(full, alone, members, day, draws=400):
    rng, gains = random.Random(day), []
    stay, gone = ([k for k in sorted(full) if (members.left.get(k, "9999") < later(day, HORIZON)) == left] for left in (False, True))
    for _ in range(draws):
        p, n = rng.choices(stay, k=len(stay)), rng.choices(gone, k=len(gone))
        gains.append(auc([full[k] for k in p], [full[k] for k in n]) - auc([alone[k] for k in p], [alone[k] for k in n]))
    gains.sort()
    return gains[draws // 40], gains[-1 - draws // 40]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--icp", default=os.environ.get("ICP", "icp"))
    a = p.parse_args()
    if not DATA.exists():
        raise SystemExit("SKIP: lf_landscape is absent (ICP_DATA)")
    members = Members()
    with tempfile.TemporaryDirectory() as folder:
        tmp = pathlib.Path(folder)
        everyone = write(tmp / "everyone.csv", ["org_id", "name", "host"], [(k, *members.names[k]) for k in members.at(FIT)])
        run(a.icp, "reference", "build", "--key", "org_id", "-o", tmp / "reference", everyone)
        full = evidence_of(a.icp, tmp, members, members.events)
        alone = evidence_of(a.icp, tmp, members, [(k, "join", d) for k, d in members.joined.items()])
    print("year  members  leave  events           AUC     Cllr    calibration loss")
    for day in TESTS:
        for name, evidence in (("all", full[day]), ("tenure alone", alone[day])):
            stay, gone = split(evidence, members, day)
            f = figures(stay, gone)
            print(f"{day[:4]}  {len(evidence):7}  {len(gone):5}  {name:<15}  {f['auc']:.4f}  {f['cllr']:.4f}  {f['loss']:.4f}")
        low, high = gain_interval(full[day], alone[day], members, day)
        print(f"      gain in AUC over tenure alone: {low:+.3f} to {high:+.3f}")


if __name__ == "__main__":
    main()
