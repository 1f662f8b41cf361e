# SPDX-License-Identifier: MIT
"""icp edit and icp diff: what they write, that scores follow, wrong input."""
import csv
import io
import json
import random

import pytest
from conftest import TOP
from test_timing import AS_OF, timed  # noqa: F401

PARTS = ["data", "decay", "edits", "customers", "reference", "extraction", "joint"]


def diff_rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def check_sums(rows):
    """Every company that stands in both files: its parts are its change, and the saturation what the displayed scores say beside."""
    n = 0
    for r in rows:
        if r["status"] not in ("same", "changed"):
            assert r["change"] == "" and r["status"] in ("only_before", "only_now", "duplicate")
            continue
        n += 1
        assert sum(int(r[p]) for p in PARTS) == int(r["change"]), r
        assert int(r["change"]) + int(r["saturation"]) == 1000 * (int(r["score_now"]) - int(r["score_before"])), r
        assert (r["status"] == "changed") == (r["change"] != "0")
    return n


@pytest.fixture
def traits(world):
    return json.loads(world.ok("traits", "model", "--format", "json"))


@pytest.fixture
def edit(world, tmp_path):
    def run(*arguments, model="model", name="edited", reason="new market"):
        world.ok("edit", model, "--reference", "ref", "--author", "Ann", "--reason", reason, *arguments, "-o", tmp_path / name)
        return tmp_path / name
    return run


def test_options_and_a_file_give_the_same_model(world, edit, traits, tmp_path):
    trait = traits[0]["trait"]
    one = edit("--off-family", "technology", "--off-column", "country", "--set", f"{trait} weight=3", "--set", f"{traits[1]['trait']} points=-12000")
    items = [{"family": "technology", "off": True}, {"column": "country", "off": True}, {"trait": trait, "weight": 3}, {"trait": traits[1]["trait"], "points": -12000}]
    (tmp_path / "edits.json").write_text(json.dumps({"author": "Ann", "reason": "new market", "edits": items}))
    world.ok("edit", "model", "--reference", "ref", "--edits", tmp_path / "edits.json", "-o", tmp_path / "two")
    assert one.read_bytes() == (tmp_path / "two").read_bytes()
    world.ok("edit", "model", "--reference", "ref", "--edits", "-", "-o", tmp_path / "three", input=(tmp_path / "edits.json").read_bytes())
    assert one.read_bytes() == (tmp_path / "three").read_bytes()


def test_traits_show_what_was_learned_and_who_changed_it(world, edit, traits):
    assert "learned_points" not in traits[0]
    first, family = traits[0], traits[1]["family"]
    model = edit("--set", f"{first['trait']} points=7500")
    second = edit("--off-family", family, model=model, name="second", reason="not sold to any more")
    shown = {t["trait"]: t for t in json.loads(world.ok("traits", second, "--format", "json"))}
    assert len(shown) == len(traits)
    for t in traits:
        now = shown[t["trait"]]
        if t["family"] == family:
            assert now["points"] == 0 and now["weight"] == 0 and (t["points"] == 0 or (now["learned_points"], now["learned_weight"]) == (t["points"], t["weight"]))
        elif t["trait"] == first["trait"]:
            assert (now["points"], now["learned_points"], now["weight"]) == (7.5, t["points"], t["weight"])
        else:
            assert (now["points"], now["learned_points"], now["weight"]) == (t["points"], None, t["weight"])
    text = world.ok("traits", second)
    assert text.endswith("\nedited by Ann: new market\nedited by Ann: not sold to any more\n")


def test_scores_follow_and_say_so_and_going_back_gives_the_old_ones(world, edit, tmp_path):
    model = edit("--off-family", "industry", "--off-family", "keywords")
    scores = list(csv.DictReader(io.StringIO(world.ok("score", model, "universe.csv"))))
    assert all("edited" in r["flags"].split(";") for r in scores)
    assert not any("industry" in reason.partition("=")[0] for r in scores for reason in r["reasons"].split(";"))
    assert "points of the model were changed by hand" in world.ok("explain", model, "universe.csv", "--company", scores[0]["key"])
    back = edit("--learned-family", "industry", "--learned-family", "keywords", model=model, name="back")
    assert world.ok("score", back, "universe.csv").encode() == (world.folder / "scores.csv").read_bytes()
    for form in ("table", "json"):
        assert world.ok("distribution", back, "--format", form) == world.ok("distribution", "model", "--format", form)
    assert world.ok("distribution", model) != world.ok("distribution", "model")


def test_remarks_on_standard_error(world, tmp_path):
    run = world("edit", "model", "--reference", "ref", "--author", "a", "--reason", "b", "--off-family", "hiring", "-o", tmp_path / "m")
    assert run.returncode == 0 and run.stdout == b"" and run.stderr.endswith(b" traits differ from what was learned; every result carries the flag edited\n")
    run = world("edit", tmp_path / "m", "--reference", "ref", "--author", "a", "--reason", "b", "--learned-family", "hiring", "-o", tmp_path / "n")
    assert run.stderr == b"no trait differs from what was learned\n"
    run = world("edit", "model", "--reference", "ref", "--author", "a", "--reason", "b", "--off-family", "hiring", "-o", tmp_path / "m", "--quiet")
    assert run.stderr == b""


