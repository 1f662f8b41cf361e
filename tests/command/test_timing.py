# SPDX-License-Identifier: MIT
"""Layers from events through the command: fit, score, explain, audit, quadrants, wrong input."""
import csv
import datetime
import io
import json
import math
import random

import pytest

AS_OF = "2024-01-01"
DAY0 = datetime.date(2021, 1, 1)


def day(n):
    return (DAY0 + datetime.timedelta(n)).isoformat()


def poisson(rng, mean):
    n, p = 0, rng.random()
    limit = math.exp(-mean)
    while p > limit:
        n, p = n + 1, p * rng.random()
    return n


def write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows([head, *rows])


@pytest.fixture(scope="session")
def timed(world):
    """Demos make a purchase likely for some weeks, visits say nothing; a model with fit and intent; files beside the world's."""
    rng = random.Random(11)
    universe = world.rows("universe.csv")
    events, outcomes = [], []
    for n, row in enumerate(universe[:1500]):
        key, bought = row["domain"], None
        heat = 0.0
        for d in range(0, 1300):
            heat *= 2 ** (-1 / 14)
            if rng.random() < .004:
                events.append([key, "Visit", day(d), ""])
            if rng.random() < .0025:
                events.append([key, "demo", day(d), rng.randint(1, 9) * 1000])
                heat += 1
            if bought is None and rng.random() < .00005 + .006 * heat:
                bought = d + 1
                outcomes.append([key, "closed won", day(bought)])
    rng.shuffle(events)
    write(world.folder / "events.csv", ["domain", "event type", "date", "amount"], events)
    write(world.folder / "outcomes.csv", ["domain", "outcome", "date"], outcomes)
    (world.folder / "card.json").write_text(json.dumps({"owner": "ops", "playbook": {"early": "newsletter", "Excellent x Fair": "invite"}}))
    world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--events", "events.csv", "--outcomes", "outcomes.csv", "--as-of", AS_OF,
             "--card", "card.json", "-o", "timed", "--quiet")
    world.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", AS_OF, "-o", "timed.csv", "--quiet")
    return world


def test_columns_and_layers_side_by_side(timed):
    rows = timed.rows("timed.csv")
    assert list(rows[0]) == ["key", "fit_score", "fit_tier", "fit_low", "fit_high", "fit_evidence", "intent_score", "intent_tier", "intent_low", "intent_high",
                             "intent_evidence", "intent_confidence", "intent_flags", "intent_trend", "intent_stale", "intent_event", "intent_without_event",
                             "intent_reasons", "confidence", "flags", "quadrant", "action", "reasons"]
    alone = timed.rows("scores.csv")
    for name in ("key", "fit_score", "fit_low", "fit_high", "fit_evidence", "confidence", "flags", "reasons"):
        assert [r[name] for r in rows] == [r[name] for r in alone], f"events changed {name}"


def test_recent_demos_raise_intent(timed):
    last = {}
    for e in timed.rows("events.csv"):
        if e["event type"] == "demo" and e["date"] < AS_OF:
            last[e["domain"]] = max(last.get(e["domain"], ""), e["date"])
    rows = timed.rows("timed.csv")
    hot = [float(r["intent_evidence"]) for r in rows if last.get(r["key"], "") >= "2023-12-15"]
    cold = [float(r["intent_evidence"]) for r in rows if "" < last.get(r["key"], "") < "2023-06-01"]
    assert len(hot) > 20 and len(cold) > 200
    assert sum(hot) / len(hot) > sum(cold) / len(cold) + 1


def test_no_events_is_unknown_not_silent(timed):
    known = {e["domain"] for e in timed.rows("events.csv") if e["date"] < AS_OF}
    rows = [r for r in timed.rows("timed.csv") if r["key"] not in known]
    assert len(rows) > 1000
    assert {(r["intent_score"], r["intent_tier"], r["intent_evidence"]) for r in rows} == {("498", "Fair", "0.00000")}
    assert all("nothing_known" in r["intent_flags"].split(";") for r in rows)


