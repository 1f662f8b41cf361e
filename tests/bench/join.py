#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What joining linked tables costs: rows of a child a second and peak memory, beside building a reference from the same bytes. Nothing is judged.

usage: join.py BUILD_DIRECTORY [--rows 1000000] [--companies 20000]
"""
import argparse
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from reference_build import run  # noqa: E402


def write(folder, rows, companies, seed):
    rng = random.Random(seed)
    folder.mkdir()
    with open(folder / "accounts.csv", "w", encoding="utf-8") as f:
        f.write("account_id,account_name,industry,employees\n")
        for i in range(companies):
            f.write(f"A{i:06},Company {i},{rng.choice('Banking Farming Software Retail Energy'.split())},{rng.randrange(5000)}\n")
    kinds = [f"kind {i:02}" for i in range(20)]
    block = [(rng.choice(kinds), rng.choice(("web", "mail", "phone", "shop", "fair")), f"{rng.randrange(10 ** 6) / 100:.2f}",
              f"20{rng.randrange(10, 25)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}", rng.choice(("yes", "no"))) for _ in range(50021)]
    with open(folder / "activities.csv", "w", encoding="utf-8") as f:
        f.write("activity_id,account_id,activity_date,kind,channel,amount,escalated\n")
        for i in range(rows):
            kind, channel, amount, day, yes = block[i % len(block)]
            f.write(f"T{i:08},A{rng.randrange(companies):06},{day},{kind},{channel},{amount},{yes}\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--rows", type=int, default=1000000)
    p.add_argument("--companies", type=int, default=20000)
    o = p.parse_args()
    join, icp = o.build / "tests/bench/join_rows", o.build / "examples/icp/icp"
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        for rows in (o.rows // 10, o.rows):
            data = folder / f"crm{rows}"
            write(data, rows, o.companies, 3)
            size = (data / "activities.csv").stat().st_size
            print(f"{rows:,} child rows ({size / 1e6:.0f} MB) of {o.companies:,} companies")
            for name, command in (("join", (join, data)), ("the same in parts of 2 MiB", (join, data, "memory", 32 << 20)),
                                  ("events", (join, data, "events")),
                                  ("reference build of the child alone", (icp, "reference", "build", "--key", "account_id", "--quiet", "-o",
                                                                              folder / "ref", data / "activities.csv"))):
                wall, cpu, peak = min(run(*command) for _ in range(2))
                if command[0] == join:
                    name += f" ({subprocess.check_output([str(c) for c in command], text=True).split(', ', 1)[1].strip()})"
                print(f"  {name:78} {wall:6.2f} s  {cpu:6.2f} s cpu  {rows / wall / 1e6:5.2f} million rows/s  {peak / 1e6:6.1f} MB resident")


if __name__ == "__main__":
    main()
