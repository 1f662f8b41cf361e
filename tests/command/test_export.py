# SPDX-License-Identifier: MIT
"""icp export: what it writes and what it refuses. The SELECT itself is run in tests/sql."""
import json


def test_the_same_to_a_file_and_to_standard_output(world, tmp_path):
    text = world.ok("export", "model", "--sql", "--partial")  # its open positions are departments
    assert text.startswith("-- Fit score of model ") and "for DuckDB" in text and 'FROM "companies" AS t' in text
    world.ok("export", "model", "--sql", "--partial", "--dialect", "duckdb", "-o", tmp_path / "out.sql")
    assert (tmp_path / "out.sql").read_text() == text


def test_table_and_key(world):
    text = world.ok("export", "model", "--sql", "--partial", "--dialect", "bigquery", "--table", "p-1.d.t", "--key", "name")
    assert "FROM `p-1`.`d`.`t` AS t" in text and "SELECT t.`name` AS k" in text


def test_wrong_usage(world):
    assert "--sql" in world.refused("export", "model", code=2)
    assert "no dialect" in world.refused("export", "model", "--sql", "--dialect", "mysql", code=2)


def test_a_column_that_sql_cannot_express_is_refused_by_name(world, tmp_path):
    schema = json.loads(world.ok("schema", "universe.csv"))
    for column in schema["columns"]:
        if column["name"] == "industry":
            column["kind"], column["normaliser"] = "category", "department"
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    world.ok("fit", "--reference", "ref", "--customers", "customers.csv", "--schema", tmp_path / "schema.json", "-o", tmp_path / "odd", "--quiet")
    refused = world.refused("export", tmp_path / "odd", "--sql", "-o", tmp_path / "odd.sql")
    assert '"industry" (departments found inside job titles)' in refused
    assert not (tmp_path / "odd.sql").exists()
    partial = world.ok("export", tmp_path / "odd", "--sql", "--partial")
    assert "PARTIAL" in partial and "fit_partial_score" in partial and "AS fit_score" not in partial
