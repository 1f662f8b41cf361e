# SPDX-License-Identifier: MIT
"""A cluster of two executors in processes of their own, on this machine; what needs it is skipped where pyspark, pyarrow or Java are absent."""
import gzip
import importlib.util
import os
import pathlib
import shutil
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = TOP / "tests" / "golden"
if "ICP_BUILD" in os.environ:
    sys.path.insert(0, str(TOP / "bindings" / "python"))
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in (sys.path[0], os.environ.get("PYTHONPATH")) if p)  # of the executors
    os.environ["ICP_LIBRARY"] = os.path.join(os.environ["ICP_BUILD"], "libicp.so.0")


def absent():
    """What is missing, None when nothing is."""
    for package in ("pyspark", "pyarrow"):
        if importlib.util.find_spec(package) is None:
            return f"{package} is not installed"
    return None if shutil.which("java") or os.environ.get("JAVA_HOME") else "Java is not installed"


@pytest.fixture(scope="session")
def spark():
    if absent():
        pytest.skip(absent())
    from pyspark.sql import SparkSession
    if SparkSession.getActiveSession() is not None:
        yield SparkSession.getActiveSession()
        return
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.executor.memory": "512m", "spark.sql.shuffle.partitions": "4",
                "spark.sql.session.timeZone": "America/New_York"}
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("icp")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def table():
    """The golden companies, all cells text."""
    return of_csv(GOLDEN / "companies.csv")


def of_csv(path, delimiter=","):
    """A table of a CSV file, whose cells are all text."""
    import pyarrow as pa
    import pyarrow.csv
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    parse = pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    first = pyarrow.csv.open_csv(pa.BufferReader(data), parse_options=parse).schema.names
    convert = pyarrow.csv.ConvertOptions(column_types={name: pa.string() for name in first}, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True)
    return pyarrow.csv.read_csv(pa.BufferReader(data), parse_options=parse, convert_options=convert)


@pytest.fixture(scope="session")
def frame_of(spark, tmp_path_factory):
    """Makes a DataFrame of a table, by Parquet: types and values stay as they are."""
    import pyarrow.parquet

    def make(table, partitions=None):
        path = str(tmp_path_factory.mktemp("rows") / "rows.parquet")
        pyarrow.parquet.write_table(table, path)
        df = spark.read.parquet(path)
        return df if partitions is None else df.repartition(partitions)
    return make


@pytest.fixture(scope="session")
def frame(frame_of, table):
    return frame_of(table, 5).persist()


@pytest.fixture(scope="session")
def reference():
    import icp
    return icp.Reference.build(GOLDEN / "companies.csv", key="domain")


@pytest.fixture(scope="session")
def model(reference):
    import icp
    return icp.fit(GOLDEN / "customers.csv", reference)
