# SPDX-License-Identifier: MIT
"""The SELECT in DuckDB. ICP_SQL_ALL=1: all rows of the real companies, which takes minutes."""
import csv
import os

import pytest
import worlds

duckdb = pytest.importorskip("duckdb", reason="no duckdb here: tests/run.sh --all installs it")
ALL = os.environ.get("ICP_SQL_ALL")


def run(sql, world):
    """By a file: inserting row by row is slow."""
    db = duckdb.connect()
    db.execute("CREATE TABLE companies (" + ", ".join('"' + n.replace('"', '""') + '" VARCHAR' for n in world.names) + ")")
    path = world.folder / "rows.csv"
    with open(path, "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, quoting=csv.QUOTE_ALL)
        out.writerows([[r"\N" if v is None else v for v in row] for row in world.rows])
    db.execute(f"COPY companies FROM '{path}' (HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"', DELIMITER ',', STRICT_MODE false, MAX_LINE_SIZE 10000000)")
    assert db.execute("SELECT count(*) FROM companies").fetchone()[0] == len(world.rows)
    return db.execute(sql).fetchall()


@pytest.mark.parametrize("seed", range(2))
def test_rows_that_are_exact_score_as_the_library_says(tmp_path, seed):
    world = worlds.hostile(tmp_path, seed)
    got = run(world.sql("duckdb"), world)
    world.compare(got)
    for name, (exact, all_of) in worlds.shares(world, got).items():
        assert exact > .2 * all_of, name


@pytest.mark.parametrize("case", ["bank-1000", "yc-acquired-200", "lf-finos-50", "cb13-web-acquirers-100"])
def test_real_companies(tmp_path, case):
    if not (worlds.CASES / case).exists():
        pytest.skip(f"no {worlds.CASES / case}")
    world = worlds.of_case(tmp_path, case, None if ALL else 200)
    exact = world.compare(run(world.sql("duckdb"), world))
    print(f"{case}: {exact} of {len(world.rows)} rows exact")
    assert exact > .9 * len(world.rows)


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "bigquery", "sqlite"])
def test_every_dialect_parses(tmp_path, dialect):
    sqlglot = pytest.importorskip("sqlglot", reason="no sqlglot here: tests/run.sh --all installs it")
    world = worlds.hostile(tmp_path, 7, 300)
    tree = sqlglot.parse(world.sql(dialect, "--table", "db.schema.companies"), read=dialect)
    assert len(tree) == 1
    assert [e.alias_or_name for e in tree[0].expressions] == ["key", "fit_score", "fit_tier", "fit_millipoints", "exact"]
