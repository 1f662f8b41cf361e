# SPDX-License-Identifier: MIT
"""Matching of real lists, where they are there (ICP_DATA): accepted matches are right, and the order of rows does not show."""
import csv
import io
import os
import pathlib
import random
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
pytestmark = pytest.mark.skipif(not (DATA / "lf_landscape").exists(), reason="ICP_DATA is absent: no real data")
sys.path.insert(0, str(TOP / "tests/bench"))
import match  # noqa: E402


@pytest.fixture(scope="module")
def studies():
    if not (DATA / "lf_landscape").exists():
        pytest.skip("ICP_DATA is absent: no real data")
    return {s.name: (s, s.run(ICP)) for s in match.studies(str(DATA))}


def told(study, found):
    t = [study.truth(r, f["company"]) for r, f in zip(study.rows, found) if f["company"]]
    return t.count(True), t.count(False), t.count(None)


# Accepted at least, contradicted at most: doc/identity.md says what reading made of the contradictions.
@pytest.mark.parametrize("name,accepted,contradicted", [("lf-crunchbase", 55, 0), ("lf-former", 38, 2), ("yc-crunchbase", 200, 8), ("lf-members", 2100, 7), ("yc-years", 3700, 2), ("lf-members-names", 2050, 3), ("yc-years-names", 3700, 12)])
def test_accepted_matches_are_right(studies, name, accepted, contradicted):
    good, bad, unknown = told(*studies[name])
    assert good + bad + unknown >= accepted
    assert bad <= contradicted


def test_a_website_finds_the_same_company_a_year_later(studies):
    good, bad, _ = told(*studies["yc-years"])
    assert match.lower_bound(good, good + bad) >= 0.995


def test_namesakes_are_not_accepted(studies):
    study, found = studies["lf-crunchbase"]
    outcome = {r["name"]: f["outcome"] for r, f in zip(study.rows, found)}
    for name in ("Cortex", "Echo", "ITV PLC", "Apiary", "Alice"):
        assert outcome[name] == "ambiguous", name
    for name in ("CloudBees, Inc.", "Salesforce.com, Inc.", "General Electric Company", "Enterprise DB Corporation"):
        assert outcome[name] in ("normalised", "ambiguous"), name


def test_order_does_not_show(tmp_path):
    """Universe and list shuffled, the universe given twice."""
    random.seed(3)
    lists = {}
    for name, path in (("u", "crunchbase_2013/companies.csv.gz"), ("c", "lf_landscape/lf_orgs_open_2026-08-22.csv.gz")):
        rows = match.load(str(DATA / path))
        for turn in range(2):
            with open(tmp_path / ("%s%d.csv" % (name, turn)), "w", newline="", encoding="utf-8") as f:
                w = csv.DictWriter(f, rows[0].keys())
                w.writeheader()
                w.writerows(rows if turn == 0 or name == "c" else rows + rows[:5000])
            random.shuffle(rows)
    for turn in range(2):
        lists[turn] = subprocess.run([ICP, "match", tmp_path / ("u%d.csv" % turn), "--customers", tmp_path / ("c%d.csv" % turn), "--key", "permalink", "--format", "csv"],
                                     check=True, capture_output=True).stdout
    assert lists[0] == lists[1]
    assert len(list(csv.DictReader(io.StringIO(lists[0].decode())))) > 2000
