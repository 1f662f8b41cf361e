# SPDX-License-Identifier: MIT
"""The Arrow interface against Arrow itself: every type that pyarrow can make, tables of pandas, Polars and DuckDB, results given out."""
import ctypes
import datetime
import decimal
import gc
import itertools
import json
import pathlib
import random
import threading

import pytest
from conftest import Failure, ScorerOptions

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
D, T, DT = datetime.date, datetime.time, datetime.datetime
UTC = datetime.timezone.utc


def dictionary(values, index):
    return pa.array(values).dictionary_encode().cast(pa.dictionary(index, pa.string()))


WHOLE = [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]
TEXT = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]
LONG = "a text of more than twelve bytes"
CASES = [
    ("null", pa.nulls(3), [None, None, None]),
    ("boolean", pa.array([True, None, False]), ["true", None, "false"]),
    *[(str(t), pa.array([0, None, 100], t), ["0", None, "100"]) for t in WHOLE],
    ("lowest", pa.array([-128, -1, 127], pa.int8()), ["-128", "-1", "127"]),
    ("lowest64", pa.array([-2**63, 2**63 - 1, -1]), [str(-2**63), str(2**63 - 1), "-1"]),
    ("largest64", pa.array([2**64 - 1, 0, 1], pa.uint64()), [str(2**64 - 1), "0", "1"]),
    ("double", pa.array([5.0, 0.1, -0.0, 1e20, 1e-9, float("nan"), float("inf"), None, 2.5e-3, 1/3]),
     ["5", "0.1", "0", "1e20", "1e-9", None, None, None, "0.0025", "0.3333333333333333"]),
    ("float", pa.array([0.1, 5, 1e20, 1e-9, 3.4028235e38, 1.1754944e-38, float("nan"), -2.5], pa.float32()),
     ["0.1", "5", "1e20", "1e-9", "3.4028235e38", "1.1754944e-38", None, "-2.5"]),
    ("half", pa.array([0.1, 65504, -1.5, float("inf")], pa.float16()), ["0.1", "65504", "-1.5", None]),
    ("decimal128", pa.array([decimal.Decimal(s) for s in ("5.00", "-0.05", "123456789012345678901234567890.12", "0.00", "1200.00")], pa.decimal128(38, 2)),
     ["5", "-0.05", "123456789012345678901234567890.12", "0", "1200"]),
    ("decimal256", pa.array([decimal.Decimal("9" * 70), decimal.Decimal("-1.5")], pa.decimal256(76, 5)), ["9" * 70, "-1.5"]),
    ("decimal32", pa.array([decimal.Decimal("-1234.5"), None], pa.decimal32(9, 2)), ["-1234.5", None]),
    ("decimal64", pa.array([decimal.Decimal("-123456789.5"), None], pa.decimal64(18, 2)), ["-123456789.5", None]),
    ("scaled", pa.array([decimal.Decimal("12e5"), None], pa.decimal128(10, -5)), ["1200000", None]),
    *[(str(t), pa.array(["x", None, "", LONG], t), ["x", None, "", LONG]) for t in TEXT],
    ("accents", pa.array(["é", "aé", "日本"]), ["é", "aé", "日本"]),
    ("fixed", pa.array([b"ab", None, b"cd"], pa.binary(2)), ["ab", None, "cd"]),
    ("date32", pa.array([D(2020, 1, 5), None, D(1969, 12, 31)]), ["2020-01-05", None, "1969-12-31"]),
    ("date64", pa.array([D(2020, 1, 5), None, D(1969, 12, 31)], pa.date64()), ["2020-01-05", None, "1969-12-31"]),
    ("far", pa.array([-800000, 3000000, -719529], pa.int32()).cast(pa.date32()), ["-0221-09-04", "+10183-09-21", "-0001-12-31"]),
    *[(f"timestamp {u}", pa.array([0, None, 86399, -1], pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp(u)),
       ["1970-01-01", None, "1970-01-01T23:59:59", "1969-12-31T23:59:59"]) for u in ("s", "ms", "us", "ns")],
    ("moment", pa.array([DT(2024, 2, 29, 12, 30, 0, 250000)], pa.timestamp("us", "Europe/Berlin")), ["2024-02-29T12:30:00.25Z"]),
    ("time", pa.array([T(1, 2, 3), None, T(23, 59, 59, 500000)]), ["01:02:03", None, "23:59:59.5"]),
    ("time32", pa.array([T(1, 2, 3)], pa.time32("ms")), ["01:02:03"]),
    ("duration", pa.array([datetime.timedelta(seconds=90, microseconds=500000), None, datetime.timedelta(seconds=-1)]), ["90.5", None, "-1"]),
    ("interval", pa.array([(14, 3, 1500000000), (0, 0, 0), None], pa.month_day_nano_interval()), ["P14M3DT1.5S", "PT0S", None]),
    ("list", pa.array([["a", 'b"c'], [], None, [None]]), ['["a","b\\"c"]', "[]", None, "[null]"]),
    ("large list", pa.array([[1, 2], None], pa.large_list(pa.int32())), ["[1,2]", None]),
    ("fixed list", pa.array([[1.5, 2], None], pa.list_(pa.float32(), 2)), ["[1.5,2]", None]),
    ("list view", pa.array([["a"], None, ["b", "c"]], pa.list_view(pa.string())), ['["a"]', None, '["b","c"]']),
    ("large list view", pa.array([["a"], None], pa.large_list_view(pa.string())), ['["a"]', None]),
    ("lists", pa.array([[["a"], None], [[]]]), ['[["a"],null]', "[[]]"]),
    ("dates", pa.array([[D(2020, 1, 5)]]), ['["2020-01-05"]']),
    ("truths", pa.array([[True, None]]), ["[true,null]"]),
    ("controls", pa.array([["a\nb\x01\\"]]), ['["a\\u000ab\\u0001\\\\"]']),
    ("structs", pa.array([[{"x": 1, "y": "q"}], [None]]), ['[{"x":1,"y":"q"}]', "[null]"]),
    ("map", pa.array([[("a", 1), ("b", None)], None, []], pa.map_(pa.string(), pa.int32())), ['["a=1","b"]', None, "[]"]),
    *[(f"dictionary {i}", dictionary(["x", None, "y", "x"], i), ["x", None, "y", "x"]) for i in WHOLE],
    ("dictionary of numbers", pa.array([5, 7, None, 5]).dictionary_encode(), ["5", "7", None, "5"]),
    *[(f"runs {i}", pa.RunEndEncodedArray.from_arrays(pa.array([2, 3, 5], i), pa.array(["x", None, "y"])), ["x", "x", None, "y", "y"])
      for i in (pa.int16(), pa.int32(), pa.int64())],
    ("runs of a dictionary", pa.RunEndEncodedArray.from_arrays(pa.array([1, 3]), pa.array(["x", "y"]).dictionary_encode()), ["x", "y", "y"]),
    ("list of dictionary", pa.ListArray.from_arrays(pa.array([0, 2, 3]), pa.array(["x", "y", "x"]).dictionary_encode()), ['["x","y"]', '["x"]']),
]


