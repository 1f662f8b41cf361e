# SPDX-License-Identifier: MIT
"""`icp drift`: what it says, in every format, with which exit status."""
import csv
import io
import json
import subprocess
import sys

import pytest

from conftest import TOP, Run


@pytest.fixture(scope="module")
def later(tmp_path_factory, world):
    """Samples of a universe of which the model saw nothing, plain and changed."""
    folder = tmp_path_factory.mktemp("later")
    subprocess.run([sys.executable, TOP / "examples/make_universe.py", folder, "2000", "60", "8"], check=True)
    run = Run(folder)
    (folder / "model").write_bytes((world.folder / "model").read_bytes())
    rows = run.rows("universe.csv")

    def put(name, some, change=lambda r: r):
        with open(folder / name, "w", newline="", encoding="utf-8") as f:
            some = [change(dict(r)) for r in some]
            w = csv.DictWriter(f, list(some[0]))
            w.writeheader()
            w.writerows(some)

    media = [r for r in rows if r["industry"] == "Media"]
    put("same.csv", rows[:400])
    put("moved.csv", media[:60] + rows[:300])
    put("renamed.csv", rows[:400], lambda r: {("staff" if k == "employees" else k): v for k, v in r.items()} | {"colour": "red"})
    put("written.csv", rows[:400], lambda r: r | {"employees": "ca. " + r["employees"] + "?!", "city": ""})
    return run


def test_without_drift_the_first_line_says_so(later):
    text = later.ok("drift", "model", "same.csv")
    assert text.startswith("no drift found; 400 rows now against 3000 companies of the reference; tested: ")
    assert "moves as large as from 10% to 20% are found in four of five runs, of shares down to" in text
    assert later("drift", "model", "same.csv", "--check").returncode == 0


def test_alarms_stand_by_column_and_fail_a_check_only(later):
    text = later.ok("drift", "model", "moved.csv")
    assert text.startswith("drift: ") and "\nindustry=media" in text and "industry moved: " in text
    checked = later("drift", "model", "moved.csv", "--check")
    assert checked.returncode == 1 and checked.stdout.decode() == text and checked.stderr == b""


def test_columns_that_changed_are_named(later):
    d = later.json("drift", "model", "renamed.csv", "--format", "json")
    kinds = {a["name"]: (a["kind"], a.get("to")) for a in d["alarms"]}
    assert kinds["employees"] == ("renamed", "staff") and d["new_columns"] == ["colour", "staff"]
    kinds = {a["name"]: a["kind"] for a in later.json("drift", "model", "written.csv", "--format", "json")["alarms"]}
    assert kinds["employees"] == "reformatted" and kinds["city"] == "emptied"
    text = later.ok("drift", "model", "renamed.csv")
    assert 'the cells of "staff" give its traits' in text and "columns that the model does not know: colour, staff" in text


def test_every_format_says_the_same(later):
    d = later.json("drift", "model", "moved.csv", "--format", "json")
    names = [s["name"] for a in d["alarms"] for s in a.get("shares", [a])]
    table = list(csv.DictReader(io.StringIO(later.ok("drift", "model", "moved.csv", "--format", "csv"))))
    lines = [json.loads(line) for line in later.ok("drift", "model", "moved.csv", "--format", "jsonl").splitlines()]
    assert [r["name"] for r in table] == names == [r["name"] for r in lines]
    assert all(r["look_at"] for r in table) and all(isinstance(r["now_percent"], (int, float)) for r in lines)
    later.ok("drift", "model", "moved.csv", "--format", "csv", "-o", "alarms.csv")
    assert [r["name"] for r in later.rows("alarms.csv")] == names
    assert list(csv.reader(io.StringIO(later.ok("drift", "model", "same.csv", "--format", "csv"))))[1:] == []


def test_rows_against_earlier_rows(later):
    text = later.ok("drift", "model", "same.csv", "--before", "universe.csv")
    assert text.startswith("no drift found; 400 rows now against 2000 rows before; ")
    assert later.ok("drift", "model", "moved.csv", "--before", "same.csv").startswith("drift: ")


def test_the_chance_of_a_false_alarm_can_be_chosen(later):
    assert later.json("drift", "model", "same.csv", "--false-alarm", "0.625", "--format", "json")["false_alarm_micro"] == 6250
    for wrong in ("0", "50", "five", "-1", "nan"):
        assert "is no percentage below 50" in later.refused("drift", "model", "same.csv", "--false-alarm", wrong, code=2)


def test_what_cannot_be_compared_is_refused(later):
    assert "--events and --as-of DATE belong together" in later.refused("drift", "model", "same.csv", "--events", "same.csv", code=2)
    assert "--events and --as-of DATE belong together" in later.refused("drift", "model", "same.csv", "--as-of", "2026-01-01", code=2)
    assert "a file is missing" in later.refused("drift", "model", code=2)
    assert later.refused("drift", "model", "none.csv").startswith("none.csv")
    assert later.refused("drift", "same.csv", "same.csv").startswith("same.csv")
    (later.folder / "header.csv").write_text("domain,industry\n")
    assert "no rows now" in later.refused("drift", "model", "header.csv")