def test_order_split_and_threads_change_nothing(timed):
    events = timed.rows("events.csv")
    head = list(events[0])
    for seed in range(3):
        rng = random.Random(seed)
        rows = [list(e.values()) for e in events]
        rng.shuffle(rows)
        cut = rng.randrange(len(rows))
        write(timed.folder / "part1.csv", head, rows[:cut])
        write(timed.folder / "part2.csv", head, rows[cut:])
        timed.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--events", "part1.csv", "--events", "part2.csv", "--outcomes", "outcomes.csv",
                 "--as-of", AS_OF, "--card", "card.json", "--threads", 1 + seed, "-o", "again", "--quiet")
        assert (timed.folder / "again").read_bytes() == (timed.folder / "timed").read_bytes()
        timed.ok("score", "again", "universe.csv", "--events", "part2.csv", "--events", "part1.csv", "--as-of", AS_OF, "--threads", 3, "-o", "again.csv",
                 "--quiet")
        assert (timed.folder / "again.csv").read_bytes() == (timed.folder / "timed.csv").read_bytes()


def test_later_events_change_no_byte(timed):
    rows = [list(e.values()) for e in timed.rows("events.csv")]
    later = rows + [[k, "demo", d, ""] for k in ("a.example", rows[0][0], rows[1][0]) for d in (AS_OF, AS_OF + "T00:00:00Z", "2024-03-01")]
    earlier = [r for r in rows if r[2] < AS_OF]
    for name, some in (("later.csv", later), ("earlier.csv", earlier)):
        write(timed.folder / name, ["domain", "event type", "date", "amount"], some)
        timed.ok("score", "timed", "universe.csv", "--events", name, "--as-of", AS_OF, "-o", "cut.csv", "--quiet")
        assert (timed.folder / "cut.csv").read_bytes() == (timed.folder / "timed.csv").read_bytes()


def test_quadrants_actions_and_queues(timed):
    rows = timed.rows("timed.csv")
    good = {"Good", "Excellent"}
    want = {(True, True): "pursue", (True, False): "early", (False, True): "investigate", (False, False): "low"}
    actions = {"pursue": "pursue", "early": "newsletter", "investigate": "investigate", "low": "low priority"}
    for r in rows:
        assert r["quadrant"] == want[r["fit_tier"] in good, r["intent_tier"] in good]
        assert r["action"] == ("invite" if (r["fit_tier"], r["intent_tier"]) == ("Excellent", "Fair") else actions[r["quadrant"]])
    assert {r["quadrant"] for r in rows} == set(actions)
    for name in actions:
        queue = timed.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", AS_OF, "--quadrant", name, "--quiet")
        assert [r["key"] for r in csv.DictReader(io.StringIO(queue))] == [r["key"] for r in rows if r["quadrant"] == name]
    lines = timed.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", AS_OF, "--quadrant", "early", "--format", "json", "--quiet")
    assert [r["key"] for r in json.loads(lines)] == [r["key"] for r in rows if r["quadrant"] == "early"]


def test_a_blend_only_when_asked_with_its_weights(timed):
    out = timed.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", AS_OF, "--blend", "fit=3,intent=1", "--quiet")
    rows = list(csv.DictReader(io.StringIO(out)))
    for r in rows[:200]:
        assert abs(float(r["blend(fit 3 + intent 1)"]) - (3 * int(r["fit_score"]) + int(r["intent_score"])) / 4) < .051
    assert not any("blend" in c for c in timed.rows("timed.csv")[0])
    for bad in ("fit", "fit=x", "retention=1", "fit=0", "fit=-1"):
        assert "--blend" in timed.refused("score", "timed", "universe.csv", "--blend", bad, code=2)


