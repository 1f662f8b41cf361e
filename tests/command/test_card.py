# SPDX-License-Identifier: MIT
"""Cards and decisions through the command: what people said stands beside every score, until it ends."""
import json

import pytest

from test_command import COLUMNS

NOW = "2026-11-28T10:00Z"
CARD = {"owner": "Jane Doe", "fitted": "2026-09-30", "review": {"every_days": 90, "last": "2026-10-01"}, "calibration": {"every_days": 180, "last": "2026-06-01"},
        "signals": [{"name": "industry", "definition": "NAICS of the billing account"}]}


def entry(**members):
    return {"entry": {"author": "Ann", "text": "because", **members}}


def override(**members):
    return entry(kind="override", reason="context", authority="VP Sales", **{"scope": "company", "tier": "Excellent", "expiry": "2026-12-31", **members})


@pytest.fixture
def put(world, tmp_path):
    def put(name, what):
        (tmp_path / name).write_text(json.dumps(what, indent=1))
        return tmp_path / name
    return put


def score(world, *options):
    lines = world.ok("score", "model", "universe.csv", "--format", "jsonl", "--now", NOW, *options).splitlines()
    return {r["key"]: r for r in map(json.loads, lines)}


def test_decisions_stand_beside_the_score(world, put):
    keys = [r["domain"] for r in world.rows("universe.csv")]
    said = put("said.json", {"entries": [
        override(key=keys[0], text='signed, "soon"'),
        override(key=keys[1], expiry="2026-11-28"),                               # over today
        override(key=keys[2]), entry(kind="override", state="withdrawn", refers=3),
        {"time": 1795860000000001, **override(key=keys[3])},                      # said a microsecond later
        override(key=keys[4], layer="intent"),                                    # not of this layer
        entry(kind="flag", scope="company", key=keys[5])]})
    plain, seen = score(world), score(world, "--decisions", said)
    assert list(seen[keys[0]]) == [*COLUMNS, "effective_tier", "override"]
    for key, row in seen.items():
        flagged = key == keys[5]
        assert {k: row[k] for k in COLUMNS if k != "flags"} == {k: plain[key][k] for k in COLUMNS if k != "flags"}
        assert ("flagged" in row["flags"].split(";")) == flagged
        assert (row["effective_tier"], row["override"]) == ((row["fit_tier"], "") if key != keys[0] else
                                                            ("Excellent", 'Excellent by Ann (VP Sales) until 2026-12-31: context, signed, "soon"'))
    assert score(world, "--decisions", said, "--threads", "3") == seen
    assert score(world, "--decisions", said, "--as-of", "2026-11-27")[keys[1]]["effective_tier"] == "Excellent"
    shown = world.ok("explain", "model", "universe.csv", "--company", keys[0], "--decisions", said, "--now", NOW)
    assert f"effective tier Excellent, not {plain[keys[0]]['fit_tier']}: an override of Ann (VP Sales) until 2026-12-31; context: signed, \"soon\" [entry 1]" in shown
    assert "effective tier" not in world.ok("explain", "model", "universe.csv", "--company", keys[1], "--decisions", said, "--now", NOW)
    assert "an open flag questions this score" in world.ok("explain", "model", "universe.csv", "--company", keys[5], "--decisions", said, "--now", NOW)


def test_a_segment_is_told_by_its_traits(world, put):
    trait = next(r["trait"] for r in json.loads(world.ok("traits", "model", "--format", "json")) if r["trait"].startswith("industry="))
    with_it = {r["domain"] for r in world.rows("universe.csv") if r["industry"].lower() == trait.split("=")[1]}
    said = put("said.json", {"entries": [override(scope="segment", traits=[trait], tier="Poor"), override(scope="segment", traits=["industry=of the moon"])]})
    p = world("score", "model", "universe.csv", "--format", "jsonl", "--now", NOW, "--decisions", said)
    assert p.returncode == 0 and b'override 2 is of a segment whose trait "industry=of the moon" the model does not have' in p.stderr
    rows = list(map(json.loads, p.stdout.decode().splitlines()))
    assert with_it and {r["key"] for r in rows if r["override"]} == with_it


