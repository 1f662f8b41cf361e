# SPDX-License-Identifier: MIT
"""Ledger, decisions and reports; reports are held against the command's."""
import datetime as dt

import icp
import pytest
from test_model import command, files  # noqa: F401

ledger_built = True
try:
    from icp._library import ledger_library
    ledger_library()
except ImportError:
    ledger_built = False
needs_ledger = pytest.mark.skipif(not ledger_built, reason="the ledger was not built")
T0 = dt.datetime(2024, 1, 1)


@pytest.fixture
def ledger(tmp_path):
    with icp.Ledger(tmp_path / "a.ledger", create=True) as opened:
        yield opened


def override(ledger, company, tier="Good", now=T0, **more):
    return ledger.override(tier, company=company, reason="context", text="signed a letter of intent", author="Jane", authority="VP Sales",
                           expiry=dt.date(2024, 6, 30), now=now, **more)


@needs_ledger
def test_decisions_stand_beside_scores_and_change_none(ledger, model, companies):
    key = companies[0]["domain"]
    head = override(ledger, key)
    assert head.entries == 1 and icp.Head.parse(str(head)) == head == ledger.head == ledger.verify(head) == ledger.verify(str(head))
    result = model.score(companies, decisions=ledger.decisions("2024-02-01"))
    plain = model.score(companies)
    assert list(result["score"]) == list(plain["score"]) and "override" not in plain.columns
    assert result[0].effective_tier == "Good" and result[0].override.startswith("Good by Jane (VP Sales)") and result[0].fit_override_number == 1
    assert result[1].effective_tier == result[1].tier and result[1].override is None
    assert model.score(companies[:1], decisions=ledger.decisions("2024-07-01"))[0].override is None
    ledger.withdraw(1, text="they went elsewhere", author="Jane", now=T0 + dt.timedelta(days=1))
    assert model.score(companies[:1], decisions=ledger.decisions("2024-02-01"))[0].override is None
    scorer = icp.Scorer(model, decisions=icp.Decisions([e for e in ledger.entries()][:1], "2024-02-01"))
    assert scorer.score_one(companies[0]).effective_tier == "Good" and scorer.score_one(companies[0]).override_number == 1


@needs_ledger
def test_entries_of_every_kind(ledger, model, companies):
    days = iter(T0 + dt.timedelta(days=i) for i in range(20))
    key = companies[0]["domain"]
    trait = model.traits("fit").top(1)[0].id
    override(ledger, key, now=next(days))
    ledger.override("Poor", traits=trait, reason="categorical", text="never", author="Jane", authority="VP", expiry="2024-12-31", model=model, now=next(days))
    ledger.flag("is a bank", company=key, author="John", now=next(days))
    ledger.resolve(3, text="corrected", author="Jane", authority="VP", now=next(days))
    ledger.review("still right", author="Jane", model=model, next="2025-01-01", now=next(days))
    ledger.outcome(key, "won", dt.date(2024, 1, 3), author="CRM", now=next(days))
    ledger.change("positioning", "we now sell to banks", author="Jane", on="2024-01-04", now=next(days))
    ledger.store(model, author="Jane", text="kept", now=next(days))
    kinds = [entry["entry"]["kind"] for entry in ledger.entries()]
    assert kinds == ["override", "override", "flag", "flag", "review", "outcome", "change", "version"]
    assert [e["number"] for e in ledger.entries(kind="flag", newest_first=True)] == [4, 3]
    assert [e["number"] for e in ledger.entries(company=key, after=1)] == [3, 6]
    assert [e["number"] for e in ledger.entries(start=T0 + dt.timedelta(days=2), end=T0 + dt.timedelta(days=5), limit=2)] == [3, 4]
    assert ledger.load(model.id).to_bytes() == model.to_bytes()
    assert ledger.decisions("2024-02-01").to_dict() == icp.Decisions({"entries": ledger.entries()}, "2024-02-01").to_dict()
    assert icp.standing(model, decisions=ledger.decisions("2024-02-01"))
    with pytest.raises(icp.LedgerError, match="no model is published"):
        ledger.load()
    with pytest.raises(icp.FormatError) as caught:
        ledger.append('{"kind":"override"}', now=next(days))
    assert caught.value.line == 1
    with pytest.raises(ValueError, match="one of company"):
        ledger.flag("x", author="y")