def column(icp, array, rows_per_batch=0):
    names, rows = icp.read(icp.arrow_reader(pa.table({"c": array}), rows_per_batch))
    assert names == ["c"] or not rows
    return [row[0] for row in rows]


@pytest.mark.parametrize("array, expected", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_type_as_text(icp, array, expected):
    assert column(icp, array) == expected


@pytest.mark.parametrize("array, expected", [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_slice_is_what_it_shows(icp, array, expected):
    several = pa.concat_arrays([array] * 3) if not isinstance(array, pa.ChunkedArray) else array
    wanted = expected * 3
    for start, length in itertools.product((0, 1, len(expected), len(expected) + 1), (0, 1, 2, len(expected) + 1)):
        piece = several.slice(start, length)
        assert column(icp, piece, 2) == wanted[start:start + length]
    assert column(icp, pa.chunked_array([several.slice(1, 2), several.slice(0, 0), several.slice(2)])) == wanted[1:3] + wanted[2:]


def test_members_of_structs_are_columns(icp):
    inner = pa.array([{"a": 1, "b": {"c": "x", "d": True}}, None, {"a": None, "b": None}, {"a": 4, "b": {"c": None, "d": False}}])
    table = pa.table({"s": inner, "t": ["p", "q", "r", "s"]})
    expected = [["1", "x", "true", "p"], [None, None, None, "q"], [None, None, None, "r"], ["4", None, "false", "s"]]
    for start in range(4):
        names, rows = icp.read(icp.arrow_reader(table.slice(start), 1))
        assert names == ["s.a", "s.b.c", "s.b.d", "t"] and rows == expected[start:]


def random_value(r, depth=0):
    kind = r.randrange(7 if depth == 0 else 4)
    words = ["alpha", "Übung", 'a "b"', "x;y", "日本", "", "\\n", "tab\there", "e\u0301"]
    if kind == 0:
        return lambda: r.choice(words)
    if kind == 1:
        return lambda: r.randrange(-10**r.randrange(1, 17), 10**r.randrange(1, 17))
    if kind == 2:
        return lambda: r.choice((r.randrange(1000) / 8, r.uniform(-1000, 1000), r.randrange(100) + .5))
    if kind == 3:
        return lambda: r.random() < .5
    if kind in (4, 5):
        item = random_value(r, 1)
        return lambda: [item() if r.random() > .1 else None for _ in range(r.randrange(4))]
    members = {f"m{i}": random_value(r, 1) for i in range(r.randrange(1, 4))}
    return lambda: {k: v() if r.random() > .2 else None for k, v in members.items()}


def plain(v):
    """JSON writes 5.0, Arrow knows no digits: as icp_record_set_number has it."""
    if isinstance(v, float):
        return int(v) if v.is_integer() else v
    if isinstance(v, list):
        return [plain(x) for x in v]
    return {k: plain(x) for k, x in v.items()} if isinstance(v, dict) else v


@pytest.mark.parametrize("seed", range(60))
def test_the_same_cells_as_json_lines(icp, seed):
    r = random.Random(seed)
    makers = {f"c{i}": random_value(r) for i in range(r.randrange(1, 6))}
    rows = [{k: m() if r.random() > .15 else None for k, m in makers.items()} for _ in range(r.randrange(1, 40))]
    first = {k: m() for k, m in makers.items()}  # names every column, in order
    table = pa.Table.from_pylist([first] + rows)
    lines = "\n".join(json.dumps(plain(row), ensure_ascii=False, separators=(",", ":")) for row in [first] + rows).encode()
    names, cells = icp.read(icp.text_reader(lines, 2))
    offset = r.randrange(1, 3)
    got_names, got = icp.read(icp.arrow_reader(table, r.choice((0, 1, 7))))
    order = [got_names.index(n) for n in names if n in got_names]
    # A struct that is none has no members in JSON lines, and its name stands for a column without values.
    names_of_none = {n for n in names if n not in got_names}
    kept = [i for i, n in enumerate(names) if n not in names_of_none]
    assert all(row[i] is None for row in cells for i in range(len(names)) if i not in kept)

    def unescaped(v):  # inside lists the same text may be written with other escapes
        return json.loads(v) if v and v[0] == "[" else v
    assert [[unescaped(row[i]) for i in order] for row in got] == [[unescaped(row[i]) for i in kept] for row in cells]
    assert [row for row in icp.read(icp.arrow_reader(table.slice(offset), 3))[1]] == got[offset:]


def test_pandas_polars_and_duckdb(icp):
    columns = {"key": ["a", "b", None], "n": [1, 2, None], "f": [1.5, None, 3.0], "day": [D(2020, 1, 5), None, D(2021, 1, 1)], "tags": [["x", "y"], [], None]}
    expected = [["a", "1", "1.5", "2020-01-05", '["x","y"]'], ["b", "2", None, None, "[]"], [None, None, "3", "2021-01-01", None]]
    polars = pytest.importorskip("polars")
    assert icp.read(icp.arrow_reader(polars.DataFrame(columns))) == (list(columns), expected)
    polars_category = polars.DataFrame({"c": polars.Series(["x", "y", "x"], dtype=polars.Categorical), "e": polars.Series(["p", "q", "p"], dtype=polars.Enum(["p", "q"]))})
    assert icp.read(icp.arrow_reader(polars_category))[1] == [["x", "p"], ["y", "q"], ["x", "p"]]
    duckdb = pytest.importorskip("duckdb")
    relation = duckdb.sql("select * from (values ('a', 1, 1.5::double, date '2020-01-05', ['x', 'y'], {'p': 1, 'q': 'r'}, 12.50::decimal(10,2), 5::hugeint)) t(key, n, f, day, tags, s, d, h)")
    assert icp.read(icp.arrow_reader(relation)) == (["key", "n", "f", "day", "tags", "s.p", "s.q", "d", "h"], [["a", "1", "1.5", "2020-01-05", '["x","y"]', "1", "r", "12.5", "5"]])
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"key": ["a", "b", None], "n": pandas.array([1, 2, None], dtype="Int64"), "when": pandas.to_datetime(["2020-01-05 00:00", None, "2021-01-01 12:00"]),
                              "c": pandas.Categorical(["x", None, "y"])})
    assert icp.read(icp.arrow_reader(frame))[1] == [["a", "1", "2020-01-05", "x"], ["b", "2", None, None], [None, None, "2021-01-01T12:00:00", "y"]]


def test_what_is_refused(icp):
    def refusal(table, code, column, field, row=-1):
        with pytest.raises(Failure) as told:
            icp.read(icp.arrow_reader(table))
        e = told.value
        assert (e.name, e.column, e.field, e.row, e.source) == (code, column, field, row, "arrow"), str(e)
        return e.message
    one = pa.array([1])
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [one])
    assert "union" in refusal(pa.table({"a": one, "u": union}), "ICP_E_UNSUPPORTED", 2, "u")
    assert "same name" in refusal(pa.table([one, one], names=["Key", "key"]), "ICP_E_FORMAT", 2, "key")
    assert "no text" in refusal(pa.table({"a": [1, 2], "b": pa.array([b"x", b"\xff"], pa.binary())}), "ICP_E_FORMAT", 2, "b", 2)
    assert "no columns" in refusal(pa.table({}), "ICP_E_FORMAT", -1, "")
    assert "maps" in refusal(pa.table({"m": pa.array([[("a", [1])]], pa.map_(pa.string(), pa.list_(pa.int8())))}), "ICP_E_UNSUPPORTED", 1, "m")
    deep = pa.array([1])
    for _ in range(70):
        deep = pa.StructArray.from_arrays([deep], ["s"])
    assert "deeper" in refusal(pa.table({"d": deep}), "ICP_E_LIMIT", 1, ("d" + ".s" * 64)[:63])


