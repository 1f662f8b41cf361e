# SPDX-License-Identifier: MIT
"""Spark gives what one machine gives, byte for byte, however the rows are split over executors."""
import csv
import datetime as dt
import decimal
import os
import pathlib
import random
import subprocess
import sys

import pytest

from conftest import GOLDEN, TOP, absent, of_csv

if absent():
    pytest.skip(absent(), allow_module_level=True)

import icp
import icp.spark
import pyarrow as pa
from icp import _spark_worker
from pyspark.sql import functions as F
from pyspark.sql import types as T

DATA = pathlib.Path(os.environ.get("ICP_DATA", TOP.parent / "shared" / "data"))


def rows_of(df):
    """Rows as dicts, in an order of their own."""
    return sorted((row.asDict() for row in df.collect()), key=repr)


def rows_here(result):
    return sorted(result.to_arrow().to_pylist(), key=repr)


def workers(spark):
    """Of each Python worker its process and how many models it has made so far."""
    def probe(batches):
        import time
        time.sleep(0.3)  # so that both executors come to it
        from icp import _spark_worker
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"pid": [os.getpid()], "loaded": [_spark_worker.models_loaded]})
    rows = spark.range(0, 6, 1, 6).mapInArrow(probe, "pid long, loaded long").collect()
    return {row.pid: row.loaded for row in rows}


def test_scores_are_the_golden_ones_on_several_executors(spark, frame, model):
    before = workers(spark)
    scores = icp.spark.score(frame, model, keep="domain")
    found = {row.domain: row for row in scores.collect()}
    with open(GOLDEN / "scores.csv", newline="", encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == len(found) == 1000
    for row in expected:
        one = found[row["key"]]
        assert (one.key, one.fit_score, one.fit_low, one.fit_high, one.fit_millipoints, one.fit_variance, one.flags) == (
            row["key"], *(int(row[name]) for name in ("score", "low", "high", "millipoints", "variance", "flags")))
    assert rows_of(scores.drop("domain")) == rows_here(model.score(GOLDEN / "companies.csv"))
    for _ in range(2):
        icp.spark.score(frame.repartition(8), model, reasons=2).count()
    after = workers(spark)
    assert len(after) >= 2
    assert all(after[pid] - before.get(pid, 0) == 1 for pid in after), "a worker makes a model once, however many tasks and batches it has"


@pytest.mark.parametrize("seed", range(2))
def test_references_are_those_of_one_machine_however_rows_are_split(seed, frame_of, table):
    rng = random.Random(seed)
    rows = table.to_pylist()
    rows += [dict(rng.choice(rows), employees="7") for _ in range(50)]  # keys with different rows
    rows += [dict(rng.choice(rows), domain=rng.choice([None, "", "somebody@example.com"])) for _ in range(40)]
    rng.shuffle(rows)
    given = pa.Table.from_pylist(rows, schema=table.schema)
    options = {"key": "domain", "k": rng.choice([0, 100]), "seed": seed, "exclude": rng.choice([None, "description"])}
    one = icp.Reference.build(given, **options)
    split = F.when(F.col("domain").isNull(), 0).otherwise(F.pmod(F.hash("domain"), F.lit(rng.randrange(3, 6))))  # one is of rows without a key
    df = frame_of(given)
    for frame, size in ((df.repartition(7, split), 1), (df.repartition(rng.randrange(1, 4)), 256 << 20)):
        found = icp.spark.build_reference(frame, merge_bytes=size, **options)
        assert found.info == one.info
        assert found.to_bytes() == one.to_bytes()


def test_parts_are_merged_in_a_tree_and_one_comes_to_the_driver(monkeypatch, frame, reference):
    tasks, last = [], []
    task, merged = icp.spark._task, icp.spark._merged
    monkeypatch.setattr(icp.spark, "_task", lambda name, **how: tasks.append(name) or task(name, **how))
    monkeypatch.setattr(icp.spark, "_merged", lambda parts, size: last.append(merged(parts, size)) or last[0])
    assert icp.spark.build_reference(frame.repartition(6), key="domain", merge_bytes=1) == reference
    assert [len(rows) for rows in last] == [1]
    assert tasks[0] == "build_part" and tasks[1:] == ["merge_parts"] * 3  # six parts, three, two, one


def test_models_are_those_of_one_machine(spark, frame, frame_of, reference, model):
    customers = of_csv(GOLDEN / "customers.csv")
    keys = frame_of(customers, 3)
    assert icp.spark.fit(keys, reference).to_bytes() == model.to_bytes()
    full = frame.join(F.broadcast(keys), "domain")
    assert icp.spark.fit(full, reference) == icp.fit(of_csv(GOLDEN / "companies.csv").join(customers, "domain", join_type="inner"), reference)
    small = icp.Reference.build(of_csv(GOLDEN / "companies.csv").slice(0, 500), key="domain")
    assert icp.spark.fit(keys, small, universe=frame) == icp.fit(customers, small, universe=of_csv(GOLDEN / "companies.csv"))


def test_timing_models_are_those_of_one_machine_and_score_their_fit_layer(frame, frame_of, reference, model):
    tables = [of_csv(GOLDEN / name) for name in ("customers.csv", "events.csv", "outcomes.csv")]
    keys, events, outcomes = (frame_of(table, 2) for table in tables)
    timing = icp.spark.fit(keys, reference, events=events, outcomes=outcomes, as_of="2024-01-01")
    assert timing == icp.fit(tables[0], reference, events=tables[1], outcomes=tables[2], as_of="2024-01-01")
    with pytest.raises(icp.ArgumentError, match="intent, retention look at events"):
        icp.spark.score(frame, timing)
    assert rows_of(icp.spark.score(frame, timing, layers="fit")) == rows_here(timing.score(GOLDEN / "companies.csv", layers="fit"))
    every = ("fit", "intent", "retention")
    assert rows_of(icp.spark.score(frame, timing, layers=every)) == rows_here(timing.score(GOLDEN / "companies.csv", layers=every))


def moment(text):
    try:
        found = dt.datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.timezone.utc)