def test_contributions_add_up(timed):
    hot = max(timed.rows("timed.csv"), key=lambda r: float(r["intent_evidence"]))
    for layer in ("fit", "intent"):
        got = timed.json("explain", "timed", "universe.csv", "--company", hot["key"], "--layer", layer, "--events", "events.csv", "--as-of", AS_OF, "--format",
                         "json", "--quiet")
        assert got["causes"]["layer"] == layer and str(got["causes"]["score"]) == hot[layer + "_score"]
        assert abs(got["causes"]["millipoints"] / 53000 - float(hot[layer + "_evidence"])) < 1e-4
        assert abs(sum(float(c["points"]) for c in got["contributions"]) * 1000 - got["causes"]["millipoints"]) < 50 * (len(got["contributions"]) + 1)


def test_traits_and_distribution_by_layer(timed):
    traits = timed.ok("traits", "timed", "--layer", "intent", "--format", "csv")
    assert "demo (half-life" in traits and "industry" not in traits
    assert "without outcome" in timed.ok("distribution", "timed", "--layer", "intent")
    assert timed.refused("traits", "timed", "--layer", "retention", code=2) == "the model has no layer retention"
    assert "fit, intent or retention" in timed.refused("traits", "timed", "--layer", "mood", code=2)


def test_without_outcomes_it_is_a_surge_and_says_assumed(timed):
    p = timed("fit", "--reference", "ref", "--layers", "intent", "--events", "events.csv", "--as-of", AS_OF, "-o", "surge")
    assert p.returncode == 0 and b"assumed: no outcome says that an account bought" in p.stderr
    timed.ok("score", "surge", "universe.csv", "--key", "domain", "--events", "events.csv", "--as-of", AS_OF, "-o", "surge.csv", "--quiet")
    rows = timed.rows("surge.csv")
    assert all("assumed" in r["intent_flags"].split(";") for r in rows)
    known = [2 ** float(r["intent_evidence"]) for r in rows if "nothing_known" not in r["intent_flags"]]
    assert .8 < sum(known) / len(known) < 1.25 and max(known) <= 8.01 and min(known) > .4
    assert max(known) > 2, "nobody surges"


def test_invalidating_events_name_themselves_and_show_both_values(timed):
    hot = max(timed.rows("timed.csv"), key=lambda r: float(r["intent_evidence"]))
    events = [list(e.values()) for e in timed.rows("events.csv")]
    write(timed.folder / "broken.csv", ["domain", "event type", "date", "amount"], events + [[hot["key"], "Acquisition", "2023-12-31", ""]])
    timed.ok("score", "timed", "universe.csv", "--events", "broken.csv", "--as-of", AS_OF, "-o", "broken_scores.csv", "--quiet")
    changed = [(a, b) for a, b in zip(timed.rows("timed.csv"), timed.rows("broken_scores.csv")) if a != b]
    assert [a["key"] for a, _ in changed] == [hot["key"]]
    now = changed[0][1]
    assert now["intent_event"] == "acquisition 2023-12-31" and "invalidated" in now["intent_flags"].split(";")
    assert int(now["intent_score"]) < int(now["intent_without_event"])
    assert now["fit_score"] == hot["fit_score"]
    said = timed.ok("explain", "timed", "universe.csv", "--company", hot["key"], "--layer", "intent", "--events", "broken.csv", "--as-of", AS_OF, "--quiet")
    assert 'invalidated by "acquisition" on 2023-12-31' in said


