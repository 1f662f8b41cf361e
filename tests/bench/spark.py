#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rows scored per second and core in Spark, against the same rows in one Python process.

usage: spark.py [ROWS] [CORES]

Companies are generated (examples/make_universe.py). Needs pyspark, pyarrow and Java; the package installed, or ICP_LIBRARY and PYTHONPATH set.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import icp
import icp.spark
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from icp import _spark_worker
from pyspark.sql import SparkSession

TOP = pathlib.Path(__file__).resolve().parents[2]


def timed(function, times=3):
    """The shortest of several times: the first warms up."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def worker_alone(model, table):
    """Rows a second of processor time: what a worker does of them, and batches of one process, both to Arrow. Other work on the machine counts less here."""
    how = {"model": (model.id, model.to_bytes()), "columns": table.column_names, "read": range(table.num_columns), "keep": [], "options": {},
           "out": pa.table(model.score(table.slice(0, 1))).column_names}
    rates = []
    for function in (lambda: [pa.record_batch(part) for part in model.score_batches(table)],
                     lambda: list(_spark_worker.score(table.to_batches(max_chunksize=10000), **how))):
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            function()
            best = min(best, time.process_time() - start)
        rates.append(table.num_rows / best)
    return rates


def main(rows=1_000_000, cores=2):
    folder = tempfile.mkdtemp()
    subprocess.run([sys.executable, TOP / "examples" / "make_universe.py", folder, "20000", "500", "1"], check=True)
    small = pyarrow.csv.read_csv(f"{folder}/universe.csv")
    reference = icp.Reference.build(small, key="domain")
    model = icp.fit(f"{folder}/customers.csv", reference)
    table = pa.concat_tables([small] * max(1, rows // small.num_rows)).combine_chunks()
    print("rows per second of processor time: one process {:,.0f}, what a worker does {:,.0f}".format(*worker_alone(model, table)), flush=True)
    parts = 4 * cores
    for i in range(parts):
        size = -(-table.num_rows // parts)
        pathlib.Path(folder, "rows").mkdir(exist_ok=True)
        pyarrow.parquet.write_table(table.slice(i * size, size), f"{folder}/rows/{i}.parquet")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    spark = (SparkSession.builder.master(f"local-cluster[{cores},1,1024]").config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
             .config("spark.sql.files.maxPartitionBytes", "1g").getOrCreate())
    spark.sparkContext.setLogLevel("OFF")
    df = spark.read.parquet(f"{folder}/rows")

    def one():
        for _ in model.score_batches(pyarrow.parquet.read_table(f"{folder}/rows")):
            pass
    one_rows = table.num_rows / timed(one)
    spark_time = timed(lambda: icp.spark.score(df, model).write.format("noop").mode("overwrite").save())
    build_here = timed(lambda: icp.Reference.build(pyarrow.parquet.read_table(f"{folder}/rows"), key="domain"), 1)
    build_there = timed(lambda: icp.spark.build_reference(df, key="domain"), 2)
    print(f"{table.num_rows:,} rows, {cores} executors of one core, {spark.version}")
    print(f"score: one process {one_rows:,.0f} rows/s, Spark {table.num_rows / spark_time:,.0f} rows/s, {table.num_rows / spark_time / cores:,.0f} rows/s/core")
    print(f"build_reference: one process {table.num_rows / build_here:,.0f} rows/s, Spark {table.num_rows / build_there:,.0f} rows/s")
    spark.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