def test_events_meet_their_companies(spark, frame, frame_of, reference, table):
    given = of_csv(GOLDEN / "events.csv")
    events = given.set_column(2, "time", pa.array(map(moment, given["time"].to_pylist()), pa.timestamp("us", "UTC")))
    timing = icp.fit(of_csv(GOLDEN / "customers.csv"), reference, events=events, outcomes=of_csv(GOLDEN / "outcomes.csv"), as_of="2024-01-01")
    rows = table.to_pylist()
    rows += [dict(rows[3], domain=key) for key in (None, "", "nobody.example", " " + rows[5]["domain"] + " ", rows[3]["domain"])]
    more = pa.Table.from_pylist(rows, schema=table.schema)
    columns = {"key": "domain", "type": "type", "time": "time", "value": "amount"}
    df, there = frame_of(more, 3), frame_of(events, 4)
    scores = icp.spark.score(df, timing, events=there, event_columns=columns, as_of="2024-01-01", keep="city", prefix="icp_")
    here = timing.score(more, events=events, as_of="2024-01-01").to_arrow()
    expected = pa.Table.from_arrays([more["city"], *here.columns], names=["city", *(f"icp_{name}" for name in here.column_names)])
    assert rows_of(scores) == sorted(expected.to_pylist(), key=repr)
    assert len(set(here["intent_score"].to_pylist())) > 20
    few = icp.spark.score(df, timing, events=there.limit(0), event_columns=columns, as_of="2024-01-01", layers="intent")
    assert rows_of(few) == rows_here(timing.score(more, accounts=timing.accounts(as_of="2024-01-01"), as_of="2024-01-01", layers="intent"))
    for changed, kind, text in ((({"as_of": None}), icp.ArgumentError, "as_of"), ({"event_columns": {"key": "domain"}}, icp.ArgumentError, "must name type, time"),
                                ({"event_columns": dict(columns, time="type")}, icp.UnsupportedError, "must be a date or timestamp"),
                                ({"event_columns": dict(columns, key="time")}, icp.UnsupportedError, "must both be texts or whole numbers"),
                                ({"event_columns": dict(columns, value="nowhere")}, icp.ArgumentError, "no column nowhere")):
        with pytest.raises(kind, match=text):
            icp.spark.score(df, timing, **{"events": there, "event_columns": columns, "as_of": "2024-01-01", **changed})
    hosts = icp.fit(of_csv(GOLDEN / "customers.csv"), icp.Reference.build(table, key="domain", key_form="host"), events=events,
                    outcomes=of_csv(GOLDEN / "outcomes.csv"), as_of="2024-01-01")
    with pytest.raises(icp.UnsupportedError, match="keys of this model are hosts"):
        icp.spark.score(df, hosts, events=there, event_columns=columns, as_of="2024-01-01")


