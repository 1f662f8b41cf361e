# SPDX-License-Identifier: MIT
"""Exact scores through the package: the same golden files as C, the command and Go."""
import csv
import random

import icp
import pytest

AS_OF = "2024-01-01"
COLUMNS = ["score", "tier", "low", "high", "millipoints", "variance", "confidence", "flags"]
TIMING = [f"{layer}_{name}" for layer in ("intent", "retention") for name in COLUMNS + ["whole", "stale", "trend"]] + ["quadrant"]
NAMES = {"whole": "whole_millipoints", "stale": "stale_milli", "trend": "trend_milli"}  # in the package
UNKNOWN = {"stale": -1, "trend": -2**31}


def expected(golden, name):
    with open(golden / name, newline="", encoding="utf-8") as f:
        return [(r.pop("key"), {k: int(v) for k, v in r.items()}) for r in csv.DictReader(f)]


def golden_id(golden, name):
    return dict(line.split() for line in (golden / "ids.txt").read_text().splitlines())[name]


def numbers(result, columns):
    values = {}
    for name in columns:
        layer, _, base = name.rpartition("_")
        if base in NAMES:
            values[name] = [UNKNOWN.get(base) if v is None else int(v) for v in result[f"{layer}_{NAMES[base]}"]]
        else:
            values[name] = [int(v) for v in result.codes(name)]
    return [(key, {name: values[name][i] for name in columns}) for i, key in enumerate(result["key"])]


def test_scores_are_exactly_the_golden_ones(golden, model):
    result = model.score(golden / "companies.csv")
    assert model.id == golden_id(golden, "model")
    assert len(result) == 1000
    assert numbers(result, COLUMNS) == expected(golden, "scores.csv")


def test_timing_scores_are_exactly_the_golden_ones(golden, timing):
    result = timing.score(golden / "companies.csv", events=golden / "events.csv", as_of=AS_OF)
    assert timing.id == golden_id(golden, "timing")
    assert numbers(result, TIMING) == expected(golden, "timing.csv")
    assert numbers(result, COLUMNS) == expected(golden, "scores.csv")  # nothing here changes a fit score


def test_rows_of_python_score_exactly_the_same(golden, model, companies):
    wanted = expected(golden, "scores.csv")
    by_column = {name: [row[name] for row in companies] for name in companies[0]}
    for rows in (companies, (row for row in companies), by_column, (golden / "companies.csv").read_bytes(), open(golden / "companies.csv", "rb")):
        assert numbers(model.score(rows), COLUMNS) == wanted


def test_single_accounts_score_exactly_the_same(golden, timing, companies):
    accounts = timing.accounts(golden / "events.csv", as_of=AS_OF)
    scorer, wanted = timing.scorer(as_of=AS_OF), expected(golden, "timing.csv")[::20]
    for row, (key, values) in zip(companies[::20], wanted):
        assert row["domain"] == key
        try:
            account = accounts.account(key)
        except icp.NoMatchError:
            account = None
        update = scorer.update(row, account=account)
        for layer in ("intent", "retention"):
            score = update.scores[layer]
            found = {"score": score.score, "tier": score.tier_number, "low": score.low, "high": score.high, "millipoints": score.millipoints,
                     "variance": score.variance, "confidence": score.confidence_number, "flags": score.flags, "whole": score.whole_millipoints,
                     "stale": -1 if score.stale_milli is None else score.stale_milli, "trend": -2**31 if score.trend_milli is None else score.trend_milli}
            assert {f"{layer}_{k}": v for k, v in found.items()} == {k: v for k, v in values.items() if k.startswith(layer)}
        assert update.quadrant == ("", "low", "investigate", "early", "pursue")[values["quadrant"]]


def test_shuffled_events_in_two_files_give_the_same_model_and_scores(golden, reference, tmp_path):
    header, *lines = (golden / "events.csv").read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    parts = [tmp_path / "a.csv", tmp_path / "b.csv"]
    parts[0].write_bytes(header + b"".join(lines[:2000]))
    parts[1].write_bytes(header + b"".join(lines[2000:]))
    model = icp.fit(golden / "customers.csv", reference, events=parts, outcomes=golden / "outcomes.csv", as_of=AS_OF)
    assert model.id == golden_id(golden, "timing")
    result = model.score(golden / "companies.csv", events=parts, as_of=AS_OF)
    assert numbers(result, TIMING) == expected(golden, "timing.csv")


def test_a_stored_model_scores_as_it_did(golden):
    result = icp.Model.load(golden / "model-1.icp").score(golden / "companies.csv")
    assert numbers(result, COLUMNS) == expected(golden, "scores-1.csv")


def test_an_error_has_code_and_message(tmp_path, model):
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(icp.FormatError) as caught:
        model.score(tmp_path / "empty.csv")
    assert caught.value.code == 7 and "empty" in str(caught.value)