@needs_ledger
def test_publishing_and_restoring(ledger, model, reference, golden):
    second = model.with_card({"owner": "Jane"})
    report = icp.gates_check(model)
    assert report["passed"] and report["candidate"] == model.id
    ledger.publish(model, report, author="Jane", now=T0)
    first = ledger.published()
    assert first[0] == model.id
    ledger.publish(second, icp.gates_check(second, model, golden / "companies.csv"), author="Jane", now=T0 + dt.timedelta(days=1))
    assert ledger.load() == second
    number = ledger.published()[1]
    strict = icp.gates_check(model, second, gates={"cllr": {"at_most_micro": 1}})
    with pytest.raises(icp.GateError):
        ledger.publish(model, strict, author="Jane", now=T0 + dt.timedelta(days=2))
    ledger.publish(model, strict, author="Jane", text="all the same", authority="CEO", anyway=True, now=T0 + dt.timedelta(days=2))
    again = ledger.restore(number, author="Jane", text="the other was worse", now=T0 + dt.timedelta(days=3))
    assert again.to_bytes() == second.to_bytes() and ledger.published() == (second.id, ledger.head.entries)
    with pytest.raises(icp.LedgerError):
        ledger.restore(99, author="Jane")
    with pytest.raises(icp.LedgerError):
        ledger.load("00" * 32)


@needs_ledger
def test_a_cut_tail_is_found_with_the_head_that_was_kept(ledger, tmp_path):
    override(ledger, "a.example")
    kept = override(ledger, "b.example", now=T0 + dt.timedelta(days=1))
    other = icp.Ledger(tmp_path / "b.ledger", create=True)
    override(other, "a.example")
    assert other.verify().entries == 1
    with pytest.raises(icp.ChecksumError):
        other.verify(kept)
    other.close()
    with icp.Ledger(tmp_path / "b.ledger", read_only=True) as reader:
        with pytest.raises(icp.StateError):
            override(reader, "c.example", now=T0 + dt.timedelta(days=3))
    with pytest.raises(icp.IoError):
        icp.Ledger(tmp_path / "absent.ledger")


def test_the_drift_report_is_that_of_the_command(model, files, golden, companies, tmp_path):  # noqa: F811
    told = command("drift", files / "m.icp", golden / "companies.csv", "--format", "json")
    assert icp.drift(model, golden / "companies.csv") == told
    assert icp.drift(model, companies[:300], companies[300:], false_alarm_micro=10000)["version"] == 1
    with pytest.raises(icp.TooFewError):
        icp.drift(model, {"domain": [], "industry": []})


def test_the_segments_report_is_that_of_the_command(model, files, golden):  # noqa: F811
    told = command("segments", files / "m.icp", golden / "companies.csv", "--by", "industry", "--format", "json")
    assert icp.segments(model, golden / "companies.csv", by="industry") == told
    assert icp.segments(model)["version"] == 1


def test_the_calibration_report_is_that_of_the_command(model, files, golden, tmp_path):  # noqa: F811
    told = command("calibrate", files / "m.icp", golden / "companies.csv", "--outcomes", golden / "outcomes.csv", "--as-of", "2024-01-01", "--format", "json")
    found = icp.calibrate(model, golden / "companies.csv", golden / "outcomes.csv", as_of="2024-01-01")
    assert {k: v for k, v in found.items()} == told
    again = icp.calibrate(model, golden / "companies.csv", (golden / "outcomes.csv",), as_of="2024-01-01", outcome_columns={"time": "date"})
    assert again == found


def test_a_difference_adds_up(model, reference, golden, companies, tmp_path):
    trait = model.traits("fit").top(1)[0]
    edited = model.edit(reference, [{"trait": trait.id, "weight": 1}], author="Jane", reason="why not")
    summary = icp.diff(model, edited, now=golden / "companies.csv", rows_to=tmp_path / "rows.csv")
    assert summary["version"] == 1 and len((tmp_path / "rows.csv").read_text().splitlines()) >= 1001
    two = icp.diff(model, now=companies, before=companies[1:] + companies[:1])
    assert two["version"] == 1