def many_types(rng, rows):
    day, utc = dt.date(2020, 2, 29), dt.timezone.utc
    values = {
        "key": [f"k{i}" for i in range(rows)], "b": [True, False, None], "i8": [1, -3, None], "i16": [300, None], "i32": [70000, -1, None],
        "i64": [1 << 40, None], "f32": [0.1, 2.5, None], "f64": [0.1, 1e16, float("nan"), None], "dec": [decimal.Decimal("12.50"), None],
        "day": [day, dt.date(1969, 12, 31), None], "at": [dt.datetime(2020, 3, 8, 7, 30, tzinfo=utc), dt.datetime(2021, 7, 1, 0, 0, 1, 5, tzinfo=utc), None],
        "local": [dt.datetime(2020, 3, 8, 2, 30), None], "text": ["größe 日本 🦆", "", "a,b", None], "blob": [b"abc", b"", None],
        "list": [["x", "y"], [], ["a b", None], None], "numbers": [[1, 2], None], "map": [[("a", 1), ("b", 2)], [], None],
        "firm": [{"city": "Köln", "deep": {"n": 5}}, {"city": None, "deep": None}, None], "rows": [[{"p": "q"}], [], None], "span": [dt.timedelta(days=1, seconds=5), None],
        "nothing": [None]}
    types = [("key", pa.string()), ("b", pa.bool_()), ("i8", pa.int8()), ("i16", pa.int16()), ("i32", pa.int32()), ("i64", pa.int64()), ("f32", pa.float32()),
             ("f64", pa.float64()), ("dec", pa.decimal128(10, 2)), ("day", pa.date32()), ("at", pa.timestamp("us", "UTC")), ("local", pa.timestamp("us")),
             ("text", pa.string()), ("blob", pa.binary()), ("list", pa.list_(pa.string())), ("numbers", pa.list_(pa.int32())),
             ("map", pa.map_(pa.string(), pa.int32())), ("firm", pa.struct([("city", pa.string()), ("deep", pa.struct([("n", pa.int32())]))])),
             ("rows", pa.list_(pa.struct([("p", pa.string())]))), ("nothing", pa.string())]
    columns = {name: values[name] if name == "key" else [rng.choice(values[name]) for _ in range(rows)] for name, _ in types}
    return pa.table([pa.array(columns[name], kind) for name, kind in types], names=[name for name, _ in types])


