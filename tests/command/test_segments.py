# SPDX-License-Identifier: MIT
"""icp segments: forms, totals against a file of scores, and what is refused."""
import collections
import csv
import io
import json

import pytest

TIERS = {"Excellent": "excellent", "Good": "good", "Fair": "fair", "Poor": "poor", "Very Poor": "very_poor"}
NAMES = ["column", "segment", "customers", "customers_percent", "reference_percent", "companies", "excellent_percent", "good_percent", "fair_percent", "poor_percent",
         "very_poor_percent", "high_percent", "medium_percent", "low_percent", "insufficient_percent", "holds_percent", "wide_percent", "effective", "high_on_thin",
         "verdict", "reason"]


def test_counts_are_those_of_the_scores(world):
    report = world.json("segments", "model", "universe.csv", "--by", "country", "--format", "json", "--quiet")
    scores, rows = world.rows("scores.csv"), world.rows("universe.csv")
    assert report["total"]["companies"] == len(rows) == len(scores)
    segments = {s.get("trait", s["segment"]): s for s in report["columns"][0]["segments"]}
    for value in sorted({r["country"] for r in rows}):
        mine = [s for s, r in zip(scores, rows) if r["country"] == value]
        found = [s for s in segments.values() if s["companies"] == len(mine)]
        tiers = collections.Counter(TIERS[s["fit_tier"]] for s in mine)
        levels = collections.Counter(s["confidence"].lower() for s in mine)
        assert any(s["tiers"] == {t: tiers[t] for t in s["tiers"]} and s["confidence"] == {c: levels[c] for c in s["confidence"]} and
                   s["high_on_thin"] == sum("high_on_thin" in m["flags"] for m in mine) for s in found), value
    assert sum(s["companies"] for s in segments.values()) == len(rows)


def test_forms(world):
    plain = list(csv.DictReader(io.StringIO(world.ok("segments", "model", "universe.csv", "--format", "csv", "--quiet"))))
    assert list(plain[0]) == NAMES
    assert [{k: str(v) if v is not None else "" for k, v in json.loads(line).items()} for line in
            world.ok("segments", "model", "universe.csv", "--format", "jsonl", "--quiet").splitlines()] == plain
    table = world.ok("segments", "model", "universe.csv", "--quiet")
    assert table.splitlines()[0].split() == NAMES and "other values" in table and "unknown" in table
    assert plain[-1]["segment"] == "all companies" and {r["verdict"] for r in plain[:-1]} <= {"thin", "carried", "empty"}
    for r in plain[:-1]:
        assert (r["verdict"] == "thin") >= ("fewer than 15" in r["reason"])
        parts = [float(r[n]) for n in NAMES[6:11] if r[n]]
        assert not parts or abs(sum(parts) - 100) < .3


def test_without_rows_what_the_model_stores(world):
    rows = list(csv.DictReader(io.StringIO(world.ok("segments", "model", "--format", "csv"))))
    assert len({r["column"] for r in rows}) >= 2 and all(r["companies"] == "" for r in rows)
    assert "all companies" not in {r["segment"] for r in rows}


def test_a_trait_and_fewer_segments(world):
    trait = next(r["trait"] for r in csv.DictReader(io.StringIO(world.ok("traits", "model", "--format", "csv"))) if "=" in r["trait"])
    one = world.json("segments", "model", "--by", trait, "--format", "json")["columns"]
    assert [s["segment"] for s in one[0]["segments"]] == ["trait", "other", "unknown"] and one[0]["segments"][0]["trait"] == trait
    few = world.json("segments", "model", "--by", "industry", "--top", "2", "--format", "json")["columns"][0]
    assert len(few["segments"]) == 4 and few["left_out"] > 0


@pytest.mark.parametrize("by", ["planet", "industry=invented"])
def test_what_the_model_lacks_is_refused(world, by):
    assert world.refused("segments", "model", "--by", by) == f"the model has no column or trait '{by}'"


def test_wrong_usage(world):
    assert "at most 200 segments" in world.refused("segments", "model", "--top", "201", code=2)
    assert "--events needs FILE" in world.refused("segments", "model", "--events", "universe.csv", code=2)
    assert world.refused("segments", "model", "--layer", "intent", code=2)
    assert "universe.csv" in world.refused("segments", "universe.csv")
