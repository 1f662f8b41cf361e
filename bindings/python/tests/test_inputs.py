# SPDX-License-Identifier: MIT
"""Rows in every form that needs no other package mean the same."""
import datetime as dt
import decimal
import enum
import gzip
import io
import json
import pathlib
import random

import icp
import pytest


class Level(enum.Enum):
    A = "Insurance"


def random_value(rng):
    """A value of Python and the JSON text that means the same."""
    kinds = [
        lambda: (s := "".join(rng.choice("abcXYZ äßé日本🦆,;\"'\\\n\t ") for _ in range(rng.randrange(12))), s),
        lambda: (n := rng.randrange(-10**6, 10**6), n),
        lambda: (float(n := rng.randrange(-1000, 1000)), n),
        lambda: (f := rng.random() * 10 ** rng.randrange(9), f),
        lambda: (None, None), lambda: (float("nan"), None), lambda: (float("-inf"), None),
        lambda: (b := rng.random() < .5, b),
        lambda: (decimal.Decimal("12.50"), 12.5), lambda: (decimal.Decimal("NaN"), None),
        lambda: (dt.date(2024, 2, rng.randrange(1, 29)), None),
        lambda: (["x", "y z", str(rng.randrange(9))], None), lambda: (("a", 1, None), ["a", 1, None]), lambda: ({"one"}, ["one"]),
        lambda: (b"caf\xc3\xa9", "café"), lambda: (Level.A, "Insurance"), lambda: (pathlib.PurePosixPath("/a/b"), "/a/b"),
    ]
    value, meant = rng.choice(kinds)()
    if isinstance(value, dt.date):
        meant = value.isoformat()
    return value, value if meant is None and isinstance(value, list) else meant


@pytest.mark.parametrize("seed", range(8))
def test_values_of_python_mean_what_json_lines_mean(seed, tmp_path):
    rng = random.Random(seed)
    rows, lines = [], []
    for i in range(300):
        row, line = {"key": f"k{i}"}, {"key": f"k{i}"}
        for name in rng.sample(["a", "b", "Größe", "d e"], rng.randrange(5)):
            row[name], line[name] = random_value(rng)
        rows.append(row)
        lines.append(json.dumps(line, separators=(",", ":")))
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(lines) + "\n")
    expected = icp.Reference.build(path, key="key")
    for given in (rows, iter(rows), tuple(rows), path.read_bytes(), io.BytesIO(path.read_bytes()), open(path), gzip.compress(path.read_bytes())):
        assert icp.Reference.build(given, key="key").to_bytes() == expected.to_bytes()
    assert icp.Schema.infer(rows) == icp.Schema.infer(path)


def test_a_dict_of_columns_means_its_rows(companies, reference):
    columns = {name: tuple(row[name] for row in companies) for name in companies[0]}
    assert icp.Reference.build(columns, key="domain") == icp.Reference.build(companies, key="domain")
    assert icp.Reference.build(columns, key="domain").info.rows_read == 1000


def test_one_record_scores_as_a_row_does(model, companies):
    rng = random.Random(5)
    scorer = icp.Scorer(model)
    for _ in range(300):
        row = {name: value for name, value in rng.choice(companies).items() if rng.random() < .8}
        if rng.random() < .5:
            row["employees"] = rng.choice([12, 12.0, 12.5, 1e20, float("nan"), None, decimal.Decimal("120"), "12-50", True])
        if rng.random() < .5:
            row["technologies"] = rng.choice([["PostgreSQL", "React"], [], "React;Excel", {"React"}, ("a;b",)])
        if rng.random() < .2:
            row["Industry "] = row.pop("industry", None)
        if rng.random() < .2:
            row["no such column"] = "x"
        one, many = scorer.score_one(row), model.score([row])
        assert (one.score, one.low, one.high, one.millipoints, one.variance, one.flags, one.tier, one.confidence, one.holds_milli, one.effective_milli) == tuple(
            many[0][n] for n in ("score", "low", "high", "millipoints", "variance", "flags", "tier", "confidence", "holds_milli", "effective_milli"))
        assert model.score_one(row) == one
        assert sum(part.millipoints for part in scorer.explain(row).contributions) == one.millipoints


def test_unicode_keys_and_headers_come_back():
    rows = [{"Schlüssel": f"größe-{i}-日本-🦆", "Stadt": "Zürich" if i % 2 else "München", "n": i} for i in range(100)]
    reference = icp.Reference.build(rows, key="Schlüssel")
    model = icp.fit([row for row in rows if row["Stadt"] == "Zürich"], reference)
    result = model.score(rows)
    assert result["key"] == [row["Schlüssel"] for row in rows]
    assert result[1].score > result[0].score
    assert model.find_trait("stadt=zürich").points > 0
    assert model.score([{"Stadt": "Zürich", "n": 1}])[0].score == result[1].score
    assert model.score([{"Stadt": "\ud800"}])[0].score  # half a surrogate pair is no text


@pytest.mark.parametrize("empty", [[], iter(()), {}, {"domain": [], "industry": []}])
def test_nothing_to_score_gives_no_rows_and_all_columns(model, companies, empty):
    result = model.score(empty)
    assert len(result) == 0 and list(result) == []
    assert result.columns == model.score(companies[:1]).columns
    assert result.to_dict() == {name: [] for name in result.columns}
    assert list(model.score_batches([])) == []


def test_a_table_without_rows_gives_no_rows(model, tmp_path):
    (tmp_path / "header.csv").write_text("domain,industry\n")
    assert len(model.score(tmp_path / "header.csv")) == 0


