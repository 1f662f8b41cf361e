# SPDX-License-Identifier: MIT
"""Edits and differences on real data (ICP_DATA): two snapshots of one directory, and ratios after edits."""
import csv
import gzip
import json
import os
import pathlib
import subprocess
import zlib

import pytest

TOP = pathlib.Path(__file__).parents[2]
ICP = os.environ.get("ICP", str(TOP / "build/tests/gcc/examples/icp/icp"))
DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP / "../shared/data")).resolve()
CASES = DATA.parent / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="ICP_DATA is absent: no real data")
PARTS = ["data", "decay", "edits", "customers", "reference", "extraction", "joint"]
SNAPSHOTS = [DATA / "yc/yc_2023-02-27.csv.gz", DATA / "yc/yc_2024-05-11.csv.gz"]


def icp(*arguments):
    return subprocess.run([ICP, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def rows_of(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """A model of each snapshot; customers are those since acquired, `status` itself is left out. via: the new list on the old reference."""
    folder = tmp_path_factory.mktemp("yc")
    for i, path in enumerate(SNAPSHOTS):
        keys = [r["company_id"] for r in rows_of(path) if r["status"] == "Acquired"]
        (folder / f"customers{i}").write_text("company_id\n" + "".join(k + "\n" for k in keys))
        icp("reference", "build", "--key", "company_id", "--exclude-field", "status", "-o", folder / f"ref{i}", path, "--quiet")
        icp("fit", "--reference", folder / f"ref{i}", "--customers", folder / f"customers{i}", "-o", folder / f"model{i}", "--quiet")
    icp("fit", "--reference", folder / "ref0", "--customers", folder / "customers1", "--universe", SNAPSHOTS[1], "-o", folder / "via", "--quiet")
    return folder


@pytest.mark.parametrize("via", [False, True])
def test_every_change_between_two_snapshots_is_explained(directory, via):
    out = directory / "rows.csv"
    found = json.loads(icp("diff", directory / "model0", directory / "model1", SNAPSHOTS[1], "--before", SNAPSHOTS[0], *(["--via", directory / "via"] if via else []),
                           "-o", out, "--format", "json"))
    then, now = ({r["key"]: r for r in csv.DictReader(icp("score", directory / f"model{i}", SNAPSHOTS[i]).splitlines())} for i in (0, 1))
    rows = rows_of(out)
    assert {r["key"] for r in rows} == set(then) | set(now)
    compared = [r for r in rows if r["change"]]
    assert {r["key"] for r in compared} == set(then) & set(now) and len(compared) == found["companies"] > 4000
    for r in compared:
        assert sum(int(r[p]) for p in PARTS) == int(r["change"])
        assert int(r["change"]) + int(r["saturation"]) == 1000 * (int(r["score_now"]) - int(r["score_before"]))
        assert (r["score_before"], r["tier_before"]) == (then[r["key"]]["fit_score"], then[r["key"]]["fit_tier"])
        assert (r["score_now"], r["tier_now"]) == (now[r["key"]]["fit_score"], now[r["key"]]["fit_tier"])
        assert not int(r["decay"]) and not int(r["edits"]) and not int(r["extraction"]) and bool(int(r["joint"])) <= (not via)
    assert found["joint"] == ([] if via else ["customers", "reference"])
    moved = sum(r["data"] != "0" for r in compared)
    assert len(compared) / 3 < moved < len(compared)  # texts, tags and locations were rewritten, of some companies nothing
    for p in found["parts"][1:-1]:
        assert p["sum"] == sum(int(r[p["part"]]) for r in compared)


EDITED = ["cb13-web-acquirers-100", "lf-lf-decentralized-trust-60", "lf-lf-energy-30"]


def test_ratios_average_to_one_after_edits(tmp_path):
    """Each family off, each doubled, in turn; companies with an odd crc32 of their key are outside the reference."""
    means = {"off": [], "double": []}
    for case in EDITED:
        universe = CASES / case / "universe.csv.gz"
        rows, given = rows_of(universe), {r["key"] for r in rows_of(CASES / case / "train.csv")}
        for name, odd in (("even", 0), ("odd", 1)):
            with open(tmp_path / name, "w", newline="", encoding="utf-8") as f:
                w = csv.DictWriter(f, list(rows[0]))
                w.writeheader()
                w.writerows(r for r in rows if zlib.crc32(r["key"].encode()) % 2 == odd)
        ref, model = tmp_path / "ref", tmp_path / "model"
        icp("reference", "build", "--key", "key", "-o", ref, tmp_path / "even", "--quiet")
        icp("fit", "--reference", ref, "--universe", universe, "--customers", CASES / case / "train.csv", "-o", model, "--quiet")
        traits = json.loads(icp("traits", model, "--format", "json"))
        for family in sorted({t["family"] for t in traits}):
            double = [{"trait": t["trait"], "points": round(2000 * t["points"])} for t in traits if t["family"] == family]
            for name, edits in (("off", [{"family": family, "off": True}]), ("double", double)):
                (tmp_path / "edits").write_text(json.dumps({"author": "a", "reason": "b", "edits": edits}))
                icp("edit", model, "--reference", ref, "--edits", tmp_path / "edits", "-o", tmp_path / "edited", "--quiet")
                scores = csv.DictReader(icp("score", tmp_path / "edited", tmp_path / "odd", "--key", "key", "--reasons", "0").splitlines())
                ratios = [2 ** float(r["fit_evidence"]) for r in scores if r["key"] not in given]
                means[name].append(sum(ratios) / len(ratios))
                assert (.94 < means[name][-1] < 1.06 if name == "off" else .9 < means[name][-1] < 1.1), (case, family, name, means[name][-1])
    for name, all_of in means.items():
        assert .95 < sum(all_of) / len(all_of) < 1.05, (name, all_of)
