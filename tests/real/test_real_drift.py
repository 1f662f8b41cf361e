# SPDX-License-Identifier: MIT
"""Drift on real lists: the two snapshots of the Y Combinator directory, and a bank's calls by tenth of the file (ICP_DATA)."""
import csv
import gzip
import io
import json
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


def icp(*arguments):
    return subprocess.run([ICP, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def yc(tmp_path_factory):
    """A model of the older snapshot."""
    folder = tmp_path_factory.mktemp("yc")
    old = DATA / "yc/yc_2023-02-27.csv.gz"
    rows = csv.DictReader(io.StringIO(gzip.decompress(old.read_bytes()).decode(), newline=""))
    (folder / "customers.csv").write_text("company_id\n" + "".join(f"{r['company_id']}\n" for r in rows if r["status"] == "Acquired"))
    icp("reference", "build", "--key", "company_id", "-o", folder / "ref", old, "--quiet")
    icp("fit", "--reference", folder / "ref", "--customers", folder / "customers.csv", "--exclude-field", "status", "-o", folder / "model", "--quiet")
    return folder / "model", old, DATA / "yc/yc_2024-05-11.csv.gz"


@pytest.mark.parametrize("rows", [False, True])
def test_what_differs_between_two_snapshots(yc, rows):
    model, old, new = yc
    d = json.loads(icp("drift", model, new, "--key", "company_id", "--format", "json", *(("--before", old) if rows else ())))
    alarms = {a["name"]: a for a in d["alarms"]}
    # "Machine Learning" became "machine-learning": every tag of two words is gone.
    assert d["alarms"][0]["name"] == "tags" and alarms["tags"]["kind"] == "reformatted"
    assert {"tags:machine learning", "tags:developer tools"} <= {s["name"] for s in alarms["tags"]["shares"]}
    # 3.2% of the companies had no location, 5.8% have none.
    assert alarms["location"]["kind"] == alarms["country"]["kind"] == "known" and alarms["location"]["schema"]
    # New batches and younger companies, and what they write of.
    assert alarms["batch"]["shares"][0]["name"] == "batch=**" and alarms["batch"]["shares"][0]["now_micro"] > 90000
    assert alarms["year_founded"]["kind"] == "moved" and "long_description~ai" in {s["name"] for s in alarms["long_description"]["shares"]}
    assert not d["new_columns"] and not d["absent_unused"] and not {a["kind"] for a in d["alarms"]} & {"absent", "renamed", "emptied"}


def test_a_snapshot_against_itself(yc):
    model, old, _ = yc
    assert icp("drift", model, old, "--key", "company_id").startswith("no drift found; 4128 rows now against 4128 companies")


def test_a_bank_by_tenth():
    out = subprocess.run([sys.executable, TOP / "tests/bench/bank_drift.py", "--icp", ICP], check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^(held out|tenth +\d+) +\d+ +[\d.]+% +(yes|no)", out, re.M))
    assert found.pop("held out") == "no" and len(found) == 8 and set(found.values()) == {"yes"}, out
