# SPDX-License-Identifier: MIT
"""Scores inside DuckDB; skipped where it is absent."""
import concurrent.futures
import datetime as dt
import decimal
import gc
import os
import random
import subprocess
import sys

import icp
import pytest

duckdb = pytest.importorskip("duckdb")
pa = pytest.importorskip("pyarrow")
import icp.duckdb  # noqa: E402


@pytest.fixture
def connection(golden):
    made = duckdb.connect()
    made.execute(f"CREATE TABLE companies AS FROM read_csv('{golden / 'companies.csv'}', all_varchar = true)")
    return made


def columns(relation):
    names = [name for name in relation.columns]
    return dict(zip(names, map(list, zip(*relation.fetchall()))))


def expected(result):
    return {name: values for name, values in result.to_dict().items() if name != "key"}


@pytest.mark.parametrize("threads", [1, 8])
def test_scores_are_those_of_the_model(connection, model, golden, threads):
    connection.execute(f"SET threads = {threads}")
    connection.execute("CREATE TABLE many AS SELECT companies.*, n FROM companies, range(20) r(n)")
    icp.duckdb.register(connection, model)
    wanted = expected(model.score(golden / "companies.csv"))
    found = columns(connection.sql("SELECT unnest(icp_score(companies)) FROM companies"))
    assert found == wanted
    rows = connection.sql("SELECT m.domain, icp_score(m) AS s FROM many m ORDER BY n, domain").fetchall()
    assert len(rows) == 20_000
    order = dict(zip(model.score(golden / "companies.csv")["key"], zip(*wanted.values())))
    assert all(tuple(scored.values()) == order[domain] for domain, scored in rows[::7])
    assert connection.sql("SELECT sum(icp_score(many).fit_millipoints) FROM many").fetchall()[0][0] == 20 * sum(wanted["fit_millipoints"])


def test_threads_never_share_a_scorer(model, companies):
    function = icp.duckdb._Function("icp_score", model, {})
    parts = [pa.array(companies[i:i + 100]) for i in range(0, 1000, 100)]
    wanted = [function(part).to_pylist() for part in parts]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: function(parts[i % 10]).to_pylist(), range(200)))
    assert all(one == wanted[i % 10] for i, one in enumerate(found))
    assert 1 <= len(function.free) == len(set(map(id, function.free))) <= 8


@pytest.mark.parametrize("seed", range(3))
def test_types_of_sql_mean_what_values_of_python_mean(seed):
    rng = random.Random(seed)
    rows = [{"key": f"k{i}", "n": rng.choice([None, 1, 50, 2**40]), "x": rng.choice([None, 0.5, 12.0, 1e-3]), "ok": rng.choice([None, True, False]),
             "day": rng.choice([None, dt.date(2020, 2, rng.randrange(1, 29))]), "price": rng.choice([None, decimal.Decimal("12.50"), decimal.Decimal("7.25")]),
             "tags": rng.choice([None, [], ["a b", "c"], ["größe 🦆"]]), "city": rng.choice([None, "", "Köln", 'a "b", c;d'])} for i in range(3000)]
    reference = icp.Reference.build(rows, key="key")
    model = icp.fit([row for row in rows if row["tags"] == ["a b", "c"] or rng.random() < 0.02], reference, release="*")
    connection = duckdb.connect()
    table = pa.Table.from_pylist(rows, schema=pa.schema([("key", pa.string()), ("n", pa.int64()), ("x", pa.float64()), ("ok", pa.bool_()), ("day", pa.date32()),
                                                         ("price", pa.decimal128(10, 2)), ("tags", pa.list_(pa.string())), ("city", pa.string())]))
    connection.register("rows", table)
    icp.duckdb.register(connection, model)
    assert columns(connection.sql("SELECT unnest(icp_score(rows)) FROM rows")) == expected(model.score(rows))
    connection.execute("CREATE TABLE again AS SELECT * REPLACE (city::ENUM('', 'Köln', 'a \"b\", c;d') AS city) FROM rows")
    assert columns(connection.sql("SELECT unnest(icp_score(again)) FROM again")) == expected(model.score(rows))


