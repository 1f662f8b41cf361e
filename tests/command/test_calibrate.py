# SPDX-License-Identifier: MIT
"""icp calibrate: companies and scores against outcomes, its forms, wrong input."""
import csv
import io
import json
import math
import random

import pytest

from test_timing import timed, write  # noqa: F401 (a fixture)


@pytest.fixture(scope="module")
def judged(world):
    """Outcomes that come as the scores of the world say, some half a year after 2020-01-01 or later."""
    rng = random.Random(5)
    outcomes = []
    for row in world.rows("scores.csv"):
        if rng.random() < .08 * 2 ** float(row["fit_evidence"]) / (1 + .08 * 2 ** float(row["fit_evidence"])):
            outcomes.append([row["key"], "Closed Won", f"2020-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"])
    write(world.folder / "came.csv", ["domain", "outcome", "date"], outcomes)
    return world


def report(run, *arguments):
    return json.loads(run.ok("calibrate", *arguments, "--format", "json", "--quiet"))


def test_companies_and_their_scores_give_the_same(judged):
    more = ["--outcomes", "came.csv", "--scored", "2020-01-01", "--horizon", "366", "--as-of", "2021-02-01"]
    fresh, of_model, alone = (report(judged, *files, *more) for files in (["model", "universe.csv"], ["model", "scores.csv"], ["scores.csv"]))
    assert fresh["scores"] == "fresh" and of_model["scores"] == alone["scores"] == "stored"
    assert fresh["verdict"] == alone["verdict"] == "holds" and fresh["outcomes"]["counted"] == alone["outcomes"]["counted"] > 50
    assert fresh["rows"] == of_model["rows"] and fresh["ranking"]["auc_micro"] == of_model["ranking"]["auc_micro"]
    for a, b in zip(fresh["tiers"], of_model["tiers"]):
        assert (a["tier"], a["rows"], a["outcomes"]) == (b["tier"], b["rows"], b["outcomes"])
        assert a["stated_ratio_micro"] is None or math.isclose(a["stated_ratio_micro"], b["stated_ratio_micro"], rel_tol=1e-4)
    assert fresh["model"] == of_model["model"] and len(fresh["model"]) == 64 and alone["model"] is None
    assert fresh["listed_micro"] > 0 and alone["listed_micro"] is None


def test_no_number_has_a_fraction(judged):
    text = judged.ok("calibrate", "model", "universe.csv", "--outcomes", "came.csv", "--base", "model", "--format", "json", "--quiet")
    json.loads(text, parse_float=lambda v: pytest.fail(f"{v} is no whole number"))


def test_the_forms_agree(judged):
    more = ["scores.csv", "--outcomes", "came.csv", "--quiet"]
    full = report(judged, *more)
    rows = list(csv.DictReader(io.StringIO(judged.ok("calibrate", *more, "--format", "csv"))))
    lines = [json.loads(line) for line in judged.ok("calibrate", *more, "--format", "jsonl").splitlines()]
    assert len(rows) == len(lines) == len(full["tiers"]) + len(full["bins"])
    for row, line, band in zip(rows, lines, full["tiers"] + full["bins"]):
        assert row["of"] == line["of"] == band.get("tier", "score") and row["scores"] == f"{band['low']}-{band['high']}"
        assert int(row["rows"]) == line["rows"] == band["rows"] and int(row["outcomes"]) == band["outcomes"]
        ratio = band["observed_ratio_micro"]
        assert (row["observed_ratio"] == "" and line["observed_ratio"] is None) if ratio is None else abs(float(row["observed_ratio"]) - ratio / 1e6) <= .0051
    table = judged.ok("calibrate", *more)
    assert table.startswith(f"fit against converted: {full['verdict']}\n") and "outcomes: " in table and "base rate: " in table and "Excellent" in table


def test_young_rows_are_told_of(judged):
    p = judged("calibrate", "model", "universe.csv", "--outcomes", "came.csv", "--scored", "2020-01-01", "--as-of", "2020-04-01", "--horizon", "180")
    assert p.returncode == 0 and b"no row is old enough to judge" in p.stdout and b"3000 whose horizon is not over" in p.stdout
    assert b"outcomes: " in p.stderr and b"at or after --as-of, not seen" in p.stderr