def test_text_that_is_not_utf8_is_converted_and_counted(icp):
    raw = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\4\0\0\0\6\0\0\0"), pa.py_buffer(b"caf\xe9ok")])
    reader = icp.arrow_reader(pa.table({"a": raw, "l": pa.ListArray.from_arrays(pa.array([0, 1, 2]), raw)}))
    batch = icp.make("icp_reader_next", reader)
    assert icp.cells(batch) == [["café", '["café"]'], ["ok", '["ok"]']]
    icp.drop("icp_batch_unref", batch)
    stats = json.loads(icp.text(icp.make("icp_reader_stats", reader)))
    assert stats == {"format": "arrow", "columns": 2, "rows": 2, "record_batches": 1, "converted_cells": 2}
    icp.drop("icp_reader_free", reader)


def test_a_stream_that_fails_says_why(icp):
    def batches():
        yield pa.record_batch({"a": [1, 2]})
        raise ValueError("the disk caught fire")
    with pytest.raises(Failure) as told:
        icp.read(icp.arrow_reader(pa.RecordBatchReader.from_batches(pa.schema([("a", pa.int64())]), batches())))
    assert told.value.name == "ICP_E_IO" and "the disk caught fire" in told.value.message and told.value.row == 2


def test_memory_is_given_back(icp):
    gc.collect()
    before = pa.total_allocated_bytes()
    table = pa.table({"a": [str(i) for i in range(20000)], "b": list(range(20000))})
    reader = icp.arrow_reader(table, 1000)
    held = [icp.make("icp_reader_next", reader) for _ in range(5)]
    icp.drop("icp_reader_free", reader)
    del table
    gc.collect()
    assert pa.total_allocated_bytes() > before  # the batches hold it
    assert icp.cells(held[4])[-1] == ["4999", "4999"]
    threads = [threading.Thread(target=icp.drop, args=("icp_batch_unref", b)) for b in held]
    [t.start() for t in threads], [t.join() for t in threads]
    gc.collect()
    assert pa.total_allocated_bytes() == before


