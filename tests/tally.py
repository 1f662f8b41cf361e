#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts what a test log says really ran: prints "passed failed skipped".

usage: tally.py LOG EXIT_STATUS

Knows the closing lines of Check, pytest, meson test and `go test -v`, and lines that begin with SKIP. A stage without any such line, such as a
build, counts as one test by its exit status; a non-zero status without a counted failure counts as one failure.
"""
import re
import sys


def tally(text, status):
    passed = failed = skipped = 0
    seen = False
    for checks, failures, errors in re.findall(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)", text, re.M):
        seen = True
        bad = int(failures) + int(errors)
        failed += bad
        passed += int(checks) - bad
    for line in re.findall(r"^(?:=+ )?((?:\d+ \w+, )*\d+ \w+) in [\d.]+s", text, re.M):  # pytest
        for number, word in re.findall(r"(\d+) (\w+)", line):
            seen = True
            passed += int(number) * (word == "passed")
            failed += int(number) * (word in ("failed", "error", "errors"))
            skipped += int(number) * (word == "skipped")
    for word, number in re.findall(r"^(Ok|Expected Fail|Fail|Unexpected Pass|Skipped|Timeout):\s+(\d+)", text, re.M):  # meson
        seen = True
        passed += int(number) * (word in ("Ok", "Expected Fail"))
        failed += int(number) * (word in ("Fail", "Unexpected Pass", "Timeout"))
        skipped += int(number) * (word == "Skipped")
    for word in re.findall(r"^\s*--- (PASS|FAIL|SKIP):", text, re.M):  # go test -v
        seen = True
        passed += word == "PASS"
        failed += word == "FAIL"
        skipped += word == "SKIP"
    skips = len(re.findall(r"^SKIP: ", text, re.M))
    skipped += skips
    if not seen and not skips:
        passed += status == 0
    if status != 0 and failed == 0:
        failed = 1
    return passed, failed, skipped


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", errors="replace") as f:
        print(*tally(f.read(), int(sys.argv[2])))
