# SPDX-License-Identifier: MIT
"""On real data, where it is there (ICP_DATA): quality of ranking and calibration, and same bytes whatever the order, split and threads."""
import csv
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
SHARED = DATA.parent
pytestmark = pytest.mark.skipif(not (SHARED / "evaluate.py").exists(), reason="ICP_DATA is absent: no real data")


def icp(*arguments):
    subprocess.run([ICP, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    out = tmp_path_factory.mktemp("figures") / "out.json"
    subprocess.run([sys.executable, SHARED / "evaluate.py", "--icp", ICP, "--json", out], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(out.read_text())


def test_ranking_and_calibration_on_14_lists(figures):
    mean = figures["mean"]
    assert len(figures["cases"]) == 14
    assert mean["auc"] >= .775 and mean["ap"] >= .185 and mean["top10"] >= .416 and mean["cllr"] <= .836, mean


def test_mean_ratio_outside_the_reference(figures):
    assert .9 <= figures["mean"]["elr_out"] <= 1.1
    assert not {r["case"]: r["elr_out"] for r in figures["cases"] if not .8 <= r["elr_out"] <= 1.25}


def test_tiers_are_bounded_as_promised(figures):
    assert all(r["exc_pop"] <= 1 / 8 and r["good_pop"] <= 1 / 2 for r in figures["cases"])


@pytest.mark.parametrize("name", ["lf-finos-50", "cb13-web-acquirers-100", "yc-acquired-200"])
def test_same_bytes_whatever_the_order_split_and_threads(name, tmp_path):
    case = SHARED / "cases" / name
    with gzip.open(case / "universe.csv.gz", "rt", newline="", encoding="utf-8") as f:
        head, *rows = csv.reader(f)
    with open(case / "train.csv", newline="", encoding="utf-8") as f:
        title, *keys = csv.reader(f)
    rng = random.Random(name)

    def write(path, header, lines):
        with open(path, "w", newline="", encoding="utf-8") as f:
            out = csv.writer(f)
            out.writerow(header)
            out.writerows(lines)

    icp("reference", "build", "--key", "key", "-o", tmp_path / "ref", case / "universe.csv.gz")
    icp("fit", "--reference", tmp_path / "ref", "--customers", case / "train.csv", "--universe", case / "universe.csv.gz", "-o", tmp_path / "model")
    icp("score", tmp_path / "model", case / "universe.csv.gz", "-o", tmp_path / "scores")
    shuffled = rows[:]
    rng.shuffle(shuffled)
    rng.shuffle(keys)
    for i in range(10):
        write(tmp_path / f"part{i}.csv", head, shuffled[i::10])
        icp("reference", "build", "--key", "key", "-o", tmp_path / f"ref{i}", tmp_path / f"part{i}.csv")
    parts = [tmp_path / f"ref{i}" for i in range(10)]
    rng.shuffle(parts)
    icp("reference", "merge", "-o", tmp_path / "merged", *parts)
    write(tmp_path / "shuffled.csv", head, shuffled)
    write(tmp_path / "keys.csv", title, keys)
    icp("fit", "--reference", tmp_path / "merged", "--customers", tmp_path / "keys.csv", "--universe", tmp_path / "shuffled.csv", "--threads", "2", "-o", tmp_path / "model2")
    icp("score", tmp_path / "model2", case / "universe.csv.gz", "--threads", "2", "-o", tmp_path / "scores2")
    assert (tmp_path / "merged").read_bytes() == (tmp_path / "ref").read_bytes()
    assert (tmp_path / "model2").read_bytes() == (tmp_path / "model").read_bytes()
    assert (tmp_path / "scores2").read_bytes() == (tmp_path / "scores").read_bytes()


@pytest.mark.parametrize("path,rows,key", [("crunchbase_2013/companies.csv.gz", 17727, "permalink"), ("bank_marketing/bank-full.csv.gz", 45211, None),
                                           ("lf_landscape/lf_orgs_open_2026-08-22.csv.gz", None, "org_id"), ("remoteintech/companies.csv.gz", 882, "slug")])
def test_exports_read_without_any_option(path, rows, key, tmp_path):
    out = subprocess.run([ICP, "schema", DATA / path], check=True, capture_output=True, text=True).stdout
    columns = json.loads(out)["columns"]
    if rows:
        assert max(c["seen"] for c in columns) == rows
    assert {c["kind"] for c in columns} >= {"number", "category"} or {c["kind"] for c in columns} >= {"text", "list"}
    if key:
        assert [c["name"] for c in columns if c["kind"] == "key"] == [key]
