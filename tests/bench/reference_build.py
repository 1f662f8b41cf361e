#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What building a reference costs beside reading the same file: instructions (callgrind), time and peak memory.

usage: reference_build.py BUILD_DIRECTORY [--size 1000] [--count 1000]

--size  megabytes of CSV for time and memory, 12 short fields, every key another one, k = 65,536
--count megabytes for instructions; when smaller than --size, the rest is extrapolated from this and half of it

The gate: at most 2.0 times the instructions of reading and counting (read_count.c) and less than 300 MB resident. Times are printed, not judged.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from speed import FIELDS, instructions, row  # noqa: E402

BLOCK = 20000
RESIDENT = 300_000_000
RATIO = 2.0


def make(path, size):
    """Rows of `size` bytes; all but the keys repeat after a prime number of rows, or writing would take longer than everything else."""
    rng = random.Random(5)
    tails = [row(rng, 0, None).split(",", 1)[1] for _ in range(50021)]
    written = number = 0
    with open(path, "w", encoding="utf-8") as f:
        f.write(",".join(FIELDS) + "\n")
        while written < size:
            block = "".join(f"c{n:09},{tails[n % len(tails)]}\n" for n in range(number, number + BLOCK))
            f.write(block)
            written += len(block)
            number += BLOCK
    return number


def run(*command):
    """Wall seconds, seconds of the processor and peak resident bytes."""
    start = time.monotonic()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} failed")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def counted(commands, tmp, size, count):
    """Instructions of each command on a file of `size` bytes."""
    if count >= size:
        return [instructions(*c(tmp / "all.csv")) for c in commands]
    make(tmp / "half.csv", count // 2)
    make(tmp / "part.csv", count)
    pairs = [(instructions(*c(tmp / "half.csv")), instructions(*c(tmp / "part.csv"))) for c in commands]
    return [part + (part - half) * (size - count) / (count - count // 2) for half, part in pairs]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--size", type=int, default=1000)
    p.add_argument("--count", type=int, default=1000)
    a = p.parse_args()
    size, count = a.size * 1_000_000, a.count * 1_000_000
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        read = lambda path: (a.build / "tests/bench/read_count", path)
        build = lambda path: (a.build / "examples/icp/icp", "reference", "build", "--key", "key", "--quiet", "-o", tmp / "ref", path)
        rows = make(tmp / "all.csv", size)
        best = [min((run(*c(tmp / "all.csv")) for _ in range(5)), key=lambda r: r[1]) for c in (read, build)]
        resident = max(run(*build(tmp / "all.csv"))[2], best[1][2])
        reading, building = counted((read, build), tmp, size, count)
        ratio, stored = building / reading, os.path.getsize(tmp / "ref")
    print(f"{rows} rows, {a.size} MB: reading {reading / 1e9:.2f} G instructions, building {building / 1e9:.2f} G = {ratio:.2f}; seconds of the processor "
          f"{best[0][1]:.2f} and {best[1][1]:.2f} = {best[1][1] / best[0][1]:.2f}; resident {resident / 1e6:.0f} MB; reference {stored / 1e6:.1f} MB")
    passed = ratio <= RATIO and resident < RESIDENT
    print("gates:", "passed" if passed else "missed")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