def test_dates_of_scores_from_a_column(judged):
    rows = [[r["key"], r["fit_evidence"], "2020-01-01" if i % 2 else "2020-03-01"] for i, r in enumerate(judged.rows("scores.csv"))]
    write(judged.folder / "dated.csv", ["key", "fit_evidence", "Scored on"], rows)
    r = report(judged, "dated.csv", "--outcomes", "came.csv", "--scored", "Scored on", "--horizon", "200", "--as-of", "2020-08-01")
    assert (r["scored_first"], r["scored_last"], r["horizon_days"]) == ("2020-01-01", "2020-03-01", 200)
    assert r["rows"]["young"] > 1000 and r["rows"]["mature"] == 1500 and r["rows"]["not_at_risk"] > 0
    assert r["rows"]["watched"] + r["rows"]["not_at_risk"] == 3000


def test_events_as_of_the_scores(timed):  # noqa: F811
    early = "2022-06-01"
    r = report(timed, "timed", "universe.csv", "--layer", "intent", "--events", "events.csv", "--outcomes", "outcomes.csv", "--scored", early)
    assert r["layer"] == "intent" and r["horizon_days"] == 90 and r["ratios_against"] == "rows without the outcome" and r["scored_first"] == early
    assert r["rows"]["not_at_risk"] > 0 and r["outcomes"]["counted"] > 20 and r["ranking"]["auc_micro"] > 500000
    timed.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", early, "-o", "early.csv", "--quiet")
    stored = report(timed, "timed", "early.csv", "--layer", "intent", "--outcomes", "outcomes.csv", "--scored", early)
    assert stored["scores"] == "stored" and stored["outcomes"]["counted"] == r["outcomes"]["counted"]
    assert [t["rows"] for t in stored["tiers"]] == [t["rows"] for t in r["tiers"]]


def test_outcomes_of_several_files(judged):
    rows = judged.rows("came.csv")
    for i in range(2):
        write(judged.folder / f"came{i}.csv", ["domain", "outcome", "date"], [[r["domain"], r["outcome"], r["date"]] for r in rows[i::2]])
    one, two = report(judged, "scores.csv", "--outcomes", "came.csv"), report(judged, "scores.csv", "--outcomes", "came0.csv", "--outcomes", "came1.csv", "--outcomes", "came.csv")
    assert two["outcomes"]["duplicates"] == len(rows) and len(two["outcomes"]["columns"]) == 3
    for part in ("ratio", "base", "ranking", "tiers", "rows"):
        assert one[part] == two[part]


@pytest.mark.parametrize("arguments, says", [
    (["scores.csv"], "--outcomes FILE is missing"),
    (["scores.csv", "--outcomes", "came.csv", "--horizon", "30"], "--horizon says nothing without --scored"),
    (["scores.csv", "--outcomes", "came.csv", "--scored", "2020-01-01", "--horizon", "4000"], "too large a number behind --horizon"),
    (["scores.csv", "--outcomes", "came.csv", "--base", "model"], "--base model needs a model"),
    (["scores.csv", "--outcomes", "came.csv", "--base", "2"], "--base is \"model\" or a share"),
    (["scores.csv", "--outcomes", "came.csv", "--base", "0.00000001"], "--base is \"model\" or a share"),
    (["scores.csv", "--outcomes", "came.csv", "--layer", "love"], "--layer is fit, intent or retention"),
    (["scores.csv", "--outcomes", "came.csv", "--events", "came.csv", "--scored", "2020-01-01"], "--events is for companies that are scored here"),
    (["model", "universe.csv", "--outcomes", "came.csv", "--events", "came.csv"], "--events is for companies that are scored here"),
    (["model", "universe.csv", "--outcomes", "came.csv", "--invalidates", "x"], "--invalidates says nothing without --events"),
    (["model", "universe.csv", "--outcomes", "came.csv", "--layer", "intent"], "the model has no layer intent"),
])
def test_wrong_usage(judged, arguments, says):
    assert says in judged.refused("calibrate", *arguments, code=2)


