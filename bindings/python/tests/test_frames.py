# SPDX-License-Identifier: MIT
"""Tables of pandas, Polars, PyArrow and DuckDB, in and out; each is skipped where its package is absent."""
import datetime as dt
import decimal
import gc
import os
import random
import subprocess
import sys

import icp
import pytest

pa = pytest.importorskip("pyarrow")
np = pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def table(golden):
    import pyarrow.csv
    types = {name: pa.string() for name in ("domain", "name", "industry", "funding_stage", "country", "city", "technologies", "open_positions", "description")}
    return pyarrow.csv.read_csv(golden / "companies.csv", convert_options=pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True))


@pytest.fixture(scope="module")
def expected(model, golden):
    return model.score(golden / "companies.csv").to_dict()


def forms(table):
    """The same rows in every form there is."""
    yield "table", lambda: table
    yield "batch", lambda: table.combine_chunks().to_batches()[0]
    yield "reader", lambda: pa.RecordBatchReader.from_batches(table.schema, iter(table.to_batches(max_chunksize=77)))
    yield "sliced", lambda: pa.concat_tables([table.slice(0, 333), table.slice(333)])
    yield "only a stream", lambda: type("Stream", (), {"__arrow_c_stream__": lambda self, requested_schema=None: table.__arrow_c_stream__()})()
    yield "only an array", lambda: type("Array", (), {"__arrow_c_array__": lambda self, requested_schema=None:
                                                      table.combine_chunks().to_batches()[0].__arrow_c_array__()})()
    yield "dictionaries", lambda: pa.table({name: table[name].dictionary_encode() if pa.types.is_string(table[name].type) else table[name]
                                            for name in table.column_names})
    yield "rows", table.to_pylist
    yield "columns", lambda: {name: table[name] for name in table.column_names}
    try:
        import pandas as pd
        yield "pandas", lambda: pd.DataFrame(table.to_pandas())
        yield "pandas, an index as key", lambda: table.to_pandas().set_index("domain")
        yield "pandas of objects", lambda: pd.DataFrame(table.to_pylist(), dtype=object)
        yield "pandas, arrow types", lambda: table.to_pandas(types_mapper=pd.ArrowDtype)
        yield "pandas, another index", lambda: table.to_pandas().set_index(np.arange(1000)[::-1])
    except ImportError:
        pass
    try:
        import polars as pl
        yield "polars", lambda: pl.DataFrame(table)
        yield "polars, lazy", lambda: pl.DataFrame(table).lazy()
    except ImportError:
        pass
    try:
        import duckdb
        yield "duckdb", lambda: duckdb.connect().from_arrow(table)
    except ImportError:
        pass


def test_every_form_gives_the_same_scores(model, table, expected):
    seen = []
    for name, form in forms(table):
        result = model.score(form())
        assert len(result) == 1000
        found = result.to_dict()
        assert {k: found[k] for k in expected} == expected, name
        seen.append(name)
    assert len(seen) >= 9


def test_every_form_gives_the_same_model(golden, model, table):
    for name, form in forms(table):
        reference = icp.Reference.build(form(), key="domain")
        assert icp.fit(golden / "customers.csv", reference) == model, name


def test_a_column_of_keys_is_a_list_of_customers(golden, reference, model):
    keys = (golden / "customers.csv").read_text().split()[1:]
    forms = [pa.array(keys), pa.chunked_array([keys[:3], keys[3:]]), pa.table({"domain": keys}), np.array(keys), np.array(keys, dtype=object)]
    for package, make in (("pandas", lambda p: p.Series(keys)), ("polars", lambda p: p.Series(keys))):
        if package in sys.modules:
            forms.append(make(sys.modules[package]))
    for form in forms:
        assert icp.fit(form, reference) == model


