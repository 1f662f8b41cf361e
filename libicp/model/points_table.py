#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes points_table.h: the smallest milli-points at which each score 200..759 is shown.

python3 points_table.py > points_table.h

The curve (doc/score.md), x in points: 498 + x up to 159 on both sides, then 657 + 103 (1 - exp(-(x - 159) / 103)) above
and 339 - 139 (1 - exp(-(-x - 159) / 139)) below. Solved for x with 60 digits and rounded up; a value too near a whole
number to be rounded with certainty stops the script."""
from decimal import ROUND_CEILING, Decimal, getcontext

getcontext().prec = 60


def ceiling(x):
    whole = x.to_integral_value(ROUND_CEILING)
    assert min(whole - x, x - (whole - 1)) > Decimal("1e-30"), x
    return int(whole)


def threshold(score):
    if score > 657:
        return ceiling(1000 * (159 - 103 * (1 - Decimal(score - 657) / 103).ln()))
    if score < 339:
        return ceiling(1000 * (-159 + 139 * (1 - Decimal(339 - score) / 139).ln()))
    return 1000 * (score - 498)


print("/* SPDX-License-Identifier: MIT */")
print("/* Written by points_table.py: smallest milli-points of each score; 200 has no lower end. */")
print("static const int32_t thresholds[ICP__SCORES] = {")
cells = ["INT32_MIN"] + [str(threshold(s)) for s in range(201, 760)]
for i in range(0, len(cells), 10):
    print("    " + ", ".join(cells[i:i + 10]) + ",")
print("};")