def test_what_is_null_or_missing_is_unknown(connection, model):
    icp.duckdb.register(connection, model)
    score = connection.sql("SELECT icp_score({'industry': 'Fintech', 'new': 5, 'country': NULL::VARCHAR}).fit_score").fetchall()[0][0]
    assert score == model.score_one({"industry": "Fintech"}).score
    rows = connection.sql("SELECT icp_score(CASE WHEN n % 2 = 0 THEN {'industry': 'Fintech'} END) FROM range(10) r(n)").fetchall()
    assert [row[0] and row[0]["fit_score"] for row in rows] == [score, None] * 5
    if int(duckdb.__version__.split(".")[0]) >= 2:  # before, DuckDB could not give a NULL without a type to Arrow
        assert connection.sql("SELECT icp_score(NULL)").fetchall() == [(None,)]
    assert connection.sql("SELECT icp_score(companies) FROM companies WHERE false").fetchall() == []
    assert connection.sql("SELECT icp_score({'industry': NULL::VARCHAR}).fit_score").fetchall()[0] == (498,)


def test_a_relation_with_scores(connection, model, golden):
    result = model.score(golden / "companies.csv")
    relation = icp.duckdb.score(connection.table("companies"), model, connection=connection)
    found = columns(relation)
    assert list(found)[:2] == ["domain", "name"] and {name: found[name] for name in expected(result)} == expected(result)
    best = relation.filter("fit_tier = 'Excellent' AND confidence IN ('High', 'Medium')").order("fit_score DESC").project("domain, fit_score").fetchall()
    assert best and all(score >= 657 for _, score in best)
    flagged = connection.sql('SELECT *, 7 AS flags, 8 AS "fit ""x" FROM companies')
    again = columns(icp.duckdb.score(flagged, model, connection=connection))
    assert set(again["flags"]) == {7} and again["icp_flags"] == expected(result)["flags"] and set(again['fit "x']) == {8}
    default = icp.duckdb.score(duckdb.from_arrow(pa.table({"industry": ["Fintech", None]})), model)
    assert [row[1] for row in default.fetchall()] == [model.score_one({"industry": "Fintech"}).score, 498]


def test_events_decisions_and_reasons(connection, timing, golden):
    accounts = timing.accounts(golden / "events.csv", as_of="2024-01-01")
    icp.duckdb.register(connection, timing, "icp_all", accounts=accounts, as_of="2024-01-01", reasons=2)
    result = timing.score(golden / "companies.csv", accounts=accounts, as_of="2024-01-01", reasons=2)
    assert columns(connection.sql("SELECT unnest(icp_all(companies)) FROM companies")) == expected(result)
    icp.duckdb.register(connection, timing, "icp_fit_alone", layers="fit")
    assert "intent_score" not in columns(connection.sql("SELECT unnest(icp_fit_alone(companies)) FROM companies LIMIT 1"))


def test_a_function_lives_as_long_as_the_connection(connection, golden, reference, model, timing):
    icp.duckdb.register(connection, icp.fit(golden / "customers.csv", reference))
    gc.collect()
    assert connection.sql("SELECT sum(icp_score(companies).fit_score) FROM companies").fetchall()[0][0] == sum(model.score(golden / "companies.csv")["fit_score"])
    icp.duckdb.register(connection, timing)  # replaces it
    assert "retention_score" in connection.sql("SELECT unnest(icp_score(companies)) FROM companies").columns


def test_errors_say_what_is_wrong(connection, model):
    icp.duckdb.register(connection, model)
    for sql, said in (("icp_score(5)", "icp_score takes one struct.*not int32"), ("icp_score('a', 'b')", "takes one struct"), ("icp_score({'x': 1})", "none of the model's"),
                      ("icp_score()", "icp_score")):
        with pytest.raises(duckdb.Error, match=said):
            connection.sql(f"SELECT {sql}").fetchall()
    for name in ("a b", "", "1x", 'x"; DROP TABLE companies; --'):
        with pytest.raises(ValueError, match="letters, digits"):
            icp.duckdb.register(connection, model, name)
    with pytest.raises(icp.UnsupportedError):
        icp.duckdb.register(connection, model, layers="intent")


def test_without_duckdb_the_error_says_what_to_install():
    code = "import sys\nsys.modules['duckdb'] = None\nimport icp\ntry:\n    import icp.duckdb\nexcept ImportError as error:\n    print(error)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert "pip install duckdb pyarrow" in done.stdout, done.stderr