def test_every_type_means_what_it_means_on_one_machine_in_every_time_zone(spark, frame_of):
    given = many_types(random.Random(5), 200)
    one = icp.Reference.build(given, key="key")
    keys = given["key"].to_pylist()[:60]
    model = icp.fit(keys, one)
    scores = rows_here(model.score(given))
    zone = spark.conf.get("spark.sql.session.timeZone")
    try:
        for other in (zone, "Asia/Kolkata"):
            spark.conf.set("spark.sql.session.timeZone", other)
            df = frame_of(given, 2)
            assert {f.name: f.dataType.typeName() for f in df.schema}["local"] == "timestamp_ntz"
            assert icp.spark.build_reference(df, key="key").to_bytes() == one.to_bytes(), other
            kept = icp.spark.score(df, model, keep="all", prefix="icp_")
            assert rows_of(kept.select(*[F.col(f"icp_{name}").alias(name) for name in scores[0]])) == scores
            assert kept.schema[:20] == T.StructType([T.StructField(f.name, f.dataType) for f in df.schema])
            assert repr(rows_of(kept.select(df.columns))) == repr(rows_of(df))
        assert icp.spark.fit(df.where(F.col("key").isin(keys)), one) == icp.fit(given.filter(pa.array([k in set(keys) for k in given["key"].to_pylist()])), one)
    finally:
        spark.conf.set("spark.sql.session.timeZone", zone)


def test_columns_are_found_by_any_name(spark, frame_of, table, model):
    other = table.rename_columns([{"city": "a.b", "name": "x`.y", "founded": "`q`"}.get(n, n) for n in table.column_names]).slice(0, 50)
    df = spark.createDataFrame(other.to_pylist(), T.StructType([T.StructField(n, T.StringType()) for n in other.column_names]))
    assert rows_of(icp.spark.score(df, model)) == rows_here(model.score(other))
    kept = icp.spark.score(df, model, keep=["a.b", "x`.y", "industry"], key="domain").collect()
    assert sorted((row["a.b"] or "", row["x`.y"], row.key) for row in kept) == sorted((r["a.b"] or "", r["x`.y"], r["domain"]) for r in other.to_pylist())
    cased = df.toDF(*[{"a.b": "Industry2", "`q`": "INDUSTRY2"}.get(n, n) for n in df.columns])
    assert rows_of(icp.spark.score(cased, model)) == rows_here(model.score(other.drop_columns(["a.b", "`q`"])))  # the model reads neither
    with pytest.raises(icp.FormatError, match="same name"):
        icp.spark.build_reference(cased, key="domain")
    nested = df.select(F.struct("domain", "industry", "employees").alias("firm"), "country")
    with pytest.raises(icp.SchemaError):
        icp.spark.score(nested.select("firm"), model)
    assert rows_of(icp.spark.score(nested, model)) == rows_here(model.score(other.select(["country"])))


def test_frames_that_are_empty_or_nearly(spark, frame, model, table):
    results = model.score(table.slice(0, 1)).columns
    none = frame.limit(0)
    scores = icp.spark.score(none, model)
    assert scores.columns == results and scores.collect() == []
    with pytest.raises(icp.KeyColumnError):
        icp.spark.build_reference(none, key="domain")
    with pytest.raises(icp.Error) as here:
        icp.fit(table.slice(0, 0), icp.Reference.build(table, key="domain"))
    with pytest.raises(type(here.value)):
        icp.spark.fit(none, icp.Reference.build(table, key="domain"))
    one = frame.where("domain = 'bluehub1.example'").repartition(6)
    assert rows_of(icp.spark.score(one, model)) == rows_here(model.score(table.slice(1, 1)))
    assert icp.spark.build_reference(one, key="domain") == icp.Reference.build(table.slice(1, 1), key="domain")
    keyless = frame.limit(3).withColumn("domain", F.lit(None).cast("string"))
    with pytest.raises(icp.KeyColumnError, match="none of 3 rows"):
        icp.spark.build_reference(keyless, key="domain")


