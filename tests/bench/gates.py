#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How far an ordinary refit moves a model: what the default limits of `icp publish` stand on (doc/publish.md).

usage: gates.py ICP CASES [--draws N] [--only SUBSTRING]

Of each list of customers two models are published one after the other: `more`, four fifths of the list, then all of it; `other`, two draws
of four fifths; `spoiled`, four fifths, then the list with a third of it replaced by companies picked blindly. The reference is the same.
Printed: by how much the cross-fitted Cllr rises, the share of companies that change their tier, and how often the default gates refuse.
"""
import argparse
import csv
import gzip
import json
import pathlib
import random
import subprocess
import tempfile

a = argparse.ArgumentParser()
a.add_argument("icp")
a.add_argument("cases", type=pathlib.Path)
a.add_argument("--draws", type=int, default=5)
a.add_argument("--only", default="")
a = a.parse_args()


def run(*arguments, check=True):
    p = subprocess.run([a.icp, *map(str, arguments)], capture_output=True, text=True)
    assert p.returncode == 0 or not check, p.stderr
    return p.stdout


def fit(folder, universe, keys, name):
    with open(folder / "list.csv", "w", newline="") as f:
        csv.writer(f).writerows([["key"], *([k] for k in keys)])
    run("fit", "--reference", folder / "ref", "--universe", universe, "--customers", folder / "list.csv", "--exact-keys", "-o", folder / name, "--allow-few", "--quiet")


def compare(folder, universe):
    """Cllr's rise, share of tiers, whether either gate refuses."""
    (folder / "ledger").unlink(missing_ok=True)
    run("ledger", "create", "--ledger", folder / "ledger")
    run("publish", folder / "one", "--ledger", folder / "ledger", "--author", "bench", "--authority", "bench", "--text", "bench", "--anyway")
    report = json.loads(run("publish", folder / "two", "--ledger", folder / "ledger", "--rows", universe, "--key", "key", "--check", "--format", "json", check=False))
    gates = {g["gate"]: g for g in report["report"]["gates"]}
    refused = [not gates[g]["passed"] for g in ("cllr_worse", "tier_change")]
    return gates["cllr_worse"]["figure_micro"] / 1e6, gates["tier_change"]["figure_micro"] / 1e6, refused


print(f"{'case':44} {'what':7} {'Cllr rises by':>34} {'changed tier':>30} {'refused by':>8}")
for case in sorted(p for p in a.cases.iterdir() if p.is_dir() and a.only in p.name):
    with tempfile.TemporaryDirectory() as t:
        folder, universe = pathlib.Path(t), case / "universe.csv.gz"
        run("reference", "build", "--key", "key", "-o", folder / "ref", universe, "--quiet")
        with open(case / "train.csv", newline="") as f:
            keys = [r["key"] for r in csv.DictReader(f)]
        with gzip.open(universe, "rt", newline="", encoding="utf-8") as f:
            everybody = [r["key"] for r in csv.DictReader(f)]
        found = {"more": [], "other": [], "spoiled": []}
        for draw in range(a.draws):
            rng = random.Random(draw)
            part = rng.sample(keys, len(keys) * 4 // 5)
            fit(folder, universe, part, "one")
            other, spoiled = rng.sample(keys, len(keys) * 4 // 5), rng.sample(keys, len(keys) * 2 // 3)
            spoiled = sorted({*spoiled, *rng.sample(everybody, len(keys) - len(spoiled))})
            for what, second in (("more", keys), ("other", other), ("spoiled", spoiled)):
                fit(folder, universe, second, "two")
                found[what].append(compare(folder, universe))
        for what, all_of in found.items():
            refused = "/".join(str(sum(r[gate] for _, _, r in all_of)) for gate in range(2))
            print(f"{case.name:44} {what:7} {' '.join(f'{c:+.3f}' for c, _, _ in all_of):>34} {' '.join(f'{t:.3f}' for _, t, _ in all_of):>30} {refused:>8}", flush=True)
