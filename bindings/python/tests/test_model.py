# SPDX-License-Identifier: MIT
"""What a model, its results, distributions and accounts tell, held against the command's JSON where the command has it."""
import array
import json
import os
import subprocess

import icp
import pytest


def command(*arguments):
    """What the command prints as JSON; a skip where it is not built."""
    name = os.environ.get("ICP") or os.path.join(os.environ.get("ICP_BUILD", "/nowhere"), "examples/icp/icp")
    if not os.path.exists(name):
        pytest.skip("the command is not built")
    done = subprocess.run([name, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def files(model, timing, reference, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    model.save(folder / "m.icp")
    timing.save(folder / "t.icp")
    reference.save(folder / "r.icpref")
    return folder


def test_figures_of_a_model(model, timing, reference):
    info = model.info
    assert info.reference_id == reference.id == reference.info.id and info.parent_id == "" and info.layers == ("fit",)
    assert info.companies == 1000 and info.customers == 60 and info.traits == len(model.traits())
    assert timing.layers == ("fit", "intent", "retention")
    layer = timing.layer("intent")
    assert layer.layer == "intent" and layer.horizon_days == 90 and layer.key == "domain" and layer.signals == len(timing.signals("intent"))
    assert len(timing.traits()) == sum(len(timing.traits(name)) for name in timing.layers)
    assert {signal.type for signal in timing.signals("retention")} and timing.signals()[0].newest.year in (2022, 2023)
    assert model.summary()["columns"] and repr(model).startswith(f"<icp.Model {model.id[:12]}")


def test_traits(model):
    traits = model.traits("fit")
    trait = traits.top(1)[0]
    assert model.find_trait(trait.id) == trait and model.find_trait("nothing=at all") is None
    assert trait in list(traits) and traits[-1] == traits[len(traits) - 1] and traits[:2] == [traits[0], traits[1]]
    assert -100 <= trait.weight <= 100 and trait.customers <= trait.customers_of <= 60 and trait.family in ("industry", "size", "geography", "technology",
                                                                                                        "stage", "keywords", "hiring", "other")
    with pytest.raises(IndexError):
        traits[len(traits)]


def test_scores_are_those_of_the_command(timing, files, golden):
    told = command("score", files / "t.icp", golden / "companies.csv", "--events", golden / "events.csv", "--as-of", "2024-01-01", "--format", "json")
    result = timing.score(golden / "companies.csv", events=golden / "events.csv", as_of="2024-01-01", reasons=5)
    rows = told if isinstance(told, list) else told["rows"]
    assert len(rows) == len(result)
    for row, line in zip(result, rows):
        for name in ("key", "fit_score", "fit_tier", "fit_low", "fit_high", "confidence", "intent_score", "intent_tier", "intent_confidence", "quadrant", "action",
                     "retention_score"):
            assert row[name] == line[name], name
        assert ";".join(icp.flag_names(row.flags)) == line["flags"]
        assert ";".join(icp.flag_names(row.intent_flags)) == line["intent_flags"]
        assert (row.intent_event or "") == line["intent_event"]


def test_columns_by_name_and_layer(timing, companies):
    result = timing.score(companies, layers=("intent", "retention"), reasons=2)
    assert result.layers == ("intent", "retention") and result[0]["score"] == result[0].intent_score == result[0].score
    assert "quadrant" not in result.columns and "fit_score" not in result.columns
    assert len(result.reasons("retention")) == len(result) and all(len(one) <= 2 for one in result.reasons("intent"))
    for wrong in ("fit_score", "nothing"):
        with pytest.raises(KeyError):
            result[wrong]
    with pytest.raises(AttributeError):
        result[0].nothing
    with pytest.raises(IndexError):
        result[len(result)]
    assert result[-1].key == companies[-1]["domain"]
    with pytest.raises(icp.UnsupportedError):
        result.codes("key")
    assert [icp.tier_of(row.millipoints) for row in result] == [row.tier for row in result]
    assert [icp.score_of(row.millipoints) for row in result] == [row.score for row in result]


def test_numbers_without_numpy_are_arrays(model, companies, monkeypatch):
    from icp import result as module
    result = model.score(companies, reasons=3)
    monkeypatch.setattr(module, "_numpy", lambda: None)
    assert isinstance(result.codes("tier"), array.array) and list(result["score"]) == result.to_dict()["fit_score"]
    assert all(len(traits) <= 3 for traits in result["reason_traits"])


def test_batches_are_the_whole(model, companies):
    rows = companies * 9
    parts = list(model.score_batches(rows))
    assert len(parts) > 1 and sum(map(len, parts)) == 9000
    assert [row.score for part in parts for row in part] == list(model.score(rows)["score"])


def test_distributions(model, companies):
    stored, counted = model.distribution(), icp.Distribution()
    assert stored.spread.companies == len(stored) == sum(stored.counts) == 1000
    result = model.score(companies)
    counted.add(result)
    other = icp.Distribution()
    for score in result["score"]:
        other.add_score(int(score))
    assert counted == other and sum(counted.spread.tiers.values()) == 1000
    assert counted.merge(other).counts == [2 * n for n in other.counts]
    assert len(model.distribution(who="customers")) == 60
    assert counted.spread.customer_bits_micro == other.spread.customer_bits_micro > 0


def test_explanations_are_those_of_the_command(model, files, golden, companies):
    told = command("explain", files / "m.icp", golden / "companies.csv", "--company", companies[0]["domain"], "--format", "json")
    explained = model.explain(companies[0])
    assert explained.causes == told["causes"] and explained.score.score == told["causes"]["score"]
    assert [part.trait for part in explained.contributions][:5] == [part["trait"] for part in told["contributions"]][:5]
    assert sum(part.millipoints for part in explained.contributions) == explained.score.millipoints
    assert explained.contributions == sorted(explained.contributions, key=lambda part: -abs(part.millipoints))
    assert explained.causes


def test_references_are_those_of_parts(reference, companies):
    parts = [icp.Reference.build(companies[i::7], key="domain") for i in range(7)]
    assert icp.Reference.merge(*parts) == reference
    assert icp.Reference.merge(*parts).to_bytes() == reference.to_bytes()
    small = [icp.Reference.build(companies[i::3], key="domain", k=100, seed=4) for i in range(3)]
    assert icp.Reference.merge(*small) == icp.Reference.build(companies, key="domain", k=100, seed=4) and len(icp.Reference.merge(*small)) == 100
    builder = icp.ReferenceBuilder(key="domain")
    builder.merge(parts[0])
    builder.add([row for i, row in enumerate(companies) if i % 7])
    assert builder.finish() == reference


def test_schemas(reference, model, companies):
    schema = reference.schema
    assert [column.name for column in schema] == [schema[i].name for i in range(len(schema))] and schema[-1].id
    assert icp.Schema.from_json(schema.to_json()) == icp.Schema.from_json(schema.to_dict()) == schema
    only = schema.select("indus*")
    assert {column.kind for column in only if column.name not in ("industry", "domain")} == {"ignored"}
    assert icp.Schema.infer(companies).select(["industry", "country"], keep=False) != icp.Schema.infer(companies)
    some = [row for row in companies if row["industry"] != "Insurance"][:60]
    assert icp.fit(some, reference, schema=only).info.traits < icp.fit(some, reference).info.traits
    with pytest.raises(icp.SchemaError):
        schema.select("no such column")


def test_edits_and_cards(model, reference, companies):
    trait = model.traits("fit").top(1)[0]
    edited = model.edit(reference, [{"trait": trait.id, "weight": 1}], author="Jane", reason="we sell elsewhere now")
    assert edited.info.parent_id == model.id and edited.info.flags.count("edited") == 1 and edited.find_trait(trait.id).learned_weight == trait.weight
    assert edited.summary()["edits"][0]["author"] == "Jane"
    with pytest.raises(icp.FormatError) as caught:
        model.edit(reference, '{"author":"a","reason":"b","edits":[{"trait":"nothing=here","weight":1}]}')
    assert caught.value.line == 1 and caught.value.column
    carded = model.with_card({"owner": "Jane Doe", "review": {"next": "2020-01-01"}})
    assert carded.card["owner"] == "Jane Doe" and carded != model and model.card == {}
    standing = icp.standing(carded, as_of="2024-01-01")
    assert standing["owner"] == "Jane Doe"
    assert "review_overdue" in icp.flag_names(carded.score(companies[:1], as_of="2024-01-01")[0].flags)
    assert carded.score(companies[:1])[0].flags == model.score(companies[:1])[0].flags  # the clock is not read


def test_accounts(timing, golden, companies):
    accounts = timing.accounts(golden / "events.csv", as_of="2024-01-01")
    assert accounts.report()["events"]["rows"] == 6306 and accounts.audit("intent")["signals"]
    key = next(row["domain"] for row in companies if _has_events(accounts, row["domain"]))
    account = accounts.account(key)
    again = icp.Account.from_bytes(timing, account.to_bytes())
    assert again.to_bytes() == account.to_bytes()
    fresh = [icp.Account(timing), icp.Account(timing)]
    events = [("login", "2023-11-01"), ("login", "2023-12-01T10:00:00Z", 3.5), ("support ticket", "2023-10-01")]
    for one, order in zip(fresh, (events, events[::-1])):
        for event in order:
            one.add(*event)
    assert fresh[0].to_bytes() == fresh[1].to_bytes() != icp.Account(timing).to_bytes()
    scorer = timing.scorer(as_of="2024-01-01")
    update = scorer.update(companies[0], [("login", "2023-12-20")], fresh[0])
    assert set(update.scores) == {"fit", "intent", "retention"} and update.quadrant in ("low", "investigate", "early", "pursue")
    assert update.scores["intent"] == scorer.score_one(companies[0], "intent", account=fresh[1].add("login", "2023-12-20"))
    with pytest.raises(icp.ArgumentError):
        scorer.update(companies[0], [("login", "2023-12-20")])
    with pytest.raises(icp.StateError):
        scorer.update(companies[0], [("login", "2025-12-20")], fresh[0])
    by_hand = icp.Accounts(timing, "2024-01-01")
    assert by_hand.add_event("acme.com", "login", "2023-12-20") is False
    with pytest.raises(icp.NoMatchError):
        by_hand.account("other.com")


def _has_events(accounts, key):
    try:
        accounts.account(key)
    except icp.NoMatchError:
        return False
    return True


def test_events_that_can_be_read_once_are_refused_where_they_must_be_read_twice(timing):
    events = [{"domain": "a.example", "type": "login", "time": "2023-05-01"}, {"domain": "a.example", "type": "acquisition", "time": "2023-04-01"}]
    assert timing.accounts(events, as_of="2024-01-01").report()["events"]["rows"] == 2
    with pytest.raises(icp.StateError, match="read again"):
        timing.accounts(iter(events), as_of="2024-01-01")


def test_a_fit_step_by_step_is_the_fit_at_once(reference, timing, golden, companies):
    import csv
    fit = icp.Fit(reference, as_of="2024-01-01").add_customers(golden / "customers.csv")
    fit.add_events(golden / "events.csv", columns={"key": "domain", "time": "time"})
    with open(golden / "outcomes.csv", newline="") as file:
        for row in csv.DictReader(file):
            fit.add_outcome(row["domain"], row["outcome"], row["date"])
    fit.add_event("quicklink0.example", "login", "2030-01-01", 1.0)  # behind as_of: not seen
    assert fit.run() == timing
    assert fit.matches()["matched"] == 60 and fit.events()["events"]
    assert icp.audit(golden / "customers.csv", reference)["columns"]
    assert icp.match(["quicklink0.example", "nobody.example"], reference)["unmatched"]["count"] == 1
    without = icp.fit(golden / "customers.csv", reference, excluded=[row["domain"] for row in companies[:50]], universe=companies,
                      card={"owner": "Jane"})
    assert without.card == {"owner": "Jane"}


def test_a_model_as_sql(model):
    for dialect in ("duckdb", "sqlite"):
        text = model.to_sql(dialect, partial=True)
        assert model.id in text and "fit_partial_score" in text and text == model.to_sql(dialect, partial=True) != model.to_sql(dialect, partial=True, table="leads")
    with pytest.raises(ValueError, match="a dialect is one of"):
        model.to_sql("access")
    with pytest.raises(icp.Error):
        model.to_sql(key="no such column", table="")