def test_the_ledger_is_read_and_its_head_written(world, put, tmp_path):
    if b"no ledger" in world("ledger", "create", "--ledger", tmp_path / "l").stderr:
        pytest.skip("this build has no ledger")
    key = world.rows("universe.csv")[7]["domain"]
    said = ["--text", "signed", "--author", "Ann", "--authority", "VP Sales", "--ledger", tmp_path / "l", "--now", NOW]
    world.ok("override", "--company", key, "--tier", "Good", "--reason", "context", "--expiry", "2027-01-01", *said)
    head = json.loads(world.ok("ledger", "head", "--ledger", tmp_path / "l", "--format", "json"))[0]["head"]
    p = world("score", "model", "universe.csv", "--format", "jsonl", "--now", "2026-11-28T10:01Z", "--ledger", tmp_path / "l")
    rows = {r["key"]: r for r in map(json.loads, p.stdout.decode().splitlines())}
    assert rows[key]["effective_tier"] == "Good" and rows[key]["override"].endswith("context, signed") and {r["ledger"] for r in rows.values()} == {head}
    assert b"nobody answers for this model" in p.stderr
    world.ok("change", "--area", "product", "--text", "self-serve", "--author", "Bob", "--ledger", tmp_path / "l", "--now", NOW)
    p = world("score", "model", "universe.csv", "--format", "jsonl", "--now", "2026-11-28T10:01Z", "--ledger", tmp_path / "l")
    assert b"product changed on 2026-11-28 (entry 2), after the model was fitted: self-serve" in p.stderr
    rows = list(map(json.loads, p.stdout.decode().splitlines()))
    assert all("changed" in r["flags"].split(";") and r["confidence"] != "High" for r in rows)
    world.ok("review", "--model", world.folder / "model", "--text", "holds", "--author", "Ann", "--ledger", tmp_path / "l", "--now", NOW)
    assert "changed" not in world.ok("score", "model", "universe.csv", "--now", "2026-11-28T10:01Z", "--ledger", tmp_path / "l")


def test_a_card_is_put_shown_and_held_against_the_calendar(world, put, tmp_path):
    card = put("card.json", CARD)
    world.ok("card", "model", "--card", card, "-o", tmp_path / "carded")
    shown = dict(line.split(None, 1) for line in world.ok("card", tmp_path / "carded", "--now", NOW).splitlines()[1:])
    assert shown["owner"] == "Jane Doe" and shown["review_due"] == "2026-12-30" and shown["calibration_due"] == "2026-11-28, overdue" and "not_defined" in shown
    both = world.json("card", tmp_path / "carded", "--format", "json", "--now", NOW)
    assert both["card"] == CARD and both["standing"]["calibration"] == {"overdue": True, "last": "2026-06-01", "due": "2026-11-28"}
    for now, flags in [("2026-11-27", ""), ("2026-11-28", "calibration_overdue"), ("2026-12-30", "review_overdue;calibration_overdue")]:
        p = world("score", tmp_path / "carded", "universe.csv", "--format", "jsonl", "--now", now)
        row = json.loads(p.stdout.decode().splitlines()[0])
        assert ";".join(f for f in row["flags"].split(";") if "overdue" in f) == flags
        assert (b"warning: the model's calibration is overdue since 2026-11-28" in p.stderr) == ("calibration" in flags)
    assert "the model's review is overdue" in world.ok("explain", tmp_path / "carded", "universe.csv", "--company", row["key"], "--now", "2026-12-30")
    assert world("card", tmp_path / "carded", "--check", "--now", NOW).returncode == 1  # overdue
    whole = dict(CARD, calibration={"every_days": 900, "last": "2026-06-01"},
                 signals=[{"name": n, "definition": "d"} for n in ["industry", *both["standing"]["undefined"]]])
    assert world("card", "model", "--card", put("whole.json", whole), "--check", "--now", NOW).returncode == 0
    whole["owners"] = "Jane"
    assert world("card", "model", "--card", put("whole.json", whole), "--check", "--now", NOW).returncode == 1  # misspelt


def test_bad_cards_and_decisions_name_their_place(world, put, tmp_path):
    card = tmp_path / "card.json"
    card.write_text('{"owner": "Jane",\n "review": {"every_days": "often"}}')
    assert world.refused("card", "model", "--card", card) == f"{card}:2:27: every_days is a string; expected a whole number of days, 1 to 36500"
    said = tmp_path / "said.json"
    said.write_text('{"entries": [\n {"entry": {"kind": "override"}}]}')
    assert world.refused("score", "model", "universe.csv", "--decisions", said) == f"{said}:2:12: scope is missing"
    assert "one of them" in world.refused("score", "model", "universe.csv", "--decisions", said, "--ledger", "l", code=2)
    assert world.refused("score", "model", "universe.csv", "--ledger", "nowhere") == "nowhere: there is no such ledger; icp ledger create makes one"


