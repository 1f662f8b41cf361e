#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What crossing from Python costs: 100,000 rows of PyArrow through the package against the same stream in C (crossing.c), and one record at a time.

usage: ICP_BUILD=BUILD crossing.py [ROWS] [ROUNDS]     needs pyarrow (tests/venv.sh)

Both sides take turns in one process and processor time is counted, since the machine may be busy; the figures are medians, and the least of each.
"""
import ctypes
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["ICP_BUILD"])
os.environ["ICP_LIBRARY"] = str(BUILD / "libicp.so.0")
sys.path.insert(0, str(TOP / "bindings" / "python"))

import icp  # noqa: E402
import pyarrow.csv  # noqa: E402
from icp._arrow import _capsule_pointer  # noqa: E402


def compiled(folder):
    command = ["cc", "-O2", "-shared", "-fPIC", "-I", TOP / "include", "-o", folder / "crossing.so", TOP / "tests" / "bench" / "crossing.c", BUILD / "libicp.so.0"]
    subprocess.run(command, check=True)
    function = ctypes.CDLL(str(folder / "crossing.so")).score_stream
    function.restype, function.argtypes = ctypes.c_int64, [ctypes.c_void_p] * 3
    return function


def timed(function):
    start = time.process_time()
    value = function()
    return time.process_time() - start, value


def told(name, times, base=None):
    against = f"  {statistics.median(times) / statistics.median(base):.3f} of C by medians, {min(times) / min(base):.3f} by the least" if base else ""
    print(f"{name:34} median {statistics.median(times) * 1000:8.1f} ms  least {min(times) * 1000:8.1f} ms{against}")


def batches(rows, rounds, folder):
    subprocess.run([sys.executable, TOP / "examples" / "make_universe.py", folder, str(rows), "150", "1"], check=True)
    table = pyarrow.csv.read_csv(folder / "universe.csv")
    model = icp.fit(folder / "customers.csv", icp.Reference.build(folder / "universe.csv", key="domain", k=20000))
    in_c = compiled(folder)

    def c_side():
        capsule = table.__arrow_c_stream__()
        return in_c(model._context._as_parameter_, model._as_parameter_, _capsule_pointer(capsule, b"arrow_array_stream"))
    sides = {"C": c_side, "Python, score()": lambda: model.score(table), 'Python, score()["score"]': lambda: int(model.score(table)["score"].sum()),
             "Python, score() to a table": lambda: pyarrow.table(model.score(table))}
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            seconds, value = timed(side)
            times[name].append(seconds)
            if name.startswith("C"):
                sums = value
            elif isinstance(value, int):
                assert value == sums
    print(f"{table.num_rows:,} rows of {table.num_columns} columns, {rounds} rounds")
    for name, spent in times.items():
        told(name, spent, None if name == "C" else times["C"])
    return model, table.slice(0, 2000).to_pylist()


def singles(model, records):
    scorer, spent = icp.Scorer(model), {"Scorer.score_one()": [], "Model.score_one()": []}
    for _ in range(5):
        for name, one in (("Scorer.score_one()", scorer.score_one), ("Model.score_one()", model.score_one)):
            spent[name].append(timed(lambda: [one(record) for record in records])[0] / len(records))
    for name, times in spent.items():
        print(f"{name:34} median {statistics.median(times) * 1e6:8.1f} us  least {min(times) * 1e6:8.1f} us a record")
    times = [timed(lambda: model.score(records))[0] / len(records) for _ in range(5)]
    print(f"{'Model.score(list of dicts)':34} median {statistics.median(times) * 1e6:8.1f} us  least {min(times) * 1e6:8.1f} us a row")


def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def million(model, records):
    scorer = icp.Scorer(model)
    for record in records:
        scorer.score_one(record)
    before = rss()
    for i in range(1_000_000):
        scorer.score_one(records[i % len(records)])
    print(f"a million calls of score_one(): resident memory {(rss() - before) / 1024:+.0f} KiB")


def main():
    rows, rounds = (int(a) for a in (sys.argv[1:] + ["100000", "11"][len(sys.argv) - 1:]))
    with tempfile.TemporaryDirectory() as folder:
        model, records = batches(rows, rounds, pathlib.Path(folder))
        singles(model, records)
        million(model, records)


if __name__ == "__main__":
    main()