def test_ten_million_rows_in_bounded_memory(icp):
    one = pa.record_batch({"key": [f"k{i}" for i in range(50000)], "n": list(range(50000)), "f": [i / 7 for i in range(50000)]})
    reader = icp.arrow_reader(pa.RecordBatchReader.from_batches(one.schema, (one for _ in range(200))))
    resident = lambda: int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096
    rows, early = 0, None
    for batch in icp.batches(reader):
        rows += icp.lib.icp_batch_rows(batch)
        early = early or (resident() if rows > 200000 else None)
    assert rows == 10_000_000 and resident() - early < 4 << 20
    icp.drop("icp_reader_free", reader)


# Results given out.

MODEL = (GOLDEN / "model-1.icp").read_bytes()  # not copied: it outlives every model


def golden_model(icp):
    return icp.make("icp_model_load_memory", icp.context, MODEL, ctypes.c_size_t(len(MODEL)), None, None)


def exported(icp, result):
    schema, array = ctypes.create_string_buffer(128), ctypes.create_string_buffer(128)
    icp.call("icp_result_export", result, schema, array)
    return pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))


def score(icp, reader, reasons=0):
    model = golden_model(icp)
    options = ScorerOptions(ctypes.sizeof(ScorerOptions), reasons=reasons)
    scorer, result = icp.make("icp_scorer_new", model, ctypes.byref(options)), icp.make("icp_result_new", icp.context)
    out = []
    for batch in icp.batches(reader):
        icp.call("icp_scorer_score", scorer, batch, result)
        out.append(exported(icp, result))
    for name, handle in (("icp_result_free", result), ("icp_scorer_free", scorer), ("icp_reader_free", reader), ("icp_model_unref", model)):
        icp.drop(name, handle)
    for batch in out:
        batch.validate(full=True)
    return pa.Table.from_batches(out)


