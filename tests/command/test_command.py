# SPDX-License-Identifier: MIT
"""The command on good input: formats, order, threads, splits."""
import csv
import gzip
import io
import json
import random
import subprocess

from conftest import ICP

COLUMNS = ["key", "fit_score", "fit_tier", "fit_low", "fit_high", "fit_evidence", "confidence", "flags", "reasons"]
EDGES = {"Excellent": (657, 759), "Good": (551, 656), "Fair": (445, 550), "Poor": (339, 444), "Very Poor": (200, 338)}


def test_one_row_per_row_in_order(world):
    scores, universe = world.rows("scores.csv"), world.rows("universe.csv")
    assert list(scores[0]) == COLUMNS
    assert [r["key"] for r in scores] == [r["domain"] for r in universe]


def test_score_tier_interval_and_evidence_agree(world):
    for r in world.rows("scores.csv"):
        score, t = int(r["fit_score"]), float(r["fit_evidence"])
        low, high = EDGES[r["fit_tier"]]
        assert low <= score <= high
        assert int(r["fit_low"]) <= score <= int(r["fit_high"])
        if abs(t) < 3:
            assert abs(498 + 53 * t - score) <= 1.01


def test_customers_score_higher(world):
    given = {r["domain"] for r in world.rows("customers.csv")}
    withheld = {r["domain"] for r in world.rows("withheld.csv")}
    rows = sorted((r for r in world.rows("scores.csv") if r["key"] not in given), key=lambda r: -float(r["fit_evidence"]))
    tenth = [r["key"] in withheld for r in rows[:len(rows) // 10]]
    assert sum(tenth) >= 12  # by chance: 6


def test_threads_and_order_and_split_change_nothing(world, tmp_path):
    whole = (world.folder / "scores.csv").read_bytes()
    world.ok("score", "model", "universe.csv", "--threads", "3", "-o", tmp_path / "threads.csv")
    assert (tmp_path / "threads.csv").read_bytes() == whole
    lines = (world.folder / "universe.csv").read_text().splitlines(keepends=True)
    order = list(range(1, len(lines)))
    random.Random(3).shuffle(order)
    (tmp_path / "shuffled.csv").write_text(lines[0] + "".join(lines[i] for i in order))
    world.ok("score", "model", tmp_path / "shuffled.csv", "-o", tmp_path / "out.csv")
    ours, scored = whole.splitlines(), (tmp_path / "out.csv").read_bytes().splitlines()
    assert scored[1:] == [ours[i] for i in order]


def test_fit_is_the_same_from_shuffled_split_merged_and_threaded_input(world, tmp_path):
    lines = (world.folder / "universe.csv").read_text().splitlines(keepends=True)
    keys = (world.folder / "customers.csv").read_text().splitlines(keepends=True)
    rng = random.Random(11)
    body = lines[1:]
    rng.shuffle(body)
    parts = []
    for i in range(10):
        (tmp_path / f"part{i}.csv").write_text(lines[0] + "".join(body[i::10]))
        world.ok("reference", "build", "--key", "domain", "--quiet", "-o", tmp_path / f"ref{i}", tmp_path / f"part{i}.csv")
        parts.append(tmp_path / f"ref{i}")
    rng.shuffle(parts)
    world.ok("reference", "merge", "--quiet", "-o", tmp_path / "ref", *parts)
    assert (tmp_path / "ref").read_bytes() == (world.folder / "ref").read_bytes()
    customers = keys[1:]
    rng.shuffle(customers)
    (tmp_path / "customers.csv").write_text(keys[0] + "".join(customers))
    world.ok("fit", "--reference", tmp_path / "ref", "--customers", tmp_path / "customers.csv", "--threads", "2", "--quiet", "-o", tmp_path / "model")
    assert (tmp_path / "model").read_bytes() == (world.folder / "model").read_bytes()


def test_gzip_json_lines_and_semicolons_score_alike(world, tmp_path):
    rows = world.rows("universe.csv")
    whole = (world.folder / "scores.csv").read_bytes()
    with gzip.open(tmp_path / "u.csv.gz", "wt", encoding="utf-8", newline="") as f:
        f.write((world.folder / "universe.csv").read_text())
    (tmp_path / "u.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    text = io.StringIO()
    out = csv.DictWriter(text, list(rows[0]), delimiter=";", lineterminator="\r\n")
    out.writeheader()
    out.writerows(rows)
    (tmp_path / "u2.csv").write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())
    for name in ("u.csv.gz", "u.jsonl", "u2.csv"):
        world.ok("score", "model", tmp_path / name, "-o", tmp_path / "out.csv")
        assert (tmp_path / "out.csv").read_bytes() == whole, name


def test_formats_say_the_same(world):
    rows = world.rows("scores.csv")
    lines = [json.loads(line) for line in world.ok("score", "model", "universe.csv", "--format", "jsonl").splitlines()]
    array = world.json("score", "model", "universe.csv", "--format", "json")
    assert lines == array and len(array) == len(rows)
    assert [{k: str(v) for k, v in r.items() if k != "fit_evidence"} for r in array] == [{k: v for k, v in r.items() if k != "fit_evidence"} for r in rows]
    table = world.ok("score", "model", "universe.csv", "--format", "table", "--top", "5").splitlines()
    assert len(table) == 6 and table[0].split() == COLUMNS
    best = sorted(rows, key=lambda r: -float(r["fit_evidence"]))[:5]
    assert {line.split()[0] for line in table[1:]} == {r["key"] for r in best}


def test_standard_input_and_output(world):
    p = world("score", "model", "-", input=(world.folder / "universe.csv").read_bytes())
    assert p.returncode == 0 and p.stdout == (world.folder / "scores.csv").read_bytes()


def test_explain_adds_up(world):
    key = max(world.rows("scores.csv"), key=lambda r: float(r["fit_evidence"]))["key"]
    whole = world.json("explain", "model", "universe.csv", "--company", key, "--format", "json")
    row = next(r for r in world.rows("scores.csv") if r["key"] == key)
    total = sum(c["points"] for c in whole["contributions"])
    assert abs(total / 53 - float(row["fit_evidence"])) < .05 * (1 + len(whole["contributions"])) / 53
    text = world.ok("explain", "model", "universe.csv", "--company", key)
    assert key in text and row["fit_score"] in text and "confidence" in text


def test_traits_show_the_profile(world):
    traits = {t["trait"]: t for t in world.json("traits", "model", "--format", "json")}
    assert traits["industry=fintech"]["weight"] > 0 and traits["industry=fintech"]["lift"] > 1.5
    assert traits["industry=construction"]["weight"] < 0
    for t in traits.values():
        assert -100 <= t["weight"] <= 100


def test_distribution_counts_every_company(world):
    rows = world.json("distribution", "scores.csv", "--format", "json")
    assert sum(r["companies"] for r in rows) == 3000
    tiers = {r["tier"]: r["companies"] for r in rows}
    assert tiers["Excellent"] == sum(r["fit_tier"] == "Excellent" for r in world.rows("scores.csv"))
    both = world.json("distribution", "model", "--format", "json")
    assert {r["of"] for r in both} == {"reference", "customers"}
    assert sum(r["companies"] for r in both if r["of"] == "customers") == 60
    assert "Excellent" in world.ok("distribution", "model")


def test_promise_1_bounds_the_tiers(world):
    rows = world.json("distribution", "scores.csv", "--format", "json")
    tiers = {r["tier"]: r["companies"] for r in rows}
    assert tiers["Excellent"] <= 3000 / 8 and tiers["Excellent"] + tiers["Good"] <= 3000 / 2


def test_schema_can_be_edited_and_given_back(world, tmp_path):
    schema = world.ok("schema", "universe.csv")
    assert json.loads(schema)
    (tmp_path / "schema.json").write_text(schema)
    world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--schema", tmp_path / "schema.json", "-o", tmp_path / "model")
    world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--exclude-field", "industry", "-o", tmp_path / "without")
    assert not [t for t in world.json("traits", tmp_path / "without", "--format", "json") if t["trait"].startswith("industry")]
    world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--include-field", "industry", "-o", tmp_path / "only")
    assert all(t["trait"].startswith("industry") for t in world.json("traits", tmp_path / "only", "--format", "json"))


def test_few_customers_are_refused_or_said(world, tmp_path):
    keys = (world.folder / "customers.csv").read_text().splitlines()[:13]
    (tmp_path / "few.csv").write_text("\n".join(keys) + "\n")
    message = world.refused("fit", "--reference", "ref", "--customers", tmp_path / "few.csv", "-o", tmp_path / "m")
    assert "12" in message and "20" in message and not (tmp_path / "m").exists()
    world.ok("fit", "--reference", "ref", "--customers", tmp_path / "few.csv", "--allow-few", "-o", tmp_path / "m")
    world.ok("score", tmp_path / "m", "universe.csv", "-o", tmp_path / "s.csv")
    assert all("few_customers" in r["flags"] for r in world.rows(tmp_path / "s.csv"))


def test_help_and_usage(world):
    said = {}
    for words in ((), ("schema",), ("reference", "build"), ("reference", "merge"), ("reference", "show"), ("fit",), ("score",), ("explain",), ("traits",),
                  ("distribution",), ("dataset",), ("events",), ("audit",), ("match",)):
        text = world.ok(*words, "--help")
        assert "usage: icp " + " ".join(words) in text
        for line in text.splitlines():
            if line.startswith("  -"):  # the same word everywhere: with the same value
                option, value = line[2:26].split(" ", 1)
                assert said.setdefault(option, value.strip()) == value.strip(), line
    assert len(said) >= 25 and said["--as-of"] == "DATE" and said["--release"] == "PATTERN"
    assert world.ok("--version").startswith("icp 0.1")
    for words in (("nonsense",), ("score", "model"), ("score", "a", "b", "c"), ("fit", "--k", "3"), ("reference", "build", "-o", "x", "f", "--k", "3x"),
                  ("fit", "--reference"), ("score", "model", "universe.csv", "--format", "xml"), ("reference", "build", "universe.csv")):
        world.refused(*words, code=2)


def test_quiet_and_pipes_print_no_progress(world, tmp_path):
    p = world("fit", "--reference", "ref", "--customers", "customers.csv", "-o", tmp_path / "m", "--quiet")
    assert p.returncode == 0 and p.stderr == b""


def test_a_closed_pipe_is_a_silent_failure(world):
    p = subprocess.run(f"{ICP} score model universe.csv | head -1; exit ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash", capture_output=True,
                       cwd=world.folder)
    assert p.stdout.startswith(b"key,") and p.stderr == b""
    assert p.returncode == 1


def test_reference_show(world):
    shown = {r["figure"]: r["value"] for r in world.json("reference", "show", "ref", "--format", "json")}
    assert shown["companies"] == "3000" and shown["key column"] == "domain" and len(shown["id"]) == 64


def test_weights_column(world, tmp_path):
    keys = (world.folder / "customers.csv").read_text().splitlines()[1:]
    one = tmp_path / "one.csv"
    one.write_text("domain,weight\n" + "".join(f"{k},1\n" for k in keys))
    world.ok("fit", "--reference", "ref", "--customers", one, "--weights", "weight", "-o", tmp_path / "m")
    assert (tmp_path / "m").read_bytes() == (world.folder / "model").read_bytes()
    one.write_text("domain,weight\n" + "".join(f"{k},{-1 if i == 2 else 1}\n" for i, k in enumerate(keys)))
    message = world.refused("fit", "--reference", "ref", "--customers", one, "--weights", "weight", "-o", tmp_path / "m2")
    assert "one.csv:3:2" in message


def test_customers_that_are_not_found_are_said(world, tmp_path):
    keys = (world.folder / "customers.csv").read_text() + "nobody.example\n"
    (tmp_path / "more.csv").write_text(keys)
    p = world("fit", "--reference", "ref", "--customers", tmp_path / "more.csv", "-o", tmp_path / "m")
    assert p.returncode == 0 and b"warning: 1 of 61 customers were found nowhere\n" in p.stderr
    whole = world.json("fit", "--reference", "ref", "--customers", tmp_path / "more.csv", "-o", tmp_path / "m", "--format", "json", "--quiet")
    assert whole["matches"]["unmatched"] == {"count": 1, "keys": ["nobody.example"]}


def test_fit_names_customers_that_need_a_look(world, tmp_path):
    keys = (world.folder / "customers.csv").read_text().splitlines()
    (tmp_path / "more.csv").write_text("\n".join([*keys, keys[1], "nobody].example"]) + "\n")
    p = world("fit", "--reference", "ref", "--customers", tmp_path / "more.csv", "-o", tmp_path / "m")
    said = p.stderr.decode().splitlines()
    assert "not found, for example: nobody].example" in said
    assert f"listed more than once and counted once, for example: {keys[1]}" in said


def test_explain_says_what_was_unknown_and_unreadable(world, tmp_path):
    (tmp_path / "odd.csv").write_text("domain,employees,founded\nacme.com,lots,1750\n")
    said = world.ok("explain", "model", tmp_path / "odd.csv", "--company", "acme.com").splitlines()
    assert "unreadable, taken as unknown: employees" in said
    assert "outside what the reference holds: founded" in said
    unknown = next(line for line in said if line.startswith("unknown, adding nothing: "))
    assert "industry" in unknown and "founded" not in unknown


def test_explain_says_that_a_key_stands_twice(world, tmp_path):
    (tmp_path / "two.csv").write_text("domain,industry\nacme.com,Fintech\nacme.com,Media\n")
    said = world.ok("explain", "model", tmp_path / "two.csv", "--company", "acme.com").splitlines()
    assert "note: 2 rows have this key; this is the first" in said
    assert any("industry=fintech" in line for line in said) and not any("industry=media" in line for line in said)


def test_what_is_refused_prints_no_heading(world):
    p = world("score", "model", "customers.csv")
    assert p.returncode == 1 and p.stdout == b"" and b"none of the model's" in p.stderr


def test_wrong_words_say_what_is_right(world):
    assert "build merge show" in world.refused("reference", code=2)
    assert "csv|jsonl|json|table" in world.refused("score", "model", "universe.csv", "--format", "xml", code=2)
    assert world.refused("fit", "--format", "csv", code=2).endswith("forms of icp fit: json")
    assert "usage: icp score MODEL FILE" in world.refused("score", "model", code=2)
    assert "usage:" in world.ok("reference", "--help")


def test_a_model_names_no_customer(world, tmp_path):
    keys = (world.folder / "customers.csv").read_text().splitlines()
    (tmp_path / "more.csv").write_text("\n".join([*keys, keys[1], "nobody.example"]) + "\n")
    whole = world.json("fit", "--reference", "ref", "--customers", tmp_path / "more.csv", "-o", tmp_path / "m", "--format", "json", "--quiet")
    assert whole["matches"]["duplicate"]["keys"] == [{"key": keys[1], "rows": 2, "differ": False}]
    assert whole["summary"]["matches"]["unmatched"] == {"count": 1} and whole["summary"]["matches"]["duplicate"] == {"count": 1}
    model = (tmp_path / "m").read_bytes()
    assert b'"unmatched"' in model and not [k for k in [*keys[1:], "nobody.example"] if k.encode() in model]


def test_no_command_has_an_option_twice(icp):
    """Several options share a word; a command that took two of them would heed the first alone."""
    names = [line.split("icp ", 1)[1] for line in icp.ok("--help").splitlines() if line.startswith("  icp ")]
    for name in names:
        words = [w for w in name.split() if w.isalpha() and w.islower()][:2]
        for n in (2, 1):
            p = icp(*words[:n], "--help")
            if p.returncode == 0:
                break
        options = [line.split()[0] for line in p.stdout.decode().splitlines() if line.startswith("  -")]
        assert options and len(options) == len(set(options)), name
