#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Instructions per row, counted by callgrind, of reader, scoring and the yardstick (yardstick.c), and their ratios.

usage: speed.py BUILD_DIRECTORY [--rows 4000]

Each program is run on N and on 3 N rows; the difference divided by 2 N leaves out what is paid once. The gate: own reader at most 1.0 of the yardstick, CSV
to score file with the five best reasons at most 10, on 12 fields without free text and on the same with 300 ASCII characters of text.
"""
import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).parents[2]
WORDS = """cloud payments risk platform freight energy analytics banking retail data insurance health storage mobile supply chain software security
network claims farming logistics audit compliance grid solar shipping market research design video games travel hotel food delivery robots sensors""".split()
FIELDS = ["key", "industry", "employees", "revenue", "founded", "country", "city", "stage", "model", "source", "rating", "segment"]


def row(rng, number, text):
    cells = [f"c{number:07}", rng.choice(WORDS), str(int(rng.lognormvariate(4, 1.5)) + 1), str(rng.randint(10, 99999)), str(rng.randint(1950, 2023)),
             rng.choice(["Germany", "France", "Italy", "Spain", "Poland"]), rng.choice(["Berlin", "Paris", "Rome", "Madrid", "Warsaw", "Lyon"]),
             rng.choice(["seed", "growth", "public"]), rng.choice(["b2b", "b2c"]), rng.choice(["web", "fair", "partner"]), f"{rng.random() * 5:.1f}",
             rng.choice("ABCD")]
    if text is not None:
        words = ""
        while len(words) < 300:
            words += rng.choice(WORDS) + rng.choice([" ", " ", " ", " and ", ", "])
        cells.append('"' + words[:299] + text + '"')
    return ",".join(cells)


def make(path, rows, text):
    rng = random.Random(5)
    with open(path, "w", encoding="utf-8") as f:
        f.write(",".join(FIELDS + (["description"] if text is not None else [])) + "\n")
        for n in range(rows):
            f.write(row(rng, n, text) + "\n")


def instructions(*command):
    with tempfile.NamedTemporaryFile() as out:
        p = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", *map(str, command)], check=True, capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", p.stderr).group(1))


def per_row(small, large, rows, *command):
    less, more = (instructions(*[c if c != "@" else f for c in command]) for f in (small, large))
    return (more - less) / (2 * rows)


def measure(build, tmp, name, rows, text):
    icp = build / "examples/icp/icp"
    small, large, customers = tmp / f"{name}-1.csv", tmp / f"{name}-3.csv", tmp / "customers.csv"
    make(small, rows, text)
    make(large, 3 * rows, text)
    rng = random.Random(6)
    customers.write_text("key\n" + "".join(f"c{n:07}\n" for n in sorted(rng.sample(range(rows), 300))))
    run = lambda *c: subprocess.run([str(x) for x in (icp, *c)], check=True)
    run("reference", "build", "--key", "key", "-o", tmp / "ref", small, "--quiet")
    run("fit", "--reference", tmp / "ref", "--customers", customers, "-o", tmp / "model", "--quiet")
    yardstick = per_row(small, large, rows, build / "tests/bench/yardstick", "@")
    reader = per_row(small, large, rows, build / "tests/bench/read_count", "@")
    score = per_row(small, large, rows, icp, "score", tmp / "model", "@", "-o", "/dev/null")
    batch, record, copy = (per_row(small, large, rows, build / "tests/bench/score_rows", tmp / "model", "@", how) for how in ("batch", "record", "copy"))
    batch, record = batch - reader, record - copy  # setting and scoring a record against scoring a row of a batch, nothing else
    print(f"{name}: yardstick {yardstick:.0f} instructions per row; reader {reader:.0f} = {reader / yardstick:.2f}; CSV to scores {score:.0f} = "
          f"{score / yardstick:.2f}; one record {record:.0f} = {record / batch:.2f} of a row in a batch ({batch:.0f})", flush=True)
    return reader / yardstick <= 1.0, score / yardstick <= 10, record / batch <= 1.5


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--rows", type=int, default=4000)
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        gates = [measure(a.build, tmp, "12 fields", a.rows, None), measure(a.build, tmp, "12 fields and 300 ASCII characters", a.rows, "x")]
        measure(a.build, tmp, "12 fields and 300 characters, not ASCII", a.rows, "é")
    print("gates:", "passed" if all(map(all, gates)) else f"missed {gates}")
    return 0 if all(map(all, gates)) else 1


if __name__ == "__main__":
    sys.exit(main())
