#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Events at scale: time and memory of reading 1 and 10 million of them, and the cost of one event of a live account.

usage: events.py BUILD_DIRECTORY [--accounts 20000] [--events 10000000]

A made-up stream of five types over three years, unsorted. Memory must not grow with the events; one event costs under a microsecond.
"""
import argparse
import datetime
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

TYPES = ["visit", "download", "demo", "call", "mail"]
DAYS = [(datetime.date(2020, 1, 1) + datetime.timedelta(d)).isoformat() for d in range(1096)]
AS_OF = "2023-01-01"


def write_events(path, accounts, events):
    rng = random.Random(3)
    with open(path, "w", encoding="utf-8") as f:
        f.write("key,type,time\n")
        for start in range(0, events, 100000):
            n = min(100000, events - start)
            f.write("".join(f"a{a:06},{t},{d}\n" for a, t, d in zip(rng.choices(range(accounts), k=n), rng.choices(TYPES, k=n), rng.choices(DAYS, k=n))))


def measured(*command):
    begin = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    p = subprocess.run(["/usr/bin/env", "python3", "-c", "import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True);"
                        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", *map(str, command)], check=True, stdout=subprocess.PIPE, text=True)
    return time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, int(p.stdout.split()[-1]) / 1024


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("build", type=pathlib.Path)
    p.add_argument("--accounts", type=int, default=20000)
    p.add_argument("--events", type=int, default=10000000)
    a = p.parse_args()
    icp = a.build / "examples/icp/icp"
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        rng = random.Random(4)
        (tmp / "companies.csv").write_text("key,size\n" + "".join(f"a{i:06},{rng.randint(1, 900)}\n" for i in range(a.accounts)))
        (tmp / "outcomes.csv").write_text("key,outcome,date\n" + "".join(f"a{i:06},converted,{rng.choice(DAYS)}\n" for i in range(0, a.accounts, 20)))
        run = lambda *c: subprocess.run([str(x) for x in (icp, *c)], check=True, stderr=subprocess.DEVNULL)
        run("reference", "build", "--key", "key", "-o", tmp / "ref", tmp / "companies.csv")
        for events in (a.events // 10, a.events):
            write_events(tmp / "events.csv", a.accounts, events)
            fit = measured(icp, "fit", "--reference", tmp / "ref", "--layers", "intent", "--events", tmp / "events.csv", "--outcomes", tmp / "outcomes.csv",
                           "--as-of", AS_OF, "--quiet", "-o", tmp / "model")
            score = measured(icp, "score", tmp / "model", tmp / "companies.csv", "--key", "key", "--events", tmp / "events.csv", "--as-of", AS_OF, "--quiet",
                             "-o", tmp / "scores.csv")
            for what, (wall, user, mib) in (("fit", fit), ("score", score)):
                print(f"{events:>9} events, {what}: {wall:.1f} s, {user:.1f} s of processor, {mib:.0f} MiB", flush=True)
        program = a.build / "tests/bench/account_events"
        add, one = subprocess.run([program, tmp / "model", "2000000"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        print(f"one event of a live account: {add} ns; scoring it: {one} ns")
    return 0 if float(add) < 1000 else 1


if __name__ == "__main__":
    sys.exit(main())
