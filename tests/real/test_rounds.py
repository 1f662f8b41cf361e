# SPDX-License-Identifier: MIT
"""Timing layers on real dates: the gates of tests/bench/timing_rounds.py and retention.py, acquisitions, and folders of event tables (ICP_DATA)."""
import csv
import gzip
import io
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


def bench(name, *arguments):
    return subprocess.run([sys.executable, TOP / "tests/bench" / name, "--icp", ICP, *arguments], check=True, capture_output=True, text=True).stdout


def icp(*arguments, cwd=None):
    return subprocess.run([ICP, *map(str, arguments)], check=True, capture_output=True, text=True, cwd=cwd)


@pytest.mark.parametrize("which, auc, cllr", [("few", .725, .885), ("all", .727, .875)])
def test_the_next_round_within_a_year(which, auc, cllr):
    out = bench("timing_rounds.py", "--only", which)
    line = re.search(r"^(?:mean of 5|all) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)", out, re.M)
    got = [float(v) for v in line.groups()]
    assert got[0] >= auc and got[1] <= cllr and .85 < got[3] < 1.15, out


def test_members_that_stay(tmp_path):
    out = bench("retention.py")
    got = {(year, what): (float(auc), float(cllr)) for year, what, auc, cllr in re.findall(r"^(\d{4}) +\d+ +\d+ +(all|tenure alone) +([\d.]+) +([\d.]+)", out, re.M)}
    for year in ("2023", "2024"):
        assert got[year, "all"][0] > got[year, "tenure alone"][0] and got[year, "all"][1] < 1, out


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rounds")
    text = gzip.decompress((DATA / "crunchbase_2013/rounds.csv.gz").read_bytes()).decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    seen, rows = set(), []
    for r in sorted((r for r in csv.DictReader(io.StringIO(text)) if len(r["funded_at"]) == 10), key=lambda r: r["funded_at"]):
        if r["company_permalink"] in seen:
            rows.append([r["company_permalink"], "expanded", r["funded_at"]])
        seen.add(r["company_permalink"])
    with open(folder / "next.csv", "w", newline="") as f:
        csv.writer(f).writerows([["key", "outcome", "date"], *rows])
    cb = DATA / "crunchbase_2013"
    icp("reference", "build", "--key", "permalink", "-o", folder / "ref", cb / "companies.csv.gz", "--quiet")
    icp("fit", "--reference", folder / "ref", "--layers", "intent", "--events", cb / "rounds.csv.gz", "--outcomes", folder / "next.csv", "--horizon", "365",
        "--as-of", "2013-01-01", "-o", folder / "model", "--quiet")
    return folder


def scores(path):
    with open(path, newline="", encoding="utf-8") as f:
        return {r["key"]: r for r in csv.DictReader(f)}


def test_an_acquired_company_shows_its_rounds_discounted(rounds):
    cb = DATA / "crunchbase_2013"
    more = ["--events", cb / "rounds.csv.gz", "--as-of", "2013-01-01", "--quiet"]
    icp("score", rounds / "model", cb / "companies.csv.gz", "--key", "permalink", *more, "-o", rounds / "plain.csv")
    p = icp("score", rounds / "model", cb / "companies.csv.gz", "--key", "permalink", "--events", cb / "acquisitions.csv.gz", *more[:-1], "-o", rounds / "acquired.csv")
    assert "1534 without a key" in p.stderr and "every event is \"acquired\"" in p.stderr
    plain, acquired = scores(rounds / "plain.csv"), scores(rounds / "acquired.csv")
    named = {k: r for k, r in acquired.items() if r["intent_event"].startswith("acquired 2012")}
    assert len(named) > 300
    lower = 0
    for key, r in named.items():
        assert "invalidated" in r["intent_flags"].split(";") and r["intent_without_event"]
        lower += int(r["intent_score"]) < int(r["intent_without_event"])
    assert lower > .6 * len(named)
    text = gzip.decompress((cb / "acquisitions.csv.gz").read_bytes()).decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    bought = {r["company_permalink"] for r in csv.DictReader(io.StringIO(text))}
    untouched = [k for k in acquired if k not in bought]
    assert len(untouched) > 10000 and all(acquired[k]["intent_evidence"] == plain[k]["intent_evidence"] for k in untouched)


def test_a_folder_of_event_tables_with_one_command(tmp_path):
    folder = DATA / "ravenstack"
    icp("reference", "build", folder, "-o", tmp_path / "ref", "--quiet")
    p = icp("fit", "--reference", tmp_path / "ref", "--layers", "retention", "--events", folder, "--outcomes", folder / "ravenstack_churn_events.csv.gz",
            "-o", tmp_path / "model")
    for said in ("events: 35086 of 35086 rows read", "outcomes: 600 of 600 rows read", "day before month", "ravenstack_feature_usage: 21 rows with a key that was there before"):
        assert said in p.stderr, p.stderr
    icp("score", tmp_path / "model", folder, "--events", folder, "--as-of", "2024-12-01", "-o", tmp_path / "scores.csv", "--quiet")
    assert len(scores(tmp_path / "scores.csv")) == 500
