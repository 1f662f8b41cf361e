# SPDX-License-Identifier: MIT
"""The SELECT in SQLite, by the module of Python's library. ICP_SQL_ALL=1: all rows of the real companies, which takes minutes."""
import csv
import os
import sqlite3

import pytest
import worlds


def run(sql, names, rows, table="companies", kind="TEXT COLLATE NOCASE"):
    db = sqlite3.connect(":memory:")
    quoted = ", ".join('"' + n.replace('"', '""') + '" ' + kind for n in names)
    db.execute('CREATE TABLE "' + table.replace('"', '""') + f'" ({quoted})')
    db.executemany('INSERT INTO "' + table.replace('"', '""') + f'" VALUES ({", ".join("?" * len(names))})', rows)
    return db.execute(sql).fetchall()


@pytest.mark.skipif(sqlite3.sqlite_version_info < (3, 23), reason=f"SQLite {sqlite3.sqlite_version} has no TRUE")
@pytest.mark.parametrize("seed", range(2))
def test_rows_that_are_exact_score_as_the_library_says(tmp_path, seed):
    world = worlds.hostile(tmp_path, seed)
    got = run(world.sql("sqlite"), world.names, world.rows)
    world.compare(got)
    for name, (exact, all_of) in worlds.shares(world, got).items():
        assert exact > .2 * all_of, name


def test_a_row_without_a_known_column_scores_498(tmp_path):
    world = worlds.hostile(tmp_path, 7, 300)
    got = run(world.sql("sqlite"), world.names, [["a"] + [None] * len(worlds.COLUMNS), ["b"] + ["n/a"] * len(worlds.COLUMNS)])
    assert got == [("a", 498, "Fair", 0, 1), ("b", 498, "Fair", 0, 1)]


def test_a_column_that_is_missing_is_an_error_and_never_its_name(tmp_path):
    world = worlds.hostile(tmp_path, 7, 300)
    with pytest.raises(sqlite3.OperationalError, match="Plan"):
        run(world.sql("sqlite"), [n for n in world.names if n != "Plan"], [])


def test_table_names_are_quoted(tmp_path):
    world = worlds.hostile(tmp_path, 7, 300)
    table = 'a "b"; DROP TABLE x; --'
    assert len(run(world.sql("sqlite", "--table", table), world.names, world.rows[:9], table)) == 9
    assert len(run(world.sql("sqlite", "--table", "main.companies"), world.names, world.rows[:9])) == 9


def test_typed_columns_score_as_their_texts(tmp_path):
    world = worlds.hostile(tmp_path, 7, 300)
    numbers = [[f"n{i}"] + [(i * 7 if n == "Employees" else None) for n in worlds.COLUMNS] for i in range(40)]
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "model").write_bytes((tmp_path / "model").read_bytes())
    texts = worlds.World(tmp_path / "more", world.names, [[None if v is None else str(v) for v in row] for row in numbers], "model")
    assert texts.compare(run(world.sql("sqlite"), world.names, numbers, kind="INTEGER")) == 40


@pytest.mark.parametrize("case", ["bank-1000", "yc-acquired-200", "lf-finos-50", "cb13-web-acquirers-100"])
def test_real_companies(tmp_path, case):
    if not (worlds.CASES / case).exists():
        pytest.skip(f"no {worlds.CASES / case}")
    world = worlds.of_case(tmp_path, case, None if os.environ.get("ICP_SQL_ALL") else 200)
    exact = world.compare(run(world.sql("sqlite"), world.names, world.rows))
    print(f"{case}: {exact} of {len(world.rows)} rows exact")
    assert exact > .9 * len(world.rows)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_golden_scores(tmp_path, dialect):
    """The model and the scores that every platform and binding must give, milli-points and all."""
    golden = worlds.TOP / "tests/golden"
    with open(golden / "companies.csv", newline="", encoding="utf-8") as f:
        names, *rows = csv.reader(f)
    with open(golden / "scores-1.csv", newline="", encoding="utf-8") as f:
        wanted = [(r["key"], int(r["score"]), worlds.TIERS[int(r["tier"])], int(r["millipoints"])) for r in csv.DictReader(f)]
    sql = worlds.icp("export", golden / "model-1.icp", "--sql", "--dialect", dialect, folder=tmp_path)
    got = run(sql, names, [[v or None for v in row] for row in rows])
    assert [g[:4] for g in got if g[4]] == [w for g, w in zip(got, wanted) if g[4]]
    assert sum(g[4] for g in got) == len(wanted)