@pytest.mark.parametrize("seed", range(6))
def test_types_of_arrow_mean_what_values_of_python_mean(seed, model):
    rng = random.Random(seed)
    rows = []
    for i in range(400):
        rows.append({"key": f"k{i}", "employees": rng.choice([None, 5.0, 12.25, float("nan"), 1e12, -0.0, 1e15, 1e16, 1e17, 1.5e-7, 1e-9, 1e22, 1.2345678901234567e+30,
                                                                        rng.random() * 10 ** rng.randrange(-12, 25)]), "n": rng.choice([None, rng.randrange(-2**40, 2**40)]),
                     "ok": rng.choice([None, True, False]), "day": rng.choice([None, dt.date(2020, 2, rng.randrange(1, 29))]),
                     "when": rng.choice([None, dt.datetime(2020, 2, 3, 4, 5, rng.randrange(60))]),
                     "tags": rng.choice([None, [], ["a b", "c"], ["x"] * 3]), "price": rng.choice([None, decimal.Decimal("12.50"), decimal.Decimal("-0.01")]),
                     "text": rng.choice([None, "", "größe 日本 🦆", 'a "b", c;d'])})
    schema = pa.schema([("key", pa.large_string()), ("employees", pa.float64()), ("n", pa.int64()), ("ok", pa.bool_()), ("day", pa.date32()),
                        ("when", pa.timestamp("us")), ("tags", pa.list_(pa.string())), ("price", pa.decimal128(10, 2)), ("text", pa.string())])
    table = pa.Table.from_pylist(rows, schema=schema)
    of_rows, of_table = icp.Reference.build(rows, key="key"), icp.Reference.build(table, key="key")
    assert icp.Schema.infer(table).to_dict()["columns"] == icp.Schema.infer(rows).to_dict()["columns"]
    assert of_table.to_bytes() == of_rows.to_bytes()


def test_results_go_out_as_arrow(timing, companies, golden):
    result = timing.score(companies * 6, events=golden / "events.csv", as_of="2024-01-01", reasons=3)
    out = pa.table(result)
    assert out.num_rows == len(result) == 6000 and out.column_names == result.columns
    assert out.to_pydict() == result.to_dict() and result.to_arrow().equals(out)
    out.validate(full=True)
    assert pa.RecordBatchReader.from_stream(result).read_all().equals(out)
    del result
    gc.collect()
    assert out.to_pydict()["key"][5999] == companies[-1]["domain"]
    part = next(timing.score_batches(companies))
    assert pa.record_batch(part).to_pydict() == part.to_dict()


def test_capsules_that_nobody_reads_leave_nothing_behind(model, companies):
    from icp import _arrow
    result = model.score(companies)
    batch = next(model.score_batches(companies))
    for _ in range(50):
        result.__arrow_c_stream__()
        batch.__arrow_c_array__()
        pa.RecordBatchReader.from_stream(result).read_next_batch()
    del result, batch
    gc.collect()
    _arrow.sweep()
    assert not _arrow._held and not _arrow._streams


def test_a_capsule_outlives_its_result(model, companies):
    expected = model.score(companies).to_dict()
    capsule = model.score(companies).__arrow_c_stream__()
    for _ in range(3):
        model.score(companies[:5]).__arrow_c_stream__()
    gc.collect()
    holder = type("Holder", (), {"__arrow_c_stream__": lambda self, requested_schema=None: capsule})()
    assert pa.table(holder).to_pydict() == expected


def test_keys_that_come_late_in_a_stream_are_told(model, companies):
    rows = [{"industry": row["industry"]} for row in companies] * 6 + companies
    assert pa.table(model.score(rows)).num_rows == 7000  # of a list all columns are known from the start
    result = model.score(iter(rows))
    assert len(result.to_pandas()) == 7000
    with pytest.raises(icp.UnsupportedError, match="without a column of keys"):
        pa.table(result)