def test_what_cannot_be_read_names_its_place(judged):
    write(judged.folder / "broken.csv", ["key", "fit_evidence", "day"], [["a", "1.5", "2020-01-01"], ["b", "many", "2020-01-01"], ["c", "1", "01/02/2020"]])
    assert judged.refused("calibrate", "broken.csv", "--outcomes", "came.csv").startswith("broken.csv:2:2: \"many\" is no evidence")
    (judged.folder / "broken.csv").write_text("key,fit_evidence,day\na,1,2020-01-01\nc,1,01/02/2020\n")
    assert judged.refused("calibrate", "broken.csv", "--outcomes", "came.csv", "--scored", "day").startswith("broken.csv:2:3: \"01/02/2020\" is no date")
    assert "neither a column fit_evidence nor fit_score" in judged.refused("calibrate", "universe.csv", "--outcomes", "came.csv", "--key", "domain")
    assert "dates of the scores" in judged.refused("calibrate", "scores.csv", "--outcomes", "came.csv", "--scored", "someday")
    assert "nothere" in judged.refused("calibrate", "scores.csv", "--outcomes", "nothere.csv")


def test_the_gates_take_the_report(judged):
    judged.ok("calibrate", "model", "universe.csv", "--outcomes", "came.csv", "--format", "json", "-o", "calibration.json", "--quiet")
    if judged("ledger", "create", "--ledger", "book").returncode == 0:  # a build without SQLite has none
        said = json.loads(judged.ok("publish", "model", "--ledger", "book", "--author", "me", "--authority", "owner", "--calibration", "calibration.json", "--format", "json"))
        gate = next(g for g in said["report"]["gates"] if g["gate"] == "calibration")
        assert gate["passed"] and gate["checked"]


def test_overrides_against_what_came(judged):
    scored, came = judged.rows("scores.csv"), {r["domain"] for r in judged.rows("came.csv")}
    fair = [r["key"] for r in scored if r["fit_tier"] == "Fair"]
    raised = [k for k in fair if k in came][:25] + [k for k in fair if k not in came][:25]
    entries = [{"entry": {"kind": "override", "scope": "company", "key": k, "tier": "Good", "reason": "context", "text": "met them", "author": "Jo", "authority": "sales", "expiry": "2030-01-01"}} for k in raised]
    (judged.folder / "entries.json").write_text(json.dumps({"entries": entries}))
    more = ["--outcomes", "came.csv", "--scored", "2020-01-01", "--horizon", "366", "--as-of", "2021-02-01"]
    fresh = report(judged, "model", "universe.csv", "--decisions", "entries.json", *more)
    assert fresh["overrides"]["raised"]["rows"] == 50 and fresh["overrides"]["raised"]["outcomes"] == 25 and not fresh["overrides"]["high"]
    assert fresh["overrides"]["raised"]["verdict"] in ("the overrides were right", "neither was right")
    judged.ok("score", "model", "universe.csv", "--decisions", "entries.json", "--now", "2020-01-01", "-o", "overruled.csv", "--quiet")
    stored = report(judged, "model", "overruled.csv", *more)
    assert stored["overrides"]["raised"] == fresh["overrides"]["raised"]
    assert report(judged, "scores.csv", *more)["overrides"] is None
    p = judged("calibrate", "model", "universe.csv", "--decisions", "entries.json", *more)
    assert b"overrides: 1.7% of the rows" in p.stdout and b"raised: 50 rows, 25 outcomes" in p.stdout and b"are overridden" not in p.stderr
    entries = [{"entry": {"kind": "override", "scope": "company", "key": r["key"], "tier": "Poor", "reason": "context", "text": "no", "author": "Jo", "authority": "sales", "expiry": "2030-01-01"}} for r in scored[:400]]
    (judged.folder / "many.json").write_text(json.dumps({"entries": entries}))
    p = judged("calibrate", "model", "universe.csv", "--decisions", "many.json", *more)
    assert p.returncode == 0 and b"rows are overridden, more than one in ten" in p.stderr
    assert "with --scored DATE" in judged.refused("calibrate", "model", "universe.csv", "--outcomes", "came.csv", "--decisions", "entries.json", code=2)
