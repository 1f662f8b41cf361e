# SPDX-License-Identifier: MIT
"""Calibration on real outcomes: the bank's contacts in order of time, members of the CNCF (ICP_DATA)."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="ICP_DATA is absent: no real data")
sys.path.insert(0, str(TOP / "tests/bench"))


def test_the_third_tenth_raises_the_alarm_and_no_earlier_one(tmp_path):
    import bank_calibration
    reports = bank_calibration.calibrate_tenths(ICP, tmp_path, bank_calibration.contacts(), first=0)
    verdicts = [r["base"]["verdict"] for r in reports]
    assert verdicts == ["holds"] * 2 + ["base rate moved"] * 8
    third = reports[2]["base"]
    assert 1.3 < third["ratio_micro"] / 1e6 < 1.6 and third["ratio_low_micro"] > 1e6
    assert [r["verdict"] for r in reports[:1]] == ["holds"] and reports[2]["verdict"] == "base rate moved"


def test_a_shuffled_file_raises_no_alarm_of_the_base_rate(tmp_path):
    import bank_calibration
    import random
    alarms = 0
    for seed in range(3):
        rows = bank_calibration.contacts()
        random.Random(seed + 1000).shuffle(rows)
        alarms += any(r["base"]["verdict"] == "base rate moved" for r in bank_calibration.calibrate_tenths(ICP, tmp_path, rows))
    assert alarms <= 1  # of these, by chance, 1 in 14


def test_what_is_said_of_members_early_holds_what_is_observed():
    out = subprocess.run([sys.executable, TOP / "tests/bench/retention_calibration.py", "--icp", ICP, "--years", "2022,2023"], check=True, capture_output=True, text=True).stdout
    good, asked = map(int, re.search(r"^in all (\d+) of (\d+)$", out, re.M).groups())
    assert asked >= 14 and good >= asked - 1, out
    naive = [float(v) for v in re.findall(r"naive  left so far ([\d.]+)%", out)]
    late = [float(v) for v in re.findall(r"late   left within a year ([\d.]+)%", out)]
    assert all(n < v - 1 for n, v in zip(naive, late)), out