def test_epochs_of_the_card_count_older_customers_less(world, put, tmp_path):
    rows = world.rows("customers.csv")
    (tmp_path / "dated.csv").write_text("domain,signed\n" + "".join(f"{r['domain']},{2024 + (i % 3 > 0)}-06-01\n" for i, r in enumerate(rows)))
    card = put("card.json", {"epochs": [{"from": "2025-01-01", "what": "self-serve", "weight_percent": 10}]})
    fit = ["fit", "--reference", "ref", "--customers", tmp_path / "dated.csv", "--since", "signed", "--format", "json", "-o", tmp_path / "m"]
    p = world(*fit, "--card", card)
    epochs = json.loads(p.stdout)["summary"]["epochs"]
    assert epochs["list"] == [{"from": "2025-01-01", "weight_percent": 10, "customers_before": (len(rows) + 2) // 3}] and epochs["undated"] == 0
    assert f"{(len(rows) + 2) // 3} customers from before 2025-01-01 count 10%\n" in p.stderr.decode()
    assert f" of equal weight, without them to {len(rows)}.0\n" in p.stderr.decode()
    assert epochs["effective_customers_micro"] < epochs["effective_without_micro"] == len(rows) * 1_000_000


def test_a_card_becomes_an_entry_and_says_who_resolves(world, put, tmp_path):
    ledger = ["--ledger", tmp_path / "l"]
    if b"no ledger" in world("ledger", "create", *ledger).stderr:
        pytest.skip("this build has no ledger")
    card = put("card.json", dict(CARD, resolvers=["VP Sales"]))
    assert "--author is missing" in world.refused("card", "model", "--card", card, "-o", tmp_path / "m", *ledger, code=2)
    assert not (tmp_path / "m").exists()
    world.ok("card", "model", "--card", card, "-o", tmp_path / "m", *ledger, "--author", "Ann", "--text", "first", "--now", NOW)
    said = json.loads(world.ok("history", *ledger, "--format", "jsonl").splitlines()[0])["entry"]
    assert said["kind"] == "card" and said["card"]["resolvers"] == ["VP Sales"] and said["model"] == world.json("card", tmp_path / "m", "--format", "json")["standing"]["model"]
    world.ok("flag", "raise", "--company", "acme.com", "--text", "a bank", "--for", tmp_path / "m", "--author", "Bob", *ledger, "--now", NOW)
    resolve = ["flag", "resolve", "2", "--text", "seen", "--author", "Bob", *ledger, "--now", NOW, "--authority"]
    assert "none of the resolvers that the card in entry 1 names" in world.refused(*resolve, "intern")
    world.ok(*resolve, "VP Sales")


def test_a_ledgers_outcomes_stand_for_a_file(world, tmp_path):
    if b"no ledger" in world("ledger", "create", "--ledger", tmp_path / "l").stderr:
        pytest.skip("this build has no ledger")
    keys = [r["domain"] for r in world.rows("universe.csv")]
    words = {"won": "converted", "lost": "lost", "churned": "churned", "retained": "renewed"}
    rows = [(key, word, f"2026-0{1 + i % 6}-1{i % 9}") for i, (key, word) in enumerate(zip(keys[::40], list(words) * 40))]
    for name, spelt in [("ours.csv", dict(zip(words, words))), ("theirs.csv", words)]:
        (tmp_path / name).write_text("key,outcome,date\n" + "".join(f"{k},{spelt[w]},{d}\n" for k, w, d in rows))
    world.ok("outcome", tmp_path / "ours.csv", "--ledger", tmp_path / "l", "--author", "CRM", "--now", NOW, "--quiet")
    ask = ["calibrate", "model", "universe.csv", "--key", "domain", "--scored", "2025-12-01", "--horizon", "200", "--as-of", "2026-11-01", "--format", "json", "--quiet", "--outcomes"]
    a, b = world.json(*ask, tmp_path / "l"), world.json(*ask, tmp_path / "theirs.csv")
    assert a["ratio"]["outcomes"] == sum(w == "won" for _, w, _ in rows) and a["tiers"] == b["tiers"] and a["ratio"] == b["ratio"] and a["rows"] == b["rows"]