def test_invalidating_events_of_a_segment_and_of_all(timed):
    trait = max((r for r in csv.DictReader(io.StringIO(timed.ok("traits", "timed", "--format", "csv"))) if r["trait"].startswith("country=")),
                key=lambda r: float(r["reference_percent"]))["trait"]
    events = [list(e.values()) for e in timed.rows("events.csv")]
    base = timed.rows("timed.csv")
    for key in (f"segment:{trait}", "*"):
        write(timed.folder / "many.csv", ["domain", "event type", "date", "amount"], events + [[key, "Disruption", "2023-12-01", ""]])
        timed.ok("score", "timed", "universe.csv", "--events", "many.csv", "--as-of", AS_OF, "-o", "many_scores.csv", "--quiet", "--reasons", "64")
        hit = 0
        for a, b in zip(base, timed.rows("many_scores.csv")):
            named = {part.rsplit(" ", 1)[0] for part in b["reasons"].split(";")}
            unknown = "nothing_known" in a["intent_flags"]
            if b["intent_event"]:
                assert b["intent_event"] == "disruption 2023-12-01" and b["intent_without_event"] == a["intent_score"] and not unknown
                assert key == "*" or trait in named
                if hit % 50 == 0:
                    said = timed.json("explain", "timed", "universe.csv", "--company", b["key"], "--layer", "intent", "--events", "many.csv", "--as-of", AS_OF,
                                      "--format", "json", "--quiet")
                    assert str(said["causes"]["score"]) == b["intent_score"] and said["causes"]["invalidated"]["day"] == "2023-12-01"
                hit += 1
            else:
                assert b["intent_evidence"] == a["intent_evidence"]
                assert unknown or (key != "*" and trait not in named)
        assert hit > 50


