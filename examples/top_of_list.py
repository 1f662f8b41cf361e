#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads a file of scores: the best companies that are not customers, or how many withheld customers were found.

usage: top_of_list.py SCORES CUSTOMERS N
       top_of_list.py SCORES CUSTOMERS --withheld FILE
"""
import csv
import gzip
import sys


def first_column(path):
    opened = gzip.open(path, "rt", encoding="utf-8", errors="replace") if path.endswith(".gz") else open(path, encoding="utf-8", errors="replace")
    with opened as f:
        rows = csv.reader(f)
        next(rows, None)
        return {value.strip() for row in rows for value in row}


def main():
    scores, customers, last = sys.argv[1], first_column(sys.argv[2]), sys.argv[3:]
    with open(scores, newline="", encoding="utf-8") as f:
        rows = [r for r in csv.DictReader(f) if r["key"] not in customers]
    rows.sort(key=lambda r: -float(r["fit_evidence"]))
    if last[0] != "--withheld":
        for r in rows[:int(last[0])]:
            print(f"{r['fit_score']}  {r['fit_tier']:<10} {r['fit_low']}-{r['fit_high']}  {r['confidence']:<7} {r['key']}\n     {'; '.join(r['reasons'].split(';')[:4])}")
        return
    withheld = first_column(last[1])
    found = [r["key"] in withheld for r in rows]
    total, tenth = sum(found), len(rows) // 10
    print(f"{sum(found[:tenth])} of {total} are in the best tenth of the list (by chance: {total // 10})")
    for tier in ("Excellent", "Good", "Fair", "Poor", "Very Poor"):
        inside = [f for f, r in zip(found, rows) if r["fit_tier"] == tier]
        if inside:
            ratio = (sum(inside) / total) / (len(inside) / len(rows))
            print(f"{tier:<10} {len(inside):6} companies, {sum(inside):4} withheld customers: {ratio:.2f} times as common as among all companies")


if __name__ == "__main__":
    main()