WRONG = [
    (["--off-family", "hiring"], "either --edits, or --author and --reason"),
    (["--author", "a", "--reason", "b"], "either --edits"),
    (["--author", "a", "--reason", "b", "--edits", "x", "--off-family", "hiring"], "either --edits"),
    (["--author", "a", "--reason", "b", "--set", "industry=fintech"], "--set takes"),
    (["--author", "a", "--reason", "b", "--set", "industry=fintech weight=much"], "--set takes"),
    (["--author", "a", "--reason", "b", "--set", "industry=fintech width=3"], "--set takes"),
]


@pytest.mark.parametrize("arguments,says", WRONG)
def test_wrong_usage_of_edit(world, arguments, says):
    assert says in world.refused("edit", "model", "--reference", "ref", *arguments, "-o", "out", code=2)
    assert not (world.folder / "out").exists()


def test_edits_that_are_refused_leave_nothing(world, tmp_path):
    def refused(text, *more):
        (tmp_path / "e.json").write_text(text)
        return world.refused("edit", "model", "--reference", "ref", "--edits", tmp_path / "e.json", "-o", tmp_path / "out", *more)
    assert refused('{"author":"a","reason":"b",\n"edits":[{"family":"colour","off":true}]}') == f"{tmp_path}/e.json:2:20: unknown family \"colour\""
    assert "expected a list" in refused('{"author":"a","reason":"b","edits":[]}')
    assert refused("{").startswith(f"{tmp_path}/e.json:1:2: ")
    assert world.refused("edit", "model", "--reference", "ref", "--author", "a", "--reason", "b", "--set", "no=trait points=1", "-o", tmp_path / "out") == \
        "the fit layer has no trait \"no=trait\""
    world.ok("reference", "build", "--key", "domain", "--k", "100", "-o", tmp_path / "other", "universe.csv", "--quiet")
    assert "another reference" in world.refused("edit", "model", "--reference", tmp_path / "other", "--author", "a", "--reason", "b", "--off-family", "size", "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def earlier(world, tmp_path):
    """The universe at an earlier moment: other cells, other companies, one twice."""
    rng = random.Random(5)
    rows = world.rows("universe.csv")
    head = list(rows[0])
    for r in rows:
        if rng.random() < .3:
            name = rng.choice(head[1:])
            r[name] = rng.choice(rows)[name]
    rows[7]["domain"] = "gone.example"
    rows.append(rows[11])
    rng.shuffle(rows)
    with open(tmp_path / "before.csv", "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, head)
        w.writeheader()
        w.writerows(rows)
    return tmp_path / "before.csv"


def test_two_moments_of_one_model(world, earlier, tmp_path):
    found = world.json("diff", "model", "universe.csv", "--before", earlier, "-o", tmp_path / "rows.csv", "--format", "json")
    rows = diff_rows((tmp_path / "rows.csv").read_text())
    assert check_sums(rows) == found["companies"] == 2998
    assert (found["only_before"], found["only_now"], found["duplicates"]) == (1, 1, 1)
    assert [r["key"] for r in rows] == sorted(r["key"] for r in rows)
    assert all(int(r[p] or 0) == 0 for r in rows for p in PARTS[1:])
    before = {r["key"]: r for r in csv.DictReader(io.StringIO(world.ok("score", "model", earlier)))}
    now = {r["key"]: r for r in world.rows("scores.csv")}
    for r in rows:
        if r["status"] in ("same", "changed"):
            assert (r["score_before"], r["tier_before"], r["score_now"], r["tier_now"]) == \
                (before[r["key"]]["fit_score"], before[r["key"]]["fit_tier"], now[r["key"]]["fit_score"], now[r["key"]]["fit_tier"])
    assert [sum(map(sum, found["tiers"])), sum(p["sum"] for p in found["parts"][1:-1])] == [found["companies"], found["parts"][0]["sum"]]


def test_two_models_and_the_table(world, edit, earlier, tmp_path):
    model = edit("--off-family", "technology")
    text = world.ok("diff", "model", model, "universe.csv", "--before", earlier, "-o", tmp_path / "rows.csv", "--top", "3")
    rows = diff_rows((tmp_path / "rows.csv").read_text())
    check_sums(rows)
    assert all(int(r[p] or 0) == 0 for r in rows for p in PARTS if p not in ("data", "edits"))
    assert text.startswith("2998 companies compared: ") and "; 1 only before; 1 only now; 1 keys more than once, not compared\n" in text
    for line in ("company data", "edits by hand", "rounding, saturation", "tier before -> now", "largest changes"):
        assert line in text
    assert "customer list" not in text and "decay" not in text  # they moved nobody
    assert len(text.split("largest changes")[1].strip().splitlines()) == 4


def test_list_and_reference_are_told_apart_with_a_third_model_alone(world, tmp_path):
    world.ok("reference", "build", "--key", "domain", "--k", "1500", "-o", tmp_path / "ref2", "universe.csv", "--quiet")
    keys = (world.folder / "customers.csv").read_text().splitlines(keepends=True)
    (tmp_path / "c2.csv").write_text("".join(keys[:1] + keys[20:] + (world.folder / "withheld.csv").read_text().splitlines(keepends=True)[1:]))
    fit = ["--customers", tmp_path / "c2.csv", "--universe", "universe.csv", "--quiet"]
    world.ok("fit", "--reference", tmp_path / "ref2", *fit, "-o", tmp_path / "to")
    world.ok("fit", "--reference", "ref", *fit, "-o", tmp_path / "via")
    text = world.ok("diff", "model", tmp_path / "to", "universe.csv", "-o", tmp_path / "a")
    assert "customer list and reference, jointly" in text
    world.ok("diff", "model", tmp_path / "to", "universe.csv", "--via", tmp_path / "via", "-o", tmp_path / "b")
    a, b = diff_rows((tmp_path / "a").read_text()), diff_rows((tmp_path / "b").read_text())
    check_sums(a), check_sums(b)
    assert [r["key"] for r in a] == [r["domain"] for r in world.rows("universe.csv")]  # one file: in its order
    assert [int(r["joint"]) for r in a] == [int(r["customers"]) + int(r["reference"]) for r in b]
    assert "not fitted on the reference of the first" in world.refused("diff", "model", tmp_path / "to", "universe.csv", "--via", tmp_path / "to")


def test_extraction_versions_are_told_apart_too(icp):
    """model-1.icp reads by version 1; the same list on the same reference, read by the newest version, differs by that alone."""
    golden = TOP / "tests/golden"
    icp.ok("reference", "build", "-o", "ref", golden / "companies.csv", "--quiet")
    icp.ok("fit", "--reference", "ref", "--customers", golden / "customers.csv", "-o", "new", "--quiet")
    icp.ok("fit", "--reference", "ref", "--customers", golden / "customers.csv", "--schema", golden / "schema-1.json", "-o", "via", "--quiet")
    found = icp.json("diff", golden / "model-1.icp", "new", golden / "companies.csv", "-o", "a", "--format", "json")
    assert found["joint"] == ["customers", "extraction"] and found["from"]["extraction"] == 1 and found["to"]["extraction"] > 1
    icp.ok("diff", golden / "model-1.icp", "new", golden / "companies.csv", "--via", "via", "-o", "b")
    for a, b in zip(icp.rows("a"), icp.rows("b"), strict=True):
        assert a["joint"] == a["change"] == b["change"] == b["extraction"] and b["customers"] == b["joint"] == "0"


def test_decay_of_events(timed, tmp_path):  # noqa: F811
    found = timed.json("diff", "timed", "universe.csv", "--layer", "intent", "--events", "events.csv", "--before-as-of", "2023-09-01", "--as-of", AS_OF, "-o",
                       tmp_path / "rows", "--format", "json", "--quiet")
    rows = diff_rows((tmp_path / "rows").read_text())
    assert check_sums(rows) == 3000 and found["layer"] == "intent" and found["as_of"] - found["before_as_of"] == 122 * 86400 * 10**6
    assert any(r["decay"] != "0" for r in rows) and any(r["data"] != "0" for r in rows)
    then = timed.ok("score", "timed", "universe.csv", "--events", "events.csv", "--as-of", "2023-09-01", "--quiet")
    now = timed.rows("timed.csv")
    for r, a, b in zip(rows, csv.DictReader(io.StringIO(then)), now):
        assert (r["score_before"], r["score_now"]) == (a["intent_score"], b["intent_score"])


def test_wrong_usage_of_diff(world):
    assert "MODEL MODEL2 NOW" in world.refused("diff", "model", "universe.csv", "--via", "model", code=2)
    assert "--as-of" in world.refused("diff", "model", "universe.csv", "--events", "x", code=2)
    assert "--before-as-of" in world.refused("diff", "model", "universe.csv", "--before-as-of", "2024-01-01", code=2)
    assert "no date" in world.refused("diff", "model", "universe.csv", "--before-as-of", "soon", code=2)
    assert "a file is missing" in world.refused("diff", "model", code=2)
    assert "no such file" in world.refused("diff", "model", "absent.csv")
    assert "no layer intent" in world.refused("diff", "model", "universe.csv", "--layer", "intent", code=2)
    world.refused("diff", "model", "universe.csv", "--before", "universe.csv", "--key", "absent", "-o", "rows")
    assert not (world.folder / "rows").exists()