def test_rows_keep_their_number_and_order(model, companies):
    rows = [{} if i % 7 == 0 else row for i, row in enumerate(companies)]
    result = model.score(rows)
    assert len(result) == len(rows)
    assert [key for key in result["key"]] == ["" if i % 7 == 0 else row["domain"] for i, row in enumerate(companies)]
    shuffled = random.Random(1).sample(companies, len(companies))
    by_key = {row.key: row.score for row in model.score(companies)}
    assert [row.score for row in model.score(shuffled)] == [by_key[row["domain"]] for row in shuffled]


def test_rows_without_a_key_column_are_told_by_their_order(model, companies):
    rows = [{name: value for name, value in row.items() if name != "domain"} for row in companies]
    result = model.score(rows)
    assert "key" not in result.columns
    assert list(result["score"]) == list(model.score(companies)["score"])
    with pytest.raises(icp.KeyColumnError):
        model.score(rows, key="domain")


def test_columns_that_come_late_are_read(model, companies):
    rows = [{"domain": row["domain"]} for row in companies[:5000]] + [dict(row, extra=str(i)) for i, row in enumerate(companies)]
    result = model.score(rows)
    assert list(result["score"])[1000:] == list(model.score(companies)["score"])


def test_keys_that_come_late_leave_the_first_rows_without(model, companies):
    rows = [{"industry": row["industry"]} for row in companies] * 6 + companies
    result = model.score(iter(rows))
    assert model.score(rows).to_dict() == result.to_dict()
    assert result.columns[0] == "key" and result["key"] == [""] * 6000 + [row["domain"] for row in companies]
    assert result.to_dict()["key"] == result["key"] and len(result) == 7000 and result[0].key == ""


def test_customers_may_be_a_plain_list_of_keys(golden, reference, model):
    keys = (golden / "customers.csv").read_text().split()[1:]
    assert icp.fit(keys, reference) == icp.fit(iter(keys), reference) == model


def test_what_a_generator_raises_comes_out_as_itself(model):
    class Broken(Exception):
        pass

    def rows():
        for i in range(20000):
            if i == 15000:
                raise Broken("the cable is cut")
            yield {"domain": str(i), "industry": "Insurance"}
    with pytest.raises(Broken, match="the cable is cut"):
        model.score(rows())
    with pytest.raises(TypeError, match="a row is a mapping"):
        model.score([{"domain": "a"}] * 10 + [7])
    assert len(model.score([{"industry": "a"}])) == 1  # nothing is left of it


def test_a_folder_of_linked_tables_is_taken_wherever_rows_are(tmp_path):
    rng = random.Random(2)
    accounts = [{"id": f"a{i}", "industry": rng.choice(["bank", "retail"])} for i in range(200)]
    deals = [{"deal_id": f"d{i}", "account_id": f"a{rng.randrange(200)}", "stage": rng.choice(["won", "lost"]), "amount": rng.randrange(1000),
              "closed": f"2024-0{rng.randrange(1, 10)}-11"} for i in range(600)]
    folder = tmp_path / "crm"
    folder.mkdir()
    for name, rows in (("accounts", accounts), ("deals", deals)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    of_folder = icp.Reference.build(folder)
    assert of_folder.info.companies == 200 and "deals count" in [column.name for column in of_folder.schema]
    dataset = icp.Dataset({"accounts": accounts, "deals": deals})
    assert dataset.key == "id" and icp.Reference.build(dataset) == of_folder
    assert dataset.report()["tables"] and dataset.manifest()["tables"]
    assert icp.Reference.build(icp.Dataset({"accounts": accounts, "deals": deals}, manifest=dataset.manifest())) == of_folder
    assert icp.Reference.build(icp.Dataset({"accounts": folder / "accounts.jsonl", "deals": deals}, exclude="deals.amount")) != of_folder
    model = icp.fit([row for row in accounts if row["industry"] == "bank"][:30], of_folder)
    assert len(model.score(folder)) == 200
    with pytest.raises(TypeError, match="several times"):
        icp.Dataset({"accounts": accounts, "deals": iter(deals)})
    with pytest.raises(icp.IoError):
        icp.Dataset({"accounts": accounts, "deals": folder / "absent.csv"})


def test_what_was_read_is_told(golden, companies):
    told = icp.examine(golden / "companies.csv")
    assert told["format"] == "csv" and told["rows"] == 1000
    assert icp.examine(companies)["rows"] == 1000 and icp.examine(companies)["format"] == "jsonl"


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_no_thousands_where_a_model_writes_decimal_commas(seed):
    """1.234 is 1,234 thousandths as a number of Python, in rows, in a record and in a table, although the text 1.234 would be a thousand and more."""
    chance = random.Random(seed)
    values = [round(chance.lognormvariate(1, 1.5), 3) for _ in range(600)]
    names = [f"c{i}.example" for i in range(600)]
    written = lambda value: f"{value:.3f}".replace(".", ",")  # noqa: E731
    companies = "".join(f"{name};{written(value)};{chance.choice(['x', 'y'])}\n" for name, value in zip(names, values))
    companies = ("domain;ratio;kind\n" + companies).encode()
    buyers = [{"domain": name} for name, value in zip(names, values) if value > 6][:60]
    model = icp.fit(buyers, icp.Reference.build(companies, key="domain"))
    assert any(trait.column == "ratio" and trait.kind == "range" and trait.points for trait in model.traits())
    wanted = [model.score_one({"ratio": written(value)}).millipoints for value in values]
    assert [model.score_one({"ratio": value}).millipoints for value in values] == wanted
    assert [model.score_one({"ratio": decimal.Decimal(f"{value:.3f}")}).millipoints for value in values] == wanted
    assert list(model.score([{"ratio": value} for value in values])["millipoints"]) == wanted
    assert list(model.score({"ratio": values})["millipoints"]) == wanted
    assert [model.score_one({"ratio": f"{value:.3f}"}).millipoints for value in values] != wanted