def test_staleness_audit(timed):
    got = timed.json("audit", "timed", "--events", "events.csv", "--as-of", AS_OF, "--format", "json", "--quiet")
    by_type = {s["type"]: s for s in got["signals"]}
    events = [e for e in timed.rows("events.csv") if e["date"] < AS_OF]
    for name in ("visit", "demo"):
        mine = sorted(e["date"] for e in events if e["event type"].lower() == name)
        s = by_type[name]
        assert s["events"] == len(mine) and s["newest"] == mine[-1]
        ages = sorted((datetime.date.fromisoformat(AS_OF) - datetime.date.fromisoformat(d)).days for d in mine)
        assert abs(s["median_age_days"] - ages[len(ages) // 2]) <= 1
        h = s["half_life_days"]
        weight = lambda a: 2 ** (-a / h)
        old = sum(weight(a) for a in ages if a >= 3 * h) / sum(map(weight, ages))
        assert s["stale_after_days"] == 3 * h and abs(s["stale_thousandths"] / 1000 - old) < .06  # whole blocks of a half-life
        assert s["low_days"] <= h <= s["high_days"]
    assert by_type["demo"]["half_life"] == "measured" and by_type["demo"]["low_days"] <= 14 <= by_type["demo"]["high_days"]
    assert got["accounts"]["with_events"] == len({e["domain"] for e in events})
    assert "stale_after_days" in timed.ok("audit", "timed", "--events", "events.csv", "--as-of", AS_OF, "--format", "csv", "--quiet")


def test_what_was_read_is_said(timed):
    (timed.folder / "dirty.csv").write_text(
        "domain;event type;date;amount\na.example;visit;31/12/2023;3\na.example;visit;soon;4\n;visit;01/02/2023;5\na.example;;01/02/2023;1\n"
        "b.example;demo;01/03/1969;\nb.example;demo;01/03/2025;\na.example;visit;31/12/2023;3\nb.example;demo;13/03/2023;abc\n")
    p = timed("score", "timed", "universe.csv", "--events", "dirty.csv", "--as-of", AS_OF, "-o", "x.csv")
    said = p.stderr.decode()
    assert p.returncode == 0
    for part in ("of 8 rows read", "1 without a key", "1 without a type", "1 with an unreadable date", "1 before 1970", "1 at or after --as-of, not seen",
                 "1 said before", "2 of 2 accounts are in no row of universe.csv", "1 with an unreadable value", "day before month", 'first unreadable date: dirty.csv:2: "soon"'):
        assert part in said, (part, said)


def test_wrong_use_is_refused_with_a_reason(timed):
    def refused(*arguments, code=1):
        return timed.refused(*arguments, "-o", "never", "--quiet", code=code)

    fit = ("fit", "--reference", "ref")
    assert "needs --as-of" in timed.refused("score", "timed", "universe.csv", "--events", "events.csv", code=2)
    assert "no layer of the model looks at events" in timed.refused("score", "model", "universe.csv", "--events", "events.csv", "--as-of", AS_OF, code=2)
    assert "--quadrant needs" in timed.refused("score", "model", "universe.csv", "--quadrant", "early", code=2)
    assert "--quadrant is one of" in timed.refused("score", "timed", "universe.csv", "--quadrant", "hot", code=2)
    assert "--layers takes" in refused(*fit, "--layers", "mood", code=2)
    assert "--horizon" in refused(*fit, "--layers", "intent", "--horizon", "5000", code=2)
    assert "--customers is missing" in refused(*fit, code=2)
    assert "intent cannot be learned from outcomes alone" in refused(*fit, "--layers", "intent", "--outcomes", "outcomes.csv")
    assert "retention has nothing to compare with" in refused(*fit, "--layers", "retention", "--events", "events.csv", "--outcomes", "outcomes.csv")
    few = "".join((timed.folder / "outcomes.csv").read_text().splitlines(True)[:6])
    (timed.folder / "few.csv").write_text(few)
    said = refused(*fit, "--layers", "intent", "--events", "events.csv", "--outcomes", "few.csv")
    assert "outcomes" in said and "at least 20 outcomes are needed" in said
    (timed.folder / "none.csv").write_text("domain,event type\na.example,visit\n")
    assert refused(*fit, "--layers", "intent", "--events", "none.csv", "--outcomes", "outcomes.csv").startswith("none.csv")
    (timed.folder / "card2.json").write_text('{"playbook": {\n "sometimes": "x"}}')
    said = refused(*fit, "--customers", "customers.csv", "--card", "card2.json")
    assert said.startswith("card2.json:2:") and "pursue" in said
    assert not (timed.folder / "never").exists()


def test_ten_thousand_types_are_counted(timed):
    rows = [["domain", "type", "date"]] + [[f"c{i % 50}.example", f"kind {i}", day(i % 1000)] for i in range(10000)]
    write(timed.folder / "types.csv", rows[0], rows[1:])
    p = timed("score", "timed", "universe.csv", "--events", "types.csv", "--as-of", AS_OF, "-o", "x.csv")
    assert p.returncode == 0 and b"10000 of 10000 rows read" in p.stderr
    got = timed.json("fit", "--reference", "ref", "--layers", "intent", "--events", "types.csv", "--events", "events.csv", "--outcomes", "outcomes.csv",
                     "--as-of", AS_OF, "-o", "x", "--format", "json", "--quiet")
    assert got["summary"]["timing"]["read"]["events"]["types"] == 10002
    assert {s["type"] for s in got["summary"]["timing"]["signals"]} == {"visit", "demo"}


def test_an_outcome_said_twice_is_one(timed):
    common = ("fit", "--reference", "ref", "--layers", "intent", "--events", "events.csv", "--as-of", AS_OF, "--quiet", "--format", "json", "-o", "x")
    once = timed.json(*common, "--outcomes", "outcomes.csv")["summary"]
    twice = timed.json(*common, "--outcomes", "outcomes.csv", "--outcomes", "outcomes.csv")["summary"]
    assert once["timing"]["distinct_outcomes_micro"] == twice["timing"]["distinct_outcomes_micro"] > 100 * 10**6
    assert once["cross_fitted"] == twice["cross_fitted"] and once["timing"]["signals"] == twice["timing"]["signals"]


def test_busy_accounts_surge_as_quiet_ones_do(timed):
    """The same fourfold rise, of two visits a day and of forty."""
    rows = []
    for n, row in enumerate(timed.rows("universe.csv")[:40]):
        rate, surge = (2 if n < 20 else 40), n % 20 == 0
        for d in range(730, 1095):
            rows += [[row["domain"], "visit", day(d)]] * (rate * (4 if surge and d >= 1095 - 27 else 1))
    write(timed.folder / "busy.csv", ["domain", "type", "date"], rows)
    timed.ok("fit", "--reference", "ref", "--layers", "intent", "--events", "busy.csv", "--as-of", AS_OF, "-o", "busy", "--quiet")
    timed.ok("score", "busy", "universe.csv", "--events", "busy.csv", "--as-of", AS_OF, "-o", "busy_scores.csv", "--quiet")
    got = [int(r["intent_score"]) for r in timed.rows("busy_scores.csv")[:40]]
    assert min(got[0], got[20]) > max(got[1:20] + got[21:]) + 100, got


def test_many_rows_for_all_take_no_time(timed):
    events = [list(e.values()) for e in timed.rows("events.csv")]
    write(timed.folder / "stars.csv", ["domain", "event type", "date", "amount"], [["*", "merger", day(d % 1000), ""] for d in range(200000, 0, -1)] + events)
    timed.ok("fit", "--reference", "ref", "--layers", "intent", "--events", "stars.csv", "--outcomes", "outcomes.csv", "--as-of", AS_OF, "-o", "x", "--quiet")


def test_what_is_left_out_is_said(timed):
    events = [list(e.values()) for e in timed.rows("events.csv")]
    rows = [["segment:industry=nothing", "merger", day(900), ""], ["Segment:", "merger", day(900), ""], ["*", "demo", day(900), ""]]
    write(timed.folder / "odd.csv", ["domain", "event type", "date", "amount"], events + rows)
    said = timed("score", "timed", "universe.csv", "--events", "odd.csv", "--as-of", AS_OF, "-o", "x.csv").stderr.decode()
    assert "2 invalidating events of segments whose trait the model lacks: left out" in said
    assert "1 rows for all or a segment that invalidate nothing: left out" in said
    (timed.folder / "vague.csv").write_text("domain,outcome,date\na.example,maybe,2022-01-01\nb.example,perhaps,2022-01-01\n")
    said = timed.refused("fit", "--reference", "ref", "--layers", "intent", "--events", "events.csv", "--outcomes", "vague.csv", "-o", "never", "--quiet")
    assert "none of 2 outcomes can be used" in said and "maybe" in said
    write(timed.folder / "kinds.csv", ["domain", "type", "date"], [["a.example", f"kind {n}", "2023-01-01"] for n in range(66000)])
    said = timed.refused("fit", "--reference", "ref", "--layers", "intent", "--events", "kinds.csv", "-o", "never", "--quiet")
    assert said.startswith("kinds.csv:65536") and "different types" in said


def test_an_intent_model_knows_its_key(timed):
    timed.ok("fit", "--reference", "ref", "--layers", "intent", "--events", "events.csv", "--outcomes", "outcomes.csv", "--as-of", AS_OF, "-o", "only", "--quiet")
    key = timed.rows("events.csv")[0]["domain"]
    assert "intent " in timed.ok("explain", "only", "universe.csv", "--company", key, "--events", "events.csv", "--as-of", AS_OF, "--quiet")
    (timed.folder / "other.csv").write_text("name\nx\n")
    assert "no column 'domain' for the key" in timed.refused("score", "only", "other.csv", "--events", "events.csv", "--as-of", AS_OF, "--quiet")


def test_segments_of_a_layer_count_its_scores(timed):
    report = timed.json("segments", "timed", "universe.csv", "--layer", "intent", "--events", "events.csv", "--as-of", AS_OF, "--by", "country", "--format", "json", "--quiet")
    tiers = [r["intent_tier"].lower().replace(" ", "_") for r in timed.rows("timed.csv")]
    assert report["layer"] == "intent" and report["total"]["tiers"] == {t: tiers.count(t) for t in report["total"]["tiers"]}
    assert sum(s["companies"] for s in report["columns"][0]["segments"]) == len(tiers)