def companies(**more):
    csv = pytest.importorskip("pyarrow.csv")
    return csv.read_csv(GOLDEN / "companies.csv", convert_options=csv.ConvertOptions(strings_can_be_null=True, **more))


def test_the_golden_scores_through_arrow_and_back(icp):
    import csv as reading
    with open(GOLDEN / "scores-1.csv") as f:
        golden = list(reading.DictReader(f))
    for table in (companies(), companies(column_types={n: pa.string() for n in companies().column_names}), companies(auto_dict_encode=True)):
        got = score(icp, icp.arrow_reader(table, 100), reasons=3)
        assert got.column_names == ["key", "fit_score", "fit_tier", "fit_low", "fit_high", "fit_millipoints", "confidence", "flags", "reason_traits", "reason_points",
                                    "fit_variance", "fit_effective_milli", "fit_holds_milli"]
        labels = ["", "Very Poor", "Poor", "Fair", "Good", "Excellent"]
        rows = got.to_pylist()
        assert len(rows) == len(golden)
        for row, wanted in zip(rows, golden):
            assert [row["key"], row["fit_score"], labels.index(row["fit_tier"]), row["fit_low"], row["fit_high"], row["fit_millipoints"], row["fit_variance"], row["flags"]] == \
                [wanted["key"]] + [int(wanted[n]) for n in ("score", "tier", "low", "high", "millipoints", "variance", "flags")]
            assert len(row["reason_traits"]) == len(row["reason_points"]) <= 3
        assert any(len(row["reason_traits"]) == 3 for row in rows)


def test_an_empty_result_has_every_column(icp):
    model = golden_model(icp)
    scorer, result = icp.make("icp_scorer_new", model, None), icp.make("icp_result_new", icp.context)
    with pytest.raises(Failure) as told:
        exported(icp, result)
    assert told.value.name == "ICP_E_STATE"
    schema, array = ctypes.create_string_buffer(128), ctypes.create_string_buffer(128)
    companies().schema.empty_table().to_batches()
    empty = pa.record_batch([pa.array([], f.type) for f in companies().schema], schema=companies().schema)
    empty._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
    batch = icp.make("icp_batch_from_arrow", icp.context, schema, array)
    icp.call("icp_scorer_score", scorer, batch, result)
    got = exported(icp, result)
    assert got.num_rows == 0 and got.schema.names[:3] == ["key", "fit_score", "fit_tier"] and len(got.schema) == 11
    for name, handle in (("icp_batch_unref", batch), ("icp_result_free", result), ("icp_scorer_free", scorer), ("icp_model_unref", model)):
        icp.drop(name, handle)
    pa.Schema._import_from_c(ctypes.addressof(schema))


def test_a_column_outlives_the_others(icp):
    got = score(icp, icp.arrow_reader(companies()), reasons=2)
    keep = got.column("reason_points")
    wanted = keep.to_pylist()
    del got
    gc.collect()
    assert keep.to_pylist() == wanted


def test_results_reach_pandas_polars_and_duckdb(icp):
    got = score(icp, icp.arrow_reader(companies()), reasons=2)
    assert got.to_pandas()["fit_score"].sum() == sum(got.column("fit_score").to_pylist())
    assert pytest.importorskip("polars").from_arrow(got)["fit_tier"].to_list() == got.column("fit_tier").to_pylist()
    assert pytest.importorskip("duckdb").sql("select count(*), max(fit_score) from got").fetchall()[0] == (len(got), max(got.column("fit_score").to_pylist()))