@pytest.mark.parametrize("held", ["pa.RecordBatchReader.from_stream(result)", "result.__arrow_c_stream__()", "part.__arrow_c_array__()", "pa.table(result)"])
def test_the_interpreter_ends_in_peace_with_streams_that_nobody_read(held, golden):
    code = f"""
import icp, pyarrow as pa, builtins
model = icp.Model.load({str(golden / 'model-1.icp')!r})
rows = [{{"domain": "a", "industry": "Insurance"}}] * 9000
result, part = model.score(rows), next(model.score_batches(rows))
builtins.held = {held}
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run([sys.executable, "-X", "dev", "-W", "ignore", "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_moments_of_numpy_are_moments(model):
    import numpy
    days = numpy.array(["2020-01-02", "NaT", "2021-03-04"], dtype="datetime64[ns]")
    columns = {"key": ["a", "b", "c"], "day": days}
    rows = [{"key": "a", "day": days[0]}, {"key": "b", "day": days[1]}, {"key": "c", "day": days[2]}]
    meant = [{"key": "a", "day": "2020-01-02"}, {"key": "b"}, {"key": "c", "day": "2021-03-04"}]
    kinds = [sorted((c.kind, c.name) for c in icp.Schema.infer(r)) for r in (columns, rows, meant)]
    assert kinds[0] == kinds[1] == kinds[2] == [("date", "day"), ("key", "key")]


def test_results_go_out_as_frames(model, timing, companies, golden):
    pd = pytest.importorskip("pandas")
    result = timing.score(companies, events=golden / "events.csv", as_of="2024-01-01", reasons=2)
    frame = result.to_pandas()
    assert list(frame.columns) == result.columns and len(frame) == 1000 and list(frame.index) == list(range(1000))
    assert frame["fit_score"].dtype == np.int32 and frame["fit_millipoints"].dtype == np.int64 and frame["intent_trend_milli"].isna().any()
    assert [None if v is pd.NA else int(v) for v in frame["intent_trend_milli"]] == result.to_dict()["intent_trend_milli"]
    assert isinstance(result["score"], np.ndarray) and result["score"].tolist() == frame["fit_score"].tolist() and result["score"].flags.writeable
    given = pd.DataFrame(companies)
    given["score"] = model.score(given)["score"]
    assert given["score"].tolist() == result["score"].tolist()


def test_results_go_out_to_polars_and_duckdb(model, companies):
    result = model.score(companies)
    pl = pytest.importorskip("polars")
    frame = result.to_polars()
    assert frame.columns == result.columns and frame["fit_score"].to_list() == list(result["score"]) and pl.DataFrame(result).equals(frame)
    duckdb = pytest.importorskip("duckdb")
    scores = result.to_arrow()  # noqa: F841 - DuckDB finds it by its name
    assert duckdb.sql("SELECT count(*), sum(fit_score) FROM scores").fetchall() == [(1000, int(result["score"].sum()))]


def test_pandas_without_pyarrow_means_the_same(monkeypatch, model, table, expected):
    pytest.importorskip("pandas")
    frame = table.to_pandas()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert model.score(frame).to_dict() == expected


def test_frames_of_mixed_objects_mean_their_values(model, companies):
    pd = pytest.importorskip("pandas")
    rows = [dict(row, employees=5 if i % 3 else "51-200" if i % 2 else None) for i, row in enumerate(companies)]
    assert model.score(pd.DataFrame(rows)).to_dict() == model.score(rows).to_dict()


def test_empty_frames(model, table, expected):
    frames = [table.slice(0, 0), pa.table({}), pa.table({"domain": pa.array([], pa.string()), "industry": pa.array([], pa.string())})]
    for name in ("pandas", "polars"):
        if name in sys.modules:
            package = sys.modules[name]
            frames += [package.DataFrame(), package.DataFrame({"domain": [], "industry": []})]
    for frame in frames:
        result = model.score(frame)
        assert len(result) == 0 and result.columns == list(expected)
        out = pa.table(result)
        assert out.num_rows == 0 and out.column_names == list(expected) and len(result.to_pandas() if "pandas" in sys.modules else []) == 0
    empty = pa.RecordBatchReader.from_batches(table.schema, iter(()))
    assert len(model.score(empty)) == 0
    assert len(model.score(table.slice(17, 1))) == 1


def test_what_fails_in_a_stream_is_told(model, table):
    def batches():
        yield table.to_batches(max_chunksize=300)[0]
        raise RuntimeError("the cable is cut")
    with pytest.raises(icp.IoError, match="the cable is cut"):
        model.score(pa.RecordBatchReader.from_batches(table.schema, batches()))
    with pytest.raises(icp.UnsupportedError) as caught:
        model.score(pa.table({"domain": ["a"], "industry": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])}))
    assert caught.value.field == "industry"


def test_ten_million_rows_of_a_stream_take_bounded_memory(model, table):
    from test_lifetime import rss
    batch = table.combine_chunks().to_batches()[0]
    wide = pa.Table.from_batches([batch] * 20).combine_chunks().to_batches()[0]
    counted, most = 0, 0
    stream = pa.RecordBatchReader.from_batches(wide.schema, (wide for _ in range(500)))
    before = None
    for part in model.score_batches(stream):
        counted += len(part)
        if counted >= 500_000 and before is None:
            before = rss()
        elif before is not None and counted % 10 == 0:
            most = max(most, rss())
    assert counted == 10_000_000
    assert most - before < 64 << 20