def test_what_is_wrong_with_the_columns_is_said_before_a_job(spark, frame, model):
    for given, options, kind, text in (
            (frame.select("city").toDF("foo"), {}, icp.SchemaError, "none of the model's"),
            (frame, {"key": "nowhere"}, icp.KeyColumnError, "nowhere"),
            (frame, {"keep": "nowhere"}, icp.ArgumentError, "no column nowhere"),
            (frame.withColumn("key", F.lit(1)), {"keep": "all"}, icp.ArgumentError, "twice in the scores: key"),
            (frame.select("*", F.col("city")), {}, icp.FormatError, "city"),
            (frame.select("*", F.col("city")), {"keep": "city"}, icp.ArgumentError, "2 columns city"),
            (frame, {"layers": "intent"}, icp.UnsupportedError, "layer"),
            (frame.withColumn("industry", F.expr("interval 3 month")), {}, icp.UnsupportedError, "YearMonthIntervalType")):
        with pytest.raises(kind, match=text):
            icp.spark.score(given, model, **options)
    for given, kind in ((frame.drop("domain", "name"), icp.KeyColumnError), (frame.select("*", F.col("city")), icp.FormatError)):
        with pytest.raises(kind):
            icp.spark.build_reference(given, key="domain")


def test_a_bad_row_is_told_with_its_partition_row_and_column(spark, frame, model):
    wrong = frame.coalesce(1).withColumn("industry", F.when(F.col("domain") == "bluehub1.example", F.expr("repeat('x', 17 * 1024 * 1024)")).otherwise(F.col("industry")))
    place = [row.domain for row in frame.coalesce(1).select("domain").collect()].index("bluehub1.example") + 1
    with pytest.raises(Exception, match=f'icp.errors.LimitError: partition 0, row {place}, column \\d+, "industry"'):
        icp.spark.score(wrong, model).collect()


def test_tasks_say_what_executors_lack(tmp_path):
    from pyspark import cloudpickle
    (tmp_path / "task").write_bytes(cloudpickle.dumps(icp.spark._task("merge_parts")))
    code = "import pickle, sys; from pyspark import cloudpickle; sys.modules['icp'] = None; task = pickle.load(open('task', 'rb')); list(task([]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert "ImportError: this executor cannot load the package icp" in done.stderr
    with pytest.raises(ImportError, match="on this executor and 0x009999 on the driver"):
        _spark_worker.check_version(0x9999)


@pytest.mark.parametrize("package", ["pyspark", "pyarrow"])
def test_without_spark_it_says_what_to_install(package):
    code = f"import sys; sys.modules[{package!r}] = None; import icp; import icp.spark"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})
    assert 'ImportError: icp.spark needs pyspark and pyarrow' in done.stderr and 'pip install "icp[spark]"' in done.stderr


def real(path, delimiter):
    if not (DATA / path).exists():
        pytest.skip(f"{DATA / path} is not there")
    return of_csv(DATA / path, delimiter)


@pytest.mark.parametrize("path,delimiter,key,customers", [
    ("yc/yc_2024-05-11.csv.gz", ",", "company_id", lambda row, i: row["status"] == "Acquired"),
    ("bank_marketing/bank-full.csv.gz", ";", "number", lambda row, i: row["y"] == "yes" and i % 5 == 0)])
def test_real_lists(path, delimiter, key, customers, frame_of):
    given = real(path, delimiter)
    rows = given.to_pylist()
    if key not in given.column_names:
        given = given.append_column(key, pa.array([f"n{i}" for i in range(len(rows))]))
    listed = pa.array([customers(row, i) for i, row in enumerate(rows)])
    given = given.drop_columns([name for name in ("status", "y", "duration") if name in given.column_names])
    df, chosen = frame_of(given, 3), frame_of(given.filter(listed), 2)
    one, reference = icp.Reference.build(given, key=key), icp.spark.build_reference(df, key=key)
    assert reference.to_bytes() == one.to_bytes()
    model = icp.spark.fit(chosen, reference)
    assert model.to_bytes() == icp.fit(given.filter(listed), one).to_bytes()
    found = icp.spark.score(df, model).orderBy("key", "fit_millipoints", "fit_variance").select("key", "fit_millipoints", "fit_variance", "flags").collect()
    here = model.score(given).to_arrow().select(["key", "fit_millipoints", "fit_variance", "flags"]).to_pylist()
    assert sorted(map(tuple, found)) == sorted(tuple(row.values()) for row in here) and len(here) > 4000
