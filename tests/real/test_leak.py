# SPDX-License-Identifier: MIT
"""Leaks in real data are found without a hint; honest lists lose no column (ICP_DATA)."""
import csv
import gzip
import io
import json
import os
import pathlib
import random
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
CASES = DATA.parent / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="ICP_DATA is absent: no real data")


def rows_of(path, delimiter=",", encoding="utf-8-sig"):
    text = gzip.open(DATA / path).read().decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    head, *rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    return head, [r for r in rows if len(r) == len(head)]


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([head, *rows])


def audit(*arguments):
    out = subprocess.run([ICP, "audit", *map(str, arguments), "--format", "json", "--quiet"], check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def columns(found, verdict):
    return {c["name"]: c for c in found["columns"] if c["verdict"] == verdict}


@pytest.mark.parametrize("n", [200, 1000])
def test_bank_duration(n, tmp_path):
    head, rows = rows_of("bank_marketing/bank-full.csv.gz", ";")
    y = head.index("y")
    keep = [i for i in range(len(head)) if i != y]
    write(tmp_path / "bank.csv", ["key"] + [head[i] for i in keep], [[f"c{k:05}"] + [r[i] for i in keep] for k, r in enumerate(rows)])
    yes = [[f"c{k:05}"] for k, r in enumerate(rows) if r[y] == "yes"]
    write(tmp_path / "customers.csv", ["key"], random.Random(n).sample(yes, n))
    found = columns(audit(tmp_path / "bank.csv", "--key", "key", "--customers", tmp_path / "customers.csv"), "quarantined")
    assert set(found) == {"duration"} and (n < 1000 or "separates_alone" in found["duration"]["causes"]), found
    back = audit(tmp_path / "bank.csv", "--key", "key", "--customers", tmp_path / "customers.csv", "--release", "dur*")
    assert set(columns(back, "released")) == {"duration"} and not columns(back, "quarantined")


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("path,encoding,value", [("yc/yc_2023-02-27.csv.gz", "utf-8-sig", "Acquired"),
                                                 ("crunchbase_2013/companies.csv.gz", "latin-1", "acquired")])
def test_status(path, encoding, value, renamed, tmp_path):
    head, rows = rows_of(path, encoding=encoding)
    status = head.index("status")
    names = ["key"] + ([f"x{i}" for i in range(1, len(head))] if renamed else head[1:])
    write(tmp_path / "all.csv", names, rows)
    write(tmp_path / "customers.csv", ["key"], random.Random(7).sample([[r[0]] for r in rows if r[status] == value], 200))
    found = columns(audit(tmp_path / "all.csv", "--key", "key", "--customers", tmp_path / "customers.csv"), "quarantined")
    assert set(found) == {names[status]} and "separates_alone" in found[names[status]]["causes"], found


def test_several_leaks_of_one_acquisition(tmp_path):
    head, rows = rows_of("crunchbase_2013/companies.csv.gz", encoding="latin-1")
    deal_head, deals = rows_of("crunchbase_2013/acquisitions.csv.gz", encoding="latin-1")
    bought = {r[0]: r for r in deals}
    more = [deal_head.index(n) for n in ("acquirer_name", "acquired_at", "acquirer_state_code")]
    write(tmp_path / "all.csv", ["key"] + head[1:] + ["buyer", "day", "where"], [r + [bought[r[0]][i] if r[0] in bought else "" for i in more] for r in rows])
    acquired = [[r[0]] for r in rows if r[head.index("status")] == "acquired" and r[0] in bought]
    write(tmp_path / "customers.csv", ["key"], random.Random(1).sample(acquired, 200))
    found = columns(audit(tmp_path / "all.csv", "--key", "key", "--customers", tmp_path / "customers.csv"), "quarantined")
    assert set(found) == {"status", "buyer", "day", "where"}, found
    assert all("filled_for_customers" in found[n]["causes"] for n in ("buyer", "day", "where"))


def test_ravenstack_churn_flag(tmp_path):
    head, rows = rows_of("ravenstack/ravenstack_accounts.csv.gz")
    write(tmp_path / "all.csv", head, rows)
    write(tmp_path / "customers.csv", [head[0]], [[r[0]] for r in rows if r[head.index("churn_flag")] == "FALSE"])
    found = columns(audit(tmp_path / "all.csv", "--customers", tmp_path / "customers.csv"), "quarantined")
    assert set(found) == {"churn_flag"} and found["churn_flag"]["causes"] == ["separates_alone", "outcome_name"]
    assert set(columns(audit(tmp_path / "all.csv"), "quarantined")) == {"churn_flag"}  # by its name, with nobody to test it on


@pytest.mark.parametrize("case", sorted(p.name for p in CASES.iterdir() if (p / "case.json").exists()) if CASES.exists() else [])
def test_honest_lists_lose_no_column(case):
    found = audit(CASES / case / "universe.csv.gz", "--key", "key", "--customers", CASES / case / "train.csv")
    assert not columns(found, "quarantined")


@pytest.mark.parametrize("column,value", [("category_code", "biotech"), ("state_code", "MA"), ("city", "Boston")])
def test_a_vertical_vendor_keeps_the_column_that_says_so(column, value, tmp_path):
    head, rows = rows_of("crunchbase_2013/companies.csv.gz", encoding="latin-1")
    write(tmp_path / "all.csv", ["key"] + head[1:], rows)
    write(tmp_path / "customers.csv", ["key"], random.Random(2).sample([[r[0]] for r in rows if r[head.index(column)] == value], 60))
    found = audit(tmp_path / "all.csv", "--key", "key", "--customers", tmp_path / "customers.csv")
    assert not columns(found, "quarantined") and column in columns(found, "suspect")
